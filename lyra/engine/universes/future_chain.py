"""The chain of a future: which contracts there are on a day, and which the algorithm follows (`FuturesChainUniverse.cs`,
`FutureUniverse.cs`, `ContractSecurityFilterUniverse.cs`, `FutureFilterUniverse.cs`).

Files: `future/<market>/universes/<root>/<day>.csv` with contract month, open, high, low, close, volume and open interest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.data.custom import SubscriptionDataSource
from lyra.engine.decimals import ZERO, to_float
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import DataNormalizationMode, FileFormat, Resolution, SubscriptionTransportMedium
from lyra.engine.errors import NotSupported
from lyra.engine.markets.expiries import expiry_of
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money
from lyra.engine.symbols import Symbol, current_run
from lyra.engine.times import DAY, to_datetime, to_us
from lyra.engine.universes.universe import Universe

_PRICES = ("open", "high", "low", "close", "volume", "open_interest")


class FutureUniverse(BaseDataCollection):
    """A contract with what it did on a day; a collection of them is the chain of that day."""

    open = money("_open")
    high = money("_high")
    low = money("_low")
    close = money("_close")
    volume = money("_volume")
    open_interest = money("_open_interest")
    _open = _high = _low = _close = _volume = _open_interest = ZERO
    _pandas = {name.replace("_", ""): name for name in _PRICES}

    def _frame_columns(self) -> dict[str, Any] | None:
        if getattr(self, "data", None):
            return {"data": self.data}
        return {name: getattr(self, attribute) for name, attribute in self._pandas.items()}

    @property
    def id(self) -> Any:
        """The contract's identifier."""
        return self.symbol.id

    @property
    def _end(self) -> int:
        return self._time + DAY if self._end_time is None else self._end_time

    def to_symbol(self) -> Symbol:
        """The contract."""
        return self.symbol  # type: ignore[no-any-return]

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """A day's file of the future."""
        sid = config.symbol.id
        path = Path("future", sid.market.lower(), "universes", sid.symbol.lower(), f"{date:%Y%m%d}.csv")
        return SubscriptionDataSource(str(path), SubscriptionTransportMedium.LOCAL_FILE, FileFormat.FOLDING_COLLECTION)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> FutureUniverse | None:
        """A contract; None for the heading."""
        if not line or line.startswith("#"):
            return None
        month, *cells = line.split(",")
        made = FutureUniverse()
        made._symbol = contract_of_month(config.symbol, datetime.strptime(month, "%Y%m"))
        made._time = to_us(date)
        numbers = [Decimal(cell) if cell else ZERO for cell in (*cells, *[""] * (6 - len(cells)))]
        made._open, made._high, made._low, made._close, made._volume, made._open_interest = numbers[:6]
        made._value = made._close
        return made

    def requires_mapping(self) -> bool:
        """False: the file is the future's own."""
        return False

    def default_resolution(self) -> Resolution:
        """Daily."""
        return Resolution.DAILY

    def supported_resolutions(self) -> list[Resolution]:
        """Daily."""
        return [Resolution.DAILY]

    def __str__(self) -> str:
        return f"{self.symbol}: {to_float(self._value)}"


def contract_of_month(canonical: Symbol, month: date) -> Symbol:
    """The contract of a month."""
    run: Any = current_run()
    known: dict[Any, Symbol] = run.__dict__.setdefault("future_contracts", {})
    key = (canonical, month.year, month.month)
    if key not in known:
        sid = canonical.id
        known[key] = Symbol.create_future(sid.symbol, sid.market, expiry_of(sid.symbol, sid.market, month))
    return known[key]


