"""How far prices move: ranges, their averages, and measures of how broad or rough a market is."""

from __future__ import annotations

import math

from lyra_ai.errors import SettingError
from lyra_ai.indicators.averages import Ema
from lyra_ai.indicators.base import NAN, Kernel, kernel, positive
from lyra_ai.indicators.rolling import (
    INFINITE,
    Highest,
    Lag,
    Lowest,
    Mean,
    Peak,
    StandardDeviation,
    Sum,
    Wilder,
    average,
    chosen,
    deviation,
    ratio,
    true_range,
)


@kernel("trange")
class TrueRange(Kernel):
    """Reach from the higher of high and last close to the lower of low and last close; high - low for the first bar. J. Welles Wilder (1978)."""

    needs = "hlc"

    def __init__(self) -> None:
        self._close = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The range."""
        before, self._close = self._close, close
        return true_range(high, low, before)


@kernel("atr")
class AverageTrueRange(Kernel):
    """Wilder's average of the true range: the mean of the first `period`, then 1 / period of each new one. Known from bar `period`.

    J. Welles Wilder (1978). The first bar's high - low counts, so that TA-Lib's ATR is one bar later and at first a little different.
    """

    needs = "hlc"

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._average = Wilder(period)
        self._close = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The average."""
        before, self._close = self._close, close
        return self._average.next(true_range(high, low, before))


@kernel("natr")
class NormalizedAverageTrueRange(AverageTrueRange):
    """The average true range in percent of the close. Known from bar `period`. John Forman (2006); Jesse's `natr`."""

    def next(self, high: float, low: float, close: float) -> float:
        """The percentage."""
        return ratio(100 * super().next(high, low, close), close)


@kernel("chop")
class Choppiness(Kernel):
    """Choppiness: scalar * log10(sum of ranges / reach of the channel) / log10(period); `scalar` where there is no trend at all.

    The ranges are true ranges, or for a `drift` over 1 their Wilder average of that period. Known from bar `period`; NaN where prices do not
    move. E. W. Dreiss (1993); Jesse's `chop`.
    """

    needs = "hlc"

    def __init__(self, period: int = 14, scalar: float = 100, drift: int = 1) -> None:
        if not period >= 2:
            raise SettingError(f"period is {period}; it must be at least 2.")
        self.rows = self.period = period
        self._factor = scalar / math.log10(period)
        self._range = AverageTrueRange(drift)
        self._sum = Sum(period, 0.0)
        self._highest, self._lowest = Highest(period), Lowest(period)

    def next(self, high: float, low: float, close: float) -> float:
        """The choppiness."""
        span = self._range.next(high, low, close)
        total = self._sum.next(span if span == span else 0.0)
        reach = self._highest.next(high) - self._lowest.next(low)
        return self._factor * (math.log10(total) - math.log10(reach)) if total > 0.0 and reach > 0.0 else NAN


@kernel("cvi")
class ChaikinVolatility(Kernel):
    """Change in percent, over `period` bars, of the exponential average of high - low. Known from bar `period` + 1; 0 where there was no reach.

    Marc Chaikin; Jesse's `cvi`.
    """

    needs = "hl"

    def __init__(self, period: int = 5) -> None:
        self.period = period
        self.rows = period + 1
        self._average = Ema(period)
        self._before = Lag(period)

    def next(self, high: float, low: float) -> float:
        """The change."""
        now = self._average.next(high - low)
        before = self._before.next(now)
        return 100 * ratio(now - before, before, 0.0)


@kernel("mass")
class MassIndex(Kernel):
    """Sum over `period` bars of the ratio of the 9-bar exponential average of high - low to that average's own average.

    0.0 before bar `period`, as in Jesse; a ratio without a divisor counts 0. Donald Dorsey (1992), who took 25 bars.
    """

    needs = "hl"

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._once, self._twice = Ema(9), Ema(9)
        self._sum = Sum(period)

    def next(self, high: float, low: float) -> float:
        """The sum."""
        once = self._once.next(high - low)
        total = self._sum.next(ratio(once, self._twice.next(once), 0.0))
        return total if total == total else 0.0


