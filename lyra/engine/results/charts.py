"""Charts: named series of points, as algorithms build them and as LEAN's result files hold them.

A point's values are rounded when they are set (`SmartRounding`: 4 decimals above 1000, otherwise 7 significant digits). A series is
written with the members that LEAN's converter writes, which differ between candles and other kinds (`Common/Util/SeriesJsonConverter.cs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, smart_round, to_decimal
from lyra.engine.dotnet_errors import ArgumentException, DuplicateNameException
from lyra.engine.enums import ChartType, ScatterMarkerSymbol, SeriesType
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import instant, money, to_instant
from lyra.engine.results.colors import Color
from lyra.engine.results.json_text import decimal_json, json_scalar, json_string
from lyra.engine.times import SECOND


def _rounded(value: Any) -> Decimal | None:
    return value if value is None or value is ZERO else smart_round(to_decimal(value))


def _number(value: Decimal | None) -> str:
    return "null" if value is None else decimal_json(value)


class ChartPoint(LeanObject):
    """One value of a series: `time` (UTC) and `y`; `x` is the time in whole seconds since 1970."""

    time = instant("_time", writable=True)
    y = money("_y", writable=True)
    __slots__ = ("_rounded_y", "_time")

    def __init__(self, time: Any = None, value: Any = None) -> None:
        self._time: int = to_instant(time)
        self._rounded_y = _rounded(value)

    @staticmethod
    def of_rounded(time: int, value: Decimal | None) -> ChartPoint:
        """The point of a moment (us) and of a value that is rounded already."""
        point = ChartPoint.__new__(ChartPoint)
        point._time, point._rounded_y = time, value
        return point

    @property
    def _y(self) -> Decimal | None:
        return self._rounded_y

    @_y.setter
    def _y(self, value: Decimal | None) -> None:
        self._rounded_y = _rounded(value)

    @property
    def x(self) -> int:
        """Seconds since 1970."""
        return round(self._time / SECOND)

    def clone(self) -> Any:
        """A copy."""
        return ChartPoint(self._time, self._rounded_y)

    def json(self) -> str:
        """`[x,y]`."""
        return f"[{self.x},{_number(self._rounded_y)}]"

    def __str__(self) -> str:
        return f"{self.time:%m/%d/%Y %H:%M:%S} - {_number(self._rounded_y)}"


class ScatterChartPoint(ChartPoint):
    """A point of a scatter plot, with an optional tooltip."""

    tooltip: str | None
    __slots__ = ("tooltip",)

    def __init__(self, time: Any = None, value: Any = None, tooltip: str | None = None) -> None:
        super().__init__(time, value)
        self.tooltip = tooltip

    def clone(self) -> Any:
        """A copy."""
        return ScatterChartPoint(self._time, self._rounded_y, self.tooltip)

    def json(self) -> str:
        """`{"x":…,"y":…}`, the tooltip in front if there is one."""
        tooltip = "" if self.tooltip is None else f'"tooltip":{json_string(self.tooltip)},'
        return f'{{{tooltip}"x":{self.x},"y":{_number(self._rounded_y)}}}'


def _points_json(points: Iterable[ChartPoint]) -> str:
    """Points joined by commas; many have the very value of the point before."""
    texts = []
    last, number = None, "null"
    for point in points:
        if type(point) is not ChartPoint:
            texts.append(point.json())
            continue
        value = point._rounded_y
        if value is not last:
            last, number = value, _number(value)
        texts.append(f"[{round(point._time / SECOND)},{number}]")
    return ",".join(texts)


class Candlestick(LeanObject):
    """Open, high, low and close at a time. `update(value)` extends it by one more value."""

    time = instant("_time", writable=True)
    open = money("_open")
    high = money("_high")
    low = money("_low")
    close = money("_close")
    __slots__ = ("_close", "_high", "_low", "_open", "_time")

    def __init__(self, time: Any = None, open: Any = None, high: Any = None, low: Any = None, close: Any = None) -> None:
        self._time: int = to_instant(time)
        self._open = _rounded(open)
        self._high = self._open if high is open else _rounded(high)
        self._low = self._open if low is open else _rounded(low)
        self._close = self._open if close is open else _rounded(close)

    @property
    def long_time(self) -> int:
        """Whole seconds since 1970."""
        return self._time // SECOND

    def update(self, value: Any) -> None:
        """Take one more value into the candle."""
        exact = to_decimal(value)
        rounded = smart_round(exact)
        if self._open is None or self._high is None or self._low is None:
            self._open = self._high = self._low = rounded
        elif exact > self._high:
            self._high = rounded
        elif exact < self._low:
            self._low = rounded
        self._close = rounded

    def clone(self) -> Candlestick:
        """A copy."""
        return Candlestick(self._time, self._open, self._high, self._low, self._close)

    def json(self) -> str:
        """`[x,open,high,low,close]`."""
        opened = _number(self._open)
        high, low, close = (opened if value is self._open else _number(value) for value in (self._high, self._low, self._close))
        return f"[{self.long_time},{opened},{high},{low},{close}]"


class BaseSeries(LeanObject):
    """Base of the series: a name, a unit, the index of its pane, and points in order of time."""

    name: str
    unit: str
    index: int
    index_name: str | None
    z_index: int | None
    series_type: SeriesType
    tooltip: str | None
    values: list[Any]

    def __init__(self, name: str = "", series_type: SeriesType = SeriesType.LINE, index: int = 0, unit: str = "$") -> None:
        self.name = name
        self.series_type = series_type
        self.index = index
        self.unit = unit
        self.index_name = None
        self.z_index = None
        self.tooltip = None
        self.values = []
        self._sent = 0

    def _put(self, point: Any) -> None:
        """Append a point; one of the same time as the last takes its place."""
        if self.values and self.values[-1]._time == point._time:
            self.values[-1] = point
        else:
            self.values.append(point)

    def get_updates(self) -> Any:
        """A series with the points since the last call."""
        copy = self.clone(empty=True)
        copy.values = self.values[self._sent :]
        self._sent = len(self.values)
        return copy

    def purge(self) -> None:
        """Forget all points."""
        self.values = []
        self._sent = 0

    def clone(self, empty: bool = False) -> Any:
        """A copy, without points if `empty`."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.values = [] if empty else [point.clone() for point in self.values]
        other._sent = 0
        return other

    @staticmethod
    def create(series_type: SeriesType, name: str, index: int = 0, unit: str = "$") -> Any:
        """A series of the class that fits its type."""
        if series_type == SeriesType.CANDLE:
            return CandlestickSeries(name, index, unit)
        return Series(name, series_type, index, unit)

    def _head(self) -> list[str]:
        parts = [
            f'"name":{json_string(self.name)}',
            f'"unit":{json_scalar(self.unit)}',
            f'"index":{self.index}',
            f'"seriesType":{int(self.series_type)}',
        ]
        if self.z_index is not None:
            parts.append(f'"zIndex":{self.z_index}')
        if self.index_name is not None:
            parts.append(f'"indexName":{json_string(self.index_name)}')
        if self.tooltip is not None:
            parts.append(f'"tooltip":{json_string(self.tooltip)}')
        return parts

    def json(self) -> str:
        """The series as LEAN's converter writes it, without spaces."""
        return "{" + ",".join([*self._head(), f'"values":[{",".join(point.json() for point in self.values)}]']) + "}"


