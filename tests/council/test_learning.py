"""Learning from outcomes: horizons that close, weightings, calibration, scores and the gate."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyra.council.scores import block_bootstrap, brier, error_correlation, expected_calibration_error, log_score, reliability
from lyra_ai.council.learning import (
    LEAST_SLOPE,
    Closed,
    ConformalGate,
    EqualWeights,
    FixedShare,
    Horizons,
    LearnedPool,
    Platt,
    Stacked,
    Weighting,
    fit_logistic,
    pooled,
)
from lyra_ai.council.pools import clip, expit, log_pool
from lyra_ai.errors import SettingError

START = datetime(2024, 1, 1)
MAKERS = {
    "equal": EqualWeights,
    "fixed share": lambda: FixedShare(shrinkage=5.0),
    "hedge": lambda: FixedShare(alpha=0.0, shrinkage=0.0),
    "stacked": lambda: Stacked(start=20, refit=5, window=60),
    "stacked, signed": lambda: Stacked(start=20, refit=5, window=60, signed=True),
}
every_weighting = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


def hours(n: float) -> datetime:
    return START + timedelta(hours=n)


def votes_and_outcomes(n: int, seed: int, names: str = "abc", sleep: float = 0.2) -> list[tuple[dict[str, float], float]]:
    """Votes of members that say something about the outcome, some of them asleep."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        said = {who: float(rng.uniform(0.2, 0.8)) for who in names if rng.random() > sleep}
        lean = sum(said.values()) / len(said) if said else 0.5
        found.append((said, 1.0 if rng.random() < lean else 0.0))
    return found


# Horizons


def test_a_horizon_closes_at_the_first_price_at_or_after_its_due() -> None:
    horizons = Horizons()
    horizons.open(7, "BTC", hours(4), 100.0, {"a": 0.6}, 0.55)
    assert horizons.observe("BTC", hours(3.9), 200.0) == []
    assert horizons.observe("ETH", hours(5), 200.0) == []
    (closed,) = horizons.observe("BTC", hours(4.5), 110.0)
    assert closed == Closed(key=7, symbol="BTC", due=hours(4), closed_at=hours(4.5), start_price=100.0, end_price=110.0,
                            probabilities={"a": 0.6}, pooled=0.55)  # fmt: skip
    assert closed.outcome == 1.0 and closed.log_return == pytest.approx(math.log(1.1))
    assert len(horizons) == 0 and horizons.observe("BTC", hours(9), 120.0) == []


@pytest.mark.parametrize(("end", "outcome"), [(101.0, 1.0), (99.0, 0.0), (100.0, 0.5)])
def test_outcomes(end: float, outcome: float) -> None:
    horizons = Horizons()
    horizons.open(1, "X", hours(1), 100.0, {}, None)
    assert horizons.observe("X", hours(1), end)[0].outcome == outcome


@given(
    dues=st.lists(st.integers(1, 50), max_size=20),
    times=st.lists(st.integers(0, 60), min_size=1, max_size=20).map(sorted),
)
def test_nothing_closes_early_and_everything_at_its_first_price(dues: list[int], times: list[int]) -> None:
    horizons = Horizons()
    for key, due in enumerate(dues):
        horizons.open(key, "X", hours(due), 1.0, {"a": 0.5}, 0.5)
    closed = []
    for now in times:
        batch = horizons.observe("X", hours(now), 1.0 + now)
        assert [(c.due, c.key) for c in batch] == sorted((c.due, c.key) for c in batch)
        closed += batch
    for c in closed:
        first = min(t for t in times if t >= dues[c.key])
        assert c.closed_at == hours(first) and c.end_price == 1.0 + first
    assert {c.key for c in closed} == {key for key, due in enumerate(dues) if due <= times[-1]}
    assert len(horizons) == len(dues) - len(closed)


def test_horizons_take_zones_and_keep_utc() -> None:
    horizons = Horizons()
    horizons.open(1, "X", hours(4).replace(tzinfo=UTC), 1.0, {}, None)
    east = timezone(timedelta(hours=2))
    assert horizons.observe("X", hours(5).replace(tzinfo=east), 2.0) == []
    assert horizons.observe("X", hours(6).replace(tzinfo=east), 2.0)[0].closed_at == hours(4)


