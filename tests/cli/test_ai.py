"""`lyra ai`: its commands against a stub where OpenRouter would be."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from council_runs import HEAD, QUICK, Workspace, asked_of, ballot, by_content, daily
from openrouter_stub import OpenRouterStub, Reply, StubModel
from running import run_command

from lyra.council.judge import find_journal
from lyra.council.show import show_votes
from lyra.engine.enums import Resolution
from lyra.marketdata.reading import read_bars

ONE, TWO, PAID = "made/one:free", "made/two:free", "other/paid"


def free(id: str = ONE, answer: Any = by_content) -> StubModel:
    return StubModel(id, answer=answer)


# models


LIST = [
    StubModel(ONE, created=1_700_000_000, context_length=8_000, knowledge_cutoff="2023-06-30", expiration_date="2030-01-31"),
    StubModel(TWO, created=1_710_000_000, context_length=32_000, supported_parameters=("temperature", "max_tokens")),
    StubModel(PAID, created=1_720_000_000, context_length=200_000, prompt="0.0000005", completion="0.0000015"),
    StubModel("other/dear", created=1_730_000_000, context_length=100_000, prompt="0.00001", completion="0.00003"),
    StubModel("router/auto", created=1_690_000_000, context_length=1_000_000, prompt="-1", completion="-1"),
]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        pytest.param([], ["other/dear", PAID, TWO, ONE, "router/auto"], id="newest first"),
        pytest.param(["--sort", "context"], ["router/auto", PAID, "other/dear", TWO, ONE], id="by context"),
        pytest.param(["--sort", "price"], [ONE, TWO, PAID, "other/dear", "router/auto"], id="by price"),
        pytest.param(["--free"], [TWO, ONE], id="free"),
        pytest.param(["--free", "--structured"], [ONE], id="structured"),
        pytest.param(["--min-context", "150000"], [PAID, "router/auto"], id="context"),
        pytest.param(["--max-price", "2"], [PAID, TWO, ONE], id="price"),
        pytest.param(["--author", "made", "--author", "router"], [TWO, ONE, "router/auto"], id="authors"),
    ],
)
def test_models_are_filtered_and_sorted(workspace: Workspace, options: list[str], shown: list[str]) -> None:
    with OpenRouterStub(LIST) as stub:
        workspace.connect(stub, key=None)
        ran = run_command("ai", "models", *options)
    assert ran.code == 0, ran.err
    assert re.findall(r"^(\w+/\S+)", ran.out, re.MULTILINE) == shown
    assert f"{len(shown)} models." in ran.out


def test_the_table_of_models_tells_price_context_cutoff_and_expiry(workspace: Workspace) -> None:
    with OpenRouterStub(LIST) as stub:
        workspace.connect(stub, key=None)
        out = run_command("ai", "models", "--limit", "4").out
    rows = {row[0]: row[1:] for line in out.splitlines() if (row := re.split(r"\s{2,}", line.strip()))}
    assert rows[ONE] == ["0.00", "0.00", "8,000", "yes", "2023-06-30", "2030-01-31"]
    assert rows[PAID] == ["0.50", "1.50", "200,000", "yes", "not told, made 2024-07"]
    assert rows[TWO] == ["0.00", "0.00", "32,000", "not told, made 2024-03"]
    assert "5 models. 1 more with --limit 5." in out


def test_models_that_cannot_be_listed_are_a_sentence(workspace: Workspace) -> None:
    with OpenRouterStub(LIST) as stub:
        workspace.connect(stub, key=None)
        wrong = run_command("ai", "models", "--sort", "name")
        stub.instead["/models"] = Reply(status=503)
        refused = run_command("ai", "models")
        where = stub.base_url.split("/")[2]
    gone = run_command("ai", "models")
    assert (wrong.code, refused.code, gone.code) == (1, 1, 1)
    assert wrong.err == "error: Models cannot be sorted by 'name'; by newest, context, price they can.\n"
    assert refused.err == f"error: {where} answered with status 503 when asked for its list of models.\n"
    assert gone.err == f"error: {where} cannot be reached for its list of models: ConnectError.\n"


# ask


def test_ask_of_experts_alone(workspace: Workspace) -> None:
    ran = run_command("ai", "ask", "BTCUSD", "--data-folder", workspace.market)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("BTCUSD at 2020-07-01 00:00 UTC, horizon 1 day, price ")
    assert re.search(r"^  trend +0\.\d{3}  weight 0\.\d\d", ran.out, re.MULTILINE)
    assert re.search(r"^Decision: (long|flat|abstain)", ran.out, re.MULTILINE)
    assert "Only the quantitative experts voted. With OPENROUTER_API_KEY set, `--free 3` asks language models too." in ran.out


def test_ask_about_hours(workspace: Workspace) -> None:
    ran = run_command("ai", "ask", "btcusd", "--hourly", "--horizon", "4", "--data-folder", workspace.market)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("BTCUSD at 2020-03-21 00:00 UTC, horizon 4 hours, price ")


def test_ask_of_models(workspace: Workspace) -> None:
    with OpenRouterStub([free(), free(TWO, Reply(status=503)), StubModel(PAID, "0.000001", "0.000001", answer=by_content)]) as stub:
        workspace.connect(stub)
        command = (
            "ai",
            "ask",
            "BTCUSD",
            "--model",
            ONE,
            "--model",
            TWO,
            "--model",
            PAID,
            "--data-folder",
            workspace.market,
            "--deadline",
            "5",
        )
        ran = run_command(*command, "--budget", "0.05")
        assert not stub.problems
        asked = len(stub.chats())
        again = run_command(*command, "--budget", "0.05")
        assert len(stub.chats()) <= asked + 3, "what was answered is not asked again"
    assert ran.code == 0, ran.err
    assert re.search(rf"^  {ONE} +0\.\d{{3}}  weight 0\.\d\d  seen", ran.out, re.MULTILINE)
    assert re.search(rf"^  {TWO} +abstains  provider: ", ran.out, re.MULTILINE)
    assert re.search(rf"^  {PAID} +0\.\d{{3}} ", ran.out, re.MULTILINE)
    assert re.search(r"^Cost 0\.00\d{4} USD", ran.out, re.MULTILINE)
    vote = re.search(rf"^  {ONE}.*$", ran.out, re.MULTILINE)
    assert vote is not None
    assert vote[0] in again.out


def test_a_budget_is_that_of_one_call(workspace: Workspace) -> None:
    with OpenRouterStub([StubModel(PAID, "0.000001", "0.000001", answer=by_content)]) as stub:
        workspace.connect(stub)
        command = ("ai", "ask", "BTCUSD", "--model", PAID, "--data-folder", workspace.market, "--budget", "0.0024")
        for horizon in ("1", "2", "3"):
            ran = run_command(*command, "--horizon", horizon)
            assert re.search(rf"^  {PAID} +0\.\d{{3}} ", ran.out, re.MULTILINE), ran.out
        assert stub.calls() == 3 and float(stub.charged) > 0


def test_ask_of_free_models_from_the_list(workspace: Workspace) -> None:
    with OpenRouterStub([free(), free(TWO), StubModel(PAID, "0.000001", "0.000001")]) as stub:
        workspace.connect(stub)
        ran = run_command("ai", "ask", "BTCUSD", "--free", "3", "--data-folder", workspace.market)
        assert ran.code == 0, ran.err
        assert (stub.calls(ONE), stub.calls(TWO), stub.calls(PAID)) == (1, 1, 0)
    assert "Only the quantitative experts" not in ran.out


def test_ask_of_a_model_that_is_not_listed_says_so(workspace: Workspace) -> None:
    with OpenRouterStub([free()]) as stub:
        workspace.connect(stub)
        ran = run_command("ai", "ask", "BTCUSD", "--model", "made/gone", "--data-folder", workspace.market)
        assert stub.chats() == []
    assert ran.code == 0
    assert f"Note: made/gone is not in the list of models of {stub.base_url.split('/')[2]}; `lyra ai models` shows which are." in ran.err


def test_ask_of_a_server_of_ones_own_needs_no_key(workspace: Workspace) -> None:
    with OpenRouterStub([free()], keys=None) as stub:
        ran = run_command("ai", "ask", "BTCUSD", "--model", ONE, "--endpoint", stub.base_url, "--data-folder", workspace.market)
    # The stub wants a key; one's own server would not. What matters is that it was asked, without OpenRouter's preferences.
    assert ran.code == 0
    assert "There is no key" not in ran.out + ran.err
    (chat,) = stub.chats()
    assert {"provider", "plugins"}.isdisjoint(chat.body)
    assert "authorization" not in chat.headers


def test_ask_that_cannot_be_answered_is_a_sentence(workspace: Workspace) -> None:
    unknown = run_command("ai", "ask", "NOSUCH", "--data-folder", workspace.market)
    keyless = run_command("ai", "ask", "BTCUSD", "--model", ONE, "--data-folder", workspace.market)
    backwards = run_command("ai", "ask", "BTCUSD", "--horizon", "0", "--data-folder", workspace.market)
    nowhere = run_command("ai", "ask", "BTCUSD", "--data-folder", workspace.folder / "none")
    hourly = run_command("ai", "ask", "ETHUSD", "--hourly", "--data-folder", workspace.market)
    assert [ran.code for ran in (unknown, keyless, backwards, nowhere, hourly)] == [1] * 5
    assert unknown.err.startswith("error: ") and "NOSUCH" in unknown.err
    assert keyless.err == "error: There is no key for openrouter.ai. Set OPENROUTER_API_KEY, or the LEAN parameter openrouter-api-key.\n"
    assert backwards.err == "error: A horizon of 0 bars and 0 free models cannot be asked for.\n"
    assert nowhere.err.startswith(f"error: There is no data folder at {workspace.folder / 'none'}.")
    assert hourly.err.startswith("error: ") and "ETHUSD" in hourly.err


# record


def record(workspace: Workspace, *options: str) -> Any:
    return run_command("ai", "record", workspace.project, "--data-folder", workspace.market, *options)


def age_quota(workspace: Workspace) -> None:
    """Let the day of the quota be over."""
    with sqlite3.connect(workspace.store / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE exhausted SET until = 0")
        ledger.execute("UPDATE free_calls SET day = '2000-01-01', at = 0")


def test_record_to_the_end(workspace: Workspace) -> None:
    workspace.write(daily(f'[*experts(), Model("{ONE}")]'))
    with OpenRouterStub([free()]) as stub:
        workspace.connect(stub)
        ran = record(workspace)
        assert len(stub.chats()) == 21
        again = record(workspace)
        assert len(stub.chats()) == 21
    assert (ran.code, again.code) == (0, 0), ran.err
    assert "21 decisions, 21 answers, 21 of them asked for now, 0.000000 USD." in ran.out
    assert "21 decisions, 21 answers, 0 of them asked for now, 0.000000 USD." in again.out


def test_a_recording_that_runs_into_the_quota_goes_on_another_day(workspace: Workspace) -> None:
    workspace.write(daily(f'[*experts(), Model("{ONE}")]'))
    with OpenRouterStub([free()], free_per_day=10) as stub:
        workspace.connect(stub)
        first = record(workspace)
        assert first.code == 75, first.out + first.err
        sentence = re.search(r"The free quota of 127\.0\.0\.1:\d+ is used up; there is more at (\S+ \S+) UTC\. (.*)", first.err)
        assert sentence is not None, first.err
        assert sentence[2] == "What is recorded is kept; call the command again to go on."
        assert datetime.fromisoformat(sentence[1]) > datetime(2020, 1, 1)
        answered = stub.calls(ONE) - 1
        assert answered == 10
        early = record(workspace)
        assert (early.code, stub.calls(ONE)) == (75, 11), "before the quota's next day nothing is asked"
        stub.free_per_day = None
        age_quota(workspace)
        last = record(workspace)
        assert last.code == 0, last.err
        assert stub.calls(ONE) == 11 + 21 - answered
    assert "21 decisions, 21 answers, 11 of them asked for now" in last.out


def test_a_recording_that_waits_goes_on_by_itself(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.write(daily(f'[Model("{ONE}")]'))
    moments = []
    with OpenRouterStub([free()], free_per_day=10) as stub:
        workspace.connect(stub)

        def wait(moment: datetime) -> None:
            moments.append(moment)
            stub.free_per_day = None
            age_quota(workspace)

        monkeypatch.setattr("lyra.council.record._sleep_until", wait)
        ran = record(workspace, "--wait")
        assert stub.calls(ONE) == 22
    assert ran.code == 0, ran.err
    assert len(moments) == 1
    assert "11 decisions, 10 answers, 10 of them asked for now" in ran.out
    assert "21 decisions, 21 answers, 11 of them asked for now" in ran.out


def test_a_quota_that_ends_with_the_last_question_is_told_too(workspace: Workspace) -> None:
    workspace.write(daily(f'[Model("{ONE}")]'))
    with OpenRouterStub([free()], free_per_day=20) as stub:
        workspace.connect(stub)
        ran = record(workspace)
    assert ran.code == 75
    assert "21 decisions, 20 answers, 20 of them asked for now, 0.000000 USD, 1 abstentions (limited)." in ran.out
    assert "1 votes are missing for causes that pass. What is recorded is kept; call the command again to go on." in ran.err


def test_a_recording_ends_with_its_budget_and_goes_on_with_more(workspace: Workspace) -> None:
    source = daily(f'[Model("{PAID}")]', QUICK.replace("run=1.0", "run=0.008"))
    workspace.write(source)
    with OpenRouterStub([StubModel(PAID, "0.000001", "0.000002", answer=by_content)]) as stub:
        workspace.connect(stub)
        ran = record(workspace)
        assert ran.code == 75
        assert "The recording of mine stops: of the run's budget of 0.008 USD 0.00" in ran.err
        assert float(stub.charged) <= 0.008
        calls = stub.calls(PAID)
        workspace.write(source.replace("run=0.008", "run=1"))
        assert record(workspace).code == 0
        assert stub.calls(PAID) == 21 > calls


def test_a_recording_without_anything_to_record_is_a_sentence(workspace: Workspace) -> None:
    workspace.write(daily("experts()", "rules=Rules()"))
    experts_only = record(workspace)
    workspace.write(HEAD + "\n\nclass Mine(QCAlgorithm):\n    def initialize(self):\n        self.set_end_date(2020, 3, 2)\n")
    none = record(workspace)
    missing = run_command("ai", "record", workspace.folder / "nowhere", "--data-folder", workspace.market)
    main = workspace.project / "main.py"
    assert [ran.code for ran in (experts_only, none, missing)] == [1, 1, 1]
    assert experts_only.err == f"error: The council of {main} has no language model, so there is nothing to record.\n"
    assert none.err == f"error: {main} has no council that decides, so there is nothing to record.\n"
    assert f"There is no project or file at {workspace.folder / 'nowhere'}" in missing.err


def test_a_recording_without_a_key_is_a_sentence_and_leaves_the_way_free(workspace: Workspace) -> None:
    workspace.write(daily(f'[Model("{ONE}")]'))
    with OpenRouterStub([free()]) as stub:
        workspace.connect(stub, key=None)
        keyless = record(workspace)
        assert keyless.code == 1
        assert f"error: There is no key for {stub.base_url.split('/')[2]}. Set OPENROUTER_API_KEY, or the LEAN parameter" in keyless.err
        workspace.connect(stub)
        assert record(workspace).code == 0
        assert stub.calls(ONE) == 21


def test_a_recording_that_no_model_answers_is_a_sentence(workspace: Workspace) -> None:
    workspace.write(daily('[Model("made/gone")]'))
    with OpenRouterStub([free()]) as stub:
        workspace.connect(stub)
        ran = record(workspace)
    assert ran.code == 1
    assert "error: No language model answered: 21 abstentions (price)." in ran.err


def test_a_recording_of_a_council_that_replays_by_its_own_mode_is_a_sentence(workspace: Workspace) -> None:
    workspace.write(daily(f'[Model("{ONE}")]', 'mode="replay"'))
    ran = record(workspace)
    assert ran.code == 1
    assert "No language model answered: 21 abstentions (miss). Is the council given a `mode`, or asked only while" in ran.err


def test_an_error_of_the_algorithm_ends_a_recording(workspace: Workspace) -> None:
    workspace.write(daily(f'[Model("{ONE}")]').replace("        if decision", "        raise ValueError('No tide.')\n        if decision"))
    with OpenRouterStub([free()]) as stub:
        workspace.connect(stub)
        ran = record(workspace)
    assert ran.code == 1
    assert "No tide." in ran.err


# report


def test_a_report_on_a_project_a_run_and_a_journal(workspace: Workspace) -> None:
    workspace.write(daily("experts()", "rules=Rules(band=0.0)"))
    ran = run_command("backtest", workspace.project, "--data-folder", workspace.market)
    assert ran.code == 0, ran.err
    (run,) = (workspace.project / "backtests").glob("*/")
    reports = [run_command("ai", "report", where, "--no-picture") for where in (workspace.project, run, run / "council.jsonl")]
    assert [report.code for report in reports] == [0, 0, 0], reports[0].err
    assert reports[0].out == reports[1].out == reports[2].out
    assert f"Report: {run / 'council-report.json'}" in reports[0].out
    assert not (run / "council.png").exists()
    assert json.loads((run / "council-report.json").read_text())


def test_a_report_finds_the_journal_that_lean_left_in_the_object_store(workspace: Workspace) -> None:
    run = workspace.project / "backtests" / "2026-01-01_00-00-00"
    run.mkdir(parents=True)
    (run / "123456-summary.json").write_text("{}")
    stored = workspace.store / "journals" / "123456.jsonl"
    stored.parent.mkdir(parents=True)
    stored.write_text("")
    assert find_journal(workspace.project) == stored


def test_a_report_on_nothing_is_a_sentence(workspace: Workspace) -> None:
    workspace.project.mkdir()
    empty = run_command("ai", "report", workspace.project)
    missing = run_command("ai", "report", workspace.folder / "nowhere")
    spoilt = workspace.folder / "spoilt.jsonl"
    spoilt.write_text("{}\nno json\n{}\n")
    broken = run_command("ai", "report", spoilt)
    blank = workspace.folder / "blank.jsonl"
    blank.write_text("")
    nothing = run_command("ai", "report", blank)
    assert [ran.code for ran in (empty, missing, broken)] == [1, 1, 1]
    assert empty.err.startswith(
        f"error: No run in {workspace.project} has a council's journal. An algorithm with an AlgorithmCouncil writes one:"
    )
    assert missing.err == f"error: There is no run, project or journal at {workspace.folder / 'nowhere'}.\n"
    assert broken.err == f"error: Line 2 of the journal {spoilt} is no JSON: 'no json'. Delete or mend it.\n"
    assert nothing.code == 1 and nothing.err.startswith("error: ")


# probe


def honest(request: dict[str, Any]) -> str:
    """Votes from the prices that it is shown, knows nothing else."""
    asked = asked_of(request)
    rows = re.findall(r"^[\d.]+,[\d.]+,([\d.]+),\S+$", asked, re.MULTILINE)
    if not rows or "the asset is" in asked or "in the year" in asked:
        return ballot(0.5)
    return ballot(0.6 if float(rows[-1]) > float(rows[0]) else 0.4)


def knowing(market: Path, horizon: int) -> Callable[[dict[str, Any]], str]:
    """Knows what became of every date, which asset has been shown, and when."""
    closes = {}
    for ticker in ("BTCUSD", "ETHUSD"):
        _, frame = read_bars(market, ticker, Resolution.DAILY)
        closes[ticker] = frame["close"]

    def answer(request: dict[str, Any]) -> str:
        asked = asked_of(request)
        if found := re.match(r"(\w+)\. No prices are given\. Event: its close \d+ days after (\S+) was", asked):
            series, then = closes[found[1]], pd.Timestamp(found[2])
            return ballot(0.9 if series[then + pd.Timedelta(days=horizon)] > series[then] else 0.1)
        if found := re.search(r"the asset is (\w+)\.", asked):
            return ballot(0.9 if found[1] == "BTCUSD" else 0.1)
        if found := re.search(r"in the year (\d+)\.", asked):
            return ballot(0.9 if found[1] == "2020" else 0.1)
        return ballot(0.9)

    return answer


def probe(workspace: Workspace, *options: str, samples: int = 6) -> Any:
    return run_command("ai", "probe", *options, "--symbol", "BTCUSD", "--samples", str(samples), "--data-folder", workspace.market)


def test_a_probe_tells_who_remembers(workspace: Workspace) -> None:
    knows = knowing(workspace.market, 5)
    models = [StubModel(id, "0.0000001", "0.0000001", answer=answer) for id, answer in (("made/knows", knows), ("made/honest", honest))]
    with OpenRouterStub(models) as stub:
        workspace.connect(stub)
        ran = probe(workspace, "made/knows", "made/honest", "--budget", "0.5")
        assert ran.code == 0, ran.err
        assert not stub.problems
        assert len(stub.chats()) == 2 * 6 * 7
        again = probe(workspace, "made/knows", "made/honest", "--budget", "0.5")
        assert len(stub.chats()) == 2 * 6 * 7
    assert again.out == ran.out
    assert "6 moments, 42 questions for each model." in ran.out
    assert "made/knows: remembers outcomes and assets and years: its backtests before the cutoff prove nothing" in ran.out
    assert "made/honest: no sign of memory in so many questions" in ran.out
    known, unknown = ran.out.split("made/honest:")
    assert re.search(r"recall of outcomes \(chance 50%\) +100% of 6 ", known)
    assert re.search(r"same side upside down \(honest 0%\) +100% of 6 ", known)
    assert re.search(r"recall of outcomes \(chance 50%\) +50% of 6 ", unknown)
    assert re.search(r"same side upside down \(honest 0%\) +0% of 6 ", unknown)


def test_a_probe_finds_who_does_not_vote_from_the_prices(workspace: Workspace) -> None:
    def stubborn(request: dict[str, Any]) -> str:
        return ballot(0.7 if "above the last close" in asked_of(request) else 0.5)

    with OpenRouterStub([StubModel("made/stubborn", "0.0000001", "0.0000001", answer=stubborn)]) as stub:
        workspace.connect(stub)
        ran = probe(workspace, "made/stubborn", "--budget", "0.5")
    assert "made/stubborn: votes the same upside down: not from the prices" in ran.out


def test_a_probe_that_cannot_be_made_is_a_sentence(workspace: Workspace) -> None:
    keyless = probe(workspace, ONE)
    with OpenRouterStub([free()]) as stub:
        workspace.connect(stub)
        few = probe(workspace, ONE, "--horizon", "150")
        none = probe(workspace, ONE, samples=0)
    assert [ran.code for ran in (keyless, few, none)] == [1, 1, 1]
    assert keyless.err.startswith("error: There is no key for openrouter.ai. Set OPENROUTER_API_KEY")
    assert few.err == "error: BTCUSD has 182 daily bars; 6 probes over 150 days need at least 216.\n"
    assert none.err == "error: 0 samples over 5 days cannot be asked about.\n"


def test_a_probe_ends_at_its_budget_with_a_sentence(workspace: Workspace) -> None:
    with OpenRouterStub([StubModel(PAID, "0.000001", "0.000001", answer=honest)]) as stub:
        workspace.connect(stub)
        ran = probe(workspace, PAID)
        assert stub.calls(PAID) == 0
    assert ran.code == 1
    assert re.fullmatch(r"error: The recording of probes of \S+ \S+ stops: no budget was given for paid members\.\n", ran.err)


# study


def test_a_small_study_is_written_where_it_is_wanted(workspace: Workspace) -> None:
    ran = run_command("ai", "study", "--seeds", "2", "--output", workspace.folder / "study.md")
    assert (ran.code, ran.out) == (0, f"Written: {workspace.folder / 'study.md'}\n")
    assert (workspace.folder / "study.md").read_text(encoding="utf-8").startswith("# ")


# The demo's part


def test_the_votes_and_weights_are_shown(workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    workspace.run(daily("experts()", "weighting=FixedShare(), rules=Rules(band=0.0)"))
    show_votes(workspace.folder / "out1" / "council.jsonl")
    shown = capsys.readouterr().out
    assert "Last votes" in shown
    assert "Weights over time" in shown
    assert re.search(r"│ \w+ +│ 0\.\d{3} +│ 0\.\d\d +│", shown)
    assert "BTCUSD, 2020-03-21 00:00 UTC" in shown
    assert re.search(r"^Pool 0\.\d{3}, calibrated 0\.\d{3}: (long|flat|abstain)", shown, re.MULTILINE)


def test_a_journal_without_a_decision_shows_nothing(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    workspace.run(daily(f'[Model("{ONE}")]'))
    show_votes(workspace.folder / "out1" / "council.jsonl")
    assert capsys.readouterr().out == ""
