"""Running the LEAN CLI on a project: backtest, live trading, research, optimization."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lyra.engine.errors import ConfigError
from lyra.leancli.key import key_for_container
from lyra.leancli.tools import LeanError, docker_needed, lean_needed
from lyra.workspace.config import algorithm_file, new_run_folder
from lyra.workspace.root import find_lean_file

_PYCACHE = {"PYTHONPYCACHEPREFIX": "/tmp/pycache"}
"""The container is root: compiled Python in the workspace would be root's."""


@dataclass(frozen=True)
class LeanProject:
    """A project in a workspace, as the LEAN CLI takes it: `root` holds lean.json, `path` is the project or its file, below it."""

    root: Path
    path: Path
    lean_config: Path | None = None

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self.path if self.path.is_dir() else self.path.parent

    def output_folder(self, kind: str, given: Path | None = None) -> Path:
        """Where the results of a `kind` (backtests, live, optimizations) go. Raises LeanError for a folder outside the workspace."""
        if given is None:
            return new_run_folder(self.folder / kind)
        folder = given.resolve()
        if not folder.is_relative_to(self.root):
            raise LeanError(f"The LEAN CLI writes results only within the workspace: choose an --output below {self.root}.")
        return folder


@dataclass(frozen=True)
class Outcome:
    """What became of a call of the CLI: its exit code, whether Ctrl-C ended it, and where its results are, if it has any."""

    code: int
    interrupted: bool
    folder: Path
    arguments: Sequence[str] = field(default_factory=tuple)

    @property
    def detached(self) -> bool:
        """Whether the container was left to itself."""
        return "--detach" in self.arguments or "-d" in self.arguments


def lean_project(path: Path, lean_config: Path | None = None) -> LeanProject:
    """Find a project's workspace. Raises ConfigError where there is no such project, LeanError where it lies in no workspace."""
    found = (path if path.is_dir() else algorithm_file(path)).resolve()
    if lean_config is not None and not lean_config.is_file():
        raise ConfigError(f"There is no lean.json at {lean_config}.")
    file = lean_config.resolve() if lean_config is not None else find_lean_file(found if found.is_dir() else found.parent)
    if file is None:
        raise LeanError(f"{path} lies in no LEAN workspace: there is no lean.json in it or above it.")
    if not found.is_relative_to(file.parent):
        raise LeanError(f"{path} is not below {file.parent}, where lean.json is; the LEAN CLI runs only what is.")
    return LeanProject(file.parent, found, None if lean_config is None else file)


def backtest(project: LeanProject, output: Path | None, parameters: Iterable[str], name: str | None, extra: Iterable[str],
             more: Sequence[str]) -> Outcome:  # fmt: skip
    """`lean backtest`. `parameters` and `extra` are KEY=VALUE. Raises LeanError."""
    algorithm_file(project.path)
    folder = project.output_folder("backtests", output)
    arguments = ["backtest", _relative(project, project.path), "--output", _relative(project, folder)]
    arguments += [word for pair in parameters for word in ("--parameter", *_split(pair))]
    arguments += [word for pair in extra for word in ("--extra-config", *_split(pair))]
    arguments += ["--backtest-name", name] if name else []
    return _run(project, folder, arguments, more)


def live(project: LeanProject, brokerage: str, feed: Sequence[str], output: Path | None, more: Sequence[str]) -> Outcome:
    """`lean live deploy`, with the key for language models where there is one. Raises LeanError."""
    algorithm_file(project.path)
    folder = project.output_folder("live", output)
    arguments = ["live", "deploy", _relative(project, project.path), "--output", _relative(project, folder), "--brokerage", brokerage]
    arguments += [word for one in feed for word in ("--data-provider-live", one)]
    return _run(project, folder, arguments, more, with_key=True)


def research(project: LeanProject, port: int, more: Sequence[str]) -> Outcome:
    """`lean research`: Jupyter in LEAN's research image, until it is ended. Raises LeanError."""
    if not project.path.is_dir():
        raise LeanError("lean research opens a folder of notebooks, not a file.")
    if not (project.path / "config.json").is_file():
        raise LeanError(f"{project.path} is no LEAN project: it has no config.json.")
    return _run(project, project.path, ["research", _relative(project, project.path), "--port", str(port)], more)


def optimize(project: LeanProject, strategy: str, target: str, direction: str, parameters: Iterable[Sequence[str]], constraints: Iterable[str],
             output: Path | None, more: Sequence[str]) -> Outcome:  # fmt: skip
    """`lean optimize`. `parameters` are (name, least, greatest, step). Raises LeanError."""
    algorithm_file(project.path)
    folder = project.output_folder("optimizations", output)
    arguments = ["optimize", _relative(project, project.path), "--output", _relative(project, folder), "--strategy", strategy,
                 "--target", target, "--target-direction", direction]  # fmt: skip
    arguments += [word for parameter in parameters for word in ("--parameter", *parameter)]
    arguments += [word for constraint in constraints for word in ("--constraint", constraint)]
    return _run(project, folder, arguments, more)


def _run(project: LeanProject, folder: Path, arguments: list[str], more: Sequence[str], with_key: bool = False) -> Outcome:
    lean = lean_needed()
    docker_needed()
    if project.lean_config is not None:
        arguments += ["--lean-config", str(project.lean_config)]
    mine, rest = _docker_config(more)
    with ExitStack() as stack:
        secret = stack.enter_context(key_for_container()) if with_key else {}
        docker = {"environment": {**_PYCACHE, **secret.get("environment", {})}, "mounts": secret.get("mounts", [])}
        arguments += ["--extra-docker-config", json.dumps(_merged(docker, mine)), *rest]
        code, interrupted = _wait([str(lean), *arguments], project.root)
    return Outcome(code, interrupted, folder, arguments)


def _docker_config(more: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """What the user tells Docker besides, taken out of the further options."""
    rest, found = list(more), {}
    if "--extra-docker-config" in rest:
        at = rest.index("--extra-docker-config")
        try:
            found = json.loads(rest[at + 1])
        except (IndexError, ValueError) as e:
            raise LeanError("--extra-docker-config needs a JSON object.") from e
        if not isinstance(found, dict):
            raise LeanError("--extra-docker-config needs a JSON object.")
        del rest[at : at + 2]
    return found, rest


def _merged(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Both, and theirs where both have something to say."""
    merged = ours | theirs
    environment = theirs.get("environment", {})
    if not isinstance(environment, dict):  # the CLI also takes KEY=VALUE texts
        environment = dict(item.partition("=")[::2] if isinstance(item, str) else item for item in environment)
    merged["environment"] = ours["environment"] | environment
    merged["mounts"] = [*ours["mounts"], *theirs.get("mounts", [])]
    return merged


def _wait(command: list[str], root: Path) -> tuple[int, bool]:
    """Run to the end. Ctrl-C is the CLI's to answer: it lets LEAN end in order, and writes its results."""
    interrupted = False

    def note(*_: Any) -> None:
        nonlocal interrupted
        interrupted = True

    previous = signal.getsignal(signal.SIGINT)
    ours = previous is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, note)
    try:
        return subprocess.run(command, cwd=root, check=False).returncode, interrupted
    except OSError as e:
        raise LeanError(f"{command[0]} could not be started: {e.strerror}.") from e
    finally:
        if ours:
            signal.signal(signal.SIGINT, previous)


def _relative(project: LeanProject, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def _split(pair: str) -> tuple[str, str]:
    key, separator, value = pair.partition("=")
    if not separator or not key:
        raise ConfigError(f"{pair!r} is no pair of a key and a value.")
    return key, value
