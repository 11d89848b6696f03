"""Orders and order events as LEAN's JSON, and the hash over all orders of a run by which runs are compared.

Member order is Newtonsoft's: the members that the most derived class declares come first, then its bases'. The hash is the MD5 of
the orders' JSON joined by commas, with prices rounded first (`Common/Extensions.cs`, GetHash; verified on LEAN's own records).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import smart_round
from lyra.engine.enums import OrderType
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.exchange_codes import Exchange
from lyra.engine.orders.fee import NULL_CURRENCY
from lyra.engine.orders.order import ComboOrder, Order
from lyra.engine.orders.properties import OrderProperties, StrategyField, StrategyParameters
from lyra.engine.orders.time_in_force import TimeInForce
from lyra.engine.results.json_text import Raw, decimal_json, json_compact, json_double, json_scalar, json_string, time_text, unix_seconds

# Members of the derived classes in the order of their declaration; None stands for the overridden `type`.
_OWN_MEMBERS: dict[int, tuple[str | None, ...]] = {
    int(OrderType.LIMIT): ("_limit_price", None),
    int(OrderType.STOP_MARKET): ("_stop_price", None),
    int(OrderType.STOP_LIMIT): ("_stop_price", "_stop_triggered", "_limit_price", None),
    int(OrderType.LIMIT_IF_TOUCHED): (None, "_trigger_price", "_limit_price", "_trigger_touched"),
    int(OrderType.TRAILING_STOP): ("_trailing_amount", "_trailing_as_percentage", None, "_stop_price"),
    int(OrderType.COMBO_LEG_LIMIT): (None, "_limit_price"),
}
_ONLY_TYPE: tuple[str | None, ...] = (None,)
_ROUNDED = ("_limit_price", "_stop_price", "_trigger_price", "_trailing_amount")


def _camel(stored: str) -> str:
    head, *rest = stored.strip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)


def symbol_json(symbol: Any) -> str:
    """`{"value":…,"id":…,"permtick":…}` with the underlying inside where there is one."""
    value = json_string(symbol.value)
    text = f'{{"value":{value},"id":{json_string(str(symbol.id))},"permtick":{value}'
    underlying = symbol.underlying if symbol.has_underlying else None
    return text + "}" if underlying is None else f'{text},"underlying":{symbol_json(underlying)}}}'


class KnownTexts:
    """Texts that the orders of a run share, made once: of symbols, moments, enum members, and properties that nobody has set."""

    def __init__(self) -> None:
        self._symbols: dict[int, tuple[Any, str]] = {}
        self._event_symbols: dict[int, tuple[Any, str]] = {}
        self._names: dict[Any, str] = {}
        self._times: dict[int, str] = {}
        self._properties: dict[tuple[type, bool], str] = {}

    def symbol(self, symbol: Any) -> str:
        """`symbol_json`."""
        return self._of_symbol(self._symbols, symbol, symbol_json)

    def event_symbol(self, symbol: Any) -> str:
        """The members of an order event that tell its symbol."""
        return self._of_symbol(self._event_symbols, symbol, _event_symbol)

    @staticmethod
    def _of_symbol(known: dict[int, tuple[Any, str]], symbol: Any, make: Callable[[Any], str]) -> str:
        """Symbols that are equal may differ in their tickers, so each object has its own text."""
        found = known.get(id(symbol))
        if found is None:
            found = known[id(symbol)] = (symbol, make(symbol))
        return found[1]

    def time(self, us: int) -> str:
        """`time_text`."""
        text = self._times.get(us)
        if text is None:
            text = self._times[us] = time_text(us)
        return text

    def name(self, member: Any) -> str:
        """The quoted name of an enum member in camel case."""
        text = self._names.get(member)
        if text is None:
            text = self._names[member] = json_string(camel_name(member.lean_name))
        return text

    def properties(self, properties: OrderProperties, camel: bool) -> str:
        """`properties_json`."""
        if vars(properties):
            return properties_json(properties, camel)
        key = (type(properties), camel)
        text = self._properties.get(key)
        if text is None:
            text = self._properties[key] = properties_json(properties, camel)
        return text


def order_json(order: Order, camel: bool = True, known: KnownTexts | None = None) -> str:
    """The order's JSON without spaces: with `camel` as in the result files, otherwise with C#'s names in `properties` as in the hash."""
    known = KnownTexts() if known is None else known
    parts = [_own_member(order, member) for member in _OWN_MEMBERS.get(int(order._type), _ONLY_TYPE)]
    if isinstance(order, ComboOrder):
        parts.append(f'"quantity":{decimal_json(order._quantity)}')
    parts.append(_identity(order, known))
    parts += _times(order, known)
    if not isinstance(order, ComboOrder):
        parts.append(f'"quantity":{decimal_json(order._quantity)}')
    parts += _state(order, camel, known)
    return "{" + ",".join(parts) + "}"


def _own_member(order: Order, member: str | None) -> str:
    if member is None:
        return f'"type":{int(order._type)}'
    value = getattr(order, member)
    return f'"{_camel(member)}":{decimal_json(value) if isinstance(value, Decimal) else json_compact(value)}'


def _identity(order: Order, known: KnownTexts) -> str:
    return (
        f'"id":{order._id},"contingentId":{order._contingent_id},"brokerId":{json_compact(order._broker_id)},'
        f'"symbol":{known.symbol(order._symbol)},"price":{decimal_json(order._price)},"priceCurrency":{json_string(order._price_currency)}'
    )


def _times(order: Order, known: KnownTexts) -> list[str]:
    created = known.time(order._time) if order._time_is_utc else known.time(order._time)[:-1]
    parts = [f'"time":"{created}","createdTime":"{created}"']
    for name, moment in (
        ("lastFillTime", order._last_fill_time),
        ("lastUpdateTime", order._last_update_time),
        ("canceledTime", order._canceled_time),
    ):
        if moment is not None:
            parts.append(f'"{name}":"{known.time(moment)}"')
    return parts


def _state(order: Order, camel: bool, known: KnownTexts) -> list[str]:
    parts = [f'"status":{int(order.status)}']
    if order._tag is not None:
        parts.append(f'"tag":{json_string(order._tag)}')
    data = order._order_submission_data
    submission = "null" if data is None else (
        f'{{"bidPrice":{decimal_json(data._bid_price)},"askPrice":{decimal_json(data._ask_price)},"lastPrice":{decimal_json(data._last_price)}}}'
    )  # fmt: skip
    parts.append(
        f'"properties":{known.properties(order._properties, camel)},"securityType":{int(order.security_type)},'
        f'"direction":{int(order.direction)},"value":{decimal_json(order._value)},"orderSubmissionData":{submission},'
        f'"isMarketable":{"true" if order.is_marketable else "false"}'
    )
    group = order.group_order_manager
    if group is not None:
        parts.append(
            f'"groupOrderManager":{{"id":{group._id},"quantity":{decimal_json(group._quantity)},"count":{group._count},'
            f'"limitPrice":{decimal_json(group._limit_price)},"orderIds":{json_compact(group._order_ids)},"direction":{int(group.direction)}}}'
        )
    parts.append(f'"priceAdjustmentMode":{int(order.price_adjustment_mode)}')
    return parts


def properties_json(properties: OrderProperties, camel: bool) -> str:
    """The concrete properties class with all its public members; only `timeInForce` is in camel case in both namings."""
    fields = {"timeInForce" if name == "TimeInForce" else camel_name(name) if camel else name: _property(value, camel)
              for name, value in properties.json_fields().items()}  # fmt: skip
    return json_compact(fields)


def _property(value: Any, camel: bool) -> Any:
    if isinstance(value, TimeInForce):
        return value.json_fields()
    if isinstance(value, Order):
        return Raw(order_json(value, camel=camel))
    if isinstance(value, Exchange):
        fields: dict[str, Any] = {"Code": value.code, "Name": value.name, "Market": value.market, "SecurityTypes": value.security_types}
    elif isinstance(value, StrategyParameters):
        fields = {"Name": value.name, "Fields": [_property(field, camel) for field in value.fields]}
    elif isinstance(value, StrategyField):
        fields = {"Value": value.value, "HasValue": value.has_value}
    else:
        return value
    return {camel_name(name): item for name, item in fields.items()} if camel else fields


def camel_name(name: str) -> str:
    """Newtonsoft's camel case: the leading capitals, but for the last before a small letter, become small."""
    count = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    head = count if count in (1, len(name)) else count - 1
    return name[:head].lower() + name[head:]


