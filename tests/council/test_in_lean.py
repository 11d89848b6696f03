"""A council inside algorithms that run on the embedded engine, with a stub where OpenRouter would be."""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from council_runs import (
    HEAD,
    KEY,
    QUICK,
    Workspace,
    asked_of,
    ballot,
    by_content,
    daily,
    decisions,
    journal,
    log_of,
    no_sockets,
    order_hash,
    timeless,
)
from openrouter_stub import FAULTS, OpenRouterStub, Reply, StubModel
from running import Ran

from lyra.council.judge import judge
from lyra.engine.enums import Resolution
from lyra.marketdata.reading import read_bars
from lyra_ai.council import AlgorithmCouncil, Decision, Endpoint, FixedShare, Journal, Mode, Model, State, experts
from lyra_ai.council.journal import read_journal
from lyra_ai.council.lean import Store

ONE, TWO = "made/one:free", "made/two:free"
TWO_MODELS = f'[Model("{ONE}"), Model("{TWO}")]'


def free(id: str, answer: Any = by_content) -> StubModel:
    return StubModel(id, answer=answer, knowledge_cutoff="2019-01-01")


# Recording and replaying.


def test_a_recording_replays_identical_and_free_without_a_socket(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenRouterStub([free(ONE), free(TWO)]) as stub:
        workspace.connect(stub)
        recorded = workspace.run(daily(f"[*experts(), *{TWO_MODELS}]"), "record")
        assert recorded.code == 0, recorded.err
        asked = len(stub.chats())
        assert asked == 2 * len(decisions(recorded)) == 42
        with no_sockets(monkeypatch):
            first, second = workspace.run(mode="replay"), workspace.run()
        assert (first.code, second.code) == (0, 0), first.err
        assert len(stub.chats()) == asked
        assert not stub.problems
    assert order_hash(recorded) == order_hash(first) == order_hash(second)
    assert timeless(first) == timeless(second)
    assert first.result()["statistics"]["Total Orders"] != "0"
    assert any(line["kind"] == "outcome" for line in journal(first))
    for live, replayed in zip(decisions(recorded), decisions(first), strict=True):
        assert {vote[6] for vote in live["votes"]} == {"computed", "asked"}
        assert {vote[6] for vote in replayed["votes"]} == {"computed", "recorded"}
        assert [vote[:5] for vote in live["votes"]] == [vote[:5] for vote in replayed["votes"]]
        assert (live["state"], live["size"], live["p"]) == (replayed["state"], replayed["size"], replayed["p"])


def test_a_recorded_run_is_recorded_no_second_time(workspace: Workspace) -> None:
    with OpenRouterStub([free(ONE)]) as stub:
        workspace.connect(stub)
        workspace.run(daily(f'[Model("{ONE}")]'), "record")
        asked = len(stub.chats())
        again = workspace.run(mode="record")
        assert (again.code, len(stub.chats())) == (0, asked)
        assert {vote[6] for line in decisions(again) for vote in line["votes"]} == {"recorded"}


def test_a_replay_without_a_recording_abstains_and_says_so(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with no_sockets(monkeypatch):
        ran = workspace.run(daily(TWO_MODELS))
    assert ran.code == 0
    assert {line["state"] for line in decisions(ran)} == {"abstain"}
    assert {vote[3] for line in decisions(ran) for vote in line["votes"]} == {"miss: not in the cassette"}
    assert "Council: No language model of stage 1 voted (miss); the council goes on without them." in log_of(ran)
    assert ran.result()["statistics"]["Total Orders"] == "0"


def test_a_miss_can_be_made_to_fail(workspace: Workspace) -> None:
    ran = workspace.run(daily(TWO_MODELS, 'misses="fail"'))
    assert ran.code == 1
    assert f"{ONE} was never asked about the view of 2020-03-01T00:00:00" in ran.err
    assert "Record it (`lyra ai record`), or let misses abstain." in ran.err


SWIFT = [
    "status_500", "status_502", "status_503", "status_400_refusal", "status_403_moderation", "status_429_upstream", "error_200_top",
    "error_200_choice", "status_418_unknown", "error_code_string", "error_is_string",
]  # fmt: skip
"""Faults that come at once."""


def test_faults_are_replayed_as_they_were(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed when it was asked abstains in a replay too, whatever it failed of; the rest decides as then."""

    def failing(request: dict[str, Any]) -> Reply | str:
        draw = zlib.crc32(asked_of(request).encode())
        return by_content(request) if draw % 3 == 0 else FAULTS[SWIFT[draw % len(SWIFT)]]

    def slipping(request: dict[str, Any]) -> str:
        """Answers that cannot be counted, and that are asked for once more, in vain or not."""
        second = len(request["messages"]) > 2
        draw = zlib.crc32(request["messages"][1]["content"].encode()) % 3
        return by_content(request) if draw == 0 or (second and draw == 1) else ballot(2.7)

    source = daily(f'[*experts(), *{TWO_MODELS}, Model("made/three:free")]', f"deadline=0.3, {QUICK}")
    with OpenRouterStub([free(ONE), free(TWO, failing), free("made/three:free", slipping)]) as stub:
        workspace.connect(stub)
        asked = workspace.run(source, "auto")
        assert asked.code == 0, asked.err
        assert not stub.problems
    with no_sockets(monkeypatch):
        replayed = workspace.run()
    assert order_hash(asked) == order_hash(replayed)
    then, now = decisions(asked), decisions(replayed)
    assert [[vote[:4] for vote in line["votes"]] for line in then] == [[vote[:4] for vote in line["votes"]] for line in now]
    assert [(line["state"], line["p"], line["size"], line["cost"]) for line in then] == [
        (line["state"], line["p"], line["size"], line["cost"]) for line in now
    ]
    causes = {vote[3].split(":")[0] for line in now for vote in line["votes"] if vote[1] is None and ":free" in vote[0]}
    assert {"invalid", "resting"} <= causes
    assert {vote[1] is None for line in now for vote in line["votes"] if vote[0] == "made/three:free"} == {True, False}


def test_a_rule_replays_the_models_that_it_chose_then(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = daily("[ModelRule(count=2)]")
    with OpenRouterStub([free(ONE), free(TWO), paid()]) as stub:
        workspace.connect(stub)
        recorded = workspace.run(source, "record")
        assert recorded.code == 0, recorded.err
        stub.models["made/new:free"] = StubModel("made/new:free", created=1_900_000_000)
        asked = len(stub.chats())
        assert workspace.run(mode="record").code == 0
        assert len(stub.chats()) == asked == 42
    with no_sockets(monkeypatch):
        replayed = workspace.run()
    assert [member["name"] for member in journal(replayed)[0]["members"]] == [ONE, TWO]
    assert order_hash(replayed) == order_hash(recorded)
    assert {member["cutoff"] for member in journal(replayed)[0]["members"]} == {"2019-01-01"}


def test_a_cassette_that_is_no_file_here_is_read_from_the_object_store() -> None:
    class CloudStore:
        """A store whose values are no files that can be opened."""

        values = {"council/mine.jsonl": '{"cassette": 1}\n{"rule":"r","chosen":["a/b"]}\n'}

        def contains_key(self, key: str) -> bool:
            return key in self.values

        def save(self, key: str, text: str) -> None:
            self.values[key] = text

        def read(self, key: str) -> str:
            return self.values[key]

        def get_file_path(self, key: str) -> str:
            return f"/nowhere/{key}"

    assert Store(CloudStore()).cassette("mine", Mode.REPLAY).rule("r") == ["a/b"]
    assert Store(CloudStore()).cassette("other", Mode.REPLAY).rule("r") is None


# The second stage.


def _scene(request: dict[str, Any]) -> int:
    """Which of three a question is: weak, divided, clear."""
    return zlib.crc32(asked_of(request).encode()) % 3


def _first(request: dict[str, Any]) -> str:
    return ballot((0.5, 0.2, 0.7)[_scene(request)])


def _second(request: dict[str, Any]) -> str:
    return ballot((0.51, 0.8, 0.7)[_scene(request)])


PAID = "made/paid"
STAGES = daily(TWO_MODELS, f'paid=[Model("{PAID}")], rules=Rules(audit=0.0), {QUICK}')


def paid(id: str = PAID) -> StubModel:
    return StubModel(id, prompt="0.000001", completion="0.000002", answer=by_content)


def test_the_paid_model_is_asked_where_the_free_ones_are_weak_or_divided(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenRouterStub([free(ONE, _first), free(TWO, _second), paid()]) as stub:
        workspace.connect(stub)
        recorded = workspace.run(STAGES, "record")
        assert recorded.code == 0, recorded.err
        assert not stub.problems
        spent = float(stub.charged)
        with no_sockets(monkeypatch):
            replayed = workspace.run()
    lines = decisions(recorded)
    assert [(line["state"], line["p"], line["stages"]) for line in lines] == [
        (line["state"], line["p"], line["stages"]) for line in decisions(replayed)
    ]
    assert {line["stages"] for line in lines} == {1, 2}
    for line in lines:
        first = [vote[1] for vote in line["votes"] if vote[7] == 1]
        clear = first[0] == first[1] and abs(first[0] - 0.5) > 0.1
        assert line["stages"] == (1 if clear else 2)
        assert [vote[0] for vote in line["votes"] if vote[7] == 2] == ([] if clear else [PAID])
    assert sum(line["cost"] for line in lines) == pytest.approx(spent)
    assert 0 < spent < 1.0
    assert [member["paid"] for member in journal(recorded)[0]["members"]] == [False, False, True]


def test_what_is_spent_stays_below_the_budget(workspace: Workspace) -> None:
    budget = 0.008
    source = daily(TWO_MODELS, f'paid=[Model("{PAID}")], rules=Rules(audit=1.0), {QUICK.replace("run=1.0", f"run={budget}")}')
    with OpenRouterStub([free(ONE), free(TWO), paid()]) as stub:
        workspace.connect(stub)
        ran = workspace.run(source, "auto")
        assert ran.code == 0
        assert 0 < float(stub.charged) <= budget
        assert stub.calls(PAID) < len(decisions(ran))
    votes = [vote for line in decisions(ran) for vote in line["votes"] if vote[0] == PAID]
    assert votes[0][1] is not None
    assert votes[-1][3].startswith(f"budget: of the run's budget of {budget} USD ")
    replayed = workspace.run()
    assert order_hash(replayed) == order_hash(ran)


def test_without_a_budget_no_paid_model_is_asked(workspace: Workspace) -> None:
    source = daily(f'[Model("{ONE}")]', f'paid=[Model("{PAID}")], rules=Rules(audit=1.0), {QUICK.replace("run=1.0, ", "")}')
    with OpenRouterStub([free(ONE), paid()]) as stub:
        workspace.connect(stub)
        ran = workspace.run(source, "auto")
        assert (stub.calls(ONE), stub.calls(PAID)) == (21, 0)
    assert {vote[3] for line in decisions(ran) for vote in line["votes"] if vote[0] == PAID} == {
        "budget: no budget was given for paid members"
    }


# Warm-up.


WARM = daily(f'[*experts(), Model("{ONE}")]', f"weighting=FixedShare(shrinkage=5.0), {QUICK}")


def test_a_warm_up_learns_and_asks_nothing(workspace: Workspace) -> None:
    source = WARM.replace("        self.council = ", "        self.set_warm_up(10, Resolution.DAILY)\n        self.council = ")
    with OpenRouterStub([free(ONE)]) as stub:
        workspace.connect(stub)
        ran = workspace.run(source, "auto")
        assert ran.code == 0, ran.err
        lines = decisions(ran)
        before = [line for line in lines if line["time"] < "2020-03-01"]
        assert len(before) == 10
        assert len(stub.chats()) == len(lines) - len(before)
    model = {line["time"] < "2020-03-01": line["votes"][-1][3] for line in lines}
    assert model == {True: "miss: not in the cassette", False: ""}
    learned = [line for line in journal(ran) if line["kind"] == "outcome" and line["time"] < "2020-03-01"]
    assert len(learned) == 9
    weights = [vote[2] for vote in lines[len(before)]["votes"][:-1]]
    assert len(set(weights)) > 1, "the experts' weights are no longer equal at the start"


def test_a_warm_up_is_answered_from_the_cassette(workspace: Workspace) -> None:
    with OpenRouterStub([free(ONE)]) as stub:
        workspace.connect(stub)
        earlier = workspace.run(WARM.replace("(2020, 3, 1)", "(2020, 2, 20)").replace("(2020, 3, 20)", "(2020, 3, 1)"), "record")
        asked = len(stub.chats())
        warm = WARM.replace("        self.council = ", "        self.set_warm_up(10, Resolution.DAILY)\n        self.council = ")
        ran = workspace.run(warm, "auto")
        lines = decisions(ran)
        assert len(stub.chats()) == asked + len([line for line in lines if line["time"] > "2020-03-02T00:00:00"])
    then = {line["time"]: line["votes"][-1][1] for line in decisions(earlier)}
    warmed = {line["time"]: line["votes"][-1][1] for line in lines if line["time"] < "2020-03-01"}
    assert len(warmed) == 10
    assert warmed == {time: then[time] for time in warmed}


# What a decision does.


PLANTED = """
PLAN = [0.8, 0.5, None, 0.2, 0.5, 0.8]


class Planted:
    name = "planted"

    def __init__(self):
        self.turn = 0

    def opinion(self, view):
        self.turn += 1
        return PLAN[min(self.turn, len(PLAN)) - 1]
"""


def planted(source: str) -> str:
    return source.replace("\n\nclass Mine", PLANTED + "\n\nclass Mine", 1)


def test_an_abstention_keeps_the_position_and_flat_closes_it(workspace: Workspace) -> None:
    source = planted(daily("[Planted()]", "rules=Rules()")).replace(
        "        decision = self", '        self.log(f"held {self.portfolio[self.btc].quantity > 0}")\n        decision = self'
    )
    ran = workspace.run(source)
    assert ran.code == 0, ran.err
    assert [line["state"] for line in decisions(ran)[:6]] == ["long", "abstain", "abstain", "flat", "abstain", "long"]
    assert [line["why"] for line in decisions(ran)[:3]] == ["", "Weak: no view.", "0 of 1 members voted, the quorum is 1."]
    held = re.findall(r"held (True|False)", (ran.folder / "Mine-log.txt").read_text())
    assert held[:7] == ["False", "True", "True", "True", "False", "False", "True"]


def test_a_size_is_a_share_of_the_portfolio(workspace: Workspace) -> None:
    ran = workspace.run(daily('[Function("steady", lambda view: 0.55)]', "rules=Rules(size=0.8, full=0.1)"))
    assert [line["size"] for line in decisions(ran)] == pytest.approx([0.4] * 21)
    first = ran.result()["orders"]["1"]
    assert float(first["value"]) == pytest.approx(0.4 * 0.9 * 100_000, rel=0.02)


# What is asked.


def test_a_question_hides_name_level_and_date_and_shows_the_last_bars(workspace: Workspace) -> None:
    with OpenRouterStub([free(ONE)]) as stub:
        workspace.connect(stub)
        workspace.run(daily(f'[Model("{ONE}")]'), "record")
        texts = [asked_of(chat.body) for chat in stub.chats()]
    assert all(text.startswith("Asset A (crypto). 30 bars of 1 day, oldest first.\n") for text in texts)
    _, frame = read_bars(workspace.market, "BTCUSD", Resolution.DAILY)
    closes = frame["close"].loc[:"2020-03-01"].to_numpy()[-30:]
    shown = [float(row.split(",")[2]) for row in texts[0].splitlines() if re.fullmatch(r"[\d.,e+]+", row)]
    assert shown == [round(price) for price in shown[0] * closes / closes[0]] and shown[0] == 1000
    assert not re.search(r"BTC|2020|coinbase", "".join(texts), re.IGNORECASE)


def test_hourly_bars_and_a_horizon_of_hours(workspace: Workspace) -> None:
    source = (
        daily(
            '[Function("shape", lambda view: 0.6 if view.bars.shape == (40, 5) and view.steps == 4 else None)]', "rules=Rules(), **HOURLY"
        )
        .replace('"BTCUSD", Resolution.DAILY', '"BTCUSD", Resolution.HOUR')
        .replace("(2020, 3, 1)", "(2020, 3, 5)")
        .replace("(2020, 3, 20)", "(2020, 3, 6)")
        .replace("\n\nclass Mine", "\nHOURLY = dict(bar=timedelta(hours=1), horizon=timedelta(hours=4))\n\n\nclass Mine", 1)
    )
    ran = workspace.run(source)
    assert ran.code == 0, ran.err
    lines = decisions(ran)
    assert len(lines) == 49
    assert {line["p"] is None for line in lines[1:]} == {False}
    closed = {line["n"]: line["time"] for line in journal(ran) if line["kind"] == "outcome"}
    assert closed == {line["n"]: line["due"] for line in lines if line["due"] <= lines[-1]["time"]}
    assert len(closed) == 45


def test_a_market_of_quotes_has_no_volume(workspace: Workspace) -> None:
    source = daily(
        '[Function("shape", lambda view: 0.6 if view.volume.sum() == 0 and view.asset_class == "forex" else None)]', "rules=Rules()"
    )
    ran = workspace.run(
        source.replace(
            'self.add_crypto("BTCUSD", Resolution.DAILY, Market.COINBASE)', 'self.add_forex("EURUSD", Resolution.DAILY, Market.OANDA)'
        )
    )
    assert ran.code == 0, ran.err
    assert {line["pooled"] is None for line in decisions(ran)} == {False}


def test_figures_and_texts_of_the_users_reach_the_models(workspace: Workspace) -> None:
    source = daily(f'[Model("{ONE}")]', f'numbers=figures, texts=lambda symbol: [Text(datetime(2020, 2, 1), "Miners strike.")], {QUICK}')
    source = source.replace("\n\nclass Mine", '\n\ndef figures(symbol):\n    return {"funding rate": 0.0125}\n\n\nclass Mine', 1)
    with OpenRouterStub([free(ONE)]) as stub:
        workspace.connect(stub)
        ran = workspace.run(source, "record")
        assert ran.code == 0, ran.err
        assert {"funding rate: 0.0125\n" in asked_of(chat.body) and "Miners strike." in asked_of(chat.body) for chat in stub.chats()} == {
            True
        }
        younger = workspace.run(source.replace("datetime(2020, 2, 1)", "datetime(2020, 3, 5)"), "record")
    assert younger.code == 1
    assert "A text published at 2020-03-05 00:00:00 is younger than the view of BTCUSD at 2020-03-01 00:00:00." in younger.err


# The framework.


FRAMEWORK = (
    HEAD
    + PLANTED
    + """

class Told(CouncilAlphaModel):
    def update(self, algorithm, data):
        insights = super().update(algorithm, data)
        for i in insights:
            algorithm.log(f"INSIGHT {algorithm.utc_time:%m-%d} {i.symbol.value} {int(i.direction)} {i.period} {i.confidence} {i.weight} {i.source_model}")
        return insights


class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 3, 1)
        self.set_end_date(2020, 3, 8)
        self.set_time_zone(TimeZones.UTC)
        self.set_cash(100_000)
        self.set_brokerage_model(BrokerageName.DEFAULT, AccountType.MARGIN)
        self.universe_settings.resolution = Resolution.DAILY
        for ticker in TICKERS:
            self.add_crypto(ticker, Resolution.DAILY, Market.COINBASE)
        self.add_alpha(Told([Planted()], bars=40, rules=Rules(short=True, size=0.5)))
        self.set_portfolio_construction(CONSTRUCTION())
        self.set_execution(ImmediateExecutionModel())

    def on_data(self, data):
        held = {s.value: self.portfolio[s].holdings_value / self.portfolio.total_portfolio_value for s in self.portfolio.keys()}
        self.log("HELD " + " ".join(f"{name} {share:+.2f}" for name, share in sorted(held.items())))
"""
)


def framework(construction: str, tickers: str = '("BTCUSD",)') -> str:
    return FRAMEWORK.replace("CONSTRUCTION", construction).replace("TICKERS", tickers)


def said(ran: Ran, word: str) -> list[str]:
    return re.findall(rf"{word} (.*)", (ran.folder / "Mine-log.txt").read_text())


def test_the_insights_of_a_council(workspace: Workspace) -> None:
    ran = workspace.run(framework("InsightWeightingPortfolioConstructionModel"))
    assert ran.code == 0, ran.err
    first, second, third, fourth, fifth, sixth, *_ = said(ran, "INSIGHT")
    assert first == "03-01 BTCUSD 1 1 day, 0:00:00 0.8 0.5 CouncilAlphaModel"
    assert [line.split(" ", 1)[1] for line in (second, third)] == [first.split(" ", 1)[1]] * 2, "an abstention gives the last one again"
    assert fourth == "03-04 BTCUSD -1 1 day, 0:00:00 0.8 0.5 CouncilAlphaModel"
    assert fifth.split(" ", 1)[1] == fourth.split(" ", 1)[1]
    assert sixth == "03-06 BTCUSD 1 1 day, 0:00:00 0.8 0.5 CouncilAlphaModel"
    assert len(decisions(ran)) == len(said(ran, "INSIGHT"))
    shares = [float(line.split()[1]) for line in said(ran, "HELD")]
    assert shares[0] == 0
    assert all(0.4 < share < 0.6 for share in shares[1:4]), shares
    assert all(-0.6 < share < -0.4 for share in shares[4:6]), shares


def test_equal_weighting_takes_a_councils_insights(workspace: Workspace) -> None:
    ran = workspace.run(framework("EqualWeightingPortfolioConstructionModel", '("BTCUSD", "ETHUSD")'))
    assert ran.code == 0, ran.err
    assert {line["symbol"] for line in decisions(ran)} == {"BTCUSD", "ETHUSD"}
    # The plan goes from symbol to symbol: BTCUSD 0.8, ETHUSD 0.5 and so on.
    assert [line.split()[1] for line in said(ran, "INSIGHT")][:3] == ["BTCUSD", "BTCUSD", "ETHUSD"]
    assert said(ran, "HELD")[1].startswith("BTCUSD +")


def test_an_alpha_model_follows_the_universe(workspace: Workspace) -> None:
    source = framework("EqualWeightingPortfolioConstructionModel", '("BTCUSD", "ETHUSD")') + (
        "        if self.utc_time.day == 4:\n"
        '            self.remove_security(self.symbol("ETHUSD"))\n'
        "        if self.utc_time.day == 6:\n"
        '            self.add_crypto("ETHUSD", Resolution.DAILY, Market.COINBASE)\n'
    )
    ran = workspace.run(source.replace("PLAN = [0.8, 0.5, None, 0.2, 0.5, 0.8]", "PLAN = [0.8]"))
    assert ran.code == 0, ran.err
    days: dict[str, list[str]] = {"BTCUSD": [], "ETHUSD": []}
    for line in decisions(ran):
        days[line["symbol"]].append(line["time"][8:10])
    assert days["BTCUSD"] == ["01", "02", "03", "04", "05", "06", "07", "08", "09"]
    assert days["ETHUSD"] == ["01", "02", "03", "04", "07", "08", "09"]


# Symbols, functions, settings.


def test_several_symbols_and_one_without_history(workspace: Workspace) -> None:
    more = """        self.others = [self.add_crypto(t, Resolution.DAILY, Market.COINBASE).symbol for t in ("ETHUSD", "LTCUSD")]
        self.council ="""
    ask = """        for other in self.others:
            d = self.council.decide(other)
            self.log(f"{d.symbol} {d.state.value} {d.acts} {d.number} {d.why}")
        decision = self"""
    source = daily('[Function("steady", lambda view: 0.6)]', "rules=Rules()")
    source = source.replace("        self.council =", more).replace("        decision = self", ask)
    ran = workspace.run(source)
    assert ran.code == 0, ran.err
    assert said(ran, "LTCUSD") == ["abstain False -1 There are no daily bars of it yet."] * 21
    assert [line["symbol"] for line in decisions(ran)] == ["ETHUSD", "BTCUSD"] * 21
    outcomes = [line for line in journal(ran) if line["kind"] == "outcome"]
    assert [line["n"] for line in outcomes] == list(range(40))


@pytest.mark.parametrize("way", ["self.securities[self.btc]", '"BTCUSD"'])
def test_a_security_or_a_ticker_stands_for_its_symbol(workspace: Workspace, way: str) -> None:
    source = daily('[Function("steady", lambda view: 0.6)]', "rules=Rules()")
    ran = workspace.run(source.replace("decide(self.btc)", f"decide({way})"))
    assert ran.code == 0, ran.err
    assert [line["symbol"] for line in decisions(ran)] == ["BTCUSD"] * 21


def test_a_model_that_searches_the_web_has_no_vote_on_the_past(workspace: Workspace) -> None:
    with OpenRouterStub([free("made/one:online")]) as stub:
        workspace.connect(stub)
        ran = workspace.run(daily('[*experts(), Model("made/one:online")]'), "auto")
        assert ran.code == 0, ran.err
        assert stub.chats() == []
    assert {line["votes"][-1][3] for line in decisions(ran)} == {"unsafe: made/one:online may not vote in a backtest: it searches the web"}


def test_a_function_that_raises_ends_the_run_with_its_sentence_and_line(workspace: Workspace) -> None:
    source = daily('[Function("mine", broken)]', "rules=Rules()").replace(
        "\n\nclass Mine", '\n\ndef broken(view):\n    raise ValueError("The tide table ends in 2019.")\n\n\nclass Mine'
    )
    line = source.splitlines().index('    raise ValueError("The tide table ends in 2019.")') + 1
    ran = workspace.run(source)
    assert ran.code == 1
    assert "The tide table ends in 2019." in ran.err
    assert f"main.py, line {line}" in ran.err


@pytest.mark.parametrize(
    ("members", "settings", "sentence"),
    [
        pytest.param('[Function("mine", lambda view: 1.2)]', "rules=Rules()", "The member 'mine' gave 1.2; a vote is a probability", id="1.2"),
        pytest.param('[Function("mine", lambda view: float("nan"))]', "rules=Rules()", "The member 'mine' gave nan;", id="nan"),
        pytest.param("[]", "rules=Rules()", "A council needs at least one member.", id="nobody"),
        pytest.param('["gpt"]', "rules=Rules()", "str is no member: a Model, a ModelRule, or an object with", id="text"),
        pytest.param("experts()", "bar=timedelta(hours=4)", "Bars of 4:00:00 cannot be had from history; a day, an hour", id="bars"),
        pytest.param("experts()", 'pool="loud"', "There is no pool called 'loud'; there are ", id="pool"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_hold_ends_the_run_with_a_sentence(workspace: Workspace, members: str, settings: str, sentence: str) -> None:
    ran = workspace.run(daily(members, settings))
    assert ran.code == 1
    assert sentence in ran.err


def test_a_wrong_mode_names_the_modes(workspace: Workspace) -> None:
    ran = workspace.run(daily("experts()", "rules=Rules()"), "later")
    assert ran.code == 1
    assert "'later' is no mode of a council; there are replay, record, collect, auto, live, off." in ran.err


def test_the_mode_may_be_a_parameter(workspace: Workspace) -> None:
    ran = workspace.run(daily(f'[Model("{ONE}")]'), "", "--parameter", "council-mode", "off")
    assert ran.code == 0
    assert {vote[3] for line in decisions(ran) for vote in line["votes"]} == {"off: language models are switched off"}


def test_two_councils_in_an_algorithm_keep_two_journals(workspace: Workspace) -> None:
    source = daily('[Function("a", lambda view: 0.6)]', "rules=Rules()")
    second = source.replace(
        "\n    def on_data",
        '        self.other = AlgorithmCouncil(self, [Function("b", lambda view: 0.4)], bars=40, name="other")\n\n    def on_data',
        1,
    ).replace("        decision =", "        self.other.decide(self.btc)\n        decision =")
    ran = workspace.run(second)
    assert ran.code == 0, ran.err
    other = [json.loads(line) for line in (workspace.store / "journals" / "Mine-other.jsonl").read_text().splitlines()]
    assert [line["votes"][0][0] for line in decisions(ran)] == ["a"] * 21
    assert [line["votes"][0][0] for line in other if line["kind"] == "decision"] == ["b"] * 21
    same = workspace.run(second.replace('name="other"', 'name="mine"'))
    assert same.code == 1
    assert "The algorithm has a council called 'mine' already; give this one another `name`." in same.err


# The key.


def test_a_key_given_as_parameter_reaches_the_endpoint_and_no_file(workspace: Workspace) -> None:
    with OpenRouterStub([free(ONE), free(TWO, lambda request: Reply(error_kind="key", error_message=f"No such key: {KEY}"))]) as stub:
        workspace.connect(stub, key=None)
        told = "        self.log(decision.explain() + repr(self.council.council.panel))\n        if decision"
        source = daily(TWO_MODELS).replace("        if decision", told)
        ran = workspace.run(source, "auto", "--parameter", "openrouter-api-key", KEY)
        assert ran.code == 0, ran.err
        assert {chat.headers["authorization"] for chat in stub.chats()} == {f"Bearer {KEY}"}
    assert KEY not in ran.out + ran.err
    files = [file for file in workspace.folder.rglob("*") if file.is_file()]
    assert {"council.jsonl", "mine.jsonl", "ledger.sqlite", "Mine-log.txt", "config"} <= {file.name for file in files}
    assert [file for file in files if KEY.encode() in file.read_bytes()] == []


# Nothing of the future.


LEARNS = daily(f'[*experts(), Model("{ONE}")]', f"weighting=FixedShare(shrinkage=5.0), {QUICK}")
AT_NOON = (
    LEARNS.replace('"BTCUSD", Resolution.DAILY', '"BTCUSD", Resolution.HOUR')
    .replace("    def on_data(self, data):", "    def consult(self):")
    .replace(
        "    def consult", "        self.schedule.on(self.date_rules.every_day(), self.time_rules.noon, self.consult)\n\n    def consult", 1
    )
)


@pytest.mark.parametrize(
    ("source", "last"),
    [
        pytest.param(LEARNS, "2020-03-11T00:00:00", id="when the day's bar has closed"),
        pytest.param(AT_NOON, "2020-03-11T12:00:00", id="while it is still open"),
    ],
)
def test_prices_of_the_future_change_no_question_and_no_decision(workspace: Workspace, tmp_path: Path, source: str, last: str) -> None:
    poisoned = tmp_path / "poisoned"
    shutil.copytree(workspace.market, poisoned)
    poison(poisoned / "crypto" / "coinbase" / "daily" / "btcusd_trade.zip", "20200311")
    seen: list[tuple[list[Any], list[Any]]] = []
    for data in (workspace.market, poisoned):
        shutil.rmtree(workspace.store, ignore_errors=True)
        with OpenRouterStub([free(ONE)]) as stub:
            workspace.connect(stub)
            ran = workspace.run(source, "record", data=data)
            assert ran.code == 0, ran.err
            until = [
                [line["time"], line["p"], line["size"], line["state"], [vote[:4] for vote in line["votes"]]]
                for line in decisions(ran)
                if line["time"] <= last
            ]
            seen.append((until, [chat.body for chat in stub.chats()]))
    (true, asked), (other, asked_then) = seen
    assert len(true) == 11
    assert true == other
    assert asked[:11] == asked_then[:11]
    assert all(one != then for one, then in zip(asked[11:], asked_then[11:], strict=True))


def poison(file: Path, since: str) -> None:
    """Make all prices of bars that begin on a day or later something else."""
    with zipfile.ZipFile(file) as archive:
        name = archive.namelist()[0]
        rows = archive.read(name).decode().splitlines()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "\n".join(row if row < since else _poisoned(row) for row in rows) + "\n")


def _poisoned(row: str) -> str:
    time, *prices, volume = row.split(",")
    return ",".join([time, *(str(round(float(price) * 3.7 + 11, 2)) for price in prices), volume])


# Live.


@dataclass(frozen=True)
class Ticker:
    """A symbol as far as a council looks at it."""

    value: str


BTC = Ticker("BTCUSD")


class LiveStore:
    """An object store in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def contains_key(self, key: str) -> bool:
        return (self._folder / key).is_file()

    def save(self, key: str, text: str) -> None:
        (self._folder / key).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / key).write_text(text)

    def get_file_path(self, key: str) -> str:
        return str(self._folder / key)


class LiveAlgorithm:
    """An algorithm in live trading, whose clock and prices a test moves."""

    live_mode = True
    algorithm_id = "L-1"

    def __init__(self, folder: Path, parameters: dict[str, str] | None = None) -> None:
        self.object_store = LiveStore(folder)
        self.portfolio = SimpleNamespace(total_portfolio_value=100_000.0)
        self.securities = {BTC: SimpleNamespace(type="Crypto")}
        self.is_warming_up = False
        self.utc_time = START
        self.told: list[str] = []
        self._parameters = parameters or {}
        rng = np.random.default_rng(1)
        self._closes = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.03, 400)))

    def get_parameter(self, name: str) -> str | None:
        return self._parameters.get(name)

    def history(self, symbol: Ticker, bars: int, resolution: object) -> pd.DataFrame:
        end = (self.utc_time - START).days + 100
        closes = self._closes[end - bars : end]
        return pd.DataFrame({"open": closes, "high": closes * 1.01, "low": closes * 0.99, "close": closes, "volume": 1.0})

    def debug(self, text: str) -> None:
        self.told.append(text)


