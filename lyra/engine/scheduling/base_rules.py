"""What date rules and time rules share: the clock, the zone and the hours of markets (`Common/Scheduling/BaseScheduleRules.cs`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.enums import SecurityType
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, SymbolCache
from lyra.engine.times import Zone, day_of, zone

_USA = "usa"


class BaseScheduleRules(LeanObject):
    """Makes rules for one algorithm, of which it needs `_utc`, `time_zone`, `securities` and `debug`."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._own_zone: Zone | None = None
        self._warned = False

    def set_default_time_zone(self, time_zone: Any) -> None:
        """Use another zone than the algorithm's for rules without one."""
        self._own_zone = zone(time_zone)

    @property
    def _zone(self) -> Zone:
        found: Zone = self._algorithm.time_zone if self._own_zone is None else self._own_zone
        return found

    def _today(self) -> int:
        return day_of(self._zone.to_local(self._algorithm._utc))

    def _symbol(self, given: Any) -> Symbol:
        """The symbol of a symbol, a security or a ticker; an unknown ticker becomes a US equity, with one warning."""
        if isinstance(given, Symbol):
            return given
        if not isinstance(given, str):
            found: Symbol = given.symbol
            return found
        known = SymbolCache.try_get_symbol(given)[1]
        if known is not None:
            return known
        if not self._warned:
            self._warned = True
            self._algorithm.debug(f"Warning: no existing symbol found for ticker {given}, it will be created with Equity type.")
        made = Symbol.create(given, SecurityType.EQUITY, _USA)
        SymbolCache.set(given, made)
        return made

    def _hours(self, symbol: Symbol) -> SecurityExchangeHours:
        """The hours of a symbol's market, also if the algorithm has no such security."""
        security = self._algorithm.securities.get(symbol)
        if security is None:
            return MarketHoursDatabase.from_data_folder().get_exchange_hours(symbol.id.market, symbol, symbol.security_type)
        hours: SecurityExchangeHours = security.exchange.hours
        return hours

    def _all_hours(self) -> Iterator[SecurityExchangeHours]:
        """The hours of US equities and of all other markets of the algorithm that close at all."""
        usa = MarketHoursDatabase.from_data_folder().get_exchange_hours(_USA, "SPY", SecurityType.EQUITY)
        found = {id(usa): usa}
        for security in self._algorithm.securities.values():
            symbol = security.symbol
            if symbol.security_type == SecurityType.EQUITY and symbol.id.market == _USA:
                continue
            hours = security.exchange.hours
            if not hours.is_market_always_open:
                found[id(hours)] = hours
        return iter(found.values())
