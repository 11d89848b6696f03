"""The statistics of a run: figures over the whole of it, rolling windows of 1, 3, 6 and 12 months, and the summary table of texts.

Inputs are the sampled series of the result charts, so that the figures agree with what the charts show, as in LEAN
(`Common/Statistics/StatisticsBuilder.cs`). Times are UTC microseconds.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, double_text, round_to, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.naming import LeanObject
from lyra.engine.results.performance import PortfolioStatistics, portfolio_statistics
from lyra.engine.results.trade_statistics import TradeStatistics, TradeTable
from lyra.engine.results.trades import Trade
from lyra.engine.times import DAY, day_of, months_later, to_datetime, to_us

Points = Sequence[tuple[int, Decimal]]
_LARGEST = Decimal(2**96 - 1)


class AlgorithmPerformance(LeanObject):
    """Figures of one period: `portfolio_statistics`, `trade_statistics` and the trades closed in it."""

    trade_statistics: TradeStatistics
    portfolio_statistics: PortfolioStatistics
    closed_trades: list[Trade]

    def __init__(self, trades: Iterable[Trade] | TradeTable = (), portfolio: PortfolioStatistics | None = None) -> None:
        table = trades if isinstance(trades, TradeTable) else TradeTable(trades)
        self.trade_statistics = TradeStatistics(table)
        self.portfolio_statistics = PortfolioStatistics() if portfolio is None else portfolio
        self.closed_trades = table.trades


class StatisticsResults(LeanObject):
    """What `self.statistics` gives: the whole run, the rolling windows by name (`M1_20131031`), and the summary's texts."""

    total_performance: AlgorithmPerformance
    rolling_performances: dict[str, AlgorithmPerformance]
    summary: dict[str, str]

    def __init__(self, total: AlgorithmPerformance | None = None, rolling: dict[str, AlgorithmPerformance] | None = None,
                 summary: dict[str, str] | None = None) -> None:  # fmt: skip
        self.total_performance = AlgorithmPerformance() if total is None else total
        self.rolling_performances = {} if rolling is None else rolling
        self.summary = {} if summary is None else summary


class PerformanceMetrics(LeanObject):
    """Names of the summary's lines."""

    ALPHA = "Alpha"
    ANNUAL_STANDARD_DEVIATION = "Annual Standard Deviation"
    ANNUAL_VARIANCE = "Annual Variance"
    AVERAGE_LOSS = "Average Loss"
    AVERAGE_WIN = "Average Win"
    BETA = "Beta"
    COMPOUNDING_ANNUAL_RETURN = "Compounding Annual Return"
    DRAWDOWN = "Drawdown"
    ESTIMATED_STRATEGY_CAPACITY = "Estimated Strategy Capacity"
    EXPECTANCY = "Expectancy"
    START_EQUITY = "Start Equity"
    END_EQUITY = "End Equity"
    INFORMATION_RATIO = "Information Ratio"
    LOSS_RATE = "Loss Rate"
    NET_PROFIT = "Net Profit"
    PROBABILISTIC_SHARPE_RATIO = "Probabilistic Sharpe Ratio"
    PROFIT_LOSS_RATIO = "Profit-Loss Ratio"
    SHARPE_RATIO = "Sharpe Ratio"
    SORTINO_RATIO = "Sortino Ratio"
    TOTAL_FEES = "Total Fees"
    TOTAL_ORDERS = "Total Orders"
    TRACKING_ERROR = "Tracking Error"
    TREYNOR_RATIO = "Treynor Ratio"
    WIN_RATE = "Win Rate"
    LOWEST_CAPACITY_ASSET = "Lowest Capacity Asset"
    PORTFOLIO_TURNOVER = "Portfolio Turnover"
    DRAWDOWN_RECOVERY = "Drawdown Recovery"


@dataclass
class StatisticsInput:
    """Everything that the statistics are made of.

    `equity` are the closes of the equity candles, `returns` the daily returns in percent, `benchmark` its values at the same times,
    `turnover` the daily portfolio turnover; each a list of (UTC us, value) in order of time. `profit_loss` maps the time of a closed
    transaction to its profit, `winning` and `losing` are the times of won and lost ones. `average_risk_free_rate` gives the mean rate
    over a list of times.
    """

    equity: Points
    returns: Points
    benchmark: Points
    turnover: Points
    trades: Sequence[Trade]
    profit_loss: Mapping[int, Decimal]
    winning: Iterable[int]
    losing: Iterable[int]
    starting_capital: Decimal
    total_fees: Decimal
    total_orders: int
    average_risk_free_rate: Callable[[Sequence[int]], Decimal]
    trading_days_per_year: int = 252
    account_currency_symbol: str = "$"
    capacity: Decimal | None = None
    lowest_capacity_asset: str = ""


