"""Every indicator that bears a name of Jesse's gives Jesse's values (goldens of Jesse's own run; `make_goldens.py`)."""

from __future__ import annotations

import json
import math
import warnings
from datetime import datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alike import assert_alike
from make_goldens import made_up, real
from running import ROOT

from lyra_ai.errors import SettingError
from lyra_ai.indicators import column, find, indicator, jesse, names
from lyra_ai.indicators import jesse as ta
from lyra_ai.indicators.jesse import _inputs

GOLDENS = json.loads((Path(__file__).parent / "goldens" / "jesse.json").read_text(encoding="utf-8"))
CANDLES = ROOT.parent / "shared" / "exchange-candles"
TOLERANCE = 1e-8
START = datetime(1970, 1, 1)
TOLERANCES = {"fosc": 1e-7}
"""Where Jesse loses figures itself: it subtracts sums of the whole history."""
FIRST = {"sar": 1, "lrsi": 1}
"""Rows from which on values are compared, where not all of them: Jesse's `sar` fills in row 0 from row 1, its `lrsi` has a ratio of rounding there."""
EXCEPTIONS: dict[str, str] = {
    "dx": "Jesse's averages begin with the last value of the history, which cannot be known.",
    "er": "Jesse divides a fifth difference by the way of all windows of the history; here it is the change by the way of its own window.",
    "mab": "Jesse takes the deviation of the newest rows for the whole column, which looks ahead; here it is that of each row.",
    "minmax": "Jesse puts an extreme at its own bar, before it is proved.",
    "pfe": "Jesse takes numpy's difference of order `period` - 1 for a change over rows.",
    "rma": "Jesse begins with the last price of the whole column, which looks ahead; here with the mean of the first prices.",
    "support_resistance_with_breaks": "Jesse judges the first bar of the history, not the last, and takes a bull wick for a green break too.",
    "wad": "Jesse takes the open for the close.",
}
"""Names that differ on purpose, and why."""
CASES = [
    pytest.param(name, case, id=f"{name}-{case['series']}-{'-'.join(f'{k}={v}' for k, v in case['settings'].items()) or 'defaults'}")
    for name, cases in GOLDENS["goldens"].items()
    if name in names() and name not in EXCEPTIONS
    for case in cases
]


def candles(series: str) -> np.ndarray:
    if series == "made_up":
        return made_up()
    if not CANDLES.is_dir():
        pytest.skip("needs ../shared/exchange-candles")
    return real(CANDLES)


def call(name: str, series: str, settings: dict[str, Any], sequential: bool) -> dict[str, Any]:
    rows = candles(series)
    others = ()
    if name in ("beta", "rsmk"):
        other = rows.copy()
        other[:, 1:5] = rows[::-1, 1:5]
        others = (other,)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = getattr(jesse, name)(rows, *others, sequential=sequential, **settings)
    return dict(found._asdict()) if hasattr(found, "_asdict") else {"value": found}


TEXTS = {"buy": 1.0, "sell": -1.0}
"""What is a text in Jesse is a number here."""


def same(found: Any, expected: Any, scale: float, tolerance: float = TOLERANCE) -> bool:
    if expected is None or (isinstance(expected, str) and not math.isfinite(found)):  # Jesse has a text also for what is not known
        return found is None or not math.isfinite(found)
    expected = TEXTS.get(expected, expected)
    return bool(abs(float(found) - expected) <= tolerance * max(abs(expected), 1e-3 * scale, 1e-12))


@pytest.mark.parametrize(("name", "case"), CASES)
def test_values(name: str, case: dict[str, Any]) -> None:
    tolerance = TOLERANCES.get(name, TOLERANCE)
    if "rows" in case:
        found = call(name, case["series"], case["settings"], sequential=True)
        assert set(found) == set(case["rows"])
        for part, expected in case["rows"].items():
            scale = max((abs(value) for value in expected if isinstance(value, int | float)), default=1.0)
            for row, value in zip(GOLDENS["rows"], expected, strict=True):
                if row < FIRST.get(name, 0):
                    continue
                assert same(found[part][row], value, scale, tolerance), f"{part}, row {row}: {found[part][row]!r}, Jesse has {value!r}"
    found = call(name, case["series"], case["settings"], sequential=False)
    for part, value in case["last"].items():
        assert same(found[part], value, abs(value) if isinstance(value, int | float) else 1.0, tolerance), (
            f"{part}: {found[part]!r}, Jesse has {value!r}"
        )


@pytest.mark.parametrize("name", names())
def test_streaming_equals_the_column(name: str) -> None:
    """Also for a stream that LEAN would feed: bars, one after the other."""
    rows = made_up()
    streamed = indicator(name)
    kernel = streamed._kernel
    if any(letter not in "xohlcvt" for letter in kernel.needs):
        pytest.skip("needs more than one security's bars")
    whole = column(type(kernel)(), *_inputs(rows, kernel.needs, kernel.source))
    values = whole[:, 0] if kernel.parts else whole
    last, shown, lasts = 0.0, [], []
    for row, expected in zip(rows, values, strict=True):
        bar = type(
            "Bar",
            (),
            dict(
                zip(("open", "close", "high", "low", "volume"), row[1:].tolist(), strict=True),
                time=START + timedelta(milliseconds=row[0]),
                end_time=None,
            ),
        )()
        streamed.update(bar)
        last = float(expected) if math.isfinite(expected) else last
        shown.append(streamed.value)
        lasts.append(last)
    assert_alike(shown, lasts, rows[:, 1:])
    assert streamed.is_ready == bool(np.isfinite(values).any())


SIGNATURES = json.loads((Path(__file__).parent / "goldens" / "jesse_signatures.json").read_text(encoding="utf-8"))["signatures"]


@pytest.mark.parametrize("name", SIGNATURES)
def test_settings_are_jesses_in_order_name_and_default(name: str) -> None:
    kind, wanted = find(name), SIGNATURES[name]
    own = signature(kind).parameters
    assert [word for word in wanted if word not in ("source_type", "sequential", kind.other)] == list(own)
    assert {word: default for word, default in wanted.items() if word in own} == {word: own[word].default for word in own}
    order = ta._order(kind)
    assert order[: len(wanted)] == list(wanted), "what may stand without its name"
    assert wanted.get("source_type", kind.source) == kind.source
    assert wanted.get("sequential", False) is (name in ta.SEQUENTIAL)


def test_settings_without_their_names() -> None:
    candles = made_up()
    assert np.array_equal(ta.sma(candles, 7, "hl2", True), ta.sma(candles, period=7, source_type="hl2", sequential=True), equal_nan=True)
    assert ta.vwap(candles, "hlc3", "D") == ta.vwap(candles, anchor="D")
    assert (
        len(ta.squeeze_momentum(candles).squeeze) == len(candles) and np.ndim(ta.squeeze_momentum(candles, sequential=False).squeeze) == 0
    )
    with pytest.raises(SettingError, match="sma takes period, source_type, sequential after the candles; it was given 4 of them"):
        ta.sma(candles, 7, "hl2", True, 1)
    with pytest.raises(SettingError, match="beta needs benchmark_candles"):
        ta.beta(candles)
