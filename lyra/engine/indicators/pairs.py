"""Indicators of two symbols: beta, correlation, covariance, alpha.

Each update counts; a new value comes when both symbols have data for the same moment, rounded to the resolution of the first
data seen (to the day for bars longer than an hour). The mathematics is MathNet's, in doubles.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lyra.engine import mathnet
from lyra.engine.data.dictionary import find_symbol
from lyra.engine.decimals import to_decimal
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import CorrelationType
from lyra.engine.exact import (
    ONE,
    ZERO,
    add,
    divide,
    divide_safely,
    from_double,
    from_double_safely,
    multiply,
    subtract,
    to_double,
)
from lyra.engine.indicators.arguments import _member_of, _to_integer, no_match
from lyra.engine.indicators.base import BarIndicator
from lyra.engine.indicators.momentum import RateOfChange
from lyra.engine.naming import snake_case
from lyra.engine.times import DAY, HOUR, MINUTE, Zone, to_datetime


def exchange_zone(symbol: Any) -> Zone:
    """The zone of a symbol's exchange, from the run's market hours."""
    from lyra.engine.markets.hours import MarketHoursDatabase

    return MarketHoursDatabase.from_data_folder().get_exchange_hours(symbol.id.market, symbol, symbol.security_type).time_zone


class _Side:
    """What is known of one of the two symbols."""

    __slots__ = ("closes", "instant", "latest", "zone")

    def __init__(self, zone: Zone, period: int) -> None:
        self.zone = zone
        self.closes: deque[Decimal] = deque(maxlen=period)
        self.latest: Decimal | None = None
        self.instant: int | None = None

    def copy(self) -> _Side:
        """The same state, apart."""
        other = _Side(self.zone, self.closes.maxlen or 0)
        other.closes.extend(self.closes)
        other.latest, other.instant = self.latest, self.instant
        return other


class PairIndicator(BarIndicator):
    """Base: pairs up the closes of a target and a reference symbol."""

    _names: tuple[str, ...] = ("target_symbol", "reference_symbol", "period")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name, values = self._bind(args, kwargs)
        self.name = self._default_name(values) if name is None else name
        self._target, self._reference = (find_symbol(values[part]) or values[part] for part in ("target_symbol", "reference_symbol"))
        if self._target == self._reference:
            raise ArgumentException(f"An item with the same key has already been added. Key: {self._target}")
        self._setup(**{key: value for key, value in values.items() if key not in ("target_symbol", "reference_symbol")})

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        """`(target, reference, period, …)`, with a name before them, or `(name, period, target, reference)`."""
        given = {snake_case(key): value for key, value in kwargs.items()}
        name = given.pop("name", None)
        if name is None and len(args) > 3 and isinstance(args[0], str) and not isinstance(args[2], int):
            name, args = args[0], args[1:]
        if len(args) == 4 and isinstance(args[1], int) and isinstance(args[0], str):
            name, args = args[0], (args[2], args[3], args[1])
        if len(args) == 3 and isinstance(args[0], int):
            args = (args[1], args[2], args[0])
        values = {**dict(zip(self._names, args, strict=False)), **given}
        if len(args) > len(self._names) or not {"target_symbol", "reference_symbol", "period"} <= set(values):
            raise no_match(".ctor", args, f"{type(self).__name__}([name, ]{', '.join(self._names)})")
        values["period"] = _to_integer(values["period"])
        return name, values

    def _start(self, period: int) -> None:
        zones = [exchange_zone(self._target), exchange_zone(self._reference)]
        self._one, self._other = (_Side(zone, period) for zone in zones)
        self._step = 0
        self._result = ZERO
        self.warm_up_period = period + (1 if zones[0] != zones[1] else 0)

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        if symbol == self._target:
            side = self._one
        elif symbol == self._reference:
            side = self._other
        else:
            known = ", ".join(str(getattr(s, "id", s)) for s in (self._target, self._reference))
            raise ArgumentException(f"Input symbol {symbol} does not correspond to any of the symbols this indicator works on ({known})")
        if self.samples == 1:
            self._step = _step(end - x._time)
        side.latest = x._close
        side.instant = self._rounded(side.zone.to_utc(end))
        if self.samples == 1:
            return ZERO
        if self._one.instant == self._other.instant and self._one.latest is not None and self._other.latest is not None:
            self._one.closes.append(self._one.latest)
            self._other.closes.append(self._other.latest)
            self._result = self._compute()
        return self._result

    def _rounded(self, utc: int) -> int:
        return utc - utc % self._step if self._step else utc

    def _compute(self) -> Decimal:
        raise NotImplementedError

    def _save(self) -> dict[str, Any]:
        return {**super()._save(), "_one": self._one.copy(), "_other": self._other.copy()}

    def _restore(self, state: dict[str, Any]) -> None:
        super()._restore({**state, "_one": state["_one"].copy(), "_other": state["_other"].copy()})

    def _reset_parts(self) -> None:
        self._result = ZERO
        for side in (self._one, self._other):
            side.closes.clear()
            side.latest = side.instant = None


def _step(length: int) -> int:
    """The unit that moments are rounded to, from the length of the first bar; 0 for none."""
    if length > HOUR:
        return DAY
    if length == HOUR:
        return HOUR
    return MINUTE if length >= MINUTE else 0


class _ReturnsIndicator(PairIndicator):
    """Keeps the one-step returns of both symbols."""

    def _setup(self, period: int) -> None:  # type: ignore[override]
        self._start(2)
        if period < 2:
            raise ArgumentException(f"Period parameter for {type(self).__name__} indicator must be greater than 2 but was {period}.")
        self._returns: deque[float] = deque(maxlen=period)
        self._reference_returns: deque[float] = deque(maxlen=period)
        self.warm_up_period += period - 1

    def _compute(self) -> Decimal:
        if len(self._one.closes) == 2:
            for returns, closes in ((self._returns, self._one.closes), (self._reference_returns, self._other.closes)):
                returns.appendleft(to_double(subtract(divide_safely(closes[1], closes[0]), ONE)))
        return self._of(list(self._returns), list(self._reference_returns))

    def _of(self, returns: Sequence[float], reference: Sequence[float]) -> Decimal:
        raise NotImplementedError

    @property
    def is_ready(self) -> bool:
        """Whether `period` returns of both are there."""
        return len(self._returns) == self._returns.maxlen

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._returns.clear()
        self._reference_returns.clear()


class Beta(_ReturnsIndicator):
    """Covariance of the returns / variance of the reference's returns."""

    _label = "B({period})"

    def _of(self, returns: Sequence[float], reference: Sequence[float]) -> Decimal:
        variance, covariance = mathnet.variance(reference), mathnet.covariance(returns, reference)
        return from_double(_or_else(covariance, 0.0) / _or_else(variance, 1.0))


