"""Buying power on margin: what a position reserves, what is left, and how much to order for a target.

Rules of `Common/Securities/BuyingPowerModel.cs`; margin is price * quantity * multiplier * rate / leverage. Users override the public
methods, and the engine asks through them. The models themselves do not: as in LEAN, whose models are C#, a Python override is not seen by
the base class (record `CustomModels`), so they go on with the methods with a leading underscore, which hold the exact decimals.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import ONE, ZERO, decimal_text, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import OrderDirection, OrderType
from lyra.engine.errors import NotSupported
from lyra.engine.exact import add, divide, multiply, strip, subtract
from lyra.engine.fees.base import fee_in_account_currency
from lyra.engine.naming import LeanObject
from lyra.engine.orders.order import MarketOrder
from lyra.engine.securities.margin_parameters import (
    BuyingPower,
    GetMaximumOrderQuantityForDeltaBuyingPowerParameters,
    GetMaximumOrderQuantityForTargetBuyingPowerParameters,
    GetMaximumOrderQuantityResult,
    HasSufficientBuyingPowerForOrderParameters,
    HasSufficientBuyingPowerForOrderResult,
    InitialMargin,
    InitialMarginParameters,
    InitialMarginRequiredForOrderParameters,
    MaintenanceMargin,
    MaintenanceMarginParameters,
    ReservedBuyingPowerForPosition,
    ReservedBuyingPowerForPositionParameters,
    amount_of,
)


def zero_price_message(symbol: Any) -> str:
    """LEAN's text for a security without data."""
    return (
        f"{symbol}: The security does not have an accurate price as it has not yet received a bar of data. Before placing a trade (or "
        "using set_holdings) warm up your algorithm with set_warmup, or use slice.contains(symbol) to confirm the Slice object has price "
        "before using the data. Data does not necessarily all arrive at the same time so your algorithm should confirm the data is ready "
        "before using it. In live trading this can mean you do not have an active subscription to the asset class you're trying to trade. "
        "If using custom data make sure you've set the 'Value' property."
    )


def round_to_lot(quantity: Decimal, lot: Decimal, rounding: str) -> Decimal:
    """A quantity as a whole number of lots, rounded down (floor) or up (ceiling)."""
    return multiply(divide(quantity, lot).to_integral_value(rounding=rounding), lot)


def initial_margin(model: Any, security: Any, quantity: Decimal) -> Decimal:
    """What a security's model, LEAN's or the user's, says of the initial margin of a quantity."""
    return amount_of(model.get_initial_margin_requirement(InitialMarginParameters(security, quantity)))


def maintenance_margin(model: Any, security: Any) -> Decimal:
    """What a security's model, LEAN's or the user's, says of the maintenance margin of the holding."""
    return amount_of(model.get_maintenance_margin(MaintenanceMarginParameters.for_current_holdings(security)))


def is_leans_own(model: Any) -> bool:
    """Whether a buying power model is LEAN's own, and not a user's or the wrapper of one, which is asked as often as LEAN asks."""
    return isinstance(model, BuyingPowerModel) and type(model).__module__.startswith("lyra.engine.")


def margin_to_hold(security: Any, quantity: Decimal, value: Decimal) -> Decimal:
    """What a security's model says of the maintenance margin of a quantity that is worth `value`. LEAN's own needs no parameters made."""
    model = security.buying_power_model
    if is_leans_own(model):
        return model._maintenance_margin(security, quantity, value)  # type: ignore[no-any-return]
    return amount_of(model.get_maintenance_margin(MaintenanceMarginParameters(security, quantity, value, value)))


def reserved_margin(security: Any) -> Decimal:
    """The margin that a security's position uses."""
    model = security.buying_power_model
    return amount_of(model.get_reserved_buying_power_for_position(ReservedBuyingPowerForPositionParameters(security)))


def margin_used(security: Any) -> Decimal:
    """What a security's holding adds to the portfolio's margin in use: its maintenance margin at the present price."""
    holdings = security.holdings
    return margin_to_hold(security, holdings._quantity, holdings._present_value)


def position_buying_power(portfolio: Any, security: Any, direction: OrderDirection) -> Decimal:
    """What `portfolio.get_buying_power(symbol, direction)` answers: free margin; against the holding its margin is added twice."""
    result = portfolio._margin_remaining
    holding = security.holdings
    if (holding.is_long and direction is OrderDirection.SELL) or (holding.is_short and direction is OrderDirection.BUY):
        margin = add(margin_used(security), initial_margin(security.buying_power_model, security, holding._quantity).copy_abs())
        result = add(result, margin)
    return result  # type: ignore[no-any-return]


def above_minimum_margin(portfolio: Any, minimum: Decimal, margin: Decimal) -> bool:
    """Whether a change of margin is worth an order; always when no margin is left."""
    total = portfolio._total_portfolio_value
    return not (total * minimum > margin and portfolio._margin_remaining_of(total) > 0)


