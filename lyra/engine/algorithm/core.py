"""`QCAlgorithm`: the class that algorithms derive from (`Algorithm/QCAlgorithm.cs`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lyra.engine.algorithm.adding import Adding
from lyra.engine.algorithm.commands import Commands
from lyra.engine.algorithm.custom import CustomDataApi
from lyra.engine.algorithm.framework import Framework
from lyra.engine.algorithm.generics import GenericMethod
from lyra.engine.algorithm.history import HistoryApi
from lyra.engine.algorithm.indicators import IndicatorHelpers
from lyra.engine.algorithm.members import kept, of_kind
from lyra.engine.algorithm.reporting import NotificationManager, Reporting, message_text
from lyra.engine.algorithm.settings import AlgorithmSettings, UniverseSettings
from lyra.engine.algorithm.subscriptions import TICK_TYPES
from lyra.engine.algorithm.trading import Trading
from lyra.engine.algorithm.trading_calendar import TradingCalendar
from lyra.engine.algorithm.universes import UniverseApi
from lyra.engine.algorithm.wiring import Wiring
from lyra.engine.brokerages.base import (
    BrokerageModelSecurityInitializer,
    DefaultBrokerageModel,
    FuncSecurityInitializer,
    SecuritySeeder,
    answer_of,
)
from lyra.engine.brokerages.catalogue import brokerage_model, brokerage_name
from lyra.engine.data.slice import Slice
from lyra.engine.decimals import to_decimal
from lyra.engine.dotnet_errors import ArgumentException, InvalidOperationException, no_method
from lyra.engine.dotnet_types import HashSet
from lyra.engine.enums import AccountType, AlgorithmMode, AlgorithmStatus, BrokerageName, DeploymentTarget, Resolution
from lyra.engine.feed.corporate_history import StartLimits
from lyra.engine.framework.signal_exports import SignalExportManager
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.object_store import ObjectStore
from lyra.engine.orders.properties import OrderProperties
from lyra.engine.orders.transactions import SecurityTransactionManager
from lyra.engine.results.interest_rate import InterestRateProvider
from lyra.engine.results.plots import Plots
from lyra.engine.results.trades import TradeBuilder
from lyra.engine.runtime import Context, current_context
from lyra.engine.scheduling.manager import ScheduleManager
from lyra.engine.scheduling.rules import DateRules, TimeRules
from lyra.engine.securities.benchmark import FuncBenchmark, SecurityBenchmark
from lyra.engine.securities.manager import SecurityManager
from lyra.engine.securities.portfolio import SecurityPortfolioManager
from lyra.engine.symbols import Symbol
from lyra.engine.times import DAY, TimeZones, Zone, span_us, to_datetime, to_us, to_utc_datetime, zone
from lyra.engine.universes.manager import UniverseManager

_MAXIMUM_NAME = 200
_MAXIMUM_TAGS = 100


class QCAlgorithm(
    Trading, Adding, CustomDataApi, HistoryApi, IndicatorHelpers, UniverseApi, Framework, Reporting, Commands, Wiring, LeanObject
):
    """Override `initialize` and the `on_…` callbacks; everything else is there to be called."""

    MAX_NAME_AND_TAGS_LENGTH = MaxNameAndTagsLength = 200
    MAX_TAGS_COUNT = MaxTagsCount = 100

    settings = kept("settings", "QuantConnect.Interfaces.IAlgorithmSettings")
    universe_settings = kept("universe_settings", "QuantConnect.Data.UniverseSelection.UniverseSettings")
    portfolio = kept("portfolio", "QuantConnect.Securities.SecurityPortfolioManager")
    securities = kept("securities", "QuantConnect.Securities.SecurityManager")
    transactions = kept("transactions", "QuantConnect.Securities.SecurityTransactionManager")
    schedule = kept("schedule", "QuantConnect.Scheduling.ScheduleManager")
    date_rules = kept("date_rules", "QuantConnect.Scheduling.DateRules")
    time_rules = kept("time_rules", "QuantConnect.Scheduling.TimeRules")
    object_store = kept("object_store", "QuantConnect.Storage.ObjectStore")
    subscription_manager = kept("subscription_manager", "QuantConnect.Data.SubscriptionManager")
    universe_manager = kept("universe_manager", "QuantConnect.Securities.UniverseManager")
    trade_builder: Any
    default_order_properties: OrderProperties
    security_initializer: Any
    risk_free_interest_rate_model: Any
    signal_export: Any

    def __new__(cls, *args: Any, **kwargs: Any) -> QCAlgorithm:
        """Ready before `__init__`, which users may write without calling ours."""
        self = super().__new__(cls)
        self._prepare(current_context())
        return self

    def __init__(self) -> None:
        """Nothing is left to do; users' own constructors may or may not call this."""

    def _prepare(self, context: Context) -> None:
        self._context = context
        self._data = context.data
        self._locked = False
        self._zone: Zone = zone("America/New_York")
        self._zone_is_constant = False
        self._start = to_us(datetime(1998, 1, 1))
        self._end = context.yesterday + DAY - 1
        self._utc = self._start  # until a start date is set
        self._status = AlgorithmStatus.RUNNING
        self._touched = False
        self._warming_up = True
        self._warm_up: tuple[int | None, int | None, Resolution | None] = (None, None, None)
        self._warned: set[str] = set()
        self._maximum_orders = 2**31 - 1
        self._current_slice: Slice | None = None
        self._configs: dict[Any, Any] = {}
        self._user_universes: dict[str, Any] = {}
        self._pending_universes: list[Any] = []
        self._pending_changes: list[Any] = []
        """(universe, security, configurations to follow it with, None to let it go), of the present step."""
        self._pending_currency_feeds: list[Any] = []
        self._currency_configs: dict[Symbol, Any] = {}
        self._benchmark_subscribed = False
        self._name = type(self).__name__
        self._project_id = 0
        self._command_types: dict[str, Any] = {}
        self.signal_export = SignalExportManager(self)
        self._sessions: list[Any] = []
        """The securities whose `session` is on."""
        self._tags: list[str] = []
        self._mode, self._target = AlgorithmMode.BACKTESTING, DeploymentTarget.LOCAL_PLATFORM
        self._messages = context.messages
        self._notifications = NotificationManager()
        self._plots = Plots()
        self._runtime_statistics: dict[str, str | None] = {}
        self._summary_statistics: dict[str, str] = {}
        self._order_listeners: list[Callable[[Any], None]] = []
        self._run_error: BaseException | None = None
        self._run_error_source = ""
        self._feed: Any = None
        self._start_limits = StartLimits()
        self._history_points = 0
        self._statistics_source: Callable[[], Any] | None = None
        self.settings = AlgorithmSettings()
        self.universe_settings = UniverseSettings()
        self.securities = SecurityManager(self)
        self.transactions = SecurityTransactionManager(self)
        self.portfolio = SecurityPortfolioManager(self, self.securities, self.transactions)
        self.universe_manager = UniverseManager()
        self.subscription_manager = context.subscription_manager(self)
        self.trade_builder = TradeBuilder()
        self.default_order_properties = OrderProperties()
        self._brokerage_model: Any = DefaultBrokerageModel()
        self._brokerage_name = BrokerageName.DEFAULT
        self.security_initializer = BrokerageModelSecurityInitializer(self._brokerage_model, SecuritySeeder.NULL)
        self._user_initializer = False
        self._benchmark: Any = None
        self.object_store = ObjectStore(context.object_store, context.resources)
        self.risk_free_interest_rate_model = InterestRateProvider(self._data.path)
        self.schedule = ScheduleManager(self)
        self.date_rules = DateRules(self)
        self.time_rules = TimeRules(self)
        self._prepare_framework()

    # callbacks that users override -------------------------------------------------------------------
    def initialize(self) -> None:
        """Set dates, cash, securities. Must be overridden."""
        raise NotImplementedError("Please override the Initialize() method")

    def on_data(self, slice: Slice) -> None:
        """Called with everything that became known at a moment."""

    def on_order_event(self, order_event: Any) -> None:
        """Called for each change of an order's state."""

    def on_assignment_order_event(self, assignment_event: Any) -> None:
        """Called when a short option is assigned."""

    def on_securities_changed(self, changes: Any) -> None:
        """Called when securities come or go."""

    def on_end_of_algorithm(self) -> None:
        """Called once, after the last data."""

    def on_warmup_finished(self) -> None:
        """Called once, when the warm-up is over."""

    def on_dividends(self, dividends: Any) -> None:
        """Called with the dividends of a moment."""

    def on_splits(self, splits: Any) -> None:
        """Called with the splits of a moment."""

    def on_delistings(self, delistings: Any) -> None:
        """Called with the delistings of a moment."""

    def on_symbol_changed_events(self, symbols_changed: Any) -> None:
        """Called with the ticker changes of a moment."""

    def on_margin_call(self, requests: list[Any]) -> list[Any]:
        """Called before margin call orders are sent; gives back those to send."""
        return requests

    def on_margin_call_warning(self) -> None:
        """Called when little margin is left."""

    def on_brokerage_message(self, message_event: Any) -> None:
        """Called when a brokerage says something; not in backtests."""

    def on_brokerage_disconnect(self) -> None:
        """Called when a brokerage is lost; not in backtests."""

    def on_brokerage_reconnect(self) -> None:
        """Called when a brokerage is back; not in backtests."""

    def on_command(self, data: Any) -> bool | None:
        """Called when a command is sent to a live algorithm."""
        return None

    # time ---------------------------------------------------------------------------------------------
    @property
    def time(self) -> datetime:
        """Now, in the algorithm's zone."""
        return to_datetime(self._zone.to_local(_seen(self._utc)))

    @property
    def utc_time(self) -> datetime:
        """Now, in UTC, aware."""
        return to_utc_datetime(_seen(self._utc))

    @property
    def _local(self) -> int:
        return self._zone.to_local(self._utc)

    @property
    def time_zone(self) -> Zone:
        """The algorithm's zone."""
        return self._zone

    @property
    def start_date(self) -> datetime:
        """The first day."""
        return to_datetime(self._start)

    @property
    def end_date(self) -> datetime:
        """The last moment."""
        return to_datetime(self._end)

    @property
    def _start_utc(self) -> int:
        return self._zone.to_utc(self._start)

    @property
    def _end_utc(self) -> int:
        return self._zone.to_utc(self._end)

    def set_start_date(self, *args: Any, **names: Any) -> None:
        """`(year, month, day)` or a date."""
        self._refuse_locked("set_start_date", "Cannot change start date after algorithm initialized.")
        moment = _date_of(args, names)
        day = to_us(moment) // DAY * DAY
        if day > self._context.yesterday + DAY:
            raise ArgumentException("Date Invalid: Please select start date less than today (Parameter 'start')")
        self._start = day
        self._utc = self._zone.to_utc(day)

    def set_end_date(self, *args: Any, **names: Any) -> None:
        """`(year, month, day)`, a date, or a timedelta before today. A day in the future becomes yesterday."""
        self._refuse_locked("set_end_date", "Cannot change end date after algorithm initialized.")
        if len(args) == 1 and isinstance(args[0], timedelta):
            day = (self._context.yesterday + DAY - span_us(args[0])) // DAY * DAY
        else:
            day = to_us(_date_of(args, names)) // DAY * DAY
        self._end = min(day, self._context.yesterday) + DAY - 1

    def set_time_zone(self, time_zone: Any) -> None:
        """Keep the algorithm's clock in another zone."""
        self._refuse_locked("set_time_zone", "Cannot change time zone after algorithm running.")
        self._zone = zone(time_zone)
        self._zone_is_constant = time_zone is TimeZones.UTC  # type: ignore[attr-defined]
        self._utc = self._zone.to_utc(self._start)

    def _set_time(self, utc: int) -> None:
        """Move the clock; reaching the start ends the warm-up."""
        self._utc = utc
        if self._warming_up and self._locked and self._zone.to_local(utc) >= self._start:
            self._warming_up = False

    def _refuse_locked(self, method: str, reason: str) -> None:
        if self._locked:
            raise InvalidOperationException(f"self.{method}(): {reason}")

    # warm-up ------------------------------------------------------------------------------------------
    @property
    def is_warming_up(self) -> bool:
        """Whether the algorithm has not reached its start yet."""
        return self._warming_up

    def set_warm_up(self, time_span: Any = None, resolution: Resolution | None = None, bar_count: int | None = None) -> None:
        """Begin before the start, by a timedelta or a count of bars; orders are refused until the start."""
        self._refuse_locked("set_warmup", "This method cannot be used after algorithm initialized")
        if isinstance(time_span, timedelta):
            self._warm_up = (None, span_us(time_span), resolution)
        else:
            self._warm_up = (int(time_span if bar_count is None else bar_count), None, resolution)
        self.settings.warmup_resolution = None if resolution is None else Resolution(resolution)

    set_warmup = set_warm_up

    def set_finished_warming_up(self) -> None:
        """End the warm-up now."""
        self._warming_up = False

    # money --------------------------------------------------------------------------------------------
    @property
    def account_currency(self) -> str:
        """The account's currency."""
        return self.portfolio.cash_book.account_currency  # type: ignore[no-any-return]

    def set_cash(self, *args: Any, **names: Any) -> None:
        """`set_cash(amount)` or `set_cash(currency, amount[, conversion_rate])`."""
        self._refuse_locked("set_cash", "Cannot change cash available after algorithm initialized.")
        order = ("symbol", "starting_cash", "conversion_rate") if "symbol" in names or len(args) > 1 else ("starting_cash",)
        args = (*args, *(names[name] for name in order[len(args) :] if name in names))
        if len(args) >= 2 or (len(args) == 1 and not isinstance(args[0], str)) or self._is_number(args[0]):
            self.portfolio.set_cash(*args)
            return
        raise TypeError(f"No method matches given arguments for set_cash: ({args[0]!r})")

    @staticmethod
    def _is_number(value: Any) -> bool:
        try:
            to_decimal(value)
        except (TypeError, ValueError):
            return False
        return True

    def set_account_currency(self, account_currency: str, starting_cash: Any = None) -> None:
        """Keep the account in another currency; before securities are added."""
        self._refuse_locked("set_account_currency", "Cannot change AccountCurrency after algorithm initialized.")
        start = "" if starting_cash is None else f", with a starting cash of {message_text(starting_cash)}"
        self.debug(f"Changing account currency from {self.account_currency} to {account_currency}{start}...")
        self.portfolio.set_account_currency(account_currency, starting_cash)

    # brokerage and benchmark -----------------------------------------------------------------------
    @property
    def brokerage_model(self) -> Any:
        """The rules of the brokerage."""
        return self._brokerage_model

    @property
    def brokerage_name(self) -> BrokerageName:
        """The brokerage."""
        return self._brokerage_name

    def set_brokerage_model(self, brokerage: Any, account_type: AccountType = AccountType.MARGIN) -> None:
        """Take the rules of a brokerage by name, or a model of the user's own."""
        if isinstance(brokerage, (BrokerageName, int, str)) and not isinstance(brokerage, DefaultBrokerageModel):
            self._brokerage_model = brokerage_model(BrokerageName(brokerage), account_type)
            self._brokerage_name = brokerage_name(self._brokerage_model)
        else:
            from lyra.engine.models.python_models import wrap_model

            self._brokerage_model = wrap_model("brokerage_model", brokerage)
            self._brokerage_name = brokerage_name(brokerage)
        if not self._user_initializer:
            self.security_initializer = BrokerageModelSecurityInitializer(self._brokerage_model, SecuritySeeder.NULL)
            for security in self.securities.values():
                leverage = security._leverage  # what `add_security` was given stays
                self.security_initializer.initialize(security)
                security.set_leverage(leverage)

    def set_security_initializer(self, security_initializer: Any) -> None:
        """Set up each new security with a function or an initializer."""
        self._user_initializer = True
        if find_method(security_initializer, "initialize") is None and callable(security_initializer):
            security_initializer = FuncSecurityInitializer(security_initializer)
        self.security_initializer = security_initializer

    def add_security_initializer(self, security_initializer: Any) -> None:
        """Run another initializer after the present one."""
        first = self.security_initializer
        self.set_security_initializer(security_initializer)
        second = self.security_initializer
        self.security_initializer = FuncSecurityInitializer(lambda security: (first.initialize(security), second.initialize(security)))

    def set_brokerage_message_handler(self, handler: Any) -> None:
        """Accepted; backtests have no brokerage messages."""

    @property
    def benchmark(self) -> Any:
        """What the run is compared with."""
        return self._benchmark

    @benchmark.setter
    def benchmark(self, value: Any) -> None:
        self._benchmark = of_kind(value, (FuncBenchmark, SecurityBenchmark), "QuantConnect.Benchmarks.IBenchmark")

    def set_benchmark(self, *args: Any) -> None:
        """A symbol or ticker, `(security_type, ticker)`, or a function of the time."""
        self._refuse_locked("set_benchmark", "Cannot change Benchmark after algorithm initialized.")
        value = args[-1]
        if len(args) == 2:
            market = self.brokerage_model.default_markets.get(args[0], "usa")
            symbol = Symbol.create(value, args[0], str(market))
        elif isinstance(value, str):
            known = self._data.symbols.tickers.find(value)
            if known is None:
                known = next((s for s in self.securities.keys() if s.value == value), None)
            if known is None:
                from lyra.engine.enums import SecurityType

                self.debug(f"Warning: SetBenchmark({value}): no existing symbol found, benchmark security will be added with Equity type.")
                known = Symbol.create(value, SecurityType.EQUITY, "usa")
            symbol = known
        elif callable(value) and not isinstance(value, Symbol) and not hasattr(value, "symbol"):
            self._benchmark = FuncBenchmark(value)
            return
        else:
            symbol = self._symbol_of(value)
        self._benchmark = SecurityBenchmark.create_instance(self.securities, symbol)

    def set_trade_builder(self, trade_builder: Any) -> None:
        """Make trades of fills by another builder, such as `TradeBuilder(FillGroupingMethod.FLAT_TO_FLAT, FillMatchingMethod.FIFO)`."""
        trade_builder.set_live_mode(False)
        trade_builder.set_security_manager(self.securities)
        self.trade_builder = trade_builder

    def train(self, *args: Any) -> Any:
        """Call a function that may take long now, or `(date_rule, time_rule, function)` on a schedule."""
        return self.schedule.training(*args) if len(args) == 3 else self.schedule.training_now(*args)

    def set_algorithm_mode(self, algorithm_mode: AlgorithmMode) -> None:
        """LEAN's engine sets it; once the run is on it is fixed."""
        if not self._locked:
            self._mode = AlgorithmMode(algorithm_mode)

    def set_deployment_target(self, deployment_target: DeploymentTarget) -> None:
        """LEAN's engine sets it; once the run is on it is fixed."""
        if not self._locked:
            self._target = DeploymentTarget(deployment_target)

    def set_risk_free_interest_rate_model(self, model: Any) -> None:
        """Say what money earns without risk."""
        self.risk_free_interest_rate_model = model

    # the run ------------------------------------------------------------------------------------------
    def get_locked(self) -> bool:
        """Whether `initialize` is over."""
        return self._locked

    @property
    def live_mode(self) -> bool:
        """False: this is a backtest."""
        return False

    @property
    def algorithm_mode(self) -> AlgorithmMode:
        """Backtesting."""
        return self._mode

    @property
    def deployment_target(self) -> DeploymentTarget:
        """A local platform."""
        return self._target

    @property
    def algorithm_id(self) -> str:
        """The run's id; LEAN gives it only after `initialize`."""
        return self._context.algorithm_id if self._locked else ""

    @property
    def project_id(self) -> int:
        """The project's id; zero outside the cloud."""
        return self._project_id

    @project_id.setter
    def project_id(self, value: int) -> None:
        self._project_id = int(value)

    @property
    def market_hours_database(self) -> Any:
        """The market hours of the run's data folder."""
        return self._data.hours

    @property
    def pandas_converter(self) -> Any:
        """Makes data frames of slices and points."""
        from lyra.engine.history.converter import PandasConverter

        self.history._provider._use_ticker_keys()
        return PandasConverter()

    @property
    def trading_calendar(self) -> TradingCalendar:
        """Business days and holidays."""
        return TradingCalendar(self)

    @property
    def symbol_properties_database(self) -> Any:
        """The symbol properties of the run's data folder."""
        return self._data.properties

    @property
    def status(self) -> AlgorithmStatus:
        """The run's status; another than running ends the run."""
        return self._status

    @status.setter
    def status(self, value: Any) -> None:
        self._status = AlgorithmStatus(value)

    @property
    def current_slice(self) -> Slice | None:
        """The last slice."""
        return self._current_slice

    @property
    def active_securities(self) -> Any:
        """The securities that are in some universe."""
        return self.universe_manager.active_securities

    @property
    def name(self) -> str:
        """The algorithm's name."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        if self._locked:
            raise InvalidOperationException("Cannot set algorithm name after it is initialized.")
        if value:
            self._name = value[:_MAXIMUM_NAME]

    def set_name(self, name: str) -> None:
        """Name the algorithm."""
        self.name = name

    @property
    def tags(self) -> list[str]:
        """The algorithm's tags."""
        return self._tags

    @tags.setter
    def tags(self, value: Any) -> None:
        if not isinstance(value, HashSet):
            raise TypeError(f"'{type(value).__name__}' value cannot be converted to System.Collections.Generic.HashSet`1[System.String]")
        self._tags = [tag[:_MAXIMUM_NAME] for tag in value if tag and tag.strip()][:_MAXIMUM_TAGS]

    def set_tags(self, tags: Any) -> None:
        """Tag the algorithm with a .NET `HashSet[str]`."""
        if not isinstance(tags, HashSet):
            raise no_method("set_tags", tags)
        self.tags = tags

    def add_tag(self, tag: str) -> None:
        """Add a tag."""
        if tag and tag.strip() and len(self._tags) < _MAXIMUM_TAGS:
            self._tags = list(dict.fromkeys([*self._tags, tag[:_MAXIMUM_NAME]]))

    def quit(self, message: str = "") -> None:
        """End the run after this step."""
        self.debug("Quit(): " + message)
        self._touched = True
        self._status = AlgorithmStatus.STOPPED

    def quit_status(self) -> None:
        """End the run after this step, without a word."""
        self._status = AlgorithmStatus.STOPPED

    def set_run_time_error(self, error: BaseException, source: str = "") -> None:
        """End the run with an error; the last one counts."""
        self._touched = True
        self._run_error, self._run_error_source = error, source

    def _fill_error(self, error: BaseException) -> None:
        self._context.note_model_error(error)

    def _order_event(self, event: Any) -> None:
        for listener in self._order_listeners:
            listener(event)
        self._execution_order_event(event)
        try:
            self.on_order_event(event)
        except Exception as e:
            self.set_run_time_error(e, "Order Event Handler")

    def _brokerage_refusal(self, security: Any, order: Any) -> Any:
        accepted, message = answer_of(self._brokerage_model.can_submit_order(security, order, None))
        if accepted:
            return None
        return "Warning - Code: InvalidOrder - " if message is None else message

    def _brokerage_update_refusal(self, security: Any, order: Any, request: Any) -> Any:
        accepted, message = answer_of(self._brokerage_model.can_update_order(security, order, request, None))
        if accepted:
            return None
        text = f"Warning - Code: InvalidRequest - BrokerageModel declared unable to update order: {order.id}"
        return text if message is None else message


