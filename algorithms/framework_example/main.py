"""The algorithm framework: what to trade, what to expect, how much, how safely and how to execute are separate, replaceable parts.

Shows: an alpha model of your own that emits insights, and LEAN's models for everything after it.
Data: the same six funds as in momentum_rotation; this makes a market that is labelled as made up:

    lyra data generate SPY QQQ IWM EFA TLT GLD --market usa --type equity --from 2015-01-01 --to 2020-12-31 --volatility 0.2 --drift 0.06
"""

from datetime import timedelta

from AlgorithmImports import *


class TrendAlpha(AlphaModel):
    """Expects a fund to rise for a month when its 50-day average crosses above the 200-day one, and to be left alone when below."""

    name = "Trend"

    def __init__(self):
        self.averages = {}
        self.last = {}

    def update(self, algorithm: QCAlgorithm, data: Slice) -> list[Insight]:
        insights = []
        for symbol, (fast, slow) in self.averages.items():
            if not slow.is_ready:
                continue
            direction = InsightDirection.UP if fast.current.value > slow.current.value else InsightDirection.FLAT
            # An insight is a statement with a date of expiry: say it anew when it changes or runs out.
            if self.last.get(symbol, (None, algorithm.time))[0] != direction or algorithm.time >= self.last[symbol][1]:
                insights.append(Insight.price(symbol, timedelta(days=30), direction))
                self.last[symbol] = (direction, algorithm.time + timedelta(days=30))
        return insights

    def on_securities_changed(self, algorithm: QCAlgorithm, changes: SecurityChanges) -> None:
        for security in changes.added_securities:
            symbol = security.symbol
            self.averages[symbol] = (algorithm.sma(symbol, 50, Resolution.DAILY), algorithm.sma(symbol, 200, Resolution.DAILY))
        for security in changes.removed_securities:
            self.averages.pop(security.symbol, None)


class FrameworkExample(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2016, 1, 1)
        self.set_end_date(2020, 12, 31)
        self.set_cash(100_000)
        self.set_warm_up(200, Resolution.DAILY)
        self.universe_settings.resolution = Resolution.DAILY

        symbols = [Symbol.create(ticker, SecurityType.EQUITY, Market.USA) for ticker in ("SPY", "QQQ", "IWM", "EFA", "TLT", "GLD")]
        self.set_universe_selection(ManualUniverseSelectionModel(symbols))
        self.set_alpha(TrendAlpha())
        # Equal parts for all insights that are in force, adjusted at most once a month.
        self.set_portfolio_construction(EqualWeightingPortfolioConstructionModel(timedelta(days=30)))
        # A position that has lost 8 % from its entry is closed.
        self.set_risk_management(MaximumDrawdownPercentPerSecurity(0.08))
        self.set_execution(ImmediateExecutionModel())
