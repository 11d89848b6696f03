"""Import of price tables: what comes in is what LEAN's files hold afterwards."""

from __future__ import annotations

import tempfile
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.errors import ConfigError, DataError
from lyra.marketdata import synthetic
from lyra.marketdata.bars import Row, coarser, finer, spacing
from lyra.marketdata.checker import check_folder
from lyra.marketdata.hours_and_properties import write_reference_files
from lyra.marketdata.importer import Imported, ImportRequest, import_files
from lyra.marketdata.layout import Series, parse_path
from lyra.marketdata.listing import list_data
from lyra.marketdata.tables import guess_series, read_table

MINUTE = 60_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    write_reference_files(data)
    return data


def rows_of(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0]).decode().splitlines()


def bring_in(
    folder: Path,
    text: str,
    name: str = "BTC_USDT-1h.csv",
    kind: SecurityType = SecurityType.CRYPTO,
    market: str = "binance",
    **more: object,
) -> Imported:
    path = folder.parent / name
    path.write_text(text)
    (result,) = import_files(ImportRequest([path], kind, market, **more), folder)  # type: ignore[arg-type]
    return result


# whose tables --------------------------------------------------------------------------------------
HEAD = "date,open,high,low,close,volume\n"
TABLES = {
    "freqtrade": HEAD + "2020-01-01 00:00:00+00:00,10.5,11,10,10.75,3\n2020-01-01 01:00:00+00:00,10.75,12.25,10.7,12,4.5\n",
    "jesse": "timestamp,open,close,high,low,volume\n1577836800000,10.5,10.75,11,10,3\n1577840400000,10.75,12,12.25,10.7,4.5\n",
    "binance": "1577836800000,10.5,11,10,10.75,3,1577840399999,1,2,3,4,0\n1577840400000,10.75,12.25,10.7,12,4.5,1577843999999,1,2,3,4,0\n",
    "cryptodatadownload": "https://www.CryptoDataDownload.com\nDate,Symbol,Open,High,Low,Close,Volume BTC,Volume USD\n"
    "2020-01-01 01-AM,BTCUSD,10.75,12.25,10.7,12,4.5,50\n2020-01-01 12-AM,BTCUSD,10.5,11,10,10.75,3,40\n",
    "metatrader": "Date;Time;Open;High;Low;Close;Volume\n2020.01.01;00:00;10.5;11;10;10.75;3\n2020.01.01;01:00;10.75;12.25;10.7;12;4.5\n",
    "seconds": "time\topen\thigh\tlow\tclose\tvolume\n1577836800\t10.5\t11\t10\t10.75\t3\n1577840400\t10.75\t12.25\t10.7\t12\t4.5\n",
    "exponents": HEAD + "2020-01-01T00:00:00Z,1.05e1,1.1e1,1e1,10.75,3e0\n2020-01-01T01:00:00Z,10.75,12.25,10.7,12,4.5\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_known_tables_give_the_same_bars(folder: Path, name: str) -> None:
    result = bring_in(folder, TABLES[name])
    assert (result.error, result.rows_written, result.problems) == (None, 2, [])
    assert result.files == [folder / "crypto/binance/hour/btcusdt_trade.zip"]
    assert rows_of(result.files[0]) == ["20200101 00:00,10.5,11,10,10.75,3", "20200101 01:00,10.75,12.25,10.7,12,4.5"]
    assert (result.first, result.last) == (date(2020, 1, 1), date(2020, 1, 1))
    assert list(check_folder(folder)) == []


@pytest.mark.parametrize("suffix", ["feather", "parquet"])
def test_feather_and_parquet(folder: Path, suffix: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.feather as feather
    import pyarrow.parquet as parquet

    times = [datetime(2020, 1, 1), datetime(2020, 1, 1, 0, 5)]
    table = pyarrow.table({
        "date": pyarrow.array(times, pyarrow.timestamp("ms", "UTC")),
        "open": [10.5, 10.75], "high": [11.0, 12.25], "low": [10.0, 10.7], "close": [10.75, 12.0], "volume": [3.0, 1e-8],
    })  # fmt: skip
    path = folder.parent / f"BTC_USDT-5m.{suffix}"
    feather.write_feather(table, path) if suffix == "feather" else parquet.write_table(table, path)
    (result,) = import_files(ImportRequest([path], SecurityType.CRYPTO, "binance"), folder)
    assert result.error is None and result.series is not None
    assert result.series.key == "crypto/binance/btcusdt/minute/trade"
    lines = rows_of(folder / "crypto/binance/minute/btcusdt/20200101_trade.zip")
    assert lines[4] == "240000,10.5,11,10,10.75,3"
    assert lines[-1] == "540000,10.75,12.25,10.7,12,0.00000001"


# where it lands ------------------------------------------------------------------------------------
def test_minutes_lie_in_a_file_a_day_and_equities_times_ten_thousand(folder: Path) -> None:
    text = HEAD + "2020-01-02 14:30,100.5,101.25,100,101.12345,700\n2020-01-02 14:31,101,101,100.9,101,5\n2020-01-03 14:30,99,99,99,99,1\n"
    result = bring_in(folder, text, "SPY_1m.csv", SecurityType.EQUITY, "usa", ticker="spy")
    assert [path.name for path in result.files] == ["20200102_trade.zip", "20200103_trade.zip"]
    assert rows_of(folder / "equity/usa/minute/spy/20200102_trade.zip") == [
        "34200000,1005000,1012500,1000000,1011234.5,700", "34260000,1010000,1010000,1009000,1010000,5"
    ]  # fmt: skip
    with zipfile.ZipFile(result.files[0]) as archive:
        assert archive.namelist() == ["20200102_spy_minute_trade.csv"]


def test_daily_dates_are_not_moved_into_the_exchanges_zone(folder: Path) -> None:
    text = "date,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n2020-01-03,2,2,2,2,2\n"
    result = bring_in(folder, text, "AAPL.csv", SecurityType.EQUITY, "usa")
    assert rows_of(result.files[0]) == ["20200102 00:00,10000,10000,10000,10000,1", "20200103 00:00,20000,20000,20000,20000,2"]


def test_the_time_zone_of_the_file_and_the_end_of_a_bar(folder: Path) -> None:
    text = "date,open,high,low,close,volume\n2020-07-01 02:00,1,1,1,1,1\n2020-07-01 03:00,2,2,2,2,2\n"
    result = bring_in(folder, text, time_zone="Europe/Berlin", stamp="end")
    assert [line[:14] for line in rows_of(result.files[0])] == ["20200630 23:00", "20200701 00:00"]


def test_forex_becomes_quotes_with_a_spread(folder: Path) -> None:
    text = "date,open,high,low,close\n2020-01-02 00:00,1.1,1.2,1,1.15\n2020-01-02 01:00,1.15,1.2,1.1,1.2\n"
    result = bring_in(folder, text, "EURUSD-1h.csv", SecurityType.FOREX, "oanda", ticker="EUR/USD", spread=Decimal("0.0002"))
    assert result.series is not None and result.series.tick_type == TickType.QUOTE
    assert rows_of(result.files[0])[0] == "20200102 00:00,1.0999,1.1999,0.9999,1.1499,0,1.1001,1.2001,1.0001,1.1501,0"


def test_quotes_are_taken_as_they_are(folder: Path) -> None:
    text = "date,bid_close,ask_close,ask_size\n2020-01-02 00:00,1.1,1.2,5\n2020-01-02 00:01,1.3,1.4,6\n"
    result = bring_in(folder, text, "BTCUSDT-1m.csv", ticker="BTCUSDT")
    assert rows_of(result.files[0]) == ["0,1.1,1.1,1.1,1.1,0,1.2,1.2,1.2,1.2,5", "60000,1.3,1.3,1.3,1.3,0,1.4,1.4,1.4,1.4,6"]


def test_a_future_keeps_its_other_contracts(folder: Path) -> None:
    text = "date,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n2020-01-03,2,2,2,2,2\n"
    for expiry in (date(2020, 3, 20), date(2020, 6, 19)):
        result = bring_in(folder, text, "ES.csv", SecurityType.FUTURE, "cme", expiry=expiry)
    with zipfile.ZipFile(result.files[0]) as archive:
        assert archive.namelist() == ["es_trade_202003.csv", "es_trade_202006.csv"]
    assert list(check_folder(folder)) == []


def test_perpetuals(folder: Path) -> None:
    result = bring_in(folder, TABLES["freqtrade"], "BTC_USDT_USDT-1h.csv", SecurityType.CRYPTO_FUTURE, "binance", ticker="BTCUSDT")
    with zipfile.ZipFile(result.files[0]) as archive:
        assert archive.namelist() == ["btcusdt_trade_perp.csv"]


# resolutions ---------------------------------------------------------------------------------------
def test_five_minutes_become_minutes_that_tell_nothing_early(folder: Path) -> None:
    text = "date,open,high,low,close,volume\n2020-01-01 00:00,10,14,8,12,7\n2020-01-01 00:05,12,12,12,12,1\n"
    result = bring_in(folder, text, "BTC_USDT-5m.csv")
    assert result.rows_written == 10
    lines = rows_of(result.files[0])
    assert lines[:5] == ["0,10,10,10,10,0", "60000,10,10,10,10,0", "120000,10,10,10,10,0", "180000,10,10,10,10,0", "240000,10,14,8,12,7"]


def test_minutes_are_joined_to_hours(folder: Path) -> None:
    text = HEAD + "2020-01-01 00:30,10,11,9,10,0.1\n2020-01-01 00:31,10,15,10,12,0.2\n2020-01-01 01:00,12,12,12,12,1\n"
    result = bring_in(folder, text, "BTC_USDT-1m.csv", resolution=Resolution.HOUR)
    assert rows_of(result.files[0]) == ["20200101 00:00,10,15,9,12,0.3", "20200101 01:00,12,12,12,12,1"]


@given(
    st.lists(st.tuples(st.integers(1, 999), st.integers(0, 9), st.integers(0, 9), st.integers(0, 50)), min_size=1, max_size=12),
    st.sampled_from([5, 15, 30]),
)
def test_finer_bars_join_to_the_very_bars(prices: list[tuple[int, int, int, int]], minutes: int) -> None:
    step = minutes * MINUTE
    rows = [Row(i * step, (str(p), str(p + up + down), str(p), str(p + up), str(v))) for i, (p, up, down, v) in enumerate(prices)]
    spread = list(finer(rows, step, MINUTE))
    assert len(spread) == len(rows) * minutes
    joined = list(coarser(spread, step))
    assert [(row.time, tuple(map(Decimal, row.cells))) for row in joined] == [(row.time, tuple(map(Decimal, row.cells))) for row in rows]


def test_spacing_overlooks_gaps_and_slips() -> None:
    hours = [i * 60 * MINUTE for i in range(300) if i % 24 < 7]
    assert spacing(hours) == 60 * MINUTE
    assert spacing([*hours, hours[5] + 1]) == 60 * MINUTE
    assert spacing([5]) is None


# what is left out ----------------------------------------------------------------------------------
def test_bad_rows_are_told_by_line_and_the_rest_comes_in(folder: Path) -> None:
    text = (
        "date,open,high,low,close,volume\n2020-01-01 00:00,10,11,9,10,1\nyesterday,1,1,1,1,1\n2020-01-01 01:00,10,8,9,10,1\n"
        "2020-01-01 02:00,0,1,0,1,1\n2020-01-01 03:00,nan,1,1,1,1\n2020-01-01 00:00,10,12,9,11,2\n2020-01-01 04:00,5,5,5,5,1\n"
    )
    result = bring_in(folder, text)
    assert result.rows_read == 7 and result.rows_written == 2
    assert [(problem.line, problem.text.partition(" (")[0]) for problem in result.problems] == [
        (2, "the same time as line 7, which is kept"), (3, "not a row of prices"), (4, "high 8 is below low 9"),
        (5, "a price is zero or negative"), (6, "not a row of prices"),
    ]  # fmt: skip
    assert rows_of(result.files[0])[0] == "20200101 00:00,10,12,9,11,2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no columns found"),
        ("a,b,c\n1,2,3\n", "no header with a time and a close column"),
        ("date,open,high,low,close,volume\n", "there are no rows of prices"),
        ("date,close\n2020-01-01,-1\n", "no row can be used"),
        ("\x00\x01binary", "no columns found"),
    ],
)
def test_files_that_hold_nothing_say_so(folder: Path, text: str, reason: str) -> None:
    result = bring_in(folder, text)
    assert result.error is not None and reason in result.error
    assert not (folder / "crypto").exists()


