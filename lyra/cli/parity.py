"""`lyra parity`: LEAN's regression algorithms, one line each, and a total per tier."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import typer

from lyra.cli.backtest import fail, sentences
from lyra.parity.suite import DIFFERS, EQUAL, FAILED, NO_DATA, NOT_SUPPORTED, Outcome, load_suite, read_equal, write_equal
from lyra.workspace.root import source_root

_VERDICTS = (EQUAL, DIFFERS, NOT_SUPPORTED, FAILED, NO_DATA)
_COLORS = {EQUAL: typer.colors.GREEN, DIFFERS: typer.colors.RED, FAILED: typer.colors.RED, NOT_SUPPORTED: typer.colors.YELLOW}


def run_parity(names: list[str], lean: Path, data_folder: Path | None, tier: str | None, expected: Path | None, remember: bool,
               verbose: bool) -> None:  # fmt: skip
    """Run and tell. Exits with 1 when an algorithm of the list is no longer equal."""
    with sentences(verbose):
        suite = load_suite(lean, data_folder, _folders(expected))
        chosen = suite.chosen(names, tier)
    outcomes: list[Outcome] = []
    for outcome in suite.run(chosen, os.cpu_count() or 1):
        outcomes.append(outcome)
        head = f"{len(outcomes):>3}/{len(chosen)} {outcome.verdict:<13} {outcome.name}"
        typer.secho(f"{head} ({outcome.seconds:.1f} s)", fg=_COLORS.get(outcome.verdict))
        if outcome.detail:
            typer.echo(f"      {outcome.detail}")
    _print_totals(outcomes)
    known = read_equal()
    lost = sorted(o.name for o in outcomes if o.name in known and o.verdict not in (EQUAL, NO_DATA))
    if remember:
        write_equal((known - {o.name for o in outcomes if o.verdict != NO_DATA}) | {o.name for o in outcomes if o.verdict == EQUAL})
    if lost and not remember:
        raise fail(f"no longer equal to LEAN: {', '.join(lost)}")


def _folders(expected: Path | None) -> list[Path]:
    """Where expectations and records are looked for."""
    base = [source_root().parent / "shared"] if expected is None else [expected]
    return [folder for one in base for folder in (one, one / "reference", one / "lean-golden") if folder.is_dir()]


def _print_totals(outcomes: list[Outcome]) -> None:
    counts = Counter((o.tier, o.verdict) for o in outcomes)
    typer.echo()
    typer.echo(f"{'tier':<8}{'all':>6}" + "".join(f"{verdict:>15}" for verdict in _VERDICTS))
    for tier in sorted({o.tier for o in outcomes}):
        row = [counts[tier, verdict] for verdict in _VERDICTS]
        typer.echo(f"{tier or '-':<8}{sum(row):>6}" + "".join(f"{count:>15}" for count in row))
