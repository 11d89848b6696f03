"""What the models of several exchanges need to know of a security."""

from __future__ import annotations

from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel
from lyra.engine.enums import SecurityType
from lyra.engine.markets.identifiers import DEFAULT_DATE


def with_markets(market: str, *kinds: SecurityType) -> dict[SecurityType, str]:
    """LEAN's default markets with another market for some kinds of securities."""
    return {**DefaultBrokerageModel.DEFAULT_MARKET_MAP, **dict.fromkeys(kinds, market)}


def is_internal_feed(security: Any) -> bool:
    """Whether all of a security's feeds are the engine's own, not the algorithm's."""
    return all(config.is_internal_feed for config in security.subscriptions)


def is_perpetual(security: Any) -> bool:
    """Whether a security is a crypto future without expiry."""
    return bool(security.symbol.security_type == SecurityType.CRYPTO_FUTURE and security.symbol.id.date == DEFAULT_DATE)
