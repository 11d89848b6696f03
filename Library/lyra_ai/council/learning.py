"""Whom to believe, and how much, learned from outcomes: horizons that close, and the weightings and calibrations that learn from them.

`Horizons` is the one door through which outcomes come: it closes a horizon at the first price at or after its due moment and never before,
so nothing that learns here can see the future. A weighting turns outcomes into coefficients: the pooled logit is

    bias + sum over the awake members of coefficient * clipped logit,

where the awake are those that voted. Who abstains sleeps: it is neither asked nor blamed. Members may appear at any time.
"""

from __future__ import annotations

import bisect
import heapq
import math
from array import array
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np

from lyra_ai.council.pools import CLIP, clipped_logit, expit
from lyra_ai.council.views import Floats, naive_utc
from lyra_ai.errors import SettingError


class Closed(NamedTuple):
    """A horizon that has closed: what was said at its start and what came of it.

    `due` is when it was to close and `closed_at` the moment of the first price at or after that, both UTC. `probabilities` are those of
    the members that voted, `pooled` that of the pool before calibration, None where there was none.
    """

    key: int
    symbol: str
    due: datetime
    closed_at: datetime
    start_price: float
    end_price: float
    probabilities: Mapping[str, float]
    pooled: float | None

    @property
    def outcome(self) -> float:
        """1 for a rise, 0 for a fall, 0.5 for neither."""
        return 1.0 if self.end_price > self.start_price else 0.0 if self.end_price < self.start_price else 0.5

    @property
    def log_return(self) -> float:
        """The logarithm of the end price over the start price."""
        return math.log(self.end_price / self.start_price)


class _Open(NamedTuple):
    due: datetime
    order: int
    """How many were opened before it, so that those due at one moment close in the order they were opened in."""
    key: int
    price: float
    probabilities: dict[str, float]
    pooled: float | None


class Horizons:
    """Decisions whose outcome is not known yet, by symbol."""

    def __init__(self) -> None:
        # Horizons need not fall due in the order they were opened in.
        self._heaps: dict[str, list[_Open]] = {}
        self._opened = 0

    def __len__(self) -> int:
        """How many are open."""
        return sum(map(len, self._heaps.values()))

    def open(self, key: int, symbol: str, due: datetime, price: float, probabilities: Mapping[str, float], pooled: float | None) -> None:
        """Remember a decision until `due` (UTC; without a zone it is taken as UTC). `price` is the one the outcome is measured from.

        `key` is the caller's own name for the decision. Raises SettingError for a price that is not positive and for no probability.
        """
        _check_price(price, symbol)
        for who, probability in probabilities.items():
            if not 0.0 <= probability <= 1.0:
                raise SettingError(f"{who} gave {symbol} the probability {probability}; it must lie from 0 to 1. Leave out who abstains.")
        entry = _Open(naive_utc(due), self._opened, key, float(price), dict(probabilities), pooled)
        heapq.heappush(self._heaps.setdefault(symbol, []), entry)
        self._opened += 1

    def observe(self, symbol: str, now: datetime, price: float) -> list[Closed]:
        """Close what is due for the symbol at `now` (UTC), oldest due first; mostly nothing, which costs next to nothing.

        Raises SettingError for a price that is not positive, if something is due.
        """
        heap = self._heaps.get(symbol)
        if not heap:
            return []
        if now.tzinfo is not None:
            now = naive_utc(now)
        if heap[0].due > now:
            return []
        _check_price(price, symbol)
        closed = []
        while heap and heap[0].due <= now:
            due, _, key, start, probabilities, pool = heapq.heappop(heap)
            closed.append(Closed(key, symbol, due, now, start, float(price), probabilities, pool))
        return closed


def _check_price(price: float, symbol: str) -> None:
    if not 0.0 < price < math.inf:
        raise SettingError(f"The price of {symbol} is {price}; an outcome needs a price that is positive and finite.")


class Weighting(Protocol):
    """How much each member counts. Implementations: `EqualWeights`, `FixedShare`, `Stacked`."""

    outcomes: int
    """How many outcomes it has learned from."""

    @property
    def fitted(self) -> bool:
        """Whether the coefficients are those of a fit, which has its own scale, and no longer weights that sum to 1."""

    def coefficients(self, awake: Sequence[str]) -> tuple[float, list[float]]:
        """The bias of the pooled logit, and a coefficient of at least 0 for each awake member, in their order."""

    def learn(self, probabilities: Mapping[str, float], outcome: float) -> None:
        """Take in what the awake members had said and what came of it: 1 a rise, 0 a fall, 0.5 neither."""