@kernel("ui")
class UlcerIndex(Kernel):
    """Root of the mean square, over `period` rows, of how far (in `scalar`ths) the value is below its highest of `period` rows.

    Known from row 2 * period - 1. Peter Martin (1987); Jesse's `ui`.
    """

    def __init__(self, period: int = 14, scalar: float = 100) -> None:
        self.period = period
        self.rows = 2 * period - 1
        self._scalar = scalar
        self._highest, self._sum = Highest(period), Sum(period)

    def next(self, x: float) -> float:
        """The index."""
        highest = self._highest.next(x)
        if highest != highest:
            return NAN
        below = self._scalar * ratio(x - highest, highest)
        return math.sqrt(self._sum.next(below * below) / self.period)


@kernel("rvi")
class RelativeVolatility(Kernel):
    """Relative volatility: the average deviation of rising rows in percent of that of all. 50 where there is none.

    A row's deviation (`devtype`: 0 standard, 1 mean absolute, 2 median absolute; of `period` rows, 0 until known) counts as rising where the
    value rose, else as falling; both are averaged over `ma_len` (`matype`). Values from the first row on, of use when both windows are full.
    Donald Dorsey (1993); Jesse's `rvi`. (LEAN's index of that abbreviation is the relative *vigor* index.)
    """

    def __init__(self, period: int = 10, ma_len: int = 14, matype: int = 1, devtype: int = 0) -> None:
        self.period = period
        self.rows = period + ma_len
        self._deviation = deviation(devtype, period)
        self._up, self._down = average(matype, ma_len), average(matype, ma_len)
        self._last = NAN

    def next(self, x: float) -> float:
        """The index."""
        spread = self._deviation.next(x)
        if spread != spread:
            spread = 0.0
        rose = x > self._last
        self._last = x
        up = self._up.next(spread if rose else 0.0)
        return 100 * ratio(up, up + self._down.next(0.0 if rose else spread), 0.5)


@kernel("damiani_volatmeter")
class DamianiVolatmeter(Kernel):
    """`vol`, whether the market moves, and `anti`, the level over which it must be for a trade.

    vol = fast true range / slow true range + (vol of last bar - vol of three bars ago) / 2, the ranges being Wilder averages of `vis_atr` and
    `sed_atr`; anti = threshold - fast deviation / slow deviation, of the `vis_std` and `sed_std` sources before this bar. 0.0 in the first
    `sed_std` bars, as in Jesse; a ratio of ranges without a divisor counts 0. Luis Damiani (2006).
    """

    needs = "xhlc"
    parts = ("vol", "anti")

    def __init__(self, vis_atr: int = 13, vis_std: int = 20, sed_atr: int = 40, sed_std: int = 100, threshold: float = 1.4) -> None:
        self.rows = max(vis_std, sed_std) + 1
        self._threshold = threshold
        self._left = sed_std
        self._fast, self._slow = AverageTrueRange(vis_atr), AverageTrueRange(sed_atr)
        self._deviations = StandardDeviation(vis_std), StandardDeviation(sed_std)
        self._spreads = (NAN, NAN)
        self._one, self._two, self._three = 0.0, 0.0, 0.0

    def next(self, x: float, high: float, low: float, close: float) -> tuple[float, float]:
        """Movement and the level for it."""
        fast, slow = self._fast.next(high, low, close), self._slow.next(high, low, close)
        fast_spread, slow_spread = self._spreads
        self._spreads = (self._deviations[0].next(x), self._deviations[1].next(x))
        if self._left > 0:
            self._left -= 1
            return 0.0, 0.0
        vol = ratio(fast, slow, 0.0) + (self._one - self._three) / 2
        self._one, self._two, self._three = vol, self._one, self._two
        return vol, self._threshold - ratio(fast_spread, slow_spread)


