"""When the engine scans consolidators between time steps, so that bars come out on time where data is missing.

LEAN keeps a queue by scan time (`Common/Data/ConsolidatorWrapper.cs`): a consolidator is scanned at the end of the bar it is
building, or after its subscription's increment where that is not known; once a bar has come out, one bar's length after it.
Scans happen before the next step, with the algorithm's clock set to the scan time.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from lyra.engine.consolidators.base import NEVER
from lyra.engine.times import SECOND, Zone


class _Entry:
    """One consolidator and its next scan, in UTC microseconds."""

    def __init__(self, number: int, consolidator: Any, increment: int, zone: Zone, now: Callable[[], int]) -> None:
        self.number = number
        self.consolidator = consolidator
        self.least = max(increment, SECOND)
        self.zone = zone
        self.now = now
        self.due = -NEVER
        self.span: int | None = None
        self.removed = False

    def on_consolidated(self, sender: Any, data: Any) -> None:
        """A bar came out: the next one is due its length later."""
        end = data._end
        if self.span is None:
            self.span = max(end - data._time, self.least)
        self.due = self.zone.to_utc(end) + self.span

    def advance(self) -> None:
        """Set the next scan, unless it lies ahead already."""
        now = self.now()
        if self.due > now:
            return
        if self.span is not None:
            self.due = now + self.span
            return
        working = self.consolidator.working_data
        end = -NEVER if working is None else self.zone.to_utc(working._end)
        self.due = end if end > now else now + self.least

    @property
    def is_idle(self) -> bool:
        """Whether a scan would do nothing, and the next ones too until data comes: it is then only put off, by its increment each time."""
        return self.span is None and self.consolidator.next_due_us >= NEVER and self.consolidator.working_data is None

    def put_off(self, until: int) -> None:
        """Leave out the scans before a moment."""
        self.due += -(-(until - self.due) // self.least) * self.least if until > self.due else self.least

    def scan(self) -> None:
        """Scan at the present time."""
        local = self.zone.to_local(self.now())
        if self.consolidator.next_due_us <= local:
            self.consolidator.scan(local)
        self.advance()


class ConsolidatorScanner:
    """The queue of scans. `now` gives the algorithm's present UTC time in microseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._queue: list[tuple[int, int, _Entry]] = []
        self._new: list[_Entry] = []
        self._entries: dict[int, _Entry] = {}
        self._count = 0

    def add(self, consolidator: Any, increment: int, zone: Zone) -> None:
        """Scan a consolidator from now on; `increment` is the length of its subscription's data in microseconds."""
        self._count += 1
        entry = _Entry(self._count, consolidator, increment, zone, self._now)
        consolidator._interface.__iadd__(entry.on_consolidated)
        self._entries[id(consolidator)] = entry
        self._new.append(entry)

    def remove(self, consolidator: Any) -> None:
        """Scan a consolidator no more."""
        entry = self._entries.pop(id(consolidator), None)
        if entry is not None:
            entry.removed = True
            consolidator._interface.__isub__(entry.on_consolidated)

    @property
    def next_due_us(self) -> int:
        """No scan happens before this UTC time; new consolidators are due at once."""
        if self._new:
            return -NEVER
        return self._queue[0][0] if self._queue else NEVER

    def scan_past(self, utc: int, set_time: Callable[[int], None]) -> None:
        """Do all scans before `utc`, each with the clock set to its time by `set_time`."""
        for entry in self._new:
            if not entry.removed:
                entry.advance()
                heappush(self._queue, (entry.due, entry.number, entry))
        self._new.clear()
        busy: int | None = None
        while self._queue and self._queue[0][0] < utc:
            due, _, entry = heappop(self._queue)
            if entry.removed:
                continue
            if entry.due == due and entry.is_idle:
                busy = self._busy_before(utc) if busy is None else busy
                entry.put_off(busy)
                heappush(self._queue, (entry.due, entry.number, entry))
                continue
            busy = None
            if due != self._now():
                set_time(due)
            if entry.due <= due:
                entry.scan()
            heappush(self._queue, (entry.due, entry.number, entry))

    def _busy_before(self, utc: int) -> int:
        """When the next scan is that may do something, `utc` at the latest: until then no code of the user's runs that could give data to others."""
        return min([utc, *(due for due, _, entry in self._queue if not (entry.removed or entry.is_idle))])
