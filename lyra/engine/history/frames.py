"""History as pandas data frames, in LEAN's form (`Common/Python/{PandasConverter,PandasData}.cs`).

Rows are indexed by (symbol, end time in the exchange's zone); blocks of rows follow the order of the symbols' first points. Columns are
sorted; one that is nothing but zeros or missing for a symbol is left out for it. Requests for bars alone are made of the files'
columns; everything else goes point by point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.enums import MarketDataType, SecurityType
from lyra.engine.history.pandas_keys import PandasColumn
from lyra.engine.history.points import PointTable
from lyra.engine.history.provider import HistoryProvider
from lyra.engine.history.requests import HistoryRequest
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_datetime

_QUOTE_COLUMNS = {
    "askopen": "ask_open", "askhigh": "ask_high", "asklow": "ask_low", "askclose": "ask_close", "asksize": "last_ask_size",
    "bidopen": "bid_open", "bidhigh": "bid_high", "bidlow": "bid_low", "bidclose": "bid_close", "bidsize": "last_bid_size",
}  # fmt: skip
_PRICES = ("open", "high", "low", "close")


def frame_of(provider: HistoryProvider, requests: list[HistoryRequest], data_type: Any, flatten: bool) -> Any:
    """The frame of requests; empty, without names and columns, when there is no data."""
    feeds = [(request.symbol, request.config.bar_type) for request in requests]
    once = len(set(feeds)) == len(feeds)  # of several feeds of a symbol each moment shows one bar
    if once and all(bar_type is not None for _, bar_type in feeds) and data_type in (None, TradeBar, QuoteBar):
        return _bar_frame(provider, provider._past(requests))
    provider._use_ticker_keys()
    return frame_of_slices(provider.slices(requests), data_type, flatten)


# bars, by columns -------------------------------------------------------------------------------------
class _Block:
    """One symbol's columns by end time."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self.first = 2**62
        self.trades: list[Any] = []
        self.quotes: list[Any] = []

    def columns(self) -> tuple[Any, dict[str, Any]]:
        """(ends, columns); a trade's prices go before a quote's middle."""
        trade_ends, trades = _joined(self.trades, TradeBar._pandas)
        quote_ends, quotes = _joined(self.quotes, _QUOTE_COLUMNS)
        if not len(quote_ends):
            return trade_ends, trades
        if not len(trade_ends):
            quotes.update(_middles(self.quotes, np.ones(len(quote_ends), dtype=bool)))
            return quote_ends, quotes
        alone = ~np.isin(quote_ends, trade_ends)
        if not alone.any() and len(trade_ends) == len(quote_ends):
            return trade_ends, trades | quotes
        ends = np.union1d(trade_ends, quote_ends)
        placed = {name: _placed(ends, trade_ends, values) for name, values in trades.items()}
        placed |= {name: _placed(ends, quote_ends, values) for name, values in quotes.items()}
        if alone.any():
            at = np.searchsorted(ends, quote_ends[alone])
            for name, values in _middles(self.quotes, alone).items():
                placed[name][at] = values
        return ends, placed


