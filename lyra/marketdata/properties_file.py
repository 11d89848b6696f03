"""A line in the symbol properties for a pair that is imported and not listed: LEAN refuses crypto pairs it does not know."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from lyra.engine.enums import SecurityType
from lyra.engine.errors import ConfigError
from lyra.engine.markets.keys import key_of
from lyra.engine.markets.properties import SymbolPropertiesDatabase
from lyra.marketdata.files import write_atomic
from lyra.marketdata.hours_and_properties import PROPERTIES_FILE, PROPERTIES_HEADER
from lyra.marketdata.layout import Series

QUOTES = (
    "USDT", "USDC", "BUSD", "FDUSD", "TUSD", "DAI", "USD", "EUR", "GBP", "JPY", "AUD", "BRL", "TRY", "CHF", "CAD", "KRW", "BTC",
    "ETH", "BNB",
)  # fmt: skip
"""Quote currencies that are looked for at the end of a ticker."""
_NEEDS_LINE = (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE, SecurityType.FOREX, SecurityType.CFD)
_DIGITS_AT_MOST = 8


def quote_currency(series: Series, given: str | None = None) -> str:
    """The quote currency of a ticker. Raises ConfigError if the ticker does not tell and none is given."""
    if given:
        return given.upper()
    ticker = series.ticker.upper()
    if series.security_type == SecurityType.FOREX and len(ticker) == 6:
        return ticker[3:]
    for quote in QUOTES:
        if ticker.endswith(quote) and len(ticker) > len(quote):
            return quote
    raise ConfigError(f"The quote currency of {series.ticker} is not clear; give it with quote.")


def step_of(numbers: Iterable[str]) -> str:
    """The smallest step seen in decimal texts: `0.01` for numbers of at most two digits."""
    digits = max((len(text.partition(".")[2].rstrip("0")) for text in numbers), default=0)
    return format(Decimal(1).scaleb(-min(digits, _DIGITS_AT_MOST)), "f")


def ensure_listed(folder: Path, series: Series, prices: Iterable[str], volumes: Iterable[str], quote: str | None = None) -> str | None:
    """Add a line for a pair that has none, with the price and lot steps that its data show; the line, None if it was listed.

    Raises ConfigError for a ticker whose quote currency is not clear, OSError.
    """
    if series.security_type not in _NEEDS_LINE:
        return None
    path = folder / PROPERTIES_FILE
    text = path.read_text(encoding="utf-8") if path.is_file() else f"{PROPERTIES_HEADER}\n"
    key = key_of(series.market, series.ticker, series.security_type)
    if SymbolPropertiesDatabase(text, str(path)).contains_key(key[0], series.ticker, series.security_type):
        return None
    currency = quote_currency(series, quote)
    ticker = series.ticker.upper()
    crypto = series.security_type in (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE)
    lot = step_of(volumes) if crypto else "1"
    cells = [series.market, ticker, series.folder, ticker, currency, "1", step_of(prices), lot, ticker if crypto else ""]
    line = ",".join(cells).rstrip(",")
    write_atomic(path, f"{text.rstrip()}\n{line}\n".encode())
    return line
