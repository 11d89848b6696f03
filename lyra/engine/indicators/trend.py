"""Direction of the market: directional movement, swings, and stops that follow."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.data.bars import TradeBar
from lyra.engine.enums import MovingAverageType
from lyra.engine.exact import HUNDRED, TWO, ZERO, add, divide, magnitude, multiply, negate, share, subtract
from lyra.engine.indicators.arguments import Parameter, integer, number
from lyra.engine.indicators.averages import Sum, WilderMovingAverage
from lyra.engine.indicators.base import BarIndicator, TradeBarIndicator
from lyra.engine.indicators.composite import CompositeIndicator, Part
from lyra.engine.indicators.extensions import IndicatorExtensions
from lyra.engine.indicators.extremes import Identity, Maximum, Minimum
from lyra.engine.indicators.volatility import AverageTrueRange

_FIFTY = Decimal(50)


class AverageDirectionalIndex(BarIndicator):
    """Wilder's ADX: smoothed 100 · |+DI - -DI| / (+DI + -DI); shows 50 where both are 0."""

    _parameters = (integer("period"),)
    _label = "ADX({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._period = Decimal(period)
        self._bar: tuple[Decimal, Decimal, Decimal] | None = None
        self._range = self._plus = self._minus = ZERO
        self._average = WilderMovingAverage(period)
        ready = lambda: self.samples > period  # noqa: E731
        self.positive_directional_index = Part(self.name + "_PositiveDirectionalIndex", ready)
        self.negative_directional_index = Part(self.name + "_NegativeDirectionalIndex", ready)
        self._steps = period
        self.warm_up_period = period * 2

    positive_directional_index: Part
    negative_directional_index: Part

    def _movements(self, high: Decimal, low: Decimal) -> tuple[Decimal, Decimal, Decimal]:
        """True range, rise of the high, fall of the low; all 0 on the first bar."""
        if self._bar is None:
            return ZERO, ZERO, ZERO
        high_before, low_before, close_before = self._bar
        reach = max(subtract(high, low), magnitude(subtract(high, close_before)), magnitude(subtract(low, close_before)))
        up, down = subtract(high, high_before), subtract(low_before, low)
        rise = up if high > high_before and up >= down else ZERO
        fall = down if low_before > low and down > up else ZERO
        return reach, rise, fall

    def _smooth(self, value: Decimal, new: Decimal) -> Decimal:
        leaving = share(value, self._period) if self.samples > self._steps + 1 else ZERO
        return subtract(add(value, new), leaving)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = x._high, x._low
        reach, rise, fall = self._movements(high, low)
        self._range, self._plus, self._minus = (
            self._smooth(self._range, reach),
            self._smooth(self._plus, rise),
            self._smooth(self._minus, fall),
        )
        self._bar = (high, low, x._close)
        plus = minus = ZERO
        if self._range != ZERO and self.samples > self._steps:
            plus = divide(multiply(HUNDRED, self._plus), self._range)
            minus = divide(multiply(HUNDRED, self._minus), self._range)
        # LEAN gives the parts the time of the value before
        _, end_before, symbol_before = self._history[0]
        self.positive_directional_index._show(symbol_before, end_before, plus)
        self.negative_directional_index._show(symbol_before, end_before, minus)
        both = add(plus, minus)
        if both == ZERO:
            return _FIFTY
        return self._average._feed(divide(multiply(HUNDRED, magnitude(subtract(plus, minus))), both))

    @property
    def is_ready(self) -> bool:
        """Whether the average is ready."""
        return self._average.is_ready

    def _reset_parts(self) -> None:
        self._bar = None
        self._range = self._plus = self._minus = ZERO
        for part in (self._average, self.positive_directional_index, self.negative_directional_index):
            part.reset()


