"""Oscillators of bars: places of the close within a range, and averages of what a bar shows."""

from __future__ import annotations

import math
from collections import deque
from decimal import Decimal
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import MovingAverageType
from lyra.engine.exact import (
    HUNDRED,
    ONE,
    TWO,
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
)
from lyra.engine.indicators.arguments import average_type, integer
from lyra.engine.indicators.averages import (
    ExponentialMovingAverage,
    SimpleMovingAverage,
    Sum,
    average_of,
)
from lyra.engine.indicators.base import BarIndicator, Indicator, IndicatorBase
from lyra.engine.indicators.composite import Part
from lyra.engine.indicators.extremes import Maximum, Minimum
from lyra.engine.indicators.statistics import MeanAbsoluteDeviation
from lyra.engine.indicators.volatility import TrueRange

_THREE = Decimal(3)
_THREE_POINT = Decimal("3.0")
_FIFTY = Decimal(50)


def typical_price(bar: Any, three: Decimal = _THREE) -> Decimal:
    """(high + low + close) / 3."""
    return divide(add(add(bar._high, bar._low), bar._close), three)


class AwesomeOscillator(BarIndicator):
    """Fast average - slow average of (high + low) / 2; 0 until ready."""

    _parameters = (integer("fast_period"), integer("slow_period"), average_type(MovingAverageType.SIMPLE, "type"))
    _label = "AO({fast_period},{slow_period},{type})"

    def _setup(self, fast_period: int, slow_period: int, type: MovingAverageType) -> None:  # type: ignore[override]
        self.slow_ao, self.fast_ao = average_of(type, slow_period), average_of(type, fast_period)
        self.warm_up_period = max(slow_period, fast_period)

    slow_ao: IndicatorBase
    fast_ao: IndicatorBase

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        price = divide(add(x._high, x._low), TWO)
        self.slow_ao._push(None, end, price)
        self.fast_ao._push(None, end, price)
        return subtract(self.fast_ao._value, self.slow_ao._value) if self.is_ready else ZERO

    @property
    def is_ready(self) -> bool:
        """Whether both averages are ready."""
        return self.slow_ao.is_ready and self.fast_ao.is_ready

    def _reset_parts(self) -> None:
        self.slow_ao.reset()
        self.fast_ao.reset()


class Stochastic(BarIndicator):
    """Place of the close between the lowest low and highest high, in percent; `stoch_k`, `stoch_d` are its averages."""

    _parameters = (integer("period"), integer("k_period"), integer("d_period"))
    _label = "STO({period},{k_period},{d_period})"

    def _setup(self, period: int, k_period: int, d_period: int) -> None:  # type: ignore[override]
        self._maximum, self._minimum = Maximum(period), Minimum(period)
        fast, slow = Sum(k_period), Sum(d_period)
        self._fast_sum, self._slow_sum = fast, slow
        self._k, self._d = Decimal(k_period), Decimal(d_period)
        highest = self._maximum
        self.fast_stoch = Part(self.name + "_FastStoch", lambda: highest.is_ready)
        self.stoch_k = Part(self.name + "_StochK", lambda: fast.is_ready)
        self.stoch_d = Part(self.name + "_StochD", lambda: slow.is_ready)
        self.warm_up_period = period + k_period + d_period - 2

    fast_stoch: Part
    stoch_k: Part
    stoch_d: Part

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = self._maximum._feed(x._high), self._minimum._feed(x._low)
        place = ZERO
        if self._maximum.is_ready:
            width = subtract(high, low)
            if width != ZERO:
                place = divide(subtract(x._close, low), width)
                self._fast_sum._feed(place)
        self.fast_stoch._show(symbol, end, multiply(place, HUNDRED) if place is not ZERO else ZERO)
        k = ZERO
        if self._fast_sum.is_ready:
            k = share(self._fast_sum._value, self._k)
            self._slow_sum._feed(k)
        self.stoch_k._show(symbol, end, multiply(k, HUNDRED))
        d = share(self._slow_sum._value, self._d) if self._slow_sum.is_ready else ZERO
        self.stoch_d._show(symbol, end, multiply(d, HUNDRED))
        return self.fast_stoch._value

    @property
    def is_ready(self) -> bool:
        """Whether all three lines are ready."""
        return self._maximum.is_ready and self._fast_sum.is_ready and self._slow_sum.is_ready

    def _reset_parts(self) -> None:
        for part in (self.fast_stoch, self.stoch_k, self.stoch_d, self._maximum, self._minimum, self._fast_sum, self._slow_sum):
            part.reset()


