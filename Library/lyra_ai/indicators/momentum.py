"""Change over some rows, strength of rises against falls, and distance from an average or a line.

Below them: direction and strength of a trend, which are Wilder's directional movement, the vortex, and the age of extremes (Aroon).
"""

from __future__ import annotations

import math
from collections import deque

from lyra_ai.errors import SettingError
from lyra_ai.indicators.averages import Ema
from lyra_ai.indicators.base import NAN, Kernel, kernel, positive
from lyra_ai.indicators.rolling import (
    INFINITE,
    Highest,
    Lag,
    Line,
    Lowest,
    Mean,
    Sum,
    Weighted,
    WhereHighest,
    Wilder,
    average,
    ratio,
    true_range,
)


class _Change(Kernel):
    """What the changes have in common: the value of `period` rows ago. Known from row `period` + 1."""

    def __init__(self, period: int = 10) -> None:
        positive(period=period)
        self.period = period
        self.rows = period + 1
        self._before = Lag(period)


@kernel("mom")
class Momentum(_Change):
    """Difference from the value of `period` rows ago. Known from row `period` + 1. TA-Lib's MOM."""

    def next(self, x: float) -> float:
        """The difference."""
        return x - self._before.next(x)


@kernel("roc")
class RateOfChange(_Change):
    """Change from the value of `period` rows ago in percent of it. Known from row `period` + 1. TA-Lib's ROC."""

    def next(self, x: float) -> float:
        """The percentage."""
        return (ratio(x, self._before.next(x)) - 1) * 100


@kernel("rocp")
class RateOfChangeShare(_Change):
    """Change from the value of `period` rows ago as a share of it. Known from row `period` + 1. TA-Lib's ROCP."""

    def next(self, x: float) -> float:
        """The share."""
        before = self._before.next(x)
        return ratio(x - before, before)


@kernel("rocr")
class RateOfChangeRatio(_Change):
    """Ratio to the value of `period` rows ago. Known from row `period` + 1. TA-Lib's ROCR."""

    def next(self, x: float) -> float:
        """The ratio."""
        return ratio(x, self._before.next(x))


@kernel("rocr100")
class RateOfChangeRatio100(_Change):
    """Ratio to the value of `period` rows ago, times 100. Known from row `period` + 1. TA-Lib's ROCR100."""

    def next(self, x: float) -> float:
        """The ratio."""
        return ratio(x, self._before.next(x)) * 100


@kernel("rsi")
class RelativeStrength(Kernel):
    """100 * rises / (rises + falls), both being Wilder averages of the changes; 100 without falls. Known from row `period` + 1.

    J. Welles Wilder (1978). TA-Lib's RSI.
    """

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._rises, self._falls = Wilder(period), Wilder(period)
        self._last = NAN

    def next(self, x: float) -> float:
        """The index, from 0 to 100."""
        last, self._last = self._last, x
        if last != last:
            return NAN
        change = x - last
        if change > 0.0:
            rises, falls = self._rises.next(change), self._falls.next(0.0)
        else:
            rises, falls = self._rises.next(0.0), self._falls.next(-change)
        return 100 * ratio(rises, rises + falls, 1.0) if falls != 0.0 else 100.0


@kernel("cmo")
class ChandeMomentum(Kernel):
    """100 * (rises - falls) / (rises + falls), sums of the last `period` changes; 0 where there are none. Known from row `period` + 1.

    Tushar Chande (1994); TA-Lib's CMO has Wilder averages instead of the sums.
    """

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._rises, self._falls = Sum(period), Sum(period)
        self._last = NAN

    def next(self, x: float) -> float:
        """The oscillator, from -100 to 100."""
        change, self._last = x - self._last, x
        if change != change:
            return NAN
        rises = self._rises.next(change if change > 0.0 else 0.0)
        falls = self._falls.next(-change if change < 0.0 else 0.0)
        return 100 * ratio(rises - falls, rises + falls, 0.0)


@kernel("ao")
class Awesome(Kernel):
    """5-bar less 34-bar simple average of the bars' middles, and its change. Known from bar 34, the change from bar 35. Bill Williams (1995)."""

    needs = "hl"
    parts = ("osc", "change")
    rows = 35

    def __init__(self) -> None:
        self._fast, self._slow = Mean(5), Mean(34)
        self._last = NAN

    def next(self, high: float, low: float) -> tuple[float, float]:
        """Oscillator and change."""
        middle = (high + low) / 2
        osc = self._fast.next(middle) - self._slow.next(middle)
        last, self._last = self._last, osc
        return osc, osc - last


