"""`lyra backtest --engine lean`, `lyra live`, `lyra research`, `lyra optimize`: the real LEAN, and what it leaves as the embedded engine shows it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import typer

from lyra.cli.backtest import INTERRUPTED, fail, sentences
from lyra.engine.errors import LyraError
from lyra.leancli import run as lean
from lyra.leancli.run import LeanProject, Outcome, lean_project
from lyra.workspace.config import data_folder_of, read_config
from lyra.workspace.results import RunResult, read_run, result_file
from lyra.workspace.root import LEAN_FILE
from lyra.workspace.runs import made_up_series, print_place, print_statistics, take_journal


def run_backtest(project: Path, output: Path | None, parameters: list[str], name: str | None, lean_config: Path | None, extra: list[str],
                 more: Sequence[str], verbose: bool) -> None:  # fmt: skip
    """Backtest in Docker; exits with 1 after an error, with 130 when interrupted."""
    with sentences(verbose):
        found = lean_project(project, lean_config)
        began = time.time()
        outcome = lean.backtest(found, output, parameters, name, extra, more)
        _show_run(found, outcome, began)


def run_live(project: Path, brokerage: str, feed: list[str], output: Path | None, more: Sequence[str], verbose: bool) -> None:
    """Trade until Ctrl-C; that is its ordinary end and exits with 130."""
    with sentences(verbose):
        found = lean_project(project)
        began = time.time()
        outcome = lean.live(found, brokerage, feed, output, more)
        _show_run(found, outcome, began)


def run_research(project: Path, port: int, more: Sequence[str], verbose: bool) -> None:
    """Jupyter in LEAN's research image."""
    with sentences(verbose):
        outcome = lean.research(lean_project(project), port, more)
    if outcome.code != 0:
        raise fail(f"lean research ended with {outcome.code}; what it says above tells why.", INTERRUPTED if outcome.interrupted else 1)


def run_optimize(project: Path, strategy: str, target: str, direction: str, parameters: list[str], constraints: list[str], output: Path | None,
                 more: Sequence[str], verbose: bool) -> None:  # fmt: skip
    """Optimize in Docker, and list the runs, the best first."""
    with sentences(verbose):
        ranges = [_range(text) for text in parameters]
        if not ranges:
            raise fail("An optimization needs a parameter to vary: --parameter NAME LEAST GREATEST STEP.", 2)
        outcome = lean.optimize(lean_project(project), strategy, target, direction, ranges, constraints, output, more)
        runs = [read_run(folder) for folder in sorted(outcome.folder.glob("*/")) if result_file(folder) is not None]
        _print_runs(runs, target, direction)
    _end(outcome, None)


def _show_run(project: LeanProject, outcome: Outcome, began: float) -> None:
    """The statistics of what was left, the council's journal beside them, and the run's end."""
    result = None
    if outcome.folder.is_dir() and result_file(outcome.folder) is not None:
        result = read_run(outcome.folder)
        config = read_config(project.lean_config or project.root / LEAN_FILE)
        take_journal(project.root / "storage", outcome.folder, result.id, began)  # LEAN's object store is there, whatever lean.json says
        print_statistics(result.statistics)
        print_place(_shown(outcome.folder), made_up_series(data_folder_of(project.root, config, None), result.data_files()))
    _end(outcome, result)


def _end(outcome: Outcome, result: RunResult | None) -> None:
    if outcome.interrupted:
        raise fail("The run was interrupted" + ("." if result is None else "; what was computed so far is in the results."), INTERRUPTED)
    if outcome.detached and outcome.code == 0:
        typer.echo(f"LEAN goes on by itself; its results will be in {_shown(outcome.folder)}.")
        return
    message = str(result.part("state").get("RuntimeError") or "") if result is not None else ""
    if message:
        raise fail(f"LEAN ended the run: {message.strip().splitlines()[0]}")
    if outcome.code != 0:
        log = outcome.folder / "log.txt"
        raise fail(
            f"lean {outcome.arguments[0]} ended with {outcome.code}; "
            + (f"{_shown(log)} tells why." if log.is_file() else "what it says above tells why.")
        )
    if result is None and outcome.arguments[0] != "optimize":
        raise fail(f"LEAN ended without an error, but left no results in {_shown(outcome.folder)}.")


def _print_runs(runs: list[RunResult], target: str, direction: str) -> None:
    """A row for each set of parameters, the best by `target` first."""
    from rich.console import Console
    from rich.table import Table

    if not runs:
        return
    names = list(dict.fromkeys(name for run in runs for name in run.parameters))
    table = Table(title="Runs, the best first", title_justify="left")
    for heading in dict.fromkeys((*names, target, "Net Profit", "Drawdown", "Total Orders")):
        table.add_column(heading, justify="right")
    for run in sorted(runs, key=lambda run: _figure(run, target), reverse=direction == "max"):
        figures = [run.statistics.get(name, "") for name in dict.fromkeys((target, "Net Profit", "Drawdown", "Total Orders"))]
        table.add_row(*(run.parameters.get(name, "") for name in names), *figures)
    Console().print(table)
    typer.echo(f"Results: {_shown(runs[0].folder.parent)}")


def _figure(run: RunResult, name: str) -> Decimal:
    try:
        return Decimal(run.statistics[name].replace("%", "").replace("$", "").replace(",", ""))
    except (KeyError, InvalidOperation):
        return Decimal("-Infinity")


def _range(text: str) -> list[str]:
    """NAME=LEAST:GREATEST:STEP. Raises LyraError."""
    name, _, numbers = text.partition("=")
    parts = numbers.split(":")
    try:
        least, greatest, step = map(float, parts)
    except ValueError:
        raise LyraError("A parameter to vary is NAME LEAST GREATEST STEP, three numbers after its name.") from None
    if not name or step <= 0 or least > greatest:
        raise LyraError(f"{name or 'A parameter'} cannot go from {parts[0]} to {parts[1]} in steps of {parts[2]}.")
    return [name, *parts]


def _shown(path: Path) -> Path:
    """As seen from here, where it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
