"""`OpenInterest`: how many contracts are open at a moment (`Common/Data/Market/OpenInterest.cs`)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import Tick
from lyra.engine.decimals import to_decimal
from lyra.engine.enums import TickType
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_us


class OpenInterest(Tick):
    """The number of open contracts of a symbol, as `value`."""

    tick_type = TickType.OPEN_INTEREST

    def __init__(self, time: datetime | None = None, symbol: Any = None, open_interest: Any = 0) -> None:
        super().__init__()
        self.tick_type = TickType.OPEN_INTEREST
        self._symbol = Symbol.EMPTY if symbol is None else symbol
        if time is not None:
            self._time = to_us(time)
        self._value = to_decimal(open_interest)

    @staticmethod
    def _of(symbol: Symbol, time: int, value: Decimal, filled: bool = False) -> OpenInterest:
        """The open interest at a wall time of the exchange."""
        made = OpenInterest()
        made._symbol, made._time, made._value, made.is_fill_forward = symbol, time, value, filled
        return made
