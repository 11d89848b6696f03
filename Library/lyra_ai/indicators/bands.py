"""Deviations, the bands and channels made of them, and what is read from such bands, as Jesse has them."""

from __future__ import annotations

from math import sqrt
from typing import Any

from lyra_ai.errors import SettingError
from lyra_ai.indicators.averages import (
    Alma,
    Cwma,
    Dema,
    Edcf,
    Ema,
    Epma,
    Fwma,
    Hma,
    Hwma,
    Jma,
    Jsa,
    Kama,
    Linearreg,
    Maaq,
    Mwdx,
    Nma,
    Pwma,
    Rma,
    Sinwma,
    Sma,
    Smma,
    Sqwma,
    Srwma,
    Swma,
    Tema,
    Trima,
    Vpwma,
    Vwap,
    Vwma,
    Wilders,
    Wma,
)
from lyra_ai.indicators.base import NAN, Kernel, kernel, whole
from lyra_ai.indicators.filters import Gauss, HighPass, HighPass2Pole, Reflex, Supersmoother, Supersmoother3Pole, Trendflex
from lyra_ai.indicators.rolling import (
    INFINITE,
    Deviation,
    Highest,
    Lowest,
    Mean,
    MeanAbsolute,
    MedianAbsolute,
    Smoothing,
    StandardDeviation,
    Sum,
    TrueRange,
)


@kernel("stddev")
class Stddev(Kernel):
    """Population standard deviation of the last `period` values, times `nbdev`. Known with `period` values."""

    def __init__(self, period: int = 5, nbdev: float = 1) -> None:
        whole(period=period)
        self.period = period
        self._times = nbdev
        self._deviation = StandardDeviation(period)

    def next(self, x: float) -> float:
        """The deviation."""
        return self._deviation.next(x) * self._times


@kernel("var")
class Var(Kernel):
    """Population variance of the last `period` values, times `nbdev` (not its square, as in TA-Lib). Known with `period` values."""

    def __init__(self, period: int = 14, nbdev: float = 1) -> None:
        whole(period=period)
        self.period = period
        self._times = nbdev
        self._window = Deviation(period)

    def next(self, x: float) -> float:
        """The variance."""
        _, variance = self._window.next(x)
        return variance * self._times


@kernel("zscore")
class Zscore(Kernel):
    """Distance of the value from its moving average (`matype`), in `nbdev` deviations (`devtype`) of the last `period` values.

    NaN until both are known, and where the deviation is 0.
    """

    def __init__(self, period: int = 14, matype: int = 0, nbdev: float = 1, devtype: int = 0) -> None:
        whole(period=period)
        self.period = period
        self._average, self._deviation = average(matype, period), deviation(devtype, period)
        self.needs = self._average.needs
        self._times = nbdev

    def next(self, x: float, *more: float) -> float:
        """The score."""
        off = x - self._average.next(x, *more)
        size = self._deviation.next(x) * self._times
        return float(off / size) if size else NAN


@kernel("bollinger_bands")
class BollingerBands(Kernel):
    """John Bollinger's bands: a moving average (`matype`) with `devup` deviations (`devtype`) of the last `period` values above, `devdn` below."""

    parts = ("upperband", "middleband", "lowerband")

    def __init__(self, period: int = 20, devup: float = 2, devdn: float = 2, matype: int = 0, devtype: int = 0) -> None:
        whole(period=period)
        self.period = period
        self._up, self._down = devup, devdn
        self._average, self._deviation = average(matype, period), deviation(devtype, period)
        self.needs = self._average.needs

    def next(self, x: float, *more: float) -> tuple[float, float, float]:
        """Upper, middle and lower band."""
        middle = self._average.next(x, *more)
        size = self._deviation.next(x)
        return middle + self._up * size, middle, middle - self._down * size


@kernel("bollinger_bands_width")
class BollingerBandsWidth(Kernel):
    """The distance of Bollinger's bands, `mult` deviations above and below the mean, over the mean (a ratio; LEAN's is in percent)."""

    def __init__(self, period: int = 20, mult: float = 2.0) -> None:
        whole(period=period)
        self.period = period
        self._times = 2 * mult
        self._window = Deviation(period)

    def next(self, x: float) -> float:
        """The width; NaN where the mean is 0."""
        mean, variance = self._window.next(x)
        return self._times * sqrt(variance) / mean if mean else NAN


