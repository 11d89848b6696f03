"""The real LEAN CLI on a clone of this workspace: what it asks Docker for is what LEAN needs, and git sees nothing of it afterwards."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from container_layout import import_in
from docker_stand_in import ENGINE_IMAGE, RESEARCH_IMAGE, Container, DockerStandIn
from lean_workspace import Clone, leave_result, why_not
from running import ROOT

from lyra.leancli.key import IN_CONTAINER

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")

WorkspaceWith = Callable[..., tuple[Clone, DockerStandIn]]
EXAMPLES = sorted(file.parent.name for file in (ROOT / "algorithms").glob("*/main.py"))
PAPER = ("--brokerage", "Paper Trading", "--data-provider-live", "Custom data only")
SEARCH = ("--strategy", "Grid Search", "--target", "Sharpe Ratio", "--target-direction", "max")


def run(clone: Clone, *arguments: str) -> None:
    """The CLI, which must be content, on a workspace of which git must see no change."""
    done = clone.lean(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert clone.changes() == ""


def check_mounts(container: Container, clone: Clone, project: str, results: str | None) -> None:
    assert container.host("/LeanCLI") == clone.root / project
    assert container.host("/Library/lyra_ai/council/lean.py").is_file()
    assert container.host("/Lean/Data/market-hours/market-hours-database.json").is_file()
    assert container.host("/Storage") == clone.root / "storage"
    assert {mode for target, (_, mode) in container.binds.items() if target in ("/Library", "/Storage", "/Lean/Data")} == {"rw"}
    if results is not None:
        assert container.host("/Results").parent == clone.root / project / results
    outside = [source for target, (source, _) in container.binds.items() if not source.is_relative_to(clone.root) and "lean-cli" not in source.name
               and target != IN_CONTAINER]  # fmt: skip
    assert outside == []
    config = container.config
    assert config["python-additional-paths"][0] == "/Library"
    assert (config["data-folder"], config["object-store-root"]) == ("/Lean/Data", "/Storage")
    assert config["mute-python-library-logging"] is False


def test_backtest(workspace_clone: Clone, docker: DockerStandIn, tmp_path: Path) -> None:
    run(workspace_clone, "backtest", "algorithms/ema_cross_btc")
    (container,) = docker.containers
    assert container.image == ENGINE_IMAGE
    check_mounts(container, workspace_clone, "algorithms/ema_cross_btc", "backtests")
    assert container.config["environment"] == "backtesting" and container.config["algorithm-location"] == "/LeanCLI/main.py"
    assert container.config["parameters"] == json.loads((ROOT / "algorithms/ema_cross_btc/config.json").read_text())["parameters"]
    assert "exec dotnet QuantConnect.Lean.Launcher.dll" in container.script
    assert container.environment == {}
    assert (container.host("/Results") / "code" / "main.py").is_file()
    import_in([container], tmp_path)


def test_optimize(workspace_clone: Clone, docker: DockerStandIn, tmp_path: Path) -> None:
    run(workspace_clone, "optimize", "algorithms/ema_cross_btc", *SEARCH, "--parameter", "ema-fast", "5", "20", "5")
    (container,) = docker.containers
    check_mounts(container, workspace_clone, "algorithms/ema_cross_btc", "optimizations")
    assert container.payload["WorkingDir"] == "/Lean/Optimizer.Launcher/bin/Debug"
    search = json.loads(container.files["/Lean/Optimizer.Launcher/bin/Debug/config.json"])
    assert search["parameters"] == [{"name": "ema-fast", "min": 5.0, "max": 20.0, "step": 5.0}]
    assert search["optimization-criterion"] == {"target": "TotalPerformance.PortfolioStatistics.SharpeRatio", "extremum": "max"}
    assert "dotnet QuantConnect.Optimizer.Launcher.dll" in container.script
    import_in([container], tmp_path)


def test_research(workspace_clone: Clone, docker: DockerStandIn, tmp_path: Path) -> None:
    run(workspace_clone, "research", "research", "--no-open")
    (container,) = docker.containers
    assert container.image == RESEARCH_IMAGE
    check_mounts(container, workspace_clone, "research", None)
    # LEAN reads its settings from the folder that a notebook is in.
    notebooks = "/Lean/Launcher/bin/Debug/Notebooks"
    assert container.host(notebooks) == workspace_clone.root / "research"
    assert json.loads(container.files[f"{notebooks}/config.json"])["python-additional-paths"][0] == "/Library"
    assert container.payload["HostConfig"]["PortBindings"]["8888/tcp"]
    import_in([container], tmp_path, notebooks.lstrip("/"))


def test_live_on_paper(workspace_clone: Clone, docker: DockerStandIn, tmp_path: Path) -> None:
    """Every example: with the folders that the CLI mounted, and LEAN's order of them, Python imports what an algorithm begins with."""
    for example in EXAMPLES:
        run(workspace_clone, "live", "deploy", f"algorithms/{example}", *PAPER)
        container = docker.containers[-1]
        check_mounts(container, workspace_clone, f"algorithms/{example}", "live")
        environment = container.config["environments"][container.config["environment"]]
        assert environment["live-mode"] is True and environment["live-mode-brokerage"] == "PaperBrokerage"
        assert "QuantConnect.Lean.Engine.DataFeeds.Queues.LiveDataQueue" in environment["data-queue-handler"]
        assert container.config["algorithm-id"].startswith("L-")
    import_in(docker.containers, tmp_path)
    assert workspace_clone.changes() == ""


