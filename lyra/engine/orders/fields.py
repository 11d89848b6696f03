"""Descriptors for the two views of one value: the engine's exact one (`_price`, Decimal) and Python's (`price`, float).

A descriptor put into a class body answers under both of LEAN's spellings, since `LeanObject` copies it to the Pascal-case name.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from lyra.engine.decimals import to_decimal, to_float
from lyra.engine.naming import pascal_case
from lyra.engine.times import MIN_TIME, to_datetime, to_us, to_utc_datetime


def read_only(instance: Any, value: Any) -> None:
    """The setter of what LEAN does not let users assign."""
    raise TypeError("property is read-only")


def money(stored: str, writable: bool = False) -> property:
    """A decimal under `stored`, seen as float; None is passed through."""

    def read(self: Any) -> float | None:
        value = getattr(self, stored)
        return None if value is None else to_float(value)

    def write(self: Any, value: Any) -> None:
        setattr(self, stored, None if value is None else to_decimal(value))

    return property(read, write if writable else read_only)


def instant(stored: str, writable: bool = False) -> property:
    """UTC microseconds under `stored`, seen as aware datetime; None is passed through."""

    def read(self: Any) -> datetime | None:
        value = getattr(self, stored)
        return None if value is None else to_utc_datetime(value)

    def write(self: Any, value: Any) -> None:
        setattr(self, stored, None if value is None else to_instant(value))

    return property(read, write if writable else read_only)


def plain(stored: str, writable: bool = False) -> property:
    """A value that engine and user see alike."""
    return property(attrgetter(stored), (lambda self, value: setattr(self, stored, value)) if writable else read_only)


def to_instant(value: Any) -> int:
    """Microseconds of an instant given as datetime or already as microseconds; None is C#'s `DateTime.MinValue`."""
    if value is None:
        return MIN_TIME
    return value if isinstance(value, int) else to_us(value)


def optional_decimal(value: Any) -> Decimal | None:
    """`to_decimal`, with None for None."""
    return None if value is None else to_decimal(value)


def utc_text(us: int) -> str:
    """.NET's invariant text of an instant, such as `10/07/2013 13:40:00`."""
    return to_datetime(us).strftime("%m/%d/%Y %H:%M:%S")


class Setting:
    """A plain assignable field with a default, known by its declaration order. `lean_name` is its name in C#."""

    def __init__(self, default: Any = None, lean_name: str = "") -> None:
        self.default = default
        self.lean_name = lean_name
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        if not self.name:
            self.name = name
            self.lean_name = self.lean_name or pascal_case(name)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else instance.__dict__.get("_" + self.name, self.default)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__["_" + self.name] = value


def settings_of(cls: type) -> list[Setting]:
    """The settings of a class in the order of .NET's reflection: the most derived class first, then declaration order."""
    return [value for base in cls.__mro__ for name, value in vars(base).items() if isinstance(value, Setting) and value.name == name]
