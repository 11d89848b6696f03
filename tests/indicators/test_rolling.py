"""The windows that kernels are made of give what looking through the window gives, and do not drift."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyra_ai.errors import SettingError
from lyra_ai.indicators.rolling import (
    Deviation,
    Highest,
    Joint,
    KnownMean,
    Lag,
    Line,
    Lowest,
    Mean,
    MeanAbsolute,
    MedianAbsolute,
    Peak,
    Sum,
    Weighted,
    WhereHighest,
    Wilder,
    average,
    deviation,
)

VALUES = st.lists(st.floats(min_value=-1e6, max_value=1e6) | st.sampled_from([0.0, 1.0]), min_size=1, max_size=40)
PERIODS = st.integers(min_value=1, max_value=12)
LOOKED = [
    pytest.param(Sum, math.fsum, id="sum"),
    pytest.param(Mean, np.mean, id="mean"),
    pytest.param(Highest, max, id="highest"),
    pytest.param(Lowest, min, id="lowest"),
    pytest.param(WhereHighest, np.argmax, id="where highest"),
    pytest.param(Deviation, lambda window: (np.mean(window), np.var(window)), id="deviation"),
    pytest.param(Weighted, lambda window: (math.fsum(window), math.fsum(i * x for i, x in enumerate(window))), id="weighted"),
    pytest.param(MedianAbsolute, lambda window: np.median(np.abs(window - np.median(window))), id="median absolute"),
]


@pytest.mark.parametrize(("kind", "looked"), LOOKED)
@given(values=VALUES, period=PERIODS)
def test_as_if_looked_through(kind: Any, looked: Callable[..., Any], values: list[float], period: int) -> None:
    window = kind(period)
    scale = max(map(abs, values)) + 1
    for row, x in enumerate(values):
        found = np.atleast_1d(window.next(x))
        if row + 1 < period:
            assert kind is MedianAbsolute or np.isnan(found).all()
        else:
            expected = np.atleast_1d(looked(np.array(values[row + 1 - period : row + 1])))
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * scale * scale)


@given(values=VALUES, period=PERIODS)
def test_before_the_window_is_full(values: list[float], period: int) -> None:
    total, highest, lowest = Sum(period, 0.0), Highest(period, -math.inf), Lowest(period, math.inf)
    for row, x in enumerate(values):
        window = values[max(0, row + 1 - period) : row + 1]
        assert total.next(x) == pytest.approx(math.fsum(window), abs=1e-6)
        assert (highest.next(x), lowest.next(x)) == (max(window), min(window))


@given(pairs=st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=1, max_size=30), period=PERIODS)
def test_joint(pairs: list[tuple[float, float]], period: int) -> None:
    joint = Joint(period)
    for row, pair in enumerate(pairs):
        found = joint.next(*pair)
        if row + 1 >= period:
            x, y = np.array(pairs[row + 1 - period : row + 1]).T
            x, y = x - x.mean(), y - y.mean()
            np.testing.assert_allclose(found, (x @ x, y @ y, x @ y), rtol=1e-8, atol=1e-6)


@given(values=VALUES, left=st.integers(1, 4), right=st.integers(1, 4))
def test_peak(values: list[float], left: int, right: int) -> None:
    peak = Peak(left, right)
    for row, x in enumerate(values):
        found, at = peak.next(x), row - right
        is_peak = at >= left and all(values[at] > other for i, other in enumerate(values[at - left : row + 1]) if i != left)
        assert found == values[at] if is_peak else math.isnan(found)


def test_nothing_drifts() -> None:
    """After a hundred thousand rows with huge ones among them."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, 100_000)
    values[::997] *= 1e12
    windows = Sum(50), Deviation(50), Weighted(50)
    for x in values.tolist():
        total, (mean, variance), (plain, weighted) = (window.next(x) for window in windows)
    tail = values[-50:]
    assert (total, plain, mean) == pytest.approx((math.fsum(tail), math.fsum(tail), tail.mean()), rel=1e-9)
    assert (variance, weighted) == pytest.approx((tail.var(), tail @ np.arange(50)), rel=1e-9)


@pytest.mark.parametrize("kind", [Sum, Highest, Weighted])
def test_what_is_not_finite_leaves_with_its_row(kind: Any) -> None:
    for odd in (math.nan, math.inf):
        window, clean = kind(3), kind(3)
        for x in (1.0, odd, 2.0, 5.0, 3.0, 4.0):
            found, expected = window.next(x), clean.next(0.0 if x is odd else x)
        assert found == expected


@pytest.mark.parametrize("price", [0.1, 7.3, 1e-7, 1e9])
def test_equal_values_do_not_deviate(price: float) -> None:
    window, line = Deviation(20), Line(20)
    for _ in range(77):
        (mean, variance), end = window.next(price), line.next(price)
    assert (mean, variance) == (price, 0.0)
    assert end == pytest.approx(price, rel=1e-14)


def test_known_mean_passes_over_what_is_not_known() -> None:
    mean = KnownMean(3)
    assert [mean.next(x) for x in (math.nan, 1.0, 3.0, math.nan, 5.0)] == pytest.approx([math.nan, math.nan, 2, 2, 4], nan_ok=True)


def test_small_ones() -> None:
    lag, wilder, summed, distance = Lag(2), Wilder(2), Wilder(2, start_with_sum=True), MeanAbsolute(2)
    assert [lag.next(x) for x in (1.0, 2.0, 3.0)] == pytest.approx([math.nan, math.nan, 1], nan_ok=True)
    assert Lag(0).next(7.0) == 7.0
    assert [wilder.next(x) for x in (1.0, 3.0, 4.0)] == pytest.approx([math.nan, 2, 3], nan_ok=True)
    assert [summed.next(x) for x in (1.0, 3.0, 5.0)] == pytest.approx([math.nan, 4, 4.5], nan_ok=True)
    assert [distance.next(x) for x in (1.0, 3.0, 7.0)] == pytest.approx([math.nan, 1, 1.5], nan_ok=True)
    assert [average(0, 1).next(3.0), average(1, 9).next(3.0), deviation(0, 1).next(3.0)] == [3.0, 3.0, 0.0]


def test_refusals() -> None:
    with pytest.raises(SettingError, match=r"^matype is 99; there are 0, 1, 2, "):
        average(99, 5)
    with pytest.raises(SettingError, match=r"^matype is 24; the average of that number needs more than one number of a row\.$"):
        average(24, 5)
    with pytest.raises(SettingError, match=r"^period is 0; it must be at least 1\.$"):
        Sum(0)
