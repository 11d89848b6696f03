"""Volume: flows, volume-weighted prices, profiles."""

from __future__ import annotations

import math
from collections import deque
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import Tick, TradeBar
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import MovingAverageType, TickType
from lyra.engine.exact import HUNDRED, ONE, TWO, ZERO, add, divide, magnitude, multiply, share, subtract, to_double, total
from lyra.engine.indicators.arguments import average_type, integer, number
from lyra.engine.indicators.averages import ExponentialMovingAverage, SimpleMovingAverage, Sum, average_of
from lyra.engine.indicators.bar_oscillators import typical_price
from lyra.engine.indicators.base import BarIndicator, DataIndicator, TradeBarIndicator, part_property
from lyra.engine.times import DAY

_POINT_ZERO = Decimal("0.0")


class OnBalanceVolume(TradeBarIndicator):
    """Running volume: added on a higher close, taken off on a lower one; starts with the first bar's."""

    _label = "OBV"
    warm_up_period = 1
    _before: Decimal | None = None

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        close, before = x._value, self._before
        self._before = close
        if before is None:
            return x._volume  # type: ignore[no-any-return]
        if close > before:
            return add(self._value, x._volume)
        return subtract(self._value, x._volume) if close < before else self._value

    def _reset_parts(self) -> None:
        self._before = None


class SmoothedOnBalanceVolume(BarIndicator):
    """A moving average of the on-balance volume; 0 until ready."""

    _parameters = (integer("period"), average_type(MovingAverageType.SIMPLE))
    _label = "SOBV({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self.on_balance_volume = OnBalanceVolume()
        self._smoother = average_of(moving_average_type, f"{self.name}_{moving_average_type.lean_name}", period)
        self.warm_up_period = period

    on_balance_volume: OnBalanceVolume

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.on_balance_volume._check_input(x)
        self.on_balance_volume._push(symbol, end, x)
        value = self._smoother._feed(self.on_balance_volume._value)
        return value if self._smoother.is_ready else ZERO

    @property
    def is_ready(self) -> bool:
        """Whether the average is ready."""
        return self._smoother.is_ready  # type: ignore[no-any-return]

    def _reset_parts(self) -> None:
        self._smoother.reset()
        self.on_balance_volume.reset()


class AccumulationDistribution(TradeBarIndicator):
    """Running sum of volume · ((close - low) - (high - close)) / (high - low)."""

    _label = "AD"
    warm_up_period = 1

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low, close = x._high, x._low, x._close
        width = subtract(high, low)
        if width <= ZERO:
            return add(self._value, ZERO)
        balance = subtract(subtract(close, low), subtract(high, close))
        return add(self._value, multiply(divide(balance, width), x._volume))


class AccumulationDistributionOscillator(TradeBarIndicator):
    """Fast EMA - slow EMA of the accumulation / distribution line; 0 until ready."""

    _parameters = (integer("fast_period"), integer("slow_period"))
    _label = "ADOSC({fast_period},{slow_period})"

    def _setup(self, fast_period: int, slow_period: int) -> None:  # type: ignore[override]
        self._line = AccumulationDistribution()
        self._fast, self._slow = ExponentialMovingAverage(fast_period), ExponentialMovingAverage(slow_period)
        self._ready_after = self.warm_up_period = max(fast_period, slow_period)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        line = self._line._feed(x)
        fast, slow = self._fast._feed(line), self._slow._feed(line)
        return subtract(fast, slow) if self.samples >= self._ready_after else ZERO

    def _reset_parts(self) -> None:
        self._line.reset()
        self._fast.reset()
        self._slow.reset()


class ChaikinOscillator(AccumulationDistributionOscillator):
    """Another name of the accumulation / distribution oscillator."""

    _label = "ChaikinOscillator({fast_period},{slow_period})"


