"""An indicator is a kernel: fed row by row it gives its value, and a column is what it gives for every row.

So streaming and batch are one definition. A kernel is a small class with `next(...)`; `Indicator` makes of it what LEAN registers, warms up
and plots, and `column` what a notebook wants. Jesse's names and parameters lead here: `lyra_ai.indicators.jesse`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from lyra_ai.errors import SettingError

Floats = NDArray[np.float64]
Value = float | tuple[float, ...]
NAN = math.nan
SOURCES = ("open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4")


class _Made:
    """What notes the settings it was made with, for the columns that do without a loop."""

    given: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        made = super().__new__(cls)
        made.given = args, settings
        return made


class Kernel(_Made, ABC):
    """One indicator's state. `next` takes the numbers that `needs` names and gives the value, or a tuple where there are `parts`.

    `needs` is a letter each: o, h, l, c, v, t for the time at which the bar begins (milliseconds since 1970), x for the source that the user
    chooses (`source`, close unless it is set), or, last, y for that source of a second security, whose candles Jesse's function takes as its
    argument `other`; a kernel may set its own. What is not yet known is NaN. `next` may be called with finite numbers only, and looks at nothing
    that comes later. `rows` is after how many the value can be used, where that is not the kernel's `period`. `history` is how many rows Jesse's
    function looks at for a single value; 0 is all.
    """

    name: ClassVar[str]
    needs: str = "x"
    parts: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = "close"
    other: ClassVar[str] = ""
    history: ClassVar[int] = 240

    def __init__(self) -> None:
        """A kernel without settings."""

    @property
    def warm_up(self) -> int:
        """Rows after which the value can be used."""
        return int(getattr(self, "rows", getattr(self, "period", 1)))

    @abstractmethod
    def next(self, *numbers: Any) -> Any:
        """Take in a row."""


K = TypeVar("K", bound=type[Kernel])


@dataclass(frozen=True)
class _Registry:
    kernels: dict[str, type[Kernel]]


_REGISTRY = _Registry({})


def kernel(name: str) -> Callable[[K], K]:
    """Put a kernel into the catalogue under its name."""

    def enter(kind: K) -> K:
        if name in _REGISTRY.kernels:
            raise SettingError(f"There are two indicators called {name!r}.")
        kind.name = name
        _REGISTRY.kernels[name] = kind
        return kind

    return enter


def column(indicator: Kernel, *columns: Sequence[float] | Floats) -> Floats:
    """What a new kernel gives for every row of its columns: shape (n,), or (n, parts). The kernel is not to be used after that."""
    parts = parted(indicator, *columns)
    return np.array(parts).T if indicator.parts else parts[0]


def parted(indicator: Kernel, *columns: Sequence[float] | Floats) -> tuple[Floats, ...]:
    """The column of a new kernel, or a column for each of its parts, by the fastest way there is (`lyra_ai.indicators.columns`)."""
    from lyra_ai.indicators.columns import fast

    given = [np.ascontiguousarray(values, dtype=np.float64) for values in columns]
    if len({len(values) for values in given}) != 1:
        raise SettingError(f"The columns of {indicator.name} differ in length: {', '.join(str(len(values)) for values in given)}.")
    found = fast(indicator, given)
    if found is None:
        found = (indicator.column(*given),) if hasattr(indicator, "column") else looped(indicator, *given)
    return found


def looped(indicator: Kernel, *columns: Floats) -> tuple[Floats, ...]:
    """The same from feeding it row by row: what every faster way must be equal to."""
    step = indicator.next
    found = np.array([step(*row) for row in zip(*(values.tolist() for values in columns), strict=True)], dtype=np.float64)
    return tuple(np.ascontiguousarray(found.reshape(-1, len(indicator.parts)).T)) if indicator.parts else (found,)


def sourced(source: str, open: Any, high: Any, low: Any, close: Any, volume: Any) -> Any:
    """The source of a row, or of columns. Raises SettingError for a name that is none."""
    if source == "hl2":
        return (high + low) / 2
    if source == "hlc3":
        return (high + low + close) / 3
    if source == "ohlc4":
        return (open + high + low + close) / 4
    try:
        return {"open": open, "high": high, "low": low, "close": close, "volume": volume}[source]
    except KeyError:
        raise SettingError(f"{source!r} is no source; there are {', '.join(SOURCES)}.") from None


def positive(**periods: float) -> None:
    """Raise SettingError for a period that is not at least 1."""
    for name, period in periods.items():
        if not period >= 1:
            raise SettingError(f"{name} is {period}; it must be at least 1.")


def whole(at_least: int = 1, **periods: float) -> None:
    """Raise SettingError for a period that is not a whole number of at least `at_least`."""
    for name, period in periods.items():
        if not hasattr(period, "__index__") or period < at_least:
            raise SettingError(f"{name} is {period}; it must be a whole number of at least {at_least}.")
