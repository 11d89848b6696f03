"""`self.securities`: the algorithm's securities by symbol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.data.dictionary import KeyValuePair, SymbolDictionary, find_symbol, named_pair, ticker_not_found
from lyra.engine.dotnet_errors import KeyNotFoundException
from lyra.engine.securities.security import Security
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_utc_datetime


class SecurityManager(SymbolDictionary[Security]):
    """Securities by symbol or ticker, in the order they were added.

    Those that have left are still found by their symbol and count in the totals; they are not iterated over.
    """

    _kind = "SecurityManager"

    def __init__(self, algorithm: Any) -> None:
        super().__init__()
        self._algorithm = algorithm
        self._total: dict[Symbol, Security] = {}

    @property
    def utc_time(self) -> Any:
        """Now, aware."""
        return to_utc_datetime(self._algorithm._utc)

    def _lookup(self, key: Any) -> Security | None:
        symbol = key if type(key) is Symbol else find_symbol(key)
        return None if symbol is None else self._total.get(symbol)

    def _missing(self, key: Any) -> KeyError:
        symbol = find_symbol(key)
        if symbol is None:
            return ticker_not_found(str(key))
        return KeyNotFoundException(
            f"This asset symbol ({symbol}) was not found in your security list. Please add this security before using it. To prevent the "
            "exception, use self.securities.get(symbol), which returns None when the symbol is not found, or guard the access with "
            "'if symbol in self.securities:'."
        )

    def __iter__(self) -> Iterator[KeyValuePair]:
        pair = named_pair("Symbol", "Security")
        return iter([pair(symbol, security) for symbol, security in self._items.items()])

    def add(self, symbol: Any, security: Security | None = None) -> None:
        """Add a security."""
        if security is None:
            symbol, security = symbol.symbol, symbol
        self._items[symbol] = security
        self._total[symbol] = security

    def remove(self, symbol: Symbol) -> bool:
        """Take a security out; whether it was there."""
        return self._items.pop(symbol, None) is not None

    @property
    def total(self) -> list[Security]:
        """All securities there ever were."""
        return list(self._total.values())
