"""The events behind `on_end_of_day` (`Engine/RealTime/ScheduledEventFactory.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lyra.engine.scheduling.event import ALGORITHM_DAY_END, SECURITY_DAY_END, ScheduledEvent
from lyra.engine.times import DAY, day_of


def security_day_end(algorithm: Any, security: Any, callback: Callable[[Any], Any]) -> ScheduledEvent:
    """An event ten minutes before each close of a security, calling `callback(symbol)`; at midnight if its market never closes."""
    symbol, now = security.symbol, algorithm._utc

    def moments() -> Iterator[int]:
        hours = security.exchange.hours
        for day in range(day_of(now), day_of(algorithm._end) + 1, DAY):
            if not hours.is_date_open_us(day):
                continue
            if hours.is_market_always_open:
                local = day + DAY
            else:
                local = hours.next_close_us(day, security.is_extended_market_hours, True) - SECURITY_DAY_END
            moment = hours.time_zone.to_utc(local)
            if moment > now:
                yield moment

    return ScheduledEvent._of(f"{symbol}.EndOfDay", moments(), lambda name, utc: callback(symbol))


def algorithm_day_end(algorithm: Any, callback: Callable[[], Any]) -> ScheduledEvent:
    """An event at 23:58 of the algorithm's zone on each date on which a market of its securities opens."""
    now = algorithm._utc

    def moments() -> Iterator[int]:
        place = algorithm.time_zone
        for day in range(day_of(place.to_local(now)), day_of(algorithm._end) + 1, DAY):
            if any(security.exchange.hours.is_date_open_us(day) for security in algorithm.securities.values()):
                moment = place.to_utc(day + DAY - ALGORITHM_DAY_END)
                if moment > now:
                    yield moment

    return ScheduledEvent._of("Algorithm.EndOfDay", moments(), lambda name, utc: callback())
