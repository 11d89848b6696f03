"""Which feeds and which span a call of `history` means (`Algorithm/QCAlgorithm.History.cs`, `Common/Data/HistoryRequestFactory.cs`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.events import Delisting, Dividend, MarginInterestRate, Split, SymbolChangedEvent
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.enums import DataMappingMode, DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.feed.bars import strict_times_apply
from lyra.engine.feed.calendar import start_of_bars
from lyra.engine.feed.config import SubscriptionDataConfig, default_feeds
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.symbols import OPTION_TYPES, Symbol
from lyra.engine.times import SECOND

EVENTS = (Dividend, Split, Delisting, SymbolChangedEvent, MarginInterestRate)
COMMON_TYPES = (TradeBar, QuoteBar, Tick)


@dataclass(slots=True)
class HistoryRequest:
    """One feed over a span of UTC; `config` has the type, resolution and modes that are asked for, `fill` whether gaps are filled."""

    config: SubscriptionDataConfig
    hours: Any
    start: int
    end: int
    fill: bool

    @property
    def symbol(self) -> Symbol:
        """The symbol."""
        return self.config.symbol


@dataclass(slots=True, frozen=True)
class Options:
    """What the caller may say beside symbols, span and resolution; None leaves it to the subscription."""

    fill_forward: bool | None = None
    extended: bool | None = None
    normalization: DataNormalizationMode | None = None
    mapping: DataMappingMode | None = None
    depth: int | None = None


class RequestFactory:
    """Makes requests for an algorithm at its present time."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    # spans --------------------------------------------------------------------------------------------
    def between(self, symbols: Iterable[Symbol], data_type: Any, start: int, end: int, resolution: Resolution | None,
                options: Options = Options()) -> list[HistoryRequest]:  # fmt: skip
        """Requests for a span of UTC."""
        made = []
        for symbol in symbols:
            for config in self.configs(symbol, data_type, resolution):
                made.append(self._request(config, start, end, self.hours(symbol), resolution, options))
        return made

    def last_bars(self, symbols: Iterable[Symbol], data_type: Any, count: int, resolution: Resolution | None, options: Options = Options(),
                  all_feeds: bool = False) -> list[HistoryRequest]:  # fmt: skip
        """Requests for the last bars before now."""
        now = self._algorithm._utc
        made = []
        for symbol in symbols:
            for config in self.configs(symbol, data_type, resolution, all_feeds):
                wanted = config.resolution if resolution is None else resolution
                hours = self.hours(symbol)
                start = self.start_of(symbol, count, wanted, hours, config, options.extended, now)
                made.append(self._request(config, start, now, hours, wanted, options))
        return made

    def start_of(self, symbol: Symbol, count: int, resolution: Resolution, hours: Any, config: SubscriptionDataConfig,
                 extended: bool | None, now: int) -> int:  # fmt: skip
        """The UTC moment at which the last `count` bars before `now` begin."""
        outside = False
        if resolution < Resolution.HOUR and config.type in COMMON_TYPES:
            outside = self._is_extended(symbol) if extended is None else extended
        length = max(RESOLUTION_US[resolution], SECOND)
        precise = self._algorithm.settings.daily_precise_end_time
        strict = strict_times_apply(precise, config.type, symbol, resolution, hours)
        local = start_of_bars(hours, hours.time_zone.to_local(now), length, count, outside, config.data_time_zone, strict)
        return hours.time_zone.to_utc(local)  # type: ignore[no-any-return]

    def _is_extended(self, symbol: Symbol) -> bool:
        return any(c.extended_market_hours for c in self._algorithm._configs.values() if c.symbol == symbol and not c.is_internal_feed)

    def hours(self, symbol: Symbol) -> Any:
        """The exchange hours, those of the security where there is one."""
        security = self._algorithm.securities.get(symbol)
        return self._algorithm._exchange_hours(symbol) if security is None else security.exchange.hours

    @staticmethod
    def _request(
        config: SubscriptionDataConfig, start: int, end: int, hours: Any, resolution: Resolution | None, options: Options
    ) -> HistoryRequest:
        wanted = config.resolution if resolution is None else resolution
        kind = config.type
        if wanted != config.resolution and kind in COMMON_TYPES:
            kind = _type_for(wanted, config.tick_type)
        fill = config.fill_data_forward if options.fill_forward is None else options.fill_forward
        mode = config.data_normalization_mode if options.normalization is None else options.normalization
        extended = config.extended_market_hours if options.extended is None else options.extended
        asked = SubscriptionDataConfig(kind, config.symbol, wanted, config.tick_type, config.data_time_zone, config.exchange_time_zone,
                                       fill, extended, config.is_internal_feed, mode, config.is_custom_data,
                                       config.is_filtered_subscription)  # fmt: skip
        asked.data_mapping_mode = config.data_mapping_mode if options.mapping is None else options.mapping
        asked.contract_depth_offset = config.contract_depth_offset if options.depth is None else options.depth
        return HistoryRequest(asked, hours, start, end, fill and wanted != Resolution.TICK)

    # feeds --------------------------------------------------------------------------------------------
    def configs(
        self, symbol: Symbol, data_type: Any = None, resolution: Resolution | None = None, all_feeds: bool = False
    ) -> list[SubscriptionDataConfig]:
        """The feeds that a request is for: the algorithm's own if it has any of the type, else internal ones, else new ones."""
        feeds = (c for c in self._algorithm._configs.values() if c.symbol == symbol)
        other = (Tick, MarginInterestRate, OpenInterest) if all_feeds or data_type is OpenInterest else (Tick, MarginInterestRate)
        known = [c for c in feeds if c.bar_type is not None or c.type in other or c.is_custom_data or c.type is data_type]
        known.sort(key=lambda c: (-int(c.resolution), -_tick_order(c.security_type, c.tick_type)))
        if data_type is Tick:
            matching = [c if c.type is Tick else _as_ticks(c) for c in known if c.type in COMMON_TYPES]
        else:
            matching = [c for c in known if data_type is None or issubclass(c.type, data_type)]
        found = [c for c in matching if not c.is_internal_feed]
        if all_feeds or not found:
            found += [c for c in matching if c.is_internal_feed]
        if not found:
            return self._new_configs(symbol, data_type, resolution, known, all_feeds)
        if resolution is None or symbol.security_type != SecurityType.EQUITY:
            return found
        if resolution in (Resolution.DAILY, Resolution.HOUR):
            return [c for c in found if c.tick_type != TickType.QUOTE]
        if data_type in (None, Tick) and all(c.tick_type != TickType.QUOTE for c in found):
            found.append(self._quotes_beside(found[0], resolution))
            found.sort(key=lambda c: -_tick_order(c.security_type, c.tick_type))
        return found

    @staticmethod
    def _quotes_beside(trades: SubscriptionDataConfig, resolution: Resolution) -> SubscriptionDataConfig:
        kind = _type_for(resolution, TickType.QUOTE)
        return SubscriptionDataConfig(kind, trades.symbol, resolution, TickType.QUOTE, trades.data_time_zone, trades.exchange_time_zone,
                                      trades.fill_data_forward, trades.extended_market_hours, False,
                                      DataNormalizationMode.ADJUSTED)  # fmt: skip

    def _new_configs(
        self, symbol: Symbol, data_type: Any, resolution: Resolution | None, known: list[SubscriptionDataConfig], all_feeds: bool = False
    ) -> list[SubscriptionDataConfig]:
        settings = self._algorithm.universe_settings
        own = next((c for c in known if c.type in COMMON_TYPES and not c.is_internal_feed), None)
        extended = settings.extended_market_hours if own is None else own.extended_market_hours
        mode = settings.data_normalization_mode if own is None else own.data_normalization_mode
        if symbol.security_type != SecurityType.EQUITY:
            mode = DataNormalizationMode.RAW
        if data_type is not None and data_type not in (*COMMON_TYPES, OpenInterest) and not _is_abstract(data_type):
            return [self._custom_config(symbol, data_type, resolution, extended, mode)]
        wanted = self.resolution(symbol, resolution, data_type)
        entry = self._algorithm._data.entry(symbol)
        made = [SubscriptionDataConfig(kind, symbol, self.resolution(symbol, resolution, kind), tick_type, entry.data_time_zone,
                                       entry.exchange_hours.time_zone, settings.fill_forward, extended, True, mode)
                for kind, tick_type in default_feeds(symbol.security_type, wanted)
                if (data_type is None or issubclass(kind, data_type)) and (kind is not OpenInterest or all_feeds or data_type is OpenInterest)]  # fmt: skip
        made.sort(key=lambda c: -_tick_order(c.security_type, c.tick_type))
        return made

    def _custom_config(
        self, symbol: Symbol, data_type: Any, resolution: Resolution | None, extended: bool, mode: Any
    ) -> SubscriptionDataConfig:
        entry = self._algorithm._data.entry(symbol)
        wanted, fill = self.resolution(symbol, resolution, data_type), self._algorithm.universe_settings.fill_forward
        custom = not issubclass(data_type, EVENTS)
        if custom and symbol.security_type == SecurityType.FUTURE:  # chains are in the exchange's zone (`Extensions.GetEntry`)
            zone = entry.exchange_hours.time_zone
            return SubscriptionDataConfig(data_type, symbol, wanted, TickType.QUOTE, zone, zone, False, False, True, mode, custom=True)
        return SubscriptionDataConfig(data_type, symbol, wanted, TickType.TRADE, entry.data_time_zone, entry.exchange_hours.time_zone,
                                      fill, extended, True, mode, custom=custom)  # fmt: skip

    def resolution(self, symbol: Symbol, resolution: Resolution | None, data_type: Any) -> Resolution:
        """The resolution asked for, else the finest of the algorithm's feeds of the symbol, else the default."""
        if resolution is not None:
            return resolution
        feeds = [c for c in self._algorithm._configs.values() if c.symbol == symbol]
        if data_type is not None and data_type not in (*COMMON_TYPES, OpenInterest):
            feeds = [c for c in feeds if c.type is data_type] or feeds
        own = [c for c in feeds if not c.is_internal_feed] or feeds
        finest = min((c.resolution for c in own), default=None)
        common = data_type is None or data_type in COMMON_TYPES or _is_abstract(data_type)
        if finest is not None and (finest != Resolution.TICK or data_type is Tick or not common):
            return finest  # type: ignore[no-any-return]
        if common:
            return self._algorithm.universe_settings.resolution  # type: ignore[no-any-return]
        return Resolution(data_type().default_resolution())


