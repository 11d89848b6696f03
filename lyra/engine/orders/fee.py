"""What an order costs: an amount of a currency, and how it is taken from the cash book."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import ZERO, decimal_text, to_decimal, to_float
from lyra.engine.exact import multiply, strip
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money, plain

NULL_CURRENCY = "QCC"
"""LEAN's currency of amounts that are not money."""


class CashAmount(LeanObject):
    """An amount of one currency. `amount` is the float that Python sees, `_amount` the exact decimal."""

    amount = money("_amount")
    currency = plain("_currency")

    def __init__(self, amount: Any = 0, currency: str = NULL_CURRENCY) -> None:
        self._amount: Decimal = to_decimal(amount)
        self._currency = currency

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CashAmount) and (self._amount, self._currency) == (other._amount, other._currency)

    def __hash__(self) -> int:
        return hash((self._amount, self._currency))

    def __str__(self) -> str:
        return "QuantConnect.Securities.CashAmount"

    def __repr__(self) -> str:
        return f"CashAmount({self._amount}, {self._currency!r})"


class OrderFee(LeanObject):
    """The fee of an order: `value` is a `CashAmount`; `str()` is `1 USD`."""

    ZERO: ClassVar[OrderFee]
    Zero: ClassVar[OrderFee]
    value = plain("_value", writable=True)

    def __init__(self, order_fee: CashAmount) -> None:
        self._value = CashAmount(
            strip(to_decimal(order_fee._amount if isinstance(order_fee, CashAmount) else order_fee.amount)), order_fee.currency
        )

    def apply_to_portfolio(self, portfolio: Any, fill: Any) -> None:
        """Take the fee from the cash of its currency."""
        portfolio.cash_book[self._value.currency]._add(-self._value._amount)

    def __float__(self) -> float:
        return to_float(self._value._amount)

    def __str__(self) -> str:
        return f"{decimal_text(self._value._amount)} {self._value.currency}"


class ModifiedFillQuantityOrderFee(OrderFee):
    """A fee that was taken out of the filled quantity: `value` in the base currency, paid as its worth in the quote currency."""

    def __init__(self, order_fee: CashAmount, quote_currency: str, contract_multiplier: Any = 1) -> None:
        super().__init__(order_fee)
        self._quote_currency = quote_currency
        self._contract_multiplier = to_decimal(contract_multiplier)

    def apply_to_portfolio(self, portfolio: Any, fill: Any) -> None:
        """Take the fee's worth at the fill price from the quote currency's cash."""
        amount = multiply(multiply(self._value._amount.copy_negate(), fill._fill_price), self._contract_multiplier)
        portfolio.cash_book[self._quote_currency]._add(amount)


OrderFee.ZERO = OrderFee.Zero = OrderFee(CashAmount(ZERO, NULL_CURRENCY))
