"""LEAN's market-data files: where they lie, and their rows as columns, with a binary cache beside nothing of the user's.

Paths and row formats follow `Common/Util/LeanData.cs`. Parsed files are kept as tables of 64-bit integers in the user's cache folder
(`$LYRA_CACHE`, or `lyra` under `$XDG_CACHE_HOME` or `~/.cache`), keyed by path; a changed size or time makes a new one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.errors import DataError
from lyra.engine.feed.csvcolumns import MISSING, Ints, parse_columns
from lyra.engine.markets.tickers import contract_month
from lyra.engine.times import DAY, HOUR, MINUTE, SECOND

TRADE_FIELDS = ("open", "high", "low", "close", "volume")
QUOTE_FIELDS = ("bid_open", "bid_high", "bid_low", "bid_close", "last_bid_size",
                "ask_open", "ask_high", "ask_low", "ask_close", "last_ask_size")  # fmt: skip
EQUITY_SCALE = 4
"""Equity and option prices are written as integers times 10,000."""

_LOW_HALF = 2**32 - 1
_DIGITS_OF_A_STAMP = 15
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
_FOLDERS = {
    SecurityType.EQUITY: "equity", SecurityType.FOREX: "forex", SecurityType.CFD: "cfd", SecurityType.CRYPTO: "crypto",
    SecurityType.CRYPTO_FUTURE: "cryptofuture", SecurityType.INDEX: "index", SecurityType.FUTURE: "future",
    SecurityType.OPTION: "option", SecurityType.INDEX_OPTION: "indexoption", SecurityType.FUTURE_OPTION: "futureoption",
    SecurityType.BASE: "base",
}  # fmt: skip
_WHOLE_FILE_WITH_TICK_TYPE = (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE, SecurityType.FUTURE)
_WITH_CONTRACTS = (SecurityType.FUTURE, SecurityType.OPTION, SecurityType.INDEX_OPTION, SecurityType.FUTURE_OPTION)
_TICK_NAMES = {TickType.TRADE: "trade", TickType.QUOTE: "quote", TickType.OPEN_INTEREST: "openinterest"}
RESOLUTION_US = {
    Resolution.TICK: 0, Resolution.SECOND: SECOND, Resolution.MINUTE: MINUTE, Resolution.HOUR: HOUR, Resolution.DAILY: DAY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileRows:
    """One file's rows: `time` is wall time of the data zone (us), `values[row, field]` mantissas, `scales` likewise."""

    time: Ints
    values: Ints
    scales: np.ndarray
    bad: int = 0

    def __len__(self) -> int:
        return len(self.time)


def data_path(security_type: SecurityType, market: str, resolution: Resolution, ticker: str, tick_type: TickType, day: date | None) -> str:
    """The relative path of the file that holds a ticker's data; `day` for tick to minute files, which hold one day each."""
    tick = _TICK_NAMES[tick_type]
    base = f"{_FOLDERS[security_type]}/{market.lower()}/{resolution.lean_name.lower()}"
    name = ticker.lower()
    if resolution in (Resolution.HOUR, Resolution.DAILY):
        suffix = f"_{tick}" if security_type in _WHOLE_FILE_WITH_TICK_TYPE else ""
        return f"{base}/{name}{suffix}.zip"
    if day is None:
        raise DataError(f"{base}/{name}: a day is needed for {resolution.lean_name.lower()} data.")
    return f"{base}/{name}/{day:%Y%m%d}_{tick}.zip"


def has_contracts(symbol: Any) -> bool:
    """Whether a symbol's files hold several contracts, each in an entry of its own."""
    return symbol.security_type in _WITH_CONTRACTS


