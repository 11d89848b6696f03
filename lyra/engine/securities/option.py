"""Option contracts as securities that can be looked at (`Common/Securities/Option`, `IndexOption`).

The engine neither trades options nor computes their prices and greeks: whatever would do so raises `NotSupported` by name.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ONE, ZERO, to_decimal, to_float
from lyra.engine.enums import OptionRight, OptionStyle, SettlementType
from lyra.engine.errors import NotSupported
from lyra.engine.exact import multiply, subtract
from lyra.engine.models.data_filters import SecurityDataFilter
from lyra.engine.naming import LeanObject
from lyra.engine.securities.buying_power import SecurityMarginModel
from lyra.engine.securities.cache import IndexOptionCache, OptionCache
from lyra.engine.securities.holding import OptionHolding
from lyra.engine.securities.portfolio import SecurityPortfolioModel
from lyra.engine.securities.price_variation import SecurityPriceVariationModel
from lyra.engine.securities.security import Security

_CENT = Decimal("0.01")


class OptionDataFilter(SecurityDataFilter):
    """LEAN's filter of options."""


class OptionMarginModel(SecurityMarginModel):
    """LEAN's margin of options; the engine does not compute it."""

    def __init__(self, required_free_buying_power_percent: Any = 0) -> None:
        super().__init__(1, required_free_buying_power_percent)

    def _initial_margin(self, security: Any, quantity: Decimal) -> Decimal:
        if quantity == 0:
            return ZERO
        raise NotSupported("OptionMarginModel")

    def _maintenance_margin(self, security: Any, quantity: Decimal, value: Decimal) -> Decimal:
        return self._initial_margin(security, quantity)

    def _leverage(self, security: Any) -> Decimal:
        return ONE


class OptionPortfolioModel(SecurityPortfolioModel):
    """LEAN's account of option trades; the engine has none."""

    def process_fill(self, portfolio: Any, security: Any, fill: Any) -> None:
        """Raises NotSupported."""
        raise NotSupported("OptionPortfolioModel.process_fill")


class IndexOptionPriceVariationModel(SecurityPriceVariationModel):
    """The step of options on an index depends on their price (`IndexOptionSymbolProperties.cs`)."""

    def _step(self, security: Any, price: Decimal) -> Decimal:
        return _index_option_step(security.symbol.id.symbol, price)


def _index_option_step(root: str, price: Decimal) -> Decimal:
    below, above = {"VIXW": ("0.01", "0.01"), "VIX": ("0.01", "0.05")}.get(root, ("0.05", "0.1"))
    return Decimal(above if price >= 3 else below)


class DefaultExerciseModel(LeanObject):
    """LEAN's exercise of options; the engine has none."""

    def option_exercise(self, option: Any, order: Any) -> Any:
        """Raises NotSupported."""
        raise NotSupported("DefaultExerciseModel.option_exercise")


class DefaultOptionAssignmentModel(LeanObject):
    """LEAN's assignment of short options; the engine has none."""

    def __init__(self, *args: Any) -> None:
        pass

    def get_assignment(self, parameters: Any) -> Any:
        """Raises NotSupported."""
        raise NotSupported("DefaultOptionAssignmentModel.get_assignment")


class IndicatorBasedOptionPriceModel(LeanObject):
    """LEAN's prices and greeks of options; the engine has them as indicators only."""

    def evaluate(self, parameters: Any) -> Any:
        """Raises NotSupported."""
        raise NotSupported("IndicatorBasedOptionPriceModel.evaluate")


class _OptionProperties:
    """Symbol properties with the step that an option's price has now."""

    def __init__(self, properties: Any, security: Any) -> None:
        self.__dict__.update(_properties=properties, _security=security)

    @property
    def _minimum_price_variation(self) -> Decimal:
        security = self.__dict__["_security"]
        last = security.cache.last_data()
        return Decimal("0.05") if last is None else _index_option_step(security.symbol.id.symbol, last._value)

    @property
    def minimum_price_variation(self) -> float:
        """Price step."""
        return to_float(self._minimum_price_variation)

    MinimumPriceVariation = minimum_price_variation

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_properties"], name)


