"""The report on a run: found by its results, printed, and kept beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import typer

from lyra.council.measures import Sizing
from lyra.council.places import council_folder
from lyra.council.report import Report, report
from lyra.engine.errors import ConfigError
from lyra.workspace.runs import JOURNAL
from lyra_ai.council import Rules
from lyra_ai.council.journal import read_journal
from lyra_ai.errors import LyraAIError, SettingError

REPORT, PICTURE = "council-report.json", "council.png"


def report_run(run: Path, fee: float, picture: bool) -> None:
    """Print the report on a run and keep it among its results. Raises LyraError and LyraAIError."""
    journal = find_journal(run)
    found = judge(journal, fee)
    typer.echo(found.text())
    kept = journal.parent / REPORT
    kept.write_text(json.dumps(found.to_dict(), indent=1) + "\n", encoding="utf-8")
    typer.echo(f"Report: {kept}")
    if picture:
        try:
            found.picture(journal.parent / PICTURE)
            typer.echo(f"Picture: {journal.parent / PICTURE}")
        except LyraAIError as e:
            typer.echo(f"No picture: {e}", err=True)


def judge(journal: Path, fee: float = 0.001) -> Report:
    """The report on a journal, with the account's value where the run's results lie beside it. Raises JournalError."""
    lines = read_journal(journal)
    settings: Mapping[str, Any] = next((line["settings"] for line in lines if line.get("kind") == "council"), {})
    return report(lines, rng=np.random.default_rng(0), fee=fee, equity=_equity(journal.parent), sizing=_sizing(settings))


def find_journal(run: Path) -> Path:
    """The journal of a run's results, of a project's last run, or the file itself. Raises ConfigError."""
    if run.is_file():
        return run
    if not run.is_dir():
        raise ConfigError(f"There is no run, project or journal at {run}.")
    runs = sorted((run / "backtests").glob("*/"), key=lambda folder: folder.name, reverse=True) if (run / "backtests").is_dir() else [run]
    for folder in runs:
        if (folder / JOURNAL).is_file():
            return folder / JOURNAL
        # Under LEAN itself the journal stays in the object store, by the run's id.
        for result in folder.glob("*-summary.json"):
            stored = council_folder() / "journals" / f"{result.name.removesuffix('-summary.json')}.jsonl"
            if stored.is_file():
                return stored
    raise ConfigError(
        f"No run in {run} has a council's journal. An algorithm with an AlgorithmCouncil writes one: lyra backtest algorithms/council_btc"
    )


def _sizing(settings: Mapping[str, Any]) -> Sizing | None:
    """The council's own rule from a probability to a target; None where the journal does not tell it."""
    try:
        rules = Rules(band=settings["band"], full=settings["full"], size=settings["size"], short=settings["short"], weak=settings["weak"])
    except (KeyError, SettingError):
        return None

    def target(probability: float | None) -> float | None:
        if probability is None:
            return 0.0 if settings.get("failure") == "flat" else None
        state = rules.state(probability)
        return None if state.value == "abstain" else rules.amount(probability, state)

    return target


def _equity(folder: Path) -> Sequence[tuple[datetime, float]] | None:
    """The account's value from LEAN's result file: the closes of the equity chart."""
    for path in folder.glob("*-summary.json"):
        whole = path.with_name(path.name.replace("-summary", ""))
        try:
            points = json.loads(whole.read_text(encoding="utf-8"))["charts"]["Strategy Equity"]["series"]["Equity"]["values"]
            return [(datetime.fromtimestamp(point[0], UTC).replace(tzinfo=None), float(point[-1])) for point in points]
        except (OSError, ValueError, KeyError, IndexError, TypeError):
            return None
    return None