def test_horizons_refuse_what_cannot_be() -> None:
    horizons = Horizons()
    for price in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(SettingError, match="price of X"):
            horizons.open(1, "X", hours(1), price, {}, None)
    with pytest.raises(SettingError, match=r"a gave X the probability 1\.5"):
        horizons.open(1, "X", hours(1), 1.0, {"a": 1.5}, None)


# Every weighting


@every_weighting
def test_one_coefficient_of_at_least_0_for_each_that_is_awake(make, request) -> None:
    weighting: Weighting = make()
    for said, outcome in votes_and_outcomes(100, seed=1):
        weighting.learn(said, outcome)
        for awake in (["a"], ["b", "c"], ["c", "b", "a"], ["a", "new"]):
            _, coefficients = weighting.coefficients(awake)
            assert len(coefficients) == len(awake)
            assert "signed" in request.node.callspec.id or min(coefficients) >= 0
        assert weighting.coefficients([])[1] == []
    assert weighting.outcomes == 100


@every_weighting
def test_the_order_of_members_does_not_matter(make) -> None:
    one, other = make(), make()
    for said, outcome in votes_and_outcomes(100, seed=2):
        one.learn(said, outcome)
        other.learn(dict(reversed(said.items())), outcome)
    bias, (a, b) = one.coefficients(["a", "b"])
    mirrored_bias, (b2, a2) = other.coefficients(["b", "a"])
    assert (bias, a, b) == pytest.approx((mirrored_bias, a2, b2), abs=1e-6)


@every_weighting
def test_before_any_outcome_it_is_the_log_pool(make) -> None:
    said = {"a": 0.7, "b": 0.4, "c": 0.99}
    assert pooled(make(), said) == pytest.approx(log_pool(list(said.values()), [1, 1, 1]))
    assert pooled(make(), {"a": 0.7}) == pytest.approx(0.7)
    assert pooled(make(), {}) is None


@every_weighting
def test_a_round_without_votes_is_taken(make) -> None:
    weighting = make()
    for _ in range(50):
        weighting.learn({}, 1.0)
    assert weighting.outcomes == 50 and weighting.coefficients(["a", "b"])[1] == [0.5, 0.5]


@every_weighting
def test_what_is_no_outcome_is_refused(make) -> None:
    with pytest.raises(SettingError, match=r"0\.7 is no outcome"):
        make().learn({"a": 0.5}, 0.7)


# Fixed share


def test_hedge_by_hand() -> None:
    hedge = FixedShare(eta=2.0, alpha=0.0, shrinkage=0.0)
    hedge.learn({"a": 1.0, "b": 0.5}, 1.0)
    odds = math.exp(2 * 0.25)
    assert hedge.coefficients(["a", "b"])[1] == pytest.approx([odds / (1 + odds), 1 / (1 + odds)])


def test_fixed_share_by_hand() -> None:
    share = FixedShare(eta=2.0, alpha=0.2, shrinkage=3.0)
    share.learn({"a": 1.0, "b": 0.5}, 1.0)
    learned = 1 / (1 + math.exp(-0.5))
    learned = 0.8 * learned + 0.1
    # One outcome against three of shrinkage: a quarter is learned.
    assert share.coefficients(["a", "b"])[1][0] == pytest.approx(0.75 * 0.5 + 0.25 * learned)


@given(
    losses=st.integers(2, 5).flatmap(
        lambda k: st.lists(st.lists(st.sampled_from([0.0, 0.3, 0.5, 1.0]), min_size=k, max_size=k), min_size=1, max_size=80)
    ),
    outcomes=st.lists(st.booleans(), min_size=80, max_size=80),
)
@settings(max_examples=150)
def test_regret_of_hedge_is_bounded(losses: list[list[float]], outcomes: list[bool]) -> None:
    _regret_is_bounded(losses, outcomes)


def test_regret_of_hedge_is_bounded_against_an_adversary() -> None:
    """Whoever has the most weight is wrong next: what hurts most a rule that follows the leader."""
    steps, names = 2000, ["a", "b", "c"]
    hedge = FixedShare(eta=math.sqrt(8 * math.log(3) / steps), alpha=0.0, shrinkage=0.0)
    suffered, each = 0.0, np.zeros(3)
    for _ in range(steps):
        _, weights = hedge.coefficients(names)
        said = [0.0 if w == max(weights) else 1.0 for w in weights]
        losses = [(p - 1.0) ** 2 for p in said]
        suffered += sum(w * loss for w, loss in zip(weights, losses, strict=True))
        each += losses
        hedge.learn(dict(zip(names, said, strict=True)), 1.0)
    assert suffered - each.min() <= math.sqrt(steps * math.log(3) / 2)


