"""Where the commands find the workspace's data and its council folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from lyra.engine.errors import ConfigError
from lyra.workspace.root import workspace_root
from lyra_ai.council.lean import FOLDER


def data_in(given: Path | None) -> Path:
    """The data folder. Raises ConfigError where there is none."""
    root = workspace_root()
    folder = given or (root or Path.cwd()) / "data"
    if not folder.is_dir():
        raise ConfigError(f"There is no data folder at {folder}. Give one with --data-folder, or run `lyra demo`, which makes one.")
    return folder


def council_folder() -> Path:
    """Where cassettes and the ledger lie: in the workspace's object store."""
    return (workspace_root() or Path.cwd()) / "storage" / FOLDER


def budget_name(command: str) -> str:
    """What the ledger calls this call of a command: its budget is its own, whatever earlier calls have spent."""
    return f"{command} of {datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