class ChaikinMoneyFlow(TradeBarIndicator):
    """Sum of volume weighted by the place of the close / sum of volume; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "CMF({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._flow, self._volume = Sum(period), Sum(period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low, close, volume = x._high, x._low, x._close, x._volume
        width, flow = subtract(high, low), ZERO
        if width > ZERO:
            flow = divide(multiply(volume, subtract(subtract(close, low), subtract(high, close))), width)
        flows, volumes = self._flow._feed(flow), self._volume._feed(volume)
        return ZERO if self.samples < self._ready_after or volumes == ZERO else divide(flows, volumes)

    def _reset_parts(self) -> None:
        self._flow.reset()
        self._volume.reset()


class MoneyFlowIndex(TradeBarIndicator):
    """100 · flow on rising typical prices / all flow; 100 where there is none."""

    _parameters = (integer("period"),)
    _label = "MFI({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self.positive_money_flow = Sum(self.name + "_PositiveMoneyFlow", period)
        self.negative_money_flow = Sum(self.name + "_NegativeMoneyFlow", period)
        self._price_before = ZERO
        self._ready_after = self.warm_up_period = period

    positive_money_flow: Sum
    negative_money_flow: Sum
    previous_typical_price = part_property("_price_before", "The last bar's typical price.")

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        price, before = typical_price(x, Decimal("3.0")), self._price_before
        flow = multiply(price, x._volume)
        self.positive_money_flow._push(None, end, flow if price > before else _POINT_ZERO)
        self.negative_money_flow._push(None, end, flow if price < before else _POINT_ZERO)
        self._price_before = price
        positive = self.positive_money_flow._value
        whole = add(positive, self.negative_money_flow._value)
        return Decimal("100.0") if whole == ZERO else divide(multiply(HUNDRED, positive), whole)

    def _reset_parts(self) -> None:
        self._price_before = _POINT_ZERO
        self.positive_money_flow.reset()
        self.negative_money_flow.reset()


class VolumeWeightedAveragePriceIndicator(TradeBarIndicator):
    """Mean of (open + high + low + close) / 4 over `period` bars, weighted by volume."""

    _parameters = (integer("period"),)
    _label = "VWAP({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._worth, self._volume = Sum(period), Sum(period)
        self._mean = ZERO
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        price = share(add(add(add(x._open, x._high), x._low), x._value), Decimal(4))
        volume = x._volume
        worth, volumes = self._worth._feed(multiply(volume, price)), self._volume._feed(volume)
        if volumes != ZERO:
            self._mean = divide(worth, volumes)
        return self._mean

    def _reset_parts(self) -> None:
        self._worth.reset()
        self._volume.reset()
        self._mean = ZERO


class IntradayVwap(DataIndicator):
    """Volume-weighted price since midnight, of trade ticks or trade bars that are not filled forward."""

    def __init__(self, name: str = "VWAP") -> None:
        self.name = name
        self._begin()

    def _begin(self) -> None:
        self._day: int | None = None
        self._volume = self._worth = ZERO

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal | None:
        if isinstance(x, Tick) and x.tick_type == TickType.TRADE:
            volume, price = x._quantity, x._value
        elif isinstance(x, TradeBar) and not x.is_fill_forward:
            volume, price = x._volume, typical_price(x)
        else:
            return None
        day = end // DAY
        if day != self._day:
            self._day, self._volume, self._worth = day, ZERO, ZERO
        self._volume = add(self._volume, volume)
        self._worth = add(self._worth, multiply(price, volume))
        return x._value if self._volume == ZERO else divide(self._worth, self._volume)  # type: ignore[no-any-return]

    @property
    def is_ready(self) -> bool:
        """Whether there was any volume today."""
        return self._volume > ZERO

    def _reset_parts(self) -> None:
        self._begin()


class EaseOfMovementValue(TradeBarIndicator):
    """Mean of the move of the bar's middle / (volume / scale / range); 0 for a bar without volume or range."""

    _parameters = (integer("period", 1), integer("scale", 10000))
    _label = "EMV({period}, {scale})"

    def _setup(self, period: int, scale: int) -> None:  # type: ignore[override]
        self._mean, self._scale = SimpleMovingAverage(period), Decimal(scale)
        self._high = self._low = ZERO
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low, volume = x._high, x._low, x._volume
        if self._high == ZERO and self._low == ZERO:
            self._high, self._low = high, low
        if volume == ZERO or high == low:
            return self._mean._feed(ZERO)
        move = subtract(divide(add(high, low), TWO), divide(add(self._high, self._low), TWO))
        ratio = divide(divide(volume, self._scale), subtract(high, low))
        self._high, self._low = high, low
        return self._mean._feed(divide(move, ratio))

    def _reset_parts(self) -> None:
        self._mean.reset()
        self._high = self._low = _POINT_ZERO


