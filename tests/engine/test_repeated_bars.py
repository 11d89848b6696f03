"""Bars repeated where there is no new one: when they come, and which times they show (records SliceDailyHour, WarmUp, ConsolidatorScan)."""

from __future__ import annotations

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
