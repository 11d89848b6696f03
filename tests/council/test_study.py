"""What the study says must hold on a few seeds, and the document must be that of a run."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from running import ROOT

from lyra.council.study import (
    BAND,
    COST,
    DEFAULT,
    HORIZON,
    RULES,
    SCENARIOS,
    Market,
    Outcome,
    Study,
    document,
    forecasts,
    market,
    run_scenario,
    trade,
)

NAMED = {scenario.name: scenario for scenario in SCENARIOS}
STATIONARY = ["shared error, overconfident", "shared error, calibrated", "little shared error", "one good among useless"]
OVERCONFIDENT = [name for name in STATIONARY if name != "shared error, calibrated"]


@cache
def few_seeds(name: str) -> Outcome:
    return run_scenario(NAMED[name], seeds=4, steps=2000)


def wins(outcome: Outcome, rule: str, over: str) -> bool:
    """Beyond two standard errors."""
    gain, error = outcome.gain(rule, over)
    return gain > 2 * error


@pytest.mark.parametrize("name", STATIONARY)
def test_the_learned_pool_beats_equal_weights_where_skills_last(name: str) -> None:
    assert wins(few_seeds(name), DEFAULT, "equal")
    assert wins(few_seeds(name), DEFAULT, "equal + Platt")


@pytest.mark.parametrize("name", OVERCONFIDENT)
def test_the_learned_pool_beats_the_best_member_as_it_speaks(name: str) -> None:
    assert wins(few_seeds(name), DEFAULT, "best single, ex post")


def test_the_learned_pool_beats_the_best_calibrated_member_where_errors_are_little_shared() -> None:
    assert wins(few_seeds("little shared error"), DEFAULT, "best single, ex post + Platt")


@pytest.mark.parametrize("name", STATIONARY)
def test_the_learned_pool_is_never_far_behind_the_best_calibrated_member_of_hindsight(name: str) -> None:
    gain, error = few_seeds(name).gain(DEFAULT, "best single, ex post + Platt")
    assert gain > -0.001 - 2 * error


@pytest.mark.parametrize("name", STATIONARY)
def test_nothing_is_better_than_what_is_known_to_be_best(name: str) -> None:
    outcome = few_seeds(name)
    for rule in RULES:
        gain, error = outcome.gain("best pool", rule)
        assert gain >= -2 * error


def test_useless_members_cost_no_more_than_the_costs_and_those_are_small() -> None:
    outcome = few_seeds("useless members only")
    gross = outcome.gross[:, RULES.index(DEFAULT)]
    assert gross.mean() > -2.5 * gross.std(ddof=1) / len(gross) ** 0.5
    assert outcome.mean(outcome.costs, DEFAULT) < 0.3 * outcome.mean(outcome.costs, "equal")
    assert outcome.mean(outcome.brier, DEFAULT) < 0.2525


def test_fixed_share_is_the_choice_where_skills_swap() -> None:
    assert wins(few_seeds("skills swap half-way"), "fixed share + Platt", DEFAULT)


def test_no_forecast_knows_an_outcome_before_its_horizon_has_closed() -> None:
    """Other returns from a step on: what is said stays the same until that step's outcome is known, and only then changes."""
    steps, turn = 700, 620
    world = market(SCENARIOS[0], seed=3, steps=steps)
    turned = Market(
        np.where(np.arange(steps) < turn, 1.0, -1.0) * world.returns, world.probabilities, world.optimal, world.optimal_unsigned
    )
    before, after = forecasts(world, [0]), forecasts(turned, [0])
    for rule in before:
        assert np.array_equal(before[rule][: turn + HORIZON], after[rule][: turn + HORIZON]), rule
    assert not np.array_equal(before[DEFAULT], after[DEFAULT])


def test_trading_by_hand() -> None:
    """One market's five turns: half long, the band keeps it, out to full short; returns of 1 %."""
    p = np.full((3, HORIZON), 0.5)
    p[:, 0] = 0.55, 0.5 + BAND / 2, 0.3
    returns = np.full(3 * HORIZON, np.log(1.01) / 0.02)
    gross, costs, _ = trade(p.ravel(), returns, 0)
    assert gross == pytest.approx((0.5 + 0.5 - 1.0) * 0.01 / 15)
    assert costs == pytest.approx(COST * (0.5 + 0.0 + 1.5) / 15)
    assert trade(np.full(10, 0.5), returns[:10], 0) == (0.0, 0.0, 0.0)


def columns(text: str) -> dict[tuple[str, ...], dict[str, list[str]]]:
    """The columns of every Markdown table by their heads, under the table's section, number and first column."""
    found: dict[tuple[str, ...], dict[str, list[str]]] = {}
    section, rows = "", []
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            section = line
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            head, _, *body = rows
            found[(section, str(len(found)), *(row[0] for row in body))] = dict(zip(head, zip(*body, strict=True), strict=True))
            rows = []
    return found


def near(a: str, b: str) -> bool:
    """Whether two cells are the same, to two units of the last digit."""
    pairs = zip(*(cell.replace("*", "").split(" ± ") for cell in (a, b)), strict=True)
    return all(abs(float(x) - float(y)) <= 2.01 * 10.0 ** -len(x.partition(".")[2]) for x, y in pairs)


def test_the_document_is_that_of_a_run() -> None:
    """One scenario of the committed document is run again; libraries may differ in a figure's last digit."""
    name = "little shared error"
    again = columns(document(Study(40, 2000, (run_scenario(NAMED[name], 40, 2000),))))
    written = columns((ROOT / "docs" / "council_study.md").read_text(encoding="utf-8"))
    compared = 0
    for place, table in again.items():
        if name in table:
            assert all(map(near, table[name], written[place][name])), place
            compared += len(table[name])
    assert compared > 5 * len(RULES)


def test_the_document_is_complete() -> None:
    """All but the figures of the committed document is what the study writes today."""
    study = Study(40, 2000, tuple(few_seeds(scenario.name) for scenario in SCENARIOS))
    figures = re.compile(r"[-+*]*\d+\.\d+( ± \d+\.\d+)?[*]*")
    written = (ROOT / "docs" / "council_study.md").read_text(encoding="utf-8")
    assert figures.sub("0", document(study)) == figures.sub("0", written)
