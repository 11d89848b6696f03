"""A council of quantitative experts votes every midnight on Bitcoin's next day; language models join it where there is a key.

Shows: a council's members and rules, decisions that abstain or close, views from history, learning from closed horizons.
Data: hourly BTCUSD of Coinbase; `lyra data sample` fetches it. `lyra ai report` tells what the votes were worth.

To let language models vote too, set OPENROUTER_API_KEY, add members as below, and record them once: `lyra ai record algorithms/council_btc`.
Every backtest after that replays the recorded votes, free and identical:

    members=[*experts(), ModelRule(count=3)],                     # three free models of OpenRouter, chosen from its list
    paid=[Model("anthropic/claude-sonnet-4.5")],                  # asked only when the first stage is weak or divided
    budget=Budget(run=2.00, day=0.50),                            # US dollars; without a budget nothing is spent
"""

from datetime import timedelta

from AlgorithmImports import *
from lyra_ai.council import AlgorithmCouncil, Rules, experts


class CouncilBtc(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2017, 7, 10)
        self.set_end_date(2019, 10, 16)
        self.set_time_zone(TimeZones.UTC)  # Bitcoin's daily bars end at midnight UTC
        self.set_cash(100_000)
        self.set_brokerage_model(BrokerageName.COINBASE, AccountType.CASH)

        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        self.set_benchmark(self.btc)

        # A pool within 1 % of one half is no view: what is held is kept. The full size is reached 5 % from one half.
        self.council = AlgorithmCouncil(
            self,
            members=experts(),
            rules=Rules(band=0.01, full=0.05, size=0.95),
            horizon=timedelta(days=1),
            name="council_btc",
        )
        self.schedule.on(self.date_rules.every_day(self.btc), self.time_rules.midnight, self.consult)

    def consult(self):
        decision = self.council.decide(self.btc)
        if not decision.acts:
            return
        # Small changes of size cost fees and change little.
        held = self.portfolio[self.btc].holdings_value / self.portfolio.total_portfolio_value
        if abs(decision.size - held) > 0.1 or decision.size == 0 and held > 0:
            self.set_holdings(self.btc, decision.size)

    def on_end_of_algorithm(self):
        self.council.close()
