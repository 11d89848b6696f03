"""Rules as functions: dates from a range, and moments from dates (`Common/Scheduling/Func*Rule.cs`, `CompositeTimeRule.cs`).

Dates are microseconds of wall time at midnight, moments are microseconds in UTC; the public members take and give datetimes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.times import Zone, to_datetime, to_us, to_utc_datetime

Days = Callable[[int, int], Iterable[int]]
Moments = Callable[[Iterable[int]], Iterable[int]]


class FuncDateRule(LeanObject):
    """A date rule: which dates of a range."""

    def __init__(self, name: str, get_dates_function: Callable[[datetime, datetime], Iterable[datetime]]) -> None:
        """`get_dates_function(start, end)` gives ascending dates. Raises ValueError if it is no function."""
        if not callable(get_dates_function):
            raise ArgumentException("Python DateRule provided is not a function")
        self._name = name
        self._days: Days = lambda start, end: map(to_us, get_dates_function(to_datetime(start), to_datetime(end)))

    @staticmethod
    def _of(name: str, days: Days) -> FuncDateRule:
        rule = FuncDateRule.__new__(FuncDateRule)
        rule._name = name
        rule._days = days
        return rule

    @property
    def name(self) -> str:
        """The rule's name."""
        return self._name

    def get_dates(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The rule's dates from `start` to `end`, naive."""
        return map(to_datetime, self._days(to_us(start), to_us(end)))


class TimeRule(LeanObject):
    """Base of time rules: which moments on given dates."""

    name: str

    def _utc(self, days: Iterable[int]) -> Iterable[int]:
        raise NotImplementedError

    def create_utc_event_times(self, dates: Iterable[datetime]) -> Iterator[datetime]:
        """The rule's moments on the dates, aware."""
        return map(to_utc_datetime, self._utc(map(to_us, dates)))

    def _utc_times(self, date_rule: Any, local_zone: Zone, start: int, end: int) -> Iterator[int]:
        """The moments on the dates of a rule between two moments in UTC, asked in the wall time of `local_zone`."""
        return iter(self._utc(days_of(date_rule)(local_zone.to_local(start), local_zone.to_local(end))))


class FuncTimeRule(TimeRule):
    """A time rule that is a function of dates."""

    def __init__(self, name: str, create_utc_event_times_function: Callable[[Iterable[datetime]], Iterable[datetime]]) -> None:
        """`create_utc_event_times_function(dates)` gives moments in UTC. Raises ValueError if it is no function."""
        if not callable(create_utc_event_times_function):
            raise ArgumentException("Python TimeRule provided is not a function")
        self._name = name
        self._utc: Moments = lambda days: map(to_us, create_utc_event_times_function(map(to_datetime, days)))  # type: ignore[assignment,method-assign]

    @staticmethod
    def _of(name: str, moments: Moments) -> FuncTimeRule:
        rule = FuncTimeRule.__new__(FuncTimeRule)
        rule._name = name
        rule._utc = moments  # type: ignore[method-assign]
        return rule

    @property
    def name(self) -> str:  # type: ignore[override]
        """The rule's name."""
        return self._name


class CompositeTimeRule(TimeRule):
    """The moments of several time rules on each date, in order and each once."""

    def __init__(self, *time_rules: Any) -> None:
        """Rules, or one list of rules."""
        given = time_rules[0] if len(time_rules) == 1 and isinstance(time_rules[0], (list, tuple)) else time_rules
        self._rules = list(given)

    @property
    def rules(self) -> list[Any]:
        """The rules that it combines."""
        return list(self._rules)

    @property
    def name(self) -> str:  # type: ignore[override]
        """The rules' names."""
        return ",".join(rule.name for rule in self._rules)

    def _utc(self, days: Iterable[int]) -> Iterator[int]:
        for day in days:
            yield from sorted({moment for rule in self._rules for moment in moments_of(rule)([day])})


def days_of(rule: Any) -> Days:
    """The dates of a rule, the user's own included. Raises TypeError for anything else."""
    if isinstance(rule, FuncDateRule):
        return rule._days
    method = find_method(rule, "get_dates")
    if method is None:
        raise TypeError(f"{type(rule).__name__} is not a date rule")
    return lambda start, end: map(to_us, method(to_datetime(start), to_datetime(end)))


def moments_of(rule: Any) -> Moments:
    """The moments of a time rule, the user's own included. Raises TypeError for anything else."""
    if isinstance(rule, TimeRule):
        return rule._utc
    method = find_method(rule, "create_utc_event_times")
    if method is None:
        raise TypeError(f"{type(rule).__name__} is not a time rule")
    return lambda days: map(to_us, method(map(to_datetime, days)))
