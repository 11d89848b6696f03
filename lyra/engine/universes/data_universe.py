"""Universes on data that a type reads from files (`Common/Data/UniverseSelection/FuncUniverse.cs`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.data.events import Delisting
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import DelistingType
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.symbols import Symbol, current_run
from lyra.engine.times import DAY, day_of, to_datetime, to_us
from lyra.engine.universes.universe import Universe

_LOOK_BACK = 365
NEVER = 2**62


class FuncUniverse(Universe):
    """`(configuration, settings, selector)`: a function on the points of a moment; without one, all their symbols."""

    def __init__(self, configuration: SubscriptionDataConfig, universe_settings: Any = None, universe_selector: Any = None) -> None:
        super().__init__(configuration, universe_settings)
        self._selector = universe_selector

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """What the function selects. Raises ArgumentException for what is neither a symbol nor a ticker."""
        if self._selector is None:
            return [point.symbol for point in data]
        result = self._selector(data)
        return result if result is Universe.UNCHANGED else [self._symbol_of(item) for item in result]

    def _symbol_of(self, item: Any) -> Symbol:
        if isinstance(item, Symbol):
            return item
        raise ArgumentException(f"A universe selects symbols, not {item!r}: use the symbol of the data point, or Symbol.create.")


def points_of(config: SubscriptionDataConfig, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
    """(UTC moment, points) that a configuration's type reads between two UTC moments; the delisting of what they are about ends them."""
    from lyra.engine.feed.point_reader import PointReader

    hours = run._exchange_hours(config.symbol)
    zone = hours.time_zone
    map_file = run._map_file_of(config)
    local, last = zone.to_local(start), zone.to_local(end)
    delisting = NEVER if map_file is None else map_file.delisting_day
    reader = PointReader(config, hours, local, last, run._sources, map_file, run._reader_failed)
    for point in reader.points():
        if point._end > delisting:
            break
        rows = list(point.data) if isinstance(point, BaseDataCollection) and point.data else [point]
        yield zone.to_utc(point._end), rows
    gone = delisting + DAY
    if local < gone <= last:
        yield zone.to_utc(gone), [Delisting(config.symbol, to_datetime(gone), 0, DelistingType.DELISTED)]


def scheduled(
    universe: Universe, moments: Iterator[tuple[int, list[Any]]], start: int, end: int, run: Any
) -> Iterator[tuple[int, list[Any]]]:
    """Moments on the dates of the universe's schedule, each with the newest data; without a schedule as they come.

    What was known before the universe came is due at once.
    """
    schedule = universe.universe_settings.schedule
    now = run._utc
    if not schedule.initialized:
        for moment, points in moments:
            yield max(moment, now), points
        return
    zone = universe.configuration.exchange_time_zone
    local, last = zone.to_local(start), zone.to_local(end)
    newest: list[Any] | None = None
    following = next(moments, None)
    for date in schedule._rule.get_dates(to_datetime(local), to_datetime(last)):
        there = to_us(date)
        if there < local:
            continue
        utc = zone.to_utc(there)
        while following is not None and following[0] <= utc:
            newest = following[1]
            following = next(moments, None)
        if newest is not None:
            yield max(utc, now), newest


def last_scheduled(universe: Universe, local: int) -> int | None:
    """The last moment at or before `local`, whole days back, on whose date the universe's schedule selects; None if there is none in a year."""
    schedule = universe.universe_settings.schedule
    if not schedule.initialized:
        return local
    for back in range(_LOOK_BACK):
        day = to_datetime(day_of(local - back * DAY))
        if next(iter(schedule._rule.get_dates(day, day)), None) is not None:
            return local - back * DAY
    return None


def universe_name(kind: str) -> str:
    """A name that no other universe of the run has."""
    run: Any = current_run()
    counts = run.__dict__.setdefault("universe_counts", {})
    counts[kind] = count = counts.get(kind, 0) + 1
    return f"{kind}-{count:010d}-{uuid.uuid5(uuid.NAMESPACE_OID, f'{kind}-{count}')}"
