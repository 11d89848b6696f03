"""`MacdAlphaModel`: up or down while the MACD's signal is beyond one percent of the price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lyra.engine.enums import InsightDirection, MovingAverageType, Resolution
from lyra.engine.framework.alphas.base import AlphaModel
from lyra.engine.framework.insight_collection import InsightCollection
from lyra.engine.framework.insight_periods import resolution_span
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol

_BOUNCE = Decimal("0.01")


class MacdAlphaModel(AlphaModel):
    """Insights for as many bars as the fast average is long; they end when the signal comes back."""

    def __init__(self, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9,
                 moving_average_type: MovingAverageType = MovingAverageType.EXPONENTIAL,
                 resolution: Resolution = Resolution.DAILY) -> None:  # fmt: skip
        self.fast_period = fast_period
        self.slow_period = slow_period
        self.signal_period = signal_period
        self.moving_average_type = MovingAverageType(moving_average_type)
        self.resolution = Resolution(resolution)
        self.insight_period = resolution_span(self.resolution, fast_period)
        self._insights = InsightCollection()
        self._symbol_data: SlotDict[Symbol, MacdData] = SlotDict()
        shown = (fast_period, slow_period, signal_period, self.moving_average_type.lean_name, self.resolution.lean_name)
        self.name = f"MacdAlphaModel({','.join(map(str, shown))})"

    def update(self, algorithm: Any, data: Any) -> Iterator[Insight]:
        """An insight for each symbol whose direction is a new one."""
        for item in self._symbol_data.values():
            price = item.security._price
            if price == 0:
                continue
            signal = item.macd.signal._value / price
            direction = InsightDirection.UP if signal > _BOUNCE else InsightDirection.DOWN if signal < -_BOUNCE else InsightDirection.FLAT
            if direction == item.previous_direction:
                continue
            item.previous_direction = direction
            if direction == InsightDirection.FLAT:
                cancel_insights(algorithm, self._insights, item.security.symbol)
                continue
            insight = Insight.price(item.security.symbol, self.insight_period, direction)
            self._insights.add(insight)
            yield insight

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """A MACD for what came; what went loses it and its insights."""
        for security in changes.added_securities:
            if security.symbol not in self._symbol_data:
                self._symbol_data[security.symbol] = MacdData(algorithm, security, self)
        for security in changes.removed_securities:
            item = self._symbol_data.pop(security.symbol, None)
            if item is not None:
                algorithm.subscription_manager.remove_consolidator(security.symbol, item.consolidator)
            cancel_insights(algorithm, self._insights, security.symbol)


class MacdData(LeanObject):
    """A symbol's MACD and last direction."""

    def __init__(self, algorithm: Any, security: Any, model: MacdAlphaModel) -> None:
        from lyra.engine.indicators import MovingAverageConvergenceDivergence

        self.security = security
        self.previous_direction: InsightDirection | None = None
        self.consolidator = algorithm.resolve_consolidator(security.symbol, model.resolution)
        algorithm.subscription_manager.add_consolidator(security.symbol, self.consolidator)
        self.macd = MovingAverageConvergenceDivergence(model.fast_period, model.slow_period, model.signal_period, model.moving_average_type)
        algorithm.register_indicator(security.symbol, self.macd, self.consolidator)
        algorithm.warm_up_indicator(security.symbol, self.macd, model.resolution)


def cancel_insights(algorithm: Any, insights: InsightCollection, symbol: Symbol) -> None:
    """End the insights that a model has given for a symbol."""
    given = insights._open.get(symbol)
    if given is not None:
        algorithm.insights.cancel(list(given))
        insights.clear([symbol])