def _regret_is_bounded(rounds: list[list[float]], outcomes: list[bool]) -> None:
    steps, members = len(rounds), len(rounds[0])
    names = [str(i) for i in range(members)]
    hedge = FixedShare(eta=math.sqrt(8 * math.log(members) / steps), alpha=0.0, shrinkage=0.0)
    suffered, each = 0.0, np.zeros(members)
    for said, rise in zip(rounds, outcomes, strict=False):
        losses = [(p - rise) ** 2 for p in said]
        suffered += sum(w * loss for w, loss in zip(hedge.coefficients(names)[1], losses, strict=True))
        each += losses
        hedge.learn(dict(zip(names, said, strict=True)), float(rise))
    assert suffered - each.min() <= math.sqrt(steps * math.log(members) / 2) + 1e-9


def test_fixed_share_recovers_after_a_swap_where_hedge_does_not() -> None:
    share, hedge = FixedShare(alpha=0.01, shrinkage=0.0), FixedShare(alpha=0.0, shrinkage=0.0)
    for step in range(600):
        said = {"a": 0.9, "b": 0.1} if step < 500 else {"a": 0.1, "b": 0.9}
        share.learn(said, 1.0)
        hedge.learn(said, 1.0)
    assert share.coefficients(["a", "b"])[1][1] > 0.9
    assert hedge.coefficients(["a", "b"])[1][1] < 0.01


def test_a_member_that_was_bad_for_long_keeps_a_weight_to_come_back_from() -> None:
    hedge = FixedShare(eta=2.0, alpha=0.0, shrinkage=0.0)
    for _ in range(5000):
        hedge.learn({"a": 1.0, "b": 0.0}, 1.0)
    for _ in range(5100):
        hedge.learn({"a": 1.0, "b": 0.0}, 0.0)
    assert hedge.coefficients(["a", "b"])[1][1] == pytest.approx(1.0)


def test_who_sleeps_keeps_its_share() -> None:
    share = FixedShare(eta=2.0, alpha=0.1, shrinkage=0.0)
    for said, outcome in votes_and_outcomes(50, seed=5, sleep=0.0):
        share.learn(said, outcome)
    before = share.coefficients(["a", "b", "c"])[1][2]
    share.learn({"a": 0.9, "b": 0.2}, 1.0)
    assert share.coefficients(["a", "b", "c"])[1][2] == pytest.approx(before)


def test_a_new_member_starts_with_an_even_share() -> None:
    share = FixedShare(alpha=0.0, shrinkage=0.0)
    for _ in range(100):
        share.learn({"a": 0.9, "b": 0.1}, 1.0)
    assert share.coefficients(["a", "b", "new"])[1][2] == pytest.approx(1 / 3)


# Stacked


def stacked_world(steps: int, seed: int) -> tuple[Stacked, dict[str, float], float]:
    """A stacking that has learned from outcomes whose logit is 0.3 + 0.9 a + 0.2 b + 0 c."""
    truth, bias = {"a": 0.9, "b": 0.2, "c": 0.0}, 0.3
    rng = np.random.default_rng(seed)
    stacked = Stacked(start=0)
    for _ in range(steps):
        logits = dict(zip(truth, rng.normal(0, 1.2, 3).clip(-3.8, 3.8), strict=True))
        chance = expit(bias + sum(truth[who] * x for who, x in logits.items()))
        stacked.learn({who: expit(x) for who, x in logits.items()}, float(rng.random() < chance))
    return stacked, truth, bias


def test_stacked_is_equal_weights_before_its_start() -> None:
    stacked = Stacked(start=500)
    history = votes_and_outcomes(500, seed=6, sleep=0.0)
    for said, outcome in history[:-1]:
        stacked.learn(said, outcome)
        assert stacked.coefficients(["a", "b"]) == (0.0, [0.5, 0.5]) and not stacked.fitted
    stacked.learn(*history[-1])
    assert stacked.fitted and stacked.coefficients(["a", "b", "c"])[1] != [1 / 3] * 3


