"""The market hours database: `market-hours/market-hours-database.json` of a LEAN data folder.

Only the entries that are asked for are parsed. A symbol's own entry inherits the holidays, early closes and late opens of its
market's common entry (`[*]`); an option without any takes its underlying's; future options fall back on their future.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import MarketHoursState, SecurityType
from lyra.engine.errors import DataError
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.markets.keys import WILDCARD, Key, database_symbol, key_of, security_type_of, type_name
from lyra.engine.markets.local_hours import DayOfWeek, LocalMarketHours, MarketHoursSegment
from lyra.engine.markets.tickers import future_of_option_root, index_of_option_root
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import OPTION_TYPES, Symbol, current_run, custom_data_type
from lyra.engine.times import SECOND, Zone, to_us, zone

__all__ = ["DayOfWeek", "Entry", "LocalMarketHours", "MarketHoursDatabase", "MarketHoursSegment", "SecurityExchangeHours"]

FILE = Path("market-hours") / "market-hours-database.json"
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_STATES = {"market": MarketHoursState.MARKET, "premarket": MarketHoursState.PRE_MARKET, "postmarket": MarketHoursState.POST_MARKET}


class Entry(LeanObject):
    """The zone in which a security's data files are written, and its exchange's hours."""

    def __init__(self, data_time_zone: Zone, exchange_hours: SecurityExchangeHours) -> None:
        self._data_zone = data_time_zone
        self._hours = exchange_hours

    @property
    def data_time_zone(self) -> Zone:
        """Zone of the times in data files."""
        return self._data_zone

    @property
    def exchange_hours(self) -> SecurityExchangeHours:
        """Calendar of the exchange."""
        return self._hours


class _Place(NamedTuple):
    order: int
    """Rank in the file."""
    source: int | dict[str, Any]
    """Where the entry's JSON begins in the text, or the entry itself."""


