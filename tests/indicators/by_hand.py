"""Rows worked out by hand: what a kernel gives for its last row."""

from __future__ import annotations

from typing import Any

import pytest

from lyra_ai.indicators import find

X = float("nan")


def last(name: str, rows: list[Any], **settings: Any) -> Any:
    """The last value, of a kernel of one number, or of several."""
    kernel = find(name)(**settings)
    found: Any = None
    for row in rows:
        found = kernel.next(*row) if isinstance(row, tuple) else kernel.next(row)
    return found


def check(name: str, settings: dict[str, Any], rows: list[Any], expected: Any) -> None:
    assert last(name, rows, **settings) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)
