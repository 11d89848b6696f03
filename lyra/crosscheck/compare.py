"""Where two runs part: the first order event that differs, the first moment of equity, and every figure.

What two runs cannot have in common is not compared: their ids, names, wall-clock times and the machine's figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lyra.engine.enums import OrderDirection, OrderStatus, OrderType
from lyra.workspace.results import RunResult, differing_places, moment

_EVENT_IDS = ("id", "algorithmId")
_EVENT_ORDER = ("orderId", "symbol", "time", "status", "direction", "quantity", "fillQuantity", "fillPrice", "fillPriceCurrency",
                "orderFeeAmount", "orderFeeCurrency", "stopPrice", "limitPrice")  # fmt: skip
_FIELDS = {"fillPrice": "fill price", "fillQuantity": "filled quantity", "orderFeeAmount": "fee", "orderFeeCurrency": "currency of the fee",
           "fillPriceCurrency": "currency of the price", "stopPrice": "stop price", "limitPrice": "limit price",
           "isAssignment": "assignment", "symbolValue": "ticker", "orderEventId": "number of the event"}  # fmt: skip
_FILLS = ("filled", "partiallyFilled")
_MISSING = "(missing)"


@dataclass(frozen=True)
class Difference:
    """The first place where two runs part. `order_id` and `time` (UTC) are None where it is about no order, no moment."""

    sentence: str
    order_id: int | None = None
    time: datetime | None = None


@dataclass(frozen=True)
class Row:
    """A thing of both runs, side by side."""

    name: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""
        return self.first != self.second


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side. `first` is None when they are equal."""

    first: Difference | None
    orders: list[Row]
    equity: list[Row]
    statistics: list[Row]
    parameters: list[Row]


def compare(first: RunResult, second: RunResult) -> Comparison:
    """Put two runs side by side."""
    return Comparison(
        _first_difference(first, second), _orders_rows(first, second), _equity_rows(first, second),
        _rows(first.statistics, second.statistics), _rows(first.parameters, second.parameters),
    )  # fmt: skip


# The first difference --------------------------------------------------------------------------
def _first_difference(first: RunResult, second: RunResult) -> Difference | None:
    order = _events_part(first, second) or _orders_part(first, second)
    equity = _equity_part(first, second)
    if order is not None and equity is not None and order.time is not None and equity.time is not None and equity.time < order.time:
        return Difference(
            f"{equity.sentence} No order differs until then; the first that does: {order.sentence}", order.order_id, equity.time
        )
    return order or equity or _figures_part(first, second)


def _events_part(first: RunResult, second: RunResult) -> Difference | None:
    if not first.events or not second.events:
        return None  # what one run tells of its orders only in <id>.json is compared there
    for one, other in zip(first.events, second.events, strict=False):
        if (found := _event_part(first, second, one, other)) is not None:
            return found
    if len(first.events) == len(second.events):
        return None
    longer, shorter = (first, second) if len(first.events) > len(second.events) else (second, first)
    names = ("A", "B") if longer is first else ("B", "A")
    count, event = len(shorter.events), longer.events[len(shorter.events)]
    sentence = f"{names[0]} goes on where {names[1]} ends, after {count} order events: {_event_text(longer, event)}."
    return Difference(sentence, int(event["orderId"]), moment(event["time"]))


def _event_part(first: RunResult, second: RunResult, one: dict[str, Any], other: dict[str, Any]) -> Difference | None:
    names = [name for name in dict.fromkeys((*_EVENT_ORDER, *one, *other)) if name not in _EVENT_IDS]
    for name in names:
        ours, theirs = one.get(name, _MISSING), other.get(name, _MISSING)
        if ours == theirs:
            continue
        time = min(moment(one["time"]), moment(other["time"]))
        if name in ("orderId", "symbol", "time", "status"):
            sentence = f"in A {_event_text(first, one)}; in B {_event_text(second, other)}."
        else:
            what = _FIELDS.get(name, name)
            happened = "fill" if one.get("status") in _FILLS else f"event {one.get('orderEventId')}"
            sentence = (f"order {one['orderId']} ({_order_text(first, one['orderId'])}): the {what} of its {happened} at {_clock(time)} is "
                        f"{_value(ours)} in A and {_value(theirs)} in B{_apart(ours, theirs)}.")  # fmt: skip
        return Difference(sentence, int(one["orderId"]), time)
    return None


