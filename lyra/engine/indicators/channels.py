"""Bands and channels around the price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.enums import MovingAverageType
from lyra.engine.exact import HUNDRED, ONE, TWO, ZERO, add, divide, divide_safely, multiply, subtract
from lyra.engine.indicators.arguments import average_type, integer, number
from lyra.engine.indicators.averages import Delay, average_of
from lyra.engine.indicators.bar_oscillators import typical_price
from lyra.engine.indicators.base import BarIndicator, Indicator, IndicatorBase, part_property
from lyra.engine.indicators.composite import CompositeIndicator, Part
from lyra.engine.indicators.extensions import IndicatorExtensions
from lyra.engine.indicators.extremes import Identity, Maximum, Minimum
from lyra.engine.indicators.statistics import LeastSquaresMovingAverage, StandardDeviation
from lyra.engine.indicators.volatility import AverageTrueRange


class BollingerBands(Indicator):
    """A moving average plus and minus k standard deviations. The value is the price; without width there is no update."""

    _parameters = (integer("period"), number("k"), average_type(MovingAverageType.SIMPLE))
    _label = "BB({period},{k})"

    def _setup(self, period: int, k: Decimal, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self.warm_up_period = period
        self.moving_average_type = moving_average_type
        self._factor = k
        self.standard_deviation = StandardDeviation(self.name + "_StandardDeviation", period)
        self.middle_band = average_of(moving_average_type, self.name + "_MiddleBand", period)
        self.price = Identity(self.name + "_Close")
        deviation, middle, price = self.standard_deviation, self.middle_band, self.price

        def ready() -> bool:
            return middle.is_ready and deviation.is_ready

        self.lower_band = Part(self.name + "_LowerBand", ready)
        self.upper_band = Part(self.name + "_UpperBand", ready)
        self.band_width = Part(self.name + "_BandWidth", ready)
        self.percent_b = Part(self.name + "_%B", lambda: price.is_ready and ready())
        # the bands follow the average before any handler of the user's, as in LEAN
        self.middle_band._link(self._place_bands)
        self.price._link(self._place_price)

    moving_average_type: MovingAverageType
    standard_deviation: StandardDeviation
    middle_band: IndicatorBase
    upper_band: Part
    lower_band: Part
    band_width: Part
    percent_b: Part
    price: Identity

    def _place_bands(self, sender: Any, symbol: Any, end: int, middle: Decimal) -> None:
        distance = multiply(self.standard_deviation._value, self._factor)
        lower, upper = subtract(middle, distance), add(middle, distance)
        self.lower_band._show(None, end, lower)
        self.upper_band._show(None, end, upper)
        if middle != ZERO:
            self.band_width._show(None, end, multiply(divide(subtract(upper, lower), middle), HUNDRED))

    def _place_price(self, sender: Any, symbol: Any, end: int, price: Decimal) -> None:
        lower = self.lower_band._value
        width = subtract(self.upper_band._value, lower)
        if width != ZERO:
            self.percent_b._show(None, end, divide(subtract(price, lower), width))

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal | None:
        self.standard_deviation._push(symbol, end, x)
        self.middle_band._push(symbol, end, x)
        self.price._push(symbol, end, x)
        return None if self.standard_deviation._value == ZERO and self.is_ready else x

    @property
    def is_ready(self) -> bool:
        """Whether average and deviation are ready."""
        return self.middle_band.is_ready and self.standard_deviation.is_ready and self.price.is_ready

    def _reset_parts(self) -> None:
        for part in (
            self.standard_deviation,
            self.middle_band,
            self.upper_band,
            self.lower_band,
            self.band_width,
            self.percent_b,
            self.price,
        ):
            part.reset()


class KeltnerChannels(BarIndicator):
    """A moving average of the typical price plus and minus k average true ranges. The value is the average."""

    _parameters = (integer("period"), number("k"), average_type(MovingAverageType.SIMPLE))
    _label = "KC({period},{k})"

    def _setup(self, period: int, k: Decimal, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self.warm_up_period = period
        self._factor = k
        self.average_true_range = AverageTrueRange(self.name + "_AverageTrueRange", period, MovingAverageType.SIMPLE)
        self.middle_band = average_of(moving_average_type, self.name + "_MiddleBand", period)
        middle = self.middle_band
        self.lower_band = Part(self.name + "_LowerBand", lambda: middle.is_ready)
        self.upper_band = Part(self.name + "_UpperBand", lambda: middle.is_ready)

    average_true_range: AverageTrueRange
    middle_band: IndicatorBase
    upper_band: Part
    lower_band: Part

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.average_true_range._push(symbol, end, x)
        self.middle_band._push(None, end, typical_price(x))
        middle, lower, upper = self.middle_band._value, ZERO, ZERO
        if self.middle_band.is_ready:
            distance = multiply(self.average_true_range._value, self._factor)
            lower, upper = subtract(middle, distance), add(middle, distance)
        self.lower_band._show(symbol, end, lower)
        self.upper_band._show(symbol, end, upper)
        return middle

    @property
    def is_ready(self) -> bool:
        """Whether the average and the true range are ready."""
        return self.middle_band.is_ready and self.average_true_range.is_ready

    def _reset_parts(self) -> None:
        for part in (self.average_true_range, self.middle_band, self.lower_band, self.upper_band):
            part.reset()


class DonchianChannel(BarIndicator):
    """Highest high and lowest low; the value is their middle. `DonchianChannel(period)` or `(upper_period, lower_period)`."""

    _parameters = (integer("upper_period"), integer("lower_period"))
    _label = "DCH({lower_period},{lower_period})"  # LEAN names the lower period twice

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "period" in kwargs:
            kwargs["upper_period"] = kwargs["lower_period"] = kwargs.pop("period")
        elif (
            args
            and not isinstance(args[-1], str)
            and len([a for a in args if not isinstance(a, str)]) == 1
            and not kwargs.keys() - {"name"}
        ):
            args = (*args, args[-1])
        super().__init__(*args, **kwargs)

    def _setup(self, upper_period: int, lower_period: int) -> None:  # type: ignore[override]
        self.upper_band, self.lower_band = Maximum(self.name + "_UpperBand", upper_period), Minimum(self.name + "_LowerBand", lower_period)
        self.warm_up_period = max(upper_period, lower_period)

    upper_band: Maximum
    lower_band: Minimum

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.upper_band._push(None, end, x._high)
        self.lower_band._push(None, end, x._low)
        return divide(add(self.upper_band._value, self.lower_band._value), TWO)

    @property
    def is_ready(self) -> bool:
        """Whether both bands are ready."""
        return self.upper_band.is_ready and self.lower_band.is_ready

    def _reset_parts(self) -> None:
        self.upper_band.reset()
        self.lower_band.reset()


class AccelerationBands(BarIndicator):
    """Averages of high and low, moved out by width · (high - low) / (high + low); the value is the average close."""

    _parameters = (integer("period"), number("width", "4"), average_type(MovingAverageType.SIMPLE))
    _label = "ABANDS({period},{width},{moving_average_type})"

    def _setup(self, period: int, width: Decimal, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self.warm_up_period = period
        self.moving_average_type = moving_average_type
        self._width = width
        self.middle_band, self.upper_band, self.lower_band = (
            average_of(moving_average_type, self.name + suffix, period) for suffix in ("_MiddleBand", "_UpperBand", "_LowerBand")
        )

    moving_average_type: MovingAverageType
    middle_band: IndicatorBase
    upper_band: IndicatorBase
    lower_band: IndicatorBase

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = x._high, x._low
        shift = multiply(self._width, divide_safely(subtract(high, low), add(high, low)))
        self.lower_band._push(None, end, multiply(low, subtract(ONE, shift)))
        self.upper_band._push(None, end, multiply(high, add(ONE, shift)))
        self.middle_band._push(None, end, x._close)
        return self.middle_band._value

    @property
    def is_ready(self) -> bool:
        """Whether all bands are ready."""
        return self.middle_band.is_ready and self.lower_band.is_ready and self.upper_band.is_ready

    def _reset_parts(self) -> None:
        self.middle_band.reset()
        self.upper_band.reset()
        self.lower_band.reset()


class RegressionChannel(Indicator):
    """The least-squares average plus and minus k standard deviations."""

    _parameters = (integer("period"), number("k"))
    _label = "RC({period},{k})"

    def _setup(self, period: int, k: Decimal) -> None:  # type: ignore[override]
        self._deviation, self._factor = StandardDeviation(period), k
        self.linear_regression = LeastSquaresMovingAverage(self.name + "_LinearRegression", period)
        regression, deviation = self.linear_regression, self._deviation
        self.lower_channel = Part(self.name + "_LowerChannel", lambda: regression.is_ready and deviation.is_ready)
        self.upper_channel = Part(self.name + "_UpperChannel", lambda: regression.is_ready and deviation.is_ready)
        self.linear_regression._link(self._place)
        self._ready_after = self.warm_up_period = period

    linear_regression: LeastSquaresMovingAverage
    upper_channel: Part
    lower_channel: Part

    def _place(self, sender: Any, symbol: Any, end: int, middle: Decimal) -> None:
        distance = multiply(self._deviation._value, self._factor)
        self.lower_channel._show(None, end, subtract(middle, distance))
        self.upper_channel._show(None, end, add(middle, distance))

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._deviation._feed(x)
        self.linear_regression._push(symbol, end, x)
        return self.linear_regression._value

    @property
    def intercept(self) -> Identity:
        """Where the line starts."""
        return self.linear_regression.intercept

    @property
    def slope(self) -> Identity:
        """How much it rises a step."""
        return self.linear_regression.slope

    def _reset_parts(self) -> None:
        for part in (self._deviation, self.linear_regression, self.lower_channel, self.upper_channel):
            part.reset()


class SuperTrend(BarIndicator):
    """A trailing band at `multiplier` average true ranges from the middle of the bar, on the side that the trend is not."""

    _parameters = (integer("period"), number("multiplier"), average_type(MovingAverageType.WILDERS))
    _label = "SuperTrend({period},{multiplier})"

    def _setup(self, period: int, multiplier: Decimal, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self._range, self._factor = AverageTrueRange(period, moving_average_type), multiplier
        self._basic_upper = self._basic_lower = self._upper = self._lower = ZERO
        self._trend = ZERO
        self._start()
        self.warm_up_period = period

    def _start(self) -> None:
        self._upper_before = self._lower_before = self._close_before = ZERO
        self._trend_before = Decimal(-1)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        reach, close = self._range._feed(x), x._close
        if not self._range.is_ready:
            self._close_before = close
            return ZERO
        middle, distance = divide(add(x._high, x._low), TWO), multiply(self._factor, reach)
        self._basic_lower, self._basic_upper = subtract(middle, distance), add(middle, distance)
        lower, upper, before = self._lower_before, self._upper_before, self._close_before
        self._lower = self._basic_lower if self._basic_lower > lower or before < lower else lower
        self._upper = self._basic_upper if self._basic_upper < upper or before > upper else upper
        if self._trend_before in (-1, upper):
            self._trend = self._upper if close <= self._upper else self._lower
        elif self._trend_before == lower:
            self._trend = self._lower if close >= self._lower else self._upper
        self._close_before, self._trend_before = close, self._trend
        self._lower_before, self._upper_before = self._lower, self._upper
        return self._trend

    basic_upper_band = part_property("_basic_upper", "Middle of the bar plus the distance.")
    basic_lower_band = part_property("_basic_lower", "Middle of the bar minus the distance.")
    current_trailing_upper_band = part_property("_upper", "The upper band, which falls only, until it is crossed.")
    current_trailing_lower_band = part_property("_lower", "The lower band, which rises only, until it is crossed.")

    @property
    def is_ready(self) -> bool:
        """Whether the average true range is ready."""
        return self._range.is_ready

    def _reset_parts(self) -> None:
        self._range.reset()
        self._start()


class IchimokuKinkoHyo(BarIndicator):
    """Ichimoku's lines: tenkan, kijun, senkou a and b (delayed), chikou. The value is the close."""

    _parameters = (integer("tenkan_period", 9), integer("kijun_period", 26), integer("senkou_a_period", 26), integer("senkou_b_period", 52),
                   integer("senkou_a_delay_period", 26), integer("senkou_b_delay_period", 26))  # fmt: skip
    _label = "ICHIMOKU({tenkan_period},{kijun_period},{senkou_a_period},{senkou_b_period},{senkou_a_delay_period},{senkou_b_delay_period})"

    def _setup(  # type: ignore[override]
        self, tenkan_period: int, kijun_period: int, senkou_a_period: int, senkou_b_period: int,
        senkou_a_delay_period: int, senkou_b_delay_period: int,
    ) -> None:  # fmt: skip
        name, of, plus, over = self.name, IndicatorExtensions.of, IndicatorExtensions.plus, IndicatorExtensions.over
        self.warm_up_period = max(max(tenkan_period, kijun_period) + senkou_a_delay_period, senkou_b_period + senkou_b_delay_period)
        self.tenkan_maximum, self.tenkan_minimum = Maximum(name + "_TenkanMax", tenkan_period), Minimum(name + "_TenkanMin", tenkan_period)
        self.kijun_maximum, self.kijun_minimum = Maximum(name + "_KijunMax", kijun_period), Minimum(name + "_KijunMin", kijun_period)
        self.senkou_b_maximum = Maximum(name + "_SenkouBMaximum", senkou_b_period)
        self.senkou_b_minimum = Minimum(name + "_SenkouBMinimum", senkou_b_period)
        self.delayed_maximum_senkou_b = of(Delay(name + "DelayedMax", senkou_b_delay_period), self.senkou_b_maximum)
        self.delayed_minimum_senkou_b = of(Delay(name + "DelayedMin", senkou_b_delay_period), self.senkou_b_minimum)
        self.tenkan = over(plus(self.tenkan_maximum, self.tenkan_minimum), 2)
        self.delayed_tenkan_senkou_a = of(Delay(name + "DelayedTenkan", senkou_a_delay_period), self.tenkan)
        self.kijun = over(plus(self.kijun_maximum, self.kijun_minimum), 2)
        self.delayed_kijun_senkou_a = of(Delay(name + "DelayedKijun", senkou_a_delay_period), self.kijun)
        self.senkou_a = over(plus(self.delayed_tenkan_senkou_a, self.delayed_kijun_senkou_a), 2)
        self.senkou_b = over(plus(self.delayed_maximum_senkou_b, self.delayed_minimum_senkou_b), 2)
        self.chikou = Delay(name + "_Chikou", senkou_a_delay_period)

    tenkan: CompositeIndicator
    kijun: CompositeIndicator
    senkou_a: CompositeIndicator
    senkou_b: CompositeIndicator
    chikou: Delay
    tenkan_maximum: Maximum
    tenkan_minimum: Minimum
    kijun_maximum: Maximum
    kijun_minimum: Minimum
    senkou_b_maximum: Maximum
    senkou_b_minimum: Minimum
    delayed_tenkan_senkou_a: Delay
    delayed_kijun_senkou_a: Delay
    delayed_maximum_senkou_b: Delay
    delayed_minimum_senkou_b: Delay

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        for highest, lowest in ((self.tenkan_maximum, self.tenkan_minimum), (self.kijun_maximum, self.kijun_minimum),
                                (self.senkou_b_maximum, self.senkou_b_minimum)):  # fmt: skip
            highest._push(None, end, x._high)
            lowest._push(None, end, x._low)
        self.chikou._push(None, end, x._close)
        return x._close  # type: ignore[no-any-return]

    @property
    def is_ready(self) -> bool:
        """Whether tenkan, kijun and both senkou lines are ready."""
        return self.tenkan.is_ready and self.kijun.is_ready and self.senkou_a.is_ready and self.senkou_b.is_ready

    def _reset_parts(self) -> None:
        for part in (self.tenkan, self.kijun, self.senkou_a, self.senkou_b, self.senkou_b_maximum, self.senkou_b_minimum, self.chikou):
            part.reset()


