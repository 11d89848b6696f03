"""Auxiliary data: dividends, splits, delistings, ticker changes, margin interest. They come at midnight of their date."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.decimals import ZERO, decimal_text, to_decimal, to_float
from lyra.engine.enums import DelistingType, MarketDataType, SplitType
from lyra.engine.times import to_datetime, to_us


def _net_time(us: int) -> str:
    """.NET's invariant `DateTime.ToString()`."""
    return f"{to_datetime(us):%m/%d/%Y %H:%M:%S}"


class _Auxiliary(BaseData):
    data_type = MarketDataType.AUXILIARY

    def __init__(self, symbol: Any = None, date: datetime | None = None) -> None:
        self._symbol = symbol
        if date is not None:
            self._time = to_us(date)


class Dividend(_Auxiliary):
    """Cash paid per share: `distribution`, in the quote currency, for holders at the close of `reference_price`."""

    _pandas = {"distribution": "distribution", "referenceprice": "reference_price"}

    def __init__(self, symbol: Any = None, date: datetime | None = None, distribution: Any = 0, reference_price: Any = 0) -> None:
        super().__init__(symbol, date)
        self._value = to_decimal(distribution)
        self._reference_price = to_decimal(reference_price)

    distribution = property(lambda self: to_float(self._value), lambda self, v: setattr(self, "_value", to_decimal(v)))
    reference_price = property(
        lambda self: to_float(self._reference_price), lambda self, v: setattr(self, "_reference_price", to_decimal(v))
    )

    @property
    def _distribution(self) -> Decimal:
        return self._value

    def __str__(self) -> str:
        return f"Dividend: {self._symbol}: {decimal_text(self._value)} | {decimal_text(self._reference_price)}"


class Split(_Auxiliary):
    """A split: one share becomes 1 / `split_factor`. A warning comes on the day before."""

    _pandas = {"type": "type", "splitfactor": "split_factor", "referenceprice": "reference_price"}

    def __init__(self, symbol: Any = None, date: datetime | None = None, price: Any = 0, split_factor: Any = 0,
                 type: SplitType = SplitType.SPLIT_OCCURRED) -> None:  # fmt: skip
        super().__init__(symbol, date)
        self._value = to_decimal(price)
        self._split_factor = to_decimal(split_factor)
        self.type = type

    split_factor = property(lambda self: to_float(self._split_factor), lambda self, v: setattr(self, "_split_factor", to_decimal(v)))
    reference_price = property(lambda self: to_float(self._value), lambda self, v: setattr(self, "_value", to_decimal(v)))

    @property
    def _reference_price(self) -> Decimal:
        return self._value

    def __str__(self) -> str:
        kind = "Split Warning" if self.type == SplitType.WARNING else "Split"
        return f"{kind}: {self._symbol}: {decimal_text(self._split_factor)} | {decimal_text(self._value)}"


class Delisting(_Auxiliary):
    """A security leaves its market: a warning on the last day, `DELISTED` the day after. `ticket` closes what is held."""

    _pandas = {"type": "type", "ticket": "ticket"}

    def __init__(self, symbol: Any = None, date: datetime | None = None, price: Any = 0,
                 type: DelistingType = DelistingType.DELISTED) -> None:  # fmt: skip
        super().__init__(symbol, date)
        self._value = to_decimal(price)
        self.type = type
        self.ticket: Any = None

    def set_order_ticket(self, ticket: Any) -> None:
        """Keep the ticket of the order that closes the position."""
        self.ticket = ticket

    def __str__(self) -> str:
        kind = "Delisting Warning" if self.type == DelistingType.WARNING else "Delisted"
        return f"{kind}: {self._symbol} {_net_time(self._end)}"


class SymbolChangedEvent(_Auxiliary):
    """A security trades under another ticker from this date on."""

    _pandas = {"oldsymbol": "old_symbol", "newsymbol": "new_symbol"}

    def __init__(self, symbol: Any = None, date: datetime | None = None, old_symbol: str = "", new_symbol: str = "") -> None:
        super().__init__(symbol, date)
        self.old_symbol = old_symbol
        self.new_symbol = new_symbol

    def __str__(self) -> str:
        return f"{_net_time(self._time)} {self.old_symbol}->{self.new_symbol}"


class MarginInterestRate(BaseData):
    """The funding rate of a perpetual future at a moment."""

    _pandas = {"interestrate": "interest_rate"}
    _frames_lack_value = True

    data_type = MarketDataType.AUXILIARY

    def __init__(self, symbol: Any = None, time: int = 0, rate: Decimal = ZERO) -> None:
        self._symbol = symbol
        self._time = time
        self._value = rate

    interest_rate = property(lambda self: to_float(self._value), lambda self, v: setattr(self, "_value", to_decimal(v)))

    def __str__(self) -> str:
        return f"{self._symbol}: Rate {decimal_text(self._value)}"
