"""Patterns of three candles."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from lyra.engine.decimals import ZERO
from lyra.engine.indicators.arguments import number
from lyra.engine.indicators.candlestick_patterns.candle import Candle, CandlestickPattern, PenetratingPattern, alike, ordered

_EQUAL = Decimal("0.01")
"""A twentieth of a mean of five, by their sum."""


class _Triple(CandlestickPattern):
    _count = 3


class AbandonedBaby(PenetratingPattern):
    """A long candle, a doji that leaps beyond it with its shadows, and a candle that leaps back deep into the first's body.

    The sign is the third's color. LEAN's running sums are out of step with its candles: that of the bodies before the first keeps
    the oldest three for good and drops the others three candles early; that of the ranges before the doji keeps the oldest; that
    of the bodies before the last drops each a candle late.
    """

    _parameters = (number("penetration", "0.3"),)
    _count, _before, _late = 3, 9, 1
    _longs = _dojis = _shorts = ZERO

    def _keep_sums(self, bars: deque[Candle], samples: int) -> None:
        if samples > 2:
            self._longs += bars[-3].body
            self._dojis += bars[-2].range
            self._shorts += bars[-1].body
        if samples > self.warm_up_period:
            self._longs -= bars[-10].body
            self._dojis -= bars[-11].range
            self._shorts -= bars[-12].body

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        if not (10 * first.body > self._longs and 100 * second.body <= self._dojis and 10 * last.body > self._shorts):
            return 0
        way, depth = first.color, self._depth(first)
        if last.color == way or not (second.leaps(first, way) and last.leaps(second, -way)):
            return 0
        deep = last.close < first.close - depth if way > 0 else last.close > first.close + depth
        return last.color if deep else 0

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._longs = self._dojis = self._shorts = ZERO


class AdvanceBlock(_Triple):
    """Three white candles with higher closes, each opening in or near the body before, that lose strength: -1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        advance = first.white and second.white and last.white and ordered(first.close, second.close, last.close)
        near = first.open < second.open <= first.close + first.near and second.open < last.open <= second.close + second.near
        if not (advance and near and first.is_long and first.upper < first.short_shadow):
            return 0
        shrinks = last.body < second.body
        blocked = (
            (second.body < first.body - first.far and last.body < second.body + second.near)
            or last.body < second.body - second.far
            or (shrinks and second.body < first.body and (last.upper > last.short_shadow or second.upper > second.short_shadow))
            or (shrinks and last.upper > last.body)
        )
        return -int(blocked)


class _Star(_Triple, PenetratingPattern):
    """A long candle, a small one beyond its body, and one of the opposite color deep into the first's body."""

    _parameters = (number("penetration", "0.3"),)
    _way = 1

    def _is_star(self, candle: Candle) -> bool:
        return not candle.is_long

    def _is_long(self, last: Candle) -> bool:
        return last.is_long

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        way, depth = self._way, self._depth(first)
        if first.color != way or last.color == way or not (first.is_long and self._is_long(last)):
            return 0
        if not (self._is_star(second) and second.gaps(first, way)):
            return 0
        deep = last.close < first.close - depth if way > 0 else last.close > first.close + depth
        return -way if deep else 0


class EveningStar(_Star):
    """A long white candle, a small body above it, and a long black one deep into the first's body: -1."""


class MorningStar(_Star):
    """A long black candle, a small body below it, and a long white one deep into the first's body: 1.

    What is long for the last is out of step in LEAN: the sum of bodies begins two bars early, and they stay.
    """

    _way = -1

    def _is_long(self, last: Candle) -> bool:
        return 10 * last.body > self._sum  # type: ignore[no-any-return]

    def _keep_sums(self, bars: deque[Candle], samples: int) -> None:
        if 2 <= samples < self.warm_up_period - 1:
            self._sum += bars[-2].body
        elif samples >= self.warm_up_period:
            self._sum += bars[-1].body - bars[-11].body


class EveningDojiStar(_Star):
    """`EveningStar` with a doji."""

    def _is_star(self, candle: Candle) -> bool:
        return candle.is_doji


class MorningDojiStar(EveningDojiStar):
    """`MorningStar` with a doji."""

    _way = -1


class GapSideBySideWhite(_Triple):
    """Two white candles of like size and open, side by side beyond the first's body: 1 above, -1 below."""

    _before = 5

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        way = 1 if second.gaps_up(first) else -1
        beyond = second.gaps(first, way) and last.gaps(first, way)
        same = alike(last.body, second.body, second.near) and alike(last.open, second.open, second.equal)
        return way if beyond and second.white and last.white and same else 0


