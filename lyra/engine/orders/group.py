"""What the legs of a combo order share: their number, the group's quantity and, for combo limits, one limit price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import to_decimal
from lyra.engine.enums import OrderDirection
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money, plain


def direction_of(quantity: Decimal) -> OrderDirection:
    """BUY, SELL, or HOLD for zero."""
    if quantity > 0:
        return OrderDirection.BUY
    return OrderDirection.SELL if quantity < 0 else OrderDirection.HOLD


class GroupOrderManager(LeanObject):
    """`GroupOrderManager(leg_count, quantity, limit_price=0)` or with the group's id in front."""

    id = plain("_id")
    count = plain("_count")
    quantity = money("_quantity")
    limit_price = money("_limit_price", writable=True)

    def __init__(self, *args: Any, id: int = 0, leg_count: int = 0, quantity: Any = 0, limit_price: Any = 0) -> None:
        if len(args) == 4 or (len(args) == 3 and isinstance(args[1], int)):
            id, leg_count, quantity, *rest = args
            limit_price = rest[0] if rest else limit_price
        elif args:
            leg_count, quantity, limit_price = (*args, *(leg_count, quantity, limit_price)[len(args) :])  # type: ignore[misc]
        self._id = id
        self._count = int(leg_count)
        self._quantity: Decimal = to_decimal(quantity)
        self._limit_price: Decimal = to_decimal(limit_price)
        self._order_ids: list[int] = []

    @property
    def order_ids(self) -> list[int]:
        """Ids of the legs' orders, in the order of their submission."""
        return list(self._order_ids)

    @property
    def direction(self) -> OrderDirection:
        """The side of the group as a whole."""
        return direction_of(self._quantity)

    @property
    def absolute_quantity(self) -> float:
        """The group's quantity without its sign."""
        return abs(self.quantity)  # type: ignore[no-any-return]

    def _add_order_id(self, order_id: int) -> None:
        if order_id not in self._order_ids:
            self._order_ids.append(order_id)

    def _leg_ratio(self, leg_quantity: Decimal) -> Decimal:
        return leg_quantity / self._quantity

    def _leg_quantity(self, ratio: Decimal) -> Decimal:
        return ratio * self._quantity


class Leg(LeanObject):
    """One security of a combo order: its symbol, its share of the order's quantity, and a limit price or None."""

    symbol: Any
    quantity: int
    order_price: Any
    order_properties: Any

    def __init__(self, symbol: Any = None, quantity: int = 0, order_price: Any = None, order_properties: Any = None) -> None:
        self.symbol = symbol
        self.quantity = quantity
        self.order_price = order_price
        self.order_properties = order_properties

    @staticmethod
    def create(symbol: Any, quantity: int, limit_price: Any = None, order_properties: Any = None) -> Leg:
        """A leg."""
        return Leg(symbol, quantity, limit_price, order_properties)
