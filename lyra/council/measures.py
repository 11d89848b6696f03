"""How good decisions were: scores of probabilities, returns of positions, and what simpler councils would have done in their place.

Everything is measured at the prices of the decisions themselves. A baseline votes on the very same decisions, and its probabilities become
positions by one rule for all, so that only the probabilities differ.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from lyra.council.proceedings import Decision, Member
from lyra.council.scores import block_bootstrap, brier, expected_calibration_error, log_score
from lyra_ai.council.pools import log_pool
from lyra_ai.errors import SettingError

Probabilities = Sequence[float | None]
Interval = tuple[float, float]
Sizing = Callable[[float | None], float | None]
"""From a probability, or None for an abstention, to the target as a fraction of the capital; None keeps what is held."""

LEAST_FOR_INTERVAL = 10
"""Values below which no interval is given: a bootstrap of a handful is a toy."""
CURVE_POINTS = 1_000
"""Points that are about kept of a curve, so that a report of hourly decisions stays small."""
_YEAR = timedelta(days=365.25)
_PRIOR_VOTES = 10
"""Votes of 0.5 that a member is taken to have cast before its first, so that one lucky vote makes no best member."""


@dataclass(frozen=True, slots=True)
class SizingRule:
    """From a probability to a target: a position of `size` beyond the band, and within it none (`flat`) or the one held (`abstain`)."""

    band: float = 0.02
    size: float = 1.0
    shorts: bool = True
    inside: str = "flat"

    def __post_init__(self) -> None:
        if not 0 <= self.band < 0.5 or not 0 < self.size <= 1 or self.inside not in ("flat", "abstain"):
            raise SettingError(f"The rule of baselines has band {self.band}, size {self.size} and inside {self.inside!r}; "
                               "band lies from 0 to below 0.5, size above 0 to 1, inside is flat or abstain.")  # fmt: skip

    def target(self, probability: float | None) -> float | None:
        """The fraction of the capital to hold, negative for short; None keeps what is held."""
        if probability is None:
            return None
        if abs(probability - 0.5) < self.band or probability == 0.5:
            return 0.0 if self.inside == "flat" else None
        if probability > 0.5:
            return self.size
        return -self.size if self.shorts else 0.0


def rule_of(decisions: Sequence[Decision], band: float) -> SizingRule:
    """The rule that the council's own decisions follow: their usual size, whether they go short, what they do within the band."""
    sizes = [abs(d.size) for d in decisions if d.state in ("long", "short") and d.size]
    within = Counter(d.state for d in decisions if d.probability is not None and abs(d.probability - 0.5) < band)
    below = [d.state for d in decisions if d.probability is not None and d.probability <= 0.5 - band]
    shorts = "short" in below or "flat" not in below
    inside = "abstain" if within["abstain"] > within["flat"] else "flat"
    return SizingRule(band, min(float(np.median(sizes)), 1.0) if sizes else 1.0, shorts, inside)


@dataclass(frozen=True, slots=True)
class Scores:
    """How probabilities met outcomes. `hit_rate` leaves out 0.5 and prices that stood still; None is for what cannot be said.

    `skill` is 1 - Brier / Brier of always saying the base rate of these very outcomes, which is known in hindsight only: a hard reference.
    """

    count: int
    hit_rate: float | None
    brier: float | None
    log_score: float | None
    calibration_error: float | None
    base_rate: float | None
    skill: float | None


