"""A quiet stretch of a run: feeds of bars that tick together, nothing scheduled, nothing ordered, nothing due but the user's `on_data`.

Here the loop's two dozen steps shrink to a few assignments and the call. What the ordinary step would have noted bar by bar (the equity
candle, the prices seen by open trades, the volume for the capacity estimate) is made up for over the whole stretch before anything
that it depends on changes: `before_change` is called before an order is handled, before cash moves, and at the stretch's end.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.data.slice import RowSlice
from lyra.engine.decimals import to_float
from lyra.engine.enums import AlgorithmStatus, SecurityType
from lyra.engine.feed.subscription import NEVER, BarSubscription
from lyra.engine.models.margin_interest import NullMarginInterestRateModel
from lyra.engine.models.volatility import NullVolatilityModel
from lyra.engine.results.capacity import bar_of_row
from lyra.engine.securities.settlement import ImmediateSettlementModel

_SHORTEST = 4
"""Fewer steps than this are not worth the preparation."""
_TYPES = (SecurityType.EQUITY, SecurityType.CRYPTO, SecurityType.INDEX)


class Track:
    """One feed's rows in a stretch: at its step `k` the row `first + k` is due."""

    def __init__(self, subscription: BarSubscription) -> None:
        self.subscription = subscription
        self.config: Any = subscription.config
        self.security: Any = self.config._security
        self.cache: Any = self.security.cache
        self.rows: Any = subscription.rows
        self.first = subscription.i
        self.quotes = self.config.bar_type is QuoteBar
        self._before = self.cache.trade_rows, self.cache.trade_i
        self.slope = self.price = 0.0
        """How much the portfolio's value moves with the security's price, and that price before the stretch."""

    def last_real(self, k: int) -> tuple[Any, int]:
        """The row that gives the price at a step. One that is repeated may have had another price: it may be from outside market hours."""
        i = self.first + k
        while i >= self.first and self.rows.filled[i]:
            i -= 1
        return (self.rows, i) if i >= self.first else self._before

    def prices(self, start: int, end: int) -> list[float]:
        """The security's price at some steps; a row that repeats another one shows the last price again."""
        first, last, rows = self.first + start, self.first + end, self.rows
        if True not in rows.filled[first:last]:
            return rows.close[first:last]  # type: ignore[no-any-return]
        seen, found = self.last_real(start), []
        for i in range(first, last):
            if not rows.filled[i]:
                seen = rows, i
            found.append(seen[0].close[seen[1]])
        return found

    def exact_price(self, k: int) -> Decimal:
        """The security's price at a step."""
        rows, i = self.last_real(k)
        return rows.exact("close", i)  # type: ignore[no-any-return]

    def show(self, k: int) -> None:
        """Set the cache to the price of a step."""
        self.cache.trade_rows, self.cache.trade_i = self.last_real(k)
        self.cache._pending_trade = True


