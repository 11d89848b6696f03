"""A bar's prices made into one price or into levels; midpoints and channels of a window; the Ichimoku cloud."""

from __future__ import annotations

from lyra_ai.indicators.base import NAN, Kernel, kernel, positive
from lyra_ai.indicators.rolling import Highest, Lag, Lowest, Timed, chosen


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
class Midpoint(Timed):
    """Middle of the greatest and the least of the last `period` values. Known from row `period`. TA-Lib's MIDPOINT."""

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = Highest(period), Lowest(period)

    def next(self, x: float) -> float:
        """The middle."""
        return (self._highest.next(x) + self._lowest.next(x)) / 2


@kernel("midprice")
class MidPrice(Timed):
    """Middle of the highest high and the lowest low of `period` bars. Known from bar `period`. TA-Lib's MIDPRICE."""

    needs = "hl"

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = Highest(period), Lowest(period)

    def next(self, high: float, low: float) -> float:
        """The middle."""
        return (self._highest.next(high) + self._lowest.next(low)) / 2


@kernel("donchian")
class Donchian(Timed):
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
class HeikinAshi(Timed):
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
class IchimokuCloud(Timed):
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
class IchimokuCloudSequence(Timed):
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
