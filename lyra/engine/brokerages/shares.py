"""Brokers of shares and their derivatives (`Common/Brokerages`). Options and futures count in what they say, though the engine has none."""

from __future__ import annotations

from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel, refuse
from lyra.engine.brokerages.rules import (
    ACCEPTED,
    NO_UPDATE,
    Refusal,
    crosses_zero,
    lean_name,
    refuse_cross_zero,
    refuse_fraction,
    refuse_market_on_open,
    refuse_security,
    refuse_size,
    refuse_type,
    refuse_update,
)
from lyra.engine.brokerages.venues import SizedBroker, is_internal_feed
from lyra.engine.dotnet_errors import ArgumentException, NotSupportedException
from lyra.engine.enums import AccountType, OrderDirection, OrderType, SecurityType
from lyra.engine.fees.brokers import (
    AlphaStreamsFeeModel,
    AxosFeeModel,
    CharlesSchwabFeeModel,
    ExanteFeeModel,
    EzeFeeModel,
    PublicFeeModel,
    RBIFeeModel,
    TastytradeFeeModel,
    TDAmeritradeFeeModel,
    TradeStationFeeModel,
    WebullFeeModel,
    WolverineFeeModel,
)
from lyra.engine.fees.crypto import AlpacaFeeModel
from lyra.engine.models.shortable import LocalDiskShortableProvider
from lyra.engine.models.slippage import AlphaStreamsSlippageModel
from lyra.engine.orders.properties import AlpacaOrderProperties, PublicOrderProperties, TradeStationOrderProperties, WebullOrderProperties
from lyra.engine.orders.time_in_force import DayTimeInForce
from lyra.engine.securities.benchmark import FuncBenchmark
from lyra.engine.securities.settlement import ImmediateSettlementModel
from lyra.engine.times import HOUR

_EQUITY = SecurityType.EQUITY
_OPTION = SecurityType.OPTION
_INDEX_OPTION = SecurityType.INDEX_OPTION
_FUTURE = SecurityType.FUTURE
_FUTURE_OPTION = SecurityType.FUTURE_OPTION
_MARKET = OrderType.MARKET
_LIMIT = OrderType.LIMIT
_STOP = OrderType.STOP_MARKET
_STOP_LIMIT = OrderType.STOP_LIMIT
_TRAILING = OrderType.TRAILING_STOP
_ON_OPEN = OrderType.MARKET_ON_OPEN
_ON_CLOSE = OrderType.MARKET_ON_CLOSE
_COMBO_MARKET = OrderType.COMBO_MARKET
_COMBO_LIMIT = OrderType.COMBO_LIMIT


class AlpacaBrokerageModel(DefaultBrokerageModel):
    """Alpaca: shares, options and crypto, each with its order types; on-open orders from 19:00 until two minutes before the opening."""

    _types = {
        _EQUITY: (_MARKET, _LIMIT, _STOP, _STOP_LIMIT, _TRAILING, _ON_OPEN, _ON_CLOSE),
        _OPTION: (_MARKET, _LIMIT),
        SecurityType.CRYPTO: (_MARKET, _LIMIT, _STOP_LIMIT),
    }

    def __init__(self) -> None:
        super().__init__(AccountType.MARGIN)

    def get_fee_model(self, security: Any) -> Any:
        """Alpaca's fees."""
        return AlpacaFeeModel()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Outside regular hours only limit orders of the day; on-open and on-close orders must not turn the holding over."""
        return (
            refuse_security(self, security, self._types)
            or refuse_type(self, order, self._types[security.type])
            or self._refuse_outside(order)
            or refuse_cross_zero(self, security, order)
            or refuse_market_on_open(security, order, (_EQUITY,), opens=19 * HOUR)
            or super().can_submit_order(security, order, message)
        )

    def _refuse_outside(self, order: Any) -> Refusal | None:
        properties, duration = order.properties, order.time_in_force
        outside = isinstance(properties, AlpacaOrderProperties) and properties.outside_regular_trading_hours
        if not outside or (order.type == _LIMIT and isinstance(duration, DayTimeInForce)):
            return None
        return refuse(f"The {lean_name(self)} does not support {order.type.lean_name} orders with {duration} TIF outside regular hours. "
                      f"Only Limit orders with {DayTimeInForce()} TIF are supported outside regular trading hours.")  # fmt: skip


class AlphaStreamsBrokerageModel(DefaultBrokerageModel):
    """Alpha Streams: margin accounts only; leverage 10 for currencies and CFDs, 1 for all else; slippage on shares."""

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise ArgumentException("The Alpha Streams brokerage does not currently support Cash trading. (Parameter 'accountType')")

    def get_fee_model(self, security: Any) -> Any:
        """Alpha Streams' fees."""
        return AlphaStreamsFeeModel()

    def get_slippage_model(self, security: Any) -> Any:
        """A hundredth of a percent, of shares."""
        return AlphaStreamsSlippageModel()

    def _leverage(self, security: Any) -> float:
        """10 for currencies and CFDs."""
        return 10.0 if security.type in (SecurityType.FOREX, SecurityType.CFD) else 1.0

    def get_settlement_model(self, security: Any) -> Any:
        """At once."""
        return ImmediateSettlementModel()