@kernel("acosc")
class Acceleration(Kernel):
    """The awesome oscillator less its 5-bar average, and the change of that. Known from bar 38, the change from bar 39. Bill Williams (1995)."""

    needs = "hl"
    parts = ("osc", "change")
    rows = 39

    def __init__(self) -> None:
        self._awesome = Awesome()
        self._average = Mean(5)
        self._last = NAN

    def next(self, high: float, low: float) -> tuple[float, float]:
        """Oscillator and change."""
        awesome = self._awesome.next(high, low)[0]
        if awesome != awesome:
            return NAN, NAN
        osc = awesome - self._average.next(awesome)
        last, self._last = self._last, osc
        return osc, osc - last


@kernel("bop")
class BalanceOfPower(Kernel):
    """(close - open) / (high - low), 0 for a bar without reach. Known from the first bar. Igor Livshin (2001); TA-Lib's BOP."""

    needs = "ohlc"

    def next(self, open: float, high: float, low: float, close: float) -> float:
        """The balance."""
        return ratio(close - open, high - low, 0.0)


@kernel("qstick")
class Qstick(Kernel):
    """Mean of close - open over `period` bars; 0.0 before bar `period`, as in Jesse. Tushar Chande (1994)."""

    needs = "oc"

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._mean = Mean(period)

    def next(self, open: float, close: float) -> float:
        """The mean."""
        mean = self._mean.next(close - open)
        return mean if mean == mean else 0.0


@kernel("cci")
class CommodityChannel(Kernel):
    """Distance of the typical price from its mean of `period` bars, in 0.015 of the mean distance in that window; 0 where there is none.

    Known from bar `period`. Donald Lambert (1980); TA-Lib's CCI. A step looks through the window.
    """

    needs = "hlc"

    def __init__(self, period: int = 14) -> None:
        positive(period=period)
        self.rows = self.period = period
        self._window: deque[float] = deque(maxlen=period)

    def next(self, high: float, low: float, close: float) -> float:
        """The index."""
        price = (high + low + close) / 3
        window = self._window
        window.append(price)
        if len(window) < self.period:
            return NAN
        aways = [value - price for value in window]  # from the newest, so that nothing is lost where prices are high and alike
        mean = sum(aways) / self.period
        distance = sum([abs(away - mean) for away in aways]) / self.period
        return ratio(-mean, 0.015 * distance, 0.0)


@kernel("cfo")
class ChandeForecast(Kernel):
    """Distance of the value from the end of the least-squares line through the last `period` values, in `scalar`ths of the value.

    Known from row `period`; NaN where the value is 0. Tushar Chande (1994); Jesse's `cfo`.
    """

    def __init__(self, period: int = 14, scalar: float = 100) -> None:
        self.rows = self.period = period
        self._scalar = scalar
        self._line = Line(period)

    def next(self, x: float) -> float:
        """The distance."""
        return self._scalar * ratio(x - self._line.next(x), x)


@kernel("fosc")
class ForecastOscillator(Kernel):
    """Distance of the value from the end of the least-squares line through the last `period` values, in percent of the value.

    0.0 before row `period`, as in Jesse, and where the value is 0. Tushar Chande (1994); other libraries take the last row's line.
    """

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._line = Line(period)

    def next(self, x: float) -> float:
        """The distance."""
        line = self._line.next(x)
        return 100 * ratio(x - line, x, 0.0) if line == line else 0.0


@kernel("cg")
class CenterOfGravity(Kernel):
    """-(sum of age * value) / (sum of values) of the last `period` - 1 values, the newest being of age 1; 0 where they sum to 0.

    Known from row `period` + 2, as in Jesse. John Ehlers (2002), who sums `period` values.
    """

    def __init__(self, period: int = 10) -> None:
        if not period >= 2:
            raise SettingError(f"period is {period}; it must be at least 2.")
        self.period = period
        self.rows = period + 2
        self._window = Weighted(period - 1)
        self._row = 0

    def next(self, x: float) -> float:
        """The centre, a negative age."""
        total, weighted = self._window.next(x)
        if self._row <= self.period:
            self._row += 1
            return NAN
        return -ratio((self.period - 1) * total - weighted, total, 0.0)