class BuyingPowerModel(LeanObject):
    """Buying power with a constant leverage: `BuyingPowerModel(leverage)` or `(initial, maintenance, required_free_percent)`."""

    NULL: ClassVar[BuyingPowerModel]
    Null: ClassVar[BuyingPowerModel]
    _initial = _maintenance = ONE  # what a user's subclass has that does not call the constructor
    _free = ZERO

    def __init__(self, *args: Any, leverage: Any = 1, required_free_buying_power_percent: Any = 0) -> None:
        free = to_decimal(required_free_buying_power_percent)
        if len(args) == 3:
            initial, maintenance, free = map(to_decimal, args)
            if not 0 <= initial <= 1:
                raise ArgumentException("Initial margin requirement must be between 0 and 1")
            if not 0 <= maintenance <= 1:
                raise ArgumentException("Maintenance margin requirement must be between 0 and 1")
        else:
            if args:
                leverage = args[0]
            if len(args) == 2:
                free = to_decimal(args[1])
            initial = maintenance = self._requirement(leverage)
        if not 0 <= free <= 1:
            raise ArgumentException("Free Buying Power Percent requirement must be between 0 and 1")
        self._initial, self._maintenance, self._free = initial, maintenance, free

    @staticmethod
    def _requirement(leverage: Any) -> Decimal:
        number = to_decimal(leverage)
        if number < 1:
            raise ArgumentException("Leverage must be greater than or equal to 1.")
        return divide(ONE, number)

    # what the model goes on with --------------------------------------------------------------------
    def _leverage(self, security: Any) -> Decimal:
        return divide(ONE, self._initial)

    def _initial_margin(self, security: Any, quantity: Decimal) -> Decimal:
        rate, multiplier = security.quote_currency._conversion_rate, security.symbol_properties._contract_multiplier
        return multiply(multiply(multiply(multiply(rate, multiplier), security._price), quantity), self._initial)

    def _maintenance_margin(self, security: Any, quantity: Decimal, value: Decimal) -> Decimal:
        return multiply(value.copy_abs(), self._maintenance)

    def _held_margin(self, security: Any) -> Decimal:
        holdings = security.holdings
        return self._maintenance_margin(security, holdings._quantity, holdings._holdings_value)

    def _required_for_order(self, cash_book: Any, security: Any, order: Any) -> Decimal:
        amount = fee_in_account_currency(cash_book, security, order)
        margin = self._initial_margin(security, order._quantity)
        return add(margin, amount if margin > 0 else amount.copy_negate() if margin < 0 else ZERO)

    def _margin_remaining(self, portfolio: Any, security: Any, direction: OrderDirection) -> Decimal:
        """Free margin; against the holding's direction its own margin counts twice (close it, open the other way)."""
        total = portfolio._total_portfolio_value
        result = add(portfolio._margin_remaining_of(total), self._margin_of_turning(security, direction))
        return max(subtract(result, multiply(total, self._free)), ZERO)

    def _margin_of_turning(self, security: Any, direction: OrderDirection) -> Decimal:
        holding = security.holdings
        if (holding.is_long and direction is OrderDirection.SELL) or (holding.is_short and direction is OrderDirection.BUY):
            return add(self._held_margin(security), self._initial_margin(security, holding._quantity.copy_abs()))
        return ZERO

    # what LEAN's users call and override -------------------------------------------------------------
    def get_leverage(self, security: Any) -> float:
        """The leverage."""
        return to_float(self._leverage(security))

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """Change the leverage."""
        self._initial = self._maintenance = self._requirement(leverage)

    def get_initial_margin_requirement(self, parameters: InitialMarginParameters) -> InitialMargin:
        """Margin to open a quantity at the present price, signed like it."""
        return InitialMargin(self._initial_margin(parameters._security, parameters._quantity))

    def get_initial_margin_required_for_order(self, parameters: InitialMarginRequiredForOrderParameters) -> InitialMargin:
        """Margin to open an order's quantity, plus its fee."""
        return InitialMargin(self._required_for_order(parameters._currency_converter, parameters._security, parameters._order))

    def get_maintenance_margin(self, parameters: MaintenanceMarginParameters) -> MaintenanceMargin:
        """Margin to hold a position."""
        return MaintenanceMargin(self._maintenance_margin(parameters._security, parameters._quantity, parameters._holdings_value))

    def get_reserved_buying_power_for_position(self, parameters: Any) -> ReservedBuyingPowerForPosition:
        """The margin in use."""
        return ReservedBuyingPowerForPosition(self._held_margin(parameters._security))

    def get_buying_power(self, parameters: Any) -> BuyingPower:
        """What is left for a direction."""
        return BuyingPower(self._margin_remaining(parameters._portfolio, parameters._security, parameters._direction))

    def has_sufficient_buying_power_for_order(
        self, parameters: HasSufficientBuyingPowerForOrderParameters
    ) -> HasSufficientBuyingPowerForOrderResult:
        """Whether the free margin covers what is left of the order; closing and reducing always pass."""
        order, security, portfolio = parameters._order, parameters._security, parameters._portfolio
        if order._quantity == 0:
            return parameters.sufficient()
        ticket = portfolio.transactions.get_order_ticket(order.id)
        if ticket is None:
            return parameters.insufficient(f"Null order ticket for id: {order.id}")
        if order.type is OrderType.OPTION_EXERCISE:
            raise NotSupported("Option exercise")
        held = security.holdings._quantity
        if held * order._quantity < 0 and held.copy_abs() >= order._quantity.copy_abs():
            return parameters.sufficient()
        free = self._margin_remaining(portfolio, security, order.direction)
        size = order._quantity.copy_abs()
        unfilled = divide(size - ticket._quantity_filled.copy_abs(), size)
        required = multiply(unfilled, self._required_for_order(portfolio.cash_book, security, order))
        if required.copy_abs() > free:
            return parameters.insufficient(
                f"Id: {order.id}, Initial Margin: {decimal_text(strip(required))}, Free Margin: {decimal_text(strip(free))}"
            )
        return parameters.sufficient()

    def get_maximum_order_quantity_for_delta_buying_power(
        self, parameters: GetMaximumOrderQuantityForDeltaBuyingPowerParameters
    ) -> GetMaximumOrderQuantityResult:
        """The quantity that changes the margin in use by an amount."""
        security, portfolio = parameters._security, parameters._portfolio
        used = reserved_margin(security)
        total = portfolio._total_portfolio_value
        wanted = add(used if security.holdings.is_long else used.copy_negate(), parameters._delta_buying_power)
        target = divide(wanted, total) if total != 0 else ZERO
        return self._maximum_for_target(portfolio, security, target, parameters._minimum, parameters._silence)

    def get_maximum_order_quantity_for_target_buying_power(
        self, parameters: GetMaximumOrderQuantityForTargetBuyingPowerParameters
    ) -> GetMaximumOrderQuantityResult:
        """The quantity that brings the position's initial margin to a share of the portfolio, fees taken off the portfolio."""
        return self._maximum_for_target(
            parameters._portfolio, parameters._security, parameters._target_buying_power, parameters._minimum, parameters._silence
        )

    def get_amount_to_order(
        self, security: Any, target_margin: Any, margin_for_one_unit: Any, final_margin: Any = None
    ) -> tuple[float, float]:
        """(quantity, margin after it) to reach a margin, given that of one unit."""
        quantity, margin = self._amount_to_order(security, to_decimal(target_margin), to_decimal(margin_for_one_unit))
        return to_float(quantity), to_float(margin)

    # sizing -----------------------------------------------------------------------------------------
    def _maximum_for_target(
        self, portfolio: Any, security: Any, share: Decimal, minimum: Decimal, silence: bool
    ) -> GetMaximumOrderQuantityResult:
        total = portfolio._total_portfolio_value
        target = multiply(share, subtract(total, multiply(total, self._free)))
        held = security.holdings._quantity
        if target == 0:
            return GetMaximumOrderQuantityResult(-held, "", False)
        used = self._initial_margin(security, held)
        unit = self._initial_margin(security, ONE)
        if unit == 0:
            return GetMaximumOrderQuantityResult(0, zero_price_message(security.symbol))
        change = subtract(target, used).copy_abs()
        if not above_minimum_margin(portfolio, minimum, change):
            portfolio.minimum_margin_skipped = True
            reason = f"The target order margin {decimal_text(change)} is less than the minimum {decimal_text(total * minimum)}."
            return GetMaximumOrderQuantityResult(0, None if silence else reason, False)
        previous = ZERO
        while True:
            quantity, margin = self._amount_to_order(security, target, unit)
            if quantity == 0:
                reason = (
                    f"The order quantity is less than the lot size of {decimal_text(security.symbol_properties._lot_size)} and has been "
                    f"rounded to zero. Target order margin {decimal_text(target - used)}. "
                )
                return GetMaximumOrderQuantityResult(0, None if silence else reason, False)
            fees = fee_in_account_currency(portfolio.cash_book, security, MarketOrder(security.symbol, quantity, security.exchange._now()))
            target = multiply(subtract(subtract(total, fees), multiply(total, self._free)), share)
            if previous == quantity:
                raise ArgumentException(_no_convergence(portfolio, security, target, fees, share))
            previous = quantity
            if margin.copy_abs() <= target.copy_abs():
                return GetMaximumOrderQuantityResult(quantity)

    def _amount_to_order(self, security: Any, target: Decimal, unit: Decimal) -> tuple[Decimal, Decimal]:
        """The quantity in whole lots that stays within the target margin, and the margin of the position after it."""
        lot, held = security.symbol_properties._lot_size, security.holdings._quantity
        size = round_to_lot(add(held.copy_negate(), divide(target, unit)), lot, ROUND_CEILING if target < 0 else ROUND_FLOOR)
        margin = self._initial_margin(security, size + held)
        over = subtract(margin, target)
        while (target < 0 and over < 0) or (target > 0 and over > 0):
            size += lot if target < 0 else -lot
            margin = self._initial_margin(security, size + held)
            now = subtract(margin, target)
            if now.copy_abs() > over.copy_abs() and (now > 0) == (over > 0):
                raise ArgumentException(_wrong_direction(security, target, unit))
            over = now
        return size, margin


