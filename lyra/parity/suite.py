"""LEAN's regression algorithms on the embedded engine: what is expected of each, and what came of it."""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lyra.engine.errors import ConfigError, DataError, NotSupported
from lyra.parity.compare import Difference, differences, load_record, record_of
from lyra.parity.fundamentals import read_stub

PARAMETERS = {"ema-fast": "10", "ema-slow": "20"}
"""What LEAN's own regression tests set."""
EQUAL, DIFFERS, NOT_SUPPORTED, NO_DATA, FAILED = "equal", "differs", "not supported", "no data", "failed"
EQUAL_FILE = Path(__file__).with_name("equal.txt")
_TASKS_PER_PROCESS = 10
_WITH_ERROR = ("RuntimeError", "Running")
"""Published states of runs that end with an error; of one in `initialize` LEAN's tests see the state that it began with."""


@dataclass(frozen=True)
class Expectation:
    """What LEAN says of an algorithm: its published figures, and the complete record of a run where there is one."""

    name: str
    tier: str
    sub_tier: str
    published: dict[str, Any]
    record: Path | None
    needed_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of an algorithm: EQUAL, DIFFERS, NOT_SUPPORTED, NO_DATA or FAILED, and why."""

    name: str
    tier: str
    verdict: str
    detail: str = ""
    seconds: float = 0.0


@dataclass
class Suite:
    """A clone of LEAN, its data, and the expectations."""

    lean: Path
    data_folder: Path
    expectations: dict[str, Expectation] = field(default_factory=dict)

    def chosen(self, names: Iterable[str], tier: str | None) -> list[Expectation]:
        """Those of the names and the tier; all when neither is given. Raises ConfigError for a name that is not known."""
        wanted = list(names)
        unknown = [name for name in wanted if name not in self.expectations]
        if unknown:
            raise ConfigError(f"There are no expectations for {', '.join(unknown)}.")
        found = [self.expectations[name] for name in wanted] if wanted else list(self.expectations.values())
        if tier is not None:
            found = [one for one in found if tier.lower() in (one.tier.lower(), one.sub_tier.partition("-")[0].lower())]
        if not found:
            raise ConfigError(
                f"There is no algorithm in tier {tier}. Tiers: {', '.join(sorted({e.tier for e in self.expectations.values()}))}."
            )
        return found

    def run(self, chosen: list[Expectation], processes: int, seconds_at_most: int = 600) -> Iterator[Outcome]:
        """Run them in processes of their own, as they finish."""
        jobs = [(one, self.lean, self.data_folder, seconds_at_most) for one in chosen]
        context = multiprocessing.get_context("spawn")
        with context.Pool(max(1, min(processes, len(jobs))), maxtasksperchild=_TASKS_PER_PROCESS) as pool:
            yield from pool.imap_unordered(_run_job, jobs)


def load_suite(lean: Path, data_folder: Path | None, expected: list[Path]) -> Suite:
    """The suite of a clone. `expected` are folders with `lean_expected.json`, `lean_classified.json` and records. Raises ConfigError."""
    if not (lean / "Algorithm.Python").is_dir():
        raise ConfigError(f"{lean} is no clone of QuantConnect/Lean: it has no Algorithm.Python.")
    data = lean / "Data" if data_folder is None else data_folder
    if not data.is_dir():
        raise ConfigError(f"There is no data folder at {data}. Give LEAN's sample data with --data-folder.")
    published, classes = (_find_json(expected, name) for name in ("lean_expected.json", "lean_classified.json"))
    suite = Suite(lean, data)
    for name, figures in published.items():
        kind = classes.get(name, {})
        record = next((file for folder in expected if (file := folder / f"{name}.json.gz").is_file()), None)
        suite.expectations[name] = Expectation(name, str(kind.get("tier", "")), str(kind.get("sub_tier", "")), figures, record,
                                               tuple(str(path).removeprefix("Data/") for path in kind.get("missing_data_files_here", ())))  # fmt: skip
    return suite


def _find_json(folders: list[Path], name: str) -> dict[str, Any]:
    for folder in folders:
        if (folder / name).is_file():
            return json.loads((folder / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    shown = ", ".join(str(folder) for folder in folders) or "no folder at all"
    raise ConfigError(f"{name} is not there (looked in {shown}). Give the folder that holds it with --expected.")


def read_equal(file: Path = EQUAL_FILE) -> set[str]:
    """The algorithms that were equal before."""
    return set(file.read_text(encoding="utf-8").split()) if file.is_file() else set()


def write_equal(names: Iterable[str], file: Path = EQUAL_FILE) -> None:
    """Keep the list, one name a line."""
    file.write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")


# one algorithm ------------------------------------------------------------------------------------
class _TooLong(BaseException):
    """Not an Exception, so that no algorithm catches it."""


def _run_job(job: tuple[Expectation, Path, Path, int]) -> Outcome:
    expectation, lean, data_folder, seconds_at_most = job
    began = time.perf_counter()

    def outcome(verdict: str, detail: str = "") -> Outcome:
        return Outcome(expectation.name, expectation.tier, verdict, detail, time.perf_counter() - began)

    absent = [path for path in expectation.needed_files if not (data_folder / path).is_file()]
    if absent:
        return outcome(NO_DATA, f"{absent[0]} and {len(absent) - 1} more" if len(absent) > 1 else absent[0])
    try:
        with _at_most(seconds_at_most), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return outcome(*_run_and_compare(expectation, lean, data_folder))
    except NotSupported as e:
        return outcome(NOT_SUPPORTED, str(e))
    except _TooLong:
        return outcome(FAILED, f"not finished after {seconds_at_most} s")
    except Exception as e:
        return outcome(FAILED, f"{type(e).__name__}: {e}")


def _run_and_compare(expectation: Expectation, lean: Path, data_folder: Path) -> tuple[str, str]:
    from lyra.engine.runner import Backtest, Job

    file = lean / "Algorithm.Python" / f"{expectation.name}.py"
    if not file.is_file():
        return NO_DATA, f"{file.name} is not in the clone"
    with tempfile.TemporaryDirectory(prefix="lyra-parity-") as scratch:
        run = Backtest(Job(file, data_folder, PARAMETERS, algorithm_id=expectation.name, object_store=Path(scratch) / "store"))
        if expectation.record is None:
            run.data.symbols.fundamentals = read_stub(lean)  # type: ignore[attr-defined]
        run.run()
        if isinstance(run.error, NotSupported):
            return NOT_SUPPORTED, run.error.member
        if isinstance(run.error, DataError):
            return NO_DATA, str(run.error)
        statistics = run.write(Path(scratch) / "out")
        if expectation.record is not None:
            ours = record_of(Path(scratch) / "out", expectation.name, run.data_points)
            theirs = load_record(expectation.record)
            if run.error is not None and theirs["state"]["Status"] != "RuntimeError":
                return FAILED, _fault_text(run)
            return _verdict(differences(theirs, ours, limit=1))
    if run.error is not None and expectation.published.get("algorithm_status") not in _WITH_ERROR:
        return FAILED, _fault_text(run)
    return _verdict(published_differences(expectation.published, statistics, run.data_points))


def _fault_text(run: Any) -> str:
    return f"{type(run.error).__name__}: {run.fault.sentence}"


def _verdict(found: list[Difference]) -> tuple[str, str]:
    return (DIFFERS, str(found[0])) if found else (EQUAL, "")


def published_differences(published: dict[str, Any], statistics: dict[str, str], data_points: int) -> list[Difference]:
    """What differs from the figures that LEAN publishes; counts of -1 are not published."""
    found = []
    points = int(published.get("data_points", -1))
    history = int(published.get("algorithm_history_data_points", -1))
    if points >= 0 and history >= 0 and points + history != data_points:
        found.append(Difference("data points", "total", points + history, data_points))
    for name, value in (published.get("statistics") or {}).items():
        if statistics.get(name) != value:
            rung = "order list hash" if name == "OrderListHash" else "statistics"
            found.append(Difference(rung, name, value, statistics.get(name, "(missing)")))
    return found


@contextlib.contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(*_: Any) -> None:
        raise _TooLong

    previous: Callable[..., Any] | int | None = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
