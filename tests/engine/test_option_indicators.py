"""Options' theory: prices and greeks doable by hand, the search for the volatility, and how the indicators bring prices together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lyra.engine.algorithm.option_indicators import CandlestickPatterns, option_label
from lyra.engine.corporate.dividend_yield import ConstantDividendYieldModel, DividendYieldProvider
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import OptionPricingModelType, OptionRight, OptionStyle, SecurityType
from lyra.engine.indicators import Delta, Gamma, ImpliedVolatility, IndicatorDataPoint, Rho, Theta, Vega
from lyra.engine.indicators.greeks import settlement
from lyra.engine.indicators.pricing import (
    Terms,
    black_scholes,
    cox_ross_rubinstein,
    find_root,
    forward_tree,
    implied_volatility,
)
from lyra.engine.symbols import RunSymbols, Symbol
from lyra.engine.times import to_us

pytestmark = pytest.mark.usefixtures("decimal_context", "run")
DATA = Path(__file__).parents[2] / "data"
TERMS = Terms(spot=100.0, strike=100.0, years=0.25, rate=0.0, dividend_yield=0.0, is_call=True)
AT_THE_MONEY = 100 * math.erf(0.05 / math.sqrt(2))
"""A call at the money without rates: price · (2 N(d1) - 1), where d1 is half of volatility · sqrt(years), here 0.05."""


@pytest.fixture
def run() -> Iterator[RunSymbols]:
    with RunSymbols(DATA).active() as active:
        yield active


def spy_option(right: OptionRight = OptionRight.CALL) -> Symbol:
    return Symbol.create_option("SPY", "usa", OptionStyle.AMERICAN, right, 100.0, datetime(2015, 3, 20))


def shown(indicator: Any, when: datetime, **prices: float) -> float:
    option = indicator.option_symbol
    symbols = {"underlying": option.underlying, "option": option, "mirror": indicator._mirror}
    for name, price in prices.items():
        indicator.update(IndicatorDataPoint(symbols[name], when, price))
    return indicator.current.value  # type: ignore[no-any-return]


def test_black_and_scholes_at_the_money() -> None:
    assert black_scholes(TERMS, 0.2) == pytest.approx(AT_THE_MONEY)
    assert black_scholes(TERMS._replace(is_call=False), 0.2) == pytest.approx(AT_THE_MONEY)


@pytest.mark.parametrize("tree", [cox_ross_rubinstein, forward_tree])
def test_trees_come_near_the_formula(tree: Any) -> None:
    assert tree(TERMS, 0.2) == pytest.approx(AT_THE_MONEY, rel=2e-3)
    assert tree(TERMS, 0.0) == pytest.approx(0.0, abs=0.1)


def test_the_volatility_of_a_price() -> None:
    assert implied_volatility(black_scholes, TERMS, AT_THE_MONEY) == pytest.approx(0.2, abs=1e-4)
    assert implied_volatility(black_scholes, TERMS, 101.0) is None


def test_a_root_is_found_between_different_signs() -> None:
    assert find_root(lambda x: x**3 - 2, 0.0, 4.0, 1e-10) == pytest.approx(2 ** (1 / 3))
    assert find_root(lambda x: x * x + 1, 0.0, 4.0, 1e-10) is None
    with pytest.raises(ArithmeticError):
        find_root(lambda x: math.nan, 0.0, 4.0, 1e-10)


def test_greeks_wait_for_all_prices_of_a_moment() -> None:
    delta = Delta(spy_option(), 0.0, 0.0, None, OptionPricingModelType.BLACK_SCHOLES, OptionPricingModelType.BLACK_SCHOLES)
    when = datetime(2014, 12, 19, 16)  # 91 days before
    assert shown(delta, when, underlying=100.0) == 0.0
    assert (delta.samples, delta.is_ready) == (1, False)
    assert shown(delta, when, option=3.0) == pytest.approx(0.515, abs=1e-3)
    assert delta.is_ready
    before = delta.current.value
    assert shown(delta, when + timedelta(1), option=4.0) == before


def test_greeks_by_formula_without_rates() -> None:
    when = datetime(2014, 12, 19, 16)
    years = 91 / 365
    model = OptionPricingModelType.BLACK_SCHOLES
    values = {
        kind: shown(kind(spy_option(), 0.0, 0.0, None, model, model), when, underlying=100.0, option=4.0)
        for kind in (Gamma, Vega, Theta, Rho)
    }
    volatility = 0.2
    # at the money d1 is half of volatility · sqrt(years), whose density is almost that of 0
    width = math.sqrt(years)
    peak = math.exp(-0.125 * (volatility * width) ** 2) / math.sqrt(2 * math.pi)
    assert values[Gamma] == pytest.approx(peak / 100 / volatility / width, rel=0.02)
    assert values[Vega] == pytest.approx(width * peak, rel=0.02)
    assert values[Theta] == pytest.approx(-100 * volatility * peak / 2 / width / 365, rel=0.02)
    assert values[Rho] == pytest.approx(years * 0.48, rel=0.02)


def test_the_mirror_out_of_the_money_gives_the_volatility() -> None:
    iv = ImpliedVolatility(spy_option(), 0.0, 0.0, spy_option(OptionRight.PUT), OptionPricingModelType.BLACK_SCHOLES)
    when = datetime(2014, 12, 19, 16)
    both = {"underlying": 105.0, "option": 8.0, "mirror": 2.0}
    first = shown(iv, when, **both)
    put_alone = ImpliedVolatility(spy_option(OptionRight.PUT), 0.0, 0.0, None, OptionPricingModelType.BLACK_SCHOLES)
    assert first == shown(put_alone, when, underlying=105.0, option=2.0)
    iv.set_smoothing_function(lambda own, mirrored: (own + mirrored) / 2)
    assert shown(iv, when + timedelta(1), **both) > first
    assert iv.theoretical_price.is_ready
    iv.reset()
    assert (iv.is_ready, iv.samples, iv.current.value) == (False, 0, 0.0)


def test_names_and_refusals() -> None:
    call = spy_option()
    assert Delta(call).name == f"Delta({call},,ForwardTree)"
    assert ImpliedVolatility("mine", call).name == "mine"
    assert (
        ImpliedVolatility(call, 0.02, ConstantDividendYieldModel(0)).name
        == f"IV({call},,0.02,QuantConnect.Data.ConstantDividendYieldModel,)"
    )
    assert option_label("Delta", call, 0.02, None, None) == "Delta(0.02,,ForwardTree)"
    with pytest.raises(InvalidOperationException, match="OptionStyle is only defined for"):
        Delta(call.underlying)
    with pytest.raises(ArgumentException, match="does not correspond to any of the symbols"):
        Delta(call).update(IndicatorDataPoint(Symbol.create("IBM", SecurityType.EQUITY, "usa"), datetime(2015, 1, 2), 1.0))


def test_an_index_option_settles_at_the_open_of_its_friday() -> None:
    index = Symbol.create("SPX", SecurityType.INDEX, "usa")
    friday = datetime(2015, 3, 20)
    standard = Symbol.create_option(index, "usa", OptionStyle.EUROPEAN, OptionRight.CALL, 1500.0, friday)
    weekly = Symbol.create_option(index, "SPXW", "usa", OptionStyle.EUROPEAN, OptionRight.CALL, 1500.0, friday)
    assert [settlement(option) for option in (spy_option(), standard, weekly)] == [
        to_us(friday + timedelta(hours=hours)) for hours in (16, 8.5, 15)
    ]


def test_a_constant_yield_and_none() -> None:
    assert ConstantDividendYieldModel(0.03).get_dividend_yield(datetime(2015, 1, 2), 50.0) == 0.03
    assert DividendYieldProvider(Symbol.create("NONE", SecurityType.EQUITY, "usa")).get_dividend_yield(datetime(2015, 1, 2), 50.0) == 0.0


def test_patterns_are_made_by_their_helper() -> None:
    made: list[Any] = []
    algorithm = SimpleNamespace(
        create_indicator_name=lambda symbol, label, resolution: f"{label}({symbol})",
        register_indicator=lambda symbol, pattern, resolution, selector: made.append(pattern),
    )
    patterns = CandlestickPatterns(algorithm)
    assert patterns.morning_star("SPY", 0.5).name == "MORNINGSTAR(SPY)"
    assert made[0]._penetration == Decimal("0.5")
    assert patterns.Doji("SPY") is made[1]
    with pytest.raises(AttributeError, match="no attribute 'doji_x'"):
        patterns.doji_x("SPY")
