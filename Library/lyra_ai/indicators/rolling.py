"""Sums, extremes, deviations and lines of the last values: what kernels that look at a window are made of.

None of them takes away what it once added: so nothing drifts, a sum of zeros is zero, and a number that is not finite is forgotten with its
row. The window is two pieces: the tail of the last full block, whose totals from each place to its end were made when the block was full, and
what has come since (van Herk's scheme for extremes, here for sums and moments too). A step costs the same for every period.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from typing import Protocol

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, positive

INFINITE = math.inf


class Smoothing(Protocol):
    """An average of single numbers."""

    def next(self, x: float, /) -> float:
        """Take in a number; the average."""
        ...


def average(matype: int, period: int) -> Smoothing:
    """A moving average by Jesse's number."""
    positive(period=period)
    if matype == 0:
        return KnownMean(period)
    from lyra_ai.indicators import bands  # which stands above this

    found = bands.average(matype, period)
    if found.needs != "x":
        raise SettingError(f"matype is {matype}; the average of that number needs more than one number of a row.")
    return found


def ratio(above: float, below: float, otherwise: float = NAN) -> float:
    """A quotient, or `otherwise` where the divisor is zero."""
    return above / below if below != 0.0 else otherwise


def chosen(name: str, value: object, choices: tuple[object, ...]) -> None:
    """Raise SettingError for a value that is none of the choices."""
    if value not in choices:
        raise SettingError(f"{name} is {value!r}; there are {', '.join(map(repr, choices))}.")


def true_range(high: float, low: float, before: float) -> float:
    """Reach of a bar and of the gap before it (Wilder 1978); `before` is the last close, NaN where there is none."""
    return (before if before > high else high) - (before if before < low else low)


class TrueRange:
    """Wilder's true range; the range alone for the first bar, which has no close before it."""

    __slots__ = ("_close",)

    def __init__(self) -> None:
        self._close = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The range of the new bar."""
        before, self._close = self._close, close
        return true_range(high, low, before)


class Lag:
    """The value of so many rows ago; `before` where there is none."""

    __slots__ = ("_at", "_ring")

    def __init__(self, rows: int, before: float = NAN) -> None:
        self._ring = [before] * rows
        self._at = 0

    def next(self, x: float) -> float:
        """Put in the newest, take out the oldest."""
        ring, at = self._ring, self._at
        if not ring:
            return x
        old = ring[at]
        ring[at] = x
        at += 1
        self._at = at if at < len(ring) else 0
        return old


class Sum:
    """Sum of the last `period` values; until there are as many, `before` (NaN) is added, so that 0.0 gives the sum so far."""

    __slots__ = ("_at", "_block", "_running", "_tail", "period")

    def __init__(self, period: int, before: float = NAN) -> None:
        positive(period=period)
        self.period = period
        self._block = [0.0] * period
        self._tail = [before] * period
        self._running = 0.0
        self._at = 0

    def next(self, x: float) -> float:
        """The sum."""
        at, block = self._at, self._block
        block[at] = x
        at += 1
        running = self._running + x
        if at < self.period:
            self._at, self._running = at, running
            return running + self._tail[at]
        for i in range(at - 2, -1, -1):
            block[i] += block[i + 1]
        self._block, self._tail, self._running, self._at = self._tail, block, 0.0, 0
        return block[0]


class Mean:
    """Mean of the last `period` values, NaN until there are as many; of fewer from the first on with `partial`."""

    __slots__ = ("_count", "_partial", "_sum", "period")

    def __init__(self, period: int, partial: bool = False) -> None:
        self.period = period
        self._sum = Sum(period, 0.0)
        self._partial = partial
        self._count = 0

    def next(self, x: float) -> float:
        """The mean."""
        total = self._sum.next(x)
        count = self._count
        if count == self.period:
            return total / count
        self._count = count = count + 1
        return total / count if self._partial or count == self.period else NAN


class KnownMean:
    """Mean of those of the last `period` values that are known (not NaN), once there have been as many rows. Jesse's `sma` does so."""

    __slots__ = ("_count", "_rows", "_sum", "period")

    def __init__(self, period: int) -> None:
        self.period = period
        self._rows = 0
        self._sum = Sum(period, 0.0)
        self._count = Sum(period, 0.0)

    def next(self, x: float) -> float:
        """The mean."""
        known = x == x
        total = self._sum.next(x if known else 0.0)
        count = self._count.next(1.0 if known else 0.0)
        if self._rows < self.period:
            self._rows += 1
            if self._rows < self.period:
                return NAN
        return total / count if count else NAN


