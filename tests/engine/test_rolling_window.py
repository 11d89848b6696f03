"""RollingWindow: the rules that LEAN showed, and the whole record of a run."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.indicators import IndicatorDataPoint, RollingWindow

pytestmark = pytest.mark.usefixtures("decimal_context")

RECORDS = Path(__file__).parents[3] / "shared" / "lean-conformance"


def test_the_newest_comes_first() -> None:
    window = RollingWindow[int](3)
    for number in range(1, 6):
        window.add(number)
    assert list(window) == [5, 4, 3]
    assert (window.size, window.count, window.samples, window.is_ready) == (3, 3, 5, True)
    assert window.most_recently_removed == 2
    assert (window[0], window[-1]) == (5, 3)


def test_it_is_ready_when_full() -> None:
    window = RollingWindow(2)
    window.add("a")
    assert not window.is_ready
    window.add("b")
    assert window.is_ready


def test_an_index_beyond_the_end_grows_the_window() -> None:
    for kind, empty in ((float, 0.0), (TradeBar, None)):
        window = RollingWindow[kind](2)
        assert window[4] == empty
        assert (window.size, window.count) == (5, 0)


def test_a_smaller_size_drops_the_oldest() -> None:
    window = RollingWindow[float](4)
    for number in range(4):
        window.add(float(number))
    window.size = 2
    assert list(window) == [3.0, 2.0]
    window.size = 3
    # Ready by the number of items ever added, not by those that are left.
    assert (window.count, window.is_ready) == (2, True)


def test_reset_keeps_the_size() -> None:
    window = RollingWindow[float](2)
    window.add(1.0)
    window.reset()
    assert (window.size, window.count, window.samples) == (2, 0, 0)


def test_pascal_names_work() -> None:
    window = RollingWindow[float](2)
    window.Add(7.0)
    assert (window.Count, window.Size, window.IsReady) == (1, 2, False)


class Recorded:
    """The part of QCAlgorithm that the recorded algorithm uses before its data come."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def set_start_date(self, *args: Any) -> None: ...

    def set_end_date(self, *args: Any) -> None: ...

    def add_equity(self, *args: Any) -> Any:
        return SimpleNamespace(symbol="SPY")

    def sma(self, *args: Any) -> Any:
        return SimpleNamespace(updated=_Handlers(), window=RollingWindow(2))

    def log(self, text: str) -> None:
        self.lines.append(text)


class _Handlers:
    def __iadd__(self, handler: Any) -> _Handlers:
        return self


@pytest.mark.skipif(not RECORDS.is_dir(), reason="LEAN's records are not beside the repository")
def test_a_run_logs_what_lean_logged() -> None:
    source = (RECORDS / "PyRollingWindow.py").read_text().replace("from AlgorithmImports import *", "")
    names: dict[str, Any] = {
        "QCAlgorithm": Recorded, "RollingWindow": RollingWindow, "TradeBar": TradeBar, "QuoteBar": QuoteBar,
        "IndicatorDataPoint": IndicatorDataPoint, "datetime": datetime, "timedelta": timedelta, "Resolution": SimpleNamespace(DAILY=1),
    }  # fmt: skip
    exec(source, names)
    algorithm = names["PyRollingWindow"]()
    algorithm.initialize()
    with gzip.open(RECORDS / "PyRollingWindow.golden.json.gz", "rt") as file:
        log = json.load(file)["log"][1 : len(algorithm.lines) + 1]
    expected = [re.sub(r"^\S+ \S+ ", "", line) for line in log]
    different = [(mine, theirs) for mine, theirs in zip(algorithm.lines, expected, strict=True) if plain(mine) != plain(theirs)]
    assert not different


def plain(line: str) -> str:
    """A line without the names of .NET's own types, which are Python's here."""
    line = re.sub(r"raises \w+(Exception|Error):", "raises:", line)
    return line.replace("Object[]<System.Object[]>", "tuple[int(1), int(2)]")