def scores(decisions: Sequence[Decision], probabilities: Probabilities) -> Scores:
    """The scores of one probability for each decision; only what has a probability and an outcome counts."""
    pairs = [(p, d.outcome.rise) for d, p in zip(decisions, probabilities, strict=True) if p is not None and d.outcome is not None]
    if not pairs:
        return Scores(0, None, None, None, None, None, None)
    said, happened = map(list, zip(*pairs, strict=True))
    sides = [(p > 0.5) == (y > 0.5) for p, y in pairs if p != 0.5 and y != 0.5]
    rate = sum(happened) / len(happened)
    score, reference = brier(said, happened), brier([rate] * len(pairs), happened)
    return Scores(
        len(pairs), sum(sides) / len(sides) if sides else None, score, log_score(said, happened),
        expected_calibration_error(said, happened), rate, 1.0 - score / reference if reference > 0 else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trading:
    """What positions earned, after fees, as fractions: `total` compounded, `mean` a step, `turnover` summed; `sharpe` is a year's.

    `interval` is the 95 % interval of `mean`; `curve` is the value of 1 over time, thinned.
    """

    total: float
    mean: float
    sharpe: float | None
    turnover: float
    steps: int
    interval: Interval | None
    curve: tuple[tuple[datetime, float], ...]


def targets(decisions: Sequence[Decision]) -> list[float | None]:
    """The council's own targets: long and short as it sized them, flat is 0, and None for an abstention, which keeps the position."""
    return [{"long": abs(d.size), "short": -abs(d.size), "flat": 0.0}.get(d.state) for d in decisions]


def trade(decisions: Sequence[Decision], wanted: Sequence[float | None], fee: float, rng: np.random.Generator) -> Trading:
    """Hold each symbol's target from its decision to its next one, at the decisions' prices; symbols share the capital equally.

    The return of a step is position * (next price / price - 1) - fee * |change of position|. It begins without positions, and the last
    decision of a symbol only ends a step. A position is counted as the fraction it was set to: its drift between decisions is left out.
    """
    share = 1.0 / max(len({d.symbol for d in decisions}), 1)
    held: dict[str, tuple[float, float, float]] = {}
    gained: dict[datetime, float] = defaultdict(float)
    turnover = 0.0
    for decision, target in zip(decisions, wanted, strict=True):
        price, position, change = held.get(decision.symbol, (decision.price, 0.0, 0.0))
        if decision.symbol in held:
            gained[decision.time] += share * (position * (decision.price / price - 1.0) - fee * change)
            turnover += share * change
        new = position if target is None else target
        held[decision.symbol] = (decision.price, new, abs(new - position))
    return _summed(decisions, gained, turnover, rng)


def _summed(decisions: Sequence[Decision], gained: Mapping[datetime, float], turnover: float, rng: np.random.Generator) -> Trading:
    if not gained:
        return Trading(0.0, 0.0, None, turnover, 0, None, ())
    returns = np.array(list(gained.values()))
    value = np.cumprod(np.maximum(1.0 + returns, 0.0))
    years = (decisions[-1].time - decisions[0].time) / _YEAR
    deviation = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    sharpe = float(returns.mean()) / deviation * math.sqrt(len(returns) / years) if deviation > 1e-15 and years > 0 else None
    points = [(decisions[0].time, 1.0), *zip(gained, value.tolist(), strict=True)]
    # From the end backwards, so that the last value stays.
    curve = tuple(points[:: -max(1, len(points) // CURVE_POINTS)][::-1])
    return Trading(float(value[-1]) - 1.0, float(returns.mean()), sharpe, turnover, len(returns), interval(returns.tolist(), 1, rng), curve)


def interval(values: Sequence[float], overlap: int, rng: np.random.Generator) -> Interval | None:
    """The block-bootstrap 95 % interval of a mean; None for too few. Blocks are as long as the overlap, at least the cube root of n."""
    n = len(values)
    return None if n < LEAST_FOR_INTERVAL else block_bootstrap(values, min(max(overlap, round(n ** (1 / 3))), n), rng)


def overlap(decisions: Sequence[Decision]) -> int:
    """The most horizons that are open at one moment, all symbols together; 1 if none overlap."""
    open_until: list[datetime] = []
    most = 1
    for decision in decisions:
        while open_until and open_until[0] <= decision.time:
            heapq.heappop(open_until)
        heapq.heappush(open_until, decision.due)
        most = max(most, len(open_until))
    return most


def effective_outcomes(decisions: Sequence[Decision]) -> float:
    """How many outcomes the decisions are worth: for each symbol T / h, the time that they cover over the usual horizon, at most their number."""
    by_symbol: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_symbol[decision.symbol].append(decision)
    total = 0.0
    for own in by_symbol.values():
        horizon = sorted(d.horizon for d in own)[len(own) // 2]
        covered = max(d.due for d in own) - own[0].time
        total += min(float(len(own)), covered / horizon) if horizon > timedelta(0) else float(len(own))
    return total


@dataclass(frozen=True, slots=True)
class Baseline:
    """What another way to decide would have done. `difference` is the council's mean Brier score less its own, on what both scored."""

    name: str
    scores: Scores
    trading: Trading
    difference: float | None
    interval: Interval | None


def equal_pool(decisions: Sequence[Decision], counts: Callable[[str], bool] = lambda _: True) -> list[float | None]:
    """The log pool of the votes of those who count, all with one weight; None where none of them voted."""
    pooled: list[float | None] = []
    for decision in decisions:
        said = [vote.probability for vote in decision.votes if vote.probability is not None and counts(vote.member)]
        pooled.append(log_pool(said, [1.0] * len(said)) if said else None)
    return pooled


def best_so_far(decisions: Sequence[Decision]) -> list[float | None]:
    """At each decision the vote of the member with the best Brier score on the outcomes that had come by then; None before the first.

    The mean is taken with ten votes of 0.5 beside a member's own (a loss of 0.25 each). Equals go by name.
    """
    coming = sorted((d for d in decisions if d.outcome is not None), key=lambda d: d.outcome.time if d.outcome else d.time, reverse=True)
    losses: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    chosen: list[float | None] = []
    for decision in decisions:
        while coming and (outcome := coming[-1].outcome) is not None and outcome.time <= decision.time:
            for vote in coming.pop().votes:
                if vote.probability is not None:
                    losses[vote.member][0] += (vote.probability - outcome.rise) ** 2
                    losses[vote.member][1] += 1
        known = [((losses[v.member][0] + 0.25 * _PRIOR_VOTES) / (losses[v.member][1] + _PRIOR_VOTES), v.member, v.probability)
                 for v in decision.votes if v.probability is not None and v.member in losses]  # fmt: skip
        chosen.append(min(known)[2] if known else None)
    return chosen


def best_in_hindsight(decisions: Sequence[Decision]) -> tuple[str, list[float | None]]:
    """The member with the best Brier score of all that voted on at least half of the scored decisions, and its votes; `""` for none."""
    said: dict[str, list[float | None]] = {}
    for index, decision in enumerate(decisions):
        for vote in decision.votes:
            said.setdefault(vote.member, [None] * len(decisions))[index] = vote.probability
    found = {who: scores(decisions, probabilities) for who, probabilities in said.items()}
    enough = sum(d.outcome is not None for d in decisions) / 2
    fit = [(s.brier, who) for who, s in found.items() if s.brier is not None and s.count >= enough]
    best = min(fit)[1] if fit else ""
    return best, said.get(best, [None] * len(decisions))


@dataclass(frozen=True)
class Part:
    """The measures of a stretch of decisions. `days` counts the days with a scored decision, `effective` what its outcomes are worth."""

    name: str
    start: datetime
    end: datetime
    decisions: int
    open: int
    days: int
    states: dict[str, int]
    scores: Scores
    brier_difference: float | None
    brier_interval: Interval | None
    trading: Trading
    overlap: int
    effective: float
    baselines: tuple[Baseline, ...]


def measure(name: str, decisions: Sequence[Decision], ex_ante: Probabilities, members: Mapping[str, Member], sizing: Sizing, fee: float,
            rng: np.random.Generator) -> Part:  # fmt: skip
    """All measures of at least one decision. `ex_ante` are the votes of the best member so far, learned on the whole run."""
    own = [d.probability for d in decisions]
    scored = [d for d in decisions if d.probability is not None and d.outcome is not None]
    result, lap = scores(decisions, own), overlap(decisions)
    losses = _losses(decisions, own, [result.base_rate] * len(decisions))
    states = Counter(d.state for d in decisions)
    return Part(
        name, decisions[0].time, decisions[-1].time, len(decisions), sum(d.outcome is None for d in decisions),
        len({d.time.date() for d in scored}), {state: states[state] for state in ("long", "short", "flat", "abstain")}, result,
        sum(losses) / len(losses) if losses else None, interval(losses, lap, rng), trade(decisions, targets(decisions), fee, rng), lap,
        effective_outcomes(scored), _baselines(decisions, ex_ante, members, sizing, fee, lap, rng),
    )  # fmt: skip


def _losses(decisions: Sequence[Decision], own: Probabilities, other: Probabilities) -> list[float]:
    """The council's squared error less the other's, where both have a probability and there is an outcome."""
    return [(p - d.outcome.rise) ** 2 - (q - d.outcome.rise) ** 2
            for d, p, q in zip(decisions, own, other, strict=True) if p is not None and q is not None and d.outcome is not None]  # fmt: skip


def _baselines(decisions: Sequence[Decision], ex_ante: Probabilities, members: Mapping[str, Member], sizing: Sizing, fee: float, lap: int,
               rng: np.random.Generator) -> tuple[Baseline, ...]:  # fmt: skip
    own = [d.probability for d in decisions]
    best, hindsight = best_in_hindsight(decisions)
    voters: list[tuple[str, Probabilities]] = [
        ("equal weights", equal_pool(decisions)),
        ("best single so far", ex_ante),
        (f"best in hindsight ({best or 'none'})", hindsight),
        ("experts alone", equal_pool(decisions, lambda who: who in members and members[who].family == "expert")),
    ]
    found = []
    for name, probabilities in voters:
        losses = _losses(decisions, own, probabilities)
        found.append(Baseline(name, scores(decisions, probabilities), trade(decisions, [sizing(p) for p in probabilities], fee, rng),
                              sum(losses) / len(losses) if losses else None, interval(losses, lap, rng)))  # fmt: skip
    nothing = [None] * len(decisions)
    for name, position in (("no AI", 0.0), ("buy and hold", 1.0)):
        trading = trade(decisions, [position] * len(decisions), fee, rng)
        found.append(Baseline(name, scores(decisions, nothing), trading, None, None))
    return tuple(found)
