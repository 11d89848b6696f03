"""`self.object_store`: files that outlive a run, by key (`Engine/Storage/LocalObjectStore.cs`)."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lyra.engine.data.dictionary import KeyValuePair
from lyra.engine.dotnet_errors import KeyNotFoundException
from lyra.engine.errors import ConfigError
from lyra.engine.naming import LeanObject


class ObjectStore(LeanObject):
    """Bytes, text and JSON under keys such as `models/first`; kept as files below one folder, or in memory without one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._values: dict[str, bytes] = {}

    @staticmethod
    def _key(key: str) -> str:
        clean = str(key).replace("\\", "/").lstrip("/")
        if not clean or ".." in clean.split("/"):
            raise ValueError(f"The object store key {key!r} is not a path below the store.")
        return clean

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
            raise KeyNotFoundException(f"Object with key '{key}' was not found in the current project. Please use ObjectStore.ContainsKey(key) to check "
                               "if an object exists before attempting to read.")  # fmt: skip
        return value

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
        clean = self._key(key)
        self._values[clean] = bytes(contents)
        path = self._path(clean)
        if path is not None:
            _write(path, self._values[clean])
        return True

    def save(self, key: str, text: Any = None, encoding: Any = None) -> bool:
        """Keep text (or bytes) under a key; without text, the file that `get_file_path` gave."""
        if text is None:
            path = self._path(self._key(key))
            return path is not None and path.is_file()
        return self.save_bytes(key, text if isinstance(text, (bytes, bytearray)) else str(text).encode("utf-8"))

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
        clean = self._key(key)
        path = self._path(clean)
        if path is None:
            raise ConfigError("The object store of this run has no folder; run the algorithm from a workspace.")
        path.parent.mkdir(parents=True, exist_ok=True)
        return str(path)

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
