"""The deadline holds whatever hangs, and what comes late is as if it had never come; but its money stays reserved."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import pytest
from council_setting import ALWAYS, Fake, completion, council, outcome, replayed, view
from openrouter_stub import BALLOT, FAULTS, OpenRouterStub, Reply, StubModel

from lyra_ai.council import Budget, Council, Decision, Endpoint, Mode, Model, Price

PAID = {"prompt": "0.000001", "completion": "0.000001"}
OVERRUN = 0.25
"""Seconds after the deadline within which a decision is promised."""
BRIEF = 0.7
LOCAL = "http://127.0.0.1:9/v1"


def timed(table: Council, seed: int = 0) -> Decision:
    """A decision, made within its deadline and a little."""
    started = time.monotonic()
    decision = table.decide(view(seed))
    assert time.monotonic() - started <= table.deadline + OVERRUN
    return decision


HANGING = {
    "never": FAULTS["never_answers"],
    "a byte at a time": FAULTS["slow_loris"],
    "late": Reply(latency=30),
    "comments only": Reply(latency=30, sse_comments=3),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", HANGING)
def test_a_model_that_hangs(name: str, stream: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [Model("stub/a:free"), Model("stub/hangs", stream=stream)]
    models = [StubModel("stub/a:free"), StubModel("stub/hangs", answer=HANGING[name], **PAID)]
    with OpenRouterStub(models) as stub, council(stub, tmp_path, members, deadline=BRIEF) as table:
        decision = timed(table)
        assert decision.votes[0].probability is not None and decision.votes[1].why == f"timeout: no answer within {BRIEF:g} seconds"
        charged, spent = float(stub.charged), table.panel.ledger.spent("council").run
        assert spent >= charged > 0
        again = table.decide(view())  # From the cassette: the late answer is not in it.
        assert outcome(again) == outcome(decision) and stub.calls("stub/hangs") == 1
    assert outcome(replayed(tmp_path, members, monkeypatch, view())) == outcome(decision)


def test_both_stages_share_one_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members, paid = [Model("stub/a:free"), Model("stub/b:free")], [Model("stub/c")]
    models = [StubModel("stub/a:free"), StubModel("stub/b:free", answer=FAULTS["never_answers"]), StubModel("stub/c", **PAID)]
    with OpenRouterStub(models) as stub, council(stub, tmp_path, members, paid=paid, deadline=BRIEF, rules=ALWAYS) as table:
        decision = timed(table)
        assert decision.stages == 2 and decision.votes[0].probability is not None
        assert [vote.why.split(":")[0] for vote in decision.votes] == ["", "timeout", "timeout"]
        # Nothing is reserved, nor sent, for what cannot be answered any more.
        assert table.panel._clerk is not None
        table.panel._clerk.submit(int).result(10)
        assert table.panel.ledger.spent("council").run == 0 == stub.calls("stub/c")
    assert outcome(replayed(tmp_path, members, monkeypatch, view(), paid=paid, rules=ALWAYS)) == outcome(decision)


def test_stale_connections(tmp_path: Path) -> None:
    models = [StubModel("stub/a:free", answer=FAULTS["stale_connection"])]
    with OpenRouterStub(models) as stub, council(stub, tmp_path, [Model("stub/a:free")], deadline=5.0) as table:
        assert [timed(table, seed).votes[0].probability is None for seed in range(3)] == [False] * 3


def test_nobody_listens(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with council(f"http://127.0.0.1:{port}/api/v1", tmp_path, [Model("m", price=Price())], deadline=BRIEF) as table:
        assert timed(table).votes[0].why == "network: no connection (ConnectError)"


def test_nobody_accepts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:  # They fill the queue, so that the next connection gets no answer.
            each.setblocking(False)
            each.connect_ex(address)
        local = Endpoint.local(f"http://127.0.0.1:{address[1]}/v1")
        with council(local.base_url, tmp_path, [Model("m")], endpoint=local, deadline=BRIEF) as table:
            assert timed(table).votes[0].why.startswith("timeout")
        for each in waiting:
            each.close()


class Stuck(httpx.AsyncBaseTransport):
    """A network that will not even be cancelled in time, as a resolver in a thread of its own."""

    def __init__(self) -> None:
        self.free = threading.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.free.wait(30)  # It blocks the loop itself.
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps(completion(BALLOT)).encode()))


def test_a_loop_that_is_stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes free after the caller has left, and then has an answer: neither counted nor recorded."""
    stuck, members, local = Stuck(), [Model("m"), Model("n")], Endpoint.local(LOCAL)
    with council(LOCAL, tmp_path, members, endpoint=local, deadline=BRIEF) as table:
        table.panel.transport = stuck
        decision = timed(table)
        assert [vote.why.split(":")[0] for vote in decision.votes] == ["timeout", "timeout"]
        assert timed(table, 1).votes[0].why.startswith("timeout")  # And the next one.
        stuck.free.set()
        assert table.panel._loop is not None
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), table.panel._loop).result(10)
        assert [entry.fault for entry in table.panel.cassette] == ["timeout"] * 4
    assert outcome(replayed(tmp_path, members, monkeypatch, view(), endpoint=local)) == outcome(decision)


