"""Futures on a made-up market: trading, margin, the daily payment of profit, expiry, chains, and the continuous future over a roll."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lyra.engine.runner import Backtest, Job

DATA = Path(__file__).parents[2] / "data"
EXPIRY = date(2023, 3, 17)
DAYS = [date(2023, 3, 14) + timedelta(days=n) for n in range(4)]
FIRST_PRICE = 4000.0

HOURS = {
    "dataTimeZone": "America/New_York",
    "exchangeTimeZone": "America/New_York",
    "sunday": [{"start": "18:00:00", "end": "1.00:00:00", "state": "premarket"}],
    **{
        day: [
            {"start": "00:00:00", "end": "09:30:00", "state": "premarket"},
            {"start": "09:30:00", "end": "17:00:00", "state": "market"},
            {"start": "18:00:00", "end": "1.00:00:00", "state": "postmarket"},
        ]
        for day in ("monday", "tuesday", "wednesday", "thursday")
    },
    "friday": [
        {"start": "00:00:00", "end": "09:30:00", "state": "premarket"},
        {"start": "09:30:00", "end": "17:00:00", "state": "market"},
    ],
    "saturday": [],
    "holidays": [],
}

HEAD = """
from AlgorithmImports import *

class Contract(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 3, 14)
        self.set_end_date(2023, 3, 20)
        self.set_cash(100_000)
        self.set_benchmark(lambda time: 0)
        self.told = []
        symbol = Symbol.create_future("ES", Market.CME, datetime(2023, 3, 17))
        self.es = self.add_future_contract(symbol, Resolution.MINUTE, extended_market_hours={extended})
        self.bought = False

    def on_order_event(self, event):
        if event.status == OrderStatus.FILLED:
            self.told.append((event.utc_time.replace(tzinfo=None), event.fill_price, event.fill_quantity, event.order_fee.value.amount))
"""


def price_at(day: date, minute: int) -> float:
    """A quarter of a point up every minute of the day, ten points up every day."""
    return FIRST_PRICE + 10 * DAYS.index(day) + 0.25 * (minute - 570)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of one contract, trades, quotes a quarter around them and open interest, from four in the morning to five in the evening."""
    root = tmp_path_factory.mktemp("futures")
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(DATA / name, root / name)
    hours = root / "market-hours" / "market-hours-database.json"
    known = json.loads(hours.read_text())
    known["entries"]["Future-cme-ES"] = HOURS
    hours.write_text(json.dumps(known))
    with (root / "symbol-properties" / "symbol-properties-database.csv").open("a") as file:
        file.write("\ncme,ES,future,E-mini,USD,50,0.25,1\n")
    margins = root / "future" / "cme" / "margins"
    margins.mkdir(parents=True)
    (margins / "ES.csv").write_text("date,initial,maintenance\n20200101,1,1\n20230301,12000,10000\n20230316,13000,11000\n")
    for day in DAYS:
        rows: dict[str, list[str]] = {"trade": [], "quote": [], "openinterest": ["25200000,1234"]}
        for minute in range(240, 1020):
            price = price_at(day, minute)
            rows["trade"].append(f"{minute * 60_000},{price},{price},{price},{price},10")
            bid, ask = price - 0.25, price + 0.25
            rows["quote"].append(f"{minute * 60_000},{bid},{bid},{bid},{bid},5,{ask},{ask},{ask},{ask},5")
        for kind, lines in rows.items():
            folder = root / "future" / "cme" / "minute" / "es"
            folder.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(folder / f"{day:%Y%m%d}_{kind}.zip", "w") as archive:
                archive.writestr(f"{day:%Y%m%d}_es_minute_{kind}_202306.csv", "\n".join(map(later, lines)))
                archive.writestr(f"{day:%Y%m%d}_es_minute_{kind}_202303.csv", "\n".join(lines))
    write_chain(root / "future" / "cme")
    return root


def later(line: str) -> str:
    """A line of the contract of June: prices a hundred points above those of March."""
    cells = line.split(",")
    return ",".join(str(float(cell) + 100) if k and float(cell) > 1000 and len(cells) > 2 else cell for k, cell in enumerate(cells))


