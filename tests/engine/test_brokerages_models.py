"""The models of a security: buying power, settlement, margin interest, short availability, volatility, and users' own."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from made_securities import NOW, Market, portfolio_of

from lyra.engine.data.events import MarginInterestRate
from lyra.engine.enums import OrderDirection, Resolution, SecurityType
from lyra.engine.fees.base import ConstantFeeModel
from lyra.engine.models.margin_interest import (
    BinanceFutureMarginInterestRateModel,
    MarginInterestRateParameters,
    ShortMarginInterestRateModel,
)
from lyra.engine.models.python_models import FeeModelPythonWrapper, is_lean, wrap_model
from lyra.engine.models.shortable import NullShortableProvider
from lyra.engine.models.volatility import RelativeStandardDeviationVolatilityModel, StandardDeviationOfReturnsVolatilityModel
from lyra.engine.orders.fee import CashAmount, OrderFee
from lyra.engine.orders.order import LimitOrder, MarketOrder
from lyra.engine.securities.buying_power import (
    BuyingPowerModel,
    ConstantBuyingPowerModel,
    PatternDayTradingMarginModel,
    SecurityMarginModel,
    position_buying_power,
)
from lyra.engine.securities.cash_buying_power import CashBuyingPowerModel
from lyra.engine.securities.crypto_future import BinanceCryptoFutureMarginModel, CryptoFutureMarginModel
from lyra.engine.securities.fee_parameters import OrderFeeParameters
from lyra.engine.securities.margin_parameters import (
    BuyingPowerParameters,
    GetMaximumOrderQuantityForTargetBuyingPowerParameters,
    HasSufficientBuyingPowerForOrderParameters,
    InitialMarginParameters,
    MaintenanceMarginParameters,
)
from lyra.engine.securities.price_variation import (
    AdjustedPriceVariationModel,
    EquityPriceVariationModel,
    GetMinimumPriceVariationParameters,
)
from lyra.engine.securities.settlement import (
    AccountCurrencyImmediateSettlementModel,
    ApplyFundsSettlementModelParameters,
    DelayedSettlementModel,
    ScanSettlementModelParameters,
)
from lyra.engine.times import to_us

pytestmark = pytest.mark.usefixtures("decimal_context")


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def spy(market: Market) -> Any:
    security = market.security(SecurityType.EQUITY, "SPY", "usa", 100, 100)
    security.fee_model = ConstantFeeModel(1)
    security.buying_power_model = SecurityMarginModel(2)
    return security


def ask_order(model: Any, portfolio: Any, security: Any, order: Any, filled: float = 0) -> Any:
    portfolio.transactions.tickets[order.id] = SimpleNamespace(_quantity_filled=Decimal(filled))
    return model.has_sufficient_buying_power_for_order(HasSufficientBuyingPowerForOrderParameters(portfolio, security, order))


def target(model: Any, portfolio: Any, security: Any, share: float) -> Any:
    asked = GetMaximumOrderQuantityForTargetBuyingPowerParameters(portfolio, security, share, 0)
    return model.get_maximum_order_quantity_for_target_buying_power(asked)


# margin -------------------------------------------------------------------------------------------------
def test_margin_of_a_leverage(spy: Any) -> None:
    model = SecurityMarginModel(4)
    assert model.get_leverage(spy) == 4.0
    assert model.get_initial_margin_requirement(InitialMarginParameters(spy, -10)).value == -250.0
    assert model.get_maintenance_margin(MaintenanceMarginParameters.for_quantity_at_current_price(spy, -10)).value == 250.0
    with pytest.raises(ValueError, match="Leverage must be greater than or equal to 1"):
        model.set_leverage(spy, 0.5)


def test_a_third_has_all_digits_of_a_dotnet_decimal(spy: Any) -> None:
    margin = SecurityMarginModel(3).get_initial_margin_requirement(InitialMarginParameters(spy, Decimal("144.643383914")))
    assert str(margin._value) == "4821.4461304666666666666666662"


def test_an_order_must_be_paid_with_its_fee(market: Market, spy: Any) -> None:
    portfolio, model = portfolio_of(market, spy), spy.buying_power_model
    assert ask_order(model, portfolio, spy, MarketOrder(spy.symbol, 1999, NOW)).is_sufficient
    answer = ask_order(model, portfolio, spy, MarketOrder(spy.symbol, 2000, NOW))
    assert (answer.is_sufficient, answer.reason) == (False, "Id: 0, Initial Margin: 100001, Free Margin: 100000")
    assert ask_order(model, portfolio, spy, MarketOrder(spy.symbol, 2000, NOW), filled=1000).is_sufficient


def test_targets_leave_room_for_fees(market: Market, spy: Any) -> None:
    portfolio, model = portfolio_of(market, spy), spy.buying_power_model
    assert target(model, portfolio, spy, 0.5).quantity == 999.0
    assert target(model, portfolio, spy, -0.5).quantity == -999.0
    assert target(model, portfolio, spy, 0).quantity == 0.0
    tiny = target(model, portfolio, spy, 0.0001)
    assert (tiny.quantity, tiny.is_error) == (0.0, False)
    assert tiny.reason.startswith("The order quantity is less than the lot size of 1 and has been rounded to zero. Target order margin 10")


def test_buying_power_against_the_holding(market: Market, spy: Any) -> None:
    spy.holdings.set_holdings(100, 100)
    portfolio, model = portfolio_of(market, spy), spy.buying_power_model
    ways = {
        way: model.get_buying_power(BuyingPowerParameters(portfolio, spy, way)).value for way in (OrderDirection.BUY, OrderDirection.SELL)
    }
    assert ways == {OrderDirection.BUY: 100000.0, OrderDirection.SELL: 110000.0}
    assert position_buying_power(portfolio, spy, OrderDirection.SELL) == 110000


def test_other_margin_models(spy: Any) -> None:
    day = PatternDayTradingMarginModel()
    assert (day.get_leverage(spy), day.get_initial_margin_requirement(InitialMarginParameters(spy, 10)).value) == (4.0, 250.0)
    spy.exchange._now = lambda: to_us(datetime(2018, 4, 4, 23))
    assert day.get_initial_margin_requirement(InitialMarginParameters(spy, 10)).value == 500.0
    assert ConstantBuyingPowerModel(7).get_initial_margin_requirement(InitialMarginParameters(spy, 10)).value == 70.0
    null: Any = BuyingPowerModel.NULL
    assert null.get_maintenance_margin(MaintenanceMarginParameters.for_quantity_at_current_price(spy, 10)).value == 0.0
    assert null.get_initial_margin_requirement(InitialMarginParameters(spy, 10)).value == 1000.0


def test_lean_does_not_see_overrides_within_its_own_models(market: Market, spy: Any) -> None:
    """LEAN's models are C#: what a Python subclass overrides is used where the engine asks, not within the base class."""

    class Watched(BuyingPowerModel):
        def __init__(self) -> None:
            super().__init__(2)
            self.asked: list[str] = []

        def get_initial_margin_requirement(self, parameters: Any) -> Any:
            self.asked.append("initial")
            return super().get_initial_margin_requirement(parameters)

    mine = Watched()
    model = wrap_model("buying_power_model", mine)
    assert ask_order(model, portfolio_of(market, spy), spy, MarketOrder(spy.symbol, 10, NOW)).is_sufficient
    assert mine.asked == []
    assert model.get_initial_margin_requirement(InitialMarginParameters(spy, 10)).value == 500.0
    assert mine.asked == ["initial"]


