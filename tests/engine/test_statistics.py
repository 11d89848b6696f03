"""Results: statistics, trades, charts, capacity, samples and files against the real engine's records, and on small examples.

A record's charts, profits and closed trades are all that its statistics are made of, so they can be recomputed without an engine.
"""

from __future__ import annotations

import errno
import gzip
import json
import os
import random
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lyra.engine.decimals import decimal_text, normalize, round_to
from lyra.engine.enums import FillGroupingMethod, FillMatchingMethod, OrderDirection, OrderStatus, SecurityType, SeriesType
from lyra.engine.naming import snake_case
from lyra.engine.orders.events import OrderEvent
from lyra.engine.results.capacity import CapacityEstimate, MarketBar
from lyra.engine.results.charts import Candlestick, CandlestickSeries, Chart, ChartPoint, ScatterChartPoint, Series
from lyra.engine.results.colors import Color
from lyra.engine.results.files import ResultsError, RunResults, chart_fields, completed_text, write_atomically, write_results
from lyra.engine.results.handler import HoldingSample, MarginSample, ResultHandler, RuntimeFigures, SaleSample
from lyra.engine.results.interest_rate import ConstantRiskFreeRateInterestRateModel, InterestRateProvider, average_rate
from lyra.engine.results.json_text import json_indented
from lyra.engine.results.messages import Messages
from lyra.engine.results.performance import drawdown_and_recovery
from lyra.engine.results.plots import Plots
from lyra.engine.results.sampler import sample_candles
from lyra.engine.results.statistics import StatisticsInput, StatisticsResults, fixed, generate, period_ranges, two_digits
from lyra.engine.results.trade_statistics import TradeStatistics
from lyra.engine.results.trades import Trade, TradeBuilder
from lyra.engine.times import DAY, span_text, to_us, zone

pytestmark = pytest.mark.usefixtures("decimal_context")

SHARED = Path(__file__).resolve().parents[3] / "shared"
MINUTE = 60_000_000
NEW_YORK = zone("America/New_York")


def us(text: str) -> int:
    return to_us(datetime.fromisoformat(text.replace("Z", "+00:00")))


def exact(value: Any) -> Decimal:
    return normalize(Decimal(format(Decimal(value), "f")))


def records(*folders: str) -> Iterator[tuple[str, dict[str, Any], Path]]:
    """Name, record and data folder of every record; skips the test when there are none."""
    found = False
    for folder in folders:
        data = SHARED / ("synthetic/data" if folder.startswith("synthetic") else "lean-data")
        for path in sorted((SHARED / folder).glob("*.json.gz")):
            found = True
            yield path.name.split(".")[0], json.loads(gzip.decompress(path.read_bytes()), parse_float=Decimal), data
    if not found:
        pytest.skip("no records in ../shared")


def record(name: str) -> dict[str, Any]:
    paths = list(SHARED.glob(f"*/{name}*.json.gz"))
    if not paths:
        pytest.skip(f"no record {name} in ../shared")
    return json.loads(gzip.open(paths[0]).read(), parse_float=Decimal)  # type: ignore[no-any-return]


def points(fields: dict[str, Any], chart: str, series: str, at: int = 1) -> list[tuple[int, Decimal]]:
    """Points of a recorded series; two of one second are a fraction of a second apart in the engine."""
    result: list[tuple[int, Decimal]] = []
    for point in fields["charts"].get(chart, {"series": {}})["series"].get(series, {"values": []})["values"]:
        time = int(point[0]) * 1_000_000
        result.append((result[-1][0] + 1 if result and result[-1][0] >= time else time, exact(point[at])))
    return result


def recorded_trade(fields: dict[str, Any]) -> Trade:
    trade = Trade()
    trade._entry_time, trade._exit_time = us(fields["entryTime"]), us(fields["exitTime"])
    trade._entry_price, trade._exit_price = exact(fields["entryPrice"]), exact(fields["exitPrice"])
    trade._quantity, trade._profit_loss, trade._total_fees = (exact(fields[key]) for key in ("quantity", "profitLoss", "totalFees"))
    trade._mae, trade._mfe, trade._end_trade_drawdown = (exact(fields[key]) for key in ("mae", "mfe", "endTradeDrawdown"))
    trade.is_win = fields["isWin"]
    return trade


