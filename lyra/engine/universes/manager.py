"""`self.universe_manager` and the selection that follows from it (`Engine/DataFeeds/UniverseSelection.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.data.dictionary import SymbolDictionary
from lyra.engine.symbols import Symbol, is_option
from lyra.engine.universes.universe import Member, SecurityChanges, Universe


class UniverseManager(SymbolDictionary[Universe]):
    """The algorithm's universes by their symbols."""

    _kind = "UniverseManager"

    @property
    def active_securities(self) -> SymbolDictionary[Any]:
        """The securities that are in some universe."""
        return SymbolDictionary({s: member.security for u in self._items.values() for s, member in u.securities.items()})

    def add(self, symbol: Symbol, universe: Universe) -> None:
        """Add a universe."""
        self._items.setdefault(symbol, universe)

    def remove(self, symbol: Symbol) -> bool:
        """Dispose of a universe; whether it was there."""
        universe = self._items.pop(symbol, None)
        if universe is not None:
            universe.dispose()
        return universe is not None


class PendingRemovals:
    """Members that were deselected but are still held or ordered."""

    def __init__(self, run: Any) -> None:
        self._run = run
        self._waiting: dict[Universe, list[Member]] = {}

    def _is_safe(self, member: Member) -> bool:
        security = member.security
        if security.holdings.invested or any(o.symbol == security.symbol for o in self._run.transactions._open_orders()):
            return False
        target = security.holdings.target
        if target is not None and target._quantity != 0:
            return False
        unsettled = getattr(security.settlement_model, "get_unsettled_cash", None)
        return unsettled is None or unsettled() is None or unsettled()._amount <= 0

    def try_remove(self, member: Member, universe: Universe) -> list[tuple[Universe, Any]]:
        """The member if it can go now; otherwise it waits."""
        if self._is_safe(member):
            return [(universe, member.security)]
        waiting = self._waiting.setdefault(universe, [])
        if member not in waiting:
            waiting.append(member)
        return []

    def is_waiting(self, security: Any, internal: bool) -> bool:
        """Whether a security waits to go."""
        return any(m.internal == internal and m.security.symbol == security.symbol for ms in self._waiting.values() for m in ms)

    def check(self, selected: dict[Symbol, None], current: Universe) -> list[tuple[Universe, Any]]:
        """Those that can go now; the reselected stop waiting."""
        leaving: list[tuple[Universe, Any]] = []
        for universe, members in list(self._waiting.items()):
            for member in list(members):
                safe = self._is_safe(member)
                if safe or (universe is current and member.security.symbol in selected):
                    if safe:
                        leaving.append((universe, member.security))
                    members.remove(member)
            if not members:
                del self._waiting[universe]
        return leaving


class UniverseSelection:
    """Turns selections into subscriptions and changes."""

    def __init__(self, run: Any, feed: Any) -> None:
        self._run = run
        self._feed = feed
        self._removals = PendingRemovals(run)
        self._added: list[Any] = []
        self._removed: list[Any] = []
        self._internal: set[Any] = set()
        self._created_at = -1
        self._created: dict[Symbol, Any] = {}

    def apply(self, universe: Universe, utc: int, data: list[Any]) -> SecurityChanges:
        """Ask a universe and apply its answer at a moment."""
        run = self._run
        if utc > run._end_utc:
            return SecurityChanges()
        selection = universe._perform_selection(utc, data)
        if selection is not None:
            universe._selected = dict.fromkeys(selection)
        self._drop(self._removals.check(universe._selected, universe), utc)
        if selection is None:
            return SecurityChanges()
        self._deselect(universe, utc)
        if self._created_at != utc:
            self._created_at, self._created = utc, {}
        for symbol in universe._selected:
            if symbol not in universe.securities:
                self._select(universe, symbol, utc)
        changes = self._flush()
        if changes._added:
            run._ensure_currency_feeds(coming=changes._added)
            if run.settings.seed_initial_prices:
                run._seed_securities(changes._added)
        return changes

    def _flush(self) -> SecurityChanges:
        changes = SecurityChanges(self._added, self._removed, self._internal)
        self._added, self._removed, self._internal = [], [], set()
        return changes

    def _deselect(self, universe: Universe, utc: int) -> None:
        for member in sorted(universe.securities.values(), key=lambda m: (int(m.security.type), str(m.security.symbol.id))):
            security = member.security
            if security.symbol in universe._selected or not universe._can_remove(utc, security):
                continue
            if not security.is_delisted and not self._removals.is_waiting(security, member.internal):
                self._removed.append(security)
                if member.internal:
                    self._internal.add(security)
            self._drop(self._removals.try_remove(member, universe), utc)

    def _select(self, universe: Universe, symbol: Symbol, utc: int) -> None:
        run = self._run
        security = self._created.get(symbol)
        if security is None:
            security = self._created[symbol] = run._create_security(
                symbol, leverage=universe.universe_settings.leverage, cache_symbol=is_option(symbol.security_type)
            )
        configs = universe._configs_for(security, run._subscribe_configs)
        added = False
        subscribed = False
        internal = True
        for config in configs:
            if config not in security._configs:
                security._configs.append(config)
            run._drop_internal_currency_feed(config.symbol)
            new = self._feed.add(config, security, universe, utc)
            if new is None:
                continue
            added = new
            subscribed = True
            internal = internal and config.is_internal_feed
        if subscribed and universe._add_member(utc, security, internal) and added:
            self._added.append(security)
            if internal:
                self._internal.add(security)

    def _drop(self, members: list[tuple[Universe, Any]], utc: int) -> None:
        run = self._run
        for universe, security in members:
            configs = universe._configs_for(security, run._subscribe_configs)
            universe._remove_member(utc, security)
            active = any(security.symbol in u.securities for u in run.universe_manager._items.values())
            for config in configs:
                if self._feed.remove(config, universe) and not active:
                    security.reset()
                    security.cache.reset()
                    run.securities.remove(security.symbol)

    def handle_delisting(self, symbol: Symbol, internal: bool) -> SecurityChanges:
        """A security leaves its market."""
        run = self._run
        security = run.securities.get(symbol)
        if security is None:
            return SecurityChanges()
        security.is_delisted = True
        feeds = list(security._configs)
        security.reset()
        security._left_configs = feeds
        run.securities.remove(symbol)
        if not self._removals.is_waiting(security, internal):
            return SecurityChanges([], [security], {security} if internal else set())
        return SecurityChanges()
