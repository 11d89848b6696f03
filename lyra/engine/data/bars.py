"""Bars and ticks as algorithms see them.

A bar is a view: a row number and the columns it lies in (`rows`), so making one costs next to nothing and a bar
that the user keeps stays what it was, since columns never change. Prices read as floats; engine code reads the exact
decimals `_open … _volume` and the times `_time`, `_end` in microseconds of the exchange's wall time.
Text forms follow `Common/Data/Market/{TradeBar,QuoteBar,Tick,Bar}.cs` and the records `SliceEquityMinute`, `SliceTicks`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from lyra.engine.data.base import BaseData
from lyra.engine.decimals import ZERO, decimal_text, smart_round, to_decimal, to_float
from lyra.engine.dotnet_errors import no_method
from lyra.engine.enums import MarketDataType, TickType
from lyra.engine.exact import add, divide
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol
from lyra.engine.times import MIN_TIME, MINUTE, span_us, to_datetime, to_net_us

_TWO = Decimal(2)


class Rows(Protocol):
    """Columns that bars are views of. Float columns are lists named as the bar's fields (`open`, `bid_close`, …)."""

    time: list[int]
    end: list[int]
    filled: list[bool]

    is_long: bool

    def exact(self, column: str, i: int) -> Decimal | None:
        """The decimal in a column, or None where a quote has no such side."""


class OneRow:
    """The rows of a bar that stands alone (made by a consolidator or by the user): decimals, floats on demand."""

    is_long = False

    def __init__(self, time: int, end: int, values: dict[str, Decimal | None], filled: bool = False) -> None:
        self.time = [time]
        self.end = [end]
        self.filled = [filled]
        self.values = values

    def exact(self, column: str, i: int) -> Decimal | None:
        return self.values[column]

    def __getattr__(self, column: str) -> list[float | None]:
        try:
            value = self.__dict__["values"][column]
        except KeyError:
            raise AttributeError(column) from None
        result = [None if value is None else to_float(value)]
        self.__dict__[column] = result
        return result


def _text(value: Decimal | None) -> str:
    return "" if value is None else decimal_text(smart_round(value))


def _field(column: str) -> property:
    def read(self: Any) -> float:
        return getattr(self._rows, column)[self._i]  # type: ignore[no-any-return]

    def write(self: Any, value: Any) -> None:
        self._own().values[column] = to_decimal(value)
        self._rows.__dict__.pop(column, None)

    return property(read, write)


def _exact(column: str) -> property:
    return property(lambda self: self._rows.exact(column, self._i))


class _View(BaseData):
    """What trade and quote bars share: times, symbol, and turning into a row of their own when written to."""

    __slots__ = ("_i", "_rows", "_symbol")
    _columns: tuple[str, ...] = ()

    def __init__(self, symbol: Any, rows: Any, i: int) -> None:
        self._symbol = symbol
        self._rows = rows
        self._i = i

    def __eq__(self, other: object) -> bool:
        """The same bar of a feed is one object in LEAN, however often it is asked for; a copy is another."""
        if self is other:
            return True
        return type(other) is type(self) and other._rows is self._rows and other._i == self._i and type(self._rows) is not OneRow

    def __hash__(self) -> int:
        return id(self._rows) + self._i

    def _own(self) -> OneRow:
        if type(self._rows) is not OneRow:
            rows, i = self._rows, self._i
            self._rows = OneRow(rows.time[i], rows.end[i], {c: rows.exact(c, i) for c in self._columns}, rows.filled[i])
            self._i = 0
        return self._rows

    @property
    def _time(self) -> int:  # type: ignore[override]
        return self._rows.time[self._i]  # type: ignore[no-any-return]

    @property
    def _end(self) -> int:
        return self._rows.end[self._i]  # type: ignore[no-any-return]

    @property  # type: ignore[override]
    def time(self) -> datetime:
        return to_datetime(self._rows.time[self._i])

    @time.setter
    def time(self, value: datetime) -> None:
        row = self._own()
        period = row.end[0] - row.time[0]
        row.time = [to_net_us(value)]
        row.end = [row.time[0] + period]

    @property  # type: ignore[override]
    def end_time(self) -> datetime:
        return to_datetime(self._rows.end[self._i])

    @end_time.setter
    def end_time(self, value: datetime) -> None:
        self._own().end = [to_net_us(value)]

    @property
    def period(self) -> timedelta:
        """The bar's length."""
        return timedelta(microseconds=self._rows.end[self._i] - self._rows.time[self._i])

    @period.setter
    def period(self, value: timedelta) -> None:
        row = self._own()
        row.end = [row.time[0] + span_us(value)]

    @property
    def is_fill_forward(self) -> bool:  # type: ignore[override]
        return self._rows.filled[self._i]  # type: ignore[no-any-return]

    def clone(self, fill_forward: bool = True) -> Any:
        """A copy that no later change reaches."""
        other = type(self).__new__(type(self))
        other._symbol = self._symbol
        rows, i = self._rows, self._i
        other._rows = OneRow(rows.time[i], rows.end[i], {c: rows.exact(c, i) for c in self._columns}, fill_forward)
        other._i = 0
        return other


