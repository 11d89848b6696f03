"""The queue that fires events in a backtest (`Engine/RealTime/BacktestingRealTimeHandler.cs`).

Events are in the order of their moments, then of their adding. An event that has fired goes back into the list behind an equal one
that a binary search happens to find, so events with equal moments do not keep their order from day to day; LEAN's runs depend on it.
"""

from __future__ import annotations

from collections.abc import Callable

from lyra.engine.scheduling.event import NEVER, ScheduledEvent
from lyra.engine.times import to_datetime


class EventQueue:
    """Events by their next moment. `now` gives the algorithm's present UTC time in microseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._numbers: dict[ScheduledEvent, int] = {}
        self._count = 0
        self._sorted: list[ScheduledEvent] = []
        self._stale = False
        self._fired = ""
        self.next_due_us = NEVER
        """No event fires before this UTC time."""

    def add(self, event: ScheduledEvent) -> None:
        """Fire an event from now on; its moments before now are left out."""
        event._skip_until(self._now())
        self._count += 1
        self._numbers.setdefault(event, self._count)
        self._stale = True
        self.next_due_us = min(self.next_due_us, event._due())

    def remove(self, event: ScheduledEvent) -> None:
        """Fire an event no more; the round of firing that is under way keeps it."""
        self._numbers.pop(event, None)
        self._stale = True

    def fire_until(self, utc: int, inclusive: bool, set_time: Callable[[int], None] | None) -> None:
        """Fire what is due.

        With `inclusive` all up to and at `utc`, with the clock as it is. Without it those before `utc`, each with the clock set to its
        moment by `set_time`. An error of an event ends the round; `source` then says which event it was.
        """
        if self._stale:
            self._sort()
        events = self._sorted
        limit = utc + 1 if inclusive else utc
        while events and (due := events[0]._due()) < limit:
            if set_time is not None and not inclusive:
                set_time(due)
            moment = utc if inclusive else due
            self._fired = f"Scheduled event: '{events[0].name}' at {to_datetime(moment):%m/%d/%Y %H:%M:%S}"
            events[0]._scan(moment)
            sort_first(events)
        added = (event._due() for event in self._numbers) if self._stale else iter(())
        self.next_due_us = min(events[0]._due() if events else NEVER, min(added, default=NEVER))

    def source(self, error: BaseException | None = None) -> str:
        """What fired last, as LEAN names it in an error."""
        return self._fired

    def _sort(self) -> None:
        self._stale = False
        self._sorted = sorted(self._numbers, key=lambda event: (event._due(), self._numbers[event]))


def sort_first(events: list[ScheduledEvent]) -> None:
    """Move the first event of a list that is otherwise in order to its place."""
    first = events[0]
    due = first._due()
    if len(events) < 2 or due <= events[1]._due():
        return
    del events[0]
    lower, upper = 0, len(events) - 1
    while lower <= upper:
        middle = lower + (upper - lower) // 2
        other = events[middle]._due()
        if other == due:
            events.insert(middle + 1, first)
            return
        if other < due:
            lower = middle + 1
        else:
            upper = middle - 1
    events.insert(lower, first)
