"""Fees of the crypto exchanges: a share for adding (maker) and one for taking liquidity (taker), first tier of each venue.

Rates and rules from `Common/Orders/Fees`; a buy on a spot market is mostly charged in the coin bought, a sale in the quote currency.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import ONE, ZERO, to_decimal
from lyra.engine.enums import OrderDirection, SecurityType
from lyra.engine.fees.base import FeeModel, base_currency, contract_fee, fee_of, is_buy, posts_to_book, unit_price
from lyra.engine.orders.fee import OrderFee
from lyra.engine.orders.properties import (
    BinanceOrderProperties,
    BitfinexOrderProperties,
    BybitOrderProperties,
    CoinbaseOrderProperties,
    FTXOrderProperties,
    KrakenOrderProperties,
    dYdXOrderProperties,
)
from lyra.engine.securities.fee_parameters import OrderFeeParameters
from lyra.engine.times import to_us


class _MakerTaker(FeeModel):
    """A maker and a taker rate; `_properties` is the venue's class of order properties, whose `post_only` counts."""

    _properties: ClassVar[type]

    def __init__(self, maker: Any, taker: Any) -> None:
        self._maker = to_decimal(maker)
        self._taker = to_decimal(taker)

    def _rate(self, order: Any) -> Decimal:
        return self._maker if posts_to_book(order, self._properties) else self._taker

    def _spot_fee(self, order: Any, security: Any, rate: Decimal) -> OrderFee:
        if is_buy(order):
            return fee_of(abs(order._quantity) * rate, base_currency(security))
        return fee_of(unit_price(order, security) * abs(order._quantity) * rate, security.quote_currency.symbol)

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        rate = self._rate(order)
        if security.symbol.security_type is SecurityType.CRYPTO_FUTURE:
            return contract_fee(order, security, rate)
        return self._spot_fee(order, security, rate)


class BinanceFeeModel(_MakerTaker):
    """Binance spot: 0.1 % both ways, or the rates given."""

    MakerTier1Fee = MAKER_TIER_1_FEE = 0.001
    TakerTier1Fee = TAKER_TIER_1_FEE = 0.001
    _properties = BinanceOrderProperties

    def __init__(self, m_fee: Any = Decimal("0.001"), t_fee: Any = Decimal("0.001")) -> None:
        super().__init__(m_fee, t_fee)


class BinanceFuturesFeeModel(BinanceFeeModel):
    """Binance futures on USDT (0.02 % / 0.04 %) and BUSD (0.012 % / 0.036 %)."""

    MakerTier1USDTFee = MAKER_TIER_1_USDT_FEE = 0.0002
    TakerTier1USDTFee = TAKER_TIER_1_USDT_FEE = 0.0004
    MakerTier1BUSDFee = MAKER_TIER_1_BUSD_FEE = 0.00012
    TakerTier1BUSDFee = TAKER_TIER_1_BUSD_FEE = 0.00036

    def __init__(self, m_usdt_fee: Any = Decimal("0.0002"), t_usdt_fee: Any = Decimal("0.0004"), m_busd_fee: Any = Decimal("0.00012"),
                 t_busd_fee: Any = Decimal("0.00036")) -> None:  # fmt: skip
        super().__init__(m_usdt_fee, t_usdt_fee)
        self._busd = (to_decimal(m_busd_fee), to_decimal(t_busd_fee))

    def _rate(self, order: Any) -> Decimal:
        if not order.symbol.value.endswith("BUSD"):
            return super()._rate(order)
        maker, taker = self._busd
        return maker if posts_to_book(order, self._properties) else taker


class BinanceCoinFuturesFeeModel(BinanceFeeModel):
    """Binance futures margined in coins: 0.01 % / 0.05 %."""

    MakerTier1Fee = MAKER_TIER_1_FEE = 0.0001
    TakerTier1Fee = TAKER_TIER_1_FEE = 0.0005

    def __init__(self, m_fee: Any = Decimal("0.0001"), t_fee: Any = Decimal("0.0005")) -> None:
        super().__init__(m_fee, t_fee)


