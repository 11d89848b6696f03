"""`Security`: one tradable thing with its prices, holding, exchange and models.

A security takes any attribute the user gives it, and reads it back with `security["name"]`. Models may be LEAN's classes, the
user's subclasses, or plain objects with the right methods.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

from lyra.engine.decimals import to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.exact import divide, multiply
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.markets.exchange import SecurityExchange
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money, plain
from lyra.engine.securities.cache import CfdCache, EquityCache, ForexCache, IndexCache, SecurityCache
from lyra.engine.securities.cash import Cash, CashBook
from lyra.engine.securities.holding import CfdHolding, CryptoHolding, EquityHolding, ForexHolding, IndexHolding, SecurityHolding
from lyra.engine.securities.price_variation import AdjustedPriceVariationModel, EquityPriceVariationModel
from lyra.engine.securities.settlement import ImmediateSettlementModel
from lyra.engine.symbols import Symbol, is_option
from lyra.engine.times import to_datetime


def _price(name: str) -> property:
    return property(lambda self: to_float(self.cache.exact(name)))


class Security(LeanObject):
    """A security of the algorithm. Prices are in `quote_currency` and read 0 before the first data."""

    fill_model: Any
    slippage_model: Any
    settlement_model: Any
    volatility_model: Any
    margin_interest_rate_model: Any
    shortable_provider: Any
    data_filter: Any
    price_variation_model: Any
    portfolio_model: Any
    is_tradable: bool
    is_delisted: bool
    holdings: SecurityHolding
    cache: SecurityCache
    symbol_properties: Any
    quote_currency: Cash
    _cache_type: ClassVar[Any] = SecurityCache
    _holding_type: ClassVar[Any] = SecurityHolding

    symbol = plain("_symbol")
    price = _price("price")
    open = _price("open")
    high = _price("high")
    low = _price("low")
    close = _price("close")
    volume = _price("volume")
    bid_price = _price("bid_price")
    ask_price = _price("ask_price")
    bid_size = _price("bid_size")
    ask_size = _price("ask_size")
    leverage = money("_leverage")

    def __init__(self, symbol: Symbol, exchange: SecurityExchange, quote_currency: Cash, symbol_properties: Any, cash_book: CashBook,
                 cache: SecurityCache | None = None) -> None:  # fmt: skip
        self._symbol = symbol
        self.exchange = exchange
        self.quote_currency = quote_currency
        self.symbol_properties = symbol_properties
        self._cash_book = cash_book
        self.cache = self._cache_type(symbol.security_type) if cache is None else cache
        self.cache._symbol = symbol
        self.holdings = self._holding_type(self)
        self._configs: list[SubscriptionDataConfig] = []
        self._left_configs: list[SubscriptionDataConfig] = []
        """The feeds of a delisted security until its universe lets it go."""
        self.is_tradable = symbol.security_type is not SecurityType.INDEX
        self.is_delisted = False
        self.settlement_model = ImmediateSettlementModel()
        self._buying_power_model: Any = None
        self._fee_model: Any = None
        self.fill_model = self.slippage_model = self.volatility_model = None
        self.margin_interest_rate_model = self.shortable_provider = self.data_filter = None
        self.price_variation_model = self.portfolio_model = None
        self._on_fee_model: Any = None
        self._on_session: Any = None
        self._session: Any = None

    @property
    def exchange(self) -> SecurityExchange:
        """The exchange; one that is set runs on the clock of the one before."""
        return self._exchange

    @exchange.setter
    def exchange(self, exchange: SecurityExchange) -> None:
        before = self.__dict__.get("_exchange")
        if exchange._now is None and before is not None:
            exchange._now = before._now
        self._exchange = exchange

    type: SecurityType = property(attrgetter("_symbol._type"), doc="The security's type.")  # type: ignore[assignment]

    @property
    def buying_power_model(self) -> Any:
        """What says how much can be bought and how much is reserved."""
        return self._buying_power_model

    @buying_power_model.setter
    def buying_power_model(self, model: Any) -> None:
        self._buying_power_model = model

    margin_model = buying_power_model

    @property
    def fee_model(self) -> Any:
        """What says how much orders cost."""
        return self._fee_model

    @fee_model.setter
    def fee_model(self, model: Any) -> None:
        self._fee_model = model
        if self._on_fee_model is not None:
            self._on_fee_model(model)

    # prices ---------------------------------------------------------------------------------------
    @property
    def _price(self) -> Decimal:
        return self.cache.exact("price")

    @property
    def _bid_price(self) -> Decimal:
        return self.cache.exact("bid_price")

    @property
    def _ask_price(self) -> Decimal:
        return self.cache.exact("ask_price")

    @property
    def open_interest(self) -> int:
        """The last open interest."""
        return self.cache.open_interest

    @property
    def has_data(self) -> bool:
        """Whether data ever came."""
        return self.cache.has_any()

    def get_last_data(self) -> Any:
        """The last default data, or None."""
        return self.cache.last_data()

    def set_market_price(self, data: Any) -> None:
        """Take a point of data as the last one."""
        if data is not None:
            self.cache.add_data(data)

    def set_market_price_value(self, price: Decimal) -> None:
        """Set the price alone."""
        self.cache.set_price(price)

    @property
    def session(self) -> Any:
        """Today's bar so far, and those of the days before, once its `size` is set."""
        if self._session is None:
            if self.type is SecurityType.FUTURE or is_option(self.type):
                raise NotSupported(f"Security.session of {self.type.lean_name}s")
            from lyra.engine.securities.session import Session

            self._session = Session(self, self._on_session)
        return self._session

    # identity and subscriptions -------------------------------------------------------------------
    @property
    def subscriptions(self) -> list[SubscriptionDataConfig]:
        """The feeds of this security."""
        return list(self._configs)

    @property
    def subscription_data_config(self) -> SubscriptionDataConfig | None:
        """The first feed."""
        return self._configs[0] if self._configs else None

    @property
    def resolution(self) -> Resolution:
        """The finest resolution of its feeds."""
        return min((c.resolution for c in self._configs), default=Resolution.DAILY)

    @property
    def is_fill_data_forward(self) -> bool:
        """Whether any of its feeds is filled forward."""
        return any(c.fill_data_forward for c in self._configs)

    @property
    def is_extended_market_hours(self) -> bool:
        """Whether any of its feeds has extended hours."""
        return any(c.extended_market_hours for c in self._configs)

    @property
    def data_normalization_mode(self) -> DataNormalizationMode:
        """How prices are adjusted."""
        return self._configs[0].data_normalization_mode if self._configs else DataNormalizationMode.ADJUSTED

    def set_data_normalization_mode(self, mode: DataNormalizationMode) -> None:
        """Choose how prices are adjusted; before the run starts."""
        for config in self._configs:
            config.data_normalization_mode = DataNormalizationMode(mode)
        if self.type is SecurityType.EQUITY:
            adjusted = mode == DataNormalizationMode.ADJUSTED
            self.price_variation_model = AdjustedPriceVariationModel() if adjusted else EquityPriceVariationModel()

    def is_custom_data(self) -> bool:
        """Whether its data is of the user's own type."""
        return any(c.is_custom_data for c in self._configs)

    # time -----------------------------------------------------------------------------------------
    @property
    def _local_time(self) -> int:
        return self.exchange._local

    @property
    def data(self) -> Any:
        """The last data by type: `data.get(Tick)`, `data.get_all(Tick)`."""
        from lyra.engine.securities.dynamic_data import DynamicSecurityData

        return DynamicSecurityData(self.cache)

    @property
    def fundamentals(self) -> Any:
        """What is known now of the company; a row without data for what is no stock."""
        from lyra.engine.universes.fundamental_data import Fundamental

        return Fundamental.for_date(self.local_time, self.symbol)

    @property
    def local_time(self) -> datetime:
        """Now, on the exchange's clock."""
        return to_datetime(self.exchange._local)

    # holding --------------------------------------------------------------------------------------
    @property
    def invested(self) -> bool:
        """Whether at least one lot is held."""
        return self.holdings.invested

    @property
    def hold_stock(self) -> bool:
        """The same as `invested`."""
        return self.holdings.invested

    @property
    def _leverage(self) -> Decimal:
        return self.holdings._leverage

    def set_leverage(self, leverage: Any) -> None:
        """Set the leverage of the buying power model; index and option types have none."""
        self.buying_power_model.set_leverage(self, leverage)

    def _market_order_fee(self, quantity: Decimal) -> Decimal:
        """The fee, in account currency, of a market order made now."""
        from lyra.engine.fees.base import fee_in_account_currency
        from lyra.engine.orders.order import MarketOrder

        now = self.exchange._now() if self.exchange._now is not None else 0
        return fee_in_account_currency(self._cash_book, self, MarketOrder(self._symbol, quantity, now))

    # models ---------------------------------------------------------------------------------------
    def _take(self, kind: str, model: Any) -> None:
        """Set a model, a user's in its wrapper."""
        from lyra.engine.models.python_models import wrap_model

        setattr(self, kind, wrap_model(kind, model))

    def set_fee_model(self, model: Any) -> None:
        """Say what orders cost."""
        self._take("fee_model", model)

    def set_fill_model(self, model: Any) -> None:
        """Say when and at what price orders fill."""
        self._take("fill_model", model)

    def set_slippage_model(self, model: Any) -> None:
        """Say how far fills are from the market."""
        self._take("slippage_model", model)

    def set_settlement_model(self, model: Any) -> None:
        """Say when money of a sale is there."""
        self._take("settlement_model", model)

    def set_volatility_model(self, model: Any) -> None:
        """Say how volatile the security is."""
        self._take("volatility_model", model)

    def set_buying_power_model(self, model: Any) -> None:
        """Say how much can be bought."""
        self._take("buying_power_model", model)

    set_margin_model = set_buying_power_model

    def set_margin_interest_rate_model(self, model: Any) -> None:
        """Say what borrowed margin costs."""
        self._take("margin_interest_rate_model", model)

    def set_shortable_provider(self, provider: Any) -> None:
        """Say how much can be sold short."""
        self._take("shortable_provider", provider)

    def set_data_filter(self, data_filter: Any) -> None:
        """Say which data is let through."""
        self._take("data_filter", data_filter)

    # the user's own attributes ---------------------------------------------------------------------
    def add(self, key: str, value: Any) -> None:
        """Keep a value under a name that is not taken."""
        if key in self.cache.properties:
            raise ArgumentException(f"An item with the same key has already been added. Key: {key}")
        self.cache.properties[key] = value

    def set(self, key: str, value: Any) -> None:
        """Keep a value under a name."""
        self.cache.properties[key] = value

    @property
    def get(self) -> Any:
        """`security.get[Type]("name")`, or `security.get("name")`."""
        return _Getter(self)

    def try_get(self, key: str, value: Any = None) -> tuple[bool, Any]:
        """(found, value)."""
        return key in self.cache.properties, self.cache.properties.get(key)

    def remove(self, key: str) -> bool:
        """Forget a value; whether it was there."""
        return self.cache.properties.pop(key, None) is not None

    def clear(self) -> None:
        """Forget all values."""
        self.cache.properties.clear()

    def __getitem__(self, key: str) -> Any:
        if key in self.cache.properties:
            return self.cache.properties[key]
        if key in self.__dict__:
            return self.__dict__[key]
        raise KeyError(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.cache.properties[key] = value

    def __getattr__(self, name: str) -> Any:
        cache = self.__dict__.get("cache")
        if cache is not None and name in cache.properties:
            return cache.properties[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def reset(self) -> None:
        """Leave the market: no feeds, not tradable."""
        self.is_tradable = False
        self._configs.clear()
        self._left_configs.clear()

    def __str__(self) -> str:
        return str(self._symbol)


class CryptoFutureHolding(SecurityHolding):
    """A coin-margined contract is worth its multiplier over the price, in coins; others like any security."""

    def _amount_of(self, quantity: Decimal, price: Decimal) -> tuple[Decimal, Any]:
        security = self._security
        if self._symbol.id.market == "dydx" or not security.is_crypto_coin_future():
            return super()._amount_of(quantity, price)
        return divide(multiply(quantity, security.symbol_properties._contract_multiplier), price), security.base_currency


class _Getter:
    def __init__(self, security: Security) -> None:
        self._security = security

    def __getitem__(self, kind: Any) -> Any:
        return self

    def __call__(self, key: str) -> Any:
        return self._security[key]


class Equity(Security):
    """A stock or fund."""

    _cache_type, _holding_type = EquityCache, EquityHolding


class Index(Security):
    """An index; it is not traded."""

    _cache_type, _holding_type = IndexCache, IndexHolding


class Commodity(Security):
    """A commodity."""


class _WithBaseCurrency(Security):
    base_currency: Cash

    def __init__(self, *args: Any, base_currency: Cash, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base_currency = base_currency


class Forex(_WithBaseCurrency):
    """A currency pair; its trades move both currencies of the cash book."""

    _cache_type, _holding_type = ForexCache, ForexHolding


class Crypto(_WithBaseCurrency):
    """A coin traded for a currency; its trades move both in the cash book. Its price is the last trade bar's close, where there is one."""

    _holding_type = CryptoHolding

    @property
    def _price(self) -> Decimal:
        cache = self.cache
        if cache.trade_rows is None:
            return cache.exact("price")
        return cache.trade_rows.exact("close", cache.trade_i)  # type: ignore[no-any-return]

    price = property(lambda self: to_float(self._price))


class CryptoFuture(_WithBaseCurrency):
    """A perpetual or dated future on a coin."""

    _holding_type = CryptoFutureHolding

    def is_crypto_coin_future(self) -> bool:
        """Whether margin and profit are in the coin itself."""
        return bool(self.quote_currency.symbol not in ("USDT", "BUSD", "USDC"))


class Cfd(Security):
    """A contract for difference."""

    _cache_type, _holding_type = CfdCache, CfdHolding