class MarketHoursDatabase(LeanObject):
    """Hours by (market, symbol, security type)."""

    def __init__(self, text: str, name: str = "market-hours-database.json", always_open: bool = False) -> None:
        """`text` is the file's JSON, `name` what errors call it; `always_open` is LEAN's `force-exchange-always-open`.

        Raises DataError if it is no such file."""
        self._text = text
        self._name = name
        self._always_open = always_open
        self._places = _index(text, name)
        self._entries: dict[Key, Entry | None] = {}
        self._custom: dict[Key, Entry] = {}

    @staticmethod
    def from_file(path: str | Path, always_open: bool = False) -> MarketHoursDatabase:
        """The database of a file. Raises DataError."""
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as e:
            raise DataError(f"The market hours database {path} cannot be read: {e.strerror}.") from e
        return MarketHoursDatabase(text, str(path), always_open)

    @staticmethod
    def from_data_folder(data_folder: str | Path | None = None) -> MarketHoursDatabase:
        """The current run's database, or that of a data folder. Raises DataError."""
        if data_folder is not None:
            return MarketHoursDatabase.from_file(Path(data_folder) / FILE)
        run = current_run()
        if run.market_hours is None:
            if run.data_folder is None:
                raise DataError("There is no data folder to read market hours from; run within a workspace or give the folder.")
            run.market_hours = MarketHoursDatabase.from_file(run.data_folder / FILE)
        found: MarketHoursDatabase = run.market_hours
        return found

    # look-up -------------------------------------------------------------------------------------
    @staticmethod
    def get_database_symbol_key(symbol: Symbol | str | None) -> str:
        """The text under which a symbol is listed."""
        return database_symbol(symbol)

    def get_entry(self, market: str, symbol: Symbol | str | None, security_type: SecurityType) -> Entry:
        """The entry of a symbol, else of its market. Raises ValueError if there is neither."""
        entry = self.find_entry(market, symbol, security_type)
        if entry is None:
            if security_type == SecurityType.FUTURE and market == "usa":
                raise ArgumentException(_usa_future(database_symbol(symbol)))
            key = f"{type_name(security_type)}-{market or WILDCARD}-{database_symbol(symbol) or WILDCARD}"
            raise ArgumentException(f"Unable to locate exchange hours for {key}.")
        return entry

    def try_get_entry(
        self, market: str, symbol: Symbol | str | None, security_type: SecurityType, entry: Any = None
    ) -> tuple[bool, Entry | None]:
        """(whether there is one, the entry)."""
        found = self.find_entry(market, symbol, security_type)
        return found is not None, found

    def find_entry(self, market: str, symbol: Symbol | str | None, security_type: SecurityType) -> Entry | None:
        """`get_entry`, None if there is none."""
        found = self._find(market, database_symbol(symbol), security_type)
        if not self._always_open:
            return found
        exchange_zone = zone("UTC") if found is None else found._hours.time_zone
        return Entry(exchange_zone if found is None else found._data_zone, SecurityExchangeHours.always_open(exchange_zone))

    def _find(self, market: str, symbol: str, security_type: SecurityType) -> Entry | None:
        found = self._entry(key_of(market, symbol, security_type)) or self._entry(key_of(market, WILDCARD, security_type))
        if found is None and security_type == SecurityType.FUTURE_OPTION:
            found = self._find(market, future_of_option_root(symbol), SecurityType.FUTURE)
        if found is None and security_type == SecurityType.BASE:
            data_type = custom_data_type(symbol)
            found = None if data_type is None else self._entry(key_of(market, f"TYPE.{data_type}", security_type))
        return found

    def get_exchange_hours(self, market: Any, symbol: Symbol | str | None = None,
                           security_type: SecurityType | None = None) -> SecurityExchangeHours:  # fmt: skip
        """The hours of a symbol; `market` may be a configuration of one of its feeds. Raises ValueError."""
        if security_type is None:
            return self.get_entry(market.market, market.symbol, market.security_type)._hours
        return self.get_entry(market, symbol, security_type)._hours

    def get_data_time_zone(self, market: str, symbol: Symbol | str | None, security_type: SecurityType) -> Zone:
        """The zone of a symbol's data files. Raises ValueError."""
        return self.get_entry(market, symbol, security_type)._data_zone

    def contains_key(self, market: str, symbol: Symbol | str | None, security_type: SecurityType) -> bool:
        """Whether exactly this entry is listed."""
        key = key_of(market, database_symbol(symbol), security_type)
        return key in self._custom or key in self._places

    def set_entry(
        self, market: str, symbol: str, security_type: SecurityType, exchange_hours: SecurityExchangeHours, data_time_zone: Any = None
    ) -> Entry:
        """Add or replace an entry for this run; data are in the exchange's zone unless told."""
        entry = Entry(exchange_hours.time_zone if data_time_zone is None else zone(data_time_zone), exchange_hours)
        self._custom[key_of(market, symbol, security_type)] = entry
        return entry

    def set_entry_always_open(self, market: str, symbol: str, security_type: SecurityType, time_zone: Any) -> Entry:
        """Add or replace an entry that never closes."""
        return self.set_entry(market, symbol, security_type, SecurityExchangeHours.always_open(time_zone))

    # parsing -------------------------------------------------------------------------------------
    def _entry(self, key: Key) -> Entry | None:
        custom = self._custom.get(key)
        if custom is not None:
            return custom
        if key in self._entries:
            return self._entries[key]
        place = self._places.get(key)
        entry = None if place is None else self._make(key, place)
        self._entries[key] = entry
        return entry

    def _make(self, key: Key, place: _Place) -> Entry:
        market, _, kind = key
        source = place.source
        raw = json.JSONDecoder().raw_decode(self._text, source)[0] if isinstance(source, int) else source
        # LEAN reads non-options first, then options, each in the order of the file, and inherits from what it has read so far.
        common_place = self._places.get((market, WILDCARD, kind))
        common = None
        if common_place is not None and common_place.order < place.order:
            common = self._entry((market, WILDCARD, kind))
        try:
            return _entry_of(raw, self._underlying(key), common)
        except (KeyError, ValueError, TypeError, AttributeError) as e:
            raise DataError(f"{self._name}: the entry of {key[0]}, {key[1]} cannot be read: {e}") from e

    def _underlying(self, key: Key) -> Entry | None:
        market, symbol, number = key
        kind = SecurityType(number)
        if kind not in OPTION_TYPES:
            return None
        below = Symbol.get_underlying_from_option_type(kind)
        if kind == SecurityType.FUTURE_OPTION:
            symbol = future_of_option_root(symbol)
        elif kind == SecurityType.INDEX_OPTION:
            symbol = index_of_option_root(symbol)
        return self._entry(key_of(market, symbol, below)) or self._entry(key_of(market, WILDCARD, below))


