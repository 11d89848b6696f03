"""`self.subscription_manager`: the feeds and who consumes them (`Common/Data/SubscriptionManager.cs`)."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any

from lyra.engine.data.bars import Tick, TradeBar
from lyra.engine.enums import TickType
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.naming import LeanObject
from lyra.engine.times import SECOND

FAR = 2**62


class SubscriptionManager(LeanObject):
    """Feeds by symbol, and the consolidators attached to them."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._scans: list[_Scan] = []
        self._new: list[_Scan] = []
        self._heap: list[tuple[int, int, _Scan]] = []
        self._numbers = count(1)
        self.next_scan = FAR
        """The UTC moment before which nothing is to be scanned."""

    @property
    def subscriptions(self) -> list[SubscriptionDataConfig]:
        """All feeds."""
        return list(self._algorithm._configs.values())

    @property
    def count(self) -> int:
        """How many feeds."""
        return len(self._algorithm._configs)

    @property
    def subscription_data_config_service(self) -> SubscriptionManager:
        """LEAN's service of feeds."""
        return self

    def get_subscription_data_configs(self, symbol: Any = None, include_internal_configs: bool = False) -> list[SubscriptionDataConfig]:
        """The feeds of a symbol, or all."""
        found = None if symbol is None else self._algorithm._symbol_of(symbol)
        return [c for c in self._algorithm._configs.values()
                if (found is None or c.symbol == found) and (include_internal_configs or not c.is_internal_feed)]  # fmt: skip

    def _visible(self, symbol: Any) -> list[SubscriptionDataConfig]:
        return self.get_subscription_data_configs(symbol)

    # consolidators ------------------------------------------------------------------------------------
    def add_consolidator(self, symbol: Any, consolidator: Any, tick_type: TickType | None = None) -> None:
        """Feed a consolidator with the symbol's data of the type that it takes. Raises ValueError when there is none."""
        found = self._algorithm._symbol_of(symbol)
        configs = self._visible(found)
        if not configs:
            raise ValueError("Please subscribe to this symbol before adding a consolidator for it. Symbol: " + found.value)
        accepted = [c for c in configs if self._accepts(c, consolidator, tick_type)]
        if not accepted:
            kinds = ", ".join(c.type.__name__ for c in configs)
            raise ValueError(f"Type mismatch found between consolidator and symbol. Symbol: {found.value} does not support input type: "
                             f"{_input_type(consolidator).__name__}. Supported types: {kinds}.")  # fmt: skip
        config = accepted[0]
        config.consolidators.append(consolidator)
        if getattr(consolidator, "ends_with_time", True):
            scan = _Scan(next(self._numbers), consolidator, config, lambda: self._algorithm._utc)
            self._scans.append(scan)
            self._new.append(scan)
            self.next_scan = -FAR

    @staticmethod
    def _accepts(config: SubscriptionDataConfig, consolidator: Any, tick_type: TickType | None) -> bool:
        wanted = _input_type(consolidator)
        if wanted is Tick or (config.type is Tick and wanted in (Tick,)):
            kind = getattr(consolidator, "tick_type", None) if tick_type is None else tick_type
            return config.type is Tick and (kind is None or config.tick_type == kind)
        if not issubclass(config.type, wanted):
            return False
        return tick_type is None or config.tick_type == tick_type

    def remove_consolidator(self, symbol: Any, consolidator: Any) -> None:
        """Stop feeding a consolidator."""
        found = self._algorithm._symbol_of(symbol)
        for config in self.get_subscription_data_configs(found, True):
            if consolidator in config.consolidators:
                config.consolidators.remove(consolidator)
        for scan in [item for item in self._scans if item.consolidator is consolidator]:
            scan.remove()
            self._scans.remove(scan)

    # bars that end between slices ---------------------------------------------------------------------
    def _scan_past(self, utc: int) -> None:
        """Let bars end that ended before a moment, with the clock set to each scan's own time (`ScanPastConsolidators`)."""
        algorithm = self._algorithm
        while self._new:
            item = self._new.pop(0)
            item.advance(algorithm._utc, None)
            heappush(self._heap, (item.scan_time, item.id, item))
        while self._heap and self._heap[0][0] < utc:
            time, _, item = heappop(self._heap)
            if item.removed:
                continue
            if time != algorithm._utc:
                algorithm._set_time(time)
            if item.scan_time <= time:
                item.scan(algorithm._utc)
            heappush(self._heap, (item.scan_time, item.id, item))
        self.next_scan = self._heap[0][0] if self._heap else FAR


class _Scan:
    """When a consolidator is to be looked at next: a bar's length after its last bar, or after the last look."""

    def __init__(self, number: int, consolidator: Any, config: SubscriptionDataConfig, now: Callable[[], int]) -> None:
        self.id = number
        self.consolidator = consolidator
        self.removed = False
        self.scan_time = -FAR
        self._zone = config.exchange_time_zone
        self._least = max(config._length, SECOND)
        self._span: int | None = None
        self._now = now
        consolidator.data_consolidated += self._consolidated

    def _consolidated(self, sender: Any, bar: Any) -> None:
        self.advance(self._now(), bar)

    def advance(self, now: int, bar: Any) -> None:
        """Set the next look."""
        if bar is None and self.scan_time > now:
            return
        if bar is not None and self._span is None:
            self._span = max(bar._end - bar._time, self._least)
        if self._span is not None:
            self.scan_time = (now if bar is None else self._zone.to_utc(bar._end)) + self._span
            return
        working = self.consolidator.working_data
        end = -FAR if working is None else self._zone.to_utc(working._end)
        self.scan_time = end if end > now else now + self._least

    def scan(self, now: int) -> None:
        """Look now."""
        self.consolidator._scan(self._zone.to_local(now))
        self.advance(now, None)

    def remove(self) -> None:
        """Never look again."""
        self.removed = True
        self.consolidator.data_consolidated -= self._consolidated


def _input_type(consolidator: Any) -> Any:
    kind = consolidator.input_type
    return kind if isinstance(kind, type) else TradeBar


