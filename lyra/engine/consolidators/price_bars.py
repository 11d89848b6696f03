"""Bars that close by price or volume instead of time: Renko, range and volume bricks."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.consolidators.base import wall_us
from lyra.engine.data.bars import OneRow, TradeBar
from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import BarDirection, RenkoType
from lyra.engine.exact import add, magnitude, subtract, to_double
from lyra.engine.times import MIN_TIME


class _PriceBar(TradeBar):
    """A trade bar with a size; it grows by `update` until it is closed."""

    __slots__ = ("_closed", "_size")

    def _fill(
        self, symbol: Any, start: int, end: int, size: Decimal, prices: tuple[Decimal, Decimal, Decimal, Decimal], volume: Decimal
    ) -> None:
        opened, high, low, close = prices
        self._symbol = symbol
        self._rows = OneRow(start, end, {"open": opened, "high": high, "low": low, "close": close, "volume": volume})
        self._i = 0
        self._size = size
        self._closed = False

    def _set(self, end: int | None = None, **values: Decimal) -> None:
        row = self._rows
        row.values.update(values)
        for column in values:
            row.__dict__.pop(column, None)
        if end is not None:
            row.end = [end]

    @property
    def is_closed(self) -> bool:
        """Whether the bar is complete."""
        return self._closed

    def clone(self, fill_forward: bool = True) -> Any:
        """A copy that no later change reaches."""
        other = super().clone(False)
        kinds = type(self).__mro__
        for slot in [slot for kind in kinds[: kinds.index(TradeBar)] for slot in vars(kind)["__slots__"]]:
            setattr(other, slot, getattr(self, slot))
        return other


class BaseRenkoBar(_PriceBar):
    """A brick."""

    __slots__ = ("_type",)

    @property
    def type(self) -> RenkoType:
        """Classic or wicked."""
        kind: RenkoType = self._type  # type: ignore[attr-defined]
        return kind

    @property
    def brick_size(self) -> float:
        """How far the price (or volume) goes in one brick."""
        return to_double(self._size)

    @property
    def start(self) -> datetime:
        """When the brick began."""
        return self.time

    @property  # type: ignore[misc]
    def period(self) -> timedelta:
        """A minute: LEAN leaves a brick's period at its default, whatever its times are."""
        return timedelta(minutes=1)


class RenkoBar(BaseRenkoBar):
    """A brick of `brick_size` in price.

    `RenkoBar(symbol, time, brick_size, open, volume)` begins a classic brick,
    `RenkoBar(symbol, start, end_time, brick_size, open, high, low, close)` is a wicked one.
    """

    __slots__ = ()

    def __init__(self, *args: Any) -> None:
        if not args:
            self._fill(None, MIN_TIME, MIN_TIME, ZERO, (ZERO,) * 4, ZERO)
            self._type = RenkoType.CLASSIC
        elif len(args) == 5:
            symbol, time, size, opened, volume = args
            price = to_decimal(opened)
            self._fill(symbol, wall_us(time), wall_us(time), to_decimal(size), (price,) * 4, to_decimal(volume))
            self._type = RenkoType.CLASSIC
        elif len(args) == 8:
            symbol, start, end, size, *prices = args
            opened, high, low, close = map(to_decimal, prices)
            self._fill(symbol, wall_us(start), wall_us(end), to_decimal(size), (opened, high, low, close), ZERO)
            self._type = RenkoType.WICKED
        else:
            raise TypeError(
                "RenkoBar takes (symbol, time, brick_size, open, volume) or (symbol, start, end_time, brick_size, open, high, low, close)"
            )

    @property
    def end(self) -> datetime:
        """The older name of `end_time`."""
        return self.end_time

    @property
    def direction(self) -> BarDirection:
        """Rising, falling or no delta."""
        if self._open == self._close:
            return BarDirection.NO_DELTA
        return BarDirection.RISING if self._open < self._close else BarDirection.FALLING

    @property
    def spread(self) -> float:
        """|close - open|."""
        return to_double(magnitude(subtract(self._close, self._open)))

    def update(self, time: Any, current_value: Any, volume_since_last_update: Any) -> bool:  # type: ignore[override]
        """Take a price into a classic brick; gives back whether it is complete. Raises RuntimeError for a wicked one."""
        if self._type == RenkoType.WICKED:
            raise InvalidOperationException('A "Wicked" RenkoBar cannot be updated!')
        if self._closed:
            return True
        price, at = to_decimal(current_value), wall_us(time)
        if self._time == MIN_TIME:
            self._rows.time = [at]
        low, high = subtract(self._open, self._size), add(self._open, self._size)
        close = min(high, max(low, price))
        self._set(at, close=close, volume=add(self._volume, to_decimal(volume_since_last_update)),
                  high=max(self._high, close), low=min(self._low, close))  # fmt: skip
        self._closed = price <= low or price >= high
        return self._closed


