"""`self.trading_calendar`: business days and holidays (`Common/TradingCalendar.cs`).

A public holiday is a holiday of an exchange of the algorithm's securities, or no settlement day in the United States (the federal holidays,
moved off weekends; QuantLib's calendar `UnitedStates`), which makes weekends public holidays too, as in LEAN.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException, ArgumentNullException
from lyra.engine.enums import SecurityType, TradingDayType
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, is_option

Day = date
_MONDAY, _THURSDAY, _FRIDAY = 0, 3, 4
_FIXED = ((1, 1), (7, 4), (11, 11), (12, 25))


class TradingDay(LeanObject):
    """One day. LEAN knows no futures' rolls, delistings and dividends here: those are None."""

    date: datetime
    business_day: bool
    public_holiday: bool
    weekend: bool
    option_expirations: list[Symbol]
    future_expirations: list[Symbol]
    future_rolls: Any
    symbol_delistings: Any
    equity_dividends: Any

    def __init__(self, day: Day, public_holiday: bool, symbols: list[Symbol]) -> None:
        self.date = datetime(day.year, day.month, day.day)
        self.public_holiday = public_holiday
        self.weekend = day.weekday() > _FRIDAY
        self.business_day = not public_holiday and not self.weekend
        expiring = [symbol for symbol in symbols if symbol.id.date.date() == day]
        self.option_expirations = [symbol for symbol in expiring if is_option(symbol.security_type)]
        self.future_expirations = [symbol for symbol in expiring if symbol.security_type == SecurityType.FUTURE]
        self.future_rolls = self.symbol_delistings = self.equity_dividends = None


_FIELDS = {
    TradingDayType.BUSINESS_DAY: "business_day", TradingDayType.PUBLIC_HOLIDAY: "public_holiday", TradingDayType.WEEKEND: "weekend",
    TradingDayType.OPTION_EXPIRATION: "option_expirations", TradingDayType.FUTURE_EXPIRATION: "future_expirations",
    TradingDayType.FUTURE_ROLL: "future_rolls", TradingDayType.SYMBOL_DELISTING: "symbol_delistings",
    TradingDayType.EQUITY_DIVIDENDS: "equity_dividends",
}  # fmt: skip


class TradingCalendar(LeanObject):
    """Days, as the algorithm's securities see them."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    def get_trading_day(self, day: date | None = None) -> TradingDay:
        """A day; today's UTC date by default."""
        wanted = self._algorithm.utc_time if day is None else day
        return self.get_trading_days(wanted, wanted)[0]

    def get_trading_days(self, start: date, end: date) -> list[TradingDay]:
        """The days from one to another. Raises ArgumentException if the end is before the start."""
        first, last = _date(start), _date(end)
        count = (last - first).days + 1
        if count < 0:
            raise ArgumentException(f"TradingCalendar.PopulateTradingDays(): Total days is negative ({count}), indicating reverse start and end times."
                                    " Check your usage of TradingCalendar to ensure proper arrangement of variables")  # fmt: skip
        symbols = self._algorithm.securities.keys()
        holidays = {day.date() for symbol in symbols for day in self._algorithm._exchange_hours(symbol).holidays}
        days = [first + timedelta(days=i) for i in range(count)]
        return [TradingDay(day, day in holidays or not settles_in_the_united_states(day), symbols) for day in days]

    def get_days_by_type(self, type: TradingDayType, start: date, end: date) -> list[TradingDay]:
        """The days of a kind. Raises ArgumentNullException for the kinds that LEAN does not know."""
        field = _FIELDS.get(TradingDayType(type))
        found = []
        for day in self.get_trading_days(start, end):
            value = False if field is None else getattr(day, field)
            if value is None:
                raise ArgumentNullException("Value cannot be null. (Parameter 'source')")
            if value:
                found.append(day)
        return found


def _date(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def settles_in_the_united_states(day: date) -> bool:
    """Whether a day is neither on a weekend nor a federal holiday."""
    if day.weekday() > _FRIDAY or _is_moved_holiday(day):
        return False
    month, week, weekday = day.month, (day.day - 1) // 7 + 1, day.weekday()
    if weekday == _THURSDAY:
        return (month, week) != (11, 4)
    if weekday != _MONDAY:
        return True
    return (month, week) not in ((1, 3), (2, 3), (9, 1), (10, 2)) and not (month == 5 and day.day > 24)


def _is_moved_holiday(day: date) -> bool:
    """A holiday with a date, on Monday if it falls on a Sunday, on Friday if on a Saturday."""
    for month, number in _FIXED:
        for year in (day.year, day.year + 1):
            holiday = date(year, month, number)
            shift = {6: 1, 5: -1}.get(holiday.weekday(), 0)
            if holiday + timedelta(days=shift) == day:
                return True
    return False
