"""Replaceable models of a security: slippage, volatility, margin interest, short availability, data filters, by LEAN's names."""

from __future__ import annotations

from lyra.engine.lazy import names_of

_MODULES = {
    "data_filters": ("CfdDataFilter", "EquityDataFilter", "ForexDataFilter", "IndexDataFilter", "SecurityDataFilter"),
    "margin_interest": (
        "BinanceFutureMarginInterestRateModel", "BybitFutureMarginInterestRateModel", "MarginInterestRateModel",
        "MarginInterestRateParameters", "ShortMarginInterestRateModel", "dYdXFutureMarginInterestRateModel",
    ),
    "market_impact": ("MarketImpactSlippageModel",),
    "shortable": ("InteractiveBrokersShortableProvider", "LocalDiskShortableProvider", "NullShortableProvider"),
    "slippage": ("AlphaStreamsSlippageModel", "ConstantSlippageModel", "NullSlippageModel", "VolumeShareSlippageModel"),
    "volatility": (
        "BaseVolatilityModel", "IndicatorVolatilityModel", "RelativeStandardDeviationVolatilityModel",
        "StandardDeviationOfReturnsVolatilityModel", "VolatilityModel", "VolatilityModelExtensions",
    ),
}  # fmt: skip
_HOME, __getattr__, __dir__ = names_of(__name__, _MODULES)

__all__ = sorted(_HOME)
