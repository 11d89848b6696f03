"""Bands, channels and oscillators of averages by hand, and what holds for any rows."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_goldens import made_up

from lyra_ai.indicators import catalogue, column, find, jesse, names

NAN = math.nan
FAMILIES = ("averages", "filters", "bands", "oscillators_of_averages")
MINE = [name for name in names() if find(name).__module__.rpartition(".")[2] in FAMILIES]


def test_deviations() -> None:
    assert column(find("stddev")(2, 3), [1, 3]).tolist() == pytest.approx([NAN, 3], nan_ok=True)
    assert column(find("var")(2, 3), [1, 5]).tolist() == pytest.approx([NAN, 12], nan_ok=True)
    assert column(find("zscore")(2), [1, 3, 3]).tolist() == pytest.approx([NAN, 1, NAN], nan_ok=True)


def test_bollinger() -> None:
    assert column(find("bollinger_bands")(2, 2, 1), [1, 3]).tolist()[1] == pytest.approx([4, 2, 1])
    assert column(find("bollinger_bands")(2, 2, 1, 1, 1), [1, 4]).tolist()[1] == pytest.approx([6, 3, 1.5])  # EMA 3, mean deviation 1.5
    assert column(find("bollinger_bands_width")(2, 2), [1, 3]).tolist()[1] == 2
    assert column(find("bollinger_bands")(3), [7, 7, 7]).tolist()[2] == [7, 7, 7]


def test_keltner() -> None:
    rows = column(find("keltner")(2, 2, 0), [3, 5, 4], [1, 4, 2], [2, 4, 3], [2, 4, 3])
    assert rows.tolist()[1] == pytest.approx([8, 3, -2])  # true ranges 2 and 3, from the close before
    assert rows.tolist()[2] == pytest.approx([8, 3.5, -1])  # (2.5 + 2) / 2 = 2.25


def test_the_bands_of_moving_averages_end_as_jesses() -> None:
    """Its deviation is that of the newest rows, so the last row is the same."""
    goldens = json.loads((Path(__file__).parent / "goldens" / "jesse.json").read_text(encoding="utf-8"))
    case = next(case for case in goldens["goldens"]["mab"] if case["series"] == "made_up")
    assert jesse.mab(made_up())._asdict() == pytest.approx(case["last"], rel=1e-9)
    fast = column(find("mab")(1, 2, 1, 2), [1, 3, 3])
    assert fast.tolist()[1] == pytest.approx([3, 3, 0])  # slow 2, fast 3, deviation 1


def test_the_length_of_an_average_shrinks_far_from_the_mean() -> None:
    assert column(find("vlma")(1, 2), [1, 1, 4]).tolist() == pytest.approx(
        [1, 1, 3]
    )  # 1.5 from the mean is one deviation: the period stays 2


def test_stiffness_counts_what_is_above_the_floor() -> None:
    assert column(find("stiffness")(2, 2, 1), [1, 2, 3, 1]).tolist() == pytest.approx([NAN, NAN, 100, 50], nan_ok=True)


def test_a_squeeze_is_narrow_bands() -> None:
    narrow = [10.0, 10.1, 10.0]
    assert column(find("ttm_squeeze")(3), [12, 12, 12], [8, 8, 8], narrow).tolist() == pytest.approx([NAN, NAN, 0], nan_ok=True)
    assert column(find("ttm_squeeze")(3), [1, 5, 9], [1, 5, 9], [1, 5, 9]).tolist()[2] == 1  # deviation 3.3, ranges 0, 4, 4
    assert column(find("squeeze_momentum")(3, length_kc=3), [12, 12, 12], [8, 8, 8], narrow).tolist()[2][0] == -1


def test_the_explosion_is_the_change_of_the_macd() -> None:
    rows = column(find("waddah_attar_explosion")(100, 1, 3, 2, 2.0), [1, 3, 2]).tolist()
    assert rows[1] == pytest.approx([4, 100, 1])  # bands 2 * 2 * 1; macd 3 - 2
    assert rows[2] == pytest.approx([2, -100, -1])  # macd 2 - 2


def test_differences_of_averages() -> None:
    assert column(find("macd")(1, 3, 3), [1, 3]).tolist()[1] == pytest.approx([1, 0.5, 0.5])
    assert column(find("apo")(1, 2), [1, 3]).tolist() == pytest.approx([NAN, 1], nan_ok=True)
    assert column(find("ppo")(1, 2), [1, 3]).tolist() == pytest.approx([NAN, 50], nan_ok=True)
    rows = column(find("vwmacd")(1, 2, 2), [1, 3, 9], [1, 1, 0])
    assert rows[1].tolist() == [1, 0.5, 0.5] and np.isnan(rows[2]).all()


def test_smoothed_changes() -> None:
    assert column(find("trix")(1), [1, math.e, 0, 1]).tolist() == pytest.approx([NAN, 10_000, NAN, -10_000], nan_ok=True)
    assert column(find("tsi")(1, 1), [1, 2, 1, 1]).tolist() == [0, 100, -100, 0]
    assert column(find("dti")(1, 1, 1), [5, 6, 6], [3, 3, 2]).tolist() == [0, 100, -100]
    assert column(find("cc")(1, 1, 2), [1, 2, 4]).tolist() == pytest.approx([NAN, NAN, 400], nan_ok=True)
    line, signal = column(find("kst")(1, 1, 1, 1, 1, 1, 1, 1, 2), [1, 2, 2]).T
    assert line.tolist() == pytest.approx([NAN, 1000, 0], nan_ok=True) and signal.tolist() == pytest.approx([NAN, 1000, 500], nan_ok=True)


def test_wavetrend_in_numbers() -> None:
    rows = column(find("wt")(1, 1, 2, 50, -50), [1, 2]).tolist()
    assert rows == [[0, 0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0]]  # an EMA of one row is never off
    up = column(find("wt")(3, 1, 2, 20, -50), [1, 3]).tolist()[1]  # esa 2, d 0.5: 1 / 0.0075
    assert up == pytest.approx([1 / 0.0075, 0.5 / 0.0075, 1, 0, 0, 1, 0.5 / 0.0075])


def test_the_hull_suite_in_numbers() -> None:
    before, now, signal = column(find("hull_suit")("Ehma", 16), [float(x) for x in range(60)]).T
    assert [int(np.flatnonzero(np.isfinite(part))[0]) for part in (before, now, signal)] == [2, 2, 2]
    assert signal[-1] == 1 and before[-1] == now[-3]
    assert column(find("hull_suit")("Thma", 24), [float(-x) for x in range(60)])[-1, 2] == -1


def test_every_family_is_in_the_catalogue() -> None:
    assert set(FAMILIES) <= set(catalogue.FAMILIES)


PRICES = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 100.0])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES, st.floats(0, 1e300)), min_size=1, max_size=70))
def test_no_rows_make_them_fail(rows: list[tuple[float, ...]]) -> None:
    for name in MINE:
        feed(name, rows)


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize("price", [0.0, 1e-8, 100.0, 1e8])
def test_a_market_that_stands_still(name: str, price: float) -> None:
    """Constant prices without volume give numbers or NaN, never an infinity."""
    found = feed(name, [(price, price, price, price, 0.0)] * 300)
    assert not np.isinf(found).any()


@pytest.mark.parametrize("name", MINE)
def test_the_warm_up_is_long_enough(name: str) -> None:
    """Every part has been known once after so many rows."""
    count = find(name)().warm_up
    rows = [tuple(row[[1, 3, 4, 2, 5]]) for row in made_up()[:count]]
    found = feed(name, rows)
    assert len(found) == count
    assert np.isfinite(found[-1]).all()


def feed(name: str, rows: list[tuple[float, ...]]) -> np.ndarray:
    kernel = find(name)()
    columns = dict(zip("ohlcv", zip(*rows, strict=True), strict=True))
    columns["x"] = columns["c"]
    columns["t"] = tuple(60_000.0 * row for row in range(len(rows)))
    return column(kernel, *(columns[letter] for letter in kernel.needs))
