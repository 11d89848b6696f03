"""A council's votes and weights, out of a run's journal, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lyra.council.proceedings import Decision, parse
from lyra_ai.council.journal import read_journal

MOMENTS = 6
"""Rows of the table of weights."""


def show_votes(journal: Path) -> None:
    """Print the last decision with its votes, and the members' weights over time. Raises JournalError."""
    from rich.console import Console
    from rich.table import Table

    decisions = [decision for decision in parse(read_journal(journal)).decisions if decision.pooled is not None]
    if not decisions:
        return
    last = decisions[-1]
    votes = Table("member", "votes", "weight", title="Last votes", title_justify="left",
                  caption=f"{last.symbol}, {last.time:%Y-%m-%d %H:%M} UTC", caption_justify="left")  # fmt: skip
    for vote in last.votes:
        votes.add_row(vote.member, f"abstains: {vote.why}" if vote.probability is None else f"{vote.probability:.3f}", f"{vote.weight:.2f}")
    Console().print(votes)
    target = f", target {last.size:+.0%}" if last.state in ("long", "short") else ""
    print(f"Pool {last.pooled:.3f}, calibrated {last.probability:.3f}: {last.state}{target}.\n")
    Console().print(_weights(decisions))


def _weights(decisions: Sequence[Decision]) -> object:
    from rich.table import Table

    moments = _moments(decisions)
    table = Table("member", *(f"{moment.time:%Y-%m}" for moment in moments), title="Weights over time", title_justify="left",
                  caption="Equal until enough horizons have closed.", caption_justify="left")  # fmt: skip
    weights = [{vote.member: vote.weight for vote in moment.votes} for moment in moments]
    for name in [vote.member for vote in decisions[-1].votes]:
        table.add_row(name, *(f"{one.get(name, 0.0):.2f}" for one in weights))
    return table


def _moments(decisions: Sequence[Decision]) -> list[Decision]:
    """Some decisions, evenly over the run."""
    first, last = decisions[0].time, decisions[-1].time
    marks: list[datetime] = [first + (last - first) * k / (MOMENTS - 1) for k in range(MOMENTS)]
    return [next(decision for decision in decisions if decision.time >= mark) for mark in marks]
