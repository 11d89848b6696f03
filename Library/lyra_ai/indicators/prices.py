"""A bar's prices made into one price or into levels; midpoints and channels of a window; the Ichimoku cloud.

Below them: volume, and what it does to prices. Volume against price: accumulation, money flow, force, and volume's own averages. Last, TA-Lib's
arithmetic: operators of two columns, and functions of one.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from lyra_ai.indicators.averages import Ema
from lyra_ai.indicators.base import NAN, Floats, Kernel, kernel, positive
from lyra_ai.indicators.rolling import Highest, KnownMean, Lag, Lowest, Mean, Sum, chosen, ratio


@kernel("avgprice")
class AveragePrice(Kernel):
    """Mean of open, high, low and close. Known from the first bar. TA-Lib's AVGPRICE."""

    needs = "ohlc"

    def next(self, open: float, high: float, low: float, close: float) -> float:
        """The mean."""
        return (open + high + low + close) / 4


@kernel("medprice")
class MedianPrice(Kernel):
    """Middle of high and low. Known from the first bar. TA-Lib's MEDPRICE."""

    needs = "hl"

    def next(self, high: float, low: float) -> float:
        """The middle."""
        return (high + low) / 2


@kernel("typprice")
class TypicalPrice(Kernel):
    """Mean of high, low and close. Known from the first bar. TA-Lib's TYPPRICE."""

    needs = "hlc"

    def next(self, high: float, low: float, close: float) -> float:
        """The mean."""
        return (high + low + close) / 3


@kernel("wclprice")
class WeightedClose(Kernel):
    """Mean of high, low and twice the close. Known from the first bar. TA-Lib's WCLPRICE."""

    needs = "hlc"

    def next(self, high: float, low: float, close: float) -> float:
        """The mean."""
        return (high + low + 2 * close) / 4


@kernel("midpoint")
class Midpoint(Kernel):
    """Middle of the greatest and the least of the last `period` values. Known from row `period`. TA-Lib's MIDPOINT."""

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = Highest(period), Lowest(period)

    def next(self, x: float) -> float:
        """The middle."""
        return (self._highest.next(x) + self._lowest.next(x)) / 2


@kernel("midprice")
class MidPrice(Kernel):
    """Middle of the highest high and the lowest low of `period` bars. Known from bar `period`. TA-Lib's MIDPRICE."""

    needs = "hl"

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = Highest(period), Lowest(period)

    def next(self, high: float, low: float) -> float:
        """The middle."""
        return (self._highest.next(high) + self._lowest.next(low)) / 2


@kernel("donchian")
class Donchian(Kernel):
    """Channel of the highest high and the lowest low of `period` bars, this one among them, and its middle. Known from bar `period`.

    Richard Donchian's four-week rule (1960); Jesse's `donchian`.
    """

    needs = "hl"
    parts = ("upperband", "middleband", "lowerband")

    def __init__(self, period: int = 20) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = Highest(period), Lowest(period)

    def next(self, high: float, low: float) -> tuple[float, float, float]:
        """Upper band, middle, lower band."""
        upper, lower = self._highest.next(high), self._lowest.next(low)
        return upper, (upper + lower) / 2, lower


@kernel("heikin_ashi_candles")
class HeikinAshi(Kernel):
    """Jesse's Heikin-Ashi bars: open is the middle of the last bar's open and close, close this bar's mean; high and low take them in.

    Known from the second bar. Elsewhere (LEAN, TA-Lib) the open is the middle of the last *Heikin-Ashi* open and close.
    """

    needs = "ohlc"
    parts = ("open", "close", "high", "low")
    rows = 2

    def __init__(self) -> None:
        self._middle = NAN

    def next(self, open: float, high: float, low: float, close: float) -> tuple[float, float, float, float]:
        """Open, close, high, low."""
        begin, self._middle = self._middle, (open + close) / 2
        if begin != begin:
            return NAN, NAN, NAN, NAN
        end = (open + close + high + low) / 4
        return begin, end, max(high, begin, end), min(low, begin, end)


