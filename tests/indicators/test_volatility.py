"""Ranges and volatility, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check

BARS = [(3.0, 1.0, 2.0), (6.0, 5.0, 5.5)]


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("trange", {}, BARS[:1], 2),
        ("trange", {}, BARS, 4),
        ("atr", {"period": 2}, BARS[:1], X),
        ("atr", {"period": 2}, BARS, 3),
        ("atr", {"period": 2}, [*BARS, (6.5, 5.5, 6.0)], 2),
        ("natr", {"period": 2}, BARS, 300 / 5.5),
        ("chop", {"period": 2}, BARS, 26.303440583379),
        ("chop", {"period": 2}, [(1.0, 1.0, 1.0)] * 2, X),
        ("cvi", {"period": 1}, [(3.0, 1.0), (6.0, 5.0)], -50),
        ("mass", {"period": 3}, [(2.0, 1.0)] * 2, 0),
        ("mass", {"period": 3}, [(2.0, 1.0)] * 3, 3),
        ("ui", {"period": 2}, [10.0, 8.0, 10.0], 200**0.5),
        ("rvi", {"period": 2, "ma_len": 1}, [1.0, 1.0], 50),
        ("rvi", {"period": 2, "ma_len": 1}, [1.0, 2.0], 100),
        ("rvi", {"period": 2, "ma_len": 2, "matype": 0}, [1.0, 2.0, 1.0], 50),
        ("damiani_volatmeter", {}, [(5.0, 5.0, 5.0, 5.0)] * 150, (0, X)),
        (
            "damiani_volatmeter",
            {"vis_atr": 1, "vis_std": 2, "sed_atr": 1, "sed_std": 2},
            [(1.0, 2.0, 1.0, 1.5), (2.0, 2.0, 1.0, 1.5), (3.0, 2.0, 1.0, 1.5), (4.0, 2.0, 1.0, 1.5)],
            (1.5, 0.4),
        ),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)
