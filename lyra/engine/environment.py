"""What a run reads from: the data folder with its databases, opened once and handed around."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lyra.engine.corporate.factor_files import FactorFileProvider
from lyra.engine.corporate.map_files import MapFile, MapFileProvider, last_day
from lyra.engine.enums import SecurityType
from lyra.engine.errors import ConfigError
from lyra.engine.feed.continuous import ContinuousHistory
from lyra.engine.feed.corporate_history import CorporateHistory
from lyra.engine.feed.marketfiles import MarketFiles, has_contracts
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.markets.properties import SymbolPropertiesDatabase
from lyra.engine.symbols import RunSymbols, Symbol, custom_data_type


class DataFolder:
    """A LEAN data folder: market files, market hours, symbol properties, map and factor files."""

    def __init__(self, folder: Path, object_store: Path | None = None) -> None:
        if not folder.is_dir():
            raise ConfigError(f"There is no data folder at {folder}. Give one with --data-folder, or run 'lyra demo' to make one.")
        self.path = folder
        self.files = MarketFiles(folder)
        self.map_files = MapFileProvider(folder)
        self.factor_files = FactorFileProvider(folder, self.map_files)
        self.hours = MarketHoursDatabase.from_data_folder(folder)
        self.properties = SymbolPropertiesDatabase.from_data_folder(folder)
        self.symbols = RunSymbols(folder, self.map_files)
        self.symbols.market_hours = self.hours  # type: ignore[attr-defined]
        self.symbols.symbol_properties = self.properties  # type: ignore[attr-defined]
        self.object_store = object_store

    def entry(self, symbol: Symbol) -> Any:
        """The market hours entry of a symbol."""
        kind = symbol.security_type
        if kind != SecurityType.BASE:
            return self.hours.get_entry(symbol.id.market, symbol, kind)
        return self.hours.find_entry(symbol.id.market, symbol, kind) or self._custom_entry(symbol)

    def _custom_entry(self, symbol: Symbol) -> Any:
        """The entry of a type of custom data in a market that lists none: always open, in the zone of the data."""
        name = custom_data_type(symbol.id.symbol)
        kind = None if name is None else self.symbols.data_types.get(name)
        data_zone = "America/New_York" if kind is None else kind().data_time_zone()
        return self.hours.set_entry_always_open(symbol.id.market, f"TYPE.{name}", SecurityType.BASE, data_zone)

    def continuous(self, config: Any, days: list[int], start: int) -> ContinuousHistory:
        """Contracts, scales and rolls of a continuous future."""
        symbol = config.symbol
        return ContinuousHistory(config, self.map_files.file_of(symbol), self.factor_files.get(symbol), days, start)

    def corporate(self, symbol: Symbol, days: list[int], start: int) -> CorporateHistory | None:
        """Tickers, scales and events of an equity, the end of a contract; None for what has none."""
        if has_contracts(symbol):
            return CorporateHistory(symbol, MapFile(symbol.value), None, days, start, last_day(symbol, self.entry(symbol).exchange_hours))
        if symbol.security_type != SecurityType.EQUITY:
            return None
        return CorporateHistory(symbol, self.map_files.file_of(symbol), self.factor_files.get(symbol), days, start)