def _held_text(security: Any) -> str:
    holdings = security.holdings
    return f"{decimal_text(holdings._quantity)} @ {decimal_text(holdings._average_price)}"


def _no_convergence(portfolio: Any, security: Any, target: Decimal, fees: Decimal, share: Decimal) -> str:
    return (
        f"GetMaximumOrderQuantityForTargetBuyingPower failed to converge on the target margin: {decimal_text(target)}; the following "
        f"information can be used to reproduce the issue. Total Portfolio Cash: {decimal_text(portfolio._cash)}; Security : "
        f"{security.symbol.id}; Price : {decimal_text(security.cache.exact('close'))}; Leverage: {decimal_text(security._leverage)}; "
        f"Order Fee: {decimal_text(fees)}; Lot Size: {decimal_text(security.symbol_properties._lot_size)}; Current Holdings: "
        f"{_held_text(security)}; Target Percentage: %{decimal_text(share * 100)};"
    )


def _wrong_direction(security: Any, target: Decimal, unit: Decimal) -> str:
    return (
        "BuyingPowerModel().GetAmountToOrder(): Margin is being adjusted in the wrong direction. Reproduce this issue with the following "
        f"variables, Target Margin: {decimal_text(target)}; MarginForOneUnit: {decimal_text(unit)}; Security Holdings: "
        f"{_held_text(security)}; LotSize: {decimal_text(security.symbol_properties._lot_size)}; Price: "
        f"{decimal_text(security.cache.exact('close'))}; Leverage: {decimal_text(security._leverage)}"
    )


