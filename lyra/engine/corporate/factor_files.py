"""Factor files: what prices are multiplied with so that splits and dividends leave no gap.

Equities (`equity/usa/factor_files/<permtick>.csv`): a line `yyyymmdd,price factor,split factor,reference price` holds for its
day and those before it, down to the line before. The price factor carries dividends, the split factor splits; the reference
price is that day's close. A change from one line to the next is the event on the following trading day.
Continuous futures keep one JSON object a line, with a list of factors by contract depth for each way of mapping and adjusting.
Days are microseconds of midnight. Factors are exact decimals.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lyra.engine.corporate.map_files import END_OF_TIME, MapFileProvider
from lyra.engine.decimals import ONE, ZERO, round_to, to_float
from lyra.engine.enums import DataMappingMode, DataNormalizationMode, SecurityType
from lyra.engine.symbols import Symbol
from lyra.engine.times import DAY, day_of, to_us

_SPLIT_ONLY = (DataNormalizationMode.TOTAL_RETURN, DataNormalizationMode.SPLIT_ADJUSTED)
_BOTH = (DataNormalizationMode.ADJUSTED, DataNormalizationMode.SCALED_RAW)
_PLAIN_NUMBER = re.compile(r"\s*[+-]?[\d,]*\.?\d*\s*")


class FactorRow(NamedTuple):
    """A line of an equity's factor file."""

    day: int
    price_factor: Decimal
    split_factor: Decimal
    reference_price: Decimal

    @property
    def scale(self) -> Decimal:
        """Both factors together."""
        return self.price_factor * self.split_factor


class Change(NamedTuple):
    """A split or dividend of the next trading day: this day's factor divided by the next one's, and this day's close."""

    ratio: Decimal
    reference_price: Decimal