def pooled(weighting: Weighting, probabilities: Mapping[str, float]) -> float | None:
    """The pooled probability of the members that voted, before calibration; None where none did."""
    if not probabilities:
        return None
    bias, coefficients = weighting.coefficients(list(probabilities))
    for p, coefficient in zip(probabilities.values(), coefficients, strict=True):
        bias += coefficient * (math.log(p / (1.0 - p)) if CLIP <= p <= 1.0 - CLIP else clipped_logit(p))
    return expit(bias)


class EqualWeights:
    """Every awake member counts the same: the log pool. What every other weighting has to beat."""

    def __init__(self) -> None:
        self.outcomes = 0

    @property
    def fitted(self) -> bool:
        """Never: weights that sum to 1."""
        return False

    def coefficients(self, awake: Sequence[str]) -> tuple[float, list[float]]:
        """No bias, and one share each."""
        return 0.0, _equal(awake)

    def learn(self, probabilities: Mapping[str, float], outcome: float) -> None:
        """Count the outcome."""
        checked_outcome(outcome)
        self.outcomes += 1


def _equal(awake: Sequence[str]) -> list[float]:
    return [1.0 / len(awake)] * len(awake) if awake else []


class FixedShare:
    """Exponential weights on the Brier loss, a share `alpha` of which is dealt out anew after each outcome.

    w <- w exp(-eta (p - y)^2), then w <- (1 - alpha) w + alpha mean(w), over the awake; they keep their joint mass, so who sleeps neither
    gains nor loses. With alpha = 0 it is Hedge, whose regret to the best member is at most ln K / eta + eta T / 8. `shrinkage` is the number
    of outcomes at which learned and equal weights count half each: equal * n0 / (n0 + n) + learned * n / (n0 + n). The defaults: eta 1/2 is
    the largest rate at which the mixture's regret on the Brier loss is constant; alpha 0.01 expects a new best member every 100 outcomes;
    1000 because telling 56 % from 53 % takes some 4 300 outcomes. Sources: Cesa-Bianchi and Lugosi, 2006, ch. 2 and 3; Herbster and Warmuth,
    1998; Freund et al., 1997 (members that sleep).
    """

    def __init__(self, eta: float = 0.5, alpha: float = 0.01, shrinkage: float = 1_000.0) -> None:
        if not (0 < eta < math.inf and 0 <= alpha <= 1 and 0 <= shrinkage < math.inf):
            raise SettingError(f"FixedShare got eta {eta}, alpha {alpha} and shrinkage {shrinkage}; "
                               "eta is positive, alpha lies from 0 to 1, and shrinkage is at least 0.")  # fmt: skip
        self.outcomes = 0
        self._eta, self._alpha, self._shrinkage = eta, alpha, shrinkage
        # Logarithms: a member that was bad for long must not round to a weight of 0, from which nothing comes back.
        self._logs: dict[str, float] = {}

    @property
    def fitted(self) -> bool:
        """Never: weights that sum to 1."""
        return False

    def coefficients(self, awake: Sequence[str]) -> tuple[float, list[float]]:
        """No bias; weights of the awake that sum to 1."""
        if not self.outcomes or not awake:
            return 0.0, _equal(awake)
        logs = self._of(awake)
        top = max(logs, default=0.0)
        learned = [math.exp(log - top) for log in logs]
        trust = self.outcomes / (self._shrinkage + self.outcomes) / sum(learned)
        rest = self._shrinkage / (self._shrinkage + self.outcomes) / len(awake)
        return 0.0, [rest + trust * w for w in learned]

    def learn(self, probabilities: Mapping[str, float], outcome: float) -> None:
        """Take in one outcome; those missing from `probabilities` slept."""
        checked_outcome(outcome)
        self.outcomes += 1
        if not probabilities:
            return
        before = self._of(probabilities)
        after = [log - self._eta * (p - outcome) ** 2 for log, p in zip(before, probabilities.values(), strict=True)]
        top = max(after)
        weights = [math.exp(log - top) for log in after]
        mean = sum(weights) / len(weights)
        if self._alpha:
            after = [top + math.log((1 - self._alpha) * w + self._alpha * mean) for w in weights]
        highest = max(before)
        mass = highest + math.log(sum(math.exp(log - highest) for log in before) / len(before))
        lift = mass - (top + math.log(mean))
        self._logs.update(zip(probabilities, (log + lift for log in after), strict=True))

    def _of(self, members: Collection[str]) -> list[float]:
        """The logarithms of the members' weights; a new member's weight is the mean of the others'."""
        logs = self._logs
        with suppress(KeyError):
            return [logs[who] for who in members]
        top = max(logs.values(), default=0.0)
        new = top + math.log(sum(math.exp(log - top) for log in logs.values()) / len(logs)) if logs else 0.0
        return [logs.get(who, new) for who in members]


