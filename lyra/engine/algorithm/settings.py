"""`self.settings` and `self.universe_settings`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import to_decimal
from lyra.engine.enums import DataMappingMode, DataNormalizationMode, Resolution
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import money


class AlgorithmSettings(LeanObject):
    """What a run does by default (`Common/AlgorithmSettings.cs`)."""

    rebalance_portfolio_on_security_changes: bool | None
    rebalance_portfolio_on_insight_changes: bool | None
    liquidate_enabled: bool
    daily_precise_end_time: bool
    automatic_indicator_warm_up: bool
    seed_initial_prices: bool
    stale_price_time_span: timedelta
    warmup_resolution: Resolution | None
    trading_days_per_year: int | None
    data_subscription_limit: int
    max_absolute_portfolio_target_percentage = money("_max_absolute_portfolio_target_percentage", writable=True)
    min_absolute_portfolio_target_percentage = money("_min_absolute_portfolio_target_percentage", writable=True)
    free_portfolio_value = money("_free_portfolio_value", writable=True)
    minimum_order_margin_portfolio_percentage = money("_minimum_order_margin_portfolio_percentage", writable=True)

    def __init__(self) -> None:
        self.rebalance_portfolio_on_security_changes = None
        self.rebalance_portfolio_on_insight_changes = None
        self.liquidate_enabled = True
        self.daily_precise_end_time = True
        self.automatic_indicator_warm_up = False
        self.seed_initial_prices = False
        self.stale_price_time_span = timedelta(hours=1)
        self.warmup_resolution = None
        self.trading_days_per_year = None
        self.data_subscription_limit = 2**31 - 1
        self._max_absolute_portfolio_target_percentage = Decimal(1_000_000_000)
        self._min_absolute_portfolio_target_percentage = Decimal("0.0000000001")
        self._free_portfolio_value: Decimal | None = None
        self._free_portfolio_value_percentage = Decimal("0.0025")
        self._minimum_order_margin_portfolio_percentage = Decimal("0.001")

    @property
    def free_portfolio_value_percentage(self) -> float:
        """The share of the portfolio that `set_holdings` leaves free."""
        return float(self._free_portfolio_value_percentage)

    @free_portfolio_value_percentage.setter
    def free_portfolio_value_percentage(self, value: Any) -> None:
        self._free_portfolio_value_percentage = to_decimal(value)

    warm_up_resolution = property(lambda self: self.warmup_resolution, lambda self, value: setattr(self, "warmup_resolution", value))


class UniverseSchedule(LeanObject):
    """On which dates a universe may select."""

    def __init__(self) -> None:
        self._rule: Any = None

    @property
    def initialized(self) -> bool:
        """Whether a rule was given."""
        return self._rule is not None

    def on(self, date_rule: Any) -> None:
        """Select on the dates of a rule."""
        self._rule = date_rule


class UniverseSettings(LeanObject):
    """How securities that a universe selects are subscribed to."""

    resolution: Resolution
    leverage: float
    fill_forward: bool
    extended_market_hours: bool
    minimum_time_in_universe: timedelta
    data_normalization_mode: DataNormalizationMode
    data_mapping_mode: DataMappingMode
    contract_depth_offset: int
    asynchronous: bool | None
    subscription_data_types: Any
    schedule: UniverseSchedule

    def __init__(self, resolution: Any = Resolution.MINUTE, leverage: Any = 0.0, fill_forward: bool = True, extended_market_hours: bool = False,
                 minimum_time_in_universe: timedelta = timedelta(days=1), data_normalization_mode: Any = DataNormalizationMode.ADJUSTED,
                 data_mapping_mode: Any = DataMappingMode.OPEN_INTEREST, contract_depth_offset: int = 0,
                 asynchronous: bool | None = None, **extra: Any) -> None:  # fmt: skip
        if isinstance(resolution, UniverseSettings):
            self.__dict__.update(resolution.__dict__)
            self.schedule = UniverseSchedule()
            self.schedule._rule = resolution.schedule._rule
            return
        self.resolution = resolution
        self.leverage = leverage
        self.fill_forward = fill_forward
        self.extended_market_hours = extended_market_hours
        self.minimum_time_in_universe = minimum_time_in_universe
        self.data_normalization_mode = data_normalization_mode
        self.data_mapping_mode = data_mapping_mode
        self.contract_depth_offset = contract_depth_offset
        self.asynchronous = asynchronous
        self.subscription_data_types = None
        self.schedule = UniverseSchedule()