# cash ---------------------------------------------------------------------------------------------------
@pytest.fixture
def coin(market: Market) -> Any:
    security = market.security(SecurityType.CRYPTO, "BTCUSD", "coinbase", 10000, 10000)
    security.fee_model, security.buying_power_model = ConstantFeeModel(0), CashBuyingPowerModel()
    market.cash_book["BTC"].set_amount(2)
    return security


def test_coins_are_sold_only_if_they_are_there(market: Market, coin: Any) -> None:
    portfolio, model = portfolio_of(market, coin), coin.buying_power_model
    assert ask_order(model, portfolio, coin, MarketOrder(coin.symbol, -2, NOW)).is_sufficient
    answer = ask_order(model, portfolio, coin, MarketOrder(coin.symbol, -3, NOW))
    assert answer.reason == (
        "Your portfolio holds 2 BTC, 0 BTC of which are reserved for open orders, but your Sell order is for 3 BTC. Cash Modeling trading "
        "does not permit short holdings so ensure you only sell what you have, including any additional open orders."
    )


def test_coins_are_bought_with_the_money_that_is_there(market: Market, coin: Any) -> None:
    portfolio, model = portfolio_of(market, coin), coin.buying_power_model
    assert ask_order(model, portfolio, coin, LimitOrder(coin.symbol, 10, 10000, NOW)).is_sufficient
    answer = ask_order(model, portfolio, coin, LimitOrder(coin.symbol, 11, 10000, NOW))
    assert answer.reason == (
        "Your portfolio holds 100000 USD, 0 USD of which are reserved for open orders, but your Buy order is for 11 BTC. Your order "
        "requires a total value of 110000 USD, but only a total value of 100000 USD is available."
    )