def write_chain(folder: Path) -> None:
    """The chain's file of each day, the map file, by which March is followed up to the 15th, and the factors of the roll."""
    from lyra.engine.symbols import Symbol

    for name in ("universes/es", "map_files", "factor_files"):
        (folder / name).mkdir(parents=True)
    for day in [date(2023, 3, 13), *DAYS]:
        text = "#expiry,open,high,low,close,volume,open_interest\n202303,1,1,1,4000,5,7\n202306,1,1,1,4100,5,8\n"
        (folder / "universes" / "es" / f"{day:%Y%m%d}.csv").write_text(text)
    march, june = (str(Symbol.create_future("ES", "cme", expiry).id).lower() for expiry in (datetime(2023, 3, 17), datetime(2023, 6, 16)))
    rows = [
        "18991230,es,CME",
        *(f"20230315,{march},CME,{mode}" for mode in range(4)),
        *(f"20501231,{june},CME,{mode}" for mode in range(4)),
    ]
    (folder / "map_files" / "es.csv").write_text("\n".join(rows))
    factors = [{"Date": "2023-03-15T00:00:00", "BackwardsRatioScale": [1.025], "BackwardsPanamaCanalScale": [100.0],
                "ForwardPanamaCanalScale": [0.0], "DataMappingMode": mode} for mode in range(4)]  # fmt: skip
    (folder / "factor_files" / "es.csv").write_text("\n".join(map(json.dumps, factors)))


CHAIN = """
from AlgorithmImports import *

class Chain(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 3, 14)
        self.set_end_date(2023, 3, 17)
        self.set_cash(100_000)
        self.set_benchmark(lambda time: 0)
        self.es = self.add_future("ES", Resolution.MINUTE{more})
        self.told, self.seen, self.rolls = [], {}, []
"""


@pytest.fixture
def run(market: Path, tmp_path: Path) -> Callable[..., Any]:
    """Run an algorithm's body and give the algorithm."""

    def run_body(body: str, extended: bool = False, head: str = HEAD) -> Any:
        file = tmp_path / "main.py"
        file.write_text(head.replace("{extended}", str(extended)) + body)
        run = Backtest(Job(file, market, {})).run()
        assert run.error is None, run.error
        return run.algorithm

    return run_body


def test_profit_is_paid_every_day_and_the_rest_at_expiry(run: Callable[..., Any]) -> None:
    algorithm = run("""
    def on_data(self, data):
        if not self.bought:
            self.bought = True
            self.market_order(self.es.symbol, 2)
            self.log_cash = []
        if self.time.hour == 9 and self.time.minute == 31:
            self.log_cash.append((self.portfolio.cash, self.es.holdings.settled_profit, self.portfolio.total_portfolio_value))
""")
    # bought at the ask of 09:30; the last price of a day is that of 16:59, ten points a day and 449 quarters above the day's first
    fee = 2 * (0.85 + 1.28 + 0.02)
    assert algorithm.told[0] == (algorithm.told[0][0], FIRST_PRICE + 0.25, 2.0, fee)
    settled = [0.0, *((10 * n + 0.25 * 449 - 0.25) * 100 for n in range(3))]
    assert [profit for _, profit, _ in algorithm.log_cash] == settled
    assert [cash for cash, _, _ in algorithm.log_cash] == [100_000 - fee + profit for profit in settled]
    # valued at the bid, a closing fee away
    at = [(10 * n - 0.5) * 100 for n in range(4)]
    assert [value for _, _, value in algorithm.log_cash] == pytest.approx([100_000 - 2 * fee + profit for profit in at])
    close = FIRST_PRICE + 30 + 0.25 * 449
    assert algorithm.told[1][1:] == (close, -2.0, 0.0)
    assert algorithm.es.is_delisted
    assert not algorithm.portfolio.invested
    assert algorithm.portfolio.cash == pytest.approx(100_000 - fee + (close - FIRST_PRICE - 0.25) * 100)


def test_margin_follows_the_file_and_limits_orders(run: Callable[..., Any]) -> None:
    algorithm = run("""
    def on_data(self, data):
        if not self.bought:
            self.bought = True
            self.refused = self.market_order(self.es.symbol, 9).status
            self.set_holdings(self.es.symbol, 1)
            self.margins = []
        if self.time.hour == 10 and self.time.minute == 0:
            self.margins.append(self.portfolio.total_margin_used / self.es.holdings.quantity)
        self.es.buying_power_model.enable_intraday_margins = self.time.hour == 11
        if self.time.hour == 11 and self.time.minute == 30:
            self.by_day = self.portfolio.total_margin_used / self.es.holdings.quantity
""")
    from lyra.engine.enums import OrderStatus

    assert algorithm.refused == OrderStatus.INVALID
    assert algorithm.told[0][2] == 8  # eight times 12,000
    assert algorithm.margins == [10_000, 10_000, 11_000, 11_000]
    assert algorithm.by_day == pytest.approx(4_400)


@pytest.mark.parametrize("extended", [False, True])
def test_extended_hours_are_seen_when_asked_for(run: Callable[..., Any], extended: bool) -> None:
    algorithm = run(
        """
    def on_data(self, data):
        if not self.bought:
            self.bought = True
            self.first = self.time
            self.interest = self.es.open_interest
            self.market_order(self.es.symbol, 1)
""",
        extended,
    )
    assert (algorithm.first.hour, algorithm.first.minute) == ((4, 1) if extended else (9, 31))
    assert algorithm.interest == (0 if extended else 1234)
    assert algorithm.told[0][0].hour == (8 if extended else 13)  # filled at once, in UTC


