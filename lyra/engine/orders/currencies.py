"""`Currencies`: codes and signs (`Common/Currencies.cs`)."""

from __future__ import annotations

from lyra.engine.naming import LeanObject
from lyra.engine.orders.currency_symbols import currency_symbol


class Currencies(LeanObject):
    """Codes of currencies."""

    USD, EUR, GBP, INR, IDR, CNH, CHF, HKD, JPY, KRW = "USD", "EUR", "GBP", "INR", "IDR", "CNH", "CHF", "HKD", "JPY", "KRW"
    NULL_CURRENCY = NullCurrency = "QCC"

    @staticmethod
    def get_currency_symbol(currency: str) -> str:
        """The sign of a currency; its code where it has none."""
        return currency_symbol(currency)
