"""The embedded engine equals the real LEAN, to the last order event, chart point and log line, on a made-up market."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import SYNTHETIC, run_command

from lyra.engine.runner import Backtest, Job
from lyra.parity.compare import differences, load_record, record_of

PARAMETERS = {"SynWarmup": {"period": "15"}}
NAMES = sorted(file.stem for file in (SYNTHETIC / "algorithms").glob("*.py"))


def test_the_algorithms_are_there() -> None:
    assert len(NAMES) == 17


@pytest.mark.parametrize("name", NAMES)
def test_equals_lean(name: str, synthetic_data: Path, tmp_path: Path) -> None:
    job = Job(SYNTHETIC / "algorithms" / f"{name}.py", synthetic_data, PARAMETERS.get(name, {}), object_store=tmp_path / "store")
    run = Backtest(job).run()
    assert run.error is None
    run.write(tmp_path)
    found = differences(load_record(SYNTHETIC / "golden" / f"{name}.json.gz"), record_of(tmp_path, name, run.data_points))
    assert not found, "\n".join(map(str, found))


def test_the_command_line_gives_the_same(synthetic_data: Path, tmp_path: Path) -> None:
    file = SYNTHETIC / "algorithms" / "SynWarmup.py"
    ran = run_command("backtest", file, "--data-folder", synthetic_data, "--output", tmp_path, "--parameter", "period", "15")
    record = load_record(SYNTHETIC / "golden" / "SynWarmup.json.gz")
    assert ran.code == 0
    assert not differences(record, record_of(tmp_path, "SynWarmup", record["data_points"]))
    log = (tmp_path / "log.txt").read_text()
    assert f"STATISTICS:: OrderListHash {record['order_list_hash']}" in log
    assert f"Processing total of {record['data_points']:,} data points." in log
