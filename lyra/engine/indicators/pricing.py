"""What an option is worth in theory, in doubles: Black and Scholes, two binomial trees, and the search for the volatility.

Formulas and constants are those of LEAN's `Indicators/OptionGreekIndicatorsHelper.cs`: trees of 200 steps; times in years of
365 days, rates and yields continuous. A call in a tree may be exercised at every step, a put only at the end. The search is
Brent's method with the stopping rules of MathNet (`RootFinding/Brent.cs`), because its result is shown to seven places only
but is searched to one in ten thousand, so the path of the search shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from lyra.engine.enums import OptionPricingModelType

STEPS = 200
_LEAST_VOLATILITY, _MOST_VOLATILITY = 1e-7, 4.0
_ITERATIONS = 100
_EPSILON = 2.0**-52
_NORMAL_PEAK = 0.3989422804014327
"""1 / sqrt(2 pi)."""


class Terms(NamedTuple):
    """What a theoretical price depends on beside the volatility."""

    spot: float
    strike: float
    years: float
    rate: float
    dividend_yield: float
    is_call: bool

    def _intrinsic(self, price: float) -> float:
        return max(0.0, price - self.strike if self.is_call else self.strike - price)


def density(x: float) -> float:
    """The standard normal density."""
    return _NORMAL_PEAK * math.exp(-0.5 * x * x)


def cumulative(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def d1_d2(terms: Terms, volatility: float) -> tuple[float, float]:
    """Black and Scholes' d1 and d2; 10 for a d1 without time or volatility, where all is certain."""
    spread = volatility * math.sqrt(max(0.0, terms.years))
    if spread == 0:
        return 10.0, 10.0
    drift = (terms.rate - terms.dividend_yield + 0.5 * volatility * volatility) * terms.years
    d1 = (math.log(terms.spot / terms.strike) + drift) / spread
    return d1, d1 - spread


def black_scholes(terms: Terms, volatility: float) -> float:
    """The price of a European option."""
    d1, d2 = d1_d2(terms, volatility)
    sign = 1.0 if terms.is_call else -1.0
    stock = terms.spot * math.exp(-terms.dividend_yield * terms.years) * cumulative(sign * d1)
    cash = terms.strike * math.exp(-terms.rate * terms.years) * cumulative(sign * d2)
    return sign * (stock - cash)


def cox_ross_rubinstein(terms: Terms, volatility: float) -> float:
    """The price at the root of a tree that goes up and down by the same factor."""
    step = terms.years / STEPS
    up = math.exp(volatility * math.sqrt(step))
    if up == 1:
        up = 1.0001
    down = 1 / up
    return _root(terms, step, up, (math.exp((terms.rate - terms.dividend_yield) * step) - down) / (up - down))


def forward_tree(terms: Terms, volatility: float) -> float:
    """The price at the root of a tree around the forward price."""
    step = terms.years / STEPS
    growth, spread = math.exp((terms.rate - terms.dividend_yield) * step), volatility * math.sqrt(step)
    up, down = math.exp(spread) * growth, math.exp(-spread) * growth
    if up == down:
        up, down = 1.0001, 0.9999
    return _root(terms, step, up, (growth - down) / (up - down))


@cache
def _powers() -> tuple[range, range]:
    return range(-STEPS, STEPS + 1, 2), range(-STEPS, STEPS)


def _root(terms: Terms, step: float, up: float, chance: float) -> float:
    """Walk back from the last column of a tree to its root."""
    # Here because numpy is slow to load and only options need it.
    import numpy as np

    last, exercised = _powers()
    spot, intrinsic = terms.spot, terms._intrinsic
    values = np.array([intrinsic(spot * math.pow(up, power)) for power in last])
    at_once = np.array([intrinsic(spot * math.pow(up, power)) for power in exercised]) if terms.is_call else None
    discount = math.exp(-terms.rate * step)
    below, above = discount * (1 - chance), discount * chance
    with np.errstate(all="ignore"):
        for period in range(STEPS - 1, -1, -1):
            values = values[:-1] * below + values[1:] * above
            if at_once is not None:
                np.maximum(values, at_once[STEPS - period : STEPS + period + 1 : 2], out=values)
    return float(values[0])


