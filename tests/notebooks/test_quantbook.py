"""`QuantBook` in a plain Python process: its calls give what the real LEAN gave, and `AlgorithmImports` can be imported there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT, SYNTHETIC

from lyra.cli.research import notebook_environment
from lyra.parity.compare import load_record

CALLS = SYNTHETIC / "algorithms" / "SynQuantBook.py"
FIRST = "from AlgorithmImports import *\n"


def told(code: str, data: Path) -> str:
    """What a process of its own prints, in which a notebook's environment is."""
    environment = notebook_environment(data)
    environment["PYTHONPATH"] = os.pathsep.join([environment["PYTHONPATH"], str(ROOT), str(ROOT / "Library")])
    done = subprocess.run([sys.executable, "-c", FIRST + code], capture_output=True, text=True, env=environment, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_calls_give_every_line_of_the_real_engine(synthetic_data: Path) -> None:
    recorded = [line.split(" ", 2)[2] for line in load_record(SYNTHETIC / "golden" / "SynQuantBook.json.gz")["log"] if " | " in line]
    assert len(recorded) == 45
    found = told(f"calls = {{}}\nexec(open({str(CALLS)!r}).read(), calls)\ncalls['research'](QuantBook(), print)", synthetic_data)
    assert found.splitlines() == recorded


@pytest.fixture(scope="module")
def spoken(synthetic_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """One process for several questions, since it takes a while to begin."""
    folder = tmp_path_factory.mktemp("quantbook") / "data"
    shutil.copytree(synthetic_data, folder)
    coarse = folder / "equity" / "usa" / "fundamental" / "coarse"
    coarse.mkdir(parents=True, exist_ok=True)
    for day, price in (("20231127", "50"), ("20231128", "51"), ("20231129", "52")):
        rows = f"AAPL R735QTJ8XC9X,AAPL,{price},1000,50000,False,1,1\nSPY R735QTJ8XC9X,SPY,300,9000,2700000,False,1,1\n"
        (coarse / f"{day}.csv").write_text(rows)
    return told(
        """
qb = QuantBook()
print(qb.algorithm_mode, qb.time == qb.end_date.replace(hour=0, minute=0, second=0, microsecond=0), qb.portfolio.cash)
from QuantConnect.Research import QuantBook as Same
print(Same is QuantBook, QuantBook is not QCAlgorithm)
qb.SetStartDate(2023, 12, 1)
lya = qb.AddEquity("LYA", Resolution.DAILY).Symbol
print(qb.History(lya, 3, Resolution.DAILY).shape)
from lyra_ai.indicators import indicator
print(qb.Indicator(indicator("rsi", 5), lya, 20, Resolution.DAILY)["current"].notna().sum())
print(len(qb.indicator(SimpleMovingAverage(3), lya, timedelta(days=10), Resolution.DAILY, Field.HIGH)))
try:
    qb.option_history(lya, datetime(2023, 11, 1))
except Exception as e:
    print(e)
dear = lambda rows: [row.symbol for row in rows if row.price > 50.5]
days = qb.universe_history(Fundamental, datetime(2023, 11, 27), datetime(2023, 11, 30), dear)
print([[point.symbol.value for point in points] for points in days])
print([len(points) for points in qb.universe_history[Fundamental](datetime(2023, 11, 27), datetime(2023, 11, 30))])
universe = qb.add_universe(lambda rows: Universe.UNCHANGED if rows[0].price == 51 else dear(rows))
print(len(qb.universe_history(universe, datetime(2023, 11, 27), datetime(2023, 11, 30), flatten=True)))
""",
        folder,
    ).splitlines()


def test_it_begins_yesterday_with_lean_names(spoken: list[str]) -> None:
    assert spoken[:4] == ["RESEARCH True 100000.0", "True True", "(3, 5)", "15"]


def test_an_indicator_sees_the_bars_of_its_span_alone(spoken: list[str]) -> None:
    assert spoken[4] == "5"


def test_what_only_lean_has_says_so(spoken: list[str]) -> None:
    assert spoken[5].startswith("QuantBook.option_history is not supported") and "lean research" in spoken[5]


def test_what_a_universe_selected(spoken: list[str]) -> None:
    assert spoken[6:] == ["[['SPY'], ['AAPL', 'SPY'], ['AAPL', 'SPY']]", "[2, 2, 2]", "4"]
