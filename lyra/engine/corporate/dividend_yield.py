"""Dividend yields for the theory of options (`Common/Data/DividendYieldProvider.cs`): a constant, or from a stock's factor file."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from lyra.engine.corporate.factor_files import Change, FactorFile, FactorFileProvider, distribution
from lyra.engine.corporate.map_files import MapFileProvider
from lyra.engine.decimals import ONE, ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import SecurityType
from lyra.engine.exact import divide
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, current_run
from lyra.engine.times import DAY, day_of, to_us

_TRAILING = 350 * DAY
"""Fifteen days less than a year, so that a yearly dividend paid a little early does not count twice."""


class IDividendYieldModel(LeanObject):
    """Base of the models of a dividend yield."""

    def get_dividend_yield(self, date: Any, security_price: Any = None) -> float:
        """The yield at a date, as a fraction of the price; `date` may be a bar of the security, which brings its price."""
        if not isinstance(date, datetime):
            date, security_price = date.end_time, date.value
        return to_float(self._yield(to_us(date), None if security_price is None else to_decimal(security_price)))

    def _yield(self, us: int, price: Decimal | None) -> Decimal:
        raise NotImplementedError(f"{type(self).__name__}.get_dividend_yield must be implemented")


class ConstantDividendYieldModel(IDividendYieldModel):
    """The same yield at all times."""

    def __init__(self, dividend_yield: Any) -> None:
        self._constant = to_decimal(dividend_yield)

    def _yield(self, us: int, price: Decimal | None) -> Decimal:
        return self._constant


class _Event(NamedTuple):
    """A dividend, or a split if `split` is given, on the trading day after its row."""

    day: int
    paid: Decimal
    split: Decimal | None
    reference_price: Decimal


class DividendYieldProvider(IDividendYieldModel):
    """What a stock paid in the year up to its last dividend, over its price (else over the close before that dividend)."""

    DEFAULT_DIVIDEND_YIELD_RATE = 0.0
    DefaultDividendYieldRate = 0.0

    def __init__(self, symbol: Symbol | None = None) -> None:
        self._symbol = Symbol.create("SPY", SecurityType.EQUITY, "usa") if symbol is None else symbol
        self._events: list[_Event] | None = None

    @staticmethod
    def create_for_option(option_symbol: Symbol) -> IDividendYieldModel:
        """What stands for an option's underlying: a stock itself, for indices the fund that follows it."""
        if option_symbol.security_type is SecurityType.OPTION:
            return DividendYieldProvider(option_symbol.underlying)
        if option_symbol.security_type is not SecurityType.INDEX_OPTION or option_symbol.value == "VIX":
            return ConstantDividendYieldModel(ZERO)
        fund = {"NDX": "QQQ"}.get(option_symbol.value, "SPY")
        return DividendYieldProvider(Symbol.create(fund, SecurityType.EQUITY, "usa"))

    def _yield(self, us: int, price: Decimal | None) -> Decimal:
        if self._events is None:
            self._events = self._load()
        count = bisect_right(self._events, day_of(us), key=lambda event: event.day)
        known = self._events[:count]
        last = next((event for event in reversed(known) if event.split is None), None)
        if last is None:
            return ZERO
        price = last.reference_price if price is None else price
        if price == 0:
            raise ArgumentException("Security price cannot be zero.")
        paid, factor = ZERO, ONE
        for event in reversed(known):
            if event.day < last.day - _TRAILING:
                break
            if event.split is None:
                paid += event.paid * factor
            else:
                factor *= event.split
        return divide(paid, price)

    def _load(self) -> list[_Event]:
        folder = current_run().data_folder
        file = FactorFileProvider(folder, MapFileProvider(folder)).get(self._symbol)
        if not isinstance(file, FactorFile) or len(file.rows) < 2:
            return []
        hours = MarketHoursDatabase.from_data_folder().get_exchange_hours(self._symbol.id.market, self._symbol, self._symbol.security_type)
        events = []
        for row, following in zip(file.rows, file.rows[1:], strict=False):
            day = hours.trading_day_us(row.day, 1)
            if row.price_factor != following.price_factor:
                paid = distribution(Change(divide(row.price_factor, following.price_factor), row.reference_price), 3)
                events.append(_Event(day, paid, None, row.reference_price))
            else:
                events.append(_Event(day, ZERO, divide(row.split_factor, following.split_factor), row.reference_price))
        return events
