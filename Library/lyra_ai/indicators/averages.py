"""Moving averages, those with weights, the lines fitted to a window, and averages whose weight follows the market, as Jesse has them.

Periods are in bars; an average of a window is NaN until the window is full. Filters are in `filters`; `ma` chooses among all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import atan, comb, degrees, exp, log, pi, sin, sqrt
from operator import mul

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, Kernel, kernel, positive, whole
from lyra_ai.indicators.rolling import INFINITE, Highest, Lag, Lowest, Mean, StandardDeviation, Sum, Weighted


@kernel("sma")
class Sma(Kernel):
    """Mean of the last `period` values."""

    def __init__(self, period: int = 5) -> None:
        whole(period=period)
        self.period = period
        self._mean = Mean(period)

    def next(self, x: float) -> float:
        """The mean."""
        return self._mean.next(x)


@kernel("ema")
class Ema(Kernel):
    """Exponential average with weight 2 / (period + 1) for the newest value, begun at the first value."""

    def __init__(self, period: int = 5) -> None:
        positive(period=period)
        self.period = period
        self._weight = 2.0 / (period + 1)
        self._value = NAN

    def next(self, x: float) -> float:
        """The average; it exists from the first value on."""
        value = self._value
        self._value = value = x if value != value else value + self._weight * (x - value)
        return value


@kernel("wilders")
class Wilders(Ema):
    """Wilder's smoothing, (before * (period - 1) + value) / period, begun at the first value (Jesse's choice; Wilder begins with a mean)."""

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)
        self._weight = 1.0 / period


@kernel("mwdx")
class Mwdx(Ema):
    """Exponential average of which the weight of the newest value is given, as a `factor` above 0 and at most 1; begun at the first value."""

    def __init__(self, factor: float = 0.2) -> None:
        if not 0 < factor <= 1:
            raise SettingError(f"factor is {factor}; it must be above 0 and at most 1.")
        super().__init__(max(1, round(2 / factor) - 1))
        self._weight = factor


@kernel("rma")
class Rma(Kernel):
    """TradingView's `ta.rma`: begun with the mean of the first `length` values, then weight 1 / length for the newest.

    Jesse begins with the last price of the whole column instead, which a stream cannot know; the two come together as rows go by.
    """

    def __init__(self, length: int = 14) -> None:
        whole(length=length)
        self.period = self.length = length
        self._begin: Mean | None = Mean(length)
        self._value = NAN

    def next(self, x: float) -> float:
        """The average; NaN for the first `length` - 1 values."""
        if self._begin is None:
            self._value += (x - self._value) / self.length
        else:
            self._value = self._begin.next(x)
            if self._value == self._value:
                self._begin = None
        return self._value


@kernel("smma")
class Smma(Kernel):
    """Exponential average with weight 1 / period whose weights are scaled to a sum of 1, so that the first values count no more than their
    share: the sum of (1 - 1/period)^age * value over the sum of (1 - 1/period)^age. It exists from the first value on.
    """

    def __init__(self, period: int = 5) -> None:
        positive(period=period)
        self.period = period
        self._keep = 1.0 - 1.0 / period
        self._sum = self._weights = 0.0

    def next(self, x: float) -> float:
        """The average."""
        keep = self._keep
        self._sum = total = self._sum * keep + x
        self._weights = weights = self._weights * keep + 1.0
        return total / weights


@kernel("dema")
class Dema(Kernel):
    """Double exponential average, 2 * e1 - e2, where e2 is the EMA of the EMA e1 (Patrick Mulloy, 1994). It exists from the first value on."""

    def __init__(self, period: int = 30) -> None:
        positive(period=period)
        self.period = period
        self._weight = 2.0 / (period + 1)
        self._one = self._two = NAN

    def next(self, x: float) -> float:
        """The average."""
        one = self._one
        if one != one:
            self._one = self._two = x
            return x
        weight = self._weight
        self._one = one = one + weight * (x - one)
        self._two += weight * (one - self._two)
        return 2 * one - self._two


@kernel("tema")
class Tema(Kernel):
    """Triple exponential average, 3 * e1 - 3 * e2 + e3, each the EMA of the one before (Patrick Mulloy, 1994). From the first value on."""

    def __init__(self, period: int = 9) -> None:
        positive(period=period)
        self.period = period
        self._weight = 2.0 / (period + 1)
        self._one = self._two = self._three = NAN

    def next(self, x: float) -> float:
        """The average."""
        one = self._one
        if one != one:
            self._one = self._two = self._three = x
            return x
        weight = self._weight
        self._one = one = one + weight * (x - one)
        self._two = two = self._two + weight * (one - self._two)
        self._three = three = self._three + weight * (two - self._three)
        return 3 * (one - two) + three


@kernel("t3")
class T3(Kernel):
    """Tim Tillson's T3 (1998): six EMAs in a row, of which the last four are weighted by the powers of `vfactor`.

    -v^3 * e6 + (3 v^2 + 3 v^3) * e5 - (6 v^2 + 3 v + 3 v^3) * e4 + (1 + 3 v + v^3 + 3 v^2) * e3. Jesse's default of 0 leaves e3 alone; TA-Lib
    and LEAN take 0.7. It exists from the first value on.
    """

    def __init__(self, period: int = 5, vfactor: float = 0) -> None:
        positive(period=period)
        self.period = period
        self._weight = 2.0 / (period + 1)
        square, cube = vfactor * vfactor, vfactor * vfactor * vfactor
        self._of = (1 + 3 * vfactor + cube + 3 * square, -6 * square - 3 * vfactor - 3 * cube, 3 * square + 3 * cube, -cube)
        self._averages: list[float] = []

    def next(self, x: float) -> float:
        """The average."""
        averages = self._averages or [x] * 6
        weight = self._weight
        found = []
        for average in averages:
            x = average + weight * (x - average)
            found.append(x)
        self._averages = found
        a, b, c, d = self._of
        return a * found[2] + b * found[3] + c * found[4] + d * found[5]


@kernel("wma")
class Wma(Kernel):
    """Mean of the last `period` values with weights 1 (oldest) to `period` (newest)."""

    def __init__(self, period: int = 30) -> None:
        whole(period=period)
        self.period = period
        self._weights = period * (period + 1) / 2
        self._window = Weighted(period)

    def next(self, x: float) -> float:
        """The average."""
        total, weighted = self._window.next(x)
        return (total + weighted) / self._weights


@kernel("hma")
class Hma(Kernel):
    """Alan Hull's average: the WMA over the root of `period` of twice the WMA of half the period less the WMA of the period.

    Lengths are cut to whole numbers. As in Jesse a WMA counts as 0 until its window is full, so that there is a number from the first row
    on, which means something from row `period` + root on.
    """

    def __init__(self, period: int = 5) -> None:
        whole(at_least=2, period=period)
        root = int(period**0.5)
        self.period = period
        self.rows = period + root - 1
        self._half, self._whole, self._last = Wma(period // 2), Wma(period), Wma(root)

    def next(self, x: float) -> float:
        """The average."""
        half, full = self._half.next(x), self._whole.next(x)
        raw = (2 * half if half == half else 0.0) - (full if full == full else 0.0)
        found = self._last.next(raw)
        return found if found == found else 0.0


@kernel("zlema")
class Zlema(Kernel):
    """Zero-lag EMA (John Ehlers, Ric Way): the EMA of value + (value - the one (period - 1) / 2 rows ago), known once there is that one."""

    def __init__(self, period: int = 20) -> None:
        whole(period=period)
        self.period = period
        self._delay = Lag((period - 1) // 2)
        self._ema = Ema(period)

    def next(self, x: float) -> float:
        """The average."""
        before = self._delay.next(x)
        return self._ema.next(x + (x - before)) if before == before else NAN


@kernel("jsa")
class Jsa(Kernel):
    """Mean of the value and the one `period` rows ago; known once there is that one."""

    def __init__(self, period: int = 30) -> None:
        whole(period=period)
        self.period = period
        self.rows = period + 1
        self._delay = Lag(period)

    def next(self, x: float) -> float:
        """The average."""
        return (x + self._delay.next(x)) / 2


@kernel("hwma")
class Hwma(Kernel):
    """Holt-Winters average: level, slope and acceleration, smoothed by `na`, `nb` and `nc` (each between 0 and 1); from the first value on.

    F = (1 - na)(F' + V' + A'/2) + na * x; V = (1 - nb)(V' + A') + nb (F - F'); A = (1 - nc) A' + nc (V - V'); the value is F + V + A/2.
    """

    def __init__(self, na: float = 0.2, nb: float = 0.1, nc: float = 0.1) -> None:
        for name, part in (("na", na), ("nb", nb), ("nc", nc)):
            if not 0 < part < 1:
                raise SettingError(f"{name} is {part}; it must be between 0 and 1.")
        self.rows = round(2 / min(na, nb, nc))
        self._parts = na, nb, nc
        self._level = NAN
        self._slope = self._bend = 0.0

    def next(self, x: float) -> float:
        """The average."""
        na, nb, nc = self._parts
        before, slope, bend = self._level, self._slope, self._bend
        if before != before:
            before = x
        level = (1 - na) * (before + slope + 0.5 * bend) + na * x
        self._slope = (1 - nb) * (slope + bend) + nb * (level - before)
        self._bend = (1 - nc) * bend + nc * (self._slope - slope)
        self._level = level
        return level + self._slope + 0.5 * self._bend


@kernel("vwma")
class Vwma(Kernel):
    """Mean of the last `period` values weighted by volume, of fewer at first; NaN where they had no volume at all."""

    needs = "xv"

    def __init__(self, period: int = 20) -> None:
        whole(period=period)
        self.period = period
        self._values, self._volumes = Sum(period, 0.0), Sum(period, 0.0)

    def next(self, x: float, volume: float) -> float:
        """The average."""
        total, weights = self._values.next(x * volume), self._volumes.next(volume)
        return total / weights if weights else NAN


ANCHORS = {"m": 60, "H": 3_600, "4H": 14_400, "12H": 43_200, "D": 86_400, "W": 604_800, "MN": 2_592_000}
"""Seconds after which `vwap` begins anew, counted from 1970; a month is 30 days and a week begins on a Thursday, as in Jesse."""


@kernel("vwap")
class Vwap(Kernel):
    """Mean of the values since the anchor's begin, weighted by volume: `anchor` is m (minute), H, 4H, 12H, D, W or MN (30 days), any case.

    The times are those of the bars' begins. NaN while there was no volume. Periods are counted from 1970-01-01 (UTC in Jesse's candles).
    """

    needs = "xvt"
    source = "hlc3"

    def __init__(self, anchor: str = "D") -> None:
        seconds = {name.upper(): length for name, length in ANCHORS.items()}.get(str(anchor).upper())
        if seconds is None:
            raise SettingError(f"{anchor!r} is no anchor; there are {', '.join(ANCHORS)}.")
        self._length = seconds * 1_000
        self._since: float | None = None
        self._values = self._volumes = 0.0

    def next(self, x: float, volume: float, time: float) -> float:
        """The average; `time` is in milliseconds since 1970."""
        since = time // self._length
        if since != self._since:
            self._since = since
            self._values = self._volumes = 0.0
        self._values += x * volume
        self._volumes += volume
        return self._values / self._volumes if self._volumes else NAN


@kernel("alligator")
class Alligator(Kernel):
    """Bill Williams' three lines: smoothed averages of 13, 8 and 5 bars, each begun with a mean and shown 8, 5 and 3 bars later.

    As in Jesse the two shorter ones leave out the bars between their own first window and the longest, and go on with bar 14.
    """

    parts = ("jaw", "teeth", "lips")
    source = "hl2"
    rows = 21

    def __init__(self) -> None:
        self._row = 0
        self._values: list[float] = []
        self._lines = [[13, NAN], [8, NAN], [5, NAN]]
        self._delays = Lag(8), Lag(5), Lag(3)

    def next(self, x: float) -> tuple[float, ...]:
        """Jaw, teeth and lips."""
        self._row = row = self._row + 1
        if row <= 13:
            self._values.append(x)
        found = []
        for line, delay in zip(self._lines, self._delays, strict=True):
            period, value = line
            if row == period:
                value = sum(self._values) / row
            elif row > 13:
                value += (x - value) / period
            line[1] = value
            found.append(delay.next(value if row == period or row > 13 else NAN))
        return tuple(found)


@kernel("gatorosc")
class Gatorosc(Kernel):
    """Bill Williams' Gator: how far the Alligator's jaw and teeth are apart, the teeth and lips (below zero), and the changes of both.

    Jesse's lines are its `smma` of 13, 8 and 5 bars, shown 8, 5 and 3 bars later; `lower_change` is the change of the distance.
    """

    parts = ("upper", "lower", "upper_change", "lower_change")
    rows = 21

    def __init__(self) -> None:
        self._averages = Smma(13), Smma(8), Smma(5)
        self._delays = Lag(8), Lag(5), Lag(3)
        self._before = NAN, NAN

    def next(self, x: float) -> tuple[float, ...]:
        """Upper, lower and their changes."""
        jaw, teeth, lips = (delay.next(average.next(x)) for average, delay in zip(self._averages, self._delays, strict=True))
        upper, lower = abs(jaw - teeth), -abs(teeth - lips)
        before = self._before
        self._before = upper, lower
        return upper, lower, upper - before[0], before[1] - lower


@kernel("trima")
class Trima(Kernel):
    """Triangular average: weights rise by one to the middle of the last `period` values and fall again (two equal ones if it is even)."""

    def __init__(self, period: int = 30) -> None:
        whole(period=period)
        self.period = period
        half = (period + 1) // 2
        self._first, self._second = Mean(half), Mean(period + 1 - half)

    def next(self, x: float) -> float:
        """The mean of the means."""
        mean = self._first.next(x)
        return self._second.next(mean) if mean == mean else NAN


@kernel("swma")
class Swma(Trima):
    """Symmetrically weighted average: `trima` with Jesse's other default."""

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)


