"""The user's own models within LEAN's wrappers (`Common/Python/*PythonWrapper.cs`).

A model that a user hands over, derived from one of LEAN's or not, is asked through a wrapper: methods are found in either spelling, a
missing one is reported when the model is set, and a wrong answer when it is given. `wrap_model("fee_model", model)` chooses the wrapper.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.brokerages.base import BrokerageMessageEvent, MarketMap
from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException, NotImplementedException
from lyra.engine.fees.base import fee_of
from lyra.engine.naming import LeanObject, find_method, snake_case
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fee import CashAmount, OrderFee
from lyra.engine.orders.fills import Fill


def is_lean(model: Any) -> bool:
    """Whether an object is of one of LEAN's own C# classes, not of a user's nor of LEAN's Python ones."""
    module = type(model).__module__
    return module.startswith("lyra.engine.") and module != "lyra.engine.models.python_slippage"


def wrong_answer(method: str, expected: str, answer: Any) -> TypeError:
    """LEAN's error for an answer of the wrong type."""
    return TypeError(
        f"Invalid return type from method '{method}'. Expected a type convertible to '{expected}' but was '{type(answer).__name__}'"
    )


def as_decimal(answer: Any, method: str) -> Decimal:
    """A method's answer as a decimal."""
    try:
        return to_decimal(answer)
    except TypeError:
        raise wrong_answer(method, "Decimal", answer) from None


class PythonWrapper(LeanObject):
    """Holds a user's model; `_interface` is LEAN's name of what it must be and the members that it must have."""

    _interface: ClassVar[tuple[str, tuple[str, ...]]] = ("", ())

    def __init__(self, model: Any) -> None:
        name, members = self._interface
        missing = [member for member in members if not hasattr(model, member) and not hasattr(model, snake_case(member))]
        if missing:
            kind = type(model).__name__
            raise NotImplementedException(
                f"{name} must be fully implemented. Please implement these missing methods on {kind}: {', '.join(missing)}"
            )
        self._model = model
        self._methods: dict[str, Any] = {}

    def _ask(self, method: str, *args: Any) -> Any:
        found = self._methods.get(method)
        if found is None:
            found = self._methods[method] = self._find(method)
        return found(*args)

    def _find(self, method: str) -> Any:
        found = find_method(self._model, method)
        if found is None:
            raise AttributeError(f"'{type(self._model).__name__}' object has no attribute '{method}'")
        return found

    def _decimal(self, method: str, *args: Any) -> Decimal:
        return as_decimal(self._ask(method, *args), method)

    def _expect(self, kind: type, method: str, *args: Any) -> Any:
        answer = self._ask(method, *args)
        if not isinstance(answer, kind):
            raise wrong_answer(method, kind.__name__, answer)
        return answer

    def _with_out_value(self, method: str, *args: Any) -> tuple[Any, Any]:
        """(answer, out parameter) of a method of LEAN's that has one."""
        answer = self._ask(method, *args)
        advice = "The tuple must contain the return value as the first item, with the remaining ones being the out parameters."
        if not isinstance(answer, tuple):
            raise ArgumentException(
                f"Invalid return type from method '{method}'. Expected a tuple type but was '{type(answer).__name__}'. {advice}"
            )
        if len(answer) < 2:
            raise ArgumentException(
                f"Invalid return type from method '{method}'. Expected a tuple with at least '2' items but only '{len(answer)}' were "
                f"returned. {advice}"
            )
        return answer[0], answer[1]


