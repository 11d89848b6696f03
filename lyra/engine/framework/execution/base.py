"""Execution models: what turns targets into orders (`Algorithm/Execution`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.framework.interfaces import IExecutionModel
from lyra.engine.framework.order_sizing import above_minimum_order_margin, unordered_quantity
from lyra.engine.framework.target_collection import PortfolioTargetCollection
from lyra.engine.orders.fields import plain


class ExecutionModel(IExecutionModel):
    """Base of the execution models. Override `execute(algorithm, targets)`, which sends the orders."""

    asynchronous = plain("_asynchronous")
    _asynchronous = True

    def __init__(self, asynchronous: bool = True) -> None:
        self._asynchronous = asynchronous

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Order towards targets; called with new ones or with none."""
        raise NotImplementedError(
            "Types deriving from 'ExecutionModel' must implement the 'void Execute(QCAlgorithm, IPortfolioTarget[]) method."
        )

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Called when securities come or go."""

    def on_order_event(self, algorithm: Any, order_event: Any) -> None:
        """Called for each change of an order's state."""


class NullExecutionModel(ExecutionModel):
    """Sends no orders."""

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Nothing."""


class TargetExecutionModel(ExecutionModel):
    """Base of the models that keep targets until they are reached and order towards them, the one that frees most margin first."""

    def __init__(self, asynchronous: bool = True) -> None:
        super().__init__(asynchronous)
        self.targets_collection = PortfolioTargetCollection()

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Order what is missing to each target; those that are reached are dropped."""
        collection = self.targets_collection
        collection.add_range(targets)
        if collection.is_empty:
            return
        for target in collection.order_by_margin_impact(algorithm):
            self._order(algorithm, target, algorithm.securities[target.symbol])
        collection.clear_fulfilled(algorithm)

    def _order(self, algorithm: Any, target: Any, security: Any) -> None:
        """Order towards one target, or not yet."""
        raise NotImplementedError


class ImmediateExecutionModel(TargetExecutionModel):
    """Market orders at once."""

    def _order(self, algorithm: Any, target: Any, security: Any) -> None:
        quantity = unordered_quantity(algorithm, target, security, True)
        if quantity == 0:
            return
        if above_minimum_order_margin(algorithm, security, quantity):
            algorithm.market_order(security, quantity, self._asynchronous, target.tag)
        else:
            algorithm.portfolio.minimum_margin_skipped = True
