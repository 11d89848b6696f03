"""`SubscriptionDataConfig`: one feed of one symbol, as `self.subscription_manager.subscriptions` shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.events import MarginInterestRate
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.enums import DataMappingMode, DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.feed.direct import DirectFeed
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import OPTION_TYPES, Symbol
from lyra.engine.times import Zone

_WITH_OPEN_INTEREST = (SecurityType.FUTURE, *OPTION_TYPES)


class ConsolidatorList(list[Any]):
    """A feed's consolidators; LEAN's collection has a `count`."""

    @property
    def count(self) -> int:  # type: ignore[override]
        """How many."""
        return len(self)

    Count = count  # type: ignore[assignment]


class SubscriptionDataConfig(LeanObject):
    """What is read for a symbol: type, resolution, zones, normalization, and who consumes it."""

    type: Any
    symbol: Symbol
    resolution: Resolution
    fill_data_forward: bool
    extended_market_hours: bool
    is_internal_feed: bool
    is_custom_data: bool
    is_filtered_subscription: bool
    tick_type: TickType
    data_normalization_mode: DataNormalizationMode
    data_mapping_mode: DataMappingMode
    contract_depth_offset: int
    data_time_zone: Zone
    exchange_time_zone: Zone
    mapped_symbol: str
    consolidators: list[Any]

    def __init__(self, type: Any, symbol: Any = None, resolution: Any = None, *args: Any, **names: Any) -> None:
        """`(…, tick_type, data_time_zone, exchange_time_zone, fill_forward, extended, internal, normalization[, custom, filtered])`, or in
        C#'s order, which users write: `(…, data_time_zone, exchange_time_zone, fill_forward, extended, internal[, custom, tick_type,
        filtered, normalization])`. A copy of one is `(config[, type[, symbol[, resolution]]])`."""
        if isinstance(type, SubscriptionDataConfig):
            other, kind, subject = type, symbol, resolution
            wanted = args[0] if args else None
            self._set(other.type if kind is None else kind, other.symbol if subject is None else subject,
                      other.resolution if wanted is None else Resolution(wanted), other.tick_type, other.data_time_zone, other.exchange_time_zone,
                      other.fill_data_forward, other.extended_market_hours, other.is_internal_feed, other.data_normalization_mode,
                      other.is_custom_data, other.is_filtered_subscription)  # fmt: skip
            return
        self._set(type, symbol, resolution, *(args if args and isinstance(args[0], TickType) else _from_lean(*args)), **names)

    def _set(self, type: Any, symbol: Symbol, resolution: Resolution, tick_type: TickType, data_time_zone: Zone,
             exchange_time_zone: Zone, fill_forward: bool, extended: bool, internal: bool, normalization: DataNormalizationMode,
             custom: bool = False, filtered: bool = True) -> None:  # fmt: skip
        self.type = type
        self.symbol = symbol
        self.resolution = resolution
        self.tick_type = tick_type
        self.data_time_zone = data_time_zone
        self.exchange_time_zone = exchange_time_zone
        self.fill_data_forward = fill_forward
        self.extended_market_hours = extended
        self.is_internal_feed = internal
        self.is_custom_data = custom
        self.is_filtered_subscription = filtered
        self.data_normalization_mode = normalization
        self.data_mapping_mode = DataMappingMode.OPEN_INTEREST
        self.contract_depth_offset = 0
        self.mapped_symbol = symbol.value
        self.consolidators = ConsolidatorList()
        self._busy: list[Any] = []
        """Those of `consolidators` that want bars; the others only pass prices on to `_direct` indicators."""
        self._direct: DirectFeed | None = None
        self._security: Any = None
        self.bar_type: Any = type if type in (TradeBar, QuoteBar) else None
        """The bar class when rows of this feed are columns, None when its points are objects."""

    def with_resolution(self, resolution: Resolution) -> SubscriptionDataConfig:
        """The same feed in another resolution."""
        made = SubscriptionDataConfig(self.type, self.symbol, resolution, self.tick_type, self.data_time_zone, self.exchange_time_zone,
                                      self.fill_data_forward, self.extended_market_hours, self.is_internal_feed,
                                      self.data_normalization_mode, self.is_custom_data, self.is_filtered_subscription)  # fmt: skip
        made.data_mapping_mode, made.contract_depth_offset = self.data_mapping_mode, self.contract_depth_offset
        return made

    @property
    def security_type(self) -> SecurityType:
        """The symbol's type."""
        return self.symbol.security_type

    @property
    def market(self) -> str:
        """The symbol's market."""
        return self.symbol.id.market

    @property
    def ticker(self) -> str:
        """The ticker of the moment."""
        return self.mapped_symbol

    @property
    def increment(self) -> timedelta:
        """The length of a bar; zero for ticks."""
        return timedelta(microseconds=self._length)

    @property
    def _length(self) -> int:
        return RESOLUTION_US[self.resolution]

    @property
    def is_default_data(self) -> bool:
        """Whether the security's price follows this feed first: quotes of equities do not (`SubscriptionManager`)."""
        return self.type not in (QuoteBar,) or self.symbol.security_type != SecurityType.EQUITY

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two configurations the same subscription."""
        return (self.symbol, self.type, self.tick_type, self.resolution, self.is_internal_feed, self.fill_data_forward,
                self.extended_market_hours, None if self.security_type is SecurityType.FUTURE else self.data_normalization_mode,
                self.data_mapping_mode, self.contract_depth_offset)  # fmt: skip

    @property
    def sort_key(self) -> tuple[int, int, str]:
        """The order in which feeds are read at a moment: security type, tick type, symbol."""
        return int(self.symbol.security_type), int(self.tick_type), self.symbol.value

    def _rename(self, symbol: Symbol) -> None:
        """Go on under the symbol's new ticker."""
        self.symbol = symbol
        self.mapped_symbol = symbol.value

    def __str__(self) -> str:
        return (f"{self.symbol},#0,{self.mapped_symbol},{self.resolution.lean_name},{self.type.__name__},"
                f"{self.tick_type.lean_name},{self.data_normalization_mode.lean_name}")  # fmt: skip


def _from_lean(data_time_zone: Any, exchange_time_zone: Any, fill_forward: bool, extended: bool, internal: bool, custom: bool = False,
               tick_type: TickType | None = None, filtered: bool = True,
               normalization: DataNormalizationMode = DataNormalizationMode.ADJUSTED, *ignored: Any) -> tuple[Any, ...]:  # fmt: skip
    """C#'s order of arguments as ours."""
    return (TickType.TRADE if tick_type is None else tick_type, data_time_zone, exchange_time_zone, fill_forward, extended, internal, normalization,
            custom, filtered)  # fmt: skip


def default_feeds(security_type: SecurityType, resolution: Resolution) -> list[tuple[Any, TickType]]:
    """The (type, tick type) pairs that adding a security of a type subscribes to (`SubscriptionManager`, `LeanData`)."""
    tick = resolution == Resolution.TICK
    trade = (Tick if tick else TradeBar, TickType.TRADE)
    quote = (Tick if tick else QuoteBar, TickType.QUOTE)
    if security_type == SecurityType.EQUITY:
        return [trade] if resolution in (Resolution.HOUR, Resolution.DAILY) else [trade, quote]
    if security_type in (SecurityType.FOREX, SecurityType.CFD):
        return [quote]
    if security_type == SecurityType.CRYPTO:
        return [trade, quote]
    if security_type in _WITH_OPEN_INTEREST:
        return [quote, trade, (Tick if tick else OpenInterest, TickType.OPEN_INTEREST)]
    if security_type == SecurityType.CRYPTO_FUTURE:
        return [trade, quote, (MarginInterestRate, TickType.QUOTE)]
    return [trade]
