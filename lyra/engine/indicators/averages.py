"""Moving averages: every member of `MovingAverageType`, and those that are reached by their own class only.

`AVERAGES[type](period)` makes one (LEAN's `MovingAverageTypeExtensions.AsIndicator`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import MovingAverageType
from lyra.engine.exact import (
    NO_BAND,
    ONE,
    TWO,
    ZERO,
    add,
    band_of_product,
    band_of_quotient,
    band_of_sum,
    divide,
    ends_in_zero,
    from_double,
    multiply,
    share,
    subtract,
    to_double,
)
from lyra.engine.indicators.adaptive_averages import KaufmanAdaptiveMovingAverage, McGinleyDynamic
from lyra.engine.indicators.arguments import integer, number, text_of
from lyra.engine.indicators.base import Indicator, IndicatorBase, TradeBarIndicator, WindowIndicator
from lyra.engine.indicators.doubles import AverageDoubles, WindowDoubles, means_of
from lyra.engine.naming import LeanObject

RESET_ZERO = Decimal("0.0")
"""What LEAN's running sums start from after a reset (`0.0m`); a new one starts from 0."""


class Sum(WindowIndicator):
    """Sum of the last `period` prices."""

    _parameters = (integer("period"),)
    _label = "SUM({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._sum = ZERO

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        prices = self._prices
        total = add(self._sum, x)
        if len(prices) == self._size:
            total = subtract(total, prices[0])
        prices.append(x)
        self._sum = total
        return total

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._sum = RESET_ZERO


def _mean_of(mantissas: list[int], places: int) -> Decimal:
    return share(Decimal(sum(mantissas)).scaleb(-places), Decimal(len(mantissas)))


class SimpleMovingAverage(WindowIndicator):
    """Mean of the last `period` prices; of those there are before that."""

    _parameters = (integer("period"),)
    _label = "SMA({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._sum = ZERO
        self._sum_band = self._mean_band = NO_BAND
        self._count = Decimal(period)
        self._rolling_sum: Sum | None = None

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        prices, total = self._prices, self._sum
        plus, low, high = self._sum_band
        after = plus(total, x)
        if not low <= after <= high:
            after = add(total, x)
            self._sum_band = band_of_sum(after)
        if self._rolling_sum is not None:
            self._rolling_sum._push(symbol, end, x)
        if len(prices) < self._size:
            prices.append(x)
            self._sum = after
            return share(after, Decimal(len(prices)))
        total = subtract(after, prices[0])
        self._sum = total
        prices.append(x)
        over, low, high = self._mean_band
        mean = over(total, self._count)
        if low <= mean <= high and not ends_in_zero(mean):
            return mean
        mean = share(total, self._count)
        self._mean_band = band_of_quotient(mean)
        return mean

    def _run(self, times: Sequence[int], values: Sequence[Decimal], start: int, symbol: Any) -> list[Decimal]:
        if self._rolling_sum is not None:
            return super()._run(times, values, start, symbol)
        result: list[Decimal] = []
        push, append, prices = self._next, result.append, self._prices
        keep = prices.append
        i, count = start, len(values)
        while i < count and len(prices) < self._size:
            append(push(values[i], symbol, 0))
            i += 1
        total, size = self._sum, self._count
        (plus, low, high), (over, low_mean, high_mean) = self._sum_band, self._mean_band
        for x in values[i:]:
            after = plus(total, x)
            if not low <= after <= high:
                after = add(total, x)
                plus, low, high = band_of_sum(after)
            total = subtract(after, prices[0])
            keep(x)
            mean = over(total, size)
            if not low_mean <= mean <= high_mean or ends_in_zero(mean):
                mean = share(total, size)
                over, low_mean, high_mean = band_of_quotient(mean)
            append(mean)
        self._sum = total
        self.samples += len(result)
        return self._end_run(times, result, symbol)

    def _doubles(self) -> WindowDoubles | None:
        return WindowDoubles(self._prices, self._size, _mean_of, means_of) if self._rolling_sum is None else None

    @property
    def rolling_sum(self) -> Sum:
        """The sum of the window, an indicator of its own."""
        if self._rolling_sum is None:
            part = self._rolling_sum = Sum(self.name + "_Sum", self._size)
            part._prices.extend(self._prices)
            part._sum = self._sum
            part.samples = self.samples - 1
            if self.samples:
                part._show(self._history[0][2], self._history[0][1], self._sum)
            else:
                part.samples = 0
        return self._rolling_sum

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._sum = RESET_ZERO
        if self._rolling_sum is not None:
            self._rolling_sum.reset()


def smoothing_factor_default(period: int) -> Decimal:
    """2 / (1 + period)."""
    return divide(Decimal("2.0"), Decimal(1 + period))


