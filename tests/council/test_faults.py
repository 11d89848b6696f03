"""A member with a fault beside two that are well: the others decide, and it abstains with a cause."""

from __future__ import annotations

from pathlib import Path

import pytest
from council_setting import council, outcome, replayed, view
from openrouter_stub import FAULTS, HARMLESS, OpenRouterStub, StubModel

from lyra_ai.council import Model
from lyra_ai.council.votes import Source

BRIEF = {"never_answers", "slow_loris", "status_429_retry_after", "status_503_retry_after"} | {
    "availability_capacity_exhausted", "availability_temporarily_unavailable"
}  # fmt: skip
"""Faults that are over only with the deadline, or ask to wait for a second."""
MENDED = frozenset(
    {"content_fenced", "content_trailing_comma", "content_prose", "content_unquoted_keys", "content_twice", "unknown_field", "reasons_text"}
)
"""Faults through which the ballot can be read all the same."""
TOO_LARGE = frozenset({"body_huge", "gzip_bomb"})
ASKED_AGAIN = frozenset(
    {"content_truncated", "content_single_quotes", "content_not_json", "content_array", "content_number", "content_deep", "content_nan"}
    | {"content_duplicate_keys", "probability_above_one", "probability_negative", "probability_text", "probability_boolean"}
    | {"probability_missing", "finish_length"}
)
"""Answers that are no ballot: asked for once more."""
NOT_AGAIN = frozenset(name for name in FAULTS if name.startswith(tuple(f"status_{s}" for s in (400, 401, 402, 403, 404, 412, 413, 422))))
BILLED = "0.000001"


def members(stream: bool) -> list[Model]:
    return [Model("stub/free:free", stream=stream), Model("stub/faulty", stream=stream), Model("stub/paid", stream=stream)]


WHOLE = [pytest.param(name, False, id=name) for name in sorted(FAULTS)]
STREAMED = [
    pytest.param(name, True, id=f"{name}, streamed")
    for name in sorted(FAULTS)
    if not name.startswith(("status_", "availability_"))
    or name in ("status_502", "status_429_per_day")  # No stream begins where a status says no.
]


@pytest.mark.parametrize(("name", "stream"), WHOLE + STREAMED)
def test_the_others_decide(name: str, stream: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [StubModel("stub/free:free"), StubModel("stub/faulty", prompt=BILLED, completion=BILLED, answer=FAULTS[name])]
    models.append(StubModel("stub/paid", prompt=BILLED, completion=BILLED))
    deadline = 0.9 if name in BRIEF else 10.0
    with (
        OpenRouterStub(models, clock=lambda: 1_750_000_010.0) as stub,
        council(stub, tmp_path, members(stream), deadline=deadline) as table,
    ):
        decision = table.decide(view())
        spent = table.panel.ledger.spent("council").run
    free, faulty, paid = decision.votes
    assert free.probability is not None and free.probability == paid.probability and decision.pooled is not None
    votes = (HARMLESS - TOO_LARGE) | MENDED
    if stream:  # The stub packs no streams.
        votes = votes - {"stream_error", "stream_error_429"} | {"gzip_broken"}
    assert (faulty.probability is not None) == (name in votes), faulty.why
    assert faulty.probability in (None, free.probability) and (faulty.why == "") == (name in votes)
    assert stub.problems == []
    if name == "cost_surprise":
        assert any("charged 123.45" in note for note in table.notes)
    else:
        assert spent >= float(stub.charged)
    calls = stub.calls("stub/faulty")
    assert calls == 1 if name in NOT_AGAIN else calls == 2 if name in ASKED_AGAIN else calls <= 3
    again = replayed(tmp_path, members(stream), monkeypatch, view())
    assert outcome(again) == outcome(decision)
    assert {vote.source for vote in again.votes} == {Source.RECORDED}
    assert [vote.cost for vote in again.votes] == pytest.approx([vote.cost for vote in decision.votes], abs=1e-12)
