"""`lyra demo`: sample data, one example, its statistics."""

from __future__ import annotations

import typer

from lyra.cli.backtest import execute, fail, sentences
from lyra.workspace.config import run_config
from lyra.workspace.root import workspace_root

_EXAMPLE = "ema_cross_btc"


def run_demo(verbose: bool) -> None:
    """Fetch the sample unless it is there, run the example, and say whether its prices are real."""
    from lyra.marketdata.hours_and_properties import HOURS_FILE, write_reference_files
    from lyra.marketdata.sample import ensure_sample

    root = workspace_root()
    if root is None or not (root / "algorithms" / _EXAMPLE).is_dir():
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
            config = run_config(root / "algorithms" / _EXAMPLE, [], root / "lean.json", [], data)
            report = execute(config, config.output_folder(None), "demo" if sample.real else "demo on a made-up market")
    except OSError as e:
        raise fail(f"The sample could not be written: {e.strerror} ({e.filename}).") from None
    if report.error is not None:
        raise fail(report.error)
    if not sample.real:
        typer.echo("This was a made-up market: the figures say nothing about Bitcoin.")
    typer.echo(f"The strategy is {config.file}. Make your own: lyra new my_strategy")
