"""The hours of one weekday or date: segments of pre-market, market and post-market.

The rules of opens and closes are LEAN's (`Common/Securities/LocalMarketHours.cs`): segments that touch count as one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enumeration import LeanEnum
from lyra.engine.enums import MarketHoursState
from lyra.engine.naming import LeanObject
from lyra.engine.times import DAY, span_us


class DayOfWeek(LeanEnum):
    """`System.DayOfWeek`."""

    SUNDAY = 0
    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6


def day_of_week(day: int) -> int:
    """Number of the weekday (Sunday 0) of wall-clock microseconds."""
    return (day // DAY + 4) % 7


class Segment(NamedTuple):
    """A span of a day, in microseconds since midnight, in which the market is open."""

    start: int
    end: int
    regular: bool


class MarketHoursSegment(LeanObject):
    """A span of a day with its state; `start` and `end` are times since midnight."""

    def __init__(self, state: MarketHoursState, start: timedelta, end: timedelta) -> None:
        self._state = state
        self._start = span_us(start)
        self._end = span_us(end)

    @property
    def state(self) -> MarketHoursState:
        """Pre-market, market or post-market."""
        return self._state

    @property
    def start(self) -> timedelta:
        """First moment."""
        return timedelta(microseconds=self._start)

    @property
    def end(self) -> timedelta:
        """Moment after the last."""
        return timedelta(microseconds=self._end)

    def contains(self, time: timedelta) -> bool:
        """Whether a time of day lies within."""
        return self._start <= span_us(time) < self._end

    def overlaps(self, start: timedelta, end: timedelta) -> bool:
        """Whether a span of the day has a moment in common."""
        return self._start < span_us(end) and self._end > span_us(start)

    @staticmethod
    def open_all_day() -> MarketHoursSegment:
        """Regular hours from midnight to midnight."""
        return MarketHoursSegment(MarketHoursState.MARKET, timedelta(0), timedelta(days=1))

    @staticmethod
    def closed_all_day() -> MarketHoursSegment:
        """No hours from midnight to midnight."""
        return MarketHoursSegment(MarketHoursState.CLOSED, timedelta(0), timedelta(days=1))

    def __str__(self) -> str:
        return f"{self._state.lean_name}: {_span_text(self._start)}-{_span_text(self._end)}"


def _span_text(us: int) -> str:
    days, rest = divmod(us // 1_000_000, 86_400)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}.{text}" if days else text


def _joined(end: int | None, start: int | None, other_day: bool) -> bool:
    """Whether the market stays open from the end of one segment into the next."""
    if end is None or start is None:
        return False
    return (end == DAY and start == 0) if other_day else end == start


class LocalMarketHours(LeanObject):
    """The hours of one weekday or date."""

    def __init__(self, day: int, segments: Iterable[Any] = (), *more: Any) -> None:
        if isinstance(segments, MarketHoursSegment):
            segments = (segments, *more)
        elif isinstance(segments, timedelta):
            segments = _session(segments, *more)
        listed = [part for part in segments if part._state != MarketHoursState.CLOSED]
        self._fill(day, tuple(listed), tuple(Segment(part._start, part._end, part._state == MarketHoursState.MARKET) for part in listed))

    def _fill(self, day: int, listed: tuple[MarketHoursSegment, ...], spans: tuple[Segment, ...]) -> None:
        self._day = int(day)
        self._listed = listed
        self._spans = spans
        self._duration = sum(span.end - span.start for span in spans if span.regular)
        self._all_day = spans == (Segment(0, DAY, True),)

    @property
    def is_closed_all_day(self) -> bool:
        """Whether there are no hours."""
        return not self._spans

    @property
    def is_open_all_day(self) -> bool:
        """Whether regular hours fill the day."""
        return self._all_day

    @property
    def day_of_week(self) -> DayOfWeek:
        """The weekday."""
        return DayOfWeek(self._day)

    @property
    def market_duration(self) -> timedelta:
        """Sum of the regular hours."""
        return timedelta(microseconds=self._duration)

    @property
    def segments(self) -> list[MarketHoursSegment]:
        """The spans in which the market is open, in order."""
        return list(self._listed)

    def is_open(self, *args: Any) -> bool:
        """`(time, extended)` or `(start, end, extended)`: whether the market is open then, or at some moment between."""
        if len(args) == 2 or args[0] == args[1]:
            at = span_us(args[0])
            return any(span.start <= at < span.end and (args[-1] or span.regular) for span in self._spans)
        start, end = span_us(args[0]), span_us(args[1])
        return any(span.start < end and span.end > start and (args[2] or span.regular) for span in self._spans)

    def get_market_open(
        self, time: timedelta, extended_market_hours: bool, previous_day_last_segment: timedelta | None = None
    ) -> timedelta | None:
        """The open in force at or next after a time of day, None if none follows."""
        before = None if previous_day_last_segment is None else span_us(previous_day_last_segment)
        found = self._open_after(span_us(time), extended_market_hours, before)
        return None if found is None else timedelta(microseconds=found)

    def get_market_close(
        self, time: timedelta, extended_market_hours: bool, next_day_segment_start: timedelta | None = None
    ) -> timedelta | None:
        """The next close after a time of day, None if none follows."""
        after = None if next_day_segment_start is None else span_us(next_day_segment_start)
        found = self._close_after(span_us(time), extended_market_hours, False, after)
        return None if found is None else timedelta(microseconds=found)

    def _open_after(self, time: int, extended: bool, before: int | None) -> int | None:
        other_day = True
        for span in self._spans:
            if not (span.regular or extended):
                continue
            if span.end > time and not _joined(before, span.start, other_day):
                return span.start
            before, other_day = span.end, False
        return None

    def _close_after(self, time: int, extended: bool, last: bool, after: int | None) -> int | None:
        spans = self._spans
        result = None
        for i, span in enumerate(spans):
            if span.end <= time or not (span.regular or extended):
                continue
            if last:
                result = span.end
                continue
            final = i == len(spans) - 1
            follower = after if final else spans[i + 1].start if extended or spans[i + 1].regular else None
            if not _joined(span.end, follower, final):
                return span.end
        return result

    def __str__(self) -> str:
        if not self._spans:
            return "Closed All Day"
        if self._all_day:
            return "Open All Day"
        return f"{self.day_of_week.lean_name}: {' | '.join(str(part) for part in self._listed)}"


def _session(*times: timedelta) -> list[MarketHoursSegment]:
    """Segments of (open, close) or of (extended open, open, close, extended close)."""
    early, start, end, late = times if len(times) == 4 else (times[0], times[0], times[1], times[1])
    if start < early:
        raise ArgumentException("Extended market open time must be less than or equal to market open time.")
    if end < start:
        raise ArgumentException("Market close time must be after market open time.")
    if late < end:
        raise ArgumentException("Extended market close time must be greater than or equal to market close time.")
    parts = []
    if early != start:
        parts.append(MarketHoursSegment(MarketHoursState.PRE_MARKET, early, start))
    if start or end:
        parts.append(MarketHoursSegment(MarketHoursState.MARKET, start, end))
    if end != late:
        parts.append(MarketHoursSegment(MarketHoursState.POST_MARKET, end, late))
    return parts
