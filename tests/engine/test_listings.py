"""Stocks that are delisted or renamed in a run, and universes that end: what is still delivered, and under which name."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lyra.engine.runner import Backtest, Job

_DATA = Path(__file__).resolve().parents[2] / "data"
_DAYS = ("20140324", "20140325", "20140326", "20140327", "20140328")
_HEAD = """from AlgorithmImports import *

class Algorithm(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2014, 3, 24)
        self.set_end_date(2014, 3, 28)
        self.set_benchmark(lambda x: 0)
        self.seen = []
"""
Run = Callable[[str], Any]


def _bars(folder: Path, resolution: str, ticker: str, times: list[str]) -> None:
    rows = "".join(f"{time},{p},{p + 9000},{p - 9000},{p + 1000},500\n" for p, time in enumerate(times, start=1_000_000))
    path = folder / "equity" / "usa" / resolution / f"{ticker}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{ticker}.csv", rows)


def _hours(*days: str) -> list[str]:
    return [f"{day} {hour:02}:00" for day in days for hour in range(9, 16)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a body in a market of SPY, of GONE which is delisted on 2014-03-26 and has no trades on that day, of LONG which was delisted
    in February, and of OLD which becomes NEW on 2014-03-26."""
    folder = tmp_path / "data"
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(_DATA / name, folder / name)
    for ticker, days in (("spy", _DAYS), ("gone", _DAYS[:2]), ("old", _DAYS[:2]), ("new", _DAYS[2:])):
        _bars(folder, "hour", ticker, _hours(*days))
        _bars(folder, "daily", ticker, [f"{day} 00:00" for day in days])
    maps = folder / "equity" / "usa" / "map_files"
    maps.mkdir()
    rows = {"spy": "20501231,spy", "gone": "20140326,gone", "long": "20140210,long", "new": "20140325,old\n20501231,new"}
    for ticker, lines in rows.items():
        (maps / f"{ticker}.csv").write_text(f"20000103,{lines.split(',')[1].split()[0]}\n{lines}\n")

    def go(body: str) -> Any:
        file = tmp_path / "Algorithm.py"
        file.write_text(_HEAD + body)
        backtest = Backtest(Job(file, folder)).run()
        if backtest.error:
            raise backtest.error
        backtest.algorithm.points = backtest.data_points
        return backtest.algorithm

    return go


def test_bars_are_repeated_up_to_the_delisting(run: Run) -> None:
    algorithm = run("""
        self.gone = self.add_equity("GONE", Resolution.HOUR).symbol

    def on_data(self, data):
        if data.bars.contains_key(self.gone):
            self.seen.append((self.time.day, self.time.hour, data.bars[self.gone].is_fill_forward))
        for x in data.delistings:
            self.seen.append((self.time.day, self.time.hour, str(x.value.type)))
""")
    filled = [(26, hour, True) for hour in range(10, 17)]
    assert algorithm.seen[14:] == [(26, 0, "WARNING"), *filled, (27, 0, "DELISTED")]


def test_what_was_delisted_before_is_never_delisted_again(run: Run) -> None:
    algorithm = run("""
        self.long = self.add_equity("LONG", Resolution.HOUR).symbol
        self.gone = self.add_equity("GONE", Resolution.HOUR).symbol
        self.add_equity("SPY", Resolution.HOUR)
        self.events = []

    def on_delistings(self, delistings):
        self.events += [(self.time.day, x.key.value, str(x.value.type)) for x in delistings]

    def on_data(self, data):
        if self.time.day == 27 and self.time.hour == 12:
            self.add_equity("GONE", Resolution.HOUR)
        if self.time.day == 28:
            self.seen.append((self.securities[self.gone].is_tradable, self.gone in [x.key for x in self.securities]))
""")
    assert algorithm.events == [(26, "GONE", "WARNING"), (27, "GONE", "DELISTED")]
    assert set(algorithm.seen) == {(True, False)}, "added again, it may be asked for but is not among the securities"


def test_bars_bear_the_ticker_of_their_day(run: Run) -> None:
    algorithm = run("""
        self.x = self.add_equity("NEW", Resolution.DAILY).symbol
        self.add_equity("SPY", Resolution.HOUR)

    def on_symbol_changed_events(self, events):
        self.seen += [(self.time.day, self.time.hour, x.key.value, x.value.symbol.value) for x in events]

    def on_data(self, data):
        if data.bars.contains_key(self.x) and self.time.hour in (10, 16):
            self.seen.append((self.time.day, self.time.hour, [k.value for k in data.bars.keys() if k == self.x][0], data.bars[self.x].symbol.value))
""")
    assert algorithm.seen == [
        (24, 16, "OLD", "OLD"), (25, 10, "OLD", "OLD"), (25, 16, "OLD", "OLD"), (26, 0, "NEW", "NEW"),
        (26, 10, "OLD", "OLD"),  # the bar of the day before, repeated
        (26, 16, "NEW", "NEW"), (27, 10, "NEW", "NEW"), (27, 16, "NEW", "NEW"), (28, 10, "NEW", "NEW"), (28, 16, "NEW", "NEW"),
    ]  # fmt: skip


def test_a_change_within_quiet_bars_is_seen(run: Run) -> None:
    algorithm = run("""
        self.x = self.add_equity("NEW", Resolution.HOUR).symbol

    def on_data(self, data):
        self.seen += [(self.time.day, bar.symbol.value) for bar in data.bars.values()]
""")
    assert algorithm.seen == [(int(day[-2:]), "OLD" if day < "20140326" else "NEW") for day in _DAYS for _ in range(7)]


