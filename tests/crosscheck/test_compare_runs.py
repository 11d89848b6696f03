"""`lyra compare`: what two runs have in common, where they part, and what cannot be compared."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import SYNTHETIC, Ran, run_command

ALGORITHM = """from AlgorithmImports import *


class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 12)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol

    def on_data(self, data):
        if self.time.hour == 5:
            self.market_order(self.btc, 0.1 if self.time.day % 2 else -0.1)
"""


@pytest.fixture
def run(backtest: Callable[..., Ran]) -> Path:
    """A run of the embedded engine."""
    ran = backtest(ALGORITHM)
    assert ran.code == 0
    return ran.folder


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    """Its copy."""
    return Path(shutil.copytree(run, tmp_path / "copy"))


def change(file: Path, edit: Callable[[Any], None]) -> None:
    content = json.loads(file.read_text())
    edit(content)
    file.write_text(json.dumps(content))


def test_a_run_equals_its_copy(run: Path, copy: Path) -> None:
    ran = run_command("compare", run, copy)
    assert ran.code == 0
    assert "The runs are equal" in ran.out
    assert "Sharpe Ratio" in ran.out and "market buy of 0.1 BTCUSD" in ran.out and "last common sample" in ran.out


def test_a_cent_in_one_fill_is_found_and_its_order_named(run: Path, copy: Path) -> None:
    def plant(events: list[dict[str, Any]]) -> None:
        fill = next(event for event in events if event["orderId"] == 3 and event["status"] == "filled")
        fill["fillPrice"] = round(fill["fillPrice"] + 0.01, 2)
        planted.append(fill["fillPrice"])

    planted: list[float] = []
    change(copy / "Mine-order-events.json", plant)
    ran = run_command("compare", run, copy)
    assert ran.code == 1
    first = next(line for line in ran.out.splitlines() if line.startswith("First difference:"))
    assert "order 3 (market sell of 0.1 BTCUSD): the fill price of its fill at 2020-01-04 10:00:00 UTC is" in first
    assert f" in A and {planted[0]} in B (0.01 more)." in first


def test_the_order_comes_before_what_follows_from_it(run: Path, backtest: Callable[..., Ran], tmp_path: Path) -> None:
    first = shutil.copytree(run, tmp_path / "first")
    other = backtest(ALGORITHM.replace("0.1 if", "0.2 if self.time.day == 5 else 0.1 if"))
    ran = run_command("compare", first, other.folder)
    assert ran.code == 1
    assert "First difference: order 4" in ran.out or "First difference: order 3" in ran.out
    assert "0.1" in ran.out and "0.2" in ran.out and "farthest apart" in ran.out


def test_prices_that_differ_are_told_before_the_orders_that_do(run: Path, copy: Path) -> None:
    def plant(result: dict[str, Any]) -> None:
        result["charts"]["Strategy Equity"]["series"]["Equity"]["values"][1][-1] += 1

    change(copy / "Mine.json", plant)
    change(copy / "Mine-order-events.json", lambda events: events[-1].update(fillPrice=1.0))
    ran = run_command("compare", run, copy)
    assert ran.code == 1
    assert "First difference: equity at 2020-01-0" in ran.out and "(1 more). No order differs until then" in ran.out


@pytest.mark.parametrize(("edit", "told"), [
    (lambda events: events.pop(), "A goes on where B ends, after 21 order events: order 11 ("),
    (lambda events: events[1].update(status="canceled"), "in A order 1 (market sell of 0.1 BTCUSD) was filled at 2020-01-02"),
    (lambda events: events[1].update(orderFeeAmount=9), "the fee of its fill at 2020-01-02"),
])  # fmt: skip
def test_events(run: Path, copy: Path, edit: Callable[[Any], None], told: str) -> None:
    change(copy / "Mine-order-events.json", edit)
    ran = run_command("compare", run, copy)
    assert ran.code == 1
    assert told in ran.out


@pytest.mark.parametrize(("edit", "told"), [
    (lambda result: result["orders"]["2"].update(tag="x"), "order 2 (market buy of 0.1 BTCUSD): tag is"),
    (lambda result: result["orders"].pop("11"), "A has an order 11 (market sell of 0.1 BTCUSD) that B has not."),
    (lambda result: result["statistics"].update({"Sharpe Ratio": "9"}), "orders and equity are equal, but Sharpe Ratio is"),
    (lambda result: result["state"].update(Status="Stopped"), "A ended as Completed and B as Stopped"),
    (lambda result: result["totalPerformance"]["tradeStatistics"].update(totalFees=9), "in the total performance, tradeStatistics/totalFees is"),
    (lambda result: result["charts"]["Benchmark"].update(name="x"), "in the charts, Benchmark/name is 'Benchmark' in A and 'x' in B"),
])  # fmt: skip
def test_the_result(run: Path, copy: Path, edit: Callable[[Any], None], told: str) -> None:
    change(copy / "Mine.json", edit)
    ran = run_command("compare", run, copy)
    assert ran.code == 1
    assert told in ran.out


def test_parameters_are_shown_where_they_differ(backtest: Callable[..., Ran], tmp_path: Path) -> None:
    first = shutil.copytree(backtest(ALGORITHM, "--parameter", "speed", "1").folder, tmp_path / "first")
    ran = run_command("compare", first, backtest(ALGORITHM, "--parameter", "speed", "2").folder)
    assert ran.code == 0, "what comes out is equal"
    assert "Parameters" in ran.out and "speed" in ran.out


def leans_own_run(name: str, folder: Path) -> Path:
    """The files that LEAN wrote, out of its record; LEAN's id for a backtest is a number."""
    record = json.loads(gzip.decompress((SYNTHETIC / "golden" / f"{name}.json.gz").read_bytes()))
    folder.mkdir()
    parts = {"charts": "charts", "orders": "orders", "profitLoss": "profit_loss", "statistics": "statistics", "state": "state",
             "runtimeStatistics": "runtime_statistics", "totalPerformance": "total_performance"}  # fmt: skip
    (folder / "1234567890.json").write_text(json.dumps({key: record[part] for key, part in parts.items()}))
    events = [event | {"id": event["id"].replace(name, "1234567890"), "algorithmId": "1234567890"} for event in record["order_events"]]
    (folder / "1234567890-order-events.json").write_text(json.dumps(events))
    (folder / "config").write_text(json.dumps({"id": 1234567890, "container": "lean_cli_1"}))
    (folder / "data-monitor-report-20260829.json").write_text("{}")
    (folder / "log.txt").write_text(f"20260829 12:00:00.000 TRACE:: STATISTICS:: OrderListHash {record['order_list_hash']}\n")
    return folder


