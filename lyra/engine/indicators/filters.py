"""Filters from signal processing: Ehlers' Swiss army knife, Hilbert transform and MESA average, and the fractal average."""

from __future__ import annotations

import math
from collections import deque
from decimal import Decimal
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import SwissArmyKnifeTool
from lyra.engine.exact import ONE, TWO, ZERO, add, divide, from_double, multiply, subtract, to_double
from lyra.engine.indicators.arguments import double, integer, member, number
from lyra.engine.indicators.averages import Delay
from lyra.engine.indicators.base import BarIndicator, Indicator
from lyra.engine.indicators.composite import Part
from lyra.engine.indicators.extremes import Identity


class _Filter(Indicator):
    """One of the Swiss army knife's filters, in doubles."""

    def __init__(self, name: str, period: int, delta: float, tool: SwissArmyKnifeTool) -> None:
        self.name = name
        self._ready_after = period
        self._gain, self._b, self._a = _coefficients(period, delta, tool)
        self._begin()

    def _begin(self) -> None:
        self._prices: deque[float] = deque(maxlen=3)
        self._out: deque[float] = deque((0.0, 0.0), maxlen=2)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        price = to_double(x)
        self._prices.extendleft((price,) if self._prices else (price, price, price))
        (b0, b1, b2), (a1, a2), (p0, p1, p2), (f0, f1) = self._b, self._a, self._prices, self._out
        signal = self._gain * (b0 * p0 + b1 * p1 + b2 * p2) + (a1 * f0 + a2 * f1)
        self._out.appendleft(signal)
        return from_double(signal)

    def _reset_parts(self) -> None:
        self._begin()


def _coefficients(period: int, delta: float, tool: SwissArmyKnifeTool) -> tuple[float, tuple[float, float, float], tuple[float, float]]:
    """(gain, weights of the last three prices, weights of the last two outputs)."""
    angle = 2 * math.pi / period
    beta = 2.415 * (1 - math.cos(angle))
    alpha = -beta + math.sqrt(beta**2.0 + 2.0 * beta)
    poles = (2.0 * (1 - alpha), -(1 - alpha) * (1 - alpha))
    if tool == SwissArmyKnifeTool.GAUSS:
        return alpha * alpha, (1.0, 0.0, 0.0), poles
    if tool == SwissArmyKnifeTool.BUTTER:
        return alpha * alpha / 4.0, (1.0, 2.0, 1.0), poles
    if tool == SwissArmyKnifeTool.HIGH_PASS:
        alpha = (math.cos(angle) + math.sin(angle) - 1) / math.cos(angle)
        return (1 + alpha) / 2, (1.0, -1.0, 0.0), (1 - alpha, 0.0)
    if tool == SwissArmyKnifeTool.TWO_POLE_HIGH_PASS:
        return (1 + alpha) * (1 + alpha) / 4, (1.0, -2.0, 1.0), poles
    beta = math.cos(angle)
    gamma = 1 / math.cos(4 * math.pi * delta / period)
    alpha = gamma - math.sqrt(gamma**2.0 - 1)
    return (1 - alpha) / 2.0, (1.0, 0.0, -1.0), (-beta * (1 - alpha), alpha)


class SwissArmyKnife(Indicator):
    """Ehlers' filters side by side; the value is the one of `tool`."""

    _parameters = (integer("period"), double("delta"), member("tool", SwissArmyKnifeTool))
    _label = "Swiss({period},{delta},{tool})"

    def _setup(self, period: int, delta: float, tool: SwissArmyKnifeTool) -> None:  # type: ignore[override]
        tools = SwissArmyKnifeTool
        self.gauss = _Filter(f"{self.name}_Gauss", period, delta, tools.GAUSS)
        self.butter = _Filter(f"{self.name}_Butter", period, delta, tools.BUTTER)
        self.high_pass = _Filter(f"{self.name}_HP", period, delta, tools.HIGH_PASS)
        self.two_pole_high_pass = _Filter(f"{self.name}_2PHP", period, delta, tools.TWO_POLE_HIGH_PASS)
        self.band_pass = _Filter(f"{self.name}_BP", period, delta, tools.BAND_PASS)
        self._tool = tool
        self._ready_after = self.warm_up_period = period

    gauss: _Filter
    butter: _Filter
    high_pass: _Filter
    two_pole_high_pass: _Filter
    band_pass: _Filter

    def _filters(self) -> tuple[_Filter, ...]:
        return (self.gauss, self.butter, self.high_pass, self.two_pole_high_pass, self.band_pass)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        for part in self._filters():
            part._push(symbol, end, x)
        return self._filters()[int(self._tool)]._value

    def _reset_parts(self) -> None:
        for part in self._filters():
            part.reset()


