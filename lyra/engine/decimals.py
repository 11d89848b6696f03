"""Money as .NET decimals: conversion from and to Python floats, rounding, and text as LEAN writes it.

Sources: `Common/Extensions.cs` (SmartRounding, Normalize), and the records `PyDecimals` of the real engine:
a float enters as its shortest text, a decimal leaves as mantissa / 10**scale computed in doubles.
"""

from __future__ import annotations

import decimal
import math
import struct
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import repeat
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException, OverflowException

CONTEXT = decimal.Context(prec=28, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999)
ZERO = Decimal(0)
ONE = Decimal(1)
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(29))
"""`_UNITS[places]`: 1 in the last of so many decimal places."""
_LARGEST = Decimal(2**96 - 1)


def use_decimal_context() -> None:
    """Make this thread's decimal arithmetic LEAN's (28 digits, half to even)."""
    decimal.setcontext(CONTEXT.copy())


def to_decimal(value: Any) -> Decimal:
    """A number from user code as the decimal that LEAN receives.

    Raises TypeError for None, bool and what is not a number, ValueError for NaN and infinities, as LEAN refuses them.
    """
    kind = type(value)
    if kind is Decimal:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return Decimal(value)
    if kind is float:
        return _from_float(value)
    if kind is bool or value is None:
        raise TypeError(f"a number is needed, not {value!r}")
    if isinstance(value, str):
        try:
            return _fit(Decimal(value.strip()))
        except decimal.InvalidOperation:
            raise TypeError(f"a number is needed, not {value!r}") from None
    if isinstance(value, int):
        return Decimal(int(value))
    if isinstance(value, Decimal):
        return _fit(value)
    if hasattr(value, "current") and hasattr(value.current, "value"):
        return to_decimal(value.current.value)
    if hasattr(value, "item"):  # numpy's, whose short floats come with their own shortest text
        item = value.item()
        return to_decimal(float(str(value)) if isinstance(item, float) else item)
    try:
        return _from_float(float(value))
    except (TypeError, ValueError):
        raise TypeError(f"a number is needed, not {value!r}") from None


def _from_float(value: float) -> Decimal:
    if not math.isfinite(value):
        name = "NaN" if value != value else "Infinity"
        raise ArgumentException(f"It is not possible to cast a non-finite floating-point value ({name}) as decimal. Please review math operations and "
                         "verify the result is valid. (Parameter 'input')")  # fmt: skip
    text = repr(value)
    number = Decimal(text)
    return _fit(number) if "e" in text else number  # without an exponent it has at most 21 decimal places, and less than 17 digits before