START = datetime(2024, 1, 1)
DAY = timedelta(days=1)


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[LiveAlgorithm, AlgorithmCouncil]]:
    """Start live trading, as often as a test likes, in one object store."""
    monkeypatch.setitem(sys.modules, "AlgorithmImports", SimpleNamespace(Resolution=SimpleNamespace(DAILY=1, HOUR=2, MINUTE=3)))
    for name in ("OPENROUTER_BASE_URL", "OPENROUTER_API_KEY", "LYRA_COUNCIL_MODE"):
        monkeypatch.delenv(name, raising=False)

    def start(folder: str = "store", members: Sequence[Any] | None = None, **settings: Any) -> tuple[LiveAlgorithm, AlgorithmCouncil]:
        algorithm = LiveAlgorithm(tmp_path / folder)
        weighting = FixedShare(shrinkage=5.0)
        return algorithm, AlgorithmCouncil(algorithm, members or experts(), weighting=weighting, bars=60, name="mine", **settings)

    return start


def decide(algorithm: LiveAlgorithm, council: AlgorithmCouncil, days: range) -> list[Decision]:
    found = []
    for day in days:
        algorithm.utc_time = START + day * DAY
        found.append(council.decide(BTC))
    return found


def kept(decision: Decision) -> tuple[Any, ...]:
    return decision.number, decision.as_of, decision.probability, decision.size, dict(decision.weights)


