"""What a run is to use: lean.json, the project's config.json, and what the command line says over both."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lyra.engine.errors import ConfigError
from lyra.workspace.root import LEAN_FILE, find_lean_file, workspace_root

_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)


@dataclass
class RunConfig:
    """Everything about a run but its name and output."""

    file: Path
    is_file: bool
    data_folder: Path
    parameters: dict[str, str] = field(default_factory=dict)
    object_store: Path | None = None
    description: str = ""

    def output_folder(self, given: Path | None) -> Path:
        """The folder for results: the given one, else a new one beside the project, named by the time."""
        return given if given is not None else new_run_folder(self.file.parent / "backtests")


def new_run_folder(parent: Path) -> Path:
    """One in there that is named by the time, as the LEAN CLI names them, and that does not exist."""
    base = parent / f"{datetime.now():%Y-%m-%d_%H-%M-%S}"
    folder, number = base, 2
    while folder.exists():
        folder = base.with_name(f"{base.name}-{number}")
        number += 1
    return folder


def run_config(project: Path, parameters: list[str], lean_config: Path | None, extra: list[str], data_folder: Path | None) -> RunConfig:
    """Put a run's configuration together. Raises ConfigError for what is missing or malformed."""
    file = algorithm_file(project)
    is_file = project.is_file()
    own = read_config(file.parent / "config.json") if (file.parent / "config.json").is_file() else {}
    lean_file = _lean_file(file, lean_config)
    lean = read_config(lean_file) if lean_file is not None else {}
    lean |= _pairs(extra, "--extra-config")
    # As in the LEAN CLI, each source of parameters stands for all of those below it.
    chosen = own.get("parameters", lean.get("parameters"))
    merged = _pairs(parameters, "--parameter") or {str(k): str(v) for k, v in _mapping(chosen).items()}
    root = lean_file.parent if lean_file is not None else Path.cwd()
    folder = data_folder_of(root, lean, data_folder)
    return RunConfig(file, is_file, folder, merged, object_store_of(root, lean), str(own.get("description", "")))


def data_folder_of(root: Path, lean: dict[str, Any], given: Path | None) -> Path:
    """The data folder of a workspace with this lean.json. Raises ConfigError where there is none."""
    folder = given if given is not None else root / str(lean.get("data-folder", "data"))
    if not folder.is_dir():
        raise ConfigError(f"There is no data folder at {folder}. Give one with --data-folder, or run `lyra demo`, which makes one.")
    return folder


def workspace_here() -> tuple[Path, dict[str, Any]]:
    """The root of the workspace of the present folder, and its lean.json; the folder itself where there is none."""
    root = workspace_root()
    return (Path.cwd(), {}) if root is None else (root, read_config(root / LEAN_FILE))


def object_store_of(root: Path, lean: dict[str, Any]) -> Path:
    """The folder of a workspace's object store."""
    store = lean.get("object-store-root")
    return Path(store) if store else root / "storage"


def algorithm_file(project: Path) -> Path:
    """The Python file of a project: its main.py, or the file itself. Raises ConfigError where there is none."""
    if project.is_dir():
        file = project / "main.py"
        if not file.is_file():
            raise ConfigError(f"{project} has no main.py; `lyra new NAME` makes a project that has one.")
        return file
    if not project.is_file():
        near = Path("algorithms") / project
        raise ConfigError(f"There is no project or file at {project}." + (f" Did you mean {near}?" if near.exists() else ""))
    if project.suffix != ".py":
        raise ConfigError(f"{project} is no Python file.")
    return project


def _lean_file(file: Path, given: Path | None) -> Path | None:
    if given is None:
        return find_lean_file(file.parent, Path.cwd())
    if not given.is_file():
        raise ConfigError(f"There is no lean.json at {given}.")
    return given


def read_config(file: Path) -> dict[str, Any]:
    """A JSON file that may hold comments, as LEAN writes them. Raises ConfigError with the line of a mistake."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{file} cannot be read: {e}.") from e
    plain = _COMMENT.sub(lambda m: m.group(1) or re.sub(r"[^\n]", " ", m.group(0)), text)
    try:
        value = json.loads(plain)
    except json.JSONDecodeError as e:
        raise ConfigError(f"{file} is not valid JSON: {e.msg} in line {e.lineno}.") from e
    if not isinstance(value, dict):
        raise ConfigError(f"{file} does not hold a JSON object.")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _pairs(items: list[str], option: str) -> dict[str, str]:
    pairs = {}
    for item in items:
        key, separator, value = item.partition("=")
        if not separator or not key:
            raise ConfigError(f"{option} needs a key and a value: {option} KEY VALUE.")
        pairs[key] = value
    return pairs
