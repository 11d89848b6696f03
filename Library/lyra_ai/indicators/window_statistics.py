"""Statistics of a window: moments, deviations, correlation, cycle and roughness; and TA-Lib's sums and extremes, with where they are."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from operator import mul
from typing import Any

import numpy as np

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, Floats, Kernel, kernel, positive, whole
from lyra_ai.indicators.rolling import Highest, Joint, Lowest, MeanAbsolute, MedianAbsolute, Sorted, Sum, chosen, ratio


@kernel("mean_ad")
class MeanAbsoluteDeviation(Kernel):
    """Mean, over `period` rows, of the distance of each value from the mean of the `period` values up to it. Known from row `period`.

    At first it is the mean of the distances there are. Jesse's `mean_ad`; the textbook (TA-Lib's AVGDEV) takes all distances from one mean.
    """

    source = "hl2"

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._deviation = MeanAbsolute(period)

    def next(self, x: float) -> float:
        """The deviation."""
        return self._deviation.next(x)


@kernel("median_ad")
class MedianAbsoluteDeviation(Kernel):
    """Median distance of the last `period` values from their median. Known from row `period`. Jesse's `median_ad`. A step sorts the window."""

    source = "hl2"

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._deviation = MedianAbsolute(period)

    def next(self, x: float) -> float:
        """The deviation."""
        return self._deviation.next(x)


class _Moments(Kernel):
    """The last `period` values; their powers about the mean. A step looks through the window, because sums of powers would lose the figures."""

    source = "hl2"

    def __init__(self, period: int = 5) -> None:
        positive(period=period)
        self.rows = self.period = period
        self._window: deque[float] = deque(maxlen=period)

    def _about_mean(self, x: float) -> list[float]:
        """Distances from the mean; none until the window is full, or where they vanish beside the mean."""
        window, period = self._window, self.period
        window.append(x)
        if len(window) < period:
            return []
        mean = sum(window) / period
        off = [value - mean for value in window]
        return off if sum(map(mul, off, off)) / period > (mean * 2.0**-52) * (mean * 2.0**-52) else []


@kernel("skew")
class Skewness(_Moments):
    """Skewness of the last `period` values: m3 / m2^1.5, moments about the mean by n. Known from row `period`; NaN where they are equal.

    Jesse's `skew`, which is scipy's with bias.
    """

    def next(self, x: float) -> float:
        """The skewness."""
        off = self._about_mean(x)
        squares = list(map(mul, off, off))
        second = sum(squares) / self.period
        return ratio(sum(map(mul, squares, off)) / self.period, second * math.sqrt(second))


@kernel("kurtosis")
class Kurtosis(_Moments):
    """Excess kurtosis of the last `period` values: m4 / m2² - 3, moments about the mean by n. Known from row `period`; NaN where they are equal.

    Jesse's `kurtosis`, which is scipy's (Fisher's) with bias.
    """

    def next(self, x: float) -> float:
        """The kurtosis."""
        off = self._about_mean(x)
        squares = list(map(mul, off, off))
        second = sum(squares) / self.period
        return ratio(sum(map(mul, squares, squares)) / self.period, second * second) - 3


@kernel("correl")
class HighLowCorrelation(Kernel):
    """Pearson's correlation of high and low over `period` bars. Known from bar `period`; NaN where one of them stands still. Jesse's `correl`."""

    needs = "hl"

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._joint = Joint(period)

    def next(self, high: float, low: float) -> float:
        """The correlation, from -1 to 1."""
        of_high, of_low, of_both = self._joint.next(high, low)
        return ratio(of_both, math.sqrt(of_high) * math.sqrt(of_low))


@kernel("beta")
class Beta(Kernel):
    """Covariance of the close with the benchmark's close over `period` bars, in the benchmark's variance. Known from bar `period`.

    Of prices, as in Jesse, not of returns. NaN where the benchmark stands still.
    """

    needs = "cy"
    other = "benchmark_candles"

    def __init__(self, period: int = 5) -> None:
        self.rows = self.period = period
        self._joint = Joint(period)

    def next(self, close: float, benchmark: float) -> float:
        """The coefficient."""
        _, of_benchmark, of_both = self._joint.next(close, benchmark)
        return ratio(of_both, of_benchmark)


