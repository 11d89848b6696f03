"""`LeanData`: names and paths of LEAN's market data files, for custom types that read them (`Common/Util/LeanData.cs`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from lyra.engine.enums import Resolution, TickType
from lyra.engine.naming import LeanObject


class LeanData(LeanObject):
    """Static helpers; a date is needed for tick to minute data."""

    @staticmethod
    def generate_relative_zip_file_path(
        symbol: Any, date: date | None, resolution: Resolution, tick_type: TickType = TickType.TRADE
    ) -> str:
        """The path of a symbol's file within the data folder."""
        from lyra.engine.feed.marketfiles import data_path

        day = date.date() if isinstance(date, datetime) else date
        return data_path(symbol.security_type, symbol.id.market, Resolution(resolution), symbol.value, TickType(tick_type), day)

    @staticmethod
    def generate_zip_file_path(
        data_directory: str, symbol: Any, date: date | None, resolution: Resolution, tick_type: TickType = TickType.TRADE
    ) -> str:
        """The path of a symbol's file."""
        return f"{data_directory.rstrip('/')}/{LeanData.generate_relative_zip_file_path(symbol, date, resolution, tick_type)}"

    @staticmethod
    def generate_zip_file_name(symbol: Any, date: date | None, resolution: Resolution, tick_type: TickType = TickType.TRADE) -> str:
        """The name of a symbol's file."""
        return LeanData.generate_relative_zip_file_path(symbol, date, resolution, tick_type).rpartition("/")[2]
