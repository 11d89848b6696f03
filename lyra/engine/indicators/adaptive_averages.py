"""Averages whose speed follows the market: Kaufman's, with the efficiency ratio behind it, and McGinley's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.exact import ONE, TWO, ZERO, add, divide, divide_safely, from_double, magnitude, multiply, subtract, to_double
from lyra.engine.indicators.arguments import Parameter, integer
from lyra.engine.indicators.base import WindowIndicator


class KaufmanEfficiencyRatio(WindowIndicator):
    """|change over the period| / sum of |changes|; the price itself until ready."""

    _parameters: ClassVar[tuple[Parameter, ...]] = (integer("period"),)
    _label = "KER({period})"
    _period_extra = 1

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._path = self._trailing = ZERO
        self.warm_up_period = self._size

    def _ratio(self, x: Decimal) -> Decimal:
        """The ratio with x, or x itself before readiness; keeps x."""
        prices = self._prices
        before = prices[-1] if prices else ZERO
        prices.append(x)
        if self.samples < self._size:
            if self.samples > 1:
                self._path = add(self._path, magnitude(subtract(x, before)))
            return x
        if self.samples == self._size:
            self._path = add(self._path, magnitude(subtract(x, before)))
        oldest = prices[0]
        change = subtract(x, oldest)
        if self.samples > self._size:
            self._path = subtract(self._path, magnitude(subtract(self._trailing, oldest)))
            self._path = add(self._path, magnitude(subtract(x, before)))
        self._trailing = oldest
        return ONE if self._path <= change or self._path == ZERO else magnitude(divide(change, self._path))

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return self._ratio(x)

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._path = self._trailing = ZERO


class KaufmanAdaptiveMovingAverage(KaufmanEfficiencyRatio):
    """Average whose speed follows the efficiency ratio; the price itself until ready."""

    _parameters = (integer("period"), integer("fast_ema_period", 2), integer("slow_ema_period", 30))
    _label = "KAMA({period},{fast_ema_period},{slow_ema_period})"

    def _prepare(self, period: int, fast_ema_period: int, slow_ema_period: int) -> None:  # type: ignore[override]
        super()._prepare(period)
        self._slow = divide(TWO, Decimal(slow_ema_period + 1))
        self._difference = subtract(divide(TWO, Decimal(fast_ema_period + 1)), self._slow)
        self._kama = ZERO

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        ratio = self._ratio(x)
        if self.samples < self._size:
            return x
        if self.samples == self._size:
            self._kama = self._prices[-2] if len(self._prices) > 1 else ZERO
        smooth = add(multiply(ratio, self._difference), self._slow)
        smooth = multiply(smooth, smooth)
        self._kama = add(multiply(subtract(x, self._kama), smooth), self._kama)
        return self._kama

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._kama = ZERO


class McGinleyDynamic(WindowIndicator):
    """McGinley's dynamic: moves by (price - value) / (period · (price / value)⁴); seeded with the mean, 0 until then."""

    _parameters = (integer("period"),)
    _label = "MGD({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._sum = ZERO
        self._divisor = Decimal(period)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        if self.samples < self._size:
            self._sum = add(self._sum, x)
            return ZERO
        if self.samples == self._size:
            return divide(add(self._sum, x), self._divisor)
        value = self._value
        if value == ZERO or x == ZERO:
            return value
        ratio = to_double(divide_safely(x, value))
        if ratio == 0:
            return value
        denominator = multiply(self._divisor, from_double(ratio**4.0))
        return add(value, divide_safely(subtract(x, value), denominator))

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._sum = Decimal("0.0")
