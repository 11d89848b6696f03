"""When the money of a trade can be used again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fee import CashAmount
from lyra.engine.times import DAY, day_of, span_us, to_utc_datetime


class ApplyFundsSettlementModelParameters(LeanObject):
    """Money that a fill moves."""

    __slots__ = ("portfolio", "security", "_utc", "cash_amount", "fill")

    def __init__(self, portfolio: Any, security: Any, utc: int, cash_amount: CashAmount, fill: Any) -> None:
        self.portfolio = portfolio
        self.security = security
        self._utc = utc
        self.cash_amount = cash_amount
        self.fill = fill

    @property
    def utc_time(self) -> Any:
        """The moment of the fill."""
        return to_utc_datetime(self._utc)


class ScanSettlementModelParameters(LeanObject):
    """The hourly occasion to settle what is due."""

    __slots__ = ("portfolio", "security", "_utc")

    def __init__(self, portfolio: Any, security: Any, utc: int) -> None:
        self.portfolio = portfolio
        self.security = security
        self._utc = utc

    @property
    def utc_time(self) -> Any:
        """Now."""
        return to_utc_datetime(self._utc)


class ImmediateSettlementModel(LeanObject):
    """Money moves at the fill."""

    def apply_funds(self, parameters: Any) -> None:
        """Move the cash now."""
        amount = parameters.cash_amount
        parameters.portfolio.cash_book[amount.currency].add_amount(amount._amount)

    def scan(self, parameters: Any) -> None:
        """Nothing is ever due."""

    def get_unsettled_cash(self) -> CashAmount:
        """Nothing is ever unsettled."""
        return CashAmount(ZERO, "USD")


class AccountCurrencyImmediateSettlementModel(ImmediateSettlementModel):
    """Money moves at the fill, converted to the account currency."""

    def apply_funds(self, parameters: Any) -> None:
        """Move the cash now."""
        amount, cash_book = parameters.cash_amount, parameters.portfolio.cash_book
        cash_book[cash_book.account_currency].add_amount(cash_book._to_account(amount._amount, amount.currency))


class DelayedSettlementModel(LeanObject):
    """Money of sales waits `number_of_days` trading days, until `time_of_day` of the exchange."""

    def __init__(self, number_of_days: int, time_of_day: timedelta) -> None:
        self._days = number_of_days
        self._time_of_day = span_us(time_of_day)
        self._waiting: list[tuple[int, str, Decimal]] = []

    def apply_funds(self, parameters: Any) -> None:
        """Take money paid at once; keep money received until it settles."""
        amount = parameters.cash_amount
        portfolio, security = parameters.portfolio, parameters.security
        if amount._amount <= 0:
            portfolio.cash_book[amount.currency].add_amount(amount._amount)
            return
        portfolio.unsettled_cash_book[amount.currency].add_amount(amount._amount)
        hours = security.exchange.hours
        settlement = day_of(hours.time_zone.to_local(parameters._utc))
        for _ in range(self._days):
            settlement += DAY
            while not hours.is_date_open_us(settlement):
                settlement += DAY
        due = hours.time_zone.to_utc(settlement + self._time_of_day)
        self._waiting.append((due, amount.currency, amount._amount))

    def scan(self, parameters: Any) -> None:
        """Settle what is due."""
        portfolio = parameters.portfolio
        while self._waiting and self._waiting[0][0] <= parameters._utc:
            _, currency, amount = self._waiting.pop(0)
            portfolio.unsettled_cash_book[currency].add_amount(-amount)
            portfolio.cash_book[currency].add_amount(amount)

    def get_unsettled_cash(self) -> CashAmount:
        """What waits, in the currency of the first entry."""
        if not self._waiting:
            return CashAmount(ZERO, "USD")
        currency = self._waiting[0][1]
        return CashAmount(sum((a for _, c, a in self._waiting if c == currency), ZERO), currency)
