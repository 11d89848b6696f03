"""Arrays of a column at once: windows, averages that remember, and what else fast columns are made of.

Each takes and gives arrays of shape (n,), of known numbers only; what needs so many rows before it is known gives that many fewer. Windows are
put together from windows of half the length or are products of matrices, so that nothing drifts and a sum of zeros is zero; averages that
remember are linear systems, done block by block as products of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lyra_ai.indicators.base import NAN, Floats


class Odd(Exception):
    """A case that is left to the loop."""


# Room for a column


SPARE = 512


def room(count: int) -> Floats:
    """An array with space before it for rows that are not known, so that the whole column need not be copied."""
    return np.empty(SPARE + count)[SPARE:]


def placed(parts: tuple[Floats, ...], rows: int, columns: Sequence[Floats]) -> tuple[Floats, ...]:
    """Values at the end of columns that begin with NaN; never a column that was given."""
    begins = [_address(values) - 8 * (rows - len(values)) for values in parts]
    apart = all(abs(one - other) >= 8 * rows for one, other in combinations(begins, 2))
    return tuple(_begun_with_nan(values, rows, columns, apart) for values in parts)


def _begun_with_nan(values: Floats, rows: int, columns: Sequence[Floats], apart: bool) -> Floats:
    late = rows - len(values)
    free = apart and values.dtype == np.float64 and not any(np.may_share_memory(values, x) for x in columns)
    if free and not late:
        return values
    whole = _room_before(values, late) if free else None
    if whole is None:
        whole = np.empty(rows)
        whole[late:] = values
    whole[:late] = NAN
    return whole


def _room_before(values: Floats, late: int) -> Floats | None:
    """The values with as many numbers before them, where they are part of an array that has these and not much more."""
    whole = values.base
    if not isinstance(whole, np.ndarray) or not (whole.flags.c_contiguous and whole.flags.writeable and values.flags.c_contiguous):
        return None
    before = (_address(values) - _address(whole)) // 8
    if whole.dtype != np.float64 or before < late or whole.size > 4 * (late + len(values)) + SPARE:
        return None
    return whole.reshape(-1)[before - late : before + len(values)]


def _address(values: Floats) -> int:
    return int(values.__array_interface__["data"][0])


# What columns have in common


def tail(x: Floats, like: Floats) -> Floats:
    """The end of a longer column."""
    return x[len(x) - len(like) :]


def aligned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Two columns that end together, from where both are known."""
    rows = min(len(x), len(y))
    return x[len(x) - rows :], y[len(y) - rows :]


def ratio(over: Floats, under: Floats, otherwise: float = 0.0) -> Floats:
    """The quotient, `otherwise` where the divisor is 0. Odd where a divisor is so small that it has lost digits."""
    return divide(over, under, otherwise, room(len(over)))


def divide(over: Floats, under: Floats, otherwise: float = 0.0, found: Floats | None = None) -> Floats:
    """`ratio`, put where `over` was, or into another array."""
    found = over if found is None else found
    if under.min() > 1e-280:
        return np.divide(over, under, out=found)
    sizes = np.abs(under)
    if sizes.min() > 1e-280:
        return np.divide(over, under, out=found)
    nothing = sizes == 0
    if sizes[~nothing].size and sizes[~nothing].min() < 1e-280:
        raise Odd
    np.divide(over, under, out=found)
    found[nothing] = otherwise
    return found


def known(under: Floats) -> Floats:
    """Odd where a difference is so near to 0 that a quotient by it is all rounding."""
    sizes = np.abs(under)
    if sizes.min() < 1e-4 * sizes.max():
        raise Odd
    return under


def changes(x: Floats) -> Floats:
    return x[1:] - x[:-1]


def true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    """From the second bar on."""
    before = close[:-1]
    found = np.maximum(high[1:], before, out=room(len(before)))
    found -= np.minimum(low[1:], before)
    return found


def typical(high: Floats, low: Floats, close: Floats) -> Floats:
    found = high + low
    found += close
    found /= 3
    return found


# Windows

_BLOCK = 16
SHORT = 64
"""Windows of up to so many rows are products of matrices, longer ones put together from halves."""


def _halves(x: Floats, period: int, join: Callable[[Floats, Floats], Floats]) -> Floats:
    """Every window of `period` values joined, for a join that may count a value twice: greatest and least."""
    width = 1
    while 2 * width <= period:
        x = join(x[: len(x) - width], x[width:])
        width *= 2
    return join(x[: len(x) - period + width], x[period - width :]) if width < period else x


def highest(x: Floats, period: int) -> Floats:
    return _halves(x, period, np.maximum)


def lowest(x: Floats, period: int) -> Floats:
    return _halves(x, period, np.minimum)


