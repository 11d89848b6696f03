"""Orders of every kind, as algorithms see them and as the engine works on them.

Python's view (`price` float, `time` aware datetime) stands beside the exact one: `_quantity`, `_price`, `_limit_price`, `_stop_price`,
`_trigger_price`, `_trailing_amount` are Decimals, `_time`, `_last_fill_time`, `_last_update_time`, `_canceled_time` UTC microseconds.
`_time_is_utc` is False for orders of requests that a user made with a datetime, whose zone LEAN does not know (its JSON has no `Z` then).
Behaviour from `Common/Orders/*Order.cs`; quantity and price are kept without trailing zeros, the other prices as they came.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

from lyra.engine.decimals import ZERO, decimal_text, smart_round, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, ArgumentOutOfRangeException
from lyra.engine.enums import DataNormalizationMode, OrderDirection, OrderStatus, OrderType, SecurityType
from lyra.engine.exact import strip
from lyra.engine.naming import LeanObject
from lyra.engine.orders.currency_symbols import currency_symbol
from lyra.engine.orders.fields import instant, money, plain, to_instant
from lyra.engine.orders.group import GroupOrderManager, direction_of
from lyra.engine.orders.properties import OrderProperties
from lyra.engine.orders.time_in_force import TimeInForce

CLOSED = frozenset((int(OrderStatus.FILLED), int(OrderStatus.CANCELED), int(OrderStatus.INVALID)))
FILLS = frozenset((int(OrderStatus.FILLED), int(OrderStatus.PARTIALLY_FILLED)))


def is_closed(status: OrderStatus) -> bool:
    """Whether nothing more can happen to an order of this status."""
    return status._number in CLOSED


def is_fill(status: OrderStatus) -> bool:
    """Whether the status is that of a fill, whole or in part."""
    return status._number in FILLS


class OrderSubmissionData(LeanObject):
    """Bid, ask and last price of the security at the moment of submission."""

    bid_price = money("_bid_price")
    ask_price = money("_ask_price")
    last_price = money("_last_price")

    def __init__(self, bid_price: Any, ask_price: Any, last_price: Any) -> None:
        self._bid_price: Decimal = to_decimal(bid_price)
        self._ask_price: Decimal = to_decimal(ask_price)
        self._last_price: Decimal = to_decimal(last_price)

    def clone(self) -> OrderSubmissionData:
        """A copy."""
        return OrderSubmissionData(self._bid_price, self._ask_price, self._last_price)


class Order(LeanObject):
    """Base of the orders. Times given to constructors are UTC: datetimes, or microseconds from the engine itself."""

    _type: ClassVar[OrderType]

    status: OrderStatus
    group_order_manager: GroupOrderManager | None
    price_adjustment_mode: DataNormalizationMode

    id = plain("_order_id")
    contingent_id = plain("_contingent_id")
    broker_id = plain("_broker_id")
    symbol = plain("_symbol")
    price = money("_price")
    price_currency = plain("_price_currency")
    quantity = money("_quantity")
    direction = plain("_direction")
    tag = plain("_tag")
    properties = plain("_properties")
    order_submission_data = plain("_order_submission_data")
    time = instant("_time")
    created_time = instant("_time")
    last_fill_time = instant("_last_fill_time")
    last_update_time = instant("_last_update_time")
    canceled_time = instant("_canceled_time")

    def __init__(self, symbol: Any = None, quantity: Any = 0, time: Any = None, tag: str | None = "",
                 properties: OrderProperties | None = None, group_order_manager: GroupOrderManager | None = None) -> None:  # fmt: skip
        self._order_id = 0
        self._contingent_id = 0
        self._broker_id: list[str] = []
        self._symbol = symbol
        self._own_price = ZERO
        self._price_currency = ""
        self._time: int = to_instant(time)
        self._time_is_utc = not isinstance(time, datetime) or time.tzinfo is not None
        self._last_fill_time: int | None = None
        self._last_update_time: int | None = None
        self._canceled_time: int | None = None
        self.group_order_manager = group_order_manager
        self._quantity = to_decimal(quantity)
        self.status = OrderStatus.NONE
        self._tag = tag
        self._properties = OrderProperties() if properties is None else properties
        self._order_submission_data: OrderSubmissionData | None = None
        self.price_adjustment_mode = DataNormalizationMode.RAW
        self._event_count = 0

    # exact values -----------------------------------------------------------------------------
    def _take_id(self, value: int) -> None:
        self._order_id = value
        if value != 0 and self.group_order_manager is not None:
            self.group_order_manager._add_order_id(value)

    def _take_price(self, value: Decimal) -> None:
        self._own_price = strip(value)

    def _take_quantity(self, value: Decimal) -> None:
        self._own_quantity = strip(value)
        self._direction = direction_of(self._own_quantity)

    _id = property(attrgetter("_order_id"), _take_id)
    _price = property(attrgetter("_own_price"), _take_price)
    _quantity = property(attrgetter("_own_quantity"), _take_quantity)

    @property
    def _value(self) -> Decimal:
        return self._quantity * self._price  # type: ignore[no-any-return]

    # what users read --------------------------------------------------------------------------
    type = property(attrgetter("_type"), doc="The kind of order.")

    @property
    def time_in_force(self) -> TimeInForce:
        """How long the order stays open."""
        return self._properties.time_in_force  # type: ignore[no-any-return]

    @property
    def security_type(self) -> SecurityType:
        """The kind of security that is traded."""
        return self._symbol.security_type  # type: ignore[no-any-return]

    @property
    def absolute_quantity(self) -> float:
        """The quantity without its sign."""
        return to_float(self._quantity.copy_abs())

    @property
    def value(self) -> float:
        """Quantity times price, in the price's currency."""
        return to_float(self._value)

    @property
    def is_marketable(self) -> bool:
        """Whether the order takes liquidity: market orders, and limit orders beyond the other side at their submission."""
        return self._type in (OrderType.MARKET, OrderType.COMBO_MARKET)

    def get_value(self, security: Any) -> float:
        """Worth of the order at the security's price, in the account currency."""
        return to_float(self._get_value(security))

    def _get_value(self, security: Any) -> Decimal:
        worth = self._value_at(security)
        return worth * security.quote_currency._conversion_rate * security.symbol_properties._contract_multiplier  # type: ignore[no-any-return]

    def _value_at(self, security: Any) -> Decimal:
        """Worth in the quote currency of one unit of the contract's multiplier."""
        return self._quantity * security._price  # type: ignore[no-any-return]

    def get_default_tag(self) -> str:
        """The tag that an order gets when the user gives none."""
        return ""

    def _next_event_id(self) -> int:
        self._event_count += 1
        return self._event_count

    def apply_update_order_request(self, request: Any) -> None:
        """Take over what the request changes; fields that this kind of order lacks are ignored."""
        if request.order_id != self._id:
            raise ArgumentException("Attempted to apply updates to the incorrect order!")
        if request._quantity is not None:
            self._quantity = request._quantity
        if request.tag is not None:
            self._tag = request.tag
        self._apply_prices(request)

    def _apply_prices(self, request: Any) -> None:
        """Prices of this kind of order; none here."""

    def clone(self) -> Any:
        """A copy that later changes of the order do not touch; combo legs go on sharing their group."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._broker_id = list(self._broker_id)
        other._properties = self._properties.clone()
        if self._order_submission_data is not None:
            other._order_submission_data = self._order_submission_data.clone()
        other._event_count = 0
        return other

    @staticmethod
    def create_order(request: Any) -> Order:
        """The order that a `SubmitOrderRequest` asks for, with status New and the request's id."""
        return create_order(request)

    def _text(self) -> str:
        """The prices that `str()` adds; none here."""
        return ""

    def _priced(self, value: Decimal) -> str:
        return currency_symbol(self._price_currency) + decimal_text(smart_round(value))

    def __str__(self) -> str:
        quantity = self._quantity
        tag = f": {self._tag}" if self._tag else ""
        return (f"OrderId: {self._id} (BrokerId: {','.join(self._broker_id)}) {self.status.lean_name} {self._type.lean_name} order for "
                f"{decimal_text(quantity)} unit{'' if quantity == 1 else 's'} of {self._symbol}{tag}{self._text()}")  # fmt: skip


