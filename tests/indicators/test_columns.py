"""Every faster way to a column gives what the loop over its rows gives; what is odd is left to the loop."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alike import assert_alike
from hypothesis import given, settings
from hypothesis import strategies as st
from running import ROOT

import lyra_ai.indicators
from lyra_ai.errors import SettingError
from lyra_ai.indicators import catalogue, column, columns, find, names, talib
from lyra_ai.indicators.base import _REGISTRY, Kernel, looped

NUMPY, LOOPS, EQUAL = sorted(columns._NUMPY), sorted(columns._LOOPS), sorted(columns.EQUAL)
KINDS = ("walk", "far from 0", "stands still", "one huge bar", "below 0", "ticks")
PERIODS = (1, 2, 7, 90)


@pytest.fixture(autouse=True)
def not_compiled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Loops that are to be compiled run as they are: the same operations, and no wait for a compiler."""
    if "compiled" not in request.keywords:
        monkeypatch.setattr(columns, "_compiled", lambda function, fused=False: function)
        monkeypatch.setitem(columns._BY_WAY, "numba", columns._LOOPS.get)
    monkeypatch.setattr(columns, "LONG", dict.fromkeys(columns.WAYS, 0))
    yield


def market(kind: str, rows: int, seed: int = 7) -> dict[str, np.ndarray]:
    """Columns by the letters of `needs`."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.002, rows)))
    open = np.concatenate([close[:1], close[:-1]])
    high = np.maximum(open, close) * (1 + rng.exponential(0.001, rows))
    low = np.minimum(open, close) * (1 - rng.exponential(0.001, rows))
    made = {"o": open, "h": high, "l": low, "c": close}
    volume = rng.exponential(1000, rows)
    for values in made.values():
        if kind == "far from 0":
            values += 1e6
        elif kind == "below 0":
            values -= 150
        elif kind == "stands still":
            values[rows // 3 : rows // 2] = 100.0
        elif kind == "one huge bar":
            values[rows // 3 : rows // 3 + 1] *= 1e4
        elif kind == "ticks":
            values[:] = values.round(1)
    if kind == "stands still":
        volume[rows // 3 : rows // 2] = 0.0
    return {**made, "x": close, "v": volume, "y": np.arange(rows) % 40.0}


def check(kind: type[Kernel], ways: tuple[str, ...], given: dict[str, np.ndarray], about: object = "", **more: Any) -> bool:
    """Whether there is such a way for these columns, which then is equal."""
    inputs = [given[letter] for letter in kind.needs]
    for values in inputs:
        values.setflags(write=False)
    try:
        kernel = kind(**more)
    except SettingError:
        return False  # a period that it refuses
    fast = columns.fast(kernel, inputs, ways)
    if fast is not None:
        with np.errstate(all="ignore"):
            slow = looped(kind(**more), *inputs)
        for found, expected in zip(fast, slow, strict=True):
            assert_alike(found, expected, *inputs, about=(kind.name, about, more))
    return fast is not None


def with_periods(kind: type[Kernel], period: int) -> dict[str, int]:
    """Settings with all periods set, each to another number."""
    found = [name for name in columns._defaults(kind) if ("period" in name and name != "minperiod") or name in ("length", "leftbars")]
    return {name: period + place for place, name in enumerate(found)}


@pytest.mark.parametrize(("way", "name"), [("numpy", name) for name in NUMPY] + [("numba", name) for name in LOOPS])
def test_equal_to_the_loop(way: str, name: str) -> None:
    kind = find(name)
    done = [check(kind, (way,), market(each, 400), each) for each in KINDS]
    for period in PERIODS:
        done += [check(kind, (way,), market(each, 400), each, **with_periods(kind, period)) for each in ("walk", "stands still")]
    assert done[0]
    for matype in range(14) if "matype" in " ".join(columns._defaults(kind)) else ():
        check(kind, (way,), market("walk", 200), **{setting: matype for setting in columns._defaults(kind) if "matype" in setting})


@st.composite
def markets(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Stretches that walk, jump, stand still or move by ticks, from any height."""
    height = draw(st.sampled_from([1e-6, 0.1, 1.0, 100.0, 1e6]))
    stretches = draw(st.lists(st.tuples(st.sampled_from(["walk", "still", "ticks"]), st.integers(1, 90), st.floats(0.5, 2)), max_size=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    close, volume = [np.empty(0)], [np.empty(0)]
    for kind, rows, jump in stretches:
        height *= jump
        steps = rng.normal(0, 0.01, rows)
        moved = (
            height * np.exp(np.cumsum(steps))
            if kind == "walk"
            else height * (1 + (0.01 * np.sign(steps) if kind == "ticks" else 0 * steps))
        )
        close.append(moved)
        volume.append(rng.exponential(1000, rows) * (kind != "still"))
    prices = np.concatenate(close)
    wide = np.where(np.concatenate(volume) > 0, rng.exponential(0.002, len(prices)), 0.0)
    before = np.concatenate([prices[:1], prices[:-1]])
    return {"o": before, "h": np.maximum(before, prices) * (1 + wide), "l": np.minimum(before, prices) * (1 - wide), "c": prices,
            "x": prices, "v": np.concatenate(volume), "y": np.arange(len(prices)) % 40.0}  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(given=markets())
def test_equal_on_any_market(given: dict[str, np.ndarray]) -> None:
    for way, those in (("numpy", NUMPY), ("numba", LOOPS)):
        for name in those:
            check(find(name), (way,), given)


@pytest.mark.parametrize("name", [*NUMPY, *LOOPS])
def test_short_columns(name: str) -> None:
    kind = find(name)
    for rows in (0, 1, kind().warm_up - 1, kind().warm_up, kind().warm_up + 1):
        inputs = [market("walk", rows)[letter] for letter in kind.needs]
        expected = np.array(looped(kind(), *inputs))
        assert_alike(column(kind(), *inputs).T.reshape(expected.shape), expected, *(values for values in inputs if rows))


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_what_is_not_finite_is_left_to_the_loop(odd: float) -> None:
    given = market("walk", 300)
    for letter in "ohlcxv":
        given[letter][[150, 151]] = odd
    for name in NUMPY:
        kind = find(name)
        inputs = [given[letter] for letter in kind.needs]
        with np.errstate(all="ignore"):
            found, expected = column(kind(), *inputs).T.reshape(-1, 300), np.array(looped(kind(), *inputs))
        np.testing.assert_allclose(found, expected, rtol=1e-14, err_msg=name)


DRIFTING = "sma wma trima stddev linearreg linearreg_slope talib_rsi talib_atr talib_bbands talib_macd talib_correl talib_cmf".split()


@pytest.mark.parametrize(("way", "name"), [*(("numpy", name) for name in DRIFTING), *(("talib", name) for name in EQUAL)])
def test_no_column_drifts(way: str, name: str) -> None:
    """Far along, after a fall to a millionth, it is still equal by the measure of what is left."""
    if way == "talib":
        pytest.importorskip("talib", reason="needs TA-Lib: pip install -e '.[columns]'")
    rows = 20_000 if way == "numpy" or name == "talib_mavp" else 100_000
    given = market("walk", rows)
    for letter in "ohlcx":
        given[letter] = np.concatenate([given[letter][: rows // 2], given[letter][rows // 2 :] * 1e-6])
    kind = find(name)
    inputs = [given[letter] for letter in kind.needs]
    found = columns.fast(kind(), inputs, (way,))
    assert found is not None
    for values, expected in zip(found, looped(kind(), *inputs), strict=True):
        assert_alike(values[-rows // 4 :], expected[-rows // 4 :])


@pytest.mark.parametrize("name", ["sma", "wma", "rma", "talib_ema", "donchian", "midpoint", "talib_ma", "obv"])
def test_a_period_of_one_gives_columns_of_its_own(name: str) -> None:
    kind, given = find(name), market("walk", 300)
    inputs = [given[letter] for letter in kind.needs]
    parameters = {parameter: 1 for parameter in columns._defaults(kind) if "period" in parameter or parameter == "length"}
    for values in columns.fast(kind(**parameters), inputs) or ():
        assert not any(np.may_share_memory(values, given) for given in inputs)
    assert check(kind, ("numpy",), given, **parameters)


def test_a_kernel_that_has_no_faster_way_of_its_own_does_not_inherit_one() -> None:
    class Twice(find("sma")):  # type: ignore[misc]
        def next(self, x: float) -> float:
            return 2 * float(super().next(x))

    assert column(Twice(2), [1.0, 3.0, 5.0, 7.0])[-1] == 12


@pytest.mark.parametrize("name", EQUAL)
def test_talib_is_used_where_it_is_equal(name: str) -> None:
    pytest.importorskip("talib", reason="needs TA-Lib: pip install -e '.[columns]'")
    kind = find(name)
    done = [check(kind, ("talib",), market(each, 3_000), each) for each in KINDS]
    for period in PERIODS:
        check(kind, ("talib",), market("stands still", 3_000), **with_periods(kind, period))
    assert all(done)


@pytest.mark.compiled
@pytest.mark.parametrize("name", LOOPS)
def test_loops_can_be_compiled(name: str) -> None:
    pytest.importorskip("numba", reason="needs numba: pip install -e '.[columns]'")
    kind = find(name)
    assert check(kind, ("numba",), market("walk", 3_000))
    assert check(kind, ("numba",), market("stands still", 3_000))


def test_talib_with_settings_of_the_program_is_not_used() -> None:
    theirs = pytest.importorskip("talib", reason="needs TA-Lib: pip install -e '.[columns]'")
    close = market("walk", 3_000)["x"]
    expected = talib.RSI(close)
    theirs.set_unstable_period("RSI", 50)
    try:
        np.testing.assert_allclose(talib.RSI(close), expected, rtol=1e-10)
    finally:
        theirs.set_unstable_period("RSI", 0)


def test_every_name_leads_to_its_module() -> None:
    folder = Path(lyra_ai.indicators.__file__).parent
    for file in folder.glob("*.py"):
        importlib.import_module(f"lyra_ai.indicators.{file.stem}".removesuffix(".__init__"))
    there = {name: kind.__module__.rpartition(".")[2] for name, kind in _REGISTRY.kernels.items()}
    assert {name: catalogue._HOMES.get(name) for name in there} == there, "catalogue._FAMILIES is behind the modules"
    assert names() == sorted(there)


def test_the_first_use_of_a_name_loads_its_family_alone() -> None:
    code = "import sys; from lyra_ai.indicators import indicator; indicator('supertrend', 10, 3); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.rpartition(".")[2] for name in ran.stdout.split() if name.startswith("lyra_ai.indicators.")}
    assert "volatility" in loaded
    assert not loaded & {"talib", "freqtrade", "bands", "filters", "columns"}
    assert "pandas" not in ran.stdout.split() and "scipy" not in ran.stdout.split()