def test_stacked_approaches_what_made_the_outcomes() -> None:
    stacked, truth, bias = stacked_world(5000, seed=7)
    found_bias, found = stacked.coefficients(list(truth))
    assert found_bias == pytest.approx(bias, abs=0.1)
    assert found == pytest.approx(list(truth.values()), abs=0.1)


def test_stacked_is_between_the_prior_and_the_truth_while_outcomes_are_few() -> None:
    stacked, truth, _ = stacked_world(100, seed=8)
    _, (a, _, c) = stacked.coefficients(list(truth))
    assert 1 / 3 < a < 0.9 and 0.0 <= c < 1 / 3


def test_a_member_that_is_wrong_gets_nothing_and_signed_turns_it_round() -> None:
    plain, signed = Stacked(start=0), Stacked(start=0, signed=True)
    rng = np.random.default_rng(9)
    for _ in range(500):
        up = float(rng.random() < 0.5)
        for stacked in (plain, signed):
            stacked.learn({"good": 0.7 if up else 0.3, "liar": 0.3 if up else 0.7}, up)
    assert plain.coefficients(["good", "liar"])[1][1] == 0.0
    assert signed.coefficients(["good", "liar"])[1][1] < -0.1


def test_coefficients_of_the_awake_keep_the_sum_of_all() -> None:
    stacked, truth, _ = stacked_world(2000, seed=10)
    all_bias, (a, b, c) = stacked.coefficients(list(truth))
    some_bias, (b_alone, a_alone) = stacked.coefficients(["b", "a"])
    assert some_bias == all_bias
    assert a_alone + b_alone == pytest.approx(a + b + c) and a_alone / b_alone == pytest.approx(a / b)


def test_a_missing_vote_is_a_logit_of_0_in_the_fit() -> None:
    sleepers, neutrals = Stacked(start=0), Stacked(start=0)
    for said, outcome in votes_and_outcomes(200, seed=11):
        sleepers.learn(said, outcome)
        neutrals.learn({who: said.get(who, 0.5) for who in "abc"}, outcome)
    (bias, found), (other_bias, others) = (w.coefficients(["a", "b", "c"]) for w in (sleepers, neutrals))
    assert [bias, *found] == pytest.approx([other_bias, *others], abs=1e-6)


def test_stacked_forgets_what_is_older_than_its_window() -> None:
    old, young = Stacked(start=0, window=100), Stacked(start=0, window=100)
    for said, outcome in votes_and_outcomes(400, seed=12, sleep=0.0):
        old.learn(said, outcome)
    for said, outcome in votes_and_outcomes(100, seed=13, sleep=0.0):
        old.learn(said, outcome)
        young.learn(said, outcome)
    assert old.coefficients(["a", "b", "c"])[1] == pytest.approx(young.coefficients(["a", "b", "c"])[1], abs=1e-5)


def test_the_fit_minimises_what_it_says() -> None:
    """Against the first-order conditions: a slope of 0, or of at least 0 where the bound holds."""
    rng = np.random.default_rng(14)
    design = np.column_stack([np.ones(300), rng.normal(size=(300, 4))])
    outcomes = (rng.random(300) < 1 / (1 + np.exp(-design @ [0.2, 1.0, -0.8, 0.0, 0.1]))).astype(float)
    prior, least = np.array([0, 0.25, 0.25, 0.25, 0.25]), np.array([-np.inf, 0, 0, 0, 0])
    theta = fit_logistic(design, outcomes, prior, 2.0, least, prior)
    slope = design.T @ (1 / (1 + np.exp(-design @ theta)) - outcomes) + 2.0 * (theta - prior)
    assert theta[2] == 0.0 and slope[2] > 0
    assert np.abs(slope[theta > least]).max() < 1e-4


# Calibration


def test_platt_leaves_a_pool_alone_until_outcomes_speak() -> None:
    platt = Platt()
    assert [platt(p) for p in (0.3, 0.5, 0.9)] == pytest.approx([0.3, 0.5, 0.9])


def test_platt_undoes_over_confidence_and_bias() -> None:
    rng = np.random.default_rng(15)
    platt = Platt(window=20_000)
    for _ in range(20_000):
        logit = rng.normal(0, 1)
        platt.learn(expit(logit), float(rng.random() < expit(0.4 * logit + 0.2)))
    assert (platt.slope, platt.offset) == pytest.approx((0.4, 0.2), abs=0.05)


