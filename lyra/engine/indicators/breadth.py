"""Market breadth: how many of several symbols rise or fall, make new highs or lows. Symbols join by `add(symbol)`.

A period counts once every added symbol has a bar with the same start.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.exact import ZERO, add, divide, subtract, total
from lyra.engine.indicators.arguments import integer
from lyra.engine.indicators.averages import ExponentialMovingAverage
from lyra.engine.indicators.base import IndicatorBase, TradeBarIndicator
from lyra.engine.indicators.composite import CompositeIndicator, Part
from lyra.engine.indicators.extensions import IndicatorExtensions
from lyra.engine.indicators.extremes import Maximum, Minimum
from lyra.engine.times import MIN_TIME


class AdvanceDeclineIndicator(TradeBarIndicator):
    """Base: compares the symbols' closes with those of the period before."""

    warm_up_period = 2

    def __init__(self, name: str | None = None) -> None:
        self.name = self._label if name is None else name
        self._before: dict[Any, Any] = {}
        self._now: dict[Any, Any] = {}
        self._period: int | None = None

    def add(self, asset: Any) -> None:
        """Count a symbol."""
        self._now.setdefault(asset, None)

    def remove(self, asset: Any) -> None:
        """Count a symbol no more."""
        self._now.pop(asset, None)

    add_stock = add
    remove_stock = remove

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal | None:
        self._take(x, symbol, end)
        if not self._before or any(bar is None for bar in self._now.values()):
            return None
        rising, falling = [], []
        for asset, bar in self._now.items():
            before = self._before.get(asset)
            if before is not None:
                if bar._close < before._close:
                    falling.append(bar)
                elif bar._close > before._close:
                    rising.append(bar)
        return self._compare(self._weigh(rising), self._weigh(falling))

    def _take(self, bar: Any, symbol: Any, end: int) -> None:
        start = bar._time
        if end == self._period:
            self._before[symbol] = bar
            return
        if self._period is not None and start > self._period:
            self._before = dict(self._now)
            self._now = dict.fromkeys(self._now)
            self._period = start
        if symbol in self._now and (self._period is None or start == self._period):
            self._now[symbol] = bar
            self._period = start

    def _weigh(self, bars: Sequence[Any]) -> Decimal:
        return Decimal(len(bars))

    def _compare(self, rising: Decimal, falling: Decimal) -> Decimal:
        return rising if falling == ZERO else divide(rising, falling)

    @property
    def is_ready(self) -> bool:
        """Whether a second period has begun."""
        return bool(self._before)

    def _reset_parts(self) -> None:
        self._before.clear()
        self._now = dict.fromkeys(self._now)
        self._period = None


class AdvanceDeclineRatio(AdvanceDeclineIndicator):
    """Number of rising / number of falling symbols."""

    _label = "A/D Ratio"


class AdvanceDeclineDifference(AdvanceDeclineIndicator):
    """Number of rising - number of falling symbols."""

    _label = "A/D Difference"

    def _compare(self, rising: Decimal, falling: Decimal) -> Decimal:
        return subtract(rising, falling)


class AdvanceDeclineVolumeRatio(AdvanceDeclineIndicator):
    """Volume of rising / volume of falling symbols."""

    _label = "A/D Volume Rate"

    def _weigh(self, bars: Sequence[Any]) -> Decimal:
        return total(bar._volume for bar in bars)


