"""`self.transactions`: takes order requests, keeps orders and tickets, and passes events on.

A backtest has no broker threads: a submission is processed inside the call, updates and cancellations wait for the next drain
(the next submission, or one of the two drains of a time step). Rules of `Engine/TransactionHandlers/BrokerageTransactionHandler.cs`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from lyra.engine.data.dictionary import KeyValueDictionary
from lyra.engine.decimals import ZERO, decimal_text, smart_round, to_float
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import (
    DataNormalizationMode,
    OrderDirection,
    OrderRequestStatus,
    OrderResponseErrorCode,
    OrderStatus,
    OrderType,
    SecurityType,
)
from lyra.engine.errors import NotSupported
from lyra.engine.exact import strip
from lyra.engine.naming import LeanObject
from lyra.engine.orders.brokerage import BacktestingBrokerage
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fee import ModifiedFillQuantityOrderFee, OrderFee
from lyra.engine.orders.order import MarketOrder, Order, OrderSubmissionData, create_order, is_closed, is_fill
from lyra.engine.orders.requests import CancelOrderRequest, OrderRequest, OrderResponse, SubmitOrderRequest, UpdateOrderRequest
from lyra.engine.orders.ticket import OrderTicket
from lyra.engine.securities.price_variation import minimum_price_variation
from lyra.engine.symbols import Symbol, is_option
from lyra.engine.times import to_utc_datetime

DELISTED_TAG = "Liquidate from delisting"

_EVENT_PRICES = {
    OrderType.LIMIT: ("_limit_price",), OrderType.COMBO_LEG_LIMIT: ("_limit_price",), OrderType.STOP_MARKET: ("_stop_price",),
    OrderType.STOP_LIMIT: ("_limit_price", "_stop_price"), OrderType.TRAILING_STOP: ("_stop_price", "_trailing_amount"),
    OrderType.LIMIT_IF_TOUCHED: ("_limit_price", "_trigger_price"),
}  # fmt: skip
_ROUNDED_PRICES = {
    OrderType.LIMIT: (("_limit_price", "LimitPrice"),), OrderType.STOP_MARKET: (("_stop_price", "StopPrice"),),
    OrderType.STOP_LIMIT: (("_limit_price", "LimitPrice"), ("_stop_price", "StopPrice")),
    OrderType.LIMIT_IF_TOUCHED: (("_limit_price", "LimitPrice"), ("_trigger_price", "TriggerPrice")),
    OrderType.COMBO_LEG_LIMIT: (("_limit_price", "LimitPrice"),),
    OrderType.TRAILING_STOP: (("_stop_price", "StopPrice"), ("_trailing_amount", "TrailingAmount")),
}  # fmt: skip


def insufficient_buying_power(legs: dict[Any, Any], reason: str | None) -> str:
    """LEAN's text for orders that cannot be paid for."""
    ids = ",".join(str(order.id) for order in legs)
    values = ",".join(decimal_text(smart_round(order._get_value(security))) for order, security in legs.items())
    return f"Order Error: ids: [{ids}], Insufficient buying power to complete orders (Value:[{values}]), Reason: {reason}."


