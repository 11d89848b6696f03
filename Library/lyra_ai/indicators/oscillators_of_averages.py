"""Differences of averages and what is smoothed from changes, as Jesse has them: MACD and its kin, TRIX, TSI, KST, WaveTrend, the Hull suite."""

from __future__ import annotations

from collections.abc import Callable
from math import log

from lyra_ai.errors import SettingError
from lyra_ai.indicators.averages import Ema, Vwma, Wma
from lyra_ai.indicators.bands import average
from lyra_ai.indicators.base import NAN, Kernel, kernel, positive, whole
from lyra_ai.indicators.rolling import Lag, Mean


@kernel("macd")
class Macd(Kernel):
    """Gerald Appel's MACD: the fast EMA less the slow one, the EMA of that as the signal, and the difference. From the first value on."""

    parts = ("macd", "signal", "hist")

    def __init__(self, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> None:
        positive(fast_period=fast_period, slow_period=slow_period, signal_period=signal_period)
        self.rows = max(fast_period, slow_period) + signal_period - 1
        self._fast, self._slow, self._signal = Ema(fast_period), Ema(slow_period), Ema(signal_period)

    def next(self, x: float) -> tuple[float, float, float]:
        """Line, signal and histogram."""
        line = self._fast.next(x) - self._slow.next(x)
        signal = self._signal.next(line)
        return line, signal, line - signal


@kernel("vwmacd")
class Vwmacd(Kernel):
    """The MACD of volume weighted averages: fast less slow, the mean of the last `signal_period` of that (of fewer at first), the difference.

    NaN where an average has no volume; the signal leaves such rows out.
    """

    needs = "cv"
    parts = ("macd", "signal", "hist")

    def __init__(self, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> None:
        whole(signal_period=signal_period)
        self.rows = max(fast_period, slow_period) + signal_period - 1
        self._fast, self._slow, self._signal = Vwma(fast_period), Vwma(slow_period), Mean(signal_period, partial=True)

    def next(self, close: float, volume: float) -> tuple[float, float, float]:
        """Line, signal and histogram."""
        line = self._fast.next(close, volume) - self._slow.next(close, volume)
        if line != line:
            return NAN, NAN, NAN
        signal = self._signal.next(line)
        return line, signal, line - signal


class TwoAverages(Kernel):
    """A fast and a slow average of the same kind."""

    def __init__(self, fast_period: int = 12, slow_period: int = 26, matype: int = 0) -> None:
        self._fast, self._slow = average(matype, fast_period), average(matype, slow_period)
        self.needs = self._fast.needs
        self.rows = max(self._fast.warm_up, self._slow.warm_up)


@kernel("apo")
class Apo(TwoAverages):
    """Absolute price oscillator: the fast moving average (`matype`) less the slow one. Known when both are."""

    def next(self, *numbers: float) -> float:
        """The difference."""
        return float(self._fast.next(*numbers) - self._slow.next(*numbers))


@kernel("ppo")
class Ppo(TwoAverages):
    """Percentage price oscillator: the fast moving average (`matype`) less the slow one, in percent of the slow one. Known when both are."""

    def next(self, *numbers: float) -> float:
        """The difference in percent; NaN where the slow average is 0."""
        fast, slow = self._fast.next(*numbers), self._slow.next(*numbers)
        return float(100 * (fast - slow) / slow) if slow else NAN


@kernel("trix")
class Trix(Kernel):
    """Jack Hutson's TRIX on logarithms, as TradingView has it: 10,000 times the change of the triple EMA of the value's logarithm.

    Known from the second row on; rows with a value of 0 or less are left out. (TA-Lib and LEAN give the change in percent, without logarithm.)
    """

    def __init__(self, period: int = 18) -> None:
        positive(period=period)
        self.rows = 3 * period - 1
        self._one, self._two, self._three = Ema(period), Ema(period), Ema(period)
        self._before = NAN

    def next(self, x: float) -> float:
        """The change."""
        if not x > 0:
            return NAN
        before, self._before = self._before, self._three.next(self._two.next(self._one.next(log(x))))
        return (self._before - before) * 10_000


class Strength:
    """100 times the smoothed change over the smoothed size of change, both through EMAs in a row; 0 where there was no change."""

    def __init__(self, *periods: int) -> None:
        self._signed = [Ema(period) for period in periods]
        self._sizes = [Ema(period) for period in periods]

    def next(self, change: float) -> float:
        """The strength, -100 to 100."""
        size = abs(change)
        for signed, sizes in zip(self._signed, self._sizes, strict=True):
            change, size = signed.next(change), sizes.next(size)
        return 100 * change / size if size else 0.0


@kernel("tsi")
class Tsi(Kernel):
    """William Blau's true strength index (1991): the change of the value through two EMAs, over its size through the same, times 100.

    The first change is 0, so that it exists from the first value on.
    """

    def __init__(self, long_period: int = 25, short_period: int = 13) -> None:
        positive(long_period=long_period, short_period=short_period)
        self.rows = long_period + short_period
        self._strength = Strength(long_period, short_period)
        self._x = NAN

    def next(self, x: float) -> float:
        """The index, -100 to 100."""
        before, self._x = self._x, x
        return self._strength.next(x - before if before == before else 0.0)


@kernel("dti")
class Dti(Kernel):
    """William Blau's directional trend index: rise of the high less fall of the low, through EMAs of `r`, `s` and `u`, over its size likewise.

    It exists from the first bar on, as 0.
    """

    needs = "hl"

    def __init__(self, r: int = 14, s: int = 10, u: int = 5) -> None:
        positive(r=r, s=s, u=u)
        self.rows = r + s + u
        self._strength = Strength(r, s, u)
        self._high = self._low = NAN

    def next(self, high: float, low: float) -> float:
        """The index, -100 to 100."""
        rise, fall = high - self._high, self._low - low
        self._high, self._low = high, low
        return self._strength.next((rise if rise > 0 else 0.0) - (fall if fall > 0 else 0.0))


def _rate(x: float, before: float) -> float:
    return (x / before - 1) * 100 if before else NAN


@kernel("cc")
class Cc(Kernel):
    """Edwin Coppock's curve (1962): the WMA of the sum of two rates of change in percent. Known with the longer rate's first `wma_period` rows."""

    def __init__(self, wma_period: int = 10, roc_short_period: int = 11, roc_long_period: int = 14) -> None:
        whole(roc_short_period=roc_short_period, roc_long_period=roc_long_period)
        self.rows = max(roc_short_period, roc_long_period) + wma_period
        self._short, self._long, self._wma = Lag(roc_short_period), Lag(roc_long_period), Wma(wma_period)

    def next(self, x: float) -> float:
        """The curve."""
        rates = _rate(x, self._long.next(x)) + _rate(x, self._short.next(x))
        return self._wma.next(rates) if rates == rates else NAN


class SmoothedRate:
    """Mean of the last rates of change in percent, of fewer at first, but none before row `mean`."""

    def __init__(self, mean: int, rate: int) -> None:
        self._delay, self._mean = Lag(rate), Mean(mean, partial=True)
        self._quiet = mean - 1

    def next(self, x: float) -> float:
        """The smoothed rate."""
        before = self._delay.next(x)
        found = self._mean.next(_rate(x, before)) if before == before else NAN
        if self._quiet:
            self._quiet -= 1
            return NAN
        return found


@kernel("kst")
class Kst(Kernel):
    """Martin Pring's know sure thing (1992): four smoothed rates of change weighted 1 to 4, and the mean of the last `signal_period` as signal.

    As in Jesse means are of fewer rows until there are enough, so that there are values as soon as the slowest rate has one.
    """

    parts = ("line", "signal")

    def __init__(
        self,
        sma_period1: int = 10,
        sma_period2: int = 10,
        sma_period3: int = 10,
        sma_period4: int = 15,
        roc_period1: int = 10,
        roc_period2: int = 15,
        roc_period3: int = 20,
        roc_period4: int = 30,
        signal_period: int = 9,
    ) -> None:
        means, rates = (sma_period1, sma_period2, sma_period3, sma_period4), (roc_period1, roc_period2, roc_period3, roc_period4)
        for name, periods in (("sma_period", means), ("roc_period", rates)):
            whole(**{f"{name}{number}": period for number, period in enumerate(periods, 1)})
        whole(signal_period=signal_period)
        self.rows = max(mean + rate for mean, rate in zip(means, rates, strict=True)) + signal_period - 1
        self._rates = [SmoothedRate(mean, rate) for mean, rate in zip(means, rates, strict=True)]
        self._signal = Mean(signal_period, partial=True)

    def next(self, x: float) -> tuple[float, float]:
        """Line and signal."""
        one, two, three, four = self._rates
        line = one.next(x) + 2 * two.next(x) + 3 * three.next(x) + 4 * four.next(x)
        return (line, self._signal.next(line)) if line == line else (NAN, NAN)


@kernel("wt")
class Wt(Kernel):
    """WaveTrend (LazyBear; VuManChu's form): wt1, its mean wt2, whether wt1 is above and below, oversold and overbought, and the difference.

    With esa the EMA of the value and d the EMA of |value - esa| (`wtchannellen`), wt1 is the EMA (`wtaveragelen`) of (value - esa) / (0.015 d) and
    wt2 the mean of its last `wtmalen` (fewer at first). The four questions are 1.0 or 0.0 (Jesse: True and False); the crosses are states, both 1
    where the lines are equal; the levels are for wt2.
    """

    parts = ("wt1", "wt2", "wtCrossUp", "wtCrossDown", "wtOversold", "wtOverbought", "wtVwap")
    source = "hlc3"

    def __init__(self, wtchannellen: int = 9, wtaveragelen: int = 12, wtmalen: int = 3, oblevel: float = 53, oslevel: float = -53) -> None:
        positive(wtchannellen=wtchannellen, wtaveragelen=wtaveragelen)
        whole(wtmalen=wtmalen)
        self.rows = wtchannellen + wtaveragelen + wtmalen
        self._over, self._under = oblevel, oslevel
        self._middle, self._distance, self._wave = Ema(wtchannellen), Ema(wtchannellen), Ema(wtaveragelen)
        self._mean = Mean(wtmalen, partial=True)

    def next(self, x: float) -> tuple[float, ...]:
        """The seven parts."""
        off = x - self._middle.next(x)
        distance = self._distance.next(abs(off))
        wave = self._wave.next(off / (0.015 * distance) if distance else 0.0)
        mean = self._mean.next(wave)
        return (
            wave, mean, float(wave >= mean), float(wave <= mean), float(mean <= self._under), float(mean >= self._over), wave - mean,
        )  # fmt: skip


class Hull:
    """Twice the half's average less the whole's, averaged over the root of the length: Hull's form of a WMA or an EMA."""

    def __init__(self, kind: Callable[[int], Kernel], length: int) -> None:
        self._half, self._whole, self._last = kind(length // 2), kind(length), kind(round(length**0.5))

    def next(self, x: float) -> float:
        """The average, NaN until its parts are known."""
        raw = 2 * self._half.next(x) - self._whole.next(x)
        return float(self._last.next(raw)) if raw == raw else NAN


class TripleHull:
    """Hull's form with thirds: the WMA over the length's half of 3 * WMA(a sixth) - WMA(a quarter) - WMA(a half)."""

    def __init__(self, length: int) -> None:
        self._parts = Wma(length // 6), Wma(length // 4), Wma(length // 2)
        self._last = Wma(length // 2)

    def next(self, x: float) -> float:
        """The average, NaN until its parts are known."""
        sixth, quarter, half = self._parts
        raw = 3 * sixth.next(x) - quarter.next(x) - half.next(x)
        return self._last.next(raw) if raw == raw else NAN


@kernel("hull_suit")
class HullSuit(Kernel):
    """InSilico's Hull suite: the average of two rows ago, the average, and a signal: 1 (Jesse: 'buy') where it has risen since, else -1 ('sell').

    `mode_switch` is Hma (of WMAs), Ehma (of EMAs) or Thma (of thirds), of `length` * `length_mult` rows, cut to a whole number.
    """

    parts = ("s_hull", "m_hull", "signal")

    def __init__(self, mode_switch: str = "Hma", length: int = 55, length_mult: float = 1.0) -> None:
        rows = int(length * length_mult)
        whole(at_least=12, **{"length * length_mult": rows})
        self._hull: Hull | TripleHull
        if mode_switch in ("Hma", "Ehma"):
            self._hull = Hull(Wma if mode_switch == "Hma" else Ema, rows)
        elif mode_switch == "Thma":
            self._hull = TripleHull(rows)
        else:
            raise SettingError(f"mode_switch is {mode_switch!r}; there are Hma, Ehma and Thma.")
        self.rows = rows + round(rows**0.5) + 1
        self._delay = Lag(2)
        self._quiet = 2

    def next(self, x: float) -> tuple[float, float, float]:
        """The average of before, the average and the signal; nothing for the first two rows."""
        found = self._hull.next(x)
        before = self._delay.next(found)
        if self._quiet:
            self._quiet -= 1
            return NAN, NAN, NAN
        return before, found, NAN if before != before else 1.0 if before < found else -1.0
