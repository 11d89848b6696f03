"""`OrderEvent`: one change of an order's state, such as its submission, a fill or its cancellation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, smart_round, to_decimal, to_float
from lyra.engine.enums import OrderDirection, OrderStatus, SecurityType
from lyra.engine.exact import strip
from lyra.engine.naming import LeanObject
from lyra.engine.orders.currency_symbols import currency_symbol
from lyra.engine.orders.fee import OrderFee
from lyra.engine.orders.fields import instant, money, to_instant, utc_text
from lyra.engine.orders.order import Order, trailing_text

_OPTIONS = (SecurityType.OPTION, SecurityType.FUTURE_OPTION, SecurityType.INDEX_OPTION)


_NOTHING: dict[str, Any] = {
    "order_id": 0, "id": 0, "symbol": None, "_utc_time": to_instant(None), "status": OrderStatus.NEW, "order_fee": OrderFee.ZERO,
    "fill_price_currency": "", "direction": OrderDirection.BUY, "message": "", "is_assignment": False, "is_in_the_money": False,
    "trailing_as_percentage": None, "ticket": None, "_quantity": ZERO, "_fill_price": ZERO, "_fill_quantity": ZERO, "_limit_price": None,
    "_stop_price": None, "_trigger_price": None, "_trailing_amount": None,
}  # fmt: skip
"""The fields of an event of which nothing is known yet."""


def _stripped(stored: str) -> property:
    """A number that LEAN keeps without trailing zeros; once given it cannot be taken back."""

    def write(self: Any, value: Any) -> None:
        if value is not None:
            setattr(self, stored, strip(to_decimal(value)))

    return property(money(stored).fget, write)


class OrderEvent(LeanObject):
    """`OrderEvent(order, utc_time, order_fee, message="")`, or field by field as in LEAN.

    Engine code works on `_fill_price`, `_fill_quantity`, `_quantity`, `_limit_price`, `_stop_price`, `_trigger_price`, `_trailing_amount`
    (Decimals without trailing zeros, the prices None when they do not apply) and `_utc_time`.
    """

    order_id: int
    id: int
    symbol: Any
    status: OrderStatus
    order_fee: OrderFee
    fill_price_currency: str
    direction: OrderDirection
    message: str | None
    is_assignment: bool
    is_in_the_money: bool
    trailing_as_percentage: bool | None
    ticket: Any
    _utc_time: int
    _quantity: Decimal
    _fill_price: Decimal
    _fill_quantity: Decimal
    _limit_price: Decimal | None
    _stop_price: Decimal | None
    _trigger_price: Decimal | None
    _trailing_amount: Decimal | None

    utc_time = instant("_utc_time", writable=True)
    quantity = _stripped("_quantity")
    fill_price = _stripped("_fill_price")
    fill_quantity = _stripped("_fill_quantity")
    limit_price = _stripped("_limit_price")
    stop_price = _stripped("_stop_price")
    trigger_price = _stripped("_trigger_price")
    trailing_amount = _stripped("_trailing_amount")

    def __init__(self, order: Any = None, *args: Any, **fields: Any) -> None:
        vars(self).update(_NOTHING)
        if isinstance(order, Order):
            self._take_order(order, *args, **fields)
        elif order is not None or fields:
            self._take_fields(order, *args, **fields)

    def _take_order(self, order: Order, utc_time: Any, order_fee: OrderFee, message: str | None = "") -> None:
        vars(self).update(
            order_id=order._order_id, symbol=order._symbol, status=order.status, _quantity=order._quantity, direction=order.direction,
            fill_price_currency=order._price_currency, _utc_time=to_instant(utc_time), order_fee=order_fee, message=message,
        )  # fmt: skip

    def _take_fields(self, order_id: Any = None, symbol: Any = None, utc_time: Any = None, status: OrderStatus = OrderStatus.NEW,
                     direction: OrderDirection = OrderDirection.BUY, fill_price: Any = 0, fill_quantity: Any = 0,
                     order_fee: OrderFee = OrderFee.ZERO, message: str | None = "") -> None:  # fmt: skip
        self.order_id = 0 if order_id is None else int(order_id)
        self.symbol = symbol
        self._utc_time = to_instant(utc_time)
        self.status = status
        self.direction = direction
        self._fill_price = strip(to_decimal(fill_price))
        self._fill_quantity = strip(to_decimal(fill_quantity))
        self.order_fee = order_fee
        self.message = message

    @property
    def absolute_fill_quantity(self) -> float:
        """The filled quantity without its sign."""
        return to_float(self._fill_quantity.copy_abs())

    def clone(self) -> OrderEvent:
        """A copy."""
        other = OrderEvent.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def short_to_string(self) -> str:
        """The text with LEAN's short labels."""
        sign = currency_symbol(self.fill_price_currency)
        parts = [
            f"{utc_text(self._utc_time)} OID:{self.order_id} {self.symbol.value} {self.status.lean_name} Q:{decimal_text(self._quantity)}"
        ]
        if self._fill_quantity != 0:
            parts.append(f"FQ:{decimal_text(self._fill_quantity)} FP:{sign}{_rounded(self._fill_price)}")
        parts += self._prices("LP:", "SP:", "TA: ", "TP:", sign)
        if self.order_fee.value._amount != 0:
            parts.append(f"OF:{sign}{self.order_fee}")
        if self.message:
            parts.append(f"M:{self.message}")
        if self.symbol.security_type in _OPTIONS:
            parts.append(f"IA:{self.is_assignment}")
        return " ".join(parts)

    def _prices(self, limit: str, stop: str, trailing: str, trigger: str, sign: str) -> list[str]:
        parts = []
        if self._limit_price is not None:
            parts.append(f"{limit}{sign}{_rounded(self._limit_price)}")
        if self._stop_price is not None:
            parts.append(f"{stop}{sign}{_rounded(self._stop_price)}")
        if self._trailing_amount is not None:
            parts.append(trailing + trailing_text(self._trailing_amount, bool(self.trailing_as_percentage), sign))
        if self._trigger_price is not None:
            parts.append(f"{trigger}{sign}{_rounded(self._trigger_price)}")
        return parts

    def __str__(self) -> str:
        sign = currency_symbol(self.fill_price_currency)
        parts = [f"Time: {utc_text(self._utc_time)} OrderID: {self.order_id} EventID: {self.id} Symbol: {self.symbol.value} "
                 f"Status: {self.status.lean_name} Quantity: {decimal_text(self._quantity)}"]  # fmt: skip
        if self._fill_quantity != 0:
            parts.append(f"FillQuantity: {decimal_text(self._fill_quantity)} FillPrice: {sign}{_rounded(self._fill_price)}")
        parts += self._prices("LimitPrice: ", "StopPrice: ", "TrailingAmount: ", "TriggerPrice: ", sign)
        if self.order_fee.value._amount != 0:
            parts.append(f"OrderFee: {self.order_fee}")
        if self.message:
            parts.append(f"Message: {self.message}")
        if self.symbol.security_type in _OPTIONS:
            parts.append(f"IsAssignment: {self.is_assignment}")
        return " ".join(parts)


def _rounded(value: Decimal) -> str:
    return decimal_text(smart_round(value))
