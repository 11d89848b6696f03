"""Whatever bytes lie in a file of market data, a run ends with results, dropped rows counted, or with one sentence: never with an internal error."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyra.engine.errors import DataError
from lyra.engine.feed.csvcolumns import parse_columns
from lyra.engine.runner import Backtest, Job

ALGORITHM = """from AlgorithmImports import *


class Reader(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 3)
        self.asset = ADD.symbol
        self.mean = self.sma(self.asset, 3)

    def on_data(self, data):
        security = self.securities[self.asset]
        self.plot("P", "close", security.price)
"""
KINDS = {
    "crypto hour": ('self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE)', "crypto/coinbase/hour/btcusd_trade.zip", "btcusd.csv"),
    "crypto minute": ('self.add_crypto("BTCUSD", Resolution.MINUTE, Market.COINBASE)', "crypto/coinbase/minute/btcusd/20200102_trade.zip",
                      "20200102_btcusd_minute_trade.csv"),
    "crypto quotes": ('self.add_crypto("BTCUSD", Resolution.MINUTE, Market.COINBASE)', "crypto/coinbase/minute/btcusd/20200102_quote.zip",
                      "20200102_btcusd_minute_quote.csv"),
    "crypto ticks": ('self.add_crypto("BTCUSD", Resolution.TICK, Market.COINBASE)', "crypto/coinbase/tick/btcusd/20200102_trade.zip",
                     "20200102_btcusd_tick_trade.csv"),
    "equity daily": ('self.add_equity("SPY", Resolution.DAILY)', "equity/usa/daily/spy.zip", "spy.csv"),
}  # fmt: skip

number = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(repr),
    st.sampled_from(["", "-", ".", "1e5", "1e-40", "0", "7000.5", "1E999999999", "nan"]),
)
stamp = st.one_of(
    st.builds(lambda d, h, m: f"2020010{d} {h:02d}:{m:02d}", st.integers(1, 5), st.integers(0, 25), st.integers(0, 61)),
    st.integers(-10, 90_000_000).map(str), st.sampled_from(["99991231 23:59", "00000000 00:00", "20200230 00:00", "x", ""]),
)  # fmt: skip
row = st.builds(lambda first, rest: ",".join([first, *rest]), stamp, st.lists(number, max_size=12))
content = st.one_of(st.binary(max_size=300), st.lists(row, max_size=12).map(lambda rows: "\n".join(rows).encode()))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, market: Path) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(market, folder / "data", ignore=shutil.ignore_patterns("*.zip"))
    for name, (add, _, _) in KINDS.items():
        (folder / f"{name.replace(' ', '_')}.py").write_text(ALGORITHM.replace("ADD", add))
    return folder


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=content)
def test_any_bytes_as_rows(project: Path, kind: str, text: bytes) -> None:
    _, path, entry = KINDS[kind]
    file = project / "data" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(entry, text)
    run = Backtest(Job(project / f"{kind.replace(' ', '_')}.py", project / "data")).run()
    if run.error is not None:
        assert isinstance(run.error, DataError), repr(run.error)
        assert file.name in str(run.error)
    run.write(project / "out")


@settings(max_examples=300)
@given(text=content, fields=st.sampled_from([2, 6, 11]))
def test_every_line_is_a_row_or_counted_as_bad(text: bytes, fields: int) -> None:
    columns = parse_columns(text, fields)
    assert columns.mantissas.shape == columns.scales.shape == (len(columns), fields)
    lines = [line for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
    assert len(columns) + len(columns.bad) <= max(len(lines), text.count(b"\n") + 1)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=400))
def test_any_bytes_as_a_zip(project: Path, raw: bytes) -> None:
    file = project / "data" / KINDS["crypto hour"][1]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)
    run = Backtest(Job(project / "crypto_hour.py", project / "data")).run()
    assert run.error is None or (isinstance(run.error, DataError) and "btcusd_trade.zip" in str(run.error))
