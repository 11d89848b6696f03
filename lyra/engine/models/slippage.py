"""How far fills are from the market (`Common/Orders/Slippage`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.enums import OrderDirection, SecurityType, TickType
from lyra.engine.naming import LeanObject


class NullSlippageModel(LeanObject):
    """None."""

    def get_slippage_approximation(self, asset: Any, order: Any) -> Any:
        """Zero."""
        return ZERO


NullSlippageModel.INSTANCE = NullSlippageModel.Instance = NullSlippageModel()  # type: ignore[attr-defined]


class ConstantSlippageModel(LeanObject):
    """A share of the last price: 0.001 is a tenth of a percent."""

    def __init__(self, slippage_percent: Any) -> None:
        self._percent = to_decimal(slippage_percent)

    def get_slippage_approximation(self, asset: Any, order: Any) -> Decimal:
        """In the quote currency per unit."""
        last = asset.cache.last_data()
        return ZERO if last is None else last._value * self._percent  # type: ignore[no-any-return]


class VolumeShareSlippageModel(LeanObject):
    """The square of the order's share of the bar's volume (at most `volume_limit`) times `price_impact` times the price."""

    def __init__(self, volume_limit: Any = Decimal("0.025"), price_impact: Any = Decimal("0.1")) -> None:
        self._limit = to_decimal(volume_limit)
        self._impact = to_decimal(price_impact)

    def get_slippage_approximation(self, asset: Any, order: Any) -> Decimal:
        """In the quote currency per unit. Raises ValueError for data without volume."""
        last = asset.cache.last_data()
        if last is None:
            return ZERO
        if isinstance(last, TradeBar):
            volume = last._volume
        elif isinstance(last, QuoteBar):
            volume = last._last_bid_size if order.direction == OrderDirection.BUY else last._last_ask_size
        elif isinstance(last, Tick) and last.tick_type == TickType.TRADE:
            volume = last._quantity
        elif isinstance(last, Tick):
            volume = last._bid_size if order.direction == OrderDirection.BUY else last._ask_size
        else:
            raise ValueError(f"VolumeShareSlippageModel.GetSlippageApproximation: Cannot use this model with market data type {type(last).__name__}")
        if volume is None or volume == 0:
            if asset.type in (SecurityType.CFD, SecurityType.FOREX, SecurityType.CRYPTO):
                return ZERO
            return last._value * self._impact * self._limit * self._limit
        share = min(abs(order._quantity) / volume, self._limit)
        return last._value * self._impact * share * share  # type: ignore[no-any-return]


class AlphaStreamsSlippageModel(LeanObject):
    """A hundredth of a percent of the last price, of shares only."""

    def get_slippage_approximation(self, asset: Any, order: Any) -> Decimal:
        """In the quote currency per unit."""
        last = asset.cache.last_data()
        return ZERO if asset.type != SecurityType.EQUITY or last is None else Decimal("0.0001") * last._value
