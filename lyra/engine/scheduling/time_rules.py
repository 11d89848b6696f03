"""Rules for times of day (`Common/Scheduling/TimeRules.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.scheduling.base_rules import BaseScheduleRules
from lyra.engine.scheduling.func_rules import FuncTimeRule
from lyra.engine.times import DAY, HOUR, MINUTE, SECOND, span_us, zone

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP)
_HUNDREDTH = Decimal("0.01")


class TimeRules(BaseScheduleRules):
    """`self.time_rules`: makes the rules that say at which times an event fires."""

    @property
    def now(self) -> FuncTimeRule:
        """The moment at which the schedule first asks."""
        return FuncTimeRule._of("Now", lambda days: (self._algorithm._utc for _ in days))

    @property
    def midnight(self) -> FuncTimeRule:
        """The start of the day in the algorithm's zone."""
        return FuncTimeRule._of("Midnight", lambda days: (self._zone.to_utc(day) for day in days))

    @property
    def noon(self) -> FuncTimeRule:
        """Twelve hours after midnight, which is 11:00 or 13:00 when the clock changes."""
        return FuncTimeRule._of("Noon", lambda days: (self._zone.to_utc(day) + 12 * HOUR for day in days))

    def at(self, *args: Any, time_zone: Any = None, **named: int) -> FuncTimeRule:
        """`(hour, minute[, second][, time_zone])` or `(time of day[, time_zone])`, in the algorithm's zone if none is given."""
        numbers = list(args)
        if len(numbers) > 1 and not isinstance(numbers[-1], int):
            time_zone = numbers.pop()
        place = self._zone if time_zone is None else zone(time_zone)
        moment = _time_of_day(numbers, named)
        return FuncTimeRule._of(_short(moment / HOUR), lambda days: (place.to_utc(day + moment) for day in days))

    def every(self, interval: timedelta) -> FuncTimeRule:
        """Again and again from each midnight on. Raises ValueError for an interval of zero or less."""
        step = span_us(interval)
        if step <= 0:
            raise ArgumentException("TimeRules.Every(): time span interval can not be zero or less")

        def moments(days: Iterable[int]) -> Iterator[int]:
            for day in days:
                for local in range(day, day + DAY, step):
                    yield self._zone.to_utc(local)

        return FuncTimeRule._of(f"Every {_short(step / MINUTE)} min", moments)

    # opens and closes -----------------------------------------------------------------------------
    def after_market_open(self, symbol: Any = None, minutes_after_open: float = 0, extended_market_open: bool = False) -> FuncTimeRule:
        """`([symbol,] minutes=0, extended=False)`: after a market's first open of a date; without a symbol the earliest of all markets.

        Minutes may be fractions, or negative. A market that never closes raises ValueError when the schedule asks.
        """
        return self._open(*_arguments(symbol, minutes_after_open, extended_market_open))

    def before_market_open(self, symbol: Any = None, minutes_before_open: float = 0, extended_market_open: bool = False) -> FuncTimeRule:
        """`([symbol,] minutes=0, extended=False)`: before a market's first open of a date."""
        symbol, minutes, extended = _arguments(symbol, minutes_before_open, extended_market_open)
        return self._open(symbol, -minutes, extended)

    def before_market_close(self, symbol: Any = None, minutes_before_close: float = 0, extended_market_close: bool = False) -> FuncTimeRule:
        """`([symbol,] minutes=0, extended=False)`: before a market's last close of a date; without a symbol the latest of all markets."""
        return self._close(*_arguments(symbol, minutes_before_close, extended_market_close))

    def after_market_close(self, symbol: Any = None, minutes_after_close: float = 0, extended_market_close: bool = False) -> FuncTimeRule:
        """`([symbol,] minutes=0, extended=False)`: after a market's last close of a date."""
        symbol, minutes, extended = _arguments(symbol, minutes_after_close, extended_market_close)
        return self._close(symbol, -minutes, extended)

    def _open(self, symbol: Any, minutes: float, extended: bool) -> FuncTimeRule:
        return self._edge(symbol, minutes, extended, "MarketOpen", ("after", "before"), _open_of, slice(None, 1))

    def _close(self, symbol: Any, minutes: float, extended: bool) -> FuncTimeRule:
        return self._edge(symbol, minutes, extended, "MarketClose", ("before", "after"), _close_of, slice(-1, None))

    def _edge(self, symbol: Any, minutes: float, extended: bool, what: str, sides: tuple[str, str], moment_of: Callable[..., int | None],
              chosen: slice) -> FuncTimeRule:  # fmt: skip
        """`minutes` on the first of the `sides` of an edge of the session; without a symbol the `chosen` one of all markets' moments."""
        found = None if symbol is None else self._symbol(symbol)
        name = _name(found, minutes, sides[0] if minutes > 0 else sides[1], what, extended)
        shift = minutes_us(minutes)
        if found is not None:
            hours = self._hours(found)
            return FuncTimeRule._of(name, lambda days: _known(moment_of(hours, day, extended, shift) for day in days))

        def moments(days: Iterable[int]) -> Iterator[int]:
            markets = list(self._all_hours())
            for day in days:
                yield from sorted(_known(moment_of(hours, day, extended, shift) for hours in markets))[chosen]

        return FuncTimeRule._of(name, moments)


