"""A real language model in the council. Runs where `python tests/council/real_model.py` has prepared one and LYRA_REAL_MODEL names it; the
model is tiny and knows nothing of markets, which makes it a good test: half of its answers are of the right form and of no sense."""

from __future__ import annotations

import socket
from datetime import date
from pathlib import Path

import pytest
import real_model
from running import ROOT

from lyra.council.record import mode
from lyra.engine.enums import Resolution, SecurityType
from lyra.marketdata.generator import GenerateRequest, generate
from lyra.workspace.config import run_config
from lyra.workspace.runs import Report, execute
from lyra_ai.council.journal import read_journal

pytestmark = pytest.mark.skipif(not real_model.wanted(), reason="needs a real model: python tests/council/real_model.py makes one and says how")

ALGORITHM = """
from AlgorithmImports import *
from lyra_ai.council import AlgorithmCouncil, Elicitation, Endpoint, Framing, Model, Rules, experts


class Small(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2024, 2, 1)
        self.set_end_date(2024, 2, 4)
        self.set_cash(100_000)
        self.set_time_zone(TimeZones.UTC)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        local = Endpoint.local(self.get_parameter("endpoint"))
        self.council = AlgorithmCouncil(
            self,
            [
                Model("smollm2", name="cold", endpoint=local, max_tokens=150),
                Model("smollm2", name="warm", endpoint=local, temperature=0.8, max_tokens=150, samples=2),
                Model("smollm2", name="words", endpoint=local, elicitation=Elicitation.LOGPROB),
            ],
            rules=Rules(band=0.0, audit=0.0), deadline=120.0, name="small",
        )
        self.schedule.on(self.date_rules.every_day(self.btc), self.time_rules.midnight, self.consult)

    def consult(self):
        decision = self.council.decide(self.btc)
        if decision.acts:
            self.set_holdings(self.btc, 0.9 * decision.size)
"""


def run(tmp_path: Path, data: Path, url: str, name: str) -> Report:
    file = tmp_path / "project" / "main.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(ALGORITHM, encoding="utf-8")
    config = run_config(file, [f"endpoint={url}"], None, [f"object-store-root={tmp_path / 'store'}"], data)
    return execute(config, tmp_path / name, None, show=False)


def test_a_real_model_is_recorded_and_replays_to_the_same_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for folder in ("market-hours", "symbol-properties"):
        (data / folder).symlink_to(ROOT / "data" / folder)
    for resolution in (Resolution.HOUR, Resolution.DAILY):
        generate(GenerateRequest(SecurityType.CRYPTO, "coinbase", "BTCUSD", resolution, date(2024, 1, 1), date(2024, 2, 20), seed=3), data)
    with real_model.serving() as url, mode("record"):
        recorded = run(tmp_path, data, url, "recorded")
    assert recorded.error is None and recorded.journal is not None
    votes = [vote for line in read_journal(recorded.journal) if line["kind"] == "decision" for vote in line["votes"]]
    assert len(votes) >= 4 * 4
    assert all(vote[1] is None or 0 <= vote[1] <= 1 for vote in votes)
    assert all(vote[3] for vote in votes if vote[1] is None), "an abstention without a cause"
    assert sum(vote[1] is not None for vote in votes if vote[0] == "words") >= 4, "a word's probabilities always make a vote"
    assert sum(vote[4] for vote in votes) == 0
    monkeypatch.setattr(socket, "socket", None)
    replays = [run(tmp_path, data, url, f"replay {k}") for k in range(2)]
    hashes = {report.statistics["OrderListHash"] for report in (recorded, *replays)}
    assert len(hashes) == 1 and int(recorded.statistics["Total Orders"]) > 0
