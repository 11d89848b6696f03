"""`self.add_universe(...)` (`Algorithm/QCAlgorithm.Universe.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.algorithm.members import of_kind
from lyra.engine.algorithm.settings import UniverseSettings
from lyra.engine.data.base import BaseData
from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.symbols import Symbol
from lyra.engine.universes.data_universe import FuncUniverse, universe_name
from lyra.engine.universes.definitions import UniverseDefinitions
from lyra.engine.universes.fundamental import (
    CoarseFundamentalUniverse,
    FineFundamentalFilteredUniverse,
    FundamentalFilteredUniverse,
    FundamentalUniverseFactory,
)
from lyra.engine.universes.fundamental_data import CoarseFundamental, Fundamental, FundamentalUniverse
from lyra.engine.universes.universe import Universe, UserDefinedUniverse, universe_config


class UniverseApi(LeanObject):
    """The part of `QCAlgorithm` that adds universes."""

    def add_universe(self: Any, *args: Any, **names: Any) -> Any:
        """A universe, `(name, [resolution,] function of time)`, or
        `(security_type, name, resolution, market, settings, function of time)`."""
        args = (*args, *names.values())
        first = args[0]
        if isinstance(first, Universe) and len(args) == 2:
            return self._add_universe(FundamentalFilteredUniverse(first, args[1]))
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
            self.universe_manager.add(universe.symbol, universe)
            self._pending_universes.append(universe)
        return universe

    def _add_named_universe(
        self: Any, kind: SecurityType, name: str, resolution: Resolution, market: str, settings: Any, selector: Any
    ) -> Universe:
        symbol = Symbol.create(name, kind, market)
        entry = self._data.entry(symbol)
        config = universe_config(symbol, Resolution(resolution), entry.data_time_zone, entry.exchange_hours.time_zone)
        return self._add_universe(UserDefinedUniverse(config, settings, RESOLUTION_US[Resolution(resolution)], selector))  # type: ignore[no-any-return]

    @property
    def universe(self: Any) -> UniverseDefinitions:
        """Ready-made universes."""
        return UniverseDefinitions(self)

    @universe.setter
    def universe(self: Any, value: Any) -> None:
        of_kind(value, UniverseDefinitions, "QuantConnect.Algorithm.UniverseDefinitions")

    def fundamentals(self: Any, symbol: Any) -> Any:
        """What is known now of a stock, or of each in a list."""
        if isinstance(symbol, (list, tuple)):
            return [self.fundamentals(item) for item in symbol]
        return Fundamental.for_date(self.time, self._symbol_of(symbol))

    def _add_data_universe(self: Any, first: Any, *rest: Any) -> Universe:
        settings = self.universe_settings
        if isinstance(first, type) and issubclass(first, BaseData):
            return self._add_type_universe(first, *rest)  # type: ignore[no-any-return]
        if find_method(first, "get_dates") is not None and len(rest) == 1:
            settings = UniverseSettings(settings)
            settings.schedule.on(first)
            return self._add_universe(FundamentalUniverseFactory("usa", settings, rest[0]))  # type: ignore[no-any-return]
        if callable(first) and not rest:
            return self._add_universe(FundamentalUniverseFactory("usa", settings, first))  # type: ignore[no-any-return]
        if callable(first) and len(rest) == 1 and callable(rest[0]):
            self._warn_once("coarse and fine", _TWO_STEPS)
            coarse = CoarseFundamentalUniverse(settings, first)
            if settings.asynchronous:
                raise ArgumentException(_NOT_ASYNCHRONOUS)
            return self._add_universe(FineFundamentalFilteredUniverse(coarse, rest[0]))  # type: ignore[no-any-return]
        raise ArgumentException(f"QCAlgorithm.AddUniverse: {', '.join(map(repr, (first, *rest)))} is not a valid argument.")

    def _add_type_universe(self: Any, kind: Any, *rest: Any) -> Universe:
        """`(type[, security_type][, name][, resolution][, market][, settings][, selector])`."""
        security_type, resolution, settings = SecurityType.EQUITY, Resolution.DAILY, None
        selector: Any = None
        texts = []
        for value in rest:
            if isinstance(value, str):
                texts.append(value)
            elif isinstance(value, SecurityType):
                security_type = value
            elif isinstance(value, Resolution):
                resolution = value
            elif isinstance(value, UniverseSettings):
                settings = value
            elif value is not None:
                selector = value
        name = texts[0] if texts else None
        market = texts[1] if len(texts) > 1 else "usa"
        if issubclass(kind, CoarseFundamental):
            kind = FundamentalUniverse
        if issubclass(kind, FundamentalUniverse):
            return self._add_universe(FundamentalUniverseFactory(market, settings or self.universe_settings, selector))  # type: ignore[no-any-return]
        if name is None or issubclass(kind, BaseDataCollection):
            name = universe_name(f"{kind.__name__}-{market}")
        symbol = Symbol.create(name, SecurityType.BASE, market, None, kind)
        entry = self._data.entry(symbol)
        config = SubscriptionDataConfig(kind, symbol, resolution, TickType.TRADE, entry.data_time_zone, entry.exchange_hours.time_zone, False, False,
                                        True, DataNormalizationMode.ADJUSTED, custom=True, filtered=False)  # fmt: skip

        def select(points: Any) -> Any:
            answer = selector(points)
            if answer is Universe.UNCHANGED:
                return answer
            return [item if isinstance(item, Symbol) else Symbol.create(str(item), security_type, market, None, kind) for item in answer]

        return self._add_universe(FuncUniverse(config, settings, None if selector is None else select))  # type: ignore[no-any-return]


_TWO_STEPS = (
    "Warning: AddUniverse(coarseSelector, fineSelector) is obsolete, please use "
    "AddUniverse(Func<IEnumerable<Fundamental>, IEnumerable<Symbol>> selector) instead."
)
_NOT_ASYNCHRONOUS = (
    "Asynchronous universe setting is not supported for coarse & fine selections, please use the new Fundamental single pass selection"
)