DIRECTIONS = ("long", "short")


@kernel("chande")
class ChandelierExit(Kernel):
    """For a long position: highest high of `period` bars less `mult` average true ranges; for a short one: lowest low plus these.

    Known from bar `period`. Charles Le Beau (1999); Jesse's `chande`.
    """

    needs = "hlc"

    def __init__(self, period: int = 22, mult: float = 3.0, direction: str = "long") -> None:
        chosen("direction", direction, DIRECTIONS)
        self.rows = self.period = period
        self._range = AverageTrueRange(period)
        self._extreme = Highest(period) if direction == "long" else Lowest(period)
        self._sign = -mult if direction == "long" else mult
        self._long = direction == "long"

    def next(self, high: float, low: float, close: float) -> float:
        """The stop."""
        return self._extreme.next(high if self._long else low) + self._sign * self._range.next(high, low, close)


@kernel("cksp")
class ChandeKrollStop(Kernel):
    """Long: highest, over `q` bars, of (highest high of `q` bars - x average true ranges of `p`); short: lowest of (lowest low + these).

    Known from bar p + q - 1. Tushar Chande and Stanley Kroll (1994); Jesse's `cksp`, whose extremes are over `q` bars both times.
    """

    needs = "hlc"
    parts = ("long", "short")

    def __init__(self, p: int = 10, x: float = 1.0, q: int = 9) -> None:
        self.rows = p + q - 1
        self._range, self._factor = AverageTrueRange(p), x
        self._highest, self._lowest = Highest(q, -INFINITE), Lowest(q, INFINITE)
        self._long, self._short = Highest(q), Lowest(q)

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """Stops for long and short positions."""
        highest, lowest = self._highest.next(high), self._lowest.next(low)
        away = self._factor * self._range.next(high, low, close)
        if away != away:
            return NAN, NAN
        return self._long.next(highest - away), self._short.next(lowest + away)


@kernel("devstop")
class KaseDevStop(Kernel):
    """Long: highest, over `period` bars, of high - mean range - mult * deviation of the range; short: lowest of low + these.

    The range is of two bars; mean and deviation (`devtype`: 0 standard, 1 mean absolute, 2 median absolute) are of `period` ranges. Known from
    bar 2 * period. Cynthia Kase (1996); Jesse's `devstop`.
    """

    needs = "hl"

    def __init__(self, period: int = 20, mult: float = 0, devtype: int = 0, direction: str = "long") -> None:
        chosen("direction", direction, DIRECTIONS)
        self.period = period
        self.rows = 2 * period
        self._mult, self._long = mult, direction == "long"
        self._mean, self._deviation = Mean(period), deviation(devtype, period)
        self._extreme = Highest(period) if self._long else Lowest(period)
        self._high = self._low = NAN

    def next(self, high: float, low: float) -> float:
        """The stop."""
        last_high, last_low = self._high, self._low
        self._high, self._low = high, low
        if last_high != last_high:
            return NAN
        reach = (last_high if last_high > high else high) - (last_low if last_low < low else low)
        away = self._mean.next(reach) + self._mult * self._deviation.next(reach)
        if away != away:
            return NAN
        return self._extreme.next(high - away if self._long else low + away)


@kernel("kaufmanstop")
class KaufmanStop(Kernel):
    """Long: low less `mult` average reaches (high - low, over `period` bars, `matype`); short: high plus these. Known when the average is.

    Perry Kaufman (1995); Jesse's `kaufmanstop`.
    """

    needs = "hl"

    def __init__(self, period: int = 22, mult: float = 2, direction: str = "long", matype: int = 0) -> None:
        chosen("direction", direction, DIRECTIONS)
        self.rows = self.period = period
        self._mult, self._long = mult, direction == "long"
        self._average = average(matype, period)

    def next(self, high: float, low: float) -> float:
        """The stop."""
        away = self._mult * self._average.next(high - low)
        return low - away if self._long else high + away


