"""`lyra cloud`: what would travel to QuantConnect's cloud, and sending it there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="QuantConnect's cloud: what would travel there, and sending it.", no_args_is_help=True)

_SHOWN = 25


class Plan(StrEnum):
    """QuantConnect's plans."""

    FREE = "free"
    RESEARCHER = "researcher"
    TEAM = "team"
    TRADING_FIRM = "trading-firm"
    INSTITUTION = "institution"


PlanOption = Annotated[Plan, typer.Option("--plan", help="QuantConnect's plan: its quota of files.")]
ProjectArgument = Annotated[Path | None, typer.Argument(help="A project; all of the workspace without.")]


@app.command()
def check(project: ProjectArgument = None, plan: PlanOption = Plan.RESEARCHER) -> None:
    """Say what would not travel to the cloud, or not work there. Exits with 1 when something is wrong.

    Example: `lyra cloud check algorithms/council_btc`
    """
    from lyra.cli.backtest import sentences

    with sentences():
        root, folders = _projects(project)
        fits = _check(root, folders, plan)
    if not fits:
        raise typer.Exit(1)


@app.command()
def push(
    project: ProjectArgument = None,
    lean_options: Annotated[
        list[str] | None, typer.Argument(metavar="LEAN_OPTION", help="After `--`: further options of the LEAN CLI.")
    ] = None,
    organization: Annotated[
        str | None, typer.Option("--organization", help="Id of your organization; else lean.json's, else the last one.")
    ] = None,
    plan: PlanOption = Plan.RESEARCHER,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Push in spite of what the check finds wrong.")] = False,
) -> None:
    """Send projects, and the libraries that they use, to QuantConnect's cloud, after a check.

    Example: `lyra cloud push algorithms/council_btc`
    """
    from lyra.cli.backtest import fail, sentences
    from lyra.leancli import push as cloud
    from lyra.leancli.cloud_check import is_library
    from lyra.leancli.tools import lean_needed

    with sentences():
        root, folders = _projects(project)
        lean = lean_needed()
        cloud.login_needed()
        if not _check(root, folders, plan) and not unchecked:
            raise fail("Nothing was pushed: correct what is wrong, or push with --unchecked.")
        copy = cloud.stage(root, folders, organization)
        for folder in folders:
            if not is_library(root, folder) or len(folders) == 1:
                cloud.push(lean, copy, folder.relative_to(root), lean_options or [], typer.echo)


def _projects(project: Path | None) -> tuple[Path, list[Path]]:
    """The workspace, and the projects in question, libraries first. Raises LyraError."""
    from lyra.engine.errors import ConfigError
    from lyra.leancli.cloud_check import projects, with_libraries
    from lyra.leancli.run import lean_project
    from lyra.workspace.root import workspace_root

    if project is not None:
        if not project.is_dir():
            raise ConfigError(f"There is no project at {project}.")
        found = lean_project(project)
        return found.root, with_libraries(found.root, found.path)
    root = workspace_root()
    if root is None:
        raise ConfigError("There is no workspace here: run it in the cloned repository.")
    return root, projects(root)


def _check(root: Path, folders: list[Path], plan: Plan) -> bool:
    from lyra.leancli.cloud_check import KILOBYTE, check_project

    fits = True
    for folder in folders:
        found = check_project(root, folder, plan.value)
        fits = fits and found.fits
        mark, color = ("fits ", typer.colors.GREEN) if found.fits else ("WRONG", typer.colors.RED)
        size = f"{len(found.files)} files, {found.size / KILOBYTE:.0f} KB, the largest {found.largest / KILOBYTE:.1f} KB"
        typer.echo(f"{typer.style(mark, fg=color)}  {found.name}: {size}")
        findings = sorted(found.findings, key=lambda finding: not finding.wrong)
        for finding in findings[:_SHOWN]:
            label, color = ("wrong", typer.colors.RED) if finding.wrong else ("note ", typer.colors.YELLOW)
            typer.echo(f"    {typer.style(label, fg=color)}  {finding.place + ': ' if finding.place else ''}{finding.text}")
        if len(findings) > _SHOWN:
            typer.echo(f"    and {len(findings) - _SHOWN} more")
    return fits
