"""When the money of a trade can be used again."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO
from lyra.engine.exact import add, divide, multiply, subtract
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fee import CashAmount
from lyra.engine.times import DAY, day_of, span_us, to_us, to_utc_datetime

NOTHING = CashAmount(ZERO, None)  # type: ignore[arg-type]  # C#'s default of the struct has no currency


class ApplyFundsSettlementModelParameters(LeanObject):
    """Money that a fill moves."""

    __slots__ = ("_given", "_utc", "cash_amount", "fill", "portfolio", "security")

    def __init__(self, portfolio: Any, security: Any, utc: Any, cash_amount: CashAmount, fill: Any) -> None:
        self.portfolio = portfolio
        self.security = security
        self._utc = utc if isinstance(utc, int) else to_us(utc)
        self._given = utc
        self.cash_amount = cash_amount
        self.fill = fill

    @property
    def utc_time(self) -> Any:
        """The moment of the fill."""
        return to_utc_datetime(self._utc) if isinstance(self._given, int) else self._given


class ScanSettlementModelParameters(LeanObject):
    """The hourly occasion to settle what is due."""

    __slots__ = ("_given", "_utc", "portfolio", "security")

    def __init__(self, portfolio: Any, security: Any, utc: Any) -> None:
        self.portfolio = portfolio
        self.security = security
        self._utc = utc if isinstance(utc, int) else to_us(utc)
        self._given = utc

    @property
    def utc_time(self) -> Any:
        """Now."""
        return to_utc_datetime(self._utc) if isinstance(self._given, int) else self._given


class ImmediateSettlementModel(LeanObject):
    """Money moves at the fill."""

    def apply_funds(self, parameters: Any) -> None:
        """Move the cash now."""
        amount = parameters.cash_amount
        parameters.portfolio.cash_book[amount.currency]._add(amount._amount)

    def scan(self, parameters: Any) -> None:
        """Nothing is ever due."""

    def get_unsettled_cash(self) -> CashAmount:
        """Nothing is ever unsettled."""
        return NOTHING


class AccountCurrencyImmediateSettlementModel(ImmediateSettlementModel):
    """Money moves at the fill, converted to the account currency."""

    def apply_funds(self, parameters: Any) -> None:
        """Move the cash now."""
        amount, cash_book = parameters.cash_amount, parameters.portfolio.cash_book
        cash_book[cash_book.account_currency]._add(cash_book._to_account(amount._amount, amount.currency))


class DelayedSettlementModel(LeanObject):
    """Money of sales waits `number_of_days` trading days, until `time_of_day` of the exchange; money paid moves at once."""

    def __init__(self, number_of_days: int, time_of_day: timedelta) -> None:
        self._days = number_of_days
        self._time_of_day = span_us(time_of_day)
        self._waiting: deque[tuple[int, str, Decimal]] = deque()
        self._cash_book: Any = None

    def apply_funds(self, parameters: Any) -> None:
        """Take money paid at once; keep money received until it settles."""
        amount, portfolio = parameters.cash_amount, parameters.portfolio
        if self._cash_book is None:
            self._cash_book = portfolio.unsettled_cash_book
        if amount._amount <= 0:
            portfolio.cash_book[amount.currency]._add(amount._amount)
            return
        portfolio.unsettled_cash_book[amount.currency]._add(amount._amount)
        self._waiting.append((self._due(parameters.security.exchange.hours, parameters._utc), amount.currency, amount._amount))

    def _due(self, hours: Any, utc: int) -> int:
        day = day_of(hours.time_zone.to_local(utc))
        for _ in range(self._days):
            day += DAY
            while not hours.is_date_open_us(day):
                day += DAY
        return hours.time_zone.to_utc(day + self._time_of_day)  # type: ignore[no-any-return]

    def scan(self, parameters: Any) -> None:
        """Settle what is due, in the order of the sales."""
        portfolio = parameters.portfolio
        while self._waiting and self._waiting[0][0] <= parameters._utc:
            _, currency, amount = self._waiting.popleft()
            portfolio.unsettled_cash_book[currency]._add(-amount)
            portfolio.cash_book[currency]._add(amount)

    def get_unsettled_cash(self) -> CashAmount:
        """What waits, in the account currency."""
        if not self._waiting:
            return NOTHING
        book = self._cash_book
        return CashAmount(sum((book._to_account(amount, currency) for _, currency, amount in self._waiting), ZERO), book.account_currency)


class FutureSettlementModel(ImmediateSettlementModel):
    """Losers pay winners every day: what a position has made since the day before moves into cash when the exchange's date changes
    (`Common/Securities/Future/FutureSettlementModel.cs`)."""

    def __init__(self) -> None:
        self._last_day: int | None = None
        self._settled_quantity = ZERO

    def set_local_date_time_frontier(self, new_local_time: datetime) -> None:
        """Begin at a wall time of the exchange."""
        self._begin(to_us(new_local_time))

    def _begin(self, local: int) -> None:
        self._last_day = day_of(local)

    def apply_funds(self, parameters: Any) -> None:
        """Move the profit of a trade that closes, less what was paid of it on the days before."""
        if self._settled_quantity != 0:
            security, fill, amount = parameters.security, parameters.fill, parameters.cash_amount
            holding = security.holdings
            closed = min(fill._fill_quantity.copy_abs(), holding._quantity.copy_abs(), self._settled_quantity.copy_abs())
            closed = closed if fill._fill_quantity < 0 else closed.copy_negate()
            paid = multiply(divide(closed, self._settled_quantity), holding._settled_profit)
            self._settled_quantity = subtract(self._settled_quantity, closed)
            holding._settled_profit = subtract(holding._settled_profit, paid)
            parameters.cash_amount = CashAmount(subtract(amount._amount, paid), amount.currency)
        super().apply_funds(parameters)

    def scan(self, parameters: Any) -> None:
        """Pay the day's profit once the date has changed."""
        security = parameters.security
        day = day_of(security._local_time)
        if self._last_day is not None and self._last_day >= day:
            return
        if self._last_day is not None and security.invested:
            self._pay(parameters.portfolio, security)
        self._last_day = day

    def _pay(self, portfolio: Any, security: Any) -> None:
        holding = security.holdings
        self._settled_quantity = holding._quantity
        profit = holding._close_profit(include_fees=False, exit_price=security.cache._settlement_price)
        profit = subtract(profit, holding._settled_profit)
        if profit != 0:
            holding._settled_profit = add(holding._settled_profit, profit)
            portfolio.cash_book[security.quote_currency.symbol]._add(profit)
