"""Direction and strength of a trend: Wilder's directional movement, the vortex, and the age of extremes (Aroon)."""

from __future__ import annotations

from lyra_ai.indicators.base import NAN, Kernel, kernel, positive
from lyra_ai.indicators.rolling import Lag, Mean, Sum, WhereHighest, Wilder, ratio, true_range


class _Movement:
    """True range, rise of the high and fall of the low, of which only the greater counts, and only if above 0."""

    def __init__(self) -> None:
        self._high = self._low = self._close = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        span = true_range(high, low, self._close)
        up, down = high - self._high, self._low - low
        self._high, self._low, self._close = high, low, close
        return span, up if up > down and up > 0.0 else 0.0, down if down > up and down > 0.0 else 0.0


def _index(plus: float, minus: float) -> float:
    """Directional movement index: distance of the two indicators in percent of their sum, 0 without movement."""
    return 100 * ratio(abs(plus - minus), plus + minus, 0.0)


@kernel("dm")
class DirectionalMovement(Kernel):
    """Wilder's sums of upward and downward movement: of the first `period`, then less a `period`th plus the new one. Known from bar period + 1.

    J. Welles Wilder (1978). TA-Lib's PLUS_DM and MINUS_DM begin one bar earlier.
    """

    needs = "hl"
    parts = ("plus", "minus")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._movement = _Movement()
        self._plus, self._minus = Wilder(period), Wilder(period)
        self._first = True

    def next(self, high: float, low: float) -> tuple[float, float]:
        """Upward and downward movement."""
        _, up, down = self._movement.next(high, low, high)
        if self._first:
            self._first = False
            return NAN, NAN
        return self.period * self._plus.next(up), self.period * self._minus.next(down)


@kernel("di")
class DirectionalIndicator(Kernel):
    """Upward and downward movement in percent of the true range, all in Wilder averages. Known from bar `period` + 1; 0 without any range.

    J. Welles Wilder (1978). As in Jesse the averages begin with the sum instead of the mean of the first `period`, which fades out.
    """

    needs = "hlc"
    parts = ("plus", "minus")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._movement = _Movement()
        self._range, self._plus, self._minus = (Wilder(period, start_with_sum=True) for _ in range(3))
        self._first = True

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """Plus and minus."""
        span, up, down = self._movement.next(high, low, close)
        if self._first:
            self._first = False
            return NAN, NAN
        span = self._range.next(span)
        return 100 * ratio(self._plus.next(up), span, 0.0), 100 * ratio(self._minus.next(down), span, 0.0)