Live = Callable[..., tuple[LiveAlgorithm, AlgorithmCouncil]]


def test_in_live_trading_the_mode_is_live_unless_told_otherwise(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live()[1].council.mode is Mode.LIVE
    assert live("other", mode="auto")[1].council.mode is Mode.AUTO
    monkeypatch.setenv("LYRA_COUNCIL_MODE", "off")
    assert live("third")[1].council.mode is Mode.OFF


def test_a_restart_goes_on_as_if_there_had_been_none(live: Live) -> None:
    # The expert that learns from the views themselves is left out: without a warm-up it begins afresh.
    members = [member for member in experts() if member.name != "logistic"]
    whole = decide(*live("whole", members), range(40))
    algorithm, council = live("store", members)
    before = decide(algorithm, council, range(25))
    council.close()
    algorithm, council = live("store", members)
    after = decide(algorithm, council, range(25, 40))
    assert [kept(decision) for decision in before + after] == [kept(decision) for decision in whole]
    assert len(set(whole[-1].weights.values())) > 1
    lines = read_journal(council._store.path("journals/mine-live.jsonl"))
    assert [line["n"] for line in lines if line["kind"] == "decision"] == list(range(40))
    assert [(line["n"], line["time"]) for line in lines if line["kind"] == "outcome"] == [
        (n, (START + (n + 1) * DAY).isoformat()) for n in range(39)
    ]


def test_a_report_reads_the_journal_of_several_starts(live: Live) -> None:
    for first in (0, 20, 40):
        algorithm, council = live()
        decide(algorithm, council, range(first, first + 20))
        council.close()
    path = council._store.path("journals/mine-live.jsonl")
    assert [line["kind"] for line in read_journal(path)].count("council") == 3
    assert re.search(r"^decisions \(without outcome yet\) +60 \(1\)$", judge(path).text(), re.MULTILINE)


def test_a_restart_after_days_closes_what_fell_due_meanwhile(live: Live) -> None:
    algorithm, council = live()
    decide(algorithm, council, range(5))
    council.close()
    algorithm, council = live()
    assert decide(algorithm, council, range(8, 9))[0].number == 5
    last = [line for line in read_journal(council._store.path("journals/mine-live.jsonl")) if line["kind"] == "outcome"][-1]
    assert (last["n"], last["time"]) == (4, (START + 8 * DAY).isoformat())


def test_a_journal_that_a_crash_tore_is_gone_on_with(live: Live) -> None:
    algorithm, council = live()
    decide(algorithm, council, range(5))
    council.close()
    path = council._store.path("journals/mine-live.jsonl")
    path.write_bytes(path.read_bytes()[:-40])
    for day in (5, 6):
        algorithm, council = live()
        decide(algorithm, council, range(day, day + 1))
        council.close()
    numbers = [line["n"] for line in read_journal(path) if line["kind"] == "decision"]
    assert numbers == [0, 1, 2, 3, 4, 5], "the torn decision 4 is lost, and its number is free again"


def test_a_journal_that_only_lacks_its_last_line_end_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"kind":"a"}\n{"kind":"b"}')
    whole = Journal(path)
    whole.write('{"kind":"c"}')
    whole.close()
    assert [line["kind"] for line in read_journal(path)] == ["a", "b", "c"]


