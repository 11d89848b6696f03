"""`self.indicator_history(...)`: an indicator's values over the past, as points and as a data frame (`QCAlgorithm.Indicators.cs`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from lyra.engine.algorithm.indicators import _type_of, as_indicator, updater
from lyra.engine.data.bars import Tick, TradeBar
from lyra.engine.data.slice import Slice
from lyra.engine.decimals import decimal_text, smart_round
from lyra.engine.dotnet_errors import type_text
from lyra.engine.enumeration import LeanEnum
from lyra.engine.enums import Resolution
from lyra.engine.history.memoized import MemoizingEnumerable
from lyra.engine.indicators.base import IndicatorBase, IndicatorDataPoint
from lyra.engine.naming import LeanObject, snake_case
from lyra.engine.times import MIN_TIME, span_us, to_datetime, to_us

_NOT_SHOWN = frozenset(
    (
        "consolidators",
        "current",
        "previous",
        "name",
        "samples",
        "is_ready",
        "window",
        "warm_up_period",
        "period",
        "default_window_size",
        "updated",
        "value",
        "volume_per_price",
        "new_pivot_point_formed",
        "high_pivot",
        "low_pivot",
    )
)


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

    price = value

    @property
    def current(self) -> IndicatorDataPoint:
        """The indicator's own point."""
        return self._values["current"]

    def __getitem__(self, name: str) -> IndicatorDataPoint:
        return self._values[snake_case(name)]

    def __getattr__(self, name: str) -> IndicatorDataPoint:
        values = self.__dict__.get("_values", {})
        if snake_case(name) not in values:
            raise AttributeError(name)
        return values[snake_case(name)]  # type: ignore[no-any-return]

    def __str__(self) -> str:
        named = {name.replace("_", ""): point for name, point in self._values.items()}
        return f"{self.end_time:%m/%d/%Y %H:%M:%S} " + ", ".join(
            f"{name}: {decimal_text(smart_round(named[name]._value))}" for name in sorted(named)
        )


class IndicatorHistory(LeanObject):
    """Points in the order of time; `history["upper_band"]` has those of a part, `data_frame` a column for each."""

    def __init__(self, points: list[IndicatorDataPoints], others: dict[str, list[tuple[int, Any]]]) -> None:
        self._points = points
        self._others = others

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
        """The values by time, a column for the indicator, its parts and what else it shows."""
        import pandas as pd

        columns: dict[str, Any] = {}
        for name in self._points[0]._values if self._points else ["current"]:
            given = [point._values[name] for point in self._points]
            shown = [point for point in given if point._end != MIN_TIME]
            columns[name.replace("_", "")] = pd.Series([point.value for point in shown], [point.end_time for point in shown])
        for name, values in self._others.items():
            columns[name.replace("_", "")] = pd.Series([value for _, value in values], [to_datetime(end) for end, _ in values])
        return pd.DataFrame(columns, columns=sorted(columns))

    def __getitem__(self, name: str) -> list[IndicatorDataPoint] | None:
        if not isinstance(name, str):
            raise TypeError(
                f"No method matches given arguments for get_item: ({type(name)}). The expected signature is:\nget_item(name: str)"
            )
        key = snake_case(name)
        if not self._points or key not in self._points[0]._values:
            return None
        return [point._values[key] for point in self._points]

    def __iter__(self) -> Iterator[IndicatorDataPoints]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return "".join(f"{point}\n" for point in self._points)


def _check_slices(indicator: Any, history: Any) -> None:
    first = next(iter(history), None)
    if first is None or isinstance(first, Slice) or not hasattr(first, "values"):
        return
    kind = type(next(iter(first.values()))).__name__
    given = f"{type_text(type(indicator))}, <class 'QuantConnect.Util.MemoizingEnumerable[DataDictionary[{kind}]]'>"
    raise TypeError(f"No method matches given arguments for indicator_history: ({given}). The following overloads are available:")


def indicator_history(
    algorithm: Any, indicator: Any, symbol: Any, period: Any, resolution: Any, selector: Any, end: Any, names: dict[str, Any]
) -> IndicatorHistory:
    """Reset the indicator, feed it the past, and note its values from when it is ready."""
    symbol = names.pop("symbols", names.pop("history", symbol))
    if isinstance(symbol, MemoizingEnumerable) or (isinstance(symbol, list) and symbol and isinstance(symbol[0], Slice)):
        _check_slices(indicator, symbol)
        chosen = selector if period is None else period
        indicator = as_indicator(indicator)
        return _collect(indicator, _from_slices(symbol, indicator, chosen), chosen)
    period = names.pop("span", names.pop("start", period))
    if isinstance(resolution, date):
        later = selector, end  # (…, start, end, resolution, selector)
        end = resolution
        resolution, selector = later if isinstance(later[0], (Resolution, int)) else (later[1], later[0])
    resolution = None if resolution is None else Resolution(resolution)
    requests = _requests(algorithm, indicator, symbol, period, end, resolution)
    indicator = as_indicator(indicator)
    return _collect(indicator, _past_data(algorithm, requests, indicator, selector), selector)


