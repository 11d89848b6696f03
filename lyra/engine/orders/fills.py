"""Fill models: when an order fills, and at what price.

`FillModel` is the rule for everything but equities: the order's side of the last quote bar, else the trade bar; a bar must go
beyond a limit or stop. Rules and texts follow `Common/Orders/Fills/FillModel.cs`; no order fills in part.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import OrderDirection, OrderStatus, OrderType, Resolution, SecurityType, TickType
from lyra.engine.errors import NotSupported
from lyra.engine.exact import add, strip, subtract
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.models.slippage import slippage_of
from lyra.engine.naming import LeanObject
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fee import OrderFee
from lyra.engine.orders.fields import money
from lyra.engine.orders.order import follow_market
from lyra.engine.times import HOUR, MIN_TIME, day_of, to_datetime, to_us

BUY, SELL = OrderDirection.BUY, OrderDirection.SELL
_COARSE = frozenset((Resolution.HOUR, Resolution.DAILY))


class _Given:
    """Prices that come without a bar."""

    __slots__ = ("_close", "_high", "_low", "_open")

    def __init__(self, open: Decimal, high: Decimal, low: Decimal, close: Decimal) -> None:
        self._open, self._high, self._low, self._close = open, high, low, close


class Prices(LeanObject):
    """The prices that an order sees; a price that is zero reads as `current`.

    `Prices(bar)`, `Prices(time, end_time, bar)` or `Prices(time, end_time, current, open, high, low, close)`. Times are wall times of the
    exchange; `_time`, `_end` are their microseconds, `_current`, `_open`, `_high`, `_low`, `_close` the exact prices.
    """

    __slots__ = ("_bar", "_current", "_end", "_time")
    _bar: Any
    _current: Decimal
    _time: int
    _end: int

    current = money("_current")
    open = money("_open")
    high = money("_high")
    low = money("_low")
    close = money("_close")

    def __init__(self, *args: Any) -> None:
        if len(args) == 7:
            self._fill(to_us(args[0]), to_us(args[1]), *map(to_decimal, args[2:]))
            return
        self._bar = bar = args[-1]
        self._time, self._end = (bar._time, bar._end) if len(args) == 1 else (to_us(args[0]), to_us(args[1]))
        self._current = bar._close

    def _fill(self, start: int, end: int, current: Decimal, open: Decimal, high: Decimal, low: Decimal, close: Decimal) -> None:
        self._time, self._end, self._current = start, end, current
        self._bar = _Given(open, high, low, close)

    @classmethod
    def _of(cls, start: int, end: int, *prices: Decimal) -> Prices:
        made = cls.__new__(cls)
        made._fill(start, end, *prices)
        return made

    @property
    def _open(self) -> Decimal:
        return self._bar._open or self._current  # type: ignore[no-any-return]

    @property
    def _high(self) -> Decimal:
        return self._bar._high or self._current  # type: ignore[no-any-return]

    @property
    def _low(self) -> Decimal:
        return self._bar._low or self._current  # type: ignore[no-any-return]

    @property
    def _close(self) -> Decimal:
        return self._bar._close or self._current  # type: ignore[no-any-return]

    @property
    def time(self) -> datetime:
        """Start of the data."""
        return to_datetime(self._time)

    @property
    def end_time(self) -> datetime:
        """End of the data."""
        return to_datetime(self._end)


class FillModelParameters(LeanObject):
    """What a fill model is asked: an order, its security, and the run's settings."""

    security: Any
    order: Any
    config_provider: Any
    stale_price_time_span: timedelta
    securities_for_orders: dict[Any, Any]
    on_order_updated: Any

    def __init__(self, security: Any, order: Any, config_provider: Any, stale_price_time_span: timedelta,
                 securities_for_orders: dict[Any, Any], on_order_updated: Any) -> None:  # fmt: skip
        self.security = security
        self.order = order
        self.config_provider = config_provider
        self.stale_price_time_span = stale_price_time_span
        self.securities_for_orders = securities_for_orders
        self.on_order_updated = on_order_updated
        self.stale_us = stale_price_time_span // timedelta(microseconds=1)


class Fill(LeanObject):
    """The order events that a fill model answers with."""

    def __init__(self, order_events: Any) -> None:
        self._events = order_events if isinstance(order_events, list) else [order_events]

    def __iter__(self) -> Any:
        return iter(self._events)


