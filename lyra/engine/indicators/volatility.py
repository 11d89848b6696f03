"""Ranges of bars: true range and its averages, volatility from open, high, low and close."""

from __future__ import annotations

import math
from collections import deque
from decimal import Decimal
from typing import Any

from lyra.engine.enums import MovingAverageType
from lyra.engine.exact import (
    HUNDRED,
    ZERO,
    add,
    divide,
    divide_safely,
    from_double,
    magnitude,
    multiply,
    share,
    subtract,
    to_double,
    total,
)
from lyra.engine.indicators.arguments import average_type, integer, number
from lyra.engine.indicators.averages import ExponentialMovingAverage, SimpleMovingAverage, Sum, average_of
from lyra.engine.indicators.base import BarIndicator, TradeBarIndicator
from lyra.engine.indicators.extremes import Maximum, Minimum


class TrueRange(BarIndicator):
    """The largest of high - low and the distances of high and low from the close before."""

    _parameters = ()
    _label = "TR"
    _ready_after = 2
    warm_up_period = 2
    _close = ZERO

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = x._high, x._low
        greatest = subtract(high, low)
        if self.samples > 1:
            greatest = max(greatest, magnitude(subtract(self._close, high)), magnitude(subtract(self._close, low)))
        self._close = x._close
        return greatest


class AverageTrueRange(BarIndicator):
    """A moving average (Wilder's by default) of the true range."""

    _parameters = (integer("period"), average_type(MovingAverageType.WILDERS))
    _label = "ATR({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self.warm_up_period = period
        self.true_range = TrueRange(self.name)
        self._smoother = average_of(moving_average_type, f"{self.name}_{moving_average_type.lean_name}", period)

    true_range: TrueRange

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.true_range._push(symbol, end, x)
        return self._smoother._feed(self.true_range._value)  # type: ignore[no-any-return]

    @property
    def is_ready(self) -> bool:
        """Whether the average is ready."""
        return self._smoother.is_ready  # type: ignore[no-any-return]

    def _reset_parts(self) -> None:
        self._smoother.reset()
        self.true_range.reset()


class NormalizedAverageTrueRange(BarIndicator):
    """Wilder's average true range in percent of the close; seeded with the mean of `period` + 1 true ranges."""

    _parameters = (integer("period"),)
    _label = "NATR({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._range = TrueRange(self.name + "_TR")
        self._mean = AverageTrueRange(self.name + "_ATR", period, MovingAverageType.SIMPLE)
        self._period, self._last = Decimal(period), ZERO
        self._ready_after = self.warm_up_period = period + 1

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._range._feed(x)
        close = x._close
        if self.samples <= self._ready_after:
            self._last = self._mean._feed(x)
        else:
            before = multiply(self._last, self._period - 1)
            self._last = share(add(before, self._range._value), self._period)
        return ZERO if close == ZERO else multiply(divide(self._last, close), HUNDRED)

    def _reset_parts(self) -> None:
        self._range.reset()
        self._mean.reset()


class AverageRange(BarIndicator):
    """Mean of high - low."""

    _parameters = (integer("period"),)
    _label = "AR({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._mean = SimpleMovingAverage(self.name + "_SMA", period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        return self._mean._feed(subtract(x._high, x._low))

    def _reset_parts(self) -> None:
        self._mean.reset()


class RogersSatchellVolatility(BarIndicator):
    """Root of the mean of ln(h/c)·ln(h/o) + ln(l/c)·ln(l/o), in doubles; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "RSV({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._sum = Sum(self.name + "_Sum", period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        o, h, lo, c = (to_double(v) for v in (x._open, x._high, x._low, x._close))
        if 0.0 in (o, h, lo, c):
            return ZERO
        self._sum._feed(from_double(math.log(h / c) * math.log(h / o) + math.log(lo / c) * math.log(lo / o)))
        if self.samples < self._ready_after:
            return ZERO
        return from_double(math.sqrt(to_double(self._sum._value) / self._ready_after))

    def _reset_parts(self) -> None:
        self._sum.reset()


class ChoppinessIndex(BarIndicator):
    """100 · log10(sum of true ranges / (highest - lowest)) / log10(period); 100 in a flat market, 0 until ready."""

    _parameters = (integer("period"),)
    _label = "CHOP({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._range = TrueRange()
        self._ranges: deque[Decimal] = deque(maxlen=period)
        self._highs: deque[Decimal] = deque(maxlen=period)
        self._lows: deque[Decimal] = deque(maxlen=period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._ranges.append(self._range._feed(x))
        self._highs.append(x._high)
        self._lows.append(x._low)
        if self.samples < self._ready_after:
            return ZERO
        high, low = max(self._highs), min(self._lows)
        if high == low:
            return HUNDRED
        path = to_double(total(reversed(self._ranges)))
        scale = math.log10(self._ready_after)
        ratio = 100.0 * math.log10(path / to_double(subtract(high, low)))
        return from_double(ratio / scale if scale else math.copysign(math.inf, ratio))

    def _reset_parts(self) -> None:
        self._range.reset()
        self._ranges.clear()
        self._highs.clear()
        self._lows.clear()


class MassIndex(TradeBarIndicator):
    """Sum of EMA of the range / EMA of that EMA; shows the sum's period until ready."""

    _parameters = (integer("ema_period", 9), integer("sum_period", 25))
    _label = "MASS({ema_period},{sum_period})"

    def _setup(self, ema_period: int, sum_period: int) -> None:  # type: ignore[override]
        self._first, self._second = ExponentialMovingAverage(ema_period), ExponentialMovingAverage(ema_period)
        self._sum = Sum(sum_period)
        self.warm_up_period = 2 * (ema_period - 1) + sum_period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        first = self._first._feed(subtract(x._high, x._low))
        if self._first.is_ready:
            self._second._feed(first)
        if self._second.is_ready:
            self._sum._feed(divide_safely(first, self._second._value))
        return self._sum._value if self._sum.is_ready else Decimal(self._sum.period)

    @property
    def is_ready(self) -> bool:
        """Whether the sum is full."""
        return self._sum.is_ready

    def _reset_parts(self) -> None:
        self._first.reset()
        self._second.reset()
        self._sum.reset()


class ChandeKrollStop(BarIndicator):
    """Stops at a multiple of the average true range from the extremes; the value is the bar's own."""

    _parameters = (integer("atr_period"), number("atr_mult"), integer("period"), average_type(MovingAverageType.WILDERS))
    _label = "CKS({atr_period},{atr_mult},{period})"

    def _setup(self, atr_period: int, atr_mult: Decimal, period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self._range, self._factor = AverageTrueRange(atr_period, moving_average_type), atr_mult
        self._highest, self._lowest = Maximum(atr_period), Minimum(atr_period)
        self.long_stop, self.short_stop = Minimum(self.name + "_Long", period), Maximum(self.name + "_Short", period)
        self._ready_after = self.warm_up_period = atr_period + period - 1

    long_stop: Minimum
    short_stop: Maximum

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        distance = multiply(self._range._feed(x), self._factor)
        self.short_stop._push(symbol, end, subtract(self._highest._feed(x._high), distance))
        self.long_stop._push(symbol, end, add(self._lowest._feed(x._low), distance))
        return x._value  # type: ignore[no-any-return]

    def _reset_parts(self) -> None:
        for part in (self._range, self._highest, self._lowest, self.short_stop, self.long_stop):
            part.reset()
