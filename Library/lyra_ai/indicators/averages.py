"""Moving averages, as Jesse has them. Periods are in bars; an average of a window is NaN until the window is full."""

from __future__ import annotations

from collections import deque

from lyra_ai.indicators.base import NAN, Kernel, kernel, positive


@kernel("sma")
class Sma(Kernel):
    """Mean of the last `period` values."""

    def __init__(self, period: int = 5) -> None:
        positive(period=period)
        self.period = period
        self._window: deque[float] = deque(maxlen=period)
        self._sum = 0.0

    def next(self, x: float) -> float:
        """The mean, by adding the new value and taking away the oldest."""
        window = self._window
        if len(window) == self.period:
            self._sum -= window[0]
        window.append(x)
        self._sum += x
        return self._sum / self.period if len(window) == self.period else NAN


@kernel("ema")
class Ema(Kernel):
    """Exponential average with weight 2 / (period + 1) for the newest value, begun at the first value."""

    def __init__(self, period: int = 5) -> None:
        positive(period=period)
        self.period = period
        self._weight = 2.0 / (period + 1)
        self._value = NAN

    def next(self, x: float) -> float:
        """The average; it exists from the first value on."""
        value = self._value
        self._value = x if value != value else value + self._weight * (x - value)
        return self._value
