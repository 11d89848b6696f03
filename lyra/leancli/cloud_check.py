"""What of a project would not travel to QuantConnect's cloud, or not work there, told before it is pushed.

Quotas: QuantConnect's documentation, `Resources/projects/files/quotas.php`; each library is a project with a quota of its own. What the CLI
takes along: `lean/components/util/project_manager.py` of lean 1.0.230.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from lyra.engine.errors import ConfigError
from lyra.leancli.cloud_packages import CLOUD_PACKAGES, NETWORK, PROCESSES, in_cloud
from lyra.workspace.config import read_config
from lyra.workspace.projects import RESERVED, check_name, sources

KILOBYTE = 1024
QUOTAS = {"free": (25, 32), "researcher": (50, 64), "team": (75, 128), "trading-firm": (100, 256), "institution": (250, 256)}
"""Files of a project, and kilobytes of a file, by plan. Pushing needs a paid one."""
_CLOUD_PYTHON = (3, 11)
_NOT_NAMED = frozenset(("config.json", ".gitignore", ".gitattributes"))
_KEY = re.compile(r"\bsk-[A-Za-z0-9_-]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bghp_[A-Za-z0-9]{36}\b")
_SECRET_NAME = re.compile(r"(?i)(key|token|secret|password)$")
_LOCAL = re.compile(
    r"(/(home|Users|root|tmp|mnt|media|opt|srv|var|work|Storage|Lean|Library|LeanCLI|Results)/|[A-Za-z]:[\\/]|~[\\/]|\.\.?[\\/])\S+$"
)
_OPENERS = frozenset(
    ("open", "read_csv", "read_parquet", "read_feather", "read_json", "read_excel", "read_pickle", "loadtxt", "genfromtxt", "memmap")
)


@dataclass(frozen=True)
class Finding:
    """Something about a project. `wrong`: it would not travel, or would fail there; else it may matter. `place` is a file, with its line."""

    wrong: bool
    place: str
    text: str


@dataclass
class Check:
    """A project or library as the cloud would get it."""

    name: str
    files: list[Path] = field(default_factory=list)
    size: int = 0
    largest: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether nothing is wrong."""
        return not any(finding.wrong for finding in self.findings)


def projects(root: Path) -> list[Path]:
    """Every project of a workspace, as the CLI finds them: a folder with a config.json that is no result. Libraries come first."""
    found = [file.parent for file in root.rglob("config.json") if not _is_left_out(file.relative_to(root).parts[:-1])]
    return sorted((folder for folder in found if folder != root), key=lambda folder: (not is_library(root, folder), folder.as_posix()))


def is_library(root: Path, folder: Path) -> bool:
    """Whether a project lies in the workspace's Library."""
    return folder.relative_to(root).parts[0] == "Library"


def with_libraries(root: Path, folder: Path) -> list[Path]:
    """A project and, before it, the libraries that it names or imports. Raises ConfigError for one that is not there."""
    named = [root / PurePosixPath(str(entry["path"])) for entry in libraries_of(root, folder)]
    for library in named:
        if not library.is_dir():
            raise ConfigError(f"{folder / 'config.json'} names the library {library.relative_to(root)}, which is not there.")
    return [*named, folder]


def libraries_of(root: Path, folder: Path) -> list[dict[str, str]]:
    """A project's libraries: those in its config.json, and those of the workspace that it imports without naming them."""
    config = read_config(folder / "config.json") if (folder / "config.json").is_file() else {}
    named = [entry for entry in config.get("libraries") or [] if isinstance(entry, dict) and "path" in entry]
    if is_library(root, folder):
        return named
    known = {PurePosixPath(str(entry["path"])).name for entry in named}
    imported = {name.partition(".")[0] for file in sources(folder) for name, _, _ in _imports(_tree(file))}
    there = [path for path in (root / "Library").glob("*/") if path.name in imported - known and (path / "config.json").is_file()]
    return named + [{"name": path.name, "path": path.relative_to(root).as_posix()} for path in sorted(there)]


