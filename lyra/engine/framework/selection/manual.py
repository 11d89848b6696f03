"""Universe selection models that name their symbols: by a list, a function, a schedule, or dates of inception."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.data.bars import Tick, TradeBar
from lyra.engine.data.dictionary import find_symbol
from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.framework.selection.base import UniverseSelectionModel
from lyra.engine.symbols import Symbol, is_canonical_type
from lyra.engine.times import DAY, span_us, to_us
from lyra.engine.universes.universe import ScheduledUniverse, Universe, UserDefinedUniverse, universe_config

_ENDLESS = 2**62
