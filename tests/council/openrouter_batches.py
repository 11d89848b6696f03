"""Batches of the stub, after the batch quickstart of OpenRouterTeam/docs at c26125a5: half the price, results after some looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from threading import RLock
from typing import Any

from openrouter_catalogue import Request, StubModel
from openrouter_errors import Errors
from openrouter_replies import Reply
from openrouter_schema import problems
from openrouter_wire import Received

BATCHES = "/api/beta/batches"
BATCH_STATUSES = ("validating", "in_progress", "finalizing", "completed")
BATCH_DISCOUNT = Decimal("0.5")


class Batches(Errors):
    """The part of the stub that takes batches; what it needs of the rest is named here."""

    batch_statuses: tuple[str, ...]
    _batches: dict[str, dict[str, Any]]
    _looks: Counter[str]
    _lock: RLock  # type: ignore[valid-type]
    _note: Callable[..., None]
    _issue: Callable[..., str]
    _problem: Callable[..., tuple[int, Any]]
    _decide: Callable[[str, Request], Reply]
    _completion: Callable[[StubModel, Reply, Request, str], tuple[dict[str, Any], Decimal]]
    _bill: Callable[..., None]

    def _submit(self, received: Received) -> tuple[int, Any]:
        batch = received.body
        wrong = _batch_problems(batch)
        if wrong:
            self._note(*(f"POST {received.path}: {problem}" for problem in wrong))
            return self._problem(Reply(error_kind="schema", error_message="; ".join(wrong)))
        if not self.knows(batch["model"]):
            return self._problem(Reply(availability="model_not_found"), batch["model"])
        bodies = [each["body"] | {"model": batch["model"]} for each in batch["requests"]]
        found = [f"requests[{index}].body.{problem}" for index, body in enumerate(bodies) for problem in problems(body)]
        self._note(*(f"POST {received.path}: {problem}" for problem in found))
        finished = self.batch_statuses[-1] == "completed" and not found
        with self._lock:
            name = f"batch_{len(self._batches) + 1}"
            results, usage = self._batch_results(batch["requests"], bodies, received) if finished else (None, None)
            self._batches[name] = {
                "statuses": (*self.batch_statuses[:1], "failed") if found else self.batch_statuses,
                "results": results,
                "usage": usage,
                "error": {"code": 400, "message": "; ".join(found)} if found else None,
                "shown": {"id": name, "object": "batch", "endpoint": batch["endpoint"], "model": batch["model"]},
                "created_at": int(self.clock()),
                "total": len(bodies),
            }
            return 202, self._batch_shown(name)

    def _batch_results(self, items: Sequence[Request], bodies: Sequence[Request], received: Received) -> tuple[list[Any], dict[str, Any]]:
        """Each request's result, at half the price, and the usage of all; billed on acceptance like everything else."""
        results, prompt, answered, cost = [], 0, 0, Decimal(0)
        for index, (item, body) in enumerate(zip(items, bodies, strict=True), start=1):
            reply = self._decide(body["model"], body)
            shown = {"id": f"batch_req_{index}", "custom_id": item["custom_id"], "response": None, "error": None}
            if reply.fails or reply.error_in_200 is not None:
                shown["error"] = self._error(reply, body["model"], body)[2]["error"]
            else:
                name = self._issue("gen-batch")
                model = self.served(body["model"])
                completion, price = self._completion(model, reply, body, name)
                self._bill(name, model, reply, completion, price * BATCH_DISCOUNT, replace(received, body=body))
                usage = completion.pop("usage")
                prompt, answered = prompt + usage["prompt_tokens"], answered + usage["completion_tokens"]
                cost += price * BATCH_DISCOUNT
                shown["response"] = {"status_code": 200, "request_id": f"request_{index}", "body": completion}
            results.append(shown)
        tokens = {"prompt_tokens": prompt, "completion_tokens": answered, "total_tokens": prompt + answered}
        return results, tokens | {"cost": float(cost), "is_byok": False}

    def _batch(self, received: Received, name: str) -> tuple[int, Any]:
        with self._lock:
            if name not in self._batches:
                return self._problem(Reply(status=404, error_message=f"Batch {name} not found"))
            self._looks[name] += 1
            return 200, self._batch_shown(name)

    def _batch_shown(self, name: str) -> dict[str, Any]:
        """The batch as it stands: one step further in its life with each look at it."""
        batch = self._batches[name]
        status = batch["statuses"][min(self._looks[name], len(batch["statuses"]) - 1)]
        done = status == "completed"
        ended = done or status in ("failed", "expired", "cancelled")
        failed = sum(result["error"] is not None for result in batch["results"] or ())
        return batch["shown"] | {
            "completion_window": "24h",
            "status": status,
            "created_at": batch["created_at"],
            "finalized_at": int(self.clock()) if ended else None,
            "request_counts": {
                "total": batch["total"],
                "completed": batch["total"] - failed if done else 0,
                "failed": failed if done else 0,
            },
            "usage": batch["usage"] if done else None,
            "results": batch["results"] if done else None,
            "error": batch["error"] if status == "failed" else None,
        }


def _batch_problems(batch: Any) -> list[str]:
    """What a submission is refused for at once; the requests inside are validated later and fail the whole batch."""
    if not isinstance(batch, dict):
        return ["batch: no object"]
    missing = [f"{name}: missing" for name in ("endpoint", "model", "requests") if not batch.get(name)]
    if missing:
        return missing
    found = [f"{name}: unknown field" for name in batch if name not in ("endpoint", "model", "requests", "completion_window")]
    if list(batch).index("requests") < max(list(batch).index("endpoint"), list(batch).index("model")):
        found.append("requests: must come after endpoint and model")
    if batch["endpoint"] != "/v1/chat/completions":
        found.append(f"endpoint: {batch['endpoint']!r} is not served by the stub, which knows /v1/chat/completions")
    if batch.get("completion_window", "24h") != "24h":
        found.append("completion_window: only 24h is supported")
    items = batch["requests"]
    if not isinstance(items, list) or not all(isinstance(each, dict) and set(each) == {"custom_id", "body"} for each in items):
        return [*found, "requests: each needs custom_id and body, and nothing else"]
    if len({each["custom_id"] for each in items}) < len(items):
        found.append("requests: custom_id must be unique")
    if any(each["body"].get("model", batch["model"]) != batch["model"] for each in items):
        found.append("requests: a body's model must be the batch's")
    return found
