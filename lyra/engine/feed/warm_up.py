"""The rows of a feed that begins in the warm-up: warm-up rows up to the start, then normal ones (`FileSystemDataFeed.cs`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.feed.bars import BarReader, BarRequest, use_strict_times
from lyra.engine.feed.calendar import start_of_bars
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.feed.rows import ColumnRows
from lyra.engine.times import DAY


class WarmUpRuns:
    """Makes the runs of a configuration's warm-up feed, in the warm-up's own resolution, and of its normal feed."""

    def __init__(self, run: Any, config: SubscriptionDataConfig, hours: Any, resolution: Resolution | None) -> None:
        self._run = run
        self._config = config
        self._hours = hours
        self._resolution = resolution

    def __call__(self, start: int, end: int, fill: int | None, strict: bool, corporate: Any, data_filter: Any) -> Iterator[ColumnRows]:
        """Runs of rows; `start` and `end` are wall times of the exchange."""
        zone, files, config = self._hours.time_zone, self._run._data.files, self._config
        pivot = zone.to_local(self._run._start_utc)
        resolution = config.resolution if self._resolution is None else self._resolution
        begin = start
        last: Any = None
        if start <= pivot and _has_data(config, resolution):
            warm = config.with_resolution(resolution)
            warm_fill = fill if self._resolution is None or fill is None else RESOLUTION_US[resolution]
            warm_strict = use_strict_times(self._run.settings.daily_precise_end_time, warm, self._hours)
            request = BarRequest(warm, self._hours, start, pivot, warm_fill, warm_strict, corporate, data_filter)
            reader = BarReader(request, files)
            for rows in reader.runs():
                kept = rows.up_to(self._run._start_utc)
                if kept is not None:
                    last = kept
                    yield kept
            strict_day = self._run.settings.daily_precise_end_time and not self._hours.is_market_always_open
            begin = max(start, start_of_bars(self._hours, pivot, DAY, 1, False, config.data_time_zone, strict_day))
        normal = BarReader(BarRequest(config, self._hours, begin, end, fill, strict, corporate, data_filter), files)
        if last is not None:
            normal.continue_after(last, begin)
        after = None if last is None else last.emit[-1]
        for rows in normal.runs():
            kept = rows.since(self._run._start_utc, after)
            if kept is not None:
                yield kept


def _has_data(config: SubscriptionDataConfig, resolution: Resolution) -> bool:
    """Equities have no hourly or daily quotes."""
    quotes = int(config.tick_type) == 1
    return not (config.security_type == SecurityType.EQUITY and quotes and resolution in (Resolution.HOUR, Resolution.DAILY))
