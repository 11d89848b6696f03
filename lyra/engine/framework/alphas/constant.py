"""`ConstantAlphaModel`: the same insight for every security, again when it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from lyra.engine.decimals import double_text
from lyra.engine.enums import InsightDirection, InsightType
from lyra.engine.framework.alphas.base import AlphaModel
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.symbols import Symbol
from lyra.engine.times import span_text, span_us, to_us, to_utc_datetime


class ConstantAlphaModel(AlphaModel):
    """One insight a security and period."""

    def __init__(self, type: InsightType, direction: InsightDirection, period: timedelta, magnitude: float | None = None,
                 confidence: float | None = None, weight: float | None = None) -> None:  # fmt: skip
        self.type = InsightType(type)
        self.direction = InsightDirection(direction)
        self.period = period
        self.magnitude = magnitude
        self.confidence = confidence
        self.weight = weight
        self._securities: SlotDict[Any, None] = SlotDict()
        self._last: dict[Symbol, int] = {}
        shown = [self.type.lean_name, self.direction.lean_name, span_text(span_us(period) * 10)]
        shown += [double_text(float(value)) for value in (magnitude, confidence) if value is not None]
        self.name = f"ConstantAlphaModel({','.join(shown)})"

    @property
    def securities(self) -> list[Any]:
        """The securities that get insights."""
        return list(self._securities)

    def update(self, algorithm: Any, data: Any) -> Iterator[Insight]:
        """An insight for each security that has a price and no insight that holds still."""
        for security in self._securities:
            if security._price != 0 and self.should_emit_insight(to_utc_datetime(algorithm._utc), security.symbol):
                yield Insight(security.symbol, self.period, self.type, self.direction, self.magnitude, self.confidence, weight=self.weight)

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Follow the universe; what joins again gets an insight again."""
        update_members(self._securities, changes)
        for security in changes.removed_securities:
            self._last.pop(security.symbol, None)

    def should_emit_insight(self, utc_time: Any, symbol: Any) -> bool:
        """Whether a symbol's last insight has ended; if so the next is counted from now."""
        if symbol.is_canonical():
            return False
        now = to_us(utc_time)
        last = self._last.get(symbol)
        if last is not None and now - last < span_us(self.period):
            return False
        self._last[symbol] = now
        return True


def update_members(members: SlotDict[Any, None], changes: Any) -> None:
    """Keep a set of securities up to date (`NotifiedSecurityChanges.UpdateCollection`)."""
    for security in changes.added_securities:
        if security not in members:
            members[security] = None
    for security in changes.removed_securities:
        if security in members:
            del members[security]
