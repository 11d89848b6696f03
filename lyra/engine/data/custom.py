"""Data of the user's own: `PythonData`, where it comes from (`SubscriptionDataSource`), and LEAN's example types.

A user's class derives from `PythonData` and defines `get_source(config, date, is_live_mode)` and `reader(config, line, date,
is_live_mode)`. What `reader` sets on a point beside symbol, times and value is kept in its storage, whatever the letter case. As in LEAN
the point that reaches the algorithm is a plain `PythonData` with that storage (record `CustomData`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.data.bars import TradeBar
from lyra.engine.data.base import BaseData
from lyra.engine.data.dictionary import KeyValueDictionary
from lyra.engine.decimals import double_to_decimal, to_float
from lyra.engine.dotnet_errors import KeyNotFoundException
from lyra.engine.enums import FileFormat, MarketDataType, Resolution, SubscriptionTransportMedium
from lyra.engine.naming import LeanObject, snake_case
from lyra.engine.symbols import Symbol, current_run
from lyra.engine.times import MIN_TIME, Zone, to_net_us, zone

__all__ = [
    "DynamicData",
    "Globals",
    "IndexedBaseData",
    "IndexedLinkedData",
    "IndexedLinkedData2",
    "LinkedData",
    "PythonData",
    "SubscriptionDataSource",
    "UnlinkedData",
    "UnlinkedDataTradeBar",
]


class _GlobalsType(type):
    @property
    def data_folder(cls) -> str:
        """The run's data folder, as text that ends with a slash."""
        folder = current_run().data_folder
        return "./" if folder is None else f"{folder}/"

    DataFolder = data_folder


class Globals(metaclass=_GlobalsType):
    """`Globals.data_folder`."""


class SubscriptionDataSource(LeanObject):
    """Where a day's data is: a path (`file.zip#entry` for an entry of a zip), URL or object store key; how it is reached; its format."""

    source: str
    transport_medium: SubscriptionTransportMedium
    format: FileFormat
    headers: Any
    sort: bool

    def __init__(self, source: str, transport_medium: SubscriptionTransportMedium | None = None, format: FileFormat = FileFormat.CSV,
                 headers: Any = None) -> None:  # fmt: skip
        self.source = source
        remote = source.lower().startswith(("http:", "https:", "ftp:"))
        default = SubscriptionTransportMedium.REMOTE_FILE if remote else SubscriptionTransportMedium.LOCAL_FILE
        self.transport_medium = default if transport_medium is None else SubscriptionTransportMedium(transport_medium)
        self.format = FileFormat(format)
        pairs = headers.items() if hasattr(headers, "items") else headers or ()
        self.headers = [(str(key), str(value)) for key, value in ((p.key, p.value) if hasattr(p, "key") else p for p in pairs)]
        self.sort = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SubscriptionDataSource):
            return False
        return self.source == other.source and self.transport_medium == other.transport_medium and self.headers == other.headers

    def __hash__(self) -> int:
        return hash((self.source, int(self.transport_medium)))

    def __str__(self) -> str:
        return f"{self.transport_medium.lean_name}: {self.format.lean_name} {self.source}"


class DynamicData(BaseData):
    """A point that takes any property, by attribute or by index, and forgets their letter case."""

    is_dynamic: ClassVar[bool] = True

    @property
    def _stored(self) -> dict[str, Any]:
        storage: dict[str, Any] | None = self.__dict__.get("_storage")
        if storage is None:
            storage = self.__dict__["_storage"] = {}
        return storage

    def set_property(self, name: str, value: Any) -> Any:
        """Keep a property; `time`, `end_time`, `value` and `symbol` are the point's own as well."""
        key = name.lower()
        if key == "time":
            self.time = value
        elif key in ("endtime", "end_time"):
            self.end_time = value
        elif key == "value":
            self.value = value
        elif key == "symbol":
            self.symbol = value if isinstance(value, Symbol) else current_run().tickers.get(str(value))
        self._stored[key] = value
        snake = snake_case(name)
        if snake != key:
            self.__dict__.setdefault("_snake", {})[snake] = key
        return value

    def get_property(self, name: str) -> Any:
        """A property. Raises KeyNotFoundException for one that was never set."""
        key = name.lower()
        if key in ("time", "endtime", "value", "symbol", "price"):
            return getattr(self, "end_time" if key == "endtime" else key)
        storage = self._stored
        if key not in storage:
            key = self.__dict__.get("_snake", {}).get(key, key)
        if key not in storage:
            raise KeyNotFoundException(
                f"Property with name '{name.lower()}' does not exist. Properties: Time, Symbol, Value {', '.join(storage)}"
            )
        return storage[key]

    def has_property(self, name: str) -> bool:
        """Whether a property was set."""
        return name.lower() in self._stored

    def get_storage_dictionary(self) -> KeyValueDictionary:
        """All properties that were set."""
        return KeyValueDictionary(self._stored)

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0] == "_" or hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self.set_property(name, value)

    def __getattr__(self, name: str) -> Any:
        if name[0] == "_":
            raise AttributeError(name)
        try:
            return self.get_property(name)
        except KeyNotFoundException as e:
            raise AttributeError(str(e)) from None

    def clone(self, fill_forward: bool = False) -> Any:
        """A copy; with `fill_forward` marked as such."""
        other = super().clone(fill_forward)
        other.__dict__["_storage"] = dict(self._stored)
        return other

    def _frame_columns(self) -> dict[str, Any] | None:
        return {"value": self.value} | {key: value for key, value in self._stored.items() if key != "value" and not key.startswith("__")}


