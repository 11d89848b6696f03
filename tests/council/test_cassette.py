"""The cassette: what is recorded is replayed without a socket, and a key is made of all that shapes an answer and of nothing else."""

from __future__ import annotations

import gc
import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from council_setting import KEY, NOON, Fake, completion, council, noon, outcome, replayed, view
from hypothesis import given
from hypothesis import strategies as st
from openrouter_stub import BALLOT, FAULTS, OpenRouterStub, Reply, StubModel

from lyra_ai.council import Cassette, Council, Endpoint, Mode, Model, Price, Secret, Text
from lyra_ai.council.cassette import Entry
from lyra_ai.council.members import Elicitation, Seat
from lyra_ai.council.openrouter import ModelInfo
from lyra_ai.errors import CassetteError, CassetteMiss

MEMBERS = [Model("stub/a:free"), Model("stub/b:free", samples=2, temperature=0.7)]
LOCAL = Endpoint.local("http://127.0.0.1:9/v1")


def models(first: Any = BALLOT, second: Any = BALLOT) -> list[StubModel]:
    return [StubModel("stub/a:free", answer=first), StubModel("stub/b:free", answer=second)]


class TestReplay:
    def test_no_socket_and_no_thread(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with OpenRouterStub(models()) as stub, council(stub, tmp_path, MEMBERS) as table:
            decision = table.decide(view())
        before = set(threading.enumerate())
        again = replayed(tmp_path, MEMBERS, monkeypatch, view())
        assert outcome(again) == outcome(decision) and decision.probability is not None
        assert set(threading.enumerate()) <= before

    def test_a_council_that_is_forgotten_ends_its_thread(self, tmp_path: Path) -> None:
        with OpenRouterStub(models()) as stub:
            table = Council([Model(MEMBERS[0].id)], endpoint=Endpoint(base_url=stub.base_url, key=Secret(KEY)), mode=Mode.AUTO)
            table.decide(view())
            thread = table.panel._thread
            assert thread is not None and thread.is_alive()
            del table
            gc.collect()
            thread.join(2.0)
            assert not thread.is_alive()

    def test_recorded_twice_is_asked_once(self, tmp_path: Path) -> None:
        with OpenRouterStub(models()) as stub:
            for _ in range(2):
                with council(stub, tmp_path, MEMBERS, mode=Mode.RECORD) as table:
                    table.decide(view())
            assert stub.calls() == 3

    def test_a_fault_is_replayed_and_asked_again_when_recording(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with OpenRouterStub(models([FAULTS["status_403"], Reply()])) as stub:
            with council(stub, tmp_path, MEMBERS) as table:
                assert table.decide(view()).votes[0].why.startswith("refused")
                assert table.decide(view()).votes[0].why.startswith("refused") and stub.calls() == 3
            assert replayed(tmp_path, MEMBERS, monkeypatch, view()).votes[0].why.startswith("refused")
            with council(stub, tmp_path, MEMBERS, mode=Mode.RECORD) as table:
                assert table.decide(view()).votes[0].probability is not None and stub.calls() == 4
        assert replayed(tmp_path, MEMBERS, monkeypatch, view()).votes[0].probability is not None

    def test_a_second_question_is_replayed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with OpenRouterStub(models(["no idea", BALLOT])) as stub, council(stub, tmp_path, MEMBERS) as table:
            decision = table.decide(view())
            assert stub.calls("stub/a:free") == 2
        assert outcome(replayed(tmp_path, MEMBERS, monkeypatch, view())) == outcome(decision)

    def test_seats_that_ask_the_same_get_one_answer(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        twins = [Model("stub/a:free", name="one"), Model("stub/a:free", name="two")]
        other = json.dumps({"reasons": [], "probability": 0.9, "abstain": False})
        for mode, folder in ((Mode.AUTO, tmp_path / "auto"), (Mode.LIVE, tmp_path / "live")):
            with OpenRouterStub(models([BALLOT, other])) as stub, council(stub, folder, twins, mode=mode) as table:
                decision = table.decide(view())
                assert stub.calls() == 1
            assert outcome(replayed(folder, twins, monkeypatch, view())) == outcome(decision)

    def test_a_miss_abstains_or_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = replayed(tmp_path, MEMBERS, monkeypatch, view(), misses="abstain")
        assert {vote.why for vote in found.votes} == {"miss: not in the cassette"}
        with pytest.raises(CassetteMiss, match=r"stub/a:free was never asked about the view of 2020-01-01T00:00:00"):
            replayed(tmp_path, MEMBERS, monkeypatch, view())

    def test_half_a_surrogate_pair_survives_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        members = [Model("m")]
        with council("http://127.0.0.1:9/v1", tmp_path, members, endpoint=LOCAL) as table:
            table.panel.transport = Fake(lambda body: (200, completion("\ud800" if len(body["messages"]) == 2 else BALLOT)))
            decision = table.decide(view())
            assert decision.votes[0].probability is not None
        assert outcome(replayed(tmp_path, members, monkeypatch, view(), endpoint=LOCAL)) == outcome(decision)

    def test_a_cassette_that_cannot_be_written_costs_no_vote(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with OpenRouterStub(models()) as stub, council(stub, tmp_path, MEMBERS) as table:
            table.panel.cassette.close()
            table.panel.cassette.path = tmp_path / "file" / "cassette.jsonl"
            assert table.decide(view()).votes[0].probability is not None
            assert any("cannot be written" in note for note in table.notes)


class TestFile:
    LINE = Entry("k", "2020-01-01", reply={"choices": [{"message": {"content": "steigt, naïve 上"}}]}, cost=0.5, recorded="2026")

    def recorded(self, folder: Path) -> Path:
        path = folder / "c.jsonl"
        cassette = Cassette(path)
        for key in "abc":
            cassette.put(replace(self.LINE, key=key))
        return path

    def test_a_torn_last_line_is_dropped_and_recording_goes_on_below(self, tmp_path: Path) -> None:
        path = self.recorded(tmp_path)
        whole = path.read_bytes()
        start = whole.rstrip(b"\n").rindex(b"\n") + 1
        for cut in range(start, len(whole) - 1):
            path.write_bytes(whole[:cut])
            cassette = Cassette(path)
            assert sorted(entry.key for entry in cassette) == ["a", "b"]
            cassette.put(replace(self.LINE, key="d"))
            assert sorted(entry.key for entry in Cassette(path)) == ["a", "b", "d"], whole[start:cut]

    def test_a_torn_first_line_is_written_anew(self, tmp_path: Path) -> None:
        path = tmp_path / "c.jsonl"
        for cut in range(len('{"cassette": 1}')):
            path.write_bytes(b'{"cassette": 1}'[:cut])
            Cassette(path).put(self.LINE)
            assert Cassette(path).get("k") is not None

    def test_a_corrupt_line_is_named(self, tmp_path: Path) -> None:
        path = self.recorded(tmp_path)
        lines = path.read_bytes().split(b"\n")
        for line in (
            lines[2].replace(b":", b";", 1),
            b"garbage",
            lines[2] + lines[2],
            b'{"key":"b"}',
            b"[1]",
            lines[2][:40] + b"\xff" + lines[2][40:],
        ):
            path.write_bytes(b"\n".join([*lines[:2], line, *lines[3:]]))
            with pytest.raises(CassetteError, match=r"Line 3 of the cassette .*c\.jsonl cannot be read"):
                Cassette(path)

    @pytest.mark.parametrize("text", ["hello", "hello\nworld\n", '{"version": 2}\n', '{"key": "k"}\n{"key": "k"}\n', "[]\n"])
    def test_another_file_is_no_cassette(self, text: str, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text(text)
        with pytest.raises(CassetteError, match="is no cassette: its first line does not say so"):
            Cassette(path)
        assert path.read_text() == text

    def test_another_version_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "c.jsonl").write_text('{"cassette": 2}\n')
        with pytest.raises(CassetteError, match="version 2 is not 1"):
            Cassette(tmp_path / "c.jsonl")

    def test_a_fault_never_takes_the_place_of_an_answer(self, tmp_path: Path) -> None:
        path = self.recorded(tmp_path)
        cassette, fault = Cassette(path), Entry("a", "2020-01-01", fault="timeout", why="late")
        cassette.put(fault)
        assert cassette.get("a") == replace(self.LINE, key="a") == Cassette(path).get("a")
        with open(path, "a") as file:
            file.write(json.dumps(fault.line()) + "\n")
        assert Cassette(path).get("a") == replace(self.LINE, key="a")

    def test_several_write_at_once(self, tmp_path: Path) -> None:
        path = tmp_path / "c.jsonl"
        tapes = [Cassette(path) for _ in range(4)]

        def write(number: int) -> None:
            for i in range(50):
                tapes[number].put(replace(self.LINE, key=f"{number}-{i}"))

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(Cassette(path)) == 200

    def test_a_text_is_a_cassette_too(self, tmp_path: Path) -> None:
        text = self.recorded(tmp_path).read_text(encoding="utf-8")
        assert len(Cassette(text=text)) == 3


INFO = ModelInfo(id="m", slug="m-2026", context=8000)


def key(
    text: str = "How likely?",
    info: ModelInfo | None = INFO,
    sample: int = 0,
    price: Price | None = None,
    endpoint: Endpoint = LOCAL,
    **model: Any,
) -> str:
    seat = Seat("name", Model("m", endpoint=endpoint, **model), sample)
    seat.know(info, price)
    return seat.request(text).key


class TestKeys:
    def test_of_nothing_but_what_shapes_the_answer(self) -> None:
        one = Endpoint(base_url="https://a.example/v1", key=Secret(KEY))
        two = Endpoint(base_url="https://b.example/v1", key=Secret("sk-or-v1-other"))
        cheap, dear = Price(prompt=Decimal("0.1")), Price(prompt=Decimal("9"))
        same = {
            key(endpoint=one), key(endpoint=two), key(endpoint=one, price=dear), key(endpoint=one, price=cheap), key(endpoint=one, name="other"),
            key(endpoint=one, info=replace(INFO, price=dear, expires=datetime(2030, 1, 1).date(), name="New name")),
        }  # fmt: skip
        assert len(same) == 1

    def test_of_all_that_does(self) -> None:
        short = replace(INFO, parameters=frozenset({"temperature", "seed"}))
        keys = [
            key(), key("How likely??"), key(temperature=0.5), key(seed=8), key(sample=1), key(max_tokens=301), key(info=replace(INFO, slug="m-2027")),
            key(elicitation=Elicitation.LOGPROB), key(info=short), key(endpoint=Endpoint(key=Secret(KEY))),
            key(endpoint=Endpoint(key=Secret(KEY)), provider={"only": ["a"]}), key(endpoint=Endpoint(key=Secret(KEY)), stream=True),
        ]  # fmt: skip
        assert len(set(keys)) == len(keys)

    def test_of_the_schema(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = key()
        monkeypatch.setattr("lyra_ai.council.members.BALLOT_SCHEMA", {"type": "object"})
        assert key() != before

    @given(st.lists(st.tuples(st.text(), st.integers(0, 3), st.integers(0, 9)), min_size=2, max_size=6))
    def test_equal_if_and_only_if_the_question_is(self, asked: list[tuple[str, int, int]]) -> None:
        keys = [key(text, sample=sample, seed=seed) for text, sample, seed in asked]
        assert len(set(keys)) == len(set(asked))

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_a_second_question_is_another(self, answer: str, other: str) -> None:
        from lyra_ai.council.votes import BallotError

        seat = Seat("name", Model("m", endpoint=LOCAL), 0)
        first = seat.request("How likely?")
        seconds = {seat.second(first, said, BallotError("it is none.")).key for said in (answer, other)}
        assert first.key not in seconds and len(seconds) == len({answer, other})

    def test_time_and_account_do_not_matter_to_a_replay(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with OpenRouterStub(models()) as stub, council(stub, tmp_path, MEMBERS) as table:
            decision = table.decide(view())
        other = Endpoint(base_url="http://127.0.0.1:9/api/v1", key=Secret("sk-or-v1-another-key"))
        again = replayed(tmp_path, MEMBERS, monkeypatch, view(), clock=lambda: NOON + 1e8, endpoint=other)
        assert outcome(again) == outcome(decision)
        assert KEY not in (tmp_path / "cassette.jsonl").read_text() and noon() == NOON

    def test_a_text_makes_another_question(self, tmp_path: Path) -> None:
        seen = view(texts=(Text(datetime(2020, 1, 1) - timedelta(hours=1), "Profits rose."),))
        seat = Seat("name", Model("m", endpoint=LOCAL), 0)
        assert seat.request(seat.question(seen)[0]).key != seat.request(seat.question(view())[0]).key
