"""A security's exchange: its hours, and the present moment on its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import Any, ClassVar

from lyra.engine.enums import SecurityType
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.markets.local_hours import LocalMarketHours, MarketHoursSegment
from lyra.engine.naming import LeanObject
from lyra.engine.times import MINUTE, Zone, to_datetime, to_us

_TRADING_DAYS = {
    SecurityType.EQUITY: 252, SecurityType.OPTION: 252, SecurityType.INDEX_OPTION: 252, SecurityType.FUTURE_OPTION: 252,
    SecurityType.FUTURE: 252, SecurityType.FOREX: 313, SecurityType.CFD: 313, SecurityType.INDEX: 313,
}  # fmt: skip


class SecurityExchange(LeanObject):
    """Hours of a security's exchange, seen from now."""

    def __init__(
        self, exchange_hours: SecurityExchangeHours, security_type: SecurityType = SecurityType.BASE, now: Callable[[], int] | None = None
    ) -> None:
        """`now` gives the present UTC time in microseconds; without it the clock stands at 1970."""
        self._hours = exchange_hours
        self._type = security_type
        self._now = now

    hours: SecurityExchangeHours = property(attrgetter("_hours"), doc="The calendar.")  # type: ignore[assignment]
    time_zone: Zone = property(attrgetter("_hours._zone"), doc="The exchange's zone.")  # type: ignore[assignment]

    @property
    def trading_days_per_year(self) -> int:
        """Trading days in a year: 252 for equities, futures and their options, 313 for forex, CFD and indices, else 365."""
        return _TRADING_DAYS.get(self._type, 365)

    @property
    def _local(self) -> int:
        return 0 if self._now is None else self._hours.time_zone.to_local(self._now())

    @property
    def local_time(self) -> datetime:
        """Now, on the exchange's clock."""
        return to_datetime(self._local)

    @property
    def exchange_open(self) -> bool:
        """Whether regular hours are on now."""
        return self._hours.is_open_us(self._local, False)

    @property
    def closing_soon(self) -> bool:
        """Whether the exchange is closed in 10 minutes."""
        return self.is_closing_soon(10)

    def is_closing_soon(self, minutes_to_close: int) -> bool:
        """Whether the exchange is closed in so many minutes."""
        return not self._hours.is_open_us(self._local + int(minutes_to_close * MINUTE), False)

    def date_is_open(self, date_to_check: date, extended_market_hours: bool = False) -> bool:
        """Whether a date has hours."""
        return self._hours.is_date_open(date_to_check, extended_market_hours)

    def date_time_is_open(self, date_time: datetime) -> bool:
        """Whether regular hours are on at a moment."""
        return self._hours.is_open_us(to_us(date_time), False)

    def is_open_during_bar(self, bar_start_time: datetime, bar_end_time: datetime, is_extended_market_hours: bool) -> bool:
        """Whether the exchange is open at some moment of a bar."""
        return self._hours.is_open_between_us(to_us(bar_start_time), to_us(bar_end_time), is_extended_market_hours)

    def set_market_hours(self, market_hours_segments: Iterable[MarketHoursSegment], *days: Any) -> None:
        """Replace the hours of some weekdays, of all if none is given; for this security only."""
        segments = list(market_hours_segments)
        chosen = {int(day) for day in days} or set(range(7))
        old = self._hours
        week = [LocalMarketHours(day, segments) if day in chosen else hours for day, hours in enumerate(old._week)]
        self._hours = SecurityExchangeHours(old._zone, old._holidays, week, old._early, old._late)


class _OfOneType(SecurityExchange):
    _kind: ClassVar[SecurityType]

    def __init__(self, exchange_hours: SecurityExchangeHours) -> None:
        super().__init__(exchange_hours, self._kind)


class EquityExchange(_OfOneType):
    """The exchange of equities; without hours that of the USA, for custom data that keep its hours."""

    _kind = SecurityType.EQUITY

    def __init__(self, exchange_hours: SecurityExchangeHours | None = None) -> None:
        if exchange_hours is None:
            from lyra.engine.markets.hours import MarketHoursDatabase

            exchange_hours = MarketHoursDatabase.from_data_folder().get_exchange_hours("usa", None, SecurityType.EQUITY)
        super().__init__(exchange_hours)


class ForexExchange(_OfOneType):
    """The exchange of currencies."""

    _kind = SecurityType.FOREX


class CfdExchange(_OfOneType):
    """The exchange of contracts for difference."""

    _kind = SecurityType.CFD


class CryptoExchange(_OfOneType):
    """The exchange of coins."""

    _kind = SecurityType.CRYPTO


class CryptoFutureExchange(_OfOneType):
    """The exchange of futures on coins."""

    _kind = SecurityType.CRYPTO_FUTURE


class IndexExchange(_OfOneType):
    """The hours of an index."""

    _kind = SecurityType.INDEX


class FutureExchange(_OfOneType):
    """The exchange of futures."""

    _kind = SecurityType.FUTURE


class OptionExchange(_OfOneType):
    """The exchange of options."""

    _kind = SecurityType.OPTION


_EXCHANGES = {kind._kind: kind for kind in (EquityExchange, ForexExchange, CfdExchange, CryptoExchange, CryptoFutureExchange, IndexExchange,
                                            FutureExchange, OptionExchange)}  # fmt: skip
_EXCHANGES |= dict.fromkeys((SecurityType.INDEX_OPTION, SecurityType.FUTURE_OPTION), OptionExchange)


def exchange_of(hours: SecurityExchangeHours, security_type: SecurityType, now: Callable[[], int]) -> SecurityExchange:
    """The exchange of a security of a type; `now` gives the present UTC time in microseconds."""
    kind = _EXCHANGES.get(security_type)
    if kind is None:
        return SecurityExchange(hours, security_type, now)
    exchange = kind(hours)
    exchange._type, exchange._now = security_type, now
    return exchange
