"""What a fee model is asked: a security and an order."""

from __future__ import annotations

from typing import Any

from lyra.engine.naming import LeanObject


class OrderFeeParameters(LeanObject):
    """`security` and `order` of the fee in question."""

    __slots__ = ("order", "security")

    def __init__(self, security: Any, order: Any) -> None:
        self.security = security
        self.order = order