@kernel("pivot")
class Pivot(Kernel):
    """Pivot, resistances and supports of a bar: those for the next one. Known from the first bar; levels that a mode has not are NaN.

    `mode`: 0 floor traders', 1 Fibonacci, 2 DeMark, 3 Camarilla (factors 0.0916, 0.183, 0.275, 0.55 from the close), 4 Woodie (with this
    bar's open). Jesse's `pivot`.
    """

    needs = "ohlc"
    parts = ("r4", "r3", "r2", "r1", "pp", "s1", "s2", "s3", "s4")

    def __init__(self, mode: int = 0) -> None:
        chosen("mode", mode, (0, 1, 2, 3, 4))
        self._levels = (_floor, _fibonacci, _demark, _camarilla, _woodie)[mode]

    def next(self, open: float, high: float, low: float, close: float) -> tuple[float, ...]:
        """The levels, from the highest to the lowest."""
        return self._levels(open, high, low, close)


def _floor(open: float, high: float, low: float, close: float) -> tuple[float, ...]:
    middle, reach = (high + low + close) / 3, high - low
    return NAN, NAN, middle + reach, 2 * middle - low, middle, 2 * middle - high, middle - reach, NAN, NAN


def _fibonacci(open: float, high: float, low: float, close: float) -> tuple[float, ...]:
    middle, reach = (high + low + close) / 3, high - low
    steps = (0.382 * reach, 0.618 * reach, reach)
    return NAN, *(middle + step for step in reversed(steps)), middle, *(middle - step for step in steps), NAN


def _demark(open: float, high: float, low: float, close: float) -> tuple[float, ...]:
    if close < open:
        total = high + 2 * low + close
    elif close > open:
        total = 2 * high + low + close
    else:
        total = high + low + 2 * close
    return NAN, NAN, NAN, total / 2 - low, total / 4, total / 2 - high, NAN, NAN, NAN


def _camarilla(open: float, high: float, low: float, close: float) -> tuple[float, ...]:
    steps = [factor * (high - low) for factor in (0.0916, 0.183, 0.275, 0.55)]
    return *(close + step for step in reversed(steps)), (high + low + close) / 3, *(close - step for step in steps)


def _woodie(open: float, high: float, low: float, close: float) -> tuple[float, ...]:
    middle, reach = (high + low + 2 * open) / 4, high - low
    third_up, third_down = high + 2 * (middle - low), low - 2 * (high - middle)
    up, down = 2 * middle - low, 2 * middle - high
    return third_up + reach, third_up, middle + reach, up, middle, down, middle - reach, third_down, third_down - reach


class _Midlines:
    """Middle of the channel of each of three periods: conversion, base, leading span B."""

    def __init__(self, *periods: int) -> None:
        self._channels = [(Highest(period), Lowest(period)) for period in periods]

    def next(self, high: float, low: float) -> list[float]:
        return [(highest.next(high) + lowest.next(low)) / 2 for highest, lowest in self._channels]


@kernel("ichimoku_cloud")
class IchimokuCloud(Kernel):
    """Conversion and base line now, and the cloud (spans A and B) that stands over this bar: made `displacement` - 1 bars ago.

    A line is the middle of its period's channel; span A the middle of conversion and base; span B the line of `lagging_line_period`. A part is
    known when its windows are full. Goichi Hosoda (1969). Jesse's `ichimoku_cloud` looks at 80 bars only, so that longer periods give it NaN;
    here they have values.
    """

    needs = "hl"
    parts = ("conversion_line", "base_line", "span_a", "span_b")

    def __init__(
        self, conversion_line_period: int = 9, base_line_period: int = 26, lagging_line_period: int = 52, displacement: int = 26
    ) -> None:
        positive(displacement=displacement)
        self.rows = max(conversion_line_period, base_line_period, lagging_line_period) + displacement - 1
        self._lines = _Midlines(conversion_line_period, base_line_period, lagging_line_period)
        self._a, self._b = Lag(displacement - 1), Lag(displacement - 1)

    def next(self, high: float, low: float) -> tuple[float, float, float, float]:
        """Conversion line, base line, span A, span B."""
        conversion, base, long = self._lines.next(high, low)
        return conversion, base, self._a.next((conversion + base) / 2), self._b.next(long)


