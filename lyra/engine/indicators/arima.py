"""ARIMA by two steps of least squares, as LEAN fits it: an autoregression, then one with the first's errors as further columns."""

from __future__ import annotations

import logging
import math
from collections import deque
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from lyra.engine.dotnet_errors import ArgumentException, IndexOutOfRangeException
from lyra.engine.exact import ZERO, from_double, to_double
from lyra.engine.indicators.arguments import integer, truth
from lyra.engine.indicators.base import Indicator

_log = logging.getLogger(__name__)
Vector = npt.NDArray[np.float64]


class AutoRegressiveIntegratedMovingAverage(Indicator):
    """One-step forecast of an ARIMA(ar_order, diff_order, ma_order) model fitted anew to the last `period` prices; 0 until ready."""

    _parameters = (integer("ar_order"), integer("diff_order"), integer("ma_order"), integer("period"), truth("intercept", True))
    _label = "ARIMA(({ar_order}, {diff_order}, {ma_order}), {period}, {intercept})"

    def _setup(self, ar_order: int, diff_order: int, ma_order: int, period: int, intercept: bool) -> None:  # type: ignore[override]
        if ar_order < 0 or ma_order < 0:
            raise ArgumentException("AR/MA orders cannot be negative.")
        if ar_order == 0:
            raise ArgumentException("arOrder (p) must be greater than zero for all currently available fitting methods.")
        if period < max(ar_order, ma_order):
            raise ArgumentException("Period must exceed both arOrder and maOrder")
        self._p, self._d, self._q, self._with_intercept = ar_order, diff_order, ma_order, intercept
        self._prices: deque[float] = deque(maxlen=period)
        self.handle_exceptions = True
        self._complained = False
        self._ar: list[float] | None = None
        self._ma: list[float] | None = None
        self._intercept = self._ar_error = self._ma_error = 0.0
        self._ready_after = self.warm_up_period = period

    handle_exceptions: bool

    @property
    def ar_parameters(self) -> list[float] | None:
        """Weights of the last values, newest first; None before the first fit."""
        return self._ar

    @property
    def ma_parameters(self) -> list[float] | None:
        """Weights of the last errors; None before the first fit."""
        return self._ma

    @property
    def intercept(self) -> float:
        """The constant; 0 without one."""
        return self._intercept

    @property
    def ar_residual_error(self) -> float:
        """Mean squared error of the first step."""
        return self._ar_error

    @property
    def ma_residual_error(self) -> float:
        """Mean squared error of the second step."""
        return self._ma_error

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal:
        self._prices.appendleft(to_double(x))
        if len(self._prices) < (self._prices.maxlen or 0):
            return ZERO
        series, heads = self._differences()
        errors = self._fit(series)
        forecast = sum(weight * series[i] for i, weight in enumerate((self._ar or [])[: self._p]))
        forecast += sum(weight * errors[self._q + i + 1] for i, weight in enumerate((self._ma or [])[: self._q]))
        return from_double(_integrated(float(forecast) + self._intercept, series, heads))

    def _differences(self) -> tuple[Vector, list[float]]:
        series, heads = np.array(self._prices), []
        for _ in range(self._d):
            heads.append(float(series[-1]))
            series = series[:-1] - series[1:]
        return series, heads

    def _fit(self, series: Vector) -> list[float]:
        """Set the parameters; the errors of the first step, 0 where there is none."""
        p, q = self._p, self._q
        lags = _lagged(series, p)
        first = self._least_squares(lags, series[p:], False)
        errors = [0.0] * p + [float(value - row @ first) for value, row in zip(series[p:], lags, strict=True)]
        self._ar_error = sum(error**2 for error in errors) / (len(series) - p - 1)
        if q == 0:
            self._ar = [float(weight) for weight in first]
            return errors
        lagged_errors = _lagged(np.array(errors), q)
        if len(lags) < len(lagged_errors):
            raise IndexOutOfRangeException("Index was outside the bounds of the array.")
        rows = np.hstack([lags[: len(lagged_errors)], lagged_errors])
        second = self._least_squares(rows, series[q:], self._with_intercept)
        weights = second[1:] if self._with_intercept else second
        residuals = series[q:] - rows @ weights
        self._ma_error = float(residuals @ residuals) / (len(series) - max(p, q) - 1)
        self._intercept = float(second[0]) if self._with_intercept else 0.0
        self._ar, self._ma = [float(w) for w in weights[:p]], [float(w) for w in weights[p:]]
        return errors

    def _least_squares(self, rows: Vector, targets: Vector, intercept: bool) -> Vector:
        design = np.hstack([np.ones((len(rows), 1)), rows]) if intercept else rows
        try:
            if len(design) != len(targets):
                raise ValueError("The numbers of rows and targets differ.")
            lower = np.linalg.cholesky(design.T @ design)
            solution: Vector = np.linalg.solve(lower.T, np.linalg.solve(lower, design.T @ targets))
            return solution
        except (np.linalg.LinAlgError, ValueError) as e:
            if not self.handle_exceptions:
                raise
            if not self._complained:
                self._complained = True
                _log.error("AutoRegressiveIntegratedMovingAverage: %s", e)
            return np.zeros(design.shape[1])

    @property
    def is_ready(self) -> bool:
        """Whether `period` prices are there."""
        return len(self._prices) == self._prices.maxlen

    def _reset_parts(self) -> None:
        self._prices.clear()


def _lagged(series: Vector, order: int) -> Vector:
    """Row t holds the `order` values before series[t + order], nearest first."""
    return np.array([series[t - order : t][::-1] for t in range(order, len(series))]).reshape(-1, order)


def _integrated(forecast: float, series: Vector, heads: list[float]) -> float:
    values = [forecast, *map(float, series)]
    for head in heads:
        values.append(head)
        running, sums = 0.0, []
        for value in reversed(values):
            running += value
            sums.append(running)
        values = sums[::-1]
    return values[0] if not math.isnan(values[0]) else forecast
