"""Figures of a portfolio's performance, computed as LEAN computes them (`Common/Statistics/{Statistics,PortfolioStatistics}.cs`).

Money is exact; returns are doubles, summed in LEAN's order, so that the last digits agree. Doubles become decimals by C#'s cast, which
keeps 15 digits. The estimators are those of MathNet.Numerics: sample variance by streaming, bias-corrected skewness and kurtosis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, double_to_decimal, normalize, round_to, to_float
from lyra.engine.mathnet import covariance, mean, variance
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money
from lyra.engine.times import DAY

_LARGEST = Decimal(2**96 - 1)
_TICKS_PER_DAY = 864_000_000_000.0


def cast(value: float) -> Decimal:
    """A double as decimal. Raises ValueError for NaN and infinities; beyond a decimal's range it is the largest one."""
    if math.isnan(value) or math.isinf(value):
        raise ValueError(f"It is not possible to cast a non-finite floating-point value ({value}) as decimal.")
    if abs(value) >= float(_LARGEST):
        return _LARGEST if value > 0 else -_LARGEST
    result = double_to_decimal(value)
    return normalize(round_to(result, 28)) if abs(value) < 1e-13 else result


def power(base: float, exponent: float) -> float:
    """.NET's `Math.Pow`: NaN instead of a complex number, infinity instead of an overflow."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan if base != 0 else math.inf


def skewness_and_kurtosis(values: Sequence[float]) -> tuple[float, float]:
    """Bias-corrected sample skewness (NaN below 3 values) and excess kurtosis (NaN below 4 values)."""
    m1 = m2 = m3 = m4 = 0.0
    n = 0
    for value in values:
        n += 1
        delta = value - m1
        scaled = delta / n
        squared = scaled * scaled
        weighted = delta * (n - 1)
        m1 += scaled
        m4 += weighted * scaled * squared * (n * n - 3 * n + 3) + 6 * squared * m2 - 4 * scaled * m3
        m3 += weighted * squared * (n - 2) - 3 * scaled * m2
        m2 += weighted * scaled
    skewness = kurtosis = math.nan
    if n >= 3 and m2 != 0:
        skewness = (n * m3 * math.sqrt(m2 / (n - 1)) / (m2 * m2 * (n - 2))) * (n - 1)
    if n >= 4 and m2 != 0:
        kurtosis = (n * n - 1.0) / ((n - 2) * (n - 3)) * (n * m4 / (m2 * m2) - 3 + 6.0 / (n + 1))
    return skewness, kurtosis


def is_nan_or_zero(value: float) -> bool:
    """LEAN's test before it divides."""
    return math.isnan(value) or value == 0


def annual_variance(daily: float, days_per_year: int) -> float:
    """A year's worth of the variance of daily returns; 0 where it is undefined."""
    return 0.0 if is_nan_or_zero(daily) else daily * days_per_year


def annual_performance(returns: Sequence[float], days_per_year: int) -> float:
    """The mean daily return compounded over a year."""
    return power(sum_of(returns) / len(returns) + 1, days_per_year) - 1


def sum_of(values: Sequence[float]) -> float:
    """A sum from left to right, without the compensation of newer Pythons."""
    total = 0.0
    for value in values:
        total += value
    return total


def compounding_annual_performance(start: Decimal, end: Decimal, years: Decimal) -> Decimal:
    """Yearly rate that turns `start` into `end`; 0 where it is undefined."""
    if years == 0 or start == 0:
        return ZERO
    result = power(to_float(end) / to_float(start), 1 / to_float(years)) - 1
    return ZERO if math.isnan(result) or math.isinf(result) else cast(result)


def tracking_error(returns: Sequence[float], benchmark: Sequence[float], days_per_year: int) -> float:
    """Yearly standard deviation of the difference to the benchmark; 0 for series of different lengths."""
    if len(returns) != len(benchmark):
        return 0.0
    return math.sqrt(annual_variance(variance([a - b for a, b in zip(returns, benchmark, strict=True)]), days_per_year))


def ratio(performance: Decimal, deviation: Decimal, risk_free_rate: Decimal) -> Decimal:
    """Sharpe's ratio of yearly figures, computed in doubles."""
    if deviation == 0:
        return ZERO
    return cast((to_float(performance) - to_float(risk_free_rate)) / to_float(deviation))