@kernel("ichimoku_cloud_seq")
class IchimokuCloudSequence(Kernel):
    """The Ichimoku cloud with its spans made `displacement` bars ago, the close of `displacement` - 1 bars ago, and the spans made now.

    Lines as in `ichimoku_cloud`, whose spans are one bar younger. A part is known when its windows are full. Jesse's `ichimoku_cloud_seq`.
    """

    needs = "hlc"
    parts = ("conversion_line", "base_line", "span_a", "span_b", "lagging_line", "future_span_a", "future_span_b")

    def __init__(
        self, conversion_line_period: int = 9, base_line_period: int = 26, lagging_line_period: int = 52, displacement: int = 26
    ) -> None:
        positive(displacement=displacement)
        self.rows = max(conversion_line_period, base_line_period, lagging_line_period) + displacement
        self._lines = _Midlines(conversion_line_period, base_line_period, lagging_line_period)
        self._a, self._b, self._close = Lag(displacement), Lag(displacement), Lag(displacement - 1)

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """Conversion line, base line, span A, span B, lagging line, span A and span B to come."""
        conversion, base, long = self._lines.next(high, low)
        middle = (conversion + base) / 2
        return conversion, base, self._a.next(middle), self._b.next(long), self._close.next(close), middle, long


@kernel("volume")
class Volume(Kernel):
    """The volume and its mean over `period` bars, which is known from bar `period`. Jesse's `volume`."""

    needs = "v"
    parts = ("volume", "ma")

    def __init__(self, period: int = 20) -> None:
        self.rows = self.period = period
        self._mean = Mean(period)

    def next(self, volume: float) -> tuple[float, float]:
        """Volume and mean."""
        return volume, self._mean.next(volume)


@kernel("vosc")
class VolumeOscillator(Kernel):
    """Short less long mean of the volume, in percent of the long one. Known when both windows are full; NaN without volume. Jesse's `vosc`."""

    needs = "v"

    def __init__(self, short_period: int = 2, long_period: int = 5) -> None:
        self.rows = max(short_period, long_period)
        self._short, self._long = Mean(short_period), Mean(long_period)

    def next(self, volume: float) -> float:
        """The percentage."""
        short, long = self._short.next(volume), self._long.next(volume)
        return 100 * ratio(short - long, long)


@kernel("ad")
class AccumulationDistribution(Kernel):
    """Sum, from the first bar on, of the volume times where the close stands in its bar: 1 at the high, -1 at the low, 0 in a bar without reach.

    Its level depends on where it began. Marc Chaikin; TA-Lib's AD.
    """

    needs = "hlcv"

    def __init__(self) -> None:
        self._line = 0.0

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The line."""
        self._line += ratio((close - low) - (high - close), high - low, 0.0) * volume
        return self._line


@kernel("adosc")
class ChaikinOscillator(Kernel):
    """Fast less slow exponential average of the accumulation/distribution line. Known from the first bar. Marc Chaikin; TA-Lib's ADOSC."""

    needs = "hlcv"

    def __init__(self, fast_period: int = 3, slow_period: int = 10) -> None:
        self._fast, self._slow = Ema(fast_period), Ema(slow_period)
        self.rows = max(fast_period, slow_period)
        self._line = AccumulationDistribution()

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The oscillator."""
        line = self._line.next(high, low, close, volume)
        return self._fast.next(line) - self._slow.next(line)


@kernel("obv")
class OnBalanceVolume(Kernel):
    """Sum of the volume, taken negative where the close fell and left out where it stayed; the first bar's counts. Joseph Granville (1963)."""

    needs = "cv"

    def __init__(self) -> None:
        self._close = NAN
        self._balance = 0.0

    def next(self, close: float, volume: float) -> float:
        """The balance."""
        before, self._close = self._close, close
        if close > before or before != before:
            self._balance += volume
        elif close < before:
            self._balance -= volume
        return self._balance


@kernel("wad")
class WilliamsAccumulation(Kernel):
    """Sum of how far the price rose above the true low or fell below the true high; 0 at the first bar.

    As in Jesse the price and the last price are the bars' *closes*. Larry Williams (1986).
    """

    needs = "hlc"

    def __init__(self) -> None:
        self._price = NAN
        self._sum = 0.0

    def next(self, high: float, low: float, close: float) -> float:
        """The sum."""
        before, self._price = self._price, close
        if close > before:
            self._sum += close - (before if before < low else low)
        elif close < before:
            self._sum += close - (before if before > high else high)
        return self._sum


