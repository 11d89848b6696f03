"""Risk management models: what changes targets before they are executed (`Algorithm/Risk`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lyra.engine.framework.interfaces import IRiskManagementModel
from lyra.engine.framework.models import models_of, required_method


class RiskManagementModel(IRiskManagementModel):
    """Base of the risk models. Override `manage_risk(algorithm, targets)`, which gives the targets that replace others."""

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """The targets that risk demands."""
        raise NotImplementedError(
            "Types deriving from 'RiskManagementModel' must implement the 'IEnumerable<IPortfolioTarget> ManageRisk(QCAlgorithm, "
            "IPortfolioTarget[]) method."
        )

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Called when securities come or go."""


class NullRiskManagementModel(RiskManagementModel):
    """Leaves the targets as they are."""

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Nothing."""
        return ()


class CompositeRiskManagementModel(RiskManagementModel):
    """Several models one after the other, each with the targets that the ones before have changed."""

    def __init__(self, *risk_management_models: Any) -> None:
        self._models = models_of(risk_management_models, "RiskManagementModel")

    def add_risk_management(self, risk_management_model: Any) -> None:
        """Add a model."""
        self._models.append(risk_management_model)

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> list[Any]:
        """All targets, those of the last model first."""
        for model in self._models:
            adjusted = required_method(model, "manage_risk", "IRiskManagementModel")(algorithm, targets)
            targets = distinct_targets([*adjusted, *targets])
        return targets

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Tell all models."""
        for model in self._models:
            required_method(model, "on_securities_changed", "IRiskManagementModel")(algorithm, changes)


def distinct_targets(targets: list[Any]) -> list[Any]:
    """The first target of each symbol."""
    first: dict[Any, Any] = {}
    for target in targets:
        first.setdefault(target.symbol, target)
    return list(first.values())
