"""The engine's errors.

LyraError
├── NotSupported        LEAN has it, the embedded engine does not
├── DataError           a file of market data that cannot be read as LEAN would
├── ConfigError         a setting, parameter or path that cannot be used
└── AlgorithmError      the user's algorithm cannot be loaded or raised
"""

from __future__ import annotations


class LyraError(Exception):
    """Root of every error that this project raises on purpose; its text is one sentence for the user."""


class NotSupported(LyraError):
    """A member of LEAN's API that the embedded engine lacks."""

    def __init__(self, member: str, hint: str = "LEAN itself runs it, in Docker: lyra backtest --engine lean.") -> None:
        super().__init__(f"{member} is not supported by the embedded engine. {hint}")
        self.member = member


class DataError(LyraError):
    """Market data that cannot be used: names the file and, where known, the line."""


class ConfigError(LyraError):
    """A setting, a parameter or a path that cannot be used."""


class AlgorithmError(LyraError):
    """The user's algorithm could not be loaded, or raised; names the file and line of the user's code."""
