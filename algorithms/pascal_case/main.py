"""RSI reversals in LEAN's older style: Initialize, OnData, SetHoldings. Both spellings of every member work, even mixed in one class.

Shows: code from older tutorials and forum posts runs as it is; a rolling window; a consolidator.
Data: hourly BTCUSD of Coinbase; `lyra data sample` fetches it.
"""

from datetime import timedelta

from AlgorithmImports import *


class PascalCase(QCAlgorithm):

    def Initialize(self):
        self.SetStartDate(2017, 8, 1)
        self.SetEndDate(2019, 10, 16)
        self.SetCash(50000)
        self.btc = self.AddCrypto("BTCUSD", Resolution.Hour, Market.Coinbase).Symbol
        self.SetBenchmark(self.btc)

        # Bars of four hours out of hourly ones; the RSI runs on these.
        self.window = RollingWindow[float](2)
        self.strength = RelativeStrengthIndex(14, MovingAverageType.Wilders)
        self.Consolidate(self.btc, timedelta(hours=4), self.OnFourHours)

    def OnFourHours(self, bar):
        self.strength.Update(bar.EndTime, bar.Close)
        if not self.strength.IsReady:
            return
        self.window.Add(self.strength.Current.Value)
        if self.window.Count < 2:
            return
        now, before = self.window[0], self.window[1]
        # Buy when the RSI comes back up through 30, sell when it comes back down through 70.
        if before < 30 <= now and not self.Portfolio.Invested:
            self.SetHoldings(self.btc, 0.9)
        elif before > 70 >= now and self.Portfolio.Invested:
            self.Liquidate(self.btc, "overbought")

    def OnEndOfAlgorithm(self):
        self.Log(f"final value {self.Portfolio.TotalPortfolioValue:.2f}")