@kernel("keltner")
class Keltner(Kernel):
    """Chester Keltner's channel in its later form: a moving average (`matype`) with `multiplier` average true ranges above and below.

    The average true range begins with a mean of `period` bars and goes on by Wilder's smoothing.
    """

    parts = ("upperband", "middleband", "lowerband")
    needs = "hlcx"

    def __init__(self, period: int = 20, multiplier: float = 2, matype: int = 1) -> None:
        whole(period=period)
        self.period = period
        self._times = multiplier
        self._average, self._range, self._mean = average(matype, period), TrueRange(), Rma(period)
        self.needs = "hlc" + self._average.needs

    def next(self, high: float, low: float, close: float, x: float, *more: float) -> tuple[float, float, float]:
        """Upper, middle and lower band."""
        middle = self._average.next(x, *more)
        size = self._times * self._mean.next(self._range.next(high, low, close))
        return middle + size, middle, middle - size


@kernel("mab")
class Mab(Kernel):
    """Moving average bands (Vitali Apirine): the fast average, and `devup` and `devdn` deviations above and below the slow one.

    The deviation is the root of the mean of (fast - slow)^2 over the last `fast_period` rows. Jesse takes that of the newest rows for the whole
    column, which looks ahead; the last row is the same.
    """

    parts = ("upperband", "middleband", "lowerband")

    def __init__(
        self, fast_period: int = 10, slow_period: int = 50, devup: float = 1, devdn: float = 1, fast_matype: int = 0, slow_matype: int = 0
    ) -> None:
        whole(fast_period=fast_period, slow_period=slow_period)
        self._fast, self._slow = average(fast_matype, fast_period), average(slow_matype, slow_period)
        self.needs = needs_of(self._fast, self._slow)
        self.rows = max(self._fast.warm_up, self._slow.warm_up) + fast_period - 1
        self._counts = len(self._fast.needs), len(self._slow.needs)
        self._up, self._down = devup, devdn
        self._squares = Mean(fast_period)

    def next(self, *numbers: float) -> tuple[float, float, float]:
        """Upper, middle and lower band."""
        fast_count, slow_count = self._counts
        fast, slow = self._fast.next(*numbers[:fast_count]), self._slow.next(*numbers[:slow_count])
        off = fast - slow
        size = sqrt(self._squares.next(off * off)) if off == off else NAN
        return slow + self._up * size, fast, slow - self._down * size


@kernel("vlma")
class Vlma(Kernel):
    """Variable length average: an EMA whose period grows by one while the value is near its mean and shrinks by one while it is far from it.

    Near is within 0.25, far beyond 1.75 deviations (`devtype`) of the average (`matype`) of `max_period` rows; the period stays between
    `min_period` and `max_period`, with which it begins. It exists from the first value on.
    """

    def __init__(self, min_period: int = 5, max_period: int = 50, matype: int = 0, devtype: int = 0) -> None:
        whole(min_period=min_period, max_period=max_period)
        self.period = max_period
        self._shortest, self._longest, self._length = min_period, max_period, max_period
        self._average = average(matype, max_period)
        self._deviation = deviation(devtype, max_period) if devtype else StandardDeviation(max_period, partial=True)
        self.needs = self._average.needs
        self._value = NAN

    def next(self, x: float, *more: float) -> float:
        """The average."""
        off = abs(x - self._average.next(x, *more))
        size = self._deviation.next(x)
        if self._value != self._value:
            self._value = x
            return x
        if off <= 0.25 * size:
            self._length += 1
        elif off > 1.75 * size:
            self._length -= 1
        self._length = max(min(self._length, self._longest), self._shortest)
        self._value += 2 / (self._length + 1) * (x - self._value)
        return self._value


@kernel("stiffness")
class Stiffness(Kernel):
    """Markos Katsanos' stiffness (2018): how many percent of the last `stiff_length` values were above their floor, as an EMA of `stiff_smooth`.

    The floor is the mean less 0.2 population standard deviations of `ma_length` rows. As in Jesse rows without a floor count as below it, and
    the EMA begins at 0; given from the row on at which all `stiff_length` rows have a floor.
    """

    def __init__(self, ma_length: int = 100, stiff_length: int = 60, stiff_smooth: int = 3) -> None:
        whole(ma_length=ma_length, stiff_length=stiff_length, stiff_smooth=stiff_smooth)
        self.rows = ma_length + stiff_length - 1
        self._row = 0
        self._length = stiff_length
        self._window, self._above, self._ema = Deviation(ma_length), Sum(stiff_length, 0.0), Ema(stiff_smooth)

    def next(self, x: float) -> float:
        """Percent, 0 to 100."""
        mean, variance = self._window.next(x)
        count = self._above.next(1.0 if x > mean - 0.2 * sqrt(variance) else 0.0)
        self._row += 1
        found = self._ema.next(100 * count / self._length if self._row > self._length else 0.0)
        return found if self._row >= self.rows else NAN