def _seen(utc: int) -> int:
    """A moment as Python sees it: what follows a step at once is a tick of 100 ns later in LEAN, which is a microsecond here."""
    return utc - 1 if utc % 1000 == 1 else utc


def _consolidate_typed(self: Any, kind: Any, symbol: Any, period: Any, *more: Any) -> Any:
    """A consolidator of the feed whose bars or ticks have a type."""
    tick_type = more[0] if len(more) > 1 else TICK_TYPES.get(kind)
    return IndicatorHelpers.consolidate(self, symbol, period, tick_type, more[-1] if more else None)


for _name in ("consolidate", "Consolidate"):
    setattr(QCAlgorithm, _name, GenericMethod(IndicatorHelpers.consolidate, _consolidate_typed))


def _date_of(args: tuple[Any, ...], names: dict[str, Any]) -> Any:
    if names:
        order = ("date",) if {"date", "start", "end"} & set(names) else ("year", "month", "day")
        args = (*args, *(names.get(name, names.get("start", names.get("end"))) for name in order[len(args) :]))
    if len(args) == 3:
        try:
            return datetime(int(args[0]), int(args[1]), int(args[2]))
        except ValueError as e:
            raise ArgumentException("Date Invalid: Year, Month, and Day parameters describe an un-representable DateTime.") from e
    return args[0]