class HilbertTransform(Indicator):
    """Ehlers' Hilbert transform: `in_phase` and `quadrature` of the detrended price. The value is the price."""

    _parameters = (
        integer("length", 7),
        number("in_phase_multiplication_factor", "0.635"),
        number("quadrature_multiplication_factor", "0.338"),
    )
    _label = "Hilbert({length}, {in_phase_multiplication_factor}, {quadrature_multiplication_factor})"

    def _setup(self, length: int, in_phase_multiplication_factor: Decimal, quadrature_multiplication_factor: Decimal) -> None:  # type: ignore[override]
        self._length = length
        self._factor, self._factor_q = in_phase_multiplication_factor, quadrature_multiplication_factor
        self._delayed = Delay(length)
        self._trendless: Decimal = ZERO
        self._before_2, self._before_4 = Delay(1), Delay(3)
        self._phase_3, self._quad_2 = Delay(2), Delay(1)
        self.in_phase = Part(self.name + "_inPhase", lambda: self.in_phase.samples > length + 2)
        self.quadrature = Part(self.name + "_quad", lambda: self.quadrature.samples > length)
        self._ready_after = self.warm_up_period = length + 2

    in_phase: Part
    quadrature: Part

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        old = self._delayed._feed(x)
        if self._delayed.is_ready:
            self._trendless = subtract(x, old)
            self._before_2._feed(self._trendless)
            self._before_4._feed(self._trendless)
        self._show_part(self.in_phase, self._length + 2, self._in_phase, symbol, end)
        if self.in_phase.is_ready:
            self._phase_3._feed(self.in_phase._value)
        self._show_part(self.quadrature, self._length, self._quadrature, symbol, end)
        if self.quadrature.is_ready:
            self._quad_2._feed(self.quadrature._value)
        return x

    @staticmethod
    def _show_part(part: Part, unready: int, value: Any, symbol: Any, end: int) -> None:
        part._show(symbol, end, value() if part.samples + 1 > unready else ZERO)

    def _in_phase(self) -> Decimal:
        two, four, three = _ready_value(self._before_2), _ready_value(self._before_4), _ready_value(self._phase_3)
        return add(multiply(Decimal("1.25"), subtract(four, multiply(two, self._factor))), multiply(three, self._factor))

    def _quadrature(self) -> Decimal:
        two, old = _ready_value(self._before_2), _ready_value(self._quad_2)
        one = self._trendless if self._delayed.is_ready else ZERO
        return add(subtract(two, multiply(one, self._factor_q)), multiply(old, self._factor_q))

    def _reset_parts(self) -> None:
        self._trendless = ZERO
        for part in (self._delayed, self._before_2, self._before_4, self._phase_3, self._quad_2, self.in_phase, self.quadrature):
            part.reset()


def _ready_value(indicator: Indicator) -> Decimal:
    return indicator._value if indicator.is_ready else ZERO


class FractalAdaptiveMovingAverage(BarIndicator):
    """Ehlers' FRAMA of (high + low) / 2: the smoothing follows the fractal dimension of `n` bars; the price until then."""

    _parameters = (integer("n"), integer("long_period", 198))
    _label = "FRAMA({n},{long_period})"

    def _setup(self, n: int, long_period: int) -> None:  # type: ignore[override]
        if n % 2 > 0:
            raise ArgumentException(f"{self.name}: N must be even, N = {n} (Parameter 'n')")
        self._half = n // 2
        self._w = math.log(2.0 / (1 + long_period))
        self._highs: deque[float] = deque(maxlen=n)
        self._lows: deque[float] = deque(maxlen=n)
        self._ready_after = self.warm_up_period = n

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        price = divide(add(x._high, x._low), TWO)
        self._highs.append(to_double(x._high))
        self._lows.append(to_double(x._low))
        if self.samples <= self._ready_after:
            return price
        alpha = from_double(self._alpha())
        return add(multiply(alpha, price), multiply(subtract(ONE, alpha), self._value))

    def _alpha(self) -> float:
        highs, lows, half = list(self._highs), list(self._lows), self._half
        newer = (max(highs[half:]) - min(lows[half:])) / half
        older = (max(highs[:half]) - min(lows[:half])) / half
        whole = (max(highs) - min(lows)) / self._ready_after
        dimension = math.log((newer + older) / whole) / math.log(2) if newer + older > 0 and whole > 0 else 0.0
        return min(max(math.exp(self._w * (dimension - 1)), 0.01), 1.0)

    def _reset_parts(self) -> None:
        self._highs.clear()
        self._lows.clear()