Model = Callable[[Terms, float], float]

MODELS: dict[Any, Model] = {
    OptionPricingModelType.BLACK_SCHOLES: black_scholes,
    OptionPricingModelType.BINOMIAL_COX_ROSS_RUBINSTEIN: cox_ross_rubinstein,
    OptionPricingModelType.FORWARD_TREE: forward_tree,
}


def theoretical_price(model: Model, terms: Terms, volatility: float) -> float:
    """The price by a model; 0 from expiry on."""
    return 0.0 if terms.years <= 0 else model(terms, volatility)


def implied_volatility(model: Model, terms: Terms, price: float) -> float | None:
    """The volatility at which a model gives a price; None if there is none between 0.00001 % and 400 %.

    The trees are searched around the volatility that Black and Scholes imply, from half to one and a half of it.
    """
    low, high = _LEAST_VOLATILITY, _MOST_VOLATILITY
    if model is not black_scholes:
        guess = implied_volatility(black_scholes, terms, price)
        if guess:
            low, high = max(low, guess * 0.5), min(high, guess * 1.5)
    try:
        return find_root(lambda volatility: theoretical_price(model, terms, volatility) - price, low, high, max(1e-4, 1e-4 * price))
    except ArithmeticError:
        return None
    except ValueError:  # the logarithm of a price of 0
        return None


def find_root(function: Callable[[float], float], low: float, high: float, accuracy: float) -> float | None:
    """Brent's method; None if the signs at both ends agree, or if it does not get there in 100 steps.

    It keeps the best point so far, the one before it, and a third on the other side of the root; a step interpolates between
    them where that shrinks the bracket fast enough, and halves it elsewhere. It ends where half the bracket is below half the
    accuracy, or the function's value below the accuracy.
    """
    before, best = low, high
    at_before, at_best = function(before), function(best)
    other, at_other = best, at_best
    if _sign(at_before) == _sign(at_best):
        return None
    step = last_step = 0.0
    half = math.nan
    for _ in range(_ITERATIONS + 1):
        if _sign(at_best) == _sign(at_other):
            other, at_other = before, at_before
            step = last_step = best - before
        if abs(at_other) < abs(at_best):
            before, best, other = best, other, best
            at_before, at_best, at_other = at_best, at_other, at_best
        least = _EPSILON * abs(best) + 0.5 * accuracy
        half, half_before = (other - best) / 2.0, half
        if abs(half) <= least or abs(at_best) < accuracy:
            return best
        if half == half_before:
            return None
        inner = None
        if abs(last_step) >= least and abs(at_before) > abs(at_best):
            inner = _interpolated(before, best, other, at_before, at_best, at_other, half, least, last_step)
        step, last_step = (half, half) if inner is None else (inner, step)
        before, at_before = best, at_best
        best += step if abs(step) > least else math.copysign(least, half)
        at_best = function(best)
    return None


def _sign(value: float) -> int:
    if value != value:
        raise ArithmeticError("Function does not accept floating point Not-a-Number values.")
    return (value > 0) - (value < 0)


def _interpolated(
    before: float, best: float, other: float, at_before: float, at_best: float, at_other: float, half: float, least: float, last_step: float
) -> float | None:
    """The step to the root of a parabola on its side through the three points, or of a line through two; None if it is too long."""
    ratio = at_best / at_before
    if abs(before - other) < 10 * _EPSILON / 2 * max(abs(before), abs(other)):
        up, down = 2.0 * half * ratio, 1.0 - ratio
    else:
        q, r = at_before / at_other, at_best / at_other
        up = ratio * (2.0 * half * q * (q - r) - (best - before) * (r - 1.0))
        down = (q - 1.0) * (r - 1.0) * (ratio - 1.0)
    if up > 0.0:
        down = -down
    up = abs(up)
    if 2.0 * up < min(3.0 * half * down - abs(least * down), abs(last_step * down)):
        return up / down
    return None