@kernel("correlation_cycle")
class CorrelationCycle(Kernel):
    """Correlation of the `period` values before this row with a cosine (`real`) and a negative sine (`imag`) of that period, newest first.

    `angle` in degrees is the phase, which may not go back from the last row's own by less than 270; `state` is 1 or -1 (sign of the angle) where
    it moved by less than `threshold` from the last one given, else 0: then there is a cycle and no trend. Known from row `period` + 1, `state` 0
    until then; NaN where the values are equal. John Ehlers (2020).
    """

    parts = ("real", "imag", "angle", "state")

    def __init__(self, period: int = 20, threshold: float = 9) -> None:
        positive(period=period)
        self.period = period = max(2, period)
        self.rows = period + 1
        self._threshold = threshold
        ages = [2 * math.pi * age / period for age in range(period, 0, -1)]
        self._cosines, self._sines = _centred([math.cos(age) for age in ages]), _centred([-math.sin(age) for age in ages])
        self._roots = math.sqrt(sum(map(mul, self._cosines, self._cosines))), math.sqrt(sum(map(mul, self._sines, self._sines)))
        self._window: deque[float] = deque(maxlen=period)
        self._angle = self._shown = NAN

    def next(self, x: float) -> tuple[float, float, float, float]:
        """Real and imaginary part, angle, state."""
        window = self._window
        real = imag = NAN
        if len(window) == self.period:
            values = _centred(window)
            root = math.sqrt(sum(map(mul, values, values)))
            real = ratio(sum(map(mul, values, self._cosines)), root * self._roots[0])
            if self.period > 2:
                imag = ratio(sum(map(mul, values, self._sines)), root * self._roots[1])
        window.append(x)
        angle = 0.0 if imag == 0.0 else math.degrees(math.atan(real / imag)) + 90
        if imag > 0.0:
            angle -= 180
        last, self._angle = self._angle, angle
        if last > angle and last - angle < 270:
            angle = last
        state = 0.0
        if abs(angle - self._shown) < self._threshold:
            state = 1.0 if angle >= 0.0 else -1.0
        self._shown = angle
        return real, imag, angle, state


def _centred(values: Any) -> list[float]:
    """Distances from the mean, which is taken of distances from the first: so equal values give zeros."""
    first = values[0]
    off = [value - first for value in values]
    mean = sum(off) / len(off)
    return [value - mean for value in off]


HISTORY = 240
"""Rows that the Hurst exponent looks back: as many as Jesse hands it."""


