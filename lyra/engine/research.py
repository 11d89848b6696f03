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
from lyra.engine.times import DAY, to_datetime, to_us
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

