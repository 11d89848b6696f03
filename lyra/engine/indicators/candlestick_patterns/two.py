"""Patterns of two candles."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from lyra.engine.indicators.arguments import number
from lyra.engine.indicators.candlestick_patterns.candle import Candle, CandlestickPattern, PenetratingPattern, alike

_HALF = Decimal("0.5")
_EQUAL = Decimal("0.01")
"""A twentieth of a mean of five, by their sum."""


class _Pair(CandlestickPattern):
    _count = 2


class Counterattack(_Pair):
    """Two long candles of opposite colors that close alike; the sign is the second's color.

    LEAN's sum of ranges for "alike" takes in each bar one early, so that the eleventh never joins but is dropped.
    """

    def _look(self, first: Candle, last: Candle) -> int:
        found = first.white != last.white and first.is_long and last.is_long and alike(last.close, first.close, self._sum * _EQUAL)
        return last.color if found else 0

    def _keep_sums(self, bars: deque[Candle], samples: int) -> None:
        if self.warm_up_period - 5 <= samples < self.warm_up_period:
            self._sum += bars[-2].range
        elif samples >= self.warm_up_period:
            self._sum += bars[-1].range - bars[-7].range


class DarkCloudCover(_Pair, PenetratingPattern):
    """A long white candle, then a black one from above its high to deep into its body: -1."""

    _parameters = (number("penetration", "0.5"),)

    def _look(self, first: Candle, last: Candle) -> int:
        if first.black or last.white or not first.is_long or last.open <= first.high:
            return 0
        return -int(first.open < last.close < first.close - self._depth(first))


class DojiStar(_Pair):
    """A long candle, then a doji beyond it: 1 below a black one, -1 above a white one."""

    def _look(self, first: Candle, last: Candle) -> int:
        return -first.color if first.is_long and last.is_doji and last.gaps(first, first.color) else 0


class Engulfing(_Pair):
    """A body around that of the candle before, of the opposite color; the sign is its color."""

    _before = 1

    def _look(self, first: Candle, last: Candle) -> int:
        return last.color if last.engulfs(first) else 0


class Hammer(_Pair):
    """A short body with a long lower shadow and no upper one, near the low before: 1."""

    def _look(self, first: Candle, last: Candle) -> int:
        hangs = last.is_short and last.lower > last.body and last.upper < last.tiny
        return int(hangs and last.bottom <= first.low + first.near)


class HangingMan(_Pair):
    """A short body with a long lower shadow and no upper one, near the high before: -1."""

    def _look(self, first: Candle, last: Candle) -> int:
        hangs = last.is_short and last.lower > last.body and last.upper < last.tiny
        return -int(hangs and last.bottom >= first.high - first.near)


class Harami(_Pair):
    """A long candle, then a body no longer than usual inside of its; the sign is against the first's color."""

    def _look(self, first: Candle, last: Candle) -> int:
        return -first.color if first.is_long and not last.is_long and last.within(first) else 0


class HaramiCross(_Pair):
    """A long candle, then a doji inside of its body; the sign is against the first's color."""

    def _look(self, first: Candle, last: Candle) -> int:
        return -first.color if first.is_long and last.is_doji and last.within(first) else 0


class HomingPigeon(_Pair):
    """A long black candle, then a black body inside of its, no longer than usual: 1."""

    def _look(self, first: Candle, last: Candle) -> int:
        return int(first.black and last.black and first.is_long and not last.is_long and last.within(first))


def _opens_below_black(first: Candle, last: Candle) -> bool:
    """A long black candle, then a white one that opens below its low."""
    return first.black and first.is_long and last.white and last.open < first.low  # type: ignore[no-any-return]


class InNeck(_Pair):
    """A long black candle, then a white one from below its low to its close: -1."""

    def _look(self, first: Candle, last: Candle) -> int:
        return -int(_opens_below_black(first, last) and first.close <= last.close <= first.close + first.equal)


class InvertedHammer(_Pair):
    """A short body with a long upper shadow and no lower one, below the body before: 1."""

    def _look(self, first: Candle, last: Candle) -> int:
        return int(last.is_short and last.upper > last.body and last.lower < last.tiny and last.gaps_down(first))


class Kicking(_Pair):
    """Two long candles without shadows, of opposite colors, with a gap in the direction of the second, whose color is the sign."""

    def _look(self, first: Candle, last: Candle) -> int:
        bare = first.is_long and first.is_marubozu and last.is_long and last.is_marubozu
        found = first.white != last.white and bare and last.leaps(first, -first.color)
        return self._sign(first, last) if found else 0

    def _sign(self, first: Candle, last: Candle) -> int:
        return last.color


class KickingByLength(Kicking):
    """`Kicking`, where the longer of the two bodies gives the sign."""

    def _sign(self, first: Candle, last: Candle) -> int:
        return last.color if last.body > first.body else first.color


class MatchingLow(_Pair):
    """Two black candles that close alike: 1."""

    _before = 5

    def _look(self, first: Candle, last: Candle) -> int:
        return int(first.black and last.black and alike(last.close, first.close, first.equal))


class OnNeck(_Pair):
    """A long black candle, then a white one from below its low to that low: -1."""

    def _look(self, first: Candle, last: Candle) -> int:
        return -int(_opens_below_black(first, last) and alike(last.close, first.low, first.equal))


class Piercing(_Pair):
    """A long black candle, then a long white one from below its low to above the middle of its body: 1."""

    def _look(self, first: Candle, last: Candle) -> int:
        middle = first.close + first.body * _HALF
        return int(_opens_below_black(first, last) and last.is_long and middle < last.close < first.open)


class SeparatingLines(_Pair):
    """Two candles of opposite colors that open alike, the second a belt hold, whose color is the sign."""

    def _look(self, first: Candle, last: Candle) -> int:
        opening = last.lower if last.white else last.upper
        held = last.is_long and opening < last.tiny
        return last.color if held and first.white != last.white and alike(last.open, first.open, first.equal) else 0


class ShootingStar(_Pair):
    """A short body with a long upper shadow and no lower one, above the body before: -1."""

    def _look(self, first: Candle, last: Candle) -> int:
        return -int(last.is_short and last.upper > last.body and last.lower < last.tiny and last.gaps_up(first))


class Thrusting(_Pair):
    """A long black candle, then a white one from below its low into its body, up to the middle at most: -1."""

    def _look(self, first: Candle, last: Candle) -> int:
        middle = first.close + first.body * _HALF
        return -int(_opens_below_black(first, last) and first.close + first.equal < last.close <= middle)