class ArmsIndex(TradeBarIndicator):
    """TRIN: ratio of rising to falling symbols over ratio of their volumes."""

    _label = "TRIN"
    warm_up_period = 2

    def __init__(self, name: str = "TRIN") -> None:
        self.name = name
        self.ad_ratio = AdvanceDeclineRatio(name + "_A/D Ratio")
        self.adv_ratio = AdvanceDeclineVolumeRatio(name + "_A/D Volume Ratio")
        self._arms = IndicatorExtensions.over(self.ad_ratio, self.adv_ratio, name)

    ad_ratio: AdvanceDeclineRatio
    adv_ratio: AdvanceDeclineVolumeRatio
    ADRatio = property(lambda self: self.ad_ratio)
    ADVRatio = property(lambda self: self.adv_ratio)

    def add(self, asset: Any) -> None:
        """Count a symbol."""
        self.ad_ratio.add(asset)
        self.adv_ratio.add(asset)

    def remove(self, asset: Any) -> None:
        """Count a symbol no more."""
        self.ad_ratio.remove(asset)
        self.adv_ratio.remove(asset)

    add_stock = add
    remove_stock = remove

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.ad_ratio._push(symbol, end, x)
        self.adv_ratio._push(symbol, end, x)
        return ZERO if self.adv_ratio._value == ZERO else self._arms._value

    @property
    def is_ready(self) -> bool:
        """Whether both ratios are ready."""
        return self.ad_ratio.is_ready and self.adv_ratio.is_ready

    def _reset_parts(self) -> None:
        self.ad_ratio.reset()
        self.adv_ratio.reset()
        self._arms.reset()


class McClellanOscillator(TradeBarIndicator):
    """Fast EMA - slow EMA of the advance / decline difference."""

    _parameters = (integer("fast_period", 19), integer("slow_period", 39))
    _label = "McClellanOscillator"

    def _setup(self, fast_period: int, slow_period: int) -> None:  # type: ignore[override]
        if fast_period > slow_period:
            raise ArgumentException("fastPeriod must be less than slowPeriod.")
        self.ad_difference = AdvanceDeclineDifference("ADD")
        self.ema_fast = IndicatorExtensions.ema(self.ad_difference, fast_period)
        self.ema_slow = IndicatorExtensions.ema(self.ad_difference, slow_period)
        self._delta: CompositeIndicator = IndicatorExtensions.minus(self.ema_fast, self.ema_slow)
        self.warm_up_period = slow_period + 2

    ad_difference: AdvanceDeclineDifference
    ema_fast: ExponentialMovingAverage
    ema_slow: ExponentialMovingAverage
    ADDifference = property(lambda self: self.ad_difference)
    EMAFast = property(lambda self: self.ema_fast)
    EMASlow = property(lambda self: self.ema_slow)

    def add(self, asset: Any) -> None:
        """Count a symbol."""
        self.ad_difference.add(asset)

    def remove(self, asset: Any) -> None:
        """Count a symbol no more."""
        self.ad_difference.remove(asset)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.ad_difference._push(symbol, end, x)
        return self._delta._value

    @property
    def is_ready(self) -> bool:
        """Whether the slow average is ready."""
        return self.ema_slow.is_ready

    def _reset_parts(self) -> None:
        self.ad_difference.reset()
        self._delta.reset()


class McClellanSummationIndex(TradeBarIndicator):
    """Running sum of the McClellan oscillator, one value a period; LEAN's keeps the sum through a reset."""

    _parameters = (integer("fast_period", 19), integer("slow_period", 39))
    _label = "McClellanSummationIndex"

    def _setup(self, fast_period: int, slow_period: int) -> None:  # type: ignore[override]
        self.mc_clellan_oscillator = McClellanOscillator(fast_period, slow_period)
        self._sum, self._summed = ZERO, MIN_TIME
        self.warm_up_period = self.mc_clellan_oscillator.warm_up_period

    mc_clellan_oscillator: McClellanOscillator

    def add(self, asset: Any) -> None:
        """Count a symbol."""
        self.mc_clellan_oscillator.add(asset)

    def remove(self, asset: Any) -> None:
        """Count a symbol no more."""
        self.mc_clellan_oscillator.remove(asset)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self.mc_clellan_oscillator._push(symbol, end, x)
        value = self.mc_clellan_oscillator._value
        if end != self._summed:
            self._summed, self._sum = end, add(self._sum, value)
        return add(self._sum, value)

    @property
    def is_ready(self) -> bool:
        """Whether the oscillator is ready."""
        return self.mc_clellan_oscillator.is_ready

    def _reset_parts(self) -> None:
        self.mc_clellan_oscillator.reset()


