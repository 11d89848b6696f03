"""`self.schedule`: makes events and hands them to the queue (`Common/Scheduling/ScheduleManager.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lyra.engine.naming import LeanObject
from lyra.engine.scheduling.event import ScheduledEvent
from lyra.engine.scheduling.func_rules import days_of, moments_of
from lyra.engine.scheduling.queue import EventQueue
from lyra.engine.scheduling.rules import DateRules, TimeRules
from lyra.engine.times import DAY, day_of, to_datetime, to_us

END_OF_TIME = to_us(to_datetime(0).replace(year=2050, month=12, day=31))
"""The last date that a rule is asked about."""


class FluentScheduledEventBuilder:
    """What `schedule.event(...)` gives. Its members are out of Python's reach in LEAN (explicit C# interfaces), so it has none here."""


class ScheduleManager(LeanObject):
    """Schedules functions at the dates and times of rules."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._pending: list[ScheduledEvent] = []
        self._queue: EventQueue | None = None
        self._date_rules = DateRules(algorithm)
        self._time_rules = TimeRules(algorithm)

    @property
    def date_rules(self) -> DateRules:
        """Maker of date rules."""
        return self._date_rules

    @property
    def time_rules(self) -> TimeRules:
        """Maker of time rules."""
        return self._time_rules

    def on(self, *args: Any, **named: Any) -> ScheduledEvent:
        """`([name,] date_rule, time_rule, callback)`: call a function without arguments at the moments of two rules."""
        name, date_rule, time_rule, callback = _on_arguments(args, named)
        if not callable(callback):
            raise TypeError(f"{callback!r} cannot be called, so it cannot be scheduled")
        if name is None:
            name = f"{date_rule.name}: {time_rule.name}"
        event = ScheduledEvent._of(name, self._moments(date_rule, time_rule), lambda event_name, utc: callback())
        self.add(event)
        return event

    def _moments(self, date_rule: Any, time_rule: Any) -> Iterator[int]:
        """The moments of two rules. The rules are asked when the first one is wanted, so the present time is that of the run's start."""
        days, moments = days_of(date_rule), moments_of(time_rule)

        def found() -> Iterator[int]:
            # A day earlier, for zones behind UTC; the queue leaves out what is past.
            yield from moments(days(day_of(self._algorithm._utc) - DAY, END_OF_TIME))

        return found()

    def event(self, name: str | None = None) -> FluentScheduledEventBuilder:
        """LEAN's fluent form, which Python cannot use: see `FluentScheduledEventBuilder`."""
        return FluentScheduledEventBuilder()

    def add(self, scheduled_event: ScheduledEvent) -> None:
        """Add an event."""
        self._algorithm._touched = True
        if self._queue is None:
            self._pending.append(scheduled_event)
        else:
            self._queue.add(scheduled_event)

    def remove(self, scheduled_event: ScheduledEvent) -> None:
        """Take an event out."""
        self._algorithm._touched = True
        if self._queue is not None:
            self._queue.remove(scheduled_event)
        elif scheduled_event in self._pending:
            self._pending.remove(scheduled_event)

    def training(self, date_rule: Any, time_rule: Any, training_code: Callable[[], Any]) -> ScheduledEvent:
        """Schedule a function that may take long; here it is an event like others."""
        return self.on(date_rule, time_rule, training_code)

    def training_now(self, training_code: Callable[[], Any]) -> ScheduledEvent:
        """Call a function that may take long as soon as the run goes on."""
        name = f"Training: Now: {to_datetime(self._algorithm._utc):%Y-%m-%dT%H:%M:%S.%f}0Z"
        return self.on(name, self._date_rules.today, self._time_rules.now, training_code)

    # the engine's side ----------------------------------------------------------------------------
    def _start(self) -> EventQueue:
        """Make the queue, with the events that were added so far. Raises what the rules raise."""
        queue = self._queue = EventQueue(lambda: self._algorithm._utc)
        for event in self._pending:
            queue.add(event)
        self._pending.clear()
        return queue

    def _every_midnight(self, callback: Callable[[], Any]) -> ScheduledEvent:
        """Call the engine's daily sampling at each midnight of the algorithm's zone."""
        return self.on("Daily Sampling", self._date_rules.every_day(), self._time_rules.midnight, callback)


def _on_arguments(args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    """(name or None, date rule, time rule, callback)."""
    values = dict(named)
    rest = list(args)
    if rest and isinstance(rest[0], str):
        values["name"] = rest.pop(0)
    free = [key for key in ("date_rule", "time_rule", "callback") if key not in values]
    if len(rest) != len(free) or values.keys() - {"name", "date_rule", "time_rule", "callback"}:
        raise TypeError(f"No method matches given arguments for On: ({', '.join(type(arg).__name__ for arg in args)})")
    values.update(zip(free, rest, strict=True))
    return values.get("name"), values["date_rule"], values["time_rule"], values["callback"]
