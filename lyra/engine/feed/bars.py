"""A subscription to bars: files become runs of rows, filled forward, filtered by market hours and scaled.

The order of steps is LEAN's (`FileSystemDataFeed`, `SubscriptionDataReader`): rows of the file, strict daily times, missing
quote sides, fill-forward, market hours, price scale. Everything is done a file at a time on columns; only gaps are looked at
one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.feed.calendar import daily_calendar, daily_calendars, start_of_open_bar, strict_end_time_applies, tradable_days
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.csvcolumns import MISSING, Ints
from lyra.engine.feed.fillforward import FillForward, Span
from lyra.engine.feed.marketfiles import QUOTE_FIELDS, TRADE_FIELDS, FileRows, MarketFiles, contract_file, data_path, has_contracts
from lyra.engine.feed.rows import ColumnRows, PriceScale
from lyra.engine.symbols import is_option
from lyra.engine.times import DAY, to_datetime

_CHUNK = 4096
"""Rows of hourly and daily files that are prepared at once."""


@dataclass(slots=True)
class BarRequest:
    """What is wanted: a configuration, its exchange hours, and a span of exchange wall time (us)."""

    config: SubscriptionDataConfig
    hours: Any
    start: int
    end: int
    fill: int | None
    """Length of the finest subscription's bars, None for no fill-forward."""
    strict: bool
    """Whether daily bars span the market's hours instead of the calendar day."""
    corporate: Any = None
    """Map and factor file of the symbol (`CorporateHistory`), None where there is none."""
    data_filter: Any = None
    """The user's data filter: called with each bar, False drops it."""


def use_strict_times(precise: bool, config: SubscriptionDataConfig, hours: Any) -> bool:
    """Whether a daily feed has the market's hours as its times (`LeanData.UseDailyStrictEndTimes`)."""
    return strict_times_apply(precise, config.type, config.symbol, config.resolution, hours)


def strict_times_apply(precise: bool, data_type: Any, symbol: Any, resolution: Resolution, hours: Any) -> bool:
    """The same for data of a type, symbol and resolution."""
    daily = data_type in (TradeBar, QuoteBar, OpenInterest) and resolution == Resolution.DAILY
    return precise and daily and strict_end_time_applies(symbol, DAY, hours)


