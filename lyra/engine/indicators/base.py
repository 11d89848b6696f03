"""The base of all indicators: how values come in, what is kept, what Python sees of it.

The hot path makes no objects: a new value is a decimal beside its time, `current`, `previous` and `window` become points
when they are read. Subclasses write `_setup` (from the declared parameters), `_next` (one step: the new value, or None for
"no update") and, where they keep more than attributes of immutable kind, nothing else: state is saved, restored and reset
here. Inside an indicator, a part that is seen (`macd.signal`) is driven by `_push`, a hidden one by the cheaper `_feed`.

Rules measured on the real engine (`lean-indicators/README.md`): data older than the last of the same symbol is passed over in
silence, the same object counts once, the same time is taken again; values show before readiness.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from decimal import Decimal, Overflow
from typing import Any, ClassVar

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.dotnet_errors import ArgumentException, NotSupportedException, OverflowException
from lyra.engine.exact import to_double
from lyra.engine.indicators.arguments import Parameter, bind, no_match, text_of
from lyra.engine.indicators.events import Event, Link
from lyra.engine.indicators.points import IndicatorDataPoint, IndicatorResult, moment, short_text
from lyra.engine.indicators.window import RollingWindow
from lyra.engine.naming import LeanObject
from lyra.engine.times import MIN_TIME, to_datetime, to_us

__all__ = [
    "BarIndicator",
    "DataIndicator",
    "Event",
    "Indicator",
    "IndicatorBase",
    "IndicatorDataPoint",
    "IndicatorResult",
    "TradeBarIndicator",
    "WindowIndicator",
]

_log = logging.getLogger(__name__)
_NOT_GIVEN: Any = object()
_DEFAULT_WINDOW = 2


class PointWindow(RollingWindow):
    """An indicator's own window: kept as plain values, shown as points."""

    def __init__(self, owner: IndicatorBase) -> None:
        super().__init__(_DEFAULT_WINDOW)
        self._owner = owner
        self._items = owner._history

    @property
    def samples(self) -> int:
        """How many values the indicator has shown, its first 0 included."""
        return self._owner.samples + 1 - self._owner._misses

    def _out(self, item: Any) -> IndicatorDataPoint:
        return IndicatorDataPoint._of(item[2], item[1], item[0])

    def _resize(self, size: int) -> None:
        super()._resize(size)
        self._owner._history = self._items

    def add(self, item: Any) -> None:
        """Add a point."""
        self._items.appendleft((item._value, item._end, item._symbol))

    def reset(self) -> None:
        """Drop all points."""
        self._items.clear()