class WeightedMean(Kernel):
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
class Alma(WeightedMean):
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
class Fwma(WeightedMean):
    """Mean of the last `period` values with Fibonacci's numbers (1, 1, 2, 3 ...) as weights, the greatest for the newest."""

    def __init__(self, period: int = 5) -> None:
        whole(period=period)
        self.period = period
        weights = [1, 1]
        while len(weights) < period:
            weights.append(weights[-1] + weights[-2])
        self._begin(weights[:period])


@kernel("pwma")
class Pwma(WeightedMean):
    """Mean of the last `period` values with a row of Pascal's triangle as weights."""

    def __init__(self, period: int = 5) -> None:
        whole(period=period)
        self.period = period
        self._begin(comb(period - 1, row) for row in range(period))


@kernel("sinwma")
class Sinwma(WeightedMean):
    """Mean of the last `period` values with half a sine wave as weights, sin(row * pi / (period + 1)) for rows 1 to `period`."""

    def __init__(self, period: int = 14) -> None:
        whole(period=period)
        self.period = period
        self._begin(sin((row + 1) * pi / (period + 1)) for row in range(period))


class PowerWeighted(WeightedMean):
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
        self._values, self._weights = Sum(period, 0.0), Sum(period, 0.0)

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
        self._movement = Sum(period, 0.0)
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
        self._window = Weighted(period)

    def next(self, x: float) -> float:
        """What is asked for of the line."""
        total, weighted = self._window.next(x)
        slope = (weighted - self._middle * total) / self._square
        return self._of(total / self.period, slope)

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


