"""The engine of time and count consolidators: when a bar starts, when it is complete, when it comes out.

Rules (LEAN's `PeriodCountConsolidatorBase`): periods up to a day start at multiples since the year 1, longer ones at their
first data; a bar comes out before an input that starts at or after its end is taken, or by a scan at that time, whichever
is first; count consolidators take the input first. Times are wall-clock microseconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from lyra.engine.consolidators.base import NEVER, DataConsolidator, wall_us
from lyra.engine.consolidators.calendar import Schedule, floor_us, schedule_of
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import Resolution
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.indicators.helpers import period_text
from lyra.engine.times import DAY, HOUR, SECOND, day_of, span_us, to_datetime, to_us

"""Length of each resolution."""

_PROBE = to_us(datetime(2022, 1, 3, 10, 10, 10))
_WEEK = 7 * DAY


class PeriodCountConsolidator(DataConsolidator):
    """Base of consolidators by time, by number of inputs, or by calendar.

    `(timedelta[, start_time])`, `(count)`, `(count, timedelta)`, `(function)` where the function gives a `CalendarInfo`.
    """

    _typed = "after"
    _sets_period: ClassVar[bool] = True
    """Whether a bar that an input completes gets the period as its length (LEAN: trade bars)."""

    def __init__(self, period: Any = None, start_time: Any = None, **kwargs: Any) -> None:
        period, second = _first_of(period, start_time, kwargs)
        self._count_limit: int | None = None
        self._period: int | None = None
        self._anchor: int | None = None
        self._calendar: Schedule | None = None
        if isinstance(period, Resolution):
            self._period = RESOLUTION_US[period]
        elif isinstance(period, timedelta):
            self._period = span_us(period)
            self._anchor = None if second is None else span_us(second)
        elif hasattr(period, "__index__") and not isinstance(period, bool):
            self._count_limit = int(period)
            self._period = None if second is None else span_us(second)
        elif callable(period):
            self._calendar = schedule_of(period)
            self._period = SECOND
            if self._calendar(_PROBE)[0] > _PROBE:
                raise ArgumentException(
                    "FuncPeriodSpecification: Please use a function that computes the start of the bar associated with the given "
                    "date time. Should never return a time later than the one passed in."
                )
        else:
            raise ArgumentException(f"Unable to create a consolidator period from {period!r}: it is not a supported period type.")
        self._by_time_only = self._count_limit is None and self._calendar is None
        self._start_over()

    @classmethod
    def from_resolution(cls, resolution: Resolution) -> Any:
        """A consolidator of a resolution's length."""
        return cls(timedelta(microseconds=RESOLUTION_US[Resolution(resolution)]))

    def _start_over(self) -> None:
        self._symbol: Any = None
        self._count = 0
        self._bar: Any = None
        self._bar_start = 0
        self._bar_end = 0
        self._last_emit: int | None = None
        self._checked = False

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._start_over()

    # what a kind of data defines -----------------------------------------------------------------
    def _wants(self, data: Any) -> bool:
        """Whether this input counts (a tick of the right type)."""
        return True

    def _begin(self, data: Any) -> None:
        """Set `_bar`, `_bar_start`, `_bar_end` from the first input."""
        raise NotImplementedError

    def _add(self, data: Any) -> None:
        """Take a further input into `_bar`."""
        raise NotImplementedError

    def _built(self) -> Any:
        """The bar as it stands, as an object of its own."""
        raise NotImplementedError

    # the rules -----------------------------------------------------------------------------------
    def update(self, data: Any) -> None:
        """Take one piece of data. Raises RuntimeError for a second symbol, ValueError for data longer than the period."""
        self._check(data)
        symbol = data._symbol
        if symbol is not self._symbol:
            self._check_symbol(symbol)
        if not self._wants(data):
            return
        start = data._time
        if not self._checked:
            self._check_length(data, start)
        if self._count_limit is None:
            self._update_by_time(data, start)
        else:
            self._update_by_count(data, start)

    def _update_by_time(self, data: Any, start: int) -> None:
        if self._last_emit is None:
            self._last_emit = -NEVER
        if self._period == 0:
            if start >= self._last_emit:
                self._take(data)
            self._release(start)
            return
        bar_there = self._bar is not None
        if bar_there and start - self._bar_start >= self._period and self._rounded(data) > self._last_emit:  # type: ignore[operator]
            self._release(start)
        if start >= self._last_emit:
            self._take(data)

    def _update_by_count(self, data: Any, start: int) -> None:
        self._count += 1
        release = self._count >= self._count_limit  # type: ignore[operator]
        if release:
            self._count = 0
        if self._last_emit is None:
            self._last_emit = start
        period = self._period
        if period is not None and self._bar is not None and start - self._bar_start >= period and start > self._last_emit:
            release = True
        if period == 0:
            release = True
        if start >= self._last_emit:
            self._take(data)
            self._bar_end = data._end
        if release:
            self._release(start)

    def _take(self, data: Any) -> None:
        if self._bar is None:
            self._begin(data)
            self._set_due()
        else:
            self._add(data)

    def _time_length(self, otherwise: int) -> int:
        """A new bar's length: the period of a time consolidator, else that of the data."""
        return self._period if self._count_limit is None and self._period is not None else otherwise

    def _set_due(self) -> None:
        self.next_due_us = self._bar_start + self._period if self._period else NEVER

    def _release(self, start: int) -> None:
        """Emit the bar; `start` is that of the input which completed it."""
        if self._bar is None:
            self._last_emit = start
            return
        if self._sets_period and self._period is not None:
            self._bar_end = self._bar_start + self._period
        self._last_emit = self._bar_end if self._count_limit is None else start
        self._emit(self._built())
        self._bar = None
        self.next_due_us = NEVER

    def scan(self, current_local_time: datetime | int) -> None:
        """Emit the bar if its period is over."""
        local = wall_us(current_local_time)
        if local < self.next_due_us or self._bar is None or not self._period:
            return
        if local - self._bar_start >= self._period and self._round(local) > self._last_emit:  # type: ignore[operator]
            self._last_emit = self._bar_end
            self._emit(self._built())
            self._bar = None
            self.next_due_us = NEVER

    @property
    def working_data(self) -> Any:
        """A copy of the bar that is being built; None if there is none."""
        return None if self._bar is None else self._built()

    # rounding ------------------------------------------------------------------------------------
    def _round(self, us: int) -> int:
        """Start of the period that a wall time lies in."""
        if self._calendar is not None:
            start, length = self._calendar(us)
            if self._bar is None:
                self._period = length
            return start
        period = self._period
        if self._count_limit is not None or period is None:
            return us
        if self._anchor is not None:
            reference = day_of(us) + self._anchor
            if period >= _WEEK:
                reference = to_us(to_datetime(us).replace(day=1, hour=0, minute=0, second=0, microsecond=0)) + self._anchor
            return reference + (us - reference) // period * period
        return us if period > DAY else floor_us(us, period)

    def _rounded(self, data: Any) -> int:
        """Start of the period of an input. An input that reaches over the period's end starts one of its own."""
        start, end = data._time, data._end
        rounded = self._round(start)
        if self._period is not None and rounded + self._period < end:
            # the hour bars of US equities begin at 09:00, before a session that opens 09:30
            if end - start == HOUR and day_of(rounded) < day_of(start):
                return self._round(end)
            return start  # type: ignore[no-any-return]
        return rounded

    # refusals ------------------------------------------------------------------------------------
    def _check_symbol(self, symbol: Any) -> None:
        if self._symbol is None:
            self._symbol = symbol
        elif symbol != self._symbol:
            known, new = (getattr(s, "id", s) for s in (self._symbol, symbol))
            raise InvalidOperationException(
                f"Consolidators can only be used with a single symbol. The previous consolidated SecurityIdentifier ({known}) "
                f"is not the same as in the current data ({new})."
            )

    def _check_length(self, data: Any, start: int) -> None:
        self._checked = True
        if not self._by_time_only:
            return
        length = data._end - start
        if length > (self._period or 0):
            wanted, got = (period_text(timedelta(microseconds=us)) for us in (self._period or 0, length))
            raise ArgumentException(
                f"For Symbol {data._symbol} can not consolidate bars of period: {wanted}, using data of the same or higher period: {got}",
                place="PeriodCountConsolidatorBase.cs:line 173",
            )


def _first_of(period: Any, second: Any, kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """The first two arguments, whatever names they were given by."""
    given = {key.lower().replace("_", ""): value for key, value in kwargs.items()}
    for key in ("maxcount", "func", "pyfuncobj", "calendar"):
        if key in given:
            return given[key], period if period is not None else given.get("period", second)
    return period, given.get("starttime", second)
