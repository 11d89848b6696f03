"""A stub of OpenRouter on loopback: real sockets, the real schema, and every fault that a client must survive.

    with OpenRouterStub([StubModel("stub/one", answer=FAULTS["slow"])]) as stub:
        client = Client(stub.base_url, key="sk-or-v1-test")

Faithful to OpenRouterTeam/docs at c26125a5: endpoints, fields, statuses, messages and headers. Requests are judged by
`openrouter_schema.problems`; a wrong one gets a 400 and is kept in `stub.problems`. The work of a request is billed when the request is
accepted, so that a client that gives up early still pays, as with the real service's requests without a stream.

What the real one does and the stub doesn't: load balancing among several hosts of a model, the response cache, refunds for streams that
are cut, bring-your-own-key, plugins other than response healing, shapes of batches other than chat completions.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Self
from urllib.parse import unquote

from openrouter_batches import BATCH_STATUSES, BATCHES, Batches
from openrouter_catalogue import (
    CHARACTERS_PER_TOKEN,
    DAY,
    DEFAULT_MAX_TOKENS,
    Request,
    StubModel,
    page_of,
    prompt_tokens_of,
    refused,
    tokens,
    tokens_asked,
)
from openrouter_errors import MINUTE, SPOILT_BODIES
from openrouter_replies import BALLOT, FAULTS, HARMLESS, Reply
from openrouter_schema import problems
from openrouter_wire import Closing, Received, Response, Server, encoded, events_of

__all__ = ["BALLOT", "FAULTS", "HARMLESS", "OpenRouterStub", "Received", "Reply", "StubModel"]

API = "/api/v1"


class OpenRouterStub(Batches):
    """The server, as a context manager; every attribute may be read and set while it runs.

    `clock` gives unix seconds and drives `created`, quotas and resets. Quotas (`free_per_minute`, `free_per_day`) and the balance (USD)
    are off while None. `keys` are the keys accepted (None: any `sk-or-…`); those of `management_keys` may read `/credits`. With `healing`
    the plugin `response-healing` mends content as the real one does; without it, the default, spoiled content always arrives.
    `generation_lag` is how often `/generation` answers 404 for a new id. `instead` maps a path such as `/models` to the reply that is
    given in place of the right one; a reply of status 200 lends its latency and its faults of the wire to the right body.
    """

    def __init__(
        self,
        models: Iterable[StubModel] = (),
        *,
        clock: Callable[[], float] = time.time,
        balance: str | Decimal | None = None,
        free_per_minute: int | None = None,
        free_per_day: int | None = None,
        keys: Collection[str] | None = None,
        management_keys: Collection[str] = (),
        healing: bool = False,
        generation_lag: int = 0,
        batch_statuses: Sequence[str] = BATCH_STATUSES,
    ) -> None:
        self.models = {model.id: model for model in models}
        self.clock = clock
        self.balance = None if balance is None else Decimal(balance)
        self.free_per_minute, self.free_per_day = free_per_minute, free_per_day
        self.keys, self.management_keys = keys, management_keys
        self.healing, self.generation_lag, self.batch_statuses = healing, generation_lag, tuple(batch_statuses)
        self.instead: dict[str, Reply] = {}
        self.requests: list[Received] = []
        self.problems: list[str] = []
        self.failures: list[BaseException] = []
        """Errors of the stub itself or of an `answer` function; leaving the context raises the first."""
        self.charged = Decimal(0)
        self.in_flight = self.most_in_flight = 0
        self._calls: Counter[str] = Counter()
        self._free_calls: Counter[tuple[str, int]] = Counter()
        self._generations: dict[str, dict[str, Any]] = {}
        self._batches: dict[str, dict[str, Any]] = {}
        self._looks: Counter[str] = Counter()
        self._turns: Counter[str] = Counter()
        self._issued = 0
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._server = Server(self)

    # --- life ---------------------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.close()
        if kind is None and self.failures:
            raise RuntimeError(f"the stub failed while answering: {self.failures[0]!r}") from self.failures[0]

    def close(self) -> None:
        """Stops at once: waiting handlers are woken and open connections cut."""
        self._closing.set()
        self._server.shutdown()
        self._server.cut()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{API}"

    # --- what a test asks ---------------------------------------------------------------------------------------------------------

    def calls(self, model: str | None = None) -> int:
        """How often a model was tried, as a fallback too and whatever came of it; without a name, all of them."""
        with self._lock:
            return self._calls.total() if model is None else self._calls[model]

    def chats(self) -> list[Received]:
        """The requests for a chat completion, in order of arrival."""
        with self._lock:
            return [each for each in self.requests if each.path == f"{API}/chat/completions"]

    # --- from a request to a response ---------------------------------------------------------------------------------------------

    def respond(self, received: Received) -> tuple[Response, Reply]:
        """The response to a request, and the reply whose latency and faults of the wire go with it."""
        path = received.path.removeprefix(API)
        instead = self.instead.get(path)
        if instead is not None and (instead.fails or instead.body is not None):
            return self._failure(instead, "", received), instead
        if (received.method, path) == ("POST", "/chat/completions"):
            return self._chat(received)
        status, body = self._lookup(received, path)
        reply = instead or Reply()
        return self._finished(Response(status, encoded(body)), reply), reply

    def _lookup(self, received: Received, path: str) -> tuple[int, Any]:
        """Everything but chat completions: status and body."""
        signed = self._signed(received)
        for (method, pattern), (needs_key, answer) in ROUTES.items():
            match = re.fullmatch(pattern, path)
            if match is None or method != received.method:
                continue
            if needs_key and signed is not None:
                return self._problem(signed)
            return answer(self, received, *map(unquote, match.groups()))
        return self._problem(Reply(status=404, error_message="Not Found"))

    def _problem(self, reply: Reply, model: str = "") -> tuple[int, Any]:
        status, _, body = self._error(reply, model, {})
        return status, body

    def _signed(self, received: Received) -> Reply | None:
        """Why the request's key isn't good, or None."""
        scheme, _, key = received.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return Reply(error_kind="key")
        known = key.startswith("sk-or-") if self.keys is None else key in self.keys
        return None if known or key in self.management_keys else Reply(error_kind="key", error_message="User not found.")

    # --- lists and accounts -------------------------------------------------------------------------------------------------------

    def _models(self, received: Received, only_allowed: bool = False) -> tuple[int, Any]:
        models = [model for model in self.models.values() if model.user_may_use or not only_allowed]
        try:
            return 200, page_of(models, received.query, self.clock())
        except (ValueError, ArithmeticError) as error:
            self._note(f"GET {received.path}: {error}")
            return self._problem(Reply(status=400, error_message=str(error)))

    def _user_models(self, received: Received) -> tuple[int, Any]:
        return self._models(received, only_allowed=True)

    def _count(self, received: Received) -> tuple[int, Any]:
        return 200, {"data": {"count": len(self.models)}}

    def _model(self, received: Received, model_id: str) -> tuple[int, Any]:
        model = self.models.get(model_id)
        if model is None:
            return self._problem(Reply(status=404, error_message=f"Model {model_id} not found"))
        return 200, {"data": model.listed()}

    def _endpoints(self, received: Received, model_id: str) -> tuple[int, Any]:
        status, body = self._model(received, model_id)
        if status != 200:
            return status, body
        shown = {name: body["data"][name] for name in ("id", "name", "created", "description", "architecture")}
        endpoint = self.models[model_id].endpoint(authenticated=self._signed(received) is None)
        return 200, {"data": shown | {"endpoints": [endpoint]}}

    def _zdr(self, received: Received) -> tuple[int, Any]:
        authenticated = self._signed(received) is None
        return 200, {"data": [model.endpoint(authenticated=authenticated) for model in self.models.values() if model.zdr]}

    def _providers(self, received: Received) -> tuple[int, Any]:
        hosts = {model.tag: model.provider for model in self.models.values()}
        blank = {
            "privacy_policy_url": None,
            "terms_of_service_url": None,
            "status_page_url": None,
            "headquarters": None,
            "datacenters": None,
        }
        return 200, {"data": [{"name": name, "slug": slug} | blank for slug, name in hosts.items()]}

    def _key(self, received: Received) -> tuple[int, Any]:
        key = received.headers["authorization"].split(" ")[1]
        spent = float(self.charged)
        management = key in self.management_keys
        return 200, {
            "data": {
                "label": f"{key[:12]}...{key[-3:]}",
                "limit": None if self.balance is None else float(self.balance),
                "limit_remaining": None if self.balance is None else float(self.balance - self.charged),
                "limit_reset": None,
                **dict.fromkeys(("usage", "usage_daily", "usage_weekly", "usage_monthly"), spent),
                **dict.fromkeys(("byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"), 0),
                "include_byok_in_limit": False,
                "is_free_tier": self.free_per_day is not None and self.free_per_day < 1000,
                "is_management_key": management,
                "is_provisioning_key": management,
                "creator_user_id": "user_stub",
                "expires_at": None,
                "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
            }
        }

    def _credits(self, received: Received) -> tuple[int, Any]:
        if received.headers["authorization"].split(" ")[1] not in self.management_keys:
            return self._problem(Reply(status=403))
        return 200, {"data": {"total_credits": float(self.balance or 0), "total_usage": float(self.charged)}}

    def _generation(self, received: Received) -> tuple[int, Any]:
        name = received.query.get("id", "")
        with self._lock:
            self._looks[name] += 1
            if name not in self._generations or self._looks[name] <= self.generation_lag:
                return self._problem(Reply(status=404, error_message=f"Generation {name} not found"))
            return 200, {"data": self._generations[name]}

    # --- chat completions ---------------------------------------------------------------------------------------------------------

    def _chat(self, received: Received) -> tuple[Response, Reply]:
        unsigned = self._signed(received)
        if unsigned is not None:
            return self._failure(unsigned, "", received), unsigned
        request, found = received.body, problems(received.body)
        if found:
            self._note(*(f"POST {received.path}: {problem}" for problem in found))
            wrong = Reply(error_kind="schema", error_message="; ".join(found))
            return self._failure(wrong, "", received), wrong
        wanted = list(dict.fromkeys([*filter(None, [request.get("model")]), *request.get("models", ())]))
        for model_id in wanted:
            reply = self._decide(model_id, request)
            if not reply.fails:
                return self._generated(self.served(model_id), reply, received), reply
        return self._failure(reply, model_id, received), reply

    def _decide(self, model_id: str, request: Request) -> Reply:
        """What one model makes of a request: first the platform's own refusals, then the model's answer."""
        with self._lock:
            self._calls[model_id] += 1
            if not self.knows(model_id):
                return Reply(availability="model_not_found")
            model = self.served(model_id)
            refusal = refused(model, request, prompt_tokens_of(request), tokens_asked(request, 0)) or self._unpaid(model, request)
            refusal = refusal or self._over_quota(model)
            if refusal is not None:
                return refusal
            turn = self._turns[model_id]
            self._turns[model_id] += 1
        answer = model.answer
        if isinstance(answer, Sequence) and not isinstance(answer, str):
            answer = answer[min(turn, len(answer) - 1)]
        elif callable(answer):
            answer = answer(request)
        return Reply(content=answer) if isinstance(answer, str) else answer

    def _unpaid(self, model: StubModel, request: Request) -> Reply | None:
        """402 before anything runs: a negative balance stops free models too; a dear request is one whose bound isn't covered."""
        if self.balance is None:
            return None
        left = self.balance - self.charged
        if left < 0 or (left == 0 and not model.free):
            return Reply(error_kind="negative_balance")
        asked = tokens_asked(request, model.max_completion_tokens or DEFAULT_MAX_TOKENS)
        return Reply(error_kind="afford") if model.cost(prompt_tokens_of(request), asked) > left else None

    def _over_quota(self, model: StubModel) -> Reply | None:
        """Counts a free model's request, refused or not, and says when there were too many; the day is UTC's."""
        if not model.free:
            return None
        for kind, seconds, most in (("per_day", DAY, self.free_per_day), ("per_minute", MINUTE, self.free_per_minute)):
            window = (kind, int(self.clock() // seconds))
            self._free_calls[window] += 1
            if most is not None and self._free_calls[window] > most:
                return Reply(status=429, error_kind=kind)  # type: ignore[arg-type]
        return None

    def _generated(self, model: StubModel, reply: Reply, received: Received) -> Response:
        name = self._issue()
        completion, cost = self._completion(model, reply, received.body, name)
        self._bill(name, model, reply, completion, cost, received)
        if not reply.usage or reply.error_in_200 == "top":
            del completion["usage"]
        if received.headers.get("x-openrouter-metadata", "").lower() == "enabled":
            completion["openrouter_metadata"] = _routing(model, received.body)
        headers = {"X-Generation-Id": name}
        if received.body.get("stream") and reply.body is None and reply.malformed not in SPOILT_BODIES:
            comments, events = events_of(
                {"id": name, "created": int(self.clock()), "model": model.id, "provider": model.provider} | completion, reply
            )
            return Response(200, b"", headers, comments + events, len(comments))
        return self._finished(Response(200, encoded(completion), headers), reply)

    def _completion(self, model: StubModel, reply: Reply, request: Request, name: str) -> tuple[dict[str, Any], Decimal]:
        """The ChatResult of a reply, cut at the tokens that the request allows, and what it costs in USD."""
        said, finish = reply.spoken(), reply.finish_reason
        if self.healing and reply.malformed in ("fenced", "trailing_comma", "unquoted_keys", "prose") and _heals(request):
            said = reply.content
        most = tokens_asked(request, model.max_completion_tokens or DEFAULT_MAX_TOKENS)
        if said is not None and reply.completion_tokens is None and tokens(said) > most:
            said, finish = said[: most * CHARACTERS_PER_TOKEN], "length"
        message: dict[str, Any] = {"role": "assistant", "content": said, "refusal": reply.refusal, "reasoning": reply.reasoning}
        if reply.tool_calls:
            message["tool_calls"] = [dict(call) for call in reply.tool_calls]
        prompt_tokens = prompt_tokens_of(request) if reply.prompt_tokens is None else reply.prompt_tokens
        answered = (
            tokens(said or reply.refusal or "") + reply.reasoning_tokens if reply.completion_tokens is None else reply.completion_tokens
        )
        if said is not None and reply.huge:
            message["content"] = said + " " * reply.huge
        choice = {"index": 0, "finish_reason": finish, "native_finish_reason": finish, "message": message, "logprobs": None}
        cost = model.cost(prompt_tokens, answered)
        if reply.error_in_200 is not None or finish == "error":
            cost = Decimal(0)
        cost = cost if reply.cost is None else Decimal(reply.cost)
        completion = {
            "id": name,
            "object": "chat.completion",
            "created": int(self.clock()),
            "model": reply.model or model.id,
            "provider": model.provider,
            "system_fingerprint": None,
            "choices": [choice],
            "usage": _usage(model, prompt_tokens, answered, reply.reasoning_tokens, cost),
        }
        return self._broken(completion, choice, reply, model), cost

    def _broken(self, completion: dict[str, Any], choice: dict[str, Any], reply: Reply, model: StubModel) -> dict[str, Any]:
        """The shapes of an error inside an answer of status 200."""
        status = reply.error_code if isinstance(reply.error_code, int) else 502
        _, _, body = self._error(replace(reply, status=status), model.id, {})
        if reply.error_in_200 == "top":
            return {"error": body["error"], "user_id": "user_stub", "usage": completion["usage"]}
        if reply.error_in_200 == "choice":
            choice["message"]["content"] = (choice["message"]["content"] or "")[:12]
            choice |= {"finish_reason": "error", "native_finish_reason": "error", "error": body["error"]}
        elif reply.error_in_200 == "no_choices":
            completion["choices"] = []
        elif reply.error_in_200 == "empty_content":
            choice |= {"finish_reason": None, "native_finish_reason": None}
            completion["usage"] |= {"completion_tokens": 0, "total_tokens": completion["usage"]["prompt_tokens"]}
        return completion

    def _bill(self, name: str, model: StubModel, reply: Reply, completion: Mapping[str, Any], cost: Decimal, received: Received) -> None:
        usage, choices = completion["usage"], completion.get("choices")
        finish = choices[0]["finish_reason"] if choices else "error"
        with self._lock:
            self.charged += cost
            self._generations[name] = {
                "id": name,
                "upstream_id": f"chatcmpl-{name}",
                "request_id": name.replace("gen-", "req-"),
                "created_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.clock())),
                "model": reply.model or model.id,
                "provider_name": model.provider,
                **dict.fromkeys(("total_cost", "usage"), float(cost)),
                "upstream_inference_cost": 0,
                **dict.fromkeys(("tokens_prompt", "native_tokens_prompt"), usage["prompt_tokens"]),
                **dict.fromkeys(("tokens_completion", "native_tokens_completion"), usage["completion_tokens"]),
                "native_tokens_reasoning": reply.reasoning_tokens,
                **dict.fromkeys(("native_tokens_cached", "native_tokens_completion_images"), 0),
                **dict.fromkeys(("latency", "generation_time"), round(reply.latency * 1000)),
                **dict.fromkeys(("finish_reason", "native_finish_reason"), finish),
                "streamed": bool(received.body.get("stream")),
                "cancelled": False,
                "is_byok": False,
                "origin": "",
                "http_referer": received.headers.get("http-referer"),
                "user_agent": received.headers.get("user-agent"),
                "session_id": received.body.get("session_id"),
                "external_user": received.body.get("user"),
                "api_type": "completions",
                "data_region": "global",
                "service_tier": None,
                **dict.fromkeys(("app_id", "cache_discount", "moderation_latency", "preset_id", "router", "provider_responses")),
                **dict.fromkeys(("num_media_prompt", "num_media_completion", "num_input_audio_prompt", "num_search_results")),
                **dict.fromkeys(("num_fetches", "web_search_engine", "workspace_id", "response_cache_source_id")),
            }

    # --- small things -------------------------------------------------------------------------------------------------------------

    def _issue(self, start: str = "gen") -> str:
        with self._lock:
            self._issued += 1
            return f"{start}-{int(self.clock())}-{self._issued:020d}"

    def _note(self, *found: str) -> None:
        with self._lock:
            self.problems.extend(found)

    def note_request(self, received: Received) -> None:
        with self._lock:
            self.requests.append(received)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def note_done(self) -> None:
        with self._lock:
            self.in_flight -= 1

    def wait(self, seconds: float | None) -> None:
        """Sleeps (None: until the stub closes), but never past the stub's end."""
        if seconds != 0 and self._closing.wait(seconds):
            raise Closing


ROUTES: dict[tuple[str, str], tuple[bool, Callable[..., tuple[int, Any]]]] = {
    ("GET", "/models"): (False, OpenRouterStub._models),
    ("GET", "/models/user"): (True, OpenRouterStub._user_models),
    ("GET", "/models/count"): (False, OpenRouterStub._count),
    ("GET", "/model/([^/]+/[^/]+)"): (False, OpenRouterStub._model),
    ("GET", "/models/([^/]+/[^/]+)/endpoints"): (False, OpenRouterStub._endpoints),
    ("GET", "/endpoints/zdr"): (False, OpenRouterStub._zdr),
    ("GET", "/providers"): (False, OpenRouterStub._providers),
    ("GET", "/key"): (True, OpenRouterStub._key),
    ("GET", "/credits"): (True, OpenRouterStub._credits),
    ("GET", "/generation"): (True, OpenRouterStub._generation),
    ("POST", BATCHES): (True, OpenRouterStub._submit),
    ("GET", f"{BATCHES}/([^/]+)"): (True, OpenRouterStub._batch),
}
"""Method and path (below `/api/v1`, batches apart) to whether a key is needed and who answers."""


def _heals(request: Request) -> bool:
    plugins = request.get("plugins") or ()
    return not request.get("stream") and any(each["id"] == "response-healing" and each.get("enabled", True) for each in plugins)


def _routing(model: StubModel, request: Request) -> dict[str, Any]:
    return {
        "requested": request.get("model") or request["models"][0],
        "strategy": "direct",
        "region": "iad",
        "summary": "available=1",
        "attempt": 1,
        "is_byok": False,
        "endpoints": {"total": 1, "available": [{"provider": model.provider, "model": model.id, "selected": True}]},
        "attempts": [{"provider": model.provider, "model": model.id, "status": 200}],
    }


def _usage(model: StubModel, prompt_tokens: int, completion_tokens: int, reasoning_tokens: int, cost: Decimal) -> dict[str, Any]:
    upstream = {"prompt_": model.cost(prompt_tokens, 0), "completions_": model.cost(0, completion_tokens)}
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "cost": float(cost),
        "is_byok": False,
        "cost_details": {
            "upstream_inference_cost": None,
            **{f"upstream_inference_{part}cost": float(amount) for part, amount in upstream.items()},
        },
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0, "video_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning_tokens, "audio_tokens": 0},
    }
