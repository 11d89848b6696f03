"""What `lean cloud push` sends, by the real CLI, to a stand-in of QuantConnect's API: the sources, and nothing that is secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker_stand_in import DockerStandIn
from lean_workspace import Clone, why_not
from quantconnect_stand_in import ORGANIZATION, PORT, TOKEN, USER, QuantConnect
from running import ROOT

KEY = "sk-or-v1-" + "0ddba11" * 9
pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")

LIBRARY = {path.relative_to(ROOT / "Library" / "lyra_ai").as_posix() for path in (ROOT / "Library" / "lyra_ai").rglob("*.py")}


@pytest.fixture
def cloud() -> Iterator[QuantConnect]:
    stand_in = QuantConnect()
    try:
        stand_in.__enter__()
    except OSError:  # another run of these tests has it
        pytest.skip(f"port {PORT}, which the CLI asks, is taken")
    yield stand_in
    stand_in.__exit__()
    assert stand_in.problems == []


@pytest.fixture
def workspace(workspace_with: Callable[..., tuple[Clone, DockerStandIn]]) -> Clone:
    """A clone with secrets wherever a user may have them, and somebody who is logged in."""
    made, _ = workspace_with(QC_API="local", OPENROUTER_API_KEY=KEY)
    for name, text in ((".env", f"OPENROUTER_API_KEY={KEY}"), ("storage/key.txt", KEY), ("algorithms/council_btc/backtests/now/code/old.py", KEY),
                       ("algorithms/council_btc/live/now/log.txt", KEY), ("algorithms/council_btc/.env", KEY)):  # fmt: skip
        (made.root / name).parent.mkdir(parents=True, exist_ok=True)
        (made.root / name).write_text(text)
    home = Path(made.environment["HOME"])
    (home / ".lean").mkdir()
    (home / ".lean" / "credentials").write_text(json.dumps({"user-id": USER, "api-token": TOKEN}))
    return made


def check_council(cloud: QuantConnect) -> None:
    assert sorted(project.name for project in cloud.projects.values()) == ["Library/lyra_ai", "algorithms/council_btc"]
    library, project = cloud.project("Library/lyra_ai"), cloud.project("algorithms/council_btc")
    assert set(library.files) == LIBRARY
    assert project.files == {"main.py": (ROOT / "algorithms" / "council_btc" / "main.py").read_text()}
    assert project.libraries == [library.id]
    for one in cloud.projects.values():
        assert len(one.files) <= 50 and max(len(text.encode()) for text in one.files.values()) <= 64 * 1024
    sent = "".join(body for _, body in cloud.requests)
    assert KEY[9:40] not in sent and TOKEN not in sent and "storage" not in {name.partition("/")[0] for name in project.files}


def test_the_cli_alone(workspace: Clone, cloud: QuantConnect) -> None:
    """It notes the cloud's ids in the pushed projects; that is all that git sees."""
    done = workspace.lean("cloud", "push", "--project", "algorithms/council_btc")
    assert done.returncode == 0 and "Cannot push" not in done.stdout, done.stdout
    check_council(cloud)
    for name in ("Library/lyra_ai", "algorithms/council_btc"):
        now = json.loads((workspace.root / name / "config.json").read_text())
        assert now.pop("cloud-id") == cloud.project(name).id and now.pop("organization-id") == ""
        assert now == json.loads((ROOT / name / "config.json").read_text())
    assert workspace.changes().split() == ["M", "Library/lyra_ai/config.json", "M", "algorithms/council_btc/config.json"]


def test_lyra_leaves_git_clean(workspace: Clone, cloud: QuantConnect) -> None:
    done = workspace.lyra("cloud", "push", "algorithms/council_btc", "--organization", ORGANIZATION)
    assert done.code == 0, done.out + done.err
    check_council(cloud)
    assert {project.organization for project in cloud.projects.values()} == {ORGANIZATION}
    assert workspace.changes() == ""
    copied = "".join(path.read_text() for path in (workspace.root / ".lyra").rglob("*") if path.is_file())
    assert KEY[9:40] not in copied and TOKEN not in copied


def test_a_second_push_goes_to_the_same_project(workspace: Clone, cloud: QuantConnect) -> None:
    assert workspace.lyra("cloud", "push", "algorithms/ema_cross_btc", "--organization", ORGANIZATION).code == 0
    (workspace.root / "algorithms" / "ema_cross_btc" / "helper.py").write_text("SIZE = 1\n")
    done = workspace.lyra("cloud", "push", "algorithms/ema_cross_btc")
    assert done.code == 0, done.out + done.err
    (project,) = cloud.projects.values()
    assert set(project.files) == {"main.py", "helper.py"} and project.organization == ORGANIZATION
    assert project.parameters == json.loads((ROOT / "algorithms/ema_cross_btc/config.json").read_text())["parameters"]


def test_the_whole_workspace(workspace: Clone, cloud: QuantConnect) -> None:
    workspace.keep_examples("council_btc", "pascal_case")
    done = workspace.lyra("cloud", "push")
    assert done.code == 0, done.out + done.err
    names = ["Library/lyra_ai", "algorithms/council_btc", "algorithms/pascal_case", "research"]
    assert sorted(project.name for project in cloud.projects.values()) == names
    assert workspace.changes() == ""


def test_what_the_cloud_refuses_is_an_error(workspace: Clone, cloud: QuantConnect) -> None:
    """The CLI itself says so and exits with 0."""
    cloud.refuses = True
    done = workspace.lyra("cloud", "push", "algorithms/ema_cross_btc")
    assert done.code == 1
    assert "Files count limit exceeded" in done.out
    assert done.err.strip() == "error: algorithms/ema_cross_btc was not pushed; what lean says above tells why."


def test_what_does_not_fit_is_not_sent(workspace: Clone, cloud: QuantConnect) -> None:
    (workspace.root / "algorithms" / "ema_cross_btc" / "table.py").write_text("X = 0\n" * 20_000)
    done = workspace.lyra("cloud", "push", "algorithms/ema_cross_btc")
    assert done.code == 1
    assert "table.py: 117.2 KB; the plan researcher takes 64 KB for a file" in done.out
    assert done.err.strip() == "error: Nothing was pushed: correct what is wrong, or push with --unchecked."
    assert cloud.requests == []


def test_without_a_login(workspace: Clone) -> None:
    (Path(workspace.environment["HOME"]) / ".lean" / "credentials").unlink()
    done = workspace.lyra("cloud", "push", "algorithms/ema_cross_btc")
    assert done.code == 1
    assert done.err.startswith("error: Nobody is logged in at QuantConnect on this machine: lean login")
