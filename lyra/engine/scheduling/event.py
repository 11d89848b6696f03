"""One scheduled event: a name, ascending moments in UTC, and a function to call at each (`Common/Scheduling/ScheduledEvent.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.indicators.events import Event
from lyra.engine.naming import LeanObject
from lyra.engine.times import span_us, to_us, to_utc_datetime

NEVER = 2**62
"""The next moment of an event that has none left."""

_MAX_TIME = to_us(datetime.max)


class ScheduledEvent(LeanObject):
    """An event of the schedule. Its moments are asked for one by one, the first when the event is added to a running schedule."""

    security_end_of_day_delta = timedelta(minutes=10)
    """How long before a security's close `on_end_of_day(symbol)` is called."""
    algorithm_end_of_day_delta = timedelta(minutes=2)
    """How long before midnight `on_end_of_day()` is called."""

    enabled: bool
    event_fired: Event

    def __init__(
        self, name: str, event_utc_time: datetime | Iterable[datetime], callback: Callable[[str, datetime], Any] | None = None
    ) -> None:
        """`event_utc_time` is one moment or ascending ones, in UTC; `callback` gets the event's name and the moment."""
        moments = [event_utc_time] if isinstance(event_utc_time, datetime) else event_utc_time

        def call(event_name: str, utc: int) -> None:
            if callback is not None:
                callback(event_name, to_utc_datetime(utc))

        self._fill(name, map(to_us, moments), call)

    @staticmethod
    def _of(name: str, moments: Iterator[int], callback: Callable[[str, int], Any]) -> ScheduledEvent:
        """An event with moments in UTC microseconds."""
        event = ScheduledEvent.__new__(ScheduledEvent)
        event._fill(name, moments, callback)
        return event

    def _fill(self, name: str, moments: Iterator[int], callback: Callable[[str, int], Any]) -> None:
        self._name = name
        self._moments = moments
        self._callback = callback
        self._next_us: int | None = None
        self.enabled = True
        self.event_fired = Event()

    @property
    def name(self) -> str:
        """The event's name."""
        return self._name

    @property
    def next_event_utc_time(self) -> datetime:
        """The next moment, aware; the end of all time when none is left."""
        return to_utc_datetime(min(self._due(), _MAX_TIME))

    def _due(self) -> int:
        """The next moment, or `NEVER`."""
        if self._next_us is None:
            self._next_us = next(self._moments, NEVER)
        return self._next_us

    def _skip_until(self, utc: int) -> None:
        """Pass over the moments before `utc`."""
        while self._due() < utc:
            self._next_us = None

    def _scan(self, utc: int) -> None:
        """Fire for every moment up to `utc`."""
        while (moment := self._due()) <= utc:
            if self.enabled:
                self._callback(self._name, moment)
                if len(self.event_fired):
                    self.event_fired.fire(self._name, to_utc_datetime(moment))
            self._next_us = None

    def __str__(self) -> str:
        return self._name


SECURITY_DAY_END = span_us(ScheduledEvent.security_end_of_day_delta)
ALGORITHM_DAY_END = span_us(ScheduledEvent.algorithm_end_of_day_delta)
