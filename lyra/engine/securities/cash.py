"""`Cash` and `CashBook`: amounts of currencies and what they are worth in the account's.

A currency without its own rate is converted over one or two securities (`SecurityCurrencyConversion`): the product of their last
prices, 0 while one has none. Rates follow the securities' data; a rate given by the user stays until the first price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from lyra.engine.data.dictionary import KeyValuePair
from lyra.engine.decimals import ONE, ZERO, decimal_text, round_significant, round_to, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, KeyNotFoundException
from lyra.engine.exact import add, divide, multiply
from lyra.engine.naming import LeanObject
from lyra.engine.orders.currency_symbols import currency_symbol
from lyra.engine.orders.fee import NULL_CURRENCY, CashAmount
from lyra.engine.orders.fields import money, plain

Step = tuple[Any, bool]
"""A security and whether its price divides."""


class CurrencyConversion(LeanObject):
    """The securities over which a currency is converted."""

    def __init__(self, cash: Cash) -> None:
        self._cash = cash

    @property
    def source_currency(self) -> str:
        """The currency that is converted."""
        return self._cash.symbol  # type: ignore[no-any-return]

    @property
    def destination_currency(self) -> str:
        """The currency that it is converted to."""
        return str(self._cash._destination)

    @property
    def conversion_rate(self) -> float:
        """The present rate."""
        return to_float(self._cash._conversion_rate)

    @property
    def conversion_rate_securities(self) -> list[Any]:
        """The securities that give the rate, in the order of conversion."""
        return [security for security, _ in self._cash._steps or ()]


class ConstantCurrencyConversion(CurrencyConversion):
    """A rate that stays."""


class SecurityCurrencyConversion(CurrencyConversion):
    """A rate that follows the prices of securities."""


class Cash(LeanObject):
    """An amount of one currency. `conversion_rate` is the worth of one unit in the account currency."""

    symbol = plain("_symbol")
    amount = money("_amount")
    conversion_rate = money("_conversion_rate")
    value_in_account_currency = money("_value")

    def __init__(self, symbol: str, amount: Any, conversion_rate: Any) -> None:
        if not symbol:
            raise ArgumentException("Cash symbols cannot be null or empty.")
        self._symbol = symbol.upper()
        self._amount = to_decimal(amount)
        self._fixed = to_decimal(conversion_rate)
        self._steps: tuple[Step, ...] | None = None
        self._destination: str | None = None
        self._changed: Callable[[], None] | None = None
        self._rate = ZERO
        self._rate_state: Any = None
        """The state of the security's prices that `_rate` is of."""
        self._worth: tuple[Any, Any, Decimal] = None, None, ZERO

    @property
    def currency_symbol(self) -> str:
        """The currency's sign, such as $."""
        return currency_symbol(self._symbol)

    @property
    def _conversion_rate(self) -> Decimal:
        steps = self._steps
        if steps is None:
            return self._fixed
        if len(steps) > 1:
            return self._find_rate(steps)
        state = steps[0][0].cache.price_state()
        if state != self._rate_state:
            self._rate, self._rate_state = self._find_rate(steps), state
        return self._rate

    def _find_rate(self, steps: tuple[Step, ...]) -> Decimal:
        rate = ONE
        for security, inverted in steps:
            price = security.cache.last_value()
            if not price:
                return self._fixed if price is None and self._waiting else ZERO
            rate = divide(rate, price) if inverted else multiply(rate, price)
        self._waiting = False
        return rate

    @property
    def _value(self) -> Decimal:
        return self._worth_at(self._conversion_rate)

    def _worth_at(self, rate: Decimal) -> Decimal:
        """The amount at a rate; the product is kept while both stay."""
        amount, known_rate, worth = self._worth
        if amount is not self._amount or known_rate is not rate:
            worth = multiply(self._amount, rate)
            self._worth = self._amount, rate, worth
        return worth

    @property
    def security_symbols(self) -> list[Any]:
        """The symbols of the securities that give the rate."""
        return [security.symbol for security, _ in self._steps or ()]

    @property
    def currency_conversion(self) -> CurrencyConversion | None:
        """How the rate comes about; None while there is none."""
        if self._destination is None:
            return None
        return ConstantCurrencyConversion(self) if self._steps is None else SecurityCurrencyConversion(self)

    def convert_over(self, steps: tuple[Step, ...], destination: str) -> None:
        """Follow the prices of securities from now on."""
        self._steps = steps
        self._rate_state = None
        self._destination = destination
        self._waiting = self._fixed != 0

    def convert_at(self, rate: Decimal, destination: str | None) -> None:
        """A fixed rate."""
        self._steps = None
        self._fixed = rate
        self._destination = destination

    _waiting = False

    def add_amount(self, amount: Any) -> float:
        """Add to the amount; gives the new one."""
        self._add(to_decimal(amount))
        return self.amount  # type: ignore[no-any-return]

    def _add(self, change: Decimal) -> None:
        self._notify()
        self._amount = add(self._amount, change)
        self._notify()

    def set_amount(self, amount: Any) -> None:
        """Replace the amount."""
        value = to_decimal(amount)
        self._notify()
        self._amount = value
        self._notify()

    def update(self) -> None:
        """Rates are read when they are needed; nothing to do."""

    def _notify(self) -> None:
        if self._changed is not None:
            self._changed()

    def __str__(self) -> str:
        return self._text("USD")

    def _text(self, account_currency: str) -> str:
        rate = self._conversion_rate
        rate = round_significant(rate, 5) if rate < 1000 else round_to(rate, 2)
        value = decimal_text(round_to(self._value, 2))
        amount = self._amount.copy_abs() if self._amount == 0 else self._amount
        return f"{self._symbol}: {self.currency_symbol}{amount:>15.2f} @ {_short(rate):>10} = {currency_symbol(account_currency)}{value}"


