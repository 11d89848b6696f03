"""Running a project on the embedded engine: how it goes, what comes of it, and what is kept beside the results."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import typer

from lyra.engine.errors import ConfigError, LyraError
from lyra.engine.results.files import without_secrets
from lyra.workspace.config import RunConfig
from lyra.workspace.projects import sources

if TYPE_CHECKING:
    from lyra.engine.runner import Backtest

PROGRESS_SECONDS = 0.2
PLAIN_SECONDS = 5.0
JOURNAL = "council.jsonl"
"""The council's journal among a run's results."""
_FILES_NAMED = 20


@dataclass
class Report:
    """What became of a run."""

    folder: Path
    statistics: dict[str, str]
    error: str | None = None
    exception: BaseException | None = None
    interrupted: bool = False
    journal: Path | None = None
    """What a council decided, where the algorithm has one."""


def execute(config: RunConfig, folder: Path, name: str | None, show: bool = True) -> Report:
    """Run a configured backtest into a folder and print its statistics. Raises LyraError if the results cannot be written."""
    from lyra.engine.runner import Backtest, Job

    progress = Progress()
    began = time.time()
    run = Backtest(Job(config.file, config.data_folder, config.parameters, name or "local", None, config.object_store), progress.update)
    with _ctrl_c_ends(run):
        try:
            run.run()
        finally:
            progress.close()
    made_up = made_up_series(run.job.data_folder, run.data.files.found)
    for key in made_up:
        run.context.messages.console.append(("TRACE", f"The prices of {key} are made up, they are no real market's."))
    try:
        statistics = run.write(folder)
        _keep_inputs(config, folder, run.context.algorithm_id, name, made_up)
        journal = take_journal(config.object_store, folder, run.context.algorithm_id, began)
    except LyraError:
        print_statistics(run.statistics.summary)
        raise
    _warn_about_data(run)
    if statistics and run.results is not None and show:
        print_statistics(statistics)
    print_place(folder, made_up)
    return Report(folder, statistics, _error_of(run), run.error, run.interrupted, journal)


def _error_of(run: Backtest) -> str | None:
    if run.fault is not None:
        return run.fault.sentence
    if run.interrupted:
        return "The run was interrupted; what was computed so far is in the results, marked as stopped."
    return None


@contextmanager
def _ctrl_c_ends(run: Backtest) -> Iterator[None]:
    """The first Ctrl-C ends the run after the present step; the second one at once."""
    previous = signal.getsignal(signal.SIGINT)

    def end(*_: Any) -> None:
        signal.signal(signal.SIGINT, previous)
        typer.echo("Ending the run; press Ctrl-C again to end it at once.", err=True)
        run.interrupt()

    if previous is signal.default_int_handler:
        signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


class Progress:
    """A progress bar with the simulated date and equity; plain lines when not on a terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._every = PROGRESS_SECONDS if self._terminal else PLAIN_SECONDS
        self._next = time.monotonic() + self._every
        self._bar: Any = None
        self._task: Any = None
        self._steps = 0

    def update(self, run: Backtest) -> None:
        """Called at each time step."""
        self._steps += 1
        if self._steps & 63 or (now := time.monotonic()) < self._next:
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


def made_up_series(data_folder: Path, paths: Iterable[str]) -> list[str]:
    """Keys of the series among the paths (within the data folder) of a run's data that the folder's ledger lists as made up."""
    from lyra.marketdata.layout import parse_path
    from lyra.marketdata.synthetic import read

    ledger = read(data_folder)
    if not ledger:
        return []
    parsed = (parse_path(PurePosixPath(path)) for path in paths)
    return sorted({series[0].key for series in parsed if series is not None and series[0].key in ledger})


def _warn_about_data(run: Backtest) -> None:
    files = run.data.files
    for found, text in ((files.bad_rows, "left out, not readable as prices"),
                        (files.late_rows, "left out as LEAN does, not later than a row before")):  # fmt: skip
        for path, count in list(found.items())[:_FILES_NAMED]:
            typer.secho(
                f"WARNING: {count} row{'s' if count > 1 else ''} of {path} {text}. `lyra data check` shows where.",
                err=True,
                fg=typer.colors.RED,
            )
    for symbol, path in run.subscriptions_without_data():
        text = (f"WARNING: no data at all was found for {symbol}: there is no {path} in {run.job.data_folder}. "
                "`lyra data list` shows what is there, `lyra data import` brings more.")  # fmt: skip
        typer.secho(text, err=True, fg=typer.colors.RED, bold=True)


def print_statistics(statistics: dict[str, str]) -> None:
    """LEAN's figures as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Statistics", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, value in statistics.items():
        table.add_row(name, value)
    Console().print(table)


def print_place(folder: Path, made_up: list[str]) -> None:
    """Where the results are, and what of their prices is no real market's."""
    if made_up:
        typer.echo(f"Made-up prices, no real market's: {', '.join(made_up)}")
    typer.echo(f"Results: {folder}")


def take_journal(object_store: Path | None, folder: Path, algorithm_id: str, began: float) -> Path | None:
    """Move the council's journal of a run that `began` (seconds since 1970) from the object store to its results; None where there is none.

    One that a container wrote is root's: it is copied where it may not be moved. Raises ConfigError where that fails too.
    """
    if object_store is None:
        return None
    written = object_store / "council" / "journals" / f"{algorithm_id}.jsonl"
    try:
        if not written.is_file() or written.stat().st_mtime < began - 1:  # a file system may keep whole seconds only
            return None
        try:
            shutil.move(written, folder / JOURNAL)
        except PermissionError:
            if not (folder / JOURNAL).is_file():
                raise
    except OSError as e:
        raise ConfigError(f"The results in {folder} are not complete: {e.strerror} ({e.filename}).") from e
    return folder / JOURNAL


def _keep_inputs(config: RunConfig, folder: Path, algorithm_id: str, name: str | None, made_up: list[str]) -> None:
    """`code/` with what was run, and `config` with how; `id` is what `lean report` looks for."""
    root = config.file.parent
    settings = {"id": algorithm_id, "backtest-name": name, "algorithm-location": config.file.name, "data-folder": str(config.data_folder),
                "parameters": without_secrets(config.parameters), "environment": "backtesting", "description": config.description,
                "made-up-data": made_up, "time": f"{datetime.now():%Y-%m-%d %H:%M:%S}"}  # fmt: skip
    try:
        for source in [config.file] if config.is_file else sources(root):
            target = folder / "code" / source.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
        (folder / "config").write_text(json.dumps(settings, indent=4) + "\n", encoding="utf-8")
    except OSError as e:
        raise ConfigError(f"The results in {folder} are not complete: {e.strerror} ({e.filename}).") from e