@kernel("squeeze_momentum")
class SqueezeMomentum(Kernel):
    """LazyBear's squeeze (after John Carter's): Bollinger's bands within Keltner's, the momentum, and how that moves.

    `squeeze` is -1 where the bands are within the channel, 1 where they are outside, else 0. `momentum` is the end of the line fitted to the
    closes' distance from the mean of (the middle of highest high and lowest low) and the average. `momentum_signal` is 1 for a momentum above 0
    that rises, 2 that doesn't, -1 below 0 that falls, -2 that doesn't. As in Jesse (and the original) the bands are `mult_kc` deviations wide and
    `mult` is not used; highs, lows and averages count as 0 until there are `length_kc` of them, so that the momentum, given from then on,
    means something after as many rows again.
    """

    needs = "hlc"
    parts = ("squeeze", "momentum", "momentum_signal")

    def __init__(self, length: int = 20, mult: float = 2.0, length_kc: int = 20, mult_kc: float = 1.5) -> None:
        whole(length=length)
        whole(at_least=2, length_kc=length_kc)
        self.rows = max(length, 2 * length_kc - 1)
        self._quiet = length_kc - 1
        self._times = mult_kc
        self._window, self._average, self._range, self._ranges = Deviation(length), Sma(length_kc), TrueRange(), Sma(length_kc)
        self._high, self._low, self._line = Highest(length_kc, -INFINITE), Lowest(length_kc, INFINITE), Linearreg(length_kc)
        self._before = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        """Squeeze, momentum and its signal."""
        average_, top, bottom = self._average.next(close), self._high.next(high), self._low.next(low)
        squeeze = self._squeeze(close, average_, self._ranges.next(self._range.next(high, low, close)))
        if self._quiet:
            self._quiet -= 1
            average_ = top = bottom = 0.0
        before, momentum = self._before, self._line.next(close - ((top + bottom) / 2 + average_) / 2)
        self._before = momentum
        if momentum != momentum:
            return squeeze, NAN, NAN
        if momentum > 0:
            return squeeze, momentum, 1.0 if momentum > before else 2.0
        return squeeze, momentum, -1.0 if momentum < before else -2.0

    def _squeeze(self, close: float, middle: float, size: float) -> float:
        mean, variance = self._window.next(close)
        if mean != mean or middle != middle:
            return 0.0
        band, channel = self._times * sqrt(variance), self._times * size
        if mean - band > middle - channel and mean + band < middle + channel:
            return -1.0
        return 1.0 if mean - band < middle - channel and mean + band > middle + channel else 0.0


@kernel("ttm_squeeze")
class TtmSqueeze(Kernel):
    """John Carter's squeeze released: 1 where a Bollinger band is outside Keltner's channel of true ranges, else 0 (Jesse: True and False).

    As in Jesse `bb_mult_ttms` widens the upper band only; the lower one is always 2 deviations. Known with `length_ttms` bars.
    """

    needs = "hlc"

    def __init__(self, length_ttms: int = 20, bb_mult_ttms: float = 2.0, kc_mult_low_ttms: float = 2.0) -> None:
        whole(length_ttms=length_ttms)
        self.period = length_ttms
        self._up, self._times = bb_mult_ttms, kc_mult_low_ttms
        self._window, self._range, self._mean = Deviation(length_ttms), TrueRange(), Mean(length_ttms)

    def next(self, high: float, low: float, close: float) -> float:
        """1.0 or 0.0."""
        _, variance = self._window.next(close)
        size = self._times * self._mean.next(self._range.next(high, low, close))
        off = sqrt(variance)
        return NAN if size != size else float(2 * off > size or self._up * off > size)


