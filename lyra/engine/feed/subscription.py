"""Subscriptions: one feed's points in the order in which they become known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.data.bars import QuoteBar
from lyra.engine.data.base import BaseData
from lyra.engine.data.events import SymbolChangedEvent
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.rows import ColumnRows

NEVER = 2**62
Entry = tuple[SubscriptionDataConfig, Any, int]
"""A configuration with a row of bars (rows, index) or a list of points (points, -1)."""


class Subscription:
    """A feed with the moment of its next point (`next_time`, UTC us; `NEVER` when it has ended)."""

    is_universe = False

    def __init__(self, config: SubscriptionDataConfig, universe: Any, start: int) -> None:
        self.config = config
        self.universes: list[Any] = [] if universe is None else [universe]
        self.internal = config.is_internal_feed
        self.start = start
        self.next_time = NEVER
        self.removed = False
        self.ended = False
        """Whether its end was noticed: from then on it has no say in how others are filled forward."""

    def take(self, frontier: int, entries: list[Entry], auxiliary: list[tuple[Any, BaseData]]) -> int:
        """Move what is due into the lists; how many points."""
        raise NotImplementedError


class BarSubscription(Subscription):
    """Bars as rows of columns, with the corporate events of the symbol between them."""

    def __init__(self, config: SubscriptionDataConfig, universe: Any, start: int, runs: Iterator[ColumnRows],
                 events: list[tuple[int, BaseData]]) -> None:  # fmt: skip
        super().__init__(config, universe, start)
        self._renames_only = config.bar_type is QuoteBar
        """Quotes follow ticker changes; what announces them is the trades."""
        self._runs = runs
        self.rows: Any = None
        self.emit: list[int] = []
        self.i = 0
        self._count = 0
        self._events = events
        self._event = 0
        self._renamed: Any = None
        self._row_time = self._next_run()
        self._set_next()

    def _next_run(self) -> int:
        self._last_run = self.rows
        for rows in self._runs:
            self.rows, self.emit, self.i, self._count = rows, rows.emit, 0, len(rows)
            return self.emit[0]
        return NEVER

    def _set_next(self) -> None:
        event = self._events[self._event][0] if self._event < len(self._events) else NEVER
        self.next_time = event if event < self._row_time else self._row_time
        self._event_time = event if self._renamed is None else self.next_time

    def take(self, frontier: int, entries: list[Entry], auxiliary: list[tuple[Any, BaseData]]) -> int:
        """Move what is due into the lists; how many points."""
        count = 0
        time = self._row_time
        if time <= frontier:
            config, i = self.config, self.i
            while time <= frontier:
                entries.append((config, self.rows, i))
                count += 1
                i += 1
                if i < self._count:
                    time = self.emit[i]
                else:
                    time = self._next_run()
                    i = 0
            self.i = i
            self._row_time = time
        if self._event_time <= frontier:
            if self._renamed is not None:
                self._rename(entries[len(entries) - count :])
            while self._event < len(self._events) and self._events[self._event][0] <= frontier:
                event = self._priced(self._events[self._event][1])
                if self._renames_only:
                    self._renamed = event.symbol
                    self._event += 1
                    continue
                auxiliary.append((self.config, event))
                if type(event) is SymbolChangedEvent:
                    self._renamed = event.symbol
                self._event += 1
                count += 1
            self._set_next()
        else:
            self.next_time = time if time < self._event_time else self._event_time
        return count

    def skip_to(self, i: int) -> None:
        """Take the rows before row `i` of the present run as delivered."""
        self.i = i
        self._row_time = self.emit[i] if i < self._count else NEVER
        self._set_next()

    def _rename(self, taken: list[Entry]) -> None:
        """The first new bar after a change bears the new ticker; repetitions of an older one bear the old."""
        if any(not rows.filled[i] for _, rows, i in taken):
            self.config._rename(self._renamed)
            self._renamed = None

    def _priced(self, event: BaseData) -> BaseData:
        """An event that refers to the last raw price gets it now."""
        if event._value == 0 and self.rows is not None:
            if self.i > 0:
                event._value = self.rows.raw_close(self.i - 1)
            elif self._last_run is not None:
                event._value = self._last_run.raw_close(len(self._last_run) - 1)
        return event


class PointSubscription(Subscription):
    """Points that are objects: ticks, custom data, funding rates. The source yields (UTC moment, point)."""

    def __init__(self, config: SubscriptionDataConfig, universe: Any, start: int, points: Iterator[tuple[int, Any]],
                 auxiliary: bool = False, events: list[tuple[int, BaseData]] | None = None) -> None:  # fmt: skip
        super().__init__(config, universe, start)
        self._points = points
        self._auxiliary = auxiliary
        self._pending: Any = None
        self._events = events or []
        self._advance()

    def _advance(self) -> None:
        self._point_time, self._pending = next(self._points, (NEVER, None))
        event = self._events[0][0] if self._events else NEVER
        self.next_time = min(self._point_time, event)

    def take(self, frontier: int, entries: list[Entry], auxiliary: list[tuple[Any, BaseData]]) -> int:
        """Move what is due into the lists; how many points."""
        taken: list[Any] = []
        while self._point_time <= frontier:
            taken.append(self._pending)
            self._point_time, self._pending = next(self._points, (NEVER, None))
        count = len(taken)
        while self._events and self._events[0][0] <= frontier:
            auxiliary.append((self.config, self._events.pop(0)[1]))
            count += 1
        self.next_time = min(self._point_time, self._events[0][0] if self._events else NEVER)
        if self._auxiliary:
            auxiliary.extend((self.config, point) for point in taken)
        elif taken:
            entries.append((self.config, taken, -1))
        return count


class UniverseSubscription(Subscription):
    """Moments at which a universe selects, each with the data to select from."""

    is_universe = True

    def __init__(self, config: SubscriptionDataConfig, universe: Any, start: int, moments: Iterator[tuple[int, list[Any]]]) -> None:
        super().__init__(config, universe, start)
        self._moments = moments
        self._extra: list[int] = []
        self._time, self._data = next(moments, (NEVER, []))
        self._set_next()

    def _set_next(self) -> None:
        self.next_time = min(self._time, self._extra[0] if self._extra else NEVER)

    def trigger(self, time: int) -> None:
        """Select once more at a moment, because members were added or removed."""
        self._extra.append(time)
        self._extra.sort()
        self._set_next()

    def due(self, frontier: int) -> list[Any]:
        """The data of what is due; moments without data count one point each."""
        collected: list[Any] = []
        while self._time <= frontier:
            collected.extend(self._data)
            self._time, self._data = next(self._moments, (NEVER, []))
        while self._extra and self._extra[0] <= frontier:
            self._extra.pop(0)
            collected.append(None)
        self._set_next()
        return collected
