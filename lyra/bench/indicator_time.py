"""What an indicator's update costs, and what its column costs by each way there is, beside TA-Lib's. Run as a process; prints JSON."""

from __future__ import annotations

import importlib
import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from lyra_ai.indicators import columns, find, names, talib
from lyra_ai.indicators.base import looped

ROWS, ROUNDS = 2_000, 3
BATCH_ROWS, BATCH_ROUNDS = 100_000, 15
LOOP_SHARE = 20
"""The loop over rows is measured on so many times fewer of them."""


def rows(count: int) -> dict[str, list[float]]:
    """Columns of a walk, by the letters of `needs`."""
    rng = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.002, count)))
    before = np.concatenate([close[:1], close[:-1]])
    made = {
        "c": close,
        "o": before,
        "h": np.maximum(close, before) * (1 + rng.exponential(0.003, count)),
        "l": np.minimum(close, before) * (1 - rng.exponential(0.003, count)),
        "v": rng.exponential(1000, count),
    }
    return {letter: values.tolist() for letter, values in {**made, "x": close, "y": close[::-1], "t": 6e4 * np.arange(count)}.items()}


def streaming() -> dict[str, float]:
    """Microseconds of an update, by name: the best of some rounds over all rows."""
    given = rows(ROWS)
    found = {}
    for name in names():
        best = float("inf")
        for _ in range(ROUNDS):
            made = find(name)()
            fed = list(zip(*(given[letter] for letter in made.needs), strict=True))
            step = made.next
            began = time.process_time()
            for row in fed:
                step(*row)
            best = min(best, time.process_time() - began)
        found[name] = best / ROWS * 1e6
    return found


def batch() -> dict[str, dict[str, float]]:
    """Milliseconds of a column of TA-Lib's functions by each way: `loop`, `numpy`, `numba`, `talib`, and `original`, which is TA-Lib itself."""
    original = importlib.import_module("talib") if importlib.util.find_spec("talib") else None
    columns_of = {letter: np.array(values) for letter, values in rows(BATCH_ROWS).items()}
    columns_of["y"] = np.arange(BATCH_ROWS) % 29 + 2.0
    found = {}
    for function in talib.functions():
        inputs = [columns_of[letter] for letter in talib.kernel_of(function).needs]
        few = [values[: BATCH_ROWS // LOOP_SHARE] for values in inputs]
        calls = {way: partial(_by, way, function, inputs) for way in columns.WAYS if _by(way, function, inputs) is not None}
        if original is not None:
            calls["original"] = partial(getattr(original, function), *inputs)
        spent = {"loop": LOOP_SHARE * _best({"loop": partial(_looped, function, few)}, ROUNDS)["loop"], **_best(calls, BATCH_ROUNDS)}
        found[function] = {way: 1e3 * seconds for way, seconds in spent.items()}
    return found


def _looped(function: str, inputs: list[Any]) -> Any:
    return looped(talib.kernel_of(function), *inputs)


def _by(way: str, function: str, inputs: list[Any]) -> Any:
    return columns.fast(talib.kernel_of(function), inputs, (way,))


def _best(calls: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The least CPU seconds of each; they take turns, so that what else the machine does meets all of them."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.process_time()
            call()
            best[name] = min(best[name], max(time.process_time() - began, 1e-9))
    return best


if __name__ == "__main__":
    spent = streaming()
    print(json.dumps({"streaming": spent, "median": statistics.median(spent.values()), "batch": batch()}))
