"""The symbol properties database: `symbol-properties/symbol-properties-database.csv` of a LEAN data folder.

Its lines are `market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size,market_ticker,
minimum_order_size,price_magnifier,strike_multiplier`; the symbol `[*]` stands for all of a market. The file has many thousand
lines, of which a run needs a few: it is searched as text, and only the lines asked for are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from lyra.engine.decimals import ONE, decimal_text, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import SecurityType
from lyra.engine.errors import DataError
from lyra.engine.markets.keys import WILDCARD, Key, database_symbol, key_of, security_type_of, type_name
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, current_run

FILE = Path("symbol-properties") / "symbol-properties-database.csv"
_CENT = Decimal("0.01")


class SymbolProperties(LeanObject):
    """How a symbol is quoted and traded. Attributes without underscore are the floats that algorithms see."""

    def __init__(
        self,
        description: str,
        quote_currency: str,
        contract_multiplier: Any,
        minimum_price_variation: Any,
        lot_size: Any,
        market_ticker: str = "",
        minimum_order_size: Any = None,
        price_magnifier: Any = 1,
        strike_multiplier: Any = 1,
    ) -> None:
        """Raises ValueError for a lot size, magnifier or strike multiplier that is not above zero."""
        self._description = description
        self._quote_currency = quote_currency
        self._contract_multiplier = to_decimal(contract_multiplier)
        self._minimum_price_variation = to_decimal(minimum_price_variation)
        self._lot_size = _positive(lot_size, "LotSize")
        self._market_ticker = market_ticker
        self._minimum_order_size = None if minimum_order_size is None else to_decimal(minimum_order_size)
        self._price_magnifier = _positive(price_magnifier, "PriceMagnifier")
        self._strike_multiplier = _positive(strike_multiplier, "StrikeMultiplier")

    @staticmethod
    def get_default(quote_currency: str) -> SymbolProperties:
        """What holds for a symbol that is not listed: price step 0.01, lot 1."""
        return SymbolProperties("", quote_currency.upper(), ONE, _CENT, ONE)

    @property
    def description(self) -> str:
        """Name in words."""
        return self._description

    @property
    def quote_currency(self) -> str:
        """Currency of the price."""
        return self._quote_currency

    @property
    def contract_multiplier(self) -> float:
        """Units of the underlying in a contract."""
        return to_float(self._contract_multiplier)

    @property
    def minimum_price_variation(self) -> float:
        """Price step."""
        return to_float(self._minimum_price_variation)

    @property
    def lot_size(self) -> float:
        """Quantity step."""
        return to_float(self._lot_size)

    @property
    def market_ticker(self) -> str:
        """The exchange's own ticker, such as `BTC-USD`."""
        return self._market_ticker

    @property
    def minimum_order_size(self) -> float | None:
        """Least quantity (or, for some brokerages, value) of an order."""
        return None if self._minimum_order_size is None else to_float(self._minimum_order_size)

    @property
    def price_magnifier(self) -> float:
        """What exchange prices are divided by to be in the quote currency."""
        return to_float(self._price_magnifier)

    @property
    def strike_multiplier(self) -> float:
        """What an option's strike is multiplied with to compare with the underlying's price."""
        return to_float(self._strike_multiplier)

    def __str__(self) -> str:
        text = f"{self._description},{self._quote_currency},{decimal_text(self._contract_multiplier)}"
        text += f",{decimal_text(self._minimum_price_variation)},{decimal_text(self._lot_size)},{self._market_ticker}"
        text += "," if self._minimum_order_size is None else f",{decimal_text(self._minimum_order_size)}"
        return text + ("," if self._price_magnifier == 1 else f",{decimal_text(self._price_magnifier)}")


def _positive(value: Any, name: str) -> Decimal:
    number = to_decimal(value)
    if number <= 0:
        raise ArgumentException(f"SymbolProperties {name} can not be less than or equal to 0")
    return number


class Listed(NamedTuple):
    """A line of the database."""

    market: str
    symbol: str
    security_type: SecurityType
    properties: SymbolProperties


