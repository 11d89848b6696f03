"""`MarketHourAwareConsolidator`: daily bars from open to close, intraday bars counted from the open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.consolidators.bars import QuoteBarConsolidator, TickConsolidator, TickQuoteBarConsolidator, TradeBarConsolidator
from lyra.engine.consolidators.base import ConsolidatorBase
from lyra.engine.consolidators.calendar import CalendarRule, floor_us
from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import Resolution, TickType
from lyra.engine.feed.calendar import strict_end_time_applies
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.times import DAY, HOUR, span_us


class MarketHourAwareConsolidator(ConsolidatorBase):
    """Consolidates data of open hours; knows early closes, holidays and always open markets.

    `period` is a resolution or a timedelta, `data_type` Tick, TradeBar or QuoteBar. With `daily_strict_end_time_enabled` a daily
    bar runs from the first open to the last close. The exchange's hours come from the run's market hours database with the
    first data, unless they are given.
    """

    def __init__(self, daily_strict_end_time_enabled: bool, period: Any, data_type: Any, tick_type: TickType, extended_market_hours: bool,
                 exchange_hours: SecurityExchangeHours | None = None) -> None:  # fmt: skip
        self._strict_wanted = daily_strict_end_time_enabled
        self._extended = extended_market_hours
        self._given_hours = self._hours = exchange_hours
        self._symbol: Any = None
        self._strict = False
        self._period = RESOLUTION_US[period] if isinstance(period, Resolution) else span_us(period)
        make = _maker(data_type, tick_type)
        if self._period in RESOLUTION_US.values():
            whole_days = self._period == DAY
            self._inner = make(CalendarRule("DAILY", self._day) if whole_days else timedelta(microseconds=self._period))
        else:
            self._inner = make(CalendarRule("INTRADAY", self._within_day) if self._period < DAY else CalendarRule("DAILY", self._day))
        self._inner._interface += self._forward

    def _forward(self, sender: Any, data: Any) -> None:
        self._emit(data)

    @property
    def input_type(self) -> Any:
        """The type of data that `update` takes."""
        return self._inner.input_type

    @property
    def output_type(self) -> Any:
        """The type of data that comes out."""
        return self._inner.output_type

    @property
    def working_data(self) -> Any:
        """A copy of the bar that is being built."""
        return self._inner.working_data

    @property  # type: ignore[override]
    def next_due_us(self) -> int:
        """When a scan may emit."""
        return self._inner.next_due_us  # type: ignore[no-any-return]

    @next_due_us.setter
    def next_due_us(self, value: int) -> None:
        """Ignored: the inner consolidator's counts."""

    def update(self, data: Any) -> None:
        """Take data of open hours; other data is passed over."""
        if self._symbol is None:
            self._begin(data._symbol)
        hours, start = self._hours, data._time
        if (
            self._extended
            or hours.is_open_us(start, False)  # type: ignore[union-attr]
            or (self._period == DAY and data._end - start >= HOUR and hours.is_open_between_us(start, data._end, False))  # type: ignore[union-attr]
        ):
            self._inner.update(data)

    def scan(self, current_local_time: datetime | int) -> None:
        """Emit the bar if its period is over."""
        self._inner.scan(current_local_time)

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        self._strict, self._symbol, self._hours = False, None, self._given_hours
        self._inner.reset()
        super().reset()

    def _begin(self, symbol: Any) -> None:
        self._symbol = symbol
        if self._hours is None:
            from lyra.engine.markets.hours import MarketHoursDatabase

            self._hours = MarketHoursDatabase.from_data_folder().get_exchange_hours(symbol.id.market, symbol, symbol.security_type)
        self._strict = self._strict_wanted and strict_end_time_applies(symbol, self._period, self._hours)

    def _day(self, us: int) -> tuple[int, int]:
        if not self._strict or self._period > DAY or self._hours is None:
            return (us if self._period > DAY else floor_us(us, self._period)), self._period
        return daily_hours(us, self._hours, self._extended)

    def _within_day(self, us: int) -> tuple[int, int]:
        """The interval since the open that a moment lies in, cut at the close."""
        hours, extended, period = self._hours, self._extended, self._period
        if hours is None or hours.is_market_always_open:
            return floor_us(us, period), period
        opened = hours.previous_open_us(us + 1 if hours.is_open_us(us, extended) else us, extended)
        start = opened + (us - opened) // period * period
        return start, min(start + period, hours.next_close_us(opened, extended)) - start


def daily_hours(us: int, hours: SecurityExchangeHours, extended: bool) -> tuple[int, int]:
    """(first open, length until the last close) of the session at or before a wall time."""
    opened = hours.previous_open_us(us, extended, True)
    return opened, hours.next_close_us(opened, extended, True) - opened


def _maker(data_type: Any, tick_type: TickType) -> Callable[[Any], Any]:
    if data_type is Tick:
        return TickConsolidator if tick_type == TickType.TRADE else TickQuoteBarConsolidator
    if data_type is TradeBar:
        return TradeBarConsolidator
    if data_type is QuoteBar:
        return QuoteBarConsolidator
    raise ArgumentException(f"{getattr(data_type, '__name__', data_type)} not supported (Parameter 'dataType')")
