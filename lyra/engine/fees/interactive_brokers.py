"""Interactive Brokers' fees (`Common/Orders/Fees/InteractiveBrokersFeeModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import to_decimal
from lyra.engine.enums import SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.fees.base import FeeModel, fee_of, unsupported_security
from lyra.engine.orders.fee import OrderFee
from lyra.engine.securities.fee_parameters import OrderFeeParameters

_CONTRACTS = (SecurityType.OPTION, SecurityType.INDEX_OPTION, SecurityType.FUTURE, SecurityType.FUTURE_OPTION)
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


class InteractiveBrokersFeeModel(FeeModel):
    """Shares 0.005 USD each, at least 1 USD and at most half a percent of the order's value; forex 0.2 basis points falling with the
    monthly volume, at least 2 USD; CFDs 0.002 % with a minimum by currency. Raises ValueError for crypto."""

    def __init__(self, monthly_forex_trade_amount_in_us_dollars: Any = 0, monthly_options_trade_amount_in_contracts: Any = 0) -> None:
        self._forex_rate, self._forex_minimum = _forex_tier(to_decimal(monthly_forex_trade_amount_in_us_dollars))

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
        if kind in _CONTRACTS:
            raise NotSupported(f"InteractiveBrokersFeeModel.get_order_fee of {kind.lean_name}")
        raise unsupported_security(security)


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
