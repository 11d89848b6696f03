"""Indicators, candlestick patterns, helpers and behaviours equal the real LEAN's, where its records are at hand.

`indicators.txt` names the classes and patterns that are equal in full (`python -m lyra.parity.indicators`); here every row of each
class's first case is compared, of the others as many as the clock allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lyra.parity import indicator_questions
from lyra.parity.indicators import DATA, GREEKS, RECORDS, Records, check_case, check_patterns, near

NAMES = Path(__file__).with_name("indicators.txt").read_text().split()
CLASSES = [name for name in NAMES if not name.startswith("pattern:")]
PATTERNS = [name.removeprefix("pattern:") for name in NAMES if name.startswith("pattern:")]
OUT_OF_STEP = ["AbandonedBaby", "Counterattack", "HikkakeModified", "MorningStar", "StickSandwich"]
"""Their sums show only on some of the long series."""
ROWS, ROWS_OF_GREEKS = 150, 2

here = pytest.mark.skipif(not (RECORDS.is_dir() and DATA.is_dir()), reason="the records of the real engine are not at ../shared")


@pytest.fixture(scope="module")
def records() -> Iterator[Records]:
    with Records().active() as active:
        yield active


@here
@pytest.mark.parametrize("name", CLASSES)
def test_values_are_those_of_lean(name: str, records: Records) -> None:
    rows = records.values(name)
    at_most = ROWS_OF_GREEKS if name in GREEKS else ROWS
    for number, case in enumerate(records.classes[name].get("cases", ())):
        verdict = check_case(records, name, case, rows[case["case"]], at_most if number else None)
        assert verdict.equal, f"{verdict}: {verdict.difference}"


@here
def test_patterns_are_those_of_lean(records: Records) -> None:
    verdicts = [*check_patterns(records, PATTERNS, ("candles", "constant")), *check_patterns(records, OUT_OF_STEP, ("spy_long",))]
    assert {verdict.name.partition(":")[0] for verdict in verdicts} == set(PATTERNS)
    assert not [f"{verdict}: {verdict.difference}" for verdict in verdicts if not verdict.equal]


@here
def test_helpers_give_the_names_of_lean(records: Records) -> None:
    verdicts = list(indicator_questions.helpers(records))
    assert len(verdicts) > 700
    assert not [f"{verdict}: {verdict.difference}" for verdict in verdicts if not verdict.equal]


@here
def test_behaviours_are_those_of_lean(records: Records) -> None:
    verdicts = list(indicator_questions.behaviours(records))
    assert len(verdicts) == 386
    assert not [f"{verdict}: {verdict.difference}" for verdict in verdicts if not verdict.equal]


@here
def test_events_come_in_the_order_of_lean(records: Records) -> None:
    assert not [f"{verdict}: {verdict.difference}" for verdict in indicator_questions.events(records) if not verdict.equal]


@here
def test_helpers_are_driven_as_leans(records: Records) -> None:
    verdicts = list(indicator_questions.live(records, every=10))
    assert len(verdicts) > 40
    assert not [f"{verdict}: {verdict.difference}" for verdict in verdicts if not verdict.equal]


def test_near_is_relative() -> None:
    assert near(1e6, 1e6 + 5e-4)
    assert not near(1e6, 1e6 + 5e-3)
    assert near(0.0, 1e-14)
    assert not near(0.0, 1e-12)
