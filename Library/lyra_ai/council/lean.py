"""The council inside a LEAN algorithm: `AlgorithmCouncil` for a plain call, `CouncilAlphaModel` for the framework.

Views come from `history`, so that nothing later than the algorithm's own time can be in them. Cassette, ledger and journals lie in the
object store's folder under `council/`, which LEAN's command line, the embedded engine and the cloud all have.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from lyra_ai.council.cassette import Cassette, Mode
from lyra_ai.council.council import Council, Decision, Member, State
from lyra_ai.council.journal import Journal, read_journal
from lyra_ai.council.openrouter import KEY_PARAMETER, Endpoint
from lyra_ai.council.views import MarketView, Text, bars_of
from lyra_ai.errors import LyraAIError, SettingError

FOLDER = "council"
MODE_PARAMETER = "council-mode"
MODE_VARIABLE = "LYRA_COUNCIL_MODE"
_NAMES = "_names_of_councils"
"""Attribute of an algorithm."""
_NOTE = "Lyra's council keeps its cassettes, its journals and its ledger in this folder."
_RESOLUTIONS = {timedelta(days=1): "DAILY", timedelta(hours=1): "HOUR", timedelta(minutes=1): "MINUTE"}


class AlgorithmCouncil:
    """A council that reads its views from an algorithm::

        self.council = AlgorithmCouncil(self, experts())
        decision = self.council.decide(symbol)

    Call it in a scheduled event, or in `on_data` at the moments of decision: every call is a decision. A view has `bars` bars of length
    `bar` (a day, an hour or a minute) and asks about `horizon`. `numbers(symbol)` and `texts(symbol)` may add figures and texts that were
    known by then. `name` names the cassette in the object store. The mode is `mode`, else the environment's LYRA_COUNCIL_MODE, else the
    parameter `council-mode`, else `live` in live trading and `replay` in a backtest. Everything else is as for `Council`. An algorithm may
    have several councils, each with its own name; the first one's journal is the run's.

    While the algorithm warms up, language models are answered from the cassette only, so that learning costs nothing.
    """

    def __init__(self, algorithm: Any, members: Iterable[Member], *, horizon: timedelta = timedelta(days=1), bar: timedelta = timedelta(days=1),
                 bars: int = 120, name: str = "council", mode: Mode | str | None = None,
                 numbers: Callable[[Any], dict[str, float]] | None = None, texts: Callable[[Any], Sequence[Text]] | None = None,
                 **settings: Any) -> None:  # fmt: skip
        if bar not in _RESOLUTIONS:
            raise SettingError(f"Bars of {bar} cannot be had from history; a day, an hour and a minute can.")
        self._algorithm = algorithm
        self._horizon, self._bar, self._bars = horizon, bar, bars
        self._numbers, self._texts = numbers, texts
        self._told = 0
        self._decided: dict[str, datetime] = {}
        self._labels: dict[str, Any] = {}
        chosen = _mode(algorithm, mode)
        store = Store(algorithm.object_store)
        settings.setdefault("endpoint", Endpoint.openrouter(parameter=algorithm.get_parameter(KEY_PARAMETER) or None))
        settings.setdefault("ledger", store.path("ledger.sqlite"))
        settings.setdefault("run", name)
        settings.setdefault("backtest", not algorithm.live_mode)
        self._journal = Journal()
        self._store, self._name = store, name
        self._is_second = _is_second(algorithm, name)
        self.council = Council(members, cassette=store.cassette(name, chosen), mode=chosen, journal=self._journal, **settings)
        if algorithm.live_mode:
            self._resume()

    def _resume(self) -> None:
        """Live trading that was restarted knows again what it had learned."""
        path = self._store.path(f"journals/{self._name}-live.jsonl")
        if not self._store.writable:
            self.council.note(f"{self._store.folder} cannot be written: what is learned now is lost with a restart.")
            return
        if path.is_file():
            lines = read_journal(path)
            self.council.resume(lines)
            self._decided = {line["symbol"]: datetime.fromisoformat(line["time"]) for line in lines if line["kind"] == "decision"}
        self._journal.path = path

    def decide(self, symbol: Any) -> Decision:
        """One decision about a symbol (or a security, or a ticker), now. It never takes longer than the deadline; a council that cannot vote
        abstains."""
        algorithm = self._algorithm
        symbol = algorithm.symbol(symbol) if isinstance(symbol, str) else getattr(symbol, "symbol", symbol)
        if self._journal.path is None and self._store.writable:
            run = str(algorithm.algorithm_id or self._name)
            self._journal.path = self._store.path(f"journals/{run}-{self._name}.jsonl" if self._is_second else f"journals/{run}.jsonl")
            self._journal.path.unlink(missing_ok=True)
        self.council.replays_only = bool(algorithm.is_warming_up)
        view = self.view(symbol)
        if not isinstance(view, str) and self._was_decided(symbol):
            self.council.show(view)
            view = "It was decided before the restart."
        try:
            if isinstance(view, str):
                return self.council.without_view(self._label(symbol), algorithm.utc_time, self._horizon, view)
            return self.council.decide(view, float(algorithm.portfolio.total_portfolio_value))
        except LyraAIError:
            # The run ends here: LEAN calls nothing that would end the thread.
            self.close()
            raise
        finally:
            self._tell()

    def _was_decided(self, symbol: Any) -> bool:
        """Whether this moment lies before a restart: its warm-up goes again through what was decided, and learned from, by then."""
        decided = self._decided.get(self._label(symbol))
        return decided is not None and self._algorithm.utc_time <= decided

    def _label(self, symbol: Any) -> str:
        """The ticker; with the market for a second security of that ticker, since horizons go by this name."""
        label: str = symbol.value
        first = self._labels.setdefault(label, symbol)
        return label if first == symbol else f"{label} {symbol.id.market}"

    def view(self, symbol: Any) -> MarketView | str:
        """What the members are shown of a symbol now; a sentence where there is not enough to show."""
        from AlgorithmImports import Resolution  # type: ignore[import-not-found]

        algorithm = self._algorithm
        resolution = _RESOLUTIONS[self._bar]
        length = resolution.lower()
        none = f"There are no {length} bars of it yet."
        frame = algorithm.history(symbol, self._bars, getattr(Resolution, resolution))
        if len(frame) == 0 or "close" not in frame.columns:
            return none
        bars = bars_of(frame)
        bars = bars[np.isfinite(bars).all(axis=1) & (bars[:, :4] > 0).all(axis=1)]
        if len(bars) < 2:
            return f"There is only one {length} bar of it yet." if len(bars) else none
        security = algorithm.securities[symbol]
        numbers = {} if self._numbers is None else self._numbers(symbol)
        texts = () if self._texts is None else tuple(self._texts(symbol))
        return MarketView(symbol=self._label(symbol), as_of=algorithm.utc_time, bar=self._bar, horizon=self._horizon, bars=bars,
                          asset_class=str(security.type).lower(), numbers=numbers, texts=texts)  # fmt: skip

    def _tell(self) -> None:
        """The council's notes in the algorithm's log, each once."""
        for note in self.council.notes[self._told :]:
            self._algorithm.debug(f"Council: {note}")
        self._told = len(self.council.notes)

    def close(self) -> None:
        """End what runs in the background; for `on_end_of_algorithm`."""
        self.council.close()


def _is_second(algorithm: Any, name: str) -> bool:
    """Whether the algorithm has a council already. Raises SettingError where that has the same name."""
    names: list[str] = getattr(algorithm, _NAMES, [])
    if name in names:
        raise SettingError(f"The algorithm has a council called {name!r} already; give this one another `name`.")
    # An alpha model may get LEAN's own object, which takes no attribute of ours; then this is the algorithm's one council.
    with suppress(AttributeError, TypeError):
        setattr(algorithm, _NAMES, [*names, name])
    return bool(names)


class Store:
    """The folder `council/` of LEAN's object store. Only its whereabouts are asked of LEAN; files in it are read and written directly."""

    def __init__(self, object_store: Any) -> None:
        self._object_store = object_store
        marker = f"{FOLDER}/about.txt"
        if not object_store.contains_key(marker):
            object_store.save(marker, _NOTE)
        self.folder = Path(str(object_store.get_file_path(marker))).parent

    @property
    def writable(self) -> bool:
        """Whether files can be written there; where not, a journal stays in memory."""
        return os.access(self.folder, os.W_OK)

    def path(self, name: str) -> Path:
        """Of a file in the folder."""
        return self.folder / name

    def cassette(self, name: str, mode: Mode) -> Cassette:
        """The cassette of a name; in the cloud, where it is no file here, as the store gives it."""
        path = self.path(f"{name}.jsonl")
        key = f"{FOLDER}/{name}.jsonl"
        if not mode.asks and not path.is_file() and self._object_store.contains_key(key):
            return Cassette(text=str(self._object_store.read(key)))
        return Cassette(path)