class Option(Security):
    """An option contract. It has data and properties; it cannot be traded here."""

    underlying: Any
    exercise_settlement: SettlementType
    option_exercise_model: Any
    option_assignment_model: Any
    price_model: Any
    enable_greek_approximation: bool
    contract_unit_of_trade: int
    contract_multiplier: int
    _cache_type, _holding_type = OptionCache, OptionHolding
    _settlement = SettlementType.PHYSICAL_DELIVERY

    def __init__(self, *args: Any, underlying: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.underlying = underlying
        self.exercise_settlement = self._settlement
        self.option_exercise_model = DefaultExerciseModel()
        self.option_assignment_model = DefaultOptionAssignmentModel()
        self.price_model = IndicatorBasedOptionPriceModel()
        self.enable_greek_approximation = False
        self.contract_unit_of_trade = self.contract_multiplier = int(self.symbol_properties._contract_multiplier)

    @property
    def is_option_chain(self) -> bool:
        """Whether this stands for all contracts."""
        return self._symbol.is_canonical()

    @property
    def is_option_contract(self) -> bool:
        """Whether this is one contract."""
        return not self._symbol.is_canonical()

    @property
    def _strike(self) -> Decimal:
        return self._symbol.id._strike_price

    @property
    def _scaled_strike(self) -> Decimal:
        return multiply(self._strike, self.symbol_properties._strike_multiplier)

    @property
    def strike_price(self) -> float:
        """The price at which it can be exercised."""
        return to_float(self._strike)

    @property
    def scaled_strike_price(self) -> float:
        """The strike as the underlying is quoted."""
        return to_float(self._scaled_strike)

    @property
    def expiry(self) -> datetime:
        """The day on which it expires."""
        return self._symbol.id.date

    @property
    def right(self) -> OptionRight:
        """Call or put."""
        return self._symbol.id.option_right

    @property
    def style(self) -> OptionStyle:
        """American or European."""
        return self._symbol.id.option_style

    def get_aggregate_exercise_amount(self) -> float:
        """What exercising a contract costs."""
        return to_float(multiply(self._strike, Decimal(self.contract_multiplier)))

    def _intrinsic(self, price: Decimal) -> Decimal:
        gain = subtract(price, self._scaled_strike)
        return max(gain if self.right is OptionRight.CALL else gain.copy_negate(), ZERO)

    def get_intrinsic_value(self, underlying_price: Any) -> float:
        """What exercising is worth at a price of the underlying, 0 at least."""
        return to_float(self._intrinsic(to_decimal(underlying_price)))

    get_pay_off = get_intrinsic_value

    def out_of_the_money_amount(self, underlying_price: Any) -> float:
        """How far a price of the underlying is from the strike, 0 in the money."""
        gain = subtract(to_decimal(underlying_price), self._scaled_strike)
        return to_float(max(gain.copy_negate() if self.right is OptionRight.CALL else gain, ZERO))

    def is_auto_exercised(self, underlying_price: Any) -> bool:
        """Whether it is exercised by itself at expiry: a cent in the money at least."""
        return self._intrinsic(to_decimal(underlying_price)) >= _CENT

    def set_leverage(self, leverage: Any) -> None:
        """Nothing: options have no leverage of their own."""

    def set_filter(self, *args: Any, **kwargs: Any) -> None:
        """Chains of options are not part of the engine."""
        raise NotSupported("Option.set_filter")

    def evaluate_price_model(self, *args: Any, **kwargs: Any) -> Any:
        """Prices of options are not computed."""
        raise NotSupported("Option.evaluate_price_model")


class IndexOption(Option):
    """An option on an index, settled in cash."""

    _cache_type = IndexOptionCache
    _settlement = SettlementType.CASH

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.symbol_properties = _OptionProperties(self.symbol_properties, self)
