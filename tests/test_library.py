"""What LEAN's command line and QuantConnect's cloud demand of `lyra_ai`, and what its doors promise."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT

LIBRARY = ROOT / "Library" / "lyra_ai"
FILES = sorted(file for file in LIBRARY.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
MODULES = [file for file in FILES if file.suffix == ".py"]
DOORS = ["lyra_ai", "lyra_ai.council"]
DROPPED = {"live", "report", "storage", "backtests", "optimizations", "bin", "obj"}
"""Folders that LEAN's command line passes over in silence."""
HEAVY = {"httpx", "pydantic", "pandas", "scipy", "matplotlib", "sqlalchemy", "lyra"}
KILOBYTE = 1024


def test_it_fits_into_a_cloud_project() -> None:
    assert 0 < len(MODULES) <= 50
    assert {file.name: file.stat().st_size for file in FILES if file.stat().st_size > 64 * KILOBYTE} == {}


def test_the_council_and_the_indicators_are_few_files() -> None:
    assert len([file for file in FILES if file.parent.name == "council"]) <= 15
    assert len([file for file in FILES if file.parent.name == "indicators"]) <= 20


def test_only_python_travels() -> None:
    assert [file.name for file in FILES if file.suffix != ".py"] == ["config.json"]


def test_no_folder_is_dropped_on_the_way() -> None:
    assert [file for file in FILES if DROPPED & {part.lower() for part in file.relative_to(LIBRARY).parts[:-1]}] == []


def test_no_module_of_the_first_level_hides_another() -> None:
    """`/Library` stands before the standard library on the path."""
    first = {path.name for path in LIBRARY.parent.iterdir() if path.name != "__pycache__"}
    assert first == {"lyra_ai"}
    assert not {name.removesuffix(".py") for name in first} & sys.stdlib_module_names


def test_none_inside_it_does_either() -> None:
    """A project that names it among its libraries has the library's own folder there too."""
    inside = {path.stem for path in LIBRARY.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {"council", "indicators"} <= inside
    assert not inside & sys.stdlib_module_names


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(LIBRARY).as_posix())
def test_it_imports_nothing_of_lyra(file: Path) -> None:
    assert "lyra" not in {name.split(".")[0] for name in imports(ast.parse(file.read_text(encoding="utf-8")))}


def imports(tree: ast.AST) -> set[str]:
    """Every module that is imported, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "LEAN imports by full names"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("door", DOORS)
def test_importing_loads_nothing_heavy(door: str) -> None:
    code = f"import sys, {door}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    environment = {"PYTHONPATH": str(LIBRARY.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60, check=True)
    assert HEAVY & set(done.stdout.split()) == set()


@pytest.mark.parametrize("door", DOORS)
def test_importing_starts_no_thread_and_asks_no_environment(door: str) -> None:
    code = f"import threading, os, numpy, asyncio; os.environ = os.getenv = None; import {door}; print(threading.active_count())"
    environment = {"PYTHONPATH": str(LIBRARY.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60, check=True)
    assert done.stdout.split() == ["1"]


def test_the_door_of_the_council_is_what_its_list_says() -> None:
    door = importlib.import_module("lyra_ai.council")
    there = {
        name
        for name, value in vars(door).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("lyra_ai")
    }  # fmt: skip
    assert there == set(door.__all__)
    assert door.__all__ == sorted(set(door.__all__))
    assert [name for name in door.__all__ if not (getattr(door, name).__doc__ or "").strip()] == []