@kernel("mfi")
class MoneyFlow(Kernel):
    """100 * rising / (rising + falling) money flow of `period` bars: typical price times volume, where that price rose or fell.

    100 where nothing fell. Known from bar `period`, the first bar counting as neither. Gene Quong and Avrum Soudack (1989).
    """

    needs = "hlcv"

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._rising, self._falling = Sum(period), Sum(period)
        self._price = NAN

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The index, from 0 to 100."""
        price = (high + low + close) / 3
        before, self._price = self._price, price
        rising = self._rising.next(price * volume if price > before else 0.0)
        falling = self._falling.next(price * volume if price < before else 0.0)
        return 100 * ratio(rising, rising + falling) if falling != 0.0 else 100.0


@kernel("efi")
class ForceIndex(Kernel):
    """Exponential average of change times volume, begun with the first of these and given from the `period`th on: bar `period` + 1.

    Alexander Elder (1993); Jesse's `efi`.
    """

    needs = "xv"

    def __init__(self, period: int = 13) -> None:
        self._average = Ema(period)
        self.period = self._left = period
        self.rows = period + 1
        self._last = NAN

    def next(self, x: float, volume: float) -> float:
        """The index."""
        last, self._last = self._last, x
        if last != last:
            return NAN
        force = self._average.next((x - last) * volume)
        if self._left > 1:
            self._left -= 1
            return NAN
        return force


@kernel("emv")
class EaseOfMovement(Kernel):
    """Mean over `length` bars of div * change of the bar's middle * (high - low) / volume. The first change is 0.

    0.0 before bar `length`, as in Jesse; a bar without volume counts 0. Richard Arms (1996).
    """

    needs = "hlv"

    def __init__(self, length: int = 14, div: float = 10000) -> None:
        self._mean = Mean(length)
        self.rows = self._left = length
        self._factor = div
        self._middle = NAN

    def next(self, high: float, low: float, volume: float) -> float:
        """The ease."""
        middle = (high + low) / 2
        before, self._middle = self._middle, middle
        change = middle - before if before == before else 0.0
        mean = self._mean.next(self._factor * ratio(change * (high - low), volume, 0.0))
        if self._left > 1:
            self._left -= 1
            return 0.0
        return mean


@kernel("marketfi")
class MarketFacilitation(Kernel):
    """(high - low) / volume; NaN without volume. Known from the first bar. Bill Williams (1995)."""

    needs = "hlv"

    def next(self, high: float, low: float, volume: float) -> float:
        """The index."""
        return ratio(high - low, volume)


class _VolumeIndex(Kernel):
    """1000, moved by the relative change of the source in bars whose volume went a certain way."""

    needs = "xv"

    def __init__(self) -> None:
        self._value = 1000.0
        self._last = self._volume = NAN

    def _moved(self, x: float, counts: bool) -> float:
        last, self._last = self._last, x
        if counts:
            self._value *= 1 + ratio(x - last, last, 0.0)
        return self._value


@kernel("nvi")
class NegativeVolume(_VolumeIndex):
    """1000 at the first bar, then moved by the source's relative change in bars with less volume than the last. Paul Dysart (1936)."""

    def next(self, x: float, volume: float) -> float:
        """The index."""
        before, self._volume = self._volume, volume
        return self._moved(x, volume < before)


@kernel("pvi")
class PositiveVolume(_VolumeIndex):
    """1000 at the first bar, then moved by the source's relative change in bars with more volume than the last. Paul Dysart (1936)."""

    def next(self, x: float, volume: float) -> float:
        """The index."""
        before, self._volume = self._volume, volume
        return self._moved(x, volume > before)


@kernel("vpt")
class VolumePriceTrend(Kernel):
    """Volume times relative change of the source, of this bar and the last together. Known from bar 3.

    Jesse's `vpt`; other libraries sum from the first bar on.
    """

    needs = "xv"
    rows = 3

    def __init__(self) -> None:
        self._last = self._product = NAN

    def next(self, x: float, volume: float) -> float:
        """The trend."""
        product = volume * ratio(x - self._last, self._last)
        before, self._last, self._product = self._product, x, product
        return before + product