def inputs(fields: dict[str, Any], data: Path) -> StatisticsInput:
    profits = {us(time): exact(amount) for time, amount in fields["profit_loss"].items()}
    fees = fields["statistics"]["Total Fees"]
    sign = fees[: next(i for i, c in enumerate(fees) if c.isdigit() or c == "-")]
    return StatisticsInput(
        points(fields, "Strategy Equity", "Equity", 4), points(fields, "Strategy Equity", "Return"),
        points(fields, "Benchmark", "Benchmark"), points(fields, "Portfolio Turnover", "Portfolio Turnover"),
        [recorded_trade(item) for item in fields["total_performance"]["closedTrades"]], profits,
        [time for time, amount in profits.items() if amount > 0], [time for time, amount in profits.items() if amount <= 0],
        Decimal(fields["total_performance"]["portfolioStatistics"]["startEquity"]), Decimal(fees[len(sign) :]), len(fields["orders"]),
        partial(average_rate, InterestRateProvider(data)), fields["algorithm_configuration"]["tradingDaysPerYear"], sign,
    )  # fmt: skip


# What the records do not hold: the capacity's market volume, and which exercised options counted as won.
NOT_RECORDED = {"Estimated Strategy Capacity", "Lowest Capacity Asset"}
OF_WINS = {"Win Rate", "Loss Rate", "Expectancy", "winRate", "lossRate", "expectancy"}


def differences(fields: dict[str, Any], results: StatisticsResults) -> set[str]:
    wrong = {name for name, text in results.summary.items() if name not in NOT_RECORDED and fields["statistics"].get(name, text) != text}
    periods = [(fields["total_performance"], results.total_performance)]
    periods += [(item, results.rolling_performances[key]) for key, item in fields.get("rolling_window", {}).items()]
    for recorded, computed in periods:
        for part, mine in (("portfolioStatistics", computed.portfolio_statistics), ("tradeStatistics", computed.trade_statistics)):
            own: dict[str, Any] = mine.json_fields()
            wrong |= {name for name, value in recorded[part].items() if own[name] != value and not same_number(own[name], value)}
    return wrong


def same_number(a: Any, b: Any) -> bool:
    """The record's trades have lost their trailing zeros."""
    try:
        return Decimal(a) == Decimal(b)
    except (ArithmeticError, TypeError, ValueError):
        return False


@pytest.mark.parametrize("folder", ["synthetic/golden", "lean-conformance", "lean-golden"])
def test_statistics_of_records(folder: str) -> None:
    """Every text of the summary, every figure of the whole run and of its rolling windows."""
    checked, of_wins = 0, 0
    for name, fields, data in records(folder):
        if not fields["statistics"] or not points(fields, "Strategy Equity", "Equity", 4):
            continue
        wrong = differences(fields, generate(inputs(fields, data)))
        of_wins += bool(wrong)
        assert not wrong - OF_WINS, name
        checked += 1
    assert checked > 15
    assert of_wins <= 8


def test_texts_of_trade_statistics_are_those_of_the_exact_figures() -> None:
    """Texts that are taken from doubles have the digits of the decimals that LEAN rounds step by step."""
    source = random.Random(7)
    for count in (1, 5, 9, 20, 50, 111):
        for places, size in ((0, 50), (2, 1_000), (2, 1e7), (8, 1), (8, 1e5)):
            table = []
            for n in range(count):
                trade = Trade()
                trade._entry_time, trade._exit_time = n * 10**9, n * 10**9 + source.randrange(10**10)
                trade._profit_loss, trade._mae, trade._mfe = (
                    Decimal(repr(round(sign * source.gauss(0, size), places))) for sign in (1, -1, 1)
                )
                table.append(trade)
            figures = TradeStatistics(table)
            for name, text in figures.json_fields().items():
                stored = "_" + snake_case(name)
                if isinstance(getattr(figures, stored, None), Decimal):
                    assert text == decimal_text(round_to(getattr(figures, stored), 4)), (name, count, places, size)


