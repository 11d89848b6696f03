"""The doubles of some indicators, without the decimals of all their values.

What an algorithm reads of an indicator is the double of a .NET decimal of 28 or 29 digits; making that decimal costs three rounded
operations a value. An average in binary fixed point, wide enough, costs a fifth. Each of LEAN's steps rounds three times by at most half
a unit of the last place, and the average forgets its errors, so the two stay within 1.5 / k units of each other (k: the weight of a new
price). Where every number so near casts to the same double, that is the double; where not, the decimals have to be computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import numpy as np

from lyra.engine.decimals import to_float
from lyra.engine.exact import scale_of
from lyra.engine.feed.rows import IntColumn

_LARGEST = 2**96 - 1
_SHIFT = 112
"""Binary places of the weights."""
_GUARD = 16
"""Binary places of an average below the last decimal one."""
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


class WindowDoubles:
    """An indicator whose value follows from its last `length` prices: each value is computed when it is looked at.

    `value_of(mantissas, places)` gives the decimal for a window's prices, the newest last; `before` are the prices so far.
    """

    def __init__(self, before: Iterable[Decimal], length: int, value_of: Callable[[list[int], int], Decimal]) -> None:
        self._length = length
        self._value_of = value_of
        prices = list(before)
        self._places = {scale_of(price) for price in prices}
        self._kept = [int(price.scaleb(scale_of(price))) for price in prices]

    def run(self, column: IntColumn) -> Callable[[int], float] | None:
        """What gives the double after each of the column's prices; None where they have another number of decimal places."""
        if self._places - {column.places}:
            return None
        length, value_of, places = self._length, self._value_of, column.places
        numbers, ahead = self._kept + column.mantissas.tolist(), len(self._kept) + 1
        self._places, self._kept = {places}, numbers[1 - length :] if length > 1 else []

        def value_at(k: int) -> float:
            end = ahead + k
            return to_float(value_of(numbers[max(0, end - length) : end], places))

        return value_at
