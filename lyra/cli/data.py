"""`lyra data`: import, generate, list and check market data."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from lyra.engine.errors import LyraError

app = typer.Typer(help="Market data: import, generate, list and check.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--data-folder", "-d", help="LEAN data folder.", envvar="LYRA_DATA_FOLDER")]
_DATA = Path("data")
_SHOWN_PER_FILE = 20


@app.command("list")
def list_(
    data_folder: Folder = _DATA,
    rows: Annotated[bool, typer.Option("--rows", help="Count the rows of minute data too.")] = False,
) -> None:
    """List what is on disk.

    Example: `lyra data list`
    """
    from lyra.marketdata.listing import list_data

    found = False
    for holding in list_data(data_folder, rows):
        typer.echo(str(holding))
        found = True
    if not found:
        typer.echo(f"There is no market data in {data_folder}. `lyra data sample` or `lyra data import` brings some.")


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV, feather or parquet files.", exists=True, dir_okay=False)],
    market: Annotated[str, typer.Option(help="Market, such as binance, coinbase, usa, oanda.")],
    kind: Annotated[str, typer.Option("--type", help="crypto, cryptofuture, equity, forex, cfd, index or future.")] = "crypto",
    ticker: Annotated[str | None, typer.Option(help="Ticker; otherwise the file's name tells.")] = None,
    resolution: Annotated[str | None, typer.Option(help="second, minute, hour or daily; otherwise the rows tell.")] = None,
    time_zone: Annotated[str, typer.Option(help="Zone of times that name none.")] = "UTC",
    stamp: Annotated[str, typer.Option(help="Whether times are the start or the end of a bar.")] = "start",
    column: Annotated[list[str] | None, typer.Option(help="A column by its name in the file: close=Last. Repeat for more.")] = None,
    spread: Annotated[str, typer.Option(help="Bid-ask spread in price units, for forex and CFD made from trade prices.")] = "0",
    quote: Annotated[str | None, typer.Option(help="Quote currency, where the ticker does not tell.")] = None,
    expiry: Annotated[str | None, typer.Option(help="Expiry of a dated future, as 2026-03-20.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Drop the rows that are there instead of adding to them.")] = False,
    data_folder: Folder = _DATA,
) -> None:
    """Import price tables: freqtrade's, Jesse's, Binance's, CryptoDataDownload's or any with the usual column names.

    Example: `lyra data import BTC_USDT-1h.feather ETH_USDT-1h.feather --market binance`
    """
    from lyra.marketdata.importer import ImportRequest, import_files
    from lyra.marketdata.layout import resolution_of, security_type_of

    try:
        request = ImportRequest(
            files, security_type_of(kind), market, ticker, None if resolution is None else resolution_of(resolution), time_zone, stamp,
            _columns(column or []), Decimal(spread), quote, None if expiry is None else date.fromisoformat(expiry), not replace,
        )  # fmt: skip
        failed = 0
        for result in import_files(request, data_folder):
            typer.echo(str(result), err=result.error is not None)
            failed += result.error is not None
            for problem in result.problems[:_SHOWN_PER_FILE]:
                typer.echo(f"  {problem}", err=True)
            if len(result.problems) > _SHOWN_PER_FILE:
                typer.echo(f"  … and {len(result.problems) - _SHOWN_PER_FILE} more", err=True)
            if result.listed is not None:
                typer.echo(f"  added to the symbol properties: {result.listed}")
    except (LyraError, ValueError, ArithmeticError) as e:
        _fail(str(e))
    if failed:
        raise typer.Exit(1)


@app.command()
def generate(
    tickers: Annotated[list[str], typer.Argument(help="Tickers, such as BTCUSD.")],
    market: Annotated[str, typer.Option(help="Market.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    kind: Annotated[str, typer.Option("--type", help="Kind of security.")] = "crypto",
    resolution: Annotated[str, typer.Option(help="second, minute, hour or daily.")] = "daily",
    price: Annotated[float, typer.Option(help="Price at the start.")] = 100.0,
    volatility: Annotated[float, typer.Option(help="Yearly volatility: 0.6 is 60 %.")] = 0.6,
    drift: Annotated[float, typer.Option(help="Yearly drift of the logarithm of the price.")] = 0.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same prices.")] = 0,
    replace: Annotated[bool, typer.Option("--replace", help="Even if real data are lost.")] = False,
    data_folder: Folder = _DATA,
) -> None:
    """Make up a market: a seeded random walk for each ticker, listed as made up.

    Example: `lyra data generate SPY QQQ --market usa --type equity --from 2015-01-01 --to 2020-12-31`
    """
    from lyra.marketdata.generator import GenerateRequest
    from lyra.marketdata.generator import generate as make
    from lyra.marketdata.layout import resolution_of, security_type_of

    for ticker in tickers:
        try:
            request = GenerateRequest(
                security_type_of(kind), market, ticker, resolution_of(resolution), first.date(), last.date(), price, volatility, drift,
                seed=seed,
            )  # fmt: skip
            series, count, files = make(request, data_folder, replace)
        except (LyraError, OSError) as e:
            _fail(str(e))
        typer.echo(f"Made up {count:,} bars as {series.key} in {len(files)} file{'s' if len(files) > 1 else ''}. These are no real prices.")


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Zips to check; all of the data folder if none is given.")] = None,
    data_folder: Folder = _DATA,
    all_: Annotated[bool, typer.Option("--all", help=f"Show every finding, not only {_SHOWN_PER_FILE} of a file.")] = False,
) -> None:
    """Find what LEAN would drop or misread without a word. Ends with 1 if there is anything.

    Example: `lyra data check`
    """
    from lyra.marketdata.checker import check_file, check_folder

    seen: Counter[str] = Counter()
    files = [path.resolve() for path in paths or []]
    outside = [path for path in files if not path.is_relative_to(data_folder.resolve())]
    if outside:
        _fail(f"{outside[0]} is not in the data folder {data_folder}.")
    findings = (one for path in files for one in check_file(data_folder.resolve(), path)) if files else check_folder(data_folder)
    for finding in findings:
        seen[finding.file] += 1
        if all_ or seen[finding.file] <= _SHOWN_PER_FILE:
            typer.echo(str(finding))
    for name, count in seen.items():
        if not all_ and count > _SHOWN_PER_FILE:
            typer.echo(f"{name}: … and {count - _SHOWN_PER_FILE} more (--all shows them)")
    if seen:
        raise typer.Exit(1)
    typer.echo("Nothing is wrong.")


@app.command()
def sample(data_folder: Folder = _DATA) -> None:
    """Bring in the sample: BTCUSD of Coinbase, hourly and daily.

    Example: `lyra data sample`
    """
    from lyra.marketdata.sample import ensure_sample

    try:
        result = ensure_sample(data_folder)
    except (LyraError, OSError) as e:
        _fail(str(e))
    typer.echo(result.note)


@app.command()
def reference(data_folder: Folder = _DATA) -> None:
    """Write market hours, symbol properties and interest rates anew, as this version of Lyra knows them.

    Example: `lyra data reference`
    """
    from lyra.marketdata.hours_and_properties import write_reference_files

    for path in write_reference_files(data_folder):
        typer.echo(str(path))


def _columns(texts: list[str]) -> dict[str, str]:
    """`close=Last` as a mapping. Raises ValueError."""
    pairs = [text.partition("=") for text in texts]
    for ours, sign, theirs in pairs:
        if not sign or not ours or not theirs:
            raise ValueError(f"A column is given as name=name in the file, such as close=Last, not {ours!r}.")
    return {ours.strip().lower(): theirs for ours, _, theirs in pairs}


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(2)
