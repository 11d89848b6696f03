"""The run that is being made: what an algorithm object finds when it is constructed.

LEAN constructs the user's class without arguments and wires it afterwards; here it finds its run through a context variable, so
that runs in several threads or tasks do not see each other.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lyra.engine.errors import AlgorithmError
from lyra.engine.results.messages import Messages


@dataclass
class Context:
    """What a run is given. `yesterday` is the midnight (us) of the last day that an end date may have."""

    data: Any
    yesterday: int
    algorithm_id: str = "local"
    parameters: dict[str, str] = field(default_factory=dict)
    object_store: Path | None = None
    messages: Messages = field(default_factory=Messages)
    model_errors: list[BaseException] = field(default_factory=list)
    resources: ExitStack = field(default_factory=ExitStack)
    """What a run opens on the way and is closed with it."""

    def subscription_manager(self, algorithm: Any) -> Any:
        """`self.subscription_manager` of an algorithm."""
        from lyra.engine.algorithm.subscriptions import SubscriptionManager

        return SubscriptionManager(algorithm)

    def note_model_error(self, error: BaseException) -> None:
        """Keep an error of a user's model, which LEAN only logs."""
        self.model_errors.append(error)

    @contextmanager
    def active(self) -> Iterator[Context]:
        """Make this the current run within a `with` block."""
        token = _CURRENT.set(self)
        log, console = logging.getLogger("lyra.engine"), _ToConsole(self.messages)
        log.addHandler(console)
        try:
            with self.data.symbols.active(), self.resources:
                yield self
        finally:
            log.removeHandler(console)
            _CURRENT.reset(token)

    def stay(self) -> None:
        """Make this the current run until another one is, or the process ends."""
        _CURRENT.set(self)
        self.data.symbols.stay()


class _ToConsole(logging.Handler):
    """Takes what the engine's parts log to the run's `log.txt`, where LEAN's engine writes too."""

    def __init__(self, messages: Messages) -> None:
        super().__init__()
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        """Add a line."""
        self._messages.console.append((record.levelname, record.getMessage()))


_CURRENT: ContextVar[Context | None] = ContextVar("lyra_context", default=None)


def current_context() -> Context:
    """The current run's context. Raises AlgorithmError outside of a run."""
    context = _CURRENT.get()
    if context is None:
        raise AlgorithmError("QCAlgorithm can only be constructed by a run: start it with 'lyra backtest FILE'.")
    return context
