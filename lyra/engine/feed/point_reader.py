"""Data that comes point by point from a type's own `get_source` and `reader`: custom data and what universes select from.

Facts from `Engine/DataFeeds/{SubscriptionDataReader,DateChangeTimeKeeper}.cs`: a source is asked for at each tradable day of the data's
zone and again when the data reach a new tradable day of the exchange's; as long as the same source comes back its reading goes on.
Points may repeat their end time but not go back; those that end before the start are passed over, one that begins after the end ends all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.data.custom import IndexedBaseData, PythonData, SubscriptionDataSource
from lyra.engine.enums import FileFormat, Resolution
from lyra.engine.errors import LyraError, NotSupported
from lyra.engine.feed.calendar import tradable_days
from lyra.engine.feed.sources import SourceReader
from lyra.engine.times import DAY, MIN_TIME, day_of, to_datetime

_BEGINNING = MIN_TIME + 1000 * 366 * DAY


class ReaderError(LyraError):
    """A reader of the user's that raised; the text names symbol, line and error."""


class _DayKeeper:
    """Moves through the days of data and exchange, and tells of each new tradable day of the exchange once."""

    def __init__(self, config: Any, hours: Any, days: Iterator[int], delisting: int, tell: Callable[[int], None]) -> None:
        self._config = config
        self._hours = hours
        self._zone, self._data_zone = hours.time_zone, config.data_time_zone
        self._days = days
        self._day: int | None = None
        self._delisting = delisting
        self._tell = tell
        self._told = -(2**62)
        self._utc = _BEGINNING
        self._started = False
        self._needs_next = True

    @property
    def data_time(self) -> int:
        """The wall time of the data's zone."""
        return self._data_zone.to_local(self._utc)  # type: ignore[no-any-return]

    @property
    def exchange_time(self) -> int:
        """The wall time of the exchange's zone."""
        return self._zone.to_local(self._utc)  # type: ignore[no-any-return]

    @property
    def exchange_is_behind(self) -> bool:
        """Whether the exchange's clock is behind the data's."""
        return self.data_time > self.exchange_time

    def _is_open(self, day: int) -> bool:
        return bool(self._hours.is_date_open_us(day, self._config.extended_market_hours))

    def _emit(self, day: int) -> None:
        self._tell(day)
        self._told = day

    def advance_towards(self, target: int) -> None:
        """Move the exchange's clock to a wall time, or to the first tradable day on the way."""
        current = self.exchange_time
        if day_of(target) == day_of(current):
            self._utc = self._zone.to_utc(target)
            return
        while current < target:
            following = min(current + DAY, target)
            day = day_of(following)
            if day != day_of(current) and self._is_open(day):
                self._utc = self._zone.to_utc(day)
                self._emit(day)
                return
            current = following
        self._utc = self._zone.to_utc(target)

    def next_data_day(self) -> bool:
        """Move to the next day of the data; False when there is none."""
        if not self._started:
            return self._first_day()
        if self._emit_passed():
            return True
        if self._needs_next:
            self._day = next(self._days, None)
        if self._day is None:
            self._needs_next = False
            return False
        there = self._zone.to_local(self._data_zone.to_utc(self._day))
        day = day_of(there)
        if day > self._delisting:
            self._emit_passed()
            self._needs_next = False
            return False
        if self._day <= there and day > self._told:
            self._emit(day)
            self._utc = self._zone.to_utc(day)
            self._needs_next = day == self.data_time
            return True
        self._needs_next = True
        self._utc = self._data_zone.to_utc(self._day)
        return True

    def _first_day(self) -> bool:
        self._started = True
        self._day = next(self._days, None)
        if self._day is None:
            return False
        there = self._zone.to_local(self._data_zone.to_utc(self._day))
        if there < self._day and self._is_open(day_of(there)):
            self._utc = self._zone.to_utc(day_of(there))
            self._needs_next = False
            self._emit(day_of(there))
        else:
            self._utc = self._data_zone.to_utc(self._day)
            self._needs_next = True
            self._emit(self._day)
        return True

    def _emit_passed(self) -> bool:
        if self._needs_next and self._day is not None and self._told < self._day and self._is_open(self._day):
            self._utc = self._zone.to_utc(self._day)
            self._emit(self._day)
            return True
        return False


