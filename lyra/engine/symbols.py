"""Symbols: what is traded. A `Symbol` is an identifier (`SecurityIdentifier`) with today's ticker; only the identifier counts for
equality and hash.

The names of the neighbouring modules are offered here too: `SecurityIdentifier` (`markets.identifiers`), and `RunSymbols`,
`current_run` and `Market` (`markets.run_symbols`), through which symbols reach what belongs to the current run.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar

from lyra.engine.dotnet_errors import ArgumentException, ArgumentNullException, InvalidOperationException, NotImplementedException
from lyra.engine.enums import OptionRight, OptionStyle, SecurityType
from lyra.engine.markets.identifiers import (
    DAY_ZERO,
    DAYS_PLACE,
    OPTION_OF,
    OPTION_TYPES,
    SecurityIdentifier,
    base_symbol,
    custom_data_type,
    encode_base36,
    generate_sid,
    is_option,
    mapped_equity,
    option_sid,
    option_type_of,
)
from lyra.engine.markets.run_symbols import MapFiles, Market, RunSymbols, TickerTable, current_run
from lyra.engine.markets.tickers import future_ticker, option_ticker, parse_option_ticker
from lyra.engine.naming import LeanObject

__all__ = [
    "OPTION_TYPES",
    "MapFiles",
    "Market",
    "RunSymbols",
    "SecurityIdentifier",
    "Symbol",
    "SymbolCache",
    "TickerTable",
    "base_symbol",
    "current_run",
    "custom_data_type",
    "encode_base36",
    "is_option",
]


def unknown_symbol(ticker: str) -> Symbol:
    """What LEAN makes of a text for which the run has no symbol: one without a kind of security and without a market."""
    return Symbol(SecurityIdentifier(ticker, 0), ticker)


class Symbol(LeanObject):
    """A security: its identifier and its present ticker. Immutable, equal when the identifiers are."""

    __slots__ = ("__dict__", "__weakref__", "_canonical", "_hash", "_id", "_type", "_underlying", "_upper", "_value")

    EMPTY: ClassVar[Symbol]
    Empty: ClassVar[Symbol]
    NONE: ClassVar[Symbol]

    def __init__(self, sid: SecurityIdentifier, value: str) -> None:
        if value is None:
            raise ArgumentNullException("Value cannot be null. (Parameter 'value')")
        below = sid._underlying
        underlying = None if below is None else Symbol(below, below._symbol)
        self._fill(sid, _alias(sid, underlying) or value.upper(), underlying)

    def _fill(self, sid: SecurityIdentifier, value: str, underlying: Symbol | None) -> None:
        self._id = sid
        self._hash = sid._hash
        self._type = sid._type
        self._value = value
        self._upper = value.upper()
        self._underlying = underlying
        self._canonical: Symbol | None = None

    @staticmethod
    def _of(sid: SecurityIdentifier, value: str, underlying: Symbol | None = None) -> Symbol:
        """A symbol with the ticker exactly as given (but upper case) and this underlying."""
        symbol = Symbol.__new__(Symbol)
        symbol._fill(sid, value.upper(), underlying)
        return symbol

    # fields --------------------------------------------------------------------------------------
    @property
    def value(self) -> str:
        """The present ticker, upper case."""
        return self._value

    # read so often that a call in Python is too much
    id: SecurityIdentifier = property(attrgetter("_id"), doc="The identifier.")  # type: ignore[assignment]
    security_type: SecurityType = property(attrgetter("_type"), doc="The kind of security.")  # type: ignore[assignment]

    @property
    def underlying(self) -> Symbol | None:
        """What a derivative is on; a continuous future's mapped contract."""
        return self._underlying

    @property
    def has_underlying(self) -> bool:
        """Whether there is an underlying."""
        return self._underlying is not None

    @property
    def canonical(self) -> Symbol:
        """The symbol that stands for all contracts of an option's or future's underlying. Raises RuntimeError for other types."""
        if self._canonical is None:
            self._canonical = self._make_canonical()
        return self._canonical

    def _make_canonical(self) -> Symbol:
        if self.is_canonical():
            return self
        if self._type in OPTION_TYPES and self._underlying is not None:
            return _canonical_option(self._underlying, self._id._symbol, self._id.market)
        if self._type == SecurityType.FUTURE:
            return Symbol.create(self._id._symbol, SecurityType.FUTURE, self._id.market)
        raise InvalidOperationException("Canonical is only defined for SecurityType.Option, SecurityType.Future, SecurityType.FutureOption")

    def is_canonical(self) -> bool:
        """Whether this stands for all contracts of a future or an option's underlying."""
        sid = self._id
        derivative = self._type == SecurityType.FUTURE or (self._type in OPTION_TYPES and sid._underlying is not None)
        return derivative and sid._properties // DAYS_PLACE % 100_000 == 0

    def has_canonical(self) -> bool:
        """Whether this is one contract of a future or option."""
        return not self.is_canonical() and (self._type in OPTION_TYPES or self._type == SecurityType.FUTURE)

    def has_underlying_symbol(self, symbol: Symbol) -> bool:
        """Whether `symbol` is anywhere below this one."""
        below = self._underlying
        while below is not None:
            if below == symbol:
                return True
            below = below._underlying
        return False

    def _definition(self, column: int) -> str | None:
        row = current_run().security_definition(self._id)
        return row[column] if column < len(row) and row[column] else None

    @property
    def cusip(self) -> str | None:
        """CUSIP number, None if the data folder does not tell; so too the four below."""
        return self._definition(0)

    @property
    def composite_figi(self) -> str | None:
        """Composite FIGI."""
        return self._definition(1)

    @property
    def sedol(self) -> str | None:
        """SEDOL number."""
        return self._definition(2)

    @property
    def isin(self) -> str | None:
        """ISIN number."""
        return self._definition(3)

    @property
    def cik(self) -> int | None:
        """Central Index Key of the SEC."""
        text = self._definition(4)
        return None if text is None else int(text)

    CUSIP, CompositeFIGI, SEDOL, ISIN, CIK = cusip, composite_figi, sedol, isin, cik

    # making --------------------------------------------------------------------------------------
    @staticmethod
    def create(ticker: str, security_type: SecurityType, market: str, alias: str | None = None, base_data_type: Any = None) -> Symbol:
        """The symbol of a ticker. Options give the canonical symbol. Raises ValueError for an unknown market."""
        kind = SecurityType(security_type)
        if kind == SecurityType.OPTION:
            return Symbol.create_option(ticker, market, OptionStyle.AMERICAN, OptionRight.CALL, 0, DAY_ZERO)
        if kind == SecurityType.INDEX_OPTION:
            index = Symbol.create(ticker, SecurityType.INDEX, market)
            return Symbol.create_option(index, market, OptionStyle.EUROPEAN, OptionRight.CALL, 0, DAY_ZERO)
        if kind == SecurityType.FUTURE_OPTION:
            raise NotImplementedException(
                "Cannot create future option Symbol using this method (insufficient information). Use `CreateOption(Symbol, ...)` instead."
            )
        if kind == SecurityType.COMMODITY:
            raise NotImplementedException("The security type has not been implemented yet: Commodity")
        if kind == SecurityType.EQUITY:
            sid = mapped_equity(ticker, market)
        elif kind == SecurityType.BASE:
            sid = SecurityIdentifier.generate_base(base_data_type, ticker, market)
        else:
            sid = generate_sid(DAY_ZERO, ticker, kind, market)
        return Symbol(sid, ticker if alias is None else alias)

    @staticmethod
    def create_base(base_type: Any, underlying: Symbol, market: str | None = None) -> Symbol:
        """Custom data of class `base_type` about another security."""
        dated = underlying._type in (*OPTION_TYPES, SecurityType.EQUITY, SecurityType.FUTURE, SecurityType.BASE)
        date = underlying._id.date if dated else None
        sid = SecurityIdentifier.generate_base(base_type, underlying._id._symbol, market or "usa", False, date)
        return Symbol._of(sid, underlying._value, underlying)

    @staticmethod
    def create_option(underlying: Any = None, *args: Any, **kwargs: Any) -> Symbol:
        """An option contract.

        `(underlying symbol or ticker, [target_option,] market, style, right, strike, expiry, alias=None)`, where the target
        option is the root if it differs from the underlying's (SPXW); or `(sid, value, underlying=None)`.
        """
        if underlying is None:
            underlying = kwargs.pop("underlying_symbol", None)
            underlying = kwargs.pop("sid") if underlying is None else underlying
        if isinstance(underlying, SecurityIdentifier):
            return _option_of_sid(underlying, *args, **kwargs)
        if isinstance(underlying, str):
            return _option_on_ticker(underlying, *args, **kwargs)
        if (len(args) > 1 and isinstance(args[1], OptionStyle)) or (len(args) < 2 and "target_option" not in kwargs):
            return _option_on(underlying, None, *args, **kwargs)
        return _option_on(underlying, *args, **kwargs)

    @staticmethod
    def create_canonical_option(underlying: Any, *args: Any, **kwargs: Any) -> Symbol:
        """The symbol of all options on a security: `(underlying, market=None, alias=None)`, or with another root
        `(underlying, target_option, market=None, alias=None)`; of two texts the second is a market or else an alias."""
        rooted = len(args) == 3 or "market" in kwargs or (len(args) == 2 and (args[1] is None or Market.encode(args[1]) is not None))
        given = dict(zip(("target_option", "market", "alias") if rooted else ("market", "alias"), args, strict=False)) | kwargs
        market = given.get("market") or underlying._id.market
        return _canonical_option(underlying, given.get("target_option"), market, given.get("alias"))

    @staticmethod
    def create_future(ticker: str, market: str, expiry: datetime, alias: str | None = None) -> Symbol:
        """A futures contract; with `SecurityIdentifier.DEFAULT_DATE` the canonical symbol."""
        sid = SecurityIdentifier.generate_future(expiry, ticker, market)
        return Symbol(sid, _alias(sid, None) or ticker if alias is None else alias)

    @staticmethod
    def get_option_type_from_underlying(underlying: Any) -> SecurityType:
        """The kind of options on a security (or security type). Raises ValueError if there is none."""
        return option_type_of(underlying._type if isinstance(underlying, Symbol) else underlying)

    @staticmethod
    def get_underlying_from_option_type(security_type: SecurityType) -> SecurityType:
        """The kind of security below a kind of option. Raises ValueError if there is none."""
        for below, option in OPTION_OF.items():
            if option == security_type:
                return below
        raise ArgumentException(f"No underlying type exists for option SecurityType: {SecurityType(security_type).lean_name}")

    @staticmethod
    def get_alias(security_identifier: SecurityIdentifier, underlying: Symbol | None = None) -> str | None:
        """The ticker that follows from the identifier of an option or future; None for other types."""
        return _alias(security_identifier, underlying)

    def update_mapped_symbol(self, mapped_symbol: str, contract_depth_offset: int = 0) -> Symbol:
        """This symbol with the ticker (for a continuous future: the SID text of the contract) that is valid now."""
        kind = self._type
        if kind in OPTION_TYPES and kind != SecurityType.OPTION:
            raise ArgumentException(f"SecurityType {kind.lean_name} can not be mapped.")
        if kind == SecurityType.FUTURE:
            if mapped_symbol == self._value:
                return self
            contract = Symbol(SecurityIdentifier.parse(mapped_symbol), mapped_symbol)
            if contract_depth_offset:
                from lyra.engine.markets.expiries import next_contract

                contract = next_contract(contract, contract_depth_offset)
            return Symbol._of(self._id, contract._value, contract)
        below = self._underlying
        if below is not None:
            below = below.update_mapped_symbol(mapped_symbol, contract_depth_offset)
        if kind != SecurityType.BASE and not self.requires_mapping():
            return Symbol._of(self._id, self._value, below)
        if kind == SecurityType.OPTION:
            sid = self._id
            canonical = self.is_canonical()
            value = self._value if canonical else option_ticker(mapped_symbol, sid.option_right, sid._strike_price, sid.date)
            return Symbol._of(sid, value, below)
        return Symbol._of(self._id, mapped_symbol, below)

    def requires_mapping(self) -> bool:
        """Whether the ticker may change over time."""
        kind = self._type
        if kind == SecurityType.BASE:
            return self._underlying is not None and self._underlying.requires_mapping()
        return kind in (SecurityType.EQUITY, SecurityType.OPTION) or (kind == SecurityType.FUTURE and self.is_canonical())

    # value semantics -----------------------------------------------------------------------------
    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        kind = type(other)
        if kind is Symbol:
            return self._hash == other._hash and self._id == other._id  # type: ignore[attr-defined,no-any-return]
        if kind is str:
            return self._equals_text(other)  # type: ignore[arg-type]
        if kind is SecurityIdentifier:
            return self._id == other
        if isinstance(other, str):
            return self._equals_text(str(other))
        return False

    def _equals_text(self, text: str) -> bool:
        symbol = current_run().tickers.find(text)
        if symbol is not None:
            return self._id == symbol._id
        return self._id._properties == 0 and self._id._symbol == text

    def _order_key(self, other: object) -> str:
        if isinstance(other, Symbol):
            return other._upper
        if isinstance(other, str):
            return other.upper()
        raise ArgumentException("Object must be of type Symbol or string.")

    def __lt__(self, other: object) -> bool:
        return self._upper < self._order_key(other)

    def __le__(self, other: object) -> bool:
        return self._upper <= self._order_key(other)

    def __gt__(self, other: object) -> bool:
        return self._upper > self._order_key(other)

    def __ge__(self, other: object) -> bool:
        return self._upper >= self._order_key(other)

    def compare_to(self, other: object) -> int:
        """Below, equal or above (-1, 0, 1) by ticker, whatever the letter case."""
        key = self._order_key(other)
        return (self._upper > key) - (self._upper < key)

    def equals(self, other: object) -> bool:
        """As `==`."""
        return self == other

    def get_hash_code(self) -> int:
        """A number that is the same for equal symbols."""
        return self._hash

    def __str__(self) -> str:
        return current_run().tickers.ticker(self) or str(self._id)

    def to_string(self) -> str:
        """The ticker if the symbol was added to the algorithm, else the identifier's text."""
        return str(self)

    def contains(self, value: str) -> bool:
        """Whether the ticker contains a text."""
        return value in self._value

    def ends_with(self, value: str) -> bool:
        """Whether the ticker ends with a text."""
        return self._value.endswith(value)

    def starts_with(self, value: str) -> bool:
        """Whether the ticker starts with a text."""
        return self._value.startswith(value)

    def to_lower(self) -> str:
        """The ticker in lower case."""
        return self._value.lower()

    def to_upper(self) -> str:
        """The ticker in upper case."""
        return self._upper

    def __repr__(self) -> str:
        return f"<QuantConnect.Symbol object at {id(self):#x}>"

    def __copy__(self) -> Symbol:
        return self

    def __deepcopy__(self, memo: Any) -> Symbol:
        return self

    def __reduce__(self) -> Any:
        return Symbol._of, (self._id, self._value, self._underlying)


