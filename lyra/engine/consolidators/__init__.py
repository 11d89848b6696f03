"""LEAN's consolidators: time, count and calendar bars, Renko, range and volume bars."""

from lyra.engine.consolidators.bars import (
    BaseDataConsolidator,
    DynamicDataConsolidator,
    OpenInterestConsolidator,
    QuoteBarConsolidator,
    TickConsolidator,
    TickQuoteBarConsolidator,
    TradeBarConsolidator,
)
from lyra.engine.consolidators.base import NEVER, ConsolidatorBase, DataConsolidator
from lyra.engine.consolidators.calendar import Calendar, CalendarInfo, CalendarType
from lyra.engine.consolidators.market_hours import MarketHourAwareConsolidator
from lyra.engine.consolidators.own import PythonConsolidator
from lyra.engine.consolidators.period import PeriodCountConsolidator
from lyra.engine.consolidators.price_bars import BaseRenkoBar, RangeBar, RenkoBar, VolumeRenkoBar
from lyra.engine.consolidators.range_bars import ClassicRangeConsolidator, RangeConsolidator
from lyra.engine.consolidators.renko import (
    ClassicRenkoConsolidator,
    DollarVolumeRenkoConsolidator,
    RenkoConsolidator,
    VolumeRenkoConsolidator,
    WickedRenkoConsolidator,
)
from lyra.engine.consolidators.simple import FilteredIdentityDataConsolidator, IdentityDataConsolidator, SequentialConsolidator

__all__ = [
    "NEVER",
    "BaseDataConsolidator",
    "BaseRenkoBar",
    "Calendar",
    "CalendarInfo",
    "CalendarType",
    "ClassicRangeConsolidator",
    "ClassicRenkoConsolidator",
    "ConsolidatorBase",
    "DataConsolidator",
    "DollarVolumeRenkoConsolidator",
    "DynamicDataConsolidator",
    "FilteredIdentityDataConsolidator",
    "IdentityDataConsolidator",
    "MarketHourAwareConsolidator",
    "OpenInterestConsolidator",
    "PeriodCountConsolidator",
    "PythonConsolidator",
    "QuoteBarConsolidator",
    "RangeBar",
    "RangeConsolidator",
    "RenkoBar",
    "RenkoConsolidator",
    "SequentialConsolidator",
    "TickConsolidator",
    "TickQuoteBarConsolidator",
    "TradeBarConsolidator",
    "VolumeRenkoBar",
    "VolumeRenkoConsolidator",
    "WickedRenkoConsolidator",
]
