"""Money: whatever happens in whatever order, an endpoint never charges more than the caps, and the ledger never shows less than it charged."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from council_setting import ALWAYS, NOON, SURE, Fake, Hasty, completion, council, hurry, noon, view
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openrouter_stub import BALLOT, FAULTS, OpenRouterStub, Reply, StubModel

from lyra_ai.council import Budget, Council, Endpoint, Mode, Model, Price
from lyra_ai.council.ledger import PICO, Charge, Ledger, picodollars
from lyra_ai.errors import LedgerError

LOCAL = Endpoint.local("http://127.0.0.1:9/v1")
DAY = 86_400.0
Fresh = Callable[[], tuple[Path, float]]
KINDS = ["repair", "refused", "lost", "in 200", "no usage", "tokens only", "strange", "text"]
WRONG = '{"reasons": [], "probability": 2.7, "abstain": false}'


@dataclass
class Till:
    """An endpoint that charges something within its price list, whatever it answers, and counts it."""

    prices: dict[str, Price]
    chance: random.Random
    hangs: bool = False
    charged: int = 0
    """Picodollars."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, body: dict[str, Any]) -> tuple[int, Any] | None:
        with self.lock:
            price, chance = self.prices[body["model"]], self.chance
            sent = sum(len(message["content"].encode()) for message in body["messages"])
            used = chance.randint(1, sent), chance.randint(0, body["max_tokens"])
            cost = used[0] * price.prompt + used[1] * price.completion + price.request
            kind = chance.choice(["answer"] * 4 + KINDS + ["never"] * self.hangs)
            if kind == "refused":
                return chance.choice([400, 402, 404, 413, 429, 503, 529]), {"error": {"message": "no"}}
            self.charged += picodollars(cost)
        usage = {"prompt_tokens": used[0], "completion_tokens": used[1]}
        bodies: dict[str, Callable[[], tuple[int, Any] | None]] = {
            "never": lambda: None,
            "lost": lambda: (chance.choice([408, 500, 502, 504, 524]), b"<html>"),
            "repair": lambda: (200, completion(WRONG, float(cost))),
            "in 200": lambda: (200, {"error": {"code": 502, "message": "broke off"}}),
            "no usage": lambda: (200, completion(BALLOT, usage=None)),
            "tokens only": lambda: (200, completion(BALLOT, usage=usage)),
            "strange": lambda: (200, completion(BALLOT, usage=usage | {"cost": chance.choice([-1, "much", None, True, [1]])})),
            "text": lambda: (200, b"upstream said: try again"),
        }
        return bodies.get(kind, lambda: (200, completion(BALLOT, float(cost))))()


def prices(chance: random.Random) -> dict[str, Price]:
    def rate(most: int) -> Decimal:
        return Decimal(chance.randint(0, most)) / 10**10

    return {
        name: Price(prompt=rate(10_000), completion=rate(90_000), request=chance.choice([Decimal(0), rate(90_000_000)])) for name in "abcd"
    }


def table_at(till: Till, ledger: Ledger, budget: Budget, run: str, deadline: float, two_stages: bool) -> Council:
    members = [Model(name, price=price, endpoint=LOCAL, max_tokens=50) for name, price in till.prices.items()]
    found = Council(members[:2], paid=members[2:], rules=ALWAYS if two_stages else SURE, budget=budget, ledger=ledger, mode=Mode.LIVE,
                    deadline=deadline, endpoint=LOCAL, run=run, backtest=False, clock=noon)  # fmt: skip
    found.panel.transport = Fake(till)
    found.panel.chance = Hasty()
    return found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """One ledger for many examples, which is much faster; each gets a number to name its runs with, and years of its own."""
    path, number = tmp_path_factory.mktemp("ledger") / "ledger.sqlite", count()
    return lambda: (path, NOON + 600 * DAY * next(number))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), caps=st.tuples(*[st.one_of(st.none(), st.floats(0, 0.02))] * 3), threads=st.integers(1, 3))