@kernel("kvo")
class KlingerVolume(Kernel):
    """Short less long exponential average of the volume force. Known from the first bar, where it is 0.

    Force = 100 * volume * trend * |2 * reach / measure - 1|: trend is the sign of the typical price's change, reach high - low, and measure
    adds up reaches while the trend lasts and begins anew with this bar's and the last one's when it turns. Stephen Klinger (1997); as in
    Jesse an unchanged price has trend 0 instead of the last one.
    """

    needs = "hlcv"

    def __init__(self, short_period: int = 34, long_period: int = 55) -> None:
        self._short, self._long = Ema(short_period), Ema(long_period)
        self.rows = max(short_period, long_period)
        self._price = NAN
        self._trend = 0
        self._reach = self._measure = 0.0

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The oscillator."""
        price, reach = (high + low + close) / 3, high - low
        before, self._price = self._price, price
        force = 0.0
        if before == before:
            trend = (price > before) - (price < before)
            self._measure = reach + (self._measure if trend == self._trend else self._reach)
            self._trend = trend
            if self._measure != 0.0:
                force = 100 * volume * trend * abs(2 * reach / self._measure - 1)
        self._reach = reach
        return self._short.next(force) - self._long.next(force)


@kernel("vpci")
class VolumePriceConfirmation(Kernel):
    """Volume-weighted less simple long mean of the close, times the short ratio of the two, times short / long mean volume.

    `vpcis` is its volume-weighted mean over `short_range`, of the bars that have it. Known from bar `long_range`; NaN without volume. Buff
    Dormeier (2007); Jesse's `vpci`.
    """

    needs = "cv"
    parts = ("vpci", "vpcis")

    def __init__(self, short_range: int = 5, long_range: int = 25) -> None:
        self.rows = max(short_range, long_range)
        self._short, self._long = [tuple(Mean(period) for _ in range(3)) for period in (short_range, long_range)]
        self._signal = KnownMean(short_range)

    def next(self, close: float, volume: float) -> tuple[float, float]:
        """The indicator and its signal."""
        paid = close * volume
        (money_mean, close_mean, volume_mean), (long_money_mean, long_close_mean, long_volume_mean) = self._short, self._long
        money, simple, short_volume = money_mean.next(paid), close_mean.next(close), volume_mean.next(volume)
        long_volume = long_volume_mean.next(volume)
        confirmation = ratio(long_money_mean.next(paid), long_volume) - long_close_mean.next(close)
        found = confirmation * ratio(ratio(money, short_volume), simple) * ratio(short_volume, long_volume)
        return found, ratio(self._signal.next(found * volume), short_volume)


class Arithmetic(Kernel):
    """A formula of a row alone. Where it has no value it is what the machine's arithmetic gives: 1 / 0 is infinite, the root of -1 is NaN.

    One of numpy's functions computes rows and columns alike, so that both are equal to the last digit.
    """

    formula: ClassVar[Any]

    def next(self, *numbers: float) -> float:
        """The value."""
        with np.errstate(all="ignore"):
            return float(self.formula(*numbers))

    def column(self, *columns: Floats) -> Floats:
        """The value for every row of columns. Shape (n,)."""
        with np.errstate(all="ignore"):
            found: Floats = self.formula(*columns)
            return found


def _arithmetic(name: str, needs: str, meaning: str, formula: Any) -> None:
    known = {"__doc__": f"{meaning} Known from the first row. TA-Lib's {name}.", "__module__": __name__, "needs": needs, "formula": formula}
    kernel(f"talib_{name.lower()}")(type(name, (Arithmetic,), known))


_arithmetic("ADD", "hl", "The sum of two columns.", np.add)
_arithmetic("SUB", "hl", "The first column less the second.", np.subtract)
_arithmetic("MULT", "hl", "The product of two columns.", np.multiply)
_arithmetic("DIV", "hl", "The first column divided by the second.", np.divide)
_arithmetic("ACOS", "x", "The angle, in radians, of which it is the cosine.", np.arccos)
_arithmetic("ASIN", "x", "The angle, in radians, of which it is the sine.", np.arcsin)
_arithmetic("ATAN", "x", "The angle, in radians, of which it is the tangent.", np.arctan)
_arithmetic("CEIL", "x", "The least whole number that is not below it.", np.ceil)
_arithmetic("COS", "x", "The cosine of an angle in radians.", np.cos)
_arithmetic("COSH", "x", "The hyperbolic cosine.", np.cosh)
_arithmetic("EXP", "x", "The exponential.", np.exp)
_arithmetic("FLOOR", "x", "The greatest whole number that is not above it.", np.floor)
_arithmetic("LN", "x", "The natural logarithm.", np.log)
_arithmetic("LOG10", "x", "The logarithm of base 10.", np.log10)
_arithmetic("SIN", "x", "The sine of an angle in radians.", np.sin)
_arithmetic("SINH", "x", "The hyperbolic sine.", np.sinh)
_arithmetic("SQRT", "x", "The square root.", np.sqrt)
_arithmetic("TAN", "x", "The tangent of an angle in radians.", np.tan)
_arithmetic("TANH", "x", "The hyperbolic tangent.", np.tanh)