def check_project(root: Path, folder: Path, plan: str = "researcher") -> Check:
    """Look through one project or library. Raises ConfigError for a folder that is none."""
    if not (folder / "config.json").is_file():
        raise ConfigError(f"{folder} is no LEAN project: it has no config.json.")
    check = Check(folder.relative_to(root).as_posix(), sources(folder))
    sizes = {file: file.stat().st_size for file in check.files}
    check.size, check.largest = sum(sizes.values()), max(sizes.values(), default=0)
    names = _Names(folder, {PurePosixPath(entry["path"]).name for entry in libraries_of(root, folder)}, is_library(root, folder))
    check.findings += _of_quota(folder, sizes, plan)
    check.findings += _of_folder(folder)
    check.findings += _of_name(root, folder)
    check.findings += _of_config(root, folder)
    check.findings += _of_shadows(folder, is_library(root, folder))
    for file in check.files:
        check.findings += _of_source(file, file.relative_to(folder).as_posix(), names)
    return check


# Files -----------------------------------------------------------------------------------------
def _of_quota(folder: Path, sizes: dict[Path, int], plan: str) -> Iterator[Finding]:
    count, kilobytes = QUOTAS[plan]
    if len(sizes) > count:
        yield Finding(True, "", f"{len(sizes)} files; the plan {plan} takes {count}")
    for file, size in sizes.items():
        if size > kilobytes * KILOBYTE:
            yield Finding(
                True, file.relative_to(folder).as_posix(), f"{size / KILOBYTE:.1f} KB; the plan {plan} takes {kilobytes} KB for a file"
            )


def _of_folder(folder: Path) -> Iterator[Finding]:
    """What stays here: folders that the CLI passes over without a word, and files of other kinds."""
    kept = set(sources(folder))
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        place = "/".join(parts)
        if _is_left_out(parts[:-1]):
            continue
        if path.is_dir() and path.name in RESERVED and (path / "__init__.py").is_file():
            yield Finding(True, place, f"the LEAN CLI drops folders named {path.name} without a word: rename the package")
        elif path.is_file() and path not in kept and path.name == "requirements.txt":
            yield Finding(False, place, "does not travel; the cloud installs no packages")
        elif path.is_file() and path not in kept and path.name not in _NOT_NAMED:
            yield Finding(False, place, "does not travel: only .py, .ipynb, .css and .html files do")


def _is_left_out(parts: tuple[str, ...]) -> bool:
    return any(part in RESERVED or part.startswith(".") for part in parts)


def _of_name(root: Path, folder: Path) -> Iterator[Finding]:
    try:
        check_name(folder.relative_to(root).as_posix())
    except ConfigError as e:
        yield Finding(True, "", str(e))


def _of_config(root: Path, folder: Path) -> Iterator[Finding]:
    config = read_config(folder / "config.json")
    if config.get("algorithm-language") != "Python":
        yield Finding(True, "config.json", '"algorithm-language" is not "Python"')
    parameters: dict[str, Any] = config.get("parameters") or {}
    for name, value in parameters.items():
        if not isinstance(value, str):
            yield Finding(True, "config.json", f"the parameter {name} is no text; the LEAN CLI wants texts")
        elif value and (_SECRET_NAME.search(name) or _KEY.search(value)):
            yield Finding(True, "config.json", f"the parameter {name} looks like a key, and parameters are uploaded: take it out")
    unnamed = [entry for entry in libraries_of(root, folder) if entry not in (config.get("libraries") or [])]
    for entry in unnamed:
        yield Finding(
            True,
            "config.json",
            f"{entry['name']} is imported but not among the libraries: lean library add {folder.relative_to(root)} {entry['path']}",
        )


def _of_shadows(folder: Path, library: bool) -> Iterator[Finding]:
    """Modules of the first level stand before the standard library and before every package."""
    names = {folder.name, *_first_level(folder)} if library else _first_level(folder)
    for name in sorted(names):
        if name in sys.stdlib_module_names:
            yield Finding(True, name, f"hides Python's own module {name}, for LEAN and every package too: rename it")
        elif name in CLOUD_PACKAGES:
            yield Finding(True, name, f"hides the package {name}: rename it")


