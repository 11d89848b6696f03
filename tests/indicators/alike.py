"""When two columns of an indicator are equal."""

from __future__ import annotations

from typing import Any

import numpy as np

VALUES, ROUNDING = 1e-10, 1e-14


def assert_alike(found: Any, expected: Any, *inputs: Any, about: object = "") -> None:
    """Known at the same rows, and there within 1e-10 of the values' size, or within the rounding of the numbers they were made of."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape, about
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected), err_msg=str(about))
    known = ~np.isnan(expected)
    if known.any():
        size = max((float(np.abs(np.asarray(values)).max()) for values in inputs), default=0.0)
        bound = VALUES * np.abs(expected[known]).max() + ROUNDING * size
        off = np.abs(found[known] - expected[known]).max()
        assert off <= bound, f"{about}: {off} apart, {bound} allowed"
