"""Errors of user code in LEAN's words: the text, the frames of the user's own files, and where to look first.

LEAN rewrites Python's exceptions into advice (`Common/Exceptions/*Interpreter.cs`) and shows the frames innermost first.
"""

from __future__ import annotations

import difflib
import re
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from lyra.engine.errors import LyraError
from lyra.engine.naming import LeanObject

_ENGINE = Path(__file__).resolve().parents[1]
_CAMEL_MODULE = re.compile(r"[A-Z]\w*(\.[A-Z]\w*)*")
_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
_QUOTE_ATTRIBUTES = ("bid", "ask", "bidprice", "askprice", "bidsize", "asksize", "lastbidsize", "lastasksize")
_SIMILARITY = 0.7
_SUGGESTIONS = 3


@dataclass(frozen=True)
class Fault:
    """An error of user code.

    `message` is LEAN's text, `trace` the text with the frames of the user's files below it, `plain` the exception's own text,
    `file` and `line` the innermost place in the user's files.
    """

    message: str
    trace: str
    plain: str
    file: str | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """`file, line n` for a sentence; empty when no user code was involved."""
        if self.file is None or self.line is None:
            return self.file or ""
        return f"{self.file}, line {self.line}"

    @property
    def sentence(self) -> str:
        """One line with the place, for people."""
        first = next(iter(self.message.strip().splitlines()), "The algorithm failed.")
        return f"{first} ({self.place})" if self.place and self.place not in first else first


def fault_of(error: BaseException, folder: Path, frames: bool = True) -> Fault:
    """Where in the user's folder an error arose, and LEAN's way of telling it.

    `frames` False leaves the frames out of the trace, as LEAN does for callbacks that C# calls through an event.
    """
    if isinstance(error, SyntaxError) and error.filename:
        name = Path(error.filename).name
        text = f"{error.msg} ({name}, line {error.lineno}): {(error.text or '').strip()}"
        return Fault(text, text, text, name, error.lineno)
    plain = _text(error)
    message = advice(error, plain)
    found = _user_frames(error.__traceback__, folder.resolve())
    trace = message
    if found and frames:
        trace += "\n" + "\n".join(_frame_text(frame) for frame in reversed(found)) + "\n"
    elif not found and (place := getattr(error, "place", "")):
        trace += f" in {place}"
    last = found[-1] if found else None
    return Fault(message, trace, plain, None if last is None else Path(last.filename).name, None if last is None else last.lineno)


def at_function(fault: Fault, function: Any) -> Fault:
    """The fault at a function of the user's when it arose in no line of theirs, such as a check of what `initialize` set."""
    code = getattr(function, "__code__", None)
    if fault.file is not None or code is None:
        return fault
    return replace(fault, file=Path(code.co_filename).name, line=code.co_firstlineno)


def _user_frames(trace: TracebackType | None, folder: Path) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(trace) if _is_user_file(Path(frame.filename).resolve(), folder)]


def _is_user_file(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder) and not file.is_relative_to(_ENGINE) and "site-packages" not in file.parts


def _frame_text(frame: traceback.FrameSummary) -> str:
    """`  at name`, the line with its marks, ` in file: line n`."""
    shown = traceback.StackSummary.from_list([frame]).format()[0].rstrip("\n").split("\n")[1:]
    return "\n".join([f"  at {frame.name}", *shown, f" in {Path(frame.filename).name}: line {frame.lineno}"])


def _text(error: BaseException) -> str:
    """What the exception says; a KeyError its key, an error without a text its type."""
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    return str(error) or type(error).__name__


