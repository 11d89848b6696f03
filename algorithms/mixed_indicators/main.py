"""Trend, strength and a channel: LEAN's, Jesse's and TA-Lib's indicators in one algorithm, and Freqtrade's crossing on a frame of history.

Shows: indicators of `lyra_ai` beside LEAN's own, registered, warmed up and plotted alike; what is meant by the same name in another project.
Data: daily and hourly BTCUSD of Coinbase; `lyra data sample` fetches it. `lyra indicators` lists what there is.
"""

from AlgorithmImports import *
from lyra_ai.indicators import indicator
from lyra_ai.indicators.freqtrade import qtpylib


class MixedIndicators(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2017, 7, 10)
        self.set_end_date(2019, 10, 16)
        self.set_cash(100_000)
        self.set_time_zone(TimeZones.UTC)
        self.set_brokerage_model(BrokerageName.COINBASE, AccountType.CASH)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        self.set_benchmark(self.btc)

        self.average = self.ema(self.btc, 50, Resolution.DAILY)  # LEAN's
        self.trend = indicator("supertrend", 10, 3.0)  # Jesse's: its value is the line, `changed` says that it has turned
        self.strength = indicator("talib_adx", 14)  # TA-Lib's, with TA-Lib's seed
        for each in (self.trend, self.strength):
            self.register_indicator(self.btc, each, Resolution.DAILY)
            self.warm_up_indicator(self.btc, each, Resolution.DAILY)
        self.warm_up_indicator(self.btc, self.average, Resolution.DAILY)
        self.schedule.on(self.date_rules.every_day(self.btc), self.time_rules.midnight, self.decide)

    def decide(self):
        if not (self.average.is_ready and self.trend.is_ready and self.strength.is_ready):
            return
        closes = self.history(self.btc, 30, Resolution.DAILY)["close"]
        crossed = bool(qtpylib.crossed_above(closes, closes.rolling(20).mean()).iloc[-1])  # Freqtrade's
        price = self.securities[self.btc].price
        rising = price > self.trend.value and price > self.average.current.value
        self.plot("Trend", "Supertrend", self.trend.value)
        self.plot("Trend", "EMA", self.average.current.value)
        if not self.portfolio.invested and rising and (crossed or self.strength.value > 25):
            self.set_holdings(self.btc, 0.95)
        elif self.portfolio.invested and price < self.trend.value:
            self.liquidate(self.btc)
