"""What is wrong in a data folder that LEAN would drop or misread without a word."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePosixPath

from lyra.engine.enums import Resolution
from lyra.engine.times import day_of, to_datetime, to_us
from lyra.marketdata.bars import row_fault, time_of_line
from lyra.marketdata.layout import FOLDERS, Series, entry_fits, parse_path


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file: `line` is 0 for the file as a whole."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


def check_folder(folder: Path) -> Iterator[Finding]:
    """All findings in a data folder, file after file."""
    for name in FOLDERS:
        for path in sorted((folder / name).rglob("*.zip")):
            yield from check_file(folder, path)


def check_file(folder: Path, path: Path) -> Iterator[Finding]:
    """The findings in one zip. Files of other kinds than bars (ticks, options, universes) are passed over."""
    relative = PurePosixPath(path.relative_to(folder).as_posix())
    parsed = parse_path(relative)
    name = str(relative)
    if parsed is None:
        if len(relative.parts) > 2 and relative.parts[2] in ("minute", "second", "hour", "daily"):
            yield Finding(name, 0, "LEAN reads no file of this name; see the path rules of its kind of security")
        return
    series, day = parsed
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry: archive.read(entry) for entry in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as e:
        yield Finding(name, 0, f"the zip cannot be read ({e}); LEAN takes it as missing")
        return
    if not entries:
        yield Finding(name, 0, "the zip is empty")
    for entry, content in entries.items():
        if not entry_fits(series, entry, day):
            yield Finding(name, 0, f"the entry is named {entry}, LEAN's name is {series.entry(day)}")
        if series.resolution != Resolution.TICK:
            yield from check_lines(series, content.decode("utf-8", "replace"), day, name)


def check_lines(series: Series, text: str, day: date | None, name: str) -> Iterator[Finding]:
    """The findings in the lines of one file of bars."""
    before: int | None = None
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    if not lines:
        yield Finding(name, 0, "there are no rows")
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r")
        if not line.strip():
            yield Finding(name, number, "an empty line")
            continue
        time = time_of_line(series, line, day)
        if time is None:
            yield Finding(name, number, f"{line.partition(',')[0]!r} is no time; LEAN drops the row")
            continue
        if day is not None and day_of(time) != to_us(day):
            yield Finding(name, number, f"{(time - to_us(day)) // 1000} milliseconds lie outside the file's day")
        if before is not None and time <= before:
            what = "the same time as the row before" if time == before else f"out of order, after {to_datetime(before)}"
            yield Finding(name, number, f"{what}; LEAN drops the row")
        before = time if before is None else max(before, time)
        fault = _cells_fault(series, line.split(",")[1:])
        if fault is not None:
            yield Finding(name, number, fault)


def _cells_fault(series: Series, cells: list[str]) -> str | None:
    wanted = series.fields
    if len(cells) < wanted:
        return f"{len(cells) + 1} columns, {wanted + 1} are needed"
    cells = cells[:wanted]
    if wanted == 10:
        # One side of a quote may be missing as a whole.
        sides = [side for side in (cells[:5], cells[5:]) if any(side[:4])]
        if not sides:
            return "neither bid nor ask"
        cells = [cell for side in sides for cell in side]
    for cell in cells:
        try:
            number = Decimal(cell)
        except InvalidOperation:
            return f"{cell!r} is no number; LEAN drops the row or reads 0"
        if not number.is_finite():
            return f"{cell!r} is no number; LEAN drops the row or reads 0"
    if wanted == 1:
        return None
    return next((fault for at in range(0, len(cells), 5) if (fault := row_fault(tuple(cells[at : at + 5]))) is not None), None)