class Highest:
    """Greatest of the last `period` values; until there are as many, `before`: minus infinity gives the greatest so far, NaN gives NaN."""

    __slots__ = ("_at", "_block", "_running", "_tail", "period")

    def __init__(self, period: int, before: float = NAN) -> None:
        positive(period=period)
        self.period = period
        self._block = [0.0] * period
        self._tail = [before] * period
        self._running = -INFINITE
        self._at = 0

    def next(self, x: float) -> float:
        """The greatest."""
        at, block = self._at, self._block
        block[at] = x
        at += 1
        if at < self.period:
            running = self._running
            if x > running:
                self._running = running = x
            self._at = at
            tail = self._tail[at]
            return running if running > tail else tail
        for i in range(at - 2, -1, -1):
            if block[i + 1] > block[i]:
                block[i] = block[i + 1]
        self._block, self._tail, self._running, self._at = self._tail, block, -INFINITE, 0
        return block[0]


class Lowest:
    """Least of the last `period` values; until there are as many, `before`: infinity gives the least so far, NaN gives NaN."""

    __slots__ = ("_at", "_block", "_running", "_tail", "period")

    def __init__(self, period: int, before: float = NAN) -> None:
        positive(period=period)
        self.period = period
        self._block = [0.0] * period
        self._tail = [before] * period
        self._running = INFINITE
        self._at = 0

    def next(self, x: float) -> float:
        """The least."""
        at, block = self._at, self._block
        block[at] = x
        at += 1
        if at < self.period:
            running = self._running
            if x < running:
                self._running = running = x
            self._at = at
            tail = self._tail[at]
            return running if running < tail else tail
        for i in range(at - 2, -1, -1):
            if block[i + 1] < block[i]:
                block[i] = block[i + 1]
        self._block, self._tail, self._running, self._at = self._tail, block, INFINITE, 0
        return block[0]


class WhereHighest:
    """Place of the greatest of the last `period` values: 0 is the oldest; of equals the older. NaN until there are as many."""

    __slots__ = ("_candidates", "_row", "period")

    def __init__(self, period: int) -> None:
        positive(period=period)
        self.period = period
        self._row = -1
        self._candidates: deque[tuple[int, float]] = deque()

    def next(self, x: float) -> float:
        """The place."""
        candidates = self._candidates
        self._row = row = self._row + 1
        while candidates and candidates[-1][1] < x:
            candidates.pop()
        candidates.append((row, x))
        first = row - self.period + 1
        if candidates[0][0] < first:
            candidates.popleft()
        return float(candidates[0][0] - first) if first >= 0 else NAN


class Peak:
    """Tells in hindsight that a value was greater than the `left` before it and the `right` after it: gives it then, else NaN."""

    __slots__ = ("_after", "_before", "_candidate", "_highest_before", "_outside")

    def __init__(self, left: int, right: int) -> None:
        self._candidate = Lag(right)
        self._outside = Lag(right + 1)
        self._after = Highest(right)
        self._before = Highest(left)
        self._highest_before = NAN

    def next(self, x: float) -> float:
        """The peak of `right` rows ago, if it was one."""
        candidate, outside = self._candidate.next(x), self._outside.next(x)
        if outside == outside:
            self._highest_before = self._before.next(outside)
        after = self._after.next(x)
        return candidate if candidate > after and candidate > self._highest_before else NAN


