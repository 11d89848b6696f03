"""C#'s events as Python sees them: `consolidator.data_consolidated += handler`, `-= handler`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lyra.engine.indicators.points import IndicatorDataPoint

Handler = Callable[[Any, Any], Any]
Link = Callable[[Any, Any, int, Decimal], None]


class Event:
    """A list of handlers, called in the order they were added with (sender, item). An error in one passes to the caller."""

    __slots__ = ("_handlers",)

    def __init__(self) -> None:
        self._handlers: list[tuple[Any, bool]] = []

    def __iadd__(self, handler: Handler) -> Event:
        if not callable(handler):
            raise TypeError(f"{handler!r} cannot be called, so it cannot handle an event")
        self._handlers.append((handler, False))
        return self

    def __isub__(self, handler: Handler) -> Event:
        for i in range(len(self._handlers) - 1, -1, -1):
            if self._handlers[i][0] == handler:
                del self._handlers[i]
                break
        return self

    def __len__(self) -> int:
        return len(self._handlers)

    def __bool__(self) -> bool:
        return True

    def link(self, receiver: Link) -> None:
        """Add a receiver inside the engine, called with (sender, symbol, end_us, value): no point is made for it."""
        self._handlers.append((receiver, True))

    def clear(self) -> None:
        """Forget all handlers."""
        self._handlers.clear()

    def fire(self, sender: Any, item: Any) -> None:
        """Call the handlers with (sender, item)."""
        for handler, _ in tuple(self._handlers):
            handler(sender, item)

    def fire_point(self, sender: Any, symbol: Any, end: int, value: Decimal) -> None:
        """Call the handlers with an indicator's new value; the point is made when the first handler needs it."""
        point: IndicatorDataPoint | None = None
        for handler, raw in tuple(self._handlers):
            if raw:
                handler(sender, symbol, end, value)
            else:
                if point is None:
                    point = IndicatorDataPoint._of(symbol, end, value)
                handler(sender, point)
