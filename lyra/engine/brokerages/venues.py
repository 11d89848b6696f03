"""What the models of several exchanges need to know of a security."""

from __future__ import annotations

from typing import Any, ClassVar

from lyra.engine.brokerages.base import DefaultBrokerageModel
from lyra.engine.brokerages.rules import refuse_security, refuse_size, refuse_type
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import OrderType, SecurityType


def with_markets(market: str, *kinds: SecurityType) -> dict[SecurityType, str]:
    """LEAN's default markets with another market for some kinds of securities."""
    return {**DefaultBrokerageModel.DEFAULT_MARKET_MAP, **dict.fromkeys(kinds, market)}


def is_internal_feed(security: Any) -> bool:
    """Whether all of a security's feeds are the engine's own, not the algorithm's."""
    return all(config.is_internal_feed for config in security.subscriptions)


class SizedBroker(DefaultBrokerageModel):
    """A brokerage that takes orders that are large enough, of some types, for some kinds of securities."""

    _securities: ClassVar[tuple[SecurityType, ...]]
    _types: ClassVar[tuple[OrderType, ...]]

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Whether size, security and type are allowed, in this order."""
        return (
            refuse_size(security, order._quantity)
            or refuse_security(self, security, self._securities)
            or refuse_type(self, order, self._types)
            or super().can_submit_order(security, order, message)
        )


def invalid_for_leverage(security: Any) -> ValueError:
    """LEAN's error for a kind of security that a brokerage lends nothing for."""
    return ArgumentException(f"Invalid security type: {security.type.lean_name} (Parameter 'security')")