def _hashed_json(order: Order, text: str, known: KnownTexts) -> str:
    """An order's JSON as it goes into the hash; `text` is that of the result files, and often the same."""
    rounded = smart_round(order._price) != order._price or any(stored in order.__dict__ for stored in _ROUNDED)
    if not rounded and known.properties(order._properties, False) == known.properties(order._properties, True):
        return text
    return order_json(_with_rounded_prices(order), False, known)


def _with_rounded_prices(order: Order) -> Order:
    other = type(order).__new__(type(order))
    other.__dict__.update(order.__dict__)
    other._price = smart_round(order._price)
    if not isinstance(order, ComboOrder):
        for stored in _ROUNDED:
            if stored in other.__dict__:
                other.__dict__[stored] = smart_round(other.__dict__[stored])
    return other


def orders_json(orders: Iterable[Order], known: KnownTexts) -> tuple[dict[str, str], str]:
    """JSON of the orders by their numbers, and LEAN's OrderListHash: 32 hex digits; d41d8cd98f00b204e9800998ecf8427e for no orders."""
    texts, hashed = {}, []
    for order in sorted(orders, key=lambda order: order._id):
        text = texts[str(order._id)] = order_json(order, known=known)
        hashed.append(_hashed_json(order, text, known))
    return texts, hashlib.md5(",".join(hashed).encode()).hexdigest()