@kernel("dpo")
class DetrendedPrice(Kernel):
    """The value of period // 2 + 1 rows ago less the mean of the last `period`. Known from row `period` + period // 2 + 1. Jesse's `dpo`."""

    def __init__(self, period: int = 5) -> None:
        self._mean = Mean(period)
        self.period = period
        self.rows = period + period // 2 + 1
        self._before = Lag(period // 2 + 1)
        self._row = 0

    def next(self, x: float) -> float:
        """The difference."""
        found = self._before.next(x) - self._mean.next(x)
        if self._row < self.rows - 1:
            self._row += 1
            return NAN
        return found


@kernel("er")
class EfficiencyRatio(Kernel):
    """Distance covered in `period` rows as a share of the way gone: |change over the period| / sum of |changes|; 0 where nothing moved.

    Known from row `period` + 1. Perry Kaufman (1995). Jesse's `er` divides by the way of all windows of the history together instead.
    """

    def __init__(self, period: int = 5) -> None:
        self.period = period
        self.rows = period + 1
        self._before, self._way = Lag(period), Sum(period)
        self._last = NAN

    def next(self, x: float) -> float:
        """The ratio, from 0 to 1."""
        step, self._last = abs(x - self._last), x
        change = abs(x - self._before.next(x))
        return ratio(change, self._way.next(step), 0.0) if step == step else NAN


@kernel("eri")
class ElderRay(Kernel):
    """Bulls' power, high less an average of the source, and bears' power, low less it. `matype` 1: from the first bar; 0: from bar `period`.

    Alexander Elder (1993); Jesse's `eri`.
    """

    needs = "xhl"
    parts = ("bull", "bear")

    def __init__(self, period: int = 13, matype: int = 1) -> None:
        self.rows = self.period = period
        self._average = average(matype, period)

    def next(self, x: float, high: float, low: float) -> tuple[float, float]:
        """Bulls' and bears' power."""
        middle = self._average.next(x)
        return high - middle, low - middle


@kernel("pfe")
class FractalEfficiency(Kernel):
    """Polarized fractal efficiency: 100 * straight way / way gone, signed with the direction, and smoothed exponentially.

    With d the change over `period` rows: straight way = sqrt(d² + period²), way gone = sum of sqrt(1 + step²) over these rows. 0 goes into the
    average while they are not there, so that there are values from the first row on. Hans Hannula (1994). Jesse's `pfe` has a difference of
    order period - 1 (and so other signs and sizes) for d.
    """

    def __init__(self, period: int = 10, smoothing: int = 5) -> None:
        positive(period=period)
        self.period = period
        self.rows = period + smoothing
        self._before, self._way = Lag(period), Sum(period)
        self._smooth = Ema(smoothing)
        self._last = NAN

    def next(self, x: float) -> float:
        """The efficiency."""
        step, self._last = x - self._last, x
        change = x - self._before.next(x)
        if step != step:
            return self._smooth.next(0.0)
        way = self._way.next(math.sqrt(1 + step * step))
        efficiency = 100 * math.sqrt(change * change + self.period * self.period) / way
        if efficiency != efficiency:
            efficiency = 0.0
        return self._smooth.next(efficiency if change > 0.0 else -efficiency)


@kernel("ttm_trend")
class TtmTrend(Kernel):
    """1.0 where the close is above the mean of the last `period` sources, else 0.0, also while there are fewer. John Carter (2005)."""

    needs = "xc"
    source = "hl2"

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._mean = Mean(period)

    def next(self, x: float, close: float) -> float:
        """1.0 for a rising trend."""
        return 1.0 if close > self._mean.next(x) else 0.0


@kernel("rsmk")
class RelativeStrengthMarkos(Kernel):
    """Relative strength to another market: 100 * exponential average of the change, over `lookback` rows, of ln(value / the other's value).

    `signal` is the exponential average of it. Known from row `lookback` + 1. Markos Katsanos (2020); Jesse's `rsmk`.
    """

    needs = "xy"
    parts = ("indicator", "signal")
    other = "candles_compare"

    def __init__(self, lookback: int = 90, period: int = 3, signal_period: int = 20) -> None:
        positive(lookback=lookback)
        self.rows = lookback + 1
        self._before = Lag(lookback)
        self._fast, self._signal = Ema(max(1, period)), Ema(max(1, signal_period))

    def next(self, x: float, y: float) -> tuple[float, float]:
        """Strength and signal."""
        quotient = ratio(x, y)
        now = math.log(quotient) if quotient > 0.0 else NAN
        change = now - self._before.next(now)
        if change != change:
            return NAN, NAN
        strength = 100 * self._fast.next(change)
        return strength, self._signal.next(strength)


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
class Stochastic(Kernel):
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
class StochasticFast(Kernel):
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
class Kdj(Kernel):
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
class WilliamsR(Kernel):
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
class StochasticRsi(Kernel):
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
class SchaffTrendCycle(Kernel):
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
class UltimateOscillator(Kernel):
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
class FisherTransform(Kernel):
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
class InverseFisherRsi(Kernel):
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


class _Movement:
    """True range, rise of the high and fall of the low, of which only the greater counts, and only if above 0."""

    def __init__(self) -> None:
        self._high = self._low = self._close = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        span = true_range(high, low, self._close)
        up, down = high - self._high, self._low - low
        self._high, self._low, self._close = high, low, close
        return span, up if up > down and up > 0.0 else 0.0, down if down > up and down > 0.0 else 0.0


def _index(plus: float, minus: float) -> float:
    """Directional movement index: distance of the two indicators in percent of their sum, 0 without movement."""
    return 100 * ratio(abs(plus - minus), plus + minus, 0.0)


@kernel("dm")
class DirectionalMovement(Kernel):
    """Wilder's sums of upward and downward movement: of the first `period`, then less a `period`th plus the new one. Known from bar period + 1.

    J. Welles Wilder (1978). TA-Lib's PLUS_DM and MINUS_DM begin one bar earlier.
    """

    needs = "hl"
    parts = ("plus", "minus")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._movement = _Movement()
        self._plus, self._minus = Wilder(period), Wilder(period)
        self._first = True

    def next(self, high: float, low: float) -> tuple[float, float]:
        """Upward and downward movement."""
        _, up, down = self._movement.next(high, low, high)
        if self._first:
            self._first = False
            return NAN, NAN
        return self.period * self._plus.next(up), self.period * self._minus.next(down)


@kernel("di")
class DirectionalIndicator(Kernel):
    """Upward and downward movement in percent of the true range, all in Wilder averages. Known from bar `period` + 1; 0 without any range.

    J. Welles Wilder (1978). As in Jesse the averages begin with the sum instead of the mean of the first `period`, which fades out.
    """

    needs = "hlc"
    parts = ("plus", "minus")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._movement = _Movement()
        self._range, self._plus, self._minus = (Wilder(period, start_with_sum=True) for _ in range(3))
        self._first = True

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """Plus and minus."""
        span, up, down = self._movement.next(high, low, close)
        if self._first:
            self._first = False
            return NAN, NAN
        span = self._range.next(span)
        return 100 * ratio(self._plus.next(up), span, 0.0), 100 * ratio(self._minus.next(down), span, 0.0)


@kernel("adx")
class AverageDirectionalIndex(Kernel):
    """Wilder average of the directional movement index 100 * |plus - minus| / (plus + minus).

    Known from bar 2 * period + 1. J. Welles Wilder (1978). As in Jesse the mean of the first `period` indices is given one bar late, and that
    bar's own index is left out.
    """

    needs = "hlc"

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = 2 * period + 1
        self._movement = _Movement()
        self._range, self._plus, self._minus, self._average = (Wilder(period) for _ in range(4))
        self._row = -1
        self._value = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The average."""
        span, up, down = self._movement.next(high, low, close)
        row = self._row = self._row + 1
        if row == 0:
            return NAN
        span, plus, minus = self._range.next(span), self._plus.next(up), self._minus.next(down)
        if span != span:
            return NAN
        if row != 2 * self.period:
            self._value = self._average.next(_index(plus, minus) if span != 0.0 else 0.0)
        return self._value if row >= 2 * self.period else NAN


@kernel("adxr")
class AverageDirectionalRating(Kernel):
    """Mean of a simple average of the directional movement index and of that average `period` bars ago. Known from bar 2 * period.

    Movement and range are Wilder's sums, begun with the first bar alone. Jesse's `adxr`, after a script of Kivanc Ozbilgic; Wilder (1978) and
    TA-Lib take Wilder averages throughout.
    """

    needs = "hlc"

    def __init__(self, period: int = 14) -> None:
        self._average = Mean(period)
        self.period = period
        self.rows = 2 * period
        self._movement = _Movement()
        self._range = self._plus = self._minus = 0.0
        self._before = Lag(period)

    def next(self, high: float, low: float, close: float) -> float:
        """The rating."""
        span, up, down = self._movement.next(high, low, close)
        kept = 1 - 1 / self.period
        self._range, self._plus, self._minus = self._range * kept + span, self._plus * kept + up, self._minus * kept + down
        average = self._average.next(_index(self._plus, self._minus) if self._range != 0.0 else 0.0)
        return (average + self._before.next(average)) / 2


@kernel("dx")
class DirectionalIndex(Kernel):
    """ADX and both directional indicators with averages that begin at the first bar and move by 1 / length of the way. Known from the first bar.

    Jesse's `dx`. Its averages (`rma`) begin instead with the *last* value of the history, so that both agree only when that has faded out.
    """

    needs = "hlc"
    parts = ("adx", "plusDI", "minusDI")

    def __init__(self, di_length: int = 14, adx_smoothing: int = 14) -> None:
        positive(di_length=di_length, adx_smoothing=adx_smoothing)
        self.rows = di_length + adx_smoothing
        self._weight, self._adx_weight = 1 / di_length, 1 / adx_smoothing
        self._movement = _Movement()
        self._range = self._plus = self._minus = self._adx = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        """ADX, plus and minus."""
        span, up, down = self._movement.next(high, low, close)
        if self._range != self._range:
            self._range, self._plus, self._minus = span, up, down
        else:
            weight = self._weight
            self._range += weight * (span - self._range)
            self._plus += weight * (up - self._plus)
            self._minus += weight * (down - self._minus)
        plus, minus = 100 * ratio(self._plus, self._range, 0.0), 100 * ratio(self._minus, self._range, 0.0)
        index = _index(plus, minus)
        self._adx = index if self._adx != self._adx else self._adx + self._adx_weight * (index - self._adx)
        return self._adx, plus, minus


@kernel("vi")
class Vortex(Kernel):
    """Sums of |high - last low| and of |low - last high| over `period` bars, in sums of the true range. Known from bar `period` + 1.

    Etienne Botes and Douglas Siepman (2010). NaN without any range.
    """

    needs = "hlc"
    parts = ("plus", "minus")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._range, self._plus, self._minus = Sum(period), Sum(period), Sum(period)
        self._high = self._low = self._close = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """Plus and minus."""
        last_high, last_low, last_close = self._high, self._low, self._close
        self._high, self._low, self._close = high, low, close
        if last_close != last_close:
            return NAN, NAN
        span = self._range.next(true_range(high, low, last_close))
        plus, minus = self._plus.next(abs(high - last_low)), self._minus.next(abs(low - last_high))
        return ratio(plus, span), ratio(minus, span)


@kernel("aroon")
class Aroon(Kernel):
    """How new the lowest low and the highest high of the last `period` + 1 bars are: 100 is this bar, 0 `period` bars ago; of equals the older.

    Known from bar `period` + 1. Tushar Chande (1995); TA-Lib's AROON.
    """

    needs = "hl"
    parts = ("down", "up")

    def __init__(self, period: int = 14) -> None:
        positive(period=period)
        self.period = period
        self.rows = period + 1
        self._highest, self._lowest = WhereHighest(period + 1), WhereHighest(period + 1)

    def next(self, high: float, low: float) -> tuple[float, float]:
        """Down and up."""
        return 100 * self._lowest.next(-low) / self.period, 100 * self._highest.next(high) / self.period


@kernel("aroonosc")
class AroonOscillator(Kernel):
    """Distance in bars of the highest high from the lowest low of the last `period` bars, in percent of `period`. Known from bar `period`.

    Tushar Chande (1995). As in Jesse the window is a bar shorter than `aroon`'s, so that this is not the difference of its parts.
    """

    needs = "hl"

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = WhereHighest(period), WhereHighest(period)

    def next(self, high: float, low: float) -> float:
        """The oscillator."""
        return 100 * (self._highest.next(high) - self._lowest.next(-low)) / self.period
