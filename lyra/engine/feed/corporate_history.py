"""A symbol's map and factor files as a subscription needs them: tickers by date, price scales, events."""

from __future__ import annotations

from typing import Any

import numpy as np

from lyra.engine.corporate.events import EventKind, corporate_events
from lyra.engine.data.base import BaseData
from lyra.engine.data.events import Delisting, Dividend, Split, SymbolChangedEvent
from lyra.engine.decimals import ONE, ZERO
from lyra.engine.enums import DataNormalizationMode, DelistingType, SecurityType, SplitType
from lyra.engine.feed.csvcolumns import Ints
from lyra.engine.feed.rows import PriceScale
from lyra.engine.times import DAY, day_of, to_datetime

FAR = 2**61


class StartLimits:
    """Symbols whose data begin later than was asked for, with the sentences that LEAN says about them."""

    def __init__(self) -> None:
        self.precision: dict[Any, str] = {}
        self.listing: dict[Any, str] = {}

    def limit(self, config: Any, corporate: CorporateHistory | None, start: int) -> int:
        """The wall time from which a symbol is listed and its price factors are known, whatever its prices are scaled by; not before `start`."""
        if corporate is None:
            return start
        first, value = corporate.first_factor, config.symbol.value
        if first is not None and start < first:
            start = first
            self.precision.setdefault(config.symbol, f"[{value}, {to_datetime(first):%m/%d/%Y}]")
        listed = corporate.first_listed
        if listed is not None and start < listed:
            start = listed
            self.listing.setdefault(config.symbol, f"[{value}, {to_datetime(listed):%Y-%m-%d}]")
        return start

    def messages(self) -> list[str]:
        """What is said at the end of a run; ten symbols are named."""
        texts = []
        for found, text in (
            (
                self.precision,
                "Due to numerical precision issues in the factor file, data for the following symbols was adjust to a later starting date: ",
            ),
            (self.listing, "The starting dates for the following symbols have been adjusted to match their map files first date: "),
        ):
            if found:
                texts.append(text + ", ".join(list(found.values())[:10]) + ("..." if len(found) >= 10 else ""))
        return texts


