"""What is said where the LEAN CLI or Docker is not there; none of it needs either."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_stand_in import DockerStandIn
from running import ROOT, run_command

from lyra.leancli import tools
from lyra.leancli.key import IN_CONTAINER, key_for_container
from lyra.leancli.run import lean_project
from lyra.leancli.tools import LeanError, docker_trouble, find_lean, lean_trouble
from lyra_ai.council.openrouter import KEY_FILE_VARIABLE, find_key
from lyra_ai.errors import KeyMissing

FRONTS = [
    ("backtest", str(ROOT / "algorithms" / "ema_cross_btc"), "--engine", "lean"),
    ("live", str(ROOT / "algorithms" / "council_btc")),
    ("research", str(ROOT / "research"), "--engine", "lean"),
    ("optimize", str(ROOT / "algorithms" / "ema_cross_btc"), "--parameter", "ema-fast", "5", "10", "5"),
]


@pytest.fixture
def no_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/absent.sock")


@pytest.mark.parametrize("front", FRONTS, ids=lambda front: front[0])
def test_without_the_cli(front: tuple[str, ...], no_docker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find_lean", lambda: None)
    ran = run_command(*front)
    assert ran.code == 1
    assert ran.err == f"error: The LEAN CLI is not installed: pip install lean (tested with {tools.TESTED}).\n"


def executable(folder: Path, script: str) -> Path:
    """A command that stands for the CLI."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lean").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "lean").chmod(0o755)
    return folder / "lean"


