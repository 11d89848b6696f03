"""How volatile a security is (`Common/Securities/Volatility`): a year's standard deviation of returns, as a share (0.2 is 20 %)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.decimals import ZERO, double_to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType
from lyra.engine.exact import divide, multiply
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.mathnet import mean, standard_deviation
from lyra.engine.naming import LeanObject
from lyra.engine.times import DAY, MIN_TIME, span_us, to_us

_PERIODS = {Resolution.TICK: 600, Resolution.SECOND: 600, Resolution.MINUTE: 1440, Resolution.HOUR: 720, Resolution.DAILY: 30}
_TRADING_YEAR = double_to_decimal(math.sqrt(252.0))


class NullVolatilityModel(LeanObject):
    """Always zero."""

    @property
    def volatility(self) -> float:
        """Zero."""
        return 0.0

    def update(self, security: Any, data: Any) -> None:
        """Nothing to learn."""

    def get_history_requirements(self, security: Any, utc_time: Any) -> list[Any]:
        """No history needed."""
        return []

    def set_subscription_data_config_provider(self, provider: Any) -> None:
        """Not needed."""


class VolatilityModel(LeanObject):
    """LEAN's place for the model that is always zero."""

    NULL: ClassVar[NullVolatilityModel] = NullVolatilityModel()
    Null: ClassVar[NullVolatilityModel] = NULL


class BaseVolatilityModel(LeanObject):
    """Base of volatility models: override `volatility` and `update(security, data)`."""

    _volatility: Decimal = ZERO
    _provider: Any = None

    @property
    def volatility(self) -> float:
        """The volatility now."""
        return to_float(self._volatility)

    def update(self, security: Any, data: Any) -> None:
        """Learn from a point of the security's data."""

    def set_subscription_data_config_provider(self, provider: Any) -> None:
        """Say where the security's feeds are found."""
        self._provider = provider

    def get_history_requirements(
        self, security: Any, utc_time: Any, resolution: Resolution | None = None, bar_count: int | None = None
    ) -> list[Any]:
        """Requests for the last `bar_count` bars before a time, none without a count. Raises RuntimeError without a provider."""
        if bar_count is None:
            return []
        if self._provider is None:
            raise InvalidOperationException("BaseVolatilityModel.GetHistoryRequirements(): SubscriptionDataConfigProvider was not set.")
        return _last_bars(security, to_us(utc_time), resolution, bar_count)


class IndicatorVolatilityModel(BaseVolatilityModel):
    """An indicator's value; `indicator_update(security, data, indicator)` feeds it, unless it is fed elsewhere."""

    def __init__(self, indicator: Any, indicator_update: Callable[[Any, Any, Any], None] | None = None) -> None:
        self._indicator = indicator
        self._feed = indicator_update

    @property
    def volatility(self) -> float:
        """The indicator's value."""
        return self._indicator.current.value  # type: ignore[no-any-return]

    def update(self, security: Any, data: Any) -> None:
        """Hand the point to the function given."""
        if self._feed is not None:
            self._feed(security, data, self._indicator)


class _Windowed(BaseVolatilityModel):
    """Keeps the last values of a number taken at most once a period."""

    def __init__(self, periods: int, period: int) -> None:
        if periods < 2:
            raise ArgumentException("'periods' must be greater than or equal to 2. (Parameter 'periods')")
        self._period = period
        self._window: deque[float] = deque(maxlen=periods)
        self._changed = False
        self._restart()

    @property
    def volatility(self) -> float:
        """The volatility of the window; zero until it has two values."""
        return to_float(self._value())

    def _value(self) -> Decimal:
        if len(self._window) < 2:
            return ZERO
        if self._changed:
            self._changed = False
            self._volatility = self._measure(list(self._window))
        return self._volatility

    def _measure(self, values: list[float]) -> Decimal:
        raise NotImplementedError

    def _restart(self) -> None:
        self._changed = False
        self._volatility = ZERO
        self._last = self._first_time()
        self._window.clear()

    def _first_time(self) -> int:
        return MIN_TIME

    def _add(self, value: float) -> None:
        self._changed = True
        self._window.appendleft(value)