# trades -------------------------------------------------------------------------------------------
def fill(order_id: int, symbol: Any, time: int, quantity: Any, price: Any) -> OrderEvent:
    event = OrderEvent()
    event.order_id, event.symbol, event.status = order_id, symbol, OrderStatus.FILLED
    event._utc_time, event._fill_quantity, event._fill_price = time, Decimal(quantity), Decimal(price)
    event.direction = OrderDirection.BUY if event._fill_quantity > 0 else OrderDirection.SELL
    return event


class Symbol(str):
    """A symbol of an equity."""

    security_type = SecurityType.EQUITY


SPY = Symbol("SPY")


def describe(trade: Trade) -> str:
    return (f"{trade.direction} {trade.quantity!r} entry {trade.entry_time:%H:%M} {trade.entry_price!r} exit {trade.exit_time:%H:%M} "
            f"{trade.exit_price!r} profit {trade.profit_loss!r} fees {trade.total_fees!r} mae {trade.mae!r} mfe {trade.mfe!r} "
            f"duration {trade.duration} drawdown {trade.end_trade_drawdown!r} win {trade.is_win} orders {trade.order_ids}")  # fmt: skip


def spy_minutes(days: list[str]) -> dict[int, tuple[Decimal, int]]:
    """UTC end time -> (adjusted close, volume) of LEAN's sample data."""
    path = SHARED / "lean-data" / "equity" / "usa"
    if not path.is_dir():
        pytest.skip("no ../shared/lean-data")
    rows = [line.split(",") for line in (path / "factor_files" / "spy.csv").read_text().split()]
    factor = next(Decimal(row[1]) * Decimal(row[2]) for row in rows if row[0] >= days[0])
    result = {}
    for day in days:
        with zipfile.ZipFile(path / "minute" / "spy" / f"{day}_trade.zip") as archive:
            lines = archive.read(archive.namelist()[0]).decode().split()
        midnight = NEW_YORK.to_utc(us(f"{day[:4]}-{day[4:6]}-{day[6:]}"))
        for line in lines:
            row = line.split(",")
            if 34_200_000 <= int(row[0]) < 57_600_000:
                price = Decimal(row[4]) * Decimal("0.0001") * factor
                result[midnight + int(row[0]) * 1000 + MINUTE] = (price, round(int(row[5]) / float(factor)))
    return result


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("matching", list(FillMatchingMethod))
@pytest.mark.parametrize("grouping", list(FillGroupingMethod))
def test_trade_builder(grouping: Any, matching: Any, fast: bool) -> None:
    """The record PortfolioTrades: ten fills seen by each way of grouping, with every minute's price."""
    fields = record("PortfolioTrades")
    fills = {round(float(e["time"]) * 1e6): e for e in fields["order_events"] if e["status"] == "filled"}
    builder = TradeBuilder(grouping, matching)
    waiting: list[float] = []
    for time, (price, _) in sorted(spy_minutes(["20131007"]).items()):
        if fast:
            waiting.append(float(price))
        else:
            builder.set_market_price(SPY, float(price))
        if time in fills or len(waiting) == 40:
            builder.watch_prices(SPY, waiting, lambda k: Decimal(repr(waiting[k])))
            waiting.clear()
        if time in fills:
            builder.process_fill(fill(fills[time]["orderId"], SPY, time, fills[time]["fillQuantity"], fills[time]["fillPrice"]), 1.0, 1.0)
    wanted = [line.split(" | ")[1] for line in fields["log"] if f"{grouping.name} {matching.name} #" in line]
    assert [describe(trade) for trade in builder.closed_trades] == wanted
    assert not builder.has_open_position(SPY)


