"""How much can be sold short (`Common/Data/Shortable`)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.corporate.providers import DefaultDataProvider
from lyra.engine.decimals import ZERO, to_float
from lyra.engine.naming import LeanObject
from lyra.engine.runtime import current_context
from lyra.engine.times import day_of, to_us


class NullShortableProvider(LeanObject):
    """Any quantity of anything, for free."""

    def shortable_quantity(self, symbol: Any, local_time: Any) -> int | None:
        """None: there is no limit."""
        return None

    def fee_rate(self, symbol: Any, local_time: Any) -> float:
        """Zero."""
        return 0.0

    def rebate_rate(self, symbol: Any, local_time: Any) -> float:
        """Zero."""
        return 0.0


NullShortableProvider.INSTANCE = NullShortableProvider.Instance = NullShortableProvider()  # type: ignore[attr-defined]


class LocalDiskShortableProvider(LeanObject):
    """Shares that a broker lends, by day, from `<kind>/<market>/shortable/<broker>/symbols/<ticker>.csv` in the data folder.

    A line is `yyyyMMdd,quantity,rebate rate,fee rate`, rates in percent. Days without a line have no limit and no cost.
    """

    brokerage: str
    """The broker's name, in lower case."""

    def __init__(self, brokerage: str) -> None:
        self.brokerage = brokerage.lower()
        self._ticker = ""
        self._days: dict[int, tuple[int | None, Decimal, Decimal]] = {}

    @property
    def data_provider(self) -> DefaultDataProvider:
        """What opens files."""
        return DefaultDataProvider()

    def shortable_quantity(self, symbol: Any, local_time: Any) -> int | None:
        """How many can be sold short on a day; None without a limit."""
        found = self._of(symbol, local_time)
        return None if found is None else found[0]

    def rebate_rate(self, symbol: Any, local_time: Any) -> float:
        """What the lender pays on the proceeds, a year's share."""
        found = self._of(symbol, local_time)
        return 0.0 if found is None else to_float(found[1])

    def fee_rate(self, symbol: Any, local_time: Any) -> float:
        """What the loan costs, a year's share."""
        found = self._of(symbol, local_time)
        return 0.0 if found is None else to_float(found[2])

    def _of(self, symbol: Any, local_time: Any) -> tuple[int | None, Decimal, Decimal] | None:
        if symbol is None:
            return None
        if self._ticker != symbol.value:
            self._ticker = symbol.value
            self._days = _read_days(symbol, self.brokerage)
        return self._days.get(day_of(to_us(local_time)))


class InteractiveBrokersShortableProvider(LocalDiskShortableProvider):
    """Interactive Brokers' list from the data folder."""

    def __init__(self) -> None:
        super().__init__("interactivebrokers")


def _read_days(symbol: Any, brokerage: str) -> dict[int, tuple[int | None, Decimal, Decimal]]:
    kind = symbol.security_type.lean_name.lower()
    path = current_context().data.path / kind / symbol.id.market / "shortable" / brokerage / "symbols" / f"{symbol.value.lower()}.csv"
    if not path.is_file():
        return {}
    days = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        date, quantity, *rates = line.split(",")
        rebate, fee = (Decimal(rate) / 100 if rate else ZERO for rate in (*rates, "", "")[:2])
        days[to_us(datetime.strptime(date, "%Y%m%d"))] = (int(float(quantity)) if quantity else None, rebate, fee)
    return days
