"""Sums, deviations and extremes of the last `period` values, each fed value by value.

Sums never subtract what leaves the window: they are put together from the running sum of the newer part and a suffix sum of the older one
(van Herk's scheme for extremes, here for sums), so that they do not drift however long they run, and a window of zeros sums to zero.
A step costs a constant on average; every `period` steps one is dearer, when the suffix sums are made.
"""

from __future__ import annotations

from itertools import accumulate
from math import sqrt

NAN = float("nan")


class RollingSum:
    """Sum of the last `period` values, of fewer while there are fewer."""

    __slots__ = ("_newer", "_older", "_period", "_sum")

    def __init__(self, period: int) -> None:
        self._period = period
        self._newer: list[float] = []
        self._older: list[float] = []
        self._sum = 0.0

    def next(self, x: float) -> float:
        """The sum with the new value."""
        newer = self._newer
        newer.append(x)
        self._sum = total = self._sum + x
        older = self._older
        if older:
            total += older.pop()
        if len(newer) == self._period:
            self._older = list(accumulate(newer[:0:-1]))
            self._newer = []
            self._sum = 0.0
        return total


class RollingMean:
    """Mean of the last `period` values, NaN until there are so many; of fewer from the first on with `partial`."""

    __slots__ = ("_count", "_partial", "_period", "_sum")

    def __init__(self, period: int, partial: bool = False) -> None:
        self._period = period
        self._partial = partial
        self._sum = RollingSum(period)
        self._count = 0

    def next(self, x: float) -> float:
        """The mean with the new value."""
        total = self._sum.next(x)
        count = self._count
        if count == self._period:
            return total / count
        self._count = count = count + 1
        return total / count if self._partial or count == self._period else NAN


class RollingLine:
    """Sum, and sum weighted 1 (oldest) to `period` (newest), of the last `period` values; fewer keep the weights of the newest."""

    __slots__ = ("_newer", "_older", "_older_weighted", "_period", "_sum", "_weighted", "full")

    def __init__(self, period: int) -> None:
        self._period = period
        self._newer: list[float] = []
        self._older: list[float] = []
        self._older_weighted: list[float] = []
        self._sum = self._weighted = 0.0
        self.full = False

    def next(self, x: float) -> tuple[float, float]:
        """The sum and the weighted sum with the new value."""
        newer = self._newer
        period = self._period
        newer.append(x)
        self._weighted = weighted = self._weighted - self._sum + period * x
        self._sum = total = self._sum + x
        older = self._older
        if older:
            total += older.pop()
            weighted += self._older_weighted.pop()
        if len(newer) == period:
            self.full = True
            self._older = list(accumulate(newer[:0:-1]))
            self._older_weighted = list(accumulate(self._older))
            self._newer = []
            self._sum = self._weighted = 0.0
        return total, weighted


class RollingDeviation:
    """Mean and population variance of the last `period` values, of fewer while there are fewer.

    Values are taken relative to one of the window, so that little is lost where they are far from zero; equal ones have a variance of 0.
    """

    __slots__ = ("_base", "_count", "_newer", "_older", "_older_squares", "_period", "_squares", "_sum")

    def __init__(self, period: int) -> None:
        self._period = period
        self._count = 0
        self._base = 0.0
        self._newer: list[float] = []
        self._older: list[float] = []
        self._older_squares: list[float] = []
        self._sum = self._squares = 0.0

    @property
    def full(self) -> bool:
        """Whether there are `period` values."""
        return self._count == self._period

    def next(self, x: float) -> tuple[float, float]:
        """The mean and the variance with the new value."""
        count = self._count
        if count == 0:
            self._base = x
        if count < self._period:
            self._count = count = count + 1
        base = self._base
        newer = self._newer
        newer.append(x)
        off = x - base
        self._sum = total = self._sum + off
        self._squares = squares = self._squares + off * off
        older = self._older
        if older:
            total += older.pop()
            squares += self._older_squares.pop()
        if len(newer) == self._period:
            self._renew(newer, x)
        mean = total / count
        variance = squares / count - mean * mean
        return base + mean, variance if variance > 0 else 0.0

    def _renew(self, newer: list[float], base: float) -> None:
        offs = [value - base for value in newer[:0:-1]]
        self._older = list(accumulate(offs))
        self._older_squares = list(accumulate([off * off for off in offs]))
        self._base = base
        self._newer = []
        self._sum = self._squares = 0.0


class StandardDeviation:
    """Population standard deviation of the last `period` values, NaN until there are so many; of fewer with `partial`."""

    __slots__ = ("_partial", "_window")

    def __init__(self, period: int, partial: bool = False) -> None:
        self._window = RollingDeviation(period)
        self._partial = partial

    def next(self, x: float) -> float:
        """The deviation with the new value."""
        window = self._window
        _, variance = window.next(x)
        return sqrt(variance) if self._partial or window.full else NAN


class TrueRange:
    """Wilder's true range: the bar's range, stretched to the close before; the range alone for the first bar."""

    __slots__ = ("_close",)

    def __init__(self) -> None:
        self._close = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The range of the new bar."""
        before, self._close = self._close, close
        if before != before:
            return high - low
        return (high if high > before else before) - (low if low < before else before)
