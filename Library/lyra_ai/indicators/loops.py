"""Recursions over the rows of a column, as plain functions of arrays: `columns` has them compiled where numba is installed.

They know nothing but numbers and arrays of them, and give all rows; those before the first known one mean nothing.
"""

from __future__ import annotations

from math import atan, cos, degrees, pi, radians, sin
from typing import Any

import numpy as np


def adapt(x: Any, period: int, scale: float, least: float, still: float) -> Any:
    """Perry Kaufman's average: weight (straightness * `scale` + `least`)^2, where nothing moves the straightness is `still`.

    The way is a sum of the steps of a block so far and of those left of the block before.
    """
    found = np.empty(len(x))
    found[:period] = x[:period]
    before = np.zeros(period + 1)
    value = x[period - 1]
    for begin in range(1, len(x), period):
        way = 0.0
        for place in range(period - 1, 0, -1):
            at = max(begin - period + place, 1)
            way += abs(x[at] - x[at - 1])
            before[place] = way
        way = 0.0
        for place in range(1, min(period, len(x) - begin) + 1):
            row = begin + place - 1
            way += abs(x[row] - x[row - 1])
            if row < period:
                continue
            whole = way + before[place]
            straight = abs(x[row] - x[row - period]) / whole if whole else still
            weight = straight * scale + least
            value += weight * weight * (x[row] - value)
            found[row] = value
    return found


def stop_and_reverse(high: Any, low: Any, start: float, offset: float, sides: Any, sign: float) -> Any:
    found = np.empty(len(high))
    down = low[0] - low[1]
    falls = down > 0 and high[1] - high[0] < down
    long = not (start < 0 or (start == 0 and falls))
    extreme = high[1] if long else low[1]
    stop = abs(start) if start else (low[0] if long else high[0])
    factor = sides[0 if long else 1, 0]
    for row in range(1, len(high)):
        top, bottom = high[row], low[row]
        before_top, before_bottom = (top, bottom) if row == 1 else (high[row - 1], low[row - 1])
        if (long and bottom <= stop) or (not long and top >= stop):
            long = not long
            stop = min(extreme, before_bottom, bottom) if long else max(extreme, before_top, top)
            stop -= (1.0 if long else -1.0) * offset * stop
            shown = stop
            extreme = top if long else bottom
            factor = sides[0 if long else 1, 0]
        else:
            shown = stop
            if (top > extreme) if long else (bottom < extreme):
                extreme = top if long else bottom
                factor = min(factor + sides[0 if long else 1, 1], sides[0 if long else 1, 2])
        stop += factor * (extreme - stop)
        stop = min(stop, before_bottom, bottom) if long else max(stop, before_top, top)
        found[row] = shown if long else sign * shown
    return found


def follow(high: Any, low: Any, close: Any, wide: Any) -> Any:
    found = np.empty((2, len(wide)))
    trend, last_upper, last_lower = 1.0, 0.0, 0.0
    for row in range(len(wide)):
        upper, lower = (high[row] + low[row]) / 2 + wide[row], (high[row] + low[row]) / 2 - wide[row]
        if row:
            before = close[row - 1]
            upper = upper if upper < last_upper or before > last_upper else last_upper
            lower = lower if lower > last_lower or before < last_lower else last_lower
            if trend > 0:
                trend = -1.0 if close[row] < lower else 1.0
            else:
                trend = 1.0 if close[row] > upper else -1.0
        last_upper, last_lower = upper, lower
        found[0, row] = lower if trend > 0 else upper
        found[1, row] = trend
    return found


def hold(high: Any, low: Any, close: Any, wide: Any) -> Any:
    """The band that follows the trend, and 1 where it turned: a band stays while the last close is within and it would give way."""
    band, turned = np.empty(len(wide)), np.zeros(len(wide))
    last_upper = last_lower = last_close = 0.0
    down = True
    for row in range(len(wide)):
        middle = (high[row] + low[row]) / 2
        upper, lower = middle + wide[row], middle - wide[row]
        if row:
            if last_close <= last_upper <= upper:
                upper = last_upper
            if last_close >= last_lower >= lower:
                lower = last_lower
        last_upper, last_lower, last_close = upper, lower, close[row]
        was_down = down
        down = last_close <= upper if was_down else last_close < lower
        turned[row] = 1.0 if row and down != was_down else 0.0
        band[row] = upper if down else lower
    return band, turned


