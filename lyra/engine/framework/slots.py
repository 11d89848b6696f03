"""`SlotDict`: a dictionary that is walked in the order of .NET's.

.NET's Dictionary keeps its entries in slots; a slot that a removal frees is used by the next addition, the last freed first. The order
in which models walk their symbols, and so the order of insights and targets, follows from that (record `PortfolioConstruction`).
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class SlotDict(MutableMapping[K, V]):
    """A mapping with .NET's order: that of addition, but with gaps filled first."""

    def __init__(self) -> None:
        self._places: dict[K, int] = {}
        self._slots: list[Any] = []
        self._free: list[int] = []

    def __getitem__(self, key: K) -> V:
        return self._slots[self._places[key]][1]  # type: ignore[no-any-return]

    def __setitem__(self, key: K, value: V) -> None:
        place = self._places.get(key)
        if place is not None:
            self._slots[place] = (key, value)
        elif self._free:
            place = self._places[key] = self._free.pop()
            self._slots[place] = (key, value)
        else:
            self._places[key] = len(self._slots)
            self._slots.append((key, value))

    def __delitem__(self, key: K) -> None:
        place = self._places.pop(key)
        self._slots[place] = None
        self._free.append(place)

    def __iter__(self) -> Iterator[K]:
        return iter([slot[0] for slot in self._slots if slot is not None])

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def clear(self) -> None:
        """Drop everything, the gaps too."""
        self._places.clear()
        self._slots.clear()
        self._free.clear()
