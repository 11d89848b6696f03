"""Every error of `lyra_ai` has one root.

LyraAIError
├── SettingError       a setting that cannot hold; also a ValueError
├── ViewError          a market view that is malformed, or that would show the future
├── KeyMissing         no key for the endpoint that is to be asked
├── EndpointError      an endpoint did not answer a question of ours (not a vote's: those abstain)
├── LedgerError        the ledger of money and quotas cannot be read or written
├── QuotaExhausted     a recording has used up its quota or its budget; it goes on later where it stopped
├── JournalError       a journal cannot be read or written
└── CassetteError      a cassette cannot be read or written
    └── CassetteMiss   a replay that must not miss has missed
"""

from __future__ import annotations

from datetime import datetime


class LyraAIError(Exception):
    """Root of all errors of this package; its text is a sentence for the user."""


class SettingError(LyraAIError, ValueError):
    """A setting with a value that cannot hold."""


class ViewError(LyraAIError, ValueError):
    """A market view that is malformed, or that would show what was not known at its time."""


class KeyMissing(LyraAIError):
    """An endpoint needs a key and there is none."""


class EndpointError(LyraAIError):
    """An endpoint gave no usable answer to a question that is no vote, such as its list of models."""


class LedgerError(LyraAIError):
    """The ledger cannot be read or written; without it no money may be spent."""


class QuotaExhausted(LyraAIError):
    """A recording has used up its quota or budget. `again_at` is when there is more (UTC), None where only the user can say."""

    def __init__(self, message: str, again_at: datetime | None = None) -> None:
        super().__init__(message)
        self.again_at = again_at


class JournalError(LyraAIError):
    """A journal that cannot be read or written."""


class CassetteError(LyraAIError):
    """A cassette that cannot be read or written."""


class CassetteMiss(CassetteError):
    """A replay asked for an answer that was never recorded, where misses are to fail."""