class RangeBar(_PriceBar):
    """A bar whose high and low are `range_size` apart when it is closed. It has an end but no start."""

    __slots__ = ()

    def __init__(self, symbol: Any = None, end_time: Any = None, range_size: Any = 0, open: Any = 0, high: Any = None, low: Any = None,
                 close: Any = None, volume: Any = 0) -> None:  # fmt: skip
        prices = tuple(to_decimal(open if price is None else price) for price in (open, high, low, close))
        end = MIN_TIME if end_time is None else wall_us(end_time)
        self._fill(symbol, MIN_TIME, end, to_decimal(range_size), prices, to_decimal(volume))  # type: ignore[arg-type]

    @property
    def range_size(self) -> float:
        """Distance of high and low in a closed bar."""
        return to_double(self._size)

    def update(self, time: Any, current_value: Any, volume_since_last_update: Any) -> None:  # type: ignore[override]
        """Take a price; the bar closes when it would become larger than its range."""
        price, at = to_decimal(current_value), wall_us(time)
        self._set(at)
        high, low = self._high, self._low
        if price < low:
            if subtract(high, price) > self._size:
                self._closed = True
                self._set(low=subtract(high, self._size), close=subtract(high, self._size))
                return
            self._set(low=price)
        elif price > high:
            if subtract(price, low) > self._size:
                self._closed = True
                self._set(high=add(low, self._size), close=add(low, self._size))
                return
            self._set(high=price)
        self._set(volume=add(self._volume, to_decimal(volume_since_last_update)))


class VolumeRenkoBar(BaseRenkoBar):
    """A brick of `brick_size` in volume (or money)."""

    __slots__ = ()

    def __init__(self, *args: Any) -> None:
        """`VolumeRenkoBar()` or `(symbol, start, end_time, brick_size, open, high, low, close, volume)`."""
        self._type = RenkoType.CLASSIC
        if not args:
            self._fill(None, MIN_TIME, MIN_TIME, ZERO, (ZERO,) * 4, ZERO)
            return
        symbol, start, end, size, *prices, volume = args
        opened, high, low, close = map(to_decimal, prices)
        self._fill(symbol, wall_us(start), wall_us(end), to_decimal(size), (opened, high, low, close), to_decimal(volume))

    @property
    def is_closed(self) -> bool:
        """Whether the volume is reached."""
        return bool(self._volume >= self._size)

    def update(self, time: Any, high: Any, low: Any, close: Any, volume: Any) -> float:  # type: ignore[override]
        """Take prices and volume; gives back the volume that was too much, negative while the brick is open."""
        return to_double(self._grow(wall_us(time), *map(to_decimal, (high, low, close, volume))))

    def _grow(self, end: int, high: Decimal, low: Decimal, close: Decimal, volume: Decimal) -> Decimal:
        if self.is_closed:
            return ZERO
        whole = add(self._volume, volume)
        excess = subtract(whole, self._size)
        self._set(end, volume=self._size if excess > ZERO else whole, close=close, high=max(self._high, high), low=min(self._low, low))
        return excess

    def rollover(self) -> VolumeRenkoBar:
        """The next brick: it opens where and when this one closed."""
        close, end = self._close, self._end
        return VolumeRenkoBar(self._symbol, end, end, self._size, close, close, close, close, ZERO)
