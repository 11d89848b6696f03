"""Market hours and symbol properties: the committed databases, and LEAN's rules for opens, closes, holidays and half days."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyra.engine.enums import SecurityType
from lyra.engine.errors import DataError
from lyra.engine.markets.exchange import SecurityExchange
from lyra.engine.markets.hours import LocalMarketHours, MarketHoursDatabase, MarketHoursSegment, SecurityExchangeHours
from lyra.engine.markets.properties import SymbolProperties, SymbolPropertiesDatabase, split_pair
from lyra.engine.symbols import RunSymbols, Symbol
from lyra.engine.times import DAY, HOUR, MINUTE, to_datetime, to_us

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="module")
def database() -> MarketHoursDatabase:
    return MarketHoursDatabase.from_data_folder(DATA)


@pytest.fixture(scope="module")
def stocks(database: MarketHoursDatabase) -> SecurityExchangeHours:
    return database.get_exchange_hours("usa", "SPY", SecurityType.EQUITY)


@pytest.fixture(scope="module")
def oanda(database: MarketHoursDatabase) -> SecurityExchangeHours:
    return database.get_exchange_hours("oanda", "EURUSD", SecurityType.FOREX)


HALF_DAY = datetime(2013, 11, 29)


def test_holiday_half_day_and_weekend(stocks: SecurityExchangeHours) -> None:
    noon = datetime(2013, 11, 28, 12)
    assert not stocks.is_date_open(noon) and not stocks.is_open(noon, True)
    assert stocks.get_next_market_open(noon, False) == datetime(2013, 11, 29, 9, 30)
    assert stocks.get_next_market_close(noon, False) == datetime(2013, 11, 29, 13)
    assert stocks.is_open(HALF_DAY + timedelta(hours=12, minutes=59), False)
    assert not stocks.is_open(HALF_DAY + timedelta(hours=13), True), "a half day has no hours after the early close"
    assert stocks.get_next_market_open(HALF_DAY + timedelta(hours=13), True) == datetime(2013, 12, 2, 4)
    assert stocks.get_previous_trading_day(datetime(2013, 12, 1)) == HALF_DAY
    assert stocks.get_next_trading_day(datetime(2013, 11, 27)) == HALF_DAY


def test_a_moment_on_the_edge_belongs_to_what_follows(stocks: SecurityExchangeHours) -> None:
    monday = datetime(2013, 12, 2)
    assert stocks.is_open(monday + timedelta(hours=9, minutes=30), False)
    assert not stocks.is_open(monday + timedelta(hours=16), False)
    assert stocks.get_next_market_open(monday + timedelta(hours=9, minutes=30), False) == datetime(2013, 12, 3, 9, 30)
    assert stocks.get_previous_market_open(monday + timedelta(hours=9, minutes=30), False) == datetime(2013, 12, 2, 9, 30)
    assert stocks.get_previous_market_open(monday + timedelta(hours=9), False) == datetime(2013, 11, 29, 9, 30)


def test_sessions_through_midnight_are_one(oanda: SecurityExchangeHours) -> None:
    saturday, sunday = datetime(2013, 11, 30, 12), datetime(2013, 12, 1, 18, 30)
    assert oanda.get_next_market_open(saturday, False) == datetime(2013, 12, 1, 17, 3)
    assert oanda.get_next_market_close(saturday, False) == datetime(2013, 12, 2, 16, 58)
    assert oanda.is_open(sunday, False)
    assert oanda.get_next_market_open(sunday, False) == datetime(2013, 12, 2, 17, 3)
    assert oanda.regular_market_duration == timedelta(seconds=86_100)


def test_forex_at_christmas(oanda: SecurityExchangeHours) -> None:
    assert not oanda.is_date_open(datetime(2022, 12, 26)), "Christmas was a Sunday: Monday is closed"
    assert not oanda.is_open(datetime(2024, 12, 24, 18), False)
    assert not oanda.is_open(datetime(2024, 12, 25, 12), False) and oanda.is_open(datetime(2024, 12, 25, 18), False)


def test_a_market_that_never_closes_has_no_next_open(database: MarketHoursDatabase) -> None:
    crypto = database.get_exchange_hours("coinbase", "BTCUSD", SecurityType.CRYPTO)
    assert crypto.is_market_always_open and crypto.is_open(datetime(2020, 2, 30 - 1), False)
    with pytest.raises(ValueError, match="Market is always open for this asset"):
        crypto.get_next_market_open(datetime(2020, 1, 1), False)
    with pytest.raises(ValueError, match="BeforeMarketClose for a crypto asset"):
        crypto.get_next_market_close(datetime(2020, 1, 1), False)


@pytest.mark.parametrize("year", range(2000, 2027))
def test_new_york_has_between_250_and_253_days(stocks: SecurityExchangeHours, year: int) -> None:
    days, opens, closes = stocks.days(to_us(datetime(year, 1, 1)), to_us(datetime(year, 12, 31)))
    assert 248 <= len(days) <= 253
    assert set((opens - days).tolist()) == {9 * HOUR + 30 * MINUTE}
    assert set((closes - days).tolist()) <= {13 * HOUR, 16 * HOUR}


def test_late_open_after_early_close_resumes() -> None:
    day = LocalMarketHours(1, timedelta(hours=9), timedelta(hours=17))
    monday = to_us(datetime(2024, 1, 8))
    week = [LocalMarketHours(0), day, *[LocalMarketHours(n) for n in range(2, 7)]]
    hours = SecurityExchangeHours("UTC", (), week, {monday: 11 * HOUR}, {monday: 14 * HOUR})
    spans = [(part.start, part.end) for part in hours.get_market_hours(datetime(2024, 1, 8)).segments]
    assert spans == [(timedelta(hours=9), timedelta(hours=11)), (timedelta(hours=14), timedelta(hours=17))]
    assert hours.get_market_hours(datetime(2024, 1, 15)).market_duration == timedelta(hours=8)


def test_bars_are_kept_if_the_market_opens_within_them(stocks: SecurityExchangeHours) -> None:
    day = to_us(datetime(2013, 12, 2))
    start = np.array([day + 8 * HOUR, day + 9 * HOUR, day + 15 * HOUR, day + 16 * HOUR, day - 2 * DAY], dtype=np.int64)
    assert stocks.is_open_column(start, start + HOUR, False).tolist() == [False, True, True, False, False]
    assert stocks.is_open_column(start, start + HOUR, True).tolist() == [True, True, True, True, False]


@given(
    st.lists(st.tuples(st.integers(0, 900_000), st.sampled_from([0, 1, 30, 60, 390, 1440, 4000])), min_size=1, max_size=20), st.booleans()
)
def test_the_column_agrees_with_single_questions(minutes: list[tuple[int, int]], extended: bool) -> None:
    database = MarketHoursDatabase.from_data_folder(DATA)
    base = to_us(datetime(2022, 12, 1))
    start = np.array([base + a * MINUTE for a, _ in minutes], dtype=np.int64)
    end = start + np.array([b * MINUTE for _, b in minutes], dtype=np.int64)
    for market, kind in (("usa", SecurityType.EQUITY), ("oanda", SecurityType.FOREX)):
        hours = database.get_exchange_hours(market, "", kind)
        expected = [hours.is_open_between_us(a, b, extended) for a, b in zip(start.tolist(), end.tolist(), strict=True)]
        assert hours.is_open_column(start, end, extended).tolist() == expected
        for moment in start.tolist()[:3]:
            after = hours.next_open_us(moment, extended)
            assert hours.is_open_us(after, extended) and not hours.is_open_us(after - 1, extended)
            close = hours.next_close_us(moment, extended)
            assert not hours.is_open_us(close, extended) and hours.is_open_us(close - 1, extended)


def test_entries_fall_back_and_inherit() -> None:
    day = [{"start": "09:00:00", "end": "17:00:00", "state": "market"}]
    entries = {
        "Future-cme-[*]": {"dataTimeZone": "UTC", "exchangeTimeZone": "UTC-05", "monday": day, "holidays": ["1/1/2024"], "earlyCloses": {}},
        "Future-cme-ES": {"dataTimeZone": "UTC", "exchangeTimeZone": "UTC", "monday": day, "holidays": ["7/4/2024"]},
    }
    database = MarketHoursDatabase(json.dumps({"entries": entries}))
    es = database.get_exchange_hours("CME", "es", SecurityType.FUTURE)
    assert es.holidays.count == 2 and es.holidays.contains(datetime(2024, 1, 1))
    assert database.get_entry("cme", "NQ", SecurityType.FUTURE).exchange_hours.time_zone.id == "Etc/GMT+5"
    assert database.find_entry("cme", "ES", SecurityType.FUTURE_OPTION) is not None
    assert database.find_entry("cme", "ES", SecurityType.EQUITY) is None
    with pytest.raises(ValueError, match="Unable to locate exchange hours for Equity-mars-SPY"):
        database.get_entry("mars", "SPY", SecurityType.EQUITY)


def test_entries_can_be_set_for_a_run(database: MarketHoursDatabase) -> None:
    mine = MarketHoursDatabase.from_data_folder(DATA)
    mine.set_entry_always_open("usa", "SPY", SecurityType.EQUITY, "America/New_York")
    assert mine.get_exchange_hours("usa", "SPY", SecurityType.EQUITY).is_market_always_open
    assert not mine.get_exchange_hours("usa", "QQQ", SecurityType.EQUITY).is_market_always_open
    assert not database.get_exchange_hours("usa", "SPY", SecurityType.EQUITY).is_market_always_open


def test_the_runs_database_comes_from_its_data_folder() -> None:
    with RunSymbols(DATA).active():
        assert MarketHoursDatabase.from_data_folder() is MarketHoursDatabase.from_data_folder()
        assert SymbolPropertiesDatabase.from_data_folder().contains_key("coinbase", "BTCUSD", SecurityType.CRYPTO)
    with RunSymbols().active(), pytest.raises(DataError, match="no data folder"):
        MarketHoursDatabase.from_data_folder()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"entries": 5}', "not json"])
def test_a_file_that_is_no_database_says_so(text: str) -> None:
    with pytest.raises(DataError, match=r"hours\.json is not a market hours database"):
        MarketHoursDatabase(text, "hours.json")


def test_an_exchange_is_seen_from_now(stocks: SecurityExchangeHours) -> None:
    now = [to_us(datetime(2013, 12, 2, 20, 55))]
    exchange = SecurityExchange(stocks, SecurityType.EQUITY, lambda: now[0])
    assert exchange.local_time == datetime(2013, 12, 2, 15, 55)
    assert exchange.exchange_open and exchange.closing_soon and not exchange.is_closing_soon(4)
    assert exchange.trading_days_per_year == 252
    exchange.set_market_hours([MarketHoursSegment.open_all_day()])
    assert not exchange.closing_soon and not stocks.is_market_always_open


# symbol properties ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def properties() -> SymbolPropertiesDatabase:
    return SymbolPropertiesDatabase.from_data_folder(DATA)


@pytest.mark.parametrize(
    ("market", "ticker", "kind", "step", "lot", "ticker_there"),
    [
        ("coinbase", "BTCUSD", SecurityType.CRYPTO, 0.01, 1e-8, "BTC-USD"),
        ("binance", "BTCUSDT", SecurityType.CRYPTO, 0.01, 1e-5, "BTCUSDT"),
        ("kraken", "BTCUSD", SecurityType.CRYPTO, 0.1, 1e-8, "XXBTZUSD"),
        ("bitfinex", "AVAXUSDT", SecurityType.CRYPTO, 1e-8, 1e-8, "tAVAX:UST"),
        ("binance", "BTCUSD", SecurityType.CRYPTO_FUTURE, 0.1, 1.0, "BTCUSD_PERP"),
        ("oanda", "USDJPY", SecurityType.FOREX, 0.001, 1.0, ""),
        ("usa", "ANY", SecurityType.EQUITY, 0.01, 1.0, ""),
    ],
)
def test_committed_properties(
    properties: SymbolPropertiesDatabase, market: str, ticker: str, kind: SecurityType, step: float, lot: float, ticker_there: str
) -> None:
    found = properties.get_symbol_properties(market, ticker, kind, "USD")
    assert (found.minimum_price_variation, found.lot_size, found.market_ticker) == (step, lot, ticker_there)


def test_look_up_is_case_blind_and_falls_back(properties: SymbolPropertiesDatabase) -> None:
    assert properties.get_symbol_properties("Coinbase", "btcusd", SecurityType.CRYPTO, "EUR").quote_currency == "USD"
    unknown = properties.get_symbol_properties("coinbase", "NOPEXYZ", SecurityType.CRYPTO, "eur")
    assert (unknown.quote_currency, unknown.minimum_price_variation, unknown.lot_size) == ("EUR", 0.01, 1.0)
    assert properties.find_market("BTCUSDT", SecurityType.CRYPTO) is not None
    assert properties.find_market("NOPEXYZ", SecurityType.CRYPTO) is None


def test_properties_set_for_a_run_are_listed() -> None:
    database = SymbolPropertiesDatabase("h\nbinance,AUSDT,crypto,A,USDT,1,0.1,0.01,AUSDT,5\n")
    database.set_entry("binance", "BUSDT", SecurityType.CRYPTO, SymbolProperties("B", "USDT", 1, 0.5, 2))
    assert database.pairs("binance", SecurityType.CRYPTO) == [("AUSDT", "USDT"), ("BUSDT", "USDT")]
    assert [row.properties.minimum_order_size for row in database.listed("binance")] == [5.0, None]


def test_bad_properties_name_file_and_line() -> None:
    database = SymbolPropertiesDatabase("h\nbinance,AUSDT,crypto,A,USDT,1,0.1,zero\n", "props.csv")
    with pytest.raises(DataError, match=r"props\.csv:2: the properties of AUSDT"):
        database.get_symbol_properties("binance", "AUSDT", SecurityType.CRYPTO, "USD")
    with pytest.raises(ValueError, match="LotSize can not be less than or equal to 0"):
        SymbolProperties("", "USD", 1, 1, 0)


def test_pairs_are_split_by_their_quote_currency(properties: SymbolPropertiesDatabase) -> None:
    def split(ticker: str, kind: SecurityType, market: str) -> tuple[str, str] | None:
        symbol = Symbol.create(ticker, kind, market)
        return split_pair(symbol, properties.get_symbol_properties(market, symbol, kind, "USD"))

    assert split("BTCUSDT", SecurityType.CRYPTO, "binance") == ("BTC", "USDT")
    assert split("EURUSD", SecurityType.FOREX, "oanda") == ("EUR", "USD")
    assert split("XAUUSD", SecurityType.CFD, "oanda") == ("XAU", "USD")
    assert split("ODD", SecurityType.CRYPTO, "binance") is None


# the record of the real engine ---------------------------------------------------------------------
RECORD = SHARED / "lean-conformance" / "ExchangeHours.golden.json.gz"
LEAN_DATA = SHARED / "lean-data"
KINDS = {
    "SPY": ("usa", SecurityType.EQUITY), "EURUSD": ("oanda", SecurityType.FOREX), "BTCUSD": ("coinbase", SecurityType.CRYPTO),
    "ES": ("cme", SecurityType.FUTURE), "ZC": ("cbot", SecurityType.FUTURE), "XAUUSD": ("oanda", SecurityType.CFD),
    "SPX": ("usa", SecurityType.INDEX),
}  # fmt: skip
MOMENTS = {
    "thanksgiving noon": datetime(2013, 11, 28, 12), "half day 12:59": datetime(2013, 11, 29, 12, 59),
    "half day 13:00": datetime(2013, 11, 29, 13), "half day 14:00": datetime(2013, 11, 29, 14), "saturday": datetime(2013, 11, 30, 12),
    "sunday 18:30": datetime(2013, 12, 1, 18, 30), "monday 09:29": datetime(2013, 12, 2, 9, 29), "monday 04:00": datetime(2013, 12, 2, 4),
    "monday 19:59": datetime(2013, 12, 2, 19, 59), "christmas eve 13:30": datetime(2013, 12, 24, 13, 30),
    "dst end sunday": datetime(2013, 11, 3, 1, 30), "dst start sunday": datetime(2014, 3, 9, 2, 30), "new year": datetime(2014, 1, 1, 10),
}  # fmt: skip


def _record() -> Iterator[tuple[str, str, str]]:
    for line in json.loads(gzip.decompress(RECORD.read_bytes()))["log"]:
        match = re.match(r"\S+ \S+ (\w+)\.([^|]*) \| '(.*)'$", line)
        if match and match[1] in KINDS and match[2] in MOMENTS:
            yield match[1], match[2], match[3]


@pytest.mark.skipif(not RECORD.is_file() or not LEAN_DATA.is_dir(), reason="the records of the real engine are not at ../shared")
def test_hours_as_the_real_engine_told_them() -> None:
    database = MarketHoursDatabase.from_data_folder(LEAN_DATA)
    checked = 0
    for ticker, name, expected in _record():
        market, kind = KINDS[ticker]
        hours, moment = database.get_exchange_hours(market, ticker, kind), MOMENTS[name]
        assert _told(hours, moment) == expected, f"{ticker} {name}"
        checked += 1
    assert checked == len(KINDS) * len(MOMENTS)


def _told(hours: SecurityExchangeHours, moment: datetime) -> str:
    parts = [f"open {hours.is_open(moment, False)} extended {hours.is_open(moment, True)} date open {hours.is_date_open(moment)}"]
    for extended in (False, True):
        for what, find in (("open", hours.next_open_us), ("close", hours.next_close_us)):
            try:
                found = str(to_datetime(find(to_us(moment), extended)))
            except ValueError:
                found = "! ArgumentException"
            parts.append(f"next {'extended ' if extended else ''}{what} {found}")
    return " ".join(parts)
