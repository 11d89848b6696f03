"""Fee models that do not belong to one brokerage (`Common/Orders/Fees`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.enums import SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fee import CashAmount, OrderFee
from lyra.engine.securities.fee_parameters import OrderFeeParameters


class FeeModel(LeanObject):
    """Base of fee models: override `get_order_fee(parameters)`."""

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order; nothing by default."""
        return OrderFee(CashAmount(ZERO, "USD"))


class ConstantFeeModel(FeeModel):
    """The same fee for every order."""

    def __init__(self, fee: Any, currency: str = "USD") -> None:
        self._fee = abs(to_decimal(fee))
        self._currency = currency

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee."""
        return OrderFee(CashAmount(self._fee, self._currency))


class InteractiveBrokersFeeModel(FeeModel):
    """Interactive Brokers' fees: shares 0.005 USD each, at least 1 USD and at most half a percent of the order's value;
    forex 0.2 basis points by monthly volume, at least 2 USD; CFDs by their currency."""

    def __init__(self, monthly_forex_trade_amount_in_us_dollars: Any = 0, monthly_options_trade_amount_in_contracts: Any = 0) -> None:
        monthly = to_decimal(monthly_forex_trade_amount_in_us_dollars)
        self._forex_rate, self._forex_minimum = _forex_tier(monthly)

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        kind, market = security.type, security.symbol.id.market
        quantity = abs(order._quantity)
        value = abs(order._get_value(security))
        if kind == SecurityType.FOREX:
            return OrderFee(CashAmount(max(self._forex_minimum, abs(self._forex_rate * value)), "USD"))
        if kind == SecurityType.EQUITY:
            if market == "usa":
                return OrderFee(CashAmount(_share_fee(quantity, value, Decimal("0.005"), ONE_DOLLAR, Decimal("0.005")), "USD"))
            if market == "india":
                return OrderFee(CashAmount(_share_fee(quantity, value, Decimal("0.01"), Decimal(6), Decimal(20)), "INR"))
            raise KeyError(f"InteractiveBrokersFeeModel(): unexpected equity Market {market}")
        if kind == SecurityType.CFD:
            return _cfd_fee(security, value)
        raise NotSupported(f"InteractiveBrokersFeeModel for {kind.lean_name}")


ONE_DOLLAR = Decimal(1)


def _share_fee(quantity: Decimal, value: Decimal, per_share: Decimal, minimum: Decimal, maximum_rate: Decimal) -> Decimal:
    fee = per_share * quantity
    maximum = maximum_rate * value
    if fee < minimum:
        return minimum
    return maximum if fee > maximum else abs(fee)


def _forex_tier(monthly: Decimal) -> tuple[Decimal, Decimal]:
    basis_point = Decimal("0.0001")
    for limit, rate, minimum in ((1_000_000_000, "0.20", "2.00"), (2_000_000_000, "0.15", "1.50"), (5_000_000_000, "0.10", "1.25")):
        if monthly <= limit:
            return Decimal(rate) * basis_point, Decimal(minimum)
    return Decimal("0.08") * basis_point, Decimal("1.00")


def _cfd_fee(security: Any, value: Decimal) -> OrderFee:
    currency = security.quote_currency.symbol
    minimum = {"JPY": Decimal(40), "HKD": Decimal(10)}.get(currency, ONE_DOLLAR)
    return OrderFee(CashAmount(max(Decimal("0.00002") * value, minimum), currency))
