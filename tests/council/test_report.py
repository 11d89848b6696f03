"""The report of a run, on journals whose figures can be worked out by hand."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyra.council.measures import SizingRule, best_so_far, effective_outcomes, overlap, rule_of
from lyra.council.proceedings import parse
from lyra.council.report import Report, report
from lyra_ai.council.journal import read_journal
from lyra_ai.council.pools import log_pool
from lyra_ai.errors import JournalError, LyraAIError, SettingError

Entry = dict[str, Any]
START = datetime(2024, 1, 1)
DAY = timedelta(days=1)


def expert(name: str) -> Entry:
    return {"name": name, "family": "expert", "model": None, "cutoff": None, "created": None, "paid": False, "stage": 1}


def model(name: str, cutoff: str | None = None, created: str | None = None, stage: int = 1) -> Entry:
    return {
        "name": name,
        "family": "model",
        "model": f"lab/{name}",
        "cutoff": cutoff,
        "created": created,
        "paid": stage == 2,
        "stage": stage,
    }


def council(*members: Entry, **settings: Any) -> Entry:
    return {"kind": "council", "version": 1, "time": START.isoformat(), "members": list(members), "settings": {"band": 0.02, **settings}}


def vote(member: str, p: float | None, weight: float = 1.0, **rest: Any) -> list[Any]:
    v = {"why": "", "cost": 0.0, "latency": 0.0, "source": "computed", "stage": 1, **rest}
    return [member, p, 0.0 if p is None else weight, v["why"], v["cost"], v["latency"], v["source"], v["stage"]]


def decision(n: int, votes: Sequence[list[Any]], **rest: Any) -> Entry:
    """Day `n` of BTCUSD at 100, with the first vote as the council's own probability and full size beyond the band."""
    time = START + n * DAY
    p = rest.get("p", next((v[1] for v in votes if v[1] is not None), None))
    state = "abstain" if p is None else "long" if p >= 0.52 else "short" if p <= 0.48 else "flat"
    entry = {"kind": "decision", "n": n, "time": time.isoformat(), "symbol": "BTCUSD", "price": 100.0, "due": (time + DAY).isoformat(),
             "state": state, "p": p, "pooled": p, "disagreement": None, "why": "", "stages": 1, "seconds": 0.1, "cost": 0.0,
             "votes": list(votes), **rest}  # fmt: skip
    entry.setdefault("size", {"long": 1.0, "short": -1.0}.get(entry["state"], 0.0))
    return entry


def outcome(n: int, rise: float, after: timedelta = DAY, price: float = 100.0) -> Entry:
    return {"kind": "outcome", "n": n, "time": (START + n * DAY + after).isoformat(), "price": price, "rise": rise}


def run_of(count: int, *members: Entry, p: float = 0.6) -> list[Entry]:
    """A run in which every member says `p` every day, and rises and falls take turns."""
    journal = [council(*members)]
    for n in range(count):
        journal.append(decision(n, [vote(m["name"], p) for m in members]))
        journal.append(outcome(n, float(n % 2 == 0)))
    return journal


def report_of(journal: Sequence[Entry], **rest: Any) -> Report:
    return report(journal, rng=np.random.default_rng(1), **rest)


# Where the clean part begins.


def test_a_cutoff_before_the_run_leaves_all_of_it_clean() -> None:
    found = report_of(run_of(120, model("a", "2023-06-30")), embargo_days=90)
    assert [(p.name, p.decisions, p.days) for p in found.parts] == [("clean", 120, 120)]
    assert found.has_clean_evidence
    assert "Latest knowledge cutoff: 2023-06-30 of a. With 90 days of embargo, decisions from 2023-09-29 on are clean." in found.text()


def test_a_cutoff_within_the_run_splits_it() -> None:
    """The cutoff's own day and the ten days after it are contaminated: January 10 to 20; the 21st is day 20 of the run."""
    found = report_of(run_of(150, model("a", "2024-01-10"), model("b", "2023-01-01")), embargo_days=10)
    assert found.knowledge.clean_from == datetime(2024, 1, 21)
    assert [(p.name, p.decisions, p.scores.count) for p in found.parts] == [("contaminated", 20, 20), ("clean", 130, 130)]
    assert found.parts[1].start == datetime(2024, 1, 21)
    assert found.members[0].scores.count == 150
    assert found.members[0].clean_scores.count == 130