class FactorFile:
    """An equity's price factors over time."""

    def __init__(self, permtick: str, rows: Iterable[FactorRow] = ()) -> None:
        self.permtick = permtick.upper()
        by_day: dict[int, FactorRow] = {}
        for row in rows:
            by_day.setdefault(row.day, row)
        self.rows = [by_day[day] for day in sorted(by_day)]
        self._days = [row.day for row in self.rows]
        self.first_day: int | None = self._days[0] - DAY if self._days else None
        """Data before this day are not used; None without rows."""
        self._day_array = np.array(self._days, dtype=np.int64)
        self._columns: dict[DataNormalizationMode, npt.NDArray[np.float64]] = {}

    def __bool__(self) -> bool:
        """Whether there are factors."""
        return bool(self.rows)

    @property
    def most_recent_change(self) -> int | None:
        """Day of the last row that is not the end of time."""
        days = [day for day in self._days if day != END_OF_TIME]
        return days[-1] if days else None

    def factor(self, day: int, mode: DataNormalizationMode, mapping: DataMappingMode | None = None, depth: int = 0) -> Decimal:
        """What a price of a day is multiplied with; 1 for raw prices and after the last row.

        Raises ValueError for a mode of futures."""
        if mode == DataNormalizationMode.RAW:
            return ONE
        i = bisect_left(self._days, day_of(day))
        return ONE if i == len(self.rows) else _scale(self.rows[i], mode)

    def scale(
        self, day: int, mode: DataNormalizationMode, end: int | None = None, mapping: DataMappingMode | None = None, depth: int = 0
    ) -> Decimal:
        """`factor`; scaled-raw prices are relative to the day `end`. Raises ValueError if that is missing."""
        if mode != DataNormalizationMode.SCALED_RAW:
            return self.factor(day, mode)
        if end is None:
            raise ValueError("ScaledRaw normalization mode requires an end date for price scaling.")
        return self.factor(day, mode) / self.factor(end, mode)

    def factor_column(self, days: npt.NDArray[np.int64], mode: DataNormalizationMode) -> npt.NDArray[np.float64]:
        """`factor` of a column of moments (each on its own day) as floats, for fast prices."""
        if mode == DataNormalizationMode.RAW or not self.rows:
            return np.ones(len(days))
        table = self._columns.get(mode)
        if table is None:
            table = self._columns[mode] = np.array([to_float(_scale(row, mode)) for row in self.rows] + [1.0])
        result: npt.NDArray[np.float64] = table[np.searchsorted(self._day_array, days - days % DAY, "left")]
        return result

    def places(self, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The row that holds for each day."""
        return np.searchsorted(self._day_array, days, "left")

    def split_after(self, day: int) -> Change | None:
        """The split on the trading day after a day with its own row."""
        pair = self._pair(day)
        if pair is None or pair[0].split_factor == pair[1].split_factor:
            return None
        return Change(pair[0].split_factor / pair[1].split_factor, pair[0].reference_price)

    def dividend_after(self, day: int) -> Change | None:
        """The dividend on the trading day after a day with its own row."""
        pair = self._pair(day)
        if pair is None or pair[0].price_factor == pair[1].price_factor:
            return None
        return Change(pair[0].price_factor / pair[1].price_factor, pair[0].reference_price)

    def _pair(self, day: int) -> tuple[FactorRow, FactorRow] | None:
        i = bisect_left(self._days, day)
        if i >= len(self.rows) - 1 or self._days[i] != day:
            return None
        return self.rows[i], self.rows[i + 1]

    @staticmethod
    def read(path: Path, permtick: str | None = None) -> FactorFile:
        """The file's content; a missing or malformed file counts as empty, as in LEAN."""
        name = path.stem if permtick is None else permtick
        lines = _lines(path)
        try:
            rows = [_parse(line) for line in lines if "inf" not in line and "e+" not in line]
        except (ValueError, IndexError, ArithmeticError):
            return FactorFile(name)
        return FactorFile(name, [row for row in rows if row.scale > 0])


def _scale(row: FactorRow, mode: DataNormalizationMode) -> Decimal:
    if mode in _SPLIT_ONLY:
        return row.split_factor
    if mode in _BOTH:
        return row.scale
    raise ValueError(f"The data normalization mode {mode.lean_name} is for continuous futures.")


def distribution(change: Change, digits: int = 2) -> Decimal:
    """A dividend in money per share: the close minus the close times the ratio, to the cent (half to even)."""
    return round_to(change.reference_price - change.reference_price * change.ratio, digits)


def _lines(path: Path) -> list[str]:
    try:
        return list(dict.fromkeys(path.read_text(encoding="utf-8").splitlines()))
    except OSError:
        return []


def _number(text: str) -> Decimal:
    """A decimal as .NET reads it by default: no exponent."""
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a plain decimal number")
    return Decimal(text.replace(",", "").strip())


def _parse(line: str) -> FactorRow:
    cells = line.split(",")
    day = to_us(datetime.strptime(cells[0], "%Y%m%d"))
    return FactorRow(day, _number(cells[1]), _number(cells[2]), _number(cells[3]) if len(cells) > 3 else ZERO)


_FUTURE_FIELDS = {
    DataNormalizationMode.BACKWARDS_RATIO: ("BackwardsRatioScale", ONE),
    DataNormalizationMode.BACKWARDS_PANAMA_CANAL: ("BackwardsPanamaCanalScale", ZERO),
    DataNormalizationMode.FORWARD_PANAMA_CANAL: ("ForwardPanamaCanalScale", ZERO),
}


class FutureFactorFile:
    """A continuous future's factors: ratios, or offsets in price, by mapping mode and contract depth."""

    def __init__(self, permtick: str, rows: Iterable[dict[str, object]] = ()) -> None:
        self.permtick = permtick.upper()
        self.rows = sorted(rows, key=lambda row: str(row["Date"]))
        self._days = [day_of(to_us(datetime.fromisoformat(str(row["Date"])))) for row in self.rows]
        self.first_day: int | None = min(self._days) - DAY if self._days else None

    def __bool__(self) -> bool:
        """Whether there are factors."""
        return bool(self.rows)

    def factor(self, day: int, mode: DataNormalizationMode, mapping: DataMappingMode | None = None, depth: int = 0) -> Decimal:
        """What a price is multiplied with (ratio) or moved by (Panama canal) on a day; 1 or 0 after the last row.

        Raises ValueError for a mode of equities."""
        if mode == DataNormalizationMode.RAW:
            return ONE
        if mode not in _FUTURE_FIELDS:
            raise ValueError(f"The data normalization mode {mode.lean_name} is not for continuous futures.")
        field, default = _FUTURE_FIELDS[mode]
        wanted = None if mapping is None else int(mapping)
        seen: set[str] = set()
        for i in range(bisect_left(self._days, day_of(day)), len(self.rows)):
            row = self.rows[i]
            moment = str(row["Date"])
            if row.get("DataMappingMode") != wanted or moment in seen:
                continue
            seen.add(moment)
            values = row.get(field) or []
            if isinstance(values, list) and len(values) > depth:
                return Decimal(values[depth])
        return default

    def scale(
        self, day: int, mode: DataNormalizationMode, end: int | None = None, mapping: DataMappingMode | None = None, depth: int = 0
    ) -> Decimal:
        """`factor`."""
        return self.factor(day, mode, mapping, depth)

    @staticmethod
    def read(path: Path, permtick: str | None = None) -> FutureFactorFile:
        """The file's content; a missing or malformed file counts as empty, as in LEAN."""
        name = path.stem if permtick is None else permtick
        modes = {int(mode) for mode in DataMappingMode}
        try:
            rows = [json.loads(line, parse_float=Decimal, parse_int=int) for line in _lines(path)]
            return FutureFactorFile(name, [row for row in rows if row.get("DataMappingMode") in (None, *modes)])
        except (ValueError, KeyError, TypeError, AttributeError):
            return FutureFactorFile(name)


class FactorFileProvider:
    """The factor files of a data folder, read when first asked for."""

    def __init__(self, data_folder: Path | None, map_files: MapFileProvider) -> None:
        self._folder = data_folder
        self._map_files = map_files
        self._files: dict[Symbol, FactorFile | FutureFactorFile] = {}

    def get(self, symbol: Symbol) -> FactorFile | FutureFactorFile:
        """The factors of an equity or continuous future (a contract has its canonical future's); empty if there are none."""
        if symbol.security_type == SecurityType.FUTURE:
            symbol = symbol.canonical
        found = self._files.get(symbol)
        if found is None:
            found = self._files[symbol] = self._read(symbol)
        return found

    def _read(self, symbol: Symbol) -> FactorFile | FutureFactorFile:
        map_file = self._map_files.file_of(symbol)
        permtick = map_file.permtick if map_file else symbol.value
        reader = FutureFactorFile.read if symbol.security_type == SecurityType.FUTURE else FactorFile.read
        root = Path() if self._folder is None else self._folder
        folder = root / symbol.security_type.lean_name.lower() / symbol.id.market / "factor_files"
        return reader(folder / f"{permtick.lower()}.csv", permtick)
