"""`Slice`: everything that became known at one moment, as `on_data` receives it.

A slice remembers which rows of which subscriptions fell due; bars and dictionaries are made when they are asked for.
`slice[symbol]` gives the last default data of the symbol (trade bar for equities, quote bar for crypto and forex, the list of
ticks, or the custom point), as recorded from the real engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.base import BaseData
from lyra.engine.data.dictionary import KeyValuePair, SymbolDictionary, find_symbol, named_pair, ticker_not_found
from lyra.engine.data.events import Delisting, Dividend, MarginInterestRate, Split, SymbolChangedEvent
from lyra.engine.dotnet_errors import InvalidOperationException, KeyNotFoundException, NotSupportedException, no_method
from lyra.engine.enums import MarketDataType, SecurityType, TickType
from lyra.engine.errors import NotSupported
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, is_option
from lyra.engine.times import to_datetime, to_utc_datetime


class DataDictionary(SymbolDictionary[Any]):
    """Data of one moment by symbol, in the symbols' order."""

    time: datetime

    def __init__(self, time: int = 0, items: dict[Symbol, Any] | None = None) -> None:
        super().__init__(items)
        self._time = time

    @property  # type: ignore[no-redef]
    def time(self) -> datetime:
        return to_datetime(self._time)

    def _sorted(self) -> list[Symbol]:
        return sorted(self._items, key=lambda symbol: symbol.value)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value, or the default, which has to be of the values' type."""
        if default is not None and self._holds and type(default).__name__ != self._holds:
            raise no_method("get", key, default)
        return super().get(key, default)


@cache
def dictionary_of(kind: type) -> type[DataDictionary]:
    """`DataDictionary` under the name that it has in LEAN for a type of data."""
    return type(f"DataDictionary[{kind.__name__}]", (DataDictionary,), {"_holds": kind.__name__})


class TradeBars(DataDictionary):
    """Trade bars by symbol."""

    _kind = "TradeBars"
    _holds = "TradeBar"


class QuoteBars(DataDictionary):
    """Quote bars by symbol."""

    _kind = "QuoteBars"
    _holds = "QuoteBar"


class Ticks(DataDictionary):
    """Lists of ticks by symbol."""

    _kind = "Ticks"


class Splits(DataDictionary):
    """Splits by symbol."""

    _kind = "Splits"
    _holds = "Split"


class Dividends(DataDictionary):
    """Dividends by symbol."""

    _kind = "Dividends"
    _holds = "Dividend"


class Delistings(DataDictionary):
    """Delistings by symbol."""

    _kind = "Delistings"
    _holds = "Delisting"


class SymbolChangedEvents(DataDictionary):
    """Ticker changes by symbol."""

    _kind = "SymbolChangedEvents"
    _holds = "SymbolChangedEvent"


class MarginInterestRates(DataDictionary):
    """Funding rates by symbol."""

    _kind = "MarginInterestRates"
    _holds = "MarginInterestRate"


class OptionChains(DataDictionary):
    """Option chains by canonical symbol."""

    _kind = "OptionChains"
    _holds = "OptionChain"


class FuturesChains(DataDictionary):
    """Futures chains by canonical symbol."""

    _kind = "FuturesChains"
    _holds = "FuturesChain"

    @property
    def data_frame(self) -> Any:
        """The chains' contracts as a frame by continuous future and contract."""
        import pandas as pd

        frames = {symbol: chain.data_frame for symbol, chain in self._items.items() if len(chain)}
        if not frames:
            return pd.DataFrame()
        return pd.concat(list(frames.values()), keys=list(frames), names=["canonical", "symbol"], sort=True)


def is_default_data(point: BaseData) -> bool:
    """Whether a point counts for `slice[symbol]`: quote bars of equities don't, nor open interest (`SubscriptionManager`)."""
    if point.data_type == MarketDataType.QUOTE_BAR:
        return bool(point.symbol.security_type != SecurityType.EQUITY)
    if point.data_type == MarketDataType.TICK:
        kind = point.tick_type  # type: ignore[attr-defined]
        return bool(kind == TickType.TRADE or (kind == TickType.QUOTE and point.symbol.security_type != SecurityType.EQUITY))
    return True


