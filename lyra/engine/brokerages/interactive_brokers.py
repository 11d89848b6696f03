"""Interactive Brokers, by its own interface and by FIX (`Common/Brokerages/InteractiveBrokers*.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel, refuse
from lyra.engine.brokerages.rules import (
    ACCEPTED,
    Refusal,
    lean_name,
    refuse_duration,
    refuse_market_on_open,
    refuse_security,
    refuse_type,
)
from lyra.engine.enums import AccountType, OrderType, SecurityType
from lyra.engine.fees.interactive_brokers import InteractiveBrokersFeeModel
from lyra.engine.orders.time_in_force import DayTimeInForce, GoodTilCanceledTimeInForce, GoodTilDateTimeInForce
from lyra.engine.securities.benchmark import FuncBenchmark

_SECURITIES = (
    SecurityType.EQUITY, SecurityType.FOREX, SecurityType.OPTION, SecurityType.FUTURE, SecurityType.FUTURE_OPTION, SecurityType.INDEX,
    SecurityType.INDEX_OPTION, SecurityType.CFD,
)  # fmt: skip
_ON_OPEN = (SecurityType.CFD, SecurityType.EQUITY, SecurityType.OPTION, SecurityType.FUTURE_OPTION, SecurityType.INDEX_OPTION)
_ON_CLOSE = (SecurityType.FUTURE, SecurityType.EQUITY, SecurityType.CFD)
_FOREX_LIMITS = {
    "USD": (25000, 7000000), "AUD": (25000, 6000000), "CAD": (25000, 6000000), "CHF": (25000, 6000000), "CNH": (150000, 40000000),
    "DKK": (150000, 35000000), "EUR": (20000, 6000000), "GBP": (20000, 5000000), "HKD": (200000, 50000000), "KRW": (0, 200000000),
    "JPY": (2500000, 550000000), "MXN": (300000, 70000000), "NOK": (150000, 35000000), "NZD": (35000, 8000000), "RUB": (750000, 30000000),
    "SEK": (175000, 40000000), "SGD": (35000, 8000000), "ZAR": (350000, 100000000),
}  # fmt: skip


class InteractiveBrokersBrokerageModel(DefaultBrokerageModel):
    """Interactive Brokers: no crypto, currencies within order size limits, on-open and on-close orders by kind of security."""

    DEFAULT_MARKET_MAP = {
        SecurityType.BASE: "usa", SecurityType.EQUITY: "usa", SecurityType.INDEX: "usa", SecurityType.OPTION: "usa",
        SecurityType.INDEX_OPTION: "usa", SecurityType.FUTURE: "cme", SecurityType.FUTURE_OPTION: "cme", SecurityType.FOREX: "oanda",
        SecurityType.CFD: "interactivebrokers",
    }  # fmt: skip
    _durations: tuple[type, ...] = (GoodTilCanceledTimeInForce, DayTimeInForce, GoodTilDateTimeInForce)
    _types: tuple[OrderType, ...] = (
        OrderType.MARKET, OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE, OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT,
        OrderType.TRAILING_STOP, OrderType.LIMIT_IF_TOUCHED, OrderType.COMBO_MARKET, OrderType.COMBO_LIMIT, OrderType.COMBO_LEG_LIMIT,
        OrderType.OPTION_EXERCISE,
    )  # fmt: skip

    def get_benchmark(self, securities: Any) -> Any:
        """None: always zero."""
        return FuncBenchmark(lambda time: 0)

    def get_fee_model(self, security: Any) -> Any:
        """Interactive Brokers' fees."""
        return InteractiveBrokersFeeModel()

    def _leverage(self, security: Any) -> float:
        """LEAN's default, and 10 for CFDs."""
        if self.account_type == AccountType.CASH:
            return 1.0
        return 10.0 if security.type == SecurityType.CFD else super()._leverage(security)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Whether Interactive Brokers takes the order."""
        return (
            refuse_type(self, order, self._types)
            or _refuse_on_close(security, order)
            or refuse_market_on_open(security, order, _ON_OPEN, opens=None)
            or self._refuse_four_legs(order)
            or refuse_security(self, security, _SECURITIES)
            or (_refuse_forex_size(security, order._quantity) if security.type == SecurityType.FOREX else None)
            or refuse_duration(self, order, self._durations)
            or self._refuse_exercise(security, order)
            or ACCEPTED
        )

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """New quantities of currencies must be within the limits too."""
        if order.security_type == SecurityType.FOREX and request._quantity is not None:
            return _refuse_forex_size(security, request._quantity) or ACCEPTED
        return ACCEPTED

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Custom data is not traded."""
        return bool(order.security_type != SecurityType.BASE)

    def _refuse_four_legs(self, order: Any) -> Refusal | None:
        group = order.group_order_manager
        if order.type != OrderType.COMBO_LEG_LIMIT or group is None or group.count < 4:
            return None
        return refuse(
            f"The {lean_name(self)} does not support four-leg ComboLegLimit orders. "
            "Use ComboLimit orders for four-leg combinations or more."
        )

    def _refuse_exercise(self, security: Any, order: Any) -> Refusal | None:
        if order.type != OrderType.OPTION_EXERCISE or security.type != SecurityType.INDEX_OPTION:
            return None
        return refuse(f"The {lean_name(self)} does not support {order.type.lean_name} exercises for index and cash-settled options.")


class InteractiveBrokersFixModel(InteractiveBrokersBrokerageModel):
    """Interactive Brokers by FIX: fewer order types, no orders good until a date."""

    _durations = (GoodTilCanceledTimeInForce, DayTimeInForce)
    _types = (
        OrderType.MARKET, OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE, OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT,
        OrderType.TRAILING_STOP, OrderType.COMBO_MARKET, OrderType.COMBO_LIMIT,
    )  # fmt: skip


def _refuse_on_close(security: Any, order: Any) -> Refusal | None:
    if order.type != OrderType.MARKET_ON_CLOSE or security.type in _ON_CLOSE:
        return None
    return refuse("InteractiveBrokers does not support Market-on-Close orders for other security types different than Future and Equity.",
                  f"Unsupported order type for {security.type.lean_name} security type")  # fmt: skip


def _refuse_forex_size(security: Any, quantity: Decimal) -> Refusal | None:
    currency = security.symbol.value[:3]
    least, most = _FOREX_LIMITS.get(currency, (0, 0))
    size = abs(quantity)
    if (size > 0 if least == 0 else size >= least) and size <= most:
        return None
    return refuse(f"The minimum and maximum limits for the allowable order size are ({least}, {most}){currency}.", "OrderSizeLimit")
