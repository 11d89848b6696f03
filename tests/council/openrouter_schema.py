"""What OpenRouter accepts in a chat completion's request, and which fields of its answer a client may read.

Source: the OpenAPI file of OpenRouterTeam/docs at c26125a5 (ChatRequest, ProviderPreferences, ChatResult, ChatUsage) and the ranges that
its descriptions and parameters page give. The tables are written anew, as rules: a rule is a function of a value and its path that yields
what is wrong with it.

Where the real API ignores a field that it doesn't know (everywhere except in `provider`, which is closed there too), these rules call it
a problem: a field that nobody reads is a client that drifted from the schema, and the stub exists to say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

Rule = Callable[[object, str], Iterator[str]]

QUANTIZATIONS = ("int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown")
EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")
PLUGINS = (
    "auto-beta-router",
    "auto-router",
    "context-compression",
    "file-parser",
    "fusion",
    "moderation",
    "pareto-router",
    "response-healing",
    "web",
    "web-fetch",
)
ERROR_TYPES = (
    *("context_length_exceeded", "max_tokens_exceeded", "token_limit_exceeded", "string_too_long", "authentication", "permission_denied"),
    *("payment_required", "rate_limit_exceeded", "provider_overloaded", "provider_unavailable", "invalid_request", "invalid_prompt"),
    *("not_found", "precondition_failed", "payload_too_large", "unprocessable", "content_policy_violation", "refusal", "invalid_image"),
    *("image_too_large", "image_too_small", "unsupported_image_format", "image_not_found", "image_download_failed", "server", "timeout"),
    "unmapped",
)


def problems(request: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a chat completion's request, each as `path: what`; none means that it follows the schema."""
    found = list(CHAT_REQUEST(request, ""))
    if not found and not request.get("model") and not request.get("models"):
        found.append("model: neither model nor models is given; the account's default model would answer")
    return found


def response_problems(response: Mapping[str, Any]) -> list[str]:
    """What is wrong with a successful answer by the same schema: the stub's own test, so that it can't drift either."""
    return list(CHAT_RESULT(response, ""))


# --- the words that rules are made of -----------------------------------------------------------------------------------------------


def nullable(rule: Rule) -> Rule:
    def check(value: object, path: str) -> Iterator[str]:
        if value is not None:
            yield from rule(value, path)

    return check


def anything(value: object, path: str) -> Iterator[str]:
    yield from ()


def boolean(value: object, path: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{path}: {value!r} is no boolean"


def number(low: float = float("-inf"), high: float = float("inf"), *, whole: bool = False) -> Rule:
    kind = int if whole else (int, float)

    def check(value: object, path: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, kind) or (isinstance(value, float) and not isfinite(value)):
            yield f"{path}: {value!r} is no {'integer' if whole else 'number'}"
        elif not low <= value <= high:
            yield f"{path}: {value!r} is not within {low:g} to {high:g}"

    return check


def text(longest: int | None = None, pattern: str = "") -> Rule:
    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{path}: {value!r} is no string"
        elif longest is not None and len(value) > longest:
            yield f"{path}: {len(value)} characters are more than {longest}"
        elif pattern and re.fullmatch(pattern, value) is None:
            yield f"{path}: {value!r} has characters other than {pattern}"

    return check


def choice(*names: str) -> Rule:
    def check(value: object, path: str) -> Iterator[str]:
        if value not in names:
            yield f"{path}: {value!r} is none of {', '.join(names)}"

    return check


def array(item: Rule, *, least: int = 0, most: int | None = None) -> Rule:
    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no array"
            return
        if len(value) < least or (most is not None and len(value) > most):
            yield f"{path}: {len(value)} items, {f'at least {least}' if len(value) < least else f'at most {most}'} expected"
        for index, each in enumerate(value):
            yield from item(each, f"{path}[{index}]")

    return check


def mapping(rule: Rule, *, most: int | None = None, longest_key: int | None = None) -> Rule:
    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no object"
            return
        if most is not None and len(value) > most:
            yield f"{path}: {len(value)} pairs, at most {most} expected"
        for key, each in value.items():
            if longest_key is not None and len(key) > longest_key:
                yield f"{path}: the key {key!r} is longer than {longest_key}"
            yield from rule(each, f"{path}.{key}")

    return check


def record(fields: Mapping[str, Rule], *, required: tuple[str, ...] = (), closed: bool = True) -> Rule:
    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path or 'request'}: {value!r} is no object"
            return
        start = f"{path}." if path else ""
        yield from (f"{start}{name}: missing" for name in required if name not in value)
        for name, each in value.items():
            if name in fields:
                yield from fields[name](each, start + name)
            elif closed:
                yield f"{start}{name}: unknown field; known are {', '.join(sorted(fields))}"

    return check


