"""Execution models that wait for a good price: spread, standard deviation, volume-weighted average price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lyra.engine.decimals import to_decimal, to_float
from lyra.engine.enums import Resolution
from lyra.engine.framework.alphas.history import past_data
from lyra.engine.framework.execution.base import TargetExecutionModel
from lyra.engine.framework.order_sizing import size_for_maximum_value, size_for_percent_volume, unordered_quantity
from lyra.engine.framework.slots import SlotDict
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money
from lyra.engine.symbols import Symbol


class PatientExecutionModel(TargetExecutionModel):
    """What the three have in common: orders wait until the price is good."""

    def _order(self, algorithm: Any, target: Any, security: Any) -> None:
        quantity = self._size(security, unordered_quantity(algorithm, target, security))
        if quantity != 0:
            algorithm.market_order(target.symbol, quantity, self._asynchronous, target.tag)

    def _size(self, security: Any, missing: Decimal) -> Decimal:
        """How much of what is missing to order now."""
        raise NotImplementedError


class SpreadExecutionModel(PatientExecutionModel):
    """Orders while the spread is at most a share of the price. Needs quotes, so not daily data."""

    def __init__(self, accepting_spread_percent: Any = Decimal("0.005"), asynchronous: bool = True) -> None:
        super().__init__(asynchronous)
        self._accepted = abs(to_decimal(accepting_spread_percent))

    def _size(self, security: Any, missing: Decimal) -> Decimal:
        return missing if missing != 0 and self.price_is_favorable(security) else Decimal(0)

    def price_is_favorable(self, security: Any) -> bool:
        """Whether the market is open and the spread narrow."""
        price, bid, ask = security._price, security._bid_price, security._ask_price
        if not security.exchange.exchange_open or price <= 0 or ask <= 0 or bid <= 0:
            return False
        return bool((ask - bid) / price <= self._accepted)


class _IndicatorExecutionModel(PatientExecutionModel):
    """An execution model that follows each security with an indicator."""

    def __init__(self, asynchronous: bool = True) -> None:
        super().__init__(asynchronous)
        self._symbol_data: SlotDict[Symbol, ExecutionData] = SlotDict()

    def _follow(self, algorithm: Any, security: Any) -> ExecutionData:
        raise NotImplementedError

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Follow what came; stop with what went."""
        for security in changes.added_securities:
            if security.symbol not in self._symbol_data:
                self._symbol_data[security.symbol] = self._follow(algorithm, security)
        for security in changes.removed_securities:
            symbol = security.symbol
            data = self._symbol_data.get(symbol)
            if data is not None and self.is_safe_to_remove(algorithm, symbol):
                del self._symbol_data[symbol]
                algorithm.subscription_manager.remove_consolidator(symbol, data.consolidator)

    def is_safe_to_remove(self, algorithm: Any, symbol: Any) -> bool:
        """Whether a symbol is in no universe any more."""
        return not any(universe.contains_member(symbol) for universe in algorithm.universe_manager.values())

    def price_is_favorable(self, data: Any, unordered_quantity: Any) -> bool:
        """Whether the price is good for an order now."""
        raise NotImplementedError


class ExecutionData(LeanObject):
    """A security with its indicators."""

    security: Any
    consolidator: Any

    def __init__(self, security: Any, consolidator: Any) -> None:
        self.security = security
        self.consolidator = consolidator


class DeviationData(ExecutionData):
    """Mean and standard deviation of a security's prices."""

    std: Any
    sma: Any

    def __init__(self, algorithm: Any, security: Any, period: int, resolution: Resolution, own_history: bool = False) -> None:
        from lyra.engine.indicators import SimpleMovingAverage, StandardDeviation

        symbol = security.symbol
        super().__init__(security, algorithm.resolve_consolidator(symbol, resolution))
        self.sma = SimpleMovingAverage(algorithm.create_indicator_name(symbol, f"SMA{period}", resolution), period)
        algorithm.register_indicator(symbol, self.sma, self.consolidator)
        self.std = StandardDeviation(algorithm.create_indicator_name(symbol, f"STD{period}", resolution), period)
        algorithm.register_indicator(symbol, self.std, self.consolidator)
        kind = self.consolidator.input_type if own_history else None
        for point in past_data(algorithm, [symbol], period, resolution, kind):
            self.sma._update_value(point.end_time, point._value)
            self.std._update_value(point.end_time, point._value)


class StandardDeviationExecutionModel(_IndicatorExecutionModel):
    """Buys so many standard deviations under the mean, sells above; no order is worth more than `maximum_order_value`."""

    maximum_order_value = money("_maximum_order_value", writable=True)
    _own_history = False

    def __init__(self, period: int = 60, deviations: Any = 2, resolution: Resolution = Resolution.MINUTE,
                 asynchronous: bool = True) -> None:  # fmt: skip
        super().__init__(asynchronous)
        self.period = period
        self.resolution = Resolution(resolution)
        self._deviations = to_decimal(deviations)
        self._maximum_order_value = Decimal(20_000)

    def _follow(self, algorithm: Any, security: Any) -> ExecutionData:
        return DeviationData(algorithm, security, self.period, self.resolution, self._own_history)

    def _size(self, security: Any, missing: Decimal) -> Decimal:
        data: Any = self._symbol_data.get(security.symbol)
        if data is None or not data.std.is_ready or not self.price_is_favorable(data, to_float(missing)):
            return Decimal(0)
        return size_for_maximum_value(security, self._maximum_order_value, missing)

    def price_is_favorable(self, data: Any, unordered_quantity: Any) -> bool:
        """Whether the bid (to buy) is low enough, or the ask (to sell) high enough."""
        deviations = self._deviations * data.std._value
        if unordered_quantity > 0:
            return bool(data.security._bid_price < data.sma._value - deviations)
        return bool(data.security._ask_price > data.sma._value + deviations)


class VwapData(ExecutionData):
    """The day's volume-weighted average price of a security."""

    vwap: Any

    def __init__(self, algorithm: Any, security: Any) -> None:
        from lyra.engine.indicators import IntradayVwap

        symbol, resolution = security.symbol, security.resolution
        super().__init__(security, algorithm.resolve_consolidator(symbol, resolution))
        self.vwap = IntradayVwap(algorithm.create_indicator_name(symbol, "VWAP", resolution))
        algorithm.register_indicator(symbol, self.vwap, self.consolidator, lambda bar: bar)


class VolumeWeightedAveragePriceExecutionModel(_IndicatorExecutionModel):
    """Buys under the day's VWAP, sells above; no order is more than a share of the bar's volume."""

    maximum_order_quantity_percent_volume = money("_maximum_share", writable=True)

    def __init__(self, asynchronous: bool = True) -> None:
        super().__init__(asynchronous)
        self._maximum_share = Decimal("0.01")

    def _follow(self, algorithm: Any, security: Any) -> ExecutionData:
        return VwapData(algorithm, security)

    def _size(self, security: Any, missing: Decimal) -> Decimal:
        data = self._symbol_data.get(security.symbol)
        if data is None or not self.price_is_favorable(data, to_float(missing)):
            return Decimal(0)
        return size_for_percent_volume(security, self._maximum_share, missing)

    def price_is_favorable(self, data: Any, unordered_quantity: Any) -> bool:
        """Whether the bid (to buy) is under the VWAP, or the ask (to sell) over it."""
        if unordered_quantity > 0:
            return bool(data.security._bid_price < data.vwap._value)
        return bool(data.security._ask_price > data.vwap._value)
