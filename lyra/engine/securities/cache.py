"""`SecurityCache`: the last data of a security and the prices that follow from it.

The loop only notes which row came last; prices are looked up when somebody asks. Rules (`Common/Securities/SecurityCache.cs`):
repeated bars are not kept; quotes of equities move bid and ask only; for other types a quote bar wins over a trade bar of the
same end; zeros never overwrite.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.decimals import ZERO, to_float
from lyra.engine.enums import MarketDataType, SecurityType, TickType
from lyra.engine.naming import LeanObject


def _shown(name: str) -> property:
    return property(lambda self: to_float(self.exact(name)))


class SecurityCache(LeanObject):
    """Last data and prices of one security."""

    def __init__(self, security_type: SecurityType = SecurityType.EQUITY) -> None:
        self._equity = security_type is SecurityType.EQUITY
        self.trade_rows: Any = None
        self.trade_i = 0
        self.quote_rows: Any = None
        self.quote_i = 0
        self._last_is_quote = False
        self._values: dict[str, Decimal] = {}
        self._pending_trade = self._pending_quote = False
        self._version = 0
        self._last_point: Any = None
        self._by_type: dict[type, list[Any]] = {}
        self._trade_ticks: list[Any] = []
        self._quote_ticks: list[Any] = []
        self._symbol: Any = None
        self.open_interest = 0
        self._interest_end = -(2**62)
        self.properties: dict[str, Any] = {}

    # noted by the loop ----------------------------------------------------------------------------
    def trade_row(self, rows: Any, i: int) -> None:
        """A trade bar came (not a repeated one)."""
        self.trade_rows = rows
        self.trade_i = i
        self._pending_trade = True

    def quote_row(self, rows: Any, i: int) -> None:
        """A quote bar came (not a repeated one)."""
        self.quote_rows = rows
        self.quote_i = i
        self._pending_quote = True

    def add_data(self, data: Any) -> None:
        """A point came that is not a row: a tick, custom data, or a bar that a seeder found."""
        if self._pending_quote or self._pending_trade:
            self._settle()
        self._version += 1
        kind = type(data)
        if kind is TradeBar:
            if not data.is_fill_forward:
                self.trade_row(data._rows, data._i)
        elif kind is QuoteBar:
            if not data.is_fill_forward:
                self.quote_row(data._rows, data._i)
        elif isinstance(data, Tick):
            self._tick(data)
        else:
            self._store(data)

    def set_price(self, price: Decimal) -> None:
        """Set the price alone."""
        if self._pending_quote or self._pending_trade:
            self._settle()
        self._version += 1
        self._values["price"] = price

    def add_data_list(self, data: list[Any], data_type: type, contains_fill_forward_data: bool | None = None,
                      is_internal_config: bool = False) -> None:  # fmt: skip
        """Points of one type that came at one moment; the list, without repetitions, is kept under the type."""
        kind = data_type
        if contains_fill_forward_data is not False and kind is not OpenInterest:  # which is known anew when it is repeated
            data = [point for point in data if not point.is_fill_forward]
        if kind is Tick and data:
            if data[-1].tick_type == TickType.QUOTE:
                self._quote_ticks = data
            else:
                self._trade_ticks = data
        elif kind not in (TradeBar, QuoteBar):
            self._by_type[kind] = data
        for point in data:
            self.add_data(point)

    def _store(self, data: Any) -> None:
        if data.is_fill_forward:
            return
        self._by_type.setdefault(type(data), [data])[-1] = data
        if data.data_type == MarketDataType.AUXILIARY:
            return
        self._last_point = data
        if data.data_type != MarketDataType.BASE or data._value != 0:
            self._values["price"] = data._value

    def _tick(self, tick: Any) -> None:
        values = self._values
        if tick.tick_type == TickType.OPEN_INTEREST:
            self._note_interest(tick._value, tick._end)
            return
        if not self._equity or tick.tick_type == TickType.TRADE:
            self._last_point = tick
        if tick._value != 0:
            values["price"] = tick._value
        if tick.tick_type == TickType.TRADE:
            _put(values, "volume", tick._quantity)
        else:
            for name in ("bid_price", "bid_size", "ask_price", "ask_size"):
                _put(values, name, getattr(tick, f"_{name}"))

    def _note_interest(self, value: Decimal, end: int) -> None:
        """Open interest known at a wall time."""
        self.open_interest, self._interest_end = int(value), end

    def take_universe_data(self, point: Any) -> None:
        """What a universe selected from; a chain's file tells the open interest too, unless a newer one is known."""
        self._by_type[type(point)] = [point]
        interest = getattr(point, "_open_interest", None)
        if interest is not None and point._end > self._interest_end:
            self._note_interest(interest, point._end)

    def _only_trade_bars(self) -> bool:
        return self.quote_rows is None and self._last_point is None

    def has_any(self) -> bool:
        """Whether data ever came."""
        return self.trade_rows is not None or self.last_data() is not None

    def last_value(self) -> Decimal | None:
        """The value of the last default data, None without any."""
        if self._only_trade_bars():
            return None if self.trade_rows is None else self.trade_rows.exact("close", self.trade_i)
        data = self.last_data()
        return None if data is None else data._value  # type: ignore[no-any-return]

    def price_state(self) -> Any:
        """Equal to what it was as long as no price has changed."""
        if self._only_trade_bars():
            return self._version, self.trade_i, self.trade_rows
        if self._pending_quote or self._pending_trade:
            self._settle()
        return self._version

    def _settle(self) -> None:
        """Take the rows noted last into the values, in the order of their ends; of equal ends the quote comes last."""
        if not self._only_trade_bars():
            self._version += 1
        trade, quote = self._pending_trade, self._pending_quote
        self._pending_trade = self._pending_quote = False
        if trade and quote and self.trade_rows.end[self.trade_i] > self.quote_rows.end[self.quote_i]:
            self._settle_quote()
            self._settle_trade()
            return
        if trade:
            self._settle_trade()
        if quote:
            self._settle_quote()

    def _settle_quote(self) -> None:
        rows, i, values = self.quote_rows, self.quote_i, self._values
        if not self._equity:
            self._last_is_quote = True
            self._last_point = None
            bar = QuoteBar._of(self._symbol, rows, i)
            self._take_prices(bar._open, bar._high, bar._low, bar._close)
        _put(values, "ask_price", rows.exact("ask_close", i))
        _put(values, "bid_price", rows.exact("bid_close", i))
        _put(values, "bid_size", rows.exact("last_bid_size", i))
        _put(values, "ask_size", rows.exact("last_ask_size", i))

    def _settle_trade(self) -> None:
        rows, i = self.trade_rows, self.trade_i
        quoted = self._last_is_quote and self.quote_rows is not None and self.quote_rows.end[self.quote_i] == rows.end[i]
        if not quoted:
            self._last_is_quote = False
            self._last_point = None
            exact = rows.exact
            self._take_prices(exact("open", i), exact("high", i), exact("low", i), exact("close", i))
        volume = rows.exact("volume", i)
        while volume == 0 and i > 0:  # a bar without trades leaves the volume of the one before
            i -= 1
            if not rows.filled[i]:
                volume = rows.exact("volume", i)
        _put(self._values, "volume", volume)

    def _take_prices(self, open: Decimal, high: Decimal, low: Decimal, close: Decimal) -> None:
        _put(self._values, "open", open)
        _put(self._values, "high", high)
        _put(self._values, "low", low)
        _put(self._values, "close", close)
        _put(self._values, "price", close)

    # read by everyone -----------------------------------------------------------------------------
    def exact(self, name: str) -> Decimal:
        """One of price, open, high, low, close, volume, bid_price, ask_price, bid_size, ask_size, as LEAN defaults them."""
        if self._pending_quote or self._pending_trade:
            self._settle()
        value = self._values.get(name, ZERO)
        if value == 0 and name in ("bid_price", "ask_price", "open", "high", "low", "close"):
            return self._values.get("price", ZERO)
        return value

    def raw(self, name: str) -> Decimal:
        """The value as set, zero when it never was."""
        if self._pending_quote or self._pending_trade:
            self._settle()
        return self._values.get(name, ZERO)

    price = _shown("price")
    open = _shown("open")
    high = _shown("high")
    low = _shown("low")
    close = _shown("close")
    volume = _shown("volume")
    bid_price = _shown("bid_price")
    ask_price = _shown("ask_price")
    bid_size = _shown("bid_size")
    ask_size = _shown("ask_size")

    def last_data(self) -> Any:
        """The last default data (`GetData()`), or None."""
        if self._pending_quote or self._pending_trade:
            self._settle()
        if self._last_point is not None:
            return self._last_point
        if self._last_is_quote:
            return QuoteBar._of(self._symbol, self.quote_rows, self.quote_i)
        return None if self.trade_rows is None else TradeBar._of(self._symbol, self.trade_rows, self.trade_i)

    def last_of(self, kind: type) -> Any:
        """The last data of a type, or None."""
        if kind is TradeBar:
            return None if self.trade_rows is None else TradeBar._of(self._symbol, self.trade_rows, self.trade_i)
        if kind is QuoteBar:
            return None if self.quote_rows is None else QuoteBar._of(self._symbol, self.quote_rows, self.quote_i)
        found = self.all_of(kind)
        return found[-1] if found else None

    def all_of(self, kind: type) -> list[Any]:
        """All data of a type that came last at one moment."""
        if kind in (TradeBar, QuoteBar):
            last = self.last_of(kind)
            return [] if last is None else [last]
        if kind is Tick:
            return self._trade_ticks + self._quote_ticks
        return self._by_type.get(kind, [])

    @property
    def get_data(self) -> Any:
        """`cache.get_data()`, or `cache.get_data[TradeBar]()` as LEAN's generic form."""
        return _Getter(self, many=False)

    @property
    def get_all(self) -> Any:
        """`cache.get_all[Tick]()`: all data of a type that came at the last moment."""
        return _Getter(self, many=True)

    def has_data(self, kind: type) -> bool:
        """Whether data of the type ever came."""
        return bool(self.all_of(kind))

    def reset(self) -> None:
        """Forget everything."""
        symbol, equity = self._symbol, self._equity
        self.__init__()  # type: ignore[misc]
        self._symbol, self._equity = symbol, equity

    def apply_split(self, factor: Decimal) -> None:
        """Scale the prices by a split's factor and the volume by its inverse."""
        if self._pending_quote or self._pending_trade:
            self._settle()
        self._version += 1
        for name in ("price", "open", "high", "low", "close", "bid_price", "ask_price"):
            if name in self._values:
                self._values[name] *= factor
        for name in ("volume", "bid_size", "ask_size"):
            if name in self._values:
                self._values[name] /= factor
        if self.trade_rows is not None:
            self.trade_rows, self.trade_i = self.trade_rows.after_split(self.trade_i, factor), 0
        if self.quote_rows is not None:
            self.quote_rows, self.quote_i = self.quote_rows.after_split(self.quote_i, factor), 0


class EquityCache(SecurityCache):
    """The last data of an equity."""


class ForexCache(SecurityCache):
    """The last data of a currency pair."""


class CfdCache(SecurityCache):
    """The last data of a contract for difference."""


class IndexCache(SecurityCache):
    """The last data of an index."""


class OptionCache(SecurityCache):
    """The last data of an option."""


class IndexOptionCache(OptionCache):
    """The last data of an option on an index."""


class _Getter:
    def __init__(self, cache: SecurityCache, many: bool) -> None:
        self._cache = cache
        self._many = many

    def __getitem__(self, kind: type) -> Any:
        return (lambda: self._cache.all_of(kind)) if self._many else (lambda: self._cache.last_of(kind))

    def __call__(self, kind: type | None = None) -> Any:
        if self._many:
            if kind is None:
                raise TypeError("get_all needs a type: cache.get_all[TradeBar]()")
            return self._cache.all_of(kind)
        return self._cache.last_data() if kind is None else self._cache.last_of(kind)


def _put(values: dict[str, Decimal], name: str, value: Decimal | None) -> None:
    if value is not None and value != 0:
        values[name] = value
