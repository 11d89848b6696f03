"""Names of markets and the numbers that stand for them in security identifiers."""

from __future__ import annotations

from lyra.engine.dotnet_errors import ArgumentException

# name -> number in a SecurityIdentifier (facts of the format; LEAN, `Common/Market.cs`).
MARKET_CODES: dict[str, int] = {
    "empty": 0, "usa": 1, "fxcm": 2, "oanda": 3, "dukascopy": 4, "bitfinex": 5, "cmeglobex": 6, "nymex": 7, "cbot": 8,
    "ice": 9, "cboe": 10, "india": 11, "kraken": 13, "bittrex": 14, "bithumb": 15, "binance": 16, "poloniex": 17,
    "coinone": 18, "hitbtc": 19, "okcoin": 20, "bitstamp": 21, "comex": 22, "cme": 23, "sgx": 24, "hkfe": 25,
    "nyseliffe": 26, "cfe": 33, "ftx": 34, "ftxus": 35, "binanceus": 36, "bybit": 37, "coinbase": 38,
    "interactivebrokers": 39, "eurex": 40, "ose": 41, "dydx": 42, "krx": 43,
}  # fmt: skip
_FORMER_CODES = {12: "coinbase"}
"""Numbers no longer given out which identifiers of the past still carry (GDAX became Coinbase)."""

MARKET_NAMES: dict[str, str] = {
    "USA": "usa", "FXCM": "fxcm", "Oanda": "oanda", "Dukascopy": "dukascopy", "Bitfinex": "bitfinex", "Globex": "cmeglobex",
    "NYMEX": "nymex", "CBOT": "cbot", "ICE": "ice", "CBOE": "cboe", "CFE": "cfe", "India": "india", "COMEX": "comex", "CME": "cme",
    "EUREX": "eurex", "SGX": "sgx", "HKFE": "hkfe", "OSE": "ose", "NYSELIFFE": "nyseliffe", "GDAX": "coinbase", "Kraken": "kraken",
    "Bitstamp": "bitstamp", "OkCoin": "okcoin", "Bithumb": "bithumb", "Binance": "binance", "Poloniex": "poloniex",
    "Coinone": "coinone", "HitBTC": "hitbtc", "Bittrex": "bittrex", "FTX": "ftx", "FTXUS": "ftxus", "BinanceUS": "binanceus",
    "Bybit": "bybit", "Coinbase": "coinbase", "InteractiveBrokers": "interactivebrokers", "DYDX": "dydx", "KRX": "krx",
}  # fmt: skip
"""C#'s name of each market constant, and the market."""

LIMIT = 1000
"""Market numbers are below this."""


class MarketTable:
    """The markets known to one run: LEAN's and those the algorithm added."""

    def __init__(self) -> None:
        self._codes = dict(MARKET_CODES)
        self._names = {code: name for name, code in self._codes.items()} | _FORMER_CODES

    def add(self, market: str, identifier: int) -> None:
        """Add a market under a number below 1000. Raises ValueError when name or number is taken."""
        if not 0 <= identifier < LIMIT:
            raise ArgumentException(f"The market identifier is limited to positive values less than {LIMIT}. (Parameter 'identifier')")
        market = market.lower()
        if self._codes.get(market, identifier) != identifier:
            raise ArgumentException(f"Attempted to add an already added market with a different identifier. Market: {market}")
        existing = self._names.get(identifier)
        if existing is not None:
            raise ArgumentException(
                f"Attempted to add a market identifier that is already in use. New Market: {market} Existing Market: {existing}"
            )
        self._codes[market] = identifier
        self._names[identifier] = market

    def encode(self, market: str) -> int | None:
        """The number of a market, None if there is none of this name (lower case)."""
        return self._codes.get(market)

    def decode(self, code: int) -> str | None:
        """The name of a market's number, None if it is not in use."""
        return self._names.get(code)

    def names(self) -> list[str]:
        """All names, in the order they were added."""
        return list(self._codes)
