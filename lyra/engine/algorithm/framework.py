"""The algorithm framework of `QCAlgorithm` (`Algorithm/QCAlgorithm.Framework.cs`): selection, alpha, portfolio, risk, execution.

In each time step the alpha model's insights become targets, risk changes the targets, and execution orders towards them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from lyra.engine.algorithm.members import kept, model_of_kind
from lyra.engine.enums import InsightType
from lyra.engine.framework.alphas.base import CompositeAlphaModel, NullAlphaModel, check_alpha
from lyra.engine.framework.execution.base import ExecutionModel, ImmediateExecutionModel
from lyra.engine.framework.insight_collection import GeneratedInsightsCollection, InsightManager
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.interfaces import (
    IAlphaModel,
    IExecutionModel,
    IPortfolioConstructionModel,
    IRiskManagementModel,
    IUniverseSelectionModel,
)
from lyra.engine.framework.models import model_name, required_method
from lyra.engine.framework.portfolio.base import NullPortfolioConstructionModel, PortfolioConstructionModel
from lyra.engine.framework.risk.base import CompositeRiskManagementModel, NullRiskManagementModel, distinct_targets
from lyra.engine.framework.selection.base import CompositeUniverseSelectionModel, NullUniverseSelectionModel
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.times import to_us

_WARM_UP_TEXT = "Warning: insights emitted during algorithm warmup are ignored."
_DELISTED_TEXT = "QCAlgorithm.EmitInsights(): Warning: cannot emit insights for delisted securities, these will be discarded"
_NEVER = to_us(datetime.max)


class Event:
    """A C# event: `+=` and `-=` add and remove functions."""

    def __init__(self) -> None:
        self._handlers: list[Callable[..., Any]] = []

    def __iadd__(self, handler: Callable[..., Any]) -> Event:
        self._handlers.append(handler)
        return self

    def __isub__(self, handler: Callable[..., Any]) -> Event:
        if handler in self._handlers:
            self._handlers.remove(handler)
        return self

    def __call__(self, *args: Any) -> None:
        for handler in list(self._handlers):
            handler(*args)

    def __bool__(self) -> bool:
        return bool(self._handlers)


