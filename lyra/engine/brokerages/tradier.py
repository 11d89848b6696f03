"""Tradier (`Common/Brokerages/TradierBrokerageModel.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel, refuse
from lyra.engine.brokerages.rules import ACCEPTED, Refusal, refuse_cross_zero, refuse_type
from lyra.engine.enums import OrderType, SecurityType
from lyra.engine.fees.base import ConstantFeeModel
from lyra.engine.orders.properties import TradierOrderProperties
from lyra.engine.orders.time_in_force import DayTimeInForce, GoodTilCanceledTimeInForce
from lyra.engine.times import HOUR, MINUTE, day_of

_PRE_MARKET = (4 * HOUR, 9 * HOUR + 24 * MINUTE)
_POST_MARKET = (16 * HOUR, 19 * HOUR + 55 * MINUTE)
_OUTSIDE_SESSIONS = (
    "Tradier does not support explicitly placing out-of-regular-hours orders if not currently during the pre or post market session. "
    "PreMarket: 04:00:00-09:24:00. PostMarket: 16:00:00-19:55:00. Only equity limit orders are allowed during extended market hours."
)


class TradierBrokerageModel(DefaultBrokerageModel):
    """Tradier: shares and options, 1 to 10 million; short sales end with the day and need a price of 5 dollars; free of commission."""

    _types = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """None."""
        return ConstantFeeModel(0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """An order outside regular hours is taken with a warning: it will fill at the opening."""
        refusal = (
            refuse_type(self, order, self._types) or _refuse_kind(order) or _refuse_short_sale(security, order) or _refuse_quantity(order)
        )
        if refusal is not None:
            return refusal
        warning = None
        if not _can_execute(security, order):
            if _asks_extended_hours(order):
                return refuse(_OUTSIDE_SESSIONS, "ExtendedMarket")
            _, warning = refuse(
                "Tradier does not support extended market hours trading. Your order will be processed at market open.", "ExtendedMarket"
            )
        return refuse_cross_zero(self, security, order) or (True, warning)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Anything but the quantity."""
        if request._quantity is None or request._quantity == order._quantity:
            return ACCEPTED
        return refuse("Tradier does not support updating order quantities.", "UpdateRejected")

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """In regular hours; limit orders of shares that ask for it also in Tradier's extended hours."""
        return _can_execute(security, order)

    def apply_split(self, tickets: list[Any], split: Any) -> None:
        """Reverse splits cancel the orders."""
        if split._split_factor <= 1:
            super().apply_split(tickets, split)
            return
        for ticket in tickets:
            ticket.cancel("Tradier Brokerage cancels open orders on reverse split symbols")


def _asks_extended_hours(order: Any) -> bool:
    properties = order.properties
    return bool(isinstance(properties, TradierOrderProperties) and properties.outside_regular_trading_hours)


def _can_execute(security: Any, order: Any) -> bool:
    now = security._local_time
    if security.exchange.hours.is_open_us(now, False):
        return True
    time = now - day_of(now)
    extended = any(start <= time < end for start, end in (_PRE_MARKET, _POST_MARKET))
    return bool(_asks_extended_hours(order) and order.type == OrderType.LIMIT and order.security_type == SecurityType.EQUITY and extended)


def _refuse_kind(order: Any) -> Refusal | None:
    if order.security_type not in (SecurityType.EQUITY, SecurityType.OPTION, SecurityType.INDEX_OPTION):
        return refuse("This model only supports equities and options.")
    if not isinstance(order.time_in_force, (GoodTilCanceledTimeInForce, DayTimeInForce)):
        kinds = " and ".join(f"QuantConnect.Orders.TimeInForces.{name}" for name in ("DayTimeInForce", "GoodTilCanceledTimeInForce"))
        return refuse(f"This model only supports orders with the following time in force types: {kinds}")
    return None


def _refuse_short_sale(security: Any, order: Any) -> Refusal | None:
    if security.holdings._quantity + order._quantity >= 0:
        return None
    if isinstance(order.time_in_force, GoodTilCanceledTimeInForce):
        return refuse("You cannot place short stock orders with GTC, only day orders are allowed", "ShortOrderIsGtc")
    if security._price < 5:
        return refuse("Sell Short order cannot be placed for stock priced below $5", "SellShortOrderLastPriceBelow5")
    return None


def _refuse_quantity(order: Any) -> Refusal | None:
    if 1 <= abs(order._quantity) <= 10_000_000:
        return None
    return refuse("Quantity should be between 1 and 10,000,000", "IncorrectOrderQuantity")
