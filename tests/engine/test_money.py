"""Exact money: signed zeros of .NET's sums, magnitudes that keep their digits, exact leverage."""

from __future__ import annotations

from decimal import Decimal

import pytest
from made_securities import Market

from lyra.engine.enums import SecurityType
from lyra.engine.exact import add, divide, multiply, subtract


@pytest.mark.parametrize(
    ("a", "b", "sign"),
    [("-5", "5", "-"), ("5", "-5", ""), ("-5.0", "5", ""), ("5", "-5.0", ""), ("-5", "5.0", "-"), ("0", "-0.00", "-"), ("0.0", "-0.0", "")],
)  # fmt: skip
def test_a_sum_of_zero_has_a_sign(a: str, b: str, sign: str) -> None:
    """That of the first term; of the one with fewer decimal places where they differ, unless that one is 0."""
    result = add(Decimal(a), Decimal(b))
    assert result == 0
    assert str(result).startswith("-") == bool(sign)


def test_a_difference_is_a_sum() -> None:
    assert str(subtract(Decimal("-1.5"), Decimal("-1.5"))) == "-0.0"
    assert str(subtract(Decimal("1.5"), Decimal("1.5"))) == "0.0"


def test_the_cost_of_a_holding_keeps_29_digits() -> None:
    """21753.1406294 bought for 150 shares costs what 150 times the rounded average says, to the last digit of the float (`PortfolioHoldings`)."""
    average = divide(add(multiply(Decimal("145.015173352"), Decimal(100)), multiply(Decimal(50), Decimal("145.032465884"))), Decimal(150))
    market = Market()
    security = market.security(SecurityType.EQUITY, "SPY", "usa", 145, 145)
    security.holdings.set_holdings(average, 150)
    assert security.holdings.holdings_cost == security.holdings.absolute_holdings_cost == 21753.140629399997
    assert security.holdings.unlevered_holdings_cost == 10876.570314699999


def test_an_empty_amount_is_not_shown_as_negative() -> None:
    cash = Market().cash_book["USD"]
    cash.set_amount(Decimal("-0.00"))
    assert "-0.00" not in str(cash)
