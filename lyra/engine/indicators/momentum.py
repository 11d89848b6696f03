"""Change of the price over a period, and strength indices."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import MovingAverageType
from lyra.engine.exact import (
    HUNDRED,
    ONE,
    TWO,
    ZERO,
    add,
    divide,
    divide_safely,
    from_double_safely,
    magnitude,
    multiply,
    share,
    subtract,
    to_double,
)
from lyra.engine.indicators.arguments import average_type, integer
from lyra.engine.indicators.averages import WilderMovingAverage, average_of
from lyra.engine.indicators.base import Indicator, IndicatorBase, WindowIndicator
from lyra.engine.indicators.doubles import WindowDoubles

_NEARLY_ZERO = Decimal("0.00000000005")


class _FromOld(WindowIndicator):
    """Something of the price and the price `period` inputs ago (the oldest there is, before that)."""

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._ready_after = self.warm_up_period = period + 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        prices = self._prices
        old = prices[0] if prices else x
        prices.append(x)
        return self._change(x, old)

    def _run(self, times: Sequence[int], values: Sequence[Decimal], start: int, symbol: Any) -> list[Decimal]:
        prices, change, result = self._prices, self._change, []
        for x in values[start:]:
            old = prices[0] if prices else x
            prices.append(x)
            result.append(change(x, old))
        self.samples += len(result)
        return self._end_run(times, result, symbol)

    def _doubles(self) -> WindowDoubles:
        change = self._change

        def change_over(mantissas: list[int], places: int) -> Decimal:
            return change(Decimal(mantissas[-1]).scaleb(-places), Decimal(mantissas[0]).scaleb(-places))

        return WindowDoubles(self._prices, self._size + 1, change_over)

    def _change(self, x: Decimal, old: Decimal) -> Decimal:
        raise NotImplementedError


class Momentum(_FromOld):
    """price - old price."""

    _parameters = (integer("period"),)
    _label = "MOM({period})"

    def _change(self, x: Decimal, old: Decimal) -> Decimal:
        return subtract(x, old)


class RateOfChange(_FromOld):
    """(price - old price) / old price."""

    _parameters = (integer("period"),)
    _label = "ROC({period})"

    def _change(self, x: Decimal, old: Decimal) -> Decimal:
        return ZERO if old == ZERO else divide(subtract(x, old), old)


class RateOfChangePercent(RateOfChange):
    """The rate of change times 100."""

    _label = "ROCP({period})"

    def _change(self, x: Decimal, old: Decimal) -> Decimal:
        return multiply(HUNDRED, super()._change(x, old))


class MomentumPercent(RateOfChangePercent):
    """Another name of the rate of change in percent."""

    _label = "MOMP({period})"


class RateOfChangeRatio(RateOfChange):
    """price / old price; 0 where the price did not change, as LEAN has it."""

    _label = "ROCR({period})"

    def _change(self, x: Decimal, old: Decimal) -> Decimal:
        rate = super()._change(x, old)
        return ZERO if rate == ZERO else add(rate, ONE)


class LogReturn(_FromOld):
    """Natural logarithm of price / old price; in doubles."""

    _parameters = (integer("period"),)
    _label = "LOGR({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._ready_after = self.warm_up_period = period

    def _change(self, x: Decimal, old: Decimal) -> Decimal:
        ratio = to_double(divide_safely(x, old))
        return ZERO if ratio <= 0 else from_double_safely(math.log(ratio))


class RelativeStrengthIndex(Indicator):
    """100 - 100 / (1 + mean gain / mean loss); 100 while there is no loss."""

    _parameters = (integer("period"), average_type(MovingAverageType.WILDERS))
    _label = "RSI({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]
        self.moving_average_type = moving_average_type
        self.average_gain = average_of(moving_average_type, self.name + "Up", period)
        self.average_loss = average_of(moving_average_type, self.name + "Down", period)
        self.warm_up_period = period + 1
        self._before: Decimal | None = None

    average_gain: IndicatorBase
    average_loss: IndicatorBase
    moving_average_type: MovingAverageType

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        before = self._before
        if before is not None:
            if x >= before:
                self.average_gain._push(symbol, end, subtract(x, before))
                self.average_loss._push(symbol, end, ZERO)
            else:
                self.average_gain._push(symbol, end, ZERO)
                self.average_loss._push(symbol, end, subtract(before, x))
        self._before = x
        return self._index(self.average_gain._value, self.average_loss._value)

    @staticmethod
    def _index(gain: Decimal, loss: Decimal) -> Decimal:
        if loss <= _NEARLY_ZERO:
            return HUNDRED
        strength = divide(gain if gain > ZERO else ZERO, loss)
        return subtract(HUNDRED, divide(HUNDRED, add(ONE, strength)))

    def _run(self, times: Sequence[int], values: Sequence[Decimal], start: int, symbol: Any) -> list[Decimal]:
        gains, losses = self.average_gain, self.average_loss
        plain = type(gains) is WilderMovingAverage and type(losses) is WilderMovingAverage
        if not plain or gains._event is not None or losses._event is not None:
            return super()._run(times, values, start, symbol)
        result: list[Decimal] = []
        i, count = start, len(values)
        while i < count and not (gains.is_ready and losses.is_ready):
            self.samples += 1
            self._value = self._next(values[i], symbol, times[i])
            result.append(self._value)
            i += 1
        k, rest, gain, loss, before, index = gains._k, gains._rest, gains._value, losses._value, self._before, self._index  # type: ignore[attr-defined]
        tail: list[tuple[Decimal, Decimal]] = []
        for x in values[i:]:
            up = x >= before  # type: ignore[operator]
            change = subtract(x, before) if up else subtract(before, x)  # type: ignore[arg-type]
            gain = add(multiply(change if up else ZERO, k), multiply(gain, rest))
            loss = add(multiply(ZERO if up else change, k), multiply(loss, rest))
            before = x
            result.append(index(gain, loss))
            tail.append((gain, loss))
        self.samples += len(tail)
        for part, column in ((gains, [t[0] for t in tail]), (losses, [t[1] for t in tail])):
            part.samples += len(column)
            part._end_run(times, column, symbol)
        self._before = before
        return self._end_run(times, result, symbol)

    @property
    def is_ready(self) -> bool:
        """Whether both averages are ready."""
        return self.average_gain.is_ready and self.average_loss.is_ready

    def _reset_parts(self) -> None:
        self._before = None
        self.average_gain.reset()
        self.average_loss.reset()


class ChandeMomentumOscillator(WindowIndicator):
    """100 · (gains - losses) / (gains + losses), smoothed as Wilder does; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "CMO({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._ready_after = self.warm_up_period = period + 1
        self._before = self._gain = self._loss = ZERO

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        if self.samples == 1:
            self._before = x
            return ZERO
        change, self._before = subtract(x, self._before), x
        if self.samples > self._size + 1:
            self._loss = multiply(self._loss, Decimal(self._size - 1))
            self._gain = multiply(self._gain, Decimal(self._size - 1))
        if change < ZERO:
            self._loss = subtract(self._loss, change)
        else:
            self._gain = add(self._gain, change)
        if self.samples <= self._size:
            return ZERO
        self._loss, self._gain = share(self._loss, Decimal(self._size)), share(self._gain, Decimal(self._size))
        both = add(self._gain, self._loss)
        return ZERO if both == ZERO else multiply(HUNDRED, divide(subtract(self._gain, self._loss), both))

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._before = self._gain = self._loss = ZERO


