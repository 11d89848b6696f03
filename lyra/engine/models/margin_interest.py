"""What holding on margin costs (`Common/Securities/*MarginInterestRateModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.data.events import MarginInterestRate
from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import instant, money, plain, to_instant
from lyra.engine.times import DAY, HOUR, day_of, to_datetime


class MarginInterestRateParameters(LeanObject):
    """The hourly occasion to charge interest on a security: `security` and `time` (aware, UTC)."""

    security = plain("_security")
    time = instant("_utc")

    def __init__(self, security: Any, time: Any) -> None:
        self._security = security
        self._utc = to_instant(time)


class NullMarginInterestRateModel(LeanObject):
    """Nothing."""

    def apply_margin_interest_rate(self, margin_interest_rate_parameters: Any) -> None:
        """Charge nothing."""


class MarginInterestRateModel(LeanObject):
    """LEAN's place for the model that charges nothing."""

    NULL = NullMarginInterestRateModel()
    Null = NULL


class ShortMarginInterestRateModel(LeanObject):
    """Interest on shares by the rates of the shortable provider, once a day.

    For each midnight passed a 360th of the fee rate (shorts) or rebate rate (longs) of the holding's value. `amount` is the sum of what was
    booked, in the quote currency.
    """

    amount = money("_amount", writable=True)

    def __init__(self) -> None:
        self._amount = ZERO
        self._short = False
        self._previous: int | None = None

    def apply_margin_interest_rate(self, margin_interest_rate_parameters: Any) -> None:
        """Book the interest since the last day."""
        security, now = margin_interest_rate_parameters._security, margin_interest_rate_parameters._utc
        holdings = security.holdings
        if not holdings.invested:
            self._previous = None
            return
        if self._previous is None or self._short != holdings.is_short:
            self._short, self._previous = holdings.is_short, now
            return
        days = (day_of(now) - day_of(self._previous)) // DAY
        if days == 0:
            return
        rate = self._rate(security)
        if rate == 0:
            self._previous = None
            return
        fee = rate * holdings._holdings_value / 360 * days
        self._amount += fee
        security.quote_currency.add_amount(fee)
        self._previous = now

    def _rate(self, security: Any) -> Decimal:
        provider = security.shortable_provider
        if provider is None:
            return ZERO
        local = to_datetime(day_of(security._local_time))
        return to_decimal((provider.fee_rate if self._short else provider.rebate_rate)(security.symbol, local))


class BinanceFutureMarginInterestRateModel(LeanObject):
    """Funding of perpetual futures every eight hours from 00:00 UTC: the last rate of what is held, paid by longs while positive."""

    def __init__(self) -> None:
        self._next: int | None = None

    def apply_margin_interest_rate(self, margin_interest_rate_parameters: Any) -> None:
        """Move the funding that is due since the last call."""
        security, now = margin_interest_rate_parameters._security, margin_interest_rate_parameters._utc
        holdings = security.holdings
        if not holdings.invested:
            self._next = None
            return
        if self._next is None:
            self._next = _next_funding(now)
        rate = security.cache.last_of(MarginInterestRate)
        if rate is None:
            return
        while now >= self._next:
            amount, cash = holdings._amount_of(holdings._quantity, security._price)
            cash.add_amount(-(rate._value * amount))
            self._next = _next_funding(self._next)


class BybitFutureMarginInterestRateModel(BinanceFutureMarginInterestRateModel):
    """Bybit's funding, as Binance's."""


class dYdXFutureMarginInterestRateModel(BinanceFutureMarginInterestRateModel):  # noqa: N801 (LEAN's name)
    """dYdX's funding, as Binance's."""


def _next_funding(utc: int) -> int:
    midnight = day_of(utc)
    return midnight + ((utc - midnight) // _FUNDING_INTERVAL + 1) * _FUNDING_INTERVAL


_FUNDING_INTERVAL = 8 * HOUR
