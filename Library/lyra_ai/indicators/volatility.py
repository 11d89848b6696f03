"""How far prices move: ranges, their averages, and measures of how broad or rough a market is."""

from __future__ import annotations

import math

from lyra_ai.errors import SettingError
from lyra_ai.indicators.averages import Ema
from lyra_ai.indicators.base import NAN, Kernel, kernel
from lyra_ai.indicators.rolling import (
    Highest,
    Lag,
    Lowest,
    Standard,
    Sum,
    Timed,
    Wilder,
    average,
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
class AverageTrueRange(Timed):
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
class Choppiness(Timed):
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
class ChaikinVolatility(Timed):
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
class MassIndex(Timed):
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
class UlcerIndex(Timed):
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
class RelativeVolatility(Timed):
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
class DamianiVolatmeter(Timed):
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
        self._deviations = Standard(vis_std), Standard(sed_std)
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
