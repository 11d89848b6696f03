"""JSON as Newtonsoft writes it for LEAN: decimals with a point and their scale, `\\u0085`-style escapes, optional indentation.

Values may be dicts, lists, strings, numbers, Decimals, bools, None and `Raw` pieces of finished JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from lyra.engine.decimals import decimal_text, double_text
from lyra.engine.enumeration import LeanEnum
from lyra.engine.times import iso_z

# LEAN starts feeds that are added in a run one tick of 100 ns after now. The engine's clock counts microseconds and has no other
# times of that kind, so the first microsecond of a millisecond stands for such a tick.
_TICK_STANDS_AT = 1

_ESCAPES = str.maketrans({"\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class Raw(str):
    """Finished JSON to be put in as it is."""

    __slots__ = ()


def json_string(text: str) -> str:
    """A quoted JSON string with Newtonsoft's escapes."""
    quoted = encode_basestring(text)
    return quoted if quoted.isascii() else quoted.translate(_ESCAPES)


def time_text(us: int) -> str:
    """A UTC instant: `2013-10-07T13:31:00Z`, with fractions only if there are any."""
    if us % 1000 == _TICK_STANDS_AT:
        whole = iso_z(us - 1)[:-1]
        return f"{whole if '.' in whole else whole + '.'}".ljust(26, "0") + "1Z"
    return iso_z(us)


def unix_seconds(us: int) -> float:
    """Seconds since 1970 as LEAN computes them of its ticks."""
    ticks = (us - 1) * 10 + 1 if us % 1000 == _TICK_STANDS_AT else us * 10
    return ticks / 10_000_000


def json_double(value: float) -> str:
    """A double: shortest text, always with a point or an exponent; NaN and infinities as strings."""
    if value != value or value in (float("inf"), float("-inf")):
        return '"NaN"' if value != value else '"Infinity"' if value > 0 else '"-Infinity"'
    text = double_text(value)
    return text if "." in text or "E" in text else text + ".0"


def decimal_json(value: Decimal) -> str:
    """A decimal: plain digits, its scale kept, always with a point."""
    text = str(value)
    if "E" in text or (text[0] == "-" and not value):
        text = decimal_text(value)
    return text if "." in text else text + ".0"


def json_scalar(value: Any) -> str:
    """The JSON of anything that is not a container."""
    kind = type(value)
    if kind is str:
        return json_string(value)
    if kind is Decimal:
        return decimal_json(value)
    if kind is Raw:
        return value  # type: ignore[no-any-return]
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return json_string(value)
    if isinstance(value, Decimal):
        return decimal_json(value)
    if isinstance(value, (LeanEnum, int)):
        return str(int(value))
    if isinstance(value, float):
        return json_double(value)
    raise TypeError(f"{kind.__name__} has no JSON form in LEAN's results.")


def json_compact(value: Any) -> str:
    """JSON without any space."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_string(str(key))}:{json_compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ",".join(map(json_compact, value)) + "]"
    if isinstance(value, Mapping):
        return json_compact(dict(value))
    return json_scalar(value)


def json_indented(value: Any, level: int = 0) -> str:
    """JSON with Newtonsoft's indentation: two spaces, `{}` and `[]` when empty."""
    kind = type(value)
    if kind is dict or isinstance(value, Mapping):
        lines = [f"{json_string(key if type(key) is str else str(key))}: {_indented(item, level + 1)}" for key, item in value.items()]
        return _block("{", "}", lines, level)
    if kind is list or isinstance(value, (list, tuple, set, frozenset)):
        return _block("[", "]", [_indented(item, level + 1) for item in value], level)
    return json_scalar(value)


def _indented(value: Any, level: int) -> str:
    """`json_indented` of a part, most of which are scalars of these kinds."""
    kind = type(value)
    return json_scalar(value) if kind is str or kind is Decimal or kind is Raw or kind is int else json_indented(value, level)


def _block(left: str, right: str, lines: list[str], level: int) -> str:
    if not lines:
        return left + right
    outer = "\n" + "  " * level
    return f"{left}{outer}  {f',{outer}  '.join(lines)}{outer}{right}"
