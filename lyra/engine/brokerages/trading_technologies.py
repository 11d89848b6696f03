"""Trading Technologies (`Common/Brokerages/TradingTechnologiesBrokerageModel.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.brokerages.base import DefaultBrokerageModel, refuse
from lyra.engine.brokerages.rules import ACCEPTED, Refusal, refuse_duration, refuse_security, refuse_type
from lyra.engine.enums import OrderDirection, OrderType, SecurityType
from lyra.engine.fees.base import ConstantFeeModel
from lyra.engine.orders.time_in_force import DayTimeInForce, GoodTilCanceledTimeInForce
from lyra.engine.securities.benchmark import FuncBenchmark


class TradingTechnologiesBrokerageModel(DefaultBrokerageModel):
    """Trading Technologies: futures."""

    DEFAULT_MARKET_MAP = {SecurityType.FUTURE: "cme"}
    _types = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def get_benchmark(self, securities: Any) -> Any:
        """None: always zero."""
        return FuncBenchmark(lambda time: 0)

    def get_fee_model(self, security: Any) -> Any:
        """None."""
        return ConstantFeeModel(0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Futures; market, limit and stop orders, stops on the right side of the market."""
        return (
            refuse_security(self, security, (SecurityType.FUTURE,))
            or refuse_type(self, order, self._types)
            or refuse_duration(self, order, (GoodTilCanceledTimeInForce, DayTimeInForce))
            or _refuse_stop(security, order)
            or ACCEPTED
        )

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Futures."""
        return bool(order.security_type == SecurityType.FUTURE)


def _refuse_stop(security: Any, order: Any) -> Refusal | None:
    if order.type not in (OrderType.STOP_MARKET, OrderType.STOP_LIMIT):
        return None
    buys, stop, price = order.direction == OrderDirection.BUY, order._stop_price, security._price
    kind = order.type.lean_name
    if (stop <= price) if buys else (stop >= price):
        return refuse(f"{kind} Sell orders must be below market, {kind} Buy orders must be above market.")
    if order.type == OrderType.STOP_LIMIT and ((order._limit_price < stop) if buys else (order._limit_price > stop)):
        return refuse(
            "StopLimit Buy limit price must be greater than or equal to stop price, "
            "StopLimit Sell limit price must be smaller than or equal to stop price."
        )
    return None
