"""The methods of the models that users give: LEAN's own classes, subclasses of them, or plain objects in either spelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.naming import find_method, pascal_case


def required_method(model: Any, name: str, interface: str) -> Callable[..., Any]:
    """A method that a model must have. Raises NotImplementedError with LEAN's text."""
    method = find_method(model, name)
    if method is None:
        member = pascal_case(name)
        raise NotImplementedError(f"{interface}.{member} must be implemented. Please implement this missing method on {type(model)}")
    return method  # type: ignore[no-any-return]


def model_name(model: Any) -> str:
    """The name that a model has or was given, or that of its class (`AlphaModelExtensions.GetModelName`)."""
    for attribute in ("name", "Name"):
        name = getattr(model, attribute, None)
        if isinstance(name, str):
            return name
    return type(model).__name__


def models_of(models: tuple[Any, ...], kind: str) -> list[Any]:
    """The models of a composite, given one by one or as a list. Raises ValueError without any."""
    several = len(models) == 1 and isinstance(models[0], (list, tuple))
    members = list(models[0]) if several else list(models)
    if not members:
        text = {"AlphaModel": "alpha", "RiskManagementModel": "risk management", "UniverseSelectionModel": "universe selection"}[kind]
        raise ArgumentException(f"Must specify at least 1 {text} model for the Composite{kind}")
    return members
