"""The brokerage model of a `BrokerageName`, and the name of a model (`Common/Brokerages/IBrokerageModel.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel
from lyra.engine.brokerages.rules import lean_name
from lyra.engine.dotnet_errors import ArgumentOutOfRangeException
from lyra.engine.enums import AccountType, BrokerageName

_MODELS = {
    BrokerageName.DEFAULT: "DefaultBrokerageModel",
    BrokerageName.INTERACTIVE_BROKERS_BROKERAGE: "InteractiveBrokersBrokerageModel",
    BrokerageName.TRADIER_BROKERAGE: "TradierBrokerageModel",
    BrokerageName.OANDA_BROKERAGE: "OandaBrokerageModel",
    BrokerageName.FXCM_BROKERAGE: "FxcmBrokerageModel",
    BrokerageName.BITFINEX: "BitfinexBrokerageModel",
    BrokerageName.BINANCE: "BinanceBrokerageModel",
    BrokerageName.GDAX: "GDAXBrokerageModel",
    BrokerageName.ALPACA: "AlpacaBrokerageModel",
    BrokerageName.ALPHA_STREAMS: "AlphaStreamsBrokerageModel",
    BrokerageName.ZERODHA: "ZerodhaBrokerageModel",
    BrokerageName.SAMCO: "SamcoBrokerageModel",
    BrokerageName.TRADING_TECHNOLOGIES: "TradingTechnologiesBrokerageModel",
    BrokerageName.KRAKEN: "KrakenBrokerageModel",
    BrokerageName.FTX: "FTXBrokerageModel",
    BrokerageName.FTXUS: "FTXUSBrokerageModel",
    BrokerageName.EXANTE: "ExanteBrokerageModel",
    BrokerageName.BINANCE_US: "BinanceUSBrokerageModel",
    BrokerageName.WOLVERINE: "WolverineBrokerageModel",
    BrokerageName.TD_AMERITRADE: "TDAmeritradeBrokerageModel",
    BrokerageName.BINANCE_FUTURES: "BinanceFuturesBrokerageModel",
    BrokerageName.BINANCE_COIN_FUTURES: "BinanceCoinFuturesBrokerageModel",
    BrokerageName.RBI: "RBIBrokerageModel",
    BrokerageName.BYBIT: "BybitBrokerageModel",
    BrokerageName.EZE: "EzeBrokerageModel",
    BrokerageName.AXOS: "AxosClearingBrokerageModel",
    BrokerageName.COINBASE: "CoinbaseBrokerageModel",
    BrokerageName.TRADE_STATION: "TradeStationBrokerageModel",
    BrokerageName.TERMINAL_LINK: "TerminalLinkBrokerageModel",
    BrokerageName.CHARLES_SCHWAB: "CharlesSchwabBrokerageModel",
    BrokerageName.TASTYTRADE: "TastytradeBrokerageModel",
    BrokerageName.INTERACTIVE_BROKERS_FIX: "InteractiveBrokersFixModel",
    BrokerageName.DYDX: "dYdXBrokerageModel",
    BrokerageName.WEBULL: "WebullBrokerageModel",
    BrokerageName.PUBLIC: "PublicBrokerageModel",
    BrokerageName.BLOOMBERG_FIX: "BloombergFixBrokerageModel",
}
# Models that LEAN's `GetBrokerageName` takes for their base class.
_KNOWN_AS = {
    "BinanceFuturesBrokerageModel": BrokerageName.BINANCE,
    "BinanceCoinFuturesBrokerageModel": BrokerageName.BINANCE,
    "InteractiveBrokersFixModel": BrokerageName.INTERACTIVE_BROKERS_BROKERAGE,
    "DefaultBrokerageModel": BrokerageName.QUANT_CONNECT_BROKERAGE,
    "TerminalLinkBrokerageModel": BrokerageName.QUANT_CONNECT_BROKERAGE,
    "dYdXBrokerageModel": BrokerageName.QUANT_CONNECT_BROKERAGE,
}


def brokerage_model(name: BrokerageName, account_type: AccountType = AccountType.MARGIN) -> Any:
    """A brokerage's model. Raises ValueError for a brokerage without one, and where the brokerage lacks that type of account."""
    found = _MODELS.get(BrokerageName(name))
    if found is None:
        raise ArgumentOutOfRangeException("Specified argument was out of the range of valid values. (Parameter 'brokerage')")
    from lyra.engine import brokerages

    kind = getattr(brokerages, found)
    return kind() if found == "AlpacaBrokerageModel" else kind(AccountType(account_type))


def brokerage_name(model: Any) -> BrokerageName:
    """The name that LEAN gives to a model. Raises ValueError for what is not one of LEAN's or derived from it."""
    if not isinstance(model, DefaultBrokerageModel):
        raise ArgumentOutOfRangeException("Specified argument was out of the range of valid values. (Parameter 'brokerageModel')")
    name = lean_name(model)
    known = _KNOWN_AS.get(name)
    if known is not None:
        return known
    return next((brokerage for brokerage, kind in _MODELS.items() if kind == name), BrokerageName.QUANT_CONNECT_BROKERAGE)


class BrokerageModel:
    """LEAN's factory of brokerage models."""

    @staticmethod
    def create(order_provider: Any, brokerage: BrokerageName, account_type: AccountType = AccountType.MARGIN) -> Any:
        """The model of a brokerage; the first argument is not used."""
        return brokerage_model(brokerage, account_type)

    @staticmethod
    def get_brokerage_name(brokerage_model: Any) -> BrokerageName:
        """The name of a model."""
        return brokerage_name(brokerage_model)

    Create = create
    GetBrokerageName = get_brokerage_name


IBrokerageModel = DefaultBrokerageModel
"""LEAN's interface, for annotations and `isinstance`."""
