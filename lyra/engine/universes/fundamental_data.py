"""What universes of stocks select from: a day's row of each stock in `equity/<market>/fundamental/coarse/<day>.csv`, and its fundamentals.

Facts from `Common/Data/UniverseSelection/CoarseFundamentalDataProvider.cs` and `Common/Data/Fundamental`: the file's columns are identifier,
ticker, close, volume, dollar volume, whether there are fundamentals (LEAN passes over it), price factor, split factor. Everything else
comes from a provider; without one LEAN answers with empty values, for instance not-a-number.
"""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lyra.engine.data.base import BaseData
from lyra.engine.data.collections import BaseDataCollection
from lyra.engine.data.custom import SubscriptionDataSource
from lyra.engine.decimals import ZERO, to_float
from lyra.engine.enums import FileFormat, Resolution, SubscriptionTransportMedium
from lyra.engine.errors import NotSupported
from lyra.engine.naming import LeanObject, snake_case
from lyra.engine.symbols import SecurityIdentifier, Symbol, current_run
from lyra.engine.times import DAY, day_of, to_datetime, to_us

_ONE = Decimal(1)
_NAN = math.nan


class FundamentalProvider:
    """Fundamentals that the coarse files do not have. This one has none; derive from it and set `current_run().fundamentals`."""

    def has_fundamental_data(self, day: int, symbol: Symbol) -> bool:
        """Whether a stock has fundamentals on a day (midnight, us)."""
        return False

    def value(self, day: int, symbol: Symbol, field: str) -> Any:
        """The value of a field such as `valuation_ratios.pe_ratio`. Raises KeyError for one that the provider does not know."""
        return EMPTY_VALUES[field]


def provider() -> FundamentalProvider:
    """The run's provider."""
    run = current_run()
    found = getattr(run, "fundamentals", None)
    if found is None:
        found = run.fundamentals = FundamentalProvider()  # type: ignore[attr-defined]
    return found  # type: ignore[no-any-return]


class FundamentalGroup(LeanObject):
    """Fields below `Fundamental`, such as `valuation_ratios`: attributes in either spelling.

    Raises NotSupported, naming the field, for one that neither the provider nor the engine knows.
    """

    def __init__(self, row: CoarseFundamental, path: str) -> None:
        self._row = row
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        path = f"{self._path}.{snake_case(name)}"
        if path in GROUPS:
            return FundamentalGroup(self._row, path)
        try:
            return provider().value(self._row._time, self._row._symbol, path)
        except KeyError:
            raise NotSupported(f"Fundamental.{path}", "The data have no such field.") from None


class CoarseFundamental(BaseData):
    """A stock on a day: `value`, `volume`, `dollar_volume`, factors, and fundamentals by group."""

    def __init__(self, time: datetime | None = None, symbol: Symbol | None = None) -> None:
        """The row of a stock on a day of the run's data folder; without arguments an object to ask for sources."""
        if time is not None and symbol is not None:
            self._symbol, self._time = symbol, to_us(time)

    @classmethod
    def _of(cls, symbol: Symbol, time: int, columns: list[str] | None = None) -> Any:
        """A row from the file's columns, or one that looks for them when it is asked."""
        made = cls.__new__(cls)
        made._symbol, made._time = symbol, time
        if columns is not None:
            made.__dict__["_columns"] = columns
        return made

    @staticmethod
    def for_date(time: datetime, symbol: Symbol) -> Fundamental:
        """What is known of a stock at a midnight: the row of the day before."""
        return Fundamental(to_datetime(to_us(time) - DAY), symbol)

    @property
    def _end(self) -> int:
        return self._time + DAY if self._end_time is None else self._end_time

    def __getattr__(self, name: str) -> Any:
        if name == "_columns":
            known = self._symbol is not None
            rows = coarse_rows(day_of(self._time), self._symbol.id.market) if known else []
            columns: list[str] = next((row._columns for row in reversed(rows) if row._symbol == self._symbol), [])
            self.__dict__["_columns"] = columns
            return columns
        if name.startswith("_"):
            raise AttributeError(name)
        path = snake_case(name)
        if path in GROUPS:
            return FundamentalGroup(self, path)
        raise AttributeError(f"'Fundamental' object has no attribute '{name}'")

    def _decimal(self, column: int, missing: Decimal) -> Decimal:
        columns = self._columns
        try:
            return Decimal(columns[column]) if len(columns) > column else missing
        except InvalidOperation:
            return missing

    @property
    def _value(self) -> Decimal:  # type: ignore[override]
        return self._decimal(2, ZERO)

    @property
    def volume(self) -> int:
        """Shares traded."""
        return int(self._decimal(3, ZERO))

    @property
    def dollar_volume(self) -> float:
        """Close times volume."""
        return float(self._decimal(4, ZERO)) if self._columns else _NAN

    @property
    def has_fundamental_data(self) -> bool:
        """Whether the provider has fundamentals."""
        return provider().has_fundamental_data(self._time, self._symbol)

    @property
    def _price_factor(self) -> Decimal:
        return self._decimal(6, _ONE if self._columns else ZERO)

    @property
    def _split_factor(self) -> Decimal:
        return self._decimal(7, _ONE if self._columns else ZERO)

    @property
    def price_factor(self) -> float:
        """The factor of dividends."""
        return to_float(self._price_factor)

    @property
    def split_factor(self) -> float:
        """The factor of splits."""
        return to_float(self._split_factor)

    @property
    def price_scale_factor(self) -> float:
        """Both factors together."""
        return to_float(self._price_factor * self._split_factor)

    @property
    def adjusted_price(self) -> float:
        """The price scaled by both factors."""
        return to_float(self._value * self._price_factor * self._split_factor)

    @property
    def market(self) -> str:
        """The symbol's market."""
        return self._symbol.id.market  # type: ignore[no-any-return]

    @property
    def market_cap(self) -> Any:
        """The value of the company."""
        return self.company_profile.market_cap

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """A day's file."""
        path = coarse_file(config.market, to_us(date))
        return SubscriptionDataSource(str(path), SubscriptionTransportMedium.LOCAL_FILE, FileFormat.CSV)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> Fundamental | None:
        """The row of the configuration's symbol."""
        columns = line.split(",")
        return _row(columns, to_us(date)) if columns[0] == str(config.symbol.id) else None

    def default_resolution(self) -> Resolution:
        """Daily."""
        return Resolution.DAILY

    def supported_resolutions(self) -> list[Resolution]:
        """Daily."""
        return [Resolution.DAILY]

    def clone(self, fill_forward: bool = False) -> Any:
        """The same row."""
        return type(self)._of(self._symbol, self._time, self._columns)


