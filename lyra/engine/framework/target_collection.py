"""`PortfolioTargetCollection`: targets by symbol (`Common/Algorithm/Framework/Portfolio/PortfolioTargetCollection.cs`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.decimals import to_decimal
from lyra.engine.framework.slots import SlotDict
from lyra.engine.framework.targets import order_by_margin_impact
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol


class PortfolioTargetCollection(LeanObject):
    """One target a symbol; a new one takes the place of the old."""

    def __init__(self) -> None:
        self._targets: SlotDict[Symbol, Any] = SlotDict()

    @property
    def count(self) -> int:
        """How many."""
        return len(self._targets)

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self._targets

    @property
    def is_read_only(self) -> bool:
        """False."""
        return False

    @property
    def keys(self) -> Any:
        """The symbols."""
        return _Callable(self._targets)

    @property
    def values(self) -> Any:
        """The targets."""
        return _Callable(self._targets.values())

    def add(self, *target: Any) -> None:
        """`(target)` or `(symbol, target)`; None is ignored."""
        if target[-1] is not None:
            self._targets[target[-1].symbol] = target[-1]

    def add_range(self, targets: Iterable[Any]) -> None:
        """Add several."""
        for target in targets:
            self._targets[target.symbol] = target

    def clear(self) -> None:
        """Drop all."""
        self._targets.clear()

    def clear_fulfilled(self, algorithm: Any) -> None:
        """Drop those that are reached to within a lot."""
        for symbol, target in list(self._targets.items()):
            security = algorithm.securities[symbol]
            wanted = target._quantity if hasattr(target, "_quantity") else to_decimal(target.quantity)
            if abs(wanted - security.holdings._quantity) < security.symbol_properties._lot_size:
                del self._targets[symbol]

    def contains(self, target: Any) -> bool:
        """Whether the target's symbol has one."""
        return target is not None and target.symbol in self._targets

    def contains_key(self, symbol: Any) -> bool:
        """Whether a symbol has one."""
        return find_symbol(symbol) in self._targets

    def remove(self, item: Any) -> bool:
        """Drop a symbol's target, or exactly the target given; whether it was there."""
        symbol = find_symbol(item) if isinstance(item, (str, Symbol)) else None
        if symbol is not None:
            return self._targets.pop(symbol, None) is not None
        place = getattr(item, "symbol", None)
        if item is None or place is None or self._targets.get(place) is not item:
            return False
        del self._targets[place]
        return True

    def try_get_value(self, symbol: Any, *result: Any) -> tuple[bool, Any]:
        """(found, target) of a symbol."""
        target = self._targets.get(find_symbol(symbol))  # type: ignore[arg-type]
        return target is not None, target

    def order_by_margin_impact(self, algorithm: Any) -> list[Any]:
        """Those that are worth an order now, those that free margin first."""
        return order_by_margin_impact(algorithm, self._targets.values()) if self._targets else []

    def __getitem__(self, symbol: Any) -> Any:
        return self._targets[find_symbol(symbol)]  # type: ignore[index]

    def __setitem__(self, symbol: Any, target: Any) -> None:
        self._targets[find_symbol(symbol)] = target  # type: ignore[index]

    def __contains__(self, item: Any) -> bool:
        return self.contains_key(item) if isinstance(item, (str, Symbol)) else self.contains(item)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._targets.values()))

    def __len__(self) -> int:
        return len(self._targets)


class _Callable(list[Any]):
    """A list that may also be called, since Python's dictionaries have `keys()` and LEAN's have `Keys`."""

    def __call__(self) -> list[Any]:
        return list(self)
