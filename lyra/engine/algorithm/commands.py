"""Commands, which live algorithms take from outside (`Algorithm/QCAlgorithm.cs`, `Common/Commands`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.naming import LeanObject, find_method

_DOOR = "https://www.quantconnect.com/api/v2/live/commands/create"


class Command(LeanObject):
    """Base of the user's commands: set fields, override `run(algorithm)`."""

    def run(self, algorithm: Any) -> bool | None:
        """Do it; whether it was done."""
        return None

    def __str__(self) -> str:
        return str(dict(_fields(self)))


class RestResponse(LeanObject):
    """An answer of QuantConnect's servers."""

    success: bool
    errors: list[str]

    def __init__(self, success: bool, errors: list[str]) -> None:
        self.success = success
        self.errors = errors


class Commands(LeanObject):
    """The part of `QCAlgorithm` that concerns commands. A backtest receives none."""

    def add_command(self: Any, type: Any) -> None:
        """Make a class of commands known. Raises ArgumentException for a class without `run`."""
        if find_method(type, "run") is None:
            raise ArgumentException(f"Type {type.__name__} does not implement run(algorithm) or OnCommand")
        self._command_types[type.__name__] = type

    def link(self: Any, command: Any) -> str:
        """The address that triggers a command of a live project, which the owner's browser signs in to."""
        parts = "".join(f"&{_quoted(f'command{key}')}={_quoted(value)}" for key, value in _flat(command))
        return f"{_DOOR}?projectId={self.project_id}{parts}"

    def broadcast_command(self: Any, command: Any) -> RestResponse:
        """Send a command to all live algorithms of the organization; not from here, which has no account."""
        return RestResponse(False, ["Commands are not broadcast by a backtest."])


def _fields(command: Any) -> list[tuple[str, Any]]:
    if isinstance(command, dict):
        return list(command.items())
    fields = list(vars(command).items())
    return sorted(fields) if isinstance(command, Command) else fields


def _flat(command: Any) -> Iterator[tuple[str, str]]:
    """(key in brackets, text) of each field, members of lists and dictionaries apart; the command's class last."""
    for name, value in _fields(command):
        yield from _flat_value(f"[{name}]", value)
    if not isinstance(command, dict):
        yield "[$type]", type(command).__name__


def _flat_value(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat_value(f"{key}[{name}]", item)
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _flat_value(f"{key}[{i}]", item)
    else:
        yield key, "" if value is None else str(value)


def _quoted(text: str) -> str:
    """.NET's encoding: spaces as plus signs, hexadecimal in lower case."""
    parts = quote_plus(text, safe="_").split("%")
    return parts[0] + "".join(f"%{part[:2].lower()}{part[2:]}" for part in parts[1:])
