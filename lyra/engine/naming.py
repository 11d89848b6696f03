"""Both of LEAN's spellings for every public member: `set_cash` and `SetCash`.

LEAN's Python bridge registers each C# member under its own name and in snake case (rules in the fork's
`Util.ToSnakeCase`). Here members are written in snake case; `LeanObject` adds the Pascal-case spelling
when a class is made, so the second spelling costs nothing when it is not used.
"""

from __future__ import annotations

import re
from typing import Any

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Z][A-Za-z])|(?<=[A-Za-z])(?=[0-9])")

# Members whose Pascal-case name cannot be told from the snake-case one.
IRREGULAR: dict[str, str] = {"id": "ID"}


def snake_case(name: str) -> str:
    """LEAN's snake-case form of a Pascal-case name: `QC500` gives `qc_500`, `SetRSI` gives `set_rsi`."""
    return _WORD.sub("_", name).lower()


def pascal_case(name: str) -> str:
    """The Pascal-case form of a snake-case name: `on_end_of_day` gives `OnEndOfDay`."""
    return "".join(part[:1].upper() + part[1:] for part in name.lower().split("_"))


def constant_case(name: str) -> str:
    """LEAN's spelling of an enum member or constant: `MarketOnOpen` gives `MARKET_ON_OPEN`."""
    return snake_case(name).upper()


def _refuse(self: Any, value: Any) -> None:
    """The setter of what LEAN does not let users assign."""
    raise TypeError("property is read-only")


def _alias_property(name: str) -> property:
    def read(self: Any) -> Any:
        return getattr(self, name)

    def write(self: Any, value: Any) -> None:
        setattr(self, name, value)

    return property(read, write)


class LeanObject:
    """Base of what algorithms see. Public members written in snake case also answer to Pascal case.

    A subclass (the user's) may define a member in either case: a Pascal-case definition overrides the
    snake-case one of the base class. Fields that are plain instance attributes must be named in the class's
    annotations or `__slots__`, so that assigning the Pascal-case name reaches them.
    """

    __slots__ = ()

    def to_string(self) -> str:
        """.NET's `ToString()`: the same as `str()`."""
        return str(self)

    ToString = to_string

    def get_type(self) -> Any:
        """.NET's `GetType()`: of the type's members there is its `name`."""
        from lyra.engine.dotnet_types import Type

        return Type(type(self))

    GetType = get_type

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = dict(cls.__dict__)
        for name, value in own.items():
            first = name[0]
            if first == "_":
                continue
            if type(value) is property and value.fset is None and cls.__module__.startswith("lyra.engine."):
                value = value.setter(_refuse)
                setattr(cls, name, value)
            if first.isupper():
                snake = snake_case(name)
                if snake not in own and hasattr(cls, snake):
                    setattr(cls, snake, value)
            else:
                for alias in _pascal_names(name):
                    if alias not in own:
                        setattr(cls, alias, value)
        for name in own.get("__annotations__", ()):
            if name[0] != "_" and name not in own:
                for alias in _pascal_names(name):
                    if alias not in own:
                        setattr(cls, alias, _alias_property(name))


def _pascal_names(name: str) -> tuple[str, ...]:
    regular = pascal_case(name)
    other = IRREGULAR.get(name)
    return (regular,) if other is None else (regular, other)


def find_method(target: Any, name: str) -> Any:
    """The method `name` (snake case) of a user's object in either spelling, or None."""
    method = getattr(target, name, None)
    return getattr(target, pascal_case(name), None) if method is None else method
