"""Rules for dates (`Common/Scheduling/DateRules.cs`).

Rules of a week, month, quarter or year take its first or last open day, and then the `days_offset`-th open day after or before it;
they stop at the period's other edge. Without a symbol every day is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from lyra.engine.dotnet_errors import ArgumentOutOfRangeException
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.markets.local_hours import DayOfWeek, day_of_week
from lyra.engine.scheduling.base_rules import BaseScheduleRules
from lyra.engine.scheduling.func_rules import FuncDateRule
from lyra.engine.times import DAY, day_of, to_datetime, to_us


class _Edge(NamedTuple):
    """One edge of a kind of period."""

    name: str
    forward: bool
    months: int
    """Length of the period; 0 for a week."""
    most: int
    """The largest offset."""
    checked_without_symbol: bool


class DateRules(BaseScheduleRules):
    """`self.date_rules`: makes the rules that say on which dates an event fires."""

    # single dates ---------------------------------------------------------------------------------
    def on(self, *dates: Any) -> FuncDateRule:
        """`(year, month, day)`, dates, or one list of dates."""
        if len(dates) == 3 and all(isinstance(part, int) for part in dates):
            moments: Iterable[Any] = [datetime(*dates)]
        else:
            moments = dates if len(dates) != 1 or isinstance(dates[0], date) else dates[0]
        days = [day_of(to_us(moment)) for moment in moments]
        name = ",".join(f"{to_datetime(day):%m/%d/%Y}" for day in days)
        return FuncDateRule._of(name, lambda start, end: [day for day in days if start <= day <= end])

    @property
    def today(self) -> FuncDateRule:
        """The date on which the schedule first asks, in the algorithm's zone."""
        return FuncDateRule._of("TodayOnly", lambda start, end: [self._today()])

    @property
    def tomorrow(self) -> FuncDateRule:
        """The date after `today`."""
        return FuncDateRule._of("TomorrowOnly", lambda start, end: [self._today() + DAY])

    # many dates -----------------------------------------------------------------------------------
    def every(self, *days: Any) -> FuncDateRule:
        """Each of some weekdays: weekdays, or one list of them."""
        given = days[0] if len(days) == 1 and isinstance(days[0], (list, tuple)) else days
        weekdays = [DayOfWeek(day) for day in given]
        numbers = {int(day) for day in weekdays}
        name = ",".join(day.lean_name for day in weekdays)
        return FuncDateRule._of(name, lambda start, end: (day for day in _each_day(start, end) if day_of_week(day) in numbers))

    def every_day(self, symbol: Any = None, extended_market_hours: bool = False) -> FuncDateRule:
        """Every day; with a symbol every day on which its market opens (`extended_market_hours`: if only for extended hours)."""
        if symbol is None:
            return FuncDateRule._of("EveryDay", _each_day)
        found = self._symbol(symbol)
        hours = self._hours(found)

        def days(start: int, end: int) -> Iterator[int]:
            return (day for day in _each_day(start, end) if hours.is_date_open_us(day, extended_market_hours))

        return FuncDateRule._of(f"{found.value}: EveryDay", days)

    # edges of periods -----------------------------------------------------------------------------
    def week_start(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: Monday, or the first open day of a symbol's week. Raises ValueError for too large an offset."""
        return self._week("WeekStart", True, symbol, days_offset, extended_market_hours)

    def week_end(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: Friday, or the last open day of a symbol's week. Raises ValueError for too large an offset."""
        return self._week("WeekEnd", False, symbol, days_offset, extended_market_hours)

    def month_start(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: the month's first day. Raises ValueError for a symbol's offset outside 0..30."""
        return self._months(_Edge("MonthStart", True, 1, 30, False), symbol, days_offset, extended_market_hours)

    def month_end(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: the month's last day. Raises ValueError for a symbol's offset outside 0..30."""
        return self._months(_Edge("MonthEnd", False, 1, 30, False), symbol, days_offset, extended_market_hours)

    def quarter_start(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: the quarter's first day. Raises ValueError for an offset outside 0..92."""
        return self._months(_Edge("QuarterStart", True, 3, 92, True), symbol, days_offset, extended_market_hours)

    def quarter_end(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: the quarter's last day. Raises ValueError for an offset outside 0..92."""
        return self._months(_Edge("QuarterEnd", False, 3, 92, True), symbol, days_offset, extended_market_hours)

    def year_start(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: the year's first day. Raises ValueError for an offset outside 0..365."""
        return self._months(_Edge("YearStart", True, 12, 365, True), symbol, days_offset, extended_market_hours)

    def year_end(self, symbol: Any = None, days_offset: int = 0, extended_market_hours: bool = True) -> FuncDateRule:
        """`([symbol,] days_offset=0)`: the year's last day. Raises ValueError for an offset outside 0..365."""
        return self._months(_Edge("YearEnd", False, 12, 365, True), symbol, days_offset, extended_market_hours)

    def _months(self, edge: _Edge, symbol: Any, offset: int, extended: bool) -> FuncDateRule:
        if isinstance(symbol, int):
            symbol, offset = None, symbol
        if (symbol is not None or edge.checked_without_symbol) and not 0 <= offset <= edge.most:
            raise ArgumentOutOfRangeException(
                f"DateRules.{edge.name}() : Offset must be between 0 and {edge.most} (Parameter 'daysOffset')"
            )
        found = None if symbol is None else self._symbol(symbol)
        hours = _always_open() if found is None else self._hours(found)

        def days(start: int, end: int) -> Iterator[int]:
            bases = _month_bases(start, end, edge.months, edge.forward)
            return _scheduled(hours, bases, start, end, offset, edge.forward, found is not None and extended)

        return FuncDateRule._of(_edge_name(found, edge.name, offset if edge.forward else -offset), days)

    def _week(self, name: str, forward: bool, symbol: Any, offset: int, extended: bool) -> FuncDateRule:
        if isinstance(symbol, int):
            symbol, offset = None, symbol
        if symbol is None:
            if not 0 <= offset <= 6:
                raise ArgumentOutOfRangeException(f"DateRules.{name}() : Offset must be between 0 and 6 (Parameter 'daysOffset')")
            found, hours, extended = None, _always_open(), False
            base, reach = (1, 6) if forward else (5, -6)
        else:
            found = self._symbol(symbol)
            hours = self._hours(found)
            open_days = sorted(int(day) for day, usual in hours.market_hours.items() if not usual.is_closed_all_day)
            base, other = (open_days[0], open_days[-1]) if forward else (open_days[-1], open_days[0])
            if offset > len(open_days) - 1:
                raise ArgumentOutOfRangeException(
                    _beyond_week(name, found, f"{DayOfWeek(base).lean_name}{'+' if forward else '-'}{offset}", open_days)
                )
            reach = other - base

        def days(start: int, end: int) -> Iterator[int]:
            first, last = _monday(start), _monday(end) + 6 * DAY
            bases = ((day, day + reach * DAY) for day in _each_day(first, last) if day_of_week(day) == base)
            return _scheduled(hours, bases, start, end, offset, forward, extended)

        return FuncDateRule._of(_edge_name(found, name, offset if forward else -offset), days)


def _always_open() -> SecurityExchangeHours:
    return SecurityExchangeHours.always_open("America/New_York")


def _each_day(start: int, end: int) -> Iterator[int]:
    return iter(range(day_of(start), day_of(end) + 1, DAY))


def _monday(day: int) -> int:
    """The Monday of a day's week; Sunday is the week's last day."""
    return day - (day_of_week(day) - 1) % 7 * DAY


def _edge_name(symbol: Any, name: str, offset: int) -> str:
    text = f"{name}{offset:+d}" if offset else name
    return text if symbol is None else f"{symbol.value}: {text}"


def _beyond_week(name: str, symbol: Any, asked: str, open_days: list[int]) -> str:
    schedule = ", ".join(DayOfWeek(day).lean_name for day in open_days)
    return (
        f"DateRules.{name}() : {asked} is out of range for {symbol}'s schedule, please use an offset between 0 - {len(open_days) - 1}; "
        f"Schedule : {schedule} (Parameter 'daysOffset')"
    )


def _month_start(year: int, month: int) -> int:
    """Midnight of the first of a month; months may go beyond 12."""
    return to_us(datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1))


def _month_bases(start: int, end: int, months: int, forward: bool) -> Iterator[tuple[int, int]]:
    """(first, last) days of the periods of some months that a range touches, or (last, first) ones.

    As in LEAN a year's base day counts only from the start's month to the end's month.
    """
    begin, finish = to_datetime(start), to_datetime(end)
    span = 1 if months == 12 else months
    least = _month_start(begin.year, (begin.month - 1) // span * span + 1)
    most = _month_start(finish.year, (finish.month - 1) // span * span + 1 + span) - DAY
    year, month = begin.year, (begin.month - 1) // months * months + 1
    while (first := _month_start(year, month)) <= most:
        month += months
        last = _month_start(year, month) - DAY
        base, boundary = (first, last) if forward else (last, first)
        if least <= base <= most:
            yield base, boundary


def _scheduled(
    hours: SecurityExchangeHours, bases: Iterable[tuple[int, int]], start: int, end: int, offset: int, forward: bool, extended: bool
) -> Iterator[int]:
    for base, boundary in bases:
        day = _open_day(hours, base, offset, forward, extended)
        if (day > boundary) if forward else (day < boundary):
            day = _open_day(hours, boundary, 0, not forward, extended)
        if start <= day <= end:
            yield day


def _open_day(hours: SecurityExchangeHours, day: int, offset: int, forward: bool, extended: bool) -> int:
    """The open day at or after `day` (before it, backward), and `offset` further ones."""
    step = 1 if forward else -1
    if not hours.is_date_open_us(day, extended):
        day = hours.trading_day_us(day, step)
    for _ in range(offset):
        day = hours.trading_day_us(day, step)
    return day
