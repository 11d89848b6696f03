"""Universe selection models that name their symbols: by a list, a function of time, a schedule, or dates of inception."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.dotnet_errors import ArgumentException, ArgumentNullException
from lyra.engine.enums import SecurityType
from lyra.engine.framework.selection.base import UniverseSelectionModel
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_us
from lyra.engine.universes.universe import ScheduledUniverse, Universe, UserDefinedUniverse, universe_config

_ENDLESS = 2**62
_ONE_DAY = timedelta(days=1)


class CustomUniverse(UserDefinedUniverse):
    """A function of time that names tickers; feeds that a symbol has already are kept."""

    def _configs_for(self, security: Any, subscribe: Callable[..., list[Any]]) -> list[Any]:
        there = [config for config in security._configs if not config.is_internal_feed]
        return there or super()._configs_for(security, subscribe)


class ManualUniverse(CustomUniverse):
    """A fixed list of symbols."""

    def __init__(self, configuration: Any, universe_settings: Any, symbols: Iterable[Symbol]) -> None:
        super().__init__(configuration, universe_settings, _ENDLESS)
        self._symbols = dict.fromkeys(symbols)

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """The symbols, and those added later."""
        return list(dict.fromkeys([*(config.symbol for config in self._configs.values()), *self._symbols]))

    def remove(self, symbol: Symbol) -> bool:
        """Take a symbol out at the next selection; whether it was in."""
        there = symbol in self._symbols
        self._symbols.pop(symbol, None)
        return super().remove(symbol) or there


class ManualUniverseSelectionModel(UniverseSelectionModel):
    """The symbols given, one by one or as a list, a universe for each market and type."""

    def __init__(self, *symbols: Any, universe_settings: Any = None, **named: Any) -> None:
        rest = list(symbols)
        if "symbols" in named:
            rest.append(named.pop("symbols"))
        if named:
            raise TypeError(f"No method matches given arguments for ManualUniverseSelectionModel: {', '.join(named)}")
        if len(rest) == 2 and hasattr(rest[1], "minimum_time_in_universe"):
            universe_settings = rest.pop()
        several = len(rest) == 1 and isinstance(rest[0], Iterable) and not isinstance(rest[0], (str, Symbol))
        members = list(rest[0]) if several else rest
        self._settings = universe_settings
        self._symbols = [symbol for symbol in map(_symbol, members) if not symbol.is_canonical()]

    def create_universes(self, algorithm: Any) -> Iterator[Universe]:
        """A universe for each market and type."""
        settings = algorithm.universe_settings if self._settings is None else self._settings
        groups: dict[tuple[str, SecurityType], list[Symbol]] = {}
        for symbol in self._symbols:
            algorithm._data.symbols.tickers.set(symbol.value, symbol)
            groups.setdefault((symbol.id.market, symbol.security_type), []).append(symbol)
        for (market, kind), members in groups.items():
            # LEAN's name ends with a hash of the members; any that tells two lists apart will do.
            mark = zlib.crc32(",".join(str(symbol.id) for symbol in members).encode())
            universe = algorithm._universe_symbol(kind, market, f"manual-universe-selection-model-{kind.lean_name}-{market}-{mark}")
            yield ManualUniverse(_config(algorithm, universe, members[0], settings), settings, members)


def _config(algorithm: Any, universe: Symbol, like: Symbol, settings: Any) -> Any:
    """The feed of a universe that lives in the zones of one of its symbols."""
    entry = algorithm._data.entry(like)
    return universe_config(universe, settings.resolution, entry.data_time_zone, entry.exchange_hours.time_zone)


def _symbol(key: Any) -> Symbol:
    found = find_symbol(key)
    if found is None:
        raise ArgumentException(f"This asset symbol ({key}) was not found in your security list.")
    return found


class CustomUniverseSelectionModel(UniverseSelectionModel):
    """Tickers named by a function of time: `(name, selector)` or `(security_type, name, market, selector, settings, interval)`.

    Override `select(algorithm, date)` instead of giving a function.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) <= 2:
            given = dict(zip(("name", "selector"), args, strict=False)) | kwargs
        else:
            names = ("security_type", "name", "market", "selector", "universe_settings", "interval")
            given = dict(zip(names, args, strict=False)) | kwargs
        self._kind = SecurityType(given.get("security_type", SecurityType.EQUITY))
        self._market = str(given.get("market", "usa"))
        self._selector = given.get("selector")
        self._settings = given.get("universe_settings")
        self._interval: timedelta = given.get("interval", _ONE_DAY)
        self._name = f"{given['name']}-{self._kind.lean_name}-{self._market}"

    def create_universes(self, algorithm: Any) -> Iterator[Universe]:
        """The one universe."""
        settings = algorithm.universe_settings if self._settings is None else self._settings
        symbol = algorithm._universe_symbol(self._kind, self._market, self._name)
        config = _config(algorithm, symbol, symbol, settings)
        config.fill_data_forward = settings.fill_forward
        config.extended_market_hours = settings.extended_market_hours
        interval = self._interval // timedelta(microseconds=1)
        yield CustomUniverse(config, settings, interval, lambda date: self.select(algorithm, date))

    def select(self, algorithm: Any, date: datetime) -> Any:
        """The tickers at a moment of the exchange's time, or `Universe.UNCHANGED`."""
        if self._selector is None:
            raise ArgumentNullException("Value cannot be null. (Parameter '_selector')")
        return self._selector(date)

    def __str__(self) -> str:
        return self._name


class InceptionDateUniverseSelectionModel(CustomUniverseSelectionModel):
    """Tickers from the dates on which they began to trade: `(name, {ticker: date})`."""

    def __init__(self, name: str, tickers_by_date: dict[str, Any]) -> None:
        super().__init__(name)
        self._waiting = [(ticker, to_us(date)) for ticker, date in dict(tickers_by_date).items()]
        self._tickers: list[str] = []

    def select(self, algorithm: Any, date: datetime) -> Any:
        """The tickers that have begun, `Universe.UNCHANGED` if no new one has."""
        count = 0
        now = to_us(date)
        while count < len(self._waiting) and self._waiting[count][1] <= now:
            count += 1
        if count == 0:
            return Universe.UNCHANGED
        self._tickers += [ticker for ticker, _ in self._waiting[:count]]
        del self._waiting[:count]
        return list(self._tickers)


class ScheduledUniverseSelectionModel(UniverseSelectionModel):
    """A function asked on a schedule: `([time_zone,] date_rule, time_rule, selector[, settings])`; it gets the UTC time."""

    def __init__(self, *args: Any, settings: Any = None, **named: Any) -> None:
        order = ("time_zone", "date_rule", "time_rule", "selector")
        if named:
            args = (*args, *(named.pop(name) for name in order if name in named))
        if named:
            raise TypeError(f"No method matches given arguments for ScheduledUniverseSelectionModel: {', '.join(named)}")
        self._args = args
        self._settings = settings
        selectors = [value for value in args if callable(value) and not hasattr(value, "get_dates") and not hasattr(value, "name")]
        if not selectors and not any(callable(value) for value in args):
            shown = args[-1] if args else None
            raise ArgumentException(
                f"Unable to create a scheduled universe selector from {shown}: it is not a function. Please provide a function that takes "
                "the firing date time and returns the selected symbols."
            )

    def create_universes(self, algorithm: Any) -> Iterator[Universe]:
        """The one universe."""
        args = list(self._args)
        settings = self._settings
        if hasattr(args[-1], "minimum_time_in_universe"):
            settings = args.pop()
        yield ScheduledUniverse(*args, settings=algorithm.universe_settings if settings is None else settings)
