"""`self.indicator_history(...)`: an indicator's values over the past, as points and as a data frame."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.indicators.base import IndicatorBase, IndicatorDataPoint
from lyra.engine.algorithm.indicators import _type_of, as_indicator, updater
from lyra.engine.naming import LeanObject, snake_case
from lyra.engine.times import span_us, to_datetime, to_us


class IndicatorDataPoints(LeanObject):
    """The values of an indicator and its parts at one time: `points.current`, `points["upper_band"]`."""

    def __init__(self, end: int, values: dict[str, IndicatorDataPoint]) -> None:
        self._end = end
        self._values = values

    @property
    def end_time(self) -> datetime:
        """The time of the values."""
        return to_datetime(self._end)

    time = end_time

    @property
    def value(self) -> float:
        """The indicator's own value."""
        return self._values["current"].value

    @property
    def current(self) -> IndicatorDataPoint:
        """The indicator's own point."""
        return self._values["current"]

    def __getitem__(self, name: str) -> float:
        return self._values[snake_case(name)].value

    def __getattr__(self, name: str) -> IndicatorDataPoint:
        values = self.__dict__.get("_values", {})
        if snake_case(name) not in values:
            raise AttributeError(name)
        return values[snake_case(name)]  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return f"{self.end_time} {self.current}"


class IndicatorHistory(LeanObject):
    """Points in the order of time; `data_frame` has a column for the value and one for each part."""

    def __init__(self, points: list[IndicatorDataPoints]) -> None:
        self._points = points

    @property
    def count(self) -> int:
        """How many points."""
        return len(self._points)

    @property
    def current(self) -> list[IndicatorDataPoint]:
        """The indicator's own points."""
        return [point.current for point in self._points]

    @property
    def data_frame(self) -> Any:
        """The values by time, as pandas shows them in LEAN."""
        import pandas as pd

        index = pd.DatetimeIndex([point.end_time for point in self._points], name="time")
        names = list(self._points[0]._values) if self._points else []
        columns = {name.replace("_", ""): [point._values[name].value for point in self._points] for name in names}
        return pd.DataFrame(columns, index=index)

    def __getattr__(self, name: str) -> list[IndicatorDataPoint]:
        points = self.__dict__.get("_points", [])
        if not points or snake_case(name) not in points[0]._values:
            raise AttributeError(name)
        return [point._values[snake_case(name)] for point in points]

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if isinstance(key, str) else self._points[key]

    def __iter__(self) -> Iterator[IndicatorDataPoints]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)


def indicator_history(algorithm: Any, indicator: Any, symbol: Any, period: Any, resolution: Any, selector: Any, end: Any, names: dict[str, Any]) -> IndicatorHistory:
    """Reset the indicator, feed it the past, and note its values from when it is ready."""
    period = names.pop("span", names.pop("start", names.pop("history", period)))
    if isinstance(resolution, datetime):
        end, resolution, selector = resolution, selector if selector is None or isinstance(selector, int) else None, None if isinstance(selector, int) else selector
    symbols = [algorithm._symbol_of(item) for item in (symbol if isinstance(symbol, (list, tuple)) else [symbol])]
    factory, provider = algorithm.history._factory, algorithm.history._provider
    zone = algorithm._zone
    before = int(getattr(indicator, "warm_up_period", 0) or 0)
    if isinstance(period, timedelta) or isinstance(period, datetime):
        start = zone.to_utc(algorithm._local - span_us(period)) if isinstance(period, timedelta) else zone.to_utc(to_us(period))
        finish = algorithm._utc if end is None else zone.to_utc(to_us(end))
        if before > 0:
            spans = factory.last_bars(symbols, None, before, resolution, end=start)
            start = min((request.start for request in spans), default=start)
        requests = factory.between(symbols, None, start, finish, resolution)
    else:
        count = int(period)
        requests = factory.last_bars(symbols, None, count + before - (1 if before > 0 and count > 0 else 0), resolution)
    return _collect(indicator, provider.slices(requests), symbols, selector)


def _collect(indicator: Any, slices: Any, symbols: list[Any], selector: Any) -> IndicatorHistory:
    indicator = as_indicator(indicator)
    indicator.reset()
    update = updater(indicator, selector)
    parts = {name: part for name, part in vars(indicator).items() if isinstance(part, IndicatorBase) and not name.startswith("_")}
    points: list[IndicatorDataPoints] = []
    last = None
    for current in slices:
        for symbol in symbols:
            bar = _bar_of(current, symbol, indicator, selector)
            if bar is None:
                continue
            update(None, bar)
            if indicator.is_ready and bar._end != last:
                last = bar._end
                values = {name: part.current for name, part in parts.items()}
                points.append(IndicatorDataPoints(bar._end, {"current": indicator.current, **values}))
    return IndicatorHistory(points)


def _bar_of(current: Any, symbol: Any, indicator: Any, selector: Any) -> Any:
    from lyra.engine.data.bars import QuoteBar, TradeBar

    wanted = _type_of(selector)
    kinds = (wanted,) if wanted is not None else (TradeBar, QuoteBar)
    for kind in kinds:
        found = current.get(kind)
        if symbol in found:
            return found[symbol]
    data = current.get(symbol)
    return data[-1] if isinstance(data, list) and data else data