def follow_from_first(x: Any, weight: float) -> Any:
    found = np.empty(len(x))
    keep, value = 1.0 - weight, x[0]
    for row in range(len(x)):
        value = keep * value + weight * x[row]
        found[row] = value
    return found


def ordered(x: Any, period: int, at: int) -> Any:
    found = np.empty(len(x))
    window = np.sort(x[:period])
    found[period - 1] = window[at]
    for row in range(period, len(x)):
        old, new = x[row - period], x[row]
        place = np.searchsorted(window, old)
        while place < period - 1 and window[place + 1] < new:
            window[place] = window[place + 1]
            place += 1
        while place > 0 and window[place - 1] > new:
            window[place] = window[place - 1]
            place -= 1
        window[place] = new
        found[row] = window[at]
    return found


def cycles(x: Any, skip: int) -> Any:
    """John Ehlers' dominant cycle: rows of smoothed value, in phase, quadrature and smoothed period, shape (4, n)."""
    found = np.zeros((4, len(x)))
    smooths = np.zeros((4, 7))  # what went into the four transforms, the newest last
    detrended = np.zeros(4)
    total = weighted = i2 = q2 = re = im = raw = period = 0.0
    scaled = np.zeros(4)
    for row in range(len(x)):
        total += x[row]
        smooth = np.nan
        if row < 3:
            weighted += (row + 1) * x[row]
        else:
            total -= x[row - 4] if row >= 4 else 0.0
            weighted += 4 * x[row]
            smooth = 0.1 * weighted
            weighted -= total
        found[0, row] = smooth
        if row < skip:
            continue
        scale = 0.075 * raw + 0.54
        for step in range(4):
            into = smooth if step == 0 else scaled[0] if step == 1 else detrended[0] if step == 2 else scaled[1]
            for place in range(6):
                smooths[step, place] = smooths[step, place + 1]
            smooths[step, 6] = into
            line = smooths[step]
            scaled[step] = (0.0962 * (line[6] - line[0]) + 0.5769 * (line[4] - line[2])) * scale
            if step == 0:
                for place in range(3):
                    detrended[place] = detrended[place + 1]
                detrended[3] = scaled[0]
        inphase, quadrature = detrended[0], scaled[1]
        new_i2, new_q2 = 0.2 * (inphase - scaled[3]) + 0.8 * i2, 0.2 * (quadrature + scaled[2]) + 0.8 * q2
        re = 0.2 * (new_i2 * i2 + new_q2 * q2) + 0.8 * re
        im = 0.2 * (new_i2 * q2 - new_q2 * i2) + 0.8 * im
        i2, q2 = new_i2, new_q2
        measured = 360 / degrees(atan(im / re)) if im and re else raw
        measured = max(min(measured, 1.5 * raw), 0.67 * raw)
        raw = 0.2 * min(max(measured, 6.0), 50.0) + 0.8 * raw
        period = 0.33 * raw + 0.67 * period
        found[1, row], found[2, row], found[3, row] = inphase, quadrature, period
    return found


def turned(cycles: Any, skip: int) -> Any:
    """The cycle's phase in degrees at every row."""
    smooths, periods = cycles[0], cycles[3]
    found = np.zeros(len(smooths))
    sines, cosines = np.zeros((51, 51)), np.zeros((51, 51))
    for length in range(1, 51):
        for row in range(length):
            sines[length, row], cosines[length, row] = sin(2 * pi * row / length), cos(2 * pi * row / length)
    phase = 0.0
    for row in range(skip, len(smooths)):
        length = int(periods[row] + 0.5)
        real = imaginary = 0.0
        for age in range(min(length, row - skip + 1)):
            real += sines[length, age] * smooths[row - age]
            imaginary += cosines[length, age] * smooths[row - age]
        if imaginary:
            phase = degrees(atan(real / imaginary))
        elif real:
            phase += 90.0 if real > 0 else -90.0
        phase += 90.0 + 360.0 / periods[row] + (180.0 if imaginary < 0 else 0.0)
        if phase > 315.0:
            phase -= 360.0
        found[row] = phase
    return found


def trends(x: Any, cycles: Any, skip: int) -> Any:
    """The mean over the cycle, averaged over four rows."""
    periods = cycles[3]
    found = np.zeros(len(x))
    one = two = three = 0.0
    for row in range(skip, len(x)):
        length = int(periods[row] + 0.5)
        total = 0.0
        for age in range(min(length, row + 1)):
            total += x[row - age]
        now = total / length if length else 0.0
        found[row] = (4 * now + 3 * one + 2 * two + three) / 10
        one, two, three = now, one, two
    return found