def test_the_warm_up_after_a_restart_learns_nothing_twice(live: Live) -> None:
    whole = decide(*live("whole"), range(40))
    algorithm, council = live()
    decide(algorithm, council, range(25))
    council.close()
    algorithm, council = live()
    algorithm.is_warming_up = True
    warmed = decide(algorithm, council, range(25))
    assert {(decision.state, decision.why) for decision in warmed} == {(State.ABSTAIN, "It was decided before the restart.")}
    algorithm.is_warming_up = False
    after = decide(algorithm, council, range(25, 40))
    assert [kept(decision) for decision in after] == [kept(decision) for decision in whole[25:]]


def test_in_live_trading_a_model_is_asked_within_the_deadline_and_the_rest_goes_on(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenRouterStub([free(ONE), free(TWO, Reply(wire="never"))]) as stub:
        monkeypatch.setenv("OPENROUTER_BASE_URL", stub.base_url)
        monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
        endpoint = Endpoint.openrouter()
        members = [*experts(), Model(ONE), Model(TWO)]
        algorithm, council = live(members=members, deadline=0.5, endpoint=endpoint)
        (decision,) = decide(algorithm, council, range(1))
        council.close()
    answers = {vote.member: vote for vote in decision.votes}
    assert answers[ONE].probability is not None
    assert answers[TWO].why == "timeout: no answer within 0.5 seconds"
    assert decision.pooled is not None
    assert "  made/two:free                abstains  timeout: no answer within 0.5 seconds" in decision.explain()