def test_the_cassette_is_where_both_engines_look(workspace_clone: Clone, docker: DockerStandIn) -> None:
    """The embedded engine's object store is the folder that LEAN finds at /Storage."""
    from lyra.workspace.config import run_config

    run(workspace_clone, "backtest", "algorithms/council_btc", "--parameter", "council-mode", "replay")
    assert docker.containers[0].config["parameters"] == {"council-mode": "replay"}
    config = run_config(workspace_clone.root / "algorithms/council_btc", [], None, [], None)
    assert config.object_store == docker.containers[0].host("/Storage")
    (config.object_store / "council").mkdir()
    (config.object_store / "council" / "council_btc.jsonl").write_text('{"cassette": 1}\n')
    assert docker.containers[0].host("/Storage/council/council_btc.jsonl").is_file()
    assert workspace_clone.changes() == ""


def test_a_project_made_by_the_cli_is_a_project_of_ours(workspace_clone: Clone) -> None:
    done = workspace_clone.lean("project-create", "algorithms/made_by_lean", "--language", "python")
    assert done.returncode == 0, done.stdout
    made = workspace_clone.root / "algorithms" / "made_by_lean"
    workspace_clone.git("add", "-A")
    assert workspace_clone.changes().split() == ["A", "algorithms/made_by_lean/config.json", "A", "algorithms/made_by_lean/main.py",
                                                 "A", "algorithms/made_by_lean/research.ipynb"]  # fmt: skip
    text = (made / "config.json").read_text()
    assert text == json.dumps(json.loads(text), indent=4) + "\n"


def test_adding_the_library_gives_the_form_that_is_committed(workspace_clone: Clone) -> None:
    config = workspace_clone.root / "algorithms" / "council_btc" / "config.json"
    before = config.read_text()
    without = json.loads(before)
    del without["libraries"]
    config.write_text(json.dumps(without, indent=4) + "\n")
    assert workspace_clone.lean("library", "add", "algorithms/council_btc", "Library/lyra_ai").returncode == 0
    assert config.read_text() == before


# Lyra's fronts ------------------------------------------------------------------------------------
STATISTICS = {"Total Orders": "3", "Sharpe Ratio": "1.234"}


