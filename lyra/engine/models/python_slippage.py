"""`from Orders.Slippage.VolumeShareSlippageModel import VolumeShareSlippageModel`: LEAN's model of that name in its Python version.

The same rule as `models.slippage.VolumeShareSlippageModel`, computed in floats, so that the last digits may differ.
"""

from __future__ import annotations

from typing import Any

from lyra.engine.decimals import to_float
from lyra.engine.enums import SecurityType
from lyra.engine.models.slippage import bar_volume

_WITHOUT_VOLUME = (SecurityType.CFD, SecurityType.FOREX, SecurityType.CRYPTO)


class VolumeShareSlippageModel:
    """The square of the order's share of the bar's volume (at most `volume_limit`) times `price_impact` times the price."""

    def __init__(self, volume_limit: float = 0.025, price_impact: float = 0.1) -> None:
        self.volume_limit = volume_limit
        self.price_impact = price_impact

    def get_slippage_approximation(self, asset: Any, order: Any) -> float:
        """The slippage of an order."""
        last = asset.get_last_data()
        if last is None:
            return 0
        volume = to_float(bar_volume(last, order))
        if volume > 0:
            share = min(order.absolute_quantity / volume, self.volume_limit)
        elif asset.type in _WITHOUT_VOLUME:
            return 0
        else:
            share = self.volume_limit
        return share * share * self.price_impact * last.value  # type: ignore[no-any-return]