def _orders_part(first: RunResult, second: RunResult) -> Difference | None:
    ours, theirs = first.part("orders"), second.part("orders")
    for number in sorted({*ours, *theirs}, key=_number):
        if number not in ours or number not in theirs:
            name, other, run = ("A", "B", first) if number in ours else ("B", "A", second)
            order = run.part("orders")[number]
            return Difference(
                f"{name} has an order {number} ({_order_text(run, number)}) that {other} has not.", _number(number), _order_time(order)
            )
        for place, one, another in differing_places("", ours[number], theirs[number]):
            sentence = (f"order {number} ({_order_text(first, number)}): {place.strip('/')} is {_value(one)} in A and {_value(another)} in B"
                        f"{_apart(one, another)}.")  # fmt: skip
            return Difference(sentence, _number(number), _order_time(ours[number]))
    return None


def _equity_part(first: RunResult, second: RunResult) -> Difference | None:
    ours, theirs = first.equity(), second.equity()
    for (when, value), (other_when, other_value) in zip(ours, theirs, strict=False):
        if when != other_when:
            time = min(when, other_when)
            return Difference(f"equity is sampled at other moments: {_clock(when)} in A and {_clock(other_when)} in B.", time=time)
        if value != other_value:
            sentence = f"equity at {_clock(when)} is {_value(value)} in A and {_value(other_value)} in B{_apart(value, other_value)}."
            return Difference(sentence, time=when)
    if len(ours) != len(theirs):
        longer = ours if len(ours) > len(theirs) else theirs
        time = longer[min(len(ours), len(theirs))][0]
        return Difference(f"equity has {len(ours)} samples in A and {len(theirs)} in B; the runs do not end together.", time=time)
    return None


def _figures_part(first: RunResult, second: RunResult) -> Difference | None:
    if first.status != second.status:
        return Difference(f"orders and equity are equal, but A ended as {first.status or 'nothing'} and B as {second.status or 'nothing'}.")
    for row in _rows(first.statistics, second.statistics):
        if row.differs and _MISSING not in (row.first, row.second):
            return Difference(f"orders and equity are equal, but {row.name} is {row.first} in A and {row.second} in B.")
    for name, title in (("runtimeStatistics", "runtime statistics"), ("totalPerformance", "total performance"), ("profitLoss", "profit and loss"),
                        ("charts", "charts")):  # fmt: skip
        for place, one, other in differing_places("", first.part(name), second.part(name)):
            if _same_double(one, other):
                continue
            sentence = f"orders, equity and statistics are equal, but in the {title}, {place.strip('/')} is {_short(one)} in A and {_short(other)} in B."
            return Difference(sentence)
    return None


def _same_double(first: Any, second: Any) -> bool:
    """Figures are compared as doubles, for some were computed as such; orders to the last digit."""
    return isinstance(first, (int, Decimal)) and isinstance(second, (int, Decimal)) and float(first) == float(second)


# Side by side ----------------------------------------------------------------------------------
def _orders_rows(first: RunResult, second: RunResult) -> list[Row]:
    ours, theirs = _order_lines(first), _order_lines(second)
    return [
        Row(f"order {number}", ours.get(number, _MISSING), theirs.get(number, _MISSING)) for number in sorted({*ours, *theirs}, key=_number)
    ]


def _order_lines(run: RunResult) -> dict[str, str]:
    fills: dict[str, list[dict[str, Any]]] = {}
    for event in run.events:
        if event["status"] in _FILLS:
            fills.setdefault(str(event["orderId"]), []).append(event)
    return {number: _order_line(run, number, fills.get(number, [])) for number in run.part("orders")}