class VariableIndexDynamicAverage(WindowIndicator):
    """EMA whose factor is scaled by |Chande momentum| / 100; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "VIDYA({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._momentum = ChandeMomentumOscillator(period)
        self._k = divide(TWO, Decimal(period + 1))
        self._average = ZERO
        self._ready_after = self.warm_up_period = period + 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        momentum = self._momentum._feed(x)
        if not self.is_ready:
            self._average = x
            return ZERO
        index = magnitude(divide(momentum, HUNDRED))
        new = multiply(multiply(x, self._k), index)
        self._average = add(new, multiply(self._average, subtract(ONE, multiply(self._k, index))))
        return self._average

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._average = ZERO
        self._momentum.reset()


class ConnorsRelativeStrengthIndex(Indicator):
    """Mean of RSI, RSI of the streak of rises or falls, and the rank of the last change; 0 until ready."""

    _parameters = (integer("rsi_period"), integer("rsi_period_streak"), integer("look_back_period"))
    _label = "CRSI({rsi_period},{rsi_period_streak},{look_back_period})"

    def _setup(self, rsi_period: int, rsi_period_streak: int, look_back_period: int) -> None:  # type: ignore[override]
        self._rsi, self._streak_rsi = RelativeStrengthIndex(rsi_period), RelativeStrengthIndex(rsi_period_streak)
        self._ratios: deque[Decimal] = deque(maxlen=look_back_period)
        self._streak = 0
        self._before: Decimal | None = None
        self.warm_up_period = max(look_back_period, self._rsi.warm_up_period, self._streak_rsi.warm_up_period)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._rsi._feed(x)
        before = self._before
        if before is not None:
            self._follow(x, before)
        self._streak_rsi._feed(Decimal(self._streak))
        self._before = x
        if before is None or before == ZERO:
            self._ratios.append(ZERO)
            return ZERO
        rank = ZERO
        ratio = divide(subtract(x, before), before)
        if len(self._ratios) == self._ratios.maxlen:
            below = sum(1 for old in self._ratios if old < ratio)
            rank = share(multiply(HUNDRED, Decimal(below)), Decimal(len(self._ratios)))
        self._ratios.append(ratio)
        if not self.is_ready:
            return ZERO
        return share(add(add(self._rsi._value, self._streak_rsi._value), rank), Decimal(3))

    def _follow(self, x: Decimal, before: Decimal) -> None:
        if (self._streak > 0 and x < before) or (self._streak < 0 and x > before):
            self._streak = 0
        self._streak += (x > before) - (x < before)

    @property
    def is_ready(self) -> bool:
        """Whether both indices are ready and the look-back is full."""
        return self._rsi.is_ready and self._streak_rsi.is_ready and len(self._ratios) == self._ratios.maxlen

    def _reset_parts(self) -> None:
        self._rsi.reset()
        self._streak_rsi.reset()
        self._ratios.clear()
        self._streak = 0
        self._before = None


class StochasticRelativeStrengthIndex(Indicator):
    """Where the RSI lies between its lowest and highest, in percent: smoothed as `k`, again as `d`; the value is the price."""

    _parameters = (integer("rsi_period"), integer("stoch_period"), integer("k_smoothing_period"), integer("d_smoothing_period"),
                   average_type(MovingAverageType.SIMPLE))  # fmt: skip
    _label = "SRSI({rsi_period},{stoch_period},{k_smoothing_period},{d_smoothing_period},{moving_average_type})"

    def _setup(  # type: ignore[override]
        self, rsi_period: int, stoch_period: int, k_smoothing_period: int, d_smoothing_period: int, moving_average_type: MovingAverageType
    ) -> None:
        self._rsi = RelativeStrengthIndex(rsi_period)
        self._recent: deque[Decimal] = deque(maxlen=stoch_period)
        self.k = average_of(moving_average_type, f"{self.name}_K_{moving_average_type.lean_name}", k_smoothing_period)
        self.d = average_of(moving_average_type, f"{self.name}_D_{moving_average_type.lean_name}", d_smoothing_period)
        self._ready_after = self.warm_up_period = rsi_period + stoch_period + max(k_smoothing_period, d_smoothing_period)

    k: IndicatorBase
    d: IndicatorBase

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        rsi = self._rsi._feed(x)
        self._recent.append(rsi)
        if len(self._recent) < (self._recent.maxlen or 0):
            return ZERO
        high, low = max(self._recent), min(self._recent)
        place = HUNDRED if high == low else divide(multiply(HUNDRED, subtract(rsi, low)), subtract(high, low))
        self.k._push(symbol, end, place)
        self.d._push(symbol, end, self.k._value)
        return x

    def _reset_parts(self) -> None:
        self._rsi.reset()
        self._recent.clear()
        self.k.reset()
        self.d.reset()


class Momersion(WindowIndicator):
    """Share of successive changes with the same sign, in percent; 50 until ready. `Momersion([min_period, ]full_period)`."""

    _parameters = (integer("min_period", None), integer("full_period"))
    _label = "Momersion({min_period},{full_period})"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        named = args[:1] if args and isinstance(args[0], str) else ()
        rest = args[len(named) :]
        super().__init__(*named, *((None, *rest) if len(rest) == 1 and "full_period" not in kwargs else rest), **kwargs)

    def _setup(self, min_period: int | None, full_period: int) -> None:  # type: ignore[override]
        super()._setup(full_period)
        if min_period is not None and min_period < 4:
            raise ArgumentException("The minimum period should be 4. (Parameter 'minPeriod')")
        self._least = min_period
        self._products: deque[Decimal] = deque(maxlen=full_period)
        self._count = 0
        self.warm_up_period = full_period + 3 if min_period is None else min_period + 2

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        prices = self._prices
        prices.append(x)
        if len(prices) >= 3:
            self._products.append(multiply(subtract(x, prices[-2]), subtract(prices[-2], prices[-3])))
            self._count += 1
        if self.is_ready and sum(1 for p in self._products if p == ZERO) < 0.5 * len(self._products):
            same, opposite = sum(1 for p in self._products if p > ZERO), sum(1 for p in self._products if p < ZERO)
            return share(multiply(HUNDRED, Decimal(same)), Decimal(same + opposite))
        return Decimal(50)

    @property
    def is_ready(self) -> bool:
        """Whether `min_period` products are there, or more than `full_period` have been."""
        return len(self._products) >= self._least if self._least is not None else self._count > self._size

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._products.clear()
        self._count = 0


class MomersionIndicator(Momersion):
    """The older name of Momersion."""
