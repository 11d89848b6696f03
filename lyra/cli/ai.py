"""`lyra ai`: models, one decision, recording, the report on a run, probes of what models remember."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The council: its models, its votes, and what they are worth.", no_args_is_help=True)

DataFolder = Annotated[Path | None, typer.Option("--data-folder", "-d", help="LEAN data folder; else the one of lean.json, else data/.")]
ModelIds = Annotated[list[str] | None, typer.Option("--model", help="A language model by its id at OpenRouter; repeatable.")]
Local = Annotated[str | None, typer.Option("--endpoint", help="Address of a server of your own, such as http://127.0.0.1:8080/v1.")]
BudgetOption = Annotated[float, typer.Option("--budget", help="US dollars that this command may spend.")]
TO_BE_CONTINUED = 75
"""Exit code of a recording that goes on later, `EX_TEMPFAIL` of sysexits."""


@app.command()
def models(
    free: Annotated[bool, typer.Option("--free", help="Only those that cost nothing.")] = False,
    structured: Annotated[bool, typer.Option("--structured", help="Only those that keep to a schema.")] = False,
    min_context: Annotated[int, typer.Option(help="Tokens that must fit.")] = 0,
    max_price: Annotated[float | None, typer.Option(help="US dollars per million tokens, prompt and completion together.")] = None,
    author: Annotated[list[str] | None, typer.Option(help="Only of this author, such as meta-llama; repeatable.")] = None,
    sort: Annotated[str, typer.Option(help="newest, context or price.")] = "newest",
    limit: Annotated[int, typer.Option(help="How many to show.")] = 40,
) -> None:
    """List OpenRouter's models with price, context, knowledge cutoff and expiry. Needs no key.

    Example: `lyra ai models --free --structured`
    """
    from lyra.cli.backtest import sentences
    from lyra.council.catalogue import Filter, show_models

    with sentences():
        show_models(Filter(free=free, structured=structured, min_context=min_context, max_price=max_price, authors=tuple(author or ()),
                           sort=sort, limit=limit))  # fmt: skip


@app.command()
def ask(
    symbol: Annotated[str, typer.Argument(help="A ticker in the data folder, such as BTCUSD.")],
    model: ModelIds = None,
    free: Annotated[int, typer.Option("--free", help="So many free models, chosen from OpenRouter's list.")] = 0,
    endpoint: Local = None,
    horizon: Annotated[int, typer.Option(help="Bars until the outcome.")] = 1,
    hourly: Annotated[bool, typer.Option("--hourly", help="Hourly bars instead of daily ones.")] = False,
    budget: BudgetOption = 0.0,
    deadline: Annotated[float, typer.Option(help="Seconds that language models have.")] = 30.0,
    data_folder: DataFolder = None,
) -> None:
    """One decision on the last bars of a symbol, explained vote by vote.

    Example: `lyra ai ask BTCUSD --free 3`
    """
    from lyra.cli.backtest import sentences
    from lyra.council.ask import Question, ask_council

    with sentences():
        ask_council(Question(symbol=symbol, models=tuple(model or ()), free=free, endpoint=endpoint, horizon=horizon, hourly=hourly,
                             budget=budget, deadline=deadline), data_folder)  # fmt: skip


@app.command()
def record(
    project: Annotated[Path, typer.Argument(help="A project folder with main.py, or a Python file.")],
    wait: Annotated[bool, typer.Option("--wait", help="Go on by itself when the quota of another day has begun.")] = False,
    batch: Annotated[bool, typer.Option("--batch", help="Ask paid models in batches: half the price, up to a day of waiting.")] = False,
    parameter: Annotated[list[str] | None, typer.Option("--parameter", help="KEY VALUE, repeatable.", metavar="KEY VALUE")] = None,
    data_folder: DataFolder = None,
) -> None:
    """Record the votes of a project's language models, so that its backtests replay them: free, offline and identical.

    It stops when a quota or the budget is used up, and goes on where it stopped when it is called again.

    Example: `lyra ai record algorithms/council_btc --wait`
    """
    from lyra.cli.backtest import sentences
    from lyra.council.record import record_project

    with sentences():
        finished = record_project(project, parameter or [], data_folder, wait, batch)
    if not finished:
        raise typer.Exit(TO_BE_CONTINUED)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run's results, a project (its last run), or a journal.")],
    fee: Annotated[float, typer.Option(help="Fraction that a unit of turnover costs, for the comparisons.")] = 0.001,
    picture: Annotated[bool, typer.Option("--picture/--no-picture", help="Draw calibration, weights and returns as council.png.")] = True,
) -> None:
    """Tell what the council of a run was worth: after the models' knowledge cutoff, against baselines, with costs.

    Example: `lyra ai report algorithms/council_btc`
    """
    from lyra.cli.backtest import sentences
    from lyra.council.judge import report_run

    with sentences():
        report_run(run, fee, picture)


@app.command()
def probe(
    model: Annotated[list[str], typer.Argument(help="Models by their ids.")],
    symbol: Annotated[list[str], typer.Option("--symbol", help="A ticker in the data folder; repeatable.")],
    endpoint: Local = None,
    budget: BudgetOption = 0.0,
    samples: Annotated[int, typer.Option(help="Moments of each symbol; 7 questions each.")] = 6,
    horizon: Annotated[int, typer.Option(help="Days until the outcome.")] = 5,
    data_folder: DataFolder = None,
) -> None:
    """Test what models remember: dates without prices, assets behind masks, and mirrored prices.

    Example: `lyra ai probe meta-llama/llama-3.3-70b-instruct:free --symbol BTCUSD`
    """
    from lyra.cli.backtest import sentences
    from lyra.council.probe import probe_models

    with sentences():
        probe_models(model, symbol, endpoint, budget, samples, horizon, data_folder)


@app.command()
def study(
    seeds: Annotated[int, typer.Option(help="Made-up worlds per scenario.")] = 40,
    output: Annotated[Path | None, typer.Option("--output", help="Write the document there instead of showing it.")] = None,
) -> None:
    """Run the study of pools on forecasters whose best pool is known, and write it as a document.

    Example: `lyra ai study --output docs/council_study.md`
    """
    from lyra.council.study import document, run_study

    text = document(run_study(seeds))
    if output is None:
        typer.echo(text)
    else:
        output.write_text(text, encoding="utf-8")
        typer.echo(f"Written: {output}")
