"""Averages by hand: moving averages, weighted windows, adaptive ones, fitted lines, and the average that a number chooses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lyra_ai.errors import SettingError
from lyra_ai.indicators import column, find, indicator, jesse
from lyra_ai.indicators.averages import ANCHORS
from lyra_ai.indicators.bands import MATYPES
from lyra_ai.indicators.rolling import INFINITE, Deviation, Highest, Lowest, Mean, MeanAbsolute, MedianAbsolute, Sum, Weighted

NAN = math.nan
HOUR = 3_600_000.0


def values(name: str, rows: list[float], *settings: float, **more: float) -> list[float]:
    return column(find(name)(*settings, **more), rows).tolist()


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("sma", (2,), [1, 2, 4], [NAN, 1.5, 3]),
        ("ema", (3,), [1, 3, 3], [1, 2, 2.5]),  # weight 2 / 4
        ("wilders", (2,), [1, 3, 3], [1, 2, 2.5]),
        ("mwdx", (0.5,), [1, 3, 3], [1, 2, 2.5]),
        ("rma", (2,), [1, 3, 6], [NAN, 2, 4]),
        ("smma", (2,), [1, 4], [1, 3]),  # (0.5 * 1 + 4) / 1.5
        ("dema", (3,), [1, 3], [1, 2.5]),  # e1 2, e2 1.5
        ("tema", (3,), [1, 3], [1, 2.75]),  # e3 1.25
        ("t3", (3, 1), [1, 3], [1, 1.84375]),  # e3 to e6 1.25, 1.125, 1.0625, 1.03125: 8 e3 - 12 e4 + 6 e5 - e6
        ("wma", (3,), [1, 2, 3, 3], [NAN, NAN, 14 / 6, 17 / 6]),
        ("hma", (4,), [4, 4, 4, 4, 4], [0, 16 / 3, 8, 16 / 3, 4]),  # WMAs of 2, 4 and 2 count as 0 until they are full
        ("zlema", (3,), [1, 2, 4], [NAN, 3, 4.5]),  # twice the value less the one before: 3, 6
        ("jsa", (2,), [1, 2, 5], [NAN, NAN, 3]),
        ("hwma", (0.5, 0.5, 0.5), [2, 2], [2, 2]),
        ("trima", (3,), [1, 2, 5], [NAN, NAN, 2.5]),  # weights 1 2 1
        ("swma", (4,), [1, 2, 3, 6], [NAN, NAN, NAN, 17 / 6]),  # weights 1 2 2 1
        ("fwma", (4,), [4, 3, 2, 1], [NAN, NAN, NAN, 14 / 7]),  # weights 1 1 2 3
        ("pwma", (3,), [1, 2, 5], [NAN, NAN, 2.5]),  # weights 1 2 1
        ("sinwma", (1,), [3, 4], [3, 4]),
        ("alma", (1,), [3, 4], [3, 4]),
        ("sqwma", (3,), [1, 2, 3, 4, 6], [1, 2, 3, 4, 70 / 13]),  # weights 9 for the newest, 4 for the one before
        ("cwma", (3,), [1, 2, 3, 4, 6], [1, 2, 3, 4, 194 / 35]),
        ("vpwma", (3, 1), [1, 2, 3, 4, 6], [1, 2, 3, 4, 26 / 5]),
        ("epma", (3, 1), [1, 2, 3, 4, 5, 8], [1, 2, 3, 4, 5, 7]),  # weights 2 for the newest, 1 for the one before
        ("edcf", (2,), [1, 2, 2, 4, 5], [NAN, NAN, NAN, NAN, 21 / 5]),  # distances 4 and 1
        ("edcf", (2,), [3, 3, 3, 3, 3], [NAN, NAN, NAN, NAN, 3]),
        ("nma", (1,), [1, 2, 4], [NAN, NAN, 4]),  # ratio 1 with a single step
        ("nma", (1,), [4, 4, 4], [NAN, NAN, 4]),
        ("kama", (1, 1, 1), [1, 3, 2], [1, 3, 2]),  # weights of 1
        ("kama", (2, 1, 3), [1, 2, 3, 3], [1, 2, 3, 3]),
        ("maaq", (2, 3, 3), [1, 2, 2, 2], [1, 2, 2, 2]),
        ("mcginley_dynamic", (10, 0.6), [1, 1, 2], [1, 1, 1 + 1 / 96]),  # 6 * 2^4
        ("mcginley_dynamic", (1, 0.6), [2, 1], [2, 1]),  # not less than 1
        ("vidya", (3,), [1, 3, 3], [1, 2, 2.5]),  # the index is 1: all movement upwards
        ("vidya", (3, False, False), [1, 3], [1, 2]),  # a deviation of 1
        ("jma", (1,), [1, 3], [1, 3]),
        ("linearreg", (3,), [1, 2, 6], [NAN, NAN, 5.5]),  # mean 3, slope 2.5
        ("linearreg_intercept", (3,), [1, 2, 6], [NAN, NAN, 0.5]),
        ("linearreg_slope", (3,), [1, 2, 6], [NAN, NAN, 2.5]),
        ("linearreg_angle", (3,), [1, 2, 3], [NAN, NAN, 45]),
        ("tsf", (3,), [1, 2, 6], [NAN, NAN, 8]),
        ("ma", (2, 2), [1, 4], [NAN, 3]),
        ("rsx", (2,), [1, 2, 3, 4, 5, 6, 7, 8], [NAN, NAN, 50, 50, 50, 50, 50, 100]),
    ],
)
def test_by_hand(name: str, settings: tuple[float, ...], rows: list[float], expected: list[float]) -> None:
    assert values(name, rows, *settings) == pytest.approx(expected, nan_ok=True, rel=1e-12)


def test_volume_weights() -> None:
    assert column(find("vwma")(2), [1, 2, 4, 8], [1, 3, 0, 0]).tolist() == pytest.approx([1, 1.75, 2, NAN], nan_ok=True)
    times = [0.0, 1 * HOUR, 24 * HOUR, 25 * HOUR]
    assert column(find("vwap")("D"), [1, 2, 4, 8], [1, 3, 0, 5], times).tolist() == pytest.approx([1, 1.75, NAN, 8], nan_ok=True)
    assert column(find("vwap")("h"), [1, 2, 4, 8], [1, 3, 1, 5], times).tolist() == [1, 2, 4, 8]


def test_an_average_that_needs_volume_says_so() -> None:
    assert find("ma")(3, 24).needs == "xv"
    assert find("apo")(3, 5, 29).needs == "xvt"
    assert find("keltner")(matype=24).needs == "hlcxv"
    assert find("mab")(fast_matype=24).needs == "xv"
    assert indicator("ma", 20, 24).warm_up_period == 20
    with pytest.raises(SettingError, match="This indicator needs candles"):
        jesse.vwma([1.0, 2.0])


def test_the_alligator_shows_its_lines_later() -> None:
    jaw, teeth, lips = column(find("alligator")(), list(range(1, 31))).T
    assert [int(np.flatnonzero(np.isfinite(line))[0]) for line in (jaw, teeth, lips)] == [20, 12, 7]
    assert (jaw[20], teeth[12], lips[7]) == (7, 4.5, 3)  # means of 1 to 13, 8 and 5
    assert jaw[21] == 7 + (14 - 7) / 13


def test_the_relative_average_comes_to_jesses() -> None:
    """Jesse's beginning, the last price of the column, has faded away after a few hundred rows."""
    rows = np.cos(np.arange(600.0))
    expected = rows[-1]
    for x in rows:
        expected += (x - expected) / 14
    assert jesse.rma(rows, 14, sequential=True)[-1] == pytest.approx(expected, rel=1e-12)


