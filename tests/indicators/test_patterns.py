"""TA-Lib's candlestick patterns are found where TA-Lib finds them (goldens of its own run; `make_pattern_goldens.py`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_pattern_goldens import SEEDS, exchange, wild
from running import ROOT

from lyra_ai.errors import SettingError
from lyra_ai.indicators import column, columns, find, indicator, names, talib

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "patterns.json").read_text(encoding="utf-8"))["goldens"]
CANDLES = ROOT.parent / "shared" / "exchange-candles"
NAMES = [name for name in names() if name.startswith("talib_cdl")]
CENTS = st.integers(0, 12)


def candles(series: str) -> tuple[np.ndarray, ...]:
    if series != "real":
        return wild(int(series))
    if not CANDLES.is_dir():
        pytest.skip("needs ../shared/exchange-candles")
    return exchange(CANDLES)


def test_all_are_there() -> None:
    assert [name.removeprefix("talib_").upper() for name in NAMES] == sorted(GOLDENS)
    assert len(GOLDENS) == 61


@pytest.mark.parametrize("series", [*map(str, SEEDS), "real"])
@pytest.mark.parametrize("name", GOLDENS)
def test_found_where_talib_finds_it_and_nowhere_else(name: str, series: str) -> None:
    given = candles(series)
    for case in GOLDENS[name]["cases"]:
        if case["series"] != series:
            continue
        found = getattr(talib, name)(*given, **case["settings"])
        assert found.dtype == np.int32
        rows = np.flatnonzero(found)
        assert {str(value): rows[found[rows] == value].tolist() for value in sorted(set(found[rows].tolist()))} == case["found"]


@pytest.mark.parametrize("name", GOLDENS)
def test_each_occurs(name: str) -> None:
    assert any(case["found"] for case in GOLDENS[name]["cases"] if case["settings"] == {} and case["series"] != "real")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_stream_gives_the_column_and_says_when_it_is_known(name: str, seed: int) -> None:
    given = wild(seed)
    streamed = stream(name, given)
    assert np.array_equal(streamed, column(find(name)(), *given), equal_nan=True)
    first = GOLDENS[name.removeprefix("talib_").upper()]["lookback"]
    assert np.isnan(streamed[:first]).all() and np.isfinite(streamed[first:]).all()
    assert find(name)().warm_up == first + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_talib_gives_the_column_where_it_is_installed(seed: int) -> None:
    pytest.importorskip("talib", reason="needs TA-Lib: pip install -e '.[columns]'")
    given = tuple(np.tile(prices, 10) for prices in wild(seed))
    for name in NAMES:
        found = columns.fast(find(name)(), given, ("talib",))
        assert found is not None
        np.testing.assert_array_equal(found[0], find(name)().column(*given), err_msg=name)


@settings(max_examples=40)
@given(bars=st.lists(st.tuples(CENTS, CENTS, CENTS, CENTS), max_size=40))
def test_any_candles_stream_as_in_columns(bars: list[tuple[int, int, int, int]]) -> None:
    rows = np.array(bars, dtype=float).reshape(-1, 4) / 100
    columns = tuple(np.ascontiguousarray(prices) for prices in (rows[:, 0], rows.max(axis=1), rows.min(axis=1), rows[:, 1]))
    for name in NAMES:
        assert np.array_equal(stream(name, columns), column(find(name)(), *columns), equal_nan=True), name


def stream(name: str, columns: tuple[Any, ...]) -> np.ndarray:
    kernel = find(name)()
    return np.array([kernel.next(*row) for row in zip(*(values.tolist() for values in columns), strict=True)], dtype=float)


def test_a_stream_takes_bars() -> None:
    doji = indicator("talib_cdldoji")
    for _ in range(11):
        doji.update(Bar(1.0, 2.0, 0.5, 1.0))
    assert doji.is_ready and doji.value == 100


class Bar:
    def __init__(self, open: float, high: float, low: float, close: float) -> None:
        self.open, self.high, self.low, self.close = open, high, low, close


def test_penetration_is_where_talib_has_it() -> None:
    columns = wild(SEEDS[0])
    with pytest.raises(SettingError, match="penetration is -1; it must be at least 0"):
        talib.CDLMATHOLD(*columns, penetration=-1)
    with pytest.raises(SettingError, match=r"CDLDOJI: .*penetration"):
        talib.CDLDOJI(*columns, penetration=0.5)
    with pytest.raises(SettingError, match=r"CDLDOJI needs 4 column\(s\)"):
        talib.CDLDOJI(columns[3])


def test_few_rows_have_no_value() -> None:
    columns = tuple(prices[:5] for prices in wild(SEEDS[0]))
    assert talib.CDLBREAKAWAY(*columns).tolist() == [0] * 5
    assert talib.CDLDOJI(*(prices[:0] for prices in columns)).tolist() == []