def test_other_answers_of_the_cash_model(market: Market, spy: Any, coin: Any) -> None:
    portfolio, model = portfolio_of(market, spy, coin), CashBuyingPowerModel()
    assert target(model, portfolio, coin, -1).reason == "The cash model does not allow shorting."
    assert target(model, portfolio, spy, 1).reason == "The security type must be Cryptoor Forex."
    assert target(model, portfolio, coin, 0).quantity == -2.0
    assert model.get_buying_power(BuyingPowerParameters(portfolio, coin, OrderDirection.BUY)).value == 10.0
    assert model.get_buying_power(BuyingPowerParameters(portfolio, coin, OrderDirection.SELL)).value == 2.0
    with pytest.raises(RuntimeError, match="does not allow setting leverage"):
        model.set_leverage(coin, 2)


# crypto futures -------------------------------------------------------------------------------------------
def test_crypto_futures_count_their_collateral_only(market: Market) -> None:
    linear = market.security(SecurityType.CRYPTO_FUTURE, "BTCUSDT", "binance", 20000, 20000)
    linear.fee_model = ConstantFeeModel(0)
    linear.buying_power_model = CryptoFutureMarginModel(10)
    market.cash_book["USDT"].set_amount(500)
    portfolio = portfolio_of(market, linear)
    assert linear.buying_power_model.get_initial_margin_requirement(InitialMarginParameters(linear, -1)).value == 2000.0
    assert linear.buying_power_model.get_buying_power(BuyingPowerParameters(portfolio, linear, OrderDirection.BUY)).value == 500.0
    shared = BinanceCryptoFutureMarginModel(10)
    assert shared.get_buying_power(BuyingPowerParameters(portfolio, linear, OrderDirection.BUY)).value == 500.0
    market.cash_book.add("BNFCR", 100, 1)
    assert shared.get_buying_power(BuyingPowerParameters(portfolio, linear, OrderDirection.BUY)).value == 100600.0


def test_funding_every_eight_hours(market: Market) -> None:
    future = market.security(SecurityType.CRYPTO_FUTURE, "BTCUSDT", "binance", 20000, 20000)
    future.cache._by_type[MarginInterestRate] = [MarginInterestRate(future.symbol, 0, Decimal("0.0001"))]
    model = BinanceFutureMarginInterestRateModel()
    model.apply_margin_interest_rate(MarginInterestRateParameters(future, datetime(2022, 1, 1, 7)))
    future.holdings.set_holdings(20000, 2)
    for hour in (9, 15, 16, 17):
        model.apply_margin_interest_rate(MarginInterestRateParameters(future, datetime(2022, 1, 1, hour)))
    assert market.cash_book["USDT"].amount == -4.0
    model.apply_margin_interest_rate(MarginInterestRateParameters(future, datetime(2022, 1, 2, 8)))
    assert market.cash_book["USDT"].amount == -12.0