def test_a_period_of_many_rows_does_not_drift() -> None:
    rng = np.random.default_rng(5)
    rows = np.concatenate([rng.normal(1e9, 1e6, 5_000), rng.normal(1, 0.01, 15_000)])
    assert jesse.sma(rows, 50) == pytest.approx(rows[-50:].mean(), rel=1e-12)
    window = rows[-30:]
    assert jesse.wma(rows, 30) == pytest.approx(window @ np.arange(1, 31) / 465, rel=1e-12)
    assert jesse.stddev(rows, 30) == pytest.approx(window.std(), rel=1e-12)
    assert jesse.linearreg_slope(rows, 30) == pytest.approx(np.polyfit(np.arange(30), window, 1)[0], rel=1e-6)


def test_windows_hold_what_they_say() -> None:
    rng = np.random.default_rng(3)
    rows = np.round(rng.normal(0, 3, 200), 1)
    for period in (1, 2, 7, 30):
        total, mean, line, deviation = Sum(period, 0.0), Mean(period), Weighted(period), Deviation(period, partial=True)
        high, low, median = Highest(period, -INFINITE), Lowest(period, INFINITE), MedianAbsolute(period)
        for row, x in enumerate(rows.tolist()):
            window = rows[max(0, row - period + 1) : row + 1]
            assert total.next(x) == pytest.approx(window.sum(), abs=1e-11)
            assert deviation.next(x) == pytest.approx((window.mean(), window.var()), abs=1e-10)
            assert (high.next(x), low.next(x)) == (window.max(), window.min())
            full = len(window) == period
            expected_line = (window.sum(), window @ np.arange(period)) if full else (NAN, NAN)
            assert line.next(x) == pytest.approx(expected_line, abs=1e-10, nan_ok=True)
            assert mean.next(x) == pytest.approx(window.mean() if full else NAN, abs=1e-11, nan_ok=True)
            expected = np.median(np.abs(window - np.median(window))) if full else NAN
            assert median.next(x) == pytest.approx(expected, abs=1e-11, nan_ok=True)


