"""Fees and taxes on Indian shares, in rupees (`Common/Orders/Fees/{India,Samco,Zerodha}FeeModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from lyra.engine.decimals import ZERO, round_to
from lyra.engine.fees.base import FeeModel, fee_of
from lyra.engine.orders.fee import OrderFee
from lyra.engine.securities.fee_parameters import OrderFeeParameters


class IndiaFeeModel(FeeModel):
    """Brokerage, transaction tax (sales), exchange charge, state tax, regulator's charge, stamp duty (purchases), each to a paisa.

    The base has all rates at zero; a broker's model sets them.
    """

    _brokerage: ClassVar[Decimal] = ZERO
    _highest_brokerage: ClassVar[Decimal] = ZERO
    _transaction_tax: ClassVar[Decimal] = ZERO
    _exchange_charge: ClassVar[Decimal] = ZERO
    _state_tax: ClassVar[Decimal] = ZERO
    _regulator_charge: ClassVar[Decimal] = ZERO
    _stamp_duty: ClassVar[Decimal] = ZERO
    _stamp_duty_on_exact_value: ClassVar[bool] = False

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        if parameters.security is None:
            return OrderFee.ZERO
        value = parameters.order._get_value(parameters.security)
        return fee_of(self._fee(abs(value), sells=value < 0), "INR")

    def _fee(self, value: Decimal, sells: bool) -> Decimal:
        share = value * self._brokerage
        brokerage = self._highest_brokerage if share > self._highest_brokerage else round_to(share, 2)
        turnover = round_to(value, 2)
        exchange = round_to(turnover * self._exchange_charge, 2)
        state = round_to(self._state_tax * (brokerage + exchange), 2)
        regulator = round_to(turnover * self._regulator_charge, 2)
        if sells:
            one_sided = round_to(value * self._transaction_tax, 2)
        else:
            one_sided = round_to((value if self._stamp_duty_on_exact_value else turnover) * self._stamp_duty, 2)
        return round_to(brokerage + exchange + state + regulator + one_sided, 2)


class SamcoFeeModel(IndiaFeeModel):
    """Samco: 0.02 % brokerage, at most 20 rupees."""

    _brokerage = Decimal("0.0002")
    _highest_brokerage = Decimal(20)
    _transaction_tax = Decimal("0.00025")
    _exchange_charge = Decimal("0.0000345")
    _state_tax = Decimal("0.18")
    _regulator_charge = Decimal("0.000001")
    _stamp_duty = Decimal("0.00003")


class ZerodhaFeeModel(IndiaFeeModel):
    """Zerodha: 0.03 % brokerage, at most 20 rupees."""

    _brokerage = Decimal("0.0003")
    _stamp_duty_on_exact_value = True
    _highest_brokerage = Decimal(20)
    _transaction_tax = Decimal("0.00025")
    _exchange_charge = Decimal("0.0000345")
    _state_tax = Decimal("0.18")
    _regulator_charge = Decimal("0.000001")
    _stamp_duty = Decimal("0.00003")
