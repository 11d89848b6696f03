"""Ticks from a day's zip, as objects (`Common/Data/Market/Tick.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from lyra.engine.data.bars import Tick
from lyra.engine.decimals import ZERO
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.feed.calendar import tradable_days
from lyra.engine.feed.csvcolumns import Ints
from lyra.engine.feed.marketfiles import MarketFiles, contract_file, data_path, entry_names, has_contracts, read_zip
from lyra.engine.feed.rows import PriceScale
from lyra.engine.orders.exchange_codes import Exchange
from lyra.engine.times import to_datetime

_TEN_THOUSAND = Decimal(10_000)
_MILLISECOND = 1000


class TickLines:
    """The lines of a file, and the time of each (us since midnight of the data's zone)."""

    def __init__(self, path: str, full: Path, entry: str | None = None) -> None:
        self.path = path
        self._text = read_zip(full, entry)
        data = np.frombuffer(self._text, dtype=np.uint8)
        stops = np.flatnonzero(data == 10)
        if len(data) and (not len(stops) or stops[-1] != len(data) - 1):
            stops = np.append(stops, len(data))
        starts = np.concatenate(([0], stops[:-1] + 1)) if len(stops) else stops
        whole = stops > starts
        self._starts, self._stops = starts[whole], stops[whole]
        self.time = self._times(data)

    def _times(self, data: Any) -> Ints:
        commas = np.append(np.flatnonzero(data == 44), len(data))
        ends = np.minimum(commas[np.searchsorted(commas, self._starts)], self._stops)
        width = int((ends - self._starts).max(initial=0))
        if width > 12:
            return self._times_slowly()
        total = np.zeros(len(ends), dtype=np.int64)
        for k in range(width):
            place = ends - 1 - k
            inside = place >= self._starts
            digit = data[np.where(inside, place, 0)].astype(np.int64) - 48
            if bool(((digit < 0) | (digit > 9))[inside].any()):
                return self._times_slowly()
            total += np.where(inside, digit, 0) * 10**k
        return total * _MILLISECOND

    def _times_slowly(self) -> Ints:
        return np.array([_time_of(self.line(i)) for i in range(len(self._starts))], dtype=np.int64)

    def line(self, i: int) -> str:
        """A line's text."""
        return self._text[self._starts[i] : self._stops[i]].decode("utf-8", "replace").rstrip("\r")


def _time_of(line: str) -> int:
    try:
        return int(Decimal(line.partition(",")[0]) * _MILLISECOND)
    except (InvalidOperation, ValueError):
        return 0


def tick_points(
    files: MarketFiles, config: Any, hours: Any, start: int, end: int, corporate: Any, data_filter: Any
) -> Iterator[tuple[int, Tick]]:
    """(UTC moment, tick) of a configuration within a span of exchange wall time, in market hours."""
    zone, data_zone = hours.time_zone, config.data_time_zone
    extended = config.extended_market_hours
    scaled = config.security_type == SecurityType.EQUITY and config.data_normalization_mode != DataNormalizationMode.RAW
    make = _maker(config)
    for day in tradable_days(hours, start, end, data_zone, extended):
        lines = _lines_of(files, config, corporate, day)
        if lines is None:
            continue
        there = lines.time + day
        utc = data_zone.to_utc_array(there)
        local = there if data_zone == zone else zone.to_local_array(utc)
        inside = (local >= start) & (local <= end)
        if not hours.is_market_always_open:
            inside &= hours.is_open_column(local, local, extended)
        scale = corporate.price_scale(day, config.data_normalization_mode) if scaled and corporate is not None else None
        symbol = config.symbol if corporate is None else corporate.symbol_at(day)
        for i in np.flatnonzero(inside).tolist():
            tick = make(symbol, lines.line(i), int(local[i]))
            if tick is None:
                files.bad_rows[lines.path] = files.bad_rows.get(lines.path, 0) + 1
                continue
            if scale is not None:
                scale_tick(tick, scale)
            if data_filter is None or data_filter(tick):
                yield int(utc[i]), tick


def _lines_of(files: MarketFiles, config: Any, corporate: Any, day: int) -> TickLines | None:
    if corporate is not None and not corporate.has_data(day):
        return None
    ticker = config.symbol.value if corporate is None else corporate.ticker_at(day)
    entry = None
    if has_contracts(config.symbol):
        path, entry = contract_file(config.symbol, Resolution.TICK, config.tick_type, to_datetime(day).date())
    else:
        path = data_path(config.security_type, config.market, Resolution.TICK, ticker, config.tick_type, to_datetime(day).date())
    key = path if entry is None else f"{path}#{entry}"
    known = files.last_ticks.get(key)
    if known is not None:
        return known  # type: ignore[no-any-return]
    full = files.folder / path
    if not full.is_file() or (entry is not None and entry not in entry_names(full)):
        files.missing[path] = None
        return None
    files.found[path] = None
    lines = TickLines(path, full, entry)
    if len(files.last_ticks) >= 2:
        files.last_ticks.pop(next(iter(files.last_ticks)))
    files.last_ticks[key] = lines
    return lines


def _maker(config: Any) -> Callable[[Any, str, int], Tick | None]:
    """Makes the tick of a symbol, a line and its time, for lines of one configuration."""
    kind, tick_type, market = config.security_type, config.tick_type, config.market
    equity = kind == SecurityType.EQUITY
    pair = kind in (SecurityType.FOREX, SecurityType.CFD)
    trade = int(tick_type) == int(TickType.TRADE) and not pair
    names: dict[str, str] = {}

    def exchange(code: str) -> str:
        name = names.get(code)
        if name is None:
            name = names[code] = Exchange.of_code(code, market).name  # type: ignore[attr-defined]
        return name

    def make(symbol: Any, line: str, time: int) -> Tick | None:
        cells = line.split(",")
        tick = Tick()
        tick._symbol, tick.tick_type, tick._time = symbol, tick_type, time
        try:
            if pair:
                tick.tick_type = TickType.QUOTE
                tick._bid_price, tick._ask_price = Decimal(cells[1]), Decimal(cells[2])
                _set_value(tick)
                return tick
            if trade:
                tick._value, tick._quantity = Decimal(cells[1]), Decimal(cells[2])
                rest = cells[3:]
                if equity:
                    tick._value = tick._value / _TEN_THOUSAND
            else:
                tick._bid_price, tick._bid_size, tick._ask_price, tick._ask_size = map(Decimal, cells[1:5])
                rest = cells[5:]
                if equity:
                    tick._bid_price, tick._ask_price = tick._bid_price / _TEN_THOUSAND, tick._ask_price / _TEN_THOUSAND
                _set_value(tick)
        except (InvalidOperation, IndexError, ValueError):
            return None
        if equity and len(rest) >= 3:
            tick.exchange_code, tick.sale_condition, tick.suspicious = rest[0], rest[1], rest[2] == "1"
            tick.exchange = exchange(rest[0])
        elif not equity:
            tick.exchange = market
            tick.suspicious = bool(rest) and rest[0] == "1"
        return tick

    return make


def _set_value(tick: Tick) -> None:
    bid, ask = tick._bid_price, tick._ask_price
    tick._value = (bid + ask) / 2 if bid != 0 and ask != 0 else bid if ask == 0 else ask


def scale_tick(tick: Tick, scale: PriceScale) -> None:
    """Multiply prices with the factor, divide sizes by it."""
    if tick.tick_type == TickType.TRADE:
        tick._value = scale.price(tick._value)
        tick._quantity = scale.size(tick._quantity)
        return
    tick._bid_price = ZERO if tick._bid_price == 0 else scale.price(tick._bid_price)
    tick._ask_price = ZERO if tick._ask_price == 0 else scale.price(tick._ask_price)
    tick._bid_size, tick._ask_size = scale.size(tick._bid_size), scale.size(tick._ask_size)
    _set_value(tick)
