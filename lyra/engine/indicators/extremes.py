"""Indicators that show the price itself, an old one, the highest or the lowest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lyra.engine.exact import TWO, ZERO, add, divide
from lyra.engine.indicators.arguments import anything, integer
from lyra.engine.indicators.base import BarIndicator, DataIndicator, Indicator, WindowIndicator


class Identity(Indicator):
    """The price itself. `Identity(name)`."""

    _ready_after = 1
    warm_up_period = 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return x

    def _run(self, times: Sequence[int], values: Sequence[Decimal], start: int, symbol: Any) -> list[Decimal]:
        result = list(values[start:])
        self.samples += len(result)
        return self._end_run(times, result, symbol)


class WindowIdentity(WindowIndicator):
    """The price itself, ready after `period` of them."""

    _parameters = (integer("period"),)
    _label = "WIN-ID{period}"

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return x


class FilteredIdentity(DataIndicator):
    """The value of the last data that passed `filter`; 0 before. Ready while the value is above 0; survives a reset, as LEAN's."""

    _parameters = (anything("filter"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and isinstance(args[0], str):
            self.name, args = args[0], args[1:]
        self.name = kwargs.get("name", self.name)
        function = args[0] if args else kwargs.get("filter")
        self._filter: Callable[[Any], bool] = (lambda data: True) if function is None else function
        self._kept: Decimal | None = None

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        if self._filter(x):
            self._kept = x._value
        elif self._kept is None:
            self._kept = ZERO
        return self._kept  # type: ignore[return-value]

    @property
    def is_ready(self) -> bool:
        """Whether there is a value above 0."""
        return self.samples > 0 and self._value > ZERO


class _Extreme(WindowIndicator):
    """The extreme of the last `period` prices, and how long ago it was."""

    _since = 0

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        if self.samples == 1 or self._beats(x, self._value):
            self._since = 0
            return x
        if self._since >= self._size - 1:
            best, since, prices = x, 0, self._prices
            last = len(prices) - 1
            for i in range(1, last + 1):
                price = prices[last - i]
                if self._beats(price, best) and price != best:
                    best, since = price, i
            self._since = since
            return best
        self._since += 1
        return self._value

    def _beats(self, x: Decimal, best: Decimal) -> bool:
        raise NotImplementedError

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._since = 0


class Maximum(_Extreme):
    """The highest of the last `period` prices."""

    _parameters = (integer("period"),)
    _label = "MAX({period})"

    def _beats(self, x: Decimal, best: Decimal) -> bool:
        return x >= best

    @property
    def periods_since_maximum(self) -> int:
        """How many prices came after the highest."""
        return self._since


class Minimum(_Extreme):
    """The lowest of the last `period` prices."""

    _parameters = (integer("period"),)
    _label = "MIN({period})"

    def _beats(self, x: Decimal, best: Decimal) -> bool:
        return x <= best

    @property
    def periods_since_minimum(self) -> int:
        """How many prices came after the lowest."""
        return self._since


class MidPoint(Indicator):
    """(highest + lowest of the last `period` prices) / 2."""

    _parameters = (integer("period"),)
    _label = "MIDPOINT({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._maximum, self._minimum = Maximum(period), Minimum(period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return divide(add(self._maximum._feed(x), self._minimum._feed(x)), TWO)

    def _reset_parts(self) -> None:
        self._maximum.reset()
        self._minimum.reset()


class MidPrice(BarIndicator):
    """(highest high + lowest low of the last `period` bars) / 2."""

    _parameters = (integer("period"),)
    _label = "MIDPRICE({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._maximum, self._minimum = Maximum(period), Minimum(period)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        return divide(add(self._maximum._feed(x._high), self._minimum._feed(x._low)), TWO)

    def _reset_parts(self) -> None:
        self._maximum.reset()
        self._minimum.reset()
