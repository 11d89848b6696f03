"""What differs between a run of ours and a record of the real engine, from the first rung to the last.

The rungs, in this order: data points, order count, orders, order events, order list hash, statistics, total performance, profit and
loss, runtime statistics, charts, log. Ids of closed trades, wall-clock times and the machine's figures are not compared.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lyra.workspace.results import differing_places

_COMPLETED = re.compile(r"completed in \S+ seconds at \S+ data points per second")
_ID = re.compile(r"\b[0-9a-f]{32}\b")
_GUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Difference:
    """A rung that differs, where in it, and the two values (LEAN's, ours)."""

    rung: str
    place: str
    theirs: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.rung}: {self.place}: LEAN {_short(self.theirs)}, Lyra {_short(self.ours)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 240 else text[:237] + "..."


def load_record(file: Path) -> dict[str, Any]:
    """A record of the real engine (gzipped JSON)."""
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        return json.load(stream)  # type: ignore[no-any-return]


def record_of(folder: Path, name: str, data_points: int) -> dict[str, Any]:
    """The same of a run of ours, from its result folder."""
    result = json.loads((folder / f"{name}.json").read_text())
    events = folder / f"{name}-order-events.json"
    log = (folder / "log.txt").read_text().splitlines()
    hash_line = next((line for line in log if line.startswith("STATISTICS:: OrderListHash ")), "")
    return {
        "data_points": data_points, "orders": result["orders"], "order_events": json.loads(events.read_text()) if events.is_file() else [],
        "order_list_hash": hash_line.rpartition(" ")[2], "statistics": result["statistics"], "total_performance": result["totalPerformance"],
        "profit_loss": result["profitLoss"], "runtime_statistics": result["runtimeStatistics"], "charts": result["charts"],
        "log": (folder / f"{name}-log.txt").read_text().splitlines(), "state": result["state"],
    }  # fmt: skip


def differences(theirs: dict[str, Any], ours: dict[str, Any], limit: int = 3) -> list[Difference]:
    """What differs; at most `limit` places of each rung."""
    found: list[Difference] = []
    if (theirs["data_points"] or 0) != ours["data_points"]:  # LEAN counts none, not even zero, when it refuses a run before its first step
        found.append(Difference("data points", "total", theirs["data_points"], ours["data_points"]))
    if len(theirs["orders"]) != len(ours["orders"]):
        found.append(Difference("order count", "total", len(theirs["orders"]), len(ours["orders"])))
    for rung, key in (("orders", "orders"), ("order events", "order_events"), ("order list hash", "order_list_hash"),
                      ("statistics", "statistics"), ("total performance", "total_performance"), ("profit and loss", "profit_loss"),
                      ("runtime statistics", "runtime_statistics"), ("charts", "charts")):  # fmt: skip
        found += _compare(rung, theirs.get(key), ours.get(key), limit)
    found += _compare("log", _log(theirs["log"]), _log(ours["log"]), limit)
    return found


def _log(lines: list[str]) -> list[str]:
    """The lines without what is another in each run: wall-clock times and ids made at random."""
    text = "\n".join(lines).replace(" completed in S seconds at N data", " completed in 0 seconds at 0 data")
    text = _GUID.sub("<guid>", text)
    return _ID.sub("ID", _COMPLETED.sub("completed in S seconds at Kk data points per second", text)).split("\n")


def _compare(rung: str, theirs: Any, ours: Any, limit: int) -> list[Difference]:
    found: list[Difference] = []
    for place, their_value, our_value in differing_places("", theirs, ours):
        found.append(Difference(rung, place or "value", their_value, our_value))
        if len(found) == limit:
            break
    return found
