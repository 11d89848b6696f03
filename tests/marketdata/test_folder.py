"""Generated markets, the listing, the checker, the reference files and the sample."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.errors import ConfigError, DataError
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.times import to_us
from lyra.marketdata import hours_and_properties, sample, synthetic
from lyra.marketdata.checker import check_folder, check_lines
from lyra.marketdata.files import write_atomic, zip_bytes
from lyra.marketdata.generator import GenerateRequest, bar_times, generate
from lyra.marketdata.holidays import easter, new_york, nth_weekday
from lyra.marketdata.layout import Series
from lyra.marketdata.listing import list_data

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hours_and_properties.write_reference_files(tmp_path)
    return tmp_path


def request(**more: object) -> GenerateRequest:
    usual = {
        "security_type": SecurityType.CRYPTO, "market": "coinbase", "ticker": "BTCUSD", "resolution": Resolution.HOUR,
        "first": date(2020, 1, 1), "last": date(2020, 1, 31),
    }  # fmt: skip
    return GenerateRequest(**(usual | more))  # type: ignore[arg-type]


SPY = {"security_type": SecurityType.EQUITY, "market": "usa", "ticker": "SPY"}
EURUSD = {"security_type": SecurityType.FOREX, "market": "oanda", "ticker": "EURUSD", "price": 1.1}


# generated markets ---------------------------------------------------------------------------------
def test_the_same_seed_gives_the_same_bytes(folder: Path) -> None:
    series, count, files = generate(request(), folder)
    first = files[0].read_bytes()
    assert count == 31 * 24 and series.key in synthetic.read(folder)
    assert generate(request(), folder)[2][0].read_bytes() == first
    assert generate(request(seed=2), folder)[2][0].read_bytes() != first
    assert list(check_folder(folder)) == []
    (holding,) = list_data(folder)
    assert (holding.rows, holding.first, holding.last, holding.synthetic) == (count, date(2020, 1, 1), date(2020, 1, 31), True)


@pytest.mark.parametrize(
    ("more", "count"),
    [
        (SPY | {"resolution": Resolution.DAILY, "first": date(2013, 11, 25), "last": date(2013, 12, 1)}, 4),
        (SPY | {"resolution": Resolution.MINUTE, "first": date(2013, 11, 27), "last": date(2013, 11, 29)}, 390 + 210),
        (EURUSD | {"first": date(2024, 3, 3), "last": date(2024, 3, 8)}, 7 + 4 * 24 + 17),
        ({"resolution": Resolution.MINUTE, "last": date(2020, 1, 2)}, 2 * 1440),
        ({"security_type": SecurityType.CRYPTO_FUTURE, "market": "binance", "ticker": "BTCUSDT", "resolution": Resolution.DAILY}, 31),
    ],
)  # fmt: skip
def test_bars_exist_while_the_market_is_open(folder: Path, more: dict[str, object], count: int) -> None:
    _, made, _ = generate(request(**more), folder)
    assert made == count
    assert list(check_folder(folder)) == []
    assert sum(holding.rows or 0 for holding in list_data(folder, count_rows=True)) == count


def test_forex_bars_start_on_the_clock_of_the_files(folder: Path) -> None:
    entry = MarketHoursDatabase.from_data_folder(folder).get_entry("oanda", "EURUSD", SecurityType.FOREX)
    times = bar_times(entry.exchange_hours, entry.data_time_zone, Resolution.HOUR, date(2024, 3, 3), date(2024, 3, 3))
    assert times[0] == to_us(datetime(2024, 3, 3, 22)), "17:00 in New York is 22:00 UTC in winter"


def test_real_data_are_not_overwritten(folder: Path) -> None:
    path = folder / "crypto/coinbase/hour/btcusd_trade.zip"
    write_atomic(path, zip_bytes({"btcusd.csv": b"20200101 00:00,1,1,1,1,1\n"}))
    with pytest.raises(ConfigError, match="There is real data at crypto/coinbase/btcusd/hour/trade"):
        generate(request(), folder)
    generate(request(), folder, replace=True)
    assert next(iter(list_data(folder))).synthetic


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"resolution": Resolution.TICK}, "Ticks cannot be generated"),
        ({"last": date(2019, 1, 1)}, "before the first"),
        ({"price": 0.0}, "must be above zero"),
        (SPY | {"first": date(2020, 1, 4), "last": date(2020, 1, 5)}, "is closed from"),
    ],
)  # fmt: skip
def test_what_cannot_be_generated_says_so(folder: Path, more: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        generate(request(**more), folder)


# the checker ---------------------------------------------------------------------------------------
HOURLY = Series(SecurityType.CRYPTO, "coinbase", "BTCUSD", Resolution.HOUR, TickType.TRADE)
MINUTES = Series(SecurityType.CRYPTO, "coinbase", "BTCUSD", Resolution.MINUTE, TickType.TRADE)
QUOTES = Series(SecurityType.FOREX, "oanda", "EURUSD", Resolution.MINUTE, TickType.QUOTE)


@pytest.mark.parametrize(
    ("series", "line", "text"),
    [
        (HOURLY, "20200101 01:00,5,5,5,5,5", "the same time as the row before; LEAN drops the row"),
        (HOURLY, "20200101 00:00,5,5,5,5,5", "out of order, after 2020-01-01 01:00:00; LEAN drops the row"),
        (HOURLY, "20200101 02:00,5,5,5,5", "5 columns, 6 are needed"),
        (HOURLY, "20200101 02:00,5,5,5,x,5", "'x' is no number; LEAN drops the row or reads 0"),
        (HOURLY, "20200101 02:00,5,4,5,5,5", "high 4 is below low 5"),
        (HOURLY, "20200101 02:00,5,6,5,7,5", "open or close lies outside high and low"),
        (HOURLY, "20200101 02:00,0,6,0,5,5", "a price is zero or negative"),
        (HOURLY, "20200101 02:00,5,5,5,5,-1", "volume -1 is negative"),
        (HOURLY, "20201301 02:00,5,5,5,5,1", "'20201301 02:00' is no time; LEAN drops the row"),
        (HOURLY, "", "an empty line"),
        (MINUTES, "86400000,5,5,5,5,5", "86400000 milliseconds lie outside the file's day"),
        (MINUTES, "later,5,5,5,5,5", "'later' is no time; LEAN drops the row"),
        (QUOTES, "60000,1,1,1,1,0,,,,,", None),
        (QUOTES, "60000,,,,,,,,,,", "neither bid nor ask"),
        (QUOTES, "60000,1,1,2,1,0,1,1,1,1,0", "high 1 is below low 2"),
        (HOURLY, "20200101 02:00,5,5,5,5,5\r", None),
    ],
)  # fmt: skip
def test_findings_name_the_line(series: Series, line: str, text: str | None) -> None:
    day = None if series.whole else date(2020, 1, 1)
    first = "20200101 01:00,5,5,5,5,5" if series.whole else "0," + ",".join("5" * series.fields)
    found = [(one.line, one.text) for one in check_lines(series, f"{first}\n{line}\n{'' if line else 'x'}".removesuffix("x"), day, "f")]
    assert found == ([] if text is None else [(2, text)])


def test_zips_and_names(folder: Path) -> None:
    base = folder / "crypto/coinbase"
    write_atomic(base / "hour/btcusd_trade.zip", b"PK not a zip")
    write_atomic(base / "hour/ethusd_trade.zip", zip_bytes({"other.csv": b"20200101 00:00,1,1,1,1,1\n"}))
    write_atomic(base / "hour/ltcusd.zip", zip_bytes({"ltcusd.csv": b"20200101 00:00,1,1,1,1,1\n"}))
    write_atomic(base / "minute/btcusd/20200101_trade.zip", zip_bytes({}))
    write_atomic(base / "minute/btcusd/20200102_trade.zip", zip_bytes({"20200102_btcusd_minute_trade.csv": b""}))
    told = [str(finding) for finding in check_folder(folder)]
    assert [line.partition(" (")[0] for line in told] == [
        "crypto/coinbase/hour/btcusd_trade.zip: the zip cannot be read",
        "crypto/coinbase/hour/ethusd_trade.zip: the entry is named other.csv, LEAN's name is ethusd.csv",
        "crypto/coinbase/hour/ltcusd.zip: LEAN reads no file of this name; see the path rules of its kind of security",
        "crypto/coinbase/minute/btcusd/20200101_trade.zip: the zip is empty",
        "crypto/coinbase/minute/btcusd/20200102_trade.zip: there are no rows",
    ]
    assert len(list(list_data(folder))) == 3, "the listing passes over what it cannot read"


def test_a_truncated_zip_is_found(folder: Path) -> None:
    content = zip_bytes({"btcusd.csv": b"20200101 00:00,1,1,1,1,1\n" * 500})
    for cut in range(1, len(content), 7):
        write_atomic(folder / "crypto/coinbase/hour/btcusd_trade.zip", content[:cut])
        assert any("cannot be read" in finding.text for finding in check_folder(folder))
    broken = bytearray(content)
    broken[60] ^= 0xFF
    write_atomic(folder / "crypto/coinbase/hour/btcusd_trade.zip", bytes(broken))
    assert any("cannot be read" in finding.text for finding in check_folder(folder))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_categories=("Cs",), max_codepoint=0x2FF), max_size=40), max_size=8), st.booleans())
def test_the_checker_never_fails(lines: list[str], hourly: bool) -> None:
    series = HOURLY if hourly else MINUTES
    findings = list(check_lines(series, "\n".join(lines), None if hourly else date(2020, 1, 1), "f"))
    assert all(0 <= finding.line <= sum(line.count("\n") + 1 for line in lines) + 1 for finding in findings)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / series.path(date(2020, 1, 1))
        write_atomic(path, zip_bytes({series.entry(date(2020, 1, 1)): "\n".join(lines).encode()}))
        assert len(list(list_data(Path(scratch)))) == 1


# reference files -----------------------------------------------------------------------------------
def test_committed_files_are_what_the_tables_give() -> None:
    for name, text in (
        (hours_and_properties.HOURS_FILE, hours_and_properties.market_hours_text()),
        (hours_and_properties.PROPERTIES_FILE, hours_and_properties.symbol_properties_text()),
        (hours_and_properties.RATES_FILE, hours_and_properties.interest_rate_text()),
    ):
        assert (DATA / name).read_text() == text, f"run python -m lyra.marketdata.hours_and_properties ({name} is out of date)"


def test_holidays_by_rule() -> None:
    assert [easter(year) for year in (1998, 2024, 2025, 2038)] == [
        date(1998, 4, 12),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2038, 4, 25),
    ]
    assert nth_weekday(2024, 11, 3, 4) == date(2024, 11, 28) and nth_weekday(2024, 5, 0, -1) == date(2024, 5, 27)
    holidays = new_york(2021, 2022)
    assert date(2021, 12, 31) not in holidays.closed, "a New Year's Day on Saturday is not moved to the old year"
    assert {date(2021, 12, 24), date(2022, 6, 20), date(2022, 12, 26)} <= holidays.closed
    assert date(2021, 6, 18) not in holidays.closed
    assert set(holidays.early) == {date(2021, 11, 26), date(2022, 11, 25)}


def test_new_york_agrees_with_exchange_calendars() -> None:
    calendars = pytest.importorskip("exchange_calendars")
    calendar = calendars.get_calendar("XNYS", start="1998-01-01")
    ours = new_york(1998, calendar.last_session.year)
    sessions = {stamp.date() for stamp in calendar.sessions}
    assert not sessions & ours.closed
    assert {stamp.date() for stamp in calendar.early_closes} == {day for day in ours.early if day in sessions}


def test_rates_are_in_order_and_plausible() -> None:
    lines = hours_and_properties.interest_rate_text().splitlines()
    assert lines[0] == "DATE,PCREDIT8"
    days = [date.fromisoformat(line.split(",")[0]) for line in lines[1:]]
    assert days == sorted(set(days))
    assert all(0 < float(line.split(",")[1]) < 7 for line in lines[1:])


# the sample ----------------------------------------------------------------------------------------
CSV = "Timestamps are UTC,https://www.CryptoDataDownload.com\ndate,symbol,open,high,low,close,volume_btc,volume\n{rows}"
HOURS = CSV.format(
    rows="2019-10-17 09-AM,BTCUSD,8051,8056.83,8021.23,8035.88,61.25,4.5\n2019-10-17 08-AM,BTCUSD,7975.89,8070,7975.89,8051,370.45,1\n"
)
DAYS = CSV.format(
    rows="2019-10-17,BTCUSD,7993.54,8070,7937.01,8034.32,1570.08,1\n2019-10-16,BTCUSD,8162.44,8171.59,7908.86,7993.54,8123.72,1\n"
)


def package(path: Path, texts: dict[Resolution, str]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for resolution, text in texts.items():
            info = tarfile.TarInfo(sample.MEMBERS[resolution])
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def test_the_sample_is_converted(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = package(tmp_path / "p.tar.gz", {Resolution.HOUR: HOURS, Resolution.DAILY: DAYS})
    monkeypatch.setattr(sample, "check_hash", lambda path: None)
    result = sample.ensure_sample(folder, archive)
    assert result.real and len(result.files) == 2
    with zipfile.ZipFile(folder / "crypto/coinbase/hour/btcusd_trade.zip") as content:
        assert content.read("btcusd.csv").decode().splitlines() == [
            "20191017 08:00,7975.89,8070,7975.89,8051,370.45", "20191017 09:00,8051,8056.83,8021.23,8035.88,61.25"
        ]  # fmt: skip
    assert "there already" in sample.ensure_sample(folder, tmp_path / "not there").note


@pytest.mark.parametrize("damage", ["hash", "missing", "no member"])
def test_without_the_sample_a_made_up_market_says_so(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    archive = package(tmp_path / "p.tar.gz", {Resolution.HOUR: HOURS})
    if damage == "missing":
        archive.unlink()
    if damage == "no member":
        monkeypatch.setattr(sample, "check_hash", lambda path: None)
    result = sample.ensure_sample(folder, archive)
    assert not result.real and "made up, not Coinbase's" in result.note
    assert all(holding.synthetic for holding in list_data(folder)) and len(result.files) == 2


def test_only_the_very_package_is_used(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(b"something else")
    with pytest.raises(DataError, match="is not the expected file"):
        sample.check_hash(tmp_path / "x.tar.gz")


# files ---------------------------------------------------------------------------------------------
def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_atomic(path, b"old")
    with pytest.raises(TypeError):
        write_atomic(path, "text")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old" and [one.name for one in path.parent.iterdir()] == ["b.txt"]


@pytest.mark.parametrize("text", ["", "[]", "{broken"])
def test_a_broken_ledger_counts_as_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / synthetic.FILE).write_text(text)
    assert synthetic.read(tmp_path) == {}
    synthetic.remember(tmp_path, HOURLY, {"seed": 1})
    assert json.loads((tmp_path / synthetic.FILE).read_text()) == {HOURLY.key: {"seed": 1}}
