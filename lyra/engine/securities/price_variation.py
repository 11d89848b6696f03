"""The smallest step of a security's price (`Common/Securities/*PriceVariationModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.enums import DataNormalizationMode
from lyra.engine.naming import LeanObject


class GetMinimumPriceVariationParameters(LeanObject):
    """The step at which price?"""

    __slots__ = ("security", "reference_price")

    def __init__(self, security: Any, reference_price: Any) -> None:
        self.security = security
        self.reference_price = reference_price


class SecurityPriceVariationModel(LeanObject):
    """The step of the symbol properties."""

    def get_minimum_price_variation(self, parameters: GetMinimumPriceVariationParameters) -> float:
        """The step at a price."""
        return to_float(self._step(parameters.security, to_decimal(parameters.reference_price)))

    def _step(self, security: Any, price: Decimal) -> Decimal:
        return security.symbol_properties._minimum_price_variation  # type: ignore[no-any-return]


class AdjustedPriceVariationModel(SecurityPriceVariationModel):
    """No step while prices are adjusted, since adjusted prices lie between steps."""

    def _step(self, security: Any, price: Decimal) -> Decimal:
        return ZERO if security.data_normalization_mode != DataNormalizationMode.RAW else super()._step(security, price)


class EquityPriceVariationModel(SecurityPriceVariationModel):
    """0.01, or 0.0001 below one; no step while prices are adjusted."""

    def _step(self, security: Any, price: Decimal) -> Decimal:
        if security.data_normalization_mode != DataNormalizationMode.RAW:
            return ZERO
        return Decimal("0.0001") if price < 1 else Decimal("0.01")


def minimum_price_variation(security: Any, price: Decimal) -> Decimal:
    """The exact step of a security at a price, be its model LEAN's or the user's."""
    model = security.price_variation_model
    if getattr(type(model), "get_minimum_price_variation", None) is SecurityPriceVariationModel.get_minimum_price_variation:
        return model._step(security, price)  # type: ignore[no-any-return]
    return to_decimal(model.get_minimum_price_variation(GetMinimumPriceVariationParameters(security, price)))
