"""Figures over closed trades (`Common/Statistics/TradeStatistics.cs`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, decimal_text, double_to_decimal, round_to, to_float
from lyra.engine.exact import add, divide, mean_step, multiply, subtract
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import instant, money
from lyra.engine.results.json_text import time_text
from lyra.engine.results.performance import json_name
from lyra.engine.results.trades import Trade
from lyra.engine.times import span_text

_TEN = Decimal(10)
_TICKS = 10_000_000


def _span(stored: str) -> property:
    return property(lambda self: timedelta(microseconds=getattr(self, stored) // 10))


class TradeStatistics(LeanObject):
    """Figures over closed trades. Amounts are in the account currency; exact values under `_total_profit` and so on, spans in ticks."""

    start_date_time = instant("_start_date_time")
    end_date_time = instant("_end_date_time")
    total_number_of_trades: int
    number_of_winning_trades: int
    number_of_losing_trades: int
    total_profit_loss = money("_total_profit_loss")
    total_profit = money("_total_profit")
    total_loss = money("_total_loss")
    largest_profit = money("_largest_profit")
    largest_loss = money("_largest_loss")
    average_profit_loss = money("_average_profit_loss")
    average_profit = money("_average_profit")
    average_loss = money("_average_loss")
    average_trade_duration = _span("_average_trade_duration")
    average_winning_trade_duration = _span("_average_winning_trade_duration")
    average_losing_trade_duration = _span("_average_losing_trade_duration")
    median_trade_duration = _span("_median_trade_duration")
    median_winning_trade_duration = _span("_median_winning_trade_duration")
    median_losing_trade_duration = _span("_median_losing_trade_duration")
    max_consecutive_winning_trades: int
    max_consecutive_losing_trades: int
    profit_loss_ratio = money("_profit_loss_ratio")
    win_loss_ratio = money("_win_loss_ratio")
    win_rate = money("_win_rate")
    loss_rate = money("_loss_rate")
    average_mae = money("_average_mae")
    average_mfe = money("_average_mfe")
    largest_mae = money("_largest_mae")
    largest_mfe = money("_largest_mfe")
    AverageMAE, AverageMFE, LargestMAE, LargestMFE = average_mae, average_mfe, largest_mae, largest_mfe
    maximum_closed_trade_drawdown = money("_maximum_closed_trade_drawdown")
    maximum_intra_trade_drawdown = money("_maximum_intra_trade_drawdown")
    profit_loss_standard_deviation = money("_profit_loss_standard_deviation")
    profit_loss_downside_deviation = money("_profit_loss_downside_deviation")
    profit_factor = money("_profit_factor")
    sharpe_ratio = money("_sharpe_ratio")
    sortino_ratio = money("_sortino_ratio")
    profit_to_max_drawdown_ratio = money("_profit_to_max_drawdown_ratio")
    maximum_end_trade_drawdown = money("_maximum_end_trade_drawdown")
    average_end_trade_drawdown = money("_average_end_trade_drawdown")
    maximum_drawdown_duration = _span("_maximum_drawdown_duration")
    total_fees = money("_total_fees")

    _ORDER = (
        "start_date_time", "end_date_time", "total_number_of_trades", "number_of_winning_trades", "number_of_losing_trades",
        "total_profit_loss", "total_profit", "total_loss", "largest_profit", "largest_loss", "average_profit_loss", "average_profit",
        "average_loss", "average_trade_duration", "average_winning_trade_duration", "average_losing_trade_duration",
        "median_trade_duration", "median_winning_trade_duration", "median_losing_trade_duration", "max_consecutive_winning_trades",
        "max_consecutive_losing_trades", "profit_loss_ratio", "win_loss_ratio", "win_rate", "loss_rate", "average_mae", "average_mfe",
        "largest_mae", "largest_mfe", "maximum_closed_trade_drawdown", "maximum_intra_trade_drawdown", "profit_loss_standard_deviation",
        "profit_loss_downside_deviation", "profit_factor", "sharpe_ratio", "sortino_ratio", "profit_to_max_drawdown_ratio",
        "maximum_end_trade_drawdown", "average_end_trade_drawdown", "maximum_drawdown_duration", "total_fees",
    )  # fmt: skip
    _COUNTS = frozenset(name for name in _ORDER if name.startswith(("total_number", "number_of", "max_consecutive")))
    _NAMES = {"average_mae": "averageMAE", "average_mfe": "averageMFE", "largest_mae": "largestMAE", "largest_mfe": "largestMFE"}

    def __init__(self) -> None:
        self._start_date_time: int | None = None
        self._end_date_time: int | None = None
        for name in self._ORDER[2:]:
            if name in self._COUNTS:
                setattr(self, name, 0)
            else:
                setattr(self, "_" + name, 0 if name.endswith("duration") else ZERO)

    def json_fields(self) -> dict[str, Any]:
        """LEAN's names: amounts rounded to 4 decimals as text, spans as `d.hh:mm:ss`, counts as numbers."""
        fields: dict[str, Any] = {}
        for name in self._ORDER:
            value = getattr(self, name if name in self._COUNTS else "_" + name)
            if isinstance(value, Decimal):
                value = decimal_text(round_to(value, 4))
            elif name.endswith("duration"):
                value = span_text(value)
            elif name.endswith("date_time") and value is not None:
                value = time_text(value)
            fields[self._NAMES.get(name) or json_name(name)] = value
        return fields


