"""What a call of `self.history` asks for: its arguments, understood as LEAN's overloads take them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.enums import DataMappingMode, DataNormalizationMode, Resolution
from lyra.engine.errors import NotSupported
from lyra.engine.history.requests import HistoryRequest, Options
from lyra.engine.naming import snake_case
from lyra.engine.symbols import Symbol
from lyra.engine.times import span_us, to_us
from lyra.engine.universes.universe import Universe

_OPTIONS = (
    "resolution",
    "fill_forward",
    "extended_market_hours",
    "data_mapping_mode",
    "data_normalization_mode",
    "contract_depth_offset",
    "flatten",
)


class Ask:
    """The symbols (None: all of the algorithm), the type, and a span of UTC or a count of bars.

    `single` is the symbol when it was not given as a list; `as_slices` and `as_trade_bars` say which overload without a frame is meant.
    """

    def __init__(self, algorithm: Any, args: list[Any], names: dict[str, Any], generic: bool = False) -> None:
        self._algorithm = algorithm
        self._generic = generic
        self.data_type: Any = None
        self.single: Symbol | None = None
        self.symbols: list[Symbol] | None = None
        self.universe: Universe | None = None
        self.requests: list[HistoryRequest] | None = None
        self.as_slices = self.as_trade_bars = False
        self.count: int | None = None
        self.start = self.end = algorithm._utc
        given = {snake_case(key): value for key, value in names.items()}
        if self._is_requests(args, given):
            return
        if args and isinstance(args[0], type):
            self.data_type = args.pop(0)
        elif "type" in given:
            self.data_type = given.pop("type")
        self._take_symbols(args, given)
        self._take_span(args, given)
        self._take_options(args, given)

    def _is_requests(self, args: list[Any], given: dict[str, Any]) -> bool:
        first = args[0] if args else given.get("request", given.get("requests"))
        if isinstance(first, HistoryRequest):
            self.requests = [first]
        elif isinstance(first, (list, tuple)) and first and all(isinstance(item, HistoryRequest) for item in first):
            self.requests = list(first)
        self.as_slices = self.requests is not None
        return self.as_slices

    # symbols ------------------------------------------------------------------------------------------
    def _take_symbols(self, args: list[Any], given: dict[str, Any]) -> None:
        name = next((name for name in ("symbol", "symbols", "tickers", "universe") if name in given), None)
        plain = self.data_type is None and not self._generic
        if name is not None:
            args.insert(0, given.pop(name))
            self.as_slices = plain and name == "symbols"
            self.as_trade_bars = plain and name == "symbol"
        elif not args or isinstance(args[0], (int, float, timedelta, date)):
            self.as_slices = plain
            return
        value = args.pop(0)
        if isinstance(value, Universe):
            self.universe, self.symbols, self.data_type = value, [value.symbol], value.configuration.type
            self.single = value.symbol if self._generic else None
            return
        if isinstance(value, (list, tuple, set, dict)) or (hasattr(value, "__iter__") and not isinstance(value, str)):
            self.symbols = [self._symbol(getattr(item, "key", item)) for item in value]
            return
        self.as_trade_bars = self.as_trade_bars or (plain and isinstance(value, str) and name is None)
        self.single = self._symbol(value)
        self.symbols = [self.single]

    def _symbol(self, value: Any) -> Symbol:
        """The symbol meant; one for a text that nothing is known of has no data."""
        return self._algorithm._symbol_of(value)  # type: ignore[no-any-return]

    # time ---------------------------------------------------------------------------------------------
    def _take_span(self, args: list[Any], given: dict[str, Any]) -> None:
        zone = self._algorithm._zone
        value = args.pop(0) if args else next((given.pop(name) for name in ("periods", "span", "start") if name in given), None)
        if isinstance(value, timedelta):
            self.start = zone.to_utc(self._algorithm._local - span_us(value))
        elif isinstance(value, date):
            end = args.pop(0) if args and isinstance(args[0], date) else given.pop("end", None)
            if end is None:
                raise TypeError("No method matches given arguments for history: an end is missing")
            self.start, self.end = zone.to_utc(_moment(value)), zone.to_utc(_moment(end))
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
            self.count = int(value)
        else:
            raise TypeError(f"No method matches given arguments for history: {value!r} is no count, timedelta or date")

    def _take_options(self, args: list[Any], given: dict[str, Any]) -> None:
        for name, value in zip(_OPTIONS, args, strict=False):
            given.setdefault(name, value)
        unknown = set(given) - set(_OPTIONS)
        if unknown:
            raise TypeError(f"No method matches given arguments for history: unexpected {', '.join(sorted(unknown))}")
        resolution = given.get("resolution")
        self.resolution = None if resolution is None else Resolution(resolution)
        mode = given.get("data_normalization_mode")
        mapping, depth = given.get("data_mapping_mode"), given.get("contract_depth_offset")
        self.options = Options(
            given.get("fill_forward"), given.get("extended_market_hours"), None if mode is None else DataNormalizationMode(mode),
            None if mapping is None else DataMappingMode(mapping), None if depth is None else abs(int(depth)),
        )  # fmt: skip
        self.flatten = bool(given.get("flatten", False))


def _moment(value: Any) -> int:
    return to_us(value if isinstance(value, datetime) else datetime(value.year, value.month, value.day))


def check_type(kind: Any) -> None:
    """Raises TypeError for what is no type of data."""
    if not (isinstance(kind, type) and issubclass(kind, BaseData)):
        name = getattr(kind, "__name__", str(kind))
        if name in ("OptionChain", "FuturesChain", "OptionUniverse"):
            raise NotSupported(f"QCAlgorithm.history[{name}]")
        raise TypeError("No match found for given type params")
