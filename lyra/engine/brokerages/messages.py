"""What becomes of a brokerage's messages (`Common/Brokerages/*BrokerageMessageHandler.cs`).

Backtests have none; algorithms may send their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from lyra.engine.brokerages.base import BrokerageMessageEvent
from lyra.engine.enums import BrokerageMessageType
from lyra.engine.errors import NotSupported
from lyra.engine.naming import LeanObject


class DefaultBrokerageMessageHandler(LeanObject):
    """Debugs information, reports warnings as errors, ends the run at an error; orders made elsewhere are not taken."""

    def __init__(self, algorithm: Any, initial_delay: timedelta | None = None, open_threshold: timedelta | None = None) -> None:
        self._algorithm = algorithm

    def handle_message(self, message: BrokerageMessageEvent) -> None:
        """Act on a message."""
        algorithm, kind = self._algorithm, message.type
        if kind == BrokerageMessageType.INFORMATION:
            algorithm.debug(f"Brokerage Info: {message.message}")
        elif kind == BrokerageMessageType.WARNING:
            algorithm.error(f"Brokerage Warning: {message.message}")
        elif kind == BrokerageMessageType.ERROR:
            algorithm.set_run_time_error(RuntimeError(message.message), "Brokerage Error")
        elif kind == BrokerageMessageType.ACTION_REQUIRED:
            algorithm.set_run_time_error(RuntimeError("Brokerage requires user action"), "Brokerage Disconnect")
        else:
            raise NotSupported(f"DefaultBrokerageMessageHandler.handle_message of {kind.lean_name}")

    def handle_order(self, event_args: Any) -> bool:
        """Orders that the algorithm did not make are not taken."""
        return False


class DowngradeErrorCodeToWarningBrokerageMessageHandler(LeanObject):
    """Hands messages on to another handler, errors of some codes as warnings."""

    def __init__(self, brokerage_message_handler: Any, error_codes_to_ignore: Iterable[str]) -> None:
        self._handler = brokerage_message_handler
        self._codes = frozenset(error_codes_to_ignore)

    def handle_message(self, message: BrokerageMessageEvent) -> None:
        """Act on a message."""
        if message.type == BrokerageMessageType.ERROR and message.code in self._codes:
            message = BrokerageMessageEvent(BrokerageMessageType.WARNING, message.code, message.message)
        self._handler.handle_message(message)

    def handle_order(self, event_args: Any) -> bool:
        """As the other handler does."""
        return bool(self._handler.handle_order(event_args))
