"""Paid votes in batches: half the price, for up to a day of waiting (OpenRouter's batch API, beta).

A run in the mode `collect` leaves what it could not answer in `NAME.pending.jsonl` beside the cassette `NAME.jsonl`. Those requests are
reserved in the ledger, submitted model by model, and noted in `NAME.batches.jsonl` until their answers are in the cassette, so that a
command that was interrupted takes up where it was. (OpenRouterTeam/docs c26125a5, "Batch API quickstart".)
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from lyra_ai.council import Budget, Cassette, Endpoint, Ledger
from lyra_ai.council.cassette import Entry
from lyra_ai.council.ledger import PICO, Charge, picodollars
from lyra_ai.council.openrouter import redact
from lyra_ai.errors import EndpointError, QuotaExhausted

POLL_SECONDS = 20.0
TERMINAL = ("completed", "failed", "expired", "cancelled")
_TIMEOUT = 60.0


@dataclass(frozen=True)
class Batch:
    """A batch under way: for each request its key, its moment and its reservation."""

    id: str
    model: str
    items: Mapping[str, Mapping[str, Any]]


class Batches:
    """The batches of one cassette."""

    def __init__(self, cassette: Path, ledger: Path, endpoint: Endpoint) -> None:
        self._cassette = Cassette(cassette)
        self._ledger = Ledger(ledger)
        self._endpoint = endpoint
        self._pending = cassette.with_suffix(".pending.jsonl")
        self._open = cassette.with_suffix(".batches.jsonl")
        self._url = endpoint.base_url.rstrip("/").removesuffix("/v1") + "/beta/batches"

    def submit(self) -> int:
        """Submit what a run has left; the number of requests. Raises QuotaExhausted where the budget does not reach, and EndpointError."""
        lines = [json.loads(line) for line in self._lines(self._pending)]
        waiting = {key for batch in self.under_way() for key in (item["key"] for item in batch.items.values())}
        groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in {line["key"]: line for line in lines}.values():
            if line["key"] not in waiting:
                groups[line["body"]["model"]].append(line)
        for model, group in groups.items():
            self._submit(model, group)
        self._pending.unlink(missing_ok=True)
        return sum(map(len, groups.values()))

    def _submit(self, model: str, lines: list[dict[str, Any]]) -> None:
        budget, run = Budget(**lines[0]["budget"]), lines[0]["run"]
        answers = self._ledger.reserve([Charge(line["member"], line["most"]) for line in lines], budget, run)
        paid = [(line, number) for line, number in zip(lines, answers, strict=True) if isinstance(number, int)]
        if not paid:
            raise QuotaExhausted(f"The recording of {run} stops: {answers[0]}.")
        items = {f"r{i}": {"key": line["key"], "as_of": line["as_of"], "reservation": number} for i, (line, number) in enumerate(paid)}
        requests = [{"custom_id": name, "body": line["body"]} for name, (line, _) in zip(items, paid, strict=True)]
        # The API reads the body as a stream and wants the list last.
        found = self._call("POST", self._url, {"endpoint": "/v1/chat/completions", "model": model, "requests": requests})
        with open(self._open, "a", encoding="utf-8") as file:
            file.write(json.dumps({"id": str(found["id"]), "model": model, "items": items}) + "\n")

    def under_way(self) -> list[Batch]:
        """Batches whose answers are not in the cassette yet."""
        return [Batch(**json.loads(line)) for line in self._lines(self._open)]

    def collect(self) -> bool:
        """Fetch what is ready; whether nothing is under way any more. Raises EndpointError."""
        left = [batch for batch in self.under_way() if not self._fetch(batch)]
        if left:
            self._open.write_text(
                "".join(json.dumps({"id": b.id, "model": b.model, "items": b.items}) + "\n" for b in left), encoding="utf-8"
            )
        else:
            self._open.unlink(missing_ok=True)
        return not left

    def _fetch(self, batch: Batch) -> bool:
        found = self._call("GET", f"{self._url}/{batch.id}")
        if found.get("status") not in TERMINAL:
            return False
        results = {result.get("custom_id"): result for result in found.get("results") or ()}
        answered = [name for name in batch.items if _body(results.get(name)) is not None]
        total = _cost(found)
        for name, item in batch.items.items():
            body = _body(results.get(name))
            if body is None:
                self._keep_fault(item, results.get(name), str(found.get("status")))
                cost = None if total is None else 0
            else:
                # A result need not tell its own cost; the batch tells that of all, and each bears its share.
                cost = _cost(body) if total is None else total // len(answered) + (total % len(answered) if name == answered[0] else 0)
                self._cassette.put(Entry(item["key"], item["as_of"], reply=body, cost=(cost or 0) / PICO, recorded=_now(),
                                         generation=str(body.get("id") or "")))  # fmt: skip
            if cost is not None:
                self._ledger.settle([(item["reservation"], cost)])
        return True

    def _keep_fault(self, item: Mapping[str, Any], result: Mapping[str, Any] | None, status: str) -> None:
        error = None if result is None else result.get("error")
        why = error.get("message") if isinstance(error, Mapping) else f"the batch ended as {status}"
        self._cassette.put(Entry(item["key"], item["as_of"], fault="batch", why=redact(str(why))[:200], recorded=_now()))

    def wait(self, tell: Callable[[str], None], seconds: float) -> bool:
        """Poll until nothing is under way, or for so many seconds; whether nothing is. Raises EndpointError."""
        until = time.monotonic() + seconds
        while not self.collect():
            if time.monotonic() >= until:
                return False
            tell(f"{sum(len(batch.items) for batch in self.under_way())} requests are under way in batches …")
            time.sleep(min(POLL_SECONDS, max(until - time.monotonic(), 0.0)))
        return True

    def _call(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        try:
            response = httpx.request(method, url, json=body, headers=self._endpoint.headers(), timeout=_TIMEOUT)
            found = response.json()
        except (httpx.HTTPError, ValueError) as e:
            raise EndpointError(f"The batches of {self._endpoint.account} cannot be reached ({type(e).__name__}).") from None
        if response.status_code not in (200, 201, 202) or not isinstance(found, Mapping):
            error = found.get("error") if isinstance(found, Mapping) else None
            why = error.get("message") if isinstance(error, Mapping) else ""
            raise EndpointError(
                f"The batches of {self._endpoint.account} answered with status {response.status_code}: {redact(str(why))[:200]}"
            )
        return found

    @staticmethod
    def _lines(path: Path) -> list[str]:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path.is_file() else []


def _body(result: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The completion in a result, None where there is none."""
    response = None if result is None else result.get("response")
    body = response.get("body") if isinstance(response, Mapping) and response.get("status_code") == 200 else None
    return body if isinstance(body, Mapping) else None


def _cost(told: Mapping[str, Any]) -> int | None:
    """Picodollars in the usage of a batch or a completion, None where it does not tell."""
    usage = told.get("usage")
    cost = usage.get("cost") if isinstance(usage, Mapping) else None
    return picodollars(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) and cost >= 0 else None


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
