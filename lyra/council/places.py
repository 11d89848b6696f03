"""Where the commands find the workspace's data and its council folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from lyra.workspace.config import data_folder_of, object_store_of, workspace_here
from lyra_ai.council.lean import FOLDER


def data_in(given: Path | None) -> Path:
    """The data folder. Raises ConfigError where there is none."""
    return data_folder_of(*workspace_here(), given)


def council_folder() -> Path:
    """Where cassettes and the ledger lie: in the workspace's object store."""
    return object_store_of(*workspace_here()) / FOLDER


def budget_name(command: str) -> str:
    """What the ledger calls this call of a command: its budget is its own, whatever earlier calls have spent."""
    return f"{command} of {datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
