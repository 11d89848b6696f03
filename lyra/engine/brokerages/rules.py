"""Questions that many brokerage models ask of an order. Each answers None when the order passes, otherwise the refusal with LEAN's text."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from lyra.engine.brokerages.base import BrokerageMessageEvent, refuse, valid_order_size
from lyra.engine.decimals import decimal_text
from lyra.engine.dotnet_errors import ArgumentOutOfRangeException
from lyra.engine.enums import BrokerageMessageType, OrderType
from lyra.engine.orders.time_in_force import TimeInForce
from lyra.engine.times import DAY, MINUTE, day_of

Refusal = tuple[bool, BrokerageMessageEvent]
ACCEPTED: tuple[bool, None] = (True, None)
NO_DATA = "There is no data for this symbol yet, please check the security.HasData flag to ensure there is at least one data point."
NO_UPDATE = "Brokerage does not support update. You must cancel and re-create instead."


def lean_name(thing: Any) -> str:
    """The name of LEAN's class of an object; of a user's subclass, that of the class it extends."""
    for kind in type(thing).__mro__:
        if kind.__module__.startswith("lyra."):
            return kind.__name__
    return type(thing).__name__


def refuse_security(model: Any, security: Any, supported: Collection[Any] = ()) -> Refusal | None:
    """Kinds of securities that the brokerage does not trade."""
    if security.type in supported:
        return None
    return refuse(f"The {lean_name(model)} does not support {security.type.lean_name} security type.")


def refuse_type(model: Any, order: Any, supported: Iterable[OrderType]) -> Refusal | None:
    """Order types that the brokerage does not know."""
    if order.type in supported:
        return None
    known = ",".join(kind.lean_name for kind in supported)
    return refuse(f"The {lean_name(model)} does not support {order.type.lean_name} order type. Only supports [{known}]")


def refuse_duration(model: Any, order: Any, supported: tuple[type, ...]) -> Refusal | None:
    """Times in force that the brokerage does not know."""
    if type(order.time_in_force) in supported:
        return None
    return refuse(f"The {lean_name(model)} does not support {lean_name(order.time_in_force)} time in force.")


def refuse_other_than_good_til_canceled(model: Any, order: Any) -> Refusal | None:
    """Orders that expire."""
    if order.time_in_force is TimeInForce.GOOD_TIL_CANCELED:
        return None
    return refuse_duration(model, order, ())


def refuse_size(security: Any, quantity: Decimal) -> Refusal | None:
    """Quantities below the least that the exchange takes."""
    accepted, message = valid_order_size(security, quantity)
    return None if accepted or message is None else (False, message)


def refuse_fraction(quantity: Decimal) -> Refusal | None:
    """Fractions of a share."""
    return None if quantity % 1 == 0 else refuse(f"Order Quantity must be Integer, but provided {decimal_text(quantity)}.")


def refuse_update() -> Refusal:
    """Any update."""
    return False, BrokerageMessageEvent(BrokerageMessageType.WARNING, 0, NO_UPDATE)


def refuse_status(order: Any, working: Collection[Any]) -> Refusal | None:
    """Updates of orders that do not work any more."""
    return None if order.status in working else refuse(f"Order with status {order.status.lean_name} can't be modified")


def crosses_zero(held: Decimal, quantity: Decimal) -> bool:
    """Whether an order turns a long holding into a short one, or back."""
    return (held > 0 > held + quantity) or (held < 0 < held + quantity)


def refuse_cross_zero(
    model: Any, security: Any, order: Any, types: Collection[Any] = (OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE)
) -> Refusal | None:
    """Orders of some types that turn the holding over."""
    if order.type not in types or not crosses_zero(security.holdings._quantity, order._quantity):
        return None
    return refuse(
        f"Order type '{order.type.lean_name}' is not supported for orders that cross the zero holdings threshold in the "
        f"{lean_name(model)}. "
        "This means you cannot change a position from positive to negative or vice versa using this order type. "
        "Please close the existing position first."
    )


def refuse_market_on_open(security: Any, order: Any, kinds: Collection[Any], opens: int | None, minutes_before: int = 2) -> Refusal | None:
    """Market-on-open orders of other kinds of securities, or outside the hours in which they are taken.

    `opens` is the time of day (microseconds) from which they are taken, None for the regular close; they are taken until
    `minutes_before` the regular opening.
    """
    if order.type != OrderType.MARKET_ON_OPEN:
        return None
    if security.type not in kinds:
        name = security.type.lean_name
        return refuse(f"The broker does not support Market-on-Open orders for security type {name}", "UnsupportedSecurityType")
    now = security._local_time
    regular = _regular_hours(security, now)
    if regular is None:
        return None
    start = _time_of_day(regular[1] if opens is None else opens)
    end = _time_of_day(regular[0] - minutes_before * MINUTE)
    at = now - day_of(now)
    inside = start <= at < end if start <= end else at >= start or at < end
    if inside:
        return None
    return refuse(
        f"MarketOnOpen submission time is invalid. Valid local times are {_clock(start)}\u2013{_clock(end)}. "
        "Consider setting daily_precise_end_time = false or using self.schedule.on."
    )


def _regular_hours(security: Any, local: int) -> tuple[int, int] | None:
    """Start and end (time of day) of the first regular session of a day."""
    for span in security.exchange.hours._hours_of(day_of(local))._spans:
        if span.regular:
            return span.start, span.end
    return None


def _time_of_day(time: int) -> int:
    if 0 <= time < DAY:
        return time
    raise ArgumentOutOfRangeException("Ticks must be between 0 and and TimeOnly.MaxValue.Ticks. (Parameter 'ticks')")


def _clock(time: int) -> str:
    hours, minutes = divmod(time // MINUTE, 60)
    return f" {(hours - 1) % 12 + 1:02d}:{minutes:02d}"