def net_time(local: int) -> str:
    """.NET's invariant text of a wall time."""
    return f"{to_datetime(local):%m/%d/%Y %H:%M:%S}"


def slippage(asset: Any, order: Any) -> Decimal:
    """The security's slippage for an order, in the quote currency."""
    return slippage_of(asset.slippage_model, asset, order)


class FillModel(LeanObject):
    """The fill model of all security types but equities and futures."""

    parameters: Any = None
    _python_wrapper: Any = None

    _METHODS = {
        OrderType.MARKET: "market_fill", OrderType.LIMIT: "limit_fill", OrderType.STOP_MARKET: "stop_market_fill",
        OrderType.STOP_LIMIT: "stop_limit_fill", OrderType.MARKET_ON_OPEN: "market_on_open_fill",
        OrderType.MARKET_ON_CLOSE: "market_on_close_fill", OrderType.LIMIT_IF_TOUCHED: "limit_if_touched_fill",
        OrderType.TRAILING_STOP: "trailing_stop_fill",
    }  # fmt: skip
    _COMBOS = {
        OrderType.COMBO_MARKET: "combo_market_fill", OrderType.COMBO_LIMIT: "combo_limit_fill",
        OrderType.COMBO_LEG_LIMIT: "combo_leg_limit_fill",
    }  # fmt: skip

    def fill(self, parameters: FillModelParameters) -> Fill:
        """The events of an order at this moment; an event that is not a fill changes nothing."""
        self.parameters = parameters
        order, wrapper = parameters.order, self._python_wrapper
        name = self._METHODS.get(order.type)
        if name is not None:
            answer = getattr(self, name)(parameters.security, order) if wrapper is None else wrapper._one(name, parameters.security, order)
            return Fill(answer)
        name = self._COMBOS.get(order.type)
        if name is not None:
            return Fill(getattr(self, name)(order, parameters) if wrapper is None else wrapper._several(name, order, parameters))
        raise NotSupported(f"Filling orders of type {order.type.lean_name}")

    def set_python_wrapper(self, python_wrapper: Any) -> None:
        """Ask a user's overrides through a wrapper that checks what they give back."""
        self._python_wrapper = python_wrapper

    # one order ------------------------------------------------------------------------------------
    def market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the order's side of the market, in regular hours."""
        return self._market(asset, order)

    def _market(self, asset: Any, order: Any, extended: bool = False) -> OrderEvent:
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open(asset, extended):
            return event
        prices = self._seen_prices(asset, order.direction)
        end_utc = _utc(asset, prices._end)
        if end_utc + self.parameters.stale_us < order._time:
            if self._wait_on_stale(asset, end_utc, order._time):
                return event
            event.message = f"Warning: fill at stale price ({net_time(prices._end)} {asset.exchange.time_zone})"
        price = prices._current
        if order._time <= _utc(asset, prices._time) and prices._open != 0 and self._only_coarse(asset):
            price = prices._open
        return _filled(event, order, _slipped(price, slippage(asset, order), order.direction))

    def limit_fill(self, asset: Any, order: Any) -> OrderEvent:
        """When the bar went beyond the limit: at the limit, or at the near end of a bar wholly beyond it."""
        return self._limit(asset, order, order._limit_price)

    def _limit(self, asset: Any, order: Any, limit: Decimal) -> OrderEvent:
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open_for_subscription(asset):
            return event
        prices = self._seen_prices(asset, order.direction)
        if _utc(asset, prices._end) <= order._time:
            return event
        if order.direction is BUY and prices._low < limit:
            return _filled(event, order, min(prices._high, limit))
        if order.direction is SELL and prices._high > limit:
            return _filled(event, order, max(prices._low, limit))
        return event

    def stop_market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """When the bar went beyond the stop: at the worse of the stop and the market."""
        return self._stop(asset, order, inclusive=False)[0]

    def trailing_stop_fill(self, asset: Any, order: Any) -> OrderEvent:
        """Like a stop, reached inclusively; unfilled, the stop follows the market's best price."""
        event, prices = self._stop(asset, order, inclusive=True)
        if prices is not None and event.status is not OrderStatus.FILLED:
            best = prices._high if order.direction is SELL else prices._low
            stop = follow_market(best, order._stop_price, order._trailing_amount, order.trailing_as_percentage, order.direction)
            if stop is not None:
                order._stop_price = stop
                self.parameters.on_order_updated(order)
        return event

    def _stop(self, asset: Any, order: Any, inclusive: bool, extended: bool = False) -> tuple[OrderEvent, Prices | None]:
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open(asset, extended):
            return event, None
        prices = self._seen_prices(asset, order.direction)
        if _utc(asset, prices._end) <= order._time:
            return event, None
        slip, stop = slippage(asset, order), order._stop_price
        if order.direction is SELL and (prices._low < stop or (inclusive and prices._low == stop)):
            _filled(event, order, min(stop, subtract(prices._current, slip)))
        elif order.direction is BUY and (prices._high > stop or (inclusive and prices._high == stop)):
            _filled(event, order, max(stop, add(prices._current, slip)))
        return event, prices

    def stop_limit_fill(self, asset: Any, order: Any) -> OrderEvent:
        """Once the bar went beyond the stop, a limit order against the bar's last price."""
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open_for_subscription(asset):
            return event
        prices = self._seen_prices(asset, order.direction)
        if _utc(asset, prices._end) <= order._time:
            return event
        buy = order.direction is BUY
        if not order._stop_triggered:
            if not (prices._high > order._stop_price if buy else prices._low < order._stop_price):
                return event
            order._stop_triggered = True
            self.parameters.on_order_updated(order)
        if buy and prices._current < order._limit_price:
            return _filled(event, order, min(prices._high, order._limit_price))
        if not buy and prices._current > order._limit_price:
            return _filled(event, order, max(prices._low, order._limit_price))
        return event

    def limit_if_touched_fill(self, asset: Any, order: Any) -> OrderEvent:
        """Once trades touched the trigger, a limit order against the quote."""
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open_for_subscription(asset):
            return event
        low = high = ZERO
        end = MIN_TIME
        types = self._types(asset)
        if Tick in types:
            prices = self._seen_prices(asset, order.direction)
            low = high = prices._current
            end = prices._end
        elif TradeBar in types and (bar := asset.cache.last_of(TradeBar)) is not None:
            low, high, end = bar._low, bar._high, bar._end
        if end == MIN_TIME or _utc(asset, end) <= order._time:
            return event
        buy = order.direction is BUY
        if order._trigger_touched or (low <= order._trigger_price if buy else high >= order._trigger_price):
            order._trigger_touched = True
            if (buy and self._quote(asset, "bid") <= order._limit_price) or (not buy and self._quote(asset, "ask") >= order._limit_price):
                _filled(event, order, order._limit_price)
        return event

    def market_on_open_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the open of the first bar after the next open."""
        self._refuse_always_open(asset)
        event = self._event(asset, order)
        last = asset.cache.last_data()
        local = asset.exchange.time_zone.to_local(order._time)
        if order.status is OrderStatus.CANCELED or last is None or local >= last._end:
            return event
        if asset.exchange.hours.is_open_us(local, False) and day_of(local) == day_of(asset._local_time):
            return event
        if not self._open(asset, False):
            return event
        price = self._seen_prices(asset, order.direction)._open
        return _filled(event, order, _slipped(price, slippage(asset, order), order.direction))

    def market_on_close_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the last price once the market has closed after the order."""
        self._refuse_always_open(asset)
        event = self._event(asset, order)
        local = asset.exchange.time_zone.to_local(order._time)
        if order.status is OrderStatus.CANCELED or asset._local_time < asset.exchange.hours.next_close_us(local, False):
            return event
        price = self._seen_prices(asset, order.direction)._close
        return _filled(event, order, _slipped(price, slippage(asset, order), order.direction))

    # several legs ---------------------------------------------------------------------------------
    def combo_market_fill(self, order: Any, parameters: FillModelParameters) -> list[OrderEvent]:
        """All legs at the market, or none."""
        return _all_or_none([self._market(security, leg) for leg, security in _legs(parameters)])

    def combo_leg_limit_fill(self, order: Any, parameters: FillModelParameters) -> list[OrderEvent]:
        """All legs at their own limits, or none."""
        return _all_or_none([self._limit(security, leg, leg._limit_price) for leg, security in _legs(parameters)])

    def combo_limit_fill(self, order: Any, parameters: FillModelParameters) -> list[OrderEvent]:
        """All legs once the sum of their best prices is beyond the group's limit."""
        group = order.group_order_manager
        buy = group.direction is BUY
        legs = [(leg, security, self._seen_prices(security, leg.direction)) for leg, security in _legs(parameters)]
        if any(_utc(security, prices._end) < leg._time for leg, security, prices in legs):
            return []
        total = ZERO
        for leg, security, prices in legs:
            ratio = leg._quantity / group._quantity
            if security.type is SecurityType.EQUITY:
                ratio /= 100
            total += (prices._low if buy else prices._high) * ratio
        if not (total < group._limit_price if buy else total > group._limit_price):
            return []
        return [_filled(self._event(security, leg), leg, prices._low if buy else prices._high) for leg, security, prices in legs]

    # what the rules look at -----------------------------------------------------------------------
    def _event(self, asset: Any, order: Any) -> OrderEvent:
        return OrderEvent(order, asset.exchange._now(), OrderFee.ZERO)

    def _refuse_always_open(self, asset: Any) -> None:
        if asset.exchange.hours.is_market_always_open:
            raise InvalidOperationException(f"Market never closes for this symbol {asset.symbol}, can no submit a orderType order.")

    def _types(self, asset: Any) -> set[type]:
        types = {config.type for config in asset._configs or asset._left_configs}
        if not types:
            raise InvalidOperationException(f"Cannot perform fill for {asset.symbol} because no data subscription were found.")
        return types

    def _seen_prices(self, asset: Any, direction: OrderDirection) -> Prices:
        """The prices, by the user's `get_prices` if there is one."""
        if self._python_wrapper is None:
            return self._prices(asset, direction)
        return self._python_wrapper._expect(Prices, "get_prices", asset, direction)  # type: ignore[no-any-return]

    def get_prices(self, asset: Any, direction: OrderDirection) -> Prices:
        """The prices for a direction: its side of the last quote, else the last trade bar, else the last data."""
        return self._prices(asset, direction)

    def _prices(self, asset: Any, direction: OrderDirection) -> Prices:
        cache = asset.cache
        if direction is not OrderDirection.HOLD:
            types = self._types(asset)
            if Tick in types and (tick := _tick_prices(cache, direction)) is not None:
                return tick
            if (
                QuoteBar in types
                and (quote := cache.last_of(QuoteBar)) is not None
                and (side := _quote_prices(quote, direction)) is not None
            ):
                return side
            if TradeBar in types and (bar := cache.last_of(TradeBar)) is not None:
                return Prices(bar)
        return _last_prices(cache)

    def _quote(self, asset: Any, side: str) -> Decimal:
        """Best bid or ask of ticks, quote bars or trades, in this order."""
        types, cache = self._types(asset), asset.cache
        ticks = cache.all_of(Tick) if Tick in types else []
        for tick in reversed(ticks):
            if tick.tick_type == TickType.QUOTE and getattr(tick, f"_{side}_price") > 0:
                return getattr(tick, f"_{side}_price")  # type: ignore[no-any-return]
        if QuoteBar in types and (quote := cache.last_of(QuoteBar)) is not None:
            bar = getattr(quote, side)
            return quote._close if bar is None else bar._close  # type: ignore[no-any-return]
        for tick in reversed(ticks):
            if tick.tick_type == TickType.TRADE and tick._value > 0:
                return tick._value  # type: ignore[no-any-return]
        if TradeBar in types and (trade := cache.last_of(TradeBar)) is not None:
            return trade._close  # type: ignore[no-any-return]
        raise InvalidOperationException(f"Cannot get {side} price to perform fill for {asset.symbol} because no market data was found.")

    def _open(self, asset: Any, extended: bool) -> bool:
        """Whether the market is open now, or was during the last bar if now still belongs to it."""
        hours, now = asset.exchange.hours, asset._local_time
        if hours.is_open_us(now, extended):
            return True
        bar = asset.cache.last_data()
        if bar is None:
            return False
        on_bar = day_of(now) == day_of(bar._end) if bar._end - bar._time > HOUR else now <= bar._end
        return bool(on_bar and hours.is_open_between_us(bar._time, bar._end, extended))

    def _open_for_subscription(self, asset: Any) -> bool:
        configs = asset._configs or asset._left_configs
        if not configs:
            raise InvalidOperationException(f"Cannot perform fill for {asset.symbol} because no data subscription were found.")
        seen = [c for c in configs if not c.is_internal_feed] or configs
        return self._open(asset, any(c.extended_market_hours for c in seen))

    def _only_coarse(self, asset: Any) -> bool:
        """Whether all feeds that the algorithm sees are hourly or daily."""
        seen = [c.resolution for c in asset._configs or asset._left_configs if not c.is_internal_feed]
        return bool(seen) and _COARSE.issuperset(seen)

    def _wait_on_stale(self, asset: Any, end_utc: int, order_time: int) -> bool:
        """Whether to wait for data: always on coarse feeds, else when the last is more than a bar older than the order."""
        if self._only_coarse(asset):
            return True
        length = RESOLUTION_US[min(c.resolution for c in asset._configs or asset._left_configs)]
        return length != 0 and order_time - end_utc > length


