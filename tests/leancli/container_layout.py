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
root = sys.argv[1]
config = json.load(open("config.json"))
algorithm = config["algorithm-location"]
found = [os.getcwd()]
for path in config.get("python-additional-paths", []):
    if not os.path.isdir(root + path):
        sys.exit(f"LEAN would not find {path}")
    found.append(root + path)
found.append(root + os.path.dirname(algorithm))
for path in found:
    sys.path.insert(0, path)
sys.path.append(sys.argv[2])
from lyra.engine.imports import LeanFinder
sys.meta_path.insert(0, LeanFinder())
module = __import__(os.path.basename(algorithm)[:-3])
import lyra_ai, lyra_ai.council, lyra_ai.indicators
classes = [name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__]
print(json.dumps({"lyra_ai": lyra_ai.__file__, "main": module.__file__, "classes": classes, "version": sys.version_info[:2]}))
"""


def lay_out(container: Container, root: Path) -> Path:
    """Make the container's file system below `root`."""
    for target, (source, _) in sorted(container.binds.items()):
        place = root / target.lstrip("/")
        if place.parent.is_relative_to(root) and not any(parent.is_symlink() for parent in place.parents if parent.is_relative_to(root)):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(source)
    for target, text in container.files.items():
        place = root / target.lstrip("/")
        if any(parent.is_symlink() for parent in place.parents if parent.is_relative_to(root)):
            continue  # a file over a file of a mounted folder
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return root


def import_algorithm(container: Container, root: Path) -> dict[str, Any]:
    """What Python finds when LEAN imports the container's algorithm. Raises AssertionError with what it said when it fails."""
    lay_out(container, root)
    environment = {**container.environment, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-I", "-c", IMPORT, str(root), str(ROOT)]
    done = subprocess.run(command, cwd=root / LAUNCHER, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]