class FutureFilterUniverse(LeanObject):
    """The contracts of a day as a filter narrows them; its methods give it back, so that they chain."""

    local_time: datetime

    def __init__(self, all_data: Iterable[Any], local_time: datetime) -> None:
        self._data = list(all_data)
        self.local_time = local_time

    @property
    def count(self) -> int:
        """How many are left."""
        return len(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._data))

    def _keep(self, wanted: Callable[[Any], bool]) -> FutureFilterUniverse:
        self._data = [point for point in self._data if wanted(point)]
        return self

    def _expiry(self, point: Any) -> datetime:
        return point.symbol.id.date  # type: ignore[no-any-return]

    def expiration(self, min_expiry: Any, max_expiry: Any) -> FutureFilterUniverse:
        """Those that expire so many days (or spans) from today."""
        low, high = (span if isinstance(span, timedelta) else timedelta(days=int(span)) for span in (min_expiry, max_expiry))
        today = datetime(self.local_time.year, self.local_time.month, self.local_time.day)
        high = min(high, datetime.max - today)
        first, last = today + low, today + high
        return self._keep(lambda point: first <= self._expiry(point).replace(hour=0, minute=0) <= last)

    def front_month(self) -> FutureFilterUniverse:
        """Those that expire first."""
        ordered = sorted(self._data, key=self._expiry)
        self._data = [point for point in ordered if self._expiry(point) == self._expiry(ordered[0])]
        return self

    def back_months(self) -> FutureFilterUniverse:
        """All but those that expire first."""
        ordered = sorted(self._data, key=self._expiry)
        self._data = [point for point in ordered if self._expiry(point) != self._expiry(ordered[0])]
        return self

    def back_month(self) -> FutureFilterUniverse:
        """Those that expire second."""
        return self.back_months().front_month()

    def expiration_cycle(self, months: Iterable[int]) -> FutureFilterUniverse:
        """Those that expire in some months of the year."""
        wanted = set(months)
        return self._keep(lambda point: self._expiry(point).month in wanted)

    def contracts(self, contracts: Any) -> FutureFilterUniverse:
        """Those of a list of symbols (or points), or those that a function of the points names."""
        chosen = contracts(list(self._data)) if callable(contracts) else contracts
        return self._take(chosen)

    def _take(self, chosen: Iterable[Any]) -> FutureFilterUniverse:
        known = {point.symbol: point for point in self._data}
        taken = []
        for item in chosen:
            symbol = item if isinstance(item, Symbol) else item.symbol
            point = known.get(symbol)
            if point is None:
                point = FutureUniverse()
                point._symbol, point._time = symbol, to_us(self.local_time)
            taken.append(point)
        self._data = taken
        return self

    def where(self, predicate: Callable[[Any], bool]) -> FutureFilterUniverse:
        """Those for which a function says yes."""
        return self._keep(predicate)

    def select(self, map_func: Callable[[Any], Any]) -> FutureFilterUniverse:
        """The symbols that a function makes of them."""
        return self._take([map_func(point) for point in self._data])

    def standards_only(self) -> FutureFilterUniverse:
        """LEAN's filter of standard contracts; not part of the engine."""
        raise NotSupported("FutureFilterUniverse.standards_only")

    def weeklys_only(self) -> FutureFilterUniverse:
        """LEAN's filter of weekly contracts; not part of the engine."""
        raise NotSupported("FutureFilterUniverse.weeklys_only")

    def include_weeklys(self) -> FutureFilterUniverse:
        """Weekly contracts are in."""
        return self

    def only_apply_filter_at_market_open(self) -> FutureFilterUniverse:
        """Filters are applied once a day in any case."""
        return self


def filter_of(args: tuple[Any, ...]) -> Callable[[FutureFilterUniverse], FutureFilterUniverse]:
    """What `future.set_filter` was given, as a function: one of the user's, or two bounds of the days to expiry."""
    if len(args) == 2:
        return lambda universe: universe.expiration(*args)
    function = args[0]

    def ask(universe: FutureFilterUniverse) -> FutureFilterUniverse:
        answer = function(universe)
        if not isinstance(answer, FutureFilterUniverse):
            raise InvalidOperationException("A filter of a future's contracts has to return the universe that it was given.")
        return answer

    return ask


class FuturesChainUniverse(Universe):
    """The contracts that a future's filter keeps, asked once a day; none without a filter."""

    def __init__(self, future: Any, configuration: Any, universe_settings: Any) -> None:
        from lyra.engine.algorithm.settings import UniverseSettings

        settings = UniverseSettings(universe_settings)
        settings.data_normalization_mode = DataNormalizationMode.RAW
        super().__init__(configuration, settings)
        self.future = future

    def select_symbols(self, utc_time: Any, data: Any) -> Any:
        """What the filter keeps."""
        chosen = self.future.contract_filter
        if chosen is None:
            return []
        local = self.future.exchange.time_zone.to_local(utc_time)
        return [point.symbol for point in chosen(FutureFilterUniverse(data, to_datetime(local)))]
