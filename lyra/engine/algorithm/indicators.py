"""Indicators and consolidators that update themselves (`Algorithm/QCAlgorithm.Indicators.cs`).

`self.ema(symbol, 20)` and its like make an indicator, feed it through a consolidator, and warm it up if the settings say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from lyra.engine import consolidators as kinds
from lyra.engine.algorithm.option_indicators import CandlestickPatterns, OptionIndicatorHelpers, vega
from lyra.engine.algorithm.subscriptions import TICK_TYPES
from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import Resolution, TickType
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.history.requests import COMMON_TYPES
from lyra.engine.indicators.base import IndicatorBase, IndicatorDataPoint
from lyra.engine.indicators.helpers import HELPER_NAMES, Field, bind_helper, create_indicator_name, selected
from lyra.engine.symbols import OPTION_TYPES, Symbol
from lyra.engine.times import span_us

_QUOTE_FIELDS = tuple(getattr(Field, f"{side}_{part}") for side in ("BID", "ASK") for part in ("OPEN", "HIGH", "LOW", "CLOSE", "PRICE"))

_WITHOUT_SYMBOL = ("Beta", "Correlation", "Covariance")
"""Their helpers' names bear no symbol, and no resolution unless it is given."""
_EXTREMES = {"Maximum": Field.HIGH, "Minimum": Field.LOW}
"""What the helpers of extremes look at in trade bars when nothing else is said."""