def _moment(given: tuple[Any, ...]) -> int:
    """The first of a constructor's arguments as a time. Raises TypeError with LEAN's text for anything else."""
    if not isinstance(given[0], date):
        raise no_method(".ctor", *given)
    return to_net_us(given[0])


def _price(value: Any, given: tuple[Any, ...]) -> Decimal:
    """A number among a constructor's arguments. Raises TypeError with LEAN's text for anything else."""
    try:
        return to_decimal(value)
    except TypeError:
        raise no_method(".ctor", *given) from None


class TradeBar(_View):
    """Open, high, low, close and volume of the trades in `[time, end_time)`."""

    __slots__ = ()
    _columns = ("open", "high", "low", "close", "volume")
    _pandas = {name: name for name in _columns}
    _is_common = True
    data_type = MarketDataType.TRADE_BAR

    def __init__(self, time: Any = None, symbol: Any = None, open: Any = 0, high: Any = 0, low: Any = 0, close: Any = 0,
                 volume: Any = 0, period: timedelta | None = None) -> None:  # fmt: skip
        if isinstance(time, TradeBar):
            super().__init__(time._symbol, time._rows, time._i)
            return
        prices = (open, high, low, close, volume)
        given = (time, symbol, *prices, *(() if period is None else (period,)))
        start = MIN_TIME if time is None else _moment(given)
        length = (0 if time is None else MINUTE) if period is None else span_us(period)
        values: dict[str, Decimal | None] = {c: _price(v, given) for c, v in zip(self._columns, prices, strict=True)}
        super().__init__(Symbol.EMPTY if symbol is None else symbol, OneRow(start, start + length, values), 0)

    @classmethod
    def _of(cls, symbol: Any, rows: Any, i: int) -> TradeBar:
        bar = cls.__new__(cls)
        bar._symbol = symbol
        bar._rows = rows
        bar._i = i
        return bar

    @classmethod
    def _make(cls, symbol: Any, time: int, end: int, open: Decimal, high: Decimal, low: Decimal, close: Decimal,
              volume: Decimal, filled: bool = False) -> TradeBar:  # fmt: skip
        values: dict[str, Decimal | None] = {"open": open, "high": high, "low": low, "close": close, "volume": volume}
        return cls._of(symbol, OneRow(time, end, values, filled), 0)

    open = _field("open")
    high = _field("high")
    low = _field("low")
    close = _field("close")
    value = _field("close")  # type: ignore[assignment]
    price = _field("close")  # type: ignore[assignment]
    volume = _field("volume")
    _open = _exact("open")
    _high = _exact("high")
    _low = _exact("low")
    _close = _exact("close")
    _value = _exact("close")  # type: ignore[assignment]
    _volume = _exact("volume")

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> Any:
        """Where LEAN's data folder keeps a configuration's bars of a date."""
        from lyra.engine.data.parsing import market_source

        return market_source(config, date)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> Any:
        """The bar of a line of LEAN's files."""
        return TradeBar.parse(config, line, date)

    @staticmethod
    def parse(config: Any, line: str, base_date: datetime) -> TradeBar:
        """The bar of a line of LEAN's files; equities write prices times 10,000."""
        from lyra.engine.data.parsing import trade_bar_of

        return trade_bar_of(config, line, base_date)

    @staticmethod
    def parse_equity(config: Any, line: str, date: datetime) -> TradeBar:
        """The bar of a line of an equity's file, with prices times 10,000."""
        from lyra.engine.data.parsing import trade_bar_of

        return trade_bar_of(config, line, date, True)

    @staticmethod
    def parse_forex(config: Any, line: str, date: datetime) -> TradeBar:
        """The bar of a line with plain prices."""
        from lyra.engine.data.parsing import trade_bar_of

        return trade_bar_of(config, line, date, False)

    parse_crypto = parse_cfd = parse_forex

    def update(self, last_trade: Any, bid_price: Any = 0, ask_price: Any = 0, volume: Any = 0, bid_size: Any = 0,
               ask_size: Any = 0) -> None:  # fmt: skip
        """Take a trade into the bar; `volume` is added."""
        values = self._own().values
        price = to_decimal(last_trade)
        if values["open"] == ZERO:
            values["open"] = values["high"] = values["low"] = price
        values["high"] = max(values["high"] or price, price)
        values["low"] = min(values["low"] or price, price)
        values["close"] = price
        values["volume"] = (values["volume"] or ZERO) + to_decimal(volume)
        for column in self._columns:
            self._rows.__dict__.pop(column, None)

    def __str__(self) -> str:
        return (f"{self._symbol}: O: {_text(self._open)} H: {_text(self._high)} L: {_text(self._low)} "
                f"C: {_text(self._close)} V: {_text(self._volume)}")  # fmt: skip


