"""Loading a user's algorithm: the module and the class in it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from lyra.engine.errors import AlgorithmError
from lyra.engine.private_names import ApartFinder, ApartLoader, set_apart


def load_class(file: Path) -> type:
    """The algorithm class of a file: the first that it defines itself and that derives from QCAlgorithm.

    Raises AlgorithmError when there is none, and whatever the module raises.
    """
    from lyra.engine.algorithm.core import QCAlgorithm

    others = set_apart(file)
    loader = None
    if others:
        sys.meta_path.insert(1, ApartFinder(file.parent, others))  # behind LEAN's own modules
        loader = ApartLoader(file.stem, str(file), others)
    spec = importlib.util.spec_from_file_location(file.stem, file, loader=loader)
    if spec is None or spec.loader is None:
        raise AlgorithmError(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    classes = [value for value in vars(module).values()
               if isinstance(value, type) and issubclass(value, QCAlgorithm) and value.__module__ == module.__name__]  # fmt: skip
    if not classes:
        raise AlgorithmError("Please ensure that one class inherits from QCAlgorithm.")
    return classes[0]
