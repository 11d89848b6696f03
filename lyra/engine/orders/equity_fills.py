"""The fill model of equities: trade bars decide limits and stops, quotes give market prices (`EquityFillModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.decimals import ZERO, decimal_text
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import OrderStatus, TickType, TradeConditionFlags
from lyra.engine.exact import strip
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fills import BUY, SELL, FillModel, net_time, slippage
from lyra.engine.orders.fills import _filled as filled
from lyra.engine.orders.fills import _slipped as slipped
from lyra.engine.orders.fills import _utc as utc
from lyra.engine.times import HOUR, MIN_TIME, MINUTE, day_of

_OPENING = int(TradeConditionFlags.OFFICIAL_OPEN) | int(TradeConditionFlags.OPENING_PRINTS)
_CLOSING = int(TradeConditionFlags.OFFICIAL_CLOSE) | int(TradeConditionFlags.CLOSING_PRINTS)
_NO_OFFICIAL_OPEN = "No trade with the OfficialOpen or OpeningPrints flag within the 1-minute timeout."
_NO_OFFICIAL_CLOSE = "No trade with the OfficialClose or ClosingPrints flag within the 1-minute timeout."
_NO_EXTENDED_HOURS = "No trade with the OfficialClose or ClosingPrints flag for data that does not include extended market hours."


class _Quote(NamedTuple):
    price: Decimal
    message: str
    stale_end: int | None
    """End (UTC) of the data when it is older than the order allows."""


class EquityFillModel(FillModel):
    """Fills of equities."""

    def _types(self, asset: Any) -> set[type]:
        types = {config.type for config in asset._configs if not config.is_internal_feed}
        if not types:
            raise InvalidOperationException(f"Cannot perform fill for {asset.symbol} because no data subscription were found.")
        return types

    def market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the best bid or ask, else the newest trade; waits when all that is known is stale."""
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open(asset, False):
            return event
        slip = slippage(asset, order)
        quote = self._best_quote(asset, order)
        if quote.stale_end is not None and self._wait_on_stale(asset, quote.stale_end, order._time):
            return event
        event.message = quote.message
        return filled(event, order, slipped(quote.price, slip, order.direction))

    def limit_fill(self, asset: Any, order: Any) -> OrderEvent:
        """When trades went beyond the limit: at the limit, or at the open of a bar that opened beyond it."""
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open_as_subscribed(asset):
            return event
        bar = self._trade_bar(asset, order._time)
        if bar is None:
            return event
        limit = order._limit_price
        buy = order.direction is BUY
        if bar._low < limit if buy else bar._high > limit:
            filled(event, order, limit)
            if bar._open < limit if buy else bar._open > limit:
                event._fill_price = strip(bar._open)
                event.message = _gap("a favorable", asset, bar)
        return event

    def stop_market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """When trades reached the stop: at the stop, or at the open of a bar that opened beyond it."""
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open(asset, False):
            return event
        bar = self._trade_bar(asset, order._time)
        if bar is None:
            return event
        stop = order._stop_price
        buy = order.direction is BUY
        if bar._high >= stop if buy else bar._low <= stop:
            slip = slippage(asset, order)
            gap = bar._open >= stop if buy else bar._open <= stop
            filled(event, order, slipped(bar._open if gap else stop, slip, order.direction))
            if gap:
                event.message = _gap("an unfavorable", asset, bar)
        return event

    def limit_if_touched_fill(self, asset: Any, order: Any) -> OrderEvent:
        """Once trades touched the trigger: at the quote, if it is at the limit or better."""
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED or not self._open_as_subscribed(asset):
            return event
        bar = self._trade_bar(asset, order._time)
        if bar is None:
            return event
        buy = order.direction is BUY
        if order._trigger_touched or (bar._low <= order._trigger_price if buy else bar._high >= order._trigger_price):
            order._trigger_touched = True
            quote = self._best_quote(asset, order)
            if quote.price <= order._limit_price if buy else quote.price >= order._limit_price:
                filled(event, order, quote.price)
                event.message = quote.message
        return event

    def market_on_open_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the official opening print or the open of the session's first bar."""
        event = self._event(asset, order)
        if order.status is OrderStatus.CANCELED:
            return event
        hours = asset.exchange.hours
        local = asset.exchange.time_zone.to_local(order._time)
        types = self._types(asset)
        price, end = ZERO, MIN_TIME
        if Tick in types:
            tick, waiting = self._official_tick(asset, event, opening=True)
            if waiting:
                return event
            end = MIN_TIME if tick is None else tick._end
            if tick is not None and tick.tick_type == TickType.TRADE:
                price = tick._value
        elif TradeBar in types:
            bar = asset.cache.last_of(TradeBar)
            if bar is not None:
                if bar._time < local or (bar._end - bar._time < HOUR and not hours.is_open_us(bar._time, False)):
                    return event
                price, end = bar._open, bar._end
        else:
            event.message = _quote_data(asset)
        if local >= end or (hours.is_open_us(local, False) and day_of(local) == day_of(end)) or not self._open(asset, False):
            return event
        return self._fill_auction(asset, order, event, price)

    def market_on_close_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the official closing print or the close of the last bar, once the market has closed."""
        event = self._event(asset, order)
        local = asset.exchange.time_zone.to_local(order._time)
        if order.status is OrderStatus.CANCELED or asset._local_time < asset.exchange.hours.next_close_us(local, False):
            return event
        types = self._types(asset)
        price = ZERO
        if Tick in types:
            tick, waiting = self._official_tick(asset, event, opening=False)
            if waiting:
                return event
            if tick is not None and tick.tick_type == TickType.TRADE:
                price = tick._value
        elif TradeBar in types:
            bar = asset.cache.last_of(TradeBar)
            price = ZERO if bar is None else bar._close
        else:
            event.message = _quote_data(asset)
        return self._fill_auction(asset, order, event, price)

    def _fill_auction(self, asset: Any, order: Any, event: OrderEvent, price: Decimal) -> OrderEvent:
        slip = slippage(asset, order)
        if price == 0:
            quote = self._best_quote(asset, order)
            price = quote.price
            event.message = (event.message or "") + quote.message
        return filled(event, order, slipped(price, slip, order.direction))

    def _official_tick(self, asset: Any, event: OrderEvent, opening: bool) -> tuple[Any, bool]:
        """The flagged print of the auction, else the last tick once a minute has passed; True as second value to wait on."""
        hours = asset.exchange.hours
        code = getattr(getattr(asset, "primary_exchange", None), "code", None)
        flags = _OPENING if opening else _CLOSING
        ticks = asset.cache.all_of(Tick)
        trades = [t for t in ticks if t.tick_type == TickType.TRADE and (not opening or hours.is_open_us(t._time, False))]
        for tick in trades:
            if tick.sale_condition.strip() and tick.exchange_code == code and tick.parsed_sale_condition & flags:
                return tick, False
        last = (trades or ticks or [None])[-1]
        now = asset._local_time
        if opening:
            event.message = _NO_OFFICIAL_OPEN
            begin = hours.previous_open_us(now, False, first=True)
            if last is not None and last._end - begin < MINUTE:
                return last, True
        elif any(c.extended_market_hours for c in asset._configs):
            event.message = _NO_OFFICIAL_CLOSE
            if last is not None and last._end - hours.next_close_us(day_of(now), False) < MINUTE:
                return last, True
        else:
            event.message = _NO_EXTENDED_HOURS
        if last is not None:
            event.message = f"{event.message} Fill with last {last.tick_type.lean_name} data."
        return last, False

    def _open_as_subscribed(self, asset: Any) -> bool:
        return self._open(asset, any(c.extended_market_hours for c in asset._configs if not c.is_internal_feed))

    def _best_quote(self, asset: Any, order: Any) -> _Quote:
        """The order's side of the newest quote or trade, preferring one no older than the order less the stale span."""
        side = "bid" if order.direction is SELL else "ask"
        local = asset.exchange.time_zone.to_local(order._time)
        cut_off = local - self.parameters.stale_us
        types, cache = self._types(asset), asset.cache
        ticks = cache.all_of(Tick) if Tick in types else []
        newest, message = MIN_TIME, ""
        best: Decimal | None = None
        for price, end, text, always in self._quote_sources(asset, side, types, cache, ticks):
            if best is not None and end <= newest:
                continue
            if always or end < cut_off:
                message = text
            if end >= cut_off:
                return _Quote(price, message, None)
            best, newest = price, end
        if best is None:
            known = ",".join(kind.__name__ for kind in types)
            raise InvalidOperationException(
                f"Cannot get {side} price to perform fill for {asset.symbol} because no market data was found. SubscribedTypes: [{known}]"
            )
        return _Quote(best, message, utc(asset, newest))

    def _quote_sources(self, asset: Any, side: str, types: set[type], cache: Any, ticks: list[Any]) -> list[tuple[Decimal, int, str, bool]]:
        """(price, end, message, whether the message stands for fresh data too), in LEAN's order."""
        zone = asset.exchange.time_zone
        found = []
        quotes = [t for t in ticks if t.tick_type == TickType.QUOTE and getattr(t, f"_{side}_price") > 0]
        if quotes:
            tick = quotes[-1]
            found.append((getattr(tick, f"_{side}_price"), tick._end,
                          f"Warning: fill at stale price ({net_time(tick._end)} {zone}), using Quote Tick data.", False))  # fmt: skip
        if QuoteBar in types and (bar := cache.last_of(QuoteBar)) is not None:
            part = getattr(bar, side)
            found.append((bar._close if part is None else part._close, bar._end,
                          f"Warning: fill at stale price ({net_time(bar._end)} {zone}), using QuoteBar data.", False))  # fmt: skip
        trades = [t for t in ticks if t.tick_type == TickType.TRADE]
        if trades:
            tick = trades[-1]
            found.append((tick._value, tick._end, f"Warning: No quote information available at {net_time(tick._end)} {zone}, "
                          "order filled using Trade Tick data", True))  # fmt: skip
        if TradeBar in types and (bar := cache.last_of(TradeBar)) is not None:
            found.append((bar._close, bar._end, f"Warning: No quote information available at {net_time(bar._end)} {zone}, "
                          "order filled using TradeBar data", True))  # fmt: skip
        return found

    def _trade_bar(self, asset: Any, order_time: int) -> Any:
        """The last trade bar, or the last trades as one, if it ended after the order."""
        types, cache = self._types(asset), asset.cache
        bar: Any = None
        if Tick in types:
            trades = [t for t in cache.all_of(Tick) if t.tick_type == TickType.TRADE]
            if trades:
                prices = [t._value for t in trades]
                volume = sum((t._quantity for t in trades), ZERO)
                bar = TradeBar._make(
                    asset.symbol, trades[0]._time, trades[-1]._end, prices[0], max(prices), min(prices), prices[-1], volume
                )
        elif TradeBar in types:
            bar = cache.last_of(TradeBar)
        return None if bar is None or utc(asset, bar._end) <= order_time else bar


def _gap(kind: str, asset: Any, bar: Any) -> str:
    when = f"{net_time(bar._end)} {asset.exchange.time_zone}"
    return f"Due to {kind} gap at {when}, order filled using the open price ({decimal_text(bar._open)})"


def _quote_data(asset: Any) -> str:
    when = f"{net_time(asset._local_time)} {asset.exchange.time_zone}"
    return f"Warning: No trade information available at {when}, order filled using Quote data"
