"""Paid votes that are recorded in batches."""

from __future__ import annotations

from pathlib import Path

import pytest
from council_setting import KEY, SURE, council, outcome, replayed, view
from openrouter_stub import OpenRouterStub, Reply, StubModel

from lyra.council import batches as module
from lyra.council.batches import Batches
from lyra_ai.council import Budget, Endpoint, Mode, Model, Secret
from lyra_ai.errors import EndpointError, QuotaExhausted

MEMBERS = [Model("a/free:free"), Model("b/paid"), Model("c/paid")]
PAID = {"prompt": "0.000001", "completion": "0.000002"}


def models(**answers: object) -> list[StubModel]:
    return [StubModel("a/free:free"), StubModel("b/paid", **PAID), StubModel("c/paid", **PAID, **answers)]  # type: ignore[arg-type]


def at(stub: OpenRouterStub, folder: Path) -> Batches:
    return Batches(folder / "cassette.jsonl", folder / "ledger.sqlite", Endpoint(base_url=stub.base_url, key=Secret(KEY)))


def collect(stub: OpenRouterStub, folder: Path, budget: Budget | None = None) -> list[list[str]]:
    """A run in the mode `collect` of three decisions: the causes of its abstentions."""
    with council(stub, folder, MEMBERS, mode=Mode.COLLECT, budget=budget or Budget(run=1.0)) as table:
        return [[vote.why for vote in table.decide(view(step)).votes] for step in range(3)]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.0)


def test_paid_votes_are_collected_submitted_and_replayed_at_half_the_price(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenRouterStub(models()) as stub:
        causes = collect(stub, tmp_path)
        assert causes == [["", "pending: left for a batch", "pending: left for a batch"]] * 3
        assert stub.calls("a/free:free") == 3 and stub.calls("b/paid") == 0
        batches = at(stub, tmp_path)
        assert batches.submit() == 6 and len(batches.under_way()) == 2
        assert at(stub, tmp_path).submit() == 0, "another call submits nothing twice"
        told: list[str] = []
        assert batches.wait(told.append, 10.0) and told[0] == "6 requests are under way in batches …"
        assert collect(stub, tmp_path) == [["", "", ""]] * 3
        assert stub.problems == []
        with council(stub, tmp_path, MEMBERS) as table:
            recorded = table.decide(view(0))
            spent = table.panel.ledger.spent("council").run
    assert spent == pytest.approx(float(stub.charged)) and 0 < recorded.votes[1].cost < 0.001
    assert outcome(replayed(tmp_path, MEMBERS, monkeypatch, view(0), rules=SURE)) == outcome(recorded)
    assert not list(tmp_path.glob("*.pending.jsonl")) and not list(tmp_path.glob("*.batches.jsonl"))


def test_a_budget_that_does_not_reach_ends_it_and_nothing_is_sent(tmp_path: Path) -> None:
    with OpenRouterStub(models()) as stub:
        collect(stub, tmp_path, Budget(run=0.000001))
        with pytest.raises(QuotaExhausted, match="of the run's budget of 1e-06 USD"):
            at(stub, tmp_path).submit()
        assert stub.charged == 0 and not any("batches" in received.path for received in stub.requests)


def test_a_budget_that_reaches_for_some_takes_those_and_says_so_for_the_rest(tmp_path: Path) -> None:
    with OpenRouterStub(models()) as stub:
        collect(stub, tmp_path, Budget(run=0.006))
        batches = at(stub, tmp_path)
        with pytest.raises(QuotaExhausted):
            batches.submit()
        assert batches.wait(lambda _: None, 10.0)
        assert 0 < stub.charged <= 0.006


@pytest.mark.parametrize("statuses", [("validating", "failed"), ("validating", "expired"), ("cancelled",)])
def test_a_batch_that_comes_to_nothing_leaves_faults_that_are_asked_again(tmp_path: Path, statuses: tuple[str, ...]) -> None:
    with OpenRouterStub(models(), batch_statuses=statuses) as stub:
        collect(stub, tmp_path)
        batches = at(stub, tmp_path)
        batches.submit()
        assert batches.wait(lambda _: None, 10.0)
        assert collect(stub, tmp_path)[0][1] == "pending: left for a batch"
        with council(stub, tmp_path, MEMBERS, mode=Mode.REPLAY) as table:
            assert table.decide(view(0)).votes[1].why == f"batch: the batch ended as {statuses[-1]}"


def test_an_answer_that_cannot_be_counted_gets_its_second_question_in_the_next_batch(tmp_path: Path) -> None:
    with OpenRouterStub(models(answer=["I cannot say."] * 3 + [Reply()])) as stub:
        collect(stub, tmp_path)
        batches = at(stub, tmp_path)
        batches.submit()
        batches.wait(lambda _: None, 10.0)
        assert [why[2] for why in collect(stub, tmp_path)] == ["pending: left for a batch"] * 3
        again = at(stub, tmp_path)
        assert again.submit() == 3 and again.wait(lambda _: None, 10.0)
        assert [why[2] for why in collect(stub, tmp_path)] == ["", "", ""]


def test_an_endpoint_without_batches_is_named(tmp_path: Path) -> None:
    with OpenRouterStub(models()) as stub:
        collect(stub, tmp_path)
        url = stub.base_url
    lost = Batches(tmp_path / "cassette.jsonl", tmp_path / "ledger.sqlite", Endpoint(base_url=url, key=Secret(KEY)))
    with pytest.raises(EndpointError, match="cannot be reached"):
        lost.submit()
