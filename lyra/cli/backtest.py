"""`lyra backtest`: run a project, show how it goes, say where the results lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from lyra.engine.errors import LyraError
from lyra.workspace.config import run_config
from lyra.workspace.runs import execute
from lyra_ai.errors import LyraAIError

INTERRUPTED = 130


def fail(message: str, code: int = 1) -> typer.Exit:
    """An error sentence on standard error."""
    typer.echo(f"error: {message}", err=True)
    return typer.Exit(code)


@contextmanager
def sentences(verbose: bool = False) -> Iterator[None]:
    """Within it an error of Lyra or of its library ends the command with its sentence, or with its traceback if that is wanted."""
    try:
        yield
    except (LyraError, LyraAIError) as e:
        if verbose:
            raise
        raise fail(str(e)) from None


def run_backtest(project: Path, output: Path | None, parameters: list[str], name: str | None, lean_config: Path | None, extra: list[str],
                 data_folder: Path | None, verbose: bool) -> None:  # fmt: skip
    """Run and report; exits with 1 after an error, with 130 when interrupted."""
    with sentences(verbose):
        config = run_config(project, parameters, lean_config, extra, data_folder)
        report = execute(config, config.output_folder(output), name)
    if report.error is not None:
        if verbose and report.exception is not None:
            raise report.exception
        raise fail(report.error, INTERRUPTED if report.interrupted else 1)