def modes(cycles: Any, phases: Any, trends: Any, skip: int) -> Any:
    """Trend (1) or cycle (0)."""
    found = np.zeros(len(phases))
    days = 0
    sine_before = lead_before = 0.0
    for row in range(skip, len(phases)):
        period, phase = cycles[3, row], phases[row]
        sine, lead = sin(radians(phase)), sin(radians(phase + 45))
        crossed = (sine > lead and sine_before <= lead_before) or (sine < lead and sine_before >= lead_before)
        sine_before, lead_before = sine, lead
        days = 1 if crossed else days + 1
        turn = (phase - phases[row - 1]) * period / 360
        cycle = crossed or days < 0.5 * period or 0.67 < turn < 1.5
        if trends[row] and abs((cycles[0, row] - trends[row]) / trends[row]) >= 0.015:
            cycle = False
        found[row] = 0.0 if cycle else 1.0
    return found


def adapt_to_phase(x: Any, cycles: Any, skip: int, fast: float, slow: float) -> Any:
    found = np.zeros((2, len(x)))
    before = mama = fama = 0.0
    for row in range(skip, len(x)):
        phase = degrees(atan(cycles[2, row] / cycles[1, row])) if cycles[1, row] else 0.0
        turn, before = before - phase, phase
        weight = max(fast / turn, slow) if turn > 1 else fast
        mama += weight * (x[row] - mama)
        fama += 0.5 * weight * (mama - fama)
        found[0, row], found[1, row] = mama, fama
    return found


def remembered(x: Any, period: int, weight: float) -> Any:
    found = np.empty(len(x))
    value = x[:period].sum() / period
    found[period - 1] = value
    keep = 1.0 - weight
    for row in range(period, len(x)):
        value = keep * value + weight * x[row]
        found[row] = value
    return found


def wilder(x: Any, period: int) -> Any:
    """Wilder's average of rows from the second on, begun with a mean."""
    found = np.empty(len(x))
    keep, weight = 1.0 - 1.0 / period, 1.0 / period
    value = 0.0
    for row in range(1, min(period + 1, len(x))):
        value += weight * x[row]
        found[row] = value
    for row in range(period + 1, len(x)):
        value = keep * value + weight * x[row]
        found[row] = value
    return found


def strengths(x: Any, period: int, still: float) -> Any:
    """Rises in percent of rises and falls, both in Wilder's averages; `still` where there are none."""
    found = np.empty(len(x))
    keep, weight = 1.0 - 1.0 / period, 1.0 / period
    rises = falls = 0.0
    for row in range(1, len(x)):
        step = x[row] - x[row - 1]
        up, down = max(step, 0.0), max(-step, 0.0)
        if row <= period:
            rises += weight * up
            falls += weight * down
        else:
            rises = keep * rises + weight * up
            falls = keep * falls + weight * down
        both = rises + falls
        found[row] = 100 * rises / both if both else still
    return found


def three(x: Any, begin: int, one: float, two: float, three: float, weight: float, a: float, b: float, c: float) -> Any:
    """Exponential averages in a row, added up with factors."""
    found = np.empty(len(x))
    found[begin] = a * one + b * two + c * three
    keep = 1.0 - weight
    for row in range(begin + 1, len(x)):
        one = keep * one + weight * x[row]
        two = keep * two + weight * one
        three = keep * three + weight * two
        found[row] = a * one + b * two + c * three
    return found


def six(
    x: Any, begin: int, one: float, two: float, three: float, four: float, five: float, six: float, weight: float, a: float, b: float,
    c: float, d: float,
) -> Any:  # fmt: skip
    """Exponential averages in a row, the last four added up with factors."""
    found = np.empty(len(x))
    found[begin] = a * three + b * four + c * five + d * six
    keep = 1.0 - weight
    for row in range(begin + 1, len(x)):
        one = keep * one + weight * x[row]
        two = keep * two + weight * one
        three = keep * three + weight * two
        four = keep * four + weight * three
        five = keep * five + weight * four
        six = keep * six + weight * five
        found[row] = a * three + b * four + c * five + d * six
    return found


