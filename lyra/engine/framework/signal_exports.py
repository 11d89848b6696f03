"""`self.signal_export`: portfolio targets for others (`Common/Algorithm/Framework/Portfolio/SignalExports`).

LEAN sends them in live trading only and says so once; so in a backtest the providers have nothing to do.
"""

from __future__ import annotations

from typing import Any

from lyra.engine.errors import NotSupported
from lyra.engine.naming import LeanObject


class SignalExportManager(LeanObject):
    """Keeps the providers."""

    automatic_export_time_span: Any

    def __init__(self, algorithm: Any) -> None:
        from datetime import timedelta

        self._algorithm = algorithm
        self._providers: list[Any] = []
        self._told = False
        self.automatic_export_time_span = timedelta(seconds=5)

    def add_signal_export_provider(self, signal_export: Any) -> None:
        """Add a provider: one of LEAN's, or an object with `send(parameters)`."""
        self._providers.append(signal_export)

    def add_signal_export_providers(self, *signal_exports: Any) -> None:
        """Add several."""
        for given in signal_exports:
            self._providers.extend(given if isinstance(given, (list, tuple)) else [given])

    def set_target_portfolio(self, *portfolio_targets: Any) -> bool:
        """Send targets; True, since nothing is to be sent in a backtest."""
        if not self._told:
            self._told = True
            self._algorithm.debug("Portfolio targets are only sent in live mode")
        return True

    def set_target_portfolio_from_portfolio(self) -> bool:
        """Send the present portfolio; False if it is worth nothing."""
        if self._algorithm.portfolio._total_portfolio_value <= 0:
            self._algorithm.error("Total portfolio value was less than or equal to 0")
            return False
        return self.set_target_portfolio()


class SignalExportTargetParameters(LeanObject):
    """What a provider is given: `targets` and `algorithm`."""

    targets: list[Any]
    algorithm: Any

    def __init__(self, targets: list[Any] | None = None, algorithm: Any = None) -> None:
        self.targets = targets or []
        self.algorithm = algorithm


class BaseSignalExport(LeanObject):
    """Base of LEAN's providers."""

    def __init__(self, *args: Any, **names: Any) -> None:
        self._settings = (args, names)

    def send(self, parameters: Any) -> bool:
        """Only live trading sends. Raises NotSupported."""
        raise NotSupported(f"{type(self).__name__}.send")

    def dispose(self) -> None:
        """Nothing is held."""


class Collective2SignalExport(BaseSignalExport):
    """`Collective2SignalExport(api_key, system_id, use_white_label_api=False)`."""


class CrunchDAOSignalExport(BaseSignalExport):
    """`CrunchDAOSignalExport(api_key, model, submission_name="", comment="")`."""


class NumeraiSignalExport(BaseSignalExport):
    """`NumeraiSignalExport(public_id, secret_id, model_id, file_name="predictions.csv")`."""


class VBaseSignalExport(BaseSignalExport):
    """`VBaseSignalExport(api_key, collection_name, store_stamped_file=True, idempotent=False)`."""
