"""`FuturesChain`: the contracts of a future that have data at a moment (`Common/Data/Market/FuturesChain.cs`, `FuturesContract.cs`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import Bar, QuoteBar, Tick, TradeBar
from lyra.engine.data.base import BaseData
from lyra.engine.data.slice import DataDictionary, QuoteBars, Ticks, TradeBars
from lyra.engine.decimals import ZERO, to_float
from lyra.engine.dotnet_types import HashSet
from lyra.engine.enums import MarketDataType, TickType
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_datetime


class FuturesContract(LeanObject):
    """One contract: the last bars, ticks and open interest of the moment; or, of `futures_chain`, what the chain's file tells of a day."""

    symbol: Symbol
    time: datetime
    open_interest = money("_open_interest")
    last_price = money("_last_price")
    bid_price = money("_bid_price")
    ask_price = money("_ask_price")
    value = price = close = money("_last_price")

    def __init__(self, symbol: Any) -> None:
        """`symbol` may be a point of a chain's file."""
        self._of_file: Any = None if isinstance(symbol, Symbol) else symbol
        self.symbol = symbol if self._of_file is None else symbol.symbol
        self.time = datetime.min
        self._trade: Any = None
        self._quote: Any = None
        self._trade_tick: Any = None
        self._quote_tick: Any = None
        self._interest: Any = None

    def _update(self, point: BaseData) -> None:
        """Take a point of the moment."""
        if isinstance(point, TradeBar):
            self._trade = point
        elif isinstance(point, QuoteBar):
            self._quote = point
        elif isinstance(point, Tick):
            if point.tick_type == TickType.TRADE:
                self._trade_tick = point
            elif point.tick_type == TickType.QUOTE:
                self._quote_tick = point
            else:
                self._interest = point

    @property
    def id(self) -> Any:
        """The contract's identifier."""
        return self.symbol.id

    @property
    def expiry(self) -> datetime:
        """When it expires."""
        return self.symbol.id.date

    @property
    def underlying_symbol(self) -> Symbol | None:
        """What it is on; futures name nothing."""
        return self.symbol.underlying

    @property
    def _open_interest(self) -> Decimal:
        if self._of_file is not None:
            return self._of_file._open_interest  # type: ignore[no-any-return]
        return ZERO if self._interest is None else self._interest._value

    def _newer(self, bar: Any, tick: Any) -> Any:
        """The tick if it is newer than the bar, or if there is no bar."""
        if bar is None:
            return tick
        return tick if tick is not None and tick._end > bar._end else bar

    @property
    def _last_price(self) -> Decimal:
        if self._of_file is not None:
            return self._of_file._value  # type: ignore[no-any-return]
        last = self._newer(self._trade, self._trade_tick)
        if last is None:
            return ZERO
        return last._close if last is self._trade else last._value  # type: ignore[no-any-return]

    @property
    def volume(self) -> int:
        """How many were traded."""
        if self._of_file is not None:
            return int(self._of_file._volume)
        last = self._newer(self._trade, self._trade_tick)
        return 0 if last is None else int(last._volume if last is self._trade else last._quantity)

    def _side(self, side: str, of_bar: str, of_tick: str) -> Decimal:
        if self._of_file is not None:
            return self._of_file._value  # type: ignore[no-any-return]
        last = self._newer(self._quote, self._quote_tick)
        if last is None:
            return ZERO
        if last is not self._quote:
            return getattr(last, of_tick)  # type: ignore[no-any-return]
        bar = getattr(last, side)
        return ZERO if bar is None else bar._close

    @property
    def _bid_price(self) -> Decimal:
        return self._side("bid", "_close", "_bid_price")

    @property
    def _ask_price(self) -> Decimal:
        return self._side("ask", "_close", "_ask_price")

    @property
    def bid_size(self) -> int:
        """How many are bid for."""
        return self._size("bid")

    @property
    def ask_size(self) -> int:
        """How many are offered."""
        return self._size("ask")

    def _size(self, side: str) -> int:
        last = self._newer(self._quote, self._quote_tick)
        if last is None:
            return 0
        return int(getattr(last, f"last_{side}_size" if last is self._quote else f"{side}_size"))

    _end = 0

    def _frame_columns(self) -> dict[str, Any]:
        return {
            "underlyingsymbol": self.underlying_symbol, "expiry": self.expiry, "openinterest": self.open_interest, "lastprice": self.last_price,
            "volume": self.volume, "bidprice": self.bid_price, "bidsize": self.bid_size, "askprice": self.ask_price, "asksize": self.ask_size,
        }  # fmt: skip

    def __str__(self) -> str:
        return self.symbol.value