def minutes_us(minutes: float) -> int:
    """Microseconds of a number of minutes, cut off towards zero as `TimeSpan.FromMinutes` does."""
    size = int(abs(minutes) * 6e8) // 10
    return size if minutes >= 0 else -size


def _arguments(symbol: Any, minutes: float, extended: bool) -> tuple[Any, float, bool]:
    """(symbol, minutes, extended) of a call with or without a symbol in front."""
    if isinstance(symbol, (int, float)):
        return None, symbol, bool(minutes)
    return symbol, minutes, extended


def _time_of_day(numbers: list[Any], named: dict[str, Any]) -> int:
    """Microseconds since midnight."""
    given = dict(named)
    whole = given.pop("time_of_day", None)
    if whole is None and numbers and isinstance(numbers[0], (time, timedelta)):
        whole = numbers.pop(0)
    if isinstance(whole, time):
        return whole.hour * HOUR + whole.minute * MINUTE + whole.second * SECOND + whole.microsecond
    if whole is not None:
        return span_us(whole)
    parts = dict(zip(("hour", "minute", "second"), numbers, strict=False)) | given
    if set(parts) - {"second"} != {"hour", "minute"} or len(numbers) > 3:
        raise TypeError(f"No method matches given arguments for At: ({', '.join(type(part).__name__ for part in numbers)})")
    total: int = parts["hour"] * HOUR + parts["minute"] * MINUTE + parts.get("second", 0) * SECOND
    return total


def _short(value: float) -> str:
    """A number with at most two decimals (.NET's `0.##`)."""
    rounded = Decimal(f"{value:.15g}").quantize(_HUNDREDTH, context=_CONTEXT)
    return f"{rounded:f}".rstrip("0").rstrip(".")


def _name(symbol: Any, minutes: float, side: str, what: str, extended: bool) -> str:
    text = f"{_short(abs(minutes))} min {side} {'Extended' if extended else ''}{what}"
    return text if symbol is None else f"{symbol}: {text}"


def _known(moments: Iterable[int | None]) -> Iterator[int]:
    return (moment for moment in moments if moment is not None)


def _open_of(hours: SecurityExchangeHours, day: int, extended: bool, delay: int) -> int | None:
    """The moment `delay` after a date's first open; None if the market does not open then."""
    if not hours.is_date_open_us(day, extended):
        return None
    opened = hours.previous_open_us(day + DAY - 1, extended, True)
    return hours.time_zone.to_utc(opened + delay) if day <= opened < day + DAY else None


def _close_of(hours: SecurityExchangeHours, day: int, extended: bool, lead: int) -> int | None:
    """The moment `lead` before a date's last close; None if the market does not open then."""
    if not hours.is_date_open_us(day, extended):
        return None
    return hours.time_zone.to_utc(hours.next_close_us(day, extended, True) - lead)