def test_a_cutoff_after_the_run_leaves_no_clean_evidence() -> None:
    found = report_of(run_of(150, model("a", "2025-01-01")))
    assert [p.name for p in found.parts] == ["contaminated"]
    assert not found.has_clean_evidence
    assert "NO CLEAN EVIDENCE: 0 clean decisions with an outcome on 0 days; 100 on 60 days are needed." in found.text()


def test_the_latest_cutoff_counts_and_only_of_those_with_weight() -> None:
    journal = run_of(120, model("old", "2022-01-01"))
    journal[0]["members"] += [model("new", "2024-03-01"), model("silent", "2024-03-01")]
    for entry in journal[1::2]:
        entry["votes"] += [vote("new", 0.6, weight=0.0), vote("silent", None)]
    assert report_of(journal).knowledge.cutoff is not None
    assert report_of(journal).knowledge.models == ("old",)
    journal[1]["votes"].append(vote("new", 0.6, weight=0.01))
    assert report_of(journal).knowledge.decided_by == "new"


def test_a_model_without_cutoff_is_dated_by_its_creation_and_flagged() -> None:
    found = report_of(run_of(120, model("a", "2022-01-01"), model("b", created="2023-12-31")), embargo_days=0)
    assert found.knowledge.clean_from == datetime(2024, 1, 1)
    assert found.knowledge.dated_by_creation == ("b",)
    assert "2023-12-31 of b (the day it was made: it states no cutoff)" in found.text()
    assert "! No cutoff is stated for b: the day of creation stands for it." in found.text()


def test_a_model_without_any_date_contaminates_everything() -> None:
    found = report_of(run_of(120, model("a", "2022-01-01"), model("b")))
    assert [p.name for p in found.parts] == ["contaminated"]
    assert "Nothing is known of when b stopped learning: every decision counts as contaminated." in found.text().replace("\n", " ")
    assert any("Neither cutoff nor creation is known of b" in w for w in found.warnings)


def test_a_voter_that_the_council_does_not_list_contaminates_everything() -> None:
    journal = run_of(120, expert("trend"))
    journal[1]["votes"].append(vote("stranger", 0.7))
    assert report_of(journal).knowledge.undated == ("stranger",)


def test_a_council_without_language_models_is_wholly_clean() -> None:
    found = report_of(run_of(120, expert("trend")))
    assert [p.name for p in found.parts] == ["clean"]
    assert found.has_clean_evidence
    assert "No language model had weight: every decision is clean" in found.text()


@pytest.mark.parametrize(("decisions", "days", "enough"), [(120, 120, True), (121, 60, False), (60, 121, False)])
def test_clean_evidence_needs_decisions_and_days(decisions: int, days: int, enough: bool) -> None:
    found = report_of(run_of(120, expert("trend")), clean_decisions=decisions, clean_days=days)
    assert found.has_clean_evidence is enough
    assert ("NO CLEAN EVIDENCE" in found.text()) is not enough


# Scores.


def test_scores_by_hand() -> None:
    """Said 0.8, 0.6, 0.3 and 0.5; came rise, fall, fall and rise: errors 0.2, 0.6, 0.3 and 0.5, and 0.5 takes no side."""
    said, came = [0.8, 0.6, 0.3, 0.5], [1.0, 0.0, 0.0, 1.0]
    journal = [council(expert("e"))]
    for n, (p, y) in enumerate(zip(said, came, strict=True)):
        journal += [decision(n, [vote("e", p)]), outcome(n, y)]
    journal.append(decision(4, [vote("e", None, why="too few bars")]))
    part = report_of(journal).parts[0]
    s = part.scores
    assert s.brier == pytest.approx((0.04 + 0.36 + 0.09 + 0.25) / 4)
    assert s.hit_rate == pytest.approx(2 / 3)
    assert s.log_score == pytest.approx(-(math.log(0.8) + math.log(0.4) + math.log(0.7) + math.log(0.5)) / 4)
    assert s.base_rate == 0.5
    assert s.skill == pytest.approx(1 - 0.185 / 0.25)
    assert part.brier_difference == pytest.approx(0.185 - 0.25)
    assert part.states == {"long": 2, "short": 1, "flat": 1, "abstain": 1}
    assert (part.decisions, part.open, part.days) == (5, 1, 4)