class FuturesContracts(DataDictionary):
    """Contracts by symbol."""

    _kind = "FuturesContracts"
    _holds = "FuturesContract"


def frame_of_contracts(contracts: list[FuturesContract]) -> Any:
    """A row for each contract, without the columns that say nothing (`Common/Python/PandasConverter.cs`)."""
    import pandas as pd

    from lyra.engine.history.points import PointTable

    tables = []
    for contract in contracts:
        table = PointTable(contract, timed=False)
        table.add(contract)
        tables.append(table)
    if not tables:
        return pd.DataFrame()
    frame = PointTable.one_row_each(tables)
    return frame[sorted(frame.columns, key=str)]


class FuturesChain(BaseData):
    """The contracts of a future; iterating gives them."""

    data_type = MarketDataType.FUTURES_CHAIN
    contracts: FuturesContracts
    ticks: Ticks
    trade_bars: TradeBars
    quote_bars: QuoteBars
    underlying: Any
    filtered_contracts: HashSet

    def __init__(self, canonical_future_symbol: Symbol, time: datetime | int, contracts: Iterable[Any] = (), flatten: bool = True) -> None:
        from lyra.engine.times import to_us

        self._symbol = canonical_future_symbol
        self._time = time if isinstance(time, int) else to_us(time)
        day = to_datetime(self._time).date()
        given = [FuturesContract(point) for point in contracts]
        self.contracts = FuturesContracts(self._time, {c.symbol: c for c in given if c.expiry.date() >= day})
        self.ticks, self.trade_bars, self.quote_bars = Ticks(self._time), TradeBars(self._time), QuoteBars(self._time)
        self._flatten = flatten
        self.underlying = QuoteBar(bid=Bar(0, 0, 0, 0), ask=Bar(0, 0, 0, 0))
        self.filtered_contracts = HashSet()

    def _add(self, point: BaseData) -> None:
        """Take a point of one of the contracts."""
        contract = self.contracts._items.get(point.symbol)
        if contract is None:
            contract = self.contracts._items[point.symbol] = FuturesContract(point.symbol)
        contract._update(point)
        if isinstance(point, TradeBar):
            self.trade_bars._items[point.symbol] = point
        elif isinstance(point, QuoteBar):
            self.quote_bars._items[point.symbol] = point
        elif isinstance(point, Tick):
            self.ticks._items.setdefault(point.symbol, []).append(point)

    @property
    def count(self) -> int:
        """How many contracts."""
        return len(self.contracts._items)

    def contains_key(self, key: Symbol) -> bool:
        """Whether a contract is in."""
        return key in self.contracts._items

    @property
    def data_frame(self) -> Any:
        """The contracts as a frame by symbol; one row with all of them for a chain that was asked for without `flatten`."""
        if self._flatten:
            return frame_of_contracts(list(self))
        import pandas as pd

        index = pd.Index([self._symbol], dtype=object, name="symbol")
        return pd.DataFrame({"contracts": [list(self)], "count": [self.count]}, index=index)

    def __iter__(self) -> Iterator[FuturesContract]:
        return iter(self.contracts.values())

    def __len__(self) -> int:
        return self.count

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return f"{self._symbol}: {to_float(self._value)}"