def test_split_of_an_open_trade() -> None:
    builder = TradeBuilder()
    builder.process_fill(fill(1, SPY, 0, 10, 600), 1, 1)
    builder.set_market_price(SPY, 700)
    builder.apply_split(SimpleNamespace(symbol=SPY, _split_factor=Decimal("0.1")))
    builder.process_fill(fill(2, SPY, DAY, -100, 65), 1, 1, 1)
    trade = builder.closed_trades[0]
    assert (trade.quantity, trade.entry_price, trade.profit_loss, trade.mfe, trade.end_trade_drawdown) == (
        100.0,
        60.0,
        500.0,
        1000.0,
        500.0,
    )


# charts -------------------------------------------------------------------------------------------
def recorded_chart(name: str, fields: dict[str, Any]) -> Chart:
    chart = Chart(name)
    chart.legend_disabled = fields.get("legendDisabled", False)
    for key, item in fields["series"].items():
        series: Any
        if item["seriesType"] == 2:
            series = CandlestickSeries(key, item["index"], item["unit"])
            series.values = [Candlestick(p[0] * 1_000_000, *[None if v is None else exact(v) for v in p[1:]]) for p in item["values"]]
        else:
            series = Series(key, SeriesType(item["seriesType"]), item["index"], item["unit"])
            for point in item["values"]:
                if item["seriesType"] == 1:
                    series.values.append(ScatterChartPoint(point["x"] * 1_000_000, exact(point["y"])))
                else:
                    series.values.append(ChartPoint(point[0] * 1_000_000, None if point[1] is None else exact(point[1])))
        series.index_name, series.tooltip = item.get("indexName"), item.get("tooltip")
        chart.series[key] = series
    return chart


