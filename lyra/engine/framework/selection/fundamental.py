"""Universe selection models on fundamental data and on the constituents of funds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.decimals import to_decimal
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.framework.selection.base import UniverseSelectionModel
from lyra.engine.symbols import Symbol
from lyra.engine.universes.universe import Universe

_COARSE_COUNT, _FINE_COUNT = 1000, 500
_TOLERANCE = Decimal("1.01")


def universe_class(name: str) -> Any:
    """A class of `lyra.engine.universes.fundamental`. Raises NotSupported if the engine has none."""
    try:
        return getattr(import_module("lyra.engine.universes.fundamental"), name)
    except (ImportError, AttributeError):
        raise NotSupported(name) from None


class FundamentalUniverseSelectionModel(UniverseSelectionModel):
    """Stocks selected from each day's fundamental data: `([market,] [selector,] [settings])`, or override `select(algorithm, fundamental)`.

    The older two steps are there too: `(filter_fine_data[, settings])` with `select_coarse` and `select_fine` overridden.
    """

    _filter_fine: bool | None = None
    _market = "usa"
    _selector: Callable[[Any], Any] | None = None
    _settings: Any = None

    def __init__(self, *args: Any, filter_fine_data: bool | None = None, universe_settings: Any = None, selector: Any = None,
                 market: str = "usa") -> None:  # fmt: skip
        self._filter_fine, self._settings, self._selector, self._market = filter_fine_data, universe_settings, selector, market
        for value in args:
            if isinstance(value, bool):
                self._filter_fine = value
            elif isinstance(value, str):
                self._market = value
            elif hasattr(value, "minimum_time_in_universe"):
                self._settings = value
            elif callable(value):
                self._selector = value
            elif value is not None:
                raise TypeError(f"No method matches given arguments for FundamentalUniverseSelectionModel: {value!r}")

    def _settings_of(self, algorithm: Any) -> Any:
        return algorithm.universe_settings if self._settings is None else self._settings

    def create_universes(self, algorithm: Any) -> Iterator[Universe]:
        """The one universe."""
        if self._filter_fine is None:
            factory = universe_class("FundamentalUniverseFactory")
            yield factory(self._market, self._settings_of(algorithm), lambda fundamental: self.select(algorithm, fundamental))
            return
        universe = self.create_coarse_fundamental_universe(algorithm)
        if self._filter_fine:
            if getattr(universe.universe_settings, "asynchronous", None):
                raise ArgumentException(
                    "Asynchronous universe setting is not supported for coarse & fine selections, please use the new Fundamental single "
                    "pass selection"
                )
            universe = universe_class("FineFundamentalFilteredUniverse")(universe, lambda fine: self.select_fine(algorithm, fine))
        yield universe

    def create_coarse_fundamental_universe(self, algorithm: Any) -> Universe:
        """The universe of the first of two steps."""

        def select(coarse: Iterable[Any]) -> Any:
            return self.select_coarse(algorithm, [c for c in coarse if c.has_fundamental_data] if self._filter_fine else coarse)

        return universe_class("CoarseFundamentalUniverse")(self._settings_of(algorithm), select)  # type: ignore[no-any-return]

    def select(self, algorithm: Any, fundamental: Any) -> Any:
        """The symbols selected from a day's rows."""
        if self._selector is None:
            raise NotImplementedError(
                "If inheriting, please override the 'Select' fundamental function, else provide it as a constructor parameter"
            )
        return self._selector(fundamental)

    def select_coarse(self, algorithm: Any, coarse: Any) -> Any:
        """The symbols selected in the first of two steps."""
        raise NotImplementedError("Please override the 'Select' fundamental function")

    def select_fine(self, algorithm: Any, fine: Any) -> Any:
        """The symbols selected in the second of two steps; all."""
        return [row.symbol for row in fine]

    @staticmethod
    def coarse(coarse_selector: Any) -> CoarseFundamentalUniverseSelectionModel:
        """A model of one function on coarse data."""
        return CoarseFundamentalUniverseSelectionModel(coarse_selector)

    @staticmethod
    def fine(coarse_selector: Any, fine_selector: Any) -> FineFundamentalUniverseSelectionModel:
        """A model of a function on coarse and one on fine data."""
        return FineFundamentalUniverseSelectionModel(coarse_selector, fine_selector)

    @staticmethod
    def fundamental(selector: Any) -> FundamentalUniverseSelectionModel:
        """A model of one function on fundamental data."""
        return FundamentalUniverseSelectionModel(selector)


class CoarseFundamentalUniverseSelectionModel(FundamentalUniverseSelectionModel):
    """A function on coarse data."""

    def __init__(self, coarse_selector: Any = None, universe_settings: Any = None) -> None:
        super().__init__(filter_fine_data=False, universe_settings=universe_settings)
        self._coarse_selector = coarse_selector

    def select_coarse(self, algorithm: Any, coarse: Any) -> Any:
        """What the function selects."""
        return self._coarse_selector(coarse)


