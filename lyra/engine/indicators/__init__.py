"""LEAN's indicators. Classes are imported from their modules when they are first asked for.

`base` says how an indicator works; the others hold one family each.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES: dict[str, tuple[str, ...]] = {
    "events": ("Event",),
    "points": ("IndicatorDataPoint", "IndicatorResult"),
    "window": ("RollingWindow",),
    "base": ("IndicatorBase", "Indicator", "WindowIndicator", "BarIndicator", "TradeBarIndicator"),
    "composite": ("ConstantIndicator", "CompositeIndicator", "ResetCompositeIndicator", "FunctionalIndicator"),
    "own": ("PythonIndicator",),
    "extensions": ("IndicatorExtensions",),
    "averages": (
        "Sum",
        "SimpleMovingAverage",
        "ExponentialMovingAverage",
        "WilderMovingAverage",
        "LinearWeightedMovingAverage",
        "DoubleExponentialMovingAverage",
        "TripleExponentialMovingAverage",
        "TriangularMovingAverage",
        "T3MovingAverage",
        "HullMovingAverage",
        "ArnaudLegouxMovingAverage",
        "Delay",
        "ZeroLagExponentialMovingAverage",
        "RelativeMovingAverage",
        "VolumeWeightedMovingAverage",
        "MovingAverageTypeExtensions",
    ),
    "adaptive_averages": ("KaufmanEfficiencyRatio", "KaufmanAdaptiveMovingAverage", "McGinleyDynamic"),
    "extremes": ("Identity", "WindowIdentity", "FilteredIdentity", "Maximum", "Minimum", "MidPoint", "MidPrice"),
    "momentum": (
        "Momentum",
        "RateOfChange",
        "RateOfChangePercent",
        "MomentumPercent",
        "RateOfChangeRatio",
        "LogReturn",
        "RelativeStrengthIndex",
        "ChandeMomentumOscillator",
        "VariableIndexDynamicAverage",
        "ConnorsRelativeStrengthIndex",
        "StochasticRelativeStrengthIndex",
        "Momersion",
        "MomersionIndicator",
    ),
    "oscillators": (
        "MovingAverageConvergenceDivergence",
        "AbsolutePriceOscillator",
        "PercentagePriceOscillator",
        "Trix",
        "TrueStrengthIndex",
        "KnowSureThing",
        "CoppockCurve",
        "DetrendedPriceOscillator",
        "DerivativeOscillator",
        "SchaffTrendCycle",
    ),
    "bar_oscillators": (
        "AwesomeOscillator",
        "Stochastic",
        "PremierStochasticOscillator",
        "WilliamsPercentR",
        "UltimateOscillator",
        "CommodityChannelIndex",
        "BalanceOfPower",
        "InternalBarStrength",
        "DeMarkerIndicator",
        "RelativeVigorIndexSignal",
        "RelativeVigorIndex",
        "FisherTransform",
        "WaveTrendOscillator",
    ),
    "statistics": (
        "Variance",
        "StandardDeviation",
        "MeanAbsoluteDeviation",
        "LeastSquaresMovingAverage",
        "TimeSeriesForecast",
        "SharpeRatio",
        "TargetDownsideDeviation",
        "SortinoRatio",
        "ValueAtRisk",
        "HurstExponent",
        "AugenPriceSpike",
    ),
    "volatility": (
        "TrueRange",
        "AverageTrueRange",
        "NormalizedAverageTrueRange",
        "AverageRange",
        "RogersSatchellVolatility",
        "ChoppinessIndex",
        "MassIndex",
        "ChandeKrollStop",
    ),
    "channels": (
        "BollingerBands",
        "KeltnerChannels",
        "DonchianChannel",
        "AccelerationBands",
        "RegressionChannel",
        "SuperTrend",
        "IchimokuKinkoHyo",
        "SqueezeMomentum",
    ),
    "trend": (
        "AverageDirectionalIndex",
        "AverageDirectionalMovementIndexRating",
        "AroonOscillator",
        "Vortex",
        "ParabolicStopAndReverseExtended",
        "ParabolicStopAndReverse",
        "WilderSwingIndex",
        "WilderAccumulativeSwingIndex",
        "HeikinAshi",
    ),
    "pivots": ("ZigZag", "PivotPoint", "PivotPointsEventArgs", "PivotPointsHighLow", "TomDemarkSequential"),
    "volume": (
        "OnBalanceVolume",
        "SmoothedOnBalanceVolume",
        "AccumulationDistribution",
        "AccumulationDistributionOscillator",
        "ChaikinOscillator",
        "ChaikinMoneyFlow",
        "MoneyFlowIndex",
        "VolumeWeightedAveragePriceIndicator",
        "IntradayVwap",
        "EaseOfMovementValue",
        "ForceIndex",
        "KlingerVolumeOscillator",
        "RelativeDailyVolume",
        "MarketProfile",
        "VolumeProfile",
        "TimeProfile",
    ),
    "filters": ("SwissArmyKnife", "HilbertTransform", "FractalAdaptiveMovingAverage", "MesaAdaptiveMovingAverage"),
    "pairs": ("Beta", "Covariance", "Correlation", "Alpha"),
    "breadth": (
        "AdvanceDeclineIndicator",
        "AdvanceDeclineRatio",
        "AdvanceDeclineDifference",
        "AdvanceDeclineVolumeRatio",
        "ArmsIndex",
        "McClellanOscillator",
        "McClellanSummationIndex",
        "NewHighsNewLows",
        "NewHighsNewLowsVolume",
    ),
    "arima": ("AutoRegressiveIntegratedMovingAverage",),
    "greeks": ("ImpliedVolatility", "Delta", "Gamma", "Vega", "Theta", "Rho"),
    "helpers": ("Field",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return list(__all__)
