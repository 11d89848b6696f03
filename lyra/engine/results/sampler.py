"""A coarser copy of a candle series (`Common/SeriesSampler.cs`): one candle a step, as in `<id>-summary.json`."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

from lyra.engine.results.charts import Candlestick, CandlestickSeries
from lyra.engine.times import SECOND


def _whole(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal(1), rounding=ROUND_DOWN)


def sample_candles(series: CandlestickSeries, step: int) -> CandlestickSeries:
    """The series sampled every `step` microseconds from its first candle on, prices cut to whole numbers.

    The close is interpolated between the candles around the sample's time.
    """
    sampled = series.clone(empty=True)
    candles: list[Any] = series.values
    if len(candles) < 2:
        sampled.values = [_cut(candle) for candle in candles]
        return sampled  # type: ignore[no-any-return]
    at = candles[0]._time
    start = next((i for i, candle in enumerate(candles) if candle._time > at), 0) - 1
    if start < 0:
        sampled.values = [_cut(candle) for candle in candles]
        return sampled  # type: ignore[no-any-return]
    sampled.values.append(candles[start].clone())
    at += step
    start += 1
    for i in range(start, len(candles)):
        if at > candles[i]._time:
            continue
        at = _fill(sampled.values, candles, start, i, at, step)
        start = i + 1
    return sampled  # type: ignore[no-any-return]


def _cut(candle: Any) -> Candlestick:
    return Candlestick(candle._time, _whole(candle._open), _whole(candle._high), _whole(candle._low), _whole(candle._close))


def _fill(out: list[Candlestick], candles: list[Any], start: int, end: int, at: int, step: int) -> int:
    """Add the samples up to candle `end`, made of the candles from `start` on; the time of the next sample."""
    seen = [
        value
        for candle in candles[start : end + 1]
        for value in (candle._open, candle._high, candle._low, candle._close)
        if value is not None
    ]
    template = _cut(Candlestick(at, seen[0], max(seen), min(seen), seen[-1]) if seen else Candlestick(at))
    first, current = candles[start], candles[end]
    opened = candles[start - 1]._time if start > 0 else first._time - (candles[start + 1]._time - first._time)
    previous: Candlestick | None = None
    while True:
        sample = _interpolate(template, first, current, opened, at, step)
        at += step
        if previous is not None:
            sample._open = previous._close
        out.append(sample)
        previous = sample
        if start == end:
            _narrow(sample)
        if at > current._time:
            return at


def _interpolate(template: Candlestick, first: Any, current: Any, opened: int, at: int, step: int) -> Candlestick:
    if opened == current._time:
        copy = current.clone()
        copy._time = at
        return copy  # type: ignore[no-any-return]
    x0, x1, x = Decimal(opened) / SECOND, Decimal(current.long_time), Decimal(at) / SECOND
    y0, y1 = first._open, current._close
    if y1 is None:
        close = y0 if x - x0 <= Decimal(step) / SECOND else None
    elif y0 is None:
        close = y1 if x1 - x <= Decimal(step) / SECOND else None
    else:
        close = (y1 - y0) * (x - x0) / (x1 - x0) + y0
    return Candlestick(at, template._open, template._high, template._low, close)


def _narrow(sample: Candlestick) -> None:
    """High and low of a sample within one candle: from its own open and close."""
    sample._high = sample._low = sample._close
    if sample._open is not None:
        sample._high = sample._open if sample._close is None or sample._open > sample._close else sample._high
        sample._low = sample._open if sample._close is None or sample._open < sample._close else sample._low
