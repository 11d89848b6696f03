"""Universes of stocks by a day's trading and by fundamentals (`Common/Data/UniverseSelection/*Fundamental*.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.feed.calendar import tradable_days
from lyra.engine.symbols import Symbol, current_run
from lyra.engine.times import DAY
from lyra.engine.universes.constituents import (
    ConstituentsUniverse,
    ConstituentsUniverseData,
    ETFConstituentData,
    ETFConstituentsUniverseFactory,
    ETFConstituentUniverse,
)
from lyra.engine.universes.data_universe import FuncUniverse, universe_name
from lyra.engine.universes.fundamental_data import (
    CoarseFundamental,
    FineFundamental,
    Fundamental,
    Fundamentals,
    FundamentalUniverse,
    coarse_rows,
)
from lyra.engine.universes.universe import Universe, universe_config

__all__ = [
    "CoarseFundamental", "CoarseFundamentalUniverse", "ConstituentsUniverse", "ConstituentsUniverseData", "ETFConstituentData",
    "ETFConstituentUniverse", "ETFConstituentsUniverseFactory", "FineFundamental", "FineFundamentalFilteredUniverse", "FuncUniverse",
    "Fundamental", "FundamentalFilteredUniverse", "FundamentalUniverse", "FundamentalUniverseFactory", "Fundamentals",
]  # fmt: skip


class _StockUniverse(Universe):
    """A function on a day's rows; it is asked at the midnight after each trading day."""

    def __init__(self, symbol: Symbol, universe_settings: Any, selector: Callable[[Any], Any] | None) -> None:
        config = universe_config(symbol, Resolution.DAILY, "America/New_York", "America/New_York", FundamentalUniverse)
        config.fill_data_forward = False
        super().__init__(config, universe_settings)
        self._selector = selector

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """What the function selects."""
        return [row.symbol for row in data] if self._selector is None else self._selector(data)

    def _all_moments(self, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
        hours = run._exchange_hours(self.symbol)
        zone = hours.time_zone
        for day in tradable_days(hours, zone.to_local(start), zone.to_local(end), self.configuration.data_time_zone):
            yield zone.to_utc(day + DAY), list(coarse_rows(day, self.configuration.market))


class FundamentalUniverseFactory(_StockUniverse):
    """`(market, settings, selector)`: a function on `Fundamental` rows."""

    def __init__(self, market: Any, universe_settings: Any = None, selector: Any = None) -> None:
        symbol = market if isinstance(market, Symbol) else _stock_symbol(market)
        super().__init__(symbol, universe_settings, selector)


class CoarseFundamentalUniverse(_StockUniverse):
    """`([symbol,] settings, selector)`: the older name."""

    def __init__(self, *args: Any) -> None:
        symbol = args[0] if isinstance(args[0], Symbol) else _stock_symbol("usa")
        super().__init__(symbol, args[-2], args[-1])


class FundamentalFilteredUniverse(Universe):
    """A universe whose selection a second function narrows, by fundamentals."""

    def __init__(self, universe: Universe, selector: Callable[[Any], Any]) -> None:
        super().__init__(universe.configuration, universe.universe_settings)
        self._universe = universe
        self._fine = FundamentalUniverseFactory("usa", universe.universe_settings, selector)

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """What the first function selects."""
        return self._universe.select_symbols(utc_time, data)

    def _perform_selection(self, utc: int, data: list[Any]) -> list[Symbol] | None:
        if self.dispose_requested:
            return []
        first = self.select_symbols(utc, data)
        if first is Universe.UNCHANGED:
            return None
        if data and isinstance(data[0], Fundamental):
            wanted = set(first)
            rows = []
            for row in data:
                if row._symbol in wanted:
                    wanted.discard(row._symbol)
                    rows.append(row)
            kept = [row for row in rows if row.has_fundamental_data]
            if len(kept) < len(rows):
                self._tell_missing()
        else:
            local = self.configuration.exchange_time_zone.to_local(utc)
            kept = [Fundamental._of(symbol, local) for symbol in first]
        data[:] = kept
        return self._fine._perform_selection(utc, kept)

    def _tell_missing(self) -> None:
        run: Any = current_run()
        if not run.__dict__.setdefault("told_missing_fundamentals", False):
            run.told_missing_fundamentals = True
            self._debug("Note: Your coarse selection filter was updated to exclude symbols without fine fundamental data. Make sure your coarse "
                        "filter excludes symbols where HasFundamental is false.")  # fmt: skip

    def _all_moments(self, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
        self._debug = run.debug
        return self._universe._all_moments(start, end, run)


class FineFundamentalFilteredUniverse(FundamentalFilteredUniverse):
    """The older name."""


def _stock_symbol(market: str) -> Symbol:
    return Symbol.create(universe_name(f"FundamentalUniverse-{market}"), SecurityType.EQUITY, market)
