"""How the stub words an error: status, headers and body as OpenRouterTeam/docs at c26125a5 describe them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from openrouter_catalogue import DAY, DEFAULT_MAX_TOKENS, Request, StubModel, prompt_tokens_of, tokens_asked, words_of
from openrouter_replies import AVAILABILITY, AVAILABILITY_MESSAGES, KINDS, STATUSES, Reply
from openrouter_wire import Received, Response, encoded

MINUTE = 60.0
ROUTING_VARIANTS = ("nitro", "floor", "exacto", "online")
"""Endings of an id that only route: the model is the one without them, unlike `:free` and `:thinking`, which are listed themselves."""
SPOILT_BODIES = {"empty_body": b"", "not_json_body": b"upstream said: try again"}
DOCS = "https://openrouter.ai/docs/api_reference/errors-and-debugging"


class Errors:
    """The part of the stub that refuses."""

    models: dict[str, StubModel]
    clock: Callable[[], float]
    balance: Decimal | None
    charged: Decimal
    free_per_minute: int | None
    free_per_day: int | None

    def knows(self, model_id: str) -> bool:
        return model_id in self.models or _base(model_id) in self.models

    def served(self, model_id: str) -> StubModel:
        """The model of an id or of its variant; for an unknown one a model of that name, so that an error can speak of it."""
        found = self.models.get(model_id) or self.models.get(_base(model_id))
        return StubModel(model_id or "stub/unknown") if found is None else found

    def _failure(self, reply: Reply, model_id: str, received: Received) -> Response:
        request = received.body if isinstance(received.body, dict) else {}
        status, headers, body = self._error(reply, model_id, request)
        if reply.redirect is not None:
            headers["Location"] = reply.redirect.format(port=self.port)  # type: ignore[attr-defined]
        return self._finished(Response(status, encoded(body), headers), reply)

    def _finished(self, response: Response, reply: Reply) -> Response:
        """The reply's own body, headers and compression in place of what was built."""
        body = SPOILT_BODIES.get(reply.malformed or "", response.body) if reply.body is None else reply.body
        body = b"\n" * reply.leading_blanks + body
        headers = {"Content-Type": reply.content_type, **response.headers, **(reply.headers or {})}
        if reply.gzip:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            body = body[:10] + b"\xff" * (len(body) - 10) if reply.wire == "bad_gzip" else body
            headers["Content-Encoding"] = "gzip"
        return replace(response, body=body, headers=headers)

    def _error(self, reply: Reply, model_id: str, request: Request) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Status, headers and body of an error as OpenRouter words it."""
        status, error_type, message, metadata = self._worded(reply, model_id, request)
        wait = f"{reply.retry_after:.10g}" if isinstance(reply.retry_after, float) else reply.retry_after
        headers = {} if wait is None else {"Retry-After": str(wait)}
        metadata = {"error_type": reply.error_type or error_type} | metadata | dict(reply.metadata or {})
        error: dict[str, Any] = {
            "code": status if reply.error_code is None else reply.error_code,
            "message": reply.error_message or message,
            "metadata": metadata,
        }
        headers |= metadata.get("headers", {})
        if reply.availability is not None:
            error["availability"] = self._availability(reply, model_id, request)
            if error["availability"].get("retry_after") is not None:
                headers["Retry-After"] = str(error["availability"]["retry_after"])
        return status, headers, {"error": error, "user_id": "user_stub"}

    def _worded(self, reply: Reply, model_id: str, request: Request) -> tuple[int, str, str, dict[str, Any]]:
        model = self.served(model_id)
        if reply.availability is not None:
            status = AVAILABILITY[reply.availability][0]
            return status, STATUSES[status][0], AVAILABILITY_MESSAGES[reply.availability].format(model=model.id), {}
        if reply.error_kind is not None:
            status, error_type, message = KINDS[reply.error_kind]
            return status, error_type, self._filled(message, model, request), self._metadata(reply.error_kind, model, request)
        error_type, message = STATUSES.get(reply.status, ("unmapped", _phrase(reply.status)))
        upstream = {"provider_name": model.provider, "raw": "upstream connect error"} if message == "Provider returned error" else {}
        return reply.status, error_type, message, upstream

    def _filled(self, message: str, model: StubModel, request: Request) -> str:
        asked = tokens_asked(request, model.max_completion_tokens or DEFAULT_MAX_TOKENS)
        left = (self.balance or Decimal(0)) - self.charged
        price = Decimal(model.completion)
        affordable = max(0, int((left - model.cost(prompt_tokens_of(request), 0)) / price)) if price else 0
        numbers = {"asked": asked, "affordable": affordable, "context": model.context_length, "prompt_tokens": prompt_tokens_of(request)}
        return message.format(model=model.id, provider=model.provider, **numbers)

    def _metadata(self, kind: str, model: StubModel, request: Request) -> dict[str, Any]:
        """What `error.metadata` holds besides the type."""
        if kind in ("per_minute", "per_day"):
            seconds, most = (MINUTE, self.free_per_minute or 20) if kind == "per_minute" else (DAY, self.free_per_day or 50)
            reset = int((self.clock() // seconds + 1) * seconds * 1000)
            return {"headers": {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}}
        if kind == "upstream":
            raw = f"{model.id} is temporarily rate-limited upstream. Please retry shortly, or add your own key."
            return {"provider_name": model.provider, "provider_code": "rate_limited", "raw": raw}
        if kind == "moderation":
            return {"reasons": ["violence"], "flagged_input": _flagged(request), "provider_name": model.provider, "model_slug": model.id}
        return {"patterns": ["ignore all previous instructions"]} if kind == "guardrail" else {}

    def _availability(self, reply: Reply, model_id: str, request: Request) -> dict[str, Any]:
        code = str(reply.availability)
        _, retryable, more = AVAILABILITY[code]
        wanted = [*filter(None, [request.get("model")]), *request.get("models", ())] or [model_id]
        told = {"code": code, "retryable": retryable, "requested_models": wanted, "docs_url": f"{DOCS}#{code.replace('_', '-')}"} | more
        if code == "free_variant_ended":
            told["fallback_models"] = [model_id.removesuffix(":free")]
        told |= {} if not reply.excluded_by else {"excluded_by": list(reply.excluded_by)}
        told |= {} if reply.constraint is None else {"constraint": dict(reply.constraint)}
        return told | ({} if reply.retry_after is None else {"retry_after": reply.retry_after})


def _flagged(request: Request) -> str:
    """What moderation quotes: at most 100 characters, cut in the middle."""
    words = "".join(words_of(message) for message in request.get("messages", ()))
    return words if len(words) <= 100 else f"{words[:48]}...{words[-49:]}"


def _base(model_id: str) -> str:
    base, _, variant = model_id.rpartition(":")
    return base if variant in ROUTING_VARIANTS else model_id


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