class Efficient(Kernel):
    """An average whose weight depends on how straight the way was: the change over `period` rows over the sum of the steps' sizes."""

    def _begin(self, period: int, fast: float, slow: float) -> None:
        whole(period=period)
        self.period = period
        self.rows = period + 1
        self._fast, self._slow = 2 / (fast + 1), 2 / (slow + 1)
        self._delay, self._steps = Lag(period), Sum(period, 0.0)
        self._x = self._value = NAN

    def next(self, x: float) -> float:
        """The average; the value itself for the first `period` rows."""
        before, self._x = self._x, x
        first = self._delay.next(x)
        way = self._steps.next(abs(x - before)) if before == before else 0.0
        if first != first:
            self._value = x
            return x
        weight = self._weight(abs(x - first) / way if way else 0.0)
        self._value += weight * weight * (x - self._value)
        return self._value

    def _weight(self, straight: float) -> float:
        raise NotImplementedError


@kernel("kama")
class Kama(Efficient):
    """Perry Kaufman's adaptive average (1995): weight (efficiency * (fast - slow) + slow)^2 with fast = 2 / (fast_length + 1), slow likewise.

    It begins with the value itself, for `period` rows.
    """

    def __init__(self, period: int = 14, fast_length: int = 2, slow_length: int = 30) -> None:
        positive(fast_length=fast_length, slow_length=slow_length)
        self._begin(period, fast_length, slow_length)

    def _weight(self, straight: float) -> float:
        return straight * (self._fast - self._slow) + self._slow


