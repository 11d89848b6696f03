"""A cassette: what models answered, keyed by the content of the question, so that a backtest can be run again free and identical.

One portable text file of JSON lines, only ever appended to. A key is the hash of everything that shapes an answer and of nothing else, so
that neither a key of an account, nor a date, nor a price stands in it. The lines:

    {"cassette": 1}                                            the first
    {"model": slug, "about": {...}}                            facts of a model when it was recorded (cutoff, abilities)
    {"rule": digest, "chosen": [slug, ...]}                    what a rule chose from the list of models
    {"key": ..., "as_of": ..., "reply": {...}, ...}            an answer, and the ballot that it was read as
    {"key": ..., "as_of": ..., "fault": kind, "why": ...}      a member that had to abstain; replayed as such, asked again when recording goes on
"""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from io import FileIO
from pathlib import Path
from typing import Any

from lyra_ai.council.votes import Ballot
from lyra_ai.errors import CassetteError

VERSION = 1


class Mode(Enum):
    """Where the votes of language models come from."""

    REPLAY = "replay"
    """The cassette only; no socket is opened."""
    RECORD = "record"
    """The cassette, and for what it lacks the network, without a deadline's hurry; ends when quota or money does, and goes on later."""
    COLLECT = "collect"
    """As `RECORD`, but what would cost money is left for a batch: it is written beside the cassette, and the member abstains for now."""
    AUTO = "auto"
    """The cassette, and for what it lacks the network, within the deadline; new answers are recorded."""
    LIVE = "live"
    """The network only; answers are recorded, never read."""
    OFF = "off"
    """Language models abstain."""

    @property
    def reads(self) -> bool:
        """Whether the cassette is looked into."""
        return self in (Mode.REPLAY, Mode.RECORD, Mode.COLLECT, Mode.AUTO)

    @property
    def asks(self) -> bool:
        """Whether the network may be asked."""
        return self in (Mode.RECORD, Mode.COLLECT, Mode.AUTO, Mode.LIVE)

    @property
    def records(self) -> bool:
        """Whether this is a recording, so that nobody waits for a decision."""
        return self in (Mode.RECORD, Mode.COLLECT)


@dataclass(slots=True)
class Entry:
    """An answer, or the fault that stood in its place. `reply` is the endpoint's JSON; cost in USD, latency in seconds."""

    key: str
    as_of: str
    reply: Mapping[str, Any] | None = None
    fault: str = ""
    why: str = ""
    cost: float = 0.0
    latency: float = 0.0
    recorded: str = ""
    generation: str = ""
    ballot: Ballot | None = field(default=None, compare=False)
    """What the reply was read as: a replay need not read it again. None where it is no ballot, and where it has not been read."""

    def line(self) -> dict[str, Any]:
        """As it stands in the file."""
        kept: dict[str, Any] = {"key": self.key, "as_of": self.as_of}
        kept |= {"fault": self.fault, "why": self.why} if self.reply is None else {"reply": self.reply}
        if self.ballot is not None:
            kept["ballot"] = [self.ballot.probability, self.ballot.reasons]
        return kept | {"cost": self.cost, "latency": round(self.latency, 4), "recorded": self.recorded, "generation": self.generation}


