"""What every fee model shares, and the models that belong to no brokerage (`Common/Orders/Fees`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import OrderDirection, OrderType, SecurityType
from lyra.engine.exact import multiply
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fee import CashAmount, OrderFee
from lyra.engine.securities.fee_parameters import OrderFeeParameters

US_DOLLAR = "USD"


class FeeModel(LeanObject):
    """Base of fee models: override `get_order_fee(parameters)`."""

    _charged_by_engine: ClassVar[bool] = True

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order; nothing by default."""
        return fee_of(ZERO)


class ConstantFeeModel(FeeModel):
    """The same fee for every order: `ConstantFeeModel(fee, currency="USD")`."""

    def __init__(self, fee: Any, currency: str = US_DOLLAR) -> None:
        self._fee = abs(to_decimal(fee))
        self._currency = currency

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee."""
        return fee_of(self._fee, self._currency)


class FeeModelExtensions(LeanObject):
    """LEAN's shorter way to ask a fee model."""

    @staticmethod
    def get_order_fee(model: Any, security: Any, order: Any) -> float:
        """The amount of an order's fee, in the fee's currency."""
        return to_float(model.get_order_fee(OrderFeeParameters(security, order)).value._amount)


def charged_fee(security: Any, order: Any) -> OrderFee:
    """What the engine charges for an order.

    Three of LEAN's models (RBI, TD Ameritrade, Wolverine) hide `GetOrderFee` instead of overriding it, so that LEAN's engine, which asks
    through the interface, charges nothing, while a direct call answers a fee. They are marked by `_charged_by_engine = False`.
    """
    model = security.fee_model
    if not getattr(model, "_charged_by_engine", True):
        return fee_of(ZERO)
    return model.get_order_fee(OrderFeeParameters(security, order))  # type: ignore[no-any-return]


def fee_in_account_currency(cash_book: Any, security: Any, order: Any) -> Decimal:
    """What the engine charges for an order, in account currency."""
    fee = charged_fee(security, order).value
    return cash_book._to_account(fee._amount, fee.currency)  # type: ignore[no-any-return]


def fee_of(amount: Decimal, currency: str = US_DOLLAR) -> OrderFee:
    """A fee of an amount of a currency."""
    return OrderFee(CashAmount(amount, currency))


def is_buy(order: Any) -> bool:
    """Whether the order buys."""
    return bool(order.direction is OrderDirection.BUY)


def unsupported_security(security: Any) -> ValueError:
    """LEAN's error for a kind of security that a model has no fee for."""
    return ArgumentException(f"Unsupported security type: {security.type.lean_name}")


def base_currency(security: Any) -> str:
    """The currency that a pair buys. Raises ValueError for what is not a pair."""
    if security.type in (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE):
        return str(security.base_currency.symbol)
    if security.type is not SecurityType.CFD:
        raise unsupported_security(security)
    pair, quote = security.symbol.value, security.symbol_properties.quote_currency
    if not pair.endswith(quote):
        raise ArgumentException(f"Symbol doesn't end with {quote}")
    return str(pair[: -len(quote)])


def posts_to_book(order: Any, properties: type | None = None, needs_visible: bool = False) -> bool:
    """Whether an order adds liquidity: a limit order that does not cross the market, or one sent post-only with the venue's properties.

    With `needs_visible` a hidden order never counts as adding liquidity (Bitfinex).
    """
    if order.type is not OrderType.LIMIT:
        return False
    own: Any = order.properties if properties is not None and isinstance(order.properties, properties) else None
    if needs_visible and own is not None and own.hidden:
        return False
    return bool((own is not None and own.post_only) or not order.is_marketable)


def unit_price(order: Any, security: Any, limit_counts: bool = True) -> Decimal:
    """Price of one unit of the contract: ask for buys, bid for sells; a limit order's own limit where the venue counts that."""
    price = security._ask_price if is_buy(order) else security._bid_price
    if limit_counts and order.type is OrderType.LIMIT:
        price = order._limit_price
    return price * security.symbol_properties._contract_multiplier  # type: ignore[no-any-return]


def contract_fee(order: Any, security: Any, rate: Decimal) -> OrderFee:
    """A share of what a crypto future's quantity is worth now, in the currency it is worth it in."""
    amount, cash = security.holdings._amount_of(abs(order._quantity), security._price)
    return fee_of(multiply(amount, rate), cash.symbol)