def _fit(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ArgumentException(f"{value} cannot be converted to a decimal")
    if exponent > 0:
        value = value.quantize(ONE, context=_WIDE)
    elif exponent < -28:
        value = value.quantize(_UNITS[28], context=_WIDE)
    if abs(value) > _LARGEST:
        raise TypeError(f"{value} is too large for a decimal")
    return value


_WIDE = decimal.Context(prec=400, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999)


_EXACT = decimal.Context(prec=80)
_POWERS = tuple(float(f"1e{n}") for n in range(81))
_LOW = (1 << 64) - 1
_HIGH = 18446744073709551616.0


def to_float(value: Decimal) -> float:
    """.NET's cast to double, which is also the float that Python sees: low 64 bits + high 32 bits · 2^64, over 10^scale."""
    text = str(value)
    if len(text) <= 16 and "E" not in text:
        return float(text)
    if "E" in text:
        text = format(value, "f")
    negative = text[0] == "-"
    point = text.find(".")
    if point < 0:
        mantissa, scale = int(text), 0
    else:
        mantissa, scale = int(text[:point] + text[point + 1 :]), len(text) - point - 1
    if negative:
        mantissa = -mantissa
    result = (float(mantissa & _LOW) + float(mantissa >> 64) * _HIGH) / _POWERS[scale]
    return -result if negative else result


def to_floats(values: list[Decimal]) -> list[float]:
    """`to_float` of many; fast where all have the same number of decimal places."""
    places = {value.as_tuple().exponent for value in (values[0], values[-1])} if values else set()
    exponent = next(iter(places), 0)
    if len(places) != 1 or not isinstance(exponent, int) or not -28 <= exponent < -3:
        return list(map(to_float, values))
    import numpy as np

    unit = Decimal((0, (1,), exponent))
    if not all(map(unit.same_quantum, values)):
        return list(map(to_float, values))
    whole = list(map(int, map(_EXACT.multiply, values, repeat(Decimal(10) ** -exponent))))
    if min(whole) < 0:
        return list(map(to_float, values))
    low = np.array(list(map(_LOW.__and__, whole)), dtype=np.uint64).astype(np.float64)
    high = np.array([number >> 64 for number in whole], dtype=np.float64)
    return ((low + high * _HIGH) / _POWERS[-exponent]).tolist()  # type: ignore[no-any-return]


def double_to_decimal(value: float) -> Decimal:
    """.NET's cast `(decimal)double`: 15 digits, found by one multiplication in doubles, without trailing zeros.

    Raises OverflowError for NaN, infinities and what is too large.
    """
    if value == 0:
        return ZERO
    exponent = ((struct.unpack("<Q", struct.pack("<d", value))[0] >> 52) & 0x7FF) - 1022
    if exponent < -94:
        return ZERO
    if exponent > 96:
        raise OverflowException("Value was either too large or too small for a Decimal.")
    magnitude = abs(value)
    power = 14 - ((exponent * 19728) >> 16)
    if power >= 0:
        power = min(power, 28)
        magnitude *= _POWERS[power]
    elif power != -1 or magnitude >= 1e15:
        magnitude /= _POWERS[-power]
    else:
        power = 0
    if magnitude < 1e14 and power < 28:
        magnitude *= 10.0
        power += 1
    mantissa = int(magnitude)
    rest = magnitude - mantissa
    if rest > 0.5 or (rest == 0.5 and mantissa & 1):
        mantissa += 1
    if mantissa == 0:
        return ZERO
    if power < 0:
        mantissa, power = mantissa * 10**-power, 0
    while power > 0 and mantissa % 10 == 0:
        mantissa //= 10
        power -= 1
    return _EXACT.scaleb(Decimal(-mantissa if value < 0 else mantissa), -power)


def normalize(value: Decimal) -> Decimal:
    """`strip` of the value in 28 digits."""
    return strip(CONTEXT.plus(value))


def strip(value: Decimal) -> Decimal:
    """The value without trailing zeros, never in exponent form, no digit lost."""
    if not value:
        return ZERO
    value = value.normalize(_EXACT)
    return value if value.same_quantum(ONE) or value.adjusted() < 0 else _EXACT.add(value, ZERO)


def round_to(value: Decimal, digits: int) -> Decimal:
    """`Math.Round(decimal, digits)`: half to even; a coarser scale is kept as it is."""
    rounded = value.quantize(_UNITS[digits], ROUND_HALF_EVEN, _WIDE)
    return rounded if _WIDE.add(value, rounded).same_quantum(value) else value  # a sum has the finer scale of its terms


def round_significant(value: Decimal, digits: int) -> Decimal:
    """Rounded to a count of significant digits."""
    if value == 0:
        return ZERO
    exponent = value.adjusted() + 1 - digits
    rounded = value.quantize(Decimal((0, (1,), exponent)), ROUND_HALF_EVEN)
    return rounded if exponent <= 0 else rounded.quantize(ONE)


def smart_round(value: Decimal) -> Decimal:
    """LEAN's SmartRounding: 4 decimals above 1000, otherwise (all negative numbers too) 7 significant digits."""
    value = normalize(value)
    if value > 1000:
        return round_to(value, 4)
    return normalize(round_significant(value, 7))


def decimal_text(value: Decimal) -> str:
    """.NET's `decimal.ToString()`: plain digits, the scale kept; negative zero prints as 0."""
    text = format(value, "f")
    return text[1:] if text.startswith("-") and value == 0 else text


def double_text(value: float) -> str:
    """.NET's `double.ToString()`: shortest text that reads back, `E+16` style exponents from 15 digits on."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "-∞"
    text = repr(value)
    mantissa, _, exponent = text.partition("e")
    if exponent:
        power = int(exponent)
        if -5 <= power < 0:
            return format(Decimal(text), "f")
        if mantissa.endswith(".0"):
            mantissa = mantissa[:-2]
        return f"{mantissa}E{'+' if power >= 0 else '-'}{abs(power):02d}"
    if text.endswith(".0"):
        text = text[:-2]
    if abs(value) >= 1e15:
        digits = text.lstrip("-")
        body = digits.rstrip("0")
        lead = ("-" if value < 0 else "") + body[0] + ("." + body[1:] if len(body) > 1 else "")
        return f"{lead}E+{len(digits) - 1:02d}"
    return text
