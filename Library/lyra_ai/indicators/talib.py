"""TA-Lib's functions by its names: `from lyra_ai.indicators import talib`, then `talib.RSI(close, timeperiod=14)`.

Columns come first, then the settings in TA-Lib's order and under its names; the result is an array, or a tuple of arrays, NaN where TA-Lib has
NaN. Rows at the begin at which an input is NaN are skipped, as in its Python package. The values are those of TA-Lib 0.8.2. As streams the
kernels are called `talib_rsi` and so on, where they differ from an indicator that is there already (`REUSED`).

What makes TA-Lib different: its exponential averages begin with the mean of the first values, a faster average that is compared with a slower
one begins late so that both are known at the same row, and Wilder's sums of directional movement begin with one row less than the period.
Formulas are its own documentation's and its authors' sources, which each docstring names.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from math import sqrt
from typing import Any, ClassVar

import numpy as np

from lyra_ai.errors import SettingError
from lyra_ai.indicators.averages import Rma, Sma, Trima, Tsf, Wma
from lyra_ai.indicators.bands import Stddev
from lyra_ai.indicators.base import NAN, Kernel, kernel, parted, whole
from lyra_ai.indicators.catalogue import find, names
from lyra_ai.indicators.filters import TalibMamaAlone
from lyra_ai.indicators.prices import AccumulationDistribution, Donchian
from lyra_ai.indicators.rolling import INFINITE, Deviation, Highest, Lag, Lowest, Mean, Sum

REUSED: dict[str, tuple[str, dict[str, tuple[str, Any]]]] = {
    "SMA": ("sma", {"timeperiod": ("period", 30)}),
    "WMA": ("wma", {"timeperiod": ("period", 30)}),
    "TRIMA": ("trima", {"timeperiod": ("period", 30)}),
    "STDDEV": ("stddev", {"timeperiod": ("period", 5), "nbdev": ("nbdev", 1.0)}),
    "LINEARREG": ("linearreg", {"timeperiod": ("period", 14)}),
    "LINEARREG_ANGLE": ("linearreg_angle", {"timeperiod": ("period", 14)}),
    "LINEARREG_INTERCEPT": ("linearreg_intercept", {"timeperiod": ("period", 14)}),
    "LINEARREG_SLOPE": ("linearreg_slope", {"timeperiod": ("period", 14)}),
    "AD": ("ad", {}),
    "AVGPRICE": ("avgprice", {}),
    "BOP": ("bop", {}),
    "CCI": ("cci", {"timeperiod": ("period", 14)}),
    "DONCHIAN": ("donchian", {"timeperiod": ("period", 20)}),
    "MEDPRICE": ("medprice", {}),
    "MIDPOINT": ("midpoint", {"timeperiod": ("period", 14)}),
    "MIDPRICE": ("midprice", {"timeperiod": ("period", 14)}),
    "MOM": ("mom", {"timeperiod": ("period", 10)}),
    "NVI": ("nvi", {}),
    "PVI": ("pvi", {}),
    "OBV": ("obv", {}),
    "RMA": ("rma", {"timeperiod": ("length", 30)}),
    "TYPPRICE": ("typprice", {}),
    "WAD": ("wad", {}),
    "WCLPRICE": ("wclprice", {}),
    "WILLR": ("willr", {"timeperiod": ("period", 14)}),
    "TSF": ("tsf", {"timeperiod": ("period", 14)}),
}
"""Functions that are another kernel: its name, and what TA-Lib's settings are called there and are by default."""
WHOLE = ("HT_TRENDMODE", "SUPERTREND.trend", "FRACTAL.swinghigh", "FRACTAL.swinglow", "MAXINDEX", "MININDEX", "MINMAXINDEX", "CDL")
"""Outputs of whole numbers, which are 0 where they are not known."""
_PREFIX = "talib_"


def __getattr__(name: str) -> Callable[..., Any]:
    if name.startswith("_") or name not in _names():
        raise AttributeError(f"TA-Lib's functions have no {name!r} here; `functions()` lists those that are.")
    return _function(name)


def __dir__() -> list[str]:
    return functions()


@cache
def _names() -> dict[str, str]:
    """Every function's kernel."""
    here = {name.removeprefix(_PREFIX).upper(): name for name in names() if name.startswith(_PREFIX)}
    return {**here, **{function: name for function, (name, _) in REUSED.items()}}


def functions() -> list[str]:
    """Every function's name, sorted."""
    return sorted(_names())


def kernel_of(function: str, *args: Any, **settings: Any) -> Kernel:
    """The kernel of a function, with TA-Lib's settings. Raises SettingError for a function or a setting that is none."""
    if function not in _names():
        raise SettingError(f"There is no function called {function!r}; there are {', '.join(functions())}.")
    kind = find(_names()[function])
    if function in REUSED:
        _, known = REUSED[function]
        unknown = [key for key in settings if key not in known]
        if unknown or len(args) > len(known):
            shown = f"the settings {', '.join(known)}" if known else "no settings"
            raise SettingError(f"{function} has {shown}; it was given {', '.join(unknown) or f'{len(args)} of them'}.")
        given = {**dict(zip(known, args, strict=False)), **settings}
        return kind(**{own: given.get(key, default) for key, (own, default) in known.items()})
    try:
        return kind(*args, **settings)
    except TypeError as e:
        raise SettingError(f"{function}: {e}.") from e


@cache
def _function(name: str) -> Callable[..., Any]:
    kind = find(_names()[name])
    inputs = len(kind.needs)

    def function(*given: Any, **settings: Any) -> Any:
        columns = [np.asarray(values, dtype=np.float64) for values in given[:inputs]]
        if len(columns) < inputs or any(values.ndim != 1 for values in columns):
            raise SettingError(f"{name} needs {inputs} column(s) of one dimension first; it was given {len(given)} argument(s).")
        made = kernel_of(name, *given[inputs:], **settings)
        if len({len(values) for values in columns}) != 1:
            raise SettingError(f"The columns of {name} differ in length: {', '.join(str(len(values)) for values in columns)}.")
        begin = _begin(columns)
        found = parted(made, *(values[begin:] for values in columns))
        if name.endswith("INDEX"):
            found = tuple(values + begin for values in found)
        if begin:
            found = tuple(np.concatenate((np.full(begin, NAN), values)) for values in found)
        if not made.parts:
            return _whole(name, found[0])
        return tuple(_whole(f"{name}.{part}", values) for part, values in zip(made.parts, found, strict=True))

    function.__name__ = name
    function.__doc__ = kind.__doc__
    return function


def _begin(columns: list[Any]) -> int:
    """The first row at which no input is NaN, or the number of rows."""
    if all(len(values) and values[0] == values[0] for values in columns):
        return 0
    known = np.flatnonzero(~np.isnan(np.array(columns)).any(axis=0))
    return int(known[0]) if len(known) else len(columns[0])


def _whole(output: str, values: Any) -> Any:
    return np.nan_to_num(values).astype(np.int32) if output.startswith(WHOLE) else values


class _Chain:
    """Kernels of one number in a row, each fed with what the one before knows."""

    def __init__(self, *kernels: Kernel) -> None:
        self._kernels = kernels
        self.rows = 1 + sum(made.warm_up - 1 for made in kernels)

    def next(self, x: float) -> float:
        for made in self._kernels:
            if x != x:
                return NAN
            x = made.next(x)
        return x


class _Late:
    """A kernel of one number that leaves out the first rows, so that it is known when a slower one is (`rows`)."""

    def __init__(self, made: Kernel, rows: int) -> None:
        self._kernel = made
        self._skip = rows - made.warm_up

    def next(self, x: float) -> float:
        if self._skip > 0:
            self._skip -= 1
            return NAN
        found: float = self._kernel.next(x)
        return found