def feed_past(algorithm: Any, indicator: Any, symbol: Any, resolution: Resolution | None, selector: Any) -> None:
    """Reset an indicator and feed it as many bars of the past as it needs (`WarmUpIndicator`)."""
    requests = _requests(algorithm, indicator, symbol, 0, None, resolution)
    indicator = as_indicator(indicator)
    indicator.reset()
    update = updater(indicator, selector)
    for data in _past_data(algorithm, requests, indicator, selector):
        update(None, data)


def _requests(algorithm: Any, indicator: Any, symbol: Any, period: Any, end: Any, resolution: Resolution | None) -> list[Any]:
    given = symbol if hasattr(symbol, "__iter__") and not isinstance(symbol, str) else [symbol]
    symbols = [algorithm._symbol_of(getattr(item, "key", item)) for item in given]
    factory, zone = algorithm.history._factory, algorithm._zone
    before = getattr(indicator, "warm_up_period", 0)
    before = int(before) if isinstance(before, int) else 0
    if not isinstance(period, (timedelta, date)):
        count = int(period)
        return factory.last_bars(symbols, None, count + before - (1 if before > 0 and count > 0 else 0), resolution)  # type: ignore[no-any-return]
    start = zone.to_utc(algorithm._local - span_us(period) if isinstance(period, timedelta) else to_us(period))
    finish = algorithm._utc if end is None else zone.to_utc(to_us(end))
    requests: list[Any] = factory.between(symbols, None, start, finish, resolution)
    if before < 2:
        return requests
    earlier = [
        factory.start_of(r.symbol, before - 1, r.config.resolution, r.hours, r.config, r.config.extended_market_hours, r.start)
        for r in requests
    ]
    return factory.between(symbols, None, min([start, *earlier]), finish, resolution)  # type: ignore[no-any-return]


def _past_data(algorithm: Any, requests: list[Any], indicator: IndicatorBase, selector: Any) -> Iterable[Any]:
    """What an indicator takes of the past, in the order of time."""
    provider = algorithm.history._provider
    wanted = _wanted_type(indicator, selector)
    if len(requests) == 1 and requests[0].config.bar_type is not None and wanted in (None, requests[0].config.bar_type):
        return _bars(algorithm, provider, requests)
    return _from_slices(provider.slices(requests), indicator, selector)


def _wanted_type(indicator: IndicatorBase, selector: Any) -> Any:
    return TradeBar if indicator._input is TradeBar else _type_of(selector)


def _bars(algorithm: Any, provider: Any, requests: list[Any]) -> Iterator[Any]:
    """The bars of one feed, without slices."""
    request = provider._past(requests)[0]
    make, symbol = request.config.bar_type._of, request.symbol
    for rows in provider.runs(request):
        algorithm._history_points += len(rows)
        for i in range(len(rows)):
            yield make(symbol, rows, i)


def _from_slices(slices: Iterable[Any], indicator: IndicatorBase, selector: Any) -> Iterator[Any]:
    wanted = _wanted_type(indicator, selector)
    for current in slices:
        if wanted is not None:
            found = current.get(wanted)
            for value in found.values():
                yield value[-1] if wanted is Tick else value
            continue
        for data in current._data().values():
            if data is not None:
                yield data[-1] if isinstance(data, list) else data


def _collect(indicator: IndicatorBase, past: Iterable[Any], selector: Any) -> IndicatorHistory:
    indicator.reset()
    update = updater(indicator, selector)
    parts, others = _shown(indicator)
    points: list[IndicatorDataPoints] = []
    values: dict[str, list[tuple[int, Any]]] = {name: [] for name in others}
    last = None
    for data in past:
        update(None, data)
        point = indicator.current
        if not indicator.is_ready or point._end == last:
            continue
        last = point._end
        points.append(IndicatorDataPoints(last, {**{name: part.current for name, part in parts.items()}, "current": point}))
        for name, series in values.items():
            series.append((last, _plain(getattr(indicator, name))))
    return IndicatorHistory(points, values)


def _shown(indicator: IndicatorBase) -> tuple[dict[str, IndicatorBase], list[str]]:
    """The parts of an indicator that are indicators, and the names of its other public properties."""
    names = [name for kind in type(indicator).__mro__ for name, member in vars(kind).items() if isinstance(member, property)]
    parts, others = {}, []
    for name in dict.fromkeys((*names, *vars(indicator))):
        if name[0] == "_" or name[0].isupper() or name in _NOT_SHOWN:
            continue
        value = getattr(indicator, name)
        if isinstance(value, IndicatorBase):
            parts[name] = value
        elif not callable(value):
            others.append(name)
    return parts, others


def _plain(value: Any) -> Any:
    return value.lean_name if isinstance(value, LeanEnum) else value
