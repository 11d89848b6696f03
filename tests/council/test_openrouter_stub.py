"""The stub itself: every endpoint, every fault as a plain client sees it, and that wrong requests don't pass."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from openrouter_replies import AVAILABILITY, STATUSES
from openrouter_schema import CHAT_REQUEST_FIELDS, ERROR_TYPES, RESPONSE_FIELDS, problems, response_problems
from openrouter_stub import BALLOT, FAULTS, HARMLESS, OpenRouterStub, Reply, StubModel

KEY = "sk-or-v1-" + "0" * 64
SIGNED = {"Authorization": f"Bearer {KEY}"}
SAID = "How likely is a rise of SPY by tomorrow's close?"
PROMPT_TOKENS = 12  # 48 characters, four a token
BALLOT_TOKENS = -(-len(BALLOT) // 4)


def asking(model: str = "stub/one", **fields: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": SAID}], "max_tokens": 300} | fields


@pytest.fixture
def stub() -> Iterator[OpenRouterStub]:
    models = [
        StubModel("stub/one", prompt="0.000001", completion="0.000002", knowledge_cutoff="2025-03-01", created=1_700_000_000),
        StubModel("stub/free:free", zdr=False, trains_on_prompts=True, supported_parameters=("max_tokens",), provider="Free Host"),
        StubModel("stub/dear", prompt="0.00001", completion="0.00004", request="0.01", context_length=1000, user_may_use=False),
    ]
    with OpenRouterStub(models, clock=lambda: 1_750_000_000.0) as running:
        yield running


@pytest.fixture
def client(stub: OpenRouterStub) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stub.base_url, headers=SIGNED, timeout=httpx.Timeout(5, read=0.6)) as connected:
        yield connected


def chat(client: httpx.Client, request: dict[str, Any] | None = None) -> httpx.Response:
    return client.post("/chat/completions", json=request or asking())


def ids(response: httpx.Response) -> list[str]:
    return [each["id"] for each in response.json()["data"]]


class TestEndpoints:
    def test_models_needs_no_key_and_has_a_root(self, stub: OpenRouterStub) -> None:
        body = httpx.get(f"{stub.base_url}/models").json()
        assert body["total_count"] == 3 and body["links"] == {"next": None}
        first = body["data"][0]
        assert first["pricing"] == {"prompt": "0.000001", "completion": "0.000002"} and first["knowledge_cutoff"] == "2025-03-01"

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("max_price=1", ["stub/one", "stub/free:free"]),
            ("max_price=0", ["stub/free:free"]),
            ("supported_parameters=structured_outputs,seed", ["stub/one", "stub/dear"]),
            ("context=2000", ["stub/one", "stub/free:free"]),
            ("zdr=true", ["stub/one", "stub/dear"]),
            ("providers=free-host", ["stub/free:free"]),
            ("sort=pricing-low-to-high", ["stub/free:free", "stub/one", "stub/dear"]),
            ("sort=newest", ["stub/free:free", "stub/dear", "stub/one"]),
            ("offset=1&limit=1", ["stub/free:free"]),
        ],
    )
    def test_models_filtered(self, client: httpx.Client, query: str, expected: list[str]) -> None:
        assert ids(client.get(f"/models?{query}")) == expected

    def test_next_page(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        link = client.get("/models?limit=2").json()["links"]["next"]
        assert link == "/api/v1/models?limit=2&offset=2"
        assert ids(client.get(f"http://127.0.0.1:{stub.port}{link}")) == ["stub/dear"]

    def test_wrong_query(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        assert client.get("/models?sort=cheapest").status_code == 400
        assert client.get("/models?max_price=cheap").status_code == 400
        assert "sort: 'cheapest' is none of" in stub.problems[0]

    def test_one_model_and_its_endpoints(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        assert ids(client.get("/models/user")) == ["stub/one", "stub/free:free"]
        assert client.get("/models/count").json() == {"data": {"count": 3}}
        assert client.get("/model/stub/free:free").json()["data"]["id"] == "stub/free:free"
        assert client.get("/model/stub/none").status_code == 404
        endpoint = client.get("/models/stub/one/endpoints").json()["data"]["endpoints"][0]
        assert endpoint["tag"] == "stub-host" and endpoint["latency_last_30m"]["p50"] == 350
        unsigned = httpx.get(f"{stub.base_url}/models/stub/one/endpoints").json()
        assert unsigned["data"]["endpoints"][0]["latency_last_30m"] is None
        assert [each["model_id"] for each in client.get("/endpoints/zdr").json()["data"]] == ["stub/one", "stub/dear"]
        assert [each["slug"] for each in client.get("/providers").json()["data"]] == ["stub-host", "free-host"]
        assert client.get("/nothing").status_code == 404

    def test_account(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.balance = Decimal(5)
        stub.management_keys = ("sk-or-v1-boss",)
        cost = chat(client).json()["usage"]["cost"]
        data = client.get("/key").json()["data"]
        assert data["usage"] == cost and data["limit_remaining"] == 5 - cost and data["label"] == "sk-or-v1-000...000"
        refused = client.get("/credits")
        assert (refused.status_code, refused.json()["error"]["message"]) == (403, "Only management keys can perform this operation")
        boss = client.get("/credits", headers={"Authorization": "Bearer sk-or-v1-boss"}).json()
        assert boss == {"data": {"total_credits": 5.0, "total_usage": cost}}

    def test_generation_appears_after_a_while(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.generation_lag = 1
        name = chat(client).headers["X-Generation-Id"]
        assert client.get("/generation", params={"id": name}).status_code == 404
        data = client.get("/generation", params={"id": name}).json()["data"]
        assert (data["id"], data["tokens_prompt"], data["total_cost"]) == (name, PROMPT_TOKENS, float(stub.charged))

    @pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": KEY}])
    def test_without_a_good_key(self, stub: OpenRouterStub, header: dict[str, str]) -> None:
        for method, path in (("POST", "/chat/completions"), ("GET", "/key"), ("GET", "/models/user")):
            response = httpx.request(method, stub.base_url + path, headers=header, json=asking())
            assert response.status_code == 401 and response.json()["error"]["code"] == 401
        assert stub.charged == 0 and "Bearer nonsense" not in repr(stub.requests)


class TestAnswers:
    def test_a_good_one(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        response = chat(client)
        body = response.json()
        assert response_problems(body) == [] and json.loads(body["choices"][0]["message"]["content"]) == json.loads(BALLOT)
        assert response.headers["X-Generation-Id"] == body["id"] and "X-RateLimit-Limit" not in response.headers
        assert body["usage"]["prompt_tokens"] == PROMPT_TOKENS and body["usage"]["completion_tokens"] == BALLOT_TOKENS
        assert stub.charged == PROMPT_TOKENS * Decimal("0.000001") + BALLOT_TOKENS * Decimal("0.000002")
        assert body["usage"]["cost"] == float(stub.charged) and body["provider"] == "Stub Host"
        assert stub.chats()[0].headers["authorization"] == SIGNED["Authorization"] and stub.chats()[0].body == asking()

    def test_cut_at_the_tokens_allowed(self, client: httpx.Client) -> None:
        choice = chat(client, asking(max_tokens=16)).json()["choices"][0]
        assert choice["finish_reason"] == "length" and choice["message"]["content"] == BALLOT[:64]

    def test_script_and_function(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = [Reply(status=503), Reply(content="second")]
        assert [chat(client).status_code for _ in range(3)] == [503, 200, 200] and stub.calls("stub/one") == 3
        stub.models["stub/one"].answer = lambda request: request["messages"][0]["content"].upper()
        assert chat(client).json()["choices"][0]["message"]["content"] == SAID.upper()

    def test_an_answer_that_raises_is_told_at_the_end(self) -> None:
        with (
            pytest.raises(RuntimeError, match="ZeroDivisionError"),
            OpenRouterStub([StubModel("stub/one", answer=lambda request: str(1 / 0))]) as stub,
            httpx.Client(base_url=stub.base_url, headers=SIGNED) as client,
        ):
            assert chat(client).status_code == 500

    def test_fallback_models(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = FAULTS["status_502"]
        body = chat(client, asking(models=["stub/none", "stub/free:free"])).json()
        assert body["model"] == "stub/free:free" and stub.calls() == 3 and stub.charged == 0

    def test_stream(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = Reply(sse_comments=2)
        lines = [line for line in chat(client, asking(stream=True)).text.split("\n\n") if line]
        assert lines[:2] == [": OPENROUTER PROCESSING"] * 2 and lines[-1] == "data: [DONE]"
        chunks = [json.loads(line.removeprefix("data: ")) for line in lines[2:-1]]
        assert "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"]) == BALLOT
        assert chunks[-1]["choices"] == [] and chunks[-1]["usage"]["cost"] == float(stub.charged)

    def test_stream_that_breaks(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = FAULTS["stream_error_429"]
        last = chat(client, asking(stream=True)).text.strip().split("\n\n")[-1]
        chunk = json.loads(last.removeprefix("data: "))
        assert chunk["error"]["code"] == 429 and chunk["choices"][0]["finish_reason"] == "error"

    def test_stream_that_fails_before_its_first_word(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = FAULTS["error_200_top"]
        chunk = json.loads(chat(client, asking(stream=True)).text.strip().split("\n\n")[-1].removeprefix("data: "))
        assert chunk["error"]["code"] == 502 and chunk["model"] == "stub/one" and chunk["id"].startswith("gen-")

    def test_a_variant_that_only_routes_is_the_same_model(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        assert chat(client, asking("stub/one:floor")).json()["model"] == "stub/one" and stub.calls("stub/one:floor") == 1

    def test_healing(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = FAULTS["content_trailing_comma"]
        request = asking(plugins=[{"id": "response-healing"}])
        assert chat(client, request).json()["choices"][0]["message"]["content"] != BALLOT
        stub.healing = True
        assert chat(client, request).json()["choices"][0]["message"]["content"] == BALLOT

    def test_routing_metadata_on_request(self, client: httpx.Client) -> None:
        body = client.post("/chat/completions", json=asking(), headers={"X-OpenRouter-Metadata": "enabled"}).json()
        assert body["openrouter_metadata"]["endpoints"]["available"][0]["model"] == "stub/one"


class TestRequests:
    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"provider": {"require_parameter": True}}, "provider.require_parameter: unknown field"),
            ({"provider": {"quantizations": ["fp7"]}}, "provider.quantizations[0]: 'fp7' is none of"),
            ({"provider": {"max_price": {"prompt": -1}}}, "provider.max_price.prompt: -1 is no price"),
            ({"provider": {"sort": {"by": "speed"}}}, "provider.sort.by: 'speed' is none of"),
            ({"max_token": 5}, "max_token: unknown field"),
            ({"temperature": 2.5}, "temperature: 2.5 is not within 0 to 2"),
            ({"temperature": True}, "temperature: True is no number"),
            ({"max_tokens": 0}, "max_tokens: 0 is not within 1 to inf"),
            ({"stop": ["a"] * 5}, "stop: 5 items, at most 4 expected"),
            ({"plugins": [{"id": "healing"}]}, "plugins[0].id: 'healing' is none of"),
            ({"reasoning": {"effort": "huge"}}, "reasoning.effort: 'huge' is none of"),
            ({"response_format": {"type": "json"}}, "response_format.type: 'json' is none of"),
            ({"response_format": {"type": "json_schema"}}, "response_format.json_schema: missing"),
            ({"response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}}, "json_schema.name: 'a b' has characters other"),
            ({"response_format": {"type": "json_schema", "json_schema": {"name": "a" * 65}}}, "65 characters are more than 64"),
            ({"messages": []}, "messages: 0 items, at least 1 expected"),
            ({"messages": [{"role": "robot", "content": ""}]}, "messages[0].role: 'robot' is none of"),
            ({"messages": [{"role": "user"}]}, "messages[0].content: missing"),
            ({"session_id": "s" * 257}, "session_id: 257 characters are more than 256"),
        ],
    )
    def test_a_wrong_one_is_refused_and_kept(
        self, stub: OpenRouterStub, client: httpx.Client, fields: dict[str, Any], problem: str
    ) -> None:
        response = chat(client, asking(**fields))
        assert response.status_code == 400 and problem in response.json()["error"]["message"]
        assert len(stub.problems) == 1 and problem in stub.problems[0] and stub.charged == 0

    @pytest.mark.parametrize("body", [b"{", b"[]", b"", b'{"temperature": NaN}'])
    def test_what_is_no_object_of_json(self, stub: OpenRouterStub, client: httpx.Client, body: bytes) -> None:
        assert client.post("/chat/completions", content=body).status_code == 400 and stub.problems

    def test_a_full_one_is_right(self) -> None:
        full = asking(
            temperature=0,
            seed=7,
            response_format={"type": "json_schema", "json_schema": {"name": "ballot", "strict": True, "schema": {"type": "object"}}},
            provider={
                "order": ["stub-host"],
                "allow_fallbacks": False,
                "require_parameters": True,
                "data_collection": "deny",
                "zdr": True,
                "quantizations": ["fp8", "bf16"],
                "sort": {"by": "price", "partition": "none"},
                "max_price": {"prompt": 1, "completion": "2.5"},
                "preferred_max_latency": {"p90": 3},
            },
            plugins=[{"id": "response-healing"}],
            reasoning={"effort": "low", "exclude": True},
            metadata={"run": "1"},
        )
        assert problems(full) == [] and {"messages", "provider"} <= set(CHAT_REQUEST_FIELDS) and "usage.cost" in RESPONSE_FIELDS

    @pytest.mark.parametrize(
        ("model", "provider", "code", "excluded"),
        [
            ("stub/one", {"max_price": {"prompt": 0.9}}, "constraint_filtered", "max_price"),
            ("stub/one", {"quantizations": ["bf16"]}, "constraint_filtered", "quantization"),
            ("stub/free:free", {"require_parameters": True}, "constraint_filtered", "require_parameters"),
            ("stub/free:free", {"data_collection": "deny"}, "privacy_restricted", "data_policy:training"),
            ("stub/free:free", {"zdr": True}, "privacy_restricted", "data_policy:zdr"),
            ("stub/one", {"only": ["free-host"]}, "no_endpoints", "allowed_providers"),
            ("stub/one", {"order": ["free-host"], "allow_fallbacks": False}, "no_endpoints", "allowed_providers"),
        ],
    )
    def test_routing_leaves_nobody(self, client: httpx.Client, model: str, provider: dict[str, Any], code: str, excluded: str) -> None:
        response = chat(client, asking(model, temperature=0, provider=provider))
        told = response.json()["error"]["availability"]
        assert (response.status_code, told["code"], told["excluded_by"]) == (404, code, [excluded])

    def test_unknown_model_and_long_context(self, client: httpx.Client) -> None:
        unknown = chat(client, asking("stub/none"))
        assert unknown.status_code == 400 and unknown.json()["error"]["message"] == "stub/none is not a valid model ID"
        long = chat(client, asking("stub/dear", max_tokens=1000)).json()["error"]
        assert long["metadata"]["error_type"] == "context_length_exceeded" and "1000 tokens. However" in long["message"]


class TestMoney:
    def test_minute_and_day_of_free_models(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        now = [1_750_000_000.0]  # 15:06:40 UTC, 20 seconds before the next minute
        stub.clock = lambda: now[0]
        stub.free_per_minute, stub.free_per_day = 2, 4
        assert [chat(client, asking("stub/free:free")).status_code for _ in range(2)] == [200, 200]
        refused = chat(client, asking("stub/free:free"))
        error = refused.json()["error"]
        assert refused.status_code == 429 and "free-models-per-min" in error["message"] and "Retry-After" not in refused.headers
        assert refused.headers["X-RateLimit-Reset"] == error["metadata"]["headers"]["X-RateLimit-Reset"] == "1750000020000"
        now[0] += 20
        assert chat(client, asking("stub/free:free")).status_code == 200
        daily = chat(client, asking("stub/free:free"))
        assert "free-models-per-day" in daily.json()["error"]["message"] and daily.headers["X-RateLimit-Reset"] == "1750032000000"
        assert chat(client).status_code == 200

    def test_balance_is_looked_at_before(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.balance = Decimal("0.000112")  # 12 tokens of prompt and 50 of completion
        refused = chat(client)
        assert refused.status_code == 402
        assert "You requested up to 300 tokens, but can only afford 50." in refused.json()["error"]["message"]
        assert chat(client, asking(max_tokens=50)).status_code == 200
        stub.balance = Decimal("-1")
        assert chat(client, asking("stub/free:free")).status_code == 402

    def test_who_gives_up_pays(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = Reply(latency=30, cost="0.25")
        with pytest.raises(httpx.ReadTimeout):
            client.post("/chat/completions", json=asking(), timeout=0.1)
        assert stub.charged == Decimal("0.25") and stub.calls("stub/one") == 1

    def test_closing_waits_for_nobody(self) -> None:
        with OpenRouterStub([StubModel("stub/one", answer=Reply(latency=60))]) as stub:
            calls = [threading.Thread(target=_call_in_vain, args=(stub.base_url,)) for _ in range(3)]
            for call in calls:
                call.start()
            while stub.in_flight < 3:
                time.sleep(0.005)
            started = time.monotonic()
        for call in calls:
            call.join()
        assert time.monotonic() - started < 2 and stub.most_in_flight == 3


def _call_in_vain(base_url: str) -> None:
    with pytest.raises(httpx.RequestError):
        httpx.post(f"{base_url}/chat/completions", json=asking(), headers=SIGNED, timeout=30)


class TestBatches:
    def test_life(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = [Reply(), Reply(status=502)]
        client.base_url = httpx.URL(stub.base_url.removesuffix("v1"))
        items = [{"custom_id": f"req-{n}", "body": {k: v for k, v in asking().items() if k != "model"}} for n in (1, 2)]
        made = client.post("/beta/batches", json={"endpoint": "/v1/chat/completions", "model": "stub/one", "requests": items})
        assert made.status_code == 202 and made.json()["status"] == "validating" and made.json()["results"] is None
        looks = [client.get(f"/beta/batches/{made.json()['id']}").json() for _ in range(4)]
        assert [look["status"] for look in looks] == ["in_progress", "finalizing", "completed", "completed"]
        done = looks[-1]
        assert done["request_counts"] == {"total": 2, "completed": 1, "failed": 1} and looks[0]["results"] is None
        first, second = done["results"]
        assert first["custom_id"] == "req-1" and first["error"] is None
        assert first["response"]["body"]["choices"][0]["message"]["content"] == BALLOT
        assert second["response"] is None and second["error"]["code"] == 502
        half = (PROMPT_TOKENS * Decimal("0.000001") + BALLOT_TOKENS * Decimal("0.000002")) / 2
        assert stub.charged == half and done["usage"]["cost"] == float(half)

    @pytest.mark.parametrize(
        ("batch", "problem"),
        [
            (
                {"requests": [{"custom_id": "1", "body": asking()}], "endpoint": "/v1/chat/completions", "model": "stub/one"},
                "must come after",
            ),
            ({"endpoint": "/v1/chat/completions", "model": "stub/one", "requests": []}, "requests: missing"),
            (
                {"endpoint": "/v1/chat/completions", "model": "stub/x", "requests": [{"custom_id": "1", "body": asking()}]},
                "must be the batch",
            ),
        ],
    )
    def test_refused(self, stub: OpenRouterStub, client: httpx.Client, batch: dict[str, Any], problem: str) -> None:
        response = client.post(f"http://127.0.0.1:{stub.port}/api/beta/batches", json=batch)
        assert response.status_code == 400 and problem in stub.problems[0]

    def test_a_wrong_body_fails_the_batch(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        url = f"http://127.0.0.1:{stub.port}/api/beta/batches"
        items = [{"custom_id": "1", "body": asking(max_token=5)}]
        made = client.post(url, json={"endpoint": "/v1/chat/completions", "model": "stub/one", "requests": items}).json()
        failed = client.get(f"{url}/{made['id']}").json()
        assert failed["status"] == "failed" and "max_token: unknown field" in failed["error"]["message"] and stub.charged == 0


BROKEN = {
    "never_answers": httpx.ReadTimeout,
    "slow_loris": httpx.ReadTimeout,
    "reset_before_answer": httpx.ReadError,
    "closed_before_answer": httpx.RemoteProtocolError,
    "reset_mid_body": httpx.ReadError,
    "closed_mid_body": httpx.RemoteProtocolError,
    "not_http": httpx.RemoteProtocolError,
    "gzip_broken": httpx.DecodingError,
}
"""What httpx raises for the faults that give no response."""


class TestFaults:
    @pytest.mark.parametrize("name", [name for name in FAULTS if name not in BROKEN and name != "gzip_bomb"])
    def test_answers_as_named(self, stub: OpenRouterStub, client: httpx.Client, name: str) -> None:
        stub.models["stub/one"].answer = reply = FAULTS[name]
        response = chat(client)
        if reply.fails or reply.status != 200:
            self.check_error(name, response)
            return
        assert response.status_code == 200 and "X-Generation-Id" in response.headers
        if name in HARMLESS:
            body = response.json()
            assert json.loads(body["choices"][0]["message"]["content"]) == json.loads(BALLOT)
            assert [each for each in response_problems(body) if name != "finish_unknown"] == []
        elif name.startswith(("content_", "probability_", "reasons_", "unknown_", "abstains")):
            assert response_problems(response.json()) == [] and response.json()["choices"][0]["message"]["content"] != BALLOT
        if reply.error_in_200 is not None:
            assert response.json()["usage"]["cost"] == 0 if "usage" in response.json() else response.json()["error"]
            assert stub.charged == 0

    def check_error(self, name: str, response: httpx.Response) -> None:
        expected = AVAILABILITY[name.removeprefix("availability_")][0] if name.startswith("availability_") else FAULTS[name].status
        assert response.status_code == expected
        if FAULTS[name].body is None and FAULTS[name].redirect is None:
            error = response.json()["error"]
            assert error["message"] and error["metadata"]["error_type"] in ERROR_TYPES
            assert error["code"] == (FAULTS[name].error_code or expected)

    @pytest.mark.parametrize("name", BROKEN)
    def test_breaks_as_named(self, stub: OpenRouterStub, client: httpx.Client, name: str) -> None:
        stub.models["stub/one"].answer = FAULTS[name]
        with pytest.raises(BROKEN[name]), client.stream("POST", "/chat/completions", json=asking(), timeout=0.3) as response:
            started = time.monotonic()
            for _ in response.iter_bytes():
                if time.monotonic() - started > 0.2:
                    raise httpx.ReadTimeout("a byte at a time")
        assert stub.charged > 0

    def test_gzip_bomb_is_small_on_the_wire(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = FAULTS["gzip_bomb"]
        with client.stream("POST", "/chat/completions", json=asking(), timeout=5) as response:
            assert int(response.headers["Content-Length"]) < 1 << 20

    def test_stale_connection_dies_for_the_second_request(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = [FAULTS["stale_connection"], Reply()]
        assert "Connection" not in chat(client).headers
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            chat(client)
        assert chat(client).status_code == 200 and stub.calls() == 2

    def test_redirect_goes_nowhere_by_itself(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.models["stub/one"].answer = FAULTS["redirect"]
        assert chat(client).headers["Location"] == f"http://localhost:{stub.port}/elsewhere" and len(stub.requests) == 1

    def test_lists_can_fail_too(self, stub: OpenRouterStub, client: httpx.Client) -> None:
        stub.instead["/models"] = FAULTS["status_503"]
        assert client.get("/models").status_code == 503
        stub.instead["/models"] = FAULTS["reset_mid_body"]
        with pytest.raises(httpx.ReadError):
            client.get("/models")
        stub.instead.clear()
        assert client.get("/models").status_code == 200

    def test_a_misspelt_fault_is_none(self) -> None:
        with pytest.raises(ValueError, match="wire 'rst' is none of reset_before, close_before"):
            Reply(wire="rst")  # type: ignore[arg-type]

    def test_every_documented_error_is_among_them(self) -> None:
        assert {f"availability_{code}" for code in AVAILABILITY} <= set(FAULTS) and len(AVAILABILITY) == 11
        assert {status for status in STATUSES if status != 429} <= {reply.status for reply in FAULTS.values()}
        assert set(FAULTS) >= HARMLESS


def test_an_answer_takes_less_than_milliseconds(client: httpx.Client) -> None:
    """Not a benchmark: delayed acknowledgements would cost 40 ms a request on a connection that is kept."""
    chat(client)
    started = time.perf_counter()
    for _ in range(20):
        chat(client)
    assert time.perf_counter() - started < 20 * 0.02
