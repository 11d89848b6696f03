"""`OrderTicket`: the algorithm's handle of an order that it has sent.

A ticket talks to the transactions object given to it, which must have `_utc_time` (microseconds), `update_order(request) -> OrderResponse`
and `cancel_order(order_id, tag) -> OrderTicket`. The engine fills the ticket in by the methods whose names start with an underscore.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.dotnet_errors import ArgumentException, InvalidCastException
from lyra.engine.enums import OrderField, OrderRequestStatus, OrderResponseErrorCode, OrderStatus, OrderType, SecurityType
from lyra.engine.exact import add, divide, multiply, subtract
from lyra.engine.naming import LeanObject
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fields import instant, money, plain
from lyra.engine.orders.order import Order, is_closed, is_fill
from lyra.engine.orders.requests import (
    CancelOrderRequest,
    OrderRequest,
    OrderResponse,
    SubmitOrderRequest,
    UpdateOrderFields,
    UpdateOrderRequest,
)

_LIMITED = (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED, OrderType.COMBO_LIMIT, OrderType.COMBO_LEG_LIMIT)
_STOPPED = (OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
_FIELDS = {
    OrderField.TRIGGER_PRICE: ("_trigger_price", OrderType.LIMIT_IF_TOUCHED),
    OrderField.TRAILING_AMOUNT: ("_trailing_amount", OrderType.TRAILING_STOP),
    OrderField.TRAILING_AS_PERCENTAGE: ("_trailing_as_percentage", OrderType.TRAILING_STOP),
}


class WaitHandle(LeanObject):
    """Tells whether something has happened; there is nothing to wait for in a backtest."""

    def __init__(self, happened: bool) -> None:
        self._happened = happened

    def wait_one(self, *timeout: Any) -> bool:
        """Whether it has happened, at once."""
        return self._happened


class OrderTicket(LeanObject):
    """State and requests of one order. `int(ticket)` is the order's id, or the code of the last error."""

    submit_request = plain("_submit_request")
    cancel_request = plain("_cancel_request")
    average_fill_price = money("_average_fill_price")
    quantity_filled = money("_quantity_filled")
    quantity = money("_quantity")
    quantity_remaining = money("_quantity_remaining")
    time = instant("_time")

    def __init__(self, transaction_manager: Any, submit_request: SubmitOrderRequest) -> None:
        self._transactions = transaction_manager
        self._submit_request = submit_request
        self._order: Order | None = None
        self._status_override: OrderStatus | None = None
        self._cancel_request: CancelOrderRequest | None = None
        self._update_requests: list[UpdateOrderRequest] = []
        self._order_events: list[OrderEvent] = []
        self._average_fill_price = ZERO
        self._quantity_filled = ZERO
        self._filled_worth = ZERO

    # state ------------------------------------------------------------------------------------
    @property
    def order_id(self) -> int:
        """Id of the order; -10 if it was refused before it got one."""
        return self._submit_request._order_id

    @property
    def status(self) -> OrderStatus:
        """Status of the order."""
        if self._status_override is not None:
            return self._status_override
        return OrderStatus.NEW if self._order is None else self._order.status

    @property
    def symbol(self) -> Any:
        """What is traded."""
        return self._submit_request._symbol

    @property
    def security_type(self) -> SecurityType:
        """The kind of security."""
        return self._submit_request._security_type

    @property
    def order_type(self) -> OrderType:
        """The kind of order."""
        return self._submit_request._order_type

    @property
    def tag(self) -> str | None:
        """The order's tag."""
        return self._submit_request._tag if self._order is None else self._order._tag

    @property
    def _quantity(self) -> Decimal:
        return self._submit_request._quantity if self._order is None else self._order._quantity

    @property
    def _quantity_remaining(self) -> Decimal:
        return subtract(self._quantity, self._quantity_filled)

    @property
    def _time(self) -> int:
        return self.get_most_recent_order_request()._time

    @property
    def update_requests(self) -> list[UpdateOrderRequest]:
        """The updates asked for so far."""
        return list(self._update_requests)

    @property
    def order_events(self) -> list[OrderEvent]:
        """What has happened to the order so far."""
        return list(self._order_events)

    @property
    def has_order(self) -> bool:
        """Whether the order exists (it was not refused at the door)."""
        return self._order is not None

    @property
    def order_set(self) -> WaitHandle:
        """Signalled once the order exists."""
        return WaitHandle(self._order is not None)

    @property
    def order_closed(self) -> WaitHandle:
        """Signalled once the order is filled, cancelled or invalid."""
        return WaitHandle(any(is_closed(event.status) for event in self._order_events))

    def get(self, field: OrderField) -> float:
        """A price of the order. Raises ValueError if this kind of order has none of that kind."""
        field = OrderField(field)
        kind = self.order_type
        if field == OrderField.LIMIT_PRICE:
            if kind in _LIMITED:
                return self._read("_limit_price")
        elif field == OrderField.STOP_PRICE:
            if kind in _STOPPED:
                return self._read("_stop_price")
        else:
            stored, wanted = _FIELDS[field]
            if self._order is not None and self._order._type != wanted:
                raise ArgumentException(f"Unable to access property {field.lean_name} on order of type {self._order._type.lean_name}")
            if field == OrderField.TRAILING_AS_PERCENTAGE:
                raise InvalidCastException("Unable to cast object of type 'System.Boolean' to type 'System.Decimal'.")
            return self._read(stored)
        raise ArgumentException(f"Unable to get field {field.lean_name} on order of type {kind.lean_name}")

    def _read(self, stored: str) -> float:
        source: Any = self._submit_request if self._order is None else self._order
        if self._order is not None and self._order._type is OrderType.COMBO_LIMIT:
            source = self._order.group_order_manager
        return float(getattr(source, stored[1:]))

    # requests ---------------------------------------------------------------------------------
    def update(self, fields: UpdateOrderFields) -> OrderResponse:
        """Ask for changes of the order; LEAN answers at once and applies them with the next step."""
        request = UpdateOrderRequest(self._transactions._utc_time, self.order_id, fields)
        return self._transactions.update_order(request)  # type: ignore[no-any-return]

    def update_tag(self, tag: str | None) -> OrderResponse:
        """Change the tag, which closed orders allow too."""
        return self.update(UpdateOrderFields(tag=tag))

    def update_quantity(self, quantity: Any, tag: str | None = None) -> OrderResponse:
        """Change the quantity."""
        return self.update(UpdateOrderFields(quantity=to_decimal(quantity), tag=tag))

    def update_limit_price(self, limit_price: Any, tag: str | None = None) -> OrderResponse:
        """Change the limit price."""
        return self.update(UpdateOrderFields(limit_price=to_decimal(limit_price), tag=tag))

    def update_stop_price(self, stop_price: Any, tag: str | None = None) -> OrderResponse:
        """Change the stop price."""
        return self.update(UpdateOrderFields(stop_price=to_decimal(stop_price), tag=tag))

    def update_trigger_price(self, trigger_price: Any, tag: str | None = None) -> OrderResponse:
        """Change the trigger price."""
        return self.update(UpdateOrderFields(trigger_price=to_decimal(trigger_price), tag=tag))

    def update_stop_trailing_amount(self, trailing_amount: Any, tag: str | None = None) -> OrderResponse:
        """Change the trailing distance."""
        return self.update(UpdateOrderFields(trailing_amount=to_decimal(trailing_amount), tag=tag))

    def cancel(self, tag: str | None = None) -> OrderResponse:
        """Ask for the order's cancellation; a second time is refused unless the first was in error."""
        if self._has_live_cancel():
            request = CancelOrderRequest(self._transactions._utc_time, self.order_id, tag)
            text = f"Order {self.order_id} has already received a cancellation request."
            return OrderResponse.error(request, OrderResponseErrorCode.REQUEST_CANCELED, text)
        ticket = self._transactions.cancel_order(self.order_id, tag)
        return ticket._cancel_request._response  # type: ignore[no-any-return]

    def _has_live_cancel(self) -> bool:
        return self._cancel_request is not None and self._cancel_request._status != OrderRequestStatus.ERROR

    def get_most_recent_order_request(self) -> OrderRequest:
        """The cancellation, else the last update, else the submission."""
        if self._cancel_request is not None:
            return self._cancel_request
        return self._update_requests[-1] if self._update_requests else self._submit_request

    def get_most_recent_order_response(self) -> OrderResponse:
        """The answer to the most recent request."""
        return self.get_most_recent_order_request()._response

    # for the engine ---------------------------------------------------------------------------
    def _set_order(self, order: Order) -> None:
        if self._order is not None and self._order._id != order._id:
            raise ArgumentException("Order id mismatch")
        self._order = order

    def _add_order_event(self, event: OrderEvent) -> None:
        """Note an event; a fill updates the order's price to the quantity-weighted average."""
        self._order_events.append(event)
        if event._fill_quantity == 0 or self._order is None:
            return
        if is_fill(event.status):
            self._filled_worth = add(self._filled_worth, multiply(event._fill_quantity.copy_abs(), event._fill_price))
        if self._order._type is not OrderType.OPTION_EXERCISE:
            self._quantity_filled = add(self._quantity_filled, event._fill_quantity)
            self._average_fill_price = divide(self._filled_worth, self._quantity_filled.copy_abs())
            self._order._price = self._average_fill_price
        elif event.is_in_the_money:
            self._order._price = to_decimal(self.symbol.id.strike_price)
            if event._fill_price != 0:
                self._quantity_filled = add(self._quantity_filled, event._fill_quantity)
                self._average_fill_price = self._order._price

    def _add_update_request(self, request: UpdateOrderRequest) -> None:
        if request._order_id != self.order_id:
            raise ArgumentException("Received UpdateOrderRequest for incorrect order id.")
        self._update_requests.append(request)

    def _try_set_cancel_request(self, request: CancelOrderRequest) -> bool:
        if request._order_id != self.order_id:
            raise ArgumentException("Received CancelOrderRequest for incorrect order id.")
        if self._has_live_cancel():
            return False
        self._cancel_request = request
        return True

    @staticmethod
    def _refused(transactions: Any, request: SubmitOrderRequest, response: OrderResponse) -> OrderTicket:
        """The ticket of a submission that was refused before it got an id."""
        request.set_response(response)
        ticket = OrderTicket(transactions, request)
        ticket._status_override = OrderStatus.INVALID
        return ticket

    @staticmethod
    def _unknown(transactions: Any, request: UpdateOrderRequest | CancelOrderRequest, empty_symbol: Any = None) -> OrderTicket:
        """The ticket of an update or cancellation of an order that does not exist."""
        submit = SubmitOrderRequest(OrderType.MARKET, SecurityType.BASE, empty_symbol, ZERO, time=request._time, tag=request._tag)
        submit.set_response(OrderResponse.unable_to_find_order(request))
        submit.set_order_id(request._order_id)
        ticket = OrderTicket(transactions, submit)
        request.set_response(OrderResponse.unable_to_find_order(request))
        if isinstance(request, CancelOrderRequest):
            ticket._cancel_request = request
        else:
            ticket._update_requests.append(request)
        ticket._status_override = OrderStatus.INVALID
        return ticket

    def __int__(self) -> int:
        response = self.get_most_recent_order_response()
        return int(response._error_code) if response.is_error else self.order_id

    __index__ = __int__

    def __str__(self) -> str:
        requests: list[OrderRequest] = [self._submit_request, *self._update_requests]
        if self._cancel_request is not None:
            requests.append(self._cancel_request)
        answered = sum(request._response.is_processed for request in requests)
        counts = f"Request Count: {len(requests)} Response Count: {answered}"
        return f"{self.order_id}: {counts}" if self._order is None else f"{self.order_id}: {self._order} {counts}"
