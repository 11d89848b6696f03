"""Which data is let through to the algorithm."""

from __future__ import annotations

from typing import Any, ClassVar

from lyra.engine.naming import LeanObject


class SecurityDataFilter(LeanObject):
    """Everything, as LEAN's own filters do by default; subclass it to drop points."""

    accepts_all: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.accepts_all = "filter" not in cls.__dict__ and "Filter" not in cls.__dict__ and cls.accepts_all

    def filter(self, vehicle: Any, data: Any) -> bool:
        """Whether a point is let through."""
        return True


class EquityDataFilter(SecurityDataFilter):
    """LEAN's filter of equities."""


class ForexDataFilter(SecurityDataFilter):
    """LEAN's filter of currencies and coins."""


class CfdDataFilter(SecurityDataFilter):
    """LEAN's filter of contracts for difference."""


class IndexDataFilter(SecurityDataFilter):
    """LEAN's filter of indices."""
