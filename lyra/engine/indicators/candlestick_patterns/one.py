"""Patterns of a single candle. Sources of all patterns: TA-Lib's `CDL…` functions and `Indicators/CandlestickPatterns/*.cs`."""

from __future__ import annotations

from lyra.engine.indicators.candlestick_patterns.candle import Candle, CandlestickPattern


class BeltHold(CandlestickPattern):
    """A long candle that opens at its end: white without a lower shadow (1), black without an upper one (-1)."""

    def _look(self, last: Candle) -> int:
        opening = last.lower if last.white else last.upper
        return last.color if last.is_long and opening < last.tiny else 0


class ClosingMarubozu(CandlestickPattern):
    """A long candle that closes at its end: white without an upper shadow (1), black without a lower one (-1)."""

    def _look(self, last: Candle) -> int:
        closing = last.upper if last.white else last.lower
        return last.color if last.is_long and closing < last.tiny else 0


class Doji(CandlestickPattern):
    """Opens where it closes; 1, whatever its shadows."""

    def _look(self, last: Candle) -> int:
        return int(last.is_doji)


class DragonflyDoji(CandlestickPattern):
    """A doji at the top of its range."""

    def _look(self, last: Candle) -> int:
        return int(last.is_doji and last.upper < last.tiny < last.lower)


class GravestoneDoji(CandlestickPattern):
    """A doji at the bottom of its range."""

    def _look(self, last: Candle) -> int:
        return int(last.is_doji and last.lower < last.tiny < last.upper)


class HighWaveCandle(CandlestickPattern):
    """A short body with shadows longer than twice the body; the sign is its color."""

    def _look(self, last: Candle) -> int:
        return last.color if last.is_short and min(last.upper, last.lower) > 2 * last.body else 0


class LongLeggedDoji(CandlestickPattern):
    """A doji with a shadow longer than its body."""

    def _look(self, last: Candle) -> int:
        return int(last.is_doji and max(last.upper, last.lower) > last.body)


class LongLineCandle(CandlestickPattern):
    """A long body with short shadows; the sign is its color."""

    def _look(self, last: Candle) -> int:
        return last.color if last.is_long and max(last.upper, last.lower) < last.short_shadow else 0


class Marubozu(CandlestickPattern):
    """A long body without shadows; the sign is its color."""

    def _look(self, last: Candle) -> int:
        return last.color if last.is_long and last.is_marubozu else 0


class RickshawMan(CandlestickPattern):
    """A doji in the middle of its range, both shadows longer than its body."""

    def _look(self, last: Candle) -> int:
        middle = last.low + last.range / 2
        centered = last.bottom <= middle + last.near and last.top >= middle - last.near
        return int(last.is_doji and min(last.upper, last.lower) > last.body and centered)


class ShortLineCandle(CandlestickPattern):
    """A short body with short shadows; the sign is its color."""

    def _look(self, last: Candle) -> int:
        return last.color if last.is_short and max(last.upper, last.lower) < last.short_shadow else 0


class SpinningTop(CandlestickPattern):
    """A short body with shadows longer than it; the sign is its color."""

    def _look(self, last: Candle) -> int:
        return last.color if last.is_short and min(last.upper, last.lower) > last.body else 0


class Takuri(CandlestickPattern):
    """A doji at the top of its range, its lower shadow longer than twice its body."""

    def _look(self, last: Candle) -> int:
        return int(last.is_doji and last.upper < last.tiny and last.lower > 2 * last.body)
