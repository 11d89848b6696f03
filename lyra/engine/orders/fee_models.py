"""LEAN's fee models under the name of its namespace `Orders.Fees`; they live in `lyra.engine.fees`."""

from __future__ import annotations

from typing import Any

from lyra.engine import fees

__all__ = fees.__all__


def __getattr__(name: str) -> Any:
    return getattr(fees, name)