def _mode(algorithm: Any, given: Mode | str | None) -> Mode:
    text = (
        given or os.environ.get(MODE_VARIABLE) or algorithm.get_parameter(MODE_PARAMETER) or ("live" if algorithm.live_mode else "replay")
    )
    try:
        return Mode(text)
    except ValueError:
        raise SettingError(f"{text!r} is no mode of a council; there are {', '.join(mode.value for mode in Mode)}.") from None


@dataclass(slots=True)
class _Standing:
    """What the council last said of a symbol, and when it is asked again."""

    due: datetime | None = None
    decision: Decision | None = None


class CouncilAlphaModel:
    """An alpha model whose insights are the council's decisions, one per security and `every` (the horizon, when it is not given).

    `LONG`, `SHORT` and `FLAT` become insights up, down and flat with the probability as confidence and the size as weight. An abstention
    keeps what is held: the last insight is given again for the next period, since LEAN closes what no insight stands for.
    """

    def __init__(
        self, members: Iterable[Member], *, every: timedelta | None = None, horizon: timedelta = timedelta(days=1), **settings: Any
    ) -> None:
        self.name = "CouncilAlphaModel"
        self._members = list(members)
        self._horizon = horizon
        self._every = every or horizon
        self._settings = settings
        self._standing: dict[Any, _Standing] = {}
        self.council: AlgorithmCouncil | None = None

    def update(self, algorithm: Any, data: Any) -> list[Any]:
        """The insights of the decisions that are due now."""
        if self.council is None:
            self.council = AlgorithmCouncil(algorithm, self._members, horizon=self._horizon, **self._settings)
        now = algorithm.utc_time
        insights = []
        for symbol, standing in self._standing.items():
            if (standing.due is None or now >= standing.due) and data.contains_key(symbol):
                standing.due = now + self._every
                insights += self._insights(symbol, standing)
        return insights

    def _insights(self, symbol: Any, standing: _Standing) -> list[Any]:
        from AlgorithmImports import Insight, InsightDirection  # type: ignore[import-not-found]

        assert self.council is not None  # update() made it.
        decision = self.council.decide(symbol)
        if decision.acts:
            standing.decision = decision
        if standing.decision is None:
            return []
        last = standing.decision
        direction = {State.LONG: InsightDirection.UP, State.SHORT: InsightDirection.DOWN, State.FLAT: InsightDirection.FLAT}[last.state]
        confidence = None if last.probability is None else max(last.probability, 1 - last.probability)
        return [Insight.price(symbol, self._horizon, direction, None, confidence, self.name, abs(last.size) or None)]

    def close(self) -> None:
        """End what runs in the background; for `on_end_of_algorithm`."""
        if self.council is not None:
            self.council.close()

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Follow the universe."""
        for security in changes.added_securities:
            self._standing.setdefault(security.symbol, _Standing())
        for security in changes.removed_securities:
            self._standing.pop(security.symbol, None)
