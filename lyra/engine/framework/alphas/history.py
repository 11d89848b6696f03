"""Bars of the past for models that warm up by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.enums import Resolution
from lyra.engine.symbols import Symbol


def past_data(algorithm: Any, symbols: list[Symbol], count: int, resolution: Resolution, data_type: Any = None) -> Iterator[Any]:
    """The last bars of symbols in the order of time (`QCAlgorithm.History` and `Slice` walked as `PushThrough` does)."""
    history = algorithm.history
    for current in history._provider.slices(history._factory.last_bars(symbols, data_type, count, resolution)):
        for symbol in list(current.keys()):
            point = current[symbol]
            yield point[-1] if isinstance(point, list) else point
