"""The LEAN CLI's copy, made once, and a clone of the workspace for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from docker_stand_in import Container, DockerStandIn, Engine
from lean_workspace import Clone, clone, environment, leave_result, overlay


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed CLI with a list of modules, so that it asks nobody for one."""
    return overlay(tmp_path_factory.mktemp("cli"))


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git has of this workspace now, in a repository of its own. Read only: copy it."""
    return clone(tmp_path_factory.mktemp("committed") / "workspace")


def play(container: Container) -> int:
    """LEAN, as far as the CLI looks at what it leaves."""
    container.log.append("20260801 00:00:00.000 TRACE:: Engine.Main(): stand-in")
    if "/Results" in container.binds and "research" not in container.image:
        leave_result(container)
    return 0


@pytest.fixture
def workspace_with(cli: Path, committed: Path, tmp_path: Path) -> Iterator[Callable[..., tuple[Clone, DockerStandIn]]]:
    """A clone of the workspace, the CLI's environment there, and a Docker whose containers are played by a function.

    What was asked of Docker must have been right.
    """
    with ExitStack() as stack:
        made: list[DockerStandIn] = []

        def begin(engine: Engine = play, **variables: str) -> tuple[Clone, DockerStandIn]:
            docker = stack.enter_context(DockerStandIn(engine))
            made.append(docker)
            (tmp_path / "home").mkdir()
            root = Path(shutil.copytree(committed, tmp_path / "workspace", symlinks=True))
            return Clone(root, environment(tmp_path / "home", cli, docker.address) | variables), docker

        yield begin
        assert [problem for docker in made for problem in docker.problems] == []


@pytest.fixture
def workspace_and_docker(workspace_with: Callable[..., tuple[Clone, DockerStandIn]]) -> tuple[Clone, DockerStandIn]:
    """One whose LEAN leaves an empty result."""
    return workspace_with()


@pytest.fixture
def workspace_clone(workspace_and_docker: tuple[Clone, DockerStandIn]) -> Clone:
    """What git has of this workspace."""
    return workspace_and_docker[0]


@pytest.fixture
def docker(workspace_and_docker: tuple[Clone, DockerStandIn]) -> DockerStandIn:
    """The clone's Docker."""
    return workspace_and_docker[1]
