"""`lyra cloud check`: what would not travel to the cloud, or not work there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from running import ROOT, run_command

from lyra.leancli.cloud_check import QUOTAS, check_project
from lyra.leancli.cloud_packages import CLOUD_PACKAGES

CONFIG = {"algorithm-language": "Python", "parameters": {}, "description": "", "local-id": 123456789}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a project, and a library beside it."""
    (tmp_path / "lean.json").write_text("{}")
    for folder in ("algorithms/mine", "Library/shared_parts"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "algorithms/mine/main.py").write_text("from AlgorithmImports import *\nimport numpy as np\nimport json\n")
    (tmp_path / "Library/shared_parts/__init__.py").write_text("SIZE = 1\n")
    return tmp_path


def found(workspace: Path, plan: str = "researcher", project: str = "algorithms/mine") -> list[tuple[bool, str, str]]:
    return [(finding.wrong, finding.place, finding.text) for finding in check_project(workspace, workspace / project, plan).findings]


def test_the_workspace_itself_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ran = run_command("cloud", "check", "algorithms/council_btc")
    assert ran.code == 0, ran.out
    assert [line.split(":")[0] for line in ran.out.splitlines() if not line.startswith("    ")] == [
        "fits   Library/lyra_ai",
        "fits   algorithms/council_btc",
    ]
    for folder in (*(file.parent for file in (ROOT / "algorithms").glob("*/main.py")), ROOT / "research"):
        assert check_project(ROOT, folder).fits, folder


def test_nothing_is_said_of_a_good_project(workspace: Path) -> None:
    assert found(workspace) == []
    ran = run_command("cloud", "check", workspace / "algorithms" / "mine")
    assert ran.code == 0 and ran.out.startswith("fits   algorithms/mine: 1 files, 0 KB")


WRONG = {
    "import tensortrade2000\n": "main.py:1: tensortrade2000 is not among the cloud's packages",
    "from lyra.engine import enums\n": "main.py:1: lyra stays on this machine: an algorithm imports from lyra_ai only",
    'KEY = "sk-or-v1-0123456789abcdef01234567"\n': "main.py: holds what looks like a key, and it would be uploaded",
    "def f[T](x: T) -> T: return x\n": "main.py:1: is no Python 3.11: ",
    "import shared_parts\n": "config.json: shared_parts is imported but not among the libraries: lean library add algorithms/mine Library/shared_parts",
}
NOTES = {
    "import requests\n": "main.py:1: requests speaks to the network, which a backtest in the cloud may not",
    "import urllib.request\n": "main.py:1: urllib.request speaks to the network, which a backtest in the cloud may not",
    "import subprocess\n": "main.py:1: subprocess reaches out of the process, which the cloud may not allow",
    "try:\n    import tensortrade2000\nexcept ImportError:\n    pass\n": "main.py:2: tensortrade2000 is not among the cloud's packages; it is",
    "try:\n    import lyra\nexcept ImportError:\n    lyra = None\n": "main.py:2: lyra is not among the cloud's packages; it is imported only where",
    "x = 1\nf = open('table.csv')\n": "main.py:2: open() reads or writes a file; in the cloud there is the object store only",
    "PLACE = '/home/me/prices.csv'\n": "main.py:1: '/home/me/prices.csv' is a path of this machine, or of the container",
    "PLACE = 'C:\\\\prices\\\\btc.csv'\n": "is a path of this machine, or of the container",
}


@pytest.mark.parametrize(("source", "told"), [*WRONG.items(), *NOTES.items()])
def test_sources(source: str, told: str, workspace: Path) -> None:
    if sys.version_info < (3, 12) and "def f[T]" in source:
        source = "match 1:\n    case 2: pas s\n"
        told = "main.py:2: is no Python 3.11: "
    (workspace / "algorithms/mine/main.py").write_text(source)
    wrong = source not in NOTES
    assert [finding[0] for finding in found(workspace)] == [wrong]
    ran = run_command("cloud", "check", workspace / "algorithms" / "mine")
    assert ran.code == (1 if wrong else 0)
    assert told in ran.out and ("WRONG" in ran.out) is wrong


