"""The folder that `lyra backtest` leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from running import Ran, run_command

ALGORITHM = """from AlgorithmImports import *
from helpers.sizes import SIZE


class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 5)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol

    def on_data(self, data):
        if not self.portfolio.invested:
            self.set_holdings(self.btc, SIZE)
            self.log("bought")
"""


def test_the_files_of_lean(backtest: Callable[..., Ran], tmp_path: Path) -> None:
    helpers = tmp_path / "project" / "helpers"
    helpers.mkdir(parents=True)
    (helpers / "sizes.py").write_text("SIZE = 0.5\n")
    (tmp_path / "project" / "backtests" / "old").mkdir(parents=True)
    (tmp_path / "project" / "backtests" / "old" / "main.py").write_text("")
    ran = backtest(ALGORITHM, "--backtest-name", "first try")
    assert ran.code == 0
    assert sorted(file.relative_to(ran.folder).as_posix() for file in ran.folder.rglob("*") if file.is_file()) == [
        "Mine-log.txt", "Mine-order-events.json", "Mine-summary.json", "Mine.json", "code/helpers/sizes.py", "code/main.py", "config", "log.txt",
    ]  # fmt: skip
    result = ran.result()
    assert list(result) == ["rollingWindow", "charts", "orders", "profitLoss", "statistics", "runtimeStatistics", "state", "serverStatistics",
                            "algorithmConfiguration", "totalPerformance", "analysis"]  # fmt: skip
    assert result["algorithmConfiguration"]["name"] == "first try"
    assert result["state"]["Status"] == "Completed"
    config = json.loads((ran.folder / "config").read_text())
    assert (config["id"], config["backtest-name"]) == ("Mine", "first try")
    assert [line[20:] for line in (ran.folder / "Mine-log.txt").read_text().splitlines()][1] == "bought"
    log = (ran.folder / "log.txt").read_text().splitlines()
    assert any(line.startswith("STATISTICS:: OrderListHash ") for line in log)
    assert "Total Orders" in ran.out
    assert f"Results: {ran.folder}" in ran.out


def test_without_an_output_folder_the_results_lie_in_the_project(backtest: Callable[..., Ran], tmp_path: Path, market: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "main.py").write_text(ALGORITHM.replace("from helpers.sizes import SIZE", "SIZE = 1"))
    for count in (1, 2):
        assert run_command("backtest", project, "--data-folder", market).code == 0
        assert len(list((project / "backtests").glob("*/Mine.json"))) == count


def test_extra_config_and_lean_config(backtest: Callable[..., Ran], tmp_path: Path, market: Path) -> None:
    project = tmp_path / "elsewhere"
    project.mkdir()
    (project / "main.py").write_text(ALGORITHM.replace("from helpers.sizes import SIZE", "SIZE = 1"))
    (tmp_path / "my.json").write_text('{\n  // LEAN allows comments\n  "data-folder": "nowhere", "parameters": {"a": "1"}\n}')
    ran = run_command(
        "backtest", project, "--lean-config", tmp_path / "my.json", "--extra-config", "data-folder", market, "--output", tmp_path / "out"
    )
    assert ran.code == 0
    assert json.loads((tmp_path / "out" / "config").read_text())["parameters"] == {"a": "1"}
