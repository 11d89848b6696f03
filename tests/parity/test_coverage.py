"""What the page on coverage says is what the engine has, and what it has not says so by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lyra.engine.absent import as_not_supported
from lyra.engine.errors import NotSupported
from lyra.engine.namespace import lean_names
from lyra.parity.coverage import coverage, main, page, stub_classes

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
STUBS = os.environ.get("LYRA_STUBS", "")
STUB = '''
class Slice:
    """A slice."""
    @property
    def bars(self) -> int: ...
    def no_such_thing(self) -> int: ...
    def equals(self, other) -> bool: ...
    def hidden(self) -> int:
        """This method is protected."""

class IAlgorithm:
    def name(self) -> str: ...

class NotThere:
    def anything(self) -> int: ...
'''


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A folder of stubs with three classes."""
    folder = tmp_path / "QuantConnect" / "Data"
    folder.mkdir(parents=True)
    (folder / "__init__.pyi").write_text(STUB, encoding="utf-8")
    return tmp_path


def test_members_are_told_apart(stubs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = coverage(stubs)
    assert (found.name, found.namespace) == ("Slice", "QuantConnect.Data")
    assert (found.implemented, found.not_supported, found.missing) == (("bars",), (), ("no_such_thing",))
    assert "| Slice | 2 | 1 | 50% | `no_such_thing` |" in page([found], "1")
    assert main(["--stubs", str(stubs)]) == 1
    assert "Slice lacks no_such_thing" in capsys.readouterr().out


def test_no_stubs_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stubs", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: There are no stubs of LEAN in ")


def _rows() -> list[tuple[str, int, int, list[str]]]:
    lines = (line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "---" not in line)
    return [
        (cells[0].removeprefix("| "), int(cells[1]), int(cells[2]), cells[4].removesuffix(" |").replace("`", "").split(", "))
        for cells in lines
        if cells[1].isdigit()
    ]


def test_what_the_page_calls_not_supported_says_so_by_name() -> None:
    names, checked = lean_names(), 0
    for name, total, implemented, members in _rows():
        for member in members if implemented < total else ():
            error = AttributeError(f"no {member}", name=member, obj=names[name])
            found = as_not_supported(error)
            assert isinstance(found, NotSupported), f"{name}.{member} is taken for a misspelt name"
            assert f"{name}.{member}" in str(found)
            checked += 1
    assert checked > 400


def test_nearly_all_that_a_strategy_is_written_against_is_there() -> None:
    rows = {name: (total, implemented) for name, total, implemented, _ in _rows()}
    total, implemented = rows["QCAlgorithm"]
    assert implemented >= 0.85 * total
    assert sum(i for _, i in rows.values()) >= 0.85 * sum(t for t, _ in rows.values())


@pytest.mark.skipif(not STUBS, reason="LYRA_STUBS does not name a folder with QuantConnect's stubs")
def test_the_page_is_of_this_engine() -> None:
    assert len(list(stub_classes(Path(STUBS)))) > 1_000
    version = PAGE.read_text(encoding="utf-8").split("stubs ")[1].split(".")[0]
    assert page(coverage(Path(STUBS)), version) == PAGE.read_text(encoding="utf-8")
