"""What an endpoint's refusals lead to: how often and when it is asked again, and who is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from council_setting import NOON, Fake, completion, council, noon, view
from openrouter_stub import BALLOT, FAULTS, OpenRouterStub, Reply, StubModel

from lyra_ai.council import Endpoint, Model, Price
from lyra_ai.council.ledger import Budget, Ledger
from lyra_ai.council.openrouter import Fault, read_models, read_reply
from lyra_ai.council.openrouter import Reply as Answer
from lyra_ai.council.panel import Breaker

PAID = {"prompt": "0.000001", "completion": "0.000001"}
IN_200: list[dict[str, Any]] = [
    {"error": {"code": 429, "message": "Rate limit exceeded", "metadata": {"headers": {"X-RateLimit-Reset": str(int((NOON + 7) * 1000))}}}},
    {"choices": [{"finish_reason": "error", "message": {"content": "{"}, "error": {"code": 429, "message": "busy"}}]},
    {"choices": []},
    {"choices": [{"finish_reason": None, "message": {"role": "assistant", "content": ""}}]},
]


def fault(status: int, body: Any, headers: dict[str, str] | None = None) -> Fault:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Fault) as caught:
        read_reply(status, httpx.Headers(headers or {}), content, NOON)
    return caught.value


class TestWaits:
    def limited(self, told: float | None = None, headers: dict[str, str] | None = None, inner: dict[str, str] | None = None) -> Fault:
        error: dict[str, Any] = {"code": 429, "message": "slow down", "metadata": {"headers": inner or {}}}
        if told is not None:
            error["availability"] = {"code": "capacity_exhausted", "retryable": True, "retry_after": told}
        return fault(429, {"error": error}, headers)

    def test_the_order_of_sources(self) -> None:
        reset = {"X-RateLimit-Reset": str(int((NOON + 9) * 1000))}
        later = {"X-RateLimit-Reset": str(int((NOON + 11) * 1000))}
        assert self.limited(3, {"Retry-After": "5"} | reset).wait == 3
        assert self.limited(None, {"Retry-After": "5"} | reset).wait == 5
        assert self.limited(None, reset, later).wait == pytest.approx(9)
        assert self.limited(None, None, later).wait == pytest.approx(11)
        assert self.limited().wait is None

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            pytest.param("Tue, 10 Mar 2026 12:00:30 GMT", 20, id="date"),
            pytest.param("Sun, 06 Nov 1994 08:49:37 GMT", None, id="past"),
            pytest.param("soon", None, id="word"),
            pytest.param("-4", None, id="negative"),
            pytest.param("nan", None, id="nan"),
            pytest.param("1e400", None, id="endless"),
        ],
    )
    def test_retry_after(self, header: str, seconds: float | None) -> None:
        assert self.limited(None, {"Retry-After": header}).wait == seconds

    def test_numbers_beyond_floats_are_none(self) -> None:
        body = b'{"error": {"code": 1%s, "message": "x", "availability": {"retry_after": 1%s}}}' % (b"0" * 400, b"0" * 400)
        found = fault(429, body)
        assert found.wait is None and found.kind == "limited"

    @pytest.mark.parametrize("body", IN_200, ids=["top", "choice", "no choices", "empty"])
    def test_errors_in_200_may_be_asked_again(self, body: dict[str, Any]) -> None:
        found = fault(200, body | {"usage": {"cost": 0.25, "prompt_tokens": 5, "completion_tokens": 0}})
        assert found.retry and found.cost == 250_000_000_000

    def test_the_reset_in_a_200_counts_from_now(self) -> None:
        found = fault(200, IN_200[0])
        assert found.wait == pytest.approx(7) and found.until == pytest.approx(NOON + 7)

    def test_a_wait_beyond_the_deadline_is_not_waited_for(self, tmp_path: Path) -> None:
        models = [StubModel("stub/busy:free", answer=[FAULTS["status_429_retry_after_huge"], Reply()])]
        with OpenRouterStub(models, clock=noon) as stub, council(stub, tmp_path, [Model("stub/busy:free")]) as table:
            decision = table.decide(view())
            assert stub.calls() == 1 and decision.votes[0].why.startswith("limited")

    def test_a_short_wait_is(self, tmp_path: Path) -> None:
        models = [StubModel("stub/busy:free", answer=[Reply(status=503, retry_after=0.05), Reply()])]
        with OpenRouterStub(models, clock=noon) as stub, council(stub, tmp_path, [Model("stub/busy:free")]) as table:
            assert table.decide(view()).votes[0].probability is not None
            first, second = stub.chats()
            assert second.time - first.time >= 0.05


class TestScopes:
    def free_and_paid(self, first: Reply, kind: str) -> list[StubModel]:
        answers = {"free": [first, Reply()] if kind == "free" else Reply(), "paid": [first, Reply()] if kind == "paid" else Reply()}
        return [StubModel("stub/a:free", answer=answers["free"]), StubModel("stub/b", answer=answers["paid"], **PAID)]

    def whys(self, models: list[StubModel], folder: Path, **more: Any) -> list[list[str]]:
        members = [Model("stub/a:free"), Model("stub/b")]
        with OpenRouterStub(models, clock=noon) as stub, council(stub, folder, members, **more) as table:
            found = [[vote.why.split(":")[0] for vote in table.decide(view(i)).votes] for i in range(2)]
            assert stub.problems == []
        return found

    def test_a_days_quota_stops_the_free_pool_until_its_reset(self, tmp_path: Path) -> None:
        found = self.whys(self.free_and_paid(FAULTS["status_429_per_day"], "free"), tmp_path)
        assert found == [["limited", ""], ["quota", ""]]
        ledger = Ledger(tmp_path / "ledger.sqlite", lambda: NOON + 11 * 3600)
        account = ledger._db.execute("SELECT account FROM exhausted").fetchone()[0]
        assert ledger.take_free(account, Budget()) == pytest.approx(3600 - 10)
        later = Ledger(tmp_path / "ledger.sqlite", lambda: NOON + 12 * 3600)
        assert later.take_free(account, Budget()) == 0

    def test_a_paid_models_quota_does_not_stop_the_free_pool(self, tmp_path: Path) -> None:
        assert self.whys(self.free_and_paid(FAULTS["status_429_per_day"], "paid"), tmp_path) == [["", "limited"], ["", ""]]

    def test_a_bad_key_stops_the_account(self, tmp_path: Path) -> None:
        assert self.whys(self.free_and_paid(FAULTS["status_401"], "paid"), tmp_path) == [["", "key"], ["resting", "resting"]]

    def test_no_credits_stop_what_is_paid(self, tmp_path: Path) -> None:
        assert self.whys(self.free_and_paid(FAULTS["status_402"], "paid"), tmp_path) == [["", "credits"], ["", "resting"]]

    def test_no_such_model_stops_that_model(self, tmp_path: Path) -> None:
        assert self.whys(self.free_and_paid(FAULTS["status_404"], "paid"), tmp_path) == [["", "unavailable"], ["", "resting"]]

    def test_a_minutes_quota_never_shortens_a_days(self, tmp_path: Path) -> None:
        ledger = Ledger(tmp_path / "ledger.sqlite", noon)
        ledger.exhaust_free("host")
        ledger.exhaust_free("host", NOON + 30)
        assert ledger.take_free("host", Budget()) == pytest.approx(12 * 3600 - 10)

    def test_no_endpoint_stops_the_pool_for_years(self, tmp_path: Path) -> None:
        ledger = Ledger(tmp_path / "ledger.sqlite", noon)
        ledger.exhaust_free("host", 1e14)
        assert ledger.take_free("host", Budget()) <= 12 * 3600 + 60


class TestBreaker:
    def breaker(self) -> tuple[Breaker, list[float]]:
        now = [0.0]
        return Breaker(lambda: now[0]), now

    def test_five_faults_in_a_row_open_it_and_one_trial_closes_it(self) -> None:
        breaker, now = self.breaker()
        for _ in range(5):
            assert breaker.closed()
            breaker.bad()
        assert not breaker.closed()
        now[0] = 30.0
        assert breaker.closed() and not breaker.closed()  # The trial, and nobody else.
        breaker.good()
        assert breaker.closed()

    def test_the_rest_doubles(self) -> None:
        breaker, now = self.breaker()
        breaker.bad(at_once=True)
        now[0] = 30.0
        assert breaker.closed()
        breaker.bad()
        now[0] = 89.0
        assert not breaker.closed()
        now[0] = 90.0
        assert breaker.closed()

    def test_a_success_that_left_before_does_not_close_it(self) -> None:
        breaker, _ = self.breaker()
        breaker.bad(at_once=True)
        breaker.good()
        assert not breaker.closed()

    def test_more_than_half_of_twenty_open_it(self) -> None:
        breaker, _ = self.breaker()
        for _ in range(6):
            breaker.good()
            breaker.bad()
            breaker.bad()
        breaker.good()
        assert breaker.closed()
        breaker.bad()
        assert not breaker.closed()

    def test_barred_is_for_good(self) -> None:
        breaker, now = self.breaker()
        breaker.bar()
        breaker.good()
        breaker.bad()
        now[0] = 1e9
        assert not breaker.closed()


class TestRepair:
    WRONG = json.dumps({"reasons": ["sure"], "probability": 2.7, "abstain": False})

    def decided(self, folder: Path, answer: Any, **model: Any) -> tuple[Any, OpenRouterStub]:
        with (
            OpenRouterStub([StubModel("stub/a:free", answer=answer)]) as stub,
            council(stub, folder, [Model("stub/a:free", **model)]) as table,
        ):
            return table.decide(view()).votes[0], stub

    @pytest.mark.parametrize("stream", [False, True])
    def test_the_second_answer_counts(self, tmp_path: Path, stream: bool) -> None:
        vote, stub = self.decided(tmp_path, [self.WRONG, BALLOT], stream=stream)
        assert vote.probability in (pytest.approx(0.6), pytest.approx(0.4))
        first, second = (chat.body["messages"] for chat in stub.chats())
        assert second[:2] == first and [m["role"] for m in second[2:]] == ["assistant", "user"]
        assert second[2]["content"] == self.WRONG and "probability is 2.7, not from 0 to 1" in second[3]["content"]

    def test_there_is_no_third(self, tmp_path: Path) -> None:
        vote, stub = self.decided(tmp_path, [self.WRONG, self.WRONG, BALLOT])
        assert vote.probability is None and vote.why == "invalid: probability is 2.7, not from 0 to 1." and stub.calls() == 2

    def test_half_a_surrogate_pair_is_quoted_back(self, tmp_path: Path) -> None:
        vote, stub = self.decided(tmp_path, ["\\ud800 no", BALLOT])
        assert vote.probability is not None and stub.calls() == 2 and stub.problems == []
        wire = completion("x").copy()
        wire["choices"][0]["message"]["content"] = "\ud800"
        with council("http://127.0.0.1:9/v1", tmp_path / "b", [Model("m")], endpoint=Endpoint.local("http://127.0.0.1:9/v1")) as table:
            table.panel.transport = Fake(lambda body: (200, wire))
            assert table.decide(view()).votes[0].why.startswith("invalid")
            assert table.decide(view()).votes[0].why.startswith("invalid")  # From the cassette.

    def test_logprobs_are_asked_for_a_word(self, tmp_path: Path) -> None:
        from lyra_ai.council.members import Elicitation

        asked: list[dict[str, Any]] = []
        member = Model("m", elicitation=Elicitation.LOGPROB)
        with council("http://127.0.0.1:9/v1", tmp_path, [member], endpoint=Endpoint.local("http://127.0.0.1:9/v1")) as table:
            table.panel.transport = Fake(lambda body: (asked.append(body), (200, completion("Perhaps")))[1])  # type: ignore[func-returns-value]
            assert table.decide(view()).votes[0].probability is None
        assert len(asked) == 2 and asked[1]["messages"][-1]["content"].endswith("Answer with one word: Yes or No.")


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    elsewhere = OpenRouterStub([StubModel("stub/a:free")])
    with elsewhere, OpenRouterStub() as stub:
        to = replace(FAULTS["redirect"], redirect=f"{elsewhere.base_url}/chat/completions")
        stub.models["stub/a:free"] = StubModel("stub/a:free", answer=to)
        with council(stub, tmp_path, [Model("stub/a:free")]) as table:
            assert table.decide(view()).votes[0].why.startswith("server: ")
        assert elsewhere.requests == [] and stub.calls() == 1


STRANGE: dict[str, Callable[[], tuple[int, Any]]] = {
    "choices are a number": lambda: (200, {"choices": 5}),
    "a message is a list": lambda: (200, {"choices": [{"message": [1], "finish_reason": "stop"}]}),
    "content is a list": lambda: (200, {"choices": [{"message": {"content": [{"text": "x"}]}, "finish_reason": "stop"}]}),
    "a number without end": lambda: (200, completion('{"probability": 1' + "0" * 400 + "}")),
    "an error is a number": lambda: (500, {"error": 7}),
    "a code is a list": lambda: (500, {"error": {"code": [1], "message": {"a": 1}, "metadata": 5, "availability": "no"}}),
    "nan": lambda: (200, b'{"choices": [], "usage": {"cost": NaN}}'),
    "usage is strange": lambda: (200, completion("no", usage={"cost": "dear", "prompt_tokens": -1, "completion_tokens": 1e300})),
    "status 204": lambda: (204, b""),
    "status 599": lambda: (599, b"\x00\xff"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_answers_are_abstentions(name: str, tmp_path: Path) -> None:
    endpoint = Endpoint.local("http://127.0.0.1:9/v1")
    with council("http://127.0.0.1:9/v1", tmp_path, [Model("m")], endpoint=endpoint) as table:
        table.panel.transport = Fake(lambda body: STRANGE[name]())
        vote = table.decide(view()).votes[0]
        assert vote.probability is None and vote.why and not vote.why.startswith("error")


@pytest.mark.parametrize(
    "line",
    [
        "[1]",
        '{"choices": 5}',
        '{"choices": ["x"]}',
        '{"choices": [{"delta": "x"}]}',
        '{"choices": [{"delta": {"content": [1]}}]}',
        "[" * 9999,
    ],
)
def test_strange_streams_are_faults(line: str) -> None:
    found = fault(200, f"data: {line}\n\ndata: [DONE]\n\n".encode(), {"content-type": "text/event-stream"})
    assert found.kind in ("provider", "malformed")


def test_a_stream_may_hold_other_line_ends() -> None:
    piece = {"choices": [{"delta": {"content": "a\u2028b\x85c"}, "finish_reason": "stop"}]}
    body = f"data: {json.dumps(piece, ensure_ascii=False)}\r\n\r\n".encode()
    found = read_reply(200, httpx.Headers({"content-type": "text/event-stream"}), body, NOON)
    assert isinstance(found, Answer) and found.text == "a\u2028b\x85c"


def test_one_bad_entry_does_not_spoil_the_list() -> None:
    good = {"id": "a/good", "pricing": {"prompt": "0.1", "completion": "0.2"}}
    bad = [
        None,
        {},
        {"id": "a/time", "created": 1e300},
        {"id": "a/size", "context_length": "many"},
        {"id": "a/parameters", "supported_parameters": 5},
    ]
    unpriced = [{"id": f"a/{rate}", "pricing": {"prompt": rate}} for rate in ("NaN", "Infinity", "-1", "cheap")]
    found = read_models(json.dumps({"data": [*bad, *unpriced, good]}).encode())
    assert [info.id for info in found if info.price is not None] == ["a/good"]
    assert Price() != found[-1].price