class IdenticalThreeCrows(_Triple):
    """Three falling black candles without lower shadows, each opening at the close before: -1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        crows = (first, second, last)
        if not (all(c.black and c.lower < c.tiny for c in crows) and ordered(first.close, second.close, last.close, way=-1)):
            return 0
        return -int(alike(second.open, first.close, first.equal) and alike(last.open, second.close, second.equal))


class StalledPattern(_Triple):
    """Two long white candles and a small one on the shoulder of the second, with higher closes: -1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        if not (first.white and second.white and last.white and ordered(first.close, second.close, last.close)):
            return 0
        strong = first.is_long and second.is_long and second.upper < second.tiny
        near = first.open < second.open <= first.close + first.near
        return -int(strong and near and last.is_short and last.open >= second.close - last.body - second.near)


class StickSandwich(_Triple):
    """A white candle above the close of a black one, then a black one that closes where the first did: 1.

    LEAN's sum of ranges for "where" begins with the bodies of the first five bars, and drops their ranges.
    """

    _before = 5

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        colors = first.black and second.white and last.black
        return int(colors and second.low > first.close and alike(last.close, first.close, self._sum * _EQUAL))

    def _keep_sums(self, bars: deque[Candle], samples: int) -> None:
        if 3 <= samples < self.warm_up_period:
            self._sum += bars[-3].body
        elif samples >= self.warm_up_period:
            self._sum += bars[-3].range - bars[-8].range


class TasukiGap(_Triple):
    """A candle beyond the first's body, then one of the other color from inside its body into the gap; the sign is the second's color."""

    _before = 5

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        way = second.color
        if last.color == way or not (second.gaps(first, way) and second.holds(last.open)):
            return 0
        in_gap = first.top < last.close < second.open if way > 0 else second.open < last.close < first.bottom
        return way if in_gap and abs(second.body - last.body) < second.near else 0


class ThreeInside(_Triple):
    """A harami, then a candle against the first's color that closes beyond its open; the sign is against the first's color."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        way = first.color
        if not (first.is_long and not second.is_long and second.within(first)) or last.color == way:
            return 0
        return -way if (last.close < first.open if way > 0 else last.close > first.open) else 0


class ThreeOutside(_Triple):
    """An engulfing, then a close further in its direction; the sign is the second's color."""

    _before = 0

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        way = second.color
        return way if second.engulfs(first) and ordered(second.close, last.close, way=way) else 0


class ThreeStarsInSouth(_Triple):
    """Three black candles that shrink: a long one with a long lower shadow, a smaller one in its range, a small bare one in that: 1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        if not (first.black and second.black and last.black and first.is_long and first.lower > first.body):
            return 0
        smaller = second.body < first.body and first.close < second.open <= first.high and first.low <= second.low < first.close
        if not (smaller and second.lower > second.tiny and last.is_short and last.is_marubozu):
            return 0
        return int(last.low > second.low and last.high < second.high)


class ThreeWhiteSoldiers(_Triple):
    """Three rising white candles without upper shadows, none much shorter than the one before: 1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        soldiers = (first, second, last)
        if not (all(c.white and c.upper < c.tiny for c in soldiers) and ordered(first.close, second.close, last.close)):
            return 0
        near = first.open < second.open <= first.close + first.near and second.open < last.open <= second.close + second.near
        strong = second.body > first.body - first.far and last.body > second.body - second.far
        return int(near and strong and last.is_long)


class Tristar(_Triple):
    """Three dojis, the second beyond the first and the third nearer again: -1 above, 1 below."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        if max(first.body, second.body, last.body) > first.tiny:
            return 0
        if second.gaps_up(first) and last.top < second.top:
            return -1
        return int(second.gaps_down(first) and last.bottom > second.bottom)


class TwoCrows(_Triple):
    """A long white candle, a black one above its body, and a black one from inside that into the first's: -1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        colors = first.white and second.black and last.black
        falls = second.gaps_up(first) and second.holds(last.open) and first.holds(last.close)
        return -int(colors and first.is_long and falls)


class UniqueThreeRiver(_Triple):
    """A long black candle, a black harami with a lower low, and a short white one that opens above that low: 1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        harami = second.close > first.close and second.open <= first.open and second.low < first.low
        found = first.is_long and first.black and second.black and harami
        return int(found and last.is_short and last.white and last.open > second.low)


class UpDownGapThreeMethods(_Triple):
    """Two candles of a color with a gap between, then one of the other color that closes it; the sign is the first's color."""

    _before = 0

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        way = first.color
        if second.color != way or last.color == way or not second.gaps(first, way):
            return 0
        return way if second.holds(last.open) and first.holds(last.close) else 0


class UpsideGapTwoCrows(_Triple):
    """A long white candle, a small black one above its body, and a black one around that, still above the first's close: -1."""

    def _look(self, first: Candle, second: Candle, last: Candle) -> int:
        colors = first.white and second.black and last.black
        star = first.is_long and not second.is_long and second.gaps_up(first)
        return -int(colors and star and last.open > second.open and first.close < last.close < second.close)