def _alias(sid: SecurityIdentifier, underlying: Symbol | None) -> str | None:
    if sid._type == SecurityType.FUTURE:
        return f"/{sid._symbol}" if sid.date == DAY_ZERO else future_ticker(sid._symbol, sid.date)
    if sid._type not in OPTION_TYPES:
        return None
    if underlying is None:
        raise ArgumentException(f"The option {sid} has no underlying.")
    root = underlying._value if sid._symbol == underlying._id._symbol else sid._symbol
    if sid.date == DAY_ZERO:
        return f"?{root.upper()}"
    if len(root) > 5:
        root += " "
    return option_ticker(root, sid.option_right, sid._strike_price, sid.date)


def _canonical_option(underlying: Symbol, target_option: str | None, market: str, alias: str | None = None) -> Symbol:
    style = OptionStyle.EUROPEAN if underlying._type == SecurityType.INDEX else OptionStyle.AMERICAN
    return _option_on(underlying, target_option, market, style, OptionRight.CALL, 0, DAY_ZERO, alias)


def _option_of_sid(sid: SecurityIdentifier, value: str, underlying: Symbol | None = None) -> Symbol:
    if sid._type not in OPTION_TYPES:
        raise ArgumentException(f"The provided SecurityIdentifier is not for an option: {sid} (Parameter 'value')")
    below = sid._underlying
    if underlying is not None and underlying._id != below:
        raise ArgumentException(
            f"The provided SecurityIdentifier does not match the underlying symbol: {sid} != {underlying._id} (Parameter 'underlying')"
        )
    if below is None or sid.date == DAY_ZERO:
        return Symbol(sid, value)
    if underlying is None:
        parts = parse_option_ticker(value)
        underlying = Symbol(below, below._symbol if parts is None else parts.root)
    return Symbol._of(sid, value, underlying)


