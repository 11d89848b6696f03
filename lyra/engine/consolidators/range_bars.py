"""Consolidators into bars of a fixed range, counted in price steps of the symbol."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from lyra.engine.consolidators.price_bars import RangeBar
from lyra.engine.consolidators.renko import TimelessConsolidator
from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.exact import add, divide, magnitude, multiply, subtract, to_double


def price_step(symbol: Any) -> Decimal:
    """The symbol's minimum price variation, from the run's symbol properties."""
    from lyra.engine.markets.properties import SymbolPropertiesDatabase

    database = SymbolPropertiesDatabase.from_data_folder()
    properties = database.get_symbol_properties(symbol.id.market, symbol, symbol.security_type, "USD")
    return to_decimal(properties.minimum_price_variation)


class RangeConsolidator(TimelessConsolidator):
    """Bars whose high and low are `range` price steps apart; a jump makes several (the ones between have no volume)."""

    _output = RangeBar

    def __init__(self, range: int, selector: Any = None, volume_selector: Any = None) -> None:
        self._range = int(range)
        self._select(selector, volume_selector)
        self._first = True
        self._step = self._width = ZERO

    @property
    def range(self) -> int:
        """The range in price steps."""
        return self._range

    @property
    def range_size(self) -> float:
        """The range in price; 0 before the first data."""
        return to_double(self._width)

    def _begin(self, data: Any, value: Decimal, volume: Decimal) -> None:
        opened = value
        if self._first:
            self._step = price_step(data._symbol)
            self._width = multiply(self._step, Decimal(self._range))
            opened = multiply(Decimal(math.ceil(divide(opened, self._width))), self._width)
            self._first = False
        self._bar = RangeBar(data._symbol, data._time, self._width, opened, volume=volume)

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        rising = value > self._bar._high
        self._bar.update(time, value, volume)
        while self._bar.is_closed:
            full = self._bar
            self._emit(full)
            opened = add(full._high, self._step) if rising else subtract(full._low, self._step)
            self._bar = RangeBar(full._symbol, full._end, self._width, opened)
            beyond = magnitude(subtract(self._bar._low, value)) > self._width
            self._bar.update(time, value, ZERO if beyond else volume)

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._first = True
        self._step = self._width = ZERO


class ClassicRangeConsolidator(RangeConsolidator):
    """Range bars, at most one an update; the next opens at the next data."""

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        self._bar.update(time, value, volume)
        if self._bar.is_closed:
            self._emit(self._bar)
            self._bar = None
