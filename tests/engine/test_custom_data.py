"""Data of the user's own: sources, readers, points, slices, history, consolidators, orders."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from lyra.engine.errors import DataError
from lyra.engine.runner import Backtest, Job

Run = Callable[..., Backtest]

HEAD = """
from AlgorithmImports import *

class Case(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 11, 20)
        self.set_end_date(2023, 11, 24)
        {setup}

    def on_data(self, data):
        for pair in data:
            self.log(f"{{pair.key.value}} | {{self.time:%d %H:%M}} {{pair.value.value}}")

class Rows(PythonData):
    def get_source(self, config, date, is_live):
        {source}

    def reader(self, config, line, date, is_live):
        if not line or not line[0].isdigit():
            return None
        cells = line.split(",")
        row = Rows()
        row.symbol = config.symbol
        row.time = datetime.strptime(cells[0], "%Y-%m-%d %H:%M")
        row.value = float(cells[1])
        row["Mixed"] = cells[1]
        return row
"""
STORE = 'return SubscriptionDataSource("rows.csv", SubscriptionTransportMedium.OBJECT_STORE, FileFormat.CSV)'
LINES = "time,value\\n2023-11-20 10:00,1.5\\n2023-11-20 10:00,2\\n\\n2023-11-21 09:00,3\\n2023-11-20 12:00,99\\n2023-11-22 09:00,4"


@pytest.fixture
def run(synthetic_data: Path, tmp_path: Path) -> Run:
    """Run the case with lines of `initialize` and the body of `get_source`."""

    def run(*setup: str, source: str = STORE, more: str = "") -> Backtest:
        file = tmp_path / "case.py"
        file.write_text(HEAD.format(setup="\n        ".join(setup), source=source) + more, encoding="utf-8")
        return Backtest(Job(file, synthetic_data)).run()

    return run


def logged(backtest: Backtest) -> list[str]:
    """The log lines `name | value`."""
    assert backtest.error is None, backtest.error
    return [line[20:] for line in backtest._log if " | " in line]


ADD = (f'self.object_store.save("rows.csv", "{LINES}")', 'self.a = self.add_data(Rows, "abc", Resolution.MINUTE)')


def test_rows_come_in_time_and_of_one_moment_the_last_wins(run: Run) -> None:
    assert logged(run(*ADD)) == ["ABC | 20 10:00 2.0", "ABC | 21 09:00 3.0", "ABC | 22 09:00 4.0"]


def test_a_local_file_and_a_zip_entry_are_sources_too(run: Run, tmp_path: Path) -> None:
    import zipfile

    text = LINES.replace("\\n", "\n")
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "rows.zip", "w") as archive:
        archive.writestr("other.csv", "")
        archive.writestr("mine.csv", text)
    expected = ["ABC | 20 10:00 2.0", "ABC | 21 09:00 3.0", "ABC | 22 09:00 4.0"]
    for name in ("rows.csv", "rows.zip#mine.csv"):
        source = f'return SubscriptionDataSource(r"{tmp_path}/{name}", SubscriptionTransportMedium.LOCAL_FILE)'
        assert logged(run(ADD[1], source=source)) == expected


def test_a_missing_file_is_no_data(run: Run) -> None:
    assert logged(run(ADD[1], source='return SubscriptionDataSource("nowhere.csv")')) == []


def test_a_source_that_cannot_be_fetched_says_so(run: Run) -> None:
    backtest = run(ADD[1], source='return SubscriptionDataSource("http://127.0.0.1:9/rows.csv")')
    assert isinstance(backtest.error, DataError)
    assert "http://127.0.0.1:9/rows.csv cannot be fetched" in str(backtest.error)


def test_sorting_on_request(run: Run) -> None:
    source = 's = SubscriptionDataSource("rows.csv", SubscriptionTransportMedium.OBJECT_STORE)\n        s.sort = True\n        return s'
    found = logged(run(*ADD, source=source))
    assert found == ["ABC | 20 10:00 2.0", "ABC | 20 12:00 99.0", "ABC | 21 09:00 3.0", "ABC | 22 09:00 4.0"]


def test_a_source_a_day(run: Run) -> None:
    setup = [f'self.object_store.save("r{d}.csv", "2023-11-{d} 10:00,{d}")' for d in (20, 21, 22, 23, 24)]
    source = 'return SubscriptionDataSource(f"r{date.day}.csv", SubscriptionTransportMedium.OBJECT_STORE)'
    assert logged(run(*setup, ADD[1], source=source)) == [f"ABC | {d} 10:00 {d}.0" for d in (20, 21, 22, 23, 24)]


def test_a_reader_that_raises_ends_the_run(run: Run) -> None:
    backtest = run('self.object_store.save("rows.csv", "2023-11-20 xx,1")', ADD[1])
    assert backtest.error is not None
    assert "Error invoking ABC.Rows data reader. Line: 2023-11-20 xx,1 Error: time data '2023-11-20 xx'" in str(backtest.error)


POINT = """
def on_data(self, data):
    if self.a.symbol not in data or self.time.day != 21:
        return
    x = data[self.a.symbol]

    def show(name, call):
        try:
            self.log(f"{name} | {call()}")
        except Exception as error:
            self.log(f"{name} | {type(error).__name__}: {error}")

    show("type", lambda: type(x).__name__)
    show("any case", lambda: (x.mixed, x["MIXED"], x.get_property("Mixed")))
    show("attribute", lambda: x.nothing)
    show("item", lambda: x["nothing"])
    show("text", lambda: str(x))
    show("of type", lambda: [p.key.value for p in data.get(Rows)])
    show("clone", lambda: (x.clone()["mixed"], x.clone() is x))
    show("history", lambda: list(self.history(self.a.symbol, 2, Resolution.MINUTE).columns))
    show("typed", lambda: [p.value for p in self.history[Rows](self.a.symbol, timedelta(2))])
    show("rounded", lambda: (x.set_property("z", 1), x.__setitem__("y", 0.1 + 0.2), x["y"])[-1])
    show("order", lambda: (t := self.market_order(self.a.symbol, 2), t.average_fill_price)[-1])