class StandardDeviationOfReturnsVolatilityModel(_Windowed):
    """Deviation of returns over `periods`, as of a year of 252 periods: `(periods, resolution, update_frequency)` or `(resolution, …)`."""

    def __init__(self, periods: Any, resolution: Resolution | None = None, update_frequency: timedelta | None = None) -> None:
        if isinstance(periods, Resolution):
            update_frequency = resolution if update_frequency is None else update_frequency  # type: ignore[assignment]
            resolution, periods = periods, _PERIODS[periods]
        self._resolution = resolution
        self._price = ZERO
        period = DAY if resolution is None else RESOLUTION_US[resolution]
        super().__init__(int(periods), period if update_frequency is None else span_us(update_frequency))

    def _measure(self, values: list[float]) -> Decimal:
        return multiply(double_to_decimal(standard_deviation(values)), _TRADING_YEAR)

    def update(self, security: Any, data: Any) -> None:
        """Take the return since the last point, once a period."""
        price = data._value
        if data._end - self._last < self._period or price <= 0:
            return
        if self._price > 0:
            self._add(float(divide(price, self._price)) - 1.0)
        self._last, self._price = data._end, price

    def get_history_requirements(
        self, security: Any, utc_time: Any, resolution: Resolution | None = None, bar_count: int | None = None
    ) -> list[Any]:
        """Forgets everything and asks for one bar more than the window holds."""
        if bar_count is not None:
            return super().get_history_requirements(security, utc_time, resolution, bar_count)
        self._restart()
        self._price = ZERO
        return super().get_history_requirements(security, utc_time, self._resolution, self._window.maxlen + 1)  # type: ignore[operator]


class RelativeStandardDeviationVolatilityModel(_Windowed):
    """Deviation of prices over their mean, a price every `period_span`."""

    def __init__(self, period_span: timedelta, periods: int) -> None:
        self._periods = periods
        super().__init__(periods, span_us(period_span))

    def _first_time(self) -> int:
        return MIN_TIME + self._period * self._periods

    def _measure(self, values: list[float]) -> Decimal:
        average = abs(double_to_decimal(mean(values)))
        return self._volatility if average == 0 else divide(double_to_decimal(standard_deviation(values)), average)

    def update(self, security: Any, data: Any) -> None:
        """Take the price, once a period."""
        price = data._value
        if data._end - self._last < self._period or price <= 0:
            return
        self._add(to_float(price))
        self._last = data._end

    def get_history_requirements(
        self, security: Any, utc_time: Any, resolution: Resolution | None = None, bar_count: int | None = None
    ) -> list[Any]:
        """Forgets everything and asks for one bar more than the window holds, of the security's finest resolution."""
        if bar_count is not None:
            return super().get_history_requirements(security, utc_time, resolution, bar_count)
        if self._provider is None:
            raise InvalidOperationException(
                "RelativeStandardDeviationVolatilityModel.GetHistoryRequirements(): SubscriptionDataConfigProvider was not set."
            )
        self._restart()
        return super().get_history_requirements(security, utc_time, security.resolution, self._periods + 1)


class VolatilityModelExtensions(LeanObject):
    """LEAN's way to fill a model from history: `warm_up(model, algorithm, security, resolution, bar_count, data_normalization_mode)`."""

    @staticmethod
    def warm_up(volatility_model: Any, algorithm: Any, security: Any, resolution: Resolution | None, bar_count: int,
                data_normalization_mode: DataNormalizationMode | None = None) -> None:  # fmt: skip
        """Hand the last bars to the model."""
        requests = _last_bars(security, algorithm._utc, resolution, bar_count)
        _feed(volatility_model, algorithm, security, requests, data_normalization_mode == DataNormalizationMode.RAW)


def warm_up(security: Any, algorithm: Any, raw: bool = False) -> None:
    """Fill the security's model with the history that it asks for: before the first step of a run, and (`raw`) when a split or dividend has
    changed the prices of an equity whose data is raw."""
    model = security.volatility_model
    if model is None or isinstance(model, NullVolatilityModel) or (raw and security.type != SecurityType.EQUITY):
        return
    model.set_subscription_data_config_provider(algorithm.subscription_manager)
    _feed(model, algorithm, security, list(model.get_history_requirements(security, algorithm.utc_time)), raw)


def _feed(model: Any, algorithm: Any, security: Any, requests: list[Any], raw: bool) -> None:
    if not requests:
        return
    if raw:  # unadjusted prices jump at a split; those scaled to today's do not
        for request in requests:
            request.config.data_normalization_mode = DataNormalizationMode.SCALED_RAW
    for found in algorithm.history._provider.slices(requests):
        for request in requests:
            data = found.get(request.config.type).get(security.symbol)
            if data is not None:
                model.update(security, data)


def _last_bars(security: Any, utc: int, resolution: Resolution | None, count: int) -> list[Any]:
    """The request for the last bars of the security's first feed by type of tick; without a resolution the coarsest that the data has."""
    from lyra.engine.feed.calendar import start_of_bars
    from lyra.engine.history.requests import Options, RequestFactory

    config = min((c for c in security._configs if not c.is_internal_feed), key=lambda c: int(c.tick_type))
    wanted = Resolution.DAILY if resolution is None else resolution
    hours, length = security.exchange.hours, RESOLUTION_US[wanted]
    extended = wanted != Resolution.HOUR and any(c.extended_market_hours for c in security._configs if not c.is_internal_feed)
    start = start_of_bars(hours, hours.time_zone.to_local(utc), length, count, extended, config.data_time_zone, False)
    return [RequestFactory._request(config, hours.time_zone.to_utc(start), utc, hours, wanted, Options(True, extended, None))]
