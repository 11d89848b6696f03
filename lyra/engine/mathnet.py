"""Sample statistics in doubles, step for step as MathNet.Numerics computes them for LEAN, so that the last digits agree."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable


def mean(values: Iterable[float]) -> float:
    """The running mean; NaN of nothing."""
    result, count = 0.0, 0
    for value in values:
        count += 1
        result += (value - result) / count
    return result if count else math.nan


def variance(values: Collection[float]) -> float:
    """The sample variance; NaN of fewer than two values."""
    if len(values) < 2:
        return math.nan
    rest = iter(values)
    total, result = next(rest), 0.0
    for count, value in enumerate(rest, 2):
        total += value
        difference = count * value - total
        result += difference * difference / (count * (count - 1.0))
    return result / (len(values) - 1)


def standard_deviation(values: Collection[float]) -> float:
    """The sample standard deviation; NaN of fewer than two values."""
    return math.sqrt(variance(values))


def covariance(first: Collection[float], second: Collection[float]) -> float:
    """The sample covariance; NaN of fewer than two pairs. Raises ValueError for different lengths."""
    if len(first) != len(second):
        raise ValueError("All vectors must have the same dimensionality.")
    mean_1 = mean_2 = moment = 0.0
    for count, (x, y) in enumerate(zip(first, second, strict=True), 1):
        before = mean_2
        mean_1 += (x - mean_1) / count
        mean_2 += (y - mean_2) / count
        moment += (x - mean_1) * (y - before)
    return moment / (len(first) - 1) if len(first) > 1 else math.nan
