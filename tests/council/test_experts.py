"""The laws that every quantitative expert keeps, and what each of them is about."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lyra_ai.council.experts import (
    BreakoutExpert,
    EchoExpert,
    Expert,
    LogisticExpert,
    MomentumExpert,
    PressureExpert,
    ReversionExpert,
    SeasonExpert,
    TrendExpert,
    VolatilityExpert,
    VolumeExpert,
    experts,
    probability,
)
from lyra_ai.council.views import MarketView
from lyra_ai.errors import SettingError

Floats = NDArray[np.float64]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START = datetime(2021, 1, 1)
NAMES = [expert.name for expert in experts()]


def named(name: str) -> Expert:
    return next(expert for expert in experts() if expert.name == name)


def random_bars(seed: int, count: int, drift: float = 0.0) -> Floats:
    """A random walk with open, high, low, close and volume."""
    rng = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(rng.normal(drift, 0.02, count)))
    opened = np.r_[close[0], close[:-1]]
    high = np.maximum(opened, close) * np.exp(rng.exponential(0.005, count))
    low = np.minimum(opened, close) * np.exp(-rng.exponential(0.005, count))
    return np.column_stack([opened, high, low, close, rng.lognormal(3.0, 1.0, count)])


def view_of(bars: Floats, end: int | None = None, *, bar: timedelta = DAY, horizon: timedelta = DAY, symbol: str = "A") -> MarketView:
    """The view at the close of bar `end - 1` of a series."""
    end = len(bars) if end is None else end
    return MarketView(symbol=symbol, as_of=START + end * bar, bar=bar, horizon=horizon, bars=bars[max(0, end - 120) : end])


def rising(count: int = 120, step: float = 0.01) -> MarketView:
    return MarketView.of("A", START, DAY, DAY, close=100.0 * np.exp(step * np.arange(count)), volume=np.full(count, 5.0))


# The laws, for all.


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 10_000), drift=st.sampled_from([-0.05, 0.0, 0.05]))
def test_a_vote_is_modest(name: str, seed: int, drift: float) -> None:
    vote = named(name).opinion(view_of(random_bars(seed, 120, drift)))
    assert vote is None or 0.35 <= vote <= 0.65


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-6, 1e6))
def test_the_unit_of_price_and_the_unit_of_volume_do_not_matter(name: str, seed: int, scale: float) -> None:
    bars = random_bars(seed, 120)
    vote = named(name).opinion(view_of(bars))
    assert vote is not None
    for unit in (np.array([scale] * 4 + [1.0]), np.array([1.0] * 4 + [scale])):
        assert named(name).opinion(view_of(bars * unit)) == pytest.approx(vote, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 1_000), first=st.integers(100, 140), stride=st.integers(15, 40), horizon=st.integers(1, 5))
def test_the_future_changes_no_vote(name: str, seed: int, first: int, stride: int, horizon: int) -> None:
    """An expert that walks along a series votes as one for whom all that lay ahead at each moment was something else."""
    bars = random_bars(seed, 200)
    walker = named(name)
    for end in range(first, 200, stride):
        vote = walker.opinion(view_of(bars, end, horizon=horizon * DAY))
        poisoned = bars.copy()
        poisoned[end:] = random_bars(seed + 1, 200)[end:] * 7.0
        other = named(name)
        votes = [other.opinion(view_of(poisoned, past, horizon=horizon * DAY)) for past in range(first, end + 1, stride)]
        assert votes[-1] == vote


@pytest.mark.parametrize("name", [expert.name for expert in experts() if expert.symmetric])
@given(seed=st.integers(0, 10_000), horizon=st.integers(1, 5))
def test_what_rises_in_the_mirror_falls(name: str, seed: int, horizon: int) -> None:
    view = view_of(random_bars(seed, 120), horizon=horizon * DAY)
    expert = named(name)
    vote, mirrored = expert.opinion(view), expert.opinion(view.mirrored())
    assert vote is not None
    assert mirrored == pytest.approx(1.0 - vote, abs=1e-9)
    assert expert.opinion(view) == vote


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("price", [1.0, 0.1, 64_123.7, 3e-7])
@pytest.mark.parametrize("volume", [0.0, 3.3])
def test_a_price_that_stands_still_says_nothing(name: str, price: float, volume: float) -> None:
    view = MarketView.of("A", START, DAY, DAY, close=np.full(120, price), volume=np.full(120, volume))
    assert named(name).opinion(view) in (None, 0.5)


@pytest.mark.parametrize("name", NAMES)
def test_equal_views_have_equal_votes(name: str) -> None:
    view, expert = view_of(random_bars(3, 120)), named(name)
    vote = expert.opinion(view)
    assert expert.opinion(view) == vote
    assert expert.opinion(replace(view)) == vote
    assert named(name).opinion(view) == vote


@pytest.mark.parametrize("name", NAMES)
def test_too_few_bars_are_abstained_on(name: str) -> None:
    expert = named(name)
    bars = random_bars(4, expert.needs)
    assert expert.opinion(view_of(bars[:2])) is None
    assert expert.opinion(view_of(bars[1:])) is None


def test_there_are_ten_and_each_set_is_fresh() -> None:
    assert NAMES == ["trend", "momentum", "breakout", "reversion", "echo", "volatility", "season", "volume", "pressure", "logistic"]
    assert all(one is not other for one, other in zip(experts(), experts(), strict=True))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "logistic"])
def test_signals_are_standardised(name: str) -> None:
    """Over random walks a rule's signal deviates by about 1; reversion, which is silent within 1, by less."""
    expert = named(name)
    signals = [expert.signal(view_of(random_bars(seed, 120))) for seed in range(400)]  # type: ignore[attr-defined]
    assert 0.5 < float(np.std(signals)) < 1.3
    assert abs(float(np.mean(signals))) < 0.15


