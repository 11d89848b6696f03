"""A report as a picture: calibration, weights over time, and what the council and its baselines made of 1."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyra_ai.errors import LyraAIError

if TYPE_CHECKING:
    from lyra.council.measures import Part
    from lyra.council.report import Report

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Colours that also the colour-blind can tell apart. Source: Okabe and Ito, 2008."""
_GREY = "#555555"


def draw(report: Report, path: str | Path) -> None:
    """Write the picture as a PNG file, 1600 by 1000 pixels. Raises LyraAIError where matplotlib is missing."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as e:
        raise LyraAIError("The picture of a report needs matplotlib. Install it: pip install matplotlib") from e
    figure = Figure(figsize=(16, 10), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    names = [part.name for part in report.parts]
    rooms: list[Any] = [["calibration", "weights"], names * 2 if len(names) == 1 else names or ["none"] * 2]
    axes = figure.subplot_mosaic(rooms)
    _calibration(axes["calibration"], report)
    _weights(axes["weights"], report)
    for part in report.parts:
        _returns(axes[part.name], part, report.fee)
    title = "clean evidence" if report.has_clean_evidence else "NO CLEAN EVIDENCE"
    figure.suptitle(f"Council: {title}", fontsize=15, fontweight="bold")
    figure.savefig(path, format="png")


def _calibration(axes: Any, report: Report) -> None:
    """A line each; the council's with counts and with the spread that counts of that size have by chance (95 %)."""
    for i, (name, table) in enumerate(report.calibration.items()):
        said, happened, counts = zip(*table, strict=True)
        council = name == "council"
        axes.plot(said, happened, marker="o", markersize=7 if council else 4, linewidth=2.5 if council else 1.2, zorder=3 if council else 2,
                  alpha=1.0 if council else 0.7, color=_COLOURS[i % len(_COLOURS)], label=name)  # fmt: skip
        for x, y, count in zip(said, happened, counts, strict=True) if council else ():
            spread = 1.96 * math.sqrt(x * (1.0 - x) / count)
            axes.plot([x, x], [max(y - spread, 0.0), min(y + spread, 1.0)], color=_COLOURS[0], linewidth=1, alpha=0.6)
            axes.annotate(f"{count}", (x, y), xytext=(7, 5), textcoords="offset points", fontsize=9, color=_COLOURS[0])
    said_by_all = [said for table in report.calibration.values() for said, _, _ in table] or [0.0, 1.0]
    low, high = max(0.0, min(said_by_all) - 0.02), min(1.0, max(said_by_all) + 0.02)
    axes.plot([low, high], [low, high], color=_GREY, linestyle="--", linewidth=1.2, label="perfect")
    part = report.parts[-1].name if report.parts else "empty"
    axes.set(title=f"Calibration on the {part} part: bins of equal count, 95 % of chance", xlabel="probability of a rise that was said",
             ylabel="share of rises", xlim=(low, high))  # fmt: skip
    axes.legend(loc="best", frameon=False)
    axes.grid(alpha=0.25)


def _weights(axes: Any, report: Report) -> None:
    top = 0.0
    for i, (name, points) in enumerate(report.weights.items()):
        moments, weights = zip(*points, strict=True)
        smooth = _smoothed(weights)
        top = max(top, *smooth)
        axes.plot(moments, smooth, color=_COLOURS[i % len(_COLOURS)], linewidth=1.6, label=name)
    axes.set(title="Weight of the heaviest members (running mean)", ylabel="weight", ylim=(0, 1.25 * top or 1.0))
    if report.weights:
        axes.legend(loc="upper left", frameon=False, ncols=6, fontsize=9)
    axes.grid(alpha=0.25)
    axes.tick_params(axis="x", labelrotation=20)
    for part in report.parts:
        if part.name == "contaminated":
            axes.axvspan(part.start, part.end, color=_GREY, alpha=0.12, zorder=0)
            axes.annotate("contaminated", (part.start, 0), xytext=(4, 4), textcoords="offset points", color=_GREY, fontsize=10)


def _smoothed(values: Any) -> list[float]:
    """The mean over some 2 % of the points up to each."""
    span = max(1, len(values) // 50)
    return [sum(values[max(0, i - span + 1) : i + 1]) / (i + 1 - max(0, i - span + 1)) for i in range(len(values))]


def _returns(axes: Any, part: Part, fee: float) -> None:
    """On a logarithmic scale, so that equal returns are equally high."""
    curves = [("council", part.trading.curve), *((b.name, b.trading.curve) for b in part.baselines)]
    colours = iter(_COLOURS)
    drawn = [(name, curve, _GREY if name == "no AI" else next(colours)) for name, curve in curves if curve]
    for name, curve, colour in reversed(drawn):
        moments, values = zip(*curve, strict=True)
        axes.plot(moments, values, color=colour, linestyle=":" if name == "no AI" else "-", label=name,
                  linewidth=2.8 if name == "council" else 1.3)  # fmt: skip
    axes.set(title=f"{part.name.capitalize()}: value of 1, fee {fee:.2%} of turnover", ylabel="value")
    drawn_values = [value for _, curve, _ in drawn for _, value in curve]
    if drawn_values and min(drawn_values) > 0 and max(drawn_values) / min(drawn_values) > 1.05:
        axes.set_yscale("log")
        _readable(axes, min(drawn_values), max(drawn_values))
    if drawn:
        handles, names = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], names[::-1], loc="best", frameon=False, fontsize=9)
    axes.grid(alpha=0.25)
    axes.tick_params(axis="x", labelrotation=20)
    if part.name == "contaminated":
        axes.set_facecolor("#ededed")


def _readable(axes: Any, low: float, high: float) -> None:
    """About six ticks at even ratios, written as plain numbers: logarithmic axes name only powers of ten by themselves."""
    from matplotlib.ticker import FixedLocator, NullLocator

    step = math.log(max(high, 1.01 * low) / low) / 5
    ticks = [low * math.exp(step * i) for i in range(6)]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_ticklabels([f"{tick:.3g}" for tick in ticks])