class PythonData(DynamicData):
    """Base of the user's own data types."""

    _python_type: type | None = None

    def __init__(self, *args: Any) -> None:
        """Nothing is to be done; users' own constructors may or may not call this."""

    @property
    def end_time(self) -> datetime:
        """When the point is known; the time where it was not set."""
        return BaseData.end_time.fget(self)  # type: ignore[attr-defined,no-any-return]

    @end_time.setter
    def end_time(self, value: datetime) -> None:
        self._end_time = to_net_us(value)
        if self._time == MIN_TIME:
            self._time = self._end_time

    EndTime = end_time

    def __getitem__(self, name: str) -> Any:
        return self.get_property(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.set_property(name, to_float(double_to_decimal(value)) if isinstance(value, float) else value)

    def is_of_type(self, type: type) -> bool:
        """Whether a reader of this type made the point."""
        return self._python_type is type

    def _shown(self) -> PythonData:
        """The point as the algorithm gets it."""
        kind = type(self)
        if kind is PythonData:
            return self
        other = PythonData.__new__(PythonData)
        other.__dict__.update(self.__dict__)
        other.__dict__["_python_type"] = kind
        other._stored["__typename"] = f"{kind.__module__}.{kind.__qualname__}"
        return other


class IndexedBaseData(BaseData):
    """Data whose source is an index: `get_source_for_an_index` says where each line of it leads."""

    def get_source_for_an_index(self, config: Any, date: date, index: str, is_live_mode: bool) -> SubscriptionDataSource:
        """The source of a line of the index."""
        raise NotImplementedError("Please implement IndexedBaseData.get_source_for_an_index")


# LEAN's example types --------------------------------------------------------------------------------
class _Example(BaseData):
    def default_resolution(self) -> Resolution:
        return Resolution.DAILY

    def supported_resolutions(self) -> list[Resolution]:
        return [Resolution.DAILY]

    def data_time_zone(self) -> Zone:
        return zone("UTC")


class LinkedData(_Example):
    """Example of data about a security, from `TestData/linked/<ticker>.csv`."""

    count: int = 0
    _pandas = {"count": "count"}

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """The file of the underlying's ticker."""
        return SubscriptionDataSource(
            f"TestData/linked/{config.symbol.underlying.value.lower()}.csv", SubscriptionTransportMedium.LOCAL_FILE
        )

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> BaseData:
        """A point on the date."""
        return _dated(self, config, date)  # type: ignore[no-any-return]

    def requires_mapping(self) -> bool:
        """True."""
        return True


class IndexedLinkedData(LinkedData, IndexedBaseData):
    """Example of data about a security that is found through an index."""

    _folder: ClassVar[str] = "indexlinked"

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """The index of the ticker and date."""
        path = f"TestData/{self._folder}/{config.symbol.value.lower()}/{date:%Y%m%d}.csv"
        return SubscriptionDataSource(path, SubscriptionTransportMedium.LOCAL_FILE, FileFormat.INDEX)

    def get_source_for_an_index(self, config: Any, date: date, index: str, is_live_mode: bool) -> SubscriptionDataSource:
        """The zip's entry that a line names."""
        return SubscriptionDataSource(f"TestData/{self._folder}/content/{date:%Y%m%d}.zip#{index}", SubscriptionTransportMedium.LOCAL_FILE)


class IndexedLinkedData2(IndexedLinkedData):
    """Another one."""

    _folder = "indexlinked2"


class UnlinkedData(_Example):
    """Example of data that is about no security, from `TestData/unlinked/<ticker>.csv`."""

    ticker: str = ""
    any_ticker: ClassVar[bool] = False
    _pandas = {"ticker": "ticker"}

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """The file of the ticker."""
        name = "data" if self.any_ticker else config.symbol.value.lower()
        return SubscriptionDataSource(f"TestData/unlinked/{name}.csv", SubscriptionTransportMedium.LOCAL_FILE)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> BaseData:
        """A point on the date."""
        made: Any = _dated(self, config, date)
        made.ticker = "ANY" if self.any_ticker else config.symbol.value
        return made  # type: ignore[no-any-return]


class UnlinkedDataTradeBar(TradeBar):
    """Example of bars that are about no security, from `TestData/unlinkedtradebar/<ticker>.csv`."""

    _is_common = False
    data_type = MarketDataType.BASE
    any_ticker: ClassVar[bool] = False
    default_resolution = _Example.default_resolution
    supported_resolutions = _Example.supported_resolutions
    data_time_zone = _Example.data_time_zone

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """The file of the ticker."""
        name = "data" if self.any_ticker else config.symbol.value.lower()
        return SubscriptionDataSource(f"TestData/unlinkedtradebar/{name}.csv", SubscriptionTransportMedium.LOCAL_FILE)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> BaseData:
        """A bar of the day that ends on the date."""
        return UnlinkedDataTradeBar(date - timedelta(days=1), config.symbol, 1, 2, 1, Decimal("1.5"), 0, timedelta(days=1))


def _dated(kind: Any, config: Any, date: datetime) -> Any:
    made = type(kind)()
    made.symbol = config.symbol
    made.time = date
    if hasattr(made, "count"):
        made.count = 10
    return made
