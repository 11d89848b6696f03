"""`RsiAlphaModel`: up when Wilder's RSI falls under 30, down when it rises over 70."""

from __future__ import annotations

from typing import Any

from lyra.engine.enums import InsightDirection, MovingAverageType, Resolution
from lyra.engine.framework.alphas.base import AlphaModel
from lyra.engine.framework.alphas.history import past_data
from lyra.engine.framework.insight_periods import resolution_span
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.symbols import Symbol

_LOW, _MIDDLE, _HIGH = range(3)
_DIRECTIONS = {_LOW: InsightDirection.UP, _HIGH: InsightDirection.DOWN}


class RsiAlphaModel(AlphaModel):
    """Insights for as many bars as the RSI is long; a state is left 5 points further in than it was entered."""

    _history_type: Any = None

    def __init__(self, period: int = 14, resolution: Resolution = Resolution.DAILY) -> None:
        self.period = period
        self.resolution = Resolution(resolution)
        self.insight_period = resolution_span(self.resolution, period)
        self._symbol_data: SlotDict[Symbol, _RsiData] = SlotDict()
        self.name = f"RsiAlphaModel({period},{self.resolution.lean_name})"

    def update(self, algorithm: Any, data: Any) -> list[Insight]:
        """An insight for each symbol whose state has become low or high."""
        insights = []
        for symbol, item in self._symbol_data.items():
            state = _state(item.rsi._value, item.state)
            direction = _DIRECTIONS.get(state)
            if state != item.state and item.rsi.is_ready and direction is not None:
                insights.append(Insight.price(symbol, self.insight_period, direction))
            item.state = state
        return insights

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """An RSI, warmed up, for what came; none for what went."""
        for security in changes.removed_securities:
            item = self._symbol_data.pop(security.symbol, None)
            if item is not None:
                algorithm.subscription_manager.remove_consolidator(security.symbol, item.consolidator)
        added = [security.symbol for security in changes.added_securities if security.symbol not in self._symbol_data]
        for symbol in added:
            self._symbol_data[symbol] = _RsiData(algorithm, symbol, self.period, self.resolution)
        if added:
            for point in past_data(algorithm, added, self.period, self.resolution, self._history_type):
                item = self._symbol_data.get(point.symbol)
                if item is not None:
                    item.consolidator.update(point)


class _RsiData:
    def __init__(self, algorithm: Any, symbol: Symbol, period: int, resolution: Resolution) -> None:
        from lyra.engine.indicators import RelativeStrengthIndex

        self.state = _MIDDLE
        self.rsi = RelativeStrengthIndex(period, MovingAverageType.WILDERS)
        self.consolidator = algorithm.resolve_consolidator(symbol, resolution)
        algorithm.register_indicator(symbol, self.rsi, self.consolidator)


def _state(rsi: Any, previous: int) -> int:
    if rsi > 70:
        return _HIGH
    if rsi < 30:
        return _LOW
    if (previous == _LOW and rsi > 35) or (previous == _HIGH and rsi < 65):
        return _MIDDLE
    return previous
