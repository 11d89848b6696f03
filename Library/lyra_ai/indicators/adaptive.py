"""Averages whose weight follows the market, as Jesse has them, and two of Mark Jurik's kind."""

from __future__ import annotations

from collections import deque
from math import atan, exp, log, pi

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, Kernel, kernel, positive, whole
from lyra_ai.indicators.rolling import INFINITE, Highest, Lag, Lowest, Mean, StandardDeviation, Sum


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
