"""The few .NET types that algorithms name: `Random`, `List[T]`, `Dictionary[K, V]`, `TimeSpan`, `DateTime`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

_MAX = 2**31 - 1
_SEED = 161_803_398
_ENGINE = "lyra.engine."


class Type:
    """What `GetType()` gives: the name of one of the engine's classes; a user's own class stands for the engine's that it extends."""

    def __init__(self, kind: type) -> None:
        self._kind = next(base for base in kind.__mro__ if base.__module__.startswith(_ENGINE) or base is object)

    @property
    def name(self) -> str:
        """The class's name, ``SimpleMovingAverage`` or, with parameters, ``IdentityDataConsolidator`1``."""
        name, _, parameters = self._kind.__name__.partition("[")
        return f"{name}`{parameters.count(',') + 1}" if parameters else name

    Name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Type) and self._kind is other._kind

    def __hash__(self) -> int:
        return hash(self._kind)

    def __str__(self) -> str:
        return self.name


class Random:
    """.NET's seeded generator (Knuth's subtractive method, The Art of Computer Programming 2, 3.2.2): the same numbers for a seed."""

    def __init__(self, seed: int = 0) -> None:
        state = [0] * 56
        last = _SEED - min(abs(seed), _MAX)
        state[55] = last
        following = 1
        for i in range(1, 55):
            at = 21 * i % 55
            state[at] = following
            following = last - following
            if following < 0:
                following += _MAX
            last = state[at]
        for _ in range(4):
            for k in range(1, 56):
                state[k] = _signed(state[k] - state[1 + (k + 30) % 55])
                if state[k] < 0:
                    state[k] += _MAX
        self._state = state
        self._first, self._second = 0, 21

    def _sample(self) -> int:
        self._first = self._first + 1 if self._first < 55 else 1
        self._second = self._second + 1 if self._second < 55 else 1
        value = self._state[self._first] - self._state[self._second]
        if value == _MAX:
            value -= 1
        if value < 0:
            value += _MAX
        self._state[self._first] = value
        return value

    def next(self, *bounds: int) -> int:
        """A whole number: `next()`, `next(end)` or `next(start, end)`; the end is not among them."""
        if not bounds:
            return self._sample()
        start, end = bounds if len(bounds) == 2 else (0, bounds[0])
        return int(self.next_double() * (end - start)) + start

    def next_double(self) -> float:
        """A number from 0 to 1; 1 is not among them."""
        return self._sample() * (1.0 / _MAX)

    Next = next
    NextDouble = next_double


def _signed(value: int) -> int:
    """A 32-bit number that may have overflowed."""
    return (value + 2**31) % 2**32 - 2**31


class List(list[Any]):
    """`List[T]()` of .NET."""

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def Add(self, item: Any) -> None:  # noqa: N802 (.NET's name)
        """Append an item."""
        self.append(item)

    add = Add

    def AddRange(self, items: Any) -> None:  # noqa: N802
        """Append items."""
        self.extend(items)

    add_range = AddRange

    @property
    def Count(self) -> int:  # noqa: N802
        """How many items."""
        return len(self)


class HashSet(dict[Any, None]):
    """`HashSet[T]()` of .NET, in the order of adding."""

    def __init__(self, items: Any = ()) -> None:
        super().__init__(dict.fromkeys(items))

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def Add(self, item: Any) -> bool:  # noqa: N802 (.NET's name)
        """Add an item; whether it is new."""
        new = item not in self
        self[item] = None
        return new

    add = Add

    def Contains(self, item: Any) -> bool:  # noqa: N802
        """Whether an item is there."""
        return item in self

    contains = Contains

    @property
    def Count(self) -> int:  # noqa: N802
        """How many items."""
        return len(self)


class Dictionary(dict[Any, Any]):
    """`Dictionary[K, V]()` of .NET."""

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def Add(self, key: Any, value: Any) -> None:  # noqa: N802 (.NET's name)
        """Add a key."""
        self[key] = value

    add = Add

    def ContainsKey(self, key: Any) -> bool:  # noqa: N802
        """Whether a key is there."""
        return key in self

    contains_key = ContainsKey

    @property
    def Count(self) -> int:  # noqa: N802
        """How many items."""
        return len(self)


class TimeSpan(timedelta):
    """`TimeSpan.FromMinutes(5)`, `TimeSpan(1, 0, 0)` (hours, minutes, seconds): a timedelta."""

    def __new__(cls, *parts: int) -> TimeSpan:
        """Ticks; hours, minutes, seconds; or days, hours, minutes, seconds[, milliseconds]."""
        if len(parts) == 1:
            return super().__new__(cls, microseconds=parts[0] / 10)
        names = ("hours", "minutes", "seconds") if len(parts) == 3 else ("days", "hours", "minutes", "seconds", "milliseconds")
        return super().__new__(cls, **dict(zip(names, parts, strict=False)))

    @staticmethod
    def from_days(value: float) -> timedelta:
        """Days."""
        return timedelta(days=value)

    @staticmethod
    def from_hours(value: float) -> timedelta:
        """Hours."""
        return timedelta(hours=value)

    @staticmethod
    def from_minutes(value: float) -> timedelta:
        """Minutes."""
        return timedelta(minutes=value)

    @staticmethod
    def from_seconds(value: float) -> timedelta:
        """Seconds."""
        return timedelta(seconds=value)

    FromDays, FromHours, FromMinutes, FromSeconds = from_days, from_hours, from_minutes, from_seconds
    ZERO = Zero = timedelta(0)


class DateTime(datetime):
    """`DateTime(2024, 1, 2)`, `DateTime.UtcNow`: a datetime."""

    @staticmethod
    def parse(text: str) -> datetime:
        """A datetime of a text."""
        return datetime.fromisoformat(text)

    Parse = parse
    MIN_VALUE = MinValue = datetime.min
    MAX_VALUE = MaxValue = datetime.max