class ImmediateFillModel(FillModel):
    """LEAN's name for the default rules."""


class LatestPriceFillModel(ImmediateFillModel):
    """The default rules on whichever of quote and trade bar is newer."""

    def _prices(self, asset: Any, direction: OrderDirection) -> Prices:
        cache = asset.cache
        if direction is not OrderDirection.HOLD:
            if (
                Tick in {config.type for config in asset._configs if not config.is_internal_feed}
                and (tick := _tick_prices(cache, direction)) is not None
            ):
                return tick
            quote = cache.last_of(QuoteBar)
            if quote is not None:
                trade = cache.last_of(TradeBar)
                if trade is not None and trade._end > quote._end:
                    return Prices(trade)
                if (side := _quote_prices(quote, direction)) is not None:
                    return side
        return _last_prices(cache)


class FutureFillModel(ImmediateFillModel):
    """LEAN's rules of futures: market orders fill in extended hours too, stops in the hours of the subscription."""

    def market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the order's side of the market, in extended hours too."""
        return self._market(asset, order, extended=True)

    def stop_market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """When the bar went beyond the stop, in the hours of the subscription: at the worse of the stop and the market."""
        return self._stop(
            asset, order, inclusive=False, extended=any(c.extended_market_hours for c in asset._configs or asset._left_configs)
        )[0]


