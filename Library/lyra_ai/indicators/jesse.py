"""Jesse's `jesse.indicators` by name: `import lyra_ai.indicators.jesse as ta`, then `ta.rsi(candles, 14)`.

`candles` is Jesse's array, shape (n, 6): time in milliseconds, open, close, high, low, volume; a row of numbers does for indicators of one
number. `sequential=True` gives the whole column, else the last value, computed on the last 240 rows as in Jesse (its `warm_up_candles`).
Indicators of several parts give a named tuple. Jesse 3.5.3 is where the values are compared with.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import Kernel, column, sourced
from lyra_ai.indicators.catalogue import find, names

WARM_UP_CANDLES = 240
_COLUMNS = {"t": 0, "o": 1, "c": 2, "h": 3, "l": 4, "v": 5}


def __getattr__(name: str) -> Callable[..., Any]:
    if name.startswith("_") or name not in names():
        raise AttributeError(f"Jesse's indicators have no {name!r} here; `lyra indicators` lists those that are.")
    return _function(find(name))


def __dir__() -> list[str]:
    return names()


@cache
def _function(kind: type[Kernel]) -> Callable[..., Any]:
    result = namedtuple(kind.__name__, kind.parts) if kind.parts else None  # type: ignore[misc]

    def indicator(candles: Any, *args: Any, source_type: str | None = None, sequential: bool = False, **settings: Any) -> Any:
        rows = np.asarray(candles, dtype=np.float64)
        if not sequential and len(rows) > WARM_UP_CANDLES:
            rows = rows[-WARM_UP_CANDLES:]
        made = kind(*args, **settings)
        found = column(made, *_inputs(rows, made.needs, source_type or kind.source))
        shown = found if sequential else found[-1]
        if result is not None:
            return result(*(found.T if sequential else shown))
        return shown if sequential else float(shown)

    indicator.__name__ = kind.name
    indicator.__doc__ = kind.__doc__
    return indicator


def _inputs(rows: Any, needs: str, source: str) -> list[Any]:
    if rows.ndim == 1:
        if needs != "x":
            raise SettingError("This indicator needs candles, an array of shape (n, 6); it was given a row of numbers.")
        return [rows]
    return [_source(rows, source) if letter == "x" else rows[:, _COLUMNS[letter]] for letter in needs]


def _source(rows: Any, source: str) -> Any:
    return sourced(source, *(rows[:, _COLUMNS[letter]] for letter in "ohlcv"))
