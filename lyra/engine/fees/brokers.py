"""Fees of the share, forex and option brokers (`Common/Orders/Fees`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import OrderType, SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.fees.base import FeeModel, fee_of, is_buy, posts_to_book, unit_price, unsupported_security
from lyra.engine.fees.interactive_brokers import us_share_fee
from lyra.engine.orders.fee import OrderFee
from lyra.engine.orders.properties import BitfinexOrderProperties
from lyra.engine.securities.fee_parameters import OrderFeeParameters


class _PerShare(FeeModel):
    """A fee per unit, in dollars."""

    _default = Decimal("0.005")

    def __init__(self, fees_per_share: Any = None) -> None:
        self._per_share = self._default if fees_per_share is None else to_decimal(fees_per_share)

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        return fee_of(self._per_share * abs(parameters.order._quantity))


class AxosFeeModel(_PerShare):
    """Axos: 0.0035 dollars a share."""

    _default = Decimal("0.0035")


class RBIFeeModel(_PerShare):
    """RBI: 0.005 dollars a share."""

    _charged_by_engine = False


class WolverineFeeModel(_PerShare):
    """Wolverine: 0.005 dollars a share."""

    _charged_by_engine = False


class EzeFeeModel(FeeModel):
    """Eze: nothing."""


_FXCM_CHEAP = frozenset(("EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "EURJPY", "GBPJPY"))


class FxcmFeeModel(FeeModel):
    """FXCM: 0.04 per thousand units of the seven main pairs, 0.06 of others, in the currency given; CFDs free."""

    def __init__(self, currency: str = "USD") -> None:
        self._currency = currency

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        security, fee = parameters.security, ZERO
        if security.type == SecurityType.FOREX:
            symbol = security.symbol
            cheap = symbol.id.market == "fxcm" and symbol.value in _FXCM_CHEAP
            fee = Decimal("0.04" if cheap else "0.06") * abs(parameters.order._quantity) / 1000
        return fee_of(fee, self._currency)


class ExanteFeeModel(FeeModel):
    """Exante: 0.02 dollars an American share, 2 % of the order's price elsewhere; forex at the rate given (0.25 of the value)."""

    MarketUsaRate = MARKET_USA_RATE = 0.02
    DefaultRate = DEFAULT_RATE = 0.02

    def __init__(self, forex_commission_rate: Any = Decimal("0.25")) -> None:
        self._forex_rate = to_decimal(forex_commission_rate)

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order. Raises ValueError for kinds of securities that Exante has no fee for."""
        order, security = parameters.order, parameters.security
        kind, quantity = security.type, abs(order._quantity)
        if kind == SecurityType.FOREX:
            return fee_of(abs(self._forex_rate * order._get_value(security)))
        if kind == SecurityType.EQUITY:
            rate = Decimal("0.02")
            return fee_of(quantity * rate if order.symbol.id.market == "usa" else quantity * order._price * rate)
        if kind in (SecurityType.OPTION, SecurityType.INDEX_OPTION):
            if order.symbol.id.market != "usa":
                raise ArgumentException(f"Unsupported exchange: ${order.symbol.id.market}")
            return fee_of(quantity * Decimal("1.5"))
        if kind in (SecurityType.FUTURE, SecurityType.FUTURE_OPTION):
            return fee_of(Decimal("1.5"))
        raise unsupported_security(security)


class CharlesSchwabFeeModel(FeeModel):
    """Charles Schwab: shares free, options 0.65 and index options 1 dollar a contract."""

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        rates = {SecurityType.OPTION: Decimal("0.65"), SecurityType.INDEX_OPTION: Decimal(1), SecurityType.FUTURE_OPTION: ZERO}
        rate = rates.get(parameters.security.type)
        return OrderFee.ZERO if rate is None else fee_of(abs(parameters.order._quantity) * rate)


class TDAmeritradeFeeModel(FeeModel):
    """TD Ameritrade: shares free, options 0.65 dollars a contract."""

    _charged_by_engine = False

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order. Raises ValueError for other kinds of securities."""
        kind = parameters.order.symbol.security_type
        if kind == SecurityType.EQUITY:
            return fee_of(ZERO)
        if kind == SecurityType.OPTION:
            return fee_of(Decimal("0.65") * abs(parameters.order._quantity))
        raise ArgumentException("TDAmeritradeFeeModel doesn't return correct fee model for SecurityType = securityType")


