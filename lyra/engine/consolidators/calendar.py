"""Calendars for consolidators: `Calendar.WEEKLY` and the like, and functions of one's own that give a `CalendarInfo`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from lyra.engine.indicators.helpers import period_text
from lyra.engine.naming import LeanObject
from lyra.engine.times import DAY, MIN_TIME, span_us, to_datetime, to_us

Schedule = Callable[[int], tuple[int, int]]
"""Wall time in microseconds to (start, length) of the period it lies in."""


class CalendarInfo(LeanObject):
    """A period: `start` (a datetime) and `period` (a timedelta)."""

    def __init__(self, start: datetime, period: timedelta) -> None:
        self._start, self._period = start, period

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self._start

    @property
    def period(self) -> timedelta:
        """How long it is."""
        return self._period

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self._start + self._period

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CalendarInfo) and (other._start, other._period) == (self._start, self._period)

    def __hash__(self) -> int:
        return hash((self._start, self._period))

    def __str__(self) -> str:
        return f"{self._start:%m/%d/%Y %H:%M:%S} {period_text(self._period)}"


class CalendarRule:
    """A calendar function: called with a datetime it gives a `CalendarInfo`; the engine asks it in microseconds."""

    def __init__(self, name: str, periods: Schedule) -> None:
        self.name = name
        self.periods = periods

    def __call__(self, when: datetime) -> CalendarInfo:
        start, length = self.periods(to_us(when))
        return CalendarInfo(to_datetime(start), timedelta(microseconds=length))

    def __repr__(self) -> str:
        return f"Calendar.{self.name}"


def schedule_of(function: Any) -> Schedule:
    """A calendar function (LEAN's or the user's) as the engine asks it."""
    if isinstance(function, CalendarRule):
        return function.periods

    def periods(us: int) -> tuple[int, int]:
        info = function(to_datetime(us))
        return to_us(info.start), span_us(info.period)

    return periods


def floor_us(us: int, length: int) -> int:
    """Rounded down to multiples since the year 1, as LEAN's `RoundDown`."""
    return us - (us - MIN_TIME) % length if length else us


def _weekly(us: int) -> tuple[int, int]:
    return us - us % DAY - (us // DAY + 3) % 7 * DAY, 7 * DAY


def _months(count: int) -> Schedule:
    def periods(us: int) -> tuple[int, int]:
        when = to_datetime(us)
        month = (when.month - 1) // count * count
        start, end = date(when.year, month + 1, 1), date(when.year + (month + count) // 12, (month + count) % 12 + 1, 1)
        return to_us(start), to_us(end) - to_us(start)

    return periods


class Calendar(LeanObject):
    """Calendar functions: weeks from Monday, months, quarters, years."""

    WEEKLY = CalendarRule("WEEKLY", _weekly)
    MONTHLY = CalendarRule("MONTHLY", _months(1))
    QUARTERLY = CalendarRule("QUARTERLY", _months(3))
    YEARLY = CalendarRule("YEARLY", _months(12))
    weekly, monthly, quarterly, yearly = WEEKLY, MONTHLY, QUARTERLY, YEARLY


class CalendarType(LeanObject):
    """The older name of `Calendar`."""

    WEEKLY = Calendar.WEEKLY
    MONTHLY = Calendar.MONTHLY
    weekly, monthly = WEEKLY, MONTHLY