def test_no_interleaving_breaks_a_cap(seed: int, caps: tuple[float | None, ...], threads: int, fresh: Fresh) -> None:
    """Councils in threads of their own, with one ledger, at an endpoint that does as it likes within its prices."""
    chance = random.Random(seed)
    till = Till(prices(chance), random.Random(seed + 1), hangs=seed % 3 == 0)
    run_cap, day_cap, month_cap = caps
    budget = Budget(run=run_cap, day=day_cap, month=month_cap)
    path, today = fresh()
    one, two = f"one {today}", f"two {today}"
    runs = [chance.choice([one, two]) for _ in range(threads)]
    ledgers = [hurry(Ledger(path, lambda: today)) for _ in range(threads)]
    tables = [
        table_at(till, ledger, budget, run, chance.choice([0.01, 0.03, 0.06]) if till.hangs else 10.0, chance.random() < 0.6)
        for ledger, run in zip(ledgers, runs, strict=True)
    ]

    overruns: list[float] = []

    def decide(table: Council, start: int) -> None:
        table.panel.prepare()
        for number in range(2):
            began = time.monotonic()
            table.decide(view(start + number, bars=5))
            overruns.append(time.monotonic() - began - table.deadline)

    crew = [threading.Thread(target=decide, args=(table, 100 * i)) for i, table in enumerate(tables)]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    for table in tables:
        table.close()
    assert max(overruns) < 0.25, "the deadline"
    spent = ledgers[0].spent(one)
    other = ledgers[0].spent(two)
    for ledger in ledgers:
        ledger.close()
    charged = till.charged / PICO
    assert charged <= spent.day + 1e-12 and spent.day == spent.month == pytest.approx(spent.run + other.run)
    for cap, total in ((run_cap, max(spent.run, other.run)), (day_cap, spent.day), (month_cap, spent.month)):
        assert cap is None or total <= cap + 1e-12
    if not budget.spends:
        assert till.charged == 0


AMOUNTS = st.integers(0, 4_000_000_000)


@settings(max_examples=700, suppress_health_check=[HealthCheck.too_slow])
@given(
    caps=st.tuples(*[st.one_of(st.none(), st.integers(0, 20))] * 3),
    steps=st.lists(
        st.tuples(st.sampled_from(["reserve", "settle", "lose", "reopen", "day", "month"]), st.integers(0, 1), AMOUNTS, st.floats(0, 1)),
        min_size=4, max_size=12,
    ),
)  # fmt: skip
def test_the_ledger_alone(caps: tuple[int | None, ...], steps: list[tuple[str, int, int, float]], fresh: Fresh) -> None:
    """Reservations, outcomes, lost outcomes, restarts and new days in any order, checked against sums kept beside it."""
    path, start = fresh()
    now = [start]
    budget = Budget(**{name: None if cap is None else cap / 1000 for name, cap in zip(("run", "day", "month"), caps, strict=True)})
    ledgers = [hurry(Ledger(path, lambda: now[0])) for _ in range(2)]

    def today() -> datetime:
        return datetime.fromtimestamp(now[0], UTC)

    open_: list[tuple[int, int, list[str]]] = []
    sums: Counter[str] = Counter()
    for kind, which, amount, share in steps:
        run, ledger = f"{which} of {start}", ledgers[which]
        if kind == "reserve":
            names = [run, f"{today():%Y-%m-%d}", f"{today():%Y-%m}"]
            fits = budget.spends and all(
                cap is None or sums[name] + amount <= cap * PICO // 1000 for name, cap in zip(names, caps, strict=True)
            )
            (found,) = ledger.reserve([Charge("m", amount)], budget, run)
            assert isinstance(found, int) == fits, found
            if isinstance(found, int):
                open_.append((found, amount, names))
                sums.update(dict.fromkeys(names, amount))
        elif kind in ("settle", "lose") and open_:
            number, most, names = open_.pop(int(share * (len(open_) - 1)))
            if kind == "settle":
                ledger.settle([(number, int(share * most))])
                ledger.settle([(number, 0)])  # The first word counts.
                sums.update(dict.fromkeys(names, int(share * most) - most))
        elif kind == "reopen":
            ledgers[which].close()
            ledgers[which] = hurry(Ledger(path, lambda: now[0]))
        elif kind in ("day", "month"):
            now[0] += DAY if kind == "day" else 31 * DAY
        shown = ledgers[which].spent(run)
        expected = sums[run], sums[f"{today():%Y-%m-%d}"], sums[f"{today():%Y-%m}"]
        assert (shown.run, shown.day, shown.month) == tuple(amount / PICO for amount in expected)
    for ledger in ledgers:
        ledger.close()


