"""What algorithms ask of orders (submit, update, cancel) and the engine's answers. Texts are LEAN's (`Common/Messages`)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.decimals import decimal_text, smart_round, to_decimal
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import OrderRequestStatus, OrderRequestType, OrderResponseErrorCode, OrderType, SecurityType
from lyra.engine.naming import LeanObject, snake_case
from lyra.engine.orders.fields import instant, money, optional_decimal, plain, to_instant, utc_text
from lyra.engine.orders.group import GroupOrderManager
from lyra.engine.orders.order import create_order
from lyra.engine.orders.properties import OrderProperties

_NO_ID = int(OrderResponseErrorCode.UNABLE_TO_FIND_ORDER)


class OrderResponse(LeanObject):
    """The answer to a request: success, or an error code with a text. Made by `success`, `error` and the named errors below."""

    UNPROCESSED: ClassVar[OrderResponse]
    Unprocessed: ClassVar[OrderResponse]
    order_id = plain("_order_id")
    error_message = plain("_error_message")
    error_code = plain("_error_code")

    def __init__(self, order_id: int, error_code: OrderResponseErrorCode, error_message: str | None) -> None:
        self._order_id = order_id
        self._error_code = error_code
        self._failed = error_code != OrderResponseErrorCode.NONE
        text = "An unexpected error occurred." if error_message is None else error_message
        self._error_message = text if self._failed else None

    @property
    def is_processed(self) -> bool:
        """Whether the request has been answered at all."""
        return self is not OrderResponse.UNPROCESSED

    @property
    def is_error(self) -> bool:
        """Whether the request was refused."""
        return self._failed

    @property
    def is_success(self) -> bool:
        """Whether the request was accepted."""
        return self.is_processed and not self._failed

    @staticmethod
    def success(request: OrderRequest) -> OrderResponse:
        """Accepted."""
        return OrderResponse(request._order_id, OrderResponseErrorCode.NONE, None)

    @staticmethod
    def error(request: OrderRequest, error_code: OrderResponseErrorCode, error_message: str | None) -> OrderResponse:
        """Refused, with a code and a text."""
        return OrderResponse(request.order_id, error_code, error_message)

    @staticmethod
    def invalid_status(request: OrderRequest, order: Any) -> OrderResponse:
        """The order is closed already."""
        text = f"Unable to update order with id {request.order_id} because it already has {order.status.lean_name} status."
        return OrderResponse.error(request, OrderResponseErrorCode.INVALID_ORDER_STATUS, text)

    @staticmethod
    def invalid_new_status(request: OrderRequest, order: Any) -> OrderResponse:
        """The order's submission is not confirmed yet."""
        text = (
            f"Unable to update or cancel order with id {request.order_id} and status {order.status.lean_name} "
            "because the submit confirmation has not been received yet."
        )
        return OrderResponse.error(request, OrderResponseErrorCode.INVALID_NEW_ORDER_STATUS, text)

    @staticmethod
    def unable_to_find_order(request: OrderRequest) -> OrderResponse:
        """There is no order of that id."""
        return OrderResponse.error(
            request, OrderResponseErrorCode.UNABLE_TO_FIND_ORDER, f"Unable to locate order with id {request.order_id}."
        )

    @staticmethod
    def zero_quantity(request: OrderRequest) -> OrderResponse:
        """A quantity of zero."""
        verb = request.order_request_type.lean_name.lower()
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.ORDER_QUANTITY_ZERO,
            f"Unable to {verb} order with id {request.order_id} that has zero quantity.",
        )

    @staticmethod
    def missing_security(request: SubmitOrderRequest) -> OrderResponse:
        """The algorithm has not added the security."""
        text = f"You haven't requested {request.symbol} data. Add this with add_security() in the initialize() method."
        return OrderResponse.error(request, OrderResponseErrorCode.MISSING_SECURITY, text)

    @staticmethod
    def warming_up(request: OrderRequest) -> OrderResponse:
        """Orders are not taken in `initialize` or during warm-up."""
        kind = snake_case(request.order_request_type.lean_name)
        text = (
            f"This operation is not allowed in initialize or during warm up: OrderRequest.{kind}. "
            "Please move this code to the on_warmup_finished() method."
        )
        return OrderResponse.error(request, OrderResponseErrorCode.ALGORITHM_WARMING_UP, text)

    def __str__(self) -> str:
        if not self.is_processed:
            return "Unprocessed"
        return f"Error: {self._error_code.lean_name} - {self._error_message}" if self.is_error else "Success"


