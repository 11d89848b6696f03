"""Rows of bars on their way to disk: put in order, checked, made coarser or finer, and written as LEAN's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from lyra.engine.enums import Resolution
from lyra.engine.errors import DataError
from lyra.engine.times import DAY, MINUTE, day_of, to_datetime
from lyra.marketdata.files import read_entries, write_atomic, zip_bytes
from lyra.marketdata.layout import PERIODS, Series


@dataclass(frozen=True, slots=True)
class Row:
    """A bar: wall time of its start in the data zone, and its numbers as plain decimal text (trade: open, high, low, close,
    volume; quote: bid open … bid size, ask open … ask size)."""

    time: int
    cells: tuple[str, ...]
    line: int = 0


def spacing(times: list[int]) -> int | None:
    """The distance of neighbouring times in microseconds: the smallest that is seen twice and in a hundredth of all, since gaps are
    common and slips are rare. None for fewer than two times."""
    ordered = sorted(set(times))
    counts: dict[int, int] = {}
    for a, b in pairwise(ordered):
        counts[b - a] = counts.get(b - a, 0) + 1
    often = [gap for gap, count in counts.items() if count > 1 and count * 100 >= len(ordered) - 1]
    return min(often or counts, default=None)


def resolution_for(step: int | None) -> Resolution:
    """The coarsest resolution that a distance of bars fills: 5 minutes give minute, 4 hours give hour, a week gives daily."""
    if step is None:
        return Resolution.DAILY
    fitting = [resolution for resolution, period in PERIODS.items() if step % period == 0]
    return fitting[-1] if fitting else Resolution.TICK


def row_fault(cells: tuple[str, ...]) -> str | None:
    """Why a bar cannot be right; None if it can."""
    sides = [cells] if len(cells) == 5 else [cells[:5], cells[5:]]
    for side in sides:
        opened, high, low, close, size = (float(cell) for cell in side)
        if min(opened, high, low, close) <= 0:
            return "a price is zero or negative"
        if high < low:
            return f"high {side[1]} is below low {side[2]}"
        if high < max(opened, close) or low > min(opened, close):
            return "open or close lies outside high and low"
        if size < 0:
            return f"volume {side[4]} is negative"
    return None


def coarser(rows: Iterable[Row], period: int) -> Iterator[Row]:
    """Bars joined into bars of `period` microseconds; rows must be in order."""
    group: list[Row] = []
    for row in rows:
        start = row.time - row.time % period
        if group and group[0].time - group[0].time % period != start:
            yield _joined(group, period)
            group = []
        group.append(row)
    if group:
        yield _joined(group, period)


def _joined(group: list[Row], period: int) -> Row:
    start = group[0].time - group[0].time % period
    if len(group) == 1:
        return Row(start, group[0].cells, group[0].line)
    width = len(group[0].cells)
    cells: list[str] = []
    for at in range(0, width, 5):
        opened, close = group[0].cells[at], group[-1].cells[at + 3]
        high = max((row.cells[at + 1] for row in group), key=Decimal)
        low = min((row.cells[at + 2] for row in group), key=Decimal)
        size = format(sum((Decimal(row.cells[at + 4]) for row in group), Decimal(0)), "f") if width == 5 else group[-1].cells[at + 4]
        cells += [opened, high, low, close, size]
    return Row(start, tuple(cells), group[0].line)


def finer(rows: Iterable[Row], step: int, period: int) -> Iterator[Row]:
    """Bars of `step` spread over bars of `period`, without telling anything early: still at the open until the last one, which
    has the whole bar's high, low, close and volume. Joined again they give the very bar back."""
    for row in rows:
        still = tuple(cell for at in range(0, len(row.cells), 5) for cell in _still(row.cells, at))
        for start in range(row.time, row.time + step - period, period):
            yield Row(start, still, row.line)
        yield Row(row.time + step - period, row.cells, row.line)


def _still(cells: tuple[str, ...], at: int) -> tuple[str, ...]:
    opened = cells[at]
    return opened, opened, opened, opened, "0" if len(cells) == 5 else cells[at + 4]


def line_of(series: Series, row: Row) -> str:
    """A bar as a line of a LEAN file."""
    stamp = f"{to_datetime(row.time):%Y%m%d %H:%M}" if series.whole else str(row.time % DAY // 1000)
    cells = row.cells
    if series.scaled:
        sized = (4,) if len(cells) == 5 else (4, 9)
        cells = tuple(cell if i in sized else times_10000(cell) for i, cell in enumerate(cells))
    return ",".join((stamp, *cells))


def times_10000(price: str) -> str:
    """Decimal text times ten thousand, exactly."""
    text = format(Decimal(price).scaleb(4), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_rows(folder: Path, series: Series, rows: Iterable[Row], merge: bool = True) -> list[Path]:
    """Write bars (in order of time) into a data folder; the files written.

    With `merge` rows that are there already stay, unless a new one has the same time. Other contracts in the same zip always
    stay. Raises DataError for an old file that cannot be read, OSError.
    """
    written = []
    for day, part in _by_file(series, rows):
        path = folder / series.path(day)
        entry = series.entry(day)
        entries = _old_entries(path)
        lines = {row.time: line_of(series, row) for row in part}
        if merge:
            lines = _old_lines(series, entries.get(entry, b""), day) | lines
        keep = {name: content for name, content in entries.items() if name != entry} if series.expiry is not None else {}
        content = "\n".join(lines[time] for time in sorted(lines)) + "\n"
        write_atomic(path, zip_bytes({**keep, entry: content.encode()}))
        written.append(path)
    return written


def _by_file(series: Series, rows: Iterable[Row]) -> Iterator[tuple[date | None, list[Row]]]:
    group: list[Row] = []
    for row in rows:
        if not series.whole and group and day_of(group[0].time) != day_of(row.time):
            yield to_datetime(group[0].time).date(), group
            group = []
        group.append(row)
    if group:
        yield (None if series.whole else to_datetime(group[0].time).date()), group


def _old_entries(path: Path) -> dict[str, bytes]:
    try:
        return read_entries(path)
    except Exception as e:
        raise DataError(f"{path}: the file that is there cannot be read ({e}); delete it or give replace.") from e


def _old_lines(series: Series, content: bytes, day: date | None) -> dict[int, str]:
    lines: dict[int, str] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        time = time_of_line(series, line, day)
        if time is not None:
            lines[time] = line
    return lines


def time_of_line(series: Series, line: str, day: date | None) -> int | None:
    """Wall time of a file's line, None if it has none."""
    stamp = line.partition(",")[0].strip()
    if series.whole or day is None:
        digits = stamp.replace(" ", "").replace(":", "")
        if not re.fullmatch(r"[0-9]{8}([0-9]{4})?", digits):
            return None
        try:
            start = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).toordinal() - date(1970, 1, 1).toordinal()
        except ValueError:
            return None
        clock = digits[8:] or "0000"
        return start * DAY + (int(clock[:2]) * 60 + int(clock[2:])) * MINUTE
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", stamp):
        return None
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY + round(float(stamp) * 1000)


def trade_to_quote(row: Row, half_spread: Decimal = Decimal(0)) -> Row:
    """A quote bar around a trade bar, for markets that have quotes only."""
    prices = [Decimal(cell) for cell in row.cells[:4]]
    bid = [format(price - half_spread, "f") for price in prices] if half_spread else list(row.cells[:4])
    ask = [format(price + half_spread, "f") for price in prices] if half_spread else list(row.cells[:4])
    return Row(row.time, (*bid, "0", *ask, "0"), row.line)
