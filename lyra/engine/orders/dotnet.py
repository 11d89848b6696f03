"""Decimal arithmetic to .NET's last digit, for results that users see in full: a decimal holds any mantissa below 2**96.

That is 28 digits, and 29 for numbers that begin with a small digit; the engine's decimal context has 28.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

_WIDE = Context(prec=80, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999)
_LARGEST = 2**96 - 1


def fit(value: Decimal) -> Decimal:
    """The nearest number that a .NET decimal holds."""
    digits = value.as_tuple()
    exponent = digits.exponent
    if not isinstance(exponent, int) or (len(digits.digits) <= 28 and exponent >= -28):
        return value
    drop = max(len(digits.digits) - 29, -28 - exponent, 0)
    rounded = value.quantize(Decimal(1).scaleb(exponent + drop), context=_WIDE) if drop else value
    if abs(int(rounded.scaleb(-(exponent + drop), context=_WIDE))) > _LARGEST:
        rounded = value.quantize(Decimal(1).scaleb(exponent + drop + 1), context=_WIDE)
    return rounded


def divide(a: Decimal, b: Decimal | int) -> Decimal:
    """a / b."""
    return fit(_WIDE.divide(a, Decimal(b)))


def multiply(a: Decimal, b: Decimal | int) -> Decimal:
    """a * b."""
    return fit(_WIDE.multiply(a, Decimal(b)))


def add(a: Decimal, b: Decimal) -> Decimal:
    """a + b."""
    return fit(_WIDE.add(a, b))


def subtract(a: Decimal, b: Decimal) -> Decimal:
    """a - b."""
    return fit(_WIDE.subtract(a, b))


def mean_step(mean: Decimal, value: Decimal, weight: Decimal | int, total: Decimal | int) -> Decimal:
    """A running mean after one more value: mean + (value - mean) * weight / total, each step rounded as .NET does."""
    return add(mean, divide(multiply(subtract(value, mean), weight), total))


def strip(value: Decimal) -> Decimal:
    """The value without trailing zeros, never in exponent form, no digit lost."""
    if value == 0:
        return Decimal(0)
    value = _WIDE.normalize(value)
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal(1), context=_WIDE) if isinstance(exponent, int) and exponent > 0 else value