OrderResponse.UNPROCESSED = OrderResponse.Unprocessed = OrderResponse(-(2**31), OrderResponseErrorCode.NONE, None)


class OrderRequest(LeanObject):
    """Base of the requests: when it was made (UTC), for which order, with which tag, and what came of it."""

    order_request_type: ClassVar[OrderRequestType]
    time = instant("_time")
    order_id = plain("_order_id")
    tag = plain("_tag")
    status = plain("_status")
    response = plain("_response")

    def __init__(self, time: Any, order_id: int, tag: str | None) -> None:
        self._time: int = to_instant(time)
        self._time_is_utc = not isinstance(time, datetime) or time.tzinfo is not None
        self._order_id = int(order_id)
        self._tag = tag
        self._status = OrderRequestStatus.UNPROCESSED
        self._response = OrderResponse.UNPROCESSED

    def set_response(self, response: OrderResponse, status: OrderRequestStatus = OrderRequestStatus.ERROR) -> None:
        """Note the answer; an error answer makes the status ERROR whatever is given."""
        if response is None:
            raise ArgumentException("Response can not be null (Parameter 'response')")
        self._status = OrderRequestStatus.ERROR if response._failed else status
        self._response = response

    def __str__(self) -> str:
        return f"{utc_text(self._time)} UTC: Order: ({self._order_id}) - {self._tag or ''} Status: {self._status.lean_name}"


class SubmitOrderRequest(OrderRequest):
    """A new order. The price arguments are stop, limit, trigger, trailing amount; the last ones may be left out, as in LEAN.

    `SubmitOrderRequest(order_type, security_type, symbol, quantity, stop_price, limit_price[, trigger_price[, trailing_amount,
    trailing_as_percentage]], time, tag, properties=None, group_order_manager=None, asynchronous=False)`
    """

    order_request_type: ClassVar[OrderRequestType] = OrderRequestType.SUBMIT
    security_type = plain("_security_type")
    symbol = plain("_symbol")
    order_type = plain("_order_type")
    quantity = money("_quantity")
    limit_price = money("_limit_price")
    stop_price = money("_stop_price")
    trigger_price = money("_trigger_price")
    trailing_amount = money("_trailing_amount")
    trailing_as_percentage = plain("_trailing_as_percentage")
    order_properties = plain("_order_properties")
    group_order_manager = plain("_group_order_manager")
    asynchronous = plain("_asynchronous")

    def __init__(self, order_type: OrderType, security_type: SecurityType, symbol: Any, quantity: Any, stop_price: Any = 0,
                 limit_price: Any = 0, *args: Any, trigger_price: Any = 0, trailing_amount: Any = 0, trailing_as_percentage: bool = False,
                 time: Any = None, tag: str | None = "", properties: OrderProperties | None = None,
                 group_order_manager: GroupOrderManager | None = None, asynchronous: bool = False) -> None:  # fmt: skip
        rest = list(args)
        if rest and _is_price(rest, 0):
            trigger_price = rest.pop(0)
            if rest and _is_price(rest, 0):
                trailing_amount, trailing_as_percentage = rest.pop(0), rest.pop(0)
        last = (time, tag, properties, group_order_manager, asynchronous)
        time, tag, properties, group_order_manager, asynchronous = (*rest, *last[len(rest) :])  # type: ignore[misc]
        super().__init__(time, _NO_ID, tag)
        self._security_type = security_type
        self._symbol: Any = find_symbol(symbol) if isinstance(symbol, str) else symbol
        self._order_type = order_type
        self._quantity: Decimal = to_decimal(quantity)
        self._stop_price: Decimal = to_decimal(stop_price)
        self._limit_price: Decimal = to_decimal(limit_price)
        self._trigger_price: Decimal = to_decimal(trigger_price)
        self._trailing_amount: Decimal = to_decimal(trailing_amount)
        self._trailing_as_percentage = bool(trailing_as_percentage)
        self._order_properties = properties
        self._group_order_manager = group_order_manager
        self._asynchronous = bool(asynchronous)

    def set_order_id(self, order_id: int) -> None:
        """Give the request the id of its order."""
        self._order_id = order_id

    def __str__(self) -> str:
        group = self._group_order_manager
        known = None if group is None else (list(group._order_ids), group._limit_price)
        order = create_order(self)
        if group is not None and known is not None:
            group._order_ids, group._limit_price = known
        return (f"{utc_text(self._time)} UTC: Submit Order: ({self._order_id}) - {order} {self._tag or ''} "
                f"Status: {self._status.lean_name} Async: {self._asynchronous}")  # fmt: skip


