"""The data feed: all subscriptions, the frontier that moves through them, and the time slices it yields.

Facts from `Engine/DataFeeds/{SubscriptionSynchronizer,SubscriptionFrontierTimeProvider,DataManager,SubscriptionCollection}.cs`:
the frontier is the earliest next point and never goes back; feeds are read by security type, tick type and symbol; a selection is
preceded by an empty pulse and repeated while it changes something; the finest visible resolution decides how all feeds are filled
forward, and when it changes the filled feeds start again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.data.events import Delisting
from lyra.engine.enums import DelistingType, Resolution
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.feed.subscription import NEVER, Entry, Subscription, UniverseSubscription
from lyra.engine.universes.universe import SecurityChanges, UserDefinedUniverse


class TimeSlice:
    """One moment of the run: what became known, and what came and went."""

    __slots__ = ("auxiliary", "changes", "count", "entries", "hidden_auxiliary", "internal", "is_pulse", "time", "universe_data")

    def __init__(self, time: int, is_pulse: bool = False) -> None:
        self.time = time
        self.is_pulse = is_pulse
        self.count = 0
        self.entries: list[Entry] = []
        self.internal: list[Entry] = []
        self.auxiliary: list[tuple[Any, BaseData]] = []
        self.hidden_auxiliary: list[tuple[Any, BaseData]] = []
        self.changes: SecurityChanges | None = None
        self.universe_data: dict[Any, list[Any]] = {}


class DataFeed:
    """Subscriptions of a run and their synchronization."""

    def __init__(self, run: Any) -> None:
        self._run = run
        self._subscriptions: dict[Any, Subscription] = {}
        self._sorted: list[Subscription] | None = None
        self._fill = RESOLUTION_US[Resolution.MINUTE]
        self._frozen = False
        self.selection: Any = None
        self.frontier = -NEVER
        self._due: dict[Any, list[Any]] = {}
        self._changed = False
        self._dropped: set[Any] = set()
        self._delisted: list[Any] = []
        self._parked: dict[Any, tuple[Any, int]] = {}

    # subscribing ------------------------------------------------------------------------------------
    def add(self, config: SubscriptionDataConfig, security: Any, universe: Any, start: int) -> bool | None:
        """Subscribe from a UTC moment. True if new to the algorithm, False if it was there, None if no day is tradable."""
        known = self._subscriptions.get(config.key)
        if known is not None and known.next_time != NEVER:
            if universe is not None and universe not in known.universes:
                known.universes.append(universe)
            return known.config.is_internal_feed
        self._before_add(config)
        subscription = self._run._make_subscription(config, security, universe, start, self._fill)
        if subscription is None:
            return None
        config._security = security
        self._subscriptions[config.key] = subscription
        self._sorted = None
        if self._counts(config) and config._length != self._fill:
            self._set_fill([*self._subscriptions.values()], [])
        return True

    def add_universe(self, universe: Any, start: int) -> None:
        """Follow a universe from a UTC moment; one that takes the place of another comes after the other's last selection."""
        known = self._subscriptions.get(universe.configuration.key)
        if known is not None and known.is_universe and known.universes[0].dispose_requested and known.next_time != NEVER:
            self._parked[universe.configuration.key] = (universe, start)
            return
        moments = universe._moments(start, self._run._end_utc, self._run)
        self._subscriptions[universe.configuration.key] = UniverseSubscription(universe.configuration, universe, start, moments)
        self._sorted = None

    def trigger(self, universe: UserDefinedUniverse, time: int) -> None:
        """Select once more at a moment, if the universe would not be asked anyhow."""
        subscription = self._subscriptions.get(universe.configuration.key)
        if isinstance(subscription, UniverseSubscription) and subscription.next_time == NEVER:
            subscription.trigger(time)

    def remove(self, config: SubscriptionDataConfig, universe: Any = None) -> bool:
        """End a universe's interest in a feed; whether the feed is gone."""
        subscription = self._subscriptions.get(config.key)
        if subscription is None:
            if universe is not None:
                self._run._configs.pop(config.key, None)
            return universe is not None
        if universe in subscription.universes:
            subscription.universes.remove(universe)
        if universe is not None and subscription.universes:
            return False
        self._discard(config)
        self._run._configs.pop(config.key, None)
        self._dropped.add(config.key)
        subscription.removed = True
        if subscription.next_time != NEVER:
            self._after_remove(config)
        return True

    def _discard(self, config: SubscriptionDataConfig) -> None:
        self._subscriptions.pop(config.key, None)
        self._sorted = None

    def configs(self) -> list[SubscriptionDataConfig]:
        """The configurations of all feeds but those of universes."""
        return [s.config for s in self._subscriptions.values() if not s.is_universe]

    # fill-forward resolution --------------------------------------------------------------------------
    @staticmethod
    def _counts(config: SubscriptionDataConfig) -> bool:
        return not config.is_internal_feed and config.resolution != Resolution.TICK

    def _before_add(self, config: SubscriptionDataConfig) -> None:
        if config.fill_data_forward and config.resolution != Resolution.TICK and self._counts(config) and config._length != self._fill:
            self._set_fill([*self._subscriptions.values()], [config])

    def _after_remove(self, config: SubscriptionDataConfig) -> None:
        if not self._counts(config) or config._length != self._fill:
            return
        if all(s.ended or not self._counts(s.config) or s.config.resolution != config.resolution for s in self._subscriptions.values()):
            self._set_fill([*self._subscriptions.values()], [])

    def _set_fill(self, subscriptions: list[Subscription], coming: list[SubscriptionDataConfig]) -> None:
        if self._frozen:
            return
        lengths = [s.config._length for s in subscriptions if not s.is_universe and not s.ended and self._counts(s.config)]
        lengths += [c._length for c in coming if self._counts(c)]
        fill = min(lengths, default=RESOLUTION_US[Resolution.MINUTE])
        if fill == self._fill:
            return
        self._fill = fill
        self._restart_filled()

    def _restart_filled(self) -> None:
        """Start the filled feeds again just after now, so that they fill at the new resolution."""
        self._frozen = True
        restarted = [s for s in self._subscriptions.values()
                     if not s.is_universe and not s.ended and s.config.fill_data_forward and s.config.resolution != Resolution.TICK]  # fmt: skip
        for old in [s for s in self._subscriptions.values() if s.is_universe and s.config.fill_data_forward]:
            self._discard(old.config)
            self.add_universe(old.universes[0], self._run._utc + 1)
        for old in restarted:
            self._discard(old.config)
            old.removed = True
            now = self._run._utc
            if not self._run._locked and old.start < now:
                now = old.start
            new = self._run._make_subscription(old.config, old.config._security, None, now + 1, self._fill)
            if new is not None:
                new.universes = old.universes
                self._subscriptions[old.config.key] = new
        self._frozen = False
        self._sorted = None

    # moving -------------------------------------------------------------------------------------------
    def _order(self) -> list[Subscription]:
        if self._sorted is None:
            self._sorted = sorted(self._subscriptions.values(), key=lambda s: s.config.sort_key)
        return self._sorted

    def slices(self) -> Iterator[TimeSlice]:
        """Time slices until no feed has anything left."""
        previous = -NEVER
        previous_was_pulse = False
        retried = False
        while True:
            order = self._sorted if self._sorted is not None else self._order()
            following = NEVER
            for subscription in order:
                if subscription.next_time < following:
                    following = subscription.next_time
            if following == NEVER:
                following = self._run._utc if self.frontier == -NEVER else self.frontier
            if following > self.frontier:
                self.frontier = following
            frontier = self.frontier
            slice_ = TimeSlice(frontier)
            pulses = self._pull(slice_, frontier)
            for pulse in pulses:
                if pulse.time != self._run._utc:
                    previous, previous_was_pulse = pulse.time, True
                    yield pulse
                else:
                    previous_was_pulse = True
                self._select(slice_, frontier)
            if self._dropped:
                self._drop(slice_)
            if frontier != previous or previous_was_pulse or slice_.universe_data:
                previous, previous_was_pulse, retried = frontier, False, False
                yield slice_
            elif not (slice_.entries or slice_.auxiliary) or retried:
                return
            else:
                retried = True

    def _pull(self, slice_: TimeSlice, frontier: int) -> Iterator[TimeSlice]:
        """Take what is due; yields a pulse before each selection, and pulls again while selections change something."""
        while True:
            due: dict[Any, list[Any]] = {}
            finished = []
            for subscription in self._order():
                if subscription.next_time > frontier:
                    subscription.ended = subscription.next_time == NEVER  # of a universe the members stay: nobody asks it any more
                    if subscription.is_universe and not subscription.ended and subscription.universes[0].dispose_requested:
                        due.setdefault(subscription.universes[0], [])
                        finished.append(subscription)
                    continue
                if subscription.is_universe:
                    universe = subscription.universes[0]
                    due.setdefault(universe, []).extend(subscription.due(frontier))  # type: ignore[attr-defined]
                    if universe.dispose_requested:
                        finished.append(subscription)
                    continue
                internal = subscription.internal
                count = subscription.take(
                    frontier, slice_.internal if internal else slice_.entries, slice_.hidden_auxiliary if internal else slice_.auxiliary
                )
                slice_.count += count
            self._delist(slice_)
            for subscription in finished:
                self._discard(subscription.config)
                parked = self._parked.pop(subscription.config.key, None)
                if parked is not None and not parked[0].dispose_requested:
                    self.add_universe(*parked)
            if due:
                self._due = due
                yield TimeSlice(frontier, is_pulse=True)
                if self._changed:
                    continue
            if self._run._add_pending_internal_feeds(frontier):
                continue
            return

    def _select(self, slice_: TimeSlice, frontier: int) -> None:
        """Apply the due universes, the finest resolution first."""
        changed = False
        order = sorted(self._due.items(), key=lambda item: (int(item[0].configuration.resolution), str(item[0].symbol.id)))
        self._due = {}
        for universe, data in order:
            points = [point for point in data if point is not None]
            moments = [None] * (len(data) - len(points))
            changes = self.selection.apply(universe, frontier, points)
            # a second function's data are counted in place of the first one's, and only the last selection of a moment is
            slice_.count += len(points) + len(moments) - len(slice_.universe_data.get(universe, ()))
            slice_.universe_data[universe] = points + moments
            if changes:
                changed = True
                slice_.changes = _merge(slice_.changes, changes)
        self._changed = changed

    def _drop(self, slice_: TimeSlice) -> None:
        """What a selection has just removed is not delivered, nor counted."""
        gone, self._dropped = self._dropped, set()
        for entries in (slice_.entries, slice_.internal):
            kept = []
            for entry in entries:
                if entry[0].key in gone and entry[0].key not in self._subscriptions:
                    slice_.count -= len(entry[1]) if entry[2] < 0 else 1
                else:
                    kept.append(entry)
            entries[:] = kept
        for events in (slice_.auxiliary, slice_.hidden_auxiliary):
            staying = [item for item in events if item[0].key not in gone or item[0].key in self._subscriptions]
            slice_.count -= len(events) - len(staying)
            events[:] = staying

    def _delist(self, slice_: TimeSlice) -> None:
        for config, event in (*slice_.auxiliary, *slice_.hidden_auxiliary):
            if type(event) is Delisting and event.type == DelistingType.DELISTED and event not in self._delisted:
                self._delisted.append(event)
                changes = self.selection.handle_delisting(event.symbol, config.is_internal_feed)
                if changes:
                    slice_.changes = _merge(slice_.changes, changes)


def _merge(first: SecurityChanges | None, second: SecurityChanges) -> SecurityChanges:
    if first is None:
        return second
    added = first._added + [s for s in second._added if s not in first._added]
    removed = first._removed + [s for s in second._removed if s not in first._removed]
    shown = {s for changes in (first, second) for s in (*changes._added, *changes._removed) if s not in changes._internal}
    return SecurityChanges(added, removed, (first._internal | second._internal) - shown)
