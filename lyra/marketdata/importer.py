"""Import of price tables into a LEAN data folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.errors import ConfigError, DataError
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.times import DAY, Zone, to_datetime, zone
from lyra.marketdata import synthetic
from lyra.marketdata.bars import Row, coarser, finer, resolution_for, row_fault, spacing, trade_to_quote, write_rows
from lyra.marketdata.hours_and_properties import HOURS_FILE
from lyra.marketdata.layout import PERIODS, QUOTED_ONLY, Series, default_tick_type
from lyra.marketdata.properties_file import ensure_listed
from lyra.marketdata.tables import QUOTE_COLUMNS, TRADE_COLUMNS, PriceTable, Problem, guess_series, read_table

_DEFAULT_ZONES = {SecurityType.EQUITY: "America/New_York", SecurityType.INDEX: "America/Chicago"}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import and as what.

    `ticker` and `resolution` may be left to the file's name and the distance of its rows. `time_zone` is the zone of times that tell
    none. `stamp` says whether a row's time is the start or the end of its bar. `spread` (price units) is put around trade prices
    where the market has quotes only. `merge` keeps rows that are on disk already. `expiry` names a dated future's contract.
    """

    files: Sequence[Path]
    security_type: SecurityType
    market: str
    ticker: str | None = None
    resolution: Resolution | None = None
    time_zone: Any = "UTC"
    stamp: str = "start"
    columns: Mapping[str, str] | None = None
    spread: Decimal = Decimal(0)
    quote: str | None = None
    expiry: date | None = None
    merge: bool = True


@dataclass(slots=True)
class Imported:
    """What became of one file. `error` is set if nothing was imported from it."""

    file: Path
    series: Series | None = None
    rows_read: int = 0
    rows_written: int = 0
    first: date | None = None
    last: date | None = None
    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    listed: str | None = None
    """The line added to the symbol properties, if one was."""
    error: str | None = None

    def __str__(self) -> str:
        if self.error is not None or self.series is None:
            return f"{self.file.name}: {self.error}"
        count = len(self.problems)
        left = f", {count} row{'s' if count > 1 else ''} left out" if count else ""
        return f"{self.file.name}: {self.rows_written:,} bars as {self.series.key}, {self.first} to {self.last}{left}"


def import_files(request: ImportRequest, folder: Path) -> Iterator[Imported]:
    """Import files one after the other, telling about each when it is done. A file that fails does not stop the others. Files whose
    names tell their interval come coarse ones first, so that the finer prices are the ones that stay.

    Raises ConfigError for a request that cannot be meant."""
    if request.stamp not in ("start", "end"):
        raise ConfigError(f"stamp must be 'start' or 'end', not {request.stamp!r}.")
    if request.ticker is not None and len(request.files) > 1 and request.resolution is None and not request.merge:
        raise ConfigError("Several files for one ticker replace each other; import them with merge.")
    for path in sorted(request.files, key=_coarseness):
        result = Imported(path)
        try:
            _import_file(request, path, folder, result)
        except (DataError, ConfigError, OSError) as e:
            result.error = str(e)
        yield result


def _coarseness(path: Path) -> int:
    interval = guess_series(path)[1]
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    return -int(interval[:-1]) * seconds[interval[-1]] if interval else 0


