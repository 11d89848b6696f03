"""A container's file system, as folders on this machine, and LEAN's way of importing an algorithm in it.

Each mount is a link at its place below `root`. LEAN's own modules, such as AlgorithmImports, are those of the embedded engine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from docker_stand_in import Container
from running import ROOT

LAUNCHER = "Lean/Launcher/bin/Debug"
# As LEAN's PythonInitializer has it: each folder goes to the front, so that the algorithm's is the first and the launcher's comes
# after the additional ones; all stand before the standard library.
IMPORT = """
import json, os, sys
root, sources = sys.argv[1:]
config = json.load(open("config.json"))
folder, name = os.path.split(config["algorithm-location"])
found = [os.getcwd()]
for path in config.get("python-additional-paths", []):
    if not os.path.isdir(root + path):
        sys.exit(f"LEAN would not find {path}")
    found.append(root + path)
found.append(root + folder)
for path in found:
    sys.path.insert(0, path)
sys.path.append(sources)
from lyra.engine.imports import LeanFinder
sys.meta_path.insert(0, LeanFinder())
main = __import__(name[:-3]) if os.path.isfile(os.path.join(root + folder, name)) else None
import lyra_ai, lyra_ai.council, lyra_ai.indicators
classes = [key for key, value in vars(main).items() if isinstance(value, type) and value.__module__ == main.__name__] if main else []
print(json.dumps({"lyra_ai": lyra_ai.__file__, "main": main and main.__file__, "classes": classes}))
"""


def lay_out(container: Container, root: Path) -> None:
    """Make the container's file system below `root`."""
    for target, (source, _) in sorted(container.binds.items()):
        place = root / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        over = {Path(file).name for file in container.files if str(Path(file).parent) == target}
        if over:  # single files are mounted over those of this folder
            place.mkdir()
            for child in source.iterdir():
                if child.name not in over:
                    (place / child.name).symlink_to(child)
        else:
            place.symlink_to(source)
    for target, text in container.files.items():
        place = root / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def import_in(container: Container, root: Path, folder: str = LAUNCHER) -> dict[str, Any]:
    """What Python finds when LEAN begins in a folder of the container: it imports the algorithm, if there is one, and the library.

    Raises AssertionError with what Python says when it fails.
    """
    lay_out(container, root)
    environment = {**container.environment, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-I", "-c", IMPORT, str(root), str(ROOT)]
    done = subprocess.run(command, cwd=root / folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]