class _Pair:
    """Two averages of which the faster begins late, fed with the same values; their rows are those of the slower one."""

    def __init__(self, fast: Kernel, slow: Kernel) -> None:
        self.rows = max(fast.warm_up, slow.warm_up)
        self._fast, self._slow = _Late(fast, self.rows), _Late(slow, self.rows)

    def next(self, x: float) -> tuple[float, float]:
        return self._fast.next(x), self._slow.next(x)


class _Steps:
    """How much the values rose, and fell, since the one before; NaN at first."""

    def __init__(self) -> None:
        self._before = NAN

    def next(self, x: float) -> tuple[float, float]:
        step, self._before = x - self._before, x
        if step != step:
            return NAN, NAN
        return (step, 0.0) if step > 0 else (0.0, -step)


class _Age:
    """How many rows ago the greatest of the last `period` values was, the latest of equal ones; NaN until there are so many."""

    def __init__(self, period: int) -> None:
        self._period = period
        self._row = -1
        self._candidates: deque[tuple[int, float]] = deque()

    def next(self, x: float) -> float:
        candidates = self._candidates
        self._row = row = self._row + 1
        while candidates and candidates[-1][1] <= x:
            candidates.pop()
        candidates.append((row, x))
        if candidates[0][0] <= row - self._period:
            candidates.popleft()
        return row - candidates[0][0] if row >= self._period - 1 else NAN


class _TrueRange:
    """Wilder's true range; NaN for the first bar, which has no close before it."""

    def __init__(self) -> None:
        self._close = NAN

    def next(self, high: float, low: float, close: float) -> float:
        before, self._close = self._close, close
        return NAN if before != before else max(high, before) - min(low, before)


def _ratio(over: float, under: float, otherwise: float = 0.0) -> float:
    return over / under if under else otherwise if over == over else NAN


# Averages


@kernel("talib_ema")
class Ema(Kernel):
    """Exponential average with weight 2 / (timeperiod + 1) for the newest value, begun with the mean of the first `timeperiod` values."""

    def __init__(self, timeperiod: int = 30) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._weight = 2.0 / (timeperiod + 1)
        self._begin: Mean | None = Mean(timeperiod)
        self._value = NAN

    def next(self, x: float) -> float:
        """The average."""
        if self._begin is None:
            self._value += self._weight * (x - self._value)
        else:
            self._value = self._begin.next(x)
            if self._value == self._value:
                self._begin = None
        return self._value


class _Weighted(Ema):
    """An exponential average of which the weight is given beside the period of its begin."""

    def __init__(self, period: int, weight: float) -> None:
        super().__init__(period)
        self._weight = weight


class _Emas(Kernel):
    """Exponential averages in a row, added up with the factors of `_of`."""

    def _begin(self, timeperiod: int, of: Sequence[float]) -> None:
        whole(timeperiod=timeperiod)
        self._averages = [Ema(timeperiod) for _ in of]
        self._of = of
        self.rows = 1 + len(of) * (timeperiod - 1)

    def next(self, x: float) -> float:
        """The average."""
        found = 0.0
        for average, factor in zip(self._averages, self._of, strict=True):
            x = average.next(x)
            if x != x:
                return NAN
            found += factor * x
        return found


@kernel("talib_dema")
class Dema(_Emas):
    """Double exponential average, 2 * e1 - e2, where e2 is the EMA of the EMA e1 (Patrick Mulloy, 1994). Known when both are."""

    def __init__(self, timeperiod: int = 30) -> None:
        self._begin(timeperiod, (2.0, -1.0))


@kernel("talib_tema")
class Tema(_Emas):
    """Triple exponential average, 3 * e1 - 3 * e2 + e3, each the EMA of the one before (Patrick Mulloy, 1994). Known when all are."""

    def __init__(self, timeperiod: int = 30) -> None:
        self._begin(timeperiod, (3.0, -3.0, 1.0))


@kernel("talib_t3")
class Tillson(_Emas):
    """Tim Tillson's T3 (1998): the last four of six EMAs in a row, weighted by the powers of `vfactor` (0 to 1). Known when all are."""

    def __init__(self, timeperiod: int = 5, vfactor: float = 0.7) -> None:
        if not 0 <= vfactor <= 1:
            raise SettingError(f"vfactor is {vfactor}; it must be between 0 and 1.")
        v = vfactor
        self._begin(timeperiod, (0.0, 0.0, (1 + v) ** 3, -3 * v * (1 + v) ** 2, 3 * v * v * (1 + v), -(v**3)))


