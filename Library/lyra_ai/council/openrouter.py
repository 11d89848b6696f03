"""OpenRouter's API, and the part of it that every OpenAI-compatible server has: keys, models and prices, requests, replies, faults.

Facts are from OpenRouterTeam/docs c26125a5 (OpenAPI 3.1 and the pages on errors, limits and routing). The API grows without notice, so
replies are read permissively: what is unknown is passed over, null is absent. Nothing here opens a socket.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lyra_ai.council.ledger import picodollars
from lyra_ai.council.views import clean
from lyra_ai.errors import EndpointError, KeyMissing, SettingError

OPENROUTER = "https://openrouter.ai/api/v1"
KEY_VARIABLE = "OPENROUTER_API_KEY"
KEY_FILE_VARIABLE = "OPENROUTER_API_KEY_FILE"
"""Names a file that holds the key, such as a container is given: what stands in an environment is easily shown."""
KEY_PARAMETER = "openrouter-api-key"
URL_VARIABLE = "OPENROUTER_BASE_URL"
PER_MILLION = 1_000_000
_DEAREST = 1e5
"""USD that one request is taken to have cost at most: sums must stay countable whatever an endpoint claims."""
_KEY = re.compile(r"sk-[A-Za-z0-9_-]{8,}|(?i:bearer)\s+[^\s\"',}]+")


class Secret:
    """A key. Shows itself to who asks for `reveal()` and to nobody else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()
        if not all("!" <= c <= "~" for c in self._value):
            raise SettingError("A key has a character that is no letter, digit or sign of ASCII, or a space within; copy it again.")

    def reveal(self) -> str:
        """The key itself, for a header and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("A secret is not pickled.")


def redact(text: str, secret: Secret | None = None) -> str:
    """A text without anything that looks like a key, and without this one."""
    if secret is not None and len(secret.reveal()) >= 4:
        text = text.replace(secret.reveal(), "***")
    return _KEY.sub("***", text)


def without_key(body: dict[str, Any], secret: Secret | None) -> dict[str, Any]:
    """An answer's JSON without the key: an endpoint may repeat the headers that it was sent, and answers are recorded."""
    if secret is None or len(secret.reveal()) < 4:
        return body
    text = json.dumps(body)
    if secret.reveal() not in text:
        return body
    found: dict[str, Any] = json.loads(text.replace(secret.reveal(), "***"))
    return found


def find_key(environment: Mapping[str, str] | None = None, parameter: str | None = None) -> Secret | None:
    """The key from the environment, else from the file that it names, else from a LEAN parameter; None where there is none."""
    source = os.environ if environment is None else environment
    value = source.get(KEY_VARIABLE, "").strip() or _key_in(source.get(KEY_FILE_VARIABLE)) or parameter or ""
    return Secret(value) if value.strip() else None


def _key_in(file: str | None) -> str:
    if not file:
        return ""
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read().strip()
    except (OSError, UnicodeDecodeError) as e:
        raise KeyMissing(
            f"The file that {KEY_FILE_VARIABLE} names cannot be read: {getattr(e, 'strerror', None) or 'it is no text'}."
        ) from None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where models are asked: OpenRouter, or any server with OpenAI's `/chat/completions`, such as llama.cpp, Ollama or vLLM.

    A server of one's own has no price and takes no preferences of OpenRouter's: `Endpoint.local("http://127.0.0.1:8080/v1")`.
    """

    base_url: str = OPENROUTER
    key: Secret | None = None
    routes: bool = True
    """Whether it is OpenRouter, or behaves as it: providers, prices, quotas."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if "@" in self.base_url or parts.query:
            raise SettingError("An endpoint's address holds no user, password or query: the key is handed over as `key`.")
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or not re.fullmatch(r"[^:\[\]]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", parts.netloc)
        ):
            raise SettingError(f"{redact(self.base_url)!r} is no address of an endpoint; one looks like {OPENROUTER}.")

    @classmethod
    def openrouter(cls, environment: Mapping[str, str] | None = None, parameter: str | None = None) -> Endpoint:
        """OpenRouter with the key from the environment or a LEAN parameter."""
        source = os.environ if environment is None else environment
        return cls(base_url=source.get(URL_VARIABLE) or OPENROUTER, key=find_key(source, parameter))

    @classmethod
    def local(cls, base_url: str, key: str | None = None) -> Endpoint:
        """A server of one's own; a key only if it wants one."""
        return cls(base_url=base_url, key=None if key is None or not key.strip() else Secret(key), routes=False)

    @property
    def account(self) -> str:
        """What free quotas belong to: the host. More keys do not give more."""
        return urlsplit(self.base_url).netloc

    def headers(self) -> dict[str, str]:
        """Headers of a request. Raises KeyMissing where a key is needed."""
        found = {"Content-Type": "application/json"}
        if self.key is not None:
            found["Authorization"] = f"Bearer {self.key.reveal()}"
        elif self.routes:
            raise KeyMissing(f"There is no key for {self.account}. Set {KEY_VARIABLE}, or the LEAN parameter {KEY_PARAMETER}.")
        if self.routes:
            found |= {"HTTP-Referer": "https://github.com/lyra-trading/lyra", "X-OpenRouter-Title": "Lyra"}
        return found


