"""Averages of a window with weights, and the lines that are fitted to a window, as Jesse has them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import atan, comb, degrees, exp, log, pi, sin, sqrt
from operator import mul

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, Kernel, kernel, whole
from lyra_ai.indicators.windows import RollingLine, RollingSum


class Weighted(Kernel):
    """Sum of the last values times weights, which are scaled to a sum of 1; the oldest value's weight comes first."""

    def _begin(self, weights: Iterable[float]) -> None:
        weights = list(weights)
        total = sum(weights)
        if not total:
            raise SettingError(f"The weights of {self.name} add up to nothing with these settings.")
        self._weights = [weight / total for weight in weights]
        self._window: deque[float] = deque(maxlen=len(weights))

    def next(self, x: float) -> float:
        """The average, NaN until there is a value for each weight."""
        window = self._window
        window.append(x)
        weights = self._weights
        return sum(map(mul, window, weights)) if len(window) == len(weights) else NAN


@kernel("alma")
class Alma(Weighted):
    """Arnaud Legoux's average (2009): weights are a Gaussian bell over the last `period` values.

    Its middle lies at `distribution_offset` of the window (1 is the newest), its width is `period` / `sigma`.
    """

    def __init__(self, period: int = 9, sigma: float = 6.0, distribution_offset: float = 0.85) -> None:
        whole(period=period)
        if not sigma > 0:
            raise SettingError(f"sigma is {sigma}; it must be above 0.")
        self.period = period
        middle, width = distribution_offset * (period - 1), period / sigma
        self._begin(exp(-((row - middle) * (row - middle)) / (2 * width * width)) for row in range(period))


@kernel("fwma")
class Fwma(Weighted):
    """Mean of the last `period` values with Fibonacci's numbers (1, 1, 2, 3 ...) as weights, the greatest for the newest."""

    def __init__(self, period: int = 5) -> None:
        whole(period=period)
        self.period = period
        weights = [1, 1]
        while len(weights) < period:
            weights.append(weights[-1] + weights[-2])
        self._begin(weights[:period])


@kernel("pwma")
class Pwma(Weighted):
    """Mean of the last `period` values with a row of Pascal's triangle as weights."""

    def __init__(self, period: int = 5) -> None:
        whole(period=period)
        self.period = period
        self._begin(comb(period - 1, row) for row in range(period))


@kernel("sinwma")
class Sinwma(Weighted):
    """Mean of the last `period` values with half a sine wave as weights, sin(row * pi / (period + 1)) for rows 1 to `period`."""

    def __init__(self, period: int = 14) -> None:
        whole(period=period)
        self.period = period
        self._begin(sin((row + 1) * pi / (period + 1)) for row in range(period))


class PowerWeighted(Weighted):
    """Weights (period - age) ^ power for ages 0 to period - 2; the value itself until `period` + 1 rows have gone by."""

    def _begin_power(self, period: int, power: float) -> None:
        whole(at_least=2, period=period)
        self.period = period
        self.rows = self._quiet = period + 1
        self._begin(float(weight) ** power for weight in range(2, period + 1))

    def next(self, x: float) -> float:
        """The average."""
        found = super().next(x)
        if self._quiet:
            self._quiet -= 1
            return x
        return found


@kernel("sqwma")
class Sqwma(PowerWeighted):
    """Average with squared weights: (period - age)^2 for ages 0 to period - 2. The value itself for the first `period` + 1 rows."""

    def __init__(self, period: int = 14) -> None:
        self._begin_power(period, 2)


@kernel("cwma")
class Cwma(PowerWeighted):
    """Average with cubed weights: (period - age)^3 for ages 0 to period - 2. The value itself for the first `period` + 1 rows."""

    def __init__(self, period: int = 14) -> None:
        self._begin_power(period, 3)


@kernel("srwma")
class Srwma(PowerWeighted):
    """Average with square roots as weights: (period - age)^0.5 for ages 0 to period - 2. The value itself for the first `period` + 1 rows."""

    def __init__(self, period: int = 14) -> None:
        self._begin_power(period, 0.5)


@kernel("vpwma")
class Vpwma(PowerWeighted):
    """Average with weights of a chosen power: (period - age)^power for ages 0 to period - 2. The value itself for `period` + 1 rows."""

    def __init__(self, period: int = 14, power: float = 0.382) -> None:
        self._begin_power(period, power)