def _option_on_ticker(
    underlying: str,
    market: str,
    style: OptionStyle,
    right: OptionRight,
    strike: Any,
    expiry: datetime,
    alias: str | None = None,
    map_symbol: bool = True,
) -> Symbol:
    equity = Symbol(mapped_equity(underlying, market, map_symbol), underlying)
    return _option_on(equity, None, market, style, right, strike, expiry, alias)


def _option_on(
    underlying: Symbol,
    target_option: str | None,
    market: str,
    style: OptionStyle,
    right: OptionRight,
    strike: Any,
    expiry: datetime,
    alias: str | None = None,
) -> Symbol:
    sid = option_sid(expiry, underlying._id, target_option, market, strike, right, style)
    return Symbol._of(sid, alias or _alias(sid, underlying) or "", underlying)


Symbol.EMPTY = Symbol.Empty = Symbol(SecurityIdentifier.EMPTY, "")
Symbol.NONE = Symbol(SecurityIdentifier.NONE, "NONE")


class SymbolCache(LeanObject):
    """The tickers known to the current run, as algorithms see them."""

    @staticmethod
    def set(ticker: str, symbol: Symbol) -> None:
        """Make `ticker` stand for `symbol`."""
        current_run().tickers.set(ticker, symbol)

    @staticmethod
    def get_symbol(ticker: str) -> Symbol:
        """The symbol of a ticker. Raises RuntimeError if there is none."""
        return current_run().tickers.get(ticker)

    @staticmethod
    def try_get_symbol(ticker: str, symbol: Any = None) -> tuple[bool, Symbol | None]:
        """(whether there is one, the symbol of a ticker)."""
        found = current_run().tickers.find(ticker)
        return found is not None, found

    @staticmethod
    def get_ticker(symbol: Symbol) -> str:
        """The ticker of a symbol, or its identifier's text."""
        return str(symbol)

    @staticmethod
    def try_get_ticker(symbol: Symbol, ticker: Any = None) -> tuple[bool, str | None]:
        """(whether there is one, the ticker of a symbol)."""
        found = current_run().tickers.ticker(symbol)
        return found is not None, found

    @staticmethod
    def try_remove(symbol: Symbol | str) -> bool:
        """Forget a symbol; whether it was known."""
        tickers = current_run().tickers
        found = tickers.find(symbol) if isinstance(symbol, str) else symbol
        return found is not None and tickers.remove(found)

    @staticmethod
    def clear() -> None:
        """Forget everything."""
        current_run().tickers.clear()
