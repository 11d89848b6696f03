"""Is 60 % said where 60 % happens? Calibration of a probability from its outcomes, the scores that judge it, and a gate for weak ones.

An outcome is 1 for a rise, 0 for a fall and 0.5 for neither. Everything here learns from closed horizons only, one after the other, so
what is said at any moment depends on nothing later.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lyra_ai.council.pools import clipped_logit, expit
from lyra_ai.errors import SettingError

Floats = NDArray[np.float64]

LEAST_SLOPE = 0.01
"""The slope of a calibration never falls below this: what the pool holds likelier stays likelier."""

_FLAT = 1e-5
"""A slope of the posterior below this ends a fit: coefficients are then off by no more than about this over the prior's precision."""

_NEAR = 1e-6
"""A coefficient this near to its bound and pulled towards it counts as pressed against it."""


class Platt:
    """Calibration on the scale of logits: a * logit(p) + b, fitted to outcomes with a Gaussian prior at a = 1, b = 0.

    `strength` is the precision of the prior: 20 is worth about 80 outcomes of a pool whose logits spread by 1, so that little is changed by
    little evidence. The fit is renewed every `refit` outcomes from the last `window`; the pool itself changes as it learns, and its old
    probabilities say less and less about its new ones. a is never below `LEAST_SLOPE`. Source: Platt, 1999; the ridge is ours.
    """

    def __init__(self, strength: float = 20.0, refit: int = 50, window: int = 1_000) -> None:
        if not (strength > 0 and refit >= 1 and window >= 1):
            raise SettingError(f"Platt got strength {strength}, refit {refit} and window {window}; all must be positive.")
        self.slope, self.offset = 1.0, 0.0
        self.outcomes = 0
        self._strength, self._refit, self._window = strength, refit, window
        self._rows = Rows(window)

    def __call__(self, probability: float) -> float:
        """The calibrated probability; SettingError outside 0 to 1."""
        return expit(self.slope * clipped_logit(probability) + self.offset)

    def learn(self, probability: float, outcome: float) -> None:
        """Take in what the pool had said (uncalibrated) and what came of it."""
        self._rows.append((clipped_logit(probability),), checked_outcome(outcome))
        self.outcomes += 1
        if self.outcomes % self._refit == 0:
            design, outcomes = self._rows.design()
            prior, least = np.array([0.0, 1.0]), np.array([-math.inf, LEAST_SLOPE])
            fitted = fit_logistic(design, outcomes, prior, self._strength, least, np.array([self.offset, self.slope]))
            self.offset, self.slope = float(fitted[0]), float(fitted[1])

    def restart(self, strength: float) -> None:
        """Forget everything, since the pool is no longer the one that was calibrated, and go on with a prior of this precision."""
        self.slope, self.offset, self.outcomes, self._strength = 1.0, 0.0, 0, strength
        self._rows = Rows(self._window)


class ConformalGate:
    """Lets a probability pass where the outcomes so far allow one answer only, at a share of misses that is held under drift.

    The set of answers to p holds rise if 1 - p is at most the quantile of the past scores 1 - p(what happened), and fall likewise; the gate
    is open where the set has one element. `alpha` is the share of sets that may miss; the level in use moves by `gamma` after each outcome,
    so that the share comes true even when the market changes. Scores are those of the last `window` outcomes; before `start` outcomes the
    gate is shut. Sources: Vovk et al., 2005 (split conformal); Gibbs and Candes, arXiv 2106.00170 (adaptive level).
    """

    def __init__(self, alpha: float = 0.3, gamma: float = 0.01, start: int = 100, window: int = 1_000) -> None:
        if not (0 < alpha < 1 and gamma >= 0 and 1 <= start <= window):
            raise SettingError(f"ConformalGate got alpha {alpha}, gamma {gamma}, start {start} and window {window}; "
                               "alpha lies between 0 and 1, gamma is at least 0, and start lies from 1 to window.")  # fmt: skip
        self.outcomes = 0
        self.level = alpha
        self._alpha, self._gamma, self._start, self._window = alpha, gamma, start, window
        self._recent: deque[float] = deque()
        self._sorted: list[float] = []

    def singleton(self, probability: float) -> bool:
        """Whether exactly one of rise and fall remains possible."""
        if self.outcomes < self._start:
            return False
        limit = self._limit()
        return (1.0 - probability <= limit) != (probability <= limit)

    def learn(self, probability: float, outcome: float) -> None:
        """Take in a probability and its outcome; one that neither rose nor fell has no true answer and is passed over."""
        if not 0.0 <= probability <= 1.0:
            raise SettingError(f"{probability} is no probability: it must lie from 0 to 1.")
        if checked_outcome(outcome) == 0.5:
            return
        score = 1.0 - probability if outcome > 0.5 else probability
        if self.outcomes >= self._start:
            self.level += self._gamma * (self._alpha - (score > self._limit()))
        self.outcomes += 1
        self._recent.append(score)
        bisect.insort(self._sorted, score)
        if len(self._recent) > self._window:
            del self._sorted[bisect.bisect_left(self._sorted, self._recent.popleft())]

    def _limit(self) -> float:
        """The score at rank ceil((n + 1)(1 - level)): infinite where no score is high enough, and below all scores at a level of 1."""
        rank = math.ceil((len(self._sorted) + 1) * (1.0 - self.level))
        if rank > len(self._sorted):
            return math.inf
        return self._sorted[rank - 1] if rank >= 1 else -math.inf


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


