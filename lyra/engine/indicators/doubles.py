"""The doubles of some indicators, without the decimals of all their values.

What an algorithm reads of an indicator is the double of a .NET decimal of 28 or 29 digits; making that decimal costs three rounded
operations a value. An average in binary fixed point, wide enough, costs a fifth. Each of LEAN's steps rounds three times by at most half
a unit of the last place, and the average forgets its errors, so the two stay within 1.5 / k units of each other (k: the weight of a new
price). Where every number so near casts to the same double, that is the double; where not, the decimals have to be computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple, TypeAlias

import numpy as np

from lyra.engine.decimals import to_float
from lyra.engine.exact import scale_of
from lyra.engine.feed.rows import IntColumn

_LARGEST = 2**96 - 1
_SHIFT = 112
"""Binary places of the weights."""
_GUARD = 16
"""Binary places of an average below the last decimal one."""
_SHORT = 10**15
"""Numbers below have at most 15 digits: they are exact doubles, and so is what .NET's cast makes of their decimals."""
_CAST = 1 << 11
""".NET's cast rounds the low 64 bits to 53 before it adds the high ones: by less than this."""


class AverageDoubles:
    """An exponential average that began at an exact value, as far as its doubles."""

    def __init__(self, value: Decimal, k: Decimal) -> None:
        self._places = scale_of(value)
        self._average = int(value.scaleb(self._places)) << _GUARD
        self._weight = int((k.scaleb(28)).to_integral_value()) * (1 << _SHIFT) // 10**28
        self._doubt = (int(2 / k) + _CAST + 8) << _GUARD

    def run(self, column: IntColumn) -> list[float] | None:
        """The averages after each of the column's prices; None where a double or the number of digits is in doubt."""
        prices, places = column.mantissas, self._places
        factor = 10 ** (places - column.places) if places >= column.places else 0
        low = min(self._average >> _GUARD, int(prices.min()) * factor)
        high = max(self._average >> _GUARD, int(prices.max()) * factor)
        doubt = self._doubt
        if low <= 0 or high + doubt > _LARGEST or (places < 28 and (low - doubt) * 10 <= _LARGEST):
            return None
        average, old, new = self._average, (1 << _SHIFT) - self._weight, self._weight * factor << _GUARD
        averages = [average := (average * old + price * new) >> _SHIFT for price in prices.tolist()]
        least = [float(value - doubt) for value in averages]
        if least != [float(value + doubt) for value in averages]:
            return None
        self._average = averages[-1]
        return (np.array(least) / float(f"1e{places}") / (1 << _GUARD)).tolist()  # type: ignore[no-any-return]


ValueOf: TypeAlias = "Callable[[list[int], int], Decimal]"
AllOf: TypeAlias = "Callable[[Window], list[float] | None]"


class Window(NamedTuple):
    """The mantissas of a column's prices and of those before it, `places` decimal places each; row `k` ends `length` of them."""

    mantissas: list[int]
    before: int
    length: int
    places: int

    def at(self, k: int) -> list[int]:
        """The prices that a row's value follows from, the newest last."""
        end = self.before + k + 1
        return self.mantissas[max(0, end - self.length) : end]


class WindowFloats:
    """The doubles of an indicator over a column, each computed when it is looked at."""

    def __init__(self, window: Window, value_of: ValueOf, all_of: AllOf | None) -> None:
        self._window = window
        self._value_of = value_of
        self._all_of = all_of

    def at(self, k: int) -> float:
        """The double after the column's `k`th price."""
        return to_float(self._value_of(self._window.at(k), self._window.places))

    def all(self) -> list[float] | None:
        """All of them at once; None where that takes the decimals."""
        found = None if self._all_of is None else self._all_of(self._window)
        if found is None:
            return None
        partial = max(0, self._window.length - 1 - self._window.before)  # the first rows have fewer prices
        return [*map(self.at, range(min(partial, len(found)))), *found[partial:]]


class WindowDoubles:
    """An indicator whose value follows from its last `length` prices: a value is computed when it is looked at.

    `value_of(mantissas, places)` gives the decimal for a window's prices, the newest last; `before` are the prices so far.
    `all_of(window)` gives the doubles of all rows, of which those with fewer than `length` prices do not count; None if it cannot.
    """

    def __init__(self, before: Iterable[Decimal], length: int, value_of: ValueOf, all_of: AllOf | None = None) -> None:
        self._length = length
        self._value_of = value_of
        self._all_of = all_of
        prices = list(before)
        self._places = {scale_of(price) for price in prices}
        self._kept = [int(price.scaleb(scale_of(price))) for price in prices]

    def run(self, column: IntColumn) -> WindowFloats | None:
        """The doubles after each of the column's prices; None where they have another number of decimal places."""
        if self._places - {column.places}:
            return None
        window = Window(self._kept + column.mantissas.tolist(), len(self._kept), self._length, column.places)
        self._places, self._kept = {column.places}, window.mantissas[1 - self._length :] if self._length > 1 else []
        return WindowFloats(window, self._value_of, self._all_of)


def means_of(window: Window) -> list[float] | None:
    """The doubles of the means over a window whose length has no factors but 2 and 5: their decimals end, and are short.

    A decimal of at most 15 digits is cast to the double next to it, which is also what dividing two exact doubles gives.
    """
    length, digits = window.length, 0
    while length % 10 in (0, 2, 4, 5, 6, 8) and length > 1:
        length //= 10 if length % 10 == 0 else 5 if length % 5 == 0 else 2
        digits += 1
    largest = max(map(abs, window.mantissas)) * window.length
    if length != 1 or largest * 10**digits >= _SHORT or window.length * 10**window.places >= _SHORT:
        return None
    ends = np.cumsum(np.array([0, *window.mantissas], dtype=np.int64))
    rows = len(window.mantissas) - window.before
    last = window.before + 1 + np.arange(rows)
    sums = ends[last] - ends[np.maximum(last - window.length, 0)]
    return (sums / float(window.length * 10**window.places)).tolist()  # type: ignore[no-any-return]
