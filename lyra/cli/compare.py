"""`lyra compare`: two runs side by side, and where they part."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from lyra.cli.backtest import fail
from lyra.crosscheck.compare import Comparison, Row, compare
from lyra.engine.errors import LyraError
from lyra.workspace.results import RunResult, read_run

DIFFERENT, TROUBLE = 1, 2
"""Exit codes, as those of diff."""
_ORDERS_SHOWN = 20


def run_compare(first: Path, second: Path) -> None:
    """Show both; exits with 0 when they are equal, with 1 when they differ, with 2 when one cannot be read."""
    try:
        runs = read_run(first), read_run(second)
    except LyraError as e:
        raise fail(str(e), TROUBLE) from None
    found = compare(*runs)
    _show(found, *runs)
    if found.first is None:
        typer.echo("The runs are equal: every order event, every sample of equity, every figure.")
        return
    typer.echo(f"First difference: {found.first.sentence}")
    raise typer.Exit(DIFFERENT)


def _show(found: Comparison, first: RunResult, second: RunResult) -> None:
    for name, run in (("A", first), ("B", second)):
        typer.echo(
            f"{name}: {run.folder} ({run.id}, {run.status or 'no status'}, {len(run.part('orders'))} orders, {len(run.events)} order events)"
        )
    console = Console()
    if any(row.differs for row in found.parameters):
        console.print(_table("Parameters", found.parameters))
    console.print(_orders_table(found.orders))
    console.print(_table("Equity", found.equity))
    console.print(_table("Statistics", found.statistics))


def _orders_table(rows: list[Row]) -> Table:
    """The orders around the first that differs; the first ones where none does."""
    parts = next((i for i, row in enumerate(rows) if row.differs), 0)
    begin = max(0, parts - 2)
    shown = rows[begin : begin + _ORDERS_SHOWN]
    count = sum(row.differs for row in rows)
    title = f"Orders ({len(rows)}, {f'{count} differ' if count else 'all alike'})"
    return _table(title + (f", {begin + 1} to {begin + len(shown)} shown" if len(shown) < len(rows) else ""), shown)


def _table(title: str, rows: list[Row]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=False)
    for heading in ("", "A", "B", ""):
        table.add_column(heading, overflow="fold")
    for row in rows:
        style = "bold red" if row.differs else None
        table.add_row(row.name, row.first, row.second, "≠" if row.differs else "", style=style)
    return table
