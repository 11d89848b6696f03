"""`MeanReversionPortfolioConstructionModel`: on-line moving average reversion (Li and Hoi 2012, arXiv:1206.4626)."""

from __future__ import annotations

from typing import Any

import numpy as np

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import PortfolioBias, Resolution
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.portfolio.base import PortfolioConstructionModel
from lyra.engine.symbols import Symbol


class MeanReversionPortfolioConstructionModel(PortfolioConstructionModel):
    """Moves the weights against what is dear to its moving average; the insights' magnitudes count where they have one. Long only."""

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT,
                 reversion_threshold: float = 1, window_size: int = 20, resolution: Resolution = Resolution.DAILY) -> None:  # fmt: skip
        super().__init__(rebalance)
        if portfolio_bias == PortfolioBias.SHORT:
            raise ArgumentException("Long position must be allowed in MeanReversionPortfolioConstructionModel.")
        self.reversion_threshold = reversion_threshold
        self.window_size = window_size
        self.resolution = Resolution(resolution)
        self._weights: Any = np.array([])
        self._symbol_data: dict[Symbol, tuple[Any, Any]] = {}

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The next portfolio; nothing until all averages are ready."""
        count = len(active_insights)
        if not count or not all(part.is_ready for i in active_insights for part in self._symbol_data[i._symbol]):
            return {}
        if len(self._weights) != count:
            self._weights = np.ones(count) * (1 / count)
        relatives = np.asarray(self.get_price_relatives(active_insights), dtype=float)
        deviations = relatives - relatives.mean()
        norm = np.linalg.norm(deviations) ** 2
        step = 0.0 if norm == 0 else max(0.0, (np.dot(self._weights, relatives) - float(self.reversion_threshold)) / norm)
        self._weights = np.asarray(self.simplex_projection(self._weights - step * deviations))
        return {insight: float(weight) for insight, weight in zip(active_insights, self._weights, strict=True)}

    def get_price_relatives(self, active_insights: list[Insight]) -> Any:
        """Each price over its expected one."""
        relatives = np.zeros(len(active_insights))
        for place, insight in enumerate(active_insights):
            if insight._magnitude is not None:
                relatives[place] = 1 + insight._magnitude * int(insight._direction)
            else:
                identity, sma = self._symbol_data[insight._symbol]
                relatives[place] = identity.current.value / sma.current.value
        return relatives

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Price and moving average for what came; none for what went."""
        super().on_securities_changed(algorithm, changes)
        for security in changes.removed_securities:
            for part in self._symbol_data.pop(security.symbol, ()):
                part.reset()
        for security in changes.added_securities:
            symbol = security.symbol
            if symbol in self._symbol_data:
                continue
            pair = (algorithm.identity(symbol, self.resolution), algorithm.sma(symbol, self.window_size, self.resolution))
            self._symbol_data[symbol] = pair
            for part in pair:
                algorithm.warm_up_indicator(symbol, part, self.resolution)

    @staticmethod
    def simplex_projection(vector: Any, total: float = 1) -> Any:
        """The nearest weights that are not negative and sum to `total` (Duchi et al. 2008). Raises ValueError unless it is positive."""
        if total <= 0:
            raise ArgumentException("Total must be > 0 for Euclidean Projection onto the Simplex.")
        values = np.asarray(vector, dtype=float)
        descending = np.sort(values)[::-1]
        sums = np.cumsum(descending)
        rho = np.where(descending > (sums - total) / np.arange(1, len(values) + 1))[0][-1]
        return np.maximum(values - (sums[rho] - total) / (rho + 1), 0.0)

    @staticmethod
    def cumulative_sum(sequence: Any) -> list[float]:
        """Running sums."""
        return [float(value) for value in np.cumsum(list(sequence))]
