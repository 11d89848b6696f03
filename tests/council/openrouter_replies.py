"""How a model of the stub replies: one `Reply` is one behaviour, and `FAULTS` names every one that a client must survive.

Bodies, messages and codes follow OpenRouterTeam/docs at c26125a5 (errors-and-debugging, limits, streaming) and what users report of the
real service: errors inside answers of status 200, resets in milliseconds, `error.code` as a string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

BALLOT = json.dumps({"reasons": ["trend up", "volume above average"], "probability": 0.6, "abstain": False})
"""What a model says when nothing else is asked of it: a valid ballot."""

ErrorIn200 = Literal["top", "choice", "no_choices", "empty_content"]
Malformed = Literal[
    "fenced", "trailing_comma", "truncated", "prose", "unquoted_keys", "single_quotes", "twice", "not_json", "not_json_body", "empty_body"
]
Wire = Literal[
    "reset_before", "close_before", "reset_mid_body", "close_mid_body", "never", "slow_loris", "stale_connection", "not_http", "bad_gzip"
]
ErrorKind = Literal[
    "key", "schema", "moderation", "guardrail", "per_minute", "per_day", "upstream", "key_limit", "afford", "negative_balance", "context"
]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One behaviour of a model; the defaults are a prompt, well-formed ballot of status 200.

    `latency` and `byte_pause` are seconds. `cost` (USD) replaces the one computed from the model's price, `cost="0"` being a generation
    that isn't billed. A reply of a status other than 200, and one that fails inside a 200, is never billed; one that is lost on the
    wire (reset, closed, never sent) or spoiled as JSON is billed, since the model has done its work.
    """

    content: str | None = BALLOT
    finish_reason: str | None = "stop"
    refusal: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    latency: float = 0.0
    cost: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int = 0
    usage: bool = True
    model: str | None = None
    """The model named in the answer, where it isn't the one asked (routers and aliases)."""

    status: int = 200
    error_kind: ErrorKind | None = None
    error_code: int | str | None = None
    error_message: str | None = None
    error_type: str | None = None
    metadata: Mapping[str, Any] | None = None
    availability: str | None = None
    excluded_by: tuple[str, ...] = ()
    constraint: Mapping[str, str] | None = None
    retry_after: str | float | None = None

    error_in_200: ErrorIn200 | None = None
    malformed: Malformed | None = None
    body: bytes | None = None
    """The HTTP body as it is, in place of any that would be built."""
    content_type: str = "application/json"
    headers: Mapping[str, str] | None = None
    gzip: bool = False
    """The body is sent compressed whatever the request accepts."""
    huge: int = 0
    """The content is padded by so many bytes of white space, so that the ballot in it stays valid."""
    leading_blanks: int = 0
    """So many lines of white space come before the JSON, as the real service keeps a slow answer's connection alive."""
    redirect: str | None = None
    """The Location of a redirect; `{port}` is the stub's port."""

    wire: Wire | None = None
    byte_pause: float = 0.02
    mid_stream_error: int | None = None
    """Streams only: the status named in an error chunk after the first half of the content."""
    stream_without_done: bool = False
    sse_comments: int = 0
    """Streams only: so many comments `: OPENROUTER PROCESSING` come before the content."""

    def __post_init__(self) -> None:
        """A fault whose name is misspelt would be no fault at all, and its test would pass for nothing."""
        named = {"error_in_200": ErrorIn200, "malformed": Malformed, "wire": Wire, "error_kind": ErrorKind}
        known: dict[str, Any] = {name: get_args(names) for name, names in named.items()}
        known |= {"availability": tuple(AVAILABILITY), "mid_stream_error": tuple(STATUSES)}
        for name, values in known.items():
            value = getattr(self, name)
            if value is not None and value not in values:
                raise ValueError(f"{name} {value!r} is none of {', '.join(map(str, values))}")

    @property
    def fails(self) -> bool:
        """No generation was finished: the next fallback model is tried where there is one, and nothing is billed."""
        return self.status != 200 or self.availability is not None or self.error_kind is not None or self.redirect is not None

    def spoken(self) -> str | None:
        """The message's content, spoiled as asked; padding comes later, since it mustn't count as tokens."""
        if self.content is None or self.error_in_200 in ("empty_content", "no_choices", "top"):
            return "" if self.error_in_200 == "empty_content" else None
        said = self.content
        if self.malformed in SPOILERS:
            said = SPOILERS[self.malformed](said)
        return said


