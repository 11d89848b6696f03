"""Open interest of futures and options: points at any time of the day, repeated while the market is open.

Facts from `Common/Data/BaseDataRequest.cs` and `Engine/DataFeeds/Enumerators/FillForwardEnumerator.cs`: no hours filter its points; it is filled forward by the
security's hours, with daily precise end times to the market's close; every point ends when it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.enums import Resolution, TickType
from lyra.engine.feed.calendar import daily_calendar
from lyra.engine.feed.fillforward import FillForward, Span
from lyra.engine.feed.marketfiles import MarketFiles, contract_file
from lyra.engine.symbols import is_option
from lyra.engine.times import DAY, day_of, to_datetime, to_us


@dataclass(slots=True)
class OpenInterestRequest:
    """A configuration, its security's hours, a span of exchange wall time (us), and how it is filled forward."""

    config: Any
    hours: Any
    start: int
    end: int
    fill: int | None
    strict: bool
    delisted: int
    """The wall time at which the security is delisted."""
    continuous: Any = None
    """The contracts of a continuous future (`ContinuousHistory`)."""


class OpenInterestReader:
    """Yields the points of one request."""

    def __init__(self, request: OpenInterestRequest, files: MarketFiles) -> None:
        self._request = request
        self._files = files
        self._fill: FillForward | None = None
        if request.fill is not None:
            config = request.config
            self._fill = _PointFillForward(request.hours, config.data_time_zone, config._length, request.fill, config.extended_market_hours,
                                           request.strict, request.end)  # fmt: skip

    def points(self) -> Iterator[tuple[int, OpenInterest]]:
        """(UTC moment, open interest), in the order of time."""
        last = self._request.end
        for moment, point in self._filled():
            if point._time > last:
                return
            yield moment, point

    def _filled(self) -> Iterator[tuple[int, OpenInterest]]:
        symbol, to_utc = self._request.config.symbol, self._request.hours.time_zone.to_utc
        previous: Span | None = None
        value = Decimal(0)
        for time, found in self._rows():
            if self._fill is not None and previous is not None and previous.end < self._request.delisted:
                made, ended = self._fill.between(previous, Span(time, time, False))
                for span in made:
                    yield to_utc(span.end), OpenInterest._of(symbol, span.end, value, True)
                if ended:
                    return
            yield to_utc(time), OpenInterest._of(symbol, time, found)
            previous, value = Span(time, time, False), found
        if self._fill is None or previous is None:
            return
        for span in self._tail(previous):
            yield to_utc(span.end), OpenInterest._of(symbol, span.end, value, True)

    def _tail(self, previous: Span) -> list[Span]:
        fill, delisted = self._fill, self._request.delisted
        if fill is None or previous.end >= delisted:
            return []
        if delisted > self._request.end:
            return fill.tail(previous)
        return fill.between(previous, Span(delisted, delisted, False), auxiliary=True)[0]

    def _rows(self) -> Iterator[tuple[int, Decimal]]:
        """The file's points within the request, one a moment at most."""
        request = self._request
        first = request.start
        last = -(2**62)
        for day in self._days(first):
            for contract, begin, end in self._contracts(day):
                rows = self._read(contract, day)
                times = [] if rows is None else self._local(rows.time).tolist()
                for i, time in enumerate(times):
                    if time > last and first <= time <= request.end and begin <= time < end:
                        last = time
                        yield time, Decimal(int(rows.values[i, 0])).scaleb(-int(rows.scales[i, 0]))

    def _contracts(self, day: int | None) -> list[tuple[Any, int, int]]:
        """(contract, first moment, moment after the last) in a file, by the exchange's clock."""
        request = self._request
        if request.continuous is None:
            return [(request.config.symbol, -(2**62), 2**62)]
        begin, end = request.start - DAY, request.end + DAY
        if day is not None:
            zone, utc = request.hours.time_zone, request.config.data_time_zone.to_utc(day)
            begin, end = zone.to_local(utc), zone.to_local(utc + DAY - 1)
        return [(contract, first, last + DAY) for contract, first, last in request.continuous.contract_spans(begin, end)]

    def _days(self, first: int) -> Iterator[int | None]:
        """The dates, in the data's zone, of the files to read; None for the one file of hourly and daily data."""
        config, zone = self._request.config, self._request.hours.time_zone
        if config.resolution in (Resolution.HOUR, Resolution.DAILY):
            if not is_option(config.security_type):
                yield None
                return
            for year in range(to_datetime(first).year, to_datetime(self._request.end).year + 1):
                yield to_us(date(year, 1, 1))
            return
        data_zone = config.data_time_zone
        day = day_of(data_zone.to_local(zone.to_utc(first)))
        end = data_zone.to_local(zone.to_utc(min(self._request.end, self._request.delisted)))
        while day <= end:
            yield day
            day += DAY

    def _read(self, contract: Any, day: int | None) -> Any:
        config = self._request.config
        of_file = None if day is None else to_datetime(day).date()
        path, entry = contract_file(contract, config.resolution, TickType.OPEN_INTEREST, of_file)
        fine = config.resolution not in (Resolution.HOUR, Resolution.DAILY)
        return self._files.read(path, 1, False, of_file if fine else None, (), entry)

    def _local(self, time: Any) -> Any:
        data_zone, zone = self._request.config.data_time_zone, self._request.hours.time_zone
        return time if data_zone == zone else zone.to_local_array(data_zone.to_utc_array(time))


class _PointFillForward(FillForward):
    """Points instead of bars: what is repeated begins and ends at the end of the interval that it stands for."""

    def _required(self, previous: Span, following: Span, auxiliary: bool) -> Span | None:
        span = super()._required(previous, following, auxiliary)
        return None if span is None else Span(span.end, span.end, True)

    def _gap(self, previous_utc: int, next_utc: int) -> bool:
        return self._strict or super()._gap(previous_utc, next_utc)

    def _end_of_subscription(self) -> Span:
        end = self._round_down(self._last, self._data) + self._data
        return Span(end, end, True)

    def _candidates(self, end: int) -> Iterator[tuple[int, int]]:
        if not self._strict or self._fill != self._data:
            yield from super()._candidates(end)
            return
        hours = self._hours
        start, stop = daily_calendar(hours, hours.next_open_us(day_of(end), self._extended))
        if stop > end:
            yield start, stop - start
        start, stop = daily_calendar(hours, hours.next_open_us(end, False))
        yield start, stop - start
