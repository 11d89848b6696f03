"""One backtest from file to results (`Engine/Engine.cs`, `Engine/Setup/BacktestingSetupHandler.cs`).

run = Backtest(Job(file=Path("main.py"), data_folder=Path("data")))
outcome = run.run()
run.write(Path("backtests/1"))
"""

from __future__ import annotations

import gc
import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lyra.engine.absent import as_not_supported
from lyra.engine.decimals import use_decimal_context
from lyra.engine.enums import AlgorithmStatus, BrokerageName
from lyra.engine.environment import DataFolder
from lyra.engine.errors import LyraError
from lyra.engine.faults import Fault, at_function, fault_of
from lyra.engine.feed.feed import DataFeed
from lyra.engine.imports import lean_modules
from lyra.engine.loading import load_class
from lyra.engine.loop import Loop, UserError
from lyra.engine.orders.currency_symbols import currency_symbol
from lyra.engine.results.capacity import CapacityEstimate
from lyra.engine.results.files import RunResults, completed_text, configuration_fields, write_results
from lyra.engine.results.handler import ResultHandler, RuntimeFigures
from lyra.engine.results.interest_rate import average_rate
from lyra.engine.results.statistics import StatisticsResults
from lyra.engine.runtime import Context
from lyra.engine.times import DAY, to_us
from lyra.engine.universes.manager import UniverseSelection

_ENGINE = "LEAN Engine v2.5.0.0"
_INITIALIZING = "During the algorithm initialization, the following exception has occurred:"
_NEVER = "0001-01-01T00:00:00Z"
_AROUND_THE_CLOCK = (
    BrokerageName.COINBASE, BrokerageName.GDAX, BrokerageName.BINANCE, BrokerageName.BINANCE_FUTURES, BrokerageName.BINANCE_COIN_FUTURES,
    BrokerageName.BINANCE_US, BrokerageName.BITFINEX, BrokerageName.BYBIT, BrokerageName.FTX, BrokerageName.FTXUS, BrokerageName.KRAKEN,
)  # fmt: skip


