"""What symbols depend on in one run: the ticker cache, added markets, custom data types, map files, reference databases.

The runner makes one `RunSymbols` a run and enters it (`with RunSymbols(...).active():`); everything reaches it through
`current_run()`. It is kept in a context variable, so runs in several threads or tasks do not see each other. (A new thread starts
without one: enter the run there too.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.markets.market import MARKET_NAMES, MarketTable
from lyra.engine.naming import constant_case

if TYPE_CHECKING:
    from lyra.engine.markets.identifiers import SecurityIdentifier
    from lyra.engine.symbols import Symbol


class MapFiles(Protocol):
    """What symbols need of the ticker histories (`corporate.map_files.MapFileProvider`)."""

    def first_ticker_and_date(self, ticker: str, market: str, date: datetime | None = None) -> tuple[str, datetime] | None:
        """First ticker and first date of the security that bears `ticker` at `date` (today if None)."""

    def ticker_at(self, symbol: Symbol, day: int) -> str:
        """The ticker of a security on a day (microseconds of midnight)."""


class TickerTable:
    """The symbols known by ticker in a run; letter case does not matter."""

    def __init__(self, parse: Callable[[str], Symbol | None]) -> None:
        """`parse` makes the symbol of an identifier's text, None if it is none."""
        self._parse = parse
        self._symbols: dict[str, Symbol | None] = {}
        self._tickers: dict[Symbol, str] = {}
        self._spelling: dict[str, str] = {}

    def set(self, ticker: str, symbol: Symbol) -> None:
        """Make `ticker` stand for `symbol`, and be its text."""
        key = ticker.upper()
        self._symbols[key] = symbol
        self._spelling[key] = ticker
        self._tickers[symbol] = ticker
        related = key.partition(".")[0]
        if related != key and self._symbols.get(related, symbol) is None:
            del self._symbols[related]

    def find(self, ticker: str) -> Symbol | None:
        """The symbol of a ticker or SID text, else None; `BTC` also finds a single `BTC.Something`.

        Raises RuntimeError if several match the latter way.
        """
        key = ticker.upper()
        if key in self._symbols:
            return self._symbols[key]
        symbol = self._parse(ticker)
        if symbol is not None:
            return symbol
        matches = [k for k, symbol in self._symbols.items() if symbol is not None and k.startswith(f"{key}.")]
        if len(matches) > 1:
            raise InvalidOperationException(
                "We located multiple potentially matching tickers. For custom data, be sure to append a dot followed by the custom data "
                f"type name. For example: 'BTC.Bitcoin'. Potential Matches: {', '.join(self._spelling[k] for k in matches)}"
            )
        found = self._symbols[matches[0]] if matches else None
        self._symbols[key] = found
        return found

    def get(self, ticker: str) -> Symbol:
        """`find`, but raises RuntimeError for an unknown ticker."""
        symbol = self.find(ticker)
        if symbol is None:
            raise InvalidOperationException(f"We were unable to locate the ticker '{ticker}'.")
        return symbol

    def ticker(self, symbol: Symbol) -> str | None:
        """The ticker of a symbol that was set here."""
        return self._tickers.get(symbol)

    def remove(self, symbol: Symbol) -> bool:
        """Forget a symbol; whether it was known."""
        ticker = self._tickers.pop(symbol, None)
        return ticker is not None and self._symbols.pop(ticker.upper(), None) is not None

    def clear(self) -> None:
        """Forget everything."""
        self._symbols.clear()
        self._tickers.clear()
        self._spelling.clear()


class RunSymbols:
    """What symbols depend on in one run."""

    def __init__(self, data_folder: Path | None = None, map_files: MapFiles | None = None) -> None:
        self.data_folder = data_folder
        self.map_files = map_files
        self.tickers = TickerTable(self._symbol_of)
        self.markets = MarketTable()
        self.data_types: dict[str, Any] = {}
        """Custom data classes by name, as their SIDs spell them."""
        self.identifiers: dict[str, SecurityIdentifier | None] = {}
        self.market_hours: Any = None
        """The run's `MarketHoursDatabase`; read from the data folder when first asked for, like `symbol_properties`."""
        self.symbol_properties: Any = None
        self._definitions: dict[str, list[str]] | None = None

    def _symbol_of(self, text: str) -> Symbol | None:
        # Imported here because symbols are made of identifiers, which need this module.
        from lyra.engine.symbols import SecurityIdentifier, Symbol

        sid = SecurityIdentifier._try_parse(text)
        return None if sid is None else Symbol(sid, sid.symbol)

    @contextmanager
    def active(self) -> Iterator[RunSymbols]:
        """Make this the current run within a `with` block."""
        token = _CURRENT.set(self)
        try:
            yield self
        finally:
            _CURRENT.reset(token)

    def stay(self) -> None:
        """Make this the current run until another one is, or the process ends."""
        _CURRENT.set(self)

    def security_definition(self, sid: SecurityIdentifier) -> list[str]:
        """CUSIP, composite FIGI, SEDOL, ISIN and CIK from `symbol-properties/security-database.csv`; empty if not listed."""
        return self._known_definitions().get(str(sid), [])

    def defined(self, column: int, value: str, day: int) -> list[Symbol]:
        """The symbols that bear a value in a column of the security definitions, with their tickers of a day."""
        from lyra.engine.symbols import SecurityIdentifier, Symbol

        found = []
        for text, row in self._known_definitions().items():
            if column < len(row) and row[column].upper() == value.upper():
                symbol = Symbol(sid := SecurityIdentifier.parse(text), sid.symbol)
                ticker = symbol.value if self.map_files is None else self.map_files.ticker_at(symbol, day)
                found.append(Symbol(sid, ticker))
        return found

    def _known_definitions(self) -> dict[str, list[str]]:
        if self._definitions is None:
            self._definitions = {}
            file = None if self.data_folder is None else self.data_folder / "symbol-properties" / "security-database.csv"
            if file is not None and file.is_file():
                for line in file.read_text(encoding="utf-8").splitlines():
                    name, _, rest = line.partition(",")
                    if rest and not line.startswith("#"):
                        self._definitions[name] = [part.strip() for part in rest.split(",")]
        return self._definitions


_CURRENT: ContextVar[RunSymbols | None] = ContextVar("lyra_run_symbols", default=None)


def current_run() -> RunSymbols:
    """The run that this thread or task belongs to; outside of any, an empty one without map files."""
    run = _CURRENT.get()
    if run is None:
        run = RunSymbols()
        _CURRENT.set(run)
    return run


class Market:
    """Names of markets, as `Market.USA` or `Market.COINBASE`; `add` is for the current run."""

    @staticmethod
    def add(market: str, identifier: int) -> None:
        """Add a market under a free number below 1000."""
        current_run().markets.add(market, identifier)

    @staticmethod
    def encode(market: str) -> int | None:
        """The number of a market, or None."""
        return current_run().markets.encode(market)

    @staticmethod
    def decode(code: int) -> str | None:
        """The name of a market's number, or None."""
        return current_run().markets.decode(code)

    @staticmethod
    def supported_markets() -> list[str]:
        """All names."""
        return current_run().markets.names()

    Add, Encode, Decode, SupportedMarkets = add, encode, decode, supported_markets


for _name, _value in MARKET_NAMES.items():
    setattr(Market, _name, _value)
    setattr(Market, constant_case(_name), _value)
