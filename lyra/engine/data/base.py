"""`BaseData`: one point of data with a symbol, a time span and a value."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.enums import MarketDataType, Resolution
from lyra.engine.naming import LeanObject
from lyra.engine.times import MIN_TIME, Zone, to_datetime, to_net_us, zone

_CENT = Decimal("0.01")


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
        self._time = to_net_us(value)

    @property
    def _end(self) -> int:
        return self._time if self._end_time is None else self._end_time

    @property  # type: ignore[no-redef]
    def end_time(self) -> datetime:
        return to_datetime(self._end)

    @end_time.setter
    def end_time(self, value: datetime) -> None:
        self._end_time = to_net_us(value)

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
    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> Any:
        """Where a date's data is (`SubscriptionDataSource`); None for nowhere."""
        raise NotImplementedError(f"{type(self).__name__} must implement get_source(config, date, is_live_mode).")

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> Any:
        """The point of a line of the source; None for a line without one."""
        raise NotImplementedError(f"{type(self).__name__} must implement reader(config, line, date, is_live_mode).")

    def data_time_zone(self) -> Zone:
        """The zone of the data's times."""
        return zone("America/New_York")

    def requires_mapping(self) -> bool:
        """Whether the symbol's ticker history applies to this data."""
        return bool(self._symbol is not None and self._symbol.requires_mapping())

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

    _frames_lack_value: ClassVar[bool] = False
    """Whether data frames have no column `value` for this type."""

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
        return f"{self.symbol}: {_money_text(self._value)}"


def _money_text(value: Decimal) -> str:
    """.NET's invariant currency format: `¤1,234.50`, a negative amount in brackets."""
    text = f"¤{abs(value).quantize(_CENT, ROUND_HALF_UP):,}"
    return f"({text})" if value < 0 else text