class SymbolPropertiesDatabase(LeanObject):
    """Properties by (market, symbol, security type)."""

    def __init__(self, text: str, name: str = "symbol-properties-database.csv") -> None:
        """`text` is the file's content, `name` what errors call it."""
        self._text = "\n" + text.replace("\r\n", "\n") + "\n"
        lowered = self._text.lower()
        # Some letters change their count in lower case; then the text itself is searched, which LEAN's own files allow.
        self._lowered = lowered if len(lowered) == len(self._text) else self._text
        self._name = name
        self._found: dict[Key, SymbolProperties | None] = {}
        self._custom: dict[Key, Listed] = {}

    @staticmethod
    def from_file(path: str | Path) -> SymbolPropertiesDatabase:
        """The database of a file. Raises DataError."""
        try:
            return SymbolPropertiesDatabase(Path(path).read_text(encoding="utf-8-sig"), str(path))
        except OSError as e:
            raise DataError(f"The symbol properties database {path} cannot be read: {e.strerror}.") from e

    @staticmethod
    def from_data_folder(data_folder: str | Path | None = None) -> SymbolPropertiesDatabase:
        """The current run's database, or that of a data folder. Raises DataError."""
        if data_folder is not None:
            return SymbolPropertiesDatabase.from_file(Path(data_folder) / FILE)
        run = current_run()
        if run.symbol_properties is None:
            if run.data_folder is None:
                raise DataError("There is no data folder to read symbol properties from; run within a workspace or give the folder.")
            run.symbol_properties = SymbolPropertiesDatabase.from_file(run.data_folder / FILE)
        found: SymbolPropertiesDatabase = run.symbol_properties
        return found

    # look-up -------------------------------------------------------------------------------------
    def get_symbol_properties(
        self, market: str, symbol: Symbol | str | None, security_type: SecurityType, default_quote_currency: str
    ) -> SymbolProperties:
        """Properties of a symbol, else of its market, else the default in the given quote currency."""
        found = self._entry(key_of(market, database_symbol(symbol), security_type))
        if found is None and isinstance(symbol, Symbol) and symbol._type == SecurityType.FUTURE_OPTION and symbol._underlying is not None:
            below = symbol._underlying
            found = self._entry(key_of(market, database_symbol(below), below._type))
        if found is None:
            found = self._entry(key_of(market, WILDCARD, security_type))
        return SymbolProperties.get_default(default_quote_currency) if found is None else found

    def contains_key(self, market: str, symbol: Symbol | str | None, security_type: SecurityType) -> bool:
        """Whether exactly this symbol is listed."""
        return self._entry(key_of(market, database_symbol(symbol), security_type)) is not None

    def find_market(self, symbol: str, security_type: SecurityType) -> str | None:
        """The first market in the file that lists a symbol."""
        needle = f",{symbol},{type_name(security_type)},".lower()
        at = self._lowered.find(needle)
        while at >= 0:
            start = self._lowered.rfind("\n", 0, at) + 1
            market = self._text[start:at]
            if "," not in market and not market.startswith("#"):
                return market
            at = self._lowered.find(needle, at + 1)
        return None

    def try_get_market(self, symbol: str, security_type: SecurityType, market: Any = None) -> tuple[bool, str | None]:
        """(whether a market lists the symbol, the first that does)."""
        found = self.find_market(symbol, security_type)
        return found is not None, found

    def listed(self, market: str, security_type: SecurityType | None = None) -> Iterator[Listed]:
        """All symbols of a market (and type), in the order of the file, then those added."""
        for cells, at in self._lines(market, security_type):
            kind = security_type_of(cells[2])
            if kind is None or key_of(cells[0], cells[1], kind) in self._custom:
                continue
            yield Listed(cells[0], cells[1], kind, self._parse(cells, at))
        for row in self._custom.values():
            if row.market.lower() == market.lower() and security_type in (None, row.security_type):
                yield row

    def pairs(self, market: str, security_type: SecurityType) -> list[tuple[str, str]]:
        """(ticker, quote currency) of all symbols of a market and type, in the order of the file: fast, for a search of pairs."""
        added = [row for row in self._custom.values() if (row.market.lower(), row.security_type) == (market.lower(), security_type)]
        return [(cells[1], cells[4]) for cells, _ in self._lines(market, security_type)] + [
            (row.symbol, row.properties.quote_currency) for row in added
        ]

    def _lines(self, market: str, security_type: SecurityType | None) -> Iterator[tuple[list[str], int]]:
        kind = r"[^,\n]*" if security_type is None else re.escape(type_name(security_type).lower())
        for match in re.finditer(rf"\n{re.escape(market.lower())},[^,\n]*,{kind},[^\n]*", self._lowered):
            yield self._text[match.start() + 1 : match.end()].split(","), match.start()

    def get_symbol_properties_list(self, market: str, security_type: SecurityType | None = None) -> list[Listed]:
        """`listed` as a list."""
        return list(self.listed(market, security_type))

    def set_entry(self, market: str, symbol: str, security_type: SecurityType, properties: SymbolProperties) -> bool:
        """Add or replace an entry for this run."""
        self._custom[key_of(market, symbol, security_type)] = Listed(market, symbol, SecurityType(security_type), properties)
        return True

    # parsing -------------------------------------------------------------------------------------
    def _entry(self, key: Key) -> SymbolProperties | None:
        custom = self._custom.get(key)
        if custom is not None:
            return custom.properties
        if key in self._found:
            return self._found[key]
        market, symbol, kind = key
        prefix = f"\n{market},{symbol},{type_name(kind).lower()},"
        at = self._lowered.find(prefix)
        entry = None
        if at >= 0:
            entry = self._parse(self._text[at + 1 : self._text.index("\n", at + 1)].split(","), at)
        self._found[key] = entry
        return entry

    def _parse(self, cells: list[str], at: int) -> SymbolProperties:
        cells = cells + [""] * (12 - len(cells))
        try:
            return SymbolProperties(
                cells[3], cells[4], _number(cells[5]), _number(cells[6]), _number(cells[7]), cells[8],
                _number(cells[9]) if cells[9] else None, _number(cells[10]) if cells[10] else ONE, _number(cells[11]) if cells[11] else ONE,
            )  # fmt: skip
        except (ValueError, TypeError, InvalidOperation) as e:
            row = self._text.count("\n", 0, at) + 1
            raise DataError(f"{self._name}:{row}: the properties of {cells[1]} cannot be read: {e}") from e


def _number(text: str) -> Decimal:
    return to_decimal(Decimal(text.strip()))


def split_pair(symbol: Symbol, properties: SymbolProperties) -> tuple[str, str] | None:
    """(base, quote) currencies of a forex, crypto, crypto future or CFD symbol, None if its ticker cannot be split."""
    ticker = symbol._value
    if symbol._type == SecurityType.FOREX:
        return (ticker[:3], ticker[3:]) if len(ticker) == 6 else None
    quote = properties._quote_currency
    return (ticker[: -len(quote)], quote) if quote and ticker.endswith(quote) else None
