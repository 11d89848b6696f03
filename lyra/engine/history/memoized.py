"""What typed and sliced history gives back: an enumerable that is read when it is first asked for, and kept (`MemoizingEnumerable`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_ROOMS = {"Slice": "QuantConnect.Data", "PythonData": "QuantConnect.Python", "BaseDataCollection": "QuantConnect.Data.UniverseSelection"}


class MemoizingEnumerable:
    """Points or slices in the order of time; it can be gone through again and again, and has a length, but no index."""

    _shown = ""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._seen: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        i = 0
        while True:
            while i < len(self._seen):
                yield self._seen[i]
                i += 1
            item = next(self._source, None)
            if item is None:
                return
            self._seen.append(item)

    def __len__(self) -> int:
        self._seen.extend(self._source)
        return len(self._seen)

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return self._shown


def memoized(source: Iterator[Any], kind: type, by_symbol: bool = False) -> MemoizingEnumerable:
    """An enumerable of points of a type, or of dictionaries of them by symbol."""
    return _class_of(kind.__name__, by_symbol)(source)


@lru_cache(maxsize=64)
def _class_of(name: str, by_symbol: bool) -> type[MemoizingEnumerable]:
    full = f"{_ROOMS.get(name, 'QuantConnect.Data.Market')}.{name}"
    if by_symbol:
        name, full = f"DataDictionary[{name}]", f"QuantConnect.Data.Market.DataDictionary`1[{full}]"
    shown = f"QuantConnect.Util.MemoizingEnumerable`1[{full}]"
    return type(f"MemoizingEnumerable[{name}]", (MemoizingEnumerable,), {"_shown": shown})