class BitfinexFeeModel(_MakerTaker):
    """Bitfinex: 0.1 % / 0.2 %; hidden orders take."""

    MakerFee = MAKER_FEE = 0.001
    TakerFee = TAKER_FEE = 0.002

    def __init__(self) -> None:
        super().__init__(Decimal("0.001"), Decimal("0.002"))

    def _rate(self, order: Any) -> Decimal:
        return self._maker if posts_to_book(order, BitfinexOrderProperties, needs_visible=True) else self._taker

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        return self._spot_fee(parameters.order, parameters.security, self._rate(parameters.order))


class BybitFeeModel(_MakerTaker):
    """Bybit spot: 0.1 % both ways, or the rates given."""

    MakerNonVIPFee = MAKER_NON_VIP_FEE = 0.001
    TakerNonVIPFee = TAKER_NON_VIP_FEE = 0.001
    _properties = BybitOrderProperties

    def __init__(self, m_fee: Any = Decimal("0.001"), t_fee: Any = Decimal("0.001")) -> None:
        super().__init__(m_fee, t_fee)


class BybitFuturesFeeModel(BybitFeeModel):
    """Bybit futures: 0.02 % / 0.055 %."""

    MakerNonVIPFee = MAKER_NON_VIP_FEE = 0.0002
    TakerNonVIPFee = TAKER_NON_VIP_FEE = 0.00055

    def __init__(self, maker_fee: Any = Decimal("0.0002"), taker_fee: Any = Decimal("0.00055")) -> None:
        super().__init__(maker_fee, taker_fee)


class dYdXFeeModel(_MakerTaker):  # noqa: N801 (LEAN's name)
    """dYdX: 0.01 % / 0.05 %."""

    _properties = dYdXOrderProperties

    def __init__(self, m_fee: Any = Decimal("0.0001"), t_fee: Any = Decimal("0.0005")) -> None:
        super().__init__(m_fee, t_fee)

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        return contract_fee(parameters.order, parameters.security, self._rate(parameters.order))


_STABLE_PAIRS = frozenset((
    "DAIUSDC", "DAIUSD", "GYENUSD", "PAXUSD", "PAXUSDT", "MUSDUSD", "USDCEUR", "USDCGBP", "USDTEUR", "USDTGBP", "USDTUSD", "USDTUSDC",
    "USTEUR", "USTUSD", "USTUSDT", "WBTCBTC",
))  # fmt: skip


class CoinbaseFeeModel(_MakerTaker):
    """Coinbase: 0.6 % / 0.8 %, or the rates given; the venue's earlier rates for orders before its changes, and its rates for stable pairs.
    Always in the quote currency."""

    MakerAdvanced1 = MAKER_ADVANCED_1 = 0.006
    TakerAdvanced1 = TAKER_ADVANCED_1 = 0.008
    MakerStablePairs = MAKER_STABLE_PAIRS = 0.0
    TakerStableParis = TAKER_STABLE_PARIS = 0.00001
    _properties = CoinbaseOrderProperties

    def __init__(self, maker_fee: Any = Decimal("0.006"), taker_fee: Any = Decimal("0.008")) -> None:
        super().__init__(maker_fee, taker_fee)

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        is_maker = posts_to_book(order, self._properties)
        rate = _coinbase_rate(order._time, is_maker, security.symbol.value in _STABLE_PAIRS, self._maker, self._taker)
        price = unit_price(order, security, limit_counts=False)
        return fee_of(price * abs(order._quantity) * rate, security.quote_currency.symbol)


class GDAXFeeModel(CoinbaseFeeModel):
    """The old name of Coinbase."""


def _coinbase_rate(utc: int, is_maker: bool, is_stable_pair: bool, maker: Decimal, taker: Decimal) -> Decimal:
    if is_stable_pair:
        if is_maker:
            return ZERO
        return Decimal("0.001") if utc < _STABLE_CHANGE else Decimal("0.00001")
    if utc < _FIRST_CHANGE:
        return ZERO if is_maker else Decimal("0.003")
    if utc < _SECOND_CHANGE:
        return Decimal("0.0015") if is_maker else Decimal("0.0025")
    return maker if is_maker else taker


