"""Order properties: the time in force and what single brokerages know besides (`Common/Orders/*OrderProperties.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import IndiaProductType as ProductType
from lyra.engine.naming import LeanObject
from lyra.engine.orders.exchange_codes import Exchange
from lyra.engine.orders.fields import Setting, settings_of
from lyra.engine.orders.time_in_force import TimeInForce

__all__ = [
    "AlpacaOrderProperties",
    "BinanceOrderProperties",
    "BitfinexOrderProperties",
    "BloombergFixOrderProperties",
    "BybitOrderProperties",
    "CharlesSchwabOrderProperties",
    "CoinbaseOrderProperties",
    "Exchange",
    "EzeOrderProperties",
    "FTXOrderProperties",
    "FixOrderProperties",
    "GDAXOrderProperties",
    "IndiaOrderProperties",
    "InteractiveBrokersFixOrderProperties",
    "InteractiveBrokersOrderProperties",
    "KrakenOrderProperties",
    "OrderProperties",
    "PublicOrderProperties",
    "RBIOrderProperties",
    "StrategyField",
    "StrategyParameters",
    "TDAmeritradeOrderProperties",
    "TastytradeOrderProperties",
    "TerminalLinkOrderProperties",
    "TimeInForce",
    "TradeStationOrderProperties",
    "TradierOrderProperties",
    "TradingTechnologiesOrderProperties",
    "WebullOrderProperties",
    "WolverineOrderProperties",
    "dYdXOrderProperties",
]  # fmt: skip


class OrderProperties(LeanObject):
    """The properties that every order has: `time_in_force` (good until cancelled) and `exchange` (None: the default venue)."""

    time_in_force = Setting(TimeInForce.GOOD_TIL_CANCELED)
    exchange = Setting(None)

    def __init__(self, exchange: Exchange | None = None) -> None:
        if exchange is not None:
            self.exchange = exchange

    def clone(self) -> Any:
        """A copy."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def json_fields(self) -> dict[str, Any]:
        """C#'s names and values in the order of LEAN's JSON; an unset exchange is left out."""
        fields = {setting.lean_name: getattr(self, setting.name) for setting in settings_of(type(self))}
        if fields["Exchange"] is None:
            del fields["Exchange"]
        return fields


class AlpacaOrderProperties(OrderProperties):
    """Alpaca."""

    outside_regular_trading_hours = Setting(False)


class BinanceOrderProperties(OrderProperties):
    """Binance: `post_only` keeps a limit order from taking liquidity."""

    post_only = Setting(False)


class BitfinexOrderProperties(OrderProperties):
    """Bitfinex."""

    post_only = Setting(False)
    hidden = Setting(False)


class BybitOrderProperties(OrderProperties):
    """Bybit; `reduce_only` None leaves it to the exchange."""

    post_only = Setting(False)
    reduce_only = Setting(None)


class CharlesSchwabOrderProperties(OrderProperties):
    """Charles Schwab."""

    extended_regular_trading_hours = Setting(False)


class CoinbaseOrderProperties(OrderProperties):
    """Coinbase."""

    post_only = Setting(False)
    self_trade_prevention_id = Setting(False)


class GDAXOrderProperties(CoinbaseOrderProperties):
    """The old name of Coinbase."""


class EzeOrderProperties(OrderProperties):
    """Eze: routing data of the order."""

    route = Setting(None)
    account = Setting(None)
    notes = Setting(None)
    account_type = Setting(None)

    def __init__(
        self, route: str | None = None, account: str | None = None, notes: str | None = None, account_type: str | None = None
    ) -> None:
        super().__init__()
        self.route, self.account, self.notes, self.account_type = route, account, notes, account_type


class FTXOrderProperties(OrderProperties):
    """FTX."""

    post_only = Setting(False)
    reduce_only = Setting(False)


class FixOrderProperties(OrderProperties):
    """FIX brokerages: `additional_properties` are raw FIX tags."""

    AUTOMATED_EXECUTION_ORDER_PRIVATE = "1"
    AUTOMATED_EXECUTION_ORDER_PUBLIC = "2"
    MANUAL_ORDER = "3"
    additional_properties = Setting(None)
    handle_instruction = Setting(None)
    notes = Setting(None)

    def __init__(self) -> None:
        super().__init__()
        self.additional_properties = {}

    def clone(self) -> Any:
        """A copy with its own tags."""
        other = super().clone()
        other.additional_properties = dict(self.additional_properties)
        return other

    def _set_tag(self, tag: str, value: str | None) -> None:
        if value is None:
            self.additional_properties.pop(tag, None)
        else:
            self.additional_properties[tag] = value


