"""The engine's side of `QCAlgorithm`: securities, subscriptions and currencies as the feed and the loop need them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lyra.engine.brokerages.base import set_default_models
from lyra.engine.corporate.map_files import last_day
from lyra.engine.data.bars import QuoteBar, Tick
from lyra.engine.data.base import BaseData
from lyra.engine.data.dictionary import find_symbol
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.decimals import ONE, ZERO, to_decimal
from lyra.engine.dotnet_errors import ArgumentException, NullReferenceException
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.errors import NotSupported
from lyra.engine.feed.bars import BarReader, BarRequest, use_strict_times
from lyra.engine.feed.calendar import start_of_bars, tradable_days
from lyra.engine.feed.config import SubscriptionDataConfig, default_feeds
from lyra.engine.feed.margin_interest import margin_interest_points
from lyra.engine.feed.open_interest import OpenInterestReader, OpenInterestRequest
from lyra.engine.feed.subscription import BarSubscription, PointSubscription, Subscription
from lyra.engine.feed.ticks import tick_points
from lyra.engine.markets.exchange import exchange_of
from lyra.engine.markets.properties import split_pair
from lyra.engine.securities.benchmark import SecurityBenchmark
from lyra.engine.securities.cash import Step
from lyra.engine.securities.future import Future
from lyra.engine.securities.option import IndexOption, Option
from lyra.engine.securities.price_variation import EquityPriceVariationModel
from lyra.engine.securities.security import Cfd, Commodity, Crypto, CryptoFuture, Equity, Forex, Index, Security
from lyra.engine.securities.settlement import FutureSettlementModel
from lyra.engine.securities.stable_coins import matches, without_pair
from lyra.engine.symbols import Symbol, is_option, unknown_symbol
from lyra.engine.times import DAY, day_of
from lyra.engine.universes.continuous import (
    ContinuousContractUniverse,
    continuous_configs,
    continuous_universe_symbol,
    mapping_or_default,
    normalization_or_default,
)
from lyra.engine.universes.future_chain import FuturesChainUniverse, FutureUniverse
from lyra.engine.universes.option_contracts import OptionContractUniverse, contract_universe_symbol
from lyra.engine.universes.universe import UserDefinedUniverse, universe_config

_CLASSES = {
    SecurityType.EQUITY: Equity, SecurityType.FOREX: Forex, SecurityType.CRYPTO: Crypto, SecurityType.CRYPTO_FUTURE: CryptoFuture,
    SecurityType.CFD: Cfd, SecurityType.INDEX: Index, SecurityType.COMMODITY: Commodity, SecurityType.BASE: Security,
    SecurityType.FUTURE: Future, SecurityType.OPTION: Option, SecurityType.INDEX_OPTION: IndexOption,
}  # fmt: skip
_WITH_BASE = (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE)


class Wiring:
    """Members that begin with an underscore; users do not see them."""

    # symbols and markets ------------------------------------------------------------------------------
    def _symbol_of(self: Any, key: Any) -> Symbol:
        """The symbol that a user's argument means; a text that the run does not know becomes a symbol without a market, as in LEAN."""
        symbol = find_symbol(key)
        if symbol is not None:
            return symbol
        if key is None:
            raise NullReferenceException("Object reference not set to an instance of an object.")
        return unknown_symbol(str(key))

    def _exchange_hours(self: Any, symbol: Symbol) -> Any:
        return self._data.entry(symbol).exchange_hours

    def _security_of(self: Any, symbol: Symbol) -> Any:
        """The security, even after it has left; None if there never was one."""
        return self.securities._total.get(symbol)

    # securities ---------------------------------------------------------------------------------------
    def _create_security(self: Any, symbol: Symbol, configs: list[SubscriptionDataConfig] | None = None, leverage: Any = 0,
                         cache_symbol: bool = True, initialize: bool = True, fresh: bool = False) -> Security:  # fmt: skip
        """A security with its models; one that is there is given the new feeds."""
        configs = configs or []
        known = self.securities.get(symbol)
        if known is not None and not fresh:
            known._configs.extend(c for c in configs if c not in known._configs)
            if any(not c.is_internal_feed for c in configs):
                known.is_tradable = known.is_tradable or symbol.security_type != SecurityType.INDEX
            if initialize and symbol not in self.securities._items:  # it had left, which undoes its initialization
                self.security_initializer.initialize(known)
            return known  # type: ignore[no-any-return]
        if symbol.security_type not in _CLASSES:
            raise NotSupported(f"Adding {symbol.security_type.lean_name}s")
        properties = self._properties_of(symbol)
        book = self.portfolio.cash_book
        quote = book.ensure(properties.quote_currency)
        hours = self._exchange_hours(symbol)
        exchange = exchange_of(hours, symbol.security_type, lambda: self._utc)
        kind = _CLASSES[symbol.security_type]
        extra: dict[str, Any] = {}
        if is_option(symbol.security_type):
            extra["underlying"] = self.securities.get(symbol.underlying)
        if symbol.security_type in _WITH_BASE:
            pair = split_pair(symbol, properties)
            if pair is None:
                raise ArgumentException(f"Failed to resolve base currency for '{symbol.id.symbol}', it might be missing from the Symbol database or "
                                 f"market '{symbol.id.market}' could be wrong")  # fmt: skip
            extra["base_currency"] = book.ensure(pair[0])
        security = kind(symbol, exchange, quote, properties, book, **extra)
        security._on_fee_model, security._on_session = self.portfolio._note_fee_model, self._sessions.append
        if cache_symbol:
            self._data.symbols.tickers.set(symbol.value, symbol)
        security._configs.extend(configs)
        if configs and all(c.is_internal_feed for c in configs):
            security.is_tradable = False
        if initialize:
            set_default_models(security)
            self.security_initializer.initialize(security)
        if initialize and to_decimal(leverage) != 0:
            security.set_leverage(leverage)
        if symbol.security_type == SecurityType.EQUITY and configs and configs[0].data_normalization_mode == DataNormalizationMode.RAW:
            security.price_variation_model = EquityPriceVariationModel()
        if isinstance(security.settlement_model, FutureSettlementModel):
            security.settlement_model._begin(security._local_time)
        return security  # type: ignore[no-any-return]

    def _properties_of(self: Any, symbol: Symbol) -> Any:
        kind = symbol.security_type
        default = symbol.value[3:] if kind == SecurityType.FOREX else self.account_currency
        database = self._data.properties
        if kind == SecurityType.CRYPTO and not database.contains_key(symbol.id.market, symbol, kind):
            raise ArgumentException(
                f"{kind.lean_name} '{symbol.value}' symbol could not be found in the database for {symbol.id.market} market"
            )
        return database.get_symbol_properties(symbol.id.market, symbol, kind, default)

    # subscriptions ------------------------------------------------------------------------------------
    def _subscribe_configs(self: Any, symbol: Symbol, resolution: Resolution | None = None, fill_forward: bool = True, extended: bool = False,
                           normalization: DataNormalizationMode = DataNormalizationMode.ADJUSTED, internal: bool = False,
                           types: Any = None, custom: bool = False, mapping: Any = None,
                           depth: int = 0) -> list[SubscriptionDataConfig]:  # fmt: skip
        """The configurations of a symbol's feeds, known ones reused."""
        entry = self._data.entry(symbol)
        resolution = self.universe_settings.resolution if resolution is None else resolution
        if symbol.security_type == SecurityType.INDEX or is_option(symbol.security_type):
            normalization = DataNormalizationMode.RAW
        feeds = list(types) if types else default_feeds(symbol.security_type, resolution)
        made = []
        for data_type, tick_type in feeds:
            zone = entry.data_time_zone
            hidden = internal or (tick_type == TickType.OPEN_INTEREST and not types)
            config = SubscriptionDataConfig(data_type, symbol, resolution, tick_type, zone, entry.exchange_hours.time_zone, fill_forward,
                                            extended, hidden, normalization, custom)  # fmt: skip
            if mapping is not None:
                config.data_mapping_mode, config.contract_depth_offset = mapping, depth
            made.append(self._configs.setdefault(config.key, config))
        return made

    def _make_subscription(
        self: Any, config: SubscriptionDataConfig, security: Any, universe: Any, start: int, fill: int
    ) -> Subscription | None:
        """A feed from a UTC moment to the end of the run; None when no day in between is tradable."""
        hours = security.exchange.hours
        zone = hours.time_zone
        local_start, local_end = zone.to_local(start), zone.to_local(self._end_utc)
        if config.is_custom_data:
            return self._custom_subscription(config, security, universe, start)  # type: ignore[no-any-return]
        days = tradable_days(hours, local_start, local_end, config.data_time_zone, config.extended_market_hours)
        if config.type is OpenInterest:
            return PointSubscription(config, universe, start, self._open_interest(config, hours, local_start, local_end, fill))
        if not days:
            return None
        if config.type is Tick:
            corporate = self._history_of(config, self._exchange_days(hours, local_start, local_end, config), local_start)
            checks = self._data_filter(security)
            points: Iterator[tuple[int, BaseData]] = tick_points(self._data.files, config, hours, local_start, local_end, corporate, checks)
            return PointSubscription(config, universe, start, points, events=self._events_of(config, hours, corporate))
        if config.bar_type is None:
            points = margin_interest_points(self._data.path, config, start, self._end_utc)
            return PointSubscription(config, universe, start, points, auxiliary=True)
        corporate = self._history_of(config, self._exchange_days(hours, local_start, local_end, config), local_start)
        local_start = self._start_limits.limit(config, corporate, local_start)
        warm_up = self._warm_up_split(config, hours)
        runs = self._bar_runs(config, hours, security, local_start, local_end, fill, corporate, warm_up)
        if corporate is not None:
            config._rename(corporate.symbol_at(day_of(zone.to_local(start))))
        return BarSubscription(config, universe, start, runs, self._events_of(config, hours, corporate))

    def _history_of(self: Any, config: SubscriptionDataConfig, days: list[int], start: int) -> Any:
        """Tickers, scales and events of what a configuration is about; None for what has none."""
        if config.security_type == SecurityType.FUTURE and config.symbol.is_canonical():
            return self._data.continuous(config, days, start)
        return self._data.corporate(config.symbol, days, start)

    def _open_interest(self: Any, config: SubscriptionDataConfig, hours: Any, start: int, end: int, fill: int) -> Iterator[tuple[int, Any]]:
        if self.is_warming_up and self.settings.warmup_resolution not in (None, config.resolution):
            raise NotSupported("A warm-up of futures or options in another resolution than their own")
        strict = use_strict_times(self.settings.daily_precise_end_time, config, hours)
        length = fill if config.fill_data_forward else None
        start = day_of(start)  # a feed of open interest begins at midnight (`SubscriptionRequest.cs`)
        if config.symbol.is_canonical():
            request = OpenInterestRequest(config, hours, start, end, length, strict, 2**62, self._data.continuous(config, [], start))
        else:
            request = OpenInterestRequest(config, hours, start, end, length, strict, last_day(config.symbol, hours) + DAY)
        return OpenInterestReader(request, self._data.files).points()

    def _bar_runs(self: Any, config: SubscriptionDataConfig, hours: Any, security: Any, start: int, end: int, fill: int, corporate: Any,
                  warm_up: Any) -> Iterator[Any]:  # fmt: skip
        strict = use_strict_times(self.settings.daily_precise_end_time, config, hours)
        length = fill if config.fill_data_forward else None
        data_filter = self._data_filter(security)
        if warm_up is None:
            return BarReader(BarRequest(config, hours, start, end, length, strict, corporate, data_filter), self._data.files).runs()
        return warm_up(start, end, length, strict, corporate, data_filter)  # type: ignore[no-any-return]

    def _data_filter(self: Any, security: Any) -> Any:
        model = security.data_filter
        if model is None or getattr(type(model), "accepts_all", False):
            return None
        return lambda point: model.filter(security, point)

    @staticmethod
    def _exchange_days(hours: Any, start: int, end: int, config: SubscriptionDataConfig) -> list[int]:
        return tradable_days(hours, start, end, hours.time_zone, config.extended_market_hours)

    @staticmethod
    def _events_of(config: SubscriptionDataConfig, hours: Any, corporate: Any) -> list[Any]:
        """Corporate events of a feed: trades carry them all, internal feeds only delistings and ticker changes, quotes none."""
        if config.type is QuoteBar and getattr(corporate, "is_continuous", False):
            return [(hours.time_zone.to_utc(time), event) for time, event in corporate.events]
        if corporate is None or config.type is QuoteBar or (config.type is Tick and config.tick_type != TickType.TRADE):
            return []
        from lyra.engine.data.events import Dividend, Split

        zone = hours.time_zone
        return [(zone.to_utc(time), event) for time, event in corporate.events
                if not (config.is_internal_feed and type(event) in (Dividend, Split))]  # fmt: skip

    def _warm_up_split(self: Any, config: SubscriptionDataConfig, hours: Any) -> Any:
        """While warming up: first the warm-up feed, in its own resolution, then the normal one from a day before the start."""
        if not self.is_warming_up or not self._locked:
            return None
        from lyra.engine.feed.warm_up import WarmUpRuns

        resolution = self.settings.warmup_resolution
        return WarmUpRuns(self, config, hours, resolution)

    # universes ----------------------------------------------------------------------------------------
    def _add_to_user_universe(self: Any, security: Security, configs: list[SubscriptionDataConfig]) -> None:
        """Let the algorithm's own universe of the security's type and market follow it from the end of this step."""
        if security.symbol not in self.securities:  # one that has left returns when the universe takes it; a delisted one is not taken
            self.securities.add(security.symbol, security)
        kind, market = security.type, security.symbol.id.market
        name = f"qc-universe-userdefined-{market}-{kind.lean_name}"
        universe = self._user_universes.get(name)
        if universe is None:
            from datetime import timedelta

            from lyra.engine.algorithm.settings import UniverseSettings

            first = configs[0]
            symbol = self._universe_symbol(kind, market, name)
            settings = UniverseSettings(first.resolution, 0, first.fill_data_forward, first.extended_market_hours, timedelta(0))
            universe = UserDefinedUniverse(universe_config(symbol, first.resolution, "UTC", "UTC"), settings, 2**62)
            self._user_universes[name] = universe
            self.universe_manager.add(symbol, universe)
            self._pending_universes.append(universe)
        self._touched = True
        self._pending_changes.append((universe, security, configs))

    def _add_future_chain(self: Any, symbol: Symbol, resolution: Resolution, fill_forward: bool, leverage: Any, extended: bool, mapping: Any,
                          normalization: Any, depth: int) -> Security:  # fmt: skip
        """A continuous future, with the universes of the contract that it follows and of the chain's contracts."""
        from lyra.engine.algorithm.settings import UniverseSettings

        zone = self._exchange_hours(symbol).time_zone
        chain = SubscriptionDataConfig(FutureUniverse, symbol, Resolution.DAILY, TickType.QUOTE, zone, zone, False, False, False,
                                       DataNormalizationMode.ADJUSTED, filtered=False)  # fmt: skip
        chain = self._configs.setdefault(chain.key, chain)
        future = self._create_security(symbol, [chain], leverage)
        future.is_tradable = False
        self.securities.add(symbol, future)
        if symbol in self.universe_manager:
            return future  # type: ignore[no-any-return]
        own = self.universe_settings
        settings = UniverseSettings(
            resolution, leverage, fill_forward, extended, own.minimum_time_in_universe, asynchronous=own.asynchronous
        )
        follow = UniverseSettings(settings)
        follow.data_mapping_mode = mapping_or_default(own, symbol.id.market) if mapping is None else mapping
        follow.data_normalization_mode = normalization_or_default(own) if normalization is None else normalization
        follow.contract_depth_offset = depth
        follow.subscription_data_types = default_feeds(SecurityType.FUTURE, resolution)
        for config in continuous_configs(symbol, follow, self._subscribe_configs):
            config._security = future
        name = continuous_universe_symbol(symbol)
        following = universe_config(name, Resolution.DAILY, zone, zone)
        following.extended_market_hours = extended
        self._data.hours.set_entry(name.id.market, name.id.symbol, name.security_type, future.exchange.hours, zone)
        self._add_universe(ContinuousContractUniverse(future, following, follow, self._data.map_files.file_of(symbol)))
        self._add_universe(FuturesChainUniverse(future, chain, settings))
        return future  # type: ignore[no-any-return]

    def _add_to_contract_universe(self: Any, option: Security, configs: list[SubscriptionDataConfig]) -> None:
        """Let the universe of the option contracts on a type of underlying follow a contract and its underlying."""
        below = option.symbol.underlying
        if option.symbol not in self.securities:
            self.securities.add(option.symbol, option)
        market = option.symbol.id.market
        name = f"qc-universe-optioncontract-{below.security_type.lean_name.lower()}-{market}"
        universe = self._user_universes.get(name)
        underlying_configs = [config for config in option.underlying._configs if not config.is_internal_feed]
        if universe is None:
            from lyra.engine.algorithm.settings import UniverseSettings

            settings = UniverseSettings(self.universe_settings)
            settings.data_normalization_mode = DataNormalizationMode.RAW
            settings.resolution = option.underlying.resolution
            settings.extended_market_hours = configs[0].extended_market_hours
            symbol = contract_universe_symbol(below.security_type, market, name)
            universe = OptionContractUniverse(universe_config(symbol, configs[0].resolution, "UTC", "UTC"), settings, 2**62)
            self._user_universes[name] = universe
            self.universe_manager.add(symbol, universe)
            self._pending_universes.append(universe)
        self._touched = True
        self._pending_changes.append((universe, option, [*configs, *underlying_configs]))

    @staticmethod
    def _universe_symbol(kind: SecurityType, market: str, name: str) -> Symbol:
        from lyra.engine.symbols import SecurityIdentifier

        if kind == SecurityType.EQUITY:
            from datetime import datetime

            sid = SecurityIdentifier.generate_equity(datetime(1998, 1, 2), name, market)
        elif kind == SecurityType.CRYPTO_FUTURE:
            sid = SecurityIdentifier.generate_crypto(name, market)
        elif kind == SecurityType.FUTURE:
            sid = SecurityIdentifier.generate_future(SecurityIdentifier.DEFAULT_DATE, name, market)
        else:
            sid = SecurityIdentifier.generate_constituent_identifier(name, kind, market)
        return Symbol(sid, name)

    def _end_of_time_step(self: Any) -> None:
        """Additions made in this step become subscriptions just after it; removals take effect within it."""
        if not self._pending_universes and not self._pending_changes:
            return
        feed = self._feed
        triggered: dict[Any, int] = {}
        for universe, security, configs in self._pending_changes:
            if configs is None:
                changed, moment = universe.remove(security.symbol), self._utc
            else:
                added = [universe._add_config(config) for config in configs]
                changed, moment = any(added), self._utc + self._locked
            if changed:
                triggered.setdefault(universe, moment)
        self._pending_changes.clear()
        for universe in self._pending_universes:
            self.universe_manager.add(universe.symbol, universe)
            feed.add_universe(universe, self._universe_start(universe))
        new = set(map(id, self._pending_universes))
        self._pending_universes.clear()
        for universe, moment in triggered.items():
            if id(universe) not in new:
                feed.trigger(universe, moment)

    def _universe_start(self: Any, universe: Any) -> int:
        """Universes on data begin a tradable day early, so that they select at the start; the user's own begin now."""
        from lyra.engine.universes.data_universe import last_scheduled
        from lyra.engine.universes.universe import ScheduledUniverse

        start: int = self._utc
        if self._locked and isinstance(universe, UserDefinedUniverse):
            return start + 1
        if isinstance(universe, (UserDefinedUniverse, ScheduledUniverse)):
            return start
        hours = self._exchange_hours(universe.symbol)
        zone = hours.time_zone
        strict = self.settings.daily_precise_end_time and not hours.is_market_always_open
        there = last_scheduled(universe, zone.to_local(start))
        if there is None:
            there = zone.to_local(start)
            self._warn_once("schedule", "Warning: Found no valid start time for scheduled universe, will use default")
        local = start_of_bars(hours, there, DAY, 1, False, universe.configuration.data_time_zone, strict)
        return zone.to_utc(local)  # type: ignore[no-any-return]

    def _remove_delisted(self: Any, symbol: Symbol) -> None:
        for universe in list(self.universe_manager._items.values()):
            member = universe.securities.get(symbol)
            if member is None:
                continue
            if isinstance(universe, UserDefinedUniverse):
                if universe.remove(symbol):
                    self._feed.trigger(universe, self._utc)
            else:
                universe._remove_member(self._utc, member.security)

    # benchmark ----------------------------------------------------------------------------------------
    def _warn_about_benchmark(self: Any) -> None:
        """A benchmark in another zone than the algorithm's skews the statistics of daily algorithms."""
        if not isinstance(self._benchmark, SecurityBenchmark):
            return
        zone = self._data.entry(self._benchmark.security.symbol).data_time_zone
        coarsest = max((c.resolution for c in self._configs.values() if not c.is_internal_feed), default=None)
        # LEAN's TimeZones.UTC is not the zone "UTC" of its data base, though it reads the same
        differs = zone != self._zone or self._zone_is_constant
        if Resolution.DAILY in (coarsest, self.universe_settings.resolution) and differs:
            self.log(f"QCAlgorithm.PostInitialize(): Warning: Using a security benchmark of a different timezone ({zone}) than the algorithm "
                     f"TimeZone ({self._zone}) may lead to skewed and incorrect statistics. Use a higher resolution than daily to minimize.")  # fmt: skip

    # internal feeds -----------------------------------------------------------------------------------
    def _add_pending_internal_feeds(self: Any, utc: int) -> bool:
        """The benchmark's feed and those of currencies; whether any was added."""
        added = False
        if not self._benchmark_subscribed:
            self._benchmark_subscribed = True
            benchmark = self.benchmark
            if isinstance(benchmark, SecurityBenchmark):
                added = self._subscribe_benchmark(benchmark.security, utc)
        while self._pending_currency_feeds:
            config, security = self._pending_currency_feeds.pop(0)
            added = bool(self._feed.add(config, security, None, utc)) or added
        return added

    def _subscribe_benchmark(self: Any, security: Security, utc: int) -> bool:
        symbol = security.symbol
        custom = [c for c in self._configs.values() if c.symbol == symbol and c.is_custom_data]
        if custom:
            feeds = [(custom[0].type, TickType.TRADE)]
            instance = custom[0].type()
            supported = list(instance.supported_resolutions())
            resolution = Resolution.HOUR if Resolution.HOUR in supported else max(supported)
        else:
            feeds = default_feeds(symbol.security_type, Resolution.HOUR)[:1]
            resolution = Resolution.HOUR
        config = self._subscribe_configs(symbol, resolution, False, False, internal=True, types=feeds, custom=bool(custom))[0]
        security._configs.append(config)
        hours = security.exchange.hours
        zone = hours.time_zone
        strict = use_strict_times(self.settings.daily_precise_end_time, config, hours) or (
            self.settings.daily_precise_end_time and not hours.is_market_always_open and symbol.security_type not in (SecurityType.FOREX, SecurityType.BASE)
            and not (symbol.security_type == SecurityType.CFD and symbol.id.market == "oanda")
        )  # fmt: skip
        start = zone.to_utc(start_of_bars(hours, zone.to_local(utc), DAY, 1, False, config.data_time_zone, strict))
        return bool(self._feed.add(config, security, None, start))

    # currencies ---------------------------------------------------------------------------------------
    def _ensure_currency_feeds(self: Any, seed: bool = True, coming: Sequence[Security] = ()) -> None:
        """Give every currency of the cash book a conversion, over securities that are there or just `coming`, or over internal feeds."""
        new = False
        for cash in self.portfolio.cash_book.values():
            if cash._destination is None:
                new = self._find_conversion(cash, coming) or new
        if new and seed:
            self._seed_conversion_rates()

    def _find_conversion(self: Any, cash: Any, coming: Sequence[Security]) -> bool:
        account = self.account_currency
        if cash.symbol == account:
            cash.convert_at(ONE, account)
            return False
        market_map = self.brokerage_model.default_markets
        present = [*self.securities.values(), *coming]
        existing = [s for s in present if s.type in (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CFD)]
        crypto_market = str(market_map.get(SecurityType.CRYPTO, ""))
        potentials = self._potential_pairs(market_map)
        if without_pair(account, cash.symbol, crypto_market):
            cash.convert_at(ONE, account)
            return False
        pairs: dict[Symbol, tuple[str, str]] = {}
        for security in existing:
            pair = split_pair(security.symbol, security.symbol_properties)
            if pair is not None:
                pairs[security.symbol] = pair
        for market, ticker, kind, pair in potentials:
            symbol = Symbol.create(ticker, kind, market)
            pairs.setdefault(symbol, pair)
        steps = _conversion_steps(cash.symbol, account, pairs)
        if steps is None:
            cash.convert_at(ZERO, account)
            return False
        cash.convert_over(tuple(self._conversion_step(symbol, inverted, existing) for symbol, inverted in steps), account)
        return True

    def _potential_pairs(self: Any, market_map: Any) -> list[tuple[str, str, SecurityType, tuple[str, str]]]:
        used: dict[SecurityType, list[str]] = {}
        for security in self.securities.values():
            markets = used.setdefault(security.type, [])
            if security.symbol.id.market not in markets:
                markets.append(security.symbol.id.market)
        if SecurityType.CFD in used and SecurityType.FOREX not in used:
            used[SecurityType.FOREX] = used[SecurityType.CFD]
        elif SecurityType.FOREX in used and SecurityType.CFD not in used:
            used[SecurityType.CFD] = used[SecurityType.FOREX]
        found = []
        for kind in (SecurityType.FOREX, SecurityType.CFD, SecurityType.CRYPTO):
            markets = [str(market_map[kind])] if kind in market_map else []
            markets += [m for m in used.get(kind, []) if m not in markets]
            for market in markets:
                for listed in self._data.properties.listed(market, kind):
                    quote = listed.properties.quote_currency
                    base = listed.symbol[:3] if kind == SecurityType.FOREX else listed.symbol[: len(listed.symbol) - len(quote)]
                    if listed.symbol.endswith(quote) and base:
                        found.append((market, listed.symbol, kind, (base, quote)))
        return found

    def _conversion_step(self: Any, symbol: Symbol, inverted: bool, existing: Sequence[Security]) -> Step:
        security = next((s for s in existing if s.symbol == symbol), None) or self.securities.get(symbol)
        if security is None:
            resolution = min((c.resolution for c in self.subscription_manager.subscriptions), default=Resolution.MINUTE)
            feeds = default_feeds(symbol.security_type, resolution)[:1]
            config = self._subscribe_configs(symbol, resolution, True, False, internal=True, types=feeds)[0]
            security = self._create_security(symbol, [config], cache_symbol=False)
            self.securities.add(symbol, security)
            self._pending_currency_feeds.append((config, security))
            self._currency_configs[symbol] = config
        return security, inverted

    def _drop_internal_currency_feed(self: Any, symbol: Symbol) -> None:
        """A feed that the user adds replaces the internal one of a currency."""
        config = self._currency_configs.pop(symbol, None)
        if config is not None:
            self._pending_currency_feeds = [p for p in self._pending_currency_feeds if p[0] is not config]
            self._feed.remove(config)
            security = self.securities.get(symbol)
            if security is not None and config in security._configs:
                security._configs.remove(config)
                security.is_tradable = True
                self._data.symbols.tickers.set(symbol.value, symbol)

    def _seed_conversion_rates(self: Any) -> None:
        waiting = [cash for cash in self.portfolio.cash_book.values() if cash._steps and cash._conversion_rate == 0]
        securities = list(dict.fromkeys(security for cash in waiting for security, _ in cash._steps))
        if securities:
            self._seed_securities(securities)

    def _seed_securities(self: Any, securities: list[Any]) -> None:
        """Give securities their last known prices from history."""
        for symbol, points in self._last_known_points([s.symbol for s in securities]).items():
            security = next(s for s in securities if s.symbol == symbol)
            for point in points:
                security.set_market_price(point)


def _conversion_steps(source: str, destination: str, pairs: dict[Symbol, tuple[str, str]]) -> list[tuple[Symbol, bool]] | None:
    """(symbol, inverted) of one pair, else of two, that lead from a currency to another; None where none do."""
    for symbol, pair in pairs.items():
        inverted = matches(pair, source, destination, symbol.id.market)
        if inverted is not None:
            return [(symbol, inverted)]
    for first, (base, quote) in pairs.items():
        if source not in (base, quote):
            continue
        middle = quote if base == source else base
        for second, pair in pairs.items():
            inverted = matches(pair, middle, destination, second.id.market)
            if inverted is not None:
                return [(first, source == quote), (second, inverted)]
    return None
