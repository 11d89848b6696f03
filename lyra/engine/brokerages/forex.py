"""Brokers of currencies and CFDs: Oanda and FXCM (`Common/Brokerages/{Oanda,Fxcm}BrokerageModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.brokerages.base import DefaultBrokerageModel, refuse
from lyra.engine.brokerages.rules import (
    ACCEPTED,
    Refusal,
    refuse_other_than_good_til_canceled,
    refuse_security,
    refuse_type,
)
from lyra.engine.decimals import decimal_text
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import AccountType, OrderDirection, OrderType, SecurityType
from lyra.engine.fees.base import ConstantFeeModel
from lyra.engine.fees.brokers import FxcmFeeModel
from lyra.engine.securities.benchmark import SecurityBenchmark
from lyra.engine.securities.settlement import AccountCurrencyImmediateSettlementModel, ImmediateSettlementModel
from lyra.engine.symbols import Symbol

_SECURITIES = (SecurityType.FOREX, SecurityType.CFD)


class _ForexBroker(DefaultBrokerageModel):
    """Currencies and CFDs of one market; profit of CFDs is booked in the account currency."""

    _market: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "_market" in cls.__dict__:
            market = cls._market
            cls.DEFAULT_MARKET_MAP = {
                SecurityType.BASE: "usa", SecurityType.EQUITY: "usa", SecurityType.OPTION: "usa", SecurityType.FOREX: market,
                SecurityType.CFD: market,
            }  # fmt: skip

    def get_benchmark(self, securities: Any) -> Any:
        """EURUSD."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("EURUSD", SecurityType.FOREX, self._market))

    def get_settlement_model(self, security: Any) -> Any:
        """CFDs settle in the account currency."""
        return AccountCurrencyImmediateSettlementModel() if security.type == SecurityType.CFD else ImmediateSettlementModel()


class OandaBrokerageModel(_ForexBroker):
    """Oanda: margin accounts only, no commission, no expiring orders."""

    _market = "oanda"
    _types = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise InvalidOperationException("Oanda brokerage can only be used with a Margin account type")

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Currencies and CFDs; market, limit and stop orders that do not expire."""
        return (
            refuse_security(self, security, _SECURITIES)
            or refuse_type(self, order, self._types)
            or refuse_other_than_good_til_canceled(self, order)
            or ACCEPTED
        )

    def get_fee_model(self, security: Any) -> Any:
        """None: the spread is the cost."""
        return ConstantFeeModel(0)


class FxcmBrokerageModel(_ForexBroker):
    """FXCM: whole lots, and limits and stops on the right side of the market and near it."""

    _market = "fxcm"
    _types = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_MARKET)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Currencies and CFDs; the prices of limit and stop orders are looked at, the time in force only of others."""
        refusal = (
            refuse_security(self, security, _SECURITIES) or refuse_type(self, order, self._types) or _refuse_lot(security, order._quantity)
        )
        if refusal is not None:
            return refusal
        price = security._price
        if order.type == OrderType.LIMIT:
            return _refuse_prices(security, order.type, order.direction, price, order._limit_price) or ACCEPTED
        if order.type == OrderType.STOP_MARKET:
            return _refuse_prices(security, order.type, order.direction, order._stop_price, price) or ACCEPTED
        return refuse_other_than_good_til_canceled(self, order) or ACCEPTED

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """The new quantity and prices must be such as a new order may have."""
        if request._quantity is not None:
            refusal = _refuse_lot(security, request._quantity)
            if refusal is not None:
                return refusal
        quantity = order._quantity if request._quantity is None else request._quantity
        direction = OrderDirection.BUY if quantity > 0 else OrderDirection.SELL
        price = security._price
        stop = price if request._stop_price is None else request._stop_price
        limit = price if request._limit_price is None else request._limit_price
        return _refuse_prices(security, order.type, direction, stop, limit) or ACCEPTED

    def get_fee_model(self, security: Any) -> Any:
        """A commission per thousand units."""
        return FxcmFeeModel()


def _refuse_lot(security: Any, quantity: Decimal) -> Refusal | None:
    lot = security.symbol_properties._lot_size
    if quantity % lot == 0:
        return None
    return refuse(f"The order quantity must be a multiple of lot_size: [{decimal_text(lot)}].")


def _refuse_prices(security: Any, kind: OrderType, direction: OrderDirection, stop: Decimal, limit: Decimal) -> Refusal | None:
    """Limits beyond the market, stops before it, and both too far from it: 15000 pips or half the price, whichever is nearer."""
    price = security._price
    buys = direction == OrderDirection.BUY
    own = limit if kind == OrderType.LIMIT else stop
    if kind not in (OrderType.LIMIT, OrderType.STOP_MARKET) or direction == OrderDirection.HOLD:
        return None
    below = (kind == OrderType.LIMIT) == buys
    if (own > price) if below else (own < price):
        return refuse(
            "Limit Buy orders and Stop Sell orders must be below market, Limit Sell orders and Stop Buy orders must be above market."
        )
    distance = min(security.symbol_properties._minimum_price_variation * 150000, price / 2)
    if (own < price - distance) if below else (own > price + distance):
        return refuse(
            f"The {kind.lean_name} {direction.lean_name} order price ({decimal_text(own)}) is too far from the current market price "
            f"({decimal_text(price)})."
        )
    return None
