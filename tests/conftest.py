"""Shared by all tests: a cache of their own, small markets, and the command line from the inside."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from typer.testing import CliRunner

from lyra.engine.enums import Resolution, SecurityType
from lyra.marketdata.generator import GenerateRequest, generate
from lyra.marketdata.hours_and_properties import write_reference_files

ROOT = Path(__file__).resolve().parents[1]
SYNTHETIC = ROOT / "tests" / "synthetic"

# The same examples on every run: a suite that fails now and then helps nobody.
settings.register_profile("lyra", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("lyra")


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


@dataclass
class Ran:
    """What a command left: its code, both outputs, and the result folder if it was told one."""

    code: int
    out: str
    err: str
    folder: Path

    def result(self) -> dict[str, Any]:
        """The content of `<id>.json`."""
        files = [file for file in self.folder.glob("*.json") if not file.stem.endswith(("-summary", "-order-events"))]
        assert len(files) == 1, files
        return json.loads(files[0].read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    @property
    def state(self) -> dict[str, str]:
        """LEAN's state of the run."""
        return self.result()["state"]  # type: ignore[no-any-return]


def run_command(*arguments: str | Path, folder: Path | None = None) -> Ran:
    """`lyra ARGUMENTS` in this process; no internal error may come out of it."""
    from lyra.cli.main import _pairs, app

    answer = CliRunner().invoke(app, _pairs([str(argument) for argument in arguments]), env={"COLUMNS": "200"})
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise AssertionError(f"{type(answer.exception).__name__} came out of lyra {arguments}") from answer.exception
    return Ran(answer.exit_code, answer.stdout, answer.stderr, folder or Path())


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
