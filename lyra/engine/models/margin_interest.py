"""What holding on margin costs (`Common/Securities/*MarginInterestRateModel.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.naming import LeanObject
from lyra.engine.times import to_utc_datetime


class MarginInterestRateParameters(LeanObject):
    """The hourly occasion to charge interest on a security."""

    def __init__(self, security: Any, utc: int) -> None:
        self.security = security
        self._utc = utc

    @property
    def time(self) -> Any:
        """Now, aware."""
        return to_utc_datetime(self._utc)


class NullMarginInterestRateModel(LeanObject):
    """Nothing."""

    def apply_margin_interest_rate(self, margin_interest_rate_parameters: Any) -> None:
        """Charge nothing."""


class MarginInterestRateModel(LeanObject):
    """LEAN's place for the model that charges nothing."""

    NULL = NullMarginInterestRateModel()
    Null = NULL
