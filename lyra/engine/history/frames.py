"""History as pandas data frames, in LEAN's form (`Common/Python/PandasConverter.cs`, `PandasData.cs`).

Rows are indexed by (symbol, end time in the exchange's zone); blocks of rows follow the order of the symbols' first bars. Columns are
sorted; one that is nothing but zeros or missing for a symbol is left out for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.history.provider import HistoryProvider
from lyra.engine.history.requests import HistoryRequest
from lyra.engine.symbols import Symbol

_TRADE_COLUMNS = {"open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume"}
_QUOTE_COLUMNS = {
    "askopen": "ask_open", "askhigh": "ask_high", "asklow": "ask_low", "askclose": "ask_close", "asksize": "last_ask_size",
    "bidopen": "bid_open", "bidhigh": "bid_high", "bidlow": "bid_low", "bidclose": "bid_close", "bidsize": "last_bid_size",
}  # fmt: skip
_PRICES = ("open", "high", "low", "close")


class _Block:
    """One symbol's columns by end time."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self.first = 2**62
        self.columns: dict[str, dict[int, Any]] = {}
        self.ends: dict[int, None] = {}

    def add(self, name: str, ends: list[int], values: Iterable[Any]) -> None:
        """Put values in; those that are there are replaced."""
        self.columns.setdefault(name, {}).update(zip(ends, values, strict=True))

    def frame(self, pd: Any) -> Any:
        """The block as a frame; None when it is empty."""
        ends = sorted(self.ends)
        if not ends:
            return None
        times = pd.DatetimeIndex(np.array(ends, dtype="datetime64[us]").astype("datetime64[ns]"))
        index = pd.MultiIndex.from_arrays([[self.symbol] * len(ends), times], names=["symbol", "time"])
        data = {}
        for name in sorted(self.columns):
            column = self.columns[name]
            if all(value is None or value == 0 or value == "" for value in column.values()):
                continue
            data[name] = [column.get(end) for end in ends]
        frame = pd.DataFrame(data, index=index)
        for name in frame.columns:
            if frame[name].dtype == object and all(v is None or isinstance(v, float) for v in data[name]):
                frame[name] = frame[name].astype(float)
        return frame


def frame_of(provider: HistoryProvider, requests: list[HistoryRequest], data_type: Any, flatten: bool) -> Any:
    """The frame of requests; empty, without names and columns, when there is no data."""
    import pandas as pd

    blocks: dict[Symbol, _Block] = {}
    for request in provider._past(requests):
        block = blocks.setdefault(request.symbol, _Block(request.symbol))
        if request.config.bar_type is not None:
            _add_bars(provider, request, block)
        else:
            _add_points(provider, request, block)
    ordered = sorted(blocks.values(), key=lambda block: block.first)
    frames = [frame for block in ordered if (frame := block.frame(pd)) is not None]
    if not frames:
        return pd.DataFrame()
    if len(frames) == 1:
        return frames[0]
    return pd.concat(frames, sort=True).dropna(axis=1, how="all")


def _add_bars(provider: HistoryProvider, request: HistoryRequest, block: _Block) -> None:
    quotes = request.config.bar_type is QuoteBar
    for rows in provider.runs(request):
        count = len(rows)
        provider._algorithm._history_points += count
        ends = rows.end
        block.first = min(block.first, rows.emit[0])
        block.ends.update(dict.fromkeys(ends))
        if quotes:
            middle = _middles(rows)
            for name in _PRICES:
                have = block.columns.setdefault(name, {})
                for end, value in zip(ends, middle[name], strict=True):
                    have.setdefault(end, value)
            for name, field in _QUOTE_COLUMNS.items():
                block.add(name, ends, getattr(rows, field))
        else:
            for name, field in _TRADE_COLUMNS.items():
                block.add(name, ends, getattr(rows, field))


def _middles(rows: Any) -> dict[str, list[Any]]:
    return {name: [getattr(QuoteBar._of(None, rows, i), name) for i in range(len(rows))] for name in _PRICES}


def _add_points(provider: HistoryProvider, request: HistoryRequest, block: _Block) -> None:
    for current in provider.slices([request]):
        for point in current.all_data:
            block.first = min(block.first, current._utc)
            block.ends[point._end] = None
            for name, value in _fields_of(point).items():
                block.add(name, [point._end], [value])


def _fields_of(point: Any) -> dict[str, Any]:
    if isinstance(point, Tick):
        quote = int(point.tick_type) == 1
        return {"askprice": point.ask_price if quote else None, "asksize": point.ask_size if quote else None,
                "bidprice": point.bid_price if quote else None, "bidsize": point.bid_size if quote else None,
                "exchange": point.exchange, "lastprice": point.last_price, "quantity": point.quantity,
                "suspicious": point.suspicious}  # fmt: skip
    if isinstance(point, TradeBar):
        return {name: getattr(point, name) for name in _TRADE_COLUMNS}
    stored = getattr(point, "_storage", None)
    fields = {str(key).lower(): value for key, value in (stored or {}).items() if not str(key).startswith("__")}
    fields["value"] = point.value
    return fields