def worth_at_limit(quantity: Decimal, limit_price: Decimal, price: Decimal) -> Decimal:
    """Worth of an order with a limit: sells count at the higher, buys at the lower of limit and market."""
    if quantity == 0:
        return ZERO
    return quantity * (max(limit_price, price) if quantity < 0 else min(limit_price, price))


class MarketOrder(Order):
    """Filled at once at the market: `MarketOrder(symbol, quantity, time, tag, properties)`, optionally with a price before the tag."""

    _type = OrderType.MARKET

    def __init__(self, symbol: Any = None, quantity: Any = 0, time: Any = None, *args: Any, price: Any = None, tag: str | None = "",
                 properties: OrderProperties | None = None) -> None:  # fmt: skip
        rest = list(args)
        if rest and not isinstance(rest[0], str) and rest[0] is not None:
            price = rest.pop(0)
        tag = rest.pop(0) if rest else tag
        properties = rest.pop(0) if rest else properties
        super().__init__(symbol, quantity, time, tag, properties)
        if price is not None:
            self._price = to_decimal(price)


class MarketOnOpenOrder(Order):
    """Filled at the next opening of the market."""

    _type = OrderType.MARKET_ON_OPEN


class MarketOnCloseOrder(Order):
    """Filled at the next close; to be sent at least `submission_time_buffer` before it."""

    _type = OrderType.MARKET_ON_CLOSE
    DEFAULT_SUBMISSION_TIME_BUFFER: ClassVar[timedelta] = timedelta(minutes=15.5)
    DefaultSubmissionTimeBuffer: ClassVar[timedelta] = timedelta(minutes=15.5)
    submission_time_buffer: ClassVar[timedelta] = timedelta(minutes=15.5)


