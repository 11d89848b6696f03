"""Packages whose names live in modules that are loaded when a name is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def names_of(package: str, modules: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, str], Callable[[str], Any], Callable[[], list[str]]]:
    """For a package, given its modules and their names: name -> module, and the package's `__getattr__` and `__dir__`."""
    home = {name: f"{package}.{module}" for module, names in modules.items() for name in names}

    def find(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(home[name]), name)

    return home, find, lambda: sorted(home)
