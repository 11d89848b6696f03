"""Stops, turns and levels, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check, last

BARS = [(3.0, 1.0, 2.0), (6.0, 5.0, 5.5)]
PAIRS = [bar[:2] for bar in BARS]
SAR = [(10.0, 8.0), (12.0, 9.0), (13.0, 10.0), (11.0, 5.0), (9.0, 4.0)]
LEVELS = [
    (3.5, 4.0, 3.0, 3.5, 1.0),
    (2.0, 6.0, 1.0, 2.0, 1.0),
    (3.0, 5.0, 2.0, 3.0, 1.0),
    (5.0, 9.0, 4.9, 8.0, 100.0),
    (5.0, 5.1, 0.2, 0.5, 1.0),
]


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("chande", {"period": 2, "mult": 1}, BARS, 3),
        ("chande", {"period": 2, "mult": 1, "direction": "short"}, BARS, 4),
        ("cksp", {"p": 1, "q": 1}, BARS, (2, 9)),
        ("cksp", {"p": 1, "q": 2}, BARS[:1], (X, X)),
        ("devstop", {"period": 1}, PAIRS, 1),
        ("devstop", {"period": 1, "direction": "short"}, PAIRS, 10),
        ("kaufmanstop", {"period": 1}, PAIRS, 3),
        ("kaufmanstop", {"period": 1, "direction": "short", "matype": 1}, PAIRS, 8),
        ("safezonestop", {"period": 2, "mult": 1, "max_lookback": 1}, [(10.0, 8.0), (9.0, 6.0)], 6),
        ("safezonestop", {"period": 2, "mult": 1, "max_lookback": 1, "direction": "short"}, [(10.0, 8.0), (9.0, 6.0)], 10),
        ("supertrend", {"period": 1, "factor": 1}, [(3.0, 1.0, 2.0)], (4, 0)),
        ("supertrend", {"period": 1, "factor": 1}, [(3.0, 1.0, 2.0), (8.0, 6.0, 8.0)], (1, 1)),
        ("minmax", {"order": 1}, [(5.0, 3.0), (6.0, 1.0)], (X, X, X, X)),
        ("minmax", {"order": 1}, [(5.0, 3.0), (6.0, 1.0), (4.0, 2.0)], (1, 6, 1, 6)),
        ("minmax", {"order": 1}, [(5.0, 3.0), (6.0, 1.0), (4.0, 2.0), (4.0, 2.0)], (X, X, 1, 6)),
        ("support_resistance_with_breaks", {"left_bars": 1, "right_bars": 1}, LEVELS[:3], (1, 6, 0, 0, 0, 0)),
        ("support_resistance_with_breaks", {"left_bars": 1, "right_bars": 1}, LEVELS[:4], (1, 6, 0, 1, 0, 0)),
        ("support_resistance_with_breaks", {"left_bars": 1, "right_bars": 1}, LEVELS, (1, 9, 1, 0, 0, 0)),
        ("support_resistance_with_breaks", {"left_bars": 1, "right_bars": 1}, [*LEVELS[:3], (7.0, 9.0, 4.0, 8.0, 9.0)], (1, 6, 0, 0, 0, 1)),
        ("support_resistance_with_breaks", {"left_bars": 1, "right_bars": 1}, [*LEVELS[:3], (0.8, 2.0, 0.4, 0.5, 9.0)], (1, 6, 0, 0, 1, 0)),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)


def test_sar_rises_turns_and_falls() -> None:
    found = [last("sar", SAR[: count + 1]) for count in range(len(SAR))]
    assert found == pytest.approx([X, 8, 8, 13, 13], nan_ok=True)
