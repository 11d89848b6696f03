""".NET's decimal arithmetic, digit for digit and trailing zero for trailing zero.

A .NET decimal is a 96-bit integer and a scale of 0 to 28; a result that does not fit is rounded half to even at the
largest scale that does. Python's context of 28 digits is close but not equal: 28 digits always fit into 96 bits, 29 do
up to 7.92…; and because the float that Python sees of a decimal depends on all its digits, one digit less shows.
Python's own operators round to the thread's context, `abs()` and unary minus too: use `magnitude` and `negate`.
Checked on the records of the real engine (`lean-indicators`), see `tests/parity/test_indicators.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from lyra.engine.decimals import double_to_decimal, to_float
from lyra.engine.decimals import strip as strip
from lyra.engine.dotnet_errors import DivideByZeroException

from_double, to_double = double_to_decimal, to_float

ZERO = Decimal(0)
ONE = Decimal(1)
TWO = Decimal(2)
HUNDRED = Decimal(100)

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
# The least exponent of a context is Emin - prec + 1: -28 in both, .NET's largest scale.
_WIDE = Context(prec=29, rounding=ROUND_HALF_EVEN, Emin=0, Emax=28, traps=_TRAPS)
_NARROW = Context(prec=28, rounding=ROUND_HALF_EVEN, Emin=-1, Emax=27, traps=_TRAPS)

_EXACT = Context(prec=80)

add29, _add28 = _WIDE.add, _NARROW.add
_subtract29, _subtract28 = _WIDE.subtract, _NARROW.subtract
multiply29, _multiply28 = _WIDE.multiply, _NARROW.multiply
_divide29, _divide28 = _WIDE.divide, _NARROW.divide

_MAX = 2**96 - 1
_EXPONENTS = (*range(29), *range(-28, 0))
BOUNDS = tuple(
    (Decimal((1, digits, e - 28)), Decimal((0, digits, e - 28))) for digits in (Decimal(_MAX).as_tuple().digits,) for e in _EXPONENTS
)
"""`BOUNDS[value.adjusted()]`: between which values 29 digits fit into 96 bits (negative exponents index from the end)."""

_DECADES = tuple(Decimal((0, (1,), e)) for e in _EXPONENTS)
_DECADES_END = tuple(Decimal((0, (9,) * 28, e - 27)) for e in _EXPONENTS)

# Each operation: take 29 digits, and 28 of them if the 29 exceed 96 bits.


def _narrowed(narrow: Decimal, wide: Decimal) -> Decimal:
    """The result in 28 digits; where rounding carried 9.99… to 10, a further digit fits again."""
    if narrow.adjusted() == wide.adjusted():
        return narrow
    return narrow.quantize(Decimal(1).scaleb(-scale_of(narrow) - 1), context=_WIDE)


_BY_ZERO = "Attempted to divide by zero."


def add(a: Decimal, b: Decimal) -> Decimal:
    """a + b."""
    result = add29(a, b)
    if not result:
        return _signed(result, a, b)
    low, high = BOUNDS[result.adjusted()]
    return result if low <= result <= high else _narrowed(_add28(a, b), result)


def subtract(a: Decimal, b: Decimal) -> Decimal:
    """a - b."""
    result = _subtract29(a, b)
    if not result:
        return _signed(result, a, b.copy_negate())
    low, high = BOUNDS[result.adjusted()]
    return result if low <= result <= high else _narrowed(_subtract28(a, b), result)


def _signed(zero: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """A sum of zero has a sign: that of the first term where both have as many decimal places, else that of the one with fewer, unless it is 0."""
    if a.same_quantum(b):
        return zero.copy_sign(a)
    fewer, more = (a, b) if scale_of(a) < scale_of(b) else (b, a)
    return zero.copy_sign(fewer or more)


def multiply(a: Decimal, b: Decimal | int) -> Decimal:
    """a * b."""
    result = multiply29(a, b)
    if not result:
        return _zero_product(result, a, b)
    low, high = BOUNDS[result.adjusted()]
    return result if low <= result <= high else _narrowed(_multiply28(a, b), result)


def _zero_product(zero: Decimal, a: Decimal, b: Decimal | int) -> Decimal:
    """A product of 0 keeps its scale only if both integers have at most 32 bits (.NET's `VarDecMul`)."""
    factor = Decimal(a or b)
    return zero if abs(int(_EXACT.scaleb(factor, scale_of(factor)))) < 1 << 32 else ZERO


def divide(a: Decimal, b: Decimal | int) -> Decimal:
    """a / b; raises ZeroDivisionError."""
    if not b:
        raise DivideByZeroException(_BY_ZERO)
    result = _divide29(a, b)
    low, high = BOUNDS[result.adjusted()]
    if not low <= result <= high:
        result = _narrowed(_divide28(a, b), result)
    if result.normalize(_WIDE).same_quantum(result):
        return add29(result, ZERO)  # 100 / 0.25 is 4E+2 in Python: the exponent must not be above 0
    return _without_zeros(result, a, b)


def share(a: Decimal, count: Decimal) -> Decimal:
    """`divide` by a whole number."""
    if not count:
        raise DivideByZeroException(_BY_ZERO)
    result = _divide29(a, count)
    low, high = BOUNDS[result.adjusted()]
    if not low <= result <= high:
        result = _narrowed(_divide28(a, count), result)
    return result if result.normalize(_WIDE).same_quantum(result) else _without_zeros(result, a, count)


def _without_zeros(quotient: Decimal, a: Decimal, b: Decimal | int) -> Decimal:
    """A quotient that ends in zeros: it keeps them if it is exact at the scale of a less that of b, and loses all otherwise."""
    product = _EXACT.multiply(quotient, b)
    if product.same_quantum(a) and product == a:
        return quotient
    short = quotient.normalize(_WIDE)
    return add29(short, ZERO)


magnitude = Decimal.copy_abs
negate = Decimal.copy_negate


def divide_safely(a: Decimal, b: Decimal, otherwise: Decimal = ZERO) -> Decimal:
    """LEAN's `SafeDivision`: a / b, or `otherwise` where that is impossible."""
    try:
        return divide(a, b)
    except ArithmeticError:
        return otherwise


# Loops that must be fast guess how many digits the next result has from the last one: a band is an operation of 28 or 29
# digits and the results for which that choice was right. Outside the band, `add` or `multiply` decide, and make a new one.
Band = tuple[Callable[[Decimal, Decimal], Decimal], Decimal, Decimal]


def _band(value: Decimal, wide: Callable[[Decimal, Decimal], Decimal], narrow: Callable[[Decimal, Decimal], Decimal]) -> Band:
    digits = value.adjusted()
    limit = BOUNDS[digits][1]
    fits = value.copy_abs() <= limit
    low, high = (_DECADES[digits], limit) if fits else (limit.next_plus(_WIDE), _DECADES_END[digits])
    operation = wide if fits else narrow
    return (operation, low, high) if value > 0 else (operation, high.copy_negate(), low.copy_negate())


def band_of_sum(value: Decimal) -> Band:
    """The band of an addition that gave `value`."""
    return _band(value, add29, _add28)


def band_of_product(value: Decimal) -> Band:
    """The band of a multiplication that gave `value`."""
    return _band(value, multiply29, _multiply28)


NO_BAND: Band = (add29, ONE, ZERO)
"""Contains nothing."""


def band_of_quotient(value: Decimal) -> Band:
    """The band of a division that gave `value`."""
    return _band(value, _divide29, _divide28)


def ends_in_zero(value: Decimal) -> bool:
    """Whether the last digit kept is 0."""
    return not value.normalize(_WIDE).same_quantum(value)


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum, added one by one from 0."""
    result = ZERO
    for value in values:
        result = add(result, value)
    return result


def mean_step(mean: Decimal, value: Decimal, weight: Decimal | int, total: Decimal | int) -> Decimal:
    """A running mean after one more value: mean + (value - mean) * weight / total, each step rounded as .NET does."""
    step = subtract(value, mean)
    return add(mean, divide(step if weight == 1 else multiply(step, weight), total))


def scale_of(value: Decimal) -> int:
    """How many decimal places the decimal carries."""
    return -value.as_tuple().exponent  # type: ignore[operator]


# between decimals and doubles ------------------------------------------------------------------
def from_double_safely(value: float) -> Decimal:
    """LEAN's `SafeDecimalCast`: NaN and infinities raise ValueError, what is too large becomes the extreme decimal."""
    if math.isnan(value) or math.isinf(value):
        raise ValueError(
            "It is not possible to cast a non-finite floating-point value "
            f"({'NaN' if math.isnan(value) else '∞' if value > 0 else '-∞'}) as decimal. "
            "Please review math operations and verify the result is valid."
        )
    if abs(value) >= float(_MAX):
        return Decimal(_MAX if value > 0 else -_MAX)
    return from_double(value)
