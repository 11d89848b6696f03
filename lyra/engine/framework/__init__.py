"""The algorithm framework's models. Classes are imported from their modules when they are first asked for.

`MODULES` says which names LEAN's own model files (`Alphas.EmaCrossAlphaModel`, `Portfolio.…`) give, and where they live here.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from lyra.engine.lazy import names_of

_ROOMS: dict[str, tuple[str, ...]] = {
    "interfaces": (
        "INotifiedSecurityChanges", "INamedModel", "IAlphaModel", "IPortfolioConstructionModel", "IRiskManagementModel", "IExecutionModel",
        "IUniverseSelectionModel", "IPortfolioTarget", "IPortfolioOptimizer", "IInsightScoreFunction", "IAlgorithm",
    ),
    "insights": ("Insight", "InsightScore"),
    "insight_collection": ("InsightCollection", "InsightManager", "GeneratedInsightsCollection"),
    "expiry": ("Expiry",),
    "target_collection": ("PortfolioTargetCollection",),
    "order_sizing": ("OrderSizing", "BuyingPowerModelExtensions"),
    "alphas.base": ("AlphaModel", "NullAlphaModel", "CompositeAlphaModel"),
    "alphas.constant": ("ConstantAlphaModel",),
    "alphas.ema_cross": ("EmaCrossAlphaModel",),
    "alphas.macd": ("MacdAlphaModel",),
    "alphas.rsi": ("RsiAlphaModel",),
    "alphas.historical_returns": ("HistoricalReturnsAlphaModel",),
    "alphas.pairs": ("BasePairsTradingAlphaModel", "PearsonCorrelationPairsTradingAlphaModel"),
    "portfolio.base": ("PortfolioConstructionModel", "NullPortfolioConstructionModel"),
    "portfolio.weighting": (
        "EqualWeightingPortfolioConstructionModel", "InsightWeightingPortfolioConstructionModel",
        "ConfidenceWeightedPortfolioConstructionModel", "SectorWeightingPortfolioConstructionModel",
        "AccumulativeInsightPortfolioConstructionModel", "AlphaStreamsPortfolioConstructionModel",
    ),
    "portfolio.mean_reversion": ("MeanReversionPortfolioConstructionModel",),
    "portfolio.mean_variance": ("MeanVarianceOptimizationPortfolioConstructionModel",),
    "portfolio.risk_parity": ("RiskParityPortfolioConstructionModel",),
    "portfolio.black_litterman": ("BlackLittermanOptimizationPortfolioConstructionModel",),
    "portfolio.optimizers": (
        "MinimumVariancePortfolioOptimizer", "MaximumSharpeRatioPortfolioOptimizer", "RiskParityPortfolioOptimizer",
        "UnconstrainedMeanVariancePortfolioOptimizer",
    ),
    "risk.base": ("RiskManagementModel", "NullRiskManagementModel", "CompositeRiskManagementModel"),
    "risk.limits": (
        "MaximumDrawdownPercentPerSecurity", "MaximumDrawdownPercentPortfolio", "MaximumUnrealizedProfitPercentPerSecurity",
        "TrailingStopRiskManagementModel",
    ),
    "risk.sectors": ("MaximumSectorExposureRiskManagementModel",),
    "execution.base": ("ExecutionModel", "NullExecutionModel", "ImmediateExecutionModel"),
    "execution.patient": ("SpreadExecutionModel", "StandardDeviationExecutionModel", "VolumeWeightedAveragePriceExecutionModel"),
    "selection.base": ("UniverseSelectionModel", "NullUniverseSelectionModel", "CompositeUniverseSelectionModel"),
    "selection.manual": (
        "ManualUniverse", "CustomUniverse", "ManualUniverseSelectionModel", "CustomUniverseSelectionModel",
        "InceptionDateUniverseSelectionModel", "ScheduledUniverseSelectionModel",
    ),
    "selection.baskets": (
        "EnergyETFUniverse", "MetalsETFUniverse", "SP500SectorsETFUniverse", "TechnologyETFUniverse", "USTreasuriesETFUniverse",
        "VolatilityETFUniverse", "LiquidETFUniverse",
    ),
    "selection.fundamental": (
        "FundamentalUniverseSelectionModel", "CoarseFundamentalUniverseSelectionModel", "FineFundamentalUniverseSelectionModel",
        "QC500UniverseSelectionModel", "EmaCrossUniverseSelectionModel", "ETFConstituentsUniverseSelectionModel",
    ),
    "selection.futures": ("FutureUniverseSelectionModel",),
    "selection.derivatives": (
        "OptionUniverseSelectionModel", "OptionChainedUniverseSelectionModel", "OpenInterestFutureUniverseSelectionModel",
    ),
}  # fmt: skip
_HOME, __getattr__, __dir__ = names_of(__name__, _ROOMS)

_FILES: dict[str, tuple[str, ...]] = {
    "Alphas": (
        "BasePairsTradingAlphaModel", "ConstantAlphaModel", "EmaCrossAlphaModel", "HistoricalReturnsAlphaModel", "MacdAlphaModel",
        "NullAlphaModel", "PearsonCorrelationPairsTradingAlphaModel", "RsiAlphaModel",
    ),
    "Portfolio": (
        "AccumulativeInsightPortfolioConstructionModel", "BlackLittermanOptimizationPortfolioConstructionModel",
        "ConfidenceWeightedPortfolioConstructionModel", "EqualWeightingPortfolioConstructionModel",
        "InsightWeightingPortfolioConstructionModel", "MaximumSharpeRatioPortfolioOptimizer", "MeanReversionPortfolioConstructionModel",
        "MeanVarianceOptimizationPortfolioConstructionModel", "MinimumVariancePortfolioOptimizer", "NullPortfolioConstructionModel",
        "RiskParityPortfolioConstructionModel", "RiskParityPortfolioOptimizer", "SectorWeightingPortfolioConstructionModel",
        "UnconstrainedMeanVariancePortfolioOptimizer",
    ),
    "Execution": (
        "ImmediateExecutionModel", "NullExecutionModel", "SpreadExecutionModel", "StandardDeviationExecutionModel",
        "VolumeWeightedAveragePriceExecutionModel",
    ),
    "Risk": (
        "CompositeRiskManagementModel", "MaximumDrawdownPercentPerSecurity", "MaximumDrawdownPercentPortfolio",
        "MaximumSectorExposureRiskManagementModel", "MaximumUnrealizedProfitPercentPerSecurity", "NullRiskManagementModel",
        "TrailingStopRiskManagementModel",
    ),
    "Selection": (
        "EmaCrossUniverseSelectionModel", "ETFConstituentsUniverseSelectionModel", "FundamentalUniverseSelectionModel",
        "FutureUniverseSelectionModel", "ManualUniverseSelectionModel", "OptionUniverseSelectionModel", "QC500UniverseSelectionModel",
        "UniverseSelectionModel",
    ),
}  # fmt: skip
_OWN = ("RsiAlphaModel", "HistoricalReturnsAlphaModel", "StandardDeviationExecutionModel")
"""Names whose Python file is not like the C# class."""
MODULES: dict[str, dict[str, str]] = {
    f"{folder}.{name}": {name: f"{__name__}.python_files" if name in _OWN else _HOME[name]}
    for folder, names in _FILES.items()
    for name in names
}
"""Name of a module of LEAN's -> its names -> the module here that holds them."""

__all__ = sorted(_HOME)


def from_file(module: str, name: str) -> Any:
    """What `from Alphas.X import X` gives. Raises AttributeError for a name that is not of that module."""
    home = MODULES.get(module, {}).get(name)
    if home is None:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