class OptionExerciseOrder(Order):
    """The exercise or assignment of an option."""

    _type = OrderType.OPTION_EXERCISE

    def _value_at(self, security: Any) -> Decimal:
        quantity = security._get_exercise_quantity(self._quantity)
        return quantity * self._price / security.symbol_properties._contract_multiplier  # type: ignore[no-any-return]


class LimitOrder(Order):
    """Filled at the limit price or better."""

    _type = OrderType.LIMIT
    limit_price = money("_limit_price")

    def __init__(self, symbol: Any = None, quantity: Any = 0, limit_price: Any = 0, time: Any = None, tag: str | None = "",
                 properties: OrderProperties | None = None) -> None:  # fmt: skip
        super().__init__(symbol, quantity, time, tag, properties)
        self._limit_price: Decimal = to_decimal(limit_price)

    @property
    def is_marketable(self) -> bool:
        """Whether the limit lay beyond the other side of the market when the order was submitted."""
        data, quantity = self._order_submission_data, self._quantity
        if data is None or quantity == 0:
            return False
        return self._limit_price >= data._ask_price if quantity > 0 else self._limit_price <= data._bid_price

    def _value_at(self, security: Any) -> Decimal:
        return worth_at_limit(self._quantity, self._limit_price, security._price)

    def _apply_prices(self, request: Any) -> None:
        if request._limit_price is not None:
            self._limit_price = request._limit_price

    def _text(self) -> str:
        return f" at limit {self._priced(self._limit_price)}"


class StopMarketOrder(Order):
    """Becomes a market order once the stop price is reached."""

    _type = OrderType.STOP_MARKET
    stop_price = money("_stop_price")

    def __init__(self, symbol: Any = None, quantity: Any = 0, stop_price: Any = 0, time: Any = None, tag: str | None = "",
                 properties: OrderProperties | None = None) -> None:  # fmt: skip
        super().__init__(symbol, quantity, time, tag, properties)
        self._stop_price: Decimal = to_decimal(stop_price)

    def _value_at(self, security: Any) -> Decimal:
        return worth_at_limit(self._quantity, self._stop_price, security._price)

    def _apply_prices(self, request: Any) -> None:
        if request._stop_price is not None:
            self._stop_price = request._stop_price

    def _text(self) -> str:
        return f" at stop {self._priced(self._stop_price)}"