class MesaAdaptiveMovingAverage(BarIndicator):
    """Ehlers' MAMA of (high + low) / 2, with `fama` following; 0 until 33 bars."""

    _parameters = (number("fast_limit", "0.5"), number("slow_limit", "0.05"))
    _label = "MAMA"
    _ready_after = 33
    warm_up_period = 33

    def _setup(self, fast_limit: Decimal, slow_limit: Decimal) -> None:  # type: ignore[override]
        self._fast, self._slow = fast_limit, slow_limit
        self._degrees = divide(Decimal(180), multiply(Decimal(4), from_double(math.atan(1.0))))
        self.fama = Identity(self.name + "_Fama")
        self._begin()

    fama: Identity

    def _begin(self) -> None:
        self._prices: deque[Decimal] = deque(maxlen=13)
        self._smooth: deque[Decimal] = deque(maxlen=6)
        self._detrended: deque[Decimal] = deque(maxlen=6)
        self._in_phase: deque[Decimal] = deque(maxlen=6)
        self._quadrature: deque[Decimal] = deque(maxlen=6)
        self._period = self._phase_2 = self._quad_2 = self._real = self._imaginary = ZERO
        self._phase = self._mama = ZERO

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        self._prices.appendleft(divide(add(x._high, x._low), TWO))
        if len(self._prices) < 13:
            return ZERO
        alpha = self._advance()
        self._mama = add(multiply(alpha, self._prices[0]), multiply(subtract(ONE, alpha), self._mama))
        half = multiply(Decimal("0.5"), alpha)
        self.fama._push(None, end, add(multiply(half, self._mama), multiply(subtract(ONE, half), self.fama._value)))
        return self._mama if self.samples >= 33 else ZERO

    def _advance(self) -> Decimal:
        prices = self._prices
        speed = add(multiply(Decimal("0.075"), self._period), Decimal("0.54"))
        weighted = add(multiply(Decimal(4), prices[0]), multiply(Decimal(3), prices[1]))
        smooth = divide(add(add(weighted, multiply(TWO, prices[2])), prices[3]), Decimal(10))
        detrended = _hilbert(smooth, self._smooth, speed)
        quadrature = _hilbert(detrended, self._detrended, speed)
        in_phase = _at(self._detrended, 2)
        phase_ahead = _hilbert(in_phase, self._in_phase, speed)
        quad_ahead = _hilbert(quadrature, self._quadrature, speed)
        phase_2 = _blend(subtract(in_phase, quad_ahead), self._phase_2)
        quad_2 = _blend(add(quadrature, phase_ahead), self._quad_2)
        alpha = self._follow(in_phase, quadrature, phase_2, quad_2)
        for past, value in (
            (self._smooth, smooth),
            (self._detrended, detrended),
            (self._in_phase, in_phase),
            (self._quadrature, quadrature),
        ):
            past.appendleft(value)
        return alpha

    def _follow(self, in_phase: Decimal, quadrature: Decimal, phase_2: Decimal, quad_2: Decimal) -> Decimal:
        real = _blend(add(multiply(phase_2, self._phase_2), multiply(quad_2, self._quad_2)), self._real)
        imaginary = _blend(subtract(multiply(phase_2, self._quad_2), multiply(quad_2, self._phase_2)), self._imaginary)
        period = ZERO
        if imaginary != ZERO and real != ZERO:
            angle = self._angle(imaginary, real)
            period = divide(Decimal(360), angle) if angle > ZERO else ZERO
        period = min(period, multiply(Decimal("1.5"), self._period))
        period = max(period, multiply(Decimal("0.67"), self._period))
        period = min(max(period, Decimal(6)), Decimal(50))
        self._period = _blend(period, self._period)
        phase = self._angle(quadrature, in_phase) if in_phase != ZERO else ZERO
        change = max(subtract(self._phase, phase), ONE)
        self._phase_2, self._quad_2, self._real, self._imaginary, self._phase = phase_2, quad_2, real, imaginary, phase
        return max(divide(self._fast, change), self._slow)

    def _angle(self, above: Decimal, below: Decimal) -> Decimal:
        return multiply(from_double(math.atan(to_double(divide(above, below)))), self._degrees)

    def _reset_parts(self) -> None:
        self.fama.reset()
        self._begin()


def _at(past: deque[Decimal], i: int) -> Decimal:
    return past[i] if i < len(past) else ZERO


def _blend(new: Decimal, old: Decimal) -> Decimal:
    return add(multiply(Decimal("0.2"), new), multiply(Decimal("0.8"), old))


def _hilbert(new: Decimal, past: deque[Decimal], speed: Decimal) -> Decimal:
    small, large = Decimal("0.0962"), Decimal("0.5769")
    ahead = add(multiply(small, new), multiply(large, _at(past, 1)))
    return multiply(subtract(subtract(ahead, multiply(large, _at(past, 3))), multiply(small, _at(past, 5))), speed)
