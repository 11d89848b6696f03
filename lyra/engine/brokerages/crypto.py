"""Crypto exchanges: Coinbase, Bitfinex, Bybit, Kraken, FTX, dYdX (`Common/Brokerages`)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel, is_perpetual, refuse
from lyra.engine.brokerages.rules import (
    ACCEPTED,
    NO_DATA,
    NO_UPDATE,
    Refusal,
    refuse_security,
    refuse_size,
    refuse_status,
    refuse_type,
    refuse_update,
)
from lyra.engine.brokerages.venues import SizedBroker, invalid_for_leverage, is_internal_feed, with_markets
from lyra.engine.dotnet_errors import ArgumentException, ArgumentOutOfRangeException
from lyra.engine.enums import AccountType, OrderDirection, OrderStatus, OrderType, SecurityType
from lyra.engine.fees.crypto import (
    BitfinexFeeModel,
    BybitFeeModel,
    BybitFuturesFeeModel,
    CoinbaseFeeModel,
    FTXFeeModel,
    FTXUSFeeModel,
    KrakenFeeModel,
    dYdXFeeModel,
)
from lyra.engine.models.margin_interest import BybitFutureMarginInterestRateModel, dYdXFutureMarginInterestRateModel
from lyra.engine.orders.time_in_force import TimeInForce
from lyra.engine.securities.benchmark import SecurityBenchmark
from lyra.engine.securities.buying_power import SecurityMarginModel
from lyra.engine.securities.cash_buying_power import CashBuyingPowerModel
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_us

_CRYPTO = (SecurityType.CRYPTO,)
_WORKING = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.SUBMITTED, OrderStatus.UPDATE_SUBMITTED)
_FOUR_TYPES = (OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.MARKET, OrderType.LIMIT)
_STOPS_ENDED = to_us(datetime(2019, 3, 23, 1))


class CoinbaseBrokerageModel(DefaultBrokerageModel):
    """Coinbase: cash accounts only; stop-market orders until March 2019, limit orders can be changed."""

    DEFAULT_MARKET_MAP = with_markets("coinbase", SecurityType.CRYPTO)
    _types = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_LIMIT, OrderType.STOP_MARKET)

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.MARGIN:
            raise ArgumentException("The Coinbase brokerage does not currently support Margin trading. (Parameter 'accountType')")

    def _leverage(self, security: Any) -> float:
        """1."""
        return 1.0

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSD", SecurityType.CRYPTO, "coinbase"))

    def get_fee_model(self, security: Any) -> Any:
        """Coinbase's fees."""
        return CoinbaseFeeModel()

    def get_buying_power_model(self, security: Any) -> Any:
        """Only what is there can be spent."""
        return CashBuyingPowerModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Working limit orders without expiry, to a quantity that is large enough."""
        _needs(order, security, request)
        if order.type != OrderType.LIMIT:
            return refuse(f"Order with type {order.type.lean_name} can't be modified, only LIMIT.")
        if order.time_in_force is not TimeInForce.GOOD_TIL_CANCELED:
            return refuse("Order's parameter 'TimeInForce' is not instance of Good Til Cancelled class.")
        return refuse_status(order, _WORKING) or _refuse_new_size(security, request) or ACCEPTED

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Crypto; market, limit, stop-limit and, until March 2019, stop-market orders."""
        _needs(order, security, order)
        if order.broker_id:
            return refuse_update()
        return (
            refuse_size(security, order._quantity)
            or refuse_security(self, security, _CRYPTO)
            or refuse_type(self, order, self._types)
            or _refuse_late_stop(order)
            or super().can_submit_order(security, order, message)
        )


class GDAXBrokerageModel(CoinbaseBrokerageModel):
    """The old name of Coinbase."""


class BitfinexBrokerageModel(SizedBroker):
    """Bitfinex: crypto with leverage 3.3."""

    DEFAULT_MARKET_MAP = with_markets("bitfinex", SecurityType.CRYPTO)
    _securities = _CRYPTO
    _types = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def _leverage(self, security: Any) -> float:
        """3.3 with margin. Raises ValueError for what Bitfinex does not trade."""
        if self.account_type == AccountType.CASH or is_internal_feed(security) or security.type == SecurityType.BASE:
            return 1.0
        if security.type == SecurityType.CRYPTO:
            return 3.3
        raise invalid_for_leverage(security)

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSD", SecurityType.CRYPTO, "bitfinex"))

    def get_fee_model(self, security: Any) -> Any:
        """Bitfinex's fees."""
        return BitfinexFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """To quantities that are large enough."""
        return _refuse_new_size(security, request) or ACCEPTED


