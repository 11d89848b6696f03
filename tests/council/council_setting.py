"""The setting of the council's tests: views, councils at a stub, and a network that is none."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from openrouter_stub import OpenRouterStub

from lyra_ai.council import Budget, Council, Decision, Endpoint, MarketView, Mode, Rules, Secret, Text
from lyra_ai.council.council import Member
from lyra_ai.council.ledger import Ledger
from lyra_ai.council.votes import Vote

KEY = "sk-or-v1-" + "5ec2e7" * 10
NOON = datetime(2026, 3, 10, 12, 0, 10, tzinfo=UTC).timestamp()
"""Ten seconds into a minute: what ends with the minute ends in fifty seconds."""
SURE = Rules(band=0.0, audit=0.0, disagreement=100.0)
"""Rules by which the second stage is never asked."""
ALWAYS = Rules(band=0.49, full=0.5, audit=1.0, worth=0.0)
"""Rules by which it always is."""


def noon() -> float:
    return NOON


class Hasty(random.Random):
    """A backoff of no time at all."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0


def view(seed: int = 0, texts: tuple[Text, ...] = (), bars: int = 30, **more: Any) -> MarketView:
    """Thirty days of made-up prices, another path for each seed."""
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, bars)))
    as_of = datetime(2020, 1, 1) + timedelta(days=seed)
    return MarketView.of(
        "BTCUSD",
        as_of,
        timedelta(1),
        timedelta(1),
        close=closes,
        high=closes * 1.01,
        low=closes * 0.99,
        texts=texts,
        asset_class="crypto",
        **more,
    )


def hurry(ledger: Ledger) -> Ledger:
    """The ledger, not waiting for the disk: no test cuts the power, and a killed process loses nothing by it."""
    ledger._db.execute("PRAGMA synchronous=OFF")
    return ledger


@contextmanager
def council(where: OpenRouterStub | str, folder: Path, members: Iterable[Member], **more: Any) -> Iterator[Council]:
    """A council at a stub or an address, with its files in `folder`; closed at the end."""
    url = where if isinstance(where, str) else where.base_url
    settings: dict[str, Any] = {
        "endpoint": Endpoint(base_url=url, key=Secret(KEY)), "budget": Budget(run=1.0), "ledger": folder / "ledger.sqlite",
        "cassette": folder / "cassette.jsonl", "journal": folder / "journal.jsonl", "mode": Mode.AUTO, "deadline": 10.0, "rules": SURE,
        "clock": noon, "backtest": False,
    }  # fmt: skip
    found = Council(members, **settings | more)
    found.panel.chance = Hasty()
    hurry(found.panel.ledger)
    found.panel.prepare() if found.mode.asks else None
    try:
        yield found
    finally:
        found.close()
        found.panel.ledger.close()


def essence(votes: Iterable[Vote]) -> list[tuple[str, float | None, str, tuple[str, ...], int]]:
    """What must be the same when votes are replayed."""
    return [(v.member, v.probability, v.why, v.reasons, v.stage) for v in votes]


def outcome(decision: Decision) -> tuple[Any, ...]:
    return decision.state, decision.size, decision.probability, decision.pooled, decision.stages, essence(decision.votes)


def replayed(folder: Path, members: Iterable[Member], patch: pytest.MonkeyPatch, seen: MarketView, **more: Any) -> Decision:
    """The decision that the cassette gives where no socket can be opened and no answer may be missing."""
    with patch.context() as sealed:
        sealed.setattr("socket.socket", no_socket)
        more = {"journal": None, "ledger": None, "misses": "fail"} | more
        with council("http://127.0.0.1:9/api/v1", folder, members, mode=Mode.REPLAY, **more) as again:
            return again.decide(seen)


def no_socket(*args: Any, **more: Any) -> None:
    raise AssertionError("a replay opened a socket")


def completion(content: str | None, cost: float | None = None, **fields: Any) -> dict[str, Any]:
    """A completion's JSON."""
    usage: dict[str, Any] = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    usage |= {} if cost is None else {"cost": cost}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return {"id": "gen-1", "object": "chat.completion", "choices": [choice], "usage": usage} | fields


class Fake(httpx.AsyncBaseTransport):
    """A network within the process: `answer` gives status and JSON for a request's JSON, or the seconds for which it never answers."""

    def __init__(self, answer: Callable[[dict[str, Any]], tuple[int, Any] | None]) -> None:
        self.answer = answer
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        import json

        self.asked += 1
        found = self.answer(json.loads(request.content))
        if found is None:
            await asyncio.Event().wait()
            raise AssertionError("never")
        status, body = found
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, headers={"content-type": "application/json"}, stream=httpx.ByteStream(content))
