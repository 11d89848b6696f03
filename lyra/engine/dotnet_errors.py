""".NET's exceptions under their own names, each also Python's nearest builtin: LEAN shows `ArgumentException` in messages, and an algorithm
that catches `ValueError` catches it here as well."""

from __future__ import annotations

__all__ = ["ArgumentException", "InvalidOperationException", "KeyNotFoundException"]


class ArgumentException(ValueError):
    """An argument that cannot be used."""


class InvalidOperationException(RuntimeError):
    """A call that cannot be made now."""


class KeyNotFoundException(KeyError):
    """A key that is not there; `str()` is the sentence, not its repr."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""
