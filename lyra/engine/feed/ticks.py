"""Ticks from a day's zip, as objects (`Common/Data/Market/Tick.cs`)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from lyra.engine.data.bars import Tick
from lyra.engine.decimals import ZERO
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.feed.calendar import tradable_days
from lyra.engine.feed.marketfiles import MarketFiles, data_path, read_zip
from lyra.engine.feed.rows import PriceScale
from lyra.engine.orders.exchange_codes import Exchange
from lyra.engine.times import DAY, to_datetime

_TEN_THOUSAND = Decimal(10_000)


def tick_points(files: MarketFiles, config: Any, hours: Any, start: int, end: int, corporate: Any, data_filter: Any) -> Iterator[tuple[int, Tick]]:
    """(UTC moment, tick) of a configuration within a span of exchange wall time, in market hours."""
    zone, data_zone = hours.time_zone, config.data_time_zone
    scaled = config.security_type == SecurityType.EQUITY and config.data_normalization_mode != DataNormalizationMode.RAW
    for day in tradable_days(hours, start, end, data_zone, config.extended_market_hours):
        if corporate is not None and not corporate.has_data(day):
            continue
        ticker = config.symbol.value if corporate is None else corporate.ticker_at(day)
        path = data_path(config.security_type, config.market, Resolution.TICK, ticker, config.tick_type, to_datetime(day).date())
        full = files.folder / path
        if not full.is_file():
            files.missing[path] = None
            continue
        files.found[path] = None
        bad = 0
        for line in read_zip(full).decode("utf-8", "replace").splitlines():
            tick = parse_tick(line, config, day)
            if tick is None:
                bad += 1
                continue
            if data_zone != zone:
                tick._time = zone.to_local(data_zone.to_utc(tick._time))
            if tick._time < start or tick._time > end or not hours.is_open_us(tick._time, config.extended_market_hours):
                continue
            if scaled and corporate is not None:
                scale_tick(tick, corporate.price_scale(tick._time // DAY * DAY, config.data_normalization_mode))
            yield zone.to_utc(tick._time), tick
        if bad:
            files.bad_rows[path] = bad


def parse_tick(line: str, config: Any, day: int) -> Tick | None:
    """The tick of a line, None when it is malformed; times in the data's zone."""
    cells = line.split(",")
    tick = Tick()
    tick._symbol = config.symbol
    tick.tick_type = config.tick_type
    equity = config.security_type == SecurityType.EQUITY
    try:
        tick._time = day + int(Decimal(cells[0]) * 1000)
        if config.security_type in (SecurityType.FOREX, SecurityType.CFD):
            tick.tick_type = TickType.QUOTE
            tick._bid_price, tick._ask_price = Decimal(cells[1]), Decimal(cells[2])
            _set_value(tick)
            return tick
        if config.tick_type == TickType.TRADE:
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
        tick.exchange = Exchange.of_code(rest[0], config.market).name  # type: ignore[attr-defined]
    elif not equity:
        tick.exchange = config.market
        tick.suspicious = bool(rest) and rest[0] == "1"
    return tick


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
