"""How long an order stays open. The rules of expiry are LEAN's (`Common/Orders/TimeInForces`), per kind of security."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from lyra.engine.enums import SecurityType
from lyra.engine.naming import LeanObject
from lyra.engine.times import DAY, HOUR, day_of, to_datetime, to_us, zone

_CUT_OFF = 17 * HOUR
_CUT_OFF_ZONE = "America/New_York"
_AT_CUT_OFF = (SecurityType.FOREX, SecurityType.CFD)
_AT_MIDNIGHT = (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE)


class TimeInForce(LeanObject):
    """Base of the times in force. `DAY` and `GOOD_TIL_CANCELED` are ready made; `good_til_date(expiry)` makes one."""

    DAY: ClassVar[TimeInForce]
    Day: ClassVar[TimeInForce]
    GOOD_TIL_CANCELED: ClassVar[TimeInForce]
    GoodTilCanceled: ClassVar[TimeInForce]
    GOOD_TIL_DATE: ClassVar[Callable[[datetime], TimeInForce]]

    @staticmethod
    def good_til_date(expiry: datetime) -> TimeInForce:
        """An order that lives until the close of `expiry`'s day."""
        return GoodTilDateTimeInForce(expiry)

    def is_order_expired(self, security: Any, order: Any) -> bool:
        """Whether the order's time is over at the security's local time."""
        raise NotImplementedError("TimeInForce.is_order_expired must be implemented")

    def is_fill_valid(self, security: Any, order: Any, fill: Any) -> bool:
        """Whether a fill may happen now."""
        return True

    def json_fields(self) -> dict[str, str]:
        """What LEAN's JSON writes: nothing for the default, otherwise the .NET type's name and its public values."""
        return {"$type": str(self)}

    def __str__(self) -> str:
        return f"QuantConnect.Orders.TimeInForces.{type(self).__name__}"


class GoodTilCanceledTimeInForce(TimeInForce):
    """Stays open until it is filled or cancelled."""

    def is_order_expired(self, security: Any, order: Any) -> bool:
        """Never."""
        return False

    def json_fields(self) -> dict[str, str]:
        """Empty: LEAN leaves the default out."""
        return {}


class DayTimeInForce(TimeInForce):
    """Expires at the market's last close of the order's day; forex and CFD at 17:00 New York, crypto at its midnight."""

    def is_order_expired(self, security: Any, order: Any) -> bool:
        """Whether that moment has come."""
        hours = security.exchange.hours
        now = security._local_time
        ordered = hours.time_zone.to_local(order._time)
        kind = order.security_type
        if kind in _AT_CUT_OFF:
            new_york = zone(_CUT_OFF_ZONE)
            ordered = new_york.to_local(order._time)
            expiry = day_of(ordered) + _CUT_OFF + (DAY if ordered - day_of(ordered) > _CUT_OFF else 0)
            return bool(new_york.to_local(hours.time_zone.to_utc(now)) >= expiry)
        if kind in _AT_MIDNIGHT:
            return bool(day_of(now) > day_of(ordered))
        return bool(now >= _last_close(hours, ordered))


class GoodTilDateTimeInForce(TimeInForce):
    """Expires at the close of a date; forex and CFD at 17:00 New York of it, crypto at the midnight after it."""

    def __init__(self, expiry: datetime) -> None:
        self._expiry = to_us(expiry)

    @property
    def expiry(self) -> datetime:
        """The date given, as naive datetime."""
        return to_datetime(self._expiry)

    def is_order_expired(self, security: Any, order: Any) -> bool:
        """Whether that moment has come."""
        hours = security.exchange.hours
        now = security._local_time
        kind = order.security_type
        if kind in _AT_CUT_OFF:
            return bool(hours.time_zone.to_utc(now) >= self._forex_expiry(order))
        if kind in _AT_MIDNIGHT:
            return bool(day_of(now) > day_of(self._expiry))
        return bool(now >= _last_close(hours, day_of(self._expiry)))

    def _forex_expiry(self, order: Any) -> int:
        new_york = zone(_CUT_OFF_ZONE)
        expiry = day_of(self._expiry) + _CUT_OFF
        if day_of(order._time) == day_of(self._expiry):
            ordered = new_york.to_local(order._time)
            if ordered - day_of(ordered) > _CUT_OFF:
                expiry += DAY
        return new_york.to_utc(expiry)

    def json_fields(self) -> dict[str, str]:
        """Type and `Expiry`, in ISO form without a zone."""
        text = to_datetime(self._expiry).isoformat()
        return {"$type": str(self), "Expiry": text.rstrip("0") if "." in text else text}


def _last_close(hours: Any, local: int) -> int:
    """Wall time of the last regular close of the day (the next trading day's, when the day has none)."""
    return to_us(hours.get_last_daily_market_close(to_datetime(local), False))


TimeInForce.DAY = TimeInForce.Day = DayTimeInForce()
TimeInForce.GOOD_TIL_CANCELED = TimeInForce.GoodTilCanceled = GoodTilCanceledTimeInForce()
TimeInForce.GOOD_TIL_DATE = TimeInForce.good_til_date
