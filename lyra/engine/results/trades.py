"""Round-trip trades made of fills (`Common/Statistics/TradeBuilder.cs`): which fills open, add to and close them.

Three ways of grouping: every entry fill is a trade of its own (FILL_TO_FILL), from flat to flat (FLAT_TO_FLAT), or every reduction
closes a trade (FLAT_TO_REDUCED); each matches first in first out or last in first out. Profits, `mae` (worst loss while open), `mfe`
(best gain while open) and `end_trade_drawdown` (largest fall from a peak while open) are in the account currency, rounded to cents;
only FILL_TO_FILL knows the last three.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from lyra.engine.decimals import ONE, ZERO, to_decimal, to_float
from lyra.engine.enums import (
    DataNormalizationMode,
    FillGroupingMethod,
    FillMatchingMethod,
    OrderDirection,
    OrderType,
    SecurityType,
    TradeDirection,
)
from lyra.engine.exact import divide, mean_step, strip
from lyra.engine.naming import LeanObject
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.fields import instant, money, plain
from lyra.engine.times import MIN_TIME

LONG, SHORT = TradeDirection.LONG, TradeDirection.SHORT
_OPTIONS = frozenset((SecurityType.OPTION, SecurityType.FUTURE_OPTION, SecurityType.INDEX_OPTION))
_CENTS = Decimal("0.00")
_WIDE = Context(prec=80, rounding=ROUND_HALF_EVEN)


class Trade(LeanObject):
    """One closed trade. Exact values under `_entry_price` and so on, times as UTC microseconds under `_entry_time`, `_exit_time`."""

    symbols: list[Any]
    direction: TradeDirection
    is_win: bool
    order_ids: list[int]

    entry_time = instant("_entry_time", writable=True)
    exit_time = instant("_exit_time", writable=True)
    entry_price = money("_entry_price", writable=True)
    exit_price = money("_exit_price", writable=True)
    quantity = money("_quantity", writable=True)
    profit_loss = money("_profit_loss", writable=True)
    total_fees = money("_total_fees", writable=True)
    mae = money("_mae", writable=True)
    mfe = money("_mfe", writable=True)
    end_trade_drawdown = money("_end_trade_drawdown", writable=True)
    MAE = mae
    MFE = mfe

    def __init__(self) -> None:
        self._own_id = ""
        self.symbols = []
        self.direction = LONG
        self.is_win = False
        self.order_ids = []
        self._entry_time = self._exit_time = MIN_TIME
        self._entry_price = self._exit_price = self._quantity = ZERO
        self._profit_loss = self._total_fees = self._mae = self._mfe = self._end_trade_drawdown = ZERO

    @property
    def id(self) -> str:
        """A random id, made when it is first read."""
        if not self._own_id:
            self._own_id = str(uuid.uuid4())
        return self._own_id

    @id.setter
    def id(self, value: str) -> None:
        self._own_id = value

    @property
    def symbol(self) -> Any:
        """The first symbol."""
        return self.symbols[0] if self.symbols else None

    @property
    def duration(self) -> timedelta:
        """From entry to exit."""
        return timedelta(microseconds=self._exit_time - self._entry_time)

    def __repr__(self) -> str:
        return f"Trade({self.direction.name} {self._quantity} {self.symbol} {self._entry_price} -> {self._exit_price})"


class _Open:
    """A trade that is open, with its best price so far and the deepest fall from a best price."""

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        self.best: Decimal = trade._entry_price
        self.fall = ZERO

    def see(self, price: Decimal) -> None:
        if price >= self.best if self.trade.direction is LONG else price <= self.best:
            self.best = price
        else:
            self.fall = max(self.fall, abs(price - self.best))

    def watch(self, prices: list[float], low: float, high: float, exact: Callable[[int], Decimal]) -> None:
        best, fall = to_float(self.best), to_float(self.fall)
        if self.trade.direction is SHORT:
            prices, best, low, high = [-price for price in prices], -best, -high, -low
        if high < best and best - low <= fall:
            return
        top = fell_from = fell_to = -1
        for k, price in enumerate(prices):
            if price >= best:
                best, top = price, k
            elif best - price > fall:
                fall, fell_from, fell_to = best - price, top, k
        if fell_to >= 0:
            self.fall = abs((self.best if fell_from < 0 else exact(fell_from)) - exact(fell_to))
        if top >= 0:
            self.best = exact(top)


class _Position:
    """What is open in one symbol: trades, or fills not yet made into a trade; the price range since it was opened."""

    def __init__(
        self, price: Decimal, trades: list[_Open] | None = None, fills: list[OrderEvent] | None = None, fees: Decimal = ZERO
    ) -> None:
        self.trades: list[_Open] = trades or []
        self.fills: list[OrderEvent] = fills or []
        self.fees = fees
        self.restart(price)

    def restart(self, price: Decimal) -> None:
        self.lowest = self.highest = price

    def see(self, price: Decimal) -> None:
        if price > self.highest:
            self.highest = price
        elif price < self.lowest:
            self.lowest = price
        for trade in self.trades:
            trade.see(price)

    def watch(self, prices: list[float], exact: Callable[[int], Decimal]) -> None:
        low, high = min(prices), max(prices)
        if high > to_float(self.highest):
            self.highest = exact(prices.index(high))
        if low < to_float(self.lowest):
            self.lowest = exact(prices.index(low))
        for trade in self.trades:
            trade.watch(prices, low, high, exact)


class TradeBuilder(LeanObject):
    """`TradeBuilder(grouping_method, matching_method)`. The engine calls `process_fill` for every fill and feeds market prices."""

    grouping_method = plain("_grouping")
    matching_method = plain("_matching")

    def __init__(self, grouping_method: FillGroupingMethod = FillGroupingMethod.FILL_TO_FILL,
                 matching_method: FillMatchingMethod = FillMatchingMethod.FIFO) -> None:  # fmt: skip
        self._grouping = grouping_method
        self._matching = matching_method
        self._lifo = matching_method == FillMatchingMethod.LIFO
        self._closed: list[Trade] = []
        self._positions: dict[Any, _Position] = {}
        self._fee_paid: set[int] = set()
        self._securities: Any = None

    # what users read --------------------------------------------------------------------------
    @property
    def closed_trades(self) -> list[Trade]:
        """The closed trades in the order of their closing."""
        return list(self._closed)

    def has_open_position(self, symbol: Any) -> bool:
        """Whether there is an open trade of the symbol."""
        position = self._positions.get(symbol)
        return position is not None and bool(position.trades or position.fills)

    def set_live_mode(self, live: bool) -> None:
        """Accepted; only live trading limits the number of trades kept."""

    def set_security_manager(self, securities: Any) -> None:
        """The securities, by which options tell whether an exercise won."""
        self._securities = securities

    # prices -----------------------------------------------------------------------------------
    def set_market_price(self, symbol: Any, price: Any) -> None:
        """Take a market price into the open trades of the symbol."""
        position = self._positions.get(symbol)
        if position is not None:
            position.see(to_decimal(price))

    def watch_prices(self, symbol: Any, prices: list[float], exact: Callable[[int], Decimal]) -> None:
        """`set_market_price` for one price after the other; `exact(k)` gives the decimal of those that turn out to count."""
        position = self._positions.get(symbol)
        if position is not None and prices:
            position.watch(prices, exact)

    def apply_split(
        self, split: Any, live_mode: bool = False, data_normalization_mode: DataNormalizationMode = DataNormalizationMode.RAW
    ) -> None:
        """Rescale what is open of an equity with raw prices; `split` has `symbol` and `_split_factor`."""
        position = self._positions.get(split.symbol)
        if position is None or split.symbol.security_type is not SecurityType.EQUITY:
            return
        if not live_mode and data_normalization_mode != DataNormalizationMode.RAW:
            return
        factor = split._split_factor
        position.lowest *= factor
        position.highest *= factor
        for item in position.trades:
            item.trade._quantity = divide(item.trade._quantity, factor)
            item.trade._entry_price *= factor
            item.best *= factor
            item.fall *= factor
        for fill in position.fills:
            fill._fill_quantity = strip(divide(fill._fill_quantity, factor))
            fill._fill_price = strip(fill._fill_price * factor)

    # fills ------------------------------------------------------------------------------------
    def process_fill(self, fill: OrderEvent, security_conversion_rate: Any, fee_in_account_currency: Any, multiplier: Any = ONE) -> None:
        """Take a fill: rates turn quote currency into the account's; an order's fee counts for its first fill only."""
        fee = ZERO
        if fill.order_id not in self._fee_paid:
            self._fee_paid.add(fill.order_id)
            fee = to_decimal(fee_in_account_currency)
        worth = to_decimal(security_conversion_rate), to_decimal(multiplier)
        fill = fill.clone()
        position = self._positions.get(fill.symbol)
        if position is not None and (position.trades or position.fills):
            position.see(fill._fill_price)
        else:
            position = None
        if self._grouping == FillGroupingMethod.FILL_TO_FILL:
            self._fill_to_fill(position, fill, fee, worth)
        elif self._grouping == FillGroupingMethod.FLAT_TO_FLAT:
            self._flat_to_flat(position, fill, fee, worth)
        else:
            self._flat_to_reduced(position, fill, fee, worth)

    def _fill_to_fill(self, position: _Position | None, fill: OrderEvent, fee: Decimal, worth: tuple[Decimal, Decimal]) -> None:
        if position is None:
            self._positions[fill.symbol] = _Position(fill._fill_price, trades=[_Open(_entry(fill, fee))])
            return
        index = len(position.trades) - 1 if self._lifo else 0
        if _side(fill) is position.trades[index].trade.direction:
            position.trades.append(_Open(_entry(fill, fee)))
            return
        left = abs(fill._fill_quantity)
        while position.trades and left > 0:
            index = len(position.trades) - 1 if self._lifo else 0
            item = position.trades[index]
            closed = item.trade
            if left >= closed._quantity:
                del position.trades[index]
            else:
                closed = _part_of(item.trade, left)
                item.trade._quantity -= left
                item.trade._total_fees = ZERO
            left -= closed._quantity
            self._close(closed, position, item.fall, fill, fee, worth)
            fee = ZERO
        if not position.trades and left == 0:
            del self._positions[fill.symbol]
        elif left > 0:
            fill._fill_quantity = strip(left.copy_sign(fill._fill_quantity))
            position.trades = [_Open(_entry(fill, ZERO))]
            position.restart(fill._fill_price)

    def _close(
        self, trade: Trade, position: _Position, fall: Decimal, fill: OrderEvent, fee: Decimal, worth: tuple[Decimal, Decimal]
    ) -> None:
        rate, multiplier = worth
        sign = 1 if trade.direction is LONG else -1
        worst, best = (position.lowest, position.highest) if sign > 0 else (position.highest, position.lowest)
        quantity = trade._quantity
        trade._exit_time = fill._utc_time
        trade._exit_price = fill._fill_price
        trade._profit_loss = _cents((trade._exit_price - trade._entry_price) * quantity * sign * rate * multiplier)
        trade._total_fees += fee
        trade._mae = _cents((worst - trade._entry_price if sign > 0 else trade._entry_price - worst) * quantity * rate * multiplier)
        trade._mfe = _cents((best - trade._entry_price if sign > 0 else trade._entry_price - best) * quantity * rate * multiplier)
        trade._end_trade_drawdown = _cents(fall * quantity * rate * multiplier)
        _note(trade.order_ids, fill.order_id)
        self._add(trade, fill)

    def _flat_to_flat(self, position: _Position | None, fill: OrderEvent, fee: Decimal, worth: tuple[Decimal, Decimal]) -> None:
        if position is None:
            self._positions[fill.symbol] = _Position(fill._fill_price, fills=[fill], fees=fee)
            return
        held = sum((item._fill_quantity for item in position.fills), ZERO)
        same_side = (position.fills[0]._fill_quantity > 0) == (fill._fill_quantity > 0)
        position.fills.append(fill)
        position.fees += fee
        if same_side or abs(fill._fill_quantity) < abs(held):
            return
        entry_quantity = exit_quantity = entry_price = exit_price = ZERO
        order_ids: list[int] = []
        for item in reversed(position.fills) if self._lifo else position.fills:
            quantity = item._fill_quantity
            if (quantity > 0) != (fill._fill_quantity > 0):
                entry_quantity += quantity
                entry_price = mean_step(entry_price, item._fill_price, quantity, entry_quantity)
            else:
                exit_quantity += quantity
                exit_price = mean_step(exit_price, item._fill_price, quantity, exit_quantity)
            _note(order_ids, item.order_id)
        trade = _grouped(fill, position.fills[0]._utc_time, entry_price, exit_price, abs(entry_quantity), position.fees, order_ids, worth)
        self._add(trade, fill)
        del self._positions[fill.symbol]
        rest = held + fill._fill_quantity
        if rest != 0:
            fill._fill_quantity = strip(rest)
            self._positions[fill.symbol] = _Position(fill._fill_price, fills=[fill])

    def _flat_to_reduced(self, position: _Position | None, fill: OrderEvent, fee: Decimal, worth: tuple[Decimal, Decimal]) -> None:
        if position is None:
            self._positions[fill.symbol] = _Position(fill._fill_price, fills=[fill], fees=fee)
            return
        index = len(position.fills) - 1 if self._lifo else 0
        position.fees += fee
        if (position.fills[index]._fill_quantity > 0) == (fill._fill_quantity > 0):
            position.fills.append(fill)
            return
        entry_time = position.fills[index]._utc_time
        order_ids = [fill.order_id]
        done, entry_price, wanted = ZERO, ZERO, abs(fill._fill_quantity)
        while position.fills and done < wanted:
            item = position.fills[len(position.fills) - 1 if self._lifo else 0]
            available = abs(item._fill_quantity)
            part = min(available, wanted - done)
            done += part
            entry_price = mean_step(entry_price, item._fill_price, part, done)
            if part == available:
                entry_time = item._utc_time if self._lifo else entry_time
                position.fills.remove(item)
            else:
                item._fill_quantity = strip(item._fill_quantity + part.copy_sign(fill._fill_quantity))
            _note(order_ids, item.order_id)
        self._add(_grouped(fill, entry_time, entry_price, fill._fill_price, done, position.fees, order_ids, worth), fill)
        if done < wanted:
            fill._fill_quantity = strip((wanted - done).copy_sign(fill._fill_quantity))
            position.fills, position.fees = [fill], ZERO
            position.restart(fill._fill_price)
        elif position.fills:
            position.fees = ZERO
        else:
            del self._positions[fill.symbol]

    def _add(self, trade: Trade, fill: OrderEvent) -> None:
        security = None if self._securities is None else self._securities.get(trade.symbol)
        trade.is_win = trade._profit_loss > 0 if security is None else is_win(fill, security, trade._profit_loss)
        self._closed.append(trade)


def is_win(fill: OrderEvent, security: Any, profit_loss: Decimal) -> bool:
    """Whether a closing fill won. Exercised options compare the loss with what they are worth in the money.

    `security._in_the_money_amount(quantity)` must give that worth in the account currency for options.
    """
    exercised = fill.symbol.security_type in _OPTIONS and fill.ticket is not None and fill.ticket.order_type is OrderType.OPTION_EXERCISE
    if not exercised:
        return profit_loss > 0
    in_the_money = bool(fill.is_in_the_money)
    if fill.direction is OrderDirection.SELL:
        return in_the_money and abs(profit_loss) < security._in_the_money_amount(fill._fill_quantity)
    return not in_the_money or abs(profit_loss) > security._in_the_money_amount(fill._fill_quantity)


def _cents(value: Decimal) -> Decimal:
    """`Math.Round(value, 2)`: half to even; a coarser scale is kept as it is."""
    coarse = not _WIDE.add(value, _CENTS).same_quantum(value)
    return value if coarse else value.quantize(_CENTS, context=_WIDE)


def _note(order_ids: list[int], order_id: int) -> None:
    if order_id not in order_ids:
        order_ids.append(order_id)


def _side(fill: OrderEvent) -> TradeDirection:
    return LONG if fill._fill_quantity > 0 else SHORT


def _entry(fill: OrderEvent, fee: Decimal) -> Trade:
    trade = Trade()
    trade.symbols = [fill.symbol]
    trade.direction = _side(fill)
    trade._entry_time = fill._utc_time
    trade._entry_price = fill._fill_price
    trade._quantity = abs(fill._fill_quantity)
    trade._total_fees = fee
    trade.order_ids = [fill.order_id]
    return trade


def _part_of(trade: Trade, quantity: Decimal) -> Trade:
    """A trade of a part of an open trade's quantity; it takes all the fees."""
    part = Trade()
    part.__dict__.update(trade.__dict__)
    part.order_ids = list(trade.order_ids)
    part._quantity = quantity
    return part


def _grouped(fill: OrderEvent, entry_time: int, entry_price: Decimal, exit_price: Decimal, quantity: Decimal, fees: Decimal,
             order_ids: list[int], worth: tuple[Decimal, Decimal]) -> Trade:  # fmt: skip
    """The trade that a fill closes when several entries count as one."""
    trade = Trade()
    trade.symbols = [fill.symbol]
    trade.direction = LONG if fill._fill_quantity < 0 else SHORT
    trade._entry_time, trade._exit_time = entry_time, fill._utc_time
    trade._entry_price, trade._exit_price = entry_price, exit_price
    trade._quantity = quantity
    sign = 1 if trade.direction is LONG else -1
    trade._profit_loss = _cents((exit_price - entry_price) * quantity * sign * worth[0] * worth[1])
    trade._total_fees = fees
    trade.order_ids = order_ids
    return trade
