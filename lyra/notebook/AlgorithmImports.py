"""What a notebook imports: it makes the process a place for research, and gives way to the engine's module of this name."""  # noqa: N999

import importlib.util
import sys

from lyra.engine.imports import LeanFinder
from lyra.notebook import start

start()
_spec = LeanFinder().find_spec("AlgorithmImports")
assert _spec is not None
sys.modules[__name__] = importlib.util.module_from_spec(_spec)