class Framework(LeanObject):
    """The framework part of `QCAlgorithm`."""

    insights = kept("insights", "QuantConnect.Algorithm.Framework.Alphas.Analysis.InsightManager")
    insights_generated: Event

    def _prepare_framework(self: Any) -> None:
        self.debug_mode = False
        self.insights = InsightManager(self)
        self.insights_generated = Event()
        self._selection_universes: set[Any] = set()
        self._warned_insights: set[str] = set()
        self._framework_used = False
        self._use_universe_selection(NullUniverseSelectionModel())
        self._use_alpha(NullAlphaModel())
        self._use_portfolio_construction(NullPortfolioConstructionModel())
        self._use_execution(ImmediateExecutionModel())
        self._use_risk_management(NullRiskManagementModel())

    def _uses_framework(self: Any) -> bool:
        """Whether the loop must call the framework: some model is not a null one, or there are insights."""
        return bool(self._framework_used or self.insights.total_count)

    # models -------------------------------------------------------------------------------------------
    @property
    def debug_mode(self: Any) -> bool:
        """Whether insights, targets and changes are logged."""
        return self._debug_mode  # type: ignore[no-any-return]

    @debug_mode.setter
    def debug_mode(self: Any, value: bool) -> None:
        self._debug_mode = bool(value)

    @property
    def universe_selection(self: Any) -> Any:
        """The model that makes the universes."""
        return self._universe_selection

    @universe_selection.setter
    def universe_selection(self: Any, model: Any) -> None:
        self._use_universe_selection(model_of_kind(model, IUniverseSelectionModel, "Selection"))

    def _use_universe_selection(self: Any, model: Any) -> None:
        self._create_universes = required_method(model, "create_universes", "UniverseSelectionModel")
        self._refresh_time = find_method(model, "get_next_refresh_time_utc")
        self._universe_selection = model
        self._note_model(model, NullUniverseSelectionModel)

    @property
    def alpha(self: Any) -> Any:
        """The model that makes insights."""
        return self._alpha

    @alpha.setter
    def alpha(self: Any, model: Any) -> None:
        self._use_alpha(model_of_kind(model, IAlphaModel, "Alphas"))

    def _use_alpha(self: Any, model: Any) -> None:
        check_alpha(model)
        self._alpha = model
        self._update_alpha = None if type(model) is NullAlphaModel else find_method(model, "update")
        self._note_model(model, NullAlphaModel)

    @property
    def portfolio_construction(self: Any) -> Any:
        """The model that turns insights into targets."""
        return self._portfolio_construction

    @portfolio_construction.setter
    def portfolio_construction(self: Any, model: Any) -> None:
        self._use_portfolio_construction(model_of_kind(model, IPortfolioConstructionModel, "Portfolio"))

    def _use_portfolio_construction(self: Any, model: Any) -> None:
        for name in ("create_targets", "on_securities_changed"):
            required_method(model, name, "IPortfolioConstructionModel")
        self._create_targets = find_method(model, "create_targets")
        self._portfolio_construction = model
        self._note_model(model, NullPortfolioConstructionModel)

    @property
    def execution(self: Any) -> Any:
        """The model that orders towards targets."""
        return self._execution

    @execution.setter
    def execution(self: Any, model: Any) -> None:
        self._use_execution(model_of_kind(model, IExecutionModel, "Execution"))

    def _use_execution(self: Any, model: Any) -> None:
        for name in ("execute", "on_securities_changed"):
            required_method(model, name, "IExecutionModel")
        self._execute = find_method(model, "execute")
        event = find_method(model, "on_order_event")
        self._execution_listener = None if getattr(event, "__func__", None) is ExecutionModel.on_order_event else event
        self._execution = model
        self._note_model(model, ImmediateExecutionModel)

    @property
    def risk_management(self: Any) -> Any:
        """The model that changes targets."""
        return self._risk_management

    @risk_management.setter
    def risk_management(self: Any, model: Any) -> None:
        self._use_risk_management(model_of_kind(model, IRiskManagementModel, "Risk"))

    def _use_risk_management(self: Any, model: Any) -> None:
        self._manage_risk = required_method(model, "manage_risk", "IRiskManagementModel")
        self._risk_management = model
        self._note_model(model, NullRiskManagementModel)

    def _note_model(self: Any, model: Any, idle: type) -> None:
        if type(model) is not idle:
            self._framework_used = True

    def set_universe_selection(self: Any, universe_selection: Any) -> None:
        """Make universes with a model."""
        self._use_universe_selection(universe_selection)

    def add_universe_selection(self: Any, universe_selection: Any) -> None:
        """Make universes with another model too."""
        present = self._universe_selection
        if type(present) is NullUniverseSelectionModel:
            self._use_universe_selection(universe_selection)
        elif isinstance(present, CompositeUniverseSelectionModel):
            present.add_universe_selection(universe_selection)
        else:
            self._use_universe_selection(CompositeUniverseSelectionModel(present, universe_selection))

    def set_alpha(self: Any, alpha: Any) -> None:
        """Make insights with a model."""
        self._use_alpha(alpha)

    def add_alpha(self: Any, alpha: Any) -> None:
        """Make insights with another model too."""
        present = self._alpha
        if type(present) is NullAlphaModel:
            self._use_alpha(alpha)
        elif isinstance(present, CompositeAlphaModel):
            present.add_alpha(alpha)
        else:
            self._use_alpha(CompositeAlphaModel(present, alpha))

    def set_portfolio_construction(self: Any, portfolio_construction: Any) -> None:
        """Turn insights into targets with a model."""
        self._use_portfolio_construction(portfolio_construction)

    def set_execution(self: Any, execution: Any) -> None:
        """Order towards targets with a model."""
        self._use_execution(execution)

    def set_risk_management(self: Any, risk_management: Any) -> None:
        """Change targets with a model."""
        self._use_risk_management(risk_management)

    def add_risk_management(self: Any, risk_management: Any) -> None:
        """Change targets with another model too."""
        present = self._risk_management
        if type(present) is NullRiskManagementModel:
            self._use_risk_management(risk_management)
        elif isinstance(present, CompositeRiskManagementModel):
            present.add_risk_management(risk_management)
        else:
            self._use_risk_management(CompositeRiskManagementModel(present, risk_management))

    # the loop -----------------------------------------------------------------------------------------
    def _framework_post_initialize(self: Any) -> None:
        """Tell the construction model what the settings say, and add the selection model's universes; after `initialize`."""
        self._apply_rebalance_settings()
        for universe in self._create_universes(self):
            self.add_universe(universe)
            self._selection_universes.add(universe.symbol)
        if self.debug_mode:
            self.insights_generated += self._log_insights

    def _apply_rebalance_settings(self: Any) -> None:
        model = self._portfolio_construction
        for name in ("rebalance_on_security_changes", "rebalance_on_insight_changes"):
            value = getattr(self.settings, name.replace("rebalance", "rebalance_portfolio"))
            if value is None:
                continue
            if not isinstance(model, PortfolioConstructionModel):
                self.debug(
                    "Warning: rebalance portfolio settings are set but not supported by the current IPortfolioConstructionModel type: "
                    f"{type(model).__name__}"
                )
                return
            setattr(model, name, bool(value))

    @staticmethod
    def _log_insights(algorithm: Any, data: Any) -> None:
        shown = sorted(data.insights, key=lambda insight: str(insight.symbol))
        algorithm.log(f"{net_time(algorithm)}: {' | '.join(map(str, shown))}")

    def _on_framework_data(self: Any, slice: Any) -> None:
        """A time step of the framework."""
        if self._refresh_time is not None:
            self._refresh_universes()
        if self.insights._score is not None:
            self.insights.step(self._utc)
        if not slice.has_data:
            return
        insights: list[Insight] = []
        if self._update_alpha is not None:
            insights = list(self._update_alpha(self, slice))
        if insights:
            insights = self._initialized(insights)
            self._insights_generated_now(insights)
        self._process_insights(insights)

    def _refresh_universes(self: Any) -> None:
        refresh = to_us(self._refresh_time())
        if refresh >= _NEVER or self._utc < refresh:
            return
        for symbol, universe in list(self.universe_manager._items.items()):
            if universe.dispose_requested:
                self.universe_manager.remove(symbol)
                self._selection_universes.discard(symbol)
        leaving = set(self._selection_universes)
        for universe in self._create_universes(self):
            self._selection_universes.add(universe.symbol)
            self.add_universe(universe)
            leaving.discard(universe.symbol)
        for symbol in leaving:
            self.universe_manager[symbol].dispose()

    def _on_framework_securities_changed(self: Any, changes: Any) -> None:
        """Tell the models what came and went."""
        if self._debug_mode:
            self.debug(f"{net_time(self)}: {changes}")
        for model in (self._alpha, self._portfolio_construction, self._execution, self._risk_management):
            find_method(model, "on_securities_changed")(self, changes)

    def _execution_order_event(self: Any, event: Any) -> None:
        """Tell the execution model of a change of an order's state."""
        if self._execution_listener is not None:
            self._execution_listener(self, event)

    # insights -----------------------------------------------------------------------------------------
    def emit_insights(self: Any, *insights: Any) -> None:
        """Act on insights now: `(insight, …)` or a list; targets and orders follow from them. Ignored in the warm-up."""
        several = len(insights) == 1 and not isinstance(insights[0], Insight) and isinstance(insights[0], Iterable)
        if self.is_warming_up:
            self._warn_insights(_WARM_UP_TEXT)
            return
        members = self._initialized(list(insights[0]) if several else list(insights))
        self._insights_generated_now(members)
        self._process_insights(members)

    def _warn_insights(self: Any, text: str) -> None:
        if text not in self._warned_insights:
            self._warned_insights.add(text)
            self.error(text)

    def _initialized(self: Any, insights: list[Insight]) -> list[Insight]:
        """The insights of securities that still trade, with time, reference price, source and end filled in."""
        valid = []
        for insight in insights:
            security = self.securities[insight._symbol]
            if security.is_delisted:
                self._warn_insights(_DELISTED_TEXT)
                continue
            insight._generated = self._utc
            if insight._type == InsightType.PRICE:
                insight._reference_value = security._price
            else:
                insight.reference_value = security.volatility_model.volatility
            if not insight._source_model:
                insight._source_model = model_name(self._alpha)
            insight.set_period_and_close_time(self._exchange_hours(insight._symbol))
            valid.append(insight)
        return valid

    def _insights_generated_now(self: Any, insights: list[Insight]) -> None:
        if self._debug_mode:
            self.log(f"{net_time(self)}: ALPHA: {_joined(insights)}")
        self.insights.add_range(insights)
        if self.insights_generated:
            self.insights_generated(self, GeneratedInsightsCollection(self._utc, insights))

    def _process_insights(self: Any, insights: list[Insight]) -> None:
        targets = list(self._create_targets(self, insights))
        self._set_targets("PORTFOLIO", targets)
        overrides = list(self._manage_risk(self, targets))
        self._set_targets("RISK", overrides)
        adjusted = distinct_targets([*overrides, *targets])
        if self._debug_mode and overrides:
            self.log(f"{net_time(self)}: RISK ADJUSTED TARGETS: {_joined(adjusted)}")
        self._execute(self, adjusted)

    def _set_targets(self: Any, stage: str, targets: list[Any]) -> None:
        for target in targets:
            self.securities[target.symbol].holdings.target = target
        if self._debug_mode and targets:
            self.log(f"{net_time(self)}: {stage}: {_joined(targets)}")


def net_time(algorithm: Any) -> str:
    """.NET's usual text of the algorithm's time, such as `10/7/2013 9:31:00 AM`."""
    time = algorithm.time
    return f"{time.month}/{time.day}/{time.year} {time.hour % 12 or 12}:{time:%M:%S} {'PM' if time.hour >= 12 else 'AM'}"


def _joined(items: list[Any]) -> str:
    return " | ".join(sorted(map(str, items)))
