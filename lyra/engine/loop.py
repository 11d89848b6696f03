"""The run through time: what happens in a time step, and in which order (`Engine/AlgorithmManager.cs`).

Each step that has nothing to do costs one comparison. The order matters: events of the past fire before prices move, open orders
fill before user code runs, indicators see the data before `on_data` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.data.events import Delisting, Dividend, Split, SymbolChangedEvent
from lyra.engine.data.open_interest import OpenInterest
from lyra.engine.data.slice import Slice
from lyra.engine.decimals import ZERO, decimal_text, to_decimal, to_float
from lyra.engine.enums import AlgorithmStatus, DataNormalizationMode, SecurityType, SplitType
from lyra.engine.errors import AlgorithmError
from lyra.engine.feed.feed import DataFeed, TimeSlice
from lyra.engine.models.margin_interest import MarginInterestRateParameters, NullMarginInterestRateModel
from lyra.engine.models.volatility import NullVolatilityModel
from lyra.engine.models.volatility import warm_up as warm_up_volatility
from lyra.engine.naming import find_method
from lyra.engine.orders.fields import utc_text
from lyra.engine.results.capacity import CapacityEstimate, bar_of_row, market_bar
from lyra.engine.results.handler import ResultHandler
from lyra.engine.sampling import PortfolioSampler
from lyra.engine.scheduling.queue import EventQueue
from lyra.engine.securities.buying_power import reserved_margin
from lyra.engine.securities.settlement import ImmediateSettlementModel, ScanSettlementModelParameters
from lyra.engine.stretch import Stretch
from lyra.engine.times import HOUR, MINUTE, to_datetime

_MARGIN_CALL_SPAN = 5 * MINUTE
_BANKRUPT = "AlgorithmManager.Run(): Portfolio value is less than or equal to zero, stopping algorithm."


class UserError(Exception):
    """An exception of user code, with the callback that it came from."""

    def __init__(self, error: BaseException, source: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.source = source


class Loop:
    """Runs an initialised algorithm over its feed."""

    def __init__(self, algorithm: Any, feed: DataFeed, results: ResultHandler, events: EventQueue, capacity: CapacityEstimate) -> None:
        self._algorithm = algorithm
        self._feed = feed
        self._results = results
        self._events = events
        self._capacity = capacity
        self._portfolio = algorithm.portfolio
        self._transactions = algorithm.transactions
        self._next_model_scan = algorithm._utc - algorithm._utc % HOUR + HOUR
        self._next_margin_call = -(2**62)
        self._was_warming_up = algorithm.is_warming_up
        self._watched: dict[Any, None] = {}
        self._overridden = _overridden_callbacks(algorithm)
        self._day_events: dict[Any, Any] = {}
        self.data_points = 0
        self.time = algorithm._start  # LEAN's clock before the first step: the start date's midnight, taken for UTC
        self.interrupted = False
        self.benchmark_seen = ZERO  # by the last sample
        self.on_step: Any = None
        self._sampler = PortfolioSampler(algorithm)
        self._stretch = Stretch(self)
        self._hears_margin_warnings = not _is_ours(algorithm, "on_margin_call_warning")
        algorithm._order_listeners.append(self._on_order_event)

    # the run ------------------------------------------------------------------------------------------
    def run(self) -> None:
        """Run to the end. Raises UserError when user code raises."""
        algorithm = self._algorithm
        if algorithm.is_warming_up:
            algorithm.debug("Algorithm starting warm up...")
        else:
            self._call("OnWarmupFinished", algorithm.on_warmup_finished)
        slices = self._slices()
        while True:
            try:
                time_slice = next(slices, None)
            except Exception as e:  # LEAN's feed works ahead: its data end here, and the error is told after the last callbacks
                algorithm.set_run_time_error(e, "Feed")
                break
            if time_slice is None or (algorithm._status != AlgorithmStatus.RUNNING and algorithm._run_error is None):
                break
            if not self._step(time_slice) or self.interrupted:
                break
            if not time_slice.is_pulse:  # the feed is in the middle of a moment then
                self._run_quietly()
        self._finish()

    def _run_quietly(self) -> None:
        """Run the quiet stretches that follow the present step."""
        algorithm = self._algorithm
        while (found := self._stretch.find()) is not None:
            try:
                self._stretch.run(*found)
            except Exception as e:
                raise UserError(e, "OnData") from e
            self._end_step(self.time)
            if algorithm._run_error is not None or algorithm._status != AlgorithmStatus.RUNNING or self.interrupted:
                return

    def _slices(self) -> Iterator[TimeSlice]:
        algorithm = self._algorithm
        end_of_warm_up = algorithm._start_utc
        for time_slice in self._feed.slices():
            if algorithm._warming_up and time_slice.time > end_of_warm_up:
                yield TimeSlice(end_of_warm_up, is_pulse=True)
            yield time_slice

    def _finish(self) -> None:
        algorithm = self._algorithm
        self._call("OnEndOfAlgorithm", algorithm.on_end_of_algorithm)
        self.process_results(force=True)
        self._capacity_step(force=True)
        if algorithm._status == AlgorithmStatus.STOPPED:
            self._results.messages.engine_log(algorithm._local, "Algorithm Stopped")
        elif algorithm._status == AlgorithmStatus.DELETED:
            self._results.messages.engine_debug(algorithm._local, f"Algorithm Id:({algorithm._context.algorithm_id}) Deleted by request.")
        self.sample(self.time)
        self._raise_noted()

    def _raise_noted(self) -> None:
        """An error of a callback that does not end the run where it arises ends it in the next step, and at the end."""
        algorithm = self._algorithm
        if algorithm._run_error is not None:
            raise UserError(algorithm._run_error, algorithm._run_error_source)

    def _call(self, source: str, callback: Any, *args: Any) -> Any:
        try:
            return callback(*args)
        except Exception as e:
            raise UserError(e, source) from e

    # one step -----------------------------------------------------------------------------------------
    def _step(self, time_slice: TimeSlice) -> bool:
        """One time step; False ends the run."""
        algorithm = self._algorithm
        time = self.time = time_slice.time
        self.data_points += time_slice.count
        if self._portfolio._total_portfolio_value <= 0:
            self._results.messages.engine_debug(algorithm._local, _BANKRUPT)
            return False
        if self._events.next_due_us < time:
            self._fire_past(time)
        if algorithm.subscription_manager.next_scan < time:
            self._call("Consolidators scan", algorithm.subscription_manager._scan_past, time)
        algorithm._set_time(time)
        if time_slice.is_pulse:
            self._check_warm_up()
            return True
        visible, hidden = time_slice.auxiliary, time_slice.hidden_auxiliary
        if visible or hidden:
            self._sampler.forget()
        current = Slice(algorithm._local, time, time_slice.entries, visible or None)
        if hidden:
            current._hidden_events = _told_events(hidden, not visible)
        if time_slice.internal:
            current._hidden = time_slice.internal
        algorithm._current_slice = current
        if time_slice.changes:
            self._apply_changes(time_slice.changes)
        self._update_securities(time_slice)
        if time >= self._next_model_scan:
            self._scan_models(time)
        self._portfolio._value = None
        if self._was_warming_up:
            self._check_warm_up()
        if visible:
            self._symbol_changes(current)
        transactions = self._transactions
        if transactions._queue or transactions._brokerage.needs_scan or visible or hidden:
            transactions.process_synchronous_events()
        if self._events.next_due_us <= time:
            self._fire_due(time)
        if algorithm._run_error is not None:
            self._raise_noted()
        if algorithm._status != AlgorithmStatus.RUNNING:
            return False
        if time >= self._next_margin_call:
            self._margin_call(time)
        if time_slice.changes:
            self._tell_changes(time_slice.changes)
        if visible:
            self._corporate_actions(current)
        self._update_consolidators(time_slice)
        if visible or hidden:
            self._tell_corporate_actions(current)
        if time_slice.entries or visible:
            self._call("OnData", algorithm.on_data, current)
        if algorithm._uses_framework():
            self._call("OnData", algorithm._on_framework_data, current)
        self._end_step(time)
        return True

    def _end_step(self, time: int) -> None:
        """What follows the user's code in a step."""
        transactions = self._transactions
        if transactions._queue or transactions._brokerage.needs_scan:
            transactions.process_synchronous_events()
        self.process_results()
        if self._capacity.watching or time >= self._capacity.next_snapshot:
            self._capacity_step()
        self._algorithm._end_of_time_step()
        if self.on_step is not None:
            self.on_step(time)

    def _fire_past(self, time: int) -> None:
        try:
            self._events.fire_until(time, False, self._algorithm._set_time)
        except Exception as e:
            self._algorithm.set_run_time_error(e, self._events.source(e))

    def _fire_due(self, time: int) -> None:
        try:
            self._events.fire_until(time, True, None)
        except Exception as e:
            raise UserError(e, self._events.source(e)) from e

    # securities ---------------------------------------------------------------------------------------
    def _apply_changes(self, changes: Any) -> None:
        algorithm = self._algorithm
        for security in changes._added:
            algorithm.securities.add(security.symbol, security)
            if security not in changes._internal and security.type is not SecurityType.INDEX:  # an index is if the user says so
                security.is_tradable = True
        if "on_end_of_day" in self._overridden:
            self._day_end_events(changes)

    def _day_end_events(self, changes: Any) -> None:
        from lyra.engine.scheduling.day_end import security_day_end

        algorithm = self._algorithm
        for security in changes.added_securities:
            if security in changes._internal:
                continue
            event = self._day_events[security.symbol] = security_day_end(algorithm, security, find_method(algorithm, "on_end_of_day"))
            self._events.add(event)
        for security in changes._removed:
            event = self._day_events.pop(security.symbol, None)
            if event is not None:
                self._events.remove(event)

    def _update_from_universes(self, time_slice: TimeSlice) -> None:
        """Note what universes selected from in the caches of those that are subscribed to."""
        securities = self._algorithm.securities._items
        for rows in time_slice.universe_data.values():
            for point in rows:
                if point is None:
                    continue
                if not point.should_cache_to_security():
                    break
                security = securities.get(point.symbol)
                if security is not None:
                    security.cache.take_universe_data(point)

    def _update_securities(self, time_slice: TimeSlice) -> None:
        """Note the new rows in the securities' caches; repeated bars do not move prices."""
        watched = self._watched
        if time_slice.universe_data:
            self._update_from_universes(time_slice)
        for entries in _in_order(time_slice):
            for config, rows, i in entries:
                security = config._security
                if i >= 0:
                    if rows.filled[i]:
                        if watched and security.symbol in watched:  # LEAN shows open trades the price again
                            self._algorithm.trade_builder.set_market_price(security.symbol, security._price)
                        continue
                    cache = security.cache
                    if config.bar_type is TradeBar:
                        cache.trade_rows = rows
                        cache.trade_i = i
                        cache._pending_trade = True
                    else:
                        cache.quote_rows = rows
                        cache.quote_i = i
                        cache._pending_quote = True
                else:
                    points = [p for p in rows if not getattr(p, "suspicious", False)]
                    security.cache.add_data_list(points, config.type, False if config.type is Tick else None)
                if type(security.volatility_model) is not NullVolatilityModel and security.volatility_model is not None:
                    self._update_volatility(security, config, rows, i)
                if watched and security.symbol in watched:
                    self._algorithm.trade_builder.set_market_price(security.symbol, security._price)
        if self._algorithm._sessions:
            self._update_sessions(time_slice)
        for config, event in (*time_slice.auxiliary, *time_slice.hidden_auxiliary):
            config._security.cache._by_type[type(event)] = [event]

    def _update_sessions(self, time_slice: TimeSlice) -> None:
        for config, rows, i in time_slice.entries:
            if config._security in self._algorithm._sessions and not config.is_custom_data and (i < 0 or not rows.filled[i]):
                for point in [config.bar_type._of(config.symbol, rows, i)] if i >= 0 else rows:
                    config._security.session.update(point)

    @staticmethod
    def _update_volatility(security: Any, config: Any, rows: Any, i: int) -> None:
        points = [config.bar_type._of(config.symbol, rows, i)] if i >= 0 else rows
        for point in points:
            security.volatility_model.update(security, point)

    def _scan_models(self, time: int) -> None:
        """Hourly: interest on margin, money that settles."""
        self._next_model_scan = time - time % HOUR + HOUR
        for security in list(self._algorithm.securities._items.values()):
            interest = security.margin_interest_rate_model
            if interest is not None and type(interest) is not NullMarginInterestRateModel:
                interest.apply_margin_interest_rate(MarginInterestRateParameters(security, time))
            settlement = security.settlement_model
            if type(settlement) is not ImmediateSettlementModel:
                settlement.scan(ScanSettlementModelParameters(self._portfolio, security, time))

    def _check_warm_up(self) -> None:
        algorithm = self._algorithm
        if not self._was_warming_up or algorithm._warming_up:
            return
        self._was_warming_up = False
        self._results.warming_up = False
        self._results.on_warmup_finished(self._portfolio._total_portfolio_value)
        self._call("OnWarmupFinished", algorithm.on_warmup_finished)
        algorithm.debug("Algorithm finished warming up.")

    def _tell_changes(self, changes: Any) -> None:
        seen = changes._visible()
        self._call("OnSecuritiesChanged", self._algorithm.on_securities_changed, seen)
        if self._algorithm._uses_framework():
            self._call("OnSecuritiesChanged", self._algorithm._on_framework_securities_changed, seen)

    # corporate actions ----------------------------------------------------------------------------------
    def _symbol_changes(self, current: Slice) -> None:
        changes = current.symbol_changed_events
        if not len(changes):
            return
        self._call("OnSymbolChangedEvents", self._algorithm.on_symbol_changed_events, changes)
        for symbol in changes.keys():
            for ticket in self._transactions.get_open_order_tickets(symbol):
                ticket.cancel("Open order cancelled on symbol changed event")

    def _corporate_actions(self, current: Slice) -> None:
        """Dividends are paid and splits applied where prices are raw."""
        algorithm = self._algorithm
        for config, event in current._auxiliary or ():
            security = algorithm.securities.get(config.symbol)
            if security is None:
                continue
            mode = config.data_normalization_mode
            if not algorithm._warming_up:
                self._apply_corporate_action(event, security, mode)
            if mode == DataNormalizationMode.RAW and (
                type(event) is Dividend or (type(event) is Split and event.type == SplitType.SPLIT_OCCURRED)
            ):
                warm_up_volatility(security, algorithm, raw=True)

    def _apply_corporate_action(self, event: Any, security: Any, mode: DataNormalizationMode) -> None:
        algorithm = self._algorithm
        if type(event) is Dividend:
            self._portfolio.apply_dividend(event, mode)
        elif type(event) is Split and event.type == SplitType.SPLIT_OCCURRED:
            self._portfolio.apply_split(event, security, mode)
            algorithm.trade_builder.apply_split(event, False, mode)
            if mode == DataNormalizationMode.RAW:
                tickets = self._transactions.get_open_order_tickets(security.symbol)
                algorithm.brokerage_model.apply_split(tickets, event)

    def _tell_corporate_actions(self, current: Slice) -> None:
        algorithm = self._algorithm
        kinds = {type(event) for _, event in (*(current._auxiliary or ()), *(current._hidden_events or ()))}
        if Split in kinds:
            self._call("OnSplits", algorithm.on_splits, current.splits)
        if Dividend in kinds:
            self._call("OnDividends", algorithm.on_dividends, current.dividends)
        if Delisting in kinds:
            self._call("OnDelistings", algorithm.on_delistings, current.delistings)

    # consolidators ------------------------------------------------------------------------------------
    def _update_consolidators(self, time_slice: TimeSlice) -> None:
        for config, rows, i in time_slice.entries:
            if config._direct is not None and i >= 0:
                try:
                    config._direct.show(rows, i)
                except Exception as e:
                    raise UserError(e, "Consolidators update") from e
            if not config._busy:
                continue
            if i >= 0:
                points = [config.bar_type._of(config.symbol, rows, i)]
            else:
                points = [p for p in rows if not getattr(p, "suspicious", False)]
            local = config.exchange_time_zone.to_local(time_slice.time)
            try:
                for consolidator in list(config._busy):
                    for point in points:
                        consolidator.update(point)
                    if consolidator.next_due_us <= local:
                        consolidator.scan(local)
            except Exception as e:
                raise UserError(e, "Consolidators update") from e

    # margin -------------------------------------------------------------------------------------------
    def _margin_call(self, time: int) -> None:
        algorithm = self._algorithm
        self._next_margin_call = time + _MARGIN_CALL_SPAN
        if not self._portfolio._positions():
            return
        model = self._portfolio.margin_call_model
        answer = model.get_margin_call_orders()
        orders, warn = answer if isinstance(answer, tuple) else (answer, False)
        executed = []
        if orders and all(algorithm.securities[order._symbol].exchange.exchange_open for order in orders):
            orders = self._call("OnMarginCall", self._ask_margin_call, orders)
            executed = model.execute_margin_call(orders)
            for ticket in executed:
                quantity, price = decimal_text(ticket._quantity), decimal_text(ticket._average_fill_price)
                algorithm.error(
                    f"{utc_text(algorithm._local)} - Executed MarginCallOrder: {ticket.symbol} - Quantity: {quantity} @ {price}"
                )
        if not executed and warn:
            self._call("OnMarginCallWarning", algorithm.on_margin_call_warning)

    def _ask_margin_call(self, orders: list[Any]) -> list[Any]:
        answer = self._algorithm.on_margin_call(orders)
        if answer is None or not list(answer):
            raise AlgorithmError("on_margin_call must return a non-empty list of SubmitOrderRequest")
        return list(answer)

    # results ------------------------------------------------------------------------------------------
    def _on_order_event(self, event: Any) -> None:
        symbol = event.symbol
        security = self._algorithm._security_of(symbol)
        self._capacity.on_fill(event, security)
        if self._algorithm.trade_builder.has_open_position(symbol):
            self._watched[symbol] = None
        else:
            self._watched.pop(symbol, None)

    def process_results(self, force: bool = False) -> None:
        """The equity candle at the end of a step, and what is due with it."""
        algorithm, results, portfolio = self._algorithm, self._results, self._portfolio
        if portfolio._fees_are_heard:
            portfolio._ask_fees()
        if self.time > results.next_sample_us or force:
            results.process(algorithm._utc, algorithm._local, portfolio._total_portfolio_value,
                            algorithm.get_chart_updates(True), algorithm._runtime_statistics)  # fmt: skip
        else:
            results.observe_equity(to_float(portfolio._total_portfolio_value), lambda: portfolio._total_portfolio_value)

    def sample(self, time: int | None = None) -> None:
        """The daily sample, and the last one."""
        algorithm, portfolio = self._algorithm, self._portfolio
        utc = algorithm._utc if time is None else time
        if portfolio._fees_are_heard:
            portfolio._ask_fees()
        benchmark = algorithm.benchmark
        value = self.benchmark_seen = ZERO if benchmark is None else self._benchmark_value(benchmark, utc)
        sampler = self._sampler
        sales, volume = sampler.sales()
        holdings, margins = sampler.positions()
        self._results.sample(utc, portfolio._total_portfolio_value, value, sales, holdings, volume, self._capacity.capacity, margins)

    @staticmethod
    def _benchmark_value(benchmark: Any, utc: int) -> Any:
        if hasattr(benchmark, "_evaluate"):
            return benchmark._evaluate(utc)
        return to_decimal(benchmark.evaluate(to_datetime(utc)))

    def _capacity_step(self, force: bool = False) -> None:
        current = self._algorithm._current_slice
        entries: dict[Any, list[Any]] = {}
        if current is not None and self._capacity.watching:
            for entry in current._entries:
                entries.setdefault(entry[0].symbol, []).append(entry)

        def bar(security: Any) -> Any:
            found = _market_bar_of(security.symbol, entries.get(security.symbol, ()))
            return _hidden_bar_of(security, self._algorithm._utc) if found is None and security.type is SecurityType.FUTURE else found

        def margin(security: Any) -> Any:
            return reserved_margin(security) * security._leverage

        self._capacity.update(self._algorithm._utc, bar, lambda: self._portfolio._total_portfolio_value, margin, force)


