"""Sample mean, variance and deviation in doubles, step for step as MathNet computes them for LEAN."""

from __future__ import annotations

import math
from collections.abc import Iterable


def mean(values: Iterable[float]) -> float:
    """The running mean; NaN of nothing."""
    result, count = 0.0, 0
    for value in values:
        count += 1
        result += (value - result) / count
    return result if count else math.nan


def variance(values: Iterable[float]) -> float:
    """The sample variance; NaN of fewer than two values."""
    result = total = 0.0
    count = 0
    for value in values:
        count += 1
        total += value
        if count > 1:
            difference = count * value - total
            result += difference * difference / (count * (count - 1.0))
    return result / (count - 1) if count > 1 else math.nan


def standard_deviation(values: Iterable[float]) -> float:
    """The sample standard deviation; NaN of fewer than two values."""
    return math.sqrt(variance(values))
