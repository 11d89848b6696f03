"""What LEAN has and the embedded engine has not: types stand as placeholders, members are told apart from misspelt ones.

`absent_types.txt` holds names of types (below `--` those that algorithms have to import by name), `absent_members.txt` a class and
its members on each line. A name that has been built since takes precedence over what stands there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lyra.engine.errors import NotSupported
from lyra.engine.naming import snake_case

_TYPES = Path(__file__).with_name("absent_types.txt")
MEMBERS = Path(__file__).with_name("absent_members.txt")


class _Placeholder(type):
    """A type that can be named, in hints and in `isinstance`, but not used."""

    def __call__(cls, *_: Any, **__: Any) -> Any:
        raise NotSupported(cls.__name__)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotSupported(f"{cls.__name__}.{name}")

    def __getitem__(cls, _: Any) -> Any:
        return cls


class _Absent(metaclass=_Placeholder):
    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ != __name__:
            raise NotSupported(cls.__mro__[1].__name__)


@cache
def placeholders(imported_by_name: bool) -> dict[str, type]:
    """The placeholders; with `imported_by_name` those that `AlgorithmImports` does not give."""
    common, _, named = _TYPES.read_text(encoding="utf-8").partition("--\n")
    return {name: _Placeholder(name, (_Absent,), {"__module__": __name__}) for name in (named if imported_by_name else common).split()}


def is_placeholder(kind: Any) -> bool:
    """Whether a type stands for one that is not there."""
    return isinstance(kind, _Placeholder)


def absent_members(name: str) -> frozenset[str]:
    """The members that LEAN's class of that name has and the engine's has not."""
    return _members().get(name, frozenset())


@cache
def _members() -> dict[str, frozenset[str]]:
    lines = (line.split() for line in MEMBERS.read_text(encoding="utf-8").splitlines())
    return {words[0]: frozenset(words[1:]) for words in lines if words}


def as_not_supported(error: BaseException) -> BaseException:
    """The error, or `NotSupported` where it comes of a member that LEAN has."""
    if not isinstance(error, AttributeError) or not error.name:
        return error
    owner = error.obj if isinstance(error.obj, type) else type(error.obj)
    for kind in owner.__mro__:
        known = absent_members(kind.__name__)
        if kind.__module__.startswith("lyra.engine.") and (error.name in known or snake_case(error.name) in known):
            return NotSupported(f"{kind.__name__}.{error.name}").with_traceback(error.__traceback__)
    return error
