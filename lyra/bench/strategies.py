"""The LEAN algorithms that are timed. They are text, because the modules that they import exist only while a backtest runs."""

from __future__ import annotations

MINUTE_CROSS = '''from AlgorithmImports import *


class MinuteCross(QCAlgorithm):
    """All in while EMA(20) is above EMA(50), out while it is below; 0.1 % fee."""

    def initialize(self):
        self.set_start_date(2024, 1, 1)
        self.set_end_date(datetime(2023, 12, 31) + timedelta(days=DAYS))
        self.set_account_currency("USDT")
        self.set_cash(100_000_000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)
        self.btc = self.add_crypto("BTCUSDT", Resolution.MINUTE, Market.BINANCE).symbol
        self.set_benchmark(lambda time: 0)
        self.fast = self.ema(self.btc, 20)
        self.slow = self.ema(self.btc, 50)

    def on_data(self, data):
        if not self.slow.is_ready:
            return
        fast, slow = self.fast.current.value, self.slow.current.value
        if self.portfolio.invested:
            if fast < slow:
                self.liquidate(self.btc)
        elif fast > slow:
            self.set_holdings(self.btc, 1)
'''

DAILY_CROSS = '''from AlgorithmImports import *


class DailyCross(QCAlgorithm):
    """Ten years of one equity."""

    def initialize(self):
        self.set_start_date(2011, 1, 1)
        self.set_end_date(2020, 12, 31)
        self.set_cash(100_000)
        self.spy = self.add_equity("SPY", Resolution.DAILY).symbol
        self.fast = self.ema(self.spy, 20)
        self.slow = self.ema(self.spy, 50)

    def on_data(self, data):
        if not self.slow.is_ready:
            return
        if self.portfolio.invested:
            if self.fast.current.value < self.slow.current.value:
                self.liquidate(self.spy)
        elif self.fast.current.value > self.slow.current.value:
            self.set_holdings(self.spy, 1)
'''

HUNDRED_EQUITIES = '''from AlgorithmImports import *


class HundredEquities(QCAlgorithm):
    """Ten years of a hundred equities, two indicators each, a rebalance into the best ten each month."""

    def initialize(self):
        self.set_start_date(2011, 1, 1)
        self.set_end_date(2020, 12, 31)
        self.set_cash(1_000_000)
        self.indicators = {}
        for n in range(100):
            symbol = self.add_equity(f"B{n:02d}", Resolution.DAILY).symbol
            self.indicators[symbol] = (self.sma(symbol, 100), self.momp(symbol, 60))
        self.set_benchmark("B00")
        self.schedule.on(self.date_rules.month_start("B00"), self.time_rules.after_market_open("B00", 30), self.rebalance)

    def rebalance(self):
        rising = [s for s, (average, momentum) in self.indicators.items()
                  if momentum.is_ready and average.is_ready and self.securities[s].price > average.current.value]
        best = sorted(rising, key=lambda s: self.indicators[s][1].current.value, reverse=True)[:10]
        self.set_holdings([PortfolioTarget(s, 0.098) for s in best], True)
'''
