"""Indicators computed ahead of time, a run of rows at once, and shown a row at a time.

An automatic indicator sees exactly the rows of its feed, which are known a file at a time. So its values over a run of rows are computed
in one go; while the run is read, the indicator shows the value at the feed's present row. Whoever does more than look (updates it
by hand, adds a handler, asks for its window, resets it) gets the ordinary indicator first, brought to the present row. The values
are the same decimals in both ways.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from itertools import repeat
from typing import Any

from lyra.engine.decimals import to_floats
from lyra.engine.indicators.base import IndicatorBase
from lyra.engine.indicators.points import IndicatorDataPoint

_MANY = 16
"""After so many looks in one run the floats of all its values are made at once."""
_KEPT = frozenset((
    "current", "is_ready", "samples", "name", "warm_up_period", "compare_to", "to_string", "to_detailed_string", "consolidators",
    "default_window_size", "_value", "_ahead", "_parameters", "_label", "_input", "_ready_after",
))  # fmt: skip


class Ahead:
    """One indicator's values over rows `first…` of a run; `feed.i` is the row that is shown."""

    __slots__ = ("ends", "feed", "first", "inputs", "looks", "points", "ready_at", "samples", "state", "symbol", "values")

    def __init__(self, feed: Any, first: int, values: list[Decimal], ends: list[int], symbol: Any, samples: int, state: dict[str, Any],
                 inputs: list[Decimal], ready_after: int) -> None:  # fmt: skip
        self.feed = feed
        self.first = first
        self.values = values
        self.points: list[IndicatorDataPoint] = []
        self.ends = ends
        self.symbol = symbol
        self.samples = samples
        self.state = state
        self.looks = 0
        self.inputs = inputs
        self.ready_at = first + ready_after - samples - 1
        """The first row at which the indicator is ready."""

    def point(self) -> IndicatorDataPoint:
        """The value at the present row, while few were asked for."""
        k = self.feed.i - self.first
        self.looks += 1
        if self.looks < _MANY:
            return IndicatorDataPoint._of(self.symbol, self.ends[self.feed.i], self.values[k])
        self.points = list(map(SeenPoint, to_floats(self.values), repeat(self), range(len(self.values))))
        return self.points[k]  # type: ignore[no-any-return]


class SeenPoint(IndicatorDataPoint):
    """A point of a run: its float is at hand, the rest is looked up when it is asked for."""

    __slots__ = ("_ahead", "_k", "value")

    def __init__(self, value: float, ahead: Ahead, k: int) -> None:
        self.value = value
        self._ahead = ahead
        self._k = k

    @property
    def _value(self) -> Decimal:  # type: ignore[override]
        return self._ahead.values[self._k]

    @property
    def _time(self) -> int:  # type: ignore[override]
        return self._ahead.ends[self._ahead.first + self._k]

    @property
    def _symbol(self) -> Any:  # type: ignore[override]
        return self._ahead.symbol


def can_run_ahead(indicator: Any) -> bool:
    """Whether an indicator is one of ours whose values depend on nothing but the prices that its feed gives it."""
    if not isinstance(indicator, IndicatorBase) or indicator._input is not IndicatorDataPoint:
        return False
    kind = type(indicator)
    if not kind.__module__.startswith("lyra.engine.indicators.") or kind.is_ready is not IndicatorBase.is_ready:
        return False
    if indicator._event is not None or indicator._window is not None or indicator._misses:
        return False
    return not any(isinstance(part, IndicatorBase) for part in vars(indicator).values())


def run_ahead(indicator: Any, feed: Any, first: int, ends: list[int], inputs: list[Decimal], symbol: Any) -> bool:
    """Compute an indicator over rows from `first` on; False if it does not take all of them."""
    if indicator._last_end > ends[first]:
        return False
    samples = indicator.samples
    state = indicator._save()
    values = indicator._bulk(ends[first:] if first else ends, inputs, symbol)
    indicator._ahead = Ahead(feed, first, values, ends, symbol, samples, state, inputs, indicator._ready_after)
    indicator.__class__ = _ahead_class(type(indicator))  # type: ignore[arg-type]
    return True


def finish(indicator: Any) -> None:
    """All rows of the run have been shown: the indicator is an ordinary one again."""
    if "_ahead" in vars(indicator):
        indicator._ahead.points = []
        indicator.__class__ = type(indicator).__mro__[1]
        del indicator._ahead


def settle(indicator: Any) -> None:
    """Make the indicator an ordinary one at the present row, whatever the run holds beyond."""
    ahead: Ahead = indicator._ahead
    shown = ahead.feed.i + 1 - ahead.first
    finish(indicator)
    if shown < len(ahead.values):
        indicator._restore(ahead.state)
        if shown > 0:
            indicator._bulk(ahead.ends[ahead.first : ahead.first + shown], ahead.inputs[:shown], ahead.symbol)
    ahead.feed.settled(indicator)


def _settling(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        settle(self)
        return function(self, *args, **kwargs)

    return method


def _settling_property(source: property) -> property:
    read, write = source.fget, source.fset
    return property(None if read is None else _settling(read), None if write is None else _settling(write))


def _current(self: Any) -> IndicatorDataPoint:
    ahead = self._ahead
    points = ahead.points
    return points[ahead.feed.i - ahead.first] if points else ahead.point()  # type: ignore[no-any-return]


@cache
def _ahead_class(kind: type) -> type:
    """A subclass that shows the value at the feed's row and settles for everything else."""
    members: dict[str, Any] = {"__slots__": (), "__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
    for base in reversed(kind.__mro__[:-1]):
        for name, member in vars(base).items():
            if name in _KEPT or name[0].isupper() or (name.startswith("__") and name not in ("__getitem__", "__iter__")):
                continue
            if isinstance(member, property):
                members[name] = _settling_property(member)
            elif callable(member) and not isinstance(member, (staticmethod, classmethod, type)):
                members[name] = _settling(member)
    members["current"] = property(_current)
    members["is_ready"] = property(lambda self: self._ahead.feed.i >= self._ahead.ready_at)
    members["samples"] = property(lambda self: self._ahead.samples + self._ahead.feed.i + 1 - self._ahead.first)
    members["_value"] = property(lambda self: self._ahead.values[self._ahead.feed.i - self._ahead.first])
    return type(kind.__name__, (kind,), members)