def either(*rules: Rule) -> Rule:
    """Right when one rule is; otherwise the complaints of the rule that got furthest: deepest into it, past its type."""

    def check(value: object, path: str) -> Iterator[str]:
        complaints = [list(rule(value, path)) for rule in rules]
        yield from min(complaints, key=_distance)

    return check


def _distance(complaints: list[str]) -> tuple[bool, int, bool]:
    deepest = max((complaint.index(":") for complaint in complaints), default=0)
    return bool(complaints), -deepest, any(" is no " in complaint for complaint in complaints)


def tagged(tag: str, kinds: Mapping[str, Rule]) -> Rule:
    """An object whose field `tag` decides by which of `kinds` it is judged."""

    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no object"
        elif not isinstance(value.get(tag), str) or value[tag] not in kinds:
            yield f"{path}.{tag}: {value.get(tag)!r} is none of {', '.join(kinds)}"
        else:
            yield from kinds[value[tag]](value, path)

    return check


def price(value: object, path: str) -> Iterator[str]:
    """`max_price` is a string in the schema and a number in every example of the documentation: both are taken."""
    try:
        amount = Decimal(str(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0:
        yield f"{path}: {value!r} is no price in USD per million tokens"


# --- the request --------------------------------------------------------------------------------------------------------------------

NAME = text(64, "[a-zA-Z0-9_-]+")
PERCENTILES = record({name: nullable(number(0)) for name in ("p50", "p75", "p90", "p99")})
SLUGS = nullable(array(text()))
FLAG = nullable(boolean)

PROVIDER_PREFERENCES = record(
    {
        "allow_fallbacks": FLAG,
        "data_collection": nullable(choice("deny", "allow")),
        "enforce_distillable_text": FLAG,
        "ignore": SLUGS,
        "max_price": record(dict.fromkeys(("audio", "completion", "image", "prompt", "request"), price)),
        "only": SLUGS,
        "order": SLUGS,
        "preferred_max_latency": nullable(either(number(0), PERCENTILES)),
        "preferred_min_throughput": nullable(either(number(0), PERCENTILES)),
        "quantizations": nullable(array(choice(*QUANTIZATIONS))),
        "require_parameters": FLAG,
        "sort": nullable(
            either(
                choice("price", "throughput", "latency", "exacto"),
                record(
                    {"by": nullable(choice("price", "throughput", "latency", "exacto")), "partition": nullable(choice("model", "none"))}
                ),
            )
        ),
        "zdr": FLAG,
    }
)

JSON_SCHEMA = record({"name": NAME, "description": text(), "schema": record({}, closed=False), "strict": FLAG}, required=("name",))
KIND = text()
RESPONSE_FORMAT = tagged(
    "type",
    {
        "text": record({"type": KIND}),
        "json_object": record({"type": KIND}),
        "json_schema": record({"type": KIND, "json_schema": JSON_SCHEMA}, required=("json_schema",)),
        "grammar": record({"type": KIND, "grammar": text()}, required=("grammar",)),
        "python": record({"type": KIND}),
    },
)

CONTENT = either(text(), array(record({"type": text()}, required=("type",), closed=False), least=1))
TOOL_CALL = record(
    {"id": text(), "type": choice("function"), "function": record({"name": text(), "arguments": text()}, required=("name", "arguments"))},
    required=("id", "type", "function"),
)
SPOKEN = {"role": KIND, "content": CONTENT, "name": text()}
ANSWERED = {
    "role": KIND,
    "content": nullable(CONTENT),
    "name": text(),
    "refusal": nullable(text()),
    "reasoning": nullable(text()),
    "reasoning_details": nullable(array(record({}, closed=False))),
    "tool_calls": array(TOOL_CALL),
    "images": array(anything),
    "audio": anything,
}
MESSAGE = tagged(
    "role",
    {
        **{role: record(SPOKEN, required=("content",)) for role in ("system", "user", "developer")},
        "assistant": record({**ANSWERED, "model": text()}),
        "tool": record({"role": KIND, "content": CONTENT, "tool_call_id": text()}, required=("content", "tool_call_id")),
    },
)

FUNCTION = record({"name": NAME, "description": text(), "parameters": record({}, closed=False), "strict": FLAG}, required=("name",))
NAMED_TOOL = record({"type": choice("function"), "function": record({"name": text()}, required=("name",))}, required=("type", "function"))


def tool(value: object, path: str) -> Iterator[str]:
    """A function, or one of OpenRouter's own tools, whose settings are left to it."""
    if isinstance(value, dict) and str(value.get("type")).startswith("openrouter:"):
        return
    rule = record({"type": choice("function"), "function": FUNCTION, "cache_control": anything}, required=("type", "function"))
    yield from rule(value, path)


CHAT_REQUEST_FIELDS: dict[str, Rule] = {
    "cache_control": record({}, closed=False),
    "debug": record({"echo_upstream_body": boolean}),
    "frequency_penalty": nullable(number(-2, 2)),
    "image_config": record({}, closed=False),
    "logit_bias": nullable(mapping(number())),
    "logprobs": FLAG,
    "max_completion_tokens": nullable(number(1, whole=True)),
    "max_tokens": nullable(number(1, whole=True)),
    "messages": array(MESSAGE, least=1),
    "metadata": mapping(text(512), most=16, longest_key=64),
    "min_p": nullable(number(0, 1)),
    "modalities": array(choice("text", "image", "audio")),
    "model": text(),
    "models": array(text()),
    "parallel_tool_calls": FLAG,
    "plugins": array(tagged("id", {name: record({}, closed=False) for name in PLUGINS})),
    "prediction": record({}, closed=False),
    "presence_penalty": nullable(number(-2, 2)),
    "prompt_cache_key": nullable(text()),
    "prompt_cache_options": nullable(record({}, closed=False)),
    "provider": nullable(PROVIDER_PREFERENCES),
    "reasoning": record(
        {
            "effort": nullable(choice(*EFFORTS)),
            "summary": nullable(choice("auto", "concise", "detailed")),
            "max_tokens": nullable(number(1, whole=True)),
            "exclude": FLAG,
            "enabled": FLAG,
        }
    ),
    "reasoning_effort": nullable(choice(*EFFORTS)),
    "repetition_penalty": nullable(number(0, 2)),
    "response_format": RESPONSE_FORMAT,
    "route": nullable(choice("fallback", "sort")),
    "seed": nullable(number(whole=True)),
    "service_tier": nullable(choice("auto", "default", "fast", "flex", "priority", "scale")),
    "session_id": text(256),
    "stop": nullable(either(text(), array(text(), most=4))),
    "stop_server_tools_when": anything,
    "stream": boolean,
    "stream_options": nullable(record({"include_usage": boolean})),
    "temperature": nullable(number(0, 2)),
    "tool_choice": either(choice("none", "auto", "required"), NAMED_TOOL),
    "tools": array(tool),
    "top_a": nullable(number(0, 1)),
    "top_k": nullable(number(0, whole=True)),
    "top_logprobs": nullable(number(0, 20, whole=True)),
    "top_p": nullable(number(0, 1)),
    "trace": record({}, closed=False),
    "user": text(),
    # Described on the parameters page, absent from ChatRequest.
    "verbosity": nullable(choice("low", "medium", "high", "xhigh", "max")),
}
CHAT_REQUEST = record(CHAT_REQUEST_FIELDS, required=("messages",))

# --- the answer ---------------------------------------------------------------------------------------------------------------------

COUNT = nullable(number(0, whole=True))
MONEY = nullable(number(0))
ERROR = record(
    {
        "code": either(number(100, 599, whole=True), text()),
        "message": text(),
        "metadata": nullable(record({"error_type": choice(*ERROR_TYPES)}, closed=False)),
        "availability": record({}, closed=False),
    },
    required=("code", "message"),
)
USAGE = record(
    {
        "prompt_tokens": number(0, whole=True),
        "completion_tokens": number(0, whole=True),
        "total_tokens": number(0, whole=True),
        "cost": MONEY,
        "is_byok": boolean,
        "cost_details": record(
            {f"upstream_inference_{part}cost": MONEY for part in ("", "prompt_", "completions_")},
            required=("upstream_inference_prompt_cost", "upstream_inference_completions_cost"),
        ),
        "prompt_tokens_details": nullable(
            record(dict.fromkeys(("cached_tokens", "cache_write_tokens", "audio_tokens", "video_tokens"), COUNT))
        ),
        "completion_tokens_details": nullable(
            record({f"{name}_tokens": COUNT for name in ("reasoning", "audio", "image", "accepted_prediction", "rejected_prediction")})
        ),
    },
    required=("prompt_tokens", "completion_tokens", "total_tokens"),
)
CHOICE = record(
    {
        "index": number(0, whole=True),
        "finish_reason": nullable(choice("tool_calls", "stop", "length", "content_filter", "error")),
        "native_finish_reason": nullable(text()),
        "message": record(ANSWERED, required=("role",)),
        "logprobs": anything,
        "error": ERROR,
    },
    required=("index", "finish_reason", "message"),
)
CHAT_RESULT = record(
    {
        "id": text(pattern="gen-.+"),
        "object": choice("chat.completion"),
        "created": number(0, whole=True),
        "model": text(),
        "provider": text(),
        "system_fingerprint": nullable(text()),
        "service_tier": nullable(text()),
        "choices": array(CHOICE),
        "usage": USAGE,
        "openrouter_metadata": record({}, closed=False),
    },
    required=("id", "choices", "created", "model", "object", "system_fingerprint"),
)

RESPONSE_FIELDS: dict[str, str] = {
    "id": "string, gen-…; also in the header X-Generation-Id",
    "created": "integer, unix seconds",
    "model": "string, the model that answered: not always the one asked",
    "provider": "string, the host; in practice always there, absent from the schema",
    "choices[].index": "integer",
    "choices[].finish_reason": "tool_calls, stop, length, content_filter, error or null",
    "choices[].native_finish_reason": "string or null",
    "choices[].message.role": "assistant",
    "choices[].message.content": "string or null",
    "choices[].message.refusal": "string or null",
    "choices[].message.reasoning": "string or null",
    "choices[].error": "an error inside an answer of status 200",
    "usage.prompt_tokens": "integer",
    "usage.completion_tokens": "integer, reasoning included",
    "usage.total_tokens": "integer",
    "usage.cost": "number, USD",
    "error.code": "integer; in one documented sample a string",
    "error.message": "string",
    "error.metadata.error_type": f"one of {len(ERROR_TYPES)} names, ERROR_TYPES",
    "error.metadata.headers": "X-RateLimit-Limit, -Remaining, -Reset (epoch milliseconds) of a platform's 429",
    "error.metadata.raw": "string, the host's own text",
    "error.metadata.provider_name": "string",
    "error.availability": "object: code, retryable, retry_after, requested_models, fallback_models, constraint, docs_url, …",
}
"""The fields of an answer that a client reads, by dotted path, and what they hold."""
