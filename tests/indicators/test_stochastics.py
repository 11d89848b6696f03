"""Places in a window, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check

BARS = [(3.0, 1.0, 2.0), (5.0, 2.0, 4.0)]
ONE = {"slowk_period": 1, "slowd_period": 1}


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("stoch", {"fastk_period": 2, **ONE}, BARS, (75, 75)),
        ("stoch", {"fastk_period": 1, **ONE}, [(1.0, 1.0, 1.0)], (X, X)),
        ("stoch", {"fastk_period": 1, "slowk_period": 1, "slowd_period": 3, "slowd_matype": 1}, BARS, (200 / 3, 175 / 3)),
        ("stochf", {"fastk_period": 2, "fastd_period": 1}, BARS, (75, 75)),
        ("stochf", {"fastk_period": 1, "fastd_period": 1}, [(1.0, 1.0, 1.0)], (50, 50)),
        ("kdj", {"fastk_period": 9, "slowk_period": 1, "slowd_period": 2}, BARS, (75, 62.5, 100)),
        ("willr", {"period": 2}, BARS, -25),
        ("willr", {"period": 2}, BARS[:1], X),
        ("ultosc", {"timeperiod1": 1, "timeperiod2": 1, "timeperiod3": 1}, BARS, 200 / 3),
        ("lrsi", {"alpha": 1}, [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)], 1),
        ("lrsi", {"alpha": 1}, [(3.0, 3.0), (2.0, 2.0), (1.0, 1.0)], 0),
        ("fisher", {"period": 2}, [(0.0, 0.0), (1.0, 1.0)], (0, 0)),
        ("fisher", {"period": 2}, [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)], (0.34282825441539, 0)),
        ("ift_rsi", {"rsi_period": 1, "wma_period": 1}, [1.0, 2.0], 99 / 101),
        ("srsi", {"period": 1, "period_stoch": 2, "k": 1, "d": 1}, [1.0, 2.0, 1.0, 2.0], (100, 100)),
        ("srsi", {"period": 1, "period_stoch": 2, "k": 1, "d": 1}, [1.0, 2.0, 3.0], (X, X)),
        ("stc", {"fast_period": 1, "slow_period": 3, "k_period": 2, "d1_period": 1, "d2_period": 1}, [1.0, 2.0, 4.0], 0),
        ("stc", {"fast_period": 1, "slow_period": 3, "k_period": 2, "d1_period": 1, "d2_period": 1}, [1.0, 2.0, 2.0, 4.0], 100),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)
