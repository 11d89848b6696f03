"""Universe types: the user's own additions, functions on a schedule, and functions on data (`Common/Data/UniverseSelection`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from lyra.engine.data.bars import Tick
from lyra.engine.data.dictionary import SymbolDictionary
from lyra.engine.data.events import Delisting
from lyra.engine.dotnet_types import HashSet
from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, current_run, custom_data_type
from lyra.engine.times import DAY, HOUR, MINUTE, SECOND, span_us, to_datetime, zone


class Unchanged(list[Any]):
    """What a selection function returns to keep the members as they are (`Universe.UNCHANGED`)."""


class Selection(HashSet):
    """The symbols of a selection, in its order."""

    @property
    def count(self) -> int:
        """How many."""
        return len(self)


class Member(NamedTuple):
    """A security in a universe, since when (UTC us), and whether only internal feeds follow it."""

    added: int
    security: Any
    internal: bool


class Members(SymbolDictionary[Any]):
    """Securities by symbol. Unlike in LEAN's own dictionaries `keys` and `values` are properties here, which cannot be called."""

    @property
    def keys(self) -> list[Symbol]:  # type: ignore[override]
        """The symbols."""
        return _Collection(self._items)

    @property
    def values(self) -> list[Any]:  # type: ignore[override]
        """The securities."""
        return _Collection(self._items.values())


_Collection: type[list[Any]] = type("Dictionary[Symbol,Security]", (list,), {})
"""The keys or values of a .NET dictionary, under the name that Python sees."""


class SecurityChanges(LeanObject):
    """Securities that came and went in a time step."""

    def __init__(self, added: list[Any] | None = None, removed: list[Any] | None = None, internal: set[Any] | None = None) -> None:
        self._added = added or []
        self._removed = removed or []
        self._internal = internal or set()
        self._hidden = 0

    @staticmethod
    def create(additions: Any, removals: Any, internal_additions: Any = (), internal_removals: Any = ()) -> SecurityChanges:
        """Changes of the user's making."""
        internal = {*internal_additions, *internal_removals}
        return SecurityChanges([*additions, *internal_additions], [*removals, *internal_removals], internal)

    @property
    def added_securities(self) -> list[Any]:
        """What came, by symbol."""
        return sorted(self._added, key=lambda s: s.symbol.value)

    @property
    def removed_securities(self) -> list[Any]:
        """What went, by symbol."""
        return sorted(self._removed, key=lambda s: s.symbol.value)

    @property
    def count(self) -> int:
        """How many changes, with those that are not shown."""
        return len(self._added) + len(self._removed) + self._hidden

    def _visible(self) -> SecurityChanges:
        """Without custom data and internal securities, as algorithms are told."""

        def seen(securities: list[Any]) -> list[Any]:
            return [s for s in securities if s not in self._internal and s.type != SecurityType.BASE]

        shown = SecurityChanges(seen(self._added), seen(self._removed))
        shown._hidden = self.count - shown.count
        return shown

    def __bool__(self) -> bool:
        return bool(self._added or self._removed)

    def __str__(self) -> str:
        if not self.count:
            return "SecurityChanges: None"
        parts = []
        if self._added:
            parts.append("Added: " + ",".join(str(s.symbol.id) for s in self.added_securities))
        if self._removed:
            parts.append("Removed: " + ",".join(str(s.symbol.id) for s in self.removed_securities))
        return "SecurityChanges: " + "".join(f" {part}" for part in parts)