class AxosClearingBrokerageModel(DefaultBrokerageModel):
    """Axos: whole shares, with a list of what can be sold short."""

    DEFAULT_MARKET_MAP = {_EQUITY: "usa"}
    _types = (_LIMIT, _MARKET, _ON_CLOSE)

    def get_fee_model(self, security: Any) -> Any:
        """Axos' fees."""
        return AxosFeeModel()

    def get_shortable_provider(self, security: Any) -> Any:
        """Axos' list from the data folder, for shares."""
        return LocalDiskShortableProvider("axos") if security.type == _EQUITY else super().get_shortable_provider(security)

    def get_benchmark(self, securities: Any) -> Any:
        """None: always zero."""
        return FuncBenchmark(lambda time: 0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Shares; market, limit and on-close orders of whole shares."""
        return (
            refuse_security(self, security, (_EQUITY,))
            or refuse_type(self, order, self._types)
            or refuse_fraction(order._quantity)
            or ACCEPTED
        )


class _Broker(DefaultBrokerageModel):
    """A broker that knows some kinds of securities and some order types, and nothing else."""

    _securities: tuple[SecurityType, ...] = ()
    _types: tuple[OrderType, ...] = ()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Kinds of securities and order types that the broker knows."""
        return (
            refuse_security(self, security, self._securities)
            or refuse_type(self, order, self._types)
            or self._refuse(security, order)
            or super().can_submit_order(security, order, message)
        )

    def _refuse(self, security: Any, order: Any) -> Refusal | None:
        """What else the broker refuses; nothing here."""


class BloombergFixBrokerageModel(_Broker):
    """Bloomberg by FIX: margin accounts only."""

    _securities = (_EQUITY, _OPTION, _INDEX_OPTION, _FUTURE)
    _types = (_MARKET, _ON_OPEN, _ON_CLOSE, _LIMIT, _STOP, _STOP_LIMIT)

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise NotSupportedException("Bloomberg FIX brokerage can only be used with a Margin account type")


class CharlesSchwabBrokerageModel(_Broker):
    """Charles Schwab."""

    _securities = (_EQUITY, _OPTION, _INDEX_OPTION)
    _types = (_MARKET, _LIMIT, _STOP, _COMBO_MARKET, _COMBO_LIMIT, _ON_CLOSE, _ON_OPEN, _STOP_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """Charles Schwab's fees."""
        return CharlesSchwabFeeModel()


class EzeBrokerageModel(_Broker):
    """Eze: margin accounts only, whole quantities."""

    _securities = (_EQUITY, _OPTION, _FUTURE, _FUTURE_OPTION, SecurityType.INDEX, _INDEX_OPTION)
    _types = (_MARKET, _LIMIT, _STOP, _STOP_LIMIT, _ON_OPEN, _ON_CLOSE)

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise NotSupportedException("Eze brokerage can only be used with a Margin account type")

    def get_fee_model(self, security: Any) -> Any:
        """None."""
        return EzeFeeModel()

    def _refuse(self, security: Any, order: Any) -> Refusal | None:
        return refuse_fraction(abs(order._quantity))


class ExanteBrokerageModel(DefaultBrokerageModel):
    """Exante: little leverage; orders need a price."""

    _securities = (
        SecurityType.FOREX, _EQUITY, SecurityType.INDEX, _OPTION, _FUTURE, SecurityType.CFD, SecurityType.CRYPTO,
    )  # fmt: skip

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    def get_fee_model(self, security: Any) -> Any:
        """Exante's fees."""
        return ExanteFeeModel()

    def _leverage(self, security: Any) -> float:
        """1.2 for shares, 1.05 for currencies, in margin accounts."""
        if self.account_type == AccountType.CASH or is_internal_feed(security):
            return 1.0
        return {SecurityType.FOREX: 1.05, _EQUITY: 1.2}.get(security.type, 1.0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Orders with a price; LEAN sets none before the check, so new orders are refused."""
        if order is None:
            return refuse("Order is null.")
        if order._price == 0:
            return refuse("Price is not set.")
        return refuse_security(self, security, self._securities) or ACCEPTED


class PublicBrokerageModel(_Broker):
    """Public.com: outside regular hours limit orders only; combinations cannot be changed."""

    _securities = (_EQUITY, _OPTION, _INDEX_OPTION, SecurityType.CRYPTO)
    _types = (_MARKET, _LIMIT, _STOP, _STOP_LIMIT, _COMBO_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """Public.com's fees."""
        return PublicFeeModel()

    def _refuse(self, security: Any, order: Any) -> Refusal | None:
        properties = order.properties
        if not isinstance(properties, PublicOrderProperties):
            return None
        if properties.outside_regular_trading_hours and order.type != _LIMIT:
            return refuse(
                "Orders for extended market must be of type 'Limit' and with 'DAY' time-in-force, but "
                f"{order.type.lean_name} was specified."
            )
        wished = True if properties.use_margin is None else properties.use_margin
        properties.use_margin = self.account_type != AccountType.CASH and wished
        return None

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Single orders."""
        if order.group_order_manager is not None:
            return refuse("Public.com does not support updating combo (multi-leg) orders.")
        return ACCEPTED


class RBIBrokerageModel(DefaultBrokerageModel):
    """RBI: shares."""

    _types = (_MARKET, _LIMIT, _STOP, _STOP_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """RBI's fees."""
        return RBIFeeModel()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Shares; market, limit and stop orders."""
        refusal = refuse_size(security, order._quantity) or refuse_security(self, security, (_EQUITY,))
        if refusal is not None:
            return refusal
        if order.type not in self._types:
            return refuse(
                f"{order.type.lean_name} order is not supported by RBI. Currently, only Market Order, Limit Order, StopMarket Order "
                "and StopLimit Order are supported."
            )
        return super().can_submit_order(security, order, message)


class TDAmeritradeBrokerageModel(SizedBroker):
    """TD Ameritrade: shares."""

    _securities = (_EQUITY,)
    _types = (_MARKET, _LIMIT, _STOP, _STOP_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """TD Ameritrade's fees."""
        return TDAmeritradeFeeModel()


class TastytradeBrokerageModel(_Broker):
    """Tastytrade: combinations must not turn a holding over."""

    _securities = (_EQUITY, _OPTION, _INDEX_OPTION, _FUTURE, _FUTURE_OPTION)
    _types = (_MARKET, _LIMIT, _STOP, _STOP_LIMIT, _COMBO_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """Tastytrade's fees."""
        return TastytradeFeeModel()

    def _refuse(self, security: Any, order: Any) -> Refusal | None:
        return refuse_cross_zero(self, security, order, (_COMBO_LIMIT,))


class TerminalLinkBrokerageModel(_Broker):
    """Bloomberg's Terminal Link: orders cannot be changed."""

    _securities = (_EQUITY, _OPTION, _INDEX_OPTION, _FUTURE)
    _types = (_MARKET, _ON_OPEN, _LIMIT, _STOP, _STOP_LIMIT)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Orders cannot be changed."""
        return refuse(NO_UPDATE)


class TradeStationBrokerageModel(_Broker):
    """TradeStation: on-open orders from 06:00 until a minute before the opening; some types must not turn the holding over."""

    _securities = (_EQUITY, _OPTION, _FUTURE, _INDEX_OPTION)
    _types = (_MARKET, _LIMIT, _STOP, _STOP_LIMIT, _COMBO_MARKET, _COMBO_LIMIT, _ON_OPEN, _ON_CLOSE, _TRAILING)

    def get_fee_model(self, security: Any) -> Any:
        """TradeStation's fees."""
        return TradeStationFeeModel()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Outside regular hours only limit orders of shares."""
        properties = order.properties
        outside = isinstance(properties, TradeStationOrderProperties) and properties.outside_regular_trading_hours
        if outside and (order.type != _LIMIT or order.security_type != _EQUITY):
            return refuse("To place an order outside regular trading hours, please use a limit order and ensure the security is an equity.",
                          "NotSupportedOutsideRegularMarketHours")  # fmt: skip
        return super().can_submit_order(security, order, message)

    def _refuse(self, security: Any, order: Any) -> Refusal | None:
        return refuse_cross_zero(self, security, order, (_COMBO_MARKET, _COMBO_LIMIT, _ON_OPEN, _ON_CLOSE)) or refuse_market_on_open(
            security, order, (_EQUITY, _OPTION, _INDEX_OPTION), opens=6 * HOUR, minutes_before=1
        )

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Not the quantity of combinations and of orders that turn the holding over."""
        wished = request._quantity
        if wished is None or wished == order._quantity:
            return ACCEPTED
        if crosses_zero(security.holdings._quantity, order._quantity):
            return refuse(
                f"Unfortunately, the {lean_name(self)} brokerage model does not support updating the quantity of Cross Zero Orders.",
                "UpdateRejected",
            )
        if order.type in (_COMBO_MARKET, _COMBO_LIMIT):
            return refuse(f"Order type '{order.type.lean_name}' is not supported to update quantity in the {lean_name(self)}.")
        return ACCEPTED


class WebullBrokerageModel(DefaultBrokerageModel):
    """Webull: outside regular hours shares only, and no market orders; sales of options end with the day."""

    _types = {
        _EQUITY: (_MARKET, _LIMIT, _STOP, _STOP_LIMIT, _TRAILING),
        _OPTION: (_MARKET, _LIMIT, _STOP, _STOP_LIMIT),
        _INDEX_OPTION: (_MARKET, _LIMIT, _STOP, _STOP_LIMIT),
    }

    def get_fee_model(self, security: Any) -> Any:
        """Webull's fees."""
        return WebullFeeModel()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Shares and options with their order types."""
        return (
            refuse_security(self, security, self._types)
            or refuse_type(self, order, self._types[security.type])
            or _refuse_long_option_sale(security, order)
            or _refuse_webull_outside(security, order)
            or super().can_submit_order(security, order, message)
        )


class WolverineBrokerageModel(SizedBroker):
    """Wolverine: shares and options; orders cannot be changed."""

    _securities = (_EQUITY, _OPTION)
    _types = (_MARKET, _ON_CLOSE, _LIMIT, _STOP, _STOP_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """Wolverine's fees."""
        return WolverineFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Orders cannot be changed."""
        return refuse_update()


def _refuse_long_option_sale(security: Any, order: Any) -> Refusal | None:
    kind, duration = security.type, order.time_in_force
    if kind == _EQUITY or order.direction != OrderDirection.SELL or isinstance(duration, DayTimeInForce):
        return None
    return refuse(f"{kind.lean_name} sell orders only support DayTimeInForce time in force, but {lean_name(duration)} was specified.")


def _refuse_webull_outside(security: Any, order: Any) -> Refusal | None:
    properties = order.properties
    if not isinstance(properties, WebullOrderProperties) or not properties.outside_regular_trading_hours:
        return None
    if security.type != _EQUITY:
        return refuse(f"OutsideRegularTradingHours is only supported for Equity orders, but {security.type.lean_name} was specified.")
    return refuse("Market orders are not supported outside regular trading hours.") if order.type == _MARKET else None