class SecurityMarginModel(BuyingPowerModel):
    """Margin with a constant leverage, LEAN's default."""


class ConstantBuyingPowerModel(BuyingPowerModel):
    """Margin of a fixed amount per unit, in account currency."""

    def __init__(self, margin_required_per_unit_in_account_currency: Any) -> None:
        super().__init__()
        self._per_unit = to_decimal(margin_required_per_unit_in_account_currency)

    def _initial_margin(self, security: Any, quantity: Decimal) -> Decimal:
        return quantity * self._per_unit

    def _maintenance_margin(self, security: Any, quantity: Decimal, value: Decimal) -> Decimal:
        return quantity.copy_abs() * self._per_unit

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """The margin is fixed; LEAN ignores this too."""


class NullBuyingPowerModel(BuyingPowerModel):
    """Every order passes and holding takes no margin; sizing still counts the full price."""

    def _maintenance_margin(self, security: Any, quantity: Decimal, value: Decimal) -> Decimal:
        return ZERO

    def has_sufficient_buying_power_for_order(
        self, parameters: HasSufficientBuyingPowerForOrderParameters
    ) -> HasSufficientBuyingPowerForOrderResult:
        """Always."""
        return parameters.sufficient()


BuyingPowerModel.NULL = BuyingPowerModel.Null = NullBuyingPowerModel()


class PatternDayTradingMarginModel(SecurityMarginModel):
    """Leverage 4 while the market is open, 2 when it is closed or closes within ten minutes (`PatternDayTradingMarginModel.cs`)."""

    def __init__(self, closed_market_leverage: Any = 2, open_market_leverage: Any = 4) -> None:
        super().__init__(open_market_leverage)
        self._correction = to_decimal(open_market_leverage) / to_decimal(closed_market_leverage)

    def _factor(self, security: Any) -> Decimal:
        open_now = security.exchange.exchange_open and not security.exchange.closing_soon
        return ONE if open_now else self._correction

    def _leverage(self, security: Any) -> Decimal:
        return super()._leverage(security) * divide(ONE, self._factor(security))

    def _initial_margin(self, security: Any, quantity: Decimal) -> Decimal:
        return super()._initial_margin(security, quantity) * self._factor(security)

    def _maintenance_margin(self, security: Any, quantity: Decimal, value: Decimal) -> Decimal:
        return super()._maintenance_margin(security, quantity, value) * self._factor(security)

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """The leverage is the rule's; LEAN ignores this too."""