# Models and prices


@dataclass(frozen=True, kw_only=True)
class Price:
    """USD per token and per request. `overrides` are the dearer or cheaper rates that hold under conditions, such as long prompts."""

    prompt: Decimal = Decimal(0)
    completion: Decimal = Decimal(0)
    request: Decimal = Decimal(0)
    overrides: tuple[tuple[Decimal, Decimal], ...] = ()

    @property
    def free(self) -> bool:
        """Whether nothing is ever charged."""
        return not (self.prompt or self.completion or self.request or any(p or c for p, c in self.overrides))

    @property
    def highest(self) -> tuple[Decimal, Decimal]:
        """The dearest rates for prompt and completion under any condition."""
        rates = [(self.prompt, self.completion), *self.overrides]
        return max(p for p, _ in rates), max(c for _, c in rates)

    def most(self, prompt_bytes: int, max_tokens: int) -> int:
        """An upper bound in picodollars: a token is at least one byte of the prompt, and templates add some."""
        prompt, completion = self.highest
        return picodollars((prompt_bytes + 256) * prompt + max_tokens * completion + self.request)

    def cost(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Picodollars for tokens at the dearest rates, where the endpoint does not say what it charged."""
        prompt, completion = self.highest
        return picodollars(prompt_tokens * prompt + completion_tokens * completion + self.request)

    def told(self) -> dict[str, Any]:
        """As the model list writes it."""
        overrides = [{"prompt": str(prompt), "completion": str(completion)} for prompt, completion in self.overrides]
        return {"prompt": str(self.prompt), "completion": str(self.completion), "request": str(self.request), "overrides": overrides}

    @classmethod
    def parse(cls, pricing: Mapping[str, Any]) -> Price:
        """The price object of the model list: strings, USD per token. Raises EndpointError."""
        try:
            prompt, completion, request = (Decimal(str(pricing.get(k) or 0)) for k in ("prompt", "completion", "request"))
            reasoning = Decimal(str(pricing.get("internal_reasoning") or 0))
            overrides = tuple(
                (Decimal(str(o.get("prompt") or prompt)), Decimal(str(o.get("completion") or completion)))
                for o in pricing.get("overrides") or ()
            )
        except (InvalidOperation, AttributeError, TypeError) as e:
            raise EndpointError(f"A price in the list of models cannot be read: {redact(str(pricing))[:120]}.") from e
        # The comparison with NaN would raise, and what is infinite cannot be reserved.
        if not all(rate.is_finite() and rate >= 0 for rate in (prompt, completion, request, reasoning, *sum(overrides, ()))):
            raise EndpointError(
                "A price in the list of models is negative or no figure: it varies with the request and cannot be reserved."
            )
        return cls(prompt=prompt, completion=max(completion, reasoning), request=request, overrides=overrides)


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What the list says of a model. `cutoff` is the day up to which it was trained, None where it is not told."""

    id: str
    slug: str
    name: str = ""
    created: date | None = None
    context: int = 0
    price: Price | None = field(default_factory=Price)
    """None where the price varies and so cannot be reserved (routers)."""
    parameters: frozenset[str] = frozenset()
    cutoff: date | None = None
    expires: date | None = None
    reasoning_mandatory: bool = False
    reasons: bool = False

    @property
    def free(self) -> bool:
        """Whether a call costs nothing."""
        return self.price is not None and self.price.free

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> ModelInfo:
        """An entry of `GET /models`. Raises EndpointError for one without an id."""
        if not isinstance(entry.get("id"), str):
            raise EndpointError("An entry in the list of models has no id.")
        reasoning = entry.get("reasoning")
        created = entry.get("created")
        try:
            price = Price.parse(entry.get("pricing") or {})
        except EndpointError:
            price = None
        return cls(
            id=entry["id"],
            slug=str(entry.get("canonical_slug") or entry["id"]),
            name=str(entry.get("name") or entry["id"]),
            created=datetime.fromtimestamp(created, UTC).date() if isinstance(created, int | float) else None,
            context=int(entry.get("context_length") or 0),
            price=price,
            parameters=frozenset(map(str, entry.get("supported_parameters") or ())),
            cutoff=_date(entry.get("knowledge_cutoff")),
            expires=_date(entry.get("expiration_date")),
            reasoning_mandatory=isinstance(reasoning, Mapping) and bool(reasoning.get("mandatory")),
            reasons=isinstance(reasoning, Mapping),
        )

    @property
    def per_million(self) -> Decimal:
        """USD per million tokens of prompt and completion together; infinite where the price varies."""
        return Decimal("Infinity") if self.price is None else (self.price.prompt + self.price.completion) * PER_MILLION

    def satisfies(self, *, structured: bool, min_context: int, max_price: float | None, authors: Sequence[str]) -> bool:
        """Whether it keeps to schemas, takes enough, costs no more (`per_million`) and is of one of the authors, where that is asked for."""
        return (
            (not structured or "structured_outputs" in self.parameters)
            and self.context >= min_context
            and (max_price is None or self.per_million <= Decimal(str(max_price)))
            and (not authors or self.id.split("/")[0] in authors)
        )

    def about(self) -> dict[str, Any]:
        """What a recording keeps of it: what shapes a request, and what a report needs."""
        return {
            "slug": self.slug, "name": self.name, "created": self.created and self.created.isoformat(), "context": self.context,
            "parameters": sorted(self.parameters), "cutoff": self.cutoff and self.cutoff.isoformat(),
            "expires": self.expires and self.expires.isoformat(), "reasons": self.reasons, "reasoning_mandatory": self.reasoning_mandatory,
            "price": None if self.price is None else self.price.told(),
        }  # fmt: skip

    @classmethod
    def recall(cls, id: str, about: Mapping[str, Any]) -> ModelInfo:
        """From what a recording kept."""
        price = None if about["price"] is None else Price.parse(about["price"])
        return cls(id=id, slug=about["slug"], name=about["name"], created=_date(about["created"]), context=about["context"], price=price,
                   parameters=frozenset(about["parameters"]), cutoff=_date(about["cutoff"]), expires=_date(about["expires"]),
                   reasons=about["reasons"], reasoning_mandatory=about["reasoning_mandatory"])  # fmt: skip


ORDERS: dict[str, Callable[[ModelInfo], tuple[Any, ...]]] = {
    "newest": lambda m: (-(m.created or date.min).toordinal(), m.id),
    "context": lambda m: (-m.context, m.id),
    "price": lambda m: (m.per_million, m.id),
}
"""What models are sorted by, the best first."""


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


def read_models(body: bytes) -> list[ModelInfo]:
    """The list of `GET /models`, or of an OpenAI-compatible server; entries that cannot be read are left out. Raises EndpointError."""
    try:
        entries = json.loads(body)["data"]
        if not isinstance(entries, list):
            raise TypeError("data is no list")
    except (ValueError, KeyError, TypeError, RecursionError) as e:
        raise EndpointError(f"The endpoint's list of models cannot be read ({type(e).__name__}).") from e
    found = []
    for entry in entries:
        try:
            found.append(ModelInfo.parse(entry))
        except (EndpointError, ValueError, TypeError, AttributeError, ArithmeticError, OSError):
            continue
    return found


# Replies and faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A model's answer. `cost` is in picodollars, None where the endpoint does not tell."""

    text: str
    finish: str
    cost: int | None
    prompt_tokens: int
    completion_tokens: int
    body: Mapping[str, Any]
    generation: str = ""

    @classmethod
    def of(cls, body: Mapping[str, Any], generation: str = "", headers: Mapping[str, str] | None = None, now: float = 0.0) -> Reply:
        """From a completion's JSON. Raises Fault where it holds no answer, whatever the status said. `headers` and `now` tell when to ask
        again."""
        cost, prompt, completion = _usage(body)
        if isinstance(error := body.get("error"), Mapping):
            raise fault_of(200, error, cost, headers, now)
        choices = body.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else None
        if choice is None:
            raise Fault("empty", "the answer holds no choice", retry=True, cost=cost)
        if isinstance(error := choice.get("error"), Mapping):
            raise fault_of(200, error, cost, headers, now)
        message = choice.get("message")
        text = message.get("content") if isinstance(message, Mapping) else None
        finish = str(choice.get("finish_reason") or "")
        if isinstance(message, Mapping) and message.get("refusal") and not text:
            raise Fault("refused", "the model refused", cost=cost)
        if finish == "error":
            raise Fault("provider", "the provider broke off", retry=True, cost=cost)
        if finish == "content_filter":
            raise Fault("refused", "the answer was filtered", cost=cost)
        if not isinstance(text, str) or not text.strip():
            why = "the answer was cut off before it began: max_tokens is too small" if finish == "length" else "the answer is empty"
            raise Fault("empty", why, retry=finish != "length", cost=cost)
        return cls(text=text, finish=finish, cost=cost, prompt_tokens=prompt, completion_tokens=completion, body=body,
                   generation=generation or str(body.get("id") or ""))  # fmt: skip


def _usage(body: Mapping[str, Any]) -> tuple[int | None, int, int]:
    usage = body.get("usage")
    if not isinstance(usage, Mapping):
        return None, 0, 0
    cost = usage.get("cost")
    known = isinstance(cost, int | float) and not isinstance(cost, bool) and cost >= 0  # NaN compares as false.
    return (
        picodollars(min(cost, _DEAREST)) if known and cost is not None else None,
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
    )


def _count(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < 1e9 else 0


class Fault(Exception):
    """Why there is no answer. `kind` is one word, `why` a clause for people.

    `retry`: another try may succeed, after `wait` seconds where that is known. `scope`: what is not to be asked for a while: this request
    only, the `model`, the `free` models of the account, its `paid` ones, or the whole `account`. `cost` in picodollars: what is known to
    have been charged; 0 where the endpoint said no before it began; None where nobody knows.
    """

    def __init__(self, kind: str, why: str, *, retry: bool = False, wait: float | None = None, scope: str = "request", cost: int | None = None,
                 until: float | None = None) -> None:  # fmt: skip
        super().__init__(f"{kind}: {why}")
        self.kind = kind
        self.why = why
        self.retry = retry
        self.wait = wait
        self.scope = scope
        self.cost = cost
        self.until = until


_STATUSES: dict[int, tuple[str, bool, str, bool]] = {
    400: ("invalid", False, "model", True),
    401: ("key", False, "account", True),
    402: ("credits", False, "paid", True),
    403: ("refused", False, "request", True),
    404: ("unavailable", False, "model", True),
    408: ("timeout", True, "request", False),
    412: ("invalid", False, "request", True),
    413: ("invalid", False, "request", True),
    422: ("invalid", False, "request", True),
    429: ("limited", True, "request", True),
    500: ("server", True, "request", False),
    502: ("provider", True, "request", False),
    503: ("provider", True, "request", True),
    504: ("timeout", True, "request", False),
    524: ("timeout", True, "request", False),
    529: ("provider", True, "request", True),
}
"""By status: kind, whether another try may help, what is closed, whether it is sure that nothing was charged (the request was turned away
before a provider began)."""

_TYPES = {"rate_limit_exceeded": 429, "provider_overloaded": 529, "provider_unavailable": 503, "authentication": 401, "payment_required": 402,
          "permission_denied": 403, "not_found": 404, "timeout": 504, "content_policy_violation": 403, "refusal": 403, "invalid_request": 400,
          "context_length_exceeded": 413, "server": 500}  # fmt: skip
"""Statuses by `error.metadata.error_type`, where `error.code` is no number."""


def fault_of(
    status: int, error: Mapping[str, Any], cost: int | None = None, headers: Mapping[str, str] | None = None, now: float = 0.0
) -> Fault:
    """The fault that an error object tells of, in a body of any status."""
    metadata = error.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    code = error.get("code")
    code = (
        code
        if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600
        else _TYPES.get(str(metadata.get("error_type")), status)
    )
    kind, retry, scope, unbilled = _STATUSES.get(code, ("server", False, "request", False))
    message = redact(clean(str(error.get("message") or kind)))[:200]
    if cost is None and unbilled and status >= 400:
        cost = 0
    wait, until = _wait(error, metadata, headers or {}, now)
    if code == 429:
        if "per-day" in message:
            return Fault("limited", message, scope="free", cost=cost, until=until, wait=wait)
        scope = "free" if "per-min" in message else "request"
    availability = error.get("availability")
    if isinstance(availability, Mapping) and isinstance(availability.get("retryable"), bool):
        retry = availability["retryable"]
    return Fault(kind, f"{message} ({code})", retry=retry, wait=wait, scope=scope, cost=cost, until=until)


def _wait(
    error: Mapping[str, Any], metadata: Mapping[str, Any], headers: Mapping[str, str], now: float
) -> tuple[float | None, float | None]:
    """Seconds to wait and the moment of a reset (Unix seconds), from the first source that tells."""
    availability = error.get("availability")
    told = availability.get("retry_after") if isinstance(availability, Mapping) else None
    lower = {str(k).lower(): v for k, v in headers.items()}
    inner = metadata.get("headers")
    if isinstance(inner, Mapping):
        lower = {str(k).lower(): v for k, v in inner.items()} | lower
    for value in (told, lower.get("retry-after")):
        seconds = _number(value)
        if seconds is None and isinstance(value, str):
            seconds = _seconds_until(value, now)
        if seconds is not None:
            return seconds, now + seconds
    reset = _number(lower.get("x-ratelimit-reset"))
    if reset is not None:
        moment = reset / 1000 if reset > 1e11 else reset
        return max(moment - now, 0.0), moment
    return None, None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < 1e15 and not isinstance(value, bool) else None


def _seconds_until(date: str, now: float) -> float | None:
    """Seconds until an HTTP date; None for what is none, or is past and so says nothing."""
    try:
        seconds = parsedate_to_datetime(date).timestamp() - now
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return seconds if seconds > 0 else None


def read_reply(status: int, headers: Mapping[str, str], content: bytes, now: float, secret: Secret | None = None) -> Reply:
    """A completion from an HTTP response, with the key taken out wherever it says it. Raises Fault for everything else."""
    generation = redact(headers.get("x-generation-id", ""), secret)[:100]
    if status == 200 and headers.get("content-type", "").startswith("text/event-stream"):
        whole = join_stream(_LINE_END.split(content.decode("utf-8", "replace")), headers, now)
        return Reply.of(without_key(whole, secret), generation, headers, now)
    try:
        found = json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        found = without_key(found, secret)
    if status != 200:
        error = found.get("error") if isinstance(found, Mapping) else None
        raise fault_of(
            status, error if isinstance(error, Mapping) else {"message": f"status {status} without an explanation"}, None, headers, now
        )
    if not isinstance(found, Mapping):
        raise Fault("malformed", "the answer is no JSON", retry=True)
    return Reply.of(found, generation, headers, now)


_LINE_END = re.compile(r"\r\n|\n|\r")
"""What ends a line of a stream. `splitlines` knows more ends, which may stand within the JSON of a line."""


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def join_stream(events: Iterable[str], headers: Mapping[str, str] | None = None, now: float = 0.0) -> dict[str, Any]:
    """One completion from the `data:` lines of a stream; comments are passed over. Raises Fault for an error in its midst."""
    text: list[str] = []
    refusal: list[str] = []
    words: list[Any] = []
    whole: dict[str, Any] = {"object": "chat.completion"}
    finish: str | None = None
    for line in events:
        if not line.startswith("data:") or (data := line[5:].strip()) == "[DONE]":
            continue
        try:
            chunk = json.loads(data, parse_constant=_no_constant)
        except (ValueError, RecursionError) as e:
            raise Fault("malformed", "a piece of the stream is no JSON", retry=True) from e
        if not isinstance(chunk, Mapping):
            continue
        whole |= {k: chunk[k] for k in ("id", "model", "provider", "created", "system_fingerprint", "usage") if chunk.get(k) is not None}
        if isinstance(error := chunk.get("error"), Mapping):
            raise fault_of(200, error, _usage(whole)[0], headers, now)
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, Mapping):
                continue
            if isinstance(error := choice.get("error"), Mapping):
                raise fault_of(200, error, _usage(whole)[0], headers, now)
            delta = choice.get("delta")
            for field_, pieces in (("content", text), ("refusal", refusal)):
                if isinstance(delta, Mapping) and isinstance(piece := delta.get(field_), str):
                    pieces.append(piece)
            shown = choice.get("logprobs")
            if isinstance(shown, Mapping) and isinstance(shown.get("content"), list):
                words += shown["content"]
            finish = choice.get("finish_reason") or finish
    if finish is None:
        raise Fault("provider", "the stream broke off", retry=True, cost=_usage(whole)[0])
    message = {"role": "assistant", "content": "".join(text)} | ({"refusal": "".join(refusal)} if refusal else {})
    whole["choices"] = [{"index": 0, "finish_reason": finish, "message": message} | ({"logprobs": {"content": words}} if words else {})]
    return whole


def unsafe_for_backtests(model: str, body: Mapping[str, Any]) -> str | None:
    """Why a model may not vote outside live trading: it would look things up that the past did not know. None where it may."""
    if model.endswith(":online"):
        return "it searches the web"
    if model.split(":")[0] in ("openrouter/fusion", "openrouter/fusion-flash"):
        return "its panel searches the web"
    plugins: Sequence[Mapping[str, Any]] = body.get("plugins") or ()
    if any(p.get("id") in ("web", "fusion") for p in plugins) or body.get("tools") or body.get("web_search_options"):
        return "it is given tools that search"
    return None
