"""`lyra bench`: the same strategy in Lyra and in others, in turn, each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from lyra.cli.backtest import fail

_BARS, _QUICK_BARS = 525_600, 50_400
_ROUNDS = 3
_SHARE = {"backtrader": 10}
"""Peers that are so slow that they get only this part of the bars; their speed does not depend on it."""


@dataclass(frozen=True)
class Spent:
    """What a process took."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


def run_bench(quick: bool, peers: bool) -> None:
    """Make the market, run everything, print two tables."""
    bars = _QUICK_BARS if quick else _BARS
    with tempfile.TemporaryDirectory(prefix="lyra-bench-") as scratch:
        folder = Path(scratch)
        data = folder / "data"
        data.mkdir()
        environment = {**os.environ, "LYRA_CACHE": str(folder / "cache")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # without byte code every import is a compilation
        typer.echo(f"Making {bars:,} minute bars and ten years of 101 equities …")
        _run([sys.executable, "-m", "lyra.bench.market", str(data), str(bars)], environment)
        files = _write_strategies(folder, bars // 1440)
        _print_processes(_processes(folder, files, data, environment), bars)
        _print_loops(_loops(files["minute"], data, bars, 1 if quick else _ROUNDS, peers, environment))


def run_council_bench() -> None:
    """Measure decisions of a council and print them."""
    from lyra.bench.council_time import LATENCY, MODELS

    found = json.loads(_run([sys.executable, "-m", "lyra.bench.council_time"], dict(os.environ)).output.strip().splitlines()[-1])
    typer.echo(f"Decisions a CPU second, {MODELS} models replayed from a cassette: {found['replayed']:,.0f}")
    typer.echo(f"Decisions a CPU second, ten experts computed:                 {found['experts']:,.0f}")
    typer.echo(f"A live decision, {MODELS} models of {1000 * LATENCY:.0f} ms at once: {found['overhead_ms']:.1f} ms above the slowest")


def run_indicator_bench() -> None:
    """Measure the indicators of `lyra_ai` and print what they cost."""
    found = json.loads(_run([sys.executable, "-m", "lyra.bench.indicator_time"], dict(os.environ)).output.strip().splitlines()[-1])
    spent: dict[str, float] = found["streaming"]
    typer.echo(
        f"An update of {len(spent)} indicators: {found['median']:.2f} us in the median; {sum(cost <= 1 for cost in spent.values())} within 1 us."
    )
    slowest = sorted(spent, key=lambda name: -spent[name])[:10]
    typer.echo("The slowest: " + ", ".join(f"{name} {spent[name]:.1f}" for name in slowest))
    _print_columns(found["batch"])


def _print_columns(batch: dict[str, dict[str, float]]) -> None:
    """TA-Lib's functions: milliseconds of a column by each way, and how many times TA-Lib's own time that is."""
    from rich.console import Console
    from rich.table import Table

    from lyra.bench.indicator_time import BATCH_ROWS

    ways = ("numpy", "numba", "talib")
    title = f"A column of {BATCH_ROWS:,} rows: CPU milliseconds (times TA-Lib's own)"
    table = Table("", "TA-Lib", "row by row", *ways, title=title, title_justify="left", box=None, pad_edge=False)
    for function, spent in batch.items():
        original = spent.get("original")
        cells = [_milliseconds(spent.get(way), original) for way in ("loop", *ways)]
        table.add_row(function, _milliseconds(original, None), *cells)
    console = Console()
    console.print(table)
    if not any("original" in spent for spent in batch.values()):
        console.print("TA-Lib is not installed, so there is nothing to compare with: pip install TA-Lib")
        return
    for told, chosen in (("numpy alone", ("numpy",)), ("with numba", ("numba", "numpy")), ("with TA-Lib", ("talib", "numpy")),
                         ("with both", ("talib", "numba", "numpy"))):  # fmt: skip
        first = [next((spent[way] for way in (*chosen, "loop") if way in spent), 0.0) / spent["original"] for spent in batch.values()]
        console.print(
            f"{told}: {sum(share <= 2 for share in first)} of {len(first)} within twice TA-Lib's time, {statistics.median(first):.1f} times in the median"
        )


def _milliseconds(spent: float | None, original: float | None) -> str:
    if spent is None:
        return "-"
    return f"{spent:.2f}" + (f" ({spent / original:.1f})" if original else "")


def _write_strategies(folder: Path, days: int) -> dict[str, Path]:
    from lyra.bench.strategies import DAILY_CROSS, HUNDRED_EQUITIES, MINUTE_CROSS

    files = {}
    for name, text in (("minute", MINUTE_CROSS), ("daily", DAILY_CROSS), ("hundred", HUNDRED_EQUITIES)):
        files[name] = folder / name / "main.py"
        files[name].parent.mkdir()
        files[name].write_text(text.replace("DAYS", str(days)), encoding="utf-8")
    return files


def _processes(folder: Path, files: dict[str, Path], data: Path, environment: dict[str, str]) -> dict[str, Spent]:
    """Whole processes, from start to end."""
    lyra = [sys.executable, "-m", "lyra.cli.main"]
    cases = {"lyra --help": [*lyra, "--help"]}
    for title, name in (("minute bars, first run", "minute"), ("minute bars, second run", "minute"), ("ten years daily, first run", "daily"),
                        ("ten years daily, second run", "daily"), ("100 equities daily, first run", "hundred"),
                        ("100 equities daily, second run", "hundred")):  # fmt: skip
        cases[title] = [*lyra, "backtest", str(files[name]), "--data-folder", str(data), "--output", str(folder / "out" / name)]
    spent = {}
    for title, command in cases.items():
        typer.echo(f"  {title} …")
        spent[title] = _run(command, environment)
    return spent


def _loops(
    algorithm: Path, data: Path, bars: int, rounds: int, peers: bool, environment: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Figures of the loops, each contender once a round."""
    commands = {"Lyra": [sys.executable, "-m", "lyra.bench.loop_time", str(algorithm), str(data)]}
    if peers:
        from lyra.bench.peers import MODULES

        for name, module in MODULES.items():
            if importlib.util.find_spec(module) is None:
                typer.echo(f"  {name} is not installed: pip install -e '.[bench]' brings it")
                continue
            commands[name] = [sys.executable, "-W", "ignore", "-m", "lyra.bench.peers", name, str(data), str(bars // _SHARE.get(name, 1))]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            typer.echo(f"  round {number + 1} of {rounds}: {name} …")
            found[name].append(json.loads(_run(command, environment).output.strip().splitlines()[-1]))
    return found


def _run(command: list[str], environment: dict[str, str]) -> Spent:
    """Run a process to its end. Exits when it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            raise fail(f"{' '.join(command[1:4])} … ended with {process.returncode}: {err.read()[-500:]}")
        return Spent(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read())


def _print_processes(spent: dict[str, Spent], bars: int) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("whole process", "seconds", "CPU seconds", "peak MB", title=f"Lyra, {bars:,} minute bars", title_justify="left")
    for title, one in spent.items():
        table.add_row(title, f"{one.seconds:.2f}", f"{one.cpu:.2f}", f"{one.megabytes:.0f}")
    Console().print(table)


def _print_loops(found: dict[str, list[dict[str, Any]]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("EMA(20/50) cross", "bars", "bars per CPU second", "Lyra is", "round trips", "peak MB",
                  title="The loop alone, median of the rounds", title_justify="left")  # fmt: skip
    speeds = {name: statistics.median(one["bars"] / one["cpu"] for one in rounds) for name, rounds in found.items()}
    for name, rounds in found.items():
        ratio = "" if name == "Lyra" else f"{speeds['Lyra'] / speeds[name]:.1f} x"
        last = rounds[-1]
        table.add_row(name, f"{last['bars']:,}", f"{speeds[name]:,.0f}", ratio, f"{last['trades']:,}", f"{last['megabytes']:.0f}")
    Console().print(table)
