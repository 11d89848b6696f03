"""Ordering: `market_order`, `set_holdings`, `liquidate` and their kin (`Algorithm/QCAlgorithm.Trading.cs`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from math import gcd
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException, no_method
from lyra.engine.enums import OrderDirection, OrderResponseErrorCode, OrderType, Resolution, SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.framework.targets import PortfolioTarget, order_by_margin_impact
from lyra.engine.naming import LeanObject, snake_case
from lyra.engine.orders.group import GroupOrderManager
from lyra.engine.orders.order import MarketOnCloseOrder, trailing_stop
from lyra.engine.orders.requests import OrderResponse, SubmitOrderRequest
from lyra.engine.orders.ticket import OrderTicket
from lyra.engine.orders.time_in_force import GoodTilDateTimeInForce, TimeInForce
from lyra.engine.securities.buying_power import zero_price_message
from lyra.engine.symbols import Symbol, is_option
from lyra.engine.times import span_us

_CLOSED_WARNING = ("Warning: market orders submitted while the market is closed are automatically converted into MarketOnOpen orders to "
                   "fill at the next market open.")  # fmt: skip
_DAILY_WARNING = (
    "Warning: market orders on daily resolution data sent during market hours are automatically converted into MarketOnClose orders (or "
    "MarketOnOpen near the close) to avoid filling at the stale previous close. Note: in live trading this conversion is not applied, as "
    "the order fills at the current market price."
)
_GTD_WARNING = "Warning: Good-Til-Date Time-In-Force is not supported for MOO and MOC orders. The time-in-force will be reset to Good-Til-Canceled (GTC)."
_MINIMUM_WARNING = (
    "Warning: Portfolio rebalance result ignored as it resulted in a single share trade recommendation which can generate high fees. To "
    "disable minimum order size checks please set self.settings.minimum_order_margin_portfolio_percentage = 0."
)
_NO_OPEN_WARNING = "Warning: Market-On-Open orders are not allowed for futures and future options. Consider using limit orders during extended market hours."
_INFINITE = (float("inf"), float("-inf"))
_TRADED_ALL_NIGHT = frozenset((SecurityType.FUTURE, SecurityType.FUTURE_OPTION))
_AT_AUCTIONS = frozenset((OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE))
_PAIRS = frozenset((SecurityType.FOREX, SecurityType.CRYPTO))
_LIQUIDATE_OFF = "Liquidate() is currently disabled by settings. To re-enable please set 'Settings.LiquidateEnabled' to true"


def _is_number(value: Any) -> bool:
    return value is not None and value not in _INFINITE


class Trading(LeanObject):
    """The ordering part of `QCAlgorithm`."""

    # single orders ----------------------------------------------------------------------------------
    def market_order(
        self: Any, symbol: Any, quantity: Any, asynchronous: bool = False, tag: str = "", order_properties: Any = None
    ) -> OrderTicket:
        """Buy (positive) or sell (negative) at the market. A closed market makes it market-on-open, daily data market-on-close."""
        security = self._security_for_order(symbol)
        exchange = security.exchange
        if security.type not in _TRADED_ALL_NIGHT:
            if not exchange.exchange_open:
                ticket = self.market_on_open_order(security.symbol, quantity, asynchronous, tag, order_properties)
                self._warn_once("closed", _CLOSED_WARNING, ticket)
                return ticket  # type: ignore[no-any-return]
            if not exchange.hours.is_market_always_open and self._daily_only(security):
                late = self._too_late_for_close(security)
                order = self.market_on_open_order if late else self.market_on_close_order
                ticket = order(security.symbol, quantity, asynchronous, tag, order_properties)
                self._warn_once("daily", _DAILY_WARNING, ticket)
                return ticket  # type: ignore[no-any-return]
        return self._send(OrderType.MARKET, security, quantity, tag, order_properties, asynchronous)  # type: ignore[no-any-return]

    def _warn_once(self: Any, key: str, text: str, ticket: OrderTicket | None = None) -> None:
        if key not in self._warned and (ticket is None or ticket.submit_request.response.is_success):
            self._warned.add(key)
            self.debug(text)

    def order(self: Any, symbol: Any, quantity: Any, *args: Any, asynchronous: bool = False, tag: str = "",
              order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """The same as `market_order`."""
        rest = list(args)
        if rest and isinstance(rest[0], OrderType):
            rest.pop(0)
        for value in rest:
            if isinstance(value, bool):
                asynchronous = value
            elif isinstance(value, str):
                tag = value
            else:
                order_properties = value
        return self.market_order(symbol, quantity, asynchronous, tag, order_properties)  # type: ignore[no-any-return]

    def buy(self: Any, symbol: Any, quantity: Any) -> OrderTicket:
        """Buy at the market."""
        return self.order(symbol, abs(to_decimal(quantity)))  # type: ignore[no-any-return]

    def sell(self: Any, symbol: Any, quantity: Any) -> OrderTicket:
        """Sell at the market."""
        return self.order(symbol, -abs(to_decimal(quantity)))  # type: ignore[no-any-return]

    def market_on_open_order(self: Any, symbol: Any, quantity: Any, asynchronous: bool = False, tag: str = "",
                             order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """Fill at the next open."""
        security = self._security_for_order(symbol)
        properties = self._without_good_til_date(order_properties)
        return self._send(OrderType.MARKET_ON_OPEN, security, quantity, tag, properties, asynchronous)  # type: ignore[no-any-return]

    def market_on_close_order(self: Any, symbol: Any, quantity: Any, asynchronous: bool = False, tag: str = "",
                              order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """Fill at the next close; at least 15 and a half minutes before it."""
        security = self._security_for_order(symbol)
        properties = self._without_good_til_date(order_properties)
        return self._send(OrderType.MARKET_ON_CLOSE, security, quantity, tag, properties, asynchronous)  # type: ignore[no-any-return]

    def _without_good_til_date(self: Any, order_properties: Any) -> Any:
        properties = self.default_order_properties.clone() if order_properties is None else order_properties
        if isinstance(properties.time_in_force, GoodTilDateTimeInForce):
            properties.time_in_force = TimeInForce.GOOD_TIL_CANCELED  # type: ignore[attr-defined]
            self._warn_once("good til date", _GTD_WARNING)
        return properties

    def limit_order(self: Any, symbol: Any, quantity: Any, limit_price: Any, asynchronous: bool = False, tag: str = "",
                    order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """Fill at `limit_price` or better."""
        security = self._security_for_order(symbol)
        return self._send(OrderType.LIMIT, security, quantity, tag, order_properties, asynchronous, limit_price=limit_price)  # type: ignore[no-any-return]

    def stop_market_order(self: Any, symbol: Any, quantity: Any, stop_price: Any, asynchronous: bool = False, tag: str = "",
                          order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """A market order once the price reaches `stop_price`."""
        security = self._security_for_order(symbol)
        return self._send(OrderType.STOP_MARKET, security, quantity, tag, order_properties, asynchronous, stop_price=stop_price)  # type: ignore[no-any-return]

    def stop_limit_order(self: Any, symbol: Any, quantity: Any, stop_price: Any, limit_price: Any, asynchronous: bool = False, tag: str = "",
                         order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """A limit order once the price reaches `stop_price`."""
        security = self._security_for_order(symbol)
        ticket: OrderTicket = self._send(
            OrderType.STOP_LIMIT, security, quantity, tag, order_properties, asynchronous, stop_price=stop_price, limit_price=limit_price
        )
        return ticket

    def limit_if_touched_order(self: Any, symbol: Any, quantity: Any, trigger_price: Any, limit_price: Any, asynchronous: bool = False,
                               tag: str = "", order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """A limit order once trades touch `trigger_price`."""
        security = self._security_for_order(symbol)
        prices = {"trigger_price": trigger_price, "limit_price": limit_price}
        return self._send(OrderType.LIMIT_IF_TOUCHED, security, quantity, tag, order_properties, asynchronous, **prices)  # type: ignore[no-any-return]

    def trailing_stop_order(self: Any, symbol: Any, quantity: Any, *args: Any, stop_price: Any = None, trailing_amount: Any = None,
                            trailing_as_percentage: bool | None = None, asynchronous: bool = False, tag: str = "",
                            order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """A stop that follows the market: `(symbol, quantity, [stop_price,] trailing_amount, trailing_as_percentage)`."""
        rest = list(args)
        numbers = []
        while rest and not isinstance(rest[0], bool):
            numbers.append(rest.pop(0))
        if len(numbers) == 2:
            stop_price, trailing_amount = numbers
        elif len(numbers) == 1 and trailing_amount is None:
            trailing_amount = numbers[0]
        elif numbers:
            stop_price = numbers[0]
        if rest:
            trailing_as_percentage = rest.pop(0)
        for name, value in zip(("asynchronous", "tag", "order_properties"), rest, strict=False):
            asynchronous, tag, order_properties = {
                "asynchronous": asynchronous,
                "tag": tag,
                "order_properties": order_properties,
                name: value,
            }.values()
        if trailing_amount is None or trailing_as_percentage is None:
            raise TypeError("trailing_stop_order needs trailing_amount and trailing_as_percentage")
        security = self._security_for_order(symbol)
        amount = to_decimal(trailing_amount)
        if stop_price is None:
            direction = OrderDirection.BUY if to_decimal(quantity) > 0 else OrderDirection.SELL
            stop_price = trailing_stop(security._price, amount, trailing_as_percentage, direction)
        ticket: OrderTicket = self._send(OrderType.TRAILING_STOP, security, quantity, tag, order_properties, asynchronous,
                                         stop_price=stop_price, trailing_amount=amount, trailing_as_percentage=trailing_as_percentage)  # fmt: skip
        return ticket

    def exercise_option(self: Any, *args: Any, **kwargs: Any) -> OrderTicket:
        """Options are not part of the embedded engine."""
        raise NotSupported("QCAlgorithm.exercise_option")

    # combos -------------------------------------------------------------------------------------------
    def combo_market_order(self: Any, legs: list[Any], quantity: Any, asynchronous: bool = False, tag: str = "",
                           order_properties: Any = None) -> list[OrderTicket]:  # fmt: skip
        """All legs at the market, or none. `quantity` multiplies each leg's ratio."""
        return self._combo(OrderType.COMBO_MARKET, legs, quantity, ZERO, tag, order_properties, asynchronous)  # type: ignore[no-any-return]

    def combo_limit_order(self: Any, legs: list[Any], quantity: Any, limit_price: Any, asynchronous: bool = False, tag: str = "",
                          order_properties: Any = None) -> list[OrderTicket]:  # fmt: skip
        """All legs once their sum is beyond one limit price."""
        if any(leg.order_price for leg in legs):
            raise ArgumentException("ComboLimitOrder does not allow limit prices on each leg")
        return self._combo(OrderType.COMBO_LIMIT, legs, quantity, to_decimal(limit_price), tag, order_properties, asynchronous)  # type: ignore[no-any-return]

    def combo_leg_limit_order(self: Any, legs: list[Any], quantity: Any, asynchronous: bool = False, tag: str = "",
                              order_properties: Any = None) -> list[OrderTicket]:  # fmt: skip
        """All legs once each is beyond its own limit price."""
        if any(not leg.order_price for leg in legs):
            raise ArgumentException("ComboLegLimitOrder requires a limit price for each leg")
        return self._combo(OrderType.COMBO_LEG_LIMIT, legs, quantity, ZERO, tag, order_properties, asynchronous)  # type: ignore[no-any-return]

    def _combo(self: Any, order_type: OrderType, legs: list[Any], quantity: Any, limit: Decimal, tag: str, properties: Any,
               asynchronous: bool) -> list[OrderTicket]:  # fmt: skip
        number = to_decimal(quantity)
        divisor = gcd(*(int(abs(leg.quantity)) for leg in legs))
        if divisor != 1:
            before = ", ".join(f"{leg.quantity} {leg.symbol}" for leg in legs)
            after = ", ".join(f"{leg.quantity // divisor} {leg.symbol}" for leg in legs)
            raise ArgumentException(
                "The global combo quantity should be used to increase or reduce the size of the order, while the leg quantities should be "
                "used to specify the ratio of the order. The combo order quantities should be reduced "
                f"from {decimal_text(number)}x({before}) to {decimal_text(number * divisor)}x({after})."
            )
        group = GroupOrderManager(self.transactions.get_increment_group_order_manager_id(), len(legs), number, limit)
        requests = []
        for leg in legs:
            security = self._security_for_order(leg.symbol)
            price = to_decimal(leg.order_price) if leg.order_price else limit
            leg_properties = leg.order_properties or properties or self.default_order_properties.clone()
            total = to_decimal(leg.quantity) * number
            request = SubmitOrderRequest(order_type, security.type, security.symbol, total, 0, price, self._utc, tag, leg_properties, group,
                                         asynchronous=asynchronous)  # fmt: skip
            refusal = self._refusal(request)
            if refusal is not None:
                return [OrderTicket._refused(self.transactions, request, refusal)]
            requests.append(request)
        return [self.transactions.add_order(request) for request in requests]

    # sending ------------------------------------------------------------------------------------------
    def _send(self: Any, order_type: OrderType, security: Any, quantity: Any, tag: str, properties: Any, asynchronous: bool,
              **prices: Any) -> OrderTicket:  # fmt: skip
        if not isinstance(tag, str) and tag is not None:
            raise TypeError(f"the tag of an order is a text, not {tag!r}")
        if not _is_number(quantity) or not all(map(_is_number, prices.values())):
            raise no_method(f"{snake_case(order_type.lean_name)}_order", security.symbol, quantity, *prices.values())
        if properties is None:
            properties = self.default_order_properties.clone()
        request = SubmitOrderRequest(order_type, security.type, security.symbol, to_decimal(quantity), time=self._utc, tag=tag or "",
                                     properties=properties, asynchronous=asynchronous, **prices)  # fmt: skip
        return self.submit_order_request(request)  # type: ignore[no-any-return]

    def submit_order_request(self: Any, request: SubmitOrderRequest) -> OrderTicket:
        """Check a request and send it."""
        refusal = self._refusal(request)
        if refusal is not None:
            return OrderTicket._refused(self.transactions, request, refusal)
        return self.transactions.add_order(request)  # type: ignore[no-any-return]

    def _refusal(self: Any, request: SubmitOrderRequest) -> OrderResponse | None:
        """Why a request cannot be sent, which the user is told; None if it can."""
        refusal: OrderResponse | None = self._check(request)
        if refusal is not None:
            self.error(refusal.error_message)
        return refusal

    def _check(self: Any, request: SubmitOrderRequest) -> OrderResponse | None:
        if self._warming_up:
            return OrderResponse.warming_up(request)
        symbol = request._symbol
        security = self.securities.get(symbol)
        if security is None:
            return OrderResponse.missing_security(request)
        code = OrderResponseErrorCode
        quantity, lot = request._quantity, security.symbol_properties._lot_size
        if quantity == 0:
            return OrderResponse.zero_quantity(request)
        if abs(quantity) < lot:
            return OrderResponse.error(
                request, code.ORDER_QUANTITY_LESS_THAN_LOT_SIZE, f"Unable to submit order with id {request._order_id} which quantity "
                f"({decimal_text(abs(quantity))}) is less than lot size ({decimal_text(lot)})."
            )  # fmt: skip
        if not security.is_tradable:
            return OrderResponse.error(
                request, code.NON_TRADABLE_SECURITY, f"The security with symbol '{symbol}' is marked as non-tradable."
            )
        if request._order_type is OrderType.MARKET_ON_OPEN and security.type in _TRADED_ALL_NIGHT:
            self._warn_once("open", _NO_OPEN_WARNING)
            return OrderResponse.error(request, code.EXCHANGE_NOT_OPEN, f"MarketOnOpen orders not supported for {security.type.lean_name}.")
        if security._price == 0:
            return OrderResponse.error(request, code.SECURITY_PRICE_ZERO, zero_price_message(symbol))
        return self._check_currencies(request, security) or self._check_session(request, security)  # type: ignore[no-any-return]

    def _check_currencies(self: Any, request: SubmitOrderRequest, security: Any) -> OrderResponse | None:
        code, quote = OrderResponseErrorCode, security.quote_currency
        if quote._conversion_rate == 0:
            return OrderResponse.error(request, code.CONVERSION_RATE_ZERO, f"{request._symbol.value}: requires {quote.symbol} to have a "
                                       "non-zero conversion rate. This can be caused by lack of data.")  # fmt: skip
        base = getattr(security, "base_currency", None)
        if base is not None and security.type in _PAIRS and base._conversion_rate == 0:
            return OrderResponse.error(request, code.FOREX_CONVERSION_RATE_ZERO, f"{request._symbol.value}: requires {base.symbol} and "
                                       f"{quote.symbol} to have non-zero conversion rates. This can be caused by lack of data.")  # fmt: skip
        if not security.cache.has_any():
            return OrderResponse.error(request, code.SECURITY_HAS_NO_DATA, "There is no data for this symbol yet, please check the "
                                       "security.HasData flag to ensure there is at least one data point.")  # fmt: skip
        if self.transactions.orders_count > self._maximum_orders:
            self.quit_status()
            return OrderResponse.error(request, code.EXCEEDED_MAXIMUM_ORDERS, "You have exceeded maximum number of orders "
                                       f"({self._maximum_orders}), for unlimited orders upgrade your account.")  # fmt: skip
        return None

    def _check_session(self: Any, request: SubmitOrderRequest, security: Any) -> OrderResponse | None:
        kind = request._order_type
        if kind not in _AT_AUCTIONS:
            return None
        hours, code = security.exchange.hours, OrderResponseErrorCode
        if hours.is_market_always_open:
            raise ArgumentException(f"Market never closes for this symbol {security.symbol}, can no submit a {kind.lean_name} order.")
        if kind is OrderType.MARKET_ON_OPEN:
            if security.exchange.exchange_open and not self._daily_only(security):
                text = "Cannot submit a MarketOnOpen order while the market is open."
                return OrderResponse.error(request, code.MARKET_ON_OPEN_NOT_ALLOWED_DURING_REGULAR_HOURS, text)
        elif self._too_late_for_close(security):
            buffer = MarketOnCloseOrder.submission_time_buffer
            return OrderResponse.error(
                request, code.MARKET_ON_CLOSE_ORDER_TOO_LATE, f"MarketOnClose orders must be placed within {_span_text(buffer)} before market "
                "close. Override this TimeSpan buffer by setting Orders.MarketOnCloseOrder.SubmissionTimeBuffer in QCAlgorithm.Initialize()."
            )  # fmt: skip
        return None

    def _daily_only(self: Any, security: Any) -> bool:
        seen = [c.resolution for c in security._configs if not c.is_internal_feed]
        return bool(seen) and all(r is Resolution.DAILY for r in seen)

    def _too_late_for_close(self: Any, security: Any) -> bool:
        hours = security.exchange.hours
        if hours.is_market_always_open:
            return False
        close = hours.time_zone.to_utc(hours.next_close_us(security._local_time, False))
        return bool(self._utc > close - span_us(MarketOnCloseOrder.submission_time_buffer))

    def _security_for_order(self: Any, symbol: Any) -> Any:
        found = self._symbol_of(symbol)
        kind = found.security_type
        if is_option(kind):
            raise NotSupported(f"Trading {kind.lean_name.lower()}s")
        security = self.securities.get(found)
        canonical = found.is_canonical()  # whose orders are refused later, by a ticket
        if security is not None and (canonical or security.is_tradable or security.is_delisted):
            return security
        if kind is not SecurityType.INDEX and not found.has_underlying and not canonical:
            return self._add_for_order(found)
        raise InvalidOperationException(f"The symbol {symbol} is not found in the algorithm's securities collection and cannot be re-added due to it being "
                         "delisted or no longer tradable.")  # fmt: skip

    # targets ------------------------------------------------------------------------------------------
    def liquidate(self: Any, symbol: Any = None, *args: Any, asynchronous: bool = False, tag: str | None = None,
                  order_properties: Any = None) -> Any:  # fmt: skip
        """Close holdings and cancel open orders, of a symbol, of several, or of all; gives the tickets."""
        rest = list(args)
        as_ids = symbol is not None and isinstance(symbol, str) and tag is not None and not rest and len(args) == 0
        for value in rest:
            if isinstance(value, bool):
                asynchronous = value
            elif isinstance(value, str):
                tag = value
            elif value is not None:
                order_properties = value
        if symbol is None:
            symbols = sorted(self.securities.keys(), key=lambda s: s.value)
        elif isinstance(symbol, Iterable) and not isinstance(symbol, (str, Symbol)):
            symbols = [self._symbol_of(s) for s in symbol]
        else:
            symbols = [self._symbol_of(symbol)]
        tickets = self._liquidate(symbols, asynchronous, tag, order_properties)
        return [ticket.order_id for ticket in tickets] if as_ids else tickets

    def _liquidate(self: Any, symbols: list[Symbol], asynchronous: bool, tag: str | None, properties: Any) -> list[OrderTicket]:
        tickets: list[OrderTicket] = []
        if not self.settings.liquidate_enabled:
            self.debug(_LIQUIDATE_OFF)
            return tickets
        tag = "Liquidated" if tag is None else tag
        for symbol in symbols:
            if symbol not in self.securities:
                self._warn_once("liquidate", f"Warning: liquidate ignored symbol '{symbol}' because it has not been added to the algorithm. "
                                "Add the security before liquidating it.")  # fmt: skip
                continue
            holding = self.portfolio[symbol]
            quantity = holding._quantity if holding.invested else ZERO
            orders = [order for order in self.transactions._open_orders() if order.symbol == symbol]
            if len(orders) == 1 and quantity != 0 and orders[0]._quantity == -quantity and orders[0].type is OrderType.MARKET:
                continue
            pending = ZERO
            for order in orders:
                if order.type is OrderType.MARKET:
                    pending += self.transactions.get_order_ticket(order.id)._quantity_remaining
                else:
                    self.transactions.cancel_order(order.id, tag)
            if quantity != 0:
                tickets.append(self.order(symbol, -quantity - pending, asynchronous=asynchronous, tag=tag, order_properties=properties))
        return tickets

    def set_holdings(self: Any, symbol: Any, *args: Any, percentage: Any = None, liquidate_existing_holdings: bool = False,
                     asynchronous: bool = False, tag: str | None = None, order_properties: Any = None,
                     targets: Any = None) -> list[OrderTicket]:  # fmt: skip
        """Order what brings a symbol to a share of the portfolio, or a list of `PortfolioTarget`s to theirs; gives the tickets."""
        rest = list(args)
        several = targets is not None or (isinstance(symbol, Iterable) and not isinstance(symbol, (str, Symbol)))
        if not several and percentage is None:
            if not rest:
                raise TypeError("set_holdings needs a percentage")
            percentage = rest.pop(0)
        given = [liquidate_existing_holdings, asynchronous, tag, order_properties]
        if len(rest) > len(given) or not all(map(isinstance, rest, (bool, bool, str))):
            raise no_method("set_holdings", symbol, *args)
        given[: len(rest)] = rest
        if several:
            return self._set_all(list(symbol if targets is None else targets), *given)  # type: ignore[no-any-return]
        found = self._symbol_of(symbol)
        return self._set_one(found, self._order_quantity(found, to_decimal(percentage)), *given)  # type: ignore[no-any-return]

    def _set_all(
        self: Any, targets: list[Any], liquidate_others: bool, asynchronous: bool, tag: str | None, properties: Any
    ) -> list[OrderTicket]:
        tickets: list[OrderTicket] = []
        if liquidate_others:
            tickets += self._liquidate(self._others([t.symbol for t in targets]), False, tag, properties)
        deltas = [PortfolioTarget(t.symbol, self._order_quantity(t.symbol, t._quantity)) for t in targets]
        for target in order_by_margin_impact(self, deltas, target_is_delta=True):
            tickets += self._set_one(target.symbol, target._quantity, False, asynchronous, tag, properties)
        return tickets

    def _set_one(self: Any, symbol: Symbol, quantity: Decimal, liquidate_others: bool, asynchronous: bool, tag: str | None,
                 properties: Any) -> list[OrderTicket]:  # fmt: skip
        tickets: list[OrderTicket] = []
        if liquidate_others:
            tickets += self._liquidate(self._others([symbol]), False, tag, properties)
        for ticket in self.transactions.get_open_order_tickets(symbol):
            if ticket.order_type in (OrderType.MARKET, OrderType.MARKET_ON_OPEN):
                quantity -= ticket._quantity_remaining
        if quantity == 0:
            return tickets
        security = self.securities.get(symbol)
        if security is None:
            self.error(f"{symbol} not found in portfolio. Request this data when initializing the algorithm.")
            return tickets
        order = self.market_order if security.exchange.exchange_open else self.market_on_open_order
        tickets.append(order(symbol, quantity, asynchronous, tag or "", properties))
        return tickets

    def _others(self: Any, symbols: list[Symbol]) -> list[Symbol]:
        kept = set(symbols)
        return sorted((s for s in self.portfolio.keys() if s not in kept), key=lambda s: s.value)

    def calculate_order_quantity(self: Any, symbol: Any, target: Any) -> float:
        """The quantity that brings a symbol to a share of the portfolio."""
        return to_float(self._order_quantity(self._symbol_of(symbol), to_decimal(target)))

    def _order_quantity(self: Any, symbol: Symbol, target: Decimal) -> Decimal:
        result = PortfolioTarget._of_percent(self, symbol, target, True)
        return ZERO if result is None else result._quantity

    def set_maximum_orders(self: Any, max: int) -> None:
        """Limit the number of orders; before the run starts."""
        if not self._locked:
            self._maximum_orders = max

    def is_market_open(self: Any, symbol: Any) -> bool:
        """Whether the symbol's market is in regular hours now."""
        found = self._symbol_of(symbol)
        security = self.securities.get(found)
        hours = self._exchange_hours(found) if security is None else security.exchange.hours
        return bool(hours.is_open_us(hours.time_zone.to_local(self._utc), False))

    # shorting -------------------------------------------------------------------------------------------
    def shortable_quantity(self: Any, symbol: Any, *args: Any) -> float:
        """How much of a symbol can be sold short; a very large number when nothing limits it."""
        found = self._symbol_of(symbol)
        quantity = self._shortable_of(found)
        return 2.0**63 if quantity is None else int(quantity)

    def _shortable_of(self: Any, symbol: Symbol) -> Any:
        security = self.securities.get(symbol)
        provider = None if security is None else security.shortable_provider
        return None if provider is None else provider.shortable_quantity(symbol, security.local_time)

    def shortable(self: Any, symbol: Any, quantity: Any = None, update_order_id: int | None = None) -> bool:
        """Whether a symbol, or a quantity of it, can be sold short."""
        found = self._symbol_of(symbol)
        if quantity is None:
            available = self._shortable_of(found)
            return available is None or available != 0
        return self._is_shortable(found, to_decimal(quantity), update_order_id)  # type: ignore[no-any-return]

    def _is_shortable(self: Any, symbol: Symbol, quantity: Any, update_order_id: int | None = None) -> bool:
        available = self._shortable_of(symbol)
        if available is None:
            return True
        if available == 0:
            return False
        open_quantity = self.transactions._open_quantity(symbol)
        if update_order_id is not None:
            ticket = self.transactions.get_order_ticket(update_order_id)
            if ticket is not None:
                open_quantity -= ticket._quantity
        total = self.portfolio[symbol]._quantity + open_quantity + quantity
        return bool(total >= 0 or abs(total) <= to_decimal(available))

    def _warn_minimum_margin(self: Any) -> None:
        if self.portfolio.minimum_margin_skipped:
            self._warn_once("minimum margin", _MINIMUM_WARNING)


def _span_text(span: timedelta) -> str:
    total = int(span.total_seconds())
    return f"{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}"