def _import_file(request: ImportRequest, path: Path, folder: Path, result: Imported) -> None:
    table = read_table(path, request.time_zone, request.columns)
    result.rows_read = len(table) + len(table.problems)
    result.problems = list(table.problems)
    if not table.times:
        raise DataError(f"{path}: there are no rows of prices in it.")
    step = spacing(table.times) or PERIODS.get(request.resolution or Resolution.DAILY, DAY)
    resolution = resolution_for(step) if request.resolution is None else request.resolution
    if resolution not in PERIODS:
        raise ConfigError(f"{path}: its rows are not bars of seconds, minutes, hours or days; give the resolution to join them to.")
    if step > 7 * DAY:
        raise ConfigError(f"{path}: its rows are more than a week apart; LEAN's coarsest bars are daily.")
    quoted = table.quoted or request.security_type in QUOTED_ONLY
    series = Series(
        request.security_type, request.market.lower(), _ticker(request, path), resolution,
        TickType.QUOTE if quoted else default_tick_type(request.security_type), request.expiry,
    )  # fmt: skip
    series.path(date(2000, 1, 1))
    result.series = series
    rows = _place(table, request, series, step, data_zone(folder, series))
    if quoted and not table.quoted:
        rows = [trade_to_quote(row, request.spread / 2) for row in rows]
    good = _good_rows(rows, path, result)
    if not good:
        raise DataError(f"{path}: no row can be used; the first: {result.problems[0].text}.")
    prices, sizes = _samples(good)
    synthetic.clear(folder, series)
    result.listed = ensure_listed(folder, series, prices, sizes, request.quote)
    result.files = write_rows(folder, series, _at_resolution(good, step, resolution, result), request.merge)
    result.first, result.last = to_datetime(good[0].time).date(), to_datetime(good[-1].time).date()


def _ticker(request: ImportRequest, path: Path) -> str:
    name = request.ticker or guess_series(path)[0]
    if not name:
        raise ConfigError(f"{path}: its name does not tell the ticker; give it.")
    return name.replace("/", "").replace("-", "").replace("_", "").replace(":", "").upper()


def data_zone(folder: Path, series: Series) -> Zone:
    """The zone in which a market's files are written: by the data folder's market hours, else New York, Chicago or UTC by kind."""
    path = folder / HOURS_FILE
    if path.is_file():
        entry = MarketHoursDatabase.from_file(path).find_entry(series.market, series.ticker, series.security_type)
        if entry is not None:
            return entry.data_time_zone
    return zone(_DEFAULT_ZONES.get(series.security_type, "UTC"))


def _place(table: PriceTable, request: ImportRequest, series: Series, step: int, target: Zone) -> list[Row]:
    """The table's rows in order of time, on the clock of the market's files."""
    names = QUOTE_COLUMNS if table.quoted else TRADE_COLUMNS
    columns = [table.columns[name] for name in names]
    shift = step if request.stamp == "end" else 0
    # Midnights of a daily table are dates: they are not moved into the exchange's zone.
    dates = series.resolution == Resolution.DAILY and all((wall - shift) % DAY == 0 for wall in table.walls)
    times = [wall - shift for wall in table.walls] if dates else [target.to_local(time - shift) for time in table.times]
    rows = [Row(time, cells, line) for time, line, cells in zip(times, table.lines, zip(*columns, strict=True), strict=True)]
    return sorted(rows, key=lambda row: row.time)


def _good_rows(rows: list[Row], path: Path, result: Imported) -> list[Row]:
    good: list[Row] = []
    for row in rows:
        fault = row_fault(row.cells)
        if fault is not None:
            result.problems.append(Problem(path.name, row.line, fault))
        elif good and good[-1].time == row.time:
            earlier, later = sorted((good[-1], row), key=lambda one: one.line)
            result.problems.append(Problem(path.name, earlier.line, f"the same time as line {later.line}, which is kept"))
            good[-1] = later
        else:
            good.append(row)
    result.problems.sort(key=lambda problem: problem.line)
    return good


def _at_resolution(rows: list[Row], step: int, resolution: Resolution, result: Imported) -> Iterator[Row]:
    period = PERIODS[resolution]
    aligned: Iterator[Row] = iter(rows)
    if step > period and step % period == 0:
        aligned = finer(rows, step, period)
    elif step < period or any(row.time % period for row in rows):
        aligned = coarser(rows, period)
    for row in aligned:
        result.rows_written += 1
        yield row


def _samples(rows: list[Row], count: int = 2000) -> tuple[list[str], list[str]]:
    """(prices, sizes) of rows spread over the table, to see how many digits they have."""
    chosen = rows[:: max(1, len(rows) // count)]
    prices = [cell for row in chosen for i, cell in enumerate(row.cells) if i % 5 != 4]
    return prices, [cell for row in chosen for i, cell in enumerate(row.cells) if i % 5 == 4]
