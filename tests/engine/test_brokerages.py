# ruff: noqa: E501 (a line for each of LEAN's messages)
"""Brokerage models: what the real engine answered (records `BrokerageCatalogue` and `BrokerageOrders`), and users' own models."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from made_securities import NOW, Market

from lyra.engine import brokerages
from lyra.engine.brokerages.base import BrokerageModelSecurityInitializer, DefaultBrokerageModel
from lyra.engine.brokerages.catalogue import BrokerageModel, brokerage_model, brokerage_name
from lyra.engine.decimals import use_decimal_context
from lyra.engine.enums import AccountType, BrokerageMessageType, BrokerageName, SecurityType
from lyra.engine.fees.base import ConstantFeeModel
from lyra.engine.models.python_models import BrokerageModelPythonWrapper, wrap_model
from lyra.engine.orders.order import (
    LimitIfTouchedOrder,
    LimitOrder,
    MarketOnCloseOrder,
    MarketOnOpenOrder,
    MarketOrder,
    StopLimitOrder,
    StopMarketOrder,
    TrailingStopOrder,
)
from lyra.engine.orders.properties import AlpacaOrderProperties, OrderProperties
from lyra.engine.orders.requests import UpdateOrderFields, UpdateOrderRequest
from lyra.engine.orders.time_in_force import TimeInForce

pytestmark = pytest.mark.usefixtures("decimal_context")

MARGIN, CASH = AccountType.MARGIN, AccountType.CASH
QUOTED = {
    "equity": (SecurityType.EQUITY, "SPY", "usa", 260.0),
    "forex": (SecurityType.FOREX, "EURUSD", "oanda", 1.22),
    "cfd": (SecurityType.CFD, "XAUUSD", "oanda", 1300.0),
    "crypto": (SecurityType.CRYPTO, "BTCUSD", "coinbase", 6000.0),
    "binance": (SecurityType.CRYPTO, "BTCUSDT", "binance", 6000.0),
    "bitfinex": (SecurityType.CRYPTO, "BTCUSD", "bitfinex", 6000.0),
    "future": (SecurityType.CRYPTO_FUTURE, "BTCUSDT", "binance", 6000.0),
    "dydx": (SecurityType.CRYPTO_FUTURE, "BTCUSD", "dydx", 6000.0),
}
# leverage of equity, forex, crypto, CFD and crypto future in a margin account; None where LEAN refuses
LEVERAGE = {
    "DEFAULT": (2, 50, 1, 50, 25),
    "INTERACTIVE_BROKERS_BROKERAGE": (2, 50, 1, 10, 25),
    "TRADIER_BROKERAGE": (2, 50, 1, 50, 25),
    "BITFINEX": (None, None, 3.3, None, None),
    "BINANCE": (3, 3, 3, 3, 25),
    "ALPHA_STREAMS": (1, 10, 1, 10, 1),
    "ZERODHA": (5, None, None, None, None),
    "KRAKEN": (1, 1, 5, 1, 1),
    "FTX": (3, 3, 3, 3, 3),
    "EXANTE": (1.2, 1.05, 1, 1, 1),
    "BYBIT": (10, 10, 10, 10, 10),
}
# fee, settlement, margin interest and buying power model of a kind of security in a margin account
MODELS = [
    ("DEFAULT", "equity", "InteractiveBrokersFeeModel ImmediateSettlementModel NullMarginInterestRateModel SecurityMarginModel"),
    ("OANDA_BROKERAGE", "cfd", "ConstantFeeModel AccountCurrencyImmediateSettlementModel NullMarginInterestRateModel SecurityMarginModel"),
    ("BINANCE_FUTURES", "future", "BinanceFuturesFeeModel ImmediateSettlementModel BinanceFutureMarginInterestRateModel BinanceCryptoFutureMarginModel"),
    ("BINANCE_COIN_FUTURES", "future", "BinanceCoinFuturesFeeModel ImmediateSettlementModel BinanceFutureMarginInterestRateModel CryptoFutureMarginModel"),
    ("BYBIT", "future", "BybitFuturesFeeModel ImmediateSettlementModel BybitFutureMarginInterestRateModel CryptoFutureMarginModel"),
    ("DYDX", "future", "dYdXFeeModel ImmediateSettlementModel dYdXFutureMarginInterestRateModel SecurityMarginModel"),
    ("AXOS", "equity", "AxosFeeModel ImmediateSettlementModel NullMarginInterestRateModel SecurityMarginModel"),
]  # fmt: skip
FIVE = "Only supports [Limit,Market,StopMarket,StopLimit]"
# brokerage, security, order, quantity, (code, text) of the refusal or None
ORDERS: list[tuple[str, str, str, float, tuple[str, str] | None]] = [
    ("DEFAULT", "equity", "moo", 1, None),
    ("INTERACTIVE_BROKERS_BROKERAGE", "forex", "market", 1, ("OrderSizeLimit", "The minimum and maximum limits for the allowable order size are (20000, 6000000)EUR.")),
    ("INTERACTIVE_BROKERS_BROKERAGE", "forex", "moo", 1, ("UnsupportedSecurityType", "The broker does not support Market-on-Open orders for security type Forex")),
    ("INTERACTIVE_BROKERS_BROKERAGE", "crypto", "market", 1, ("NotSupported", "The InteractiveBrokersBrokerageModel does not support Crypto security type.")),
    ("TRADIER_BROKERAGE", "equity", "trailing_stop", 1, ("NotSupported", f"The TradierBrokerageModel does not support TrailingStop order type. {FIVE}")),
    ("TRADIER_BROKERAGE", "equity", "market", -1, ("ShortOrderIsGtc", "You cannot place short stock orders with GTC, only day orders are allowed")),
    ("TRADIER_BROKERAGE", "equity", "market", 0.5, ("IncorrectOrderQuantity", "Quantity should be between 1 and 10,000,000")),
    ("OANDA_BROKERAGE", "equity", "market", 1, ("NotSupported", "The OandaBrokerageModel does not support Equity security type.")),
    ("FXCM_BROKERAGE", "forex", "market", 0.5, ("NotSupported", "The order quantity must be a multiple of lot_size: [1].")),
    ("FXCM_BROKERAGE", "forex", "limit", -1000, ("NotSupported", "Limit Buy orders and Stop Sell orders must be below market, Limit Sell orders and Stop Buy orders must be above market.")),
    ("BITFINEX", "equity", "market", 1, ("NotSupported", "The BitfinexBrokerageModel does not support Equity security type.")),
    ("BITFINEX", "bitfinex", "market", 0.000001, ("NotSupported", "The minimum order size (in quote currency) for BTCUSD is 0.00004. Order quantity was 0.000001.")),
    ("BINANCE", "binance", "stop_market", 1, ("NotSupported", "StopMarket orders are not supported for this symbol. Please check 'https://api.binance.com/api/v3/exchangeInfo?symbol=BTCUSDT' to see supported order types.")),
    ("BINANCE", "binance", "market", 0.000001, ("NotSupported", "The minimum order size (in quote currency) for BTCUSDT is 5. Order size was 0.0060000.")),
    ("BINANCE", "binance", "market", 1, None),
    ("BINANCE_FUTURES", "future", "stop_market", 1, None),
    ("AXOS", "equity", "market", 0.5, ("NotSupported", "Order Quantity must be Integer, but provided 0.5.")),
    ("EXANTE", "equity", "market", 1, ("NotSupported", "Price is not set.")),
    ("RBI", "equity", "moo", 1, ("NotSupported", "MarketOnOpen order is not supported by RBI. Currently, only Market Order, Limit Order, StopMarket Order and StopLimit Order are supported.")),
    ("TRADE_STATION", "equity", "moo", 1, ("NotSupported", "MarketOnOpen submission time is invalid. Valid local times are  06:00\u2013 09:29. Consider setting daily_precise_end_time = false or using self.schedule.on.")),
    ("ALPACA", "forex", "market", 1, ("NotSupported", "The AlpacaBrokerageModel does not support Forex security type.")),
    ("ALPACA", "equity", "limit_if_touched", 1, ("NotSupported", "The AlpacaBrokerageModel does not support LimitIfTouched order type. Only supports [Market,Limit,StopMarket,StopLimit,TrailingStop,MarketOnOpen,MarketOnClose]")),
    ("DYDX", "dydx", "limit_if_touched", 1, ("NotSupported", "The dYdXBrokerageModel does not support LimitIfTouched order type. Only supports [StopMarket,StopLimit,Market,Limit]")),
    ("BYBIT", "future", "trailing_stop", 1, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def securities() -> dict[str, Any]:
    use_decimal_context()
    market = Market()
    return {name: market.security(kind, ticker, where, price, price) for name, (kind, ticker, where, price) in QUOTED.items()}


def order_of(name: str, security: Any, quantity: float, properties: OrderProperties | None = None) -> Any:
    """One of the record's sample orders."""
    symbol, price = security.symbol, security.price
    rest = (NOW, "", properties)
    return {
        "market": lambda: MarketOrder(symbol, quantity, *rest),
        "limit": lambda: LimitOrder(symbol, quantity, price * 0.99, *rest),
        "stop_market": lambda: StopMarketOrder(symbol, quantity, price * 1.01, *rest),
        "stop_limit": lambda: StopLimitOrder(symbol, quantity, price * 1.01, price * 1.02, *rest),
        "trailing_stop": lambda: TrailingStopOrder(symbol, quantity, price * 1.01, 0.01, True, *rest),
        "limit_if_touched": lambda: LimitIfTouchedOrder(symbol, quantity, price * 0.99, price * 0.98, *rest),
        "moo": lambda: MarketOnOpenOrder(symbol, quantity, *rest),
        "moc": lambda: MarketOnCloseOrder(symbol, quantity, *rest),
    }[name]()


