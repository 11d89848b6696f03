"""Orders: their JSON and the order-list hash against the real engine's records, and their behaviour as objects.

The records (`../shared`, see their READMEs) hold numbers as floats, so the trailing zeros of LEAN's decimals are lost in them. They
are put back by rules of the data: equity prices have 4 decimals, times the price factor's; a middle price is bid plus ask by two.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lyra.engine.decimals import normalize
from lyra.engine.enums import (
    DataNormalizationMode,
    OrderDirection,
    OrderField,
    OrderRequestStatus,
    OrderResponseErrorCode,
    OrderStatus,
    OrderType,
    SecurityType,
)
from lyra.engine.orders import order as orders
from lyra.engine.orders import properties as props
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fee import CashAmount, OrderFee
from lyra.engine.orders.group import GroupOrderManager
from lyra.engine.orders.requests import CancelOrderRequest, OrderResponse, SubmitOrderRequest, UpdateOrderFields, UpdateOrderRequest
from lyra.engine.orders.ticket import OrderTicket
from lyra.engine.orders.time_in_force import TimeInForce
from lyra.engine.results.order_json import KnownTexts, order_event_json, order_json, order_list_hash, properties_json
from lyra.engine.times import to_us, zone

pytestmark = pytest.mark.usefixtures("decimal_context")

SHARED = Path(__file__).resolve().parents[3] / "shared"
KINDS = {
    int(kind._type): kind
    for kind in (
        orders.MarketOrder, orders.LimitOrder, orders.StopMarketOrder, orders.StopLimitOrder, orders.MarketOnOpenOrder,
        orders.MarketOnCloseOrder, orders.OptionExerciseOrder, orders.LimitIfTouchedOrder, orders.ComboMarketOrder,
        orders.ComboLimitOrder, orders.ComboLegLimitOrder, orders.TrailingStopOrder,
    )
}  # fmt: skip
T = datetime(2013, 10, 7, 13, 31)


class Sid(str):
    """The text of a security identifier."""

    @property
    def symbol(self) -> str:
        return self.split(" ")[0]


def symbol(value: str, sid: str, kind: Any = SecurityType.EQUITY, underlying: Any = None) -> Any:
    class Symbol(SimpleNamespace):
        def __str__(self) -> str:
            return self.value

    return Symbol(value=value, id=Sid(sid), security_type=kind, underlying=underlying, has_underlying=underlying is not None)


SPY = symbol("SPY", "SPY R735QTJ8XC9X")


# records ------------------------------------------------------------------------------------------
def us(text: str | None) -> int | None:
    if text is None:
        return None
    # a tick of 100 ns is kept as a microsecond
    return to_us(datetime.fromisoformat(text.replace("Z", "+00:00"))) + text.endswith(".0000001Z")


def exact(value: Any) -> Decimal:
    return normalize(Decimal(format(Decimal(value), "f")))


def padded(value: Decimal, digits: int) -> Decimal:
    return value if -value.as_tuple().exponent >= digits else value.quantize(Decimal(1).scaleb(-digits))  # type: ignore[operator]


class Scales:
    """Puts trailing zeros back into the prices of a record's orders."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.factors: dict[str, list[tuple[str, Decimal, Decimal]] | None] = {}

    def rows(self, ticker: str) -> list[tuple[str, Decimal, Decimal]] | None:
        if ticker not in self.factors:
            path = self.data / "equity" / "usa" / "factor_files" / f"{ticker.lower()}.csv"
            self.factors[ticker] = None
            if path.is_file():
                rows = [line.split(",") for line in path.read_text().split() if "," in line]
                self.factors[ticker] = [(row[0], Decimal(row[1]) * Decimal(row[2]), Decimal(row[2])) for row in rows]
        return self.factors[ticker]

    def price(self, record: dict[str, Any], value: Any, middle: Decimal | None = None) -> Decimal:
        price = exact(value)
        if middle is not None and record["securityType"] != 1 and middle == price:
            return middle
        if price == 0 or record["securityType"] not in (1, 2, 10):
            return price
        mode = record["priceAdjustmentMode"]
        rows = self.rows(record["symbol"]["value"]) if record["securityType"] == 1 and mode in (1, 2) else None
        if rows:
            day = record["time"][:10].replace("-", "")
            for _, both, split in [row for row in rows if row[0] >= day][:1] + rows:
                factor = both if mode == 1 else split
                raw = (price / factor).quantize(Decimal("0.0001"))
                if abs(raw * factor - price) < Decimal("1e-13") * max(1, price):
                    return raw * factor
        # without a factor file: prices that were multiplied have 4 decimals and the 7 of the factor
        return padded(price, 4 if -int(price.as_tuple().exponent) <= 4 else 11)