def test_charts_of_records() -> None:
    """Charts keep members and values on their way through our classes, and the summary's candles are sampled as LEAN does."""
    summaries = 0
    for name, fields, _ in records("synthetic/golden", "lean-conformance"):
        charts = {key: recorded_chart(key, item) for key, item in fields["charts"].items()}
        back = json.loads(json_indented({key: chart_fields(chart) for key, chart in charts.items()}), parse_float=Decimal)
        assert back == fields["charts"], name
        summary = fields["summary"]["charts"].get("Strategy Equity")
        if summary is not None and "Equity" in charts["Strategy Equity"].series:
            equity = charts["Strategy Equity"].series["Equity"]
            days = min(7, len(equity.values) // 100)
            sampled = sample_candles(equity, days * DAY) if days > 1 else equity
            assert json.loads(sampled.json(), parse_float=Decimal)["values"] == summary["series"]["Equity"]["values"], name
            summaries += 1
    assert summaries > 20


def test_series_constructors() -> None:
    series = Series("x", SeriesType.SCATTER, "u", Color.BLUE)  # type: ignore[attr-defined]
    series.add_point(datetime(2013, 1, 1), 1.23456789)
    series.add_point(datetime(2013, 1, 1), 12345.678951)
    assert series.json() == (
        '{"name":"x","unit":"u","index":0,"seriesType":1,"values":[{"x":1356998400,"y":12345.6790}],"color":"#0000FF","scatterMarkerSymbol":"none"}'
    )
    assert (Series("a", SeriesType.LINE, 2).index, Series("a", SeriesType.LINE, "%").unit) == (2, "%")
    chart = Chart("c")
    chart.AddSeries(series)
    with pytest.raises(ValueError, match="Chart series name already exists"):
        chart.add_series(series)
    with pytest.raises(ValueError, match="requires 4 values"):
        CandlestickSeries("c").add_point(datetime(2013, 1, 1), [1, 2])


def test_plots_reserved_names_and_limit() -> None:
    """The record LogAndCharts: 30 names of series, then one warning."""
    plots, handler = Plots(), small_handler()
    with pytest.raises(ValueError, match="'Equity' is a reserved series name for chart 'Strategy Equity'"):
        plots.plot("Strategy Equity", "Equity", 0, 5)
    with pytest.raises(ValueError, match="'Exposure' is a reserved chart name"):
        plots.plot("Exposure", "x", 0, 5)
    for k in range(35):
        plots.plot("many", f"s{k}", 1, k)
    handler.process(1, 1, Decimal(1000), plots.updates())
    plots.plot("many", "s0", 2, 5)
    plots.plot("many", "s34", 2, 5)
    handler.process(2, 2, Decimal(1000), plots.updates())
    assert (len(handler.charts["many"].series), len(handler.charts["many"].series["s0"].values)) == (30, 2)
    assert [line for line in handler.messages.lines if "Exceeded maximum chart series count" in line] == handler.messages.lines[:1]


# capacity -----------------------------------------------------------------------------------------
def test_capacity_of_leans_basic_template() -> None:
    """56 million dollars: one order of SPY, five days of minutes, two forced snapshots at the end."""
    minutes = spy_minutes([f"201310{day:02d}" for day in range(7, 12)])
    properties = SimpleNamespace(_contract_multiplier=Decimal(1))
    security = SimpleNamespace(
        symbol=SPY, invested=True, quote_currency=SimpleNamespace(_conversion_rate=Decimal(1)), symbol_properties=properties
    )
    estimate = CapacityEstimate(us("2013-10-07T00:00:00Z"), us("2013-10-11T23:59:59.999999Z"))
    cash = Decimal(100000) - Decimal("3.44") - 688 * Decimal("144.78172417")
    times = sorted(minutes)
    estimate.on_fill(fill(1, SPY, times[0], 688, "144.78172417"), security)
    for time in times:
        bar = MarketBar(minutes[time][0], Decimal(minutes[time][1]), MINUTE)
        worth = 688 * bar.close
        estimate.update(time, lambda _, bar=bar: bar, lambda worth=worth: cash + worth, lambda _, worth=worth: worth)
    for expected in ("56181000.00", "55854000.00"):
        estimate.update(times[-1], lambda _: bar, lambda: cash + worth, lambda _: worth, force=True)
        assert str(estimate.capacity) == expected
    assert str(two_digits(estimate.capacity)) == "56000000.00"
    assert estimate.lowest_capacity_asset == SPY


# the handler --------------------------------------------------------------------------------------
def small_handler() -> ResultHandler:
    return ResultHandler("X", us("2013-10-07T00:00:00Z"), us("2013-10-11T23:59:59.999999Z"), NEW_YORK, Decimal(1000))


def test_equity_candle_and_sample_period() -> None:
    handler = small_handler()
    assert handler.resample_period == 4 * MINUTE
    for value in (1000, 1010, 995, 1005):
        handler.observe_equity(float(value), lambda value=value: Decimal(value))
    handler.process(100, 100, Decimal("1005.12345"))
    handler.process(200, 200, Decimal("1006"))
    first, second = handler.charts["Strategy Equity"].series["Equity"].values
    assert (first.open, first.high, first.low, first.close) == (1000.0, 1010.0, 995.0, 1005.1234)
    assert (second.open, second.high, second.low, second.close) == (1006.0,) * 4
    assert handler.next_sample_us == 200 + 4 * MINUTE


def test_daily_samples() -> None:
    """Start, next midnight, and a second sample of that midnight at the end, which overwrites the turnover only."""
    handler = small_handler()
    start, next_day = NEW_YORK.to_utc(us("2013-10-07T00:00:00Z")), NEW_YORK.to_utc(us("2013-10-08T00:00:00Z"))
    sales, holdings, margins = (
        [SaleSample("SPY", Decimal(500))],
        [HoldingSample(SecurityType.EQUITY, Decimal(500))],
        [MarginSample("SPY", Decimal(250))],
    )
    handler.sample(start, Decimal(1000), Decimal("146.026789"), [], [], Decimal(0), Decimal(0), [])
    handler.sample(next_day, Decimal(990), Decimal(145), sales, holdings, Decimal(500), Decimal(0), margins)
    handler.sample(next_day, Decimal(900), Decimal(145), sales, holdings, Decimal(600), Decimal(0), margins)

    def values(chart: str, series: str) -> list[float]:
        return [point.y for point in handler.charts[chart].series[series].values]

    assert values("Benchmark", "Benchmark") == [146.0268, 145.0]
    assert values("Strategy Equity", "Return") == [0.0, -1.0]
    assert values("Drawdown", "Equity Drawdown") == [0.0, -1.0]
    assert values("Portfolio Turnover", "Portfolio Turnover") == [0.6666667]
    assert values("Exposure", "Equity - Long Ratio") == [0.5051]
    assert values("Portfolio Margin", "SPY") == [27.78]
    assert values("Assets Sales Volume", "SPY") == [500.0]
    assert handler.charts["Portfolio Margin"].legend_disabled


def test_nothing_is_sampled_during_warm_up() -> None:
    handler = small_handler()
    handler.warming_up = True
    handler.process(1, 1, Decimal(900))
    handler.sample(2, Decimal(900), Decimal(1), [], [], Decimal(0), Decimal(0), [])
    assert handler.charts["Strategy Equity"].is_empty() and "Benchmark" not in handler.charts
    handler.warming_up = False
    handler.on_warmup_finished(Decimal(950))
    handler.sample(3, Decimal(950), Decimal(1), [], [], Decimal(0), Decimal(0), [])
    assert handler.charts["Strategy Equity"].series["Return"].values[0].y == 0.0
    assert handler.starting_value == 950


def test_message_order() -> None:
    """Debug, error and log lines of one emptying come in this order; repeated debug and error lines are dropped."""
    messages = Messages()
    local = us("2013-10-07T09:31:00Z")
    for kind in (messages.log, messages.error, messages.debug):
        for text in ("one", "one", "", "two"):
            kind(local, text)
    messages.process()
    messages.engine_debug(local, "done")
    kinds = ["one", "two", "one", "two", "one", "one", "two", "done"]
    assert messages.lines == [f"2013-10-07 09:31:00 {text}" for text in kinds]
    assert messages.count == 8


def test_runtime_statistics() -> None:
    handler = small_handler()
    handler.runtime_statistics["Mine"] = "abc"
    figures = RuntimeFigures(*map(Decimal, ("1016.9192", "-1656.235", "3.44", "-3.44", "101305.19", "99609.83")))
    runtime = handler.runtime({"Probabilistic Sharpe Ratio": "67.459%"}, figures)
    assert runtime == {
        "Equity": "$1,016.92", "Fees": "-$3.44", "Holdings": "$101,305.19", "Mine": "abc", "Net Profit": "$-3.44",
        "Probabilistic Sharpe Ratio": "67.459%", "Return": "1.69 %", "Unrealized": "$-1,656.24", "Volume": "$99,609.83",
    }  # fmt: skip
    assert list(runtime) == sorted(runtime)


def test_statistics_before_the_first_daily_sample() -> None:
    """Without a benchmark sample the trades alone are given; custom statistics never replace LEAN's."""
    handler = small_handler()
    handler.process(1, 1, Decimal(1000))
    handler.custom_statistics["Own"] = "1"
    trade = Trade()
    results = handler.statistics([trade], {}, [], [], Decimal(0), 0, lambda times: Decimal(0), 252)
    assert (results.summary, results.total_performance.closed_trades) == ({"Own": "1"}, [trade])


# figures ------------------------------------------------------------------------------------------
def test_period_ranges() -> None:
    from datetime import date

    ranges = period_ranges(3, date(2013, 1, 15), date(2013, 4, 10))
    assert ranges == [
        (date(2013, 1, 15), date(2013, 1, 31)), (date(2013, 1, 15), date(2013, 2, 28)), (date(2013, 1, 15), date(2013, 3, 31)),
        (date(2013, 2, 1), date(2013, 4, 10)),
    ]  # fmt: skip


def test_small_figures() -> None:
    assert drawdown_and_recovery([0, DAY, 4 * DAY, 9 * DAY], [Decimal(v) for v in (100, 90, 100, 95)]) == (Decimal("0.100"), 4)
    assert (span_text(0), span_text(93_784 * 10_000_000 + 5_000_000)) == ("00:00:00", "1.02:03:04.5000000")
    assert (fixed(Decimal("-0.004"), 2), fixed(Decimal("1234567.125"), 2, grouped=True)) == ("0.00", "1,234,567.13")
    assert completed_text("A", 0.57, 3943) == (
        "Algorithm Id:(A) completed in 0.57 seconds at 7k data points per second. Processing total of 3,943 data points."
    )


def test_misaligned_series_are_refused() -> None:
    one = [(DAY, Decimal(1)), (2 * DAY, Decimal(1))]
    data = StatisticsInput(one, one, one[:1], [], [], {}, [], [], Decimal(1), Decimal(0), 0, lambda times: Decimal(0))
    with pytest.raises(ValueError, match="misaligned"):
        generate(data)


def test_interest_rates(tmp_path: Path) -> None:
    """Each rate holds until the next; the first one before it, the last one's day after it."""
    folder = tmp_path / "alternative" / "interest-rate" / "usa"
    folder.mkdir(parents=True)
    (folder / "interest-rate.csv").write_text("DATE,PCREDIT8\n2003-01-09,2.25\n2003-06-26,2.00\n")
    provider = InterestRateProvider(tmp_path)
    moments = [datetime(1990, 1, 1), datetime(2003, 1, 9), datetime(2003, 6, 25, 23), datetime(2003, 6, 26), datetime(2099, 1, 1)]
    assert [provider.get_interest_rate(moment) for moment in moments] == [0.0225, 0.0225, 0.0225, 0.02, 0.02]
    assert average_rate(provider, [us("2003-06-25T10:00:00Z"), us("2003-06-26T10:00:00Z")]) == Decimal("0.02125")
    assert average_rate(ConstantRiskFreeRateInterestRateModel(0.05), [0, 1]) == Decimal("0.05")
    assert InterestRateProvider(tmp_path / "none").get_interest_rate(moments[0]) == 0.01


# files --------------------------------------------------------------------------------------------
def test_result_files(tmp_path: Path) -> None:
    handler = small_handler()
    handler.process(1_000_000, 1_000_000, Decimal(1000))
    handler.messages.engine_debug(0, "hello")
    results = RunResults("X", handler.charts, [], [], {us("2013-10-07T14:00:00.001Z"): Decimal("1.50")}, StatisticsResults(),
                         {"Equity": "$1"}, {"Status": "Completed"}, {"name": "X"}, {}, handler.close_log(),
                         handler.messages.console)  # fmt: skip
    shown = write_results(tmp_path, results, datetime(2026, 1, 1, tzinfo=UTC))
    whole = json.loads((tmp_path / "X.json").read_text())
    assert whole["profitLoss"] == {"2013-10-07T14:00:00.001Z": 1.5}
    assert list(whole) == [
        "rollingWindow", "charts", "orders", "profitLoss", "statistics", "runtimeStatistics", "state", "serverStatistics",
        "algorithmConfiguration", "totalPerformance", "analysis",
    ]  # fmt: skip
    assert json.loads((tmp_path / "X-summary.json").read_text())["charts"]["Strategy Equity"]["series"]["Equity"]["values"] == [
        [1, 1000.0, 1000.0, 1000.0, 1000.0]
    ]
    assert (tmp_path / "X-log.txt").read_text() == "1970-01-01 00:00:00 hello\n"
    assert shown == {"OrderListHash": "d41d8cd98f00b204e9800998ecf8427e"}
    assert (tmp_path / "log.txt").read_text().endswith("\nSTATISTICS:: OrderListHash d41d8cd98f00b204e9800998ecf8427e\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["X-log.txt", "X-summary.json", "X.json", "log.txt"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "X.json"
    target.write_text("old")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ResultsError, match="The disk is full"):
        write_atomically(target, "new")
    assert target.read_text() == "old" and len(list(tmp_path.iterdir())) == 1
