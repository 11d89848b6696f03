"""Messages, charts, statistics and parameters (`QCAlgorithm.Plotting.cs` and `QCAlgorithm.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.data.bars import TradeBar
from lyra.engine.data.dictionary import KeyValueDictionary
from lyra.engine.decimals import double_text, to_decimal
from lyra.engine.dotnet_errors import ArgumentNullException, KeyNotFoundException, NullReferenceException, no_method
from lyra.engine.enums import SeriesType
from lyra.engine.naming import LeanObject
from lyra.engine.results.charts import Chart


def message_text(message: Any) -> str:
    """A message as LEAN's log shows it: numbers the .NET way, `True` as 1, objects of LEAN's and pandas' on a new line."""
    if isinstance(message, bool):
        return "1" if message else "0"
    if isinstance(message, float):
        return double_text(message)
    if isinstance(message, str) or not hasattr(message, "to_string"):
        return str(message)
    return f"\n{message.to_string()}"


class Parameters(KeyValueDictionary):
    """The parameters as LEAN shows them."""

    def __missing__(self, key: Any) -> Any:
        raise KeyNotFoundException(f"The given key '{key}' was not present in the dictionary.")


Parameters.__name__ = "ReadOnlyExtendedDictionary[String,String]"


class NotificationManager(LeanObject):
    """`self.notify`: nothing is sent in a backtest, and every call says so by giving False."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def email(self, *args: Any, **kwargs: Any) -> bool:
        """Not sent."""
        return False

    def sms(self, *args: Any, **kwargs: Any) -> bool:
        """Not sent."""
        return False

    def web(self, *args: Any, **kwargs: Any) -> bool:
        """Not sent."""
        return False

    def telegram(self, *args: Any, **kwargs: Any) -> bool:
        """Not sent."""
        return False

    def ftp(self, *args: Any, **kwargs: Any) -> bool:
        """Not sent."""
        return False

    def sftp(self, *args: Any, **kwargs: Any) -> bool:
        """Not sent."""
        return False


class Reporting(LeanObject):
    """The part of `QCAlgorithm` that talks."""

    # messages ----------------------------------------------------------------------------------------
    def debug(self: Any, message: Any) -> None:
        """Write to the debug channel; a repeated text is dropped."""
        self._messages.debug(self._local, message_text(message))

    def log(self: Any, message: Any) -> None:
        """Write to the log."""
        self._messages.log(self._local, message_text(message))

    def error(self: Any, message: Any) -> None:
        """Write to the error channel; a repeated text is dropped."""
        self._messages.error(self._local, message_text(message))

    @property
    def notify(self: Any) -> NotificationManager:
        """E-mails and the like; nothing is sent in a backtest."""
        return self._notifications  # type: ignore[no-any-return]

    # charts --------------------------------------------------------------------------------------------
    def add_chart(self: Any, chart: Chart) -> None:
        """Add a chart."""
        self._plots.add_chart(chart)

    def add_series(self: Any, chart: str, series: str, series_type: SeriesType, unit: str = "$") -> None:
        """Put an empty series into a chart."""
        self._plots.add_series(chart, series, SeriesType(series_type), unit)

    def plot(self: Any, *args: Any) -> None:
        """`plot(series, value)`, `plot(chart, series, value)`, `plot(chart, series, open, high, low, close)`, `plot(chart, *indicators)`,
        `plot(indicator)`; a value may be a number, an indicator or a trade bar."""
        if len(args) >= 2 and all(_is_indicator(value) for value in args[1:]):
            for indicator in args[1:]:
                self._plots.plot(args[0], indicator.name, self._utc, to_decimal(indicator.current.value))
            return
        if len(args) == 1:
            self._plots.plot("Strategy Equity", args[0].name, self._utc, to_decimal(args[0].current.value))
            return
        if len(args) == 2:
            args = ("Strategy Equity", *args)
        chart, series, *values = args
        if len(values) == 4:
            self._plots.plot_candle(chart, series, self._utc, *map(to_decimal, values))
        elif isinstance(values[0], TradeBar):
            bar = values[0]
            self._plots.plot_candle(chart, series, self._utc, bar._open, bar._high, bar._low, bar._close)
        else:
            self._plots.plot(chart, series, self._utc, to_decimal(_number(chart, series, values[0])))

    def record(self: Any, series: str, value: Any) -> None:
        """The same as `plot(series, value)`."""
        self.plot(series, value)

    def get_chart_updates(self: Any, clear_chart_data: bool = False) -> list[Chart]:
        """The charts with what was plotted since the last call."""
        return list(self._plots.updates(clear_chart_data))

    def plot_indicator(self: Any, chart: str, *args: Any) -> None:
        """Plot indicators whenever they change; with True first, only once they are ready."""
        rest = list(args)
        wait = rest.pop(0) if rest and isinstance(rest[0], bool) else False
        for indicator in rest:

            def draw(sender: Any, point: Any, indicator: Any = indicator) -> None:
                if not wait or indicator.is_ready:
                    self.plot(chart, indicator)

            indicator.updated += draw

    # statistics ----------------------------------------------------------------------------------------
    def set_runtime_statistic(self: Any, name: str, value: Any) -> None:
        """Show a value among the runtime statistics."""
        self._runtime_statistics[name] = None if value is None else message_text(value)

    def set_summary_statistic(self: Any, name: str, value: Any) -> None:
        """Show a value among the final statistics; a name of LEAN's own is overwritten by it."""
        if not self._locked:
            raise NullReferenceException("Object reference not set to an instance of an object.")
        self._summary_statistics[name] = message_text(value)

    @property
    def runtime_statistics(self: Any) -> KeyValueDictionary:
        """The runtime statistics set so far."""
        return KeyValueDictionary(self._runtime_statistics)

    @property
    def statistics(self: Any) -> Any:
        """The statistics as they stand."""
        if self._statistics_source is None:
            return None
        results = self._statistics_source()
        results.summary = KeyValueDictionary(results.summary)
        return results

    # parameters ----------------------------------------------------------------------------------------
    def get_parameter(self: Any, name: str, default: Any = None) -> Any:
        """A parameter's text, or converted to the type of the default; the default if there is none."""
        if name is None:
            raise ArgumentNullException("Value cannot be null. (Parameter 'key')")
        if not isinstance(name, str):
            raise no_method("get_parameter", name)
        text = self._context.parameters.get(name)
        if text is None:
            return float(default) if isinstance(default, bool) else default
        if isinstance(default, bool):
            return float(text) if text else float(default)
        if isinstance(default, int):
            return int(float(text)) if text else default
        if isinstance(default, float):
            return float(text) if text else default
        return text

    def get_parameters(self: Any) -> dict[str, str]:
        """All parameters."""
        return Parameters(self._context.parameters)

    def set_parameters(self: Any, parameters: Any) -> None:
        """For LEAN's own use: it takes a dictionary of .NET, which Python has none of. Raises TypeError."""
        raise no_method("set_parameters", parameters, signature="(parameters: Dictionary[str, str])")


def _number(chart: str, series: str, value: Any) -> Any:
    """A value that is plotted; raises what LEAN raises for what is no number, and then makes no series."""
    if value is None:
        raise NullReferenceException("Object reference not set to an instance of an object.")
    if isinstance(value, bool):
        return int(value)
    if _is_indicator(value):
        return value.current.value
    if isinstance(value, str):
        raise no_method("plot", chart, series, value)
    return value


def _is_indicator(value: Any) -> bool:
    return hasattr(value, "current") and hasattr(value, "is_ready")