class StopLimitOrder(Order):
    """Becomes a limit order once the stop price is reached; `_stop_triggered` remembers that."""

    _type = OrderType.STOP_LIMIT
    stop_price = money("_stop_price")
    stop_triggered = plain("_stop_triggered")
    limit_price = money("_limit_price")

    def __init__(self, symbol: Any = None, quantity: Any = 0, stop_price: Any = 0, limit_price: Any = 0, time: Any = None,
                 tag: str | None = "", properties: OrderProperties | None = None) -> None:  # fmt: skip
        super().__init__(symbol, quantity, time, tag, properties)
        self._stop_price: Decimal = to_decimal(stop_price)
        self._limit_price: Decimal = to_decimal(limit_price)
        self._stop_triggered = False

    def _value_at(self, security: Any) -> Decimal:
        return worth_at_limit(self._quantity, self._limit_price, security._price)

    def _apply_prices(self, request: Any) -> None:
        if request._stop_price is not None:
            self._stop_price = request._stop_price
        if request._limit_price is not None:
            self._limit_price = request._limit_price

    def _text(self) -> str:
        return f" at stop {self._priced(self._stop_price)} limit {self._priced(self._limit_price)}"


class LimitIfTouchedOrder(Order):
    """Becomes a limit order once the trigger price is touched; `_trigger_touched` remembers that."""

    _type = OrderType.LIMIT_IF_TOUCHED
    trigger_price = money("_trigger_price")
    limit_price = money("_limit_price")
    trigger_touched = plain("_trigger_touched")

    def __init__(self, symbol: Any = None, quantity: Any = 0, trigger_price: Any = 0, limit_price: Any = 0, time: Any = None,
                 tag: str | None = "", properties: OrderProperties | None = None) -> None:  # fmt: skip
        super().__init__(symbol, quantity, time, tag, properties)
        self._trigger_price: Decimal = to_decimal(trigger_price)
        self._limit_price: Decimal = to_decimal(limit_price)
        self._trigger_touched = False

    def _value_at(self, security: Any) -> Decimal:
        return worth_at_limit(self._quantity, self._limit_price, security._price)

    def _apply_prices(self, request: Any) -> None:
        if request._trigger_price is not None:
            self._trigger_price = request._trigger_price
        if request._limit_price is not None:
            self._limit_price = request._limit_price

    def _text(self) -> str:
        return f" at trigger {self._priced(self._trigger_price)} limit {self._priced(self._limit_price)}"


