"""Binance: spot, Binance.US, futures on stable coins and on coins (`Common/Brokerages/Binance*.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel, is_perpetual, refuse
from lyra.engine.brokerages.rules import NO_DATA, Refusal, refuse_security, refuse_type, refuse_update
from lyra.engine.brokerages.venues import is_internal_feed, with_markets
from lyra.engine.decimals import decimal_text
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import AccountType, OrderDirection, OrderType, SecurityType
from lyra.engine.fees.crypto import BinanceCoinFuturesFeeModel, BinanceFeeModel, BinanceFuturesFeeModel
from lyra.engine.models.margin_interest import BinanceFutureMarginInterestRateModel
from lyra.engine.securities.benchmark import SecurityBenchmark
from lyra.engine.securities.crypto_future import BinanceCryptoFutureMarginModel, CryptoFutureMarginModel
from lyra.engine.symbols import Symbol

_TYPES = (OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.MARKET, OrderType.LIMIT)


class BinanceBrokerageModel(DefaultBrokerageModel):
    """Binance: orders must be worth more than the symbol's minimum, and cannot be changed. Margin: leverage 3, futures 25."""

    DEFAULT_MARKET_MAP = with_markets("binance", SecurityType.CRYPTO)
    _market = "binance"
    _endpoint = "https://api.binance.com/api/v3"

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    def _leverage(self, security: Any) -> float:
        """1 in cash accounts, otherwise 3, of futures 25."""
        if self.account_type == AccountType.CASH or is_internal_feed(security) or security.type == SecurityType.BASE:
            return 1.0
        return 25.0 if security.symbol.security_type == SecurityType.CRYPTO_FUTURE else 3.0

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSDC."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSDC", SecurityType.CRYPTO, self._market))

    def get_fee_model(self, security: Any) -> Any:
        """Binance's spot fees."""
        return BinanceFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Orders cannot be changed."""
        return refuse_update()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Market, limit and stop-limit orders (futures: stop-market too) worth more than the minimum."""
        return (
            self._refuse_worth(security, order)
            or refuse_security(self, security, (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE))
            or super().can_submit_order(security, order, message)
        )

    def _refuse_worth(self, security: Any, order: Any) -> Refusal | None:
        kind = order.type
        if kind == OrderType.LIMIT:
            return _refuse_below(security, order, order._limit_price)
        if kind == OrderType.MARKET:
            if not security.has_data:
                return refuse(NO_DATA)
            return _refuse_below(security, order, security._ask_price if order.direction == OrderDirection.BUY else security._bid_price)
        if kind == OrderType.STOP_LIMIT:
            return _refuse_below(security, order, order._limit_price) or _refuse_below(security, order, order._stop_price)
        if kind in (OrderType.STOP_MARKET, OrderType.TRAILING_STOP):
            if security.symbol.security_type == SecurityType.CRYPTO_FUTURE:
                return _refuse_below(security, order, order._stop_price)
            ticker = security.symbol_properties.market_ticker
            return refuse(f"{kind.lean_name} orders are not supported for this symbol. Please check "
                          f"'{self._endpoint}/exchangeInfo?symbol={ticker}' to see supported order types.")  # fmt: skip
        return refuse_type(self, order, _TYPES)


class BinanceUSBrokerageModel(BinanceBrokerageModel):
    """Binance.US: cash accounts only."""

    DEFAULT_MARKET_MAP = with_markets("binanceus", SecurityType.CRYPTO)
    _market = "binanceus"
    _endpoint = "https://api.binance.us/api/v3"

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.MARGIN:
            raise ArgumentException("The Binance.US brokerage does not currently support Margin trading.")

    def _leverage(self, security: Any) -> float:
        """1."""
        return 1.0


class BinanceFuturesBrokerageModel(BinanceBrokerageModel):
    """Binance futures on stable coins: margin accounts only, funding of perpetuals."""

    def __init__(self, account_type: AccountType) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise InvalidOperationException("CryptoFuture can only be traded using a Margin account type")

    def get_benchmark(self, securities: Any) -> Any:
        """The BTCUSDT perpetual."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSDT", SecurityType.CRYPTO_FUTURE, self._market))

    def get_fee_model(self, security: Any) -> Any:
        """Binance's fees of futures on stable coins."""
        return BinanceFuturesFeeModel()

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """Funding every eight hours, for perpetuals."""
        if is_perpetual(security):
            return BinanceFutureMarginInterestRateModel()
        return super().get_margin_interest_rate_model(security)

    def get_buying_power_model(self, security: Any) -> Any:
        """Stable coins stand in for each other as collateral."""
        if security is not None and security.type == SecurityType.CRYPTO_FUTURE:
            return self._future_margin_model(security)
        return super().get_buying_power_model(security)

    def _future_margin_model(self, security: Any) -> Any:
        return BinanceCryptoFutureMarginModel(self._leverage(security))


class BinanceCoinFuturesBrokerageModel(BinanceFuturesBrokerageModel):
    """Binance futures margined in the coin itself."""

    def get_benchmark(self, securities: Any) -> Any:
        """The BTCUSD perpetual."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("BTCUSD", SecurityType.CRYPTO_FUTURE, self._market))

    def get_fee_model(self, security: Any) -> Any:
        """Binance's fees of futures on coins."""
        return BinanceCoinFuturesFeeModel()

    def _future_margin_model(self, security: Any) -> Any:
        return CryptoFutureMarginModel(self._leverage(security))


def _refuse_below(security: Any, order: Any, price: Decimal) -> Refusal | None:
    """Orders not worth more than the minimum at a price."""
    least = security.symbol_properties._minimum_order_size
    if least is None or abs(order._quantity) * price > least:
        return None
    return refuse(f"The minimum order size (in quote currency) for {security.symbol.value} is {decimal_text(least)}. Order size was "
                  f"{decimal_text(order._quantity * price)}.")  # fmt: skip
