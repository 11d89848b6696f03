"""Map files, factor files and the events that follow from them."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from lyra.engine.corporate.events import EventKind, corporate_events
from lyra.engine.corporate.factor_files import FactorFile, FactorFileProvider, FutureFactorFile, distribution
from lyra.engine.corporate.map_files import END_OF_TIME, MapFile, MapFileProvider, MapFileResolver, MapRow, delisting_day
from lyra.engine.decimals import use_decimal_context
from lyra.engine.enums import DataMappingMode, DataNormalizationMode, SecurityType
from lyra.engine.errors import DataError
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.symbols import RunSymbols, SecurityIdentifier, Symbol
from lyra.engine.times import DAY, to_datetime, to_us

SHARED = Path(__file__).parents[3] / "shared"


def day(year: int, month: int, number: int) -> int:
    return to_us(datetime(year, month, number))


def map_file(*rows: tuple[int, str], name: str = "new") -> MapFile:
    return MapFile(name, [MapRow(when, ticker.upper()) for when, ticker in rows])


RENAMED = map_file((day(2000, 1, 3), "old"), (day(2010, 6, 30), "old"), (day(2020, 3, 31), "new"))
FACTORS = """\
20000103,0.9,0.25,1
20100602,0.9,0.25,100
20100610,0.9,0.5,80.5
20100615,1,0.5,50
20100621,1,1,40
20501231,1,1,0
"""


@pytest.fixture
def factors(tmp_path: Path) -> FactorFile:
    path = tmp_path / "new.csv"
    path.write_text(FACTORS)
    return FactorFile.read(path)


def test_a_ticker_holds_up_to_and_on_its_day() -> None:
    assert RENAMED.ticker_at(day(2010, 6, 30)) == "OLD"
    assert RENAMED.ticker_at(day(2010, 7, 1)) == "NEW"
    assert RENAMED.ticker_at(day(2021, 1, 1), "GONE") == "GONE"
    assert (RENAMED.first_ticker, RENAMED.first_day, RENAMED.delisting_day) == ("OLD", day(2000, 1, 3), day(2020, 3, 31))
    assert RENAMED.changes() == [(day(2010, 7, 1), "OLD", "NEW")]
    assert RENAMED.has_data(day(2020, 3, 31)) and not RENAMED.has_data(day(2020, 4, 1))


def test_a_ticker_is_resolved_at_a_day() -> None:
    second = map_file((day(2012, 1, 3), "old"), (END_OF_TIME, "old"), name="old")
    resolver = MapFileResolver([RENAMED, second])
    assert resolver.by_ticker("old", day(2005, 1, 1)) is RENAMED
    assert resolver.by_ticker("OLD", day(2013, 1, 1)) is second
    assert resolver.by_ticker("new", day(2030, 1, 1)) is RENAMED, "after its last day a ticker still finds its last bearer"
    assert not resolver.by_ticker("other", day(2013, 1, 1))


def test_the_number_of_a_reused_ticker_is_not_part_of_it() -> None:
    assert map_file((day(1998, 1, 2), "twx.1"), (day(2001, 1, 2), "twx.1"), name="twx.1").first_ticker == "TWX"


def test_futures_rows_belong_to_a_mapping_mode() -> None:
    rows = [
        MapRow(day(2013, 6, 1), "A", "CME", DataMappingMode.OPEN_INTEREST),
        MapRow(day(2013, 6, 20), "B", "CME", DataMappingMode.LAST_TRADING_DAY),
    ]
    assert MapFile("es", rows).ticker_at(day(2013, 5, 1), "", DataMappingMode.LAST_TRADING_DAY) == "B"
    assert MapFile("es", rows).ticker_at(day(2013, 5, 1), "", DataMappingMode.OPEN_INTEREST) == "A"


@pytest.mark.parametrize(
    ("when", "adjusted", "split_only"),
    [(day(2010, 6, 1), "0.225", "0.25"), (day(2010, 6, 2), "0.225", "0.25"), (day(2010, 6, 3), "0.45", "0.5"),
     (day(2010, 6, 15), "0.5", "0.5"), (day(2010, 6, 16), "1", "1"), (day(2051, 1, 1), "1", "1")],
)  # fmt: skip
def test_factors_hold_for_their_day_and_before(factors: FactorFile, when: int, adjusted: str, split_only: str) -> None:
    assert factors.factor(when + 3600, DataNormalizationMode.ADJUSTED) == Decimal(adjusted)
    assert factors.factor(when, DataNormalizationMode.SPLIT_ADJUSTED) == Decimal(split_only)
    assert factors.factor(when, DataNormalizationMode.TOTAL_RETURN) == Decimal(split_only)
    assert factors.factor(when, DataNormalizationMode.RAW) == 1
    column = factors.factor_column(np.array([when, when + DAY - 1], dtype=np.int64), DataNormalizationMode.ADJUSTED)
    assert column.tolist() == [float(adjusted)] * 2


def test_scaled_raw_is_relative_to_the_end(factors: FactorFile) -> None:
    assert factors.scale(day(2010, 6, 1), DataNormalizationMode.SCALED_RAW, day(2010, 6, 11)) == Decimal("0.45")
    with pytest.raises(ValueError, match="requires an end date"):
        factors.scale(day(2010, 6, 1), DataNormalizationMode.SCALED_RAW)
    with pytest.raises(ValueError, match="is for continuous futures"):
        factors.factor(day(2010, 6, 1), DataNormalizationMode.BACKWARDS_RATIO)


def test_changes_are_seen_on_their_own_day_only(factors: FactorFile) -> None:
    split = factors.split_after(day(2010, 6, 2))
    assert split is not None and (split.ratio, split.reference_price) == (Decimal("0.5"), Decimal(100))
    assert factors.split_after(day(2010, 6, 3)) is None
    dividend = factors.dividend_after(day(2010, 6, 10))
    assert dividend is not None and dividend.ratio == Decimal("0.9")
    assert distribution(dividend) == Decimal("8.05")


@pytest.mark.parametrize("text", ["", "20100602,1e-3,1,2\n", "20100602,abc,1\n", "x,1,1\n", "20100602\n"])
def test_a_broken_factor_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    broken = FactorFile.read(tmp_path / "a.csv")
    assert not broken and broken.factor(day(2010, 1, 1), DataNormalizationMode.ADJUSTED) == 1
    assert not FactorFile.read(tmp_path / "missing.csv")


def test_rows_that_lost_their_precision_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("20000103,inf,1\n20010103,1.6e+6,1\n20020103,0,1\n20030103,0.5,1\n20501231,1,1\n")
    rows = FactorFile.read(tmp_path / "a.csv")
    assert [to_datetime(row.day).year for row in rows.rows] == [2003, 2050]
    assert rows.first_day == day(2003, 1, 2)


def test_events_come_on_the_next_tradable_day(factors: FactorFile) -> None:
    use_decimal_context()
    days = [day(2010, 6, n) for n in (1, 2, 4, 7, 10, 11, 14, 15, 16, 30)] + [day(2010, 7, 1), day(2010, 7, 2)]
    events = list(corporate_events(days, RENAMED, factors))
    told = [(event.kind, to_datetime(event.day).day) for event in events]
    assert told == [
        (EventKind.SPLIT_WARNING, 2), (EventKind.SPLIT, 4), (EventKind.DIVIDEND, 11), (EventKind.SPLIT_WARNING, 15),
        (EventKind.SPLIT, 16), (EventKind.SYMBOL_CHANGE, 1),
    ]  # fmt: skip
    assert events[1].split_factor == Decimal("0.5") and events[1].reference_price == 100
    assert (events[-1].old_ticker, events[-1].new_ticker) == ("OLD", "NEW")


def test_a_delisting_is_announced_and_done() -> None:
    last = RENAMED.delisting_day
    days = [last - DAY, last, last + DAY, last + 2 * DAY]
    events = list(corporate_events(days, RENAMED, None, last))
    assert [(event.kind, event.day, event.time) for event in events] == [
        (EventKind.DELISTING_WARNING, last, last), (EventKind.DELISTED, last + DAY, last + DAY)
    ]  # fmt: skip


def test_an_event_without_price_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("20100602,1,0.5,0\n20501231,1,1,0\n")
    with pytest.raises(DataError, match="Zero reference price for NEW split"):
        list(corporate_events([day(2010, 6, 2), day(2010, 6, 3)], RENAMED, FactorFile.read(tmp_path / "a.csv")))


def test_futures_factors_by_mode_and_depth(tmp_path: Path) -> None:
    rows = [
        {"Date": "2013-03-15T13:30:00", "BackwardsRatioScale": [0.9, 0.95], "BackwardsPanamaCanalScale": [-5.0], "DataMappingMode": 0},
        {"Date": "2013-06-20T00:00:00", "BackwardsRatioScale": [0.99], "BackwardsPanamaCanalScale": [-1.0], "DataMappingMode": 0},
        {"Date": "2013-04-01T00:00:00", "BackwardsRatioScale": [0.5], "DataMappingMode": 2},
        {"Date": "2013-04-01T00:00:00", "BackwardsRatioScale": [0.1], "DataMappingMode": 77},
    ]
    (tmp_path / "es.csv").write_text("\n".join(json.dumps(row) for row in rows))
    file = FutureFactorFile.read(tmp_path / "es.csv")
    mode, ratio = DataMappingMode.LAST_TRADING_DAY, DataNormalizationMode.BACKWARDS_RATIO
    assert file.factor(day(2013, 3, 15), ratio, mode) == Decimal("0.9")
    assert file.factor(day(2013, 3, 15), ratio, mode, 1) == Decimal("0.95")
    assert file.factor(day(2013, 3, 16), ratio, mode, 1) == 1
    assert file.factor(day(2013, 3, 16), ratio, mode) == Decimal("0.99")
    assert file.factor(day(2013, 7, 1), DataNormalizationMode.BACKWARDS_PANAMA_CANAL, mode) == 0
    assert file.factor(day(2013, 3, 1), ratio, DataMappingMode.OPEN_INTEREST) == Decimal("0.5")


def test_providers_read_a_folder(tmp_path: Path) -> None:
    for name, text in {"map_files": "20000103,old,N\n20100630,old,N\n20501231,new,N\n", "factor_files": FACTORS}.items():
        (tmp_path / "equity" / "usa" / name).mkdir(parents=True)
        (tmp_path / "equity" / "usa" / name / "new.csv").write_text(text)
    maps = MapFileProvider(tmp_path)
    factor_files = FactorFileProvider(tmp_path, maps)
    with RunSymbols(tmp_path, maps).active():
        symbol = Symbol.create("NEW", SecurityType.EQUITY, "usa")
        assert (symbol.id.symbol, symbol.id.date) == ("OLD", datetime(2000, 1, 3))
        assert maps.ticker_at(symbol, day(2005, 1, 3)) == SecurityIdentifier.ticker(symbol, datetime(2005, 1, 3)) == "OLD"
        assert len(factor_files.get(symbol).rows) == 6
        assert delisting_day(symbol, maps.file_of(symbol)) == END_OF_TIME
        assert not factor_files.get(Symbol.create("NOPE", SecurityType.EQUITY, "usa"))
        assert not maps.file_of(Symbol.create("BTCUSD", SecurityType.CRYPTO, "coinbase"))


RECORDS = SHARED / "lean-conformance"


@pytest.mark.skipif(
    not RECORDS.is_dir() or not (SHARED / "lean-data").is_dir(), reason="the records of the real engine are not at ../shared"
)
def test_dividends_as_the_real_engine_paid_them() -> None:
    use_decimal_context()
    log = json.loads(gzip.decompress((RECORDS / "CorporateDividends.golden.json.gz").read_bytes()))["log"]
    paid = {
        (match[1], match[2], Decimal(match[3]), Decimal(match[4]))
        for line in log
        if (match := re.search(r"on_dividends (\S+) \S+ \| (\w+) (\S+) .*\| (\S+)$", line))
    }
    folder = SHARED / "lean-data"
    maps = MapFileProvider(folder)
    factor_files = FactorFileProvider(folder, maps)
    hours = MarketHoursDatabase.from_data_folder(folder).get_exchange_hours("usa", "SPY", SecurityType.EQUITY)
    days = hours.days(day(2013, 9, 4), day(2014, 3, 25))[0].tolist()
    ours = set()
    with RunSymbols(folder, maps).active():
        for ticker in ("SPY", "IBM", "AAPL", "BAC", "AIG"):
            symbol = Symbol.create(ticker, SecurityType.EQUITY, "usa")
            file = factor_files.get(symbol)
            assert isinstance(file, FactorFile)
            for event in corporate_events(days, maps.file_of(symbol), file):
                if event.kind is EventKind.DIVIDEND:
                    ours.add((str(to_datetime(event.day).date()), ticker, event.distribution, event.reference_price))
    assert len(paid) == 12 and ours == paid
