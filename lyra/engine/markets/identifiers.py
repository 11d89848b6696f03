"""Security identifiers: text such as `SPY R735QTJ8XC9X` that stays the same for the life of a security.

It is the first ticker and a base-36 number that packs kind, market, and first date or expiry, strike, right and style:
`{right:1}{days:5}{style:1}{strike:6}{scale:2}{market:3}{type:2}` (LEAN, `Common/SecurityIdentifier.cs`).
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, SupportsInt

from lyra.engine.decimals import ONE, ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, ArgumentOutOfRangeException, InvalidOperationException
from lyra.engine.enums import OptionRight, OptionStyle, SecurityType
from lyra.engine.markets.run_symbols import current_run
from lyra.engine.markets.tickers import option_root_of_future
from lyra.engine.naming import LeanObject
from lyra.engine.times import day_of, to_us

if TYPE_CHECKING:
    from lyra.engine.symbols import Symbol

OPTION_TYPES = frozenset((SecurityType.OPTION, SecurityType.FUTURE_OPTION, SecurityType.INDEX_OPTION))
OPTION_OF = {
    SecurityType.EQUITY: SecurityType.OPTION,
    SecurityType.FUTURE: SecurityType.FUTURE_OPTION,
    SecurityType.INDEX: SecurityType.INDEX_OPTION,
}
_DATED = frozenset(
    (*OPTION_TYPES, SecurityType.BASE, SecurityType.EQUITY, SecurityType.FUTURE, SecurityType.INDEX, SecurityType.CRYPTO_FUTURE)
)
DAY_ZERO = datetime(1899, 12, 30)

# Places of the fields in a SID's number.
_MARKET, _SCALE, _STRIKE, _STYLE, DAYS_PLACE, _RIGHT = 10**2, 10**5, 10**7, 10**13, 10**14, 10**19
_NEGATIVE_STRIKE = 1 << 19
_STRIKE_LIMIT = 475_712

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def is_option(security_type: SecurityType) -> bool:
    """Whether the type is one of the three kinds of options."""
    return security_type in OPTION_TYPES


def option_type_of(security_type: SecurityType) -> SecurityType:
    """The kind of options on a kind of security. Raises ValueError if there is none."""
    found = OPTION_OF.get(security_type)
    if found is None:
        raise ArgumentException(f"No option type exists for underlying SecurityType: {SecurityType(security_type).lean_name}")
    return found


def encode_base36(number: int) -> str:
    """Upper-case base-36 text; empty for zero, as LEAN's."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text


