"""The makers of rules, as `self.date_rules` and `self.time_rules`."""

from __future__ import annotations

from lyra.engine.scheduling.date_rules import DateRules
from lyra.engine.scheduling.time_rules import TimeRules

__all__ = ["DateRules", "TimeRules"]
