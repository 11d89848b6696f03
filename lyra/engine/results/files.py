"""The result folder in LEAN's shapes: `<id>.json`, `<id>-summary.json`, `<id>-order-events.json`, `<id>-log.txt`, `log.txt`.

Each file is written beside its place and then moved there, so that a reader never finds half a file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lyra.engine.errors import LyraError
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.order import Order
from lyra.engine.results.charts import CandlestickSeries, Chart
from lyra.engine.results.handler import EQUITY, STRATEGY_EQUITY
from lyra.engine.results.json_text import Raw, decimal_json, json_indented, json_scalar, json_string
from lyra.engine.results.order_json import KnownTexts, order_events_json, orders_json, symbol_json
from lyra.engine.results.sampler import sample_candles
from lyra.engine.results.statistics import AlgorithmPerformance, StatisticsResults
from lyra.engine.results.trades import Trade
from lyra.engine.times import DAY, iso_z, span_text

_TRADE_LEVEL = 3
"""How deep a trade stands in `<id>.json`."""


class ResultsError(LyraError):
    """The results could not be written."""


@dataclass
class RunResults:
    """What a finished run leaves. `log_lines` are the log file's lines, `console` the (level, text) pairs of `log.txt`."""

    algorithm_id: str
    charts: Mapping[str, Chart]
    orders: Sequence[Order]
    order_events: Sequence[OrderEvent]
    profit_loss: Mapping[int, Decimal]
    statistics: StatisticsResults
    runtime_statistics: Mapping[str, str | None]
    state: Mapping[str, str]
    algorithm_configuration: Mapping[str, Any]
    server_statistics: Mapping[str, str] = field(default_factory=dict)
    log_lines: Sequence[str] = ()
    console: Sequence[tuple[str, str]] = ()
    insights_json: str | None = None
    """The indented JSON array of all insights, None when there were none."""


def write_results(folder: Path, results: RunResults, now: datetime) -> dict[str, str]:
    """Write all files; `now` (UTC wall clock) stamps the lines of `log.txt`. Returns the statistics with the `OrderListHash`.

    Raises ResultsError if the folder cannot be written.
    """
    name = results.algorithm_id
    shown = dict(results.statistics.summary)
    known = KnownTexts()
    orders, order_list_hash = orders_json(results.orders, known)
    write_atomically(folder / f"{name}-summary.json", json_indented(summary_fields(results, known)))
    write_atomically(folder / f"{name}.json", json_indented(result_fields(results, orders, known)))
    if results.order_events:
        write_atomically(folder / f"{name}-order-events.json", order_events_json(results.order_events, name, known))
    if results.insights_json is not None:
        write_atomically(folder / name / "alpha-results.json", results.insights_json)
    write_atomically(folder / f"{name}-log.txt", "".join(line + "\n" for line in results.log_lines))
    shown["OrderListHash"] = order_list_hash
    write_atomically(folder / "log.txt", console_text(results.console, shown, now))
    return shown


def result_fields(results: RunResults, orders: Mapping[str, str], known: KnownTexts) -> dict[str, Any]:
    """The content of `<id>.json`; `orders` is the JSON of each."""
    return {
        "rollingWindow": {
            key: performance_fields(item, known, with_trades=False) for key, item in results.statistics.rolling_performances.items()
        },
        "charts": {key: chart_fields(chart) for key, chart in results.charts.items()},
        "orders": {number: Raw(text) for number, text in orders.items()},
        "profitLoss": {known.time(time): amount for time, amount in sorted(results.profit_loss.items())},
        "statistics": results.statistics.summary,
        "runtimeStatistics": results.runtime_statistics,
        "state": results.state,
        "serverStatistics": results.server_statistics,
        "algorithmConfiguration": results.algorithm_configuration,
        "totalPerformance": performance_fields(results.statistics.total_performance, known),
        "analysis": [],
    }