class Series(BaseSeries):
    """`Series(name, series_type=LINE, index_or_unit, …)`: (name, type, index[, unit]) or (name, type, unit[, color[, symbol]])."""

    color: Color
    scatter_marker_symbol: ScatterMarkerSymbol

    def __init__(self, name: str = "", series_type: SeriesType = SeriesType.LINE, *args: Any, index: int = 0, unit: str = "$",
                 color: Color | None = None, symbol: ScatterMarkerSymbol = ScatterMarkerSymbol.NONE, **names: Any) -> None:  # fmt: skip
        series_type = names.pop("type", series_type)
        rest = list(args)
        if rest and not isinstance(rest[0], str):
            index = int(rest.pop(0))
        unit = rest.pop(0) if rest else unit
        color = rest.pop(0) if rest else color
        symbol = rest.pop(0) if rest else symbol
        if rest or names:
            raise TypeError(f"No method matches given arguments for Series: {args} {names}")
        super().__init__(name, series_type, index, unit)
        self.color = Color.EMPTY if color is None else color
        self.scatter_marker_symbol = symbol

    def add_point(self, *args: Any) -> None:
        """Add (time, value), (time, [value]) or a `ChartPoint`. Times are taken as UTC."""
        if len(args) == 1:
            if not isinstance(args[0], ChartPoint):
                raise ArgumentException("Series.AddPoint requires a ChartPoint object")
            self._put(args[0])
            return
        time, value = args
        if isinstance(value, (list, tuple)):
            if len(value) > 1:
                raise ArgumentException("Series.AddPoint requires a single value")
            value = value[0] if value else 0
        point = ScatterChartPoint if self.series_type == SeriesType.SCATTER else ChartPoint
        self._put(point(time, value))

    def consolidate_chart_points(self) -> ChartPoint | None:
        """One point with the sum of all values at the last one's time."""
        if not self.values:
            return None
        return ChartPoint(self.values[-1]._time, sum((point._y for point in self.values if point._y is not None), ZERO))

    def json(self) -> str:
        """As LEAN writes it; a pie is one point, the sum."""
        values: Iterable[ChartPoint] = self.values
        if self.series_type == SeriesType.PIE:
            total = self.consolidate_chart_points()
            values = [] if total is None else [total]
        marker = self.scatter_marker_symbol.name.lower().replace("_", "-")
        tail = [
            f'"values":[{_points_json(values)}]',
            f'"color":"{self.color.to_hex()}"',
            f'"scatterMarkerSymbol":"{marker}"',
        ]
        return "{" + ",".join([*self._head(), *tail]) + "}"


