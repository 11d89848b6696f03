"""A workspace of its own for runs of councils: a made-up market, an object store, and a stub where OpenRouter would be."""

from __future__ import annotations

import json
import re
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openrouter_stub import OpenRouterStub
from running import Ran, run_command

from lyra.engine.enums import Resolution, SecurityType
from lyra.marketdata.generator import GenerateRequest, generate
from lyra.marketdata.hours_and_properties import write_reference_files

KEY = "sk-or-v1-0123456789abcdef-of-the-tests"
FIRST, LAST = date(2020, 1, 1), date(2020, 6, 30)

HEAD = """from AlgorithmImports import *
from lyra_ai.council import *
"""

DAILY = (
    HEAD
    + """

class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 3, 1)
        self.set_end_date(2020, 3, 20)
        self.set_time_zone(TimeZones.UTC)
        self.btc = self.add_crypto("BTCUSD", Resolution.DAILY, Market.COINBASE).symbol
        self.council = AlgorithmCouncil(self, MEMBERS, bars=40, name="mine", SETTINGS)

    def on_data(self, data):
        decision = self.council.decide(self.btc)
        if decision.acts:
            self.set_holdings(self.btc, decision.size * 0.9)

    def on_end_of_algorithm(self):
        self.council.close()
"""
)
"""An algorithm that decides at every daily bar."""

QUICK = "budget=Budget(run=1.0, free_per_minute=1000, free_per_day=1000)"
"""A budget that makes no test wait for a quota."""


def daily(members: str, settings: str = QUICK) -> str:
    """`DAILY` with members and settings."""
    return DAILY.replace("MEMBERS", members).replace("SETTINGS", settings)


def make_market(folder: Path) -> Path:
    """Half a year of daily BTCUSD and ETHUSD on Coinbase and of EURUSD at Oanda, and some days of hourly BTCUSD."""
    write_reference_files(folder)
    generate(
        GenerateRequest(SecurityType.CRYPTO, "coinbase", "BTCUSD", Resolution.HOUR, date(2020, 3, 1), date(2020, 3, 20), price=8000.0),
        folder,
    )
    generate(GenerateRequest(SecurityType.FOREX, "oanda", "EURUSD", Resolution.DAILY, FIRST, LAST, price=1.1, volatility=0.1), folder)
    for seed, (ticker, price) in enumerate((("BTCUSD", 7000.0), ("ETHUSD", 130.0)), 3):
        generate(GenerateRequest(SecurityType.CRYPTO, "coinbase", ticker, Resolution.DAILY, FIRST, LAST, price=price, seed=seed), folder)
    return folder


def ballot(probability: float, **more: Any) -> str:
    """What a model answers."""
    return json.dumps({"reasons": ["seen"], "probability": round(probability, 4), "abstain": False} | more)


def asked_of(request: dict[str, Any]) -> str:
    """The question in a request."""
    return str(request["messages"][-1]["content"])


def by_content(request: dict[str, Any]) -> str:
    """An answer that depends on the question and the model alone, from 0.3 to 0.7."""
    return ballot(0.3 + 0.4 * zlib.crc32((request["model"] + asked_of(request)).encode()) / 2**32)


class Workspace:
    """A folder with lean.json, a project and a market; runs in it see the stub as OpenRouter."""

    def __init__(self, folder: Path, market: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.market, self._monkeypatch = folder, market, monkeypatch
        self.runs = 0
        (folder / "lean.json").write_text("{}")
        for name in ("OPENROUTER_BASE_URL", "OPENROUTER_API_KEY", "LYRA_COUNCIL_MODE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.chdir(folder)

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def store(self) -> Path:
        return self.folder / "storage" / "council"

    def connect(self, stub: OpenRouterStub, key: str | None = KEY) -> None:
        """Let the stub be OpenRouter."""
        self._monkeypatch.setenv("OPENROUTER_BASE_URL", stub.base_url)
        if key is not None:
            self._monkeypatch.setenv("OPENROUTER_API_KEY", key)

    def write(self, source: str) -> None:
        """Make a text the project."""
        self.project.mkdir(exist_ok=True)
        (self.project / "main.py").write_text(source, encoding="utf-8")

    def run(self, source: str = "", mode: str = "", *options: str, data: Path | None = None) -> Ran:
        """`lyra backtest`, with a source if it is another one, in a mode if it is not the algorithm's own."""
        if source:
            self.write(source)
        self.runs += 1
        out = self.folder / f"out{self.runs}"
        with self._monkeypatch.context() as patch:
            if mode:
                patch.setenv("LYRA_COUNCIL_MODE", mode)
            return run_command("backtest", self.project, "--data-folder", data or self.market, "--output", out, *options, folder=out)


def journal(ran: Ran) -> list[dict[str, Any]]:
    """The journal of a run."""
    return [json.loads(line) for line in (ran.folder / "council.jsonl").read_text(encoding="utf-8").splitlines()]


def decisions(ran: Ran) -> list[dict[str, Any]]:
    """The decisions of a run."""
    return [line for line in journal(ran) if line["kind"] == "decision"]


def timeless(ran: Ran) -> list[dict[str, Any]]:
    """The journal without what a clock says: the seconds of a decision and the time of the run."""
    dropped = {"council": ("time",), "decision": ("seconds",), "outcome": ()}
    return [{key: value for key, value in line.items() if key not in dropped[line["kind"]]} for line in journal(ran)]


def order_hash(ran: Ran) -> str:
    """LEAN's hash of all orders."""
    found = re.search(r"OrderListHash (\w+)", (ran.folder / "log.txt").read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def log_of(ran: Ran) -> str:
    """What the algorithm and the engine said."""
    return "".join(file.read_text(encoding="utf-8") for file in ran.folder.glob("*log.txt"))


@contextmanager
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it whoever opens a socket fails."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was opened")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "socketpair", refuse)
        patch.setattr(socket, "create_connection", refuse)
        yield


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