class _FixTag(Setting):
    """A setting that lives in the additional properties under a FIX tag."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else instance.additional_properties.get(self.tag)

    def __set__(self, instance: Any, value: Any) -> None:
        instance._set_tag(self.tag, value)


class BloombergFixOrderProperties(FixOrderProperties):
    """Bloomberg over FIX: tags 5700 and 114 locate borrowed shares."""

    locate_broker = _FixTag("5700")
    locate_reqd = _FixTag("114")


class TradingTechnologiesOrderProperties(FixOrderProperties):
    """Trading Technologies."""


class IndiaOrderProperties(OrderProperties):
    """Indian brokerages: the exchange and the product type (MIS, CNC, NRML) as text."""

    product_type = Setting(None)
    IndiaProductType = ProductType

    def __init__(self, exchange: Exchange | None = None, product_type: ProductType | None = None) -> None:
        super().__init__(exchange)
        self.product_type = None if product_type is None else str(product_type.to_string())


class InteractiveBrokersFixOrderProperties(OrderProperties):
    """Interactive Brokers over FIX."""

    account = Setting(None)


class InteractiveBrokersOrderProperties(OrderProperties):
    """Interactive Brokers: advisor accounts and trading outside regular hours."""

    account = Setting(None)
    fa_group = Setting(None)
    fa_method = Setting(None)
    fa_percentage = Setting(0)
    fa_profile = Setting(None)
    outside_regular_trading_hours = Setting(False)


class _Either(Setting):
    """One of two exclusive flags: setting it clears the `other`; setting False does nothing."""

    def __init__(self, other: str) -> None:
        super().__init__(False)
        self.other = other

    def __set__(self, instance: Any, value: Any) -> None:
        if value:
            instance.__dict__["_" + self.name] = True
            instance.__dict__["_" + self.other] = False


class KrakenOrderProperties(OrderProperties):
    """Kraken: the currency of the fee, market price protection, a conditional close order."""

    post_only = Setting(False)
    fee_in_base = _Either("fee_in_quote")
    fee_in_quote = _Either("fee_in_base")
    no_market_price_protection = Setting(False)
    conditional_order = Setting(None)


class PublicOrderProperties(OrderProperties):
    """Public.com."""

    outside_regular_trading_hours = Setting(False)
    use_margin = Setting(None)


class RBIOrderProperties(OrderProperties):
    """RBI."""


class TDAmeritradeOrderProperties(OrderProperties):
    """TD Ameritrade."""


class TastytradeOrderProperties(OrderProperties):
    """Tastytrade."""


class StrategyField(LeanObject):
    """One field of an execution strategy; without a value it is left out."""

    value: str | None
    has_value: bool

    def __init__(self, value: str | None = None) -> None:
        self.value = value
        self.has_value = value is not None


class StrategyParameters(LeanObject):
    """A named execution strategy and its fields in order."""

    name: str
    fields: list[StrategyField]

    def __init__(self, name: str, fields: list[StrategyField]) -> None:
        self.name = name
        self.fields = list(fields)


class _CfdFlag(_FixTag):
    """`is_cfd_trade`: a tag that is `1` or absent."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else instance.additional_properties.get(self.tag) == "1"

    def __set__(self, instance: Any, value: Any) -> None:
        instance._set_tag(self.tag, "1" if value else None)


class TerminalLinkOrderProperties(OrderProperties):
    """Bloomberg EMSX over Terminal Link."""

    StrategyParameters = StrategyParameters
    StrategyField = StrategyField
    additional_properties = Setting(None)
    notes = Setting(None)
    handling_instruction = Setting(None)
    execution_instruction = Setting(None)
    custom_notes_1 = Setting(None)
    custom_notes_2 = Setting(None)
    custom_notes_3 = Setting(None)
    custom_notes_4 = Setting(None)
    custom_notes_5 = Setting(None)
    account = Setting(None)
    broker = Setting(None)
    locate_broker = Setting(None)
    locate_id = Setting(None)
    is_cfd_trade = _CfdFlag("EMSX_CFD_FLAG")
    strategy = Setting(None)
    automatic_position_sides = Setting(False)
    position_side = Setting(None)

    def __init__(self) -> None:
        super().__init__()
        self.additional_properties = {}

    def clone(self) -> Any:
        """A copy with its own additional properties."""
        other = super().clone()
        other.additional_properties = dict(self.additional_properties)
        return other

    def _set_tag(self, tag: str, value: str | None) -> None:
        if value is None:
            self.additional_properties.pop(tag, None)
        else:
            self.additional_properties[tag] = value


class TradeStationOrderProperties(OrderProperties):
    """TradeStation."""

    all_or_none = Setting(False)
    outside_regular_trading_hours = Setting(False)
    post_only = Setting(False)


class TradierOrderProperties(OrderProperties):
    """Tradier."""

    outside_regular_trading_hours = Setting(False)


class WebullOrderProperties(OrderProperties):
    """Webull."""

    outside_regular_trading_hours = Setting(False)


class WolverineOrderProperties(OrderProperties):
    """Wolverine."""

    exchange_post_fix = Setting(None)
    locate_broker = Setting(None)
    position_side = Setting(None)


class _Exclusive(Setting):
    """A flag that may not be set while the `other` is."""

    def __init__(self, other: str, text: str, lean_name: str = "") -> None:
        super().__init__(False, lean_name)
        self.other = other
        self.text = text

    def __set__(self, instance: Any, value: Any) -> None:
        if value and instance.__dict__.get("_" + self.other, False):
            raise ArgumentException(f"Cannot set {self.text} is already set. Only one execution type can be active at a time.")
        instance.__dict__["_" + self.name] = value


class dYdXOrderProperties(OrderProperties):  # noqa: N801 - LEAN's name
    """dYdX: `ioc` and `post_only` exclude each other."""

    post_only = _Exclusive("ioc", "PostOnly when IOC")
    ioc = _Exclusive("post_only", "IOC when PostOnly", "IOC")
    IOC = ioc
    gas_limit = Setting(1_000_000)
    reduce_only = Setting(False)
    good_til_block_offset = Setting(20)
