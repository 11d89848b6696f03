"""Fee models: what the real engine charged for sample orders (records `BrokerageFees`), and the odd corners of LEAN's models."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from made_securities import NOW, Market

from lyra.engine import fees
from lyra.engine.decimals import use_decimal_context
from lyra.engine.enums import SecurityType
from lyra.engine.fees.base import FeeModel, charged_fee
from lyra.engine.orders.fee import CashAmount, OrderFee
from lyra.engine.orders.order import LimitOrder, MarketOrder
from lyra.engine.orders.properties import BinanceOrderProperties, BitfinexOrderProperties, CoinbaseOrderProperties, KrakenOrderProperties
from lyra.engine.securities.fee_parameters import OrderFeeParameters

pytestmark = pytest.mark.usefixtures("decimal_context")

QUOTED = {
    "spy": (SecurityType.EQUITY, "SPY", "usa", 259.98, 260.02),
    "eurusd": (SecurityType.FOREX, "EURUSD", "oanda", 1.2199, 1.2201),
    "xauusd": (SecurityType.CFD, "XAUUSD", "oanda", 1300, 1301),
    "coinbase": (SecurityType.CRYPTO, "BTCUSD", "coinbase", 6000, 6001),
    "ethbtc": (SecurityType.CRYPTO, "ETHBTC", "binance", 0.0599, 0.0601),
    "kraken": (SecurityType.CRYPTO, "BTCUSD", "kraken", 6000, 6001),
    "bitfinex": (SecurityType.CRYPTO, "BTCUSD", "bitfinex", 6000, 6001),
    "bybit": (SecurityType.CRYPTO, "BTCUSDT", "bybit", 6000, 6001),
    "linear": (SecurityType.CRYPTO_FUTURE, "BTCUSDT", "binance", 6000, 6001),
    "inverse": (SecurityType.CRYPTO_FUTURE, "BTCUSD", "binance", 6000, 6001),
}
# model, its arguments, security, quantity, fee of a market order, fee of a limit order ten percent off the market
CHARGED: list[tuple[str, tuple[Any, ...], str, float, str, str]] = [
    ("InteractiveBrokersFeeModel", (), "spy", 1, "1.0 USD", "1.0 USD"),
    ("InteractiveBrokersFeeModel", (), "spy", 1000, "5.0 USD", "5.0 USD"),
    ("InteractiveBrokersFeeModel", (), "spy", 100000, "500.0 USD", "500.0 USD"),
    ("InteractiveBrokersFeeModel", (), "eurusd", 1000, "2.0 USD", "2.0 USD"),
    ("InteractiveBrokersFeeModel", (), "eurusd", 1000000, "24.4 USD", "21.96 USD"),
    ("InteractiveBrokersFeeModel", (2000000000, 0), "eurusd", 1000000, "18.3 USD", "16.47 USD"),
    ("InteractiveBrokersFeeModel", (6000000000, 0), "eurusd", 1000000, "9.76 USD", "8.784 USD"),
    ("InteractiveBrokersFeeModel", (), "xauusd", 100, "2.601 USD", "2.3409 USD"),
    ("ConstantFeeModel", (-2,), "spy", 1, "2.0 USD", "2.0 USD"),
    ("ConstantFeeModel", (2, "EUR"), "spy", 1, "2.0 EUR", "2.0 EUR"),
    ("FxcmFeeModel", (), "eurusd", 100000, "6.0 USD", "6.0 USD"),
    ("BitfinexFeeModel", (), "bitfinex", 0.5, "0.001 BTC", "0.0005 BTC"),
    ("BitfinexFeeModel", (), "bitfinex", -1, "12.0 USD", "6.60055 USD"),
    ("BinanceFeeModel", (), "ethbtc", -1, "5.99e-05 BTC", "6.6e-05 BTC"),
    ("BinanceFeeModel", (0.0002, 0.0004), "ethbtc", 1, "0.0004 ETH", "0.0002 ETH"),
    ("BinanceFuturesFeeModel", (), "linear", -2, "4.8004 USDT", "2.4002 USDT"),
    ("BinanceCoinFuturesFeeModel", (), "inverse", 1, "8.332638946754437e-06 BTC", "1.6665277893508876e-06 BTC"),
    ("CoinbaseFeeModel", (), "coinbase", 1, "18.003 USD", "0.0 USD"),
    ("KrakenFeeModel", (), "kraken", 1, "15.6026 USD", "8.64072 USD"),
    ("KrakenFeeModel", (), "kraken", -1, "0.0026 BTC", "0.0016 BTC"),
    ("BybitFeeModel", (), "bybit", -1, "6.0 USDT", "6.60055 USDT"),
    ("BybitFuturesFeeModel", (), "linear", 1, "3.300275 USDT", "1.2001 USDT"),
    ("dYdXFeeModel", (), "linear", 1, "3.00025 USDT", "0.60005 USDT"),
    ("FTXFeeModel", (), "coinbase", 1, "4.2007 USD", "0.0002 BTC"),
    ("AlpacaFeeModel", (), "coinbase", -1, "15.00125 USD", "9.00075 USD"),
    ("AlpacaFeeModel", (), "spy", 100, "0.0 USD", "0.0 USD"),
    ("CharlesSchwabFeeModel", (), "spy", 100, "0.0 QCC", "0.0 QCC"),
    ("TastytradeFeeModel", (), "coinbase", 1, "0.0 USD", "0.0 USD"),
    ("TradeStationFeeModel", (False,), "spy", 100, "5.0 USD", "5.0 USD"),
    ("PublicFeeModel", (), "coinbase", 1, "75.00625 USD", "75.00625 USD"),
    ("PublicFeeModel", (), "spy", 100, "0.0 USD", "0.0 USD"),
    ("RBIFeeModel", (), "spy", 10000, "50.0 USD", "50.0 USD"),
    ("AxosFeeModel", (), "spy", 100, "0.35 USD", "0.35 USD"),
    ("ExanteFeeModel", (), "eurusd", 1000, "305.0 USD", "274.5 USD"),
    ("ZerodhaFeeModel", (), "spy", -10, "1.68 INR", "1.85 INR"),
    ("SamcoFeeModel", (), "spy", 10, "0.8 INR", "0.72 INR"),
    ("AlphaStreamsFeeModel", (), "eurusd", 1000000, "2.44 USD", "2.196 USD"),
]


@pytest.fixture(scope="module")
def securities() -> dict[str, Any]:
    use_decimal_context()
    market = Market()
    return {name: market.security(*quoted) for name, quoted in QUOTED.items()}


def text(fee: OrderFee) -> str:
    return f"{fee.value.amount!r} {fee.value.currency}"


@pytest.mark.parametrize(("model", "arguments", "name", "quantity", "market_fee", "limit_fee"), CHARGED)
def test_fees_are_those_of_the_real_engine(
    securities: dict[str, Any], model: str, arguments: tuple[Any, ...], name: str, quantity: float, market_fee: str, limit_fee: str
) -> None:
    fee_model, security = getattr(fees, model)(*arguments), securities[name]
    limit = security.price * (0.9 if quantity > 0 else 1.1)
    asked = [MarketOrder(security.symbol, quantity, NOW), LimitOrder(security.symbol, quantity, limit, NOW)]
    assert [text(fee_model.get_order_fee(OrderFeeParameters(security, order))) for order in asked] == [market_fee, limit_fee]


@pytest.mark.parametrize(
    ("year", "month", "fee"),
    [(2016, 1, "18.003 USD"), (2019, 5, "15.0025 USD"), (2020, 5, "48.008 USD"), (2024, 5, "48.008 USD")],
)
def test_coinbase_charges_what_it_charged_at_the_time(securities: dict[str, Any], year: int, month: int, fee: str) -> None:
    security = securities["coinbase"]
    order = MarketOrder(security.symbol, 1, datetime(year, month, 4))
    assert text(fees.CoinbaseFeeModel().get_order_fee(OrderFeeParameters(security, order))) == fee


@pytest.mark.parametrize(
    ("model", "name", "properties", "fee"),
    [
        ("BinanceFeeModel", "ethbtc", BinanceOrderProperties, "0.001 ETH"),
        ("CoinbaseFeeModel", "coinbase", CoinbaseOrderProperties, "0.0 USD"),
        ("BitfinexFeeModel", "bitfinex", BitfinexOrderProperties, "0.001 BTC"),
    ],
)
def test_post_only_orders_pay_as_makers(securities: dict[str, Any], model: str, name: str, properties: Any, fee: str) -> None:
    security, wishes = securities[name], properties()
    wishes.post_only = True
    order = LimitOrder(security.symbol, 1, security.price * 1.1, NOW, "", wishes)
    assert text(getattr(fees, model)().get_order_fee(OrderFeeParameters(security, order))) == fee


def test_a_hidden_bitfinex_order_pays_as_a_taker(securities: dict[str, Any]) -> None:
    security, wishes = securities["bitfinex"], BitfinexOrderProperties()
    wishes.hidden = True
    order = LimitOrder(security.symbol, 1, 5000, NOW, "", wishes)
    assert text(fees.BitfinexFeeModel().get_order_fee(OrderFeeParameters(security, order))) == "0.002 BTC"


def test_kraken_charges_in_the_currency_asked_for(securities: dict[str, Any]) -> None:
    security, wishes = securities["kraken"], KrakenOrderProperties()
    wishes.fee_in_base = True
    order = MarketOrder(security.symbol, 1, NOW, "", wishes)
    assert text(fees.KrakenFeeModel().get_order_fee(OrderFeeParameters(security, order))) == "0.0026 BTC"


def test_exante_has_no_fee_for_coins(securities: dict[str, Any]) -> None:
    security = securities["coinbase"]
    with pytest.raises(ValueError, match="Unsupported security type: Crypto"):
        fees.ExanteFeeModel().get_order_fee(OrderFeeParameters(security, MarketOrder(security.symbol, 1, NOW)))


def test_what_the_engine_charges_where_lean_hides_its_own_method(securities: dict[str, Any]) -> None:
    """A direct call of RBI's model answers a fee; LEAN's engine, which asks through the interface, charges nothing."""
    security = securities["spy"]
    order = MarketOrder(security.symbol, 10000, NOW)
    security.fee_model = fees.RBIFeeModel()
    assert text(security.fee_model.get_order_fee(OrderFeeParameters(security, order))) == "50.0 USD"
    assert text(charged_fee(security, order)) == "0.0 USD"
    security.fee_model = fees.AxosFeeModel()
    assert text(charged_fee(security, order)) == "35.0 USD"


def test_a_user_model_may_use_either_spelling(securities: dict[str, Any]) -> None:
    class Mine(FeeModel):
        def GetOrderFee(self, parameters: Any) -> OrderFee:  # noqa: N802 (LEAN's spelling)
            return OrderFee(CashAmount(0.01 * parameters.order.absolute_quantity, "USD"))

    order = MarketOrder(securities["spy"].symbol, 7, NOW)
    assert text(Mine().get_order_fee(OrderFeeParameters(securities["spy"], order))) == "0.07 USD"


def test_every_name_of_the_table_is_there() -> None:
    assert {name: getattr(fees, name).__name__ for name in fees.__all__} == {name: name for name in fees.__all__}
