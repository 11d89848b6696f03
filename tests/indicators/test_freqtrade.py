"""Freqtrade's helpers give what the originals give (goldens of the originals' own run; `make_freqtrade_goldens.py`)."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from make_freqtrade_goldens import frame, parts, polled, shown
from make_goldens import made_up, real
from running import ROOT

from lyra_ai.errors import SettingError
from lyra_ai.indicators import column, find, freqtrade, names
from lyra_ai.indicators.freqtrade import qtpylib, technical

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "freqtrade.json").read_text(encoding="utf-8"))
CANDLES = ROOT.parent / "shared" / "exchange-candles"
TOLERANCE = 1e-8
CASES = [
    pytest.param(
        case, id=f"{case['of']}-{case['name']}-{case['series']}-{'-'.join(f'{k}={v}' for k, v in case['settings'].items())}-{number}"
    )
    for number, case in enumerate(GOLDENS["goldens"])
]


def candles(series: str) -> pd.DataFrame:
    if series == "made_up":
        return frame(made_up())
    if not CANDLES.is_dir():
        pytest.skip("needs ../shared/exchange-candles")
    return frame(real(CANDLES))


def same(found: Any, expected: Any, scale: float) -> bool:
    if expected is None or expected == "nan":
        return found in (None, "nan") or (isinstance(found, float) and not math.isfinite(found))
    if isinstance(expected, str) or isinstance(found, str) or found is None:
        return bool(found == expected)
    return bool(abs(found - expected) <= TOLERANCE * max(abs(expected), 1e-3 * scale, 1e-12))


@pytest.mark.parametrize("case", CASES)
def test_values(case: dict[str, Any]) -> None:
    rows = candles(case["series"])
    before = rows.copy()
    given = [rows if each == "frame" else rows[each] if isinstance(each, str) else each for each in case["inputs"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", FutureWarning)
        result = getattr(getattr(freqtrade, case["of"]), case["name"])(*given, **case["settings"])
    pd.testing.assert_frame_equal(rows, before)
    assert type(result).__name__ == case["kind"]
    found = {part: shown(values) for part, values in parts(result).items()}
    assert list(found) == list(case["parts"])
    for part, expected in case["parts"].items():
        values = found[part]
        if not isinstance(expected, list):
            values, expected = [values], [expected]
        assert len(values) == len(expected)
        scale = max((abs(value) for value in expected if isinstance(value, int | float)), default=1.0)
        for row, value, wanted in zip(GOLDENS["rows"], values, expected, strict=False):
            assert same(value, wanted, scale), f"{part}, row {row}: {value!r}, the original has {wanted!r}"


@pytest.mark.parametrize("case", GOLDENS["votes"], ids=lambda case: f"{case['name']}-{case['series']}")
def test_votes(case: dict[str, Any]) -> None:
    scores = polled(technical, case["name"], candles(case["series"]), case["settings"])
    assert list(scores) == list(case["parts"])
    assert {part: float(values.sum()) for part, values in scores.items()} == pytest.approx(case["sums"], rel=1e-12)
    for part, values in scores.items():
        assert all(same(found, wanted, 1.0) for found, wanted in zip(shown(values), case["parts"][part], strict=True)), part


def test_a_consensus_without_votes_has_no_score() -> None:
    scores = technical.Consensus(candles("made_up")).score()
    assert scores["buy"].isna().all() and (scores["buy_agreement"] == 0).all()


def test_a_series_keeps_its_index() -> None:
    rows = candles("made_up").set_index("date")
    assert qtpylib.rsi(rows["close"]).index.equals(rows.index)
    assert qtpylib.heikinashi(rows).index.equals(rows.index)


def test_a_vwap_of_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="rolling_vwap"):
        qtpylib.vwap(candles("made_up"))


def test_a_session_over_midnight_begins_the_day_before() -> None:
    rows = candles("made_up").set_index("date")
    assert str(qtpylib.session(rows).index[0]) == "2020-01-04 17:00:00+00:00"
    assert str(qtpylib.session(rows, "02:00", "05:00").index[0]) == "2020-01-05 02:00:00+00:00"
    assert np.isnan(qtpylib.nans(3)).all()


FUNCTIONS = {"technical_trama": "tv_trama", "technical_rmi": "RMI", "technical_ssl_channels": "SSLChannels"}
"""Functions of other names than their kernels."""


@pytest.mark.parametrize("name", [name for name in names() if name.startswith(("technical_", "qtpylib_"))])
@pytest.mark.parametrize("series", ["made_up", "real"])
def test_streaming_equals_the_column(name: str, series: str) -> None:
    rows = candles(series)
    space, _, function = name.partition("_")
    of = getattr(getattr(freqtrade, space), FUNCTIONS.get(name, function))
    kernel = find(name)()
    letters = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "x": "close"}
    found = column(kernel, *(rows[letters[letter]] for letter in kernel.needs)).reshape(len(rows), -1)
    takes_series = space == "qtpylib" and function in ("bollinger_bands", "implied_volatility")
    columns = [values for part, values in parts(of(rows["close"] if takes_series else rows)).items() if part not in rows]
    assert len(columns) == found.shape[1]
    for streamed, values in zip(found.T, columns, strict=True):
        expected = values.map({"up": 1.0, "down": -1.0, None: 0.0}) if values.dtype == object else values
        np.testing.assert_allclose(streamed, expected.astype(float), rtol=1e-7, atol=1e-9)


def test_what_a_setting_must_be() -> None:
    rows = candles("made_up")
    with pytest.raises(SettingError, match="'above', 'below'"):
        qtpylib.crossed(rows["close"], 1.0, "up")
    with pytest.raises(SettingError, match="'sma' or 'ema'"):
        technical.SSLChannels(rows, mode="hma")
    with pytest.raises(SettingError, match="MAtype is 10"):
        technical.PMAX(rows, MAtype=10)
    with pytest.raises(SettingError, match="is no interval"):
        technical.resample_to_interval(rows, "hourly")


def test_longer_candles_are_merged_when_they_are_complete() -> None:
    rows = candles("made_up")
    hours = technical.resample_to_interval(rows, "1h")
    merged = technical.resampled_merge(rows, hours)
    assert merged["resample_60_close"].isna().tolist()[:4] == [True, True, True, False]
    assert merged.loc[3, "resample_60_close"] == rows.loc[3, "close"]
    assert merged.loc[4, "resample_60_high"] == rows.loc[:3, "high"].max()
    assert technical.resampled_merge(rows, hours, fill_na=False)["resample_60_close"].notna().sum() == 100


def test_the_return_since_the_last_buy() -> None:
    rows = candles("made_up").assign(buy=0, sell=0)
    rows.loc[[3, 10, 30], "buy"] = 1
    found = technical.return_on_investment(rows)["roi"]
    assert [found[row] for row in (2, 3, 4, 5, 10, 11, 30, 45)] == [0, 0, -1.93, -3.2, 0, 0.79, 0, 0.08]


@pytest.mark.parametrize(
    "name", ["supertrend", "PMAX", "bollinger_bands", "ichimoku", "vfi", "mmar", "td_sequential", "TKE", "tv_trama", "heikinashi"]
)
def test_what_comes_later_is_not_needed(name: str) -> None:
    """Of few rows there are few values, the same as those of many rows."""
    rows = candles("made_up")
    of = getattr(technical, name)
    for count in (3, 30, 250):
        few, many = parts(of(rows[:count])), parts(of(rows))
        for part in few.keys() - {"chikou_span"}:
            assert [str(value) for value in few[part]] == [str(value) for value in many[part][:count]]


def test_a_level_is_touched_and_bounced_from() -> None:
    bars = [(99, 100, 98, 99.5), (99, 101, 98, 99), (100, 101, 99, 100.5), (101, 102, 100.5, 101), (101, 102, 99, 100)]
    rows = pd.DataFrame(bars, columns=["open", "high", "low", "close"])
    assert technical.touches(rows, 100).tolist() == [0, -1, 1, 0, -1]
    assert technical.bounce(rows, 100).tolist() == [0, 0, 0, 1, 0]