def _order_line(run: RunResult, number: str, fills: list[dict[str, Any]]) -> str:
    """An order and what became of it: its fills' average price, its fees."""
    order = run.part("orders")[number]
    price, fees = order.get("price"), ""
    if fills:
        filled = sum((Decimal(event["fillQuantity"]) for event in fills), Decimal())
        if filled:
            price = sum((Decimal(event["fillQuantity"]) * Decimal(event["fillPrice"]) for event in fills), Decimal()) / filled
        paid = sum((Decimal(event.get("orderFeeAmount") or 0) for event in fills), Decimal())
        fees = f", fee {_value(paid)} {fills[-1].get('orderFeeCurrency', '')}".rstrip() if paid else ""
    status = _name(OrderStatus, order.get("status"))
    return f"{str(order.get('time', ''))[:16].replace('T', ' ')} {_order_text(run, number)} at {_value(price)}{fees}, {status}"


def _equity_rows(first: RunResult, second: RunResult) -> list[Row]:
    """Equity at the start, where it parts, where it is farthest apart, and at the end."""
    ours, theirs = dict(first.equity()), dict(second.equity())
    common = sorted(ours.keys() & theirs.keys())
    rows = {}
    if common:
        rows["first sample"] = common[0]
        apart = [when for when in common if ours[when] != theirs[when]]
        if apart:
            rows["parts at"] = apart[0]
            rows["farthest apart"] = max(apart, key=lambda when: abs(ours[when] - theirs[when]))
        rows["last common sample"] = common[-1]
    return [Row(f"{name} {_clock(when)}", _money(ours[when]), _money(theirs[when])) for name, when in rows.items()]


def _rows(first: Mapping[str, str], second: Mapping[str, str]) -> list[Row]:
    return [Row(name, first.get(name, _MISSING), second.get(name, _MISSING)) for name in dict.fromkeys((*first, *second))]


# Words -----------------------------------------------------------------------------------------
def _event_text(run: RunResult, event: dict[str, Any]) -> str:
    """`order 3 (market buy of 1 BTCUSD) was filled at 2020-01-02 05:00:00 UTC: 1 at 7000.01`."""
    status = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in str(event["status"]))
    text = f"order {event['orderId']} ({_order_text(run, event['orderId'])}) was {status} at {_clock(moment(event['time']))}"
    return f"{text}: {_value(event['fillQuantity'])} at {_value(event['fillPrice'])}" if event["status"] in _FILLS else text


def _order_text(run: RunResult, number: Any) -> str:
    """`market buy of 1 BTCUSD`."""
    order = run.part("orders").get(str(number))
    if order is None:
        return "not among the orders"
    direction = _name(OrderDirection, order.get("direction"))
    quantity = order.get("quantity", 0)
    size = _value(abs(quantity)) if isinstance(quantity, (int, Decimal)) else _value(quantity)
    ticker = order.get("symbol", {}).get("value", "?")
    return f"{_name(OrderType, order.get('type'))} {direction} of {size} {ticker}"


def _order_time(order: dict[str, Any]) -> datetime | None:
    text = str(order.get("lastFillTime") or order.get("time") or "")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _name(kind: Any, value: Any) -> str:
    try:
        return str(kind(int(value)).name).lower().replace("_", " ")
    except (ValueError, TypeError):
        return str(value)


def _value(value: Any) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return repr(value) if isinstance(value, str) and value != _MISSING else str(value)


def _apart(first: Any, second: Any) -> str:
    """`, 0.01 more`, where both are numbers."""
    numbers = [value for value in (first, second) if isinstance(value, (int, Decimal)) and not isinstance(value, bool)]
    if len(numbers) < 2:
        return ""
    apart = Decimal(numbers[1]) - Decimal(numbers[0])
    return f" ({_value(abs(apart))} {'more' if apart > 0 else 'less'})"


def _money(value: Decimal) -> str:
    return f"{value:,.2f}" if value == value.quantize(Decimal("0.01")) else f"{value:,f}"


def _short(value: Any) -> str:
    text = _value(value)
    return text if len(text) <= 120 else text[:117] + "..."


def _clock(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _number(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else 2**31
