"""What the council has and, taken together, nobody else: ten features, a test for each. `docs/council.md` lists them by these names."""

from __future__ import annotations

import json
import random
import re
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from openrouter_stub import OpenRouterStub, StubModel
from running import ROOT

from lyra.council.report import report
from lyra.engine.enums import Resolution, SecurityType
from lyra.marketdata.generator import GenerateRequest, generate
from lyra.workspace.config import run_config
from lyra.workspace.runs import execute
from lyra_ai.council import (
    Budget,
    Council,
    Disclosure,
    Endpoint,
    EqualWeights,
    FixedShare,
    Framing,
    Function,
    MarketView,
    Mode,
    Model,
    Platt,
    Rules,
    Secret,
    State,
    Text,
)
from lyra_ai.council.votes import question
from lyra_ai.errors import ViewError

DAY = timedelta(days=1)
START = datetime(2024, 1, 1)


def view(step: int = 0, close: list[float] | None = None, **rest: object) -> MarketView:
    """Twenty bars of a walk; every step another one."""
    if close is None:
        close = (100 * np.exp(np.cumsum(np.random.default_rng(step).normal(0, 0.02, 20)))).tolist()
    return MarketView.of("BTCUSD", START + step * DAY, DAY, DAY, close=close, **rest)  # type: ignore[arg-type]


def ballot(probability: float) -> str:
    return json.dumps({"reasons": ["a reason"], "probability": probability, "abstain": False})


def rise(id: str, **settings: object) -> Model:
    """A model that is always asked for the probability of a rise."""
    return Model(id, framing=Framing.RISE, **settings)  # type: ignore[arg-type]


@pytest.fixture
def stub() -> Iterator[OpenRouterStub]:
    models = [StubModel("a/one:free", answer=ballot(0.6)), StubModel("b/two:free", answer=ballot(0.7)),
              StubModel("c/paid", prompt="0.000001", completion="0.000002", answer=ballot(0.9))]  # fmt: skip
    with OpenRouterStub(models) as running:
        yield running


def endpoint(stub: OpenRouterStub) -> Endpoint:
    return Endpoint(base_url=stub.base_url, key=Secret("sk-or-v1-" + "0" * 64))


def test_several_models_vote(stub: OpenRouterStub) -> None:
    """Models of different houses answer the same question, at the same time and without seeing each other."""
    council = Council([rise("a/one:free"), rise("b/two:free")], endpoint=endpoint(stub), weighting=EqualWeights())
    decision = council.decide(view())
    council.close()
    assert {vote.member: vote.probability for vote in decision.votes} == {"a/one:free": 0.6, "b/two:free": 0.7}
    asked = [received.body["messages"] for received in stub.chats()]
    assert asked[0] == asked[1] and len(asked[0]) == 2
    assert decision.pooled == pytest.approx(0.6517, abs=1e-4)  # the mean of the logits, log(1.5) and log(7 / 3)


def test_probabilities_are_numbers_and_calibrated() -> None:
    """Members that say 80 % and are right 60 % of the time are taken at 60 %."""
    council = Council([Function("loud", lambda v: 0.8)], weighting=EqualWeights(), calibration=Platt(strength=1.0), rules=Rules(band=0.0))
    chance = random.Random(1)
    price = 100.0
    decision = None
    for step in range(1_200):
        decision = council.decide(view(step, [price, price]))
        price *= 1.01 if chance.random() < 0.6 else 0.99
    assert decision is not None and decision.pooled == pytest.approx(0.8)
    assert decision.probability == pytest.approx(0.6, abs=0.04)


def test_weights_are_learned_from_closed_horizons() -> None:
    """Who turns out right gains weight, and nothing is learned before a horizon has closed."""
    up = {"now": True}
    council = Council([Function("seer", lambda v: 0.7 if up["now"] else 0.3), Function("fool", lambda v: 0.3 if up["now"] else 0.7)],
                      weighting=FixedShare(shrinkage=50.0))  # fmt: skip
    chance = random.Random(2)
    price, weights = 100.0, []
    for step in range(300):
        up["now"] = chance.random() < 0.5
        weights.append(council.decide(view(step, [price, price])).weights["seer"])
        price *= 1.01 if up["now"] else 0.99
    assert weights[0] == 0.5
    assert weights[-1] > 0.8


def test_paid_models_are_asked_only_where_free_ones_leave_doubt(tmp_path: Path) -> None:
    opinions = {"free": 0.7}
    models = [StubModel("a/one:free", answer=lambda request: ballot(opinions["free"])),
              StubModel("c/paid", prompt="0.000001", completion="0.000002", answer=ballot(0.9))]  # fmt: skip
    with OpenRouterStub(models) as stub:
        council = Council([rise("a/one:free")], paid=[rise("c/paid")], endpoint=endpoint(stub), budget=Budget(run=1), ledger=tmp_path / "l.sqlite",
                          rules=Rules(audit=0.0))  # fmt: skip
        assert council.decide(view(0)).stages == 1 and stub.calls("c/paid") == 0
        opinions["free"] = 0.505
        weak = council.decide(view(1))
        council.close()
    assert weak.stages == 2 and stub.calls("c/paid") == 1
    assert [vote.member for vote in weak.votes if vote.stage == 2] == ["c/paid"] and weak.cost > 0


def test_the_cap_holds(stub: OpenRouterStub, tmp_path: Path) -> None:
    """One dollar-cent, a thousand wishes: what the endpoint charges stays below, also for who starts anew."""
    for _ in range(2):
        council = Council([rise("c/paid")], endpoint=endpoint(stub), budget=Budget(run=0.01), ledger=tmp_path / "l.sqlite", run="r")
        votes = [council.decide(view(step)).votes[0] for step in range(40)]
        spent = council.panel.ledger.spent("r").run
        council.close()
    assert 0 < stub.charged <= 0.01 and stub.charged <= spent <= 0.01
    assert votes[-1].abstains and votes[-1].why.startswith("budget: of the run's budget of 0.01 USD")