# What each of them is about.


def test_a_signal_of_two_deviations() -> None:
    assert probability(2.0, 0.16) == pytest.approx(1 / (1 + math.exp(-0.32)))
    assert probability(50.0, 0.16) == probability(3.0, 0.16)


@pytest.mark.parametrize(
    "expert", [TrendExpert(), MomentumExpert(), BreakoutExpert(), VolatilityExpert(), VolumeExpert()], ids=lambda e: e.name
)
def test_followers_follow_a_rise(expert: Expert) -> None:
    vote = expert.opinion(rising())
    assert vote is not None and vote > 0.53


def test_trend_by_hand() -> None:
    """Means of 1 and 2 closes: log c - (log c + log b) / 2 is half the last return, whose own deviation is half the volatility."""
    view = MarketView.of("A", START, DAY, DAY, close=[100.0, 110.0, 110.0 * 1.1])
    assert TrendExpert(1, 2).signal(view) == pytest.approx(1.0)


def test_momentum_by_hand() -> None:
    """Lookbacks 1 and 4 weigh the last return 1 + 1/2 and the three before 1/2; returns are a, a, a, -a."""
    close = 100.0 * np.exp([0.0, 0.1, 0.2, 0.3, 0.2])
    signal = MomentumExpert([1, 4]).signal(MarketView.of("A", START, DAY, DAY, close=close))
    assert signal == pytest.approx((3 * 0.5 - 1.5) / math.sqrt(1.5**2 + 3 * 0.25))


def test_breakout_leaves_the_channel() -> None:
    """Channel from 100 / 1.1 to 100 * 1.1, close at its upper end times 1.1: place 2."""
    close = [100.0, 110.0, 100.0 / 1.1, 100.0, 121.0]
    assert BreakoutExpert(4).signal(MarketView.of("A", START, DAY, DAY, close=close)) == pytest.approx(3.0)


def test_reversion_fades_what_is_stretched_and_only_that() -> None:
    calm = np.tile([100.0, 101.0], 30)
    assert ReversionExpert().opinion(MarketView.of("A", START, DAY, DAY, close=calm)) == pytest.approx(0.5, abs=1e-3)
    assert ReversionExpert().opinion(MarketView.of("A", START, DAY, DAY, close=np.r_[calm, 110.0])) < 0.45


