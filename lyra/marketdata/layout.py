"""Where a series of prices lies in a LEAN data folder, and how its rows are written (LEAN, `Common/Util/LeanData.cs`).

Daily and hourly data: one zip for a security, rows `yyyymmdd HH:MM,…`. Minute, second and tick data: one zip for a day, rows
`milliseconds since midnight,…`. Times are the start of the bar in the market's data time zone. Prices of equities are
written times 10,000; forex and CFD have quotes only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.errors import ConfigError
from lyra.engine.markets.tickers import MONTHS_AFTER_EXPIRY
from lyra.engine.times import DAY, HOUR, MINUTE, SECOND

PERIODS = {Resolution.SECOND: SECOND, Resolution.MINUTE: MINUTE, Resolution.HOUR: HOUR, Resolution.DAILY: DAY}
"""Length of a bar in microseconds."""

FOLDERS = {
    "equity": SecurityType.EQUITY, "forex": SecurityType.FOREX, "cfd": SecurityType.CFD, "crypto": SecurityType.CRYPTO,
    "cryptofuture": SecurityType.CRYPTO_FUTURE, "index": SecurityType.INDEX, "future": SecurityType.FUTURE,
}  # fmt: skip
"""Folder of each kind of security that these tools write."""

QUOTED_ONLY = (SecurityType.FOREX, SecurityType.CFD)
_TICK_IN_NAME = (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE, SecurityType.FUTURE)
_DATED = (SecurityType.FUTURE, SecurityType.CRYPTO_FUTURE)
_TICKS = {"trade": TickType.TRADE, "quote": TickType.QUOTE, "openinterest": TickType.OPEN_INTEREST}
_RESOLUTIONS = {kind.lean_name.lower(): kind for kind in Resolution}


@dataclass(frozen=True, slots=True)
class Series:
    """One security's data of one kind. `expiry` is a future's expiry, None for a perpetual and for all other securities."""

    security_type: SecurityType
    market: str
    ticker: str
    resolution: Resolution
    tick_type: TickType
    expiry: date | None = None

    @property
    def key(self) -> str:
        """Short text that tells the series apart: `crypto/coinbase/btcusd/hour/trade`."""
        contract = f"-{self._contract()}" if self.expiry is not None else ""
        return f"{self.folder}/{self.market}/{self.ticker.lower()}{contract}/{self.resolution.lean_name.lower()}/{self.tick_name}"

    @property
    def folder(self) -> str:
        """Folder of the kind of security. Raises ConfigError for options and custom data."""
        for name, kind in FOLDERS.items():
            if kind == self.security_type:
                return name
        raise ConfigError(f"{self.security_type.lean_name} data cannot be written by these tools; use one of {', '.join(FOLDERS)}.")

    @property
    def tick_name(self) -> str:
        """`trade`, `quote` or `openinterest`."""
        return self.tick_type.lean_name.lower()

    @property
    def whole(self) -> bool:
        """Whether all data lie in one file (hour, daily)."""
        return self.resolution in (Resolution.HOUR, Resolution.DAILY)

    @property
    def scaled(self) -> bool:
        """Whether prices are written times 10,000."""
        return self.security_type == SecurityType.EQUITY

    @property
    def fields(self) -> int:
        """Columns after the time."""
        if self.resolution == Resolution.TICK:
            return 2
        return {TickType.TRADE: 5, TickType.QUOTE: 10, TickType.OPEN_INTEREST: 1}[self.tick_type]

    def path(self, day: date | None = None) -> PurePosixPath:
        """Path of the zip within the data folder; `day` for tick to minute data."""
        base = PurePosixPath(self.folder) / self.market.lower() / self.resolution.lean_name.lower()
        name = self.ticker.lower()
        if self.whole:
            return base / (f"{name}_{self.tick_name}.zip" if self.security_type in _TICK_IN_NAME else f"{name}.zip")
        if day is None:
            raise ConfigError(f"{self.key}: a day is needed to name the file of {self.resolution.lean_name.lower()} data.")
        return base / name / f"{day:%Y%m%d}_{self.tick_name}.zip"

    def entry(self, day: date | None = None) -> str:
        """Name of the CSV in the zip."""
        name = self.ticker.lower()
        if self.security_type in _DATED:
            tick = f"{self.tick_name}_{self._contract()}"
            return f"{name}_{tick}.csv" if self.whole else f"{day:%Y%m%d}_{name}_{self.resolution.lean_name.lower()}_{tick}.csv"
        if self.whole:
            return f"{name}.csv"
        if self.security_type == SecurityType.EQUITY and self.resolution == Resolution.TICK:
            return f"{day:%Y%m%d}_{name}_{self.tick_type.lean_name}_Tick.csv"
        return f"{day:%Y%m%d}_{name}_{self.resolution.lean_name.lower()}_{self.tick_name}.csv"

    def _contract(self) -> str:
        if self.expiry is None:
            return "perp"
        months = self.expiry.year * 12 + self.expiry.month - 1 + MONTHS_AFTER_EXPIRY.get(self.ticker.upper(), 0)
        return f"{months // 12:04d}{months % 12 + 1:02d}"


def default_tick_type(security_type: SecurityType) -> TickType:
    """Quotes for forex and CFD, trades for everything else."""
    return TickType.QUOTE if security_type in QUOTED_ONLY else TickType.TRADE


def parse_path(path: PurePosixPath) -> tuple[Series, date | None] | None:
    """The series and day of a path within a data folder; None for anything else (factor files, options, …)."""
    parts = path.parts
    if len(parts) < 4 or parts[0] not in FOLDERS or parts[2] not in _RESOLUTIONS or path.suffix != ".zip":
        return None
    kind, resolution = FOLDERS[parts[0]], _RESOLUTIONS[parts[2]]
    if resolution in (Resolution.HOUR, Resolution.DAILY):
        return _parse_whole(path, kind, parts[1], resolution) if len(parts) == 4 else None
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)_(trade|quote|openinterest)", path.stem)
    if match is None or len(parts) != 5:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return Series(kind, parts[1], parts[3].upper(), resolution, _TICKS[match[4]]), day


def _parse_whole(path: PurePosixPath, kind: SecurityType, market: str, resolution: Resolution) -> tuple[Series, None] | None:
    ticker, tick = path.stem, default_tick_type(kind)
    if kind in _TICK_IN_NAME:
        ticker, _, name = path.stem.rpartition("_")
        if name not in _TICKS or not ticker:
            return None
        tick = _TICKS[name]
    return Series(kind, market, ticker.upper(), resolution, tick), None


def entry_fits(series: Series, name: str, day: date | None) -> bool:
    """Whether an entry's name is one that a zip of this series may hold; a future's zip holds one for each contract."""
    if series.security_type in _DATED:
        plain = series.entry(day)
        stem = plain.removesuffix("perp.csv")
        return re.fullmatch(re.escape(stem) + r"(perp|\d{6})\.csv", name) is not None
    return name == series.entry(day)


def security_type_of(text: str) -> SecurityType:
    """The kind of security of its folder name. Raises ConfigError."""
    kind = FOLDERS.get(text.replace("-", "").replace("_", "").lower())
    if kind is None:
        raise ConfigError(f"{text!r} is no kind of security that these tools write; use one of {', '.join(FOLDERS)}.")
    return kind


def resolution_of(text: str) -> Resolution:
    """The resolution of its name: second, minute, hour, daily. Raises ConfigError."""
    found = _RESOLUTIONS.get({"day": "daily", "1d": "daily", "1h": "hour", "1m": "minute", "1s": "second"}.get(text.lower(), text.lower()))
    if found is None:
        raise ConfigError(f"{text!r} is no resolution; use second, minute, hour or daily.")
    return found