def order_list_hash(orders: Iterable[Order]) -> str:
    """LEAN's OrderListHash."""
    return orders_json(orders, KnownTexts())[1]


def order_events_json(events: Iterable[OrderEvent], algorithm_id: str, known: KnownTexts) -> str:
    """The content of `<id>-order-events.json`."""
    return "[" + ",".join([order_event_json(event, algorithm_id, known) for event in events]) + "]"


def order_event_json(event: OrderEvent, algorithm_id: str, known: KnownTexts) -> str:
    """An order event as in `<id>-order-events.json`."""
    fee = event.order_fee.value
    paid = ""
    if fee.currency != NULL_CURRENCY:
        paid = f',"orderFeeAmount":{decimal_json(fee._amount)},"orderFeeCurrency":{json_string(fee.currency)}'
    owner = json_string(algorithm_id)
    text = (
        f'{{"id":{owner[:-1]}-{event.order_id}-{event.id}","algorithmId":{owner},'
        f'"orderId":{event.order_id},"orderEventId":{event.id},{known.event_symbol(event.symbol)},'
        f'"time":{json_double(unix_seconds(event._utc_time))},"status":{known.name(event.status)}{paid},'
        f'"fillPrice":{decimal_json(event._fill_price)},"fillPriceCurrency":{json_scalar(event.fill_price_currency)},'
        f'"fillQuantity":{decimal_json(event._fill_quantity)},"direction":{known.name(event.direction)}'
    )
    if event.message:
        text += f',"message":{json_string(event.message)}'
    text += f',"isAssignment":{json_scalar(event.is_assignment)},"quantity":{decimal_json(event._quantity)}'
    if event._stop_price is not None:
        text += f',"stopPrice":{decimal_json(event._stop_price)}'
    if event._limit_price is not None:
        text += f',"limitPrice":{decimal_json(event._limit_price)}'
    return text + (',"isInTheMoney":true}' if event.is_in_the_money else "}")


def _event_symbol(symbol: Any) -> str:
    return (
        f'"symbol":{json_string(str(symbol.id))},"symbolValue":{json_string(symbol.value)},"symbolPermtick":{json_string(symbol.id.symbol)}'
    )