def rebuild(record: dict[str, Any], groups: dict[int, GroupOrderManager], scales: Scales) -> orders.Order:
    order: Any = KINDS[record["type"]].__new__(KINDS[record["type"]])
    orders.Order.__init__(order)
    order._symbol = record_symbol(record["symbol"], SecurityType(record["securityType"]))
    group = record.get("groupOrderManager")
    if group:
        if group["id"] not in groups:
            made = GroupOrderManager(
                id=group["id"], leg_count=group["count"], quantity=exact(group["quantity"]), limit_price=exact(group["limitPrice"])
            )
            made._order_ids = list(group["orderIds"])
            groups[group["id"]] = made
        order.group_order_manager = groups[group["id"]]
    order._order_id = record["id"]
    order._broker_id = list(record["brokerId"])
    order._price, order._price_currency = exact(record["price"]), record["priceCurrency"]
    order._time, order._time_is_utc = us(record["time"]), record["time"].endswith("Z")
    for stored, name in (("_last_fill_time", "lastFillTime"), ("_last_update_time", "lastUpdateTime"), ("_canceled_time", "canceledTime")):
        setattr(order, stored, us(record.get(name)))
    order._quantity = exact(record["quantity"])
    order.status = OrderStatus(record["status"])
    order._tag = record.get("tag")
    order._properties = record_properties(record["properties"])
    data = record["orderSubmissionData"]
    if data:
        bid, ask = scales.price(record, data["bidPrice"]), scales.price(record, data["askPrice"])
        order._order_submission_data = orders.OrderSubmissionData(bid, ask, scales.price(record, data["lastPrice"], (bid + ask) / 2))
    for stored, name in (("_limit_price", "limitPrice"), ("_stop_price", "stopPrice"), ("_trigger_price", "triggerPrice"),
                         ("_trailing_amount", "trailingAmount")):  # fmt: skip
        if name in record:
            setattr(order, stored, exact(record[name]))
    for stored, name in (("_stop_triggered", "stopTriggered"), ("_trigger_touched", "triggerTouched"),
                         ("_trailing_as_percentage", "trailingAsPercentage")):  # fmt: skip
        if name in record:
            setattr(order, stored, record[name])
    order.price_adjustment_mode = DataNormalizationMode(record["priceAdjustmentMode"])
    return order  # type: ignore[no-any-return]


def record_symbol(fields: dict[str, Any], kind: Any) -> Any:
    underlying = fields.get("underlying")
    return symbol(fields["value"], fields["id"], kind, record_symbol(underlying, None) if underlying else None)


def record_properties(fields: dict[str, Any]) -> props.OrderProperties:
    kind = fields["timeInForce"].get("$type", "")
    made = (
        props.IndiaOrderProperties(getattr(props.Exchange, fields["exchange"]["name"]))
        if "productType" in fields
        else props.OrderProperties()
    )
    if "Day" in kind:
        made.time_in_force = TimeInForce.DAY
    elif kind:
        made.time_in_force = TimeInForce.good_til_date(datetime.fromisoformat(fields["timeInForce"]["Expiry"]))
    return made


def read(path: Path) -> dict[str, Any]:
    return json.loads(gzip.open(path).read(), parse_float=Decimal)  # type: ignore[no-any-return]


# Runs whose prices come in part from universe files, with decimals that no rule puts back.
UNKNOWN_SCALES = {
    "OptionStrategyOrders", "AllShortableSymbolsCoarseSelectionRegressionAlgorithm", "CustomDataUniverseRegressionAlgorithm",
    "CustomDataUniverseScheduledRegressionAlgorithm", "EmaCrossAlphaModelFrameworkRegressionAlgorithm",
    "HistoricalReturnsAlphaModelFrameworkRegressionAlgorithm",
    "NoUniverseSelectorRegressionAlgorithm", "RawPricesUniverseRegressionAlgorithm", "UniverseSelectionRegressionAlgorithm",
    "SynFramework",
}  # fmt: skip


@pytest.mark.parametrize("folder", ["synthetic/golden", "lean-conformance", "lean-golden"])
def test_hash_of_recorded_orders(folder: str) -> None:
    """The JSON of every recorded order gives the hash that the real engine computed."""
    paths = sorted((SHARED / folder).glob("*.json.gz"))
    if not paths:
        pytest.skip(f"no records in ../shared/{folder}")
    data = SHARED / ("synthetic/data" if folder.startswith("synthetic") else "lean-data")
    wrong, checked = [], 0
    for path in paths:
        name = path.name.split(".")[0]
        if name in UNKNOWN_SCALES:
            continue
        record = read(path)
        if not any(hash_of(record, scales) == record["order_list_hash"] for scales in (Scales(data), Padded(0), Padded(4), Padded(5))):
            wrong.append(name)
        checked += 1
    assert not wrong
    assert checked > 10


