"""Consolidators that pass data on: as it is, filtered, or through two others in a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from lyra.engine.consolidators.base import ConsolidatorBase, DataConsolidator
from lyra.engine.data.bars import Tick
from lyra.engine.data.base import BaseData
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import TickType


class IdentityDataConsolidator(DataConsolidator):
    """Data as it is. `IdentityDataConsolidator[T]()` takes T only; of bars with the same end the first counts."""

    _input = BaseData
    _output = BaseData

    def __init__(self) -> None:
        self._seen: Any = None

    def __class_getitem__(cls, kind: type) -> type[IdentityDataConsolidator]:
        name = f"{cls.__name__}[{kind.__name__}]"
        return type(name, (cls,), {"_input": kind, "_output": kind, "__module__": cls.__module__})

    @property
    def working_data(self) -> Any:
        """A copy of the last data; None before any."""
        return None if self._seen is None else self._seen.clone()

    def update(self, data: Any) -> None:
        """Pass data on."""
        self._check(data)
        if self._seen is None or issubclass(self._input, Tick) or data._end != self._seen._end:
            self._emit(data)
            self._seen = data

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._seen = None


class FilteredIdentityDataConsolidator(IdentityDataConsolidator):
    """Data as it is, if `predicate(data)` is true."""

    def __init__(self, predicate: Callable[[Any], bool]) -> None:
        super().__init__()
        self._predicate = predicate

    @staticmethod
    def for_tick_type(tick_type: TickType) -> FilteredIdentityDataConsolidator:
        """Ticks of one type."""
        kind: Any = FilteredIdentityDataConsolidator
        made: FilteredIdentityDataConsolidator = kind[Tick](lambda tick: tick.tick_type == tick_type)
        return made

    def update(self, data: Any) -> None:
        """Pass data on if it passes the filter."""
        self._check(data)
        if self._predicate(data):
            super().update(data)


class SequentialConsolidator(ConsolidatorBase):
    """What comes out of `first` goes into `second`. Scans reach the first only, as in LEAN."""

    def __init__(self, first: Any, second: Any) -> None:
        if (
            isinstance(second.input_type, type)
            and isinstance(first.output_type, type)
            and not issubclass(first.output_type, second.input_type)
        ):
            raise ArgumentException("first.OutputType must equal second.OutputType!")
        self._first, self._second = first, second
        for consolidator, receive in ((first, second.update), (second, self._emit)):
            consolidator._interface.__iadd__(lambda sender, data, receive=receive: receive(data))

    @property
    def first(self) -> Any:
        """The consolidator that takes the data."""
        return self._first

    @property
    def second(self) -> Any:
        """The consolidator that gives it out."""
        return self._second

    @property
    def input_type(self) -> Any:
        """What the first takes."""
        return self._first.input_type

    @property
    def output_type(self) -> Any:
        """What the second gives out."""
        return self._second.output_type

    @property
    def working_data(self) -> Any:
        """What the second is building."""
        return self._second.working_data

    @property  # type: ignore[override]
    def next_due_us(self) -> int:
        """When a scan of the first may emit."""
        return self._first.next_due_us  # type: ignore[no-any-return]

    @next_due_us.setter
    def next_due_us(self, value: int) -> None:
        """Ignored: the first one's counts."""

    def update(self, data: Any) -> None:
        """Give data to the first."""
        self._first.update(data)

    def scan(self, current_local_time: datetime | int) -> None:
        """Scan the first."""
        self._first.scan(current_local_time)

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        self._first.reset()
        self._second.reset()
        super().reset()

    def dispose(self) -> None:
        """Forget all handlers."""
        self._first.dispose()
        self._second.dispose()
        super().dispose()