class CandlestickSeries(BaseSeries):
    """`CandlestickSeries(name, index=0, unit="$")`, or (name, unit)."""

    def __init__(self, name: str = "", *args: Any, index: int = 0, unit: str = "$") -> None:
        rest = list(args)
        if rest and not isinstance(rest[0], str):
            index = int(rest.pop(0))
        super().__init__(name, SeriesType.CANDLE, index, rest[0] if rest else unit)

    def add_point(self, *args: Any) -> None:
        """Add (time, open, high, low, close), (time, [open, high, low, close]), a trade bar (at its end) or a `Candlestick`."""
        if len(args) == 1:
            item = args[0]
            if isinstance(item, Candlestick):
                self._put(item)
            elif hasattr(item, "end_time"):
                self._put(Candlestick(item.end_time, item._open, item._high, item._low, item._close))
            else:
                raise ArgumentException("CandlestickSeries.AddPoint requires a Candlestick object")
            return
        if len(args) == 2:
            if len(args[1]) != 4:
                raise ArgumentException("CandlestickSeries.AddPoint requires 4 values (open, high, low, close)")
            args = (args[0], *args[1])
        self._put(Candlestick(*args))


class Chart(LeanObject):
    """`Chart(name)`: a chart and its series by name."""

    name: str
    chart_type: ChartType
    series: dict[str, Any]
    symbol: Any
    legend_disabled: bool

    def __init__(self, name: str = "", type_or_symbol: Any = None) -> None:
        self.name = name
        self.chart_type = type_or_symbol if isinstance(type_or_symbol, ChartType) else ChartType.OVERLAY
        self.symbol = None if isinstance(type_or_symbol, ChartType) else type_or_symbol
        self.series = {}
        self.legend_disabled = False

    def add_series(self, series: BaseSeries) -> None:
        """Add a series. Raises ValueError if there is one of its name."""
        if series.name in self.series:
            raise DuplicateNameException("Chart.AddSeries(): $Chart series name already exists")
        self.series[series.name] = series

    def try_add_and_get_series(self, name: str, *args: Any, force_add_new: bool = False, **names: Any) -> Any:
        """The series of a name, added if it is missing: like a template series, or by (type, index, unit, color, symbol)."""
        if args and isinstance(args[0], BaseSeries):
            force_add_new = args[1] if len(args) > 1 else force_add_new
            if force_add_new or name not in self.series:
                self.series[name] = args[0].clone(empty=True)
        elif (len(args) > 5 and args[5]) or force_add_new or name not in self.series:
            self.series[name] = Series(name, *args[:5], **names)
        return self.series[name]

    def get_updates(self) -> Chart:
        """A chart with the points since the last call."""
        copy = self.clone_empty()
        copy.series = {series.name: series.get_updates() for series in self.series.values()}
        return copy

    def clone(self) -> Chart:
        """A copy."""
        copy = self.clone_empty()
        copy.series = {name: series.clone() for name, series in self.series.items()}
        return copy

    def clone_empty(self) -> Chart:
        """A copy without series."""
        copy = Chart(self.name, self.symbol)
        copy.legend_disabled = self.legend_disabled
        return copy

    def is_empty(self) -> bool:
        """Whether no series has a point."""
        return not any(series.values for series in self.series.values())

    def sorted_series(self) -> list[tuple[str, Any]]:
        """Names and series in the order of LEAN's files: by pane, number of points, sum of values."""
        return sorted(self.series.items(), key=lambda item: (item[1].index, len(item[1].values), _total(item[1])))


def _total(series: BaseSeries) -> Decimal:
    values = [point._rounded_y for point in series.values if isinstance(point, ChartPoint)]
    return sum((value for value in values if value is not None), ZERO)