class NewHighsNewLows(IndicatorBase):
    """Number of symbols above their highest high - number below their lowest low of the last `period` bars."""

    _input: ClassVar[Any] = QuoteBar
    _parameters = (integer("period"),)

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._length = period
        self._assets: dict[Any, _Tracked] = {}
        self._period: int | None = None
        ready = lambda: self.is_ready  # noqa: E731
        self.difference, self.ratio = Part(f"{self.name}_Difference", ready), Part(f"{self.name}_Ratio", ready)
        self.warm_up_period = period + 1

    difference: Part
    ratio: Part

    def add(self, asset: Any) -> None:
        """Count a symbol."""
        if asset not in self._assets:
            self._assets[asset] = _Tracked(self._length)

    def remove(self, asset: Any) -> None:
        """Count a symbol no more."""
        self._assets.pop(asset, None)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal | None:
        self._take(x, symbol, end)
        if any(asset.bar is None for asset in self._assets.values()) or not self.is_ready:
            return None
        highs = [asset.bar for asset in self._assets.values() if asset.bar._high > asset.high._value]
        lows = [asset.bar for asset in self._assets.values() if asset.bar._low < asset.low._value]
        self.difference._show(symbol, end, Decimal(len(highs) - len(lows)))
        above, below = Decimal(len(highs)), Decimal(len(lows))
        self.ratio._show(symbol, end, above if below == ZERO else divide(above, below))
        return self._value_of(highs, lows, symbol, end)

    def _value_of(self, highs: Sequence[Any], lows: Sequence[Any], symbol: Any, end: int) -> Decimal:
        return self.difference._value

    def _take(self, bar: Any, symbol: Any, end: int) -> None:
        start, tracked = bar._time, self._assets.get(symbol)
        if end == self._period:
            if tracked is not None:
                tracked.close(bar)
            return
        if self._period is not None and start > self._period:
            for asset in self._assets.values():
                asset.close(asset.bar)
                asset.bar = None
            self._period = start
        if tracked is not None and (self._period is None or start == self._period):
            tracked.bar = bar
            self._period = start

    @property
    def is_ready(self) -> bool:
        """Whether every symbol has `period` bars before the present one."""
        return bool(self._assets) and all(asset.high.is_ready and asset.low.is_ready for asset in self._assets.values())

    def _save(self) -> dict[str, Any]:
        return {**super()._save(), "_assets": {key: asset.copy() for key, asset in self._assets.items()}}

    def _restore(self, state: dict[str, Any]) -> None:
        super()._restore({**state, "_assets": {key: asset.copy() for key, asset in state["_assets"].items()}})

    def _reset_parts(self) -> None:
        for asset in self._assets.values():
            asset.bar = None
            asset.high.reset()
            asset.low.reset()
        self._period = None
        self.difference.reset()
        self.ratio.reset()


class _Tracked:
    """One symbol of `NewHighsNewLows`: its bar of the present period and the extremes of the periods before."""

    __slots__ = ("bar", "high", "length", "low")

    def __init__(self, period: int) -> None:
        self.length = period
        self.bar: Any = None
        self.high, self.low = Maximum(period), Minimum(period)

    def close(self, bar: Any) -> None:
        """Add a bar to the periods before."""
        if bar is not None:
            self.high._feed(bar._high)
            self.low._feed(bar._low)

    def copy(self) -> _Tracked:
        """The same state, apart."""
        other = _Tracked(self.length)
        other.bar = self.bar
        other.high._restore(self.high._save())
        other.low._restore(self.low._save())
        return other


class NewHighsNewLowsVolume(NewHighsNewLows):
    """Volume of the symbols at new highs / volume of those at new lows."""

    _input = TradeBar

    def _setup(self, period: int) -> None:  # type: ignore[override]
        super()._setup(period)
        self.volume_ratio = Part(f"{self.name}_VolumeRatio", lambda: self.is_ready)

    volume_ratio: Part

    def _value_of(self, highs: Sequence[Any], lows: Sequence[Any], symbol: Any, end: int) -> Decimal:
        above, below = total(bar._volume for bar in highs), total(bar._volume for bar in lows)
        self.volume_ratio._show(symbol, end, above if below == ZERO else divide(above, below))
        return self.volume_ratio._value

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self.volume_ratio.reset()