def test_few_values_have_no_interval_and_many_have_one_around_the_mean() -> None:
    assert report_of(run_of(9, expert("e"))).parts[0].brier_interval is None
    part = report_of(run_of(200, expert("e"))).parts[0]
    assert part.brier_interval is not None and part.brier_difference is not None
    assert part.brier_interval[0] <= part.brier_difference <= part.brier_interval[1]


# Returns.


def _four(states: Sequence[str], prices: Sequence[float] = (100.0, 110.0, 99.0, 108.9), **rest: Any) -> Report:
    sizes = {"long": 1.0, "short": -1.0}
    journal = [council(expert("e"))]
    journal += [
        decision(n, [vote("e", 0.6)], state=s, price=p, size=sizes.get(s, 0.0)) for n, (s, p) in enumerate(zip(states, prices, strict=True))
    ]
    return report_of(journal, **rest)


@pytest.mark.parametrize(
    ("states", "value", "turnover"),
    [
        # Prices move by +10 %, -10 %, +10 %.
        pytest.param(["long", "long", "long", "long"], 1.1 * 0.9 * 1.1, 1.0, id="held"),
        pytest.param(["long", "short", "long", "flat"], 1.1**3, 5.0, id="turned: 1, 2 and 2 were traded"),
        pytest.param(["long", "abstain", "abstain", "flat"], 1.1 * 0.9 * 1.1, 1.0, id="abstaining keeps"),
        pytest.param(["long", "flat", "flat", "flat"], 1.1, 2.0, id="flat closes"),
        pytest.param(["abstain", "abstain", "abstain", "long"], 1.0, 0.0, id="abstaining from nothing is nothing"),
    ],
)
def test_returns_by_hand(states: list[str], value: float, turnover: float) -> None:
    trading = _four(states, fee=0.0).parts[0].trading
    assert trading.total == pytest.approx(value - 1)
    assert trading.turnover == pytest.approx(turnover)
    assert trading.steps == 3


def test_fees_are_paid_for_what_is_turned_over() -> None:
    """Bought with 1 (fee 1 %), turned to short with 2 (fee 2 %), closed with 1 (fee 1 %)."""
    trading = _four(["long", "short", "flat", "flat"], fee=0.01).parts[0].trading
    assert trading.total == pytest.approx((1 + 0.1 - 0.01) * (1 + 0.1 - 0.02) * (1 - 0.01) - 1)


def test_symbols_share_the_capital() -> None:
    """One gains 10 % and the other stands still: 5 %."""
    journal = [council(expert("e"))]
    for n, (btc, eth) in enumerate([(100.0, 50.0), (110.0, 50.0)]):
        journal += [decision(n, [vote("e", 0.6)], price=btc), decision(n, [vote("e", 0.6)], price=eth, symbol="ETHUSD")]
    assert report_of(journal, fee=0.0).parts[0].trading.total == pytest.approx(0.05)


def test_a_clean_part_does_not_begin_with_what_memory_bought() -> None:
    journal = run_of(10, model("a", "2024-01-04"))
    for n, entry in enumerate(journal[1::2]):
        entry.update(state="long" if n < 4 else "abstain", price=100.0 + n)
    contaminated, clean = report_of(journal, embargo_days=0, fee=0.0).parts
    assert contaminated.trading.total == pytest.approx(103 / 100 - 1)
    assert clean.trading.total == 0.0


# Baselines.


