"""Columns without a loop over rows: what `base.column` asks for before it feeds a kernel row by row.

A fast column is a function of the kernel's columns and settings. It gives the values from the first known row on, one array or one for each
part, and `Odd` where a case is not worth its while: then the loop does it. There are three ways, tried in this order:

- `talib`: the C function itself, for those of TA-Lib that are equal (`EQUAL`), if the package `TA-Lib` is installed;
- `numba`: recursions that only a loop can do, and what takes numpy many passes (`loops`), compiled, if `numba` is installed;
- `numpy`: everything else (`vectors`), which needs nothing more.

Each agrees with the loop within 1e-10 of the values' size, or within the rounding of the columns they are of (the tests' law).
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from inspect import signature
from typing import Any, TypeVar

import numpy as np

from lyra_ai.indicators import loops
from lyra_ai.indicators.base import NAN, Floats, Kernel
from lyra_ai.indicators.catalogue import find
from lyra_ai.indicators.vectors import (
    SHORT,
    Odd,
    aligned,
    block_means,
    changes,
    divide,
    ema,
    emas,
    emas_from_first,
    first_emas,
    follow,
    from_first,
    highest,
    in_blocks,
    known,
    known_moment,
    linear,
    lowest,
    means,
    placed,
    ranked,
    ratio,
    remember,
    rma,
    room,
    running,
    spread,
    sums,
    sums_of,
    tail,
    true_range,
    typical,
    weigh,
)

WAYS = ("talib", "numba", "numpy")
LONG = {"talib": 2_000, "numba": 20_000, "numpy": 0}
"""Rows from which a way is worth the time that its package takes to load."""
TAME = 1e100
"""Numbers of less than this size are far from overflowing."""
_TAME_BITS, _SIGN = np.float64(TAME).view(np.uint64), np.uint64(1 << 63)
Parts = Floats | tuple[Floats, ...]
Average = Callable[[Floats, int], Floats]
F = TypeVar("F", bound=Callable[..., Floats | tuple[Floats, ...]])


def fast(kernel: Kernel, columns: Sequence[Floats], ways: Sequence[str] = WAYS) -> tuple[Floats, ...] | None:
    """The columns of a new kernel's parts by the first way that has them; None where the loop must do it."""
    name = type(kernel).__dict__.get("name")
    rows = len(columns[0])
    if name is None or rows <= kernel.warm_up:
        return None
    _keep_memory()
    known = name in _PLAIN
    with np.errstate(all="ignore"):
        for way in ways:
            if way == "numpy" and hasattr(kernel, "column"):  # the same formula takes a row and whole columns
                return (kernel.column(*columns),)
            if way == "numba" and name.startswith(_PATTERNS) and rows >= LONG[way] and _installed(way):
                return (kernel.column(*columns, _compiled(loops.moving_sums)),)  # type: ignore[attr-defined]
            made = _BY_WAY[way](name) if rows >= LONG[way] or way in sys.modules else None
            if made is None:
                continue
            if not known and not _are_tame(columns):
                return None
            known = True
            try:
                found = made(*columns, **_settings(kernel))
            except Odd:
                continue
            parts = found if isinstance(found, tuple) else (found,)
            if parts[0].dtype != np.float64:  # whole numbers, which cannot say that they are not known
                parts = tuple(values[kernel.warm_up - 1 :] for values in parts)
            return placed(parts, rows, columns)
    return None


def _are_tame(columns: Sequence[Floats]) -> bool:
    """Whether all is finite and far from overflowing, and anything moves at all."""
    return all(map(_is_tame, columns)) and any(x[0] != x[-1] or (x != x[0]).any() for x in columns)


def _is_tame(x: Floats) -> bool:
    # As bits, numbers are in order of their size, those below 0 and then NaN above all others: one pass over prices, two where there are both.
    most = x.view(np.uint64).max()
    return bool(most < _TAME_BITS or (_SIGN <= most < _SIGN + _TAME_BITS and x.max() < TAME))


@cache
def _keep_memory() -> None:
    """Let the C library keep what temporaries free: glibc returns to the system what is more than twice the largest block freed so far, and
    new pages cost several times what is done with them. (mallopt(3), M_MMAP_THRESHOLD; the block is never touched, so it takes no memory.)
    """
    np.empty(4_000_000)


@cache
def _defaults(kind: type[Kernel]) -> dict[str, Any]:
    return {name: parameter.default for name, parameter in signature(kind).parameters.items()}


@cache
def _counts(kind: type[Kernel]) -> frozenset[str]:
    return frozenset(name for name, parameter in signature(kind).parameters.items() if parameter.annotation in (int, "int"))


def _settings(kernel: Kernel) -> dict[str, Any]:
    defaults = _defaults(type(kernel))
    args, given = kernel.given
    settings = {**defaults, **dict(zip(defaults, args, strict=False)), **given}
    if not all(hasattr(settings[name], "__index__") for name in _counts(type(kernel))):
        raise Odd  # a period such as 14.0
    return settings


# The ways

_NUMPY: dict[str, Callable[..., Parts]] = {}
_LOOPS: dict[str, Callable[..., Parts]] = {}
_PLAIN = {"avgprice", "medprice", "typprice", "wclprice", "mom", "talib_trange"}
"""Those for which any numbers will do, or which look at the result instead."""


def _column(*kernels: str) -> Callable[[F], F]:
    def enter(function: F) -> F:
        for name in kernels:
            _NUMPY[name] = function
        return function

    return enter


def _loop(*kernels: str) -> Callable[[F], F]:
    def enter(function: F) -> F:
        for name in kernels:
            _LOOPS[name] = function
        return function

    return enter


def _by_numpy(name: str) -> Callable[..., Parts] | None:
    return _NUMPY.get(name)


@cache
def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _by_numba(name: str) -> Callable[..., Parts] | None:
    return _LOOPS.get(name) if _installed("numba") else None


@cache
def _compiled(function: Callable[..., Any], fused: bool = False) -> Any:
    """The function as machine code where numba is installed, kept on disk where that can be written; else as it is.

    Where no decision hangs on the last digit, a product and a sum may be one operation (`fused`), which halves the wait of a recursion.
    """
    if not _installed("numba"):
        return function
    import numba

    allowed = {"contract"} if fused else False
    try:
        return numba.njit(cache=True, fastmath=allowed)(function)
    except RuntimeError:  # there is no folder to keep it in
        return numba.njit(fastmath=allowed)(function)


def _fused(function: Callable[..., Any]) -> Any:
    return _compiled(function, True)


EQUAL = frozenset(
    """
    ad avgprice bop donchian linearreg linearreg_intercept medprice midpoint midprice mom nvi obv pvi rma stddev talib_adosc
    talib_adx talib_adxr talib_apo talib_aroon talib_aroonosc talib_atr talib_avgdev talib_cmf talib_cmo talib_coppock talib_cvi
    talib_dema talib_dx talib_efi talib_ema talib_eri talib_fosc talib_ha talib_hma talib_imi talib_kc talib_kdj talib_macd
    talib_macdfix talib_marketfi talib_massi talib_minus_di talib_minus_dm talib_natr talib_percentile
    talib_percentrank talib_plus_di talib_plus_dm talib_ppo talib_pvt talib_roc talib_rocp talib_rocr talib_rocr100 talib_rsi
    talib_sar talib_sarext talib_smi talib_stoch talib_stochf talib_t3 talib_tema talib_trix talib_tsi talib_var
    talib_max talib_maxindex talib_min talib_minindex talib_minmax talib_minmaxindex
    talib_vhf talib_vwap talib_zlema tsf typprice wad wclprice willr wma
    """.split()
)
"""Kernels of which TA-Lib's C function gives the same (measured with 0.8), also in long columns and after a fall to a millionth: most of its
running sums do not."""
_PATTERNS = "talib_cdl"
"""All of these are equal too."""
_UNSTABLE = ("ADX", "ATR", "CMO", "DX", "EMA", "MINUS_DI", "MINUS_DM", "NATR", "PLUS_DI", "PLUS_DM", "RSI", "T3")
"""Functions that a program may have told to leave out their first rows."""
_UNEQUAL_AVERAGES = (2, 5, 6, 7, 9)
"""Numbers of averages that drift there, or whose phase a rest of rounding decides."""


