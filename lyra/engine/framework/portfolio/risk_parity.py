"""`RiskParityPortfolioConstructionModel`: each security carries the same risk."""

from __future__ import annotations

from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import PortfolioBias, Resolution
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.portfolio.optimizers import RiskParityPortfolioOptimizer
from lyra.engine.framework.portfolio.returns import ReturnsPortfolioConstructionModel, ReturnWindow
from lyra.engine.symbols import Symbol


class RiskParityPortfolioConstructionModel(ReturnsPortfolioConstructionModel):
    """Long only; the insights' directions do not matter."""

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, lookback: int = 1,
                 period: int = 252, resolution: Resolution = Resolution.DAILY, optimizer: Any = None) -> None:  # fmt: skip
        if portfolio_bias == PortfolioBias.SHORT:
            raise ArgumentException("Long position must be allowed in RiskParityPortfolioConstructionModel.")
        super().__init__(rebalance, portfolio_bias, lookback, period, resolution, optimizer or RiskParityPortfolioOptimizer())

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The optimizer's weights."""
        if not active_insights:
            return {}
        weights = self._weights_of(active_insights)
        return {insight: float(weights[str(insight._symbol.id)]) for insight in active_insights}

    def _on_closed(self, algorithm: Any, window: ReturnWindow) -> None:
        algorithm.unregister_indicator(window.roc)

    def _on_opened(self, algorithm: Any, added: list[Any], new: list[Symbol]) -> None:
        """Warm up what is new and keep it up to date."""
        self._warm_up(algorithm, new)
        for symbol in new:
            algorithm.register_indicator(symbol, self._windows[symbol].roc, self.resolution)
