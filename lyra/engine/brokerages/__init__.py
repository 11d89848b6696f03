"""Brokerages: which orders they take, what they charge, how much they lend (each module is loaded when one of its names is first used)."""

from __future__ import annotations

from lyra.engine.lazy import names_of

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
_HOME, __getattr__, __dir__ = names_of(__name__, _MODULES)

__all__ = sorted(_HOME)
