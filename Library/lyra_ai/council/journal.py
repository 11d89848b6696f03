"""The journal of a run: who sat in the council, what was decided with whose votes, and what came of it. One JSON object a line.

Three kinds of lines: `council` (the members and their settings), `decision`, and `outcome` once a decision's horizon has closed.
"""

from __future__ import annotations

import json
import os
import weakref
from datetime import datetime
from functools import lru_cache
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import Any

from lyra_ai.errors import JournalError

JOURNAL_VERSION = 1
BUFFER = 1 << 16
"""Bytes that are written together where lines need not be written at once."""


class Journal:
    """Decisions and outcomes as JSON lines in a file; or kept in memory without a path.

    Each is written at once, or, with `at_once=False`, many together: a crash then loses some, which does not matter where a replay gives
    them again.
    """

    def __init__(self, path: Path | None = None, at_once: bool = True) -> None:
        self.path = path
        self._at_once = at_once
        self._kept: list[str] = []
        self._file: FileIO | BufferedWriter | None = None

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of a journal without a file."""
        return [json.loads(line) for line in self._kept]

    def write(self, *lines: str) -> None:
        """Add lines of JSON. Raises JournalError if they cannot be written."""
        if self.path is None:
            self._kept += lines
        elif lines:
            self._append(self.path, "\n".join(lines) + "\n")

    def _append(self, path: Path, text: str) -> None:
        try:
            if self._file is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                _mend_end(path)
                self._file = FileIO(path, "a") if self._at_once else BufferedWriter(FileIO(path, "a"), BUFFER)
                weakref.finalize(self, self._file.close)
            self._file.write(text.encode())
        except OSError as e:
            raise JournalError(f"The journal {path} cannot be written: {e.strerror}.") from e

    def close(self) -> None:
        """Close the file. Raises JournalError if what was left to write cannot be written."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as e:
                raise JournalError(f"The journal {self.path} cannot be written: {e.strerror}.") from e


def _mend_end(path: Path) -> None:
    """Cut off a last line that a crash tore, and end one that only lacks its end: what is written next must not run on in it."""
    whole = path.read_bytes() if path.is_file() else b""
    end = whole.rfind(b"\n") + 1
    if end == len(whole):
        return
    try:
        json.loads(whole[end:])
    except ValueError:
        os.truncate(path, end)
        return
    with open(path, "ab") as file:
        file.write(b"\n")


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The lines of a journal's file. A last line without an end, which a run that was cut off leaves behind, is passed over.

    Raises JournalError for a file that cannot be read and for any other line that is no JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as e:
        raise JournalError(f"The journal {path} cannot be read: {e}.") from e
    found: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as e:
            if number == len(lines):
                break
            raise JournalError(f"Line {number} of the journal {path} is no JSON: {line[:60]!r}. Delete or mend it.") from e
        if not isinstance(entry, dict):
            raise JournalError(f"Line {number} of the journal {path} is no JSON object: {line[:60]!r}. Delete or mend it.")
        found.append(entry)
    return found


encoded = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""A value as JSON."""
quoted = lru_cache(1_024)(encoded)
"""A text as JSON; names and causes come again and again."""
stamp = lru_cache(64)(datetime.isoformat)
"""A moment as the journal has it; the end of one horizon is mostly the begin of the next."""


def number(value: float | None) -> str:
    """A number as JSON, null where it is not known."""
    return "null" if value is None else repr(value)
