"""The order in which things run inside a time step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

INDICATOR = """
        self.indicator = self.sma(self.btc, 2)
        self.indicator.updated += lambda sender, point: self.seen.append(f"indicator {self.indicator.samples}")"""
CONSOLIDATOR = """
        self.bars = TradeBarConsolidator(timedelta(hours=1))
        self.bars.data_consolidated += lambda sender, bar: self.seen.append(f"bar {self.indicator.samples}")
        self.subscription_manager.add_consolidator(self.btc, self.bars)"""
ALGORITHM = """
from AlgorithmImports import *

class Order(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 2)
        self.seen = []
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
{registered}

    def on_data(self, data):
        if self.time.hour == 2:
            self.log(", ".join(self.seen[-2:]))
"""


@pytest.mark.parametrize(
    ("registered", "expected"),
    [(CONSOLIDATOR + INDICATOR, "bar 2, indicator 3"), (INDICATOR + CONSOLIDATOR, "indicator 3, bar 3")],
    ids=["consolidator first", "indicator first"],
)
def test_indicators_and_consolidators_of_a_feed_update_in_the_order_of_their_registration(
    backtest: Run, registered: str, expected: str
) -> None:
    ran = backtest(ALGORITHM.format(registered=registered.strip("\n")))
    assert ran.code == 0, ran.out + ran.err
    lines = next(ran.folder.glob("*-log.txt")).read_text().splitlines()
    assert f"2020-01-02 02:00:00 {expected}" in lines, lines


PAYING = """
from AlgorithmImports import *

class Counting(BuyingPowerModel):
    asked = 0

    def has_sufficient_buying_power_for_order(self, parameters):
        Counting.asked += 1
        return super().has_sufficient_buying_power_for_order(parameters)

class Paying(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 2)
        self.coin = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE)
        self.coin.set_buying_power_model(Counting())

    def on_data(self, data):
        if self.time.hour == 2:
            self.market_order(self.coin.symbol, 0.01)
            self.log(f"asked {Counting.asked}")
"""


def test_a_model_of_the_users_is_asked_twice_whether_an_order_can_be_paid(backtest: Run) -> None:
    """Before the submission and before the fill, as LEAN does; only LEAN's own models are spared the second time."""
    ran = backtest(PAYING)
    assert ran.code == 0, ran.out + ran.err
    assert "2020-01-02 02:00:00 asked 2" in next(ran.folder.glob("*-log.txt")).read_text().splitlines()