def _is_abstract(data_type: Any) -> bool:
    from lyra.engine.data.base import BaseData

    return data_type is BaseData


def _type_for(resolution: Resolution, tick_type: TickType) -> Any:
    if resolution == Resolution.TICK:
        return Tick
    return QuoteBar if tick_type == TickType.QUOTE else TradeBar


def _as_ticks(config: SubscriptionDataConfig) -> SubscriptionDataConfig:
    return SubscriptionDataConfig(Tick, config.symbol, Resolution.TICK, config.tick_type, config.data_time_zone, config.exchange_time_zone,
                                  config.fill_data_forward, config.extended_market_hours, config.is_internal_feed,
                                  config.data_normalization_mode)  # fmt: skip


def _tick_order(security_type: SecurityType, tick_type: TickType) -> int:
    """The place of a tick type among those of a security type: quotes come before trades for coins (`SubscriptionManager`)."""
    kinds = _TICK_TYPES.get(security_type, (TickType.TRADE,))
    return kinds.index(tick_type) if tick_type in kinds else -1


_TICK_TYPES = {
    SecurityType.EQUITY: (TickType.TRADE, TickType.QUOTE),
    SecurityType.FOREX: (TickType.QUOTE,),
    SecurityType.CFD: (TickType.QUOTE,),
    SecurityType.CRYPTO: (TickType.TRADE, TickType.QUOTE),
    SecurityType.CRYPTO_FUTURE: (TickType.TRADE, TickType.QUOTE),
    SecurityType.INDEX: (TickType.TRADE,),
    **dict.fromkeys((SecurityType.FUTURE, *OPTION_TYPES), (TickType.QUOTE, TickType.TRADE, TickType.OPEN_INTEREST)),
}
