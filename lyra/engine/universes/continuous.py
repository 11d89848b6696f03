"""The universe of a continuous future: itself, and the contract that it follows now (`ContinuousContractUniverse.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lyra.engine.enums import DataMappingMode, DataNormalizationMode, TickType
from lyra.engine.feed.calendar import tradable_days
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.continuous import contract_at
from lyra.engine.symbols import SecurityIdentifier, Symbol
from lyra.engine.universes.universe import Universe


class ContinuousContractUniverse(Universe):
    """Selects at each tradable day's midnight. On the day of a roll both contracts are in."""

    def __init__(self, future: Any, configuration: SubscriptionDataConfig, universe_settings: Any, map_file: Any) -> None:
        super().__init__(configuration, universe_settings)
        self._future = future
        self._map_file = map_file
        self._current: Symbol | None = None

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """The continuous future, and the contract of the day."""
        future, settings = self._future, self.universe_settings
        selected = [future.symbol]
        day = future.exchange.time_zone.to_local(utc_time)
        contract = contract_at(self._map_file, day, settings.data_mapping_mode, settings.contract_depth_offset)
        if contract is not None and contract != self._current:
            if self._current is not None:
                selected.append(self._current)
            self._current = contract
        if self._current is not None:
            future.mapped = self._current
            selected.append(self._current)
        return selected

    def _configs_for(self, security: Any, subscribe: Callable[..., list[SubscriptionDataConfig]]) -> list[SubscriptionDataConfig]:
        return continuous_configs(security.symbol, self.universe_settings, subscribe)

    def _all_moments(self, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
        hours = self._future.exchange.hours
        zone = hours.time_zone
        local, last = zone.to_local(start), zone.to_local(end)
        for day in tradable_days(hours, local, last, zone, self.configuration.extended_market_hours):
            if day >= local:
                yield zone.to_utc(day), [None]


def continuous_configs(
    symbol: Symbol, settings: Any, subscribe: Callable[..., list[SubscriptionDataConfig]]
) -> list[SubscriptionDataConfig]:
    """The feeds of a continuous future; those of the contract that it follows are the engine's own, as is all open interest."""
    made: list[SubscriptionDataConfig] = []
    for data_type, tick_type in settings.subscription_data_types:
        hidden = not symbol.is_canonical() or tick_type == TickType.OPEN_INTEREST
        made += subscribe(symbol, settings.resolution, settings.fill_forward, settings.extended_market_hours,
                          normalization=settings.data_normalization_mode, types=[(data_type, tick_type)], internal=hidden,
                          mapping=settings.data_mapping_mode, depth=settings.contract_depth_offset)  # fmt: skip
    return made


def continuous_universe_symbol(canonical: Symbol) -> Symbol:
    """The symbol of a continuous future's universe."""
    sid = canonical.id
    name = f"qc-universe-continuous-{sid.market.lower()}-{canonical.security_type.lean_name}-{sid.symbol}"
    return Symbol(SecurityIdentifier.generate_future(SecurityIdentifier.DEFAULT_DATE, name, sid.market), name)


_WITHOUT_OPEN_INTEREST = ("hkfe", "eurex", "ice")
_MODES = (DataNormalizationMode.BACKWARDS_RATIO, DataNormalizationMode.BACKWARDS_PANAMA_CANAL, DataNormalizationMode.FORWARD_PANAMA_CANAL,
          DataNormalizationMode.RAW)  # fmt: skip


def mapping_or_default(settings: Any, market: str) -> DataMappingMode:
    """The mapping mode of the universe settings; the last trading day in markets without open interest."""
    mode = DataMappingMode(settings.data_mapping_mode)
    by_interest = mode in (DataMappingMode.OPEN_INTEREST, DataMappingMode.OPEN_INTEREST_ANNUAL)
    return DataMappingMode.LAST_TRADING_DAY if by_interest and market.lower() in _WITHOUT_OPEN_INTEREST else mode


def normalization_or_default(settings: Any) -> DataNormalizationMode:
    """The normalization of the universe settings if it is one of futures, else the backwards ratio."""
    mode = settings.data_normalization_mode
    return mode if mode in _MODES else DataNormalizationMode.BACKWARDS_RATIO