def _is_price(arguments: list[Any], position: int) -> bool:
    """Whether an argument is one more price and not the time: the time is followed by a text."""
    if isinstance(arguments[position], (Decimal, float)):
        return True
    following = arguments[position + 1] if len(arguments) > position + 1 else ""
    return isinstance(arguments[position], int) and not (isinstance(following, str) or following is None)


class UpdateOrderFields(LeanObject):
    """What to change of an order; None leaves a field as it is."""

    quantity = money("_quantity", writable=True)
    limit_price = money("_limit_price", writable=True)
    stop_price = money("_stop_price", writable=True)
    trigger_price = money("_trigger_price", writable=True)
    trailing_amount = money("_trailing_amount", writable=True)
    tag: str | None

    def __init__(self, quantity: Any = None, limit_price: Any = None, stop_price: Any = None, trigger_price: Any = None,
                 trailing_amount: Any = None, tag: str | None = None) -> None:  # fmt: skip
        self._quantity = optional_decimal(quantity)
        self._limit_price = optional_decimal(limit_price)
        self._stop_price = optional_decimal(stop_price)
        self._trigger_price = optional_decimal(trigger_price)
        self._trailing_amount = optional_decimal(trailing_amount)
        self.tag = tag


class UpdateOrderRequest(OrderRequest):
    """A change of an order: `UpdateOrderRequest(time, order_id, fields)`."""

    order_request_type: ClassVar[OrderRequestType] = OrderRequestType.UPDATE
    quantity = money("_quantity")
    limit_price = money("_limit_price")
    stop_price = money("_stop_price")
    trigger_price = money("_trigger_price")
    trailing_amount = money("_trailing_amount")

    def __init__(self, time: Any, order_id: int, fields: UpdateOrderFields) -> None:
        super().__init__(time, order_id, fields.tag)
        self._quantity = fields._quantity
        self._limit_price = fields._limit_price
        self._stop_price = fields._stop_price
        self._trigger_price = fields._trigger_price
        self._trailing_amount = fields._trailing_amount

    def is_allowed_for_closed_order(self) -> bool:
        """Whether only the tag changes, which even a closed order allows."""
        values = (self._quantity, self._limit_price, self._stop_price, self._trigger_price, self._trailing_amount)
        return all(value is None for value in values)

    def __str__(self) -> str:
        parts = [] if self._quantity is None else [f"Quantity: {decimal_text(self._quantity)}"]
        for name, value in (("LimitPrice", self._limit_price), ("StopPrice", self._stop_price),
                            ("TrailingAmount", self._trailing_amount), ("TriggerPrice", self._trigger_price)):  # fmt: skip
            if value is not None:
                parts.append(f"{name}: {decimal_text(smart_round(value))}")
        return (f"{utc_text(self._time)} UTC: Update Order: ({self._order_id}) - {', '.join(parts)} {self._tag or ''} "
                f"Status: {self._status.lean_name}")  # fmt: skip


class CancelOrderRequest(OrderRequest):
    """The wish to cancel an order: `CancelOrderRequest(time, order_id, tag)`."""

    order_request_type: ClassVar[OrderRequestType] = OrderRequestType.CANCEL

    def __str__(self) -> str:
        return f"{utc_text(self._time)} UTC: Cancel Order: ({self._order_id}) - {self._tag or ''} Status: {self._status.lean_name}"