class KrakenBrokerageModel(SizedBroker):
    """Kraken: leverage by coin and by what it is traded for; orders cannot be changed."""

    DEFAULT_MARKET_MAP = with_markets("kraken", SecurityType.CRYPTO)
    _securities = _CRYPTO
    _types = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED)
    _coins = {
        "BTC": 5.0, "ETH": 5.0, "USDT": 2.0, "XMR": 2.0, "REP": 2.0, "XRP": 3.0, "BCH": 2.0, "XTZ": 2.0, "LTC": 3.0, "ADA": 3.0, "EOS": 3.0,
        "DASH": 3.0, "TRX": 3.0, "LINK": 3.0, "USDC": 3.0,
    }  # fmt: skip

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    @property
    def coin_leverage(self) -> dict[str, float]:
        """The leverage of each coin."""
        return dict(self._coins)

    def _leverage(self, security: Any) -> float:
        """Some coins have leverage against dollars and euros only, some against ether and bitcoin too, others against bitcoin."""
        if self.account_type == AccountType.CASH:
            return 1.0
        pair, ticker = security.symbol.value, security.symbol.id.symbol
        groups = (
            (("BTC", "USDT", "USDC"), ("USD", "EUR")),
            (("REP", "XTZ", "ADA", "EOS", "TRX", "LINK"), ("BTC", "ETH", "USD", "EUR")),
            (tuple(self._coins), ("BTC", "USD", "EUR")),
        )
        for coins, against in groups:
            if pair.endswith(against):
                for coin in coins:
                    if ticker.startswith(coin):
                        return self._coins[coin]
        return 1.0

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSD", SecurityType.CRYPTO, "kraken"))

    def get_fee_model(self, security: Any) -> Any:
        """Kraken's fees."""
        return KrakenFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Orders cannot be changed."""
        return refuse_update()


class FTXBrokerageModel(DefaultBrokerageModel):
    """FTX: leverage 3; stops must not be triggered at once; orders cannot be changed."""

    DEFAULT_MARKET_MAP = with_markets("ftx", SecurityType.CRYPTO)
    _market = "ftx"
    _types = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def _leverage(self, security: Any) -> float:
        """3 with margin."""
        return 1.0 if self.account_type == AccountType.CASH else 3.0

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSD", SecurityType.CRYPTO, self._market))

    def get_fee_model(self, security: Any) -> Any:
        """FTX's fees."""
        return FTXFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Orders cannot be changed."""
        return refuse_update()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Crypto; market, limit and stop orders that are large enough."""
        return (
            refuse_size(security, order._quantity)
            or refuse_type(self, order, self._types)
            or _refuse_triggered(security, order)
            or refuse_security(self, security, _CRYPTO)
            or super().can_submit_order(security, order, message)
        )


class FTXUSBrokerageModel(FTXBrokerageModel):
    """FTX US."""

    DEFAULT_MARKET_MAP = with_markets("ftxus", SecurityType.CRYPTO)
    _market = "ftxus"

    def get_fee_model(self, security: Any) -> Any:
        """FTX US's fees."""
        return FTXUSFeeModel()