def _usa_future(ticker: str) -> str:
    from lyra.engine.markets.properties import SymbolPropertiesDatabase

    text = (
        "Future.Usa market type is no longer supported as we mapped each ticker to its actual exchange. "
        "Please find your specific market in the symbol-properties database."
    )
    market = SymbolPropertiesDatabase.from_data_folder().find_market(ticker, SecurityType.FUTURE)
    return text if market is None else f"{text} Suggested market based on the provided ticker 'Market.{market.upper()}'."


def _index(text: str, name: str) -> dict[Key, _Place]:
    """Where each entry begins: found by the text `": {` that follows each key, as long as LEAN writes one entry an object."""
    places: dict[Key, _Place] = {}
    at = text.find('": {')
    order = 0
    while at >= 0:
        key = _parse_key(text[text.rfind('"', 0, at) + 1 : at])
        if key is not None:
            places[key] = _Place(order, at + 3)
            order += 1
        at = text.find('": {', at + 4)
    return places or _index_parsed(text, name)


def _index_parsed(text: str, name: str) -> dict[Key, _Place]:
    """`_index` of a file in another layout, parsed whole."""
    try:
        entries = dict(json.loads(text)["entries"])
    except (ValueError, KeyError, TypeError) as e:
        raise DataError(f"{name} is not a market hours database: {e}") from e
    keys = {key: raw for text, raw in entries.items() if (key := _parse_key(text)) is not None}
    return {key: _Place(order, raw) for order, (key, raw) in enumerate(keys.items())}


def _parse_key(text: str) -> Key | None:
    parts = text.split("-")
    kind = security_type_of(parts[0]) if len(parts) == 3 else None
    return None if kind is None else key_of(parts[1], parts[2], kind)


def _entry_of(raw: dict[str, Any], underlying: Entry | None, common: Entry | None) -> Entry:
    week = [LocalMarketHours(day, [_segment(part) for part in raw.get(name) or ()]) for day, name in enumerate(_DAYS)]
    holidays, bank = _dates(raw.get("holidays")), _dates(raw.get("bankHolidays"))
    early, late = _times(raw.get("earlyCloses")), _times(raw.get("lateOpens"))
    if underlying is not None:
        below = underlying._hours
        holidays, bank = holidays or set(below._holidays), bank or set(below._bank_holidays)
        early, late = early or below._early, late or below._late
    if common is not None:
        whole = common._hours
        holidays, bank = holidays | whole._holidays, bank | whole._bank_holidays
        early, late = whole._early | early, whole._late | late
    hours = SecurityExchangeHours(_zone(raw["exchangeTimeZone"]), holidays, week, early, late, bank)
    return Entry(_zone(raw["dataTimeZone"]), hours)


def _zone(name: str) -> Zone:
    """A zone by its name; also NodaTime's whole-hour offsets, `UTC-05`, which the IANA database writes the other way round."""
    match = re.fullmatch(r"UTC([+-])(\d\d)", name)
    return zone(f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}" if match else name)


def _segment(part: dict[str, str]) -> MarketHoursSegment:
    state = _STATES.get(part["state"].lower(), MarketHoursState.CLOSED)
    start, end = (timedelta(microseconds=_time_of_day(part[name])) for name in ("start", "end"))
    return MarketHoursSegment(state, start, end)


def _time_of_day(text: str) -> int:
    """Microseconds of .NET's TimeSpan text: `9:30:00`, `1.00:00:00`, `1:00:00:00`."""
    parts = text.replace(".", ":", 1).split(":") if "." in text.partition(":")[0] else text.split(":")
    days, hours, minutes, seconds = parts if len(parts) == 4 else ["0", *parts]
    return round((int(days) * 86_400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * SECOND)


def _date(text: str) -> int:
    month, day, year = text.split("/")
    return to_us(datetime(int(year), int(month), int(day)))


def _dates(texts: list[str] | None) -> set[int]:
    return {_date(text) for text in texts or ()}


def _times(texts: dict[str, str] | None) -> dict[int, int]:
    return {_date(day): _time_of_day(time) for day, time in (texts or {}).items()}
