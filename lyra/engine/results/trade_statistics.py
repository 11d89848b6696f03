"""Figures over closed trades (`Common/Statistics/TradeStatistics.cs`).

LEAN updates its means trade by trade and rounds each step to 28 digits, which is dear to follow; most runs have dozens of windows over
the same trades, and print four decimals. So those figures are computed when somebody reads them, and their texts are taken from a
double where its error cannot change a printed digit.
"""

from __future__ import annotations

import math
import operator
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, chain, compress
from typing import Any, NamedTuple

import numpy as np

from lyra.engine.decimals import ZERO, decimal_text, double_to_decimal, round_to, to_float
from lyra.engine.exact import add, divide, mean_step, multiply, scale_of, subtract
from lyra.engine.naming import LeanObject
from lyra.engine.orders.fields import instant, money
from lyra.engine.results.json_text import time_text
from lyra.engine.results.performance import json_name
from lyra.engine.results.trades import Trade
from lyra.engine.times import span_text

_TEN = Decimal(10)
_TICKS = 10_000_000
_FEW = 8
"""Up to so many values are followed exactly at once."""


def _span(stored: str) -> property:
    return property(lambda self: timedelta(microseconds=getattr(self, stored) // 10))


class _Near(NamedTuple):
    """A figure as a double, and how far LEAN's decimal may be from it."""

    value: float
    error: float

    def over(self, other: _Near) -> _Near:
        ratio = self.value / other.value
        return _Near(ratio, 2 * (self.error + abs(ratio) * other.error) / abs(other.value) + 1e-15 * abs(ratio))

    def less(self, other: _Near) -> _Near:
        return _Near(self.value - other.value, self.error + other.error + 1e-15 * (abs(self.value) + abs(other.value)))

    def text(self) -> str | None:
        """With 4 decimals; None where LEAN's might round otherwise or have fewer decimals."""
        halves = self.value * 20_000
        if abs(halves - round(halves)) <= self.error * 20_000 + abs(halves) * 1e-15:
            return None
        text = f"{self.value:.4f}"
        return "0.0000" if text == "-0.0000" else text


class _Amounts:
    """Amounts in the order of the trades, as decimals and as whole numbers of which `one` make 1.

    `mean` and `deviation` are LEAN's, followed step by step.
    """

    def __init__(self, values: list[Decimal], units: Any, one: int) -> None:
        self.values = values
        self._units = units
        self._one = one

    @cached_property
    def mean(self) -> Decimal:
        mean = ZERO
        for count, value in enumerate(self.values, 1):
            mean = mean_step(mean, value, 1, count)
        return mean

    @cached_property
    def deviation(self) -> Decimal:
        """The root of a sum of squares over one less than the count; its double is cast to a decimal."""
        mean = spread = ZERO
        for count, value in enumerate(self.values, 1):
            before, mean = mean, mean_step(mean, value, 1, count)
            spread = add(spread, multiply(subtract(value, before), subtract(value, mean)))
        count = len(self.values)
        return double_to_decimal(math.sqrt(to_float(divide(spread, count - 1)))) if count > 1 else ZERO

    @cached_property
    def _largest(self) -> int:
        return max(abs(int(self._units.max())), abs(int(self._units.min())))

    @cached_property
    def near_mean(self) -> _Near | None:
        """The mean as a double; None for few values. A step of LEAN's adds at most three roundings in the 28th digit."""
        count = len(self.values)
        if count <= _FEW:
            return None
        value = int(self._units.sum()) / (count * self._one)
        return _Near(value, 1e-15 * abs(value) + 1e-24 * count * (self._largest / self._one))

    @cached_property
    def near_deviation(self) -> _Near | None:
        """The deviation as a double; None for few values, or where they are so close together that the roundings count."""
        count = len(self.values)
        if count <= _FEW:
            return None
        from_mean = self._units.astype(np.float64) - int(self._units.sum()) / count
        spread, largest = float(np.square(from_mean).sum()), float(self._largest)
        if spread * 1e9 <= (count * largest) ** 2:
            return None
        value = math.sqrt(spread / (count - 1)) / self._one
        return _Near(value, (2e-14 + 1e-15 * largest * math.sqrt(count / spread)) * value)


class TradeTable:
    """Closed trades in the order of their closing, as columns from which periods are cut."""

    _COLUMNS = ("trades", "entries", "exits", "profits", "gained", "won", "maes", "mfes", "falls", "fees", "seconds")

    def __init__(self, trades: Iterable[Trade]) -> None:
        self.trades = list(trades)
        self.entries = [trade._entry_time for trade in self.trades]
        self.exits = [trade._exit_time for trade in self.trades]
        self.profits = [trade._profit_loss for trade in self.trades]
        self.gained = [profit > 0 for profit in self.profits]
        self.won = [gained or trade.is_win for gained, trade in zip(self.gained, self.trades, strict=True)]
        """An option exercised in the money wins even if its premium is lost."""
        self.maes = [trade._mae for trade in self.trades]
        self.mfes = [trade._mfe for trade in self.trades]
        self.falls = [trade._end_trade_drawdown for trade in self.trades]
        self.fees = [trade._total_fees for trade in self.trades]
        self.seconds = [(end - start) * 10 / _TICKS for start, end in zip(self.entries, self.exits, strict=True)]
        self.units, self.one = _units((self.profits, self.maes, self.mfes, self.falls))
        """Profits, MAEs, MFEs and falls, a row each, as whole numbers of which `one` make 1."""
        self._in_order = self.exits == sorted(self.exits)

    def closed_between(self, start: int, end: int) -> TradeTable:
        """The trades closed from one UTC moment to before another."""
        if not self._in_order:
            return TradeTable(trade for trade in self.trades if start <= trade._exit_time < end)
        low, high = bisect_left(self.exits, start), bisect_left(self.exits, end)
        part = TradeTable.__new__(TradeTable)
        part._in_order = True
        part.units, part.one = self.units[:, low:high], self.one
        for name in self._COLUMNS:
            setattr(part, name, getattr(self, name)[low:high])
        return part


def _units(columns: Sequence[list[Decimal]]) -> tuple[Any, int]:
    """Decimals as whole numbers, of 64 bits where sums of them fit, and how many make 1."""
    places = max((scale_of(value) for column in columns for value in column), default=0)
    rows = [[int(value.scaleb(places)) for value in column] for column in columns]
    return np.array(rows, dtype=np.int64 if sum(map(abs, chain(*rows))) < 2**61 else object), 10**places


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
    _MADE_OF_MEANS = frozenset((
        "average_profit_loss", "average_profit", "average_loss", "average_mae", "average_mfe", "profit_loss_ratio", "sharpe_ratio", "sortino_ratio",
        "profit_loss_standard_deviation", "profit_loss_downside_deviation", "average_end_trade_drawdown",
    ))  # fmt: skip
    _JSON_NAMES = tuple(
        {"average_mae": "averageMAE", "average_mfe": "averageMFE", "largest_mae": "largestMAE", "largest_mfe": "largestMFE"}.get(name)
        or json_name(name)
        for name in _ORDER
    )

    def __init__(self, trades: Sequence[Trade] | TradeTable = ()) -> None:
        self._start_date_time: int | None = None
        self._end_date_time: int | None = None
        for name in self._ORDER[2:]:
            if name in self._COUNTS:
                setattr(self, name, 0)
            elif name not in self._MADE_OF_MEANS:
                setattr(self, "_" + name, 0 if name.endswith("duration") else ZERO)
        table = trades if isinstance(trades, TradeTable) else TradeTable(trades)
        (profits, maes, mfes, _), one = table.units, table.one
        gained = profits > 0
        self._profits, self._maes, self._mfes = (
            _Amounts(table.profits, profits, one),
            _Amounts(table.maes, maes, one),
            _Amounts(table.mfes, mfes, one),
        )
        self._gains = _Amounts(list(compress(table.profits, table.gained)), profits[gained], one)
        self._losses = _Amounts(list(compress(table.profits, map(operator.not_, table.gained))), profits[~gained], one)
        if table.trades:
            _add_totals(self, table)
            _add_drawdowns(self, table)
            _add_spans(self, table)
            _add_rates(self)

    _average_profit_loss = property(lambda self: self._profits.mean)
    _average_profit = property(lambda self: self._gains.mean)
    _average_loss = property(lambda self: self._losses.mean)
    _average_mae = property(lambda self: self._maes.mean)
    _average_mfe = property(lambda self: self._mfes.mean)
    _profit_loss_standard_deviation = property(lambda self: self._profits.deviation)
    _profit_loss_downside_deviation = property(lambda self: self._losses.deviation)
    _profit_loss_ratio = property(lambda self: ZERO if self._losses.mean == 0 else divide(self._gains.mean, abs(self._losses.mean)))
    _sharpe_ratio = property(lambda self: divide(self._profits.mean, self._profits.deviation) if self._profits.deviation > 0 else ZERO)
    _sortino_ratio = property(lambda self: divide(self._profits.mean, self._losses.deviation) if self._losses.deviation > 0 else ZERO)
    _average_end_trade_drawdown = property(lambda self: subtract(self._profits.mean, self._mfes.mean))

    def _near(self) -> dict[str, _Near | None]:
        """Doubles of the figures that are made of running means; None for what must be followed exactly."""
        mean, gain, loss, mfe = self._profits.near_mean, self._gains.near_mean, self._losses.near_mean, self._mfes.near_mean
        deviation, downside = self._profits.near_deviation, self._losses.near_deviation
        return {
            "average_profit_loss": mean,
            "average_profit": gain,
            "average_loss": loss,
            "average_mae": self._maes.near_mean,
            "average_mfe": mfe,
            "profit_loss_standard_deviation": deviation,
            "profit_loss_downside_deviation": downside,
            "profit_loss_ratio": gain.over(loss._replace(value=-loss.value)) if gain and loss and loss.value < -2 * loss.error else None,
            "sharpe_ratio": mean.over(deviation) if mean and deviation else None,
            "sortino_ratio": mean.over(downside) if mean and downside else None,
            "average_end_trade_drawdown": mean.less(mfe) if mean and mfe else None,
        }

    def json_fields(self) -> dict[str, Any]:
        """LEAN's names: amounts rounded to 4 decimals as text, spans as `d.hh:mm:ss`, counts as numbers."""
        fields: dict[str, Any] = {}
        near = self._near()
        for name, shown in zip(self._ORDER, self._JSON_NAMES, strict=True):
            guess = near.get(name)
            text = None if guess is None else guess.text()
            fields[shown] = self._json_field(name) if text is None else text
        return fields

    def _json_field(self, name: str) -> Any:
        if name in self._COUNTS:
            return getattr(self, name)
        value = getattr(self, "_" + name)
        if value is ZERO:
            return "0"
        if isinstance(value, Decimal):
            return decimal_text(round_to(value, 4))
        if name.endswith("duration"):
            return span_text(value)
        return None if value is None else time_text(value)


def _add_totals(r: Any, table: TradeTable) -> None:
    """Counts, sums and extremes, added in the order of the closing."""
    gains, losses = r._gains.values, r._losses.values
    r._start_date_time, r._end_date_time = min(table.entries), max(table.exits)
    r.total_number_of_trades = len(table.trades)
    r.number_of_winning_trades = sum(table.won)
    r.number_of_losing_trades = len(table.trades) - r.number_of_winning_trades
    row = bytes(table.won)
    r.max_consecutive_winning_trades = max(map(len, row.split(b"\0")))
    r.max_consecutive_losing_trades = max(map(len, row.split(b"\1")))
    r._total_profit_loss, r._total_profit, r._total_loss = sum(table.profits, ZERO), sum(gains, ZERO), sum(losses, ZERO)
    profits, maes, mfes, falls = table.units
    r._largest_profit, r._largest_loss = _largest(table.profits, profits), _smallest(table.profits, profits)
    r._largest_mae, r._largest_mfe = _smallest(table.maes, maes), _largest(table.mfes, mfes)
    r._maximum_end_trade_drawdown = _largest(table.falls, falls)
    r._total_fees = sum(table.fees, ZERO)


def _largest(values: list[Decimal], units: Any) -> Decimal:
    """The first of the largest, at least 0."""
    at = int(units.argmax())
    return values[at] if units[at] > 0 else ZERO


def _smallest(values: list[Decimal], units: Any) -> Decimal:
    """The first of the smallest, at most 0."""
    at = int(units.argmin())
    return values[at] if units[at] < 0 else ZERO


def _add_drawdowns(r: Any, table: TradeTable) -> None:
    """The deepest falls from a peak of the summed profits, within trades and at their ends, and the longest time until a new peak."""
    profits, maes, mfes, _ = table.units
    totals = list(accumulate(table.profits, initial=ZERO))
    after = np.cumsum(profits)
    before = after - profits
    r._maximum_intra_trade_drawdown, _ = _deepest_fall(
        before + mfes, lambda n: totals[n] + table.mfes[n], before + maes, lambda n: totals[n] + table.maes[n]
    )
    r._maximum_closed_trade_drawdown, peaks = _deepest_fall(after, lambda n: totals[n + 1], after, lambda n: totals[n + 1])
    last, last_time, longest = -1, table.entries[0], 0
    for n in np.flatnonzero(after > np.concatenate(([0], peaks[:-1]))).tolist():
        if n > last + 1:  # lost in between
            longest = max(longest, table.exits[n] - last_time)
        last, last_time = n, table.exits[n]
    r._maximum_drawdown_duration = longest * 10


def _deepest_fall(highs: Any, high_of: Callable[[int], Decimal], lows: Any, low_of: Callable[[int], Decimal]) -> tuple[Decimal, Any]:
    """How deep the lows fall below the highest high so far, at most 0; and the highest highs so far, at least 0, in units."""
    peaks = np.maximum.accumulate(np.maximum(highs, 0))
    falls = lows - peaks
    at = int(falls.argmin())
    if falls[at] >= 0:
        return ZERO, peaks
    peak = high_of(int((highs == peaks[at]).argmax())) if peaks[at] > 0 else ZERO
    return low_of(at) - peak, peaks


def _add_spans(r: Any, table: TradeTable) -> None:
    seconds = table.seconds
    gains, losses = list(compress(seconds, table.gained)), list(compress(seconds, map(operator.not_, table.gained)))
    r._average_trade_duration, r._median_trade_duration = _average_span(seconds), _median(seconds)
    r._average_winning_trade_duration, r._median_winning_trade_duration = _average_span(gains), _median(gains)
    r._average_losing_trade_duration, r._median_losing_trade_duration = _average_span(losses), _median(losses)


def _add_rates(r: Any) -> None:
    count, winners, losers = r.total_number_of_trades, r.number_of_winning_trades, r.number_of_losing_trades
    r._win_loss_ratio = divide(Decimal(winners), losers) if losers > 0 else _TEN
    r._win_rate = divide(Decimal(winners), count)
    r._loss_rate = 1 - r._win_rate
    r._profit_factor = ZERO if r._total_profit == 0 else divide(r._total_profit, abs(r._total_loss)) if r._total_loss < 0 else _TEN
    fall = r._maximum_closed_trade_drawdown
    if r._total_profit_loss != 0:
        r._profit_to_max_drawdown_ratio = divide(r._total_profit_loss, abs(fall)) if fall < 0 else _TEN


def _average_span(seconds: list[float]) -> int:
    """A running average of spans in ticks: each step is computed in seconds and cut to ticks."""
    average = 0
    for count, span in enumerate(seconds, 1):
        average += int((span - average / _TICKS) / count * _TICKS)
    return average


def _median(seconds: list[float]) -> int:
    """In ticks; trades begin and end at whole microseconds."""
    return round(sorted(seconds)[len(seconds) // 2] * 1_000_000) * 10 if seconds else 0
