"""TA-Lib's 61 candlestick patterns: `talib.CDLDOJI(open, high, low, close)`, or as a stream `indicator("talib_cdldoji")`.

The value is 100 where a pattern is complete and bullish (or has no side), -100 where it is bearish, 0 elsewhere; 80 and -80 where bodies touch
in a pattern that has them apart, 200 and -200 where a hikkake is confirmed. Each pattern is a predicate below, of its candles `a`, `b`, ... from
the oldest to the newest and of what is usual beside one of them (`usual_a`, `tiny_b`; `MEASURES`), which its signature asks for by name. The
predicates are written with `&` and `|`, so that one and the same takes a row's numbers and whole columns.

Sources: Steve Nison, *Japanese Candlestick Charting Techniques* (1991); Gregory Morris, *Candlestick Charting Explained* (1992); TA-Lib's
documented candle settings. The values are those of TA-Lib 0.8.2.

Below them, another kind of signal: `Consensus`, in which indicators vote as in the `technical` package, and its pivot points.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from operator import attrgetter
from typing import Any, ClassVar

import numpy as np

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, Floats, Kernel, kernel, whole

MEASURES: dict[str, tuple[str, int, float, float]] = {
    "usual": ("body", 10, 1.0, 1.0),
    "tiny": ("reach", 10, 0.1, 1.0),
    "slight": ("shadows", 10, 1.0, 2.0),
    "near": ("reach", 5, 0.2, 1.0),
    "far": ("reach", 5, 0.6, 1.0),
    "equal": ("reach", 5, 0.05, 1.0),
}
"""What a candle is measured against: a part's mean over so many candles before it, times a factor, divided by a number.

`usual`: a longer body is long, a shorter one short. `tiny`: a body that is no longer is a doji's, a shadow that is shorter is none. `slight`: a
shorter shadow is short. `near`, `far`, `equal`: distances of prices.
"""
_NAMES = "abcde"
FEW = 0.2
"""The share of rows below which a column looks at these alone."""


class Candle:
    """A row's prices seen as a candle; white closes at or above its open, black below."""

    __slots__ = ("black", "body", "bottom", "close", "color", "high", "low", "lower", "open", "reach", "shadows", "top", "upper", "white")

    def __init__(self, open: Any, high: Any, low: Any, close: Any) -> None:
        self.open, self.high, self.low, self.close = open, high, low, close
        self.white = white = close >= open
        self.black = not white
        self.color = 1 if white else -1
        self.top, self.bottom = top, bottom = (close, open) if white else (open, close)
        self.body = top - bottom
        self.reach = high - low
        self.upper = upper = high - top
        self.lower = lower = bottom - low
        self.shadows = upper + lower

    def holds(self, price: Any) -> Any:
        """Whether a price lies inside the body."""
        return (self.bottom < price) & (price < self.top)

    def within(self, other: Candle) -> Any:
        """Whether the body lies inside the other's."""
        return (self.top < other.top) & (self.bottom > other.bottom)

    def inside(self, other: Candle) -> Any:
        """Whether the candle, with its shadows, lies inside the other."""
        return (self.high < other.high) & (self.low > other.low)

    def above(self, other: Candle) -> Any:
        """Whether the body lies above the other's."""
        return self.bottom > other.top

    def below(self, other: Candle) -> Any:
        """Whether the body lies below the other's."""
        return self.top < other.bottom

    def beyond(self, other: Candle, way: Any) -> Any:
        """`above` where `way` is 1, `below` where it is -1."""
        return ((way > 0) & self.above(other)) | ((way < 0) & self.below(other))

    def leaps(self, other: Candle, way: Any) -> Any:
        """Whether the candle, with its shadows, lies above the other (`way` 1), or below it (-1)."""
        return ((way > 0) & (self.low > other.high)) | ((way < 0) & (self.high < other.low))

    def bare(self, tiny: Any) -> Any:
        """Whether it has no shadows: a marubozu."""
        return (self.upper < tiny) & (self.lower < tiny)

    def head(self, way: Any) -> Any:
        """The shadow at the end it goes to: the upper one where `way` is 1, the lower one where it is -1."""
        return (way > 0) * self.upper + (way < 0) * self.lower


_PARTS: dict[str, Callable[[Any], Any]] = {
    "white": lambda c: c.close >= c.open,
    "black": lambda c: c.close < c.open,
    "color": lambda c: c.white * 2.0 - 1.0,
    "top": lambda c: np.maximum(c.open, c.close),
    "bottom": lambda c: np.minimum(c.open, c.close),
    "body": lambda c: np.abs(c.close - c.open),
    "reach": lambda c: c.high - c.low,
    "upper": lambda c: c.high - c.top,
    "lower": lambda c: c.bottom - c.low,
    "shadows": lambda c: c.upper + c.lower,
}


class Candles(Candle):
    """Columns of candles, or some rows of such; a part is computed when it is asked for."""

    __slots__ = ("_rows", "_whole")

    def __init__(self, open: Any, high: Any, low: Any, close: Any) -> None:
        self.open, self.high, self.low, self.close = open, high, low, close
        self._whole: Candles | None = None
        self._rows: Any = None

    def at(self, rows: Any) -> Candles:
        """Those of some rows."""
        part = Candles.__new__(Candles)
        part._whole, part._rows = self, rows
        return part

    def __getattr__(self, name: str) -> Any:
        # A stretch shares what is computed for the whole; of scattered rows it is computed anew, since there are fewer.
        shared = self._whole is not None and (name not in _PARTS or isinstance(self._rows, slice))
        value = getattr(self._whole, name)[self._rows] if shared else _PARTS[name](self)
        setattr(self, name, value)
        return value


def _go(way: Any, *prices: Any) -> Any:
    """Whether each price lies beyond the one before, upward where `way` is 1, downward where it is -1."""
    found: Any = True
    for before, after in pairwise(prices):
        found = found & ((after - before) * way > 0)
    return found


def _alike(one: Any, other: Any, distance: Any) -> Any:
    return (one <= other + distance) & (one >= other - distance)


