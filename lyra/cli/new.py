"""`lyra new`: a new project."""

from __future__ import annotations

from pathlib import Path

import typer

from lyra.cli.backtest import sentences
from lyra.workspace.projects import create_project


def make_project(name: str, folder: Path) -> None:
    """Make it and say how to run it."""
    with sentences():
        project = create_project(name, folder)
    shown = f'"{project}"' if " " in str(project) else str(project)
    typer.echo(f"Made {project} with main.py, research.ipynb and config.json. Run it: lyra backtest {shown}")
