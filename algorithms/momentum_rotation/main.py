"""Momentum rotation: each month, hold the strongest funds of the last months in equal parts.

Shows: several securities, scheduled events, indicators in a dictionary, one call that moves a whole portfolio.
Data: daily bars of six funds. None are in the repository; this makes a market that is labelled as made up:

    lyra data generate SPY QQQ IWM EFA TLT GLD --market usa --type equity --from 2015-01-01 --to 2020-12-31 --volatility 0.2 --drift 0.06

Your own prices go in with `lyra data import`.
"""

from AlgorithmImports import *


class MomentumRotation(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2016, 1, 1)
        self.set_end_date(2020, 12, 31)
        self.set_cash(100_000)
        self.hold = self.get_parameter("hold", 2)
        days = self.get_parameter("months", 3) * 21  # trading days

        self.momentum = {}
        for ticker in ("SPY", "QQQ", "IWM", "EFA", "TLT", "GLD"):
            symbol = self.add_equity(ticker, Resolution.DAILY).symbol
            self.momentum[symbol] = self.momp(symbol, days)  # change over the period, in percent
        self.set_benchmark("SPY")
        self.set_warm_up(days, Resolution.DAILY)

        # Once a month, on its first trading day, half an hour after the opening.
        self.schedule.on(self.date_rules.month_start("SPY"), self.time_rules.after_market_open("SPY", 30), self.rebalance)

    def rebalance(self):
        if self.is_warming_up:
            return
        ready = [symbol for symbol, indicator in self.momentum.items() if indicator.is_ready]
        ranked = sorted(ready, key=lambda symbol: self.momentum[symbol].current.value, reverse=True)
        # Only what rose: in a falling market the money stays in cash.
        chosen = [symbol for symbol in ranked[: self.hold] if self.momentum[symbol].current.value > 0]
        # With True all that is not chosen is sold first, so that its money is there for the purchases.
        self.set_holdings([PortfolioTarget(symbol, 0.98 / self.hold) for symbol in chosen], True)
        self.log(f"holding {', '.join(symbol.value for symbol in chosen) or 'cash'}")