def test_echo_fades_where_returns_alternate() -> None:
    alternating = MarketView.of("A", START, DAY, DAY, close=np.tile([100.0, 101.0], 30))
    assert EchoExpert().opinion(alternating) < 0.45


def test_volatility_draws_to_a_half_when_the_market_turns_wild() -> None:
    steps = np.full(119, 0.004) + np.tile([0.01, -0.01], 60)[:119]
    wild = steps.copy()
    wild[-20:] = 0.004 + np.tile([0.1, -0.1], 10)
    calm_vote, wild_vote = (
        VolatilityExpert().opinion(MarketView.of("A", START, DAY, DAY, close=100 * np.exp(np.r_[0.0, np.cumsum(s)]))) for s in (steps, wild)
    )
    assert calm_vote is not None and wild_vote is not None
    assert calm_vote - 0.5 > 3 * (wild_vote - 0.5) > 0


def _weekly(count: int, rises_on: int) -> Floats:
    """Closes that rise by 2 % on one weekday and lose a little on the others; with `rises_on` 0 the next bar falls on it."""
    ages = np.arange(count)[::-1]
    steps = np.where((ages + 1) % 7 == rises_on % 7, 0.02, -0.003) + 0.001 * np.sin(np.arange(count))
    return 100.0 * np.exp(np.cumsum(steps))


def test_season_knows_the_weekday_that_comes() -> None:
    rise, other = (SeasonExpert().opinion(MarketView.of("A", START, DAY, DAY, close=_weekly(120, day))) for day in (0, 3))
    assert rise is not None and rise > 0.55
    assert other is not None and other < 0.5


@pytest.mark.parametrize(
    ("bar", "horizon", "count", "asset_class"),
    [
        pytest.param(DAY, DAY, 56, "crypto", id="not eight weeks"),
        pytest.param(HOUR, HOUR, 120, "crypto", id="five days of hours"),
        pytest.param(DAY, 7 * DAY, 120, "crypto", id="a horizon of a season"),
        pytest.param(timedelta(hours=7), timedelta(hours=7), 120, "crypto", id="bars that do not divide the day"),
        pytest.param(30 * DAY, 30 * DAY, 120, "crypto", id="months"),
        pytest.param(DAY, DAY, 120, "Equity", id="a market that closes"),
    ],
)
def test_season_abstains(bar: timedelta, horizon: timedelta, count: int, asset_class: str) -> None:
    view = MarketView.of("A", START, bar, horizon, close=random_bars(1, count)[:, 3], asset_class=asset_class)
    assert SeasonExpert(least=8).opinion(view) is None


def test_season_of_hours() -> None:
    close = random_bars(1, 24 * 9)[:, 3]
    assert SeasonExpert().opinion(MarketView.of("A", START, HOUR, HOUR, close=close)) is not None


def test_volume_needs_volume_and_weighs_by_it() -> None:
    close = np.r_[np.full(3, 100.0), 101.0, 100.0]
    assert VolumeExpert(4).opinion(MarketView.of("A", START, DAY, DAY, close=close)) is None
    signal = VolumeExpert(4).signal(MarketView.of("A", START, DAY, DAY, close=close, volume=[9.0, 0.0, 0.0, 4.0, 3.0]))
    assert signal == pytest.approx((4 - 3) / 5)


def test_pressure_by_hand() -> None:
    """Closes at the top of their range: each place is 1, and three of them give sqrt(3 / 3) * 3."""
    view = MarketView.of("A", START, DAY, DAY, close=[110.0] * 3, high=[110.0] * 3, low=[100.0] * 3)
    assert PressureExpert(3).signal(view) == pytest.approx(3.0)
    assert PressureExpert(3).opinion(MarketView.of("A", START, DAY, DAY, close=[110.0] * 3)) is None


# The expert that learns.


