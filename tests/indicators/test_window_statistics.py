"""Statistics of a window, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import X, check
from make_goldens import made_up

from lyra_ai.indicators import jesse


@pytest.mark.parametrize(
    ("name", "settings", "rows", "expected"),
    [
        ("mean_ad", {"period": 2}, [1.0], X),
        ("mean_ad", {"period": 2}, [1.0, 3.0], 1),
        ("mean_ad", {"period": 2}, [1.0, 3.0, 7.0], 1.5),
        ("median_ad", {"period": 3}, [50.0, 1.0, 2.0, 6.0], 1),
        ("median_ad", {"period": 2}, [1.0, 4.0], 1.5),
        ("skew", {"period": 3}, [50.0, 0.0, 0.0, 3.0], 0.5**0.5),
        ("skew", {"period": 3}, [7.1, 7.1, 7.1], X),
        ("kurtosis", {"period": 3}, [50.0, 0.0, 0.0, 3.0], -1.5),
        ("correl", {"period": 3}, [(9.0, 1.0), (1.0, 2.0), (2.0, 4.0), (3.0, 6.0)], 1),
        ("correl", {"period": 2}, [(1.0, 2.0), (1.0, 3.0)], X),
        ("beta", {"period": 2}, [(9.0, 9.0), (1.0, 1.0), (3.0, 2.0)], 2),
        ("beta", {"period": 2}, [(1.0, 1.0), (3.0, 1.0)], X),
    ],
)
def test_by_hand(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    check(name, settings, rows, expected)


def test_a_cosine_correlates_with_itself() -> None:
    check("correlation_cycle", {"period": 8}, [8.0] * 8, (X, X, X, 0))
    cosine = [3 + 2 * value for value in (1, 0.5**0.5, 0, -(0.5**0.5), -1, -(0.5**0.5), 0, 0.5**0.5)]
    found = jesse.correlation_cycle([*cosine, 3.0], 8)
    assert found.real == pytest.approx(1)
    assert found.imag == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("method", "expected"), [(0, 0.529473684676046), (2, 0.6084889291018057)])
def test_hurst_by_other_methods_is_jesses(method: int, expected: float) -> None:
    """The figures are Jesse 3.5.3's own, for the same candles."""
    assert jesse.hurst_exponent(made_up(), method=method) == pytest.approx(expected, rel=1e-9)
