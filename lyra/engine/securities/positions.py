"""`self.portfolio.positions`: what is held, in groups (`Common/Securities/Positions`).

LEAN groups options with what they cover. Without options each holding is a group of its own, and there is nothing to resolve.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.exact import divide
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money, plain


class Position(LeanObject):
    """A quantity of a security within a group; `unit_quantity` is that of one group, a lot."""

    symbol = plain("_symbol")
    quantity = money("_quantity")
    unit_quantity = money("_unit")

    def __init__(self, symbol: Any, quantity: Decimal, unit_quantity: Decimal) -> None:
        self._symbol = symbol
        self._quantity = quantity
        self._unit = unit_quantity


class PositionGroup(LeanObject):
    """Positions that are margined together."""

    positions = plain("_positions")
    quantity = money("_quantity")
    buying_power_model = plain("_model")

    def __init__(self, security: Any) -> None:
        held, lot = security.holdings._quantity, security.symbol_properties._lot_size
        self._positions = [Position(security.symbol, held, lot)]
        self._quantity = divide(held, lot)
        self._model = security.buying_power_model

    @property
    def count(self) -> int:
        """How many positions."""
        return len(self._positions)

    def __iter__(self) -> Iterator[Position]:
        return iter(self._positions)


class SecurityPositionGroupModel(LeanObject):
    """LEAN's grouping of holdings."""

    NULL: ClassVar[SecurityPositionGroupModel]
    Null: ClassVar[SecurityPositionGroupModel]

    def __init__(self) -> None:
        self._portfolio: Any = None

    @property
    def groups(self) -> list[PositionGroup]:
        """The groups, one for each holding."""
        return [] if self._portfolio is None else [PositionGroup(security) for security in self._portfolio._positions()]

    @property
    def is_only_default_groups(self) -> bool:
        """Whether each holding is a group of its own."""
        return True

    @property
    def count(self) -> int:
        """How many groups."""
        return len(self.groups)


SecurityPositionGroupModel.NULL = SecurityPositionGroupModel.Null = SecurityPositionGroupModel()
