"""What the daily sample wants to know of the portfolio.

It is taken 365 times a year, and most of what it asks changes with fills only: sale volumes are compared by identity and worked out again
when one of them is another.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.corporate.map_files import END_OF_TIME
from lyra.engine.decimals import ZERO
from lyra.engine.exact import total
from lyra.engine.results.handler import HoldingSample, MarginSample, SaleSample
from lyra.engine.securities.buying_power import margin_to_hold


class PortfolioSampler:
    """Looks at an algorithm's holdings for the daily sample."""

    def __init__(self, algorithm: Any) -> None:
        self._securities = algorithm.securities
        self._portfolio = algorithm.portfolio
        self._map_files = algorithm._data.map_files
        self._last_tickers: dict[Any, str] = {}
        self._volumes: list[Decimal] = []
        self._present: list[Any] = []
        self._kinds: list[HoldingSample] = []
        self._sales: list[SaleSample] = []
        self._total_sale_volume = ZERO

    def forget(self) -> None:
        """Tickers may have changed."""
        self._present = []

    def sales(self) -> tuple[list[SaleSample], Decimal]:
        """The traded securities, the largest volume first, as one and the same list until something changes; the volume of all there ever were."""
        volumes = [security.holdings._total_sale_volume for security in self._securities._total.values()]
        present = list(self._securities._items.values())
        if volumes != self._volumes or present != self._present:
            self._volumes, self._present = volumes, present
            self._total_sale_volume = total(volumes)
            sales = [SaleSample(security.symbol.value, security.holdings._total_sale_volume) for security in present]
            self._sales = sorted((sale for sale in sales if sale.volume != 0), key=lambda sale: -sale.volume)
            self._kinds = [HoldingSample(kind, ZERO) for kind in dict.fromkeys(security.type for security in present)]
        return self._sales, self._total_sale_volume

    def positions(self) -> tuple[list[HoldingSample], list[MarginSample]]:
        """What is held, after one empty holding for each type of security, so that every type has its line; the margin of each position."""
        holdings, margins = list(self._kinds), []
        for security in self._portfolio._positions():
            value = security.holdings._holdings_value
            holdings.append(HoldingSample(security.type, value))
            margin = margin_to_hold(security, security.holdings._quantity, value)
            margins.append(MarginSample(self._last_ticker(security.symbol), margin))
        return holdings, margins

    def _last_ticker(self, symbol: Any) -> str:
        """The ticker by which a security goes today, as LEAN names the series of margins; the present one if it is gone by then."""
        if not symbol.requires_mapping():
            return symbol.value  # type: ignore[no-any-return]
        ticker = self._last_tickers.get(symbol)
        if ticker is None:
            ticker = symbol.value
            map_file = self._map_files.file_of(symbol)
            if map_file:
                ticker = map_file.ticker_at(END_OF_TIME, ticker).upper()
            self._last_tickers[symbol] = ticker
        return ticker
