"""Recording a backtest's votes: the algorithm is run in the mode `record` until the cassette has every answer.

A question depends on the market alone, so a run that stops for want of quota or money loses nothing: the next one is answered from the
cassette up to that point, in seconds, and asks on.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from lyra.council.batches import Batches
from lyra.engine.errors import ConfigError
from lyra.workspace.config import RunConfig, run_config
from lyra.workspace.runs import Report, execute
from lyra_ai.council import Endpoint
from lyra_ai.council.journal import read_journal
from lyra_ai.council.lean import MODE_VARIABLE
from lyra_ai.council.openrouter import KEY_PARAMETER
from lyra_ai.errors import QuotaExhausted

_GO_ON = "What is recorded is kept; call the command again to go on."
_PASSING = ("limited", "quota", "budget", "credits", "timeout", "network", "provider", "server", "resting")
"""Causes of a missing vote that another day, or more money, takes away."""
PATIENCE, WAITING = 60.0, 26 * 3600.0
"""Seconds that a call waits for batches: without and with `--wait`."""


@dataclass(frozen=True)
class Recorded:
    """What a recording run came to. `missing` counts abstentions of language models by cause."""

    report: Report
    models: int
    decisions: int
    answers: int
    asked: int
    cost: float
    missing: Mapping[str, int]
    cassettes: tuple[Path, ...]
    exhausted: QuotaExhausted | None

    @property
    def causes(self) -> list[str]:
        """Why votes are missing, and how many."""
        return [f"{count} abstentions ({cause})" for cause, count in sorted(self.missing.items())]

    def __str__(self) -> str:
        causes = "".join(f", {cause}" for cause in self.causes)
        return f"{self.decisions} decisions, {self.answers} answers, {self.asked} of them asked for now, {self.cost:.6f} USD{causes}."


def record_project(project: Path, parameters: list[str], data_folder: Path | None, wait: bool, batch: bool) -> bool:
    """Record a project's votes and say how it went; whether everything is recorded. Raises LyraError and LyraAIError."""
    config = run_config(project, parameters, None, [], data_folder)
    folder = config.output_folder(None)
    found = record_batches(config, folder, typer.echo, wait) if batch else record(config, folder, typer.echo, wait)
    if found.report.journal is None:
        raise ConfigError(f"{config.file} has no council that decides, so there is nothing to record.")
    if not found.models:
        raise ConfigError(f"The council of {config.file} has no language model, so there is nothing to record.")
    typer.echo(str(found))
    if found.exhausted is not None:
        typer.echo(f"{found.exhausted} {_GO_ON}", err=True)
        return False
    if found.report.error is not None:
        raise ConfigError(found.report.error)
    if found.missing.get("key") or found.missing.get("price"):
        Endpoint.openrouter(parameter=config.parameters.get(KEY_PARAMETER)).headers()
    if not found.answers:
        advice = " Is the council given a `mode`, or asked only while the algorithm warms up?" if found.missing.get("miss") else ""
        raise ConfigError(f"No language model answered: {', '.join(found.causes)}.{advice}")
    if late := sum(count for cause, count in found.missing.items() if cause in _PASSING):
        typer.echo(f"{late} votes are missing for causes that pass. {_GO_ON}", err=True)
        return False
    return True


def record(config: RunConfig, folder: Path, tell: Callable[[str], None], wait: bool = False) -> Recorded:
    """Run until all is recorded; with `wait` also over the days that a quota takes. Raises LyraError as a backtest does."""
    while True:
        with mode("record"):
            found = _counted(execute(config, folder, "recording", show=False))
        if found.exhausted is None or found.exhausted.again_at is None or not wait:
            return found
        tell(f"{found} {found.exhausted}")
        _sleep_until(found.exhausted.again_at)


def record_batches(config: RunConfig, folder: Path, tell: Callable[[str], None], wait: bool = False) -> Recorded:
    """Run in the mode `collect`, submit what is missing in batches, and run again when they are there, until nothing is missing.

    Without `wait` it gives up after a minute of waiting; the batches go on, and the next call takes them up.
    """
    endpoint = Endpoint.openrouter(parameter=config.parameters.get(KEY_PARAMETER))
    answers = -1
    while True:
        with mode("collect"):
            found = _counted(execute(config, folder, "recording", show=False))
        if found.exhausted is not None or found.report.error is not None or not found.cassettes:
            return found
        batches = [Batches(cassette, cassette.with_name("ledger.sqlite"), endpoint) for cassette in found.cassettes]
        try:
            sent = sum(batch.submit() for batch in batches)
        except QuotaExhausted as e:
            return replace(found, exhausted=e)
        if not sent and not any(batch.under_way() for batch in batches):
            return found
        if found.answers == answers:
            raise ConfigError(
                f"The batches brought no answers: {', '.join(found.causes)}. Without --batch the models are asked one by one."
            )
        answers = found.answers
        tell(f"{sent} requests submitted in batches.")
        if not all(batch.wait(tell, WAITING if wait else PATIENCE) for batch in batches):
            return replace(found, exhausted=QuotaExhausted("Batches are under way; they take up to a day."))


@contextmanager
def mode(name: str) -> Iterator[None]:
    """The council's mode for runs within it, by the environment, which the algorithm's own settings do not see."""
    before = os.environ.get(MODE_VARIABLE)
    os.environ[MODE_VARIABLE] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ[MODE_VARIABLE]
        else:
            os.environ[MODE_VARIABLE] = before


def _counted(report: Report) -> Recorded:
    lines = read_journal(report.journal) if report.journal is not None else []
    models = {m["name"] for line in lines if line["kind"] == "council" for m in line["members"] if m["family"] == "model"}
    votes: list[list[Any]] = [vote for line in lines if line["kind"] == "decision" for vote in line["votes"] if vote[0] in models]
    named = {line["settings"].get("cassette") for line in lines if line["kind"] == "council"}
    cassettes = tuple(sorted(Path(name) for name in named if name))
    asked = [vote for vote in votes if vote[6] == "asked" and vote[1] is not None]
    missing = Counter(str(vote[3]).split(":")[0] for vote in votes if vote[1] is None)
    return Recorded(report, len(models), sum(line["kind"] == "decision" for line in lines), sum(vote[1] is not None for vote in votes), len(asked),
                    sum(vote[4] for vote in votes if vote[6] == "asked"), missing, cassettes, _exhausted(report.exception))  # fmt: skip


def _exhausted(error: BaseException | None) -> QuotaExhausted | None:
    while error is not None and not isinstance(error, QuotaExhausted):
        error = error.__cause__ or error.__context__
    return error


def _sleep_until(moment: datetime) -> None:
    while (left := (moment - datetime.now(UTC).replace(tzinfo=None)).total_seconds()) > 0:
        time.sleep(min(left + 1, 600))
