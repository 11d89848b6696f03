"""`lyra doctor`: what works on this machine, what does not, and the remedy; one line each."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typer

from lyra.engine.errors import LyraError
from lyra.leancli.tools import docker_trouble, find_lean
from lyra.workspace.config import read_config
from lyra.workspace.root import workspace_root

_NEEDED = ("httpx", "numpy", "pandas", "scipy", "typer", "rich", "tzdata")
_OPTIONAL = (("pyarrow", "parquet and feather files", "pip install -e '.[files]'"),
             ("matplotlib", "the picture of a council's report", "pip install -e '.[research]'"),
             ("backtesting", "lyra bench beside other backtesters", "pip install -e '.[bench]'"))  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One line: `state` is ok, missing (something optional is not there) or wrong (a backtest will fail)."""

    state: str
    subject: str
    text: str
    remedy: str = ""


def run_doctor(data_folder: Path | None) -> None:
    """Print all findings; exits with 1 when something is wrong."""
    marks = {"ok": ("ok     ", typer.colors.GREEN), "missing": ("missing", typer.colors.YELLOW), "wrong": ("WRONG  ", typer.colors.RED)}
    wrong = False
    for finding in findings(data_folder):
        mark, color = marks[finding.state]
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        typer.echo(f"{typer.style(mark, fg=color)}  {finding.subject}: {finding.text}{remedy}")
        wrong = wrong or finding.state == "wrong"
    if wrong:
        raise typer.Exit(1)


def findings(data_folder: Path | None) -> Iterator[Finding]:
    """Everything that is looked at, in order."""
    yield _python()
    yield from _packages()
    root = workspace_root()
    folder, finding = _workspace(root)
    yield finding
    yield from _data(data_folder or folder)
    yield _lean()
    yield _docker()
    yield _key()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("ok", "Python", found)
    return Finding("wrong", "Python", f"{found} is not supported", "use Python 3.11, 3.12 or 3.13")


def _packages() -> Iterator[Finding]:
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        yield Finding("wrong", "packages", f"{', '.join(absent)} not installed", "pip install -e .")
    else:
        yield Finding("ok", "packages", ", ".join(f"{name} {_version(name)}" for name in _NEEDED))
    for name, purpose, remedy in _OPTIONAL:
        if importlib.util.find_spec(name) is None:
            yield Finding("missing", name, f"not installed; needed for {purpose}", remedy)
        else:
            yield Finding("ok", name, _version(name))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(version unknown)"


def _workspace(root: Path | None) -> tuple[Path | None, Finding]:
    if root is None:
        return None, Finding("wrong", "lean.json", "not found in this folder or above it", "run lyra in the cloned repository")
    try:
        config = read_config(root / "lean.json")
    except LyraError as e:
        return None, Finding("wrong", "lean.json", str(e), "git checkout lean.json")
    absent = [key for key in ("data-folder", "job-organization-id") if key not in config]
    folder = root / str(config.get("data-folder", "data"))
    if absent:
        return folder, Finding(
            "missing", "lean.json", f"{root / 'lean.json'} lacks {', '.join(absent)}, which the LEAN CLI wants", "git checkout lean.json"
        )
    return folder, Finding("ok", "lean.json", str(root / "lean.json"))


def _data(folder: Path | None) -> Iterator[Finding]:
    from lyra.marketdata.hours_and_properties import HOURS_FILE, PROPERTIES_FILE
    from lyra.marketdata.listing import list_data

    if folder is None or not folder.is_dir():
        yield Finding("wrong", "data folder", f"{folder or 'none'} is not there", "lyra demo, or --data-folder DIR")
        return
    reference = [name.as_posix() for name in (HOURS_FILE, PROPERTIES_FILE) if not (folder / name).is_file()]
    if reference:
        yield Finding("wrong", "data folder", f"{folder} lacks {', '.join(reference)}", "lyra data reference")
    else:
        yield Finding("ok", "data folder", str(folder))
    empty = True
    for holding in list_data(folder):
        empty = False
        made_up = " (made up)" if holding.synthetic else ""
        rows = "" if holding.rows is None else f", {holding.rows:,} rows"
        yield Finding("ok", "data", f"{holding.series.key}: {holding.first} to {holding.last}{rows}{made_up}")
    if empty:
        yield Finding("missing", "data", "no prices yet", "lyra data sample, lyra data import or lyra data generate")


def _docker() -> Finding:
    trouble = docker_trouble()
    if trouble is None:
        return Finding("ok", "Docker", "answers where the LEAN CLI looks for it")
    text, _, remedy = trouble.partition(": ")
    return Finding("missing", "Docker", f"{text}; only LEAN itself needs it", remedy)


def _lean() -> Finding:
    lean = find_lean()
    if lean is None:
        return Finding("missing", "lean", "the LEAN CLI is not installed; LEAN itself and the cloud need it", "pip install lean")
    return Finding("ok", "lean", str(lean))


def _key() -> Finding:
    """Whether there is a key, never what it is."""
    if os.environ.get("OPENROUTER_API_KEY"):
        return Finding("ok", "OpenRouter key", "set in OPENROUTER_API_KEY")
    return Finding("missing", "OpenRouter key", "not set; language models need it, backtests do not", "export OPENROUTER_API_KEY=…")