class Deviation:
    """Mean and variance (by n) of the last `period` values, NaN until there are as many; of fewer from the first on with `partial`.

    Pieces are joined as in Chan, Golub, LeVeque (1983). Equal values have a variance of 0.
    """

    __slots__ = ("_at", "_block", "_mean", "_partial", "_square", "_tail", "period")

    def __init__(self, period: int, partial: bool = False) -> None:
        positive(period=period)
        self.period = period
        self._partial = partial
        self._block = [0.0] * period
        self._tail = [(NAN, NAN)] * period
        self._mean = 0.0
        self._square = 0.0
        self._at = 0

    def next(self, x: float) -> tuple[float, float]:
        """The mean and the variance."""
        at, period = self._at, self.period
        self._block[at] = x
        at += 1
        off = x - self._mean
        mean = self._mean + off / at
        square = self._square + off * (x - mean)
        if at < period:
            self._at, self._mean, self._square = at, mean, square
            tail_mean, tail_square = self._tail[at]
            off = tail_mean - mean
            if off != off and self._partial:
                return mean, square / at
            rest = period - at
            return mean + off * rest / period, (square + tail_square + off * off * at * rest / period) / period
        self._close()
        return mean, square / period

    def _close(self) -> None:
        block, tail = self._block, self._tail
        mean = square = 0.0
        for count, i in enumerate(range(self.period - 1, -1, -1), 1):
            x = block[i]
            off = x - mean
            mean += off / count
            square += off * (x - mean)
            tail[i] = (mean, square)
        self._at, self._mean, self._square = 0, 0.0, 0.0


class Joint:
    """Variances and covariance (times n) of the last `period` pairs: of x, of y, of both. NaN until there are as many."""

    __slots__ = ("_at", "_block", "_running", "_tail", "period")

    def __init__(self, period: int) -> None:
        positive(period=period)
        self.period = period
        self._block = [(0.0, 0.0)] * period
        self._tail = [(NAN, NAN, NAN, NAN, NAN)] * period
        self._running = (0.0, 0.0, 0.0, 0.0, 0.0)
        self._at = 0

    def next(self, x: float, y: float) -> tuple[float, float, float]:
        """Squares of x, squares of y, products: about the means."""
        at, period = self._at, self.period
        self._block[at] = (x, y)
        at += 1
        running = _with(self._running, at, x, y)
        if at == period:
            total = (0.0, 0.0, 0.0, 0.0, 0.0)
            for count, i in enumerate(range(period - 1, -1, -1), 1):
                self._tail[i] = total = _with(total, count, *self._block[i])
            self._at, self._running = 0, (0.0, 0.0, 0.0, 0.0, 0.0)
            return running[2:]
        self._at, self._running = at, running
        mean_x, mean_y, xx, yy, xy = running
        tail = self._tail[at]
        off_x, off_y = tail[0] - mean_x, tail[1] - mean_y
        share = at * (period - at) / period
        return xx + tail[2] + off_x * off_x * share, yy + tail[3] + off_y * off_y * share, xy + tail[4] + off_x * off_y * share


Moments = tuple[float, float, float, float, float]


def _with(moments: Moments, count: int, x: float, y: float) -> Moments:
    """Means, squares and products with one pair more, which makes `count`."""
    mean_x, mean_y, xx, yy, xy = moments
    off_x, off_y = x - mean_x, y - mean_y
    mean_x += off_x / count
    mean_y += off_y / count
    left_y = y - mean_y
    return mean_x, mean_y, xx + off_x * (x - mean_x), yy + off_y * left_y, xy + off_x * left_y


class Weighted:
    """Sum of the last `period` values, and their sum weighted with 0 for the oldest up to period - 1. NaN until there are as many."""

    __slots__ = ("_at", "_block", "_sum", "_tail", "_weighted", "period")

    def __init__(self, period: int) -> None:
        positive(period=period)
        self.period = period
        self._block = [0.0] * period
        self._tail = [(NAN, NAN)] * period
        self._sum = 0.0
        self._weighted = 0.0
        self._at = 0

    def next(self, x: float) -> tuple[float, float]:
        """The sum and the weighted sum."""
        at, period, block = self._at, self.period, self._block
        block[at] = x
        total = self._sum + x
        weighted = self._weighted + at * x
        at += 1
        if at < period:
            self._at, self._sum, self._weighted = at, total, weighted
            tail, tail_weighted = self._tail[at]
            return total + tail, tail_weighted + (period - at) * total + weighted
        later = later_weighted = 0.0
        for i in range(period - 1, -1, -1):
            later_weighted += later
            later += block[i]
            self._tail[i] = (later, later_weighted)
        self._at, self._sum, self._weighted = 0, 0.0, 0.0
        return later, later_weighted


