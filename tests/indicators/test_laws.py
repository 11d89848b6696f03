"""What holds for every indicator: any finite rows will do, standstill too, and it says truly when it is ready."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest
from alike import assert_alike
from hypothesis import example, given, settings
from hypothesis import strategies as st
from make_goldens import made_up

from lyra_ai.errors import SettingError
from lyra_ai.indicators import find, indicator, jesse, names
from lyra_ai.indicators.base import column
from lyra_ai.indicators.jesse import _inputs

FAMILIES = ("momentum", "prices", "stochastics", "stops", "volatility", "volume", "window_statistics")
NAMES = [name for name in names() if find(name).__module__.rsplit(".", 1)[1] in FAMILIES]
PRICES = st.floats(min_value=-1e6, max_value=1e6) | st.sampled_from([0.0, 1.0, 100.0])
BARS = st.lists(st.tuples(*[PRICES] * 4, st.floats(min_value=0, max_value=1e9)), min_size=1, max_size=60)


def values(name: str, rows: np.ndarray, others: np.ndarray | None = None, **more: Any) -> np.ndarray:
    """Parts side by side."""
    kernel = find(name)(**more)
    found = column(kernel, *_inputs(rows, kernel.needs, kernel.source, rows if others is None else others))
    return found if found.ndim == 2 else found[:, None]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(bars=BARS)
@example(bars=[(0.0, 0.0, 0.0, 0.0, 0.0)] * 50)
@example(bars=[(100.0, 100.0, 100.0, 100.0, 0.0)] * 50)
@example(bars=[(1e308, -1e308, 1e308, -1e308, 1e308), (-1e308, 1e308, -1e308, 1e308, 0.0), (1.0, 1.0, 1.0, 1.0, 1.0)] * 20)
def test_finite_rows_never_raise(name: str, bars: list[tuple[float, ...]]) -> None:
    rows = np.column_stack([np.arange(len(bars)), np.array(bars)])
    assert len(values(name, rows)) == len(bars)


@pytest.mark.parametrize("name", NAMES)
def test_standstill_is_finite_or_not_known(name: str) -> None:
    for price, volume in ((100.0, 5.0), (100.0, 0.0), (0.1, 0.0)):
        rows = np.column_stack([np.arange(300.0), *[np.full(300, price)] * 4, np.full(300, volume)])
        found = values(name, rows)
        assert not np.isinf(found).any()


@pytest.mark.parametrize("name", NAMES)
def test_ready_after_the_rows_it_names(name: str) -> None:
    rows = made_up()
    found = values(name, rows, rows[::-1])
    ready = find(name)().warm_up
    rare = {"minmax", "support_resistance_with_breaks", "marketfi", "talib_acos", "talib_asin"}
    assert 1 <= ready <= 300
    assert np.isfinite(found[ready - 1 :][:100]).any(axis=1).all() or name in rare


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_later_changes_nothing(name: str) -> None:
    rows = made_up()
    assert_alike(values(name, rows)[:250], values(name, rows[:250]), rows[:, 1:])


@pytest.mark.parametrize("name", NAMES)
def test_a_period_of_zero_is_refused(name: str) -> None:
    kind = find(name)
    for parameter in inspect.signature(kind).parameters:
        if "period" in parameter or "length" in parameter or parameter in ("order", "p", "q", "k", "d"):
            if name == "rsmk" and parameter != "lookback":
                continue
            with pytest.raises(SettingError, match=r"is 0; |must be|needs at least"):
                kind(**{parameter: 0})


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("chande", {"direction": "up"}, "direction is 'up'; there are 'long', 'short'."),
        ("pivot", {"mode": 5}, "mode is 5; there are 0, 1, 2, 3, 4."),
        ("devstop", {"devtype": 3}, "devtype is 3; there are 0, 1, 2."),
        ("eri", {"matype": 99}, "matype is 99"),
        ("lrsi", {"alpha": 0}, "alpha is 0; it must be over 0 and at most 1."),
        ("chop", {"period": 1}, "period is 1; it must be at least 2."),
        ("cfo", {"period": 1}, "period is 1; a line needs at least 2."),
        ("hurst_exponent", {"max_chunksize": 500}, "Chunks are from 8 to 500; they must grow, from 2 up to 237."),
    ],
)
def test_settings_refused(name: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError) as raised:
        indicator(name, **given)
    assert str(raised.value).startswith(said)


def test_two_securities() -> None:
    """The second security's bar comes after the first one's; on columns it is the second argument, or Jesse's named one."""
    ours, theirs = made_up()[:60], made_up()[59::-1]
    streamed = indicator("beta", 5)
    for row, other in zip(ours, theirs, strict=True):
        streamed.update(*(type("Bar", (), {"close": bar[2], "end_time": None})() for bar in (row, other)))
    assert streamed.value == jesse.beta(ours, theirs, 5) == jesse.beta(ours, benchmark_candles=theirs, period=5)
    with pytest.raises(SettingError, match=r"needs two securities' bars: update\(bar, benchmark_candles\)"):
        streamed.update(ours[0])
    strength = indicator("rsmk", lookback=1, period=1, signal_period=1)
    for pair in ((1.0, 1.0), (math.e, 1.0)):
        strength.update(*pair)
    assert strength.value == pytest.approx(100)
