"""The returns of each symbol over a window, for the optimizing construction models."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from lyra.engine.decimals import to_float
from lyra.engine.enums import PortfolioBias, Resolution
from lyra.engine.framework.alphas.history import past_data
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.portfolio.base import PortfolioConstructionModel
from lyra.engine.naming import find_method
from lyra.engine.symbols import Symbol
from lyra.engine.times import to_datetime, to_us


class ReturnWindow:
    """The last `period` rates of change over `lookback` bars, with their times, newest first."""

    def __init__(self, symbol: Symbol, lookback: int, period: int) -> None:
        from lyra.engine.indicators import RateOfChange

        self.roc = RateOfChange(f"{symbol}.roc({lookback})", lookback)
        self.roc.updated += self._on_update
        self._items: deque[tuple[int, float]] = deque(maxlen=period)

    def _on_update(self, sender: Any, point: Any) -> None:
        if self.roc.is_ready:
            self._items.appendleft((point._end, to_float(point._value)))

    def update(self, end: int, value: Any) -> None:
        """Take a price."""
        self.roc._accept(None, end, value)

    def add(self, time: Any, value: float, once: bool = False) -> None:
        """Take a return as it is; with `once` only if the newest is of another time."""
        end = to_us(time)
        if once and self._items and self._items[0][0] == end:
            return
        self._items.appendleft((end, float(value)))

    def reset(self) -> None:
        """Forget everything."""
        self.roc.updated -= self._on_update
        self.roc.reset()
        self._items.clear()

    def series(self) -> Any:
        """A pandas Series of the returns by time."""
        import pandas as pd

        return pd.Series(data=[value for _, value in self._items], index=[to_datetime(end) for end, _ in self._items])


class ReturnsPortfolioConstructionModel(PortfolioConstructionModel):
    """Base of the models that hand returns to an optimizer."""

    def __init__(self, rebalance: Any, portfolio_bias: PortfolioBias, lookback: int, period: int, resolution: Resolution,
                 optimizer: Any) -> None:  # fmt: skip
        super().__init__(rebalance)
        self._bias = PortfolioBias(portfolio_bias)
        self.lookback = lookback
        self.period = period
        self.resolution = Resolution(resolution)
        self.optimizer = optimizer
        self._windows: dict[Symbol, ReturnWindow] = {}

    def _optimize(self, *args: Any) -> Any:
        optimize: Callable[..., Any] | None = find_method(self.optimizer, "optimize")
        if optimize is None:
            raise NotImplementedError(
                f"IPortfolioOptimizer.Optimize must be implemented. Please implement this missing method on {type(self.optimizer)}"
            )
        return optimize(*args)

    def _biased(self, weight: float) -> float:
        """The weight, zero if the bias forbids its sign."""
        forbidden = self._bias != PortfolioBias.LONG_SHORT and (weight > 0) - (weight < 0) != int(self._bias)
        return 0.0 if forbidden else float(weight)

    def _weights_of(self, active_insights: list[Insight]) -> Any:
        """The optimizer's weights of the insights' symbols, a pandas Series by the symbols' ids."""
        import pandas as pd

        wanted = {insight._symbol for insight in active_insights}
        returns = pd.DataFrame({str(s.id): window.series() for s, window in self._windows.items() if s in wanted})
        return pd.Series(self._optimize(returns), index=returns.columns)

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """A window of returns for what came; none for what went."""
        super().on_securities_changed(algorithm, changes)
        for security in changes.removed_securities:
            window = self._windows.pop(security.symbol, None)
            if window is not None:
                window.reset()
                self._on_closed(algorithm, window)
        new = [security.symbol for security in changes.added_securities if security.symbol not in self._windows]
        for symbol in new:
            self._windows[symbol] = ReturnWindow(symbol, self.lookback, self.period)
        self._on_opened(algorithm, list(changes.added_securities), new)

    def _on_closed(self, algorithm: Any, window: ReturnWindow) -> None:
        """A window is used no more."""

    def _on_opened(self, algorithm: Any, added: list[Any], new: list[Symbol]) -> None:
        """Securities were added; `new` are the symbols whose windows are empty."""
        self._warm_up(algorithm, [security.symbol for security in added])

    def _warm_up(self, algorithm: Any, symbols: list[Symbol]) -> None:
        if not symbols:
            return
        for point in past_data(algorithm, symbols, self.lookback * self.period, self.resolution):
            window = self._windows.get(point.symbol)
            if window is not None:
                window.update(to_us(point.end_time), point._value)
