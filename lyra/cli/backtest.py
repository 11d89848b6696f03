"""`lyra backtest`: run a project, show how it goes, say where the results lie."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from lyra.engine.errors import ConfigError, LyraError
from lyra.workspace.config import RunConfig, run_config

PROGRESS_SECONDS = 0.2
PLAIN_SECONDS = 5.0


def fail(message: str, code: int = 1) -> typer.Exit:
    """An error sentence on standard error."""
    typer.echo(f"error: {message}", err=True)
    return typer.Exit(code)


def run_backtest(project: Path, output: Path | None, parameters: list[str], name: str | None, lean_config: Path | None, extra: list[str],
                 data_folder: Path | None, verbose: bool) -> None:  # fmt: skip
    """Run and report; exits with 1 after an error."""
    try:
        config = run_config(project, parameters, lean_config, extra, data_folder)
        folder = config.output_folder(output)
        report = execute(config, folder, name)
    except LyraError as e:
        if verbose:
            raise
        raise fail(str(e)) from None
    if report.error is not None:
        if verbose and report.exception is not None:
            raise report.exception
        raise fail(report.error)


@dataclass
class Report:
    """What became of a run."""

    folder: Path
    statistics: dict[str, str]
    error: str | None = None
    exception: BaseException | None = None


def execute(config: RunConfig, folder: Path, name: str | None, quiet: bool = False) -> Report:
    """Run a configured backtest into a folder and print its statistics."""
    from lyra.engine.runner import Backtest, Job

    job = Job(config.file, config.data_folder, config.parameters, name or "local", None, config.object_store)
    progress = Progress(quiet)
    run = Backtest(job, progress.update)
    previous = signal.getsignal(signal.SIGINT)
    if previous is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: run.interrupt())
    try:
        run.run()
    finally:
        signal.signal(signal.SIGINT, previous)
        progress.close()
    statistics = run.write(folder)
    _copy_code(config, folder)
    if not quiet:
        _warn_about_missing_data(run)
        _print_statistics(statistics)
        typer.echo(f"Results: {folder}")
    error = None
    if run.interrupted:
        error = "The run was interrupted; what was computed so far is in the results, marked as stopped."
    if run.fault is not None:
        place = f" ({run.fault.place})" if run.fault.place else ""
        error = f"{run.fault.message.splitlines()[0] if run.fault.message else 'The algorithm failed'}{place}"
    return Report(folder, statistics, error, run.error)


class Progress:
    """A progress bar with the simulated date and equity; plain lines when not on a terminal."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._next = 0.0
        self._every = PROGRESS_SECONDS if self._terminal else PLAIN_SECONDS
        self._bar: Any = None
        self._task: Any = None
        self._steps = 0

    def update(self, run: Any) -> None:
        """Called at each time step."""
        self._steps += 1
        if self._steps & 1023:
            return
        now = time.monotonic()
        if now < self._next or self._quiet:
            return
        if self._next == 0.0:
            self._next = now + self._every
            return
        self._next = now + self._every
        algorithm = run.algorithm
        share = (algorithm._local - algorithm._start) / max(algorithm._end - algorithm._start, 1)
        share = min(max(share, 0.0), 1.0)
        equity = f"{algorithm.portfolio.total_portfolio_value:,.2f} {algorithm.account_currency}"
        if not self._terminal:
            typer.echo(f"{algorithm.time:%Y-%m-%d %H:%M}  {share:4.0%}  equity {equity}", err=True)
            return
        if self._bar is None:
            self._open()
        self._bar.update(self._task, completed=share, date=f"{algorithm.time:%Y-%m-%d}", equity=equity)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(TextColumn("{task.fields[date]}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
                             TextColumn("equity {task.fields[equity]}"), TimeRemainingColumn(), console=Console(stderr=True), transient=True)  # fmt: skip
        self._task = self._bar.add_task("run", total=1.0, date="", equity="")
        self._bar.start()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _warn_about_missing_data(run: Any) -> None:
    for symbol, path in run.subscriptions_without_data():
        typer.echo(f"WARNING: no data at all was found for {symbol}: {path} does not exist in {run.job.data_folder}. "
                   "`lyra data list` shows what is there; `lyra data import` brings more.", err=True)  # fmt: skip


def _print_statistics(statistics: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Statistics", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, value in statistics.items():
        table.add_row(name, value)
    Console().print(table)


def _copy_code(config: RunConfig, folder: Path) -> None:
    """`code/` with what was run, and `config` with how."""
    code = folder / "code"
    try:
        code.mkdir(parents=True, exist_ok=True)
        sources = [config.file] if config.is_file else sorted(config.file.parent.glob("*.py"))
        for source in sources:
            shutil.copy2(source, code / source.name)
        settings = {"algorithm-location": config.file.name, "data-folder": str(config.data_folder), "parameters": config.parameters,
                    "environment": "backtesting", "description": config.description, "time": f"{datetime.now():%Y-%m-%d %H:%M:%S}"}  # fmt: skip
        (folder / "config").write_text(json.dumps(settings, indent=4) + "\n")
    except OSError as e:
        raise ConfigError(f"The results in {folder} are not complete: {e.strerror} ({e.filename}).") from e
