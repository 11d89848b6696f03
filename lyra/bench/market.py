"""The benchmark's made-up prices: `python -m lyra.bench.market FOLDER BARS` writes a LEAN data folder and `minute.npy` for the others.

Each bar opens at the close before it, so that a fill at this close and one at the next open cost the same.
"""

from __future__ import annotations

import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lyra.marketdata.hours_and_properties import write_reference_files

Floats = npt.NDArray[np.float64]

FIRST_MINUTE_DAY = date(2024, 1, 1)
EQUITIES = tuple(f"B{n:02d}" for n in range(100))
YEARS = (date(2011, 1, 3), date(2020, 12, 31))
_MINUTES = 1440


def walk(rows: int, seed: int, sigma: float, start: float) -> Floats:
    """(rows, 5): open, high, low, close, volume of a geometric random walk."""
    rng = np.random.default_rng(seed)
    path = start * np.exp(np.cumsum(rng.normal(0.0, sigma / 2, size=rows * 4))).reshape(rows, 4)
    close = np.round(path[:, -1], 2)
    opened = np.concatenate([[start], close[:-1]])
    high = np.round(np.maximum(path.max(axis=1), np.maximum(opened, close)), 2)
    low = np.round(np.minimum(path.min(axis=1), np.minimum(opened, close)), 2)
    return np.column_stack([opened, high, low, close, np.round(rng.lognormal(3.0, 1.0, rows), 4)])


def make(folder: Path, bars: int) -> None:
    """Write everything."""
    write_reference_files(folder)
    minutes = walk(bars, 42, 0.0008, 40_000.0)
    np.save(folder / "minute.npy", minutes)
    _write_minutes(folder / "crypto/binance/minute/btcusdt", minutes)
    days = _weekdays(*YEARS)
    target = folder / "equity/usa/daily"
    target.mkdir(parents=True)
    for seed, ticker in enumerate(("SPY", *EQUITIES)):
        _write_days(target, ticker, days, walk(len(days), 100 + seed, 0.012, 50.0 + seed))


def _write_minutes(folder: Path, rows: Floats) -> None:
    folder.mkdir(parents=True)
    for number in range(-(-len(rows) // _MINUTES)):
        day = FIRST_MINUTE_DAY + timedelta(days=number)
        part = rows[number * _MINUTES : (number + 1) * _MINUTES]
        text = "".join(f"{i * 60_000},{o:.2f},{h:.2f},{low:.2f},{c:.2f},{v:.4f}\n" for i, (o, h, low, c, v) in enumerate(part.tolist()))
        _zip(folder / f"{day:%Y%m%d}_trade.zip", f"{day:%Y%m%d}_btcusdt_minute_trade.csv", text)


def _write_days(folder: Path, ticker: str, days: list[date], rows: Floats) -> None:
    scaled: list[Any] = np.round(rows[:, :4] * 10_000).astype(np.int64).tolist()
    volumes = (rows[:, 4] * 1000).astype(np.int64).tolist()
    text = "".join(f"{day:%Y%m%d} 00:00,{o},{h},{low},{c},{v}\n" for day, (o, h, low, c), v in zip(days, scaled, volumes, strict=True))
    _zip(folder / f"{ticker.lower()}.zip", f"{ticker.lower()}.csv", text)


def _zip(path: Path, name: str, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, text)


def _weekdays(first: date, last: date) -> list[date]:
    """Monday to Friday; days on which the exchange was closed are among them and are left out by the engine."""
    return [day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)).weekday() < 5]


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