class PremierStochasticOscillator(BarIndicator):
    """(e^s - 1) / (e^s + 1) of the twice smoothed stochastic s = 0.1 · (k - 50); 0 until ready."""

    _parameters = (integer("period"), integer("ema_period"))
    _label = "PSO({period},{ema_period})"

    def _setup(self, period: int, ema_period: int) -> None:  # type: ignore[override]
        self._stochastic = Stochastic(self.name, period, period, period)
        self._first, self._second = ExponentialMovingAverage(ema_period), ExponentialMovingAverage(ema_period)
        self.warm_up_period = period + 2 * (ema_period - 1)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        k = self._stochastic._feed(x)
        if not self._stochastic.fast_stoch.is_ready:
            return ZERO
        first = self._first._feed(multiply(Decimal("0.1"), subtract(k, _FIFTY)))
        if not self._first.is_ready:
            return ZERO
        second = self._second._feed(first)
        if not self._second.is_ready:
            return ZERO
        power = from_double(math.exp(to_double(second)))
        return divide(subtract(power, ONE), add(power, ONE))

    @property
    def is_ready(self) -> bool:
        """Whether the second average is ready."""
        return self._second.is_ready

    def _reset_parts(self) -> None:
        self._stochastic.reset()
        self._first.reset()
        self._second.reset()


class WilliamsPercentR(BarIndicator):
    """-100 · (highest - close) / (highest - lowest); 0 until ready and in a flat market."""

    _parameters = (integer("period"),)
    _label = "WILR({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self.maximum, self.minimum = Maximum(self.name + "_Max", period), Minimum(self.name + "_Min", period)
        self._ready_after = self.warm_up_period = period

    maximum: Maximum
    minimum: Minimum

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.minimum._push(None, end, x._low)
        self.maximum._push(None, end, x._high)
        if self.samples < self._ready_after:
            return ZERO
        width = subtract(self.maximum._value, self.minimum._value)
        return ZERO if width == ZERO else divide(multiply(Decimal(-100), subtract(self.maximum._value, x._close)), width)

    def _reset_parts(self) -> None:
        self.maximum.reset()
        self.minimum.reset()


class UltimateOscillator(BarIndicator):
    """Weighted mean (4, 2, 1) of buying pressure over true range for three periods, in percent; 50 until ready."""

    _parameters = (integer("period_1"), integer("period_2"), integer("period_3"))
    _label = "ULTOSC({period_1},{period_2},{period_3})"

    def _setup(self, period_1: int, period_2: int, period_3: int) -> None:  # type: ignore[override]
        self._range = TrueRange(self.name + "_TR")
        self._pressure_1, self._pressure_2, self._pressure_3 = Sum(period_1), Sum(period_2), Sum(period_3)
        self._range_1, self._range_2, self._range_3 = Sum(period_1), Sum(period_2), Sum(period_3)
        self._close = ZERO
        self._ready_after = self.warm_up_period = max(period_1, period_2, period_3) + 1

    def _pairs(self) -> tuple[tuple[Sum, Sum], ...]:
        return ((self._pressure_1, self._range_1), (self._pressure_2, self._range_2), (self._pressure_3, self._range_3))

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        reach = self._range._feed(x)
        close, before = x._close, self._close
        self._close = close
        if self.samples == 1:
            return _FIFTY
        pressure = subtract(close, min(x._low, before))
        for pressures, ranges in self._pairs():
            pressures._feed(pressure)
            ranges._feed(reach)
        if self.samples < self._ready_after:
            return _FIFTY
        if any(ranges._value == ZERO for _, ranges in self._pairs()):
            return self._value
        one, two, three = (divide(pressures._value, ranges._value) for pressures, ranges in self._pairs())
        weighted = add(add(multiply(Decimal(4), one), multiply(TWO, two)), three)
        return share(multiply(HUNDRED, weighted), Decimal(7))

    def _reset_parts(self) -> None:
        self._range.reset()
        for pressures, ranges in self._pairs():
            pressures.reset()
            ranges.reset()


