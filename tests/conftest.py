"""Shared by all tests: a cache of their own, small markets, and the command line from the inside."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from council_runs import Workspace, make_market
from hypothesis import settings
from running import ROOT, SYNTHETIC, Ran, run_command

from lyra.engine.decimals import use_decimal_context
from lyra.engine.enums import Resolution, SecurityType
from lyra.marketdata.generator import GenerateRequest, generate
from lyra.marketdata.hours_and_properties import write_reference_files

# The same examples on every run: a suite that fails now and then helps nobody.
settings.register_profile("lyra", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("lyra")
# Where the suite runs in the background of a script, Ctrl-C is ignored, and every process that it starts would ignore it too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Parsed files go into a folder of the tests, not into the user's cache."""
    before = os.environ.get("LYRA_CACHE")
    os.environ["LYRA_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["LYRA_CACHE"]
    else:
        os.environ["LYRA_CACHE"] = before


@pytest.fixture
def decimal_context() -> None:
    """This thread's decimals are LEAN's, as in a run."""
    use_decimal_context()


@pytest.fixture(scope="session")
def synthetic_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up market of tests/synthetic with this repository's market hours and symbol properties."""
    folder = tmp_path_factory.mktemp("synthetic") / "data"
    shutil.copytree(SYNTHETIC / "data", folder)
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(ROOT / "data" / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty days of hourly BTCUSD on Coinbase, from 2020-01-01. Read only: copy it to change it."""
    folder = tmp_path_factory.mktemp("market")
    write_reference_files(folder)
    request = GenerateRequest(SecurityType.CRYPTO, "coinbase", "BTCUSD", Resolution.HOUR, date(2020, 1, 1), date(2020, 1, 20), price=7000.0)
    generate(request, folder)
    return folder


@pytest.fixture
def backtest(market: Path, tmp_path: Path) -> Callable[..., Ran]:
    """Run a text as an algorithm on the small market."""

    def run(source: str, *options: str | Path, data: Path = market) -> Ran:
        file = tmp_path / "project" / "main.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(source, encoding="utf-8")
        out = tmp_path / "out"
        return run_command("backtest", file.parent, "--data-folder", data, "--output", out, *options, folder=out)

    return run


@pytest.fixture(scope="session")
def council_market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a year of daily BTCUSD and ETHUSD. Read only: copy it to change it."""
    return make_market(tmp_path_factory.mktemp("council"))


@pytest.fixture
def workspace(tmp_path: Path, council_market: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of its own for a council's runs."""
    return Workspace(tmp_path, council_market, monkeypatch)