def test_baselines_by_hand_on_four_decisions() -> None:
    """Prices move by +10 %, -10 %, +10 %; `up` says rise each day, `right` is right each day, and `model` says fall with much weight."""
    journal = [council(expert("up"), expert("right"), model("model", "2020-01-01"))]
    for n, (price, right, rise) in enumerate([(100.0, 0.9, 1.0), (110.0, 0.1, 0.0), (99.0, 0.9, 1.0), (108.9, 0.1, 0.0)]):
        journal.append(decision(n, [vote("up", 0.6), vote("right", right), vote("model", 0.3, 5.0)], p=0.3, price=price))
        journal.append(outcome(n, rise))
    part = report_of(journal, fee=0.0).parts[0]
    base = {b.name: b for b in part.baselines}
    assert list(base) == ["equal weights", "best single so far", "best in hindsight (right)", "experts alone", "no AI", "buy and hold"]
    # The council is short all the way: -10 %, +10 %, -10 %.
    assert part.trading.total == pytest.approx(0.9 * 1.1 * 0.9 - 1)
    # The log pool of 0.6, 0.9 and 0.3 is above 0.52, that of 0.6, 0.1 and 0.3 below 0.48, so equal weights are right thrice; experts as well.
    assert log_pool([0.6, 0.9, 0.3], [1, 1, 1]) > 0.52
    assert base["equal weights"].trading.total == pytest.approx(1.1**3 - 1)
    assert base["experts alone"].trading.total == pytest.approx(1.1**3 - 1)
    assert base["best in hindsight (right)"].trading.total == pytest.approx(1.1**3 - 1)
    # Before the first outcome there is no best member: nothing is held on the first day. From the second on it is `right`.
    assert base["best single so far"].trading.total == pytest.approx(1.1**2 - 1)
    assert base["best single so far"].scores.count == 3
    assert base["no AI"].trading.total == 0.0
    assert base["buy and hold"].trading.total == pytest.approx(0.089)
    # Errors of 0.1 against 0.7 and 0.3 in turns.
    assert base["best in hindsight (right)"].difference == pytest.approx((0.49 + 0.09) / 2 - 0.01)


def test_the_best_so_far_is_never_chosen_by_outcomes_that_lie_ahead() -> None:
    """`late` is right, but its outcomes come after 100 days; `early`, which is worse than a coin, is all that has been heard of until then."""
    journal = [council(expert("early"), expert("late"))]
    for n in range(110):
        journal += [decision(2 * n, [vote("early", 0.3)]), outcome(2 * n, 1.0)]
        journal += [decision(2 * n + 1, [vote("early", 0.3), vote("late", 0.9)]), outcome(2 * n + 1, 1.0, 100 * DAY)]
    run = parse(journal)
    chosen = best_so_far(run.decisions)
    assert set(chosen[1:101]) == {0.3}
    assert chosen[101] == 0.9


@given(st.data())
def test_what_is_still_open_never_decides_the_best_so_far(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 12))
    probability = st.sampled_from([0.1, 0.4, 0.5, 0.6, 0.9])
    delays = data.draw(st.lists(st.integers(1, 6), min_size=count, max_size=count))
    rises = data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=count, max_size=count))
    now = data.draw(st.integers(0, count - 1))
    entries = [decision(n, [vote(who, data.draw(probability)) for who in "abc"]) for n in range(count)]
    one, other = [council(expert("a"), expert("b"), expert("c"))], [council(expert("a"), expert("b"), expert("c"))]
    for n in range(count):
        is_open = n + delays[n] > now
        one += [entries[n], outcome(n, rises[n], delays[n] * DAY)]
        other += [entries[n], outcome(n, 1.0 - rises[n] if is_open else rises[n], delays[n] * DAY)]
    assert best_so_far(parse(one).decisions)[: now + 1] == best_so_far(parse(other).decisions)[: now + 1]


def test_the_rule_of_baselines_is_the_councils_own() -> None:
    decisions = [
        decision(0, [vote("e", 0.6)], size=0.4),
        decision(1, [vote("e", 0.4)], state="flat"),
        decision(2, [vote("e", 0.51)], state="abstain"),
    ]
    rule = rule_of(parse([council(expert("e")), *decisions]).decisions, 0.02)
    assert rule == SizingRule(0.02, 0.4, shorts=False, inside="abstain")
    assert [rule.target(p) for p in (0.6, 0.51, 0.4, None)] == [0.4, None, 0.0, None]
    found = report_of([council(expert("e")), *decisions], sizing=lambda p: 0.25)
    assert found.rule == "the council's own"


# Members, money, warnings.


