"""`Newtonsoft.Json`'s `JsonConvert`, as far as algorithms use it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from lyra.engine.enumeration import LeanEnum
from lyra.engine.naming import LeanObject, pascal_case
from lyra.engine.times import Zone

__all__ = ["JsonConvert"]


class JsonConvert:
    """Objects as JSON."""

    @staticmethod
    def serialize_object(value: Any, *settings: Any) -> str:
        """The JSON of numbers, texts, lists, dictionaries, and of LEAN's objects by their public properties."""
        return json.dumps(_plain(value), separators=(",", ":"))

    @staticmethod
    def deserialize_object(value: str, *settings: Any) -> Any:
        """What a JSON text says, as Python's values."""
        return json.loads(value)

    SerializeObject = serialize_object
    DeserializeObject = deserialize_object


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, LeanEnum):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (timedelta, Zone)):
        return str(value)
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, LeanObject) and not hasattr(value, "__iter__"):
        return {pascal_case(name): _plain(getattr(value, name)) for name in _properties(type(value))}
    return [_plain(item) for item in value]


def _properties(kind: type) -> list[str]:
    """The public properties of a class, in snake case, the base's first."""
    names: dict[str, None] = {}
    for base in reversed(kind.__mro__):
        for name, member in vars(base).items():
            if isinstance(member, property) and name[0] != "_" and name.islower():
                names[name] = None
    return list(names)