class Padded(Scales):
    """Feeds of text prices: all with so many decimals at least."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def price(self, record: dict[str, Any], value: Any, middle: Decimal | None = None) -> Decimal:
        return padded(exact(value), self.digits)


def hash_of(record: dict[str, Any], scales: Scales) -> str:
    groups: dict[int, GroupOrderManager] = {}
    return order_list_hash([rebuild(item, groups, scales) for item in record["orders"].values()])


# without records ----------------------------------------------------------------------------------
def filled_market_order() -> orders.MarketOrder:
    order = orders.MarketOrder(SPY, 688, us("2013-10-07T13:31:00Z"))
    order._id = 1
    order._broker_id = ["1"]
    order._price, order._price_currency = Decimal("144.78172417"), "USD"
    order._last_fill_time = order._time
    order.status = OrderStatus.FILLED
    order._order_submission_data = orders.OrderSubmissionData(
        Decimal("144.77307790400"), Decimal("144.78172417000"), Decimal("144.77307790400")
    )
    order.price_adjustment_mode = DataNormalizationMode.ADJUSTED
    return order


def test_hash_of_leans_basic_template() -> None:
    """LEAN publishes this hash for BasicTemplateAlgorithm; the order itself keeps its full price."""
    order = filled_market_order()
    assert order_list_hash([order]) == "3da9fa60bf95b9ed148b95e02e0cfc9e"
    assert order._price == Decimal("144.78172417")
    assert order_list_hash([]) == "d41d8cd98f00b204e9800998ecf8427e"


def test_properties_json() -> None:
    """Brokerage properties carry their own members, in C#'s or in camel case; times in force their .NET type."""
    india = props.IndiaOrderProperties(props.Exchange.NSE)
    expected = '{"ProductType":null,"timeInForce":{},"Exchange":{"Code":"NSE","Name":"NSE","Market":"india","SecurityTypes":[1]}}'
    assert properties_json(india, camel=False) == expected
    fa = props.InteractiveBrokersOrderProperties()
    fa.fa_group = "g"
    fa.time_in_force = TimeInForce.good_til_date(datetime(2013, 10, 9, 12))
    assert json.loads(properties_json(fa, camel=True)) == {
        "account": None, "faGroup": "g", "faMethod": None, "faPercentage": 0, "faProfile": None, "outsideRegularTradingHours": False,
        "timeInForce": {"$type": "QuantConnect.Orders.TimeInForces.GoodTilDateTimeInForce", "Expiry": "2013-10-09T12:00:00"},
    }  # fmt: skip
    assert '"ioc":false' in properties_json(props.dYdXOrderProperties(), camel=True)


def test_both_spellings_reach_the_same_property() -> None:
    binance = props.BinanceOrderProperties()
    binance.PostOnly = True
    binance.TimeInForce = TimeInForce.Day
    assert binance.post_only is True and binance.clone().time_in_force is TimeInForce.DAY
    kraken = props.KrakenOrderProperties()
    kraken.fee_in_base = True
    kraken.fee_in_quote = True
    assert (kraken.fee_in_base, kraken.fee_in_quote) == (False, True)
    dydx = props.dYdXOrderProperties()
    dydx.IOC = True
    with pytest.raises(ValueError, match="Only one execution type"):
        dydx.post_only = True


def test_texts_of_orders() -> None:
    """As recorded in OrderTypes and OrderTickets."""
    limit = orders.LimitOrder(SPY, 7, -1, T, "my reason")
    limit._id, limit._broker_id, limit._price_currency, limit.status = 1, ["1"], "USD", OrderStatus.CANCEL_PENDING
    assert str(limit) == "OrderId: 1 (BrokerId: 1) CancelPending Limit order for 7 units of SPY: my reason at limit $-1"
    stop = orders.TrailingStopOrder(SPY, -10, 141, 4.0, False, T, "all of it")
    stop._id, stop._broker_id, stop._price_currency, stop.status = 5, ["5"], "USD", OrderStatus.CANCEL_PENDING
    expected = (
        "OrderId: 5 (BrokerId: 5) CancelPending TrailingStop order for -10 units of SPY: all of it at stop $141. Trailing amount: $4.0"
    )
    assert str(stop) == expected
    assert orders.TrailingStopOrder(SPY, -10, 0.003, True, T).get_default_tag() == "Trailing Amount: 0.300%"
    touched = orders.LimitIfTouchedOrder(SPY, 10, 98, 99, T)
    assert str(touched).endswith("at trigger 98 limit 99")


