"""Portfolio construction models: what turns insights into targets (`Algorithm/Portfolio/PortfolioConstructionModel.cs`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lyra.engine.data.dictionary import KeyValueDictionary
from lyra.engine.decimals import decimal_text, double_text, double_to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.interfaces import IPortfolioConstructionModel
from lyra.engine.framework.portfolio.rebalancing import RebalanceRule, rebalance_rule
from lyra.engine.framework.targets import PortfolioTarget
from lyra.engine.orders.fields import plain, to_instant
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_utc_datetime


class InsightPercents(KeyValueDictionary):
    """Shares of the portfolio by insight, under the name of LEAN's dictionary."""


InsightPercents.__name__ = "Dictionary[Insight,Double]"


class PortfolioConstructionModel(IPortfolioConstructionModel):
    """Base of the construction models. Override `determine_target_percent(active_insights)` or `create_targets(algorithm, insights)`.

    `rebalance` says when targets are made anew: a resolution, timedelta, date rule or function of the UTC time; None means at every call.
    New insights, ended insights and changes of the universe lead to new targets too unless `rebalance_on_…` say otherwise.
    """

    rebalance_on_security_changes: bool
    rebalance_on_insight_changes: bool
    algorithm = plain("_algorithm")
    python_wrapper = plain("_wrapper")

    # Users' subclasses need not call `__init__`.
    _rebalance: RebalanceRule | None = None
    _rebalance_at: int | None = None
    _changed = False
    _algorithm: Any = None
    _wrapper: Any = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self = super().__new__(cls)
        self.rebalance_on_security_changes = True
        self.rebalance_on_insight_changes = True
        return self

    def __init__(self, rebalancing_func: Any = None) -> None:
        self._rebalance = rebalance_rule(rebalancing_func)

    def create_targets(self, algorithm: Any, insights: list[Insight]) -> Iterable[PortfolioTarget]:
        """The targets for the insights that hold now, and flat ones for those that have ended; nothing between rebalancings."""
        self._algorithm = algorithm
        if not self.is_rebalance_due(insights, to_utc_datetime(algorithm._utc)):
            return []
        targets: list[PortfolioTarget] = []
        active = list(self.get_target_insights())
        failed: set[Symbol] = set()
        percents = _dictionary(self.determine_target_percent(active))
        for insight in active:
            if insight not in percents:
                continue
            target = PortfolioTarget._of_percent(algorithm, insight._symbol, decimal_of(percents[insight]), False)
            if target is None:
                failed.add(insight._symbol)
            else:
                targets.append(target)
        expired = algorithm.insights._remove_expired(algorithm._utc)
        for symbol in dict.fromkeys(insight._symbol for insight in expired):
            if symbol not in failed and not algorithm.insights._has_active(symbol, algorithm._utc):
                targets.append(PortfolioTarget(symbol, 0))
        return targets

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Rebalance at the next call; the insights of what has left end now."""
        if self._algorithm is None:
            self._algorithm = algorithm
        self._changed = bool(changes.count)
        algorithm.insights.expire([security.symbol for security in changes.removed_securities])

    def get_target_insights(self) -> list[Insight]:
        """Of each symbol the latest insight that holds and that `should_create_target_for_insight` lets pass."""
        algorithm = self._algorithm
        latest: dict[Symbol, Insight] = {}
        for insight in algorithm.insights._active(algorithm._utc):
            if self.should_create_target_for_insight(insight):
                known = latest.get(insight._symbol)
                if known is None or insight._generated >= known._generated:
                    latest[insight._symbol] = insight
        return list(latest.values())

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Whether an insight counts."""
        return True

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The share of the portfolio for each insight."""
        raise NotImplementedError(
            "Types deriving from 'PortfolioConstructionModel' must implement the 'Dictionary<Insight, double> "
            "DetermineTargetPercent(ICollection<Insight>)' method."
        )

    # rebalancing --------------------------------------------------------------------------------------
    def set_rebalancing_func(self, rebalance: Any) -> None:
        """Say when to rebalance."""
        self._rebalance = rebalance_rule(rebalance)

    def is_rebalance_due(self, insights: list[Insight], algorithm_utc: Any) -> bool:
        """Whether targets are to be made now."""
        now = to_instant(algorithm_utc)
        if self._rebalance is None:
            self._changed = False
            return True
        if self._rebalance_at is None:
            self._rebalance_at = self._rebalance(now)
            if self._rebalance_at is not None and self._rebalance_at <= now:
                # The function is not asked twice at one moment.
                self._rebalance_at = None
                self._changed = False
                return True
        if self._is_due(insights, now):
            self.refresh_rebalance(algorithm_utc)
            return True
        return False

    def _is_due(self, insights: list[Insight], now: int) -> bool:
        if self._rebalance_at is not None and self._rebalance_at <= now:
            return True
        if self.rebalance_on_security_changes and self._changed:
            return True
        if not self.rebalance_on_insight_changes:
            return False
        if len(insights):
            return True
        expiry = self._algorithm.insights._next_expiry()
        return expiry is not None and expiry < now

    def refresh_rebalance(self, algorithm_utc: Any) -> None:
        """Ask when the next rebalancing is, and forget the changes so far."""
        if self._rebalance is not None:
            self._rebalance_at = self._rebalance(to_instant(algorithm_utc))
        self._changed = False

    def set_python_wrapper(self, python_wrapper: Any) -> None:
        """LEAN's way to reach a Python model; there is nothing to wrap here."""
        self._wrapper = python_wrapper

    @staticmethod
    def filter_invalid_insight_magnitude(algorithm: Any, insights: list[Insight]) -> list[Insight]:
        """The insights whose magnitude the settings allow as a target; the others are reported."""
        settings = algorithm.settings
        most, least = settings._max_absolute_portfolio_target_percentage, settings._min_absolute_portfolio_target_percentage
        kept = []
        for insight in insights:
            size = abs(insight._magnitude or 0.0)
            if size and not to_float(least) <= size <= to_float(most):
                algorithm.error(
                    "PortfolioConstructionModel.FilterInvalidInsightMagnitude():"
                    f"The insight target Magnitude: {double_text(insight._magnitude or 0.0)}, will not comply with the current "
                    f"'Algorithm.Settings' 'MaxAbsolutePortfolioTargetPercentage': {decimal_text(most)} or "
                    f"'MinAbsolutePortfolioTargetPercentage': {decimal_text(least)}. Skipping insight."
                )
                continue
            kept.append(insight)
        return kept


class NullPortfolioConstructionModel(PortfolioConstructionModel):
    """No targets."""

    def create_targets(self, algorithm: Any, insights: list[Insight]) -> Iterable[PortfolioTarget]:
        """Nothing."""
        return ()


def decimal_of(percent: Any) -> Any:
    """A share as C# casts a double to a decimal. Raises ValueError for what is not finite."""
    number = float(percent)
    if number != number or number in (float("inf"), float("-inf")):
        raise ArgumentException(
            f"It is not possible to cast a non-finite floating-point value ({double_text(number)}) as decimal. "
            "Please review math operations and verify the result is valid."
        )
    return double_to_decimal(number)


def _dictionary(percents: Any) -> dict[Any, Any]:
    return percents if isinstance(percents, dict) else dict(percents)
