"""The OpenRouter key on its way into a container: a file that only the container sees, and no command line, result or log."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lyra_ai.council.openrouter import KEY_FILE_VARIABLE, find_key

IN_CONTAINER = "/run/secrets/openrouter"


@contextmanager
def key_for_container() -> Iterator[dict[str, Any]]:
    """What Docker is to be told besides, for `--extra-docker-config`; empty where there is no key.

    The key itself is in none of it: an argument can be read by every user of the machine, and the LEAN CLI shows the container's
    environment when it is verbose. Within the `with` it lies in a file of this user's, which is mounted.
    """
    key = find_key()
    if key is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="lyra-") as folder:
        file = Path(folder) / "openrouter"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(key.reveal())
        yield {
            "environment": {KEY_FILE_VARIABLE: IN_CONTAINER},
            "mounts": [{"source": str(file), "target": IN_CONTAINER, "read_only": True}],
        }