@kernel("hurst_exponent")
class HurstExponent(Kernel):
    """Roughness of the last 240 values, or of those there are: 0.5 is a random walk, less turns back, more trends.

    `method` 1: slope of log deviation from the moving average over log length, lengths from `min_chunksize` to `max_chunksize` in steps of
    `num_chunksize`, over the rows after `max_chunksize` + 1 (Alessio and others 2002); known from row max_chunksize + 3. 0: slope of log rescaled
    range of the changes over log length, `num_chunksize` lengths from `min_chunksize` to `max_chunksize` + 1 (Hurst 1951). 2: half the log2 of
    the ratio of mean squares of second differences of steps 2 and 1 (Istas and Lang 1994). Jesse's `hurst_exponent`. A step of 0 and 2 goes
    through the window, one of 1 through the lengths.
    """

    def __init__(self, min_chunksize: int = 8, max_chunksize: int = 200, num_chunksize: int = 5, method: int = 1) -> None:
        chosen("method", method, (0, 1, 2))
        positive(num_chunksize=num_chunksize)
        if not 2 <= min_chunksize < max_chunksize <= HISTORY - 3:
            raise SettingError(f"Chunks are from {min_chunksize} to {max_chunksize}; they must grow, from 2 up to {HISTORY - 3}.")
        self.rows = HISTORY
        self._window: deque[float] = deque(maxlen=HISTORY)
        self._method = method
        self._longest = max_chunksize + 1
        if method == 1:
            self._sizes = np.arange(min_chunksize, self._longest, num_chunksize)
        else:
            self._sizes = np.linspace(min_chunksize, self._longest, num_chunksize).astype(np.int64)
        logs = np.log(self._sizes)
        self._off = logs - logs.mean()
        self._square = float((self._off * self._off).sum())
        self._ages = self._sizes - 1
        self._row = -1
        self._values = np.zeros(2 * max_chunksize)
        self._squares = np.zeros((HISTORY - self._longest, len(self._sizes)))

    def next(self, x: float) -> float:
        """The exponent."""
        if self._method == 1:
            return self._of_distances(x)
        window = self._window
        window.append(x)
        if len(window) < (6 if self._method == 2 else self._longest + 2):
            return NAN
        values = np.fromiter(window, dtype=np.float64, count=len(window))
        with np.errstate(all="ignore"):
            if self._method == 2:
                return _second_differences(values)
            return self._slope(self._rescaled_ranges(np.diff(values)))

    def _of_distances(self, x: float) -> float:
        """From the root of the sum of squared distances from the moving average of each size, over the rows after the longest."""
        longest, values = self._longest, self._values
        row = self._row = self._row + 1
        place = -1 - row % (longest - 1)  # twice as many as are looked at, so that these stand together, the newest first
        values[place] = values[place - longest + 1] = x
        if row < longest:
            return NAN
        first = len(values) + place - longest + 1
        away = values[first : first + longest - 1] - x
        distances = away.cumsum()[self._ages] / self._sizes
        self._squares[row % len(self._squares)] = distances * distances
        if row <= longest:
            return NAN
        with np.errstate(all="ignore"):
            return self._slope(np.sqrt(self._squares.sum(axis=0)))

    def _slope(self, spreads: Floats) -> float:
        """Slope of the least-squares line of log spread over log length."""
        y = np.log(spreads)
        return float((self._off * (y - y.mean())).sum() / self._square) if len(y) > 1 else NAN

    def _rescaled_ranges(self, changes: Floats) -> Floats:
        """Mean, over the pieces of each size, of the reach of the summed distances from the piece's mean, in its deviation."""
        found = []
        for size in self._sizes:
            pieces = changes[: len(changes) // size * size].reshape(-1, size)
            off = pieces - pieces.mean(axis=1, keepdims=True)
            way = off.cumsum(axis=1)
            found.append(float(np.mean((way.max(axis=1) - way.min(axis=1)) / pieces.std(axis=1))))
        return np.array(found)


def _second_differences(values: Floats) -> float:
    values = values[1:] - values[0]
    short = values[2:] - 2 * values[1:-1] + values[:-2]
    long = values[4:] - 2 * values[2:-2] + values[:-4]
    return float(0.5 * np.log2(np.mean(long * long) / np.mean(short * short)))


@kernel("talib_correl")
class TalibCorrel(Kernel):
    """Karl Pearson's correlation of the last `timeperiod` pairs; of high and low as a stream. 0 where one of the two did not move."""

    needs = "hl"

    def __init__(self, timeperiod: int = 30) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._window = Joint(timeperiod)

    def next(self, x: float, y: float) -> float:
        """The correlation."""
        square_x, square_y, both = self._window.next(x, y)
        return ratio(both, math.sqrt(square_x * square_y), 0.0)


@kernel("talib_beta")
class TalibBeta(Kernel):
    """The slope of the second series' changes (as shares) on the first's, of the last `timeperiod` ones; of high and low as a stream."""

    needs = "hl"

    def __init__(self, timeperiod: int = 5) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._window = Joint(timeperiod)
        self._before = NAN, NAN

    def next(self, x: float, y: float) -> float:
        """The slope; 0 where the first series did not move."""
        before, self._before = self._before, (x, y)
        if before[0] != before[0]:
            return NAN
        square, _, both = self._window.next(ratio(x - before[0], before[0], 0.0), ratio(y - before[1], before[1], 0.0))
        return ratio(both, square, 0.0)


@kernel("talib_percentile")
class Percentile(Kernel):
    """The least of the last `timeperiod` values that at least `percentile` percent of them do not exceed (nearest rank)."""

    def __init__(self, timeperiod: int = 30, percentile: float = 50.0) -> None:
        whole(timeperiod=timeperiod)
        if not 0 <= percentile <= 100:
            raise SettingError(f"percentile is {percentile}; it must be between 0 and 100.")
        self.rows = timeperiod
        self._at = max(math.ceil(percentile / 100 * timeperiod), 1) - 1
        self._window = Sorted(timeperiod)

    def next(self, x: float) -> float:
        """The value."""
        values = self._window.next(x)
        return values[self._at] if len(values) == self.rows else NAN


@kernel("talib_percentrank")
class Percentrank(Kernel):
    """How many percent of the `timeperiod` values before are below this one."""

    def __init__(self, timeperiod: int = 100) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._window = Sorted(timeperiod)
        self._count = 0

    def next(self, x: float) -> float:
        """The rank."""
        below, self._count = bisect_left(self._window.values, x), self._count + 1
        self._window.next(x)
        return 100 * below / (self.rows - 1) if self._count >= self.rows else NAN


class _Window(Kernel):
    """The last `timeperiod` values, at least 2."""

    def __init__(self, timeperiod: int = 30) -> None:
        whole(2, timeperiod=timeperiod)
        self.rows = self.period = timeperiod
        self._prepare(timeperiod)

    def _prepare(self, timeperiod: int) -> None:
        raise NotImplementedError


@kernel("talib_max")
class Greatest(_Window):
    """Greatest of the last `timeperiod` values. Known from row `timeperiod`. TA-Lib's MAX."""

    def _prepare(self, timeperiod: int) -> None:
        self._highest = Highest(timeperiod)

    def next(self, x: float) -> float:
        """The greatest."""
        return self._highest.next(x)


@kernel("talib_min")
class Least(_Window):
    """Least of the last `timeperiod` values. Known from row `timeperiod`. TA-Lib's MIN."""

    def _prepare(self, timeperiod: int) -> None:
        self._lowest = Lowest(timeperiod)

    def next(self, x: float) -> float:
        """The least."""
        return self._lowest.next(x)


@kernel("talib_minmax")
class Extremes(_Window):
    """Least and greatest of the last `timeperiod` values. Known from row `timeperiod`. TA-Lib's MINMAX."""

    parts = ("min", "max")

    def _prepare(self, timeperiod: int) -> None:
        self._lowest, self._highest = Lowest(timeperiod), Highest(timeperiod)

    def next(self, x: float) -> tuple[float, float]:
        """The least and the greatest."""
        return self._lowest.next(x), self._highest.next(x)


class _Where:
    """The row, counted from 0, of the greatest of the last `period` values.

    Of equal ones it is the latest if that came while another was the greatest, and the earliest of those that are left when a greater one goes:
    so TA-Lib finds them. Values that cannot become the greatest are dropped as they come, so a step costs the same for every period.
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self._row = -1
        self._at, self._value = -period, -math.inf
        self._left: deque[tuple[int, float]] = deque()

    def next(self, x: float) -> float:
        """The row; NaN until there are as many."""
        self._row = row = self._row + 1
        left, oldest = self._left, row - self._period + 1
        while left and left[-1][1] < x:
            left.pop()
        left.append((row, x))
        while left[0][0] < oldest:
            left.popleft()
        if oldest < 0:
            return NAN
        if self._at < oldest or oldest == 0:
            self._at, self._value = left[0]
        elif x >= self._value:
            self._at, self._value = row, x
        return float(self._at)


@kernel("talib_maxindex")
class GreatestAt(_Window):
    """The row, counted from 0, of the greatest of the last `timeperiod` values. Known from row `timeperiod`. TA-Lib's MAXINDEX."""

    def _prepare(self, timeperiod: int) -> None:
        self._greatest = _Where(timeperiod)

    def next(self, x: float) -> float:
        """The row."""
        return self._greatest.next(x)


@kernel("talib_minindex")
class LeastAt(_Window):
    """The row, counted from 0, of the least of the last `timeperiod` values. Known from row `timeperiod`. TA-Lib's MININDEX."""

    def _prepare(self, timeperiod: int) -> None:
        self._least = _Where(timeperiod)

    def next(self, x: float) -> float:
        """The row."""
        return self._least.next(-x)


@kernel("talib_minmaxindex")
class ExtremesAt(_Window):
    """The rows, counted from 0, of the least and the greatest of the last `timeperiod` values. Known from row `timeperiod`. TA-Lib's MINMAXINDEX."""

    parts = ("minidx", "maxidx")

    def _prepare(self, timeperiod: int) -> None:
        self._least, self._greatest = _Where(timeperiod), _Where(timeperiod)

    def next(self, x: float) -> tuple[float, float]:
        """The two rows."""
        return self._least.next(-x), self._greatest.next(x)


@kernel("talib_sum")
class WindowSum(_Window):
    """Sum of the last `timeperiod` values. Known from row `timeperiod`. TA-Lib's SUM."""

    def _prepare(self, timeperiod: int) -> None:
        self._sum = Sum(timeperiod)

    def next(self, x: float) -> float:
        """The sum."""
        return self._sum.next(x)


@kernel("talib_cumsum")
class SumSoFar(Kernel):
    """Sum of all values so far. Known from the first row. TA-Lib's CUMSUM."""

    def __init__(self) -> None:
        self._sum = 0.0

    def next(self, x: float) -> float:
        """The sum."""
        self._sum += x
        return self._sum