def summary_fields(results: RunResults, known: KnownTexts) -> dict[str, Any]:
    """The content of `<id>-summary.json`: the equity candles, coarser for long runs, and no orders or trades."""
    charts: dict[str, Any] = {}
    chart = results.charts.get(STRATEGY_EQUITY)
    if chart is not None and EQUITY in chart.series:
        equity: CandlestickSeries = chart.series[EQUITY]
        days = min(7, len(equity.values) // 100)
        copy = chart.clone_empty()
        copy.series = {EQUITY: sample_candles(equity, days * DAY) if days > 1 else equity}
        charts[STRATEGY_EQUITY] = chart_fields(copy)
    return {
        "rollingWindow": {},
        "charts": charts,
        "statistics": results.statistics.summary,
        "runtimeStatistics": results.runtime_statistics,
        "state": results.state,
        "serverStatistics": results.server_statistics,
        "algorithmConfiguration": results.algorithm_configuration,
        "totalPerformance": performance_fields(results.statistics.total_performance, known, with_trades=False),
    }


def chart_fields(chart: Chart) -> dict[str, Any]:
    """A chart: its series in the order of pane, number of points and sum, each on one line."""
    fields: dict[str, Any] = {
        "name": chart.name,
        "chartType": chart.chart_type,
        "series": {name: Raw(series.json()) for name, series in chart.sorted_series()},
    }
    if chart.symbol is not None:
        fields["symbol"] = Raw(symbol_json(chart.symbol))
    if chart.legend_disabled:
        fields["legendDisabled"] = True
    return fields


def performance_fields(performance: AlgorithmPerformance, known: KnownTexts, with_trades: bool = True) -> dict[str, Any]:
    """Figures of a period and its trades."""
    return {
        "tradeStatistics": performance.trade_statistics.json_fields(),
        "portfolioStatistics": performance.portfolio_statistics.json_fields(),
        "closedTrades": [Raw(trade_json(trade, known)) for trade in performance.closed_trades] if with_trades else [],
    }


def trade_json(trade: Trade, known: KnownTexts) -> str:
    """One closed trade, indented as it stands in `totalPerformance` of `<id>.json`."""
    line = ",\n" + "  " * (_TRADE_LEVEL + 1)
    return (
        f'{{{line[1:]}"id": {json_string(trade.id)}{line}"symbols": {_listed(map(known.symbol, trade.symbols), line)}'
        f'{line}"entryTime": "{known.time(trade._entry_time)}"{line}"entryPrice": {decimal_json(trade._entry_price)}'
        f'{line}"direction": {int(trade.direction)}{line}"quantity": {decimal_json(trade._quantity)}'
        f'{line}"exitTime": "{known.time(trade._exit_time)}"{line}"exitPrice": {decimal_json(trade._exit_price)}'
        f'{line}"profitLoss": {decimal_json(trade._profit_loss)}{line}"totalFees": {decimal_json(trade._total_fees)}'
        f'{line}"mae": {decimal_json(trade._mae)}{line}"mfe": {decimal_json(trade._mfe)}'
        f'{line}"duration": "{span_text((trade._exit_time - trade._entry_time) * 10)}"'
        f'{line}"endTradeDrawdown": {decimal_json(trade._end_trade_drawdown)}{line}"isWin": {json_scalar(trade.is_win)}'
        f'{line}"orderIds": {_listed(map(str, trade.order_ids), line)}{line[1:-2]}}}'
    )


def _listed(texts: Iterable[str], line: str) -> str:
    """JSON texts as a list; `line` begins a line at the list's depth."""
    joined = f"{line}  ".join(texts)
    return f"[{line[1:]}  {joined}{line[1:]}]" if joined else "[]"


_SECRET = re.compile(r"(?i)(key|token|secret|password)$")


def without_secrets(parameters: Mapping[str, str]) -> dict[str, str]:
    """Parameters as a result may show them: a value whose name says that it is a key, a token or a password is hidden (LEAN shows it)."""
    return {name: "***" if _SECRET.search(name) or value.startswith("sk-") else value for name, value in parameters.items()}


def configuration_fields(name: str, tags: Iterable[str], account_currency: str, brokerage: int, account_type: int,
                         parameters: Mapping[str, str], start_local: int, end_local: int,
                         trading_days_per_year: int) -> dict[str, Any]:  # fmt: skip
    """LEAN's `algorithmConfiguration`; dates are the algorithm's, in its zone (us), cut to seconds."""
    return {
        "name": name,
        "tags": list(tags),
        "accountCurrency": account_currency,
        "brokerage": int(brokerage),
        "accountType": int(account_type),
        "parameters": without_secrets(parameters),
        "outOfSampleMaxEndDate": None,
        "outOfSampleDays": 0,
        "startDate": iso_z(start_local - start_local % 1_000_000),
        "endDate": iso_z(end_local - end_local % 1_000_000),
        "tradingDaysPerYear": trading_days_per_year,
    }


def completed_text(algorithm_id: str, seconds: float, data_points: int) -> str:
    """LEAN's last message of a run."""
    speed = data_points / 1000 / seconds if seconds > 0 else 0.0
    return (f"Algorithm Id:({algorithm_id}) completed in {seconds:.2f} seconds at {speed:.0f}k data points per second. "
            f"Processing total of {data_points:,} data points.")  # fmt: skip


def console_text(console: Iterable[tuple[str, str]], statistics: Mapping[str, str], now: datetime) -> str:
    """`log.txt`: one stamped line a message, then a line for each statistic."""
    moment = f"{now:%Y%m%d %H:%M:%S}.{now.microsecond // 1000:03d}"
    lines = [f"{moment} {level}:: {text}" for level, text in console]
    lines.append(f"{moment} TRACE:: ")
    lines += [f"STATISTICS:: {name} {value}" for name, value in statistics.items()]
    return "\n".join(lines) + "\n"


def write_atomically(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises ResultsError with what to do about it."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as e:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResultsError(f"The disk is full: {path} could not be written; free some space and run again.") from e
        raise ResultsError(f"{path} could not be written ({e.strerror}); choose another folder for the results.") from e
