"""Universes that are read from files: what selection functions get, when they are asked, and what follows."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lyra.engine.errors import NotSupported
from lyra.engine.runner import Backtest, Job
from lyra.engine.symbols import RunSymbols, Symbol
from lyra.engine.times import to_us
from lyra.engine.universes.constituents import ETFConstituentUniverse
from lyra.engine.universes.data_universe import universe_name
from lyra.engine.universes.fundamental_data import FundamentalProvider, coarse_rows

_DATA = Path(__file__).resolve().parents[2] / "data"
_ROW = "AAPL R735QTJ8XC9X,AAPL,539.1,11628740,6269053734,True,0.8961764,0.0357143"


def _folder(tmp_path: Path) -> Path:
    """A data folder with the project's market hours and symbol properties, and three days of coarse files."""
    folder = tmp_path / "data"
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(_DATA / name, folder / name)
    coarse = folder / "equity" / "usa" / "fundamental" / "coarse"
    coarse.mkdir(parents=True)
    (coarse / "20140324.csv").write_text(f"{_ROW}\nSPY R735QTJ8XC9X,SPY,185.4,100,18540,False,0.9,1\n")
    (coarse / "20140325.csv").write_text("SPY R735QTJ8XC9X,SPY,186.3,100,18630,False,0.9,1\n")
    return folder


def _run(tmp_path: Path, body: str) -> Any:
    file = tmp_path / "Algorithm.py"
    head = "from AlgorithmImports import *\n\nclass Algorithm(QCAlgorithm):\n    def initialize(self):\n        self.set_start_date(2014, 3, 25)\n"
    end = "        self.set_end_date(2014, 3, 26)\n        self.set_benchmark(lambda x: 0)\n        self.universe_settings.resolution = Resolution.DAILY\n"
    file.write_text(head + end + body)
    backtest = Backtest(Job(file, _folder(tmp_path))).run()
    if backtest.error:
        raise backtest.error
    return backtest.algorithm


def test_rows_have_the_columns_of_the_file(tmp_path: Path) -> None:
    with RunSymbols(_folder(tmp_path)).active():
        row = coarse_rows(to_us(date(2014, 3, 24)))[0]
        assert (row.symbol.value, row.price, row.volume, row.dollar_volume) == ("AAPL", 539.1, 11628740, 6269053734.0)
        assert (row.price_scale_factor, row.AdjustedPrice) == (0.03200631280252, 17.254603231838534)
        assert row.end_time - row.time == timedelta(days=1)
        assert not row.has_fundamental_data


def test_fields_without_data_are_empty_or_named(tmp_path: Path) -> None:
    with RunSymbols(_folder(tmp_path)).active() as run:
        row = coarse_rows(to_us(date(2014, 3, 24)))[0]
        assert row.valuation_ratios.pe_ratio != row.ValuationRatios.PERatio  # not a number, twice
        assert row.company_reference.industry_template_code is None
        with pytest.raises(NotSupported, match=r"Fundamental\.valuation_ratios\.no_such_ratio"):
            row.valuation_ratios.no_such_ratio  # noqa: B018

        class Provider(FundamentalProvider):
            def value(self, day: int, symbol: Symbol, field: str) -> Any:
                return {"valuation_ratios.pe_ratio": 13.0}[field]

        run.fundamentals = Provider()  # type: ignore[attr-defined]
        assert row.valuation_ratios.pe_ratio == 13.0


def test_a_function_on_rows_selects_each_midnight(tmp_path: Path) -> None:
    algorithm = _run(tmp_path, """
        self.seen = []
        self.u = self.add_universe(self.select)

    def select(self, rows):
        self.seen.append((str(self.time), [x.symbol.value for x in rows]))
        return [x.symbol for x in rows if x.symbol.value == "SPY"]
""")  # fmt: skip
    assert algorithm.seen == [("2014-03-25 00:00:00", ["AAPL", "SPY"]), ("2014-03-26 00:00:00", ["SPY"])]
    assert [symbol.value for symbol in algorithm.u.selected] == ["SPY"]


def test_keys_and_values_of_the_members_cannot_be_called(tmp_path: Path) -> None:
    algorithm = _run(tmp_path, """
        self.u = self.add_universe(lambda rows: [x.symbol for x in rows])
        self.seen = []

    def on_securities_changed(self, changes):
        if self.seen:
            return
        members = self.u.members
        self.seen = [sorted(x.value for x in members.keys), sorted(x.symbol.value for x in members.Values), len(members.items()), members.count]
        for name in ("keys", "values"):
            try:
                getattr(members, name)()
            except TypeError as error:
                self.seen.append(str(error))
""")  # fmt: skip
    names = ["AAPL", "SPY"]
    assert algorithm.seen == [names, names, 2, 2, *["'Dictionary[Symbol,Security]' object is not callable"] * 2]


def test_top_takes_the_most_traded(tmp_path: Path) -> None:
    algorithm = _run(tmp_path, """
        self.u = self.add_universe(self.universe.top(1))
        self.selected = []

    def on_securities_changed(self, changes):
        self.selected.append([x.symbol.value for x in changes.added_securities])
""")  # fmt: skip
    assert algorithm.selected[0] == ["AAPL"]


def test_constituents_are_read_with_missing_columns(tmp_path: Path) -> None:
    with RunSymbols(_folder(tmp_path)).active():
        row = ETFConstituentUniverse().reader(None, "AAPL,AAPL R735QTJ8XC9X,20110330,0.2,14313809,", date(2011, 3, 30), False)  # type: ignore[arg-type]
        assert row is not None
        assert (row.symbol.value, row.weight, row.shares_held, row.market_value) == ("AAPL", 0.2, 14313809.0, None)


def test_universe_names_are_never_the_same(tmp_path: Path) -> None:
    with RunSymbols(_folder(tmp_path)).active():
        assert universe_name("X") != universe_name("X")


def test_frames_of_rows_are_found_by_ticker(tmp_path: Path) -> None:
    algorithm = _run(tmp_path, """
        self.add_security(Symbol(SecurityIdentifier.parse("SPY R735QTJ8XC9X"), "SPY"), Resolution.DAILY)
        frame = self.history(Fundamental, timedelta(1))
        self.value = frame.loc["SPY"]["value"].iloc[0]
""")  # fmt: skip
    assert algorithm.value == 185.4
