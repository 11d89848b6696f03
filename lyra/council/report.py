"""The truth about a run: what the council's decisions were worth, on the stretch that its language models cannot have known.

A language model that was trained on a past can repeat it, and no masking of prices rules that out. So every figure is split at the latest
knowledge cutoff of the models that had weight, plus an embargo for what is learned after it, and only the clean side is a headline.
Sources: Lopez-Lira, Tang and Zhu, arXiv 2504.14765 (skill before the cutoff cannot be told from memory); Li et al., arXiv 2510.07920
(returns vanish after it).
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from lyra.council.measures import CURVE_POINTS, Part, Scores, Sizing, SizingRule, best_so_far, measure, rule_of, scores
from lyra.council.proceedings import Cast, Decision, Member, Proceedings, parse
from lyra.council.scores import error_correlation, reliability
from lyra_ai.council.pools import effective_members, log_pool
from lyra_ai.council.views import Floats, naive_utc
from lyra_ai.errors import SettingError

OUTCOMES_FOR_A_VERDICT = 4_300
"""Outcomes that it takes to tell an accuracy of 56 % from one of 53 % (two-sided 5 %, power 80 %)."""
_SAME = 0.95
"""Share of equal answers from which a member is said to answer always the same, given so many answers at least:"""
_LEAST_SAME = 20


@dataclass(frozen=True)
class Knowledge:
    """What the models with weight can have known. `clean_from` (UTC) is None where nothing is clean, and where everything is.

    `cutoff` is the latest of the cutoffs of `models`; those `dated_by_creation` state none, so that the day they were made stands for it;
    of those `undated` nothing is known, which makes everything contaminated.
    """

    models: tuple[str, ...]
    cutoff: date | None
    decided_by: str
    embargo_days: int
    clean_from: datetime | None
    dated_by_creation: tuple[str, ...]
    undated: tuple[str, ...]

    def clean(self, moment: datetime) -> bool:
        """Whether no model with weight can have known what came after this moment."""
        return not self.models or (self.clean_from is not None and moment >= self.clean_from)


@dataclass(frozen=True)
class MemberFigures:
    """One member over the whole run, and its scores on the clean part.

    `weight` is the mean over the decisions it was called to, latencies are in seconds, cost is in USD.
    `causes` are its most frequent ones of abstaining with their counts; `always` is the answer it nearly always gave, if there is one.
    """

    name: str
    family: str
    votes: int
    abstentions: int
    causes: tuple[tuple[str, int], ...]
    scores: Scores
    clean_scores: Scores
    weight: float
    cost: float
    latency_p50: float | None
    latency_p95: float | None
    always: float | None


@dataclass(frozen=True)
class Together:
    """How alike the members are: share of pairs of votes on one side, mean correlation of errors, and how many independent ones they equal.

    Errors share the outcome, so that modest forecasters err alike whatever they know; the figures `given_outcome` leave that part out: they
    are of errors less their mean among rises and among falls.
    """

    voters: int
    agreement: float | None
    error_correlation: float | None
    effective: float | None
    correlation_given_outcome: float | None
    effective_given_outcome: float | None


@dataclass(frozen=True)
class Money:
    """What was spent (USD), where votes came from, and what the second stage did. `recorded_cost` is what replayed answers had cost."""

    spent: float
    per_decision: float
    recorded_cost: float
    sources: dict[str, int]
    escalations: int
    changed_side: int


@dataclass(frozen=True)
class Account:
    """The account's own value over a part of the run, as the engine saw it: the return between its first and its last point."""

    part: str
    points: int
    total: float