def generate(data: StatisticsInput) -> StatisticsResults:
    """The statistics. Raises ValueError if benchmark and returns are not aligned, or for figures that no decimal can hold."""
    view = _Sampled(data)
    if view.equity.times:
        first, last = day_of(view.equity.times[0]), day_of(view.equity.times[-1])
    else:
        first = last = day_of(to_us(datetime(1, 1, 1)))
    total = view.performance(first, last)
    rolling = {}
    if view.equity.times:
        for months in (1, 3, 6, 12):
            for start, end in period_ranges(months, to_datetime(first).date(), to_datetime(last).date()):
                rolling[f"M{months}_{end:%Y%m%d}"] = view.performance(to_us(start), to_us(end))
    return StatisticsResults(total, rolling, summary(total.portfolio_statistics, data))


def period_ranges(months: int, first: date, last: date) -> list[tuple[date, date]]:
    """(start, end) of the windows: they end with each month's last day and with `last`, and are `months` long where possible."""
    ends = [last]
    at = last.replace(day=1) - timedelta(days=1)
    while at >= first:
        ends.append(at)
        at = at.replace(day=1) - timedelta(days=1)
    ranges = [(first, ends[-1])]
    for end in reversed(ends[:-1]):
        start = months_later(ranges[-1][1] + timedelta(days=1), 1 - months)
        ranges.append((max(start, first), end))
    return ranges


@dataclass
class _Column:
    """A series with one value a time; the last one of equal times counts."""

    times: list[int] = field(default_factory=list)
    values: list[Decimal] = field(default_factory=list)

    @staticmethod
    def of(points: Iterable[tuple[int, Decimal]]) -> _Column:
        items = dict(points)
        times = list(items)
        if any(a > b for a, b in itertools.pairwise(times)):
            times.sort()
        return _Column(times, [items[time] for time in times])

    def places(self, start: int, end: int) -> tuple[int, int]:
        """From which place to before which one the times lie between two moments."""
        return bisect_left(self.times, start), bisect_left(self.times, end)

    def between(self, start: int, end: int) -> _Column:
        low, high = self.places(start, end)
        return _Column(self.times[low:high], self.values[low:high])


class _Sampled:
    """The inputs as columns, from which periods are cut."""

    def __init__(self, data: StatisticsInput) -> None:
        self.data = data
        self.equity = _Column.of(data.equity)
        self.returns = _Column.of(data.returns)
        self.benchmark = _Column.of(data.benchmark)
        self.daily_returns = [to_float(value / 100) for value in self.returns.values]
        self.benchmark_changes = benchmark_changes(self.benchmark.values)
        self.turnover = _Column.of(data.turnover)
        self.trades = TradeTable(data.trades)
        self.profit_loss = _Column.of(sorted(data.profit_loss.items()))
        self.winning, self.losing = sorted(data.winning), sorted(data.losing)

    def performance(self, first_day: int, last_day: int) -> AlgorithmPerformance:
        """Figures from the first day's midnight to the last day's end."""
        end = last_day + DAY
        equity = self.equity.between(first_day, end)
        if not equity.times:
            return AlgorithmPerformance()
        (benchmark_low, benchmark_high), (low, high) = self.benchmark.places(first_day, end), self.returns.places(first_day, end)
        difference = abs((benchmark_high - benchmark_low) - (high - low))
        if difference:
            raise ArgumentException(f"Benchmark and performance series has {difference} misaligned values.")
        whole = len(equity.times) == len(self.equity.times)
        portfolio = portfolio_statistics(
            self.profit_loss.between(first_day, end).values,
            equity.times,
            equity.values,
            self.turnover.between(first_day, end).values,
            # the first two samples stand before and at the end of the first day, which both series leave out
            self.daily_returns[low + 2 : high],
            self.benchmark_changes[benchmark_low + 1 : max(benchmark_high - 1, 0)],
            self.data.starting_capital if whole else equity.values[0],
            self.data.average_risk_free_rate,
            self.data.trading_days_per_year,
            _count(self.winning, first_day, end),
            _count(self.losing, first_day, end),
        )
        return AlgorithmPerformance(self.trades.closed_between(first_day, end), portfolio)