class Line:
    """End of the straight line through the last `period` values that has the least squares. NaN until there are as many."""

    __slots__ = ("_half", "_spread", "_window", "period")

    def __init__(self, period: int) -> None:
        if not period >= 2:
            raise SettingError(f"period is {period}; a line needs at least 2.")
        self.period = period
        self._window = Weighted(period)
        self._half = (period - 1) / 2
        self._spread = period * (period * period - 1) / 12

    def next(self, x: float) -> float:
        """The line's height at the newest value."""
        total, weighted = self._window.next(x)
        half = self._half
        return total / self.period + half * (weighted - half * total) / self._spread


class Sorted:
    """The last `period` values in order; fewer until there are as many, or where some are NaN."""

    __slots__ = ("_window", "period", "values")

    def __init__(self, period: int) -> None:
        positive(period=period)
        self.period = period
        self.values: list[float] = []
        self._window: deque[float] = deque()

    def next(self, x: float) -> list[float]:
        """The values, which are not to be changed."""
        values, window = self.values, self._window
        window.append(x)
        if x == x:
            insort(values, x)
        if len(window) > self.period:
            old = window.popleft()
            if old == old:
                del values[bisect_left(values, old)]
        return values


def median(values: list[float]) -> float:
    """The middle one of values in order, or the mean of the two in the middle."""
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


class MeanAbsolute:
    """Mean distance of the last `period` values, each from the mean of its own window. Known from the first full window on, and then the mean
    of the distances there are. That is Jesse's `mean_ad`; the textbook takes all distances from one mean."""

    __slots__ = ("_distances", "_mean", "_rows", "period")

    def __init__(self, period: int) -> None:
        self.period = period
        self._mean = Mean(period)
        self._distances = Sum(period, 0.0)
        self._rows = 0

    def next(self, x: float) -> float:
        """The deviation."""
        mean = self._mean.next(x)
        rows = self._rows = self._rows + 1
        if rows < self.period:
            return NAN
        return self._distances.next(abs(x - mean)) / min(self.period, rows - self.period + 1)


class MedianAbsolute:
    """Median distance of the last `period` values from their median, NaN until there are as many."""

    __slots__ = ("_sorted",)

    def __init__(self, period: int) -> None:
        self._sorted = Sorted(period)

    def next(self, x: float) -> float:
        """The deviation."""
        values = self._sorted.next(x)
        if len(values) < self._sorted.period:
            return NAN
        middle = median(values)
        return median(sorted([abs(value - middle) for value in values]))


class StandardDeviation:
    """Root of the variance (by n) of the last `period` values, NaN until there are as many; of fewer with `partial`."""

    __slots__ = ("_deviation",)

    def __init__(self, period: int, partial: bool = False) -> None:
        self._deviation = Deviation(period, partial)

    def next(self, x: float) -> float:
        """The deviation."""
        return math.sqrt(self._deviation.next(x)[1])


def deviation(devtype: int, period: int) -> Smoothing:
    """A deviation by Jesse's number: 0 standard, 1 mean absolute, 2 median absolute."""
    chosen("devtype", devtype, (0, 1, 2))
    return (StandardDeviation, MeanAbsolute, MedianAbsolute)[devtype](period)


class Wilder:
    """Wilder's average: begun with the mean (or, as in Jesse's `di`, the sum) of the first `period` values, then moved by 1 / period of the way."""

    __slots__ = ("_count", "_start", "_value", "period")

    def __init__(self, period: int, start_with_sum: bool = False) -> None:
        positive(period=period)
        self.period = period
        self._start = 1 if start_with_sum else period
        self._count = 0
        self._value = 0.0

    def next(self, x: float) -> float:
        """The average, NaN until it has begun."""
        if self._count < self.period:
            self._count += 1
            self._value += x
            if self._count < self.period:
                return NAN
            self._value /= self._start
            return self._value
        self._value += (x - self._value) / self.period
        return self._value