class ForceIndex(TradeBarIndicator):
    """A moving average of change of the close · volume; 0 for the first bar."""

    _parameters = (integer("period"), average_type(MovingAverageType.EXPONENTIAL))
    _label = "FI({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self._smoother = average_of(moving_average_type, f"{self.name}_{moving_average_type.lean_name}", period)
        self._close = ZERO
        self.warm_up_period = period + 1

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        close, before = x._close, self._close
        self._close = close
        if self.samples < 2:
            return ZERO
        return self._smoother._feed(multiply(subtract(close, before), x._volume))  # type: ignore[no-any-return]

    @property
    def is_ready(self) -> bool:
        """Whether the average is ready."""
        return self._smoother.is_ready  # type: ignore[no-any-return]

    def _reset_parts(self) -> None:
        self._smoother.reset()


class KlingerVolumeOscillator(TradeBarIndicator):
    """Fast EMA - slow EMA of Klinger's volume force; `signal` averages it."""

    _parameters = (integer("fast_period"), integer("slow_period"), integer("signal_period", 13))
    _label = "KVO({fast_period},{slow_period},{signal_period})"

    def _setup(self, fast_period: int, slow_period: int, signal_period: int) -> None:  # type: ignore[override]
        self._fast, self._slow = ExponentialMovingAverage(fast_period), ExponentialMovingAverage(slow_period)
        self.signal = ExponentialMovingAverage(self.name + "_Signal", signal_period)
        self._begin()
        self.warm_up_period = max(fast_period, slow_period, signal_period) + 2

    signal: ExponentialMovingAverage

    def _begin(self) -> None:
        self._index: Decimal | None = None
        self._trend: int | None = None
        self._width = self._movement = ZERO

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        high, low = x._high, x._low
        width, width_before = subtract(high, low), self._width
        index, index_before = add(add(high, low), x._close), self._index
        self._width, self._index = width, index
        if index_before is None:
            return ZERO
        trend, trend_before = 1 if index > index_before else -1, self._trend
        self._trend = trend
        if trend_before is None:
            return ZERO
        fresh = self._movement == ZERO or trend != trend_before
        self._movement = add(width, width_before) if fresh else add(self._movement, width)
        force = self._force(width, trend, x._volume)
        fast, slow = self._fast._feed(force), self._slow._feed(force)
        ready = self._fast.is_ready and self._slow.is_ready
        value = subtract(fast, slow) if ready else ZERO
        self.signal._push(None, end, value)
        return value

    def _force(self, width: Decimal, trend: int, volume: Decimal) -> Decimal:
        least = Decimal("0.00000001")
        movement = least if magnitude(self._movement) < least else self._movement
        ratio = magnitude(multiply(TWO, subtract(divide(width, movement), ONE)))
        return multiply(multiply(multiply(volume, ratio), Decimal(trend)), HUNDRED)

    @property
    def is_ready(self) -> bool:
        """Whether both averages and the signal are ready."""
        return self._fast.is_ready and self._slow.is_ready and self.signal.is_ready

    def _reset_parts(self) -> None:
        self._fast.reset()
        self._slow.reset()
        self.signal.reset()
        self._begin()


class RelativeDailyVolume(TradeBarIndicator):
    """Volume so far today / mean volume of the last days up to the same time; 0 until ready."""

    _parameters = (integer("period", 2),)
    _label = "RDV({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._period = period
        self._begin()

    def _begin(self) -> None:
        self._means: dict[int, SimpleMovingAverage] = {}
        self._today: dict[int, Decimal] = {}
        self._day, self._days = -1, -1

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        start = x._time
        day = x.time.day
        if day != self._day:
            self._close_day()
            self._day = day
            self._days += 1
        self._today[start] = x._volume
        if not self.is_ready:
            return ZERO
        usual = self._usual(start % DAY)
        return ZERO if usual == ZERO else divide(total(self._today.values()), usual)

    def _close_day(self) -> None:
        volume = _POINT_ZERO
        for time, amount in self._today.items():
            volume = add(volume, amount)
            self._means.setdefault(time % DAY, SimpleMovingAverage(self._period))._feed(volume)
        self._today = {}

    def _usual(self, time: int) -> Decimal:
        mean = self._means.get(time)
        if mean is not None:
            return mean._value
        times = sorted(self._means)
        for i in range(1, len(times)):
            if times[i] > time:
                return self._means[times[i - 1]]._value
        return ZERO

    @property
    def is_ready(self) -> bool:
        """Whether `period` days are complete."""
        return self._days >= self._period

    def _reset_parts(self) -> None:
        self._begin()


