"""Highs and lows that stand out, and counts of closes: zig-zag, pivot points, TD sequential (`Indicators/*.cs`)."""

from __future__ import annotations

import operator
from collections import deque
from decimal import Decimal
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import PivotPointType, TomDemarkSequentialPhase
from lyra.engine.exact import ONE, ZERO, add, multiply, subtract
from lyra.engine.indicators.arguments import integer, number, truth
from lyra.engine.indicators.base import BarIndicator, part_property
from lyra.engine.indicators.events import Event
from lyra.engine.indicators.extremes import Identity
from lyra.engine.naming import LeanObject
from lyra.engine.times import to_datetime


class ZigZag(BarIndicator):
    """The last pivot: a new one when the price turns by `sensitivity` (0.05 is 5 %) after `min_trend_length` bars at least."""

    _parameters = (number("sensitivity", "0.05"), integer("min_trend_length", 1))
    _label = "ZZ({sensitivity},{min_trend_length})"

    def _setup(self, sensitivity: Decimal, min_trend_length: int) -> None:  # type: ignore[override]
        if not ZERO < sensitivity < ONE:
            raise ArgumentException("Sensitivity must be between 0 and 1. (Parameter 'sensitivity')")
        if min_trend_length < 1:
            raise ArgumentException("Minimum trend length must be greater than 0. (Parameter 'minTrendLength')")
        self.high_pivot, self.low_pivot = Identity(self.name + "_HighPivot"), Identity(self.name + "_LowPivot")
        self._up, self._down, self._length = add(ONE, sensitivity), subtract(ONE, sensitivity), min_trend_length
        self._pivot: tuple[Decimal, Decimal] | None = None
        self._count = 0
        self._was_low = False
        self._type = PivotPointType.LOW
        self._ready_after = self.warm_up_period = min_trend_length + 1

    high_pivot: Identity
    low_pivot: Identity

    @property
    def pivot_type(self) -> PivotPointType:
        """Whether the last pivot is a high or a low."""
        return self._type

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = x._high, x._low
        if self._pivot is None:
            self._turn(high, low, end, True)
            return ZERO
        high_before, low_before = self._pivot
        current = low_before if self._was_low else high_before
        if self._was_low:
            if high >= multiply(low_before, self._up) and self._count >= self._length:
                self._turn(high, low, end, False)
                current = self.high_pivot._value
            elif low <= low_before:
                self._turn(high, low, end, True)
                current = self.low_pivot._value
        elif low <= multiply(high_before, self._down) and self._count >= self._length:
            self._turn(high, low, end, True)
            current = self.low_pivot._value
        elif high >= high_before:
            self._turn(high, low, end, False)
            current = self.high_pivot._value
        self._count += 1
        return current

    def _turn(self, high: Decimal, low: Decimal, end: int, to_low: bool) -> None:
        self._pivot, self._count = (high, low), 0
        if to_low:
            self.low_pivot._push(None, end, low)
        else:
            self.high_pivot._push(None, end, high)
        if to_low != self._was_low:
            self._type = PivotPointType.LOW if to_low else PivotPointType.HIGH
        self._was_low = to_low

    def _reset_parts(self) -> None:
        self._pivot = None
        self._type = PivotPointType.LOW
        self.high_pivot.reset()
        self.low_pivot.reset()


class PivotPoint(BaseData):
    """A pivot: its type, price (`value`) and the end of its bar (`time`)."""

    def __init__(self, type: PivotPointType, price: Any, time: Any) -> None:
        self._type = type
        self.value = price
        self.time = time

    @property
    def pivot_point_type(self) -> PivotPointType:
        """High or low."""
        return self._type


class PivotPointsEventArgs(LeanObject):
    """What `new_pivot_point_formed` hands over."""

    def __init__(self, pivot_point: PivotPoint) -> None:
        self._pivot_point = pivot_point

    @property
    def pivot_point(self) -> PivotPoint:
        """The new pivot."""
        return self._pivot_point


