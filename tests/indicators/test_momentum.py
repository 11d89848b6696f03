"""Change and momentum, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check

PRICES = [1.0, 2.0, 3.0, 2.0]
FLAT = [(float(x),) * 3 for x in (1, 2, 3)]


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("mom", {"period": 1}, [1.0, 3.0], 2),
        ("mom", {"period": 2}, [1.0, 3.0], X),
        ("roc", {"period": 1}, [1.0, 3.0], 200),
        ("rocp", {"period": 1}, [1.0, 3.0], 2),
        ("rocr", {"period": 1}, [1.0, 3.0], 3),
        ("rocr100", {"period": 1}, [1.0, 3.0], 300),
        ("roc", {"period": 1}, [0.0, 3.0], X),
        ("rsi", {"period": 2}, PRICES[:3], 100),
        ("rsi", {"period": 2}, PRICES, 50),
        ("cmo", {"period": 2}, PRICES[:3], 100),
        ("cmo", {"period": 2}, PRICES, 0),
        ("bop", {}, [(10.0, 14.0, 8.0, 12.0)], 1 / 3),
        ("bop", {}, [(10.0, 10.0, 10.0, 10.0)], 0),
        ("qstick", {"period": 2}, [(1.0, 3.0)], 0),
        ("qstick", {"period": 2}, [(1.0, 3.0), (3.0, 2.0)], 0.5),
        ("cci", {"period": 3}, FLAT, 100),
        ("cfo", {"period": 3}, [1.0, 2.0, 4.0], 100 / 24),
        ("fosc", {"period": 3}, [1.0, 2.0], 0),
        ("fosc", {"period": 3}, [1.0, 2.0, 4.0], 100 / 24),
        ("cg", {"period": 3}, [1.0, 2.0, 3.0, 4.0], X),
        ("cg", {"period": 3}, [1.0, 2.0, 3.0, 4.0, 5.0], -13 / 9),
        ("dpo", {"period": 2}, [1.0, 2.0, 3.0, 4.0], -1.5),
        ("er", {"period": 2}, [1.0, 3.0, 2.0], 1 / 3),
        ("er", {"period": 2}, [9.0, 1.0, 2.0, 3.0], 1),
        ("er", {"period": 2}, [1.0, 1.0, 1.0], 0),
        ("eri", {"period": 1}, [(2.0, 5.0, 1.0)], (3, -1)),
        ("eri", {"period": 2, "matype": 0}, [(2.0, 5.0, 1.0), (4.0, 5.0, 1.0)], (2, -2)),
        ("pfe", {"period": 1, "smoothing": 1}, [0.0, 1.0], 100),
        ("pfe", {"period": 1, "smoothing": 1}, [0.0, -1.0], -100),
        ("pfe", {"period": 2, "smoothing": 1}, [0.0, 3.0, 0.0], -100 / 10**0.5),
        ("pfe", {"period": 2, "smoothing": 3}, [0.0, 3.0, 0.0], -50 / 10**0.5),
        ("ttm_trend", {"period": 2}, [(1.0, 1.0)], 0),
        ("ttm_trend", {"period": 2}, [(1.0, 1.0), (2.0, 1.5)], 0),
        ("ttm_trend", {"period": 2}, [(1.0, 1.0), (2.0, 1.6)], 1),
        ("ao", {}, [(x + 1.0, x - 1.0) for x in range(40)], (14.5, 0)),
        ("acosc", {}, [(x + 1.0, x - 1.0) for x in range(40)], (0, 0)),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)
