"""`lyra demo`: sample data, a classic example and a council on it, their statistics, and what the council was worth."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from lyra.cli.backtest import fail, sentences
from lyra.workspace.config import run_config
from lyra.workspace.root import workspace_root
from lyra.workspace.runs import Report, execute

_CLASSIC, _COUNCIL = "ema_cross_btc", "council_btc"


def run_demo(verbose: bool) -> None:
    """Fetch the sample unless it is there, run the examples, and say whether the prices are real."""
    from lyra.marketdata.hours_and_properties import HOURS_FILE, write_reference_files
    from lyra.marketdata.sample import ensure_sample

    root = workspace_root()
    if root is None or not all((root / "algorithms" / name).is_dir() for name in (_CLASSIC, _COUNCIL)):
        raise fail("The demo needs the workspace with its examples: clone the repository, then `pip install -e .` in it.")
    data = root / "data"
    try:
        with sentences(verbose):
            data.mkdir(exist_ok=True)
            if not (data / HOURS_FILE).is_file():
                write_reference_files(data)
            typer.echo("Looking for the sample data (the first time it is downloaded, some 33 MB) …")
            sample = ensure_sample(data)
            typer.echo(sample.note)
            name = "demo" if sample.real else "demo on a made-up market"
            typer.echo(f"\n1. A moving-average cross: algorithms/{_CLASSIC}")
            _run(root, data, _CLASSIC, name)
            typer.echo(f"\n2. A council of quantitative experts, which need no key: algorithms/{_COUNCIL}")
            council = _run(root, data, _COUNCIL, name)
            _show_council(council)
    except OSError as e:
        raise fail(f"The sample could not be written: {e.strerror} ({e.filename}).") from None
    if not sample.real:
        typer.echo("This was a made-up market: the figures say nothing about Bitcoin.")
    typer.echo("Make your own: lyra new my_strategy")


def _run(root: Path, data: Path, example: str, name: str) -> Report:
    config = run_config(root / "algorithms" / example, [], root / "lean.json", [], data)
    report = execute(config, config.output_folder(None), name)
    if report.error is not None:
        raise fail(report.error)
    return report


def _show_council(run: Report) -> None:
    from lyra.council.judge import report_run
    from lyra.council.show import show_votes
    from lyra_ai.council.openrouter import KEY_VARIABLE

    if run.journal is None:
        raise fail(f"The council left no journal in {run.folder}.")
    show_votes(run.journal)
    report_run(run.journal, fee=0.001, picture=True)
    if os.environ.get(KEY_VARIABLE):
        typer.echo(f"There is a key in {KEY_VARIABLE}. To have language models vote beside the experts, add them to the council's members:\n"
                   f"    members=[*experts(), ModelRule(count=3)]   in algorithms/{_COUNCIL}/main.py: three free models\n"
                   f"then record their votes once with `lyra ai record algorithms/{_COUNCIL}`; `lyra ai models --free` lists them.")  # fmt: skip
    else:
        typer.echo(f"Language models can vote too: set {KEY_VARIABLE}, and the first lines of algorithms/{_COUNCIL}/main.py say how.")
