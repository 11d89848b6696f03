"""The quotas of free models: kept before the endpoint refuses, by all who share the ledger, and after a restart."""

from __future__ import annotations

import multiprocessing
import random
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from council_setting import NOON, council, noon, view
from openrouter_stub import BALLOT, OpenRouterStub, StubModel

from lyra_ai.council import Budget, Mode, Model
from lyra_ai.council.ledger import Ledger
from lyra_ai.errors import QuotaExhausted

DAY = 86_400.0


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def test_the_endpoint_never_has_to_refuse(tmp_path: Path) -> None:
    """Two councils over two days, restarted now and then, as the endpoint's own counters see it."""
    chance, now, times = random.Random(3), [NOON + DAY / 2 - 900], []
    models = [StubModel("stub/a:free", answer=lambda body: times.append(now[0]) or BALLOT)]
    budget = Budget(free_per_day=50)
    refusals = set()
    with OpenRouterStub(models, clock=lambda: now[0], free_per_minute=20, free_per_day=50) as stub:
        for start in range(3):
            with ExitStack() as stack:
                more = {"budget": budget, "mode": Mode.LIVE, "deadline": 2.0, "clock": lambda: now[0], "cassette": None, "journal": None}
                tables = [stack.enter_context(council(stub, tmp_path, [Model("stub/a:free")], **more)) for _ in range(2)]
                for number in range(45):
                    vote = chance.choice(tables).decide(view(number, bars=5)).votes[0]
                    refusals.add(vote.why.split(" for ")[0])
                    now[0] += chance.choice([0.0, 0.5, 2.0, 9.0]) if number % 30 else 120.0
            now[0] += (0.0, 900.0, 0.0)[start]
        counted = dict(stub._free_calls)
    assert refusals == {"", f"quota: the free quota of 127.0.0.1:{stub.port} is used up"}
    days = [value for (kind, _), value in counted.items() if kind == "per_day"]
    assert days[0] == 50 and 0 < days[1] <= 50
    assert max(value for (kind, _), value in counted.items() if kind == "per_minute") <= 20
    assert most_within(times, 60.0) <= 20


def take(path: Path, pipe: multiprocessing.connection.Connection) -> None:
    with closing(Ledger(path, noon)) as ledger:
        pipe.send("ready")
        pipe.recv()
        pipe.send(sum(ledger.take_free("host", Budget()) == 0 for _ in range(30)))


def test_two_processes_share_the_minute(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    crew = []
    for _ in range(2):
        ours, theirs = context.Pipe()
        process = context.Process(target=take, args=(tmp_path / "ledger.sqlite", theirs))
        process.start()
        crew.append((process, ours))
    assert [ours.recv() for _, ours in crew] == ["ready", "ready"]
    for _, ours in crew:
        ours.send("go")
    assert sum(ours.recv() for _, ours in crew) == 20
    for process, _ in crew:
        process.join(20)


def test_a_restart_resets_nothing(tmp_path: Path) -> None:
    now = [NOON]
    budget = Budget(free_per_minute=3, free_per_day=6)

    def takes(count: int) -> list[float]:
        with closing(Ledger(tmp_path / "ledger.sqlite", lambda: now[0])) as ledger:
            return [ledger.take_free("host", budget) for _ in range(count)]

    assert takes(2) == [0, 0]
    now[0] += 10
    assert takes(2) == [0, 51]  # Of the 61 seconds since the first, ten are over.
    now[0] += 51
    assert takes(3) == [0, 0, 10]
    now[0] += 61
    first, wait = takes(2)
    assert first == 0
    assert wait == pytest.approx(12 * 3600 - 10 - 122)  # Until midnight.
    now[0] += wait
    assert takes(1) == [0]


def test_a_clock_that_is_set_back_gives_no_more(tmp_path: Path) -> None:
    now = [NOON]
    with closing(Ledger(tmp_path / "ledger.sqlite", lambda: now[0])) as ledger:
        assert [ledger.take_free("host", Budget()) for _ in range(20)] == [0] * 20
        now[0] -= 5
        assert ledger.take_free("host", Budget()) > 0


def test_other_accounts_have_quotas_of_their_own(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.sqlite", noon)) as ledger:
        budget = Budget(free_per_minute=1)
        assert ledger.take_free("one", budget) == 0 == ledger.take_free("two", budget)
        assert ledger.take_free("one", budget) == 61


def test_a_recording_ends_and_says_when_there_is_more(tmp_path: Path) -> None:
    with OpenRouterStub([StubModel("stub/a:free")], clock=noon) as stub:
        with council(stub, tmp_path, [Model("stub/a:free")], mode=Mode.RECORD, budget=Budget(free_per_day=2)) as table:
            table.decide(view(0))
            table.decide(view(1))
            with pytest.raises(QuotaExhausted, match=r"there is more at 2026-03-11 00:00 UTC") as caught:
                table.decide(view(2))
        assert caught.value.again_at is not None and stub.calls() == 2
        with council(stub, tmp_path, [Model("stub/a:free")], mode=Mode.RECORD, clock=lambda: NOON + DAY) as table:
            assert [table.decide(view(seed)).votes[0].probability is None for seed in range(3)] == [False] * 3
        assert stub.calls() == 3


def test_a_recording_ends_with_its_budget(tmp_path: Path) -> None:
    models = [StubModel("stub/a", prompt="0.000001", completion="0.000003")]
    with (
        OpenRouterStub(models, clock=noon) as stub,
        council(stub, tmp_path, [Model("stub/a")], mode=Mode.RECORD, budget=Budget(run=0.004)) as table,
    ):
        with pytest.raises(QuotaExhausted, match=r"The recording of council stops: of the run's budget of 0.004 USD 0.00\d+ are left"):
            for seed in range(20):
                table.decide(view(seed))
        assert 0 < stub.calls() < 20 and float(stub.charged) <= 0.004
