"""The straight line fitted to the last `period` values (least squares): its end, begin, slope, angle and next point, as Jesse and TA-Lib have it.

All are NaN until there are `period` values.
"""

from __future__ import annotations

from math import atan, degrees

from lyra_ai.indicators.base import NAN, Kernel, kernel, whole
from lyra_ai.indicators.windows import RollingLine


class Fit(Kernel):
    """The fit: slope = sum of (row - middle) * x over period (period^2 - 1) / 12. What it gives is a matter of `_of(mean, slope)`."""

    def __init__(self, period: int = 14) -> None:
        whole(at_least=2, period=period)
        self.period = period
        self._middle = (period - 1) / 2
        self._square = period * (period * period - 1) / 12
        self._line = RollingLine(period)
        self._base = NAN

    def next(self, x: float) -> float:
        """What is asked for of the line."""
        base = self._base
        if base != base:
            self._base = base = x
        line = self._line
        total, weighted = line.next(x - base)
        if not line.full:
            return NAN
        slope = (weighted - (self._middle + 1) * total) / self._square
        return self._of(base + total / self.period, slope)

    def _of(self, mean: float, slope: float) -> float:
        raise NotImplementedError


@kernel("linearreg")
class Linearreg(Fit):
    """Where the fitted line ends, at the newest value: mean + slope * (period - 1) / 2."""

    def _of(self, mean: float, slope: float) -> float:
        return mean + slope * self._middle


@kernel("linearreg_intercept")
class LinearregIntercept(Fit):
    """Where the fitted line begins, at the oldest value: mean - slope * (period - 1) / 2."""

    def _of(self, mean: float, slope: float) -> float:
        return mean - slope * self._middle


@kernel("linearreg_slope")
class LinearregSlope(Fit):
    """The fitted line's rise per row."""

    def _of(self, mean: float, slope: float) -> float:
        return slope


@kernel("linearreg_angle")
class LinearregAngle(Fit):
    """The fitted line's angle in degrees, the arc tangent of its rise per row."""

    def _of(self, mean: float, slope: float) -> float:
        return degrees(atan(slope))


@kernel("tsf")
class Tsf(Fit):
    """Time series forecast: the fitted line one row ahead, mean + slope * (period + 1) / 2."""

    def _of(self, mean: float, slope: float) -> float:
        return mean + slope * (self._middle + 1)
