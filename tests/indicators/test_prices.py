"""Prices, channels and the cloud, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check

BAR = [(10.0, 14.0, 8.0, 12.0)]
RISING = [(float(x), float(x), float(x)) for x in range(1, 7)]
CLOUD = {"conversion_line_period": 1, "base_line_period": 2, "lagging_line_period": 3, "displacement": 2}


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("avgprice", {}, BAR, 11),
        ("medprice", {}, [(14.0, 8.0)], 11),
        ("typprice", {}, [(14.0, 8.0, 12.0)], 34 / 3),
        ("wclprice", {}, [(14.0, 8.0, 12.0)], 11.5),
        ("midpoint", {"period": 2}, [1.0], X),
        ("midpoint", {"period": 2}, [9.0, 1.0, 4.0], 2.5),
        ("midprice", {"period": 2}, [(9.0, 0.0), (3.0, 1.0), (5.0, 2.0)], 3),
        ("donchian", {"period": 2}, [(9.0, 0.0), (3.0, 1.0), (5.0, 2.0)], (5, 3, 1)),
        ("heikin_ashi_candles", {}, BAR, (X, X, X, X)),
        ("heikin_ashi_candles", {}, [(1.0, 3.0, 1.0, 2.0), (2.0, 4.0, 2.0, 3.0)], (1.5, 2.75, 4, 1.5)),
        ("pivot", {}, BAR, (X, X, 34 / 3 + 6, 68 / 3 - 8, 34 / 3, 68 / 3 - 14, 34 / 3 - 6, X, X)),
        ("pivot", {"mode": 1}, BAR, (X, 52 / 3, 34 / 3 + 3.708, 34 / 3 + 2.292, 34 / 3, 34 / 3 - 2.292, 34 / 3 - 3.708, 16 / 3, X)),
        ("pivot", {"mode": 2}, BAR, (X, X, X, 16, 12, 10, X, X, X)),
        ("pivot", {"mode": 2}, [(12.0, 14.0, 8.0, 10.0)], (X, X, X, 12, 10, 6, X, X, X)),
        ("pivot", {"mode": 3}, BAR, (15.3, 13.65, 13.098, 12.5496, 34 / 3, 11.4504, 10.902, 10.35, 8.7)),
        ("pivot", {"mode": 4}, BAR, (25, 19, 16.5, 13, 10.5, 7, 4.5, 1, -5)),
        ("ichimoku_cloud", CLOUD, [(x, x) for x, _, _ in RISING], (6, 5.5, 4.75, 4)),
        ("ichimoku_cloud_seq", CLOUD, RISING, (6, 5.5, 3.75, 3, 5, 5.75, 5)),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)


def test_a_cloud_of_more_than_eighty_bars_has_values() -> None:
    """Jesse looks at 80 bars and has NaN."""
    settings = {"conversion_line_period": 60, "base_line_period": 120, "lagging_line_period": 120, "displacement": 1}
    check("ichimoku_cloud", settings, [(float(x), float(x)) for x in range(200)], (169.5, 139.5, 154.5, 139.5))