@kernel("epma")
class Epma(PowerWeighted):
    """End point average: weights period - age - offset (below zero for the oldest) for ages 0 to period - 2.

    The value itself for the first `period` + `offset` + 1 rows. Refused where the weights add up to nothing (period 2 * offset - 2).
    """

    def __init__(self, period: int = 11, offset: int = 4) -> None:
        whole(at_least=2, period=period)
        whole(at_least=0, offset=offset)
        self.period = period
        self.rows = self._quiet = period + offset + 1
        self._begin(weight - offset for weight in range(2, period + 1))


@kernel("edcf")
class Edcf(Kernel):
    """John Ehlers' distance coefficient filter (2001): each of the last `period` values weighs the sum of its squared distances from the
    `period` - 1 values before it.

    Known after 2 * `period` rows. Where all those values are alike the weights vanish and it is the value (Jesse gives 0).
    """

    source = "hl2"

    def __init__(self, period: int = 15) -> None:
        whole(at_least=2, period=period)
        self.period = period
        self.rows = 2 * period + 1
        self._row = 0
        self._before: deque[float] = deque(maxlen=period - 1)
        self._values, self._weights = RollingSum(period), RollingSum(period)

    def next(self, x: float) -> float:
        """The average."""
        before = self._before
        distance = sum([(x - value) * (x - value) for value in before])
        before.append(x)
        total, weights = self._values.next(distance * x), self._weights.next(distance)
        if self._row < self.rows:
            self._row += 1
            if self._row < self.rows:
                return NAN
        return total / weights if weights else x


@kernel("nma")
class Nma(Kernel):
    """Jim Sloman's natural average (Ocean Theory): between the two oldest of the last `period` + 1 values, by where the movement was.

    With o(age) the size of a step of the logarithm, ratio = sum of o(age) * (sqrt(age + 1) - sqrt(age)) over the sum of o(age), for ages 0 to
    period - 1; the value is ratio * x[period - 1] + (1 - ratio) * x[period]. Known after `period` + 2 rows. Values count as at least 1e-10.
    """

    def __init__(self, period: int = 40) -> None:
        whole(period=period)
        self.period = period
        self.rows = period + 2
        self._log = NAN
        self._values: deque[float] = deque(maxlen=period + 1)
        self._steps: deque[float] = deque(maxlen=period)
        self._weights = [sqrt(age + 1) - sqrt(age) for age in reversed(range(period))]
        self._movement = RollingSum(period)
        self._row = 0

    def next(self, x: float) -> float:
        """The average."""
        before, self._log = self._log, log(x if x > 1e-10 else 1e-10)
        values, steps = self._values, self._steps
        values.append(x)
        self._row += 1
        if before != before:
            return NAN
        step = abs(self._log - before)
        steps.append(step)
        movement = self._movement.next(step)
        if self._row < self.rows:
            return NAN
        ratio = sum(map(mul, steps, self._weights)) / movement if movement else 0.0
        return values[1] * ratio + values[0] * (1 - ratio)


@kernel("pma")
class Pma(Kernel):
    """John Ehlers' predictive average (Rocket Science for Traders, 2001): twice the WMA of 7 less the WMA of 7 of that, and a trigger.

    The trigger is the WMA of 4 of the prediction. Given from row 7 on; as in Jesse what came before counts as 0, so that the numbers mean
    something from row 16 on.
    """

    parts = ("predict", "trigger")
    source = "hl2"
    rows = 16

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=7)
        self._averages: deque[float] = deque([0.0] * 7, maxlen=7)
        self._predictions: deque[float] = deque([0.0] * 4, maxlen=4)

    def next(self, x: float) -> tuple[float, float]:
        """Prediction and trigger."""
        values, averages, predictions = self._values, self._averages, self._predictions
        values.append(x)
        if len(values) < 7:
            return NAN, NAN
        average = sum(map(mul, values, _SEVEN)) / 28
        averages.append(average)
        predict = 2 * average - sum(map(mul, averages, _SEVEN)) / 28
        predictions.append(predict)
        return predict, sum(map(mul, predictions, _SEVEN)) / 10


_SEVEN = range(1, 8)


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
