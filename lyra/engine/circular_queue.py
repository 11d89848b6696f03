"""`CircularQueue`: items that come round again (`Common/Util/CircularQueue.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.indicators.events import Event
from lyra.engine.naming import LeanObject


class CircularQueue(LeanObject):
    """`CircularQueue[T](items)`: `dequeue()` gives them in turn, for ever; `circle_completed` fires whenever the first one comes."""

    circle_completed: Event

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def __init__(self, *items: Any) -> None:
        self._items = list(items[0]) if len(items) == 1 and not isinstance(items[0], (str, int)) else list(items)
        self._at = 0
        self.circle_completed = Event()

    def dequeue(self) -> Any:
        """The next item."""
        item = self._items[self._at]
        if item == self._items[0]:
            self.circle_completed.fire(self, None)
        self._at = (self._at + 1) % len(self._items)
        return item
