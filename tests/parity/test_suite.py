"""`lyra parity` on a clone that the test makes up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run_command

from lyra.engine.runner import Backtest, Job
from lyra.parity import suite

ALGORITHM = """from AlgorithmImports import *


class {name}(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 3)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        {more}

    def on_data(self, data):
        if not self.portfolio.invested:
            self.market_order(self.btc, int(self.get_parameter("ema-fast")) / 10)
"""


@pytest.fixture
def clone(tmp_path: Path, market: Path) -> Path:
    """A folder that looks like LEAN's, with the figures of `Good` as ours are."""
    lean = tmp_path / "lean"
    (lean / "Algorithm.Python").mkdir(parents=True)
    for name, more in (("Good", ""), ("Chains", "self.add_option('SPY')"), ("Broken", "self.no_such_thing()")):
        (lean / "Algorithm.Python" / f"{name}.py").write_text(ALGORITHM.format(name=name, more=more))
    run = Backtest(Job(lean / "Algorithm.Python" / "Good.py", market, suite.PARAMETERS)).run()
    figures = {"data_points": run.data_points, "algorithm_history_data_points": 0, "statistics": run.write(tmp_path / "out"),
               "algorithm_status": "Completed"}  # fmt: skip
    (tmp_path / "lean_expected.json").write_text(json.dumps(dict.fromkeys(("Good", "Chains", "Broken", "Absent"), figures)))
    classes = {name: {"tier": "T1", "sub_tier": "T1a-orders"} for name in ("Good", "Chains", "Broken")}
    classes["Absent"] = {"tier": "T2", "sub_tier": "T2", "missing_data_files_here": ["Data/option/usa/x.zip"]}  # type: ignore[dict-item]
    (tmp_path / "lean_classified.json").write_text(json.dumps(classes))
    return lean


def test_verdicts_and_totals(clone: Path, market: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lyra.cli.parity.read_equal", lambda: {"Good"})
    ran = run_command("parity", "--lean", clone, "--data-folder", market, "--expected", tmp_path)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert any("equal" in line and "Good" in line for line in lines)
    assert any("not supported" in line and "Chains" in line for line in lines)
    assert any("failed" in line and "Broken" in line for line in lines)
    assert any("no data" in line and "Absent" in line for line in lines)
    assert lines[-2].split() == ["T1", "3", "1", "0", "1", "1", "0"]


def test_what_was_equal_and_is_no_longer_is_an_error(clone: Path, market: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lyra.cli.parity.read_equal", lambda: {"Broken"})
    ran = run_command("parity", "--lean", clone, "--data-folder", market, "--expected", tmp_path, "Broken")
    assert (ran.code, ran.err.strip()) == (1, "error: no longer equal to LEAN: Broken")


@pytest.mark.parametrize(("options", "sentence"), [
    (["--tier", "T9"], "There is no algorithm in tier T9."),
    (["Nobody"], "There are no expectations for Nobody."),
    (["--expected", "nowhere"], "Give the folder that holds it with --expected."),
    (["--lean", "nowhere"], "nowhere is no clone of QuantConnect/Lean"),
])  # fmt: skip
def test_wrong_options(clone: Path, market: Path, tmp_path: Path, options: list[str], sentence: str) -> None:
    given = {"--lean": str(clone), "--data-folder": str(market), "--expected": str(tmp_path)}
    for option, value in zip(options[::2], options[1::2], strict=False):
        given[option] = value
    names = options if len(options) == 1 else []
    ran = run_command("parity", *[part for pair in given.items() for part in pair], *names)
    assert ran.code == 1
    assert sentence in ran.err


def test_the_list_of_equal_algorithms_is_sorted_and_without_doubles() -> None:
    names = suite.EQUAL_FILE.read_text().split()
    assert names == sorted(set(names))