class CommodityChannelIndex(BarIndicator):
    """(typical price - its average) / (0.015 · its mean absolute deviation)."""

    _parameters = (integer("period"), average_type(MovingAverageType.SIMPLE))
    _label = "CCI({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self.moving_average_type = moving_average_type
        self.typical_price_average = average_of(moving_average_type, self.name + "_TypicalPriceAvg", period)
        self.typical_price_mean_deviation = MeanAbsoluteDeviation(self.name + "_TypicalPriceMAD", period)
        self.warm_up_period = period

    moving_average_type: MovingAverageType
    typical_price_average: IndicatorBase
    typical_price_mean_deviation: MeanAbsoluteDeviation

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        price = typical_price(x, _THREE_POINT)
        self.typical_price_average._push(None, end, price)
        self.typical_price_mean_deviation._push(None, end, price)
        unit = multiply(Decimal("0.015"), self.typical_price_mean_deviation._value)
        return Decimal("0.0") if unit == ZERO else divide_safely(subtract(price, self.typical_price_average._value), unit, self._value)

    @property
    def is_ready(self) -> bool:
        """Whether average and deviation are ready."""
        return self.typical_price_average.is_ready and self.typical_price_mean_deviation.is_ready

    def _reset_parts(self) -> None:
        self.typical_price_average.reset()
        self.typical_price_mean_deviation.reset()


class BalanceOfPower(BarIndicator):
    """(close - open) / (high - low); 0 for a bar without range."""

    _label = "BOP"
    warm_up_period = 1

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        width = subtract(x._high, x._low)
        return divide(subtract(x._close, x._open), width) if width > ZERO else ZERO


class InternalBarStrength(BarIndicator):
    """(close - low) / (high - low); 0.5 for a bar without range."""

    _label = "IBS()"
    warm_up_period = 1

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = x._high, x._low
        return Decimal("0.5") if high == low else divide(subtract(x._close, low), subtract(high, low))


class DeMarkerIndicator(BarIndicator):
    """Average of rises of the high / (that + average of falls of the low); 0 until ready."""

    _parameters = (integer("period"), average_type(MovingAverageType.SIMPLE, "type"))
    _label = "DEM({period},{type})"

    def _setup(self, period: int, type: MovingAverageType) -> None:  # type: ignore[override]
        self._rises, self._falls = average_of(type, period), average_of(type, period)
        self._high = self._low = ZERO
        self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = x._high, x._low
        rise = fall = ZERO
        if self.samples > 1:
            rise, fall = max(subtract(high, self._high), ZERO), max(subtract(self._low, low), ZERO)
        rises, falls = self._rises._feed(rise), self._falls._feed(fall)
        self._high, self._low = high, low
        if not self.is_ready:
            return ZERO
        both = add(rises, falls)
        return divide(rises, both) if both > ZERO else ZERO

    @property
    def is_ready(self) -> bool:
        """Whether both averages are ready."""
        return self._rises.is_ready and self._falls.is_ready  # type: ignore[no-any-return]

    def _reset_parts(self) -> None:
        self._high = self._low = ZERO
        self._rises.reset()
        self._falls.reset()


class RelativeVigorIndexSignal(Indicator):
    """(v0 + 2·v1 + 2·v2 + v3) / 6 of the last four values; 0 until there are four."""

    _ready_after = 3
    warm_up_period = 3

    def __init__(self, name: str) -> None:
        self.name = name
        self._recent: deque[Decimal] = deque(maxlen=3)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        recent = self._recent
        result = ZERO
        if len(recent) == 3:
            result = share(add(add(x, multiply(TWO, add(recent[2], recent[1]))), recent[0]), Decimal(6))
        recent.append(x)
        return result

    def _reset_parts(self) -> None:
        self._recent.clear()


