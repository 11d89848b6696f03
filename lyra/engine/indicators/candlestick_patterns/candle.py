"""A candle with what is usual at its time, and the base of the patterns.

What counts as long, short, near or equal is measured against the candles before (`Indicators/CandlestickPatterns/CandleSettings.cs`,
TA-Lib's settings): bodies and shadows against the mean of the ten before, nearness against the range from high to low of the five
before. The candle itself is not among them.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

from lyra.engine.decimals import ONE, ZERO
from lyra.engine.indicators.base import BarIndicator

_TENTH, _FIFTH, _TWENTIETH = Decimal("0.1"), Decimal("0.2"), Decimal("0.05")
_LONGEST = 16
_VALUES = {0: ZERO, 1: ONE, -1: -ONE, 2: Decimal(2), -2: Decimal(-2)}


class Candle:
    """A bar as a candle. White closes at or above its open, black below."""

    __slots__ = (
        "_bodies", "_ranges", "_shadows", "body", "bottom", "close", "equal", "far", "high", "low", "lower", "near", "open", "range",
        "short_shadow", "tiny", "top", "upper", "usual_body", "white",
    )  # fmt: skip

    def __init__(self, bar: Any, before: deque[Candle]) -> None:
        self.open, self.high, self.low, self.close = bar._open, bar._high, bar._low, bar._close
        self.white: bool = self.close >= self.open
        self.top, self.bottom = (self.close, self.open) if self.white else (self.open, self.close)
        self.body: Decimal = self.top - self.bottom
        self.range: Decimal = self.high - self.low
        self.upper: Decimal = self.high - self.top
        self.lower: Decimal = self.bottom - self.low
        self._bodies = self._ranges = self._shadows = ZERO
        """Sums over all candles before."""
        if before:
            last = before[-1]
            self._bodies = last._bodies + last.body
            self._ranges = last._ranges + last.range
            self._shadows = last._shadows + last.upper + last.lower
        bodies, ranges, shadows = self._since(before, 10)
        _, recent, _ = self._since(before, 5)
        self.usual_body: Decimal = bodies * _TENTH
        self.tiny: Decimal = ranges * _TENTH * _TENTH
        """Below it a body is a doji's, a shadow very short."""
        self.short_shadow: Decimal = shadows * _TWENTIETH
        self.near: Decimal = recent * _FIFTH * _FIFTH
        self.far: Decimal = 3 * self.near
        self.equal: Decimal = recent * _FIFTH * _TWENTIETH

    def _since(self, before: deque[Candle], count: int) -> tuple[Decimal, Decimal, Decimal]:
        if len(before) < count:
            return self._bodies, self._ranges, self._shadows
        first = before[-count]
        return self._bodies - first._bodies, self._ranges - first._ranges, self._shadows - first._shadows

    @property
    def black(self) -> bool:
        """Whether it closes below its open."""
        return not self.white

    @property
    def color(self) -> int:
        """1 for white, -1 for black."""
        return 1 if self.white else -1

    @property
    def is_long(self) -> bool:
        """A body longer than usual."""
        return self.body > self.usual_body

    @property
    def is_short(self) -> bool:
        """A body shorter than usual."""
        return self.body < self.usual_body

    @property
    def is_doji(self) -> bool:
        """Hardly a body."""
        return self.body <= self.tiny

    @property
    def is_marubozu(self) -> bool:
        """Hardly any shadows."""
        return self.upper < self.tiny and self.lower < self.tiny

    def gaps_up(self, before: Candle) -> bool:
        """Whether the body lies above the other's."""
        return self.bottom > before.top  # type: ignore[no-any-return]

    def gaps_down(self, before: Candle) -> bool:
        """Whether the body lies below the other's."""
        return self.top < before.bottom  # type: ignore[no-any-return]

    def gaps(self, before: Candle, way: int) -> bool:
        """`gaps_up` (way 1) or `gaps_down` (-1)."""
        return self.gaps_up(before) if way > 0 else self.gaps_down(before)

    def leaps(self, before: Candle, way: int) -> bool:
        """Whether the whole candle, with shadows, lies above (way 1) or below (-1) the other."""
        return self.low > before.high if way > 0 else self.high < before.low  # type: ignore[no-any-return]

    def within(self, other: Candle) -> bool:
        """Whether the body lies inside the other's."""
        return self.top < other.top and self.bottom > other.bottom  # type: ignore[no-any-return]

    def holds(self, price: Decimal) -> bool:
        """Whether a price lies inside the body."""
        return self.bottom < price < self.top  # type: ignore[no-any-return]

    def engulfs(self, other: Candle) -> bool:
        """Whether it has the other color, and its body begins and ends beyond the other's."""
        if self.white == other.white:
            return False
        return self.top > other.top and self.bottom < other.bottom  # type: ignore[no-any-return]


def alike(a: Decimal, b: Decimal, tolerance: Decimal) -> bool:
    """Whether two prices differ by the tolerance at most."""
    return abs(a - b) <= tolerance


def ordered(*values: Decimal, way: int = 1) -> bool:
    """Whether values rise (way 1) or fall (-1) from each to the next."""
    pairs = pairwise(values)
    return all(a < b for a, b in pairs) if way > 0 else all(a > b for a, b in pairs)


class CandlestickPattern(BarIndicator):
    """Base: 1 or -1 where the pattern is complete (bullish, bearish), else 0.

    `_look` gets the last `_count` candles, oldest first. Ready after these and the `_before` candles that averages need.
    """

    _count: ClassVar[int] = 1
    _before: ClassVar[int] = 10
    _late: ClassVar[int] = 0
    """How many bars more than its period it takes."""
    _sum: Decimal = ZERO
    """What `_keep_sums` keeps."""

    def _default_name(self, values: dict[str, Any]) -> str:
        return type(self).__name__.upper()

    def _setup(self, **values: Any) -> None:
        self.warm_up_period = self._before + self._count
        self._ready_after = self.warm_up_period + self._late
        self._bars: deque[Candle] = deque(maxlen=_LONGEST)
        self._prepare(**values)

    def _prepare(self, **values: Any) -> None:
        """Take the constructor's values."""

    @property
    def period(self) -> int:
        """How many bars it looks at."""
        return self.warm_up_period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        bars = self._bars
        bars.append(Candle(x, bars))
        value = 0 if self.samples < self._ready_after else self._look(*(bars[i] for i in range(-self._count, 0)))
        self._keep_sums(bars, self.samples)
        return _VALUES[value]

    def _keep_sums(self, bars: deque[Candle], samples: int) -> None:
        """Go on with a sum that LEAN keeps out of step with its candles, for the next bar."""

    def _look(self, *candles: Any) -> int:
        raise NotImplementedError(f"{type(self).__name__} must implement _look")

    def _reset_parts(self) -> None:
        self._bars.clear()
        self._sum = ZERO


class PenetratingPattern(CandlestickPattern):
    """Base of those whose last candle must close so far into the first one's body: `Class([name, ]penetration=…)`, a fraction of it."""

    def _prepare(self, penetration: Decimal) -> None:  # type: ignore[override]
        self._penetration = penetration

    def _depth(self, candle: Candle) -> Decimal:
        return candle.body * self._penetration