class Pattern(Kernel):
    """A candlestick pattern. `predicate` says whether it is complete; the first rows, which have too few before them, have no value.

    An update costs the same whatever came before. Sums of the candles before go on from row to row, as TA-Lib's do, and begin where its begin.
    """

    needs = "ohlc"
    predicate: ClassVar[Callable[..., Any]]
    candles: ClassVar[int]
    colors: ClassVar[tuple[bool, ...]]
    """By the colors of the candles as bits, whether they are the pattern's: only then it is looked at."""
    letters: ClassVar[str]
    """The same as letters; see `_pattern`."""
    gap: ClassVar[int]
    measures: ClassVar[tuple[tuple[str, int], ...]]
    """By name, and how many rows before the last one the candle stands."""
    first: ClassVar[int]
    """The first row that has a value."""
    begin: ClassVar[int]
    """The first row that is looked at."""
    settings: tuple[float, ...] = ()

    def __init__(self) -> None:
        self._seen: deque[Candle] = deque(maxlen=self.candles + 10)
        self._places = range(-self.candles, 0)
        self._bits = 0
        self._row = -1
        known = [(*MEASURES[name], -1 - back) for name, back in self.measures]
        self._plan = [(attrgetter(part), new, new - period, period, factor, divisor) for part, period, factor, divisor, new in known]
        self._totals = [0.0] * len(known)

    @property
    def warm_up(self) -> int:
        """Rows after which there is a value."""
        return self.first + 1

    def next(self, open: float, high: float, low: float, close: float) -> float:
        """What is complete with this row."""
        seen = self._seen
        candle = Candle(open, high, low, close)
        seen.append(candle)
        self._bits = bits = (self._bits << 1 | candle.white) % len(self.colors)
        self._row = row = self._row + 1
        totals, begin = self._totals, self.begin
        if row < begin:
            totals[:] = [
                total + get(seen[new]) if row >= begin - period else total
                for (get, new, _, period, _, _), total in zip(self._plan, totals, strict=True)
            ]
            return NAN
        found = 0
        if self.colors[bits]:
            usual = [
                factor * (total / period) / divisor for (_, _, _, period, factor, divisor), total in zip(self._plan, totals, strict=True)
            ]
            found = self.predicate(*[seen[i] for i in self._places], *usual, *self.settings)
        for i, (get, new, old, _, _, _) in enumerate(self._plan):
            totals[i] += get(seen[new]) - get(seen[old])
        found = self._after(row, found, seen)
        return float(found) if row >= self.first else NAN

    def column(self, open: Floats, high: Floats, low: Floats, close: Floats, moving_sums: Any = None) -> Floats:
        """What `next` gives for every row of columns, computed on them as a whole. Shape (n,).

        `moving_sums` is `loops.moving_sums` where it is compiled.
        """
        rows, begin = len(open), self.begin
        found = np.full(rows, NAN)
        if rows <= self.first:
            return found
        whole = Candles(open, high, low, close)
        candles = [whole.at(slice(begin - back, rows - back)) for back in range(self.candles - 1, -1, -1)]
        fitting = self._of_its_kind(candles)
        values = np.zeros(rows - begin)
        # Of few rows all is computed anew; of many it costs less to compute what the rows share for all.
        few = fitting is not None and np.count_nonzero(fitting) < FEW * len(fitting)
        chosen = np.flatnonzero(fitting) if few else slice(None)  # type: ignore[arg-type]
        if not few or len(chosen):  # type: ignore[arg-type]
            usual = self._usual(whole, chosen) if moving_sums is None else self._usual_by(moving_sums, whole, chosen)
            values[chosen] = self.predicate(*(candle.at(chosen) for candle in candles), *usual, *self.settings)
        if fitting is not None and not few:
            values *= fitting
        found[begin:] = self._all_after(values, whole)
        found[: self.first] = NAN
        return found

    def _of_its_kind(self, candles: list[Candles]) -> Any:
        """Whether candles of the pattern's colors follow each other, with its gap; None where any will do."""
        fitting = one = None
        if self.gap:
            first, second = candles[:2]
            fitting = second.below(first) if self.gap == -1 else second.above(first)
            if self.gap == 2:
                fitting = fitting | second.below(first)
        for letter, candle in zip(self.letters, candles, strict=True):
            if letter == ".":
                continue
            white = candle.white if letter in "wx" else candle.black
            if letter in "xy":
                if one is None:
                    one = white
                    continue
                white = white == one
            fitting = white if fitting is None else fitting & white
        return fitting

    def _usual(self, whole: Candles, chosen: Any) -> list[Floats]:
        """The measures for chosen ones of the rows from `begin` on; the sums are those of `next`, addition by addition.

        Two go on side by side, as the parts of a complex number: each addition waits for the one before it.
        """
        count, found = len(whole.close) - self.begin, []
        for pair in (self.measures[i : i + 2] for i in range(0, len(self.measures), 2)):
            longest = count + max(MEASURES[name][1] for name, _ in pair)
            sums = np.empty(longest, dtype=np.float64 if len(pair) == 1 else np.complex128)
            sums[: longest - count] = 0.0
            lines = (sums,) if len(pair) == 1 else (sums.real, sums.imag)
            for line, (name, back) in zip(lines, pair, strict=True):
                part, period, _, _ = MEASURES[name]
                values = getattr(whole, part)[self.begin - back - period : len(whole.close) - back]
                steps = line[longest - len(values) :]
                steps[:period] = values[:period]
                np.subtract(values[period:], values[:-period], out=steps[period:])
            np.cumsum(sums, out=sums)
            for line, (name, _) in zip(lines, pair, strict=True):
                found.append(_scaled(line[longest - count - 1 : -1][chosen], name))
        return found

    def _usual_by(self, moving_sums: Any, whole: Candles, chosen: Any) -> list[Floats]:
        found = []
        for name, back in self.measures:
            part, period, _, _ = MEASURES[name]
            sums = moving_sums(getattr(whole, part)[self.begin - back - period : len(whole.close) - back - 1], period)
            found.append(_scaled(sums[chosen], name))
        return found

    def _after(self, row: int, value: Any, seen: Any) -> Any:
        """The value of a row, from the predicate's and what came before."""
        return value

    def _all_after(self, values: Any, whole: Candles) -> Any:
        """`_after` for every row from `begin` on."""
        return values


def _scaled(sums: Floats, name: str) -> Floats:
    """A measure, from sums of the part it is of."""
    _, period, factor, divisor = MEASURES[name]
    found: Floats = np.array(sums)  # in one piece, since the parts of complex numbers take several times as long
    found /= period
    if factor != 1.0:
        found *= factor
    if divisor != 1.0:
        found /= divisor
    return found


class Trap(Pattern):
    """A pattern that is confirmed, or not, by one of the next three rows: by a close on the other side of the bar before its last."""

    def __init__(self) -> None:
        super().__init__()
        self._found, self._at = 0, -9

    def _after(self, row: int, value: Any, seen: Any) -> Any:
        if value:
            self._found, self._at = value, row
            return value
        since = row - self._at
        if since > 3:
            return 0
        inside = seen[-2 - since]
        if seen[-1].close > inside.high if self._found > 0 else seen[-1].close < inside.low:
            self._at = -9
            return 2 * self._found
        return 0

    def _all_after(self, values: Any, whole: Candles) -> Any:
        traps = np.flatnonzero(values)
        following, open_still = np.append(traps[1:], len(values)), np.ones(len(traps), dtype=bool)
        close, before = whole.close[self.begin :], self.begin - 1
        for since in (1, 2, 3):
            rows = traps + since
            asked = np.flatnonzero(open_still & (rows < following))
            last, inside, found = close[rows[asked]], traps[asked] + before, values[traps[asked]]
            confirmed = np.where(found > 0, last > whole.high[inside], last < whole.low[inside])
            values[rows[asked[confirmed]]] = 2 * found[confirmed]
            open_still[asked[confirmed]] = False
        return values


