"""Loading a user's algorithm: the module, the class in it, and where in the user's code an error arose."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lyra.engine.errors import AlgorithmError


@dataclass(frozen=True)
class Fault:
    """An error of user code: its text, the frames of the user's own files, and the last of them."""

    message: str
    trace: str
    file: str | None
    line: int | None

    @property
    def place(self) -> str:
        """`file, line n` for a sentence; empty when no user code was involved."""
        return "" if self.file is None else f"{self.file}, line {self.line}"


def load_class(file: Path) -> type:
    """The algorithm class of a file: the last class that it defines itself and that derives from QCAlgorithm.

    Raises AlgorithmError when there is none, and whatever the module raises.
    """
    from lyra.engine.algorithm.core import QCAlgorithm

    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise AlgorithmError(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    classes = [value for value in vars(module).values()
               if isinstance(value, type) and issubclass(value, QCAlgorithm) and value.__module__ == module.__name__]  # fmt: skip
    if not classes:
        raise AlgorithmError(f"{file.name} has no class that derives from QCAlgorithm.")
    return classes[-1]


def fault_of(error: BaseException, folder: Path) -> Fault:
    """Where in the user's folder an error arose, and LEAN's way of telling it."""
    if isinstance(error, SyntaxError) and error.filename:
        name = Path(error.filename).name
        text = f"{error.msg} ({name}, line {error.lineno}): {(error.text or '').strip()}"
        return Fault(text, text, name, error.lineno)
    root = str(folder.resolve())
    frames = [f for f in traceback.extract_tb(error.__traceback__) if str(Path(f.filename).resolve()).startswith(root)]
    message = _message(error)
    lines = [message]
    for frame in frames:
        lines.append(f"  at {frame.name}\n    {frame.line}\n in {Path(frame.filename).name}: line {frame.lineno}")
    last = frames[-1] if frames else None
    return Fault(message, "\n".join(lines) + "\n", None if last is None else Path(last.filename).name, None if last is None else last.lineno)


def _message(error: BaseException) -> str:
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    return str(error) or type(error).__name__
