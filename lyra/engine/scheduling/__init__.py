"""Scheduled events: rules for dates and for times of day, the events made of them, and the queue that fires them.

date rule   start, end            -> dates               (`date_rules`)
time rule   dates                 -> moments in UTC      (`time_rules`)
event       name, moments         -> calls a function    (`event`)
queue       events                -> fires them in order (`queue`)
manager     what `self.schedule` is                      (`manager`)
"""

from __future__ import annotations

from lyra.engine.scheduling.event import ScheduledEvent
from lyra.engine.scheduling.func_rules import CompositeTimeRule, FuncDateRule, FuncTimeRule
from lyra.engine.scheduling.manager import FluentScheduledEventBuilder, ScheduleManager
from lyra.engine.scheduling.rules import DateRules, TimeRules

__all__ = [
    "CompositeTimeRule",
    "DateRules",
    "FluentScheduledEventBuilder",
    "FuncDateRule",
    "FuncTimeRule",
    "ScheduleManager",
    "ScheduledEvent",
    "TimeRules",
]
