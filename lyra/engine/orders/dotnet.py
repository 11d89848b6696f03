""".NET's decimal arithmetic as orders and results use it; see `lyra.engine.exact`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal

from lyra.engine import exact
from lyra.engine.exact import scale_of

_WIDE = Context(prec=80)

__all__ = ["add", "divide", "mean_step", "multiply", "strip", "subtract", "total"]


def add(a: Decimal, b: Decimal) -> Decimal:
    """a + b."""
    result = exact.add(a, b)
    return result if result else _signed(result, a, b)


def subtract(a: Decimal, b: Decimal) -> Decimal:
    """a - b."""
    result = exact.subtract(a, b)
    return result if result else _signed(result, a, b.copy_negate())


def _signed(zero: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """A sum of zero has a sign: that of the first term where both have as many decimal places, else that of the one with fewer, unless it is 0."""
    places, others = scale_of(a), scale_of(b)
    if places == others:
        return zero.copy_sign(a)
    fewer, more = (a, b) if places < others else (b, a)
    return zero.copy_sign(fewer or more)


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum, added one by one from 0."""
    result = exact.ZERO
    for value in values:
        result = add(result, value)
    return result


def divide(a: Decimal, b: Decimal | int) -> Decimal:
    """a / b."""
    return exact.divide(a, Decimal(b))


def multiply(a: Decimal, b: Decimal | int) -> Decimal:
    """a * b."""
    return exact.multiply(a, Decimal(b))


def mean_step(mean: Decimal, value: Decimal, weight: Decimal | int, total: Decimal | int) -> Decimal:
    """A running mean after one more value: mean + (value - mean) * weight / total, each step rounded as .NET does."""
    step = subtract(value, mean)
    return add(mean, divide(step if weight == 1 else multiply(step, weight), total))


def strip(value: Decimal) -> Decimal:
    """The value without trailing zeros, never in exponent form, no digit lost."""
    if value == 0:
        return Decimal(0)
    value = _WIDE.normalize(value)
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal(1), context=_WIDE) if isinstance(exponent, int) and exponent > 0 else value
