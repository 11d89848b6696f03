"""`lyra indicators`: the catalogue, and how many indicators there are."""

from __future__ import annotations

import json

import pytest
from running import ROOT, run_command

from lyra.cli.indicators import _OTHERS, _PLUMBING, distinct
from lyra_ai.indicators import names

RECORDS = ROOT.parent / "shared" / "lean-indicators" / "index.json"


def test_the_list_ends_with_how_many_there_are() -> None:
    counted, listed = run_command("indicators", "--count"), run_command("indicators")
    assert counted.code == listed.code == 0
    assert listed.out.endswith(counted.out)
    classes, patterns, own = distinct()
    assert counted.out.startswith(f"{len(classes) + len(patterns) + len(own)} distinct indicators")
    assert len(classes) + len(patterns) + len(own) > 300 and len(patterns) == 61


def test_none_is_counted_twice() -> None:
    classes, _, own = distinct()
    assert not {"rsi", "sma", "max", "trix", "td_sequential", *_OTHERS} & own
    assert {"jma", "acos", "trama", "ht_sine"} <= own
    assert not _PLUMBING & classes
    assert len(own) < len(names())


def test_the_classes_are_those_of_lean_but_for_its_plumbing() -> None:
    if not RECORDS.is_file():
        pytest.skip("needs ../shared/lean-indicators")
    recorded = json.loads(RECORDS.read_text(encoding="utf-8"))
    classes, patterns, _ = distinct()
    assert classes <= set(recorded["indicators"]) and patterns == set(recorded["patterns"])
    plumbing = {"Identity", "FilteredIdentity", "WindowIdentity", "PythonIndicator", "MomersionIndicator"}
    assert set(recorded["indicators"]) - classes - plumbing == {
        "ConstantIndicator", "FunctionalIndicator", "CompositeIndicator", "ResetCompositeIndicator",
    }  # fmt: skip


def test_one_is_described() -> None:
    ran = run_command("indicators", "talib_cdlmathold")
    assert ran.code == 0
    assert "penetration=0.5" in ran.out and "talib.CDLMATHOLD" in ran.out and "warm-up with its defaults: 15 bars" in ran.out
    assert "LEAN: CandlestickPatterns (x100) ?" in ran.out
