"""`BlackLittermanOptimizationPortfolioConstructionModel`: the insights as views on an equilibrium (blacklitterman.org/cookbook.html)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from lyra.engine.enums import InsightDirection, PortfolioBias, Resolution
from lyra.engine.framework.alphas.history import past_data
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.portfolio.optimizers import MaximumSharpeRatioPortfolioOptimizer
from lyra.engine.framework.portfolio.returns import ReturnsPortfolioConstructionModel, ReturnWindow
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_us

_YEAR = 252


class BlackLittermanOptimizationPortfolioConstructionModel(ReturnsPortfolioConstructionModel):
    """Each alpha model's latest insights are one view. Insights need a magnitude."""

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, lookback: int = 1,
                 period: int = 63, resolution: Resolution = Resolution.DAILY, risk_free_rate: float = 0, delta: float = 2.5,
                 tau: float = 0.05, optimizer: Any = None) -> None:  # fmt: skip
        if optimizer is None:
            lower = 0 if portfolio_bias == PortfolioBias.LONG else -1
            upper = 0 if portfolio_bias == PortfolioBias.SHORT else 1
            optimizer = MaximumSharpeRatioPortfolioOptimizer(lower, upper, risk_free_rate)
        super().__init__(rebalance, portfolio_bias, lookback, period, resolution, optimizer)
        self.risk_free_rate = risk_free_rate
        self.delta = delta
        self.tau = tau

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Whether the magnitude is allowed."""
        return bool(self.filter_invalid_insight_magnitude(self._algorithm, [insight]))

    def get_target_insights(self) -> list[Insight]:
        """The latest insight of each source and symbol."""
        algorithm = self._algorithm
        active = [i for i in algorithm.insights._active(algorithm._utc) if self.should_create_target_for_insight(i)]
        latest: dict[tuple[str, str], Insight] = {}
        for insight in sorted(active, key=lambda i: (i._source_model or "", str(i._symbol.id), i._generated)):
            latest[insight._source_model or "", str(insight._symbol.id)] = insight
        return list(latest.values())

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The optimizer's weights for the returns that the views lead to."""
        import pandas as pd

        views = self.get_views(active_insights)
        if views is None:
            return {}
        returns = self._returns(active_insights)
        if returns is None:
            return {}
        frame = pd.DataFrame(returns)
        expected, covariance = self.apply_blacklitterman_master_formula(*self.get_equilibrium_return(frame), *views)
        weights = pd.Series(self._optimize(frame, expected, covariance), index=covariance.columns)
        first: dict[str, Insight] = {}
        for insight in active_insights:
            first.setdefault(str(insight._symbol.id), insight)
        return {first[str(name)]: self._biased(weight) for name, weight in weights.items()}

    def _returns(self, insights: list[Insight]) -> dict[str, Any] | None:
        """Each symbol's returns, the insight's magnitude the newest; None if one has no magnitude, which ends the run."""
        returns = {}
        for insight in insights:
            if insight._magnitude is None:
                text = (
                    "BlackLittermanOptimizationPortfolioConstructionModel does not accept 'None' as Insight.magnitude. "
                    "Please make sure your Alpha Model is generating Insights with the Magnitude property set."
                )
                self._algorithm.set_run_time_error(ValueError(text))
                return None
            window = self._windows.get(insight._symbol) or ReturnWindow(insight._symbol, self.lookback, self.period)
            window.add(insight.generated_time_utc, insight._magnitude, once=True)
            returns[str(insight._symbol.id)] = window.series()
        return returns

    def _on_opened(self, algorithm: Any, added: list[Any], new: list[Symbol]) -> None:
        """Warm up; unlike those of the other models, the returns' times are UTC."""
        zones = {security.symbol: security.exchange.time_zone for security in added}
        if zones:
            for point in past_data(algorithm, list(zones), self.lookback * self.period, self.resolution):
                self._windows[point.symbol].update(zones[point.symbol].to_utc(to_us(point.end_time)), point._value)

    # the formulas -------------------------------------------------------------------------------------
    def get_views(self, insights: list[Insight]) -> tuple[Any, Any] | None:
        """(P, Q): for each source the assets' shares in its view (K by N), and the view itself (K by 1); None without views."""
        symbols = list(dict.fromkeys(str(insight._symbol.id) for insight in insights))
        rows: list[list[float]] = []
        sizes: list[list[float]] = []
        for _, group in groupby(insights, lambda insight: insight._source_model):
            members = list(group)
            if any(insight._magnitude is None for insight in members):
                return None
            size = max(_total(members, InsightDirection.UP), _total(members, InsightDirection.DOWN))
            if size == 0:
                continue
            shares = {str(i._symbol.id): int(i._direction) * abs(i._magnitude or 0.0) / size for i in members}
            rows.append([shares.get(symbol, 0.0) for symbol in symbols])
            sizes.append([size])
        return (np.array(rows), np.array(sizes)) if sizes else None

    def get_equilibrium_return(self, returns: Any) -> tuple[Any, Any]:
        """The annual returns and covariance that make an even portfolio the best one."""
        size = len(returns.columns)
        weights = np.array([1 / size] * size)
        covariance = returns.cov() * _YEAR
        annual = np.sum(((1 + returns.mean()) ** _YEAR - 1) * weights)
        variance = np.dot(weights.T, np.dot(covariance, weights))
        aversion = (annual - self.risk_free_rate) / variance
        return np.dot(np.dot(aversion, covariance), weights), covariance

    def apply_blacklitterman_master_formula(self, pi: Any, sigma: Any, p: Any, q: Any) -> tuple[Any, Any]:
        """Returns (N) and covariance (N by N) once the views are taken in."""
        scaled = self.tau * sigma
        view_covariance = np.dot(np.dot(p, scaled), p.T)
        omega = view_covariance * np.eye(q.shape[0])
        if np.linalg.det(omega) == 0:
            return pi, sigma
        a = np.dot(np.dot(scaled, p.T), np.linalg.inv(view_covariance + omega))
        shift = np.dot(a, q - np.expand_dims(np.dot(p, pi.T), axis=1))
        posterior = np.squeeze(np.asarray(np.expand_dims(pi, axis=0).T + shift))
        m = scaled - np.dot(np.dot(a, p), scaled)
        return posterior, (sigma + m) * self.delta


def _total(insights: list[Insight], direction: InsightDirection) -> float:
    return sum(abs(i._magnitude or 0.0) for i in insights if i._direction == direction)
