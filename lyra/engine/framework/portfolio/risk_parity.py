"""`RiskParityPortfolioConstructionModel`: each security carries the same risk."""

from __future__ import annotations

from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import PortfolioBias, Resolution
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.portfolio.optimizers import RiskParityPortfolioOptimizer
from lyra.engine.framework.portfolio.returns import ReturnsPortfolioConstructionModel, ReturnWindow


class RiskParityPortfolioConstructionModel(ReturnsPortfolioConstructionModel):
    """Long only; the insights' directions do not matter."""

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, lookback: int = 1,
                 period: int = 252, resolution: Resolution = Resolution.DAILY, optimizer: Any = None) -> None:  # fmt: skip
        if portfolio_bias == PortfolioBias.SHORT:
            raise ArgumentException("Long position must be allowed in RiskParityPortfolioConstructionModel.")
        super().__init__(rebalance, portfolio_bias, lookback, period, resolution, optimizer or RiskParityPortfolioOptimizer())

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The optimizer's weights."""
        import pandas as pd

        if not active_insights:
            return {}
        wanted = {insight._symbol for insight in active_insights}
        returns = pd.DataFrame({str(s.id): window.series() for s, window in self._windows.items() if s in wanted})
        weights = pd.Series(self._optimize(returns), index=returns.columns)
        return {insight: float(weights[str(insight._symbol.id)]) for insight in active_insights}

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Returns for what came, warmed up and kept up to date; none for what went."""
        super().on_securities_changed(algorithm, changes)
        for security in changes.removed_securities:
            window = self._windows.pop(security.symbol, None)
            if window is not None:
                window.reset()
                algorithm.unregister_indicator(window.roc)
        added = [security.symbol for security in changes.added_securities if security.symbol not in self._windows]
        for symbol in added:
            self._windows[symbol] = ReturnWindow(symbol, self.lookback, self.period)
        self._warm_up(algorithm, added)
        for symbol in added:
            algorithm.register_indicator(symbol, self._windows[symbol].roc, self.resolution)
