"""What `from AlgorithmImports import *` gives: LEAN's names and where they live here.

Rooms are imported when their names are first asked for as a whole; a name of LEAN's that is not built is a placeholder that raises
`NotSupported` when it is used.
"""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType
from typing import Any

from lyra.engine.absent import placeholders
from lyra.engine.enumeration import LeanEnum
from lyra.engine.naming import LeanObject

_ROOMS = (
    "errors", "dotnet_errors", "enums", "symbols", "times", "data.base", "data.bars", "data.events", "data.slice", "data.dictionary",
    "data.collections", "data.open_interest", "data.futures_chain", "markets.futures", "markets.representation",
    "universes.future_chain", "universes.continuous", "data.custom", "data.lean_data", "markets.exchange", "markets.exchange_hours", "markets.hours",
    "markets.local_hours", "markets.properties", "feed.config", "universes.universe", "universes.manager", "universes.fundamental",
    "history.requests", "history.indicators", "securities.security", "securities.holding", "securities.cash", "securities.cache",
    "securities.manager", "securities.portfolio", "securities.buying_power", "securities.cash_buying_power", "securities.crypto_future",
    "securities.future", "securities.future_margin", "securities.option",
    "securities.margin_call", "securities.margin_parameters", "securities.settlement", "securities.positions", "securities.benchmark",
    "securities.price_variation", "securities.fee_parameters", "orders.order", "orders.events", "orders.requests", "orders.ticket",
    "orders.properties", "orders.time_in_force", "orders.fee", "orders.fills", "orders.equity_fills", "orders.group", "orders.currencies",
    "circular_queue", "compression", "extensions", "orders.exchange_codes", "models", "fees", "brokerages.base", "brokerages",
    "indicators", "indicators.helpers", "indicators.candlestick_patterns",
    "consolidators", "scheduling", "scheduling.rules", "scheduling.manager", "framework.targets",
    "framework", "algorithm.settings",
    "algorithm.option_indicators", "algorithm.core", "algorithm.commands", "algorithm.trading_calendar", "framework.signal_exports",
    "corporate.providers", "corporate.dividend_yield", "dotnet_json", "results.charts", "results.colors", "results.statistics", "results.trades",
    "results.interest_rate", "object_store", "research",
)  # fmt: skip


# LEAN's C# models of these names are out of Python's reach; algorithms import the Python ones, `from Portfolio.X import X`.
_ONLY_IN_FILES = (
    "MeanReversionPortfolioConstructionModel", "MeanVarianceOptimizationPortfolioConstructionModel",
    "BlackLittermanOptimizationPortfolioConstructionModel", "RiskParityPortfolioConstructionModel",
)  # fmt: skip


def _public(module: ModuleType) -> dict[str, Any]:
    """The classes of ours that a module shows."""
    names = getattr(module, "__all__", None)
    if names is not None:
        return {name: getattr(module, name) for name in names}
    return {name: value for name, value in vars(module).items()
            if isinstance(value, type) and not name.startswith("_") and issubclass(value, (LeanObject, LeanEnum))
            and value.__module__ == module.__name__}  # fmt: skip


@cache
def lean_names() -> dict[str, Any]:
    """LEAN's names with what they mean here."""
    names: dict[str, Any] = {}
    for room in _ROOMS:
        full = f"lyra.engine.{room}"
        try:
            module = importlib.import_module(full)
        except ModuleNotFoundError as e:
            if e.name is None or not full.startswith(e.name):
                raise
            continue
        names.update(_public(module))
    names.update(_dot_net())
    for name, placeholder in placeholders(imported_by_name=False).items():
        names.setdefault(name, placeholder)
    for name in _ONLY_IN_FILES:
        names.pop(name, None)
    names["QCAlgorithmFramework"] = names["QCAlgorithmFrameworkBridge"] = names["QCAlgorithm"]
    return names


def _dot_net() -> dict[str, Any]:
    """The .NET types that algorithms name."""
    from decimal import Decimal

    from lyra.engine import dotnet_types as net
    from lyra.engine.times import Time, TimeZones

    return {"Decimal": Decimal, "DateTime": net.DateTime, "TimeSpan": net.TimeSpan, "Time": Time, "TimeZones": TimeZones, "String": str, "Object": object,
            "List": net.List, "Dictionary": net.Dictionary, "HashSet": net.HashSet, "Random": net.Random, "Int32": int,
            "Double": float, "Boolean": bool}  # fmt: skip