@kernel("maaq")
class Maaq(Efficient):
    """Adaptive Q average: weight (efficiency * fast + slow)^2 with fast = 2 / (fast_period + 1), slow likewise.

    It begins with the value itself, for `period` rows.
    """

    def __init__(self, period: int = 11, fast_period: int = 2, slow_period: int = 30) -> None:
        positive(fast_period=fast_period, slow_period=slow_period)
        self._begin(period, fast_period, slow_period)

    def _weight(self, straight: float) -> float:
        return straight * self._fast + self._slow


@kernel("mcginley_dynamic")
class McginleyDynamic(Kernel):
    """John McGinley's average (1990): m' + (x - m') / max(k * period * (x / m')^4, 1), begun at the first value. LEAN's has k = 1."""

    def __init__(self, period: int = 10, k: float = 0.6) -> None:
        positive(period=period)
        self.period = period
        self._scale = k * period
        self._value = NAN

    def next(self, x: float) -> float:
        """The average; it exists from the first value on."""
        value = self._value
        if value != value or value == 0:
            self._value = x
            return x
        ratio = x / value
        ratio *= ratio
        slow = self._scale * ratio * ratio
        self._value = value = value + (x - value) / (slow if slow > 1 else 1)
        return value


@kernel("vidya")
class Vidya(Kernel):
    """Tushar Chande's variable index average: an EMA whose weight is 2 / (length + 1) times an index of movement, begun at the first value.

    With `select` the index is the size of Chande's momentum (rises less falls over their sum) of `length` rows, or of 9 with `fix_cmo`;
    without it is the population standard deviation of `length` rows. Windows are of fewer rows at first.
    """

    def __init__(self, length: int = 9, fix_cmo: bool = True, select: bool = True) -> None:
        whole(length=length)
        self.period = self.length = length
        self._alpha = 2 / (length + 1)
        rows = 9 if fix_cmo else length
        self._rises, self._falls = Sum(rows, 0.0), Sum(rows, 0.0)
        self._deviation = None if select else StandardDeviation(length, partial=True)
        self._x = self._value = NAN

    def next(self, x: float) -> float:
        """The average; it exists from the first value on."""
        before, self._x = self._x, x
        index = self._index(x, x - before if before == before else 0.0)
        self._value = value = x if before != before else self._value + self._alpha * index * (x - self._value)
        return value

    def _index(self, x: float, step: float) -> float:
        if self._deviation is not None:
            return self._deviation.next(x)
        rises = self._rises.next(step if step > 0 else 0.0)
        falls = self._falls.next(-step if step < 0 else 0.0)
        return abs(rises - falls) / (rises + falls) if rises + falls else 0.0


