"""Margin of crypto futures, in the currency that they are settled in (`CryptoFutureMarginModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO
from lyra.engine.enums import OrderDirection, SecurityType
from lyra.engine.exact import add, divide, multiply, subtract
from lyra.engine.securities.buying_power import SecurityMarginModel, maintenance_margin


def collateral(security: Any) -> Any:
    """The cash entry that a contract is settled in: the coin of coin-margined ones, else the quote currency."""
    return security.base_currency if security.is_crypto_coin_future() else security.quote_currency


class CryptoFutureMarginModel(SecurityMarginModel):
    """Only the collateral's own currency counts as margin; contracts with the same collateral share it."""

    def __init__(self, leverage: Any = 25, *ignored: Any) -> None:
        super().__init__(leverage)

    def _initial_margin(self, security: Any, quantity: Decimal) -> Decimal:
        if security.cache.last_data() is None or quantity == 0:
            return ZERO
        amount, cash = security.holdings._amount_of(quantity, security._price)
        rate = cash._conversion_rate
        return ZERO if rate == 0 else multiply(divide(amount.copy_abs(), self._leverage(security)), rate)

    def _maintenance_margin(self, security: Any, quantity: Decimal, value: Decimal) -> Decimal:
        return self._initial_margin(security, quantity)

    def _total_collateral(self, portfolio: Any, cash: Any) -> Decimal:
        """What the account has of the collateral."""
        return cash._amount  # type: ignore[no-any-return]

    def _shares_collateral(self, portfolio: Any, cash: Any, other: Any) -> bool:
        return collateral(other) is cash

    def _margin_remaining(self, portfolio: Any, security: Any, direction: OrderDirection) -> Decimal:
        cash = collateral(security)
        result = self._total_collateral(portfolio, cash)
        for other in portfolio._invested:
            if (
                other.type is SecurityType.CRYPTO_FUTURE
                and other.symbol != security.symbol
                and self._shares_collateral(portfolio, cash, other)
            ):
                result = subtract(result, maintenance_margin(other.buying_power_model, other))
        result = add(result, self._margin_of_turning(security, direction))
        return max(multiply(result, cash._conversion_rate), ZERO)


CREDITS = "BNFCR"


class BinanceCryptoFutureMarginModel(CryptoFutureMarginModel):
    """In accounts with Binance's trading credits (`BNFCR`, European Union) every currency is collateral of every contract."""

    def _total_collateral(self, portfolio: Any, cash: Any) -> Decimal:
        cash_book = portfolio.cash_book
        if CREDITS not in cash_book:
            return super()._total_collateral(portfolio, cash)
        return sum((cash_book._convert(c._amount, c.symbol, cash.symbol) for c in cash_book.values() if c._amount != 0), ZERO)

    def _shares_collateral(self, portfolio: Any, cash: Any, other: Any) -> bool:
        return CREDITS in portfolio.cash_book or super()._shares_collateral(portfolio, cash, other)