def test_members_by_hand() -> None:
    journal = [council(expert("e"), model("m", "2020-01-01"))]
    for n, (p, why) in enumerate([(0.8, ""), (None, "late"), (None, "late"), (None, "no JSON"), (0.2, "")]):
        journal += [decision(n, [vote("e", 0.6), vote("m", p, 0.5, why=why, cost=0.01, latency=float(n), source="asked")]), outcome(n, 1.0)]
    found = report_of(journal)
    m = found.members[1]
    assert (m.votes, m.abstentions, m.causes) == (2, 3, (("late", 2), ("no JSON", 1)))
    assert m.scores.brier == pytest.approx((0.04 + 0.64) / 2)
    assert m.scores.hit_rate == 0.5
    assert m.weight == pytest.approx(0.2)
    assert m.cost == pytest.approx(0.05)
    assert (m.latency_p50, m.latency_p95) == (2.0, pytest.approx(3.8))
    assert found.together.agreement == 0.5
    assert "m abstained 3 times: 2 x late; 1 x no JSON" in found.text()


def test_members_that_copy_each_other_are_worth_one() -> None:
    rng = np.random.default_rng(3)
    journal = [council(expert("a"), expert("b"), expert("c"))]
    for n in range(400):
        p, q = rng.uniform(0.2, 0.8, 2)
        journal += [decision(n, [vote("a", p), vote("b", p), vote("c", q)]), outcome(n, float(rng.integers(2)))]
    copied = report_of(journal).together
    assert copied.correlation_given_outcome == pytest.approx(1 / 3, abs=0.05)
    assert copied.effective_given_outcome == pytest.approx(3 / (1 + 2 / 3), abs=0.15)
    constant = report_of(run_of(60, expert("a"), expert("b"))).together
    assert constant.correlation_given_outcome is None
    assert copied.effective is not None and copied.effective < copied.effective_given_outcome


def test_money_by_hand() -> None:
    """The first stage's pool is 0.4; the second stage's vote of 0.9 moves the pool to the other side once."""
    journal = [council(model("free", "2020-01-01"), model("dear", "2020-01-01", stage=2))]
    dear = {"cost": 0.02, "source": "asked", "stage": 2}
    journal.append(decision(0, [vote("free", 0.4, source="recorded", cost=0.001), vote("dear", 0.9, **dear)], p=0.7, stages=2, cost=0.02))
    journal.append(decision(1, [vote("free", 0.6, source="recorded", cost=0.001), vote("dear", 0.9, **dear)], p=0.8, stages=2, cost=0.02))
    journal.append(decision(2, [vote("free", 0.6)], cost=0.0))
    money = report_of(journal).money
    assert money.spent == pytest.approx(0.04)
    assert money.per_decision == pytest.approx(0.04 / 3)
    assert money.recorded_cost == pytest.approx(0.002)
    assert money.sources == {"computed": 1, "asked": 2, "recorded": 2}
    assert (money.escalations, money.changed_side) == (2, 1)


def test_overlapping_horizons_are_counted_as_fewer() -> None:
    """Ten days of decisions with horizons of five: 14 days are covered, worth 2.8 outcomes; five are open at a time."""
    journal = [council(expert("e"))]
    for n in range(10):
        journal += [decision(n, [vote("e", 0.6)], due=(START + (n + 5) * DAY).isoformat()), outcome(n, 1.0, 5 * DAY)]
    decisions = parse(journal).decisions
    assert effective_outcomes(decisions) == pytest.approx(2.8)
    assert overlap(decisions) == 5
    assert "! Horizons overlap in the clean part, up to 5 at a time: its 10 outcomes are worth about 3." in report_of(journal).text()


def test_warnings() -> None:
    journal = run_of(30, model("same", "2020-01-01"))
    journal[0]["members"].append({**expert("mine"), "family": "function"})
    journal[1]["votes"].append(vote("mine", 0.6))
    text = report_of([*journal, outcome(77, 1.0)]).text()
    assert "! The clean part has 30 outcomes; 4,300 are needed to tell 56 % from 53 %." in text
    assert "! same nearly always answers 0.6: it decides nothing." in text
    assert "! The functions mine state no cutoff and are taken to hold no trained model." in text
    assert "! 1 outcomes belong to no decision of this journal and were left out." in text


# Text, JSON, picture.


