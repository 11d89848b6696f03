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
        self._indicators: list[tuple[Any, Callable[[Any, Any], None], str | None]] = []
        self._ahead: list[Any] = []
        self.by_bar: list[Callable[[Any, Any], None]] = []
        """What has to be updated with each bar."""

    def add(self, indicator: Any, update: Callable[[Any, Any], None], column: str | None) -> None:
        """Update an indicator with each row from the next one on; `update(None, bar)` is the ordinary way.

        `column` is the field that it takes, None if it wants more than one.
        """
        self._indicators.append((indicator, update, column))
        self.by_bar.append(update)

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
        if self.by_bar:
            config = self._config
            bar = config.bar_type._of(config.symbol, rows, i)
            for update in list(self.by_bar):
                update(None, bar)

    def _begin(self, rows: Any, i: int) -> None:
        """Rows that were not looked at before: compute what can be computed ahead."""
        complete = self.rows is not None and self.i == len(self.rows) - 1
        for indicator in list(self._ahead):
            if not complete or not indicator._ahead.go_on(rows, i):
                settle(indicator)
        self.rows = rows
        self.i = i - 1
        self.by_bar = []
        for indicator, update, column in self._indicators:
            if indicator in self._ahead:
                continue
            if (
                column
                and len(rows) - i > 1
                and can_run_ahead(indicator)
                and run_ahead(indicator, self, rows, i, column, self._config.symbol)
            ):
                self._ahead.append(indicator)
            else:
                self.by_bar.append(update)

    def settled(self, indicator: Any) -> None:
        """An indicator was made an ordinary one; it is updated bar by bar from now on."""
        self._ahead.remove(indicator)
        self.by_bar += [update for item, update, _ in self._indicators if item is indicator]
