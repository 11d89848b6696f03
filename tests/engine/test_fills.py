"""Fill models: when orders fill and at what price, users' own models, and slippage (rules and figures of the records `FillModels`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from made_securities import Market, quote_bar, trade_bar

from lyra.engine.dotnet_types import Random
from lyra.engine.enums import OrderDirection, OrderStatus, SecurityType
from lyra.engine.models.python_models import wrap_model
from lyra.engine.models.slippage import ConstantSlippageModel, VolumeShareSlippageModel
from lyra.engine.orders.equity_fills import EquityFillModel
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fills import FillModel, FillModelParameters, FutureFillModel, ImmediateFillModel, LatestPriceFillModel, Prices
from lyra.engine.orders.order import LimitOrder, MarketOrder, StopLimitOrder, StopMarketOrder

pytestmark = pytest.mark.usefixtures("decimal_context")

ORDERED = datetime(2018, 4, 4, 14, 59)  # UTC, a minute before the market's clock
BAR_END = datetime(2018, 4, 4, 11, 0)  # New York


@pytest.fixture
def spy() -> Any:
    """Quoted 99.9 / 100.1 after a bar from 99 to 101."""
    security = Market().security(SecurityType.EQUITY, "SPY", "usa")
    trade_bar(security, BAR_END, (100.0, 101.0, 99.0, 100.0))
    quote_bar(security, BAR_END, (99.9, 100.9, 98.9, 99.9), (100.1, 101.1, 99.1, 100.1))
    return security


def fill_of(model: Any, security: Any, order: Any) -> Any:
    parameters = FillModelParameters(security, order, None, timedelta(hours=1), {order: security}, lambda changed: None)
    return next(iter(model.fill(parameters)))


def price_of(model: Any, security: Any, order: Any) -> float | None:
    event = fill_of(model, security, order)
    return event.fill_price if event.status == OrderStatus.FILLED else None


@pytest.mark.parametrize("model", [EquityFillModel, ImmediateFillModel, LatestPriceFillModel, FutureFillModel, FillModel])
def test_market_orders_fill_at_their_side_of_the_quote(spy: Any, model: Any) -> None:
    assert price_of(model(), spy, MarketOrder(spy.symbol, 10, ORDERED)) == 100.1
    assert price_of(model(), spy, MarketOrder(spy.symbol, -10, ORDERED)) == 99.9


@pytest.mark.parametrize(
    ("limit", "equity", "immediate"),
    [(98.0, None, None), (99.0, None, None), (99.5, 99.5, 99.5), (100.5, 100.0, 100.5), (110.0, 100.0, 101.1)],
)
def test_limit_buys(spy: Any, limit: float, equity: float | None, immediate: float | None) -> None:
    """Equities: trades, and the open of a bar that opened better; others: the quote's high at worst, as LEAN has it."""
    order = LimitOrder(spy.symbol, 10, limit, ORDERED)
    assert price_of(EquityFillModel(), spy, order) == equity
    assert price_of(ImmediateFillModel(), spy, order) == immediate


@pytest.mark.parametrize(("stop", "equity", "immediate"), [(102.0, None, None), (101.0, 101.0, 101.0), (99.0, 100.0, 100.1)])
def test_stop_buys(spy: Any, stop: float, equity: float | None, immediate: float | None) -> None:
    order = StopMarketOrder(spy.symbol, 10, stop, ORDERED)
    assert price_of(EquityFillModel(), spy, order) == equity
    assert price_of(ImmediateFillModel(), spy, order) == immediate


def test_a_gap_is_told(spy: Any) -> None:
    event = fill_of(EquityFillModel(), spy, StopMarketOrder(spy.symbol, 10, 99, ORDERED))
    assert event.message == "Due to an unfavorable gap at 04/04/2018 11:00:00 America/New_York, order filled using the open price (100.0)"


def test_stop_limit_needs_both(spy: Any) -> None:
    assert price_of(ImmediateFillModel(), spy, StopLimitOrder(spy.symbol, 10, 100.5, 100.6, ORDERED)) == 100.6
    assert price_of(ImmediateFillModel(), spy, StopLimitOrder(spy.symbol, 10, 100.5, 100.0, ORDERED)) is None


def test_no_fill_on_data_as_old_as_the_order(spy: Any) -> None:
    now = datetime(2018, 4, 4, 15, 0)
    assert price_of(EquityFillModel(), spy, LimitOrder(spy.symbol, 10, 110, now)) is None
    assert price_of(ImmediateFillModel(), spy, StopMarketOrder(spy.symbol, 10, 99, now)) is None


def test_market_orders_wait_for_the_open() -> None:
    market = Market(datetime(2018, 4, 4, 23, 0))
    security = market.security(SecurityType.EQUITY, "SPY", "usa")
    trade_bar(security, datetime(2018, 4, 4, 19, 0), (100.0, 101.0, 99.0, 100.0))
    order = MarketOrder(security.symbol, 10, datetime(2018, 4, 4, 22, 59))
    assert price_of(EquityFillModel(), security, order) is None
    assert price_of(FutureFillModel(), security, order) == 100.0  # extended hours count for futures


