"""`QuantBook`: an algorithm's calls outside of a run, as research notebooks make them (`Research/QuantBook.cs`).

`open_research(Path("data"))` makes this process a place for research: LEAN's modules can be imported, and `QuantBook()` looks into the folder.
Inside an algorithm a QuantBook shares the run's data.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lyra.engine.algorithm.core import QCAlgorithm
from lyra.engine.decimals import use_decimal_context
from lyra.engine.enums import AlgorithmMode
from lyra.engine.environment import DataFolder
from lyra.engine.errors import NotSupported
from lyra.engine.feed.feed import DataFeed
from lyra.engine.imports import LeanFinder
from lyra.engine.runtime import Context
from lyra.engine.symbols import Symbol
from lyra.engine.times import DAY, to_us, to_utc_datetime
from lyra.engine.universes.manager import UniverseSelection
from lyra.engine.universes.universe import Universe


def open_research(data_folder: Path, object_store: Path | None = None, today: datetime | None = None) -> None:
    """Open a data folder for the rest of this process; a second call opens another one for the books that are made from then on.

    `today` is the day that counts as today: a book's time is its eve. None means now, in UTC. Raises ConfigError where there is no such folder.
    """
    use_decimal_context()
    day = to_us(today or datetime.now(UTC).replace(tzinfo=None)) // DAY * DAY
    Context(DataFolder(data_folder, object_store), day - DAY, "QuantBook", {}, object_store).stay()
    if not any(isinstance(finder, LeanFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, LeanFinder())


class QuantBook(QCAlgorithm):
    """`qb = QuantBook()`: securities, history and indicators up to its time, which `set_start_date` sets and is yesterday else."""

    def _prepare(self, context: Context) -> None:
        super()._prepare(context)
        self._mode = AlgorithmMode.RESEARCH
        feed = self._feed = DataFeed(self)
        feed.selection = UniverseSelection(self, feed)
        self.set_start_date(self.end_date)

    def indicator(self, indicator: Any, symbol: Any, period: Any, *rest: Any, **names: Any) -> Any:
        """An indicator's values over so many bars, a timedelta, or from a start to an end, as a frame by time; a column for each of its parts.

        `(indicator, symbol, periods | timedelta | start, end[, resolution, selector])`. It sees these bars alone, so it has no value for the
        first ones, for which it is not ready; `indicator_history` goes further back.
        """
        selector = names.pop("selector", None)
        arguments = [period, *rest]
        if len(rest) == (3 if isinstance(period, date) else 2):
            selector = arguments.pop()
        slices = self.history(*arguments, symbols=[symbol], **names)
        return self.indicator_history(indicator, slices, selector).data_frame

    @property
    def universe_history(self) -> UniverseHistory:
        """`universe_history(universe, start[, end])`, `universe_history[Type](start[, end, func])`."""
        return UniverseHistory(self)

    def _not_here(self, name: str) -> Any:
        raise NotSupported(f"QuantBook.{name}", "Open the notebook with LEAN's research image in Docker (lean research).")

    def get_fundamental(self, *args: Any, **names: Any) -> Any:
        """LEAN's older way to the fundamentals of stocks."""
        self._not_here("get_fundamental")

    def option_history(self, *args: Any, **names: Any) -> Any:
        """The contracts of an option that a filter takes, and their bars."""
        self._not_here("option_history")

    def future_history(self, *args: Any, **names: Any) -> Any:
        """The contracts of a future that a filter takes, and their bars."""
        self._not_here("future_history")

    def get_portfolio_statistics(self, data_frame: Any) -> Any:
        """LEAN's statistics of a frame with the columns equity and benchmark."""
        self._not_here("get_portfolio_statistics")

    get_option_history, get_future_history = option_history, future_history


class UniverseHistory:
    """What a universe selected on each of its days. A day on which it selects what it had keeps the selection before."""

    def __init__(self, book: QuantBook) -> None:
        self._book = book

    def __getitem__(self, data_type: Any) -> Callable[..., list[list[Any]]]:
        """For a type of universe data, `(start[, end, func])`: a list of its points for each day, those that the function selects."""
        return lambda start, end=None, func=None, date_rule=None: self(data_type, start, end, func, date_rule).tolist()

    def __call__(
        self, universe: Any, start: date, end: date | None = None, func: Callable[[Any], Any] | None = None, date_rule: Any = None,
        flatten: bool = False,
    ) -> Any:  # fmt: skip
        """A series by symbol and time whose values are lists of data; with `flatten` a frame by time and symbol, a row for each point.

        The first argument is a universe, or a type of universe data, of which `func` selects.
        """
        if date_rule is not None:
            self._book._not_here("universe_history(date_rule)")
        made = universe if isinstance(universe, Universe) else self._book.add_universe(universe, func or _all)
        until = self._book.time if end is None else end
        chosen = self._selected(made, self._book.history(made, start, until))
        if not flatten:
            return chosen
        frame = self._book.history(made, start, until, flatten=True)
        wanted = {(time, str(point.symbol)) for (_, time), points in chosen.items() for point in points}
        return frame[[(time, str(symbol)) in wanted for time, symbol in frame.index]]

    @staticmethod
    def _selected(universe: Universe, past: Any) -> Any:
        """The same series with the points that the universe selects of each day's."""
        zone = universe.configuration.exchange_time_zone
        selection: set[Any] = set()
        rows = []
        for (_, time), points in past.items():
            answer = universe.select_symbols(to_utc_datetime(zone.to_utc(to_us(time.to_pydatetime()))), points)
            if answer is not Universe.UNCHANGED:
                selection = set(answer)
            rows.append([point for point in points if point.symbol in selection])
        chosen = past.copy()
        for i, row in enumerate(rows):
            chosen.iat[i] = row
        return chosen


def _all(points: Any) -> list[Symbol]:
    return [point.symbol for point in points]
