"""The smallest step of a security's price (`Common/Securities/*PriceVariationModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import DataNormalizationMode, SecurityType
from lyra.engine.naming import LeanObject, find_method


class GetMinimumPriceVariationParameters(LeanObject):
    """The step at which price?"""

    __slots__ = ("reference_price", "security")

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
    """No step while prices are adjusted, since those lie between steps; that of `EquityPriceVariationModel` once they are raw."""

    def _step(self, security: Any, price: Decimal) -> Decimal:
        return _equity_step(security, price) if security.data_normalization_mode == DataNormalizationMode.RAW else ZERO


class EquityPriceVariationModel(SecurityPriceVariationModel):
    """The symbol's step, 0.0001 below one dollar; LEAN's model of equities with other prices. Raises ValueError for other securities."""

    def _step(self, security: Any, price: Decimal) -> Decimal:
        if security.type is not SecurityType.EQUITY:
            raise ArgumentException(
                f"EquityPriceVariationModel.GetMinimumPriceVariation(): Invalid SecurityType: {security.type.lean_name}"
            )
        return _equity_step(security, price)


def _equity_step(security: Any, price: Decimal) -> Decimal:
    return Decimal("0.0001") if price < 1 else security.symbol_properties._minimum_price_variation


def minimum_price_variation(security: Any, price: Decimal) -> Decimal:
    """The exact step of a security at a price, be its model LEAN's or the user's."""
    model = security.price_variation_model
    if type(model).__module__ == __name__:
        return model._step(security, price)  # type: ignore[no-any-return]
    return to_decimal(find_method(model, "get_minimum_price_variation")(GetMinimumPriceVariationParameters(security, price)))
