"""Indicators made of others: `CompositeIndicator`, constants, functions, and the parts that an owner computes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.enums import IndicatorStatus
from lyra.engine.indicators.base import Indicator, IndicatorBase, IndicatorDataPoint, IndicatorResult
from lyra.engine.times import MIN_TIME

Composer = Callable[[Any, Any], Any]


class Part(Indicator):
    """A value that its owner computes and shows with `_show`; ready when `ready()` says so."""

    def __init__(self, name: str, ready: Callable[[], bool]) -> None:
        self.name = name
        self._ready = ready

    @property
    def is_ready(self) -> bool:
        """Whether what it is made of is ready."""
        return self._ready()


class ConstantIndicator(IndicatorBase):
    """Always the same value, always ready. `ConstantIndicator[T](name, value)` and without T are the same."""

    _input = object

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self._constant = to_decimal(value)
        self._start()

    def __class_getitem__(cls, kind: Any) -> type[ConstantIndicator]:
        return cls

    def _start(self) -> None:
        self._value = self._constant
        self._history.appendleft((self._constant, MIN_TIME, None))

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        return self._constant

    @property
    def is_ready(self) -> bool:
        """Always."""
        return True

    def reset(self) -> None:
        """Back to no samples; the value stays."""
        super().reset()
        self._start()


class CompositeIndicator(Indicator):
    """A value composed from two indicators each time both have a new one.

    `CompositeIndicator([name, ]left, right, composer)`; `composer(left, right)` gives an `IndicatorResult`. A result that
    is not a success makes no update. Resetting it resets both sides.
    """

    def __init__(self, *args: Any) -> None:
        name, rest = (args[0], args[1:]) if args and (args[0] is None or isinstance(args[0], str)) else (None, args)
        if len(rest) != 3:
            raise TypeError("No method matches given arguments for .ctor: CompositeIndicator([name, ]left, right, composer)")
        left, right, composer = rest
        self._compose(name, left, right, _checked(composer))

    @classmethod
    def _of(cls, name: str | None, left: Any, right: Any, composer: Composer) -> CompositeIndicator:
        """With a composer of the engine's own: it gives a decimal, or None for no update."""
        self: CompositeIndicator = cls.__new__(cls)
        self._compose(name, left, right, composer)
        return self

    def _compose(self, name: str | None, left: IndicatorBase, right: IndicatorBase, composer: Composer) -> None:
        self._left, self._right, self._composer = left, right, composer
        self.name = f"COMPOSE({left.name},{right.name})" if name is None else name
        self._new_left = self._new_right = False
        left._link(self._on_left)
        right._link(self._on_right)

    def _on_left(self, sender: Any, symbol: Any, end: int, value: Decimal) -> None:
        self._new_left = True
        if self._new_right or isinstance(self._right, ConstantIndicator):
            self._recompute(end)

    def _on_right(self, sender: Any, symbol: Any, end: int, value: Decimal) -> None:
        self._new_right = True
        if self._new_left or isinstance(self._left, ConstantIndicator):
            self._recompute(end)

    def _recompute(self, end: int) -> None:
        self._accept(None, max(end, self._left._history[0][1], self._right._history[0][1]), ZERO)
        self._new_left = self._new_right = False

    def _next(self, x: Decimal, symbol: Any, end: int) -> Decimal | None:
        return self._composer(self._left, self._right)  # type: ignore[no-any-return]

    @property
    def left(self) -> IndicatorBase:
        """The left side."""
        return self._left

    @property
    def right(self) -> IndicatorBase:
        """The right side."""
        return self._right

    @property
    def is_ready(self) -> bool:
        """Whether both sides are ready."""
        return self._left.is_ready and self._right.is_ready

    def _reset_parts(self) -> None:
        self._left.reset()
        self._right.reset()


class ResetCompositeIndicator(CompositeIndicator):
    """A composite that resets something more than its two sides."""

    @classmethod
    def _with_reset(cls, left: Any, right: Any, composer: Composer, also: Callable[[], None]) -> ResetCompositeIndicator:
        self: ResetCompositeIndicator = cls.__new__(cls)
        self._also = also
        self._compose(f"RESET_COMPOSE({left.name},{right.name})", left, right, composer)
        return self

    def __init__(self, *args: Any) -> None:
        *rest, self._also = args
        super().__init__(*rest)

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._also()


def _checked(composer: Composer) -> Composer:
    def compose(left: Any, right: Any) -> Decimal | None:
        result = composer(left, right)
        if not isinstance(result, IndicatorResult):
            kind = type(result).__name__
            raise TypeError(f"'{kind}' value cannot be converted to QuantConnect.Indicators.IndicatorResult")
        return result._value if result._status == IndicatorStatus.SUCCESS else None

    return compose


class FunctionalIndicator(IndicatorBase):
    """An indicator of functions: `FunctionalIndicator[T](name, compute, is_ready[, reset])`.

    `compute(input)` gives the value, `is_ready(indicator)` the readiness. T says what it takes: IndicatorDataPoint (the
    default), IBaseDataBar / QuoteBar, TradeBar, or anything else for any data.
    """

    def __init__(
        self, name: str, compute: Callable[[Any], Any], is_ready: Callable[[Any], bool], reset: Callable[[], None] | None = None
    ) -> None:
        self.name = name
        self._function, self._ready, self._on_reset = compute, is_ready, reset

    def __class_getitem__(cls, kind: Any) -> type[FunctionalIndicator]:
        wanted = kind if kind in (IndicatorDataPoint, QuoteBar, TradeBar) else object
        return type(cls.__name__, (cls,), {"_input": wanted, "__module__": cls.__module__})

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        return to_decimal(self._function(IndicatorDataPoint._of(symbol, end, x) if self._input is IndicatorDataPoint else x))

    @property
    def is_ready(self) -> bool:
        """What the given function says."""
        return bool(self._ready(self))

    def _reset_parts(self) -> None:
        if self._on_reset is not None:
            self._on_reset()
