"""Universe selection by chains (`Algorithm/Selection/FutureUniverseSelectionModel.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import SecurityType
from lyra.engine.framework.selection.base import UniverseSelectionModel
from lyra.engine.naming import find_method
from lyra.engine.universes.continuous import continuous_universe_symbol


class FutureUniverseSelectionModel(UniverseSelectionModel):
    """The chains of futures that a function of the time names, asked every `refresh_interval`; override `filter` to narrow them."""

    def __init__(
        self, refresh_interval: timedelta, future_chain_symbol_selector: Callable[[datetime], Iterable[Any]], universe_settings: Any = None
    ) -> None:
        self.next_refresh_time_utc = datetime.min
        self.refresh_interval = refresh_interval
        self.future_chain_symbol_selector = future_chain_symbol_selector
        self.universe_settings = universe_settings

    def get_next_refresh_time_utc(self) -> datetime:
        """When the function is asked again."""
        return self.next_refresh_time_utc

    def create_universes(self, algorithm: Any) -> Iterator[Any]:
        """Each future's chain, and the universe of its continuous future. Raises ArgumentException for other symbols."""
        now = algorithm.utc_time.replace(tzinfo=None)
        self.next_refresh_time_utc = now + self.refresh_interval
        for symbol in dict.fromkeys(self.future_chain_symbol_selector(algorithm.utc_time)):
            if symbol.security_type != SecurityType.FUTURE:
                raise ArgumentException("futureChainSymbolSelector must return future symbols.")
            yield from future_chain_universes(algorithm, symbol.canonical, find_method(self, "filter"), self.universe_settings)

    def filter(self, filter: Any) -> Any:
        """Which contracts of a chain: all unless overridden."""
        return filter


def future_chain_universes(algorithm: Any, canonical: Any, chosen: Any, universe_settings: Any) -> list[Any]:
    """A future's two universes, after it was added with a filter (`Extensions.CreateFutureChain`)."""
    settings = algorithm.universe_settings if universe_settings is None else universe_settings
    future = algorithm.add_security(
        canonical, settings.resolution, settings.fill_forward, settings.leverage, settings.extended_market_hours
    )
    future.set_filter(chosen)
    names = (canonical, continuous_universe_symbol(canonical))
    return [universe for symbol, universe in list(algorithm.universe_manager._items.items()) if symbol in names]