def _first_level(folder: Path) -> set[str]:
    files = {path.stem for path in folder.glob("*.py") if path.stem not in ("__init__", "main")}
    packages = {path.name for path in folder.glob("*/") if path.name not in RESERVED and any(path.glob("*.py"))}
    return files | packages


# Sources ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Names:
    """What a project may import besides the cloud's packages."""

    folder: Path
    libraries: set[str]
    library: bool

    def has(self, module: str) -> bool:
        first = module.partition(".")[0]
        return (
            first in self.libraries or first in _first_level(self.folder) or first == "main" or (self.library and first == self.folder.name)
        )


def _of_source(file: Path, place: str, names: _Names) -> Iterator[Finding]:
    text = file.read_text(encoding="utf-8", errors="replace")
    if _KEY.search(text):
        yield Finding(True, place, "holds what looks like a key, and it would be uploaded")
    if file.suffix not in (".py", ".ipynb"):
        return
    try:
        tree = ast.parse(_code(file, text), feature_version=_CLOUD_PYTHON)
    except SyntaxError as e:
        yield Finding(True, f"{place}:{e.lineno}", f"is no Python {'.'.join(map(str, _CLOUD_PYTHON))}: {e.msg}")
        return
    yield from _of_imports(tree, place, names)
    yield from _of_calls(tree, place)


def _of_imports(tree: ast.AST, place: str, names: _Names) -> Iterator[Finding]:
    told = set()
    for module, line, guarded in _imports(tree):
        first = module.partition(".")[0]
        if first in told or names.has(module):
            continue
        if module in NETWORK or first in NETWORK:
            told.add(first)
            yield Finding(False, f"{place}:{line}", f"{module} speaks to the network, which a backtest in the cloud may not")
        elif first in PROCESSES:
            told.add(first)
            yield Finding(False, f"{place}:{line}", f"{module} reaches out of the process, which the cloud may not allow")
        if in_cloud(module):
            continue
        told.add(first)
        if first == "lyra" and not guarded:
            yield Finding(True, f"{place}:{line}", "lyra stays on this machine: an algorithm imports from lyra_ai only")
        elif guarded:
            yield Finding(False, f"{place}:{line}", f"{first} is not among the cloud's packages; it is imported only where it is there")
        else:
            yield Finding(True, f"{place}:{line}", f"{first} is not among the cloud's packages")


def _of_calls(tree: ast.AST, place: str) -> Iterator[Finding]:
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in _OPENERS:
            yield Finding(
                False,
                f"{place}:{node.lineno}",
                f"{_called(node.func)}() reads or writes a file; in the cloud there is the object store only",
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation and _LOCAL.match(node.value):
            yield Finding(False, f"{place}:{node.lineno}", f"{node.value[:60]!r} is a path of this machine, or of the container")


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) and function.attr != "open" else ""


def _imports(tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Each module that is imported by its full name, its line, and whether the code can do without it: in `try`, or under TYPE_CHECKING."""

    def walk(node: ast.AST, guarded: bool) -> Iterator[tuple[str, int, bool]]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, guarded
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno, guarded
        for child in ast.iter_child_nodes(node):
            protects = (isinstance(node, ast.Try) and child in node.body) or (
                isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
            )
            yield from walk(child, guarded or protects)

    return walk(tree, False)


def _tree(file: Path) -> ast.AST:
    try:
        return ast.parse(_code(file, file.read_text(encoding="utf-8", errors="replace")))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _code(file: Path, text: str) -> str:
    """The Python of a file; of a notebook, its cells without the lines that are Jupyter's."""
    if file.suffix == ".py":
        return text
    if file.suffix != ".ipynb":
        return ""
    try:
        cells = json.loads(text)["cells"]
        lines = ["".join(cell["source"]).splitlines() for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return "\n".join("pass" if line.lstrip()[:1] in ("%", "!") else line for cell in lines for line in cell)