@contextmanager
def _rare_collections() -> Iterator[None]:
    """A run makes many objects that stay: looking for cycles among them, as often as Python does, would take a tenth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass
class Job:
    """What is to be run."""

    file: Path
    data_folder: Path
    parameters: dict[str, str] = field(default_factory=dict)
    name: str = "local"
    algorithm_id: str | None = None
    object_store: Path | None = None
    today: datetime | None = None
    """The day that counts as today; end dates are cut to the day before. None means now, in UTC."""


class Backtest:
    """A run; everything computed stays readable after an error."""

    def __init__(self, job: Job, on_step: Callable[[Backtest], None] | None = None) -> None:
        self.job = job
        self.algorithm: Any = None
        self.fault: Fault | None = None
        self.error: BaseException | None = None
        self.statistics = StatisticsResults()
        self.results: ResultHandler | None = None
        self.data_points = 0
        self.interrupted = False
        self.loop: Loop | None = None
        self._on_step = on_step
        self._started = datetime.now(UTC)
        self._capacity: CapacityEstimate | None = None
        self._log: list[str] = []
        self._load_error = ""
        self._members: dict[str, Any] = {}
        today = to_us(job.today or datetime.now(UTC).replace(tzinfo=None)) // DAY * DAY
        self.data = DataFolder(job.data_folder, job.object_store)
        self.context = Context(self.data, today - DAY, job.algorithm_id or job.file.stem, dict(job.parameters), job.object_store)

    def interrupt(self) -> None:
        """End after the present step; the results so far are kept."""
        self.interrupted = True
        if self.loop is not None:
            self.loop.interrupted = True

    def subscriptions_without_data(self) -> list[tuple[str, str]]:
        """(symbol, first file looked for) of the user's securities for which no file at all was there."""
        if self.algorithm is None:
            return []
        return self.data.files.without_data(c for c in self.algorithm._configs.values() if not c.is_internal_feed)

    # running ------------------------------------------------------------------------------------------
    @_rare_collections()
    def run(self) -> Backtest:
        """Run to the end, or to the first error of the user's code."""
        use_decimal_context()
        folder = str(self.job.file.resolve().parent)
        with self.context.active(), lean_modules(folder):
            if self._load() and self._initialize():
                self._run_loop()
        return self

    def _load(self) -> bool:
        """Make the algorithm; False after an error of its file or constructor."""
        try:
            kind = load_class(self.job.file)
            if self.job.algorithm_id is None and self.job.file.stem == "main":
                self.context.algorithm_id = kind.__name__
            self.algorithm = kind()
        except Exception as e:
            self._fail_to_load(as_not_supported(e))
            return False
        return True

    def _initialize(self) -> bool:
        """Call the user's `initialize` and prepare the run; False after an error."""
        algorithm = self.algorithm
        try:
            feed = algorithm._feed = DataFeed(algorithm)
            feed.selection = UniverseSelection(algorithm, feed)
            algorithm._name = self.job.name
            algorithm.initialize()
            if algorithm.settings.trading_days_per_year is None:
                algorithm.settings.trading_days_per_year = 365 if algorithm.brokerage_name in _AROUND_THE_CLOCK else 252
            self._post_initialize(algorithm)
        except Exception as e:
            self._fail_to_start(as_not_supported(e))
            return False
        return True

    @staticmethod
    def _post_initialize(algorithm: Any) -> None:
        if algorithm._end < algorithm._start:
            raise ValueError("Please select an algorithm end date greater than start date.")
        algorithm._framework_post_initialize()
        if algorithm._benchmark is None:
            algorithm._benchmark = algorithm.brokerage_model.get_benchmark(algorithm.securities)
        algorithm._warn_about_benchmark()
        start = algorithm._warm_up_start()
        if start is None:
            algorithm.set_finished_warming_up()
        else:
            algorithm._utc = start
        algorithm._end_of_time_step()
        algorithm._ensure_currency_feeds(seed=False)
        algorithm._seed_conversion_rates()

    def _make_results(self) -> ResultHandler:
        algorithm = self.algorithm
        results = ResultHandler(self.context.algorithm_id, algorithm._start, algorithm._end, algorithm._zone, algorithm.portfolio._cash,
                                currency_symbol(algorithm.account_currency))  # fmt: skip
        results.messages = self.context.messages
        results.warming_up = algorithm.is_warming_up
        return results

    def _run_loop(self) -> None:
        algorithm = self.algorithm
        results = self.results = self._make_results()
        capacity = self._capacity = CapacityEstimate(algorithm._start, algorithm._end)
        began = clock.perf_counter()
        algorithm._locked = True
        refused: Exception | None = None
        try:
            algorithm.schedule._start()
        except Exception as e:  # a rule without moments: nothing runs
            refused = e
        loop = self.loop = Loop(algorithm, algorithm._feed, results, algorithm.schedule._queue, capacity)
        loop.interrupted = self.interrupted
        if self._on_step is not None:
            loop.on_step = lambda time: self._on_step(self)  # type: ignore[misc]
        if refused is not None:
            self._fail(refused)
            self._finish(clock.perf_counter() - began)
            return
        algorithm.schedule._every_midnight(loop.sample)
        algorithm._statistics_source = lambda: self._statistics(final=False)
        results.messages.engine_debug(algorithm._local, f"Launching analysis for {self.context.algorithm_id} with {_ENGINE}")
        try:
            loop.run()
        except KeyboardInterrupt:
            self.interrupted = True
        except UserError as e:
            self._fail(e.error, e.source)
        except Exception as e:
            self._fail(e)
        self._finish(clock.perf_counter() - began)

    def _finish(self, seconds: float) -> None:
        algorithm, results, loop = self.algorithm, self.results, self.loop
        assert results is not None and loop is not None
        self.data_points = loop.data_points + algorithm._history_points
        results.messages.engine_debug(algorithm._local, completed_text(self.context.algorithm_id, seconds, self.data_points))
        for message in algorithm._start_limits.messages():
            results.messages.engine_debug(algorithm._local, message)
        self._log = results.close_log()
        loop.process_results(force=True)
        loop._capacity_step(force=True)
        self.statistics = self._statistics(final=True)

    # errors -------------------------------------------------------------------------------------------
    def _fail(self, error: BaseException, source: str = "") -> None:
        error = as_not_supported(error)
        self.error = error
        fault = self.fault = fault_of(error, self.job.file.resolve().parent, frames="EndOfDay" not in source)
        self.results.fail(self.algorithm._local, f"Runtime Error: {fault.trace}", fault.trace)  # type: ignore[union-attr]

    def _fail_to_start(self, error: BaseException) -> None:
        """`initialize` raised: nothing has run, the settings made so far are in the result."""
        self.error = error
        algorithm = self.algorithm
        fault = fault_of(error, self.job.file.resolve().parent)
        self.fault = fault if isinstance(error, LyraError) else at_function(fault, algorithm.initialize)
        if algorithm.settings.trading_days_per_year is None:
            algorithm.settings.trading_days_per_year = 252
        results = self.results = self._make_results()
        told = f"{fault.trace} {fault.plain}"
        results.refuse(algorithm._local, f"{','.join(results.messages.pending_errors())}{_INITIALIZING} {told}", told)

    def _fail_to_load(self, error: BaseException) -> None:
        self.error = error
        fault = fault_of(error, self.job.file.resolve().parent)
        self.fault = replace(fault, file=fault.file or self.job.file.name)
        self._load_error = (f"{_INITIALIZING} Loader.TryCreatePythonAlgorithm(): Unable to import python module {self.job.file.name}. "
                            f"AlgorithmPythonWrapper(): {fault.trace} {fault.plain}")  # fmt: skip
        self.context.messages.console.append(("ERROR", f"Algorithm.Initialize() Error: {self._load_error}"))

    # statistics ---------------------------------------------------------------------------------------
    def _statistics(self, final: bool) -> StatisticsResults:
        algorithm, results, loop, capacity = self.algorithm, self.results, self.loop, self._capacity
        assert results is not None and loop is not None and capacity is not None
        portfolio, transactions = algorithm.portfolio, algorithm.transactions
        model = algorithm.risk_free_interest_rate_model
        results.custom_statistics = algorithm._summary_statistics
        first_day = None
        if not final:
            first_day = (algorithm._utc, portfolio._total_portfolio_value, loop.benchmark_seen)
        return results.statistics(
            algorithm.trade_builder.closed_trades, transactions._profit_loss, transactions._winning, transactions._losing,
            portfolio._total_fees, transactions.total_orders, lambda times: average_rate(model, times),
            algorithm.settings.trading_days_per_year, capacity.capacity, _asset_text(capacity.lowest_capacity_asset), first_day,
        )  # type: ignore[no-any-return]  # fmt: skip

    # output -------------------------------------------------------------------------------------------
    @_rare_collections()
    def write(self, folder: Path) -> dict[str, str]:
        """Write LEAN's result files; gives the statistics with the order list hash."""
        return write_results(folder, self.run_results(), datetime.now(UTC))

    def run_results(self) -> RunResults:
        """What the run leaves."""
        algorithm, results = self.algorithm, self.results
        if algorithm is None or results is None:
            return self._failed_results()
        transactions = algorithm.transactions
        status = AlgorithmStatus.RUNTIME_ERROR if self.error else AlgorithmStatus.STOPPED if self.interrupted else AlgorithmStatus.COMPLETED
        runtime = results.runtime(self.statistics.summary, self._figures())
        state = results.state(
            status, transactions.total_orders, len(algorithm.insights), self.job.name, _stamp(self._started), _stamp(datetime.now(UTC))
        )
        configuration = configuration_fields(
            algorithm.name, algorithm.tags, algorithm.account_currency, algorithm.brokerage_name, algorithm.brokerage_model.account_type,
            self.context.parameters, algorithm._start, algorithm._end, algorithm.settings.trading_days_per_year,
        )  # fmt: skip
        return RunResults(self.context.algorithm_id, results.charts, list(transactions._orders.values()), transactions.order_events, transactions._profit_loss,
                          self.statistics, runtime, state, configuration, {}, self._log, results.messages.console,
                          algorithm.insights.json() if len(algorithm.insights) else None)  # fmt: skip

    def _figures(self) -> RuntimeFigures:
        portfolio = self.algorithm.portfolio
        return RuntimeFigures(portfolio._total_portfolio_value, portfolio._total_unrealized_profit, portfolio._total_fees, portfolio._total_net_profit,
                              portfolio._total_holdings_value, portfolio._total_sale_volume)  # fmt: skip

    def _failed_results(self) -> RunResults:
        text = self._load_error
        state = {"StartTime": _stamp(self._started), "EndTime": _stamp(datetime.now(UTC)),
                 "RuntimeError": f"Algorithm.Initialize() Error: {text} Stack Trace: {text}",
                 "StackTrace": text, "LogCount": "1", "OrderCount": "0", "InsightCount": "0", "Name": self.job.name, "Hostname": "",
                 "Status": AlgorithmStatus.RUNTIME_ERROR.lean_name}  # fmt: skip
        configuration = {"name": None, "tags": None, "accountCurrency": None, "brokerage": 0, "accountType": 0, "parameters": None,
                         "outOfSampleMaxEndDate": None, "outOfSampleDays": 0, "startDate": _NEVER, "endDate": _NEVER, "tradingDaysPerYear": 252}  # fmt: skip
        return RunResults(
            self.context.algorithm_id, {}, [], [], {}, self.statistics, {}, state, configuration, {}, [], self.context.messages.console
        )


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _asset_text(symbol: Any) -> str:
    return "" if symbol is None else str(symbol.id)