def sums(x: Floats, period: int) -> Floats:
    """Sum of every window."""
    return sums_of(x, period)[0]


def sums_of(x: Floats, *periods: int) -> list[Floats]:
    """Sum of every window of each of the periods."""
    pieces, found = [x], []
    for period in periods:
        total, have = x, 0
        for place in range(period.bit_length()):
            if place == len(pieces):
                width = 1 << (place - 1)
                piece = pieces[-1]
                pieces.append(piece[: len(piece) - width] + piece[width:])
            if period >> place & 1:
                total = total[: len(pieces[place]) - have] + pieces[place][have:] if have else pieces[place]
                have += 1 << place
        found.append(total)
    return found


def means(x: Floats, period: int) -> Floats:
    return sums(x, period) / period if period > 1 else x


def spread(x: Floats, period: int) -> tuple[Floats, Floats]:
    """Mean and variance of every window."""
    if period == 1:
        return x, np.zeros(len(x))
    try:
        away, base = in_blocks(x, period)
        mean, square = block_means(away, period, len(x)), block_means(away * away, period, len(x))
        square -= known_moment(mean * mean, square)
        mean += np.repeat(base, away.shape[1] - period + 1)[: len(mean)]
        return mean, square
    except Odd:
        return _spread_from_halves(x, period)


