"""Universes of the constituents of funds, indices and lists (`Common/Data/UniverseSelection/{ETF,}Constituents*.cs`).

Files: `<type>/<market>/universes/etf/<ticker>/<day>.csv` with ticker, identifier, date of the last change, weight, shares and value of
the holding; and `<type>/<market>/universes/<resolution>/<name>/<day>.csv` with ticker and identifier.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.data.custom import SubscriptionDataSource
from lyra.engine.decimals import to_float
from lyra.engine.enums import DataNormalizationMode, FileFormat, MarketDataType, Resolution, SubscriptionTransportMedium, TickType
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.symbols import SecurityIdentifier, Symbol
from lyra.engine.times import DAY, to_us, zone
from lyra.engine.universes.data_universe import FuncUniverse, universe_name


class ETFConstituentUniverse(BaseDataCollection):
    """A holding of a fund; a collection of them is what the fund holds on a day."""

    last_update: datetime | None = None
    period: timedelta = timedelta(days=1)
    _weight: Decimal | None = None
    _shares: Decimal | None = None
    _held: Decimal | None = None
    _pandas = {
        "lastupdate": "last_update",
        "weight": "weight",
        "sharesheld": "shares_held",
        "marketvalue": "market_value",
        "period": "period",
    }

    def _frame_columns(self) -> dict[str, Any] | None:
        if getattr(self, "data", None):
            return {"data": self.data}
        return {name: getattr(self, attribute) for name, attribute in self._pandas.items()}

    @property
    def weight(self) -> float | None:
        """The share of the fund, None if the file does not tell."""
        return None if self._weight is None else to_float(self._weight)

    @property
    def shares_held(self) -> float | None:
        """How many shares."""
        return None if self._shares is None else to_float(self._shares)

    @property
    def market_value(self) -> float | None:
        """What they are worth."""
        return None if self._held is None else to_float(self._held)

    @property
    def _end(self) -> int:
        return self._time + DAY if self._end_time is None else self._end_time

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """A day's file of the fund under its ticker of the day."""
        symbol = config.symbol
        ticker = config.mapped_symbol if config.mapped_symbol != symbol.value else symbol.underlying.value
        path = Path(config.security_type.name.lower(), config.market, "universes", "etf", ticker.lower(), f"{date:%Y%m%d}.csv")
        return SubscriptionDataSource(str(path), SubscriptionTransportMedium.LOCAL_FILE, FileFormat.FOLDING_COLLECTION)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> ETFConstituentUniverse | None:
        """A holding."""
        if not line:
            return None
        ticker, sid, changed, weight, shares, held, *_ = line.split(",")
        made = ETFConstituentUniverse()
        made._symbol = Symbol(SecurityIdentifier.parse(sid), ticker)
        made._time = to_us(date)
        made.last_update = datetime.strptime(changed, "%Y%m%d") if len(changed) == 8 and changed.isdigit() else None
        made._weight, made._shares, made._held = (Decimal(text) if text else None for text in (weight, shares, held))
        return made

    def requires_mapping(self) -> bool:
        """True: the fund's ticker history applies."""
        return True

    def default_resolution(self) -> Resolution:
        """Daily."""
        return Resolution.DAILY

    def supported_resolutions(self) -> list[Resolution]:
        """Daily."""
        return [Resolution.DAILY]

    def data_time_zone(self) -> Any:
        """UTC."""
        return zone("UTC")


class ETFConstituentData(ETFConstituentUniverse):
    """The older name."""


class ConstituentsUniverseData(BaseData):
    """A member of a list."""

    data_type = MarketDataType.AUXILIARY

    @property
    def _end(self) -> int:
        return self._time + DAY if self._end_time is None else self._end_time

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """A day's file of the list."""
        name = config.symbol.id.symbol.rpartition("-")[2]
        path = Path(
            config.security_type.name.lower(), config.market, "universes", config.resolution.name.lower(), name, f"{date:%Y%m%d}.csv"
        )
        return SubscriptionDataSource(str(path), SubscriptionTransportMedium.LOCAL_FILE, FileFormat.CSV)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> ConstituentsUniverseData | None:
        """A member; None for a line without one."""
        columns = line.split(",")
        if len(columns) < 2:
            return None
        made = ConstituentsUniverseData()
        try:
            made._symbol = Symbol(SecurityIdentifier.parse(columns[1]), columns[0])
        except ValueError:
            return None
        made._time = to_us(date)
        return made

    def requires_mapping(self) -> bool:
        """False."""
        return False

    def default_resolution(self) -> Resolution:
        """Daily."""
        return Resolution.DAILY

    def supported_resolutions(self) -> list[Resolution]:
        """Daily."""
        return [Resolution.DAILY]


class ConstituentsUniverse(FuncUniverse):
    """`(symbol | configuration, settings[, filter])`: the members of a list, or those that a function takes."""

    _data = ConstituentsUniverseData

    def __init__(self, symbol: Any, universe_settings: Any = None, constituents_filter: Any = None) -> None:
        config = symbol
        if isinstance(symbol, Symbol):
            new_york = zone("America/New_York")
            config = SubscriptionDataConfig(self._data, symbol, Resolution.DAILY, TickType.TRADE, new_york, new_york, False, False, True,
                                            DataNormalizationMode.ADJUSTED, custom=True)  # fmt: skip
        super().__init__(config, universe_settings, constituents_filter)

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """What the function takes, or all; a single empty symbol stands for none."""
        if self._selector is None:
            symbols = [point.symbol for point in data]
            return [] if symbols == [Symbol.NONE] else symbols
        return super().select_symbols(utc_time, data)


class ETFConstituentsUniverseFactory(ConstituentsUniverse):
    """`(symbol of the fund, settings[, filter])`: what a fund holds."""

    _data = ETFConstituentUniverse  # type: ignore[assignment]

    def __init__(self, symbol: Symbol, universe_settings: Any = None, constituents_filter: Any = None) -> None:
        name = universe_name("qc-universe-etf-constituents")
        sid = SecurityIdentifier.generate_constituent_identifier(name, symbol.security_type, symbol.id.market)
        super().__init__(Symbol._of(sid, name, symbol), universe_settings, constituents_filter)
