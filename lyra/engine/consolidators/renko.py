"""Consolidators into Renko bricks: wicked (`RenkoConsolidator`), classic, and by volume or money."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.consolidators.base import ConsolidatorBase
from lyra.engine.consolidators.price_bars import RenkoBar, VolumeRenkoBar
from lyra.engine.data.bars import Tick, TradeBar
from lyra.engine.data.base import BaseData
from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, ArgumentOutOfRangeException
from lyra.engine.enums import BarDirection, RenkoType, TickType
from lyra.engine.exact import add, divide, multiply, subtract

_SMALLEST = Decimal("1e-27")


class TimelessConsolidator(ConsolidatorBase):
    """Base of consolidators that look at one number of the data (its value, or `selector`'s) and a volume."""

    _typed = "before"
    _input = BaseData

    def _select(self, selector: Callable[[Any], Any] | None, volume_selector: Callable[[Any], Any] | None) -> None:
        for given, name in ((selector, "selector"), (volume_selector, "volumeSelector")):
            if given is not None and not callable(given):
                raise ArgumentException(f"Unable to convert parameter {name} to delegate type Func<IBaseData, decimal>")
        self._selector, self._volume_selector = selector, volume_selector
        self._bar: Any = None

    def _value_of(self, data: Any) -> Decimal:
        return data._value if self._selector is None else to_decimal(self._selector(data))  # type: ignore[no-any-return]

    def _volume_of(self, data: Any) -> Decimal:
        if self._volume_selector is not None:
            return to_decimal(self._volume_selector(data))
        if isinstance(data, TradeBar):
            return data._volume  # type: ignore[no-any-return]
        return data._quantity if isinstance(data, Tick) else ZERO

    def update(self, data: Any) -> None:
        """Take one piece of data."""
        value, volume = self._value_of(data), self._volume_of(data)
        if self._bar is not None:
            self._grow(data._time, value, volume)
        if self._bar is None:
            self._begin(data, value, volume)

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        raise NotImplementedError

    def _begin(self, data: Any, value: Decimal, volume: Decimal) -> None:
        raise NotImplementedError

    @property
    def working_data(self) -> Any:
        """A copy of the bar that is being built; None if there is none."""
        return None if self._bar is None else self._bar.clone()

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._bar = None


class ClassicRenkoConsolidator(TimelessConsolidator):
    """Classic bricks: at most one an update; with `even_bars` the first opens at a multiple of the brick's size."""

    _output = RenkoBar

    def __init__(self, bar_size: Any, selector: Any = None, volume_selector: Any = None, even_bars: bool = True, **kwargs: Any) -> None:
        size = to_decimal(bar_size)
        if isinstance(selector, bool):
            selector, even_bars = None, selector
        elif isinstance(selector, RenkoType):
            if selector != RenkoType.CLASSIC:
                raise ArgumentException("Please use the new RenkoConsolidator type if RenkoType is not Classic")
            selector = None
        even_bars = kwargs.get("evenBars", even_bars)
        self._select(kwargs.get("value_selector", selector), kwargs.get("volumeSelector", volume_selector))
        if size < _SMALLEST:
            raise ArgumentOutOfRangeException("RenkoConsolidator bar size must be positve and greater than 1e-28 (Parameter 'barSize')")
        self._size, self._even = size, even_bars
        self._last_close: Decimal | None = None

    type = RenkoType.CLASSIC

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        bar = self._bar
        bar.update(time, value, volume)
        if bar.is_closed:
            self._last_close = bar._close
            self._emit(bar)
            self._bar = None

    def _begin(self, data: Any, value: Decimal, volume: Decimal) -> None:
        opened = self._last_close
        if opened is None:
            opened = multiply(Decimal(math.ceil(divide(value, self._size))), self._size) if self._even else value
        self._bar = RenkoBar(data._symbol, data._time, self._size, opened, volume)

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._last_close = None


class RenkoConsolidator(ConsolidatorBase):
    """Wicked bricks: as many an update as the price passed; a turn needs two bricks' distance."""

    _typed = "before"
    _input = BaseData
    _output = RenkoBar

    def __init__(self, bar_size: Any) -> None:
        self._size = to_decimal(bar_size)
        if self._size <= ZERO:
            raise ArgumentException("Renko consolidator BarSize must be strictly greater than zero")
        self._start_over()

    type = RenkoType.WICKED

    def _start_over(self) -> None:
        self._first = True
        self._brick: RenkoBar | None = None
        self._opened_at = self._now = 0
        self._open = self._high = self._low = ZERO

    @property
    def working_data(self) -> Any:
        """A copy of the last brick; None before any."""
        return None if self._brick is None else self._brick.clone()

    def update(self, data: Any) -> None:
        """Take a price."""
        price, now = data._value, data._time
        self._now = now
        if self._first:
            self._first = False
            self._open = self._high = self._low = self._closest_multiple(price, self._size)
            self._opened_at = now
            return
        self._high, self._low = max(self._high, price), min(self._low, price)
        if price > self._open:
            self._go(data._symbol, price, BarDirection.RISING)
        elif price < self._open:
            self._go(data._symbol, price, BarDirection.FALLING)

    def _go(self, symbol: Any, price: Decimal, direction: BarDirection) -> None:
        last, step = self._brick, add if direction == BarDirection.RISING else subtract
        if last is not None and last.direction != direction:
            limit = step(last._open, self._size)
            if not (price > limit if direction == BarDirection.RISING else price < limit):
                return
            self._lay(symbol, last._open, limit)
        limit = step(self._open, self._size)
        while price > limit if direction == BarDirection.RISING else price < limit:
            self._lay(symbol, self._open, limit)
            limit = step(self._open, self._size)

    def _lay(self, symbol: Any, opened: Decimal, close: Decimal) -> None:
        """A brick from `opened` to `close`; the wick is on the side it came from."""
        rising = close > opened
        high, low = (close, self._low) if rising else (self._high, close)
        brick = RenkoBar(symbol, self._opened_at, self._now, self._size, opened, high, low, close)
        self._brick = brick
        self._emit(brick)
        self._opened_at, self._open = self._now, close
        if rising:
            self._low = close
        else:
            self._high = close

    @staticmethod
    def _closest_multiple(price: Decimal, size: Decimal) -> Decimal:
        if size <= ZERO:
            raise ArgumentException("BarSize must be strictly greater than zero")
        whole = Decimal(math.floor(divide(price, size)))
        rest = subtract(price, multiply(size, whole))
        return multiply(size, add(whole, Decimal(round(divide(rest, size)))))

    @staticmethod
    def get_closest_multiple(price: Any, bar_size: Any) -> float:
        """The multiple of a size that is nearest to a price."""
        return to_float(RenkoConsolidator._closest_multiple(to_decimal(price), to_decimal(bar_size)))

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._start_over()


class WickedRenkoConsolidator(RenkoConsolidator):
    """The older name of `RenkoConsolidator`."""


class VolumeRenkoConsolidator(ConsolidatorBase):
    """Bricks of equal volume, from trade bars or trade ticks."""

    _typed = "after"
    _input = BaseData
    _output = VolumeRenkoBar

    def __init__(self, bar_size: Any) -> None:
        self._size = to_decimal(bar_size)
        self._bar: VolumeRenkoBar | None = None

    @property
    def working_data(self) -> Any:
        """The brick that is being built; None before any data."""
        return self._bar

    def update(self, data: Any) -> None:
        """Take a trade bar or a trade tick. Raises ValueError for other data."""
        close = data._value
        if isinstance(data, TradeBar):
            opened, high, low, volume = data._open, data._high, data._low, data._volume
        elif isinstance(data, Tick):
            if data.tick_type != TickType.TRADE:
                return
            opened = high = low = close
            volume = data._quantity
        else:
            raise ArgumentException(f"{type(self).__name__} must be used with TradeBar or Tick data.")
        if self._bar is None:
            self._bar = VolumeRenkoBar(data._symbol, data._time, data._end, self._size, opened, high, low, close, ZERO)
        end = data._end
        excess = self._bar._grow(end, high, low, close, self._weight(volume, close))
        while excess >= ZERO:
            full = self._bar
            self._emit(full)
            self._bar = full.rollover()
            excess = self._bar._grow(end, high, low, close, excess)

    def _weight(self, volume: Decimal, price: Decimal) -> Decimal:
        return volume

    def scan(self, current_local_time: datetime | int) -> None:
        """Nothing: bricks do not close by time."""

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._bar = None


class DollarVolumeRenkoConsolidator(VolumeRenkoConsolidator):
    """Bricks of equal money: volume times price."""

    def _weight(self, volume: Decimal, price: Decimal) -> Decimal:
        return multiply(volume, price)