class SecurityTransactionManager(LeanObject):
    """Orders, tickets and what becomes of them."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._orders: dict[int, Order] = {}
        self._tickets: dict[int, OrderTicket] = {}
        self._open: dict[int, Order] = {}
        self._queue: deque[tuple[OrderRequest, Order]] = deque()
        self._status_before_cancel: dict[int, OrderStatus] = {}
        self._last_order_id = 0
        self._last_group_id = 0
        self._record: dict[int, tuple[Decimal, bool]] = {}
        self._price_modes: dict[Symbol, DataNormalizationMode] = {}
        self._warned_rounding = False
        self._warned_quantity = False
        self._warned_base_fee = False
        self._brokerage = BacktestingBrokerage(algorithm, self)
        self._delistings_done: Any = None
        self.total_orders = 0
        self.market_order_fill_timeout: Any = None
        self.order_events: list[OrderEvent] = []

    @property
    def _utc_time(self) -> int:
        return self._algorithm._utc  # type: ignore[no-any-return]

    # submitting -----------------------------------------------------------------------------------
    def add_order(self, request: SubmitOrderRequest) -> OrderTicket:
        """Submit an order; it is processed before this returns. Raises during warm-up."""
        self._refuse_warming_up(request)
        algorithm = self._algorithm
        if is_option(request._symbol.security_type):
            raise NotSupported(f"Orders for {request._symbol.security_type.lean_name}s")
        if algorithm.portfolio._before_change is not None:
            algorithm.portfolio._before_change()
        algorithm._touched = True
        if request._order_id < 1:
            request.set_order_id(self.get_increment_order_id())
        response = OrderResponse.success(request)
        if request._quantity < 0 and not algorithm._is_shortable(request._symbol, request._quantity):
            response = OrderResponse.error(
                request, OrderResponseErrorCode.EXCEEDS_SHORTABLE_QUANTITY, self._shortable_message(request._symbol, request._quantity)
            )
        request.set_response(response)
        ticket = OrderTicket(self, request)
        security = algorithm.securities[request._symbol]
        order = create_order(request)
        self.total_orders += 1
        self._tickets[order.id] = ticket
        if not response._failed:
            cache = security.cache
            order._order_submission_data = OrderSubmissionData(cache.exact("bid_price"), cache.exact("ask_price"), cache.exact("close"))
            self._open[order.id] = order
            self._queue.append((request, order))
            self.process_pending()
        else:
            order._price_currency = security.symbol_properties.quote_currency
            order.status = OrderStatus.INVALID
            order._tag = response.error_message
            ticket._set_order(order)
            self._orders[order.id] = order
            self._handle([OrderEvent(order, self._utc_time, OrderFee.ZERO, response.error_message)])
        return ticket

    def _refuse_warming_up(self, request: OrderRequest) -> None:
        if self._algorithm._warming_up:
            raise InvalidOperationException(str(OrderResponse.warming_up(request)))

    def _shortable_message(self, symbol: Symbol, quantity: Decimal) -> str:
        available = self._algorithm.shortable_quantity(symbol)
        return f"Order exceeds shortable quantity {available:g} for Symbol {symbol} requested {decimal_text(quantity)})"

    def process_pending(self) -> None:
        """Process the waiting requests in the order of their arrival; each is followed by a scan for fills."""
        while self._queue:
            request, order = self._queue.popleft()
            if isinstance(request, SubmitOrderRequest):
                response = self._submit(request, order)
            elif isinstance(request, UpdateOrderRequest):
                response = self._update(request, order)
            else:
                response = self._cancel(cast(CancelOrderRequest, request), order)
            request.set_response(response, OrderRequestStatus.PROCESSED)
            self._brokerage.scan()

    def process_synchronous_events(self) -> None:
        """One of a time step's two drains: requests, fills, and delistings once a slice."""
        if self._queue:
            self.process_pending()
        if self._brokerage.needs_scan:
            self._brokerage.scan()
        current = self._algorithm._current_slice
        if current is not None and (current._auxiliary or current._hidden_events) and current is not self._delistings_done:
            self._delistings_done = current
            self._brokerage.process_delistings(current)

    def _submit(self, request: SubmitOrderRequest, order: Order) -> OrderResponse:
        algorithm = self._algorithm
        security = algorithm._security_of(order.symbol)
        self._orders[order.id] = order
        order._price_currency = security.symbol_properties.quote_currency
        if not order._tag:
            order._tag = order.get_default_tag()
        self._round_quantity(order, security)
        legs = self._group_of(order)
        self._round_prices(order, security, legs)
        order.price_adjustment_mode = self._price_mode(order.symbol)
        self._tickets[order.id]._set_order(order)
        if legs is None:
            return OrderResponse.success(request)
        pairs = {}
        for leg in legs:
            if leg._quantity == 0:
                return self._invalidate(legs, OrderResponse.zero_quantity(request))
            pairs[leg] = algorithm._security_of(leg.symbol)
        refusal = self._check_buying_power(request, order, legs, pairs)
        if refusal is not None:
            return refusal
        for leg, leg_security in pairs.items():
            message = algorithm._brokerage_refusal(leg_security, leg)
            if message is not None:
                text = f"BrokerageModel declared unable to submit order: [{','.join(str(o.id) for o in legs)}] {message}"
                code = OrderResponseErrorCode.BROKERAGE_MODEL_REFUSED_TO_SUBMIT_ORDER
                return self._invalidate(legs, OrderResponse.error(request, code, text))
        for leg in legs:
            self._brokerage.place_order(leg)
        return OrderResponse.success(request)

    def _check_buying_power(
        self, request: OrderRequest, order: Order, legs: list[Order], pairs: dict[Any, Any] | None
    ) -> OrderResponse | None:
        algorithm = self._algorithm
        try:
            result = algorithm.portfolio._has_sufficient_buying_power(legs)
        except Exception as e:
            algorithm.error(f"Order Error: id: {order.id}, Error executing margin models: {e}")
            self._handle([OrderEvent(order, self._utc_time, OrderFee.ZERO, "Error executing margin models")])
            text = "An error occurred while checking sufficient buying power for the orders."
            return OrderResponse.error(request, OrderResponseErrorCode.PROCESSING_ERROR, text)
        if result.is_sufficient:
            return None
        if pairs is not None:
            text = insufficient_buying_power(pairs, result.reason)
            code = OrderResponseErrorCode.INSUFFICIENT_BUYING_POWER
            return self._invalidate(legs, OrderResponse.error(request, code, text))
        text = (f"Brokerage failed to update order with id: {order.id}, Symbol: {order.symbol.value}, Insufficient buying power to "
                f"complete order, Reason: {result.reason}.")  # fmt: skip
        algorithm.error(text)
        self._handle([OrderEvent(order, self._utc_time, OrderFee.ZERO, text)])
        return OrderResponse.error(request, OrderResponseErrorCode.BROKERAGE_FAILED_TO_UPDATE_ORDER, text)

    def _invalidate(self, legs: list[Order], response: OrderResponse) -> OrderResponse:
        message = response.error_message
        self._algorithm.error(message)
        for leg in legs:
            if not is_closed(leg.status):
                leg.status = OrderStatus.INVALID
            self._handle([OrderEvent(leg, self._utc_time, OrderFee.ZERO, message)])
        return response

    def _group_of(self, order: Order) -> list[Order] | None:
        """The orders of a combo, None while some have not come; a single order is its own group."""
        group = order.group_order_manager
        if group is None:
            return [order]
        if len(group.order_ids) < group.count:
            return None
        legs = [self._orders.get(i) for i in group.order_ids]
        return None if any(leg is None for leg in legs) else legs  # type: ignore[return-value]

    def _round_quantity(self, order: Order, security: Any) -> None:
        """Toward zero to whole lots, with one warning a run."""
        lot = security.symbol_properties._lot_size
        rest = order._quantity % lot
        if rest == 0:
            return
        if not self._warned_quantity:
            self._warned_quantity = True
            self._algorithm.error(
                f"Warning: Due to brokerage limitations, orders will be rounded to the nearest lot size of {decimal_text(lot)}"
            )
        order._quantity -= rest

    def _round_prices(self, order: Order, security: Any, legs: list[Order] | None) -> None:
        if order.type is OrderType.COMBO_LIMIT:
            if legs is not None:
                steps = [self._price_step(self._algorithm.securities[leg.symbol], leg._price) for leg in legs]
                step = min((s for s in steps if s > 0), default=ZERO)
                self._round_price(order.group_order_manager, "_limit_price", "LimitPrice", step)
            return
        for field, name in _ROUNDED_PRICES.get(order._type, ()):
            if field == "_trailing_amount" and order.trailing_as_percentage:  # type: ignore[attr-defined]
                continue
            self._round_price(order, field, name, self._price_step(security, getattr(order, field)))

    @staticmethod
    def _price_step(security: Any, price: Decimal) -> Decimal:
        return minimum_price_variation(security, price)

    def _round_price(self, target: Any, field: str, name: str, step: Decimal) -> None:
        price = getattr(target, field)
        if step <= 0 or price is None:
            return
        rounded = (price / step).to_integral_value() * step
        setattr(target, field, rounded)
        if rounded != price and not self._warned_rounding:
            self._warned_rounding = True
            self._algorithm.error(
                f"Warning: To meet brokerage precision requirements, order {name} was rounded to {decimal_text(rounded)} from {decimal_text(price)}"
            )

    def _price_mode(self, symbol: Symbol) -> DataNormalizationMode:
        mode = self._price_modes.get(symbol)
        if mode is None:
            configs = sorted(self._algorithm.securities[symbol]._configs, key=lambda config: config.is_internal_feed)
            mode = configs[0].data_normalization_mode if configs else DataNormalizationMode.RAW
            self._price_modes[symbol] = mode
        return mode

    # updating and cancelling ----------------------------------------------------------------------
    def update_order(self, request: UpdateOrderRequest) -> OrderResponse:
        """Ask for an update; it is applied at the next drain."""
        self._refuse_warming_up(request)
        order, ticket = self._orders.get(request._order_id), self._tickets.get(request._order_id)
        if order is None or ticket is None:
            return OrderTicket._unknown(self, request, Symbol.EMPTY).get_most_recent_order_response()
        ticket._add_update_request(request)
        quantity = ticket._quantity if request._quantity is None else request._quantity
        selling = order.direction is OrderDirection.SELL or quantity < 0
        if selling and not self._algorithm._is_shortable(ticket.symbol, quantity, order.id):
            code = OrderResponseErrorCode.EXCEEDS_SHORTABLE_QUANTITY
            response = OrderResponse.error(request, code, self._shortable_message(ticket.symbol, ticket._quantity))
        elif order.status is OrderStatus.NEW:
            response = OrderResponse.invalid_new_status(request, order)
        elif is_closed(order.status) and not request.is_allowed_for_closed_order():
            response = OrderResponse.invalid_status(request, order)
        elif request._quantity is not None and request._quantity == 0:
            response = OrderResponse.zero_quantity(request)
        else:
            request.set_response(OrderResponse.success(request), OrderRequestStatus.PROCESSING)
            self._queue.append((request, order))
            return request._response
        request.set_response(response)
        return response

    def _update(self, request: UpdateOrderRequest, order: Order) -> OrderResponse:
        algorithm = self._algorithm
        closed = is_closed(order.status)
        if closed and not request.is_allowed_for_closed_order():
            return OrderResponse.invalid_status(request, order)
        security = algorithm._security_of(order.symbol)
        self._round_quantity(order, security)
        message = algorithm._brokerage_update_refusal(security, order, request)
        if message is not None:
            text = f"OrderID: {order.id} {message}"
            algorithm.error(text)
            self._handle([OrderEvent(order, self._utc_time, OrderFee.ZERO, "BrokerageModel declared unable to update order")])
            return OrderResponse.error(request, OrderResponseErrorCode.BROKERAGE_MODEL_REFUSED_TO_UPDATE_ORDER, text)
        if order.group_order_manager is None:
            changed = order.clone()
            changed.apply_update_order_request(request)
            refusal = self._check_buying_power(request, order, [changed], None)
            if refusal is not None:
                return refusal
        order.apply_update_order_request(request)
        self._round_prices(order, security, self._group_of(order))
        self._tickets[order.id]._set_order(order)
        if not closed and not self._brokerage.update_order(order):
            text = f"Brokerage failed to update order with id {order.id}"
            algorithm.error(text)
            self._handle([OrderEvent(order, self._utc_time, OrderFee.ZERO, "Brokerage failed to update order")])
            return OrderResponse.error(request, OrderResponseErrorCode.BROKERAGE_FAILED_TO_UPDATE_ORDER, text)
        return OrderResponse.success(request)

    def cancel_order(self, order_id: int, tag: str | None = None) -> OrderTicket:
        """Ask for a cancellation; the order is cancel-pending at once and cancelled at the next drain."""
        request = CancelOrderRequest(self._utc_time, order_id, tag or "")
        self._refuse_warming_up(request)
        order, ticket = self._orders.get(order_id), self._tickets.get(order_id)
        if order is None or ticket is None:
            return OrderTicket._unknown(self, request, Symbol.EMPTY)
        if not ticket._try_set_cancel_request(request):
            text = "Cancellation is already in progress."
            request.set_response(OrderResponse.error(request, OrderResponseErrorCode.INVALID_REQUEST, text))
            return ticket
        if tag is not None:
            order._tag = tag
        if order.status is OrderStatus.NEW:
            request.set_response(OrderResponse.invalid_new_status(request, order))
        elif is_closed(order.status):
            request.set_response(OrderResponse.invalid_status(request, order))
        else:
            self._status_before_cancel[order.id] = order.status
            order.status = OrderStatus.CANCEL_PENDING
            self._handle([OrderEvent(order, self._utc_time, OrderFee.ZERO)])
            request.set_response(OrderResponse.success(request), OrderRequestStatus.PROCESSING)
            self._queue.append((request, order))
        return ticket

    remove_order = cancel_order

    def _cancel(self, request: CancelOrderRequest, order: Order) -> OrderResponse:
        if is_closed(order.status):
            return OrderResponse.invalid_status(request, order)
        if not self._brokerage.cancel_order(order):
            text = f"Brokerage failed to cancel order with id {order.id}"
            self._algorithm.error(text)
            order.status = self._status_before_cancel.pop(order.id, order.status)
            return OrderResponse.error(request, OrderResponseErrorCode.BROKERAGE_FAILED_TO_CANCEL_ORDER, text)
        if request._tag:
            order._tag = request._tag
        return OrderResponse.success(request)

    def cancel_open_orders(self, symbol: Any = None, tag: str | None = None) -> list[OrderTicket]:
        """Cancel all open orders, or those of a symbol."""
        if self._algorithm.is_warming_up:
            raise ArgumentException("This operation is not allowed in Initialize or during warm up: CancelOpenOrders. Please move this code to the "
                             "OnWarmupFinished() method.")  # fmt: skip
        tickets = self.get_open_order_tickets(symbol)
        for ticket in tickets:
            if symbol is None and tag is None:
                ticket.cancel(f"Canceled by CancelOpenOrders() at {to_utc_datetime(self._utc_time):%Y-%m-%dT%H:%M:%S.%f}0Z")
            else:
                ticket.cancel(tag)
        return tickets

    # events ---------------------------------------------------------------------------------------
    def _handle(self, events: list[OrderEvent]) -> None:
        """Apply events to orders, portfolio, trades and tickets, then tell results and algorithm."""
        algorithm = self._algorithm
        fills = []
        for event in events:
            order = self._orders[event.order_id]
            event.ticket = self._tickets[event.order_id]
            if is_closed(event.status):
                self._open.pop(event.order_id, None)
                self._status_before_cancel.pop(event.order_id, None)
            self._apply(event, order)
            if is_fill(event.status):
                order._last_fill_time = event._utc_time
                fills.append(event)
                self._take_base_fee(event, order)
        if fills:
            algorithm.portfolio.process_fills(fills)
        for event in events:
            if is_fill(event.status):
                self._build_trade(event)
            event.ticket._add_order_event(event)
        for event in events:
            if event.status is not OrderStatus.NONE:
                self.order_events.append(event)
                algorithm._order_event(event)

    def _apply(self, event: OrderEvent, order: Order) -> None:
        if event.status is not OrderStatus.INVALID or order.status not in (OrderStatus.FILLED, OrderStatus.CANCELED):
            order.status = event.status
        event.id = order._next_event_id()
        if event.status is OrderStatus.CANCELED:
            order._canceled_time = event._utc_time
        elif event.ticket._update_requests and event.status in (OrderStatus.UPDATE_SUBMITTED, OrderStatus.SUBMITTED):
            order._last_update_time = event._utc_time
        event._quantity = order._quantity
        for field in _EVENT_PRICES.get(order._type, ()):
            setattr(event, field, strip(getattr(order, field)))

    def _take_base_fee(self, event: OrderEvent, order: Order) -> None:
        """A coin's buy whose fee is in the coin itself fills that much less."""
        if order.direction is not OrderDirection.BUY or event.symbol.security_type is not SecurityType.CRYPTO:
            return
        security = self._algorithm._security_of(event.symbol)
        base, fee = getattr(security, "base_currency", None), event.order_fee.value
        if base is None or fee.currency != base.symbol:
            return
        event._fill_quantity = strip(event._fill_quantity - fee._amount)
        multiplier = security.symbol_properties._contract_multiplier
        event.order_fee = ModifiedFillQuantityOrderFee(fee, security.quote_currency.symbol, multiplier)
        if not self._warned_base_fee:
            self._warned_base_fee = True
            self._algorithm.debug("When buying currency pairs, using Cash account types, fees in base currency will be deducted from the "
                                  "filled quantity so virtual positions reflect actual holdings.")  # fmt: skip

    def _build_trade(self, event: OrderEvent) -> None:
        algorithm = self._algorithm
        security = algorithm._security_of(event.symbol)
        fee = event.order_fee.value
        in_account = ZERO if fee._amount == 0 else algorithm.portfolio.cash_book._to_account(fee._amount, fee.currency)
        rate, multiplier = security.quote_currency._conversion_rate, security.symbol_properties._contract_multiplier
        algorithm.trade_builder.process_fill(event, rate, in_account, multiplier)

    def _liquidate_delisted(self, symbol: Symbol) -> OrderTicket | None:
        """Close a holding of a security that has left the market, at its last price and without a fee."""
        algorithm = self._algorithm
        security = algorithm._security_of(symbol)
        quantity = -security.holdings._quantity
        if quantity == 0:
            return None
        order = MarketOrder(symbol, quantity, self._utc_time, DELISTED_TAG)
        order._id = self.get_increment_order_id()
        order.status = OrderStatus.SUBMITTED
        order.price_adjustment_mode = self._price_mode(symbol)
        request = SubmitOrderRequest(order.type, security.type, symbol, quantity, 0, 0, self._utc_time, DELISTED_TAG)
        request.set_order_id(order.id)
        ticket = OrderTicket(self, request)
        ticket._set_order(order)
        self._orders[order.id] = order
        self._open[order.id] = order
        self._tickets[order.id] = ticket
        self.total_orders += 1
        fill = OrderEvent(order, self._utc_time, OrderFee.ZERO, DELISTED_TAG)
        fill._fill_price, fill.status, fill._fill_quantity = strip(security._price), OrderStatus.FILLED, strip(quantity)
        self._handle([fill])
        return ticket

    # questions ------------------------------------------------------------------------------------
    def _open_orders(self) -> list[Order]:
        return list(self._open.values())

    def get_open_orders(self, filter: Any = None) -> list[Order]:
        """Copies of the open orders, of a symbol, or those that a function accepts."""
        return [order.clone() for order in self._open.values() if _accepts(filter, order)]

    def get_orders(self, filter: Any = None) -> list[Order]:
        """Copies of all orders, or those that a function accepts."""
        return [order.clone() for order in self._orders.values() if _accepts(filter, order)]

    def get_order_tickets(self, filter: Any = None) -> list[OrderTicket]:
        """All tickets, or those that a function accepts."""
        return [ticket for ticket in self._tickets.values() if _accepts(filter, ticket)]

    def get_open_order_tickets(self, filter: Any = None) -> list[OrderTicket]:
        """Tickets of open orders, of a symbol, or those that a function accepts."""
        return [self._tickets[i] for i in list(self._open) if _accepts(filter, self._tickets[i])]

    def _open_quantity(self, symbol: Symbol) -> Decimal:
        return sum((self._tickets[i]._quantity_remaining for i, order in self._open.items() if order.symbol == symbol), ZERO)

    def get_open_orders_remaining_quantity(self, filter: Any = None) -> float:
        """The sum of what open orders still have to fill."""
        return to_float(sum((t._quantity_remaining for t in self.get_open_order_tickets(filter)), ZERO))

    def get_order_ticket(self, order_id: int) -> OrderTicket | None:
        """The ticket of an order, or None."""
        return self._tickets.get(order_id)

    def get_order_by_id(self, order_id: int) -> Order | None:
        """A copy of an order, or None."""
        order = self._orders.get(order_id)
        return None if order is None else order.clone()

    def get_orders_by_brokerage_id(self, brokerage_id: Any) -> list[Order]:
        """Copies of the orders that a broker knows by an id."""
        return [order.clone() for order in self._orders.values() if str(brokerage_id) in order.broker_id]

    def get_projected_holdings(self, security: Any) -> ProjectedHoldings:
        """What will be held when the open orders have filled."""
        return ProjectedHoldings(security.holdings._quantity, self._open_quantity(security.symbol))

    def wait_for_order(self, order_id: int) -> bool:
        """Whether the order is closed; in a backtest there is nothing to wait for."""
        ticket = self._tickets.get(order_id)
        return ticket is not None and is_closed(ticket.status)

    def get_increment_order_id(self) -> int:
        """The next order id."""
        self._last_order_id += 1
        return self._last_order_id

    def get_increment_group_order_manager_id(self) -> int:
        """The next id of a group of orders."""
        self._last_group_id += 1
        return self._last_group_id

    @property
    def last_order_id(self) -> int:
        """The id given last."""
        return self._last_order_id

    @property
    def orders_count(self) -> int:
        """How many orders there were."""
        return self.total_orders

    # closed trades' profits -----------------------------------------------------------------------
    def _add_record(self, utc: int, profit: Decimal, win: bool) -> None:
        if utc in self._record:  # those of one moment stand a millisecond apart
            utc = next(reversed(self._record)) + 1000
        self._record[utc] = (profit, win)

    @property
    def _profit_loss(self) -> dict[int, Decimal]:
        return {utc: profit for utc, (profit, _) in self._record.items()}

    @property
    def _winning(self) -> list[int]:
        return [utc for utc, (_, win) in self._record.items() if win]

    @property
    def _losing(self) -> list[int]:
        return [utc for utc, (_, win) in self._record.items() if not win]

    @property
    def transaction_record(self) -> dict[Any, float]:
        """Profit of each closing fill, less twice its fee, by its moment."""
        return KeyValueDictionary({to_utc_datetime(utc): to_float(profit) for utc, (profit, _) in self._record.items()})

    @property
    def winning_transactions(self) -> dict[Any, float]:
        """The records that count as wins."""
        return KeyValueDictionary({to_utc_datetime(utc): to_float(profit) for utc, (profit, win) in self._record.items() if win})

    @property
    def losing_transactions(self) -> dict[Any, float]:
        """The records that count as losses."""
        return KeyValueDictionary({to_utc_datetime(utc): to_float(profit) for utc, (profit, win) in self._record.items() if not win})

    @property
    def win_count(self) -> int:
        """How many records count as wins."""
        return sum(win for _, win in self._record.values())

    @property
    def loss_count(self) -> int:
        """How many records count as losses."""
        return len(self._record) - self.win_count


class ProjectedHoldings(LeanObject):
    """Holdings once open orders have filled."""

    def __init__(self, holdings_quantity: Decimal, open_orders_quantity: Decimal) -> None:
        self._holdings, self._open = holdings_quantity, open_orders_quantity

    @property
    def holdings_quantity(self) -> float:
        """What is held."""
        return to_float(self._holdings)

    @property
    def open_orders_quantity(self) -> float:
        """What open orders will add."""
        return to_float(self._open)

    @property
    def projected_quantity(self) -> float:
        """The sum."""
        return to_float(self._holdings + self._open)


def _accepts(filter: Any, item: Any) -> bool:
    if filter is None:
        return True
    if isinstance(filter, (Symbol, str)):
        return bool(item.symbol == filter)
    accept: Callable[[Any], bool] = filter
    return bool(accept(item))
