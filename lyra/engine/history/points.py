"""One symbol's points as a data frame's columns (`Common/Python/PandasData.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.data.bars import Tick
from lyra.engine.data.base import BaseData
from lyra.engine.enumeration import LeanEnum
from lyra.engine.enums import TickType
from lyra.engine.history.pandas_keys import PandasColumn
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_datetime

_QUOTE_ONLY = ("askprice", "asksize", "bidprice", "bidsize")


class Series:
    """A column: values by end time, and whether any of them says something."""

    __slots__ = ("empty", "times", "values")

    def __init__(self) -> None:
        self.times: list[int] = []
        self.values: list[Any] = []
        self.empty = True

    def add(self, time: int, value: Any, replace: bool) -> None:
        """Put a value in; with `replace` it takes the place of one of the same time."""
        if self.empty and _says_something(value):
            self.empty = False
        if replace and self.times and self.times[-1] == time:
            self.values[-1] = value
        else:
            self.values.append(value)
            self.times.append(time)


def _says_something(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, LeanEnum):
        return True
    if isinstance(value, float):
        return value == value and value != 0
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, tuple, dict, set)):
        return bool(value)
    return True


class PointTable:
    """The columns of one symbol. Without times (`timed`) the end time is a column of its own and the index the symbol alone."""

    def __init__(self, first: Any, timed: bool = True) -> None:
        self.symbol: Symbol = first.symbol
        self._timed = timed
        self._series: dict[str, Series] = {}
        self._types: set[type] = set()

    def add(self, point: Any, replace: bool = False) -> None:
        """Take a point in. Raises KeyError for a custom point with a property that the first one lacks."""
        columns = columns_of(point)
        kind = type(point)
        if kind not in self._types:
            self._types.add(kind)
            for name in (*(() if self._timed else ("time",)), *columns):
                self._series.setdefault(name, Series())
        end = point._end
        if not self._timed:
            self._series["time"].add(end, to_datetime(end), replace)
        for name, value in columns.items():
            series = self._series.get(name)
            if series is None:
                raise KeyError(f"PandasData.AddToSeries(): {name} key does not exist in series dictionary.")
            series.add(end, value, replace)

    def frame(self, dated: bool = False) -> Any:
        """The columns that say something, as a frame; with `dated` the identifier's date comes first in the index, as for futures."""
        import pandas as pd

        columns: dict[Any, Any] = {}
        indexes: dict[tuple[int, ...], Any] = {}
        for name, series in self._series.items():
            if series.empty:
                continue
            key = tuple(series.times)
            index = indexes.get(key)
            if index is None:
                index = indexes[key] = self._index(series.times, dated)
            columns[PandasColumn(name)] = pd.Series(series.values, index, dtype=_dtype(series.values))
        return pd.DataFrame(columns)

    def _index(self, times: list[int], dated: bool = False) -> Any:
        import numpy as np
        import pandas as pd

        symbols = pd.Index([self.symbol] * len(times), dtype=object, name="symbol")
        if not self._timed:
            return symbols
        moments = pd.DatetimeIndex(np.array(times, dtype="datetime64[us]").astype("datetime64[ns]"))
        if dated:
            expiries = pd.DatetimeIndex([self.symbol.id.date] * len(times)).as_unit("ns")
            return pd.MultiIndex.from_arrays([expiries, symbols, moments], names=["expiry", "symbol", "time"])
        return pd.MultiIndex.from_arrays([symbols, moments], names=["symbol", "time"])

    @staticmethod
    def one_row_each(tables: list[PointTable]) -> Any:
        """A frame with the first point of each symbol, indexed by symbol; times are left out."""
        import pandas as pd

        names = dict.fromkeys(name for table in tables for name in table._series if name != "time")
        index = pd.Index([table.symbol for table in tables], dtype=object, name="symbol")
        columns = {}
        for name in names:
            found = [table._series.get(name) for table in tables]
            if all(series is None or series.empty for series in found):
                continue
            values = [None if series is None or not series.values else series.values[0] for series in found]
            columns[PandasColumn(name)] = pd.Series(values, index, dtype=_dtype(values))
        return pd.DataFrame(columns).dropna(axis=1, how="all")


def _dtype(values: list[Any]) -> Any:
    """Objects of LEAN's stay objects, though enum members are numbers too."""
    return object if any(isinstance(value, LeanEnum) for value in values) else None


def columns_of(point: Any) -> dict[str, Any]:
    """A point's columns and values, as LEAN's frames name them."""
    own = point._frame_columns()
    if own is not None:
        return own  # type: ignore[no-any-return]
    if isinstance(point, Tick):
        return _tick_columns(point)
    columns = {name: getattr(point, attribute) for name, attribute in type(point)._pandas.items()}
    if not isinstance(point, BaseData) or type(point)._is_common:
        return columns
    if not point._frames_lack_value:
        columns.setdefault("value", point.value)
    return columns


def _tick_columns(tick: Tick) -> dict[str, Any]:
    quote = tick.tick_type == TickType.QUOTE
    columns = {"quantity": tick.quantity, "exchange": tick.exchange, "suspicious": tick.suspicious}
    for name, attribute in zip(_QUOTE_ONLY, ("ask_price", "ask_size", "bid_price", "bid_size"), strict=True):
        columns[name] = getattr(tick, attribute) if quote else None
    interest = tick.tick_type == TickType.OPEN_INTEREST
    columns["lastprice"], columns["openinterest"] = (None, tick.value) if interest else (tick.value, None)
    return columns
