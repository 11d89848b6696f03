""".NET's exceptions under their own names, each also Python's nearest builtin: LEAN shows `ArgumentException` in messages, and an algorithm
that catches `ValueError` catches it here as well."""

from __future__ import annotations

from typing import Any

__all__ = [
    "ArgumentException", "ArgumentNullException", "ArgumentOutOfRangeException", "DivideByZeroException", "DuplicateNameException",
    "FormatException", "IndexOutOfRangeException", "InvalidCastException", "InvalidOperationException", "KeyNotFoundException", "NotImplementedException",
    "NotSupportedException", "NullReferenceException", "OverflowException", "RegressionTestException",
]  # fmt: skip


class ArgumentException(ValueError):
    """An argument that cannot be used. `place` is the file and line of LEAN's that the real engine adds where no line of the user's is at fault."""

    def __init__(self, *args: Any, place: str = "") -> None:
        super().__init__(*args)
        self.place = place


class PlainException(ValueError):
    """.NET's `Exception` itself, under that name."""


PlainException.__name__ = "Exception"


class ArgumentNullException(ArgumentException):
    """An argument that must not be None."""


class ArgumentOutOfRangeException(ArgumentException):
    """An argument beyond what is allowed."""


class IndexOutOfRangeException(IndexError):
    """A place beyond the end of an array."""


class FormatException(ValueError):
    """A text that cannot be read."""


class InvalidCastException(TypeError):
    """A value of another type than is needed."""


class DivideByZeroException(ZeroDivisionError):
    """A division by zero."""


class OverflowException(OverflowError):
    """A number that its type cannot hold."""


class NotImplementedException(NotImplementedError):
    """A method that is not there."""


class NotSupportedException(RuntimeError):
    """A call that the object does not take."""


class NullReferenceException(AttributeError):
    """Something was asked of nothing."""


class DuplicateNameException(ValueError):
    """A name that is taken."""


class RegressionTestException(Exception):
    """What LEAN's own regression algorithms raise when something is not as it was."""


class InvalidOperationException(RuntimeError):
    """A call that cannot be made now."""


class KeyNotFoundException(KeyError):
    """A key that is not there; `str()` is the sentence, not its repr."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def no_method(name: str, *args: Any, signature: str = "") -> TypeError:
    """The error of a call that no overload takes, with the types given as LEAN names them; `signature` is the only one there is."""
    given = ", ".join(type_text(type(arg)) for arg in args)
    known = f"The expected signature is:\n{name}{signature}" if signature else "The following overloads are available:"
    return TypeError(f"No method matches given arguments for {name}: ({given}). {known}")


def type_text(kind: type) -> str:
    """A class as Python shows LEAN's."""
    if not kind.__module__.startswith("lyra.engine."):
        return str(kind)
    room = "Indicators." if kind.__module__.startswith("lyra.engine.indicators.") else ""
    return f"<class 'QuantConnect.{_ROOMS.get(kind.__name__, room)}{kind.__name__}'>"


_ROOMS = {
    "InsightType": "Algorithm.Framework.Alphas.", "InsightDirection": "Algorithm.Framework.Alphas.", "TradeBar": "Data.Market.",
    "QuoteBar": "Data.Market.", "Tick": "Data.Market.", "Slice": "Data.",
}  # fmt: skip