def converge(x: Any, fast: int, fast_weight: float, slow: int, slow_weight: float, signal: int) -> Any:
    """MACD, signal and the difference of both."""
    macd, line, difference = np.empty(len(x)), np.empty(len(x)), np.empty(len(x))
    quick, sluggish = x[slow - fast : slow].sum() / fast, x[:slow].sum() / slow
    fast_keep, slow_keep, weight = 1.0 - fast_weight, 1.0 - slow_weight, 2.0 / (signal + 1)
    keep, average = 1.0 - weight, 0.0
    for row in range(slow - 1, len(x)):
        if row >= slow:
            quick = fast_keep * quick + fast_weight * x[row]
            sluggish = slow_keep * sluggish + slow_weight * x[row]
        now = quick - sluggish
        average = average + now / signal if row < slow + signal - 1 else keep * average + weight * now
        macd[row], line[row], difference[row] = now, average, now - average
    return macd, line, difference


def heikin_ashi(open: Any, high: Any, low: Any, close: Any) -> Any:
    first, top, bottom, last = np.empty(len(open)), np.empty(len(open)), np.empty(len(open)), np.empty(len(open))
    begin = (open[0] + close[0]) / 2
    for row in range(len(open)):
        end = (open[row] + high[row] + low[row] + close[row]) / 4
        first[row], last[row] = begin, end
        top[row], bottom[row] = max(high[row], begin, end), min(low[row], begin, end)
        begin = (begin + end) / 2
    return first, top, bottom, last


def accumulate(high: Any, low: Any, close: Any, volume: Any) -> Any:
    found = np.empty(len(high))
    line = 0.0
    for row in range(len(high)):
        wide = high[row] - low[row]
        if wide:
            line += ((close[row] - low[row]) - (high[row] - close[row])) / wide * volume[row]
        found[row] = line
    return found


def oscillate(high: Any, low: Any, close: Any, volume: Any, fast_weight: float, slow_weight: float) -> Any:
    """Two averages of the accumulation line, begun at its first value, one less the other."""
    found = np.empty(len(high))
    line = fast = slow = 0.0
    fast_keep, slow_keep = 1.0 - fast_weight, 1.0 - slow_weight
    for row in range(len(high)):
        wide = high[row] - low[row]
        if wide:
            line += ((close[row] - low[row]) - (high[row] - close[row])) / wide * volume[row]
        if row == 0:
            fast = slow = line
        fast = fast_keep * fast + fast_weight * line
        slow = slow_keep * slow + slow_weight * line
        found[row] = fast - slow
    return found


def trend(close: Any, volume: Any) -> Any:
    found = np.zeros(len(close))
    line = 0.0
    for row in range(1, len(close)):
        before = close[row - 1]
        if before:
            line += volume[row] * ((close[row] - before) / before)
        found[row] = line
    return found


def weighted_price(high: Any, low: Any, close: Any, volume: Any) -> Any:
    found = np.empty(len(high))
    values = volumes = 0.0
    for row in range(len(high)):
        values += (high[row] + low[row] + close[row]) / 3 * volume[row]
        volumes += volume[row]
        found[row] = values / volumes if volumes else 0.0
    return found


def twice_smoothed(over: Any, under: Any, first: int, second: int, scale: float) -> Any:
    """Quotient of two columns, each an average of an average that begin with means."""
    found = np.empty(len(over))
    weight, second_weight = 2.0 / (first + 1), 2.0 / (second + 1)
    keep, second_keep = 1.0 - weight, 1.0 - second_weight
    top, bottom = over[:first].sum() / first, under[:first].sum() / first
    above = below = 0.0
    for row in range(first - 1, len(over)):
        if row >= first:
            top = keep * top + weight * over[row]
            bottom = keep * bottom + weight * under[row]
        if row < first + second - 1:
            above += top / second
            below += bottom / second
        else:
            above = second_keep * above + second_weight * top
            below = second_keep * below + second_weight * bottom
        found[row] = scale * above / below if below else 0.0
    return found


def variances(x: Any, period: int) -> Any:
    """Mean and variance of every window, shape (2, n): sums about a value of the window, of a block's rows so far and of the rest before it."""
    found = np.empty((2, len(x)))
    sums_before, squares_before = np.zeros(period + 1), np.zeros(period + 1)
    share = 1.0 / period
    for begin in range(0, len(x), period):
        base = x[max(begin - 1, 0)]
        total = squares = 0.0
        for place in range(period - 1, 0, -1):
            away = x[max(begin - period + place, 0)] - base
            total += away
            squares += away * away
            sums_before[place], squares_before[place] = total, squares
        total = squares = 0.0
        for place in range(1, min(period, len(x) - begin) + 1):
            row = begin + place - 1
            if place == period:  # the base is no longer in the window
                base = x[row]
                total = squares = 0.0
                for other in range(begin, row):
                    away = x[other] - base
                    total += away
                    squares += away * away
            else:
                away = x[row] - base
                total += away
                squares += away * away
            mean = (total + sums_before[place]) * share
            found[0, row] = base + mean
            found[1, row] = max((squares + squares_before[place]) * share - mean * mean, 0.0)
    return found


