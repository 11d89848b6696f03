"""Mistakes of users: one sentence with the place in their file, LEAN's status in the result, what was computed on disk, exit code 1."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Ran, run_command

START = """from AlgorithmImports import *


class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 5)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
"""
TRADE = """
    def on_data(self, data):
        if not self.portfolio.invested:
            self.set_holdings(self.btc, 0.5)

"""
Run = Callable[..., Ran]


def line_of(source: str, text: str) -> int:
    return next(number for number, line in enumerate(source.splitlines(), 1) if text in line)


CALLBACKS = {
    "on_data": "    def on_data(self, data):\n        raise ValueError('wrong')\n",
    "order event": TRADE + "    def on_order_event(self, event):\n        raise ValueError('wrong')\n",
    "scheduled event": "        self.schedule.on(self.date_rules.every_day(), self.time_rules.at(12, 0), self.noon)\n\n"
    "    def noon(self):\n        raise ValueError('wrong')\n",
    "consolidator": "        self.consolidate(self.btc, timedelta(hours=4), self.bar)\n\n    def bar(self, bar):\n        raise ValueError('wrong')\n",
    "end of algorithm": TRADE + "    def on_end_of_algorithm(self):\n        raise ValueError('wrong')\n",
    "end of day": "    def on_end_of_day(self, symbol):\n        raise ValueError('wrong')\n",
    "universe": "        self.add_universe('mine', self.pick)\n\n    def pick(self, when):\n        raise ValueError('wrong')\n",
    "warm-up finished": "        self.set_warm_up(5)\n\n    def on_warmup_finished(self):\n        raise ValueError('wrong')\n",
    "securities changed": "    def on_securities_changed(self, changes):\n        raise ValueError('wrong')\n",
    "own indicator": "        self.register_indicator(self.btc, Own('own'), Resolution.HOUR)\n\n\nclass Own(PythonIndicator):\n"
    "    def update(self, point):\n        raise ValueError('wrong')\n",
    "initialize": "        raise ValueError('wrong')\n",
}


@pytest.mark.parametrize("callback", CALLBACKS)
def test_exception_in_a_callback(backtest: Run, callback: str) -> None:
    source = START + CALLBACKS[callback]
    ran = backtest(source)
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == f"error: wrong (main.py, line {line_of(source, 'raise')})"
    assert "Traceback" not in ran.err
    assert ran.state["Status"] == "RuntimeError"
    assert "wrong" in ran.state["RuntimeError"]


def test_what_was_computed_before_an_error_is_kept(backtest: Run) -> None:
    ran = backtest(START + TRADE + "        if self.time.day == 4:\n            raise ValueError('late')\n")
    result = ran.result()
    assert (ran.code, len(result["orders"])) == (1, 1)
    assert result["statistics"]["Total Orders"] == "1"
    assert len(result["charts"]["Strategy Equity"]["series"]["Equity"]["values"]) > 40
    assert (ran.folder / "Mine-order-events.json").is_file()
    assert (ran.folder / "code" / "main.py").is_file()


MISTAKES = {
    "syntax error": (START + "        x = (\n", "'(' was never closed (main.py, line 9)"),
    "unknown ticker": (START + "        self.add_crypto('NOPE', Resolution.HOUR, Market.COINBASE)\n",
                       "Crypto 'NOPE' symbol could not be found in the database for coinbase market (main.py, line 9)"),
    "ticker that was not added": (START + "        self.securities['ETHUSD']\n", "ETHUSD"),
    "unknown market": (START + "        self.add_crypto('BTCUSD', Resolution.HOUR, 'mars')\n", "Requested: mars."),
    "resolution as text": (START + "        self.add_crypto('BTCUSD', 'hour')\n", "'resolution') expected Optional[Resolution], got str. (main.py, line 9)"),
    "unknown resolution": (START + "        self.add_crypto('BTCUSD', Resolution.HOURS)\n", "'HOURS' (main.py, line 9)"),
    "end before start": (START.replace("2020, 1, 5", "2019, 1, 5"),
                         "Please select an algorithm end date greater than start date. (main.py, line 5)"),
    "start in the future": (START.replace("2020, 1, 2", "2100, 1, 2"), "Please select start date less than today"),
    "no such day": (START.replace("2020, 1, 2", "2020, 2, 30"), "un-representable DateTime. (main.py, line 6)"),
    "missing module": ("import no_such_module\n" + START, "No module named 'no_such_module'. If it is a Python package, ensure it is installed"),
    "no class": ("x = 1\n", "Please ensure that one class inherits from QCAlgorithm. (main.py)"),
    "misspelt method": (START + "        self.set_chas(5)\n", "'Mine' object has no attribute 'set_chas' Did you mean: 'set_cash'"),
    "member of LEAN's overwritten": (START + "        self.portfolio = []\n", "assigning to a member defined in the base QCAlgorithm class"),
    "not supported": (START + "        self.add_option('SPY')\n",
                      "add_option is not supported by the embedded engine. LEAN itself runs it, in Docker"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_in_the_file(backtest: Run, mistake: str) -> None:
    source, sentence = MISTAKES[mistake]
    ran = backtest(source)
    last = ran.err.splitlines()[-1]
    assert ran.code == 1
    assert last.startswith("error: ")
    assert sentence in last
    assert "Traceback" not in ran.err
    assert ran.state["Status"] == "RuntimeError"


def test_verbose_shows_the_traceback(backtest: Run) -> None:
    with pytest.raises(AssertionError) as e:
        backtest(START + "        raise ValueError('wrong')\n", "--verbose")
    assert str(e.value.__cause__) == "wrong"


# parameters and configuration ---------------------------------------------------------------------
def test_parameter_of_a_wrong_type(backtest: Run) -> None:
    ran = backtest(START + "        int(self.get_parameter('n'))\n", "--parameter", "n", "ten")
    assert (ran.code, ran.err.splitlines()[-1]) == (1, "error: invalid literal for int() with base 10: 'ten' (main.py, line 9)")


def test_parameter_without_a_value(backtest: Run) -> None:
    with pytest.raises(SystemExit) as e:
        backtest(START, "--parameter", "n")
    assert e.value.code == 2


def test_parameters_of_the_command_line_stand_for_those_of_the_project(backtest: Run, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "config.json").write_text('{"parameters": {"n": "1", "m": "2"}}')
    source = START + "        self.log(f\"n={self.get_parameter('n')} m={self.get_parameter('m')}\")\n"
    assert "n=1 m=2" in (backtest(source).folder / "Mine-log.txt").read_text()
    assert "n=7 m=None" in (backtest(source, "--parameter", "n", "7").folder / "Mine-log.txt").read_text()


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["no_such_project"], "There is no project or file at no_such_project."),
    (["EMPTY"], "has no main.py; `lyra new NAME` makes a project that has one."),
    (["TEXT"], "is no Python file."),
    (["PROJECT", "--data-folder", "nowhere"], "There is no data folder at nowhere."),
    (["PROJECT", "--lean-config", "nowhere.json"], "There is no lean.json at nowhere.json."),
    (["BROKEN"], "config.json is not valid JSON"),
])  # fmt: skip
def test_missing_and_broken_files(tmp_path: Path, market: Path, arguments: list[str], sentence: str) -> None:
    places = {name: tmp_path / name.lower() for name in ("EMPTY", "TEXT", "PROJECT", "BROKEN")}
    for name in ("EMPTY", "PROJECT", "BROKEN"):
        places[name].mkdir()
    places["TEXT"].write_text("no program")
    (places["PROJECT"] / "main.py").write_text(START)
    (places["BROKEN"] / "main.py").write_text(START)
    (places["BROKEN"] / "config.json").write_text('{"parameters": ')
    options = [] if "--data-folder" in arguments else ["--data-folder", market]
    ran = run_command("backtest", *[places.get(argument, argument) for argument in arguments], *options)
    assert ran.code == 1
    assert sentence in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_project_named_without_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "algorithms" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    ran = run_command("backtest", "mine")
    assert (ran.code, ran.err.strip()) == (1, "error: There is no project or file at mine. Did you mean algorithms/mine?")


# market data --------------------------------------------------------------------------------------
def changed(market: Path, target: Path, change: Callable[[list[str]], list[str]]) -> Path:
    """A copy of the market whose rows went through a function."""
    folder = target / "data"
    shutil.copytree(market, folder)
    file = folder / "crypto" / "coinbase" / "hour" / "btcusd_trade.zip"
    with zipfile.ZipFile(file) as archive:
        name = archive.namelist()[0]
        rows = archive.read(name).decode().splitlines()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "\n".join(change(rows)))
    return folder


@pytest.mark.parametrize(("row", "warning"), [
    ("nonsense", "1 row of crypto/coinbase/hour/btcusd_trade.zip left out, not readable as prices"),
    ("20200102 16:00,7000", "1 row of crypto/coinbase/hour/btcusd_trade.zip left out, not readable as prices"),
    ("20201332 16:00,7000,7000,7000,7000,1", "1 row of crypto/coinbase/hour/btcusd_trade.zip left out, not readable as prices"),
    ("20200102 16:00,1e999999999,1,1,1,1", "1 row of crypto/coinbase/hour/btcusd_trade.zip left out, not readable as prices"),
    ("20200101 05:00,7000,7000,7000,7000,1", "1 row of crypto/coinbase/hour/btcusd_trade.zip left out as LEAN does, not later than a row before"),
])  # fmt: skip
def test_malformed_and_unordered_rows_are_counted(backtest: Run, market: Path, tmp_path: Path, row: str, warning: str) -> None:
    data = changed(market, tmp_path, lambda rows: [*rows[:40], row, *rows[40:]])
    for _ in range(2):  # the second time from the cache
        ran = backtest(START + TRADE, data=data)
        assert (ran.code, ran.state["Status"]) == (0, "Completed")
        assert warning in ran.err


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_corrupt_zip(backtest: Run, market: Path, tmp_path: Path, content: bytes | None) -> None:
    data = changed(market, tmp_path, list)
    file = data / "crypto" / "coinbase" / "hour" / "btcusd_trade.zip"
    file.write_bytes(file.read_bytes()[:-100] if content is None else content)
    ran = backtest(START + TRADE, data=data)
    assert ran.code == 1
    assert "btcusd_trade.zip: cannot be read as a zip" in ran.err
    assert "Write the file again or delete it." in ran.err
    assert ran.state["Status"] == "RuntimeError"


def test_zip_that_turns_out_corrupt_during_the_run(backtest: Run, synthetic_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(synthetic_data, data)
    minutes = sorted((data / "crypto" / "coinbase" / "minute" / "btcusd").glob("*_trade.zip"))
    minutes[2].write_bytes(b"PK")
    day = [int(part) for part in (minutes[0].name[:4], minutes[0].name[4:6], minutes[0].name[6:8])]
    source = START.replace("2020, 1, 2", ", ".join(map(str, day))).replace("2020, 1, 5", f"{day[0]}, {day[1]}, {day[2] + 4}")
    ran = backtest(source.replace("HOUR", "MINUTE") + TRADE, data=data)
    assert ran.code == 1
    assert f"{minutes[2].name}: cannot be read as a zip" in ran.err
    assert len(ran.result()["orders"]) == 1


def test_no_data_at_all_is_told_loudly(backtest: Run) -> None:
    ran = backtest(START + "        self.add_crypto('ETHUSD', Resolution.HOUR, Market.COINBASE)\n" + TRADE)
    assert ran.code == 0
    assert "WARNING: no data at all was found for ETHUSD: there is no crypto/coinbase/hour/ethusd_trade.zip" in ran.err
    assert "BTCUSD" not in ran.err


# disk and signals ---------------------------------------------------------------------------------
def test_full_disk(backtest: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import tempfile

    def full(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", full)
    ran = backtest(START + TRADE)
    assert ran.code == 1
    assert ran.err.splitlines()[-1].startswith("error: The disk is full: ")
    assert "End Equity" in ran.out  # the figures are shown although they cannot be kept


def test_folder_for_results_that_cannot_be_written(backtest: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    ran = backtest(START + TRADE)
    assert ran.code == 1
    assert "choose another folder for the results" in ran.err


@pytest.mark.skipif(os.name == "nt", reason="signals are sent in another way there")
def test_ctrl_c_keeps_the_results(market: Path, tmp_path: Path) -> None:
    source = (
        START.replace("2020, 1, 5", "2020, 1, 20")
        + TRADE
        + "        open('BEGUN', 'w').close()\n        import time\n        time.sleep(0.05)\n"
    )
    begun = tmp_path / "begun"
    (tmp_path / "main.py").write_text(source.replace("BEGUN", str(begun)))
    command = [
        sys.executable,
        "-m",
        "lyra.cli.main",
        "backtest",
        str(tmp_path / "main.py"),
        "--data-folder",
        str(market),
        "--output",
        str(tmp_path / "out"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not begun.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    ran = Ran(process.returncode, "", err, tmp_path / "out")
    assert ran.code == 130
    assert "The run was interrupted; what was computed so far is in the results, marked as stopped." in err
    assert ran.state["Status"] == "Stopped"
    assert len(ran.result()["orders"]) == 1
