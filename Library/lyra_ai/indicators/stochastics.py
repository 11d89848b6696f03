"""Where a value stands between the highest and the lowest of its window, and oscillators that are bounded like that."""

from __future__ import annotations

import math

from lyra_ai.errors import SettingError
from lyra_ai.indicators.averages import Ema
from lyra_ai.indicators.base import NAN, Kernel, kernel
from lyra_ai.indicators.momentum import RelativeStrength
from lyra_ai.indicators.rolling import INFINITE, Highest, Lowest, Sum, Timed, Weighted, average, ratio


class _Place:
    """100 * (value - lowest) / (highest - lowest) of a window; `flat` where these are equal, NaN until the window is full.

    `equal` is how near they may be to count as equal: for values whose rounding is no movement.
    """

    def __init__(self, period: int, flat: float, partial: bool = False, equal: float = 0.0) -> None:
        self._highest = Highest(period, -INFINITE if partial else NAN)
        self._lowest = Lowest(period, INFINITE if partial else NAN)
        self._flat = flat
        self._equal = equal

    def next(self, high: float, low: float, x: float) -> float:
        highest, lowest = self._highest.next(high), self._lowest.next(low)
        reach = highest - lowest
        return 100 * (self._flat if abs(reach) <= self._equal else (x - lowest) / reach)


@kernel("stoch")
class Stochastic(Timed):
    """%K: where the close stands in the channel of `fastk_period` bars, averaged over `slowk_period`; %D: %K averaged over `slowd_period`.

    An average is of those of its rows that are known (a flat channel has no place), so that both begin with bar `fastk_period`. George Lane
    (1957); Jesse's `stoch`, which takes `slowk_matype` and `slowd_matype` and averages simply all the same: here they count.
    """

    needs = "hlc"
    parts = ("k", "d")

    def __init__(
        self, fastk_period: int = 14, slowk_period: int = 3, slowk_matype: int = 0, slowd_period: int = 3, slowd_matype: int = 0
    ) -> None:
        self.rows = max(fastk_period, slowk_period + slowd_period)
        self._place = _Place(fastk_period, NAN)
        self._k, self._d = average(slowk_matype, slowk_period), average(slowd_matype, slowd_period)

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """%K and %D."""
        k = self._k.next(self._place.next(high, low, close))
        return k, self._d.next(k)


@kernel("stochf")
class StochasticFast(Timed):
    """%K: where the close stands in the channel of `fastk_period` bars, 50 in a flat one; %D: its average over `fastd_period` bars.

    Known from bar `fastk_period`, %D at first of fewer. George Lane (1957); Jesse's `stochf`, which averages simply whatever `fastd_matype` is.
    """

    needs = "hlc"
    parts = ("k", "d")

    def __init__(self, fastk_period: int = 5, fastd_period: int = 3, fastd_matype: int = 0) -> None:
        self.rows = max(fastk_period, fastd_period)
        self._place = _Place(fastk_period, 50.0 / 100)
        self._d = average(fastd_matype, fastd_period)

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """%K and %D."""
        k = self._place.next(high, low, close)
        return k, self._d.next(k)


