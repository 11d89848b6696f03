"""Brokerages: which orders they take, what they charge, how much they lend (each module is loaded when one of its names is first used)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES = {
    "base": (
        "BrokerageMessageEvent", "BrokerageModelSecurityInitializer", "CompositeSecurityInitializer", "DefaultBrokerageModel",
        "FuncSecurityInitializer", "FuncSecuritySeeder", "SecurityInitializer", "SecuritySeeder",
    ),
    "binance": ("BinanceBrokerageModel", "BinanceCoinFuturesBrokerageModel", "BinanceFuturesBrokerageModel", "BinanceUSBrokerageModel"),
    "catalogue": ("BrokerageModel", "IBrokerageModel"),
    "crypto": (
        "BitfinexBrokerageModel", "BybitBrokerageModel", "CoinbaseBrokerageModel", "FTXBrokerageModel", "FTXUSBrokerageModel",
        "GDAXBrokerageModel", "KrakenBrokerageModel", "dYdXBrokerageModel",
    ),
    "forex": ("FxcmBrokerageModel", "OandaBrokerageModel"),
    "india": ("SamcoBrokerageModel", "ZerodhaBrokerageModel"),
    "interactive_brokers": ("InteractiveBrokersBrokerageModel", "InteractiveBrokersFixModel"),
    "messages": ("DefaultBrokerageMessageHandler", "DowngradeErrorCodeToWarningBrokerageMessageHandler"),
    "shares": (
        "AlpacaBrokerageModel", "AlphaStreamsBrokerageModel", "AxosClearingBrokerageModel", "BloombergFixBrokerageModel",
        "CharlesSchwabBrokerageModel", "ExanteBrokerageModel", "EzeBrokerageModel", "PublicBrokerageModel", "RBIBrokerageModel",
        "TDAmeritradeBrokerageModel", "TastytradeBrokerageModel", "TerminalLinkBrokerageModel", "TradeStationBrokerageModel",
        "WebullBrokerageModel", "WolverineBrokerageModel",
    ),
    "tradier": ("TradierBrokerageModel",),
    "trading_technologies": ("TradingTechnologiesBrokerageModel",),
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
