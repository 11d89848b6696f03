"""`self.subscription_manager`: the feeds and who consumes them (`Common/Data/SubscriptionManager.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.consolidators.base import ConsolidatorBase
from lyra.engine.consolidators.scanning import ConsolidatorScanner
from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import TickType
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.direct import DirectFeed
from lyra.engine.indicators.helpers import Field
from lyra.engine.naming import LeanObject

_COLUMNS = {getattr(Field, name): name.lower() for name in ("OPEN", "HIGH", "LOW", "CLOSE", "VOLUME")}
TICK_TYPES = {TradeBar: TickType.TRADE, QuoteBar: TickType.QUOTE}
"""Which ticks a consolidator takes, by the bars it makes."""


class SubscriptionManager(LeanObject):
    """Feeds by symbol, and the consolidators attached to them."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._directs: dict[Any, tuple[SubscriptionDataConfig, Any]] = {}
        self._scanner = ConsolidatorScanner(lambda: algorithm._utc)

    @property
    def subscriptions(self) -> list[SubscriptionDataConfig]:
        """All feeds but internal ones."""
        return self.get_subscription_data_configs()

    @property
    def count(self) -> int:
        """How many feeds, internal ones too."""
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
        if not isinstance(consolidator, ConsolidatorBase):
            raise ArgumentException(f"{type(consolidator).__name__} is no consolidator: derive it from PythonConsolidator.")
        found = self._algorithm._symbol_of(symbol)
        configs = self._visible(found)
        if not configs:
            raise ArgumentException("Please subscribe to this symbol before adding a consolidator for it. Symbol: " + found.value)
        accepted = [c for c in configs if self._accepts(c, consolidator, tick_type)]
        if not accepted:
            kinds = ",".join(c.type.__name__ for c in configs)
            raise ArgumentException(f"Type mismatch found between consolidator and symbol. Symbol: {found.value} does not support input type: "
                             f"{_input_type(consolidator).__name__}. Supported types: {kinds}.")  # fmt: skip
        config = accepted[0]
        if consolidator in config.consolidators:
            return
        self._algorithm._touched = True
        config.consolidators.append(consolidator)
        config._busy.append(consolidator)
        self._scanner.add(consolidator, config._length, config.exchange_time_zone)

    def _add_direct(self, symbol: Any, consolidator: Any, indicator: Any, update: Any, selector: Any) -> bool:
        """Let a feed of bars update an indicator without a consolidator between them; False if it cannot.

        Such indicators see a bar before the feed's consolidators do, so one that comes after a consolidator has to be one itself.
        """
        config = next((c for c in self._visible(symbol) if self._accepts(c, consolidator, None)), None)
        if config is None or config.bar_type is None or config._busy:
            return False
        if config._direct is None:
            config._direct = DirectFeed(config)
        column = "close" if selector is None else _COLUMNS.get(selector)
        if column == "volume" and config.type is not TradeBar:
            column = "close"  # what the selector takes of a bar without a volume
        config._direct.add(indicator, update, column)
        self._algorithm._touched = True
        config.consolidators.append(consolidator)
        self._directs[consolidator] = (config, indicator)
        return True

    @staticmethod
    def _accepts(config: SubscriptionDataConfig, consolidator: Any, tick_type: TickType | None) -> bool:
        wanted = _input_type(consolidator)
        if config.type is Tick and tick_type is None:
            tick_type = TICK_TYPES.get(consolidator.output_type)
        if not issubclass(config.type, wanted):
            return False
        return tick_type is None or config.tick_type == tick_type

    def remove_consolidator(self, symbol: Any, consolidator: Any) -> None:
        """Stop feeding a consolidator."""
        self._algorithm._touched = True
        for config in self.get_subscription_data_configs(symbol, True):
            if consolidator in config.consolidators:
                config.consolidators.remove(consolidator)
            if consolidator in config._busy:
                config._busy.remove(consolidator)
        direct = self._directs.pop(consolidator, None)
        if direct is not None:
            direct[0]._direct.remove(direct[1])  # type: ignore[union-attr]
            return
        self._scanner.remove(consolidator)

    # bars that end between slices ---------------------------------------------------------------------
    @property
    def next_scan(self) -> int:
        """The UTC moment before which nothing is to be scanned."""
        return self._scanner.next_due_us

    def _scan_past(self, utc: int) -> None:
        """Let bars end that ended before a moment, with the clock set to each scan's own time."""
        self._scanner.scan_past(utc, self._algorithm._set_time)


def _input_type(consolidator: Any) -> Any:
    kind = consolidator.input_type
    return kind if isinstance(kind, type) else TradeBar
