"""The ladder: which rung differs first, and what is not compared."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from lyra.parity.compare import differences
from lyra.parity.suite import published_differences

RECORD: dict[str, Any] = {
    "data_points": 10, "orders": {"1": {"id": 1, "quantity": 2.0}}, "order_events": [{"id": "a-1-1"}], "order_list_hash": "abc",
    "statistics": {"Total Orders": "1"}, "total_performance": {"closedTrades": [{"id": "x", "entryTime": "t", "exitTime": "u", "mae": "1"}]},
    "profit_loss": {"t": "1"}, "runtime_statistics": {"Fees": "-$1.00"}, "charts": {"Equity": {"values": [1, 2]}},
    "log": ["Algorithm Id:(X) completed in 1.50 seconds at 2k data points per second. Processing total of 10 data points."],
}  # fmt: skip


@pytest.mark.parametrize(("path", "value", "rung"), [
    (("data_points",), 11, "data points"),
    (("orders", "1", "quantity"), 3.0, "orders"),
    (("order_list_hash",), "abd", "order list hash"),
    (("statistics", "Total Orders"), "2", "statistics"),
    (("charts", "Equity", "values"), [1, 2, 3], "charts"),
    (("log",), ["another"], "log"),
])  # fmt: skip
def test_the_rung_that_differs(path: tuple[str, ...], value: Any, rung: str) -> None:
    ours = copy.deepcopy(RECORD)
    place = ours
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert [difference.rung for difference in differences(RECORD, ours)] == [rung]


def test_wall_clock_and_ids_of_trades_do_not_count() -> None:
    ours = copy.deepcopy(RECORD)
    ours["total_performance"]["closedTrades"][0]["id"] = "y"
    ours["log"] = ["Algorithm Id:(X) completed in 9.00 seconds at 7k data points per second. Processing total of 10 data points."]
    assert not differences(RECORD, ours)


def test_names_made_at_random_do_not_count() -> None:
    theirs = RECORD | {"log": ["qc-universe-etf-constituents-0000000001-<guid> 2T"]}
    made = [f"qc-universe-etf-constituents-000000000{n}-123cc17c-7854-5e4e-bd6f-3f0aa6a3a1c{n} 2T" for n in (1, 2)]
    assert not differences(theirs, theirs | {"log": made[:1]})
    assert differences(theirs, theirs | {"log": made[1:]}), "their number does"


@pytest.mark.parametrize(("points", "same"), [(0, True), (1, False)])
def test_a_run_that_was_refused_has_no_points(points: int, same: bool) -> None:
    refused, ours = RECORD | {"data_points": None}, RECORD | {"data_points": points}
    assert (not differences(refused, ours)) is same


def test_published_figures() -> None:
    published = {"data_points": 7, "algorithm_history_data_points": 3, "statistics": {"OrderListHash": "abc", "Sharpe Ratio": "1"}}
    assert not published_differences(published, {"OrderListHash": "abc", "Sharpe Ratio": "1", "More": "2"}, 10)
    found = published_differences(published, {"OrderListHash": "abd"}, 11)
    assert [difference.rung for difference in found] == ["data points", "order list hash", "statistics"]
    assert not published_differences({"data_points": -1}, {}, 11)