SPOILERS = {
    "fenced": lambda said: f"```json\n{said}\n```",
    "trailing_comma": lambda said: said.rstrip().removesuffix("}") + ",}",
    "truncated": lambda said: said[: len(said) // 2],
    "prose": lambda said: f"Sure! Here is my assessment:\n\n{said}\n\nLet me know if you need anything else.",
    "unquoted_keys": lambda said: "{" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in json.loads(said).items()) + "}",
    "single_quotes": lambda said: repr(json.loads(said)),
    "twice": lambda said: f"{said}\n{said}",
    "not_json": lambda said: "I believe that the price will rise, but I can't be sure.",
}
"""How the content is spoiled, by the name of it; `not_json_body` and `empty_body` spoil the HTTP body instead."""

STATUSES: dict[int, tuple[str, str]] = {
    400: ("invalid_request", "Invalid request parameters"),
    401: ("authentication", "User not found."),
    402: ("payment_required", "Insufficient credits. Add more using https://openrouter.ai/settings/credits"),
    403: ("permission_denied", "Only management keys can perform this operation"),
    404: ("not_found", "No endpoints found"),
    408: ("timeout", "Operation timed out. Please try again later."),
    412: ("precondition_failed", "Precondition failed"),
    413: ("payload_too_large", "Request payload too large"),
    422: ("unprocessable", "Invalid argument"),
    429: ("rate_limit_exceeded", "Rate limit exceeded"),
    500: ("server", "Internal Server Error"),
    502: ("provider_unavailable", "Provider returned error"),
    503: ("provider_overloaded", "Service temporarily unavailable"),
    504: ("timeout", "The provider did not respond in time"),
    524: ("timeout", "Request timed out. Please try again later."),
    529: ("provider_overloaded", "Provider returned error"),
}
"""`error.metadata.error_type` and the message that go with a status."""

AVAILABILITY: dict[str, tuple[int, bool, dict[str, Any]]] = {
    "model_not_found": (400, False, {}),
    "wrong_endpoint": (400, False, {"constraint": {"field": "endpoint", "detail": "This model is served on /embeddings"}}),
    "no_endpoints": (404, False, {"excluded_by": ["allowed_providers"]}),
    "model_deprecated": (404, False, {"fallback_models": ["stub/successor"]}),
    "model_unavailable_upstream": (404, False, {}),
    "capacity_exhausted": (429, True, {"retry_after": 1}),
    "temporarily_unavailable": (503, True, {"retry_after": 1}),
    "region_restricted": (403, False, {"excluded_by": ["geo"]}),
    "privacy_restricted": (404, False, {"excluded_by": ["data_policy:training"]}),
    "constraint_filtered": (
        404,
        False,
        {"excluded_by": ["max_price"], "constraint": {"field": "max_price", "detail": "No endpoint is as cheap"}},
    ),
    "free_variant_ended": (404, False, {}),
}
"""The eleven codes of `error.availability`: status, retryable, and what else the object says by default."""

AVAILABILITY_MESSAGES = {
    "model_not_found": "{model} is not a valid model ID",
    "wrong_endpoint": "{model} is not available on this endpoint",
    "no_endpoints": "No endpoints found for {model}.",
    "model_deprecated": "{model} has been deprecated.",
    "model_unavailable_upstream": "{model} is no longer served by any provider.",
    "capacity_exhausted": "All providers for {model} are at capacity. Please retry shortly.",
    "temporarily_unavailable": "{model} is temporarily unavailable. Please retry shortly.",
    "region_restricted": "{model} is not available in your region.",
    "privacy_restricted": "No endpoints found matching your data policy. Configure: https://openrouter.ai/settings/privacy",
    "constraint_filtered": "No endpoints found that can handle the requested parameters.",
    "free_variant_ended": "The free period of {model} has ended.",
}

