"""Reading the text behind a `SubscriptionDataSource`: files, entries of zips, the object store, URLs (`Engine/DataFeeds/Transport`)."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

from lyra.engine.data.custom import SubscriptionDataSource
from lyra.engine.enums import SubscriptionTransportMedium
from lyra.engine.errors import DataError

_TIMEOUT = 30.0
"""Seconds to wait for a server."""


class SourceReader:
    """Gives the lines of sources; what was fetched from a server is kept for the run."""

    def __init__(self, folder: Path, object_store: Any) -> None:
        self._folder = folder
        self._store = object_store
        self._fetched: dict[str, bytes] = {}

    def lines(self, source: SubscriptionDataSource) -> list[str] | None:
        """The lines, None where there is no such source. Raises DataError for a URL that cannot be fetched."""
        content = self._content(source)
        if content is None:
            return None
        text = content.decode("utf-8-sig", "replace")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        return lines

    def _content(self, source: SubscriptionDataSource) -> bytes | None:
        medium = source.transport_medium
        if medium == SubscriptionTransportMedium.OBJECT_STORE:
            path, entry = _split(source.source)
            if not self._store.contains_key(path):
                return None
            content = bytes(self._store.read_bytes(path))
            return _unpacked(content, path, entry)
        if medium == SubscriptionTransportMedium.LOCAL_FILE:
            path, entry = _split(source.source)
            full = self._file(path)
            return None if full is None else _unpacked(full.read_bytes(), path, entry)
        if medium in (SubscriptionTransportMedium.REMOTE_FILE, SubscriptionTransportMedium.REST):
            return self._remote(source)
        raise DataError(f"The source {source.source} cannot be read by streaming in a backtest: give a file, an object store key or a URL.")

    def _file(self, path: str) -> Path | None:
        """The file of a path, looked for as given and below the data folder."""
        for full in (Path(path), self._folder / path):
            if full.is_file():
                return full
        return None

    def _remote(self, source: SubscriptionDataSource) -> bytes:
        address, entry = _split(source.source)
        content = self._fetched.get(address)
        if content is None:
            try:
                content = self._fetched[address] = fetched(address, dict(source.headers))
            except OSError as e:
                raise DataError(
                    f"The custom data source {address.partition('?')[0]} cannot be fetched ({getattr(e, 'reason', e)}): save it as a file and return it with "
                    "SubscriptionTransportMedium.LOCAL_FILE, or put it into the object store."
                ) from e
        return _unpacked(content, address, entry) or b""


def fetched(address: str, headers: dict[str, str]) -> bytes:
    """What a server answers. Raises OSError when it cannot be had."""
    import urllib.request

    try:
        request = urllib.request.Request(address, headers=headers or {"User-Agent": "lyra"})
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            return answer.read()  # type: ignore[no-any-return]
    except ValueError as e:
        raise OSError(str(e)) from e


def _split(source: str) -> tuple[str, str | None]:
    path, mark, entry = source.partition("#")
    return path, entry if mark else None


def _unpacked(content: bytes, path: str, entry: str | None) -> bytes | None:
    """The text of a zip's entry (the first by default) or of a gzip file; other content as it is."""
    if content[:2] == b"PK":
        import io

        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = archive.namelist()
                if entry is None:
                    return archive.read(names[0]) if names else None
                return archive.read(entry) if entry in names else None
        except (zipfile.BadZipFile, OSError, EOFError) as e:
            raise DataError(f"{path}: the zip cannot be read ({e}).") from e
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    return content
