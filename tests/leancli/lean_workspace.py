"""A clone of this workspace in which the real LEAN CLI runs, cut off from the network and from the user's own settings."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from docker_stand_in import Container
from running import ROOT, Ran, run_command

from lyra.leancli.tools import TESTED, find_lean

MODULES_FILE = "modules-1.14.json"
IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@localhost")
NOWHERE = "http://127.0.0.1:9"
"""Where nothing listens: what asks the network fails at once."""


def _module(kind: str, number: str, shown: str, **settings: str) -> dict[str, Any]:
    configurations = [{"id": key.replace("_", "-"), "type": "info", "value": value} for key, value in settings.items()]
    return {"type": [kind], "platform": ["cli"], "product-id": "", "id": number, "display-id": shown, "installs": False,
            "live-cash-balance-state": "optional", "live-holdings-state": "optional", "configurations": configurations}  # fmt: skip


MODULES = {
    "modules": [
        _module("data-downloader", "Local", "Local", data_provider="QuantConnect.Lean.Engine.DataFeeds.DefaultDataProvider",
                map_file_provider="QuantConnect.Data.Auxiliary.LocalDiskMapFileProvider",
                factor_file_provider="QuantConnect.Data.Auxiliary.LocalDiskFactorFileProvider"),
        _module("brokerage", "QuantConnectBrokerage", "Paper Trading", live_mode_brokerage="PaperBrokerage",
                transaction_handler="QuantConnect.Lean.Engine.TransactionHandlers.BacktestingTransactionHandler"),
        _module("data-queue-handler", "Custom data only", "Custom data only",
                data_queue_handler='["QuantConnect.Lean.Engine.DataFeeds.Queues.LiveDataQueue"]',
                history_provider='["SubscriptionDataReaderHistoryProvider"]'),
    ]
}  # fmt: skip
"""The modules that cost nothing, as far as the CLI reads them. The real list comes from QuantConnect's server each day."""


def why_not() -> str:
    """Why the CLI cannot be driven here; empty where it can."""
    lean = find_lean()
    if lean is None:
        return "the LEAN CLI is not installed: pip install -e '.[test]'"
    if os.name == "nt" or not (ROOT / ".git").exists():
        return "needs Unix sockets and a clone"
    return ""


def overlay(folder: Path) -> Path:
    """A copy of the installed CLI with the list of modules beside it, which the CLI would fetch; for PYTHONPATH."""
    lean = find_lean()
    assert lean is not None
    python = Path(lean.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!"))
    ask = "import importlib.metadata, importlib.util; print(importlib.metadata.version('lean'), importlib.util.find_spec('lean').origin)"
    done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True, timeout=60)
    version, origin = done.stdout.split(maxsplit=1)
    if version != TESTED:
        pytest.skip(f"lean {version} is installed; these tests hold the behaviour of {TESTED}")
    shutil.copytree(Path(origin.strip()).parent, folder / "lean", ignore=shutil.ignore_patterns("__pycache__", "modules-*.json"))
    (folder / "lean" / MODULES_FILE).write_text(json.dumps(MODULES), encoding="utf-8")
    return folder


class Terminal:
    """A process on a terminal of its own, while it is a context manager."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._screen, behind = os.openpty()
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=behind, stdout=behind, stderr=behind, start_new_session=True
        )
        os.close(behind)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(60)
        os.close(self._screen)

    def press_ctrl_c(self) -> None:
        """What a terminal does then: it tells all processes before it."""
        os.killpg(self._process.pid, signal.SIGINT)

    def rest(self) -> tuple[int, str]:
        """The exit code and all that was shown."""
        shown = b""
        with suppress(OSError):  # the terminal's other end is closed
            while piece := os.read(self._screen, 65536):
                shown += piece
        return self._process.wait(60), shown.decode(errors="replace").replace("\r\n", "\n")


@dataclass
class Clone:
    """A workspace that is a git repository of its own, and the environment in which the CLI runs there."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def lean(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """`lean ARGUMENTS` in the workspace."""
        command = [str(find_lean()), *map(str, arguments)]
        return subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, timeout=120)

    def lyra(self, *arguments: str | Path) -> Ran:
        """`lyra ARGUMENTS` in the workspace, in this process."""
        here = Path.cwd()
        os.chdir(self.root)
        try:
            # That the CLI starts is known; to see it each time takes as long as the command.
            with (
                mock.patch.dict(os.environ, self.environment, clear=True),
                mock.patch("lyra.leancli.tools.lean_trouble", return_value=None),
            ):
                return run_command(*arguments)
        finally:
            os.chdir(here)

    def lyra_on_terminal(self, *arguments: str) -> Terminal:
        """`lyra ARGUMENTS` in the workspace, in a process of its own on a terminal."""
        code = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'Library')]!r}; from lyra.cli.main import main; main()"
        return Terminal([sys.executable, "-c", code, *arguments], self.root, self.environment)

    def changes(self) -> str:
        """What git sees that is new or another."""
        return self.git("status", "--porcelain").stdout

    def keep_examples(self, *names: str) -> None:
        """Take the other examples away, and commit that."""
        others = [folder.name for folder in (self.root / "algorithms").iterdir() if folder.name not in names]
        self.git("rm", "-rq", *(f"algorithms/{name}" for name in others))
        self.git(*IDENTITY, "commit", "-qm", "fewer")

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, text=True, check=True, timeout=60)


def clone(folder: Path) -> Path:
    """What git would have of this workspace now, committed in a repository of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = ROOT / name, folder / name
        if name.startswith("tests/") or not (source.is_symlink() or source.is_file()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    for command in (["init", "-q"], ["add", "-A"], [*IDENTITY, "commit", "-qm", "as it is"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return folder


def environment(home: Path, cli: Path, docker: str) -> dict[str, str]:
    """The CLI's: a home of its own, no network, and this Docker."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "LYRA_CACHE")}
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE) | {"no_proxy": "localhost,127.0.0.1"}
    return (
        kept
        | proxies
        | {"HOME": str(home), "PYTHONPATH": str(cli), "DOCKER_HOST": docker, "COLUMNS": "200", "PYTHONPYCACHEPREFIX": str(cli / "compiled")}
    )


def leave_result(
    container: Container, statistics: dict[str, str] | None = None, folder: Path | None = None, name: str | None = None
) -> None:
    """The least of what LEAN writes."""
    results = container.host("/Results") if folder is None else folder
    number = name or container.config["algorithm-id"]
    results.mkdir(parents=True, exist_ok=True)
    result = {"statistics": statistics or {"Total Orders": "0"}, "orders": {}, "charts": {}, "runtimeStatistics": {}, "state": {"Status": "Completed"},
              "algorithmConfiguration": {"parameters": container.config.get("parameters", {})}}  # fmt: skip
    (results / f"{number}.json").write_text(json.dumps(result))
    (results / "log.txt").write_text("20260801 00:00:00.000 TRACE:: Engine.Main(): stand-in\n")