_AUXILIARY: dict[type, str] = {
    Split: "splits", Dividend: "dividends", Delisting: "delistings", SymbolChangedEvent: "symbol_changed_events",
    MarginInterestRate: "margin_interest_rates",
}  # fmt: skip


class Slice(LeanObject):
    """One moment's data. `time` is the algorithm's wall time, `utc_time` the instant."""

    __slots__ = (
        "__dict__", "_auxiliary", "_by_symbol", "_chains", "_entries", "_hidden", "_hidden_events", "_points", "_quote_bars", "_time", "_trade_bars", "_utc",
    )  # fmt: skip

    def __init__(self, time: int, utc: int, entries: list[Any], auxiliary: list[tuple[Any, BaseData]] | None = None) -> None:
        """`entries` are (config, rows or list of points, index); `auxiliary` are (config, event)."""
        self._time = time
        self._utc = utc
        self._entries = entries
        self._auxiliary = auxiliary
        self._trade_bars: TradeBars | None = None
        self._quote_bars: QuoteBars | None = None
        self._points: list[BaseData] | None = None
        self._by_symbol: dict[Symbol, Any] | None = None
        self._chains: FuturesChains | None = None
        self._hidden: list[Any] | None = None
        """What came in feeds that the algorithm does not see, and their events that it is told of."""
        self._hidden_events: list[Any] | None = None

    @property
    def time(self) -> datetime:
        """The moment in the algorithm's zone."""
        return to_datetime(self._time)

    @property
    def utc_time(self) -> datetime:
        """The moment in UTC, aware."""
        return to_utc_datetime(self._utc)

    @property
    def has_data(self) -> bool:
        """Whether there is anything in it."""
        return bool(self._entries or self._auxiliary)

    @property
    def bars(self) -> TradeBars:
        """Trade bars by symbol; of two resolutions the shorter bar."""
        bars = self._trade_bars
        if bars is None:
            bars = self._trade_bars = TradeBars(self._time, self._collect(TradeBar))
        return bars

    @property
    def quote_bars(self) -> QuoteBars:
        """Quote bars by symbol; of two resolutions the shorter bar."""
        bars = self._quote_bars
        if bars is None:
            bars = self._quote_bars = QuoteBars(self._time, self._collect(QuoteBar))
        return bars

    def _collect(self, kind: Any) -> dict[Symbol, Any]:
        items: dict[Symbol, Any] = {}
        for config, rows, i in self._entries:
            if config.bar_type is not kind:
                if config.bar_type is not None:
                    continue
                for point in rows:
                    if type(point) is kind or isinstance(point, kind):
                        self._keep_shorter(items, point)
                continue
            symbol = config.symbol
            if symbol in items and items[symbol].period.total_seconds() * 1e6 <= rows.end[i] - rows.time[i]:
                continue
            items[symbol] = kind._of(symbol, rows, i)
        return items

    @staticmethod
    def _keep_shorter(items: dict[Symbol, Any], bar: Any) -> None:
        if bar.symbol not in items or items[bar.symbol].period > bar.period:
            items[bar.symbol] = bar

    @property
    def all_data(self) -> list[BaseData]:
        """Every point, in the order of the subscriptions."""
        points = self._points
        if points is None:
            points = [point for _, point in self._auxiliary or ()]
            for config, rows, i in self._entries:
                if config.bar_type is None:
                    points.extend(rows)
                else:
                    points.append(config.bar_type._of(config.symbol, rows, i))
            self._points = points
        return points

    @property
    def ticks(self) -> Ticks:
        """Lists of ticks by symbol, quotes included."""
        items: dict[Symbol, Any] = {}
        for config, points, _ in self._entries:
            if config.bar_type is None:
                for point in points:
                    if isinstance(point, Tick):
                        items.setdefault(point.symbol, []).append(point)
        return Ticks(self._time, items)

    def _events(self, kind: type) -> dict[Symbol, Any]:
        told: list[tuple[Any, BaseData]] = [*(self._auxiliary or ()), *(self._hidden_events or ())]
        return {point.symbol: point for _, point in told if type(point) is kind}

    @property
    def splits(self) -> Splits:
        """Splits by symbol."""
        return Splits(self._time, self._events(Split))

    @property
    def dividends(self) -> Dividends:
        """Dividends by symbol."""
        return Dividends(self._time, self._events(Dividend))

    @property
    def delistings(self) -> Delistings:
        """Delistings by symbol."""
        return Delistings(self._time, self._events(Delisting))

    @property
    def symbol_changed_events(self) -> SymbolChangedEvents:
        """Ticker changes by symbol."""
        return SymbolChangedEvents(self._time, self._events(SymbolChangedEvent))

    @property
    def margin_interest_rates(self) -> MarginInterestRates:
        """Funding rates by symbol."""
        return MarginInterestRates(self._time, self._events(MarginInterestRate))

    @property
    def option_chains(self) -> OptionChains:
        """Option chains; empty where no option has data. Raises NotSupported where one has."""
        if any(is_option(config.security_type) for config, _, _ in self._entries):
            raise NotSupported("Slice.option_chains")
        return OptionChains(self._time)

    @property
    def futures_chains(self) -> FuturesChains:
        """The chains of the futures whose contracts have data, by the continuous future's symbol."""
        chains = self._chains
        if chains is None:
            chains = self._chains = self._make_chains()
        return chains

    def _make_chains(self) -> FuturesChains:
        """Contracts of the algorithm's own feeds; open interest, which comes in hidden ones, is added to those that are there."""
        from lyra.engine.data.futures_chain import FuturesChain

        chains: dict[Symbol, Any] = {}
        for hidden, entries in ((False, self._entries), (True, self._hidden or ())):
            for config, rows, i in entries:
                symbol = config.symbol
                if symbol.security_type is not SecurityType.FUTURE or symbol.is_canonical():
                    continue
                chain = chains.get(symbol.canonical)
                if hidden and (chain is None or symbol not in chain.contracts._items):
                    continue
                if chain is None:
                    chain = chains[symbol.canonical] = FuturesChain(symbol.canonical, self._time)
                for point in (config.bar_type._of(symbol, rows, i),) if i >= 0 else rows:
                    chain._add(point)
        return FuturesChains(self._time, chains)

    future_chains = futures_chains

    def _data(self) -> dict[Symbol, Any]:
        data = self._by_symbol
        if data is None:
            data = {}
            for point in self.all_data:
                if point.data_type == MarketDataType.AUXILIARY:
                    data.setdefault(point.symbol, None)
                elif not is_default_data(point):
                    continue
                elif point.data_type == MarketDataType.TICK:
                    ticks = data.get(point.symbol)
                    if isinstance(ticks, list):
                        ticks.append(point)
                    else:
                        data[point.symbol] = [point]
                else:
                    data[point.symbol] = point
            self._by_symbol = data = {key: data[key] for key in sorted(data, key=lambda symbol: symbol.value)}
        return data

    def __getitem__(self, key: Any) -> Any:
        data = self._data()
        symbol = find_symbol(key)
        if symbol is None:
            raise ticker_not_found(str(key))
        if symbol not in data:
            raise KeyNotFoundException(
                f"'{key}' wasn't found in the Slice object, likely because there was no-data at this moment in time and it wasn't "
                "possible to fillforward historical data. To prevent the exception, use data.get(symbol), which returns None when "
                "the symbol is not found, or guard the access with 'if symbol in data:'."
            )
        return data[symbol]

    def __setitem__(self, key: Any, value: Any) -> None:
        raise NotSupportedException("The Slice object is read-only. You cannot set data in the slice.")

    def clear(self) -> None:
        """A slice cannot be changed."""
        raise _read_only("Clear/clear")

    def remove(self, key: Any) -> bool:
        """A slice cannot be changed."""
        raise _read_only("Remove/pop")

    def pop(self, key: Any, default: Any = None) -> Any:
        """A slice cannot be changed."""
        raise _read_only("Remove/pop")

    def __contains__(self, key: Any) -> bool:
        symbol = find_symbol(key)
        return symbol is not None and symbol in self._data()

    def contains_key(self, key: Any) -> bool:
        """Whether there is data of the symbol."""
        return key in self

    def try_get_value(self, key: Any, *data: Any) -> tuple[bool, Any]:
        """(found, data) of a symbol; needs a second argument, as LEAN's out-parameter does."""
        if not data:
            raise no_method("try_get_value", key, signature="(symbol: Symbol, data: Any)")
        found = key in self
        return found, self[key] if found else None

    @property
    def get(self) -> SliceGetter:
        """`get(symbol[, default])` gives its data, `get(Type)` or `get[Type]()` those of a type, `get(Type, symbol)` one of them."""
        return SliceGetter(self)

    def _get(self, key: Any, default: Any = None) -> Any:
        if isinstance(key, type):
            found = self._by_type(key)
            return found if default is None else found[default]
        if key not in self:
            return default
        return self[key]

    def _by_type(self, kind: type) -> DataDictionary:
        if kind is TradeBar:
            return self.bars
        if kind is QuoteBar:
            return self.quote_bars
        if kind in _AUXILIARY:
            return getattr(self, _AUXILIARY[kind])  # type: ignore[no-any-return]
        if kind is Tick:
            return dictionary_of(Tick)(self._time, {symbol: ticks[-1] for symbol, ticks in self.ticks.items()})
        return DataDictionary(
            self._time, {p.symbol: p for p in self.all_data if type(p) is kind or getattr(p, "_python_type", None) is kind}
        )

    @property
    def count(self) -> int:
        """How many symbols have data."""
        return len(self._data())

    def __len__(self) -> int:
        return len(self._data())

    def __bool__(self) -> bool:
        return True

    def keys(self) -> list[Symbol]:
        """The symbols with data."""
        return list(self._data())

    def values(self) -> list[Any]:
        """The data."""
        return [value for _, value in self._pairs()]

    # in C# they are properties, and Python code calls them too
    Keys = property(lambda self: CallableList(self.keys()))
    Values = property(lambda self: CallableList(self.values()))

    def items(self) -> list[tuple[Symbol, Any]]:
        """(symbol, data) pairs; auxiliary data apart."""
        return list(self._pairs())

    def _pairs(self) -> Iterator[tuple[Symbol, Any]]:
        for symbol, value in self._data().items():
            if isinstance(value, list):
                for point in value:
                    yield symbol, point
            elif value is not None:
                yield symbol, value

    def __iter__(self) -> Iterator[KeyValuePair]:
        pair = named_pair("Symbol", "BaseData")
        return (pair(symbol, value) for symbol, value in self._pairs())

    def merge_slice(self, input_slice: Slice) -> None:
        """LEAN merges slices of history; here they come merged."""
        raise NotSupported("Slice.merge_slice")

    def __str__(self) -> str:
        return "QuantConnect.Data.Slice"