def model_of(name: str, account: AccountType = MARGIN) -> Any:
    return brokerage_model(getattr(BrokerageName, name), account)


@pytest.mark.parametrize("name", LEVERAGE)
def test_leverage(securities: dict[str, Any], name: str) -> None:
    model = model_of(name)
    for kind, expected in zip(("equity", "forex", "crypto", "cfd", "future"), LEVERAGE[name], strict=True):
        if expected is None:
            with pytest.raises(ValueError, match="Invalid security type"):
                model.get_leverage(securities[kind])
        else:
            assert model.get_leverage(securities[kind]) == expected, kind


@pytest.mark.parametrize(("name", "kind", "expected"), MODELS)
def test_models(securities: dict[str, Any], name: str, kind: str, expected: str) -> None:
    model, security = model_of(name), securities[kind]
    asked = (model.get_fee_model, model.get_settlement_model, model.get_margin_interest_rate_model, model.get_buying_power_model)
    assert " ".join(type(get(security)).__name__ for get in asked) == expected


def test_models_of_cash_accounts(securities: dict[str, Any]) -> None:
    model = model_of("DEFAULT", CASH)
    assert type(model.get_settlement_model(securities["equity"])).__name__ == "DelayedSettlementModel"
    assert type(model.get_buying_power_model(securities["crypto"])).__name__ == "CashBuyingPowerModel"
    assert type(model.get_buying_power_model(securities["equity"])).__name__ == "SecurityMarginModel"
    assert model.get_leverage(securities["forex"]) == 1