def test_one_bad_file_does_not_stop_the_others(folder: Path) -> None:
    good, bad = folder.parent / "ETH_USDT-1h.csv", folder.parent / "BTC_USDT-1h.csv"
    good.write_text(TABLES["freqtrade"])
    bad.write_text("nothing")
    results = list(import_files(ImportRequest([bad, good], SecurityType.CRYPTO, "binance"), folder))
    assert [result.error is None for result in results] == [False, True]


def test_requests_that_cannot_be_meant(folder: Path) -> None:
    with pytest.raises(ConfigError, match="stamp must be"):
        list(import_files(ImportRequest([], SecurityType.CRYPTO, "binance", stamp="middle"), folder))
    assert "cannot be written" in str(bring_in(folder, TABLES["jesse"], kind=SecurityType.OPTION).error)
    assert "more than a week apart" in str(bring_in(folder, "date,close\n2020-01-01,1\n2020-02-01,2\n2020-03-01,2\n").error)
    with pytest.raises(DataError, match="there is no column 'last'"):
        read_table(folder.parent / "BTC_USDT-1h.csv", columns={"close": "last"})


# merging -------------------------------------------------------------------------------------------
def test_new_rows_join_old_ones_and_win(folder: Path) -> None:
    bring_in(folder, TABLES["freqtrade"])
    later = "date,open,high,low,close,volume\n2020-01-01 01:00,7,7,7,7,7\n2020-01-01 02:00,8,8,8,8,8\n"
    path = bring_in(folder, later).files[0]
    assert rows_of(path) == ["20200101 00:00,10.5,11,10,10.75,3", "20200101 01:00,7,7,7,7,7", "20200101 02:00,8,8,8,8,8"]
    assert rows_of(bring_in(folder, later, merge=False).files[0]) == ["20200101 01:00,7,7,7,7,7", "20200101 02:00,8,8,8,8,8"]