@cache
def _of_talib(name: str) -> Callable[..., Parts] | None:
    """TA-Lib's function with a kernel's settings; None where it is another release than the one measured."""
    import talib

    from lyra_ai.indicators.talib import REUSED

    if not talib.__ta_version__.startswith(b"0.8."):
        return None
    function, theirs = name.removeprefix("talib_").upper(), {}
    for reused, (own_name, settings) in REUSED.items():
        if own_name == name:
            function, theirs = reused, {own: key for key, (own, _) in settings.items()}
    called = getattr(talib, function)

    def made(*columns: Floats, **settings: Any) -> Parts:
        averages = [value for key, value in settings.items() if key.endswith("matype")]
        if name not in _PLAIN and (talib.get_compatibility() or any(map(talib.get_unstable_period, _UNSTABLE))):
            raise Odd
        if set(averages) & set(_UNEQUAL_AVERAGES):
            raise Odd
        try:
            found: Parts = called(*columns, **{theirs.get(key, key): value for key, value in settings.items()})
        except Exception:  # it refuses what is no setting of its own, such as a period of 1
            raise Odd from None
        return found

    return made


def _by_talib(name: str) -> Callable[..., Parts] | None:
    return _of_talib(name) if (name in EQUAL or name.startswith(_PATTERNS)) and _installed("talib") else None


_BY_WAY: dict[str, Callable[[str], Callable[..., Parts] | None]] = {"talib": _by_talib, "numba": _by_numba, "numpy": _by_numpy}


def _average(x: Floats, matype: int, period: int, own: int = 0) -> Floats:
    """TA-Lib's average of a number; see `talib.average`."""
    if period <= 1:
        return x
    made = _AVERAGES.get(own if matype == 11 else matype)
    if made is None:
        raise Odd
    return made(x, period)


# Averages


@_column("sma")
def _sma(x: Floats, period: int) -> Floats:
    return means(x, period)


@_column("rma")
def _rma_column(x: Floats, length: int) -> Floats:
    return rma(x, length)


@_column("wma")
def _wma(x: Floats, period: int) -> Floats:
    if period > SHORT:
        total, weighted = ranked(x, period)
        return (total + weighted) / (period * (period + 1) / 2)
    return weigh(x, np.arange(1, period + 1) / (period * (period + 1) / 2))


@_column("trima", "swma")
def _trima(x: Floats, period: int) -> Floats:
    half = (period + 1) // 2
    if period > SHORT:
        return means(means(x, half), period + 1 - half)
    return weigh(x, np.convolve(np.ones(half), np.ones(period + 1 - half)) / half / (period + 1 - half))


@_column("talib_ema")
def _talib_ema(x: Floats, timeperiod: int) -> Floats:
    return ema(x, timeperiod)


@_column("talib_dema")
def _dema(x: Floats, timeperiod: int) -> Floats:
    return emas(x, timeperiod, (2.0, -1.0))


@_column("talib_tema")
def _tema(x: Floats, timeperiod: int) -> Floats:
    return emas(x, timeperiod, (3.0, -3.0, 1.0))


@_column("talib_t3")
def _t3(x: Floats, timeperiod: int, vfactor: float = 0.7) -> Floats:
    v = vfactor
    return emas(x, timeperiod, (0.0, 0.0, (1 + v) ** 3, -3 * v * (1 + v) ** 2, 3 * v * v * (1 + v), -(v**3)))


