"""Symbols, tickers and identifiers as keys of pandas objects.

LEAN's frames hold `Symbol` objects in their indexes, and algorithms ask for `frame.loc["SPY"]`. The real engine changes pandas'
look-up functions for the whole process (`Common/PandasMapper.py`). Here the same functions are changed only while a run needs them:
`ticker_keys()` is entered when a run makes its first frame and left at its end; of several runs at once the last one restores pandas.
Outside of a run nothing is known by ticker, so pandas answers as always.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lyra.engine.symbols import Symbol, current_run


class PandasColumn(str):
    """A column's name: a text that never equals a symbol, although symbols equal their tickers."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return False if type(other) is Symbol else str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def mapped(key: Any) -> Any:
    """A key in which texts that the run knows as tickers or identifiers are symbols; others stay."""
    kind = type(key)
    if kind is str:
        symbol = _known(key)
        return key if symbol is None else symbol
    if kind is tuple:
        return tuple(mapped(part) for part in key)
    if kind is list:
        return [mapped(part) for part in key]
    if kind is dict:
        return {name: mapped(part) for name, part in key.items()}
    return key


def _known(text: str) -> Symbol | None:
    try:
        return current_run().tickers.find(text)
    except RuntimeError:  # several custom symbols begin with it
        return None


class _Patch:
    """The changed functions of pandas, and how many runs want them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._originals: list[tuple[type, str, Any]] = []

    def enter(self) -> None:
        with self._lock:
            self._wanted += 1
            if self._wanted == 1:
                self._install()

    def leave(self) -> None:
        with self._lock:
            self._wanted -= 1
            if self._wanted == 0:
                for owner, name, function in self._originals:
                    setattr(owner, name, function)
                self._originals = []

    def _install(self) -> None:
        import pandas as pd
        from pandas.core import indexing as core

        indexing: Any = core

        for owner, name, wrap in (
            (indexing._LocationIndexer, "__getitem__", _by_either_key),
            (indexing._ScalarAccessIndexer, "__getitem__", _by_either_key),
            (pd.DataFrame, "__getitem__", _by_either_key),
            (pd.Index, "get_loc", _by_either_key),
            (pd.Index, "__contains__", _holds_either_key),
        ):
            function = owner.__dict__[name]
            self._originals.append((owner, name, function))
            setattr(owner, name, wrap(function))


_PATCH = _Patch()  # pandas is one for the process, and so is what is changed of it


@contextmanager
def ticker_keys() -> Iterator[None]:
    """Within the block pandas finds symbols by ticker and identifier."""
    _PATCH.enter()
    try:
        yield
    finally:
        _PATCH.leave()


def _by_either_key(function: Callable[..., Any]) -> Callable[..., Any]:
    """Looks up the mapped key, then the key as given."""

    def look_up(self: Any, *args: Any, **kwargs: Any) -> Any:
        other, named = mapped(args), mapped(kwargs) if kwargs else kwargs
        try:
            return function(self, *other, **named)
        except KeyError:
            pass
        try:
            return function(self, *args, **kwargs)
        except KeyError:
            tried, given = _texts(other), _texts(args)
        raise KeyError(f"No key found for either mapped or original key. Mapped Key: {tried}; Original Key: {given}")

    look_up.__name__ = function.__name__
    return look_up


def _holds_either_key(function: Callable[..., Any]) -> Callable[..., Any]:
    def holds(self: Any, key: Any) -> bool:
        return bool(function(self, key) or function(self, mapped(key)))

    holds.__name__ = function.__name__
    return holds


def _texts(args: tuple[Any, ...]) -> list[str]:
    return [str(arg) for arg in args if isinstance(arg, (str, Symbol))]