def test_the_text_fits_a_terminal() -> None:
    members = [model(f"a-model-with-a-long-name-{i}", "2024-02-01") for i in range(20)]
    text = report_of(run_of(300, *members), equity=[(START + n * DAY, 100.0 + n) for n in range(300)]).text()
    lines = text.splitlines()
    assert lines[0] == "COUNCIL REPORT"
    assert len(lines) <= 65
    assert max(map(len, lines)) <= 120
    assert "and 8 more with less weight" in text
    assert any(line.split() == ["decisions", "(without", "outcome", "yet)", "122", "(0)", "178", "(0)"] for line in lines)
    # Value 100 to 221 in the 122 contaminated days, 222 to 399 in the clean ones.
    assert any(line.split() == ["account's", "own", "return", "121.0%", "79.7%"] for line in lines)


def test_the_report_is_json() -> None:
    journal = run_of(40, model("a", "2024-01-10"), expert("e"))
    for entry in journal[1::2]:
        entry["p"] = entry["votes"][0][1] = 1.0
    found = json.loads(json.dumps(report_of(journal, embargo_days=3).to_dict(), allow_nan=False))
    assert found["knowledge"]["clean_from"] == "2024-01-14T00:00:00"
    # Sure and wrong half of the time: the log score is infinite, which JSON cannot say.
    assert found["parts"][1]["scores"]["log_score"] is None
    assert [b["name"] for b in found["parts"][0]["baselines"]][-1] == "buy and hold"


def test_the_same_journal_and_seed_make_the_same_report() -> None:
    journal = run_of(120, model("a", "2024-02-01"), expert("e"))
    assert report_of(journal).to_dict() == report_of(journal).to_dict()


@pytest.mark.parametrize("journal", [[council(expert("e"))], run_of(1, expert("e")), run_of(120, model("a", "2024-01-10"), expert("e"))],
                         ids=["empty", "one decision", "two parts"])  # fmt: skip
def test_the_picture_is_a_png(journal: list[Entry], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is an optional package")
    report_of(journal, embargo_days=0).picture(tmp_path / "report.png")
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert "COUNCIL REPORT" in report_of(journal).text()


def test_a_picture_without_matplotlib_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(LyraAIError, match="pip install matplotlib"):
        report_of([council(expert("e"))]).picture(tmp_path / "report.png")


# Reading.


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = run_of(3, expert("e"))
    path.write_text("\n".join(map(json.dumps, journal)) + '\n{"kind":"decis')
    assert read_journal(path) == journal


@pytest.mark.parametrize(
    ("text", "message"),
    [('{"a":1}\n{"a"\n{"a":2}\n', "Line 2"), ('{"a":1}\n{"a"\n', "Line 2"), ("[1]\n", "Line 1 .* is no JSON object")],
)
def test_any_other_bad_line_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    with pytest.raises(JournalError, match=message):
        read_journal(path)


def test_a_journal_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"nowhere\.jsonl cannot be read"):
        read_journal(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    ("journal", "message"),
    [
        ([], "no entry of kind council"),
        ([{**council(), "version": 2}], "version 2"),
        ([council(), decision(0, [], state="up")], "Entry 2 of the journal is no valid decision: ValueError state 'up'"),
        ([council(), decision(0, [vote("a", 1.2)])], "1.2 is no probability"),
        ([council(), decision(0, [["a", 0.5]])], "Entry 2"),
        ([council(), decision(0, [], price=0.0)], "price 0.0"),
        ([council(), decision(0, []), outcome(0, 0.7)], "rise 0.7"),
    ],
)
def test_a_bad_entry_is_named(journal: list[Entry], message: str) -> None:
    with pytest.raises(JournalError, match=message):
        report_of(journal)


def test_a_number_that_comes_again_is_a_new_decision() -> None:
    """A run that was started anew counts from 0: the first decision stays, and each outcome goes to the last decision of its number."""
    journal = [council(expert("e")), decision(0, [vote("e", 0.6)]), outcome(0, 1.0),
               decision(0, [vote("e", 0.4)], time=(START + 9 * DAY).isoformat(), due=(START + 10 * DAY).isoformat()), outcome(0, 0.0, 10 * DAY)]  # fmt: skip
    decisions = parse(journal).decisions
    assert [d.outcome.rise for d in decisions if d.outcome] == [1.0, 0.0]


def test_kinds_that_are_not_known_are_passed_over() -> None:
    assert len(parse([council(), {"kind": "note", "text": "hello"}]).decisions) == 0


@pytest.mark.parametrize("bad", [{"fee": -0.1}, {"embargo_days": -1}])
def test_bad_settings_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        report_of([council()], **bad)