def ranked_means(x: Any, period: int) -> Any:
    found = np.empty(len(x))
    sums_before, ranked_before = np.zeros(period + 1), np.zeros(period + 1)
    share = 2.0 / (period * (period + 1))
    for begin in range(0, len(x), period):
        total = ranked = 0.0
        older = x[max(begin - period, 0) : begin]
        for place in range(len(older) - 1, 0, -1):
            total += older[place]
            ranked += total
            sums_before[place], ranked_before[place] = total, ranked
        total = ranked = 0.0
        for place in range(1, min(period, len(x) - begin) + 1):
            row = begin + place - 1
            total += x[row]
            ranked += place * x[row]
            found[row] = (ranked_before[place] + ranked + (period - place) * total) * share
    return found


def correlations(x: Any, y: Any, period: int) -> Any:
    found = np.empty(len(x))
    before = np.zeros((period + 1, 5))
    share = 1.0 / period
    for begin in range(0, len(x), period):
        base_x, base_y = x[max(begin - 1, 0)], y[max(begin - 1, 0)]
        sx = sy = xx = yy = xy = 0.0
        for place in range(period - 1, 0, -1):
            at = max(begin - period + place, 0)
            dx, dy = x[at] - base_x, y[at] - base_y
            sx, sy, xx, yy, xy = sx + dx, sy + dy, xx + dx * dx, yy + dy * dy, xy + dx * dy
            before[place, 0], before[place, 1], before[place, 2], before[place, 3], before[place, 4] = sx, sy, xx, yy, xy
        sx = sy = xx = yy = xy = 0.0
        for place in range(1, min(period, len(x) - begin) + 1):
            row = begin + place - 1
            if place == period:  # the bases are no longer in the window
                base_x, base_y = x[row], y[row]
                sx = sy = xx = yy = xy = 0.0
                for other in range(begin, row):
                    dx, dy = x[other] - base_x, y[other] - base_y
                    sx, sy, xx, yy, xy = sx + dx, sy + dy, xx + dx * dx, yy + dy * dy, xy + dx * dy
            else:
                dx, dy = x[row] - base_x, y[row] - base_y
                sx, sy, xx, yy, xy = sx + dx, sy + dy, xx + dx * dx, yy + dy * dy, xy + dx * dy
            mean_x, mean_y = (sx + before[place, 0]) * share, (sy + before[place, 1]) * share
            square_x = (xx + before[place, 2]) * share - mean_x * mean_x
            square_y = (yy + before[place, 3]) * share - mean_y * mean_y
            both = (xy + before[place, 4]) * share - mean_x * mean_y
            product = square_x * square_y
            found[row] = both / product**0.5 if square_x > 0 and square_y > 0 and product > 0 else 0.0
    return found


def shares(found: Any, over: Any, under: Any, period: int, weight: float) -> None:
    """Add to what is found a weight times the quotient of the sums of every window; nothing where there is nothing to divide by."""
    over_before, under_before = np.zeros(period + 1), np.zeros(period + 1)
    for begin in range(0, len(over), period):
        top = bottom = 0.0
        older, older_under = over[max(begin - period, 0) : begin], under[max(begin - period, 0) : begin]
        for place in range(len(older) - 1, 0, -1):
            top += older[place]
            bottom += older_under[place]
            over_before[place], under_before[place] = top, bottom
        top = bottom = 0.0
        for place in range(1, min(period, len(over) - begin) + 1):
            row = begin + place - 1
            top += over[row]
            bottom += under[row]
            whole = bottom + under_before[place]
            if whole:
                found[row] += weight * ((top + over_before[place]) / whole)


def window_sums(x: Any, period: int) -> Any:
    found = np.empty(len(x))
    before = np.zeros(period + 1)
    for begin in range(0, len(x), period):
        total = 0.0
        older = x[max(begin - period, 0) : begin]
        for place in range(len(older) - 1, 0, -1):
            total += older[place]
            before[place] = total
        total = 0.0
        for place in range(1, min(period, len(x) - begin) + 1):
            row = begin + place - 1
            total += x[row]
            found[row] = total + before[place]
    return found


def sums_so_far(x: Any) -> Any:
    found = np.empty(len(x))
    total = 0.0
    for row in range(len(x)):
        total += x[row]
        found[row] = total
    return found


