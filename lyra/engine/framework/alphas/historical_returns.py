"""`HistoricalReturnsAlphaModel`: what has risen rises, by as much as it did."""

from __future__ import annotations

from typing import Any

from lyra.engine.decimals import to_float
from lyra.engine.enums import InsightDirection, Resolution
from lyra.engine.framework.alphas.base import AlphaModel
from lyra.engine.framework.alphas.history import past_data
from lyra.engine.framework.alphas.macd import cancel_insights
from lyra.engine.framework.insight_collection import InsightCollection
from lyra.engine.framework.insight_periods import resolution_span
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.symbols import Symbol


class HistoricalReturnsAlphaModel(AlphaModel):
    """Insights whose magnitude is the return over the last `lookback` bars, at each new bar."""

    _needs_history = False

    def __init__(self, lookback: int = 1, resolution: Resolution = Resolution.DAILY) -> None:
        self.lookback = lookback
        self.resolution = Resolution(resolution)
        self.prediction_interval = resolution_span(self.resolution, lookback)
        self._symbol_data: SlotDict[Symbol, _ReturnData] = SlotDict()
        self._insights = InsightCollection()
        self.name = f"HistoricalReturnsAlphaModel({lookback},{self.resolution.lean_name})"

    def update(self, algorithm: Any, data: Any) -> list[Insight]:
        """An insight for each symbol with a new return; a return of zero ends the symbol's insights."""
        insights = []
        for symbol, item in self._symbol_data.items():
            if not item.has_news():
                continue
            magnitude = to_float(item.roc._value)
            if magnitude == 0:
                cancel_insights(algorithm, self._insights, symbol)
                continue
            direction = InsightDirection.UP if magnitude > 0 else InsightDirection.DOWN
            insights.append(Insight.price(symbol, self.prediction_interval, direction, magnitude, None))
        self._insights.add_range(insights)
        return insights

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """A rate of change, warmed up, for what came; what went loses it and its insights."""
        for security in changes.removed_securities:
            item = self._symbol_data.pop(security.symbol, None)
            if item is not None:
                algorithm.subscription_manager.remove_consolidator(security.symbol, item.consolidator)
            cancel_insights(algorithm, self._insights, security.symbol)
        added = [security.symbol for security in changes.added_securities if security.symbol not in self._symbol_data]
        points = list(past_data(algorithm, added, self.lookback, self.resolution)) if added else []
        followed = {point.symbol for point in points} if self._needs_history else set(added)
        for symbol in added:
            if symbol in followed:
                self._symbol_data[symbol] = _ReturnData(algorithm, symbol, self.lookback, self.resolution)
        for point in points:
            self._symbol_data[point.symbol].roc._update_value(point.end_time, point._value)


class _ReturnData:
    def __init__(self, algorithm: Any, symbol: Symbol, lookback: int, resolution: Resolution) -> None:
        from lyra.engine.indicators import RateOfChange

        self._seen = 0
        self.roc = RateOfChange(str(symbol), lookback)
        self.consolidator = algorithm.resolve_consolidator(symbol, resolution)
        algorithm.subscription_manager.add_consolidator(symbol, self.consolidator)
        algorithm.register_indicator(symbol, self.roc, self.consolidator)

    def has_news(self) -> bool:
        if self._seen == self.roc.samples:
            return False
        self._seen = self.roc.samples
        return bool(self.roc.is_ready)
