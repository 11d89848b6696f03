"""Constructors of indicators: LEAN's overloads `Class(…)` and `Class(name, …)`, positional or by keyword in either case.

An indicator declares its parameters (`integer("period")`, `number("k")`, …) and the text of its default name; the base
class checks and converts what the user gives. Numbers keep their scale in names: `BB(20,2)` but `BB(20,2.0)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from lyra.engine.decimals import decimal_text, double_text, to_decimal
from lyra.engine.dotnet_errors import type_text
from lyra.engine.enumeration import LeanEnum
from lyra.engine.enums import MovingAverageType
from lyra.engine.naming import snake_case

REQUIRED = object()


class Parameter(NamedTuple):
    """One parameter: its name, how a value is taken (`convert`), and its default (REQUIRED if it has none)."""

    name: str
    convert: Any
    default: Any = REQUIRED


def _to_integer(value: Any) -> int:
    if isinstance(value, (bool, LeanEnum)) or not hasattr(value, "__index__"):
        raise TypeError(f"an integer is needed, not {value!r}")
    return int(value)


def _to_truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"True or False is needed, not {value!r}")
    return value


def _to_float(value: Any) -> float:
    if isinstance(value, (bool, str)) or value is None:
        raise TypeError(f"a number is needed, not {value!r}")
    return float(value)


def _anything(value: Any) -> Any:
    return value


def _member_of(kind: type[LeanEnum]) -> Any:
    def convert(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if isinstance(value, (bool, float, str)) or not hasattr(value, "__index__"):
            raise TypeError(f"a member of {kind.__name__} is needed, not {value!r}")
        return kind(value)

    return convert


def integer(name: str, default: Any = REQUIRED) -> Parameter:
    """A C# int."""
    return Parameter(name, _to_integer, default)


def number(name: str, default: Any = REQUIRED) -> Parameter:
    """A C# decimal; a default is given as text, so that its scale shows."""
    return Parameter(name, to_decimal, Decimal(default) if isinstance(default, str) else default)


def double(name: str, default: Any = REQUIRED) -> Parameter:
    """A C# double."""
    return Parameter(name, _to_float, default)


def truth(name: str, default: Any = REQUIRED) -> Parameter:
    """A C# bool."""
    return Parameter(name, _to_truth, default)


def anything(name: str, default: Any = REQUIRED) -> Parameter:
    """An object that is not converted: a symbol, a function, a model."""
    return Parameter(name, _anything, default)


def member(name: str, kind: type[LeanEnum], default: Any = REQUIRED) -> Parameter:
    """A member of an enumeration."""
    return Parameter(name, _member_of(kind), default)


def average_type(default: Any = REQUIRED, name: str = "moving_average_type") -> Parameter:
    """A kind of moving average."""
    return member(name, MovingAverageType, default)


def text_of(value: Any) -> str:
    """A value as C# writes it into a name."""
    if isinstance(value, LeanEnum):
        return value.lean_name
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, float):
        return double_text(value)
    return "" if value is None else str(value)


def no_match(method: str, args: tuple[Any, ...], overloads: str) -> TypeError:
    """LEAN's error for arguments that fit no overload."""
    kinds = ", ".join(type_text(type(a)) for a in args)
    return TypeError(f"No method matches given arguments for {method}: ({kinds}). The following overloads are available:\n    {overloads}")


def describe(class_name: str, parameters: tuple[Parameter, ...]) -> str:
    """The signature as text, for errors."""
    parts = [p.name if p.default is REQUIRED else f"{p.name}={text_of(p.default)}" for p in parameters]
    return f"{class_name}([name, ]{', '.join(parts)})"


def bind(
    class_name: str, parameters: tuple[Parameter, ...], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[str | None, dict[str, Any]]:
    """(name or None, value of each parameter). Raises TypeError if the arguments fit no overload."""
    given = {snake_case(key): value for key, value in kwargs.items()}
    name = given.pop("name", None)
    rest = args
    if name is None and args and isinstance(args[0], str) and not (parameters and parameters[0].convert is _anything):
        name, rest = args[0], args[1:]
    if len(rest) > len(parameters):
        raise no_match(".ctor", args, describe(class_name, parameters))
    values: dict[str, Any] = {}
    for i, parameter in enumerate(parameters):
        value = rest[i] if i < len(rest) else given.pop(parameter.name, parameter.default)
        if value is REQUIRED:
            raise no_match(".ctor", args, describe(class_name, parameters))
        if value is not parameter.default:
            try:
                value = parameter.convert(value)
            except TypeError:
                raise no_match(".ctor", args, describe(class_name, parameters)) from None
        values[parameter.name] = value
    if given:
        raise no_match(".ctor", args, describe(class_name, parameters))
    return name, values