class Cassette:
    """Entries by key, in memory and, with a path, in a file. Safe between threads.

    A torn last line, left by a crash, is dropped; any other line that cannot be read raises CassetteError with its number.
    """

    def __init__(self, path: Path | None = None, text: str | None = None) -> None:
        """Of a file that need not exist yet; or of a cassette's text, such as an object store gives it."""
        self.path = path
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._models: dict[str, Mapping[str, Any]] = {}
        self._rules: dict[str, list[str]] = {}
        self._begun = False
        """Whether the first line is there."""
        self._file: FileIO | None = None
        if text is not None:
            self._load(text.encode("utf-8", "surrogatepass"))
        elif path is not None and path.exists():
            try:
                self._load(path.read_bytes())
            except OSError as e:
                raise CassetteError(f"The cassette {path} cannot be read: {e}.") from e

    def close(self) -> None:
        """Close the file; another entry opens it again."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries.values()))

    def get(self, key: str) -> Entry | None:
        """The entry of a key."""
        return self._entries.get(key)

    def model(self, slug: str) -> Mapping[str, Any] | None:
        """What was known of a model when it was recorded."""
        return self._models.get(slug)

    def rule(self, digest: str) -> list[str] | None:
        """What a rule had chosen."""
        return self._rules.get(digest)

    def put(self, entry: Entry) -> None:
        """Add an entry. A fault never takes the place of an answer."""
        with self._lock:
            known = self._entries.get(entry.key)
            if known is None or known.reply is None or entry.reply is not None:
                self._append(entry.line())
                self._entries[entry.key] = entry

    def put_model(self, slug: str, about: Mapping[str, Any]) -> None:
        """Add what is known of a model, unless it is known already."""
        with self._lock:
            if slug not in self._models:
                self._append({"model": slug, "about": about})
                self._models[slug] = dict(about)

    def put_rule(self, digest: str, chosen: Sequence[str]) -> None:
        """Add what a rule chose."""
        with self._lock:
            self._append({"rule": digest, "chosen": list(chosen)})
            self._rules[digest] = list(chosen)

    def _append(self, line: Mapping[str, Any]) -> None:
        """One write at the file's end, wherever that is by then: other processes may record too."""
        if self.path is None:
            return
        try:
            if self._file is None:
                self._file = self._open(self.path)
            data = _encoded(line)
            if self._file.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as e:
            raise CassetteError(f"The cassette {self.path} cannot be written: {e.strerror}.") from e

    def _open(self, path: Path) -> FileIO:
        """The file, to append to, with its first line, and with an end to a line that a crash tore: it must not swallow the next."""
        path.parent.mkdir(parents=True, exist_ok=True)
        file = FileIO(path, "a+")
        end = file.seek(0, os.SEEK_END)
        if end and file.seek(end - 1) >= 0 and file.read(1) != b"\n":
            file.write(b"\n")
        if not self._begun:
            file.write(_FIRST)
            self._begun = True
        return file

    def _load(self, content: bytes) -> None:
        lines = content.split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found = json.loads(line.decode("utf-8"))
                if not self._begun and (not isinstance(found, dict) or "cassette" not in found):
                    raise CassetteError(f"{self.path or 'The text'} is no cassette: its first line does not say so.")
                self._begun = True
                self._read(found)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
                if not self._begun and not _FIRST.startswith(line):
                    raise CassetteError(f"{self.path or 'The text'} is no cassette: its first line does not say so.") from e
                if not _is_torn(line, e):
                    raise CassetteError(f"Line {number} of the cassette {self.path or ''} cannot be read: {e}.") from e

    def _read(self, line: Mapping[str, Any]) -> None:
        if "key" in line:
            reply = line.get("reply")
            if reply is not None and not isinstance(reply, dict):
                raise TypeError(f"the reply is {type(reply).__name__}, not an object")
            entry = Entry(str(line["key"]), str(line["as_of"]), reply, str(line.get("fault", "")), str(line.get("why", "")), float(line["cost"]),
                          float(line["latency"]), str(line["recorded"]), str(line["generation"]), _ballot(line.get("ballot")))  # fmt: skip
            known = self._entries.get(entry.key)
            if known is None or known.reply is None or reply is not None:
                self._entries[entry.key] = entry
        elif "model" in line:
            self._models[line["model"]] = dict(line["about"])
        elif "rule" in line:
            self._rules[line["rule"]] = list(line["chosen"])
        elif line["cassette"] != VERSION:
            raise ValueError(f"version {line['cassette']} is not {VERSION}")


def _ballot(told: Any) -> Ballot | None:
    """A ballot as a line has it."""
    if told is None:
        return None
    probability, reasons = told
    if probability is not None and not 0 <= float(probability) <= 1:
        raise ValueError(f"{probability} is no probability")
    return Ballot(None if probability is None else float(probability), tuple(map(str, reasons)), "recorded")


def _encoded(line: Mapping[str, Any]) -> bytes:
    """A line in UTF-8; what has none, half of a surrogate pair, is escaped and comes back as it was."""
    try:
        return json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(line, separators=(",", ":")).encode() + b"\n"


_FIRST = json.dumps({"cassette": VERSION}).encode() + b"\n"


def _is_torn(line: bytes, error: Exception) -> bool:
    """Whether a line is the beginning of one only: a crash leaves such a line, and recording goes on below it.

    It is one if reading failed at its end and nowhere before.
    """
    if isinstance(error, UnicodeDecodeError):
        return error.end == len(line) and error.reason == "unexpected end of data"
    if not isinstance(error, json.JSONDecodeError) or not line.startswith(b"{"):
        return False
    rest = error.doc[error.pos :]
    return (
        not rest.strip()
        or error.msg.startswith("Unterminated string")
        or (error.msg.startswith("Invalid \\u") and len(rest) < 6)
        or any(word.startswith(rest) for word in ("true", "false", "null", "-1", ".0", "e-1", "e+1"))
    )
