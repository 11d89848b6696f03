"""The insights of a run: all that were emitted, and those that are open (`InsightCollection.cs`, `InsightManager.cs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.dotnet_errors import ArgumentException, no_method
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.symbols import Symbol
from lyra.engine.times import MIN_TIME, to_datetime, to_us, to_utc_datetime


class InsightCollection(LeanObject):
    """Insights by symbol."""

    def __init__(self) -> None:
        self._total = 0
        self._complete: list[Insight] = []
        self._open: SlotDict[Symbol, list[Insight]] = SlotDict()

    @property
    def count(self) -> int:
        """How many are open: not removed yet."""
        return sum(map(len, self._open.values()))

    @property
    def total_count(self) -> int:
        """How many ever came."""
        return self._total

    def add(self, item: Insight) -> None:
        """Add one."""
        self._total += 1
        self._complete.append(item)
        self._open.setdefault(item._symbol, []).append(item)

    def add_range(self, insights: Iterable[Insight]) -> None:
        """Add several."""
        for insight in insights:
            self.add(insight)

    def contains(self, item: Insight) -> bool:
        """Whether an insight is open."""
        return item in self._open.get(item._symbol, ())

    def contains_key(self, symbol: Any) -> bool:
        """Whether a symbol has open insights."""
        return bool(self._open.get(_symbol(symbol)))

    def remove(self, item: Insight) -> bool:
        """Take an insight out of the open ones; whether it was there."""
        there = self._open.get(item._symbol)
        if there is None or item not in there:
            return False
        there.remove(item)
        if not there:
            del self._open[item._symbol]
        return True

    def __getitem__(self, symbol: Any) -> list[Insight]:
        return list(self._open[_symbol(symbol)])

    def __setitem__(self, symbol: Any, insights: Iterable[Insight]) -> None:
        members = list(insights)
        self._total += len(members)
        self._open[_symbol(symbol)] = members

    def try_get_value(self, symbol: Any, *result: Any) -> tuple[bool, list[Insight] | None]:
        """(found, insights) of a symbol; needs a second argument, as LEAN's out-parameter does."""
        if not result:
            given = str(no_method("try_get_value", symbol)).partition(" The following")[0]
            raise TypeError(f"{given} The expected signature is:")
        there = self._open.get(_symbol(symbol))
        return there is not None, None if there is None else list(there)

    def __contains__(self, key: Any) -> bool:
        return self.contains(key) if isinstance(key, Insight) else self.contains_key(key)

    def __iter__(self) -> Iterator[Insight]:
        return iter([insight for insights in self._open.values() for insight in insights])

    def __len__(self) -> int:
        return self._total

    def __bool__(self) -> bool:
        return True

    def clear(self, symbols: Iterable[Any]) -> None:
        """Drop the open insights of symbols."""
        for symbol in symbols:
            self._open.pop(_symbol(symbol), None)

    def _next_expiry(self) -> int | None:
        return min((insight._close for insights in self._open.values() for insight in insights), default=None)

    def get_next_expiry_time(self) -> datetime | None:
        """When the next open insight ends, None without open ones."""
        close = self._next_expiry()
        if close is None:
            return None
        return to_datetime(close) if close == MIN_TIME else to_utc_datetime(close)

    def _active(self, utc: int) -> list[Insight]:
        return [insight for insights in self._open.values() for insight in insights if insight._close >= utc]

    def get_active_insights(self, utc_time: Any) -> list[Insight]:
        """Those that hold at a moment."""
        return self._active(to_us(utc_time))

    def _has_active(self, symbol: Symbol, utc: int) -> bool:
        return any(insight._close >= utc for insight in self._open.get(symbol, ()))

    def has_active_insights(self, symbol: Any, utc_time: Any) -> bool:
        """Whether a symbol has one that holds at a moment."""
        return self._has_active(_symbol(symbol), to_us(utc_time))

    def _remove_expired(self, utc: int) -> list[Insight]:
        removed = [insight for insights in self._open.values() for insight in insights if insight._close < utc]
        for insight in removed:
            self.remove(insight)
        return removed

    def remove_expired_insights(self, utc_time: Any) -> list[Insight]:
        """Take out those that have ended, and give them back."""
        return self._remove_expired(to_us(utc_time))

    def remove_insights(self, filter: Callable[[Insight], Any]) -> None:
        """Forget those that a function is true for."""
        self._complete = [insight for insight in self._complete if not filter(insight)]
        for insight in list(self):
            if filter(insight):
                self.remove(insight)

    def get_insights(self, filter: Callable[[Insight], Any] | None = None) -> list[Insight]:
        """All that ever came, or those that a function is true for."""
        if filter is None:
            return list(self._complete)
        if not callable(filter):
            raise ArgumentException(f"InsightCollection.GetInsights: {filter!r} is not a valid argument.")
        return [insight for insight in self._complete if filter(insight)]


class InsightManager(InsightCollection):
    """`self.insights`."""

    def __init__(self, algorithm: Any) -> None:
        super().__init__()
        self._algorithm = algorithm
        self._score: Callable[..., Any] | None = None

    def json(self) -> str:
        """All insights as LEAN's `alpha-results.json` has them."""
        from lyra.engine.framework.insight_json import insights_json

        return insights_json(self._complete)

    def step(self, utc_now: Any) -> None:
        """Let the score function see the insights."""
        if self._score is not None:
            self._score(self, to_utc_datetime(utc_now) if isinstance(utc_now, int) else utc_now)

    def set_insight_score_function(self, insight_score_function: Any) -> None:
        """Score insights with an object's `score(insight_manager, utc_time)`. Raises NotImplementedError without such a method."""
        score = find_method(insight_score_function, "score")
        if score is None:
            raise NotImplementedError(
                f"IInsightScoreFunction.Score must be implemented. Please implement this missing method on {type(insight_score_function)}"
            )
        self._score = score

    def expire(self, items: Iterable[Any] | None) -> None:
        """End insights now: those given, or all open ones of the symbols given."""
        utc = self._algorithm._utc
        for item in items or ():
            for insight in (item,) if isinstance(item, Insight) else self._open.get(_symbol(item), ()):
                insight._expire(utc)

    cancel = expire


class GeneratedInsightsCollection(LeanObject):
    """What `insights_generated` tells: the insights of a moment."""

    def __init__(self, utc: int, insights: list[Insight]) -> None:
        self._utc = utc
        self._insights = insights

    @property
    def date_time_utc(self) -> datetime:
        """When."""
        return to_utc_datetime(self._utc)

    @property
    def insights(self) -> list[Insight]:
        """The insights."""
        return self._insights


def _symbol(key: Any) -> Symbol:
    found = key if isinstance(key, Symbol) else find_symbol(key)
    if found is None:
        raise KeyError(f"This asset symbol ({key}) was not found in your security list.")
    return found