def contract_file(symbol: Any, resolution: Resolution, tick_type: TickType, day: date | None) -> tuple[str, str]:
    """The relative path of the zip that holds a future's or option's data, and its entry (`LeanData.GenerateRelativeZipFilePath`,
    `GenerateZipEntryName`). `day` is that of the data; of hourly and daily data of options there is a file for each
    year. A future's entries are named after the contracts' months, an option's after style, right, strike and expiry."""
    sid, kind, tick = symbol.id, symbol.security_type, _TICK_NAMES[tick_type]
    coarse = resolution in (Resolution.HOUR, Resolution.DAILY)
    base = f"{_FOLDERS[kind]}/{sid.market.lower()}/{resolution.lean_name.lower()}"
    if not coarse and day is None:
        raise DataError(f"{base}/{symbol.value}: a day is needed for {resolution.lean_name.lower()} data.")
    if kind == SecurityType.FUTURE:
        root, style, contract = sid.symbol.lower(), "", f"{contract_month(sid.symbol, sid.date):%Y%m}"
    else:
        root = (symbol.underlying.value if kind == SecurityType.OPTION else sid.symbol).lower()
        style = f"_{sid.option_style.lean_name.lower()}"
        contract = f"{sid.option_right.lean_name.lower()}_{int(sid._strike_price * 10**EQUITY_SCALE)}_{sid.date:%Y%m%d}"
    if coarse and kind == SecurityType.FUTURE:
        return f"{base}/{root}_{tick}.zip", f"{root}_{tick}_{contract}.csv"
    if coarse:
        year = sid.date.year if day is None else day.year
        return f"{base}/{root}_{year}_{tick}{style}.zip", f"{root}_{tick}{style}_{contract}.csv"
    below = f"/{symbol.underlying.id.symbol.lower()}" if kind == SecurityType.FUTURE_OPTION else ""
    if below:
        raise DataError(f"{base}{below}: files of options on futures are not read.")
    return (f"{base}/{root}/{day:%Y%m%d}_{tick}{style}.zip",
            f"{day:%Y%m%d}_{root}_{resolution.lean_name.lower()}_{tick}{style}_{contract}.csv")  # fmt: skip


