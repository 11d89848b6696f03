"""Rows of decimal numbers as integer columns, parsed a file at a time.

A decimal is kept as LEAN reads it (`StreamReaderExtensions.GetDecimal`): an integer mantissa and the count of digits
after the point, so that prices convert to exact decimals and to the very floats that LEAN shows in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MISSING = np.iinfo(np.int64).min
"""The mantissa of an empty field."""

_POWERS = np.array([10**k for k in range(19)], dtype=np.int64)
_DIGITS_AT_MOST = 18


@dataclass(frozen=True, slots=True)
class Columns:
    """A table of decimals: `mantissas[row, column] / 10**scales[row, column]`; `bad` lists the rows left out."""

    mantissas: Ints
    scales: npt.NDArray[np.uint8]
    bad: list[int]

    def __len__(self) -> int:
        return len(self.mantissas)


def parse_columns(text: bytes, count: int) -> Columns:
    """Parse lines of comma-separated decimals.

    `count` fields are taken from each line, further ones ignored, missing ones `MISSING`. Blank lines are skipped. A line
    with a field that is not a number is left out and its number (from 1) listed in `bad`. A `yyyyMMdd HH:mm` first field
    becomes the integer yyyyMMddHHmm.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    keep = (data != 13) & (data != 32) & (data != 58)  # \r, blank and the colon of a time of day
    data = data[keep]
    if len(data) and data[-1] != 10:
        data = np.append(data, np.uint8(10))
    if not len(data):
        return Columns(np.empty((0, count), np.int64), np.empty((0, count), np.uint8), [])
    separators = (data == 44) | (data == 10)
    ends = np.flatnonzero(separators)
    newline = data[ends] == 10
    per_row = np.diff(np.flatnonzero(newline), prepend=-1)
    width = int(per_row[0])
    if width >= count and bool((per_row == width).all()):
        parsed = _parse_regular(data, ends, width, count)
        if parsed is not None:
            return parsed
    return _parse_slowly(text, count)


def _parse_regular(data: npt.NDArray[np.uint8], ends: Ints, width: int, count: int) -> Columns | None:
    """All lines have the same number of fields; None when some field is not a plain number."""
    rows = len(ends) // width
    starts = np.empty_like(ends)
    starts[0] = 0
    starts[1:] = ends[:-1] + 1
    digit = data - np.uint8(48)
    is_digit = digit < 10
    dot = data == 46
    minus = data == 45
    plain = is_digit | dot | minus
    seen = np.cumsum(is_digit, dtype=np.int64)
    length = ends - starts
    digits = seen[ends] - np.where(starts > 0, seen[np.maximum(starts - 1, 0)], 0)
    used = (np.arange(len(ends)) % width) < count
    others = np.add.reduceat((~plain).astype(np.int64), starts) - 1
    dots = np.add.reduceat(dot.astype(np.int64), starts)
    minuses = np.add.reduceat(minus.astype(np.int64), starts)
    first_is_minus = data[starts] == 45
    wrong = (others != 0) | (dots > 1) | (minuses > first_is_minus) | (digits > _DIGITS_AT_MOST) | ((digits == 0) & (length > 0))
    if bool((wrong & used).any()):
        return None
    exponent = np.repeat(seen[ends], length + 1) - seen
    np.clip(exponent, 0, 18, out=exponent)
    values = np.add.reduceat(np.where(is_digit, digit.astype(np.int64) * _POWERS[exponent], 0), starts)
    values = np.where(first_is_minus, -values, values)
    values = np.where(length == 0, MISSING, values)
    scales = np.zeros(len(ends), dtype=np.uint8)
    dot_at = np.flatnonzero(dot)
    if len(dot_at):
        field = np.searchsorted(ends, dot_at)
        scales[field] = seen[ends[field]] - seen[dot_at]
    return Columns(
        np.ascontiguousarray(values.reshape(rows, width)[:, :count]), np.ascontiguousarray(scales.reshape(rows, width)[:, :count]), []
    )


def _parse_slowly(text: bytes, count: int) -> Columns:
    mantissas: list[list[int]] = []
    scales: list[list[int]] = []
    bad: list[int] = []
    for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        row = [parse_decimal(field.replace(":", "").replace(" ", "")) for field in line.split(",")[:count]]
        if any(value is None for value in row):
            bad.append(number)
            continue
        row += [(MISSING, 0)] * (count - len(row))
        mantissas.append([value[0] for value in row if value is not None])
        scales.append([value[1] for value in row if value is not None])
    shape = (len(mantissas), count)
    return Columns(np.array(mantissas, np.int64).reshape(shape), np.array(scales, np.uint8).reshape(shape), bad)


def parse_decimal(field: str) -> tuple[int, int] | None:
    """(mantissa, scale) of a decimal's text, exponent forms included; None when it is not a number that fits."""
    if field == "":
        return MISSING, 0
    body, _, power = field.lower().partition("e")
    whole, _, fraction = body.partition(".")
    digits = whole.lstrip("+-") + fraction
    if not digits.isascii() or not digits.isdigit():
        return None
    try:
        scale = len(fraction) - (int(power) if power else 0)
    except ValueError:
        return None
    mantissa = int(digits[:40]) if len(digits) <= 40 else 10**40
    if scale < -_DIGITS_AT_MOST:
        return (0, 0) if mantissa == 0 else None
    if scale < 0:
        mantissa, scale = mantissa * 10**-scale, 0
    if scale > 28 or mantissa >= 10**_DIGITS_AT_MOST:
        return None
    return (-mantissa if whole.startswith("-") else mantissa), scale
