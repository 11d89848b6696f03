"""How long an insight holds: from a span, a count of bars, a closing time or a function, in the exchange's calendar.

The rules are those of `Insight.ComputeCloseTime` and `Time.GetEndTimeForTradeBars`: only bars that touch regular hours count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException, ArgumentOutOfRangeException
from lyra.engine.enums import Resolution
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.times import DAY, HOUR, MINUTE, SECOND, to_datetime, to_us

END_OF_TIME = to_us(datetime(2050, 12, 31))
"""LEAN's `Time.EndOfTime`."""
BAR_COUNT_TEXT = "Insight barCount must be greater than zero. (Parameter 'barCount')"
PERIOD_TEXT = "Insight period must be greater than or equal to 1 second. (Parameter 'period')"
PAST_TEXT = "Insight closeTimeLocal must not be in the past. (Parameter 'closeTimeLocal')"

# (exchange hours, generated UTC us) -> (close UTC us, period us)
PeriodRule = Callable[[Any, int], tuple[int, int]]


def end_of_bars(hours: Any, start: int, size: int, count: int) -> int:
    """Wall time at which the `count`-th bar of `size` us that touches regular hours ends."""
    current = start
    if size == DAY:
        while count > 0:
            current += DAY
            count -= hours.is_date_open_us(current)
        return current
    while count > 0:
        if hours.is_open_between_us(current, current + size, False):
            count -= 1
            current += size
        else:
            current += max(1, (hours.next_open_us(current, False) - current) // size) * size
    return current


def close_after_bars(hours: Any, generated: int, size: int, count: int) -> int:
    """UTC close of an insight that lasts `count` bars; hours are counted in minutes."""
    if count < 1:
        raise ArgumentOutOfRangeException(BAR_COUNT_TEXT)
    if size == HOUR:
        size, count = MINUTE, count * 60
    size = size or SECOND
    zone = hours.time_zone
    return zone.to_utc(end_of_bars(hours, zone.to_local(generated), size, count))  # type: ignore[no-any-return]


def close_after_span(hours: Any, generated: int, period: int) -> int:
    """UTC close of an insight that lasts a span of trading time."""
    if period < SECOND:
        raise ArgumentOutOfRangeException(PERIOD_TEXT)
    size = SECOND if period < MINUTE else MINUTE if period < DAY else DAY
    count = period // size
    close = close_after_bars(hours, generated, size, count)
    if close == generated:
        return close_after_bars(hours, generated, SECOND, 1)
    rest = period - size * count
    if rest and size == DAY:
        # What is left of a day is that share of a usual session.
        ticks = round(hours._regular_duration * 10 * (rest / DAY))
        rest = ticks // 10
    minutes = rest // MINUTE
    return close_after_bars(hours, close, MINUTE, minutes) if minutes > 0 else close


def span_rule(period: int) -> PeriodRule:
    """An insight of a span of trading time; the period stays as it was given."""
    period = period or SECOND
    return lambda hours, generated: (close_after_span(hours, generated, period), period)


def bars_rule(resolution: Resolution, count: int) -> PeriodRule:
    """An insight of a count of bars."""
    if count < 1:
        raise ArgumentOutOfRangeException(BAR_COUNT_TEXT)

    def rule(hours: Any, generated: int) -> tuple[int, int]:
        close = close_after_bars(hours, generated, RESOLUTION_US[resolution], count)
        return close, close - generated

    return rule


def close_rule(close_local: int) -> PeriodRule:
    """An insight until a wall time of the exchange, or the next open if it is closed then."""

    def rule(hours: Any, generated: int) -> tuple[int, int]:
        close = _open_time(hours, close_local)
        if generated > close:
            raise ArgumentException(PAST_TEXT)
        return close, close - generated

    return rule


def function_rule(function: Callable[[Any], Any]) -> PeriodRule:
    """An insight until the wall time that a function gives for the wall time of its making."""

    def rule(hours: Any, generated: int) -> tuple[int, int]:
        close = _open_time(hours, to_us(function(to_datetime(hours.time_zone.to_local(generated)))))
        return close, close - generated

    return rule


def endless_rule(hours: Any, generated: int) -> tuple[int, int]:
    """An insight that never ends."""
    return END_OF_TIME, END_OF_TIME


def _open_time(hours: Any, local: int) -> int:
    if not hours.is_open_us(local, False):
        local = hours.next_open_us(local, False)
    return hours.time_zone.to_utc(local)  # type: ignore[no-any-return]


def resolution_span(resolution: Resolution, count: int) -> timedelta:
    """So many bars of a resolution as a timedelta."""
    return timedelta(microseconds=RESOLUTION_US[resolution] * count)