@kernel("safezonestop")
class SafeZoneStop(Kernel):
    """Long: highest, over `max_lookback` bars, of last low - mult * downward movement; short: lowest of last high + mult * upward movement.

    The movement is Wilder's sum, begun with 0. As in Jesse the first bar has 0.0 for its stop, which the first `max_lookback` bars take in.
    Alexander Elder (2002).
    """

    needs = "hl"

    def __init__(self, period: int = 22, mult: float = 2.5, max_lookback: int = 3, direction: str = "long") -> None:
        chosen("direction", direction, DIRECTIONS)
        positive(period=period, max_lookback=max_lookback)
        self.period = period
        self.rows = max_lookback + 1
        self._kept, self._mult, self._long = 1 - 1 / period, mult, direction == "long"
        self._extreme = Highest(max_lookback, -INFINITE) if self._long else Lowest(max_lookback, INFINITE)
        self._high = self._low = NAN
        self._movement = 0.0

    def next(self, high: float, low: float) -> float:
        """The stop."""
        last_high, last_low = self._high, self._low
        self._high, self._low = high, low
        if last_high != last_high:
            return self._extreme.next(0.0)
        up, down = high - last_high, last_low - low
        mine, other = (down, up) if self._long else (up, down)
        self._movement = self._kept * self._movement + (mine if mine > other and mine > 0.0 else 0.0)
        away = self._mult * self._movement
        return self._extreme.next(last_low - away if self._long else last_high + away)


@kernel("sar")
class ParabolicSar(Kernel):
    """Parabolic stop and reverse: each bar moves the stop by a factor of its distance to the extreme since the turn.

    The factor begins with `acceleration` and grows by it at each new extreme, up to `maximum`. The stop stays outside the last two bars; a bar
    beyond it turns the trend, and the stop begins at the extreme. The second bar's high decides the first direction, so that the stop is
    known from bar 2 (Jesse fills in the first bar from it). J. Welles Wilder (1978).
    """

    needs = "hl"
    rows = 2

    def __init__(self, acceleration: float = 0.02, maximum: float = 0.2) -> None:
        self._step, self._maximum = acceleration, maximum
        self._last: tuple[float, float] | None = None
        self._earlier: tuple[float, float] | None = None
        self._up = True
        self._sar = self._extreme = NAN
        self._factor = acceleration

    def next(self, high: float, low: float) -> float:
        """The stop."""
        last, earlier = self._last, self._earlier
        self._last, self._earlier = (high, low), last
        if last is None:
            return NAN
        if earlier is None:
            self._up = high > last[0]
            self._extreme, self._sar = last if self._up else (last[1], last[0])
            earlier = last
        stop = self._sar + self._factor * (self._extreme - self._sar)
        if self._up:
            stop = min(stop, last[1], earlier[1])
            turned, further, end = low < stop, high > self._extreme, high
        else:
            stop = max(stop, last[0], earlier[0])
            turned, further, end = high > stop, low < self._extreme, low
        if turned:
            stop = self._extreme
            self._up = not self._up
            self._factor = self._step
            self._extreme = high if self._up else low
        elif further:
            self._extreme = end
            self._factor = min(self._factor + self._step, self._maximum)
        self._sar = stop
        return stop


