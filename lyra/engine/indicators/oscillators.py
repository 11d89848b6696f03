"""Oscillators of one price: differences, ratios and changes of its averages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import MovingAverageType
from lyra.engine.exact import (
    HUNDRED,
    TWO,
    ZERO,
    add,
    divide,
    magnitude,
    multiply,
    subtract,
)
from lyra.engine.indicators.arguments import Parameter, average_type, integer
from lyra.engine.indicators.averages import (
    Delay,
    ExponentialMovingAverage,
    LinearWeightedMovingAverage,
    SimpleMovingAverage,
    average_of,
)
from lyra.engine.indicators.base import Indicator, IndicatorBase
from lyra.engine.indicators.extremes import Identity, Maximum, Minimum
from lyra.engine.indicators.momentum import RateOfChange, RateOfChangePercent, RelativeStrengthIndex


class MovingAverageConvergenceDivergence(Indicator):
    """fast average - slow average; `signal` averages it once both are ready, `histogram` is the distance from the signal."""

    _parameters: ClassVar[tuple[Parameter, ...]] = (integer("fast_period"), integer("slow_period"), integer("signal_period"),
                   average_type(MovingAverageType.EXPONENTIAL, "type"))  # fmt: skip
    _label = "MACD({fast_period},{slow_period},{signal_period})"

    def _setup(self, fast_period: int, slow_period: int, signal_period: int, type: MovingAverageType) -> None:  # type: ignore[override]
        if fast_period >= slow_period:
            raise ArgumentException(
                "MovingAverageConvergenceDivergence: fastPeriod must be less than slowPeriod (Parameter 'fastPeriod, slowPeriod')"
            )
        self.fast = average_of(type, self.name + "_Fast", fast_period)
        self.slow = average_of(type, self.name + "_Slow", slow_period)
        self.signal = average_of(type, self.name + "_Signal", signal_period)
        self.histogram = Identity(self.name + "_Histogram")
        self.warm_up_period = slow_period + signal_period - 1

    fast: IndicatorBase
    slow: IndicatorBase
    signal: IndicatorBase
    histogram: Identity

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        fast, slow = self.fast, self.slow
        fast._push(symbol, end, x)
        slow._push(symbol, end, x)
        value = subtract(fast._value, slow._value)
        if fast.is_ready and slow.is_ready:
            self.signal._push(None, end, value)
            if self.signal.is_ready:
                self.histogram._push(None, end, subtract(value, self.signal._value))
        return value

    @property
    def is_ready(self) -> bool:
        """Whether the signal is ready."""
        return self.signal.is_ready

    def _reset_parts(self) -> None:
        for part in (self.fast, self.slow, self.signal, self.histogram):
            part.reset()


class AbsolutePriceOscillator(MovingAverageConvergenceDivergence):
    """fast average - slow average; a MACD whose signal has the slow period."""

    _parameters = (integer("fast_period"), integer("slow_period"), average_type(MovingAverageType.SIMPLE))
    _label = "APO({fast_period},{slow_period})"

    def _setup(self, fast_period: int, slow_period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        super()._setup(fast_period, slow_period, slow_period, moving_average_type)


class PercentagePriceOscillator(AbsolutePriceOscillator):
    """100 · (fast - slow) / slow."""

    _label = "PPO({fast_period},{slow_period})"

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        value = super()._next(x, symbol, end)
        return ZERO if self.slow._value == ZERO else divide(multiply(HUNDRED, value), self.slow._value)


class Trix(Indicator):
    """One-step change, in percent, of an EMA of an EMA of an EMA."""

    _parameters = (integer("period"),)
    _label = "TRIX({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._first, self._second, self._third = (ExponentialMovingAverage(period) for _ in range(3))
        self._change = RateOfChangePercent(1)
        self.warm_up_period = 3 * (period - 1) + 2

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        first, second, third = self._first, self._second, self._third
        first._feed(x)
        if first.is_ready:
            second._feed(first._value)
        if second.is_ready:
            third._feed(second._value)
        if third.is_ready:
            self._change._feed(third._value)
        return self._change._value

    @property
    def is_ready(self) -> bool:
        """Whether the change is ready."""
        return self._change.is_ready

    def _reset_parts(self) -> None:
        for part in (self._first, self._second, self._third, self._change):
            part.reset()


class TrueStrengthIndex(Indicator):
    """100 · twice smoothed change / twice smoothed |change|; `signal` averages it."""

    _parameters = (integer("long_term_period", 25), integer("short_term_period", 13), integer("signal_period", 7),
                   average_type(MovingAverageType.EXPONENTIAL, "signal_type"))  # fmt: skip
    _label = "TSI({long_term_period},{short_term_period},{signal_period})"

    def _setup(self, long_term_period: int, short_term_period: int, signal_period: int, signal_type: MovingAverageType) -> None:  # type: ignore[override]
        self._before = self._index = ZERO
        self._change, self._distance = ExponentialMovingAverage(long_term_period), ExponentialMovingAverage(long_term_period)
        self._change_2, self._distance_2 = ExponentialMovingAverage(short_term_period), ExponentialMovingAverage(short_term_period)
        self.signal = average_of(signal_type, self.name + "_Signal", signal_period)
        self._ready_after = self.warm_up_period = long_term_period + short_term_period

    signal: IndicatorBase

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        before, self._before = self._before, x
        if self.samples == 1:
            return ZERO
        change = subtract(x, before)
        up, path = self._change._feed(change), self._distance._feed(magnitude(change))
        if self._distance.is_ready:
            smooth_up, smooth_path = self._change_2._feed(up), self._distance_2._feed(path)
            if smooth_path != ZERO:
                self._index = multiply(divide(smooth_up, smooth_path), HUNDRED)
                if self._distance_2.is_ready:
                    self.signal._push(None, end, self._index)
        return self._index

    def _reset_parts(self) -> None:
        self._before = self._index = ZERO
        for part in (self._change, self._distance, self._change_2, self._distance_2, self.signal):
            part.reset()


class KnowSureThing(Indicator):
    """Weighted sum (1, 2, 3, 4) of four smoothed rates of change in percent; 0 until the signal line is ready."""

    _parameters = (integer("roc_1_period"), integer("roc_1_ma_period"), integer("roc_2_period"), integer("roc_2_ma_period"),
                   integer("roc_3_period"), integer("roc_3_ma_period"), integer("roc_4_period"), integer("roc_4_ma_period"),
                   integer("signal_period"), average_type(MovingAverageType.SIMPLE))  # fmt: skip
    _label = ("KST({roc_1_period},{roc_1_ma_period},{roc_2_period},{roc_2_ma_period},{roc_3_period},{roc_3_ma_period},"
              "{roc_4_period},{roc_4_ma_period},{signal_period},{moving_average_type})")  # fmt: skip

    def _setup(self, signal_period: int, moving_average_type: MovingAverageType, **periods: int) -> None:  # type: ignore[override]
        self.moving_average_type = moving_average_type
        for i in (1, 2, 3, 4):
            setattr(self, f"roc_{i}", RateOfChange(periods[f"roc_{i}_period"]))
            setattr(self, f"roc_{i}_ma", average_of(moving_average_type, f"{self.name}_ROC{i}MA", periods[f"roc_{i}_ma_period"]))
        self.signal_line = average_of(moving_average_type, self.name + "_SignalLine", signal_period)
        self.warm_up_period = max(periods[f"roc_{i}_period"] + periods[f"roc_{i}_ma_period"] for i in (1, 2, 3, 4))

    moving_average_type: MovingAverageType
    roc_1: RateOfChange
    roc_2: RateOfChange
    roc_3: RateOfChange
    roc_4: RateOfChange
    roc_1_ma: IndicatorBase
    roc_2_ma: IndicatorBase
    roc_3_ma: IndicatorBase
    roc_4_ma: IndicatorBase
    signal_line: IndicatorBase

    def _lines(self) -> tuple[tuple[RateOfChange, IndicatorBase], ...]:
        return ((self.roc_1, self.roc_1_ma), (self.roc_2, self.roc_2_ma), (self.roc_3, self.roc_3_ma), (self.roc_4, self.roc_4_ma))

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        for rate, _ in self._lines():
            rate._push(symbol, end, x)
        for rate, average in self._lines():
            if rate.is_ready:
                average._push(None, end, multiply(HUNDRED, rate._value))
        value = self.roc_1_ma._value
        for weight, average in ((TWO, self.roc_2_ma), (Decimal(3), self.roc_3_ma), (Decimal(4), self.roc_4_ma)):
            value = add(value, multiply(weight, average._value))
        self.signal_line._push(None, end, value)
        return value if self.signal_line.is_ready else ZERO

    @property
    def is_ready(self) -> bool:
        """Whether all averages and the signal line are ready."""
        return self.signal_line.is_ready and all(average.is_ready for _, average in self._lines())

    def _reset_parts(self) -> None:
        for rate, average in self._lines():
            rate.reset()
            average.reset()
        self.signal_line.reset()


class CoppockCurve(Indicator):
    """Linear weighted average of the sum of two rates of change in percent."""

    _parameters = (integer("short_roc_period", 11), integer("long_roc_period", 14), integer("lwma_period", 10))
    _label = "CC({short_roc_period},{long_roc_period},{lwma_period})"

    def _setup(self, short_roc_period: int, long_roc_period: int, lwma_period: int) -> None:  # type: ignore[override]
        self._short, self._long = RateOfChangePercent(short_roc_period), RateOfChangePercent(long_roc_period)
        self._average = LinearWeightedMovingAverage(lwma_period)
        self.warm_up_period = max(short_roc_period, long_roc_period) + lwma_period

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        short, long = self._short._feed(x), self._long._feed(x)
        if not (self._long.is_ready and self._short.is_ready):
            return ZERO
        return self._average._feed(add(short, long))

    @property
    def is_ready(self) -> bool:
        """Whether the average is ready."""
        return self._average.is_ready

    def _reset_parts(self) -> None:
        self._short.reset()
        self._long.reset()
        self._average.reset()


class DetrendedPriceOscillator(Indicator):
    """Price of period / 2 + 1 inputs ago - simple average."""

    _parameters = (integer("period"),)
    _label = "DPO({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._lagged, self._mean = Delay(period // 2 + 1), SimpleMovingAverage(period)
        self.warm_up_period = period

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return subtract(self._lagged._feed(x), self._mean._feed(x))

    @property
    def is_ready(self) -> bool:
        """Whether the lag and the average are ready."""
        return self._mean.is_ready and self._lagged.is_ready

    def _reset_parts(self) -> None:
        self._lagged.reset()
        self._mean.reset()


class DerivativeOscillator(Indicator):
    """Twice smoothed RSI - its simple average; 0 until ready."""

    _parameters = (
        integer("rsi_period"),
        integer("smoothing_rsi_period"),
        integer("double_smoothing_rsi_period"),
        integer("signal_line_period"),
    )
    _label = "DO({rsi_period},{smoothing_rsi_period},{double_smoothing_rsi_period},{signal_line_period})"

    def _setup(self, rsi_period: int, smoothing_rsi_period: int, double_smoothing_rsi_period: int, signal_line_period: int) -> None:  # type: ignore[override]
        self._rsi = RelativeStrengthIndex(rsi_period)
        self._smooth, self._smoother = ExponentialMovingAverage(smoothing_rsi_period), ExponentialMovingAverage(double_smoothing_rsi_period)
        self._signal = SimpleMovingAverage(signal_line_period)
        self.warm_up_period = rsi_period + smoothing_rsi_period + double_smoothing_rsi_period + signal_line_period - 2

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        steps: tuple[IndicatorBase, ...] = (self._rsi, self._smooth, self._smoother, self._signal)
        value = x
        for step in steps:
            value = step._feed(value)
            if not step.is_ready:
                return ZERO
        return subtract(self._smoother._value, self._signal._value)

    @property
    def is_ready(self) -> bool:
        """Whether the signal line is ready."""
        return self._signal.is_ready

    def _reset_parts(self) -> None:
        for part in (self._rsi, self._smooth, self._smoother, self._signal):
            part.reset()


class SchaffTrendCycle(Indicator):
    """A stochastic of a stochastic of the MACD, each smoothed over 3."""

    _parameters = (integer("cycle_period", 10), integer("fast_period", 23), integer("slow_period", 50),
                   average_type(MovingAverageType.EXPONENTIAL, "type"))  # fmt: skip
    _label = "SchaffTrendCycle({cycle_period},{fast_period},{slow_period})"

    def _setup(self, cycle_period: int, fast_period: int, slow_period: int, type: MovingAverageType) -> None:  # type: ignore[override]
        self._macd = MovingAverageConvergenceDivergence(fast_period, slow_period, cycle_period, type)
        self._highest, self._lowest = Maximum(cycle_period), Minimum(cycle_period)
        self._highest_d, self._lowest_d = Maximum(cycle_period), Minimum(cycle_period)
        self._d, self._smooth = average_of(type, 3), average_of(type, 3)
        self.warm_up_period = slow_period + cycle_period - 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        macd = self._macd._feed(x)
        d = self._d._feed(self._place(macd, self._highest._feed(macd), self._lowest._feed(macd)))
        return self._smooth._feed(self._place(d, self._highest_d._feed(d), self._lowest_d._feed(d)))  # type: ignore[no-any-return]

    @staticmethod
    def _place(value: Decimal, highest: Decimal, lowest: Decimal) -> Decimal:
        above, width = subtract(value, lowest), subtract(highest, lowest)
        return multiply(divide(above, width), HUNDRED) if width > ZERO else ZERO

    @property
    def is_ready(self) -> bool:
        """Whether the MACD is ready."""
        return self._macd.is_ready

    def _reset_parts(self) -> None:
        for part in (self._macd, self._highest, self._lowest, self._highest_d, self._lowest_d, self._d, self._smooth):
            part.reset()
