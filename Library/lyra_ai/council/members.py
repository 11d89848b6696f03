"""Who votes: language models, quantitative experts, and functions of the user's.

A member that computes has a `name` and an `opinion(view)`: the probability of a rise over the view's horizon, None to abstain. Experts
and a user's own function enter by that one door. A `Model` is asked instead; with `samples` it takes several seats.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any, Literal, Protocol, runtime_checkable

from lyra_ai.council.openrouter import ORDERS, PER_MILLION, Endpoint, ModelInfo, Price, Reply
from lyra_ai.council.views import Disclosure, MarketView
from lyra_ai.council.votes import BALLOT_SCHEMA, SYSTEM, Ballot, BallotError, Framing, question, read_ballot, second_question
from lyra_ai.errors import SettingError

REASONING_TOKENS = 2_000
"""What a model that must reason may use for it, beside its answer."""
_SCHEMA_VERSION = 1
_LOGPROB_AGAIN = "That answer cannot be counted. Answer with one word: Yes or No."
_LOGPROB_SYSTEM = SYSTEM.split("Answer with one JSON")[0] + "Answer with one word: Yes or No."


@runtime_checkable
class Opinion(Protocol):
    """A member that computes its vote."""

    @property
    def name(self) -> str:
        """What the member is called; unique in a council."""

    def opinion(self, view: MarketView) -> float | None:
        """Probability of a rise over the view's horizon, None to abstain."""


@dataclass(frozen=True)
class Function:
    """A user's function as a member. It gets the view and gives a probability of a rise, or None."""

    name: str
    function: Callable[[MarketView], float | None]

    def opinion(self, view: MarketView) -> float | None:
        """Ask the function."""
        return self.function(view)


class Elicitation(Enum):
    """How a probability is got out of a model."""

    JSON = "json"
    """It writes one, in a JSON object."""
    LOGPROB = "logprob"
    """It says yes or no, and the probabilities of those two words are compared; for models that show `logprobs`."""


@dataclass(frozen=True)
class Model:
    """A language model, by its id at the endpoint, such as `meta-llama/llama-3.3-70b-instruct:free`.

    `samples` answers of one model are as many members. `max_tokens` is small on purpose: it bounds what a call may cost. `provider` is
    OpenRouter's object of that name; pinning it (`order`, `allow_fallbacks`, `quantizations`) makes recordings comparable. `price` is
    needed only where the endpoint's list gives none. `system` takes the place of the first message that all models get otherwise.
    """

    id: str
    _: KW_ONLY
    name: str = ""
    system: str = ""
    endpoint: Endpoint | None = None
    disclosure: Disclosure = field(default_factory=Disclosure)
    framing: Framing = Framing.ALTERNATE
    elicitation: Elicitation = Elicitation.JSON
    temperature: float = 0.0
    seed: int = 7
    max_tokens: int = 300
    samples: int = 1
    provider: Mapping[str, Any] = field(default_factory=dict)
    price: Price | None = None
    stream: bool = False

    def __post_init__(self) -> None:
        if not self.id.strip():
            raise SettingError("A model needs its id, such as 'meta-llama/llama-3.3-70b-instruct:free'.")
        if self.samples < 1 or not 16 <= self.max_tokens <= 32_000 or not 0 <= self.temperature <= 2:
            seen = f"samples {self.samples}, max_tokens {self.max_tokens}, temperature {self.temperature}"
            raise SettingError(f"{self.id} cannot have {seen}: at least 1, 16 to 32000, 0 to 2 is possible.")

    def seats(self, endpoint: Endpoint) -> list[Seat]:
        """The seats that it takes at the table; `endpoint` where it names none of its own."""
        own = self if self.endpoint is not None else replace(self, endpoint=endpoint)
        name = self.name or self.id
        return [Seat(f"{name}#{k + 1}" if self.samples > 1 else name, own, k) for k in range(self.samples)]


@dataclass(frozen=True, kw_only=True)
class ModelRule:
    """Models chosen from the endpoint's list: the `count` best that satisfy every condition.

    `best` is by context length (`context`), age (`newest`) or price (`price`). The choice is recorded with the cassette, so that a replay
    has the same models whatever the list says by then. `max_price` is in USD per million tokens of prompt and completion together.
    """

    count: int = 3
    free: bool = True
    min_context: int = 8_000
    structured: bool = False
    max_price: float | None = None
    authors: Sequence[str] = ()
    without: Sequence[str] = ("openrouter/",)
    last_days: int = 14
    best: Literal["context", "newest", "price"] = "newest"
    template: Model = Model("chosen")

    def digest(self) -> str:
        """What the rule is called in a cassette."""
        shown = [
            self.count,
            self.free,
            self.min_context,
            self.structured,
            self.max_price,
            list(self.authors),
            list(self.without),
            self.best,
            self.last_days,
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]

    def choose(self, models: Sequence[ModelInfo], today: date) -> list[ModelInfo]:
        """The chosen, best first; fewer than `count` where fewer satisfy the rule."""
        return sorted((m for m in models if self._fits(m, today)), key=ORDERS[self.best])[: self.count]

    def _fits(self, model: ModelInfo, today: date) -> bool:
        return (
            model.price is not None
            and model.free == self.free
            and model.satisfies(structured=self.structured, min_context=self.min_context, max_price=self.max_price, authors=self.authors)
            and not any(model.id.startswith(prefix) for prefix in self.without)
            and (model.expires is None or model.expires >= today + timedelta(days=self.last_days))
        )

    def member(self, id: str) -> Model:
        """A chosen model as a member."""
        return replace(self.template, id=id)


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a model: its key in the cassette, and its messages."""

    key: str
    messages: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Bytes of text, an upper bound of its tokens."""
        return sum(len(content.encode("utf-8", "backslashreplace")) for _, content in self.messages)


