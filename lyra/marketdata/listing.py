"""What market data a folder holds."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from lyra.engine.times import to_datetime
from lyra.marketdata import synthetic
from lyra.marketdata.bars import time_of_line
from lyra.marketdata.layout import FOLDERS, Series, parse_path


@dataclass(frozen=True, slots=True)
class Holding:
    """A series on disk. `rows` is None where they were not counted; `first` and `last` are dates in the data zone."""

    series: Series
    files: int
    first: date | None
    last: date | None
    rows: int | None
    synthetic: bool

    def __str__(self) -> str:
        rows = "" if self.rows is None else f"{self.rows:>12,} rows"
        return f"{self.series.key:<44} {self.first} to {self.last}{rows}{'  made up' if self.synthetic else ''}"


def series_on_disk(folder: Path) -> Iterator[tuple[Series, list[tuple[date | None, Path]]]]:
    """Each series of a data folder with its files (day, path), in order of name."""
    found: dict[Series, list[tuple[date | None, Path]]] = {}
    for name in FOLDERS:
        for path in sorted((folder / name).rglob("*.zip")):
            parsed = parse_path(PurePosixPath(path.relative_to(folder).as_posix()))
            if parsed is not None:
                found.setdefault(parsed[0], []).append((parsed[1], path))
    yield from sorted(found.items(), key=lambda item: item[0].key)


def list_data(folder: Path, count_rows: bool = False) -> Iterator[Holding]:
    """What is on disk. Rows of daily and hourly series are always counted, those of others (a file a day) if asked for."""
    ledger = synthetic.read(folder)
    for series, files in series_on_disk(folder):
        rows: int | None
        if series.whole:
            first, last, rows = _span(series, files[0][1])
        else:
            first, last = files[0][0], files[-1][0]
            rows = sum(_span(series, path)[2] for _, path in files) if count_rows else None
        yield Holding(series, len(files), first, last, rows, series.key in ledger)


def _span(series: Series, path: Path) -> tuple[date | None, date | None, int]:
    """(first date, last date, rows) of a file; nothing if it cannot be read."""
    first = last = None
    rows = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                lines = [line for line in archive.read(name).decode("utf-8", "replace").splitlines() if line.strip()]
                rows += len(lines)
                if lines and series.whole:
                    times = [time for line in (lines[0], lines[-1]) if (time := time_of_line(series, line, None)) is not None]
                    days = [to_datetime(time).date() for time in times]
                    first = min([day for day in (first, *days) if day is not None], default=None)
                    last = max([day for day in (last, *days) if day is not None], default=None)
    except Exception:  # a broken zip is the checker's to tell
        return first, last, rows
    return first, last, rows
