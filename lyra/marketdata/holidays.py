"""Holidays of the New York Stock Exchange and of the forex market, by rule and by the days that no rule tells.

Sources: NYSE's published holiday rules (7.2) and its list of special closings; OANDA's and FXCM's holiday notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6

# Mourning, attacks and storms.
SPECIAL_CLOSINGS = (
    date(2001, 9, 11), date(2001, 9, 12), date(2001, 9, 13), date(2001, 9, 14), date(2004, 6, 11), date(2007, 1, 2),
    date(2012, 10, 29), date(2012, 10, 30), date(2018, 12, 5), date(2025, 1, 9),
)  # fmt: skip


@dataclass
class Holidays:
    """Days without hours, and days that close early or open late, with the time as `HH:MM:SS`."""

    closed: set[date] = field(default_factory=set)
    early: dict[date, str] = field(default_factory=dict)
    late: dict[date, str] = field(default_factory=dict)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm; Meeus, Astronomical Algorithms, 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th Monday, … of a month; -1 is the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def observed(day: date) -> date:
    """A holiday on a Saturday is kept on Friday, one on a Sunday on Monday."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def new_york(first: int, last: int) -> Holidays:
    """Of the New York Stock Exchange from year `first` to `last` (1998 or later)."""
    result = Holidays()
    for year in range(first, last + 1):
        result.closed.update(day for day in _new_york_closed(year) if day.weekday() < SATURDAY)
    result.closed.update(day for day in SPECIAL_CLOSINGS if first <= day.year <= last)
    for year in range(first, last + 1):
        result.early.update((day, "13:00:00") for day in _new_york_early(year) if day.weekday() < SATURDAY and day not in result.closed)
    return result


def _new_york_closed(year: int) -> Iterator[date]:
    new_year = date(year, 1, 1)
    # The only holiday that is not moved to the Friday before: that is the last day of the old year.
    yield new_year if new_year.weekday() != SUNDAY else date(year, 1, 2)
    yield nth_weekday(year, 1, MONDAY, 3)
    yield nth_weekday(year, 2, MONDAY, 3)
    yield easter(year) - timedelta(days=2)
    yield nth_weekday(year, 5, MONDAY, -1)
    if year >= 2022:
        yield observed(date(year, 6, 19))
    yield observed(date(year, 7, 4))
    yield nth_weekday(year, 9, MONDAY, 1)
    yield nth_weekday(year, 11, THURSDAY, 4)
    yield observed(date(year, 12, 25))


def _new_york_early(year: int) -> Iterator[date]:
    yield nth_weekday(year, 11, THURSDAY, 4) + timedelta(days=1)
    yield date(year, 12, 24)
    fourth = date(year, 7, 4).weekday()
    if fourth == THURSDAY and year < 2013:
        yield date(year, 7, 5)
    elif fourth not in (MONDAY, SATURDAY, SUNDAY):
        yield date(year, 7, 3)
    if year == 1999:
        yield date(1999, 12, 31)
    if year == 2003:
        yield date(2003, 12, 26)


def forex(first: int, last: int) -> Holidays:
    """Of OANDA's forex market: closed on the eves from 17:00 New York time until 17:00 on Christmas and New Year's Day."""
    result = Holidays()
    for year in range(first, last + 1):
        for day in (date(year, 1, 1), date(year, 12, 25)):
            _close_around(result, day)
    return result


def _close_around(result: Holidays, day: date) -> None:
    weekday, eve = day.weekday(), day - timedelta(days=1)
    if weekday == FRIDAY:
        result.closed.add(day)
    elif weekday == SUNDAY:
        result.closed.update((day, day + timedelta(days=1)))
    elif weekday != SATURDAY:
        result.late[day] = "17:00:00"
    if eve.weekday() == SUNDAY:
        result.closed.add(eve)
    elif eve.weekday() < FRIDAY:
        result.early[eve] = "17:00:00"
