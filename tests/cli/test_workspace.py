"""The commands around a workspace: new, doctor, demo; and the examples that the repository ships."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest
from running import ROOT, run_command

from lyra.marketdata import sample

NAMES = ("bracket_breakout", "ema_cross_btc", "framework_example", "momentum_rotation", "pascal_case")
PROJECTS = [ROOT / "algorithms" / name for name in NAMES]  # a user's own projects stand beside them
FUNDS = ("SPY", "QQQ", "IWM", "EFA", "TLT", "GLD")


@pytest.fixture(scope="module")
def examples_market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the docstrings of the examples ask for, without the network."""
    folder = tmp_path_factory.mktemp("examples") / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("crypto", "equity", "forex", "lyra-synthetic.json"))
    made = run_command("data", "generate", *FUNDS, "--market", "usa", "--type", "equity", "--from", "2015-01-01", "--to", "2020-12-31",
                       "--volatility", "0.2", "--drift", "0.06", "--data-folder", folder)  # fmt: skip
    assert made.code == 0, made.err
    sample._made_up(folder, "no network in tests.")
    return folder


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_example_runs_and_trades(project: Path, examples_market: Path, tmp_path: Path) -> None:
    ran = run_command("backtest", project, "--data-folder", examples_market, "--output", tmp_path, folder=tmp_path)
    assert ran.code == 0
    assert "WARNING" not in ran.err
    assert len(ran.result()["orders"]) > 4
    assert "Made-up prices, no real market's: " in ran.out
    assert json.loads((tmp_path / "config").read_text())["made-up-data"]
    assert "are made up" in (tmp_path / "log.txt").read_text()


def test_the_examples_are_lean_projects() -> None:
    identities = []
    for folder in (*PROJECTS, ROOT / "research"):
        text = (folder / "config.json").read_text()
        config = json.loads(text)
        assert text == json.dumps(config, indent=4) + "\n"
        assert config["algorithm-language"] == "Python"
        assert all(isinstance(value, str) for value in config["parameters"].values())
        identities.append(config["local-id"])
    assert len(set(identities)) == len(identities)
    assert all(len(str(identity)) == 9 for identity in identities)
    for project in PROJECTS:
        assert ast.get_docstring(ast.parse((project / "main.py").read_text()))


def test_lean_json_is_in_the_form_that_the_lean_cli_writes() -> None:
    text = (ROOT / "lean.json").read_text()
    assert text == json.dumps(json.loads(text), indent=4)


# lyra new -----------------------------------------------------------------------------------------
def test_new_project_runs(market: Path, tmp_path: Path) -> None:
    made = run_command("new", "my-first strategy", "--folder", tmp_path)
    project = tmp_path / "my-first strategy"
    assert made.code == 0
    assert sorted(file.name for file in project.iterdir()) == ["config.json", "main.py", "research.ipynb"]
    assert "class MyFirstStrategy(QCAlgorithm)" in (project / "main.py").read_text()
    ran = run_command("backtest", project, "--data-folder", market, "--output", tmp_path / "out", folder=tmp_path / "out")
    assert ran.code == 0


@pytest.mark.parametrize("name", ["taken", "live", "sub/Storage", "con", "a*b", "", "a//b", "../up", "."])
def test_new_refuses(tmp_path: Path, name: str) -> None:
    (tmp_path / "taken").mkdir()
    ran = run_command("new", name, "--folder", tmp_path)
    assert ran.code == 1
    assert ran.err.startswith("error: ")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


# lyra doctor --------------------------------------------------------------------------------------
def test_doctor_never_shows_the_key(market: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-very-secret")
    ran = run_command("doctor", "--data-folder", market)
    assert ran.code == 0
    assert "set in OPENROUTER_API_KEY" in ran.out
    assert "secret" not in ran.out + ran.err
    assert "crypto/coinbase/btcusd/hour/trade: 2020-01-01 to 2020-01-20, 480 rows (made up)" in ran.out


def test_doctor_names_remedies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    ran = run_command("doctor", "--data-folder", tmp_path)
    assert ran.code == 1
    assert "WRONG    data folder" in ran.out
    assert "-> lyra data reference" in ran.out
    assert "-> export OPENROUTER_API_KEY=" in ran.out


# lyra demo ----------------------------------------------------------------------------------------
def test_demo_without_the_network_says_that_the_market_is_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(target: Path) -> Path:
        raise sample.DataError("the package could not be downloaded.")

    monkeypatch.setattr(sample, "fetch", unreachable)
    for name in ("ema_cross_btc", "council_btc"):
        shutil.copytree(ROOT / "algorithms" / name, tmp_path / "algorithms" / name, ignore=shutil.ignore_patterns("backtests"))
    shutil.copy(ROOT / "lean.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    ran = run_command("demo")
    assert ran.code == 0
    assert "BTCUSD is made up, not Coinbase's: the package could not be downloaded." in ran.out
    assert re.search("Made-up prices, no real market's: .*crypto/coinbase/btcusd/hour/trade", ran.out)
    assert "This was a made-up market: the figures say nothing about Bitcoin." in ran.out
    assert list((tmp_path / "algorithms" / "ema_cross_btc" / "backtests").glob("*/EmaCrossBtc.json"))
    for shown in ("Last votes", "Weights over time", "COUNCIL REPORT", "Language models can vote too: set OPENROUTER_API_KEY"):
        assert shown in ran.out
    assert list((tmp_path / "algorithms" / "council_btc" / "backtests").glob("*/council-report.json"))


# help ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", ["demo", "backtest", "compare", "live", "research", "optimize", "new", "doctor", "parity", "bench",
                                     "cloud check", "cloud push",
                                     *(f"data {name}" for name in ("list", "import", "generate", "check", "sample", "reference"))])  # fmt: skip
def test_every_command_has_an_example(command: str) -> None:
    ran = run_command(*command.split(), "--help")
    assert ran.code == 0
    assert f"Example: lyra {command}" in ran.out
