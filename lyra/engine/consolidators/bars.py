"""Consolidators by time and count, one for each kind of data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.consolidators.period import PeriodCountConsolidator
from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.base import BaseData
from lyra.engine.decimals import to_decimal
from lyra.engine.enums import TickType
from lyra.engine.exact import ZERO, add
from lyra.engine.times import DAY, HOUR, MINUTE, SECOND


class _TradeBars(PeriodCountConsolidator):
    """What comes out is a trade bar; `_bar` is [open, high, low, close, volume]."""

    _output = TradeBar

    def _built(self) -> TradeBar:
        return TradeBar._make(self._symbol, self._bar_start, self._bar_end, *self._bar)

    def _open_bar(self, start: int, length: int, prices: list[Decimal]) -> None:
        self._bar = prices
        self._bar_start, self._bar_end = start, start + length

    def _grow(self, high: Decimal, low: Decimal, close: Decimal, volume: Decimal | None) -> None:
        bar = self._bar
        bar[3] = close
        if volume is not None:
            bar[4] = add(bar[4], volume)
        if low < bar[2]:
            bar[2] = low
        if high > bar[1]:
            bar[1] = high

    @property
    def working_bar(self) -> TradeBar | None:
        """A copy of the bar that is being built."""
        return None if self._bar is None else self._built()


class TradeBarConsolidator(_TradeBars):
    """Trade bars into longer trade bars."""

    _input = TradeBar

    def _begin(self, data: Any) -> None:
        start = self._rounded(data)
        prices = [data._open, data._high, data._low, data._close, data._volume]
        self._open_bar(start, self._time_length(data._end - data._time), prices)

    def _add(self, data: Any) -> None:
        self._grow(data._high, data._low, data._close, data._volume)


class TickConsolidator(_TradeBars):
    """Trade ticks into trade bars."""

    _input = Tick

    def _wants(self, data: Any) -> bool:
        return bool(data.tick_type == TickType.TRADE)

    def _begin(self, data: Any) -> None:
        start, price = self._rounded(data), data._value
        self._open_bar(start, MINUTE if self._period is None else self._period, [price, price, price, price, data._quantity])

    def _add(self, data: Any) -> None:
        self._grow(data._value, data._value, data._value, data._quantity)


class BaseDataConsolidator(_TradeBars):
    """Values of any data into trade bars without volume. A bar that a scan completes is a minute long, as LEAN's."""

    _input = BaseData

    def _begin(self, data: Any) -> None:
        start, value = self._round(data._time), data._value
        self._open_bar(start, MINUTE, [value, value, value, value, ZERO])

    def _add(self, data: Any) -> None:
        self._grow(data._value, data._value, data._value, None)


class DynamicDataConsolidator(_TradeBars):
    """Custom data with fields open, high, low, close, volume (its value where one is missing) into trade bars."""

    _input = BaseData

    def _fields(self, data: Any) -> list[Decimal]:
        prices = [_field(data, name) for name in ("open", "high", "low", "close")]
        volume = _field(data, "volume", ZERO)
        return [*prices, Decimal(int(volume))]

    def _begin(self, data: Any) -> None:
        self._open_bar(self._rounded(data), MINUTE, self._fields(data))

    def _add(self, data: Any) -> None:
        _, high, low, close, volume = self._fields(data)
        self._grow(high, low, close, volume)


def _field(data: Any, name: str, otherwise: Decimal | None = None) -> Decimal:
    for spelling in (name, name.capitalize()):
        value = getattr(data, spelling, None)
        if value is None and hasattr(data, "__getitem__"):
            try:
                value = data[spelling]
            except (KeyError, IndexError, TypeError):
                value = None
        if value is not None:
            return to_decimal(value)
    return data._value if otherwise is None else otherwise  # type: ignore[no-any-return]


