"""`self.history(...)` in all its forms, last known prices, and where a warm-up begins (`Algorithm/QCAlgorithm.History.cs`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.slice import DataDictionary
from lyra.engine.enums import Resolution
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.history.provider import HistoryProvider, Lazy
from lyra.engine.history.requests import HistoryRequest, Options, RequestFactory
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol
from lyra.engine.times import span_us, to_us

_SEED_BARS = 5
_RETRY = {Resolution.DAILY: 10, Resolution.HOUR: 24, Resolution.MINUTE: 24 * 60}
_LAST_RESORT = 50


class TypedHistory:
    """`self.history[TradeBar]`: the same call, answered with points of a type."""

    def __init__(self, history: HistoryCall, data_type: Any) -> None:
        self._history = history
        self._type = data_type

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._history._typed(self._type, args, kwargs)


class HistoryCall:
    """`self.history`: called with symbols it answers with a data frame, with a span alone with slices."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._factory = RequestFactory(algorithm)
        self._provider = HistoryProvider(algorithm)

    def __getitem__(self, data_type: Any) -> TypedHistory:
        return TypedHistory(self, data_type)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from lyra.engine.history.frames import frame_of

        ask = _Ask(self._algorithm, list(args), kwargs)
        if isinstance(ask.first, HistoryRequest):
            return Lazy(self._provider.slices([ask.first]))
        requests = self._requests(ask)
        if ask.symbols is None:
            return Lazy(self._provider.slices(requests))
        return frame_of(self._provider, requests, ask.data_type, ask.flatten)

    def _requests(self, ask: _Ask) -> list[HistoryRequest]:
        symbols = list(self._algorithm.securities.keys()) if ask.symbols is None else ask.symbols
        if ask.count is not None:
            for symbol in symbols:
                if self._factory.resolution(symbol, ask.resolution, ask.data_type) == Resolution.TICK:
                    raise ValueError("History functions that accept a 'periods' parameter can not be used with Resolution.Tick")
            return self._factory.last_bars(symbols, ask.data_type, ask.count, ask.resolution, ask.options)
        return self._factory.between(symbols, ask.data_type, ask.start, ask.end, ask.resolution, ask.options)

    def _typed(self, data_type: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        ask = _Ask(self._algorithm, [data_type, *args], kwargs)
        requests = self._requests(ask)
        slices = self._provider.slices(requests)
        if ask.single is not None:
            if not requests:
                raise ValueError("No history data could be fetched. This could be due to the specified security not being of the requested type. "
                                 f"Symbol: {ask.single} Requested Type: {data_type.__name__}")  # fmt: skip
            return Lazy(_points(slices, data_type, ask.single))
        return Lazy(found for s in slices if len(found := s.get(data_type)) or data_type is Tick)


def _points(slices: Any, data_type: Any, symbol: Symbol) -> Any:
    for current in slices:
        if data_type is Tick:
            yield from current.ticks.get(symbol, [])
            continue
        found: DataDictionary = current.get(data_type)
        if symbol in found:
            yield found[symbol]


class _Ask:
    """A call's arguments, understood."""

    _NAMES = ("resolution", "fill_forward", "extended_market_hours", "data_mapping_mode", "data_normalization_mode", "contract_depth_offset", "flatten")

    def __init__(self, algorithm: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
        self._algorithm = algorithm
        self.data_type: Any = None
        self.single: Symbol | None = None
        self.symbols: list[Symbol] | None = None
        self.count: int | None = None
        self.start = self.end = algorithm._utc
        given = {_snake(key): value for key, value in kwargs.items()}
        self.first = args[0] if args else None
        if isinstance(self.first, HistoryRequest):
            return
        if args and isinstance(args[0], type):
            self.data_type = args.pop(0)
        elif "type" in given:
            self.data_type = given.pop("type")
        self._take_symbols(args, given)
        self._take_span(args, given)
        for name, value in zip(self._NAMES, args, strict=False):
            given.setdefault(name, value)
        unknown = set(given) - set(self._NAMES)
        if unknown:
            raise TypeError(f"No method matches given arguments for history: unexpected {', '.join(sorted(unknown))}")
        resolution = given.get("resolution")
        self.resolution = None if resolution is None else Resolution(resolution)
        mode = given.get("data_normalization_mode")
        self.options = Options(given.get("fill_forward"), given.get("extended_market_hours"), mode)
        self.flatten = bool(given.get("flatten", False))

    def _take_symbols(self, args: list[Any], given: dict[str, Any]) -> None:
        for name in ("symbol", "symbols", "tickers"):
            if name in given:
                args.insert(0, given.pop(name))
        if not args or isinstance(args[0], (int, timedelta, datetime)):
            return
        value = args.pop(0)
        if isinstance(value, (list, tuple, set, dict)) or (hasattr(value, "__iter__") and not isinstance(value, str)):
            items = list(value)
            self.symbols = [self._algorithm._symbol_of(getattr(item, "key", item)) for item in items]
            return
        self.single = self._symbol(value)
        self.symbols = [self.single]

    def _symbol(self, value: Any) -> Symbol:
        try:
            return self._algorithm._symbol_of(value)  # type: ignore[no-any-return]
        except KeyError:
            raise ValueError("Cannot create history for the given ticker. Either explicitly use a symbol object to make the history request or "
                             "ensure the symbol has been added using the AddSecurity() method before making the history request.") from None  # fmt: skip

    def _take_span(self, args: list[Any], given: dict[str, Any]) -> None:
        zone = self._algorithm._zone
        if args:
            value = args.pop(0)
        else:
            value = given.pop("periods", None) if "periods" in given else given.pop("span", given.pop("start", None))
        if isinstance(value, timedelta):
            self.start = zone.to_utc(self._algorithm._local - span_us(value))
        elif isinstance(value, datetime):
            end = args.pop(0) if args and isinstance(args[0], datetime) else given.pop("end", None)
            if end is None:
                raise TypeError("No method matches given arguments for history: an end is missing")
            self.start, self.end = zone.to_utc(to_us(value)), zone.to_utc(to_us(end))
        elif isinstance(value, int) and not isinstance(value, bool):
            self.count = value
        else:
            raise TypeError(f"No method matches given arguments for history: {value!r} is no count, timedelta or date")


def _snake(name: str) -> str:
    from lyra.engine.naming import snake_case

    return snake_case(name)


class HistoryApi(LeanObject):
    """The part of `QCAlgorithm` that looks back."""

    @property
    def history(self: Any) -> HistoryCall:
        """`history(symbols, periods | timedelta | start, end[, resolution …])`, `history[Type](…)`, `history(periods)`."""
        call = self.__dict__.get("_history_call")
        if call is None:
            call = self.__dict__["_history_call"] = HistoryCall(self)
        return call

    # last known prices --------------------------------------------------------------------------------
    def get_last_known_prices(self: Any, security: Any) -> Any:
        """The last point of each feed of a security; for several, a dictionary of them by symbol."""
        if isinstance(security, (list, tuple)) or hasattr(security, "values"):
            symbols = [self._symbol_of(getattr(item, "symbol", item)) for item in security]
            return DataDictionary(self._local, self._last_known_points(symbols))
        symbol = self._symbol_of(getattr(security, "symbol", security))
        return self._last_known_points([symbol]).get(symbol, [])

    def get_last_known_price(self: Any, security: Any) -> Any:
        """The last trade, or the last quote where there are no trades; None without data."""
        points = self.get_last_known_prices(security)
        trades = [p for p in points if isinstance(p, TradeBar)]
        return (trades or list(points) or [None])[-1]

    def _last_known_points(self: Any, symbols: list[Symbol]) -> dict[Symbol, list[Any]]:
        found: dict[tuple[Symbol, Any, Any], Any] = {}
        factory: RequestFactory = self.history._factory
        plain = Options(fill_forward=False)
        requests = []
        for request in factory.last_bars(symbols, None, _SEED_BARS, None, plain, all_feeds=True):
            if request.config.resolution < Resolution.MINUTE:
                kind = TradeBar if int(request.config.tick_type) == 0 else QuoteBar
                requests += factory.last_bars([request.symbol], kind, _SEED_BARS, Resolution.MINUTE, plain, all_feeds=True)
            else:
                requests.append(request)
        for attempt in range(3):
            self._note_last(requests, found)
            missing = [r for r in requests if (r.symbol, r.config.type, r.config.tick_type) not in found]
            if not missing or attempt == 2:
                break
            requests = self._wider(missing, attempt, factory, plain)
        by_symbol: dict[Symbol, list[Any]] = {}
        for (symbol, _, tick_type), point in sorted(found.items(), key=lambda item: (item[1]._time, int(item[0][2]))):
            by_symbol.setdefault(symbol, []).append(point)
        return by_symbol

    @staticmethod
    def _wider(missing: list[HistoryRequest], attempt: int, factory: RequestFactory, plain: Options) -> list[HistoryRequest]:
        symbols = list(dict.fromkeys(r.symbol for r in missing))
        if attempt == 1:
            return factory.last_bars(symbols, None, _LAST_RESORT, Resolution.DAILY, plain, all_feeds=True)
        requests = []
        for symbol in symbols:
            own = [r for r in missing if r.symbol == symbol]
            resolution = own[0].config.resolution
            count = _RETRY.get(resolution, _RETRY[Resolution.MINUTE])
            again = factory.last_bars([symbol], None, count, resolution, plain, all_feeds=True)
            requests += [r for r in again if any(o.config.type is r.config.type for o in own)]
        return requests

    def _note_last(self: Any, requests: list[HistoryRequest], found: dict[Any, Any]) -> None:
        if not requests:
            return
        for current in self.history._provider.slices(requests):
            for request in requests:
                points = current.get(request.config.type)
                if request.symbol in points:
                    found[(request.symbol, request.config.type, request.config.tick_type)] = points[request.symbol]

    # warm-up ------------------------------------------------------------------------------------------
    def _warm_up_start(self: Any) -> int | None:
        """The UTC moment at which the warm-up begins; None without one."""
        count, span, resolution = self._warm_up
        if span is not None:
            return self._zone.to_utc(self._local - span)  # type: ignore[no-any-return]
        if count is None:
            return None
        symbols = list(self.securities.keys())
        if symbols:
            starts = [r.start for r in self.history._factory.last_bars(symbols, None, count, resolution)]
            if starts:
                return min(starts)
        default = self.universe_settings.resolution if resolution is None else resolution
        start: int = self._zone.to_utc(self._local - count * RESOLUTION_US[default])
        for universe in self.universe_manager.values():
            config = universe.configuration
            wanted = config.resolution if resolution is None else resolution
            hours = self._exchange_hours(config.symbol)
            start = min(start, self.history._factory.start_of(config.symbol, count, wanted, hours, config, None, self._utc))
        return start
