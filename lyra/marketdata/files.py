"""Files that are either the old or the new one, never half of it; zips with the same bytes for the same content."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from pathlib import Path

_STAMP = (1980, 1, 1, 0, 0, 0)


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file by renaming a finished one over it; makes the folders. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def zip_bytes(entries: dict[str, bytes]) -> bytes:
    """A zip of these entries, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def read_entries(path: Path) -> dict[str, bytes]:
    """All entries of a zip; none if there is no such file. Raises zipfile.BadZipFile."""
    if not path.is_file():
        return {}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
