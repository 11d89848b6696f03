"""Clocks: instants as microseconds, and time zones that convert whole columns.

Inside the engine an instant is an int: microseconds since 1970-01-01, in UTC or in a zone's wall time as the name says.
Python's datetimes are made only when the algorithm asks for one. Local-to-UTC follows LEAN's mapping
(`Extensions.ConvertToUtc`): an ambiguous time is the later one, a skipped one becomes the moment after the gap.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from lyra.engine.errors import ConfigError

Day = TypeVar("Day", date, datetime)

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1)
_GMT = timezone(timedelta(0), "GMT 0:0")  # what LEAN calls it
EPOCH_UTC = datetime(1970, 1, 1, tzinfo=_GMT)
MIN_TIME = int((datetime(1, 1, 1) - EPOCH).total_seconds()) * SECOND
"""C#'s `DateTime.MinValue`, 0001-01-01."""

_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime | date) -> int:
    """Wall-clock microseconds of a datetime; a zone attached to it is dropped, as LEAN drops it."""
    if isinstance(moment, datetime):
        return (moment.replace(tzinfo=None) - EPOCH) // _MICROSECOND
    return (datetime(moment.year, moment.month, moment.day) - EPOCH) // _MICROSECOND


def to_net_us(moment: datetime | date) -> int:
    """The same of a moment that Python gives to LEAN, which keeps its milliseconds (record `PyValues`)."""
    return to_us(moment) // 1000 * 1000


def to_datetime(us: int) -> datetime:
    """The naive datetime of wall-clock microseconds."""
    return EPOCH + timedelta(microseconds=us)


def to_utc_datetime(us: int) -> datetime:
    """The aware datetime of UTC microseconds."""
    return EPOCH_UTC + timedelta(microseconds=us)


def span_us(span: timedelta) -> int:
    """Microseconds of a timedelta."""
    return span // _MICROSECOND


def day_of(us: int) -> int:
    """Midnight of the day of wall-clock microseconds."""
    return us - us % DAY


def iso_z(us: int) -> str:
    """LEAN's JSON text of a UTC instant: fractions only if there are any."""
    text = to_datetime(us).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


