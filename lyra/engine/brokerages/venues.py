"""What the models of several exchanges need to know of a security."""

from __future__ import annotations

from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel
from lyra.engine.enums import SecurityType
from lyra.engine.markets.identifiers import DAY_ZERO


def with_markets(market: str, *kinds: SecurityType) -> dict[SecurityType, str]:
    """LEAN's default markets with another market for some kinds of securities."""
    return {**DefaultBrokerageModel.DEFAULT_MARKET_MAP, **dict.fromkeys(kinds, market)}


def is_internal_feed(security: Any) -> bool:
    """Whether all of a security's feeds are the engine's own, not the algorithm's."""
    return all(config.is_internal_feed for config in security.subscriptions)


def is_perpetual(security: Any) -> bool:
    """Whether a security is a crypto future without expiry."""
    return bool(security.symbol.security_type == SecurityType.CRYPTO_FUTURE and security.symbol.id.date == DAY_ZERO)


def invalid_for_leverage(security: Any) -> ValueError:
    """LEAN's error for a kind of security that a brokerage lends nothing for."""
    return ValueError(f"Invalid security type: {security.type.lean_name} (Parameter 'security')")
