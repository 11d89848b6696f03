"""How far fills are from the market (`Common/Orders/Slippage`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import OrderDirection, SecurityType
from lyra.engine.exact import divide, multiply
from lyra.engine.naming import LeanObject


class _SlippageModel(LeanObject):
    """LEAN's models hold the exact approximation in `_slippage`; users read a float."""

    def _slippage(self, asset: Any, order: Any) -> Decimal:
        return ZERO

    def get_slippage_approximation(self, asset: Any, order: Any) -> float:
        """In the quote currency per unit."""
        return to_float(self._slippage(asset, order))


def slippage_of(model: Any, asset: Any, order: Any) -> Decimal:
    """What a model, LEAN's or the user's, says of an order."""
    if type(model).__module__.startswith("lyra.engine."):
        return model._slippage(asset, order)  # type: ignore[no-any-return]
    return to_decimal(model.get_slippage_approximation(asset, order))


class NullSlippageModel(_SlippageModel):
    """None."""

    INSTANCE: ClassVar[NullSlippageModel]
    Instance: ClassVar[NullSlippageModel]


NullSlippageModel.INSTANCE = NullSlippageModel.Instance = NullSlippageModel()


class ConstantSlippageModel(_SlippageModel):
    """A share of the last price: 0.001 is a tenth of a percent."""

    def __init__(self, slippage_percent: Any) -> None:
        self._percent = to_decimal(slippage_percent)

    def _slippage(self, asset: Any, order: Any) -> Decimal:
        last = asset.cache.last_data()
        return ZERO if last is None else multiply(last._value, self._percent)


class AlphaStreamsSlippageModel(_SlippageModel):
    """A hundredth of a percent of the last price, of shares only."""

    def _slippage(self, asset: Any, order: Any) -> Decimal:
        last = asset.cache.last_data()
        return ZERO if asset.type != SecurityType.EQUITY or last is None else Decimal("0.0001") * last._value


class VolumeShareSlippageModel(_SlippageModel):
    """The square of the order's share of the bar's volume (at most `volume_limit`) times `price_impact` times the price.

    A bar without volume counts as the largest share; currencies, CFDs and coins without volume have no slippage.
    """

    def __init__(self, volume_limit: Any = Decimal("0.025"), price_impact: Any = Decimal("0.1")) -> None:
        self._limit = to_decimal(volume_limit)
        self._impact = to_decimal(price_impact)

    def _slippage(self, asset: Any, order: Any) -> Decimal:
        """Raises RuntimeError for data that is not a bar."""
        last = asset.cache.last_data()
        if last is None:
            return ZERO
        volume = bar_volume(last, order)
        if volume <= 0:
            if asset.type in (SecurityType.CFD, SecurityType.FOREX, SecurityType.CRYPTO):
                return ZERO
            share = self._limit
        else:
            share = min(divide(abs(order._quantity), volume), self._limit)
        return multiply(multiply(multiply(share, share), self._impact), last._value)


def bar_volume(bar: Any, order: Any) -> Decimal:
    """The volume of a trade bar, or the size of the side of a quote bar that an order takes."""
    if isinstance(bar, TradeBar):
        return bar._volume  # type: ignore[no-any-return]
    if isinstance(bar, QuoteBar):
        return bar._last_bid_size if order.direction == OrderDirection.BUY else bar._last_ask_size  # type: ignore[no-any-return]
    kind = type(bar).__name__
    raise InvalidOperationException(
        f"VolumeShareSlippageModel.GetSlippageApproximation(): Cannot use this model with market data type QuantConnect.Data.Market.{kind}"
    )
