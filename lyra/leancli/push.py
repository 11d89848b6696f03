"""`lean cloud push` from a copy of what is to travel.

The CLI writes the cloud's ids into each pushed project's config.json. Pushed from a copy that git ignores, they do not change what is tracked,
and nothing but the sources, their settings and the ids is there to be uploaded.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lyra.engine.errors import ConfigError
from lyra.leancli.cloud_check import libraries_of
from lyra.leancli.tools import LeanError
from lyra.workspace.config import read_config
from lyra.workspace.projects import sources
from lyra.workspace.root import LEAN_FILE

COPY = Path(".lyra") / "cloud"
"""The copy, in the workspace."""
_IDS = ("cloud-id", "organization-id")
_CREDENTIALS = Path(".lean") / "credentials"


def login_needed() -> None:
    """Raises LeanError where nobody is logged in at QuantConnect."""
    try:
        known = json.loads((Path.home() / _CREDENTIALS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if not isinstance(known, dict) or not known.get("user-id") or not known.get("api-token"):
        raise LeanError("Nobody is logged in at QuantConnect on this machine: lean login (pushing needs a paid plan there).")


def stage(root: Path, folders: Sequence[Path], organization: str | None) -> Path:
    """Copy projects and libraries as they are to travel; the copy's folder. The ids of earlier pushes are kept."""
    copy = root / COPY
    _write(copy / LEAN_FILE, _lean_config(root, copy, organization), end="")
    for folder in folders:
        target = copy / folder.relative_to(root)
        config = read_config(folder / "config.json")
        known = read_config(target / "config.json") if (target / "config.json").is_file() else {}
        shutil.rmtree(target, ignore_errors=True)
        for source in sources(folder):
            place = target / source.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
        libraries = libraries_of(root, folder)
        ids = {key: known[key] for key in _IDS if key in known}
        _write(target / "config.json", ids | config | ({"libraries": libraries} if libraries else {}))
    return copy


def _lean_config(root: Path, copy: Path, organization: str | None) -> dict[str, Any]:
    """The least that the CLI wants. The organization is the given one, else lean.json's, else that of the last push."""
    config = read_config(root / LEAN_FILE)
    known = read_config(copy / LEAN_FILE) if (copy / LEAN_FILE).is_file() else {}
    chosen = organization or config.get("job-organization-id") or known.get("job-organization-id") or ""
    return {"data-folder": "data", "job-organization-id": chosen, "file-database-last-update": "01/01/2099 00:00:00"}


def _write(file: Path, content: dict[str, Any], end: str = "\n") -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=4) + end, encoding="utf-8")
    except OSError as e:
        raise ConfigError(f"{file} could not be written: {e.strerror}.") from e


def push(lean: Path, copy: Path, project: Path, more: Sequence[str], say: Callable[[str], None]) -> None:
    """Push one project of the copy, with its libraries, by the CLI at `lean`. Raises LeanError when the CLI could not: it says so and exits with 0."""
    command = [str(lean), "cloud", "push", "--project", project.as_posix(), *more]
    failed = False
    with subprocess.Popen(
        command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            failed = failed or line.startswith("Cannot push")
            say(line.rstrip("\n"))
    if failed or run.returncode != 0:
        raise LeanError(f"{project.as_posix()} was not pushed; what lean says above tells why.")
