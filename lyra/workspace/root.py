"""Where the workspace is: the folder that holds lean.json."""

from __future__ import annotations

from pathlib import Path

LEAN_FILE = "lean.json"


def find_lean_file(*starts: Path) -> Path | None:
    """The nearest lean.json in one of the folders or above it."""
    for start in starts:
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / LEAN_FILE).is_file():
                return folder / LEAN_FILE
    return None


def source_root() -> Path:
    """The folder that holds the `lyra` package: the clone, when it is installed with `pip install -e`."""
    return Path(__file__).resolve().parents[2]


def workspace_root() -> Path | None:
    """The workspace of the present folder, else the clone's; None when there is none."""
    file = find_lean_file(Path.cwd(), source_root())
    return None if file is None else file.parent
