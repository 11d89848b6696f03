"""How volatile a security is (`Common/Securities/Volatility`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.naming import LeanObject


class NullVolatilityModel(LeanObject):
    """Always zero."""

    @property
    def volatility(self) -> float:
        """Zero."""
        return 0.0

    def update(self, security: Any, data: Any) -> None:
        """Nothing to learn."""

    def get_history_requirements(self, security: Any, utc_time: Any) -> list[Any]:
        """No history needed."""
        return []

    def set_subscription_data_config_provider(self, provider: Any) -> None:
        """Not needed."""


class VolatilityModel(LeanObject):
    """LEAN's place for the model that is always zero."""

    NULL = NullVolatilityModel()
    Null = NULL
