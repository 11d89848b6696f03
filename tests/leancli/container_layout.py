"""A container's file system, as folders on this machine, and LEAN's way of importing an algorithm in it.

Each mount is a link at its place below `root`. LEAN's own modules, such as AlgorithmImports, are those of the embedded engine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from docker_stand_in import Container
from running import ROOT

LAUNCHER = "Lean/Launcher/bin/Debug"
# As LEAN's PythonInitializer has it: each folder goes to the front, so that the algorithm's is the first and the launcher's comes
# after the additional ones; all stand before the standard library. Each container has a process of its own; what all need is loaded once.
IMPORT = """
import json, os, sys
sources, *containers = sys.argv[1:]
sys.path.append(sources)
import numpy, pandas
from lyra.engine.imports import LeanFinder
from lyra.engine.namespace import lean_names
lean_names()

def begin(root, folder):
    os.chdir(os.path.join(root, folder))
    config = json.load(open("config.json"))
    place, name = os.path.split(config["algorithm-location"])
    found = [os.getcwd()]
    for path in config.get("python-additional-paths", []):
        if not os.path.isdir(root + path):
            sys.exit(f"LEAN would not find {path}")
        found.append(root + path)
    found.append(root + place)
    for path in found:
        sys.path.insert(0, path)
    sys.meta_path.insert(0, LeanFinder())
    main = __import__(name[:-3]) if os.path.isfile(os.path.join(root + place, name)) else None
    import lyra_ai, lyra_ai.council, lyra_ai.indicators
    classes = [key for key, value in vars(main).items() if isinstance(value, type) and value.__module__ == main.__name__] if main else []
    print(json.dumps({"lyra_ai": lyra_ai.__file__, "main": main and main.__file__, "classes": classes}), flush=True)

assert "lyra_ai" not in sys.modules
for container in containers:
    process = os.fork()
    if not process:
        begin(*container.split("|"))
        sys.exit(0)
    if os.waitpid(process, 0)[1]:
        sys.exit(1)
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


def import_in(containers: Sequence[Container], root: Path, folder: str = LAUNCHER) -> None:
    """Import, as LEAN would that begins in a folder of each container, its algorithm, if there is one, and the library.

    Raises AssertionError with what Python says when it fails, and when what is found is not what was mounted.
    """
    roots = [root / f"container{number}" for number in range(len(containers))]
    for container, place in zip(containers, roots, strict=True):
        lay_out(container, place)
    command = [sys.executable, "-I", "-B", "-c", IMPORT, str(ROOT), *(f"{place}|{folder}" for place in roots)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    for container, place, line in zip(containers, roots, done.stdout.splitlines(), strict=True):
        found = json.loads(line)
        assert found["lyra_ai"] == f"{place}/Library/lyra_ai/__init__.py"
        if (container.host("/LeanCLI") / "main.py").is_file():
            assert found["main"] == f"{place}/LeanCLI/main.py" and len(found["classes"]) >= 1