class TrailingStopOrder(StopMarketOrder):
    """A stop that follows the market at a distance: an amount, or a fraction of the price (`trailing_as_percentage`).

    `TrailingStopOrder(symbol, quantity, stop_price, trailing_amount, trailing_as_percentage, time, tag, properties)`; the stop price may
    be left out.
    """

    _type = OrderType.TRAILING_STOP
    trailing_amount = money("_trailing_amount")
    trailing_as_percentage = plain("_trailing_as_percentage")

    def __init__(self, symbol: Any = None, quantity: Any = 0, *args: Any, stop_price: Any = 0, trailing_amount: Any = 0,
                 trailing_as_percentage: bool = False, time: Any = None, tag: str | None = "",
                 properties: OrderProperties | None = None) -> None:  # fmt: skip
        rest = list(args)
        if len(rest) >= 2 and isinstance(rest[1], bool):
            rest.insert(0, stop_price)
        names = (stop_price, trailing_amount, trailing_as_percentage, time, tag, properties)
        stop_price, trailing_amount, trailing_as_percentage, time, tag, properties = (*rest, *names[len(rest) :])  # type: ignore[misc]
        super().__init__(symbol, quantity, stop_price, time, tag, properties)
        self._trailing_amount: Decimal = to_decimal(trailing_amount)
        self._trailing_as_percentage = bool(trailing_as_percentage)

    def get_default_tag(self) -> str:
        """`Trailing Amount: $0.4`, or `0.300%`."""
        return f"Trailing Amount: {self._distance()}"

    def _distance(self) -> str:
        return trailing_text(self._trailing_amount, self._trailing_as_percentage, currency_symbol(self._price_currency))

    def _apply_prices(self, request: Any) -> None:
        super()._apply_prices(request)
        if request._trailing_amount is not None:
            self._trailing_amount = request._trailing_amount

    def _text(self) -> str:
        return f"{super()._text()}. Trailing amount: {self._distance()}"

    @staticmethod
    def calculate_stop_price(
        current_market_price: Any, trailing_amount: Any, trailing_as_percentage: bool, direction: OrderDirection
    ) -> float:
        """The stop of a trailing order for a market price."""
        return to_float(trailing_stop(to_decimal(current_market_price), to_decimal(trailing_amount), trailing_as_percentage, direction))

    @staticmethod
    def try_update_stop_price(current_market_price: Any, current_stop_price: Any, trailing_amount: Any, trailing_as_percentage: bool,
                              direction: OrderDirection, updated_stop_price: Any = None) -> tuple[bool, float]:  # fmt: skip
        """(whether the stop follows, its new price): how Python sees LEAN's out parameter."""
        moved = follow_market(
            to_decimal(current_market_price), to_decimal(current_stop_price), to_decimal(trailing_amount), trailing_as_percentage, direction
        )
        return (False, 0.0) if moved is None else (True, to_float(moved))


def trailing_text(amount: Decimal, as_percentage: bool, sign: str) -> str:
    """`$0.4`, or `0.300%` for a fraction."""
    return f"{decimal_text(amount * 100)}%" if as_percentage else f"{sign}{decimal_text(amount)}"


def trailing_stop(market: Decimal, amount: Decimal, as_percentage: bool, direction: OrderDirection) -> Decimal:
    """The stop at the trailing distance from a market price: above it for buys, below it for sells."""
    distance = market * amount if as_percentage else amount
    return market + distance if direction is OrderDirection.BUY else market - distance


def follow_market(market: Decimal, stop: Decimal, amount: Decimal, as_percentage: bool, direction: OrderDirection) -> Decimal | None:
    """The new stop when the market has moved away by more than the trailing distance, None when the old one stands."""
    gap = market - stop if direction is OrderDirection.SELL else stop - market
    distance = market * amount if as_percentage else amount
    return None if gap <= distance else trailing_stop(market, amount, as_percentage, direction)


class ComboOrder(Order):
    """One leg of a group: its quantity is a ratio times the group's quantity, so that updating the group updates every leg."""

    @property
    def _direction(self) -> OrderDirection:  # type: ignore[override]
        return direction_of(self._quantity)

    @property
    def _quantity(self) -> Decimal:
        group = self.group_order_manager
        return strip(self._ratio if group is None else group._leg_quantity(self._ratio))

    @_quantity.setter
    def _quantity(self, value: Decimal) -> None:
        group = self.group_order_manager
        self._ratio = value if group is None else group._leg_ratio(value)

    def __init__(self, symbol: Any = None, quantity: Any = 0, time: Any = None, group_order_manager: GroupOrderManager | None = None,
                 tag: str | None = "", properties: OrderProperties | None = None) -> None:  # fmt: skip
        super().__init__(symbol, quantity, time, tag, properties, group_order_manager)

    def apply_update_order_request(self, request: Any) -> None:
        """As for any order, but a quantity is the group's."""
        if request.order_id != self._id:
            raise ArgumentException("Attempted to apply updates to the incorrect order!")
        if request.tag is not None:
            self._tag = request.tag
        if request._quantity is not None and self.group_order_manager is not None:
            self.group_order_manager._quantity = request._quantity
        self._apply_prices(request)


class ComboMarketOrder(ComboOrder):
    """A leg of a combo that fills at the market, all legs or none."""

    _type = OrderType.COMBO_MARKET