def test_user_made_request_has_no_zone() -> None:
    """LEAN does not know the zone of a request's naive time (record MarginCalls); an aware one is UTC (record UpdateOrder)."""
    aware = SubmitOrderRequest(OrderType.MARKET, SecurityType.EQUITY, SPY, 1, 0, 0, datetime(2008, 9, 9, 15, tzinfo=UTC), "mine")
    assert '"time":"2008-09-09T15:00:00Z"' in order_json(orders.create_order(aware))
    request = SubmitOrderRequest(OrderType.MARKET, SecurityType.EQUITY, SPY, 1, 0, 0, datetime(2008, 9, 9, 15), "mine")
    order = orders.create_order(request)
    assert '"time":"2008-09-09T15:00:00","createdTime":"2008-09-09T15:00:00"' in order_json(order)
    assert (request.tag, order.status, order.id) == ("mine", OrderStatus.NEW, -10)


def test_submit_request_overloads() -> None:
    plain = SubmitOrderRequest(OrderType.STOP_LIMIT, SecurityType.EQUITY, SPY, 1, 2, 3, to_us(T), "t")
    touched = SubmitOrderRequest(OrderType.LIMIT_IF_TOUCHED, SecurityType.EQUITY, SPY, 1, 0, 3, 4, to_us(T), "t")
    trailing = SubmitOrderRequest(OrderType.TRAILING_STOP, SecurityType.EQUITY, SPY, 1, 0, 0, 0, 0.5, True, T, "t", None, None, True)
    assert (plain.stop_price, plain.limit_price, plain.trigger_price, plain.time.year) == (2.0, 3.0, 0.0, 2013)
    assert (touched.limit_price, touched.trigger_price, touched.tag) == (3.0, 4.0, "t")
    assert (trailing.trailing_amount, trailing.trailing_as_percentage, trailing.asynchronous) == (0.5, True, True)


def test_combo_legs_follow_their_group() -> None:
    group = GroupOrderManager(2, 3)
    leg = orders.ComboMarketOrder(SPY, -6, T, group)
    leg._id = 4
    assert (leg.quantity, group.order_ids) == (-6.0, [4])
    leg.apply_update_order_request(UpdateOrderRequest(T, 4, UpdateOrderFields(quantity=5)))
    assert (leg.quantity, leg.clone().quantity, group.order_ids) == (-10.0, -10.0, [4])


class Transactions:
    """A transaction manager that answers at once."""

    def __init__(self) -> None:
        self._utc_time = to_us(T)
        self.ticket: Any = None

    def update_order(self, request: UpdateOrderRequest) -> OrderResponse:
        self.ticket._add_update_request(request)
        request.set_response(OrderResponse.success(request), OrderRequestStatus.PROCESSED)
        self.ticket._order.apply_update_order_request(request)
        return request.response  # type: ignore[no-any-return]

    def cancel_order(self, order_id: int, tag: str | None) -> OrderTicket:
        request = CancelOrderRequest(self._utc_time, order_id, tag)
        self.ticket._try_set_cancel_request(request)
        request.set_response(OrderResponse.success(request), OrderRequestStatus.PROCESSED)
        return self.ticket  # type: ignore[no-any-return]


def make_ticket(kind: OrderType = OrderType.LIMIT) -> OrderTicket:
    transactions = Transactions()
    request = SubmitOrderRequest(kind, SecurityType.EQUITY, SPY, 10, 0, 100, to_us(T), "far")
    request.set_order_id(1)
    ticket = transactions.ticket = OrderTicket(transactions, request)
    order = orders.create_order(request)
    order._price_currency = "USD"
    ticket._set_order(order)
    request.set_response(OrderResponse.success(request), OrderRequestStatus.PROCESSED)
    return ticket


