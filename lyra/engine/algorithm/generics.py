"""Methods that take a type in brackets, as C#'s generic ones do from Python: `self.consolidate[QuoteBar](symbol, period, handler)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class GenericMethod:
    """A method; `method[T](…)` calls `typed(self, T, …)`."""

    def __init__(self, plain: Callable[..., Any], typed: Callable[..., Any]) -> None:
        self._plain = plain
        self._typed = typed
        self.__doc__ = plain.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else Bound(self, owner)

    def __call__(self, *args: Any, **names: Any) -> Any:
        """Call it as a function of its class."""
        return self._plain(*args, **names)


class Bound:
    """The method of an object."""

    __slots__ = ("_method", "_owner")

    def __init__(self, method: GenericMethod, owner: Any) -> None:
        self._method = method
        self._owner = owner

    def __call__(self, *args: Any, **names: Any) -> Any:
        """Call it."""
        return self._method._plain(self._owner, *args, **names)

    def __getitem__(self, kind: Any) -> Callable[..., Any]:
        return lambda *args, **names: self._method._typed(self._owner, kind, *args, **names)