def _tick_prices(cache: Any, direction: OrderDirection) -> Prices | None:
    tick = _last_tick(cache)
    if tick is None:
        return None
    price = tick._bid_price if direction is SELL else tick._ask_price
    price = price if price != 0 else tick._value
    return None if price == 0 else Prices._of(tick._time, tick._end, price, ZERO, ZERO, ZERO, ZERO)


def _quote_prices(quote: Any, direction: OrderDirection) -> Prices | None:
    side = quote.bid if direction is SELL else quote.ask
    return None if side is None else Prices._of(quote._time, quote._end, side._close, side._open, side._high, side._low, side._close)


def _last_prices(cache: Any) -> Prices:
    last = cache.last_data()
    start, end = (MIN_TIME, MIN_TIME) if last is None else (last._time, last._end)
    return Prices._of(start, end, *(cache.exact(name) for name in ("price", "open", "high", "low", "close")))


def _utc(asset: Any, local: int) -> int:
    return local if local == MIN_TIME else asset.exchange.time_zone.to_utc(local)


def _filled(event: OrderEvent, order: Any, price: Decimal) -> OrderEvent:
    event.status = OrderStatus.FILLED
    event._fill_price = strip(price)
    event._fill_quantity = order._quantity
    return event


def _slipped(price: Decimal, slip: Decimal, direction: OrderDirection) -> Decimal:
    return add(price, slip) if direction is BUY else subtract(price, slip)


def _legs(parameters: FillModelParameters) -> list[tuple[Any, Any]]:
    return sorted(parameters.securities_for_orders.items(), key=lambda item: item[0].id)


def _all_or_none(events: list[OrderEvent]) -> list[OrderEvent]:
    return events if all(event.status is OrderStatus.FILLED for event in events) else []


def _last_tick(cache: Any) -> Any:
    quotes, trades = cache._quote_ticks, cache._trade_ticks
    if quotes and trades:
        return quotes[-1] if quotes[-1]._end > trades[-1]._end else trades[-1]
    return (quotes or trades or [None])[-1]
