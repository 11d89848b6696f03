"""Check the types of the examples against LEAN's own, which `quantconnect-stubs` has (the LEAN CLI brings it): `python tests/leancli/example_types.py`.

The library is checked against them by plain `mypy`, and here only followed. What is left out, and why: `pascal_case`, since the stubs have the
newer spelling only.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = frozenset(("pascal_case",))


def check_examples() -> subprocess.CompletedProcess[str]:
    """mypy's answer. Every example's file is main.py: they are checked together under their projects' names."""
    with tempfile.TemporaryDirectory() as folder:
        for file in sorted((ROOT / "algorithms").glob("*/main.py")):
            if file.parent.name not in LEFT_OUT:
                shutil.copy(file, Path(folder) / f"{file.parent.name}.py")
        command = [sys.executable, "-m", "mypy", "--config-file", os.devnull, "--cache-dir", str(ROOT / ".mypy_cache" / "examples"),
                   "--python-version", "3.11", "--check-untyped-defs", "--follow-imports", "silent", *map(str, sorted(Path(folder).glob("*.py")))]  # fmt: skip
        environment = os.environ | {"MYPYPATH": str(ROOT / "Library")}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    if importlib.util.find_spec("QuantConnect") is None:
        sys.exit("quantconnect-stubs is not installed: pip install lean")
    answer = check_examples()
    sys.stdout.write(answer.stdout + answer.stderr.replace(f"{os.devnull}: No [mypy] section in config file\n", ""))
    sys.exit(answer.returncode)
