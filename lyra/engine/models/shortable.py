"""How much can be sold short (`Common/Data/Shortable`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.naming import LeanObject


class NullShortableProvider(LeanObject):
    """Any quantity of anything, for free."""

    def shortable_quantity(self, symbol: Any, local_time: Any) -> int | None:
        """None: there is no limit."""
        return None

    def fee_rate(self, symbol: Any, local_time: Any) -> float:
        """Zero."""
        return 0.0

    def rebate_rate(self, symbol: Any, local_time: Any) -> float:
        """Zero."""
        return 0.0


NullShortableProvider.INSTANCE = NullShortableProvider.Instance = NullShortableProvider()  # type: ignore[attr-defined]
