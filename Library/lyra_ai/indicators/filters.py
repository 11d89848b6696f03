"""Recursive filters, most of them John Ehlers', as Jesse has them.

They have values from the first row on, begun with the value itself or with zero; `rows` of each is after how many that beginning has faded.
The cycles at the end (`talib_ht_...`, `talib_mama`; Ehlers' "Rocket Science for Traders", 2001) are TA-Lib's, and NaN where it has NaN.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from itertools import islice
from math import atan, cos, degrees, exp, pi, radians, sin, sqrt
from operator import mul
from typing import Any, ClassVar

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, Kernel, kernel, positive, whole
from lyra_ai.indicators.rolling import Mean


@kernel("supersmoother")
class Supersmoother(Kernel):
    """Ehlers' two-pole Butterworth filter (Cybernetic Analysis, 2004).

    With a = exp(-1.414 pi / period) and b = 2 a cos(1.414 pi / period): (1 + a^2 - b) / 2 * (x + x') + b * y' - a^2 * y''. The first two are the
    value.
    """

    def __init__(self, period: float = 14) -> None:
        positive(period=period)
        self.period = period
        a = exp(-1.414 * pi / period)
        self._b = 2 * a * cos(1.414 * pi / period)
        self._c = -a * a
        self._a = (1 + a * a - self._b) / 2
        self._x = self._one = self._two = NAN

    def next(self, x: float) -> float:
        """The filtered value."""
        two = self._two
        found = x if two != two else self._a * (x + self._x) + self._b * self._one + self._c * two
        self._x, self._two, self._one = x, self._one, found
        return found


@kernel("supersmoother_3_pole")
class Supersmoother3Pole(Kernel):
    """Ehlers' three-pole Butterworth filter (Cybernetic Analysis, 2004).

    With a = exp(-pi / period), b = 2 a cos(1.738 pi / period), c = a^2:
    (1 - c^2 - b + b c) * x + (b + c) * y' - (c + b c) * y'' + c^2 * y'''. The first three are the value.
    """

    def __init__(self, period: int = 14) -> None:
        positive(period=period)
        self.period = period
        a = exp(-pi / period)
        b, c = 2 * a * cos(1.738 * pi / period), a * a
        self._of = 1 - c * c - b + b * c, b + c, -c - b * c, c * c
        self._one = self._two = self._three = NAN

    def next(self, x: float) -> float:
        """The filtered value."""
        three = self._three
        a, b, c, d = self._of
        found = x if three != three else a * x + b * self._one + c * self._two + d * three
        self._three, self._two, self._one = self._two, self._one, found
        return found


def _pass(period: float, share: float) -> float:
    """Ehlers' alpha for a high-pass of a period: 1 + (sin(w) - 1) / cos(w), w = 2 pi * share / period."""
    angle = 2 * pi * share / period
    return 1 + (sin(angle) - 1) / cos(angle)


@kernel("high_pass")
class HighPass(Kernel):
    """Ehlers' one-pole high-pass: (1 - alpha/2) * (x - x') + (1 - alpha) * y', with alpha of the period; the first is the value itself."""

    def __init__(self, period: float = 48) -> None:
        positive(period=period)
        self.period = period
        alpha = _pass(period, 1)
        self._a, self._b = 1 - alpha / 2, 1 - alpha
        self._x = self._value = NAN

    def next(self, x: float) -> float:
        """What is left of the value."""
        before, self._x = self._x, x
        self._value = found = x if before != before else self._a * (x - before) + self._b * self._value
        return found


@kernel("high_pass_2_pole")
class HighPass2Pole(Kernel):
    """Ehlers' two-pole high-pass: (1 - alpha/2)^2 * (x - 2 x' + x'') + 2 (1 - alpha) * y' - (1 - alpha)^2 * y''.

    alpha is that of 0.707 / period; the first two are the value itself.
    """

    def __init__(self, period: int = 48) -> None:
        positive(period=period)
        self.period = period
        self.rows = 3 * period
        alpha = _pass(period, 0.707)
        self._a, self._b = (1 - alpha / 2) * (1 - alpha / 2), 1 - alpha
        self._x = self._xx = self._one = self._two = NAN

    def next(self, x: float) -> float:
        """What is left of the value."""
        before, earlier, one, b = self._x, self._xx, self._one, self._b
        found = x if earlier != earlier else self._a * (x - 2 * before + earlier) + 2 * b * one - b * b * self._two
        self._x, self._xx = x, before
        self._one, self._two = found, one
        return found


@kernel("decycler")
class Decycler(Kernel):
    """Ehlers' decycler: the value less its two-pole high-pass, so the trend without cycles shorter than `hp_period`. 0 for two rows."""

    def __init__(self, hp_period: int = 125) -> None:
        whole(hp_period=hp_period)
        self.rows = 3 * hp_period
        self._high_pass = HighPass2Pole(hp_period)

    def next(self, x: float) -> float:
        """The trend."""
        return x - self._high_pass.next(x)


@kernel("dec_osc")
class DecOsc(Kernel):
    """Ehlers' decycler oscillator: the decycler's high-pass of half the period, in `k` percent of the value."""

    def __init__(self, hp_period: int = 125, k: float = 1) -> None:
        whole(at_least=2, hp_period=hp_period)
        self.rows = 3 * hp_period
        self._scale = 100 * k
        self._decycler = Decycler(hp_period)
        self._high_pass = HighPass2Pole(hp_period // 2)

    def next(self, x: float) -> float:
        """The oscillator; NaN for a value of 0."""
        found = self._high_pass.next(self._decycler.next(x))
        return self._scale * found / x if x else NAN


@kernel("roofing")
class Roofing(Kernel):
    """Ehlers' roofing filter: the super smoother (`lp_period`) of the two-pole high-pass (`hp_period`)."""

    def __init__(self, hp_period: int = 48, lp_period: int = 10) -> None:
        whole(hp_period=hp_period, lp_period=lp_period)
        self.rows = 3 * hp_period
        self._high_pass, self._smoother = HighPass2Pole(hp_period), Supersmoother(lp_period)

    def next(self, x: float) -> float:
        """The filtered value, around zero."""
        return self._smoother.next(self._high_pass.next(x))


@kernel("gauss")
class Gauss(Kernel):
    """Ehlers' Gaussian filter of one to four poles: `poles` exponential averages of the same weight in a row, begun at zero.

    The weight is alpha = -beta + sqrt(beta^2 + 2 beta), beta = (1 - cos(2 pi / period)) / (2^(1 / poles) - 1).
    """

    def __init__(self, period: int = 14, poles: int = 4) -> None:
        whole(period=period)
        if poles not in (1, 2, 3, 4):
            raise SettingError(f"poles is {poles}; it must be 1, 2, 3 or 4.")
        self.period = period
        self.rows = 2 * period
        beta = (1 - cos(2 * pi / period)) / (2 ** (1 / poles) - 1)
        self._weight = -beta + sqrt(beta * beta + 2 * beta)
        self._values = [0.0] * poles

    def next(self, x: float) -> float:
        """The filtered value."""
        weight, values = self._weight, self._values
        for pole, value in enumerate(values):
            x = value + weight * (x - value)
            values[pole] = x
        return x


@kernel("bandpass")
class Bandpass(Kernel):
    """Ehlers' band-pass of a period and a `bandwidth` (a part of the period), the same scaled by its peak, a trigger and a signal.

    The peak decays by 0.991 a row. The trigger is the one-pole high-pass of the scaled one; the signal is +1 where that is below the trigger,
    -1 where it is above, 0 where they are equal.
    """

    parts = ("bp", "bp_normalized", "signal", "trigger")

    def __init__(self, period: int = 20, bandwidth: float = 0.3) -> None:
        positive(period=period)
        if not bandwidth > 0:
            raise SettingError(f"bandwidth is {bandwidth}; it must be above 0.")
        self.period = period
        self.rows = round(4 * period / bandwidth)
        alpha = _narrow(2 * pi * bandwidth / period, "bandwidth")
        self._of = 0.5 * (1 - alpha), cos(2 * pi / period) * (1 + alpha), -alpha
        self._high_pass, self._trigger = HighPass(4 * period / bandwidth), HighPass(period / bandwidth / 1.5)
        self._high, self._band = (NAN, NAN), (NAN, NAN)
        self._peak = 0.0

    def next(self, x: float) -> tuple[float, float, float, float]:
        """Band-pass, scaled, signal and trigger."""
        high = self._high_pass.next(x)
        before, earlier = self._high
        one, two = self._band
        a, b, c = self._of
        found = high if earlier != earlier else a * (high - earlier) + b * one + c * two
        self._high, self._band = (high, before), (found, one)
        self._peak = peak = max(self._peak * 0.991, abs(found))
        scaled = found / peak if peak else 0.0
        trigger = self._trigger.next(scaled)
        return found, scaled, float(scaled < trigger) - float(scaled > trigger), trigger


def _narrow(angle: float, name: str) -> float:
    """Ehlers' alpha of a band: 1 / cos(angle) - sqrt(1 / cos(angle)^2 - 1). Raises SettingError for a band wider than its period allows."""
    cosine = cos(angle)
    if not 0 < angle < pi / 2:
        raise SettingError(f"{name} is too wide for the period.")
    return 1 / cosine - sqrt(1 / (cosine * cosine) - 1)


@kernel("reflex")
class Reflex(Kernel):
    """Ehlers' Reflex (2020): how far the smoothed value's course of `period` rows was above the straight line between its ends.

    Of the super smoother of half the period: the mean of (line - smoothed), over the root of its mean square (which keeps 0.96 a row). 0 for
    `period` rows.
    """

    def __init__(self, period: int = 20) -> None:
        whole(at_least=2, period=period)
        self.period = period
        self.rows = 3 * period
        self._smoother = Supersmoother(period / 2)
        self._window: deque[float] = deque(maxlen=period)
        self._mean = Mean(period)
        self._before = NAN
        self._square = 0.0

    def next(self, x: float) -> float:
        """The oscillator."""
        smooth = self._smoother.next(x)
        mean, window = self._before, self._window
        oldest = window[0] if window else NAN
        window.append(smooth)
        self._before = self._mean.next(smooth)
        return self._scaled(self._distance(smooth, mean, oldest)) if mean == mean else 0.0

    def _distance(self, smooth: float, mean: float, oldest: float) -> float:
        period = self.period
        return smooth + (oldest - smooth) / period * (period + 1) / 2 - mean

    def _scaled(self, distance: float) -> float:
        self._square = square = 0.04 * distance * distance + 0.96 * self._square
        return distance / sqrt(square) if square > 0 else 0.0


@kernel("trendflex")
class Trendflex(Reflex):
    """Ehlers' Trendflex (2020): how far the smoothed value is above its mean of the `period` rows before, scaled as `reflex` is.

    0 for `period` rows.
    """

    def _distance(self, smooth: float, mean: float, oldest: float) -> float:
        return smooth - mean


@kernel("voss")
class Voss(Kernel):
    """Ehlers' Voss predictor (2019): a band-pass of two poles, and that told `predict` rows ahead.

    The prediction is (3 + order) / 2 * filt less the sum of its last `order` = 3 * `predict` values, weighted count / order from the oldest on.
    Both are 0 until more than `period`, 5 and `order` rows have gone by.
    """

    parts = ("voss", "filt")

    def __init__(self, period: int = 20, predict: int = 3, bandwith: float = 0.25) -> None:
        whole(period=period, predict=predict)
        self.period = period
        self.rows = 3 * period
        order = 3 * predict
        self._quiet = max(period, 5, order) + 1
        alpha = _narrow(bandwith * 2 * pi / period, "bandwith")
        self._of = 0.5 * (1 - alpha), cos(2 * pi / period) * (1 + alpha), -alpha
        self._lead = (3 + order) / 2
        self._weights = [(row + 1) / order for row in range(order)]
        self._past: deque[float] = deque([0.0] * order, maxlen=order)
        self._x = self._xx = self._one = self._two = 0.0

    def next(self, x: float) -> tuple[float, float]:
        """Prediction and filtered value."""
        earlier, self._xx, self._x = self._xx, self._x, x
        if self._quiet:
            self._quiet -= 1
            return 0.0, 0.0
        a, b, c = self._of
        found = a * (x - earlier) + b * self._one + c * self._two
        self._two, self._one = self._one, found
        ahead = self._lead * found - sum(map(mul, self._past, self._weights))
        self._past.append(ahead)
        return ahead, found


@kernel("itrend")
class Itrend(Kernel):
    """Ehlers' instantaneous trendline (Cybernetic Analysis, 2004): signal, line and trigger.

    (a - a^2/4) x + a^2/2 x' - (a - 3/4 a^2) x'' + 2 (1 - a) y' - (1 - a)^2 y'', begun with the value and, for rows 3 to 7, (x + 2 x' + x'') / 4. The
    trigger is twice the line less the line of 20 rows ago (the line itself for 20 rows); the signal is +1 where it is above the line, else -1
    or 0.
    """

    parts = ("signal", "it", "trigger")
    source = "hl2"

    def __init__(self, alpha: float = 0.07) -> None:
        if not 0 < alpha < 1:
            raise SettingError(f"alpha is {alpha}; it must be between 0 and 1.")
        self.rows = max(20, round(2 / alpha))
        square = alpha * alpha
        self._of = alpha - square / 4, square / 2, alpha - square * 3 / 4, 1 - alpha
        self._row = 0
        self._x = self._xx = self._one = self._two = 0.0
        self._lines: deque[float] = deque(maxlen=20)

    def next(self, x: float) -> tuple[float, float, float]:
        """Signal, line and trigger."""
        before, earlier = self._x, self._xx
        if self._row >= 7:
            a, b, c, d = self._of
            line = a * x + b * before - c * earlier + 2 * d * self._one - d * d * self._two
        else:
            line = x if self._row < 2 else (x + 2 * before + earlier) / 4
            self._row += 1
        self._x, self._xx, self._one, self._two = x, before, line, self._one
        lines = self._lines
        trigger = 2 * line - (lines[0] if len(lines) == 20 else line)
        lines.append(line)
        return float(trigger > line) - float(trigger < line), line, trigger


@kernel("emd")
class Emd(Kernel):
    """Ehlers' and Way's empirical mode decomposition (2010): of a band-pass of the bars' middles, the mean, and the peaks and valleys.

    `delta` is half the bandwidth. The middle band is the mean of 2 * `period` rows; the outer two are `fraction` times the means, over 50 rows,
    of the last peak and the last valley. Known with so many rows.
    """

    needs = "hl"
    parts = ("upperband", "middleband", "lowerband")

    def __init__(self, period: int = 20, delta: float = 0.5, fraction: float = 0.1) -> None:
        whole(period=period)
        self.period = period
        self.rows = max(50, 2 * period)
        alpha = _narrow(4 * pi * delta / period, "delta")
        self._of = 0.5 * (1 - alpha), cos(2 * pi / period) * (1 + alpha), -alpha
        self._fraction = fraction
        self._row = 0
        self._x = self._xx = self._one = self._two = self._peak = self._valley = 0.0
        self._mean, self._peaks, self._valleys = Mean(2 * period), Mean(50), Mean(50)

    def next(self, high: float, low: float) -> tuple[float, float, float]:
        """Upper, middle and lower band."""
        x = (high + low) / 2
        one, two = self._one, self._two
        a, b, c = self._of
        band = a * (x - self._xx) + b * one + c * two
        if self._row <= 2:
            self._row += 1
            band = self._early(x, a)
        elif one > band and one > two:
            self._peak = one
        elif one < band and one < two:
            self._valley = one
        self._xx, self._x, self._two, self._one = self._x, x, one, band
        fraction = self._fraction
        upper, lower = fraction * self._peaks.next(self._peak), fraction * self._valleys.next(self._valley)
        return upper, self._mean.next(band), lower

    def _early(self, x: float, a: float) -> float:
        return a * (x - self._xx) if self._row == 3 else 0.0


class _Hilbert:
    """Ehlers' Hilbert transform: 0.0962 (x - x6) + 0.5769 (x2 - x4), times 0.075 * period + 0.54; what was before the first row counts as 0."""

    def __init__(self) -> None:
        self._window: deque[float] = deque([0.0] * 7, maxlen=7)

    def next(self, x: float, scale: float) -> float:
        window = self._window
        window.append(x)
        return (0.0962 * (x - window[0]) + 0.5769 * (window[4] - window[2])) * scale


class _MeanOfFour:
    """WMA of the last four values by running sums in TA-Lib's order: where nothing moves, their rest of rounding decides on the phase there.

    NaN for the first three rows.
    """

    def __init__(self) -> None:
        self._window: deque[float] = deque([0.0] * 4, maxlen=4)
        self._row = 0
        self._sum = self._weighted = 0.0

    def next(self, x: float) -> float:
        self._row += 1
        oldest = self._window[0]
        self._window.append(x)
        self._sum += x
        if self._row < 4:
            self._weighted += self._row * x
            return NAN
        self._sum -= oldest
        self._weighted += 4 * x
        found = 0.1 * self._weighted
        self._weighted -= self._sum
        return found


class _DominantCycle:
    """The dominant cycle: the values smoothed by a WMA of 4, their phasor, and the period between 6 and 50 rows, plain and smoothed.

    The transform begins after `skip` rows.
    """

    def __init__(self, skip: int) -> None:
        self._skip = skip
        self._four = _MeanOfFour()
        self._detrend, self._quadrature, self._ji, self._jq = _Hilbert(), _Hilbert(), _Hilbert(), _Hilbert()
        self._detrended: deque[float] = deque([0.0] * 4, maxlen=4)
        self._i2 = self._q2 = self._re = self._im = 0.0
        self._period = self.period = 0.0
        self.smooth = self.inphase = self.quadrature = 0.0

    def next(self, x: float) -> bool:
        """Take in a value; whether there is a phasor."""
        self.smooth = self._four.next(x)
        if self._skip > 0:
            self._skip -= 1
            return False
        scale = 0.075 * self._period + 0.54
        detrended = self._detrend.next(self.smooth, scale)
        self.quadrature = self._quadrature.next(detrended, scale)
        self._detrended.append(detrended)
        self.inphase = self._detrended[0]
        ji, jq = self._ji.next(self.inphase, scale), self._jq.next(self.quadrature, scale)
        i2, q2 = 0.2 * (self.inphase - jq) + 0.8 * self._i2, 0.2 * (self.quadrature + ji) + 0.8 * self._q2
        self._re = 0.2 * (i2 * self._i2 + q2 * self._q2) + 0.8 * self._re
        self._im = 0.2 * (i2 * self._q2 - q2 * self._i2) + 0.8 * self._im
        self._i2, self._q2 = i2, q2
        self._measure()
        return True

    def _measure(self) -> None:
        before = self._period
        period = 360 / degrees(atan(self._im / self._re)) if self._im and self._re else before
        period = max(min(period, 1.5 * before), 0.67 * before)
        self._period = 0.2 * min(max(period, 6.0), 50.0) + 0.8 * before
        self.period = 0.33 * self._period + 0.67 * self.period


@kernel("talib_ht_dcperiod")
class HtDcperiod(Kernel):
    """John Ehlers' dominant cycle period in rows, from the Hilbert transform."""

    def __init__(self) -> None:
        self.rows = 33
        self._row = 0
        self._cycle = _DominantCycle(12)

    def next(self, x: float) -> Any:
        """The period."""
        self._row += 1
        self._cycle.next(x)
        return self._of() if self._row >= self.rows else self._unknown

    _unknown: Any = NAN

    def _of(self) -> Any:
        return self._cycle.period


@kernel("talib_ht_phasor")
class HtPhasor(HtDcperiod):
    """John Ehlers' phasor of the dominant cycle: in phase and in quadrature."""

    parts = ("inphase", "quadrature")
    _unknown = (NAN, NAN)

    def _of(self) -> Any:
        return self._cycle.inphase, self._cycle.quadrature


class _DominantPhase:
    """The dominant cycle's phase in degrees and the trend line, made from as many rows as the cycle has."""

    def __init__(self) -> None:
        self.row = 0
        self.cycle = _DominantCycle(37)
        self._smooth: deque[float] = deque([0.0] * 50, maxlen=50)
        self._values: deque[float] = deque([0.0] * 50, maxlen=50)
        self._means: deque[float] = deque([0.0] * 4, maxlen=4)
        self.phase = self.trend = 0.0

    def next(self, x: float, trend: bool = False, phase: bool = True) -> None:
        self.row += 1
        self._values.appendleft(x)
        if not self.cycle.next(x):
            return
        self._smooth.appendleft(self.cycle.smooth)
        length = int(self.cycle.period + 0.5)
        if phase:
            self._turn(length)
        if trend:
            self._means.appendleft(sum(islice(self._values, length)) / length if length else 0.0)
            now, one, two, three = self._means
            self.trend = (4 * now + 3 * one + 2 * two + three) / 10

    def _turn(self, length: int) -> None:
        sines, cosines = _circle(length)
        real, imaginary = sum(map(mul, sines, self._smooth)), sum(map(mul, cosines, self._smooth))
        phase = self.phase
        if imaginary:
            phase = degrees(atan(real / imaginary))
        elif real:
            phase += 90.0 if real > 0 else -90.0
        phase += 90.0 + 360.0 / self.cycle.period + (180.0 if imaginary < 0 else 0.0)
        self.phase = phase - 360.0 if phase > 315.0 else phase


@cache
def _circle(length: int) -> tuple[list[float], list[float]]:
    angles = [2 * pi * row / length for row in range(length)]
    return [sin(angle) for angle in angles], [cos(angle) for angle in angles]


@kernel("talib_ht_dcphase")
class HtDcphase(Kernel):
    """John Ehlers' phase of the dominant cycle in degrees, from -45 to 315."""

    def __init__(self) -> None:
        self.rows = 64
        self._phase = _DominantPhase()

    def next(self, x: float) -> float:
        """The phase."""
        self._phase.next(x)
        return self._phase.phase if self._phase.row >= self.rows else NAN


@kernel("talib_ht_sine")
class HtSine(Kernel):
    """John Ehlers' sine of the dominant cycle's phase, and the sine 45 degrees ahead."""

    parts = ("sine", "leadsine")

    def __init__(self) -> None:
        self.rows = 64
        self._phase = _DominantPhase()

    def next(self, x: float) -> tuple[float, ...]:
        """Sine, lead."""
        self._phase.next(x)
        if self._phase.row < self.rows:
            return NAN, NAN
        return sin(radians(self._phase.phase)), sin(radians(self._phase.phase + 45))


@kernel("talib_ht_trendline")
class HtTrendline(Kernel):
    """John Ehlers' instantaneous trend line: the mean over the dominant cycle, averaged over four rows with weights 4 to 1."""

    def __init__(self) -> None:
        self.rows = 64
        self._phase = _DominantPhase()

    def next(self, x: float) -> float:
        """The line."""
        self._phase.next(x, trend=True, phase=False)
        return self._phase.trend if self._phase.row >= self.rows else NAN


@kernel("talib_ht_trendmode")
class HtTrendmode(Kernel):
    """John Ehlers' trend (1) or cycle (0).

    A cycle is there for half a cycle after sine and lead have crossed, and where the phase turns at about the cycle's speed (0.67 to 1.5 times);
    a smoothed value 1.5 % or more from the trend line makes it a trend all the same.
    """

    def __init__(self) -> None:
        self.rows = 64
        self._phase = _DominantPhase()
        self._days = 0
        self._sines = 0.0, 0.0

    def next(self, x: float) -> float:
        """1 or 0."""
        state = self._phase
        before = state.phase
        state.next(x, trend=True)
        period = state.cycle.period
        if not period:
            return NAN
        sine, lead = sin(radians(state.phase)), sin(radians(state.phase + 45))
        (sine_before, lead_before), self._sines = self._sines, (sine, lead)
        crossed = (sine > lead and sine_before <= lead_before) or (sine < lead and sine_before >= lead_before)
        self._days = 1 if crossed else self._days + 1
        turn = (state.phase - before) * period / 360
        cycle = crossed or self._days < 0.5 * period or 0.67 < turn < 1.5
        if state.trend and abs((state.cycle.smooth - state.trend) / state.trend) >= 0.015:
            cycle = False
        return NAN if state.row < self.rows else 0.0 if cycle else 1.0


@kernel("talib_mama")
class TalibMama(Kernel):
    """John Ehlers' MESA adaptive average (2001), whose weight is `fastlimit` over the phase's turn in degrees but not below `slowlimit`.

    FAMA follows it with half of the weight. Both begin at 0.
    """

    parts: ClassVar[tuple[str, ...]] = ("mama", "fama")

    def __init__(self, fastlimit: float = 0.5, slowlimit: float = 0.05) -> None:
        for name, limit in (("fastlimit", fastlimit), ("slowlimit", slowlimit)):
            if not 0.01 <= limit <= 0.99:
                raise SettingError(f"{name} is {limit}; it must be between 0.01 and 0.99.")
        self.rows = 33
        self._fast, self._slow = fastlimit, slowlimit
        self._cycle = _DominantCycle(12)
        self._row = 0
        self._phase = self._mama = self._fama = 0.0

    def next(self, x: float) -> tuple[float, ...]:
        """MAMA, FAMA."""
        self._row += 1
        if self._cycle.next(x):
            phase = degrees(atan(self._cycle.quadrature / self._cycle.inphase)) if self._cycle.inphase else 0.0
            turn, self._phase = self._phase - phase, phase
            weight = max(self._fast / turn, self._slow) if turn > 1 else self._fast
            self._mama += weight * (x - self._mama)
            self._fama += 0.5 * weight * (self._mama - self._fama)
        return (self._mama, self._fama) if self._row >= self.rows else (NAN, NAN)


class TalibMamaAlone(TalibMama):
    """MAMA without its follower, as a moving average."""

    parts = ()

    def next(self, x: float) -> Any:
        """MAMA."""
        return super().next(x)[0]
