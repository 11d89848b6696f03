"""Indicators that take a feed's prices as they are: updated by rows, without bar objects, ahead of time where they allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lyra.engine.indicators.ahead import can_run_ahead, run_ahead, settle


class DirectFeed:
    """The indicators of one feed; `i` is the row of `rows` that they show."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self.rows: Any = None
        self.i = -1
        self._last_end: int | None = None
        """The end of the last bar of the rows before."""
        self._indicators: list[tuple[Any, Callable[[Any, Any], None], str | None]] = []
        self._ahead: list[Any] = []
        self.by_bar: list[Callable[[Any, Any], None]] = []
        """What has to be updated with each bar."""
        self._fresh: list[Callable[[Any, Any], None]] = []
        """Those that have not seen a bar yet."""

    def add(self, indicator: Any, update: Callable[[Any, Any], None], column: str | None) -> None:
        """Update an indicator with each row from the next one on; `update(None, bar)` is the ordinary way.

        `column` is the field that it takes, None if it wants more than one.
        """
        self._indicators.append((indicator, update, column))
        self.by_bar.append(update)
        self._fresh.append(update)

    def remove(self, indicator: Any) -> None:
        """Update an indicator no more."""
        for item in [item for item in self._indicators if item[0] is indicator]:
            self._indicators.remove(item)
            if item[1] in self.by_bar:
                self.by_bar.remove(item[1])
        if indicator in self._ahead:
            settle(indicator)

    def __len__(self) -> int:
        return len(self._indicators)

    def prepare(self, rows: Any, i: int) -> None:
        """A row is about to come."""
        if rows is not self.rows or i != self.i + 1:
            self._begin(rows, i)

    def show(self, rows: Any, i: int) -> None:
        """The feed's next row has come."""
        if rows is not self.rows or i != self.i + 1:
            self._begin(rows, i)
        self.i = i
        updates = self.by_bar
        if rows.repeats and self._shown_before(rows, i):
            updates = [update for update in updates if update in self._fresh]
        if updates:
            config = self._config
            bar = config.bar_type._of(config.symbol, rows, i)
            for update in list(updates):
                update(None, bar)
        if self._fresh:
            self._fresh = []

    def _shown_before(self, rows: Any, i: int) -> bool:
        """Whether the bar before had the same end: of those only the first counts (`IdentityDataConsolidator`)."""
        return bool(rows.end[i] == (rows.end[i - 1] if i else self._last_end))

    def _begin(self, rows: Any, i: int) -> None:
        """Rows that were not looked at before: compute what can be computed ahead."""
        complete = self.rows is not None and self.i == len(self.rows) - 1
        if self.rows is not None and self.i >= 0:
            self._last_end = self.rows.end[self.i]
        for indicator in list(self._ahead):
            if not complete or rows.repeats or not indicator._ahead.go_on(rows, i):
                settle(indicator)
        self.rows = rows
        self.i = i - 1
        self.by_bar = []
        for indicator, update, column in self._indicators:
            if indicator in self._ahead:
                continue
            if column and self._may_run_ahead(indicator, rows, i) and run_ahead(indicator, self, rows, i, column, self._config.symbol):
                self._ahead.append(indicator)
                if update in self._fresh:
                    self._fresh.remove(update)
            else:
                self.by_bar.append(update)

    @staticmethod
    def _may_run_ahead(indicator: Any, rows: Any, i: int) -> bool:
        return len(rows) - i > 1 and not rows.repeats and can_run_ahead(indicator)

    def settled(self, indicator: Any) -> None:
        """An indicator was made an ordinary one; it is updated bar by bar from now on."""
        self._ahead.remove(indicator)
        self.by_bar += [update for item, update, _ in self._indicators if item is indicator]
