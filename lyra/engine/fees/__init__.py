"""What orders cost: the fee models of LEAN's brokerages, by LEAN's names (each module is loaded when one of its names is first used)."""

from __future__ import annotations

from lyra.engine.lazy import names_of

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
_HOME, __getattr__, __dir__ = names_of(__name__, _MODULES)

__all__ = sorted(_HOME)
