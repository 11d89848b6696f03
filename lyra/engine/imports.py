"""The modules that LEAN algorithms import: `AlgorithmImports`, `QuantConnect.*`, `System.*`, `clr`, and LEAN's own model files.

They exist while a run is being loaded and made; `lyra_ai` and everything else are ordinary Python.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

_ROOTS = (
    "AlgorithmImports",
    "QuantConnect",
    "System",
    "clr",
    "Alphas",
    "Execution",
    "Portfolio",
    "Risk",
    "Selection",
    "Newtonsoft",
    "Common",
    "Orders",
)
_NAMESPACES = frozenset(
    [
        "System",
        "System.Collections",
        "System.Collections.Generic",
        "System.Collections.Concurrent",
        "System.Linq",
        "System.Drawing",
        "System.IO",
        "System.Text",
        "System.Globalization",
        "System.Threading",
        "System.Diagnostics",
        "QuantConnect",
        "QuantConnect.Api",
        "QuantConnect.Util",
        "QuantConnect.Data",
        "Newtonsoft",
        "Newtonsoft.Json",
        "Common",
        "Common.Data",
        "Common.Data.Market",
        "Common.Data.Consolidators",
        "Orders",
        "Orders.Slippage",
        "Orders.Slippage.VolumeShareSlippageModel",
        "QuantConnect.Orders",
        "QuantConnect.Python",
        "QuantConnect.Storage",
        "QuantConnect.Research",
        "QuantConnect.Commands",
        "QuantConnect.Algorithm",
        "QuantConnect.Statistics",
        "QuantConnect.Parameters",
        "QuantConnect.Benchmarks",
        "QuantConnect.Brokerages",
        "QuantConnect.Securities",
        "QuantConnect.Indicators",
        "QuantConnect.Indicators.CandlestickPatterns",
        "QuantConnect.Interfaces",
        "QuantConnect.Scheduling",
        "QuantConnect.DataSource",
        "QuantConnect.Orders.Fees",
        "QuantConnect.Data.Custom",
        "QuantConnect.Data.Custom.Tiingo",
        "QuantConnect.Data.Custom.IconicTypes",
        "QuantConnect.Data.Market",
        "QuantConnect.Lean",
        "QuantConnect.Lean.Engine",
        "QuantConnect.Lean.Engine.DataFeeds",
        "QuantConnect.Lean.Engine.Setup",
        "QuantConnect.Lean.Engine.Results",
        "QuantConnect.Orders.Fills",
        "QuantConnect.Configuration",
        "QuantConnect.Notifications",
        "QuantConnect.Data.Auxiliary",
        "QuantConnect.Data.Shortable",
        "QuantConnect.Data.Fundamental",
        "QuantConnect.Data.Consolidators",
        "QuantConnect.Data.UniverseSelection",
        "QuantConnect.Orders.Slippage",
        "QuantConnect.Orders.TimeInForces",
        "QuantConnect.Orders.OptionExercise",
        "QuantConnect.Orders.Serialization",
        "QuantConnect.Securities.Forex",
        "QuantConnect.Securities.Crypto",
        "QuantConnect.Securities.Option",
        "QuantConnect.Securities.Option.StrategyMatcher",
        "QuantConnect.Securities.Equity",
        "QuantConnect.Securities.Future",
        "QuantConnect.Securities.Cfd",
        "QuantConnect.Securities.Index",
        "QuantConnect.Securities.IndexOption",
        "QuantConnect.Securities.FutureOption",
        "QuantConnect.Securities.CryptoFuture",
        "QuantConnect.Securities.Positions",
        "QuantConnect.Securities.Volatility",
        "QuantConnect.Securities.Interfaces",
        "QuantConnect.Securities.CurrencyConversion",
        "QuantConnect.Algorithm.Framework",
        "QuantConnect.Algorithm.Selection",
        "QuantConnect.Algorithm.CSharp",
        "QuantConnect.Algorithm.Framework.Risk",
        "QuantConnect.Algorithm.Framework.Alphas",
        "QuantConnect.Algorithm.Framework.Alphas.Analysis",
        "QuantConnect.Algorithm.Framework.Execution",
        "QuantConnect.Algorithm.Framework.Portfolio",
        "QuantConnect.Algorithm.Framework.Portfolio.SignalExports",
        "QuantConnect.Algorithm.Framework.Selection",
        "QuantConnect.Indicators.CandlestickPatterns",
        "QuantConnect.Logging",
        "QuantConnect.Packets",
        "QuantConnect.Optimizer",
        "QuantConnect.Report",
        "QuantConnect.ToolBox",
        "QuantConnect.Exceptions",
    ]
)
_MODEL_FILES = ("Alphas", "Execution", "Portfolio", "Risk", "Selection")
_LAZY = {"pd": "pandas", "plt": "matplotlib.pyplot"}


class _LeanModule(ModuleType):
    """A module whose names are LEAN's."""

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return _names_of(self.__name__)
        if name.startswith("__"):
            raise AttributeError(name)
        return _value_of(self.__name__, name)


