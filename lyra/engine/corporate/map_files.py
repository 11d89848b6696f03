"""Map files: which ticker a security bore when (`equity/usa/map_files/<permtick>.csv`).

A line is `yyyymmdd,ticker[,exchange[,mapping mode]]` and gives the last day on which the security bore that ticker; the first
line is the day it was listed, the last one its delisting (2050-12-31 if it trades). Continuous futures use the same files:
there the ticker is a contract's SID text, one series of lines for each mapping mode.
Days are microseconds of midnight, as in `lyra.engine.times`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from lyra.engine.enums import DataMappingMode, SecurityType
from lyra.engine.errors import DataError
from lyra.engine.symbols import OPTION_TYPES, Symbol, custom_data_type
from lyra.engine.times import DAY, day_of, to_datetime, to_us

END_OF_TIME = to_us(date(2050, 12, 31))
"""The day that stands for "still trading"."""
BEGINNING_OF_TIME = to_us(date(1899, 12, 30))

_MODES = {
    "0": DataMappingMode.LAST_TRADING_DAY, "lasttradingday": DataMappingMode.LAST_TRADING_DAY,
    "1": DataMappingMode.FIRST_DAY_MONTH, "firstdaymonth": DataMappingMode.FIRST_DAY_MONTH,
    "2": DataMappingMode.OPEN_INTEREST, "openinterest": DataMappingMode.OPEN_INTEREST,
    "3": DataMappingMode.OPEN_INTEREST_ANNUAL, "openinterestannual": DataMappingMode.OPEN_INTEREST_ANNUAL,
}  # fmt: skip


class MapRow(NamedTuple):
    """A line: the security bore `ticker` (upper case) up to and on `day`."""

    day: int
    ticker: str
    exchange: str = ""
    mode: DataMappingMode | None = None


class MapFile:
    """A security's tickers over time."""

    def __init__(self, permtick: str, rows: Iterable[MapRow] = ()) -> None:
        self.permtick = permtick.upper()
        """The ticker the file is named after, which names the factor file too."""
        self.rows = sorted(dict.fromkeys(rows), key=lambda row: row.day)
        self.first_day = self.rows[0].day if self.rows else BEGINNING_OF_TIME
        self.delisting_day = self.rows[-1].day if self.rows else END_OF_TIME
        self.first_ticker = _without_number(self.ticker_at(self.first_day, self.permtick))

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.rows)

    def ticker_at(self, day: int, default: str = "", mode: DataMappingMode | None = None) -> str:
        """The ticker (a future's contract in a mapping mode) on a day; `default` after the last row."""
        for row in self.rows:
            if row.day >= day and (row.mode is None or row.mode == mode):
                return row.ticker
        return default

    def has_data(self, day: int) -> bool:
        """Whether the security was listed on a day."""
        return not self.rows or self.first_day <= day <= self.delisting_day

    def changes(self, mode: DataMappingMode | None = None) -> list[tuple[int, str, str]]:
        """(first day of the new ticker, old ticker, new ticker) of each change."""
        rows = [row for row in self.rows if row.mode is None or row.mode == mode]
        return [(old.day + DAY, old.ticker, new.ticker) for old, new in pairwise(rows) if old.ticker != new.ticker]

    @staticmethod
    def read(path: Path) -> MapFile:
        """The file's content; a file that cannot be parsed counts as empty, as in LEAN. Raises DataError if it cannot be read."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as e:
            raise DataError(f"The map file {path} cannot be read: {e.strerror}.") from e
        try:
            rows = [row for line in lines if line.strip() and (row := _parse(line)) is not None]
        except (ValueError, IndexError):
            rows = []
        return MapFile(path.stem, rows)


def _parse(line: str) -> MapRow | None:
    cells = line.split(",")
    mode = None
    if len(cells) > 3 and cells[3]:
        mode = _MODES.get(cells[3].lower())
        if mode is None:
            return None
    day = to_us(datetime.strptime(cells[0], "%Y%m%d"))
    return MapRow(day, cells[1].upper(), cells[2] if len(cells) > 2 else "", mode)


def _without_number(ticker: str) -> str:
    """`TWX.1` is the first of several securities that bore TWX: its ticker was TWX."""
    name, dot, number = ticker.rpartition(".")
    return name if dot and name and number.isdigit() else ticker


class MapFileResolver:
    """All map files of a market."""

    def __init__(self, files: Iterable[MapFile] = ()) -> None:
        self._by_permtick: dict[str, MapFile] = {}
        by_ticker: dict[str, dict[int, str]] = {}
        for file in files:
            self._by_permtick[file.permtick] = file
            for row in file.rows:
                by_ticker.setdefault(row.ticker, {}).setdefault(row.day, file.permtick)
        self._by_ticker = {ticker: sorted(days.items()) for ticker, days in by_ticker.items()}

    def by_permtick(self, permtick: str) -> MapFile | None:
        """The file of this name."""
        return self._by_permtick.get(permtick.upper())

    def by_ticker(self, ticker: str, day: int) -> MapFile:
        """The file of the security that bore `ticker` on a day (else next, else last before); an empty one if there is none."""
        name = ticker.upper()
        history = self._by_ticker.get(name)
        if history:
            i = bisect_left(history, (day, ""))
            name = history[min(i, len(history) - 1)][1]
        file = self._by_permtick.get(name)
        if file is None or file.first_day > day != BEGINNING_OF_TIME:
            return MapFile(name)
        return file

    def __iter__(self) -> Iterator[MapFile]:
        return iter(self._by_permtick.values())


class MapFileProvider:
    """The map files of a data folder, read per market when first asked for."""

    def __init__(self, data_folder: Path | None) -> None:
        self._folder = data_folder
        self._resolvers: dict[tuple[str, SecurityType], MapFileResolver] = {}

    def resolver(self, market: str, security_type: SecurityType = SecurityType.EQUITY) -> MapFileResolver:
        """All map files of a market and kind of security."""
        key = (market, security_type)
        found = self._resolvers.get(key)
        if found is None:
            folder = None if self._folder is None else self._folder / security_type.lean_name.lower() / market / "map_files"
            known = folder is not None and folder.is_dir()
            files = [MapFile.read(path) for path in sorted(folder.glob("*.csv"))] if folder is not None and known else []
            found = self._resolvers[key] = MapFileResolver(files)
        return found

    def file_of(self, symbol: Symbol) -> MapFile:
        """The map file of a security, of a derivative's underlying, or of what custom data are about; else an empty one."""
        if not symbol.requires_mapping():
            return MapFile(symbol.value or "?")
        sid = symbol.id
        below = sid if symbol.underlying is None or symbol.security_type == SecurityType.FUTURE else symbol.underlying.id
        ticker, kind = below.symbol, below.security_type
        data_type = custom_data_type(ticker) if kind == SecurityType.BASE else None
        if data_type is not None:
            ticker = ticker.removesuffix(f".{data_type}")
        return self.resolver(below.market, kind).by_ticker(ticker, to_us(below.date))

    def first_ticker_and_date(self, ticker: str, market: str, date: datetime | None = None) -> tuple[str, datetime] | None:
        """First ticker and first date of the security that bears an equity's ticker at a date (today if None)."""
        day = day_of(to_us(datetime.now() if date is None else date))
        file = self.resolver(market).by_ticker(ticker, day)
        return (file.first_ticker, to_datetime(file.first_day)) if file else None

    def ticker_at(self, symbol: Symbol, day: int) -> str:
        """The ticker of a security on a day; its present one if it has no map file."""
        return self.file_of(symbol).ticker_at(day, symbol.value)


def delisting_day(symbol: Symbol, map_file: MapFile) -> int:
    """The last day on which a security trades. For equity and future options it is the expiry (`last_day` moves it to an open day)."""
    if symbol.is_canonical():
        return END_OF_TIME
    if symbol.security_type in OPTION_TYPES or symbol.security_type == SecurityType.FUTURE:
        return to_us(symbol.id.date)
    return map_file.delisting_day


def last_day(symbol: Symbol, hours: Any) -> int:
    """The last day of a contract: a future's or index option's expiry; for other options the last day on or before it with hours."""
    day = to_us(symbol.id.date)
    if symbol.security_type in (SecurityType.FUTURE, SecurityType.INDEX_OPTION):
        return day
    while not hours.is_date_open_us(day):
        day -= DAY
    return day


def primary_exchange_code(map_file: MapFile, day: int) -> str:
    """The exchange's code (`P` for NYSE Arca …) on a day; empty if not told."""
    for row in map_file.rows:
        if row.day >= day:
            return row.exchange
    return map_file.rows[-1].exchange if map_file.rows else ""