def trade_statistics(trades: Sequence[Trade]) -> TradeStatistics:
    """The figures over trades in the order of their closing."""
    result: Any = TradeStatistics()
    tally = _Tally(result)
    for trade in trades:
        tally.add(trade)
    if trades:
        tally.finish()
    return result  # type: ignore[no-any-return]


class _Tally:
    """Running figures while the trades are gone through; averages are updated trade by trade, as LEAN does."""

    def __init__(self, result: Any) -> None:
        self.result = result
        self.winners_in_row = self.losers_in_row = 0
        self.peak = self.peak_with_mfe = ZERO
        self.spread = self.downside_spread = ZERO
        self.peak_time: int | None = None
        self.in_drawdown = False
        self.in_the_money_wins = 0
        self.durations: list[int] = []
        self.winning_durations: list[int] = []
        self.losing_durations: list[int] = []

    def add(self, trade: Trade) -> None:
        r = self.result
        ticks = (trade._exit_time - trade._entry_time) * 10
        profit = trade._profit_loss
        if self.peak_time is None:
            self.peak_time = trade._entry_time
        if r._start_date_time is None or trade._entry_time < r._start_date_time:
            r._start_date_time = trade._entry_time
        if r._end_date_time is None or trade._exit_time > r._end_date_time:
            r._end_date_time = trade._exit_time
        r.total_number_of_trades += 1
        self.peak_with_mfe = max(self.peak_with_mfe, r._total_profit_loss + trade._mfe)
        r._maximum_intra_trade_drawdown = min(r._maximum_intra_trade_drawdown, r._total_profit_loss + trade._mae - self.peak_with_mfe)
        if profit > 0:
            self._add_winner(trade, profit, ticks)
        else:
            self._add_loser(trade, profit, ticks)
        count = r.total_number_of_trades
        before = r._average_profit_loss
        r._average_profit_loss = mean_step(r._average_profit_loss, profit, 1, count)
        self.spread = add(self.spread, multiply(subtract(profit, before), subtract(profit, r._average_profit_loss)))
        r._average_trade_duration = _average_span(r._average_trade_duration, ticks, count)
        self.durations.append(ticks)
        r._average_mae = mean_step(r._average_mae, trade._mae, 1, count)
        r._average_mfe = mean_step(r._average_mfe, trade._mfe, 1, count)
        r._largest_mae = min(r._largest_mae, trade._mae)
        r._largest_mfe = max(r._largest_mfe, trade._mfe)
        r._maximum_end_trade_drawdown = max(r._maximum_end_trade_drawdown, trade._end_trade_drawdown)
        r._total_fees += trade._total_fees

    def _add_winner(self, trade: Trade, profit: Decimal, ticks: int) -> None:
        r = self.result
        r.number_of_winning_trades += 1
        r._total_profit_loss += profit
        r._total_profit += profit
        r._average_profit = mean_step(r._average_profit, profit, 1, r.number_of_winning_trades)
        r._average_winning_trade_duration = _average_span(r._average_winning_trade_duration, ticks, r.number_of_winning_trades)
        self.winning_durations.append(ticks)
        r._largest_profit = max(r._largest_profit, profit)
        self._won_in_row()
        if r._total_profit_loss > self.peak:
            self.peak = r._total_profit_loss
            if self.in_drawdown and self.peak_time is not None:
                r._maximum_drawdown_duration = max(r._maximum_drawdown_duration, (trade._exit_time - self.peak_time) * 10)
            self.peak_time = trade._exit_time
            self.in_drawdown = False

    def _add_loser(self, trade: Trade, profit: Decimal, ticks: int) -> None:
        r = self.result
        r.number_of_losing_trades += 1
        count = r.number_of_losing_trades
        r._total_profit_loss += profit
        r._total_loss += profit
        before = r._average_loss
        r._average_loss = mean_step(r._average_loss, profit, 1, count)
        self.downside_spread = add(self.downside_spread, multiply(subtract(profit, before), subtract(profit, r._average_loss)))
        r._average_losing_trade_duration = _average_span(r._average_losing_trade_duration, ticks, count)
        self.losing_durations.append(ticks)
        r._largest_loss = min(r._largest_loss, profit)
        if trade.is_win:
            # an option exercised in the money wins even if its premium is lost
            self.in_the_money_wins += 1
            self._won_in_row()
        else:
            self.winners_in_row = 0
            self.losers_in_row += 1
            r.max_consecutive_losing_trades = max(r.max_consecutive_losing_trades, self.losers_in_row)
        r._maximum_closed_trade_drawdown = min(r._maximum_closed_trade_drawdown, r._total_profit_loss - self.peak)
        self.in_drawdown = True

    def _won_in_row(self) -> None:
        self.winners_in_row += 1
        self.losers_in_row = 0
        self.result.max_consecutive_winning_trades = max(self.result.max_consecutive_winning_trades, self.winners_in_row)

    def finish(self) -> None:
        r = self.result
        r._profit_loss_standard_deviation = _deviation(self.spread, r.total_number_of_trades)
        r._profit_loss_downside_deviation = _deviation(self.downside_spread, r.number_of_losing_trades)
        r.number_of_winning_trades += self.in_the_money_wins
        r.number_of_losing_trades -= self.in_the_money_wins
        count, winners, losers = r.total_number_of_trades, r.number_of_winning_trades, r.number_of_losing_trades
        r._profit_loss_ratio = ZERO if r._average_loss == 0 else divide(r._average_profit, abs(r._average_loss))
        r._win_loss_ratio = divide(Decimal(winners), losers) if losers > 0 else _TEN
        r._win_rate = divide(Decimal(winners), count)
        r._loss_rate = 1 - r._win_rate
        r._profit_factor = ZERO if r._total_profit == 0 else divide(r._total_profit, abs(r._total_loss)) if r._total_loss < 0 else _TEN
        if r._profit_loss_standard_deviation > 0:
            r._sharpe_ratio = divide(r._average_profit_loss, r._profit_loss_standard_deviation)
        if r._profit_loss_downside_deviation > 0:
            r._sortino_ratio = divide(r._average_profit_loss, r._profit_loss_downside_deviation)
        fall = r._maximum_closed_trade_drawdown
        if r._total_profit_loss != 0:
            r._profit_to_max_drawdown_ratio = divide(r._total_profit_loss, abs(fall)) if fall < 0 else _TEN
        r._average_end_trade_drawdown = subtract(r._average_profit_loss, r._average_mfe)
        r._median_trade_duration = _median(self.durations)
        r._median_winning_trade_duration = _median(self.winning_durations)
        r._median_losing_trade_duration = _median(self.losing_durations)


def _deviation(spread: Decimal, count: int) -> Decimal:
    """The root of a sum of squares over one less than the count; its double is cast to a decimal."""
    return double_to_decimal(math.sqrt(to_float(divide(spread, count - 1)))) if count > 1 else ZERO


def _average_span(average: int, ticks: int, count: int) -> int:
    """A running average of spans: the step is computed in seconds and cut to ticks."""
    return average + int((ticks / _TICKS - average / _TICKS) / count * _TICKS)


def _median(spans: list[int]) -> int:
    return sorted(spans)[len(spans) // 2] if spans else 0