def places(x: Any, period: int) -> Any:
    """The row of the greatest of every window. Of equal ones it is the latest, or, once one has left the window, the earliest of those left."""
    found = np.empty(len(x))
    at, best = -1, -np.inf
    for row in range(period - 1, len(x)):
        value = x[row]
        oldest = row - period + 1
        if value >= best and at >= oldest:
            at, best = row, value
        elif at < oldest:
            window = x[oldest : row + 1]
            at, best = 0, window[0]
            for place in range(1, period):
                if window[place] > best:
                    at, best = place, window[place]
            at += oldest
        found[row] = at
    return found


def ranges(high: Any, low: Any, close: Any) -> Any:
    """True ranges from the second row on. What is not finite makes a range that is not."""
    found = np.empty(len(high))
    later, top, bottom = found[1:], high[1:], low[1:]
    for row in range(len(later)):
        before = close[row]
        later[row] = max(top[row], before) - min(bottom[row], before) + 0.0 * (top[row] + bottom[row] + before)
    return found


def masses(wide: Any, period: int) -> Any:
    """An average over the average of it, each begun with a mean; 1 where there is nothing to divide by."""
    found = np.empty(len(wide))
    weight = 2.0 / (period + 1)
    keep = 1.0 - weight
    one, two = wide[:period].sum() / period, 0.0
    for row in range(period - 1, len(wide)):
        if row >= period:
            one = keep * one + weight * wide[row]
        two = two + one / period if row < 2 * period - 1 else keep * two + weight * one
        found[row] = one / two if two else 1.0
    return found


def pressures(high: Any, low: Any, close: Any) -> Any:
    """Distance of the close from the true low, and true range, from the second row on; 0 in the first."""
    pressure, wide = np.zeros(len(high)), np.zeros(len(high))
    later, later_wide, top, bottom, now = pressure[1:], wide[1:], high[1:], low[1:], close[1:]
    for row in range(len(later)):
        before = close[row]
        least = min(bottom[row], before)
        later[row] = now[row] - least
        later_wide[row] = max(top[row], before) - least
    return pressure, wide


def flows(high: Any, low: Any, close: Any, volume: Any) -> Any:
    found = np.zeros(len(high))
    for row in range(len(high)):
        if high[row] > low[row]:
            found[row] = ((close[row] - low[row]) - (high[row] - close[row])) / (high[row] - low[row]) * volume[row]
    return found


def vortices(high: Any, low: Any, close: Any, period: int) -> Any:
    """Quotients of sums of every window of rows from the second on; 0 where there is nothing to divide by."""
    up, down = np.empty(len(high)), np.empty(len(high))
    plus_before, minus_before, wide_before = np.zeros(period + 1), np.zeros(period + 1), np.zeros(period + 1)
    for begin in range(1, len(high), period):
        plus = minus = wide = 0.0
        for place in range(period - 1, 0, -1):
            at = max(begin - period + place, 1)
            plus += abs(high[at] - low[at - 1])
            minus += abs(low[at] - high[at - 1])
            wide += max(high[at], close[at - 1]) - min(low[at], close[at - 1])
            plus_before[place], minus_before[place], wide_before[place] = plus, minus, wide
        plus = minus = wide = 0.0
        for place in range(1, min(period, len(high) - begin) + 1):
            at = begin + place - 1
            plus += abs(high[at] - low[at - 1])
            minus += abs(low[at] - high[at - 1])
            wide += max(high[at], close[at - 1]) - min(low[at], close[at - 1])
            whole = wide + wide_before[place]
            up[at] = (plus + plus_before[place]) / whole if whole else 0.0
            down[at] = (minus + minus_before[place]) / whole if whole else 0.0
    return up, down


def mean_prices(one: Any, two: Any, three: Any, four: Any) -> Any:
    found = np.empty(len(one))
    for row in range(len(one)):
        found[row] = (one[row] + two[row] + three[row] + four[row]) * 0.25
    return found


def middles(one: Any, other: Any) -> Any:
    found = np.empty(len(one))
    for row in range(len(one)):
        found[row] = (one[row] + other[row]) * 0.5
    return found


def moving_sums(x: Any, period: int) -> Any:
    """Sum of every window, by adding what comes and leaves."""
    found = np.empty(len(x) - period + 1)
    older, newer = x, x[period:]
    total = 0.0
    for row in range(period):
        total += x[row]
    found[0] = total
    for row in range(len(newer)):
        total += newer[row] - older[row]
        found[row + 1] = total
    return found
