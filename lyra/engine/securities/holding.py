"""`SecurityHolding`: quantity, cost and profit of one security."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, to_decimal, to_float
from lyra.engine.exact import add, divide, multiply, subtract
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money, plain


class SecurityHolding(LeanObject):
    """What is held of a security. Money is in the account currency, prices in the quote currency."""

    invested: bool
    target: Any
    symbol = plain("_symbol")
    quantity = money("_quantity")
    average_price = money("_average_price")
    price = money("_price")
    holdings_cost = money("_holdings_cost")
    holdings_value = money("_holdings_value")
    unrealized_profit = money("_unrealized_profit")
    profit = money("_profit")
    net_profit = money("_net_profit")
    total_fees = money("_total_fees")
    total_sale_volume = money("_total_sale_volume")
    total_dividends = money("_total_dividends")
    last_trade_profit = money("_last_trade_profit")
    leverage = money("_leverage")
    unlevered_holdings_cost = money("_unlevered_holdings_cost")
    unrealized_profit_percent = money("_unrealized_profit_percent")

    def __init__(self, security: Any) -> None:
        self._security = security
        self._quantity = ZERO
        self._average_price = ZERO
        self._trade_profit = ZERO
        self._total_fees = ZERO
        self._total_sale_volume = ZERO
        self._total_dividends = ZERO
        self._last_trade_profit = ZERO
        self._worth: tuple[Any, Any, Decimal, Any] = None, None, ZERO, None
        """A quantity, a price, and `_amount_of` them."""
        self.invested = False
        self.target = None

    @property
    def _symbol(self) -> Any:
        return self._security.symbol

    @property
    def type(self) -> Any:
        """The security's type."""
        return self._security.type

    @property
    def hold_stock(self) -> bool:
        """The same as `invested`: at least one lot is held."""
        return self.invested

    @property
    def is_long(self) -> bool:
        """A positive quantity is held."""
        return self._quantity > 0

    @property
    def is_short(self) -> bool:
        """A negative quantity is held."""
        return self._quantity < 0

    @property
    def absolute_quantity(self) -> float:
        """The quantity without its sign."""
        return to_float(self._quantity.copy_abs())

    @property
    def absolute_holdings_cost(self) -> float:
        """The cost without its sign."""
        return to_float(self._holdings_cost.copy_abs())

    @property
    def unlevered_absolute_holdings_cost(self) -> float:
        """The cost without its sign, over the leverage."""
        return to_float(self._unlevered_holdings_cost.copy_abs())

    @property
    def absolute_holdings_value(self) -> float:
        """The value without its sign."""
        return to_float(self._holdings_value.copy_abs())

    # exact ----------------------------------------------------------------------------------------
    @property
    def _price(self) -> Decimal:
        return self._security._price  # type: ignore[no-any-return]

    @property
    def _leverage(self) -> Decimal:
        model = self._security.buying_power_model
        exact = getattr(model, "_leverage", None)
        return to_decimal(model.get_leverage(self._security)) if exact is None else exact(self._security)

    def _amount_of(self, quantity: Decimal, price: Decimal) -> tuple[Decimal, Any]:
        """Worth of a quantity at a price, and the cash entry of the currency it is in."""
        security = self._security
        return multiply(multiply(price, quantity), security.symbol_properties._contract_multiplier), security.quote_currency

    def _value_of(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Worth of a quantity at a price in the account currency."""
        amount, cash = self._amount_of(quantity, price)
        return multiply(amount, cash._conversion_rate)

    @property
    def _holdings_cost(self) -> Decimal:
        return ZERO if self._quantity == 0 else self._value_of(self._quantity, self._average_price)

    @property
    def _unlevered_holdings_cost(self) -> Decimal:
        return divide(self._holdings_cost, self._leverage)

    @property
    def _holdings_value(self) -> Decimal:
        return ZERO if self._quantity == 0 else self._present_value

    @property
    def _present_value(self) -> Decimal:
        """`_value_of` what is held at the present price; the amount is kept while both stay, as it is asked for several times a step."""
        quantity, price = self._quantity, self._price
        known_quantity, known_price, amount, cash = self._worth
        if known_quantity is not quantity or known_price is not price:
            amount, cash = self._amount_of(quantity, price)
            self._worth = quantity, price, amount, cash
        return multiply(amount, cash._conversion_rate)

    @property
    def _profit(self) -> Decimal:
        return add(self._trade_profit, self._total_dividends)

    @property
    def _net_profit(self) -> Decimal:
        return subtract(self._profit, self._total_fees)

    @property
    def _unrealized_profit(self) -> Decimal:
        return self._close_profit()

    @property
    def _unrealized_profit_percent(self) -> Decimal:
        cost = self._holdings_cost.copy_abs()
        return ZERO if cost == 0 else divide(self._unrealized_profit, cost)

    def _close_profit(self, include_fees: bool = True, exit_price: Decimal | None = None, entry_price: Decimal | None = None,
                      quantity: Decimal | None = None) -> Decimal:  # fmt: skip
        """Profit if the holding were closed now: at the bid (long) or ask (short), less the fee of a market order."""
        if quantity is None:
            if not self.invested:
                return ZERO
            quantity = self._quantity
        security = self._security
        fees = security._market_order_fee(-quantity) if include_fees else ZERO
        price = exit_price
        if price is None:
            price = security._bid_price if self.is_long else security._ask_price
            if price == 0:
                price = security._price
        entry = self._value_of(quantity, self._average_price if entry_price is None else entry_price)
        return subtract(subtract(self._value_of(quantity, price), entry), fees)

    def total_close_profit(self, include_fees: bool = True, exit_price: Any = None, entry_price: Any = None, quantity: Any = None) -> float:
        """`unrealized_profit` with other prices, another quantity, or without the fee."""
        numbers = [None if v is None else to_decimal(v) for v in (exit_price, entry_price, quantity)]
        return to_float(self._close_profit(include_fees, *numbers))

    def get_quantity_value(self, quantity: Any, price: Any = None) -> Any:
        """The worth of a quantity (at the present price by default): `.amount` in the quote currency, `.in_account_currency`."""
        at = self._price if price is None else to_decimal(price)
        return ConvertibleCashAmount(*self._amount_of(to_decimal(quantity), at))

    # changed by the portfolio ----------------------------------------------------------------------
    def set_holdings(self, average_price: Any, quantity: Any) -> None:
        """Set the holding without a trade."""
        self._quantity = to_decimal(quantity)
        self._average_price = to_decimal(average_price)
        self.invested = self._quantity.copy_abs() >= self._security.symbol_properties._lot_size

    def update_market_price(self, closing_price: Any) -> None:
        """LEAN's way to move the price; the price is the security's here."""
        self._security.set_market_price_value(to_decimal(closing_price))

    def add_new_fee(self, new_fee: Any) -> None:
        """Count a fee."""
        self._total_fees = add(self._total_fees, to_decimal(new_fee))

    def add_new_profit(self, profit_loss: Any) -> None:
        """Count a profit."""
        self._trade_profit = add(self._trade_profit, to_decimal(profit_loss))

    def add_new_sale(self, sale_value: Any) -> None:
        """Count a traded value."""
        self._total_sale_volume = add(self._total_sale_volume, to_decimal(sale_value))

    def add_new_dividend(self, dividend: Any) -> None:
        """Count a dividend."""
        self._total_dividends = add(self._total_dividends, to_decimal(dividend))

    def set_last_trade_profit(self, last_trade_profit: Any) -> None:
        """Remember the profit of the trade that closed last."""
        self._last_trade_profit = to_decimal(last_trade_profit)

    def __str__(self) -> str:
        return f"{self._symbol.value}: {decimal_text(self._quantity)} @ {decimal_text(self._average_price)}"


class EquityHolding(SecurityHolding):
    """What is held of an equity."""


class ForexHolding(SecurityHolding):
    """What is held of a currency pair."""


class CfdHolding(SecurityHolding):
    """What is held of a contract for difference."""


class CryptoHolding(SecurityHolding):
    """What is held of a coin."""


class IndexHolding(SecurityHolding):
    """What is held of an index: nothing."""


class OptionHolding(SecurityHolding):
    """What is held of an option."""


class ConvertibleCashAmount(LeanObject):
    """An amount with the cash entry of its currency."""

    amount = money("_amount")
    in_account_currency = money("_in_account_currency")
    cash = plain("_cash")

    def __init__(self, amount: Decimal, cash: Any) -> None:
        self._amount = amount
        self._cash = cash

    @property
    def _in_account_currency(self) -> Decimal:
        return multiply(self._amount, self._cash._conversion_rate)
