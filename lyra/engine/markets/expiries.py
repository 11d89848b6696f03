"""When a futures contract of a month expires (`Common/Securities/Future/FuturesExpiryFunctions.cs`, from the exchanges' specifications)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from lyra.engine.enums import SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.symbols import Symbol, current_run
from lyra.engine.times import to_datetime

_QUARTERLY = (3, 6, 9, 12)
_FRIDAY = 4
_Closed = Callable[[date], bool]


def expiry_of(root: str, market: str, month: date) -> datetime:
    """The expiry of a future's contract of a month, with its time of day. Raises NotSupported for futures whose rule is not known."""
    rule = _RULES.get((market.lower(), root.upper()))
    if rule is None:
        raise NotSupported(f"FuturesExpiryFunctions of {root} ({market})")
    run: Any = current_run()
    known: dict[tuple[str, str, date], datetime] = run.__dict__.setdefault("future_expiries", {})
    key = (market, root, month)
    if key not in known:
        holidays = _holidays(market, root)
        known[key] = rule(date(month.year, month.month, 1), lambda day: day.weekday() >= 5 or day in holidays)
    return known[key]


def next_contract(contract: Symbol, depth: int) -> Symbol:
    """The contract that is `depth` expiries behind another one (`Extensions.AdjustSymbolByOffset`)."""
    root, market = contract.id.symbol, contract.id.market
    expiry = contract.id.date
    for _ in range(depth):
        months = 0
        while True:
            months += 1
            count = expiry.year * 12 + expiry.month - 1 + months
            found = expiry_of(root, market, date(count // 12, count % 12 + 1, 1))
            found = datetime(found.year, found.month, found.day)
            if found > expiry:
                break
        expiry = found
        contract = Symbol.create_future(root, market, expiry)
    return contract


def _holidays(market: str, root: str) -> set[date]:
    hours = current_run().market_hours.get_entry(market, root, SecurityType.FUTURE).exchange_hours  # type: ignore[attr-defined]
    return {to_datetime(day).date() for day in (*hours._holidays, *hours._bank_holidays)}


def _business_day(day: date, step: int, closed: _Closed) -> date:
    """The next (or, with step -1, the last) business day after (before) a date."""
    day += timedelta(days=step)
    while closed(day):
        day += timedelta(days=step)
    return day


def _at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)


def _quarter(month: date) -> date:
    while month.month not in _QUARTERLY:
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return month


def _third_friday(month: date, closed: _Closed) -> datetime:
    """The third Friday of the quarter's month at 13:30, or the business day before."""
    month = _quarter(month)
    day = month + timedelta(days=(_FRIDAY - month.weekday()) % 7 + 14)
    return _at(_business_day(day, -1, closed) if closed(day) else day, 13, 30)


def _last_business_day(month: date, n: int, closed: _Closed) -> date:
    day = date(month.year, month.month, monthrange(month.year, month.month)[1]) + timedelta(days=1)
    for _ in range(n):
        day = _business_day(day, -1, closed)
    return day


def _third_last(month: date, closed: _Closed) -> datetime:
    """The third last business day of the month."""
    return _at(_last_business_day(month, 3, closed))


def _before_last(month: date, closed: _Closed) -> datetime:
    """The business day before the month's last, at 16:00."""
    return _at(_last_business_day(month, 2, closed), 16)


_RULES: dict[tuple[str, str], Callable[[date, _Closed], datetime]] = {
    ("cme", "ES"): _third_friday, ("eurex", "FESX"): _third_friday, ("comex", "GC"): _third_last, ("comex", "SI"): _third_last,
    ("hkfe", "HSI"): _before_last,
}  # fmt: skip
