"""Bars of one security out of a LEAN data folder, as a frame."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lyra.engine.enums import Resolution, TickType
from lyra.engine.errors import ConfigError
from lyra.marketdata.files import read_entries
from lyra.marketdata.layout import PERIODS, Series
from lyra.marketdata.listing import series_on_disk

if TYPE_CHECKING:
    import pandas as pd

_TRADE = ["time", "open", "high", "low", "close", "volume"]
_SIDE = ["open", "high", "low", "close"]


def read_bars(folder: Path, ticker: str, resolution: Resolution) -> tuple[Series, pd.DataFrame]:
    """Daily or hourly bars of the first series with this ticker: open, high, low, close, volume, by the bars' ends in the data's own zone.

    Quotes give the middle of bid and ask, with no volume. Raises ConfigError where there is no such series, with those that there are.
    """
    import pandas as pd

    held = [(series, files[0][1]) for series, files in series_on_disk(folder) if series.whole and series.resolution is resolution]
    found = [
        (series, path)
        for series, path in held
        if series.ticker.upper() == ticker.upper() and series.tick_type is not TickType.OPEN_INTEREST
    ]
    if not found:
        others = ", ".join(sorted({series.ticker.upper() for series, _ in held})) or "none at all"
        raise ConfigError(f"There are no {resolution.lean_name.lower()} bars of {ticker.upper()} in {folder}; there are: {others}.")
    series, path = min(found, key=lambda item: item[0].tick_type is not TickType.TRADE)
    text = next(iter(read_entries(path).values())).decode()
    rows = pd.read_csv(io.StringIO(text), header=None)
    ends = pd.to_datetime(rows[0].astype(str), format="%Y%m%d %H:%M") + timedelta(microseconds=PERIODS[resolution])
    if series.tick_type is TickType.QUOTE:
        frame = pd.DataFrame({name: (rows[1 + i] + rows[6 + i]) / 2 for i, name in enumerate(_SIDE)}).assign(volume=0.0)
    else:
        frame = rows.set_axis(_TRADE, axis=1)[_TRADE[1:]].astype(float)
    if series.scaled:
        frame[_SIDE] /= 10_000
    return series, frame.set_index(ends.rename("time"))