class ComboLimitOrder(ComboOrder):
    """A leg of a combo with one limit for the sum of its legs, kept by the group."""

    _type = OrderType.COMBO_LIMIT

    def __init__(self, symbol: Any = None, quantity: Any = 0, limit_price: Any = 0, time: Any = None,
                 group_order_manager: GroupOrderManager | None = None, tag: str | None = "",
                 properties: OrderProperties | None = None) -> None:  # fmt: skip
        super().__init__(symbol, quantity, time, group_order_manager, tag, properties)
        if group_order_manager is not None:
            group_order_manager._limit_price = to_decimal(limit_price)

    def _value_at(self, security: Any) -> Decimal:
        limit = ZERO if self.group_order_manager is None else self.group_order_manager._limit_price
        return worth_at_limit(self._quantity, limit, security._price)

    def _apply_prices(self, request: Any) -> None:
        if request._limit_price is not None and self.group_order_manager is not None:
            self.group_order_manager._limit_price = request._limit_price


class ComboLegLimitOrder(ComboOrder):
    """A leg of a combo with a limit of its own."""

    _type = OrderType.COMBO_LEG_LIMIT
    limit_price = money("_limit_price")

    def __init__(self, symbol: Any = None, quantity: Any = 0, limit_price: Any = 0, time: Any = None,
                 group_order_manager: GroupOrderManager | None = None, tag: str | None = "",
                 properties: OrderProperties | None = None) -> None:  # fmt: skip
        super().__init__(symbol, quantity, time, group_order_manager, tag, properties)
        self._limit_price: Decimal = to_decimal(limit_price)

    def _value_at(self, security: Any) -> Decimal:
        return worth_at_limit(self._quantity, self._limit_price, security._price)

    def _apply_prices(self, request: Any) -> None:
        if request._limit_price is not None:
            self._limit_price = request._limit_price


def create_order(request: Any) -> Order:
    """The order of a `SubmitOrderRequest`: status New, its id set (which adds it to a combo's group)."""
    order = _build(request)
    order.status = OrderStatus.NEW
    order._id = request.order_id
    order._time_is_utc = request._time_is_utc
    return order


_PLAIN = {int(kind._type): kind for kind in (MarketOrder, MarketOnOpenOrder, MarketOnCloseOrder, OptionExerciseOrder)}


def _build(request: Any) -> Order:
    kind, symbol, quantity, time = request._order_type, request._symbol, request._quantity, request._time
    last = (request._tag, request._order_properties)
    plain_kind = _PLAIN.get(int(kind))
    if plain_kind is not None:
        return plain_kind(symbol, quantity, time, *last)
    if kind is OrderType.LIMIT:
        return LimitOrder(symbol, quantity, request._limit_price, time, *last)
    if kind is OrderType.STOP_MARKET:
        return StopMarketOrder(symbol, quantity, request._stop_price, time, *last)
    if kind is OrderType.STOP_LIMIT:
        return StopLimitOrder(symbol, quantity, request._stop_price, request._limit_price, time, *last)
    if kind is OrderType.TRAILING_STOP:
        return TrailingStopOrder(
            symbol, quantity, request._stop_price, request._trailing_amount, request.trailing_as_percentage, time, *last
        )
    if kind is OrderType.LIMIT_IF_TOUCHED:
        return LimitIfTouchedOrder(symbol, quantity, request._trigger_price, request._limit_price, time, *last)
    group = request.group_order_manager
    if kind is OrderType.COMBO_MARKET:
        return ComboMarketOrder(symbol, quantity, time, group, *last)
    if kind is OrderType.COMBO_LIMIT:
        return ComboLimitOrder(symbol, quantity, request._limit_price, time, group, *last)
    if kind is OrderType.COMBO_LEG_LIMIT:
        return ComboLegLimitOrder(symbol, quantity, request._limit_price, time, group, *last)
    raise ArgumentOutOfRangeException(f"Specified argument was out of the range of valid values: {kind!r} is not a kind of order.")
