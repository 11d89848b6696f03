"""Recursive filters by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lyra_ai.indicators import column, find, jesse

FLAT = [100.0] * 1_500


def last(name: str, *settings: float) -> float:
    return float(column(find(name)(*settings), FLAT)[-1])


@pytest.mark.parametrize("name", ["supersmoother", "supersmoother_3_pole", "gauss", "decycler"])
def test_smoothers_keep_a_constant(name: str) -> None:
    assert last(name) == pytest.approx(100, rel=1e-6)


@pytest.mark.parametrize("name", ["high_pass", "high_pass_2_pole", "roofing", "dec_osc"])
def test_passes_take_a_constant_away(name: str) -> None:
    assert last(name) == pytest.approx(0, abs=1e-6)


def test_the_first_rows() -> None:
    a = math.exp(-1.414 * math.pi / 10)
    b = 2 * a * math.cos(1.414 * math.pi / 10)
    expected = (1 + a * a - b) / 2 * (4 + 2) + b * 2 - a * a * 1
    assert column(find("supersmoother")(10), [1, 2, 4]).tolist() == pytest.approx([1, 2, expected])
    alpha = 1 + (math.sin(2 * math.pi / 12) - 1) / math.cos(2 * math.pi / 12)
    assert column(find("high_pass")(12), [1, 3]).tolist() == pytest.approx([1, (1 - alpha / 2) * 2 + (1 - alpha)])
    beta = (1 - math.cos(2 * math.pi / 12)) / (2 - 1)
    weight = -beta + math.sqrt(beta * beta + 2 * beta)
    assert column(find("gauss")(12, 1), [1, 1]).tolist() == pytest.approx([weight, weight + weight * (1 - weight)])


def test_a_band_passes_its_own_period() -> None:
    """A wave of the band's period comes through at full height, one of a tenth of it nearly not at all."""
    wave = np.sin(2 * np.pi * np.arange(800) / 20)
    fast = np.sin(2 * np.pi * np.arange(800) / 2.1)
    assert np.abs(jesse.bandpass(wave, sequential=True).bp[-40:]).max() == pytest.approx(1, abs=0.05)
    assert np.abs(jesse.bandpass(fast, sequential=True).bp[-40:]).max() < 0.05


def test_a_straight_way_has_no_reflex() -> None:
    """On a line Reflex sees no bend, and Trendflex the same trend again and again: its distance over its root mean square, 1."""
    line = np.arange(600.0)
    assert abs(jesse.reflex(line)) < 0.01
    assert jesse.trendflex(line) == pytest.approx(1, rel=1e-3)


def test_the_instantaneous_trend_leads() -> None:
    signal, line, trigger = column(find("itrend")(0.5), [float(x) for x in range(30)]).T
    assert line[:4].tolist() == [0, 1, 1, 2]  # the value twice, then (x + 2 x' + x'') / 4
    assert trigger[19] == line[19] and trigger[20] == 2 * line[20] - line[0]
    assert signal[-1] == 1


def test_peaks_and_valleys_of_a_wave() -> None:
    wave = 10 + np.sin(2 * np.pi * np.arange(300) / 20)
    upper, middle, lower = column(find("emd")(20, 0.1, 1.0), wave, wave).T
    assert [int(np.flatnonzero(np.isfinite(band))[0]) for band in (upper, middle, lower)] == [49, 39, 49]
    assert upper[-1] > 0.9 and lower[-1] < -0.9 and abs(middle[-1]) < 0.05


def test_the_prediction_waits_for_its_rows() -> None:
    voss, filt = column(find("voss")(8, 2), [float(x % 7) for x in range(30)]).T
    assert not voss[:9].any() and not filt[:9].any() and voss[9] == filt[9] * 4.5
