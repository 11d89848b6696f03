"""TA-Lib's functions by their names give TA-Lib's values (goldens of TA-Lib's own run; `make_talib_goldens.py`)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alike import assert_alike
from make_goldens import made_up, real
from running import ROOT

from lyra_ai.errors import SettingError
from lyra_ai.indicators import talib

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "talib.json").read_text(encoding="utf-8"))
CANDLES = ROOT.parent / "shared" / "exchange-candles"
TOLERANCE = 1e-8
COLUMNS = {"o": 1, "c": 2, "x": 2, "h": 3, "l": 4, "v": 5}
RESTS = {("RVOL", "made_up", 2)}
"""Where the mean volume before is 0 TA-Lib divides by a rest of its running sum; here the value is not known."""
CASES = [
    pytest.param(name, case, id=f"{name}-{case['series']}-{'-'.join(f'{k}={v}' for k, v in case['settings'].items()) or 'defaults'}")
    for name, cases in GOLDENS["goldens"].items()
    for case in cases
    if (name, case["series"], case["settings"].get("timeperiod")) not in RESTS
]


def candles(series: str) -> np.ndarray:
    if series == "made_up":
        return made_up()
    if series in ("flat", "zero"):
        return np.full((400, 6), 5.0 if series == "flat" else 0.0)
    if not CANDLES.is_dir():
        pytest.skip("needs ../shared/exchange-candles")
    return real(CANDLES)


def inputs(needs: str, rows: np.ndarray) -> list[np.ndarray]:
    return [np.arange(len(rows)) % 40.0 if letter == "y" else rows[:, COLUMNS[letter]] for letter in needs]


def call(name: str, series: str, settings: dict[str, Any]) -> tuple[np.ndarray, ...]:
    found = getattr(talib, name)(*inputs(talib.kernel_of(name).needs, candles(series)), **settings)
    return found if isinstance(found, tuple) else (found,)


def test_every_function_is_there() -> None:
    assert [name for name in talib.functions() if not name.startswith("CDL")] == sorted(GOLDENS["goldens"])


@pytest.mark.parametrize(("name", "case"), CASES)
def test_values(name: str, case: dict[str, Any]) -> None:
    found = call(name, case["series"], case["settings"])
    assert len(found) == len(case["rows"])
    assert [int((~np.isfinite(part)).sum()) for part in found] == case["unknown"]
    for part, expected in zip(found, case["rows"], strict=True):
        scale = max((abs(value) for value in expected if value is not None), default=1.0)
        for row, value in zip(GOLDENS["rows"], expected, strict=True):
            got = float(part[row])
            if value is None:
                assert not math.isfinite(got), f"row {row}: {got!r}, TA-Lib has none"
            else:
                assert abs(got - value) <= TOLERANCE * max(abs(value), 1e-3 * scale, 1e-12), f"row {row}: {got!r}, TA-Lib has {value!r}"


@pytest.mark.parametrize("name", sorted(GOLDENS["goldens"]))
def test_a_stream_gives_the_column_and_says_when_it_is_known(name: str) -> None:
    kernel = talib.kernel_of(name)
    columns = inputs(kernel.needs, made_up())
    found = getattr(talib, name)(*columns)
    parts = found if isinstance(found, tuple) else (found,)
    streamed = np.array([np.atleast_1d(kernel.next(*row)) for row in np.column_stack(columns).tolist()])
    for whole, values in zip(parts, streamed.T, strict=True):
        assert_alike(whole, values if whole.dtype == float else np.nan_to_num(values), *columns)
    known = np.isfinite(streamed).all(axis=1)
    assert int(known.argmax()) == kernel.warm_up - 1


def test_rows_that_are_not_known_at_the_begin_are_skipped() -> None:
    close = made_up()[:, 2]
    late = np.concatenate([np.full(7, np.nan), close])
    assert np.array_equal(talib.RSI(late)[7:], talib.RSI(close), equal_nan=True)
    assert np.isnan(talib.RSI(late)[:21]).all()
    assert len(talib.RSI(np.array([]))) == 0 and np.isnan(talib.RSI(np.full(3, np.nan))).all()


def test_a_place_is_counted_from_the_first_row_also_where_that_is_not_known() -> None:
    late = np.array([np.nan, 1.0, 5.0, 5.0, 2.0, 1.0])
    assert talib.MAXINDEX(late, 3).tolist() == [0, 0, 0, 2, 2, 3]
    assert [rows.tolist() for rows in talib.MINMAXINDEX(late, 3)] == [[0, 0, 0, 1, 4, 5], [0, 0, 0, 2, 2, 3]]


def test_arithmetic_without_a_value_is_as_the_machine_has_it() -> None:
    zero = np.array([0.0, -1.0, 1000.0])
    assert talib.LN(zero).tolist()[0] == -math.inf and math.isnan(talib.SQRT(zero)[1]) and talib.EXP(zero)[2] == math.inf
    assert talib.DIV(np.array([1.0, -1.0]), np.zeros(2)).tolist() == [math.inf, -math.inf]
    for name in ("LN", "SQRT", "EXP", "ACOS"):
        assert np.array_equal([talib.kernel_of(name).next(x) for x in zero.tolist()], getattr(talib, name)(zero), equal_nan=True)


def test_settings_may_follow_the_columns_and_wrong_ones_are_refused() -> None:
    close = made_up()[:, 2]
    assert np.array_equal(talib.SMA(close, 5), talib.SMA(close, timeperiod=5), equal_nan=True)
    assert np.array_equal(talib.CMO(close, 5), talib.CMO(close, timeperiod=5), equal_nan=True)
    with pytest.raises(SettingError, match="timeperiod is 0; it must be a whole number of at least 1"):
        talib.CMO(close, timeperiod=0)
    with pytest.raises(SettingError, match="SMA has the settings timeperiod; it was given length"):
        talib.SMA(close, length=5)
    with pytest.raises(SettingError, match=r"CMO: .*length"):
        talib.CMO(close, length=5)
    with pytest.raises(SettingError, match=r"ATR needs 3 column\(s\)"):
        talib.ATR(close)
    with pytest.raises(SettingError, match="matype is 14; it must be a whole number from 0 to 13"):
        talib.MA(close, matype=14)
    with pytest.raises(SettingError, match="differ in length: 400, 399"):
        talib.OBV(close, close[1:])
    with pytest.raises(AttributeError, match="have no 'NONE' here"):
        _ = talib.NONE