_FIRST_CHANGE = to_us(datetime(2019, 3, 23, 1, 30))
_SECOND_CHANGE = to_us(datetime(2019, 10, 8, 0, 30))
_STABLE_CHANGE = to_us(datetime(2022, 6, 1))


class FTXFeeModel(FeeModel):
    """FTX: 0.02 % / 0.07 %; adding buys are charged in the coin."""

    @property
    def maker_fee(self) -> float:
        """Rate for adding liquidity."""
        return 0.0002

    @property
    def taker_fee(self) -> float:
        """Rate for taking liquidity."""
        return 0.0007

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        rate, price = self.taker_fee, unit_price(order, security, limit_counts=False)
        currency = security.quote_currency.symbol
        if posts_to_book(order, FTXOrderProperties):
            rate = self.maker_fee
            if is_buy(order):
                price, currency = ONE, security.base_currency.symbol
        return fee_of(price * abs(order._quantity) * to_decimal(rate), currency)


class FTXUSFeeModel(FTXFeeModel):
    """FTX US: 0.1 % / 0.4 %."""

    @property
    def maker_fee(self) -> float:
        """Rate for adding liquidity."""
        return 0.001

    @property
    def taker_fee(self) -> float:
        """Rate for taking liquidity."""
        return 0.004


class KrakenFeeModel(FeeModel):
    """Kraken: 0.16 % / 0.26 %, 0.2 % for pairs that begin with a currency or stable coin. Buys are charged in the quote currency, sales in
    the coin, unless the order's properties say otherwise."""

    MakerTier1CryptoFee = MAKER_TIER_1_CRYPTO_FEE = 0.0016
    TakerTier1CryptoFee = TAKER_TIER_1_CRYPTO_FEE = 0.0026
    Tier1FxFee = TIER_1_FX_FEE = 0.002

    def __init__(self) -> None:
        self._fx_stablecoin_list = ["CAD", "EUR", "GBP", "JPY", "USD", "USDT", "DAI", "USDC"]

    @property
    def fx_stablecoin_list(self) -> list[str]:
        """Currencies and stable coins with a rate of their own."""
        return self._fx_stablecoin_list

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        rate = Decimal("0.0016") if posts_to_book(order, KrakenOrderProperties) else Decimal("0.0026")
        if security.symbol.value.startswith(tuple(self._fx_stablecoin_list)):
            rate = Decimal("0.002")
        quantity = abs(order._quantity)
        if _charged_in_quote(order):
            return fee_of(unit_price(order, security) * quantity * rate, security.quote_currency.symbol)
        return fee_of(quantity * rate, base_currency(security))


def _charged_in_quote(order: Any) -> bool:
    in_quote = is_buy(order)
    wishes = order.properties
    if not isinstance(wishes, KrakenOrderProperties):
        return in_quote
    if in_quote and wishes.fee_in_base:
        in_quote = False
    return in_quote or bool(wishes.fee_in_quote)


class AlpacaFeeModel(FeeModel):
    """Alpaca: shares and options free; crypto 0.15 % / 0.25 %, buys charged in the coin."""

    MakerCryptoFee = MAKER_CRYPTO_FEE = 0.0015
    TakerCryptoFee = TAKER_CRYPTO_FEE = 0.0025

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """The fee of an order."""
        order, security = parameters.order, parameters.security
        if security.symbol.security_type is not SecurityType.CRYPTO:
            return fee_of(ZERO)
        rate = Decimal("0.0015") if posts_to_book(order) else Decimal("0.0025")
        quantity = abs(order._quantity)
        if order.direction is OrderDirection.BUY:
            return fee_of(quantity * rate, base_currency(security))
        return fee_of(quantity * security._price * rate, security.quote_currency.symbol)
