"""Brokers of Indian shares (`Common/Brokerages/{Samco,Zerodha}BrokerageModel.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel
from lyra.engine.brokerages.rules import ACCEPTED, refuse_duration, refuse_security, refuse_type
from lyra.engine.brokerages.venues import invalid_for_leverage, is_internal_feed, with_markets
from lyra.engine.enums import AccountType, OrderType, SecurityType
from lyra.engine.fees.india import SamcoFeeModel, ZerodhaFeeModel
from lyra.engine.orders.time_in_force import DayTimeInForce, GoodTilCanceledTimeInForce, GoodTilDateTimeInForce
from lyra.engine.securities.benchmark import SecurityBenchmark
from lyra.engine.symbols import Symbol

_DURATIONS = (GoodTilCanceledTimeInForce, DayTimeInForce, GoodTilDateTimeInForce)
_WITH_LEVERAGE = (SecurityType.EQUITY, SecurityType.FUTURE, SecurityType.OPTION, SecurityType.INDEX)


class _IndianBroker(DefaultBrokerageModel):
    """Leverage 5 for shares, indices and contracts."""

    _securities: tuple[SecurityType, ...]
    _types: tuple[OrderType, ...]

    def _leverage(self, security: Any) -> float:
        """5 with margin. Raises ValueError for what the broker does not trade."""
        if self.account_type == AccountType.CASH or is_internal_feed(security) or security.type == SecurityType.BASE:
            return 1.0
        if security.type in _WITH_LEVERAGE:
            return 5.0
        raise invalid_for_leverage(security)

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Kinds of securities and times in force that the broker knows."""
        return security.type in self._securities and type(order.time_in_force) in _DURATIONS


class SamcoBrokerageModel(_IndianBroker):
    """Samco: Indian shares, options and futures."""

    DEFAULT_MARKET_MAP = with_markets("india", SecurityType.EQUITY, SecurityType.FUTURE, SecurityType.OPTION)
    _securities = (SecurityType.EQUITY, SecurityType.OPTION, SecurityType.FUTURE)
    _types = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_MARKET)

    def get_benchmark(self, securities: Any) -> Any:
        """NIFTYBEES."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("NIFTYBEES", SecurityType.EQUITY, "india"))

    def get_fee_model(self, security: Any) -> Any:
        """Samco's fees."""
        return SamcoFeeModel()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Market, limit and stop-market orders."""
        return (
            refuse_security(self, security, self._securities)
            or refuse_duration(self, order, _DURATIONS)
            or refuse_type(self, order, self._types)
            or ACCEPTED
        )


class ZerodhaBrokerageModel(_IndianBroker):
    """Zerodha: Indian shares."""

    DEFAULT_MARKET_MAP = with_markets("india", SecurityType.EQUITY)
    _securities = (SecurityType.EQUITY,)
    _types = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def get_fee_model(self, security: Any) -> Any:
        """Zerodha's fees."""
        return ZerodhaFeeModel()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Market, limit and stop orders."""
        return (
            refuse_security(self, security, self._securities)
            or refuse_type(self, order, self._types)
            or refuse_duration(self, order, _DURATIONS)
            or ACCEPTED
        )