def _read_only(method: str) -> InvalidOperationException:
    return InvalidOperationException(f"{method} method call is an invalid operation. Slice is a read-only collection.")


class RowSlice(Slice):
    """A slice with a row of each of some feeds; everything else is made when it is asked for.

    `feeds` are (configuration, rows, how far its row is ahead of `i`).
    """

    __slots__ = ("_algorithm", "_feeds", "_i")

    def __init__(self, algorithm: Any, feeds: list[tuple[Any, Any, int]], i: int, utc: int) -> None:
        self._algorithm = algorithm
        self._feeds = feeds
        self._i = i
        self._utc = utc

    def __getattr__(self, name: str) -> Any:
        if name == "_entries":
            i = self._i
            self._entries = value = [(config, rows, i + ahead) for config, rows, ahead in self._feeds]
        elif name == "_time":
            self._time = value = self._algorithm._zone.to_local(self._utc)
        elif name in _UNSET:
            setattr(self, name, None)
            return None
        else:
            raise AttributeError(name)
        return value


_UNSET = frozenset(
    ("_auxiliary", "_chains", "_hidden", "_hidden_events", "_hidden_events", "_trade_bars", "_quote_bars", "_points", "_by_symbol")
)


class SliceGetter:
    """`slice.get`, which may be called and, with a type, subscripted."""

    __slots__ = ("_slice",)

    def __init__(self, current: Slice) -> None:
        self._slice = current

    def __call__(self, key: Any, default: Any = None) -> Any:
        return self._slice._get(key, default)

    def __getitem__(self, kind: type) -> Any:
        def of_type(symbol: Any = None) -> Any:
            return self._slice._get(kind, symbol)

        return of_type


class CallableList(list[Any]):
    """A list that may also be called: LEAN's `Keys` is a property in C#, and Python code calls it."""

    def __call__(self) -> CallableList:
        return self
