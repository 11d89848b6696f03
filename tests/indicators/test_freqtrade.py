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
from make_freqtrade_goldens import frame, parts, shown
from make_goldens import made_up, real
from running import ROOT

from lyra_ai.indicators import freqtrade
from lyra_ai.indicators.freqtrade import qtpylib

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "freqtrade.json").read_text(encoding="utf-8"))
CANDLES = ROOT.parent / "shared" / "exchange-candles"
TOLERANCE = 1e-8
CASES = [
    pytest.param(case, id=f"{case['of']}-{case['name']}-{case['series']}-{'-'.join(f'{k}={v}' for k, v in case['settings'].items())}-{number}")
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
