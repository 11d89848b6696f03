"""Replaceable models of a security: slippage, volatility, margin interest, short availability, data filters, by LEAN's names."""

from __future__ import annotations

from importlib import import_module
from typing import Any

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
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return list(__all__)
