"""Ways to make one probability of several, and how much several forecasters are worth.

A pool takes the probabilities of a rise and a weight each, and gives one probability. Weights are at least 0, one of them above, and need
not sum to 1. Every pool is free of order, gives what all members say where they agree (the extremised pool and the majority apart), and
answers in about a microsecond for a handful of members: plain floats, no arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lyra_ai.errors import SettingError

CLIP = 0.02
"""Probabilities are held this far from 0 and 1 before a logit is taken, so that no single member can outvote all others."""
TRIM = 0.2
"""Share of the weight that `trimmed_pool` leaves out at each end."""

Pool = Callable[[Sequence[float], Sequence[float]], float]

_HIGH = 1.0 - CLIP


def logit(probability: float) -> float:
    """The logarithm of the odds, ln(p / (1 - p)). Raises SettingError unless 0 < p < 1."""
    if not 0.0 < probability < 1.0:
        raise SettingError(
            f"The logit of {probability} does not exist: a probability must lie between 0 and 1, both excluded. Clip it first."
        )
    return math.log(probability / (1.0 - probability))


def expit(log_odds: float) -> float:
    """The probability whose logit is `log_odds`; never overflows."""
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)


def clip(probability: float) -> float:
    """The probability, held between `CLIP` and 1 - `CLIP`."""
    return CLIP if probability < CLIP else _HIGH if probability > _HIGH else probability


def clipped_logit(probability: float) -> float:
    """The logit of the clipped probability: what a member says, as it enters sums. Raises SettingError outside 0 to 1."""
    if CLIP <= probability <= _HIGH:
        return math.log(probability / (1.0 - probability))
    if not 0.0 <= probability <= 1.0:
        raise SettingError(f"{probability} is no probability: it must lie from 0 to 1.")
    return logit(clip(probability))


def log_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted mean of the clipped logits, as a probability.

    Sharper than the mean of probabilities, and the only pool that does not care whether news reaches the members before or after pooling.
    Source: Genest, 1984 (externally Bayesian pools).
    """
    total = _checked(probabilities, weights)
    pooled = 0.0
    for probability, weight in zip(probabilities, weights, strict=True):
        p = CLIP if probability < CLIP else _HIGH if probability > _HIGH else probability
        pooled += weight * math.log(p / (1.0 - p))
    return expit(pooled / total)


def linear_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted mean; never more confident than the most confident member."""
    total = _checked(probabilities, weights)
    return _within(probabilities, math.fsum(p * w for p, w in zip(probabilities, weights, strict=True)) / total)


def median_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted median: half of the weight lies on either side. Where a gap divides the weight evenly, the gap's middle."""
    half = _checked(probabilities, weights) / 2
    below = 0.0
    lower: float | None = None
    for probability, weight in sorted(zip(probabilities, weights, strict=True)):
        if weight == 0.0:
            continue
        if lower is not None:
            return (lower + probability) / 2
        below += weight
        if math.isclose(below, half, rel_tol=1e-12):
            lower = probability
        elif below > half:
            return probability
    return probability if lower is None else lower


def trimmed_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted mean of what is left when `TRIM` of the weight is cut off at each end; a member may be cut in part."""
    total = _checked(probabilities, weights)
    low, high = TRIM * total, (1.0 - TRIM) * total
    below = pooled = kept = 0.0
    for probability, weight in sorted(zip(probabilities, weights, strict=True)):
        above = below + weight
        inside = min(above, high) - max(below, low)
        if inside > 0.0:
            pooled += inside * probability
            kept += inside
        below = above
    return _within(probabilities, pooled / kept)


def majority_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """The share of the weight that says rise; who says 0.5 is counted half. How sure the members are is thrown away."""
    total = _checked(probabilities, weights)
    rises = math.fsum(w if p > 0.5 else w / 2 if p == 0.5 else 0.0 for p, w in zip(probabilities, weights, strict=True))
    return min(rises / total, 1.0)


def extremised_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """The log pool with its logit multiplied by `extremity` of the number of members that have weight.

    Right where the members know different things; members that read the same figures do not, so this is no default.
    Source: Neyman and Roughgarden, 2021.
    """
    members = sum(1 for w in weights if w > 0.0)
    return expit(extremity(members) * logit(log_pool(probabilities, weights)))


def extremity(members: int) -> float:
    """Neyman and Roughgarden's factor d(n) = n (sqrt(3n^2 - 3n + 1) - 2) / (n^2 - n - 1): 1 for one member, 1.29 for two, sqrt(3) at most."""
    n = members
    return 1.0 if n < 1 else n * (math.sqrt(3 * n * n - 3 * n + 1) - 2) / (n * n - n - 1)


POOLS: dict[str, Pool] = {
    "log": log_pool,
    "linear": linear_pool,
    "median": median_pool,
    "trimmed": trimmed_pool,
    "majority": majority_pool,
    "extremised": extremised_pool,
}
"""Every pool by its name."""


def disagreement(probabilities: Sequence[float]) -> float:
    """The standard deviation of the clipped logits; 0.0 for one member or none."""
    return spread([clipped_logit(p) for p in probabilities])


def spread(logits: Sequence[float]) -> float:
    """The standard deviation of logits; 0.0 for one or none."""
    n = len(logits)
    if n < 2:
        return 0.0
    mean = sum(logits) / n
    return math.sqrt(sum([(x - mean) ** 2 for x in logits]) / n)


def effective_members(members: int, correlation: float) -> float:
    """How many independent members are worth as much: n / (1 + (n - 1) r), with r the mean correlation of the members' errors.

    Raises SettingError where there is no such number: n below 1, r above 1 or not above -1 / (n - 1).
    """
    spread = 1.0 + (members - 1) * correlation
    if members < 1 or not (correlation <= 1.0 and spread > 0.0):
        raise SettingError(f"{members} members with errors correlated by {correlation} cannot be: "
                           "at least 1 member, and a correlation above -1 / (members - 1) and at most 1.")  # fmt: skip
    return members / spread


def _checked(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """The sum of the weights, once everything has been looked at."""
    if len(probabilities) != len(weights) or not weights:
        raise SettingError(
            f"A pool got {len(probabilities)} probabilities and {len(weights)} weights; it needs one weight each and at least one."
        )
    total = 0.0
    for p, w in zip(probabilities, weights, strict=True):
        # What is not a number compares as false.
        if not (0.0 <= p <= 1.0 and w >= 0.0):
            raise SettingError(f"A pool got probability {p} with weight {w}; probabilities lie from 0 to 1 and weights are at least 0.")
        total += w
    if not 0.0 < total < math.inf:
        raise SettingError(
            f"The weights of a pool sum to {total}; the sum must be positive and finite. Without a voter there is nothing to pool."
        )
    return total


def _within(probabilities: Sequence[float], mean: float) -> float:
    """A mean without the last digit's rounding beyond what it is the mean of."""
    return min(max(mean, min(probabilities)), max(probabilities))