def test_short_interest_is_booked_by_the_day(market: Market, spy: Any) -> None:
    class Lender:
        def fee_rate(self, symbol: Any, local_time: datetime) -> float:
            return 0.036

        def rebate_rate(self, symbol: Any, local_time: datetime) -> float:
            return 0.0

        def shortable_quantity(self, symbol: Any, local_time: datetime) -> None:
            return None

    spy.shortable_provider, model = wrap_model("shortable_provider", Lender()), ShortMarginInterestRateModel()
    spy.holdings.set_holdings(100, -100)
    for day, hour in ((4, 15), (4, 20), (6, 1)):
        model.apply_margin_interest_rate(MarginInterestRateParameters(spy, datetime(2018, 4, day, hour)))
    assert (model.amount, market.cash_book["USD"].amount) == (-2.0, 99998.0)


# settlement -----------------------------------------------------------------------------------------------
def settled(market: Market) -> Any:
    unsettled = type(market.cash_book)()
    return SimpleNamespace(cash_book=market.cash_book, unsettled_cash_book=unsettled)


def test_money_of_sales_waits_for_the_next_trading_day(market: Market, spy: Any) -> None:
    portfolio, model = settled(market), DelayedSettlementModel(1, timedelta(hours=6))
    friday = datetime(2018, 4, 6, 18)
    model.apply_funds(ApplyFundsSettlementModelParameters(portfolio, spy, friday, CashAmount(50, "USD"), None))
    model.apply_funds(ApplyFundsSettlementModelParameters(portfolio, spy, friday, CashAmount(-10, "USD"), None))
    assert (portfolio.cash_book["USD"].amount, portfolio.unsettled_cash_book["USD"].amount) == (99990.0, 50.0)
    assert (model.get_unsettled_cash().amount, model.get_unsettled_cash().currency) == (50.0, "USD")
    model.scan(ScanSettlementModelParameters(portfolio, spy, datetime(2018, 4, 9, 9, 59)))
    assert portfolio.cash_book["USD"].amount == 99990.0
    model.scan(ScanSettlementModelParameters(portfolio, spy, datetime(2018, 4, 9, 10)))  # Monday, 06:00 in New York
    assert (portfolio.cash_book["USD"].amount, portfolio.unsettled_cash_book["USD"].amount) == (100040.0, 0.0)
    assert model.get_unsettled_cash().currency is None


def test_cfd_profit_is_booked_in_the_account_currency(market: Market, spy: Any) -> None:
    market.cash_book.add("EUR", 0, 2)
    AccountCurrencyImmediateSettlementModel().apply_funds(
        ApplyFundsSettlementModelParameters(settled(market), spy, NOW, CashAmount(50, "EUR"), None)
    )
    assert (market.cash_book["EUR"].amount, market.cash_book["USD"].amount) == (0.0, 100100.0)


# volatility, prices, short availability --------------------------------------------------------------------
def feed(model: Any, prices: list[float], step: timedelta) -> float:
    start = datetime(2020, 1, 1)
    for i, price in enumerate(prices):
        end = to_us(start + i * step)
        model.update(None, SimpleNamespace(_value=Decimal(str(price)), _end=end))
    return float(model.volatility)


def test_deviation_of_returns() -> None:
    model = StandardDeviationOfReturnsVolatilityModel(3)
    assert feed(model, [100, 110], timedelta(days=1)) == 0.0
    model = StandardDeviationOfReturnsVolatilityModel(3, Resolution.HOUR)
    assert feed(model, [100, 110, 99, 99], timedelta(hours=1)) == pytest.approx(0.1 * 252**0.5)
    assert feed(StandardDeviationOfReturnsVolatilityModel(Resolution.DAILY), [100, 110, 99, 99], timedelta(hours=1)) == 0.0
    with pytest.raises(ValueError, match="'periods' must be greater than or equal to 2"):
        StandardDeviationOfReturnsVolatilityModel(1)


def test_relative_deviation() -> None:
    model = RelativeStandardDeviationVolatilityModel(timedelta(days=1), 3)
    assert feed(model, [8, 10, 12], timedelta(days=1)) == pytest.approx(0.2)


