"""The results of a backtest while it runs: samples of equity, return, benchmark and more, user plots, messages, final statistics.

The arithmetic of LEAN's `BaseResultsHandler` and `BacktestingResultHandler` with plain inputs; the loop drives it:

- each step: `observe_equity(value, exact)`, and `if now > handler.next_sample_us: handler.process(...)`;
- each midnight of the algorithm's zone, and once at the end: `sample(...)`;
- at the end: `process(force)`, `sample`, the engine's last messages, `close_log()`, `process(force)`, `statistics(...)`.

Times are UTC microseconds unless they are called local. During warm-up (`warming_up`) nothing is added to the charts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, NamedTuple

from lyra.engine.decimals import ZERO, round_to, smart_round, to_float
from lyra.engine.enums import AlgorithmStatus, SecurityType, SeriesType
from lyra.engine.exact import divide, strip
from lyra.engine.results.charts import Candlestick, CandlestickSeries, Chart, ChartPoint, Series
from lyra.engine.results.colors import Color
from lyra.engine.results.messages import Messages, stamp
from lyra.engine.results.statistics import AlgorithmPerformance, StatisticsInput, StatisticsResults, fixed, generate
from lyra.engine.results.trades import Trade
from lyra.engine.times import HOUR, MINUTE, Zone

STRATEGY_EQUITY, EQUITY, RETURN = "Strategy Equity", "Equity", "Return"
BENCHMARK, DRAWDOWN, TURNOVER, MARGIN = "Benchmark", "Drawdown", "Portfolio Turnover", "Portfolio Margin"
_SAMPLES = 4000
_MARGIN_SERIES, _SALES_SERIES = 40, 30
_OTHERS = "OTHERS"
_FOUR_DIGITS = Context(prec=4, rounding=ROUND_HALF_EVEN)


class SaleSample(NamedTuple):
    """A traded security: how much of it was bought and sold, in the account currency."""

    ticker: str
    volume: Decimal


class HoldingSample(NamedTuple):
    """A holding: its value in the account currency."""

    security_type: SecurityType
    value: Decimal


class MarginSample(NamedTuple):
    """A position group: its name (the tickers of its positions, joined by `, `) and the margin it uses."""

    name: str
    margin: Decimal


class RuntimeFigures(NamedTuple):
    """Inputs of the runtime statistics, in the account currency."""

    portfolio_value: Decimal
    unrealized_profit: Decimal
    total_fees: Decimal
    net_profit: Decimal
    holdings_value: Decimal
    sale_volume: Decimal


class ResultHandler:
    """Collects a run's results. `start_local` and `end_local` are the algorithm's dates in its zone (us)."""

    def __init__(self, algorithm_id: str, start_local: int, end_local: int, zone: Zone, starting_portfolio_value: Decimal,
                 account_currency_symbol: str = "$", maximum_chart_series: int = 30,
                 maximum_points_per_series: int = 2**31 - 1) -> None:  # fmt: skip
        self.algorithm_id = algorithm_id
        self.messages = Messages()
        self.charts: dict[str, Chart] = {}
        self.warming_up = False
        self.custom_statistics: dict[str, str] = {}
        self.runtime_statistics: dict[str, str | None] = {}
        self.runtime_error = self.stack_trace = ""
        self.next_sample_us = -(2**62)
        self.sign = account_currency_symbol
        minutes = (end_local - start_local) / MINUTE
        self.resample_period = int((4 if minutes < 4 * _SAMPLES else minutes / _SAMPLES) * MINUTE)
        self._start = zone.to_utc(start_local)
        self._series_limit, self._points_limit = maximum_chart_series, maximum_points_per_series
        self._plotted: set[str] = set()
        self._told_series_limit = False
        self._told_points_limit: set[str] = set()
        self.starting_value = self._daily_value = self._highest_value = starting_portfolio_value
        self._sales: Sequence[SaleSample] = ()
        self._sales_points: list[tuple[Any, Decimal]] = []
        self._sales_volumes = [ZERO, ZERO]
        self._turnover_time: int | None = None
        self._first_day_returns: list[ChartPoint] = []
        self._first_day_benchmark: list[ChartPoint] = []
        self._first_day_time = -(2**62)
        equity = self.charts[STRATEGY_EQUITY] = Chart(STRATEGY_EQUITY)
        equity.add_series(CandlestickSeries(EQUITY, 0, "$"))
        equity.add_series(Series(RETURN, SeriesType.BAR, 1, "%"))
        self._restart_candle()

    # equity candles ---------------------------------------------------------------------------
    def _restart_candle(self) -> None:
        self._open = self._high = self._low = self._close = ZERO
        self._low_seen, self._high_seen = math.inf, -math.inf

    def observe_equity(self, value: float, exact: Callable[[], Decimal]) -> None:
        """The portfolio's value at the end of a step; `exact()` is asked for the decimal only when the candle grows by it."""
        if not self._low_seen <= value <= self._high_seen:
            self._observe(exact())

    def _observe(self, portfolio_value: Decimal) -> None:
        value = round_to(portfolio_value, 4)
        if value == 0:
            return
        if self._low_seen > self._high_seen:
            self._open = self._high = self._low = value
        elif value > self._high:
            self._high = value
        elif value < self._low:
            self._low = value
        self._close = value
        self._low_seen, self._high_seen = to_float(self._low), to_float(self._high)

    def _sample_equity(self, time: int) -> None:
        candle = Candlestick(time, self._open, self._high, self._low, self._close)
        self._add(STRATEGY_EQUITY, EQUITY, 0, SeriesType.CANDLE, candle, self.sign)
        self._restart_candle()

    # end of a step ----------------------------------------------------------------------------
    def process(self, now: int, local: int, portfolio_value: Decimal, plots: Iterable[Chart] = (),
                runtime_statistics: Mapping[str, str | None] | None = None) -> None:  # fmt: skip
        """When a sample is due (`now > next_sample_us`), and twice at the end: equity candle, user plots, messages.

        `local` is `now` in the algorithm's zone, `plots` the algorithm's chart updates, `runtime_statistics` those it has set.
        """
        self._observe(portfolio_value)
        self.next_sample_us = now + self.resample_period
        self._sample_equity(now)
        for chart in plots:
            self._take_plots(chart, local)
        self.messages.process()
        if runtime_statistics:
            self.runtime_statistics.update(runtime_statistics)

    def _take_plots(self, update: Chart, local: int) -> None:
        chart = self.charts.setdefault(update.name, Chart(update.name))
        for series in update.series.values():
            if not self._may_plot(series.name, local) or not series.values:
                continue
            target = chart.try_add_and_get_series(series.name, series)
            if series.series_type == SeriesType.PIE:
                target.add_point(series.consolidate_chart_points())
            elif len(target.values) + len(series.values) <= self._points_limit:
                target.values.extend(series.values)
            elif chart.name + series.name not in self._told_points_limit:
                self._told_points_limit.add(chart.name + series.name)
                self.messages.engine_debug(
                    local,
                    "Exceeded maximum data points per series for organization tier, chart update skipped. "
                    f"Chart Name {update.name}. Series name {series.name}. https://qnt.co/docs-charting-quotas"
                    f"Limit is currently set at {self._points_limit}",
                )

    def _may_plot(self, name: str, local: int) -> bool:
        if len(self._plotted) < self._series_limit:
            self._plotted.add(name)
        if name in self._plotted:
            return True
        if not self._told_series_limit:
            self._told_series_limit = True
            self.messages.engine_debug(
                local,
                "Exceeded maximum chart series count for organization tier, new series will be ignored. "
                f"Limit is currently set at {self._series_limit}. https://qnt.co/docs-charting-quotas",
            )
        return False

    # daily samples ----------------------------------------------------------------------------
    def sample(self, time: int, portfolio_value: Decimal, benchmark: Decimal, sales: Sequence[SaleSample], holdings: Sequence[HoldingSample],
               total_sale_volume: Decimal, capacity: Decimal, margins: Sequence[MarginSample]) -> None:  # fmt: skip
        """The daily sample, and the last one. `capacity` is the estimate rounded to thousands.

        `sales`, the largest first, may be the very list of the last sample, which says that nothing was sold since.
        """
        gain = self._gain(portfolio_value)
        self._highest_value = max(portfolio_value, self._highest_value)
        self._observe(portfolio_value)
        self._sample_equity(time)
        self._add(BENCHMARK, BENCHMARK, 0, SeriesType.LINE, ChartPoint(time, benchmark))
        self._add(STRATEGY_EQUITY, RETURN, 1, SeriesType.BAR, ChartPoint(time, gain), "%")
        if self._highest_value != 0:
            fall = round_to((divide(portfolio_value, self._highest_value) - 1) * 100, 2)
            self._add(DRAWDOWN, "Equity Drawdown", 0, SeriesType.LINE, ChartPoint(time, fall), "%")
        self._sample_sales(time, sales)
        if portfolio_value != 0:
            self._sample_exposure(time, portfolio_value, holdings)
        self._add("Capacity", "Strategy Capacity", 0, SeriesType.LINE, ChartPoint(time, capacity), self.sign)
        if portfolio_value != 0:
            self._sample_turnover(time, portfolio_value, total_sale_volume)
        self._sample_margin(time, portfolio_value, margins)
        self._daily_value = portfolio_value

    def _gain(self, portfolio_value: Decimal) -> Decimal:
        """Change since the last daily sample in percent."""
        before = self._daily_value
        return ZERO if before == 0 else round_to(divide((portfolio_value - before) * 100, before), 10)

    def _sample_sales(self, time: int, sales: Sequence[SaleSample]) -> None:
        if self.warming_up:
            return
        if sales is not self._sales:
            points: dict[str, tuple[Any, Decimal]] = {}
            for ticker, volume in sales[:_SALES_SERIES]:
                series = self._series("Assets Sales Volume", ticker, 0, SeriesType.TREEMAP, self.sign)
                points.setdefault(ticker, (series, smart_round(volume)))
            self._sales, self._sales_points = sales, list(points.values())
        for series, volume in self._sales_points:
            values = series.values
            if not values or time > values[-1]._time:
                values.append(ChartPoint.of_rounded(time, volume))

    def _sample_exposure(self, time: int, portfolio_value: Decimal, holdings: Iterable[HoldingSample]) -> None:
        longs: dict[SecurityType, Decimal] = {}
        shorts: dict[SecurityType, Decimal] = {}
        for item in holdings:
            side = longs if item.value > 0 else shorts
            longs.setdefault(item.security_type, ZERO)
            shorts.setdefault(item.security_type, ZERO)
            side[item.security_type] += item.value
        for name, values in (("Long", longs), ("Short", shorts)):
            for kind, value in values.items():
                ratio = ZERO if value == 0 else round_to(divide(value, portfolio_value), 4)
                self._add("Exposure", f"{kind.lean_name} - {name} Ratio", 0, SeriesType.LINE, ChartPoint(time, ratio), "")

    def _sample_turnover(self, time: int, portfolio_value: Decimal, total_sale_volume: Decimal) -> None:
        if time == self._start:
            return
        # a second sample of the same time overwrites the first one, so it counts from the one before
        before = self._sales_volumes[1 if self._turnover_time == time else 0]
        turnover = divide(total_sale_volume - before, portfolio_value)
        self._sales_volumes = [total_sale_volume, self._sales_volumes[0]]
        self._turnover_time = time
        self._add(TURNOVER, TURNOVER, 0, SeriesType.LINE, ChartPoint(time, turnover), "%")

    def _sample_margin(self, time: int, portfolio_value: Decimal, margins: Sequence[MarginSample]) -> None:
        chart = self.charts.get(MARGIN)
        if chart is None:
            chart = self.charts[MARGIN] = Chart(MARGIN)
            chart.legend_disabled = True
        if not margins:
            return
        shares = [(name, _percent(margin, portfolio_value)) for name, margin in margins]
        if len(shares) > _MARGIN_SERIES:
            shares = _largest(shares)
        for name, share in shares:
            _margin_series(chart, name)._put(ChartPoint.of_rounded(time, share))
        for series in chart.series.values():
            last = series.values[-1] if series.values else None
            if last is None or (last._rounded_y is not None and last._time != time):
                series._put(ChartPoint.of_rounded(time, None))

    def _add(self, chart_name: str, name: str, index: int, kind: SeriesType, point: Any, unit: str = "$") -> None:
        if self.warming_up:
            return
        series = self._series(chart_name, name, index, kind, unit)
        values = series.values
        if not values or point._time > values[-1]._time:
            values.append(point)
        elif chart_name == TURNOVER:
            series.add_point(point)

    def _series(self, chart_name: str, name: str, index: int, kind: SeriesType, unit: str) -> Any:
        chart = self.charts.get(chart_name)
        if chart is None:
            chart = self.charts[chart_name] = Chart(chart_name)
        series = chart.series.get(name)
        if series is None:
            series = chart.series[name] = Series.create(kind, name, index, unit)
        return series

    def on_warmup_finished(self, portfolio_value: Decimal) -> None:
        """Take the value at the end of warm-up, when conversion rates are known, as the starting value."""
        self._highest_value = self._daily_value = portfolio_value
        if self.starting_value != portfolio_value:
            self.starting_value = portfolio_value
            self._restart_candle()

    # statistics -------------------------------------------------------------------------------
    def statistics(self, trades: Sequence[Trade], profit_loss: Mapping[int, Decimal], winning: Iterable[int], losing: Iterable[int],
                   total_fees: Decimal, total_orders: int, average_risk_free_rate: Callable[[Sequence[int]], Decimal],
                   trading_days_per_year: int, capacity: Decimal | None = None, lowest_capacity_asset: str = "",
                   first_day: tuple[int, Decimal, Decimal] | None = None) -> StatisticsResults:  # fmt: skip
        """Statistics of what has been sampled so far; see `StatisticsInput` for the arguments.

        `first_day` is (now, portfolio value, benchmark value), used while no daily sample exists yet.
        """
        results = StatisticsResults()
        equity = self.charts[STRATEGY_EQUITY].series[EQUITY].values
        pair = self._daily_series(first_day) if equity else None
        if pair is not None:
            returns, benchmark = pair
            turnover = self.charts[TURNOVER].series[TURNOVER].values if TURNOVER in self.charts else []
            data = StatisticsInput(
                [(candle._time, candle._close) for candle in equity],
                [(point._time, point._y) for point in returns],
                [(point._time, point._y) for point in benchmark],
                [(point._time, point._y) for point in turnover],
                trades, profit_loss, winning, losing, self.starting_value, total_fees, total_orders, average_risk_free_rate,
                trading_days_per_year, self.sign, capacity, lowest_capacity_asset,
            )  # fmt: skip
            try:
                results = generate(data)
            except ValueError as e:
                # LEAN notes the failure and goes on without statistics
                self.messages.console.append(
                    ("ERROR", f"BaseResultsHandler.GenerateStatisticsResults(): Error generating statistics packet {e}")
                )
                return StatisticsResults()
        elif equity:
            results.total_performance = AlgorithmPerformance()
            results.total_performance.closed_trades = list(trades)
        for name, value in self.custom_statistics.items():
            results.summary.setdefault(name, value)
        return results

    def _daily_series(self, first_day: tuple[int, Decimal, Decimal] | None) -> tuple[list[Any], list[Any]] | None:
        """Points of returns and benchmark; before the first daily sample hourly ones that are made when asked for."""
        if BENCHMARK in self.charts and BENCHMARK in self.charts[BENCHMARK].series:
            return self.charts[STRATEGY_EQUITY].series[RETURN].values, self.charts[BENCHMARK].series[BENCHMARK].values
        if first_day is not None and first_day[0] - self._first_day_time >= HOUR:
            now, value, benchmark = first_day
            gain = self._gain(value)
            if gain != 0:
                self._first_day_returns.append(ChartPoint(now, gain))
                self._first_day_benchmark.append(ChartPoint(now, benchmark))
                self._first_day_time = now
        return (self._first_day_returns, self._first_day_benchmark) if self._first_day_returns else None

    def runtime(self, summary: Mapping[str, str], figures: RuntimeFigures) -> dict[str, str | None]:
        """Runtime statistics sorted by name: the algorithm's own and LEAN's, which win."""
        result: dict[str, str | None] = dict(self.runtime_statistics)
        start = self.starting_value
        net_return = divide(figures.portfolio_value - start, start) if start > 0 else ZERO
        result["Probabilistic Sharpe Ratio"] = summary.get("Probabilistic Sharpe Ratio", "0%")
        result["Unrealized"] = self.sign + fixed(figures.unrealized_profit, 2, grouped=True)
        result["Fees"] = f"-{self.sign}{fixed(figures.total_fees, 2, grouped=True)}"
        result["Net Profit"] = self.sign + fixed(figures.net_profit, 2, grouped=True)
        result["Return"] = fixed(net_return * 100, 2, grouped=True) + " %"
        result["Equity"] = self.sign + fixed(figures.portfolio_value, 2, grouped=True)
        result["Holdings"] = self.sign + fixed(figures.holdings_value, 2, grouped=True)
        result["Volume"] = self.sign + fixed(figures.sale_volume, 2, grouped=True)
        return dict(sorted(result.items(), key=lambda item: (item[0].casefold(), item[0])))

    # end --------------------------------------------------------------------------------------
    def fail(self, local: int, message: str, stack_trace: str) -> None:
        """The run ends with an error: `message` without a time, e.g. `Runtime Error: …`."""
        self.messages.engine_log(local, message)
        self.runtime_error = self.messages.lines[-1]
        self.stack_trace = stack_trace

    def refuse(self, local: int, message: str, stack_trace: str) -> None:
        """The run does not start: LEAN counts a line but writes no log."""
        self.runtime_error = stamp(local, message)
        self.stack_trace = stack_trace
        self.messages.console.append(("ERROR", self.runtime_error))

    def close_log(self) -> list[str]:
        """The lines of `<id>-log.txt`: what is in the log now. What comes later only counts."""
        return list(self.messages.lines)

    def state(self, status: AlgorithmStatus, order_count: int, insight_count: int, name: str, start_time: str, end_time: str,
              host_name: str = "") -> dict[str, str]:  # fmt: skip
        """LEAN's `state`: times as `yyyy-MM-ddTHH:mm:ssZ` of the wall clock."""
        shown = AlgorithmStatus.RUNTIME_ERROR if self.runtime_error else status
        return {
            "StartTime": start_time, "EndTime": end_time, "RuntimeError": self.runtime_error, "StackTrace": self.stack_trace,
            "LogCount": str(self.messages.count + 1), "OrderCount": str(order_count), "InsightCount": str(insight_count), "Name": name,
            "Hostname": host_name, "Status": shown.lean_name,
        }  # fmt: skip


def _percent(margin: Decimal, portfolio_value: Decimal) -> Decimal:
    """A margin's share in 4 significant digits."""
    return ZERO if portfolio_value == 0 else strip(_FOUR_DIGITS.plus(margin / portfolio_value) * 100)


def _largest(shares: list[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """Those with the largest names, and one for all others together."""
    names = list(dict.fromkeys(name for name, _ in sorted(shares, key=lambda item: -item[1])))
    top = frozenset(names[:_MARGIN_SERIES])
    kept = [item for item in shares if item[0] in top]
    if len(names) > len(top):
        kept.append((_OTHERS, smart_round(sum((share for name, share in shares if name not in top), ZERO))))
    return kept


def _margin_series(chart: Chart, name: str) -> Any:
    series = chart.series.get(name)
    if series is None:
        color = Color(128, 128, 128, "Gray") if name == _OTHERS else Color.EMPTY
        series = chart.series[name] = Series(name, SeriesType.BAR, 0, "%", color=color)
        series.tooltip = "{SERIES_NAME}: {VALUE}%"
        series.index_name = "Margin Used (%)"
    return series
