"""When a market is open: hours of each weekday, holidays, early closes and late opens, in the exchange's wall time.

The rules are LEAN's (`Common/Securities/SecurityExchangeHours.cs`): a session that goes on through midnight, or from one segment
into the next, counts as one for opens and closes; a holiday has no hours.
Methods that end in `_us` take and give microseconds of wall time; the others take and give naive datetimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.markets.local_hours import DayOfWeek, LocalMarketHours, MarketHoursSegment, day_of_week
from lyra.engine.naming import LeanObject
from lyra.engine.times import DAY, Zone, day_of, to_datetime, to_us, zone

Column = npt.NDArray[np.int64]
_SEARCH_DAYS = 15
"""How far an open or close is looked for."""


class DateSet(LeanObject):
    """A read-only set of dates, such as holidays."""

    def __init__(self, days: Iterable[int]) -> None:
        self._days = frozenset(days)

    @property
    def count(self) -> int:
        """How many."""
        return len(self._days)

    def contains(self, day: date) -> bool:
        """Whether a date (at midnight) is one of them."""
        return to_us(day) in self._days

    __contains__ = contains

    def __len__(self) -> int:
        return len(self._days)

    def __iter__(self) -> Iterator[datetime]:
        return map(to_datetime, sorted(self._days))


class DateTimes(LeanObject):
    """A read-only table of a time of day for some dates, such as early closes."""

    def __init__(self, times: dict[int, int]) -> None:
        self._times = times

    @property
    def count(self) -> int:
        """How many."""
        return len(self._times)

    def contains_key(self, day: date) -> bool:
        """Whether a date (at midnight) has a time."""
        return to_us(day) in self._times

    __contains__ = contains_key

    def __getitem__(self, day: date) -> timedelta:
        return timedelta(microseconds=self._times[to_us(day)])

    def __len__(self) -> int:
        return len(self._times)

    def __iter__(self) -> Iterator[datetime]:
        return map(to_datetime, sorted(self._times))

    def keys(self) -> list[datetime]:
        """The dates."""
        return list(self)

    def values(self) -> list[timedelta]:
        """The times, in the order of `keys`."""
        return [self[day] for day in self]

    def items(self) -> list[tuple[datetime, timedelta]]:
        """Pairs of date and time."""
        return [(day, self[day]) for day in self]


class SecurityExchangeHours(LeanObject):
    """The calendar of one market. Immutable."""

    def __init__(
        self,
        time_zone: Any,
        holidays: Iterable[int],
        week: Iterable[LocalMarketHours],
        early_closes: dict[int, int] | None = None,
        late_opens: dict[int, int] | None = None,
        bank_holidays: Iterable[int] = (),
    ) -> None:
        """`week` holds seven entries, Sunday first; dates are microseconds of midnight, times microseconds since midnight."""
        self._memo: dict[Any, Any] = {}
        """What feeds have worked out on this calendar: hundreds of symbols ask the same."""
        self._zone = zone(time_zone)
        self._week = tuple(week)
        self._holidays = frozenset(holidays)
        self._bank_holidays = frozenset(bank_holidays)
        self._early = early_closes or {}
        self._late = late_opens or {}
        self._always_open = all(hours._all_day for hours in self._week)
        self._regular_duration = _commonest([hours._duration for hours in self._week])
        self._dates: dict[int, LocalMarketHours] = {}
        # For each kind of hours: the span of time around the last question in which its answer holds.
        self._state = [(0, 0, False), (0, 0, False)]
        self._columns: list[tuple[int, int, Column, Column] | None] = [None, None]

    @staticmethod
    def always_open(time_zone: Any) -> SecurityExchangeHours:
        """A market without closing hours."""
        return SecurityExchangeHours(time_zone, (), [LocalMarketHours(day, [MarketHoursSegment.open_all_day()]) for day in range(7)])

    # facts ---------------------------------------------------------------------------------------
    time_zone: Zone = property(attrgetter("_zone"), doc="The zone of all times here.")  # type: ignore[assignment]

    @property
    def holidays(self) -> DateSet:
        """Dates without hours."""
        return DateSet(self._holidays)

    @property
    def bank_holidays(self) -> DateSet:
        """Dates without bank business (they count for settlement and expiry, not for hours)."""
        return DateSet(self._bank_holidays)

    @property
    def early_closes(self) -> DateTimes:
        """Dates on which the market closes early, with the time."""
        return DateTimes(self._early)

    @property
    def late_opens(self) -> DateTimes:
        """Dates on which the market opens late, with the time."""
        return DateTimes(self._late)

    @property
    def market_hours(self) -> dict[DayOfWeek, LocalMarketHours]:
        """The usual hours by weekday."""
        return {DayOfWeek(day): hours for day, hours in enumerate(self._week)}

    @property
    def regular_market_duration(self) -> timedelta:
        """The commonest daily sum of regular hours."""
        return timedelta(microseconds=self._regular_duration)

    @property
    def is_market_always_open(self) -> bool:
        """Whether every weekday is open around the clock."""
        return self._always_open

    # questions about one moment ------------------------------------------------------------------
    def is_open(self, *args: Any) -> bool:
        """`(local time, extended)` or `(start, end, extended)`: open then, or at some moment from start to end."""
        if len(args) == 2:
            return self.is_open_us(to_us(args[0]), args[1])
        return self.is_open_between_us(to_us(args[0]), to_us(args[1]), args[2])

    def is_open_us(self, local: int, extended: bool) -> bool:
        """Whether the market is open at a moment."""
        start, end, answer = self._state[extended]
        if start <= local < end:
            return answer
        day = day_of(local)
        start, end, answer = day, day + DAY, False
        for span in self._hours_of(day)._spans:
            if not (span.regular or extended):
                continue
            if local < day + span.start:
                end = day + span.start
                break
            if local < day + span.end:
                start, end, answer = day + span.start, day + span.end, True
                break
            start = day + span.end
        self._state[extended] = (start, end, answer)
        return answer

    def is_open_between_us(self, start: int, end: int, extended: bool) -> bool:
        """Whether the market is open at some moment in [start, end)."""
        if start == end:
            return self.is_open_us(start, extended)
        day = day_of(start)
        while day < end:
            for span in self._hours_of(day)._spans:
                if (span.regular or extended) and day + span.start < end and day + span.end > start:
                    return True
            day += DAY
        return False

    def is_date_open(self, local_date_time: date, extended_market_hours: bool = False) -> bool:
        """Whether the date has regular hours (or, with extended hours, any)."""
        return self.is_date_open_us(to_us(local_date_time), extended_market_hours)

    def is_date_open_us(self, local: int, extended: bool = False) -> bool:
        """`is_date_open` of a moment."""
        hours = self._hours_of(day_of(local))
        return bool(hours._spans) and (hours._duration > 0 or extended)

    def get_market_hours(self, local_date_time: date) -> LocalMarketHours:
        """The hours of a date."""
        return self._hours_of(day_of(to_us(local_date_time)))

    def _hours_of(self, day: int) -> LocalMarketHours:
        hours = self._dates.get(day)
        if hours is None:
            hours = self._dates[day] = self._make_hours(day)
        return hours

    def _make_hours(self, day: int) -> LocalMarketHours:
        weekday = day_of_week(day)
        if day in self._holidays:
            return LocalMarketHours(weekday)
        usual = self._week[weekday]
        early, late = self._early.get(day), self._late.get(day)
        if early is None and late is None:
            return usual
        return LocalMarketHours(weekday, _shortened(usual._listed, early, late))

    # opens and closes ----------------------------------------------------------------------------
    def get_next_market_open(self, local_date_time: datetime, extended_market_hours: bool) -> datetime:
        """The first open after a moment. Raises ValueError if none follows within two weeks."""
        return to_datetime(self.next_open_us(to_us(local_date_time), extended_market_hours))

    def next_open_us(self, local: int, extended: bool) -> int:
        """`get_next_market_open` in microseconds."""
        today = day_of(local)
        spans = self._hours_of(today - DAY)._spans
        before = spans[-1].end if spans else None
        for day in range(today, today + _SEARCH_DAYS * DAY, DAY):
            hours = self._hours_of(day)
            if hours._spans:
                found = hours._open_after(local - day if day == today else 0, extended, before)
                if found is not None and local < day + found:
                    return day + found
                # After an early close the market stays shut until the next day's own open.
                before = None if day in self._early else hours._spans[-1].end
            else:
                before = None
        raise ArgumentException(_not_found("open", "AfterMarketOpen", self._always_open), place="SecurityExchangeHours.cs:line 364")

    def get_next_market_close(self, local_date_time: datetime, extended_market_hours: bool, last_close: bool = False) -> datetime:
        """The first close after a moment; with `last_close` the last one of that day."""
        return to_datetime(self.next_close_us(to_us(local_date_time), extended_market_hours, last_close))

    def get_last_daily_market_close(self, local_date_time: datetime, extended_market_hours: bool) -> datetime:
        """The last close of the day (or of the next day that has one)."""
        return to_datetime(self.next_close_us(to_us(local_date_time), extended_market_hours, True))

    def next_close_us(self, local: int, extended: bool, last: bool = False) -> int:
        """`get_next_market_close` in microseconds."""
        today = day_of(local)
        for day in range(today, today + _SEARCH_DAYS * DAY, DAY):
            hours = self._hours_of(day)
            if not hours._spans:
                continue
            following = () if day + DAY in self._early else self._hours_of(day + DAY)._spans
            after = following[0].start if following else None
            found = hours._close_after(local - day if day == today else 0, extended, last, after)
            if found is not None and local < day + found:
                return day + found
        raise ArgumentException(_not_found("close", "BeforeMarketClose", self._always_open))

    def get_previous_market_open(self, local_date_time: datetime, extended_market_hours: bool, first_open: bool = False) -> datetime:
        """The last open at or before a moment; with `first_open` the first one of that day. Raises RuntimeError."""
        return to_datetime(self.previous_open_us(to_us(local_date_time), extended_market_hours, first_open))

    def get_first_daily_market_open(self, local_date_time: datetime, extended_market_hours: bool) -> datetime:
        """The first open of the day (or of the last day before that has one)."""
        return to_datetime(self.previous_open_us(to_us(local_date_time), extended_market_hours, True))

    def previous_open_us(self, local: int, extended: bool, first: bool = False) -> int:
        """`get_previous_market_open` in microseconds."""
        if local == self.next_open_us(local, extended):
            return local
        day = day_of(local)
        for _ in range(9):
            found = None
            for span in reversed(self._hours_of(day)._spans):
                opened = day + span.start
                if opened > local or not (span.regular or extended):
                    continue
                if first:
                    found = opened
                elif self.next_open_us(opened - 1, extended) == opened:
                    return opened
            if found is not None:
                return found
            day -= DAY
        raise InvalidOperationException(f"Did not find last market open for {to_datetime(local)}. IsMarketAlwaysOpen: {self._always_open}")

    # trading days --------------------------------------------------------------------------------
    def get_previous_trading_day(self, local_date: date) -> datetime:
        """The last date before with regular hours, at the same time of day."""
        return to_datetime(self.trading_day_us(to_us(local_date), -1))

    def get_next_trading_day(self, date: date) -> datetime:
        """The next date after with regular hours, at the same time of day."""
        return to_datetime(self.trading_day_us(to_us(date), 1))

    def trading_day_us(self, local: int, step: int) -> int:
        """The nearest open date after (`step` 1) or before (-1), at the same time of day."""
        local += step * DAY
        while not self.is_date_open_us(local):
            local += step * DAY
        return local

    # columns -------------------------------------------------------------------------------------
    def segments(self, first: int, last: int, extended: bool) -> tuple[Column, Column]:
        """(starts, ends) of all open spans of the dates of two moments and between, in wall-time microseconds."""
        first, last = day_of(first), day_of(last)
        known = self._columns[extended]
        if known is not None and known[0] <= first and last <= known[1]:
            return known[2], known[3]
        if known is not None:
            first, last = min(first, known[0]), max(last, known[1])
        starts: list[int] = []
        ends: list[int] = []
        for day in range(first, last + DAY, DAY):
            for span in self._hours_of(day)._spans:
                if span.regular or extended:
                    starts.append(day + span.start)
                    ends.append(day + span.end)
        columns = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
        self._columns[extended] = (first, last, *columns)
        return columns

    def is_open_column(self, start: Column, end: Column, extended: bool) -> npt.NDArray[np.bool_]:
        """For each bar whether the market is open at some moment in [start, end), which is whether LEAN keeps the bar."""
        if (self._always_open and not self._holidays and not self._early and not self._late) or len(start) == 0:
            return np.ones(len(start), dtype=bool)
        starts, ends = self.segments(int(start.min()), int(end.max()), extended)
        if len(starts) == 0:
            return np.zeros(len(start), dtype=bool)
        i = np.searchsorted(ends, start, "right")
        following = np.append(starts, 2**62)[i]
        result: npt.NDArray[np.bool_] = (following < end) | (following <= start)
        return result

    def days(self, first: int, last: int, extended: bool = False) -> tuple[Column, Column, Column]:
        """(dates, opens, closes) of the dates with hours from the date of `first` to that of `last`: midnight, first open, last close."""
        dates, opens, closes = [], [], []
        for day in range(day_of(first), day_of(last) + DAY, DAY):
            spans = [span for span in self._hours_of(day)._spans if span.regular or extended]
            if spans:
                dates.append(day)
                opens.append(day + spans[0].start)
                closes.append(day + spans[-1].end)
        return np.array(dates, dtype=np.int64), np.array(opens, dtype=np.int64), np.array(closes, dtype=np.int64)


def _commonest(durations: list[int]) -> int:
    return max(durations, key=lambda duration: (durations.count(duration), duration))


def _shortened(usual: tuple[MarketHoursSegment, ...], early: int | None, late: int | None) -> list[MarketHoursSegment]:
    """A day's segments after an early close and a late open. A late open after the early close means that trading resumes."""
    parts = list(usual)
    morning = None if early is None else _until(parts, early)
    if morning is not None and (late is None or early >= late):  # type: ignore[operator]
        parts = morning
    if late is not None:
        parts = _from(parts, late)
        if morning is not None and early <= late:  # type: ignore[operator]
            parts = morning + parts
    return parts


