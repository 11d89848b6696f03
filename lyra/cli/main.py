"""The `lyra` command: each subcommand lives in a module of its own, which is imported when it is called."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lyra.cli.ai import app as ai_app
from lyra.cli.cloud import app as cloud_app
from lyra.cli.data import app as data_app


class Engine(StrEnum):
    """What runs a backtest."""

    EMBEDDED = "embedded"
    LEAN = "lean"


class Direction(StrEnum):
    """Where an optimization goes."""

    MIN = "min"
    MAX = "max"


app = typer.Typer(
    name="lyra",
    help="Run QuantConnect LEAN Python algorithms on this machine, with LEAN's own results.\n\nStart with `lyra demo`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)

Verbose = Annotated[bool, typer.Option("--verbose", help="Show tracebacks of Lyra itself.")]
LeanOptions = Annotated[list[str] | None, typer.Argument(metavar="LEAN_OPTION", help="After `--`: further options of the LEAN CLI.")]
DataFolder = Annotated[Path | None, typer.Option("--data-folder", help="LEAN data folder; else the one in lean.json, else data/.")]


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"lyra {version('lyra-trading')}")
        raise typer.Exit


@app.callback()
def _main(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False) -> None:
    pass


@app.command()
def demo(verbose: Verbose = False) -> None:
    """Fetch real sample data once, run an example on it and print its statistics.

    Example: `lyra demo`
    """
    from lyra.cli.demo import run_demo

    run_demo(verbose)


@app.command()
def backtest(
    project: Annotated[Path, typer.Argument(help="A project folder with main.py, or a Python file.")],
    output: Annotated[Path | None, typer.Option("--output", help="Folder for the results; else PROJECT/backtests/TIME.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", help="KEY VALUE, repeatable; takes the place of all in config.json, as in the LEAN CLI.", metavar="KEY VALUE"
        ),
    ] = None,
    backtest_name: Annotated[str | None, typer.Option("--backtest-name", help="Name of the run.")] = None,
    lean_config: Annotated[Path | None, typer.Option("--lean-config", help="The lean.json to use.")] = None,
    extra_config: Annotated[list[str] | None, typer.Option("--extra-config", help="KEY VALUE, repeatable.", metavar="KEY VALUE")] = None,
    data_folder: DataFolder = None,
    engine: Annotated[Engine, typer.Option("--engine", help="The embedded engine, or LEAN itself in Docker.")] = Engine.EMBEDDED,
    lean_options: LeanOptions = None,
    verbose: Verbose = False,
) -> None:
    """Run a backtest on the embedded engine, or with `--engine lean` on LEAN itself.

    Example: `lyra backtest algorithms/ema_cross_btc --parameter ema-fast 10`
    """
    from lyra.cli.backtest import fail, run_backtest

    if engine is Engine.LEAN:
        from lyra.cli.lean import run_backtest as run_lean

        if data_folder is not None:
            raise fail("--data-folder is for the embedded engine: LEAN itself reads the folder that lean.json names.", 2)
        run_lean(project, output, parameter or [], backtest_name, lean_config, extra_config or [], lean_options or [], verbose)
        return
    if lean_options:
        raise fail(f"{lean_options[0]} is for --engine lean only.", 2)
    run_backtest(project, output, parameter or [], backtest_name, lean_config, extra_config or [], data_folder, verbose)


@app.command()
def live(
    project: Annotated[Path, typer.Argument(help="A project folder with main.py, or a Python file.")],
    lean_options: LeanOptions = None,
    brokerage: Annotated[str, typer.Option("--brokerage", help="By its name in the LEAN CLI.")] = "Paper Trading",
    feed: Annotated[
        list[str] | None, typer.Option("--data-provider-live", help="Where prices come from, by its name in the LEAN CLI; repeatable.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Folder for the results; else PROJECT/live/TIME.")] = None,
    verbose: Verbose = False,
) -> None:
    """Trade live on LEAN itself, in Docker, until Ctrl-C; on paper unless a brokerage is named.

    A key for language models (OPENROUTER_API_KEY) reaches the container as a file, and nothing else.

    Example: `lyra live algorithms/council_btc --data-provider-live Binance`
    """
    from lyra.cli.lean import run_live

    run_live(project, brokerage, feed or ["Custom data only"], output, lean_options or [], verbose)


@app.command()
def research(
    project: Annotated[Path, typer.Argument(help="A folder of notebooks; with a config.json for LEAN's.")] = Path("research"),
    lean_options: LeanOptions = None,
    port: Annotated[int, typer.Option("--port", help="Where Jupyter listens.")] = 8888,
    engine: Annotated[Engine, typer.Option("--engine", help="Whose QuantBook the notebooks get.")] = Engine.EMBEDDED,
    data_folder: DataFolder = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser too; not with LEAN's.")] = True,
    verbose: Verbose = False,
) -> None:
    """Open notebooks in Jupyter, on the embedded engine or, with `--engine lean`, in LEAN's research image in Docker.

    Example: `lyra research`
    """
    if engine is Engine.LEAN:
        from lyra.cli.lean import run_research as run_lean_research

        run_lean_research(project, port, lean_options or [], verbose)
    else:
        from lyra.cli.research import run_research

        run_research(project, port, data_folder, browser)


@app.command()
def optimize(
    project: Annotated[Path, typer.Argument(help="A project folder with main.py, or a Python file.")],
    lean_options: LeanOptions = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", help="NAME LEAST GREATEST STEP, repeatable.", metavar="NAME LEAST GREATEST STEP")
    ] = None,
    target: Annotated[str, typer.Option("--target", help="The figure that counts.")] = "Sharpe Ratio",
    direction: Annotated[Direction, typer.Option("--target-direction", help="Whether more of it is better.")] = Direction.MAX,
    strategy: Annotated[str, typer.Option("--strategy", help="Grid Search or Euler Search.")] = "Grid Search",
    constraint: Annotated[list[str] | None, typer.Option("--constraint", help='Such as "Drawdown < 0.25"; repeatable.')] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Folder for the results; else PROJECT/optimizations/TIME.")] = None,
    verbose: Verbose = False,
) -> None:
    """Try sets of parameters on LEAN itself, in Docker, and list them, the best first.

    Example: `lyra optimize algorithms/ema_cross_btc --parameter ema-fast 5 20 5`
    """
    from lyra.cli.lean import run_optimize

    run_optimize(project, strategy, target, direction.value, parameter or [], constraint or [], output, lean_options or [], verbose)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the project, such as my_strategy.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where projects live.")] = Path("algorithms"),
) -> None:
    """Make a new algorithm project.

    Example: `lyra new my_strategy`
    """
    from lyra.cli.new import make_project

    make_project(name, folder)


@app.command()
def doctor(data_folder: DataFolder = None) -> None:
    """Say what works on this machine, what does not, and what to do about it.

    Example: `lyra doctor`
    """
    from lyra.cli.doctor import run_doctor

    run_doctor(data_folder)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN_A", help="A run's result folder, or a project (its last run).")],
    second: Annotated[Path, typer.Argument(metavar="RUN_B", help="Another, of either engine.")],
) -> None:
    """Put two runs side by side and explain their first difference. Exits with 1 when they differ.

    Example: `lyra compare algorithms/ema_cross_btc/backtests/A algorithms/ema_cross_btc/backtests/B`
    """
    from lyra.cli.compare import run_compare

    run_compare(first, second)


@app.command()
def parity(
    names: Annotated[list[str] | None, typer.Argument(help="Algorithms by name; all when none is given.")] = None,
    lean: Annotated[Path, typer.Option("--lean", help="A clone of QuantConnect/Lean.")] = ...,  # type: ignore[assignment]
    data_folder: Annotated[Path | None, typer.Option("--data-folder", help="LEAN's sample data; else CLONE/Data.")] = None,
    tier: Annotated[str | None, typer.Option("--tier", help="Only algorithms of a tier, such as T1.")] = None,
    expected: Annotated[Path | None, typer.Option("--expected", help="Folder with LEAN's expectations and records.")] = None,
    remember: Annotated[bool, typer.Option("--remember", help="Write those that are equal into the list that is watched.")] = False,
    verbose: Verbose = False,
) -> None:
    """Run LEAN's own regression algorithms and compare with what LEAN makes of them.

    Example: `lyra parity --lean ../Lean --tier T1`
    """
    from lyra.cli.parity import run_parity

    run_parity(names or [], lean, data_folder, tier, expected, remember, verbose)


@app.command()
def bench(
    subject: Annotated[str | None, typer.Argument(help="`indicators` or `council` instead of the engine.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer bars, for a first look.")] = False,
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="Also run backtesting.py, backtrader and a bare loop.")] = True,
    council: Annotated[bool, typer.Option("--council", help="Measure the council instead.")] = False,
    indicators: Annotated[bool, typer.Option("--indicators", help="Measure the library's indicators instead.")] = False,
) -> None:
    """Measure the engine's speed beside other backtesters, or the council's, or the indicators'.

    Example: `lyra bench`
    """
    from lyra.cli.bench import run_bench, run_council_bench, run_indicator_bench

    if subject not in (None, "indicators", "council"):
        raise typer.BadParameter(f"{subject!r} is nothing to measure; there are indicators and council, or nothing for the engine.")
    if council or subject == "council":
        run_council_bench()
    elif indicators or subject == "indicators":
        run_indicator_bench()
    else:
        run_bench(quick, peers)


@app.command()
def indicators(
    name: Annotated[str | None, typer.Argument(help="One of them; all are listed without.")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw it into this PNG file, on the first daily series of the data folder.")
    ] = None,
    data_folder: DataFolder = None,
    count: Annotated[bool, typer.Option("--count", help="Only say how many there are.")] = False,
) -> None:
    """List the indicators of `lyra_ai.indicators`, or describe one.

    Example: `lyra indicators supertrend --plot supertrend.png`
    """
    from lyra.cli.indicators import run_indicators

    run_indicators(name, plot, data_folder, count)


app.add_typer(data_app, name="data")
app.add_typer(ai_app, name="ai")
app.add_typer(cloud_app, name="cloud")


def _pairs(arguments: list[str]) -> list[str]:
    """`--parameter KEY VALUE` as one argument: the options of several words of the LEAN CLI. What follows `--` is left as it is."""
    joined = []
    rest = iter(arguments)
    for argument in rest:
        joined.append(argument)
        if argument == "--":
            break
        if argument in ("--parameter", "--extra-config"):
            ranges = argument == "--parameter" and arguments[0] == "optimize"
            words = [word for _ in range(4 if ranges else 2) if (word := next(rest, None)) is not None]
            if len(words) < (4 if ranges else 2):
                needs = (
                    "a name and three numbers: --parameter NAME LEAST GREATEST STEP"
                    if ranges
                    else f"a key and a value: {argument} KEY VALUE"
                )
                typer.echo(f"{argument} needs {needs}", err=True)
                raise SystemExit(2)
            joined.append(f"{words[0]}={':'.join(words[1:])}")
    return [*joined, *rest]


def main() -> None:
    """Entry point of the `lyra` command."""
    try:
        arguments = _pairs(sys.argv[1:])
        app(args=arguments, prog_name="lyra")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
