"""The algorithm's own charts: `plot`, `add_series`, `add_chart`, and what of them has not been handed to the results yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException, InvalidCastException
from lyra.engine.enums import SeriesType
from lyra.engine.results.charts import BaseSeries, CandlestickSeries, Chart, Series

RESERVED: dict[str, tuple[str, ...]] = {
    "Strategy Equity": ("Equity", "Return"),
    "Capacity": ("Strategy Capacity",),
    "Drawdown": ("Equity Drawdown",),
    "Benchmark": ("Benchmark",),
    "Assets Sales Volume": (),
    "Exposure": (),
    "Portfolio Margin": (),
    "Portfolio Turnover": ("Portfolio Turnover",),
}
"""Names that the engine's own charts have; a chart without series listed is reserved as a whole."""


class Plots:
    """Charts by name, in the order of their making."""

    def __init__(self) -> None:
        self.charts: dict[str, Chart] = {}

    def add_chart(self, chart: Chart) -> None:
        """Add a chart; a second one of the same name is ignored, as in LEAN."""
        self.charts.setdefault(chart.name, chart)

    def add_series(self, chart: str, series: str, series_type: SeriesType, unit: str = "$") -> None:
        """Put an empty series of a type into a chart, in place of one of its name."""
        self._chart(chart).series[series] = BaseSeries.create(series_type, series, unit=unit)

    def plot(self, chart: str, series: str, time: int, value: Any) -> None:
        """Add a value at a UTC time (us); `value` as any number the user gives. Raises ValueError for reserved names and NaN."""
        self._series(chart, series, Series).add_point(time, value)

    def plot_candle(self, chart: str, series: str, time: int, open: Any, high: Any, low: Any, close: Any) -> None:
        """Add a candle at a UTC time (us)."""
        self._series(chart, series, CandlestickSeries).add_point(time, open, high, low, close)

    def updates(self, clear_chart_data: bool = False) -> Iterable[Chart]:
        """Charts with the points since the last call; with `clear_chart_data` the points are then forgotten here."""
        for chart in list(self.charts.values()):
            yield chart.get_updates()
            if clear_chart_data:
                for series in chart.series.values():
                    series.purge()

    def _chart(self, name: str) -> Chart:
        if name not in self.charts:
            self.charts[name] = Chart(name)
        return self.charts[name]

    def _series(self, chart: str, series: str, kind: type) -> Any:
        reserved = RESERVED.get(chart)
        if reserved is not None:
            if not reserved:
                raise ArgumentException(f"'{chart}' is a reserved chart name.")
            if series in reserved:
                raise ArgumentException(f"'{series}' is a reserved series name for chart '{chart}'.")
        target = self._chart(chart)
        if series not in target.series:
            target.add_series(kind(series))
        found = target.series[series]
        if not isinstance(found, kind):
            raise InvalidCastException(
                f"Unable to cast object of type 'QuantConnect.{type(found).__name__}' to type 'QuantConnect.{kind.__name__}'."
            )
        return found