class Bar(LeanObject):
    """Open, high, low and close without a time: one side of a quote bar."""

    __slots__ = ("_close", "_high", "_low", "_open")

    def __init__(self, open: Any = 0, high: Any = 0, low: Any = 0, close: Any = 0) -> None:
        self._open, self._high, self._low, self._close = map(to_decimal, (open, high, low, close))

    open = property(lambda self: to_float(self._open), lambda self, v: setattr(self, "_open", to_decimal(v)))
    high = property(lambda self: to_float(self._high), lambda self, v: setattr(self, "_high", to_decimal(v)))
    low = property(lambda self: to_float(self._low), lambda self, v: setattr(self, "_low", to_decimal(v)))
    close = property(lambda self: to_float(self._close), lambda self, v: setattr(self, "_close", to_decimal(v)))

    def update(self, value: Any) -> None:
        """Take a price into the bar."""
        price = to_decimal(value)
        if price == ZERO:
            return
        if self._open == ZERO:
            self._open = self._high = self._low = price
        self._high, self._low, self._close = max(self._high, price), min(self._low, price), price

    def clone(self) -> Bar:
        """A copy."""
        return Bar(self._open, self._high, self._low, self._close)

    def __str__(self) -> str:
        return f"O: {_text(self._open)} H: {_text(self._high)} L: {_text(self._low)} C: {_text(self._close)}"


_SIDE = ("open", "high", "low", "close")


