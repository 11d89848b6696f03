"""The embedded engine equals the real LEAN on small algorithms that log what the API answers, where LEAN's sample data is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lyra.engine.runner import Backtest, Job
from lyra.parity.compare import differences, load_record, record_of

HERE = Path(__file__).parents[1] / "conformance"
DATA = Path(os.environ.get("LYRA_LEAN_DATA") or HERE.parents[2] / "shared" / "lean-data")
PARAMETERS = {"ema-fast": "10", "ema-slow": "20", "intrinio-username": "", "intrinio-password": ""}
NAMES = sorted(file.stem for file in (HERE / "algorithms").glob("*.py"))


def test_each_has_its_record() -> None:
    assert len(NAMES) >= 112
    assert sorted(file.name.removesuffix(".json.gz") for file in (HERE / "golden").glob("*.json.gz")) == NAMES


@pytest.mark.skipif(not (DATA / "equity").is_dir(), reason="LEAN's sample data is neither in ../shared nor where LYRA_LEAN_DATA says")
@pytest.mark.parametrize("name", NAMES)
def test_equals_lean(name: str, tmp_path: Path) -> None:
    job = Job(HERE / "algorithms" / f"{name}.py", DATA, PARAMETERS, object_store=tmp_path / "store")
    run = Backtest(job).run()
    run.write(tmp_path)
    found = differences(load_record(HERE / "golden" / f"{name}.json.gz"), record_of(tmp_path, run.context.algorithm_id, run.data_points))
    assert not found, "\n".join(map(str, found))
