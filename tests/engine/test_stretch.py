"""Quiet stretches are a short cut: whatever a run does, its results must be those of the ordinary steps, to the last digit."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from lyra.engine.runner import Backtest, Job
from lyra.engine.stretch import Stretch

DATA = Path(__file__).parents[2] / "data"
FIRST = date(2023, 1, 2)

CROSS = """
from AlgorithmImports import *

class Cross(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 1, 2)
        self.set_end_date(2023, 1, 5)
        self.set_cash(100_000)
        {setup}
        self.btc = self.add_crypto("BTCUSD", Resolution.MINUTE, Market.COINBASE).symbol
        self.fast, self.slow = self.ema(self.btc, 8), self.sma(self.btc, 21)
        self.high = self.max(self.btc, 30)

    def on_data(self, data):
        {body}
"""
BODIES = {
    "market orders": ("", """
        if not self.slow.is_ready:
            return
        if self.fast.current.value > self.slow.current.value:
            if not self.portfolio.invested:
                self.set_holdings(self.btc, 0.9)
        elif self.portfolio.invested:
            self.liquidate(self.btc)"""),
    "limit orders and fees": ("self.set_brokerage_model(BrokerageName.COINBASE, AccountType.CASH)", """
        if self.fast.is_ready and not self.transactions.get_open_orders():
            price = self.securities[self.btc].price
            if self.portfolio[self.btc].quantity == 0:
                self.limit_order(self.btc, 0.5, round(price * 0.999, 2))
            else:
                self.limit_order(self.btc, -self.portfolio[self.btc].quantity, round(price * 1.001, 2))"""),
    "scheduled events and plots": (
        "self.schedule.on(self.date_rules.every_day(), self.time_rules.every(timedelta(minutes=7)), lambda: self.plot('a', 'b', self.fast.current.value))",
        """
        if self.slow.is_ready and self.high.current.value == data.bars[self.btc].close:
            self.market_order(self.btc, 0.01)"""),
    "windows, handlers and resets": ("", """
        bar = data.bars[self.btc]
        if self.time.minute == 30:
            self.log(f"{self.fast.window[1].value if self.fast.window.count > 1 else None} {self.slow} {self.high.samples}")
        if self.time.hour == 5 and self.time.minute == 0:
            self.slow.reset()
        if self.time.hour == 9 and self.time.minute == 0:
            self.portfolio.cash_book["USD"].add_amount(100)
        if self.fast > self.slow and not self.portfolio.invested:
            self.market_order(self.btc, 1)
        elif self.fast < self.slow and self.portfolio.invested:
            self.liquidate()"""),
}  # fmt: skip


PAIR = """
from AlgorithmImports import *

class Pair(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 1, 3)
        self.set_end_date(2023, 1, 6)
        self.set_cash(100_000)
        {setup}
        self.one = self.add_equity("ONE", Resolution.MINUTE, fill_forward={fill}).symbol
        self.two = self.add_equity("TWO", Resolution.MINUTE, fill_forward={fill}).symbol
        self.fast, self.slow = self.ema(self.one, 8), self.sma(self.two, 21)

    def on_data(self, data):
        {body}
"""
PAIR_BODIES = {
    "both held": ("", """
        if not self.slow.is_ready:
            return
        if self.fast.current.value > 100 and not self.portfolio.invested:
            self.set_holdings(self.one, 0.5)
            self.set_holdings(self.two, 0.4)
        elif self.fast.current.value < 99.5 and self.portfolio.invested:
            self.liquidate()"""),
    "long and short, on margin": ("", """
        if self.time.minute % 20 == 0 and not self.portfolio.invested:
            self.set_holdings(self.one, 1.2)
            self.set_holdings(self.two, -0.6)
        elif self.time.minute % 20 == 13:
            self.liquidate(self.one if self.time.hour % 2 else self.two)"""),
    "securities that come and go": ("", """
        if self.time.minute in (3, 41):
            self.remove_security(self.two)
        elif self.time.minute in (17, 52):
            self.add_equity("TWO", Resolution.MINUTE)
        if not self.portfolio.invested:
            self.set_holdings(self.one, 0.5)"""),
    "an unknown security": ("", """
        if self.time.minute % 9 == 0:
            self.market_order("PEPE", 1)
        if not self.portfolio.invested:
            self.set_holdings(self.one, 0.5)"""),
    "bars, quotes and limit orders": ("", """
        if self.one in data.quote_bars and self.two in data.bars:
            bar, quote = data.bars[self.two], data.quote_bars[self.one]
            if bar.close > bar.open and quote.ask.close < 100.2 and not self.transactions.get_open_orders():
                self.limit_order(self.one, 10 if self.portfolio[self.one].quantity <= 0 else -10, round(quote.close, 2))
        if self.time.minute == 7:
            self.log(f"{len(data.keys())} {self.securities[self.one].bid_price} {self.securities[self.two].price} {self.portfolio.total_portfolio_value}")"""),
}  # fmt: skip


def write_minutes(folder: Path, ticker: str, day: date, kind: str, rows: list[str]) -> None:
    """A day's file of an equity."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{day:%Y%m%d}_{kind}.zip", "w") as archive:
        archive.writestr(f"{day:%Y%m%d}_{ticker}_minute_{kind}.csv", "\n".join(rows))


