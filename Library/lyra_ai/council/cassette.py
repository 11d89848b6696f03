"""A cassette: what models answered, keyed by the content of the question, so that a backtest can be run again free and identical.

One portable text file of JSON lines, only ever appended to. A key is the hash of everything that shapes an answer and of nothing else, so
that neither a key of an account, nor a date, nor a price stands in it. The lines:

    {"cassette": 1}                                            the first
    {"model": slug, "about": {...}}                            facts of a model when it was recorded (cutoff, abilities)
    {"rule": digest, "chosen": [slug, ...]}                    what a rule chose from the list of models
    {"key": ..., "as_of": ..., "reply": {...}, ...}            an answer
    {"key": ..., "as_of": ..., "fault": kind, "why": ...}      a member that had to abstain; replayed as such, asked again when recording goes on
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from lyra_ai.errors import CassetteError

VERSION = 1


class Mode(Enum):
    """Where the votes of language models come from."""

    REPLAY = "replay"
    """The cassette only; no socket is opened."""
    RECORD = "record"
    """The cassette, and for what it lacks the network, without a deadline's hurry; ends when quota or money does, and goes on later."""
    AUTO = "auto"
    """The cassette, and for what it lacks the network, within the deadline; new answers are recorded."""
    LIVE = "live"
    """The network only; answers are recorded, never read."""
    OFF = "off"
    """Language models abstain."""

    @property
    def reads(self) -> bool:
        """Whether the cassette is looked into."""
        return self in (Mode.REPLAY, Mode.RECORD, Mode.AUTO)

    @property
    def asks(self) -> bool:
        """Whether the network may be asked."""
        return self in (Mode.RECORD, Mode.AUTO, Mode.LIVE)


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
    read: Any = field(default=None, repr=False, compare=False)
    """What the reply was read as, kept by its reader: a replay reads each answer once."""

    def line(self) -> dict[str, Any]:
        """As it stands in the file."""
        kept: dict[str, Any] = {"key": self.key, "as_of": self.as_of}
        kept |= {"fault": self.fault, "why": self.why} if self.reply is None else {"reply": self.reply}
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
        self._size = 0
        if text is not None:
            self._load(text)
        elif path is not None and path.is_file():
            try:
                self._load(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as e:
                raise CassetteError(f"The cassette {path} cannot be read: {e}.") from e

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
            if self._keep(entry):
                self._append(entry.line())

    def put_model(self, slug: str, about: Mapping[str, Any]) -> None:
        """Add what is known of a model, unless it is known already."""
        with self._lock:
            if slug not in self._models:
                self._models[slug] = dict(about)
                self._append({"model": slug, "about": about})

    def put_rule(self, digest: str, chosen: Sequence[str]) -> None:
        """Add what a rule chose."""
        with self._lock:
            self._rules[digest] = list(chosen)
            self._append({"rule": digest, "chosen": list(chosen)})

    def _keep(self, entry: Entry) -> bool:
        known = self._entries.get(entry.key)
        if known is not None and known.reply is not None and entry.reply is None:
            return False
        self._entries[entry.key] = entry
        return True

    def _append(self, line: Mapping[str, Any]) -> None:
        if self.path is None:
            return
        text = json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "r+b" if self.path.exists() else "w+b") as file:
                end = file.seek(0, os.SEEK_END)
                # A line that a crash tore must not swallow this one.
                if end and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n":
                    text = "\n" + text
                if end == 0:
                    text = json.dumps({"cassette": VERSION}) + "\n" + text
                file.write(text.encode("utf-8", "replace"))
        except OSError as e:
            raise CassetteError(f"The cassette {self.path} cannot be written: {e.strerror}.") from e

    def _load(self, text: str) -> None:
        lines = text.split("\n")
        torn = len(lines) - 1
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            try:
                self._read(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as e:
                if number != torn and not _is_torn(line):
                    raise CassetteError(f"Line {number + 1} of the cassette {self.path or ''} cannot be read: {e}.") from e
        if len(lines) > 1 and not lines[0].startswith('{"cassette"'):
            raise CassetteError(f"{self.path or 'The text'} is no cassette: its first line does not say so.")

    def _read(self, line: Mapping[str, Any]) -> None:
        if "key" in line:
            self._keep(Entry(line["key"], line["as_of"], line.get("reply"), line.get("fault", ""), line.get("why", ""), float(line["cost"]),
                             float(line["latency"]), line["recorded"], line["generation"]))  # fmt: skip
        elif "model" in line:
            self._models[line["model"]] = dict(line["about"])
        elif "rule" in line:
            self._rules[line["rule"]] = list(line["chosen"])
        elif line["cassette"] != VERSION:
            raise ValueError(f"version {line['cassette']} is not {VERSION}")


def _is_torn(line: str) -> bool:
    """Whether a line is the beginning of one only: a crash leaves such a line, and recording goes on below it."""
    return line.startswith("{") and (line.count("{") > line.count("}") or line.count('"') % 2 == 1)