@kernel("frama")
class Frama(Kernel):
    """John Ehlers' fractal adaptive average (2005) with the constants `FC` and `SC` of a later version; of high, low and close.

    The dimension is (log(n1 + n2) - log(n3)) / log 2, where n1 and n2 are the ranges of the two halves of the `window` bars before this one,
    over half the window, and n3 that of the whole, over the window. An odd window counts as one more. It begins with the mean of the first
    `window` closes.
    """

    needs = "hlc"

    def __init__(self, window: int = 10, FC: int = 1, SC: int = 300) -> None:  # noqa: N803
        whole(at_least=2, window=window)
        positive(FC=FC)
        if not SC > 1:
            raise SettingError(f"SC is {SC}; it must be above 1.")
        self.period = self._window = window + window % 2
        half = self._window // 2
        self._fast, self._slow, self._log = FC, SC, log(2 / (SC + 1))
        self._high, self._low = Highest(half, -INFINITE), Lowest(half, INFINITE)
        self._halves: deque[tuple[float, float]] = deque(maxlen=half + 1)
        self._begin = Mean(self._window)
        self._row = 0
        self._dimension, self._value = 0.0, NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The average."""
        self._row += 1
        if self._row > self._window:
            weight = self._weight()
            self._value = weight * close + (1 - weight) * self._value
        else:
            self._value = self._begin.next(close)
        self._halves.append((self._high.next(high), self._low.next(low)))
        return self._value

    def _weight(self) -> float:
        (older_high, older_low), (high, low) = self._halves[0], self._halves[-1]
        half = self._window / 2
        one, two = (high - low) / half, (older_high - older_low) / half
        both = (max(high, older_high) - min(low, older_low)) / self._window
        if one > 0 and two > 0 and both > 0:
            self._dimension = (log(one + two) - log(both)) / log(2)
        plain = min(max(exp(min(self._log * (self._dimension - 1), 1.0)), 0.1), 1.0)
        fast, slow = self._fast, self._slow
        length = (slow - fast) * ((2 - plain) / plain - 1) / (slow - 1) + fast
        return min(max(2 / (length + 1), 2 / (slow + 1)), 1.0)


@kernel("jma")
class Jma(Kernel):
    """A rebuilt Jurik average (as TradingView's everget has it): `phase` from -100 to 100, `power` sharpens; begun at the first value.

    With beta = 0.45 (period - 1) / (0.45 (period - 1) + 2), alpha = beta^power and ratio = phase / 100 + 1.5 (0.5 to 2.5):
    e0 = (1 - alpha) x + alpha e0'; e1 = (x - e0)(1 - beta) + beta e1'; e2 = (e0 + ratio e1 - y')(1 - alpha)^2 + alpha^2 e2'; y = y' + e2.
    """

    def __init__(self, period: int = 7, phase: float = 50, power: float = 2) -> None:
        positive(period=period)
        self.period = period
        self.rows = 4 * period
        self._ratio = min(max(phase / 100 + 1.5, 0.5), 2.5)
        self._beta = 0.45 * (period - 1) / (0.45 * (period - 1) + 2)
        self._alpha: float = self._beta**power
        self._zero = self._one = self._two = 0.0
        self._value = NAN

    def next(self, x: float) -> float:
        """The average; it exists from the first value on."""
        value = self._value
        if value != value:
            self._value = x
            return x
        alpha, beta = self._alpha, self._beta
        self._zero = zero = (1 - alpha) * x + alpha * self._zero
        self._one = one = (x - zero) * (1 - beta) + beta * self._one
        rest = 1 - alpha
        self._two = two = (zero + self._ratio * one - value) * rest * rest + alpha * alpha * self._two
        self._value = value = value + two
        return value


@kernel("rsx")
class Rsx(Kernel):
    """Jurik's smoothed RSI, rebuilt: the change of the value and its size, each through three double smoothings, as 50 * (1 + first / second).

    A smoothing of weight w = 3 / (period + 2) is a = (1 - w) a' + w x; b = w a + (1 - w) b'; 1.5 a - 0.5 b. NaN for `period` rows, then 50 for as
    many as the period (at least 5) and for as long as the value has not moved.
    """

    def __init__(self, period: int = 14) -> None:
        whole(period=period)
        self.period = period
        self._quiet = period
        self._length = max(period - 1, 5)
        self.rows = period + self._length + 1
        self._weight = 3 / (period + 2)
        self._signed, self._sizes = [0.0] * 6, [0.0] * 6
        self._count = 0
        self._moved = False
        self._x = 0.0

    def next(self, x: float) -> float:
        """The index, 0 to 100."""
        if self._quiet:
            self._quiet -= 1
            return NAN
        before, self._x = self._x, x
        if self._count == 0:
            self._count, self._moved = 1, False
            return 50.0
        step = 100 * (x - before)
        change, size = self._smooth(self._signed, step), self._smooth(self._sizes, abs(step))
        if self._count > self._length:
            return self._index(change, size)
        self._count += 1
        self._moved = self._moved or (self._count <= self._length and step != 0)
        if self._count == self._length and not self._moved:
            self._count = 0
        return self._index(change, size) if self._count > self._length else 50.0

    def _smooth(self, state: list[float], x: float) -> float:
        weight = self._weight
        for stage in (0, 2, 4):
            state[stage] = a = state[stage] + weight * (x - state[stage])
            state[stage + 1] = b = state[stage + 1] + weight * (a - state[stage + 1])
            x = 1.5 * a - 0.5 * b
        return x

    def _index(self, change: float, size: float) -> float:
        return min(max((change / size + 1) * 50, 0.0), 100.0) if size > 1e-10 else 50.0


@kernel("mama")
class Mama(Kernel):
    """John Ehlers' MESA adaptive average (2001) and its follower: the weight is `fastlimit` over the phase's change, at least `slowlimit`.

    A Hilbert transform (0.0962, 0.5769) of the value smoothed over 4 rows gives the parts in phase and in quadrature; their turning gives the
    period (6 to 50 rows), which tunes the transform, and their ratio the phase. Everything begins at 0, the averages too, so that the first
    values mean nothing: allow some 32 rows.
    """

    parts = ("mama", "fama")
    rows = 33

    def __init__(self, fastlimit: float = 0.5, slowlimit: float = 0.05) -> None:
        for name, limit in (("fastlimit", fastlimit), ("slowlimit", slowlimit)):
            if not 0 < limit <= 1:
                raise SettingError(f"{name} is {limit}; it must be above 0 and at most 1.")
        self._fast, self._slow = fastlimit, slowlimit
        self._x: deque[float] = deque(maxlen=4)
        self._smooth, self._detrended, self._quadrature, self._phase_part = (deque([0.0] * 7, maxlen=7) for _ in range(4))
        self._i2 = self._q2 = self._re = self._im = self._period = self._phase = self._mama = self._fama = 0.0

    def next(self, x: float) -> tuple[float, float]:
        """The average and its follower."""
        if not self._x:
            self._x.extend([x] * 4)
            return 0.0, 0.0
        self._x.append(x)
        q1, i1 = self._transform()
        phase = 180 / pi * atan(q1 / i1) if i1 else 0.0
        turned, self._phase = self._phase - phase, phase
        weight = self._fast / (turned if turned > 1 else 1)
        weight = min(max(weight, self._slow), self._fast) if self._slow <= self._fast else self._slow
        self._mama += weight * (x - self._mama)
        self._fama += 0.5 * weight * (self._mama - self._fama)
        return self._mama, self._fama

    def _transform(self) -> tuple[float, float]:
        """Quadrature and phase part of this row; the period is brought up to date."""
        oldest, older, before, now = self._x
        tune = 0.075 * self._period + 0.54
        self._smooth.append((4 * now + 3 * before + 2 * older + oldest) / 10)
        self._detrended.append(_hilbert(self._smooth) * tune)
        q1, i1 = _hilbert(self._detrended) * tune, self._detrended[3]
        self._quadrature.append(q1)
        self._phase_part.append(i1)
        i2 = 0.2 * (i1 - _hilbert(self._quadrature) * tune) + 0.8 * self._i2
        q2 = 0.2 * (q1 + _hilbert(self._phase_part) * tune) + 0.8 * self._q2
        self._re = 0.2 * (i2 * self._i2 + q2 * self._q2) + 0.8 * self._re
        self._im = 0.2 * (i2 * self._q2 - q2 * self._i2) + 0.8 * self._im
        self._i2, self._q2 = i2, q2
        last = self._period
        period = 2 * pi / angle if self._re and (angle := atan(self._im / self._re)) else last
        period = min(max(period, 0.67 * last), 1.5 * last)
        self._period = 0.2 * min(max(period, 6.0), 50.0) + 0.8 * last
        return q1, i1


def _hilbert(values: deque[float]) -> float:
    return 0.0962 * (values[6] - values[0]) + 0.5769 * (values[4] - values[2])
