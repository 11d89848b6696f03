"""Volume, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check
from test_jesse import GOLDENS, candles, same

from lyra_ai.indicators import column, find


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("volume", {"period": 2}, [1.0, 3.0], (3, 2)),
        ("vosc", {"short_period": 1, "long_period": 2}, [1.0, 3.0], 50),
        ("vosc", {"short_period": 1, "long_period": 2}, [0.0, 0.0], X),
        ("ad", {}, [(4.0, 2.0, 4.0, 10.0)], 10),
        ("ad", {}, [(4.0, 2.0, 4.0, 10.0), (4.0, 2.0, 2.5, 10.0), (3.0, 3.0, 3.0, 10.0)], 5),
        ("adosc", {"fast_period": 1, "slow_period": 3}, [(4.0, 2.0, 4.0, 10.0)] * 2, 5),
        ("obv", {}, [(1.0, 10.0), (2.0, 5.0), (1.0, 3.0), (1.0, 7.0)], 12),
        ("wad", {}, [(3.0, 1.0, 2.0), (5.0, 1.5, 4.0)], 2.5),
        ("wad", {}, [(3.0, 1.0, 2.0), (5.0, 1.5, 4.0), (4.5, 2.0, 3.0), (4.5, 2.0, 3.0)], 1),
        ("mfi", {"period": 2}, [(1.0, 1.0, 1.0, 10.0), (2.0, 2.0, 2.0, 10.0)], 100),
        ("mfi", {"period": 2}, [(1.0, 1.0, 1.0, 10.0), (2.0, 2.0, 2.0, 10.0), (1.0, 1.0, 1.0, 10.0)], 200 / 3),
        ("efi", {"period": 1}, [(1.0, 5.0), (3.0, 10.0)], 20),
        ("efi", {"period": 2}, [(1.0, 5.0), (3.0, 10.0), (2.0, 6.0)], 20 - 52 / 3),
        ("emv", {"length": 1, "div": 1}, [(3.0, 1.0, 4.0), (4.0, 2.0, 4.0)], 0.5),
        ("emv", {"length": 1, "div": 1}, [(3.0, 1.0, 4.0), (4.0, 2.0, 0.0)], 0),
        ("marketfi", {}, [(3.0, 1.0, 4.0)], 0.5),
        ("marketfi", {}, [(3.0, 1.0, 0.0)], X),
        ("nvi", {}, [(10.0, 5.0), (11.0, 4.0), (20.0, 6.0)], 1100),
        ("pvi", {}, [(10.0, 5.0), (11.0, 6.0), (20.0, 6.0)], 1100),
        ("vpt", {}, [(1.0, 10.0), (2.0, 10.0)], X),
        ("vpt", {}, [(1.0, 10.0), (2.0, 10.0), (3.0, 10.0)], 15),
        ("kvo", {"short_period": 1, "long_period": 3}, [(2.0, 1.0, 1.5, 10.0)], 0),
        ("kvo", {"short_period": 1, "long_period": 3}, [(2.0, 1.0, 1.5, 10.0), (4.0, 2.0, 3.0, 10.0)], 500 / 3),
        ("vpci", {"short_range": 1, "long_range": 2}, [(1.0, 1.0), (3.0, 3.0)], (0.75, 0.75)),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)


def test_wad_of_opens_is_jesses() -> None:
    golden = next(case for case in GOLDENS["goldens"]["wad"] if case["series"] == "made_up")["rows"]["value"]
    rows = candles("made_up")
    found = column(find("wad")(), rows[:, 3], rows[:, 4], rows[:, 1])
    for row, value in zip(GOLDENS["rows"], golden, strict=True):
        assert same(found[row], value, 10.0)
