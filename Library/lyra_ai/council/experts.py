"""Quantitative experts: members that are formulas, cost nothing and know nothing but the bars that they are shown.

They are the council when there is no key, and the baseline that language models have to beat. A rule gives a signal `s` that is
standardised: under a random walk it has mean 0 and a standard deviation of about 1. Its vote is `expit(k * s)` with a small `k`.

How `k` was chosen: not from any sample. If the coming return and the signal are jointly normal with correlation IC, then
P(rise | s) = Phi(IC * s / sqrt(1 - IC^2)), and expit(1.6 * x) is close to Phi(x), so `k` is about 1.6 * IC. Grinold and Kahn, Active
Portfolio Management, call an IC of 0.05 good and one of 0.10 great. Rules of trend, which have been found in many markets over more than
a century (Hurst, Ooi and Pedersen 2017), are granted 0.10 and so `STRONG`, all others 0.05 and so `MODEST`. The signal is held within
`SIGNAL_LIMIT`, so no rule ever leaves 0.38 to 0.62: what is not known is not claimed.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lyra_ai.council.views import Floats, MarketView
from lyra_ai.errors import SettingError

STRONG = 0.16
"""`k` of the rules of trend: an information coefficient of 0.10."""
MODEST = 0.08
"""`k` of the other rules: an information coefficient of 0.05."""
SIGNAL_LIMIT = 3.0
"""Standard deviations beyond which a signal says no more."""

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_CLOSING = frozenset({"equity", "equities", "stock", "etf", "forex", "fx", "future", "futures", "option", "options", "index", "cfd"})
"""Asset classes whose markets close, so that their bars do not lie evenly in time."""


class Expert(Protocol):
    """A member that computes its vote.

    `needs` is the least number of bars of a view that it votes on; `symmetric` says that on a mirrored view it votes `1 - p`.
    """

    name: str
    needs: int
    symmetric: bool

    def opinion(self, view: MarketView) -> float | None:
        """The probability that the close one horizon on is above the last close; None to abstain."""


def experts() -> tuple[Expert, ...]:
    """A fresh set of all experts. Those that learn begin with nothing learned."""
    return (TrendExpert(), MomentumExpert(), BreakoutExpert(), ReversionExpert(), EchoExpert(), VolatilityExpert(), SeasonExpert(),
            VolumeExpert(), PressureExpert(), LogisticExpert())  # fmt: skip


def probability(signal: float, k: float) -> float:
    """`expit(k * signal)`, the signal held within `SIGNAL_LIMIT` either way."""
    return 1.0 / (1.0 + math.exp(-k * min(max(signal, -SIGNAL_LIMIT), SIGNAL_LIMIT)))


class Rule(ABC):
    """An expert whose vote is a standardised signal of the view, times `k`; it abstains where there is no signal."""

    symmetric = True

    def __init__(self, name: str, needs: int, k: float) -> None:
        if needs < 2:
            raise SettingError(f"The expert {name} needs {needs} bars; 2 is the least that a view has.")
        if not 0 < k <= 0.2:
            raise SettingError(f"The expert {name} has k = {k}; it must lie in (0, 0.2], so that votes stay within 0.35 and 0.65.")
        self.name, self.needs, self.k = name, needs, k

    def opinion(self, view: MarketView) -> float | None:
        """The vote; None with fewer bars than `needs`, or where there is no signal."""
        if len(view.bars) < self.needs:
            return None
        signal = self.signal(view)
        return None if signal is None else probability(signal, self.k)

    @abstractmethod
    def signal(self, view: MarketView) -> float | None:
        """Standard deviations under a random walk, positive for a rise."""


class _Linear(Rule):
    """A rule whose signal is a weighted sum of returns: `w . r / (volatility * |w|)`, of standard deviation 1 under a random walk."""

    def __init__(self, name: str, weights_by_age: Floats, k: float) -> None:
        super().__init__(name, len(weights_by_age) + 1, k)
        self._weights: Floats = np.ascontiguousarray(weights_by_age[::-1]) / math.sqrt(float(weights_by_age @ weights_by_age))

    def signal(self, view: MarketView) -> float:
        volatility = view.volatility
        return float(self._weights @ view.returns[-len(self._weights) :]) / volatility if volatility > 0 else 0.0


class TrendExpert(_Linear):
    """Distance of a fast from a slow moving average of the logarithmic close, in its own standard deviations.

    The return of age a enters mean n with weight min(a + 1, n) / n. Source: Brock, Lakonishok and LeBaron 1992 (moving averages).
    """

    def __init__(self, fast: int = 10, slow: int = 50, k: float = STRONG) -> None:
        if not 1 <= fast < slow:
            raise SettingError(
                f"The means of trend have lengths {fast} and {slow}; the fast one must be at least 1 and below the slow one."
            )
        age = np.arange(1.0, slow)
        super().__init__("trend", np.minimum(age, fast) / fast - age / slow, k)


class MomentumExpert(_Linear):
    """The asset's own return over several lookbacks, each divided by the root of its length, summed.

    Source: Moskowitz, Ooi and Pedersen 2012 (time-series momentum).
    """

    def __init__(self, lookbacks: Sequence[int] = (5, 20, 60), k: float = STRONG) -> None:
        if not lookbacks or min(lookbacks) < 1:
            raise SettingError(f"The lookbacks of momentum are {tuple(lookbacks)}; there must be one or more, each of at least 1 bar.")
        age = np.arange(max(lookbacks))
        weights = np.zeros(len(age))
        for length in lookbacks:
            weights += (age < length) / math.sqrt(length)
        super().__init__("momentum", weights, k)


class BreakoutExpert(Rule):
    """Where the close stands in the channel of the `length` bars before: -1 at the lowest low, 1 at the highest high, beyond it outside.

    Measured in logarithms. Multiplied by 1.5, since the place of a random walk in a channel of 20 to 60 bars deviates by about 2/3.
    Source: Donchian's channel rule, tested by Szakmary, Shen and Sharma 2010.
    """

    def __init__(self, length: int = 40, k: float = STRONG) -> None:
        super().__init__("breakout", length + 1, k)
        self.length = length

    def signal(self, view: MarketView) -> float:
        channel = view.bars[-self.length - 1 : -1]
        high, low = math.log(channel[:, 1].max()), math.log(channel[:, 2].min())
        return 1.5 * (2.0 * float(view.logs[-1]) - high - low) / (high - low) if high > low else 0.0


class ReversionExpert(Rule):
    """Against a stretched price: the z-score of the logarithmic close over `length` bars, turned round, less the usual 1 either way.

    Source: Lehmann 1990 and Jegadeesh 1990 (short-run reversal).
    """

    def __init__(self, length: int = 20, k: float = MODEST) -> None:
        super().__init__("reversion", length, k)
        self.length = length

    def signal(self, view: MarketView) -> float:
        window = view.logs[-self.length :]
        away = window - window.sum() / self.length
        spread = math.sqrt(float(away @ away) / self.length)
        # Equal prices leave the mean's rounding error behind: below any tick, and no stretch.
        if spread < 1e-12:
            return 0.0
        z = float(away[-1]) / spread
        return -math.copysign(max(abs(z) - 1.0, 0.0), z)


class EchoExpert(Rule):
    """The last return, followed or faded as returns of this view have followed each other: `r1 * sqrt(n) * last / volatility`.

    `r1` is the first autocorrelation about zero; its root-n multiple has a standard deviation of 1 under a random walk, as has the last
    return. Source: Lo and MacKinlay 1988 (autocorrelation of returns).
    """

    def __init__(self, needs: int = 40, k: float = MODEST) -> None:
        super().__init__("echo", needs, k)

    def signal(self, view: MarketView) -> float:
        returns = view.returns
        squares = view.volatility**2 * len(returns)
        if squares <= 0:
            return 0.0
        echo = float(returns[1:] @ returns[:-1]) / squares * math.sqrt(len(returns))
        return echo * float(returns[-1]) / view.volatility


class VolatilityExpert(Rule):
    """Drift against the volatility of now: the t-value of the view's mean return, times its volatility over the recent one.

    With a drift, the sign of a return is the more certain the calmer the market, and turbulence draws the probability to a half. Recent
    volatility has exponential weights of 0.94 (RiskMetrics 1996). Source: Christoffersen and Diebold 2006 (direction of change and
    volatility dynamics).
    """

    def __init__(self, length: int = 60, decay: float = 0.94, k: float = MODEST) -> None:
        super().__init__("volatility", length + 1, k)
        if not 0 < decay < 1:
            raise SettingError(f"The decay of volatility is {decay}; it must lie between 0 and 1.")
        weights = decay ** np.arange(length - 1.0, -1.0, -1.0)
        self.length = length
        self._weights: Floats = weights / weights.sum()

    def signal(self, view: MarketView) -> float:
        recent = view.returns[-self.length :]
        variance = float(self._weights @ (recent * recent))
        if variance <= 0:
            return 0.0
        drift = float(view.logs[-1] - view.logs[0]) / math.sqrt(len(view.returns))
        return drift / math.sqrt(variance)


class SeasonExpert(Rule):
    """What the market did at this hour of day, or on this day of week, over the same horizon: the t-value of those returns, less the drift.

    The season is the shortest of day and week that is longer than the horizon. Bars end one `bar` apart up to `as_of`, so the same hour or
    weekday lies every season's number of bars back from the last one. Abstains with fewer than `least` of them, where no season fits, and
    for markets that close, whose bars do not lie evenly. Source: French 1980 (days of the week), Heston, Korajczyk and Sadka 2010 (hours).
    """

    def __init__(self, least: int = 8, k: float = MODEST) -> None:
        super().__init__("season", least + 2, k)
        self.least = least

    def signal(self, view: MarketView) -> float | None:
        if view.asset_class.lower() in _CLOSING:
            return None
        season = _DAY if view.horizon < _DAY else _WEEK
        period = season // view.bar
        last = len(view.logs) - 1
        if view.horizon >= season or period < 2 or season % view.bar or last < self.least * period:
            return None
        origins = slice(last - period, None, -period)
        ends = slice(last - period + view.steps, view.steps - 1, -period)
        away = view.logs[ends] - view.logs[origins] - view.steps * float(view.logs[-1] - view.logs[0]) / last
        squares = float(away @ away)
        # A path without any season leaves rounding errors, whose t-value would be as large as any.
        return float(away.sum()) / math.sqrt(squares) if squares > 1e-20 else 0.0


class VolumeExpert(Rule):
    """On-balance volume of the last `length` bars: `sum(sign(r) * v) / sqrt(sum(v^2))`, of standard deviation 1 if signs were thrown.

    Abstains without volume. Source: Granville 1963 (on-balance volume); Blume, Easley and O'Hara 1994 (what volume adds to prices).
    """

    def __init__(self, length: int = 20, k: float = MODEST) -> None:
        super().__init__("volume", length + 1, k)
        self.length = length

    def signal(self, view: MarketView) -> float | None:
        volume = view.volume[-self.length :]
        size = math.sqrt(float(volume @ volume))
        return float(np.sign(view.returns[-self.length :]) @ volume) / size if size > 0 else None


class PressureExpert(Rule):
    """Where bars close within their range, from -1 at the low to 1 at the high, over `length` bars: `sqrt(3 / length) * sum`.

    Measured in logarithms; a place spread evenly has the variance 1/3. Abstains where no bar has a range. Source: Chaikin's close location
    value.
    """

    def __init__(self, length: int = 10, k: float = MODEST) -> None:
        super().__init__("pressure", length, k)
        self.length = length

    def signal(self, view: MarketView) -> float | None:
        logs = np.log(view.bars[-self.length :, 1:3])
        high, low = logs[:, 0], logs[:, 1]
        ranges = high - low
        found = ranges > 0
        if not found.any():
            return None
        places = (2.0 * view.logs[-self.length :] - high - low)[found] / ranges[found]
        return math.sqrt(3.0 / self.length) * float(np.minimum(np.maximum(places, -1.0), 1.0).sum())


@dataclass(slots=True)
class _Learned:
    """What the logistic expert has learned of one symbol, bar and horizon: the normal belief about its weights."""

    mean: Floats
    covariance: Floats
    as_of: datetime
    last: Floats
    pairs: int = 0
    features: Floats = field(default_factory=lambda: np.zeros(0))


class LogisticExpert:
    """Ridge logistic regression on features of the bars, learned online from horizons that have closed.

    A pair is the features at a bar and whether the close rose until `horizon` later, by bars of views that were shown. Each pair moves the
    belief N(m, C) by one Newton step (extended Kalman filter): with q = expit(m . x), v = q (1 - q) / h and g = C x,
    C <- C - g g' v / (1 + v x . g), then m <- m + C x (y - q) / h. Pairs count 1/h each, h being the bars of the horizon, because horizons
    overlap. The prior N(0, prior^2) is the ridge, with `STRONG` as its deviation: before it has learned, it is a modest rule that has no
    view. The vote is `expit(m . x / sqrt(1 + pi/8 x . C x))`, nearer to a half while the weights are unsure (MacKay 1992), and held within
    0.35 to 0.65 as those of the rules are.

    What is learned is kept by symbol, bar and horizon. A view that is older than the last one makes it begin afresh from that view alone,
    so it never votes with what lay ahead. Source: McCormick, Raftery, Madigan and Burd 2012 (dynamic logistic regression).
    """

    symmetric = True
    window = 20
    """Bars that features look back."""

    def __init__(self, least: int = 30, prior: float = STRONG, name: str = "logistic") -> None:
        if least < 1 or not prior > 0:
            raise SettingError(f"The expert {name} has least = {least} and prior = {prior}; both must be positive.")
        self.name, self.least, self.prior = name, least, prior
        self.needs = self.window + 1 + least
        ages = np.arange(self.window)[::-1]
        self._kernel: Floats = np.stack([(ages < n) / math.sqrt(n) for n in (1, 5, self.window)], axis=1)
        self._learned: dict[tuple[str, timedelta, timedelta], _Learned] = {}

    def opinion(self, view: MarketView) -> float | None:
        """The vote after learning from what has closed by the last bar; None with fewer than `least` pairs behind it."""
        if len(view.bars) < self.needs:
            return None
        learned = self._up_to(view)
        if learned.pairs < self.least:
            return None
        x = learned.features
        unsure = float(x @ learned.covariance @ x)
        vote = _expit(float(learned.mean @ x) / math.sqrt(1.0 + math.pi / 8.0 * unsure))
        return min(max(vote, 0.35), 0.65)

    def _up_to(self, view: MarketView) -> _Learned:
        """What is known by the last bar of the view."""
        key = (view.symbol, view.bar, view.horizon)
        kept = self._learned.get(key)
        if kept is not None and view.as_of > kept.as_of:
            self._learn(kept, view, _new_bars(view, kept))
            return kept
        if kept is not None and view.as_of == kept.as_of and np.array_equal(view.bars[-1], kept.last):
            return kept
        size = self._kernel.shape[1] + 3
        fresh = _Learned(np.zeros(size), np.eye(size) * self.prior**2, view.as_of, view.bars[-1])
        self._learn(fresh, view, len(view.bars))
        # Other bars at the same moment are a question of what if, such as a mirrored view: what was learned of the real ones is kept.
        if kept is None or view.as_of < kept.as_of:
            self._learned[key] = fresh
        return fresh

    def _learn(self, learned: _Learned, view: MarketView, new: int) -> None:
        """Learn from the pairs that closed in the last `new` bars, and keep the features of the last bar."""
        last, steps, logs = len(view.bars) - 1, view.steps, view.logs
        first = max(last + 1 - new - steps, self.window)
        origins = list(range(first, last + 1 - steps))
        features = self._features(view, np.array([*origins, last]))
        for x, origin in zip(features, origins, strict=False):
            rise = float(logs[origin + steps] - logs[origin])
            y = 0.5 if rise == 0 else float(rise > 0)
            q = _expit(float(learned.mean @ x))
            v = q * (1.0 - q) / steps
            g = learned.covariance @ x
            learned.covariance = learned.covariance - np.outer(g, g) * (v / (1.0 + v * float(x @ g)))
            learned.mean = learned.mean + learned.covariance @ x * ((y - q) / steps)
        learned.pairs += len(origins)
        learned.as_of, learned.last, learned.features = view.as_of, view.bars[-1].copy(), features[-1]

    def _features(self, view: MarketView, origins: NDArray[np.int64]) -> Floats:
        """One row for each origin: 1, returns over 1, 5 and 20 bars in deviations, place between the extremes of closes, signed volume."""
        reach = origins[:, None] + np.arange(-self.window, 0)
        returns = view.returns[reach]
        deviation = np.sqrt(np.einsum("ij,ij->i", returns, returns) / self.window)
        linear = returns @ self._kernel / np.where(deviation > 0, deviation, 1.0)[:, None]
        closes = view.logs[reach + 1]
        high, low = closes.max(axis=1), closes.min(axis=1)
        span = np.where(high > low, high - low, 1.0)
        volume = view.volume[reach + 1]
        size = np.sqrt(np.einsum("ij,ij->i", volume, volume))
        flow = np.einsum("ij,ij->i", np.sign(returns), volume) / np.where(size > 0, size, 1.0)
        rows = np.column_stack([np.ones(len(origins)), linear, (2.0 * closes[:, -1] - high - low) / span, flow])
        return np.clip(rows, -SIGNAL_LIMIT, SIGNAL_LIMIT, out=rows)


def _new_bars(view: MarketView, learned: _Learned) -> int:
    """How many bars of the view came after the last one that was shown before.

    Time says how many at most; where markets close there are fewer, so the bar that was last is looked for from there on.
    """
    most = min(max(1, round((view.as_of - learned.as_of) / view.bar)), len(view.bars))
    for new in range(most, -1, -1):
        if new < len(view.bars) and np.array_equal(view.bars[-1 - new], learned.last):
            return new
    return most


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))
