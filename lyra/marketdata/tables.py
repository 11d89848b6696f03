"""Price tables of other programs as columns: CSV (any common header), feather and parquet.

Known without being told: freqtrade (`date,open,high,low,close,volume`), Jesse (`timestamp,open,close,high,low,volume`), Binance's
klines (no header, milliseconds first), CryptoDataDownload (a line of greeting, newest first), and whatever names its columns
date/time/timestamp, open, high, low, close, volume, or bid and ask columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lyra.engine.errors import DataError
from lyra.engine.times import SECOND, Zone, to_us, zone

TRADE_COLUMNS = ("open", "high", "low", "close", "volume")
QUOTE_COLUMNS = (
    "bid_open", "bid_high", "bid_low", "bid_close", "bid_size", "ask_open", "ask_high", "ask_low", "ask_close", "ask_size",
)  # fmt: skip

_TIME_NAMES = (
    "timestamp", "datetime", "date", "time", "open_time", "opentime", "unix", "unix_timestamp", "ts", "t", "date_time", "time_open",
)  # fmt: skip
_NAMES: dict[str, tuple[str, ...]] = {
    "open": ("open", "o", "open_price", "price_open", "opening_price"),
    "high": ("high", "h", "high_price", "price_high", "max"),
    "low": ("low", "l", "low_price", "price_low", "min"),
    "close": ("close", "c", "close_price", "price_close", "last", "price", "closing_price"),
    "volume": ("volume", "v", "vol", "amount", "base_volume", "volume_base", "quantity"),
    **{name: (name, name.replace("_", ""), "last_" + name) for name in QUOTE_COLUMNS},
}
_TEXT_FORMATS = (
    "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M", "%Y%m%d", "%Y-%m-%d %I-%p", "%Y-%m-%d %I%p", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S.%f",
    "%d.%m.%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y.%m.%d %H:%M",
)  # fmt: skip
_HEADER_LINES = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was left out."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(slots=True)
class PriceTable:
    """Rows of one file in its own order. `times` are UTC microseconds, `walls` the same on the clock of the file (its time zone).
    `columns` holds each column's numbers as plain decimal text, `lines` the line numbers."""

    times: list[int]
    walls: list[int]
    columns: dict[str, list[str]]
    lines: list[int]
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def quoted(self) -> bool:
        """Whether there are bid and ask columns."""
        return "bid_close" in self.columns and "ask_close" in self.columns


def read_table(path: Path, time_zone: Any = "UTC", columns: Mapping[str, str] | None = None) -> PriceTable:
    """A file's rows. `time_zone` is the zone of times without one; `columns` maps our names (`time`, `open`, …) to the file's.

    Raises DataError for a file that cannot be read or has no time and close.
    """
    framed = path.suffix.lower() in (".feather", ".ft", ".parquet", ".pq")
    names, rows = _read_frame(path) if framed else _read_csv(path)
    wanted = {ours: theirs.strip().lower() for ours, theirs in (columns or {}).items()}
    return _convert(path, names, rows, zone(time_zone), wanted)


def guess_series(path: Path) -> tuple[str | None, str | None]:
    """(ticker, interval) that a file's name tells: `BTC_USDT-5m.feather` gives `BTCUSDT`, `5m`; None for what it does not tell."""
    stem = path.stem
    interval = re.search(r"(?<![A-Za-z0-9])(\d+)(s|m|min|h|d)(?![A-Za-z0-9])", stem)
    pair = re.match(r"([A-Za-z0-9]{2,10})[_/\-]([A-Za-z]{3,5})(?::[A-Za-z]+)?(?=[_\-.]|$)", stem)
    plain = re.match(r"([A-Za-z][A-Za-z0-9.]{1,11})(?=[_\-]|$)", stem)
    ticker = f"{pair[1]}{pair[2]}" if pair else plain[1] if plain else None
    return (ticker.upper() if ticker else None), f"{interval[1]}{interval[2][0]}" if interval else None


