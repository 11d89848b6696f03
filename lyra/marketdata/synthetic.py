"""The ledger of made-up series in a data folder, `lyra-synthetic.json`: nobody shall take generated prices for real ones."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from lyra.marketdata.files import write_atomic
from lyra.marketdata.layout import Series

FILE = "lyra-synthetic.json"


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """How each made-up series was made, by its key; empty if the ledger is missing or broken."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def remember(folder: Path, series: Series, how: dict[str, Any]) -> None:
    """Enter a series."""
    write_atomic(folder / FILE, (json.dumps(read(folder) | {series.key: how}, indent=1, sort_keys=True) + "\n").encode())


def clear(folder: Path, series: Series) -> bool:
    """Delete a made-up series, so that real data can take its place; whether it was one. Real data are never touched."""
    ledger = read(folder)
    if ledger.pop(series.key, None) is None:
        return False
    for path in series_files(folder, series):
        path.unlink(missing_ok=True)
    write_atomic(folder / FILE, (json.dumps(ledger, indent=1, sort_keys=True) + "\n").encode())
    return True


def series_files(folder: Path, series: Series) -> list[Path]:
    """The files of a series on disk, in order."""
    if series.whole:
        path = folder / series.path()
        return [path] if path.is_file() else []
    return sorted((folder / series.path(date(2000, 1, 1)).parent).glob(f"*_{series.tick_name}.zip"))