def _joined(runs: list[Any], columns: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    ends = np.array([end for rows in runs for end in rows.end], dtype=np.int64)
    return ends, {name: np.array([v for rows in runs for v in getattr(rows, field)], dtype=np.float64) for name, field in columns.items()}


def _placed(ends: Any, own: Any, values: Any) -> Any:
    column = np.full(len(ends), np.nan)
    column[np.searchsorted(ends, own)] = values
    return column


def _middles(runs: list[Any], wanted: Any) -> dict[str, Any]:
    """The middle prices of the wanted rows."""
    bars = (QuoteBar._of(None, rows, i) for rows in runs for i in range(len(rows)))
    chosen = [bar for bar, take in zip(bars, wanted.tolist(), strict=True) if take]
    return {name: np.array([getattr(bar, name) for bar in chosen], dtype=np.float64) for name in _PRICES}


def _bar_frame(provider: HistoryProvider, requests: list[HistoryRequest]) -> Any:
    import pandas as pd

    blocks: dict[Symbol, _Block] = {}
    for request in requests:
        block = blocks.setdefault(request.symbol, _Block(request.symbol))
        for rows in provider.runs(request):
            provider._algorithm._history_points += len(rows)
            block.first = min(block.first, rows.emit[0])
            (block.quotes if request.config.bar_type is QuoteBar else block.trades).append(rows)
    ordered = sorted((b for b in blocks.values() if b.trades or b.quotes), key=lambda block: block.first)
    made = [(block.symbol, *block.columns()) for block in ordered]
    if not made:
        return pd.DataFrame()
    provider._use_ticker_keys()
    names = sorted({name for _, _, columns in made for name, values in columns.items() if _says_something(values)})
    data = {PandasColumn(name): np.concatenate([_column(columns, name, len(ends)) for _, ends, columns in made]) for name in names}
    index = _index([symbol for symbol, _, _ in made], [ends for _, ends, _ in made])
    return pd.DataFrame(data, index=index, columns=pd.Index(list(data), dtype=object), copy=False)


def _says_something(values: Any) -> bool:
    return bool((~np.isnan(values) & (values != 0)).any())


def _column(columns: dict[str, Any], name: str, count: int) -> Any:
    values = columns.get(name)
    return np.full(count, np.nan) if values is None or not _says_something(values) else values


def _index(symbols: list[Symbol], ends: list[Any]) -> Any:
    """(symbol, time) of blocks; levels are sorted, symbols by their text."""
    import pandas as pd

    times, time_codes = np.unique(np.concatenate(ends), return_inverse=True)
    level = sorted(symbols)
    place = {symbol: k for k, symbol in enumerate(level)}
    symbol_codes = np.repeat([place[symbol] for symbol in symbols], [len(e) for e in ends])
    moments = pd.DatetimeIndex(times.astype("datetime64[us]").astype("datetime64[ns]"))
    if any(symbol.security_type is SecurityType.FUTURE for symbol in symbols):  # the longest index of all is for all
        dates = sorted({symbol.id.date for symbol in symbols})
        date_codes = np.repeat([dates.index(symbol.id.date) for symbol in symbols], [len(e) for e in ends])
        return pd.MultiIndex(
            levels=[pd.DatetimeIndex(dates).as_unit("ns"), pd.Index(level, dtype=object), moments],  # type: ignore[list-item]
            codes=[date_codes, symbol_codes, time_codes],  # type: ignore[list-item]
            names=["expiry", "symbol", "time"],
            verify_integrity=False,
        )
    return pd.MultiIndex(
        levels=[pd.Index(level, dtype=object), moments],  # type: ignore[list-item]
        codes=[symbol_codes, time_codes],  # type: ignore[list-item]
        names=["symbol", "time"],
        verify_integrity=False,
    )


# everything else, by points ---------------------------------------------------------------------------
def frame_of_slices(slices: Iterable[Any], data_type: Any = None, flatten: bool = False) -> Any:
    """The frame of slices' points."""
    tables: dict[Symbol, PointTable] = {}
    collections: list[tuple[Symbol, int, list[Any]]] = []
    for current in slices:
        for point, other in _points(current, data_type):
            if flatten and isinstance(point, BaseDataCollection):
                collections.append((point.symbol, point._end, list(point.data)))
                continue
            table = tables.get(point.symbol)
            if table is None:
                table = tables[point.symbol] = PointTable(point)
            table.add(point)
            if other is not None:
                table.add(other, replace=True)
    dated = any(symbol.security_type is SecurityType.FUTURE for symbol in tables)
    return _joined_frames([table.frame(dated) for table in tables.values()], _collection_frames(collections))


def _points(current: Any, data_type: Any) -> Iterator[tuple[Any, Any]]:
    """(point, trade bar that shares its row) of a slice: bars of a symbol make one row, when both kinds are wanted."""
    seen = set()
    for point in current.all_data:
        kind = type(point)
        if kind not in (TradeBar, QuoteBar):
            auxiliary = point.data_type == MarketDataType.AUXILIARY
            if isinstance(point, data_type) if data_type is not None and (auxiliary or kind is Tick) else not auxiliary:
                yield point, None
            continue
        if data_type is None:
            if point.symbol in seen:
                continue
            seen.add(point.symbol)
            quote = current.quote_bars.get(point.symbol) if kind is TradeBar else point
            trade = current.bars.get(point.symbol) if kind is QuoteBar else point
            yield (trade, None) if quote is None else (quote, trade)
        elif issubclass(kind, data_type) and point.symbol not in seen:
            seen.add(point.symbol)
            yield (current.bars if kind is TradeBar else current.quote_bars).get(point.symbol), None


def _collection_frames(collections: list[tuple[Symbol, int, list[Any]]]) -> list[tuple[Symbol, int, Any]]:
    """Collections taken apart: a frame for each, a symbol's one after the other."""
    order = {symbol: k for k, symbol in enumerate(dict.fromkeys(symbol for symbol, _, _ in collections))}
    made = []
    for symbol, time, points in sorted(collections, key=lambda item: order[item[0]]):
        tables: dict[Symbol, PointTable] = {}
        for point in points:
            table = tables.get(point.symbol)
            if table is None:
                table = tables[point.symbol] = PointTable(point, timed=False)
            table.add(point)
        frame = (
            PointTable.one_row_each(list(tables.values())) if len(tables) > 1 else _joined_frames([t.frame() for t in tables.values()], [])
        )
        made.append((symbol, time, frame))
    return made


def _joined_frames(frames: list[Any], collections: list[tuple[Symbol, int, Any]]) -> Any:
    import pandas as pd

    everything = [frame for _, _, frame in collections] + frames
    if not everything:
        return pd.DataFrame()
    keys: dict[str, Any] = {}
    if collections:
        several = len({symbol for symbol, _, _ in collections}) > 1
        moments = [to_datetime(time) for _, time, _ in collections]
        keys["keys"] = [(symbol, moment) for (symbol, _, _), moment in zip(collections, moments, strict=True)] if several else moments
        keys["names"] = ["collection_symbol", "time"] if several else ["time"]
    result = pd.concat(everything, sort=True, **keys)
    return result.dropna(axis=1, how="all")
