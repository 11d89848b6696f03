"""Dispersion, regression and risk: variance and its root, least squares, forecasts, ratios of return to risk.

Where LEAN goes through doubles and MathNet, so does this: the same running formulas in the same order.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from lyra.engine import mathnet
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.exact import (
    ONE,
    ZERO,
    add,
    divide,
    from_double,
    from_double_safely,
    magnitude,
    multiply,
    share,
    subtract,
    to_double,
    total,
)
from lyra.engine.indicators.arguments import double, integer, number
from lyra.engine.indicators.averages import SimpleMovingAverage
from lyra.engine.indicators.base import Indicator, WindowIndicator
from lyra.engine.indicators.extremes import Identity
from lyra.engine.indicators.momentum import RateOfChange


def inverse_erfc(p: float) -> float:
    """The z for which erfc(z) = p; infinite at 0 and 2."""
    if p <= 0 or p >= 2:
        return math.inf if p <= 0 else -math.inf
    z = -NormalDist().inv_cdf(p / 2) / math.sqrt(2)
    return z + (math.erfc(z) - p) * math.sqrt(math.pi) / 2 * math.exp(z * z)


class Variance(WindowIndicator):
    """Population variance of the last `period` prices, from running sums; 0 for the first price."""

    _parameters = (integer("period"),)
    _label = "VAR({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self._sum = self._squares = ZERO

    def _variance(self, x: Decimal) -> Decimal:
        prices = self._prices
        prices.append(x)
        self._sum = add(self._sum, x)
        self._squares = add(self._squares, multiply(x, x))
        if self.samples < 2:
            return ZERO
        count = min(self._size, self.samples)
        n = Decimal(count)
        mean, mean_of_squares = share(self._sum, n), share(self._squares, n)
        if count == self._size:
            oldest = prices[0]
            self._sum = subtract(self._sum, oldest)
            self._squares = subtract(self._squares, multiply(oldest, oldest))
        return max(ZERO, subtract(mean_of_squares, multiply(mean, mean)))

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return self._variance(x)

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._sum = self._squares = ZERO


class StandardDeviation(Variance):
    """Square root of the population variance, in doubles."""

    _label = "STD({period})"

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        return from_double(math.sqrt(to_double(self._variance(x))))


class MeanAbsoluteDeviation(WindowIndicator):
    """Mean distance of the last `period` prices from their mean."""

    _parameters = (integer("period"),)
    _label = "MAD({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self.mean = SimpleMovingAverage(f"{self.name}_Mean", period)

    mean: SimpleMovingAverage

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        self.mean._push(symbol, end, x)
        if self.samples < 2:
            return ZERO
        mean = self.mean._value
        return share(total(magnitude(subtract(price, mean)) for price in reversed(self._prices)), Decimal(len(self._prices)))

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self.mean.reset()


class LeastSquaresMovingAverage(WindowIndicator):
    """End of the line fitted through the last `period` prices (in doubles); the price itself until ready."""

    _parameters = (integer("period"),)
    _label = "LSMA({period})"

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        self.intercept, self.slope = Identity(self.name + "_Intercept"), Identity(self.name + "_Slope")
        self._times = [float(i + 1) for i in range(period)]

    intercept: Identity
    slope: Identity

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        if len(self._prices) < self._size:
            return x
        intercept, slope = fit_line(self._times, [to_double(price) for price in self._prices])
        self.intercept._push(symbol, end, from_double(intercept))
        self.slope._push(symbol, end, from_double(slope))
        return add(self.intercept._value, multiply(self.slope._value, Decimal(self._size)))

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self.intercept.reset()
        self.slope.reset()


def fit_line(xs: Sequence[float], ys: Sequence[float]) -> tuple[float, float]:
    """(intercept, slope) of the least-squares line; 0 / 0 gives NaN."""
    mean_x = mean_y = 0.0
    for x, y in zip(xs, ys, strict=True):
        mean_x += x
        mean_y += y
    mean_x /= len(xs)
    mean_y /= len(ys)
    covariance = variance = 0.0
    for x, y in zip(xs, ys, strict=True):
        difference = x - mean_x
        covariance += difference * (y - mean_y)
        variance += difference * difference
    slope = covariance / variance if variance != 0 else math.nan
    return mean_y - slope * mean_x, slope


class TimeSeriesForecast(WindowIndicator):
    """The line through the last `period` prices, one step on; 0 until ready."""

    _parameters = (integer("period"),)
    _label = "TSF{period})"  # LEAN's own text lacks the bracket

    def _prepare(self, period: int) -> None:  # type: ignore[override]
        if period < 2:
            raise ArgumentException("RollingWindow must have size of at least 2. (Parameter 'period')")

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        n = self._size
        if len(self._prices) < n:
            return ZERO
        sum_x = Decimal(n * (n + 1) // 2)
        sum_squares = Decimal(n * (n + 1) * (2 * n + 1) // 6)
        sum_products = sum_prices = ZERO
        for place, price in enumerate(self._prices, 1):
            sum_products = add(sum_products, multiply(price, Decimal(place)))
            sum_prices = add(sum_prices, price)
        count = Decimal(n)
        scale = divide(ONE, subtract(multiply(count, sum_squares), multiply(sum_x, sum_x)))
        slope = multiply(subtract(multiply(count, sum_products), multiply(sum_x, sum_prices)), scale)
        start = multiply(subtract(sum_prices, multiply(slope, sum_x)), divide(ONE, count))
        return add(start, multiply(slope, Decimal(n + 1)))


class SharpeRatio(Indicator):
    """(mean of one-step returns - risk-free rate) / their standard deviation. The rate is a number or a model."""

    _parameters = (integer("period"), number("risk_free_rate", "0.0"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._model: Any = None
        model = kwargs.pop("risk_free_rate_model", kwargs.pop("riskFreeRateModel", None))
        if model is None and args and hasattr(args[-1], "get_interest_rate"):
            model, args = args[-1], args[:-1]
        self._model = model
        super().__init__(*args, **kwargs)

    def _default_name(self, values: dict[str, Any]) -> str:
        self._label = "SR({period})" if self._model is not None else "SR({period},{risk_free_rate})"  # type: ignore[misc]
        return super()._default_name(values)

    def _setup(self, period: int, risk_free_rate: Decimal) -> None:  # type: ignore[override]
        self._returns = RateOfChange(1)
        self._mean, self._deviation = SimpleMovingAverage(period), StandardDeviation(period)
        self._rate, self._period = risk_free_rate, period
        self._ratio, self._ratios = ZERO, 0
        self.warm_up_period = period + 2

    def _free_rate(self, end: int) -> Decimal:
        if self._model is None:
            return self._rate
        from lyra.engine.decimals import to_decimal
        from lyra.engine.times import to_datetime

        return to_decimal(self._model.get_interest_rate(to_datetime(end)))

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        rate = self._free_rate(end)
        change = self._returns._feed(x)
        if self._returns.is_ready:
            excess = subtract(self._mean._feed(change), rate)
            self._divide(excess, self._risk(x, change))
        return self._ratio

    def _risk(self, x: Decimal, change: Decimal) -> Decimal:
        return self._deviation._feed(change)

    def _divide(self, excess: Decimal, risk: Decimal) -> None:
        self._ratios += 1
        if risk != ZERO:
            self._ratio = divide(excess, risk)

    @property
    def is_ready(self) -> bool:
        """Whether the ratio was formed more than `period` times."""
        return self._ratios > self._period

    def _reset_parts(self) -> None:
        self._returns.reset()
        self._mean.reset()
        self._deviation.reset()
        self._ratio, self._ratios = ZERO, 0


class TargetDownsideDeviation(Indicator):
    """Root of the mean squared shortfall of the last returns below `minimum_acceptable_return`, in doubles."""

    _parameters = (integer("period"), double("minimum_acceptable_return", 0.0))
    _label = "TDD({period},{minimum_acceptable_return})"

    def _setup(self, period: int, minimum_acceptable_return: float) -> None:  # type: ignore[override]
        self._least = minimum_acceptable_return
        self._returns = RateOfChange(1)
        # LEAN looks at the window of its rate of change, which begins with a 0
        self._recent: deque[float] = deque((0.0,), maxlen=period)
        self._ready_after = self.warm_up_period = period + 1

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._recent.append(to_double(self._returns._feed(x)))
        squares = 0.0
        for change in reversed(self._recent):
            squares += min(0.0, change - self._least) ** 2
        return from_double_safely(math.sqrt(squares / len(self._recent)))

    def _reset_parts(self) -> None:
        self._returns.reset()
        self._recent.clear()
        self._recent.append(0.0)


class SortinoRatio(SharpeRatio):
    """(mean of one-step returns - least acceptable return) / downside deviation."""

    _parameters = (integer("period"), double("minimum_acceptable_return", 0.0))

    def _default_name(self, values: dict[str, Any]) -> str:
        self._label = "SORTINO({period},{minimum_acceptable_return})"  # type: ignore[misc]
        return Indicator._default_name(self, values)

    def _setup(self, period: int, minimum_acceptable_return: float) -> None:  # type: ignore[override]
        super()._setup(period, from_double_safely(minimum_acceptable_return))
        self._downside = TargetDownsideDeviation(period, minimum_acceptable_return)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._downside._feed(x)
        return super()._next(x, symbol, end)

    def _risk(self, x: Decimal, change: Decimal) -> Decimal:
        return self._downside._value

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._downside.reset()


class ValueAtRisk(WindowIndicator):
    """The (1 - confidence) quantile of a normal distribution fitted to the last one-step returns, in doubles."""

    _parameters = (integer("period"), double("confidence_level"))
    _label = "VaR({period}, {confidence_level})"

    def _prepare(self, period: int, confidence_level: float) -> None:  # type: ignore[override]
        if period < 3:
            raise ArgumentException(f"Period parameter for ValueAtRisk indicator must be greater than 2 but was {period}")
        self._quantile = inverse_erfc(2.0 * (1 - confidence_level))
        self._changes = RateOfChange(1)
        self._returns: deque[float] = deque(maxlen=period)

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        self._returns.append(to_double(self._changes._feed(x)))
        if len(self._returns) < 2:
            return ZERO
        newest_first = list(reversed(self._returns))
        mean, deviation = mathnet.mean(newest_first), mathnet.standard_deviation(newest_first)
        return from_double(mean - deviation * math.sqrt(2) * self._quantile)

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._changes.reset()
        self._returns.clear()


class HurstExponent(Indicator):
    """Slope of log(deviation of lagged differences) over log(lag), for lags 2 … `max_lag`; 0 until ready."""

    _parameters = (integer("period"), integer("max_lag", 20))
    _label = "HE({period},{max_lag})"

    def _setup(self, period: int, max_lag: int) -> None:  # type: ignore[override]
        if max_lag < 3:
            raise ArgumentException("The maxLag parameter must be greater than 2 to compute the Hurst Exponent. (Parameter 'maxLag')")
        self._prices: deque[Decimal] = deque(maxlen=period)
        self._logs = [(lag, from_double(math.log(lag))) for lag in range(2, max_lag + 1)]
        self._sum, self._squares = total(log for _, log in self._logs), total(multiply(log, log) for _, log in self._logs)
        self._ready_after = self.warm_up_period = period

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.append(x)
        if len(self._prices) < (self._prices.maxlen or 0):
            return ZERO
        prices = list(reversed(self._prices))
        sum_y = sum_xy = ZERO
        for lag, log_lag in self._logs:
            deviation = self._deviation(prices, lag)
            log = ZERO if deviation == 0.0 else from_double(math.log(deviation))
            sum_y = add(sum_y, log)
            sum_xy = add(sum_xy, multiply(log_lag, log))
        n = Decimal(len(self._logs))
        above = subtract(multiply(n, sum_xy), multiply(self._sum, sum_y))
        return divide(above, subtract(multiply(n, self._squares), multiply(self._sum, self._sum)))

    @staticmethod
    def _deviation(prices: list[Decimal], lag: int) -> float:
        count = max(0, len(prices) - lag)
        if count == 0:
            return 0.0
        mean = squares = ZERO
        for i in range(count):
            difference = subtract(prices[i + lag], prices[i])
            squares = add(squares, multiply(difference, difference))
            mean = add(mean, difference)
        n = Decimal(count)
        mean = share(mean, n)
        return math.sqrt(to_double(subtract(share(squares, n), multiply(mean, mean))))

    def _reset_parts(self) -> None:
        self._prices.clear()


class AugenPriceSpike(Indicator):
    """Last change in units of the deviation of log returns times the price before; 0 until ready."""

    _parameters = (integer("period", 3),)
    _label = "APS({period})"

    def _setup(self, period: int) -> None:  # type: ignore[override]
        if period < 3:
            raise ArgumentException("AugenPriceSpike Indicator must have a period of at least 3 (Parameter 'period')")
        self._deviation = StandardDeviation(period)
        self._recent: deque[Decimal] = deque(maxlen=3)
        self.warm_up_period = period + 2

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._recent.append(x)
        if len(self._recent) < 3:
            return ZERO
        older, old = self._recent[0], self._recent[1]
        log = math.log(to_double(old) / to_double(older)) if old != ZERO and older != ZERO else 0.0
        self._deviation._feed(from_double(log))
        if not self._deviation.is_ready:
            return ZERO
        unit = multiply(self._deviation._value, old)
        return ZERO if unit == ZERO else divide(subtract(x, old), unit)

    @property
    def is_ready(self) -> bool:
        """Whether the deviation is ready."""
        return len(self._recent) == 3 and self._deviation.is_ready

    def _reset_parts(self) -> None:
        self._deviation.reset()
        self._recent.clear()