def test_platt_is_drawn_to_the_identity_by_its_ridge() -> None:
    """Outcomes that contradict the pool move a stiff calibration less than a soft one."""
    soft, stiff = Platt(strength=1.0), Platt(strength=1000.0)
    for step in range(50):
        for platt in (soft, stiff):
            platt.learn(0.8 if step % 2 else 0.2, 1.0)
    assert 1.0 > stiff.slope > soft.slope and 0.0 < stiff.offset < soft.offset


@given(history=st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0])), max_size=60))
def test_platt_never_turns_the_order_round(history: list[tuple[float, float]]) -> None:
    platt = Platt(strength=0.1, refit=10)
    for p, outcome in history:
        platt.learn(p, outcome)
    said = [platt(p) for p in (0.02, 0.1, 0.4, 0.6, 0.95)]
    assert platt.slope >= LEAST_SLOPE and said == sorted(set(said))
    assert platt(0.0) == platt(0.02)


def test_a_learned_pool_says_both_and_begins_its_calibration_anew_with_the_first_fit() -> None:
    pool = LearnedPool(Stacked(start=50, refit=25), Platt(refit=10))
    assert pool({}) is None
    assert pool({"a": 0.7, "b": 0.7}) == pytest.approx((0.7, 0.7))
    for said, outcome in votes_and_outcomes(50, seed=17, sleep=0.0):
        assert not pool.weighting.fitted
        pool.learn(said, outcome)
    assert pool.weighting.fitted and pool.calibration.outcomes == 0


def test_calibration_of_a_learned_pool_never_sees_an_outcome_through_the_weights() -> None:
    """The pair it learns from is the pool's before that outcome: with one member it is the member's own word."""
    pool, alone = LearnedPool(FixedShare(), Platt(refit=1)), Platt(refit=1)
    for said, outcome in votes_and_outcomes(60, seed=19, names="a", sleep=0.0):
        pool.learn(said, outcome)
        alone.learn(said["a"], outcome)
    assert pool.calibration(0.7) == pytest.approx(alone(0.7))


# The gate


def test_the_gate_is_shut_until_its_start_and_to_coin_tosses() -> None:
    gate = ConformalGate(start=100)
    rng = np.random.default_rng(20)
    for _ in range(99):
        gate.learn(0.8, float(rng.random() < 0.8))
    assert not gate.singleton(0.9)
    gate.learn(0.8, 1.0)
    assert gate.singleton(0.9) and gate.singleton(0.1) and not gate.singleton(0.5)


def test_the_gate_by_hand() -> None:
    """Ten scores 0.05, 0.15, ..., 0.95; alpha 0.3 asks for rank ceil(11 x 0.7) = 8, a score of 0.75: both answers stay possible up to it."""
    gate = ConformalGate(alpha=0.3, gamma=0.0, start=1)
    for i in range(10):
        gate.learn(0.05 + i / 10, 0.0)
    assert not gate.singleton(0.7) and gate.singleton(0.8) and gate.singleton(0.2)


def test_misses_come_to_the_share_asked_for_under_drift() -> None:
    """Half-way the pool becomes worthless; the share of sets that miss stays alpha, which a fixed quantile would not hold."""
    rng = np.random.default_rng(21)
    gate, misses, steps = ConformalGate(alpha=0.3, gamma=0.05, start=100), 0, 4000
    for step in range(steps):
        p = rng.uniform(0.05, 0.95)
        chance = p if step < steps / 2 else 1 - p
        before = gate.level
        gate.learn(p, float(rng.random() < chance))
        misses += gate.level < before
    # Gibbs and Candes, proposition 4.1: off by at most (max(alpha, 1 - alpha) + gamma) / (gamma T).
    assert abs(misses / (steps - 100) - 0.3) <= (0.7 + 0.05) / (0.05 * (steps - 100))


def test_the_gate_passes_over_neither() -> None:
    gate = ConformalGate(start=10, window=50)
    for said, outcome in votes_and_outcomes(120, seed=22, names="a", sleep=0.0):
        gate.learn(said["a"], outcome)
        gate.learn(said["a"], 0.5)
    assert gate.outcomes == 120


# Scores