class TastytradeFeeModel(FeeModel):
    """Tastytrade: shares free; options 1, futures 1.25 and options on futures 2.5 dollars a contract, closing options free."""

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        held = security.holdings._quantity
        opens = held >= 0 if is_buy(order) else held <= 0
        rates = {
            SecurityType.OPTION: Decimal(1) if opens else ZERO,
            SecurityType.INDEX_OPTION: Decimal(1) if opens else ZERO,
            SecurityType.FUTURE: Decimal("1.25"),
            SecurityType.FUTURE_OPTION: Decimal("2.5") if opens else ZERO,
        }
        return fee_of(abs(order._quantity) * rates.get(security.type, ZERO))


class TradeStationFeeModel(FeeModel):
    """TradeStation: free for residents of the USA, 5 dollars a trade for others; options 0.6, index options 1, futures 1.5 a contract."""

    us_resident: bool

    def __init__(self, us_resident: bool = True) -> None:
        self.us_resident = us_resident

    @property
    def USResident(self) -> bool:  # noqa: N802 (LEAN's name)
        """LEAN's spelling."""
        return self.us_resident

    @USResident.setter
    def USResident(self, value: bool) -> None:  # noqa: N802
        self.us_resident = value

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        per_trade = ZERO if self.us_resident else Decimal(5)
        quantity = abs(parameters.order._quantity)
        kind = parameters.security.type
        if kind == SecurityType.FUTURE:
            return fee_of(quantity * Decimal("1.5"))
        rate = {SecurityType.OPTION: Decimal("0.6"), SecurityType.INDEX_OPTION: Decimal(1)}.get(kind, ZERO)
        return fee_of(per_trade + quantity * rate)


class WebullFeeModel(FeeModel):
    """Webull: shares and stock options free."""

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        if parameters.security.type == SecurityType.INDEX_OPTION:
            raise NotSupported("WebullFeeModel.get_order_fee of IndexOption")
        return OrderFee.ZERO


_CRYPTO_STEPS = ((10, "0.49"), (25, "0.69"), (50, "1.19"), (100, "1.69"), (250, "3.29"), (500, "6.29"))


class PublicFeeModel(FeeModel):
    """Public.com: shares free in regular hours, else 2.99 dollars; crypto by steps, 1.25 % above 500 dollars; index options 0.5."""

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        kind, quantity = security.type, abs(order._quantity)
        if kind == SecurityType.EQUITY:
            hours = security.exchange.hours
            regular = hours.is_open_us(hours.time_zone.to_local(order._time), False)
            return fee_of(ZERO if regular else Decimal("2.99"))
        if kind == SecurityType.INDEX_OPTION:
            return fee_of(quantity * Decimal("0.5"))
        if kind != SecurityType.CRYPTO:
            return OrderFee.ZERO
        worth = security._price * security.symbol_properties._contract_multiplier * quantity
        for limit, fee in _CRYPTO_STEPS:
            if worth <= limit:
                return fee_of(Decimal(fee))
        return fee_of(worth * Decimal("0.0125"))


class AlphaStreamsFeeModel(FeeModel):
    """Alpha Streams: shares as Interactive Brokers, forex 0.0002 %, crypto 0.1 % / 0.2 %, contracts 0.5 dollars, CFDs free."""

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order. Raises KeyError for shares outside the USA, ValueError for other kinds of securities."""
        order, security = parameters.order, parameters.security
        kind = security.type
        if order.type == OrderType.OPTION_EXERCISE:
            return OrderFee.ZERO
        if kind in (SecurityType.OPTION, SecurityType.FUTURE, SecurityType.FUTURE_OPTION):
            return fee_of(Decimal("0.5") * abs(order._quantity))
        if kind == SecurityType.CFD:
            return fee_of(ZERO)
        if kind == SecurityType.FOREX:
            return fee_of(Decimal("0.000002") * abs(order._get_value(security)))
        if kind == SecurityType.CRYPTO:
            rate = Decimal("0.001") if posts_to_book(order, BitfinexOrderProperties, needs_visible=True) else Decimal("0.002")
            return fee_of(unit_price(order, security) * abs(order._quantity) * rate, security.quote_currency.symbol)
        if kind != SecurityType.EQUITY:
            raise unsupported_security(security)
        market = security.symbol.id.market
        if market != "usa":
            raise KeyError(f"AlphaStreamsFeeModel(): unexpected equity Market {market}")
        return us_share_fee(order, security)
