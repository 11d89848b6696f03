"""`Extensions`: the static helpers of LEAN that algorithms call (`Common/Extensions.cs`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from io import TextIOWrapper
from typing import Any

from lyra.engine.decimals import normalize, round_significant, smart_round, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import OrderDirection, OrderStatus, OrderType, Resolution, SecurityType, TickType
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.naming import LeanObject
from lyra.engine.orders.order import is_closed, is_fill
from lyra.engine.symbols import is_option
from lyra.engine.times import MIN_TIME, span_us, to_datetime, to_us, to_utc_datetime, zone

_THOUSANDTH = Decimal("0.001")


def _lines(stream: Any) -> Iterator[str]:
    with stream, TextIOWrapper(stream, encoding="utf-8-sig") as text:
        yield from (line.rstrip("\r\n") for line in text)


class Extensions(LeanObject):
    """Functions on numbers, times and data."""

    @staticmethod
    def round_to_significant_digits(d: Any, digits: int) -> float:
        """A number rounded to a count of significant digits."""
        return to_float(round_significant(to_decimal(d), digits))

    @staticmethod
    def smart_rounding(input: Any) -> float:
        """LEAN's rounding for display: 4 decimals above 1000, otherwise 7 significant digits."""
        return to_float(smart_round(to_decimal(input)))

    @staticmethod
    def normalize(input: Any) -> float:
        """A number without trailing zeros."""
        return to_float(normalize(to_decimal(input)))

    @staticmethod
    def tick_type_to_lower(tick_type: Any) -> str:
        """`trade`, `quote` or `openinterest`."""
        return TickType(tick_type).lean_name.lower()

    @staticmethod
    def resolution_to_lower(resolution: Any) -> str:
        """`minute`, `daily` …"""
        return Resolution(resolution).lean_name.lower()

    @staticmethod
    def security_type_to_lower(security_type: Any) -> str:
        """`equity`, `cryptofuture` …"""
        return SecurityType(security_type).lean_name.lower()

    @staticmethod
    def is_option(security_type: Any) -> bool:
        """Whether a kind of security is an option."""
        return is_option(SecurityType(security_type))

    @staticmethod
    def to_time_span(resolution: Any) -> timedelta:
        """The length of a resolution's bars; zero for ticks."""
        return timedelta(microseconds=RESOLUTION_US[Resolution(resolution)])

    @staticmethod
    def to_higher_resolution_equivalent(time_span: timedelta, require_exact_match: bool) -> Resolution:
        """The coarsest resolution whose bars are not longer. Raises InvalidOperationException without an exact match where one is wanted."""
        span = span_us(time_span)
        found = max((resolution for resolution, length in RESOLUTION_US.items() if length <= span), key=int)
        if require_exact_match and RESOLUTION_US[found] != span:
            raise InvalidOperationException(f"Unable to exactly convert time span ('{time_span}') to resolution.")
        return found

    @staticmethod
    def get_order_direction(quantity: Any) -> OrderDirection:
        """Buy for a positive quantity, sell for a negative one, hold for zero."""
        number = to_decimal(quantity)
        return OrderDirection.BUY if number > 0 else OrderDirection.SELL if number < 0 else OrderDirection.HOLD

    @staticmethod
    def truncate_to_3_decimal_places(value: Any) -> float:
        """A number without what follows its third decimal place."""
        return to_float(to_decimal(value).quantize(_THOUSANDTH, rounding=ROUND_DOWN))

    @staticmethod
    def get_decimal_epsilon() -> float:
        """The least number that still makes a difference to another."""
        return 1e-27

    @staticmethod
    def to_camel_case(value: str) -> str:
        """A text that begins in lower case."""
        return value[:1].lower() + value[1:]

    @staticmethod
    def is_common_business_day(date: datetime) -> bool:
        """Whether a day is none of a weekend."""
        return date.weekday() < 5

    @staticmethod
    def read_lines(data_provider: Any, file: str) -> Iterator[str]:
        """The lines of a file that a provider has; none if it has not. Raises ArgumentException without a provider."""
        if data_provider is None:
            raise ArgumentException("The provided 'IDataProvider' instance is null. Are you missing some initialization step?")
        stream = data_provider.fetch(file)
        return iter(()) if stream is None else _lines(stream)

    @staticmethod
    def round_down(date_time: datetime, interval: timedelta) -> datetime:
        """The last whole interval up to a moment."""
        span = span_us(interval)
        return date_time if span == 0 else to_datetime(MIN_TIME + (to_us(date_time) - MIN_TIME) // span * span)

    @staticmethod
    def round_up(time: datetime, interval: timedelta) -> datetime:
        """The first whole interval from a moment on."""
        span = span_us(interval)
        return time if span == 0 else to_datetime(MIN_TIME - (MIN_TIME - to_us(time)) // span * span)

    @staticmethod
    def round(time: Any, rounding_interval: timedelta) -> Any:
        """A span or a moment, to the nearest whole interval."""
        span = span_us(rounding_interval)
        if isinstance(time, timedelta):
            return timedelta(microseconds=round(span_us(time) / span) * span)
        return to_datetime(MIN_TIME + round((to_us(time) - MIN_TIME) / span) * span)

    @staticmethod
    def convert_from_utc(time: datetime, to: Any) -> datetime:
        """A UTC time in a zone."""
        return to_datetime(zone(to).to_local(to_us(time)))

    @staticmethod
    def convert_to_utc(time: datetime, from_: Any) -> datetime:
        """A zone's wall time in UTC, aware."""
        return to_utc_datetime(zone(from_).to_utc(to_us(time)))

    @staticmethod
    def convert_to(time: datetime, from_: Any, to: Any) -> datetime:
        """A zone's wall time in another zone."""
        return to_datetime(zone(to).to_local(zone(from_).to_utc(to_us(time))))


class OrderExtensions(LeanObject):
    """Questions about the state and kind of orders (`Common/Orders/OrderExtensions.cs`)."""

    @staticmethod
    def is_closed(status: OrderStatus) -> bool:
        """Filled, cancelled or invalid."""
        return is_closed(status)

    @staticmethod
    def is_open(status: OrderStatus) -> bool:
        """Not closed."""
        return not is_closed(status)

    @staticmethod
    def is_fill(status: OrderStatus) -> bool:
        """Filled, wholly or in part."""
        return is_fill(status)

    @staticmethod
    def is_limit_order(order_type: OrderType) -> bool:
        """Has a limit price."""
        return order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED)

    @staticmethod
    def is_stop_order(order_type: OrderType) -> bool:
        """Has a stop price."""
        return order_type in (OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
