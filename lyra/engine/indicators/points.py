"""`IndicatorDataPoint`, the value of an indicator at a time, and `IndicatorResult`, what a composer gives back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.decimals import ZERO, decimal_text, to_decimal
from lyra.engine.enums import IndicatorStatus
from lyra.engine.exact import to_double
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol
from lyra.engine.times import MIN_TIME, to_datetime, to_us

_MILLISECOND = 1000
_FIVE_PLACES = Decimal("0.00001")
_ROOMY = Context(prec=60)


def moment(value: Any) -> int:
    """Wall-clock microseconds of a datetime from user code, cut to milliseconds as LEAN's Python bridge does."""
    if not isinstance(value, (datetime, date)):
        raise TypeError(f"a datetime is needed, not {value!r}")
    us = to_us(value)
    return us - us % _MILLISECOND


def short_text(value: Decimal) -> str:
    """One to five decimals, half away from zero, never "-0.0": .NET's format `#######0.0####`."""
    rounded = value.quantize(_FIVE_PLACES, rounding=ROUND_HALF_UP, context=_ROOMY)
    if rounded == ZERO:
        return "0.0"
    text = format(rounded, "f").rstrip("0")
    return text + "0" if text.endswith(".") else text


class IndicatorDataPoint(BaseData):
    """A value at a time. `value` is a float; the exact decimal is `_value`. Points compare by value, equal by time and value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """`IndicatorDataPoint()`, `(time, value)` or `(symbol, time, value)`."""
        names: tuple[str, ...] = ("symbol", "time", "value") if len(args) + len(kwargs) == 3 else ("time", "value")
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        if len(args) > 3 or (given and not {"time", "value"} <= set(given)):
            raise TypeError(f"No method matches given arguments for .ctor: {tuple(type(a) for a in args)}. "
                            "IndicatorDataPoint takes (time, value) or (symbol, time, value)")  # fmt: skip
        if given:
            self._symbol = given.get("symbol")
            self._time = moment(given["time"])
            self._value = to_decimal(given["value"])

    @classmethod
    def _of(cls, symbol: Any, end: int, value: Decimal) -> IndicatorDataPoint:
        point = cls.__new__(cls)
        point._symbol = symbol
        point._time = end
        point._value = value
        return point

    @property  # type: ignore[override]
    def symbol(self) -> Any:
        """The symbol whose data made the point; the empty symbol if it came without one."""
        return Symbol.EMPTY if self._symbol is None else self._symbol

    @symbol.setter
    def symbol(self, value: Any) -> None:
        self._symbol = value

    @property  # type: ignore[override]
    def value(self) -> float:
        return to_double(self._value)

    @value.setter
    def value(self, value: Any) -> None:
        self._value = to_decimal(value)

    @property
    def _end(self) -> int:
        return self._time

    @property  # type: ignore[override]
    def end_time(self) -> datetime:
        return to_datetime(self._time)

    @end_time.setter
    def end_time(self, value: datetime) -> None:
        self._time = moment(value)

    def compare_to(self, other: Any) -> int:
        """-1, 0 or 1 by value; 1 against None."""
        if other is None:
            return 1
        if not isinstance(other, IndicatorDataPoint):
            raise TypeError("Object must be of type IndicatorDataPoint")
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
        return isinstance(other, IndicatorDataPoint) and other._time == self._time and other._value == self._value

    def __hash__(self) -> int:
        return hash((self._time, self._value))

    def __str__(self) -> str:
        time = "0001-01-01T00:00:00" if self._time == MIN_TIME else to_datetime(self._time).isoformat(timespec="seconds")
        return f"{time} - {decimal_text(self._value)}"


class IndicatorResult(LeanObject):
    """A new value and whether it may be used; anything but `IndicatorStatus.SUCCESS` makes no update."""

    def __init__(self, value: Any, status: IndicatorStatus = IndicatorStatus.SUCCESS) -> None:
        self._value = to_decimal(value)
        self._status = status

    @property
    def value(self) -> float:
        """The value."""
        return to_double(self._value)

    @property
    def status(self) -> IndicatorStatus:
        """Success, or why there is no value."""
        return self._status