def test_without_quotes_the_trade_is_taken_and_told() -> None:
    security = Market().security(SecurityType.EQUITY, "SPY", "usa")
    trade_bar(security, BAR_END, (100.0, 101.0, 99.0, 100.5))
    event = fill_of(EquityFillModel(), security, MarketOrder(security.symbol, 10, ORDERED))
    assert event.fill_price == 100.5
    assert (
        event.message == "Warning: No quote information available at 04/04/2018 11:00:00 America/New_York, order filled using TradeBar data"
    )


def test_prices_fall_back_to_the_current_one() -> None:
    prices = Prices(datetime(2020, 1, 1), datetime(2020, 1, 1, 0, 1), 5, 0, 6, 0, 4)
    assert (prices.open, prices.high, prices.low, prices.close, prices.end_time) == (5.0, 6.0, 5.0, 4.0, datetime(2020, 1, 1, 0, 1))


# users' models ----------------------------------------------------------------------------------------
class PriceImprover(FillModel):
    def market_fill(self, asset: Any, order: Any) -> OrderEvent:
        event = super().market_fill(asset, order)
        event.fill_price -= 0.01
        event.message = "improved"
        return event


class OwnPrices(FillModel):
    def GetPrices(self, asset: Any, direction: OrderDirection) -> Prices:  # noqa: N802 (LEAN's spelling)
        return Prices(BAR_END - timedelta(minutes=1), BAR_END, 42, 42, 42, 42, 42)


class WrongType(FillModel):
    def market_fill(self, asset: Any, order: Any) -> Any:
        return 5


class MarketOnly:
    def market_fill(self, asset: Any, order: Any) -> Any:
        return None


def test_a_user_model_changes_one_kind_of_order(spy: Any) -> None:
    model = wrap_model("fill_model", PriceImprover())
    event = fill_of(model, spy, MarketOrder(spy.symbol, 10, ORDERED))
    assert (type(model).__name__, event.fill_price, event.message) == ("FillModelPythonWrapper", 100.09, "improved")
    assert price_of(model, spy, LimitOrder(spy.symbol, 10, 99.5, ORDERED)) == 99.5


def test_a_user_model_may_give_the_prices(spy: Any) -> None:
    assert price_of(wrap_model("fill_model", OwnPrices()), spy, MarketOrder(spy.symbol, 10, ORDERED)) == 42


def test_a_wrong_answer_is_named(spy: Any) -> None:
    with pytest.raises(TypeError) as error:
        fill_of(wrap_model("fill_model", WrongType()), spy, MarketOrder(spy.symbol, 10, ORDERED))
    assert str(error.value) == "Invalid return type from method 'market_fill'. Expected a type convertible to 'OrderEvent' but was 'int'"


def test_a_fill_model_must_derive_from_lean(spy: Any) -> None:
    with pytest.raises(AttributeError, match="'MarketOnly' object has no attribute 'SetPythonWrapper'"):
        wrap_model("fill_model", MarketOnly())


# slippage ---------------------------------------------------------------------------------------------
def test_slippage_worsens_market_and_stop_fills_only(spy: Any) -> None:
    spy.slippage_model = ConstantSlippageModel(0.01)
    assert price_of(EquityFillModel(), spy, MarketOrder(spy.symbol, 10, ORDERED)) == 101.1
    assert price_of(EquityFillModel(), spy, MarketOrder(spy.symbol, -10, ORDERED)) == 98.9
    assert price_of(EquityFillModel(), spy, StopMarketOrder(spy.symbol, 10, 101, ORDERED)) == 102.0
    assert price_of(EquityFillModel(), spy, LimitOrder(spy.symbol, 10, 99.5, ORDERED)) == 99.5


@pytest.mark.parametrize(("quantity", "slippage"), [(1, 1e-05), (10, 0.001), (25, 0.00625), (1000, 0.00625)])
def test_volume_share(spy: Any, quantity: float, slippage: float) -> None:
    """(quantity / volume)² · 0.1 · price, the share at most 2.5 %."""
    assert VolumeShareSlippageModel().get_slippage_approximation(spy, MarketOrder(spy.symbol, quantity, ORDERED)) == pytest.approx(slippage)


def test_no_slippage_before_the_first_data() -> None:
    security = Market().security(SecurityType.EQUITY, "SPY", "usa")
    order = MarketOrder(security.symbol, 10, ORDERED)
    for model in (VolumeShareSlippageModel(), ConstantSlippageModel(0.01)):
        assert model.get_slippage_approximation(security, order) == 0.0


def test_a_user_slippage_model_is_checked(spy: Any) -> None:
    class Nothing:
        def get_slippage_approximation(self, asset: Any, order: Any) -> None:
            return None

    order = MarketOrder(spy.symbol, 10, ORDERED)
    spy.slippage_model = wrap_model("slippage_model", Nothing())
    with pytest.raises(TypeError, match=r"'get_slippage_approximation'. Expected a type convertible to 'Decimal' but was 'NoneType'"):
        fill_of(EquityFillModel(), spy, order)
    with pytest.raises(NotImplementedError, match=r"ISlippageModel must be fully implemented.*on NoneType: GetSlippageApproximation"):
        wrap_model("slippage_model", None)


def test_the_random_numbers_are_those_of_dot_net() -> None:
    numbers = Random(42)
    assert [numbers.next_double() for _ in range(3)] == [0.6681064659115423, 0.14090729837348093, 0.12551828945312568]