class ExponentialMovingAverage(Indicator):
    """Exponential average, seeded with the mean of the first `period` prices; 0 until then."""

    _parameters = (integer("period"), number("smoothing_factor", None))

    def _default_name(self, values: dict[str, Any]) -> str:
        period, factor = values["period"], values["smoothing_factor"]
        return f"EMA({period})" if factor is None else f"EMA({period},{text_of(factor)})"

    def _setup(self, period: int, smoothing_factor: Decimal | None) -> None:  # type: ignore[override]
        if period < 1:
            raise ArgumentException("RollingWindow must have size of at least 1. (Parameter 'period')")
        self._k = smoothing_factor_default(period) if smoothing_factor is None else smoothing_factor
        self._rest = subtract(ONE, self._k)
        self._sum = ZERO
        self._new_band = self._old_band = self._sum_band = NO_BAND
        self._ready_after = self.warm_up_period = period

    @staticmethod
    def smoothing_factor_default(period: int) -> float:
        """2 / (1 + period)."""
        return to_double(smoothing_factor_default(period))

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        if self.samples <= self._ready_after:
            self._sum = add(self._sum, x)
            return share(self._sum, Decimal(self._ready_after)) if self.samples == self._ready_after else ZERO
        k, rest, value = self._k, self._rest, self._value
        if not rest:
            return add(multiply(x, k), multiply(value, rest))
        # the same, with guessed digits: this is the most used line of all indicators
        operation, low, high = self._new_band
        new = operation(x, k)
        if not low <= new <= high:
            new = multiply(x, k)
            self._new_band = band_of_product(new)
        operation, low, high = self._old_band
        old = operation(value, rest)
        if not low <= old <= high:
            old = multiply(value, rest)
            self._old_band = band_of_product(old)
        operation, low, high = self._sum_band
        value = operation(new, old)
        if not low <= value <= high:
            value = add(new, old)
            self._sum_band = band_of_sum(value)
        return value

    def _run(self, times: Sequence[int], values: Sequence[Decimal], start: int, symbol: Any) -> list[Decimal]:
        if not self._rest:
            return super()._run(times, values, start, symbol)
        result: list[Decimal] = []
        append, i, count = result.append, start, len(values)
        while i < count and self.samples < self._ready_after:
            self.samples += 1
            self._value = self._next(values[i], symbol, 0)
            append(self._value)
            i += 1
        value, k, rest = self._value, self._k, self._rest
        (times_k, low_k, high_k), (times_rest, low_rest, high_rest), (plus, low, high) = self._new_band, self._old_band, self._sum_band
        for x in values[i:]:
            new = times_k(x, k)
            if not low_k <= new <= high_k:
                new = multiply(x, k)
                times_k, low_k, high_k = band_of_product(new)
            old = times_rest(value, rest)
            if not low_rest <= old <= high_rest:
                old = multiply(value, rest)
                times_rest, low_rest, high_rest = band_of_product(old)
            value = plus(new, old)
            if not low <= value <= high:
                value = add(new, old)
                plus, low, high = band_of_sum(value)
            append(value)
        self.samples += count - i
        return self._end_run(times, result, symbol)

    def _doubles(self) -> AverageDoubles | None:
        return AverageDoubles(self._value, self._k) if self._rest and self.samples >= self._ready_after else None

    def _reset_parts(self) -> None:
        self._sum = RESET_ZERO