@pytest.mark.parametrize(("script", "told"), [
    ("echo 'FileNotFoundError: Modules json not found in the given path' >&2; exit 1",
     "The LEAN CLI wants a list of brokerages from cdn.quantconnect.com and cannot get it: connect to the internet once."),
    ("echo Traceback >&2; echo 'ImportError: no click' >&2; exit 1", "lean does not start: ImportError: no click"),
])  # fmt: skip
def test_a_cli_that_does_not_start(script: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find_lean", lambda: executable(tmp_path, script))
    ran = run_command(*FRONTS[0])
    assert ran.code == 1
    assert ran.err.startswith("error: ") and ran.err.count("\n") == 1 and told in ran.err


def test_a_cli_that_has_its_list_is_not_tried(tmp_path: Path) -> None:
    lean = executable(tmp_path / "bin", "exit 1")
    assert "does not start" in (lean_trouble(lean) or "")
    (tmp_path / "lib" / "python3.11" / "site-packages" / "lean").mkdir(parents=True)
    (tmp_path / "lib" / "python3.11" / "site-packages" / "lean" / "modules-1.14.json").write_text("{}")
    assert lean_trouble(lean) is None


@pytest.mark.parametrize("front", FRONTS, ids=lambda front: front[0])
def test_without_docker(front: tuple[str, ...], no_docker: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lean = executable(tmp_path, "exit 0")
    monkeypatch.setattr(tools, "find_lean", lambda: lean)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    ran = run_command(*front)
    assert ran.code == 1
    assert ran.err.startswith("error: Docker is not installed, and LEAN itself runs only in it: see https://docs.docker.com/get-docker")
    assert ran.err.count("\n") == 1


def test_docker_that_does_not_run(no_docker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: "/usr/bin/docker")
    assert "Docker does not run, or not at" in (docker_trouble() or "")


def test_docker_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with DockerStandIn(lambda container: 0) as docker:
        monkeypatch.setenv("DOCKER_HOST", docker.address)
        assert docker_trouble() is None


@pytest.fixture
def mute_socket() -> Iterator[str]:
    """Something that listens and hangs up."""
    folder = tempfile.mkdtemp(prefix="lyra-")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/s")
        server.listen()
        threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()
        yield f"unix://{folder}/s"
    shutil.rmtree(folder)


def test_what_is_no_docker(mute_socket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", mute_socket)
    assert "does not answer as Docker does" in (docker_trouble() or "")


def test_a_docker_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{port}")
    assert docker_trouble() == f"Docker does not answer at 127.0.0.1:{port}, where DOCKER_HOST points: start it, or correct DOCKER_HOST."


def test_the_one_beside_this_python_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("own", "path"):
        executable(tmp_path / folder, "exit 0")
    monkeypatch.setattr("sys.executable", str(tmp_path / "own" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert find_lean() == tmp_path / "own" / "lean"
    (tmp_path / "own" / "lean").unlink()
    assert find_lean() == tmp_path / "path" / "lean"


# Projects -----------------------------------------------------------------------------------------
def test_projects_outside_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    with pytest.raises(LeanError, match="lies in no LEAN workspace"):
        lean_project(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "lean.json").write_text("{}")
    with pytest.raises(LeanError, match="is not below"):
        lean_project(tmp_path, tmp_path / "elsewhere" / "lean.json")


def test_results_outside_the_workspace(tmp_path: Path) -> None:
    with pytest.raises(LeanError, match="only within the workspace"):
        lean_project(ROOT / "algorithms" / "ema_cross_btc").output_folder("backtests", tmp_path)


@pytest.mark.parametrize(("arguments", "told"), [
    (("--parameter", "a", "1", "2", "0"), "a cannot go from 1 to 2 in steps of 0"),
    (("--parameter", "a", "1", "2", "x"), "three numbers after its name"),
    ((), "needs a parameter to vary"),
    (("--parameter", "a", "1", "2", "1", "--", "--extra-docker-config", "{"), "--extra-docker-config needs a JSON object"),
])  # fmt: skip
def test_what_cannot_be_optimized(arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lean = executable(tmp_path, "exit 0")
    monkeypatch.setattr(tools, "find_lean", lambda: lean)
    monkeypatch.setattr("lyra.leancli.run.docker_needed", lambda: None)
    ran = run_command("optimize", ROOT / "algorithms" / "ema_cross_btc", *arguments)
    assert ran.code in (1, 2)
    assert ran.err.startswith("error: ") and told in ran.err


@pytest.mark.parametrize("more", [("--data-folder", "x", "--engine", "lean"), ("--", "--image", "x")])
def test_options_of_the_other_engine(more: tuple[str, ...]) -> None:
    ran = run_command("backtest", ROOT / "algorithms" / "ema_cross_btc", *more)
    assert ran.code == 2
    assert ran.err.startswith("error: ") and ran.err.count("\n") == 1


# The key ------------------------------------------------------------------------------------------
def test_the_key_travels_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-v1-0123456789abcdef")
    with key_for_container() as told:
        file = Path(told["mounts"][0]["source"])
        assert "0123456789" not in repr(told)
        assert (file.read_text(), file.stat().st_mode & 0o777) == ("sk-or-v1-0123456789abcdef", 0o600)
        assert told["environment"] == {KEY_FILE_VARIABLE: IN_CONTAINER} and told["mounts"][0]["target"] == IN_CONTAINER
    assert not file.parent.exists()
    monkeypatch.delenv("OPENROUTER_API_KEY")
    with key_for_container() as told:
        assert told == {}


def test_a_key_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(" secret-in-a-file\n")
    found = find_key({KEY_FILE_VARIABLE: str(file)})
    assert found is not None and found.reveal() == "secret-in-a-file"
    assert find_key({KEY_FILE_VARIABLE: str(file), "OPENROUTER_API_KEY": "nearer"}).reveal() == "nearer"  # type: ignore[union-attr]
    file.write_text("")
    assert find_key({KEY_FILE_VARIABLE: str(file)}) is None
    with pytest.raises(KeyMissing, match="OPENROUTER_API_KEY_FILE names cannot be read: No such file"):
        find_key({KEY_FILE_VARIABLE: str(tmp_path / "absent")})
    file.write_bytes(b"\xff\xfe secret")
    with pytest.raises(KeyMissing, match="it is no text") as caught:
        find_key({KEY_FILE_VARIABLE: str(file)})
    assert caught.value.__cause__ is None and os.sep + "key" not in str(caught.value)