def test_scores_by_hand() -> None:
    assert brier([0.5, 1.0, 0.2], [1, 1, 0]) == pytest.approx((0.25 + 0 + 0.04) / 3)
    assert log_score([0.5, 1.0], [0, 1]) == pytest.approx(math.log(2) / 2)
    assert log_score([0.0], [1]) == math.inf
    assert brier([0.5], [0.5]) == 0.0


def test_reliability_has_equal_masses_and_keeps_equals_together() -> None:
    assert reliability([0.1, 0.4, 0.2, 0.9], [0, 1, 0, 1], bins=2) == [(pytest.approx(0.15), 0.0, 2), (pytest.approx(0.65), 1.0, 2)]
    assert reliability([0.5] * 30, [1, 0, 0] * 10) == [(0.5, pytest.approx(1 / 3), 30)]
    assert expected_calibration_error([0.2] * 10 + [0.8] * 10, [0] * 10 + [1] * 10) == pytest.approx(0.2)


@given(n=st.integers(1, 200), bins=st.integers(1, 30), seed=st.integers(0, 99))
def test_reliability_counts_everything_once(n: int, bins: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, y = rng.random(n).round(1), rng.integers(0, 2, n)
    table = reliability(p, y, bins)
    assert sum(count for *_, count in table) == n and len(table) <= bins
    assert sum(said * count for said, _, count in table) == pytest.approx(p.sum())
    assert [said for said, *_ in table] == sorted(said for said, *_ in table)


def test_bootstrap_covers_and_widens_with_dependence() -> None:
    rng = np.random.default_rng(24)
    covered = 0
    for _ in range(200):
        low, high = block_bootstrap(rng.normal(1.0, 1.0, 200), 1, rng, draws=300)
        covered += low <= 1.0 <= high
    assert 0.88 <= covered / 200 <= 0.99
    steps = np.repeat(rng.normal(size=100), 10)
    narrow, wide = (block_bootstrap(steps, block, np.random.default_rng(1)) for block in (1, 20))
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])
    assert block_bootstrap([2.0] * 9, 4, rng) == pytest.approx((2.0, 2.0))


def test_error_correlation() -> None:
    a = np.array([0.1, -0.3, 0.2, 0.4, -0.1])
    assert error_correlation(np.column_stack([a, 2 * a + 1])) == pytest.approx(1.0)
    assert error_correlation(np.column_stack([a, a, -a])) == pytest.approx((1 - 1 - 1) / 3)
    missing = np.column_stack([a, a])
    missing[0, 1] = np.nan
    assert error_correlation(missing) == pytest.approx(1.0)
    missing[:3, 1] = np.nan
    assert error_correlation(missing) is None and error_correlation(a[:, None]) is None


@pytest.mark.parametrize(
    ("call", "text"),
    [
        pytest.param(lambda: FixedShare(eta=0), "eta 0", id="no rate"),
        pytest.param(lambda: FixedShare(alpha=2), "alpha 2", id="share above 1"),
        pytest.param(lambda: Stacked(strength=0), "strength 0", id="no prior"),
        pytest.param(lambda: Platt(refit=0), "refit 0", id="never refitted"),
        pytest.param(lambda: ConformalGate(alpha=1), "alpha 1", id="all may miss"),
        pytest.param(lambda: ConformalGate().learn(1.2, 1), "1.2 is no probability", id="gate above 1"),
        pytest.param(lambda: Platt().learn(math.nan, 1), "nan is no probability", id="not a number"),
        pytest.param(lambda: brier([0.5], [1, 0]), "two rows of one length", id="lengths differ"),
        pytest.param(lambda: log_score([1.5], [1]), "from 0 to 1", id="score above 1"),
        pytest.param(lambda: reliability([0.5], [1], bins=0), "0 bins", id="no bins"),
        pytest.param(lambda: block_bootstrap([1.0], 2, np.random.default_rng(0)), "blocks of 2", id="block too long"),
        pytest.param(lambda: error_correlation([1.0]), "no table", id="one row of errors"),
    ],
)
def test_refuses(call, text: str) -> None:
    with pytest.raises(SettingError, match=text):
        call()


@given(p=st.floats(0, 1))
def test_one_member_is_heard_as_it_speaks_up_to_clipping(p: float) -> None:
    assert pooled(EqualWeights(), {"a": p}) == pytest.approx(clip(p), abs=1e-12)