class Covariance(_ReturnsIndicator):
    """Sample covariance of the returns."""

    _label = "COV({period})"

    def _of(self, returns: Sequence[float], reference: Sequence[float]) -> Decimal:
        return from_double(_or_else(mathnet.covariance(returns, reference), 0.0))


def _or_else(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) or value == 0 else value


class Correlation(PairIndicator):
    """Pearson's or Spearman's correlation of the closes."""

    _names = ("target_symbol", "reference_symbol", "period", "correlation_type")
    _label = "Correlation({period})"

    def _setup(self, period: int, correlation_type: Any = CorrelationType.PEARSON) -> None:  # type: ignore[override]
        self._start(period)
        if period < 2:
            raise ArgumentException(f"Period parameter for Correlation indicator must be greater than 2 but was {period}")
        self._by_rank = _member_of(CorrelationType)(correlation_type) == CorrelationType.SPEARMAN

    def _compute(self) -> Decimal:
        one, other = ([to_double(close) for close in reversed(side.closes)] for side in (self._one, self._other))
        if self._by_rank:
            one, other = ranks_of(one), ranks_of(other)
        value = pearson(one, other)
        return ZERO if math.isnan(value) or value == 0 else from_double_safely(value)

    @property
    def is_ready(self) -> bool:
        """Whether `period` pairs are there."""
        return len(self._one.closes) == self._one.closes.maxlen


