"""`self.add_data(...)` and the feeds of custom data (`Algorithm/QCAlgorithm.Python.cs`, `Engine/DataFeeds/FileSystemDataFeed.cs`)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.data.events import SymbolChangedEvent
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.errors import AlgorithmError, DataError
from lyra.engine.feed.calendar import tradable_days
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.feed.corporate_history import CorporateHistory
from lyra.engine.feed.fillforward import FillForward, Span
from lyra.engine.feed.point_reader import PointReader, ReaderError, instance_of
from lyra.engine.feed.sources import SourceReader, fetched
from lyra.engine.feed.subscription import PointSubscription
from lyra.engine.markets.properties import SymbolProperties
from lyra.engine.naming import LeanObject
from lyra.engine.results.messages import stamp
from lyra.engine.symbols import SecurityIdentifier, Symbol, base_symbol
from lyra.engine.times import zone

_AHEAD = 50
"""Points read before the run needs them; LEAN reads ahead in other threads, so a broken line near the beginning ends the run at once."""


class CustomDataApi(LeanObject):
    """The part of `QCAlgorithm` that subscribes to data of the user's own types."""

    def add_data(self: Any, type: Any, ticker: Any = None, *args: Any, symbol: Any = None, underlying: Any = None, **names: Any) -> Any:
        """`(type, ticker | underlying symbol, resolution=None, time_zone=None, fill_forward=False, leverage=1)`, or with
        `(type, ticker, properties, exchange_hours, resolution=None, fill_forward=False, leverage=1)` of the data's own.

        Raises ArgumentException for what is no type of data or a resolution that it does not have.
        """
        kind = _data_type(type)
        subject = next(value for value in (ticker, symbol, underlying) if value is not None)
        order = ["resolution", "time_zone", "fill_forward", "leverage"]
        if (args and isinstance(args[0], SymbolProperties)) or "properties" in names:
            order = ["properties", "exchange_hours", "resolution", "fill_forward", "leverage"]
        given = dict(zip(order, args, strict=False)) | names
        if given.get("properties") is not None:
            key = base_symbol(kind, str(subject))
            self._data.properties.set_entry("usa", key, SecurityType.BASE, given["properties"])
            self._data.hours.set_entry("usa", key, SecurityType.BASE, given["exchange_hours"])
        return self._add_custom(kind, self._custom_symbol(kind, subject), given.get("resolution"), given.get("time_zone"),
                                bool(given.get("fill_forward", False)), given.get("leverage", 1))  # fmt: skip

    def download(self: Any, address: str, headers: dict[str, str] | None = None, user_name: str | None = None,
                 password: str | None = None) -> str:  # fmt: skip
        """The text at a web address. Raises ArgumentException for headers that are no dict, DataError when it cannot be fetched."""
        if headers is not None and not isinstance(headers, dict):
            raise ArgumentException(f"QCAlgorithm.Fetch(): Invalid argument. {headers!r} is not a dict")
        sent = {str(name): str(value) for name, value in (headers or {}).items()}
        if user_name or password:
            sent["Authorization"] = "Basic " + b64encode(f"{user_name or ''}:{password or ''}".encode()).decode()
        try:
            return fetched(address, sent).decode("utf-8-sig", "replace")
        except OSError as e:
            raise DataError(f"download: {address.partition('?')[0]} cannot be fetched ({getattr(e, 'reason', e)}).") from e

    @staticmethod
    def _custom_symbol(kind: Any, subject: Any) -> Symbol:
        from lyra.engine.data.dictionary import find_symbol

        if not isinstance(subject, str):
            symbol = find_symbol(subject)
            if symbol is None:
                raise ArgumentException(f"Custom data is about a ticker or a symbol, not {subject!r}.")
            return Symbol.create_base(kind, symbol, symbol.id.market)
        if not kind().requires_mapping():
            return Symbol(SecurityIdentifier.generate_base(kind, subject, "usa", False), subject)
        known = find_symbol(subject)
        if known is None:
            raise InvalidOperationException(
                f"The custom data type {kind.__name__} requires mapping, but the provided ticker is not in the cache. "
                "Please add this custom data type using a Symbol or perform this call after a Security has been added using "
                "AddEquity, AddForex, AddCfd, AddCrypto, AddFuture, AddOption or AddSecurity. "
                "An example use case can be found in CustomDataAddDataRegressionAlgorithm"
            )
        return Symbol.create_base(kind, known, known.id.market)

    def _add_custom(self: Any, kind: Any, symbol: Symbol, resolution: Any, time_zone: Any, fill_forward: bool, leverage: Any) -> Any:
        alias = symbol.id.symbol
        self._data.symbols.tickers.set(alias, symbol)
        if time_zone is not None:
            self._data.hours.set_entry_always_open(symbol.id.market, alias, SecurityType.BASE, zone(time_zone))
        config = self._custom_config(kind, symbol, resolution, fill_forward)
        security = self._create_security(symbol, [config], leverage, cache_symbol=False)
        config._security = security
        self._add_to_user_universe(security, [config])
        return security

    def _custom_config(self: Any, kind: Any, symbol: Symbol, resolution: Any, fill_forward: bool) -> SubscriptionDataConfig:
        instance = instance_of(kind, symbol)
        if resolution is None:
            resolution = instance.default_resolution()
        else:
            supported = [Resolution(item) for item in instance.supported_resolutions()]
            if Resolution(resolution) not in supported:
                raise ArgumentException(
                    f"Sorry {Resolution(resolution).lean_name} is not a supported resolution for {kind.__name__} and SecurityType."
                    f"{symbol.security_type.lean_name}. Please change your AddData to use one of the supported resolutions "
                    f"({','.join(item.lean_name for item in supported)})."
                )
        entry = self._data.entry(symbol)
        exchange_zone = entry.exchange_hours.time_zone
        config = SubscriptionDataConfig(kind, symbol, Resolution(resolution), TickType.TRADE, entry.data_time_zone, exchange_zone,
                                        fill_forward, True, False, DataNormalizationMode.ADJUSTED, custom=True)  # fmt: skip
        return self._configs.setdefault(config.key, config)  # type: ignore[no-any-return]

    # feeds --------------------------------------------------------------------------------------------
    @property
    def _sources(self: Any) -> SourceReader:
        reader = self.__dict__.get("_source_reader")
        if reader is None:
            reader = self.__dict__["_source_reader"] = SourceReader(self._data.path, self.object_store)
        return reader  # type: ignore[no-any-return]

    def _custom_subscription(
        self: Any, config: SubscriptionDataConfig, security: Any, universe: Any, start: int
    ) -> PointSubscription | None:
        """The feed of a custom configuration from a UTC moment; None when no day in between is tradable."""
        hours = security.exchange.hours
        local_start, local_end = hours.time_zone.to_local(start), hours.time_zone.to_local(self._end_utc)
        days = tradable_days(hours, local_start, local_end, config.data_time_zone, config.extended_market_hours)
        if not days:
            return None
        map_file = self._map_file_of(config)
        events = [] if map_file is None else CorporateHistory(config.symbol, map_file, None, days, local_start).events
        changes: list[tuple[int, BaseData]] = [
            (hours.time_zone.to_utc(time), event) for time, event in events if isinstance(event, SymbolChangedEvent)
        ]
        reader = PointReader(config, hours, local_start, local_end, self._sources, map_file, self._reader_failed)
        data_filter = self._data_filter(security)
        points = self._filled(reader.points(), config, hours, local_end, self._feed._fill)
        emitted: Iterator[tuple[int, BaseData]] = (
            (hours.time_zone.to_utc(point._end), point) for point in points if data_filter is None or data_filter(point)
        )
        emitted = chain(list(islice(emitted, _AHEAD)), emitted)
        return PointSubscription(config, universe, start, emitted, events=changes)

    def _custom_history(self: Any, request: Any) -> Iterator[tuple[int, BaseData]]:
        """(UTC moment, point) of a history request: those that end after its start and not after its end."""
        config, hours = request.config, request.hours
        exchange_zone = hours.time_zone
        start, end = exchange_zone.to_local(request.start), exchange_zone.to_local(request.end)
        reader = PointReader(config, hours, start, end, self._sources, self._map_file_of(config), self._history_reader_failed)
        points: Iterator[BaseData] = reader.points()
        if request.fill:
            points = self._filled(points, config, hours, end, config._length)
        for point in points:
            if config.resolution == Resolution.TICK or start < point._end <= end:
                yield exchange_zone.to_utc(point._end), point

    def _map_file_of(self: Any, config: SubscriptionDataConfig) -> Any:
        """The ticker history that applies to a configuration, None where none does."""
        if not instance_of(config.type, config.symbol).requires_mapping():
            return None
        symbol = config.symbol
        if symbol.security_type != SecurityType.BASE and symbol.underlying is not None:
            symbol = symbol.underlying
        map_file = self._data.map_files.file_of(symbol)
        return map_file if map_file else None

    def _filled(
        self: Any, points: Iterator[BaseData], config: SubscriptionDataConfig, hours: Any, end: int, fill: int
    ) -> Iterator[BaseData]:
        """Points with the last one repeated where the next is missing."""
        if not config.fill_data_forward or config.resolution == Resolution.TICK:
            yield from points
            return
        rule = FillForward(hours, config.data_time_zone, config._length, fill, config.extended_market_hours, False, end)
        previous: BaseData | None = None
        for point in points:
            if previous is not None:
                spans, _ = rule.between(_span(previous), _span(point))
                yield from (_repeated(previous, span) for span in spans)
            yield point
            previous = point
        if previous is not None:
            yield from (_repeated(previous, span) for span in rule.tail(_span(previous)))

    def _reader_failed(self: Any, error: ReaderError) -> None:
        if self._run_error is None:
            self._messages.discard()
            self.set_run_time_error(AlgorithmError(stamp(self._local, str(error))), "Custom data")

    def _history_reader_failed(self: Any, error: ReaderError) -> None:
        self._messages.engine_error(self._local, str(error))


def _data_type(kind: Any) -> Any:
    """A type of data. Raises ArgumentException for anything else."""
    if isinstance(kind, type) and issubclass(kind, BaseData):
        return kind
    raise ArgumentException(f"AddData needs a type that derives from PythonData, not {kind!r}.")


def _span(point: BaseData) -> Span:
    return Span(point._time, point._end, point.is_fill_forward)


def _repeated(point: BaseData, span: Span) -> BaseData:
    other: BaseData = point.clone(True)
    other._time, other._end_time = span.time, span.end
    return other