class Zone:
    """A time zone, as `TimeZones.NEW_YORK` or `self.time_zone`: `str()` is its IANA name."""

    FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)

    def __init__(self, name: str) -> None:
        self.id = self.name = name
        self._info = UTC if name == "UTC" else ZoneInfo(name)
        self._starts: list[int] = []
        self._offsets: list[int] = []
        self._find_offsets()
        self._start_array = np.array(self._starts, dtype=np.int64)
        self._offset_array = np.array(self._offsets, dtype=np.int64)
        self._local_starts = [s + o for s, o in zip(self._starts, self._offsets, strict=True)]
        self._local_start_array = np.array(self._local_starts, dtype=np.int64)

    def _offset_at(self, seconds: int) -> int:
        offset = datetime.fromtimestamp(seconds, self._info).utcoffset()
        return 0 if offset is None else span_us(offset)

    def _find_offsets(self) -> None:
        week = 7 * 86_400
        at, last = int(self.FIRST.timestamp()), int(self.LAST.timestamp())
        offset = self._offset_at(at)
        self._starts.append(MIN_TIME)
        self._offsets.append(offset)
        if self._info is UTC:
            return
        while at < last:
            if self._offset_at(at + week) != offset:
                low, high = at, at + week
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if self._offset_at(middle) == offset else (low, middle)
                offset = self._offset_at(at + week)
                self._starts.append(high * SECOND)
                self._offsets.append(offset)
            at += week

    def segment(self, utc: int) -> tuple[int, int, int]:
        """(start, end, offset): the span of UTC around `utc` in which the offset is constant."""
        i = bisect_right(self._starts, utc) - 1
        return self._starts[i], self._starts[i + 1] if i + 1 < len(self._starts) else 2**62, self._offsets[i]

    def to_local(self, utc: int) -> int:
        """Wall time of a UTC instant."""
        return utc + self._offsets[bisect_right(self._starts, utc) - 1]

    def to_utc(self, local: int) -> int:
        """UTC instant of a wall time: ambiguous gives the later, skipped gives the moment after the gap."""
        i = bisect_right(self._local_starts, local) - 1
        utc = local - self._offsets[i]
        return min(utc, self._starts[i + 1]) if i + 1 < len(self._starts) else utc

    def to_local_array(self, utc: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """`to_local` of a column."""
        if len(self._starts) == 1:
            return utc + self._offsets[0]
        return utc + self._offset_array[np.searchsorted(self._start_array, utc, "right") - 1]

    def to_utc_array(self, local: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """`to_utc` of a column."""
        if len(self._starts) == 1:
            return local - self._offsets[0]
        i = np.searchsorted(self._local_start_array, local, "right") - 1
        limit = np.append(self._start_array[1:], 2**62)[i]
        result: npt.NDArray[np.int64] = np.minimum(local - self._offset_array[i], limit)
        return result

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"Zone({self.id!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


class CachedDateTimeZone(Zone):
    """A zone of the time zone database, as LEAN names the type."""


class FixedDateTimeZone(Zone):
    """A zone whose offset never changes, as LEAN names the type."""


@cache
def _zone(name: str) -> Zone:
    try:
        return (FixedDateTimeZone if name == "UTC" else CachedDateTimeZone)(name)
    except (ZoneInfoNotFoundError, ValueError) as e:
        raise ConfigError(f"{name!r} is not a time zone; use an IANA name such as 'America/New_York'.") from e


def zone(name: Any) -> Zone:
    """The zone of an IANA name (or of a `Zone`); one object a name."""
    if isinstance(name, Zone):
        return name
    text = str(name)
    return _zone("UTC" if text in ("Etc/UTC", "Etc/GMT", "GMT") else text)


class Time:
    """LEAN's named moments and spans (`Common/Time.cs`)."""

    __module__ = "QuantConnect"  # algorithms print the class

    END_OF_TIME = datetime(2050, 12, 31)
    START = datetime(1998, 1, 2)
    BEGINNING_OF_TIME = datetime(1899, 12, 30)
    MAX_TIME_SPAN = timedelta(days=365_000)
    ONE_YEAR = timedelta(days=365)
    ONE_DAY = timedelta(days=1)
    ONE_HOUR = timedelta(hours=1)
    ONE_MINUTE = timedelta(minutes=1)
    ONE_SECOND = timedelta(seconds=1)
    ONE_MILLISECOND = timedelta(milliseconds=1)

    @staticmethod
    def each_tradeable_day_in_time_zone(exchange: Any, from_: datetime, thru: datetime, time_zone: Any,
                                        include_extended_market_hours: bool = True) -> list[datetime]:  # fmt: skip
        """The dates, in a zone, of the days in which an exchange is open between two of its wall times."""
        from lyra.engine.feed.calendar import tradable_days

        days = tradable_days(exchange, to_us(from_), to_us(thru), zone(time_zone), include_extended_market_hours)
        return [to_datetime(day) for day in days]

    @staticmethod
    def multiply(interval: timedelta, multiplier: float) -> timedelta:
        """A span so many times as long."""
        return interval * multiplier

    Multiply = multiply


class TimeZones:
    """LEAN's named time zones (`Common/TimeZones.cs`)."""


_TIME_ZONES = {
    "UTC": "UTC", "NEW_YORK": "America/New_York", "EASTERN_STANDARD": "UTC-05", "LONDON": "Europe/London",
    "HONG_KONG": "Asia/Hong_Kong", "TOKYO": "Asia/Tokyo", "ROME": "Europe/Rome", "SYDNEY": "Australia/Sydney",
    "VANCOUVER": "America/Vancouver", "TORONTO": "America/Toronto", "CHICAGO": "America/Chicago",
    "LOS_ANGELES": "America/Los_Angeles", "PHOENIX": "America/Phoenix", "AUCKLAND": "Pacific/Auckland",
    "MOSCOW": "Europe/Moscow", "MADRID": "Europe/Madrid", "BUENOS_AIRES": "America/Argentina/Buenos_Aires",
    "BRISBANE": "Australia/Brisbane", "SAO_PAULO": "America/Sao_Paulo", "CAIRO": "Africa/Cairo",
    "JOHANNESBURG": "Africa/Johannesburg", "ANCHORAGE": "America/Anchorage", "DENVER": "America/Denver",
    "DETROIT": "America/Detroit", "MEXICO_CITY": "America/Mexico_City", "JERUSALEM": "Asia/Jerusalem",
    "SHANGHAI": "Asia/Shanghai", "MELBOURNE": "Australia/Melbourne", "AMSTERDAM": "Europe/Amsterdam",
    "ATHENS": "Europe/Athens", "BERLIN": "Europe/Berlin", "BUCHAREST": "Europe/Bucharest", "DUBLIN": "Europe/Dublin",
    "HELSINKI": "Europe/Helsinki", "ISTANBUL": "Europe/Istanbul", "MINSK": "Europe/Minsk", "PARIS": "Europe/Paris",
    "ZURICH": "Europe/Zurich", "HONOLULU": "Pacific/Honolulu", "KOLKATA": "Asia/Kolkata", "SINGAPORE": "Asia/Singapore",
    "SEOUL": "Asia/Seoul", "TAIPEI": "Asia/Taipei", "EUREX": "Europe/Berlin",
}  # fmt: skip


class _LazyZone:
    """A class attribute that makes its zone when it is first read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: Any) -> Zone:
        return zone("Etc/GMT+5" if self._name == "UTC-05" else self._name)


for _name, _iana in _TIME_ZONES.items():
    setattr(TimeZones, _name, _LazyZone(_iana))
    setattr(TimeZones, "".join(p.capitalize() for p in _name.split("_")) if len(_name) > 3 else "Utc", _LazyZone(_iana))


def span_text(ticks: int) -> str:
    """.NET's text of a TimeSpan in ticks of 100 ns: `1.02:03:04.5000000`."""
    sign = "-" if ticks < 0 else ""
    seconds, fraction = divmod(abs(ticks), 10_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{sign}{f'{days}.' if days else ''}{hours:02d}:{minutes:02d}:{seconds:02d}{f'.{fraction:07d}' if fraction else ''}"


def months_later(day: Day, months: int) -> Day:
    """The same day some months later (earlier if negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
