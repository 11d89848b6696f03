"""When a portfolio is rebalanced: the functions behind the `rebalance` argument of the construction models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from lyra.engine.enums import Resolution
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.framework.insight_periods import END_OF_TIME
from lyra.engine.naming import find_method
from lyra.engine.times import MIN_TIME, span_us, to_datetime, to_us, to_utc_datetime

RebalanceRule = Callable[[int], "int | None"]
"""UTC us of now -> UTC us of the next rebalancing, None for not known yet."""


def rebalance_rule(rebalance: Any) -> RebalanceRule | None:
    """The rule of a resolution, a span, a date rule or a function of the UTC time; None means at every call."""
    if rebalance is None:
        return None
    if isinstance(rebalance, Resolution):
        step = RESOLUTION_US[rebalance]
        return lambda now: now + step
    if isinstance(rebalance, timedelta):
        span = span_us(rebalance)
        return (lambda now: now + span) if span else None
    if find_method(rebalance, "get_dates") is not None:
        return _date_rule(rebalance)
    if not callable(rebalance):
        return None

    def ask(now: int) -> int | None:
        answer = rebalance(to_utc_datetime(now))
        return None if answer is None else to_us(answer)

    return ask


def _date_rule(rule: Any) -> RebalanceRule:
    """The next date of a date rule (`Extensions.ToFunc`)."""
    dates: Any = None
    current = MIN_TIME

    def ask(now: int) -> int | None:
        nonlocal dates, current
        if dates is None:
            dates = iter(find_method(rule, "get_dates")(to_datetime(now), to_datetime(END_OF_TIME)))
            current = _next(dates)
        if now >= current:
            current = _next(dates)
        return current

    return ask


def _next(dates: Any) -> int:
    date = next(dates, None)
    return END_OF_TIME if date is None else to_us(date)
