"""Buying power without borrowing, for coins and currencies (`Common/Securities/CashBuyingPowerModel.cs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, to_decimal
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import OrderDirection, OrderType
from lyra.engine.exact import strip
from lyra.engine.fees.base import charged_fee, fee_in_account_currency
from lyra.engine.orders.order import MarketOrder
from lyra.engine.securities.buying_power import BuyingPowerModel, zero_price_message
from lyra.engine.securities.margin_parameters import (
    BuyingPower,
    GetMaximumOrderQuantityResult,
    HasSufficientBuyingPowerForOrderParameters,
    HasSufficientBuyingPowerForOrderResult,
    ReservedBuyingPowerForPosition,
)

_PRICE_FIELDS = {
    OrderType.LIMIT: "_limit_price", OrderType.STOP_MARKET: "_stop_price", OrderType.STOP_LIMIT: "_limit_price",
    OrderType.LIMIT_IF_TOUCHED: "_limit_price", OrderType.TRAILING_STOP: "_stop_price",
}  # fmt: skip


_RESERVING = (OrderType.LIMIT, OrderType.STOP_MARKET)


def _order_price(security: Any, order: Any) -> Decimal:
    if order.type is OrderType.MARKET:
        return security._price  # type: ignore[no-any-return]
    return getattr(order, _PRICE_FIELDS[order.type]) if order.type in _PRICE_FIELDS else ZERO


def _text(value: Decimal) -> str:
    return decimal_text(strip(value))


class CashBuyingPowerModel(BuyingPowerModel):
    """Buy with the quote currency that is there, sell the coins that are there; no leverage, no shorts."""

    def __init__(self) -> None:
        super().__init__(1, 0, 0)

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """Only 1 is possible."""
        if to_decimal(leverage) != 1:
            raise InvalidOperationException("CashBuyingPowerModel does not allow setting leverage. Cash accounts have no leverage.")

    def get_reserved_buying_power_for_position(self, parameters: Any) -> ReservedBuyingPowerForPosition:
        """Nothing: coins are bought outright."""
        return ReservedBuyingPowerForPosition(ZERO)

    def get_buying_power(self, parameters: Any) -> BuyingPower:
        """Units of the base currency that can be bought or sold."""
        security, direction = parameters._security, parameters._direction
        base = getattr(security, "base_currency", None)
        price = security._price * security.symbol_properties._contract_multiplier
        if base is None or price == 0:
            return BuyingPower(0)
        if direction is OrderDirection.BUY:
            rate = security.quote_currency._conversion_rate
            quote = parameters._portfolio.cash_book[security.quote_currency.symbol]
            return BuyingPower(quote._amount / (price * rate / rate))
        return BuyingPower(base._amount if direction is OrderDirection.SELL else ZERO)

    def has_sufficient_buying_power_for_order(
        self, parameters: HasSufficientBuyingPowerForOrderParameters
    ) -> HasSufficientBuyingPowerForOrderResult:
        """Whether the currency to pay with, less what open orders reserve, covers the order."""
        security, order, portfolio = parameters._security, parameters._order, parameters._portfolio
        base = getattr(security, "base_currency", None)
        if base is None:
            return parameters.insufficient(
                f"The '{security.symbol.value}' security is not supported by this cash model. "
                "Currently only Crypto and Forex are supported."
            )
        size = order._quantity.copy_abs()
        reserved = self._reserved_by_open_orders(portfolio, security, order)
        if order.direction is OrderDirection.SELL:
            available = base._amount
            if size <= available - reserved:
                return parameters.sufficient()
            return parameters.insufficient(
                f"Your portfolio holds {_text(available)} {base.symbol}, {_text(reserved)} {base.symbol} of which are reserved for open "
                f"orders, but your Sell order is for {_text(size)} {base.symbol}. Cash Modeling trading does not permit short holdings so "
                "ensure you only sell what you have, including any additional open orders."
            )
        quote = security.quote_currency
        available = quote._amount
        needed = size * _order_price(security, order)
        if order.type is OrderType.MARKET:
            maximum = self._largest_market_buy(portfolio, security, available - reserved, order)
            enough = needed <= maximum.copy_abs()
        else:
            fee = ZERO
            if order.type is OrderType.LIMIT:
                charged = charged_fee(security, order).value
                fee = portfolio.cash_book._convert(charged._amount, charged.currency, quote.symbol)
            maximum = available - reserved - fee
            enough = needed <= maximum
        if enough:
            return parameters.sufficient()
        return parameters.insufficient(
            f"Your portfolio holds {_text(available)} {quote.symbol}, {_text(reserved)} {quote.symbol} of which are reserved for open "
            f"orders, but your Buy order is for {_text(size)} {base.symbol}. Your order requires a total value of {_text(needed)} "
            f"{quote.symbol}, but only a total value of {_text(maximum.copy_abs())} {quote.symbol} is available."
        )

    def _largest_market_buy(self, portfolio: Any, security: Any, available: Decimal, order: Any) -> Decimal:
        book, base, quote = portfolio.cash_book, security.base_currency, security.quote_currency
        held = book._convert(base._amount, base.symbol, quote.symbol)
        target = book._to_account(available + held, quote.symbol)
        total = portfolio._total_portfolio_value
        share = ZERO if total == 0 else target / total
        return self._maximum_for_target(portfolio, security, share, ZERO, False)._quantity * _order_price(security, order)

    def get_maximum_order_quantity_for_delta_buying_power(self, parameters: Any) -> GetMaximumOrderQuantityResult:
        """LEAN has no such calculation for cash."""
        raise NotImplementedError("The CashBuyingPowerModel does not require 'GetMaximumOrderQuantityForDeltaBuyingPower'.")

    def _maximum_for_target(
        self, portfolio: Any, security: Any, share: Decimal, minimum: Decimal, silence: bool
    ) -> GetMaximumOrderQuantityResult:
        target_value = share * portfolio._total_portfolio_value
        if target_value < 0:
            return GetMaximumOrderQuantityResult(0, "The cash model does not allow shorting.")
        base = getattr(security, "base_currency", None)
        if base is None:
            return GetMaximumOrderQuantityResult(0, "The security type must be Cryptoor Forex.")
        if target_value == 0:
            return GetMaximumOrderQuantityResult(-base._amount)
        position = portfolio.cash_book._to_account(base._amount, base.symbol)
        target = (target_value - position).copy_abs()
        buy = target_value > position
        multiplier = security.symbol_properties._contract_multiplier
        unit = (security._ask_price if buy else security._bid_price) * (security.quote_currency._conversion_rate * multiplier)
        if unit == 0:
            return GetMaximumOrderQuantityResult(0, self._no_price(portfolio, security))
        return self._converge(portfolio, security, target, unit, buy, silence)

    def _converge(
        self, portfolio: Any, security: Any, target: Decimal, unit: Decimal, buy: bool, silence: bool
    ) -> GetMaximumOrderQuantityResult:
        lot = security.symbol_properties._lot_size
        too_small = f"The order quantity is less than the lot size of {decimal_text(lot)} and has been rounded to zero."
        quantity = target / unit
        quantity -= quantity % lot
        if quantity == 0:
            return GetMaximumOrderQuantityResult(0, None if silence else too_small, False)
        previous, value, fees = ZERO, ZERO, ZERO
        while True:
            if value > target:
                quantity -= max((value - target) / (value / quantity), lot)
            quantity -= quantity % lot
            if quantity <= 0:
                details = (
                    f"Target order value {decimal_text(target)}. Order fees {decimal_text(fees)}. Order quantity {decimal_text(quantity)}."
                )
                return GetMaximumOrderQuantityResult(0, too_small + details)
            if previous == quantity:
                raise ArgumentException(
                    f"GetMaximumOrderQuantityForTargetBuyingPower failed to converge to target order value {target}. Current order value "
                    f"is {value}. Order quantity {quantity}. Lot size is {lot}. Order fees {fees}. Security symbol {security.symbol}"
                )
            previous = quantity
            fees = fee_in_account_currency(portfolio.cash_book, security, MarketOrder(security.symbol, quantity, security.exchange._now()))
            value = quantity * unit + fees
            if value <= target:
                return GetMaximumOrderQuantityResult(quantity if buy else -quantity)

    @staticmethod
    def _no_price(portfolio: Any, security: Any) -> str:
        if security.quote_currency._conversion_rate == 0:
            return (f"The internal cash feed required for converting {security.quote_currency.symbol} to "
                    f"{portfolio.cash_book.account_currency} does not have any data yet (or market may be closed).")  # fmt: skip
        if security.symbol_properties._contract_multiplier == 0:
            return (f"The contract multiplier for the {security.symbol.value} security is zero. "
                    "The symbol properties database may be out of date.")  # fmt: skip
        return zero_price_message(security.symbol)

    @staticmethod
    def _reserved_by_open_orders(portfolio: Any, security: Any, order: Any) -> Decimal:
        """What open limit and stop orders will take of the currency that this order takes."""
        others = [o for o in portfolio.transactions._open_orders() if o._order_id != order._order_id and o._type in _RESERVING]
        if not others:
            return ZERO
        currency = security.quote_currency.symbol if order.direction is OrderDirection.BUY else security.base_currency.symbol
        sides: dict[Any, OrderDirection] = {}
        for other in portfolio.securities.values():
            if (base := getattr(other, "base_currency", None)) is None:
                continue
            if base.symbol == currency:
                sides[other.symbol] = OrderDirection.SELL
            elif other.quote_currency.symbol == currency:
                sides[other.symbol] = OrderDirection.BUY
        reserved = ZERO
        for open_order in others:
            if sides.get(open_order.symbol) is not open_order.direction:
                continue
            size = open_order._quantity.copy_abs()
            if portfolio.securities[open_order.symbol].quote_currency.symbol == currency:
                size *= _order_price(security, open_order)
            reserved += size
        return reserved
