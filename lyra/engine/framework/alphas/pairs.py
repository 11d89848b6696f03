"""Pairs: short what is dear against the other, long what is cheap (`BasePairsTradingAlphaModel` and the Pearson one)."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from typing import Any

from lyra.engine.decimals import decimal_text, normalize, to_decimal
from lyra.engine.dotnet_errors import InvalidOperationException
from lyra.engine.enums import InsightDirection, Resolution
from lyra.engine.framework.alphas.base import AlphaModel
from lyra.engine.framework.alphas.constant import update_members
from lyra.engine.framework.insight_periods import resolution_span
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.symbols import Symbol

_MEAN_LENGTH = 500


class BasePairsTradingAlphaModel(AlphaModel):
    """Pairs of all securities that pass `has_passed_test`: insights, as a group, when the ratio of the prices leaves a band.

    The band is `threshold` percent around the ratio's exponential mean of 500 bars.
    """

    def __init__(self, lookback: int = 1, resolution: Resolution = Resolution.DAILY, threshold: Any = 1) -> None:
        self.lookback = lookback
        self.resolution = Resolution(resolution)
        self.threshold = threshold
        self.prediction_interval = resolution_span(self.resolution, lookback)
        self._band = to_decimal(threshold)
        self._pairs: SlotDict[tuple[Symbol, Symbol], _Pair] = SlotDict()
        self._securities: SlotDict[Any, None] = SlotDict()
        self.name = f"BasePairsTradingAlphaModel({lookback},{self.resolution.lean_name},{decimal_text(normalize(self._band))})"

    @property
    def securities(self) -> list[Any]:
        """The securities that pairs are made of."""
        return list(self._securities)

    def update(self, algorithm: Any, data: Any) -> list[Insight]:
        """The groups of the pairs whose ratio has left the band."""
        return [insight for pair in self._pairs.values() for insight in pair.insights()]

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """New pairs with what came; pairs with what went are dropped."""
        update_members(self._securities, changes)
        self._update_pairs(algorithm)
        for security in changes.removed_securities:
            for key in [key for key in self._pairs if security.symbol in key]:
                self._pairs.pop(key).stop()

    def has_passed_test(self, algorithm: Any, asset1: Any, asset2: Any) -> bool:
        """Whether two symbols are to be a pair; all are unless overridden."""
        return True

    def _update_pairs(self, algorithm: Any) -> None:
        symbols = [security.symbol for security in self._securities]
        for i, first in enumerate(symbols):
            for second in symbols[i + 1 :]:
                if (first, second) in self._pairs or (second, first) in self._pairs:
                    continue
                if self.has_passed_test(algorithm, first, second):
                    self._pairs[first, second] = _Pair(algorithm, first, second, self)


class _Pair:
    """Two symbols and the ratio of their prices."""

    def __init__(self, algorithm: Any, first: Symbol, second: Symbol, model: BasePairsTradingAlphaModel) -> None:
        from lyra.engine.indicators import ConstantIndicator, ExponentialMovingAverage, IndicatorExtensions

        self._algorithm = algorithm
        self._symbols = first, second
        self._period = model.prediction_interval
        self._state = 0
        prices, self._consolidators = zip(*(self._price(symbol) for symbol in self._symbols), strict=True)
        self._ratio = IndicatorExtensions.over(*prices)
        self._mean = IndicatorExtensions.of(ExponentialMovingAverage(_MEAN_LENGTH), self._ratio)
        share = model._band / Decimal(100)
        self._upper = IndicatorExtensions.times(self._mean, ConstantIndicator("ct", 1 + share))
        self._lower = IndicatorExtensions.times(self._mean, ConstantIndicator("ct", 1 - share))

    def _price(self, symbol: Symbol) -> tuple[Any, Any]:
        from lyra.engine.indicators import Identity

        algorithm = self._algorithm
        resolution = Resolution(min(int(c.resolution) for c in algorithm.subscription_manager.get_subscription_data_configs(symbol)))
        price = Identity(algorithm.create_indicator_name(symbol, "close", resolution))
        consolidator = algorithm.resolve_consolidator(symbol, resolution)
        algorithm.register_indicator(symbol, price, consolidator)
        return price, consolidator

    def stop(self) -> None:
        for symbol, consolidator in zip(self._symbols, self._consolidators, strict=True):
            self._algorithm.subscription_manager.remove_consolidator(symbol, consolidator)

    def insights(self) -> list[Insight]:
        if not self._mean.is_ready:
            return []
        if self._state != 1 and self._ratio > self._upper:
            self._state = 1
            return self._group(InsightDirection.DOWN, InsightDirection.UP)
        if self._state != -1 and self._ratio < self._lower:
            self._state = -1
            return self._group(InsightDirection.UP, InsightDirection.DOWN)
        return []

    def _group(self, *directions: InsightDirection) -> list[Insight]:
        return Insight.group([Insight.price(s, self._period, d) for s, d in zip(self._symbols, directions, strict=True)])


class PearsonCorrelationPairsTradingAlphaModel(BasePairsTradingAlphaModel):
    """Only the pair whose returns correlate most, if they do at least by `minimum_correlation`."""

    def __init__(self, lookback: int = 15, resolution: Resolution = Resolution.MINUTE, threshold: Any = 1,
                 minimum_correlation: float = 0.5) -> None:  # fmt: skip
        super().__init__(lookback, resolution, threshold)
        self.minimum_correlation = minimum_correlation
        self._best: tuple[Symbol, Symbol] | None = None

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Look for the best pair anew."""
        update_members(self._securities, changes)
        symbols = [security.symbol for security in self._securities]
        returns = self._returns(algorithm, symbols)
        if not returns:
            algorithm.debug(
                "PearsonCorrelationPairsTradingAlphaModel.OnSecuritiesChanged(): The requested historical data does not have series of "
                f"prices with the same date/time. Please consider increasing the looback period. Current lookback: {self.lookback}"
            )
        else:
            self._choose(symbols, returns)
        super().on_securities_changed(algorithm, changes)

    def has_passed_test(self, algorithm: Any, asset1: Any, asset2: Any) -> bool:
        """Whether two symbols are the best pair."""
        return self._best is not None and (asset1, asset2) == self._best

    def _choose(self, symbols: list[Symbol], returns: list[list[float]]) -> None:
        # As in LEAN the whole upper triangle counts: where it holds no pair, a correlation is zero.
        count = len(returns)
        found = {(i, j): pearson(returns[i], returns[j]) for i in range(count) for j in range(i + 1, count)}
        every = found | {(i, j): 0.0 for i in range(count) for j in range(i)}
        values = [value for value in every.values() if abs(value) < 1]
        if not values:
            raise InvalidOperationException("Sequence contains no elements")
        best = max(values)
        if best >= self.minimum_correlation:
            place = min(key for key, value in every.items() if value == best)
            self._best = symbols[place[0]], symbols[place[1]]

    def _returns(self, algorithm: Any, symbols: list[Symbol]) -> list[list[float]]:
        """Logarithmic returns of each symbol at the moments at which all have a bar, in the order in which the symbols appear."""
        history = algorithm.history
        slices = list(history._provider.slices(history._factory.last_bars(symbols, None, self.lookback, self.resolution)))
        prices: dict[Symbol, list[float]] = {}
        for current in self._complete(slices, len(symbols)):
            for symbol in list(current.keys()):
                prices.setdefault(symbol, []).append(math.log(float(current[symbol].value)))
        return [_differences(values) for values in prices.values()]

    def _complete(self, slices: list[Any], count: int) -> list[Any]:
        zones = {str(security.exchange.time_zone) for security in self._securities}
        if self.resolution != Resolution.DAILY or len(zones) < 2:
            return [current for current in slices if len(list(current.keys())) == count]
        days: dict[Any, list[Any]] = {}
        for current in slices:
            days.setdefault(current.time.date(), []).append(current)
        return [current for day in days.values() if sum(len(list(c.keys())) for c in day) == count for current in day]


def _differences(values: list[float]) -> list[float]:
    if len(values) < 2:
        return []
    steps = [later - earlier for earlier, later in pairwise(values)]
    return [steps[0], *steps]


def pearson(a: list[float], b: list[float]) -> float:
    """Pearson's correlation, computed in one pass as MathNet does (West 1979)."""
    r = mean_a = mean_b = square_a = square_b = 0.0
    for n, (x, y) in enumerate(zip(a, b, strict=True), 1):
        delta_a, delta_b = x - mean_a, y - mean_b
        scale_a, scale_b = delta_a / n, delta_b / n
        mean_a += scale_a
        mean_b += scale_b
        square_a += scale_a * delta_a * (n - 1)
        square_b += scale_b * delta_b * (n - 1)
        r += delta_a * delta_b * (n - 1) / n
    return r / math.sqrt(square_a * square_b) if square_a * square_b else math.nan