@pytest.mark.parametrize(
    ("name", "account", "text"),
    [
        ("COINBASE", MARGIN, "The Coinbase brokerage does not currently support Margin trading. (Parameter 'accountType')"),
        ("BINANCE_US", MARGIN, "The Binance.US brokerage does not currently support Margin trading."),
        ("ALPHA_STREAMS", CASH, "The Alpha Streams brokerage does not currently support Cash trading. (Parameter 'accountType')"),
        ("DYDX", CASH, "dYdXBrokerageModel only supports margin accounts (Parameter 'accountType')"),
        ("OANDA_BROKERAGE", CASH, "Oanda brokerage can only be used with a Margin account type"),
        ("BINANCE_FUTURES", CASH, "CryptoFuture can only be traded using a Margin account type"),
        ("ATREYU", MARGIN, "Specified argument was out of the range of valid values. (Parameter 'brokerage')"),
    ],
)
def test_accounts_that_a_brokerage_lacks(name: str, account: AccountType, text: str) -> None:
    with pytest.raises((ValueError, RuntimeError)) as refusal:
        model_of(name, account)
    assert str(refusal.value) == text


def test_default_markets() -> None:
    assert model_of("OANDA_BROKERAGE").default_markets[SecurityType.FOREX] == "oanda"
    assert model_of("BINANCE").default_markets.get(SecurityType.CRYPTO) == "binance"
    assert model_of("SAMCO").default_markets[SecurityType.OPTION] == "india"
    pairs = [f"{pair.key}={pair.value}" for pair in model_of("INTERACTIVE_BROKERS_BROKERAGE").default_markets]
    assert ", ".join(pairs) == ("BASE=usa, EQUITY=usa, INDEX=usa, OPTION=usa, INDEX_OPTION=usa, FUTURE=cme, FUTURE_OPTION=cme, FOREX=oanda, "
                                "CFD=interactivebrokers")  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "order", "quantity", "refusal"), ORDERS)
def test_orders(securities: dict[str, Any], name: str, kind: str, order: str, quantity: float, refusal: tuple[str, str] | None) -> None:
    security = securities[kind]
    accepted, message = model_of(name).can_submit_order(security, order_of(order, security, quantity), None)
    assert accepted == (refusal is None)
    if refusal is not None:
        assert (message.type, message.code, message.message) == (BrokerageMessageType.WARNING, *refusal)


def test_coinbase_takes_stop_market_orders_until_march_2019(securities: dict[str, Any]) -> None:
    security, model = securities["crypto"], model_of("COINBASE", CASH)
    assert model.can_submit_order(security, StopMarketOrder(security.symbol, 1, 6060, datetime(2019, 3, 23)), None) == (True, None)
    accepted, message = model.can_submit_order(security, StopMarketOrder(security.symbol, 1, 6060, datetime(2019, 3, 23, 1)), None)
    assert not accepted
    assert message.message == "Stop Market orders are no longer supported since 03/23/2019 01:00:00."