def test_a_recorded_backtest_replays_free_and_identical(stub: OpenRouterStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [rise("a/one:free"), rise("b/two:free")]
    recording = Council(members, endpoint=endpoint(stub), cassette=tmp_path / "c.jsonl", mode=Mode.RECORD)
    first = [recording.decide(view(step)) for step in range(5)]
    recording.close()
    asked = stub.calls()
    monkeypatch.setattr(socket, "socket", None)
    for _ in range(2):
        replay = Council(members, endpoint=endpoint(stub), cassette=tmp_path / "c.jsonl", mode=Mode.REPLAY, misses="fail")
        again = [replay.decide(view(step)) for step in range(5)]
        assert [(d.state, d.size, d.probability) for d in again] == [(d.state, d.size, d.probability) for d in first]
    assert stub.calls() == asked == 10


def test_a_member_cannot_see_the_future_or_the_name() -> None:
    """The question depends on the bars up to now and on nothing else; names, prices and dates do not stand in it; a younger text is refused."""
    close = (40_000 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.02, 60)))).tolist()
    poisoned = [*close[:40], *(price * 7 for price in close[40:])]
    texts = [question(view(0, history[:40], asset_class="crypto"), Disclosure(), Framing.RISE)[0] for history in (close, poisoned)]
    scaled = question(view(9, [price * 3 for price in close[:40]], asset_class="crypto"), Disclosure(), Framing.RISE)[0]
    assert texts[0] == texts[1] == scaled
    assert "BTC" not in scaled and "2024" not in scaled and f"{close[39]:.0f}" not in scaled
    with pytest.raises(ViewError, match="younger than the view"):
        view(0, close[:40], texts=(Text(START + timedelta(seconds=1), "tomorrow's news"),))


def test_the_report_headlines_what_the_models_cannot_have_known(tmp_path: Path) -> None:
    """Decisions before the cutoff and the embargo are set apart; without enough after it there is no clean evidence."""
    models = [StubModel("a/one:free", answer=ballot(0.6), knowledge_cutoff="2024-01-31")]
    with OpenRouterStub(models) as stub:
        council = Council([rise("a/one:free")], endpoint=endpoint(stub), budget=Budget(free_per_minute=1_000, free_per_day=1_000))
        price = 100.0
        for step in range(130):
            council.decide(view(step, [price, price]))
            price *= 1.01
        council.close()
    found = report(council.journal.lines, rng=np.random.default_rng(0))
    contaminated, clean = found.parts
    assert (contaminated.name, clean.name) == ("contaminated", "clean")
    assert clean.scores.count == 129 - 121  # 31 January and 90 days end on 30 April, the 121st day
    assert not found.has_clean_evidence and "no clean evidence" in " ".join(found.headline).lower()


def test_abstaining_is_not_neutral() -> None:
    """An abstention leaves the pool and keeps the position; a vote of one half stays in it; flat closes the position."""
    quiet, middle = Function("quiet", lambda v: None), Function("middle", lambda v: 0.5)
    loud = Function("loud", lambda v: 0.7)
    alone = Council([loud, quiet], weighting=EqualWeights()).decide(view())
    diluted = Council([loud, middle], weighting=EqualWeights()).decide(view())
    assert alone.pooled == pytest.approx(0.7) and diluted.pooled == pytest.approx(0.6044, abs=1e-4)
    nobody = Council([quiet]).decide(view())
    assert nobody.state is State.ABSTAIN and not nobody.acts
    falling = Council([Function("bear", lambda v: 0.3)]).decide(view())
    assert falling.state is State.FLAT and falling.acts and falling.size == 0.0


def test_it_trades_inside_a_full_engine(tmp_path: Path) -> None:
    """The example's council decides in a LEAN algorithm: LEAN's orders, fees and statistics, and a journal of its votes."""
    data = tmp_path / "data"
    data.mkdir()
    for folder in ("market-hours", "symbol-properties"):
        (data / folder).symlink_to(ROOT / "data" / folder)
    for resolution in (Resolution.HOUR, Resolution.DAILY):
        generate(
            GenerateRequest(SecurityType.CRYPTO, "coinbase", "BTCUSD", resolution, START.date(), (START + 60 * DAY).date(), seed=1), data
        )
    source = (ROOT / "algorithms" / "council_btc" / "main.py").read_text(encoding="utf-8")
    file = tmp_path / "project" / "main.py"
    file.parent.mkdir()
    file.write_text(source.replace("2017, 7, 10", "2024, 1, 20").replace("2019, 10, 16", "2024, 2, 20"), encoding="utf-8")
    done = execute(run_config(file, [], None, [f"object-store-root={tmp_path / 'store'}"], data), tmp_path / "out", None, show=False)
    assert done.error is None and done.journal is not None
    assert int(done.statistics["Total Orders"]) > 0 and len(done.statistics["OrderListHash"]) == 32
    decisions = sum('"kind":"decision"' in line for line in done.journal.read_text(encoding="utf-8").splitlines())
    assert decisions == 33  # 32 days, each from its midnight, and the midnight that ends the run


def test_the_page_names_these_tests() -> None:
    page = (ROOT / "docs" / "council.md").read_text(encoding="utf-8")
    named = re.findall(r"\| `(test_\w+)` \|", page)
    assert len(named) == 10 and all(name in globals() for name in named)
