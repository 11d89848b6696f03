"""`security.session`: today's bar so far and the bars of the days before (`Common/Data/Market/Session.cs`).

It is off, and costs nothing, until `session.size` is set.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.decimals import ZERO, decimal_text, smart_round
from lyra.engine.enums import SecurityType, TickType
from lyra.engine.exact import add, divide
from lyra.engine.indicators.window import RollingWindow
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money
from lyra.engine.times import DAY, MIN_TIME, day_of, to_datetime, to_us

_QUOTED = (SecurityType.FOREX, SecurityType.CFD)
_NOT_YET = to_us(datetime.max)
_FIELDS = ("open", "high", "low", "close")


class SessionBar(LeanObject):
    """A trading day's prices in regular hours; all zero before the first. `volume` is that of trades."""

    open = money("_open")
    high = money("_high")
    low = money("_low")
    close = money("_close")
    volume = money("_volume")
    open_interest = money("_open_interest")
    price = money("_close")
    value = money("_close")

    def __init__(self, symbol: Any, tick_type: TickType, time: int) -> None:
        self.symbol = symbol
        self._tick_type = tick_type
        self._time = time
        self._open = self._high = self._low = self._close = ZERO
        self._volume = self._open_interest = ZERO
        self._sides: dict[str, list[Decimal]] = {}
        self._seen_until = self._counted_until = MIN_TIME

    @property
    def time(self) -> datetime:
        """The day."""
        return to_datetime(self._time)

    @property
    def end_time(self) -> datetime:
        """A day after `time`."""
        return to_datetime(self._time if self._time >= day_of(_NOT_YET) else self._time + DAY)

    def _update(self, data: Any) -> None:
        if data._time < self._seen_until:
            return  # another feed has shown this time already
        trade = isinstance(data, TradeBar)
        if (trade or isinstance(data, Tick)) and self._counted_until <= data._time:
            self._counted_until = data._end
            self._volume = add(self._volume, data._volume if trade else data._quantity)
        if trade and self._tick_type == TickType.TRADE:
            self._see("trade", data._open, data._high, data._low, data._close)
        elif isinstance(data, QuoteBar) and self._tick_type == TickType.QUOTE:
            for name, side in (("bid", data.bid), ("ask", data.ask)):
                if side is not None:
                    self._see(name, side._open, side._high, side._low, side._close)
        elif isinstance(data, Tick) and self._tick_type == data.tick_type:
            if data.tick_type == TickType.TRADE:
                self._see("trade", *[data._value] * 4)
            else:
                self._see("bid", *[data._bid_price] * 4)
                self._see("ask", *[data._ask_price] * 4)
        else:
            return
        self._seen_until = data._end

    def _see(self, side: str, opened: Decimal, high: Decimal, low: Decimal, close: Decimal) -> None:
        known = self._sides.get(side)
        if known is None:
            self._sides[side] = [opened, high, low, close]
        else:
            known[1:] = max(known[1], high), min(known[2], low), close
        values = list(self._sides.values())
        for i, name in enumerate(_FIELDS):
            exact = values[0][i] if len(values) == 1 else divide(add(values[0][i], values[1][i]), Decimal(2))
            setattr(self, f"_{name}", exact)

    def _start_from(self, previous: SessionBar | None) -> None:
        """Quotes go on from the last ones of the day before."""
        if previous is not None and self._tick_type == TickType.QUOTE and not self._sides:
            for side, values in previous._sides.items():
                self._see(side, *[values[3]] * 4)

    def __str__(self) -> str:
        prices = " ".join(f"{name[0].upper()}: {decimal_text(smart_round(getattr(self, f'_{name}')))}" for name in _FIELDS)
        return f"{prices} V: {decimal_text(smart_round(self._volume))} OI: {decimal_text(self._open_interest)}"


class Session(RollingWindow):
    """Index 0 is the present day, 1 the day before. Set `size` to switch it on."""

    def __init__(self, security: Any, activate: Callable[[Any], None]) -> None:
        super().__init__(0)
        self._security = security
        self._activate = activate
        self._tick_type = TickType.QUOTE if security.type in _QUOTED else TickType.TRADE
        self._bar: SessionBar | None = None
        self._last: SessionBar | None = None
        self._begun = False
        self._ended = MIN_TIME

    @property
    def size(self) -> int:
        """How many days are kept; zero while the session is off."""
        return self._size

    @size.setter
    def size(self, value: int) -> None:
        self._resize(int(value))
        if value > 0 and self._bar is None:
            self._begin_bar()
            self._activate(self._security)

    # reading --------------------------------------------------------------------------------------
    def _now(self) -> SessionBar | None:
        """The present bar, a new one once the day is over."""
        bar = self._bar
        if bar is not None and self._begun and self._security._local_time // DAY * DAY >= bar._time + DAY:
            self._end_bar()
        return self._bar

    def _read(self, name: str) -> float:
        bar = self._now()
        return 0.0 if bar is None else getattr(bar, name)  # type: ignore[no-any-return]

    open = property(lambda self: self._read("open"))
    high = property(lambda self: self._read("high"))
    low = property(lambda self: self._read("low"))
    close = property(lambda self: self._read("close"))
    volume = property(lambda self: self._read("volume"))
    open_interest = property(lambda self: self._read("open_interest"))

    @property
    def symbol(self) -> Any:
        """The security's symbol."""
        return self._security.symbol

    @property
    def end_time(self) -> datetime:
        """The end of the present day."""
        bar = self._now()
        return to_datetime(MIN_TIME) if bar is None else bar.end_time

    def __getitem__(self, index: int) -> Any:
        self._now()
        return super().__getitem__(index)

    # updating -------------------------------------------------------------------------------------
    def update(self, data: Any) -> None:
        """Take a point of the security's data; only regular hours count."""
        bar = self._now()
        if bar is None:
            return
        if self._begun and data._time - bar._time >= DAY:
            bar = self._end_bar()
        if data._time < self._ended:
            return  # the bar that ends at midnight comes when the day is over already: LEAN drops it too
        if not self._begun:
            if bar._time >= day_of(_NOT_YET) or day_of(data._time) > bar._time:
                bar._time = day_of(data._time)
            self._begun = True
        if isinstance(data, Tick) and data.tick_type == TickType.OPEN_INTEREST:
            bar._open_interest = data._value
        elif self._security.exchange.hours.is_open_between_us(data._time, data._end, False):
            bar._start_from(self._last)
            bar._update(data)

    def scan(self, current_local_time: datetime) -> None:
        """The day's end is noticed when something is read; nothing to do."""

    def reset(self) -> None:
        """Forget all days."""
        if self._bar is not None:
            super().reset()
            self._last = None
            self._begin_bar()

    def _begin_bar(self) -> SessionBar:
        time = day_of(_NOT_YET)
        if self._last is not None:
            hours = self._security.exchange.hours
            time = self._last._time + DAY
            while not hours.is_date_open_us(time):
                time += DAY
        bar = self._bar = SessionBar(self._security.symbol, self._tick_type, time)
        self._begun = False
        self.add(bar)
        return bar

    def _end_bar(self) -> SessionBar:
        ended = self._last = self._bar
        if ended is not None:
            self._ended = ended._time + DAY
        return self._begin_bar()

    def __str__(self) -> str:
        bar = self._now()
        return "" if bar is None else str(bar)
