"""Members of the algorithm that only take what is of their kind, as LEAN's typed properties do."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

_FRAMEWORK = "QuantConnect.Algorithm.Framework"


def of_kind(value: Any, kind: Any, lean_name: str) -> Any:
    """The value. Raises TypeError when it is of another kind; `lean_name` is LEAN's name of the kind."""
    if not isinstance(value, kind):
        raise TypeError(f"'{type(value).__name__}' value cannot be converted to {lean_name}")
    return value


def kept(name: str, lean_name: str) -> Any:
    """A member that is set once by the engine and afterwards only takes what is of the first one's kind."""
    slot = f"_own_{name}"

    def write(self: Any, value: Any) -> None:
        known = self.__dict__.get(slot)
        self.__dict__[slot] = value if known is None else of_kind(value, type(known), lean_name)

    return property(attrgetter(slot), write)


def model_of_kind(model: Any, interface: type, area: str) -> Any:
    """A model of the framework. Raises TypeError when it does not derive from the interface."""
    return of_kind(model, interface, f"{_FRAMEWORK}.{area}.{interface.__name__}")
