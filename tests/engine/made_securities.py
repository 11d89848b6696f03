"""Securities for unit tests: from the project's own `data` folder, with a price set by hand and no run around them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lyra.engine.brokerages.base import set_default_models
from lyra.engine.data.bars import Bar, QuoteBar, Tick, TradeBar
from lyra.engine.decimals import to_decimal
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from lyra.engine.feed.config import SubscriptionDataConfig
from lyra.engine.markets.exchange import SecurityExchange
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.markets.properties import SymbolPropertiesDatabase
from lyra.engine.models.slippage import NullSlippageModel
from lyra.engine.securities.cash import CashBook
from lyra.engine.securities.security import Cfd, Crypto, CryptoFuture, Equity, Forex, Index
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_us

DATA = Path(__file__).resolve().parents[2] / "data"
NOW = datetime(2018, 4, 4, 15, 0)
"""11:00 in New York, a Wednesday."""
_KINDS: dict[Any, Any] = {
    SecurityType.EQUITY: Equity, SecurityType.FOREX: Forex, SecurityType.CRYPTO: Crypto, SecurityType.CRYPTO_FUTURE: CryptoFuture,
    SecurityType.CFD: Cfd, SecurityType.INDEX: Index,
}  # fmt: skip


class Market:
    """A clock, a cash book and the databases, of which securities are made."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = to_us(now)
        self.cash_book = CashBook()
        self.cash_book["USD"].set_amount(100000)
        self._hours = MarketHoursDatabase.from_data_folder(DATA)
        self._properties = SymbolPropertiesDatabase.from_data_folder(DATA)

    def security(self, kind: SecurityType, ticker: str, market: str, bid: float | None = None, ask: float | None = None) -> Any:
        """A security, quoted if a bid and an ask are given."""
        symbol = Symbol.create(ticker, kind, market)
        entry = self._hours.get_entry(market, symbol, kind)
        properties = self._properties.get_symbol_properties(market, symbol, kind, "USD")
        exchange = SecurityExchange(entry.exchange_hours, kind, lambda: self.now)
        quote = properties.quote_currency
        extra = {}
        if kind in (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE):
            extra["base_currency"] = self._cash(ticker[: -len(quote)])
        made = _KINDS[kind](symbol, exchange, self._cash(quote), properties, self.cash_book, **extra)
        set_default_models(made)
        made.slippage_model = NullSlippageModel.INSTANCE
        zones = (entry.data_time_zone, entry.exchange_hours.time_zone)
        for data_type, tick_type in ((TradeBar, TickType.TRADE), (QuoteBar, TickType.QUOTE)):
            made._configs.append(
                SubscriptionDataConfig(
                    data_type, symbol, Resolution.MINUTE, tick_type, *zones, True, False, False, DataNormalizationMode.RAW
                )
            )
        if bid is not None:
            made.set_market_price(Tick(NOW, symbol, bid, ask))
        return made

    def _cash(self, currency: str) -> Any:
        if currency not in self.cash_book:
            self.cash_book.add(currency, 0, 1)
        return self.cash_book[currency]


def trade_bar(security: Any, end: datetime, prices: tuple[float, float, float, float], volume: float = 1000) -> None:
    """Give a security a minute's trade bar; `end` is wall time of the exchange."""
    security.set_market_price(TradeBar(end - timedelta(minutes=1), security.symbol, *prices, volume, timedelta(minutes=1)))


def quote_bar(security: Any, end: datetime, bid: tuple[float, float, float, float], ask: tuple[float, float, float, float]) -> None:
    """Give a security a minute's quote bar."""
    minute = timedelta(minutes=1)
    security.set_market_price(QuoteBar(end - minute, security.symbol, Bar(*bid), 100, Bar(*ask), 100, minute))


def portfolio_of(market: Market, *securities: Any) -> Any:
    """As much of a portfolio as buying power models ask for; `_total_portfolio_value` is 100,000."""
    tickets: dict[int, Any] = {}
    held = SimpleNamespace(
        cash_book=market.cash_book,
        securities={s.symbol: s for s in securities},
        transactions=SimpleNamespace(get_order_ticket=tickets.get, _open_orders=list, tickets=tickets),
        _total_portfolio_value=to_decimal(100000),
        _invested=[],
        minimum_margin_skipped=False,
    )
    held._margin_remaining_of = lambda total: total
    held._margin_remaining = held._total_portfolio_value
    return held
