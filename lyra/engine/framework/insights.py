"""`Insight`: a prediction about a symbol (`Common/Algorithm/Framework/Alphas/Insight.cs`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.decimals import ZERO, double_text
from lyra.engine.dotnet_errors import ArgumentException, ArgumentOutOfRangeException, InvalidOperationException, no_method
from lyra.engine.enums import InsightDirection, InsightScoreType, InsightType, Resolution
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.framework.insight_periods import (
    END_OF_TIME,
    PERIOD_TEXT,
    PeriodRule,
    bars_rule,
    close_after_bars,
    close_after_span,
    close_rule,
    endless_rule,
    function_rule,
    span_rule,
)
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money, plain, to_instant
from lyra.engine.symbols import Symbol
from lyra.engine.times import MIN_TIME, SECOND, span_text, span_us, to_datetime, to_us, to_utc_datetime

_OPTIONAL = ("magnitude", "confidence", "source_model", "weight", "tag")


def moment(stored: str) -> property:
    """UTC microseconds under `stored`; what is not set yet is naive, as `DateTime.MinValue` is in LEAN."""

    def read(self: Any) -> datetime:
        value = getattr(self, stored)
        return to_datetime(value) if value in (MIN_TIME, END_OF_TIME) else to_utc_datetime(value)

    return property(read, lambda self, value: setattr(self, stored, to_instant(value)))


class InsightScore(LeanObject):
    """How good an insight was, from 0 to 1, once a score function has said so."""

    updated_time_utc = moment("_updated")
    direction = plain("_direction")
    magnitude = plain("_magnitude")
    is_final_score = plain("_is_final")

    def __init__(self, direction: float = 0.0, magnitude: float = 0.0, updated_time_utc: Any = None) -> None:
        self._direction = float(direction)
        self._magnitude = float(magnitude)
        self._updated = to_instant(updated_time_utc)
        self._is_final = False

    def set_score(self, type: InsightScoreType, value: float, algorithm_utc_time: Any) -> None:
        """Set one score, kept within 0 and 1; ignored once final."""
        if self._is_final:
            return
        self._updated = to_instant(algorithm_utc_time)
        value = max(0.0, min(1.0, float(value)))
        if InsightScoreType(type) == InsightScoreType.DIRECTION:
            self._direction = value
        else:
            self._magnitude = value

    def finalize(self, algorithm_utc_time: Any) -> None:
        """Make the scores final."""
        self._is_final = True
        self._updated = to_instant(algorithm_utc_time)

    def get_score(self, type: InsightScoreType) -> float:
        """One of the scores."""
        return self._direction if InsightScoreType(type) == InsightScoreType.DIRECTION else self._magnitude

    def __str__(self) -> str:
        direction, magnitude = (double_text(float(round(100 * value, 2))) for value in (self._direction, self._magnitude))
        return f"Direction: {direction} Magnitude: {magnitude}"


class Insight(LeanObject):
    """A prediction: which way a symbol's price or volatility goes, for how long, and how sure that is.

    `Insight(symbol, period, type, direction[, magnitude, confidence, source_model, weight, tag])`, where the period is a timedelta or
    a function from the exchange's wall time to the closing one; a time of making may come first. `Insight.price` is the usual way.
    """

    id = plain("_id")
    group_id = plain("_group_id")
    source_model = plain("_source_model", writable=True)
    generated_time_utc = moment("_generated")
    close_time_utc = moment("_close")
    symbol = plain("_symbol")
    type = plain("_type")
    direction = plain("_direction")
    magnitude = plain("_magnitude")
    confidence = plain("_confidence")
    weight = plain("_weight")
    score = plain("_score")
    tag = plain("_tag")
    reference_value = money("_reference_value", writable=True)
    reference_value_final = money("_reference_value_final", writable=True)
    estimated_value = money("_estimated_value", writable=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rest = list(args)
        generated = None
        if rest and isinstance(rest[0], datetime):
            generated = to_us(rest.pop(0))
        elif "generated_time_utc" in kwargs:
            generated = to_us(kwargs.pop("generated_time_utc"))
        period_name = "expiry_func" if "expiry_func" in kwargs else "period"
        symbol, period, kind, direction = _take(rest, kwargs, ("symbol", period_name, "type", "direction"))
        if len(rest) == 1 and isinstance(rest[0], str):
            kwargs["tag"] = rest.pop()
        elif not rest and generated is None and set(kwargs) - {"tag"}:
            _needs_both(kwargs, symbol, period, kind, direction)
        rule = span_rule(span_us(period)) if isinstance(period, timedelta) else function_rule(period)
        self._set(symbol, rule, kind, direction, rest, kwargs)
        if isinstance(period, timedelta):
            self._period = span_us(period)
        if generated is not None:
            self._generated = generated
            self._close = generated + self._period

    def _set(self, symbol: Any, rule: PeriodRule, kind: Any, direction: Any, rest: list[Any], kwargs: dict[str, Any]) -> None:
        optional = dict.fromkeys(_OPTIONAL)
        optional["tag"] = ""  # type: ignore[assignment]
        if len(rest) > len(_OPTIONAL):
            raise TypeError(f"No method matches given arguments for Insight: {len(rest) - len(_OPTIONAL)} too many")
        unknown = set(kwargs) - set(_OPTIONAL)
        if unknown:
            raise TypeError(f"No method matches given arguments for Insight: {', '.join(sorted(unknown))}")
        optional.update(zip(_OPTIONAL, rest, strict=False))
        optional.update(kwargs)
        found = symbol if isinstance(symbol, Symbol) else find_symbol(symbol)
        if found is None:
            raise ArgumentException(f"This asset symbol ({symbol}) was not found in your security list.")
        self._symbol = found
        self._rule = rule
        self._type = InsightType(kind)
        self._direction = InsightDirection(direction)
        self._period = 0
        self._generated = self._close = MIN_TIME
        self._magnitude = _number(optional["magnitude"])
        self._confidence = _number(optional["confidence"])
        self._weight = _number(optional["weight"])
        self._source_model = optional["source_model"]
        self._tag = optional["tag"]
        self._id = uuid.uuid4()
        self._group_id: uuid.UUID | None = None
        self._score = InsightScore()
        self._reference_value = self._reference_value_final = self._estimated_value = ZERO

    @property
    def period(self) -> timedelta:
        """How long it holds."""
        return timedelta(microseconds=self._period)

    @classmethod
    def _made(cls, symbol: Any, rule: PeriodRule, direction: Any, rest: list[Any], kwargs: dict[str, Any]) -> Insight:
        insight: Insight = object.__new__(cls)
        insight._set(symbol, rule, InsightType.PRICE, direction, rest, kwargs)
        return insight

    @staticmethod
    def price(symbol: Any, *args: Any, **kwargs: Any) -> Insight:
        """A prediction of the price: `(symbol, period | close time | function, direction, …)` or `(symbol, resolution, n, direction, …)`.

        `…` is magnitude, confidence, source_model, weight and tag. Raises ValueError for a period under a second or a count under one.
        """
        rest = list(args)
        span = _span_argument(rest, kwargs)
        if isinstance(span, Resolution):
            count = rest.pop(0) if "bar_count" not in kwargs else kwargs.pop("bar_count")
            return Insight._made(symbol, bars_rule(span, int(count)), *_direction(rest, kwargs))
        direction, rest, kwargs = _direction(rest, kwargs)
        if isinstance(span, timedelta):
            period = span_us(span)
            if period < SECOND:
                raise ArgumentOutOfRangeException(PERIOD_TEXT)
            insight = Insight._made(symbol, span_rule(period), direction, rest, kwargs)
            insight._period = period
            return insight
        if isinstance(span, datetime):
            close = to_us(span)
            rule = endless_rule if close == END_OF_TIME else close_rule(close)
            return Insight._made(symbol, rule, direction, rest, kwargs)
        if not callable(span):
            raise TypeError(f"No method matches given arguments for price: ({span!r})")
        return Insight._made(symbol, function_rule(span), direction, rest, kwargs)

    @staticmethod
    def group(*insights: Any) -> list[Insight]:
        """Give insights that belong together one group id. Raises InvalidOperationException if one has a group already."""
        several = len(insights) == 1 and not isinstance(insights[0], Insight) and isinstance(insights[0], Iterable)
        members = list(insights[0]) if several else list(insights)
        group_id = uuid.uuid4()
        for insight in members:
            if insight._group_id is not None:
                raise InvalidOperationException(
                    f"Unable to set group id on insight {insight} because it has already been assigned to a group."
                )
            insight._group_id = group_id
        return members

    @staticmethod
    def compute_close_time(exchange_hours: Any, generated_time_utc: Any, *args: Any) -> datetime:
        """When an insight of `(period)` or `(resolution, bar_count)` ends, in UTC."""
        generated = to_us(generated_time_utc)
        if len(args) == 2:
            return to_utc_datetime(close_after_bars(exchange_hours, generated, RESOLUTION_US[Resolution(args[0])], int(args[1])))
        return to_utc_datetime(close_after_span(exchange_hours, generated, span_us(args[0])))

    # state --------------------------------------------------------------------------------------------
    def _expired(self, utc: int) -> bool:
        return self._close < utc

    def is_expired(self, utc_time: Any) -> bool:
        """Whether it has ended."""
        return self._expired(to_us(utc_time))

    def is_active(self, utc_time: Any) -> bool:
        """Whether it holds still."""
        return not self._expired(to_us(utc_time))

    def expire(self, utc_time: Any) -> None:
        """End it, a second ago."""
        self._expire(to_us(utc_time))

    cancel = expire

    def _expire(self, utc: int) -> None:
        if not self._expired(utc):
            self._close = utc - SECOND
            self._period = self._close - self._generated

    def set_period_and_close_time(self, exchange_hours: Any) -> None:
        """Work out when it ends; needs the time of making."""
        if self._generated == MIN_TIME:
            raise ArgumentException("The insight's 'GeneratedTimeUtc' property must be set before calling SetPeriodAndCloseTime.")
        self._close, self._period = self._rule(exchange_hours, self._generated)

    def clone(self) -> Insight:
        """A copy with the same id."""
        copy: Insight = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._rule = span_rule(self._period)
        return copy

    def short_to_string(self) -> str:
        """A short text."""
        text = f"{self._symbol.value} {self._type.lean_name} {self._direction.lean_name} {span_text(self._period * 10)}"
        if self._magnitude is not None:
            text += f" M:{double_text(self._magnitude)}%"
        if self._confidence is not None:
            text += f" C:{_percent(self._confidence)}%"
        if self._weight is not None:
            text += f" W:{_percent(self._weight)}%"
        return f"{text}. {self._tag}" if self._tag else text

    def __str__(self) -> str:
        text = f"{self._id.hex}: {self._symbol} {self._type.lean_name} {self._direction.lean_name} within {span_text(self._period * 10)}"
        if self._magnitude is not None:
            text += f" by {double_text(self._magnitude)}%"
        if self._confidence is not None:
            text += f" with {_percent(self._confidence)}% confidence"
        if self._weight is not None:
            text += f" and {_percent(self._weight)}% weight"
        return f"{text}: {self._tag}" if self._tag else text


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _percent(share: float) -> str:
    return double_text(float(round(100 * share, 1)))


def _take(rest: list[Any], kwargs: dict[str, Any], names: tuple[str, ...]) -> list[Any]:
    """The values of leading parameters, by place or by name."""
    values = []
    for name in names:
        if name in kwargs:
            values.append(kwargs.pop(name))
        elif rest:
            values.append(rest.pop(0))
        else:
            raise TypeError(f"No method matches given arguments for Insight: {name} is missing")
    return values


def _needs_both(kwargs: dict[str, Any], *given: Any) -> None:
    if not {"magnitude", "confidence"} <= set(kwargs):
        raise no_method(".ctor", *given)


def _span_argument(rest: list[Any], kwargs: dict[str, Any]) -> Any:
    for name in ("period", "resolution", "close_time_local", "expiry_func"):
        if name in kwargs:
            return kwargs.pop(name)
    if not rest:
        raise TypeError("No method matches given arguments for price: how long the insight holds is missing")
    return rest.pop(0)


def _direction(rest: list[Any], kwargs: dict[str, Any]) -> tuple[Any, list[Any], dict[str, Any]]:
    direction = kwargs.pop("direction") if "direction" in kwargs else None
    if direction is None:
        if not rest:
            raise TypeError("No method matches given arguments for price: the direction is missing")
        direction = rest.pop(0)
    return direction, rest, kwargs
