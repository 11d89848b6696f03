"""`Expiry`: functions from a time to a later one, for insights' ends and calendars (`Common/Expiry.cs`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from lyra.engine.naming import LeanObject, pascal_case
from lyra.engine.times import months_later

Function = Callable[[datetime], datetime]


def _day(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def one_month(time: datetime) -> datetime:
    """The same day of the next month, or its last."""
    return months_later(time, 1)


def one_quarter(time: datetime) -> datetime:
    """The same day three months later, or the last of that month."""
    return months_later(time, 3)


def one_year(time: datetime) -> datetime:
    """The same day of the next year."""
    return months_later(time, 12)


def end_of_day(time: datetime) -> datetime:
    """The next midnight."""
    return _day(time + timedelta(days=1))


def end_of_week(time: datetime) -> datetime:
    """The midnight at which the next Monday begins."""
    return _day(time + timedelta(days=7 - time.weekday()))


def end_of_month(time: datetime) -> datetime:
    """The first of the next month."""
    return _day(months_later(time, 1)).replace(day=1)


def end_of_quarter(time: datetime) -> datetime:
    """The first of the next quarter."""
    return months_later(_day(time).replace(month=(time.month - 1) // 3 * 3 + 1, day=1), 3)


def end_of_year(time: datetime) -> datetime:
    """The first of the next year."""
    return _day(time).replace(year=time.year + 1, month=1, day=1)


class Expiry(LeanObject):
    """The functions under LEAN's names."""

    ONE_MONTH: ClassVar[Function] = staticmethod(one_month)
    ONE_QUARTER: ClassVar[Function] = staticmethod(one_quarter)
    ONE_YEAR: ClassVar[Function] = staticmethod(one_year)
    END_OF_DAY: ClassVar[Function] = staticmethod(end_of_day)
    END_OF_WEEK: ClassVar[Function] = staticmethod(end_of_week)
    END_OF_MONTH: ClassVar[Function] = staticmethod(end_of_month)
    END_OF_QUARTER: ClassVar[Function] = staticmethod(end_of_quarter)
    END_OF_YEAR: ClassVar[Function] = staticmethod(end_of_year)


for _name in [name for name in vars(Expiry) if name.isupper()]:
    setattr(Expiry, pascal_case(_name), staticmethod(getattr(Expiry, _name)))
    setattr(Expiry, _name.lower(), staticmethod(getattr(Expiry, _name)))