@kernel("adx")
class AverageDirectionalIndex(Kernel):
    """Wilder average of the directional movement index 100 * |plus - minus| / (plus + minus).

    Known from bar 2 * period + 1. J. Welles Wilder (1978). As in Jesse the mean of the first `period` indices is given one bar late, and that
    bar's own index is left out.
    """

    needs = "hlc"

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = 2 * period + 1
        self._movement = _Movement()
        self._range, self._plus, self._minus, self._average = (Wilder(period) for _ in range(4))
        self._row = -1
        self._value = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The average."""
        span, up, down = self._movement.next(high, low, close)
        row = self._row = self._row + 1
        if row == 0:
            return NAN
        span, plus, minus = self._range.next(span), self._plus.next(up), self._minus.next(down)
        if span != span:
            return NAN
        if row != 2 * self.period:
            self._value = self._average.next(_index(plus, minus) if span != 0.0 else 0.0)
        return self._value if row >= 2 * self.period else NAN


@kernel("adxr")
class AverageDirectionalRating(Kernel):
    """Mean of a simple average of the directional movement index and of that average `period` bars ago. Known from bar 2 * period.

    Movement and range are Wilder's sums, begun with the first bar alone. Jesse's `adxr`, after a script of Kivanc Ozbilgic; Wilder (1978) and
    TA-Lib take Wilder averages throughout.
    """

    needs = "hlc"

    def __init__(self, period: int = 14) -> None:
        self._average = Mean(period)
        self.period = period
        self.rows = 2 * period
        self._movement = _Movement()
        self._range = self._plus = self._minus = 0.0
        self._before = Lag(period)

    def next(self, high: float, low: float, close: float) -> float:
        """The rating."""
        span, up, down = self._movement.next(high, low, close)
        kept = 1 - 1 / self.period
        self._range, self._plus, self._minus = self._range * kept + span, self._plus * kept + up, self._minus * kept + down
        average = self._average.next(_index(self._plus, self._minus) if self._range != 0.0 else 0.0)
        return (average + self._before.next(average)) / 2


@kernel("dx")
class DirectionalIndex(Kernel):
    """ADX and both directional indicators with averages that begin at the first bar and move by 1 / length of the way. Known from the first bar.

    Jesse's `dx`. Its averages (`rma`) begin instead with the *last* value of the history, so that both agree only when that has faded out.
    """

    needs = "hlc"
    parts = ("adx", "plusDI", "minusDI")

    def __init__(self, di_length: int = 14, adx_smoothing: int = 14) -> None:
        positive(di_length=di_length, adx_smoothing=adx_smoothing)
        self.rows = di_length + adx_smoothing
        self._weight, self._adx_weight = 1 / di_length, 1 / adx_smoothing
        self._movement = _Movement()
        self._range = self._plus = self._minus = self._adx = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        """ADX, plus and minus."""
        span, up, down = self._movement.next(high, low, close)
        if self._range != self._range:
            self._range, self._plus, self._minus = span, up, down
        else:
            weight = self._weight
            self._range += weight * (span - self._range)
            self._plus += weight * (up - self._plus)
            self._minus += weight * (down - self._minus)
        plus, minus = 100 * ratio(self._plus, self._range, 0.0), 100 * ratio(self._minus, self._range, 0.0)
        index = _index(plus, minus)
        self._adx = index if self._adx != self._adx else self._adx + self._adx_weight * (index - self._adx)
        return self._adx, plus, minus


@kernel("vi")
class Vortex(Kernel):
    """Sums of |high - last low| and of |low - last high| over `period` bars, in sums of the true range. Known from bar `period` + 1.

    Etienne Botes and Douglas Siepman (2010). NaN without any range.
    """

    needs = "hlc"
    parts = ("plus", "minus")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self.rows = period + 1
        self._range, self._plus, self._minus = Sum(period), Sum(period), Sum(period)
        self._high = self._low = self._close = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """Plus and minus."""
        last_high, last_low, last_close = self._high, self._low, self._close
        self._high, self._low, self._close = high, low, close
        if last_close != last_close:
            return NAN, NAN
        span = self._range.next(true_range(high, low, last_close))
        plus, minus = self._plus.next(abs(high - last_low)), self._minus.next(abs(low - last_high))
        return ratio(plus, span), ratio(minus, span)


@kernel("aroon")
class Aroon(Kernel):
    """How new the lowest low and the highest high of the last `period` + 1 bars are: 100 is this bar, 0 `period` bars ago; of equals the older.

    Known from bar `period` + 1. Tushar Chande (1995); TA-Lib's AROON.
    """

    needs = "hl"
    parts = ("down", "up")

    def __init__(self, period: int = 14) -> None:
        positive(period=period)
        self.period = period
        self.rows = period + 1
        self._highest, self._lowest = WhereHighest(period + 1), WhereHighest(period + 1)

    def next(self, high: float, low: float) -> tuple[float, float]:
        """Down and up."""
        return 100 * self._lowest.next(-low) / self.period, 100 * self._highest.next(high) / self.period


@kernel("aroonosc")
class AroonOscillator(Kernel):
    """Distance in bars of the highest high from the lowest low of the last `period` bars, in percent of `period`. Known from bar `period`.

    Tushar Chande (1995). As in Jesse the window is a bar shorter than `aroon`'s, so that this is not the difference of its parts.
    """

    needs = "hl"

    def __init__(self, period: int = 14) -> None:
        self.rows = self.period = period
        self._highest, self._lowest = WhereHighest(period), WhereHighest(period)

    def next(self, high: float, low: float) -> float:
        """The oscillator."""
        return 100 * (self._highest.next(high) - self._lowest.next(-low)) / self.period
