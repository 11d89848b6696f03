"""LEAN's Python model files where they do something else than the classes of the same name in C#: other history, other arguments.

`from Alphas.RsiAlphaModel import RsiAlphaModel` gives the one of here, `from AlgorithmImports import *` the other.
"""

from __future__ import annotations

from typing import Any

from lyra.engine.data.bars import TradeBar
from lyra.engine.enums import Resolution
from lyra.engine.framework.alphas import historical_returns, rsi
from lyra.engine.framework.execution import patient


class RsiAlphaModel(rsi.RsiAlphaModel):
    """Warms up with trades only."""

    _history_type = TradeBar


class HistoricalReturnsAlphaModel(historical_returns.HistoricalReturnsAlphaModel):
    """Takes its arguments by name only, and follows only what has a history."""

    _needs_history = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(kwargs.get("lookback", 1), kwargs.get("resolution", Resolution.DAILY))


class StandardDeviationExecutionModel(patient.StandardDeviationExecutionModel):
    """Warms up with the kind of bars that it is updated with."""

    _own_history = True