@pytest.mark.parametrize(
    ("name", "kind", "quantity", "text"),
    [
        ("BINANCE", "binance", None, "Warning - Code: 0 - Brokerage does not support update. You must cancel and re-create instead."),
        ("TRADIER_BROKERAGE", "equity", 2, "Warning - Code: UpdateRejected - Tradier does not support updating order quantities."),
        ("INTERACTIVE_BROKERS_BROKERAGE", "forex", 2, "Warning - Code: OrderSizeLimit - The minimum and maximum limits for the allowable order size "
                                                      "are (20000, 6000000)EUR."),
        ("BYBIT", "binance", None, "Warning - Code: NotSupported - Brokerage does not support update. You must cancel and re-create instead."),
        ("AXOS", "equity", 2, "None"),
    ],
)  # fmt: skip
def test_updates(securities: dict[str, Any], name: str, kind: str, quantity: float | None, text: str) -> None:
    security, fields = securities[kind], UpdateOrderFields()
    fields.limit_price = security.price
    if quantity is not None:
        fields.quantity = quantity
    request = UpdateOrderRequest(NOW, 1, fields)
    accepted, message = model_of(name).can_update_order(security, order_of("limit", security, 1), request, None)
    assert (accepted, str(message)) == (text == "None", text)


def test_orders_that_turn_a_holding_over(securities: dict[str, Any]) -> None:
    security = securities["equity"]
    security.holdings.set_holdings(260, 10)
    try:
        accepted, message = model_of("ALPACA").can_submit_order(security, order_of("moc", security, -20), None)
        assert not accepted
        assert message.message.startswith("Order type 'MarketOnClose' is not supported for orders that cross the zero holdings threshold in the "
                                          "AlpacaBrokerageModel.")  # fmt: skip
        assert model_of("ALPACA").can_submit_order(security, order_of("moc", security, -10), None) == (True, None)
    finally:
        security.holdings.set_holdings(0, 0)


def test_alpaca_outside_regular_hours(securities: dict[str, Any]) -> None:
    security, wishes = securities["equity"], AlpacaOrderProperties()
    wishes.outside_regular_trading_hours = True
    assert not model_of("ALPACA").can_submit_order(security, order_of("limit", security, 1, wishes), None)[0]
    wishes.time_in_force = TimeInForce.DAY
    assert model_of("ALPACA").can_submit_order(security, order_of("limit", security, 1, wishes), None) == (True, None)


def test_names_of_models() -> None:
    assert brokerage_name(model_of("BINANCE_FUTURES")) == BrokerageName.BINANCE
    assert brokerage_name(model_of("DYDX")) == BrokerageName.DEFAULT
    assert BrokerageModel.get_brokerage_name(BrokerageModel.create(None, BrokerageName.ALPACA, MARGIN)) == BrokerageName.ALPACA
    assert brokerage_name(type("Mine", (brokerages.OandaBrokerageModel,), {})()) == BrokerageName.OANDA_BROKERAGE


def test_every_name_of_the_table_is_there() -> None:
    for name in brokerages.__all__:
        assert getattr(brokerages, name) is not None, name


class Mine(DefaultBrokerageModel):
    """A user's model, as in LEAN's documentation."""

    def get_leverage(self, security: Any) -> float:
        return 7

    def get_fee_model(self, security: Any) -> Any:
        return ConstantFeeModel(3)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        if order.quantity < 0:
            return False, brokerages.BrokerageMessageEvent(BrokerageMessageType.WARNING, "NoShorts", "No shorts here.")
        return super().can_submit_order(security, order, message)


def test_a_user_model_sets_up_securities() -> None:
    security = Market().security(SecurityType.EQUITY, "SPY", "usa", 260, 260)
    BrokerageModelSecurityInitializer(Mine()).initialize(security)
    assert security.leverage == 7
    assert type(security.fee_model).__name__ == "ConstantFeeModel"


def test_a_user_model_is_asked_through_a_wrapper(securities: dict[str, Any]) -> None:
    model, security = wrap_model("brokerage_model", Mine()), securities["equity"]
    assert isinstance(model, BrokerageModelPythonWrapper)
    assert model.can_submit_order(security, order_of("market", security, 1)) == (True, None)
    accepted, message = model.can_submit_order(security, order_of("market", security, -1))
    assert (accepted, str(message)) == (False, "Warning - Code: NoShorts - No shorts here.")
    assert model.account_type == MARGIN


def test_a_user_model_must_be_whole() -> None:
    with pytest.raises(
        NotImplementedError, match=r"IBrokerageModel must be fully implemented. Please implement these missing methods on object: "
    ):
        wrap_model("brokerage_model", object())