class PivotPointsHighLow(BarIndicator):
    """Bars higher or lower than all bars around them: 1 a high, -1 a low, 2 both, 0 none.

    `PivotPointsHighLow(surrounding[, last_stored_values])` or `(for_high, for_low, last_stored_values, strict)`.
    """

    _parameters = (integer("surrounding_bars_count_for_high_point"), integer("surrounding_bars_count_for_low_point"),
                   integer("last_stored_values", 100), truth("strict", True))  # fmt: skip
    _label = "PivotPointsHighLow({surrounding_bars_count_for_high_point},{surrounding_bars_count_for_low_point})"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rest = args[1:] if args and isinstance(args[0], str) else args
        single = "surrounding_bars_count" in kwargs or (
            len(rest) <= 2 and len(rest) == len(args) and not any("low" in key.lower() for key in kwargs)
        )
        if single and (rest or kwargs):
            count = kwargs.pop("surrounding_bars_count") if "surrounding_bars_count" in kwargs else rest[0]
            args = (f"PivotPointsHighLow({count})", count, count, *rest[1:])
        super().__init__(*args, **kwargs)

    def _setup(  # type: ignore[override]
        self, surrounding_bars_count_for_high_point: int, surrounding_bars_count_for_low_point: int, last_stored_values: int, strict: bool
    ) -> None:
        self._around_high, self._around_low = surrounding_bars_count_for_high_point, surrounding_bars_count_for_low_point
        self._highs: deque[tuple[Decimal, int]] = deque(maxlen=2 * self._around_high + 1)
        self._lows: deque[tuple[Decimal, int]] = deque(maxlen=2 * self._around_low + 1)
        self._pivots: deque[tuple[PivotPointType, Decimal, int]] = deque(maxlen=last_stored_values)
        self._strict = strict
        self._formed = Event()
        self.warm_up_period = max(self._highs.maxlen or 0, self._lows.maxlen or 0)

    @property
    def new_pivot_point_formed(self) -> Event:
        """Fired for each pivot with `PivotPointsEventArgs`."""
        return self._formed

    @new_pivot_point_formed.setter
    def new_pivot_point_formed(self, event: Event) -> None:
        self._formed = event

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._highs.append((x._high, end))
        self._lows.append((x._low, end))
        high = self._middle(self._highs, self._around_high, 1)
        low = self._middle(self._lows, self._around_low, -1)
        if high is not None:
            self._keep(PivotPointType.HIGH, *high)
        if low is not None:
            self._keep(PivotPointType.LOW, *low)
        if high is not None:
            return Decimal(2 if low is not None else 1)
        return Decimal(-1 if low is not None else 0)

    def _middle(self, bars: deque[tuple[Decimal, int]], around: int, sign: int) -> tuple[Decimal, int] | None:
        if len(bars) < (bars.maxlen or 0):
            return None
        price, end = bars[around]
        for i, (other, _) in enumerate(bars):
            beaten = other < price if sign > 0 else other > price
            if i != around and not beaten and (self._strict or other != price):
                return None
        return price, end

    def _keep(self, kind: PivotPointType, price: Decimal, end: int) -> None:
        self._pivots.appendleft((kind, price, end))
        self._formed.fire(self, PivotPointsEventArgs(PivotPoint(kind, price, to_datetime(end))))

    def _shown(self, kind: PivotPointType | None) -> list[PivotPoint]:
        return [PivotPoint(k, price, to_datetime(end)) for k, price, end in self._pivots if kind is None or k == kind]

    def get_high_pivot_points_array(self) -> list[PivotPoint]:
        """The stored highs, newest first."""
        return self._shown(PivotPointType.HIGH)

    def get_low_pivot_points_array(self) -> list[PivotPoint]:
        """The stored lows, newest first."""
        return self._shown(PivotPointType.LOW)

    def get_all_pivot_points_array(self) -> list[PivotPoint]:
        """All stored pivots, newest first."""
        return self._shown(None)

    @property
    def is_ready(self) -> bool:
        """Whether both windows are full."""
        return len(self._highs) == self._highs.maxlen and len(self._lows) == self._lows.maxlen

    def _reset_parts(self) -> None:
        self._highs.clear()
        self._lows.clear()
        self._pivots.clear()


