"""What an indicator's update costs, and its column beside TA-Lib's where that is installed. Run as a process of its own; prints JSON."""

from __future__ import annotations

import importlib.util
import json
import statistics
import time
from typing import Any

import numpy as np

from lyra_ai.indicators import column, find, names

ROWS, ROUNDS = 2_000, 3
BATCH_ROWS = 50_000
BESIDE = {"sma": "SMA", "wma": "WMA", "trima": "TRIMA", "kama": "KAMA", "mom": "MOM", "roc": "ROC", "rsi": "RSI", "cci": "CCI", "willr": "WILLR",
          "obv": "OBV", "mfi": "MFI", "ultosc": "ULTOSC", "linearreg": "LINEARREG", "midpoint": "MIDPOINT"}  # fmt: skip
"""Indicators whose values are TA-Lib's, by its names."""


def rows(count: int) -> dict[str, list[float]]:
    """Columns of a walk, by the letters of `needs`."""
    rng = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    columns = {
        "c": close,
        "o": np.concatenate([close[:1], close[:-1]]),
        "h": close * 1.01,
        "l": close * 0.99,
        "v": rng.exponential(1000, count),
    }
    return {letter: values.tolist() for letter, values in {**columns, "x": close, "y": close[::-1], "t": 6e4 * np.arange(count)}.items()}


def streaming() -> dict[str, float]:
    """Microseconds of an update, by name: the best of some rounds over all rows."""
    columns = rows(ROWS)
    found = {}
    for name in names():
        best = float("inf")
        for _ in range(ROUNDS):
            made = find(name)()
            fed = list(zip(*(columns[letter] for letter in made.needs), strict=True))
            step = made.next
            began = time.process_time()
            for row in fed:
                step(*row)
            best = min(best, time.process_time() - began)
        found[name] = best / ROWS * 1e6
    return found


def beside_talib() -> dict[str, float]:
    """How many times TA-Lib's time a column takes, by name; empty where TA-Lib is not installed."""
    if importlib.util.find_spec("talib") is None:
        return {}
    import talib.abstract

    columns = rows(BATCH_ROWS)
    arrays = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}
    given = {name: np.array(columns[letter]) for name, letter in arrays.items()}
    found = {}
    for name, theirs in BESIDE.items():
        made: Any = find(name)()
        ours = _best(lambda made=made: column(type(made)(), *(columns[letter] for letter in made.needs)))
        found[name] = ours / _best(lambda theirs=theirs: talib.abstract.Function(theirs)(given))
    return found


def _best(call: Any) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        call()
        times.append(time.process_time() - began)
    return max(min(times), 1e-9)


if __name__ == "__main__":
    spent = streaming()
    print(json.dumps({"streaming": spent, "median": statistics.median(spent.values()), "talib": beside_talib()}))
