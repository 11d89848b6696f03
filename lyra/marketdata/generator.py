"""Made-up markets: seeded random walks in LEAN's files, entered in the ledger of synthetic series so that nobody takes them for real."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.errors import ConfigError
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.times import DAY, Zone, to_us, zone
from lyra.marketdata import synthetic
from lyra.marketdata.bars import Row, trade_to_quote, write_rows
from lyra.marketdata.hours_and_properties import HOURS_FILE
from lyra.marketdata.layout import PERIODS, QUOTED_ONLY, Series, default_tick_type
from lyra.marketdata.properties_file import ensure_listed

_STEPS = 8
"""Steps of the walk within a bar."""


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What to make up, from `first` to `last` (both included).

    `volatility` and `drift` are yearly, of the logarithm of the price; `volume` is that of an average bar; `digits` are those of the
    prices (guessed from `price` if None). The same request gives the same bytes.
    """

    security_type: SecurityType
    market: str
    ticker: str
    resolution: Resolution
    first: date
    last: date
    price: float = 100.0
    volatility: float = 0.6
    drift: float = 0.0
    volume: float = 1000.0
    digits: int | None = None
    seed: int = 0
    quote: str | None = None
    tick_type: TickType | None = None


def generate(request: GenerateRequest, folder: Path, replace: bool = False) -> tuple[Series, int, list[Path]]:
    """Make up a series: (series, count of bars, files).

    Raises ConfigError when there is real data in its place (unless `replace`), or nothing to make.
    """
    if request.resolution not in PERIODS:
        raise ConfigError("Ticks cannot be generated; give second, minute, hour or daily.")
    if request.last < request.first:
        raise ConfigError(f"The last day {request.last} is before the first, {request.first}.")
    if not (request.price > 0 and request.volatility >= 0 and request.volume >= 0):
        raise ConfigError("The price must be above zero, volatility and volume not below.")
    tick_type = request.tick_type or default_tick_type(request.security_type)
    series = Series(request.security_type, request.market.lower(), request.ticker.upper(), request.resolution, tick_type)
    if synthetic.series_files(folder, series) and not synthetic.clear(folder, series) and not replace:
        raise ConfigError(f"There is real data at {series.key}; it would be lost. Say replace if that is meant.")
    rows = list(_rows(request, *_hours(folder, series)))
    if not rows:
        raise ConfigError(f"The market {series.market} is closed from {request.first} to {request.last}: nothing to generate.")
    if tick_type == TickType.QUOTE or request.security_type in QUOTED_ONLY:
        rows = [trade_to_quote(row) for row in rows]
    ensure_listed(folder, series, (cell for row in rows[:500] for cell in row.cells[:4]), ("0.00000001",), request.quote)
    files = write_rows(folder, series, rows, merge=False)
    how = {"seed": request.seed, "first": str(request.first), "last": str(request.last), "price": request.price}
    synthetic.remember(folder, series, how | {"volatility": request.volatility, "drift": request.drift, "kind": "random walk"})
    return series, len(rows), files


def _hours(folder: Path, series: Series) -> tuple[SecurityExchangeHours, Zone]:
    path = folder / HOURS_FILE
    entry = None
    if path.is_file():
        entry = MarketHoursDatabase.from_file(path).find_entry(series.market, series.ticker, series.security_type)
    if entry is not None:
        return entry.exchange_hours, entry.data_time_zone
    return SecurityExchangeHours.always_open("UTC"), zone("UTC")


def bar_times(hours: SecurityExchangeHours, data_zone: Zone, resolution: Resolution, first: date, last: date) -> npt.NDArray[np.int64]:
    """Starts of the bars that a market has from one date to another (its own dates), on the clock of the data files."""
    start, end = to_us(first), to_us(last) + DAY
    if resolution == Resolution.DAILY:
        return hours.days(start, end - DAY)[0]
    period = PERIODS[resolution]
    moments = np.arange(start, end, period, dtype=np.int64)
    # A bar of the data zone may begin within an hour of the exchange's; walls of both zones differ by whole periods but for hours.
    utc = hours.time_zone.to_utc_array(moments)
    local = data_zone.to_local_array(utc)
    starts = np.unique(local - local % period)
    exchange = hours.time_zone.to_local_array(data_zone.to_utc_array(starts))
    return starts[hours.is_open_column(exchange, exchange + period, False)]


def _rows(request: GenerateRequest, hours: SecurityExchangeHours, data_zone: Zone) -> Iterator[Row]:
    times = bar_times(hours, data_zone, request.resolution, request.first, request.last)
    if len(times) == 0:
        return
    name = f"{request.security_type.lean_name}/{request.market}/{request.ticker}/{request.resolution.lean_name}".lower()
    rng = np.random.Generator(np.random.PCG64([request.seed, zlib.crc32(name.encode())]))
    span = max(float(times[-1] - times[0]) + PERIODS[request.resolution], 1.0) / len(times) / (365.25 * DAY)
    spread = request.volatility * np.sqrt(span / _STEPS)
    steps = rng.standard_normal((len(times), _STEPS)) * spread + (request.drift - request.volatility**2 / 2) * span / _STEPS
    walk = np.concatenate([[0.0], np.cumsum(steps.ravel())])
    digits = _digits(request)
    prices = np.maximum(np.round(request.price * np.exp(walk), digits), 10.0**-digits)
    volumes = request.volume * np.exp(0.5 * rng.standard_normal(len(times)))
    whole = request.security_type in (SecurityType.EQUITY, SecurityType.INDEX, SecurityType.FUTURE)
    for i, time in enumerate(times.tolist()):
        part = prices[i * _STEPS : (i + 1) * _STEPS + 1]
        cells = [f"{value:.{digits}f}" for value in (part[0], part.max(), part.min(), part[-1])]
        volume = str(int(volumes[i])) if whole else format(Decimal(f"{volumes[i]:.8f}"), "f")
        yield Row(time, (*cells, volume))


def _digits(request: GenerateRequest) -> int:
    if request.digits is not None:
        return request.digits
    if request.security_type == SecurityType.FOREX:
        return 3 if request.price > 20 else 5
    return 2 if request.price >= 10 else 4 if request.price >= 0.1 else 8
