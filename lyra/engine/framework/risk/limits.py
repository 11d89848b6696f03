"""Risk models that sell what has lost, won or fallen back too much; all end the insights of what they sell."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import to_decimal
from lyra.engine.framework.risk.base import RiskManagementModel
from lyra.engine.framework.targets import PortfolioTarget
from lyra.engine.symbols import Symbol

_DEFAULT = Decimal("0.05")


def _close(algorithm: Any, symbol: Symbol) -> PortfolioTarget:
    algorithm.insights.cancel([symbol])
    return PortfolioTarget(symbol, 0)


def _invested(algorithm: Any) -> Iterator[Any]:
    for security in list(algorithm.securities._items.values()):
        if security.holdings.invested:
            yield security


class MaximumDrawdownPercentPerSecurity(RiskManagementModel):
    """Sells a holding whose unrealized loss is more than a share of its cost."""

    def __init__(self, maximum_drawdown_percent: Any = _DEFAULT) -> None:
        self._limit = -abs(to_decimal(maximum_drawdown_percent))

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterator[Any]:
        """Flat targets for what has lost too much."""
        for security in _invested(algorithm):
            if security.holdings._unrealized_profit_percent < self._limit:
                yield _close(algorithm, security.symbol)


class MaximumUnrealizedProfitPercentPerSecurity(RiskManagementModel):
    """Sells a holding whose unrealized profit is more than a share of its cost."""

    def __init__(self, maximum_unrealized_profit_percent: Any = _DEFAULT) -> None:
        self._limit = abs(to_decimal(maximum_unrealized_profit_percent))

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterator[Any]:
        """Flat targets for what has won enough."""
        for security in _invested(algorithm):
            if security.holdings._unrealized_profit_percent > self._limit:
                yield _close(algorithm, security.symbol)


class MaximumDrawdownPercentPortfolio(RiskManagementModel):
    """Makes all new targets flat once the portfolio has lost a share of its first value, or of its highest (`is_trailing`)."""

    def __init__(self, maximum_drawdown_percent: Any = _DEFAULT, is_trailing: bool = False) -> None:
        self._limit = -abs(to_decimal(maximum_drawdown_percent))
        self._is_trailing = is_trailing
        self._high: Decimal | None = None

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> list[Any]:
        """Flat targets in place of the new ones."""
        value = algorithm.portfolio._total_portfolio_value
        if self._high is None:
            self._high = value
        if self._is_trailing and self._high < value:
            self._high = value
            return []
        if not targets or value / self._high - 1 >= self._limit:
            return []
        self._high = None
        return [_close(algorithm, target.symbol) for target in targets]


class TrailingStopRiskManagementModel(RiskManagementModel):
    """Sells a holding whose value has fallen back by a share of the best value that it had."""

    def __init__(self, maximum_drawdown_percent: Any = _DEFAULT) -> None:
        self._limit = abs(to_decimal(maximum_drawdown_percent))
        self._best: dict[Symbol, tuple[bool, Decimal]] = {}

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterator[Any]:
        """Flat targets for what has fallen back too much."""
        for symbol, security in list(algorithm.securities._items.items()):
            holdings = security.holdings
            if not holdings.invested:
                self._best.pop(symbol, None)
                continue
            value = abs(holdings._holdings_value)
            known = self._best.get(symbol)
            if known is None or known[0] != holdings.is_long:
                known = self._best[symbol] = (holdings.is_long, abs(holdings._holdings_cost))
            is_long, best = known
            if (is_long and best < value) or (not is_long and best > value):
                self._best[symbol] = (is_long, value)
            elif self._limit < abs((best - value) / best):
                del self._best[symbol]
                yield _close(algorithm, symbol)
