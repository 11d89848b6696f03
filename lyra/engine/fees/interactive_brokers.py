"""Interactive Brokers' fees (`Common/Orders/Fees/InteractiveBrokersFeeModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import OrderDirection, OrderType, SecurityType
from lyra.engine.fees.base import FeeModel, fee_of, unsupported_security
from lyra.engine.orders.fee import OrderFee
from lyra.engine.securities.fee_parameters import OrderFeeParameters

_OPTIONS = (SecurityType.OPTION, SecurityType.INDEX_OPTION)
_FUTURES = (SecurityType.FUTURE, SecurityType.FUTURE_OPTION)
_SHARE_RATE = Decimal("0.005")
_LOWEST_SHARE_FEE = Decimal(1)
_HIGHEST_SHARE_OF_VALUE = Decimal("0.005")
_CFD_RATE = Decimal("0.00002")
_LOWEST_CFD_FEE = {"JPY": Decimal(40), "HKD": Decimal(10)}
_BASIS_POINT = Decimal("0.0001")
_FOREX_TIERS = (
    (Decimal(1_000_000_000), Decimal("0.20"), Decimal("2.00")),
    (Decimal(2_000_000_000), Decimal("0.15"), Decimal("1.50")),
    (Decimal(5_000_000_000), Decimal("0.10"), Decimal("1.25")),
)
_HIGHEST_FOREX_TIER = (Decimal("0.08"), Decimal("1.00"))
_OPTION_TIERS = (
    (Decimal(10_000), ((Decimal("0.1"), Decimal("0.65")), (Decimal("0.05"), Decimal("0.5")), (Decimal("-Infinity"), Decimal("0.25")))),
    (Decimal(50_000), ((Decimal("0.05"), Decimal("0.5")), (Decimal("-Infinity"), Decimal("0.25")))),
    (Decimal(100_000), ((Decimal("-Infinity"), Decimal("0.25")),)),
    (Decimal("Infinity"), ((Decimal("-Infinity"), Decimal("0.15")),)),
)
"""By contracts a month: (least premium, dollars a contract)."""
_REGULATORY_FEE = Decimal("0.02")
_AMERICAN_FUTURES = ("globex", "nymex", "cbot", "ice", "cfe", "comex", "cme", "nyseliffe", "usa")
_MICROS = ("MYM", "M2K", "MES", "MNQ", "2YY", "5YY", "10Y", "30Y", "MCL", "MGC", "SIL")
_MICRO_CURRENCIES = ("M6E", "M6A", "M6B", "MCD", "MJY", "MSF", "M6J", "MIR", "M6C", "M6S", "MNH")
_E_MINIS = ("ES", "NQ", "YM", "RTY", "EMD")


def _per_contract(*parts: tuple[str, str]) -> dict[str, Decimal]:
    return {root: Decimal(rate) for roots, rate in parts for root in roots.split()}


_BROKER_FEES = {
    SecurityType.FUTURE: _per_contract((" ".join(_MICROS), "0.25"), ("BTC", "5"), ("MBT MIB", "2.25"), ("ETH", "3"), ("MET MRB", "0.20"),
                                       ("E7 J7", "0.50"), (" ".join(_MICRO_CURRENCIES), "0.15")),
    SecurityType.FUTURE_OPTION: _per_contract((" ".join(_MICROS), "0.25"), ("BTC", "5"), ("MBT MIB", "1.25"), ("ETH", "3"), ("MET MRB", "0.10")),
}  # fmt: skip
_EXCHANGE_FEES = {
    SecurityType.FUTURE: _per_contract((" ".join(_E_MINIS), "1.28"), (" ".join(_MICROS), "0.30"), ("BTC", "6"), ("MBT MIB", "2.5"),
                                       ("ETH", "4"), ("MET MRB", "0.20"), ("E7 J7", "0.85"), (" ".join(_MICRO_CURRENCIES), "0.24")),
    SecurityType.FUTURE_OPTION: _per_contract((" ".join(_E_MINIS), "0.55"), (" ".join(_MICROS), "0.20"), ("BTC", "5"), ("MBT MIB", "2.5"),
                                              ("ETH", "4"), ("MET MRB", "0.20")),
}  # fmt: skip
_HONG_KONG_FEES = {"CNH": Decimal(13), "HKD": Decimal(20), "USD": Decimal("2.40")}
_KOREAN_RATE = Decimal("0.00004")
_LIMITED = (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED, OrderType.COMBO_LEG_LIMIT)


class InteractiveBrokersFeeModel(FeeModel):
    """Shares 0.005 USD each, at least 1 USD and at most half a percent of the order's value; forex 0.2 basis points falling with the
    monthly volume, at least 2 USD; CFDs 0.002 % with a minimum by currency; options by premium, at least 1 USD; futures by exchange and
    contract. Raises ValueError for crypto."""

    def __init__(self, monthly_forex_trade_amount_in_us_dollars: Any = 0, monthly_options_trade_amount_in_contracts: Any = 0) -> None:
        self._forex_rate, self._forex_minimum = _forex_tier(to_decimal(monthly_forex_trade_amount_in_us_dollars))
        contracts = to_decimal(monthly_options_trade_amount_in_contracts)
        self._option_rates = next(rates for limit, rates in _OPTION_TIERS if contracts <= limit)

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        kind = security.type
        if kind == SecurityType.FOREX:
            return fee_of(max(self._forex_minimum, abs(self._forex_rate * order._get_value(security))))
        if kind == SecurityType.EQUITY:
            return _equity_fee(order, security)
        if kind == SecurityType.CFD:
            return _cfd_fee(order, security)
        if kind in _OPTIONS:
            return self._option_fee(order, security)
        if kind in _FUTURES:
            fee, currency = _future_fee(security)
            return fee_of(abs(order._quantity) * fee, currency)
        raise unsupported_security(security)

    def _option_fee(self, order: Any, security: Any) -> OrderFee:
        market = security.symbol.id.market
        if order.type is OrderType.OPTION_EXERCISE and security.type is SecurityType.OPTION:
            return OrderFee.ZERO
        if market != "usa":
            raise KeyError(f"InteractiveBrokersFeeModel(): unexpected option Market {market}")
        premium = _likely_price(order, security)
        rate = next(rate for least, rate in self._option_rates if premium >= least)
        return fee_of(max(abs(order._quantity) * rate, Decimal(1)))


def _likely_price(order: Any, security: Any) -> Decimal:
    """What an order may fill at: its own limit or stop, else the market on the side that LEAN takes (the bid for a purchase)."""
    kind = order.type
    if kind in _LIMITED:
        return order._limit_price  # type: ignore[no-any-return]
    if kind in (OrderType.STOP_MARKET, OrderType.TRAILING_STOP):
        return order._stop_price  # type: ignore[no-any-return]
    if kind is OrderType.COMBO_LIMIT:
        return order.group_order_manager._limit_price  # type: ignore[no-any-return]
    if kind is OrderType.OPTION_EXERCISE:
        return ZERO
    return security._bid_price if order.direction is OrderDirection.BUY else security._ask_price  # type: ignore[no-any-return]


def _future_fee(security: Any) -> tuple[Decimal, str]:
    """The fee of a contract of a future, or of an option on one, and its currency."""
    symbol, kind = security.symbol, security.type
    market, currency = symbol.id.market, security.quote_currency.symbol
    if market in _AMERICAN_FUTURES:
        root = symbol.id.symbol if kind is SecurityType.FUTURE else symbol.underlying.id.symbol
        broker = _BROKER_FEES[kind].get(root, Decimal("0.85"))
        return broker + _EXCHANGE_FEES[kind].get(root, Decimal("1.60")) + _REGULATORY_FEE, "USD"
    if market == "eurex" and kind is SecurityType.FUTURE:
        return Decimal("1.00") + Decimal("0.00") + _REGULATORY_FEE, "EUR"
    if market == "hkfe":
        if symbol.id.symbol.upper() == "HSI":
            return Decimal(40), "HKD"
        if currency in _HONG_KONG_FEES:
            return _HONG_KONG_FEES[currency] * Decimal("1.5"), currency
        raise ArgumentException(f"Unexpected quote currency {currency} for Hong Kong futures exchange")
    if market == "krx":
        return _KOREAN_RATE * (security._price * security.symbol_properties._contract_multiplier), currency
    if market == "eurex":
        raise ArgumentException(f"InteractiveBrokersFeeModel.EUREXFutureFees(): Unsupported security type: {kind.lean_name}")
    raise KeyError(f"InteractiveBrokersFeeModel(): unexpected future Market {market}")


def share_fee(order: Any, security: Any, per_share: Decimal, minimum: Decimal, maximum_rate: Decimal) -> Decimal:
    """A fee per share between a minimum and a share of the order's value; the minimum wins."""
    fee = per_share * abs(order._quantity)
    maximum = maximum_rate * abs(order._get_value(security))
    if fee < minimum:
        return minimum
    return min(fee, maximum)  # type: ignore[no-any-return]


def us_share_fee(order: Any, security: Any) -> OrderFee:
    """The fee of American shares."""
    return fee_of(share_fee(order, security, _SHARE_RATE, _LOWEST_SHARE_FEE, _HIGHEST_SHARE_OF_VALUE))


def _equity_fee(order: Any, security: Any) -> OrderFee:
    market = security.symbol.id.market
    if market == "usa":
        return us_share_fee(order, security)
    if market == "india":
        return fee_of(share_fee(order, security, Decimal("0.01"), Decimal(6), Decimal(20)), "INR")
    raise KeyError(f"InteractiveBrokersFeeModel(): unexpected equity Market {market}")


def _cfd_fee(order: Any, security: Any) -> OrderFee:
    currency = security.quote_currency.symbol
    minimum = _LOWEST_CFD_FEE.get(currency, Decimal(1))
    return fee_of(max(_CFD_RATE * abs(order._get_value(security)), minimum), currency)


def _forex_tier(monthly: Decimal) -> tuple[Decimal, Decimal]:
    for limit, rate, minimum in _FOREX_TIERS:
        if monthly <= limit:
            return rate * _BASIS_POINT, minimum
    rate, minimum = _HIGHEST_FOREX_TIER
    return rate * _BASIS_POINT, minimum