@_column("talib_hma")
def _hma(x: Floats, timeperiod: int, wma: Average = _wma) -> Floats:
    full = wma(x, timeperiod)
    double = 2 * tail(wma(x, max(timeperiod // 2, 1)), full)
    double -= full
    return wma(double, int(timeperiod**0.5))


@_column("talib_zlema")
def _zlema(x: Floats, timeperiod: int, ema: Average = ema) -> Floats:
    lag = (timeperiod - 1) // 2
    return ema(2 * x[lag:] - x[: len(x) - lag], timeperiod)


def _adapting(x: Floats, period: int, scale: float, least: float, still: float) -> Floats:
    """Perry Kaufman's average from row `period` on; see `loops.adapt`."""
    straight = ratio(np.abs(x[period:] - x[: len(x) - period]), sums(np.abs(changes(x)), period), still)
    straight *= scale
    straight += least
    return follow(x[period:], x[period - 1], straight * straight)


@_column("talib_kama")
def _kama_of_talib(x: Floats, timeperiod: int) -> Floats:
    if timeperiod == 1:
        raise Odd
    return _adapting(x, timeperiod, 2 / 3 - 2 / 31, 2 / 31, 1.0)


@_column("talib_vwma")
def _vwma(x: Floats, volume: Floats, timeperiod: int) -> Floats:
    return ratio(sums(x * volume, timeperiod), sums(volume, timeperiod), NAN) if timeperiod > 1 else x


@_column("talib_ma")
def _ma(x: Floats, timeperiod: int, matype: int) -> Floats:
    return _average(x, matype, timeperiod)


_AVERAGES: dict[int, Callable[[Floats, int], Floats]] = {
    0: _sma, 1: ema, 2: _wma, 3: _dema, 4: _tema, 5: _trima, 8: _t3, 9: _hma, 10: lambda x, period: x, 12: _zlema, 13: rma,
}  # fmt: skip


@_column("talib_mavp")
def _mavp(x: Floats, periods: Floats, minperiod: int, maxperiod: int, matype: int) -> Floats:
    shortest = _average(x, matype, maxperiod)
    chosen = np.clip(tail(periods, shortest).astype(np.int64), minperiod, maxperiod).astype(np.int16)
    found = np.empty(len(shortest))
    for period in range(minperiod, maxperiod + 1):
        late = len(_average(x[: 10 * maxperiod], matype, period)) - len(_average(x[: 10 * maxperiod], matype, maxperiod))
        here = np.flatnonzero(chosen == period)
        if len(here):
            found[here] = _average(x[late:], matype, period)[here]
    return found


# Bands


@_column("stddev")
def _stddev(x: Floats, period: int, nbdev: float) -> Floats:
    return np.sqrt(spread(x, period)[1]) * nbdev


@_column("talib_var")
def _var(x: Floats, timeperiod: int, nbdev: float) -> Floats:
    return spread(x, timeperiod)[1]


@_column("talib_bbands")
def _bbands(x: Floats, timeperiod: int, nbdevup: float, nbdevdn: float, matype: int) -> Parts:
    mean, variance = spread(x, timeperiod)
    deviation = np.sqrt(variance)
    middle = mean if matype == 0 else _average(x, matype, timeperiod)
    if len(middle) > len(deviation):
        middle = _average(x[len(middle) - len(deviation) :], matype, timeperiod)
    deviation = tail(deviation, middle)
    return middle + nbdevup * deviation, middle, middle - nbdevdn * deviation


@_column("talib_accbands")
def _accbands(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Parts:
    wide = 4 * ratio(high - low, high + low)
    return means(high * (1 + wide), timeperiod), means(close, timeperiod), means(low * (1 - wide), timeperiod)


@_column("talib_kc")
def _kc(
    high: Floats, low: Floats, close: Floats, timeperiod: int, atrperiod: int, nbdev: float, ema: Average = ema, rma: Average = rma
) -> Parts:
    rows = max(atrperiod + 1, timeperiod)
    middle = ema(typical(high, low, close)[rows - timeperiod :], timeperiod)
    wide = rma(true_range(high, low, close)[rows - atrperiod - 1 :], atrperiod)
    wide *= nbdev
    return middle + wide, middle, middle - wide


@_column("donchian")
def _donchian(high: Floats, low: Floats, period: int) -> Parts:
    upper, lower = highest(high, period), lowest(low, period)
    return upper, (upper + lower) / 2, lower


@_column("midpoint")
def _midpoint(x: Floats, period: int) -> Floats:
    return (highest(x, period) + lowest(x, period)) / 2


@_column("midprice")
def _midprice(high: Floats, low: Floats, period: int) -> Floats:
    return (highest(high, period) + lowest(low, period)) / 2


# Lines


def _fit(x: Floats, period: int, mean: float, slope: float) -> Floats:
    """mean * the window's mean + slope * the rise of the line through it."""
    half, square = (period - 1) / 2, period * (period * period - 1) / 12
    away: Floats = np.arange(period, dtype=np.float64) - half
    if period > SHORT:
        total, weighted = ranked(x, period)
        return mean / period * total + slope / square * (weighted - half * total)
    return weigh(x, mean / period + slope / square * away)


@_column("linearreg")
def _linearreg(x: Floats, period: int) -> Floats:
    return _fit(x, period, 1.0, (period - 1) / 2)


@_column("linearreg_intercept")
def _linearreg_intercept(x: Floats, period: int) -> Floats:
    return _fit(x, period, 1.0, -(period - 1) / 2)


@_column("linearreg_slope")
def _linearreg_slope(x: Floats, period: int) -> Floats:
    return _fit(x, period, 0.0, 1.0)


@_column("linearreg_angle")
def _linearreg_angle(x: Floats, period: int) -> Floats:
    return np.degrees(np.arctan(_fit(x, period, 0.0, 1.0)))


@_column("tsf")
def _tsf(x: Floats, period: int) -> Floats:
    return _fit(x, period, 1.0, (period + 1) / 2)


@_column("talib_fosc")
def _fosc(x: Floats, timeperiod: int) -> Floats:
    forecast = _tsf(x[:-1], timeperiod)
    now = tail(x, forecast)
    return ratio(100 * (now - forecast), now)


# Momentum


@_column("mom")
def _mom(x: Floats, period: int) -> Floats:
    return np.subtract(x[period:], x[: len(x) - period], out=room(len(x) - period))


def _rise(x: Floats, period: int, otherwise: float) -> Floats:
    return ratio(x[period:], x[: len(x) - period], otherwise)


@_column("talib_roc")
def _roc(x: Floats, timeperiod: int) -> Floats:
    found = _rise(x, timeperiod, 1.0)
    found -= 1
    found *= 100
    return found


@_column("talib_rocp")
def _rocp(x: Floats, timeperiod: int) -> Floats:
    found = _rise(x, timeperiod, 1.0)
    found -= 1
    return found


@_column("talib_rocr")
def _rocr(x: Floats, timeperiod: int) -> Floats:
    return _rise(x, timeperiod, 0.0)


@_column("talib_rocr100")
def _rocr100(x: Floats, timeperiod: int) -> Floats:
    found = _rise(x, timeperiod, 0.0)
    found *= 100
    return found


def _ups_and_downs(x: Floats, smooth: Callable[[Floats, int], Floats], period: int) -> tuple[Floats, Floats]:
    steps = changes(x)
    rises = np.maximum(steps, 0.0)
    falls = np.subtract(rises, steps, out=steps)
    return smooth(rises, period), smooth(falls, period)


@_column("talib_rsi")
def _rsi(x: Floats, timeperiod: int) -> Floats:
    rises, falls = _ups_and_downs(x, rma, timeperiod)
    falls += rises
    rises *= 100
    return divide(rises, falls)


@_column("talib_cmo")
def _cmo(x: Floats, timeperiod: int) -> Floats:
    rises, falls = _ups_and_downs(x, rma, timeperiod)
    return 100 * ratio(rises - falls, rises + falls)


@_column("talib_cmou")
def _cmou(x: Floats, timeperiod: int) -> Floats:
    rises, falls = _ups_and_downs(x, means, timeperiod)
    return 100 * ratio(rises - falls, rises + falls)


@_column("talib_rvi")
def _rvi(x: Floats, timeperiod: int, stddevperiod: int, rma: Average = rma, variance: Average | None = None) -> Floats:
    deviation = np.sqrt(variance(x, stddevperiod) if variance else spread(x, stddevperiod)[1])
    steps = tail(changes(x), deviation)
    up, down = rma(deviation * (steps > 0), timeperiod), rma(deviation * (steps < 0), timeperiod)
    return 100 * ratio(up, up + down, 0.5)


@_column("talib_trix")
def _trix(x: Floats, timeperiod: int) -> Floats:
    return _roc(known(emas(x, timeperiod, (0.0, 0.0, 1.0))), 1)


@_column("talib_tsi")
def _tsi(x: Floats, firstperiod: int, secondperiod: int) -> Floats:
    steps = changes(x)
    return 100 * ratio(ema(ema(steps, firstperiod), secondperiod), ema(ema(np.abs(steps), firstperiod), secondperiod))


def _two_averages(x: Floats, fastperiod: int, slowperiod: int, matype: int) -> tuple[Floats, Floats]:
    fast, slow = sorted((fastperiod, slowperiod))
    quick, sluggish = _average(x, matype, fast, 1), _average(x, matype, slow, 1)
    return aligned(quick, sluggish)


@_column("talib_apo")
def _apo(x: Floats, fastperiod: int, slowperiod: int, matype: int) -> Floats:
    fast, slow = _two_averages(x, fastperiod, slowperiod, matype)
    return fast - slow


@_column("talib_ppo", "talib_pvo")
def _ppo(x: Floats, fastperiod: int, slowperiod: int, matype: int) -> Floats:
    fast, slow = _two_averages(x, fastperiod, slowperiod, matype)
    return ratio(100 * (fast - slow), known(slow))


def _with_signal(macd: Floats, signal: Floats) -> Parts:
    macd = tail(macd, signal)
    return macd, signal, macd - signal


def _difference(x: Floats, fast: int, fast_weight: float, slow: int, slow_weight: float) -> Floats:
    """Exponential averages begun at the same row, the fast one less the slow one."""
    begin = x[slow - fast : slow].sum() / fast, x[:slow].sum() / slow
    found = room(len(x) - slow + 1)
    found[0] = begin[0] - begin[1]
    matrix = (1.0 - fast_weight, 0.0), (0.0, 1.0 - slow_weight)
    linear(x[slow:], begin, (matrix, (fast_weight, slow_weight), ((1.0, -1.0),)), [found[1:]])
    return found


@_column("talib_macd")
def _macd(x: Floats, fastperiod: int, slowperiod: int, signalperiod: int) -> Parts:
    fast, slow = sorted((fastperiod, slowperiod))
    macd = _difference(x, fast, 2.0 / (fast + 1), slow, 2.0 / (slow + 1))
    return _with_signal(macd, ema(macd, signalperiod))


@_column("talib_macdfix")
def _macdfix(x: Floats, signalperiod: int) -> Parts:
    macd = _difference(x, 12, 0.15, 26, 0.075)
    return _with_signal(macd, ema(macd, signalperiod))


@_column("talib_macdext")
def _macdext(x: Floats, fastperiod: int, fastmatype: int, slowperiod: int, slowmatype: int, signalperiod: int, signalmatype: int) -> Parts:
    fast, slow = sorted(((fastperiod, fastmatype), (slowperiod, slowmatype)), key=lambda pair: pair[0])
    quick, sluggish = _average(x, fast[1], fast[0]), _average(x, slow[1], slow[0])
    late = len(quick) - len(sluggish)
    if late > 0:
        quick = _average(x[late:], fast[1], fast[0])
    elif late < 0:
        sluggish = _average(x[-late:], slow[1], slow[0])
    macd = quick - sluggish
    return _with_signal(macd, _average(macd, signalmatype, signalperiod))


@_column("talib_coppock")
def _coppock(x: Floats, wmaperiod: int, roc1period: int, roc2period: int) -> Floats:
    return _wma(np.add(*aligned(_roc(x, roc1period), _roc(x, roc2period))), wmaperiod)


@_column("talib_dpo")
def _dpo(x: Floats, timeperiod: int) -> Floats:
    lag = timeperiod // 2 + 1
    return np.subtract(*aligned(x[: len(x) - lag], means(x, timeperiod)))


@_column("talib_er")
def _er(x: Floats, timeperiod: int) -> Floats:
    return ratio(np.abs(_mom(x, timeperiod)), sums(np.abs(changes(x)), timeperiod), 1.0)


@_column("talib_vhf")
def _vhf(x: Floats, timeperiod: int) -> Floats:
    span = highest(x, timeperiod) - lowest(x, timeperiod)
    return ratio(span[1:], sums(np.abs(changes(x)), timeperiod))


# Bars


def _wilder_sums(x: Floats, period: int) -> Floats:
    """Wilder's sums from row `period` on: of period - 1 values, then less a `period`th plus the next."""
    found = room(len(x) - period + 2)
    found[0] = x[: period - 1].sum()
    remember(x[period - 1 :], found[0], 1.0 - 1.0 / period, 1.0, found[1:])
    return found


def _movements(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Wilder's directional movement upwards and downwards, from the second bar on."""
    up, down = high[1:] - high[:-1], low[:-1] - low[1:]
    more, less = up > down, up < down
    np.maximum(up, 0.0, out=up)
    np.maximum(down, 0.0, out=down)
    up *= more
    down *= less
    return up, down


@_column("talib_plus_dm")
def _plus_dm(high: Floats, low: Floats, timeperiod: int) -> Floats:
    return _wilder_sums(_movements(high, low)[0], timeperiod)[0 if timeperiod > 1 else 1 :]


@_column("talib_minus_dm")
def _minus_dm(high: Floats, low: Floats, timeperiod: int) -> Floats:
    return _wilder_sums(_movements(high, low)[1], timeperiod)[0 if timeperiod > 1 else 1 :]


def _indicator(movement: Floats, high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    share = ratio(_wilder_sums(movement, period)[1:], _wilder_sums(true_range(high, low, close), period)[1:])
    return 100 * share if period > 1 else share


@_column("talib_plus_di")
def _plus_di(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    return _indicator(_movements(high, low)[0], high, low, close, timeperiod)


@_column("talib_minus_di")
def _minus_di(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    return _indicator(_movements(high, low)[1], high, low, close, timeperiod)


@_column("talib_dx")
def _dx(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    up, down = _movements(high, low)
    plus, minus = _wilder_sums(up, timeperiod)[1:], _wilder_sums(down, timeperiod)[1:]
    both = plus + minus
    if both.min() < 1e-280:  # then the index is that of the row before; where prices do not move at all it is there too
        raise Odd
    plus -= minus
    np.abs(plus, out=plus)
    plus *= 100
    plus /= both
    return plus


@_column("talib_adx")
def _adx(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    return rma(_dx(high, low, close, timeperiod), timeperiod)


@_column("talib_adxr")
def _adxr(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    index = _adx(high, low, close, timeperiod)
    return (index[timeperiod - 1 :] + index[: len(index) - timeperiod + 1]) / 2


@_column("talib_vortex")
def _vortex(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Parts:
    wide = sums(true_range(high, low, close), timeperiod)
    plus, minus = np.abs(high[1:] - low[:-1]), np.abs(low[1:] - high[:-1])
    return ratio(sums(plus, timeperiod), wide), ratio(sums(minus, timeperiod), wide)


def _ages(x: Floats, period: int, after: Any, join: Any) -> Any:
    """How many rows ago the extreme of every window was, the latest of equal ones; `after` compares the newer with the older half's."""
    kind: Any = np.int16 if period < 1 << 15 else np.int32
    age = np.zeros(len(x), dtype=kind)
    width = 1
    while width < period:
        step = min(width, period - width)
        old, new = x[: len(x) - step], x[step:]
        newer = after(new, old).astype(kind)
        older_age = age[: len(age) - step] + kind(step)
        age = older_age + newer * (age[step:] - older_age)
        x = join(old, new)
        width += step
    return age


@_column("talib_aroon")
def _aroon(high: Floats, low: Floats, timeperiod: int) -> Parts:
    down, up = _ages(low, timeperiod + 1, np.less_equal, np.minimum), _ages(high, timeperiod + 1, np.greater_equal, np.maximum)
    shares = 100 * (timeperiod - np.arange(timeperiod + 1.0)) / timeperiod
    return shares[down], shares[up]


@_column("talib_aroonosc")
def _aroonosc(high: Floats, low: Floats, timeperiod: int) -> Floats:
    down, up = _aroon(high, low, timeperiod)
    return up - down


@_column("talib_ao")
def _ao(high: Floats, low: Floats, fastperiod: int, slowperiod: int) -> Floats:
    fast, slow = sorted((fastperiod, slowperiod))
    middle = (high + low) / 2
    slower = means(middle, slow)
    return tail(means(middle, fast), slower) - slower


@_column("talib_ac")
def _ac(high: Floats, low: Floats, fastperiod: int, slowperiod: int, signalperiod: int) -> Floats:
    found = _ao(high, low, fastperiod, slowperiod)
    mean = means(found, signalperiod)
    return tail(found, mean) - mean


@_column("talib_eri")
def _eri(high: Floats, low: Floats, close: Floats, timeperiod: int, ema: Average = ema) -> Parts:
    middle = ema(close, timeperiod)
    return tail(high, middle) - middle, tail(low, middle) - middle


@_column("talib_fractal")
def _fractal(high: Floats, low: Floats, leftbars: int, rightbars: int) -> Parts:
    return _stands_out(high, leftbars, rightbars, np.greater), _stands_out(low, leftbars, rightbars, np.less)


def _stands_out(x: Floats, left: int, right: int, beyond: Any) -> Floats:
    width = left + right
    middle = x[left : len(x) - right]
    found = np.ones(len(middle), dtype=bool)
    for row in range(width + 1):
        if row != left:
            found &= beyond(middle, x[row : len(x) - width + row])
    return found * 100.0


@_column("talib_imi")
def _imi(open: Floats, close: Floats, timeperiod: int) -> Floats:
    step = close - open
    rises = np.maximum(step, 0.0)
    up, both = sums(rises, timeperiod), sums(np.abs(step), timeperiod)
    return 100 * ratio(up, both, 0.5)


@_column("talib_qstick")
def _qstick(open: Floats, close: Floats, timeperiod: int) -> Floats:
    return means(close - open, timeperiod)


@_column("bop")
def _bop(open: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    return ratio(close - open, high - low)


@_column("talib_mfi")
def _mfi(high: Floats, low: Floats, close: Floats, volume: Floats, timeperiod: int) -> Floats:
    price = typical(high, low, close)
    flow = price * volume
    up, down = flow[1:] * (price[1:] > price[:-1]), flow[1:] * (price[1:] < price[:-1])
    up, both = sums(up, timeperiod), sums(up + down, timeperiod)
    if np.abs(both - 1.0).min() < 1e-6:
        raise Odd
    found = 100 * up / both
    if both.min() < 1.0:
        found[both < 1.0] = 0.0
    return found


def _place(high: Floats, low: Floats, x: Floats, period: int) -> Floats:
    """Where x is between the windows' extremes, 0 to 100; 0 where these are as good as equal."""
    top, bottom = highest(high, period), lowest(low, period)
    span = top - bottom
    found = tail(x, span) - bottom
    found *= 100
    nothing = 1e-14 * (np.abs(top) + np.abs(bottom))
    if (span > nothing).all():
        found /= span
        return found
    there = span > nothing
    span[~there] = 1.0
    found /= span
    found *= there
    return found


@_column("talib_stochf")
def _stochf(high: Floats, low: Floats, close: Floats, fastk_period: int, fastd_period: int, fastd_matype: int) -> Parts:
    place = _place(high, low, close, fastk_period)
    slow = _average(place, fastd_matype, fastd_period)
    return tail(place, slow), slow


@_column("talib_stoch")
def _stoch(
    high: Floats, low: Floats, close: Floats, fastk_period: int, slowk_period: int, slowk_matype: int, slowd_period: int, slowd_matype: int,
    own: int = 0,
) -> tuple[Floats, Floats]:  # fmt: skip
    slow = _average(_place(high, low, close, fastk_period), slowk_matype, slowk_period, own)
    slower = _average(slow, slowd_matype, slowd_period, own)
    return tail(slow, slower), slower


@_column("talib_kdj")
def _kdj(high: Floats, low: Floats, close: Floats, **settings: int) -> Parts:
    k, d = _stoch(high, low, close, own=13, **settings)
    return k, d, 3 * k - 2 * d


@_column("talib_stochrsi")
def _stochrsi(x: Floats, timeperiod: int, fastk_period: int, fastd_period: int, fastd_matype: int) -> Parts:
    index = _rsi(x, timeperiod)
    if (highest(index, fastk_period) - lowest(index, fastk_period)).min() < 1e-3:  # its place would be all rounding
        raise Odd
    return _stochf(index, index, index, fastk_period, fastd_period, fastd_matype)


@_column("talib_smi")
def _smi(high: Floats, low: Floats, close: Floats, timeperiod: int, fastperiod: int, slowperiod: int, signalperiod: int) -> Parts:
    top, bottom = highest(high, timeperiod), lowest(low, timeperiod)
    distance, span = tail(close, top) - (top + bottom) / 2, top - bottom
    index = ratio(200 * ema(ema(distance, slowperiod), fastperiod), ema(ema(span, slowperiod), fastperiod))
    signal = ema(index, signalperiod)
    return tail(index, signal), signal


@_column("talib_ultosc")
def _ultosc(high: Floats, low: Floats, close: Floats, timeperiod1: int, timeperiod2: int, timeperiod3: int) -> Floats:
    before = close[:-1]
    bottom = np.minimum(low[1:], before)
    pressure, wide = close[1:] - bottom, np.maximum(high[1:], before) - bottom
    periods = sorted((timeperiod1, timeperiod2, timeperiod3))
    found = np.zeros(len(pressure) - periods[-1] + 1)
    for weight, pressures, widths in zip((4, 2, 1), sums_of(pressure, *periods), sums_of(wide, *periods), strict=True):
        share = tail(ratio(pressures, widths), found)
        share *= weight
        found += share
    found *= 100 / 7
    return found


@_column("willr")
def _willr(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    top = highest(high, period)
    return -100 * ratio(top - tail(close, top), top - lowest(low, period))


@_column("cci")
def _cci(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    price = typical(high, low, close)
    now = price[period - 1 :]
    mean, distance = np.zeros(len(now)), np.zeros(len(now))
    for row in range(period - 1):
        mean += price[row : row + len(now)] - now
    mean /= period
    for row in range(period):
        away = price[row : row + len(now)] - now
        away -= mean
        distance += np.abs(away, out=away)
    distance *= 0.015 / period
    return ratio(-mean, distance)


def _distances(x: Floats, mean: Floats, period: int) -> Floats:
    """Mean distance of every window's values from a mean of its own."""
    found = np.zeros(len(mean))
    for row in range(period):
        step = x[row : row + len(mean)] - mean
        found += np.abs(step, out=step)
    found /= period
    return found


@_column("talib_avgdev")
def _avgdev(x: Floats, timeperiod: int) -> Floats:
    return _distances(x, means(x, timeperiod), timeperiod)


# Ranges and prices


@_column("talib_trange")
def _trange(high: Floats, low: Floats, close: Floats) -> Floats:
    return _tame(true_range(high, low, close))


def _tame(found: Floats) -> Floats:
    if not _is_tame(found):
        raise Odd
    return found


@_column("talib_atr")
def _atr(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    return rma(true_range(high, low, close), timeperiod)


@_column("talib_natr")
def _natr(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    wide = _atr(high, low, close, timeperiod)
    if timeperiod > 1:
        wide *= 100
        divide(wide, tail(close, wide))
    return wide


@_column("talib_adr")
def _adr(high: Floats, low: Floats, timeperiod: int) -> Floats:
    return means(high - low, timeperiod)


@_column("talib_cvi")
def _cvi(high: Floats, low: Floats, timeperiod: int, rocperiod: int, ema: Average = ema) -> Floats:
    return _roc(ema(high - low, timeperiod), rocperiod)


@_column("talib_massi")
def _massi(high: Floats, low: Floats, fastperiod: int, slowperiod: int) -> Floats:
    one = ema(high - low, fastperiod)
    two = ema(one, fastperiod)
    return sums(divide(tail(one, two), two, 1.0), slowperiod)


@_column("talib_ha")
def _ha(open: Floats, high: Floats, low: Floats, close: Floats) -> Parts:
    end = (open + high + low + close) / 4
    begin = np.empty(len(end))
    begin[0] = (open[0] + close[0]) / 2
    remember(end[:-1], begin[0], 0.5, 0.5, begin[1:])
    return begin, np.maximum(np.maximum(high, begin), end), np.minimum(np.minimum(low, begin), end), end


@_column("avgprice")
def _avgprice(open: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    found = open + high
    found += low
    found += close
    found *= 0.25
    return found


@_column("medprice")
def _medprice(high: Floats, low: Floats) -> Floats:
    found = high + low
    found *= 0.5
    return found


@_column("typprice")
def _typprice(high: Floats, low: Floats, close: Floats) -> Floats:
    return typical(high, low, close)


@_column("wclprice")
def _wclprice(high: Floats, low: Floats, close: Floats) -> Floats:
    found = high + low
    found += close + close
    found *= 0.25
    return found


# Volume


def _flow(high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    flow = close - low
    flow -= high - close
    divide(flow, high - low)
    flow *= volume
    return flow


@_column("ad")
def _ad(high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    return running(_flow(high, low, close, volume))


@_column("talib_adosc")
def _adosc(high: Floats, low: Floats, close: Floats, volume: Floats, fastperiod: int, slowperiod: int) -> Floats:
    line = _ad(high, low, close, volume)
    fast, slow = 2 / (fastperiod + 1), 2 / (slowperiod + 1)
    system = ((1 - fast, 0.0), (0.0, 1 - slow)), (fast, slow), ((1.0, -1.0),)
    return linear(line, (line[0], line[0]), system)[0][max(fastperiod, slowperiod) - 1 :]


@_column("talib_cmf")
def _cmf(high: Floats, low: Floats, close: Floats, volume: Floats, timeperiod: int) -> Floats:
    if (high < low).any():  # such a bar has no flow
        raise Odd
    return ratio(sums(_flow(high, low, close, volume), timeperiod), sums(volume, timeperiod))


@_column("obv")
def _obv(close: Floats, volume: Floats) -> Floats:
    signed: Floats = np.sign(changes(close))
    signed *= volume[1:]
    found = np.empty(len(volume))
    found[0] = volume[0]
    remember(signed, volume[0], 1.0, 1.0, found[1:])
    return found


@_column("wad")
def _wad(high: Floats, low: Floats, close: Floats) -> Floats:
    before, now = close[:-1], close[1:]
    rise = (now - np.minimum(before, low[1:])) * (now > before)
    rise += (now - np.maximum(before, high[1:])) * (now < before)
    return _from_zero(rise)


def _volume_index(x: Floats, counts: Any) -> Floats:
    before = x[:-1]
    factors = ratio(x[1:] - before, before)
    factors *= counts
    factors += 1
    found: Floats = np.multiply.accumulate(np.concatenate(([1000.0], factors)))
    return found


@_column("nvi")
def _nvi(x: Floats, volume: Floats) -> Floats:
    return _volume_index(x, volume[1:] < volume[:-1])


@_column("pvi")
def _pvi(x: Floats, volume: Floats) -> Floats:
    return _volume_index(x, volume[1:] > volume[:-1])


@_column("talib_pvt")
def _pvt(close: Floats, volume: Floats) -> Floats:
    before = close[:-1]
    return _from_zero(divide(close[1:] - before, before) * volume[1:])


def _from_zero(steps: Floats) -> Floats:
    """What steps add up to, from 0 on."""
    found = np.zeros(len(steps) + 1)
    remember(steps, 0.0, 1.0, 1.0, found[1:])
    return found


@_column("talib_efi")
def _efi(close: Floats, volume: Floats, timeperiod: int, ema: Average = ema) -> Floats:
    return ema(changes(close) * volume[1:], timeperiod)


@_column("talib_marketfi")
def _marketfi(high: Floats, low: Floats, volume: Floats) -> Floats:
    return ratio(high - low, volume)


@_column("talib_rvol")
def _rvol(volume: Floats, timeperiod: int) -> Floats:
    return ratio(volume[timeperiod:], means(volume, timeperiod)[:-1], NAN)


@_column("talib_vwap")
def _vwap(high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    price = typical(high, low, close)
    price *= volume
    return divide(running(price), running(volume))


# Statistics


@_column("talib_sum")
def _sum(x: Floats, timeperiod: int) -> Floats:
    return sums(x, timeperiod)


@_column("talib_cumsum")
def _cumsum(x: Floats) -> Floats:
    return running(x)


@_column("talib_max")
def _max(x: Floats, timeperiod: int) -> Floats:
    return highest(x, timeperiod)


@_column("talib_min")
def _min(x: Floats, timeperiod: int) -> Floats:
    return lowest(x, timeperiod)


@_column("talib_minmax")
def _minmax(x: Floats, timeperiod: int) -> Parts:
    return lowest(x, timeperiod), highest(x, timeperiod)


def _rows_of(x: Floats, period: int, at_least: Any, above: Any, join: Any) -> Floats:
    """The row of every window's extreme, if there is one alone."""
    age = _ages(x, period, at_least, join)
    if (age != _ages(x, period, above, join)).any():  # which of equal ones it is depends on those before the window
        raise Odd
    rows: Floats = np.arange(period - 1.0, len(x))
    rows -= age
    return rows


@_column("talib_maxindex")
def _maxindex(x: Floats, timeperiod: int) -> Floats:
    return _rows_of(x, timeperiod, np.greater_equal, np.greater, np.maximum)


@_column("talib_minindex")
def _minindex(x: Floats, timeperiod: int) -> Floats:
    return _rows_of(x, timeperiod, np.less_equal, np.less, np.minimum)


@_column("talib_minmaxindex")
def _minmaxindex(x: Floats, timeperiod: int) -> Parts:
    return _minindex(x, timeperiod), _maxindex(x, timeperiod)


@_column("talib_percentrank")
def _percentrank(x: Floats, timeperiod: int) -> Floats:
    now = x[timeperiod:]
    below: Any = np.zeros(len(now), dtype=np.uint8 if timeperiod < 256 else np.int64)
    for row in range(timeperiod):
        below += x[row : row + len(now)] < now
    found: Floats = below * 100.0 / timeperiod
    return found


@_column("talib_correl")
def _correl(x: Floats, y: Floats, timeperiod: int) -> Floats:
    return _joint(x, y, timeperiod, correlation=True)


@_column("talib_beta")
def _beta(x: Floats, y: Floats, timeperiod: int) -> Floats:
    return _joint(ratio(changes(x), x[:-1]), ratio(changes(y), y[:-1]), timeperiod, correlation=False)


def _joint(x: Floats, y: Floats, period: int, correlation: bool) -> Floats:
    """Correlation, or slope of y on x, of every window."""
    rows = len(x)
    x, y = in_blocks(x, period)[0], in_blocks(y, period)[0]
    mean_x, mean_y = block_means(x, period, rows), block_means(y, period, rows)
    square = block_means(x * x, period, rows)
    square -= known_moment(mean_x * mean_x, square)
    both = block_means(x * y, period, rows)
    both -= mean_x * mean_y
    if not correlation:
        return both / square
    other = block_means(y * y, period, rows)
    other -= known_moment(mean_y * mean_y, other)
    return both / np.sqrt(square * other)


# Jesse's, where they differ: most of its averages begin with the first value


@_column("ema")
def _ema_from_first(x: Floats, period: int) -> Floats:
    return from_first(x, 2.0 / (period + 1))


@_column("wilders")
def _wilders(x: Floats, period: int) -> Floats:
    return from_first(x, 1.0 / period)


@_column("mwdx")
def _mwdx(x: Floats, factor: float) -> Floats:
    return from_first(x, factor)


@_column("smma")
def _smma(x: Floats, period: int) -> Floats:
    keep = 1.0 - 1.0 / period
    weights: Floats = period * (1.0 - keep ** np.arange(1.0, len(x) + 1))
    return divide(remember(x, 0.0, keep, 1.0), weights)


@_column("dema")
def _dema_from_first(x: Floats, period: int) -> Floats:
    return emas_from_first(x, period, (2.0, -1.0))


@_column("tema")
def _tema_from_first(x: Floats, period: int) -> Floats:
    return emas_from_first(x, period, (3.0, -3.0, 1.0))


@_column("t3")
def _t3_from_first(x: Floats, period: int, vfactor: float) -> Floats:
    v, square, cube = vfactor, vfactor**2, vfactor**3
    factors = 1 + 3 * v + cube + 3 * square, -6 * square - 3 * v - 3 * cube, 3 * square + 3 * cube, -cube
    return emas_from_first(x, period, (0.0, 0.0, *factors))


@_column("kama")
def _kama_after_values(x: Floats, period: int, fast_length: int, slow_length: int) -> Floats:
    fast, slow = 2 / (fast_length + 1), 2 / (slow_length + 1)
    return np.concatenate((x[:period], _adapting(x, period, fast - slow, slow, 0.0)))


@_column("maaq")
def _maaq_after_values(x: Floats, period: int, fast_period: int, slow_period: int) -> Floats:
    return np.concatenate((x[:period], _adapting(x, period, 2 / (fast_period + 1), 2 / (slow_period + 1), 0.0)))


@_column("zlema")
def _zlema_from_first(x: Floats, period: int) -> Floats:
    lag = (period - 1) // 2
    return _ema_from_first(2 * x[lag:] - x[: len(x) - lag], period)


@_column("hma")
def _hma_over_zeros(x: Floats, period: int) -> Floats:
    raw, found = np.zeros(len(x)), np.zeros(len(x))
    raw[period // 2 - 1 :] = 2 * _wma(x, period // 2)
    raw[period - 1 :] -= _wma(x, period)
    root = int(period**0.5)
    found[root - 1 :] = _wma(raw, root)
    return found


@_column("vwma")
def _vwma_of_fewer(x: Floats, volume: Floats, period: int) -> Floats:
    none = np.zeros(period - 1)
    return ratio(sums(np.concatenate((none, x * volume)), period), sums(np.concatenate((none, volume)), period), NAN)


@_column("var")
def _var_times(x: Floats, period: int, nbdev: float) -> Floats:
    return spread(x, period)[1] * nbdev


def _jesse_average(x: Floats, matype: int, period: int) -> Floats:
    if matype not in (0, 1):  # others may take more columns
        raise Odd
    return _ema_from_first(x, period) if matype else means(x, period)


@_column("bollinger_bands")
def _bollinger_bands(x: Floats, *more: Floats, period: int, devup: float, devdn: float, matype: int, devtype: int) -> Parts:
    if devtype:
        raise Odd
    middle, deviation = _jesse_average(x, matype, period), np.sqrt(spread(x, period)[1])
    known_middle = tail(middle, deviation)
    return known_middle + devup * deviation, middle, known_middle - devdn * deviation


@_column("bollinger_bands_width")
def _bollinger_bands_width(x: Floats, period: int, mult: float) -> Floats:
    mean, variance = spread(x, period)
    return ratio(2 * mult * np.sqrt(variance), known(mean), NAN)


@_column("keltner")
def _keltner(high: Floats, low: Floats, close: Floats, x: Floats, *more: Floats, period: int, multiplier: float, matype: int) -> Parts:
    middle, wide = _jesse_average(x, matype, period), multiplier * _atr_from_first(high, low, close, period)
    known_middle = tail(middle, wide)
    return known_middle + wide, middle, known_middle - wide


@_column("trange")
def _trange_from_first(high: Floats, low: Floats, close: Floats) -> Floats:
    found = np.empty(len(high))
    found[0] = high[0] - low[0]
    found[1:] = true_range(high, low, close)
    return found


@_column("atr")
def _atr_from_first(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    return rma(_trange_from_first(high, low, close), period)


@_column("natr")
def _natr_from_first(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    wide = _atr_from_first(high, low, close, period)
    return ratio(100 * wide, tail(close, wide), NAN)


@_column("roc")
def _roc_or_nan(x: Floats, period: int) -> Floats:
    return (_rise(x, period, NAN) - 1) * 100


@_column("rocp")
def _rocp_or_nan(x: Floats, period: int) -> Floats:
    return ratio(_mom(x, period), x[: len(x) - period], NAN)


@_column("rocr")
def _rocr_or_nan(x: Floats, period: int) -> Floats:
    return _rise(x, period, NAN)


@_column("rocr100")
def _rocr100_or_nan(x: Floats, period: int) -> Floats:
    return _rise(x, period, NAN) * 100


@_column("rsi")
def _rsi_or_100(x: Floats, period: int) -> Floats:
    rises, falls = _ups_and_downs(x, rma, period)
    falls += rises
    rises *= 100
    return divide(rises, falls, 100.0)


@_column("srsi")
def _srsi(x: Floats, period: int, period_stoch: int, k: int, d: int) -> Parts:
    index = _rsi_or_100(x, period)
    if (highest(index, period_stoch) - lowest(index, period_stoch)).min() < 1e-3:  # its place would be all rounding
        raise Odd
    quick = means(_place(index, index, index, period_stoch), k)
    return quick, means(quick, d)


@_column("cmo")
def _cmo_of_sums(x: Floats, period: int) -> Floats:
    return _cmou(x, period)


@_column("macd")
def _macd_from_first(x: Floats, fast_period: int, slow_period: int, signal_period: int) -> Parts:
    fast, slow = 2.0 / (fast_period + 1), 2.0 / (slow_period + 1)
    system = ((1.0 - fast, 0.0), (0.0, 1.0 - slow)), (fast, slow), ((1.0, -1.0),)
    line = linear(x, (x[0], x[0]), system)[0]
    signal = _ema_from_first(line, signal_period)
    return line, signal, line - signal


@_column("apo")
def _apo_of_averages(x: Floats, *more: Floats, fast_period: int, slow_period: int, matype: int) -> Floats:
    return np.subtract(*aligned(_jesse_average(x, matype, fast_period), _jesse_average(x, matype, slow_period)))


@_column("ao")
def _ao_and_change(high: Floats, low: Floats) -> Parts:
    found = _ao(high, low, 5, 34)
    return found, changes(found)


@_column("dm")
def _dm(high: Floats, low: Floats, period: int) -> Parts:
    up, down = _movements(high, low)
    return period * rma(up, period), period * rma(down, period)


def _wilder_from_sum(x: Floats, period: int) -> Floats:
    found = room(len(x) - period + 1)
    found[0] = x[:period].sum()
    remember(x[period:], found[0], 1.0 - 1.0 / period, 1.0 / period, found[1:])
    return found


@_column("di")
def _di(high: Floats, low: Floats, close: Floats, period: int) -> Parts:
    wide = _wilder_from_sum(true_range(high, low, close), period)
    plus, minus = (_wilder_from_sum(movement, period) for movement in _movements(high, low))
    return 100 * ratio(plus, wide), 100 * ratio(minus, wide)


@_column("adx")
def _adx_late(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    plus, minus = (rma(movement, period) for movement in _movements(high, low))
    both = plus + minus
    if both.min() < 1e-280:
        raise Odd
    index = 100 * np.abs(plus - minus) / both
    found = room(len(index) - period)
    found[0] = index[:period].sum() / period
    remember(index[period + 1 :], found[0], 1.0 - 1.0 / period, 1.0 / period, found[1:])
    return found


@_column("mfi")
def _mfi_from_first(high: Floats, low: Floats, close: Floats, volume: Floats, period: int) -> Floats:
    price = typical(high, low, close)
    flow = price * volume
    flow[0] = 0.0
    up, down = flow.copy(), flow
    up[1:] *= price[1:] > price[:-1]
    down[1:] *= price[1:] < price[:-1]
    up = sums(up, period)
    return 100 * ratio(up, up + sums(down, period), 1.0)


def _means_of_fewer(x: Floats, period: int) -> Floats:
    """Means of windows, of those there are at the begin."""
    counts = np.minimum(np.arange(1.0, len(x) + 1), period)
    return divide(sums(np.concatenate((np.zeros(period - 1), x)), period), counts)


def _certain_place(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    top, bottom = highest(high, period), lowest(low, period)
    span = top - bottom
    if (span <= 1e-9 * np.abs(top)).any():  # a flat channel
        raise Odd
    return 100 * (tail(close, span) - bottom) / span


@_column("stoch")
def _stoch_of_fewer(
    high: Floats, low: Floats, close: Floats, fastk_period: int, slowk_period: int, slowk_matype: int, slowd_period: int, slowd_matype: int
) -> Parts:
    if slowk_matype or slowd_matype or fastk_period < max(slowk_period, slowd_period):
        raise Odd
    slow = _means_of_fewer(_certain_place(high, low, close, fastk_period), slowk_period)
    return slow, _means_of_fewer(slow, slowd_period)


@_column("stochf")
def _stochf_of_fewer(high: Floats, low: Floats, close: Floats, fastk_period: int, fastd_period: int, fastd_matype: int) -> Parts:
    if fastd_matype or fastk_period < fastd_period:
        raise Odd
    place = _certain_place(high, low, close, fastk_period)
    return place, _means_of_fewer(place, fastd_period)


def _weighted(kind: str, x: Floats, **settings: Any) -> Floats:
    made: Any = find(kind)(**settings)
    found, weights = x.copy(), np.array(made._weights)
    values, quiet = weigh(x, weights), getattr(made, "_quiet", len(weights) - 1)
    found[quiet:] = values[quiet - len(weights) + 1 :]
    return found if hasattr(made, "_quiet") else found[quiet:]


for _name in ("alma", "fwma", "pwma", "sinwma", "sqwma", "cwma", "srwma", "vpwma", "epma"):
    _column(_name)(partial(_weighted, _name))


# Recursions that only a loop can do: plain functions of arrays that give all rows, compiled where numba is installed


@_loop("talib_kama")
def _kama(x: Floats, timeperiod: int) -> Parts:
    if timeperiod == 1:
        raise Odd
    found: Floats = _compiled(loops.adapt)(x, timeperiod, 2 / 3 - 2 / 31, 2 / 31, 1.0)[timeperiod:]
    return found


@_loop("talib_sar")
def _sar(high: Floats, low: Floats, acceleration: float, maximum: float) -> Parts:
    first = min(acceleration, maximum)
    sides = np.array([[first, first, maximum], [first, first, maximum]])
    found: Floats = _compiled(loops.stop_and_reverse)(high, low, 0.0, 0.0, sides, 1.0)[1:]
    return found


@_loop("talib_sarext")
def _sarext(
    high: Floats,
    low: Floats,
    startvalue: float,
    offsetonreverse: float,
    accelerationinitlong: float,
    accelerationlong: float,
    accelerationmaxlong: float,
    accelerationinitshort: float,
    accelerationshort: float,
    accelerationmaxshort: float,
) -> Parts:
    long, short = accelerationmaxlong, accelerationmaxshort
    sides = np.array(
        [
            [min(accelerationinitlong, long), min(accelerationlong, long), long],
            [min(accelerationinitshort, short), min(accelerationshort, short), short],
        ]
    )
    found: Floats = _compiled(loops.stop_and_reverse)(high, low, float(startvalue), float(offsetonreverse), sides, -1.0)[1:]
    return found


@_loop("talib_supertrend")
def _supertrend(high: Floats, low: Floats, close: Floats, timeperiod: int, multiplier: float) -> Parts:
    wide = multiplier * _atr(high, low, close, timeperiod)
    found = _compiled(loops.follow)(tail(high, wide), tail(low, wide), tail(close, wide), wide)
    return found[0], found[1]


@_loop("talib_percentile")
def _percentile(x: Floats, timeperiod: int, percentile: float) -> Parts:
    at = max(int(np.ceil(percentile / 100 * timeperiod)), 1) - 1
    found: Floats = _compiled(loops.ordered)(x, timeperiod, at)[timeperiod - 1 :]
    return found


@_loop("talib_ht_dcperiod")
def _ht_dcperiod(x: Floats) -> Parts:
    found: Floats = _compiled(loops.cycles)(x, 12)[3, 32:]
    return found


@_loop("talib_ht_phasor")
def _ht_phasor(x: Floats) -> Parts:
    found = _compiled(loops.cycles)(x, 12)
    return found[1, 32:], found[2, 32:]


@_loop("talib_ht_dcphase")
def _ht_dcphase(x: Floats) -> Floats:
    found: Floats = _compiled(loops.turned)(_compiled(loops.cycles)(x, 37), 37)[63:]
    return found


@_loop("talib_ht_sine")
def _ht_sine(x: Floats) -> Parts:
    phase = _ht_dcphase(x)
    return np.sin(np.radians(phase)), np.sin(np.radians(phase + 45.0))


@_loop("talib_ht_trendline")
def _ht_trendline(x: Floats) -> Parts:
    found: Floats = _compiled(loops.trends)(x, _compiled(loops.cycles)(x, 37), 37)[63:]
    return found


@_loop("talib_ht_trendmode")
def _ht_trendmode(x: Floats) -> Parts:
    cycles = _compiled(loops.cycles)(x, 37)
    found: Floats = _compiled(loops.modes)(cycles, _compiled(loops.turned)(cycles, 37), _compiled(loops.trends)(x, cycles, 37), 37)[63:]
    return found


@_loop("talib_mama")
def _mama(x: Floats, fastlimit: float, slowlimit: float) -> Parts:
    found = _compiled(loops.adapt_to_phase)(x, _compiled(loops.cycles)(x, 12), 12, fastlimit, slowlimit)
    return found[0, 32:], found[1, 32:]


@_loop("kama")
def _kama_from_first(x: Floats, period: int, fast_length: int, slow_length: int) -> Parts:
    fast, slow = 2 / (fast_length + 1), 2 / (slow_length + 1)
    found: Floats = _compiled(loops.adapt)(x, period, fast - slow, slow, 0.0)
    return found


@_loop("maaq")
def _maaq(x: Floats, period: int, fast_period: int, slow_period: int) -> Parts:
    found: Floats = _compiled(loops.adapt)(x, period, 2 / (fast_period + 1), 2 / (slow_period + 1), 0.0)
    return found


@_loop("supertrend")
def _supertrend_from_zero(high: Floats, low: Floats, close: Floats, period: int, factor: float) -> Parts:
    wide = factor * _atr_from_first(high, low, close, period)
    found = np.zeros((2, len(high)))
    for line, values in zip(found, _compiled(loops.hold)(tail(high, wide), tail(low, wide), tail(close, wide), wide), strict=True):
        line[period - 1 :] = values
    return found[0], found[1]


# Loops that numpy could do too, in more time


@_loop("ema")
def _ema_from_first_loop(x: Floats, period: int) -> Floats:
    found: Floats = _fused(loops.follow_from_first)(x, 2.0 / (period + 1))
    return found


@_loop("rsi")
def _rsi_or_100_loop(x: Floats, period: int) -> Floats:
    found: Floats = _fused(loops.strengths)(x, period, 100.0)[period:]
    return found


@_loop("rma")
def _rma_loop(x: Floats, length: int) -> Floats:
    found: Floats = _fused(loops.remembered)(x, length, 1.0 / length)[length - 1 :]
    return found


@_loop("talib_atr")
def _atr_loop(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    found: Floats = _fused(loops.wilder)(_compiled(loops.ranges)(high, low, close), timeperiod)[timeperiod:]
    return found


@_loop("talib_natr")
def _natr_loop(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Floats:
    wide = _atr_loop(high, low, close, timeperiod)
    if timeperiod > 1:
        wide *= 100
        divide(wide, tail(close, wide))
    return wide


@_loop("talib_rsi")
def _rsi_loop(x: Floats, timeperiod: int) -> Floats:
    found: Floats = _fused(loops.strengths)(x, timeperiod, 0.0)[timeperiod:]
    return found


@_loop("talib_ema")
def _ema_loop(x: Floats, timeperiod: int) -> Floats:
    found: Floats = _fused(loops.remembered)(x, timeperiod, 2.0 / (timeperiod + 1))[timeperiod - 1 :]
    return found


@_loop("talib_tema")
def _tema_loop(x: Floats, timeperiod: int) -> Floats:
    return _by_three(x, timeperiod, 3.0, -3.0, 1.0)


@_loop("talib_trix")
def _trix_loop(x: Floats, timeperiod: int) -> Floats:
    return _roc(known(_by_three(x, timeperiod, 0.0, 0.0, 1.0)), 1)


def _by_three(x: Floats, period: int, *factors: float) -> Floats:
    begin = 3 * (period - 1)
    found: Floats = _fused(loops.three)(x, begin, *first_emas(x, period, 3), 2.0 / (period + 1), *factors)[begin:]
    return found


@_loop("talib_t3")
def _t3_loop(x: Floats, timeperiod: int, vfactor: float) -> Floats:
    begin, v = 6 * (timeperiod - 1), vfactor
    factors = (1 + v) ** 3, -3 * v * (1 + v) ** 2, 3 * v * v * (1 + v), -(v**3)
    found: Floats = _fused(loops.six)(x, begin, *first_emas(x, timeperiod, 6), 2.0 / (timeperiod + 1), *factors)[begin:]
    return found


@_loop("talib_macd")
def _macd_loop(x: Floats, fastperiod: int, slowperiod: int, signalperiod: int) -> Parts:
    fast, slow = sorted((fastperiod, slowperiod))
    return _by_macd(x, fast, 2.0 / (fast + 1), slow, 2.0 / (slow + 1), signalperiod)


@_loop("talib_macdfix")
def _macdfix_loop(x: Floats, signalperiod: int) -> Parts:
    return _by_macd(x, 12, 0.15, 26, 0.075, signalperiod)


def _by_macd(x: Floats, fast: int, fast_weight: float, slow: int, slow_weight: float, signal: int) -> Parts:
    begin = slow + signal - 2
    macd, line, difference = _fused(loops.converge)(x, fast, fast_weight, slow, slow_weight, signal)
    return macd[begin:], line[begin:], difference[begin:]


@_loop("talib_ha")
def _ha_loop(open: Floats, high: Floats, low: Floats, close: Floats) -> Parts:
    found: Parts = _fused(loops.heikin_ashi)(open, high, low, close)
    return found


@_loop("ad")
def _ad_loop(high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    found: Floats = _fused(loops.accumulate)(high, low, close, volume)
    return found


@_loop("talib_adosc")
def _adosc_loop(high: Floats, low: Floats, close: Floats, volume: Floats, fastperiod: int, slowperiod: int) -> Floats:
    found = _fused(loops.oscillate)(high, low, close, volume, 2 / (fastperiod + 1), 2 / (slowperiod + 1))
    known_ones: Floats = found[max(fastperiod, slowperiod) - 1 :]
    return known_ones


@_loop("talib_pvt")
def _pvt_loop(close: Floats, volume: Floats) -> Floats:
    found: Floats = _fused(loops.trend)(close, volume)
    return found


@_loop("talib_vwap")
def _vwap_loop(high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    found: Floats = _fused(loops.weighted_price)(high, low, close, volume)
    return found


@_loop("talib_tsi")
def _tsi_loop(x: Floats, firstperiod: int, secondperiod: int) -> Floats:
    steps = changes(x)
    found = _fused(loops.twice_smoothed)(steps, np.abs(steps), firstperiod, secondperiod, 100.0)
    known_ones: Floats = found[firstperiod + secondperiod - 2 :]
    return known_ones


@_loop("talib_smi")
def _smi_loop(high: Floats, low: Floats, close: Floats, timeperiod: int, fastperiod: int, slowperiod: int, signalperiod: int) -> Parts:
    top, bottom = highest(high, timeperiod), lowest(low, timeperiod)
    distance, span = tail(close, top) - (top + bottom) / 2, top - bottom
    index = _fused(loops.twice_smoothed)(distance, span, slowperiod, fastperiod, 200.0)[slowperiod + fastperiod - 2 :]
    signal = ema(index, signalperiod)
    return tail(index, signal), signal


@_loop("talib_var")
def _var_loop(x: Floats, timeperiod: int, nbdev: float) -> Floats:
    found: Floats = _compiled(loops.variances)(x, timeperiod)[1, timeperiod - 1 :]
    return found


@_loop("stddev")
def _stddev_loop(x: Floats, period: int, nbdev: float) -> Floats:
    found = np.sqrt(_var_loop(x, period, 1.0))
    found *= nbdev
    return found


@_loop("talib_bbands")
def _bbands_loop(x: Floats, timeperiod: int, nbdevup: float, nbdevdn: float, matype: int) -> Parts:
    if matype != 0:
        raise Odd
    middle, variance = _compiled(loops.variances)(x, timeperiod)[:, timeperiod - 1 :]
    deviation = np.sqrt(variance)
    return middle + nbdevup * deviation, middle, middle - nbdevdn * deviation


@_loop("wma")
def _wma_loop(x: Floats, period: int) -> Floats:
    if period <= 8:  # the loop, which goes window by window, takes longer
        return _wma(x, period)
    found: Floats = _fused(loops.ranked_means)(x, period)[period - 1 :]
    return found


@_loop("talib_correl")
def _correl_loop(x: Floats, y: Floats, timeperiod: int) -> Floats:
    found: Floats = _compiled(loops.correlations)(x, y, timeperiod)[timeperiod - 1 :]
    return found


@_loop("talib_hma")
def _hma_loop(x: Floats, timeperiod: int) -> Floats:
    return _hma(x, timeperiod, _wma_loop)


@_loop("talib_cmf")
def _cmf_loop(high: Floats, low: Floats, close: Floats, volume: Floats, timeperiod: int) -> Floats:
    flows = _compiled(loops.flows)(high, low, close, volume)
    found = np.zeros(len(flows))
    _compiled(loops.shares)(found, flows, volume, timeperiod, 1.0)
    return found[timeperiod - 1 :]


@_loop("talib_vortex")
def _vortex_loop(high: Floats, low: Floats, close: Floats, timeperiod: int) -> Parts:
    plus, minus = _compiled(loops.vortices)(high, low, close, timeperiod)
    return plus[timeperiod:], minus[timeperiod:]


@_loop("talib_ultosc")
def _ultosc_loop(high: Floats, low: Floats, close: Floats, timeperiod1: int, timeperiod2: int, timeperiod3: int) -> Floats:
    pressure, wide = _compiled(loops.pressures)(high, low, close)
    periods = sorted((timeperiod1, timeperiod2, timeperiod3))
    found = np.zeros(len(wide))
    for weight, period in zip((4, 2, 1), periods, strict=True):
        _compiled(loops.shares)(found, pressure, wide, period, weight * 100 / 7)
    return found[periods[-1] :]


@_loop("talib_trange")
def _trange_loop(high: Floats, low: Floats, close: Floats) -> Floats:
    found: Floats = _compiled(loops.ranges)(high, low, close)[1:]
    return _tame(found)


@_loop("avgprice")
def _avgprice_loop(open: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    found: Floats = _compiled(loops.mean_prices)(open, high, low, close)
    return found


@_loop("wclprice")
def _wclprice_loop(high: Floats, low: Floats, close: Floats) -> Floats:
    found: Floats = _compiled(loops.mean_prices)(close, high, low, close)
    return found


@_loop("medprice")
def _medprice_loop(high: Floats, low: Floats) -> Floats:
    found: Floats = _compiled(loops.middles)(high, low)
    return found


@_loop("talib_massi")
def _massi_loop(high: Floats, low: Floats, fastperiod: int, slowperiod: int) -> Floats:
    return _sum_loop(_fused(loops.masses)(high - low, fastperiod)[2 * fastperiod - 2 :], slowperiod)


@_loop("talib_sum")
def _sum_loop(x: Floats, timeperiod: int) -> Floats:
    found: Floats = _compiled(loops.window_sums)(x, timeperiod)[timeperiod - 1 :]
    return found


@_loop("sma")
def _sma_loop(x: Floats, period: int) -> Floats:
    found = _sum_loop(x, period)
    found /= period
    return found


@_loop("talib_cumsum")
def _cumsum_loop(x: Floats) -> Floats:
    found: Floats = _compiled(loops.sums_so_far)(x)
    return found


def _places(x: Floats, period: int) -> Floats:
    found: Floats = _compiled(loops.places)(x, period)[period - 1 :]
    return found


@_loop("talib_maxindex")
def _maxindex_loop(x: Floats, timeperiod: int) -> Floats:
    return _places(x, timeperiod)


@_loop("talib_minindex")
def _minindex_loop(x: Floats, timeperiod: int) -> Floats:
    return _places(-x, timeperiod)


@_loop("talib_minmaxindex")
def _minmaxindex_loop(x: Floats, timeperiod: int) -> Parts:
    return _places(-x, timeperiod), _places(x, timeperiod)


for _name, _numpy in (("zlema", _zlema), ("eri", _eri), ("cvi", _cvi), ("efi", _efi)):
    _loop(f"talib_{_name}")(partial(_numpy, ema=_ema_loop))
_loop("talib_rvi")(partial(_rvi, rma=_rma_loop, variance=partial(_var_loop, nbdev=1.0)))
_loop("talib_kc")(partial(_kc, ema=_ema_loop, rma=_rma_loop))