KINDS: dict[str, tuple[int, str, str]] = {
    "key": (401, "authentication", "Missing Authentication header"),
    "schema": (400, "invalid_request", "Invalid input"),
    "moderation": (403, "content_policy_violation", '{model} requires moderation on {provider}. Your input was flagged for "violence".'),
    "guardrail": (403, "permission_denied", "Request blocked: prompt injection patterns detected"),
    "per_minute": (429, "rate_limit_exceeded", "Rate limit exceeded: free-models-per-min. "),
    "per_day": (
        429,
        "rate_limit_exceeded",
        "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
    ),
    "upstream": (429, "rate_limit_exceeded", "Provider returned error"),
    "key_limit": (402, "payment_required", "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys"),
    "afford": (
        402,
        "payment_required",
        "This request requires more credits, or fewer max_tokens. You requested up to {asked} tokens, but can only afford {affordable}. "
        "To increase, visit https://openrouter.ai/settings/credits and add more credits",
    ),
    "negative_balance": (402, "payment_required", "Insufficient credits. Add more using https://openrouter.ai/settings/credits"),
    "context": (
        400,
        "context_length_exceeded",
        "This endpoint's maximum context length is {context} tokens. However, you requested about {prompt_tokens} tokens of text input "
        "and {asked} in the output.",
    ),
}
"""Status, `error_type` and message of the errors that have a shape of their own."""

EDGE_PAGE = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad gateway</h1></body></html>\n"


def _said(**fields: Any) -> Reply:
    """A well-formed answer whose ballot isn't one."""
    return Reply(content=json.dumps({"reasons": ["trend up"], "probability": 0.6, "abstain": False} | fields))


