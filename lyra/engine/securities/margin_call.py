"""What happens when margin runs out (`Common/Securities/DefaultMarginCallModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.enums import OrderType
from lyra.engine.naming import LeanObject
from lyra.engine.orders.requests import SubmitOrderRequest
from lyra.engine.securities.buying_power import margin_used
from lyra.engine.securities.margin_parameters import GetMaximumOrderQuantityForDeltaBuyingPowerParameters

MARGIN_CALL_TAG = "Margin Call"
_WARNING_SHARE = Decimal("0.05")


class NullMarginCallModel(LeanObject):
    """No margin calls (`MarginCallModel.NULL`)."""

    def get_margin_call_orders(self, *args: Any) -> Any:
        """None, and no warning."""
        return [], False

    def execute_margin_call(self, generated_margin_call_orders: Any) -> list[Any]:
        """Nothing to execute."""
        return []


class MarginCallModel(LeanObject):
    """LEAN's place for the model without margin calls."""

    NULL = NullMarginCallModel()
    Null = NULL


class DefaultMarginCallModel(LeanObject):
    """Warns when 5 % of the value or less is free; reduces positions when more than 110 % of it is used."""

    def __init__(self, portfolio: Any = None, default_order_properties: Any = None, margin_buffer: Any = Decimal("0.10")) -> None:
        self.portfolio = portfolio
        self.default_order_properties = default_order_properties
        self._buffer = to_decimal(margin_buffer)

    def get_margin_call_orders(self, *args: Any) -> Any:
        """(orders, whether to warn)."""
        portfolio = self.portfolio
        used = portfolio._total_margin_used
        if used <= 0:
            return [], False
        total = portfolio._total_portfolio_value
        remaining = portfolio._margin_remaining_of(total)
        warn = bool(remaining <= total * _WARNING_SHARE)
        orders: list[SubmitOrderRequest] = []
        if remaining <= 0:
            if used > total * (1 + self._buffer):
                for security in portfolio._positions():
                    order = self._order(security, total, used)
                    if order is not None and order._quantity != 0:
                        orders.append(order)
            warn = bool(orders)
        return orders, warn

    def _order(self, security: Any, total: Decimal, used: Decimal) -> SubmitOrderRequest | None:
        if security.quote_currency._conversion_rate == 0:
            return None
        reserved = margin_used(security)
        keep = max(ZERO, reserved - (used - total))
        change = reserved - keep
        delta = -change if security.holdings._quantity > 0 else change
        asked = GetMaximumOrderQuantityForDeltaBuyingPowerParameters(self.portfolio, security, delta, 0)
        result = security.buying_power_model.get_maximum_order_quantity_for_delta_buying_power(asked)
        size = result._quantity.copy_abs()
        quantity = -size if security.holdings._quantity > 0 else size
        properties = None if self.default_order_properties is None else self.default_order_properties.clone()
        return SubmitOrderRequest(
            OrderType.MARKET, security.type, security.symbol, quantity, 0, 0, security.exchange._now(), MARGIN_CALL_TAG, properties
        )

    def execute_margin_call(self, generated_margin_call_orders: list[SubmitOrderRequest]) -> list[Any]:
        """Send the orders, the losers' first, until margin is there again."""
        portfolio = self.portfolio
        if portfolio._margin_remaining >= 0:
            return []
        tickets = []
        for request in sorted(generated_margin_call_orders, key=lambda r: portfolio[r._symbol]._unrealized_profit):
            tickets.append(portfolio.transactions.add_order(request))
            if portfolio._margin_remaining >= 0:
                break
        return tickets
