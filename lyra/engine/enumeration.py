"""LEAN's enumerations as Python sees them.

Recorded from the real engine (`PyValues`): `str()` is UPPER_SNAKE, `to_string()` is C#'s name, a member equals its
number and both spellings of its name, `int()` and ordering work, and every member is true, the one with value 0 too.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, Self, TypeVar

from lyra.engine.naming import pascal_case

T = TypeVar("T", bound="LeanEnum")


class LeanEnumType(type):
    """Turns the upper-case integers of a class body into members, with LEAN's Pascal-case names beside them."""

    _members: dict[str, Any]
    _by_value: dict[int, Any]

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> LeanEnumType:
        values = {key: body.pop(key) for key in list(body) if key.isupper() and isinstance(body[key], int)}
        names: dict[str, str] = body.pop("_lean_names", {})
        cls = super().__new__(mcs, name, bases, body)
        cls._members = {}
        cls._by_value = {}
        for key, value in values.items():
            member: Any = object.__new__(cls)  # type: ignore[arg-type]
            member._number = value
            member.name = key
            member.lean_name = names.get(key) or pascal_case(key)
            cls._members[key] = member
            cls._by_value.setdefault(value, member)
            type.__setattr__(cls, key, member)
            if member.lean_name not in body:
                type.__setattr__(cls, member.lean_name, member)
        return cls

    def __call__(cls: type[T], value: Any) -> T:  # type: ignore[misc]
        if isinstance(value, str):
            for member in cls._members.values():  # type: ignore[attr-defined]
                if value.lower() in (member.name.lower(), member.lean_name.lower()):
                    return member  # type: ignore[no-any-return]
            raise ValueError(f"{value!r} is not a member of {cls.__name__}")
        member = cls._by_value.get(int(value))  # type: ignore[attr-defined]
        if member is None:
            raise ValueError(f"{value!r} is not a member of {cls.__name__}")
        return member  # type: ignore[no-any-return]

    def __iter__(cls) -> Iterator[Any]:
        return iter(cls._members.values())

    def __len__(cls) -> int:
        return len(cls._members)

    def __setattr__(cls, key: str, value: Any) -> None:
        if key in cls.__dict__.get("_members", {}):
            raise AttributeError(f"{cls.__name__}.{key} cannot be changed")
        type.__setattr__(cls, key, value)


class _Member:
    """What a member of an enumeration does."""

    __slots__ = ("_number", "lean_name", "name")

    _number: int
    name: str
    lean_name: str

    def to_string(self) -> str:
        """C#'s name of the member, such as `MarketOnOpen`."""
        return self.lean_name

    ToString = to_string

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.name, spec)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}>"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is type(self):
            return self._number == other._number
        if isinstance(other, str):
            return other in (self.name, self.lean_name)
        if isinstance(other, (int, float)):
            return self._number == other
        return False if isinstance(other, _Member) else NotImplemented

    def __hash__(self) -> int:
        return self._number

    def __int__(self) -> int:
        return self._number

    __index__ = __int__

    def __float__(self) -> float:
        return float(self._number)

    def __lt__(self, other: Any) -> bool:
        return self._number < int(other)

    def __le__(self, other: Any) -> bool:
        return self._number <= int(other)

    def __gt__(self, other: Any) -> bool:
        return self._number > int(other)

    def __ge__(self, other: Any) -> bool:
        return self._number >= int(other)

    def __add__(self, other: Any) -> float:
        return float(self._number + other)

    def __sub__(self, other: Any) -> float:
        return float(self._number - other)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __reduce__(self) -> Any:
        return (type(self), (int(self),))


if TYPE_CHECKING:

    class LeanEnum(_Member, Enum):
        """To type checkers the members are those of an `Enum`."""

        name: str  # type: ignore[misc]
else:

    class LeanEnum(_Member, metaclass=LeanEnumType):
        """Base of the enumerations. `name` is UPPER_SNAKE, `lean_name` is C#'s. A member compares as its number but is no `int`, as in LEAN."""

        __slots__ = ()
