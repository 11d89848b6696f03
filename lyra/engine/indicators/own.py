"""Indicators that users write in Python: `PythonIndicator`, and plain classes with `update`, `is_ready` and `value`.

Measured (`lean-indicators/behaviour.json`, part `own`; `lean_engine.md`, the last section): a subclass updated by hand leaves
`current`, `samples` and `is_ready` alone; updated by the engine (`_update`) they move, and `value` is read after every update.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import to_decimal
from lyra.engine.dotnet_errors import NullReferenceException
from lyra.engine.indicators.base import DataIndicator, IndicatorBase, IndicatorDataPoint
from lyra.engine.naming import find_method, pascal_case


class PythonIndicator(DataIndicator):
    """Base of a user's own indicator: define `update(input)` and set `value`; `is_ready` and `warm_up_period` are optional.

    `update` gives back whether the indicator is ready (or None, then `is_ready` decides).
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self = super().__new__(cls)
        self.name = cls.__name__
        self.warm_up_period = 0
        self._instance = self
        self._ready = False
        return self

    def __init__(self, *args: Any) -> None:
        """`PythonIndicator()` from a subclass; `PythonIndicator(obj)` wraps an object that has `update`, `is_ready` and `value`."""
        if type(self) is PythonIndicator and args:
            self._wrap(args[0])

    def _wrap(self, instance: Any) -> None:
        kind = type(instance).__name__
        for member in ("is_ready", "update", "value"):
            if getattr(instance, member, None) is None and getattr(instance, pascal_case(member), None) is None:
                text = f"Indicator.{member} must be implemented. Please implement this missing method in {kind}"
                if member == "is_ready":
                    text += f" or use PythonIndicator as base:\nclass {kind}(PythonIndicator):"
                raise NotImplementedError(text)
        self._instance = instance
        self.name = str(_read(instance, "name", kind))
        self.warm_up_period = int(_read(instance, "warm_up_period", 0))

    def update(self, input: Any, value: Any = None, time: datetime | None = None) -> bool:  # type: ignore[override]
        """Take one more piece of data; subclasses write their own."""
        if self._instance is self:
            raise NullReferenceException("Object reference not set to an instance of an object.")
        return self._update(input if value is None else IndicatorDataPoint(input if time is None else time, value))

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        instance = self._instance
        answer = find_method(instance, "update")(x)
        ready = answer if answer is not None else (self._ready if instance is self else _read(instance, "is_ready", False))
        self._ready = bool(ready)
        shown = _read(instance, "value", None)
        try:
            return to_decimal(shown)
        except (TypeError, ValueError):
            kind = "NoneType" if shown is None else type(shown).__name__
            raise TypeError(f"Invalid type for property 'value'. Expected a type convertible to 'Decimal' but was '{kind}'") from None

    @property
    def is_ready(self) -> bool:
        """What the last `update` by the engine gave back, or the wrapped object's own `is_ready`."""
        if self._ready or self._instance is self:
            return self._ready
        return bool(_read(self._instance, "is_ready", False))

    def _reset_parts(self) -> None:
        self._ready = False
        if self._instance is not self:
            reset = find_method(self._instance, "reset")
            if reset is not None:
                reset()


def _read(instance: Any, name: str, default: Any) -> Any:
    found = getattr(instance, name, None)
    found = getattr(instance, pascal_case(name), None) if found is None else found
    return default if found is None else found


def as_indicator(candidate: Any) -> Any:
    """An indicator as it is; a plain object with `update`, `is_ready` and `value` in a `PythonIndicator`, the same each time."""
    if isinstance(candidate, IndicatorBase):
        return candidate
    wrapped = getattr(candidate, "_lyra_indicator", None)
    if wrapped is None:
        wrapped = PythonIndicator(candidate)
        candidate._lyra_indicator = wrapped
    return wrapped