class _QuoteBars(PeriodCountConsolidator):
    """What comes out is a quote bar; `_bar` holds its columns. A new bar opens at the last one's closing quotes."""

    _output = QuoteBar
    _sets_period = False

    def _built(self) -> QuoteBar:
        return QuoteBar._make(self._symbol, self._bar_start, self._bar_end, dict(self._bar))

    def _open_bar(self, start: int, length: int) -> None:
        self._bar = dict.fromkeys(QuoteBar._columns)
        self._bar["last_bid_size"] = self._bar["last_ask_size"] = ZERO
        self._bar_start, self._bar_end = start, start + length
        last = self._consolidated
        if last is not None:
            for side, size in (("bid", last._last_bid_size), ("ask", last._last_ask_size)):
                self._quote(side, last._rows.exact(f"{side}_close", last._i) or ZERO, size)

    def _quote(self, side: str, price: Decimal, size: Decimal) -> None:
        """Take a price and size of one side; zeros are passed over."""
        bar = self._bar
        if price != ZERO:
            if bar[f"{side}_close"] is None:
                bar[f"{side}_open"] = bar[f"{side}_high"] = bar[f"{side}_low"] = price
            else:
                bar[f"{side}_high"] = max(bar[f"{side}_high"], price)
                bar[f"{side}_low"] = min(bar[f"{side}_low"], price)
            bar[f"{side}_close"] = price
        if size > ZERO:
            bar[f"last_{side}_size"] = size


class QuoteBarConsolidator(_QuoteBars):
    """Quote bars into longer quote bars."""

    _input = QuoteBar

    def _begin(self, data: Any) -> None:
        start = self._rounded(data)
        self._open_bar(start, self._time_length(data._end - data._time))
        self._add(data)

    def _add(self, data: Any) -> None:
        bar, exact, i = self._bar, data._rows.exact, data._i
        for side in ("bid", "ask"):
            close = exact(f"{side}_close", i)
            if close is None:
                continue
            bar[f"last_{side}_size"] = exact(f"last_{side}_size", i)
            high, low = exact(f"{side}_high", i), exact(f"{side}_low", i)
            if bar[f"{side}_close"] is None:
                bar[f"{side}_open"], bar[f"{side}_high"], bar[f"{side}_low"] = exact(f"{side}_open", i), high, low
            else:
                bar[f"{side}_high"] = max(bar[f"{side}_high"], high)
                bar[f"{side}_low"] = min(bar[f"{side}_low"], low)
            bar[f"{side}_close"] = close


class TickQuoteBarConsolidator(_QuoteBars):
    """Quote ticks into quote bars."""

    _input = Tick

    def _wants(self, data: Any) -> bool:
        return bool(data.tick_type == TickType.QUOTE)

    def _begin(self, data: Any) -> None:
        start = self._rounded(data)
        self._open_bar(start, MINUTE if self._period is None else self._period)
        self._add(data)

    def _add(self, data: Any) -> None:
        self._quote("bid", data._bid_price, data._bid_size)
        self._quote("ask", data._ask_price, data._ask_size)
        if self._period is None:
            self._bar_end = self._round(data._end)


class OpenInterestConsolidator(PeriodCountConsolidator):
    """Open interest ticks: the last one of each period. Hourly and daily ones carry the time of that tick."""

    _input = Tick
    _output = Tick
    _sets_period = False

    def __init__(self, period: Any = None, start_time: Any = None, **kwargs: Any) -> None:
        super().__init__(period, start_time, **kwargs)
        self._coarse = self._by_time_only and (self._period or 0) >= HOUR

    def _start_over(self) -> None:
        super()._start_over()
        self._last_end: int | None = None

    def _wants(self, data: Any) -> bool:
        return bool(data.tick_type == TickType.OPEN_INTEREST)

    def update(self, data: Any) -> None:
        """Take one tick; a new hour or day of ticks completes the last one first."""
        last = self._last_end
        if last is not None and self._coarse:
            new_hour = self._period == HOUR and data._end // HOUR % 24 != last // HOUR % 24
            if new_hour or (self._period == DAY and data._end // DAY != last // DAY):
                self.scan(last + self._period + SECOND)  # type: ignore[operator]
        super().update(data)
        self._last_end = data._end

    def _begin(self, data: Any) -> None:
        self._bar_start = data._end if self._coarse else self._rounded(data)
        self._bar_end = self._bar_start
        self._bar = data

    def _add(self, data: Any) -> None:
        self._bar = data
        if self._coarse:
            self._bar_start = self._bar_end = data._end
            self._set_due()

    def _built(self) -> Tick:
        tick: Tick = type(self._bar)()
        tick.tick_type = TickType.OPEN_INTEREST
        tick._symbol, tick._value, tick._time = self._symbol, self._bar._value, self._bar_start
        return tick
