"""`DefaultBrokerageModel` and what the engine asks of a brokerage model, LEAN's or the user's own (`Common/Brokerages`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.data.dictionary import KeyValueDictionary
from lyra.engine.decimals import decimal_text, normalize, to_decimal
from lyra.engine.enums import AccountType, BrokerageMessageType, OrderType, SecurityType
from lyra.engine.fees.base import ConstantFeeModel
from lyra.engine.fees.interactive_brokers import InteractiveBrokersFeeModel
from lyra.engine.models.data_filters import CfdDataFilter, EquityDataFilter, ForexDataFilter, IndexDataFilter, SecurityDataFilter
from lyra.engine.models.margin_interest import BinanceFutureMarginInterestRateModel, MarginInterestRateModel
from lyra.engine.models.shortable import NullShortableProvider
from lyra.engine.models.slippage import NullSlippageModel
from lyra.engine.models.volatility import VolatilityModel
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.orders.equity_fills import EquityFillModel
from lyra.engine.orders.fills import FutureFillModel, ImmediateFillModel
from lyra.engine.orders.requests import UpdateOrderFields
from lyra.engine.securities.benchmark import SecurityBenchmark
from lyra.engine.securities.buying_power import SecurityMarginModel
from lyra.engine.securities.cash_buying_power import CashBuyingPowerModel
from lyra.engine.securities.crypto_future import CryptoFutureMarginModel
from lyra.engine.securities.future_margin import FutureMarginModel
from lyra.engine.securities.option import IndexOptionPriceVariationModel, OptionDataFilter, OptionMarginModel, OptionPortfolioModel
from lyra.engine.securities.portfolio import SecurityPortfolioModel
from lyra.engine.securities.price_variation import AdjustedPriceVariationModel, SecurityPriceVariationModel
from lyra.engine.securities.settlement import DelayedSettlementModel, FutureSettlementModel, ImmediateSettlementModel
from lyra.engine.symbols import SecurityIdentifier, Symbol

_WITH_FEES = (SecurityType.EQUITY, SecurityType.OPTION, SecurityType.FUTURE, SecurityType.FUTURE_OPTION)
_LIMIT_TYPES = (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED, OrderType.COMBO_LIMIT, OrderType.COMBO_LEG_LIMIT)
_STOP_TYPES = (OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
_FILTERS: dict[SecurityType, type[SecurityDataFilter]] = {
    SecurityType.EQUITY: EquityDataFilter, SecurityType.FOREX: ForexDataFilter, SecurityType.CRYPTO: ForexDataFilter,
    SecurityType.CFD: CfdDataFilter, SecurityType.INDEX: IndexDataFilter,
    SecurityType.OPTION: OptionDataFilter, SecurityType.INDEX_OPTION: OptionDataFilter,
}  # fmt: skip
_OPTIONS = (SecurityType.OPTION, SecurityType.INDEX_OPTION, SecurityType.FUTURE_OPTION)


def is_perpetual(security: Any) -> bool:
    """Whether a security is a crypto future without expiry."""
    return bool(security.symbol.security_type == SecurityType.CRYPTO_FUTURE and security.symbol.id.date == SecurityIdentifier.DEFAULT_DATE)


def set_default_models(security: Any) -> None:
    """The models that a security has before an initializer sets those of a brokerage."""
    kind = security.type
    equity = kind == SecurityType.EQUITY
    security.volatility_model = VolatilityModel.NULL
    security.data_filter = _FILTERS.get(kind, SecurityDataFilter)()
    security.price_variation_model = AdjustedPriceVariationModel() if equity else SecurityPriceVariationModel()
    security.portfolio_model = SecurityPortfolioModel()
    security.settlement_model = FutureSettlementModel() if kind == SecurityType.FUTURE else ImmediateSettlementModel()
    security.fill_model = _default_fills(kind)
    security.slippage_model = NullSlippageModel.INSTANCE  # type: ignore[attr-defined]
    security.fee_model = _default_fees(security)
    security.buying_power_model = _default_buying_power(security)
    security.margin_interest_rate_model = BinanceFutureMarginInterestRateModel() if is_perpetual(security) else MarginInterestRateModel.NULL
    security.shortable_provider = NullShortableProvider.INSTANCE  # type: ignore[attr-defined]
    if kind in _OPTIONS:
        security.portfolio_model = OptionPortfolioModel()
    if kind == SecurityType.INDEX_OPTION:
        security.price_variation_model = IndexOptionPriceVariationModel()


def _default_fills(kind: SecurityType) -> Any:
    if kind == SecurityType.FUTURE:
        return FutureFillModel()
    return EquityFillModel() if kind == SecurityType.EQUITY else ImmediateFillModel()


def _default_fees(security: Any) -> Any:
    from lyra.engine import fees

    if security.type in (SecurityType.CFD, SecurityType.INDEX):
        return ConstantFeeModel(0)
    if security.type == SecurityType.CRYPTO:
        return fees.GDAXFeeModel()
    if security.type == SecurityType.CRYPTO_FUTURE:
        return fees.BinanceCoinFuturesFeeModel() if security.is_crypto_coin_future() else fees.BinanceFuturesFeeModel()
    return InteractiveBrokersFeeModel()


def _default_buying_power(security: Any) -> Any:
    kind = security.type
    if kind == SecurityType.FUTURE:
        return FutureMarginModel(0, security)
    if kind in _OPTIONS:
        return OptionMarginModel()
    if kind == SecurityType.CRYPTO:
        return CashBuyingPowerModel()
    if kind == SecurityType.CRYPTO_FUTURE:
        return CryptoFutureMarginModel()
    return SecurityMarginModel({SecurityType.EQUITY: 2, SecurityType.FOREX: 50, SecurityType.CFD: 50, SecurityType.INDEX: 50}.get(kind, 1))


class BrokerageMessageEvent(LeanObject):
    """What a brokerage says, such as why it refuses an order."""

    type: BrokerageMessageType
    code: str
    message: str

    def __init__(self, type: BrokerageMessageType, code: Any, message: str) -> None:
        self.type = type
        self.code = str(code)
        self.message = message

    @staticmethod
    def disconnected(message: str) -> BrokerageMessageEvent:
        """The connection was lost."""
        return BrokerageMessageEvent(BrokerageMessageType.DISCONNECT, "Disconnect", message)

    @staticmethod
    def reconnected(message: str) -> BrokerageMessageEvent:
        """The connection is back."""
        return BrokerageMessageEvent(BrokerageMessageType.RECONNECT, "Reconnect", message)

    def __str__(self) -> str:
        return f"{self.type.lean_name} - Code: {self.code} - {self.message}"


class MarketMap(KeyValueDictionary):
    """The default markets of a brokerage by kind of security."""


class DefaultBrokerageModel(LeanObject):
    """LEAN's default: takes every order; leverage 2 for equities, 50 for forex and CFDs, 25 for crypto futures."""

    DEFAULT_MARKET_MAP: ClassVar[dict[SecurityType, str]] = {
        SecurityType.BASE: "usa", SecurityType.EQUITY: "usa", SecurityType.OPTION: "usa", SecurityType.FUTURE: "cme",
        SecurityType.FUTURE_OPTION: "cme", SecurityType.FOREX: "oanda", SecurityType.CFD: "oanda", SecurityType.CRYPTO: "coinbase",
        SecurityType.CRYPTO_FUTURE: "binance", SecurityType.INDEX: "usa", SecurityType.INDEX_OPTION: "usa",
    }  # fmt: skip

    _account_type: AccountType = AccountType.MARGIN

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        self._account_type = AccountType(account_type)

    @property
    def account_type(self) -> AccountType:
        """Cash or margin."""
        return self._account_type

    @property
    def default_markets(self) -> MarketMap:
        """The market of a security type when none is given."""
        return MarketMap(self.DEFAULT_MARKET_MAP)

    @property
    def required_free_buying_power_percent(self) -> float:
        """The share of buying power that must stay free."""
        return 0.0

    # orders ---------------------------------------------------------------------------------------
    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """(whether the order is taken, why not). Orders on the open are not, for futures and their options."""
        if order.type == OrderType.MARKET_ON_OPEN and security.type in (SecurityType.FUTURE, SecurityType.FUTURE_OPTION):
            return refuse("MarketOnOpen orders are not supported for futures and future options.")
        return True, None

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """(whether the update is taken, why not)."""
        return True, None

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Whether the order could fill now."""
        return True

    @staticmethod
    def is_valid_order_size(security: Any, order_quantity: Any, message: Any = None) -> Any:
        """(whether a quantity reaches the exchange's minimum, why not)."""
        return valid_order_size(security, to_decimal(order_quantity))

    def apply_split(self, tickets: list[Any], split: Any) -> None:
        """Keep the value of working orders over a split: more shares, lower prices."""
        factor = split._split_factor
        for ticket in tickets:
            kind, order = ticket.order_type, ticket._order
            fields = UpdateOrderFields(quantity=Decimal(int(ticket._quantity / factor)))
            if kind in _LIMIT_TYPES:
                fields.limit_price = order._limit_price * factor
            if kind in _STOP_TYPES:
                fields.stop_price = order._stop_price * factor
            if kind == OrderType.LIMIT_IF_TOUCHED:
                fields.trigger_price = order._trigger_price * factor
            if kind == OrderType.TRAILING_STOP and not order.trailing_as_percentage:
                fields.trailing_amount = order._trailing_amount * factor
            ticket.update(fields)

    # models ---------------------------------------------------------------------------------------
    def get_leverage(self, security: Any) -> float:
        """How many times its own money the account can hold of a security."""
        return self._leverage(security)

    def _leverage(self, security: Any) -> float:
        """LEAN's own answer, which its other models go by whatever a user's subclass says."""
        if self.account_type == AccountType.CASH:
            return 1.0
        return {SecurityType.EQUITY: 2.0, SecurityType.FOREX: 50.0, SecurityType.CFD: 50.0, SecurityType.CRYPTO_FUTURE: 25.0}.get(
            security.type, 1.0
        )

    def get_benchmark(self, securities: Any) -> Any:
        """What runs are compared with by default."""
        return SecurityBenchmark.create_instance(securities, Symbol.create("SPY", SecurityType.EQUITY, "usa"))

    def get_fill_model(self, security: Any) -> Any:
        """How orders fill."""
        return _default_fills(security.type)

    def get_fee_model(self, security: Any) -> Any:
        """What orders cost."""
        return InteractiveBrokersFeeModel() if security.type in _WITH_FEES else ConstantFeeModel(0)

    def get_slippage_model(self, security: Any) -> Any:
        """How far fills are from the market."""
        return NullSlippageModel.INSTANCE  # type: ignore[attr-defined]

    def get_settlement_model(self, security: Any) -> Any:
        """When money of sales is there: for equities and options in cash accounts the next day at six; profit of futures daily."""
        if self.account_type == AccountType.CASH and security.type in (SecurityType.EQUITY, SecurityType.OPTION):
            return DelayedSettlementModel(1, timedelta(hours=6))
        if security.type == SecurityType.FUTURE:
            return FutureSettlementModel()
        return ImmediateSettlementModel()

    def get_buying_power_model(self, security: Any) -> Any:
        """How much can be bought."""
        if security.type in (SecurityType.CRYPTO, SecurityType.FOREX) and self.account_type == AccountType.CASH:
            return CashBuyingPowerModel()
        if security.type == SecurityType.CRYPTO_FUTURE:
            return CryptoFutureMarginModel(self._leverage(security))
        if security.type == SecurityType.FUTURE:
            return FutureMarginModel(self._free_percent, security)
        if security.type in _OPTIONS:
            return OptionMarginModel(self._free_percent)
        return SecurityMarginModel(self._leverage(security), 0)

    @property
    def _free_percent(self) -> Any:
        return self.required_free_buying_power_percent

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """What margin costs."""
        return MarginInterestRateModel.NULL

    def get_shortable_provider(self, security: Any) -> Any:
        """How much can be sold short."""
        return NullShortableProvider.INSTANCE  # type: ignore[attr-defined]


def refuse(text: str, code: str = "NotSupported") -> tuple[bool, BrokerageMessageEvent]:
    """A model's refusal of an order."""
    return False, BrokerageMessageEvent(BrokerageMessageType.WARNING, code, text)


def valid_order_size(security: Any, quantity: Decimal) -> tuple[bool, BrokerageMessageEvent | None]:
    """Whether an order reaches the minimum size of the symbol properties."""
    minimum = security.symbol_properties._minimum_order_size
    if minimum is not None and abs(quantity) < minimum:
        return refuse(f"The minimum order size (in quote currency) for {security.symbol.value} is {decimal_text(minimum)}. Order quantity "
                      f"was {decimal_text(normalize(quantity))}.")  # fmt: skip
    return True, None


def answer_of(result: Any) -> tuple[bool, Any]:
    """(accepted, message) of what a model's `can_…` method gave back."""
    if isinstance(result, tuple):
        return bool(result[0]), result[1] if len(result) > 1 else None
    return bool(result), None


class BrokerageModelSecurityInitializer(LeanObject):
    """Gives a new security the models of a brokerage, then its last known prices."""

    def __init__(self, brokerage_model: Any = None, security_seeder: Any = None) -> None:
        from lyra.engine.models.python_models import wrap_model

        self._brokerage_model: Any = None if brokerage_model is None else wrap_model("brokerage_model", brokerage_model)
        self._seeder = security_seeder

    def initialize(self, security: Any) -> None:
        """Set the models."""
        model = self._brokerage_model
        security.fill_model = model.get_fill_model(security)
        security.fee_model = model.get_fee_model(security)
        security.slippage_model = model.get_slippage_model(security)
        security.settlement_model = model.get_settlement_model(security)
        security.buying_power_model = model.get_buying_power_model(security)
        security.margin_interest_rate_model = model.get_margin_interest_rate_model(security)
        security.set_leverage(to_decimal(model.get_leverage(security)))
        security.shortable_provider = model.get_shortable_provider(security)
        if self._seeder is not None:
            find_method(self._seeder, "seed_security")(security)


class FuncSecurityInitializer(LeanObject):
    """A function that sets up new securities."""

    def __init__(self, initializer: Any) -> None:
        self._function = initializer

    def initialize(self, security: Any) -> None:
        """Call the function."""
        self._function(security)


class CompositeSecurityInitializer(LeanObject):
    """Several initializers, one after the other."""

    def __init__(self, *initializers: Any) -> None:
        self._initializers = list(initializers)

    @property
    def initializers(self) -> list[Any]:
        """The initializers."""
        return list(self._initializers)

    def add_security_initializer(self, initializer: Any) -> None:
        """Run another one after them."""
        self._initializers.append(initializer)

    def initialize(self, security: Any) -> None:
        """Run them all."""
        for initializer in self._initializers:
            find_method(initializer, "initialize")(security)


class _NullInitializer(LeanObject):
    def initialize(self, security: Any) -> None:
        """Nothing to set up."""


class SecurityInitializer(LeanObject):
    """LEAN's place for the initializer that does nothing."""

    NULL = _NullInitializer()
    Null = NULL


class FuncSecuritySeeder(LeanObject):
    """A function that gives the last known data of a security: one point or several."""

    def __init__(self, seed_function: Any) -> None:
        self._function = seed_function

    def seed_security(self, security: Any) -> bool:
        """Take the data as the security's last; whether there was any. An error in the function counts as no data, as in LEAN."""
        try:
            found = self._function(security)
            points = list(found) if isinstance(found, Iterable) else [found]
            for point in points:
                security.set_market_price(point)
        except Exception:
            return False
        return bool(points)


class _NullSeeder(LeanObject):
    def seed_security(self, security: Any) -> bool:
        """Nothing to seed with."""
        return False


class SecuritySeeder(LeanObject):
    """LEAN's place for the seeder that does nothing."""

    NULL = _NullSeeder()
    Null = NULL
