"""How much money a strategy could run: LEAN's estimate from the market volume around the fills (`Common/CapacityEstimate.cs`).

After a fill the volume traded in its symbol is summed for a while, a fraction of it (by bar length) counts as available, and now and
then the symbol with the least available volume gives a new estimate, which is mixed with the old one.
The loop calls `on_fill` for fills, `update` at the end of each step while `watching` is true or a snapshot is due, and reads `capacity`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from lyra.engine.decimals import ONE, ZERO
from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.exact import divide
from lyra.engine.orders.events import OrderEvent
from lyra.engine.orders.order import is_fill
from lyra.engine.times import DAY, HOUR, MINUTE, SECOND, day_of

_EFFECT = 30 * DAY
_SHARE = {Resolution.DAILY: Decimal("0.02"), Resolution.HOUR: Decimal("0.05"), Resolution.MINUTE: Decimal("0.20")}
_FAST_SHARE = Decimal("0.50")
_LONGEST = 120
"""Minutes after a fill in which volume may count."""
_DOLLARS_A_MINUTE = Decimal(6_000_000)
_FOREX_VOLUME, _CFD_VOLUME = Decimal(25_000_000), Decimal(200)
_THOUSAND = Decimal("1000.00")


class MarketBar(NamedTuple):
    """What the estimate needs of a bar: its close, its volume and its length in microseconds."""

    close: Decimal
    volume: Decimal
    period: int


def market_bar(security_type: SecurityType, trade: Any, quote: Any) -> MarketBar | None:
    """The bar of a slice: the trade bar, else the quote bar with its mean size (for forex and CFD a fixed one) as volume."""
    if trade is not None:
        return MarketBar(trade._close, trade._volume, trade._end - trade._time)
    if quote is None:
        return None
    if security_type is SecurityType.FOREX:
        volume = _FOREX_VOLUME
    elif security_type is SecurityType.CFD:
        volume = _CFD_VOLUME
    else:
        volume = (quote._last_bid_size + quote._last_ask_size) / 2
    return MarketBar(quote._close, volume, quote._end - quote._time)


def bar_of_row(rows: Any, i: int) -> MarketBar:
    """The bar of a row of trade bars."""
    return MarketBar(rows.exact("close", i), rows.exact("volume", i), rows.end[i] - rows.time[i])


def _resolution(period: int) -> Resolution:
    """The coarsest resolution that is not longer than the bar."""
    if period >= DAY:
        return Resolution.DAILY
    if period >= HOUR:
        return Resolution.HOUR
    if period >= MINUTE:
        return Resolution.MINUTE
    return Resolution.SECOND if period >= SECOND else Resolution.TICK


Flow = tuple[Decimal, Decimal, Decimal, int]
"""Price, conversion rate, volume, and the microseconds in which it was traded (0: all at once)."""


def _lasts(dollars: Decimal, flow: Flow, minutes: int) -> bool:
    """Whether so much money takes so many minutes at the speed at which money flows; ten minutes where none does."""
    price, rate, volume, elapsed = flow
    speed = float(price) * float(rate) * float(volume) / (elapsed / MINUTE if elapsed else 1.0)
    wanted = float(dollars)
    if speed and abs(speed * minutes - wanted) > 1e-9 * wanted:
        return speed * minutes < wanted
    average = divide(price * rate * volume, Decimal(elapsed) / MINUTE) if elapsed else rate * price * volume
    return int(dollars / average if average != 0 else Decimal(10)) >= minutes


class SymbolCapacity:
    """The volume available in one symbol since its fills."""

    def __init__(self, security: Any) -> None:
        self.security = security
        self.symbol = security.symbol
        self.trades = 0
        self.sale_volume = ZERO
        self._volume = ZERO
        self._share = ZERO
        self._discount = ZERO
        self._restart = False
        self._last_fill: int | None = None
        self._last_time: int | None = None
        self._last_volume = ZERO

    @property
    def market_capacity(self) -> Decimal:
        """Available volume in the account currency."""
        return self._volume * self._share

    @property
    def last_fill(self) -> int:
        """UTC time of the last fill."""
        return 0 if self._last_fill is None else self._last_fill

    def on_fill(self, event: OrderEvent) -> None:
        """Count a fill; quick successions of fills discount the volume that follows."""
        security = self.security
        worth = security.quote_currency._conversion_rate * event._fill_price * abs(event._fill_quantity)
        self.sale_volume += worth * security.symbol_properties._contract_multiplier
        previous = event._utc_time - DAY if self._last_fill is None else self._last_fill
        minutes = Decimal(event._utc_time - previous) / MINUTE
        self._discount = min(ONE, max(Decimal("0.20"), 2 * (minutes / 390)))
        if self._restart:
            self._volume, self.trades, self._restart = ZERO, 0, False
        self.trades += 1
        self._last_fill = event._utc_time

    def update(self, now: int, bar: MarketBar | None) -> bool:
        """Add a bar's volume; True when enough time has passed since the fill."""
        if bar is None or bar.volume == 0:
            return False
        rate = self.security.quote_currency._conversion_rate
        elapsed = 0 if self._last_time is None else now - self._last_time
        traded = bar.volume + self._last_volume if elapsed else bar.volume
        self._last_time, self._last_volume = now, bar.volume
        resolution = _resolution(bar.period)
        if not self._included(now, resolution, (bar.close, rate, traded, elapsed)):
            return True
        self._share = _SHARE.get(resolution, _FAST_SHARE)
        self._volume += bar.close * self._discount * bar.volume * rate * self.security.symbol_properties._contract_multiplier
        return False

    def _included(self, now: int, resolution: Resolution, flow: Flow) -> bool:
        fill = self._last_fill
        if fill is None:
            return False
        if resolution is Resolution.HOUR:
            return now == -(-fill // HOUR) * HOUR
        if resolution is Resolution.DAILY:
            return now == fill or day_of(now) == -(-fill // DAY) * DAY
        dollars, shortest = (_DOLLARS_A_MINUTE, 1) if resolution is Resolution.MINUTE else (_DOLLARS_A_MINUTE / 60, 5)
        minutes = -((fill - now) // MINUTE)
        return minutes <= shortest or (minutes <= _LONGEST and _lasts(dollars, flow, minutes))

    def reset(self) -> None:
        """Begin anew with the next fill."""
        self._restart = True
        self.sale_volume = ZERO


class CapacityEstimate:
    """The running estimate. `start` and `end` are the algorithm's dates in microseconds of its own zone, as LEAN takes them."""

    def __init__(self, start: int, end: int) -> None:
        self._by_symbol: dict[Any, SymbolCapacity] = {}
        self._watched: list[SymbolCapacity] = []
        self._period = int(max(min((end - start) / DAY - 1, 7), 1) * DAY)
        self._next_snapshot = start + self._period
        self._value = ZERO
        self.lowest_capacity_asset: Any = None

    @property
    def capacity(self) -> Decimal:
        """The estimate in the account currency, rounded to thousands."""
        return _THOUSAND * (self._value / _THOUSAND).quantize(ONE, rounding=ROUND_HALF_UP)

    @property
    def watching(self) -> bool:
        """Whether bars of some symbol are wanted."""
        return bool(self._watched)

    @property
    def next_snapshot(self) -> int:
        """From which UTC day on (microseconds) `update` makes a snapshot."""
        return self._next_snapshot if self._by_symbol else 2**62

    def on_fill(self, event: OrderEvent, security: Any) -> None:
        """Take an order event; only fills count."""
        if not is_fill(event.status):
            return
        item = self._by_symbol.get(event.symbol)
        if item is None:
            item = self._by_symbol[event.symbol] = SymbolCapacity(security)
        item.on_fill(event)
        if item not in self._watched:
            self._watched.append(item)

    def update(self, now: int, bar_of: Callable[[Any], MarketBar | None], portfolio_value: Callable[[], Decimal],
               used_margin_value: Callable[[Any], Decimal], force: bool = False) -> None:  # fmt: skip
        """End of a step at `now` (UTC us).

        `bar_of(security)` is the step's bar (see `market_bar`), `used_margin_value(security)` the margin that its position uses times
        its leverage. The last two functions are called for snapshots only.
        """
        for item in reversed(list(self._watched)):
            if item.update(now, bar_of(item.security)):
                self._watched.remove(item)
        self._take_snapshot(now, portfolio_value, used_margin_value, force)

    def watch(self, security: Any, bars: Iterable[tuple[int, MarketBar]]) -> None:
        """Steps (UTC us) that brought one security's bars and nothing else."""
        item = self._by_symbol.get(security.symbol)
        if item is None or item not in self._watched:
            return
        for now, bar in bars:
            if item.update(now, bar):
                self._watched.remove(item)
                return

    def _take_snapshot(
        self, now: int, portfolio_value: Callable[[], Decimal], used_margin_value: Callable[[Any], Decimal], force: bool
    ) -> None:
        today = day_of(now)
        if self._by_symbol and (force or today >= self._next_snapshot):
            worth = portfolio_value()
            if worth != 0:
                self._snapshot(now, worth, used_margin_value)
                self._next_snapshot = today + self._period

    def _snapshot(self, now: int, portfolio_value: Decimal, used_margin_value: Callable[[Any], Decimal]) -> None:
        items = list(self._by_symbol.values())
        total_sales = sum((item.sale_volume for item in items), ZERO)
        smallest = min(items, key=lambda item: item.market_capacity)
        self.lowest_capacity_asset = smallest.symbol
        of_sales = divide(smallest.sale_volume, total_sales) if total_sales != 0 else ZERO
        of_holdings = divide(used_margin_value(smallest.security), portfolio_value)
        scale = max(of_sales, of_holdings)
        value = self._value if scale == 0 else divide(divide(smallest.market_capacity, smallest.trades), scale)
        if self._value != 0:
            value = Decimal("0.33") * value + self._value * Decimal("0.66")
        self._value = value
        for item in items:
            if item.security.invested or now < item.last_fill + _EFFECT:
                item.reset()
            else:
                del self._by_symbol[item.symbol]
                if item in self._watched:
                    self._watched.remove(item)