@kernel("talib_hma")
class Hma(Kernel):
    """Alan Hull's average: the WMA over the root of the period (cut) of twice the WMA of half of it (cut) less the WMA of it."""

    def __init__(self, timeperiod: int = 20) -> None:
        whole(timeperiod=timeperiod)
        root = int(sqrt(timeperiod))
        self._half, self._whole, self._last = Wma(max(timeperiod // 2, 1)), Wma(timeperiod), Wma(root)
        self.rows = timeperiod + root - 1

    def next(self, x: float) -> float:
        """The average."""
        half, full = self._half.next(x), self._whole.next(x)
        return self._last.next(2 * half - full) if full == full else NAN


@kernel("talib_zlema")
class Zlema(Kernel):
    """Zero-lag EMA (John Ehlers, Ric Way): the EMA of twice the value less the one (timeperiod - 1) / 2 rows ago."""

    def __init__(self, timeperiod: int = 30) -> None:
        whole(timeperiod=timeperiod)
        lag = (timeperiod - 1) // 2
        self._delay, self._average = Lag(lag), Ema(timeperiod)
        self.rows = timeperiod + lag

    def next(self, x: float) -> float:
        """The average."""
        before = self._delay.next(x)
        return self._average.next(2 * x - before) if before == before else NAN


@kernel("talib_kama")
class Kama(Kernel):
    """Perry Kaufman's adaptive average (1995), between EMAs of 2 and 30, begun at the value before the first one that is known.

    Where nothing moved over the whole period the efficiency is 1.
    """

    def __init__(self, timeperiod: int = 30) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1 if timeperiod > 1 else 1
        self._delay, self._way = Lag(timeperiod), Sum(timeperiod, 0.0)
        self._x = self._value = NAN

    def next(self, x: float) -> float:
        """The average."""
        if self.rows == 1:
            return x
        before, self._x = self._x, x
        first = self._delay.next(x)
        way = self._way.next(abs(x - before)) if before == before else 0.0
        if first != first:
            return NAN
        value = self._value if self._value == self._value else before
        weight = _ratio(abs(x - first), way, 1.0) * (2 / 3 - 2 / 31) + 2 / 31
        self._value = value + weight * weight * (x - value)
        return self._value


@kernel("talib_vwma")
class Vwma(Kernel):
    """Mean of the last `timeperiod` values weighted by volume; NaN where there was none."""

    needs = "xv"

    def __init__(self, timeperiod: int = 30) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._values, self._volumes = Mean(timeperiod), Mean(timeperiod)

    def next(self, x: float, volume: float) -> float:
        """The average."""
        if self.rows == 1:
            return x
        values, volumes = self._values.next(x * volume), self._volumes.next(volume)
        return _ratio(values, volumes, NAN)


class _Same(Kernel):
    """No average at all."""

    def next(self, x: float) -> float:
        """The value."""
        return x


_AVERAGES: dict[int, Callable[[int], Kernel]] = {
    0: Sma, 1: Ema, 2: Wma, 3: Dema, 4: Tema, 5: Trima, 6: Kama, 7: lambda period: TalibMamaAlone(), 8: Tillson, 9: Hma, 10: lambda period: _Same(),
    12: Zlema, 13: Rma,
}  # fmt: skip


def average(matype: int, timeperiod: int, own: int = 0) -> Kernel:
    """The average of one of TA-Lib's numbers: 0 SMA, 1 EMA, 2 WMA, 3 DEMA, 4 TEMA, 5 TRIMA, 6 KAMA, 7 MAMA (its own periods), 8 T3, 9 HMA,
    10 none, 11 the function's `own`, 12 ZLEMA, 13 RMA. A period of 1 is none. Raises SettingError for another number.
    """
    whole(timeperiod=timeperiod)
    made = _AVERAGES.get(own if matype == 11 else matype)
    if made is None:
        raise SettingError(f"matype is {matype}; it must be a whole number from 0 to 13.")
    return made(timeperiod) if timeperiod > 1 else _Same()


@kernel("talib_ma")
class Ma(Kernel):
    """The moving average that `matype` chooses (see `average`)."""

    def __init__(self, timeperiod: int = 30, matype: int = 0) -> None:
        self._average = average(matype, timeperiod)
        self.rows = self._average.warm_up

    def next(self, x: float) -> float:
        """The average."""
        found: float = self._average.next(x)
        return found


@kernel("talib_mavp")
class Mavp(Kernel):
    """The moving average (`matype`) whose period each row brings (`y`, cut to a whole number and to the two bounds).

    All the averages of the bounds run along, each begun so that it is known with that of `maxperiod`.
    """

    needs = "xy"
    other = "periods"

    def __init__(self, minperiod: int = 2, maxperiod: int = 30, matype: int = 0) -> None:
        whole(minperiod=minperiod, maxperiod=maxperiod)
        if minperiod > maxperiod:
            raise SettingError(f"minperiod is {minperiod}; it must not be above maxperiod, {maxperiod}.")
        self._bounds = minperiod, maxperiod
        self.rows = average(matype, maxperiod).warm_up
        averages = [average(matype, period) for period in range(minperiod, maxperiod + 1)]
        self._late = [_Late(made, self.rows).next for made in averages]
        self._steps = [made.next for made in averages]
        self._row = 0

    def next(self, x: float, period: float) -> float:
        """The average."""
        least, most = self._bounds
        self._row += 1
        if self._row < self.rows:
            for step in self._late:
                step(x)
            return NAN
        found: list[float] = [step(x) for step in self._steps]
        return found[min(max(int(period), least), most) - least]


# Bands and overlays


@kernel("talib_bbands")
class Bbands(Kernel):
    """John Bollinger's bands: a moving average (`matype`) and population deviations of the last `timeperiod` values above and below it."""

    parts = ("upperband", "middleband", "lowerband")

    def __init__(self, timeperiod: int = 20, nbdevup: float = 2.0, nbdevdn: float = 2.0, matype: int = 0) -> None:
        whole(at_least=2, timeperiod=timeperiod)
        middle = average(matype, timeperiod)
        self.rows = max(middle.warm_up, timeperiod)
        self._middle = _Late(middle, self.rows)
        self._deviation = Deviation(timeperiod)
        self._up, self._down = nbdevup, nbdevdn

    def next(self, x: float) -> tuple[float, ...]:
        """Upper, middle, lower."""
        middle = self._middle.next(x)
        deviation = sqrt(self._deviation.next(x)[1])
        return middle + self._up * deviation, middle, middle - self._down * deviation


@kernel("talib_accbands")
class Accbands(Kernel):
    """Price Headley's acceleration bands: means of high * (1 + r), close and low * (1 - r), where r = 4 (high - low) / (high + low)."""

    needs = "hlc"
    parts = ("upperband", "middleband", "lowerband")

    def __init__(self, timeperiod: int = 20) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._means = Mean(timeperiod), Mean(timeperiod), Mean(timeperiod)

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """Upper, middle, lower."""
        wide = 4 * _ratio(high - low, high + low)
        upper, middle, lower = self._means
        return upper.next(high * (1 + wide)), middle.next(close), lower.next(low * (1 - wide))


@kernel("talib_kc")
class Kc(Kernel):
    """Chester Keltner's channel: the EMA of the typical price, and `nbdev` average true ranges of `atrperiod` above and below.

    Both averages begin so late that they are known at the same row.
    """

    needs = "hlc"
    parts = ("upperband", "middleband", "lowerband")

    def __init__(self, timeperiod: int = 20, atrperiod: int = 10, nbdev: float = 2.0) -> None:
        whole(timeperiod=timeperiod, atrperiod=atrperiod)
        self.rows = max(atrperiod + 1, timeperiod)
        self._middle, self._average = _Late(Ema(timeperiod), self.rows), _Late(Rma(atrperiod), self.rows)
        self._range = _TrueRange()
        self._wide = nbdev
        self._row = 0

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """Upper, middle, lower."""
        self._row += 1
        middle, wide = self._middle.next((high + low + close) / 3), self._wide * self._average.next(self._range.next(high, low, close))
        return (middle + wide, middle, middle - wide) if self._row >= self.rows else (NAN, NAN, NAN)


@kernel("talib_sarext")
class Sarext(Kernel):
    """Welles Wilder's parabolic stop (1978) with a begin and with factors of their own for both sides; negative while short.

    `startvalue` above 0 begins long at it, below 0 short at its size; at 0 the first two bars choose. On a reverse the new stop is moved away
    by the share `offsetonreverse`.
    """

    needs = "hl"
    _sign = -1.0

    def __init__(
        self,
        startvalue: float = 0.0,
        offsetonreverse: float = 0.0,
        accelerationinitlong: float = 0.02,
        accelerationlong: float = 0.02,
        accelerationmaxlong: float = 0.2,
        accelerationinitshort: float = 0.02,
        accelerationshort: float = 0.02,
        accelerationmaxshort: float = 0.2,
    ) -> None:
        sides = (
            (accelerationinitlong, accelerationlong, accelerationmaxlong),
            (accelerationinitshort, accelerationshort, accelerationmaxshort),
        )
        if min(offsetonreverse, *sides[0], *sides[1]) < 0:
            raise SettingError("A factor of acceleration, or offsetonreverse, is below 0; all must be at least 0.")
        self.rows = 2
        self._start, self._offset = startvalue, offsetonreverse
        self._sides = {side: (min(first, most), min(step, most), most) for side, (first, step, most) in zip((1, -1), sides, strict=True)}
        self._side = 0
        self._before = NAN, NAN
        self._stop = self._extreme = self._factor = 0.0

    def next(self, high: float, low: float) -> float:
        """The stop of this bar."""
        before, self._before = self._before, (high, low)
        if before[0] != before[0]:
            return NAN
        if self._side == 0:
            self._choose(before, high, low)
            before = high, low
        if (self._side > 0 and low <= self._stop) or (self._side < 0 and high >= self._stop):
            return self._reverse(before, high, low)
        shown = self._stop
        if (high > self._extreme) if self._side > 0 else (low < self._extreme):
            self._extreme = high if self._side > 0 else low
            self._factor = min(self._factor + self._sides[self._side][1], self._sides[self._side][2])
        self._advance(before, high, low)
        return self._shown(shown)

    def _choose(self, before: tuple[float, float], high: float, low: float) -> None:
        down = before[1] - low
        falls = down > 0 and high - before[0] < down
        self._side = -1 if self._start < 0 or (self._start == 0 and falls) else 1
        self._extreme = high if self._side > 0 else low
        self._stop = abs(self._start) if self._start else (before[1] if self._side > 0 else before[0])
        self._factor = self._sides[self._side][0]

    def _reverse(self, before: tuple[float, float], high: float, low: float) -> float:
        self._side = side = -self._side
        self._stop = min(self._extreme, before[1], low) if side > 0 else max(self._extreme, before[0], high)
        self._stop -= side * self._offset * self._stop
        shown = self._stop
        self._extreme = high if side > 0 else low
        self._factor = self._sides[side][0]
        self._advance(before, high, low)
        return self._shown(shown)

    def _advance(self, before: tuple[float, float], high: float, low: float) -> None:
        stop = self._stop + self._factor * (self._extreme - self._stop)
        self._stop = min(stop, before[1], low) if self._side > 0 else max(stop, before[0], high)

    def _shown(self, stop: float) -> float:
        return stop if self._side > 0 else self._sign * stop


@kernel("talib_sar")
class Sar(Sarext):
    """Welles Wilder's parabolic stop (1978); the first two bars choose the side."""

    _sign = 1.0

    def __init__(self, acceleration: float = 0.02, maximum: float = 0.2) -> None:
        super().__init__(0.0, 0.0, acceleration, acceleration, maximum, acceleration, acceleration, maximum)


@kernel("talib_supertrend")
class Supertrend(Kernel):
    """Olivier Seban's supertrend: a stop `multiplier` average true ranges from the bar's middle that only comes nearer; 1 above, -1 below it.

    It begins above.
    """

    needs = "hlc"
    parts = ("supertrend", "trend")

    def __init__(self, timeperiod: int = 10, multiplier: float = 3.0) -> None:
        self._range = Atr(timeperiod)
        self.rows = self._range.rows
        self._multiplier = multiplier
        self._trend = 1.0
        self._upper = self._lower = self._close = NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """The stop, and 1 or -1."""
        wide = self._multiplier * self._range.next(high, low, close)
        before, self._close = self._close, close
        if wide != wide:
            return NAN, NAN
        upper, lower = (high + low) / 2 + wide, (high + low) / 2 - wide
        if self._upper == self._upper:
            upper = upper if upper < self._upper or before > self._upper else self._upper
            lower = lower if lower > self._lower or before < self._lower else self._lower
            if self._trend > 0:
                self._trend = -1.0 if close < lower else 1.0
            else:
                self._trend = 1.0 if close > upper else -1.0
        self._upper, self._lower = upper, lower
        return (lower if self._trend > 0 else upper), self._trend


# Momentum


@kernel("talib_rsi")
class Rsi(Kernel):
    """Welles Wilder's relative strength (1978): rises over rises and falls in percent, each smoothed as by `rma`; 0 where nothing moved."""

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._steps = _Steps()
        self._rises, self._falls = self._smoothed(timeperiod), self._smoothed(timeperiod)

    def _smoothed(self, period: int) -> Any:
        return Rma(period)

    def next(self, x: float) -> float:
        """The index."""
        rise, fall = self._steps.next(x)
        return self._of(self._rises.next(rise), self._falls.next(fall)) if rise == rise else NAN

    def _of(self, rises: float, falls: float) -> float:
        return 100 * _ratio(rises, rises + falls)


@kernel("talib_cmo")
class Cmo(Rsi):
    """Tushar Chande's momentum in TA-Lib's form: rises less falls over their sum, in percent, each smoothed as in `RSI`."""

    def _of(self, rises: float, falls: float) -> float:
        return 100 * _ratio(rises - falls, rises + falls)


@kernel("talib_cmou")
class Cmou(Cmo):
    """Tushar Chande's momentum (1994): rises less falls over their sum, in percent, of the last `timeperiod` steps."""

    def _smoothed(self, period: int) -> Any:
        return Mean(period)


@kernel("talib_rvi")
class Rvi(Kernel):
    """Donald Dorsey's relative volatility (1993): an RSI of the deviation of the last `stddevperiod` values, counted up or down as they moved.

    50 where there is none.
    """

    def __init__(self, timeperiod: int = 14, stddevperiod: int = 10) -> None:
        whole(timeperiod=timeperiod)
        whole(at_least=2, stddevperiod=stddevperiod)
        self.rows = timeperiod + stddevperiod - 1
        self._deviation = Stddev(stddevperiod)
        self._steps = _Steps()
        self._up, self._down = Rma(timeperiod), Rma(timeperiod)

    def next(self, x: float) -> float:
        """The index."""
        rise, fall = self._steps.next(x)
        deviation = self._deviation.next(x)
        if deviation != deviation:
            return NAN
        up, down = self._up.next(deviation if rise > 0 else 0.0), self._down.next(deviation if fall > 0 else 0.0)
        return 100 * _ratio(up, up + down, 0.5)


@kernel("talib_roc")
class Roc(Kernel):
    """The change over `timeperiod` rows in percent; 0 from a value of 0."""

    def __init__(self, timeperiod: int = 10) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._delay = Lag(timeperiod)

    def next(self, x: float) -> float:
        """The change."""
        return self._of(_ratio(x, self._delay.next(x), self._none))

    _none = 1.0

    def _of(self, ratio: float) -> float:
        return 100 * (ratio - 1)


@kernel("talib_rocp")
class Rocp(Roc):
    """The change over `timeperiod` rows as a share; 0 from a value of 0."""

    def _of(self, ratio: float) -> float:
        return ratio - 1


@kernel("talib_rocr")
class Rocr(Roc):
    """The value over the one `timeperiod` rows ago; 0 from a value of 0."""

    _none = 0.0

    def _of(self, ratio: float) -> float:
        return ratio


@kernel("talib_rocr100")
class Rocr100(Rocr):
    """The value in percent of the one `timeperiod` rows ago; 0 from a value of 0."""

    def _of(self, ratio: float) -> float:
        return 100 * ratio


@kernel("talib_trix")
class Trix(Kernel):
    """Jack Hutson's TRIX (1983): the change in percent, from row to row, of an EMA of an EMA of an EMA."""

    def __init__(self, timeperiod: int = 30) -> None:
        self._chain = _Chain(Ema(timeperiod), Ema(timeperiod), Ema(timeperiod), Roc(1))
        self.rows = self._chain.rows

    def next(self, x: float) -> float:
        """The change."""
        return self._chain.next(x)


@kernel("talib_tsi")
class Tsi(Kernel):
    """William Blau's true strength (1991): the steps' EMA of an EMA over that of their sizes, in percent."""

    def __init__(self, firstperiod: int = 25, secondperiod: int = 13) -> None:
        self._steps = _Steps()
        self._both = tuple(_Chain(Ema(firstperiod), Ema(secondperiod)) for _ in range(2))
        self.rows = self._both[0].rows + 1

    def next(self, x: float) -> float:
        """The index."""
        rise, fall = self._steps.next(x)
        return 100 * _ratio(self._both[0].next(rise - fall), self._both[1].next(rise + fall))


@kernel("talib_apo")
class Apo(Kernel):
    """The fast moving average (`matype`) less the slow one; the shorter period is the fast one."""

    def __init__(self, fastperiod: int = 12, slowperiod: int = 26, matype: int = 1) -> None:
        fast, slow = sorted((fastperiod, slowperiod))
        self._fast, self._slow = average(matype, fast, 1), average(matype, slow, 1)
        self.rows = max(self._fast.warm_up, self._slow.warm_up)

    def next(self, x: float) -> float:
        """The difference."""
        return self._of(self._fast.next(x), self._slow.next(x))

    def _of(self, fast: float, slow: float) -> float:
        return fast - slow


@kernel("talib_ppo")
class Ppo(Apo):
    """The fast moving average (`matype`) less the slow one, in percent of the slow one; 0 where that is 0."""

    def _of(self, fast: float, slow: float) -> float:
        return _ratio(100 * (fast - slow), slow)


@kernel("talib_pvo")
class Pvo(Ppo):
    """The fast moving average (`matype`) of the volume less the slow one, in percent of the slow one."""

    needs = "v"


class _Difference(Kernel):
    """Two averages' difference, its average as the signal, and the difference of both; known together."""

    parts = ("macd", "macdsignal", "macdhist")

    def _begin(self, fast: Kernel, slow: Kernel, signal: Kernel) -> None:
        self._pair, self._signal = _Pair(fast, slow), signal
        self.rows = self._pair.rows + signal.warm_up - 1

    def next(self, x: float) -> tuple[float, ...]:
        """The difference, its signal, and the difference of both."""
        fast, slow = self._pair.next(x)
        macd = fast - slow
        signal = self._signal.next(macd) if macd == macd else NAN
        return (macd, signal, macd - signal) if signal == signal else (NAN, NAN, NAN)


@kernel("talib_macd")
class Macd(_Difference):
    """Gerald Appel's MACD: the fast EMA less the slow one, the EMA of that as the signal, and the difference."""

    def __init__(self, fastperiod: int = 12, slowperiod: int = 26, signalperiod: int = 9) -> None:
        fast, slow = sorted((fastperiod, slowperiod))
        self._begin(Ema(fast), Ema(slow), Ema(signalperiod))


@kernel("talib_macdfix")
class Macdfix(_Difference):
    """The MACD of 12 and 26 rows with the weights as Appel rounded them, 0.15 and 0.075."""

    def __init__(self, signalperiod: int = 9) -> None:
        self._begin(_Weighted(12, 0.15), _Weighted(26, 0.075), Ema(signalperiod))


@kernel("talib_macdext")
class Macdext(_Difference):
    """The MACD of any moving averages (see `average`)."""

    def __init__(
        self,
        fastperiod: int = 12,
        fastmatype: int = 0,
        slowperiod: int = 26,
        slowmatype: int = 0,
        signalperiod: int = 9,
        signalmatype: int = 0,
    ) -> None:
        fast, slow = sorted(((fastperiod, fastmatype), (slowperiod, slowmatype)), key=lambda pair: pair[0])
        self._begin(average(fast[1], fast[0]), average(slow[1], slow[0]), average(signalmatype, signalperiod))


@kernel("talib_coppock")
class Coppock(Kernel):
    """Edwin Coppock's curve (1962): the WMA of the sum of two changes in percent."""

    def __init__(self, wmaperiod: int = 10, roc1period: int = 11, roc2period: int = 14) -> None:
        self._one, self._two, self._average = Roc(roc1period), Roc(roc2period), Wma(wmaperiod)
        self.rows = max(roc1period, roc2period) + wmaperiod

    def next(self, x: float) -> float:
        """The curve."""
        both = self._one.next(x) + self._two.next(x)
        return self._average.next(both) if both == both else NAN


@kernel("talib_dpo")
class Dpo(Kernel):
    """Detrended price: the value timeperiod / 2 + 1 rows ago less the mean of the last `timeperiod` values."""

    def __init__(self, timeperiod: int = 20) -> None:
        whole(timeperiod=timeperiod)
        self._delay, self._mean = Lag(timeperiod // 2 + 1), Mean(timeperiod)
        self.rows = max(timeperiod, timeperiod // 2 + 2)

    def next(self, x: float) -> float:
        """The distance."""
        return self._delay.next(x) - self._mean.next(x)


@kernel("talib_er")
class Er(Kernel):
    """Perry Kaufman's efficiency: the size of the change over `timeperiod` rows over the sum of the steps' sizes; 1 where nothing moved."""

    def __init__(self, timeperiod: int = 10) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._delay, self._way, self._steps = Lag(timeperiod), Mean(timeperiod), _Steps()

    def next(self, x: float) -> float:
        """The ratio."""
        first, step = self._delay.next(x), sum(self._steps.next(x))
        return _ratio(abs(x - first), self._way.next(step) * (self.rows - 1), 1.0) if step == step else NAN


@kernel("talib_vhf")
class Vhf(Kernel):
    """Adam White's vertical horizontal filter (1991): the range of the last `timeperiod` values over the sum of as many steps' sizes."""

    def __init__(self, timeperiod: int = 28) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._high, self._low, self._way, self._steps = (
            Highest(timeperiod, -INFINITE),
            Lowest(timeperiod, INFINITE),
            Mean(timeperiod),
            _Steps(),
        )

    def next(self, x: float) -> float:
        """The ratio."""
        span, step = self._high.next(x) - self._low.next(x), sum(self._steps.next(x))
        return _ratio(span, self._way.next(step) * (self.rows - 1)) if step == step else NAN


@kernel("talib_fosc")
class Fosc(Kernel):
    """Tushar Chande's forecast oscillator: the value less what the line of the rows before had forecast, in percent of the value."""

    def __init__(self, timeperiod: int = 5) -> None:
        self._line = Tsf(timeperiod)
        self._forecast = NAN
        self.rows = timeperiod + 1

    def next(self, x: float) -> float:
        """The distance."""
        forecast, self._forecast = self._forecast, self._line.next(x)
        return _ratio(100 * (x - forecast), x) if forecast == forecast else NAN


# Momentum of bars


@kernel("talib_plus_dm")
class PlusDm(Kernel):
    """Welles Wilder's directional movement upwards (1978), summed: the sum less its `timeperiod`th part plus the newest.

    The sum begins with one row less than the period.
    """

    needs = "hl"

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = max(timeperiod, 2)
        self._movement = _Movement(timeperiod)

    def next(self, high: float, low: float) -> float:
        """The sum."""
        plus, minus, _ = self._movement.next(high, low, high)
        return self._of(plus, minus) if self._movement.row >= self.rows else NAN

    def _of(self, plus: float, minus: float) -> float:
        return plus


@kernel("talib_minus_dm")
class MinusDm(PlusDm):
    """Welles Wilder's directional movement downwards (1978), summed as `PLUS_DM`."""

    def _of(self, plus: float, minus: float) -> float:
        return minus


class _Movement:
    """Wilder's sums of upward and downward movement and of true ranges."""

    def __init__(self, period: int) -> None:
        self.row = 0
        self._period = period
        self._before = NAN, NAN, NAN
        self._sums = 0.0, 0.0, 0.0

    def next(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        before, self._before = self._before, (high, low, close)
        self.row += 1
        if self.row == 1:
            return self._sums
        up, down = high - before[0], before[1] - low
        now = (
            up if up > 0 and up > down else 0.0,
            down if down > 0 and down > up else 0.0,
            max(high, before[2]) - min(low, before[2]),
        )
        keep = 1.0 if self.row <= self._period else 1.0 - 1.0 / self._period
        plus, minus, wide = self._sums
        self._sums = plus * keep + now[0], minus * keep + now[1], wide * keep + now[2]
        return self._sums


@kernel("talib_plus_di")
class PlusDi(Kernel):
    """Welles Wilder's directional indicator upwards (1978): the movement's sum in percent of the true ranges' (as a share of them for a period of 1)."""

    needs = "hlc"

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._scale = 100.0 if timeperiod > 1 else 1.0
        self._movement = _Movement(timeperiod)

    def next(self, high: float, low: float, close: float) -> float:
        """The indicator."""
        sums = self._movement.next(high, low, close)
        return self._of(*sums) if self._movement.row >= self.rows else NAN

    def _of(self, plus: float, minus: float, wide: float) -> float:
        return self._scale * _ratio(plus, wide)


@kernel("talib_minus_di")
class MinusDi(PlusDi):
    """Welles Wilder's directional indicator downwards (1978): the movement's sum in percent of the true ranges'."""

    def _of(self, plus: float, minus: float, wide: float) -> float:
        return self._scale * _ratio(minus, wide)


@kernel("talib_dx")
class Dx(PlusDi):
    """Welles Wilder's directional index (1978): how far the two indicators differ, in percent of their sum; the one before where that is 0."""

    _value = 0.0

    def _of(self, plus: float, minus: float, wide: float) -> float:
        if wide and plus + minus:
            self._value = 100 * abs(plus - minus) / (plus + minus)
        return self._value


@kernel("talib_adx")
class Adx(Kernel):
    """Welles Wilder's average directional index (1978): `DX` smoothed by `Rma`."""

    needs = "hlc"

    def __init__(self, timeperiod: int = 14) -> None:
        self._index, self._average = Dx(timeperiod), Rma(timeperiod)
        self.rows = 2 * timeperiod

    def next(self, high: float, low: float, close: float) -> float:
        """The index."""
        index = self._index.next(high, low, close)
        return self._average.next(index) if index == index else NAN


@kernel("talib_adxr")
class Adxr(Kernel):
    """Welles Wilder's rating (1978): the mean of `ADX` and that of timeperiod - 1 rows ago."""

    needs = "hlc"

    def __init__(self, timeperiod: int = 14) -> None:
        self._index = Adx(timeperiod)
        self._delay = Lag(timeperiod - 1)
        self.rows = 3 * timeperiod - 1

    def next(self, high: float, low: float, close: float) -> float:
        """The rating."""
        index = self._index.next(high, low, close)
        return (index + self._delay.next(index)) / 2


@kernel("talib_vortex")
class Vortex(Kernel):
    """Etienne Botes' and Douglas Siepman's vortex (2010): sums of |high - low before| and |low - high before| over that of true ranges."""

    needs = "hlc"
    parts = ("plusvi", "minusvi")

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._range = _TrueRange()
        self._means = Mean(timeperiod), Mean(timeperiod), Mean(timeperiod)
        self._before = NAN, NAN

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """Upwards, downwards."""
        before, self._before = self._before, (high, low)
        wide = self._range.next(high, low, close)
        if wide != wide:
            return NAN, NAN
        plus, minus, wide = (m.next(x) for m, x in zip(self._means, (abs(high - before[1]), abs(low - before[0]), wide), strict=True))
        return _ratio(plus, wide), _ratio(minus, wide)


@kernel("talib_aroon")
class Aroon(Kernel):
    """Tushar Chande's Aroon (1995): how long ago the low and the high of the last timeperiod + 1 bars were, 100 for now and 0 for the oldest."""

    needs = "hl"
    parts: ClassVar[tuple[str, ...]] = ("aroondown", "aroonup")

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._low, self._high = _Age(timeperiod + 1), _Age(timeperiod + 1)

    def next(self, high: float, low: float) -> Any:
        """Down, up."""
        period = self.rows - 1
        return 100 * (period - self._low.next(-low)) / period, 100 * (period - self._high.next(high)) / period


@kernel("talib_aroonosc")
class Aroonosc(Aroon):
    """Tushar Chande's Aroon up less down (1995)."""

    parts = ()

    def next(self, high: float, low: float) -> float:
        """The difference."""
        down, up = super().next(high, low)
        return float(up - down)


@kernel("talib_ao")
class Ao(Kernel):
    """Bill Williams' awesome oscillator: the fast mean of the bars' middles less the slow one."""

    needs = "hl"

    def __init__(self, fastperiod: int = 5, slowperiod: int = 34) -> None:
        whole(fastperiod=fastperiod, slowperiod=slowperiod)
        fast, slow = sorted((fastperiod, slowperiod))
        self._fast, self._slow = Mean(fast), Mean(slow)
        self.rows = slow

    def next(self, high: float, low: float) -> float:
        """The difference."""
        middle = (high + low) / 2
        return self._fast.next(middle) - self._slow.next(middle)


@kernel("talib_ac")
class Ac(Kernel):
    """Bill Williams' accelerator: `AO` less its mean of `signalperiod` rows."""

    needs = "hl"

    def __init__(self, fastperiod: int = 5, slowperiod: int = 34, signalperiod: int = 5) -> None:
        whole(signalperiod=signalperiod)
        self._oscillator, self._mean = Ao(fastperiod, slowperiod), Mean(signalperiod)
        self.rows = self._oscillator.rows + signalperiod - 1

    def next(self, high: float, low: float) -> float:
        """The difference."""
        found = self._oscillator.next(high, low)
        return found - self._mean.next(found) if found == found else NAN


class _Distances:
    """Mean of the last `period` values and their mean absolute distance from it; NaN until there are so many."""

    def __init__(self, period: int) -> None:
        self._window: deque[float] = deque(maxlen=period)
        self._mean = Mean(period)

    def next(self, x: float) -> tuple[float, float]:
        self._window.append(x)
        mean = self._mean.next(x)
        if mean != mean:
            return NAN, NAN
        return mean, sum([abs(value - mean) for value in self._window]) / len(self._window)


@kernel("talib_eri")
class Eri(Kernel):
    """Alexander Elder's ray (1993): how far the high and the low are above the EMA of the closes."""

    needs = "hlc"
    parts = ("bullpower", "bearpower")

    def __init__(self, timeperiod: int = 13) -> None:
        self._average = Ema(timeperiod)
        self.rows = timeperiod

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """Bulls, bears."""
        middle = self._average.next(close)
        return high - middle, low - middle


@kernel("talib_fractal")
class Fractal(Kernel):
    """Bill Williams' fractals, 100 or 0: whether the high (the low) `rightbars` rows ago stood out from those beside it.

    It is above (below) each of the `leftbars` bars before it and each of the `rightbars` after it; known when those are.
    """

    needs = "hl"
    parts = ("swinghigh", "swinglow")

    def __init__(self, leftbars: int = 2, rightbars: int = 2) -> None:
        whole(leftbars=leftbars, rightbars=rightbars)
        self.rows = leftbars + rightbars + 1
        self._at = leftbars
        self._highs: deque[float] = deque(maxlen=self.rows)
        self._lows: deque[float] = deque(maxlen=self.rows)

    def next(self, high: float, low: float) -> tuple[float, ...]:
        """A high, a low."""
        self._highs.append(high)
        self._lows.append(-low)
        if len(self._highs) < self.rows:
            return NAN, NAN
        return self._of(self._highs), self._of(self._lows)

    def _of(self, window: deque[float]) -> float:
        middle = window[self._at]
        return 100.0 if all(value < middle for row, value in enumerate(window) if row != self._at) else 0.0


@kernel("talib_imi")
class Imi(Kernel):
    """Tushar Chande's intraday momentum: the rises from open to close of the last `timeperiod` bars, in percent of rises and falls."""

    needs = "oc"

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._rises, self._falls = Mean(timeperiod), Mean(timeperiod)

    def next(self, open: float, close: float) -> float:
        """The index; 50 where no bar moved."""
        step = close - open
        rises, falls = self._rises.next(max(step, 0.0)), self._falls.next(max(-step, 0.0))
        return 100 * _ratio(rises, rises + falls, 0.5)


@kernel("talib_qstick")
class Qstick(Kernel):
    """Tushar Chande's QStick: the mean of close less open."""

    needs = "oc"

    def __init__(self, timeperiod: int = 10) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._mean = Mean(timeperiod)

    def next(self, open: float, close: float) -> float:
        """The mean."""
        return self._mean.next(close - open)


@kernel("talib_mfi")
class Mfi(Kernel):
    """Money flow (Gene Quong, Avrum Soudack, 1989): typical price times volume of the bars that rose, in percent of those that moved.

    0 where less than 1 flowed.
    """

    needs = "hlcv"

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._up, self._down = Sum(timeperiod, 0.0), Sum(timeperiod, 0.0)
        self._price = NAN
        self._row = 0

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The index."""
        before, self._price = self._price, (high + low + close) / 3
        self._row += 1
        if self._row == 1:
            return NAN
        flow = self._price * volume
        up, down = self._up.next(flow if self._price > before else 0.0), self._down.next(flow if self._price < before else 0.0)
        if self._row < self.rows:
            return NAN
        return 100 * up / (up + down) if up + down >= 1 else 0.0


class _Place:
    """Where the close is between the lowest low and the highest high of the last `period` bars, 0 to 100; 0 where there is no range.

    A range that is as small as a rest of rounding, 1e-14 of the sum of both, is none (measured with TA-Lib).
    """

    def __init__(self, period: int) -> None:
        self._range = Donchian(period)

    def next(self, high: float, low: float, close: float) -> float:
        top, _, bottom = self._range.next(high, low)
        if top != top:
            return NAN
        span = top - bottom
        return 100 * (close - bottom) / span if span > 1e-14 * (abs(top) + abs(bottom)) else 0.0


@kernel("talib_stochf")
class Stochf(Kernel):
    """George Lane's fast stochastic: the close's place in the range of `fastk_period` bars, and its moving average (`fastd_matype`)."""

    needs = "hlc"
    parts = ("fastk", "fastd")

    def __init__(self, fastk_period: int = 5, fastd_period: int = 3, fastd_matype: int = 0) -> None:
        whole(fastk_period=fastk_period)
        self._place, self._average = _Place(fastk_period), average(fastd_matype, fastd_period)
        self.rows = fastk_period + self._average.warm_up - 1

    def next(self, high: float, low: float, close: float) -> Any:
        """K, D."""
        place = self._place.next(high, low, close)
        slow = self._average.next(place) if place == place else NAN
        return (place, slow) if slow == slow else (NAN, NAN)


@kernel("talib_stoch")
class Stoch(Kernel):
    """George Lane's stochastic: the average of the close's place in the range of `fastk_period` bars, and the average of that."""

    needs = "hlc"
    parts: ClassVar[tuple[str, ...]] = ("slowk", "slowd")

    def __init__(
        self, fastk_period: int = 5, slowk_period: int = 3, slowk_matype: int = 0, slowd_period: int = 3, slowd_matype: int = 0
    ) -> None:
        self._begin(fastk_period, average(slowk_matype, slowk_period, self._own), average(slowd_matype, slowd_period, self._own))

    _own = 0

    def _begin(self, period: int, slow: Kernel, slower: Kernel) -> None:
        whole(fastk_period=period)
        self._place, self._slow, self._slower = _Place(period), slow, slower
        self.rows = period + slow.warm_up + slower.warm_up - 2

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """K, D."""
        place = self._place.next(high, low, close)
        slow = self._slow.next(place) if place == place else NAN
        slower = self._slower.next(slow) if slow == slow else NAN
        return (slow, slower) if slower == slower else (NAN, NAN)


@kernel("talib_kdj")
class Kdj(Stoch):
    """The stochastic with Wilder's smoothing (13) for K and D, and J = 3 K - 2 D."""

    parts = ("k", "d", "j")
    _own = 13

    def __init__(
        self, fastk_period: int = 9, slowk_period: int = 3, slowk_matype: int = 13, slowd_period: int = 3, slowd_matype: int = 13
    ) -> None:
        super().__init__(fastk_period, slowk_period, slowk_matype, slowd_period, slowd_matype)

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """K, D, J."""
        k, d = super().next(high, low, close)
        return k, d, 3 * k - 2 * d


@kernel("talib_stochrsi")
class Stochrsi(Kernel):
    """Tushar Chande's stochastic of the RSI (1994), and its moving average (`fastd_matype`)."""

    parts = ("fastk", "fastd")

    def __init__(self, timeperiod: int = 14, fastk_period: int = 5, fastd_period: int = 3, fastd_matype: int = 0) -> None:
        self._index, self._stochastic = Rsi(timeperiod), Stochf(fastk_period, fastd_period, fastd_matype)
        self.rows = timeperiod + self._stochastic.rows

    def next(self, x: float) -> Any:
        """K, D."""
        index = self._index.next(x)
        return self._stochastic.next(index, index, index) if index == index else (NAN, NAN)


@kernel("talib_smi")
class Smi(Kernel):
    """William Blau's stochastic momentum (1993): the close's distance from the middle of the range, over half the range, in percent.

    Both are averaged by the EMA of `slowperiod` and that of `fastperiod`; the signal is the EMA of the index.
    """

    needs = "hlc"
    parts = ("smi", "smisignal")

    def __init__(self, timeperiod: int = 13, fastperiod: int = 2, slowperiod: int = 25, signalperiod: int = 9) -> None:
        whole(timeperiod=timeperiod)
        self._range = Donchian(timeperiod)
        self._distance, self._span = (_Chain(Ema(slowperiod), Ema(fastperiod)) for _ in range(2))
        self._signal = Ema(signalperiod)
        self.rows = timeperiod + self._span.rows + signalperiod - 2

    def next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        """The index, its signal."""
        top, middle, bottom = self._range.next(high, low)
        distance, span = self._distance.next(close - middle), self._span.next(top - bottom)
        if span != span:
            return NAN, NAN
        index = _ratio(200 * distance, span)
        signal = self._signal.next(index)
        return (index, signal) if signal == signal else (NAN, NAN)


@kernel("talib_ultosc")
class Ultosc(Kernel):
    """Larry Williams' ultimate oscillator (1976): the close above the true low over the true range, of three periods with weights 4, 2 and 1.

    The shortest period has the greatest weight, in whatever order they are given.
    """

    needs = "hlc"

    def __init__(self, timeperiod1: int = 7, timeperiod2: int = 14, timeperiod3: int = 28) -> None:
        whole(timeperiod1=timeperiod1, timeperiod2=timeperiod2, timeperiod3=timeperiod3)
        periods = sorted((timeperiod1, timeperiod2, timeperiod3))
        self.rows = periods[-1] + 1
        self._windows = [(weight, Mean(period), Mean(period)) for weight, period in zip((4, 2, 1), periods, strict=True)]
        self._close = NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The oscillator, 0 to 100."""
        before, self._close = self._close, close
        if before != before:
            return NAN
        bottom = min(low, before)
        found = 0.0
        for weight, pressure, ranges in self._windows:
            found += weight * _ratio(pressure.next(close - bottom), ranges.next(max(high, before) - bottom))
        return 100 * found / 7


# Volatility and prices


@kernel("talib_trange")
class Trange(Kernel):
    """Wilder's true range; NaN for the first bar, which has no close before it."""

    needs = "hlc"
    rows = 2

    def __init__(self) -> None:
        self._range = _TrueRange()

    def next(self, high: float, low: float, close: float) -> float:
        """The range."""
        return self._range.next(high, low, close)


@kernel("talib_atr")
class Atr(Kernel):
    """Welles Wilder's average true range (1978): begun with the mean of the true ranges of `timeperiod` bars after the first."""

    needs = "hlc"

    def __init__(self, timeperiod: int = 14) -> None:
        self._range, self._average = _TrueRange(), Rma(timeperiod)
        self.rows = timeperiod + 1

    def next(self, high: float, low: float, close: float) -> float:
        """The average."""
        wide = self._range.next(high, low, close)
        return self._average.next(wide) if wide == wide else NAN


@kernel("talib_natr")
class Natr(Atr):
    """The average true range in percent of the close (John Forman, 2006); for a period of 1 the true range itself."""

    def next(self, high: float, low: float, close: float) -> float:
        """The average."""
        wide = super().next(high, low, close)
        return _ratio(100 * wide, close) if self.rows > 2 else wide


class _OfRange(Kernel):
    """An indicator of high less low."""

    needs = "hl"
    _of: Any

    def next(self, high: float, low: float) -> float:
        """Its value."""
        found: float = self._of.next(high - low)
        return found


@kernel("talib_adr")
class Adr(_OfRange):
    """Mean of high less low."""

    def __init__(self, timeperiod: int = 14) -> None:
        self._of = Sma(timeperiod)
        self.rows = timeperiod


@kernel("talib_cvi")
class Cvi(_OfRange):
    """Marc Chaikin's volatility: the change in percent over `rocperiod` rows of the EMA of high less low."""

    def __init__(self, timeperiod: int = 10, rocperiod: int = 10) -> None:
        self._of = _Chain(Ema(timeperiod), Roc(rocperiod))
        self.rows = self._of.rows


@kernel("talib_massi")
class Massi(_OfRange):
    """Donald Dorsey's mass (1992): the sum over `slowperiod` rows of the EMA of high less low over the EMA of that (1 where that is 0)."""

    def __init__(self, fastperiod: int = 9, slowperiod: int = 25) -> None:
        whole(slowperiod=slowperiod)
        self._one, self._two, self._mean = Ema(fastperiod), Ema(fastperiod), Mean(slowperiod)
        self._period = slowperiod
        self.rows = 2 * fastperiod + slowperiod - 2

    def next(self, high: float, low: float) -> float:
        """The sum."""
        one = self._one.next(high - low)
        two = self._two.next(one) if one == one else NAN
        return self._mean.next(_ratio(one, two, 1.0)) * self._period if two == two else NAN


@kernel("talib_ha")
class Ha(Kernel):
    """Heikin-Ashi bars: the close is the bar's mean, the open the mean of the bar before's (at first its own) open and close."""

    needs = "ohlc"
    parts = ("haopen", "hahigh", "halow", "haclose")

    def __init__(self) -> None:
        self._open = self._close = NAN

    def next(self, open: float, high: float, low: float, close: float) -> tuple[float, ...]:
        """Open, high, low, close."""
        begin = (self._open + self._close) / 2 if self._open == self._open else (open + close) / 2
        end = (open + high + low + close) / 4
        self._open, self._close = begin, end
        return begin, max(high, begin, end), min(low, begin, end), end


@kernel("talib_avgdev")
class Avgdev(Kernel):
    """Mean absolute distance of the last `timeperiod` values from their mean."""

    def __init__(self, timeperiod: int = 14) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._window = _Distances(timeperiod)

    def next(self, x: float) -> float:
        """The deviation."""
        return self._window.next(x)[1]


# Statistics


@kernel("talib_var")
class Var(Kernel):
    """Population variance of the last `timeperiod` values. `nbdev` changes nothing, as in TA-Lib."""

    def __init__(self, timeperiod: int = 5, nbdev: float = 1.0) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._window = Deviation(timeperiod)

    def next(self, x: float) -> float:
        """The variance."""
        return self._window.next(x)[1]


# Volume


def _flow(high: float, low: float, close: float, volume: float) -> float:
    """Marc Chaikin's money flow of a bar: the close's place in the range, -1 to 1, times the volume."""
    return ((close - low) - (high - close)) / (high - low) * volume if high > low else 0.0


@kernel("talib_adosc")
class Adosc(Kernel):
    """Marc Chaikin's oscillator: the accumulation line's fast EMA less its slow one, both begun at its first value."""

    needs = "hlcv"

    def __init__(self, fastperiod: int = 3, slowperiod: int = 10) -> None:
        whole(fastperiod=fastperiod, slowperiod=slowperiod)
        self.rows = max(fastperiod, slowperiod)
        self._weights = 2 / (fastperiod + 1), 2 / (slowperiod + 1)
        self._line = AccumulationDistribution()
        self._row = 0
        self._fast = self._slow = 0.0

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The difference."""
        line = self._line.next(high, low, close, volume)
        self._row += 1
        if self._row == 1:
            self._fast = self._slow = line
        self._fast += self._weights[0] * (line - self._fast)
        self._slow += self._weights[1] * (line - self._slow)
        return self._fast - self._slow if self._row >= self.rows else NAN


@kernel("talib_cmf")
class Cmf(Kernel):
    """Marc Chaikin's money flow: the sum of the bars' flows over the sum of their volumes; 0 where there was none."""

    needs = "hlcv"

    def __init__(self, timeperiod: int = 20) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod
        self._flows, self._volumes = Mean(timeperiod), Mean(timeperiod)

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The ratio, -1 to 1."""
        return _ratio(self._flows.next(_flow(high, low, close, volume)), self._volumes.next(volume))


class _OfSteps(Kernel):
    """An indicator of the close's changes and the volume."""

    needs = "cv"

    def __init__(self) -> None:
        self._close = self._volume = NAN
        self._value = self._first

    _first = 0.0

    def next(self, close: float, volume: float) -> float:
        """Its value."""
        before, volume_before = self._close, self._volume
        self._close, self._volume = close, volume
        if before == before:
            self._step(close, before, volume, volume_before)
        return self._value

    def _step(self, close: float, before: float, volume: float, volume_before: float) -> None:
        raise NotImplementedError


@kernel("talib_pvt")
class Pvt(_OfSteps):
    """Price volume trend: the sum of volume times the close's change as a share; 0 for the first row."""

    def _step(self, close: float, before: float, volume: float, volume_before: float) -> None:
        self._value += volume * _ratio(close - before, before)


@kernel("talib_efi")
class Efi(Kernel):
    """Alexander Elder's force (1993): the EMA of the close's change times the volume."""

    needs = "cv"

    def __init__(self, timeperiod: int = 13) -> None:
        self._average = Ema(timeperiod)
        self._close = NAN
        self.rows = timeperiod + 1

    def next(self, close: float, volume: float) -> float:
        """The force."""
        step, self._close = close - self._close, close
        return self._average.next(step * volume) if step == step else NAN


@kernel("talib_marketfi")
class Marketfi(Kernel):
    """Bill Williams' market facilitation: high less low over the volume; 0 without one."""

    needs = "hlv"

    def next(self, high: float, low: float, volume: float) -> float:
        """The ratio."""
        return _ratio(high - low, volume)


@kernel("talib_rvol")
class Rvol(Kernel):
    """The volume over the mean of the `timeperiod` volumes before it; NaN where those were 0."""

    needs = "v"

    def __init__(self, timeperiod: int = 20) -> None:
        whole(timeperiod=timeperiod)
        self.rows = timeperiod + 1
        self._mean = Mean(timeperiod)
        self._before = NAN

    def next(self, volume: float) -> float:
        """The ratio."""
        before, self._before = self._before, self._mean.next(volume)
        return _ratio(volume, before, NAN)


@kernel("talib_vwap")
class Vwap(Kernel):
    """Mean of all typical prices so far, weighted by volume; 0 while there was none."""

    needs = "hlcv"

    def __init__(self) -> None:
        self._values = self._volumes = 0.0

    def next(self, high: float, low: float, close: float, volume: float) -> float:
        """The mean."""
        self._values += (high + low + close) / 3 * volume
        self._volumes += volume
        return _ratio(self._values, self._volumes)
