"""`SymbolRepresentation`: tickers of contracts as the markets write them (`Common/SymbolRepresentation.cs`)."""

from __future__ import annotations

from datetime import date

from lyra.engine.markets.tickers import MONTH_LETTERS, contract_month
from lyra.engine.naming import LeanObject


class SymbolRepresentation(LeanObject):
    """Static helpers."""

    @staticmethod
    def generate_future_ticker(
        underlying: str, expiration: date, double_digits_year: bool = True, include_expiration_date: bool = True
    ) -> str:
        """The ticker of a futures contract: root, day of expiry, month letter and year (`ES20Z13`)."""
        month = contract_month(underlying, expiration)
        day = f"{expiration.day:02d}" if include_expiration_date else ""
        year = f"{month.year % 100:02d}" if double_digits_year else str(month.year % 10)
        return f"{underlying}{day}{MONTH_LETTERS[month.month - 1]}{year}"
