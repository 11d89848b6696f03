"""`IndicatorExtensions`: indicators of indicators. In Python these are static: `IndicatorExtensions.plus(a, b)`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, to_decimal
from lyra.engine.exact import add, divide, multiply, subtract
from lyra.engine.indicators.averages import ExponentialMovingAverage, SimpleMovingAverage, Sum
from lyra.engine.indicators.base import IndicatorBase, IndicatorDataPoint
from lyra.engine.indicators.composite import Composer, CompositeIndicator, ConstantIndicator, ResetCompositeIndicator
from lyra.engine.indicators.extremes import Maximum, Minimum, WindowIdentity
from lyra.engine.indicators.own import as_indicator
from lyra.engine.naming import LeanObject


def _plus(left: IndicatorBase, right: IndicatorBase) -> Decimal:
    return add(left._value, right._value)


def _minus(left: IndicatorBase, right: IndicatorBase) -> Decimal:
    return subtract(left._value, right._value)


def _times(left: IndicatorBase, right: IndicatorBase) -> Decimal:
    return multiply(left._value, right._value)


def _over(left: IndicatorBase, right: IndicatorBase) -> Decimal | None:
    return None if right._value == ZERO else divide(left._value, right._value)


def _combine(left: Any, right: Any, name: str | None, composer: Composer) -> CompositeIndicator:
    if not isinstance(right, IndicatorBase) and not hasattr(right, "is_ready"):
        value = to_decimal(right)
        right = ConstantIndicator(decimal_text(value), value)
    return CompositeIndicator._of(name, as_indicator(left), as_indicator(right), composer)


def follow(second: Any, first: Any, wait_for_first_to_ready: bool = True) -> Any:
    """Feed `first`'s values into `second`; gives back `second`."""

    def receive(sender: Any, symbol: Any, end: int, value: Decimal) -> None:
        if not wait_for_first_to_ready or first.is_ready:
            if second._input is IndicatorDataPoint:
                second._accept(symbol, end, value)
            else:
                second._update(IndicatorDataPoint._of(symbol, end, value))

    first._link(receive)
    return second


class IndicatorExtensions(LeanObject):
    """Composition of indicators. The other side may be a number."""

    @staticmethod
    def update(indicator: IndicatorBase, time: Any, value: Any) -> bool:
        """`indicator.update(time, value)`."""
        return indicator.update(time, value)

    @staticmethod
    def of(second: Any, first: Any, wait_for_first_to_ready: bool = True) -> Any:
        """Feed `first`'s values into `second`, from its readiness on unless told otherwise; gives back `second`."""
        return follow(as_indicator(second), as_indicator(first), wait_for_first_to_ready)

    @staticmethod
    def plus(left: Any, right: Any, name: str | None = None) -> CompositeIndicator:
        """left + right."""
        return _combine(left, right, name, _plus)

    @staticmethod
    def minus(left: Any, right: Any, name: str | None = None) -> CompositeIndicator:
        """left - right."""
        return _combine(left, right, name, _minus)

    @staticmethod
    def times(left: Any, right: Any, name: str | None = None) -> CompositeIndicator:
        """left · right."""
        return _combine(left, right, name, _times)

    @staticmethod
    def over(left: Any, right: Any, name: str | None = None) -> CompositeIndicator:
        """left / right; dividing by zero makes no update."""
        return _combine(left, right, name, _over)

    @staticmethod
    def weighted_by(value: Any, weight: Any, period: int) -> CompositeIndicator:
        """Mean of `value` over `period`, weighted by `weight`."""
        value, weight = as_indicator(value), as_indicator(weight)
        x, y = WindowIdentity(period), WindowIdentity(period)
        numerator, denominator = Sum("Sum_xy", period), Sum("Sum_y", period)

        def on_value(sender: Any, symbol: Any, end: int, new: Decimal) -> None:
            x._feed(new)
            if x.samples == y.samples:
                numerator._push(None, end, multiply(new, y._value))

        def on_weight(sender: Any, symbol: Any, end: int, new: Decimal) -> None:
            y._feed(new)
            if x.samples == y.samples:
                numerator._push(None, end, multiply(new, x._value))
            denominator._push(symbol, end, new)

        value._link(on_value)
        weight._link(on_weight)

        def also_reset() -> None:
            x.reset()
            y.reset()

        return ResetCompositeIndicator._with_reset(numerator, denominator, _over, also_reset)

    @staticmethod
    def ema(left: Any, period: int, smoothing_factor: Any = None, wait_for_first_to_ready: bool = True) -> ExponentialMovingAverage:
        """Exponential average of another indicator."""
        left = as_indicator(left)
        average = ExponentialMovingAverage(f"EMA{period}_Of_{left.name}", period, smoothing_factor)
        return follow(average, left, wait_for_first_to_ready)  # type: ignore[no-any-return]

    @staticmethod
    def sma(left: Any, period: int, wait_for_first_to_ready: bool = True) -> SimpleMovingAverage:
        """Simple average of another indicator."""
        left = as_indicator(left)
        return follow(SimpleMovingAverage(f"SMA{period}_Of_{left.name}", period), left, wait_for_first_to_ready)  # type: ignore[no-any-return]

    @staticmethod
    def max(left: Any, period: int, wait_for_first_to_ready: bool = True) -> Maximum:
        """Highest of another indicator's values."""
        left = as_indicator(left)
        return follow(Maximum(f"MAX{period}_Of_{left.name}", period), left, wait_for_first_to_ready)  # type: ignore[no-any-return]

    @staticmethod
    def min(left: Any, period: int, wait_for_first_to_ready: bool = True) -> Minimum:
        """Lowest of another indicator's values."""
        left = as_indicator(left)
        return follow(Minimum(f"MIN{period}_Of_{left.name}", period), left, wait_for_first_to_ready)  # type: ignore[no-any-return]

    EMA = ema
    SMA = sma
    MAX = max
    MIN = min
