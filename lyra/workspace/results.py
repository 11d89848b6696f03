"""A run's result folder, read: of the embedded engine and of LEAN itself, which leave the same files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lyra.engine.errors import ConfigError

_RUN_FOLDERS = ("backtests", "live", "optimizations")
_DATA_IN_CONTAINER = "/Lean/Data"
_SIDE_FILES = ("-summary", "-order-events")


@dataclass(frozen=True)
class RunResult:
    """What a run left. All numbers with a point are `Decimal`, so that a cent is a cent."""

    folder: Path
    id: str
    result: dict[str, Any]
    """The content of `<id>.json`."""
    events: list[dict[str, Any]] = field(default_factory=list)
    """The content of `<id>-order-events.json`; empty where a run had none."""
    order_list_hash: str = ""

    def part(self, name: str) -> dict[str, Any]:
        """A part of the result, such as `orders`; empty where it lacks."""
        value = self.result.get(name)
        return value if isinstance(value, dict) else {}

    @property
    def statistics(self) -> dict[str, str]:
        """The summary's figures and, where the log tells it, the hash of all orders."""
        hashed = {"OrderListHash": self.order_list_hash} if self.order_list_hash else {}
        return {name: str(value) for name, value in self.part("statistics").items()} | hashed

    @property
    def parameters(self) -> dict[str, str]:
        """What the algorithm was given."""
        return dict(self.part("algorithmConfiguration").get("parameters") or {})

    @property
    def status(self) -> str:
        """LEAN's word for how it ended, such as Completed; empty where it is not told."""
        return str(self.part("state").get("Status") or "")

    def equity(self) -> list[tuple[datetime, Decimal]]:
        """Moments (UTC) and the account's value at the end of each sample."""
        series = self.part("charts").get("Strategy Equity", {}).get("series", {}).get("Equity", {})
        return [(moment(point[0]), point[-1]) for point in map(_point, series.get("values", ())) if point[-1] is not None]

    def data_files(self) -> list[str]:
        """Paths within the data folder of what LEAN read, as its data monitor tells them; the embedded engine writes no such list."""
        lines = [
            line for file in self.folder.glob("succeeded-data-requests-*.txt") for line in file.read_text(encoding="utf-8").splitlines()
        ]
        return sorted({line.strip().removeprefix(_DATA_IN_CONTAINER).lstrip("/").partition("#")[0] for line in lines if line.strip()})


def moment(seconds: Any) -> datetime:
    """UTC, of seconds since 1970."""
    return datetime.fromtimestamp(float(seconds), UTC)


def _point(point: Any) -> list[Any]:
    """A chart's point as a list; LEAN also writes `{"x":…, "y":…}`."""
    return [point.get("x"), point.get("y")] if isinstance(point, dict) else point


def find_run(path: Path) -> Path:
    """The folder of a run: the path itself, or the last run of a project. Raises ConfigError where there is none."""
    if not path.is_dir():
        raise ConfigError(f"There is no run or project at {path}.")
    if result_file(path) is not None:
        return path
    runs = [folder for kind in _RUN_FOLDERS if (path / kind).is_dir() for folder in (path / kind).iterdir() if folder.is_dir()]
    for folder in sorted(runs, key=lambda folder: folder.name, reverse=True):
        if result_file(folder) is not None:
            return folder
    raise ConfigError(f"{path} holds no results: neither a run's <id>.json nor a project's backtests.")


def result_file(folder: Path) -> Path | None:
    """`<id>.json` of a result folder; the id stands in its `config`, else it is the one file of that shape."""
    try:
        name = json.loads((folder / "config").read_text(encoding="utf-8")).get("id")
    except (OSError, ValueError, AttributeError):
        name = None
    # LEAN calls the results of live trading L-<id>.
    for named in (f"{name}.json", f"L-{name}.json"):
        if name is not None and (folder / named).is_file():
            return folder / named
    found = [file for file in sorted(folder.glob("*.json")) if not file.stem.endswith(_SIDE_FILES) and _is_result(file)]
    return found[0] if len(found) == 1 else None


def _is_result(file: Path) -> bool:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and "statistics" in content and "orders" in content


def read_run(path: Path) -> RunResult:
    """Read a run's folder, or a project's last run. Raises ConfigError for what is missing or damaged."""
    folder = find_run(path)
    file = result_file(folder)
    assert file is not None
    result = _read_json(file)
    if not isinstance(result, dict):
        raise ConfigError(f"{file} is no result of a run.")
    events_file = folder / f"{file.stem}-order-events.json"
    events = _read_json(events_file) if events_file.is_file() else []
    if not isinstance(events, list):
        raise ConfigError(f"{events_file} holds no list of order events.")
    return RunResult(folder, file.stem, result, events, _order_list_hash(folder / "log.txt"))


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_constant=str)
    except json.JSONDecodeError as e:
        raise ConfigError(f"{file} is not valid JSON: {e.msg} in line {e.lineno}.") from e
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{file} cannot be read: {e}.") from e


def _order_list_hash(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.split()[-1] for line in reversed(lines) if "STATISTICS:: OrderListHash " in line), "")


def differing_places(place: str, first: Any, second: Any) -> Iterator[tuple[str, Any, Any]]:
    """Where two values of JSON differ, with what stands there; the ids of closed trades are made at random and do not count."""
    if isinstance(first, dict) and isinstance(second, dict):
        keys = [key for key in first if key != "id" or not _is_trade(first)]
        for key in sorted(keys, key=_number_first):
            if key not in second:
                yield f"{place}/{key}", first[key], "(missing)"
            else:
                yield from differing_places(f"{place}/{key}", first[key], second[key])
        for key in second:
            if key not in first:
                yield f"{place}/{key}", "(missing)", second[key]
    elif isinstance(first, list) and isinstance(second, list):
        for i, (one, other) in enumerate(zip(first, second, strict=False)):
            yield from differing_places(f"{place}[{i}]", one, other)
        if len(first) != len(second):
            yield f"{place} length", len(first), len(second)
    elif first != second and (first or second):
        yield place, first, second


def _is_trade(fields: dict[str, Any]) -> bool:
    return "entryTime" in fields and "exitTime" in fields


def _number_first(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (2**31, key)