class Stretch:
    """Runs quiet stretches of a loop."""

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._algorithm = loop._algorithm
        self._portfolio = loop._portfolio
        self._tracks: list[Track] = []
        self._from = self._shown = self._at = 0
        self._worth = 0.0

    # whether there is one -------------------------------------------------------------------------
    def find(self) -> tuple[list[Track], int] | None:
        """The feeds and the number of steps; None when the next steps are not quiet."""
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
        if algorithm._status is not AlgorithmStatus.RUNNING or algorithm._run_error is not None or loop.interrupted:
            return None
        limit = min(loop._events.next_due_us, algorithm.subscription_manager.next_scan, loop._capacity.next_snapshot,
                    loop._results.next_sample_us + 1)  # fmt: skip
        due, limit = self._next_feeds(limit)
        if not due:
            return None
        if not self._models_are_idle():
            limit = min(limit, loop._next_model_scan)
        if not self._cannot_be_called():
            limit = min(limit, loop._next_margin_call)
        steps = _steps_together(due, limit)
        if steps < _SHORTEST:
            return None
        tracks = [Track(subscription) for subscription in due]
        return (tracks, steps) if self._follows_prices(tracks) and self._stays_solvent(tracks, steps) else None

    def _next_feeds(self, limit: int) -> tuple[list[Any], int]:
        """The feeds that are due next, none if one of them is of a kind that a stretch cannot have, and when another thing is due.

        None, too, where the stretch would be too short because of what is due at `limit`.
        """
        due: list[Any] = []
        earliest = others = NEVER
        for subscription in self._loop._feed._order():
            time = subscription.next_time
            if time < earliest:
                due, earliest, others = [subscription], time, earliest
            elif time == earliest:
                due.append(subscription)
            elif time < others:
                others = time
        if not due or type(due[0]) is not BarSubscription:
            return [], 0
        last = due[0].i + _SHORTEST - 1
        if last >= len(due[0].emit) or due[0].emit[last] >= limit:
            return [], 0
        others = min(others, limit)
        for subscription in due:
            if type(subscription) is not BarSubscription or subscription._row_time != earliest or not _is_plain(subscription):
                return [], 0
            others = min(others, subscription._event_time)
        traded = {s.config._security for s in due if s.config.bar_type is TradeBar}
        return (due, others) if all(s.config._security in traded for s in due) else ([], 0)

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

    def _follows_prices(self, tracks: list[Track]) -> bool:
        """Note how the portfolio's value depends on the tracks' prices; False if it is not the sum of their slopes."""
        moving = {track.security for track in tracks}
        rates = {step[0] for cash in self._portfolio.cash_book._currencies.values() for step in cash._steps or ()} & moving
        for track in tracks:
            security = track.security
            if track.quotes:
                continue
            if len(moving) > 1 and any(step[0] in moving for step in security.quote_currency._steps or ()):
                return False
            if security.type is SecurityType.CRYPTO:
                base = security.base_currency
                if not base._steps or base._steps[0][0] is not security or len(base._steps) > 1 or base._steps[0][1]:
                    return False
                amount = base._amount
                rates.discard(security)
            else:
                amount = security.holdings._quantity
            if amount:
                multiplier, rate = security.symbol_properties._contract_multiplier, security.quote_currency._conversion_rate
                track.price = to_float(security._price)
                track.slope = to_float(amount) * to_float(multiplier) * to_float(rate)
        self._worth = to_float(self._portfolio._total_portfolio_value)
        return not rates

    def _stays_solvent(self, tracks: list[Track], steps: int) -> bool:
        """Whether the portfolio is worth something whatever prices the stretch brings."""
        held = [track for track in tracks if track.slope]

        def lasts(ranges: list[tuple[float, float]]) -> bool:
            falls = [min(t.slope * (low - t.price), t.slope * (high - t.price)) for t, (low, high) in zip(held, ranges, strict=True)]
            return self._worth + sum(falls) > 0.01 * self._worth > 0

        if not held or lasts([track.rows.close_range for track in held]):
            return True
        closes = [track.rows.close[track.first : track.first + steps] for track in held]
        return lasts([(min(part), max(part)) for part in closes])

    # running it -------------------------------------------------------------------------------------
    def run(self, tracks: list[Track], steps: int) -> None:
        """Run some steps, fewer when the user does something. Raises what user code raises; the feeds stand after the last step."""
        loop, algorithm, portfolio = self._loop, self._algorithm, self._portfolio
        emit, queue, on_data = tracks[0].rows.emit, loop._transactions._queue, algorithm.on_data
        first = tracks[0].first
        for track in tracks:
            if track.config._direct is not None:
                track.config._direct.prepare(track.rows, track.first)
        rows_of = [(t.rows, t.rows.filled, t.first - first, t.cache, t.quotes, t.config._direct) for t in tracks]
        entries = [(track.config, track.rows, track.first - first) for track in tracks]
        self._tracks = tracks
        self._from = self._shown = 0
        algorithm._touched = False
        i, stop = first, first + steps
        portfolio._before_change = self.before_change
        try:
            while i < stop:
                time = emit[i]
                algorithm._utc = time
                portfolio._value = None
                for rows, filled, ahead, cache, quotes, direct in rows_of:
                    if not filled[i + ahead]:
                        if quotes:
                            cache.quote_rows = rows
                            cache.quote_i = i + ahead
                            cache._pending_quote = True
                        else:
                            cache.trade_rows = rows
                            cache.trade_i = i + ahead
                            cache._pending_trade = True
                    if direct is not None:
                        if direct.by_bar:
                            direct.show(rows, i + ahead)
                        else:
                            direct.i = i + ahead
                current = algorithm._current_slice = RowSlice(algorithm, entries, i, time)
                self._at = i - first
                i += 1
                on_data(current)
                if queue or algorithm._touched:
                    break
        finally:
            portfolio._before_change = None
            done = i - first
            loop.time = algorithm._utc
            loop.data_points += done * len(tracks)
            for track in tracks:
                track.subscription.skip_to(track.first + done)
            loop._feed.frontier = loop.time
            self._make_up(done - 1)
            self._from = done
            self._show_prices(done)

    # making up for it -------------------------------------------------------------------------------
    def before_change(self) -> None:
        """Something that the portfolio's value depends on is about to change, in the `on_data` of the present step, the stretch's last."""
        self._portfolio._before_change = None
        self._make_up(self._at)
        self._from = self._at
        self._show_prices(self._at + 1)

    def _make_up(self, end: int) -> None:
        """Note what the steps before `end` showed."""
        start = self._from
        if end <= start:
            return
        kept = [(track.cache, track.cache.trade_rows, track.cache.trade_i) for track in self._tracks if track.slope]
        self._make_up_equity(start, end)
        if self._loop._capacity.watching:
            self._make_up_volume(start, end)
        for cache, rows, i in kept:
            cache.trade_rows, cache.trade_i, cache._pending_trade = rows, i, rows is not None
        self._portfolio._value = None

    def _show_prices(self, end: int) -> None:
        """Let open trades see the prices of the steps before `end`: at a step they see it before the user's code runs."""
        start, self._shown = self._shown, end
        watched = self._loop._watched
        if end <= start or not watched:
            return
        for track in self._tracks:
            symbol = track.security.symbol
            if symbol in watched and not track.quotes:
                builder = self._algorithm.trade_builder
                builder.watch_prices(symbol, track.prices(start, end), lambda n, track=track: track.exact_price(start + n))

    def _make_up_equity(self, start: int, end: int) -> None:
        """The candle sees the first value and the extremes; those that it has seen already are only estimated."""
        results, held = self._loop._results, [track for track in self._tracks if track.slope]
        margin = 1e-9 * abs(self._worth) + 1e-3
        for k, worth in self._extremes(held, start, end):
            if results._low_seen + margin <= worth <= results._high_seen - margin:
                continue
            for track in held:
                track.show(start + k)
            self._portfolio._value = None
            exact = self._portfolio._total_portfolio_value
            results.observe_equity(to_float(exact), lambda exact=exact: exact)

    def _extremes(self, held: list[Track], start: int, end: int) -> list[tuple[int, float]]:
        """The first, the highest and the lowest of what the portfolio is about worth at some steps, each with its step."""
        if not held:
            return [(0, self._worth)]
        paths = [track.prices(start, end) for track in held]
        if len(held) == 1:  # worth follows the price: no need to compute it at each step
            path = paths[0] if held[0].slope > 0 else [-price for price in paths[0]]
        else:
            path = [sum(terms) for terms in zip(*([t.slope * price for price in p] for t, p in zip(held, paths, strict=True)), strict=True)]
        steps = (0, path.index(max(path)), path.index(min(path)))
        return [(k, self._worth + sum(t.slope * (p[k] - t.price) for t, p in zip(held, paths, strict=True))) for k in steps]

    def _make_up_volume(self, start: int, end: int) -> None:
        for track in self._tracks:
            if not track.quotes:
                rows, first = track.rows, track.first
                bars = ((rows.emit[i], bar_of_row(rows, i)) for i in range(first + start, first + end))
                self._loop._capacity.watch(track.security, bars)


def _is_plain(subscription: Any) -> bool:
    """Whether a feed's bars have no effect but on prices and on indicators that take them as they are."""
    config, security = subscription.config, subscription.config._security
    if subscription.internal or config._busy or security.type not in _TYPES or security.cache._last_is_quote:
        return False
    if config.bar_type is not TradeBar and (config.bar_type is not QuoteBar or security.type is not SecurityType.EQUITY):
        return False
    volatility = security.volatility_model
    return volatility is None or type(volatility) is NullVolatilityModel


def _steps_together(due: list[Any], limit: int) -> int:
    """How many steps before `limit` all feeds take together; a file's last row is left to the ordinary step, which opens the next one."""
    emit, i = due[0].emit, due[0].i
    steps: int = min(bisect_right(emit, limit - 1, i), len(emit) - 1) - i
    for other in due[1:]:
        steps = min(steps, len(other.emit) - 1 - other.i)
        if emit[i : i + steps] != other.emit[other.i : other.i + steps]:
            pairs = zip(emit[i : i + steps], other.emit[other.i : other.i + steps], strict=True)
            steps = next(k for k, (mine, its) in enumerate(pairs) if mine != its)
    return steps
