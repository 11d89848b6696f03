"""The names of LEAN's framework interfaces, for type hints and as bases of users' classes."""

from __future__ import annotations

from lyra.engine.naming import LeanObject


class INotifiedSecurityChanges(LeanObject):
    """Has `on_securities_changed(algorithm, changes)`."""


class INamedModel(LeanObject):
    """Has a `name`."""


class IAlphaModel(INotifiedSecurityChanges):
    """Has `update(algorithm, data)`."""


class IPortfolioConstructionModel(INotifiedSecurityChanges):
    """Has `create_targets(algorithm, insights)`."""


class IRiskManagementModel(INotifiedSecurityChanges):
    """Has `manage_risk(algorithm, targets)`."""


class IExecutionModel(INotifiedSecurityChanges):
    """Has `execute(algorithm, targets)`."""


class IUniverseSelectionModel(LeanObject):
    """Has `create_universes(algorithm)`."""


class IPortfolioTarget(LeanObject):
    """Has `symbol`, `quantity` and `tag`."""


class IPortfolioOptimizer(LeanObject):
    """Has `optimize(historical_returns, expected_returns, covariance)`."""


class IInsightScoreFunction(LeanObject):
    """Has `score(insight_manager, utc_time)`."""


class IAlgorithm(LeanObject):
    """The algorithm as LEAN's models see it; here for type hints."""
