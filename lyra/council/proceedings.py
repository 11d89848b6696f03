"""The journal of a run: who sat in the council, what was decided with whose votes, and what came of it. One JSON object a line.

Three kinds of entries: `council` (the members and their settings), `decision` and, once its horizon has closed, `outcome`. Entries of
other kinds are passed over, so that a journal may hold more than is known here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from lyra_ai.council.journal import JOURNAL_VERSION
from lyra_ai.council.views import naive_utc
from lyra_ai.errors import JournalError

STATES = ("long", "short", "flat", "abstain")


@dataclass(frozen=True, slots=True)
class Member:
    """One who votes. `family` is `expert`, `model` or `function`; the dates are of a language model, None where they are not known."""

    name: str
    family: str
    model: str | None = None
    cutoff: date | None = None
    created: date | None = None
    paid: bool = False
    stage: int = 1


class Cast(NamedTuple):
    """A vote as it was cast: `probability` is None for an abstention, `cost` is in USD and `latency` in seconds."""

    member: str
    probability: float | None
    weight: float
    why: str
    cost: float
    latency: float
    source: str
    stage: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a decision: `rise` is 1 for a rise, 0 for a fall and 0.5 for neither, known from `time` on (UTC)."""

    time: datetime
    price: float
    rise: float


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `probability` is calibrated, `pooled` is not, `size` is the target as a fraction of the capital for this symbol."""

    n: int
    time: datetime
    symbol: str
    price: float
    due: datetime
    state: str
    probability: float | None
    pooled: float | None
    size: float
    why: str
    stages: int
    cost: float
    votes: tuple[Cast, ...]
    outcome: Outcome | None = None

    @property
    def horizon(self) -> timedelta:
        """From the decision to its due moment."""
        return self.due - self.time


@dataclass(frozen=True)
class Proceedings:
    """A run's entries, decisions in the order of time, and sentences on what is wrong with them but can be lived with."""

    members: dict[str, Member]
    settings: dict[str, Any]
    decisions: tuple[Decision, ...]
    remarks: tuple[str, ...] = field(default=())


def parse(entries: Iterable[Mapping[str, Any]]) -> Proceedings:
    """The entries of a journal with their types, each outcome at its decision. Raises JournalError, which names the entry."""
    members: dict[str, Member] = {}
    settings: dict[str, Any] | None = None
    decisions: list[Decision] = []
    latest: dict[int, int] = {}
    strangers = 0
    for number, entry in enumerate(entries, 1):
        try:
            kind = entry.get("kind")
            if kind == "council":
                _check_version(entry)
                members.update((m.name, m) for m in map(_member, entry["members"]))
                settings = dict(entry.get("settings") or {})
            elif kind == "decision":
                latest[int(entry["n"])] = len(decisions)
                decisions.append(_decision(entry))
            elif kind == "outcome":
                # A run that was started anew may count from 0 again: an outcome belongs to the last decision of its number.
                index = latest.get(int(entry["n"]))
                if index is None:
                    strangers += 1
                else:
                    decisions[index] = replace(decisions[index], outcome=_outcome(entry))
        except (KeyError, TypeError, ValueError, IndexError) as e:
            raise JournalError(f"Entry {number} of the journal is no valid {entry.get('kind')}: {type(e).__name__} {e}.") from e
    if settings is None:
        raise JournalError("The journal has no entry of kind council, so nobody knows who voted. It begins every run's journal.")
    remarks = (f"{strangers} outcomes belong to no decision of this journal and were left out.",) if strangers else ()
    decisions.sort(key=lambda d: d.time)
    return Proceedings(members, settings, tuple(decisions), remarks)


def _check_version(entry: Mapping[str, Any]) -> None:
    if entry.get("version") != JOURNAL_VERSION:
        raise JournalError(
            f"The journal has version {entry.get('version')}; this package reads version {JOURNAL_VERSION}. Use the one that wrote it."
        )


def _member(entry: Mapping[str, Any]) -> Member:
    return Member(str(entry["name"]), str(entry["family"]), entry.get("model"), _date(entry.get("cutoff")), _date(entry.get("created")),
                  bool(entry.get("paid", False)), int(entry.get("stage", 1)))  # fmt: skip


def _decision(entry: Mapping[str, Any]) -> Decision:
    if entry["state"] not in STATES:
        raise ValueError(f"state {entry['state']!r} is none of {', '.join(STATES)}")
    return Decision(
        int(entry["n"]), _moment(entry["time"]), str(entry["symbol"]), _price(entry["price"]), _moment(entry["due"]), str(entry["state"]),
        _probability(entry.get("p")), _probability(entry.get("pooled")), float(entry.get("size") or 0.0), str(entry.get("why") or ""),
        int(entry.get("stages") or 1), float(entry.get("cost") or 0.0), tuple(map(_cast, entry.get("votes") or ())),
    )  # fmt: skip


def _cast(vote: Any) -> Cast:
    member, p, weight, why, cost, latency, source, stage = vote
    return Cast(str(member), _probability(p), float(weight or 0.0), str(why or ""), float(cost or 0.0), float(latency or 0.0),
                str(source), int(stage))  # fmt: skip


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    rise = float(entry["rise"])
    if rise not in (0.0, 0.5, 1.0):
        raise ValueError(f"rise {rise} is none of 0, 0.5 and 1")
    return Outcome(_moment(entry["time"]), _price(entry["price"]), rise)


def _probability(value: Any) -> float | None:
    if value is None:
        return None
    if not 0.0 <= float(value) <= 1.0:
        raise ValueError(f"{value} is no probability")
    return float(value)


def _price(value: Any) -> float:
    if not 0.0 < float(value) < math.inf:
        raise ValueError(f"price {value} is not positive and finite")
    return float(value)


def _moment(text: str) -> datetime:
    return naive_utc(datetime.fromisoformat(text))


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])