class RelativeVigorIndex(BarIndicator):
    """Average of close - open / average of high - low, both weighted over four bars; 0 until ready."""

    _parameters = (integer("period"), average_type(MovingAverageType.SIMPLE, "type"))
    _label = "RVI({period},{type})"

    def _setup(self, period: int, type: MovingAverageType) -> None:  # type: ignore[override]
        self._close_band, self._range_band = average_of(type, period), average_of(type, period)
        self._recent: deque[tuple[Decimal, Decimal]] = deque(maxlen=3)
        self.signal = RelativeVigorIndexSignal(f"{self.name}_S")
        self.warm_up_period = period + 3

    signal: RelativeVigorIndexSignal

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        recent, bar = self._recent, (subtract(x._close, x._open), subtract(x._high, x._low))
        result = ZERO
        if len(recent) == 3:
            closes, ranges = (
                share(add(add(bar[i], multiply(TWO, add(recent[2][i], recent[1][i]))), recent[0][i]), Decimal(6)) for i in (0, 1)
            )
            close, width = self._close_band._feed(closes), self._range_band._feed(ranges)
            if self.is_ready:
                result = divide(close, width) if width != ZERO else ZERO
                self.signal._push(None, end, result)
        recent.append(bar)
        return result

    @property
    def is_ready(self) -> bool:
        """Whether both averages are ready."""
        return self._close_band.is_ready and self._range_band.is_ready  # type: ignore[no-any-return]

    def _reset_parts(self) -> None:
        for part in (self._close_band, self._range_band, self.signal):
            part.reset()
        self._recent.clear()


class FisherTransform(BarIndicator):
    """Fisher transform of the place of (high + low) / 2 in its range, in doubles, plus half the last value; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "FISH({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._minimum, self._maximum = Minimum(period), Maximum(period)
        self._last = 0.0
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        price = divide(add(x._low, x._high), TWO)
        low, high = self._minimum._feed(price), self._maximum._feed(price)
        if self.samples < self._ready_after:
            return ZERO
        place = fisher = 0.0
        if low != high:
            ratio = to_double(divide(subtract(price, low), subtract(high, low)))
            place = 0.33 * 2 * (ratio - 0.5) + (1 - 0.33) * self._last
            bounded = min(max(place, -0.999), 0.999)
            fisher = 0.5 * math.log((1.0 + bounded) / (1.0 - bounded))
        self._last = place
        return add(from_double(fisher), multiply(Decimal("0.5"), self._value))

    def _reset_parts(self) -> None:
        self._last = 0.0
        self._minimum.reset()
        self._maximum.reset()


class WaveTrendOscillator(BarIndicator):
    """LazyBear's WaveTrend: the channel index of the typical price, smoothed; `signal` averages it."""

    _parameters = (integer("channel_period"), integer("average_period"), integer("signal_period"))
    _label = "WTO({channel_period},{average_period},{signal_period})"

    def _setup(self, channel_period: int, average_period: int, signal_period: int) -> None:  # type: ignore[override]
        if min(channel_period, average_period, signal_period) < 1:
            raise ArgumentException("WaveTrendOscillator: all periods must be greater than zero.")
        self.channel_average = ExponentialMovingAverage(self.name + "_ChannelAverage", channel_period)
        self.channel_deviation = ExponentialMovingAverage(self.name + "_ChannelDeviation", channel_period)
        self.channel_index_average = ExponentialMovingAverage(self.name + "_ChannelIndexAverage", average_period)
        self.signal = SimpleMovingAverage(self.name + "_Signal", signal_period)
        self.warm_up_period = 2 * channel_period + average_period + signal_period - 3

    channel_average: ExponentialMovingAverage
    channel_deviation: ExponentialMovingAverage
    channel_index_average: ExponentialMovingAverage
    signal: SimpleMovingAverage

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        price = typical_price(x)
        average, deviation, index = self.channel_average, self.channel_deviation, self.channel_index_average
        average._push(None, end, price)
        if not average.is_ready:
            return ZERO
        distance = subtract(price, average._value)
        deviation._push(None, end, magnitude(distance))
        if not deviation.is_ready:
            return ZERO
        unit = multiply(Decimal("0.015"), deviation._value)
        if unit == ZERO:
            return self._value
        index._push(None, end, divide(distance, unit))
        if index.is_ready:
            self.signal._push(None, end, index._value)
        return index._value

    @property
    def is_ready(self) -> bool:
        """Whether the signal is ready."""
        return self.signal.is_ready

    def _reset_parts(self) -> None:
        for part in (self.channel_average, self.channel_deviation, self.channel_index_average, self.signal):
            part.reset()