class FeeModelPythonWrapper(PythonWrapper):
    """A fee model. An error within `get_order_fee(parameters)` makes LEAN ask in the old form, `get_order_fee(security, order)`."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self._old_form = False

    def get_order_fee(self, parameters: Any) -> OrderFee:
        """The fee of an order."""
        if not self._old_form:
            try:
                answer = self._ask("get_order_fee", parameters)
            except Exception:
                self._old_form = True
            else:
                if not isinstance(answer, OrderFee):
                    raise wrong_answer("get_order_fee", "OrderFee", answer)
                return answer
        return fee_of(self._decimal("get_order_fee", parameters.security, parameters.order))


class SlippageModelPythonWrapper(PythonWrapper):
    """A slippage model."""

    _interface = ("ISlippageModel", ("GetSlippageApproximation",))

    def _slippage(self, asset: Any, order: Any) -> Decimal:
        return self._decimal("get_slippage_approximation", asset, order)

    def get_slippage_approximation(self, asset: Any, order: Any) -> float:
        """The slippage of an order."""
        return to_float(self._slippage(asset, order))


class FillModelPythonWrapper(PythonWrapper):
    """A fill model; it must derive from `FillModel`. Its `fill` asks the user's methods, which are checked for what they give back."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        model.SetPythonWrapper(self)

    def fill(self, parameters: Any) -> Fill:
        """The events of an order at this moment."""
        return self._expect(Fill, "fill", parameters)  # type: ignore[no-any-return]

    def _one(self, method: str, asset: Any, order: Any) -> OrderEvent:
        return self._expect(OrderEvent, method, asset, order)  # type: ignore[no-any-return]

    def _several(self, method: str, order: Any, parameters: Any) -> list[OrderEvent]:
        answer = self._ask(method, order, parameters)
        try:
            events = list(answer)
        except TypeError:
            raise wrong_answer(method, "List`1", answer) from None
        if not all(isinstance(event, OrderEvent) for event in events):
            raise wrong_answer(method, "List`1", answer)
        return events


class BuyingPowerModelPythonWrapper(PythonWrapper):
    """A buying power model."""

    _interface = ("IBuyingPowerModel", (
        "GetLeverage", "SetLeverage", "GetMaintenanceMargin", "GetInitialMarginRequirement", "GetInitialMarginRequiredForOrder",
        "HasSufficientBuyingPowerForOrder", "GetMaximumOrderQuantityForTargetBuyingPower", "GetMaximumOrderQuantityForDeltaBuyingPower",
        "GetReservedBuyingPowerForPosition", "GetBuyingPower",
    ))  # fmt: skip

    def get_leverage(self, security: Any) -> float:
        """The leverage."""
        return to_float(self._decimal("get_leverage", security))

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """Change the leverage."""
        self._ask("set_leverage", security, to_float(to_decimal(leverage)))

    def get_maintenance_margin(self, parameters: Any) -> Any:
        """Margin to hold."""
        return self._ask("get_maintenance_margin", parameters)

    def get_initial_margin_requirement(self, parameters: Any) -> Any:
        """Margin to open."""
        return self._ask("get_initial_margin_requirement", parameters)

    def get_initial_margin_required_for_order(self, parameters: Any) -> Any:
        """Margin to open an order, with its fee."""
        return self._ask("get_initial_margin_required_for_order", parameters)

    def has_sufficient_buying_power_for_order(self, parameters: Any) -> Any:
        """Whether an order can be paid for."""
        return self._ask("has_sufficient_buying_power_for_order", parameters)

    def get_maximum_order_quantity_for_target_buying_power(self, parameters: Any) -> Any:
        """How much to order for a share of the portfolio."""
        return self._ask("get_maximum_order_quantity_for_target_buying_power", parameters)

    def get_maximum_order_quantity_for_delta_buying_power(self, parameters: Any) -> Any:
        """How much to order for a change of margin."""
        return self._ask("get_maximum_order_quantity_for_delta_buying_power", parameters)

    def get_reserved_buying_power_for_position(self, parameters: Any) -> Any:
        """Margin in use."""
        return self._ask("get_reserved_buying_power_for_position", parameters)

    def get_buying_power(self, parameters: Any) -> Any:
        """What is left."""
        return self._ask("get_buying_power", parameters)


class SettlementModelPythonWrapper(PythonWrapper):
    """A settlement model."""

    _interface = ("ISettlementModel", ("ApplyFunds", "Scan", "GetUnsettledCash"))

    def apply_funds(self, parameters: Any) -> None:
        """Move the money of a fill."""
        self._ask("apply_funds", parameters)

    def scan(self, parameters: Any) -> None:
        """Settle what is due."""
        self._ask("scan", parameters)

    def get_unsettled_cash(self) -> CashAmount:
        """What waits; None counts as nothing."""
        answer = self._ask("get_unsettled_cash")
        return CashAmount(ZERO) if answer is None else answer