@kernel("supertrend")
class SuperTrend(Kernel):
    """The band, `factor` average true ranges from the bar's middle, that follows the trend; `changed` is 1.0 in a bar that turned it, else 0.0.

    The lower band never falls and the upper never rises while the last close is within; the trend turns when the close is beyond the band.
    0.0 before bar `period`, as in Jesse. Olivier Seban.
    """

    needs = "hlc"
    parts = ("trend", "changed")

    def __init__(self, period: int = 10, factor: float = 3) -> None:
        self.rows = self.period = period
        self._range, self._factor = AverageTrueRange(period), factor
        self._upper, self._lower, self._close = NAN, NAN, NAN
        self._down = True

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """The band and whether the trend turned."""
        away = self._factor * self._range.next(high, low, close)
        if away != away:
            return 0.0, 0.0
        middle = (high + low) / 2
        upper, lower = middle + away, middle - away
        last_upper, last_lower, last_close = self._upper, self._lower, self._close
        first = last_close != last_close
        if last_close <= last_upper <= upper:
            upper = last_upper
        if last_close >= last_lower >= lower:
            lower = last_lower
        self._upper, self._lower, self._close = upper, lower, close
        was_down = self._down
        self._down = close <= upper if was_down else close < lower
        changed = 1.0 if self._down != was_down and not first else 0.0
        return upper if self._down else lower, changed


@kernel("minmax")
class MinMax(Kernel):
    """Extremes in hindsight: the low (high) of `order` bars ago, if it is below (above) the `order` bars on either side; and the last such ones.

    `is_min` and `is_max` are NaN where there is none; `last_min` and `last_max` until there is one. Jesse's `minmax` puts an extreme at its own
    bar, where it cannot be known yet, and takes those near the ends of the history on fewer bars.
    """

    needs = "hl"
    parts = ("is_min", "is_max", "last_min", "last_max")

    def __init__(self, order: int = 3) -> None:
        positive(order=order)
        self.rows = 2 * order + 1
        self._bottoms, self._tops = Peak(order, order), Peak(order, order)
        self._min = self._max = NAN

    def next(self, high: float, low: float) -> tuple[float, float, float, float]:
        """Minimum and maximum that this bar proves, and the last ones."""
        bottom, top = -self._bottoms.next(-low), self._tops.next(high)
        if bottom == bottom:
            self._min = bottom
        if top == top:
            self._max = top
        return bottom, top, self._min, self._max


@kernel("support_resistance_with_breaks")
class SupportResistance(Kernel):
    """The last low (support) and high (resistance) that stood out from `left_bars` before and `right_bars` after, and whether the close is beyond.

    Flags are 1.0 or 0.0. A close below support is a `bear_wick` if the bar's upper wick is longer than its body, else, with the volume
    oscillator (100 * (EMA 5 - EMA 10) / EMA 10) over `vol_threshold`, a `red_break`; a close above resistance is a `bull_wick` if the lower wick
    is longer than the body, else with volume a `green_break`. After a script of LuxAlgo; Jesse's function judges the first bar of the history.
    """

    needs = "ohlcv"
    parts = ("support", "resistance", "red_break", "green_break", "bear_wick", "bull_wick")
    history = 0

    def __init__(self, left_bars: int = 15, right_bars: int = 15, vol_threshold: float = 20) -> None:
        positive(left_bars=left_bars, right_bars=right_bars)
        self.rows = left_bars + right_bars + 1
        self._bottoms, self._tops = Peak(left_bars, right_bars), Peak(left_bars, right_bars)
        self._short, self._long = Ema(5), Ema(10)
        self._threshold = vol_threshold
        self._support = self._resistance = NAN

    def next(self, open: float, high: float, low: float, close: float, volume: float) -> tuple[float, ...]:
        """Support, resistance, breaks of them, and closes beyond that look like wicks."""
        bottom, top = -self._bottoms.next(-low), self._tops.next(high)
        if bottom == bottom:
            self._support = bottom
        if top == top:
            self._resistance = top
        short, long = self._short.next(volume), self._long.next(volume)
        busy = 100 * ratio(short - long, long) > self._threshold
        body = abs(open - close)
        below, above = close < self._support, close > self._resistance
        bear, bull = body < abs(open - high), body < abs(open - low)
        flags = (below and not bear and busy, above and not bull and busy, below and bear, above and bull)
        return self._support, self._resistance, *(float(flag) for flag in flags)