class QuoteBar(_View):
    """Bid and ask bars of a span. Open, high, low and close are the middle, or the side that is there."""

    __slots__ = ()
    _columns = (*(f"bid_{c}" for c in _SIDE), "last_bid_size", *(f"ask_{c}" for c in _SIDE), "last_ask_size")
    _is_common = True
    data_type = MarketDataType.QUOTE_BAR

    def __init__(self, time: Any = None, symbol: Any = None, bid: Any = None, last_bid_size: Any = 0, ask: Any = None,
                 last_ask_size: Any = 0, period: timedelta | None = None) -> None:  # fmt: skip
        if isinstance(time, QuoteBar):
            super().__init__(time._symbol, time._rows, time._i)
            return
        given = (time, symbol, bid, last_bid_size, ask, last_ask_size, *(() if period is None else (period,)))
        start = MIN_TIME if time is None else _moment(given)
        length = (0 if time is None else MINUTE) if period is None else span_us(period)
        values: dict[str, Decimal | None] = {"last_bid_size": _price(last_bid_size, given), "last_ask_size": _price(last_ask_size, given)}
        for side, bar in (("bid", bid), ("ask", ask)):
            for c in _SIDE:
                values[f"{side}_{c}"] = None if bar is None else getattr(bar, f"_{c}")
        super().__init__(Symbol.EMPTY if symbol is None else symbol, OneRow(start, start + length, values), 0)

    @classmethod
    def _of(cls, symbol: Any, rows: Any, i: int) -> QuoteBar:
        bar = cls.__new__(cls)
        bar._symbol = symbol
        bar._rows = rows
        bar._i = i
        return bar

    @classmethod
    def _make(cls, symbol: Any, time: int, end: int, values: dict[str, Decimal | None], filled: bool = False) -> QuoteBar:
        return cls._of(symbol, OneRow(time, end, values, filled), 0)

    last_bid_size = _field("last_bid_size")
    last_ask_size = _field("last_ask_size")
    _last_bid_size = _exact("last_bid_size")
    _last_ask_size = _exact("last_ask_size")

    def _side(self, side: str) -> Bar | None:
        values = [self._rows.exact(f"{side}_{c}", self._i) for c in _SIDE]
        return None if values[3] is None else Bar(*values)

    def _set_side(self, side: str, bar: Bar | None) -> None:
        values = self._own().values
        for c in _SIDE:
            values[f"{side}_{c}"] = None if bar is None else getattr(bar, f"_{c}")
            self._rows.__dict__.pop(f"{side}_{c}", None)

    bid = property(lambda self: self._side("bid"), lambda self, bar: self._set_side("bid", bar))
    ask = property(lambda self: self._side("ask"), lambda self, bar: self._set_side("ask", bar))

    def _middle(self, column: str) -> Decimal:
        bid = self._rows.exact(f"bid_{column}", self._i)
        ask = self._rows.exact(f"ask_{column}", self._i)
        if bid is not None and ask is not None:
            if bid != ZERO and ask != ZERO:
                return divide(add(bid, ask), _TWO) if self._rows.is_long else (bid + ask) / 2  # type: ignore[no-any-return]
            return bid if bid != ZERO else ask  # type: ignore[no-any-return]
        if bid is not None:
            return bid  # type: ignore[no-any-return]
        return ZERO if ask is None else ask

    def _frame_columns(self) -> dict[str, Any]:
        rows, i = self._rows, self._i
        columns = {f"{side}{c}": getattr(rows, f"{side}_{c}")[i] for side in ("bid", "ask") for c in _SIDE}
        columns |= {c: getattr(self, c) for c in _SIDE}
        return columns | {"bidsize": self.last_bid_size, "asksize": self.last_ask_size}

    _open = property(lambda self: self._middle("open"))
    _high = property(lambda self: self._middle("high"))
    _low = property(lambda self: self._middle("low"))
    _close = property(lambda self: self._middle("close"))
    _value = property(lambda self: self._middle("close"))  # type: ignore[assignment]
    open = property(lambda self: to_float(self._middle("open")))
    high = property(lambda self: to_float(self._middle("high")))
    low = property(lambda self: to_float(self._middle("low")))
    close = property(lambda self: to_float(self._middle("close")))
    value = close  # type: ignore[assignment]
    price = close

    def collapse(self) -> TradeBar:
        """A trade bar of the middle prices, volume 0."""
        return TradeBar._make(
            self._symbol, self._time, self._end, self._open, self._high, self._low, self._close, ZERO, self.is_fill_forward
        )

    def __str__(self) -> str:
        sides = [f"{name}: {c[0].upper()}: {_text(self._rows.exact(f'{side}_{c}', self._i))} "
                 for side, name in (("bid", "Bid"), ("ask", "Ask")) for c in _SIDE]  # fmt: skip
        return f"{self._symbol}: {''.join(sides)}"