class AverageDirectionalMovementIndexRating(BarIndicator):
    """(ADX + ADX of `period` - 1 bars ago) / 2; 50 until ready."""

    _parameters = (integer("period"),)
    _label = "ADXR({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self.adx = AverageDirectionalIndex(self.name + "_ADX", period)
        self._recent: deque[Decimal] = deque(maxlen=period)
        self.warm_up_period = period * 3 - 1

    adx: AverageDirectionalIndex

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.adx._push(symbol, end, x)
        if self.adx.is_ready:
            self._recent.append(self.adx._value)
        return divide(add(self.adx._value, self._recent[0]), TWO) if self.is_ready else _FIFTY

    ADX = property(lambda self: self.adx)

    @property
    def is_ready(self) -> bool:
        """Whether `period` values of the ADX are there."""
        return len(self._recent) == self._recent.maxlen

    def _reset_parts(self) -> None:
        self.adx.reset()
        self._recent.clear()


class AroonOscillator(BarIndicator):
    """`aroon_up` - `aroon_down`: how recent the highest high and the lowest low are, in percent of the period."""

    _parameters = (integer("up_period"), integer("down_period"))
    _label = "AROON({up_period},{down_period})"

    def _setup(self, up_period: int, down_period: int) -> None:  # type: ignore[override]
        self._highest, self._lowest = Maximum(up_period + 1), Minimum(down_period + 1)
        highest, lowest = self._highest, self._lowest
        self.aroon_up = Part(self.name + "_AroonUp", lambda: highest.is_ready)
        self.aroon_down = Part(self.name + "_AroonDown", lambda: lowest.is_ready)
        self._up, self._down = up_period, down_period
        self.warm_up_period = 1 + max(up_period, down_period)

    aroon_up: Part
    aroon_down: Part

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._highest._feed(x._high)
        self._lowest._feed(x._low)
        self.aroon_up._show(None, end, self._recency(self._up, self._highest._since))
        self.aroon_down._show(None, end, self._recency(self._down, self._lowest._since))
        return subtract(self.aroon_up._value, self.aroon_down._value)

    @staticmethod
    def _recency(period: int, since: int) -> Decimal:
        return divide(multiply(HUNDRED, Decimal(period - since)), Decimal(period))

    @property
    def is_ready(self) -> bool:
        """Whether both lines are ready."""
        return self._highest.is_ready and self._lowest.is_ready

    def _reset_parts(self) -> None:
        for part in (self._highest, self._lowest, self.aroon_up, self.aroon_down):
            part.reset()


class Vortex(BarIndicator):
    """Mean of `plus_vortex` and `minus_vortex`: sums of |high - low before| and |low - high before| over sums of true range."""

    _parameters = (integer("period"),)
    _label = "VTX({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._range = AverageTrueRange(f"{self.name}_ATR", 1, MovingAverageType.SIMPLE)
        self._ranges = IndicatorExtensions.of(Sum("ATR_Sum", period), self._range)
        self._plus_sum, self._minus_sum = Sum("PlusVM_Sum", period), Sum("MinusVM_Sum", period)
        self.plus_vortex = IndicatorExtensions.over(self._plus_sum, self._ranges)
        self.minus_vortex = IndicatorExtensions.over(self._minus_sum, self._ranges)
        self._bar: tuple[Decimal, Decimal] | None = None
        self._ready_after = self.warm_up_period = period

    plus_vortex: CompositeIndicator
    minus_vortex: CompositeIndicator

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._range._push(symbol, end, x)
        high, low = x._high, x._low
        if self._bar is not None:
            high_before, low_before = self._bar
            self._plus_sum._push(None, end, magnitude(subtract(high, low_before)))
            self._minus_sum._push(None, end, magnitude(subtract(low, high_before)))
        self._bar = (high, low)
        if self.samples < self._ready_after:
            return ZERO
        return divide(add(self.plus_vortex._value, self.minus_vortex._value), TWO)

    def _reset_parts(self) -> None:
        self._bar = None
        self._range.reset()
        self.plus_vortex.reset()
        self.minus_vortex.reset()