class CorporateHistory:
    """Tickers, price scales and events of one symbol over the tradable days of one subscription."""

    def __init__(self, symbol: Any, map_file: Any, factor_file: Any, days: list[int], start: int, last_day: int | None = None) -> None:
        """`start` is the exchange's wall time at which the subscription begins; `days` may begin later. `last_day` is a contract's."""
        self.symbol = symbol
        self._map = map_file
        self._factors = factor_file if factor_file else None
        self._known = bool(map_file)
        self.delisting_date: int | None = map_file.delisting_day if map_file and map_file.delisting_day < FAR else None
        if last_day is not None:
            self.delisting_date = last_day
        self._contract = last_day is not None
        self.first_factor: int | None = self._factors.first_day if self._factors is not None else None
        self.first_listed: int | None = map_file.first_day if self._known else None
        self.last_day: int | None = None
        self._modes: dict[tuple[int, DataNormalizationMode], PriceScale] = {}
        self.events: list[tuple[int, BaseData]] = []
        """(exchange wall time, event), ascending."""
        self._dividends: list[tuple[int, Any]] = []
        gone = self.delisting_date is not None and day_of(start) > self.delisting_date  # what had gone before never goes again
        if days and not gone and (self._known or self._contract or self._factors is not None):
            self._make_events(days)

    def _make_events(self, days: list[int]) -> None:
        # before the first day of its map file a symbol goes by the ticker that it was added with
        symbol = self.symbol_at(days[0])
        first = symbol.value
        if symbol.security_type != SecurityType.EQUITY and self._map.has_data(days[0]):
            first = self._map.ticker_at(days[0], symbol.value)
        limit = FAR if self.delisting_date is None else self.delisting_date
        for event in corporate_events(days, self._map, self._factors, limit, first):
            point: BaseData
            if event.kind in (EventKind.SPLIT, EventKind.SPLIT_WARNING):
                kind = SplitType.SPLIT_OCCURRED if event.kind == EventKind.SPLIT else SplitType.WARNING
                point = Split(symbol, None, event.reference_price, event.split_factor, kind)
            elif event.kind == EventKind.DIVIDEND:
                point = Dividend(symbol, None, event.distribution, event.reference_price)
                self._dividends.append((event.day, event.distribution))
            elif event.kind == EventKind.SYMBOL_CHANGE:
                symbol = self.symbol_at(event.day)
                point = SymbolChangedEvent(symbol, None, event.old_ticker, event.new_ticker)
            else:
                kind_ = DelistingType.WARNING if event.kind == EventKind.DELISTING_WARNING else DelistingType.DELISTED
                point = Delisting(symbol, None, ZERO, kind_)
            point._time = event.time
            self.events.append((event.time, point))
        self.events.sort(key=lambda item: item[0])

    def has_data(self, day: int) -> bool:
        """Whether the symbol was listed on a day."""
        if self._contract:
            return self.delisting_date is None or day <= self.delisting_date
        return bool(self._map.has_data(day))

    def ticker_at(self, day: int) -> str:
        """The ticker, as the folder spells it, on a day."""
        return str(self._map.ticker_at(day, self.symbol.id.symbol) if self._known else self.symbol.value)

    def symbol_at(self, day: int) -> Any:
        """The symbol under the ticker of a day; as it was asked for while it was not listed, and for data about an equity."""
        if not self._known or self.symbol.security_type != SecurityType.EQUITY or not self.has_data(day):
            return self.symbol
        ticker = self.ticker_at(day)
        return self.symbol if ticker == self.symbol.value else self.symbol.update_mapped_symbol(ticker)

    def ticker_spans(self) -> list[tuple[str, int, int]]:
        """(ticker, first day, last day) of each name that the symbol bore."""
        if not self._known:
            last = self.delisting_date if self._contract else None
            return [(self.symbol.value, -FAR, FAR if last is None else last)]
        spans: list[tuple[str, int, int]] = []
        first = self._map.first_day
        for row in self._map.rows:
            if spans and spans[-1][0] == row.ticker:
                spans[-1] = (row.ticker, spans[-1][1], row.day)
            else:
                spans.append((row.ticker, first, row.day))
            first = row.day + DAY
        return spans

    def scale_places(self, days: Ints, mode: DataNormalizationMode) -> Ints:
        """Numbers that differ where `price_scale` may differ, for ascending days."""
        if mode == DataNormalizationMode.TOTAL_RETURN:
            return days
        return np.zeros_like(days) if self._factors is None else self._factors.places(days)  # type: ignore[no-any-return]

    def price_scale(self, day: int, mode: DataNormalizationMode) -> PriceScale:
        """What prices of a day are multiplied with, and the dividends added to them in total-return mode.

        Scaled-raw prices are relative to the day `last_day`.
        """
        key = (day, mode)
        scale = self._modes.get(key)
        if scale is None:
            factor = ONE if self._factors is None else self._factors.scale(day, mode, self.last_day)
            added = ZERO
            if mode == DataNormalizationMode.TOTAL_RETURN:
                added = sum((paid for paid_on, paid in self._dividends if paid_on <= day), ZERO)
            last = self._modes.get((-1, mode))
            if last is not None and last.factor == factor and last.added == added and str(last.factor) == str(factor):
                scale = last
            else:
                scale = PriceScale(factor, added)
                self._modes[(-1, mode)] = scale
            self._modes[key] = scale
        return scale

    def is_unscaled(self, scale: PriceScale) -> bool:
        """Whether a scale of one leaves a price's digits as they are (LEAN multiplies, which keeps or adds zeros)."""
        return self._factors is None and scale.factor == 1
