"""Bars repeated where there is no new one: when they come, and which times they show (records SliceDailyHour, WarmUp, ConsolidatorScan)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
ALGORITHM = """
from AlgorithmImports import *

class Repeated(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 11, 21)
        self.set_end_date(2023, 11, 24)
        self.settings.daily_precise_end_time = {precise}
        self.coarse = self.add_equity("SPY", Resolution.{coarse}).symbol
        self.add_equity("LYA", Resolution.{fine})
        self.average = self.sma(self.coarse, 2)
        self.later = None
        self.real = 0

    def on_data(self, data):
        bar = data.bars.get(self.coarse)
        if bar is None:
            return
        self.real += not bar.is_fill_forward
        if self.real == 2 and self.later is None:
            self.later = self.sma(self.coarse, 2)
        if self.average.samples != self.real:
            self.log(f"samples {{self.average.samples}} real {{self.real}}")
        if self.time.strftime("%d %H:%M") in ("22 10:00", "22 10:01", "22 13:00", "24 10:00", "24 10:01", "24 13:00"):
            self.log(f"{{bar.time:%d %H:%M}} to {{bar.end_time:%d %H:%M}} {{'again' if bar.is_fill_forward else 'new'}}")

    def on_end_of_algorithm(self):
        self.log(f"{{self.real}} bars, later {{self.later.samples}}")
"""


@pytest.mark.parametrize(
    ("precise", "coarse", "fine", "expected"),
    [
        ("True", "DAILY", "HOUR", """
            21 09:30 to 21 16:00 again
            21 09:30 to 21 16:00 again
            22 09:30 to 22 16:00 again
            24 09:30 to 24 13:00 new
            3 bars, later 2"""),
        ("False", "DAILY", "HOUR", """
            21 00:00 to 22 00:00 again
            21 00:00 to 22 00:00 again
            22 00:00 to 23 00:00 again
            22 00:00 to 23 00:00 again
            3 bars, later 2"""),
        ("True", "HOUR", "MINUTE", """
            22 09:00 to 22 10:00 new
            22 09:00 to 22 10:00 again
            22 12:00 to 22 13:00 new
            24 09:00 to 24 10:00 new
            24 09:00 to 24 10:00 again
            24 12:00 to 24 13:00 new
            18 bars, later 17"""),
    ],
    ids=["daily to the close", "daily to midnight", "hourly beside minutes"],
)  # fmt: skip
def test_a_repeated_bar_keeps_the_times_of_the_bar_and_indicators_see_it_once(
    backtest: Run, synthetic_data: Path, precise: str, coarse: str, fine: str, expected: str
) -> None:
    ran = backtest(ALGORITHM.format(precise=precise, coarse=coarse, fine=fine), data=synthetic_data)
    assert ran.code == 0, ran.out + ran.err
    lines = [line[20:] for line in next(ran.folder.glob("*-log.txt")).read_text().splitlines()]
    seen = [line for line in lines if " to " in line or "samples" in line or "later" in line]
    assert seen == [line.strip() for line in expected.split("\n")[1:]]


DELISTED = """
from AlgorithmImports import *

class Delisted(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2024, 2, {first})
        self.set_end_date(2024, 2, 27)
        self.stock = self.add_equity("LYC", Resolution.DAILY).symbol
        self.add_equity("SPY", Resolution.HOUR)

    def on_data(self, data):
        if self.stock in data.bars:
            self.log(f"bar {{self.time:%d %H}} {{data.bars[self.stock].end_time:%d %H}}")

    def on_delistings(self, delistings):
        self.log(f"event {{self.time:%d %H}} {{delistings[self.stock].type}}")
"""


def _seen_of_a_delisted(backtest: Run, folder: Path, first: int) -> list[str]:
    ran = backtest(DELISTED.format(first=first), data=folder)
    assert ran.code == 0, ran.out + ran.err
    lines = [line[20:] for line in next(ran.folder.glob("*-log.txt")).read_text().splitlines()]
    return [line for line in lines if line.startswith(("bar", "event"))]


def test_the_last_bar_is_repeated_until_the_delisting(backtest: Run, synthetic_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(synthetic_data, folder)
    (folder / "equity/usa/map_files/lyc.csv").write_text("20210104,lyc,Q\n20240222,lyc,Q\n")
    expected = ["bar 15 16 15 16"]
    for before, day in ((15, 16), (16, 20), (20, 21), (21, 22)):
        expected += ["event 22 00 WARNING"] if day == 22 else []
        expected += [f"bar {day} {hour} {before} 16" for hour in range(10, 16)] + [f"bar {day} 16 {day} 16"]
    assert _seen_of_a_delisted(backtest, folder, 15) == [*expected, "event 23 00 DELISTED"]


def test_who_was_delisted_before_the_start_has_no_delisting(backtest: Run, synthetic_data: Path) -> None:
    assert _seen_of_a_delisted(backtest, synthetic_data, 26) == []
