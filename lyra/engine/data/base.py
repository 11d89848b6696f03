"""`BaseData`: one point of data with a symbol, a time span and a value."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import ZERO, decimal_text, to_decimal, to_float
from lyra.engine.enums import MarketDataType, Resolution
from lyra.engine.naming import LeanObject
from lyra.engine.times import MIN_TIME, to_datetime, to_us


class BaseData(LeanObject):
    """A point of data. `time` is its start and `end_time` the moment it is known, both in the exchange's zone.

    Engine code reads `_time` and `_end` (microseconds of wall time) and `_value` (exact decimal) instead.
    """

    symbol: Any
    time: datetime
    end_time: datetime
    value: float

    _pandas: ClassVar[dict[str, str]] = {}
    _is_common: ClassVar[bool] = False

    data_type: MarketDataType = MarketDataType.BASE
    is_fill_forward: bool = False

    _symbol: Any = None
    _time: int = MIN_TIME
    _end_time: int | None = None
    _value: Decimal = ZERO

    @property  # type: ignore[no-redef]
    def symbol(self) -> Any:
        return self._symbol

    @symbol.setter
    def symbol(self, value: Any) -> None:
        self._symbol = value

    @property  # type: ignore[no-redef]
    def time(self) -> datetime:
        return to_datetime(self._time)

    @time.setter
    def time(self, value: datetime) -> None:
        self._time = to_us(value)

    @property
    def _end(self) -> int:
        return self._time if self._end_time is None else self._end_time

    @property  # type: ignore[no-redef]
    def end_time(self) -> datetime:
        return to_datetime(self._end)

    @end_time.setter
    def end_time(self, value: datetime) -> None:
        self._end_time = to_us(value)

    @property  # type: ignore[no-redef]
    def value(self) -> float:
        return to_float(self._value)

    @value.setter
    def value(self, value: Any) -> None:
        self._value = to_decimal(value)

    @property
    def price(self) -> float:
        """The same as `value`."""
        return self.value

    # what a custom data type may override ------------------------------------------------------
    def requires_mapping(self) -> bool:
        """Whether the symbol's ticker history applies to this data."""
        return False

    def is_sparse_data(self) -> bool:
        """Whether missing files are normal for this data."""
        return True

    def default_resolution(self) -> Resolution:
        """The resolution used when none is given."""
        return Resolution.MINUTE

    def supported_resolutions(self) -> list[Resolution]:
        """The resolutions in which this data exists."""
        return list(Resolution)

    def should_cache_to_security(self) -> bool:
        """Whether the security's price follows this data."""
        return True

    def _frame_columns(self) -> dict[str, Any] | None:
        """Columns of a data frame, where they are not those of the class (`_pandas`: column name to attribute)."""
        return None

    def clone(self, fill_forward: bool = False) -> Any:
        """A copy; with `fill_forward` marked as such."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.is_fill_forward = fill_forward
        return other

    def __str__(self) -> str:
        return f"{self.symbol}: {decimal_text(self._value)}"
