"""Where the commands find the workspace's data and its council folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lyra.workspace.config import data_folder_of, object_store_of, read_config
from lyra.workspace.root import workspace_root
from lyra_ai.council.lean import FOLDER


def data_in(given: Path | None) -> Path:
    """The data folder. Raises ConfigError where there is none."""
    return data_folder_of(*_workspace(), given)


def council_folder() -> Path:
    """Where cassettes and the ledger lie: in the workspace's object store."""
    return object_store_of(*_workspace()) / FOLDER


def _workspace() -> tuple[Path, dict[str, Any]]:
    """The workspace's root and its lean.json; this folder where there is none."""
    root = workspace_root()
    return (Path.cwd(), {}) if root is None else (root, read_config(root / "lean.json"))


def budget_name(command: str) -> str:
    """What the ledger calls this call of a command: its budget is its own, whatever earlier calls have spent."""
    return f"{command} of {datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