@dataclass(frozen=True)
class Report:
    """The report of a run; `text`, `to_dict` and `picture` show it. `parts` are those of contaminated and clean that have decisions."""

    headline: tuple[str, ...]
    has_clean_evidence: bool
    knowledge: Knowledge
    parts: tuple[Part, ...]
    members: tuple[MemberFigures, ...]
    together: Together
    money: Money
    accounts: tuple[Account, ...]
    warnings: tuple[str, ...]
    fee: float
    rule: str
    calibration: dict[str, list[tuple[float, float, int]]]
    """Of the council, and of the members with most weight, on the last part: what was said, what happened, how often."""
    weights: dict[str, list[tuple[datetime, float]]]
    """Of the members with most weight, over time."""

    def text(self) -> str:
        """The report for a terminal."""
        from lyra.council.report_text import render

        return render(self)

    def to_dict(self) -> dict[str, Any]:
        """The report in JSON's types: moments are ISO texts, what is not finite is None."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    def picture(self, path: str | Path) -> None:
        """Draw calibration, weights over time and returns into a PNG file. Raises LyraAIError without matplotlib."""
        from lyra.council.report_picture import draw

        draw(self, path)


def report(journal: Iterable[Mapping[str, Any]], *, rng: np.random.Generator, fee: float = 0.001, embargo_days: int = 90,
           clean_decisions: int = 100, clean_days: int = 60, equity: Sequence[tuple[datetime, float]] | None = None,
           sizing: Sizing | None = None) -> Report:  # fmt: skip
    """The report of a journal's entries, as `read_journal` gives them.

    `fee` is a fraction of what is turned over. There is clean evidence from `clean_decisions` scored decisions on `clean_days` days.
    `equity` is the account's value over time. `sizing` makes positions of the baselines' probabilities; by default the band of the
    journal's settings, the council's usual size, and what it does within the band. Raises JournalError and SettingError.
    """
    if not 0 <= fee < 1 or embargo_days < 0:
        raise SettingError(
            f"The report got fee {fee} and an embargo of {embargo_days} days; a fee is a fraction from 0 to below 1, days are at least 0."
        )
    run = parse(journal)
    known = knowledge(run, embargo_days)
    rule = rule_of(run.decisions, float(run.settings.get("band", 0.02)))
    parts = _parts(run, known, sizing or rule.target, fee, rng)
    clean = next((part for part in parts if part.name == "clean"), None)
    evidence = clean is not None and clean.scores.count >= clean_decisions and clean.days >= clean_days
    members = _members(run, known)
    heaviest = [m.name for m in sorted(members, key=lambda m: -m.weight) if m.weight > 0][:6]
    return Report(
        headline=(_known_text(known), _verdict(clean, evidence, clean_decisions, clean_days)), has_clean_evidence=evidence, knowledge=known,
        parts=parts, members=members, together=_together(run), money=_money(run), accounts=_accounts(equity or (), known),
        warnings=_warnings(run, known, parts, members), fee=fee, rule="the council's own" if sizing else _rule_text(rule),
        calibration=_calibration([d for d in run.decisions if clean is None or known.clean(d.time)], heaviest[:3]), weights=_weights(run, heaviest),
    )  # fmt: skip


def knowledge(run: Proceedings, embargo_days: int) -> Knowledge:
    """The cutoff that splits a run: the latest of the models that had weight in any decision.

    The whole day of the cutoff counts as known. A function's or expert's date counts if it states one, as some hide a trained model.
    """
    weighted = sorted({v.member for d in run.decisions for v in d.votes if v.weight > 0 and v.probability is not None})
    models, dates, by_creation, undated = [], [], [], []
    for who in weighted:
        member = run.members.get(who, Member(who, "model"))
        dated = member.cutoff or member.created
        if member.family != "model" and dated is None:
            continue
        models.append(who)
        if dated is None:
            undated.append(who)
            continue
        dates.append((dated, who))
        if member.cutoff is None:
            by_creation.append(who)
    cutoff, decided_by = max(dates) if dates else (None, "")
    after = None if undated or cutoff is None else datetime.combine(cutoff + timedelta(days=embargo_days + 1), time())
    return Knowledge(tuple(models), cutoff, decided_by, embargo_days, after, tuple(by_creation), tuple(undated))


def _parts(run: Proceedings, known: Knowledge, sizing: Sizing, fee: float, rng: np.random.Generator) -> tuple[Part, ...]:
    """The contaminated and the clean part. Each begins without positions: what memory has bought is not carried over."""
    ex_ante = best_so_far(run.decisions)
    first_clean = next((i for i, d in enumerate(run.decisions) if known.clean(d.time)), len(run.decisions))
    stretches = (("contaminated", slice(0, first_clean)), ("clean", slice(first_clean, None)))
    return tuple(measure(name, run.decisions[where], ex_ante[where], run.members, sizing, fee, rng)
                 for name, where in stretches if run.decisions[where])  # fmt: skip


def _known_text(known: Knowledge) -> str:
    if not known.models:
        return "No language model had weight: every decision is clean, since formulas know nothing but the bars they were shown."
    if known.undated:
        return f"Nothing is known of when {', '.join(known.undated)} stopped learning: every decision counts as contaminated."
    stands = " (the day it was made: it states no cutoff)" if known.decided_by in known.dated_by_creation else ""
    return (f"Latest knowledge cutoff: {known.cutoff} of {known.decided_by}{stands}. With {known.embargo_days} days of embargo, "
            f"decisions from {known.clean_from:%Y-%m-%d} on are clean.")  # fmt: skip


def _verdict(clean: Part | None, evidence: bool, clean_decisions: int, clean_days: int) -> str:
    if clean is None or not evidence:
        count, days = (clean.scores.count, clean.days) if clean else (0, 0)
        return (f"NO CLEAN EVIDENCE: {count} clean decisions with an outcome on {days} days; {clean_decisions} on {clean_days} days are needed. "
                "Figures of a contaminated part prove nothing.")  # fmt: skip
    s, span = clean.scores, clean.brier_interval
    if s.brier is None or span is None or clean.brier_difference is None:
        return f"Clean part: {s.count} decisions with an outcome, too few for an interval."
    better = (
        "better than the base rate" if span[1] < 0 else "worse than the base rate" if span[0] > 0 else "not to be told from the base rate"
    )
    return (f"Clean part: Brier {s.brier:.4f} in {s.count} decisions, {clean.brier_difference:+.4f} to the base rate "
            f"(95 %: {span[0]:+.4f} to {span[1]:+.4f}): {better}. Return {clean.trading.total:+.1%} after fees.")  # fmt: skip


def _rule_text(rule: SizingRule) -> str:
    side = "long and short" if rule.shorts else "long only"
    return f"{side}, size {rule.size:g} beyond {rule.band:g} from 0.5, within it {'flat' if rule.inside == 'flat' else 'as before'}"


def _members(run: Proceedings, known: Knowledge) -> tuple[MemberFigures, ...]:
    """Those of the council in its order, then voters that it does not list."""
    cast: dict[str, list[tuple[Decision, Cast]]] = {name: [] for name in run.members}
    for decision in run.decisions:
        for vote in decision.votes:
            cast.setdefault(vote.member, []).append((decision, vote))
    return tuple(
        _figures(name, run.members[name].family if name in run.members else "unknown", votes, known) for name, votes in cast.items()
    )


def _figures(name: str, family: str, cast: Sequence[tuple[Decision, Cast]], known: Knowledge) -> MemberFigures:
    said = [vote.probability for _, vote in cast if vote.probability is not None]
    causes = Counter(vote.why or "no reason given" for _, vote in cast if vote.probability is None)
    waits = [vote.latency for _, vote in cast]
    p50, p95 = (float(q) for q in np.quantile(waits, [0.5, 0.95])) if waits else (None, None)
    answer, times = Counter(said).most_common(1)[0] if said else (None, 0)
    clean = [(decision, vote) for decision, vote in cast if known.clean(decision.time)]
    whole, later = (scores([decision for decision, _ in own], [vote.probability for _, vote in own]) for own in (cast, clean))
    return MemberFigures(
        name, family, len(said), len(cast) - len(said), tuple(causes.most_common(3)), whole, later,
        sum(vote.weight for _, vote in cast) / len(cast) if cast else 0.0, sum(vote.cost for _, vote in cast), p50, p95,
        answer if len(said) >= _LEAST_SAME and times >= _SAME * len(said) else None,
    )  # fmt: skip


def _together(run: Proceedings) -> Together:
    names = sorted({v.member for d in run.decisions for v in d.votes if v.probability is not None})
    column = {name: i for i, name in enumerate(names)}
    said = np.full((len(run.decisions), len(names)), math.nan)
    for row, decision in enumerate(run.decisions):
        for vote in decision.votes:
            if vote.probability is not None:
                said[row, column[vote.member]] = vote.probability
    outcomes = np.array([math.nan if d.outcome is None else d.outcome.rise for d in run.decisions])
    errors = said - outcomes[:, None]
    found = [_correlation(errors), _correlation(_given_outcome(errors, outcomes))]
    sides = np.sign(said - 0.5)
    shares = []
    for a, b in itertools.combinations(range(len(names)), 2):
        product = sides[:, a] * sides[:, b]
        both = product[np.isfinite(product) & (product != 0)]
        if len(both):
            shares.append(float((both > 0).mean()))
    return Together(len(names), sum(shares) / len(shares) if shares else None, *found[0], *found[1])


def _correlation(errors: Floats) -> tuple[float | None, float | None]:
    """The mean correlation and the effective number of members. Errors that cancel are not counted as more than one vote each."""
    rho = error_correlation(errors) if errors.size else None
    return rho, None if rho is None else effective_members(errors.shape[1], min(max(rho, 0.0), 1.0))


def _given_outcome(errors: Floats, outcomes: Floats) -> Floats:
    left = np.full_like(errors, math.nan)
    for outcome in (0.0, 0.5, 1.0):
        for column in range(errors.shape[1]):
            own = (outcomes == outcome) & np.isfinite(errors[:, column])
            if own.any():
                left[own, column] = errors[own, column] - errors[own, column].mean()
    # One who always says the same leaves rounding errors, which would correlate with anything.
    left[np.abs(left) < 1e-12] = 0.0
    return left


def _money(run: Proceedings) -> Money:
    votes = [vote for decision in run.decisions for vote in decision.votes]
    sources = Counter(vote.source for vote in votes)
    escalated = [decision for decision in run.decisions if decision.stages > 1]
    spent = sum(decision.cost for decision in run.decisions)
    return Money(
        spent, spent / len(run.decisions) if run.decisions else 0.0, sum(vote.cost for vote in votes if vote.source == "recorded"),
        {source: sources[source] for source in ("computed", "asked", "recorded")}, len(escalated), sum(map(_changed_side, escalated)),
    )  # fmt: skip


def _changed_side(decision: Decision) -> bool:
    """Whether the pool of the first stage's votes alone, with the weights they had, stood on the other side of 0.5."""
    first = [(v.probability, v.weight) for v in decision.votes if v.stage < 2 and v.probability is not None]
    final = decision.pooled if decision.pooled is not None else decision.probability
    if not first or final is None:
        return False
    weights = [w for _, w in first]
    before = log_pool([p for p, _ in first], weights if sum(weights) > 0 else [1.0] * len(first))
    return (before - 0.5) * (final - 0.5) < 0


