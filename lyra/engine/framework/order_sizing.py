"""`OrderSizing`: how much to order towards a target (`Common/Orders/OrderSizing.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.enums import SecurityType
from lyra.engine.fees.base import charged_fee
from lyra.engine.naming import LeanObject
from lyra.engine.securities.buying_power import above_minimum_margin, initial_margin, margin_used, reserved_margin

_MILLION = 1_000_000


def adjust_by_lot_size(security: Any, quantity: Decimal) -> Decimal:
    """Whole lots of a quantity, rounded to zero; a millionth of a lot that is missing is taken for a rounding error."""
    lot = security.symbol_properties._lot_size
    size = abs(quantity)
    remainder = size % lot
    if lot - remainder < lot / _MILLION:
        remainder -= lot
    size -= remainder
    return size if quantity > 0 else -size if quantity < 0 else ZERO


def unordered_quantity(algorithm: Any, target: Any, security: Any, account_for_fees: bool = False) -> Decimal:
    """What is missing to a target, counting open orders; for a coin also its fee if that is paid in the coin."""
    symbol = security.symbol
    quantity = to_decimal(_exact(target)) - security.holdings._quantity - algorithm.transactions._open_quantity(symbol)
    if account_for_fees and symbol.security_type == SecurityType.CRYPTO and quantity > 0:
        fee = _market_order_fee(algorithm, security, quantity)
        if fee is not None and fee.currency == security.base_currency.symbol:
            quantity += fee._amount
    return adjust_by_lot_size(security, quantity)


def _exact(target: Any) -> Any:
    return getattr(target, "_quantity", None) if hasattr(target, "_quantity") else target.quantity


def _market_order_fee(algorithm: Any, security: Any, quantity: Decimal) -> Any:
    from lyra.engine.orders.order import MarketOrder

    return charged_fee(security, MarketOrder(security.symbol, quantity, algorithm._utc)).value


def above_minimum_order_margin(algorithm: Any, security: Any, quantity: Decimal) -> bool:
    """Whether an order is worth its while: its margin is the least share of the portfolio that the settings demand."""
    minimum = algorithm.settings._minimum_order_margin_portfolio_percentage
    if minimum == 0:
        return True
    return bool(above_minimum_margin(algorithm.portfolio, minimum, abs(initial_margin(security.buying_power_model, security, quantity))))


def size_for_percent_volume(security: Any, maximum: Decimal, desired: Decimal) -> Decimal:
    """An order limited to a share of the bar's volume."""
    return _limited(security, maximum * to_decimal(security.volume), desired)


def size_for_maximum_value(security: Any, maximum: Decimal, desired: Decimal) -> Decimal:
    """An order limited to a value in the account's currency."""
    price = security._price * security.quote_currency._conversion_rate * security.symbol_properties._contract_multiplier
    return ZERO if price == 0 else _limited(security, maximum / price, desired)


def _limited(security: Any, most: Decimal, desired: Decimal) -> Decimal:
    size = adjust_by_lot_size(security, min(most, abs(desired)))
    return size if desired > 0 else -size if desired < 0 else ZERO


class OrderSizing(LeanObject):
    """Sizes of orders."""

    @staticmethod
    def get_order_size_for_percent_volume(security: Any, maximum_percent_current_volume: Any, desired_order_size: Any) -> float:
        """An order limited to a share of the bar's volume."""
        return to_float(size_for_percent_volume(security, to_decimal(maximum_percent_current_volume), to_decimal(desired_order_size)))

    @staticmethod
    def get_order_size_for_maximum_value(security: Any, maximum_order_value_in_account_currency: Any, desired_order_size: Any) -> float:
        """An order limited to a value in the account's currency."""
        most = to_decimal(maximum_order_value_in_account_currency)
        return to_float(size_for_maximum_value(security, most, to_decimal(desired_order_size)))

    @staticmethod
    def get_unordered_quantity(algorithm: Any, target: Any, security: Any = None, account_for_fees: bool = False) -> float:
        """What is missing to a target, counting open orders."""
        if security is None:
            security = algorithm.securities[target.symbol]
        return to_float(unordered_quantity(algorithm, target, security, account_for_fees))

    @staticmethod
    def adjust_by_lot_size(security: Any, quantity: Any) -> float:
        """Whole lots of a quantity, rounded to zero."""
        return to_float(adjust_by_lot_size(security, to_decimal(quantity)))


class BuyingPowerModelExtensions(LeanObject):
    """Functions on buying power models."""

    @staticmethod
    def above_minimum_order_margin_portfolio_percentage(*args: Any) -> bool:
        """Whether a margin is a share of the portfolio: `(model, security, quantity, portfolio, share)` or `(portfolio, share, margin)`."""
        if len(args) == 3:
            portfolio, minimum, margin = args[0], to_decimal(args[1]), to_decimal(args[2])
        else:
            model, security, quantity, portfolio, share = args
            minimum = to_decimal(share)
            if minimum == 0:
                return True
            margin = abs(initial_margin(model, security, to_decimal(quantity)))
        return bool(above_minimum_margin(portfolio, minimum, margin))

    @staticmethod
    def get_reserved_buying_power_for_position(model: Any, security: Any) -> float:
        """The margin that a position holds."""
        return to_float(reserved_margin(security))

    @staticmethod
    def get_initial_margin_requirement(model: Any, security: Any, quantity: Any) -> float:
        """The margin that a quantity needs at first."""
        return to_float(initial_margin(model, security, to_decimal(quantity)))

    @staticmethod
    def get_maintenance_margin(model: Any, security: Any) -> float:
        """The margin that the holding needs to be kept."""
        return to_float(margin_used(security))
