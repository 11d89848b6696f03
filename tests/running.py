"""Running commands from tests, and where things are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
SYNTHETIC = ROOT / "tests" / "synthetic"


@dataclass
class Ran:
    """What a command left: its code, both outputs, and the result folder if it was told one."""

    code: int
    out: str
    err: str
    folder: Path

    def result(self) -> dict[str, Any]:
        """The content of `<id>.json`."""
        files = [file for file in self.folder.glob("*.json") if not file.stem.endswith(("-summary", "-order-events"))]
        assert len(files) == 1, files
        return json.loads(files[0].read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    @property
    def state(self) -> dict[str, str]:
        """LEAN's state of the run."""
        return self.result()["state"]  # type: ignore[no-any-return]


def run_command(*arguments: str | Path, folder: Path | None = None) -> Ran:
    """`lyra ARGUMENTS` in this process; no internal error may come out of it."""
    from lyra.cli.main import _pairs, app

    answer = CliRunner().invoke(app, _pairs([str(argument) for argument in arguments]), env={"COLUMNS": "200"})
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise AssertionError(f"{type(answer.exception).__name__} came out of lyra {arguments}") from answer.exception
    return Ran(answer.exit_code, answer.stdout, answer.stderr, folder or Path())
