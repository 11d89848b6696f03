"""What selections do to the feed: members, counts of points, currencies, fill-forward and the list of subscriptions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lyra.engine.runner import Backtest, Job

Run = Callable[..., Backtest]
HEAD = """
from AlgorithmImports import *

def stock(ticker):
    return Symbol.create(ticker, SecurityType.EQUITY, Market.USA)

class Case(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 11, 20)
        self.set_end_date(2023, 11, 24)
        self.set_benchmark(lambda time: 1)
        self.universe_settings.resolution = Resolution.DAILY
"""


@pytest.fixture
def run(synthetic_data: Path, tmp_path: Path) -> Run:
    """Run the rest of a case."""

    def run(rest: str, folder: Path = synthetic_data) -> Backtest:
        file = tmp_path / "case.py"
        file.write_text(HEAD + rest, encoding="utf-8")
        done = Backtest(Job(file, folder)).run()
        assert done.error is None, done.error
        return done

    return run


def logged(backtest: Backtest, word: str) -> list[str]:
    return [line[20:] for line in backtest.context.messages.lines if line[20:].startswith(word)]


def test_a_disposed_universe_keeps_its_members_once_its_own_moments_have_passed(run: Run) -> None:
    rest = """
        self.manual = self.add_universe_selection(ManualUniverseSelectionModel([stock("LYA")]))
        self.timed = ScheduledUniverse(self.date_rules.every_day(), self.time_rules.midnight, lambda time: [stock("LYB")])
        self.add_universe(self.timed)

    def on_data(self, data):
        self.log(f"bars {self.time:%d} {sorted(symbol.value for symbol in data.bars.keys())}")
        if self.time.day == 21:
            for pair in list(self.universe_manager):
                pair.value.dispose()
"""
    assert logged(run(rest), "bars") == ["bars 20 ['LYA', 'LYB']", "bars 21 ['LYA', 'LYB']", "bars 22 ['LYA']", "bars 24 ['LYA']"]


def test_of_a_selection_in_two_steps_the_second_steps_data_are_counted(run: Run, synthetic_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(synthetic_data, folder)
    coarse = folder / "equity" / "usa" / "fundamental" / "coarse"
    coarse.mkdir(parents=True)
    (coarse / "20231121.csv").write_text("".join(f"LY{x} RPTMYV3VC57P,LY{x},5,1,5,True,1,1\n" for x in "ABCDE"))
    counted = {}
    for name, universe in (("one", "self.add_universe(self.coarse)"), ("two", "self.add_universe(self.coarse, lambda rows: [])")):
        rest = f"""
        {universe}

    def coarse(self, rows):
        self.log(f"rows {{len(list(rows))}}")
        return []
"""
        done = run(rest, folder)
        assert "rows 5" in logged(done, "rows")
        counted[name] = done.data_points
    assert counted == {"one": 5, "two": 0}


def test_a_currency_is_converted_over_the_pair_that_a_selection_brings(run: Run) -> None:
    rest = """
        self.set_account_currency("EUR")
        self.universe_settings.resolution = Resolution.HOUR
        pair = Symbol.create("EURUSD", SecurityType.FOREX, Market.OANDA)
        self.add_universe(ScheduledUniverse(self.date_rules.every_day(), self.time_rules.midnight, lambda time: [pair]))

    def on_end_of_algorithm(self):
        for config in self.subscription_manager.get_subscription_data_configs(None, True):
            self.log(f"feed {config.symbol.value} internal {config.is_internal_feed}")
        self.log(f"rate {self.portfolio.cash_book['USD'].conversion_rate > 0}")
"""
    done = run(rest)
    assert logged(done, "feed") == ["feed EURUSD internal False"]
    assert logged(done, "rate") == ["rate True"]


def test_a_feed_that_has_ended_does_not_make_others_fill_forward_finely(run: Run, synthetic_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(synthetic_data, folder)
    shutil.rmtree(folder / "equity" / "usa" / "minute" / "lya")
    rest = """
        self.add_equity("LYA", Resolution.MINUTE)
        self.add_universe(ScheduledUniverse(self.date_rules.every_day(), self.time_rules.midnight, self.select))
        self.seen = {}

    def select(self, time):
        return [stock("LYB"), stock("LYD")] if self.time.day >= 22 else [stock("LYB")]

    def on_data(self, data):
        self.seen[self.time.day] = self.seen.get(self.time.day, 0) + 1

    def on_end_of_algorithm(self):
        self.log(f"steps {self.seen}")
"""
    # minutes until a day's feed is added after the minute feed, which has no data, was found to have ended
    assert logged(run(rest, folder), "steps") == ["steps {20: 1, 21: 390, 22: 1, 24: 1}"]


def test_a_feed_that_is_removed_is_no_longer_listed(run: Run) -> None:
    rest = """
        self.add_universe(ScheduledUniverse(self.date_rules.every_day(), self.time_rules.midnight, self.select))

    def select(self, time):
        return [stock("LYA")] if self.time.day == 20 else [stock("LYB")]

    def on_data(self, data):
        self.log(f"feeds {self.time:%d} {sorted(c.symbol.value for c in self.subscription_manager.subscriptions if c.type is TradeBar)}")
"""
    assert logged(run(rest), "feeds")[:2] == ["feeds 20 ['LYA']", "feeds 21 ['LYB']"]


def test_internal_feeds_are_counted_but_not_listed(run: Run) -> None:
    rest = """
        self.add_equity("LYA", Resolution.DAILY)
        self.set_benchmark("SPY")

    def on_end_of_algorithm(self):
        manager = self.subscription_manager
        self.log(f"feeds {[c.symbol.value for c in manager.subscriptions]} of {manager.count}")
"""
    assert logged(run(rest), "feeds") == ["feeds ['LYA'] of 2"]


def test_a_symbol_listed_after_the_start_is_told_its_first_ticker(run: Run, synthetic_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(synthetic_data, folder)
    (folder / "equity/usa/map_files/lya.csv").write_text("20231122,lyold,Q\n20231123,lyold,Q\n20501231,lya,Q\n")
    rest = """
        self.add_equity("LYA", Resolution.DAILY)

    def on_symbol_changed_events(self, events):
        for pair in events:
            self.log(f"change {self.time:%d} {pair.value.old_symbol} {pair.value.new_symbol}")
"""
    assert logged(run(rest, folder), "change") == ["change 22 LYA LYOLD", "change 24 LYOLD LYA"]


def test_a_security_has_its_data_by_type_and_its_companys_fundamentals(run: Run) -> None:
    rest = """
        self.stock = self.add_equity("LYA", Resolution.DAILY)

    def on_data(self, data):
        if self.time.day != 21:
            return
        held = self.stock.data
        self.log(f"data {held.get(TradeBar).close == data.bars[self.stock.symbol].close} {len(held.get_all(TradeBar))} {held.has_data(QuoteBar)}")
        self.stock.cache.add_data_list([], Tick, False)
        row = self.stock.fundamentals
        self.log(f"data {type(row).__name__} {row.symbol} {row.end_time:%d %H} {row.has_fundamental_data}")
        try:
            held.mine = 1
        except RuntimeError as e:
            self.log(f"data {e}")
"""
    assert logged(run(rest), "data") == [
        "data True 1 False",
        "data Fundamental LYA 21 16 False",
        "data DynamicSecurityData is a view of the SecurityCache. It is readonly, properties can not be set",
    ]
