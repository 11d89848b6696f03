"""`PythonConsolidator`, the base of consolidators that users write."""

from __future__ import annotations

from typing import Any

from lyra.engine.consolidators.base import NEVER, ConsolidatorBase


class PythonConsolidator(ConsolidatorBase):
    """Define `update(data)`, set `input_type`, `output_type`, `consolidated`, `working_data`, and call
    `self.on_data_consolidated(self, bar)` for each bar that comes out. `scan` is called at every time step."""

    consolidated: Any
    working_data: Any
    input_type: Any
    output_type: Any
    _working: Any
    _types: list[Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self: Any = super().__new__(cls)
        self._working = None
        self._types = [object, object]
        self.next_due_us = -NEVER
        return self

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Takes anything, so that a subclass need not call it."""

    @property  # type: ignore[no-redef]
    def consolidated(self) -> Any:
        """What came out last."""
        return self._consolidated

    @consolidated.setter
    def consolidated(self, value: Any) -> None:
        self._consolidated = value

    @property  # type: ignore[no-redef]
    def working_data(self) -> Any:
        """What is being built."""
        return self._working

    @working_data.setter
    def working_data(self, value: Any) -> None:
        self._working = value

    @property  # type: ignore[no-redef]
    def input_type(self) -> Any:
        """The type of data that `update` takes."""
        return self._types[0]

    @input_type.setter
    def input_type(self, value: Any) -> None:
        self._types[0] = value

    @property  # type: ignore[no-redef]
    def output_type(self) -> Any:
        """The type of data that comes out."""
        return self._types[1]

    @output_type.setter
    def output_type(self, value: Any) -> None:
        self._types[1] = value

    def update(self, data: Any) -> None:
        """Take one piece of data."""

    def on_data_consolidated(self, consolidator: Any, data: Any) -> None:
        """Tell everybody that `data` came out."""
        if data is not None:
            self.window.add(data)
        self._interface.fire(consolidator, data)

    def reset(self) -> None:
        """Back to the beginning; handlers stay."""
        super().reset()
        self._working = None
        self.next_due_us = -NEVER
