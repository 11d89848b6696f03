"""Direction of a trend, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check
from test_jesse import GOLDENS, call, same

BARS = [(10.0, 8.0, 9.0), (12.0, 9.0, 11.0), (11.0, 7.0, 8.0)]
PAIRS = [bar[:2] for bar in BARS]


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("dm", {"period": 2}, PAIRS[:2], (X, X)),
        ("dm", {"period": 2}, PAIRS, (2, 2)),
        ("di", {"period": 2}, BARS, (200 / 7, 200 / 7)),
        ("adx", {"period": 1}, BARS[:2], X),
        ("adx", {"period": 1}, BARS, 100),
        ("adxr", {"period": 1}, BARS[:2], 50),
        ("adxr", {"period": 1}, BARS, 100),
        ("dx", {"di_length": 1, "adx_smoothing": 1}, BARS[:2], (100, 200 / 3, 0)),
        ("dx", {"di_length": 2, "adx_smoothing": 1}, BARS, (100 / 3, 50 / 3.25, 100 / 3.25)),
        ("vi", {"period": 2}, BARS, (6 / 7, 6 / 7)),
        ("aroon", {"period": 2}, PAIRS, (100, 50)),
        ("aroon", {"period": 2}, [(5.0, 5.0)] * 3, (0, 0)),
        ("aroonosc", {"period": 3}, PAIRS, -100 / 3),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)


def test_dx_is_jesses_when_the_beginning_has_faded() -> None:
    golden = next(case for case in GOLDENS["goldens"]["dx"] if case["series"] == "made_up")
    found = call("dx", "made_up", {}, sequential=True)
    for part, values in golden["rows"].items():
        for row, value in zip(GOLDENS["rows"], values, strict=True):
            assert row < 320 or same(found[part][row], value, 100.0)