def _pattern(
    colors: str = "", base: type[Pattern] = Pattern, after: int | None = None, early: int = 0, gap: int = 0
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a predicate's pattern into the catalogue.

    `colors` has a letter for each candle: w for white, b for black, x and y for one color and the other, a dot where any will do. `after` rows
    have no value, where that is not what its measures need; `early` rows before the first value are looked at. `gap` is 1 where the predicate
    asks for a second body above the first, -1 below, 2 for either: so columns look at few rows.
    """

    def enter(predicate: Callable[..., Any]) -> Callable[..., Any]:
        parameters = list(inspect.signature(predicate).parameters)
        deep = "penetration" in parameters
        names = [name for name in parameters if name in _NAMES]
        measures = tuple((each[:-2], len(names) - 1 - names.index(each[-1])) for each in parameters if each[-2:-1] == "_")
        first = len(names) - 1 + max((MEASURES[name][1] for name, _ in measures), default=0) if after is None else after
        known: dict[str, Any] = {
            "__doc__": predicate.__doc__,
            "__module__": __name__,
            "predicate": staticmethod(predicate),
            "candles": len(names),
        }
        known["letters"] = colors or "." * len(names)
        known["colors"] = _sequences(known["letters"])
        known |= {"measures": measures, "first": first, "begin": first - early, "gap": gap}
        if deep:
            known["__init__"] = _deep(base, inspect.signature(predicate).parameters["penetration"].default)
        name = predicate.__name__.strip("_")
        kernel(f"talib_{name}")(type(name.upper(), (base,), known))
        return predicate

    return enter


def _sequences(colors: str) -> tuple[bool, ...]:
    """For every sequence of colors, as bits of which the last candle's is the lowest and 1 is white, whether it is one of `colors`."""
    means = [{"w": True, "b": False, "x": x, "y": not x, ".": None} for x in (True, False)]
    sequences = ([bool(bits >> i & 1) for i in reversed(range(len(colors)))] for bits in range(1 << len(colors)))
    return tuple(
        any(all(mean[letter] in (None, white) for letter, white in zip(colors, whites, strict=True)) for mean in means)
        for whites in sequences
    )


def _deep(base: type[Pattern], usual: float) -> Callable[..., None]:
    def begin(self: Any, penetration: float = usual) -> None:
        if not penetration >= 0:
            raise SettingError(f"penetration is {penetration}; it must be at least 0.")
        base.__init__(self)
        self.settings = (penetration,)

    return begin


# One candle.


@_pattern()
def cdlbelthold(a: Any, usual_a: Any, tiny_a: Any) -> Any:
    """A long candle that opens at its end: white without a lower shadow, or black without an upper one."""
    return 100 * a.color * (a.body > usual_a) * (a.head(-a.color) < tiny_a)


@_pattern()
def cdlclosingmarubozu(a: Any, usual_a: Any, tiny_a: Any) -> Any:
    """A long candle that closes at its end: white without an upper shadow, or black without a lower one."""
    return 100 * a.color * (a.body > usual_a) * (a.head(a.color) < tiny_a)


@_pattern()
def cdldoji(a: Any, tiny_a: Any) -> Any:
    """It opens where it closes."""
    return 100 * (a.body <= tiny_a)


@_pattern()
def cdldragonflydoji(a: Any, tiny_a: Any) -> Any:
    """A doji at the top of its range."""
    return 100 * ((a.body <= tiny_a) & (a.upper < tiny_a) & (a.lower > tiny_a))


@_pattern()
def cdlgravestonedoji(a: Any, tiny_a: Any) -> Any:
    """A doji at the bottom of its range."""
    return 100 * ((a.body <= tiny_a) & (a.lower < tiny_a) & (a.upper > tiny_a))


@_pattern()
def cdlhighwave(a: Any, usual_a: Any) -> Any:
    """A short body between shadows more than twice as long."""
    return 100 * a.color * ((a.body < usual_a) & (a.upper > 2 * a.body) & (a.lower > 2 * a.body))


@_pattern()
def cdllongleggeddoji(a: Any, tiny_a: Any) -> Any:
    """A doji with a long shadow."""
    return 100 * ((a.body <= tiny_a) & ((a.upper > a.body) | (a.lower > a.body)))


@_pattern()
def cdllongline(a: Any, usual_a: Any, slight_a: Any) -> Any:
    """A long body with short shadows."""
    return 100 * a.color * ((a.body > usual_a) & (a.upper < slight_a) & (a.lower < slight_a))


@_pattern()
def cdlmarubozu(a: Any, usual_a: Any, tiny_a: Any) -> Any:
    """A long body without shadows."""
    return 100 * a.color * ((a.body > usual_a) & a.bare(tiny_a))


@_pattern()
def cdlrickshawman(a: Any, tiny_a: Any, near_a: Any) -> Any:
    """A doji near the middle of its range, with two long shadows."""
    middle = a.low + a.reach / 2
    centred = (a.bottom <= middle + near_a) & (a.top >= middle - near_a)
    return 100 * ((a.body <= tiny_a) & (a.upper > a.body) & (a.lower > a.body) & centred)


@_pattern()
def cdlshortline(a: Any, usual_a: Any, slight_a: Any) -> Any:
    """A short body with short shadows."""
    return 100 * a.color * ((a.body < usual_a) & (a.upper < slight_a) & (a.lower < slight_a))


@_pattern()
def cdlspinningtop(a: Any, usual_a: Any) -> Any:
    """A short body between longer shadows."""
    return 100 * a.color * ((a.body < usual_a) & (a.upper > a.body) & (a.lower > a.body))


@_pattern()
def cdltakuri(a: Any, tiny_a: Any) -> Any:
    """A doji at the top of its range, whose lower shadow is more than twice its body: a line that tests the water's depth."""
    return 100 * ((a.body <= tiny_a) & (a.upper < tiny_a) & (a.lower > 2 * a.body))


# Two candles.


@_pattern("xy")
def cdlcounterattack(a: Any, b: Any, equal_a: Any, usual_a: Any, usual_b: Any) -> Any:
    """Two long candles of opposite colors that close alike."""
    return 100 * b.color * ((a.body > usual_a) & (b.body > usual_b) & _alike(b.close, a.close, equal_a))


@_pattern("wb")
def cdldarkcloudcover(a: Any, b: Any, usual_a: Any, penetration: float = 0.5) -> Any:
    """A long white candle, then a black one from above its high to more than `penetration` of its body deep into it."""
    deep = (b.close > a.open) & (b.close < a.close - a.body * penetration)
    return -100 * ((a.body > usual_a) & (b.open > a.high) & deep)


@_pattern()
def cdldojistar(a: Any, b: Any, usual_a: Any, tiny_b: Any) -> Any:
    """A long candle, then a doji beyond its body."""
    return -100 * a.color * ((a.body > usual_a) & (b.body <= tiny_b) & b.beyond(a, a.color))


@_pattern("xy", after=2)
def cdlengulfing(a: Any, b: Any) -> Any:
    """A body around that of the candle before, of the opposite color; 80 where one end is the same."""
    around = (b.top >= a.top) & (b.bottom <= a.bottom)
    both = (b.top > a.top) & (b.bottom < a.bottom)
    one = (b.top > a.top) | (b.bottom < a.bottom)
    return b.color * (around & one) * (80 + 20 * both)


def _hangs(candle: Any, usual: Any, tiny: Any) -> Any:
    """A short body at the top of a long lower shadow."""
    return (candle.body < usual) & (candle.lower > candle.body) & (candle.upper < tiny)


def _stands(candle: Any, usual: Any, tiny: Any) -> Any:
    """A short body at the foot of a long upper shadow."""
    return (candle.body < usual) & (candle.upper > candle.body) & (candle.lower < tiny)


@_pattern()
def cdlhammer(a: Any, b: Any, usual_b: Any, tiny_b: Any, near_a: Any) -> Any:
    """A short body at the top of a long lower shadow, at or below the low before."""
    return 100 * (_hangs(b, usual_b, tiny_b) & (b.bottom <= a.low + near_a))


@_pattern()
def cdlhangingman(a: Any, b: Any, usual_b: Any, tiny_b: Any, near_a: Any) -> Any:
    """A short body at the top of a long lower shadow, at or above the high before."""
    return -100 * (_hangs(b, usual_b, tiny_b) & (b.bottom >= a.high - near_a))


def _harami(a: Any, b: Any) -> Any:
    """The strength of a body inside of the one before: 100, or 80 where an end is the same."""
    return ((b.top <= a.top) & (b.bottom >= a.bottom)) * (80 + 20 * b.within(a))


@_pattern()
def cdlharami(a: Any, b: Any, usual_a: Any, usual_b: Any) -> Any:
    """A long candle, then a short body inside of its."""
    return -a.color * ((a.body > usual_a) & (b.body <= usual_b)) * _harami(a, b)


@_pattern()
def cdlharamicross(a: Any, b: Any, usual_a: Any, tiny_b: Any) -> Any:
    """A long candle, then a doji inside of its body."""
    return -a.color * ((a.body > usual_a) & (b.body <= tiny_b)) * _harami(a, b)


@_pattern("bb")
def cdlhomingpigeon(a: Any, b: Any, usual_a: Any, usual_b: Any) -> Any:
    """A long black candle, then a short black one inside of its body."""
    return 100 * ((a.body > usual_a) & (b.body <= usual_b) & b.within(a))


def _from_below(a: Any, b: Any, usual: Any) -> Any:
    """A long candle, then one that opens below its low."""
    return (a.body > usual) & (b.open < a.low)


@_pattern("bw")
def cdlinneck(a: Any, b: Any, equal_a: Any, usual_a: Any) -> Any:
    """A long black candle, then a white one from below its low to its close or slightly above."""
    return -100 * (_from_below(a, b, usual_a) & (b.close >= a.close) & (b.close <= a.close + equal_a))


@_pattern(gap=-1)
def cdlinvertedhammer(a: Any, b: Any, usual_b: Any, tiny_b: Any) -> Any:
    """A short body at the foot of a long upper shadow, below the body before."""
    return 100 * (_stands(b, usual_b, tiny_b) & b.below(a))


def _kicks(a: Any, b: Any, usual_a: Any, tiny_a: Any, usual_b: Any, tiny_b: Any) -> Any:
    """Two long candles without shadows, of opposite colors, with a gap between."""
    bare = (a.body > usual_a) & a.bare(tiny_a) & (b.body > usual_b) & b.bare(tiny_b)
    return bare & b.leaps(a, b.color)


@_pattern("xy")
def cdlkicking(a: Any, b: Any, usual_a: Any, tiny_a: Any, usual_b: Any, tiny_b: Any) -> Any:
    """Two long candles without shadows, of opposite colors, with a gap between; the second gives the side."""
    return 100 * b.color * _kicks(a, b, usual_a, tiny_a, usual_b, tiny_b)


@_pattern("xy")
def cdlkickingbylength(a: Any, b: Any, usual_a: Any, tiny_a: Any, usual_b: Any, tiny_b: Any) -> Any:
    """Two long candles without shadows, of opposite colors, with a gap between; the longer one gives the side."""
    side = b.color * (b.body > a.body) + a.color * (b.body <= a.body)
    return 100 * side * _kicks(a, b, usual_a, tiny_a, usual_b, tiny_b)


@_pattern("bb")
def cdlmatchinglow(a: Any, b: Any, equal_a: Any) -> Any:
    """Two black candles that close alike."""
    return 100 * _alike(b.close, a.close, equal_a)


@_pattern("bw")
def cdlonneck(a: Any, b: Any, equal_a: Any, usual_a: Any) -> Any:
    """A long black candle, then a white one from below its low to that low."""
    return -100 * (_from_below(a, b, usual_a) & _alike(b.close, a.low, equal_a))


@_pattern("bw")
def cdlpiercing(a: Any, b: Any, usual_a: Any, usual_b: Any) -> Any:
    """A long black candle, then a long white one from below its low to above the middle of its body."""
    return 100 * (_from_below(a, b, usual_a) & (b.body > usual_b) & (b.close < a.open) & (b.close > a.close + a.body * 0.5))


@_pattern("xy")
def cdlseparatinglines(a: Any, b: Any, tiny_b: Any, usual_b: Any, equal_a: Any) -> Any:
    """Two candles of opposite colors that open alike, the second a belt hold."""
    held = (b.body > usual_b) & (b.head(-b.color) < tiny_b)
    return 100 * b.color * (held & _alike(b.open, a.open, equal_a))


@_pattern(gap=1)
def cdlshootingstar(a: Any, b: Any, usual_b: Any, tiny_b: Any) -> Any:
    """A short body at the foot of a long upper shadow, above the body before."""
    return -100 * (_stands(b, usual_b, tiny_b) & b.above(a))


@_pattern("bw")
def cdlthrusting(a: Any, b: Any, equal_a: Any, usual_a: Any) -> Any:
    """A long black candle, then a white one from below its low into its body, up to the middle."""
    return -100 * (_from_below(a, b, usual_a) & (b.close > a.close + equal_a) & (b.close <= a.close + a.body * 0.5))


# Three candles.


def _deep_into(a: Any, c: Any, penetration: float) -> Any:
    """Whether `c` closes more than `penetration` of the first body deep into it, from the end it closed at."""
    depth = a.body * penetration
    return (a.white & (c.close < a.close - depth)) | (a.black & (c.close > a.close + depth))


@_pattern("wbb")
def cdl2crows(a: Any, b: Any, c: Any, usual_a: Any) -> Any:
    """A long white candle, a black one above its body, and a black one from inside that into the first's."""
    falls = (c.open < b.open) & (c.open > b.close) & (c.close > a.open) & (c.close < a.close)
    return -100 * ((a.body > usual_a) & b.above(a) & falls)


@_pattern("x.y")
def cdl3inside(a: Any, b: Any, c: Any, usual_a: Any, usual_b: Any) -> Any:
    """A harami, then a candle that closes beyond the first one's open."""
    return -100 * a.color * ((a.body > usual_a) & (b.body <= usual_b) & b.within(a) & _go(-a.color, a.open, c.close))


@_pattern("xy.", after=3)
def cdl3outside(a: Any, b: Any, c: Any) -> Any:
    """An engulfing, then a close further on."""
    return 100 * b.color * (a.within(b) & _go(b.color, b.close, c.close))


@_pattern("bbb")
def cdl3starsinsouth(a: Any, b: Any, c: Any, usual_a: Any, tiny_b: Any, tiny_c: Any, usual_c: Any) -> Any:
    """Three black candles that shrink: a long one with a long lower shadow, a smaller one of its kind, a small one without shadows."""
    second = (b.body < a.body) & (b.open > a.close) & (b.open <= a.high) & (b.low < a.close) & (b.low >= a.low) & (b.lower > tiny_b)
    third = (c.body < usual_c) & c.bare(tiny_c) & c.inside(b)
    return 100 * ((a.body > usual_a) & (a.lower > a.body) & second & third)


@_pattern("www")
def cdl3whitesoldiers(
    a: Any, b: Any, c: Any, tiny_a: Any, tiny_b: Any, tiny_c: Any, near_a: Any, near_b: Any, far_a: Any, far_b: Any, usual_c: Any
) -> Any:
    """Three rising white candles without upper shadows, each opening in or near the body before, none much shorter than it."""
    bare = (a.upper < tiny_a) & (b.upper < tiny_b) & (c.upper < tiny_c)
    opens = (b.open > a.open) & (b.open <= a.close + near_a) & (c.open > b.open) & (c.open <= b.close + near_b)
    strong = (b.body > a.body - far_a) & (c.body > b.body - far_b) & (c.body > usual_c)
    return 100 * (bare & _go(1, a.close, b.close, c.close) & opens & strong)


@_pattern("x.y")
def cdlabandonedbaby(a: Any, b: Any, c: Any, usual_a: Any, tiny_b: Any, usual_c: Any, penetration: float = 0.3) -> Any:
    """A long candle, a doji away from it with its shadows, and a candle away from that, deep into the first's body."""
    sizes = (a.body > usual_a) & (b.body <= tiny_b) & (c.body > usual_c)
    leaps = b.leaps(a, a.color) & c.leaps(b, c.color)
    return 100 * c.color * (sizes & leaps & _deep_into(a, c, penetration))


@_pattern("www")
def cdladvanceblock(
    a: Any, b: Any, c: Any, usual_a: Any, slight_a: Any, slight_b: Any, slight_c: Any, near_a: Any, near_b: Any, far_a: Any, far_b: Any
) -> Any:
    """Three white candles with higher closes, each opening in or near the body before, that lose their strength."""
    opens = (b.open > a.open) & (b.open <= a.close + near_a) & (c.open > b.open) & (c.open <= b.close + near_b)
    shorter = c.body < b.body
    weak = ((b.body < a.body - far_a) & (c.body < b.body + near_b)) | (c.body < b.body - far_b) | (shorter & (c.upper > c.body))
    weak = weak | (shorter & (b.body < a.body) & ((c.upper > slight_c) | (b.upper > slight_b)))
    advance = _go(1, a.close, b.close, c.close) & opens
    return -100 * (advance & (a.body > usual_a) & (a.upper < slight_a) & weak)


def _star(way: int, a: Any, small: Any, b: Any, c: Any, usual_a: Any, usual_c: Any, penetration: float) -> Any:
    """A long candle of the color `way`, a small one beyond its body, and a long one against it, deep into the first's body."""
    shape = (a.body > usual_a) & small & b.beyond(a, way) & (c.body > usual_c)
    return -100 * way * (shape & _deep_into(a, c, penetration))


@_pattern("w.b", gap=1)
def cdleveningdojistar(a: Any, b: Any, c: Any, usual_a: Any, tiny_b: Any, usual_c: Any, penetration: float = 0.3) -> Any:
    """A long white candle, a doji above its body, and a long black one deep into the first's body."""
    return _star(1, a, b.body <= tiny_b, b, c, usual_a, usual_c, penetration)


@_pattern("w.b", gap=1)
def cdleveningstar(a: Any, b: Any, c: Any, usual_a: Any, usual_b: Any, usual_c: Any, penetration: float = 0.3) -> Any:
    """A long white candle, a small one above its body, and a long black one deep into the first's body."""
    return _star(1, a, b.body <= usual_b, b, c, usual_a, usual_c, penetration)


@_pattern("b.w", gap=-1)
def cdlmorningdojistar(a: Any, b: Any, c: Any, usual_a: Any, tiny_b: Any, usual_c: Any, penetration: float = 0.3) -> Any:
    """A long black candle, a doji below its body, and a long white one deep into the first's body."""
    return _star(-1, a, b.body <= tiny_b, b, c, usual_a, usual_c, penetration)


@_pattern("b.w", gap=-1)
def cdlmorningstar(a: Any, b: Any, c: Any, usual_a: Any, usual_b: Any, usual_c: Any, penetration: float = 0.3) -> Any:
    """A long black candle, a small one below its body, and a long white one deep into the first's body."""
    return _star(-1, a, b.body <= usual_b, b, c, usual_a, usual_c, penetration)


@_pattern(".ww", gap=2)
def cdlgapsidesidewhite(a: Any, b: Any, c: Any, near_b: Any, equal_b: Any) -> Any:
    """Two white candles of like size and open, side by side above the first's body, or below it."""
    up, down = b.above(a) & c.above(a), b.below(a) & c.below(a)
    same = _alike(c.body, b.body, near_b) & _alike(c.open, b.open, equal_b)
    return 100 * (up * 1 - down * 1) * same


@_pattern("bbb")
def cdlidentical3crows(a: Any, b: Any, c: Any, tiny_a: Any, tiny_b: Any, tiny_c: Any, equal_a: Any, equal_b: Any) -> Any:
    """Three falling black candles without lower shadows, each opening at the close before."""
    bare = (a.lower < tiny_a) & (b.lower < tiny_b) & (c.lower < tiny_c)
    opens = _alike(b.open, a.close, equal_a) & _alike(c.open, b.close, equal_b)
    return -100 * (bare & _go(-1, a.close, b.close, c.close) & opens)


@_pattern("www")
def cdlstalledpattern(a: Any, b: Any, c: Any, usual_a: Any, usual_b: Any, usual_c: Any, tiny_b: Any, near_a: Any, near_b: Any) -> Any:
    """Two long white candles, and a small one on the second's shoulder, with higher closes."""
    long = (a.body > usual_a) & (b.body > usual_b) & (b.upper < tiny_b) & (b.open > a.open) & (b.open <= a.close + near_a)
    rides = (c.body < usual_c) & (c.open >= b.close - c.body - near_b)
    return -100 * (_go(1, a.close, b.close, c.close) & long & rides)


@_pattern("bwb")
def cdlsticksandwich(a: Any, b: Any, c: Any, equal_a: Any) -> Any:
    """A white candle above the close of a black one, then a black one that closes where the first did."""
    return 100 * ((b.low > a.close) & _alike(c.close, a.close, equal_a))


@_pattern(".xy", gap=2)
def cdltasukigap(a: Any, b: Any, c: Any, near_b: Any) -> Any:
    """A candle beyond the first's body, then one of its size and the other color from inside its body into the gap."""
    way = b.color
    in_gap = b.holds(c.open) & _go(-way, b.open, c.close) & (((way > 0) & (c.close > a.top)) | ((way < 0) & (c.close < a.bottom)))
    return 100 * way * (b.beyond(a, way) & in_gap & (abs(b.body - c.body) < near_b))


@_pattern()
def cdltristar(a: Any, b: Any, c: Any, tiny_a: Any) -> Any:
    """Three dojis, the second beyond the first, and the third nearer again."""
    dojis = (a.body <= tiny_a) & (b.body <= tiny_a) & (c.body <= tiny_a)
    up, down = b.above(a) & (c.top < b.top), b.below(a) & (c.bottom > b.bottom)
    return 100 * (down * 1 - up * 1) * dojis


@_pattern("bbw")
def cdlunique3river(a: Any, b: Any, c: Any, usual_a: Any, usual_c: Any) -> Any:
    """A long black candle, a black one in its body with a lower low, and a short white one that opens above that low."""
    harami = (b.close > a.close) & (b.open <= a.open) & (b.low < a.low)
    return 100 * ((a.body > usual_a) & harami & (c.body < usual_c) & (c.open > b.low))


@_pattern("wbb")
def cdlupsidegap2crows(a: Any, b: Any, c: Any, usual_a: Any, usual_b: Any) -> Any:
    """A long white candle, a small black one above its body, and a black one around that, still above the first's close."""
    small = (b.body <= usual_b) & b.above(a)
    return -100 * ((a.body > usual_a) & small & (c.open > b.open) & (c.close < b.close) & (c.close > a.close))


@_pattern("xxy")
def cdlxsidegap3methods(a: Any, b: Any, c: Any) -> Any:
    """Two candles of a color with a gap between, then one of the other color from the second's body into the first's."""
    way = a.color
    return 100 * way * (b.beyond(a, way) & b.holds(c.open) & a.holds(c.close))


# Four and five candles.


@_pattern("wbbb")
def cdl3blackcrows(a: Any, b: Any, c: Any, d: Any, tiny_b: Any, tiny_c: Any, tiny_d: Any) -> Any:
    """After a white candle three falling black ones without lower shadows, each opening in the body before."""
    bare = (b.lower < tiny_b) & (c.lower < tiny_c) & (d.lower < tiny_d)
    falls = _go(-1, a.high, b.close, c.close, d.close) & b.holds(c.open) & c.holds(d.open)
    return -100 * (bare & falls)


@_pattern("xxxy")
def cdl3linestrike(a: Any, b: Any, c: Any, d: Any, near_a: Any, near_b: Any) -> Any:
    """Three candles of a color, each opening in or near the body before, then one against them that undoes them all."""
    way = a.color
    opens = (b.open >= a.bottom - near_a) & (b.open <= a.top + near_a) & (c.open >= b.bottom - near_b) & (c.open <= b.top + near_b)
    undone = _go(way, c.close, d.open) & _go(-way, a.open, d.close)
    return 100 * way * (opens & _go(way, a.close, b.close, c.close) & undone)


@_pattern("bbbb")
def cdlconcealbabyswall(a: Any, b: Any, c: Any, d: Any, tiny_a: Any, tiny_b: Any, tiny_c: Any) -> Any:
    """Two black candles without shadows, a black one below that reaches back into the second's body, and a black one around that."""
    swallows = c.below(b) & (c.upper > tiny_c) & (c.high > b.close) & (d.high > c.high) & (d.low < c.low)
    return 100 * (a.bare(tiny_a) & b.bare(tiny_b) & swallows)


@_pattern("xx.xy")
def cdlbreakaway(a: Any, b: Any, c: Any, d: Any, e: Any, usual_a: Any) -> Any:
    """A long candle, one of its color beyond its body, two further on, then one against them that closes inside the gap."""
    way = a.color
    on = b.beyond(a, way) & _go(way, b.high, c.high, d.high) & _go(way, b.low, c.low, d.low)
    return -100 * way * ((a.body > usual_a) & on & _go(way, a.close, e.close, b.open))


@_pattern("bbbbw")
def cdlladderbottom(a: Any, b: Any, c: Any, d: Any, e: Any, tiny_d: Any) -> Any:
    """Three black candles with lower opens and closes, a black one with an upper shadow, and a white one above it."""
    falls = _go(-1, a.open, b.open, c.open) & _go(-1, a.close, b.close, c.close)
    return 100 * (falls & (d.upper > tiny_d) & (e.open > d.open) & (e.close > d.high))


@_pattern("wb..w", gap=1)
def cdlmathold(
    a: Any, b: Any, c: Any, d: Any, e: Any, usual_a: Any, usual_b: Any, usual_c: Any, usual_d: Any, penetration: float = 0.5
) -> Any:
    """A long white candle, three small falling ones that hold above a part of its body (`penetration`), and a white one above them all."""
    small = (b.body < usual_b) & (c.body < usual_c) & (d.body < usual_d)
    floor = a.close - a.body * penetration
    holds = (c.bottom < a.close) & (d.bottom < a.close) & (c.bottom > floor) & (d.bottom > floor)
    falls = b.above(a) & (c.top < b.open) & (d.top < c.top)
    rises = (e.open > d.close) & (e.close > b.high) & (e.close > c.high) & (e.close > d.high)
    return 100 * ((a.body > usual_a) & small & holds & falls & rises)


@_pattern("xyyyx")
def cdlrisefall3methods(
    a: Any, b: Any, c: Any, d: Any, e: Any, usual_a: Any, usual_b: Any, usual_c: Any, usual_d: Any, usual_e: Any
) -> Any:
    """A long candle, three small ones against it within its range, and a long one further on."""
    way = a.color
    sizes = (a.body > usual_a) & (b.body < usual_b) & (c.body < usual_c) & (d.body < usual_d) & (e.body > usual_e)
    held = (b.bottom < a.high) & (b.top > a.low) & (c.bottom < a.high) & (c.top > a.low) & (d.bottom < a.high) & (d.top > a.low)
    on = _go(-way, b.close, c.close, d.close) & _go(way, d.close, e.open) & _go(way, a.close, e.close)
    return 100 * way * (sizes & held & on)


# Traps.


def _breaks_out(inside: Any, last: Any) -> Any:
    """1 where a bar goes below an inside bar with both ends, -1 where it goes above it."""
    return ((last.high < inside.high) & (last.low < inside.low)) * 1 - ((last.high > inside.high) & (last.low > inside.low)) * 1


@_pattern(base=Trap, after=5, early=3)
def cdlhikkake(a: Any, b: Any, c: Any) -> Any:
    """An inside bar, then a bar that breaks out of it: 100 downward, -100 upward, as it is a trap; doubled when it is confirmed.

    Dan Chesler, "Trading False Moves with the Hikkake Pattern", Active Trader, April 2004.
    """
    return 100 * b.inside(a) * _breaks_out(b, c)


@_pattern(base=Trap, after=10, early=3)
def cdlhikkakemod(a: Any, b: Any, c: Any, d: Any, near_b: Any) -> Any:
    """A `CDLHIKKAKE` whose inside bar lies inside of another, which closes near the end where the trap is set."""
    way = _breaks_out(c, d)
    near = ((way > 0) & (b.close <= b.low + near_b)) | ((way < 0) & (b.close >= b.high - near_b))
    return 100 * way * (b.inside(a) & c.inside(b) & near)


# Signals of Freqtrade's `technical`.


def pivots_points(dataframe: Any, timeperiod: int = 30, levels: int = 3) -> Any:
    """Pivot points of means of the last `timeperiod` rows: columns pivot, then r1, s1 up to r`levels`, s`levels`; a row each.

    The pivot is that of (high + low + close) / 3; the first resistance twice that less the low, the first support twice that less the high; each
    further pair is as much further out as the pair before is wide. `technical.pivots_points`.
    """
    import pandas as pd

    from lyra_ai.indicators.freqtrade import qtpylib

    whole(timeperiod=timeperiod, levels=levels)
    pivot = qtpylib.rolling_mean(qtpylib.typical_price(dataframe), timeperiod)
    found = {"pivot": pivot, "r1": 2 * pivot - qtpylib.rolling_mean(dataframe["low"], timeperiod)}
    found["s1"] = 2 * pivot - qtpylib.rolling_mean(dataframe["high"], timeperiod)
    for level in range(2, levels + 1):
        width = found[f"r{level - 1}"] - found[f"s{level - 1}"]
        found |= {f"r{level}": pivot + width, f"s{level}": pivot - width}
    return pd.DataFrame(found, index=dataframe.index)


class Consensus:
    """Indicators vote to buy or to sell; `score` says how many of the votes that could be given are. `technical.Consensus`.

    `Consensus(dataframe)` takes a frame with open, high, low, close and volume. Each `evaluate_...` adds the votes of an indicator: `impact_buy`
    and `impact_sell` where it says so, 0 elsewhere. `prefix` names it; a second one of the same name replaces the votes, but both count as
    possible ones.
    """

    def __init__(self, dataframe: Any) -> None:
        self.dataframe = dataframe.copy()
        self.buy_weights: float = 0
        self.sell_weights: float = 0
        self._votes: dict[str, dict[str, Any]] = {"buy": {}, "sell": {}}

    def score(self, prefix: str = "consensus", smooth: int | None = None) -> dict[str, Any]:
        """Series by name: `buy` and `sell`, 0 to 100, as means of the last `smooth` rows; and how many votes agree and disagree with each."""
        import pandas as pd

        sums = {side: sum(votes.values(), np.zeros(len(self.dataframe))) for side, votes in self._votes.items()}
        found: dict[str, Any] = {}
        for side, weights in (("sell", self.sell_weights), ("buy", self.buy_weights)):
            scores = pd.Series(sums[side] / weights * 100 if weights else NAN, index=self.dataframe.index, name=f"{prefix}_score_{side}")
            found[side] = scores if smooth is None else scores.rolling(smooth).mean()
        for side in ("buy", "sell"):
            found[f"{side}_agreement"] = pd.Series(sums[side], index=self.dataframe.index)
        for side in ("buy", "sell"):
            found[f"{side}_disagreement"] = len(self._votes[side]) - found[f"{side}_agreement"]
        return found

    def _vote(self, name: str, buy: Any, sell: Any, impact_buy: float, impact_sell: float, of: Consensus | None = None) -> None:
        """Add votes; those of another consensus weigh as all of its votes."""
        weights = (impact_buy, impact_sell) if of is None else (of.buy_weights, of.sell_weights)
        self.buy_weights += weights[0]
        self.sell_weights += weights[1]
        if of is not None:
            impact_buy, impact_sell = impact_buy * of.buy_weights, impact_sell * of.sell_weights
        self._votes["buy"][name] = np.asarray(buy) * float(impact_buy)
        self._votes["sell"][name] = np.asarray(sell) * float(impact_sell)

    def _of(self, function: str, *columns: str, **settings: Any) -> Any:
        """TA-Lib's function of columns."""
        from lyra_ai.indicators import talib

        return getattr(talib, function)(*(self.dataframe[column].to_numpy(float) for column in columns), **settings)

    def evaluate_rsi(self, period: int = 14, prefix: str = "rsi", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The RSI: below 30 buy, above 70 sell."""
        rsi = self._of("RSI", "close", timeperiod=period)
        self._vote(f"{prefix}_{period}", rsi < 30, rsi > 70, impact_buy, impact_sell)

    def evaluate_stoch(self, prefix: str = "stoch", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The fast stochastic of 5 rows: below 20 buy, above 80 sell."""
        fast, _ = self._of("STOCHF", "high", "low", "close", fastk_period=5, fastd_period=3)
        self._vote(prefix, fast < 20, fast > 80, impact_buy, impact_sell)

    def evaluate_stoch_rsi(
        self, period: int = 14, smoothd: int = 3, smoothk: int = 3, prefix: str = "stoch_rsi", impact_buy: float = 1, impact_sell: float = 1
    ) -> None:
        """The place of the RSI in its range, smoothed over `smoothk` rows: below 20 buy, above 80 sell. `smoothd` has no part in it."""
        import pandas as pd

        rsi = pd.Series(self._of("RSI", "close", timeperiod=period))
        low, high = rsi.rolling(period).min(), rsi.rolling(period).max()
        place = ((rsi - low) / (high - low)).rolling(smoothk).mean() * 100
        self._vote(f"{prefix}_{period}", place < 20, place > 80, impact_buy, impact_sell)

    def evaluate_macd_cross_over(self, prefix: str = "macd_crossover", impact_buy: float = 2, impact_sell: float = 2) -> None:
        """The MACD: the row in which it goes above its signal buys, below it sells."""
        import pandas as pd

        from lyra_ai.indicators.freqtrade import qtpylib

        macd, signal, _ = map(pd.Series, self._of("MACD", "close"))
        self._vote(prefix, qtpylib.crossed_above(macd, signal), qtpylib.crossed_above(signal, macd), impact_buy, impact_sell)

    def evaluate_macd(self, prefix: str = "macd", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The MACD: above its signal and 0 buy, below both sell."""
        macd, signal, _ = self._of("MACD", "close")
        self._vote(prefix, (macd > signal) & (macd > 0), (macd < signal) & (macd < 0), impact_buy, impact_sell)

    def evaluate_hull(
        self, period: int = 9, field: str = "close", prefix: str = "hull", impact_buy: float = 1, impact_sell: float = 1
    ) -> None:
        """Hull's average: above the price buy, below it sell."""
        from lyra_ai.indicators.freqtrade import technical

        average, price = technical.hull_moving_average(self.dataframe, period, field), self.dataframe[field]
        self._vote(f"{prefix}_{field}_{period}", average > price, average < price, impact_buy, impact_sell)

    def evaluate_vwma(self, period: int = 9, prefix: str = "vwma", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The volume weighted average: above the close buy, below it sell."""
        from lyra_ai.indicators.freqtrade import technical

        average, price = technical.vwma(self.dataframe, period), self.dataframe["close"]
        self._vote(f"{prefix}_{period}", average > price, average < price, impact_buy, impact_sell)

    def _under(self, function: str, period: int, field: str, prefix: str, impact_buy: float, impact_sell: float) -> None:
        average, price = self._of(function, "close", timeperiod=period), self.dataframe[field].to_numpy(float)
        self._vote(f"{prefix}_{field}_{period}", average < price, average > price, impact_buy, impact_sell)

    def evaluate_tema(self, period: int, field: str = "close", prefix: str = "tema", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The triple exponential average of closes: below the price buy, above it sell."""
        self._under("TEMA", period, field, prefix, impact_buy, impact_sell)

    def evaluate_ema(self, period: int, field: str = "close", prefix: str = "ema", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The exponential average of closes: below the price buy, above it sell."""
        self._under("EMA", period, field, prefix, impact_buy, impact_sell)

    def evaluate_sma(self, period: int, field: str = "close", prefix: str = "sma", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The mean of closes: below the price buy, above it sell."""
        self._under("SMA", period, field, prefix, impact_buy, impact_sell)

    def evaluate_laguerre(self, prefix: str = "lag", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """Ehlers's Laguerre RSI: below 0.1 buy, above 0.9 sell."""
        from lyra_ai.indicators.freqtrade import technical

        found = technical.laguerre(self.dataframe)
        self._vote(prefix, found < 0.1, found > 0.9, impact_buy, impact_sell)

    def evaluate_osc(self, period: int = 12, prefix: str = "osc", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """`technical.osc`: below 0.3 buy, above 0.8 sell."""
        from lyra_ai.indicators.freqtrade import technical

        found = technical.osc(self.dataframe, period)
        self._vote(f"{prefix}_{period}", found < 0.3, found > 0.8, impact_buy, impact_sell)

    def evaluate_cmf(self, period: int = 12, prefix: str = "cmf", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """Chaikin's money flow: above 0.5 buy, below -0.5 sell."""
        from lyra_ai.indicators.freqtrade import technical

        found = technical.cmf(self.dataframe, period)
        self._vote(f"{prefix}_{period}", found > 0.5, found < -0.5, impact_buy, impact_sell)

    def evaluate_cci(
        self,
        period: int = 20,
        prefix: str = "cci",
        impact_buy: float = 1,
        impact_sell: float = 1,
        sell_signal: float = 100,
        buy_signal: float = -100,
    ) -> None:
        """The commodity channel index: below `buy_signal` buy, above `sell_signal` sell."""
        cci = self._of("CCI", "high", "low", "close", timeperiod=period)
        self._vote(f"{prefix}_{period}", cci < buy_signal, cci > sell_signal, impact_buy, impact_sell)

    def evaluate_consensus(
        self, consensus: Consensus, prefix: str, smooth: int = 0, buy_score: float = 80, sell_score: float = 80,
        impact_buy: float = 1, impact_sell: float = 1, average: bool = False,
    ) -> None:  # fmt: skip
        """Another consensus, smoothed: above `buy_score` buy, at `sell_score` or above sell, with the weight of all its votes.

        With `average` it weighs as one indicator.
        """
        score = consensus.score(smooth=smooth) if smooth > 0 else consensus.score()
        of = None if average else consensus
        self._vote(f"{prefix}_", score["buy"] > buy_score, score["sell"] >= sell_score, impact_buy, impact_sell, of)

    def evaluate_cmo(self, period: int = 20, prefix: str = "cmo", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """Chande's momentum oscillator: below -50 buy, above 50 sell."""
        cmo = self._of("CMO", "close", timeperiod=period)
        self._vote(f"{prefix}_{period}", cmo < -50, cmo > 50, impact_buy, impact_sell)

    def evaluate_ichimoku(self, prefix: str = "ichimoku", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The Ichimoku cloud: both spans above the open buy, both below it sell (the original's way)."""
        from lyra_ai.indicators.freqtrade import technical

        cloud, price = technical.ichimoku(self.dataframe), self.dataframe["open"]
        one, other = cloud["senkou_span_a"], cloud["senkou_span_b"]
        self._vote(prefix, (one > price) & (other > price), (one < price) & (other < price), impact_buy, impact_sell)

    def evaluate_ultimate_oscilator(self, prefix: str = "uo", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """Williams's ultimate oscillator: below 30 buy, above 70 sell."""
        found = self._of("ULTOSC", "high", "low", "close")
        self._vote(prefix, found < 30, found > 70, impact_buy, impact_sell)

    def evaluate_williams(self, prefix: str = "williams", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """Williams's percent range: below -80 buy, above -20 sell."""
        from lyra_ai.indicators.freqtrade import technical

        found = technical.williams_percent(self.dataframe)
        self._vote(prefix, found < -80, found > -20, impact_buy, impact_sell)

    def evaluate_momentum(self, period: int = 20, prefix: str = "momentum", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """The change of the close over `period` rows: above 100 buy, below 100 sell (the original's way)."""
        found = self._of("MOM", "close", timeperiod=period)
        self._vote(f"{prefix}_{period}", found > 100, found < 100, impact_buy, impact_sell)

    def evaluate_adx(
        self,
        period: int = 14,
        prefix: str = "adx",
        trend_line: float = 25,
        use_di: bool = True,
        impact_buy: float = 1,
        impact_sell: float = 1,
    ) -> None:
        """Wilder's average directional index above `trend_line`: the side whose directional indicator is greater; without `use_di` both sides."""
        bars = ("high", "low", "close")
        trend = self._of("ADX", *bars, timeperiod=period) > trend_line
        plus, minus = (self._of(f"{side}_DI", *bars, timeperiod=period) if use_di else trend for side in ("PLUS", "MINUS"))
        buy, sell = (trend & (plus > minus), trend & (plus < minus)) if use_di else (trend, trend)
        self._vote(f"{prefix}_{period}", buy, sell, impact_buy, impact_sell)

    def evaluate_ao(self, prefix: str = "ao", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """Bill Williams's oscillator: a rise by more than 0.05 since the row before buys, a fall sells."""
        from lyra_ai.indicators.freqtrade import qtpylib

        found = qtpylib.awesome_oscillator(self.dataframe)
        before = found.shift(1)
        self._vote(prefix, found > before + 0.05, found < before - 0.05, impact_buy, impact_sell)

    def evaluate_bbp(self, period: int = 13, prefix: str = "bbp", impact_buy: float = 1, impact_sell: float = 1) -> None:
        """Elder's powers, high and low less an average: a rising average and bull power buy, a falling average and rising bear power sell."""
        average = self._of("EMA", "close", timeperiod=period)
        bulls, bears = self.dataframe["high"] - average, self.dataframe["low"] - average
        trend, bull, bear = (np.diff(values, prepend=NAN) for values in (average, bulls, bears))
        self._vote(f"{prefix}_{period}", (trend > 0) & (bull > 0), (trend < 0) & (bear > 0), impact_buy, impact_sell)


class MovingAverageConsensus(Consensus):
    """The averages of TradingView's technical rating vote: plain and exponential ones of 10 to 200 rows, the cloud, Hull's, the volume's."""

    def __init__(self, dataframe: Any) -> None:
        super().__init__(dataframe)
        for period in (10, 20, 30, 50, 100, 200):
            self.evaluate_sma(period)
            self.evaluate_ema(period)
        self.evaluate_ichimoku()
        self.evaluate_hull()
        self.evaluate_vwma(period=20)


class OscillatorConsensus(Consensus):
    """Oscillators vote: RSI, stochastic, CCI, ADX, MACD, momentum of 10 rows, Williams's range and his ultimate oscillator."""

    def __init__(self, dataframe: Any) -> None:
        super().__init__(dataframe)
        self.evaluate_rsi()
        self.evaluate_stoch()
        self.evaluate_cci()
        self.evaluate_adx()
        self.evaluate_macd()
        self.evaluate_momentum(period=10)
        self.evaluate_williams()
        self.evaluate_ultimate_oscilator()


class SummaryConsensus(Consensus):
    """The two others vote, each with the weight of all of its votes."""

    def __init__(self, dataframe: Any) -> None:
        super().__init__(dataframe)
        self.evaluate_consensus(OscillatorConsensus(dataframe), "osc")
        self.evaluate_consensus(MovingAverageConsensus(dataframe), "moving_average_consensus")