class ParabolicStopAndReverseExtended(BarIndicator):
    """Wilder's SAR with separate accelerations for long and short; negative while short."""

    _parameters: ClassVar[tuple[Parameter, ...]] = (number("sar_start", "0.0"), number("offset_on_reverse", "0.0"),
                   number("af_start_short", "0.02"), number("af_increment_short", "0.02"), number("af_max_short", "0.2"),
                   number("af_start_long", "0.02"), number("af_increment_long", "0.02"), number("af_max_long", "0.2"))  # fmt: skip
    _label = ("SAREXT({sar_start},{offset_on_reverse},{af_start_short},{af_increment_short},{af_max_short},"
              "{af_start_long},{af_increment_long},{af_max_long})")  # fmt: skip
    _ready_after = 2
    warm_up_period = 2

    def _setup(self, **values: Decimal) -> None:
        self._start, self._offset = values["sar_start"], values["offset_on_reverse"]
        self._short = (values["af_start_short"], values["af_increment_short"], values["af_max_short"])
        self._long = (values["af_start_long"], values["af_increment_long"], values["af_max_long"])
        self._pace_short, self._pace_long = self._short[0], self._long[0]
        self._is_long = True
        self._sar = self._extreme = self._shown = self._high = self._low = ZERO

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        return self._stop(x)

    def _stop(self, x: Any) -> Decimal:
        high, low = x._high, x._low
        if self.samples == 1:
            self._high, self._low = high, low
            return self._start if self._start != ZERO else x._close  # type: ignore[no-any-return]
        if self.samples == 2:
            self._begin(high, low)
            self._high, self._low = high, low
        if self._is_long:
            self._while_long(high, low)
        else:
            self._while_short(high, low)
        self._high, self._low = high, low
        return self._shown

    def _begin(self, high: Decimal, low: Decimal) -> None:
        if self._start != ZERO:
            self._is_long, self._sar = self._start > ZERO, magnitude(self._start)
        else:
            falls = low < self._low and subtract(high, self._high) < subtract(self._low, low)
            self._is_long = not falls
            self._sar = self._low if self._is_long else self._high
        self._extreme = high if self._is_long else low

    def _while_long(self, high: Decimal, low: Decimal) -> None:
        if low <= self._sar:
            self._is_long = False
            self._sar = max(self._extreme, self._high, high)
            if self._offset != ZERO:
                self._sar = add(self._sar, multiply(self._sar, self._offset))
            self._shown = negate(self._sar)
            self._pace_short, self._extreme = self._short[0], low
            self._sar = max(self._ahead(self._pace_short), self._high, high)
            return
        self._shown = self._sar
        if high > self._extreme:
            self._extreme = high
            self._pace_long = min(add(self._pace_long, self._long[1]), self._long[2])
        self._sar = min(self._ahead(self._pace_long), self._low, low)

    def _while_short(self, high: Decimal, low: Decimal) -> None:
        if high >= self._sar:
            self._is_long = True
            self._sar = min(self._extreme, self._low, low)
            if self._offset != ZERO:
                self._sar = subtract(self._sar, multiply(self._sar, self._offset))
            self._shown = self._sar
            self._pace_long, self._extreme = self._long[0], high
            self._sar = min(self._ahead(self._pace_long), self._low, low)
            return
        self._shown = negate(self._sar)
        if low < self._extreme:
            self._extreme = low
            self._pace_short = min(add(self._pace_short, self._short[1]), self._short[2])
        self._sar = max(self._ahead(self._pace_short), self._high, high)

    def _ahead(self, pace: Decimal) -> Decimal:
        return add(self._sar, multiply(pace, subtract(self._extreme, self._sar)))

    def _reset_parts(self) -> None:
        self._pace_short, self._pace_long = self._short[0], self._long[0]


