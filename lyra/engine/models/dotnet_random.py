""".NET's `System.Random` with a seed, number for number: Knuth's subtractive generator as .NET has kept it for seeded use."""

from __future__ import annotations

_LARGEST = 2**31 - 1
_SIZE = 55
_LAG = 21


class DotNetRandom:
    """`Random(seed)`; only what is used here."""

    def __init__(self, seed: int) -> None:
        state = [0] * (_SIZE + 1)
        last, value, place = 161803398 - min(abs(seed), _LARGEST), 1, 0
        state[_SIZE] = last
        for _ in range(1, _SIZE):
            place = (place + _LAG) % _SIZE
            state[place] = value
            value = last - value
            if value < 0:
                value += _LARGEST
            last = state[place]
        for _ in range(4):
            for i in range(1, _SIZE + 1):
                state[i] = _wrapped(state[i] - state[1 + (i + 30) % _SIZE])
                if state[i] < 0:
                    state[i] += _LARGEST
        self._state = state
        self._first, self._second = 0, _LAG

    def next_double(self) -> float:
        """The next number from 0 up to 1."""
        self._first = self._first % _SIZE + 1
        self._second = self._second % _SIZE + 1
        value = self._state[self._first] - self._state[self._second]
        if value == _LARGEST:
            value -= 1
        if value < 0:
            value += _LARGEST
        self._state[self._first] = value
        return value * (1.0 / _LARGEST)


def _wrapped(value: int) -> int:
    """A number as a signed 32-bit integer."""
    return (value + 2**31) % 2**32 - 2**31