def _market_bar_of(symbol: Any, entries: Sequence[Any]) -> Any:
    """A symbol's bars of a step as the capacity estimate wants them; None if there are none."""
    if len(entries) == 1 and entries[0][0].bar_type is TradeBar and entries[0][2] >= 0:
        return bar_of_row(entries[0][1], entries[0][2])
    trade = quote = None
    for config, rows, i in entries:
        for point in (config.bar_type._of(symbol, rows, i),) if i >= 0 else rows:
            if isinstance(point, QuoteBar):
                quote = point
            elif isinstance(point, TradeBar):
                trade = point
    return market_bar(symbol.security_type, trade, quote)


def _in_order(time_slice: TimeSlice) -> Sequence[list[Any]]:
    """What moves prices in a step, open interest last."""
    hidden = time_slice.internal
    if not hidden:
        return (time_slice.entries,)
    interest = [entry for entry in hidden if entry[0].type is OpenInterest]
    if not interest:
        return hidden, time_slice.entries
    return [entry for entry in hidden if entry[0].type is not OpenInterest], time_slice.entries, interest


def _hidden_bar_of(security: Any, utc: int) -> Any:
    """The trade bar that has just come of a contract that only the engine's own feeds follow; None if there is none."""
    cache = security.cache
    if cache.trade_rows is None or any(not config.is_internal_feed for config in security._configs):
        return None
    end = security.exchange.time_zone.to_utc(cache.trade_rows.end[cache.trade_i])
    return bar_of_row(cache.trade_rows, cache.trade_i) if end == utc else None


def _told_events(hidden: list[Any], alone: bool) -> list[Any] | None:
    """Events of hidden feeds that the algorithm is told of: delistings, and ticker changes where the step has no other events."""
    kinds = (Delisting, SymbolChangedEvent) if alone else (Delisting,)
    return [item for item in hidden if type(item[1]) in kinds] or None


def _is_ours(algorithm: Any, name: str) -> bool:
    """Whether a callback is the one of `QCAlgorithm`, which does nothing."""
    return bool(getattr(type(algorithm), name).__module__ == "lyra.engine.algorithm.core")


def _overridden_callbacks(algorithm: Any) -> frozenset[str]:
    """The optional callbacks that the user's class defines."""
    return frozenset(name for name in ("on_end_of_day",) if find_method(algorithm, name) is not None)
