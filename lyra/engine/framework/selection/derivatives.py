"""Selection models of options, and of futures by open interest: not part of the embedded engine."""

from __future__ import annotations

from typing import Any

from lyra.engine.errors import NotSupported
from lyra.engine.framework.selection.base import UniverseSelectionModel


class _DerivativeSelectionModel(UniverseSelectionModel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotSupported(type(self).__name__)


class OptionUniverseSelectionModel(_DerivativeSelectionModel):
    """Option chains of underlyings; raises NotSupported."""


class OptionChainedUniverseSelectionModel(_DerivativeSelectionModel):
    """Option chains of a universe's members; raises NotSupported."""


class OpenInterestFutureUniverseSelectionModel(_DerivativeSelectionModel):
    """Future chains by open interest; raises NotSupported."""