def test_lyra_backtest_on_lean_gives_what_the_embedded_engine_gives(workspace_with: WorkspaceWith, market: Path) -> None:
    """LEAN is played by the embedded engine, with what the container was given; the two runs compare as equal."""

    def play_lean(container: Container) -> int:
        from lyra.engine.runner import Backtest, Job

        config = container.config
        job = Job(container.host(config["algorithm-location"]), container.host(config["data-folder"]), config["parameters"],
                  config.get("backtest-name", "local"), config["algorithm-id"], container.host(config["object-store-root"]))  # fmt: skip
        played = Backtest(job).run()
        played.write(container.host("/Results"))
        return 0 if played.error is None else 1

    workspace, docker = workspace_with(play_lean)
    shutil.copytree(market / "crypto", workspace.root / "data" / "crypto")
    project = workspace.root / "algorithms" / "mine"
    project.mkdir()
    (project / "main.py").write_text(
        "from AlgorithmImports import *\n\n\nclass Mine(QCAlgorithm):\n    def initialize(self):\n"
        "        self.set_start_date(2020, 1, 2)\n        self.set_end_date(2020, 1, 9)\n"
        '        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol\n\n'
        "    def on_data(self, data):\n        if self.time.hour == 5:\n"
        '            self.market_order(self.btc, float(self.get_parameter("size")) * (1 if self.time.day % 2 else -1))\n'
    )
    (project / "config.json").write_text(json.dumps({"algorithm-language": "Python", "parameters": {"size": "1"}, "local-id": 123456789}))
    results = []
    for engine in ("embedded", "lean"):
        done = workspace.lyra("backtest", "algorithms/mine", "--engine", engine, "--parameter", "size", "0.5", "--backtest-name", "tried")
        assert done.code == 0, done.out + done.err
        assert "Sharpe Ratio" in done.out and "OrderListHash" in done.out
        results.append(done.out.rpartition("Results: ")[2].strip())
    embedded, lean = (sorted(path.name for path in (workspace.root / folder).iterdir()) for folder in results)
    number = docker.containers[0].config["algorithm-id"]
    assert [name.replace("Mine", number) for name in embedded] == lean
    same = workspace.lyra("compare", *results)
    assert same.code == 0, same.out + same.err