@kernel("waddah_attar_explosion")
class WaddahAttarExplosion(Kernel):
    """Waddah Attar's explosion (2006): the width of Bollinger's bands, the change of the MACD times `sensitivity`, and its sign (1 or -1)."""

    parts = ("explosion_line", "trend_power", "trend_direction")

    def __init__(
        self, sensitivity: float = 150, fast_length: int = 20, slow_length: int = 40, channel_length: int = 20, mult: float = 2.0
    ) -> None:
        whole(fast_length=fast_length, slow_length=slow_length, channel_length=channel_length)
        self.rows = max(slow_length, channel_length)
        self._power, self._times = sensitivity, 2 * mult
        self._fast, self._slow, self._deviation = Ema(fast_length), Ema(slow_length), StandardDeviation(channel_length)
        self._macd = NAN

    def next(self, x: float) -> tuple[float, float, float]:
        """Width, power and direction."""
        before, self._macd = self._macd, self._fast.next(x) - self._slow.next(x)
        power = (self._macd - before) * self._power
        return self._times * self._deviation.next(x), power, NAN if power != power else 1.0 if power >= 0 else -1.0


MATYPES: dict[int, Any] = {
    0: Sma, 1: Ema, 2: Wma, 3: Dema, 4: Tema, 5: Trima, 6: Kama, 9: Fwma, 10: Hma, 11: Linearreg, 12: Wilders, 13: Sinwma, 14: Supersmoother,
    15: Supersmoother3Pole, 16: Gauss, 17: HighPass, 18: HighPass2Pole, 20: Jma, 21: Reflex, 22: Trendflex, 23: Smma, 24: Vwma, 25: Pwma,
    26: Swma, 27: Alma, 28: Hwma, 29: Vwap, 30: Nma, 31: Edcf, 32: Mwdx, 33: Maaq, 34: Srwma, 35: Sqwma, 36: Vpwma, 37: Cwma, 38: Jsa, 39: Epma,
}  # fmt: skip
"""Jesse's numbers; 7, 8 and 19 are none."""
WITHOUT_PERIOD = (Hwma, Vwap, Mwdx)


def average(matype: int, period: int) -> Kernel:
    """The average of a number, with its own defaults but for the period. Raises SettingError for a number that is none.

    What it needs beside the source (`needs`: volume for 24, volume and time for 29) its user passes on.
    """
    kind = MATYPES.get(matype)
    if kind is None:
        raise SettingError(f"matype is {matype}; there are {', '.join(str(number) for number in MATYPES)}.")
    made: Kernel = kind() if kind in WITHOUT_PERIOD else kind(period)
    return made


def needs_of(*averages: Kernel) -> str:
    """What several averages need together; each takes its first numbers of it."""
    return max((made.needs for made in averages), key=len)


def deviation(devtype: int, period: int) -> Smoothing:
    """0 the standard deviation, 1 the mean, 2 the median absolute deviation. Raises SettingError for another number."""
    kinds: dict[int, Any] = {0: StandardDeviation, 1: MeanAbsolute, 2: MedianAbsolute}
    if devtype not in kinds:
        raise SettingError(f"devtype is {devtype}; it must be 0 (standard), 1 (mean absolute) or 2 (median absolute).")
    made: Smoothing = kinds[devtype](period)
    return made


@kernel("ma")
class Ma(Kernel):
    """The moving average that `matype` chooses, with that average's own defaults but for the period.

    0 sma, 1 ema, 2 wma, 3 dema, 4 tema, 5 trima, 6 kama, 9 fwma, 10 hma, 11 linearreg, 12 wilders, 13 sinwma, 14 supersmoother,
    15 supersmoother_3_pole, 16 gauss, 17 high_pass, 18 high_pass_2_pole, 20 jma, 21 reflex, 22 trendflex, 23 smma, 24 vwma, 25 pwma, 26 swma,
    27 alma, 28 hwma, 29 vwap, 30 nma, 31 edcf, 32 mwdx, 33 maaq, 34 srwma, 35 sqwma, 36 vpwma, 37 cwma, 38 jsa, 39 epma.
    """

    def __init__(self, period: int = 30, matype: int = 0) -> None:
        self.period = period
        self._average = average(matype, period)
        self.needs = self._average.needs
        self.rows = self._average.warm_up

    def next(self, *numbers: float) -> float:
        """The average; known when the chosen one is."""
        found: float = self._average.next(*numbers)
        return found
