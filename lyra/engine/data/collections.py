"""`BaseDataCollection`: points of one moment under one symbol, as universes and history give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.times import to_us


class BaseDataCollection(BaseData):
    """Points (`data`) that became known at `end_time`; iterating gives them."""

    data: list[Any]
    underlying: Any
    filtered_contracts: Any
    _pandas = {"data": "data", "underlying": "underlying"}

    def __init__(self, time: datetime | None = None, *rest: Any) -> None:
        """`(time, [end_time,] symbol[, data[, underlying[, filtered_contracts]]])`."""
        values = list(rest)
        if time is not None:
            self._time = to_us(time)
        if values and isinstance(values[0], datetime):
            self._end_time = to_us(values.pop(0))
        self._symbol = values[0] if values else None
        given: Iterable[Any] = values[1] if len(values) > 1 and values[1] is not None else ()
        self.data = list(given)
        self.underlying = values[2] if len(values) > 2 else None
        self.filtered_contracts = values[3] if len(values) > 3 else None

    @classmethod
    def _of(cls, symbol: Any, time: int, end: int, points: list[Any]) -> BaseDataCollection:
        """A collection from wall times of the exchange."""
        made = cls.__new__(cls)
        made._symbol, made._time, made._end_time, made.data = symbol, time, end, points
        made.underlying = made.filtered_contracts = None
        return made

    def add(self, new_data_point: Any) -> None:
        """Add a point."""
        self.data.append(new_data_point)

    def add_range(self, new_data_points: Iterable[Any]) -> None:
        """Add points."""
        self.data.extend(new_data_points)

    @property
    def count(self) -> int:
        """How many points."""
        return len(self.data)

    def should_cache_to_security(self) -> bool:
        """Whether the points are for the caches of their securities."""
        return not self.data or type(self.data[0]) is type(self) or bool(self.data[0].should_cache_to_security())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __bool__(self) -> bool:
        return True