FAULTS: dict[str, Reply] = {
    # A status of its own, for each that is documented.
    **{f"status_{status}": Reply(status=status) for status in STATUSES if status != 429},
    "status_429_per_minute": Reply(status=429, error_kind="per_minute"),
    "status_429_per_day": Reply(status=429, error_kind="per_day"),
    "status_429_upstream": Reply(status=429, error_kind="upstream"),
    "status_429_retry_after": Reply(status=429, error_kind="upstream", retry_after=1),
    "status_429_retry_after_date": Reply(status=429, error_kind="upstream", retry_after="Sun, 06 Nov 1994 08:49:37 GMT"),
    "status_429_retry_after_nonsense": Reply(status=429, error_kind="upstream", retry_after="soon"),
    "status_429_retry_after_huge": Reply(status=429, error_kind="upstream", retry_after=1e9),
    "status_503_retry_after": Reply(status=503, retry_after=1),
    "status_400_context_length": Reply(status=400, error_kind="context"),
    "status_400_refusal": Reply(status=400, error_type="refusal", error_message="The model refused to comply with this request"),
    "status_402_max_tokens": Reply(status=402, error_kind="afford"),
    "status_402_key_limit": Reply(status=402, error_kind="key_limit"),
    "status_402_negative_balance": Reply(status=402, error_kind="negative_balance"),
    "status_403_moderation": Reply(status=403, error_kind="moderation"),
    "status_403_guardrail": Reply(status=403, error_kind="guardrail"),
    "status_418_unknown": Reply(status=418, error_message="A status that nobody documented", error_type="unmapped"),
    "status_502_html": Reply(status=502, body=EDGE_PAGE, content_type="text/html; charset=UTF-8"),
    "error_code_string": Reply(status=500, error_code="server_error"),
    "error_is_string": Reply(status=500, body=b'{"error": "something went wrong"}'),
    **{f"availability_{code}": Reply(availability=code) for code in AVAILABILITY},
    # Errors inside an answer of status 200.
    "error_200_top": Reply(error_in_200="top"),
    "error_200_top_429": Reply(error_in_200="top", error_code=429, error_kind=None, error_message="Rate limit exceeded"),
    "error_200_code_string": Reply(error_in_200="top", error_code="server_error"),
    "error_200_choice": Reply(error_in_200="choice"),
    "error_200_no_choices": Reply(error_in_200="no_choices"),
    "error_200_empty_content": Reply(error_in_200="empty_content"),
    # Content that isn't a ballot's JSON.
    **{f"content_{kind}": Reply(malformed=kind) for kind in SPOILERS},  # type: ignore[arg-type]
    "content_null": Reply(content=None),
    "content_array": Reply(content="[0.6]"),
    "content_number": Reply(content="0.6"),
    "content_deep": Reply(content="[" * 100_000, completion_tokens=64),
    "content_nan": Reply(content='{"reasons": ["trend up"], "probability": NaN, "abstain": false}'),
    "content_duplicate_keys": Reply(content='{"reasons": [], "probability": 0.6, "probability": 0.1, "abstain": false}'),
    "probability_above_one": _said(probability=60),
    "probability_negative": _said(probability=-0.1),
    "probability_text": _said(probability="60%"),
    "probability_boolean": _said(probability=True),
    "probability_missing": Reply(content='{"reasons": ["trend up"], "abstain": false}'),
    "reasons_text": _said(reasons="trend up"),
    "unknown_field": _said(confidence=0.9),
    "abstains": _said(abstain=True),
    "finish_length": Reply(malformed="truncated", finish_reason="length"),
    "finish_content_filter": Reply(content="", finish_reason="content_filter"),
    "finish_error": Reply(malformed="truncated", finish_reason="error"),
    "finish_unknown": Reply(finish_reason="paused"),
    "finish_tool_calls": Reply(
        content=None,
        finish_reason="tool_calls",
        tool_calls=({"id": "call_1", "type": "function", "function": {"name": "price", "arguments": "{}"}},),
    ),
    "refusal": Reply(content=None, refusal="I can't help with financial advice."),
    "reasoning_only": Reply(content=None, reasoning="The trend is up, so…", finish_reason="length", reasoning_tokens=64),
    "other_model": Reply(model="stub/some-other-model"),
    "no_usage": Reply(usage=False),
    "cost_surprise": Reply(cost="123.45"),
    # The HTTP body.
    "body_not_json": Reply(malformed="not_json_body"),
    "body_empty": Reply(malformed="empty_body"),
    "body_array": Reply(body=b"[]"),
    "body_null": Reply(body=b"null"),
    "body_choices_wrong_type": Reply(body=b'{"id": "gen-1", "choices": {"0": "text"}, "usage": "none"}'),
    "body_deep": Reply(body=b"[" * 100_000),
    "body_bad_utf8": Reply(body=b'{"id": "gen-\xff\xfe"}'),
    "body_leading_blank_lines": Reply(leading_blanks=3),
    "body_html": Reply(body=EDGE_PAGE, content_type="text/html; charset=UTF-8"),
    "body_huge": Reply(huge=8 << 20),
    "gzip": Reply(gzip=True),
    "gzip_bomb": Reply(gzip=True, huge=32 << 20),
    "gzip_broken": Reply(gzip=True, wire="bad_gzip"),
    # The wire.
    "slow": Reply(latency=0.3),
    "never_answers": Reply(wire="never"),
    "slow_loris": Reply(wire="slow_loris"),
    "reset_before_answer": Reply(wire="reset_before"),
    "closed_before_answer": Reply(wire="close_before"),
    "reset_mid_body": Reply(wire="reset_mid_body"),
    "closed_mid_body": Reply(wire="close_mid_body"),
    "stale_connection": Reply(wire="stale_connection"),
    "not_http": Reply(wire="not_http"),
    "redirect": Reply(status=307, redirect="http://localhost:{port}/elsewhere"),
    # Streams; asked for without one, these answer well.
    "stream_error": Reply(mid_stream_error=502),
    "stream_error_429": Reply(mid_stream_error=429),
    "stream_comments": Reply(sse_comments=3),
    "stream_without_done": Reply(stream_without_done=True),
}
"""Every fault by name. Those of `HARMLESS` still hold a valid ballot that a client should take."""

HARMLESS = frozenset(
    {"gzip", "slow", "other_model", "no_usage", "cost_surprise", "stale_connection", "stream_error", "stream_error_429"}
    | {"stream_comments", "stream_without_done", "body_leading_blank_lines", "body_huge", "gzip_bomb", "finish_unknown"}
)
"""Faults whose answer, asked for without a stream, is a valid ballot of status 200; bounds of size or cost may still refuse some."""
