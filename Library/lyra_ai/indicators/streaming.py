"""A kernel as LEAN's own kind of indicator: it can be registered, warmed up, plotted, and asked for its history.

LEAN reads `value` after every update and wants a finite number: it is 0.0 until the kernel has one, and stays at the last one where the
kernel has none. (Measured with the real engine.) Where LEAN is, the class is one of its `PythonIndicator`s, so that `current`, `window`,
`samples`, `updated` and `plot` work.
"""

from __future__ import annotations

import importlib
import math
import sys
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import SOURCES, Kernel, sourced
from lyra_ai.indicators.catalogue import find

_FIELDS = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}
_EPOCH = datetime(1970, 1, 1)


def indicator(name: str, *args: Any, source: str | None = None, **settings: Any) -> Any:
    """A streaming indicator by its name, such as `indicator("supertrend", 10, 3.0)`; `source` is what an indicator of one number is of.

    Raises SettingError for a name, a setting or a source that is none.
    """
    kind = find(name)
    try:
        made = kind(*args, **settings)
    except TypeError as e:
        raise SettingError(f"{name}: {e}.") from e
    if source is not None and source not in SOURCES:
        raise SettingError(f"{source!r} is no source; there are {', '.join(SOURCES)}.")
    shown = ",".join(str(value) for value in (*args, *settings.values()))
    return _kind()(made, f"{name}({shown})", source or kind.source)


class _Streaming:
    """What both kinds have in common."""

    def _begin(self, kernel: Kernel, name: str, source: str) -> None:
        self.name = name
        self.warm_up_period = kernel.warm_up
        self.value = 0.0
        self.time = datetime.min
        self._kernel = kernel
        self._source = source
        self._seen = False
        self._rows = 0
        self._values = dict.fromkeys(kernel.parts, 0.0)

    @property
    def is_ready(self) -> bool:
        """Whether there is a value, and its warm-up is over: before that, a recursive indicator has little but its seed."""
        return self._seen and self._rows >= self.warm_up_period

    def update(self, *given: Any) -> bool:
        """A bar, a data point, a number, or a time and a number; whether the indicator is ready.

        An indicator of two securities takes the second one's bar after the first one's.
        """
        if self._kernel.other:
            if len(given) < 2:
                raise SettingError(f"{self.name} needs two securities' bars: update(bar, {self._kernel.other}).")
            *given, second = given  # type: ignore[assignment]
        data = given[-1]
        time = given[0] if len(given) == 2 else getattr(data, "end_time", None)
        if time is not None:
            self.time = time
        row = self._row(data, self._kernel.needs.replace("y", ""))
        self._rows += 1
        self._take(self._kernel.next(*row, *self._row(second, "x")) if self._kernel.other else self._kernel.next(*row))
        return self.is_ready

    def _row(self, data: Any, needs: str) -> list[float]:
        if isinstance(data, int | float):
            if needs != "x":
                raise SettingError(f"{self.name} needs bars; {data!r} is a number.")
            return [float(data)]
        if needs == "x" and not hasattr(data, "close"):
            return [float(data.value)]
        return [self._number(data, letter) for letter in needs]

    def _number(self, data: Any, letter: str) -> float:
        if letter == "x":
            return self._of_source(data)
        if letter == "t":
            return float((data.time - _EPOCH) / timedelta(milliseconds=1))
        return float(getattr(data, _FIELDS[letter], 0.0))

    def _of_source(self, data: Any) -> float:
        if self._source == "close":
            return float(data.close)
        return float(sourced(self._source, *(float(getattr(data, field, 0.0)) for field in _FIELDS.values())))

    def _take(self, found: Any) -> None:
        parts = self._kernel.parts
        if not parts:
            if math.isfinite(found):
                self.value, self._seen = float(found), True
            return
        for part, value in zip(parts, found, strict=True):
            if math.isfinite(value):
                self._values[part] = float(value)
        if math.isfinite(found[0]):
            self.value, self._seen = float(found[0]), True

    def __getattr__(self, part: str) -> float:
        values: dict[str, float] = self.__dict__.get("_values", {})
        if part in values:
            return values[part]
        raise AttributeError(f"{type(self).__name__} has no {part!r}")


class Indicator(_Streaming):
    """A streaming indicator where LEAN is not."""

    def __init__(self, kernel: Kernel, name: str, source: str) -> None:
        self._begin(kernel, name, source)


def _kind() -> Any:
    """The class to make: one of LEAN's own where it is. Asked each time: the embedded engine is there only while an algorithm runs."""
    try:
        lean = importlib.import_module("AlgorithmImports")
    except ModuleNotFoundError:
        return Indicator
    base = getattr(lean, "PythonIndicator", None)
    if base is None:  # quantconnect-stubs, which the LEAN CLI installs: a folder of that name with types and no code
        sys.modules.pop("AlgorithmImports", None)
        return Indicator
    return _lean_kind(base)


@cache
def _lean_kind(base: Any) -> Any:
    class LeanIndicator(_Streaming, base):  # type: ignore[misc]
        def __init__(self, kernel: Kernel, name: str, source: str) -> None:
            base.__init__(self)
            self._begin(kernel, name, source)

    return LeanIndicator