class IndicatorBase(LeanObject):
    """Anything that is updated with data and has a value: `update`, `is_ready`, `current`, `window`, `updated`, `reset`."""

    name: str
    samples: int
    warm_up_period: int
    default_window_size: ClassVar[int] = _DEFAULT_WINDOW
    DEFAULT_WINDOW_SIZE: ClassVar[int] = _DEFAULT_WINDOW

    _parameters: ClassVar[tuple[Parameter, ...]] = ()
    _label: ClassVar[str] = ""
    _input: ClassVar[Any] = IndicatorDataPoint
    """What it takes: IndicatorDataPoint (any data, by value), QuoteBar (any bar), TradeBar, or object (any data)."""
    _ready_after: int = 1
    _decimals_are_read = False
    """Whether more than the doubles of its values was asked for."""

    _value: Decimal
    _misses: int
    _history: deque[tuple[Decimal, int, Any]]
    _window: PointWindow | None
    _event: Event | None
    _consolidators: set[Any] | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self: Any = super().__new__(cls)
        self.name = ""
        self.samples = 0
        self._value = ZERO
        self._misses = 0
        self._history = deque(((ZERO, MIN_TIME, None),), _DEFAULT_WINDOW + 1)
        self._window = None
        self._event = None
        self._consolidators = None
        self._forget_inputs()
        return self

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name, values = bind(type(self).__name__, self._parameters, args, kwargs)
        self.name = self._default_name(values) if name is None else name
        self._setup(**values)

    def _default_name(self, values: dict[str, Any]) -> str:
        return self._label.format(**{key: text_of(value) for key, value in values.items()})

    def _setup(self, **values: Any) -> None:
        """Take the constructor's values; `self.name` is known."""

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal | None:
        """The value after one more input (a decimal, or the bar); `samples` counts it already, `_value` is the last value."""
        raise NotImplementedError(f"{type(self).__name__} must implement _next")

    # state ---------------------------------------------------------------------------------------
    def reset(self) -> None:
        """Back to the beginning; the window keeps its size, handlers stay."""
        self._reset_parts()
        self.samples = 0
        self._value = ZERO
        self._misses = 0
        self._history.clear()
        self._history.append((ZERO, MIN_TIME, None))
        self._forget_inputs()

    def _reset_parts(self) -> None:
        """Reset what the class keeps beside the base's own fields."""

    def _forget_inputs(self) -> None:
        self._last_symbol: Any = _NOT_GIVEN
        self._last_end = MIN_TIME
        self._last_input: Any = None
        self._others: dict[Any, tuple[int, Any]] = {}
        self._refused = False

    def _save(self) -> dict[str, Any]:
        """The state as it is now, cheap to take; give it to `_restore` of the same indicator."""
        return {key: _copied(value) for key, value in self.__dict__.items()}

    def _restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state; parts stay the same objects."""
        for key, saved in state.items():
            mine = self.__dict__.get(key)
            if isinstance(mine, IndicatorBase):
                mine._restore(saved)
            elif not isinstance(mine, (Event, PointWindow)):
                self.__dict__[key] = _copied(saved)
        if self._window is not None:
            self._window._items = self._history
            self._window._size = (self._history.maxlen or 1) - 1

    # input ---------------------------------------------------------------------------------------
    def update(self, input: Any = _NOT_GIVEN, value: Any = _NOT_GIVEN, time: Any = _NOT_GIVEN) -> bool:
        """Take one more piece of data, `update(data)` or `update(time, value)`; gives back whether the indicator is ready.

        Raises TypeError for what is not a time or number, ValueError for the wrong kind of data.
        """
        if value is not _NOT_GIVEN:
            return self._update_value(input if time is _NOT_GIVEN else time, value)
        try:
            return self._update(input)
        except AttributeError:
            if hasattr(input, "_end"):
                raise
            raise no_match("update", (input,), "update(input: IBaseData)\n    update(time: datetime, value: float)") from None

    def _update_value(self, time: Any, value: Any) -> bool:
        try:
            end, exact = moment(time), to_decimal(value)
        except (TypeError, ValueError):
            raise no_match("update", (time, value), "update(input: IBaseData)\n    update(time: datetime, value: float)") from None
        if self._input is not IndicatorDataPoint:
            also = ", Update(Tick)" if self._input is object else ""
            raise NotSupportedException(f"{type(self).__name__} does not support the `Update(DateTime, decimal)` method. "
                            f"Use one of the following methods instead: Update(TradeBar), Update(QuoteBar){also}")  # fmt: skip
        return self._accept(None, end, exact)

    def _accept(self, symbol: Any, end: int, value: Decimal) -> bool:
        """`update` with a price that is not wrapped in an object."""
        if symbol is self._last_symbol:
            if end < self._last_end:
                return self._pass_over(end)
        elif not self._turn_to(symbol, end):
            return self._pass_over(end)
        self._last_end = end
        self._last_input = None
        self._push(symbol, end, value)
        return self.is_ready

    def _update(self, data: Any) -> bool:
        """The engine's `update`: also for indicators whose `update` the user has written."""
        symbol, end = data._symbol, data._end
        if symbol is self._last_symbol:
            if end < self._last_end:
                return self._pass_over(end)
        elif not self._turn_to(symbol, end):
            return self._pass_over(end)
        if data is self._last_input:
            return self.is_ready
        kind = self._input
        if kind is IndicatorDataPoint:
            # a bar is turned into a point of its value, so the same bar counts again; the same point does not
            self._last_input = data if type(data) is IndicatorDataPoint else None
            x = data._value
        else:
            self._check_input(data)
            self._last_input = x = data
        self._last_end = end
        self._push(symbol, end, x)
        return self.is_ready

    def _check_input(self, data: Any) -> None:
        kind = self._input
        if kind is object or isinstance(data, TradeBar) or (kind is QuoteBar and isinstance(data, QuoteBar)):
            return
        self.samples += 1
        self._misses += 1
        wanted = "QuantConnect.Data.Market.TradeBar" if kind is TradeBar else "QuantConnect.Data.Market.IBaseDataBar"
        place = "QuantConnect.Indicators" if isinstance(data, IndicatorDataPoint) else "QuantConnect.Data.Market"
        raise ArgumentException(
            f"IndicatorBase.Update() 'input' expected to be of type {wanted} but is of type {place}.{type(data).__name__}"
        )

    def _turn_to(self, symbol: Any, end: int) -> bool:
        """Make another symbol's clock the current one; False if `end` lies before that symbol's last data."""
        last, seen = self._others.get(symbol, (MIN_TIME, None))
        if end < last:
            return False
        if self._last_symbol is not _NOT_GIVEN:
            self._others[self._last_symbol] = (self._last_end, self._last_input)
        self._last_symbol, self._last_end, self._last_input = symbol, last, seen
        return True

    def _pass_over(self, end: int) -> bool:
        if not self._refused:
            self._refused = True
            _log.error(
                "IndicatorBase.Update(): This is a forward only indicator: %s Input: %s Previous: %s. "
                "It will not be updated with this input.",
                self.name,
                to_datetime(end),
                to_datetime(self._last_end),
            )
        return self.is_ready

    def _push(self, symbol: Any, end: int, x: Any) -> None:
        """One step with an input that is known to be in order; tells the handlers."""
        self.samples += 1
        try:
            value = self._next(x, symbol, end)
        except Overflow:
            raise OverflowException("Value was either too large or too small for a Decimal.") from None
        if value is None:
            self._misses += 1
            return
        self._value = value
        self._history.appendleft((value, end, symbol))
        if self._event is not None:
            self._event.fire_point(self, symbol, end, value)

    def _feed(self, x: Any) -> Decimal:
        """One step of a part that nobody sees: no window, no handlers. Gives back the value."""
        self.samples += 1
        value = self._next(x, None, MIN_TIME)
        if value is not None:
            self._value = value
        return self._value

    def _show(self, symbol: Any, end: int, value: Decimal) -> None:
        """Set the value of a part that its owner computes; tells the handlers."""
        self.samples += 1
        self._value = value
        self._history.appendleft((value, end, symbol))
        if self._event is not None:
            self._event.fire_point(self, symbol, end, value)

    def _bulk(self, times: Sequence[int], values: Sequence[Decimal], symbol: Any = None) -> list[Decimal]:
        """Take a whole column of prices (times ascending, microseconds); gives the value after each. Same result as `update`."""
        if self._event is not None:
            accept = self._accept
            result = []
            for end, value in zip(times, values, strict=True):
                accept(symbol, end, value)
                result.append(self._value)
            return result
        start = self._first_taken(times, symbol)
        result = [self._value] * start + self._run(times, values, start, symbol)
        if start < len(times):
            self._last_end = times[-1]
            self._last_input = None
        return result

    def _doubles(self) -> Any:
        """What goes on with the doubles of the values alone (see `doubles.py`); None where there is no such way."""
        return None

    def _first_taken(self, times: Sequence[int], symbol: Any) -> int:
        """How many leading inputs are older than the last one taken; makes the symbol current if any is taken."""
        last = self._last_end if symbol is self._last_symbol else self._others.get(symbol, (MIN_TIME, None))[0]
        start = 0
        while start < len(times) and times[start] < last:
            self._pass_over(times[start])
            start += 1
        if start < len(times) and symbol is not self._last_symbol:
            self._turn_to(symbol, times[start])
        return start

    def _run(self, times: Sequence[int], values: Sequence[Decimal], start: int, symbol: Any) -> list[Decimal]:
        """The loop of `_bulk`; classes that matter have their own. Handlers are not called."""
        result = []
        push = self._push
        for i in range(start, len(values)):
            push(symbol, times[i], values[i])
            result.append(self._value)
        return result

    def _end_run(self, times: Sequence[int], result: list[Decimal], symbol: Any) -> list[Decimal]:
        """What a loop of one's own leaves behind: value and window after `result`, whose values were all shown."""
        count = len(result)
        if count:
            self._value = result[-1]
            first = len(times) - count
            for i in range(max(0, count - (self._history.maxlen or 0)), count):
                self._history.appendleft((result[i], times[first + i], symbol))
        return result

    # what is seen ----------------------------------------------------------------------------------
    @property
    def is_ready(self) -> bool:
        """Whether enough data has come for the value to mean something."""
        return self.samples >= self._ready_after

    @property
    def current(self) -> IndicatorDataPoint:
        """The newest value; 0 at the year 1 before the first."""
        value, end, symbol = self._history[0]
        return IndicatorDataPoint._of(symbol, end, value)

    @property
    def previous(self) -> IndicatorDataPoint:
        """The value before the newest."""
        if len(self._history) < 2 or self.window.count < 2:
            return IndicatorDataPoint._of(None, MIN_TIME, ZERO)
        value, end, symbol = self._history[1]
        return IndicatorDataPoint._of(symbol, end, value)

    @property
    def window(self) -> RollingWindow:
        """The last values, newest first: 2 unless its `size` is set or a further one is read."""
        if self._window is None:
            self._window = PointWindow(self)
        return self._window

    def __getitem__(self, index: int) -> Any:
        return self.window[index]

    def __iter__(self) -> Iterator[IndicatorDataPoint]:
        return iter(self.window)

    @property
    def updated(self) -> Event:
        """Fired after each new value: `indicator.updated += lambda sender, point: …`."""
        if self._event is None:
            self._event = Event()
        return self._event

    @updated.setter
    def updated(self, event: Event) -> None:
        self._event = event

    def on_updated(self, consolidated: Any) -> None:
        """Tell the handlers of `updated` of a point; for indicators of the user's that make their values themselves."""
        if self._event is not None:
            self._event.fire_point(self, consolidated.symbol, to_us(consolidated.end_time), to_decimal(consolidated.value))

    def _link(self, receiver: Link) -> None:
        self.updated.link(receiver)

    @property
    def consolidators(self) -> set[Any]:
        """The consolidators that feed this indicator."""
        if self._consolidators is None:
            self._consolidators = set()
        return self._consolidators

    def to_detailed_string(self) -> str:
        """`name - value`."""
        return f"{self.name} - {self}"

    def compare_to(self, other: Any) -> int:
        """-1, 0 or 1 by value; 1 against None. Raises TypeError against anything but an indicator."""
        if other is None:
            return 1
        if not isinstance(other, IndicatorBase):
            raise TypeError(f"Object must be of type {type(self).__name__}")
        return (self._value > other._value) - (self._value < other._value)

    def __lt__(self, other: Any) -> bool:
        return self.compare_to(other) < 0

    def __le__(self, other: Any) -> bool:
        return self.compare_to(other) <= 0

    def __gt__(self, other: Any) -> bool:
        return self.compare_to(other) > 0

    def __ge__(self, other: Any) -> bool:
        return self.compare_to(other) >= 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, IndicatorBase) or other is None:
            return self is other
        try:
            return self._value == (Decimal(int(other)) if isinstance(other, bool) else to_decimal(other))
        except (TypeError, ValueError):
            return False

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return short_text(self._value)

    def __repr__(self) -> str:
        return f"<QuantConnect.Indicators.{type(self).__name__} object at {id(self):#x}>"