def in_blocks(x: Floats, period: int) -> tuple[Floats, Floats]:
    """Blocks of windows, as distances from the block's middle value, and these: shapes (blocks, block - 1 + period) and (blocks,)."""
    if period > SHORT:
        raise Odd
    block = _block(period)
    width = block + period - 1
    blocks = -(-(len(x) - period + 1) // block)
    padded = np.empty(blocks * block + period - 1)
    padded[: len(x)] = x
    padded[len(x) :] = x[-1]
    wide = sliding_window_view(padded, width)[::block]
    base = wide[:, width // 2].copy()
    return wide - base[:, None], base


def _block(period: int) -> int:
    """How many windows make a block."""
    return 16 if period <= 24 else 32


def block_means(away: Floats, period: int, rows: int) -> Floats:
    """The windows' means, from blocks of windows."""
    block = away.shape[1] - period + 1
    means = _product(away, _toeplitz((1.0 / period,) * period, block), np.empty((len(away), block)))
    return means.reshape(-1)[: rows - period + 1]


def known_moment(part: Floats, whole: Floats) -> Floats:
    """What is to be taken from a sum of squares. Odd where next to nothing is left, so that it is all rounding."""
    if (part >= 0.999999 * whole).any():
        raise Odd
    return part


def _spread_from_halves(x: Floats, period: int) -> tuple[Floats, Floats]:
    """Sums are of distances from the window's first value, which are small where the values are alike; equal ones have a variance of 0."""
    rows = len(x)
    piece: tuple[Any, Any] = (0.0, 0.0)
    total: tuple[Any, Any] = (0.0, 0.0)
    have, width = 0, 1
    while True:
        if period & width:
            total = _beside(x, total, have, piece, width) if have else piece
            have += width
        if have == period:
            break
        piece = _beside(x, piece, width, piece, width)
        width *= 2
    first = x[: rows - period + 1]
    mean = total[0] / period
    return first + mean, np.maximum(total[1] / period - mean * mean, 0.0)


def _beside(x: Floats, older: tuple[Any, Any], count: int, newer: tuple[Any, Any], more: int) -> tuple[Floats, Floats]:
    """Sum and squares of windows of `count` values with the `more` after them, about the first value."""
    step = x[count : len(x) - more + 1] - x[: len(x) - count - more + 1]
    length = len(step)
    if more == 1:
        squares = step * step
    else:
        step *= more
        squares = newer[0][count:] * 2
        squares += step
        squares *= step
        squares /= more
        squares += newer[1][count:]
        step += newer[0][count:]
    if count > 1:
        squares += older[1][:length]
        step += older[0][:length]
    return step, squares


def weigh(x: Floats, weights: Floats) -> Floats:
    """Sum of every window times weights, the oldest value's first: blocks of windows as products of matrices."""
    period = len(weights)
    block = _block(period)
    count = len(x) - period + 1
    found = room(count)
    full = count // block
    if full:
        wide = sliding_window_view(x[: full * block + period - 1], block + period - 1)[::block]
        _product(np.ascontiguousarray(wide), _toeplitz(tuple(weights.tolist()), block), found[: full * block].reshape(full, block))
    if full * block < count:
        found[full * block :] = sliding_window_view(x[full * block :], period) @ weights
    return found


def _product(left: Floats, right: Floats, found: Floats) -> Floats:
    """A product of matrices in pieces so small that the library behind numpy does not share them out among threads, which spin for longer."""
    rows = max(1, 250_000 // right.size)
    for row in range(0, len(left), rows):
        np.matmul(left[row : row + rows], right, out=found[row : row + rows])
    return found


@lru_cache(maxsize=64)
def _toeplitz(weights: tuple[float, ...], block: int) -> Floats:
    found = np.zeros((block + len(weights) - 1, block))
    for place in range(block):
        found[place : place + len(weights), place] = weights
    return found


def ranked(x: Floats, period: int) -> tuple[Floats, Floats]:
    """Sum of every window, and its sum weighted with 0 for the oldest up to period - 1."""
    total = piece = x, np.zeros(len(x))
    have, width = 0, 1
    while True:
        if period & width:
            total = _after(total, have, piece) if have else piece
            have += width
        if have == period:
            return total
        piece = _after(piece, width, piece)
        width *= 2


def _after(older: tuple[Floats, Floats], count: int, newer: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    length = len(newer[0]) - count
    return older[0][:length] + newer[0][count:], older[1][:length] + newer[1][count:] + count * newer[0][count:]


# Averages that remember


def linear(x: Floats, begin: Sequence[float], system: tuple[Any, ...], into: Sequence[Floats] = ()) -> tuple[Floats, ...]:
    """Outputs of a linear system, state' = matrix @ state + gain * x, output = out @ state', from the state `begin`, `into` arrays if they are given.

    A block's outputs are a product of its inputs and one of the state before it; the states between blocks are such a system again.
    """
    of_inputs, of_state, to_state, levels = _plan(system)
    full, left = divmod(len(x), _BLOCK)
    wide = x[: full * _BLOCK].reshape(full, _BLOCK)
    rest = np.zeros(_BLOCK)
    rest[:left] = x[full * _BLOCK :]
    before, found = None, []
    for inputs, state, values in zip(of_inputs, of_state, into or [room(len(x)) for _ in of_inputs], strict=True):
        inside = _product(wide, inputs, values[: full * _BLOCK].reshape(full, _BLOCK))
        if before is None:
            pushes = inside[:, -1:] if to_state is None else _product(wide, to_state, np.empty((full, len(begin))))
            before = _states(pushes, np.array(begin, dtype=np.float64), levels)
            if len(begin) == 1:  # a product over a single column takes five times as long as one over two
                alone, before = before, np.zeros((full + 1, 2))
                before[:, 0] = alone[:, 0]
        inside += _product(before[:full], state, np.empty((full, _BLOCK)))
        if left:
            values[full * _BLOCK :] = (rest @ inputs + before[full] @ state)[:left]
        found.append(values)
    return tuple(found)


def _states(pushes: Floats, state: Floats, levels: tuple[tuple[Floats, Floats], ...]) -> Floats:
    """The state before each block and after the last, shape (blocks + 1, states); blocks of blocks are put together in the same way."""
    blocks, size = pushes.shape
    of_pushes, of_state = levels[0]
    block = len(of_pushes) // size
    groups = max(-(-blocks // block), 1)
    wide = np.zeros((groups, block * size))
    wide.reshape(-1, size)[:blocks] = pushes
    inside = _product(wide, of_pushes, np.empty_like(wide))
    if groups == 1:
        inside += state @ of_state
    else:
        inside += _product(_states(inside[:, -size:], state, levels[1:])[:groups], of_state, np.empty_like(wide))
    return np.concatenate((state[None], inside.reshape(-1, size)[:blocks]))


@lru_cache(maxsize=256)
def _plan(system: tuple[Any, ...]) -> tuple[Any, ...]:
    """The matrices of `linear` for a system (matrix, gain, out), each as tuples."""
    matrix, gain, out = (np.array(part, dtype=np.float64) for part in system)
    size = len(gain)
    powers = [np.eye(size)]
    for _ in range(_BLOCK):
        powers.append(powers[-1] @ matrix)
    answers = np.array([out @ power @ gain for power in powers[:_BLOCK]])  # to an input: (age, outputs)
    of_inputs = np.zeros((len(out), _BLOCK, _BLOCK))
    for row in range(_BLOCK):
        of_inputs[:, row, row:] = answers[: _BLOCK - row].T
    of_state = np.array([[line @ power for power in powers[1:]] for line in out]).transpose(0, 2, 1).copy()
    if size == 1:
        of_state = np.concatenate((of_state, np.zeros_like(of_state)), axis=1)
    alone = size == 1 and out.tolist() == [[1.0]]  # then what a block leaves behind is its last output
    to_state = None if alone else np.array([powers[_BLOCK - 1 - row] @ gain for row in range(_BLOCK)])
    block = 20 if size == 1 else _BLOCK if size <= 3 else _BLOCK // 2  # with 20, 128,000 rows take three levels
    levels = []
    step = powers[_BLOCK]
    for _ in range(8):
        steps = [np.eye(size)]
        for _ in range(block):
            steps.append(steps[-1] @ step)
        of_pushes = np.zeros((block * size, block * size))
        for row in range(block):
            of_pushes[row * size : (row + 1) * size, row * size :] = np.hstack([power.T for power in steps[: block - row]])
        levels.append((of_pushes, np.hstack([power.T for power in steps[1:]])))
        step = steps[block]
    return of_inputs, of_state, to_state, tuple(levels)


def _one(keep: float, weight: float) -> tuple[Any, ...]:
    return ((keep,),), (weight,), ((1.0,),)


def remember(x: Floats, begin: float, keep: float, weight: float, *into: Floats) -> Floats:
    """keep * the one before + weight * value, begun before the first row."""
    return linear(x, (begin,), _one(keep, weight), into)[0]


def running(x: Floats) -> Floats:
    """Sum of all values so far."""
    return remember(x, 0.0, 1.0, 1.0)


def begun(x: Floats, period: int, weight: float) -> Floats:
    """An exponential average begun with the mean of the first `period` values."""
    found = room(len(x) - period + 1)
    found[0] = x[:period].sum() / period
    remember(x[period:], found[0], 1.0 - weight, weight, found[1:])
    return found


def ema(x: Floats, period: int) -> Floats:
    return begun(x, period, 2.0 / (period + 1)) if period > 1 else x


def rma(x: Floats, period: int) -> Floats:
    return begun(x, period, 1.0 / period) if period > 1 else x


def first_emas(x: Floats, period: int, count: int) -> list[float]:
    """Exponential averages in a row, as they are when the last one begins: at row count * (period - 1)."""
    weight, begin, counts = 2.0 / (period + 1), [0.0] * count, [0] * count
    for value in x[: count * (period - 1) + 1].tolist():
        for place in range(count):
            if counts[place] >= period:
                begin[place] += weight * (value - begin[place])
            else:
                begin[place] += value / period
                counts[place] += 1
                if counts[place] < period:
                    break
            value = begin[place]
    return begin


def emas(x: Floats, period: int, factors: Sequence[float]) -> Floats:
    """Exponential averages in a row, each begun with its first mean, added up with factors."""
    rows = len(factors) * (period - 1) + 1
    begin = first_emas(x, period, len(factors))
    found = room(len(x) - rows + 1)
    found[0] = np.dot(begin, factors)
    linear(x[rows:], begin, _cascade(2.0 / (period + 1), tuple(factors)), [found[1:]])
    return found


def emas_from_first(x: Floats, period: float, factors: Sequence[float]) -> Floats:
    """Exponential averages in a row, all begun with the first value, added up with factors."""
    return linear(x, (x[0],) * len(factors), _cascade(2.0 / (period + 1), tuple(factors)))[0]


def from_first(x: Floats, weight: float) -> Floats:
    """An exponential average begun with the first value."""
    return remember(x, x[0], 1.0 - weight, weight)


def follow(x: Floats, begin: float, weights: Floats) -> Floats:
    """An exponential average that has a weight of its own for every row: stretches of rows side by side, each as if begun at 0, then joined."""
    count = len(x)
    steps = int(count**0.5) + 1
    keep, push = np.ones(-(-count // steps) * steps), np.zeros(-(-count // steps) * steps)
    np.subtract(1.0, weights, out=keep[:count])
    np.multiply(weights, x, out=push[:count])
    keep, push = (np.ascontiguousarray(line.reshape(-1, steps).T) for line in (keep, push))
    for row in range(1, steps):
        push[row] += keep[row] * push[row - 1]
        keep[row] *= keep[row - 1]
    begins = []
    for kept, pushed in zip(keep[-1].tolist(), push[-1].tolist(), strict=True):
        begins.append(begin)
        begin = kept * begin + pushed
    keep *= np.array(begins)
    push += keep
    return push.T.reshape(-1)[:count]


@lru_cache(maxsize=64)
def _cascade(weight: float, factors: tuple[float, ...]) -> tuple[Any, ...]:
    """Averages in a row as a system: the next one's input is what this one has become."""
    size, keep = len(factors), 1.0 - weight
    matrix = np.zeros((size, size))
    gain = weight ** np.arange(1, size + 1)
    for row in range(size):
        for place in range(row + 1):
            matrix[row, place] = keep * weight ** (row - place)
    return tuple(map(tuple, matrix.tolist())), tuple(gain.tolist()), (tuple(factors),)
