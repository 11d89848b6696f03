"""Patterns of four and five candles, and the hikkakes, which are confirmed later."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO
from lyra.engine.indicators.arguments import number
from lyra.engine.indicators.candlestick_patterns.candle import Candle, CandlestickPattern, PenetratingPattern, ordered


class Breakaway(CandlestickPattern):
    """A long candle, one of its color beyond its body, two further on, then one against them that closes inside the gap.

    The sign is the last's color."""

    _count = 5

    def _look(self, first: Candle, second: Candle, third: Candle, fourth: Candle, last: Candle) -> int:
        way = first.color
        if not first.is_long or not first.color == second.color == fourth.color == -last.color or not second.gaps(first, way):
            return 0
        on = ordered(second.high, third.high, fourth.high, way=way) and ordered(second.low, third.low, fourth.low, way=way)
        return last.color if on and ordered(first.close, last.close, second.open, way=way) else 0


class ConcealedBabySwallow(CandlestickPattern):
    """Four black candles: two without shadows, one below whose upper shadow reaches back, and one around all of that: 1."""

    _count = 4

    def _look(self, first: Candle, second: Candle, third: Candle, last: Candle) -> int:
        if not (first.black and second.black and third.black and last.black and first.is_marubozu and second.is_marubozu):
            return 0
        reaches = third.gaps_down(second) and third.upper > third.tiny and third.high > second.close
        return int(reaches and last.high > third.high and last.low < third.low)


class LadderBottom(CandlestickPattern):
    """Three black candles with lower opens and closes, a black one with an upper shadow, and a white one above it: 1."""

    _count = 5

    def _look(self, first: Candle, second: Candle, third: Candle, fourth: Candle, last: Candle) -> int:
        black = first.black and second.black and third.black and fourth.black
        falls = ordered(first.open, second.open, third.open, way=-1) and ordered(first.close, second.close, third.close, way=-1)
        rises = last.white and last.open > fourth.open and last.close > fourth.high
        return int(black and falls and fourth.upper > fourth.tiny and rises)


class MatHold(PenetratingPattern):
    """A long white candle, three small falling ones that hold above the depth of its body, and a white one above them: 1."""

    _parameters = (number("penetration", "0.5"),)
    _count, _late = 5, 1

    def _look(self, first: Candle, second: Candle, third: Candle, fourth: Candle, last: Candle) -> int:
        sizes = first.is_long and second.is_short and third.is_short and fourth.is_short
        if not (sizes and first.white and second.black and last.white and second.gaps_up(first)):
            return 0
        floor = first.close - self._depth(first)
        holds = floor < third.bottom < first.close and floor < fourth.bottom < first.close
        falls = fourth.top < third.top < second.open
        return int(holds and falls and last.open > fourth.close and last.close > max(second.high, third.high, fourth.high))


class RiseFallThreeMethods(CandlestickPattern):
    """A long candle, three small ones against it within its range, and a long one further on; the sign is the first's color."""

    _count, _late = 5, 1

    def _look(self, first: Candle, *others: Candle) -> int:
        *between, last = others
        way = first.color
        colors = all(c.color == -way for c in between) and last.color == way
        if not (colors and first.is_long and last.is_long and all(c.is_short for c in between)):
            return 0
        held = all(c.bottom < first.high and c.top > first.low for c in between)
        back = ordered(*(c.close for c in between), way=-way)
        on = ordered(between[-1].close, last.open, way=way) and ordered(first.close, last.close, way=way)
        return way if held and back and on else 0


class ThreeBlackCrows(CandlestickPattern):
    """After a white candle three falling black ones without lower shadows, each opening in the body before: -1."""

    _count = 4

    def _look(self, before: Candle, first: Candle, second: Candle, last: Candle) -> int:
        crows = all(c.black and c.lower < c.tiny for c in (first, second, last))
        falls = before.high > first.close and ordered(first.close, second.close, last.close, way=-1)
        return -int(before.white and crows and falls and first.holds(second.open) and second.holds(last.open))


class ThreeLineStrike(CandlestickPattern):
    """Three candles of a color, each opening in or near the body before, and one against them that undoes them all.

    The sign is the three's color."""

    _count, _before = 4, 5

    def _look(self, first: Candle, second: Candle, third: Candle, last: Candle) -> int:
        way = third.color
        if not first.color == second.color == way == -last.color:
            return 0
        near = all(a.bottom - a.near <= b.open <= a.top + a.near for a, b in ((first, second), (second, third)))
        undone = ordered(third.close, last.open, way=way) and ordered(first.open, last.close, way=-way)
        return way if near and ordered(first.close, second.close, third.close, way=way) and undone else 0


class Hikkake(CandlestickPattern):
    """An inside bar, then a bar that breaks out of it with both ends: 1 downward, -1 upward, the trap.

    Twice that if one of the next three closes beyond the other end of the inside bar.
    """

    _count, _before = 3, 3
    _watched_from = 3
    _found = _found_at = 0

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        if self._watched_from <= self.samples < self._ready_after:
            # the trap may be set before it is ready
            return self._early(x)
        return super()._next(x, symbol, end)

    def _early(self, x: Any) -> Decimal:
        bars = self._bars
        bars.append(Candle(x, bars))
        self._look()
        self._keep_sums(bars, self.samples)
        return ZERO

    def _look(self, *candles: Candle) -> int:
        bars = self._bars
        way = self._trap()
        if way:
            self._found, self._found_at = way, self.samples - 1
            return way
        since = self.samples - self._found_at
        if self._found and since <= 4:
            inside = bars[-1 - since]
            if bars[-1].close > inside.high if self._found > 0 else bars[-1].close < inside.low:
                self._found_at = 0
                return 2 * self._found
        return 0

    def _trap(self) -> int:
        mother, inside, last = self._bars[-3], self._bars[-2], self._bars[-1]
        return _breakout(inside, last) if _is_inside(inside, mother) else 0

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._found = self._found_at = 0


def _is_inside(candle: Candle, before: Candle) -> bool:
    return candle.high < before.high and candle.low > before.low  # type: ignore[no-any-return]


def _breakout(inside: Candle, last: Candle) -> int:
    if last.high < inside.high and last.low < inside.low:
        return 1
    return -1 if last.high > inside.high and last.low > inside.low else 0


class HikkakeModified(Hikkake):
    """A `Hikkake` whose inside bar is inside of another, which closes near the end where the trap is.

    LEAN's sum of ranges for "near" is out of step: from the fourth bar on it drops each three bars late, and the first thrice more.
    """

    _count, _before = 1, 10
    _watched_from = 8

    def _keep_sums(self, bars: deque[Candle], samples: int) -> None:
        if samples > 2:
            self._sum += bars[-3].range
        if samples >= self._watched_from:
            self._sum -= bars[-min(samples, self.warm_up_period)].range

    def _trap(self) -> int:
        mother, middle, inside, last = (self._bars[i] for i in range(-4, 0))
        if not (_is_inside(middle, mother) and _is_inside(inside, middle)):
            return 0
        way, near = _breakout(inside, last), self._sum * Decimal("0.04")
        close = middle.close <= middle.low + near if way > 0 else middle.close >= middle.high - near
        return way if close else 0
