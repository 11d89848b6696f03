"""`Future`: a futures contract, or the continuous future that stands for all of them (`Common/Securities/Future`)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.enums import SecurityType, SettlementType
from lyra.engine.exact import subtract
from lyra.engine.orders.fields import money
from lyra.engine.securities.cache import SecurityCache
from lyra.engine.securities.holding import SecurityHolding
from lyra.engine.securities.security import Security


class FutureHolding(SecurityHolding):
    """Profit is paid every day: `settled_profit` is what was paid of the open position, `unsettled_profit` what it has made since."""

    settled_profit = money("_settled_profit")
    unsettled_profit = money("_unsettled_profit")

    def __init__(self, security: Any) -> None:
        super().__init__(security)
        self._settled_profit = ZERO

    @property
    def _unsettled_profit(self) -> Decimal:
        return subtract(self._close_profit(), self._settled_profit)


class FutureCache(SecurityCache):
    """The last data; `settlement_price`, which the day's profit is computed with, follows the price."""

    settlement_price = money("_settlement_price")

    def __init__(self, security_type: SecurityType = SecurityType.FUTURE) -> None:
        super().__init__(security_type)
        self._settlement: tuple[Any, Decimal] | None = None

    @property
    def _settlement_price(self) -> Decimal:
        if self._settlement is not None and self._settlement[0] == self.price_state():
            return self._settlement[1]
        return self.exact("price")

    @_settlement_price.setter
    def _settlement_price(self, value: Any) -> None:
        self._settlement = self.price_state(), to_decimal(value)


class Future(Security):
    """A futures contract. The continuous future (`is_future_chain`) is not traded itself: `mapped` is the contract it follows now."""

    settlement_type: SettlementType
    mapped: Any
    contract_filter: Any
    _cache_type, _holding_type = FutureCache, FutureHolding

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settlement_type = SettlementType.CASH
        self.mapped = None
        self.contract_filter = None

    @property
    def is_tradable(self) -> bool:  # type: ignore[override]
        """Whether orders are taken; never for a continuous future."""
        return self._is_tradable and not self._symbol.is_canonical()

    @is_tradable.setter
    def is_tradable(self, value: bool) -> None:
        self._is_tradable = value

    @property
    def is_future_chain(self) -> bool:
        """Whether this stands for all contracts."""
        return self._symbol.is_canonical()

    @property
    def is_future_contract(self) -> bool:
        """Whether this is one contract."""
        return not self._symbol.is_canonical()

    @property
    def expiry(self) -> datetime:
        """The contract's last day."""
        return self._symbol.id.date

    def set_filter(self, *args: Any, **kwargs: Any) -> None:
        """Which contracts the algorithm follows: `(min_expiry, max_expiry)` in days or spans, or a function of a `FutureFilterUniverse`."""
        from lyra.engine.universes.future_chain import filter_of

        self.contract_filter = filter_of((*args, *kwargs.values()))

    def set_leverage(self, leverage: Any) -> None:
        """Nothing: a future's leverage follows from its margin."""