def test_what_belongs_to_options_is_refused(run: Callable[..., Any]) -> None:
    algorithm = run("""
    def on_data(self, data):
        if self.bought:
            return
        self.bought = True
        self.messages = []
        option = Symbol.create_option("AAA", Market.USA, OptionStyle.AMERICAN, OptionRight.CALL, 100, datetime(2023, 4, 21))
        contract = self.add_option_contract(option, Resolution.MINUTE)
        self.strike, self.below = contract.strike_price, contract.underlying.symbol.value
        for ask in (lambda: self.market_order(option, 1), lambda: self.add_option("AAA"), lambda: contract.evaluate_price_model(None, None)):
            try:
                ask()
            except Exception as e:
                self.messages.append(f"{type(e).__name__} {e}")
""")
    assert (algorithm.strike, algorithm.below) == (100.0, "AAA")
    assert len(algorithm.messages) == 3
    assert all(message.startswith("NotSupported") for message in algorithm.messages)


@pytest.mark.parametrize(
    ("chosen", "months"),
    [("0, 30", [3]), ("0, 182", [3, 6]), ("lambda u: u.back_month()", [6]), ("lambda u: u.expiration_cycle([3])", [3])],
)
def test_a_filter_chooses_the_contracts_of_the_chain(run: Callable[..., Any], chosen: str, months: list[int]) -> None:
    algorithm = run(
        f"""
        self.es.set_filter({chosen})

    def on_data(self, data):
        chain = data.future_chains.get(self.es.symbol)
        if chain is not None:
            self.seen.setdefault(self.time, [(c.expiry.month, c.last_price, c.bid_price, c.ask_price, c.open_interest) for c in chain])
""",
        head=CHAIN.replace("{more}", ""),
    )
    first = algorithm.seen[datetime(2023, 3, 14, 9, 31)]
    prices = {3: FIRST_PRICE, 6: FIRST_PRICE + 100}
    assert sorted(first) == [(month, prices[month], prices[month] - 0.25, prices[month] + 0.25, 1234.0) for month in months]


@pytest.mark.parametrize(
    ("mode", "before"),
    [
        ("RAW", FIRST_PRICE),
        ("BACKWARDS_RATIO", FIRST_PRICE * 1.025),
        ("BACKWARDS_PANAMA_CANAL", FIRST_PRICE + 100),
        ("FORWARD_PANAMA_CANAL", FIRST_PRICE),
    ],
)
def test_the_continuous_future_rolls_and_its_past_is_scaled(run: Callable[..., Any], mode: str, before: float) -> None:
    algorithm = run(
        """
    def on_data(self, data):
        for change in data.symbol_changed_events.values():
            self.rolls.append((self.time, change.old_symbol.split()[0], self.es.mapped.id.date.month))
        bar = data.bars.get(self.es.symbol)
        if bar is not None and bar.end_time.hour == 9 and bar.end_time.minute == 31:
            self.seen[bar.end_time.day] = bar.close
        if self.time.day == 17 and self.time.hour == 12 and self.time.minute == 0:
            frame = self.history(self.es.symbol, datetime(2023, 3, 14), datetime(2023, 3, 17), Resolution.MINUTE)
            self.past = list(frame["close"].groupby(frame.index.get_level_values("time").day).first())
            self.frame_names = list(frame.index.names)
            self.refused = self.market_order(self.es.symbol, 1).status
            self.filled = self.market_order(self.es.mapped, 1).status
""",
        head=CHAIN.replace(
            "{more}", f", data_normalization_mode=DataNormalizationMode.{mode}, data_mapping_mode=DataMappingMode.FIRST_DAY_MONTH"
        ),
    )
    from lyra.engine.enums import OrderStatus

    june = [FIRST_PRICE + 100 + 20, FIRST_PRICE + 100 + 30]
    day = before / FIRST_PRICE * (FIRST_PRICE + 10) if mode == "BACKWARDS_RATIO" else before + 10
    assert algorithm.rolls == [(datetime(2023, 3, 16), "ES", 6)]
    assert list(algorithm.seen.values()) == pytest.approx([before, day, *june])
    assert algorithm.past == pytest.approx([before, day, june[0]])
    assert algorithm.frame_names == ["expiry", "symbol", "time"]
    assert (algorithm.refused, algorithm.filled) == (OrderStatus.INVALID, OrderStatus.FILLED)


def test_futures_without_a_known_rule_of_expiry_are_refused() -> None:
    from lyra.engine.errors import NotSupported
    from lyra.engine.markets.expiries import expiry_of

    with pytest.raises(NotSupported, match="FuturesExpiryFunctions of XX"):
        expiry_of("XX", "cme", date(2023, 3, 1))