class Tick(BaseData):
    """One trade, quote or open interest. Quotes have bid and ask prices and sizes; `value` is then the middle."""

    data_type = MarketDataType.TICK
    _is_common = True
    tick_type: TickType = TickType.TRADE
    exchange: str = ""
    exchange_code: str = ""
    sale_condition: str = ""
    suspicious: bool = False

    def __init__(self, *args: Any) -> None:
        """`Tick()`, `Tick(time, symbol, bid, ask)`, `Tick(time, symbol, last, bid, ask)` as in LEAN."""
        self._quantity = self._bid_price = self._ask_price = self._bid_size = self._ask_size = ZERO
        if not args:
            self._symbol = Symbol.EMPTY
            return
        self._time, self._symbol = _moment(args), args[1]
        prices = args[2:]
        if len(prices) == 2:
            self.tick_type = TickType.QUOTE
            self._bid_price, self._ask_price = (_price(x, args) for x in prices)
            self._value = (self._bid_price + self._ask_price) / 2
        elif len(prices) == 3:
            self.tick_type = TickType.QUOTE
            self._value, self._bid_price, self._ask_price = (_price(x, args) for x in prices)
        elif len(prices) >= 4 and isinstance(prices[0], str):
            self.sale_condition, self.exchange = prices[0], prices[1]
            self._quantity, self._value = _price(prices[2], args), _price(prices[3], args)
        elif len(prices) >= 4:
            self.tick_type = TickType.QUOTE
            self._bid_size, self._bid_price, self._ask_size, self._ask_price = (_price(x, args) for x in prices[:4])
            self._value = (self._bid_price + self._ask_price) / 2
        else:
            raise TypeError("Tick takes (time, symbol, bid, ask) or (time, symbol, last, bid, ask)")

    quantity = property(lambda self: to_float(self._quantity), lambda self, v: setattr(self, "_quantity", to_decimal(v)))
    bid_price = property(lambda self: to_float(self._bid_price), lambda self, v: setattr(self, "_bid_price", to_decimal(v)))
    ask_price = property(lambda self: to_float(self._ask_price), lambda self, v: setattr(self, "_ask_price", to_decimal(v)))
    bid_size = property(lambda self: to_float(self._bid_size), lambda self, v: setattr(self, "_bid_size", to_decimal(v)))
    ask_size = property(lambda self: to_float(self._ask_size), lambda self, v: setattr(self, "_ask_size", to_decimal(v)))
    last_price = property(lambda self: self.value)

    @property
    def parsed_sale_condition(self) -> int:
        """The sale condition's flags, from their hexadecimal text; 0 where there is none."""
        return int(self.sale_condition, 16) if self.sale_condition else 0

    def is_valid(self) -> bool:
        """Whether it has a price."""
        return bool(self._value > 0 or self._bid_price > 0 or self._ask_price > 0)

    def __str__(self) -> str:
        if self.tick_type == TickType.TRADE:
            return f"{self._symbol}: Price: {decimal_text(self._value)} Quantity: {decimal_text(self._quantity)}"
        if self.tick_type == TickType.QUOTE:
            return (f"{self._symbol}: Bid: {decimal_text(self._bid_size)}@{decimal_text(self._bid_price)} "
                    f"Ask: {decimal_text(self._ask_size)}@{decimal_text(self._ask_price)}")  # fmt: skip
        return f"{self._symbol}: OpenInterest: {decimal_text(self._value)}"