def test_ticket_updates_and_cancels() -> None:
    ticket = make_ticket()
    assert ticket.update_limit_price(101.005, "two").is_success
    assert (ticket.get(OrderField.LIMIT_PRICE), ticket.tag, len(ticket.update_requests)) == (101.005, "two", 1)
    text = "10/07/2013 13:31:00 UTC: Update Order: (1) - LimitPrice: 101.005 two Status: Processed"
    assert str(ticket.get_most_recent_order_request()) == text
    assert ticket.cancel("reason").is_success
    again = ticket.cancel()
    assert (again.error_code, again.error_message) == (
        OrderResponseErrorCode.REQUEST_CANCELED, "Order 1 has already received a cancellation request.",
    )  # fmt: skip
    assert str(ticket).endswith("at limit $101.005 Request Count: 3 Response Count: 3")
    with pytest.raises(ValueError, match="Unable to get field StopPrice on order of type Limit"):
        ticket.get(OrderField.STOP_PRICE)
    with pytest.raises(TypeError, match="read-only"):
        ticket.quantity = 5  # type: ignore[misc]


def test_ticket_averages_fills() -> None:
    """Fills update the order's price to the mean, kept to .NET's 29 digits."""
    ticket = make_ticket()
    for quantity, price in ((4, 10), (3, 11), (3, 12)):
        event = OrderEvent(1, SPY, to_us(T), OrderStatus.PARTIALLY_FILLED, OrderDirection.BUY, price, quantity, OrderFee.ZERO)
        ticket._add_order_event(event)
    assert (ticket.quantity_filled, ticket.quantity_remaining, ticket.average_fill_price) == (10.0, 0.0, 10.9)
    third = make_ticket()
    for price in (144, 145, 145):
        event = OrderEvent(1, SPY, to_us(T), OrderStatus.PARTIALLY_FILLED, OrderDirection.BUY, price, 1, OrderFee.ZERO)
        third._add_order_event(event)
    assert str(third._average_fill_price) == "144.66666666666666666666666667"
    assert third._order is not None and third._order._price == third._average_fill_price


def test_event_texts() -> None:
    order = filled_market_order()
    event = OrderEvent(order, order._time, OrderFee(CashAmount(Decimal("3.440"), "USD")))
    event.id, event.fill_price, event.FillQuantity = 2, 144.78172417, 688
    assert str(event) == (
        "Time: 10/07/2013 13:31:00 OrderID: 1 EventID: 2 Symbol: SPY Status: Filled Quantity: 688 FillQuantity: 688 "
        "FillPrice: $144.7817 OrderFee: 3.44 USD"
    )
    assert event.short_to_string() == "10/07/2013 13:31:00 OID:1 SPY Filled Q:688 FQ:688 FP:$144.7817 OF:$3.44 USD"
    fields = json.loads(order_event_json(event, "A", KnownTexts()))
    assert (fields["id"], fields["status"], fields["direction"], fields["orderFeeAmount"], fields["time"]) == (
        "A-1-2", "filled", "buy", 3.44, 1381152660.0,
    )  # fmt: skip
    event.limit_price = 5
    event.limit_price = None
    assert event.limit_price == 5.0


class Hours:
    """A market that closes at 16:00 New York."""

    time_zone = zone("America/New_York")

    def get_last_daily_market_close(self, local: datetime, extended: bool) -> datetime:
        assert extended is False
        return datetime(local.year, local.month, local.day, 16) + (timedelta(days=1) if local.hour >= 16 else timedelta())


def test_times_in_force() -> None:
    """Equities expire at the close of the day or date, forex at 17:00 New York, crypto at its midnight."""

    def expired(tif: TimeInForce, kind: SecurityType, local: datetime) -> bool:
        order = orders.MarketOrder(symbol("X", "X 1", kind), 1, us("2013-10-07T14:00:00Z"))
        security = SimpleNamespace(exchange=SimpleNamespace(hours=Hours()), _local_time=to_us(local))
        return tif.is_order_expired(security, order)

    day, date = TimeInForce.DAY, TimeInForce.good_til_date(datetime(2013, 10, 9))
    assert not expired(day, SecurityType.EQUITY, datetime(2013, 10, 7, 15, 59))
    assert expired(day, SecurityType.EQUITY, datetime(2013, 10, 7, 16))
    assert not expired(day, SecurityType.FOREX, datetime(2013, 10, 7, 16, 59)) and expired(
        day, SecurityType.FOREX, datetime(2013, 10, 7, 17)
    )
    assert expired(day, SecurityType.CRYPTO, datetime(2013, 10, 8)) and not expired(day, SecurityType.CRYPTO, datetime(2013, 10, 7, 23))
    assert not expired(date, SecurityType.EQUITY, datetime(2013, 10, 8, 20)) and expired(
        date, SecurityType.EQUITY, datetime(2013, 10, 9, 16)
    )
    assert not expired(TimeInForce.GOOD_TIL_CANCELED, SecurityType.EQUITY, datetime(2033, 1, 1))
