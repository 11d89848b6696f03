"""The council's rules: who is asked, what is decided, what is learned, and what the user is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from council_setting import council, view
from openrouter_stub import OpenRouterStub, StubModel

from lyra_ai.council import (
    Budget,
    ConformalGate,
    Council,
    Decision,
    Elicitation,
    Endpoint,
    EqualWeights,
    FixedShare,
    Framing,
    Function,
    Journal,
    MarketView,
    Mode,
    Model,
    ModelRule,
    Rules,
    State,
    experts,
)
from lyra_ai.council.openrouter import ModelInfo, Price
from lyra_ai.errors import SettingError

DAY = timedelta(days=1)
START = datetime(2024, 1, 1)


def says(name: str, probability: float | None) -> Function:
    return Function(name, lambda shown: probability)


def flat(step: int, price: float = 100.0) -> MarketView:
    return MarketView.of("X", START + step * DAY, DAY, DAY, close=[price, price])


def decide(*members: Any, **settings: Any) -> Decision:
    return Council(members, weighting=EqualWeights(), **settings).decide(flat(0))


@pytest.mark.parametrize(
    ("probability", "rules", "state", "size"),
    [
        pytest.param(0.55, Rules(), State.LONG, 0.5, id="half of the way to full"),
        pytest.param(0.9, Rules(size=0.8), State.LONG, 0.8, id="the largest size"),
        pytest.param(0.51, Rules(), State.ABSTAIN, 0.0, id="weak is no view"),
        pytest.param(0.51, Rules(weak="flat"), State.FLAT, 0.0, id="or a reason to close"),
        pytest.param(0.45, Rules(), State.FLAT, 0.0, id="down closes"),
        pytest.param(0.45, Rules(short=True), State.SHORT, -0.5, id="or sells short"),
    ],
)
def test_from_a_probability_to_a_target(probability: float, rules: Rules, state: State, size: float) -> None:
    decision = decide(says("one", probability), rules=rules)
    assert (decision.state, decision.size) == (state, pytest.approx(size))


def test_without_a_quorum_the_council_has_failed() -> None:
    members = [says("one", 0.9), says("two", None)]
    assert decide(*members, rules=Rules(quorum=2)).state is State.ABSTAIN
    failed = decide(*members, rules=Rules(quorum=2, failure="flat"))
    assert failed.state is State.FLAT and failed.probability is None and failed.why == "1 of 2 members voted, the quorum is 2."


@pytest.mark.parametrize(
    "settings", [{"band": 0.2, "full": 0.1}, {"size": 0.0}, {"quorum": 0}, {"audit": 1.5}, {"disagreement": -1.0}, {"band": -0.1}]
)
def test_rules_that_cannot_hold_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        Rules(**settings)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Council([]), "at least one member"),
        (lambda: Council([says("a", 0.5), says("a", 0.6)]), "Two members are called 'a'"),
        (lambda: Council([object()]), "object is no member"),  # type: ignore[list-item]
        (lambda: Council([says("a", 0.5)], deadline=0), "no time to vote"),
        (lambda: Council([says("a", 0.5)], pool="mode"), "no pool called 'mode'"),
        (lambda: Model(" "), "needs its id"),
        (lambda: Model("a/b", samples=0), "samples 0"),
        (lambda: Budget(run=-1.0), "run is -1.0"),
        (lambda: Endpoint(base_url="ftp://x"), "no address of an endpoint"),
        (lambda: Endpoint(base_url="https://me:secret@host/v1"), "no user, password or query"),
    ],
)
def test_settings_that_cannot_hold_are_refused(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        make()


@pytest.mark.parametrize("vote", [1.5, -0.1, float("nan")])
def test_a_function_that_gives_no_probability_is_named(vote: float) -> None:
    with pytest.raises(SettingError, match="The member 'mine' gave"):
        decide(says("mine", vote))


def second_stage(first: list[float], rules: Rules, notional: float | None = None, paid: Any = None) -> int:
    table = Council([says(f"m{i}", p) for i, p in enumerate(first)], paid=[paid or says("paid", 0.9)], rules=rules, weighting=EqualWeights())
    return table.decide(flat(0), notional).stages


def test_the_second_stage_is_asked_where_the_first_is_weak_divided_or_silent() -> None:
    rules = Rules(audit=0.0)
    assert second_stage([0.7, 0.7], rules) == 1
    assert second_stage([0.505, 0.51], rules) == 2, "weak"
    assert second_stage([0.95, 0.3], rules) == 2, "divided: the logits are 2.94 and -0.85"
    assert second_stage([], Rules(audit=0.0)) == 2, "nobody"


def test_the_audit_asks_a_share_of_the_sure_ones_by_content() -> None:
    table = Council([says("sure", 0.9)], paid=[says("paid", 0.9)], rules=Rules(audit=0.2), weighting=EqualWeights())
    stages = [table.decide(flat(step, 100.0 * 1.01**step)).stages for step in range(500)]
    again = Council([says("sure", 0.9)], paid=[says("paid", 0.9)], rules=Rules(audit=0.2), weighting=EqualWeights())
    assert [again.decide(flat(step, 100.0 * 1.01**step)).stages for step in range(500)] == stages
    assert 0.15 < stages.count(2) / 500 < 0.25


def test_a_stage_that_costs_more_than_it_is_worth_is_not_asked(tmp_path: Path) -> None:
    """Thirty bars of 2 % a day: 1000 USD may move by some 16; fifty times the price of a call is far below, of a dear one far above."""
    dear = StubModel("x/dear", prompt="0.01", completion="0.01")
    cheap = StubModel("x/cheap", prompt="0.0000001", completion="0.0000001")
    rules = Rules(audit=0.0)
    with OpenRouterStub([dear, cheap]) as stub:
        for id, stages in (("x/dear", 1), ("x/cheap", 2)):
            with council(stub, tmp_path / id[2:], [says("weak", 0.5)], paid=[Model(id)], rules=rules, budget=Budget(run=100)) as table:
                assert table.decide(view(), 1_000.0).stages == stages
                assert table.decide(view(1)).stages == 2, "without a notional there is nothing to weigh it against"


def test_a_gate_abstains_while_outcomes_leave_both_open() -> None:
    table = Council([says("coin", 0.7)], gate=ConformalGate(start=20), weighting=EqualWeights(), rules=Rules(band=0.0))
    price, states = 100.0, []
    for step in range(60):
        states.append(table.decide(flat(step, price)).state)
        price *= 1.01 if step % 5 else 0.99
    assert set(states[:20]) == {State.ABSTAIN} and states[-1] is State.LONG


def test_a_restarted_council_knows_what_it_had_learned(tmp_path: Path) -> None:
    """The journal is all that is needed: weights, calibration, open horizons, and the number of the next decision."""

    def table(journal: Journal | Path) -> Council:
        members = [Function("good", lambda v: 0.6 if v.as_of.day % 2 else 0.4), says("other", 0.55)]
        return Council(members, weighting=FixedShare(shrinkage=20.0), journal=journal, rules=Rules(band=0.0))

    prices = [100.0]
    for step in range(80):
        prices.append(prices[-1] * (1.01 if (START + step * DAY).day % 2 else 0.99))
    whole = table(Journal())
    expected = [whole.decide(flat(step, prices[step])) for step in range(80)]
    first = table(tmp_path / "journal.jsonl")
    for step in range(50):
        first.decide(flat(step, prices[step]))
    first.close()
    second = table(Journal())
    second.resume([json.loads(line) for line in (tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()])
    resumed = [second.decide(flat(step, prices[step])) for step in range(50, 80)]
    assert [(d.number, d.probability, d.weights) for d in resumed] == [(d.number, d.probability, d.weights) for d in expected[50:]]
    assert expected[-1].weights["good"] > 0.6


@pytest.mark.parametrize("pool", ["linear", "median", "trimmed", "majority", "extremised"])
def test_other_pools_decide_too(pool: str) -> None:
    decision = decide(says("a", 0.6), says("b", 0.7), says("c", 0.8), pool=pool)
    assert decision.pooled is not None and 0.5 < decision.pooled <= 1.0


def test_an_explanation_tells_every_step() -> None:
    told = decide(says("bull", 0.7), says("quiet", None), paid=[says("oracle", 0.6)], rules=Rules(audit=1.0)).explain()
    for piece in ("X at 2024-01-01 00:00 UTC, horizon 1 day", "First stage", "bull", "quiet", "abstains", "Second stage", "oracle", "Pool 0.65",
                  "Decision: long, target +100% of the portfolio"):  # fmt: skip
        assert piece in told, told


def test_experts_alone_decide_without_key_network_or_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("socket.socket", None)
    table = Council(experts(), mode=Mode.REPLAY)
    decision = table.decide(view(bars=120))
    table.close()
    assert len(decision.votes) == 10 and decision.pooled is not None and not list(tmp_path.iterdir())


# Models and rules


def info(id: str, **more: Any) -> ModelInfo:
    fields: dict[str, Any] = {"slug": id, "context": 32_000, "price": Price(), "created": date(2026, 1, 1), "parameters": frozenset(["structured_outputs"])}
    return ModelInfo(id=id, **fields | more)


def test_a_rule_chooses_from_the_list() -> None:
    listed = [
        info("a/small:free", context=4_000), info("b/old:free", created=date(2024, 1, 1)), info("c/new:free", created=date(2026, 9, 1)),
        info("d/paid", price=Price(prompt=info("x").price.prompt + 1)), info("e/going:free", expires=date(2026, 11, 30)),  # type: ignore[union-attr]
        info("f/loose:free", parameters=frozenset()), info("openrouter/free"), info("g/router", price=None),
    ]  # fmt: skip
    today = date(2026, 11, 29)
    assert [m.id for m in ModelRule(count=5).choose(listed, today)] == ["c/new:free", "f/loose:free", "b/old:free"]
    assert [m.id for m in ModelRule(count=1, structured=True).choose(listed, today)] == ["c/new:free"]
    assert [m.id for m in ModelRule(authors=("b",)).choose(listed, today)] == ["b/old:free"]
    assert [m.id for m in ModelRule(free=False).choose(listed, today)] == ["d/paid"]
    assert ModelRule(count=3).digest() != ModelRule(count=4).digest()


def test_a_rules_choice_is_recorded_and_replayed(tmp_path: Path) -> None:
    models = [StubModel("a/one:free", created=1_700_000_000), StubModel("b/two:free", created=1_800_000_000)]
    with OpenRouterStub(models) as stub, council(stub, tmp_path, [ModelRule(count=1)]) as table:
        first = table.decide(view())
    with (
        OpenRouterStub([StubModel("c/three:free", created=1_900_000_000)]) as stub,
        council(stub, tmp_path, [ModelRule(count=1)], mode=Mode.REPLAY, misses="fail") as table,
    ):
        again = table.decide(view())
    assert [vote.member for vote in first.votes] == [vote.member for vote in again.votes] == ["b/two:free"]
    assert again.probability == first.probability


def test_samples_of_one_model_are_several_members(tmp_path: Path) -> None:
    with OpenRouterStub([StubModel("a/one:free")]) as stub, council(stub, tmp_path, [Model("a/one:free", samples=3, temperature=0.7)]) as table:
        decision = table.decide(view())
        assert [vote.member for vote in decision.votes] == ["a/one:free#1", "a/one:free#2", "a/one:free#3"]
        assert stub.calls() == 3 and {received.body["seed"] for received in stub.chats()} == {7, 8, 9}


def test_a_question_fits_what_the_model_takes(tmp_path: Path) -> None:
    models = [
        StubModel("a/plain:free", supported_parameters=("max_tokens",)),
        StubModel("b/json:free", supported_parameters=("max_tokens", "temperature", "response_format")),
        StubModel("c/thinks:free", extra={"reasoning": {"mandatory": True, "supported_efforts": ["low"]}}),
    ]
    with OpenRouterStub(models) as stub, council(stub, tmp_path, [Model(model.id) for model in models]) as table:
        table.decide(view())
        sent = {received.body["model"]: received.body for received in stub.chats()}
        assert stub.problems == []
    assert "response_format" not in sent["a/plain:free"] and "temperature" not in sent["a/plain:free"]
    assert sent["b/json:free"]["response_format"] == {"type": "json_object"} and "seed" not in sent["b/json:free"]
    assert sent["c/thinks:free"]["response_format"]["type"] == "json_schema" and sent["c/thinks:free"]["reasoning"]["effort"] == "low"
    assert sent["c/thinks:free"]["max_tokens"] > sent["a/plain:free"]["max_tokens"] == 300


def test_a_paid_question_names_the_highest_price_per_million(tmp_path: Path) -> None:
    with OpenRouterStub([StubModel("a/paid", prompt="0.0000015", completion="0.000006")]) as stub, council(stub, tmp_path, [Model("a/paid")]) as table:
        table.decide(view())
        assert stub.chats()[0].body["provider"]["max_price"] == {"prompt": 1.5, "completion": 6.0, "request": 0.0}


def test_words_instead_of_numbers(tmp_path: Path) -> None:
    """A model that shows the probabilities of its words needs to write no number: yes at 0.3, no at 0.1 makes 0.75."""
    from council_setting import Fake, completion

    shown = [{"token": "Yes", "logprob": -1.2039728}, {"token": " no", "logprob": -2.3025851}, {"token": "The", "logprob": -0.5}]
    answer = completion("Yes")
    answer["choices"][0]["logprobs"] = {"content": [{"token": "Yes", "logprob": -1.2, "top_logprobs": shown}]}
    members = [Model("own", endpoint=Endpoint.local("http://127.0.0.1:1/v1"), elicitation=Elicitation.LOGPROB, framing=Framing.RISE)]
    with council("http://127.0.0.1:1/v1", tmp_path, members) as table:
        table.panel.transport = Fake(lambda body: (200, answer))
        assert table.decide(view()).votes[0].probability == pytest.approx(0.75, abs=1e-6)


def test_what_the_user_should_know_is_noted(tmp_path: Path) -> None:
    model = StubModel("a/paid", prompt="0.000001", completion="0.000001", expiration_date="2026-03-20")
    with OpenRouterStub([model]) as stub, council(stub, tmp_path, [Model("a/paid")]) as table:
        assert table.notes == ["a/paid may be removed after 2026-03-20."]
    dearer = StubModel("a/paid", prompt="0.000002", completion="0.000001", canonical_slug="a/paid-2")
    with OpenRouterStub([dearer]) as stub, council(stub, tmp_path, [Model("a/paid")]) as table:
        assert any("stands for a/paid-2 now" in note for note in table.notes)
        assert any("costs over a fifth more" in note for note in table.notes)
    with council("http://127.0.0.1:9/api/v1", tmp_path, [says("one", 0.6), Model("b/gone:free")]) as table:
        decision = table.decide(view())
        assert decision.pooled == pytest.approx(0.6)
        assert any("No language model of stage 1 voted (price)" in note for note in table.notes)
