"""`lyra indicators`: the catalogue of `lyra_ai.indicators`."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import typer

from lyra.cli.backtest import fail, sentences

BARS = 250
TALIB = "talib_"
PATTERN = "talib_cdl"
_NO_INDICATORS = ("events", "points", "window", "base", "composite", "own", "extensions")
"""The engine's modules that hold what indicators are made of."""
_PLUMBING = {
    "AdvanceDeclineIndicator", "Field", "FilteredIdentity", "Identity", "MomersionIndicator", "MovingAverageTypeExtensions",
    "OptionGreeksIndicatorBase", "OptionIndicatorBase", "PivotPoint", "PivotPointsEventArgs", "WindowIdentity", "MarketProfile",
}  # fmt: skip
_OTHERS = ("laguerre", "ma")
"""`lrsi` under another name, and a chooser of other averages."""
_INPUTS = {"x": "a source", "o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}


def run_indicators(name: str | None, plot: Path | None, data_folder: Path | None, count: bool = False) -> None:
    """List all, or describe one and draw it; or only count them."""
    with sentences():
        if count:
            typer.echo(_total())
        elif name is None:
            _list()
        else:
            _describe(name)
            if plot is not None:
                _draw(name, plot, data_folder)


def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from lyra_ai.indicators import find, names
    from lyra_ai.indicators.catalogue import AGREEMENT

    table = Table("name", "parameters", "of", "gives", "TA-Lib", "LEAN", box=None, pad_edge=False)
    for name in names():
        kind = find(name)
        talib, lean = AGREEMENT.get(name) or _of_talib(name)
        table.add_row(name, _parameters(kind), _inputs(kind), ", ".join(kind.parts) or "a number", talib, lean)
    console = Console()
    console.print(table)
    console.print(f"{len(names())} indicators. = the same values, ~ once seeds have faded, =p with another parameter, != a namesake only.")
    console.print(_total(), highlight=False, soft_wrap=True)


def _total() -> str:
    """How many indicators there are, each counted once."""
    classes, patterns, own = distinct()
    return (
        f"{len(classes) + len(patterns) + len(own)} distinct indicators with the engine's: {len(classes)} classes and {len(patterns)} candlestick "
        f"patterns of LEAN, and {len(own)} that are none of them, nor another's namesake."
    )


def distinct() -> tuple[set[str], set[str], set[str]]:
    """LEAN's classes, LEAN's patterns, and the library's indicators that are neither, by name; distinct by meaning.

    An indicator of the library is LEAN's if the catalogue names a class of LEAN for it, whether their values agree or not, or if it is a
    candlestick pattern. It is one with another of the library if TA-Lib's name is the same, or the name but for where it is from (`talib_`, ...).
    What only feeds, joins or wraps other indicators is none; names of a class for another one are not counted.
    """
    from lyra.engine.indicators import _MODULES
    from lyra.engine.indicators.candlestick_patterns import _MODULES as PATTERNS
    from lyra_ai.indicators import names
    from lyra_ai.indicators.catalogue import AGREEMENT

    classes = {name for module, all_of in _MODULES.items() if module not in _NO_INDICATORS for name in all_of} - _PLUMBING
    patterns = {name for module, all_of in PATTERNS.items() if module != "candle" for name in all_of}
    by_talib = {of: name for name, (talib, _) in AGREEMENT.items() if talib for of in talib.split()[0].split("/")}
    own = set()
    for name in names():
        plain = re.sub(r"^(talib|technical|qtpylib)_", "", name)
        key = name if name in AGREEMENT else by_talib.get(plain.upper(), plain)
        of_lean = classes & set(re.findall(r"\w+", AGREEMENT.get(key, ("", ""))[1]))
        if not of_lean and not plain.startswith("cdl") and plain not in _OTHERS:
            own.add(key.removeprefix("talib_"))
    return classes, patterns, own


def _describe(name: str) -> None:
    from lyra_ai.indicators import find
    from lyra_ai.indicators.catalogue import AGREEMENT

    kind = find(name)
    talib, lean = AGREEMENT.get(name) or _of_talib(name)
    on_candles = f"on candles: jesse.{name}(candles, sequential=True)"
    on_columns = f"on columns: talib.{name.removeprefix(TALIB).upper()}(...)" if name.startswith(TALIB) else on_candles
    lines = [f"{name}({_parameters(kind)})", inspect.cleandoc(kind.__doc__ or ""), "", f"of: {_inputs(kind)}", f"gives: {', '.join(kind.parts) or 'a number'}",
             f"warm-up with its defaults: {kind().warm_up} bars", f"TA-Lib: {talib or 'has none'}", f"LEAN: {lean or 'has none'}",
             f'in an algorithm: self.{name} = indicator("{name}"); self.register_indicator(symbol, self.{name}, Resolution.DAILY)',
             on_columns]  # fmt: skip
    typer.echo("\n".join(lines))


def _of_talib(name: str) -> tuple[str, str]:
    talib = f"{name.removeprefix(TALIB).upper()} =" if name.startswith(TALIB) else ""
    return talib, "CandlestickPatterns (x100) ?" if name.startswith(PATTERN) else ""


def _parameters(kind: type) -> str:
    shown = list(inspect.signature(kind).parameters.values())
    return ", ".join(str(p).split(":")[0] + ("" if p.default is p.empty else f"={p.default!r}") for p in shown)


def _inputs(kind: type) -> str:
    return ", ".join(f"{_INPUTS[letter]} ({kind.source})" if letter == "x" else _INPUTS.get(letter, letter) for letter in kind.needs)  # type: ignore[attr-defined]


def _draw(name: str, path: Path, data_folder: Path | None) -> None:
    """The indicator below the closes of the last bars of the first daily series."""
    try:
        import matplotlib
    except ImportError:
        raise fail("A picture needs matplotlib. Install it: pip install matplotlib") from None
    matplotlib.use("Agg")
    import numpy as np
    from matplotlib import pyplot

    from lyra.council.places import data_in
    from lyra.engine.enums import Resolution
    from lyra.marketdata.listing import series_on_disk
    from lyra.marketdata.reading import read_bars
    from lyra_ai.indicators import jesse

    folder = data_in(data_folder)
    held = next((series for series, _ in series_on_disk(folder) if series.resolution is Resolution.DAILY), None)
    if held is None:
        raise fail(f"There are no daily bars in {folder}. `lyra data sample` brings some.")
    _, frame = read_bars(folder, held.ticker, Resolution.DAILY)
    columns = [frame[column].to_numpy() for column in ("open", "close", "high", "low", "volume")]
    candles = np.column_stack([frame.index.astype("int64") // 10**6, *columns]).astype(float)
    found = getattr(jesse, name)(candles, sequential=True)
    parts = found._asdict() if hasattr(found, "_asdict") else {name: found}
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(11, 6), sharex=True, height_ratios=(2, 1), layout="constrained")
    days = frame.index[-BARS:]
    above.plot(days, frame["close"].to_numpy()[-BARS:], color="black", linewidth=1)
    above.set_ylabel(held.ticker.upper())
    for part, values in parts.items():
        below.plot(days, np.asarray(values, dtype=float)[-BARS:], linewidth=1.2, label=part)
    below.legend(loc="upper left", fontsize=8)
    below.set_ylabel(name)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    typer.echo(f"Picture: {path}")
