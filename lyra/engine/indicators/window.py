"""`RollingWindow`: the last n values, newest first. Behaviour as recorded in `PyRollingWindow`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from lyra.engine.decimals import to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.naming import LeanObject

_ENGINE = "lyra.engine."


class RollingWindow(LeanObject):
    """Holds the last `size` items; index 0 is the newest, -1 the oldest.

    `RollingWindow[T](size)` holds one kind of item (float, int, str, bool or a LEAN type), `RollingWindow(size)` any.
    Reading beyond `count` gives the type's default (None for objects); reading or assigning at or beyond `size` grows
    the window. `len()` is the number of items held.
    """

    _default: Any = None
    _accept: Callable[[Any], Any] | None = None

    def __init__(self, size: int) -> None:
        if size < 0:
            raise ArgumentException("RollingWindow must have size of at least 0. (Parameter 'size')")
        self._size = int(size)
        self._samples = 0
        # one more than the size is kept: the last one is the most recently removed
        self._items: deque[Any] = deque(maxlen=self._size + 1)

    def __class_getitem__(cls, kind: Any) -> type[RollingWindow]:
        return _typed(kind)

    @property
    def size(self) -> int:
        """How many items the window can hold. Making it smaller drops the oldest."""
        return self._size

    @size.setter
    def size(self, value: int) -> None:
        if value < 0:
            raise ArgumentException(
                "Offset and length were out of bounds for the array or count is greater than "
                "the number of elements from index to the end of the source collection."
            )
        self._resize(int(value))

    @property
    def count(self) -> int:
        """How many items are held."""
        return min(len(self._items), self._size)

    @property
    def samples(self) -> int:
        """How many items were added since the start or the last reset."""
        return self._samples

    @property
    def is_ready(self) -> bool:
        """Whether as many items were added as the window can hold."""
        return self.samples >= self._size

    @property
    def most_recently_removed(self) -> Any:
        """The item that fell off last; raises RuntimeError if none did."""
        if self.samples <= self._size:
            raise InvalidOperationException("No items have been removed yet!")
        return self._out(self._items[self._size]) if len(self._items) > self._size else self._default

    def add(self, item: Any) -> None:
        """Add the newest item."""
        accept = self._accept
        self._items.appendleft(item if accept is None else accept(item))
        self._samples += 1

    def reset(self) -> None:
        """Drop all items; the size stays."""
        self._samples = 0
        self._items.clear()

    def _out(self, item: Any) -> Any:
        """An item as it is shown."""
        return item

    def _resize(self, size: int) -> None:
        kept = list(islice(self._items, min(size, self.count)))
        self._size = size
        self._items = deque(kept, maxlen=size + 1)

    def __getitem__(self, index: int) -> Any:
        if not isinstance(index, int):
            raise TypeError(
                f"No method matches given arguments for get_item: ({type(index)}). The expected signature is:\n    get_item(i: int)"
            )
        count = self.count
        if index < 0:
            self._check_negative(index)
            index += count
            if index < 0:
                return self._default
        if index < count:
            return self._out(self._items[index])
        if index >= self._size:
            self._resize(index + 1)
        return self._default

    def __setitem__(self, index: int, value: Any) -> None:
        if index < 0:
            self._check_negative(index)
            index += self._size
        if index >= self.count:
            if index >= self._size:
                self._resize(index + 1)
            for _ in range(index - self.count + 1):
                self._items.appendleft(self._default)
                self._samples += 1
        accept = self._accept
        self._items[index] = value if accept is None else accept(value)

    def _check_negative(self, index: int) -> None:
        if self._size + index < 0:
            raise IndexError(f"Index must be a non-negative integer (Parameter 'i')\nActual value was {index}.")

    def __iter__(self) -> Iterator[Any]:
        return iter([self._out(item) for item in islice(self._items, self.count)])

    def __len__(self) -> int:
        return self.count

    def __contains__(self, item: Any) -> bool:
        return any(item == held for held in self)


def _refused(value: Any) -> TypeError:
    return TypeError(f"No method matches given arguments for add: ({type(value)}). The expected signature is:\n    add(item)")


def _accept_float(value: Any) -> float:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        raise _refused(value)
    if isinstance(value, Decimal):
        return to_float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        try:
            return to_float(to_decimal(value))
        except (TypeError, ValueError):
            raise _refused(value) from None


def _accept_int(value: Any) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise _refused(value)
    return int(value)


def _accept_bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refused(value)
    return value


def _accept_str(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _refused(value)
    return value


def _accept_instance(kind: type) -> Callable[[Any], Any]:
    def accept(value: Any) -> Any:
        if value is not None and not isinstance(value, kind):
            raise _refused(value)
        return value

    return accept


_SIMPLE: dict[Any, tuple[str, Any, Callable[[Any], Any]]] = {
    float: ("Double", 0.0, _accept_float),
    int: ("Int32", 0, _accept_int),
    bool: ("Boolean", False, _accept_bool),
    str: ("String", None, _accept_str),
}


@cache
def _typed(kind: Any) -> type[RollingWindow]:
    if kind in _SIMPLE:
        name, default, accept = _SIMPLE[kind]
    elif isinstance(kind, type) and kind.__module__.startswith(_ENGINE):
        name, default, accept = kind.__name__, None, _accept_instance(kind)
    else:
        raise TypeError("type(s) expected")
    return type(f"RollingWindow[{name}]", (RollingWindow,), {"_default": default, "_accept": staticmethod(accept), "__module__": __name__})