Case.on_data = on_data
"""


def test_a_point_keeps_what_its_reader_set(run: Run) -> None:
    found = dict(line.split(" | ", 1) for line in logged(run(*ADD, more=POINT)))
    assert found["type"] == "PythonData"
    assert found["any case"] == "('3', '3', '3')"
    missing = "AttributeError: Property with name 'nothing' does not exist. Properties: Time, Symbol, Value mixed"
    assert found["attribute"].startswith(missing)
    assert found["item"].startswith("KeyNotFoundException: Property with name 'nothing'")
    assert found["text"] == "ABC.Rows: ¤3.00"
    assert found["of type"] == "['ABC']"
    assert found["clone"] == "('3', False)"
    assert found["history"] == "['mixed', 'value']"
    assert found["typed"] == "[1.5, 2.0, 3.0]" or found["typed"] == "[2.0, 3.0]"
    assert found["rounded"] == "0.3"
    assert found["order"] == "3.0"


def test_indicators_and_consolidators_take_it(run: Run) -> None:
    setup = (
        *ADD,
        "self.s = self.sma(self.a.symbol, 2)",
        "self.log(f'name | {self.s.name}')",
        "self.consolidate(self.a.symbol, timedelta(1), lambda bar: self.log(f'bar | {type(bar).__name__} {bar.time:%d} {bar.close}'))",
    )
    more = """
def on_end_of_algorithm(self):
    self.log(f"mean | {self.s.current.value}")
Case.on_end_of_algorithm = on_end_of_algorithm
"""
    found = logged(run(*setup, more=more))
    assert found[0] == "name | SMA(2,ABC.Rows_min)"
    assert [line for line in found if line.startswith("bar")] == ["bar | TradeBar 20 2.0", "bar | TradeBar 21 3.0", "bar | TradeBar 22 4.0"]
    assert found[-1] == "mean | 3.5"


def test_linked_data_follow_their_security(run: Run) -> None:
    setup = (
        "spy = self.add_equity('SPY', Resolution.DAILY).symbol",
        "b = self.add_data(Rows, spy, Resolution.MINUTE)",
        "self.log(f'linked | {b.symbol.value} {b.symbol.underlying == spy} {b.symbol.security_type}')",
    )
    found = logged(run(*ADD, *setup))
    assert found[0] == "linked | SPY True BASE"


def test_properties_and_hours_of_its_own(run: Run) -> None:
    setup = (
        ADD[0],
        "p = SymbolProperties('mine', 'USD', 1, 0.5, 0.1, 'abc')",
        "hours = SecurityExchangeHours.always_open(TimeZones.UTC)",
        "self.a = self.add_data(Rows, 'abc', p, hours, Resolution.MINUTE)",
        "self.log(f'own | {self.a.symbol_properties.lot_size} {self.a.exchange.time_zone} {self.a.exchange.hours == hours}')",
    )
    assert logged(run(*setup))[0] == "own | 0.1 UTC True"


@pytest.mark.parametrize(("call", "error"), [
    ("self.add_data(int, 'abc')", "AddData needs a type that derives from PythonData"),
    ("self.add_data(Daily, 'abc', Resolution.MINUTE)", "Sorry Minute is not a supported resolution for Daily"),
])  # fmt: skip
def test_what_cannot_be_added(run: Run, call: str, error: str) -> None:
    more = "class Daily(Rows):\n    def supported_resolutions(self):\n        return [Resolution.DAILY]\n"
    backtest: Any = run(call, more=more)
    assert error in str(backtest.error)


def test_a_benchmark(run: Run) -> None:
    more = """
def on_end_of_algorithm(self):
    self.log(f"benchmark | {self.benchmark.security.price}")
Case.on_end_of_algorithm = on_end_of_algorithm
"""
    found = logged(run(*ADD, "self.set_benchmark(self.a.symbol)", more=more))
    assert found[-1] == "benchmark | 4.0"


def test_a_text_is_downloaded_and_lines_are_read(run: Run, tmp_path: Path) -> None:
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("X-Mine"), self.headers.get("Authorization")))
            found = self.path == "/there"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(b"a,b\n" if found else b"")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    (tmp_path / "lines.csv").write_text("x,1\r\ny,2\n")
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        done = run(
            f"self.log('got ' + self.download('{at}/there').strip())",
            f"self.log('got ' + self.download('{at}/there', {{'X-Mine': 'yes'}}, 'me', 'word').strip())",
            "lender = LocalDiskShortableProvider('SomeBroker')",
            f"self.log(f\"got {{lender.brokerage}} {{list(Extensions.read_lines(lender.data_provider, r'{tmp_path / 'lines.csv'}'))}}\")",
            "self.log(f\"got {list(Extensions.read_lines(lender.data_provider, 'nowhere'))}\")",
        )
        failed = run(f"self.download('{at}/gone')")
        server.shutdown()
    assert isinstance(failed.error, DataError) and "download: " in str(failed.error) and "Not Found" in str(failed.error)
    assert asked == [("/there", None, None), ("/there", "yes", "Basic bWU6d29yZA=="), ("/gone", None, None)]
    lines = [line[20:] for line in done.context.messages.lines if line[20:].startswith("got")]
    assert lines == ["got a,b", "got a,b", "got somebroker ['x,1', 'y,2']", "got []"]