def test_a_file_that_cannot_be_read_is_not_written_over(folder: Path) -> None:
    path = folder / "crypto/binance/hour/btcusdt_trade.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a zip")
    assert "cannot be read" in str(bring_in(folder, TABLES["freqtrade"]).error)
    assert path.read_bytes() == b"not a zip"
    assert not list(path.parent.glob("*.tmp"))


def test_an_unlisted_pair_gets_a_line_with_the_steps_of_its_data(folder: Path) -> None:
    result = bring_in(
        folder,
        "date,open,high,low,close,volume\n2020-01-01,0.0125,0.02,0.01,0.015,10.5\n2020-01-02,0.01,0.01,0.01,0.01,3\n",
        "XYZ_USDT-1d.csv",
    )
    assert result.listed == "binance,XYZUSDT,crypto,XYZUSDT,USDT,1,0.0001,0.1,XYZUSDT"
    assert bring_in(folder, TABLES["jesse"], "XYZ_USDT-1h.csv").listed is None
    assert "quote currency of ODD is not clear" in str(bring_in(folder, TABLES["jesse"], "ODD-1h.csv", ticker="ODD").error)


def test_real_data_drive_out_made_up_ones(folder: Path) -> None:
    result = bring_in(folder, TABLES["freqtrade"])
    assert result.series is not None
    synthetic.remember(folder, result.series, {"seed": 1})
    bring_in(folder, "date,open,high,low,close,volume\n2021-01-01 01:00,7,7,7,7,7\n2021-01-01 02:00,7,7,7,7,7\n")
    assert len(rows_of(result.files[0])) == 2 and synthetic.read(folder) == {}


