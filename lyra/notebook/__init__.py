"""Notebooks on the embedded engine: `from AlgorithmImports import *`, then `qb = QuantBook()`, as under `lean research`.

`lyra research` starts Jupyter with this folder on the path, where `AlgorithmImports` stands. In any other Python process::

    from lyra.notebook import start
    start()                                   # the workspace's data folder, or start(Path("data"))
    from AlgorithmImports import *
"""

from __future__ import annotations

import os
from pathlib import Path

DATA_FOLDER = "LYRA_DATA_FOLDER"
"""An environment variable: the data folder of notebooks, where it is not the workspace's."""
DOOR = Path(__file__).parent
"""The folder that a notebook's path needs."""


def data_folder(given: Path | None = None) -> Path:
    """The data folder of this process's notebooks. Raises ConfigError where there is none."""
    from lyra.workspace.config import data_folder_of, workspace_here

    named = os.environ.get(DATA_FOLDER)
    return data_folder_of(*workspace_here(), given or (Path(named) if named else None))


def start(data: Path | None = None) -> None:
    """Make this process a place for research. Raises ConfigError where there is no data folder."""
    from lyra.engine.research import open_research
    from lyra.workspace.config import object_store_of, workspace_here

    open_research(data_folder(data), object_store_of(*workspace_here()))