class BarReader:
    """Yields the runs of rows of one request."""

    def __init__(self, request: BarRequest, files: MarketFiles) -> None:
        self._request = request
        self._files = files
        config = self._config = request.config
        self._hours = request.hours
        self._zone = request.hours.time_zone
        self._length = config._length
        self._quotes = config.bar_type is QuoteBar
        self._fields = QUOTE_FIELDS if self._quotes else TRADE_FIELDS
        self._prices = tuple(k for k, f in enumerate(self._fields) if f not in ("volume", "last_bid_size", "last_ask_size"))
        self._scaled = config.security_type in (SecurityType.EQUITY, SecurityType.OPTION, SecurityType.INDEX_OPTION)
        self._last_values: Any = None
        self._last_scales: Any = None
        self._previous: Span | None = None
        self._delisted = 2**62
        self._scale_date = -1
        self._scale: PriceScale | None = None
        self._fill: FillForward | None = None
        if request.fill is not None:
            self._fill = FillForward(
                self._hours, config.data_time_zone, self._length, request.fill, config.extended_market_hours, request.strict, request.end
            )
        if request.corporate is not None and request.corporate.delisting_date is not None:
            self._delisted = request.corporate.delisting_date + DAY

    def runs(self) -> Iterator[ColumnRows]:
        """Runs of rows in the order of time."""
        for time, end, values, scales in self._raw():
            yield from self._finish(*self._forward(time, end, values, scales))
        yield from self._finish(*self._tail())

    def continue_after(self, rows: ColumnRows, start: int) -> None:
        """Fill forward from the last of earlier rows, as if it had come just before `start`."""
        i = len(rows) - 1
        self._previous = Span(start - self._length, start, False)
        self._last_values, self._last_scales = rows._values[i].copy(), rows._scales[i].copy()

    # from files ---------------------------------------------------------------------------------
    def _raw(self) -> Iterator[tuple[Ints, Ints, Ints, Any]]:
        """(start, end, mantissas, scales) in exchange wall time, of rows within the request, strictly ascending."""
        last_end = -(2**62)
        for rows in self._files_in_order():
            time = self._local(rows.time)
            end = time + self._length
            keep = np.ones(len(time), dtype=bool)
            if len(end) > 1 and bool((np.diff(end) <= 0).any()):
                before = np.maximum.accumulate(np.concatenate(([np.int64(-(2**62))], end[:-1])))
                keep &= end > before
            if len(end) and int(end[0]) <= last_end:
                keep &= end > last_end
            if len(end):
                last_end = max(last_end, int(end.max()))
            keep &= (end >= self._request.start) & (time <= self._request.end)
            if not keep.all():
                time, end, values, scales = time[keep], end[keep], rows.values[keep], rows.scales[keep]
            else:
                values, scales = rows.values, rows.scales
            if self._request.strict and len(time):
                time, end, good = self._strict_times(time, end)
                if not good.all():
                    time, end, values, scales = time[good], end[good], values[good], scales[good]
            for k in range(0, len(time), _CHUNK):
                part = slice(k, k + _CHUNK)
                yield time[part], end[part], values[part], scales[part]

    def _local(self, time: Ints) -> Ints:
        data_zone = self._config.data_time_zone
        return time if data_zone == self._zone else self._zone.to_local_array(data_zone.to_utc_array(time))

    def _files_in_order(self) -> Iterator[FileRows]:
        config, corporate = self._config, self._request.corporate
        if getattr(corporate, "is_continuous", False):
            yield from self._contracts_in_order()
            return
        if config.resolution in (Resolution.HOUR, Resolution.DAILY):
            for ticker, first, last in self._tickers():
                for part in self._read_coarse(ticker):
                    inside = (part.time >= first) & (part.time < last + DAY)
                    yield part if inside.all() else FileRows(part.time[inside], part.values[inside], part.scales[inside])
            return
        for day in tradable_days(self._hours, self._request.start, self._request.end, config.data_time_zone, config.extended_market_hours):
            if corporate is not None and not corporate.has_data(day):
                continue
            ticker = config.symbol.value if corporate is None else corporate.ticker_at(day)
            rows = self._read(ticker, to_datetime(day).date())
            if rows is not None:
                yield rows

    def _read_coarse(self, ticker: str) -> Iterator[FileRows]:
        """The rows of hourly or daily files: options have one for each year, others one for all."""
        days: list[date | None] = [None]
        if is_option(self._config.security_type):
            years = range(to_datetime(self._request.start).year, to_datetime(self._request.end).year + 1)
            days = [date(year, 1, 1) for year in years]
        for day in days:
            found = self._read(ticker, day)
            if found is not None:
                yield found

    def _contracts_in_order(self) -> Iterator[FileRows]:
        """A continuous future's rows: those of each contract on the exchange's days on which it is followed."""
        config, corporate, request = self._config, self._request.corporate, self._request
        if config.resolution in (Resolution.HOUR, Resolution.DAILY):
            for contract, first, last in corporate.contract_spans(request.start - DAY, request.end + DAY):
                yield from self._of_contract(contract, None, first, last)
            return
        for day in tradable_days(self._hours, request.start, request.end, config.data_time_zone, config.extended_market_hours):
            utc = config.data_time_zone.to_utc(day)
            begin, end = self._zone.to_local(utc), self._zone.to_local(utc + DAY - 1)
            for contract, first, last in corporate.contract_spans(begin, end):
                yield from self._of_contract(contract, to_datetime(day).date(), first, last)

    def _of_contract(self, contract: Any, day: date | None, first: int, last: int) -> Iterator[FileRows]:
        config = self._config
        tick_type = TickType.QUOTE if self._quotes else TickType.TRADE
        path, entry = contract_file(contract, config.resolution, tick_type, day)
        rows = self._files.read(path, len(self._fields), self._scaled, day, self._prices, entry)
        if rows is None:
            return
        if self._quotes:
            _drop_empty_sides(rows.values)
        local = self._local(rows.time)
        if config.resolution == Resolution.DAILY:
            local = local + self._length - 1  # a day of the data's zone belongs to the exchange's day on which it ends
        inside = (local >= first) & (local < last + DAY)
        if inside.any():
            yield rows if inside.all() else FileRows(rows.time[inside], rows.values[inside], rows.scales[inside])

    def _tickers(self) -> list[tuple[str, int, int]]:
        corporate = self._request.corporate
        if corporate is None:
            return [(self._config.symbol.id.symbol if not self._scaled else self._config.symbol.value, -(2**62), 2**61)]
        return corporate.ticker_spans()  # type: ignore[no-any-return]

    def _read(self, ticker: str, day: date | None) -> FileRows | None:
        config = self._config
        tick_type = TickType.QUOTE if self._quotes else TickType.TRADE
        entry = None
        if has_contracts(config.symbol):
            path, entry = contract_file(config.symbol, config.resolution, tick_type, day)
        else:
            path = data_path(config.security_type, config.market, config.resolution, ticker, tick_type, day)
        if config.resolution in (Resolution.HOUR, Resolution.DAILY):
            day = None
        rows = self._files.read(path, len(self._fields), self._scaled, day, self._prices, entry)
        if rows is not None and self._quotes:
            _drop_empty_sides(rows.values)
        return rows

    def _strict_times(self, time: Ints, end: Ints) -> tuple[Ints, Ints, Any]:
        starts, ends = daily_calendars(self._hours, end)
        return starts, ends, (ends >= time) & (ends >= self._request.start)

    # fill-forward -------------------------------------------------------------------------------
    def _forward(self, time: Ints, end: Ints, values: Ints, scales: Any) -> tuple[Ints, Ints, Ints, Any, Any]:
        """Rows with repetitions put in, and which rows are repetitions."""
        count = len(time)
        plain = np.zeros(count, dtype=bool)
        rule = self._fill
        if rule is None or count == 0:
            return time, end, values, scales, plain
        if self._quotes:
            values, scales = self._carry_sides(values, scales)
        utc = self._zone.to_utc_array(time)
        gaps = (np.flatnonzero(np.diff(utc) > rule.shortest_gap) + 1).tolist()
        if self._previous is not None:
            gaps.insert(0, 0)
        source, times, ends, filled = [], [], [], []
        done = 0
        ended = False
        for at in gaps:
            previous = Span(int(time[at - 1]), int(end[at - 1]), False) if at else self._previous
            if previous is None or previous.end >= self._delisted:
                continue
            made, ended = rule.between(previous, Span(int(time[at]), int(end[at]), False))
            if not made and not ended:
                continue
            source.append(np.arange(done, at))
            times.append(time[done:at])
            ends.append(end[done:at])
            filled.append(plain[done:at])
            source.append(np.full(len(made), at - 1))
            times.append(np.array([s.time for s in made], dtype=np.int64))
            ends.append(np.array([s.end for s in made], dtype=np.int64))
            filled.append(np.ones(len(made), dtype=bool))
            done = at
            if ended:
                break
        last = None if ended else Span(int(time[-1]), int(end[-1]), False)
        if not source:
            result = time, end, values, scales, plain
        else:
            if not ended:
                source.append(np.arange(done, count))
                times.append(time[done:])
                ends.append(end[done:])
                filled.append(plain[done:])
            result = self._gather(
                np.concatenate(source), np.concatenate(times), np.concatenate(ends), np.concatenate(filled), values, scales
            )
        self._remember(last, values[-1], scales[-1])
        return result

    def _remember(self, span: Span | None, values: Any, scales: Any) -> None:
        if span is None:
            self._fill = None
        self._previous, self._last_values, self._last_scales = span, values.copy(), scales.copy()

    def _gather(self, source: Ints, time: Ints, end: Ints, filled: Any, values: Ints, scales: Any) -> tuple[Ints, Ints, Ints, Any, Any]:
        if self._last_values is not None and bool((source < 0).any()):
            values = np.vstack([values, self._last_values[None, :]])
            scales = np.vstack([scales, self._last_scales[None, :]])
        values, scales = values[source], scales[source]
        if not self._quotes:
            values[filled, self._fields.index("volume")] = 0
            scales[filled, self._fields.index("volume")] = 0
        return time, end, values, scales, filled

    def _carry_sides(self, values: Ints, scales: Any) -> tuple[Ints, Any]:
        """Missing sides of quotes taken from the quote before."""
        for columns in (slice(0, 5), slice(5, 10)):
            absent = values[:, columns.start] == MISSING
            if not absent.any():
                continue
            values, scales = values.copy(), scales.copy()
            for i in np.flatnonzero(absent):
                if i:
                    values[i, columns], scales[i, columns] = values[i - 1, columns], scales[i - 1, columns]
                elif self._last_values is not None:
                    values[i, columns], scales[i, columns] = self._last_values[columns], self._last_scales[columns]
        return values, scales

    def _tail(self) -> tuple[Ints, Ints, Ints, Any, Any]:
        made: list[Span] = []
        if self._fill is not None and self._previous is not None:
            if self._delisted > self._request.end:
                made = self._fill.tail(self._previous)
            elif self._previous.end < self._delisted:
                made, _ = self._fill.between(self._previous, Span(self._delisted, self._delisted, False), auxiliary=True)
        if not made:
            empty = np.empty(0, dtype=np.int64)
            none = np.empty((0, len(self._fields)), dtype=np.int64)
            return empty, empty, none, none.astype(np.uint8), np.empty(0, dtype=bool)
        filled = np.ones(len(made), dtype=bool)
        values = np.tile(self._last_values, (len(made), 1))
        scales = np.tile(self._last_scales, (len(made), 1))
        if not self._quotes:
            values[:, self._fields.index("volume")] = 0
        return (np.array([s.time for s in made], dtype=np.int64), np.array([s.end for s in made], dtype=np.int64), values, scales, filled)

    # filters and scale --------------------------------------------------------------------------
    def _finish(self, time: Ints, end: Ints, values: Ints, scales: Any, filled: Any) -> Iterator[ColumnRows]:
        if len(time) == 0:
            return
        if self._config.is_filtered_subscription and not self._hours.is_market_always_open:
            keep = self._hours.is_open_column(time, end, self._config.extended_market_hours)
            keep &= time <= self._request.end
            if not keep.all():
                time, end, values, scales, filled = time[keep], end[keep], values[keep], scales[keep], filled[keep]
        if len(time) == 0:
            return
        factors, which = self._price_scales(time, filled)
        emit = self._zone.to_utc_array(end)
        repeats = self._request.fill is not None and self._request.fill < self._length and bool(filled.any())
        if repeats:
            time, end = self._repeated_spans(time, end, filled)
        rows = ColumnRows(self._fields, time, end, emit, filled.tolist(), values, scales, factors, which, repeats)
        if self._request.data_filter is not None:
            rows = self._filtered(rows, time, end, emit, values, scales, factors, which)
        if len(rows):
            yield rows

    def _repeated_spans(self, time: Ints, end: Ints, filled: Any) -> tuple[Ints, Ints]:
        """The spans as they are shown: a repetition comes at its own moment but has the times of a whole bar (`SubscriptionData.Create`)."""
        time, end = time.copy(), end.copy()
        for i in np.flatnonzero(filled).tolist():
            begin, finish = int(time[i]), int(end[i])
            if self._request.strict:
                time[i], end[i] = daily_calendar(self._hours, begin)
            else:
                time[i] = start_of_open_bar(self._hours, begin, self._span(begin, finish), self._config)
                end[i] = time[i] + finish - begin
        return time, end

    def _span(self, begin: int, finish: int) -> int:
        """The length of a bar; across a change of the clocks what really passed."""
        return self._length if finish - begin == self._length else self._zone.to_utc(finish) - self._zone.to_utc(begin)

    def _filtered(self, rows: ColumnRows, time: Ints, end: Ints, emit: Ints, values: Ints, scales: Any,
                  factors: list[PriceScale], which: Any) -> ColumnRows:  # fmt: skip
        bar_type = QuoteBar if self._quotes else TradeBar
        keep = [i for i in range(len(rows)) if self._request.data_filter(bar_type._of(self._config.symbol, rows, i))]
        if len(keep) == len(rows):
            return rows
        k = np.array(keep, dtype=np.int64)
        return ColumnRows(self._fields, time[k], end[k], emit[k], [rows.filled[i] for i in keep], values[k], scales[k], factors,
                          None if which is None else which[k], rows.repeats)  # fmt: skip

    def _price_scales(self, time: Ints, filled: Any) -> tuple[list[PriceScale], Ints | None]:
        """The factors of these rows: looked up when the date of a real row advances."""
        corporate = self._request.corporate
        config = self._config
        scaled = config.security_type == SecurityType.EQUITY or getattr(corporate, "is_continuous", False)
        if corporate is None or not scaled or config.data_normalization_mode == DataNormalizationMode.RAW:
            return [], None
        # a daily bar with calendar times belongs to the day it starts on; bars of an hour or less likewise
        dates = time // DAY * DAY
        places = corporate.scale_places(dates, config.data_normalization_mode)
        changes = np.flatnonzero(np.diff(places, prepend=places[0] - 1) > 0)
        scales: list[PriceScale] = []
        which = np.zeros(len(time), dtype=np.int64)
        for position, k in enumerate(changes.tolist()):
            day = int(dates[k])
            stop = int(changes[position + 1]) if position + 1 < len(changes) else len(time)
            if day > self._scale_date:
                real = k
                while real < stop and filled[real] and self._scale is not None:
                    real += 1
                if real < stop:
                    if real > k and self._scale is not None:
                        which[k:real] = _place(scales, self._scale)
                    self._scale_date = day
                    self._scale = corporate.price_scale(day, config.data_normalization_mode)
                    k = real
            if self._scale is None:
                self._scale = corporate.price_scale(day, config.data_normalization_mode)
            which[k:stop] = _place(scales, self._scale)
        if len(scales) == 1:
            if scales[0].factor == 1 and scales[0].added == 0 and corporate.is_unscaled(scales[0]):
                return [], None
            return scales, None
        return scales, which


def _place(scales: list[PriceScale], scale: PriceScale) -> int:
    for k, known in enumerate(scales):
        if known is scale:
            return k
    scales.append(scale)
    return len(scales) - 1


def _drop_empty_sides(values: Ints) -> None:
    """A side of a quote whose prices are all empty or zero is no side (`QuoteBar.ParseQuote`)."""
    for columns in (slice(0, 4), slice(5, 9)):
        side = values[:, columns]
        empty = ((side == MISSING) | (side == 0)).all(axis=1)
        if empty.any():
            side[empty] = MISSING
    for size in (4, 9):
        values[:, size] = np.where(values[:, size] == MISSING, 0, values[:, size])