class IndicatorHelpers(OptionIndicatorHelpers):
    """The part of `QCAlgorithm` that makes indicators and consolidators."""

    # making -------------------------------------------------------------------------------------------
    def _helper(self: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name == "v" and self._symbol_of(args[0]).security_type in OPTION_TYPES:
            return vega(self, *args, **kwargs)
        call = bind_helper(name, args, kwargs)
        symbols = [self._symbol_of(item) for item in call.symbols]
        resolution = call.resolution
        label = self._helper_name(call, symbols)
        rate_model = self.risk_free_interest_rate_model if call.needs_rate_model else None
        indicator = call.make(label, rate_model)
        period = call.period if call.period is not None else resolution
        selector = call.selector
        if selector is None and call.indicator in _EXTREMES and self._feed_of(symbols[0], None).type is TradeBar:
            selector = _EXTREMES[call.indicator]
        for symbol in symbols:
            self.register_indicator(symbol, indicator, period, selector)
        if self.settings.automatic_indicator_warm_up:
            self.warm_up_indicator(symbols, indicator, period, selector)
        return indicator

    @property
    def candlestick_patterns(self: Any) -> CandlestickPatterns:
        """Makes candlestick patterns: `self.candlestick_patterns.doji(symbol)`."""
        return CandlestickPatterns(self)

    def _helper_name(self: Any, call: Any, symbols: list[Symbol]) -> str:
        if call.period is not None and call.label.startswith("("):
            return f"{symbols[0].value}{call.label}"
        if call.several:
            resolution = self._feed_of(symbols[0], None).resolution if call.resolution is None else call.resolution
            return self.create_indicator_name(None, call.label, resolution)  # type: ignore[no-any-return]
        if call.indicator in _WITHOUT_SYMBOL:
            return self.create_indicator_name(None, call.label, call.resolution)  # type: ignore[no-any-return]
        return self.create_indicator_name(symbols[0], call.label, call.resolution)  # type: ignore[no-any-return]

    def create_indicator_name(self: Any, symbol: Any, type: Any, resolution: Resolution | None = None) -> str:
        """LEAN's name of an indicator: `EMA(20,SPY_day)`."""
        nothing = symbol is None or symbol is Symbol.NONE or symbol is Symbol.EMPTY or str(symbol) == ""
        found = None if nothing else self._symbol_of(symbol)
        if resolution is None and found is not None:
            feed = self._feed_of(found, None, add=False)
            resolution = None if feed is None else feed.resolution
        return create_indicator_name(str(type), "" if found is None else str(found), resolution)

    # feeds --------------------------------------------------------------------------------------------
    def _feed_of(self: Any, symbol: Symbol, tick_type: TickType | None, add: bool = True) -> Any:
        """The feed that a consolidator of a symbol takes; the symbol is added when it is not there."""
        feeds = [c for c in self._configs.values() if c.symbol == symbol and not c.is_internal_feed]
        if not feeds and add and symbol.security_type in (1, 4, 5, 6, 7, 11):
            self.add_security(symbol)
            feeds = [c for c in self._configs.values() if c.symbol == symbol and not c.is_internal_feed]
        if not feeds:
            if not add:
                return None
            raise ArgumentException(f"Please register to receive data for symbol '{symbol}' using the AddSecurity() function.")
        feeds.sort(key=lambda c: (c.type not in COMMON_TYPES, int(c.tick_type)))
        return next((c for c in feeds if tick_type is None or c.tick_type == tick_type), feeds[0])

    # consolidators ------------------------------------------------------------------------------------
    def resolve_consolidator(self: Any, symbol: Any, resolution: Any = None, data_type: Any = None) -> Any:
        """A consolidator for a symbol and a resolution or timedelta; one that passes data on when they are the feed's own."""
        return self._make_consolidator(self._symbol_of(symbol), resolution, TICK_TYPES.get(data_type))

    def _make_consolidator(self: Any, symbol: Symbol, period: Any, tick_type: TickType | None) -> Any:
        feed = self._feed_of(symbol, tick_type)
        if callable(period) and not isinstance(period, Resolution):
            return _class_for(feed.type, feed.tick_type)(period)
        resolution = Resolution(period) if isinstance(period, (Resolution, int)) else None
        span = span_us(period) if isinstance(period, timedelta) else None
        if (span is not None and span < feed._length) or (resolution is not None and resolution < feed.resolution):
            raise ArgumentException(f"Unable to create {symbol} consolidator because {symbol} is registered for {feed.resolution.lean_name} data. "
                             "Consolidators require higher resolution data to produce lower resolution data.")  # fmt: skip
        if (span is None and resolution is None) or span == feed._length or (span is None and resolution == feed.resolution):
            return kinds.IdentityDataConsolidator.__class_getitem__(feed.type)()
        if resolution == Resolution.DAILY:
            return self._daily_consolidator(feed)
        length = span if span is not None else RESOLUTION_US[Resolution(resolution)]  # type: ignore[arg-type]
        return _class_for(feed.type, feed.tick_type)(timedelta(microseconds=length))

    def _daily_consolidator(self: Any, feed: Any) -> Any:
        use_extended = getattr(self.settings, "daily_consolidation_use_extended_market_hours", False)
        if feed.extended_market_hours and not use_extended:
            self._warn_once("daily consolidation",
                            f"Warning: The subscription for {feed.symbol} has ExtendedMarketHours=true, but "
                            "Settings.DailyConsolidationUseExtendedMarketHours=false. Daily consolidations will exclude extended market "
                            "hours. Enable algorithm.Settings.DailyConsolidationUseExtendedMarketHours to include them.")  # fmt: skip
        return kinds.MarketHourAwareConsolidator(self.settings.daily_precise_end_time, Resolution.DAILY, feed.type, feed.tick_type,
                                                 use_extended and feed.extended_market_hours)  # fmt: skip

    def consolidate(self: Any, *args: Any) -> Any:
        """`(symbol, period, [tick_type,] handler)`, or `(type, symbol, size, [tick_type,] handler)` for bars by size.

        A period is a Resolution, a timedelta or a function that gives each bar's start and length (`Calendar.WEEKLY`).
        """
        rest = list(args)
        if isinstance(rest[0], type):
            return self._consolidate_by_size(*rest)
        symbol, period, *more = rest
        tick_type = more[0] if len(more) > 1 else None
        handler = more[-1] if more else None
        found = self._symbol_of(symbol)
        consolidator = self._make_consolidator(found, period, tick_type)
        self._listen(found, consolidator, handler, tick_type)
        return consolidator

    def _consolidate_by_size(self: Any, kind: Any, symbol: Any, size: Any, *more: Any) -> Any:
        tick_type = more[0] if len(more) > 1 else None
        found = self._symbol_of(symbol)
        consolidator = _by_size(kind, size, self._feed_of(found, None), tick_type)
        self._listen(found, consolidator, more[-1], tick_type)
        return consolidator

    def _listen(self: Any, symbol: Symbol, consolidator: Any, handler: Any, tick_type: TickType | None) -> None:
        if handler is not None:
            consolidator._interface += lambda sender, bar: handler(bar)
        self.subscription_manager.add_consolidator(symbol, consolidator, tick_type)

    # registration -------------------------------------------------------------------------------------
    def register_indicator(self: Any, symbol: Any, indicator: Any, consolidator: Any = None, selector: Any = None, **names: Any) -> None:
        """Update an indicator by itself: with the feed's data, or through a resolution, a timedelta or a consolidator."""
        consolidator = names.pop("resolution", names.pop("period", consolidator))
        found = self._symbol_of(symbol)
        ours = consolidator is None or isinstance(consolidator, (Resolution, int, timedelta))
        if ours:
            consolidator = self._own_consolidator(found, consolidator, selector)
        indicator = as_indicator(indicator)
        _check_types(found, indicator, consolidator)
        update = updater(indicator, selector)
        indicator.consolidators.add(consolidator)
        plain = ours and isinstance(consolidator, kinds.IdentityDataConsolidator)
        if plain and self.subscription_manager._add_direct(found, consolidator, indicator, update, selector):
            return
        self.subscription_manager.add_consolidator(found, consolidator)
        consolidator._interface += update

    def _own_consolidator(self: Any, symbol: Symbol, period: Any, selector: Any) -> Any:
        """The consolidator of a resolution, which looks to the selector for trades or quotes, or of a timedelta, which does not."""
        if not isinstance(period, timedelta):
            return self.resolve_consolidator(symbol, period, _type_of(selector))
        try:
            return self.resolve_consolidator(symbol, period)
        except ArgumentException as error:
            raise ArgumentException("Invalid third argument, should be either a valid consolidator or timedelta object. "
                                    "The following exception was thrown: ") from error  # fmt: skip

    def deregister_indicator(self: Any, indicator: Any) -> None:
        """Stop updating an indicator."""
        for consolidator in list(indicator.consolidators):
            self.subscription_manager.remove_consolidator(None, consolidator)
        indicator.consolidators.clear()

    unregister_indicator = deregister_indicator

    # warm-up ------------------------------------------------------------------------------------------
    @property
    def enable_automatic_indicator_warm_up(self: Any) -> bool:
        """LEAN's older name of `settings.automatic_indicator_warm_up`."""
        return self.settings.automatic_indicator_warm_up  # type: ignore[no-any-return]

    @enable_automatic_indicator_warm_up.setter
    def enable_automatic_indicator_warm_up(self: Any, value: bool) -> None:
        self.settings.automatic_indicator_warm_up = value

    def warm_up_indicator(self: Any, symbol: Any, indicator: Any, resolution: Any = None, selector: Any = None, **names: Any) -> None:
        """Update an indicator with its warm-up period of the past."""
        resolution = names.pop("period", resolution)
        if not isinstance(getattr(indicator, "warm_up_period", None), int):
            self._warn_once("warm up period",
                            "Warning: the 'WarmUpIndicator' feature only works with indicators which inherit from "
                            "'IIndicatorWarmUpPeriodProvider' and define a warm up period, setting property 'WarmUpPeriod' with a value > 0. "
                            f"The provided indicator of type '{type(indicator).__name__}' will not be warmed up.")  # fmt: skip
            return
        if isinstance(resolution, timedelta):
            self._warm_up_by_period(_symbols(self, symbol), indicator, resolution, selector)
        else:
            from lyra.engine.history.indicators import feed_past

            feed_past(self, as_indicator(indicator), symbol, resolution, selector)

    def _warm_up_by_period(self: Any, symbols: list[Symbol], indicator: Any, period: timedelta, selector: Any) -> None:
        count = int(indicator.warm_up_period)
        if count == 0:
            return
        span = span_us(period)
        resolution = next(r for r in (Resolution.DAILY, Resolution.HOUR, Resolution.MINUTE, Resolution.SECOND) if RESOLUTION_US[r] <= span)
        count *= span // RESOLUTION_US[resolution]
        update = updater(as_indicator(indicator), selector)
        made = {symbol: self._warm_up_consolidator(symbol, period, resolution, update) for symbol in symbols}
        requests = self.history._factory.last_bars(symbols, None, count, resolution)
        for current in self.history._provider.slices(requests):
            for symbol, consolidator in made.items():
                points = current.get(consolidator.input_type)
                if symbol in points:
                    consolidator.update(points[symbol])
        for symbol, consolidator in made.items():
            if consolidator.working_data is not None:
                consolidator.scan(self.history._factory.hours(symbol).time_zone.to_local(self._utc))
            self.subscription_manager.remove_consolidator(symbol, consolidator)

    def _warm_up_consolidator(self: Any, symbol: Symbol, period: timedelta, resolution: Resolution, update: Any) -> Any:
        feed = self._feed_of(symbol, None, add=False)
        if feed is not None:
            consolidator = self._make_consolidator(symbol, period, None)
        else:
            config = self.history._factory.configs(symbol, None, resolution)[-1]
            if span_us(period) == RESOLUTION_US[resolution]:
                consolidator = kinds.IdentityDataConsolidator.__class_getitem__(config.type)()
            else:
                consolidator = _class_for(config.type, config.tick_type)(period)
        consolidator._interface += update
        return consolidator

    def indicator_history(self: Any, indicator: Any, symbol: Any, period: Any = None, resolution: Any = None, selector: Any = None,
                          end: Any = None, **names: Any) -> Any:  # fmt: skip
        """An indicator's values over the past: `(indicator, symbol, periods | timedelta | start, end[, resolution, selector])`."""
        from lyra.engine.history.indicators import indicator_history

        return indicator_history(self, indicator, symbol, period, resolution, selector, end, names)


def _check_types(symbol: Symbol, indicator: Any, consolidator: Any) -> None:
    """Raises ArgumentException for an indicator of bars whose consolidator makes other data."""
    wanted, output = indicator._input, getattr(consolidator, "output_type", None)
    if (wanted is TradeBar and output in (QuoteBar, Tick)) or (wanted is QuoteBar and output is Tick):
        expected = "TradeBar" if wanted is TradeBar else "IBaseDataBar"
        raise ArgumentException(f"Type mismatch found between consolidator and indicator for symbol: {symbol}."
                                f"Consolidator outputs type {output.__name__} but indicator expects input type {expected}")  # fmt: skip


def _symbols(algorithm: Any, value: Any) -> list[Symbol]:
    items = value if isinstance(value, (list, tuple, set)) else [value]
    return [algorithm._symbol_of(item) for item in items]


def _type_of(selector: Any) -> Any:
    """Selectors of a quote's side need quotes, that of the volume trades."""
    if any(selector is field for field in _QUOTE_FIELDS):
        return QuoteBar
    return TradeBar if selector is Field.VOLUME else None


def as_indicator(indicator: Any) -> IndicatorBase:
    """An indicator; one of the user's own is wrapped. Raises NotImplementedError naming the member that it lacks."""
    if isinstance(indicator, IndicatorBase):
        return indicator
    from lyra.engine.indicators.own import PythonIndicator

    return PythonIndicator(indicator)


def updater(indicator: Any, selector: Any) -> Callable[[Any, Any], None]:
    """What updates an indicator with a bar."""
    if indicator._input is IndicatorDataPoint:

        def update_value(sender: Any, bar: Any) -> None:
            indicator._accept(bar._symbol, bar._end, selected(selector, bar))

        return update_value

    def update_bar(sender: Any, bar: Any) -> None:
        indicator._update(bar if selector is None else selector(bar))

    return update_bar


def _class_for(data_type: Any, tick_type: TickType) -> Any:
    if issubclass(data_type, TradeBar):
        return kinds.TradeBarConsolidator
    if issubclass(data_type, QuoteBar):
        return kinds.QuoteBarConsolidator
    if issubclass(data_type, Tick):
        return kinds.TickQuoteBarConsolidator if tick_type == TickType.QUOTE else kinds.TickConsolidator
    return kinds.DynamicDataConsolidator if getattr(data_type, "is_dynamic", False) else kinds.BaseDataConsolidator


def _by_size(kind: Any, size: Any, feed: Any, tick_type: TickType | None) -> Any:
    by_name = {"VolumeRenkoBar": "VolumeRenkoConsolidator", "RenkoBar": "RenkoConsolidator", "RangeBar": "RangeConsolidator"}
    name = by_name.get(kind.__name__)
    if name is not None:
        return getattr(kinds, name)(int(size) if kind.__name__ == "RangeBar" else size)
    if feed.resolution == Resolution.TICK:
        return (kinds.TickQuoteBarConsolidator if tick_type == TickType.QUOTE else kinds.TickConsolidator)(int(size))
    return _class_for(kind, TickType.TRADE)(int(size))


def _install_helpers(names: Iterable[str]) -> None:
    def make(name: str) -> Callable[..., Any]:
        def helper(self: Any, *args: Any, **kwargs: Any) -> Any:
            return self._helper(name, args, kwargs)

        helper.__name__ = name
        helper.__doc__ = f"LEAN's {HELPER_NAMES[name]} helper: an indicator that updates itself."
        return helper

    for name in names:
        helper = make(name)
        setattr(IndicatorHelpers, name, helper)
        setattr(IndicatorHelpers, HELPER_NAMES[name], helper)


_install_helpers(HELPER_NAMES)