class MarketFiles:
    """Reads market data from a LEAN data folder and remembers which files were found and which were not."""

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.folder = folder
        self._cache = default_cache() if cache is None else cache
        self.found: dict[str, None] = {}
        self.missing: dict[str, None] = {}
        self.bad_rows: dict[str, int] = {}
        """Rows that are left out because they are no rows, by file."""
        self.late_rows: dict[str, int] = {}
        """Rows that LEAN drops because an earlier row has their time or a later one, by file."""
        self._entries: dict[str, tuple[int, frozenset[str]]] = {}
        """The names of a zip's entries, by file; each with the file's time."""
        self.last_ticks: dict[str, Any] = {}
        """The lines of the tick files read last, which are asked for again and again."""

    def read(self, path: str, fields: int, scaled: bool, day: date | None, price_columns: tuple[int, ...],
             entry: str | None = None) -> FileRows | None:  # fmt: skip
        """The rows of a zip's entry (the only one by default), or None where there is no such file or entry.

        `fields` counts the columns after the time; `scaled` files write prices (in `price_columns`) times 10,000; `day` is the
        date of files whose time column counts milliseconds since midnight. Raises DataError for a zip that cannot be read.
        """
        full = self.folder / path
        try:
            stat = full.stat()
        except OSError:
            self.missing[path] = None
            return None
        if entry is not None and entry not in self._entries_of(full, stat):
            self.missing[path] = None
            return None
        self.found[path] = None
        table, bad, late = self._cached(full, stat, fields, entry)
        if bad:
            self.bad_rows[path] = bad
        if late:
            self.late_rows[path] = late
        base = 0 if day is None else (np.datetime64(day, "D").astype(np.int64) * DAY)
        scales = _unpack_scales(table[:, 1], fields)
        values = table[:, 2:]
        time = table[:, 0] + base
        if scaled:
            for column in price_columns:
                scales[:, column] += EQUITY_SCALE
        return FileRows(time, values, scales, bad)

    def without_data(self, configs: Iterable[Any]) -> list[tuple[str, str]]:
        """(symbol, first file that was looked for) of the symbols for which none of the configurations found a file."""
        missing: dict[Any, str] = {}
        seen = set()
        for config in configs:
            prefix = _prefix(config)
            if any(path.startswith(prefix) for path in self.found):
                seen.add(config.symbol)
                continue
            for path in self.missing:
                if path.startswith(prefix) and ("_quote." in missing.get(config.symbol, "_quote.")):
                    missing[config.symbol] = path
        return [(str(symbol.value), path) for symbol, path in missing.items() if symbol not in seen]

    def _entries_of(self, full: Path, stat: os.stat_result) -> frozenset[str]:
        known = self._entries.get(str(full))
        if known is None or known[0] != stat.st_mtime_ns:
            known = self._entries[str(full)] = stat.st_mtime_ns, frozenset(entry_names(full))
        return known[1]

    def _cached(self, full: Path, stat: os.stat_result, fields: int, name: str | None) -> tuple[Ints, int, int]:
        """The parsed rows, how many lines were left out, and how many rows are not after the ones before them."""
        place = os.path.abspath(full) + ("" if name is None else f"#{name}")
        digest = hashlib.blake2b(place.encode(), digest_size=16).hexdigest()
        entry = self._cache / digest[:2] / f"{digest}-{fields}.int64"
        stamp = (stat.st_mtime_ns, stat.st_size)
        try:
            table = np.fromfile(entry, dtype="<i8").reshape(-1, fields + 2)
            if (int(table[0, 0]), int(table[0, 1])) == stamp:
                return table[1:], int(table[0, 2]) & _LOW_HALF, int(table[0, 2]) >> 32
        except (OSError, ValueError, IndexError, EOFError):
            pass
        rows, bad = self._parse(full, fields, name)
        head = np.zeros((1, fields + 2), dtype=np.int64)
        late = _late_rows(rows[:, 0])
        head[0, :3] = (*stamp, bad | late << 32)
        _write_quietly(entry, np.vstack([head, rows]))
        return rows, bad, late

    @staticmethod
    def _parse(full: Path, fields: int, name: str | None) -> tuple[Ints, int]:
        columns = parse_columns(read_zip(full, name), fields + 1)
        times, scales = columns.mantissas[:, 0], columns.scales[:, 0]
        whole = times[times != MISSING]
        if len(whole) and int(whole.max()) >= 10**11 * 2 - 10**10:
            stamps = np.where(_is_calendar(times), _calendar_us(times), MISSING)
        else:
            inside = (times >= 0) & (times < 10**_DIGITS_OF_A_STAMP) & (scales <= _DIGITS_OF_A_STAMP)
            stamps = np.where(inside, times, 0) * 1000 // 10 ** np.where(inside, scales, 0).astype(np.int64)
            stamps[~inside] = MISSING
        packed = np.zeros(len(times), dtype=np.int64)
        for k in range(fields):
            packed |= columns.scales[:, k + 1].astype(np.int64) << (5 * k)
        good = (stamps != MISSING) & _has_prices(columns.mantissas, fields)
        return np.column_stack([stamps, packed, columns.mantissas[:, 1:]])[good], len(columns.bad) + int(len(good) - good.sum())


def _late_rows(time: Ints) -> int:
    return int((time[1:] <= np.maximum.accumulate(time)[:-1]).sum()) if len(time) > 1 else 0


def _has_prices(mantissas: Ints, fields: int) -> npt.NDArray[np.bool_]:
    """Which rows are bars: four prices of trades, or a whole side of a quote. A missing volume or size is 0."""
    if fields == len(TRADE_FIELDS):
        mantissas[:, 5] = np.where(mantissas[:, 5] == MISSING, 0, mantissas[:, 5])
        return (mantissas[:, 1:5] != MISSING).all(axis=1)  # type: ignore[no-any-return]
    if fields == len(QUOTE_FIELDS):
        sides = [mantissas[:, columns] != MISSING for columns in (slice(1, 5), slice(6, 10))]
        torn = [side.any(axis=1) & ~side.all(axis=1) for side in sides]
        return (sides[0].all(axis=1) | sides[1].all(axis=1)) & ~torn[0] & ~torn[1]  # type: ignore[no-any-return]
    return np.ones(len(mantissas), dtype=bool)


