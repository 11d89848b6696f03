"""The models of the stub and how `GET /models` lists, filters and sorts them; fields after OpenRouterTeam/docs at c26125a5 (Model)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from openrouter_replies import Reply

Request = dict[str, Any]
Answer = Reply | str | Sequence[Reply | str] | Callable[[Request], Reply | str]

MILLION = 1_000_000
DEFAULT_MAX_TOKENS = 65_536
"""Tokens that the pre-flight check of the balance assumes where neither the request nor the model sets a bound."""
CHARACTERS_PER_TOKEN = 4
DAY = 86_400.0
PARAMETERS = ("temperature", "top_p", "max_tokens", "seed", "stop", "response_format", "structured_outputs")


@dataclass
class StubModel:
    """One model with one host behind it. Prices are strings in USD per token (`request`: per request), as in the real list.

    `answer` decides each request's reply: a `Reply`, a text (the content of a good reply), a script (taken in turn, the last one for
    ever after) or a function of the request.
    """

    id: str
    prompt: str = "0"
    completion: str = "0"
    request: str | None = None
    context_length: int = 131_072
    max_completion_tokens: int | None = None
    supported_parameters: tuple[str, ...] = PARAMETERS
    knowledge_cutoff: str | None = None
    expiration_date: str | None = None
    created: int = 1_735_689_600
    answer: Answer = field(default_factory=Reply)
    name: str | None = None
    canonical_slug: str | None = None
    provider: str = "Stub Host"
    quantization: str = "fp8"
    zdr: bool = True
    trains_on_prompts: bool = False
    is_moderated: bool = False
    user_may_use: bool = True
    """Whether the key's privacy settings leave it in `/models/user`."""
    pricing: Mapping[str, Any] = field(default_factory=dict)
    """More entries of the pricing object, listed but not billed (`internal_reasoning`, `discount`, `overrides`)."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """More fields of the listed model, or others in place of the stub's own."""

    @property
    def free(self) -> bool:
        return not any(Decimal(price) for price in (self.prompt, self.completion, self.request or "0"))

    @property
    def tag(self) -> str:
        return self.provider.lower().replace(" ", "-")

    def cost(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """USD for one request."""
        return prompt_tokens * Decimal(self.prompt) + completion_tokens * Decimal(self.completion) + Decimal(self.request or "0")

    def prices(self) -> dict[str, Any]:
        asked = {"prompt": self.prompt, "completion": self.completion}
        return asked | ({} if self.request is None else {"request": self.request}) | dict(self.pricing)

    def listed(self) -> dict[str, Any]:
        """The model as `/models` shows it, with every required field."""
        return {
            "id": self.id,
            "canonical_slug": self.canonical_slug or self.id.split(":")[0],
            "hugging_face_id": None,
            "name": self.name or self.id,
            "created": self.created,
            "description": f"{self.id}, a model of the stub",
            "context_length": self.context_length,
            "architecture": {
                "modality": "text->text",
                "input_modalities": ["text"],
                "output_modalities": ["text"],
                "tokenizer": "Other",
                "instruct_type": None,
            },
            "pricing": self.prices(),
            "top_provider": {
                "context_length": self.context_length,
                "max_completion_tokens": self.max_completion_tokens,
                "is_moderated": self.is_moderated,
            },
            "per_request_limits": None,
            "supported_parameters": list(self.supported_parameters),
            "default_parameters": None,
            "supported_voices": None,
            "knowledge_cutoff": self.knowledge_cutoff,
            "expiration_date": self.expiration_date,
            "links": {"details": f"/api/v1/models/{self.id}/endpoints"},
        } | dict(self.extra)

    def endpoint(self, *, authenticated: bool) -> dict[str, Any]:
        """Its one endpoint; latency and throughput are shown to those who give a key only, as the real one does."""
        speed = {"p50": 350.0, "p75": 500.0, "p90": 800.0, "p99": 2000.0} if authenticated else None
        return {
            "name": f"{self.provider} | {self.id}",
            "model_id": self.id,
            "model_name": self.name or self.id,
            "provider_name": self.provider,
            "tag": self.tag,
            "context_length": self.context_length,
            "max_completion_tokens": self.max_completion_tokens,
            "max_prompt_tokens": None,
            "pricing": self.prices(),
            "quantization": self.quantization,
            "supported_parameters": list(self.supported_parameters),
            "status": 0,
            "uptime_last_5m": 100.0,
            "uptime_last_30m": 99.9,
            "uptime_last_1d": 99.5,
            "latency_last_30m": speed,
            "throughput_last_30m": speed,
            "supports_implicit_caching": False,
            "supports_voice_cloning": False,
        }


def refused(model: StubModel, request: Request, prompt_tokens: int, tokens_asked: int) -> Reply | None:
    """Why routing finds no endpoint of the model for this request, or None: what `provider` demands and the context allow."""
    wishes = request.get("provider") or {}
    if model.context_length < prompt_tokens + tokens_asked:
        return Reply(error_kind="context")
    if wishes.get("zdr") and not model.zdr:
        return Reply(availability="privacy_restricted", excluded_by=("data_policy:zdr",))
    if wishes.get("data_collection") == "deny" and model.trains_on_prompts:
        return Reply(availability="privacy_restricted", excluded_by=("data_policy:training",))
    if not _host_allowed(model, wishes):
        return Reply(availability="no_endpoints", excluded_by=("allowed_providers",))
    for field_, hit in _constraints(model, request, wishes):
        if hit:
            constraint = {"field": field_, "detail": f"No endpoint of {model.id} satisfies {field_}"}
            return Reply(availability="constraint_filtered", excluded_by=(EXCLUDED_BY.get(field_, field_),), constraint=constraint)
    return None


EXCLUDED_BY = {"quantizations": "quantization"}
"""Words of `availability.excluded_by` that differ from the field of the request."""


def _host_allowed(model: StubModel, wishes: Mapping[str, Any]) -> bool:
    def named(slugs: Sequence[str] | None) -> bool:
        return any(slug.lower().split("/")[0] in (model.tag, model.provider.lower()) for slug in slugs or ())

    if named(wishes.get("ignore")) or (wishes.get("only") and not named(wishes["only"])):
        return False
    return wishes.get("allow_fallbacks") is not False or not wishes.get("order") or named(wishes["order"])


def _constraints(model: StubModel, request: Request, wishes: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Each hard constraint with whether the model breaks it; `max_price` is per million tokens, the model's price per token."""
    most = wishes.get("max_price") or {}
    too_dear = any(Decimal(str(most[unit])) < Decimal(getattr(model, unit)) * MILLION for unit in ("prompt", "completion") if unit in most)
    too_dear |= "request" in most and Decimal(str(most["request"])) < Decimal(model.request or "0")
    unsupported = bool(_parameters(request) - set(model.supported_parameters))
    return [
        ("max_price", too_dear),
        ("quantizations", bool(wishes.get("quantizations")) and model.quantization not in wishes["quantizations"]),
        ("require_parameters", wishes.get("require_parameters") is True and unsupported),
    ]


def _parameters(request: Request) -> set[str]:
    """The names, as in `supported_parameters`, of the parameters that a request uses."""
    apart = {"messages", "model", "models", "provider", "plugins", "stream", "stream_options", "user", "session_id", "metadata", "trace"}
    used = {name for name, value in request.items() if value is not None} - apart - {"max_completion_tokens", "response_format"}
    if request.get("max_completion_tokens") is not None:
        used.add("max_tokens")
    kind = (request.get("response_format") or {}).get("type", "text")
    return used | {"text": set(), "json_schema": {"structured_outputs"}}.get(kind, {"response_format"})


SORTS: dict[str, Callable[[StubModel], Any]] = {
    "pricing-low-to-high": lambda model: (Decimal(model.prompt), Decimal(model.completion)),
    "pricing-high-to-low": lambda model: (-Decimal(model.prompt), -Decimal(model.completion)),
    "newest": lambda model: -model.created,
    "context-high-to-low": lambda model: -model.context_length,
    **dict.fromkeys(("most-popular", "top-weekly", "throughput-high-to-low", "latency-low-to-high"), lambda model: 0),
    **dict.fromkeys(("intelligence-high-to-low", "coding-high-to-low", "agentic-high-to-low"), lambda model: 0),
}
"""Orders of `/models`; those that need statistics that the stub hasn't got leave the list as it is."""


def _names(value: str) -> set[str]:
    return {name.strip().lower() for name in value.split(",") if name.strip()}


FILTERS: dict[str, Callable[[StubModel, str, float], bool]] = {
    "supported_parameters": lambda model, value, now: _names(value) <= set(model.supported_parameters),
    "max_price": lambda model, value, now: Decimal(model.prompt) * MILLION <= Decimal(value),
    "min_price": lambda model, value, now: Decimal(model.prompt) * MILLION >= Decimal(value),
    "max_output_price": lambda model, value, now: Decimal(model.completion) * MILLION <= Decimal(value),
    "min_output_price": lambda model, value, now: Decimal(model.completion) * MILLION >= Decimal(value),
    "context": lambda model, value, now: model.context_length >= int(value),
    "zdr": lambda model, value, now: model.zdr,
    "providers": lambda model, value, now: bool({model.provider.lower(), model.tag} & _names(value)),
    "model_authors": lambda model, value, now: model.id.split("/")[0].lower() in _names(value),
    "min_age_days": lambda model, value, now: now - model.created >= float(value) * DAY,
    "max_age_days": lambda model, value, now: now - model.created <= float(value) * DAY,
    "q": lambda model, value, now: value.lower() in f"{model.id} {model.name or ''}".lower(),
}
"""Query parameters of `/models` that the stub understands; prices in them are USD per million tokens."""


def page_of(models: Sequence[StubModel], query: Mapping[str, str], now: float) -> dict[str, Any]:
    """The root object of `/models`. A value that can't be read raises ValueError or ArithmeticError: a 400."""
    kept = [model for model in models if all(FILTERS[name](model, value, now) for name, value in query.items() if name in FILTERS)]
    if "sort" in query:
        if query["sort"] not in SORTS:
            raise ValueError(f"sort: {query['sort']!r} is none of {', '.join(SORTS)}")
        kept.sort(key=SORTS[query["sort"]])
    link, shown = None, kept
    if "offset" in query or "limit" in query:
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 500))
        if offset < 0 or not 1 <= limit <= 1000:
            raise ValueError(f"offset {offset} and limit {limit}: at least 0, and 1 to 1000")
        shown = kept[offset : offset + limit]
        if offset + limit < len(kept):
            link = "/api/v1/models?" + urlencode({**query, "offset": offset + limit, "limit": limit})
    return {"data": [model.listed() for model in shown], "total_count": len(kept), "links": {"next": link}}


def tokens(words: str) -> int:
    return -(-len(words) // CHARACTERS_PER_TOKEN)


def tokens_asked(request: Request, otherwise: int) -> int:
    bounds = (request.get("max_completion_tokens"), request.get("max_tokens"))
    return next((bound for bound in bounds if bound is not None), otherwise)


def words_of(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)


def prompt_tokens_of(request: Request) -> int:
    return max(1, tokens("".join(words_of(message) for message in request.get("messages", ()))))