def _count(times: list[int], start: int, end: int) -> int:
    return bisect_left(times, end) - bisect_left(times, start)


def benchmark_changes(values: Sequence[Decimal]) -> list[float]:
    """Changes of the benchmark as fractions; a change from zero counts as zero."""
    return [to_float((b - a) / a) if a != 0 else 0.0 for a, b in itertools.pairwise(values)]


# the summary table --------------------------------------------------------------------------------
def summary(p: Any, data: StatisticsInput) -> dict[str, str]:
    """LEAN's summary: names and texts in its order."""
    sign = data.account_currency_symbol
    capacity = ZERO if data.capacity is None else data.capacity
    names = PerformanceMetrics
    return {
        names.TOTAL_ORDERS: str(data.total_orders),
        names.AVERAGE_WIN: _percent(p._average_win_rate, 2),
        names.AVERAGE_LOSS: _percent(p._average_loss_rate, 2),
        names.COMPOUNDING_ANNUAL_RETURN: _percent(p._compounding_annual_return, 3),
        names.DRAWDOWN: _percent(p._drawdown, 3),
        names.EXPECTANCY: decimal_text(round_to(p._expectancy, 3)),
        names.START_EQUITY: decimal_text(round_to(p._start_equity, 2)),
        names.END_EQUITY: decimal_text(round_to(p._end_equity, 2)),
        names.NET_PROFIT: _percent(p._total_net_profit, 3),
        names.SHARPE_RATIO: _double(p._sharpe_ratio),
        names.SORTINO_RATIO: _double(p._sortino_ratio),
        names.PROBABILISTIC_SHARPE_RATIO: _percent(p._probabilistic_sharpe_ratio, 3),
        names.LOSS_RATE: _percent(p._loss_rate, 0),
        names.WIN_RATE: _percent(p._win_rate, 0),
        names.PROFIT_LOSS_RATIO: decimal_text(round_to(p._profit_loss_ratio, 2)),
        names.ALPHA: _double(p._alpha),
        names.BETA: _double(p._beta),
        names.ANNUAL_STANDARD_DEVIATION: _double(p._annual_standard_deviation),
        names.ANNUAL_VARIANCE: _double(p._annual_variance),
        names.INFORMATION_RATIO: _double(p._information_ratio),
        names.TRACKING_ERROR: _double(p._tracking_error),
        names.TREYNOR_RATIO: _double(p._treynor_ratio),
        names.TOTAL_FEES: sign + fixed(data.total_fees, 2),
        names.ESTIMATED_STRATEGY_CAPACITY: sign + decimal_text(two_digits(capacity)),
        names.LOWEST_CAPACITY_ASSET: data.lowest_capacity_asset,
        names.PORTFOLIO_TURNOVER: _percent(p._portfolio_turnover, 2),
        names.DRAWDOWN_RECOVERY: str(p.drawdown_recovery),
    }


def _percent(value: Decimal, digits: int) -> str:
    hundredfold = _LARGEST if value >= _LARGEST / 100 else value * 100
    return decimal_text(round_to(hundredfold, digits)) + "%"


def _double(value: Decimal) -> str:
    return double_text(round_double(to_float(value), 3))


def round_double(value: float, digits: int) -> float:
    """.NET's `Math.Round(double, digits)`: half to even of the value scaled by a power of ten."""
    if abs(value) >= 1e16 or math.isnan(value):
        return value
    scale = 10.0**digits
    return math.copysign(float(round(abs(value) * scale)), value) / scale


def fixed(value: Decimal, digits: int, grouped: bool = False) -> str:
    """.NET's `0.00` and `N2` texts: rounded half away from zero, never a negative zero."""
    rounded = abs(value).quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP")
    text = f"{rounded:,f}" if grouped else f"{rounded:f}"
    return "-" + text if value < 0 and rounded != 0 else text


def two_digits(value: Decimal) -> Decimal:
    """LEAN's rounding to 2 significant digits, with the decimals that it leaves: 56000000.00."""
    if value == 0:
        return ZERO
    scale = Decimal(10) ** (value.adjusted() + 1)
    return scale * round_to(value / scale, 2)