def test_price_steps(spy: Any) -> None:
    step = EquityPriceVariationModel().get_minimum_price_variation
    assert step(GetMinimumPriceVariationParameters(spy, 100)) == 0.01
    assert step(GetMinimumPriceVariationParameters(spy, 0.5)) == 0.0001
    assert AdjustedPriceVariationModel().get_minimum_price_variation(GetMinimumPriceVariationParameters(spy, 100)) == 0.01
    coin = Market().security(SecurityType.CRYPTO, "BTCUSD", "coinbase")
    with pytest.raises(ValueError, match="Invalid SecurityType: Crypto"):
        step(GetMinimumPriceVariationParameters(coin, 100))


def test_nothing_limits_short_sales_by_default(spy: Any) -> None:
    provider: Any = NullShortableProvider.INSTANCE  # type: ignore[attr-defined]
    assert provider.shortable_quantity(spy.symbol, NOW) is None


# users' models ---------------------------------------------------------------------------------------------
class Empty:
    pass


def test_lean_models_are_not_wrapped() -> None:
    model = ConstantFeeModel(1)
    assert wrap_model("fee_model", model) is model
    assert is_lean(model)
    assert not is_lean(Empty())


def test_an_old_fee_model_is_asked_in_the_old_form(spy: Any) -> None:
    class Old:
        def GetOrderFee(self, security: Any, order: Any) -> float:  # noqa: N802 (LEAN's spelling)
            return 2.5

    fee = wrap_model("fee_model", Old()).get_order_fee(OrderFeeParameters(spy, MarketOrder(spy.symbol, 1, NOW)))
    assert (fee.value.amount, fee.value.currency) == (2.5, "USD")


def test_an_error_in_a_fee_model_shows_as_lean_shows_it(spy: Any) -> None:
    class Raises:
        def get_order_fee(self, parameters: Any) -> OrderFee:
            raise ValueError("no")

    with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
        wrap_model("fee_model", Raises()).get_order_fee(OrderFeeParameters(spy, MarketOrder(spy.symbol, 1, NOW)))


def test_a_wrong_fee_is_named(spy: Any) -> None:
    class Number:
        def get_order_fee(self, parameters: Any) -> float:
            return 1.0

    with pytest.raises(
        TypeError, match=r"Invalid return type from method 'get_order_fee'. Expected a type convertible to 'OrderFee' but was 'float'"
    ):
        wrap_model("fee_model", Number()).get_order_fee(OrderFeeParameters(spy, MarketOrder(spy.symbol, 1, NOW)))


@pytest.mark.parametrize(
    ("kind", "interface", "missing"),
    [
        ("buying_power_model", "IBuyingPowerModel", "GetLeverage, SetLeverage, GetMaintenanceMargin, GetInitialMarginRequirement, "),
        ("settlement_model", "ISettlementModel", "ApplyFunds, Scan, GetUnsettledCash"),
        ("margin_interest_rate_model", "IMarginInterestRateModel", "ApplyMarginInterestRate"),
        ("volatility_model", "IVolatilityModel", "Update, GetHistoryRequirements, Volatility"),
        ("shortable_provider", "IShortableProvider", "FeeRate, RebateRate, ShortableQuantity"),
        ("data_filter", "ISecurityDataFilter", "Filter"),
        ("margin_call_model", "IMarginCallModel", "GetMarginCallOrders, ExecuteMarginCall"),
    ],
)
def test_incomplete_models_are_refused(kind: str, interface: str, missing: str) -> None:
    with pytest.raises(NotImplementedError) as error:
        wrap_model(kind, Empty())
    assert str(error.value).startswith(f"{interface} must be fully implemented. Please implement these missing methods on Empty: {missing}")


def test_what_is_no_model_at_all() -> None:
    assert isinstance(wrap_model("fee_model", Empty()), FeeModelPythonWrapper)
    with pytest.raises(TypeError, match=r"No method matches given arguments for set_fee_model: \(<class 'int'>\)"):
        wrap_model("fee_model", 5)
