"""The backtest's broker: working orders, scanned for fills (`Brokerages/Backtesting/BacktestingBrokerage.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.data.dictionary import KeyValueDictionary
from lyra.engine.data.events import Delisting
from lyra.engine.enums import DelistingType, OrderStatus, OrderType
from lyra.engine.fees.base import charged_fee
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fee import OrderFee
from lyra.engine.orders.fills import FillModelParameters
from lyra.engine.orders.order import Order, is_closed

_FILLED_AT_ONCE = (OrderType.MARKET, OrderType.COMBO_MARKET, OrderType.OPTION_EXERCISE)


class BacktestingBrokerage:
    """Holds accepted orders and asks the fill models about them."""

    def __init__(self, algorithm: Any, transactions: Any) -> None:
        self._algorithm = algorithm
        self._transactions = transactions
        self._pending: dict[int, Order] = {}
        self.needs_scan = False

    def place_order(self, order: Order) -> None:
        """Accept an order."""
        if order.status is not OrderStatus.NEW:
            return
        self.needs_scan = True
        self._pending[order.id] = order
        self._add_broker_id(order)
        self._emit(order, OrderStatus.SUBMITTED)

    def update_order(self, order: Order) -> bool:
        """Take an order's new fields; whether it is still working."""
        if order.id not in self._pending:
            return False
        self.needs_scan = True
        self._add_broker_id(order)
        self._emit(order, OrderStatus.UPDATE_SUBMITTED)
        return True

    def cancel_order(self, order: Order) -> bool:
        """Cancel an order and its group; whether all were still working."""
        legs = self._transactions._group_of(order)
        if legs is None:
            return False
        working = True
        for leg in legs:
            working = self._pending.pop(leg.id, None) is not None and working
            self._add_broker_id(leg)
            self._emit(leg, OrderStatus.CANCELED)
        return working

    def _emit(self, order: Order, status: OrderStatus, message: str = "") -> None:
        event = OrderEvent(order, self._algorithm._utc, OrderFee.ZERO, message)
        event.status = status
        self._transactions._handle([event])

    @staticmethod
    def _add_broker_id(order: Order) -> None:
        broker_id = str(order.id)
        if broker_id not in order._broker_id:
            order._broker_id.append(broker_id)

    # scanning -------------------------------------------------------------------------------------
    def scan(self) -> None:
        """Ask the fill model of every working order, by id; all but market orders wait for the next data."""
        if not self.needs_scan:
            return
        now = self._algorithm._utc
        for order_id in sorted(self._pending):
            order = self._pending.get(order_id)
            if order is None:
                continue
            if is_closed(order.status):
                self._pending.pop(order_id, None)
                continue
            if order._time == now and order.type not in _FILLED_AT_ONCE:
                continue
            legs = self._transactions._group_of(order)
            if legs is not None:
                self._scan_group(order, legs)
        self.needs_scan = bool(self._pending)

    def _scan_group(self, order: Order, legs: list[Order]) -> None:
        algorithm = self._algorithm
        securities = {leg: algorithm._security_of(leg.symbol) for leg in legs}
        if None in securities.values():
            self._drop(legs, OrderStatus.INVALID, "")
            return
        if not self._passes_checks(legs, securities):
            return
        try:
            result = algorithm.portfolio._has_sufficient_buying_power(legs)
        except Exception as e:
            self._drop(legs, OrderStatus.INVALID, str(e))
            ids = ",".join(str(leg.id) for leg in legs)
            algorithm.error(f"Order Error: ids: [{ids}], Error executing margin models: {e}")
            return
        if not result.is_sufficient:
            if order.status is not OrderStatus.CANCEL_PENDING:
                from lyra.engine.orders.transactions import insufficient_buying_power

                message = insufficient_buying_power(securities, result.reason)
                self._drop(legs, OrderStatus.INVALID, message)
                algorithm.error(message)
            return
        fills = self._ask_model(order, securities)
        if not fills:
            return
        self._apply(legs, fills)

    def _ask_model(self, order: Order, securities: dict[Any, Any]) -> list[OrderEvent]:
        algorithm = self._algorithm
        security = securities[order]
        fills: list[OrderEvent] = []
        try:
            span = algorithm.settings.stale_price_time_span
            parameters = FillModelParameters(
                security, order, algorithm.subscription_manager, span, KeyValueDictionary(securities), lambda changed: None
            )
            answer = list(security.fill_model.fill(parameters))
            for event in answer:
                if not order.time_in_force.is_fill_valid(security, order, event):
                    return fills
            fills = answer
            for event in fills:
                if event.status is OrderStatus.FILLED and event.order_fee.value._amount == 0:
                    leg, leg_security = next((o, s) for o, s in securities.items() if o.id == event.order_id)
                    event.order_fee = charged_fee(leg_security, leg)
        except Exception as e:
            algorithm._fill_error(e)
            algorithm.error(
                f"Order Error: id: {order.id}, Transaction model failed to fill for order type: {order.type.lean_name} with error: {e}"
            )
        return fills

    def _apply(self, legs: list[Order], fills: list[OrderEvent]) -> None:
        events = []
        for leg in legs:
            for fill in fills:
                if fill.order_id == leg.id and (leg.status is not fill.status or fill._fill_quantity != 0):
                    leg.status = fill.status
                    events.append(fill)
        if events:
            self._transactions._handle(events)
        if all(is_closed(fill.status) for fill in fills):
            for leg in legs:
                self._pending.pop(leg.id, None)

    def _passes_checks(self, legs: list[Order], securities: dict[Any, Any]) -> bool:
        """A market-on-open order waits until its data has moved on; then time in force may end an order."""
        for leg, security in securities.items():
            if leg.type is OrderType.MARKET_ON_OPEN:
                last = security.cache.last_data()
                if last is None or security.exchange.time_zone.to_local(leg._time) >= last._end:
                    return False
            if leg.time_in_force.is_order_expired(security, leg):
                self._drop(legs, OrderStatus.CANCELED, "The order has expired.")
                return False
            if not self._algorithm.brokerage_model.can_execute_order(security, leg):
                return False
        return True

    def _drop(self, legs: list[Order], status: OrderStatus, message: str) -> None:
        events = []
        for leg in legs:
            self._pending.pop(leg.id, None)
            event = OrderEvent(leg, self._algorithm._utc, OrderFee.ZERO, message)
            event.status = status
            events.append(event)
        self._transactions._handle(events)

    # delistings -----------------------------------------------------------------------------------
    def process_delistings(self, current: Any) -> None:
        """Close what is held of delisted securities, cancel their orders, and take them out of the universes."""
        algorithm = self._algorithm
        for _, event in (*(current._auxiliary or ()), *(current._hidden_events or ())):
            if type(event) is not Delisting or event.type == DelistingType.WARNING:
                continue
            self._transactions._liquidate_delisted(event.symbol)
            algorithm._remove_delisted(event.symbol)
            if not algorithm.is_warming_up:
                self._transactions.cancel_open_orders(event.symbol)