class Universe(LeanObject):
    """Base of the universes: `select_symbols(utc_time, data)` says who is in."""

    UNCHANGED: Unchanged = Unchanged()
    Unchanged: Unchanged = UNCHANGED

    universe_settings: Any

    def __init__(self, configuration: SubscriptionDataConfig, universe_settings: Any = None) -> None:
        self.configuration = configuration
        self.universe_settings = universe_settings
        self.securities: dict[Symbol, Member] = {}
        self.dispose_requested = False
        self._selected: dict[Symbol, None] = {}
        self._previous: set[Symbol] | None = None

    @property
    def symbol(self) -> Symbol:
        """The universe's own symbol."""
        return self.configuration.symbol

    @property
    def data_type(self) -> Any:
        """The type of the data that it selects from."""
        return self.configuration.type

    @property
    def members(self) -> Members:
        """The securities that are in."""
        return Members({symbol: member.security for symbol, member in self.securities.items()})

    @property
    def selected(self) -> Selection:
        """What was selected last."""
        return Selection(self._selected)

    def dispose(self) -> None:
        """Leave at the next step: all members are deselected."""
        self.dispose_requested = True

    def contains_member(self, symbol: Symbol) -> bool:
        """Whether a symbol is in."""
        return symbol in self.securities

    def can_remove_member(self, utc_time: Any, security: Any) -> bool:
        """Whether a member has been in long enough."""
        return self._can_remove(utc_time if isinstance(utc_time, int) else 0, security)

    def _can_remove(self, utc: int, security: Any) -> bool:
        if self.dispose_requested or security.is_delisted:
            return True
        member = self.securities.get(security.symbol)
        if member is None:
            return False
        minimum = span_us(self.universe_settings.minimum_time_in_universe)
        step = next((unit for unit in (DAY, HOUR, MINUTE, SECOND) if minimum >= unit), minimum)
        there = utc - member.added
        if step:
            there = (there + step // 2) // step * step
        return there >= minimum

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """The symbols to be in, or `Universe.UNCHANGED`."""
        raise NotImplementedError

    def _perform_selection(self, utc: int, data: list[Any]) -> list[Symbol] | None:
        """The new selection, None when it does not change anything; nothing more once the fund is delisted."""
        if any(type(point) is Delisting for point in data):
            self.dispose()
        if self.dispose_requested:
            return []
        result = self.select_symbols(utc, data)
        if result is Universe.UNCHANGED:
            return None
        symbols = list(dict.fromkeys(result))
        same = self._previous is not None and self._previous == set(symbols)
        if self._previous is None and not symbols:
            same = True
        self._previous = set(symbols)
        return None if same else symbols

    def _add_member(self, utc: int, security: Any, internal: bool) -> bool:
        if self.dispose_requested or security.is_delisted or security.symbol in self.securities:
            return False
        self.securities[security.symbol] = Member(utc, security, internal)
        return True

    def _remove_member(self, utc: int, security: Any) -> bool:
        return self._can_remove(utc, security) and self.securities.pop(security.symbol, None) is not None

    def _configs_for(self, security: Any, subscribe: Callable[..., list[SubscriptionDataConfig]]) -> list[SubscriptionDataConfig]:
        settings = self.universe_settings
        if security.type == SecurityType.BASE:
            kind = current_run().data_types.get(custom_data_type(security.symbol.id.symbol) or "")
            if kind is not None:
                return subscribe(security.symbol, settings.resolution, settings.fill_forward, settings.extended_market_hours,
                                 normalization=settings.data_normalization_mode, types=[(kind, TickType.TRADE)], custom=True)  # fmt: skip
        return subscribe(security.symbol, settings.resolution, settings.fill_forward, settings.extended_market_hours,
                         normalization=settings.data_normalization_mode, types=settings.subscription_data_types)  # fmt: skip

    def _moments(self, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
        """(UTC moment, data to select from) over a span of UTC, on the dates of the schedule in the settings."""
        from lyra.engine.universes.data_universe import scheduled

        return scheduled(self, self._all_moments(start, end, run), start, end, run)

    def _all_moments(self, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
        """The moments without regard to a schedule: those of the data's points."""
        from lyra.engine.universes.data_universe import points_of

        return points_of(self.configuration, start, end, run)


def universe_config(
    symbol: Symbol, resolution: Resolution, data_zone: Any, exchange_zone: Any, data_type: Any = Tick
) -> SubscriptionDataConfig:
    """The configuration of a universe's own feed."""
    from lyra.engine.enums import DataNormalizationMode

    return SubscriptionDataConfig(data_type, symbol, resolution, TickType.TRADE, zone(data_zone), zone(exchange_zone), False, False, True,
                                  DataNormalizationMode.ADJUSTED, filtered=False)  # fmt: skip


class UserDefinedUniverse(Universe):
    """What the algorithm adds itself, or a function of time that names tickers.

    Additions and removals trigger a selection; a function is asked every `interval` (us) while the market is open.
    """

    def __init__(self, configuration: SubscriptionDataConfig, universe_settings: Any, interval: int,
                 selector: Callable[[Any], Iterable[Any]] | None = None) -> None:  # fmt: skip
        super().__init__(configuration, universe_settings)
        self.interval = interval
        self._selector = selector
        self._configs: dict[Any, SubscriptionDataConfig] = {}
        self._leaving: dict[Any, SubscriptionDataConfig] = {}

    def _add_config(self, config: SubscriptionDataConfig) -> bool:
        if config.key in self._configs:
            return False
        self._configs[config.key] = config
        return True

    def remove(self, symbol: Symbol) -> bool:
        """Take a symbol out at the next selection; whether it was in."""
        leaving = {key: config for key, config in self._configs.items() if config.symbol == symbol}
        for key in leaving:
            del self._configs[key]
        self._leaving.update(leaving)
        return bool(leaving)

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """The symbols added so far, or what the function names now."""
        if self._selector is None:
            return list(dict.fromkeys(config.symbol for config in self._configs.values()))
        local = self.configuration.exchange_time_zone.to_local(utc_time)
        result = self._selector(to_datetime(local))
        if result is Universe.UNCHANGED:
            return result
        kind, market = self.configuration.security_type, self.configuration.market
        return [name if isinstance(name, Symbol) else Symbol.create(str(name), kind, market) for name in result]

    def _configs_for(self, security: Any, subscribe: Callable[..., list[SubscriptionDataConfig]]) -> list[SubscriptionDataConfig]:
        for table in (self._configs, self._leaving):
            found = [config for config in table.values() if config.symbol == security.symbol]
            if found:
                if table is self._leaving:
                    for config in found:
                        del table[config.key]
                return found
        created = super()._configs_for(security, subscribe)
        for config in created:
            self._configs[config.key] = config
        return created

    def _remove_member(self, utc: int, security: Any) -> bool:
        if super()._remove_member(utc, security):
            self.remove(security.symbol)
            return True
        return False

    def _all_moments(self, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
        if self._selector is None:
            yield start, [None]
            return
        hours = run._exchange_hours(self.symbol)
        local_zone = hours.time_zone
        local, last = local_zone.to_local(start), local_zone.to_local(end)
        first = True
        while local <= last:
            if first or hours.is_open_between_us(local, local + self.interval, self.configuration.extended_market_hours):
                yield local_zone.to_utc(local), [None]
            first = False
            local += self.interval


class ScheduledUniverse(Universe):
    """A function asked at the moments of a date rule and a time rule; it gets the UTC time."""

    def __init__(self, *args: Any, settings: Any = None) -> None:
        """`ScheduledUniverse([time_zone,] date_rule, time_rule, selector[, settings])`."""
        rest = list(args)
        time_zone = zone("UTC")
        if not hasattr(rest[0], "get_dates"):
            time_zone = zone(rest.pop(0))
        self._date_rule, self._time_rule, self._selector, *more = rest
        name = f"{self._date_rule.name}_{self._time_rule.name}".replace("|", "_").replace(" ", "_")
        symbol = Symbol.create(name, SecurityType.BASE, "usa")
        super().__init__(universe_config(symbol, Resolution.DAILY, time_zone, time_zone), more[0] if more else settings)

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """What the function selects now."""
        return self._selector(to_datetime(utc_time))

    def _all_moments(self, start: int, end: int, run: Any) -> Iterator[tuple[int, list[Any]]]:
        for moment in self._time_rule._utc_times(self._date_rule, self.configuration.exchange_time_zone, start, end):
            if moment > end:
                return
            if moment >= start:
                yield moment, [None]