class MarketProfile(TradeBarIndicator):
    """Weight of each price step over the last `period` bars; the value is the step with most weight."""

    _parameters = (integer("period", 2), number("value_area_volume_percentage", "0.70"), number("price_range_round_off", "0.05"))

    def _setup(self, period: int, value_area_volume_percentage: Decimal, price_range_round_off: Decimal) -> None:  # type: ignore[override]
        if price_range_round_off <= 0:
            raise ArgumentException("Must be strictly bigger than zero. (Parameter 'priceRangeRoundOff')")
        self._share = value_area_volume_percentage
        self._steps = divide(ONE, price_range_round_off)
        self._bars: deque[tuple[Decimal, Decimal]] = deque(maxlen=period)
        self._weights: dict[Decimal, Decimal] = {}
        self._whole = Sum(self.name + "_Sum", period)
        self._high = self._low = self._poc_price = self._poc_volume = ZERO
        self._area_volume = self._area_high = self._area_low = ZERO
        self._ready_after = self.warm_up_period = period

    profile_high = part_property("_high", "Highest price step.")
    profile_low = part_property("_low", "Lowest price step.")
    poc_price = part_property("_poc_price", "Price step with most weight, the point of control.")
    poc_volume = part_property("_poc_volume", "Weight of the point of control.")
    value_area_volume = part_property("_area_volume", "Weight that the value area must reach.")
    value_area_high = part_property("_area_high", "Highest price step of the value area.")
    value_area_low = part_property("_area_low", "Lowest price step of the value area.")

    @property
    def volume_per_price(self) -> dict[float, float]:
        """Weight of each price step, by price."""
        return {to_double(price): to_double(weight) for price, weight in sorted(self._weights.items())}

    def _weight(self, bar: Any) -> Decimal:
        raise NotImplementedError

    def _step(self, price: Decimal) -> Decimal:
        return divide(Decimal(math.ceil(multiply(price, self._steps))), self._steps)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._take(x._close, self._weight(x))
        steps = sorted(self._weights.items())
        prices, weights = [price for price, _ in steps], [weight for _, weight in steps]
        peak = self._peak(weights)
        self._poc_price, self._poc_volume = (prices[peak], weights[peak]) if steps else (ZERO, ZERO)
        self._high, self._low = (prices[-1], prices[0]) if steps else (ZERO, ZERO)
        self._find_area(prices, weights, peak)
        return self._poc_price

    def _take(self, close: Decimal, weight: Decimal) -> None:
        leaving = self._bars[0] if len(self._bars) == self._bars.maxlen else None
        self._bars.append((close, weight))
        step = self._step(close)
        self._weights[step] = add(self._weights[step], weight) if step in self._weights else weight
        self._whole._feed(weight)
        if leaving is not None:
            step = self._step(leaving[0])
            if step in self._weights:
                self._weights[step] = subtract(self._weights[step], leaving[1])
                if self._weights[step] == ZERO:
                    del self._weights[step]

    @staticmethod
    def _peak(weights: list[Decimal]) -> int:
        peak, middle = 0, (len(weights) - 1) // 2
        for i, weight in enumerate(weights):
            if weight > weights[peak] or (weight == weights[peak] and abs(middle - i) < abs(middle - peak)):
                peak = i
        return peak

    def _find_area(self, prices: list[Decimal], weights: list[Decimal], peak: int) -> None:
        self._area_volume = multiply(self._whole._value, self._share)
        volume, low, high = self._poc_volume, peak, peak
        while volume <= self._area_volume and self._area_volume != ZERO:
            below = weights[low - 1] if low > 0 else ZERO
            above = weights[high + 1] if high < len(weights) - 1 else ZERO
            if above == ZERO or (below != ZERO and below > above):
                volume, low = add(volume, below), max(low - 1, 0)
            else:
                volume, high = add(volume, above), min(high + 1, len(weights) - 1)
            if below == ZERO and above == ZERO:
                break
        self._area_high, self._area_low = (prices[high], prices[low]) if prices else (ZERO, ZERO)

    def _reset_parts(self) -> None:
        self._bars.clear()
        self._weights.clear()
        self._whole.reset()


class VolumeProfile(MarketProfile):
    """A market profile whose weights are volumes."""

    _label = "VP({period},{value_area_volume_percentage},{price_range_round_off})"

    def _weight(self, bar: Any) -> Decimal:
        return bar._volume  # type: ignore[no-any-return]


class TimeProfile(MarketProfile):
    """A market profile whose weights are numbers of bars."""

    _label = "TP({period},{value_area_volume_percentage},{price_range_round_off})"

    def _weight(self, bar: Any) -> Decimal:
        return ONE
