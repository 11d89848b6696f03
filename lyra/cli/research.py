"""`lyra research`: Jupyter, whose notebooks find LEAN's names and the workspace's data."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from lyra.cli.backtest import fail, sentences
from lyra.council.places import data_in
from lyra.notebook import DATA_FOLDER, DOOR

JUPYTERS = ("jupyterlab", "notebook")


def run_research(project: Path, port: int, data_folder: Path | None, browser: bool) -> None:
    """Open a folder of notebooks in Jupyter, until it is ended."""
    if not project.is_dir():
        raise fail(f"There is no folder of notebooks at {project}.")
    found = {name: importlib.util.find_spec(name) for name in JUPYTERS}
    jupyter = next((name for name, spec in found.items() if spec is not None and spec.origin), None)
    if jupyter is None:
        raise fail("Notebooks need Jupyter. Install it: pip install -e '.[research]'")
    with sentences():
        environment = notebook_environment(data_in(data_folder))
    command = [sys.executable, "-m", jupyter, str(project), f"--port={port}", *([] if browser else ["--no-browser"])]
    code = _until_it_ends(subprocess.Popen(command, env=environment))
    if code != 0:
        raise fail(f"Jupyter ended with {code}; what it says above tells why.")


def _until_it_ends(process: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # Jupyter has got it too, and asks what is meant


def notebook_environment(data_folder: Path) -> dict[str, str]:
    """The environment in which a notebook can write `from AlgorithmImports import *`."""
    path = [str(DOOR), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), DATA_FOLDER: str(data_folder.resolve())}