class ParabolicStopAndReverse(ParabolicStopAndReverseExtended):
    """Wilder's parabolic stop and reverse."""

    _parameters = (number("af_start", "0.02"), number("af_increment", "0.02"), number("af_max", "0.2"))
    _label = "PSAR({af_start},{af_increment},{af_max})"

    def _setup(self, af_start: Decimal, af_increment: Decimal, af_max: Decimal) -> None:  # type: ignore[override]
        super()._setup(
            sar_start=Decimal("0.0"), offset_on_reverse=Decimal("0.0"),
            af_start_short=af_start, af_increment_short=af_increment, af_max_short=af_max,
            af_start_long=af_start, af_increment_long=af_increment, af_max_long=af_max,
        )  # fmt: skip

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        return magnitude(self._stop(x))


class WilderSwingIndex(TradeBarIndicator):
    """Wilder's swing index; `limit_move` is the largest daily move."""

    _parameters = (number("limit_move"),)
    _label = "SI"
    _ready_after = 2
    warm_up_period = 2

    def _setup(self, limit_move: Decimal) -> None:  # type: ignore[override]
        self._limit = magnitude(limit_move)
        self._bar: tuple[Decimal, Decimal] = (ZERO, ZERO)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        opened, high, low, close = x._open, x._high, x._low, x._close
        open_before, close_before = self._bar
        self._bar = (opened, close)
        if self.samples < 2:
            return ZERO
        quarter = multiply(Decimal("0.25"), subtract(close_before, open_before))
        move = add(add(subtract(close, close_before), multiply(Decimal("0.5"), subtract(close, opened))), quarter)
        up, down = subtract(high, close_before), subtract(low, close_before)
        reach = self._reach(up, down, subtract(high, low), magnitude(quarter))
        if reach == ZERO or self._limit == ZERO:
            return ZERO
        largest = max(magnitude(up), magnitude(down))
        return multiply(multiply(_FIFTY, divide(move, reach)), divide(largest, self._limit))

    @staticmethod
    def _reach(up: Decimal, down: Decimal, width: Decimal, quarter: Decimal) -> Decimal:
        half = Decimal("0.5")
        sizes = (magnitude(up), magnitude(down), magnitude(width))
        largest = sizes.index(max(sizes))
        if largest == 0:
            return add(subtract(sizes[0], magnitude(multiply(half, down))), quarter)
        if largest == 1:
            return add(subtract(sizes[1], magnitude(multiply(half, up))), quarter)
        return add(sizes[2], quarter)


class WilderAccumulativeSwingIndex(TradeBarIndicator):
    """Running sum of the swing index."""

    _parameters = (number("limit_move"),)
    _label = "ASI"
    _ready_after = 2
    warm_up_period = 2

    def _setup(self, limit_move: Decimal) -> None:  # type: ignore[override]
        self._swing = WilderSwingIndex(limit_move)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        swing = self._swing._feed(x)
        return add(self._value, swing) if self.samples > 1 else ZERO

    def _reset_parts(self) -> None:
        self._swing.reset()


class HeikinAshi(BarIndicator):
    """Smoothed candles: `open`, `high`, `low`, `close`, `volume`. The value is the close."""

    _label = "HA"
    _ready_after = 2
    warm_up_period = 2

    def _setup(self) -> None:  # type: ignore[override]
        self.open, self.high, self.low, self.close, self.volume = (
            Identity(f"{self.name}_{part}") for part in ("Open", "High", "Low", "Close", "Volume")
        )

    open: Identity
    high: Identity
    low: Identity
    close: Identity
    volume: Identity

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        opened, high, low, close = x._open, x._high, x._low, x._close
        mean = share(add(add(add(opened, high), low), close), Decimal(4))
        if self.samples < 2:
            start = divide(add(opened, close), TWO)
        else:
            start = divide(add(self.open._value, self.close._value), TWO)
            high, low = max(high, start, mean), min(low, start, mean)
        volume = x._volume if isinstance(x, TradeBar) else Decimal("0.0")
        for part, value in ((self.open, start), (self.close, mean), (self.high, high), (self.low, low), (self.volume, volume)):
            part._push(None, end, value)
        return mean

    def _reset_parts(self) -> None:
        for part in (self.open, self.high, self.low, self.close, self.volume):
            part.reset()