@pytest.mark.parametrize("source", ["import helper\nfrom parts.sizes import SIZE\n",
                                    '"""Reads /home/me/prices.csv, not really."""\n', "x = 'a/b'\ny = '/'\nz = './'\n",
                                    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\n"])  # fmt: skip
def test_what_is_fine(source: str, workspace: Path) -> None:
    mine = workspace / "algorithms/mine"
    (mine / "helper.py").write_text("")
    (mine / "parts").mkdir()
    (mine / "parts" / "sizes.py").write_text("SIZE = 1\n")
    (mine / "main.py").write_text(source)
    assert found(workspace) == []


def test_files_of_other_kinds_stay_here(workspace: Path) -> None:
    mine = workspace / "algorithms/mine"
    for name in ("prompts.txt", "requirements.txt", "backtests/now/code/table.csv", ".env"):
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text("")
    assert found(workspace) == [
        (False, ".env", "does not travel: only .py, .ipynb, .css and .html files do"),
        (False, "prompts.txt", "does not travel: only .py, .ipynb, .css and .html files do"),
        (False, "requirements.txt", "does not travel; the cloud installs no packages"),
    ]


@pytest.mark.parametrize("name", ["live", "report", "storage", "bin"])
def test_folders_that_the_cli_drops(name: str, workspace: Path) -> None:
    package = workspace / "algorithms/mine" / name
    package.mkdir()
    (package / "__init__.py").write_text("")
    assert (True, name, f"the LEAN CLI drops folders named {name} without a word: rename the package") in found(workspace)


def test_quotas(workspace: Path) -> None:
    mine = workspace / "algorithms/mine"
    for number in range(50):
        (mine / f"part_{number}.py").write_text("")
    (mine / "large.py").write_text("#" * (64 * 1024 + 1))
    assert found(workspace) == [
        (True, "", "52 files; the plan researcher takes 50"),
        (True, "large.py", "64.0 KB; the plan researcher takes 64 KB for a file"),
    ]
    assert found(workspace, "team") == []
    assert run_command("cloud", "check", mine, "--plan", "team").code == 0
    assert QUOTAS["researcher"] == (50, 64)


@pytest.mark.parametrize(("name", "project", "told"), [
    ("statistics.py", "algorithms/mine", "hides Python's own module statistics"),
    ("pandas.py", "algorithms/mine", "hides the package pandas"),
    ("signal.py", "Library/shared_parts", "hides Python's own module signal"),
])  # fmt: skip
def test_names_that_hide_others(name: str, project: str, told: str, workspace: Path) -> None:
    (workspace / project / name).write_text("")
    assert [told in text for _, _, text in found(workspace, project=project)] == [True]


@pytest.mark.parametrize(("change", "told"), [
    ({"parameters": {"openrouter-api-key": "abc"}}, "the parameter openrouter-api-key looks like a key, and parameters are uploaded: take it out"),
    ({"parameters": {"ema": 1}}, "the parameter ema is no text"),
    ({"algorithm-language": "CSharp"}, '"algorithm-language" is not "Python"'),
])  # fmt: skip
def test_settings(change: dict[str, object], told: str, workspace: Path) -> None:
    (workspace / "algorithms/mine/config.json").write_text(json.dumps(CONFIG | change))
    assert [told in text for _, _, text in found(workspace)] == [True]


def test_notebooks_are_read_too(workspace: Path) -> None:
    cells = [
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import tensortrade2000"]},
        {"cell_type": "markdown", "source": ["import x"]},
    ]
    (workspace / "algorithms/mine/look.ipynb").write_text(json.dumps({"cells": cells}))
    assert found(workspace) == [(True, "look.ipynb:2", "tensortrade2000 is not among the cloud's packages")]


def test_bad_input_is_one_sentence(workspace: Path) -> None:
    (workspace / "bare").mkdir()
    (workspace / "algorithms/mine/config.json").write_text(json.dumps(CONFIG | {"libraries": [{"name": "gone", "path": "Library/gone"}]}))
    for bad, told in ((workspace / "absent", "There is no project at"), (workspace / "bare", "is no LEAN project"),
                      (workspace / "algorithms/mine", "names the library Library/gone, which is not there")):  # fmt: skip
        ran = run_command("cloud", "check", bad)
        assert ran.code == 1
        assert ran.err.startswith("error: ") and ran.err.count("\n") == 1 and told in ran.err


def test_the_table_has_import_names() -> None:
    """Not those of the package index."""
    assert not CLOUD_PACKAGES & {"scikit-learn", "beautifulsoup4", "pyyaml", "TA-Lib"}
    assert not CLOUD_PACKAGES & sys.stdlib_module_names
    assert {"numpy", "pandas", "scipy", "httpx", "sklearn", "talib", "bs4", "yaml", "dateutil"} <= CLOUD_PACKAGES