class FineFundamental(CoarseFundamental):
    """The older name of `Fundamental`."""


class Fundamental(FineFundamental):
    """A stock on a day, with fundamentals by group: what selection functions get."""


class FundamentalUniverse(BaseDataCollection):
    """All rows of a day, as history gives them."""

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> SubscriptionDataSource:
        """A day's file."""
        path = coarse_file(config.market, to_us(date))
        return SubscriptionDataSource(str(path), SubscriptionTransportMedium.LOCAL_FILE, FileFormat.FOLDING_COLLECTION)

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> Fundamental | None:
        """A row."""
        return _row(line.split(","), to_us(date))

    def default_resolution(self) -> Resolution:
        """Daily."""
        return Resolution.DAILY

    @staticmethod
    def usa(selector: Any, universe_settings: Any = None) -> Any:
        """A universe of US stocks."""
        from lyra.engine.universes.fundamental import FundamentalUniverseFactory

        return FundamentalUniverseFactory("usa", universe_settings, selector)

    USA = usa


class Fundamentals(FundamentalUniverse):
    """The older name of `FundamentalUniverse`."""


def coarse_file(market: str, day: int) -> Path:
    """Where a day's rows are, below the data folder."""
    return Path("equity", market, "fundamental", "coarse", f"{to_datetime(day):%Y%m%d}.csv")


def coarse_rows(day: int, market: str = "usa") -> list[Fundamental]:
    """A day's rows in the order of the file; the last few days that were asked for are kept."""
    run: Any = current_run()
    kept = run.__dict__.setdefault("coarse_days", {})
    found = kept.get((market, day))
    if found is None:
        path = run.data_folder / coarse_file(market, day)
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []
        rows = (_row(line.split(","), day) for line in lines if line)
        found = [row for row in rows if row is not None]
        while len(kept) >= 4:
            kept.pop(next(iter(kept)))
        kept[(market, day)] = found
    return found  # type: ignore[no-any-return]


def _row(columns: list[str], day: int) -> Fundamental | None:
    if len(columns) < 2:
        return None
    try:
        symbol = Symbol(SecurityIdentifier.parse(columns[0]), columns[1])
    except ValueError:
        return None
    return Fundamental._of(symbol, day, columns)  # type: ignore[no-any-return]


_GROUP_NAMES = (
    "asset_classification company_profile company_reference earning_ratios earning_reports financial_statements operation_ratios "
    "security_reference valuation_ratios earning_reports.basic_average_shares earning_reports.basic_eps earning_reports.diluted_eps "
    "earning_ratios.equity_per_share_growth earning_ratios.diluted_eps_growth operation_ratios.revenue_growth operation_ratios.roe "
    "operation_ratios.operation_margin operation_ratios.net_margin operation_ratios.total_debt_equity_ratio "
    "financial_statements.income_statement financial_statements.income_statement.total_revenue "
    "financial_statements.income_statement.net_income financial_statements.balance_sheet "
    "financial_statements.balance_sheet.total_equity financial_statements.cash_flow_statement "
    "financial_statements.cash_flow_statement.operating_cash_flow"
)

GROUPS = frozenset(_GROUP_NAMES.split())
"""Fields that have fields of their own."""

_PERIODS = "value one_month two_months three_months six_months nine_months twelve_months one_year three_years five_years"
_NUMBERS = "pe_ratio pb_ratio ps_ratio pcf_ratio forward_pe_ratio book_value_per_share earning_yield fcf_yield ev_to_ebitda"
_CODES = (
    "morningstar_sector_code morningstar_industry_code morningstar_industry_group_code morningstar_economy_sphere_code stock_type style_box"
)

EMPTY_VALUES: dict[str, Any] = {
    **{f"{group}.{period}": _NAN for group in GROUPS for period in _PERIODS.split() if group.count(".") and not group.endswith(("statement", "sheet"))},
    **{f"valuation_ratios.{name}": _NAN for name in _NUMBERS.split()},
    **{f"asset_classification.{name}": 0 for name in _CODES.split()},
    **{f"asset_classification.{name}": _NAN for name in ("style_score", "size_score", "growth_score", "value_score")},
    **{f"company_reference.{name}": None for name in ("industry_template_code", "short_name", "standard_name", "country_id", "primary_exchange_id")},
    **{f"company_profile.{name}": None for name in ("headquarter_city", "headquarter_country")},
    **{f"company_profile.{name}": 0 for name in ("market_cap", "enterprise_value", "shares_outstanding", "total_employee_number")},
    **{f"security_reference.{name}": False for name in ("is_primary_share", "is_depositary_receipt", "is_direct_invest")},
    **{f"security_reference.{name}": None for name in ("exchange_id", "security_symbol", "security_type", "currency_id")},
}  # fmt: skip
"""LEAN's answers without a provider, for the fields that algorithms mostly read."""
