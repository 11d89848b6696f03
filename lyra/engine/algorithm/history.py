"""`self.history(...)` in all its forms, last known prices, and where a warm-up begins (`Algorithm/QCAlgorithm.History.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.data.slice import DataDictionary
from lyra.engine.enums import Resolution
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.history.call import HistoryCall
from lyra.engine.history.requests import HistoryRequest, Options, RequestFactory
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol, is_option

_SEED_BARS = 5
_RETRY = {Resolution.DAILY: 10, Resolution.HOUR: 24, Resolution.MINUTE: 24 * 60}
_LAST_RESORT = 50


class HistoryApi(LeanObject):
    """The part of `QCAlgorithm` that looks back."""

    @property
    def history(self: Any) -> HistoryCall:
        """`history(symbols, periods | timedelta | start, end[, resolution …])`, `history[Type](…)`, `history(periods)`."""
        call = self.__dict__.get("_history_call")
        if call is None:
            call = self.__dict__["_history_call"] = HistoryCall(self)
        return call  # type: ignore[no-any-return]

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
        return next(iter((trades or list(points))[::-1]), None)

    def _last_known_points(self: Any, symbols: list[Symbol]) -> dict[Symbol, list[Any]]:
        found: dict[tuple[Symbol, Any, Any], Any] = {}
        factory: RequestFactory = self.history._factory
        plain = Options(fill_forward=False)
        requests = []
        symbols = [symbol for symbol in symbols if not (is_option(symbol.security_type) and symbol.is_canonical())]
        for request in factory.last_bars(symbols, None, _SEED_BARS, None, plain, all_feeds=True):
            if request.config.type is OpenInterest and request.config.resolution < Resolution.DAILY:
                requests += factory.last_bars([request.symbol], OpenInterest, _SEED_BARS, Resolution.DAILY, plain, all_feeds=True)
            elif request.config.resolution < Resolution.MINUTE:
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
        for (symbol, _, _), point in sorted(found.items(), key=lambda item: (item[1]._time, int(item[0][2]))):
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
                if request.config.type is OpenInterest:
                    interests = [p for p in current.ticks.get(request.symbol, []) if isinstance(p, OpenInterest)]
                    if interests:
                        found[(request.symbol, request.config.type, request.config.tick_type)] = interests[0]
                    continue
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
                return min(starts)  # type: ignore[no-any-return]
        default = self.universe_settings.resolution if resolution is None else resolution
        start: int = self._zone.to_utc(self._local - count * RESOLUTION_US[default])
        for universe in self.universe_manager.values():
            config = universe.configuration
            wanted = config.resolution if resolution is None else resolution
            hours = self._exchange_hours(config.symbol)
            start = min(start, self.history._factory.start_of(config.symbol, count, wanted, hours, config, None, self._utc))
        return start