def _alternating(count: int) -> Floats:
    """Rises follow falls and falls follow rises, in uneven steps."""
    rng = np.random.default_rng(5)
    steps = np.tile([0.02, -0.02], count)[:count] * rng.uniform(0.5, 1.5, count)
    bars = random_bars(5, count)
    return bars * 0 + np.column_stack([100.0 * np.exp(np.cumsum(steps))] * 5)


def test_logistic_learns_what_repeats_and_little_from_noise() -> None:
    learned, noise = LogisticExpert(), LogisticExpert()
    pattern, walk = _alternating(600), random_bars(6, 600)
    for end in range(120, 601):
        vote, empty = learned.opinion(view_of(pattern, end)), noise.opinion(view_of(walk, end))
    # The last step of the pattern was a fall: it is about to rise.
    assert vote is not None and vote > 0.62
    assert empty is not None and abs(empty - 0.5) < 0.05


@given(st.lists(st.integers(1, 12), min_size=1, max_size=12), st.integers(1, 4))
def test_logistic_learns_the_same_from_any_rhythm_of_views(gaps: list[int], horizon: int) -> None:
    """Bar by bar or in leaps: each pair that closed is learned once, in the order of time."""
    bars = random_bars(7, 300)
    ends = [120, *(120 + np.cumsum(gaps)).tolist()]
    leaping, walking = LogisticExpert(), LogisticExpert()
    for end in range(120, ends[-1] + 1):
        walked = walking.opinion(view_of(bars, end, horizon=horizon * DAY))
    for end in ends:
        leapt = leaping.opinion(view_of(bars, end, horizon=horizon * DAY))
    assert leapt == pytest.approx(walked, abs=1e-12)


def test_logistic_counts_bars_and_not_days_where_markets_close() -> None:
    """A weekend of two days without bars lies between two views: one bar is new, and one pair is learned."""
    bars = random_bars(8, 200)
    even, weekend = LogisticExpert(), LogisticExpert()
    even.opinion(view_of(bars, 150))
    weekend.opinion(view_of(bars, 150))
    late = replace(view_of(bars, 151), as_of=START + 153 * DAY)
    assert weekend.opinion(late) == even.opinion(view_of(bars, 151))


def test_logistic_forgets_what_lay_ahead_of_an_older_view() -> None:
    bars = random_bars(9, 300)
    travelled = LogisticExpert()
    for end in range(200, 300):
        travelled.opinion(view_of(bars, end))
    assert travelled.opinion(view_of(bars, 150)) == LogisticExpert().opinion(view_of(bars, 150))
    assert travelled.opinion(view_of(bars, 151)) == pytest.approx(_after(bars, 150, 151), abs=1e-15)


def _after(bars: Floats, *ends: int) -> float | None:
    expert = LogisticExpert()
    return [expert.opinion(view_of(bars, end)) for end in ends][-1]


def test_logistic_keeps_symbols_apart() -> None:
    one, other = random_bars(10, 200), random_bars(11, 200)
    both = LogisticExpert()
    for end in range(150, 200):
        both.opinion(view_of(other, end, symbol="B"))
        vote = both.opinion(view_of(one, end))
    assert vote == _after(one, *range(150, 200))


def test_logistic_abstains_until_enough_has_closed() -> None:
    bars = random_bars(12, 120)
    assert LogisticExpert(least=30).opinion(view_of(bars, horizon=80 * DAY)) is None
    assert LogisticExpert(least=30).opinion(view_of(bars, horizon=60 * DAY)) is not None


# Bad settings.


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: TrendExpert(50, 10), "lengths 50 and 10"),
        (lambda: MomentumExpert([]), "one or more"),
        (lambda: BreakoutExpert(40, k=0.5), "k = 0.5"),
        (lambda: ReversionExpert(1), "needs 1 bars"),
        (lambda: VolatilityExpert(decay=1.0), "decay of volatility is 1.0"),
        (lambda: LogisticExpert(prior=0.0), "prior = 0.0"),
    ],
)
def test_bad_settings_are_refused(make, text: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SettingError, match=text):
        make()