class Seat:
    """One vote of a model: what it is asked, and how its answer is read."""

    def __init__(self, name: str, model: Model, sample: int) -> None:
        self.name = name
        self.model = model
        self.sample = sample
        self.info: ModelInfo | None = None
        self.live: Price | None = None
        self._start: Any = None
        self._how = repr((model.disclosure, model.framing))

    @property
    def endpoint(self) -> Endpoint:
        """Where it is asked."""
        assert self.model.endpoint is not None  # Model.seats sets it.
        return self.model.endpoint

    @property
    def listed(self) -> Price | None:
        """What it costs by what is known of the model; None where that is not known."""
        if self.model.price is not None or not self.endpoint.routes:
            return self.model.price or Price()
        return None if self.info is None else self.info.price

    @property
    def price(self) -> Price | None:
        """What a request costs now; None where that is not known."""
        return self.live if self.live is not None and self.model.price is None else self.listed

    def know(self, info: ModelInfo | None, live: Price | None = None) -> None:
        """Take in what a recording says of the model, else the list; and the price that the list gives today."""
        self.info = info
        self.live = live
        self._start = None

    @property
    def system(self) -> str:
        """The first message."""
        return self.model.system or (SYSTEM if self.model.elicitation is Elicitation.JSON else _LOGPROB_SYSTEM)

    def request(self, text: str) -> Request:
        """The question as a request."""
        return Request(self.key(text), (("system", self.system), ("user", text)))

    def second(self, first: Request, answer: str, fault: BallotError) -> Request:
        """The request after an answer that could not be counted."""
        ask = second_question(str(fault)) if self.model.elicitation is Elicitation.JSON else _LOGPROB_AGAIN
        return Request(self.key(f"{first.key}\x1e{answer}\x1e{ask}"), (*first.messages, ("assistant", answer), ("user", ask)))

    def key(self, text: str) -> str:
        """The question's key in a cassette: the hash of all that shapes an answer."""
        if self._start is None:
            shape = {"schema": _SCHEMA_VERSION, "sample": self.sample, "system": self.system} | self.settings()
            self._start = hashlib.sha256(json.dumps(shape, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        started = self._start.copy()
        started.update(text.encode("utf-8", "backslashreplace"))
        key: str = started.hexdigest()
        return key

    def settings(self) -> dict[str, Any]:
        """All of a request that shapes its answer, but the messages. What an endpoint is known not to take is left out."""
        model, info = self.model, self.info
        takes = info.parameters if info is not None and info.parameters else None
        shape: dict[str, Any] = {"model": info.slug if info is not None else model.id, "max_tokens": self.tokens}
        for name, value in (("temperature", model.temperature), ("seed", model.seed + self.sample)):
            if takes is None or name in takes:
                shape[name] = value
        if model.elicitation is Elicitation.LOGPROB:
            return shape | {"logprobs": True, "top_logprobs": 20}
        if takes is None or "structured_outputs" in takes:
            schema = {"name": "ballot", "strict": True, "schema": BALLOT_SCHEMA}
            shape["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif "response_format" in takes:
            shape["response_format"] = {"type": "json_object"}
        if self.endpoint.routes:
            shape |= self._routing()
        return shape

    def _routing(self) -> dict[str, Any]:
        shape: dict[str, Any] = {"provider": {"require_parameters": True} | dict(self.model.provider)}
        if not self.model.stream:
            shape["plugins"] = [{"id": "response-healing"}]
        if self.info is not None and self.info.reasons:
            shape["reasoning"] = {"effort": "low", "exclude": True} if self.info.reasoning_mandatory else {"enabled": False}
        return shape

    @property
    def tokens(self) -> int:
        """The most that the answer may have."""
        if self.model.elicitation is Elicitation.LOGPROB:
            return 16
        return self.model.max_tokens + (REASONING_TOKENS if self.info is not None and self.info.reasoning_mandatory else 0)

    def body(self, request: Request) -> dict[str, Any]:
        """The JSON to send: settings, messages, and the highest price per million tokens that may be charged."""
        body = self.settings() | {"messages": [{"role": role, "content": content} for role, content in request.messages]}
        body["model"] = self.model.id
        if self.endpoint.routes and self.price is not None and not self.price.free:
            prompt, completion = self.price.highest
            most = {
                "prompt": float(prompt * PER_MILLION),
                "completion": float(completion * PER_MILLION),
                "request": float(self.price.request),
            }
            body["provider"] = body["provider"] | {"max_price": most}
        if self.model.stream:
            body["stream"] = True
        return body

    def question(self, view: MarketView) -> tuple[str, bool]:
        """The question about a view, and whether it is about a rise; put together once for all members that are shown the same."""
        known = view.questions.get(self._how)
        if known is None:
            known = view.questions[self._how] = question(view, self.model.disclosure, self.model.framing)
        return known

    def read(self, reply: Reply) -> Ballot:
        """An answer as a ballot on the event that was asked about. Raises BallotError."""
        return read_ballot(reply.text) if self.model.elicitation is Elicitation.JSON else _yes_or_no(reply.body)


def _yes_or_no(body: Mapping[str, Any]) -> Ballot:
    """The share of yes in the first word's probabilities of yes and no."""
    try:
        shown = body["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        words = [(str(t["token"]).strip().lower(), math.exp(min(float(t["logprob"]), 0.0))) for t in shown]
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as e:
        raise BallotError("it shows no probabilities of words.") from e
    yes = sum(p for word, p in words if word == "yes")
    no = sum(p for word, p in words if word == "no")
    if not yes + no > 0:
        raise BallotError("neither yes nor no is among its likely words.")
    return Ballot(yes / (yes + no), (), "logprob")
