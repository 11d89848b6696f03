"""The notebooks in research/ run from top to bottom on the embedded engine; and `lyra research` opens them."""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from running import ROOT, run_command

from lyra.cli import research
from lyra.cli.research import notebook_environment
from lyra.marketdata import sample
from lyra.marketdata.hours_and_properties import write_reference_files

FOLDER = ROOT / "research"
NAMES = ("council_decision", "indicators_on_a_chart", "parameter_study")
PICTURES = {"council_decision": 3, "indicators_on_a_chart": 2, "parameter_study": 2}
KNOWN_TO_LEAN = {"AlgorithmImports", "lyra_ai", "matplotlib", "numpy", "pandas", "pathlib", "statistics"}
"""What a notebook may import without looking whether it is there."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Any]]:
    """Every notebook, run on the sample's made-up stand-in, all at the same time."""
    data = tmp_path_factory.mktemp("notebooks") / "data"
    write_reference_files(data)
    sample._made_up(data, "no network in tests.")
    environment = notebook_environment(data)
    environment["PYTHONPATH"] = os.pathsep.join([environment["PYTHONPATH"], str(ROOT), str(ROOT / "Library")])
    # Below the workspace, as research/ is: the last cell of the study looks for an example there.
    folder = tmp_path_factory.mktemp("workspace") / "research"
    shutil.copytree(FOLDER, folder)
    shutil.copytree(ROOT / "algorithms" / "ema_cross_btc", folder.parent / "algorithms" / "ema_cross_btc")
    with ThreadPoolExecutor() as pool:
        return {name: pool.submit(_run, folder / f"{name}.ipynb", environment) for name in NAMES}


def _run(file: Path, environment: dict[str, str]) -> Any:
    notebook = nbformat.read(file, as_version=4)
    client = nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(file.parent)}})
    client.execute(env=environment)
    return notebook


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_from_top_to_bottom_and_draws(name: str, runs: dict[str, Future[Any]]) -> None:
    outputs = [output for cell in runs[name].result().cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == PICTURES[name]
    assert not [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]


def test_the_study_ends_with_a_run_of_the_engine(runs: dict[str, Future[Any]]) -> None:
    assert "Total Orders" in runs["parameter_study"].result().cells[-1].outputs[0].text


@pytest.mark.parametrize("name", NAMES)
def test_it_is_kept_without_outputs_and_asks_for_what_lean_has(name: str) -> None:
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    lines = [line for cell in code for line in cell.source.splitlines()]
    plain = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert plain <= KNOWN_TO_LEAN
    assert "from AlgorithmImports import *" in lines


def test_without_jupyter_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(research, "JUPYTERS", ("no_such_jupyter",))
    ran = run_command("research", FOLDER)
    assert ran.code == 1
    assert "Notebooks need Jupyter. Install it: pip install -e '.[research]'" in ran.err
    assert "There is no folder of notebooks at nowhere" in run_command("research", "nowhere").err


def test_jupyter_is_started_on_the_folder_with_the_door_on_its_path(monkeypatch: pytest.MonkeyPatch, market: Path) -> None:
    calls: list[tuple[list[str], dict[str, str]]] = []

    class Jupyter:
        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            calls.append((command, env))

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(research, "JUPYTERS", ("json",))
    monkeypatch.setattr(research.subprocess, "Popen", Jupyter)
    assert run_command("research", FOLDER, "--no-browser", "--port", "8899", "--data-folder", market).code == 0
    [(command, environment)] = calls
    assert command == [sys.executable, "-m", "json", str(FOLDER), "--port=8899", "--no-browser"]
    assert Path(environment["PYTHONPATH"].split(os.pathsep)[0], "AlgorithmImports.py").is_file()
    assert environment["LYRA_DATA_FOLDER"] == str(market.resolve())
