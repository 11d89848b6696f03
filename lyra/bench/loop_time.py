"""Seconds of the engine's loop alone: `python -m lyra.bench.loop_time ALGORITHM DATA_FOLDER` prints a line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from lyra.engine.loop import Loop
from lyra.engine.runner import Backtest, Job


class TimedLoop:
    """Takes the time of `Loop.run` from outside."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0
        self._run = Loop.run

    def __enter__(self) -> TimedLoop:
        timer = self

        def timed(loop: Loop) -> None:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                timer._run(loop)
            finally:
                timer.wall, timer.cpu = time.perf_counter() - wall, time.process_time() - cpu

        Loop.run = timed  # type: ignore[method-assign,assignment]
        return self

    def __exit__(self, *_: object) -> None:
        Loop.run = self._run  # type: ignore[method-assign]


def main() -> None:
    """Run and print."""
    with TimedLoop() as timer:
        run = Backtest(Job(Path(sys.argv[1]), Path(sys.argv[2]))).run()
    if run.error is not None:
        raise SystemExit(f"{run.error}")
    trades = len(run.algorithm.transactions._orders) // 2
    figures = {"bars": run.data_points, "seconds": timer.wall, "cpu": timer.cpu, "trades": trades}
    print(json.dumps({**figures, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
