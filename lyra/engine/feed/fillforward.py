"""Which bars are repeated where data is missing, and when.

Facts from `Engine/DataFeeds/Enumerators/FillForwardEnumerator.cs` and the records `SliceDailyHour`, `SliceEquityMinute`:
bars keep the data's own length; candidates are the next bar of the finer of the two resolutions, the next of the data's
own, and the first after the next open, the earliest end first; with strict daily times the day's calendar takes their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lyra.engine.feed.calendar import daily_calendar
from lyra.engine.times import HOUR, Zone, span_us, to_datetime


class Span(NamedTuple):
    """Start and end of a bar in the exchange's wall time (us), and whether it is a repetition."""

    time: int
    end: int
    filled: bool


class FillForward:
    """The rule for one subscription. `data` and `fill` are the lengths (us) of its bars and of the finest subscription's."""

    def __init__(self, hours: Any, data_zone: Zone, data: int, fill: int, extended: bool, strict: bool, last: int) -> None:
        self._hours = hours
        self._zone: Zone = hours.time_zone
        self._data_zone = data_zone
        self._data = data
        self._fill = fill
        self._extended = extended
        self._strict = strict
        self._last = last
        self._what = (data_zone, data, fill, extended, strict, last)
        self.shortest_gap = min(data, fill)

    def between(self, previous: Span, following: Span, auxiliary: bool = False) -> tuple[list[Span], bool]:
        """The bars to repeat after `previous` and before `following`; True as second value when the subscription has ended."""
        key = (previous, following, auxiliary, self._what)
        known = self._hours._memo.get(key)
        if known is None:
            known = self._hours._memo[key] = self._between(previous, following, auxiliary)
        return known  # type: ignore[no-any-return]

    def _between(self, previous: Span, following: Span, auxiliary: bool) -> tuple[list[Span], bool]:
        made: list[Span] = []
        while (span := self._required(previous, following, auxiliary)) is not None:
            if previous.end >= self._last:
                return made, True
            made.append(span)
            previous = span
        return made, False

    def tail(self, previous: Span) -> list[Span]:
        """The bars to repeat after the last one, up to the end of the subscription."""
        made: list[Span] = []
        end = self._end_of_subscription()
        while previous.end < self._last:
            span = self._required(previous, end, False)
            if span is None:
                if self._hours.is_open_between_us(end.time, end.end, self._extended) and previous.end != end.end:
                    made.append(end)
                break
            made.append(span)
            previous = span
        return made

    def _end_of_subscription(self) -> Span:
        if self._strict:
            start, end = daily_calendar(self._hours, self._last)
            while end > self._last:
                start, end = daily_calendar(self._hours, start - 24 * HOUR)
            return Span(start, end, True)
        start = self._round_down(self._last, self._data)
        return Span(start, start + self._data, True)

    def _round_down(self, local: int, length: int) -> int:
        """A wall time rounded down to a multiple of `length` in the data's zone."""
        if length == 0:
            return local
        if self._data_zone == self._zone:
            return local - local % length
        there = self._data_zone.to_local(self._zone.to_utc(local))
        return self._zone.to_local(self._data_zone.to_utc(there - there % length))

    def _gap(self, previous_utc: int, next_utc: int) -> bool:
        return next_utc - previous_utc > self.shortest_gap

    def _required(self, previous: Span, following: Span, auxiliary: bool) -> Span | None:
        to_utc = self._zone.to_utc
        previous_utc, next_utc, next_end_utc = to_utc(previous.time), to_utc(following.time), to_utc(following.end)
        if next_end_utc < previous_utc or not self._gap(previous_utc, next_utc):
            return None
        length = next_end_utc - next_utc
        if (
            previous.filled
            and (not self._strict or length <= HOUR)
            and not self._gap(previous_utc, to_utc(self._round_down(following.time, length)))
        ):
            return None
        if self._strict:
            period = following.end - following.time
        else:
            period = 0 if following.time == following.end else self._data
        limit = next_utc + period
        for start, span in self._candidates(previous.end):
            begin = start if self._strict and span > HOUR else self._round_down(start, span)
            end_utc = to_utc(begin) + span
            if not (end_utc < limit or (auxiliary and end_utc == limit)):
                return None
            end = self._zone.to_local(end_utc)
            if self._hours.is_open_between_us(end - span, end, self._extended):
                expected = self._data
                if self._strict:
                    expected = self._market_duration(max(end - span_us(self._hours.regular_market_duration), start))
                return Span(self._zone.to_local(end_utc - expected), end, True)
        return None

    def _market_duration(self, local: int) -> int:
        return span_us(self._hours.get_market_hours(to_datetime(local)).market_duration)

    def _candidates(self, end: int) -> Iterator[tuple[int, int]]:
        """(start, length) of the intervals to try after a bar that ended at `end`; later ones are looked for only when they are needed."""
        hours, extended, strict = self._hours, self._extended, self._strict
        short, long = min(self._fill, self._data), max(self._fill, self._data)
        if short == long:
            if strict:
                start, stop = daily_calendar(hours, hours.next_open_us(end, False))
                yield start, stop - start
                return
            if hours.is_open_between_us(end, end + short, extended):
                yield end, short
            yield hours.next_open_us(end, extended), short
            return
        rest: list[tuple[int, int]] = []
        if hours.is_open_between_us(end, end + short, extended):
            if strict:
                rest.append((end, short))
            else:
                yield end, short
        if strict:
            start, stop = daily_calendar(hours, end)
            if end < stop:
                rest.append((start, stop - start))
        else:
            start = self._round_down(end, long)
            if hours.is_open_between_us(start, start + long, extended):
                rest.append((start, long))
        rest.append((hours.next_open_us(end, extended), short))
        if strict:
            start, stop = daily_calendar(hours, hours.next_open_us(end, False))
            rest.append((start, stop - start))
        yield from sorted(rest, key=lambda item: item[0] + item[1])
