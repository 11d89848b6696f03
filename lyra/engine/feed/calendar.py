"""Counting bars and days on an exchange's calendar (`Common/Time.cs`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lyra.engine.enums import SecurityType
from lyra.engine.feed.csvcolumns import Ints
from lyra.engine.times import DAY, HOUR, Zone, day_of


def round_down_in_zone(local: int, length: int, exchange_zone: Zone, data_zone: Zone) -> int:
    """An exchange wall time rounded down to a multiple of `length` in the data's zone."""
    if exchange_zone == data_zone:
        return local - local % length
    there = data_zone.to_local(exchange_zone.to_utc(local))
    return exchange_zone.to_local(data_zone.to_utc(there - there % length))


def start_of_open_bar(hours: Any, local: int, length: int, config: Any) -> int:
    """The start of the last bar, on the grid of the data's zone, that began at a wall time or before and in which the market is open."""
    rounded = round_down_in_zone(local, length, hours.time_zone, config.data_time_zone)
    while not hours.is_open_between_us(rounded, rounded + length, config.extended_market_hours):
        local -= length
        rounded = round_down_in_zone(local, length, hours.time_zone, config.data_time_zone)
    return rounded


def daily_calendar(hours: Any, local: int) -> tuple[int, int]:
    """First regular open and last regular close of the trading day around or before a wall time (`LeanData.GetDailyCalendar`)."""
    known = hours._memo.get(local)
    if known is None:
        start = hours.previous_open_us(local, False, first=True)
        known = hours._memo[local] = start, hours.next_close_us(start, False, last=True)
    return known  # type: ignore[no-any-return]


def daily_calendars(hours: Any, local: Ints) -> tuple[Ints, Ints]:
    """`daily_calendar` of many wall times. Securities of one market mostly ask for the same ones."""
    key = local.tobytes()
    known = hours._memo.get(key)
    if known is None:
        spans = np.array([daily_calendar(hours, time) for time in local.tolist()], dtype=np.int64).reshape(-1, 2)
        known = hours._memo[key] = spans[:, 0].copy(), spans[:, 1].copy()
    return known  # type: ignore[no-any-return]


def strict_end_time_applies(symbol: Any, period: int, hours: Any) -> bool:
    """Whether daily bars of a symbol may end at the close (LEAN's `LeanData.UseStrictEndTime`, without the setting)."""
    kind = symbol.security_type
    oanda_cfd = kind == SecurityType.CFD and symbol.id.market == "oanda"
    return not (hours.is_market_always_open or period <= HOUR or oanda_cfd or kind in (SecurityType.FOREX, SecurityType.BASE))


def start_of_bars(hours: Any, end: int, length: int, count: int, extended: bool, data_zone: Zone, strict: bool) -> int:
    """The exchange wall time at which the last `count` bars before `end` begin; bars of closed markets do not count."""
    if strict and length == DAY:
        current = end
        if not hours.is_date_open_us(end) or hours.next_close_us(day_of(end), extended) > end:
            current = round_down_in_zone(end, length, hours.time_zone, data_zone)
    else:
        current = round_down_in_zone(end, length, hours.time_zone, data_zone)
    found = 0
    while found < count:
        previous, current = current, current - length
        if hours.is_open_between_us(current, previous, extended):
            found += 1
    return current


def tradable_days(hours: Any, first: int, last: int, data_zone: Zone, extended: bool = True) -> list[int]:
    """Midnights (wall time of the data zone) of the days in which the market is open between two exchange wall times."""
    key = (first, last, data_zone, extended)
    known = hours._memo.get(key)
    if known is None:
        known = hours._memo[key] = list(_tradable_days(hours, first, last, data_zone, extended))
    return known  # type: ignore[no-any-return]


def _tradable_days(hours: Any, first: int, last: int, data_zone: Zone, extended: bool) -> Iterator[int]:
    zone: Zone = hours.time_zone
    end = day_of(last) + DAY
    same = zone == data_zone
    current = first
    while current < end:
        if same:
            there = current
            following = day_of(current) + DAY
        else:
            there = data_zone.to_local(zone.to_utc(current))
            following = zone.to_local(data_zone.to_utc(day_of(there) + DAY))
        following = min(following, end)
        if hours.is_open_between_us(current, following, extended):
            yield day_of(there)
        current = following
