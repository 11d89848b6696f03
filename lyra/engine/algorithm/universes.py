"""`self.add_universe(...)` (`Algorithm/QCAlgorithm.Universe.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol
from lyra.engine.universes.universe import Universe, UserDefinedUniverse, universe_config


class UniverseApi(LeanObject):
    """The part of `QCAlgorithm` that adds universes."""

    def add_universe(self: Any, *args: Any) -> Any:
        """A universe, `(name, [resolution,] function of time)`, or
        `(security_type, name, resolution, market, settings, function of time)`."""
        first = args[0]
        if isinstance(first, Universe):
            return self._add_universe(first)
        if isinstance(first, str):
            resolution = args[1] if len(args) > 2 else Resolution.DAILY
            return self._add_named_universe(SecurityType.EQUITY, first, resolution, "usa", self.universe_settings, args[-1])
        if isinstance(first, SecurityType) and isinstance(args[1], str) and len(args) == 6:
            return self._add_named_universe(*args)
        return self._add_data_universe(*args)

    def _add_universe(self: Any, universe: Universe) -> Universe:
        if universe.universe_settings is None:
            universe.universe_settings = self.universe_settings
        if self.universe_manager.get(universe.symbol) is None and universe not in self._pending_universes:
            self._touched = True
            self._pending_universes.append(universe)
        return universe

    def _add_named_universe(
        self: Any, kind: SecurityType, name: str, resolution: Resolution, market: str, settings: Any, selector: Any
    ) -> Universe:
        symbol = Symbol.create(name, kind, market)
        entry = self._data.entry(symbol)
        config = universe_config(symbol, Resolution(resolution), entry.data_time_zone, entry.exchange_hours.time_zone)
        return self._add_universe(UserDefinedUniverse(config, settings, RESOLUTION_US[Resolution(resolution)], selector))  # type: ignore[no-any-return]

    def _add_data_universe(self: Any, *args: Any) -> Universe:
        raise NotSupported("QCAlgorithm.add_universe with " + ", ".join(type(a).__name__ for a in args))