def probabilistic_sharpe_ratio(
    returns: Sequence[float], deviation: float, benchmark_sharpe_ratio: float, daily_risk_free_rate: float
) -> float:
    """Probability that the true daily Sharpe ratio is above the benchmark's (Bailey and Lopez de Prado, 2012)."""
    excess = sum_of(returns) / len(returns) - daily_risk_free_rate
    observed = 0.0 if is_nan_or_zero(deviation) else excess / deviation
    skewness, kurtosis = skewness_and_kurtosis(returns)
    spread = power((1 - skewness * observed + ((kurtosis - 1) / 4) * observed * observed) / (len(returns) - 1), 0.5)
    if math.isnan(spread):
        return 0.0
    value = 0.0 if is_nan_or_zero(spread) else (observed - benchmark_sharpe_ratio) / spread
    return 0.5 * math.erfc(-value / math.sqrt(2))


def value_at_risk(mean: float, deviation: float, confidence: float) -> Decimal:
    """Quantile of a normal distribution, rounded to 3 decimals."""
    quantile = mean if deviation == 0 else NormalDist(mean, deviation).inv_cdf(1 - confidence)
    return round_to(cast(quantile), 3)


def drawdown_and_recovery(times: Sequence[int], values: Sequence[Decimal], digits: int = 3) -> tuple[Decimal, int]:
    """(largest fall from a peak as a fraction, days of the longest recovery of a peak) of equity samples."""
    if len(values) < 2:
        return ZERO, 0
    peak, peak_time = values[0], times[0]
    started: int | None = None
    lowest, deepest, longest = ZERO, ZERO, 0.0
    for time, value in zip(times, values, strict=True):
        if value >= peak:
            if started is not None:
                deepest = min(deepest, lowest / peak - 1)
                longest = max(longest, (time - started) / DAY)
                started = None
            peak, peak_time = value, time
        elif started is None:
            if peak == 0:
                return ZERO, 0
            started, lowest = peak_time, value
        elif value < lowest:
            lowest = value
    if started is not None:
        deepest = min(deepest, lowest / peak - 1)
    return round_to(abs(deepest), digits), int(longest)


def json_name(name: str) -> str:
    """Camel case of a snake-case name."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


class PortfolioStatistics(LeanObject):
    """Figures of the portfolio over a period: fractions, not percent. Exact values under `_sharpe_ratio` and so on."""

    average_win_rate = money("_average_win_rate")
    average_loss_rate = money("_average_loss_rate")
    profit_loss_ratio = money("_profit_loss_ratio")
    win_rate = money("_win_rate")
    loss_rate = money("_loss_rate")
    expectancy = money("_expectancy")
    start_equity = money("_start_equity")
    end_equity = money("_end_equity")
    compounding_annual_return = money("_compounding_annual_return")
    drawdown = money("_drawdown")
    total_net_profit = money("_total_net_profit")
    sharpe_ratio = money("_sharpe_ratio")
    probabilistic_sharpe_ratio = money("_probabilistic_sharpe_ratio")
    sortino_ratio = money("_sortino_ratio")
    alpha = money("_alpha")
    beta = money("_beta")
    annual_standard_deviation = money("_annual_standard_deviation")
    annual_variance = money("_annual_variance")
    information_ratio = money("_information_ratio")
    tracking_error = money("_tracking_error")
    treynor_ratio = money("_treynor_ratio")
    portfolio_turnover = money("_portfolio_turnover")
    value_at_risk_99 = money("_value_at_risk_99")
    value_at_risk_95 = money("_value_at_risk_95")
    drawdown_recovery: int

    _FIELDS = (
        "average_win_rate", "average_loss_rate", "profit_loss_ratio", "win_rate", "loss_rate", "expectancy", "start_equity", "end_equity",
        "compounding_annual_return", "drawdown", "total_net_profit", "sharpe_ratio", "probabilistic_sharpe_ratio", "sortino_ratio", "alpha",
        "beta", "annual_standard_deviation", "annual_variance", "information_ratio", "tracking_error", "treynor_ratio",
        "portfolio_turnover", "value_at_risk_99", "value_at_risk_95",
    )  # fmt: skip
    _JSON_NAMES = tuple(("_" + name, json_name(name)) for name in _FIELDS)

    def __init__(self) -> None:
        for stored, _ in self._JSON_NAMES:
            setattr(self, stored, ZERO)
        self.drawdown_recovery = 0

    def json_fields(self) -> dict[str, str]:
        """LEAN's camel-case names with values rounded to 4 decimals, as text."""
        values = [(shown, getattr(self, stored)) for stored, shown in self._JSON_NAMES]
        fields = {shown: "0" if value is ZERO else decimal_text(round_to(value, 4)) for shown, value in values}
        fields["drawdownRecovery"] = str(self.drawdown_recovery)
        return fields


