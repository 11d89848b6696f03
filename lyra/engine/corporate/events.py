"""Corporate events of a security over a series of tradable days, in LEAN's order and at LEAN's times.

On each tradable day of a subscription LEAN asks, in this order: split, dividend, ticker change, delisting
(`Engine/DataFeeds/Enumerators/*EventProvider.cs`). A split or dividend is noticed on a tradable day that has its own row in the
factor file and happens on the next tradable day; a day without data in between moves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from lyra.engine.corporate.factor_files import Change, FactorFile, distribution
from lyra.engine.corporate.map_files import END_OF_TIME, MapFile
from lyra.engine.decimals import ZERO
from lyra.engine.enums import DataMappingMode
from lyra.engine.errors import DataError
from lyra.engine.times import DAY, to_datetime


class EventKind(Enum):
    """What happens."""

    SPLIT = "split"
    SPLIT_WARNING = "split warning"
    DIVIDEND = "dividend"
    SYMBOL_CHANGE = "symbol change"
    DELISTING_WARNING = "delisting warning"
    DELISTED = "delisted"


class CorporateEvent(NamedTuple):
    """An event. `day` is the tradable day on which it is emitted, `time` the event's own time (they differ for a delisting)."""

    kind: EventKind
    day: int
    time: int
    split_factor: Decimal = ZERO
    """A split's factor: 0.5 for two shares out of one."""
    distribution: Decimal = ZERO
    """A dividend in money per share."""
    reference_price: Decimal = ZERO
    """The close before a split or dividend. A warning's is the last raw price, a delisting's the last price: the feed knows them."""
    old_ticker: str = ""
    new_ticker: str = ""


def corporate_events(
    days: Iterable[int],
    map_file: MapFile,
    factor_file: FactorFile | None,
    delisting: int = END_OF_TIME,
    ticker: str | None = None,
    mapping: DataMappingMode | None = None,
) -> Iterator[CorporateEvent]:
    """The events on tradable days (midnights, ascending).

    Without a factor file there are no splits and dividends. `delisting` is the security's last day; `ticker` is what it is called
    before the first day (None: as on the first day). Raises DataError for a split or dividend without reference price.
    """
    split: Change | None = None
    dividend: Change | None = None
    warned = delisted = False
    current = ticker
    for day in days:
        listed = map_file.has_data(day)
        if factor_file is not None and listed:
            if split is not None:
                yield _split(day, split, map_file)
            split = factor_file.split_after(day)
            if split is not None:
                yield CorporateEvent(EventKind.SPLIT_WARNING, day, day, split_factor=split.ratio)
            if dividend is not None:
                yield _dividend(day, dividend, map_file)
            dividend = factor_file.dividend_after(day)
        if listed:
            now = map_file.ticker_at(day, current or "", mapping)
            if current is not None and now != current:
                yield CorporateEvent(EventKind.SYMBOL_CHANGE, day, day, old_ticker=current, new_ticker=now)
            current = now
        if not warned and day >= delisting - delisting % DAY:
            warned = True
            yield CorporateEvent(EventKind.DELISTING_WARNING, day, delisting - delisting % DAY)
        if not delisted and day > delisting:
            delisted = True
            yield CorporateEvent(EventKind.DELISTED, day, delisting + DAY)


def _split(day: int, change: Change, map_file: MapFile) -> CorporateEvent:
    _need_price(day, change, map_file, "split")
    return CorporateEvent(EventKind.SPLIT, day, day, split_factor=change.ratio, reference_price=change.reference_price)


def _dividend(day: int, change: Change, map_file: MapFile) -> CorporateEvent:
    _need_price(day, change, map_file, "dividend")
    paid = distribution(change)
    return CorporateEvent(EventKind.DIVIDEND, day, day, distribution=paid, reference_price=change.reference_price)


def _need_price(day: int, change: Change, map_file: MapFile, what: str) -> None:
    if change.reference_price == 0:
        raise DataError(f"Zero reference price for {map_file.permtick} {what} at {to_datetime(day)}")