def hold(path: Path, pipe: Connection) -> None:
    """Another process that holds the ledger until it is told to let go."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        pipe.send("held")
        pipe.recv()
        db.execute("ROLLBACK")


@contextmanager
def held(path: Path) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold, args=(path, theirs))
    process.start()
    try:
        assert ours.recv() == "held"
        yield
    finally:
        ours.send("let go")
        process.join(20)


def test_a_locked_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who needs no ledger votes all the same; the others are late, cost nothing, and are asked again once the ledger is free."""
    members = [Model("stub/a:free"), Model("stub/b"), Model("own", endpoint=Endpoint.local(LOCAL))]
    with (
        OpenRouterStub([StubModel("stub/a:free"), StubModel("stub/b", **PAID)]) as stub,
        council(stub, tmp_path, members, deadline=BRIEF) as table,
    ):
        table.panel._transports[LOCAL] = Fake(lambda body: (200, completion(BALLOT)))
        with held(tmp_path / "ledger.sqlite"):
            decision = timed(table)
            assert [vote.why.split(":")[0] for vote in decision.votes] == ["timeout", "timeout", ""]
            assert timed(table, 1).votes[2].probability is not None
        assert stub.calls() == 0
        table.deadline = 10.0
        assert [vote.why for vote in table.decide(view(2)).votes] == ["", "", ""]
        assert table.panel.ledger.spent("council").run >= float(stub.charged) > 0
    assert outcome(replayed(tmp_path, members, monkeypatch, view())) == outcome(decision)


def test_a_ledger_that_stays_locked_is_a_cause(tmp_path: Path) -> None:
    with OpenRouterStub([StubModel("stub/b", **PAID)]) as stub, council(stub, tmp_path, [Model("stub/b")], deadline=10.0) as table:
        with closing(sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert timed(table).votes[0].why.startswith("ledger: The ledger cannot be used: database is locked. No money is spent")
        assert stub.calls() == 0


def test_a_first_answer_in_time_with_a_second_that_is_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer that could not be counted is recorded, and the replay finds the second question's silence."""
    members = [Model("stub/a"), Model("stub/b:free")]
    models = [StubModel("stub/a", answer=["no idea", FAULTS["never_answers"]], **PAID), StubModel("stub/b:free")]
    for mode in (Mode.AUTO, Mode.LIVE):
        folder = tmp_path / mode.value
        models[0].answer = ["no idea", FAULTS["never_answers"]]
        with OpenRouterStub(models) as stub, council(stub, folder, members, deadline=BRIEF, mode=mode) as table:
            decision = timed(table)
            assert stub.calls("stub/a") == 2 and decision.votes[0].why.startswith("timeout")
        again = replayed(folder, members, monkeypatch, view())
        assert outcome(again) == outcome(decision) and again.votes[0].cost == pytest.approx(decision.votes[0].cost)


def test_no_retry_goes_past_the_deadline(tmp_path: Path) -> None:
    models = [StubModel("stub/a", answer=Reply(status=503, retry_after=0.15), **PAID)]
    with OpenRouterStub(models) as stub, council(stub, tmp_path, [Model("stub/a")], deadline=BRIEF, budget=Budget(day=1)) as table:
        assert timed(table).votes[0].why.startswith("provider")
        assert stub.calls() <= 3 and table.panel.ledger.spent("council").day == 0
