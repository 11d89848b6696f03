"""Indicators computed ahead of time, a run of rows at once, and shown a row at a time.

An automatic indicator sees exactly the rows of its feed, which are known a file at a time. So its values over a run of rows are computed
in one go; while the run is read, the indicator shows the value at the feed's present row. Whoever does more than look (updates it
by hand, adds a handler, asks for its window, resets it) gets the ordinary indicator first, brought to the present row. The values
are the same decimals in both ways. Where a class knows the doubles of its values without their decimals (`doubles.py`), only those are
made, run after run, and the decimals of all these runs once somebody asks for one.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from lyra.engine.decimals import to_float, to_floats
from lyra.engine.feed.rows import ColumnRows, IntColumn
from lyra.engine.indicators.base import IndicatorBase
from lyra.engine.indicators.doubles import WindowFloats
from lyra.engine.indicators.points import IndicatorDataPoint

_MANY = 16
"""After so many looks in one run the floats of all its values are made at once."""
_KEPT = frozenset((
    "current", "is_ready", "samples", "name", "warm_up_period", "compare_to", "to_string", "to_detailed_string", "consolidators",
    "default_window_size", "_value", "_ahead", "_parameters", "_label", "_input", "_ready_after", "_decimals_are_read",
))  # fmt: skip
_new = object.__new__


class Run:
    """The values of an indicator over some rows that came one after another: decimals, or so far only floats."""

    __slots__ = ("_lazy", "ahead", "ends", "floats", "inputs", "known", "looks")

    def __init__(self, ahead: Ahead, ends: Any, inputs: list[Decimal] | IntColumn, doubles: list[float] | WindowFloats | None) -> None:
        self.ahead = ahead
        self.ends = ends
        self.inputs = inputs
        self.floats: list[float] | None = doubles if isinstance(doubles, list) else None
        self._lazy: WindowFloats | None = None if isinstance(doubles, list) else doubles
        self.known: list[Decimal] | None = None
        self.looks = 0

    @property
    def values(self) -> list[Decimal]:
        """The decimals."""
        if self.known is None:
            self.ahead.find_decimals()
        return self.known  # type: ignore[return-value]

    def feed(self, count: int | None = None) -> list[Decimal]:
        """Give the rows, or the first `count` of them, to the ordinary indicator."""
        inputs = self.inputs.decimals() if isinstance(self.inputs, IntColumn) else self.inputs
        ends = self.ends if isinstance(self.ends, list) else self.ends.tolist()
        return self.ahead.indicator._bulk(ends[:count], inputs[:count], self.ahead.symbol)  # type: ignore[no-any-return]

    def look(self, k: int) -> float:
        """The float of one value; of all of them once many were asked for."""
        self.looks += 1
        if self._lazy is not None:
            if self.looks * _MANY < len(self.ends):
                return self._lazy.at(k)
            self.floats, self._lazy = self._lazy.all(), None
        if self.floats is None and self.looks >= _MANY:
            self.floats = to_floats(self.values)
        return to_float(self.values[k]) if self.floats is None else self.floats[k]

    def forget_floats(self) -> None:
        """No more looks are to come."""
        self.floats = self._lazy = None


class Ahead:
    """What an indicator shows while it runs ahead: the value of `run` at the feed's row `feed.i`, which is `feed.i - first` in the run."""

    __slots__ = (
        "_doubles", "_earlier", "_state", "column", "feed", "first", "indicator", "k", "ready_at", "run", "samples", "seen", "symbol",
    )  # fmt: skip

    def __init__(self, indicator: Any, feed: Any, column: str, symbol: Any) -> None:
        self.indicator = indicator
        self.feed = feed
        self.column = column
        self.symbol = symbol
        self.samples: int = indicator.samples
        self._state: dict[str, Any] = indicator._save()
        self._earlier: list[Run] = []
        """Runs since `_state`, before the present one."""
        self._doubles = None if indicator._decimals_are_read else indicator._doubles()

    def begin(self, rows: ColumnRows, first: int) -> None:
        """Compute the rows from `first` on."""
        if self._doubles is None or first or not self._begin_doubles(rows):
            self._doubles = None
            self._enter(first, Run(self, rows.end[first:] if first else rows.end, rows.exact_column(self.column)[first:], None))
            self.run.known = self.run.feed()

    def go_on(self, rows: ColumnRows, first: int) -> bool:
        """Take a further run's rows; False if that needs decimals."""
        if self._doubles is None or self.indicator._decimals_are_read or first or rows.end[0] < self.run.ends[-1]:
            return False
        last = self.run
        self.samples += len(last.ends)
        if not self._begin_doubles(rows):
            self.samples -= len(last.ends)
            return False
        last.forget_floats()
        self._earlier.append(last)
        return True

    def _begin_doubles(self, rows: ColumnRows) -> bool:
        column = rows.int_column(self.column)
        doubles = None if column is None or self._doubles is None else self._doubles.run(column)
        if column is None or doubles is None:
            return False
        self._enter(0, Run(self, column.ends, column, doubles))
        return True

    def _enter(self, first: int, run: Run) -> None:
        self.first = first
        self.ready_at = first + self.indicator._ready_after - self.samples - 1
        self.run = run
        self.k = -1
        self.seen: IndicatorDataPoint | None = None

    def find_decimals(self) -> None:
        """Compute the decimals of all runs since `_state`: the indicator is from now on asked for decimals."""
        indicator = self.indicator
        kind = type(indicator)
        _leave(indicator)
        self._return()
        self._state = indicator._save()
        self.run.known = self.run.feed()
        indicator._decimals_are_read = True
        indicator._ahead = self
        indicator.__class__ = kind

    def _return(self) -> None:
        """Bring the ordinary indicator to the beginning of the run."""
        self.indicator._restore(self._state)
        for run in self._earlier:
            run.known = run.feed()
        self._earlier = []

    def settle(self, shown: int) -> None:
        """Make the indicator an ordinary one after `shown` rows of the run."""
        indicator = self.indicator
        _leave(indicator)
        if self.run.known is None or shown < len(self.run.ends):
            self._return()
            shown_values = self.run.feed(shown)
            self.run.known = self.run.known or shown_values


