"""Indicators that run ahead of their feed show what ordinary ones show, bar by bar, whatever is asked of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyra.engine.decimals import to_float
from lyra.engine.feed.direct import DirectFeed
from lyra.engine.feed.rows import ColumnRows
from lyra.engine.indicators import ExponentialMovingAverage, Momentum, MomentumPercent, RateOfChange, SimpleMovingAverage

MINUTE = 60_000_000
KINDS = [ExponentialMovingAverage, SimpleMovingAverage, Momentum, MomentumPercent, RateOfChange]


class Point:
    """As much of a bar as an indicator takes."""

    _symbol = None

    def __init__(self, end: int, value: Decimal) -> None:
        self._end, self._value = end, value

    @classmethod
    def _of(cls, symbol: None, rows: ColumnRows, i: int) -> Point:
        return cls(rows.end[i], rows.exact_column("close")[i])


class Config:
    """As much of a feed's configuration as indicators need."""

    symbol = None
    bar_type = Point


def rows_of(closes: list[int], start: int, places: int = 2) -> ColumnRows:
    """A run of bars with these closes in units of the last decimal place."""
    time = np.arange(start, start + len(closes), dtype=np.int64) * MINUTE
    values = np.array(closes, dtype=np.int64).reshape(-1, 1)
    scales = np.full(values.shape, places, dtype=np.int8)
    return ColumnRows(("close",), time, time + MINUTE, time + MINUTE, [False] * len(closes), values, scales, [], None)


def runs_of(prices: list[int], length: int, places: int = 2) -> list[ColumnRows]:
    """The prices cut into runs."""
    return [rows_of(prices[i : i + length], i, places) for i in range(0, len(prices), length)]


def walk(seed: int, count: int, start: float = 400.0, step: float = 0.001, places: int = 2) -> list[int]:
    """A random walk of prices in units of the last decimal place."""
    steps = np.random.default_rng(seed).normal(0.0, step, count)
    return [int(p) for p in np.round(start * np.exp(np.cumsum(steps)) * 10**places)]


def ordinary(kind: type, period: int, prices: list[int], places: int = 2) -> list[tuple[Decimal, bool]]:
    """The decimals of an indicator that is updated by hand, and whether it was ready."""
    indicator, values = kind(period), []
    for i, price in enumerate(prices):
        indicator._accept(None, (i + 1) * MINUTE, Decimal(price).scaleb(-places))
        values.append((indicator._value, indicator.is_ready))
    return values


@pytest.mark.parametrize(("every", "period"), [(1, 20), (40, 20), (1, 7), (1, 125)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("start", "places"), [(400.0, 2), (40_000.0, 2), (79_000.0, 2), (7.9, 4), (0.00071, 8), (1.1, 5)])
def test_the_floats_are_those_of_the_decimals(kind: type, start: float, places: int, every: int, period: int) -> None:
    """Over many runs, also where the number of digits of the values changes; looked at often or rarely."""
    prices = walk(3, 4000, start, places=places)
    indicator, feed = kind(period), DirectFeed(Config())
    feed.add(indicator, lambda _, __: None, "close")
    seen = []
    for rows in runs_of(prices, 500, places):
        for i in range(len(rows)):
            feed.show(rows, i)
            if indicator.samples % every == 0:
                seen.append((indicator.current.value, indicator.samples, indicator.is_ready))
    assert seen == [(to_float(v), k, ready) for k, (v, ready) in enumerate(ordinary(kind, period, prices, places), 1) if k % every == 0]
    assert "_ahead" in vars(indicator)


LOOKS = {
    "decimal": lambda indicator: indicator.current._value,
    "text": str,
    "window": lambda indicator: [point._value for point in indicator.window],
    "previous": lambda indicator: indicator.previous._value,
}


@given(st.integers(0, 1000), st.lists(st.integers(0, 1199), min_size=1, max_size=4), st.sampled_from(sorted(LOOKS)))
@settings(max_examples=60, deadline=None)
def test_what_is_asked_in_between_changes_nothing(seed: int, moments: list[int], what: str) -> None:
    """Decimals, windows and texts are those of an indicator updated by hand; a point that is kept stays what it was."""
    prices = walk(seed, 1200)
    twin, indicator, feed = ExponentialMovingAverage(10), ExponentialMovingAverage(10), DirectFeed(Config())
    feed.add(indicator, lambda _, point: indicator._update(point), "close")
    kept = []
    for rows in runs_of(prices, 300):
        for i in range(len(rows)):
            feed.show(rows, i)
            twin._accept(None, rows.end[i], rows.exact_column("close")[i])
            assert (indicator.current.value, indicator.samples) == (twin.current.value, twin.samples)
            if twin.samples - 1 in moments:
                assert LOOKS[what](indicator) == LOOKS[what](twin)
            if twin.samples % 90 == 0:
                kept.append((indicator.current, twin.current))
    assert all((mine._value, mine._end) == (other._value, other._end) for mine, other in kept)
