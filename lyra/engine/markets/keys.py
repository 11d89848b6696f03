"""Keys of the two reference databases: `Equity-usa-SPY`, where `[*]` stands for any symbol."""

from __future__ import annotations

from typing import Any, SupportsInt

from lyra.engine.enums import SecurityType
from lyra.engine.symbols import Symbol

WILDCARD = "[*]"
Key = tuple[str, str, int]
"""(market, symbol, security type) in lower case, as the databases compare them."""

_TYPES = {kind.lean_name.lower(): kind for kind in SecurityType}


def key_of(market: str, symbol: str, security_type: SupportsInt) -> Key:
    """The key of an entry; an empty market or symbol is the wildcard."""
    return (market or WILDCARD).lower(), (symbol or WILDCARD).lower(), int(security_type)


def security_type_of(text: str) -> SecurityType | None:
    """The security type of its name in any letter case (`CryptoFuture`), None if there is none."""
    return _TYPES.get(text.strip().lower())


def type_name(security_type: SupportsInt) -> str:
    """The name of a security type in the databases' keys."""
    return SecurityType(int(security_type)).lean_name


def database_symbol(symbol: Any) -> str:
    """The text under which a symbol is listed: options by their underlying's ticker, futures and custom data by the SID's."""
    if symbol is None:
        return ""
    if not isinstance(symbol, Symbol):
        return str(symbol)
    kind = symbol._type
    if kind == SecurityType.OPTION:
        return symbol._underlying._value if symbol._underlying is not None else ""
    if kind in (SecurityType.INDEX_OPTION, SecurityType.FUTURE_OPTION):
        return symbol._id._symbol if symbol._underlying is not None else ""
    if kind in (SecurityType.BASE, SecurityType.FUTURE):
        return symbol._id._symbol
    return symbol._value