class SeenPoint(IndicatorDataPoint):
    """A point of a run: its float is at hand, the rest is looked up when it is asked for."""

    __slots__ = ("_k", "_run", "value")
    _k: int
    _run: Run
    value: float

    @property
    def _value(self) -> Decimal:  # type: ignore[override]
        return self._run.values[self._k]

    @property
    def _time(self) -> int:  # type: ignore[override]
        return int(self._run.ends[self._k])

    @property
    def _symbol(self) -> Any:  # type: ignore[override]
        return self._run.ahead.symbol


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


def run_ahead(indicator: Any, feed: Any, rows: ColumnRows, first: int, column: str, symbol: Any) -> bool:
    """Compute an indicator over rows from `first` on; False if it does not take all of them."""
    if indicator._last_end > rows.end[first]:
        return False
    ahead = Ahead(indicator, feed, column, symbol)
    ahead.begin(rows, first)
    indicator._ahead = ahead
    indicator.__class__ = _ahead_class(type(indicator))  # type: ignore[arg-type]
    return True


def settle(indicator: Any) -> None:
    """Make the indicator an ordinary one at the present row, whatever the run holds beyond."""
    ahead: Ahead = indicator._ahead
    ahead.settle(ahead.feed.i + 1 - ahead.first)
    ahead.feed.settled(indicator)


def _leave(indicator: Any) -> None:
    indicator.__class__ = type(indicator).__mro__[1]
    del indicator._ahead


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
    k = ahead.feed.i - ahead.first
    if k != ahead.k:
        ahead.k = k
        run = ahead.run
        ahead.seen = point = _new(SeenPoint)
        point._run = run
        point._k = k
        point.value = run.look(k) if run.floats is None else run.floats[k]
    return ahead.seen  # type: ignore[no-any-return]


def _samples(self: Any) -> int:
    ahead = self._ahead
    return ahead.samples + ahead.feed.i + 1 - ahead.first  # type: ignore[no-any-return]


def _is_ready(self: Any) -> bool:
    ahead = self._ahead
    return ahead.feed.i >= ahead.ready_at  # type: ignore[no-any-return]


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
    members["is_ready"] = property(_is_ready)
    members["samples"] = property(_samples)
    members["_value"] = property(lambda self: self._ahead.run.values[self._ahead.feed.i - self._ahead.first])
    return type(kind.__name__, (kind,), members)