def fit_logistic(design: Floats, outcomes: Floats, prior: Floats, strength: float, least: Floats, start: Floats) -> Floats:
    """The most likely coefficients (m,) of a logistic regression with a Gaussian prior and lower bounds.

    `design` is (n, m), `outcomes` (n,) from 0 to 1; the prior has mean `prior` and precision `strength` in every direction, so there is
    one answer. Newton's method projected on the bounds. Source: Bertsekas, 1982.
    """
    theta = np.maximum(start, least)
    ridge = strength * np.eye(len(theta))
    value, p = _penalised(design, outcomes, theta, prior, strength)
    for _ in range(50):
        slope = (p - outcomes) @ design + strength * (theta - prior)
        free = (theta - least > _NEAR) | (slope < 0)
        if not np.any(np.abs(slope[free]) > _FLAT) and np.all(theta[~free] == least[~free]):
            break
        curve: Floats = np.add((design.T * (p * (1.0 - p))) @ design, ridge)
        # What is pressed against its bound goes there alone, and does not bend the others' way.
        held = ~free
        curve[held], curve[:, held] = 0.0, 0.0
        curve[held, held] = 1.0
        step = np.linalg.solve(curve, slope)
        for halvings in range(30):
            tried = np.maximum(theta - step * 0.5**halvings, least)
            lower, tried_p = _penalised(design, outcomes, tried, prior, strength)
            if lower < value:
                break
        else:
            # Nothing is lower to the last digit: this is the answer.
            break
        theta, value, p = tried, lower, tried_p
    return theta


def _penalised(design: Floats, outcomes: Floats, theta: Floats, prior: Floats, strength: float) -> tuple[float, Floats]:
    """Minus the logarithm of the posterior, up to a constant, and the probabilities (n,)."""
    z = np.clip(design @ theta, -500.0, 500.0)
    odds = np.exp(z)
    away = theta - prior
    return float(np.log1p(odds).sum() - outcomes @ z + 0.5 * strength * (away @ away)), odds / (1.0 + odds)


class Rows:
    """The last `window` outcomes with a row of logits each, in one array that is moved once a window. Rows may grow wider."""

    def __init__(self, window: int, rows: Iterable[Sequence[float]] = ()) -> None:
        self._window = window
        # Column 0 is the outcome, column 1 the constant of the design.
        self._table = np.zeros((64, 3))
        self._used = 0
        for outcome, *logits in rows:
            self.append(logits, outcome)

    def append(self, logits: Sequence[float], outcome: float) -> None:
        """Add an outcome and what had been said of it."""
        width = len(logits) + 2
        if width > self._table.shape[1] or self._used == len(self._table):
            self._make_room(width)
        row = self._table[self._used]
        row[0], row[1], row[2:width] = outcome, 1.0, logits
        self._used += 1

    def _make_room(self, width: int) -> None:
        kept = self._last()
        room = np.zeros((max(64, 2 * len(kept)), max(width, self._table.shape[1])))
        room[: len(kept), : kept.shape[1]] = kept
        self._table, self._used = room, len(kept)

    def _last(self) -> Floats:
        return self._table[max(self._used - self._window, 0) : self._used]

    def design(self) -> tuple[Floats, Floats]:
        """A column of ones and the logits (n, 1 + members), and the outcomes (n,)."""
        last = self._last()
        return np.ascontiguousarray(last[:, 1:]), np.ascontiguousarray(last[:, 0])


def checked_outcome(outcome: float) -> float:
    """The outcome, or SettingError if it is none of 0 (fall), 0.5 (neither) and 1 (rise)."""
    if outcome not in (0.0, 0.5, 1.0):
        raise SettingError(f"{outcome} is no outcome: 1 is a rise, 0 a fall and 0.5 neither.")
    return outcome


def _paired(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    p, y = np.asarray(probabilities, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if p.shape != y.shape or p.ndim != 1 or not len(p):
        raise SettingError(
            f"Probabilities of shape {p.shape} and outcomes of shape {y.shape} cannot be scored: two rows of one length are needed."
        )
    if not (np.all((p >= 0) & (p <= 1)) and np.all((y >= 0) & (y <= 1))):
        raise SettingError("Probabilities and outcomes must lie from 0 to 1 and be numbers; leave abstentions out before scoring.")
    return p, y
