"""A report as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lyra.council.measures import Interval, Part

if TYPE_CHECKING:
    from lyra.council.report import Report

WIDTH = 118
_MEMBERS = 12
_QUIET = 4
_WARNINGS = 7
_MISSING = "-"


def render(report: Report) -> str:
    """The report in about 60 lines of at most `WIDTH` characters."""
    lines = ["COUNCIL REPORT", *(line for text in report.headline for line in textwrap.wrap(text, WIDTH)), ""]
    if report.parts:
        lines += [*_parts(report), "", *_baselines(report), ""]
    else:
        lines += ["The journal has no decision.", ""]
    lines += [*_members(report), "", *_money(report)]
    if report.warnings:
        lines += ["", "WARNINGS"]
        for warning in report.warnings[:_WARNINGS]:
            lines += textwrap.wrap(warning, WIDTH, initial_indent="! ", subsequent_indent="  ")
        if len(report.warnings) > _WARNINGS:
            lines.append(f"! and {len(report.warnings) - _WARNINGS} more")
    return "\n".join(lines) + "\n"


def _parts(report: Report) -> list[str]:
    rows = [["", *(part.name.upper() for part in report.parts)]]
    for title, cell in _ROWS:
        rows.append([title, *(cell(part) for part in report.parts)])
    accounts = {account.part: account.total for account in report.accounts}
    if accounts:
        rows.append(["account's own return", *(_percent(accounts.get(part.name)) for part in report.parts)])
    return _table(rows)


def _baselines(report: Report) -> list[str]:
    part = report.parts[-1]
    rows = [["", "scored", "hit rate", "Brier", "council's Brier less its", "return", "Sharpe", "turnover"]]
    s, t = part.scores, part.trading
    rows.append(
        ["council", f"{s.count}", _percent(s.hit_rate), _figure(s.brier), "", _percent(t.total), _figure(t.sharpe, 2), f"{t.turnover:.1f}"]
    )
    for b in part.baselines:
        s, t = b.scores, b.trading
        rows.append([b.name, f"{s.count}", _percent(s.hit_rate), _figure(s.brier), _difference(b.difference, b.interval), _percent(t.total),
                     _figure(t.sharpe, 2), f"{t.turnover:.1f}"])  # fmt: skip
    return [f"BASELINES on the {part.name} part ({report.rule}; fee {report.fee:.2%} of turnover)", *_table(rows)]


def _members(report: Report) -> list[str]:
    together = report.together
    title = (f"MEMBERS over the whole run: {together.voters} voted, on one side in {_percent(together.agreement)} of pairs; "
             f"errors correlated by {_figure(together.error_correlation, 2)}, so worth {_figure(together.effective, 1)} independent ones "
             f"(the shared outcome left out: {_figure(together.correlation_given_outcome, 2)}, "
             f"{_figure(together.effective_given_outcome, 1)})")  # fmt: skip
    rows = [["", "votes", "abstained", "hit rate", "Brier", "clean hits", "clean Brier", "weight", "cost $", "p50 s", "p95 s"]]
    shown = sorted(report.members, key=lambda m: -m.weight)[:_MEMBERS]
    for m in shown:
        rows.append([m.name, f"{m.votes}", f"{m.abstentions}", _percent(m.scores.hit_rate), _figure(m.scores.brier), _percent(m.clean_scores.hit_rate),
                     _figure(m.clean_scores.brier), f"{m.weight:.3f}",
                     f"{m.cost:.4f}" if m.cost else _MISSING, _figure(m.latency_p50, 2), _figure(m.latency_p95, 2)])  # fmt: skip
    rest = len(report.members) - len(shown)
    lines = [*textwrap.wrap(title, WIDTH), *_table(rows), *([f"and {rest} more with less weight"] if rest else [])]
    quiet = sorted((m for m in report.members if m.causes), key=lambda m: -m.abstentions)[:_QUIET]
    for m in quiet:
        causes = "; ".join(f"{count} x {why}" for why, count in m.causes)
        lines.append(textwrap.shorten(f"{m.name} abstained {m.abstentions} times: {causes}", WIDTH, placeholder=" ..."))
    return lines


def _money(report: Report) -> list[str]:
    m = report.money
    sources = ", ".join(f"{count:,} {source}" for source, count in m.sources.items())
    text = (f"MONEY {m.spent:.4f} USD spent, {m.per_decision:.6f} a decision; replayed answers had cost {m.recorded_cost:.4f} USD. "
            f"Votes: {sources}. The second stage was asked {m.escalations:,} times and changed the side {m.changed_side:,} times.")  # fmt: skip
    return textwrap.wrap(text, WIDTH)


def _states(part: Part) -> str:
    return " / ".join(f"{count}" for count in part.states.values())


def _interval(interval: Interval | None, form: str) -> str:
    return _MISSING if interval is None else f"{interval[0]:{form}} to {interval[1]:{form}}"


def _difference(value: float | None, interval: Interval | None) -> str:
    if value is None:
        return _MISSING
    return f"{value:+.4f}" if interval is None else f"{value:+.4f} ({_interval(interval, '+.4f')})"


_ROWS = (
    ("from", lambda p: f"{p.start:%Y-%m-%d}"),
    ("to", lambda p: f"{p.end:%Y-%m-%d}"),
    ("decisions (without outcome yet)", lambda p: f"{p.decisions} ({p.open})"),
    ("scored, on days", lambda p: f"{p.scores.count}, {p.days}"),
    ("long / short / flat / abstain", _states),
    ("hit rate", lambda p: _percent(p.scores.hit_rate)),
    ("base rate of rises", lambda p: _percent(p.scores.base_rate)),
    ("Brier", lambda p: _figure(p.scores.brier)),
    ("Brier less base rate's (95 %)", lambda p: _difference(p.brier_difference, p.brier_interval)),
    ("Brier skill", lambda p: _percent(p.scores.skill)),
    ("log score", lambda p: _figure(p.scores.log_score)),
    ("calibration error", lambda p: _figure(p.scores.calibration_error)),
    ("return after fees", lambda p: _percent(p.trading.total)),
    ("mean return a step (95 %)", lambda p: f"{p.trading.mean:+.3%} ({_interval(p.trading.interval, '+.3%')})"),
    ("Sharpe, a year", lambda p: _figure(p.trading.sharpe, 2)),
    ("turnover", lambda p: f"{p.trading.turnover:.1f}"),
)


def _percent(value: float | None) -> str:
    return _MISSING if value is None else f"{value:.1%}"


def _figure(value: float | None, decimals: int = 4) -> str:
    return _MISSING if value is None else f"{value:.{decimals}f}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns two spaces apart, the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    cells = ([c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))] for row in rows)
    return ["  ".join(row)[:WIDTH].rstrip() for row in cells]