@kernel("kdj")
class Kdj(Timed):
    """Stochastic with a third line: %J = 3 * %K - 2 * %D. The channel is of `fastk_period` bars, at first of those there are.

    Known from bar `slowk_period` on. Jesse's `kdj`.
    """

    needs = "hlc"
    parts = ("k", "d", "j")

    def __init__(
        self, fastk_period: int = 9, slowk_period: int = 3, slowk_matype: int = 0, slowd_period: int = 3, slowd_matype: int = 0
    ) -> None:
        self.rows = max(fastk_period, slowk_period + slowd_period)
        self._place = _Place(fastk_period, NAN, partial=True)
        self._k, self._d = average(slowk_matype, slowk_period), average(slowd_matype, slowd_period)

    def next(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        """%K, %D and %J."""
        k = self._k.next(self._place.next(high, low, close))
        d = self._d.next(k)
        return k, d, 3 * k - 2 * d


@kernel("willr")
class WilliamsR(Timed):
    """How far the close is below the top of the channel of `period` bars, in percent of its reach, negative; 0 in a flat one.

    Known from bar `period`. Larry Williams (1973); TA-Lib's WILLR.
    """

    needs = "hlc"

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = Highest(period), Lowest(period)

    def next(self, high: float, low: float, close: float) -> float:
        """%R, from -100 to 0."""
        highest = self._highest.next(high)
        return -100 * ratio(highest - close, highest - self._lowest.next(low), 0.0)


@kernel("srsi")
class StochasticRsi(Timed):
    """Where the relative strength of `period` stands between its highest and lowest of `period_stoch` rows: mean of `k`, and mean of `d` of these.

    Known from row period + period_stoch + k - 1, `d` from d - 1 rows later; %K is NaN while a window in it is flat. Tushar Chande and Stanley
    Kroll (1994); Jesse's `srsi`.
    """

    parts = ("k", "d")

    def __init__(self, period: int = 14, period_stoch: int = 14, k: int = 3, d: int = 3) -> None:
        self.period = period
        self.rows = period + period_stoch + k + d - 2
        self._strength = RelativeStrength(period)
        self._place = _Place(period_stoch, NAN, equal=1e-10)
        self._k, self._d = Sum(k), Sum(d)
        self._ks, self._ds = k, d

    def next(self, x: float) -> tuple[float, float]:
        """%K and %D."""
        strength = self._strength.next(x)
        if strength != strength:
            return NAN, NAN
        k = self._k.next(self._place.next(strength, strength, strength)) / self._ks
        return k, self._d.next(k) / self._ds if k == k else NAN


@kernel("stc")
class SchaffTrendCycle(Timed):
    """Place of the MACD in its `k_period` rows, averaged (`d1_period`); place of that in its `k_period` rows, averaged (`d2_period`).

    MACD = exponential average of `fast_period` less that of `slow_period`; all averages are exponential. A place not known or in a flat window
    is 0, so that there are values from the first row on. Between 0 and 100. Doug Schaff (2008); Jesse's `stc`.
    """

    def __init__(self, fast_period: int = 23, slow_period: int = 50, k_period: int = 10, d1_period: int = 3, d2_period: int = 3) -> None:
        self.rows = slow_period + 2 * k_period
        self._fast, self._slow, self._once, self._twice = Ema(fast_period), Ema(slow_period), Ema(d1_period), Ema(d2_period)
        self._first, self._second = _Place(k_period, 0.0), _Place(k_period, 0.0)

    def next(self, x: float) -> float:
        """The cycle."""
        macd = self._fast.next(x) - self._slow.next(x)
        place = self._first.next(macd, macd, macd)
        once = self._once.next(place if place == place else 0.0)
        place = self._second.next(once, once, once)
        return min(max(self._twice.next(place if place == place else 0.0), 0.0), 100.0)


@kernel("ultosc")
class UltimateOscillator(Timed):
    """100 * (4 a + 2 b + c) / 7, where a, b, c are buying pressure / true range, summed over the three periods.

    Buying pressure = close - lower of low and last close, 0 for the first bar. Known when all windows are full; NaN without any range. Larry
    Williams (1976); TA-Lib's ULTOSC.
    """

    needs = "hlc"

    def __init__(self, timeperiod1: int = 7, timeperiod2: int = 14, timeperiod3: int = 28) -> None:
        periods = (timeperiod1, timeperiod2, timeperiod3)
        self.rows = max(periods)
        self._sums = [(Sum(period), Sum(period), weight / 7 * 100) for period, weight in zip(periods, (4, 2, 1), strict=True)]
        self._close = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The oscillator, from 0 to 100."""
        before, self._close = self._close, close
        if before != before:
            pressure, span = 0.0, high - low
        else:
            bottom = before if before < low else low
            pressure, span = close - bottom, (before if before > high else high) - bottom
        total = 0.0
        for pressures, spans, weight in self._sums:
            total += weight * ratio(pressures.next(pressure), spans.next(span))
        return total


@kernel("lrsi")
class LaguerreRsi(Kernel):
    """Relative strength of the four stages of a Laguerre filter of the bars' middles: rises from stage to stage / (rises + falls), 0 to 1.

    Stage 0: alpha * price + (1 - alpha) * itself; the next ones pass it on with damping 1 - alpha. Begun at the first bar's middle; 0 while all
    stages are equal. John Ehlers (2002); Jesse's `lrsi`.
    """

    needs = "hl"

    def __init__(self, alpha: float = 0.2) -> None:
        if not 0 < alpha <= 1:
            raise SettingError(f"alpha is {alpha}; it must be over 0 and at most 1.")
        self._alpha = alpha
        self._stages = (NAN, NAN, NAN, NAN)

    def next(self, high: float, low: float) -> float:
        """The strength."""
        price = (high + low) / 2
        a, b, c, d = self._stages
        damping = 1 - self._alpha
        if a != a:
            first = second = third = fourth = price
        else:
            first = self._alpha * price + damping * a
            second = a + damping * (b - first)
            third = b + damping * (c - second)
            fourth = c + damping * (d - third)
        self._stages = (first, second, third, fourth)
        steps = (first - second, second - third, third - fourth)
        rises = sum([step for step in steps if step > 0.0])
        return ratio(rises, sum([abs(step) for step in steps]), 0.0)


@kernel("fisher")
class FisherTransform(Timed):
    """Fisher transform of the bars' middles: half of ln((1 + v) / (1 - v)) plus half of the last one; `signal` is the last one.

    v = 0.66 * (place in the window of `period`, from -0.5 to 0.5) + 0.67 * last v, held within 0.999, and 0 in a flat window. 0.0 for the first
    `period` bars, as in Jesse. John Ehlers (2002).
    """

    needs = "hl"
    parts = ("fisher", "signal")

    def __init__(self, period: int = 9) -> None:
        self.period = period
        self.rows = period + 1
        self._highest, self._lowest = Highest(period), Lowest(period)
        self._row = 0
        self._value = 0.0
        self._fisher = 0.0

    def next(self, high: float, low: float) -> tuple[float, float]:
        """Transform and signal."""
        middle = (high + low) / 2
        highest, lowest = self._highest.next(middle), self._lowest.next(middle)
        if self._row < self.period:
            self._row += 1
            return 0.0, 0.0
        reach = highest - lowest
        value = 0.66 * ((middle - lowest) / reach - 0.5) + 0.67 * self._value if reach != 0.0 else 0.0
        self._value = value = min(max(value, -0.999), 0.999)
        signal = self._fisher
        self._fisher = 0.5 * math.log((1 + value) / (1 - value)) + 0.5 * signal
        return self._fisher, signal


@kernel("ift_rsi")
class InverseFisherRsi(Timed):
    """Squashed relative strength: (4 v² - 1) / (4 v² + 1), v being the weighted average of (RSI - 50) / 10, newest weighted most.

    Known from row rsi_period + wma_period. After John Ehlers's inverse Fisher transform (2004), with Jesse's squares instead of exponentials.
    """

    def __init__(self, rsi_period: int = 5, wma_period: int = 9) -> None:
        self.rows = rsi_period + wma_period
        self._strength, self._window = RelativeStrength(rsi_period), Weighted(wma_period)
        self._weights = wma_period * (wma_period + 1) / 2

    def next(self, x: float) -> float:
        """The transform, from -1 to 1."""
        strength = self._strength.next(x)
        if strength != strength:
            return NAN
        total, weighted = self._window.next((strength - 50) / 10)
        value = 2 * (total + weighted) / self._weights
        return (value * value - 1) / (value * value + 1)