def _copied(value: Any) -> Any:
    if isinstance(value, IndicatorBase):
        return value._save()
    if isinstance(value, deque):
        return deque(map(_copied, value), value.maxlen)
    if isinstance(value, (list, set)):
        return type(value)(map(_copied, value))
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return value


class Indicator(IndicatorBase):
    """An indicator of one price: takes points, or any data by its value (close, mid close, a tick's price)."""


class WindowIndicator(Indicator):
    """An indicator over the last `period` prices.

    `_prices` holds them oldest first, at most `period`; `_next_in` sees the input before it is among them.
    """

    _period_extra: ClassVar[int] = 0
    """How much longer than the user's period the window is."""

    def _setup(self, period: int, **values: Any) -> None:  # type: ignore[override]
        if period + self._period_extra < 1:
            raise ArgumentException("RollingWindow must have size of at least 1. (Parameter 'period')")
        self._size = period + self._period_extra
        self._prices: deque[Decimal] = deque(maxlen=self._size)
        self._ready_after = self._size
        self.warm_up_period = period
        self._prepare(period, **values)

    def _prepare(self, period: int, **values: Any) -> None:
        """Take the other values of the constructor."""

    @property
    def period(self) -> int:
        """The length of the window."""
        return self._size

    def _reset_parts(self) -> None:
        self._prices.clear()


class BarIndicator(IndicatorBase):
    """An indicator of trade or quote bars."""

    _input = QuoteBar


class TradeBarIndicator(IndicatorBase):
    """An indicator of trade bars."""

    _input = TradeBar


class DataIndicator(IndicatorBase):
    """An indicator of any data, taken as it is."""

    _input = object


def part_property(name: str, doc: str) -> property:
    """A read-only view of a decimal field as the float that Python sees."""
    return property(lambda self: to_double(getattr(self, name)), doc=doc)