def portfolio_statistics(profit_loss: Sequence[Decimal], times: Sequence[int], equity: Sequence[Decimal], turnover: Sequence[Decimal],
                         returns: Sequence[float], benchmark: Sequence[float], starting_capital: Decimal,
                         average_risk_free_rate: Callable[[Sequence[int]], Decimal], days_per_year: int,
                         wins: int, losses: int) -> PortfolioStatistics:  # fmt: skip
    """The figures of a period.

    `times` (UTC us) and `equity` are its equity samples, `profit_loss` the profits of its closed transactions in order of time,
    `returns` and `benchmark` daily fractions without the first day. With fewer than 2 of either only equity and turnover are given.
    """
    result: Any = PortfolioStatistics()
    result._start_equity = starting_capital
    result._end_equity = equity[-1] if equity else ZERO
    if turnover:
        result._portfolio_turnover = sum(turnover, ZERO) / len(turnover)
    if starting_capital == 0 or len(benchmark) < 2 or len(returns) < 2:
        return result  # type: ignore[no-any-return]
    _add_win_rates(result, profit_loss, starting_capital, wins, losses)
    result._total_net_profit = equity[-1] / starting_capital - 1
    years = cast((times[-1] - times[0]) * 10 / _TICKS_PER_DAY) / 365
    result._compounding_annual_return = compounding_annual_performance(starting_capital, equity[-1], years)
    spread = variance(returns)
    _add_ratios(result, returns, spread, benchmark, average_risk_free_rate(times), days_per_year)
    last = returns[-days_per_year:]
    deviation = math.sqrt(spread if len(last) == len(returns) else variance(last))
    result._value_at_risk_99 = value_at_risk(mean(last), deviation, 0.99)
    result._value_at_risk_95 = value_at_risk(mean(last), deviation, 0.95)
    result._drawdown, result.drawdown_recovery = drawdown_and_recovery(times, equity)
    return result  # type: ignore[no-any-return]


def _add_win_rates(result: Any, profit_loss: Sequence[Decimal], capital: Decimal, wins: int, losses: int) -> None:
    profit = loss = ZERO
    profits = loss_count = 0
    for amount in profit_loss:
        if amount > 0:
            profit += amount / capital
            profits += 1
        else:
            loss += amount / capital
            loss_count += 1
        capital += amount
    result._average_win_rate = profit / profits if profits else ZERO
    result._average_loss_rate = loss / loss_count if loss_count else ZERO
    average_loss = result._average_loss_rate
    result._profit_loss_ratio = ZERO if average_loss == 0 else result._average_win_rate / abs(average_loss)
    count = wins + losses
    result._win_rate = Decimal(wins) / count if count else ZERO
    result._loss_rate = Decimal(losses) / count if count else ZERO
    result._expectancy = result._win_rate * result._profit_loss_ratio - result._loss_rate


def _add_ratios(
    result: Any, returns: Sequence[float], returns_spread: float, benchmark: Sequence[float], risk_free: Decimal, days_per_year: int
) -> None:
    result._annual_variance = cast(annual_variance(returns_spread, days_per_year))
    deviation = result._annual_standard_deviation = cast(math.sqrt(to_float(result._annual_variance)))
    benchmark_performance = cast(annual_performance(benchmark, days_per_year))
    performance = cast(annual_performance(returns, days_per_year))
    result._sharpe_ratio = ratio(performance, deviation, risk_free)
    below = [value for value in returns if value < 0]
    downside = cast(math.sqrt(annual_variance(variance(below), days_per_year)))
    result._sortino_ratio = ratio(performance, downside, risk_free)
    spread = variance(benchmark)
    beta = result._beta = ZERO if is_nan_or_zero(spread) else cast(covariance(returns, benchmark) / spread)
    result._alpha = ZERO if beta == 0 else performance - (risk_free + beta * (benchmark_performance - risk_free))
    error = result._tracking_error = cast(tracking_error(returns, benchmark, days_per_year))
    if error != 0:
        result._information_ratio = cast(to_float(performance) - to_float(benchmark_performance)) / error
    if beta != 0:
        result._treynor_ratio = cast(to_float(performance) - to_float(risk_free)) / beta
    daily_rate = to_float(risk_free) / days_per_year
    sharpe = probabilistic_sharpe_ratio(returns, math.sqrt(returns_spread), 1.0 / math.sqrt(days_per_year), daily_rate)
    result._probabilistic_sharpe_ratio = cast(sharpe)