def test_history_shows_a_moment_once(run: Run) -> None:
    algorithm = run("""
        self.x = self.add_equity("SPY", Resolution.DAILY).symbol
        self.add_equity("SPY", Resolution.HOUR)

    def on_end_of_algorithm(self):
        both = self.history(self.x, 2, Resolution.DAILY), self.history(TradeBar, self.x, 2, Resolution.DAILY)
        self.seen = [[f"{time:%d}" for _, time in frame.index] for frame in both]
""")
    assert algorithm.seen == [["27", "28"], ["27", "28"]]


_MANUAL = """
        self.universe_settings.resolution = Resolution.DAILY
        self.set_universe_selection(Model())
        self.changes = []

    def on_securities_changed(self, changes):
        self.changes.append((self.time.day, [x.symbol.value for x in changes.added_securities], [x.symbol.value for x in changes.removed_securities]))

class Model(UniverseSelectionModel):
    times = 0

    def get_next_refresh_time_utc(self):
        return datetime.min if self.times == 0 else datetime(2014, 3, 26) if self.times == 1 else datetime.max

    def create_universes(self, algorithm):
        self.times += 1
        ticker = "SPY" if self.times == 1 else "GONE"
        symbol = Symbol.create(ticker, SecurityType.EQUITY, Market.USA)
        """


def test_a_universe_that_is_not_asked_again_keeps_its_members(run: Run) -> None:
    algorithm = run(_MANUAL + "return ManualUniverseSelectionModel([symbol]).create_universes(algorithm)\n")
    assert algorithm.changes == [(24, ["SPY"], []), (26, ["GONE"], []), (27, [], ["GONE"])]


def test_a_universe_that_is_asked_each_day_loses_its_members(run: Run) -> None:
    algorithm = run(_MANUAL + """rule = algorithm.time_rules.at(self.times, 0)
        return [ScheduledUniverse(algorithm.date_rules.every_day(), rule, lambda time: [symbol])]
""")  # fmt: skip
    assert algorithm.changes[1] == (26, ["GONE"], ["SPY"])


def test_the_engines_own_feeds_are_not_shown(run: Run) -> None:
    algorithm = run("""
        self.set_benchmark("SPY")
        self.add_equity("NEW", Resolution.HOUR)

    def on_end_of_algorithm(self):
        self.seen = [(x.symbol.value, x.is_internal_feed) for x in self.subscription_manager.subscriptions]
""")
    assert algorithm.seen == [("NEW", False)]


def test_a_removal_takes_effect_within_its_step(run: Run) -> None:
    algorithm = run("""
        self.x = self.add_equity("SPY", Resolution.DAILY).symbol

    def on_data(self, data):
        if self.time.day == 28:
            self.remove_security(self.x)

    def on_securities_changed(self, changes):
        self.seen += [(self._utc, x.symbol.value) for x in changes.removed_securities]
""")
    close = 1396036800 * 1_000_000
    assert algorithm.seen == [(close, "SPY")]


def test_a_security_of_a_universe_stays_until_the_universe_drops_it(run: Run) -> None:
    algorithm = run("""
        self.universe_settings.resolution = Resolution.DAILY
        self.universe_settings.minimum_time_in_universe = timedelta(0)
        self.u = self.add_universe(ScheduledUniverse(self.date_rules.every_day(), self.time_rules.midnight, self.select))

    def select(self, time):
        return [Symbol.create("SPY", SecurityType.EQUITY, Market.USA)] if self.time.day < 27 else []

    def on_data(self, data):
        if self.time.day == 25:
            self.remove_security(next(x.key for x in self.u.members))
        self.seen.append((self.time.day, len(self.u.members)))
""")
    assert algorithm.seen == [(24, 1), (25, 1), (26, 1)]


def test_a_universe_that_replaces_another_waits_for_its_last_selection(run: Run) -> None:
    algorithm = run("""
        self.universe_settings.resolution = Resolution.DAILY
        self.universe_settings.minimum_time_in_universe = timedelta(0)
        self.u = self.add_universe("mine", lambda time: ["SPY"])

    def on_data(self, data):
        if self.time.day == 25:
            self.universe_manager.remove(self.u.symbol)
            self.u = self.add_universe("mine", lambda time: ["NEW"])

    def on_securities_changed(self, changes):
        self.seen.append(([x.symbol.value for x in changes.added_securities], [x.symbol.value for x in changes.removed_securities]))
""")
    assert [(added, removed) for added, removed in algorithm.seen] == [(["SPY"], []), (["NEW"], ["SPY"])]


def test_a_pair_that_a_universe_brings_converts_its_currency(run: Run) -> None:
    algorithm = run("""
        self.pair = Symbol.create("EURUSD", SecurityType.FOREX, Market.OANDA)
        self.universe_settings.resolution = Resolution.HOUR
        self.add_universe(ScheduledUniverse(self.date_rules.every_day(), self.time_rules.midnight, lambda time: [self.pair]))
        self.add_equity("SPY", Resolution.DAILY)

    def on_end_of_algorithm(self):
        configs = self.subscription_manager.get_subscription_data_configs(self.pair, True)
        self.seen = [config.is_internal_feed for config in configs]
        self.same = self.portfolio.cash_book["EUR"].currency_conversion.conversion_rate_securities[0] is self.securities[self.pair]
""")
    assert (algorithm.seen, algorithm.same) == ([False], True), "no second feed and no second security"