class MarginInterestRateModelPythonWrapper(PythonWrapper):
    """A margin interest rate model."""

    _interface = ("IMarginInterestRateModel", ("ApplyMarginInterestRate",))

    def apply_margin_interest_rate(self, margin_interest_rate_parameters: Any) -> None:
        """Charge what is due."""
        self._ask("apply_margin_interest_rate", margin_interest_rate_parameters)


class VolatilityModelPythonWrapper(PythonWrapper):
    """A volatility model."""

    _interface = ("IVolatilityModel", ("Update", "GetHistoryRequirements", "Volatility"))

    @property
    def volatility(self) -> float:
        """The model's `volatility`."""
        model = self._model
        return to_float(as_decimal(model.volatility if hasattr(model, "volatility") else model.Volatility, "volatility"))

    def update(self, security: Any, data: Any) -> None:
        """Learn from a point."""
        self._ask("update", security, data)

    def get_history_requirements(self, security: Any, utc_time: Any) -> list[Any]:
        """What the model wants to be warmed up with."""
        return list(self._ask("get_history_requirements", security, utc_time))

    def set_subscription_data_config_provider(self, provider: Any) -> None:
        """Handed on if the model takes it."""
        method = find_method(self._model, "set_subscription_data_config_provider")
        if method is not None:
            method(provider)


class ShortableProviderPythonWrapper(PythonWrapper):
    """A shortable provider."""

    _interface = ("IShortableProvider", ("FeeRate", "RebateRate", "ShortableQuantity"))

    def fee_rate(self, symbol: Any, local_time: Any) -> float:
        """What the loan costs."""
        return to_float(self._decimal("fee_rate", symbol, local_time))

    def rebate_rate(self, symbol: Any, local_time: Any) -> float:
        """What the lender pays."""
        return to_float(self._decimal("rebate_rate", symbol, local_time))

    def shortable_quantity(self, symbol: Any, local_time: Any) -> int | None:
        """How many can be sold short; None without a limit."""
        answer = self._ask("shortable_quantity", symbol, local_time)
        return None if answer is None else int(answer)


class SecurityDataFilterPythonWrapper(PythonWrapper):
    """A data filter."""

    accepts_all: ClassVar[bool] = False
    _interface = ("ISecurityDataFilter", ("Filter",))

    def filter(self, vehicle: Any, data: Any) -> bool:
        """Whether a point is let through."""
        return bool(self._ask("filter", vehicle, data))


class MarginCallModelPythonWrapper(PythonWrapper):
    """A margin call model."""

    _interface = ("IMarginCallModel", ("GetMarginCallOrders", "ExecuteMarginCall"))

    def get_margin_call_orders(self, issue_margin_call_warning: bool = False) -> tuple[list[Any], bool]:
        """(orders, whether to warn)."""
        orders, warn = self._with_out_value("get_margin_call_orders", issue_margin_call_warning)
        orders = list(orders)
        return orders, bool(warn) or bool(orders)

    def execute_margin_call(self, generated_margin_call_orders: Any) -> list[Any]:
        """The tickets of what was sent."""
        return list(self._ask("execute_margin_call", generated_margin_call_orders))