# names ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BTC_USDT-5m.feather", ("BTCUSDT", "5m")), ("ETH-USD.csv", ("ETHUSD", None)), ("BTCUSDT-1h-2020-01.csv", ("BTCUSDT", "1h")),
        ("BTC_USDT_USDT-1h-futures.feather", ("BTCUSDT", "1h")), ("spy.csv", ("SPY", None)), ("2020.csv", (None, None)),
    ],
)  # fmt: skip
def test_names_tell_ticker_and_interval(name: str, expected: tuple[str | None, str | None]) -> None:
    assert guess_series(Path(name)) == expected


@given(
    st.sampled_from(
        [SecurityType.EQUITY, SecurityType.CRYPTO, SecurityType.FOREX, SecurityType.INDEX, SecurityType.CFD, SecurityType.CRYPTO_FUTURE]
    ),
    st.sampled_from([Resolution.SECOND, Resolution.MINUTE, Resolution.HOUR, Resolution.DAILY]),
    st.from_regex(r"[A-Z][A-Z0-9.]{0,8}", fullmatch=True),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_paths_read_back(kind: SecurityType, resolution: Resolution, ticker: str, day: date) -> None:
    tick = TickType.QUOTE if kind in (SecurityType.FOREX, SecurityType.CFD) else TickType.TRADE
    series = Series(kind, "somewhere", ticker, resolution, tick)
    assert parse_path(series.path(day)) == (series, None if series.whole else day)


# fuzz ----------------------------------------------------------------------------------------------
price = st.decimals("0.00000001", "999999", allow_nan=False, allow_infinity=False, places=8).map(lambda d: format(d, "f"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 45), price, price, price, price, price), min_size=1, max_size=40), st.booleans())
def test_what_is_imported_reads_back_and_passes_the_check(rows: list[tuple[int, str, str, str, str, str]], daily: bool) -> None:
    start = datetime(2019, 12, 30)
    unit = timedelta(days=1) if daily else timedelta(minutes=1)
    expected: dict[datetime, tuple[Decimal, ...]] = {}
    text = "date,open,high,low,close,volume\n"
    for offset, *cells in rows:
        opened, close = cells[0], cells[3]
        high, low = max(cells[:4], key=Decimal), min(cells[:4], key=Decimal)
        expected[start + offset * unit] = tuple(map(Decimal, (opened, high, low, close, cells[4])))
        text += f"{start + offset * unit},{opened},{high},{low},{close},{cells[4]}\n"
    with tempfile.TemporaryDirectory() as scratch:
        path, data = Path(scratch) / "BTC_USDT-x.csv", Path(scratch) / "data"
        path.write_text(text)
        write_reference_files(data)
        resolution = Resolution.DAILY if daily else Resolution.SECOND
        (result,) = import_files(ImportRequest([path], SecurityType.CRYPTO, "binance", resolution=resolution), data)
        assert result.error is None or "more than a week" in result.error
        if result.error is not None or spacing([round((t - start) / timedelta(microseconds=1)) for t in expected]) not in (
            None,
            86_400_000_000 if daily else 60_000_000,
        ):
            return
        found: dict[datetime, tuple[Decimal, ...]] = {}
        for file in result.files:
            day = file.name[:8]
            for line in rows_of(file):
                stamp, *cells = line.split(",")
                at = (
                    datetime.strptime(stamp, "%Y%m%d %H:%M")
                    if daily
                    else datetime.strptime(day, "%Y%m%d") + timedelta(milliseconds=int(stamp))
                )
                found[at] = tuple(map(Decimal, cells))
        ends = {time + (timedelta() if daily or len(expected) == 1 else timedelta(seconds=59)): cells for time, cells in expected.items()}
        assert {time: found.get(time) for time in ends} == ends
        assert list(check_folder(data)) == []
        assert sum(holding.rows or 0 for holding in list_data(data, count_rows=True)) == len(found) == result.rows_written


def test_of_two_intervals_the_finer_prices_stay(folder: Path) -> None:
    fine, coarse = folder.parent / "BTC_USDT-1m.csv", folder.parent / "BTC_USDT-5m.csv"
    fine.write_text("date,close\n" + "".join(f"2020-01-01 00:0{n},{n + 1}\n" for n in range(5)))
    coarse.write_text("date,close\n2020-01-01 00:00,9\n2020-01-01 00:05,9\n")
    results = list(import_files(ImportRequest([fine, coarse], SecurityType.CRYPTO, "binance"), folder))
    assert [result.file for result in results] == [coarse, fine]
    lines = rows_of(results[0].files[0])
    assert [line.split(",")[1] for line in lines] == ["1", "2", "3", "4", "5", "9", "9", "9", "9", "9"]
