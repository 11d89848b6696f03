"""Portfolio optimizers: weights from returns (`Algorithm.Framework/Portfolio/*Optimizer.py`).

Each takes historical returns (a DataFrame, K moments by N securities), optional expected returns (N) and covariance (N by N) and gives
N weights. The solvers are SciPy's, as in LEAN's Python models.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.framework.interfaces import IPortfolioOptimizer

_LEAST_WEIGHT = 1e-05


class _BoundedOptimizer(IPortfolioOptimizer):
    def __init__(self, minimum_weight: float = -1, maximum_weight: float = 1) -> None:
        self.minimum_weight = minimum_weight
        self.maximum_weight = maximum_weight

    def portfolio_variance(self, weights: Any, covariance: Any) -> Any:
        """Variance of a portfolio. Raises ValueError if it is zero."""
        variance = np.dot(weights.T, np.dot(covariance, weights))
        if variance == 0 and np.any(weights):
            raise ArgumentException(f"{type(self).__name__}.portfolio_variance: Volatility cannot be zero. Weights: {weights}")
        return variance

    def get_boundary_conditions(self, size: int) -> tuple[tuple[float, float], ...]:
        """The bounds of each weight."""
        return tuple((self.minimum_weight, self.maximum_weight) for _ in range(size))

    @staticmethod
    def get_budget_constraint(weights: Any) -> Any:
        """Zero when the weights sum to one."""
        return np.sum(weights) - 1

    def _solve(self, objective: Any, size: int, constraints: list[Any]) -> Any:
        """SciPy's answer, None if there is none."""
        from scipy.optimize import minimize  # type: ignore[import-untyped]

        budget = {"type": "eq", "fun": self.get_budget_constraint}
        bounds = self.get_boundary_conditions(size)
        found = minimize(objective, _even(size), bounds=bounds, constraints=[budget, *constraints], method="SLSQP")
        return found["x"] if found["success"] else None


class MinimumVariancePortfolioOptimizer(_BoundedOptimizer):
    """The least variance at a return of `target_return`; the sizes of the weights sum to one."""

    def __init__(self, minimum_weight: float = -1, maximum_weight: float = 1, target_return: float = 0.02) -> None:
        super().__init__(minimum_weight, maximum_weight)
        self.target_return = target_return

    def optimize(self, historical_returns: Any, expected_returns: Any = None, covariance: Any = None) -> Any:
        """N weights; even ones if there is no solution."""
        covariance = historical_returns.cov() if covariance is None else covariance
        expected = historical_returns.mean() if expected_returns is None else expected_returns
        size = historical_returns.columns.size
        target = {"type": "eq", "fun": lambda weights: self.get_target_constraint(weights, expected)}
        weights = self._solve(lambda w: self.portfolio_variance(w, covariance), size, [target])
        return _even(size) if weights is None else weights / np.sum(np.abs(weights))

    def get_target_constraint(self, weights: Any, expected_returns: Any) -> Any:
        """Zero when the return is the target."""
        row, column = np.asarray(expected_returns, dtype=float).reshape(1, -1), np.asarray(weights).reshape(-1, 1)
        return np.dot(row, column).item() - self.target_return


class MaximumSharpeRatioPortfolioOptimizer(_BoundedOptimizer):
    """The highest Sharpe ratio over a risk-free rate."""

    def __init__(self, minimum_weight: float = -1, maximum_weight: float = 1, risk_free_rate: float = 0) -> None:
        super().__init__(minimum_weight, maximum_weight)
        self.risk_free_rate = risk_free_rate

    def optimize(self, historical_returns: Any, expected_returns: Any = None, covariance: Any = None) -> Any:
        """N weights; even ones if there is no solution."""
        covariance = historical_returns.cov() if covariance is None else covariance
        expected = historical_returns.mean() if expected_returns is None else expected_returns
        expected = expected - self.risk_free_rate
        size = covariance.columns.size
        weights = self._solve(lambda w: -expected.dot(w) / np.sqrt(self.portfolio_variance(w, covariance)), size, [])
        return _even(size) if weights is None else weights


class RiskParityPortfolioOptimizer(IPortfolioOptimizer):
    """Weights by which each security carries its share of the risk (Spinu's convex form, solved by Newton's method)."""

    def __init__(self, minimum_weight: float = _LEAST_WEIGHT, maximum_weight: float = sys.float_info.max) -> None:
        self.minimum_weight = max(minimum_weight, _LEAST_WEIGHT)
        self.maximum_weight = maximum_weight if maximum_weight >= minimum_weight else minimum_weight

    def optimize(self, historical_returns: Any, budget: Any = None, covariance: Any = None) -> Any:
        """N weights; even ones if there is no solution."""
        from scipy.optimize import minimize  # type: ignore[import-untyped]

        covariance = np.cov(historical_returns.T) if covariance is None else covariance
        start = _even(historical_returns.columns.size)
        shares = start if budget is None else budget
        found = minimize(
            lambda w: 0.5 * w.T @ covariance @ w - shares.T @ np.log(w),
            jac=lambda w: covariance @ w - shares / w,
            hess=lambda w: covariance + np.diag((shares / w**2).flatten()),
            x0=start,
            method="Newton-CG",
        )
        if not found["success"]:
            return start
        return np.clip(found["x"] / np.sum(found["x"]), self.minimum_weight, self.maximum_weight)


class UnconstrainedMeanVariancePortfolioOptimizer(IPortfolioOptimizer):
    """Expected returns times the inverse of the covariance."""

    def optimize(self, historical_returns: Any, expected_returns: Any = None, covariance: Any = None) -> Any:
        """N weights."""
        expected = historical_returns.mean() if expected_returns is None else expected_returns
        covariance = historical_returns.cov() if covariance is None else covariance
        return expected.dot(np.linalg.inv(covariance))


def _even(size: int) -> Any:
    return np.array(size * [1.0 / size])