def _accounts(equity: Sequence[tuple[datetime, float]], known: Knowledge) -> tuple[Account, ...]:
    points = sorted((naive_utc(moment), value) for moment, value in equity)
    found = []
    for part in ("contaminated", "clean"):
        own = [value for moment, value in points if known.clean(moment) == (part == "clean")]
        if len(own) > 1 and own[0] > 0:
            found.append(Account(part, len(own), own[-1] / own[0] - 1.0))
    return tuple(found)


def _warnings(run: Proceedings, known: Knowledge, parts: Sequence[Part], members: Sequence[MemberFigures]) -> tuple[str, ...]:
    found = list(run.remarks)
    counted = parts[-1] if parts else None
    if counted is not None and counted.effective < OUTCOMES_FOR_A_VERDICT:
        found.append(
            f"The {counted.name} part has {counted.scores.count:,} outcomes; {OUTCOMES_FOR_A_VERDICT:,} are needed to tell 56 % from 53 %."
        )
    found += [f"Horizons overlap in the {part.name} part, up to {part.overlap} at a time: its {part.scores.count:,} outcomes are worth "
              f"about {part.effective:,.0f}." for part in parts if part.effective < 0.95 * part.scores.count]  # fmt: skip
    symbols = len({d.symbol for d in run.decisions})
    if symbols > 1:
        found.append(f"{symbols} symbols were decided on; those that move together are worth fewer outcomes than they count.")
    if known.undated:
        found.append(
            f"Neither cutoff nor creation is known of {', '.join(known.undated)}: give its cutoff, or its figures stay contaminated."
        )
    if known.dated_by_creation:
        found.append(f"No cutoff is stated for {', '.join(known.dated_by_creation)}: the day of creation stands for it.")
    functions = sorted(m.name for m in members if m.family == "function" and m.weight > 0 and m.name not in known.models)
    if functions:
        found.append(f"The functions {', '.join(functions)} state no cutoff and are taken to hold no trained model.")
    found += [f"{m.name} nearly always answers {m.always:g}: it decides nothing." for m in members if m.always is not None]
    return tuple(found)