class BrokerageModelPythonWrapper(PythonWrapper):
    """A brokerage model; models of the user's own that it gives are wrapped too."""

    _interface = ("IBrokerageModel", (
        "CanSubmitOrder", "CanUpdateOrder", "CanExecuteOrder", "ApplySplit", "GetLeverage", "GetBenchmark", "GetFillModel", "GetFeeModel",
        "GetSlippageModel", "GetSettlementModel", "GetMarginInterestRateModel", "GetBuyingPowerModel", "GetShortableProvider",
        "AccountType", "RequiredFreeBuyingPowerPercent", "DefaultMarkets",
    ))  # fmt: skip

    def _property(self, name: str, lean_name: str) -> Any:
        return getattr(self._model, name) if hasattr(self._model, name) else getattr(self._model, lean_name)

    @property
    def account_type(self) -> Any:
        """Cash or margin."""
        return self._property("account_type", "AccountType")

    @property
    def required_free_buying_power_percent(self) -> float:
        """The share of buying power that must stay free."""
        return to_float(
            as_decimal(
                self._property("required_free_buying_power_percent", "RequiredFreeBuyingPowerPercent"), "required_free_buying_power_percent"
            )
        )

    @property
    def default_markets(self) -> MarketMap:
        """The market of a security type when none is given."""
        return MarketMap(self._property("default_markets", "DefaultMarkets"))

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> tuple[bool, BrokerageMessageEvent | None]:
        """(whether the order is taken, why not)."""
        accepted, reason = self._with_out_value("can_submit_order", security, order, message)
        return bool(accepted), reason

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> tuple[bool, BrokerageMessageEvent | None]:
        """(whether the update is taken, why not)."""
        accepted, reason = self._with_out_value("can_update_order", security, order, request, message)
        return bool(accepted), reason

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Whether the order could fill now."""
        return bool(self._ask("can_execute_order", security, order))

    def apply_split(self, tickets: list[Any], split: Any) -> None:
        """Adapt working orders to a split."""
        self._ask("apply_split", tickets, split)

    def get_leverage(self, security: Any) -> float:
        """How many times its own money the account can hold of a security."""
        return to_float(self._decimal("get_leverage", security))

    def get_benchmark(self, securities: Any) -> Any:
        """What runs are compared with by default."""
        return self._ask("get_benchmark", securities)

    def get_fill_model(self, security: Any) -> Any:
        """How orders fill."""
        return wrap_model("fill_model", self._ask("get_fill_model", security))

    def get_fee_model(self, security: Any) -> Any:
        """What orders cost."""
        return wrap_model("fee_model", self._ask("get_fee_model", security))

    def get_slippage_model(self, security: Any) -> Any:
        """How far fills are from the market."""
        return wrap_model("slippage_model", self._ask("get_slippage_model", security))

    def get_settlement_model(self, security: Any) -> Any:
        """When money of sales is there."""
        return wrap_model("settlement_model", self._ask("get_settlement_model", security))

    def get_buying_power_model(self, security: Any) -> Any:
        """How much can be bought."""
        return wrap_model("buying_power_model", self._ask("get_buying_power_model", security))

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """What margin costs."""
        return wrap_model("margin_interest_rate_model", self._ask("get_margin_interest_rate_model", security))

    def get_shortable_provider(self, security: Any) -> Any:
        """How much can be sold short."""
        return wrap_model("shortable_provider", self._ask("get_shortable_provider", security))


_WRAPPERS: dict[str, type[PythonWrapper]] = {
    "fee_model": FeeModelPythonWrapper,
    "slippage_model": SlippageModelPythonWrapper,
    "fill_model": FillModelPythonWrapper,
    "buying_power_model": BuyingPowerModelPythonWrapper,
    "settlement_model": SettlementModelPythonWrapper,
    "margin_interest_rate_model": MarginInterestRateModelPythonWrapper,
    "volatility_model": VolatilityModelPythonWrapper,
    "shortable_provider": ShortableProviderPythonWrapper,
    "data_filter": SecurityDataFilterPythonWrapper,
    "margin_call_model": MarginCallModelPythonWrapper,
    "brokerage_model": BrokerageModelPythonWrapper,
}


def wrap_model(kind: str, model: Any) -> Any:
    """LEAN's own model as it is, a user's in its wrapper. Raises TypeError for what cannot be a model, NotImplementedError for one that
    lacks methods. `kind` is the property that takes it, such as `fee_model`."""
    if is_lean(model):
        return model
    if isinstance(model, (int, float, str)):
        raise TypeError(f"No method matches given arguments for set_{kind}: ({type(model)}). The following overloads are available:")
    return _WRAPPERS[kind](model)