class SecurityIdentifier(LeanObject):
    """A security's identifier. Immutable; equal when type, market, date, ticker and underlying are."""

    __slots__ = ("_date", "_hash", "_market_name", "_properties", "_strike", "_symbol", "_text", "_type", "_underlying")

    EMPTY: ClassVar[SecurityIdentifier]
    Empty: ClassVar[SecurityIdentifier]
    NONE: ClassVar[SecurityIdentifier]
    DEFAULT_DATE: ClassVar[datetime] = DAY_ZERO
    """The date of securities that have none, 1899-12-30."""
    DefaultDate: ClassVar[datetime] = DAY_ZERO
    INVALID_SYMBOL_CHARACTERS: ClassVar[frozenset[str]] = frozenset("| ")

    def __init__(self, symbol: str, properties: int, underlying: SecurityIdentifier | None = None) -> None:
        if symbol is None:
            raise ArgumentException("SecurityIdentifier requires a non-null string 'symbol' (Parameter 'symbol')")
        if " " in symbol or "|" in symbol:
            raise ArgumentException("Symbol must not contain the characters '|' or ' '. (Parameter 'symbol')")
        try:
            kind = SecurityType(properties % 100)
        except ValueError:
            raise ArgumentException("The provided properties do not match with a valid SecurityType (Parameter 'properties')") from None
        self._symbol = symbol
        self._properties = properties
        self._underlying = None if underlying is None or underlying == SecurityIdentifier.EMPTY else underlying
        self._type: SecurityType = kind
        # Not Python's own hash of the text: that differs from process to process, and with it the order of a set of symbols.
        self._hash = properties ^ zlib.crc32(symbol.encode())
        self._text: str | None = None
        self._date: datetime | None = None
        self._strike: Decimal | None = None
        self._market_name: str | None = None

    # fields --------------------------------------------------------------------------------------
    @property
    def symbol(self) -> str:
        """The ticker in the identifier: an equity's first one."""
        return self._symbol

    @property
    def security_type(self) -> SecurityType:
        """The kind of security."""
        return self._type

    @property
    def market(self) -> str:
        """The market's name; its number as text if the run does not know it."""
        if self._market_name is None:
            code = self._properties // _MARKET % 1000
            self._market_name = current_run().markets.decode(code) or str(code)
        return self._market_name

    @property
    def date(self) -> datetime:
        """First trading date of an equity, expiry of a derivative. Raises RuntimeError for types without."""
        if self._date is None:
            if self._type not in _DATED:
                raise InvalidOperationException(
                    "Date is only defined for SecurityType.Equity, SecurityType.Option, SecurityType.Future, "
                    "SecurityType.FutureOption, SecurityType.IndexOption, and SecurityType.Base"
                )
            self._date = DAY_ZERO + timedelta(days=self._properties // DAYS_PLACE % 100_000)
        return self._date

    @property
    def _strike_price(self) -> Decimal:
        if self._strike is None:
            self._option_only("StrikePrice")
            unscaled = self._properties // _STRIKE % 1_000_000
            power = self._properties // _SCALE % 100 - 6
            scale = ONE.scaleb(power) if power <= 0 else Decimal(10**power)
            negative = unscaled & _NEGATIVE_STRIKE
            self._strike = -((unscaled ^ _NEGATIVE_STRIKE) * scale) if negative else unscaled * scale
        return self._strike

    @property
    def strike_price(self) -> float:
        """An option's strike. Raises RuntimeError for other types, as `option_right` and `option_style` do."""
        return to_float(self._strike_price)

    @property
    def option_right(self) -> OptionRight:
        """Call or put."""
        self._option_only("OptionRight")
        return OptionRight(self._properties // _RIGHT % 10)

    @property
    def option_style(self) -> OptionStyle:
        """American or European."""
        self._option_only("OptionStyle")
        return OptionStyle(self._properties // _STYLE % 10)

    def _option_only(self, member: str) -> None:
        if self._type not in OPTION_TYPES:
            raise InvalidOperationException(
                f"{member} is only defined for SecurityType.Option, SecurityType.FutureOption, and SecurityType.IndexOption"
            )

    @property
    def has_underlying(self) -> bool:
        """Whether it is a derivative of another security."""
        return self._underlying is not None

    @property
    def underlying(self) -> SecurityIdentifier:
        """The identifier below a derivative. Raises RuntimeError if there is none."""
        if self._underlying is None:
            raise InvalidOperationException(
                "No underlying specified for this identifier. Check that HasUnderlying is true before accessing the Underlying property."
            )
        return self._underlying

    # making --------------------------------------------------------------------------------------
    @staticmethod
    def parse(value: str | None) -> SecurityIdentifier:
        """The identifier of its text. Raises ValueError."""
        if value is None:
            return SecurityIdentifier.EMPTY
        known = current_run().identifiers
        found = known.get(value)
        if found is None:
            found = known[value] = _parse(value)
        return found

    @staticmethod
    def try_parse(value: str, identifier: Any = None) -> tuple[bool, SecurityIdentifier | None]:
        """(whether `value` is an identifier, the identifier)."""
        found = SecurityIdentifier._try_parse(value)
        return found is not None, found

    @staticmethod
    def _try_parse(value: str) -> SecurityIdentifier | None:
        known = current_run().identifiers
        if value in known:
            return known[value]
        try:
            found = _parse(value)
        except ValueError:
            found = None
        known[value] = found
        return found

    @staticmethod
    def ticker(symbol: Symbol, date: datetime) -> str:
        """The ticker that a security bore on a date."""
        provider = current_run().map_files
        if provider is None or not symbol.requires_mapping():
            return symbol.value
        return provider.ticker_at(symbol, day_of(to_us(date)))

    @staticmethod
    def generate_equity(*args: Any, **kwargs: Any) -> SecurityIdentifier:
        """`(first_date, ticker, market)`, or `(ticker, market, map_symbol=True)`, which looks up first date and ticker."""
        if (args and not isinstance(args[0], str)) or "date" in kwargs:
            return _dated(SecurityType.EQUITY, *args, **kwargs)
        return mapped_equity(*args, **kwargs)

    @staticmethod
    def generate_base(
        data_type: Any, symbol: str, market: str, map_symbol: bool = False, date: datetime | None = None
    ) -> SecurityIdentifier:
        """Of custom data: `symbol` joined with the name of the data's class."""
        first = DAY_ZERO if date is None else date
        if map_symbol:
            equity = mapped_equity(symbol, market)
            symbol, first = equity.symbol, equity.date
        return generate_sid(first, base_symbol(data_type, symbol), SecurityType.BASE, market, upper=False)

    @staticmethod
    def generate_option(expiry: datetime, underlying: SecurityIdentifier, *args: Any, **kwargs: Any) -> SecurityIdentifier:
        """`(expiry, underlying, [target_option,] market, strike, option_right, option_style)`."""
        if len(args) + len(kwargs) == 4:
            return option_sid(expiry, underlying, None, *args, **kwargs)
        return option_sid(expiry, underlying, *args, **kwargs)

    @staticmethod
    def generate_future(expiry: datetime, symbol: str, market: str) -> SecurityIdentifier:
        """Of a futures contract."""
        return generate_sid(expiry, symbol, SecurityType.FUTURE, market)

    @staticmethod
    def generate_forex(symbol: str, market: str) -> SecurityIdentifier:
        """Of a currency pair."""
        return generate_sid(DAY_ZERO, symbol, SecurityType.FOREX, market)

    @staticmethod
    def generate_crypto(symbol: str, market: str) -> SecurityIdentifier:
        """Of a crypto pair."""
        return generate_sid(DAY_ZERO, symbol, SecurityType.CRYPTO, market)

    @staticmethod
    def generate_crypto_future(expiry: datetime, symbol: str, market: str) -> SecurityIdentifier:
        """Of a crypto future or, with `DEFAULT_DATE`, perpetual."""
        return generate_sid(expiry, symbol, SecurityType.CRYPTO_FUTURE, market)

    @staticmethod
    def generate_cfd(symbol: str, market: str) -> SecurityIdentifier:
        """Of a CFD."""
        return generate_sid(DAY_ZERO, symbol, SecurityType.CFD, market)

    @staticmethod
    def generate_index(symbol: str, market: str) -> SecurityIdentifier:
        """Of an index."""
        return generate_sid(DAY_ZERO, symbol, SecurityType.INDEX, market)

    @staticmethod
    def generate_constituent_identifier(symbol: str, security_type: SecurityType, market: str) -> SecurityIdentifier:
        """Of a member of an index or fund: the letter case of `symbol` is kept."""
        return generate_sid(DAY_ZERO, symbol, security_type, market, upper=False)

    # value semantics -----------------------------------------------------------------------------
    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, SecurityIdentifier)
            and self._properties == other._properties
            and self._symbol == other._symbol
            and self._underlying == other._underlying
        )

    def __lt__(self, other: SecurityIdentifier) -> bool:
        return str(self) < str(other)

    def __le__(self, other: SecurityIdentifier) -> bool:
        return str(self) <= str(other)

    def __gt__(self, other: SecurityIdentifier) -> bool:
        return str(self) > str(other)

    def __ge__(self, other: SecurityIdentifier) -> bool:
        return str(self) >= str(other)

    def __str__(self) -> str:
        if self._text is None:
            text = f"{self._symbol} {encode_base36(self._properties) or '0'}"
            self._text = text if self._underlying is None else f"{text}|{self._underlying}"
        return self._text

    def to_string(self) -> str:
        """The text, as `str()`."""
        return str(self)

    def get_hash_code(self) -> int:
        """A number that is the same for equal identifiers."""
        return self._hash

    def __repr__(self) -> str:
        return f"<QuantConnect.SecurityIdentifier object at {id(self):#x}>"

    def __copy__(self) -> SecurityIdentifier:
        return self

    def __deepcopy__(self, memo: Any) -> SecurityIdentifier:
        return self

    def __reduce__(self) -> Any:
        return SecurityIdentifier.parse, (str(self),)


def _parse(text: str) -> SecurityIdentifier:
    if not text.strip() or text == " 0":
        return SecurityIdentifier.EMPTY
    result = SecurityIdentifier.EMPTY
    for part in reversed(text.split("|")):
        words = part.split(" ")
        words = [word for word in words if word]
        if len(words) != 2:
            raise ArgumentException("The string must be splittable on space into two parts.")
        result = SecurityIdentifier(words[0], _decode_base36(words[1]), result)
        _market_code(result.market)
    return result


def _decode_base36(text: str) -> int:
    """As LEAN decodes: what is no upper-case letter or digit gives some number too, in 64 bits."""
    number = 0
    for letter in text:
        code = ord(letter)
        number = number * 36 + ((code - 48 if code <= 57 else code - 55) & 0xFFFFFFFF)
    return number & 0xFFFFFFFFFFFFFFFF


def base_symbol(data_type: Any, symbol: str) -> str:
    """The ticker of custom data in its SID, `TICKER.ClassName`; the class is remembered for the run."""
    if data_type is None:
        return symbol
    name: str = data_type.__name__
    current_run().data_types[name] = data_type
    return f"{symbol.upper()}.{name}"


def custom_data_type(symbol: str) -> str | None:
    """The class name in a custom ticker: `BTC.Bitcoin` gives `Bitcoin`."""
    _, dot, name = symbol.rpartition(".")
    return name if dot and name else None


def _market_code(market: str) -> int:
    code = current_run().markets.encode(market.lower())
    if code is None:
        raise ArgumentOutOfRangeException(
            f"The specified market wasn't found in the markets lookup. Requested: {market.lower()}. "
            "You can add markets by calling QuantConnect.Market.add(string,int) (Parameter 'market')"
        )
    return code


def generate_sid(
    date: datetime,
    symbol: str,
    kind: SecurityType,
    market: str,
    strike: Decimal = ZERO,
    right: SupportsInt = 0,
    style: SupportsInt = 0,
    underlying: SecurityIdentifier | None = None,
    upper: bool = True,
) -> SecurityIdentifier:
    date = datetime(date.year, date.month, date.day) if not isinstance(date, datetime) else date.replace(tzinfo=None)
    if date < DAY_ZERO:
        raise ArgumentException("date must be after the earliest possible date 12/30/1899 00:00:00")
    unscaled, scale = _pack_strike(strike)
    properties = (
        int(kind)
        + _market_code(market) * _MARKET
        + scale * _SCALE
        + unscaled * _STRIKE
        + int(style) * _STYLE
        + (date - DAY_ZERO).days * DAYS_PLACE
        + int(right) * _RIGHT
    )
    result = SecurityIdentifier(symbol.upper() if upper else symbol, properties, underlying)
    if kind in _DATED and kind not in (SecurityType.INDEX, SecurityType.CRYPTO_FUTURE):
        result._date = date
    if kind in OPTION_TYPES:
        result._strike = strike
    return result


def _pack_strike(strike: Decimal) -> tuple[int, int]:
    if strike == 0:
        return 0, 0
    millionths = strike * 1_000_000
    scale = 0
    while millionths % 10 == 0:
        millionths /= 10
        scale += 1
    if abs(millionths) >= _STRIKE_LIMIT:
        raise ArgumentException(f"The specified strike price's precision is too high: {strike}")
    number = int(millionths)
    return (-number | _NEGATIVE_STRIKE if number < 0 else number), scale


def _dated(kind: SecurityType, date: datetime, symbol: str, market: str) -> SecurityIdentifier:
    return generate_sid(date, symbol, kind, market)


def mapped_equity(
    symbol: str, market: str, map_symbol: bool = True, map_file_provider: Any = None, mapping_resolve_date: datetime | None = None
) -> SecurityIdentifier:
    first: tuple[str, datetime] | None = None
    provider = current_run().map_files if map_file_provider is None else map_file_provider
    if map_symbol and provider is not None:
        first = provider.first_ticker_and_date(symbol, market.lower(), mapping_resolve_date)
    ticker, date = (symbol, DAY_ZERO) if first is None else first
    return generate_sid(date, ticker, SecurityType.EQUITY, market)


def option_sid(
    expiry: datetime,
    underlying: SecurityIdentifier,
    target_option: str | None,
    market: str,
    strike: Any,
    option_right: OptionRight,
    option_style: OptionStyle,
) -> SecurityIdentifier:
    if not target_option:
        is_future = underlying.security_type == SecurityType.FUTURE
        target_option = option_root_of_future(underlying.symbol) if is_future else underlying.symbol
    kind = option_type_of(underlying.security_type)
    return generate_sid(expiry, target_option, kind, market, to_decimal(strike), option_right, option_style, underlying)


SecurityIdentifier.EMPTY = SecurityIdentifier.Empty = SecurityIdentifier("", 0)
SecurityIdentifier.NONE = SecurityIdentifier("NONE", 0)
