"""Dictionaries keyed by symbol, as LEAN shows them in Python.

Keys may be symbols, securities or tickers known to the run. Iteration yields `KeyValuePair`s, `items()` tuples, `keys()` and
`values()` lists; a missing key raises with LEAN's advice (records `SliceEquityMinute`, `PySymbols`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Generic, TypeVar

from lyra.engine.dotnet_errors import KeyNotFoundException
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, current_run

T = TypeVar("T")


class KeyValuePair(LeanObject):
    """What iterating over LEAN's dictionaries yields; it does not unpack."""

    __slots__ = ("key", "value")

    def __init__(self, key: Any, value: Any) -> None:
        self.key = key
        self.value = value

    def __str__(self) -> str:
        return f"[{self.key}, {self.value}]"


@cache
def named_pair(key: str, value: str) -> type[KeyValuePair]:
    """`KeyValuePair` under the name that it has in LEAN for two types."""
    return type(f"KeyValuePair[{key},{value}]", (KeyValuePair,), {"__slots__": ()})


class KeyValueDictionary(dict[Any, Any]):
    """A .NET dictionary of plain keys: iterating over it yields `KeyValuePair`s."""

    def __iter__(self) -> Iterator[Any]:
        return iter([KeyValuePair(key, value) for key, value in self.items()])

    def contains_key(self, key: Any) -> bool:
        """Whether there is such a key."""
        return key in self

    ContainsKey = contains_key

    @property
    def count(self) -> int:
        """How many."""
        return len(self)

    Count = count


def ticker_not_found(ticker: str) -> KeyError:
    """LEAN's error for a ticker that the run does not know."""
    return KeyNotFoundException(
        f"The ticker {ticker} was not found in the SymbolCache. Use the Symbol object as key instead. Accessing the securities "
        "collection/slice object by string ticker is only available for securities added with the add_security-family methods. "
        "For more details, please check out the documentation."
    )


def find_symbol(key: Any) -> Symbol | None:
    """The symbol that a key means: a symbol, a security, or the ticker or SID text known to the run."""
    if type(key) is Symbol:
        return key
    if isinstance(key, str):
        return current_run().tickers.find(key)
    symbol = getattr(key, "symbol", None)
    return symbol if type(symbol) is Symbol else None


class SymbolDictionary(LeanObject, Generic[T]):
    """A dictionary keyed by symbol; subclasses say what it holds."""

    _kind = "DataDictionary"
    _holds = ""
    """The type of the values, as LEAN names it."""

    def __init__(self, items: dict[Symbol, T] | None = None) -> None:
        self._items: dict[Symbol, T] = {} if items is None else items

    def _missing(self, key: Any) -> KeyError:
        if isinstance(key, str) and find_symbol(key) is None:
            return ticker_not_found(key)
        return KeyNotFoundException(
            f"'{key}' wasn't found in the {self._kind} object, likely because there was no-data at this moment in time and it wasn't "
            "possible to fillforward historical data. To prevent the exception, use data.get(symbol), which returns None when the "
            "symbol is not found, or guard the access with 'if symbol in data:'."
        )

    def _lookup(self, key: Any) -> T | None:
        if type(key) is Symbol:
            return self._items.get(key)
        symbol = find_symbol(key)
        return None if symbol is None else self._items.get(symbol)

    def __getitem__(self, key: Any) -> T:
        value = self._lookup(key)
        if value is None:
            raise self._missing(key)
        return value

    def __setitem__(self, key: Any, value: T) -> None:
        symbol = find_symbol(key)
        if symbol is None:
            raise ticker_not_found(str(key))
        self._items[symbol] = value

    def __contains__(self, key: Any) -> bool:
        return self._lookup(key) is not None

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return True

    def _sorted(self) -> list[Symbol]:
        return list(self._items)

    def __iter__(self) -> Iterator[KeyValuePair]:
        pair = named_pair("Symbol", self._holds) if self._holds else KeyValuePair
        return iter([pair(key, self._items[key]) for key in self._sorted()])

    def get(self, key: Any, default: Any = None) -> Any:
        """The value, or the default."""
        found = self._lookup(key)
        return default if found is None else found

    def get_value(self, key: Any) -> T | None:
        """The value, or None."""
        return self._lookup(key)

    def try_get_value(self, key: Any, value: Any = None) -> tuple[bool, T | None]:
        """(found, value)."""
        found = self._lookup(key)
        return found is not None, found

    def contains_key(self, key: Any) -> bool:
        """Whether there is a value for the key."""
        return self._lookup(key) is not None

    @property
    def count(self) -> int:
        """How many."""
        return len(self._items)

    def keys(self) -> list[Symbol]:
        """The symbols."""
        return self._sorted()

    def values(self) -> list[T]:
        """The values."""
        return [self._items[key] for key in self._sorted()]

    def items(self) -> list[tuple[Symbol, T]]:
        """(symbol, value) pairs."""
        return [(key, self._items[key]) for key in self._sorted()]