@pytest.fixture(scope="module")
def equities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of two made-up equities, trades and quotes, with gaps."""
    root = tmp_path_factory.mktemp("equities")
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(DATA / name, root / name)
    chance = random.Random(11)
    for ticker in ("one", "two"):
        price = 1_000_000
        for k in range(4):
            trades, quotes = [], []
            for minute in range(390):
                close = int(price * (1 + chance.gauss(0, 0.0008)))
                start, high, low = 34_200_000 + minute * 60_000, max(price, close) + 90, min(price, close) - 70
                if chance.random() > 0.03:
                    trades.append(f"{start},{price},{high},{low},{close},{chance.randrange(1, 900)}")
                if chance.random() > 0.03:
                    sides = [f"{price + d},{high + d},{low + d},{close + d},{chance.randrange(1, 90)}" for d in (-100, 100)]
                    quotes.append(f"{start},{','.join(sides)}")
                price = close
            for kind, rows in (("trade", trades), ("quote", quotes)):
                write_minutes(root / "equity" / "usa" / "minute" / ticker, ticker, FIRST + timedelta(k + 1), kind, rows)
    return root


@pytest.mark.parametrize("fill", [True, False])
@pytest.mark.parametrize("case", PAIR_BODIES)
def test_the_short_cut_changes_nothing_for_several_feeds(
    case: str, fill: bool, equities: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup, body = PAIR_BODIES[case]
    file = tmp_path / "main.py"
    text = PAIR.replace("{setup}", setup or "pass").replace("{fill}", str(fill)).replace("        {body}", body.strip("\n"))
    file.write_text(text)
    check(file, equities, tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of made-up minutes, with gaps."""
    root = tmp_path_factory.mktemp("data")
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(DATA / name, root / name)
    minutes = root / "crypto" / "coinbase" / "minute" / "btcusd"
    minutes.mkdir(parents=True)
    chance, price = random.Random(5), 30_000.0
    for k in range(4):
        day = FIRST + timedelta(k)
        rows = []
        for minute in range(1440):
            close = price * (1 + chance.gauss(0, 0.001))
            if chance.random() > 0.02:
                high, low = max(price, close) * 1.0003, min(price, close) * 0.9997
                rows.append(f"{minute * 60_000},{price:.2f},{high:.2f},{low:.2f},{close:.2f},{chance.uniform(0, 9):.4f}")
            price = close
        with zipfile.ZipFile(minutes / f"{day:%Y%m%d}_trade.zip", "w") as archive:
            archive.writestr(f"{day:%Y%m%d}_btcusd_minute_trade.csv", "\n".join(rows))
    return root


@pytest.mark.parametrize("case", BODIES)
def test_the_short_cut_changes_nothing(case: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setup, body = BODIES[case]
    file = tmp_path / "main.py"
    file.write_text(CROSS.replace("{setup}", setup or "pass").replace("        {body}", body.strip("\n")))
    check(file, folder, tmp_path, monkeypatch)


def check(file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with and without the short cut."""
    monkeypatch.setattr("lyra.engine.stretch._SHORTEST", 1)  # short runs are sampled every four minutes
    stretches = []
    run = Stretch.run
    monkeypatch.setattr(Stretch, "run", lambda self, *found: (stretches.append(found), run(self, *found)))
    quick = _result(file, folder, tmp_path / "quick")
    assert stretches
    monkeypatch.setattr(Stretch, "find", lambda self: None)
    assert quick == _result(file, folder, tmp_path / "slow")


def _result(file: Path, folder: Path, output: Path) -> tuple[object, ...]:
    run = Backtest(Job(file, folder)).run()
    assert run.error is None
    statistics = run.write(output)
    result = json.loads(next(output.glob("*-summary.json")).with_name(f"{run.context.algorithm_id}.json").read_text())
    for trade in result["totalPerformance"]["closedTrades"]:
        del trade["id"]
    del result["state"]
    log = [line for line in run.context.messages.lines if "completed in" not in line]
    return result, statistics, log, run.data_points
