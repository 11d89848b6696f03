"""The embedded engine equals the real LEAN on small algorithms that log what the API answers, where their records are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from lyra.engine.runner import Backtest, Job
from lyra.parity.compare import differences, load_record, record_of

SHARED = Path(__file__).parents[3] / "shared"
RECORDS = SHARED / "lean-conformance"
PARAMETERS = {"ema-fast": "10", "ema-slow": "20", "intrinio-username": "", "intrinio-password": ""}
NAMES = Path(__file__).with_name("conformance.txt").read_text().split()


@pytest.mark.skipif(not RECORDS.is_dir(), reason="the records of the real engine are not at ../shared")
@pytest.mark.parametrize("name", NAMES)
def test_equals_lean(name: str, tmp_path: Path) -> None:
    job = Job(RECORDS / f"{name}.py", SHARED / "lean-data", PARAMETERS, object_store=tmp_path / "store")
    run = Backtest(job).run()
    run.write(tmp_path)
    found = differences(load_record(RECORDS / f"{name}.golden.json.gz"), record_of(tmp_path, run.context.algorithm_id, run.data_points))
    assert not found, "\n".join(map(str, found))
