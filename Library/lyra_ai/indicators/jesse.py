"""Jesse's `jesse.indicators` by name: `import lyra_ai.indicators.jesse as ta`, then `ta.rsi(candles, 14)`.

`candles` is Jesse's array, shape (n, 6): time in milliseconds, open, close, high, low, volume; a row of numbers does for indicators of one
number. `sequential=True` gives the whole column, else the last value, computed on the last 240 rows as in Jesse (its `warm_up_candles`; where a
function of Jesse looks at others, the kernel's `history`). Indicators of several parts give a named tuple. Jesse 3.5.3 is where the values are
compared with.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import Any

import numpy as np

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import Kernel, column, sourced
from lyra_ai.indicators.catalogue import find, names

SEQUENTIAL = ("squeeze_momentum",)
"""Those that give the whole column unless they are told not to, in Jesse too."""
ORDERS = {"vwap": ("source_type", "anchor", "sequential")}
"""Settings of those that have them in an order of their own."""
_COLUMNS = {"t": 0, "o": 1, "c": 2, "h": 3, "l": 4, "v": 5}


def __getattr__(name: str) -> Callable[..., Any]:
    if name.startswith("_") or name not in names():
        raise AttributeError(f"Jesse's indicators have no {name!r} here; `lyra indicators` lists those that are.")
    return _function(find(name))


def __dir__() -> list[str]:
    return [name for name in names() if not name.startswith("talib_")]


@cache
def _function(kind: type[Kernel]) -> Callable[..., Any]:
    result = namedtuple(kind.__name__, kind.parts) if kind.parts else None  # type: ignore[misc]
    order = _order(kind)

    def indicator(candles: Any, *args: Any, **settings: Any) -> Any:
        if len(args) > len(order):
            raise SettingError(f"{kind.name} takes {', '.join(order)} after the candles; it was given {len(args)} of them.")
        settings = {**dict(zip(order, args, strict=False)), **settings}
        source_type = settings.pop("source_type", None)
        sequential = settings.pop("sequential", kind.name in SEQUENTIAL)
        first = 0 if sequential else -kind.history
        rows = np.asarray(candles, dtype=np.float64)[first:]
        others = _others(kind, settings)[first:] if kind.other else None
        made = kind(**settings)
        found = column(made, *_inputs(rows, made.needs, source_type or kind.source, others))
        shown = found if sequential else found[-1]
        if result is not None:
            return result(*(found.T if sequential else shown))
        return shown if sequential else float(shown)

    indicator.__name__ = kind.name
    indicator.__doc__ = kind.__doc__
    return indicator


def _order(kind: type[Kernel]) -> list[str]:
    """What may stand after the candles without its name, in Jesse's order."""
    if kind.name in ORDERS:
        return list(ORDERS[kind.name])
    source = ["source_type"] if "x" in kind.needs else []
    return [*filter(None, [kind.other]), *signature(kind).parameters, *source, "sequential"]


def _others(kind: type[Kernel], settings: dict[str, Any]) -> Any:
    """The candles of the second security. Raises SettingError where there are none."""
    try:
        return np.asarray(settings.pop(kind.other), dtype=np.float64)
    except KeyError:
        raise SettingError(f"{kind.name} needs {kind.other}, the candles of a second security.") from None


def _inputs(rows: Any, needs: str, source: str, others: Any = None) -> list[Any]:
    return [_input(others if letter == "y" else rows, letter, source) for letter in needs]


def _input(rows: Any, letter: str, source: str) -> Any:
    if rows.ndim == 1:
        if letter not in "xy":
            raise SettingError("This indicator needs candles, an array of shape (n, 6); it was given a row of numbers.")
        return rows
    if letter not in "xy":
        return rows[:, _COLUMNS[letter]]
    return sourced(source, *(rows[:, _COLUMNS[letter]] for letter in "ohlcv"))