def _prefix(config: Any) -> str:
    """What the paths of a configuration's files begin with."""
    if has_contracts(config.symbol):
        path, _ = contract_file(config.symbol, config.resolution, config.tick_type, date(2000, 1, 1))
        coarse = config.resolution in (Resolution.HOUR, Resolution.DAILY)
        return path.partition("_2000_")[0] if coarse else path.rpartition("/")[0] + "/"
    folder = (
        f"{_FOLDERS[config.security_type]}/{config.market.lower()}/{config.resolution.lean_name.lower()}/{config.mapped_symbol.lower()}"
    )
    return folder if config.resolution in (Resolution.HOUR, Resolution.DAILY) else folder + "/"


def entry_names(full: Path) -> list[str]:
    """The names of a zip's entries. Raises DataError naming the file when it cannot be read."""
    try:
        with zipfile.ZipFile(full) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as e:
        raise DataError(f"{full}: cannot be read as a zip ({e}). Write the file again or delete it.") from e


def read_zip(full: Path, entry: str | None = None) -> bytes:
    """The bytes of a zip's entry (the first by default). Raises DataError naming the file when it cannot be read."""
    try:
        with zipfile.ZipFile(full) as archive:
            names = archive.namelist()
            if not names:
                raise DataError(f"{full}: the zip is empty. Write the file again.")
            return archive.read(names[0] if entry is None else entry)
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError) as e:
        raise DataError(f"{full}: cannot be read as a zip ({e}). Write the file again or delete it.") from e
    except Exception as e:  # zlib.error has no common base
        raise DataError(f"{full}: the zip is corrupt ({e}). Write the file again or delete it.") from e


def default_cache() -> Path:
    """The folder of parsed files."""
    if named := os.environ.get("LYRA_CACHE"):
        return Path(named) / "market-data"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lyra" / "market-data"


def _unpack_scales(packed: Ints, fields: int) -> np.ndarray:
    if len(packed) == 0 or bool((packed == packed[0]).all()):
        one = 0 if len(packed) == 0 else int(packed[0])
        row = np.array([(one >> (5 * k)) & 31 for k in range(fields)], dtype=np.uint8)
        return np.broadcast_to(row, (len(packed), fields)).copy()
    return np.stack([((packed >> (5 * k)) & 31).astype(np.uint8) for k in range(fields)], axis=1)


def _is_calendar(stamps: Ints) -> npt.NDArray[np.bool_]:
    """Which integers yyyyMMddHHmm (or yyyyMMdd) are a date and a time of day."""
    stamps = np.where(stamps < 10**9, stamps * 10_000, stamps)
    day, clock = stamps // 10_000, stamps % 10_000
    year, month, dom = day // 10_000, day // 100 % 100, day % 100
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _MONTH_DAYS[np.clip(month, 0, 12)] + (leap & (month == 2))
    valid: npt.NDArray[np.bool_] = (
        (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (dom >= 1) & (dom <= last) & (clock // 100 < 24) & (clock % 100 < 60)
    )
    return valid


def _calendar_us(stamps: Ints) -> Ints:
    """Microseconds of integers yyyyMMddHHmm (or yyyyMMdd of a daily row without a time)."""
    stamps = np.where(stamps < 10**9, stamps * 10_000, stamps)
    day, clock = stamps // 10_000, stamps % 10_000
    year, month, dom = day // 10_000, day // 100 % 100, day % 100
    months = (year - 1970) * 12 + month - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + dom - 1
    return days * DAY + (clock // 100) * HOUR + (clock % 100) * MINUTE  # type: ignore[no-any-return]


def _write_quietly(path: Path, table: Ints) -> None:
    """Keep a parsed file for the next run; a cache that cannot be written costs time, nothing else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(table.astype("<i8").tobytes())
            os.replace(name, path)
        except OSError:
            os.unlink(name)
    except OSError:
        return
