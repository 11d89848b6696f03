"""Margin of futures, an amount per contract (`Common/Securities/Future/FutureMarginModel.cs`).

The amounts are in `future/<market>/margins/<root>.csv`: date, initial and maintenance margin overnight, and both during the day.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from lyra.engine.decimals import ONE, ZERO, decimal_text, to_decimal
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import SecurityType
from lyra.engine.errors import DataError
from lyra.engine.exact import multiply
from lyra.engine.orders.fields import money
from lyra.engine.securities.buying_power import SecurityMarginModel
from lyra.engine.securities.margin_parameters import (
    GetMaximumOrderQuantityForTargetBuyingPowerParameters,
    GetMaximumOrderQuantityResult,
)
from lyra.engine.symbols import Symbol, current_run
from lyra.engine.times import day_of, to_us

_BY_DAY = Decimal("0.4")
"""The share of the margin overnight that holds during the day where the file does not tell."""


class MarginRequirements(NamedTuple):
    """Margins of one contract, in the quote currency, from a day (us) on."""

    day: int
    initial_overnight: Decimal = ZERO
    maintenance_overnight: Decimal = ZERO
    initial_intraday: Decimal = ZERO
    maintenance_intraday: Decimal = ZERO


class FutureMarginModel(SecurityMarginModel):
    """So much per contract; `enable_intraday_margins` takes the lower margins of the day while the exchange is open and does not close soon."""

    enable_intraday_margins: bool = False
    initial_overnight_margin_requirement = money("_initial_overnight")
    maintenance_overnight_margin_requirement = money("_maintenance_overnight")
    initial_intraday_margin_requirement = money("_initial_intraday")
    maintenance_intraday_margin_requirement = money("_maintenance_intraday")

    def __init__(self, required_free_buying_power_percent: Any = 0, security: Any = None) -> None:
        super().__init__(1, required_free_buying_power_percent)
        self._security = security
        self._place = 0
        """The row of the file that held last; the model never goes back to an earlier one."""

    def _current(self, security: Any) -> MarginRequirements | None:
        """What holds on the day of the security's last data; None without data."""
        last = None if security is None else security.cache.last_data()
        if last is None:
            return None
        rows = margin_requirements(security.symbol)
        day = day_of(last._time)
        while self._place + 1 < len(rows) and rows[self._place + 1].day <= day:
            self._place += 1
        return rows[self._place]

    def _of_own(self, name: str) -> Decimal:
        found = self._current(self._security)
        return ZERO if found is None else getattr(found, name)

    _initial_overnight = property(lambda self: self._of_own("initial_overnight"))
    _maintenance_overnight = property(lambda self: self._of_own("maintenance_overnight"))
    _initial_intraday = property(lambda self: self._of_own("initial_intraday"))
    _maintenance_intraday = property(lambda self: self._of_own("maintenance_intraday"))

    def _margin(self, security: Any, quantity: Decimal, kind: str) -> Decimal:
        found = ZERO if quantity == 0 else self._current(security)
        if not isinstance(found, MarginRequirements):
            return ZERO
        exchange = security.exchange
        by_day = self.enable_intraday_margins and exchange.exchange_open and not exchange.closing_soon
        amount = getattr(found, f"{kind}_{'intraday' if by_day else 'overnight'}")
        return multiply(multiply(amount, quantity), security.quote_currency._conversion_rate)

    def _initial_margin(self, security: Any, quantity: Decimal) -> Decimal:
        return self._margin(security, quantity, "initial")

    def _maintenance_margin(self, security: Any, quantity: Decimal, value: Decimal) -> Decimal:
        return self._margin(security, quantity.copy_abs(), "maintenance")

    def _leverage(self, security: Any) -> Decimal:
        return ONE

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """Raises InvalidOperationException: a future's leverage follows from its margin."""
        raise InvalidOperationException("Futures are leveraged products and different leverage cannot be set by user")

    def get_maximum_order_quantity_for_target_buying_power(
        self, parameters: GetMaximumOrderQuantityForTargetBuyingPowerParameters
    ) -> GetMaximumOrderQuantityResult:
        """The quantity for a share of the portfolio from -1 to 1. Raises InvalidOperationException beyond that."""
        target = parameters._target_buying_power
        if target.copy_abs() > 1:
            raise InvalidOperationException(
                "Futures do not allow specifying a leveraged target, since they are traded using margin which already is leveraged. "
                f"Possible target buying power goes from -1 to 1, target provided is: {decimal_text(target)}"
            )
        return super().get_maximum_order_quantity_for_target_buying_power(parameters)


def margin_requirements(symbol: Symbol) -> list[MarginRequirements]:
    """A future's margins by date, the earliest first; a single row of zeros where there is no file."""
    run: Any = current_run()
    known: dict[str, list[MarginRequirements]] = run.__dict__.setdefault("future_margins", {})
    root = symbol.id.symbol
    if root not in known:
        folder = run.data_folder
        kind = SecurityType.FUTURE.lean_name.lower()
        path = None if folder is None else Path(folder) / kind / symbol.id.market.lower() / "margins" / f"{root}.csv"
        known[root] = (_read(path) if path is not None and path.is_file() else []) or [MarginRequirements(-(2**62))]
    return known[root]


def _read(path: Path) -> list[MarginRequirements]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return sorted((_parse(path, line) for line in lines[1:]), key=lambda row: row.day)


def _parse(path: Path, line: str) -> MarginRequirements:
    try:
        day, *amounts = line.split(",")
        initial, maintenance, *by_day = (to_decimal(Decimal(text)) for text in amounts[:4])
        by_day += [multiply(amount, _BY_DAY) for amount in (initial, maintenance)[len(by_day) :]]
        return MarginRequirements(to_us(datetime.strptime(day, "%Y%m%d")), initial, maintenance, *by_day)
    except (ValueError, InvalidOperation) as e:
        raise DataError(f"{path}: {line!r} is not 'yyyyMMdd,initial,maintenance[,initial,maintenance]'. Fix or delete the line.") from e
