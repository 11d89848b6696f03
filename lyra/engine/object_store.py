"""`self.object_store`: files that outlive a run, by key (`Engine/Storage/LocalObjectStore.cs`)."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lyra.engine.data.dictionary import KeyValuePair
from lyra.engine.dotnet_errors import ArgumentException, ArgumentNullException, KeyNotFoundException, no_method
from lyra.engine.errors import ConfigError
from lyra.engine.naming import LeanObject

_PATH = re.compile(r"\.?[a-zA-Z0-9\\/_#\-$= ]+\.?[a-zA-Z0-9]*")
"""The keys that LEAN takes."""


class Bytes(bytes):
    """What is read: bytes, under .NET's name."""


Bytes.__name__ = "Byte[]"


class ObjectStore(LeanObject):
    """Bytes, text and JSON under keys such as `models/first`; kept as files below one folder, or in memory without one."""

    max_size = 10 * 1024**3
    max_files = 10_000

    def __init__(self, folder: Path | None, resources: ExitStack | None = None) -> None:
        """Without a folder, one for the time of the run is made when a path is asked for, and removed with `resources`."""
        self._folder = folder
        self._resources = resources
        self._values: dict[str, bytes] = {}

    @staticmethod
    def _key(key: str) -> str:
        if key is None:
            raise ArgumentNullException("Value cannot be null. (Parameter 'key')")
        return str(key).replace("\\", "/").lstrip("/")

    def _new_key(self, key: str) -> str:
        if key is not None and not _PATH.fullmatch(str(key)):
            raise ArgumentException(f"LocalObjectStore: path is not supported: '{key}'")
        return self._key(key)

    def _path(self, key: str) -> Path | None:
        return None if self._folder is None else self._folder / key

    def _load(self, key: str) -> bytes | None:
        if key in self._values:
            return self._values[key]
        path = self._path(key)
        if path is None or not path.is_file():
            return None
        try:
            self._values[key] = path.read_bytes()
        except OSError as e:
            raise ConfigError(f"The object store file {path} cannot be read: {e.strerror}.") from e
        return self._values[key]

    def contains_key(self, key: str) -> bool:
        """Whether there is something under a key."""
        return self._load(self._key(key)) is not None

    def read_bytes(self, key: str) -> bytes:
        """The bytes under a key. Raises KeyError if there are none."""
        value = self._load(self._key(key))
        if value is None:
            raise KeyNotFoundException(f"Object with path '{key}' was not found in the current project. Please use ObjectStore.ContainsKey(key) to check "
                               "if an object exists before attempting to read.")  # fmt: skip
        return Bytes(value)

    def read(self, key: str, encoding: Any = None) -> str:
        """The text under a key."""
        return self.read_bytes(key).decode("utf-8-sig")

    read_string = read

    def read_json(self, key: str) -> Any:
        """The JSON under a key."""
        return json.loads(self.read(key))

    read_xml = read

    def save_bytes(self, key: str, contents: Any) -> bool:
        """Keep bytes under a key."""
        clean = self._new_key(key)
        self._values[clean] = bytes(contents)
        path = self._path(clean)
        if path is not None:
            _write(path, self._values[clean])
        return True

    def save(self, key: str, *content: Any) -> bool:
        """`save(key, text[, encoding])` keeps text (or bytes) under a key; `save(key)` the file that `get_file_path` gave."""
        if not content:
            path = self._path(self._key(key))
            return path is not None and path.is_file()
        text = content[0]
        if text is None:
            raise ArgumentNullException("Value cannot be null. (Parameter 's')")
        if not isinstance(text, (str, bytes, bytearray)):
            raise no_method("save", key, text)
        return self.save_bytes(key, text.encode("utf-8") if isinstance(text, str) else text)

    save_string = save

    def save_json(self, key: str, obj: Any, encoding: Any = None, settings: Any = None) -> bool:
        """Keep an object as JSON under a key."""
        return self.save(key, json.dumps(obj))

    def delete(self, key: str) -> bool:
        """Remove what is under a key; whether there was something."""
        clean = self._key(key)
        found = self._load(clean) is not None
        self._values.pop(clean, None)
        path = self._path(clean)
        if path is not None and path.is_file():
            path.unlink()
        return found

    def get_file_path(self, key: str) -> str:
        """The path of the file under a key; the algorithm may write it itself."""
        if self._folder is None:
            self._make_folder()
        path = self._path(self._key(key))
        if path is None:
            raise ConfigError("The object store of this run has no folder; run the algorithm from a workspace.")
        path.parent.mkdir(parents=True, exist_ok=True)
        return str(path)

    def _make_folder(self) -> None:
        """A folder for the time of the run, with what is kept so far."""
        if self._resources is None:
            return
        parent = self._resources.enter_context(tempfile.TemporaryDirectory(prefix="lyra-"))
        self._folder = Path(parent) / "storage"
        for key, value in self._values.items():
            _write(self._folder / key, value)

    def clear(self) -> None:
        """Forget what was read; files stay."""
        self._values.clear()

    @property
    def keys(self) -> list[str]:
        """All keys."""
        found = set(self._values)
        if self._folder is not None and self._folder.is_dir():
            found |= {p.relative_to(self._folder).as_posix() for p in self._folder.rglob("*") if p.is_file()}
        return sorted(found)

    def __iter__(self) -> Iterator[KeyValuePair]:
        return iter([KeyValuePair(key, self.read_bytes(key)) for key in self.keys])

    def __contains__(self, key: object) -> bool:
        return False


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(name, path)
    except OSError as e:
        raise ConfigError(f"The object store file {path} cannot be written: {e.strerror}.") from e
