"""Streaming indicators in a LEAN algorithm: registered, warmed up, plotted, asked for their parts and their window."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from running import run_command

from lyra.engine.enums import Resolution, SecurityType
from lyra.marketdata.generator import GenerateRequest, generate
from lyra.marketdata.hours_and_properties import write_reference_files
from lyra.marketdata.reading import read_bars
from lyra_ai.errors import SettingError
from lyra_ai.indicators import column, find, indicator

ALGORITHM = """
from AlgorithmImports import *
from lyra_ai.indicators import indicator


class Mixed(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2020, 3, 1)
        self.set_end_date(2020, 3, 31)
        self.set_time_zone(TimeZones.UTC)
        self.btc = self.add_crypto("BTCUSD", Resolution.DAILY, Market.COINBASE).symbol
        self.average = indicator("ema", 10)
        self.mean = indicator("sma", 5, source="hl2")
        self.events = 0
        self.average.updated += self.count
        for each in (self.average, self.mean):
            self.register_indicator(self.btc, each, Resolution.DAILY)
            self.warm_up_indicator(self.btc, each, Resolution.DAILY)
        self.log(f"ready {self.average.is_ready} {self.mean.is_ready}")

    def count(self, sender, updated):
        self.events += 1

    def on_data(self, data):
        self.plot("Averages", self.average)

    def on_end_of_algorithm(self):
        self.log(f"ends with {self.average.value!r} {self.average.current.value!r} {self.mean.value!r} {self.average.samples} {self.events}")
"""


def test_a_kernel_lives_in_an_algorithm(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_reference_files(data)
    generate(
        GenerateRequest(SecurityType.CRYPTO, "coinbase", "BTCUSD", Resolution.DAILY, date(2020, 1, 1), date(2020, 6, 30), seed=2), data
    )
    file = tmp_path / "main.py"
    file.write_text(ALGORITHM, encoding="utf-8")
    ran = run_command("backtest", file, "--data-folder", data, "--output", tmp_path / "out", folder=tmp_path / "out")
    assert ran.code == 0, ran.err
    log = (tmp_path / "out" / "log.txt").read_text(encoding="utf-8")
    assert "ready True True" in log
    value, current, mean, samples, events = log.split("ends with ")[1].split("\n")[0].split()
    _, frame = read_bars(data, "BTCUSD", Resolution.DAILY)
    # The bar that ends with the start is the last of the warm-up and the first of the run.
    fed = pd.concat([frame.loc[:"2020-03-01"].iloc[-10:], frame.loc["2020-03-01":"2020-04-01"]])
    assert int(samples) == len(fed)
    assert float(value) == pytest.approx(column(find("ema")(10), fed["close"])[-1], rel=1e-12)
    assert float(current) == pytest.approx(float(value), rel=1e-9) and events == samples
    assert float(mean) == pytest.approx(((fed["high"] + fed["low"]) / 2).iloc[-5:].mean(), rel=1e-12)
    assert "Averages" in ran.result()["charts"]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: indicator("supertrand"), "There is no indicator called 'supertrand'"),
        (lambda: indicator("ema", 0), "period is 0; it must be at least 1"),
        (lambda: indicator("ema", span=3), "ema: .*unexpected keyword argument 'span'"),
        (lambda: indicator("ema", 5, source="closing"), "'closing' is no source"),
    ],
)
def test_what_cannot_be_made_is_a_sentence(make, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SettingError, match=sentence):
        make()
