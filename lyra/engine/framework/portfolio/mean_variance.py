"""`MeanVarianceOptimizationPortfolioConstructionModel`: least variance for a return, from past returns and the insights' magnitudes."""

from __future__ import annotations

from typing import Any

from lyra.engine.enums import PortfolioBias, Resolution
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.portfolio.optimizers import MinimumVariancePortfolioOptimizer
from lyra.engine.framework.portfolio.returns import ReturnsPortfolioConstructionModel


class MeanVarianceOptimizationPortfolioConstructionModel(ReturnsPortfolioConstructionModel):
    """Each insight's magnitude counts as its symbol's newest return. Insights need a magnitude."""

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, lookback: int = 1,
                 period: int = 63, resolution: Resolution = Resolution.DAILY, target_return: float = 0.02,
                 optimizer: Any = None) -> None:  # fmt: skip
        if optimizer is None:
            lower = 0 if portfolio_bias == PortfolioBias.LONG else -1
            upper = 0 if portfolio_bias == PortfolioBias.SHORT else 1
            optimizer = MinimumVariancePortfolioOptimizer(lower, upper, target_return)
        super().__init__(rebalance, portfolio_bias, lookback, period, resolution, optimizer)

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Whether the magnitude is there and allowed; it is taken as a return."""
        if not self.filter_invalid_insight_magnitude(self._algorithm, [insight]):
            return False
        if insight._magnitude is None:
            text = (
                "MeanVarianceOptimizationPortfolioConstructionModel does not accept 'None' as Insight.magnitude. "
                "Please checkout the selected Alpha Model specifications."
            )
            self._algorithm.set_run_time_error(ValueError(text))
            return False
        window = self._windows.get(insight._symbol)
        if window is not None:
            window.add(self._algorithm.time, insight._magnitude)
        return True

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The optimizer's weights."""
        if not active_insights:
            return {}
        weights = self._weights_of(active_insights)
        return {insight: self._biased(weights[str(insight._symbol.id)]) for insight in active_insights}
