"""Which indicators there are, and in which module each lives."""

from __future__ import annotations

import difflib
import importlib

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import _REGISTRY, Kernel

FAMILIES = ("averages", "weighted", "filters", "adaptive", "regression", "choice", "bands", "oscillators_of_averages", "freqtrade")
"""Modules of kernels; each is loaded when a name is asked for."""


def names() -> list[str]:
    """Every indicator's name, sorted."""
    _load()
    return sorted(_REGISTRY.kernels)


def find(name: str) -> type[Kernel]:
    """The kernel of a name. Raises SettingError with near names."""
    _load()
    try:
        return _REGISTRY.kernels[name]
    except KeyError:
        near = difflib.get_close_matches(name, _REGISTRY.kernels, 3)
        raise SettingError(f"There is no indicator called {name!r}." + (f" Did you mean {', '.join(near)}?" if near else "")) from None


def _load() -> None:
    for family in FAMILIES:
        importlib.import_module(f"lyra_ai.indicators.{family}")
