"""A quiet stretch of a run: one feed of trade bars, nothing scheduled, nothing ordered, nothing due but the user's `on_data`.

Here the loop's two dozen steps shrink to a few assignments and the call. What the ordinary step would have noted bar by bar (the equity
candle, the prices seen by open trades, the volume for the capacity estimate) is made up for over the whole stretch before anything
that it depends on changes: `before_change` is called before an order is handled, before cash moves, and at the stretch's end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from lyra.engine.data.bars import TradeBar
from lyra.engine.data.slice import RowSlice
from lyra.engine.decimals import to_float
from lyra.engine.enums import AlgorithmStatus, SecurityType
from lyra.engine.feed.subscription import NEVER, BarSubscription
from lyra.engine.models.margin_interest import NullMarginInterestRateModel
from lyra.engine.models.volatility import NullVolatilityModel
from lyra.engine.results.capacity import bar_of_row
from lyra.engine.securities.settlement import ImmediateSettlementModel

_SHORTEST = 4
"""Fewer bars than this are not worth the preparation."""


class Stretch:
    """Runs quiet stretches of a loop."""

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._algorithm = loop._algorithm
        self._portfolio = loop._portfolio
        self._rows: Any = None
        self._from = self._prices_from = 0
        self._last_real: tuple[Any, int] = (None, 0)
        self._worth = 0.0, 0.0
        self._security: Any = None

    # whether there is one -------------------------------------------------------------------------
    def find(self) -> tuple[BarSubscription, int] | None:
        """The feed and the row before which the stretch ends; None when the next steps are not quiet."""
        loop, algorithm = self._loop, self._algorithm
        transactions = loop._transactions
        if (
            transactions._queue
            or transactions._brokerage.needs_scan
            or algorithm._uses_framework()
            or algorithm._warming_up
            or self._portfolio._fees_are_heard
            or algorithm._sessions
        ):
            return None
        if algorithm._status != AlgorithmStatus.RUNNING or algorithm._run_error is not None or loop.interrupted:
            return None
        feed = self._next_feed()
        if feed is None:
            return None
        subscription, others = feed
        limit = min(others, loop._events.next_due_us, algorithm.subscription_manager.next_scan, subscription._event_time,
                    loop._capacity.next_snapshot, loop._results.next_sample_us + 1)  # fmt: skip
        if not self._models_are_idle():
            limit = min(limit, loop._next_model_scan)
        if not self._cannot_be_called():
            limit = min(limit, loop._next_margin_call)
        emit, i = subscription.emit, subscription.i
        if emit[i] >= limit:
            return None
        stop = min(bisect_right(emit, limit - 1, i), len(emit) - 1)
        if stop - i < _SHORTEST or not self._stays_solvent(subscription, i, stop):
            return None
        return subscription, stop

    def _next_feed(self) -> tuple[BarSubscription, int] | None:
        """The one feed that is due next, if it is of the kind that a stretch can have, and when the next other one is due."""
        first: Any = None
        earliest = others = NEVER
        for subscription in self._loop._feed._order():
            time = subscription.next_time
            if time < earliest:
                first, earliest, others = subscription, time, earliest
            elif time < others:
                others = time
        if first is None or others <= earliest or type(first) is not BarSubscription:
            return None
        config = first.config
        if first.internal or config.bar_type is not TradeBar or config._busy or first._row_time != earliest:
            return None
        security = config._security
        if security.type not in (SecurityType.EQUITY, SecurityType.CRYPTO, SecurityType.INDEX) or security.cache._last_is_quote:
            return None
        volatility = security.volatility_model
        if volatility is not None and type(volatility) is not NullVolatilityModel:
            return None
        return first, others

    def _models_are_idle(self) -> bool:
        """Whether no security has a model that the hourly scan would ask."""
        return all(
            (s.margin_interest_rate_model is None or type(s.margin_interest_rate_model) is NullMarginInterestRateModel)
            and type(s.settlement_model) is ImmediateSettlementModel
            for s in self._algorithm.securities._items.values()
        )

    def _cannot_be_called(self) -> bool:
        """Whether no margin call nor warning can come: nothing is held, or only longs that own cash paid for."""
        algorithm = self._algorithm
        held = self._portfolio._positions()
        if not held:
            return True
        if self._loop._hears_margin_warnings or any(s.holdings._quantity < 0 for s in held):
            return False
        return all(s.type in (SecurityType.EQUITY, SecurityType.CRYPTO) for s in held) and all(
            cash._amount >= 0 for cash in algorithm.portfolio.cash_book._currencies.values()
        )

    def _stays_solvent(self, subscription: BarSubscription, i: int, stop: int) -> bool:
        """Whether the portfolio is worth something at the lowest and at the highest close of the stretch."""
        rows, security = subscription.rows, subscription.config._security
        if not self._portfolio.invested:
            return True
        (worth, price), slope = self._worth_now(security), self._slope(security)

        def lasts(low: float, high: float) -> bool:
            return min(worth + slope * (low - price), worth + slope * (high - price)) > 0.01 * worth > 0

        return lasts(*rows.close_range) or lasts(min(rows.close[i:stop]), max(rows.close[i:stop]))

    def _worth_now(self, security: Any) -> tuple[float, float]:
        """What the portfolio is worth, at which price of the security."""
        return to_float(self._portfolio._total_portfolio_value), to_float(security._price)

    # running it -------------------------------------------------------------------------------------
    def run(self, subscription: BarSubscription, stop: int) -> None:
        """Run bars up to `stop`, fewer when the user does something. Raises what user code raises; `subscription` stands after the last."""
        loop, algorithm, portfolio = self._loop, self._algorithm, self._portfolio
        config, rows, emit = subscription.config, subscription.rows, subscription.emit
        cache, direct = config._security.cache, config._direct
        filled = rows.filled
        queue = loop._transactions._queue
        on_data = algorithm.on_data
        if direct is not None:
            direct.prepare(rows, subscription.i)
        by_bar = () if direct is None else direct.by_bar
        self._rows, self._security = rows, config._security
        self._from = self._prices_from = subscription.i
        self._last_real = cache.trade_rows, cache.trade_i
        self._worth = self._worth_now(config._security)
        algorithm._touched = False
        i = first = subscription.i
        portfolio._before_change = self.before_change
        try:
            while i < stop:
                time = emit[i]
                algorithm._utc = time
                if not filled[i]:
                    cache.trade_rows = rows
                    cache.trade_i = i
                    cache._pending_trade = True
                    portfolio._value = None
                if by_bar and direct is not None:
                    direct.show(rows, i)
                elif direct is not None:
                    direct.i = i
                current = algorithm._current_slice = RowSlice(algorithm, config, rows, i, time)
                self._at = i
                i += 1
                on_data(current)
                if queue or algorithm._touched:
                    break
        finally:
            portfolio._before_change = None
            loop.time = algorithm._utc
            loop.data_points += i - first
            subscription.i = i
            subscription._row_time = emit[i] if i < len(emit) else NEVER
            subscription._set_next()
            loop._feed.frontier = loop.time
            self._make_up(i - 1)
            self._from = i
            self._show_prices(i)

    # making up for it -------------------------------------------------------------------------------
    def before_change(self) -> None:
        """Something that the portfolio's value depends on is about to change, in the `on_data` of the present bar, the stretch's last."""
        self._portfolio._before_change = None
        self._make_up(self._at)
        self._from = self._at
        self._show_prices(self._at + 1)

    def _make_up(self, end: int) -> None:
        """Note what the bars before `end` showed."""
        start = self._from
        if end <= start:
            return
        cache = self._security.cache
        kept = cache.trade_rows, cache.trade_i
        self._make_up_equity(cache, self._real(start, end), start)
        if self._loop._capacity.watching:
            self._make_up_volume(start, end)
        self._return_to(cache, *kept)

    def _real(self, start: int, end: int) -> Sequence[int]:
        """The rows that do not repeat another one."""
        filled = self._rows.filled
        return [k for k in range(start, end) if not filled[k]] if True in filled[start:end] else range(start, end)

    def _closes(self, real: Sequence[int]) -> list[float]:
        close = self._rows.close
        return close[real.start : real.stop] if isinstance(real, range) else [close[k] for k in real]  # type: ignore[no-any-return]

    def _show_prices(self, end: int) -> None:
        """Let open trades see the prices of the bars before `end`: at a bar they see it before the user's code runs."""
        start, self._prices_from = self._prices_from, end
        symbol = self._security.symbol
        if end <= start or symbol not in self._loop._watched:
            return
        rows, real = self._rows, self._real(start, end)
        self._algorithm.trade_builder.watch_prices(symbol, self._closes(real), lambda n: rows.exact("close", real[n]))

    def _make_up_equity(self, cache: Any, real: Sequence[int], start: int) -> None:
        """The candle sees the first value and the extremes; those that it has seen already are only estimated.

        Bars that repeat another one do not move the price, which may even differ from theirs: the bar that they repeat may have
        been outside market hours.
        """
        results, rows = self._loop._results, self._rows
        first = (rows, start) if real and real[0] == start else self._last_real
        candidates = [first]
        slope = self._slope(self._security)
        if real:
            self._last_real = rows, real[-1]
            if slope != 0:
                closes = self._closes(real)
                candidates += [(rows, real[closes.index(price)]) for price in (max(closes), min(closes))]
        worth, base = self._worth
        for seen, k in candidates:
            estimate = worth + slope * (seen.close[k] - base)
            margin = 1e-9 * abs(estimate) + 1e-3
            if results._low_seen + margin <= estimate <= results._high_seen - margin:
                continue
            exact = self._value_at(cache, seen, k)
            results.observe_equity(to_float(exact), lambda exact=exact: exact)

    def _slope(self, security: Any) -> float:
        """How much the portfolio's value moves with the security's price."""
        if security.type is SecurityType.CRYPTO:
            amount = security.base_currency._amount
        else:
            amount = security.holdings._quantity
        properties, quote = security.symbol_properties, security.quote_currency
        return to_float(amount) * to_float(properties._contract_multiplier) * to_float(quote._conversion_rate)

    def _make_up_volume(self, start: int, end: int) -> None:
        rows = self._rows
        self._loop._capacity.watch(self._security, ((rows.emit[k], bar_of_row(rows, k)) for k in range(start, end)))

    def _value_at(self, cache: Any, rows: Any, k: int) -> Any:
        """The portfolio's value with the security's price of a row."""
        cache.trade_rows, cache.trade_i, cache._pending_trade = rows, k, True
        self._portfolio._value = None
        return self._portfolio._total_portfolio_value

    def _return_to(self, cache: Any, rows: Any, i: int) -> None:
        cache.trade_rows, cache.trade_i, cache._pending_trade = rows, i, rows is not None
        self._portfolio._value = None
