"""Pools of probabilities: cases worked by hand, and laws that hold for all."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyra_ai.council.pools import CLIP, POOLS, clip, disagreement, effective_members, expit, extremity, logit
from lyra_ai.errors import SettingError

probabilities = st.floats(0, 1)
weights = st.floats(0.01, 10)
ballots = st.lists(st.tuples(probabilities, weights), min_size=1, max_size=7)
every_pool = pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS.keys())


@pytest.mark.parametrize(
    ("name", "said", "weight", "pooled"),
    [
        # Odds 4 and 1/4 cancel; odds 4 and 1 make sqrt(4) = 2.
        pytest.param("log", [0.8, 0.2], [1, 1], 0.5, id="log, opposed"),
        pytest.param("log", [0.8, 0.5], [1, 1], 2 / 3, id="log, odds multiply"),
        pytest.param("log", [0.8, 0.5], [3, 0], 0.8, id="log, no weight no voice"),
        pytest.param("log", [1.0, 0.5], [1, 1], 7 / 8, id="log, certainty is clipped to odds of 49"),
        pytest.param("linear", [0.8, 0.2], [3, 1], 0.65, id="linear"),
        pytest.param("median", [0.9, 0.1, 0.6], [1, 1, 1], 0.6, id="median of three"),
        pytest.param("median", [0.9, 0.6], [1, 1], 0.75, id="median of two"),
        pytest.param("median", [0.9, 0.6], [3, 1], 0.9, id="median by weight"),
        pytest.param("median", [0.3, 0.4, 0.9], [0.1, 0.2, 0.3], 0.65, id="median, half reached in decimals"),
        pytest.param("median", [0.3, 0.5, 0.9], [1, 0, 1], 0.6, id="median, no weight no voice"),
        pytest.param("trimmed", [0.0, 0.4, 0.5, 0.6, 1.0], [1, 1, 1, 1, 1], 0.5, id="trimmed of five drops the ends"),
        pytest.param("trimmed", [0.0, 0.5, 0.8], [1, 1, 1], (0.4 * 0 + 0.5 + 0.4 * 0.8) / 1.8, id="trimmed of three cuts in part"),
        pytest.param("majority", [0.51, 0.99, 0.1], [1, 1, 1], 2 / 3, id="majority"),
        pytest.param("majority", [0.5, 0.1], [1, 1], 0.25, id="majority, who says 0.5 is half"),
        pytest.param("extremised", [0.7], [1], 0.7, id="extremised alone"),
        pytest.param("extremised", [0.8, 0.8], [1, 1], expit(2 * (math.sqrt(7) - 2) * logit(0.8)), id="extremised of two"),
    ],
)  # fmt: skip
def test_by_hand(name: str, said: list[float], weight: list[float], pooled: float) -> None:
    assert POOLS[name](said, weight) == pytest.approx(pooled, abs=1e-12)


@every_pool
@given(ballots=ballots)
def test_is_a_probability(pool, ballots) -> None:
    assert 0 <= pool(*zip(*ballots, strict=True)) <= 1


@every_pool
@given(ballots=st.lists(st.tuples(probabilities, weights), min_size=1, max_size=4))
def test_order_does_not_matter(pool, ballots) -> None:
    results = [pool(*zip(*order, strict=True)) for order in permutations(ballots)]
    assert max(results) - min(results) < 1e-12


@every_pool
@given(ballots=ballots, scale=st.floats(0.1, 1000))
def test_only_proportions_of_weights_matter(pool, ballots, scale) -> None:
    said, weight = zip(*ballots, strict=True)
    assert pool(said, [w * scale for w in weight]) == pytest.approx(pool(said, weight), abs=1e-9)


@every_pool
@given(ballots=ballots, who=st.integers(0, 6), higher=probabilities)
def test_never_falls_when_a_member_says_more(pool, ballots, who, higher) -> None:
    said, weight = map(list, zip(*ballots, strict=True))
    raised = list(said)
    raised[who % len(said)] = max(higher, said[who % len(said)])
    assert pool(raised, weight) >= pool(said, weight) - 1e-12


@every_pool
@given(ballots=ballots)
def test_rise_and_fall_are_mirror_images(pool, ballots) -> None:
    said, weight = zip(*ballots, strict=True)
    # 1 - p is not exact for a tiny p, and at 0.5 a rounding would change sides.
    said = [round(p, 6) for p in said]
    assert pool([round(1 - p, 6) for p in said], weight) == pytest.approx(1 - pool(said, weight), abs=1e-9)


@pytest.mark.parametrize("name", ["linear", "median", "trimmed"])
@given(ballots=ballots)
def test_means_stay_between_the_members(name, ballots) -> None:
    said, weight = zip(*ballots, strict=True)
    assert min(said) <= POOLS[name](said, weight) <= max(said)


@pytest.mark.parametrize("name", ["log", "linear", "median", "trimmed", "extremised"])
@given(p=probabilities, weight=weights)
def test_one_member_is_heard_as_it_speaks_up_to_clipping(name, p, weight) -> None:
    assert clip(POOLS[name]([p], [weight])) == pytest.approx(clip(p), abs=1e-12)


@every_pool
@pytest.mark.parametrize(
    ("said", "weight", "text"),
    [
        pytest.param([], [], "at least one", id="nobody votes"),
        pytest.param([0.5, 0.6], [1.0], "2 probabilities and 1 weights", id="lengths differ"),
        pytest.param([0.5], [0.0], "nothing to pool", id="no weight"),
        pytest.param([0.5, 0.6], [1.0, -1.0], "0.6 with weight -1.0", id="negative weight"),
        pytest.param([1.5], [1.0], "probability 1.5", id="above 1"),
        pytest.param([math.nan], [1.0], "probability nan", id="not a number"),
        pytest.param([0.5], [math.inf], "positive and finite", id="infinite weight"),
    ],
)
def test_refuses(pool, said, weight, text) -> None:
    with pytest.raises(SettingError, match=text):
        pool(said, weight)


def test_logit_and_expit_are_inverse_and_logit_of_certainty_is_refused() -> None:
    assert expit(logit(0.3)) == pytest.approx(0.3)
    assert expit(-1000) == 0.0 and expit(1000) == 1.0
    with pytest.raises(SettingError, match="Clip it first"):
        logit(1.0)


def test_extremity_is_that_of_the_paper() -> None:
    # n = 10: 10 (sqrt(271) - 2) / 89 = 1.625; the limit is sqrt(3).
    assert [round(extremity(n), 3) for n in (1, 2, 3, 5, 10)] == [1.0, 1.292, 1.415, 1.529, 1.625]
    assert extremity(10**6) == pytest.approx(math.sqrt(3), abs=1e-4)


def test_disagreement() -> None:
    assert disagreement([]) == disagreement([0.9]) == 0.0
    assert disagreement([0.8, 0.8]) == pytest.approx(0.0)
    assert disagreement([0.8, 0.2]) == pytest.approx(math.log(4))
    assert disagreement([0.0, 1.0]) == pytest.approx(logit(1 - CLIP))


def test_effective_members() -> None:
    # Five members at 0.6 are worth 1.47 votes, ten 1.56.
    assert effective_members(5, 0.6) == pytest.approx(5 / 3.4)
    assert effective_members(10, 0.6) == pytest.approx(1.5625)
    assert effective_members(4, 0.0) == 4.0 and effective_members(4, 1.0) == 1.0 and effective_members(1, 0.3) == 1.0
    for members, correlation in ((0, 0.0), (3, 1.1), (3, -0.5), (3, math.nan)):
        with pytest.raises(SettingError, match="cannot be"):
            effective_members(members, correlation)