class SqueezeMomentum(BarIndicator):
    """1 while the Bollinger bands lie within the Keltner channels, else -1; 0 until ready."""

    _parameters = (integer("bollinger_period"), number("bollinger_multiplier"), integer("keltner_period"), number("keltner_multiplier"))
    _label = "SM({bollinger_period},{bollinger_multiplier},{keltner_period},{keltner_multiplier})"

    def _setup(self, bollinger_period: int, bollinger_multiplier: Decimal, keltner_period: int, keltner_multiplier: Decimal) -> None:  # type: ignore[override]
        self.bollinger_bands = BollingerBands(bollinger_period, bollinger_multiplier)
        self.keltner_channels = KeltnerChannels(keltner_period, keltner_multiplier, MovingAverageType.EXPONENTIAL)
        self.warm_up_period = max(bollinger_period, keltner_period)

    bollinger_bands: BollingerBands
    keltner_channels: KeltnerChannels

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        bands, channels = self.bollinger_bands, self.keltner_channels
        bands._push(symbol, end, x._value)
        channels._push(symbol, end, x)
        if not self.is_ready:
            return ZERO
        above = channels.upper_band._value > bands.upper_band._value
        return Decimal(1 if above and channels.lower_band._value < bands.lower_band._value else -1)

    @property
    def is_ready(self) -> bool:
        """Whether bands and channels are ready."""
        return self.bollinger_bands.is_ready and self.keltner_channels.is_ready

    def _reset_parts(self) -> None:
        self.bollinger_bands.reset()
        self.keltner_channels.reset()