class PointReader:
    """The points of one configuration between two wall times of the exchange."""

    def __init__(self, config: Any, hours: Any, start: int, end: int, sources: SourceReader, map_file: Any = None,
                 fail: Callable[[ReaderError], None] | None = None) -> None:  # fmt: skip
        self._config = config
        self._start, self._end = start, end
        self._sources = sources
        self._map_file = map_file
        self._fail = fail
        self._factory = instance_of(config.type, config.symbol)
        self._source: SubscriptionDataSource | None = None
        self._reading: Iterator[Any] | None = None
        self._previous: int | None = None
        self._updating = False
        self._delisting = 2**62 if map_file is None else map_file.delisting_day
        days = tradable_days(hours, start, end, config.data_time_zone, config.extended_market_hours)
        self._keeper = _DayKeeper(config, hours, iter(days), self._delisting, self._new_exchange_day)

    def points(self) -> Iterator[BaseData]:
        """The points in the order in which they come."""
        if day_of(self._start) > self._delisting:
            return
        self._refresh(True)
        current = None
        resolution = self._config.resolution
        collections = issubclass(self._config.type, BaseDataCollection)
        keeper = self._keeper
        while self._reading is not None:
            point: Any = next(self._reading, _DONE)
            if point is _DONE:
                self._refresh(True)
                continue
            if point is None:
                continue
            end = point._end
            mapped, source = self._config.mapped_symbol, self._source
            by_end = resolution == Resolution.DAILY and not collections and keeper.exchange_is_behind
            reach = end if by_end else point._time
            while keeper.exchange_time < reach and self._source is source:
                keeper.advance_towards(reach)
            if self._source is not source and self._belongs_to_new_source(end, mapped):
                continue
            if current is not None and end < keeper.exchange_time:
                continue
            if self._goes_back(end):
                continue
            if end < self._start:
                self._previous = end
                continue
            if point._time > self._end:
                return
            current = point
            yield point
            self._previous = end

    def _goes_back(self, end: int) -> bool:
        """Whether a point ends before the last one; only custom data may repeat a time."""
        if self._previous is None or self._config.resolution == Resolution.TICK:
            return False
        return end < self._previous or (end == self._previous and not self._config.is_custom_data)

    def _belongs_to_new_source(self, end: int, mapped: str) -> bool:
        """Whether the point at which the source changed is to come from the new one."""
        config, keeper = self._config, self._keeper
        daily = config.resolution == Resolution.DAILY
        if config.mapped_symbol != mapped and not daily:
            return True
        if daily and keeper.exchange_is_behind:
            return True
        there = config.data_time_zone.to_local(config.exchange_time_zone.to_utc(end))
        return bool(day_of(there) >= day_of(keeper.data_time))

    # sources ------------------------------------------------------------------------------------------
    def _new_exchange_day(self, day: int) -> None:
        map_file = self._map_file
        if map_file is not None and map_file.has_data(day):
            self._config.mapped_symbol = map_file.ticker_at(day, self._config.mapped_symbol)
        self._refresh(False)

    def _refresh(self, ended: bool) -> None:
        """Ask for the source of the day; when the reading has ended, of the days after it until there is another source."""
        if self._updating:
            return
        self._updating = True
        try:
            while True:
                if ended and not self._next_day():
                    self._reading = None
                    return
                day = day_of(self._keeper.data_time)
                source = self._factory.get_source(self._config, to_datetime(day), False)
                if source is not None and source.source and source != self._source:
                    self._source = source
                    points = self._read(source, day)
                    self._reading = (
                        iter(sorted((p for p in points if p is not None), key=lambda point: point._end)) if source.sort else points
                    )
                    return
                if not ended:
                    return
        finally:
            self._updating = False

    def _next_day(self) -> bool:
        """Move to the next day of which nothing was read yet; False when there is none."""
        keeper, config = self._keeper, self._config
        while keeper.next_data_day():
            day = day_of(keeper.data_time)
            if self._map_file is not None and not self._map_file.has_data(day):
                continue
            if self._previous is not None and config.data_time_zone.to_local(config.exchange_time_zone.to_utc(self._previous)) > day:
                continue
            return True
        return False

    def _read(self, source: SubscriptionDataSource, day: int) -> Iterator[Any]:
        form = source.format
        if form == FileFormat.CSV:
            return self._read_text(source, day)
        if form == FileFormat.UNFOLDING_COLLECTION:
            return self._unfold(source, day)
        if form == FileFormat.FOLDING_COLLECTION:
            return self._fold(self._read_text(source, day))
        if form == FileFormat.INDEX:
            return self._read_index(source, day)
        raise NotSupported(f"FileFormat.{form.name}")

    def _read_text(self, source: SubscriptionDataSource, day: int) -> Iterator[Any]:
        lines = self._sources.lines(source)
        factory = instance_of(self._config.type, self._config.symbol)
        date = to_datetime(day)
        for line in lines or ():
            point = self._point(factory, line, date)
            if point is not None and point._end != MIN_TIME:
                yield point

    def _point(self, factory: Any, line: str, date: Any) -> Any:
        try:
            point = factory.reader(self._config, line, date, False)
        except LyraError:
            raise
        except Exception as e:
            self._report(line, e)
            return None
        if isinstance(point, PythonData):
            point = point._shown()
        if isinstance(point, BaseData) and point._symbol is None:
            point._symbol = self._config.symbol
        return point

    def _report(self, line: str, error: Exception) -> None:
        told = ReaderError(f"Error invoking {self._config.symbol} data reader. Line: {line} Error: {error}")
        told.__cause__ = error
        if self._fail is None:
            raise told from error
        self._fail(told)

    def _unfold(self, source: SubscriptionDataSource, day: int) -> Iterator[Any]:
        factory = instance_of(self._config.type, self._config.symbol)
        date = to_datetime(day)
        for line in self._sources.lines(source) or ():
            answer = self._point(factory, line, date)
            for point in answer if isinstance(answer, (BaseDataCollection, list, tuple)) else ():
                shown = point._shown() if isinstance(point, PythonData) else point
                if shown is not None and shown._end != MIN_TIME:
                    yield shown

    def _fold(self, points: Iterable[Any]) -> Iterator[Any]:
        """Points of one end time in a collection."""
        kind = self._config.type if issubclass(self._config.type, BaseDataCollection) else BaseDataCollection
        collection: BaseDataCollection | None = None
        for point in points:
            if isinstance(point, BaseDataCollection) and point.data:
                yield point
                continue
            if collection is not None and collection._end != point._end:
                yield collection
                collection = None
            if collection is None:
                collection = kind._of(self._config.symbol, point._time, point._end, [])
            collection.add(point)
        if collection is not None:
            yield collection

    def _read_index(self, source: SubscriptionDataSource, day: int) -> Iterator[Any]:
        factory = self._factory
        if not isinstance(factory, IndexedBaseData):
            raise NotSupported("FileFormat.INDEX for a type that does not derive from IndexedBaseData")
        for line in self._sources.lines(source) or ():
            if line:
                inner = factory.get_source_for_an_index(self._config, to_datetime(day), line, False)
                if inner is not None:
                    yield from self._read(inner, day)


_DONE = object()


def instance_of(kind: Any, symbol: Any) -> Any:
    """An object of a data type, to ask its methods."""
    made = kind()
    made._symbol = symbol
    return made