def test_the_mean_deviation_is_known_with_the_first_mean() -> None:
    deviation = MeanAbsolute(2)
    assert [deviation.next(x) for x in (1.0, 3.0, 7.0)] == pytest.approx([NAN, 1, 1.5], nan_ok=True)  # distances 1 and 2 from means 2 and 5


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("sma", {"period": 0}, "period is 0; it must be a whole number of at least 1."),
        ("sma", {"period": 2.5}, "period is 2.5; it must be a whole number of at least 1."),
        ("ema", {"period": 0}, "period is 0; it must be at least 1."),
        ("hma", {"period": 1}, "period is 1; it must be a whole number of at least 2."),
        ("mwdx", {"factor": 0}, "factor is 0; it must be above 0 and at most 1."),
        ("hwma", {"na": 1}, "na is 1; it must be between 0 and 1."),
        ("vwap", {"anchor": "Y"}, f"'Y' is no anchor; there are {', '.join(ANCHORS)}."),
        ("alma", {"sigma": 0}, "sigma is 0; it must be above 0."),
        ("epma", {"period": 6}, "The weights of epma add up to nothing with these settings."),
        ("sqwma", {"period": 1}, "period is 1; it must be a whole number of at least 2."),
        ("linearreg", {"period": 1}, "period is 1; it must be a whole number of at least 2."),
        ("frama", {"SC": 1}, "SC is 1; it must be above 1."),
        ("mama", {"slowlimit": 0}, "slowlimit is 0; it must be above 0 and at most 1."),
        ("ma", {"matype": 7}, f"matype is 7; there are {', '.join(str(number) for number in MATYPES)}."),
        ("ma", {"matype": 9, "period": 0}, "period is 0; it must be a whole number of at least 1."),
        ("gauss", {"poles": 5}, "poles is 5; it must be 1, 2, 3 or 4."),
        ("itrend", {"alpha": 0}, "alpha is 0; it must be between 0 and 1."),
        ("bandpass", {"bandwidth": 0}, "bandwidth is 0; it must be above 0."),
        ("bandpass", {"period": 2, "bandwidth": 0.6}, "bandwidth is too wide for the period."),
        ("bollinger_bands", {"devtype": 3}, "devtype is 3; it must be 0 (standard), 1 (mean absolute) or 2 (median absolute)."),
        ("kst", {"roc_period2": 0}, "roc_period2 is 0; it must be a whole number of at least 1."),
        ("hull_suit", {"mode_switch": "Ema"}, "mode_switch is 'Ema'; there are Hma, Ehma and Thma."),
        ("hull_suit", {"length": 5}, "length * length_mult is 5; it must be a whole number of at least 12."),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, settings: dict[str, float], words: str) -> None:
    with pytest.raises(SettingError) as refused:
        indicator(name, **settings)
    assert str(refused.value) == words