class BybitBrokerageModel(DefaultBrokerageModel):
    """Bybit: spot and futures, leverage 10 with margin; only orders of futures can be changed."""

    DEFAULT_MARKET_MAP = with_markets("bybit", SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE)

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    def _leverage(self, security: Any) -> float:
        """10 with margin."""
        if self.account_type == AccountType.CASH or is_internal_feed(security) or security.type == SecurityType.BASE:
            return 1.0
        return 10.0

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSDC."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSDC", SecurityType.CRYPTO, "bybit"))

    def get_fee_model(self, security: Any) -> Any:
        """Bybit's fees. Raises ValueError for what Bybit does not trade."""
        kind = security.type
        if kind == SecurityType.CRYPTO:
            return BybitFeeModel()
        if kind == SecurityType.CRYPTO_FUTURE:
            return BybitFuturesFeeModel()
        if kind == SecurityType.BASE:
            return super().get_fee_model(security)
        raise ArgumentOutOfRangeException(f"Not supported security type {kind.lean_name} (Parameter 'security')")

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """Funding every eight hours, for perpetuals."""
        return BybitFutureMarginInterestRateModel() if is_perpetual(security) else super().get_margin_interest_rate_model(security)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Working orders of futures, to quantities that are large enough."""
        if security.type != SecurityType.CRYPTO_FUTURE:
            return refuse(NO_UPDATE)
        return refuse_status(order, _WORKING) or _refuse_new_size(security, request) or ACCEPTED

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Spot and futures; market, limit and stop orders that are large enough."""
        return (
            refuse_security(self, security, (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE, SecurityType.BASE))
            or _refuse_other_types(self, order)
            or refuse_size(security, order._quantity)
            or super().can_submit_order(security, order, message)
        )


class dYdXBrokerageModel(DefaultBrokerageModel):  # noqa: N801 (LEAN's name)
    """dYdX: perpetuals in margin accounts; orders cannot be changed."""

    DEFAULT_MARKET_MAP = with_markets("dydx", SecurityType.CRYPTO_FUTURE)

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type != AccountType.MARGIN:
            raise ArgumentException("dYdXBrokerageModel only supports margin accounts (Parameter 'accountType')")

    def get_benchmark(self, securities: Any) -> Any:
        """The BTCUSD perpetual."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSD", SecurityType.CRYPTO_FUTURE, "dydx"))

    def get_buying_power_model(self, security: Any) -> Any:
        """Futures have margin of the whole account."""
        if security is not None and security.type == SecurityType.CRYPTO_FUTURE:
            return SecurityMarginModel(self._leverage(security))
        return super().get_buying_power_model(security)

    def get_fee_model(self, security: Any) -> Any:
        """dYdX's fees of futures."""
        return dYdXFeeModel() if security.type == SecurityType.CRYPTO_FUTURE else super().get_fee_model(security)

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """Funding, for futures."""
        if security.type == SecurityType.CRYPTO_FUTURE:
            return dYdXFutureMarginInterestRateModel()
        return super().get_margin_interest_rate_model(security)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Orders cannot be changed."""
        return refuse(NO_UPDATE)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Futures; market, limit and stop orders that are large enough."""
        return (
            refuse_security(self, security, (SecurityType.CRYPTO_FUTURE,))
            or _refuse_other_types(self, order)
            or refuse_size(security, order._quantity)
            or ACCEPTED
        )


def _needs(order: Any, security: Any, request: Any) -> None:
    if order is None or security is None or request is None:
        name = "order" if order is None else "security"
        raise ArgumentException(f"{name} parameter cannot be null. Please provide a valid {name} for submission. (Parameter '{name}')")


def _refuse_late_stop(order: Any) -> Refusal | None:
    if order.type != OrderType.STOP_MARKET or order._time < _STOPS_ENDED:
        return None
    return refuse("Stop Market orders are no longer supported since 03/23/2019 01:00:00.")


def _refuse_new_size(security: Any, request: Any) -> Refusal | None:
    quantity: Decimal | None = request._quantity
    return None if quantity is None else refuse_size(security, quantity)


def _refuse_other_types(model: Any, order: Any) -> Refusal | None:
    return None if order.type == OrderType.TRAILING_STOP else refuse_type(model, order, _FOUR_TYPES)


def _refuse_triggered(security: Any, order: Any) -> Refusal | None:
    """Stops that the market has passed already."""
    if order.type not in (OrderType.STOP_MARKET, OrderType.STOP_LIMIT):
        return None
    if not security.has_data:
        return refuse(NO_DATA)
    if order.direction == OrderDirection.SELL and order._stop_price > security._bid_price:
        return refuse("Trigger price too high: must be below current market price.")
    if order.direction == OrderDirection.BUY and order._stop_price < security._ask_price:
        return refuse("Trigger price too low: must be above current market price.")
    return None