def test_lyra_live_gives_the_key_to_the_container_and_to_nobody_else(
    workspace_with: WorkspaceWith, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key = "sk-or-v1-" + "0ddba11" * 9
    seen: list[Any] = []

    def play_live(container: Container) -> int:
        from lyra_ai.council.openrouter import find_key

        place = container.environment["OPENROUTER_API_KEY_FILE"]
        file = Path(next(mount["Source"] for mount in container.payload["HostConfig"]["Mounts"] if mount["Target"] == place))
        found = find_key({"OPENROUTER_API_KEY_FILE": str(file)})
        seen.append((file, file.stat().st_mode & 0o777, found.reveal() if found else None, container.files.pop(place)))
        leave_result(container, STATISTICS)
        return 0

    workspace, docker = workspace_with(play_live, OPENROUTER_API_KEY=key)
    done = workspace.lyra("live", "algorithms/council_btc", "--", "--verbose")
    assert done.code == 0, done.out + done.err
    assert "1.234" in done.out and "Results: algorithms/council_btc/live/" in done.out
    file, mode, *found = seen[0]
    assert (found, mode) == ([key, key], 0o600)
    assert not file.exists(), "it is there only as long as the run"
    (container,) = docker.containers
    assert container.environment.keys() == {"OPENROUTER_API_KEY_FILE", "PYTHONPYCACHEPREFIX"}
    check_mounts(container, workspace, "algorithms/council_btc", "live")
    words = "".join(capfd.readouterr())
    assert IN_CONTAINER in words, "the CLI, when verbose, tells what it asks of Docker"
    told = [words, done.out, done.err, json.dumps(container.payload), *container.files.values(), *docker.requests]
    told += [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in told if key[9:30] in text]
    assert workspace.changes() == ""


def test_ctrl_c_lets_live_trading_end_in_order(workspace_with: WorkspaceWith) -> None:
    """On a terminal the CLI asks the container to stop and waits for it; Lyra waits for the CLI, and shows what there is then."""
    began = threading.Event()

    def trade(container: Container) -> None:
        container.log.append("trading")
        container.when_stopped = lambda stopped: leave_result(stopped, STATISTICS)
        began.set()

    workspace, docker = workspace_with(trade)
    with workspace.lyra_on_terminal("live", "algorithms/council_btc") as terminal:
        assert began.wait(60) and docker.containers[0].watched.wait(60)
        terminal.press_ctrl_c()
        code, words = terminal.rest()
    assert docker.containers[0].stopped_by == "stop", words
    assert code == 130, words
    assert "1.234" in words and "Results: algorithms/council_btc/live/" in words
    assert "error: The run was interrupted; what was computed so far is in the results." in words
    assert workspace.changes() == ""


def test_a_container_that_is_left_to_itself(workspace_with: WorkspaceWith) -> None:
    workspace, docker = workspace_with(lambda container: None)
    done = workspace.lyra("live", "algorithms/council_btc", "--", "--detach")
    assert done.code == 0, done.err
    assert done.out.startswith("LEAN goes on by itself; its results will be in algorithms/council_btc/live/")
    assert docker.containers[0].payload["HostConfig"]["AutoRemove"] is True
    docker.containers[0].ended.set()


def test_what_is_made_up_is_named_under_lean_too(workspace_with: WorkspaceWith) -> None:
    def play_lean(container: Container) -> int:
        leave_result(container)
        files = (
            "/Lean/Data/crypto/coinbase/hour/btcusd_trade.zip\ncrypto/coinbase/daily/btcusd_trade.zip\n/Lean/Data/symbol-properties/x.csv\n"
        )
        (container.host("/Results") / "succeeded-data-requests-20260801.txt").write_text(files)
        return 0

    workspace, _ = workspace_with(play_lean)
    made = ("--market", "coinbase", "--type", "crypto", "--resolution", "hour", "--from", "2020-01-01", "--to", "2020-01-03")
    assert workspace.lyra("data", "generate", "BTCUSD", *made).code == 0
    done = workspace.lyra("backtest", "algorithms/ema_cross_btc", "--engine", "lean")
    assert done.code == 0, done.err
    assert "Made-up prices, no real market's: crypto/coinbase/btcusd/hour/trade\n" in done.out


def test_lyra_optimize_lists_the_runs_the_best_first(workspace_with: WorkspaceWith) -> None:
    def play_optimizer(container: Container) -> int:
        for number, sharpe in (("a1", "0.5"), ("b2", "2.5"), ("c3", "-1")):
            leave_result(container, {"Sharpe Ratio": sharpe, "Net Profit": f"{sharpe}%"}, container.host("/Results") / number, number)
        (container.host("/Results") / "log.txt").write_text("ParameterSet: (ema-fast:5) backtestId 'b2'\n")
        return 0

    workspace, _ = workspace_with(play_optimizer)
    done = workspace.lyra("optimize", "algorithms/ema_cross_btc", "--parameter", "ema-fast", "5", "20", "5")
    assert done.code == 0, done.out + done.err
    table = done.out.partition("Runs, the best first")[2]
    assert table.index("2.5") < table.index("0.5") < table.index("-1")
    assert workspace.changes() == ""


def test_lyra_research_opens_the_research_image(workspace_clone: Clone, docker: DockerStandIn) -> None:
    done = workspace_clone.lyra("research", "research", "--engine", "lean", "--port", "8899", "--", "--no-open")
    assert done.code == 0, done.out + done.err
    assert docker.containers[0].image == RESEARCH_IMAGE
    assert docker.containers[0].payload["HostConfig"]["PortBindings"]["8888/tcp"][0]["HostPort"] == "8899"
    assert workspace_clone.changes() == ""


def test_an_error_of_lean_ends_in_one_sentence(workspace_with: WorkspaceWith) -> None:
    def fail(container: Container) -> int:
        (container.host("/Results") / "log.txt").write_text("ERROR:: something\n")
        return 1

    workspace, _ = workspace_with(fail)
    done = workspace.lyra("backtest", "algorithms/ema_cross_btc", "--engine", "lean")
    assert done.code == 1
    last = done.err.strip().splitlines()[-1]
    assert last.startswith("error: lean backtest ended with 1; algorithms/ema_cross_btc/backtests/") and last.endswith("log.txt tells why.")
