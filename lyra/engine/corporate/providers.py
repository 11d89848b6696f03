"""LEAN's providers of map and factor files, by LEAN's names, over those of the run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from lyra.engine.decimals import to_float
from lyra.engine.enums import DataNormalizationMode
from lyra.engine.naming import LeanObject
from lyra.engine.runtime import current_context
from lyra.engine.times import to_datetime, to_us


class DefaultDataProvider(LeanObject):
    """Reads files of the disk."""

    def fetch(self, key: str) -> Any:
        """The file, open for reading; None if it is not there."""
        file = Path(key)
        return file.open("rb") if file.is_file() else None

    def dispose(self) -> None:
        """Nothing is held."""


class LocalDiskMapFileProvider(LeanObject):
    """Map files of the data folder."""

    def initialize(self, data_provider: Any) -> None:
        """The run's data folder is used."""

    def get(self, auxiliary_data_key: Any) -> Any:
        """The map files of a market."""
        return current_context().data.map_files.resolver(auxiliary_data_key.market, auxiliary_data_key.security_type)


class LocalDiskFactorFileProvider(LeanObject):
    """Factor files of the data folder."""

    def initialize(self, map_file_provider: Any, data_provider: Any) -> None:
        """The run's data folder is used."""

    def get(self, symbol: Any) -> CorporateFactorProvider:
        """The factors of an equity."""
        return CorporateFactorProvider(symbol.value, current_context().data.factor_files.get(symbol))


class CorporateFactorProvider(LeanObject):
    """Factors of an equity's prices by day."""

    def __init__(self, permtick: str, factors: Any) -> None:
        self._permtick = permtick
        self._factors = factors

    @property
    def permtick(self) -> str:
        """The name of the factor file."""
        return self._permtick

    @property
    def most_recent_factor_change(self) -> datetime | None:
        """Day of the last change."""
        day = self._factors.most_recent_change
        return None if day is None else to_datetime(day)

    def get_price_factor(self, search_date: datetime, data_normalization_mode: DataNormalizationMode, *ignored: Any) -> float:
        """What a price of a day is multiplied with."""
        return to_float(self._factors.factor(to_us(search_date), DataNormalizationMode(data_normalization_mode)))
