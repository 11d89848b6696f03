"""Risk-free interest rates, which Sharpe ratio and alpha are measured against (`Common/Data/InterestRateProvider.cs`).

LEAN's default is the Federal Reserve's primary credit rate in `alternative/interest-rate/usa/interest-rate.csv` of the data folder:
rows `yyyy-MM-dd,percent`, each valid until the next. Rates are fractions: 0.0225 for 2.25 %.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.errors import DataError
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.times import DAY, day_of, to_datetime, to_us

_FOREVER = 2**62
FIRST_DATE = to_us(datetime(1998, 1, 1))


class IRiskFreeInterestRateModel(LeanObject):
    """Base of the models of the risk-free rate."""

    def get_interest_rate(self, date: datetime) -> float:
        """The rate of a date, as a fraction."""
        return to_float(self._rate(to_us(date)))

    def _rate(self, us: int) -> Decimal:
        raise NotImplementedError(f"{type(self).__name__}.get_interest_rate must be implemented")


class ConstantRiskFreeRateInterestRateModel(IRiskFreeInterestRateModel):
    """The same rate for all dates."""

    def __init__(self, risk_free_rate: Any) -> None:
        self._constant = to_decimal(risk_free_rate)

    def _rate(self, us: int) -> Decimal:
        return self._constant


class FuncRiskFreeRateInterestRateModel(IRiskFreeInterestRateModel):
    """The rate that a function of the date gives."""

    def __init__(self, get_interest_rate_func: Callable[[datetime], Any]) -> None:
        self._function = get_interest_rate_func

    def _rate(self, us: int) -> Decimal:
        return to_decimal(self._function(to_datetime(us)))


class InterestRateProvider(IRiskFreeInterestRateModel):
    """The rates of the data folder; they are read when the first one is asked for. Without the file the rate is 1 %.

    `today` bounds the dates that are known: later ones have the rate of that day, dates before 1998 that of 1998-01-01.
    """

    DEFAULT_RISK_FREE_RATE = 0.01
    DefaultRiskFreeRate = 0.01

    def __init__(self, data_folder: Path | None = None, today: date | None = None) -> None:
        self._path = None if data_folder is None else data_folder / "alternative" / "interest-rate" / "usa" / "interest-rate.csv"
        self._last = to_us(datetime.now(UTC).date() if today is None else today)
        self._dates: list[int] = []
        self._rates: list[Decimal] = []
        self._loaded = False
        self._default = to_decimal(self.DEFAULT_RISK_FREE_RATE)

    def _load(self) -> None:
        self._loaded = True
        if self._path is None or not self._path.is_file():
            return
        rates = sorted(_read(self._path).items())
        self._dates = [day for day, _ in rates]
        self._rates = [rate for _, rate in rates]

    def _rate(self, us: int) -> Decimal:
        if not self._loaded:
            self._load()
        if not self._dates:
            return self._default
        day = day_of(us)
        known = bisect_right(self._dates, day)
        if day < FIRST_DATE and (known == 0 or self._dates[known - 1] != day):
            day = FIRST_DATE
        elif day > self._last and (known == 0 or self._dates[known - 1] != day):
            day = self._last
        at = bisect_right(self._dates, day) - 1
        # before the first row the file's first rate holds
        return self._rates[max(at, 0)]

    def _valid_until(self, us: int) -> int:
        """The moment before which the rate of an earlier one is certain to hold."""
        if not self._dates:
            return _FOREVER
        day = day_of(us)
        following = bisect_right(self._dates, day)
        if day < max(FIRST_DATE, self._dates[0]) or day > self._last:
            return day + DAY
        if following == len(self._dates):
            return _FOREVER
        return min(self._dates[following], self._last + DAY)

    def _sum(self, times: Iterable[int]) -> Decimal:
        """The rates of many instants added up: few digits, so the order does not matter."""
        ordered = sorted(times)
        total, at = ZERO, 0
        while at < len(ordered):
            time = ordered[at]
            rate = self._rate(time)
            after = bisect_left(ordered, self._valid_until(time), at)
            total += rate * (after - at)
            at = after
        return total


def _read(path: Path) -> dict[int, Decimal]:
    rates: dict[int, Decimal] = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if number == 1 or not line.strip():
            continue
        fields = line.split(",")
        try:
            rates[to_us(datetime.strptime(fields[0], "%Y-%m-%d"))] = Decimal(fields[1].strip()) / 100
        except (ValueError, IndexError, InvalidOperation) as e:
            raise DataError(f"{path}, line {number}: {line!r} is not a date (yyyy-MM-dd) and a rate in percent.") from e
    return rates


def average_rate(model: Any, times: Iterable[int]) -> Decimal:
    """Mean rate over UTC instants (microseconds); 0 for none. A model of the user's own has `get_interest_rate(date)`."""
    if type(model) is InterestRateProvider:
        times = list(times)
        return model._sum(times) / len(times) if times else ZERO
    days = Counter(times) if isinstance(model, FuncRiskFreeRateInterestRateModel) else Counter([time - time % DAY for time in times])
    if not days:
        return ZERO
    if isinstance(model, IRiskFreeInterestRateModel) and type(model).get_interest_rate is IRiskFreeInterestRateModel.get_interest_rate:
        total = sum((model._rate(day) * count for day, count in days.items()), ZERO)
    else:
        method = find_method(model, "get_interest_rate")
        total = sum((to_decimal(method(to_datetime(day))) * count for day, count in days.items()), ZERO)
    return total / sum(days.values())
