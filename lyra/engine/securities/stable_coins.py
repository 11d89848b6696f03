"""Coins worth one unit of a currency that have no pair to convert them with (`Common/Currencies.cs`)."""

from __future__ import annotations

_DOLLARS = ("USDT", "USDC", "USD")
_DOLLAR_COINS = ("USDC", "USDT", "USDP", "SUSD", "BUSD", "UST", "TUSD", "DAI")
_PAIRS: dict[str, frozenset[str]] = {
    "binance": frozenset((*(f"{coin}USD" for coin in (*_DOLLAR_COINS, "FDUSD", "BNFCR")), "IDRTIDR")),
    "bybit": frozenset(f"{coin}USD" for coin in _DOLLAR_COINS),
    "bitfinex": frozenset(("EURSEUR", "XCHFCHF")),
    "coinbase": frozenset(("USDCUSD",)),
    "dydx": frozenset(("USDCUSD",)),
}


def without_pair(account_currency: str, currency: str, market: str) -> bool:
    """Whether a coin counts as one unit of the account currency in a market."""
    others = [d for d in _DOLLARS if d != currency] if account_currency in _DOLLARS else [account_currency]
    known = _PAIRS.get(market, frozenset())
    return any(pair in known for other in others for pair in (other + currency, currency + other))


def matches(pair: tuple[str, str], base: str, quote: str, market: str) -> bool | None:
    """Whether a pair converts `base` to `quote`: False as it is, True when inverted, None when it does not.

    A coin that is worth one unit of a currency counts as that currency (`CurrencyPairUtil.ComparePair`).
    """
    first, second = pair
    if first == base and second == quote:
        return False
    if first == quote and second == base:
        return True
    known = _PAIRS.get(market)
    if known is None:
        return None
    if second + quote in known or quote + second in known:
        second = quote
    if second + base in known or base + second in known:
        second = base
    if first + quote in known or quote + first in known:
        first = quote
    if first + base in known or base + first in known:
        first = base
    if (first, second) == (base, quote):
        return False
    return True if (first, second) == (quote, base) else None
