"""Reading what history requests ask for (`Engine/HistoricalData`): slices in the order of time, points counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.corporate.map_files import last_day
from lyra.engine.data.bars import Tick
from lyra.engine.data.events import MarginInterestRate
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.data.slice import Slice
from lyra.engine.enums import DataNormalizationMode
from lyra.engine.feed.bars import BarReader, BarRequest, use_strict_times
from lyra.engine.feed.calendar import tradable_days
from lyra.engine.feed.corporate_history import StartLimits
from lyra.engine.feed.margin_interest import margin_interest_points
from lyra.engine.feed.open_interest import OpenInterestReader, OpenInterestRequest
from lyra.engine.feed.rows import ColumnRows
from lyra.engine.feed.subscription import NEVER, BarSubscription, PointSubscription, Subscription
from lyra.engine.feed.ticks import tick_points
from lyra.engine.history.requests import EVENTS, HistoryRequest
from lyra.engine.times import DAY

_ADJUSTED = "Warning: when performing history requests, the start date will be adjusted if "
_PRECISION = _ADJUSTED + "there are numerical precision errors in the factor files."
_LISTING = _ADJUSTED + "it is before the first known date for the symbol."


class HistoryProvider:
    """Reads requests for an algorithm."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._limits = StartLimits()
        self._told: set[str] = set()
        self._ticker_keys = False

    def _use_ticker_keys(self) -> None:
        """From the first frame to the end of the run pandas knows symbols by ticker."""
        if not self._ticker_keys:
            from lyra.engine.history.pandas_keys import ticker_keys

            self._ticker_keys = True
            self._algorithm._context.resources.enter_context(ticker_keys())

    def _tell_limits(self) -> None:
        """Say once that data may begin later than was asked for."""
        for found, text in ((self._limits.precision, _PRECISION), (self._limits.listing, _LISTING)):
            if found and text not in self._told:
                self._told.add(text)
                algorithm = self._algorithm
                if algorithm._locked:
                    algorithm._messages.engine_debug(algorithm._local, text)
                else:
                    algorithm._messages.before_start(f"Algorithm Initialization: {text}")

    def slices(self, requests: list[HistoryRequest]) -> Iterator[Slice]:
        """One slice for each moment at which something of the requests became known, read one ahead as LEAN reads them."""
        waiting: Slice | None = None
        for current in self._slices(requests):
            if waiting is not None:
                yield waiting
            waiting = current
        if waiting is not None:
            yield waiting

    def _slices(self, requests: list[HistoryRequest]) -> Iterator[Slice]:
        algorithm = self._algorithm
        subscriptions = [self._subscription(request) for request in self._past(requests)]
        zone = algorithm._zone
        while True:
            frontier = min((s.next_time for s in subscriptions), default=NEVER)
            if frontier == NEVER:
                return
            entries: list[Any] = []
            auxiliary: list[Any] = []
            for subscription in subscriptions:
                algorithm._history_points += subscription.take(frontier, entries, auxiliary)
            yield Slice(zone.to_local(frontier), frontier, entries, auxiliary or None)

    def _past(self, requests: list[HistoryRequest]) -> list[HistoryRequest]:
        """Requests end now at the latest."""
        now = self._algorithm._utc
        told = False
        for request in requests:
            if request.end > now:
                request.start = min(request.start, request.end)
                request.end = now
                if not told:
                    told = True
                    self._algorithm.debug("Request for future history modified to end now.")
        return requests

    def _subscription(self, request: HistoryRequest) -> Subscription:
        config = request.config
        if config.bar_type is not None:
            return BarSubscription(config, None, request.start, self.runs(request), [])
        if config.type is Tick:
            return PointSubscription(config, None, request.start, self._ticks(request))
        if config.type is OpenInterest:
            return PointSubscription(config, None, request.start, self._interest(request))
        if config.type is MarginInterestRate:
            points = margin_interest_points(self._algorithm._data.path, config, request.start + 1, request.end)
            return PointSubscription(config, None, request.start, points, auxiliary=True)
        if config.type in EVENTS:
            return PointSubscription(config, None, request.start, self._events(request), auxiliary=True)
        points = self._algorithm._custom_history(request)
        return PointSubscription(config, None, request.start, points)

    def runs(self, request: HistoryRequest) -> Iterator[ColumnRows]:
        """The rows of a request for bars: those that end after its start and not after its end."""
        config, hours = request.config, request.hours
        zone = hours.time_zone
        start, end = zone.to_local(request.start), zone.to_local(request.end)
        strict = use_strict_times(self._algorithm.settings.daily_precise_end_time, config, hours)
        fill = config._length if request.fill else None
        needs_events = config.data_normalization_mode == DataNormalizationMode.TOTAL_RETURN
        corporate = self._corporate(request, start, end, needs_events)
        first = self._limits.limit(config, corporate, start)
        self._tell_limits()
        bars = BarRequest(config, hours, first, end, fill, strict, corporate)
        for rows in BarReader(bars, self._algorithm._data.files).runs():
            kept = rows.since(request.start + 1)
            kept = None if kept is None else kept.up_to(request.end)
            if kept is not None:
                yield kept

    def _events(self, request: HistoryRequest) -> Iterator[tuple[int, Any]]:
        """Corporate events of the type that is asked for: those after the start and not after the end."""
        zone = request.hours.time_zone
        start, end = zone.to_local(request.start), zone.to_local(request.end)
        corporate = self._corporate(request, start, end, True)
        for time, event in () if corporate is None else corporate.events:
            if start < time <= end and isinstance(event, request.config.type):
                yield zone.to_utc(time), event

    def _ticks(self, request: HistoryRequest) -> Iterator[tuple[int, Any]]:
        zone = request.hours.time_zone
        start, end = zone.to_local(request.start), zone.to_local(request.end)
        corporate = self._corporate(request, start, end, False)
        return tick_points(self._algorithm._data.files, request.config, request.hours, start, end, corporate, None)

    def _interest(self, request: HistoryRequest) -> Iterator[tuple[int, Any]]:
        """Open interest: that after the start and not after the end."""
        config, hours, data = request.config, request.hours, self._algorithm._data
        start, end = hours.time_zone.to_local(request.start), hours.time_zone.to_local(request.end)
        strict = use_strict_times(self._algorithm.settings.daily_precise_end_time, config, hours)
        canonical = config.symbol.is_canonical()
        last = 2**62 if canonical else last_day(config.symbol, hours) + DAY
        asked = OpenInterestRequest(config, hours, start, end, config._length if request.fill else None, strict, last,
                                    data.continuous(config, [], start) if canonical else None)  # fmt: skip
        for moment, point in OpenInterestReader(asked, data.files).points():
            if request.start < moment <= request.end:
                yield moment, point

    def _corporate(self, request: HistoryRequest, start: int, end: int, with_events: bool) -> Any:
        """The symbol's map and factor file; its events take time to find, so they come only when they are needed."""
        hours = request.hours
        days = tradable_days(hours, start, end, hours.time_zone, request.config.extended_market_hours) if with_events else []
        corporate = self._algorithm._history_of(request.config, days, start)
        if corporate is not None:
            corporate.last_day = end // DAY * DAY
        return corporate