class FineFundamentalUniverseSelectionModel(FundamentalUniverseSelectionModel):
    """A function on coarse data, then one on fine data."""

    def __init__(self, coarse_selector: Any = None, fine_selector: Any = None, universe_settings: Any = None) -> None:
        super().__init__(filter_fine_data=True, universe_settings=universe_settings)
        self._coarse_selector = coarse_selector
        self._fine_selector = fine_selector

    def select_coarse(self, algorithm: Any, coarse: Any) -> Any:
        """What the first function selects."""
        return self._coarse_selector(coarse)

    def select_fine(self, algorithm: Any, fine: Any) -> Any:
        """What the second function selects."""
        return self._fine_selector(fine)


class QC500UniverseSelectionModel(FundamentalUniverseSelectionModel):
    """The 500 most traded US stocks, a fair share of each sector, chosen anew each month."""

    def __init__(self, *args: Any, universe_settings: Any = None) -> None:
        settings = next((value for value in args if not isinstance(value, bool)), universe_settings)
        super().__init__(filter_fine_data=True, universe_settings=settings)
        self._month = -1
        self._volumes: dict[Symbol, float] = {}

    def select_coarse(self, algorithm: Any, coarse: Any) -> Any:
        """The thousand with most dollar volume, at the start of each month."""
        if algorithm.time.month == self._month:
            return Universe.UNCHANGED
        rows = [row for row in coarse if row.has_fundamental_data and row.volume > 0 and row.price > 0]
        rows.sort(key=lambda row: row.dollar_volume, reverse=True)
        self._volumes = {row.symbol: row.dollar_volume for row in rows[:_COARSE_COUNT]}
        return list(self._volumes) if self._volumes else Universe.UNCHANGED

    def select_fine(self, algorithm: Any, fine: Any) -> Any:
        """Of those the US companies on NYSE or Nasdaq, half a year listed, worth 500 million."""
        sectors: dict[Any, list[Any]] = {}
        count = 0
        for row in fine:
            if self._is_eligible(algorithm, row):
                sectors.setdefault(row.company_reference.industry_template_code, []).append(row)
                count += 1
        if count == 0:
            return Universe.UNCHANGED
        self._month = algorithm.time.month
        share = _FINE_COUNT / count
        chosen: list[Any] = []
        for rows in sectors.values():
            rows.sort(key=lambda row: self._volumes[row.symbol], reverse=True)
            chosen += rows[: math.ceil(len(rows) * share)]
        chosen.sort(key=lambda row: self._volumes[row.symbol], reverse=True)
        return [row.symbol for row in chosen[:_FINE_COUNT]]

    @staticmethod
    def _is_eligible(algorithm: Any, row: Any) -> bool:
        company = row.company_reference
        if company.country_id != "USA" or company.primary_exchange_id not in ("NYS", "NAS"):
            return False
        listed = algorithm.time - row.security_reference.ipo_date
        return bool(listed.days > 180 and row.market_cap > 500_000_000)


class EmaCrossUniverseSelectionModel(FundamentalUniverseSelectionModel):
    """Stocks whose fast exponential average is more than one percent over the slow one, the furthest first."""

    def __init__(self, fast_period: int = 100, slow_period: int = 300, universe_count: int = 500, universe_settings: Any = None) -> None:
        super().__init__(filter_fine_data=False, universe_settings=universe_settings)
        self.fast_period = fast_period
        self.slow_period = slow_period
        self.universe_count = universe_count
        self._averages: dict[Symbol, tuple[Any, Any]] = {}

    def select_coarse(self, algorithm: Any, coarse: Any) -> list[Symbol]:
        """The symbols with the largest distance between their averages."""
        from lyra.engine.indicators import ExponentialMovingAverage

        rated = []
        for row in coarse:
            pair = self._averages.get(row.symbol)
            if pair is None:
                pair = self._averages[row.symbol] = (ExponentialMovingAverage(self.fast_period), ExponentialMovingAverage(self.slow_period))
            price = to_decimal(row.adjusted_price)
            ready = [average._update_value(row.end_time, price) for average in pair]
            fast, slow = pair[0]._value, pair[1]._value
            if all(ready) and fast > slow * _TOLERANCE:
                rated.append(((fast - slow) / ((fast + slow) / 2), row.symbol))
        rated.sort(key=lambda item: item[0], reverse=True)
        return [symbol for _, symbol in rated[: self.universe_count]]


class ETFConstituentsUniverseSelectionModel(UniverseSelectionModel):
    """The constituents of a fund, all or those that a function selects: `(etf[, settings][, function])`."""

    def __init__(self, etf_symbol: Any = None, universe_settings: Any = None, universe_filter_func: Any = None, **named: Any) -> None:
        etf_symbol = named.get("etf_ticker", etf_symbol)
        if callable(universe_settings) and not hasattr(universe_settings, "minimum_time_in_universe"):
            universe_settings, universe_filter_func = None, universe_settings
        found = find_symbol(etf_symbol)
        if found is None or found.security_type != SecurityType.EQUITY:
            found = Symbol.create(str(etf_symbol), SecurityType.EQUITY, "usa")
        self.etf_symbol = found
        self._settings = universe_settings
        self._filter = universe_filter_func
        self._universe: Any = None

    def create_universes(self, algorithm: Any) -> list[Universe]:
        """The one universe."""
        if self._universe is None:
            self._universe = algorithm.universe.etf(self.etf_symbol, self._settings, self._filter)
        return [self._universe]