def test_threads_share_a_ledger(tmp_path: Path) -> None:
    """Eight threads with connections of their own reserve at once: exactly as many as the cap has room for succeed."""
    path, budget = tmp_path / "ledger.sqlite", Budget(day=0.05)
    found: list[int | str] = []

    def spend() -> None:
        with closing(Ledger(path, noon)) as ledger:
            for _ in range(20):
                found.extend(ledger.reserve([Charge("m", PICO // 1000)], budget, "run"))

    crew = [threading.Thread(target=spend) for _ in range(8)]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    numbers = [each for each in found if isinstance(each, int)]
    assert len(numbers) == len(set(numbers)) == 50 and len(found) == 160


def test_charges_of_one_call_count_against_each_other(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.sqlite", noon)) as ledger:
        first, second, third = ledger.reserve(
            [Charge(name, 6 * PICO // 10) for name in "ab"] + [Charge("c", 4 * PICO // 10)], Budget(run=1), "run"
        )
        assert isinstance(first, int) and isinstance(third, int)
        assert second == "of the run's budget of 1 USD 0.400000 are left, and this may cost 0.600000"


def test_a_transaction_that_failed_does_not_stop_the_next(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(Ledger(path, noon)) as ledger, closing(sqlite3.connect(path)) as other:
        ledger.open()
        other.execute("CREATE TRIGGER full BEFORE INSERT ON charges BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        with pytest.raises(LedgerError, match="disk full"):
            ledger.reserve([Charge("m", 1)], Budget(run=1), "run")
        other.execute("DROP TRIGGER full")
        assert isinstance(ledger.reserve([Charge("m", 1)], Budget(run=1), "run")[0], int)


def paid(answers: Any = BALLOT, **more: Any) -> list[StubModel]:
    return [StubModel(f"stub/{name}", prompt="0.000001", completion="0.000003", answer=answers, **more) for name in "abc"]


@pytest.mark.parametrize("seed", range(24))
def test_at_the_stub(seed: int, tmp_path: Path) -> None:
    """Two councils in threads, over real sockets, every model with faults of its own in turn."""
    chance = random.Random(seed)
    names = sorted(name for name in FAULTS if name not in ("cost_surprise", "slow_loris", "gzip_bomb", "body_huge"))
    models = paid()
    for model in models:
        model.answer = [chance.choice([Reply(), FAULTS[chance.choice(names)], Reply(content=WRONG)]) for _ in range(30)]
    cap = chance.choice([0.004, 0.01, 0.02])
    budget = Budget(run=cap) if seed % 2 else Budget(day=cap, month=2 * cap)
    members = [Model(model.id) for model in models]
    with OpenRouterStub(models, clock=noon) as stub:

        def decide(which: int) -> None:
            more: dict[str, Any] = {
                "rules": ALWAYS,
                "budget": budget,
                "mode": Mode.LIVE,
                "cassette": None,
                "journal": None,
                "deadline": 0.3,
            }
            with council(stub, tmp_path, members[:1], paid=members[1:], **more) as table:
                for number in range(4):
                    table.decide(view(100 * which + number, bars=5))

        crew = [threading.Thread(target=decide, args=(which,)) for which in range(2)]
        for worker in crew:
            worker.start()
        for worker in crew:
            worker.join()
        assert stub.problems == []
        charged = stub.charged
    with closing(Ledger(tmp_path / "ledger.sqlite", noon)) as ledger:
        spent = ledger.spent("council").day
    assert charged <= Decimal(str(spent)) and spent <= cap + 1e-12 and stub.calls() > 0


class TestKilled:
    def test_at_any_moment(self, tmp_path: Path) -> None:
        """A process that is killed while it spends, and started again under the same name, stays within the one cap."""
        chance, cap = random.Random(5), 0.1
        with OpenRouterStub(paid(Reply(latency=0.005))) as stub:
            for start in range(3):
                arguments = [sys.executable, str(Path(__file__).with_name("spender.py")), stub.base_url, str(tmp_path / "ledger.sqlite")]
                process = subprocess.Popen([*arguments, str(cap), str(start)], stdout=subprocess.PIPE)
                assert process.stdout is not None and process.stdout.readline() == b"ready\n"
                before = stub.calls()
                more = chance.randint(1, 12)
                while stub.calls() < before + more and process.poll() is None:
                    threading.Event().wait(0.002 * chance.random())
                    if float(stub.charged) > cap * 0.9:
                        break
                process.kill()
                process.wait()
                process.stdout.close()
                threading.Event().wait(0.05)  # What is under way at the endpoint is still billed.
                with closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
                    spent = ledger.spent("killed").run
                assert float(stub.charged) <= spent <= cap
            assert stub.calls() > 4 and stub.charged > 0


class TestSurprise:
    def test_who_charges_more_than_his_list_is_never_asked_again(self, tmp_path: Path) -> None:
        models = [*paid()[:1], StubModel("stub/dear", prompt="0.000001", completion="0.000003", answer=Reply(cost="0.5"))]
        members = [Model("stub/a"), Model("stub/dear")]
        with OpenRouterStub(models, clock=noon) as stub, council(stub, tmp_path, members, budget=Budget(run=5)) as table:
            for seed in range(4):
                table.decide(view(seed))
            assert stub.calls("stub/dear") == 1 and stub.calls("stub/a") == 4
            assert any("stub/dear charged 0.500000 USD where its price list allows 0.00" in note for note in table.notes)
            assert table.panel.ledger.spent("council").run >= float(stub.charged)

    def test_beyond_the_cap_nothing_is_spent_any_more(self, tmp_path: Path) -> None:
        models = [*paid()[:1], StubModel("stub/dear", prompt="0.000001", completion="0.000003", answer=Reply(cost="123.45"))]
        with OpenRouterStub(models, clock=noon) as stub, council(stub, tmp_path, [Model("stub/dear"), Model("stub/a")]) as table:
            first, *others = [table.decide(view(seed)) for seed in range(3)]
            assert first.votes[1].probability is not None and stub.calls() == 2
            assert {vote.why.split(":")[0] for decision in others for vote in decision.votes} == {"resting", "budget"}

    def test_a_free_model_that_charges_is_never_asked_again(self, tmp_path: Path) -> None:
        models = [StubModel("stub/a:free", answer=Reply(cost="0.01"))]
        with OpenRouterStub(models, clock=noon) as stub, council(stub, tmp_path, [Model("stub/a:free")], budget=Budget()) as table:
            assert [table.decide(view(seed)).votes[0].why[:7] for seed in range(2)] == ["", "resting"]

    @pytest.mark.parametrize("cost", [1e300, float("1e400"), 10**30])
    def test_absurd_costs_do_not_break_the_sums(self, cost: float, tmp_path: Path) -> None:
        member = Model("m", price=Price(prompt=Decimal("0.000001")), endpoint=LOCAL)
        with council("http://127.0.0.1:9/v1", tmp_path, [member], endpoint=LOCAL) as table:
            body = json.dumps(completion(BALLOT, cost)).replace("Infinity", "1e400").encode()
            table.panel.transport = Fake(lambda asked: (200, body))
            assert table.decide(view()).votes[0].probability is not None
            assert table.decide(view(1)).votes[0].why.startswith("resting")
            assert table.panel.ledger.spent("council").run > 1000


def test_no_budget_and_no_file_spend_nothing(tmp_path: Path) -> None:
    for more in ({"budget": None}, {"ledger": None}, {"budget": Budget(day=0)}, {"budget": Budget(run=1, day=0)}):
        with OpenRouterStub(paid(), clock=noon) as stub, council(stub, tmp_path, [Model("stub/a")], cassette=None, **more) as table:
            assert table.decide(view()).votes[0].why.startswith("budget") and stub.calls() == 0