@pytest.mark.parametrize("name", ["SynOrders", "SynCryptoHourly"])
def test_the_embedded_engine_beside_lean_itself(name: str, synthetic_data: Path, tmp_path: Path) -> None:
    lean = leans_own_run(name, tmp_path / "lean")
    ours = tmp_path / "ours"
    assert run_command("backtest", SYNTHETIC / "algorithms" / f"{name}.py", "--data-folder", synthetic_data, "--output", ours).code == 0
    ran = run_command("compare", ours, lean)
    assert ran.code == 0, ran.out


def test_a_project_stands_for_its_last_run(run: Path, tmp_path: Path) -> None:
    project = tmp_path / "of_two"
    for time in ("2026-01-01_00-00-00", "2026-01-02_00-00-00"):
        shutil.copytree(run, project / "backtests" / time)
    change(project / "backtests" / "2026-01-01_00-00-00" / "Mine.json", lambda result: result["orders"].pop("1"))
    assert run_command("compare", project, run).code == 0


def test_what_cannot_be_compared_is_one_sentence(run: Path, copy: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (copy / "Mine.json").write_text('{"orders": ')
    for bad, told in ((tmp_path / "absent", "There is no run or project at"), (tmp_path / "empty", "holds no results"),
                      (copy, "is not valid JSON")):  # fmt: skip
        ran = run_command("compare", run, bad)
        assert ran.code == 2
        assert ran.err.startswith("error: ") and ran.err.count("\n") == 1 and told in ran.err
