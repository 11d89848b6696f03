"""`Compression`: zips in memory (`Compression/Compression.cs`)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from lyra.engine.naming import LeanObject


class Compression(LeanObject):
    """Makes and reads zips."""

    @staticmethod
    def zip_bytes(bytes_: Iterable[int] | bytes, zip_entry_name: str) -> bytes:
        """The bytes of a zip with one entry."""
        return _zip({zip_entry_name: bytes(bytes_)})

    @staticmethod
    def zip_data(data: Mapping[str, Any]) -> bytes:
        """The bytes of a zip with an entry for each name."""
        return _zip({name: content if isinstance(content, bytes) else str(content).encode() for name, content in data.items()})

    @staticmethod
    def unzip_data(zip_data: Iterable[int] | bytes) -> dict[str, str]:
        """The entries of a zip as text."""
        with zipfile.ZipFile(io.BytesIO(bytes(zip_data))) as archive:
            return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def _zip(entries: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()