class WilderMovingAverage(Indicator):
    """Exponential average with k = 1 / period; until then the mean of what there is."""

    _parameters = (integer("period"),)
    _label = "WWMA{period}"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._k = divide(ONE, Decimal(period))
        self._rest = subtract(ONE, self._k)
        self._mean = SimpleMovingAverage(self.name + "_SMA", period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        if self.samples < self._ready_after:
            return self._mean._feed(x)
        return add(multiply(x, self._k), multiply(self._value, self._rest))

    def _reset_parts(self) -> None:
        self._mean.reset()


class LinearWeightedMovingAverage(WindowIndicator):
    """Mean with weights 1 … period, the newest price counting most; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "LWMA({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._weights = [Decimal(period - i) for i in range(period)]
        self._denominator = Decimal(period * (period + 1) // 2)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        if len(self._prices) < self._size:
            return ZERO
        numerator = ZERO
        for weight, price in zip(self._weights, reversed(self._prices), strict=True):
            numerator = add(numerator, multiply(weight, price))
        return share(numerator, self._denominator)


class DoubleExponentialMovingAverage(Indicator):
    """(1 + v) · EMA - v · EMA of EMA; `volume_factor` v is 1 unless it serves T3."""

    _parameters = (integer("period"), number("volume_factor", "1"))
    _label = "DEMA({period})"

    def _setup(self, period: int, volume_factor: Decimal) -> None:  # type: ignore[override]
        self._factor = volume_factor
        self._first = ExponentialMovingAverage(self.name + "_1", period)
        self._second = ExponentialMovingAverage(self.name + "_2", period)
        self._ready_after = self.warm_up_period = 1 + 2 * (period - 1)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        first = self._first._feed(x)
        if not self._first.is_ready:
            return first
        second = self._second._feed(first)
        return subtract(multiply(add(self._factor, ONE), first), multiply(self._factor, second))

    def _reset_parts(self) -> None:
        self._first.reset()
        self._second.reset()


class TripleExponentialMovingAverage(Indicator):
    """3 · EMA1 - 3 · EMA2 + EMA3, each the average of the one before; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "TEMA({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._first, self._second, self._third = (ExponentialMovingAverage(f"{self.name}_{i}", period) for i in (1, 2, 3))
        self._ready_after = self.warm_up_period = 3 * (period - 1) + 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        first, second, third = self._first, self._second, self._third
        first._feed(x)
        if first.is_ready:
            second._feed(first._value)
        if second.is_ready:
            third._feed(second._value)
        if not third.is_ready:
            return ZERO
        three = Decimal(3)
        return add(subtract(multiply(three, first._value), multiply(three, second._value)), third._value)

    @property
    def is_ready(self) -> bool:
        """Whether the third average is ready."""
        return self._third.is_ready

    def _reset_parts(self) -> None:
        self._first.reset()
        self._second.reset()
        self._third.reset()


class TriangularMovingAverage(Indicator):
    """A simple average of a simple average, each about half the period."""

    _parameters = (integer("period"),)
    _label = "TRIMA({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        even = period % 2 == 0
        self._first = SimpleMovingAverage(self.name + "_1", period // 2 if even else (period + 1) // 2)
        self._second = SimpleMovingAverage(self.name + "_2", period // 2 + 1 if even else (period + 1) // 2)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return self._second._feed(self._first._feed(x))

    def _reset_parts(self) -> None:
        self._first.reset()
        self._second.reset()


class T3MovingAverage(Indicator):
    """Tillson's T3: three generalised DEMAs in a row, each waiting for the one before."""

    _parameters = (integer("period"), number("volume_factor", "0.7"))
    _label = "T3({period},{volume_factor})"

    def _setup(self, period: int, volume_factor: Decimal) -> None:  # type: ignore[override]
        self._first, self._second, self._third = (
            DoubleExponentialMovingAverage(f"{self.name}_{i}", period, volume_factor) for i in (1, 2, 3)
        )
        self._ready_after = self.warm_up_period = 1 + 6 * (period - 1)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        first = self._first._feed(x)
        if not self._first.is_ready:
            return first
        second = self._second._feed(first)
        if not self._second.is_ready:
            return second
        return self._third._feed(second)

    def _reset_parts(self) -> None:
        self._first.reset()
        self._second.reset()
        self._third.reset()


class HullMovingAverage(Indicator):
    """Linear average over √period of 2 · LWMA(period/2) - LWMA(period)."""

    _parameters = (integer("period"),)
    _label = "HMA({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        if period < 2:
            raise ArgumentException("The Hull Moving Average period should be greater or equal to 2 (Parameter 'period')")
        smooth = round(math.sqrt(period))
        self._slow = LinearWeightedMovingAverage(period)
        self._fast = LinearWeightedMovingAverage(round(period / 2))
        self._hull = LinearWeightedMovingAverage(smooth)
        self._ready_after = self.warm_up_period = period + smooth - 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        fast, slow = self._fast._feed(x), self._slow._feed(x)
        if self._fast.is_ready and self._slow.is_ready:
            self._hull._feed(subtract(multiply(TWO, fast), slow))
        return self._hull._value

    @property
    def is_ready(self) -> bool:
        """Whether the last average is ready."""
        return self._hull.is_ready

    def _reset_parts(self) -> None:
        self._slow.reset()
        self._fast.reset()
        self._hull.reset()


class ArnaudLegouxMovingAverage(WindowIndicator):
    """Average with Gaussian weights centred at `offset` (0 to 1) of the window; the price itself until ready."""

    _parameters = (integer("period"), integer("sigma", 6), number("offset", "0.85"))
    _label = "ALMA({period},{sigma},{offset})"

    def _prepare(self, period: int, sigma: int, offset: Decimal) -> None:  # type: ignore[override]
        if offset < 0 or offset > 1:
            raise ArgumentException(f"Offset parameter range is [0,1]. Value: {offset} (Parameter 'offset')")
        middle = Decimal(math.floor(multiply(offset, Decimal(period - 1))))
        width = divide(multiply(Decimal(period), ONE), Decimal(sigma))
        spread = multiply(multiply(TWO, width), width)
        weights = []
        for i in range(period):
            distance = subtract(Decimal(i), middle)
            weights.append(math.exp(to_double(divide(multiply(-distance, distance), spread))))
        total = 0.0
        for weight in weights:
            total += weight
        self._weights = [from_double(weight / total) for weight in reversed(weights)]

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        if len(self._prices) < self._size:
            return x
        result = ZERO
        for price, weight in zip(reversed(self._prices), self._weights, strict=True):
            result = add(result, multiply(price, weight))
        return result


class Delay(WindowIndicator):
    """The price `period` inputs ago; the oldest there is until then."""

    _parameters = (integer("period"),)
    _label = "DELAY({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._ready_after = self.warm_up_period = period + 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        prices = self._prices
        old = prices[0] if prices else x
        prices.append(x)
        return old


class ZeroLagExponentialMovingAverage(WindowIndicator):
    """EMA of the price plus what it gained over half the period; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "ZLEMA({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._average = ExponentialMovingAverage(self.name + "_EMA", period)
        self._delayed = Delay(round((period - 1) / 2.0))
        self.warm_up_period = period + period // 2

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        old = self._delayed._feed(x)
        if not self._delayed.is_ready:
            return ZERO
        return self._average._feed(add(x, subtract(x, old)))

    @property
    def is_ready(self) -> bool:
        """Whether the delay and the average are ready."""
        return self._delayed.is_ready and self._average.is_ready

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._average.reset()
        self._delayed.reset()


class RelativeMovingAverage(Indicator):
    """SMA(3n) - SMA(2n) + SMA(n)."""

    _parameters = (integer("period"),)
    _label = "RMA({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self.short_average = SimpleMovingAverage(self.name + "_Short", period)
        self.medium_average = SimpleMovingAverage(self.name + "_Medium", period * 2)
        self.long_average = SimpleMovingAverage(self.name + "_Long", period * 3)
        self._ready_after = self.warm_up_period = period * 3

    short_average: SimpleMovingAverage
    medium_average: SimpleMovingAverage
    long_average: SimpleMovingAverage

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        for part in (self.short_average, self.medium_average, self.long_average):
            part._push(symbol, end, x)
        return add(subtract(self.long_average._value, self.medium_average._value), self.short_average._value)

    def _reset_parts(self) -> None:
        self.short_average.reset()
        self.medium_average.reset()
        self.long_average.reset()


class VolumeWeightedMovingAverage(TradeBarIndicator):
    """Mean close of the last `period` bars, weighted by volume; the close where there is no volume."""

    _parameters = (integer("period"),)
    _label = "VWMA({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._worth, self._volume = Sum(self.name + "_SumPxV", period), Sum(self.name + "_SumVolume", period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        close, volume = x._close, x._volume
        worth, total = self._worth._feed(multiply(close, volume)), self._volume._feed(volume)
        return divide(worth, total) if total != ZERO else close

    def _reset_parts(self) -> None:
        self._worth.reset()
        self._volume.reset()


AVERAGES: dict[MovingAverageType, type[IndicatorBase]] = {
    MovingAverageType.SIMPLE: SimpleMovingAverage,
    MovingAverageType.EXPONENTIAL: ExponentialMovingAverage,
    MovingAverageType.WILDERS: WilderMovingAverage,
    MovingAverageType.LINEAR_WEIGHTED_MOVING_AVERAGE: LinearWeightedMovingAverage,
    MovingAverageType.DOUBLE_EXPONENTIAL: DoubleExponentialMovingAverage,
    MovingAverageType.TRIPLE_EXPONENTIAL: TripleExponentialMovingAverage,
    MovingAverageType.TRIANGULAR: TriangularMovingAverage,
    MovingAverageType.T_3: T3MovingAverage,
    MovingAverageType.KAMA: KaufmanAdaptiveMovingAverage,
    MovingAverageType.HULL: HullMovingAverage,
    MovingAverageType.ALMA: ArnaudLegouxMovingAverage,
    MovingAverageType.ZLEMA: ZeroLagExponentialMovingAverage,
    MovingAverageType.MGD: McGinleyDynamic,
}


def average_of(kind: MovingAverageType, *args: Any) -> Any:
    """A moving average of a kind: `average_of(kind, period)` or `average_of(kind, name, period)`."""
    return AVERAGES[kind](*args)


class MovingAverageTypeExtensions(LeanObject):
    """`MovingAverageTypeExtensions.as_indicator(type, [name,] period)`."""

    @staticmethod
    def as_indicator(moving_average_type: MovingAverageType, *args: Any) -> Any:
        """A new moving average of a type, from `(period)` or `(name, period)`."""
        return average_of(moving_average_type, *args)
