"""`self.history(...)` and `self.history[Type](...)` (`Algorithm/QCAlgorithm.{History,Python}.cs`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lyra.engine.data.bars import Tick, TradeBar
from lyra.engine.data.base import BaseData
from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.data.slice import Slice
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.history.ask import Ask, check_type
from lyra.engine.history.memoized import memoized
from lyra.engine.history.provider import HistoryProvider
from lyra.engine.history.requests import HistoryRequest, RequestFactory
from lyra.engine.symbols import Symbol

_TICK_WARNING = (
    "Warning: Multiple symbols Tick history will return the last tick per timestep. To access all ticks remove the 'Tick' type to use the "
    "History() returning Slice, all ticks can be accessed with Slice.Ticks."
)
_QUOTES_ONLY = (
    "Calling History<TradeBar> method on a Forex or CFD security will return an empty result. "
    "Please use the generic version with QuoteBar type parameter."
)
_NO_SUCH_DATA = "No history data could be fetched. This could be due to the specified security not being of the requested type."


class TypedHistory:
    """`self.history[TradeBar]`: the same call, answered with points of a type."""

    def __init__(self, history: HistoryCall, data_type: Any) -> None:
        self._history = history
        self._type = data_type

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._history._typed(self._type, args, kwargs)


class HistoryCall:
    """`self.history`: called with symbols it answers with a data frame, with a ticker with trade bars, with a span alone with slices."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._factory = RequestFactory(algorithm)
        self._provider = HistoryProvider(algorithm)

    def __getitem__(self, data_type: Any) -> TypedHistory:
        check_type(data_type)
        return TypedHistory(self, data_type)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from lyra.engine.history.frames import frame_of

        ask = Ask(self._algorithm, list(args), kwargs)
        if ask.as_slices:
            requests = self._requests(ask) if ask.requests is None else ask.requests
            return memoized(self._provider.slices(requests), Slice)
        if ask.as_trade_bars:
            return self._trade_bars(ask)
        requests = self._requests(ask)
        kind = _custom_type(ask.symbols or []) if ask.data_type is None else ask.data_type
        if ask.universe is not None:
            kind = BaseDataCollection
        frame = frame_of(self._provider, requests, kind, ask.flatten)
        if ask.flatten or kind is None or not issubclass(kind, BaseDataCollection):
            return frame
        return frame["data"] if not frame.empty and "data" in frame.columns else frame

    def _requests(self, ask: Ask) -> list[HistoryRequest]:
        """The requests of an ask. Raises InvalidOperationException for a count of ticks."""
        symbols = list(self._algorithm.securities.keys()) if ask.symbols is None else ask.symbols
        resolution = ask.resolution
        if ask.universe is not None and resolution is None:
            resolution = ask.universe.configuration.resolution
        kind = _custom_type(symbols) if ask.data_type is None else ask.data_type
        if ask.count is None:
            return self._factory.between(symbols, kind, ask.start, ask.end, resolution, ask.options)
        if any(self._factory.resolution(symbol, resolution, kind) == Resolution.TICK for symbol in symbols):
            raise InvalidOperationException("History functions that accept a 'periods' parameter can not be used with Resolution.Tick")
        if resolution is None and ask.single is not None and ask.data_type is not None:
            resolution = self._factory.resolution(ask.single, None, kind)
        return self._factory.last_bars(symbols, kind, ask.count, resolution, ask.options)

    def _trade_bars(self, ask: Ask) -> Any:
        symbol = ask.single
        if symbol is None:
            return memoized(iter(()), TradeBar)
        if symbol.security_type in (SecurityType.FOREX, SecurityType.CFD):
            self._algorithm.error(_QUOTES_ONLY)
        if ask.resolution is None:
            ask.resolution = self._factory.resolution(symbol, None, TradeBar)
        return memoized(_points(self._provider.slices(self._requests(ask)), TradeBar, symbol), TradeBar)

    def _typed(self, data_type: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        ask = Ask(self._algorithm, list(args), kwargs, generic=True)
        if ask.universe is None:
            ask.data_type = data_type
        requests = self._requests(ask)
        slices = self._provider.slices(requests)
        if ask.single is not None:
            if not requests:
                raise ArgumentException(f"{_NO_SUCH_DATA} Symbol: {ask.single} Requested Type: {data_type.__name__}")
            return memoized(_points(slices, data_type, ask.single), data_type)
        if data_type is Tick:
            self._algorithm._warn_once("tick history", _TICK_WARNING)
        return memoized((found for s in slices if len(found := s.get(data_type)) or data_type is Tick), data_type, by_symbol=True)


def _points(slices: Iterator[Any], data_type: Any, symbol: Symbol) -> Iterator[Any]:
    for current in slices:
        if data_type is Tick:
            yield from current.ticks.get(symbol, [])
            continue
        found = current.get(data_type)
        if symbol in found:
            yield found[symbol]


def _custom_type(symbols: list[Symbol]) -> type[BaseData] | None:
    """The type of custom data when the symbols are of one type of it (`Extensions.GetCustomDataTypeFromSymbols`)."""
    from lyra.engine.symbols import current_run, custom_data_type

    if not symbols or any(symbol.security_type != SecurityType.BASE for symbol in symbols):
        return None
    names = {custom_data_type(symbol.id.symbol) for symbol in symbols}
    if len(names) != 1:
        return None
    return current_run().data_types.get(names.pop() or "")
