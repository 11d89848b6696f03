"""`EmaCrossAlphaModel`: up when a fast exponential average rises over a slow one, down when it falls under it."""

from __future__ import annotations

from typing import Any

from lyra.engine.enums import InsightDirection, Resolution
from lyra.engine.framework.alphas.base import AlphaModel
from lyra.engine.framework.insight_periods import resolution_span
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol


class EmaCrossAlphaModel(AlphaModel):
    """Insights for as many bars as the fast average is long."""

    symbol_data_by_symbol: Any

    def __init__(self, fast_period: int = 12, slow_period: int = 26, resolution: Resolution = Resolution.DAILY) -> None:
        self.fast_period = fast_period
        self.slow_period = slow_period
        self.resolution = Resolution(resolution)
        self.prediction_interval = resolution_span(self.resolution, fast_period)
        self.symbol_data_by_symbol: SlotDict[Symbol, EmaCrossData] = SlotDict()
        self.name = f"EmaCrossAlphaModel({fast_period},{slow_period},{self.resolution.lean_name})"

    def update(self, algorithm: Any, data: Any) -> list[Insight]:
        """An insight for each symbol whose averages have crossed."""
        insights = []
        for item in self.symbol_data_by_symbol.values():
            fast, slow = item.fast, item.slow
            if fast.is_ready and slow.is_ready:
                if item.fast_is_over_slow:
                    if slow > fast:
                        insights.append(Insight.price(item.symbol, self.prediction_interval, InsightDirection.DOWN))
                elif fast > slow:
                    insights.append(Insight.price(item.symbol, self.prediction_interval, InsightDirection.UP))
            item.fast_is_over_slow = fast > slow
        return insights

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Averages for what came, none for what went."""
        known = self.symbol_data_by_symbol
        for security in changes.added_securities:
            item = known.get(security.symbol)
            if item is None:
                known[security.symbol] = EmaCrossData(security, self.fast_period, self.slow_period, algorithm, self.resolution)
            else:
                item.fast.reset()
                item.slow.reset()
        for security in changes.removed_securities:
            item = known.pop(security.symbol, None)
            if item is not None:
                item.remove_consolidators()


class EmaCrossData(LeanObject):
    """A symbol's two averages."""

    fast: Any
    slow: Any
    fast_is_over_slow: bool

    def __init__(self, security: Any, fast_period: int, slow_period: int, algorithm: Any, resolution: Resolution) -> None:
        from lyra.engine.indicators import ExponentialMovingAverage

        self._algorithm = algorithm
        self._security = security
        self._fast_consolidator = algorithm.resolve_consolidator(security.symbol, resolution)
        self._slow_consolidator = algorithm.resolve_consolidator(security.symbol, resolution)
        manager = algorithm.subscription_manager
        manager.add_consolidator(security.symbol, self._fast_consolidator)
        manager.add_consolidator(security.symbol, self._slow_consolidator)
        self.fast = ExponentialMovingAverage(str(security.symbol), fast_period)
        self.slow = ExponentialMovingAverage(str(security.symbol), slow_period)
        algorithm.register_indicator(security.symbol, self.fast, self._fast_consolidator)
        algorithm.register_indicator(security.symbol, self.slow, self._slow_consolidator)
        algorithm.warm_up_indicator(security.symbol, self.fast, resolution)
        algorithm.warm_up_indicator(security.symbol, self.slow, resolution)
        self.fast_is_over_slow = False

    @property
    def symbol(self) -> Symbol:
        """The symbol."""
        return self._security.symbol  # type: ignore[no-any-return]

    @property
    def slow_is_over_fast(self) -> bool:
        """The opposite of `fast_is_over_slow`."""
        return not self.fast_is_over_slow

    def remove_consolidators(self) -> None:
        """Stop the averages."""
        manager = self._algorithm.subscription_manager
        manager.remove_consolidator(self.symbol, self._fast_consolidator)
        manager.remove_consolidator(self.symbol, self._slow_consolidator)
