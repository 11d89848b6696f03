"""What orders cost: the fee models of LEAN's brokerages, by LEAN's names (each module is loaded when one of its names is first used)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES = {
    "base": ("ConstantFeeModel", "FeeModel", "FeeModelExtensions"),
    "brokers": (
        "AlphaStreamsFeeModel", "AxosFeeModel", "CharlesSchwabFeeModel", "ExanteFeeModel", "EzeFeeModel", "FxcmFeeModel", "PublicFeeModel",
        "RBIFeeModel", "TDAmeritradeFeeModel", "TastytradeFeeModel", "TradeStationFeeModel", "WebullFeeModel", "WolverineFeeModel",
    ),
    "crypto": (
        "AlpacaFeeModel", "BinanceCoinFuturesFeeModel", "BinanceFeeModel", "BinanceFuturesFeeModel", "BitfinexFeeModel", "BybitFeeModel",
        "BybitFuturesFeeModel", "CoinbaseFeeModel", "FTXFeeModel", "FTXUSFeeModel", "GDAXFeeModel", "KrakenFeeModel", "dYdXFeeModel",
    ),
    "india": ("IndiaFeeModel", "SamcoFeeModel", "ZerodhaFeeModel"),
    "interactive_brokers": ("InteractiveBrokersFeeModel",),
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