def advice(error: BaseException, plain: str) -> str:
    """The text as LEAN gives it."""
    if isinstance(error, LyraError):
        return plain
    if type(error) is KeyError:
        named = f"The key '{plain}'" if plain.strip() else "The requested key"
        return (f"{named} was not found in the collection, which raises a KeyError exception. To prevent the exception, use "
                "collection.get(key), which returns None when the key is not found, or guard the access with 'if key in collection:'.")  # fmt: skip
    if isinstance(error, ModuleNotFoundError) and error.name:
        text = f"No module named '{error.name}'. If it is a Python package, ensure it is installed in the environment."
        if _CAMEL_MODULE.fullmatch(error.name) and not error.name.isupper():
            text += " If it is a .NET assembly, importing it is not supported, use an equivalent Python package instead."
        return text
    if isinstance(error, AttributeError):
        return _attribute_advice(error, plain)
    if isinstance(error, TypeError):
        return _type_advice(plain)
    return plain


def _type_advice(plain: str) -> str:
    if "No method match" in plain:
        _, _, rest = plain.partition("for ")
        method = (rest.partition(":")[0] if rest else plain).strip()
        text = ("Trying to dynamically access a method that does not exist throws a TypeError exception. To prevent the exception, "
                f"ensure each parameter type matches those required by the {method} method. Please checkout the API documentation.")  # fmt: skip
        for start in ("The expected signature is:", "The following overloads are available:"):
            if start in plain:
                return f"{text} {plain[plain.index(start) :].strip()}"
        return text
    if "unsupported operand type" in plain:
        kinds = plain.partition(":")[2].strip()
        text = (f"Trying to perform a summation, subtraction, multiplication or division between {kinds} objects throws a TypeError "
                "exception. To prevent the exception, ensure that both values share the same type.")  # fmt: skip
        if "'datetime.datetime'" in kinds and "'datetime.date'" in kinds:
            text += (
                " To operate between them, use the date part of the datetime value, e.g.: (expiry.date() - today).days or self.time.date()."
            )
        return text
    if " value cannot be converted to " in plain:
        return (f"{plain}: This error is often encountered when assigning to a member defined in the base QCAlgorithm class. It can be fixed by "
                "prefixing private variables with an underscore.")  # fmt: skip
    if "can't compare datetime.datetime to datetime.date" in plain:
        return ("Trying to compare 'datetime.datetime' and 'datetime.date' objects throws a TypeError exception. To prevent the exception, "
                "compare using the date part of the datetime value, e.g.: self.time.date() <= some_date.")  # fmt: skip
    return plain


def _attribute_advice(error: AttributeError, plain: str) -> str:
    match = _ATTRIBUTE.search(plain)
    if match is not None:
        kind, name = match.groups()
        flat = name.replace("_", "").lower()
        if kind == "QuoteBar" and flat == "volume":
            return (f"{plain} QuoteBar holds quote data (bid/ask bars and sizes) and has no '{name}': trade data like volume comes with TradeBar. "
                    "Use data.bars.get(symbol) for the TradeBar, and note that data[symbol] returns a QuoteBar when only quote data exists at "
                    "that moment (common for forex, futures and crypto).")  # fmt: skip
        if kind == "TradeBar" and flat in _QUOTE_ATTRIBUTES:
            return (f"{plain} TradeBar holds trade data (open/high/low/close/volume) and has no '{name}': bid/ask quotes come with QuoteBar. "
                    "Use data.quote_bars.get(symbol) for the QuoteBar.")  # fmt: skip
    owner = getattr(error, "obj", None)
    if isinstance(owner, LeanObject) and error.name and "Did you mean" not in plain:
        close = similar_names(owner, error.name)
        if close:
            return f"{plain} Did you mean: {', '.join(repr(name) for name in close)}?"
    return plain


def similar_names(owner: Any, name: str) -> list[str]:
    """Public members that may be meant, the most similar first, the others by name."""
    wanted = name.lower()
    scored = []
    for member in dir(owner):
        if member[0] == "_" or not member.islower():
            continue
        score = difflib.SequenceMatcher(None, wanted, member).ratio()
        if (member[:3] == wanted[:3] and score >= _SIMILARITY) or wanted in member or (member in name and len(member) > 3):
            scored.append((score, member))
    if not scored:
        return []
    best = max(scored)[1]
    return [best, *sorted(member for _, member in scored if member != best)][:_SUGGESTIONS]
