"""LEAN projects: their names, their files, and new ones."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

from lyra.engine.errors import ConfigError

_NAME = re.compile(r"[-_a-zA-Z0-9/ ]+")
_SOURCES = (".py", ".ipynb", ".css", ".html")
# Folders that the LEAN CLI leaves out of a project; files in them reach neither the engine nor the cloud.
RESERVED = frozenset(
    ("backtests", "live", "optimizations", "storage", "report", "bin", "obj", "__pycache__", ".ipynb_checkpoints", ".idea", ".vscode")
)
_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))))

_MAIN = """from AlgorithmImports import *


class {class_name}(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2018, 1, 1)
        self.set_end_date(2019, 10, 16)
        self.set_cash(100_000)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        self.set_benchmark(self.btc)

    def on_data(self, data: Slice):
        if not self.portfolio.invested:
            self.set_holdings(self.btc, 0.95)
"""
_NOTEBOOK_CELL = (
    "# Jupyter notebook of the project {name}: `lyra research` opens it, or `lean research` in LEAN's research image.\n"
    "from AlgorithmImports import *\n\nqb = QuantBook()"
)


def sources(project: Path) -> list[Path]:
    """The project's files as the LEAN CLI takes them along, in order of name."""
    found = []
    for path in sorted(project.rglob("*")):
        folders = path.relative_to(project).parts[:-1]
        if path.suffix in _SOURCES and path.is_file() and not any(part in RESERVED or part.startswith(".") for part in folders):
            found.append(path)
    return found


def check_name(name: str) -> None:
    """Raises ConfigError for what the LEAN CLI refuses as a project's name."""
    parts = name.split("/")
    if not _NAME.fullmatch(name) or not all(part.strip() for part in parts):
        raise ConfigError(f"{name!r} is no valid project name: use letters, digits, -, _ and blanks, such as my_strategy.")
    for part in parts:
        if part.lower() in RESERVED or part.lower() in _DEVICES:
            raise ConfigError(f"{part!r} is a name that LEAN keeps for itself; choose another, such as my_{part}.")


def create_project(name: str, folder: Path) -> Path:
    """Make a project with main.py, research.ipynb and config.json; its folder. Raises ConfigError."""
    check_name(name)
    project = folder / name
    if project.exists():
        raise ConfigError(f"{project} exists already; choose another name.")
    config = {"algorithm-language": "Python", "parameters": {}, "description": "", "local-id": _local_id(folder)}
    try:
        project.mkdir(parents=True)
        (project / "main.py").write_text(_MAIN.format(class_name=class_name(name)), encoding="utf-8")
        (project / "research.ipynb").write_text(json.dumps(_notebook(_NOTEBOOK_CELL.format(name=name)), indent=1) + "\n", encoding="utf-8")
        (project / "config.json").write_text(json.dumps(config, indent=4) + "\n", encoding="utf-8")
    except OSError as e:
        raise ConfigError(f"{project} could not be made: {e.strerror}.") from e
    return project


def class_name(name: str) -> str:
    """The class for a project's name: `my-first strategy` gives `MyFirstStrategy`."""
    words = re.split(r"[-_ ]+", name.rpartition("/")[2])
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if joined[:1].isalpha() else f"Strategy{joined}"


def _notebook(code: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "start",
        "metadata": {},
        "outputs": [],
        "source": code.splitlines(keepends=True),
    }
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _local_id(folder: Path) -> int:
    """A nine-digit number that no project beside this one has."""
    taken = set()
    for file in folder.glob("**/config.json"):
        match = re.search(r'"local-id":\s*(\d+)', file.read_text(encoding="utf-8", errors="replace"))
        if match is not None:
            taken.add(int(match.group(1)))
    while (number := random.randrange(100_000_000, 1_000_000_000)) in taken:
        pass
    return number