class TomDemarkSequential(BarIndicator):
    """Tom DeMark's setup (9 closes beyond that of 4 bars ago) and countdown (13). The value is a `TomDemarkSequentialPhase`."""

    _label = "TomDemarkSequential"
    _ready_after = 6
    warm_up_period = 6
    _SETUP, _COUNTDOWN = 9, 13

    def _setup(self) -> None:  # type: ignore[override]
        self._bars: deque[tuple[Decimal, Decimal, Decimal]] = deque(maxlen=10)
        self._begin()

    def _begin(self) -> None:
        self._phase = TomDemarkSequentialPhase.NONE
        self._setup_count = self._countdown = 0
        self._support = self._resistance = ZERO

    support_price = part_property("_support", "Lowest low of a completed sell setup.")
    resistance_price = part_property("_resistance", "Highest high of a completed buy setup.")

    @property
    def setup_phase_step_count(self) -> int:
        """How many bars the setup has."""
        return self._setup_count

    @property
    def countdown_phase_step_count(self) -> int:
        """How many bars the countdown has."""
        return self._countdown

    @property
    def period(self) -> int:
        """How many bars are kept."""
        return 10

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._bars.appendleft((x._high, x._low, x._close))
        if self.samples < 6:
            return ZERO
        phase, phases = self._phase, TomDemarkSequentialPhase
        if phase == phases.NONE:
            return Decimal(int(self._look_for_setup()))
        if phase == phases.BUY_SETUP:
            return Decimal(int(self._go_on_with_setup(1)))
        if phase == phases.SELL_SETUP:
            return Decimal(int(self._go_on_with_setup(-1)))
        return Decimal(int(self._count_down(1 if phase == phases.BUY_COUNTDOWN else -1)))

    def _look_for_setup(self) -> TomDemarkSequentialPhase:
        bars, phases = self._bars, TomDemarkSequentialPhase
        before, now = bars[1][2] - bars[5][2], bars[0][2] - bars[4][2]
        if before > ZERO > now:
            self._phase = phases.BUY_SETUP
        elif before < ZERO < now:
            self._phase = phases.SELL_SETUP
        else:
            return phases.NONE
        self._setup_count = 1
        return self._phase

    def _go_on_with_setup(self, side: int) -> TomDemarkSequentialPhase:
        """`side` is 1 for a buy setup (closes fall), -1 for a sell setup."""
        bars, phases = self._bars, TomDemarkSequentialPhase
        if not (bars[0][2] < bars[4][2] if side > 0 else bars[0][2] > bars[4][2]):
            self._phase = phases.NONE
            return phases.NONE
        self._setup_count += 1
        if self._setup_count < self._SETUP:
            return phases.BUY_SETUP if side > 0 else phases.SELL_SETUP
        edge = [bar[1] if side > 0 else bar[0] for bar in bars]
        beyond = operator.lt if side > 0 else operator.gt
        perfect = any(beyond(edge[i], edge[3]) and beyond(edge[i], edge[2]) for i in (0, 1))
        if beyond(bars[0][2], edge[2]):
            self._countdown = 1
        oldest = list(bars)[len(bars) - self._SETUP :][: self._SETUP]
        if side > 0:
            self._phase, self._resistance = phases.BUY_COUNTDOWN, max(bar[0] for bar in oldest)
            return phases.BUY_SETUP_PERFECT if perfect else phases.BUY_SETUP
        self._phase, self._support = phases.SELL_COUNTDOWN, min(bar[1] for bar in oldest)
        return phases.SELL_SETUP_PERFECT if perfect else phases.SELL_SETUP

    def _count_down(self, side: int) -> TomDemarkSequentialPhase:
        phases, close, (high, low, _) = TomDemarkSequentialPhase, self._bars[0][2], self._bars[2]
        if close <= low if side > 0 else close >= high:
            self._countdown += 1
            if self._countdown == self._COUNTDOWN:
                self._phase = phases.NONE
            return phases.BUY_COUNTDOWN if side > 0 else phases.SELL_COUNTDOWN
        if close > self._resistance if side > 0 else close < self._support:
            self._phase = phases.NONE
        return phases.NONE

    def _reset_parts(self) -> None:
        self._bars.clear()
        self._begin()
