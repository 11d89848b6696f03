"""The key is in the header of a request and nowhere else, whatever an endpoint makes of it."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest
from council_setting import NOON, SURE, Fake, completion, council, view
from openrouter_stub import BALLOT, FAULTS, OpenRouterStub, Reply, StubModel

from lyra_ai.council import Budget, Council, Endpoint, Mode, Model, Secret
from lyra_ai.council.openrouter import KEY_VARIABLE, Fault, find_key, read_reply, redact
from lyra_ai.errors import EndpointError, KeyMissing, SettingError

OPENROUTER_KEY = "sk-or-v1-" + "0ddba11" * 9
OWN_KEY = "correct.horse.battery+staple/42=="
"""A key of a server of one's own: nothing about it says that it is one."""
FRAGMENTS = {OPENROUTER_KEY: "0ddba11" * 3, OWN_KEY: "horse.battery"}


def echoes(key: str) -> dict[str, Reply]:
    """Faults that say the key in every place that a client reads."""
    said = f"Header 'Authorization: Bearer {key}' is not accepted ({key})"
    told = json.dumps({"reasons": [said, key], "probability": 0.6, "abstain": False})
    return {
        **{
            f"status {status}": Reply(status=status, error_message=said, metadata={"raw": said})
            for status in (400, 401, 402, 403, 429, 500)
        },
        "error in 200": Reply(error_in_200="top", error_message=said),
        "error in a choice": Reply(error_in_200="choice", error_message=said),
        "a reason": Reply(content=told),
        "no ballot": Reply(content=said),
        "a wrong probability": Reply(content=json.dumps({"reasons": [], "probability": key, "abstain": False})),
        "a refusal": Reply(content=None, refusal=said),
        "reasoning": Reply(reasoning=said),
        "the model's name": Reply(model=key),
        "a header": Reply(headers={"X-Generation-Id": key}),
        "the type": Reply(content_type=f"text/event-stream; {key}"),
        "packing": Reply(headers={"Content-Encoding": key}),
        "a redirect": Reply(status=307, redirect="http://127.0.0.1:{port}/?key=" + key, error_message=said),
        "no JSON": Reply(body=said.encode()),
        "cut short": Reply(status=500, error_message=said[: said.index(key) + len(key) // 2 + 8] if key.startswith("sk-") else "cut"),
    }


ORIGINS = ("environment", "parameter", "handed over")


def endpoint(url: str, key: str, origin: str) -> Endpoint:
    if origin == "environment":
        return Endpoint.openrouter({KEY_VARIABLE: f" {key}\n", "OPENROUTER_BASE_URL": url})
    if origin == "parameter":
        return Endpoint.openrouter({"OPENROUTER_BASE_URL": url}, parameter=key)
    return Endpoint(base_url=url, key=Secret(key))


def artefacts(table: Council, folder: Path, decision: Any) -> Iterator[str]:
    """All that a user, a log or a file ever sees."""
    panel = table.panel
    seats = [seat for _, seats in table._stages for seat in seats]
    yield from table.notes
    yield decision.explain()
    yield json.dumps(decision.line())
    for shown in (
        decision,
        table,
        panel,
        panel.ledger,
        panel.cassette,
        list(panel.cassette),
        panel.budget,
        seats,
        [s.model for s in seats],
    ):
        yield repr(shown)
        yield str(shown)
    yield from (repr(vars(each)) for each in (table, panel, panel.ledger, *seats))
    yield from (repr(seat.request("How likely?")) + json.dumps(seat.body(seat.request("How likely?"))) for seat in seats)
    for path in sorted(folder.iterdir()):
        yield path.read_bytes().decode("latin-1")


@pytest.mark.parametrize("key", [pytest.param(OPENROUTER_KEY, id="openrouter"), pytest.param(OWN_KEY, id="own")])
@pytest.mark.parametrize("stream", [False, True])
def test_no_artefact_has_the_key(key: str, stream: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    faults = echoes(key)
    models = [StubModel(f"stub/{n}", prompt="0.000001", answer=reply) for n, reply in enumerate(faults.values())] + [
        StubModel("stub/well:free")
    ]
    members = [Model(model.id, name=name, stream=stream) for model, name in zip(models, [*faults, "well"], strict=True)]
    for origin in ORIGINS:
        folder = tmp_path / origin
        with OpenRouterStub(models, keys={key}) as stub:
            where = endpoint(stub.base_url, key, origin)
            with council(stub, folder, members, endpoint=where, budget=Budget(run=5)) as table:
                decision = table.decide(view())
                found = [*artefacts(table, folder, decision), repr(where), str(where.key), f"{where.key}", caplog.text]
            assert decision.votes[-1].probability is not None and stub.problems == []
            assert all(chat.headers["authorization"] == f"Bearer {key}" for chat in stub.chats()) and stub.chats()
            found += [json.dumps(chat.body) for chat in stub.chats()]
        for text in found:
            assert FRAGMENTS[key] not in text, text[max(text.find(FRAGMENTS[key]) - 200, 0) :][:500]


WORDED = sorted(name for name, reply in FAULTS.items() if reply.body is None and reply.wire is None and not reply.huge)


@pytest.mark.parametrize("name", WORDED)
def test_no_fault_tells_it(name: str) -> None:
    """Every fault again, at the level of one reply, with the key put into all that it says."""
    body = json.dumps({"error": {"code": FAULTS[name].status, "message": OWN_KEY, "metadata": {"raw": OWN_KEY, "provider_name": OWN_KEY}}})
    with pytest.raises(Fault) as caught:
        read_reply(FAULTS[name].status, httpx.Headers(), body.encode(), NOON, Secret(OWN_KEY))
    assert OWN_KEY not in "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.why


class TestErrors:
    def shown(self, error: BaseException) -> str:
        """The error as any handler would print it, with all that it is chained to, suppressed or not."""
        found = ["".join(traceback.format_exception(error)), repr(error), str(error.args)]
        for other in (error.__cause__, error.__context__):
            found += [] if other is None else [self.shown(other)]
        return "".join(found)

    def test_of_a_list_that_fails(self, tmp_path: Path) -> None:
        said = f"Bearer {OWN_KEY}"
        for reply in (Reply(status=500, error_message=said), Reply(body=said.encode()), Reply(wire="close_before"), Reply(wire="not_http")):
            with OpenRouterStub([StubModel("stub/a")]) as stub:
                stub.instead["/models"] = reply
                where = Endpoint(base_url=stub.base_url, key=Secret(OWN_KEY))
                with council(stub, tmp_path, [Model("stub/a")], endpoint=where) as table:
                    assert table.notes and OWN_KEY not in "".join(table.notes)
                    with pytest.raises(EndpointError) as caught:
                        table.panel.models(where)
                    assert OWN_KEY not in self.shown(caught.value)

    def test_of_settings(self) -> None:
        for address in (f"http://user:{OWN_KEY}@host/v1", f"https://host/v1?key={OPENROUTER_KEY}", f"ftp://{OPENROUTER_KEY}"):
            with pytest.raises(SettingError) as caught:
                Endpoint(base_url=address)
            assert OWN_KEY not in self.shown(caught.value) and OPENROUTER_KEY not in self.shown(caught.value)

    @pytest.mark.parametrize("bad", ["\n", "é", " ", "\x00"])
    def test_of_keys_that_no_header_can_hold(self, bad: str) -> None:
        with pytest.raises(SettingError, match="A key has a character that is no letter, digit or sign of ASCII") as caught:
            Secret(OWN_KEY + bad + OWN_KEY)
        assert OWN_KEY not in self.shown(caught.value)

    def test_of_a_key_that_is_missing(self) -> None:
        with pytest.raises(KeyMissing, match=f"Set {KEY_VARIABLE}, or the LEAN parameter openrouter-api-key"):
            Endpoint(key=find_key({})).headers()

    def test_of_what_nobody_foresaw(self, tmp_path: Path) -> None:
        class Broken(Fake):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                raise ZeroDivisionError(f"while sending {request.headers['authorization']}")

        where = Endpoint.local("http://127.0.0.1:9/v1", OWN_KEY)
        with council("http://127.0.0.1:9/v1", tmp_path, [Model("m")], endpoint=where) as table:
            table.panel.transport = Broken(lambda body: (200, completion(BALLOT)))
            vote = table.decide(view()).votes[0]
            assert vote.why == "error: ZeroDivisionError: while sending Bearer ***" or vote.why.startswith("error: ZeroDivisionError")
            assert OWN_KEY not in vote.why and OWN_KEY not in (tmp_path / "cassette.jsonl").read_text()


class TestSecret:
    def test_is_not_shown_copied_or_pickled(self) -> None:
        secret = Secret(f" {OWN_KEY}\n")
        assert secret.reveal() == OWN_KEY
        assert {repr(secret), str(secret), f"{secret}", f"{[secret]}"} == {"Secret(***)", "[Secret(***)]"}
        for copying in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="not pickled"):
                copying(secret)
        with pytest.raises(TypeError):
            asdict(Endpoint(key=secret))

    def test_comes_from_the_environment_first(self) -> None:
        found = find_key({KEY_VARIABLE: OPENROUTER_KEY}, OWN_KEY)
        assert found is not None and found.reveal() == OPENROUTER_KEY
        assert find_key({KEY_VARIABLE: "  "}, "") is None and find_key({}) is None

    def test_a_blank_key_is_none(self) -> None:
        assert "Authorization" not in Endpoint.local("http://127.0.0.1:9/v1", "  ").headers()

    @pytest.mark.parametrize(
        "text", [OPENROUTER_KEY, f"Bearer {OWN_KEY}", f"authorization: BEARER {OWN_KEY}", f'{{"k": "{OPENROUTER_KEY}"}}']
    )
    def test_redaction_needs_no_secret(self, text: str) -> None:
        assert FRAGMENTS[OPENROUTER_KEY] not in redact(text) and FRAGMENTS[OWN_KEY] not in redact(text)


def test_the_key_in_a_text_of_the_users_goes_nowhere_else(tmp_path: Path) -> None:
    """The prompt is made of the view alone."""
    with OpenRouterStub([StubModel("stub/a:free")]) as stub:
        with council(stub, tmp_path, [Model("stub/a:free")], endpoint=Endpoint(base_url=stub.base_url, key=Secret(OPENROUTER_KEY)), rules=SURE,
                     mode=Mode.LIVE) as table:  # fmt: skip
            table.decide(view())
        bodies = json.dumps([chat.body for chat in stub.chats()])
        others = [{k: v for k, v in chat.headers.items() if k != "authorization"} for chat in stub.chats()]
    assert OPENROUTER_KEY not in bodies and OPENROUTER_KEY not in json.dumps(others)
