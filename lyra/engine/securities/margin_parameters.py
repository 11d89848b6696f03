"""Questions to buying power models, and their answers (`Common/Securities/*Parameters.cs`, `*Result.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import to_decimal
from lyra.engine.enums import OrderDirection
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money, plain


def amount_of(answer: Any) -> Decimal:
    """The decimal of a model's answer, be it LEAN's result object or a number."""
    for name in ("_value", "_absolute_used_buying_power"):
        if hasattr(answer, name):
            return getattr(answer, name)  # type: ignore[no-any-return]
    return to_decimal(answer.value if hasattr(answer, "value") else answer)


class _Amount(LeanObject):
    value = money("_value")

    def __init__(self, value: Any) -> None:
        self._value = to_decimal(value)

    def __float__(self) -> float:
        return self.value  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return f"{self._value}"


class InitialMargin(_Amount):
    """Margin needed to open, in account currency."""

    ZERO: ClassVar[InitialMargin]
    Zero: ClassVar[InitialMargin]


InitialMargin.ZERO = InitialMargin.Zero = InitialMargin(0)


class MaintenanceMargin(_Amount):
    """Margin needed to hold, in account currency."""


class BuyingPower(_Amount):
    """What can be spent, in account currency (base or quote currency for cash models)."""


class ReservedBuyingPowerForPosition(LeanObject):
    """Margin that a position uses, in account currency."""

    absolute_used_buying_power = money("_absolute_used_buying_power")

    def __init__(self, reserved_buying_power_for_position: Any) -> None:
        self._absolute_used_buying_power = to_decimal(reserved_buying_power_for_position)


class HasSufficientBuyingPowerForOrderResult(LeanObject):
    """Whether an order can be paid for, and why not."""

    is_sufficient = plain("_is_sufficient")
    reason = plain("_reason")

    def __init__(self, is_sufficient: bool, reason: str | None = None) -> None:
        self._is_sufficient = is_sufficient
        self._reason = reason or ""


class GetMaximumOrderQuantityResult(LeanObject):
    """The quantity to order (signed), or 0 and the reason."""

    quantity = money("_quantity")
    reason = plain("_reason")
    is_error = plain("_is_error")

    def __init__(self, quantity: Any, reason: str | None = None, is_error: bool | None = None) -> None:
        self._quantity = to_decimal(quantity)
        self._reason = reason or ""
        self._is_error = bool(reason) if is_error is None else is_error


class InitialMarginParameters(LeanObject):
    """The initial margin of a quantity of a security?"""

    security = plain("_security")
    quantity = money("_quantity")

    def __init__(self, security: Any, quantity: Any) -> None:
        self._security = security
        self._quantity = to_decimal(quantity)


class InitialMarginRequiredForOrderParameters(LeanObject):
    """The initial margin of an order, fees included?"""

    currency_converter = plain("_currency_converter")
    security = plain("_security")
    order = plain("_order")

    def __init__(self, currency_converter: Any, security: Any, order: Any) -> None:
        self._currency_converter = currency_converter
        self._security = security
        self._order = order


class MaintenanceMarginParameters(LeanObject):
    """The maintenance margin of a quantity?"""

    security = plain("_security")
    quantity = money("_quantity")
    absolute_quantity = money("_absolute_quantity")
    holdings_cost = money("_holdings_cost")
    absolute_holdings_cost = money("_absolute_holdings_cost")
    holdings_value = money("_holdings_value")
    absolute_holdings_value = money("_absolute_holdings_value")

    def __init__(self, security: Any, quantity: Any, holdings_cost: Any, holdings_value: Any) -> None:
        self._security = security
        self._quantity = to_decimal(quantity)
        self._absolute_quantity = self._quantity.copy_abs()
        self._holdings_cost = to_decimal(holdings_cost)
        self._absolute_holdings_cost = self._holdings_cost.copy_abs()
        self._holdings_value = to_decimal(holdings_value)
        self._absolute_holdings_value = self._holdings_value.copy_abs()

    @staticmethod
    def for_current_holdings(security: Any) -> MaintenanceMarginParameters:
        """For what is held."""
        holdings = security.holdings
        return MaintenanceMarginParameters(security, holdings._quantity, holdings._holdings_cost, holdings._holdings_value)

    @staticmethod
    def for_quantity_at_current_price(security: Any, quantity: Any) -> MaintenanceMarginParameters:
        """For a quantity at the present price."""
        number = to_decimal(quantity)
        value = security.holdings._value_of(number, security._price)
        return MaintenanceMarginParameters(security, number, value, value)


class ReservedBuyingPowerForPositionParameters(LeanObject):
    """How much margin does the position use?"""

    security = plain("_security")

    def __init__(self, security: Any) -> None:
        self._security = security

    def result_in_account_currency(self, reserved_buying_power: Any) -> ReservedBuyingPowerForPosition:
        """The answer."""
        return ReservedBuyingPowerForPosition(reserved_buying_power)


class _WithPortfolio(LeanObject):
    portfolio = plain("_portfolio")
    security = plain("_security")


class BuyingPowerParameters(_WithPortfolio):
    """How much can be spent in a direction?"""

    direction = plain("_direction")

    def __init__(self, portfolio: Any, security: Any, direction: OrderDirection) -> None:
        self._portfolio = portfolio
        self._security = security
        self._direction = direction

    def result(self, buying_power: Any, currency: str) -> BuyingPower:
        """The answer in a currency."""
        return BuyingPower(buying_power)

    def result_in_account_currency(self, buying_power: Any) -> BuyingPower:
        """The answer in account currency."""
        return BuyingPower(buying_power)


class HasSufficientBuyingPowerForOrderParameters(_WithPortfolio):
    """Can the order be paid for?"""

    order = plain("_order")

    def __init__(self, portfolio: Any, security: Any, order: Any) -> None:
        self._portfolio = portfolio
        self._security = security
        self._order = order

    def sufficient(self) -> HasSufficientBuyingPowerForOrderResult:
        """Yes."""
        return HasSufficientBuyingPowerForOrderResult(True)

    def insufficient(self, reason: str) -> HasSufficientBuyingPowerForOrderResult:
        """No, because."""
        return HasSufficientBuyingPowerForOrderResult(False, reason)


class GetMaximumOrderQuantityForTargetBuyingPowerParameters(_WithPortfolio):
    """Which quantity brings the position's margin to a share of the portfolio?"""

    target_buying_power = money("_target_buying_power")
    minimum_order_margin_portfolio_percentage = money("_minimum")
    silence_non_error_reasons = plain("_silence")

    def __init__(self, portfolio: Any, security: Any, target_buying_power: Any, minimum_order_margin_portfolio_percentage: Any,
                 silence_non_error_reasons: bool = False) -> None:  # fmt: skip
        self._portfolio = portfolio
        self._security = security
        self._target_buying_power = to_decimal(target_buying_power)
        self._minimum = to_decimal(minimum_order_margin_portfolio_percentage)
        self._silence = silence_non_error_reasons


class GetMaximumOrderQuantityForDeltaBuyingPowerParameters(_WithPortfolio):
    """Which quantity changes the position's margin by an amount?"""

    delta_buying_power = money("_delta_buying_power")
    minimum_order_margin_portfolio_percentage = money("_minimum")
    silence_non_error_reasons = plain("_silence")

    def __init__(self, portfolio: Any, security: Any, delta_buying_power: Any, minimum_order_margin_portfolio_percentage: Any,
                 silence_non_error_reasons: bool = False) -> None:  # fmt: skip
        self._portfolio = portfolio
        self._security = security
        self._delta_buying_power = to_decimal(delta_buying_power)
        self._minimum = to_decimal(minimum_order_margin_portfolio_percentage)
        self._silence = silence_non_error_reasons