# reading -------------------------------------------------------------------------------------------
def _read_csv(path: Path) -> tuple[list[str] | None, Iterator[tuple[int, Sequence[Any]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror}.") from e
    lines = text.splitlines()
    head = "\n".join(lines[:_HEADER_LINES])
    delimiter = max(",;\t|", key=head.count)
    if head.count(delimiter) == 0:
        raise DataError(f"{path}: no columns found; the file must be separated by commas, semicolons, tabs or bars.")
    rows = [(number, [cell.strip() for cell in row]) for number, row in enumerate(csv.reader(lines, delimiter=delimiter), 1) if any(row)]
    for i, (_, cells) in enumerate(rows[:_HEADER_LINES]):
        names = [_plain(cell) for cell in cells]
        if _find(names, _TIME_NAMES) is not None and (_find(names, _NAMES["close"]) is not None or "bid_close" in names):
            return names, iter(rows[i + 1 :])
    return None, iter(rows)


def _read_frame(path: Path) -> tuple[list[str], Iterator[tuple[int, Sequence[Any]]]]:
    try:
        import pyarrow.feather as feather
        import pyarrow.parquet as parquet
    except ImportError as e:
        raise DataError(f"{path}: reading feather and parquet files needs pyarrow; install it (pip install pyarrow).") from e
    try:
        table = feather.read_table(path) if path.suffix.lower() in (".feather", ".ft") else parquet.read_table(path)
    except (OSError, ValueError) as e:
        raise DataError(f"{path} cannot be read: {e}") from e
    names = [_plain(name) for name in table.column_names]
    columns = [column.to_pylist() for column in table.columns]
    return names, enumerate(zip(*columns, strict=True), 1)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", str(name).strip().lower()).strip("_")


def _find(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    for name in wanted:
        if name in names:
            return names.index(name)
    return None


def _places(path: Path, names: list[str] | None, wanted: Mapping[str, str], width: int) -> tuple[list[int], dict[str, int]]:
    """(columns of the time, column of each number)."""
    if names is None:
        if width < 5:
            raise DataError(f"{path}: no header with a time and a close column, and too few columns to guess them.")
        return [0], {name: i for i, name in enumerate(TRADE_COLUMNS[: width - 1], 1)}
    plain = {ours: _plain(theirs) for ours, theirs in wanted.items()}
    for ours, theirs in plain.items():
        if theirs not in names:
            raise DataError(f"{path}: there is no column {wanted[ours]!r}; it has {', '.join(names)}.")
    found = {}
    for ours, aliases in _NAMES.items():
        at = _find(names, (plain[ours],) if ours in plain else aliases)
        if ours == "volume" and ours not in plain:
            at = _volume_place(names, at)
        if at is not None:
            found[ours] = at
    time = _find(names, (plain["time"],) if "time" in plain else _TIME_NAMES)
    if time is None or not ("close" in found or {"bid_close", "ask_close"} <= found.keys()):
        raise DataError(f"{path}: a time and a close column are needed; it has {', '.join(names)}. Name them with columns.")
    second = names.index("time") if names[time] == "date" and "time" in names and "time" not in plain else None
    return ([time] if second is None else [time, second]), found


def _volume_place(names: list[str], plain: int | None) -> int | None:
    """Of several volumes the one in the traded asset: `volume_btc` beside `volume` or `volume_usd`."""
    money = ("usd", "usdt", "usdc", "eur", "gbp", "quote", "money", "currency")
    found = next((i for i, name in enumerate(names) if name.startswith("volume_") and name[7:] not in money), None)
    if found is None and plain is None:
        found = next((i for i, name in enumerate(names) if name.startswith("volume")), None)
    return plain if found is None else found


# converting ----------------------------------------------------------------------------------------
def _convert(
    path: Path, names: list[str] | None, rows: Iterator[tuple[int, Sequence[Any]]], file_zone: Zone, wanted: Mapping[str, str]
) -> PriceTable:
    listed = list(rows)
    if not listed:
        return PriceTable([], [], {name: [] for name in TRADE_COLUMNS}, [])
    time_places, places = _places(path, names, wanted, len(listed[0][1]))
    clock = _Clock(file_zone)
    table = PriceTable([], [], {}, [])
    quoted = {"bid_close", "ask_close"} <= places.keys()
    table.columns = {name: [] for name in (QUOTE_COLUMNS if quoted else TRADE_COLUMNS)}
    for number, row in listed:
        try:
            wall, moment = clock.read(row[time_places[0]] if len(time_places) == 1 else f"{row[time_places[0]]} {row[time_places[1]]}")
            cells = {name: _number(row[at]) for name, at in places.items()}
        except (ValueError, IndexError, InvalidOperation, OverflowError) as e:
            table.problems.append(Problem(path.name, number, f"not a row of prices ({e})"))
            continue
        table.times.append(moment)
        table.walls.append(wall)
        table.lines.append(number)
        for name, column in table.columns.items():
            column.append(cells[name] if name in cells else _default(name, cells))
    return table


def _default(name: str, cells: Mapping[str, str]) -> str:
    """A number that the file does not have: no volume, and prices that stand at the close."""
    if name == "volume" or name.endswith("_size"):
        return "0"
    side, _, _ = name.rpartition("_")
    return cells[f"{side}_close" if side else "close"]


class _Clock:
    """Times of a file in UTC; the format of the first one is tried first for the others."""

    def __init__(self, file_zone: Zone) -> None:
        self._zone = file_zone
        self._format: str | None = None

    def read(self, value: Any) -> tuple[int, int]:
        """(wall time, UTC) in microseconds. Raises ValueError."""
        wall, utc = self._parse(value)
        return (self._zone.to_local(utc) if wall is None else wall), utc

    def _parse(self, value: Any) -> tuple[int | None, int]:
        """(wall time where the value tells it, UTC)."""
        if isinstance(value, datetime):
            return self._of_datetime(value)
        if hasattr(value, "year") and not isinstance(value, str):
            wall = to_us(value)
            return wall, self._zone.to_utc(wall)
        if isinstance(value, (int, float)):
            return None, _epoch(Decimal(str(value)))
        text = str(value).strip()
        if re.fullmatch(r"\d{9,}(\.\d+)?", text):
            return None, _epoch(Decimal(text))
        return self._of_datetime(self._of_text(text))

    def _of_datetime(self, moment: datetime) -> tuple[int | None, int]:
        wall = to_us(moment)
        offset = moment.utcoffset()
        return (wall, self._zone.to_utc(wall)) if offset is None else (wall, wall - round(offset.total_seconds() * SECOND))

    def _of_text(self, text: str) -> datetime:
        if self._format is not None:
            return datetime.strptime(text, self._format)
        try:
            return datetime.fromisoformat(text.removesuffix(" UTC").replace(" Z", "Z"))
        except ValueError:
            pass
        for pattern in _TEXT_FORMATS:
            try:
                moment = datetime.strptime(text, pattern)
            except ValueError:
                continue
            self._format = pattern
            return moment
        raise ValueError(f"{text!r} is no time")


def _epoch(number: Decimal) -> int:
    """Microseconds of a time since 1970 in seconds, milliseconds, microseconds or nanoseconds, told apart by size."""
    digits = number.adjusted() + 1
    scale = SECOND if digits <= 11 else 1000 if digits <= 14 else 1 if digits <= 17 else Decimal("0.001")
    return int(number * scale)


def _number(value: Any) -> str:
    """Plain decimal text of a number. Raises ValueError for what is none or not finite."""
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return text
        number = Decimal(text.replace("_", "x"))
    elif value is None:
        raise ValueError("an empty cell")
    else:
        text = repr(value) if type(value) in (int, float) else str(value)
        number = Decimal(text)
    if not number.is_finite():
        raise ValueError(f"{value} is no price")
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