def _short(rate: Decimal) -> str:
    """.NET's format `0.00####`."""
    whole, _, fraction = f"{rate:.6f}".partition(".")
    return f"{whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"


class CashBook(LeanObject):
    """The account's currencies by symbol."""

    account_currency = plain("_account_currency")

    def __init__(self, account_currency: str = "USD", changed: Callable[[], None] | None = None) -> None:
        self._changed = changed
        self._account_currency = account_currency
        self._currencies: dict[str, Cash] = {}
        self._put(Cash(account_currency, ZERO, ONE))

    def _put(self, cash: Cash) -> Cash:
        cash._changed = self._changed
        self._currencies[cash._symbol] = cash
        return cash

    def set_account_currency(self, currency: str) -> None:
        """Move the account to another currency; the amount moves along."""
        amount = self._currencies.pop(self._account_currency)._amount
        self._account_currency = currency.upper()
        self._currencies.pop(self._account_currency, None)
        self._put(Cash(self._account_currency, amount, ONE))

    def add(self, symbol: str, quantity: Any, conversion_rate: Any = 0) -> Cash:
        """Add a currency, or set amount and rate of one that is there."""
        if isinstance(quantity, Cash):
            quantity, conversion_rate = quantity._amount, quantity._conversion_rate
        known = self._currencies.get(symbol.upper())
        if known is None:
            return self._put(Cash(symbol, quantity, conversion_rate))
        known._fixed = to_decimal(conversion_rate)
        known._rate_state = None
        known.set_amount(quantity)
        return known

    def ensure(self, symbol: str) -> Cash | None:
        """The currency's entry, made empty when it is not there; None for the currency of what is not money."""
        if symbol == NULL_CURRENCY:
            return None
        return self._currencies.get(symbol) or self._put(Cash(symbol, ZERO, ZERO))

    @property
    def _total(self) -> Decimal:
        # nothing in a currency still gives the sum the digits of its rate, as in LEAN
        result = ZERO
        for cash in self._currencies.values():
            result = add(result, cash._worth_at(cash._fixed if cash._steps is None else cash._conversion_rate))
        return result

    total_value_in_account_currency = money("_total")

    def _convert(self, quantity: Decimal, source: str, destination: str) -> Decimal:
        if not quantity:
            return ZERO
        source_rate, destination_rate = self._rate_of(source), self._rate_of(destination)
        return multiply(quantity, source_rate if destination_rate is ONE else divide(source_rate, destination_rate))

    def _rate_of(self, currency: str) -> Decimal:
        rate = self[currency]._conversion_rate
        if not rate:
            raise ArgumentException(f"The conversion rate for {currency} is not available.")
        return rate

    def convert(self, source_quantity: Any, source_currency: str, destination_currency: str) -> float:
        """An amount of one currency in another. Raises ValueError where a rate is not known yet."""
        return to_float(self._convert(to_decimal(source_quantity), source_currency, destination_currency))

    def _to_account(self, quantity: Decimal, currency: str) -> Decimal:
        return quantity if currency == self._account_currency else self._convert(quantity, currency, self._account_currency)

    def convert_to_account_currency(self, amount: Any, currency: str | None = None) -> Any:
        """A `CashAmount`, or an amount and its currency, in the account currency."""
        if isinstance(amount, CashAmount):
            return CashAmount(self._to_account(amount._amount, amount.currency), self._account_currency)
        return to_float(self._to_account(to_decimal(amount), str(currency)))

    def __getitem__(self, symbol: str) -> Cash:
        cash = self._currencies.get(symbol)
        if cash is None:
            raise KeyNotFoundException(f"This cash symbol ({symbol}) was not found in your cash book.")
        return cash

    def __setitem__(self, symbol: str, cash: Cash) -> None:
        self._put(cash)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._currencies

    def __len__(self) -> int:
        return len(self._currencies)

    def __iter__(self) -> Iterator[KeyValuePair]:
        return iter([KeyValuePair(k, v) for k, v in self._currencies.items()])

    @property
    def count(self) -> int:
        """How many currencies."""
        return len(self._currencies)

    def get(self, symbol: str, default: Any = None) -> Cash | None:
        """The currency's entry, or the default."""
        return self._currencies.get(symbol, default)  # type: ignore[no-any-return]

    def contains_key(self, symbol: str) -> bool:
        """Whether the currency has an entry."""
        return symbol in self._currencies

    def try_get_value(self, symbol: str, value: Any = None) -> tuple[bool, Cash | None]:
        """(found, entry)."""
        return symbol in self._currencies, self._currencies.get(symbol)

    def keys(self) -> list[str]:
        """The currencies."""
        return list(self._currencies)

    def values(self) -> list[Cash]:
        """The entries."""
        return list(self._currencies.values())

    def items(self) -> list[tuple[str, Cash]]:
        """(currency, entry) pairs."""
        return list(self._currencies.items())

    def remove(self, symbol: str) -> bool:
        """Drop a currency; whether it was there."""
        return self._currencies.pop(symbol, None) is not None

    def __str__(self) -> str:
        account = currency_symbol(self._account_currency)
        lines = [f"Symbol {'Quantity':>13}    {'Conversion':>10} = Value in {self._account_currency}"]
        lines += [cash._text(self._account_currency) for cash in self._currencies.values()]
        lines.append("-" * 49)
        lines.append(f"CashBook Total Value:                {account}{decimal_text(round_to(self._total, 2))}")
        return "\n".join(lines) + "\n"
