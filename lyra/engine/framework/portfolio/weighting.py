"""Construction models without optimizers: equal, by weight, by confidence, by sector, accumulated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_float
from lyra.engine.dotnet_errors import NotImplementedException
from lyra.engine.enums import InsightDirection, PortfolioBias, Resolution
from lyra.engine.errors import NotSupported
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.interfaces import IPortfolioConstructionModel
from lyra.engine.framework.portfolio.base import InsightPercents, PortfolioConstructionModel
from lyra.engine.framework.risk.sectors import sector_of
from lyra.engine.symbols import Symbol

_OVERLOADS = frozenset(("resolution", "time_span", "rebalancing_date_rules", "rebalancing_func"))
"""What LEAN's other constructors call the first argument."""


def _rebalance(rebalance: Any, overload: dict[str, Any]) -> Any:
    """When to rebalance, by whichever name it was given. Raises TypeError for a name that is none."""
    unknown = sorted(overload.keys() - _OVERLOADS)
    if unknown:
        raise TypeError(f"a construction model has no argument {unknown[0]!r}")
    return next(iter(overload.values()), rebalance)


class EqualWeightingPortfolioConstructionModel(PortfolioConstructionModel):
    """The same share for each insight that is not flat; what the bias forbids counts as flat."""

    _bias = PortfolioBias.LONG_SHORT

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, **overload: Any) -> None:
        super().__init__(_rebalance(rebalance, overload))
        self._bias = PortfolioBias(portfolio_bias)

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """One over the number of insights, with the sign of each."""
        count = sum(insight._direction != InsightDirection.FLAT and self.respect_portfolio_bias(insight) for insight in active_insights)
        share = Decimal(1) / count if count else ZERO
        return InsightPercents({insight: to_float(self._sign(insight) * share) for insight in active_insights})

    def respect_portfolio_bias(self, insight: Insight) -> bool:
        """Whether the bias allows an insight's direction."""
        return bool(self._bias == PortfolioBias.LONG_SHORT or int(insight._direction) == int(self._bias))

    def _sign(self, insight: Insight) -> int:
        return int(insight._direction) if self.respect_portfolio_bias(insight) else 0


class InsightWeightingPortfolioConstructionModel(EqualWeightingPortfolioConstructionModel):
    """The share that each insight's weight says, scaled down if they are more than one together."""

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Whether it has a weight."""
        return insight._weight is not None

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The values of `get_value`, with the sign of each insight."""
        total = 0.0
        for insight in active_insights:
            if self.respect_portfolio_bias(insight):
                total += self.get_value(insight)
        factor = 1 / total if total > 1 else 1.0
        return InsightPercents({insight: self._sign(insight) * self.get_value(insight) * factor for insight in active_insights})

    def get_value(self, insight: Insight) -> float:
        """The weight."""
        return abs(insight._weight) if insight._weight is not None else 0.0


class ConfidenceWeightedPortfolioConstructionModel(InsightWeightingPortfolioConstructionModel):
    """The share that each insight's confidence says, scaled down if they are more than one together."""

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Whether it has a confidence."""
        return insight._confidence is not None

    def get_value(self, insight: Insight) -> float:
        """The confidence."""
        return insight._confidence if insight._confidence is not None else 0.0


class SectorWeightingPortfolioConstructionModel(EqualWeightingPortfolioConstructionModel):
    """The same share for each sector, within a sector for each insight. Needs securities with fundamental data."""

    def __init__(self, rebalance: Any = Resolution.DAILY, **overload: Any) -> None:
        super().__init__(rebalance, **overload)
        self.sector_code_by_symbol: dict[Symbol, str] = {}

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Whether the symbol's sector is known."""
        return insight._symbol in self.sector_code_by_symbol

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """One over sectors, over insights in it."""
        result: dict[Insight, float] = InsightPercents()
        sectors: dict[str, list[Insight]] = {}
        for insight in active_insights:
            if insight._direction == InsightDirection.FLAT:
                result[insight] = 0.0
            else:
                sectors.setdefault(self.sector_code_by_symbol[insight._symbol], []).append(insight)
        for insights in sectors.values():
            share = Decimal(1) / len(sectors) / len(insights)
            for insight in insights:
                result[insight] = to_float(int(insight._direction) * share)
        return result

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Note the sectors of what came."""
        for security in changes.removed_securities:
            self.sector_code_by_symbol.pop(security.symbol, None)
        for security in changes.added_securities:
            code = self.get_sector_code(security)
            if code:
                self.sector_code_by_symbol[security.symbol] = code
        super().on_securities_changed(algorithm, changes)

    def get_sector_code(self, security: Any) -> Any:
        """A security's sector."""
        return sector_of(security)


class AccumulativeInsightPortfolioConstructionModel(PortfolioConstructionModel):
    """Each insight that holds adds `percent` of the portfolio in its direction; a flat one takes one such step back."""

    def __init__(
        self, rebalance: Any = None, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, percent: float = 0.03, **overload: Any
    ) -> None:
        super().__init__(_rebalance(rebalance, overload))
        self._bias = PortfolioBias(portfolio_bias)
        self._percent = abs(float(percent))

    def get_target_insights(self) -> list[Insight]:
        """All insights that hold, in the order of their making."""
        algorithm = self._algorithm
        active = [i for i in algorithm.insights._active(algorithm._utc) if self.should_create_target_for_insight(i)]
        return sorted(active, key=lambda insight: insight._generated)

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The sum of the steps of each symbol, under its first insight."""
        sums: dict[Symbol, float] = {}
        firsts: dict[Symbol, Insight] = {}
        for insight in active_insights:
            firsts.setdefault(insight._symbol, insight)
            target = sums.get(insight._symbol, 0.0)
            if insight._symbol in sums and insight._direction == InsightDirection.FLAT:
                target = 0.0 if abs(target) < self._percent else target + (-self._percent if target > 0 else self._percent)
            target += self._percent * int(insight._direction)
            if self._bias != PortfolioBias.LONG_SHORT and (target > 0) - (target < 0) != int(self._bias):
                target = 0.0
            sums[insight._symbol] = target
        return InsightPercents({insight: sums[symbol] for symbol, insight in firsts.items()})


class AlphaStreamsPortfolioConstructionModel(IPortfolioConstructionModel):
    """LEAN's own has no code either."""

    def get_alpha_weight(self, alpha_id: str) -> float:
        """Raises NotSupported."""
        raise NotSupported("AlphaStreamsPortfolioConstructionModel.get_alpha_weight")

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Raises NotImplementedError, as LEAN does."""
        raise NotImplementedException("The method or operation is not implemented.")

    def create_targets(self, algorithm: Any, insights: list[Insight]) -> Any:
        """Raises NotImplementedError, as LEAN does."""
        raise NotImplementedException("The method or operation is not implemented.")