class Stacked:
    """A logistic regression of the outcome on the members' logits, with a prior at equal weights.

    The prior is Gaussian around a coefficient of 1/K each and a bias of 0, with precision `strength`; coefficients are at least 0. The fit is
    renewed from the last `window` outcomes whenever there are `refit` new ones, and a tenth more: one more says little among many. A vote that
    is missing counts as a logit of 0. Equal weights hold until `start` outcomes. Where members sleep, the coefficients of the awake are scaled
    up so that their sum is kept; a member that no fit has seen starts at the prior. The defaults come from outside the study: 20 outweighs the
    first 80 outcomes at logits that spread by 1, and 500 outcomes are where trained pools of a handful of members begin to pay. Source for the
    method: Wolpert, 1992; LeBlanc and Tibshirani, 1996 (coefficients at least 0).

    `signed` lifts the bound at 0. Where errors are shared, a weak member's error is news about a strong member's, and the best pool
    subtracts it; the price is a pool that may fall when a member's probability rises. Nothing is scaled then when members sleep.
    """

    def __init__(self, strength: float = 20.0, refit: int = 25, start: int = 500, window: int = 5_000, signed: bool = False) -> None:
        if not (strength > 0 and refit >= 1 and start >= 0 and window >= 1):
            raise SettingError(f"Stacked got strength {strength}, refit {refit}, start {start} and window {window}; "
                               "strength, refit and window must be positive and start at least 0.")  # fmt: skip
        self.outcomes = 0
        self._strength, self._refit, self._start, self._window, self._signed = strength, refit, start, window, signed
        self._due = refit
        """Outcomes at which there is another fit."""
        self._members: dict[str, int] = {}
        self._rows = Rows(window)
        self._bias = 0.0
        self._theta: dict[str, float] = {}

    @property
    def fitted(self) -> bool:
        """Whether there has been a fit."""
        return bool(self._theta)

    def coefficients(self, awake: Sequence[str]) -> tuple[float, list[float]]:
        """The fitted bias and coefficients. Where all the awake have been fitted to 0 they stay at 0: nothing known speaks for them."""
        fitted = self._theta
        if not fitted:
            return 0.0, _equal(awake)
        if len(awake) == len(fitted):
            with suppress(KeyError):
                return self._bias, [fitted[who] for who in awake]
        prior = 1.0 / len(fitted.keys() | set(awake))
        found = [fitted.get(who, prior) for who in awake]
        if self._signed:
            return self._bias, found
        total = sum(found)
        scale = sum(fitted.values()) / total if total > 0.0 else 0.0
        return self._bias, [scale * c for c in found]

    def learn(self, probabilities: Mapping[str, float], outcome: float) -> None:
        """Take in one outcome; those missing from `probabilities` slept."""
        checked_outcome(outcome)
        members = self._members
        for who in probabilities:
            if who not in members:
                members[who] = len(members)
        row = [0.0] * len(members)
        for who, p in probabilities.items():
            row[members[who]] = clipped_logit(p)
        self._rows.append(row, outcome)
        self.outcomes += 1
        if self.outcomes >= max(self._due, self._start) and self._members:
            self._fit()
            self._due = self.outcomes + max(self._refit, min(self.outcomes, self._window) // GROWTH)

    def _fit(self) -> None:
        members = len(self._members)
        design, outcomes = self._rows.design()
        prior = np.array([0.0] + [1.0 / members] * members)
        least = np.array([-math.inf] + [-math.inf if self._signed else 0.0] * members)
        begin = np.array([self._bias] + [self._theta.get(who, 1.0 / members) for who in self._members])
        bias, *fitted = fit_logistic(design, outcomes, prior, self._strength, least, begin).tolist()
        self._bias, self._theta = bias, dict(zip(self._members, fitted, strict=True))


GROWTH = 10
"""One part in so many of the outcomes that a fit is of, when they are new, is reason for another fit."""
LEAST_SLOPE = 0.01
"""The slope of a calibration never falls below this: what the pool holds likelier stays likelier."""

_FLAT = 1e-5
"""A slope of the posterior below this ends a fit: coefficients are then off by no more than about this over the prior's precision."""

_NEAR = 1e-6
"""A coefficient this near to its bound and pulled towards it counts as pressed against it."""


class Platt:
    """Calibration on the scale of logits: a * logit(p) + b, fitted to outcomes with a Gaussian prior at a = 1, b = 0.

    `strength` is the precision of the prior: 20 is worth about 80 outcomes of a pool whose logits spread by 1, so that little is changed by
    little evidence. The fit is renewed from the last `window` outcomes after `refit` new ones, and a tenth more; the pool itself changes as it
    learns, and its old probabilities say less and less about its new ones. a is never below `LEAST_SLOPE`. Source: Platt, 1999; the ridge is
    ours.
    """

    def __init__(self, strength: float = 20.0, refit: int = 50, window: int = 1_000) -> None:
        if not (strength > 0 and refit >= 1 and window >= 1):
            raise SettingError(f"Platt got strength {strength}, refit {refit} and window {window}; all must be positive.")
        self.slope, self.offset = 1.0, 0.0
        self.outcomes = 0
        self._strength, self._refit, self._window, self._due = strength, refit, window, refit
        self._rows = Rows(window)

    def __call__(self, probability: float) -> float:
        """The calibrated probability; SettingError outside 0 to 1."""
        return expit(self.slope * clipped_logit(probability) + self.offset)

    def learn(self, probability: float, outcome: float) -> None:
        """Take in what the pool had said (uncalibrated) and what came of it."""
        self._rows.append((clipped_logit(probability),), checked_outcome(outcome))
        self.outcomes += 1
        if self.outcomes >= self._due:
            self._due = self.outcomes + max(self._refit, min(self.outcomes, self._window) // GROWTH)
            design, outcomes = self._rows.design()
            prior, least = np.array([0.0, 1.0]), np.array([-math.inf, LEAST_SLOPE])
            fitted = fit_logistic(design, outcomes, prior, self._strength, least, np.array([self.offset, self.slope]))
            self.offset, self.slope = float(fitted[0]), float(fitted[1])

    def restart(self, strength: float) -> None:
        """Forget everything, since the pool is no longer the one that was calibrated, and go on with a prior of this precision."""
        self.slope, self.offset, self.outcomes, self._strength, self._due = 1.0, 0.0, 0, strength, self._refit
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


FITTED_STRENGTH = 200.0
"""Precision of the prior of a calibration behind a fitted pool: the fit has maximised the likelihood and is calibrated already, so that ten
times the evidence is asked for before anything is changed in it again."""


class LearnedPool:
    """A weighting and the calibration of its pool, kept in step.

    The calibration learns from what the pool as it is now says of the votes of a closed horizon, just before the weighting learns from the
    same horizon: so it is neither of a pool of the past nor of one that has seen the outcome. When the first fit takes the place of equal
    weights, the pool is another one and its calibration begins anew, with the precision `FITTED_STRENGTH`.
    """

    def __init__(self, weighting: Weighting, calibration: Platt) -> None:
        self.weighting, self.calibration = weighting, calibration

    def __call__(self, probabilities: Mapping[str, float]) -> tuple[float, float] | None:
        """The pooled probability before and after calibration; None where nobody voted."""
        raw = pooled(self.weighting, probabilities)
        return None if raw is None else (raw, self.calibration(raw))

    def learn(self, probabilities: Mapping[str, float], outcome: float) -> None:
        """Take in the votes of a closed horizon and its outcome; without votes there is nothing to learn."""
        raw = pooled(self.weighting, probabilities)
        if raw is None:
            return
        self.calibration.learn(raw, outcome)
        was_fitted = self.weighting.fitted
        self.weighting.learn(probabilities, outcome)
        if self.weighting.fitted and not was_fitted:
            self.calibration.restart(FITTED_STRENGTH)


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
    """The last `window` outcomes with a row of logits each. Rows may grow wider; those before are then filled up with 0."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._width = 2
        # Row after row: the outcome, the constant of the design, the logits.
        self._numbers = array("d")

    def append(self, logits: Sequence[float], outcome: float) -> None:
        """Add an outcome and what had been said of it."""
        width, numbers = len(logits) + 2, self._numbers
        if width != self._width:
            self._widen(width)
        elif len(numbers) >= 2 * self._window * width:
            del numbers[: -self._window * width]
        self._numbers.extend((outcome, 1.0, *logits))

    def _widen(self, width: int) -> None:
        before = np.array(self._numbers).reshape(-1, self._width)
        table = np.zeros((len(before), width))
        table[:, : self._width] = before
        self._numbers, self._width = array("d", table.tobytes()), width

    def design(self) -> tuple[Floats, Floats]:
        """A column of ones and the logits (n, 1 + members), and the outcomes (n,)."""
        last = np.frombuffer(self._numbers).reshape(-1, self._width)[-self._window :]
        # Copies: while a view of them lives, the numbers cannot grow.
        return last[:, 1:].copy(), last[:, 0].copy()


def checked_outcome(outcome: float) -> float:
    """The outcome, or SettingError if it is none of 0 (fall), 0.5 (neither) and 1 (rise)."""
    if outcome not in (0.0, 0.5, 1.0):
        raise SettingError(f"{outcome} is no outcome: 1 is a rise, 0 a fall and 0.5 neither.")
    return outcome
