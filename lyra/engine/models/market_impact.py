"""Slippage from market impact (Almgren, Thum, Hauptmann, Li: "Direct Estimation of Equity Market Impact", 2005; as in LEAN)."""

from __future__ import annotations

import math
from collections import deque
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from lyra.engine.decimals import ONE, ZERO, double_to_decimal
from lyra.engine.dotnet_errors import PlainException
from lyra.engine.dotnet_types import Random
from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.exact import divide, multiply, subtract
from lyra.engine.mathnet import variance
from lyra.engine.models.slippage import _SlippageModel
from lyra.engine.times import DAY

_HISTORY = 370 * DAY
_DAY_SECONDS = 86400.0


class MarketImpactSlippageModel(_SlippageModel):
    """A random share of the temporary impact and half the permanent one, from a year's daily volatility and ten days' volume.

    `latency` and `impact_time` are seconds; `alpha` and `gamma` shape the permanent, `beta`, `eta` and `delta` the temporary impact. One
    model serves one security, the first it is asked about. Raises ValueError for times that are not positive and assets without volume.
    """

    def __init__(
        self,
        algorithm: Any,
        non_negative: bool = True,
        latency: float = 0.075,
        impact_time: float = 1800.0,
        alpha: float = 0.891,
        beta: float = 0.6,
        gamma: float = 0.314,
        eta: float = 0.142,
        delta: float = 0.267,
        random_seed: int = 50,
    ) -> None:
        if latency <= 0:
            raise PlainException("Latency cannot be less than or equal to 0.")
        if impact_time <= 0:
            raise PlainException("impactTime cannot be less than or equal to 0.")
        self._algorithm = algorithm
        self._non_negative = non_negative
        self._times = (latency, impact_time)
        self._alpha, self._beta, self._gamma, self._eta, self._delta = alpha, beta, gamma, eta, delta
        self._random = Random(random_seed)
        self._asset: _Asset | None = None

    def _slippage(self, asset: Any, order: Any) -> Decimal:
        if asset.type in (SecurityType.FOREX, SecurityType.CFD):
            raise PlainException(f"Asset of {asset.type.lean_name} is not supported as MarketImpactSlippageModel requires volume data")
        if self._asset is None:
            self._asset = _Asset(self._algorithm, asset, *self._times)
        known = self._asset
        if known.average_volume == 0:
            return ZERO
        share = float(abs(order._quantity)) / known.execution_time / known.average_volume
        noise = known.sigma * math.sqrt(known.impact_time)
        lasting = known.sigma * known.execution_time * self._gamma * math.pow(share, self._alpha) * self._liquidity(asset, known)
        lasting += self._gaussian() * noise
        passing = known.sigma * self._eta * math.pow(share, self._beta) + self._gaussian() * noise
        impact = double_to_decimal((passing + lasting * 0.5) * self._random.next_double())
        impact = min(impact, ONE)
        return multiply(max(ZERO, impact) if self._non_negative else impact, asset._price)

    def _liquidity(self, asset: Any, known: _Asset) -> float:
        fundamentals = getattr(asset, "fundamentals", None)
        if fundamentals is None or not fundamentals.has_fundamental_data:
            return 1.0
        shares = fundamentals.company_profile.shares_outstanding
        return math.pow(shares / known.average_volume, self._delta) if shares else 1.0

    def _gaussian(self) -> float:
        first, second = 1 - self._random.next_double(), 1 - self._random.next_double()
        return math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)


class _Asset:
    """Daily volatility and volume of a security, from its history and from then on."""

    def __init__(self, algorithm: Any, asset: Any, latency: float, impact_time: float) -> None:
        from lyra.engine.consolidators.bars import TradeBarConsolidator

        self._volumes: deque[Decimal] = deque(maxlen=10)
        self._prices: deque[Decimal] = deque(maxlen=252)
        self.sigma = self.average_volume = 0.0
        consolidator = TradeBarConsolidator(timedelta(days=1))
        consolidator.data_consolidated += self._take
        algorithm.subscription_manager.add_consolidator(asset.symbol, consolidator)
        for bar in _daily_bars(algorithm, asset):
            consolidator.update(bar)
        trading_day = asset.exchange.hours.regular_market_duration.total_seconds() / _DAY_SECONDS
        self.execution_time = latency / _DAY_SECONDS / trading_day
        self.impact_time = self.execution_time + impact_time / _DAY_SECONDS / trading_day

    def _take(self, sender: Any, bar: Any) -> None:
        self._prices.appendleft(bar._close)
        self._volumes.appendleft(bar._volume)
        prices = list(self._prices)
        if len(prices) < 2:
            return
        returns = [0.0 if old == 0 else float(divide(subtract(new, old), old)) for new, old in pairwise(prices)]
        spread = variance(returns)
        self.sigma = math.sqrt(spread) if spread == spread else math.nan
        self.average_volume = float(sum(self._volumes, ZERO) / len(self._volumes))


def _daily_bars(algorithm: Any, asset: Any) -> list[Any]:
    from lyra.engine.history.requests import Options

    history = algorithm.history
    config = next(c for c in history._factory.configs(asset.symbol) if c.tick_type == TickType.TRADE)
    now = algorithm._utc
    request = history._factory._request(config, now - _HISTORY, now, asset.exchange.hours, Resolution.DAILY, Options())
    return [found.bars[asset.symbol] for found in history._provider.slices([request]) if found.bars.contains_key(asset.symbol)]