def _cut(part: MarketHoursSegment, start: int, end: int) -> MarketHoursSegment:
    return MarketHoursSegment(part._state, timedelta(microseconds=start), timedelta(microseconds=end))


def _until(parts: list[MarketHoursSegment], close: int) -> list[MarketHoursSegment]:
    for i, part in enumerate(parts):
        if part._start <= close <= part._end:
            return [*parts[:i], _cut(part, part._start, close)]
        if close < part._start:
            # LEAN drops one segment more here: the close lies in a gap, and the segment before the gap goes too.
            return parts[: max(i - 1, 0)]
    return parts


def _from(parts: list[MarketHoursSegment], start: int) -> list[MarketHoursSegment]:
    for i, part in enumerate(parts):
        if part._start <= start <= part._end:
            return [_cut(part, start, part._end), *parts[i + 1 :]]
        if start < part._start:
            return parts[i:]
    return parts


def _not_found(what: str, rule: str, always_open: bool) -> str:
    text = f"Unable to locate next market {what} within two weeks."
    if always_open:
        text += (
            f" Market is always open for this asset, this can happen e.g. if using TimeRules {rule} for a crypto asset. "
            "An alternative would be TimeRules.At(), TimeRules.Every(), TimeRules.Midnight or TimeRules.Noon instead"
        )
    return text