def _calibration(decisions: Sequence[Decision], heaviest: Sequence[str]) -> dict[str, list[tuple[float, float, int]]]:
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for decision in decisions:
        if decision.outcome is None:
            continue
        if decision.probability is not None:
            pairs["council"].append((decision.probability, decision.outcome.rise))
        for vote in decision.votes:
            if vote.probability is not None:
                pairs[vote.member].append((vote.probability, decision.outcome.rise))
    return {name: reliability([p for p, _ in pairs[name]], [y for _, y in pairs[name]], max(1, min(10, len(pairs[name]) // 40)))
            for name in ("council", *heaviest) if pairs[name]}  # fmt: skip


def _weights(run: Proceedings, heaviest: Sequence[str]) -> dict[str, list[tuple[datetime, float]]]:
    """The mean weight at each moment; a member that was not called or did not vote has none."""
    stride = max(1, len(run.decisions) // CURVE_POINTS)
    kept: dict[str, dict[datetime, list[float]]] = {name: defaultdict(list) for name in heaviest}
    for decision in run.decisions[::stride]:
        cast = {vote.member: vote.weight for vote in decision.votes}
        for name in heaviest:
            kept[name][decision.time].append(cast.get(name, 0.0))
    return {name: [(moment, sum(w) / len(w)) for moment, w in found.items()] for name, found in kept.items()}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
