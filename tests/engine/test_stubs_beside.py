"""`quantconnect-stubs`, which the LEAN CLI installs, puts a folder of types called AlgorithmImports beside us: it is not taken for LEAN."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import Ran

from lyra_ai.indicators import indicator

ALGORITHM = """from AlgorithmImports import *
from QuantConnect import Resolution as Same
from lyra_ai.indicators import indicator


class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 5)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        self.speed = indicator("roc", 3)
        self.register_indicator(self.btc, self.speed, Same.HOUR)

    def on_end_of_algorithm(self):
        self.log(f"ready {self.speed.is_ready}")
"""


@pytest.fixture
def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "stubs" / "AlgorithmImports"
    folder.mkdir(parents=True)
    (folder / "__init__.pyi").write_text("class PythonIndicator: ...\n")
    monkeypatch.syspath_prepend(folder.parent)
    yield
    sys.modules.pop("AlgorithmImports", None)


def test_an_indicator_outside_of_lean(stubs: None) -> None:
    made = indicator("roc", 3)
    assert not made.is_ready
    assert "AlgorithmImports" not in sys.modules


def test_a_run_after_somebody_has_imported_them(stubs: None, backtest: Callable[..., Ran]) -> None:
    importlib.import_module("AlgorithmImports")
    ran = backtest(ALGORITHM)
    assert ran.code == 0, ran.err
    assert "ready True" in (ran.folder / "Mine-log.txt").read_text()
