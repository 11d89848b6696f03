"""Scores of probabilities against outcomes: 1 for a rise, 0 for a fall, 0.5 for neither."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike

from lyra_ai.council.views import Floats
from lyra_ai.errors import SettingError


def brier(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean squared error of probabilities: 0 is perfect, 0.25 is what saying 0.5 earns. Source: Brier, 1950."""
    p, y = _paired(probabilities, outcomes)
    return float(((p - y) ** 2).mean())


def log_score(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean of -ln of the probability given to what happened: ln 2 for saying 0.5, infinite for being sure and wrong. Source: Good, 1952."""
    p, y = _paired(probabilities, outcomes)
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0 times infinity: what did not happen costs nothing.
        costs = np.where(y > 0, y * np.log(p), 0.0) + np.where(y < 1, (1 - y) * np.log1p(-p), 0.0)
    return float(-costs.mean())


def reliability(probabilities: ArrayLike, outcomes: ArrayLike, bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean probability, share of rises and count in at most `bins` bins of about equal count, from low to high; equal ones stay together."""
    if bins < 1:
        raise SettingError(f"Reliability in {bins} bins says nothing; 1 is the least.")
    p, y = _paired(probabilities, outcomes)
    order = np.argsort(p, kind="stable")
    p, y = p[order], y[order]
    cuts = p[[len(p) * i // bins for i in range(1, bins)]]
    edges = np.unique([0, *np.searchsorted(p, cuts), len(p)]).tolist()
    return [(float(p[a:b].mean()), float(y[a:b].mean()), b - a) for a, b in itertools.pairwise(edges)]


def expected_calibration_error(probabilities: ArrayLike, outcomes: ArrayLike, bins: int = 10) -> float:
    """Mean distance between what is said and what happens over the bins of `reliability`, weighted by their counts."""
    table = reliability(probabilities, outcomes, bins)
    return sum(abs(said - happened) * count for said, happened, count in table) / sum(count for *_, count in table)


def block_bootstrap(
    values: ArrayLike, block: int, rng: np.random.Generator, level: float = 0.95, draws: int = 2_000
) -> tuple[float, float]:
    """Confidence interval of a mean whose terms depend on their neighbours, as the outcomes of overlapping horizons do.

    `block` is the number of neighbours drawn together: at least the overlap. Source: Politis and Romano, 1992 (circular blocks).
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or not len(x) or not 1 <= block <= len(x) or not 0 < level < 1 or draws < 1:
        raise SettingError(f"A bootstrap of values of shape {x.shape} in blocks of {block} at level {level} with {draws} draws cannot be: "
                           "one row of values, a block no longer than it, a level between 0 and 1.")  # fmt: skip
    sums = np.concatenate([[0.0], np.cumsum(np.concatenate([x, x[: block - 1]]))])
    means = (sums[block:] - sums[:-block]) / block
    drawn = means[rng.integers(len(x), size=(draws, max(len(x) // block, 1)))].mean(axis=1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def error_correlation(errors: ArrayLike) -> float | None:
    """Mean correlation between two members' errors p - outcome, over all pairs; None where no pair can be compared.

    `errors` has a row an outcome and a column a member, NaN where a member abstained. A pair counts with 3 common outcomes or more.
    Part of it comes from the shared outcome: members that say nothing worth hearing err alike too.
    """
    e = np.asarray(errors, dtype=np.float64)
    if e.ndim != 2:
        raise SettingError(f"Errors of shape {e.shape} are no table; a row an outcome and a column a member are needed.")
    found = []
    for i in range(e.shape[1]):
        for j in range(i):
            both = e[np.isfinite(e[:, i]) & np.isfinite(e[:, j])][:, [i, j]]
            if len(both) >= 3 and both.std(axis=0).min() > 0:
                centred = both - both.mean(axis=0)
                squares = np.sqrt((centred**2).sum(axis=0))
                found.append(float(centred[:, 0] @ centred[:, 1] / (squares[0] * squares[1])))
    return sum(found) / len(found) if found else None


def _paired(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    p, y = np.asarray(probabilities, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if p.shape != y.shape or p.ndim != 1 or not len(p):
        raise SettingError(
            f"Probabilities of shape {p.shape} and outcomes of shape {y.shape} cannot be scored: two rows of one length are needed."
        )
    if not (np.all((p >= 0) & (p <= 1)) and np.all((y >= 0) & (y <= 1))):
        raise SettingError("Probabilities and outcomes must lie from 0 to 1 and be numbers; leave abstentions out before scoring.")
    return p, y