def _names_of(module: str) -> list[str]:
    from lyra.engine.namespace import lean_names

    names = list(lean_names())
    if module == "AlgorithmImports":
        return [*names, *_python_names()]
    if module.partition(".")[0] in _MODEL_FILES and "." in module:
        from lyra.engine.framework import MODULES

        return [*names, *MODULES.get(module, {})]
    return names


def _value_of(module: str, name: str) -> Any:
    from lyra.engine.namespace import lean_names

    if module == "Orders.Slippage.VolumeShareSlippageModel" and name == "VolumeShareSlippageModel":
        from lyra.engine.models.python_slippage import VolumeShareSlippageModel

        return VolumeShareSlippageModel
    if module == "AlgorithmImports":
        extra = _python_names()
        if name in extra:
            return extra[name]
    if module.partition(".")[0] in _MODEL_FILES and "." in module:
        from lyra.engine.framework import MODULES, from_file

        if name in MODULES.get(module, {}):
            return from_file(module, name)
    names = lean_names()
    if name in names:
        return names[name]
    from lyra.engine.absent import placeholders

    if name in placeholders(imported_by_name=True):
        return placeholders(imported_by_name=True)[name]
    raise AttributeError(f"module '{module}' has no attribute '{name}'")


@cache
def _python_names() -> dict[str, Any]:
    """What LEAN's AlgorithmImports takes from Python."""
    import datetime
    import json
    import math
    import os
    import typing

    import numpy

    names: dict[str, Any] = {name: getattr(typing, name) for name in typing.__all__ if name != "List"}
    names.update(np=numpy, os=os, sys=sys, math=math, json=json, date=datetime.date, time=datetime.time, datetime=datetime.datetime,
                 timedelta=datetime.timedelta, Exception=Exception, List=typing.List)  # fmt: skip # noqa: UP006
    names.update({short: lazy_module(full) for short, full in _LAZY.items()})
    return names


def lazy_module(name: str) -> Any:
    """A module that is imported when it is first looked into."""
    if name in sys.modules:
        return sys.modules[name]
    return _LazyModule(name)


class _LazyModule(ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__") and attribute not in ("__version__",):
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self.__name__), attribute)


class _Clr(ModuleType):
    """`import clr`: references are all there."""

    @staticmethod
    def AddReference(name: str) -> None:  # noqa: N802 (.NET's name)
        """Nothing is to be loaded."""

    @staticmethod
    def GetClrType(kind: Any) -> Any:  # noqa: N802
        """The type itself."""
        return kind


class LeanFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds LEAN's modules."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for a module of LEAN's, None for others."""
        root = fullname.partition(".")[0]
        if root not in _ROOTS or ("." in fullname and root not in _MODEL_FILES and fullname not in _NAMESPACES):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """The module."""
        if spec.name == "clr":
            return _Clr("clr")
        return _LeanModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs."""


@contextmanager
def lean_modules(folder: str) -> Iterator[None]:
    """Within the block LEAN's modules and the files beside the algorithm can be imported; afterwards all is as it was."""
    finder = LeanFinder()
    _forget_stubs()
    before, finders = set(sys.modules), list(sys.meta_path)
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        if folder in sys.path:
            sys.path.remove(folder)
        for name in set(sys.modules) - before:
            module = sys.modules[name]
            place = getattr(module, "__file__", None) or ""
            if name.partition(".")[0] in _ROOTS or place.startswith(folder):
                del sys.modules[name]


def _forget_stubs() -> None:
    """Folders of types without code, such as those of quantconnect-stubs, that somebody has imported under LEAN's names."""
    for name in [name for name in sys.modules if name.partition(".")[0] in _ROOTS]:
        if getattr(sys.modules[name], "__file__", None) is None and not isinstance(sys.modules[name], (_LeanModule, _Clr)):
            del sys.modules[name]
