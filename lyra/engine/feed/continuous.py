"""A continuous future's feed: which contract's data it shows on a day, how prices are scaled, and when it rolls.

Facts from `Engine/DataFeeds/{SubscriptionDataReader,SubscriptionUtils}.cs`, `MappingEventProvider.cs` and `Extensions.Normalize`: the map
file names the contract of a day in a mapping mode, a depth moves on to later ones; prices are multiplied (ratio) or moved (Panama canal),
volumes stay.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.corporate.events import EventKind, corporate_events
from lyra.engine.data.base import BaseData
from lyra.engine.data.events import SymbolChangedEvent
from lyra.engine.decimals import ONE, ZERO
from lyra.engine.enums import DataMappingMode, DataNormalizationMode
from lyra.engine.exact import add, multiply
from lyra.engine.feed.csvcolumns import Ints
from lyra.engine.feed.rows import PriceScale
from lyra.engine.markets.expiries import next_contract
from lyra.engine.symbols import SecurityIdentifier, Symbol
from lyra.engine.times import DAY, day_of

FAR = 2**61


class ContractScale(PriceScale):
    """The factor of a continuous future's prices; sizes stay."""

    __slots__ = ()
    makes_long = True

    def __init__(self, factor: Decimal, added: Decimal = ZERO) -> None:
        super().__init__(ONE)
        self.factor, self.added = factor, added

    def price(self, value: Decimal) -> Decimal:
        """A price as the algorithm sees it."""
        return add(value, self.added) if self.added != 0 else multiply(value, self.factor)

    def size(self, value: Decimal) -> Decimal:
        """A volume as it is."""
        return value


def contract_of(text: str, depth: int) -> Symbol | None:
    """The contract of a map file's row, or one `depth` expiries behind it; None where the row names no contract."""
    if " " not in text:
        return None
    contract = Symbol(SecurityIdentifier.parse(text), text)
    return next_contract(contract, depth) if depth else contract


def contract_at(map_file: Any, day: int, mode: DataMappingMode, depth: int) -> Symbol | None:
    """The contract that a continuous future follows on a day."""
    text = map_file.ticker_at(day_of(day), "", mode)
    return contract_of(text, depth) if text else None


class ContinuousHistory:
    """Contracts, price scales and rolls of one continuous future over the tradable days of one subscription."""

    is_continuous = True
    delisting_date = None

    def __init__(self, config: Any, map_file: Any, factor_file: Any, days: list[int], start: int) -> None:
        self.symbol = config.symbol
        self._map = map_file
        self._factors = factor_file if factor_file else None
        self._mode, self._depth = config.data_mapping_mode, config.contract_depth_offset
        self._scales: dict[tuple[int, DataNormalizationMode], PriceScale] = {}
        self._contracts: dict[str, Symbol | None] = {}
        self.first_factor: int | None = None
        self.first_listed: int | None = None
        self.last_day: int | None = None
        self.events: list[tuple[int, BaseData]] = []
        if map_file and days:
            self._make_events(days, start)

    def _make_events(self, days: list[int], start: int) -> None:
        first = self._map.ticker_at(day_of(start), "", self._mode)
        for event in corporate_events(days, self._map, None, FAR, first, self._mode):
            if event.kind is EventKind.SYMBOL_CHANGE:
                symbol = self.symbol_at(event.day)
                point = SymbolChangedEvent(symbol, None, self._text(event.old_ticker), self._text(event.new_ticker))
                point._time = event.time
                self.events.append((event.time, point))

    def _text(self, ticker: str) -> str:
        """A contract as the roll names it."""
        contract = self._contract(ticker)
        return ticker if contract is None or not self._depth else str(contract.id)

    def _contract(self, text: str) -> Symbol | None:
        if text not in self._contracts:
            self._contracts[text] = contract_of(text, self._depth)
        return self._contracts[text]

    def has_data(self, day: int) -> bool:
        """Whether the map file covers a day."""
        return bool(self._map.has_data(day))

    def contract_on(self, day: int) -> Symbol | None:
        """The contract of a day."""
        text = self._map.ticker_at(day, "", self._mode)
        return self._contract(text) if text else None

    def contract_spans(self, first: int, last: int) -> list[tuple[Symbol, int, int]]:
        """(contract, first day, last day) of those followed between two days, in the order of time."""
        spans: list[tuple[Symbol, int, int]] = []
        day = day_of(first)
        while day <= last:
            contract = self.contract_on(day)
            if contract is not None:
                if spans and spans[-1][0] == contract:
                    spans[-1] = contract, spans[-1][1], day
                else:
                    spans.append((contract, day, day))
            day += DAY
        return spans

    def symbol_at(self, day: int) -> Any:
        """The symbol under the contract's ticker."""
        contract = self.contract_on(day)
        return self.symbol if contract is None else Symbol._of(self.symbol.id, contract.value, contract)

    def scale_places(self, days: Ints, mode: DataNormalizationMode) -> Ints:
        """Numbers that differ where `price_scale` may differ."""
        return days

    def price_scale(self, day: int, mode: DataNormalizationMode) -> PriceScale:
        """What prices of a day are multiplied with or moved by."""
        key = (day, mode)
        scale = self._scales.get(key)
        if scale is None:
            ratio = mode == DataNormalizationMode.BACKWARDS_RATIO
            plain = ONE if ratio else ZERO
            factor = plain if self._factors is None else self._factors.factor(day, mode, self._mode, self._depth)
            scale = ContractScale(factor) if ratio else ContractScale(ONE, factor)
            last = self._scales.get((-1, mode))
            if last is not None and (last.factor, last.added) == (scale.factor, scale.added):
                scale = last
            self._scales[key] = self._scales[(-1, mode)] = scale
        return scale

    def is_unscaled(self, scale: PriceScale) -> bool:
        """Whether a scale leaves a price's digits as they are."""
        return self._factors is None