def pearson(first: Sequence[float], second: Sequence[float]) -> float:
    """MathNet's running Pearson correlation; NaN without variance."""
    products, mean_a, mean_b, variance_a, variance_b = 0.0, 0.0, 0.0, 0.0, 0.0
    for count, (a, b) in enumerate(zip(first, second, strict=True), 1):
        delta_a, delta_b = a - mean_a, b - mean_b
        step_a, step_b = delta_a / count, delta_b / count
        mean_a += step_a
        mean_b += step_b
        variance_a += step_a * delta_a * (count - 1)
        variance_b += step_b * delta_b * (count - 1)
        products += (delta_a * delta_b * (count - 1)) / count
    scale = math.sqrt(variance_a * variance_b)
    return products / scale if scale else math.nan


def ranks_of(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start
        while stop + 1 < len(order) and values[order[stop + 1]] == values[order[start]]:
            stop += 1
        for i in range(start, stop + 1):
            ranks[order[i]] = (start + stop) / 2 + 1
        start = stop + 1
    return ranks


class Alpha(BarIndicator):
    """Jensen's alpha: mean return - (risk-free rate + beta · (reference's mean return - rate)).

    `Alpha([name, ]target, reference, period[, rate])` or `(target, reference, alpha_period, beta_period[, rate])`; the rate
    is a number or a model with `get_interest_rate(date)`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = {snake_case(key): value for key, value in kwargs.items()}
        name = given.pop("name", None)
        if name is None and len(args) >= 4 and isinstance(args[0], str) and not isinstance(args[2], int):
            name, args = args[0], args[1:]
        if len(args) < 2 or len(args) > 5:
            raise no_match(".ctor", args, "Alpha([name, ]target_symbol, reference_symbol, alpha_period[, beta_period][, risk_free_rate])")
        self._target, self._reference, *rest = args
        integers = [value for value in rest if isinstance(value, int) and not isinstance(value, bool)]
        periods = integers or [given[k] for k in ("period", "alpha_period", "beta_period") if k in given]
        rate = next((value for value in rest if not isinstance(value, int)), given.get("risk_free_rate", given.get("risk_free_rate_model")))
        self._check(periods)
        self._model = rate if hasattr(rate, "get_interest_rate") else None
        self._rate = ZERO if rate is None or self._model is not None else to_decimal(rate)
        self._period = Decimal(periods[0])
        parts = [str(self._target), str(self._reference), *map(str, periods)]
        if self._model is None:
            parts.append("" if rate is None else str(rate))
        self.name = f"ALPHA({','.join(parts)})" if name is None else name
        self._change, self._reference_change = RateOfChange(periods[0]), RateOfChange(periods[0])
        self._beta = Beta(f"{self.name}_Beta", self._target, self._reference, periods[-1])
        self._alpha = ZERO
        self.warm_up_period = max(periods) + 1

    def _check(self, periods: list[int]) -> None:
        if self._target == self._reference:
            raise ArgumentException("The target and reference symbols cannot be the same.")
        if periods[0] < 1:
            raise ArgumentException("The period must be equal or greater than 1.")
        if periods[-1] < 2:
            raise ArgumentException("The beta period must be equal or greater than 2.")

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        if symbol == self._target:
            self._change._feed(x._close)
        elif symbol == self._reference:
            self._reference_change._feed(x._close)
        else:
            raise ArgumentException(f"The input symbol {symbol} is not the target or reference symbol.")
        self._beta._push(symbol, end, x)
        if self._change.samples == self._reference_change.samples:
            self._alpha = self._compute(end) if self.is_ready else ZERO
        return self._alpha

    def _compute(self, end: int) -> Decimal:
        mean, reference = divide(self._change._value, self._period), divide(self._reference_change._value, self._period)
        rate = self._rate if self._model is None else to_decimal(self._model.get_interest_rate(to_datetime(end)))
        return subtract(mean, add(rate, multiply(self._beta._value, subtract(reference, rate))))

    @property
    def is_ready(self) -> bool:
        """Whether both returns and the beta are ready."""
        return self._change.is_ready and self._beta.is_ready and self._reference_change.is_ready

    def _reset_parts(self) -> None:
        self._change.reset()
        self._reference_change.reset()
        self._beta.reset()
        self._alpha = ZERO
