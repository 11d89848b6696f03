"""What all consolidators share: events, the window of consolidated data, and when a scan is due.

LEAN's consolidators have two events that Python calls by one name: the interface's, which the engine's indicators and
`consolidate(...)` handlers use (`_interface` here), and the class's own typed one, which `data_consolidated` means to a user.
Which of them fires first depends on the class (`_typed`), and with it whether an indicator is updated before a handler runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.indicators.events import Event
from lyra.engine.indicators.window import RollingWindow
from lyra.engine.naming import LeanObject
from lyra.engine.times import to_us

NEVER = 2**62
"""`next_due_us` of a consolidator that no scan would make emit."""


class ConsolidatorBase(LeanObject):
    """Turns data into other data: `update(data)` takes one, `data_consolidated` fires for each that comes out."""

    _typed: ClassVar[str | None] = None
    """When the typed event fires: "before" or "after" the interface's; None where both are one."""
    _input: ClassVar[Any] = object
    _output: ClassVar[Any] = object

    _interface: Event
    _own: Event
    _consolidated: Any
    _window: RollingWindow | None
    _last: list[Any]

    next_due_us: int
    """Wall time of the data's zone at or after which `scan` may emit; `NEVER` if it would not."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self: Any = super().__new__(cls)
        self._interface = Event()
        self._own = self._interface if cls._typed is None else Event()
        self._consolidated = None
        self._window = None
        self._last = []
        self.next_due_us = NEVER
        return self

    @property
    def input_type(self) -> Any:
        """The type of data that `update` takes."""
        return self._input

    @property
    def output_type(self) -> Any:
        """The type of data that comes out."""
        return self._output

    @property
    def consolidated(self) -> Any:
        """What came out last; None before."""
        return self._consolidated

    @property
    def working_data(self) -> Any:
        """A copy of what is being built; None if nothing is."""
        return None

    @property
    def data_consolidated(self) -> Event:
        """Fired with (consolidator, data) for each that comes out."""
        return self._own

    @data_consolidated.setter
    def data_consolidated(self, event: Event) -> None:
        self._own = event

    def update(self, data: Any) -> None:
        """Take one piece of data."""
        raise NotImplementedError

    def scan(self, current_local_time: datetime | int) -> None:
        """Emit what is complete at a wall time (microseconds or a datetime), even without further data."""

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        self._consolidated = None
        self._last.clear()
        if self._window is not None:
            self._window.reset()
        self.next_due_us = NEVER

    def dispose(self) -> None:
        """Forget the handlers."""
        self._interface.clear()
        self._own.clear()

    def _emit(self, data: Any) -> None:
        """Tell everybody; `consolidated` changes once the interface's handlers have run."""
        if self._window is None:
            self._last.append(data)
            del self._last[:-2]
        else:
            self._window.add(data)
        if self._typed == "before":
            self._own.fire(self, data)
        self._interface.fire(self, data)
        self._consolidated = data
        if self._typed == "after":
            self._own.fire(self, data)

    @property
    def window(self) -> RollingWindow:
        """The last consolidated data, newest first: 2 unless its `size` is set or a further one is read."""
        if self._window is None:
            self._window = RollingWindow(2)
            for data in self._last:
                self._window.add(data)
        return self._window

    @property
    def current(self) -> Any:
        """What came out last."""
        return self.window[0]

    @property
    def previous(self) -> Any:
        """What came out before that; None if nothing did."""
        return self.window[1] if self.window.count > 1 else None

    def __getitem__(self, index: int) -> Any:
        return self.window[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.window)


def wall_us(time: datetime | int) -> int:
    """Microseconds of a wall time given as a datetime or already so."""
    return time if isinstance(time, int) else to_us(time)


class DataConsolidator(ConsolidatorBase):
    """A consolidator of one type of data; `update` refuses others with ValueError."""

    def _check(self, data: Any) -> None:
        if not isinstance(data, self._input) and getattr(data, "_python_type", None) is not self._input:
            raise ArgumentException(f"Received type of {type(data).__name__} but expected {self._input.__name__} (Parameter 'data')")
