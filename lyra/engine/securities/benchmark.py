"""What a run is compared with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.naming import LeanObject
from lyra.engine.times import to_us, to_utc_datetime


class SecurityBenchmark(LeanObject):
    """The price of a security, in account currency."""

    def __init__(self, security: Any) -> None:
        self.security = security

    def evaluate(self, time: Any) -> float:
        """The value now."""
        return to_float(self._evaluate(0))

    def _evaluate(self, utc: int) -> Decimal:
        return self.security._price * self.security.quote_currency._conversion_rate  # type: ignore[no-any-return]

    @staticmethod
    def create_instance(securities: Any, symbol: Any) -> SecurityBenchmark:
        """The benchmark of a symbol, with a security of its own."""
        return SecurityBenchmark(
            securities._algorithm._create_security(symbol, leverage=1, cache_symbol=False, initialize=False, fresh=True)
        )


class FuncBenchmark(LeanObject):
    """A function of the UTC time."""

    def __init__(self, benchmark: Callable[[Any], Any]) -> None:
        self._function = benchmark

    def evaluate(self, time: Any) -> float:
        """The function's value."""
        return to_float(self._evaluate(to_us(time)))

    def _evaluate(self, utc: int) -> Decimal:
        value = self._function(to_utc_datetime(utc))
        return ZERO if value is None else to_decimal(value)
